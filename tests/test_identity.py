"""The invariants of identity (M1 to M11), over reconcile and resolve, for lists of clocks and for mixed lists."""

import json
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.desk import Desk
from tests.lines import BEIRUT, MINUTE, ago, dated, instant, row
from ticker import text
from ticker.model import Headline, Item
from ticker.reconcile import doubt, reconcile

START = instant("2025-01-14T22:40")  # lists go over midnight
UNLIKE = (  # no word stands in two of them: none can be an edit of another
    "افتتاح معرض الكتاب السنوي في القاعة الكبرى مساء اليوم",
    "أمطار غزيرة على الساحل",
    "فريق الناشئين يفوز بكأس المدينة",
    "قطار سريع يصل إلى محطته الأولى قبل موعده بنصف ساعة",
    "حديقة عامة",
    "مزارعون يبدأون قطاف الزيتون باكراً هذا الموسم",
    "Harbour bridge reopens after long repairs",
    "Rowers take gold",
    "إقفال نفق المرفأ أمام الشاحنات حتى إشعار آخر",
    "متحف يعرض لوحات نادرة",
    "کوهنوردان به قله رسیدند",
    "Library extends opening hours during exam weeks",
    "هزة أرضية خفيفة شرق الجزيرة بقوة 3.1 درجات",
    "1,250 طالباً يزورون المرصد الفلكي",
)
CLOCK, DATED, AGED = "clock", "dated", "aged"


