"""Feeds over HTTP: what readers rely on, in this process and on a real socket."""

import asyncio
import gzip
import hashlib
import http.client
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_app, an_item, channels_of, client_of, serving
from ticker.errors import StoreError
from ticker.model import Format
from ticker.serve import Access, Shelf, build_app
from ticker.serve.conditional import choose_coding, held_tags, not_modified_since
from ticker.serve.feeds import date_version

FEEDS = [f"{base}feed.{ending}" for base in ("/", "/sahifa/") for ending in ("rss", "atom", "json")]
KEPT_ON_304 = ("etag", "last-modified", "cache-control", "vary", "link", "access-control-allow-origin")
HUBS = ("https://hub.example/", "https://news.example/hub")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
# What Miniflux sends, beside the headers of any reader
MINIFLUX = "application/xml, application/atom+xml, application/rss+xml, application/feed+json, text/html, */*;q=0.9"


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    for feed in ("", "sahifa", "daily"):
        stand.publish(feed, f"أخبار {feed}", at=NOON)
    return stand


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON + timedelta(minutes=1))


@pytest.fixture
async def app(library: Newsstand, clock: Clock) -> Starlette:
    sources = [a_source(every=20), a_source("daily", title="The Daily — Live", language="en", every=300)]
    app = an_app(library, sources, clock=clock)
    await app.state.shelf.refresh()
    return app


@pytest.fixture
def client(app: Starlette) -> httpx.AsyncClient:
    return client_of(app)


