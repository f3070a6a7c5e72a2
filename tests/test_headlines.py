"""What the page of headlines is made of: hours, found words, days before and after, addresses to go on at."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsstand import BEIRUT, NOON, Clock, Newsstand, a_source, an_app, an_item, channels_of, client_of
from ticker.errors import SlowSearchError
from ticker.model import Health, Item, Wish, titled_together
from ticker.serve import build_app
from ticker.serve.assets import scripts
from ticker.serve.filters import terms
from ticker.serve.found import pieces
from ticker.serve.headlines import SHOWN, Shown, by_day, view
from ticker.serve.history import Where, day_after, day_before, read_where, written
from ticker.serve.site import Site
from ticker.text import fold


def marked(title: str, words: str) -> list[str]:
    return [piece for piece, sought in pieces(title, terms((words,))) if sought]


@pytest.mark.parametrize(
    ("title", "words", "expected"),
    [
        ("الأرصاد: أمطار غزيرة", "الارصاد امطار", ["الأرصاد", "أمطار"]),
        ("مَعرِضُ الكِتابِ في المدينة", "معرض المدينه", ["مَعرِضُ", "المدينة"]),
        ("ارتفاع الأسعار إلى 89,500 ليرة", "89500", ["89,500"]),
        ("١٢٠ دولة في القمّة", "120 القمة", ["١٢٠", "القمّة"]),
        ("Ferry ﬁnds its way", "finds", ["ﬁnds"]),
        ("Ferry service resumes", '"ferry service"', ["Ferry service"]),
        ("aaaa", "aa", ["aaaa"]),
        ("سؤال", "سوال", ["سؤال"]),
        ("Nothing of it", "else", []),
    ],
)
def test_what_the_search_found_is_marked_as_it_is_printed(title: str, words: str, expected: list[str]) -> None:
    assert marked(title, words) == expected


@given(title=st.text(max_size=60), words=st.lists(st.text(max_size=5), max_size=3))
def test_marks_never_change_a_headline(title: str, words: list[str]) -> None:
    found = pieces(title, [folded for folded in map(fold, words) if folded])
    assert "".join(piece for piece, _ in found) == title
    assert all(piece for piece, _ in found)


def test_the_hour_that_comes_twice_in_autumn_is_two() -> None:
    begin = datetime(2025, 10, 25, 20, 30, tzinfo=UTC)  # 23:30 in Beirut; at midnight it is 23:00 again
    site = a_site()
    items = [an_item(f"خبر {n}", at=begin + timedelta(hours=n)) for n in (2, 1, 0)]
    lines = [Shown(site.line(item), ((item.title, False),), ()) for item in items]
    ((first, (new,)), (second, hours)) = by_day(lines, BEIRUT)
    assert (first, second) == (date(2025, 10, 26), date(2025, 10, 25))
    assert [begin.isoformat(timespec="hours") for begin, _ in (new, *hours)] == [
        "2025-10-26T00+02:00",
        "2025-10-25T23+02:00",
        "2025-10-25T23+03:00",
    ]


def a_site() -> Site:
    sources = [a_source()]
    return Site(channels=channels_of(sources), sources=sources, next_poll=lambda _name: None)


@pytest.mark.parametrize("query", ["before=x", "before=1-", "day=", "%ff=1"])
def test_an_address_that_cannot_be_read_shows_the_newest(query: str) -> None:
    assert read_where(query.encode()) == Where()


def test_a_place_is_read_as_it_was_written() -> None:
    assert read_where(f"q=x&before={written((NOON, 7))}".encode()) == Where(before=(NOON, 7))


@given(days=st.sets(st.integers(0, 400), min_size=1, max_size=8), at=st.integers(-3, 403))
async def test_the_days_beside_a_day_are_the_next_ones_with_headlines(days: set[int], at: int) -> None:
    zone, library = ZoneInfo("America/New_York"), Newsstand()
    library.items = [an_item(f"line {day}", at=NOON + timedelta(days=day)) for day in days]
    here = (NOON + timedelta(days=at)).astimezone(zone).date()
    have = {(NOON + timedelta(days=day)).astimezone(zone).date() for day in days}
    assert await day_before(library, Wish(), here, zone) == max((day for day in have if day < here), default=None)
    assert await day_after(library, Wish(), here, zone) == min((day for day in have if day > here), default=None)


async def test_pages_follow_each_other_without_a_gap_or_a_line_twice() -> None:
    library = Newsstand()
    library.items = [an_item(f"line {n}", at=NOON - timedelta(minutes=n // 3)) for n in range(2 * SHOWN + 5)]
    library.healths = {"sahifa": Health("sahifa", "healthy", last_success=NOON)}
    told: list[str] = []
    query = ""
    for _ in range(3):
        page = await view(a_site(), library, "", query.encode())
        days = page["days"]
        assert isinstance(days, list)
        told += [shown.line.item.title for _, hours in days for _, lines in hours for shown in lines]
        query = (page["ways"].older or "").removeprefix("?")  # type: ignore[attr-defined]  # values are objects
    assert query == ""
    assert len(told) == len(set(told)) == len(library.items)


async def test_a_line_of_another_day_than_that_of_its_place_says_so() -> None:
    """01:55 in Beirut, on the 11th."""
    late = datetime(2025, 3, 10, 23, 55, tzinfo=UTC)
    library, london = Newsstand(), a_source("wire", zone=ZoneInfo("Europe/London"))
    library.items = [an_item("قطار", source="wire", at=late), an_item("ميناء", at=late)]
    page = (await client_of(an_app(library, [a_source(), london])).get("/?lang=en")).text
    assert page.count('<section class="day" data-day=') == 1
    assert re.findall(r'<span class="date">(.*?)</span>', page) == ["10 March", ""], "the other one is to be filled in"


async def test_a_source_that_was_taken_out_is_named_and_is_no_link() -> None:
    library = Newsstand()
    library.items = [an_item("قطار", source="third"), an_item("ميناء")]
    page = (await client_of(an_app(library, [a_source(), a_source("wire")])).get("/")).text
    assert 'class="source" data-source="third"' in page
    assert 'href="/third/"' not in page
    assert 'href="/sahifa/"' in page


async def test_what_was_given_no_title_is_not_headed_by_all_its_sources() -> None:
    sources = [a_source(f"paper-{n}", title=f"صحيفة {n}") for n in range(12)]
    channels = channels_of(sources)
    for title, heading in (
        (channels[""].title, channels[""].title),
        (titled_together(channels[""].sources.values()), "All headlines"),
    ):
        named = channels | {"": replace(channels[""], title=title)}
        app = build_app(
            library=Newsstand(), channels=named, sources=sources, clock=Clock(), next_poll=lambda _name: None
        )
        page = (await client_of(app).get("/?lang=en")).text
        (found,) = re.findall("<h1.*?>(.*?)</h1>", page)
        assert re.sub("<.*?>", "", found) == heading
        assert f"<title>{heading}</title>" in page
        assert page.count("صحيفة 0 · صحيفة 1") == (0 if heading == title else 3), "the feeds have their own title"


async def test_one_try_that_went_wrong_is_no_alarm() -> None:
    library = Newsstand()
    library.items, client = [an_item("ميناء")], client_of(an_app(library, [a_source()]))
    for health in (
        Health("sahifa", "suspect", "unreachable", "no route", NOON),
        Health("sahifa", "failing", "unreachable", "no route", NOON),
    ):
        library.healths["sahifa"] = health
        page = (await client.get("/?lang=en")).text
        assert ('class="trouble"' in page) == (health.state == "failing")
        assert "no route" not in page, "that is for /status"


async def test_a_search_on_a_page_is_the_search_of_its_feeds() -> None:
    library = Newsstand()
    library.items = [an_item("أمطار غزيرة"), an_item("أمطار في الجبل"), an_item("شمس في الجبل")]
    client = client_of(an_app(library, [a_source()]))
    page = (await client.get("/?q=امطار&not=جبل")).text
    query = "q=%D8%A7%D9%85%D8%B7%D8%A7%D8%B1&amp;not=%D8%AC%D8%A8%D9%84"
    for ending in ("rss", "atom", "json"):
        assert f"https://news.example/feed.{ending}?{query}" in page
    assert f'data-stream="/events?feed=&amp;{query}"' in page
    assert "غزيرة" in page
    assert "شمس" not in page


@pytest.mark.parametrize(
    ("query", "title", "kept"),
    [
        ("day=2025-03-09", "Sunday, 9 March 2025 · ", "day=2025-03-09"),
        (f"before={written((NOON, 7))}", "Earlier headlines · ", f"before={written((NOON, 7))}"),
        (f"day=2025-03-09&before={written((NOON, 7))}", "Sunday, 9 March 2025 · ", f"before={written((NOON, 7))}"),
        ("q=x", "x · ", "q=x"),
        ("q=x&day=2025-03-09", "Sunday, 9 March 2025 · x · ", "q=x&amp;day=2025-03-09"),
    ],
)
async def test_what_is_not_the_newest_has_a_title_of_its_own_and_keeps_its_place_in_the_other_language(
    query: str, title: str, kept: str
) -> None:
    page = (await client_of(an_app(Newsstand(), [a_source()])).get(f"/?lang=en&{query}")).text
    assert f"<title>{title}" in page
    assert f"{kept}&amp;lang=ar" in page
    assert ('data-live="not"' in page) == (query != "q=x")


async def test_a_search_that_is_too_long_is_told_and_asks_nothing_of_the_store() -> None:
    library = Newsstand()
    answer = await client_of(an_app(library, [a_source()])).get("/?lang=en&q=" + "x" * 501)
    assert answer.status_code == 200
    assert "This search is too long. Take fewer words." in answer.text
    assert "find" not in library.asked


async def test_a_search_that_takes_too_long_is_told() -> None:
    class Slow(Newsstand):
        async def find(self, wish: Wish) -> list[tuple[int, Item]]:
            raise SlowSearchError("too long")

    answer = await client_of(an_app(Slow(), [a_source()])).get("/?lang=en&not=x")
    assert answer.status_code == 200
    assert "This search takes too long. Take longer words, or fewer." in answer.text


@pytest.mark.parametrize("day", ["2025-13-01", "yesterday", "0001-01-01"])
async def test_a_day_that_is_none_is_told(day: str) -> None:
    answer = await client_of(an_app(Newsstand(), [a_source()])).get(f"/?lang=en&day={day}")
    assert "This is no day. Write it as 2026-11-22." in answer.text


def test_a_script_names_each_other_by_what_it_is() -> None:
    made = scripts()
    assert list(made)[-1] == "/static/page.js"
    body = made["/static/page.js"].answers["identity"].body.decode()
    assert body.count('.js"') == 0
    for path, document in made.items():
        if path.endswith(("/lines.js", "/live.js", "/remote.js", "/search.js")):
            assert f'from ".{path.removeprefix("/static")}?v={document.digest[:8]}"' in body


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
async def test_a_page_is_sent_as_the_visitor_can_read_it(coding: str) -> None:
    library = Newsstand()
    library.items = [an_item(f"خبر {n}", at=NOON - timedelta(minutes=n)) for n in range(60)]
    answer = await client_of(an_app(library, [a_source()])).get("/", headers={"Accept-Encoding": coding})
    assert answer.headers.get("content-encoding", "identity") == coding
    assert "خبر 59" in answer.text
    assert "Accept-Encoding" in answer.headers["vary"]
    assert (len(answer.text.encode()) > 4 * int(answer.headers["content-length"])) == (coding != "identity")
