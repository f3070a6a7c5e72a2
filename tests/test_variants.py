"""Filtered variants and closed archives: what is not prebuilt, and must never cost those who read the feeds."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import feedparser
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_app, an_item, channels_of, client_of
from tests.stores import store_at
from ticker import text
from ticker.errors import StoreError
from ticker.model import Feed, Format, Page
from ticker.poll import ingest
from ticker.press import RenderThread
from ticker.render import documents
from ticker.serve import build_app, variants
from ticker.serve.archives import Archives
from ticker.serve.documents import LINES, Document, pack, prepare
from ticker.serve.filters import MOST_LETTERS, MOST_TERMS, Filter, TooLongError, read_filter
from ticker.serve.kept import BusyError, Kept, Workshop
from ticker.serve.variants import Variants
from ticker.store import Store

TITLES = [
    "افتتاح الجسر الجديد أمام السير", "الأرصاد: أمطار غزيرة مساءً", "إغلاق المطار بسبب الأمطار",
    "Ferry service resumes after the storm", "«المطار»: استئناف الرحلات", "أسعار الخبز ترتفع ١٥٪",
]  # fmt: skip
ITEMS = [an_item(title, at=NOON - timedelta(minutes=number)) for number, title in enumerate(TITLES)]


class Press:
    """The real press, which counts; *opened* holds it up until it is set."""

    def __init__(self) -> None:
        self._thread = RenderThread()
        self.made: list[str] = []
        self.opened = asyncio.Event()
        self.opened.set()

    async def __call__(self, feed: Feed) -> Mapping[Format, bytes]:
        self.made.append(feed.query)
        await self.opened.wait()
        return await self._thread(feed)

    def close(self) -> None:
        self._thread.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON + timedelta(minutes=1))


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    stand.items = list(ITEMS)
    for feed in ("", "sahifa"):
        stand.publish(feed, f"news of {feed}")
    return stand


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    press = Press()
    yield press
    press.close()


@pytest.fixture
async def app(library: Newsstand, clock: Clock, press: Press) -> Starlette:
    app = an_app(library, [a_source()], clock=clock, press=press)
    await app.state.shelf.refresh()
    return app


@pytest.fixture
def client(app: Starlette) -> httpx.AsyncClient:
    return client_of(app)


async def titles(client: httpx.AsyncClient, query: str, path: str = "/feed.json") -> list[str]:
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 200
    return [item["title"].lstrip("\u200f") for item in answer.json()["items"]]


# What is asked for


def some(*numbers: int) -> list[str]:
    return [TITLES[number] for number in numbers]


@pytest.mark.parametrize(("query", "found"), [
    ("q=المطار", some(2, 4)), ("q=مطار", some(1, 2, 4)), ("q=امطار", some(1, 2)), ("q=أمْطار", some(1, 2)),
    ("q=إغلاق المطار", some(2)), ("q=المطار إغلاق", some(2)), ('q="المطار إغلاق"', []), ('q="إغلاق  المطار"', some(2)),
    ("q=المطار&q=الرحلات", some(4)), ("not=المطار", some(0, 1, 3, 5)), ("q=ال&not=المطار&limit=2", some(0, 1)),
    ("not=المطار الجسر", some(1, 3, 5)), ('q=المطار&not="بسبب الأمطار"', some(4)), ("limit=1", some(0)),
    ("limit=٢", some(0, 1)), ("q=FERRY", some(3)), ("q=15%25", some(5)), ("q=لا شيء كهذا", []),
    ("q=المطار&limit=99", some(2, 4)), ('q="إغلاق', some(2)),
])  # fmt: skip
async def test_a_variant_holds_the_headlines_that_are_wanted_newest_first(
    client: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    assert await titles(client, query) == found


@pytest.mark.parametrize("query", [
    "", "x=1", "q=", "q=%20", 'q=""', "limit=0", "limit=-1", "limit=ten", "limit=1.5", "limit=", "limit=9999999",
    "not=", "Q=a", "q", "&&=", "q=ّ", "limit=²",
])  # fmt: skip
async def test_a_query_that_asks_nothing_gets_the_feed_itself(
    client: httpx.AsyncClient, press: Press, query: str
) -> None:
    plain, odd = await client.get("/feed.rss"), await client.get(f"/feed.rss?{query}")
    assert (odd.status_code, odd.content, odd.headers) == (200, plain.content, plain.headers)
    assert not press.made


@pytest.mark.parametrize(("query", "canonical"), [
    ("limit=5&q=b&utm=z&not=c&q=a", "q=b&q=a&not=c&limit=5"),
    ("q=++a+++b+", "q=a%20b"), ("q=a&q=a&limit=0&limit=7&limit=8", "q=a&limit=7"),
    ("q=%22a%20b%22%26x%3D1", "q=%22a%20b%22%26x%3D1"), ("q=~.-_/", "q=~.-_%2F"),
    ("q=\u0623", "q=%D8%A3"), ("q=%D8%A3&", "q=%D8%A3"), ("q=%FF\u0000", "q=%EF%BF%BD%00"),
])  # fmt: skip
def test_there_is_one_way_to_write_a_query(query: str, canonical: str) -> None:
    found = read_filter(query.encode())
    assert found
    assert found.query == canonical
    assert read_filter(canonical.encode()) == found


@given(st.binary(max_size=300))
def test_no_query_can_make_trouble(query: bytes) -> None:
    try:
        found = read_filter(query)
    except TooLongError:
        return
    if found:
        assert found.query.isascii()
        assert read_filter(found.query.encode()) == found


@given(
    st.lists(st.sampled_from(["مطار", "أمطار", "جسر", '"the storm"', "غزيرة"]), max_size=3),
    st.lists(st.sampled_from(["مطار", "ferry", "خبز"]), max_size=2),
    st.one_of(st.none(), st.integers(1, 9)),
)
def test_what_is_chosen_has_every_word_and_no_unwanted_one(q: list[str], no: list[str], limit: int | None) -> None:
    folded = [text.fold(title) for title in TITLES]
    chosen = Filter(tuple(q), tuple(no), limit).choose(ITEMS, folded)
    wanted = [text.fold(word.strip('"')) for word in q]
    unwanted = [text.fold(word) for word in no]
    fit = [
        item
        for item in ITEMS
        if all(word in text.fold(item.title) for word in wanted)
        and all(word not in text.fold(item.title) for word in unwanted)
    ]
    assert list(chosen) == fit[:limit]


@pytest.mark.parametrize("query", [
    "q=" + "ا" * (MOST_LETTERS + 1), "q=" + "a" * 300 + "&not=" + "b" * 201,
    "q=" + "+".join(map(str, range(MOST_TERMS + 1))),
    "x=" + "y" * 9_000, "&".join(["q=a"] * 200),
])  # fmt: skip
async def test_a_query_that_no_reader_sends_is_refused_with_what_is_the_most(
    client: httpx.AsyncClient, press: Press, query: str
) -> None:
    answer = await client.get(f"/feed.rss?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert "500 letters and 20 words" in answer.text
    assert not press.made


async def test_the_longest_query_that_is_allowed_is_answered(client: httpx.AsyncClient) -> None:
    words = " ".join("ا" * 20 for _ in range(MOST_TERMS))
    assert (await client.get("/feed.rss", params={"q": words[: MOST_LETTERS - 1]})).status_code == 200


# What it is


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("base", ["/", "/sahifa/"])
async def test_a_variant_is_a_document_of_its_own_with_the_manners_of_the_feed(
    client: httpx.AsyncClient, library: Newsstand, base: str, form: Format
) -> None:
    path, query = f"{base}feed.{form.ending}", f"q={quote('المطار')}&limit=1"
    whole, answer = await client.get(path), await client.get(f"{path}?limit=1&x=y&q=المطار")
    own = f"https://news.example{path}?{query}"
    assert answer.status_code == 200
    assert answer.headers["link"] == f'<{own}>; rel="self", ' + whole.headers["link"].partition(", ")[2]
    differing = ("etag", "content-length", "link")
    assert {n: v for n, v in answer.headers.items() if n not in differing} == {
        n: v for n, v in whole.headers.items() if n not in differing
    }
    channel = channels_of([a_source()])["sahifa" if "sahifa" in base else ""]
    feed = Feed(channel, (ITEMS[2],), ITEMS[0].updated, query=query)
    assert answer.content == documents(feed)[form]
    again = await client.get(f"{path}?{query}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["link"]) == (304, answer.headers["link"])
    head = await client.head(f"{path}?{query}")
    assert (head.status_code, head.headers, head.content) == (200, answer.headers, b"")
    assert (await client.post(f"{path}?{query}")).status_code == 405


async def test_a_variant_comes_in_every_coding_and_for_browsers(client: httpx.AsyncClient) -> None:
    asked = {"Accept-Encoding": "br", "Sec-Fetch-Dest": "document"}
    answer = await client.get("/feed.rss?q=المطار", headers=asked)
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert answer.headers["etag"].endswith('-br"')


async def test_a_variant_that_matches_nothing_is_a_valid_feed_without_items(client: httpx.AsyncClient) -> None:
    for form in ("rss", "atom"):
        parsed = feedparser.parse((await client.get(f"/feed.{form}?q=قطب")).content)
        assert (parsed.bozo, parsed.entries) == (False, [])
    assert await titles(client, "q=قطب") == []


async def test_a_variant_advertises_no_hub_and_no_archive_for_nobody_tells_of_it(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    shelf = app.state.shelf
    hub = "https://hub.example/"
    shelf.advertise({name: replace(channel, hubs=(hub,)) for name, channel in shelf.channels.items()})
    answer = await client.get("/feed.atom?q=المطار")
    assert hub in (await client.get("/feed.atom")).headers["link"]
    assert hub not in answer.headers["link"]
    assert hub not in answer.text
    assert "prev-archive" not in answer.text


async def test_a_variant_before_the_first_item_is_503_like_the_feed(press: Press) -> None:
    app = an_app(Newsstand(), [a_source()], press=press)
    await app.state.shelf.refresh()
    answer = await client_of(app).get("/feed.rss?q=a")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_restart_and_replica_give_the_same_variant(
    client: httpx.AsyncClient, library: Newsstand, clock: Clock, press: Press
) -> None:
    first = await client.get("/feed.atom?q=المطار")
    clock.forward(hours=3)
    other = an_app(library, [a_source()], clock=clock, press=press)
    await other.state.shelf.refresh()
    second = await client_of(other).get("/feed.atom?q=المطار")
    assert (second.content, second.headers) == (first.content, first.headers)


@pytest.mark.parametrize("ending", ["rss", "atom", "json"])
async def test_whatever_a_document_names_below_our_address_is_there(client: httpx.AsyncClient, ending: str) -> None:
    """Stylesheet, icons, pages, feeds: readers and browsers fetch them all."""
    said = (await client.get(f"/feed.{ending}?limit=1")).text
    named = set(re.findall(r'https://news\.example(/[^"<&]*)', said))
    items = {path for path in named if path.startswith("/item/")}
    assert len(items) == 1
    assert len(named) > 3
    statuses = {path: (await client.get(path)).status_code for path in named}
    assert set(statuses.values()) == {200}, statuses


async def test_the_stylesheet_of_a_feed_stands_on_its_own_and_speaks_both_languages(client: httpx.AsyncClient) -> None:
    style = (await client.get("/static/feed.css", headers={"Accept-Encoding": "identity"})).content.decode()
    assert style.count("{") == style.count("}")
    assert not re.search(r"url\(|@import|https?:", style)  # nothing else is loaded
    for needed in ("rss::before", "feed::before", "للاشتراك", "Subscribe", "prefers-color-scheme: dark", ":lang(ar)"):
        assert needed in style


# When it changes


async def test_a_variant_is_made_once_for_each_version_of_the_feed(
    app: Starlette, client: httpx.AsyncClient, library: Newsstand, clock: Clock, press: Press
) -> None:
    before = await client.get("/feed.rss?q=المطار")
    await client.get("/feed.rss?utm=1&q=المطار")
    assert len(press.made) == 1
    assert library.asked.count("live") == 1
    await client.get("/feed.rss?q=الجسر")
    assert library.asked.count("live") == 1  # the items of a version are read once
    clock.forward(seconds=30)
    library.items.insert(0, an_item("المطار يفتح من جديد", at=clock.now))
    library.publish("", "next", at=clock.now)
    await app.state.shelf.refresh()
    after = await client.get("/feed.rss?q=المطار", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "المطار يفتح من جديد" in after.text
    assert after.headers["last-modified"] > before.headers["last-modified"]
    assert press.made.count(f"q={quote('المطار')}") == 2


async def test_what_the_feed_does_not_show_yet_is_in_no_variant(
    app: Starlette, client: httpx.AsyncClient, library: Newsstand, clock: Clock
) -> None:
    """Newer words under the older date would be lost on readers such as newsboat."""
    before = await client.get("/feed.json?q=المطار")
    library.items.insert(0, an_item("المطار يفتح من جديد", at=clock.now))
    library.publish("", "next", at=clock.now + timedelta(seconds=1))
    await app.state.shelf.refresh()  # held back until its second has come
    held = await client.get("/feed.json?q=المطار")
    assert (held.content, held.headers) == (before.content, before.headers)
    assert await titles(client, "q=يفتح") == []  # one that is asked for just now
    clock.forward(seconds=1)
    await app.state.shelf.refresh()
    assert await titles(client, "q=يفتح") == ["المطار يفتح من جديد"]


async def test_while_the_library_runs_ahead_variants_are_made_of_what_the_feed_showed(
    app: Starlette, client: httpx.AsyncClient, library: Newsstand, clock: Clock
) -> None:
    before = await client.get("/feed.json?q=المطار")
    for title in ("المطار يفتح من جديد", "المطار يغلق من جديد"):
        clock.forward(seconds=1)
        library.items.insert(0, an_item(title, at=clock.now))
        library.publish("", title, at=clock.now)
        if "يفتح" in title:
            await app.state.shelf.refresh()
    async with asyncio.timeout(1):
        stale = await client.get("/feed.json?q=المطار")
        other = await client.get("/feed.json?q=الجسر")
    assert (stale.content, stale.headers) == (before.content, before.headers)
    assert other.headers["last-modified"] == before.headers["last-modified"]
    await app.state.shelf.refresh()
    assert len(await titles(client, "q=المطار")) == 4


async def test_a_first_variant_waits_for_the_shelf_where_the_library_is_ahead(
    app: Starlette, client: httpx.AsyncClient, library: Newsstand, clock: Clock
) -> None:
    library.items.insert(0, an_item("المطار يفتح من جديد", at=clock.now))
    library.publish("", "next", at=clock.now)
    asking = asyncio.create_task(titles(client, "q=المطار"))
    while "live" not in library.asked:
        await asyncio.sleep(0.001)
    assert (await client.get("/feed.json")).content != b""
    await app.state.shelf.refresh()
    assert "المطار يفتح من جديد" in await asking


async def test_where_the_library_stays_ahead_a_first_variant_is_put_off(
    client: httpx.AsyncClient, library: Newsstand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "PATIENCE", 0.001)
    library.publish("", "next")
    answer = await client.get("/feed.json?q=المطار")
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["cache-control"]) == (
        503,
        "5",
        "no-store",
    )


async def test_after_the_clock_jumped_back_a_variant_is_dated_as_the_feed_is(
    app: Starlette, client: httpx.AsyncClient, clock: Clock
) -> None:
    await client.get("/feed.rss?q=المطار")
    clock.forward(hours=-1)
    await app.state.shelf.refresh()
    whole, part = await client.get("/feed.rss"), await client.get("/feed.rss?q=المطار")
    assert part.headers["last-modified"] == whole.headers["last-modified"] == "Mon, 10 Mar 2025 11:01:00 GMT"


async def test_when_the_store_refuses_known_variants_go_on_and_others_are_503(
    app: Starlette, client: httpx.AsyncClient, library: Newsstand
) -> None:
    await client.get("/feed.rss?q=المطار")
    library.broken = True
    assert (await client.get("/feed.rss?q=المطار")).status_code == 200
    assert (await client.get("/feed.rss?q=الجسر")).status_code == 200  # of the same items
    other = await client.get("/sahifa/feed.rss?q=الجسر")
    assert (other.status_code, other.headers["retry-after"]) == (503, "5")
    with pytest.raises(StoreError):
        await app.state.shelf.refresh()


# What it may cost


async def test_who_asks_for_the_same_waits_for_the_same(client: httpx.AsyncClient, press: Press) -> None:
    answers = await asyncio.gather(*(client.get("/feed.rss?q=المطار") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(press.made) == 1


async def test_beyond_those_that_may_wait_variants_are_503_and_the_feeds_go_on_at_once(
    client: httpx.AsyncClient, press: Press
) -> None:
    press.opened.clear()
    asking = [asyncio.create_task(client.get(f"/feed.rss?q={n}")) for n in range(variants.WAITING + 20)]
    while sum(task.done() for task in asking) < 20:
        await asyncio.sleep(0.001)
    refused = [task.result() for task in asking if task.done()]
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(503, "5")}
    while not press.made:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    assert len(press.made) == 1  # one at a time
    async with asyncio.timeout(1):  # not behind the press, which is stopped
        assert (await client.get("/feed.rss")).status_code == 200
        assert (await client.get("/feed.atom?x=1")).status_code == 200
    press.opened.set()
    statuses = [answer.status_code for answer in await asyncio.gather(*asking)]
    assert statuses.count(200) == variants.WAITING


@pytest.mark.alone
async def test_thousands_of_queries_leave_no_more_behind_than_fits(app: Starlette, library: Newsstand) -> None:
    kept = Kept(most=20, most_bytes=300_000)
    all_of_them = Variants(library=library, shelf=app.state.shelf, press=_print, kept=kept)

    async def ask(numbers: range) -> None:
        wishes = (Filter((f"{number}",)) for number in numbers)
        await asyncio.gather(*(all_of_them.document("", Format.RSS, wish) for wish in wishes))

    await ask(range(25))
    before = sys.getallocatedblocks()
    for start in range(100, 2_100, 25):
        await ask(range(start, start + 25))
    grown = sys.getallocatedblocks() - before  # of memory, in pieces
    assert len(kept) <= 20
    assert kept.bytes <= 300_000
    assert grown < 1_000


async def _print(feed: Feed) -> Mapping[Format, bytes]:
    """A quick press, of documents that differ and hardly shrink."""
    body = b"".join(sha256(f"{feed.query} {number}".encode()).digest() for number in range(100))
    return dict.fromkeys(Format, body)


def a_document(size: int) -> Document:
    return prepare(pack(b"x" * size, compressed=False), media_type="text/plain", cache_control="no-store")


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept = Kept(most=3, most_bytes=100_000)
    for key in "abc":
        kept.put(key, a_document(10_000))
    assert kept.get("a")
    kept.put("d", a_document(10_000))
    assert [key for key in "abcd" if kept.get(key)] == ["a", "c", "d"]
    kept.put("e", a_document(70_000))
    assert [key for key in "acde" if kept.get(key)] == ["d", "e"]
    assert (len(kept), kept.bytes) == (2, 80_000 + 2 * LINES)


def test_a_document_takes_the_place_of_the_one_before_it_and_one_too_large_is_not_kept() -> None:
    kept = Kept(most=3, most_bytes=100_000)
    for size in (60_000, 70_000, 80_000):
        kept.put("a", a_document(size))
    assert (len(kept), kept.bytes) == (1, 80_000 + LINES)
    kept.put("b", a_document(100_000))
    assert (len(kept), kept.bytes) == (1, 80_000 + LINES)
    kept.put("a", a_document(100_000))
    assert (len(kept), kept.bytes) == (0, 0)


async def test_the_workshop_rests_as_long_as_it_has_worked() -> None:
    workshop, loop = Workshop(waiting=5), asyncio.get_running_loop()
    began: list[float] = []

    async def make() -> None:
        began.append(loop.time())
        await asyncio.sleep(0.03)

    await asyncio.gather(*(workshop.make(key, make) for key in "ab"))
    assert began[1] - began[0] >= 0.055


async def test_what_fails_fails_for_all_who_wait_and_is_tried_again() -> None:
    workshop = Workshop(waiting=1)

    async def fail() -> None:
        raise StoreError("no")

    for _ in range(2):
        found = await asyncio.gather(*(workshop.make("a", fail) for _ in range(3)), return_exceptions=True)
        assert [type(error) for error in found] == [StoreError] * 3


async def test_a_place_that_is_free_again_can_be_taken() -> None:
    workshop, go = Workshop(waiting=1), asyncio.Event()

    async def make() -> None:
        await go.wait()

    first = asyncio.create_task(workshop.make("a", make))
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await workshop.make("b", make)
    go.set()
    await first
    assert await workshop.make("b", make) is None


# Archives


ARCHIVED = [
    f"{base}archive/{number}.{ending}" for base, number in (("/", 12), ("/sahifa/", 3)) for ending in ("rss", "json")
]


@pytest.fixture
def closed(library: Newsstand) -> Newsstand:
    library.close("", 12, "closed", at=NOON - timedelta(hours=5))
    library.close("sahifa", 3, "closed too", at=NOON - timedelta(hours=5))
    return library


@pytest.mark.parametrize("path", ARCHIVED)
async def test_a_closed_archive_is_kept_by_caches_for_ever(
    client: httpx.AsyncClient, closed: Newsstand, path: str
) -> None:
    answer = await client.get(path)
    form = next(form for form in Format if path.endswith(form.ending))
    base = path.partition("archive")[0]
    body = closed.closed["sahifa" if "sahifa" in path else "", 3 if "3" in path else 12].documents[form]
    assert (answer.status_code, answer.content) == (200, body)
    assert dict(answer.headers) == {
        "content-type": f"{form.media_type}; charset=utf-8",
        "content-length": str(len(body)),
        "content-language": "ar",
        "cache-control": "max-age=31536000, immutable",
        "vary": "Accept-Encoding" if form is Format.JSON else "Accept, Accept-Encoding, Sec-Fetch-Dest",
        "link": f'<https://news.example{path}>; rel="self", <https://news.example{base}feed.{form.ending}>; '
        f'rel="current", <https://news.example{base}>; rel="alternate"; type="text/html"',
        "last-modified": "Mon, 10 Mar 2025 07:00:00 GMT",
        "etag": f'"{sha256(body).hexdigest()[:32]}"',
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["link"]) == (304, answer.headers["link"])
    since = await client.get(path, headers={"If-Modified-Since": answer.headers["last-modified"]})
    assert since.status_code == 304
    head = await client.head(path + "?x=1")
    assert (head.status_code, head.headers, head.content) == (200, answer.headers, b"")
    coded = await client.get(path, headers={"Accept-Encoding": "br"})
    assert (coded.headers["content-encoding"], coded.headers["etag"][-4:]) == ("br", '-br"')
    assert (await client.put(path)).status_code == 405
    assert closed.asked.count("archive") == 1


@pytest.mark.parametrize("path", [
    "/archive/13.rss", "/archive/999999999.json", "/daily/archive/1.atom", "/sahifa/archive/12.rss",
])  # fmt: skip
async def test_an_archive_that_does_not_exist_is_a_404_that_is_soon_forgotten(
    client: httpx.AsyncClient, closed: Newsstand, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.headers["cache-control"] == "max-age=60"
    closed.close("", 13, "closed meanwhile")
    assert (await client.get("/archive/13.rss")).status_code == 200


@pytest.mark.parametrize("path", [
    "/archive/0.rss", "/archive/01.rss", "/archive/-1.rss", "/archive/1.xml", "/archive/1234567890.rss", "/archive/",
    "/archive/x.rss", "/a/b/archive/1.rss", "/archive/١.rss", "/archive/12.rss/",
])  # fmt: skip
async def test_what_can_be_no_archive_never_asks_for_one(
    client: httpx.AsyncClient, closed: Newsstand, path: str
) -> None:
    assert (await client.get(path)).status_code == 404
    assert "archive" not in closed.asked


async def test_of_many_archives_only_the_last_ones_stay_in_memory(
    app: Starlette, closed: Newsstand, clock: Clock
) -> None:
    kept = Kept(most=5, most_bytes=1_000_000)
    archives = Archives(library=closed, shelf=app.state.shelf, clock=clock, kept=kept)
    for number in range(1, 41):
        closed.close("", number, f"{number}")
        assert await archives.document(f"/archive/{number}.atom")
    assert len(kept) == 5


async def test_when_the_store_refuses_an_archive_is_503(client: httpx.AsyncClient, closed: Newsstand) -> None:
    await client.get("/archive/12.rss")
    closed.broken = True
    known, other = await client.get("/archive/12.rss"), await client.get("/archive/12.json")
    assert (known.status_code, other.status_code, other.headers["retry-after"]) == (200, 503, "5")


async def test_an_archive_is_not_dated_ahead_of_the_clock(client: httpx.AsyncClient, library: Newsstand) -> None:
    library.close("", 1, "closed", at=NOON + timedelta(days=1))
    answer = await client.get("/archive/1.rss")
    assert answer.headers["last-modified"] == "Mon, 10 Mar 2025 12:01:00 GMT"


# Over a real store


def a_page(lines: list[tuple[str, str]], at: datetime) -> Page:
    rows = "".join(f"<li><span>{clock}</span><p>{title}</p></li>" for clock, title in lines)
    return Page("https://sahifa.example/live", f"<h3>عاجل</h3><ul>{rows}</ul>", "html", at)


async def test_over_a_real_store_a_variant_has_items_ids_and_date_of_the_feed_and_archives_complete_it(
    tmp_path: Path, clock: Clock, press: Press
) -> None:
    source = a_source()
    channels = {
        name: replace(channel, min_items=3, max_items=4, max_age=timedelta(minutes=1))
        for name, channel in channels_of([source]).items()
    }
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    app = build_app(
        library=store, channels=channels, sources=[source], clock=clock, next_poll=lambda _name: None, press=press
    )
    client = client_of(app)
    lines: list[tuple[str, str]] = []
    for turn, title in enumerate(TITLES):
        at = clock.now + timedelta(minutes=turn)
        lines.insert(0, (at.astimezone(source.zone).strftime("%H:%M"), title))
        await ingest(source, a_page(lines, at), store=store, channels=channels.values(), press=press)
    clock.forward(minutes=10)
    await app.state.shelf.refresh()
    whole = (await client.get("/feed.json")).json()["items"]
    some = await client.get("/feed.json?q=المطار")
    assert some.json()["items"] == [item for item in whole if "المطار" in item["title"]]
    assert some.json()["items"]
    assert some.headers["last-modified"] == (await client.get("/feed.json")).headers["last-modified"]
    found, address = [item["title"].lstrip("\u200f") for item in whole], (await client.get("/feed.json")).json()
    while following := address.get("next_url"):
        answer = await client.get(following)
        assert answer.headers["cache-control"] == "max-age=31536000, immutable"
        address = answer.json()
        found += [item["title"].lstrip("\u200f") for item in address["items"]]
    assert sorted(found) == sorted(TITLES)
    assert len(whole) <= 4
    await store.close()
