"""The page of one headline: how it became what it says, what came before and after it, what it shows when shared."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsstand import NOON, Newsstand, a_source, an_app, an_item, client_of
from tests.test_serve import Reading, item_path
from ticker.model import Item, Revision
from ticker.serve.differences import MOST, Piece, pieces
from ticker.serve.item import locale, steps

PORT = replace(
    an_item("Four dead and three hurt in a fire at the port", source="daily", at=NOON - timedelta(minutes=40)),
    printed="11:20", updated=NOON - timedelta(minutes=10), last_seen=NOON,
    revisions=(
        Revision("Fire at the port", NOON - timedelta(minutes=40), "11:18", NOON - timedelta(minutes=30),
                 "same words, old line gone, time 11:20 instead of 11:18"),
        Revision("Three hurt in fire at the port", NOON - timedelta(minutes=30), "11:20", NOON - timedelta(minutes=10),
                 "edited in place, likeness 0.76"),
    ),
)  # fmt: skip
DAILY = a_source("daily", title="The Daily — Live", language="en", zone=ZoneInfo("Europe/London"))
WORDS = st.lists(
    st.sampled_from(["port", "fire", "«3»", "مرفأ", "حريق،", "12.5%", "東京で", "-", "e\u0301t"]), max_size=8
).map(" ".join)


def told(before: str, after: str) -> list[str]:
    marks = {"same": "", "gone": "-", "came": "+"}
    return [marks[piece.kind] + piece.text for piece in pieces(before, after)]


@pytest.mark.parametrize(("before", "after", "changed"), [
    pytest.param("Three hurt in fire at the port", "Four dead, three hurt in a fire at the port",
                 ["-Three", "+Four dead, three", " hurt in", "+ a", " fire at the port"], id="word by word"),
    pytest.param("one two three ends", "one five six ends", ["one ", "-two three", "+five six", " ends"],
                 id="a space alone parts nothing"),
    pytest.param("ends here", "ends here.", ["ends here", "+."], id="a mark is not the word that it stands at"),
    pytest.param("نقل «مصدر» عن الوزير", "نقل «مصادر» عن الوزير", ["نقل «", "-مصدر", "+مصادر", "» عن الوزير"],
                 id="Arabic in quotes"),
    pytest.param("عُدّل النص", "عدل النص", ["-عُدّل", "+عدل", " النص"], id="vowel signs are of their word"),
    pytest.param("up 12.5% today", "up 13.5% today", ["up ", "-12.5", "+13.5", "% today"], id="a number is a word"),
    pytest.param("東京で火事", "東京で大火事", ["東京で", "+大", "火事"], id="where words are not spaced, a letter"),
    pytest.param("quite another thing", "nothing of the kind", ["-quite another thing", "+nothing of the kind"],
                 id="shreds are not told"),
    pytest.param("same", "same", ["same"], id="nothing changed"),
    pytest.param("", "all new", ["-", "+all new"], id="out of nothing"),
])  # fmt: skip
def test_what_changed_is_told_word_by_word(before, after, changed):
    assert told(before, after) == changed


@given(before=WORDS, after=WORDS)
def test_what_stayed_and_went_is_the_old_wording_and_what_stayed_and_came_the_new_one(before, after):
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "came") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after


def test_a_headline_as_long_as_a_book_is_told_whole():
    long = "word " * MOST
    assert told(long, long + "more") == [f"-{long}", f"+{long}more"]


def test_each_step_has_its_reason_its_instant_and_the_time_beside_it():
    first, second = steps(PORT)
    assert (first.reworded, first.printed, first.at) == (True, ("11:18", "11:20"), NOON - timedelta(minutes=30))
    assert (second.reworded, second.printed, second.reason) == (True, None, "edited in place, likeness 0.76")
    alone = replace(PORT, revisions=(replace(PORT.revisions[0], title=PORT.title),))
    assert [step.reworded for step in steps(alone)] == [False]


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    stand.items = [PORT]
    return stand


def client(library: Newsstand) -> httpx.AsyncClient:
    return client_of(an_app(library, [a_source(), DAILY], public_url="https://news.example/t/"))


async def read(library: Newsstand, item: Item = PORT, language: str = "en") -> tuple[Reading, str]:
    answer = await client(library).get(item_path(item.guid), headers={"Accept-Language": language})
    assert answer.status_code == 200
    return Reading(answer.text), answer.text


async def test_the_page_shows_every_change_and_says_it_to_who_cannot_see_it(library):
    page, html = await read(library)
    text = " ".join(page.text.split())
    assert "<ins>" in html
    assert "before: Three after: Four dead and three hurt in after: a fire at the port" in text
    assert "before: 11:18 after: 11:20" in text
    assert text.index("edited in place") < text.index("old line gone"), "the last change first"
    assert "likeness" not in text, "a number for who tunes the rules"
    assert page.all("p", lang="en", dir="ltr", **{"class": "change"})


async def test_wordings_of_one_minute_are_told_apart_by_their_seconds(library):
    """A title mended twice within a minute was there `from 11:50 to 11:50`."""
    begun = NOON - timedelta(minutes=10)
    first, second = PORT.revisions
    ended = begun + timedelta(seconds=20)
    brief = replace(second, seen_at=begun, until=ended)
    library.items = [replace(PORT, revisions=(replace(first, until=begun), brief), updated=ended)]
    page, _html = await read(library)
    text = " ".join(page.text.split())
    assert "from 10 March 2025, 11:50:00 to 10 March 2025, 11:50:20" in text
    assert "from 10 March 2025, 11:20 to 10 March 2025, 11:50" in text, "else seconds are of no use"


async def test_what_went_never_touches_what_came(library):
    """Arabic letters join across elements: without a space, the last letter of a word would take another shape."""
    item = replace(an_item("قتلى و12 جريحًا"), updated=NOON, revisions=(Revision("قتلى وجرحى", NOON),))
    library.items = [item]
    _page, html = await read(library, item, "ar")
    assert "وجرحى</del> <ins>" in html
    assert "</del><ins>" not in html


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_spaces_around_what_went_or_came_have_no_line(library, language):
    library.items = [
        replace(PORT, title="Three hurt in a fire", revisions=(Revision("Three badly hurt in fire", NOON),))
    ]
    _page, html = await read(library, library.items[0], language)
    assert re.search(r"Three <del><span[^>]*>[^<]*</span>badly</del> hurt in", html)
    assert re.search(r" in <ins><span[^>]*>[^<]*</span>a</ins> fire", html)


@pytest.mark.parametrize(("text", "parts"), [
    (" a ", (" ", "a", " ")), ("a b", ("", "a b", "")), ("  ", ("", "  ", "")), ("", ("", "", "")),
])  # fmt: skip
def test_a_piece_is_its_words_and_the_spaces_around(text, parts):
    piece = Piece("came", text)
    assert (piece.lead, piece.words, piece.tail) == parts


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_headline_and_its_changes_begin_on_the_side_of_their_language(library, language):
    item = replace(an_item("قتلى و12 جريحًا"), updated=NOON, revisions=(Revision("قتلى وجرحى", NOON),))
    library.items = [item]
    page, _html = await read(library, item, language)
    assert page.all("h1", lang="ar", dir="rtl")
    assert page.all("p", lang="ar", dir="rtl", **{"class": "change"})


async def test_when_the_headlines_beside_were_stands_apart_from_them(library):
    before = an_item("Ferry resumes", source="daily", at=PORT.published - timedelta(hours=1))
    library.items = [PORT, before]
    _page, html = await read(library)
    assert re.search(
        r'Ferry resumes</bdi></a> <span class="facts"><time [^>]*>10 March 2025, 10:20</time></span>', html
    )


async def test_the_page_says_when_by_whose_clock_and_what_is_not_sure(library):
    library.items = [replace(PORT, flag="only the day is known")]
    page, _html = await read(library)
    text = " ".join(page.text.split())
    for fact in ("Published 10 March 2025, 11:20 (London)", "Printed beside it 11:20",
                 "First seen 10 March 2025, 11:20", "Last seen 10 March 2025, 12:00",
                 "The time is uncertain: only the day is known"):  # fmt: skip
        assert fact in text
    arabic, _html = await read(library, language="ar")
    assert "الوقت غير مؤكد: لا يُعرف إلا اليوم" in " ".join(arabic.text.split())
    assert arabic.all("html", lang="ar", dir="rtl")
    assert arabic.all("bdi", title="Europe/London")
    assert "(لندن)" in arabic.text


async def test_a_headline_that_never_changed_has_no_history(library):
    library.items = [replace(PORT, revisions=(), updated=PORT.published)]
    page, html = await read(library)
    assert "How it became" not in page.text
    assert "modified_time" not in html


async def test_from_each_headline_one_goes_on_to_those_beside_it(library):
    lines = [
        an_item(f"line {n}", source="daily", at=NOON - timedelta(days=40) + n * n * timedelta(minutes=7))
        for n in range(6)
    ]
    strange = an_item("of another source", at=lines[2].published + timedelta(minutes=1))
    library.items = [*lines, strange]
    for place, line in enumerate(lines):
        page, _html = await read(library, line)
        beside = {found["rel"]: found["href"] for found in page.all("a") if found.get("rel") in ("next", "prev")}
        expected = (
            {"next": lines[place + 1], "prev": lines[place - 1] if place else None} if place < 5 else {"prev": lines[4]}
        )
        assert beside == {rel: f"/t{item_path(item.guid)}" for rel, item in expected.items() if item}


async def test_the_search_for_the_next_headline_ends_soon(library):
    library.items = [replace(PORT, published=NOON - timedelta(days=4000))]
    await read(library, library.items[0])
    assert library.asked.count("find") < 10


async def test_who_shares_the_page_shows_headline_source_and_time(library):
    page, _html = await read(library)
    address = f"https://news.example/t{item_path(PORT.guid)}"
    said = {
        found.get("property") or found.get("name"): found["content"] for found in page.all("meta") if "content" in found
    }
    for name, value in {
        "og:type": "article", "og:title": PORT.title, "og:site_name": "عاجل من كل المصادر", "og:url": address,
        "og:locale": "en_US", "article:published_time": "2025-03-10T11:20:00+00:00",
        "article:modified_time": "2025-03-10T11:50:00+00:00", "twitter:card": "summary",
        "description": "The Daily — Live · 10 March 2025, 11:20",
        "og:description": "The Daily — Live · 10 March 2025, 11:20",
    }.items():  # fmt: skip
        assert said[name] == value
    assert page.all("link", rel="canonical", href=address)
    assert len(page.all("meta", property="og:type")) == 1
    assert PORT.title in page.text.split("</title>")[0]


@pytest.mark.parametrize(("language", "said"), [
    ("ar", "ar_AR"), ("ar-LB", "ar_LB"), ("en", "en_US"), ("fr", "fr_FR"), ("zh-Hant-TW", "zh_TW"),
    ("ku-Arab", "ku_KU"),
])  # fmt: skip
def test_the_language_is_named_as_open_graph_names_it(language, said):
    assert locale(language) == said


async def test_a_page_that_is_not_there_leads_on_to_those_that_are(library):
    answer = await client(library).get("/item/7a47c36e-d896-5bd8-ab79-cf5eed827018", headers={"Accept-Language": "en"})
    page = Reading(answer.text)
    assert answer.status_code == 404
    assert "There is no such page here." in page.text
    for path in ("/t/", "/t/daily/", "/t/sahifa/", "/t/status"):
        assert page.all("a", href=path)


async def test_nothing_but_what_browsers_may_load_stands_in_the_page(library):
    _page, html = await read(library)
    assert not re.search(r"<script(?![^>]* src=)|style=|<style| on\w+=|//cdn", html)