@dataclass(frozen=True)
class Story:
    """One line of a newsroom: when it was, what it says, and how its time is printed."""

    at: datetime
    words: str
    style: str = CLOCK

    def printed(self, now: datetime) -> Headline:
        """As the page shows it at *now*."""
        local = self.at.astimezone(BEIRUT)
        if self.style == CLOCK:
            return row(f"{local:%H:%M} {self.words}")
        if self.style == DATED:
            back = (now.astimezone(BEIRUT).date() - local.date()).days
            return dated(self.words, f"{local:%H:%M}", back=back)
        minutes = (now - self.at) // MINUTE
        return ago(self.words, minutes=minutes) if minutes < 60 else ago(self.words, hours=minutes // 60)


def stories(words: Sequence[str], gaps: Sequence[int], styles: Sequence[str]) -> list[Story]:
    """Newest first, the newest at START."""
    at, made = START, []
    for line, gap, style in zip(words, gaps, styles, strict=True):
        at -= gap * MINUTE
        made.append(Story(at, line, style))
    return made


def newsroom(texts: st.SearchStrategy[list[str]], styles: Sequence[str]) -> st.SearchStrategy[list[Story]]:
    """Lists of stories, up to 90 minutes apart."""

    def timed(words: list[str]) -> st.SearchStrategy[list[Story]]:
        count = len(words)
        return st.builds(
            stories,
            st.just(words),
            st.lists(st.integers(0, 90), min_size=count, max_size=count),
            st.lists(st.sampled_from(styles), min_size=count, max_size=count),
        )

    return texts.flatmap(timed)


SOME = st.lists(st.sampled_from(UNLIKE), min_size=5, max_size=len(UNLIKE), unique=True)
REPEATING = st.lists(st.sampled_from([*UNLIKE[1:8], "صفارات الإنذار", "عاجل"]), min_size=4, max_size=10)
CLOCKS, MIXED = newsroom(SOME, [CLOCK]), newsroom(SOME, [CLOCK, DATED, AGED])
ANY = newsroom(REPEATING, [CLOCK]) | CLOCKS | MIXED
BOTH = CLOCKS | MIXED
STEPS = st.integers(1, 25)  # minutes between two polls


def show(lines: Sequence[Story], now: datetime) -> list[Headline]:
    return [story.printed(now) for story in lines]


def read(desk: Desk, now: datetime, lines: Sequence[Story]) -> list[str]:
    """The ids of the rows, in order; a list that is not believed at once is shown again."""
    if desk.read(now, show(lines, now)) is None:
        assert desk.read(now, show(lines, now)) is not None
    return ids(desk)


def ids(desk: Desk) -> list[str]:
    return [change.item.guid for change in desk.last.rows]


def kinds(desk: Desk) -> list[str]:
    return [match.kind for match in desk.matches]


def kept(desk: Desk) -> dict[str, tuple[str, datetime, datetime, int]]:
    """Of each item what readers see, and how many wordings it had."""
    return {item.guid: (item.title, item.published, item.updated, len(item.revisions)) for item in desk.items.values()}


def lasting(item: Item) -> tuple[object, ...]:
    """What never changes of an item, whatever is read later."""
    return item.guid, item.published, item.first_seen, item.flag, item.repost_of


@given(st.lists(ANY, min_size=2, max_size=4), STEPS)
@settings(deadline=None, max_examples=40)
def test_m1_every_row_gets_one_id_and_no_two_rows_the_same(lists, step):
    desk, now = Desk(), START
    for lines in lists:
        now += step * MINUTE
        guids = read(desk, now, lines)
        assert len(guids) == len(lines) == len(set(guids))
        assert [change.item.title for change in desk.last.rows] == [story.words for story in lines]
        assert set(guids) <= desk.items.keys()


@given(ANY, st.integers(0, 40))
@settings(deadline=None, max_examples=60)
def test_m2_the_same_page_twice_changes_nothing(lines, later):
    desk = Desk()
    first = read(desk, START, lines)
    before = kept(desk)
    assert read(desk, START + later * MINUTE, lines) == first
    assert kinds(desk) == ["same"] * len(lines)
    assert kept(desk) == before
    assert not desk.moved


@given(BOTH, st.integers(0, 12), st.integers(1, 4), st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_m3_rows_on_top_are_new_and_nothing_else_is(lines, later, more, off):
    assume(len(lines) >= 4 + more + off)
    desk, now = Desk(), START + later * MINUTE
    old, top = lines[more:], lines[:more]
    first = read(desk, old[0].at, old)
    guids = read(desk, now, [*top, *old[: len(old) - off]])
    assert kinds(desk) == ["new"] * more + ["same"] * (len(old) - off)
    assert guids[more:] == first[: len(old) - off]
    assert not {*guids[:more]} & {*first}


@given(ANY, STEPS, st.data())
@settings(deadline=None, max_examples=60)
def test_m4_any_order_of_the_same_rows_is_the_same_items(lines, later, data):
    desk = Desk()
    first = read(desk, START, lines)
    before = kept(desk)
    order = data.draw(st.permutations(range(len(lines))))
    guids = read(desk, START + later * MINUTE, [lines[n] for n in order])
    assert set(kinds(desk)) == {"same"}
    assert kept(desk) == before
    assert set(guids) == set(first)
    if len({story.words for story in lines}) == len(lines):
        assert guids == [first[n] for n in order]


@given(BOTH, st.lists(st.tuples(st.integers(0, 10), st.integers(4, 14), STEPS), min_size=2, max_size=7))
@settings(deadline=None, max_examples=60)
def test_m5_whatever_is_cut_or_missed_a_line_is_one_item_for_twenty_hours(lines, windows):
    desk, now = Desk(), START
    known: dict[Story, str] = {}
    for top, rows, step in windows:
        now += step * MINUTE
        shown = lines[top : top + rows] or lines
        for story, guid in zip(shown, read(desk, now, shown), strict=True):
            assert known.setdefault(story, guid) == guid
    assert len(desk.items) == len(known) == len(set(known.values()))


WAS = "الأرصاد: 3 أيام من المطر على الساحل الشمالي"
VARIANTS = (
    "الأرصاد: 5 أيام من المطر على الساحل الشمالي",
    "الأرصاد: 3 أيام من المطر على الساحل الجنوبي",
    "الأرصاد: 3 أيام من المطر على الساحل الشمالي مساء الغد",
    "الأرصاد: لا أيام من المطر على الساحل الشمالي",
    "الأرصاد: 3 أيام من المطرعلى الساحل الشمالي",
    "3 أيام من المطر على الساحل الشمالي",
    "الأرصاد",
)


@given(BOTH, st.sampled_from(VARIANTS), st.sampled_from([CLOCK, DATED, AGED]), st.integers(0, 9), st.data())
@settings(deadline=None, max_examples=60)
def test_m6_two_texts_in_one_list_are_two_items_however_alike(lines, other, style, later, data):
    """Wherever the second comes: the first stays what it was."""
    place = data.draw(st.integers(0, len(lines)))
    at = lines[min(place, len(lines) - 1)].at
    first, second = Story(at, WAS, style), Story(at + later * MINUTE, other, style)
    old = [*lines[:place], first, *lines[place:]]
    new = [*old[:place], *data.draw(st.permutations([first, second])), *old[place + 1 :]]
    desk = Desk()
    before = dict(zip(old, read(desk, START, old), strict=True))
    after = dict(zip(new, read(desk, START + 12 * MINUTE, new), strict=True))
    assert after[second] not in before.values()
    assert {story: after[story] for story in old} == before
    assert Counter(kinds(desk)) == {"same": len(old), "new": 1}


def test_m6_also_when_one_of_two_equal_lines_is_taken_off():
    """What still stands in the list was not reworded."""
    first, second = Story(START - 2 * MINUTE, WAS), Story(START - 30 * MINUTE, WAS)
    between, below = Story(START - 9 * MINUTE, UNLIKE[0]), Story(START - 50 * MINUTE, UNLIKE[1])
    desk = Desk()
    before = read(desk, START, [first, between, second, below])
    other = Story(START - MINUTE, VARIANTS[2])
    after = read(desk, START + MINUTE, [other, between, second, below])
    assert after[0] not in before
    assert after[1:] == before[1:]


def test_m6_also_when_the_first_has_scrolled_out():
    """The last line of a list that others push out was not taken off."""
    others = [Story(START - n * MINUTE, words) for n, words in enumerate(UNLIKE[:4])]
    desk = Desk()
    before = read(desk, START, [*others, Story(START - 9 * MINUTE, WAS)])
    after = read(desk, START + 2 * MINUTE, [Story(START + MINUTE, VARIANTS[2]), *others])
    assert after[0] not in before
    assert after[1:] == before[:-1]


@given(BOTH, st.sampled_from([CLOCK, DATED, AGED]))
@settings(deadline=None, max_examples=30)
def test_m6_the_same_few_words_at_another_time_are_another_item(lines, style):
    """Though the first has scrolled out by then."""
    siren = Story(lines[-1].at - 45 * MINUTE, "صفارات الإنذار", style)
    desk, now = Desk(), START + 5 * MINUTE
    before = read(desk, START, [*lines, siren])
    after = read(desk, now, [replace(siren, at=now - MINUTE), *lines])
    assert after[0] not in before
    assert after[1:] == before[:-1]


ARABIC = "وأعلن المجلس الأعلى إقامة مسيرة كشفية: 1,250 مشاركاً يصلون إلى القرية، ومؤتمر هيئة الشؤون بـ«نسبة» 45%"
COSMETIC: dict[str, dict[int, Any]] = {
    "alef": str.maketrans("أإآ", "ااا"),
    "alef wasla": str.maketrans("ا", "ٱ"),
    "alef maqsura": str.maketrans("ى", "ي"),
    "ta marbuta": str.maketrans("ة", "ه"),
    "hamza seats": str.maketrans({"ؤ": "و", "ئ": "ي", "ء": None}),
    "Persian letters": str.maketrans("يك", "یک"),
    "other letters": str.maketrans("ه", "ہ"),
    "Arabic digits": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "Persian digits": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "percent": str.maketrans("%", "٪"),
    "no thousands": str.maketrans({",": None}),
    "Arabic thousands": str.maketrans(",", "٬"),
    "tatweel": str.maketrans({"م": "مـ"}),
    "vowel signs": str.maketrans({"ل": "لَ", "ر": "رّ"}),
    "dagger alef": str.maketrans({"ه": "هٰ"}),
    "quotes": str.maketrans("«»", "“”"),
    "commas": str.maketrans({"،": " - "}),
    "no-break spaces": str.maketrans(" ", "\u00a0"),
    "wide spaces": str.maketrans({" ": "  \u2003"}),
    "bidi marks": str.maketrans({" ": " \u200f", "%": "%\u202c"}),
    "zero width": str.maketrans({"م": "\u200bم", "ن": "ن\u200c"}),
    "soft hyphens": str.maketrans({"س": "س\u00ad"}),
    "presentation forms": str.maketrans("لم", "\ufedd\ufee1"),
}


@pytest.mark.parametrize("change", COSMETIC.values(), ids=COSMETIC.keys())
@given(lines=BOTH, more=st.integers(0, 3), style=st.sampled_from([CLOCK, DATED, AGED]), data=st.data())
@settings(deadline=None, max_examples=8)
def test_m7_a_change_of_spelling_marks_or_spaces_keeps_the_id(change, lines, more, style, data):
    place = data.draw(st.integers(more, len(lines)))
    at = lines[min(place, len(lines) - 1)].at
    was, now = (Story(at, text.display(words), style) for words in (ARABIC, ARABIC.translate(change)))
    assert text.key(was.words) == text.key(now.words)
    desk = Desk()
    old = [*lines[more:place], was, *lines[place:]]
    guid = read(desk, START, old)[place - more]
    guids = read(desk, START + 12 * MINUTE, [*lines[:place], now, *lines[place:]])
    assert guids[place] == guid
    assert kinds(desk)[place] == ("same" if was.words == now.words else "edited")
    assert desk.items[guid].title == now.words
    assert [change.item.guid for change in desk.last.of("edited")] in ([], [guid])
    desk.read(START + 30 * MINUTE, show([*lines[:place], *lines[place:]], START + 30 * MINUTE))
    assert read(desk, START + 40 * MINUTE, [*lines[:place], was, *lines[place:]])[place] == guid, "and when it is back"


@given(st.lists(ANY, min_size=3, max_size=5), STEPS)
@settings(deadline=None, max_examples=30)
def test_m8_what_is_read_later_changes_no_id_and_no_instant(lists, step):
    desk, now = Desk(), START
    before: dict[str, tuple[object, ...]] = {}
    for lines in lists:
        now += step * MINUTE
        read(desk, now, lines)
        after = {guid: lasting(item) for guid, item in desk.items.items()}
        assert before.items() <= after.items()
        before = after


@given(BOTH, st.data(), STEPS)
@settings(deadline=None, max_examples=60)
def test_m9_two_lists_in_turn_update_no_row_more_than_once(lines, data, step):
    edited = data.draw(st.sets(st.integers(0, len(lines) - 1)))
    more = data.draw(st.integers(0, 1))
    other = [replace(s, words=f"{s.words} مجدداً") if n in edited else s for n, s in enumerate(lines)]
    desk, now = Desk(), START
    for shown in (lines[more:], other) * 2:
        now += step * MINUTE
        desk.read(now, show(shown, now))
        assert all(len(item.revisions) <= 1 for item in desk.items.values())
    certain = len(edited) < 2 or {story.style for story in lines} == {
        CLOCK
    }  # two of "an hour ago" may be taken for new
    assert len(lines) <= len(desk.items) <= len(lines) + (0 if certain else len(edited))
    assert [desk.items[guid].title for guid in ids(desk)] == [story.words for story in other]


@given(BOTH, STEPS, st.integers(1, 2))
@settings(deadline=None, max_examples=40)
def test_m10_a_list_that_is_refused_leaves_everything_as_it_was(lines, step, which):
    desk, same, now = Desk(), Desk(), START + step * MINUTE
    for each in (desk, same):
        read(each, START - MINUTE, lines[1:])
        read(each, now, lines)
    stale = lines[1:] if which == 1 else lines[: (len(lines) - 1) // 3]
    before, known = dict(desk.items), desk.known
    assert desk.read(now + MINUTE, show(stale, now + MINUTE)) is None
    assert desk.items == before
    assert replace(desk.known, doubted=known.doubted) == known
    for each in (desk, same):
        read(each, now + 2 * MINUTE, [Story(now, "خبر أخير"), *lines])
    assert desk.items == same.items


@given(st.lists(ANY, min_size=2, max_size=4), STEPS)
@settings(deadline=None, max_examples=30)
def test_m11_a_restart_between_any_two_polls_changes_nothing(lists, step):
    running, restarted, now = Desk(), Desk(), START
    for lines in lists:
        now += step * MINUTE
        restarted = restarted.restarted()
        text._remembered_key.cache_clear()
        assert read(restarted, now, lines) == read(running, now, lines)
    assert restarted.items == running.items


@given(BOTH, BOTH)
@settings(deadline=None, max_examples=40)
def test_m11_the_same_question_has_the_same_answer(first, second):
    desk, now = Desk(), START + MINUTE
    read(desk, START, first)
    known, seen = desk.remembered(now), show(second, now)
    answers = [reconcile(known, seen, fetched_at=now, zone=BEIRUT) for _ in range(2)]
    assert answers[0] == answers[1]
    assert doubt(known, seen) == doubt(known, seen)


@given(BOTH, STEPS, st.data())
@settings(deadline=None, max_examples=40)
def test_a_line_reworded_in_its_slot_is_one_item_and_other_news_in_it_another(lines, step, data):
    """What the invariants leave open: the place and the words together decide."""
    place = data.draw(st.integers(0, len(lines) - 1))
    edited, replaced = (
        [*lines[:place], replace(lines[place], words=words), *lines[place + 1 :]]
        for words in (f"{lines[place].words} مجدداً", "منتخب السباحة يغادر إلى بطولة آسيا")
    )
    for shown, same in ((edited, True), (replaced, False)):
        desk = Desk()
        first = read(desk, START, lines)
        guids = read(desk, START + step * MINUTE, shown)
        assert (guids[place] == first[place]) == same
        assert [*guids[:place], *guids[place + 1 :]] == [*first[:place], *first[place + 1 :]]


def test_the_memory_of_an_id_ends_after_twenty_hours():
    """The other side of M5: the next day's line is another one, and no id is made twice."""
    desk, later = Desk(), START + timedelta(hours=24)
    lines = [Story(START - n * MINUTE, words) for n, words in enumerate(UNLIKE[:6])]
    first = read(desk, START, lines)
    read(desk, START + 5 * MINUTE, [Story(START + (5 - n) * MINUTE, words) for n, words in enumerate(UNLIKE[6:12])])
    again = read(desk, later, [replace(story, at=story.at + timedelta(hours=24)) for story in lines])
    assert not {*first} & {*again}
    assert kinds(desk) == ["new"] * 6


def test_the_spellings_of_this_file_are_real_changes():
    """Else M7 would prove nothing: each is another text, and all but a few another one on the page too."""
    shown = {name: text.display(ARABIC.translate(change)) for name, change in COSMETIC.items()}
    assert all(ARABIC.translate(change) != ARABIC for change in COSMETIC.values())
    unseen = {"no-break spaces", "wide spaces", "bidi marks", "soft hyphens"}
    assert {name for name, words in shown.items() if words == text.display(ARABIC)} == unseen
    assert unicodedata.is_normalized("NFC", text.display(ARABIC))


def pair(label, kind, a, b, **ctx):
    return json.dumps({"label": label, "kind": kind, "a": a, "b": b, "ctx": ctx}, ensure_ascii=False)


def test_the_bench_counts_what_is_merged_and_what_is_kept(tmp_path):
    lines = [
        pair("same", "typo_or_word", WAS, WAS.replace("المطر", "المظر"), coexist=False),
        pair("same", "number", WAS, VARIANTS[0], coexist=False),
        pair("same", "rewrite", WAS, UNLIKE[0], coexist=False),
        pair("different", "template_number", WAS, VARIANTS[0], coexist=True, same_minute=None),
        pair("different", "lookalike", WAS, VARIANTS[5], coexist=True, same_minute=True),
        pair("different", "slot_reuse", WAS, VARIANTS[2], coexist=False, same_minute=True),
        pair("different", "followup", WAS, UNLIKE[0], coexist=False, same_minute=False),
        pair("different", "restated", WAS, f"{WAS} غداً", coexist=True),
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines), "utf-8")
    bench = Path(__file__).parents[1] / "bench" / "pairs.py"
    done = subprocess.run([sys.executable, bench, tmp_path / "pairs.jsonl"], capture_output=True, check=True)
    assert json.loads(done.stdout) == {
        "different_merged": 1,  # the slot that was used again for words that look like an edit
        "restated_merged": 0,
        "edits_in_list": 0.6667,
        "edits_by_text": 0.3333,
        "different_by_text": 2,
        "restated_by_text": 1,
        "different_in_slot": 3,
        "different_pairs": 4,
        "restated_pairs": 1,
        "edit_pairs": 3,
        "pairs": 8,
    }
