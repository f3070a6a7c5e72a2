import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lines import BEIRUT, Desk, instant, page
from ticker.model import Known
from ticker.reconcile import digest, doubt, reconcile

SPEAKER = "وزير النقل بعد لقائه رئيس البلدية في مبنى المحطة الجديدة"
SEED = [
    "14:54 افتتاح معرض الكتاب السنوي في القاعة الكبرى",
    "14:53 الأرصاد: أمطار غزيرة على الساحل مساء اليوم",
    "14:53 فريق المدينة يفوز بكأس الناشئين للمرة الثانية",
    f"14:52 {SPEAKER}: سنفتتح الخط الثالث قبل نهاية العام",
    f"14:52 {SPEAKER}: أسعار التذاكر لن ترتفع هذا الموسم",
    f"14:51 {SPEAKER}: نعمل مع البلديات على مواقف جديدة للسيارات",
]


def kinds(desk: Desk) -> list[str]:
    return [match.kind for match in desk.matches]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    return desk


def test_lines_that_share_a_long_speaker_prefix_stay_apart(desk):
    assert len(desk.items) == 6
    assert len({item.title for item in desk.items.values()}) == 6


def test_the_same_page_twice_changes_nothing(desk):
    before = dict(desk.items)
    desk.read("2025-01-14T14:56", SEED)
    assert kinds(desk) == ["same"] * 6
    assert {item.guid: item.title for item in desk.items.values()} == {i.guid: i.title for i in before.values()}


def test_lines_on_top_are_new_and_nothing_else_is(desk):
    desk.read("2025-01-14T14:57", ["14:56 خبر أول", "14:55 خبر ثان", *SEED[:4]])
    assert kinds(desk) == ["new", "new", "same", "same", "same", "same"]


@pytest.mark.parametrize(
    ("place", "now"),
    [
        pytest.param(0, "14:54 افتتاح معرض الكتاب السنوي في القاعة الكبرى بعد الظهر", id="words added"),
        pytest.param(0, "14:54 إفتتاح معرض الكتاب السنوي في القاعه الكبرى", id="spelling"),
        pytest.param(1, "14:53 الأرصاد: أمطار غزيرة على الجبال مساء اليوم", id="a place corrected"),
        pytest.param(2, "14:53 فريق المدينة يفوز بكأس الناشئين للمرة الثالثة", id="a number corrected"),
        pytest.param(5, f"14:51 {SPEAKER}: نعمل مع البلديات على مواقف جديدة", id="the last line shortened"),
        pytest.param(3, f"14:52 {SPEAKER}: سنفتتح الخط الثالث في نهاية العام", id="one of two in a minute"),
    ],
)
def test_an_edit_in_its_place_is_the_same_item(desk, place, now):
    before = list(desk.last.rows)
    lines = [*SEED[:place], now, *SEED[place + 1 :]]
    desk.read("2025-01-14T14:56", lines)
    change = desk.last.rows[place]
    assert change.kind == "edited"
    assert change.item.guid == before[place].item.guid
    assert change.before == before[place].item.title
    assert len(desk.items) == 6


def test_an_edit_and_a_new_line_in_one_poll_are_told_apart(desk):
    edited = "14:54 افتتاح معرض الكتاب السنوي الكبير في القاعة الكبرى"
    desk.read("2025-01-14T14:56", ["14:55 خبر جديد تماماً", edited, *SEED[1:5]])
    assert kinds(desk) == ["new", "edited", "same", "same", "same", "same"]


def test_other_news_in_the_same_slot_is_another_item(desk):
    desk.read("2025-01-14T14:56", ["14:54 حريق في مستودع للأخشاب قرب المرفأ القديم", *SEED[1:]])
    assert kinds(desk)[0] == "new"
    assert len(desk.items) == 7


def test_a_statement_of_the_same_speaker_in_the_slot_of_another_is_another_item(desk):
    lines = [*SEED[:3], f"14:52 {SPEAKER}: لا نية لإقفال المحطة القديمة", *SEED[4:]]
    desk.read("2025-01-14T14:56", lines)
    assert kinds(desk)[3] == "new"


def test_a_follow_up_while_the_first_line_still_stands_is_another_item():
    desk = Desk()
    lines = ["10:02 إصابة 3 أشخاص في حادث سير على الطريق الساحلي", *SEED]
    desk.read("2025-01-14T15:03", lines)
    desk.read("2025-01-14T15:04", ["10:02 إصابة 5 أشخاص في حادث سير على الطريق الساحلي", *lines])
    assert kinds(desk)[:2] == ["new", "same"]


