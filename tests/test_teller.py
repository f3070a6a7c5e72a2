"""Hubs and people are told once, however many processes share a store: two of them on a PostgreSQL, as they run."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpx
import pytest
import yaml

from tests import postgres, stores
from tests.running import write_config
from tests.strangers import Stranger, answers
from ticker.announce import Timing
from ticker.channels import published_channels
from ticker.config import Settings, load
from ticker.model import Channel, Feed, Format, Page, Poll, Subscription
from ticker.poll import ingest
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.render import documents
from ticker.serve import Shelf, build_app
from ticker.service import system_clock
from ticker.store import Store
from ticker.store.turn import Pace, Turn
from ticker.teller import Teller

pytestmark = pytest.mark.once("processes that share PostgreSQL")
PATIENCE = 20.0  # seconds until a test gives up waiting
SOON = timedelta(seconds=0.02)
QUICK = Timing(quiet=SOON, most=timedelta(seconds=0.1), again=(SOON,))
EAGER = Pace(ask=0.05, lease=5.0, grace=0.2)
LINES = (  # the oldest first
    "مطر غزير على الساحل",
    "فوز الفريق بالكأس",
    "عودة التيار",
    "سباق في الجبل",
)
BROKEN = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND locktype = 'advisory' AND objid = 4 AND granted
"""


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each way out."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


@dataclass
class Replica:
    """What of a process that serves is about telling."""

    settings: Settings
    store: Store
    channels: Mapping[str, Channel]
    shelf: Shelf
    teller: Teller
    app: Any

    async def look(self) -> None:
        """As the service does each second."""
        await self.shelf.refresh()
        await self.teller.looked(self.shelf)

    async def link(self) -> str:
        """What it says of hubs beside the feed."""
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url="http://127.0.0.1"
        ) as client:
            answer = await client.get("/feed.json")
            return str(answer.headers["link"]) + answer.text


@asynccontextmanager
async def a_replica(config: Path, url: str) -> AsyncIterator[Replica]:
    settings = load(config, {"TICKER_STORE": url})  # it holds a password
    store = await Store.open(url)
    store.turn = Turn(url, shared=True, pace=EAGER)
    thread = RenderThread()
    channels = await published_channels(settings, store)
    poller = Poller(channels, store, thread, clock=system_clock)
    teller = Teller(settings, channels, store=store, press=thread, poller=poller, clock=system_clock, timing=QUICK)
    app = build_app(
        library=store,
        channels=channels,
        sources=settings.sources,
        clock=system_clock,
        next_poll=lambda _name: None,
        beside=teller.beside,
        dated=True,
    )
    poller.shelf = app.state.shelf
    replica = Replica(settings, store, channels, app.state.shelf, teller, app)
    await replica.look()
    await teller.start(replica.shelf)
    try:
        yield replica
    finally:
        await teller.stop()
        thread.close()
        await store.close()