@pytest.mark.parametrize("path", FEEDS)
async def test_a_feed_is_the_published_bytes_with_everything_a_reader_needs(
    client: httpx.AsyncClient, library: Newsstand, path: str
) -> None:
    answer = await client.get(path)
    form = next(form for form in Format if path.endswith(form.ending))
    body = library.versions["sahifa" if "sahifa" in path else ""].documents[form]
    assert answer.status_code == 200
    assert answer.content == body
    assert dict(answer.headers) == {
        "content-type": f"{form.media_type}; charset=utf-8",
        "content-length": str(len(body)),
        "content-language": "ar",
        "cache-control": "max-age=20, stale-while-revalidate=300, stale-if-error=86400",
        "vary": "Accept-Encoding" if form is Format.JSON else "Accept, Accept-Encoding, Sec-Fetch-Dest",
        "link": f'<https://news.example{path}>; rel="self", '
        f'<https://news.example{path.rpartition("/")[0]}/>; rel="alternate"; type="text/html"',
        "last-modified": "Mon, 10 Mar 2025 12:00:00 GMT",
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize(("path", "seconds"), [("/feed.rss", 20), ("/sahifa/feed.rss", 20), ("/daily/feed.rss", 60)])
async def test_max_age_is_the_rhythm_of_the_fastest_source_and_a_minute_at_most(
    client: httpx.AsyncClient, path: str, seconds: int
) -> None:
    assert (await client.get(path)).headers["cache-control"].startswith(f"max-age={seconds},")


async def test_the_language_is_that_of_the_feed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/daily/feed.atom")).headers["content-language"] == "en"


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
async def test_head_has_the_headers_of_get_and_no_body(client: httpx.AsyncClient, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    get, head = await client.get("/feed.rss", headers=asked), await client.head("/feed.rss", headers=asked)
    assert head.status_code == 200
    assert head.headers == get.headers
    assert head.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/feed.rss", "/static/style.css"])
async def test_other_methods_are_405_and_told_which_are_allowed(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("accept", "coding", "unpack"), [
    ("gzip, deflate", "gzip", gzip.decompress), ("gzip, deflate, br, zstd", "br", brotli.decompress),
])  # fmt: skip
async def test_a_coding_has_a_tag_of_its_own_and_holds_the_same_bytes(
    app: Starlette, client: httpx.AsyncClient, accept: str, coding: str, unpack: Callable[[bytes], bytes]
) -> None:
    plain = await client.get("/feed.rss")
    sent: list[Mapping[str, object]] = []
    await _raw(app, "GET", [(b"accept-encoding", accept.encode())], sent)
    headers, body = dict(sent[0]["headers"]), sent[1]["body"]  # type: ignore[call-overload]  # of a response
    assert headers[b"content-encoding"] == coding.encode()
    assert headers[b"etag"].decode() == plain.headers["etag"][:-1] + f'-{coding}"'
    assert headers[b"content-length"] == str(len(body)).encode()  # type: ignore[arg-type]
    assert headers[b"vary"].decode() == plain.headers["vary"]
    assert unpack(body) == plain.content  # type: ignore[arg-type]
    assert len(body) < len(plain.content)  # type: ignore[arg-type]


async def test_hubs_that_are_advertised_stand_in_the_link_header_and_can_change(app: Starlette) -> None:
    shelf, client = app.state.shelf, client_of(app)
    before = (await client.get("/sahifa/feed.atom")).headers
    shelf.advertise({name: replace(channel, hubs=HUBS) for name, channel in shelf.channels.items()})
    get = await client.get("/sahifa/feed.atom")
    head = await client.head("/sahifa/feed.atom")
    unchanged = await client.get("/sahifa/feed.atom", headers={"If-None-Match": get.headers["etag"]})
    assert unchanged.status_code == 304
    for answer in (get, head, unchanged):
        assert answer.headers["link"] == (
            '<https://news.example/sahifa/feed.atom>; rel="self", <https://hub.example/>; rel="hub", '
            '<https://news.example/hub>; rel="hub", <https://news.example/sahifa/>; rel="alternate"; type="text/html"'
        )
    shelf.advertise({name: replace(channel, hubs=()) for name, channel in shelf.channels.items()})
    assert (await client.get("/sahifa/feed.atom")).headers == before


@pytest.mark.parametrize("path", ["/feed.rss", "/sahifa/feed.atom"])
@pytest.mark.parametrize("asked", [
    {"Sec-Fetch-Dest": "document", "Accept": BROWSER}, {"Accept": BROWSER}, {"Sec-Fetch-Dest": "Document"},
])  # fmt: skip
async def test_a_browser_gets_the_same_bytes_as_a_type_that_it_shows(
    client: httpx.AsyncClient, path: str, asked: dict[str, str]
) -> None:
    reader, browser = await client.get(path), await client.get(path, headers=asked)
    assert browser.content == reader.content
    assert browser.headers["content-type"] == "application/xml; charset=utf-8"
    assert browser.headers["content-security-policy"].startswith("default-src 'none';")
    assert browser.headers["vary"] == reader.headers["vary"] == "Accept, Accept-Encoding, Sec-Fetch-Dest"


@pytest.mark.parametrize("asked", [
    {}, {"Accept": "*/*"}, {"Accept": MINIFLUX}, {"Accept": "application/rss+xml"}, {"Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Dest": "empty", "Accept": BROWSER},
])  # fmt: skip
async def test_a_reader_gets_the_type_of_the_format(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await client.get("/feed.rss", headers=asked)
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert "content-security-policy" not in answer.headers


async def test_json_is_json_for_everybody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/feed.json", headers={"Sec-Fetch-Dest": "document", "Accept": BROWSER})
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_a_browser_is_shown_has_tags_of_its_own(client: httpx.AsyncClient) -> None:
    """A cache must not take the type of the one for that of the other when it hears 304."""
    opened = {"Sec-Fetch-Dest": "document"}
    reader, browser = await client.get("/feed.rss"), await client.get("/feed.rss", headers=opened)
    assert reader.headers["etag"] != browser.headers["etag"]
    for mine, other, asked in ((reader, browser, {}), (browser, reader, opened)):
        tags = {"If-None-Match": other.headers["etag"]}
        assert (await client.get("/feed.rss", headers=asked | tags)).status_code == 200
        tags = {"If-None-Match": f"{other.headers['etag']}, {mine.headers['etag']}"}
        again = await client.get("/feed.rss", headers=asked | tags)
        assert (again.status_code, again.headers["etag"]) == (304, mine.headers["etag"])


async def test_two_replicas_send_the_same_bytes_and_validators(library: Newsstand, clock: Clock) -> None:
    seen = []
    for _replica in range(2):
        app = an_app(library, [a_source()], clock=clock)
        await app.state.shelf.refresh()
        sent: list[Mapping[str, object]] = []
        await _raw(app, "GET", [(b"accept-encoding", b"gzip")], sent)
        seen.append(sent)
        clock.forward(hours=3)
    assert seen[0] == seen[1]


async def test_the_body_of_a_head_is_left_out_by_us_not_only_by_the_server(app: Starlette) -> None:
    sent: list[Mapping[str, object]] = []
    await _raw(app, "HEAD", [], sent)
    assert [message.get("body") for message in sent] == [None, b""]


async def _raw(
    app: Starlette, method: str, headers: list[tuple[bytes, bytes]], sent: list[Mapping[str, object]]
) -> None:
    """What the application itself says to a request for the combined RSS."""

    async def receive() -> Mapping[str, object]:
        return {"type": "http.request"}

    async def send(message: Mapping[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/feed.rss", "headers": headers, "query_string": b""}
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain mappings for starlette's mutable ones


@pytest.mark.parametrize(("accept", "coding"), [
    ("", "identity"), ("gzip", "gzip"), ("GZip", "gzip"), ("x-gzip", "gzip"), ("gzip, deflate, br", "br"),
    ("br;q=0.9, gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0.5, gzip;q=0.5, identity", "identity"),
    ("br;q=0", "identity"), ("identity;q=0.1, br;q=0.2", "br"), ("*;q=0.5, br;q=0.4", "gzip"), ("zstd", "identity"),
    ("gzip" + ", x" * 100, "gzip"),
    ("gzip;q=0", "identity"), ("gzip; q=0.0", "identity"), ("*", "gzip"), ("*;q=0", "identity"),
    ("*;q=0, gzip", "gzip"), ("gzip;q=0, *", "identity"), ("identity", "identity"), ("br", "br"),
    ("identity;q=0", "identity"), ("identity;q=0, gzip;q=0.1", "gzip"), ("gzip;q=0.5, identity", "identity"),
    ("gzip;q=0.5, identity;q=0.5", "gzip"), ("gzip;q=banana", "identity"), ("gzip;q=", "identity"),
    (";;,,q=1", "identity"), ("gzip;level=1;q=1", "gzip"), ("gzip;q=nan", "identity"),
])  # fmt: skip
def test_the_coding_follows_the_qualities(accept: str, coding: str) -> None:
    assert choose_coding(accept) == coding


TAG = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("header", [
    f'"{TAG}"', f'W/"{TAG}"', f'"{TAG}-gzip"', f'W/"{TAG}-gzip"', f'"{TAG};gzip"', f'"{TAG}-br"', f'"{TAG}-zstd"',
    f'"{TAG}-gzip-gzip"', f'"other", "{TAG}"', f'"a,b" , W/"{TAG}"', f"{TAG}", "*", f'"x","{TAG}-gzip"',
])  # fmt: skip
def test_a_tag_that_names_our_bytes_matches(header: str) -> None:
    assert held_tags(header, TAG)


@pytest.mark.parametrize("header", [
    '"other"', f'"{TAG[:-1]}"', f'"{TAG}0"', f'"{TAG}-gzipped"', f'"-{TAG}"', '""', "W/", '"', f'"{TAG} -gzip"',
])  # fmt: skip
def test_any_other_tag_does_not(header: str) -> None:
    assert not held_tags(header, TAG)


@given(st.text(), st.text(), st.text())
def test_no_header_can_make_trouble(accept: str, tags: str, date: str) -> None:
    assert choose_coding(accept) in ("br", "gzip", "identity")
    assert all(tag == "*" for tag in held_tags(tags, TAG))
    assert not_modified_since(date, NOON, NOON) in (True, False)


@pytest.mark.parametrize("suffix", ["", "-gzip", ";gzip", "-br", "-zstd"])
async def test_a_reader_that_holds_the_version_gets_304_and_every_validator_again(
    client: httpx.AsyncClient, suffix: str
) -> None:
    first = await client.get("/feed.atom")
    tag = first.headers["etag"][:-1] + suffix + '"'
    again = await client.get("/feed.atom", headers={"If-None-Match": f'"older", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert {name for name in KEPT_ON_304 if name in again.headers} == set(KEPT_ON_304)
    assert all(again.headers[name] == first.headers[name] for name in KEPT_ON_304 if name != "etag")
    assert not {"content-length", "content-type", "content-language", "content-encoding"} & set(again.headers)


@pytest.mark.parametrize("suffix", ["", "-gzip", "-br"])
async def test_304_repeats_the_tag_that_the_client_holds(client: httpx.AsyncClient, suffix: str) -> None:
    tag = (await client.get("/feed.atom")).headers["etag"][:-1] + suffix + '"'
    for accept in ("gzip", "identity", "br"):
        again = await client.get("/feed.atom", headers={"If-None-Match": tag, "Accept-Encoding": accept})
        assert (again.status_code, again.headers["etag"]) == (304, tag)


@pytest.mark.parametrize("date", [
    "Mon, 10 Mar 2025 12:00:00 GMT", "Monday, 10-Mar-25 12:00:00 GMT", "Mon Mar 10 12:00:00 2025",
    "Mon, 10 Mar 2025 12:00:30 GMT",
])  # fmt: skip
async def test_if_modified_since_alone_gets_304(client: httpx.AsyncClient, date: str) -> None:
    assert (await client.get("/feed.rss", headers={"If-Modified-Since": date})).status_code == 304


@pytest.mark.parametrize("date", [
    "Mon, 10 Mar 2025 11:59:59 GMT", "Mon, 10 Mar 2031 12:00:00 GMT", "yesterday", "0", "",
    "Mon, 10 Mar 2025 12:00:00 -99999999999999999999", "Mon, 10 Mar 99999 12:00:00 GMT",
])  # fmt: skip
async def test_an_older_a_future_and_an_unreadable_date_get_200(client: httpx.AsyncClient, date: str) -> None:
    assert (await client.get("/feed.rss", headers={"If-Modified-Since": date})).status_code == 200


async def test_if_none_match_overrules_if_modified_since(client: httpx.AsyncClient) -> None:
    first = await client.get("/feed.rss")
    date = first.headers["last-modified"]
    changed = await client.get("/feed.rss", headers={"If-None-Match": '"other"', "If-Modified-Since": date})
    held = await client.get(
        "/feed.rss",
        headers={"If-None-Match": first.headers["etag"], "If-Modified-Since": "Mon, 10 Mar 2003 12:00:00 GMT"},
    )
    assert (changed.status_code, held.status_code) == (200, 304)


async def test_deltas_ranges_and_unknown_queries_change_nothing(client: httpx.AsyncClient) -> None:
    plain = await client.get("/feed.rss")
    odd = await client.get("/feed.rss?x=1&feed=2", headers={"A-IM": "feed", "Range": "bytes=0-3", "If-Match": '"z"'})
    assert (odd.status_code, odd.content, odd.headers) == (200, plain.content, plain.headers)
    delta = await client.get("/feed.rss", headers={"A-IM": "feed", "If-None-Match": '"older"'})
    assert delta.status_code == 200


async def test_answers_come_from_memory(client: httpx.AsyncClient, library: Newsstand) -> None:
    library.asked.clear()
    library.broken = True
    first = await client.get("/feed.rss")
    again = await client.get("/feed.rss", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, library.asked) == (200, 304, [])


@pytest.mark.parametrize("path", FEEDS)
async def test_before_the_first_item_a_feed_is_503_and_says_when_to_come_back(path: str) -> None:
    app = an_app(Newsstand(), [a_source()])
    await app.state.shelf.refresh()
    answer = await client_of(app).get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await client_of(app).post(path)).status_code == 405


async def test_an_unknown_source_is_404_in_plain_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere/feed.rss")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


async def test_n_polls_and_one_change_are_one_200_after_the_first(
    app: Starlette, library: Newsstand, clock: Clock
) -> None:
    held: dict[str, str] = {}
    client, statuses = client_of(app), []
    for turn in range(6):
        if turn == 3:
            library.publish("", "news", at=clock.now)
        await app.state.shelf.refresh()
        answer = await client.get("/feed.rss", headers=held)
        held = {"If-None-Match": answer.headers["etag"], "If-Modified-Since": answer.headers["last-modified"]}
        statuses.append(answer.status_code)
        clock.forward(seconds=60)
    assert statuses == [200, 304, 304, 200, 304, 304]


async def test_each_answer_can_be_told_with_what_a_hit_rate_needs(library: Newsstand, clock: Clock) -> None:
    told: list[Access] = []
    sources = [a_source()]
    app = build_app(
        library=library, channels=channels_of(sources), sources=sources, clock=clock, next_poll=lambda _name: None,
        on_answer=told.append,
    )  # fmt: skip
    await app.state.shelf.refresh()
    client = client_of(app)
    first = await client.get("/feed.rss", headers={"User-Agent": "newsboat/2.21"})
    await client.get("/feed.rss", headers={"If-None-Match": first.headers["etag"], "User-Agent": "x" * 999})
    await client.get("/nowhere/feed.rss")
    size = len(first.content)
    assert told[:2] == [
        Access("GET", "/feed.rss", "newsboat/2.21", False, 200, size),
        Access("GET", "/feed.rss", "x" * 200, True, 304, 0),
    ]
    assert (told[2].path, told[2].status, len(told)) == ("/nowhere/feed.rss", 404, 3)


# The shelf


async def test_a_version_is_held_back_until_its_second_has_come(
    app: Starlette, library: Newsstand, clock: Clock
) -> None:
    client, shelf = client_of(app), app.state.shelf
    old = (await client.get("/feed.rss")).headers["etag"]
    clock.now = clock.now.replace(microsecond=400_000)
    library.publish("", "next", at=clock.now.replace(microsecond=0) + timedelta(seconds=1))
    await shelf.refresh()
    assert (await client.get("/feed.rss")).headers["etag"] == old
    clock.forward(seconds=0.6)
    await shelf.refresh()
    answer = await client.get("/feed.rss")
    assert b"next" in answer.content
    assert parsedate_to_datetime(answer.headers["last-modified"]) == clock.now


async def test_the_first_load_waits_for_a_second_that_is_near(clock: Clock) -> None:
    library, slept = Newsstand(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.forward(seconds=seconds)

    library.publish("", "first", at=clock.now + timedelta(seconds=1.5))
    shelf = _shelf(library, clock, sleep)
    await shelf.refresh()
    assert slept == [pytest.approx(1.5, abs=0.02)]
    assert shelf.ready
    assert shelf.documents["/feed.rss"].last_modified == library.versions[""].last_modified


def _shelf(library: Newsstand, clock: Clock, sleep: object = None) -> Shelf:
    sources = [a_source()]
    waiting = {"sleep": sleep} if sleep else {}
    return Shelf(library=library, channels=channels_of(sources), sources=sources, clock=clock, **waiting)  # type: ignore[arg-type]  # only `sleep`


async def test_after_the_clock_jumped_back_no_date_lies_ahead_and_each_version_is_still_later(clock: Clock) -> None:
    library = Newsstand()
    library.publish("", "first", at=clock.now)
    shelf = _shelf(library, clock)
    await shelf.refresh()
    dates = []
    clock.forward(hours=-1, seconds=0.5)
    for words in ("", "second", "third"):
        if words:
            library.publish("", words, at=library.versions[""].last_modified + timedelta(seconds=1))
        await shelf.refresh()
        document = shelf.documents["/feed.rss"]
        assert document.last_modified
        assert document.last_modified <= clock.now
        assert words.encode() in document.answers["identity"].body
        dates.append(document.last_modified)
        clock.forward(seconds=1)
    assert dates == sorted(set(dates))


AT = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(("last_modified", "before", "now", "dated"), [
    pytest.param(0, None, 0.2, 0, id="its second is here"),
    pytest.param(0, -60, 500, 0, id="its second is past, as after a restart"),
    pytest.param(1, 0, 0.5, None, id="its second is still to come"),
    pytest.param(2, None, 0.0, None, id="near enough to wait for"),
    pytest.param(3600, None, 0.7, 0, id="the clock jumped back: the present second"),
    pytest.param(3600, 0, 0.7, None, id="but never the second of the version before"),
    pytest.param(3600, 0, 1.0, 1, id="the next one will do"),
    pytest.param(-90, -60, 5.5, 5, id="taken back from a backup: dated anew"),
])  # fmt: skip
def test_a_version_gets_the_date_it_may_have(
    last_modified: float, before: float | None, now: float, dated: float | None
) -> None:
    def at(seconds: float) -> datetime:
        return AT + timedelta(seconds=seconds)

    found = date_version(at(last_modified), None if before is None else at(before), at(now))
    assert found == (None if dated is None else at(dated))


@given(st.lists(st.tuples(st.integers(-5000, 5000), st.floats(0, 90)), max_size=30))
def test_served_dates_grow_and_are_never_ahead(steps: list[tuple[int, float]]) -> None:
    served, now = AT, AT
    for offset, passed in steps:
        now += timedelta(seconds=passed)
        if dated := date_version(AT + timedelta(seconds=offset), served, now):
            assert served + timedelta(seconds=1) <= dated <= now
            served = dated


async def test_when_the_library_refuses_everything_is_served_on(app: Starlette, library: Newsstand) -> None:
    library.publish("", "next")
    library.broken = True
    with pytest.raises(StoreError):
        await app.state.shelf.refresh()
    assert (await client_of(app).get("/feed.rss")).status_code == 200


async def test_a_refresh_without_news_asks_one_question_and_changes_nothing(app: Starlette, library: Newsstand) -> None:
    before = app.state.shelf.documents
    library.asked.clear()
    await app.state.shelf.refresh()
    assert library.asked == ["revisions"]
    assert app.state.shelf.documents is before


async def test_refreshes_at_once_load_a_version_once(library: Newsstand, clock: Clock) -> None:
    shelf = _shelf(library, clock)
    await asyncio.gather(*(shelf.refresh() for _ in range(5)))
    assert library.asked.count("version") == 2  # of the combined feed and of the one source


async def test_a_feed_that_vanished_from_the_library_is_served_on(app: Starlette, library: Newsstand) -> None:
    library.versions.clear()
    await app.state.shelf.refresh()
    assert (await client_of(app).get("/sahifa/feed.rss")).status_code == 200


async def test_who_wants_to_know_is_told_what_is_new_once_it_is_served(
    app: Starlette, library: Newsstand, clock: Clock
) -> None:
    shelf, told = app.state.shelf, []

    def note(names: Collection[str]) -> None:
        told.append((sorted(names), {name: b"next" in shelf.documents[_rss(name)].answers["identity"].body
                                     for name in names}))  # fmt: skip

    shelf.on_served.append(note)
    await shelf.refresh()
    clock.forward(seconds=1)
    for name in ("", "daily"):
        library.publish(name, "next", at=clock.now)
    await shelf.refresh()
    await asyncio.sleep(0)
    clock.forward(hours=-1)  # all are dated anew, and say the same
    await shelf.refresh()
    await asyncio.sleep(0)
    assert told == [(["", "daily"], {"": True, "daily": True})]


def _rss(name: str) -> str:
    return f"/{name}/feed.rss" if name else "/feed.rss"


async def test_whoever_is_told_cannot_harm_the_shelf(app: Starlette, library: Newsstand, clock: Clock) -> None:
    handled: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: handled.append(context["exception"]))
    trouble = RuntimeError("a bug of the announcer")

    def fail(_names: Collection[str]) -> None:
        raise trouble

    app.state.shelf.on_served.append(fail)
    library.publish("", "next", at=clock.now)
    await app.state.shelf.refresh()
    await asyncio.sleep(0)
    assert handled == [trouble]
    assert b"next" in (await client_of(app).get("/feed.rss")).content


# On a real socket


def test_over_a_real_socket_one_connection_carries_200_head_304_gzip_and_405(
    app: Starlette, library: Newsstand
) -> None:
    library.items.append(an_item("افتتاح الجسر الجديد أمام السير"))
    body = library.versions[""].documents[Format.RSS]
    with serving(app) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.connect()
        wire = connection.sock

        def ask(method: str, path: str = "/feed.rss", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer, answer.read()

        plain, content = ask("GET")
        head, nothing = ask("HEAD")
        unchanged, empty = ask("GET", If_None_Match=plain.headers["ETag"], Accept_Encoding="gzip")
        zipped, packed = ask("GET", Accept_Encoding="gzip")
        refused, _ = ask("POST")
        page, _ = ask("GET", "/")
        assert connection.sock is wire  # kept alive throughout
    assert (plain.status, content) == (200, body)
    assert (head.status, nothing, head.headers["Content-Length"]) == (200, b"", str(len(body)))
    assert (unchanged.status, empty, unchanged.headers["Transfer-Encoding"]) == (304, b"", None)
    assert unchanged.headers["ETag"] == plain.headers["ETag"]
    assert (gzip.decompress(packed), zipped.headers["Content-Length"]) == (body, str(len(packed)))
    assert packed[4:8] == b"\0\0\0\0"  # no time in the gzip header
    assert (refused.status, page.status) == (405, 200)
    assert all("Set-Cookie" not in answer.headers for answer in (plain, head, unchanged, zipped, page))
    assert all(answer.headers.get_all("Date") for answer in (plain, unchanged))


@pytest.mark.parametrize(
    "request_line",
    [b"GET /feed.rss HTTP/1.0\r\n\r\n", b"GET /feed.rss HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
)
def test_a_reader_that_sends_nothing_but_its_question_gets_the_plain_feed(
    app: Starlette, library: Newsstand, request_line: bytes
) -> None:
    with serving(app) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request_line)
        heard = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.splitlines()[0].split()[1] == b"200"
    assert body == library.versions[""].documents[Format.RSS]


def test_http_dates_are_what_the_standard_library_reads() -> None:
    assert format_datetime(NOON, usegmt=True) == "Mon, 10 Mar 2025 12:00:00 GMT"


async def test_a_page_of_another_site_may_ask_conditionally(client: httpx.AsyncClient) -> None:
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "if-none-match"}  # fmt: skip
    answer = await client.options("/feed.json", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "if-none-match" in answer.headers["access-control-allow-headers"].lower()
    assert (await client.options("/feed.json")).status_code == 405