@pytest.mark.parametrize(
    ("was", "new", "reworded"),
    [
        pytest.param(
            "15:58 هدف ثان للفريق في المباراة النهائية",
            "15:58 هدف ثالث للفريق في المباراة النهائية",
            "15:58 هدف ثان للفريق في المباراة النهائية قبل دقائق من نهايتها",
            id="a number word",
        ),
        pytest.param(
            "15:58 البلدية تنفي إقفال الجسر القديم",
            "15:58 البلدية تؤكد إقفال الجسر القديم",
            "15:58 البلدية تنفي رسمياً إقفال الجسر القديم",
            id="a denial",
        ),
    ],
)
def test_look_alike_news_above_a_line_that_is_reworded_in_the_same_minute_is_not_its_edit(was, new, reworded):
    desk = Desk()
    desk.read("2025-01-14T15:59", [was, *SEED])
    guid = desk.last.rows[0].item.guid
    desk.read("2025-01-14T16:00", [new, reworded, *SEED])
    assert desk.last.rows[0].item.guid != guid


def test_look_alike_news_above_a_line_rewritten_beyond_recognition_is_not_its_edit():
    desk = Desk()
    desk.read("2025-01-14T15:59", ["15:58 هدف ثان للفريق في المباراة النهائية", *SEED])
    guid = desk.last.rows[0].item.guid
    top, below = "15:58 هدف ثالث للفريق في المباراة النهائية", "15:58 توقف اللعب بسبب الأمطار الغزيرة على الملعب"
    desk.read("2025-01-14T16:00", [top, below, *SEED])
    assert guid not in {change.item.guid for change in desk.last.rows}


def test_without_a_line_in_common_only_a_small_edit_is_the_same_item():
    """The list may have turned over between two polls, and look-alike news stand in the minute of the old."""
    old = ["15:58 هدف ثان للفريق في المباراة النهائية", "15:57 أول", "15:56 ثان", "15:55 ثالث"]
    desk = Desk()
    desk.read("2025-01-14T15:59", old)
    desk.read("2025-01-14T16:20", ["16:19 رابع", "16:10 خامس", "16:00 سادس", old[0].replace("ثان", "ثالث")])
    assert kinds(desk) == ["new"] * 4
    small = Desk()
    small.read("2025-01-14T15:59", old)
    small.read("2025-01-14T16:20", [f"{old[0]} أمس", "14:00 رابع", "13:00 خامس", "12:00 سادس"])
    assert kinds(small)[0] == "edited"


def test_a_line_that_vanished_and_comes_back_keeps_its_id(desk):
    guid = desk.last.rows[1].item.guid
    desk.read("2025-01-14T14:56", [SEED[0], *SEED[2:]])
    desk.read("2025-01-14T14:58", ["14:57 خبر آخر", *SEED])
    assert kinds(desk) == ["new", "same", "back", "same", "same", "same", "same"]
    assert desk.last.rows[2].item.guid == guid


def test_an_old_wording_that_comes_back_keeps_its_id(desk):
    guid = desk.last.rows[0].item.guid
    desk.read("2025-01-14T14:56", ["14:54 افتتاح معرض الكتاب السنوي في القاعة الكبرى اليوم", *SEED[1:]])
    desk.read("2025-01-14T14:57", ["14:57 خبر آخر", *SEED])
    assert desk.last.rows[1].item.guid == guid
    assert len(desk.items) == 7


def test_after_twenty_hours_the_same_words_at_the_same_time_are_a_new_item(desk):
    later = [f"15:{minute} خبر رقم {minute} من يوم آخر" for minute in range(19, 13, -1)]
    desk.read("2025-01-14T15:20", later)
    desk.read("2025-01-15T14:55", SEED)
    assert kinds(desk) == ["new"] * 6
    assert len(desk.items) == 18


def test_reordered_lines_change_nothing(desk):
    swapped = [SEED[1], SEED[0], *SEED[2:]]
    desk.read("2025-01-14T14:56", swapped)
    assert kinds(desk) == ["same"] * 6


def test_equal_lines_in_one_minute_are_two_items_and_stay_two():
    desk = Desk()
    lines = ["14:54 صفارات الإنذار", "14:54 صفارات الإنذار", "14:50 خبر", "14:49 خبر آخر"]
    desk.read("2025-01-14T14:55", lines)
    assert len(desk.items) == 4
    desk.read("2025-01-14T14:56", ["14:55 خبر ثالث", *lines])
    assert kinds(desk) == ["new", *["same"] * 4]