@dataclass
class Pair:
    """Two replicas, the first of which has the turn; and what workers do meanwhile."""

    first: Replica
    second: Replica
    database: str
    at: Any
    lines: list[str]

    async def publish(self, *words: str) -> None:
        """A poll of some worker, which both replicas hear of."""
        self.lines += words
        self.at += timedelta(seconds=1)
        (source,) = self.first.settings.sources
        text = "\n".join(["عاجل 24/7", *(f"12:{30 + n} {line}" for n, line in reversed(list(enumerate(self.lines))))])
        page = Page("https://desk.example/", text, "plain", self.at)
        channels = self.first.channels
        both = (channels[""], channels["desk"])
        poll = await ingest(source, page, store=self.first.store, channels=both, press=press)
        assert poll.outcome in ("changed", "unchanged"), poll
        await self.look()

    async def fails(self, times: int = 3) -> None:
        for _ in range(times):
            self.at += timedelta(seconds=1)
            await self.first.store.failed(Poll("desk", self.at, "failed", None, "unreachable", "no route to host"))

    async def look(self) -> None:
        for one in (self.first, self.second):
            await one.look()

    async def passes(self) -> None:
        """The connection that has the turn is lost, and another process has it."""
        self.first.store.turn._pace = Pace(ask=1000.0, lease=5.0, grace=0.2)  # else it might take it again
        assert postgres.rows(self.database, BROKEN) == [(True,)]
        await until(lambda: self.second.store.turn.ours)

    async def seen(self) -> None:
        """Until the second has looked at the last poll of a source that people know to be in trouble."""
        (_, signs) = await self.second.store.notices.signs()
        await until(lambda: self.second.teller._signs == signs)

    async def alarmed(self, *names: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while set(await self.first.store.notices.alarmed()) != set(names):
                await asyncio.sleep(0.01)


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def a_pair(folder: Path, **settings: Any) -> AsyncIterator[Pair]:
    config = write_config(folder, "https://desk.example/")
    written = yaml.safe_load(config.read_text("utf-8")) | settings
    config.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    with postgres.fresh(folder / "teller.db", postgres.made_once("empty", stores._make)) as database:
        async with AsyncExitStack() as both:
            url = postgres.address(database, tcp=True)
            first = await both.enter_async_context(a_replica(config, url))
            await until(lambda: first.store.turn.ours)
            second = await both.enter_async_context(a_replica(config, url))
            at = system_clock().replace(microsecond=0) - timedelta(seconds=60)
            yield Pair(first, second, database, at, list(LINES))


@pytest.fixture
async def reader() -> AsyncIterator[Stranger]:
    async with Stranger() as reader:
        yield reader


async def subscribed(pair: Pair, by: Replica, reader: Stranger, *, has: int) -> None:
    topic = pair.first.channels[""].feed_url(Format.ATOM)
    expires = system_clock() + timedelta(days=1)
    new = Subscription(topic, reader.url("/told"), "127.0.0.1", expires, None, has)
    kept = await by.store.subscriptions.keep(new, now=system_clock(), most=10, most_of_host=10)
    assert kept == "kept"


async def delivered(pair: Pair, revision: int) -> None:
    """Until the store knows that it has arrived."""
    async with asyncio.timeout(PATIENCE):
        while postgres.rows(pair.database, "SELECT delivered FROM subscriptions") != [(revision,)]:
            await asyncio.sleep(0.02)


FEED = {"hub": True, "hub_private": True}


async def test_a_subscriber_gets_each_version_once_also_when_another_process_goes_on(tmp_path, reader):
    async with a_pair(tmp_path, feed=FEED) as pair:
        await pair.publish()
        await subscribed(pair, pair.second, reader, has=1)
        await pair.publish("خبر أول")
        await delivered(pair, 2)
        assert len(reader.deliveries) == 1
        await pair.passes()
        await pair.publish("خبر ثان")
        await delivered(pair, 3)
    assert ["خبر أول" in one.body.decode() for one in reader.deliveries] == [True, True]
    assert ["خبر ثان" in one.body.decode() for one in reader.deliveries] == [False, True]


async def test_what_is_owed_when_the_turn_passes_is_delivered_by_the_next(tmp_path, reader):
    reader["/told"] = answers(500, 204)
    async with a_pair(tmp_path, feed=FEED) as pair:
        await pair.publish()
        await subscribed(pair, pair.first, reader, has=1)
        await pair.publish("خبر لم يصل")
        await reader.until(lambda self: len(self.deliveries) == 1)
        await pair.passes()
        await delivered(pair, 2)
        assert len(reader.deliveries) == 2


async def test_whoever_subscribes_at_another_process_is_sent_what_it_is_owed_at_once(tmp_path, reader):
    async with a_pair(tmp_path, feed=FEED) as pair:
        await pair.publish()
        await pair.publish("نشر أثناء التحقق")
        await subscribed(pair, pair.second, reader, has=1)
        await delivered(pair, 2)
    assert len(reader.deliveries) == 1


async def test_a_process_that_is_behind_sends_nothing_older_than_what_was_sent(tmp_path, reader):
    async with a_pair(tmp_path, feed=FEED) as pair:
        await pair.publish()
        await subscribed(pair, pair.first, reader, has=1)
        second, pair.second = pair.second, pair.first  # hears of nothing for a while
        await pair.publish("خبر")
        await delivered(pair, 2)
        pair.second = second
        await pair.passes()
        await pair.publish("خبر آخر")
        await delivered(pair, 3)
    assert len(reader.deliveries) == 2


async def test_people_are_told_once_of_trouble_and_of_its_end_whoever_polls_and_whoever_tells(tmp_path, reader):
    desk = {"name": "people", "to": reader.url("/hook"), "allow_private": True}
    async with a_pair(tmp_path, notify=[desk]) as pair:
        await pair.publish()
        await pair.fails()
        await pair.alarmed("desk")
        await pair.passes()
        await pair.seen()
        await pair.publish("عادت")
        await pair.seen()
        assert await pair.first.store.notices.alarmed(), "one good poll is not enough"
        await pair.publish("واستقرت")
        await pair.alarmed()
    events = [json.loads(one.body)["event"] for one in reader.deliveries]
    assert events == ["trouble", "recovered"]


async def test_each_headline_is_told_once_whoever_tells(tmp_path, reader):
    desk = {"name": "people", "to": reader.url("/hook"), "allow_private": True, "headlines": True}
    async with a_pair(tmp_path, notify=[desk]) as pair:
        await pair.publish()
        await pair.publish("الخبر الأول")
        await reader.until(lambda self: len(self.deliveries) == 1)
        await pair.passes()
        await pair.publish("الخبر الثاني")
        await reader.until(lambda self: len(self.deliveries) == 2)
    told = [[one["title"] for one in json.loads(sent.body)["items"]] for sent in reader.deliveries]
    assert told == [["الخبر الأول"], ["الخبر الثاني"]]


async def test_a_hub_that_fails_is_named_by_nobody_whoever_publishes(tmp_path):
    async with a_pair(tmp_path, feed={"hubs": ["https://hub.example/"]}) as pair:
        await pair.publish()
        for one in (pair.first, pair.second):
            assert "https://hub.example/" in await one.link()
        await pair.first.store.announcements.failing("https://hub.example/", "", system_clock(), "answered 500")
        await pair.publish("من عامل لا يعرف شيئاً")
        for one in (pair.first, pair.second):
            assert "https://hub.example/" not in await one.link()
        await pair.second.store.announcements.told("https://hub.example/", "", 2)
        await pair.publish("عاد المحور")
        for one in (pair.first, pair.second):
            assert "https://hub.example/" in await one.link()


class Wire:
    """Between a process and the database; cut, it carries nothing any more, and neither side is told so."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._whole = True
        self._carrying: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        self._whole = False

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[int]:
        """Its port, here."""
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._carrying:
                task.cancel()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        for ends in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(*ends))
            self._carrying.add(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65_536):
                if self._whole:
                    writer.write(some)
        finally:
            writer.transport.abort()


async def test_a_process_that_is_cut_off_gives_up_its_turn_though_nobody_tells_it(tmp_path):
    with postgres.fresh(tmp_path / "cut.db") as database:
        url = urlsplit(postgres.address(database, tcp=True))
        assert url.port is not None
        wire = Wire(url.port)
        async with wire.laid() as port:
            through = url._replace(netloc=url.netloc.replace(str(url.port), str(port))).geturl()
            turn = Turn(through, shared=True, pace=Pace(ask=0.05, lease=1.0, grace=0.1))
            turn.start()
            await until(lambda: turn.ours)
            ended = asyncio.create_task(turn.ends())
            wire.cut()
            await until(lambda: not turn.ours)
            async with asyncio.timeout(PATIENCE):
                await ended
            await turn.stop()


async def test_in_sqlite_it_is_always_our_turn():
    turn = Turn("sqlite:///nowhere", shared=False)
    turn.start()
    assert turn.ours
    await turn.begins()
    await turn.stop()
    assert turn.ours


async def test_one_process_has_the_turn_and_lets_another_have_it_when_it_ends(tmp_path):
    async with a_pair(tmp_path) as pair:
        assert (pair.first.store.turn.ours, pair.second.store.turn.ours) == (True, False)
        await pair.first.store.turn.stop()
        assert not pair.first.store.turn.ours
        await until(lambda: pair.second.store.turn.ours)
