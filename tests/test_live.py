"""What open pages are told: server-sent events over a real uvicorn, and over the whole service."""

import asyncio
import json
import random
import signal
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.newsstand import NOON, Newsstand, a_source, an_item, channels_of, reworded
from tests.running import running, write_config
from tests.test_whole_way import SIX
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.model import Cursor, Item, News
from ticker.serve import Limits, Live, http_protocol, server_of
from ticker.serve.addresses import Addresses
from ticker.serve.batches import Items, Line, State, View, batch_of
from ticker.serve.connections import room_for
from ticker.serve.entries import entry
from ticker.serve.ring import Ring

PATIENCE = 10.0  # seconds
SOURCES = [a_source("sahifa"), a_source("daily", title="Daily", language="en")]
CHANNELS = channels_of(SOURCES)
ROOF, RAIN = "افتتاح سقف المحطة", "أمطار غزيرة على الساحل"


class Wire(Newsstand):
    """A library that also remembers in which order lines and old wordings came."""

    def __init__(self) -> None:
        super().__init__()
        self.old: list[str] = []  # guids of lines that were worded anew
        self.between: Callable[[], None] = lambda: None  # what happens while the store is asked

    def add(self, title: str, source: str = "sahifa") -> Item:
        item = an_item(title, source=source, at=NOON + timedelta(minutes=len(self.items)))
        self.items.append(item)
        return item

    def edit(self, item: Item, title: str) -> None:
        place = next(n for n, each in enumerate(self.items) if each.guid == item.guid)
        self.items[place] = reworded(self.items[place], title, at=NOON)
        self.old.append(item.guid)

    async def cursor(self) -> Cursor:
        self._ask("cursor")
        return Cursor(len(self.items), len(self.old))

    async def news(self, after: Cursor, *, limit: int) -> News:
        self._ask("news")
        new, changed = self.items[after.item :], set(self.old[after.revision :])
        edited = [item for item in self.items[: after.item] if item.guid in changed]
        cursor = Cursor(len(self.items), len(self.old))
        await asyncio.sleep(0)
        self.between()
        return News(tuple(new[-limit:]), tuple(edited), cursor, len(new) + len(edited) > limit)


@dataclass
class Event:
    kind: str
    data: dict[str, Any]

    @property
    def titles(self) -> list[str]:
        return [line["title"] for line in self.data["items"]]


