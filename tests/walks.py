"""A newsroom whose lists go through the stages as polls send them, and readers who walk what it publishes."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from lxml import etree

from tests.lines import BEIRUT, instant, stated
from tests.stores import store_at
from ticker.demo.wording import headline
from ticker.model import Channel, Feed, Format, Headline, Page, Source, Version
from ticker.poll import keep
from ticker.render import documents
from ticker.store import Store

AT = instant("2025-01-14T06:00")
URL = "https://news.example/"
TITLES = {"desk": "أخبار", "port": "المرفأ"}
NS = {"atom": "http://www.w3.org/2005/Atom"}
ROWS = 12  # of a list


def channel(name: str = "", **changes: Any) -> Channel:
    sources = {name: TITLES[name]} if name else TITLES
    return replace(Channel(name, "أخبار", "ar", URL, sources, 5, 20, timedelta(hours=1)), **changes)


def source(name: str) -> Source:
    return Source(name, TITLES[name], ("http://127.0.0.1/",), BEIRUT, heading="عاجل 24/7", language="ar")


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


@dataclass(frozen=True)
class Read:
    """What a reader takes from one document."""

    ids: tuple[str, ...]
    previous: str | None
    updated: str


def read(document: bytes, form: Format) -> Read:
    if form is Format.JSON:
        told = json.loads(document)
        return Read(tuple(item["id"] for item in told["items"]), told.get("next_url"), "")
    root = etree.fromstring(document)
    guids = "//item/guid" if form is Format.RSS else "//atom:entry/atom:id"
    (updated,) = root.xpath("/rss/channel/lastBuildDate | /atom:feed/atom:updated", namespaces=NS)
    before = root.xpath("//atom:link[@rel='prev-archive']/@href", namespaces=NS)
    return Read(
        tuple(guid.text for guid in root.xpath(guids, namespaces=NS)), before[0] if before else None, updated.text
    )


@dataclass
class Walk:
    """A reader on its way from a subscription document back through the archives, one document a step."""

    store: Store
    channel: Channel
    form: Format
    all: frozenset[str] = frozenset()  # ids of the feed when it set out
    ids: list[str] = field(default_factory=list)
    next: str | None = None

    async def sets_out(self) -> "Walk":
        self.all = await ids_of(self.store, self.channel)
        self._takes((await published(self.store, self.channel.name)).documents)
        return self

    async def steps(self) -> bool:
        """To the archive before, if there is one."""
        if self.next is None:
            return False
        number = re.fullmatch(re.escape(self.channel.page_url) + rf"archive/(\d+)\.{self.form.ending}", self.next)
        assert number, self.next
        archive = await self.store.archive(self.channel.name, int(number[1]), self.channel.public_url)
        assert archive is not None, "what a document links to is there"
        self._takes(archive.documents)
        return True

    async def arrives(self) -> None:
        """At the oldest archive, having found every item that there was when it set out, and each once."""
        while await self.steps():
            pass
        assert max(Counter(self.ids).values()) == 1
        assert set(self.ids) == self.all

    def _takes(self, documents: Mapping[Format, bytes]) -> None:
        found = read(documents[self.form], self.form)
        self.ids += found.ids
        self.next = found.previous


async def published(store: Store, feed: str) -> Version:
    version = await store.version(feed)
    assert version is not None
    return version


async def live(store: Store, said: Channel) -> Feed:
    feed = await store.live(said)
    assert feed is not None
    return feed


async def ids_of(store: Store, said: Channel) -> frozenset[str]:
    found = [await store.search(name, reposts=False) for name in said.sources]
    return frozenset(item.guid for items in found for item in items)


class Newsroom:
    """Lists of invented headlines, each a row of its own instant, given to the store as polls give them."""

    def __init__(self, store: Store, channels: Iterable[Channel]) -> None:
        self.store = store
        self.channels = tuple(channels)
        self.now = AT
        self.lists: dict[str, list[Headline]] = {name: [] for name in TITLES}
        self.press: Callable[[Feed], Any] = press
        self._numbers = count()

    async def prints(self, name: str, lines: int = 1, *, late: timedelta = timedelta(0)) -> None:
        """Some new lines on top, so long after they were news; polled a minute later."""
        self.now += timedelta(minutes=1)
        at = [self.now - late - timedelta(seconds=15 * n) for n in range(lines)]
        new = [stated(headline(next(self._numbers), name), one.isoformat()) for one in at]
        self.lists[name] = [*new, *self.lists[name]][:ROWS]
        await self.polled(name)

    async def edits(self, name: str, place: int) -> None:
        """Some words more at the end of a line that is listed."""
        if place < len(rows := self.lists[name]):
            self.now += timedelta(minutes=1)
            rows[place] = replace(rows[place], title=f"{rows[place].title} مساء")
            await self.polled(name)

    async def polled(self, name: str) -> None:
        page = Page("http://127.0.0.1/", "", "html", self.now)
        channels = [one for one in self.channels if name in one.sources]
        outcome = await keep(
            source(name), page, self.lists[name], store=self.store, channels=channels, press=self.press
        )
        assert outcome.outcome in ("changed", "unchanged"), outcome.detail


@asynccontextmanager
async def opened(place: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(place))
    try:
        yield store
    finally:
        await store.close()


def everywhere() -> list[Channel]:
    return [channel(), channel("desk"), channel("port")]
