"""The published feeds, held ready in memory: taken from the library when it has a new version.

Readers such as newsboat throw a body away when its Last-Modified has not grown, so each version
served has a later second than the one before, and none has a second still to come.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ticker.model import Channel, Format, Source, Version
from ticker.serve.documents import Document, Packed, pack
from ticker.serve.library import Library
from ticker.serve.published import feed_links, prepare_feed

NEAR = timedelta(seconds=2)  # a version this far ahead is waited for; further, and the clock has jumped back
LONGEST = 60  # seconds of max-age: readers that honour it come back this late


OnServed = Callable[[Collection[str]], object]


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of one feed, packed."""

    revision: int
    last_modified: datetime  # as published
    packed: Mapping[Format, Packed]
    dated: datetime | None = None  # the Last-Modified it is served with, once it is


class Shelf:
    """The documents of all feeds by path: `/feed.rss`, `/{source}/feed.atom`, …

    Args:
        library: where published versions come from; asked in `refresh` only, never for a request.
        channels: by feed name, "" for the combined feed; other feeds of the library are not shown.
        sources: for how often a feed can change at most.
        clock: the present instant, aware.
        sleep: waits for a second to come.
        dated: the library counts the seconds for all who serve it: its dates stand, whatever our clock says.

    Attributes:
        channels: as they stand; see `advertise`.
        places: path -> feed name and format, of every feed, whether it can be served or not.
        documents: by path.
        editions: what is served, by feed name.
        on_served: each is called by the loop with the names of feeds whose bytes are new, once these are served;
            what it raises goes to the handler of the loop.
    """

    def __init__(
        self,
        *,
        library: Library,
        channels: Mapping[str, Channel],
        sources: Sequence[Source],
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dated: bool = False,
    ) -> None:
        self._library = library
        self.channels = channels
        self._caching = {name: _caching(channel, sources) for name, channel in channels.items()}
        self._clock = clock
        self._sleep = sleep
        self.dated = dated
        self._refreshing = asyncio.Lock()
        self._asked = self._answered = 0  # refreshes
        self._coming: dict[str, Edition] = {}
        self._news = asyncio.Event()  # another one after each swap
        self.places = {_path(name, form): (name, form) for name in channels for form in Format}
        self.documents: Mapping[str, Document] = {}
        self.editions: Mapping[str, Edition] = {}
        self.on_served: list[OnServed] = []

    @property
    def ready(self) -> bool:
        """Whether the combined feed can be served."""
        return "" in self.editions

    def caching(self, name: str) -> str:
        """Cache-Control of the feed *name*."""
        return self._caching[name]

    def advertise(self, channels: Mapping[str, Channel]) -> None:
        """From now on, let the Link headers say what *channels* say: the same feeds, other hubs."""
        self.channels = channels
        self.documents = self._documents(self.editions)

    async def wait_for_news(self, seconds: float) -> None:
        """Until something new is served, and no longer than *seconds*."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    async def refresh(self) -> None:
        """Take new versions from the library and serve those whose second has come.

        Returns at once when nothing is new; safe to call from several tasks. Only what was never
        served before is waited for, and no longer than `NEAR`. When the library raises,
        everything is served on as it was.
        """
        self._asked += 1
        mine = self._asked
        async with self._refreshing:
            if self._answered >= mine:  # those before us had waited for the same
                return
            self._answered = self._asked
            await self._load()
            self._swap()
            if wait := self._first_wait():
                await self._sleep(wait.total_seconds() + 0.01)  # timers and the wall clock differ by a little
                self._swap()

    async def _load(self) -> None:
        revisions = await self._library.revisions()
        for name in self.channels:
            newest = self._coming.get(name) or self.editions.get(name)
            if name not in revisions or (newest and newest.revision == revisions[name]):
                continue
            if version := await self._library.version(name):
                self._coming[name] = await asyncio.to_thread(_edition, version)

    def _first_wait(self) -> timedelta:
        if self.dated:
            return timedelta(0)
        now = self._clock()
        ahead = [edition.last_modified - now for name, edition in self._coming.items() if name not in self.editions]
        return max((wait for wait in ahead if timedelta(0) < wait <= NEAR), default=timedelta(0))

    def _swap(self) -> None:
        """Put what may be served now in place of what is, all feeds in one step."""
        now = self._clock()
        fresh: dict[str, Edition] = {}
        if not self.dated:
            fresh = {name: redated for name, edition in self.editions.items() if (redated := _redate(edition, now))}
        for name, edition in list(self._coming.items()):
            served = fresh.get(name) or self.editions.get(name)
            if dated := self._date(edition, served, now):
                fresh[name] = replace(self._coming.pop(name), dated=dated)
        if fresh:
            changed = [name for name in fresh if fresh[name].packed is not self._packed_of(name)]
            self.editions = {**self.editions, **fresh}
            self.documents = {**self.documents, **self._documents(fresh)}
            self._tell(changed)

    def _date(self, edition: Edition, served: Edition | None, now: datetime) -> datetime | None:
        """The Last-Modified to serve it with now; None to hold it back."""
        if self.dated:
            return edition.last_modified
        return date_version(edition.last_modified, served.dated if served else None, now)

    def _packed_of(self, name: str) -> Mapping[Format, Packed] | None:
        return self.editions[name].packed if name in self.editions else None

    def _tell(self, changed: Collection[str]) -> None:
        self._news.set()
        self._news = asyncio.Event()
        for told in self.on_served if changed else ():
            asyncio.get_running_loop().call_soon(told, changed)

    def _documents(self, editions: Mapping[str, Edition]) -> dict[str, Document]:
        return {
            _path(name, form): prepare_feed(
                packed,
                form,
                cache_control=self._caching[name],
                last_modified=edition.dated,
                language=self.channels[name].language,
                links=feed_links(self.channels[name], form),
            )
            for name, edition in editions.items()
            for form, packed in edition.packed.items()
        }


def date_version(last_modified: datetime, before: datetime | None, now: datetime) -> datetime | None:
    """The Last-Modified to serve a new version with at *now*, or None to hold it back.

    Args:
        last_modified: of the version, as published.
        before: what the version served until now is dated, if there is one.
        now: the present instant.

    A version published under a clock that has since jumped back, or taken back from a backup, is
    dated to the present second: RFC 9110 §8.8.2.1 allows no later date, and readers no earlier one.
    """
    if now < last_modified <= now + NEAR:
        return None
    own = last_modified <= now and (before is None or before < last_modified)
    dated = last_modified if own else now.replace(microsecond=0)
    return dated if before is None or before < dated else None


def _redate(edition: Edition, now: datetime) -> Edition | None:
    """*edition* with the date it is to be served with now, or None when that is the one it has."""
    if edition.dated is None or edition.dated <= now:
        return None
    return replace(edition, dated=now.replace(microsecond=0))


def _edition(version: Version) -> Edition:
    packed = {form: pack(body) for form, body in version.documents.items()}
    return Edition(version.revision, version.last_modified, packed)


def _path(name: str, form: Format) -> str:
    return f"/{name}/feed.{form.ending}" if name else f"/feed.{form.ending}"


def _caching(channel: Channel, sources: Sequence[Source]) -> str:
    """No longer than between two polls, for some readers really wait; an error of ours must not hide the feed."""
    rhythms = [int(source.every.total_seconds()) for source in sources if source.name in channel.sources]
    max_age = max(1, min([LONGEST, *rhythms]))
    return f"max-age={max_age}, stale-while-revalidate=300, stale-if-error=86400"
