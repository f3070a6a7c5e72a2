"""An in-memory library for the tests of `serve`, and short ways to say sources, items and versions."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from ticker.errors import StoreError
from ticker.model import (
    Archive,
    Channel,
    Cursor,
    Feed,
    Format,
    Health,
    Item,
    News,
    Press,
    Revision,
    Source,
    Version,
    Wish,
)
from ticker.serve import build_app, http_protocol
from ticker.text import fold

BEIRUT = ZoneInfo("Asia/Beirut")
NOON = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
PUBLIC_URL = "https://news.example/"


class Clock:
    """An instant that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> None:
        self.now += timedelta(**units)


class Newsstand:
    """A `Library` of real nouns in memory; `asked` lists the calls made, `broken` refuses them."""

    def __init__(self) -> None:
        self.versions: dict[str, Version] = {}
        self.closed: dict[tuple[str, int], Archive] = {}
        self.items: list[Item] = []
        self.healths: dict[str, Health] = {}
        self.hours: dict[str, dict[datetime, int]] = {}  # source -> hour -> headlines published in it
        self.endings: dict[str, dict[datetime, dict[str, int]]] = {}  # source -> hour -> how polls ended, how many
        self.asked: list[str] = []
        self.broken = False

    def publish(self, feed: str, words: str, *, at: datetime = NOON) -> Version:
        """A next version of *feed* whose three documents hold *words*."""
        before = self.versions.get(feed)
        documents = {form: f"<{form.ending}>{words}</{form.ending}>".encode() * 20 for form in Format}
        self.versions[feed] = Version(feed, before.revision + 1 if before else 1, at, documents)
        return self.versions[feed]

    async def revisions(self) -> dict[str, int]:
        self._ask("revisions")
        return {name: version.revision for name, version in self.versions.items()}

    async def version(self, feed: str) -> Version | None:
        self._ask("version")
        return self.versions.get(feed)

    def close(self, feed: str, number: int, words: str, *, at: datetime = NOON) -> Archive:
        """A closed archive of *feed* whose three documents hold *words*."""
        documents = {form: f"<{form.ending}>{words}</{form.ending}>".encode() * 20 for form in Format}
        self.closed[feed, number] = Archive(feed, number, at, documents)
        return self.closed[feed, number]

    async def live(self, channel: Channel) -> Feed | None:
        self._ask("live")
        found = [item for item in self.items if item.source in channel.sources]
        found.sort(key=lambda item: item.published, reverse=True)
        return Feed(channel, tuple(found), max(item.updated for item in found), previous=1) if found else None

    async def archive(self, feed: str, number: int, public_url: str) -> Archive | None:
        self._ask("archive")
        return self.closed.get((feed, number))

    async def archives(self, feed: str) -> int:
        self._ask("archives")
        return max((number for name, number in self.closed if name == feed), default=0)

    async def newest(self, source: str | None, *, limit: int) -> list[Item]:
        self._ask("newest")
        found = [item for item in self.items if source is None or item.source == source]
        return sorted(found, key=lambda item: item.published, reverse=True)[:limit]

    async def item(self, guid: str) -> Item | None:
        self._ask("item")
        return next((item for item in self.items if item.guid == guid), None)

    async def health(self) -> dict[str, Health]:
        self._ask("health")
        return self.healths

    async def find(self, wish: Wish) -> list[tuple[int, Item]]:
        self._ask("find")
        found = [(number, item) for number, item in enumerate(self.items, 1) if _wished(wish, number, item)]
        return sorted(found, key=lambda pair: (pair[1].published, pair[0]), reverse=True)[: wish.limit]

    async def cursor(self) -> Cursor:
        self._ask("cursor")
        return Cursor(len(self.items), sum(len(item.revisions) for item in self.items))

    async def news(self, after: Cursor, *, limit: int) -> News:
        self._ask("news")
        return News(tuple(self.items[after.item :][:limit]), (), await self.cursor())

    async def printed(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, int]]:
        self._ask("printed")
        return {name: dict(self.hours.get(name, {})) for name in sources}

    async def polled(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, dict[str, int]]]:
        self._ask("polled")
        return {name: dict(self.endings.get(name, {})) for name in sources}

    async def printed_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, int]:
        total: Counter[datetime] = Counter()
        for hours in (await self.printed(sources, since)).values():
            total.update(hours)
        return dict(total)

    async def polled_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, dict[str, int]]:
        total: dict[datetime, Counter[str]] = {}
        for hours in (await self.polled(sources, since)).values():
            for hour, endings in hours.items():
                total.setdefault(hour, Counter()).update(endings)
        return {hour: dict(endings) for hour, endings in total.items()}

    def _ask(self, call: str) -> None:
        self.asked.append(call)
        if self.broken:
            raise StoreError("the database is not to be reached")