@dataclass
class Stream:
    """One that listens, as a browser reads it (HTML 9.2.6)."""

    answer: httpx.Response
    last_id: str = ""
    comments: int = 0
    ended: bool = False
    _lines: AsyncIterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = self.answer.aiter_lines()

    async def event(self) -> Event:
        """The next event, of any kind."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if (found := await self._block()) is not None:
                    return found

    async def end(self) -> None:
        """Until it ends."""
        with suppress(StopAsyncIteration):
            await self.event()
        assert self.ended

    async def alive(self) -> None:
        """Until a comment."""
        before = self.comments
        async with asyncio.timeout(PATIENCE):
            while self.comments == before:
                await self._block()

    async def _block(self) -> Event | None:
        kind, data = "", ""
        while line := await self._line():
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data += value
            elif not name or line.startswith(":"):
                self.comments += 1
        return Event(kind, json.loads(data)) if data else None

    async def _line(self) -> str:
        try:
            return await anext(self._lines)
        except StopAsyncIteration:
            self.ended = True
            raise


@dataclass
class Desk:
    """A server with nothing but live events on it."""

    live: Live
    library: Wire
    url: str
    client: httpx.AsyncClient
    stack: AsyncExitStack
    held: list[Stream] = field(default_factory=list)  # one that nobody holds hangs up

    async def listen(self, path: str = "/events", **headers: str) -> Stream:
        """A stream, from when it has its place."""
        asked = self.client.stream("GET", self.url + path, headers=headers)
        answer = await self.stack.enter_async_context(asked)
        stream = Stream(answer)
        self.held.append(stream)
        if answer.status_code == 200:
            assert await stream._line() == "retry: 3000"
        return stream

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(self.url + path, headers=headers)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def desk(
    *, limits: Limits | None = None, proxies: tuple[str, ...] = ("127.0.0.1", "::1"), **settings: Any
) -> AsyncIterator[Desk]:
    """Live events on uvicorn, as the service runs it, in this loop."""
    library = Wire()
    live = Live(library=library, channels=CHANNELS, addresses=Addresses(proxies), **settings)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (live if scope["path"] == "/events" else ordinary)(scope, receive, send)

    server = server_of(app, streams=100, proxies=proxies)
    if limits is not None:
        server.config.http = http_protocol(limits)
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client, AsyncExitStack() as stack:
            yield Desk(live, library, url, client, stack)
            await live.close()
    finally:
        server.should_exit = True
        await serving


async def ordinary(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def test_a_headline_is_told_at_once_to_who_follows_its_feed_or_searches_for_it():
    async with desk() as room:
        everything = await room.listen()
        own = await room.listen("/events?feed=sahifa")
        other = await room.listen("/events?feed=daily")
        search = await room.listen("/events?q=محطه")
        without = await room.listen("/events?not=سقف")
        item = room.library.add(ROOF)
        room.library.add("A bridge opens", source="daily")
        await room.live.told()
        assert (await everything.event()).titles == [ROOF, "A bridge opens"]
        told = await own.event()
        assert (told.kind, own.last_id) == ("items", "2-0")
        assert told.data["items"] == [entry(item, CHANNELS[""]) | {"new": True}]
        assert (await other.event()).titles == (await without.event()).titles == ["A bridge opens"]
        assert (await search.event()).titles == [ROOF]
        assert room.library.asked.count("news") == 1


async def test_the_answer_is_one_that_no_cache_keeps_and_no_proxy_holds_back():
    async with desk() as room:
        headers = (await room.listen()).answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert headers["access-control-allow-origin"] == "*"
        assert "content-encoding" not in headers


@pytest.mark.parametrize(("before", "now", "told"), [
    pytest.param([ROOF], ROOF + " غدا", False, id="it still matches"),
    pytest.param([RAIN], ROOF, True, id="it matches only now: new to whom did not have it"),
    pytest.param([ROOF], RAIN, False, id="it matches no longer: told to whom has it"),
    pytest.param([ROOF, RAIN], RAIN + " ليلا", False, id="it matched once, and may still be on the page"),
    pytest.param([RAIN], RAIN + " ليلا", None, id="it never matched"),
])  # fmt: skip
def test_a_line_worded_anew_is_told_to_a_search_as_it_needs_it(before: list[str], now: str, told: bool | None):
    item = an_item(before[0])
    for title in [*before[1:], now]:
        item = reworded(item, title, at=NOON)
    line = Line(item, entry(item, CHANNELS[""]), new=False)
    found = line.told(View("", frozenset({"sahifa"}), wanted=("محطه",)))
    assert (json.loads(found)["new"] if found else None) is told


async def test_a_line_worded_anew_is_told_with_what_it_said():
    async with desk() as room:
        item = room.library.add(ROOF)
        stream = await room.listen()
        room.library.edit(item, RAIN)
        await room.live.told()
        (line,) = (await stream.event()).data["items"]
        assert (line["title"], line["new"], line["earlier"][0]["title"]) == (RAIN, False, ROOF)


async def test_who_comes_back_is_told_what_came_meanwhile_and_then_what_comes():
    async with desk() as room:
        stream = await room.listen()
        room.library.add("one")
        await room.live.told()
        await stream.event()
        await stream.answer.aclose()
        await room.until(lambda: len(room.live) == 0)
        edited = room.library.add("two")
        room.library.edit(edited, "two, they say")
        await room.live.told()  # which nobody hears
        again = await room.listen("/events?after=0-0", **{"Last-Event-ID": stream.last_id})
        assert (await again.event()).titles == ["two, they say"]
        room.library.add("three")
        await room.live.told()
        assert (await again.event()).titles == ["three"]
        assert again.last_id == "3-1"


async def test_a_page_that_goes_on_where_it_was_made_misses_nothing_and_a_search_is_a_search_there_too():
    async with desk() as room:
        room.library.add(ROOF)
        room.library.add(RAIN)
        assert (await (await room.listen("/events?after=1-0")).event()).titles == [RAIN]
        assert (await (await room.listen("/events?after=0-0&q=سقف")).event()).titles == [ROOF]


async def test_nothing_is_lost_or_told_twice_however_readers_come_and_go():
    dice = random.Random(7)
    async with desk() as room:

        async def follow(after: int) -> list[str]:
            heard: list[str] = []
            at = f"{after}-0"
            while len(heard) + after < 120:
                stream = await room.listen(**{"Last-Event-ID": at})
                for _ in range(dice.randrange(1, 4)):
                    heard += (await stream.event()).titles
                    if len(heard) + after >= 120:
                        break
                at = stream.last_id
                await stream.answer.aclose()
            return heard

        for number in range(20):
            room.library.add(str(number))
        readers = [asyncio.create_task(follow(dice.randrange(20))) for _ in range(12)]
        while len(room.library.items) < 120:
            room.library.add(str(len(room.library.items)))
            if dice.random() < 0.5:
                await room.live.told()
            await asyncio.sleep(dice.random() / 100)
        while not all(reader.done() for reader in readers):
            await room.live.told()
            await asyncio.sleep(0.005)
        for reader in readers:
            heard = reader.result()
            assert heard == [str(number) for number in range(120 - len(heard), 120)]


async def test_a_store_that_grows_while_somebody_comes_in_leaves_no_gap():
    async with desk() as room:
        room.library.add("0")
        coming = ["1", "2"]

        def between() -> None:
            if coming:
                room.library.add(coming.pop(0))

        room.library.between = between
        stream = await room.listen("/events?after=0-0")
        heard = (await stream.event()).titles
        await room.live.told()
        while len(heard) < 3:
            heard += (await stream.event()).titles
        assert heard == ["0", "1", "2"]


@pytest.mark.parametrize("said", ["garbled", "9-0", "0-9", "999999999999999-0", "1-0-0", "-1-0", "١-٠"])
async def test_a_cursor_that_is_none_or_of_a_future_is_answered_with_refresh(said: str):
    async with desk() as room:
        room.library.add(ROOF)
        stream = await room.listen(f"/events?after={said}")
        assert ((await stream.event()).kind, stream.last_id) == ("refresh", "1-0")
        room.library.add(RAIN)
        await room.live.told()
        assert (await stream.event()).titles == [RAIN]


async def test_more_than_200_lines_are_not_told_one_by_one():
    async with desk() as room:
        stream = await room.listen()
        for number in range(201):
            room.library.add(str(number))
        await room.live.told()
        assert ((await stream.event()).kind, stream.last_id) == ("refresh", "201-0")
        assert (await (await room.listen("/events?after=0-0")).event()).kind == "refresh"
        assert len((await (await room.listen("/events?after=1-0")).event()).titles) == 200


async def test_a_store_that_was_taken_back_is_told_by_a_refresh():
    async with desk() as room:
        room.library.add(ROOF)
        stream = await room.listen()
        room.library.items.clear()
        await room.live.told()
        assert ((await stream.event()).kind, stream.last_id) == ("refresh", "0-0")


async def test_the_state_of_a_source_is_told_without_an_id():
    async with desk() as room:
        stream = await room.listen("/events?feed=daily")
        room.live.state("sahifa", "failing")
        room.live.state("daily", "suspect")
        told = await stream.event()
        assert (told.kind, told.data) == ("state", {"source": "daily", "state": "suspect"})
        assert stream.last_id == "0-0"


async def test_everybody_hears_from_us_now_and_then_with_the_newest_cursor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ticker.serve.live.HEARTBEAT", 0.05)
    async with desk() as room:
        search = await room.listen("/events?q=محطه")
        room.library.add(RAIN)
        await room.live.told()
        await search.alive()
        await search.alive()
        assert search.last_id == "1-0"


@pytest.mark.parametrize(("path", "status"), [
    ("/events?feed=none", 404), ("/events?q=" + "x" * 600, 400), ("/events?q=" + "+".join(map(str, range(30))), 400),
])  # fmt: skip
async def test_what_cannot_be_followed_is_said_so(path: str, status: int):
    async with desk() as room:
        answer = await room.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
        assert len(room.live) == 0


async def test_a_store_that_refuses_lets_nobody_in_and_says_when_to_come_back():
    async with desk() as room:
        room.library.broken = True
        answer = await room.get("/events")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        room.library.broken = False
        await room.listen()
        assert len(room.live) == 1


async def test_one_more_than_may_listen_is_told_when_to_come_back_until_one_leaves():
    async with desk(most=3) as room:
        streams = [await room.listen() for _ in range(3)]
        answer = await room.get("/events")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        await streams[0].answer.aclose()
        await room.until(lambda: len(room.live) == 2)
        assert (await room.listen()).answer.status_code == 200


async def test_one_address_does_not_take_all_places_and_is_the_one_that_a_proxy_names():
    async with desk(most=40) as room:
        for _ in range(10):
            await room.listen(**{"X-Forwarded-For": "10.9.9.9, 203.0.113.5"})
        assert (await room.get("/events", **{"X-Forwarded-For": "203.0.113.5"})).status_code == 503
        for other in ("203.0.113.6", "2001:db8::1"):
            assert (await room.listen(**{"X-Forwarded-For": other})).answer.status_code == 200
    async with desk(most=12, proxies=()) as room:  # whose header nobody believes
        for number in range(10):
            await room.listen(**{"X-Forwarded-For": f"203.0.113.{number}"})
        assert (await room.get("/events", **{"X-Forwarded-For": "203.0.113.99"})).status_code == 503


async def test_streams_neither_keep_readers_out_nor_make_room_for_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ticker.serve.connections.SETTLED", 0.02)
    async with desk(limits=Limits(connections=2)) as room:
        streams = [await room.listen() for _ in range(60)]
        for _ in range(5):
            async with httpx.AsyncClient(trust_env=False) as reader:
                assert (await reader.get(room.url + "/feed")).text == "ok"
        room.library.add(ROOF)
        await room.live.told()
        assert [(await stream.event()).titles for stream in streams] == [[ROOF]] * 60


def test_there_are_never_more_streams_than_half_of_the_file_descriptors(monkeypatch: pytest.MonkeyPatch):
    import resource

    for hard, room in ((1024, 512), (100_000, 2000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _which, hard=hard: (min(hard, 1024), hard))
        monkeypatch.setattr(resource, "setrlimit", lambda _which, _limits: None)
        assert room_for(2000) == room


class Stuck:
    """A client that takes what it is sent only when it is told to."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.took: list[bytes] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.gone = asyncio.Event()

    async def __call__(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/events", "query_string": b"", "headers": []}
        await self.app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.takes.wait()
        self.took.append(message.get("body", b""))


async def test_who_is_too_slow_for_the_ring_is_told_to_load_the_page_anew_and_holds_nothing_meanwhile():
    library, ring = Wire(), Ring(most=4)
    live = Live(library=library, channels=CHANNELS, ring=ring)
    slow, quick = Stuck(live), Stuck(live)
    running = [asyncio.create_task(each()) for each in (slow, quick)]
    while not (slow.took and quick.took[1:]):
        await asyncio.sleep(0)
    slow.takes.clear()
    for number in range(20):
        library.add(str(number))
        await live.told()
        async with asyncio.timeout(PATIENCE):
            while f'"title":"{number}"'.encode() not in quick.took[-1]:
                await asyncio.sleep(0)
    assert (ring.start, ring.end) == (16, 20)
    slow.takes.set()
    async with asyncio.timeout(PATIENCE):
        while b"refresh" not in slow.took[-1]:
            await asyncio.sleep(0)
    assert b"id: 20-0" in slow.took[-1]
    assert sum(b"event: items" in took for took in slow.took) <= 1
    for each in (slow, quick):
        each.gone.set()
    await asyncio.gather(*running)
    assert len(live) == 0
    await live.close()


def test_the_ring_is_bounded_in_number_and_in_letters():
    def batch(number: int, letters: int = 10) -> Items:
        item = an_item("x" * letters)
        return Items(Cursor(number), Cursor(number + 1), [Line(item, entry(item, CHANNELS[""]), new=True)])

    ring = Ring(most=3, most_size=5_000)
    for number in range(5):
        ring.append(batch(number))
    assert (ring.start, ring.end, ring.after(Cursor(1)), ring.after(Cursor(3))) == (2, 5, None, 3)
    ring.append(batch(5, letters=4_800))
    assert (ring.start, ring.end) == (5, 6)
    ring.append(State("desk", "failing"))
    assert ring.after(Cursor(6)) is None
    ring.clear()
    assert (ring.start, ring.end) == (7, 7)


def test_what_the_same_is_told_to_many_is_written_out_once():
    item = an_item(ROOF)
    batch = batch_of(News((item,), (), Cursor(1)), Cursor(), lambda item: entry(item, CHANNELS[""]))
    views = [View("", frozenset(["sahifa", "daily"]), wanted) for wanted in ((), ("سقف",), ("سقف",))]
    assert batch.told(views[1]) is batch.told(views[2])
    batch.rest()
    assert batch.told(views[1]) == batch.told(views[0])


async def test_a_client_that_takes_nothing_is_cut_off_and_the_others_are_not_hurt():
    limits = Limits(answer_seconds=0.4)
    async with desk(limits=limits, ring=Ring(most_size=100_000_000)) as room:
        wire = socket.socket()
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", int(room.url.rpartition(":")[2])))
        wire.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        stream = await room.listen()
        await room.until(lambda: len(room.live) == 2)
        for number in range(40):
            room.library.add(f"{number} " + "خبر " * 20_000)
            await room.live.told()
            assert len((await stream.event()).titles) == 1
        await room.until(lambda: len(room.live) == 1)
        room.library.add(ROOF)
        await room.live.told()
        assert (await stream.event()).titles == [ROOF]
        wire.close()


async def test_who_hangs_up_while_it_comes_in_is_no_bug(caplog: pytest.LogCaptureFixture):
    async with desk() as room:
        gone = asyncio.Event()

        async def slowly() -> Cursor:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # resets
            wire.close()
            await asyncio.sleep(0.05)  # the server hears of it
            gone.set()
            return Cursor()

        room.library.cursor = slowly  # type: ignore[method-assign]  # slower than a store is, as on a busy machine
        wire = socket.create_connection(("127.0.0.1", int(room.url.rpartition(":")[2])))
        wire.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        await gone.wait()
        await room.until(lambda: len(room.live) == 0)
    assert not [record for record in caplog.records if record.exc_info]


async def test_closing_ends_every_stream_at_once_even_one_that_takes_nothing():
    async with desk(ring=Ring(most_size=100_000_000)) as room:
        wire = socket.socket()
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", int(room.url.rpartition(":")[2])))
        wire.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        streams = [await room.listen() for _ in range(20)]
        await room.until(lambda: len(room.live) == 21)
        for number in range(40):
            room.library.add(f"{number} " + "خبر " * 20_000)
            await room.live.told()
            await streams[0].event()
        async with asyncio.timeout(1):
            await room.live.close()
            await room.until(lambda: len(room.live) == 0)
        await streams[0].end()
        assert (await room.get("/events")).status_code == 503
        wire.close()


async def test_other_settings_leave_streams_be_but_those_of_a_feed_that_is_gone():
    async with desk() as room:
        everything, gone = await room.listen(), await room.listen("/events?feed=daily")
        one = await room.listen("/events?feed=sahifa")
        left = channels_of([a_source("sahifa"), a_source("wire")])
        room.live.adopt(library=room.library, channels=left, most=100)
        await gone.end()
        assert (await everything.event()).kind == "refresh", "the sources are others now"
        room.live.adopt(library=room.library, channels=left, most=200)
        room.library.add("of the source that was there", source="sahifa")
        await room.live.told()
        assert [(await stream.event()).kind for stream in (one, everything)] == ["items", "items"]
        room.library.add("of a source that was not there before", source="wire")
        await room.live.told()
        assert (await everything.event()).data["items"][0]["source"] == "wire"
        room.live.adopt(library=room.library, channels=left, most=100, anew=True)
        await everything.end()


# The whole service


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the newsroom's clock on the wall


async def test_a_service_that_starts_anew_goes_on_where_its_readers_were(tmp_path: Path):
    """Killed softly with streams open: it ends within 3 s; then what came meanwhile is told once, and what comes."""
    lines = Manual(length=20)
    async with serve_newsroom(newsroom_app(lines, now)) as url:
        for ago, (_, title) in reversed(list(enumerate(SIX))):
            lines.add(title, now(), printed_at=now() - timedelta(minutes=ago + 1))
        config = write_config(tmp_path, url)
        async with running(config) as service, AsyncExitStack() as stack:
            await service.until(lambda found, _: len(found) == 6)
            asked = [service.client.stream("GET", service.url + "events") for _ in range(50)]
            streams = [Stream(await stack.enter_async_context(each)) for each in asked]
            lines.add(ROOF, now(), printed_at=now())
            assert [(await stream.event()).titles for stream in streams] == [[ROOF]] * 50
            began = asyncio.get_running_loop().time()
            assert await service.stop() == 0
            assert asyncio.get_running_loop().time() - began < 3
            await streams[0].end()
        last_id = streams[0].last_id
        lines.add("جسر جديد على النهر", now(), printed_at=now())
        async with running(config) as service, AsyncExitStack() as stack:
            await service.until(lambda found, _: len(found) == 8)
            again = service.client.stream("GET", service.url + "events", headers={"Last-Event-ID": last_id})
            stream = Stream(await stack.enter_async_context(again))
            assert (await stream.event()).titles == ["جسر جديد على النهر"]
            config.write_text(config.read_text("utf-8") + "\nkeep_polls: 2d\n", "utf-8")
            service.process.send_signal(signal.SIGHUP)
            while "taken over" not in config.with_suffix(".log").read_text("utf-8"):
                await asyncio.sleep(0.02)
            lines.add("الحديقة العامة تفتح ليلا", now(), printed_at=now())
            assert (await stream.event()).titles == ["الحديقة العامة تفتح ليلا"]
