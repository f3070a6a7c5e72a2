"""What `ticker inspect` tells a person: of lists that are there, of lists that are not, and what helps."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.running import answered
from ticker.errors import ParseError
from ticker.model import Ago, Block, Day, Headline
from ticker.parse.inspection import Inspection, LeftOut, Refused
from ticker.parse.left import left_out
from ticker.parse.lists import Listing
from ticker.parse.near import near
from ticker.parse.tree import grow
from ticker.picture import clipped, columns, complaint, kind, picture

PAGE = "https://news.example/"
TITLES = ["افتتاح جسر المشاة فوق النهر", "هبوط سعر الطماطم في السوق", "عودة القطار إلى الجبل", "إقفال الطريق الساحلية"]


def clock(printed: str, title: str, link: str | None = None) -> Headline:
    return Headline(printed, time.fromisoformat(printed), title, link)


NEWS = tuple(clock(f"14:{50 - at}", title, f"{PAGE}n/{at}") for at, title in enumerate(TITLES))
LIST = Block("عاجل", NEWS, "ul > li; stands under the heading")


def told(found: Inspection, *, width: int | None = None, isolate: bool = False) -> str:
    return "\n".join(picture(found, PAGE, width=width, isolate=isolate))


def failed(cause: str, **more: tuple[object, ...]) -> Inspection:
    return Inspection((), ParseError(cause, "it is not there"), **more)  # type: ignore[arg-type] # cells of tables


# A list is there


def test_a_list_is_shown_with_its_rows_and_why_it_was_taken():
    lines = told(Inspection((LIST,))).splitlines()
    assert lines[0] == "1. عاجل · 4 rows · ul > li"
    assert lines[1] == f"   14:50  {TITLES[0]} -> /n/0"
    facts = {line[:14].strip(): line[14:].strip() for line in lines[6:]}
    assert facts["why"] == "stands under the heading"
    assert facts["order"] == "3 of 3 steps down the list go back in time"
    assert facts["headlines"].endswith("; 4 of 4 with a link")
    assert facts["times"] == "4 by the clock alone, as “14:50”"


def test_a_guess_is_called_one_and_what_makes_sure_is_said():
    guess = Block(None, NEWS, "div > a; a guess: 6.31")
    seen = told(Inspection((guess, LIST)))
    assert "(no heading) · 4 rows · div > a" in seen
    assert "a guess: no heading was given\n" in seen
    assert "6.31" not in seen
    assert "inspect with --heading to make sure" in seen
    assert "2. عاجل · 4 rows · ul > li" in seen


def test_of_long_lists_and_of_many_the_first_are_shown():
    long = Block("Latest", tuple(clock("14:50", f"Row {at}") for at in range(99)), "p > b; because")
    seen = told(Inspection((long,) * 7))
    assert "   14:50  Row 29\n       …  69 more" in seen
    assert "2. Latest" in seen
    assert "6. Latest" not in seen
    assert "… and 2 more" in seen


@pytest.mark.parametrize(
    ("row", "way"),
    [
        (Headline("14:54", time(14, 54), "T"), "by the clock alone"),
        (Headline("yesterday, 14:54", time(14, 54), "T", day=Day(back=1)), "by day and clock"),
        (Headline("12 May", None, "T", day=Day(month=5, day=12)), "by the day alone"),
        (Headline("5m", None, "T", ago=Ago(timedelta(minutes=5), timedelta(minutes=1))), "by how long ago"),
        (Headline("2025-01-14T14:54Z", None, "T", stated=datetime(2025, 1, 14, tzinfo=UTC)), "stated in the markup"),
        (Headline("soon", None, "T"), "that cannot be read"),
    ],
)
def test_each_way_to_say_a_time_has_a_name(row, way):
    assert kind(row) == way
    assert f"1 {way}, as “{row.printed}”" in told(Inspection((Block("H", (row,), "p; because"),)))


def test_a_mixture_of_times_is_counted_and_its_doubts_are_named():
    ago = Headline("منذ 5 دقائق", None, "T", ago=Ago(timedelta(minutes=5), timedelta(minutes=1)))
    day = Headline("12 May", None, "T", day=Day(month=5, day=12))
    stated = Headline("14:40", time(14, 40), "T", stated=datetime(2025, 1, 14, 14, 40, tzinfo=UTC))
    seen = told(Inspection((Block("H", (ago, *NEWS, day, Headline("soon", None, "T"), stated), "p; because"),)))
    assert "5 by the clock alone" in seen
    assert "1 of them also stated in the markup" in seen
    assert "right only to the unit that is printed" in seen
    assert "right only to the day" in seen
    assert "1 of 8 times cannot be read, as “soon”" in seen
    assert "Mind:" not in told(Inspection((LIST,)))


def test_what_was_left_out_is_told_once_for_all_alike():
    labels = [LeftOut("محليات", "the same in several rows")] * 3
    pinned = [LeftOut("Win a bicycle", "no time stands with it")]
    seen = told(Inspection((LIST,), left_out=(*labels, *pinned)))
    assert "left out    “محليات” 3 times: the same in several rows\n" in seen
    assert "“Win a bicycle”: no time stands with it" in seen
    many = tuple(LeftOut(f"text {at}", "a label") for at in range(20))
    assert "and 12 more" in told(Inspection((LIST,), left_out=many))


def test_lists_that_were_passed_over_are_told_with_the_reason():
    popular = Block("الأكثر قراءة", NEWS[::-1], "ol > li; ")
    seen = told(Inspection((LIST,), refused=(Refused(popular, "its times rise, as those of a programme do"),)))
    _, _, over = seen.partition("Passed over:")
    assert " · الأكثر قراءة · 4 rows · ol > li\n   its times rise, as those of a programme do\n" in over
    assert f"   14:47  {TITLES[3]}" in over
    assert TITLES[0] not in over, "of such a list the first rows are enough"


def seen_in(html: str, rows: Sequence[Headline], start: str) -> list[tuple[str, str]]:
    """What is left out of a list that begins with the text *start*."""
    tree = grow(html)
    listing = Listing(tree.texts.index(start), tuple(rows), 1.0, "ul > li")
    return [(one.text, one.why) for one in left_out(tree.texts, listing, tree)]


def test_what_no_row_was_made_of_is_found_with_the_reason():
    html = (
        "<p>Before</p><ul><li><b>14:50</b> <i>Politics</i> <a>Bridge <em>opens</em> at last</a></li>"
        "<li class=ad><a>Win a bicycle</a></li>"
        "<li><b>(14:40)</b> <i>Politics</i> <a>Market closes early</a><p>Because of the storm.</p></li>"
        "<li><b>14:30</b><a>Train is late</a><a>Train is late</a> <u>12</u></li></ul><p>After 14:20</p>"
    )
    rows = [
        clock("14:50", "Bridge opens at last"),
        clock("14:40", "Market closes early"),
        clock("14:30", "Train is late"),
    ]
    assert seen_in(html, rows, "14:50") == [
        ("Politics", "the same in several rows, so a label"),
        ("Win a bicycle", "no time stands with it"),
        ("Politics", "the same in several rows, so a label"),
        ("Because of the storm.", "beside the headline of its row"),
    ]


def test_a_time_may_follow_the_last_headline():
    html = "<ul><li>One thing <b>14:50</b><li>Another <b>14:40</b><li>Third <i>14:30</i></ul><p>14:20</p><p>End</p>"
    rows = [clock("14:50", "One thing"), clock("14:40", "Another"), clock("14:30", "Third")]
    assert seen_in(html, rows, "One thing") == []
    doubled = "<ul><li>One thing<u>One thing</u> 14:50<li>Another 14:40</ul>"
    assert seen_in(doubled, rows[:2], "One thing") == [("One thing", "the headline once more")]


def test_in_plain_text_what_has_no_time_is_told():
    texts = ["14:50", "One thing", "An advert", "14:40", "Another", "Foot"]
    listing = Listing(0, (clock("14:50", "One thing"), clock("14:40", "Another")), 1.0, "lines")
    assert left_out(texts, listing) == (LeftOut("An advert", "no time stands with it"),)
    assert left_out(texts, Listing(0, (clock("14:50", "Not there"),), 1.0, "lines")) == ()


# No list is there


@pytest.mark.parametrize(
    ("found", "cure"),
    [
        pytest.param(
            failed("heading-absent", headings=("عاجل الآن", "أخبار")), "the page has “عاجل الآن”", id="likest"
        ),
        pytest.param(failed("heading-absent", others=(LIST,)), "a list stands under “عاجل”", id="another list"),
        pytest.param(failed("heading-absent"), "write it as it stands on the page", id="nothing like it"),
        pytest.param(failed("block-absent", others=(LIST,)), "a list stands under “عاجل”", id="list elsewhere"),
        pytest.param(failed("block-absent"), "selectors", id="no list at all"),
        pytest.param(
            failed("block-absent", refused=(Refused(LIST, "it rises"),)), "name its heading", id="none that is news"
        ),
        pytest.param(failed("block-empty", others=(LIST,)), "a list stands under “عاجل”", id="empty, list elsewhere"),
        pytest.param(failed("block-empty"), "in a browser", id="empty"),
        pytest.param(failed("times-unreadable"), "point `selectors`", id="unreadable"),
    ],
)
def test_a_failure_is_one_line_with_its_cure(found, cure):
    line = complaint(found)
    assert line.startswith(f"{found.problem.cause}: it is not there; ")
    assert cure in line
    assert "\n" not in line


def test_the_nearest_candidates_are_shown_below_it():
    seen = told(failed("heading-absent", headings=("عاجل الآن", "أخبار"), others=(LIST,)))
    assert "Most like the heading asked for:\n   “عاجل الآن”\n   “أخبار”\n" in seen
    assert f"Other lists that could be followed:\n · عاجل · 4 rows · ul > li\n   14:50  {TITLES[0]} -> /n/0" in seen
    assert told(failed("block-absent")) == ""


def test_a_list_whose_times_cannot_be_read_is_shown_and_not_recommended():
    rows = tuple(Headline(f"soon {at}", None, title) for at, title in enumerate(TITLES))
    found = Inspection((Block("H", rows, "p; stands under the heading"),), ParseError("times-unreadable", "such times"))
    assert "4 that cannot be read, as “soon 0”" in told(found)
    assert "Mind:" not in told(found)


# In a terminal


def test_no_line_is_wider_than_the_terminal():
    rows = (*NEWS, clock("14:01", "Long words of a headline " * 9, f"{PAGE}{'x' * 200}"), clock("14:00", "新着" * 60))
    lists = Block("Heading " * 12, rows, "section > article; " + "a long reason " * 12)
    found = Inspection(
        (lists, LIST),
        refused=(Refused(LIST, "many words about why " * 9),),
        left_out=(LeftOut("long text " * 30, "a reason of many words " * 6),),
    )
    for width in (40, 80, 120):
        short = [line for line in told(found, width=width).splitlines() if not line.startswith(("1.", "2.", " ·"))]
        assert max(map(columns, short)) <= width
    assert "Long words of a headline " * 9 in told(found), "nothing is cut where nobody sees it"


def test_right_to_left_texts_are_kept_together_in_a_terminal_only():
    row = clock("14:00", "Latin words")
    seen = told(Inspection((Block("عاجل", (*NEWS, row), "p; because"),)), isolate=True)
    assert f"14:50  \u2068{TITLES[0]}\u2069 -> /n/0" in seen
    assert "14:00  Latin words" in seen
    assert "\u2068" not in told(Inspection((LIST,)))


@given(st.text(max_size=60), st.integers(1, 40))
def test_what_is_cut_fits(words, most):
    assert columns(clipped(words, most)) <= most


def test_letters_are_as_wide_as_a_terminal_shows_them():
    assert [columns(text) for text in ("abc", "عاجل", "عَاجِل", "新着", "")] == [3, 4, 4, 4, 0]


@given(st.lists(st.builds(Headline, st.none() | st.text(), st.none() | st.times(), st.text(min_size=1)), max_size=5))
def test_any_rows_can_be_told(rows: Sequence[Headline]):
    block = Block(None, tuple(rows) or NEWS, "p; a guess: 1.0")
    assert told(Inspection((block, block), others=(block,), refused=(Refused(block, ""),)), width=60, isolate=True)


# Headings that are nearly the one asked for


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        pytest.param("Breaking nws", "Breaking News", id="a slip"),
        pytest.param("News, breaking", "Breaking News", id="another order"),
        pytest.param("عاجل ٢٤ / ٧ مباشر", "عاجل 24/7", id="a word too many, other digits"),
        pytest.param("اخر الأخبار", "آخِر الأخبار", id="another spelling"),
        pytest.param("最新ニュース速報", "ニュース速報", id="without spaces"),
    ],
)
def test_the_likest_heading_comes_first(wanted, first):
    texts = [
        "Sport",
        "Weather",
        "آراء",
        "عاجل 24/7",
        "Breaking News",
        "14:54",
        "آخِر الأخبار",
        "Most read",
        "ニュース速報",
    ]
    found = near(wanted, [*texts, "Breaking news of the day in a whole long sentence that is no heading " * 2, *texts])
    assert found[0] == first
    assert len(found) == len(set(found)) <= 5


def test_nothing_like_it_gives_nothing():
    assert near("عاجل", ["Sport", "Weather", "14:54", "", "…"]) == ()
    assert near("!", ["Sport", "?"]) == ()


@pytest.mark.alone
def test_five_thousand_texts_are_compared_at_once():
    dice = random.Random(7)
    words = ["harbour", "bridge", "market", "storm", "latest", "train", "council", "أخبار", "عاجل", "اليوم"]
    texts = [f"{' '.join(dice.choices(words, k=3))} {at}" for at in range(5_000)]
    begin = process_time()
    assert near(texts[4_000] + "9", texts)[0] in (texts[4_000], texts[4_000] + "9")
    assert process_time() - begin < 2


# The command


def rows_of(titles: Sequence[str]) -> str:
    return "".join(f"<li><span>14:{50 - at}</span> <a href=/n/{at}>{title}</a></li>" for at, title in enumerate(titles))


@pytest.mark.parametrize("ending", ["html", "txt"])
def test_inspect_tells_why_and_what_to_configure(tmp_path, ending):
    text = f"<meta charset=utf-8><h2>عاجل</h2><ul>{rows_of(TITLES)}</ul>"
    if ending == "txt":
        text = "عاجل\n" + "\n".join(f"14:{50 - at}\n{title}" for at, title in enumerate(TITLES))
    page = tmp_path / f"page.{ending}"
    page.write_text(text, "utf-8")
    printed = answered("inspect", page, "--heading", "عاجل", "--url", PAGE).stdout
    for fact in ("1. عاجل · 4 rows", f"   14:50  {TITLES[0]}", "   why  ", "3 of 3 steps", "4 by the clock alone"):
        assert fact in printed
    (source,) = yaml.safe_load(printed[printed.index("  - name:") :])
    assert source["heading"] == "عاجل"


def test_inspect_invents_no_heading_where_none_stands(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<meta charset=utf-8><ul>{rows_of(TITLES)}</ul>", "utf-8")
    printed = answered("inspect", page, "--url", PAGE).stdout
    (source,) = yaml.safe_load(printed[printed.index("  - name:") :])
    assert "heading" not in source
    assert "# no heading stands above this list" in printed


def test_inspect_of_an_absent_heading_fails_in_one_line(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<meta charset=utf-8><h2>عاجل الآن</h2><ul>{rows_of(TITLES)}</ul>", "utf-8")
    done = answered("inspect", page, "--heading", "عاجل 24/7", check=1)
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("ticker: heading-absent: the page does not hold the heading “عاجل 24/7”; ")
    assert "  - name:" not in done.stdout