def _wished(wish: Wish, number: int, item: Item) -> bool:
    folded = fold(item.title)
    return (
        item.repost_of is None
        and (wish.sources is None or item.source in wish.sources)
        and all(term in folded for term in wish.wanted)
        and not any(term in folded for term in wish.unwanted)
        and (wish.since is None or item.published >= wish.since)
        and (wish.until is None or item.published < wish.until)
        and (wish.after is None or (item.published, number) < wish.after)
    )


def a_source(
    name: str = "sahifa", *, title: str = "الصحيفة — عاجل", language: str = "ar", every: int = 60,
    zone: ZoneInfo = BEIRUT,
) -> Source:  # fmt: skip
    return Source(
        name, title, (f"https://{name}.example/live",), zone, language=language, every=timedelta(seconds=every)
    )


def an_item(title: str, *, source: str = "sahifa", at: datetime = NOON, link: str | None = None) -> Item:
    return Item(
        guid=uuid5(NAMESPACE_URL, f"{source} {at} {title}").urn,
        source=source, title=title, link=link, published=at, updated=at, printed=None, clock=None,
        printed_at=None, first_seen=at, last_seen=at,
    )  # fmt: skip


def reworded(item: Item, title: str, *, at: datetime) -> Item:
    """*item* with *title* in place of what it said."""
    return replace(item, title=title, updated=at, revisions=(*item.revisions, Revision(item.title, item.updated)))


def channels_of(sources: Sequence[Source], *, language: str = "ar", public_url: str = PUBLIC_URL) -> dict[str, Channel]:
    def channel(name: str, title: str, members: Sequence[Source], language: str) -> Channel:
        titles = {source.name: source.title for source in members}
        return Channel(name, title, language, public_url, titles, 100, 500, timedelta(hours=24))

    own = {source.name: channel(source.name, source.title, [source], source.language) for source in sources}
    return own | {"": channel("", "عاجل من كل المصادر", sources, language)}


def an_app(
    library: Newsstand, sources: Sequence[Source], *, clock: Clock | None = None, language: str = "ar",
    public_url: str = PUBLIC_URL, next_poll: datetime | None = None, press: Press | None = None,
    opml: bytes | None = None,
) -> Starlette:  # fmt: skip
    return build_app(
        library=library,
        channels=channels_of(sources, language=language, public_url=public_url),
        sources=sources,
        clock=clock or Clock(),
        next_poll=lambda _name: next_poll,
        press=press,
        opml=opml,
    )


def client_of(app: Starlette, *, raise_errors: bool = True) -> httpx.AsyncClient:
    """A client of *app* in this process, that adds no header of its own but Host and follows nothing."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=raise_errors)
    client = httpx.AsyncClient(transport=transport, base_url="https://news.example")
    client.headers.clear()
    return client


@contextmanager
def serving(app: ASGIApp, *, http: type[asyncio.Protocol] | None = None) -> Iterator[int]:
    """*app* on uvicorn, configured as the service does, on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=2, http=http or http_protocol(),
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