def test_an_equal_line_of_the_next_day_above_the_old_one_is_the_new_one():
    desk = Desk()
    desk.read("2025-01-14T07:05", ["07:00 نشرة الصباح", "06:00 أخبار", "05:00 أخبار أخرى", "04:00 خبر"])
    old = desk.last.rows[0].item
    desk.read("2025-01-15T07:05", ["07:00 نشرة الصباح", "23:00 أخبار المساء", "07:00 نشرة الصباح", "06:00 أخبار"])
    assert kinds(desk) == ["new", "new", "same", "same"]
    assert desk.last.rows[2].item.guid == old.guid


def test_an_older_copy_of_the_list_is_ignored_once(desk):
    desk.read("2025-01-14T14:57", ["14:56 خبر جديد", *SEED[:5]])
    kept = dict(desk.items)
    assert desk.read("2025-01-14T14:58", SEED) is None
    assert desk.items == kept
    assert desk.read("2025-01-14T14:59", SEED) is not None, "believed when it comes twice running"


def test_a_list_that_lost_most_of_its_rows_is_ignored_once():
    desk = Desk()
    lines = [f"14:{minute} خبر رقم {minute}" for minute in range(50, 30, -1)]
    desk.read("2025-01-14T14:51", lines)
    assert desk.read("2025-01-14T14:52", lines[:4]) is None
    assert desk.read("2025-01-14T14:53", ["14:53 خبر آخر", *lines[:3]]) is not None


def test_no_rows_is_no_list_to_doubt():
    assert doubt(Known(), []) is None
    assert reconcile(Known(), [], fetched_at=instant("2025-01-14T14:55"), zone=BEIRUT) == []


WORDS = st.lists(
    st.sampled_from(["البلدية", "تعلن", "افتتاح", "طريق", "جديد", "المرفأ", "مطر", "ثلج", "فوز", "3", "5", "لا"]),
    min_size=1,
    max_size=7,
).map(" ".join)
LINES = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 59), WORDS).map(lambda line: "{:02}:{:02} {}".format(*line)),
    min_size=4,
    max_size=12,
)


@given(LINES, LINES)
def test_every_row_gets_exactly_one_id_and_no_id_twice(first, second):
    desk = Desk()
    for minute, lines in enumerate((first, second)):
        changes = desk.read(f"2025-01-14T14:0{minute}", lines)
        assert changes is not None
        assert [change.item.rank for change in changes.rows] == list(range(len(lines)))
        assert len({change.item.guid for change in changes.rows}) == len(lines)
        assert [change.item.title for change in changes.rows] == [row.title for row in page(*lines)]


@given(LINES, st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_rows_on_top_of_any_page_are_new_and_nothing_else(lines, words, data):
    desk = Desk()
    desk.read("2025-01-14T14:00", lines)
    top = [f"14:0{len(words) - n} {word} إضافي" for n, word in enumerate(words)]
    desk.read("2025-01-14T14:06", [*top, *lines[: data.draw(st.integers(4, len(lines)))]])
    assert kinds(desk)[: len(top)] == ["new"] * len(top)
    assert set(kinds(desk)[len(top) :]) == {"same"}


@given(LINES, st.data())
def test_any_permutation_of_a_page_is_the_same_items(lines, data):
    desk = Desk()
    desk.read("2025-01-14T14:00", lines)
    kept = {item.guid: item.title for item in desk.items.values()}
    desk.read("2025-01-14T14:01", data.draw(st.permutations(lines)))
    assert set(kinds(desk)) == {"same"}
    assert {item.guid: item.title for item in desk.items.values()} == kept


UNLIKE = [  # no two of them could be an edit of each other
    f"{10 + n // 2}:{30 - n:02} {words}"
    for n, words in enumerate(
        (
            "مطر غزير",
            "إقفال الجسر",
            "فوز الفريق",
            "معرض الكتاب",
            "قطار سريع",
            "حديقة عامة",
            "ثلوج كثيفة",
            "مؤتمر صحفي",
            "سوق الذهب",
            "رحلة فضائية",
        )
    )
]


@given(st.lists(st.lists(st.sampled_from(UNLIKE), min_size=4, unique=True), min_size=2, max_size=4))
def test_what_was_seen_in_twenty_hours_is_never_new_again(pages):
    desk = Desk()
    for minute, lines in enumerate(pages):
        desk.read(f"2025-01-14T14:{minute:02}", lines)
    count = len(desk.items)
    again = sorted({line for lines in pages for line in lines})
    if desk.read("2025-01-14T14:30", again) is None:
        desk.read("2025-01-14T14:31", again)
    assert len(kinds(desk)) == len(again)
    assert "new" not in kinds(desk)
    assert len(desk.items) == count


def test_the_digest_sees_order_and_words():
    a, b = page(*SEED), page(*reversed(SEED))
    assert digest(a) == digest(page(*SEED)) != digest(b)
