"""Tell foreign WebSub hubs what is new, and know which of them work: only those may be advertised.

A hub is told of a feed in each of its formats, since each has an address of its own. It hears no more than that
something is new, so of several versions in a row only the newest is announced. A hub that does not listen is asked
again, ever more seldom; it is no longer advertised until it does.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog

from ticker.announce.lanes import Calls, tell_bug
from ticker.announce.library import Announcements, Live
from ticker.announce.outgoing import NoReplyError, Outgoing
from ticker.errors import StoreError, TickerError
from ticker.model import Channel, Format

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """When a hub has failed."""

    pauses: tuple[timedelta, ...] = (timedelta(seconds=1), timedelta(seconds=4))  # between the tries of an announcement
    strikes: int = 3  # announcements that failed, in a row: then the hub does not work
    again: timedelta = timedelta(minutes=1)  # after an announcement that failed
    quiet: timedelta = timedelta(minutes=10)  # the same, while the hub does not work


PATIENCE = Patience()


@dataclass(slots=True)
class _Hub:
    url: str
    told: dict[str, int] = field(default_factory=dict)  # feed -> revision, by earlier processes
    pending: dict[str, None] = field(default_factory=dict)  # feeds, in the order in which they were served
    news: asyncio.Event = field(default_factory=asyncio.Event)
    strikes: int = 0
    failing_since: datetime | None = None


class Announcer:
    """Announces to all configured hubs, each at its own speed, between `start` and `stop`; `load` comes before each.

    Args:
        hubs: as configured.
        channels: by feed name.
        live: what is served now.
        ledger: what was announced, and which hubs fail, beyond a restart.
        clock: now, aware.
        changed: told the working hubs when they are others than before, so that the feeds say so; may raise a
            TickerError, and is then told again with the next announcement.
        allow_private: also hubs at private addresses.
        outgoing: the way out, unless it is to be made of *allow_private*.
    """

    def __init__(
        self,
        hubs: Iterable[str],
        *,
        channels: Mapping[str, Channel],
        live: Live,
        ledger: Announcements,
        clock: Callable[[], datetime],
        changed: Callable[[tuple[str, ...]], Coroutine[Any, Any, None]],
        allow_private: bool = False,
        outgoing: Outgoing | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._urls = tuple(dict.fromkeys(hubs))
        self._hubs = [_Hub(url) for url in self._urls]
        self._channels = channels
        self._live = live
        self._ledger = ledger
        self._calls = Calls()
        self._clock = clock
        self._changed = changed
        self._outgoing = outgoing or Outgoing(allow_private=allow_private, total=timedelta(seconds=10))
        self._patience = patience
        self._tasks: list[asyncio.Task[None]] = []
        self._unnoted: dict[tuple[str, str], int] = {}  # hub, feed -> revision that it was told of
        self._advertised: tuple[str, ...] = self.working()
        self._advertising = asyncio.Lock()

    def working(self) -> tuple[str, ...]:
        """The hubs that may be advertised, as configured without those that fail."""
        return tuple(hub.url for hub in self._hubs if hub.failing_since is None)

    async def load(self) -> None:
        """Learn what earlier processes knew; `working` is right from here on. Raises StoreError."""
        if not self._urls:
            return
        known = {url: _Hub(url) for url in self._urls}
        await self._ledger.forget_all_but(list(known))
        for each in await self._ledger.all():
            if hub := known.get(each.hub):
                hub.told[each.feed] = each.revision
                hub.failing_since = hub.failing_since or each.failing_since
        self._hubs = list(known.values())
        self._advertised = self.working()

    def start(self) -> None:
        """Announce from now on, first what was published and not announced before the last process ended."""
        self._tasks = [asyncio.create_task(self._follow(hub)) for hub in self._hubs]
        for task in self._tasks:
            task.add_done_callback(tell_bug)
        self.served(self._channels)

    def served(self, feeds: Collection[str]) -> None:
        """New versions of *feeds* can be had; returns at once."""
        for hub in self._hubs:
            hub.pending |= {feed: None for feed in feeds if feed in self._channels and self._live(feed)}
            if hub.pending:
                hub.news.set()

    async def stop(self) -> None:
        """Cut off what is on its way; it is announced at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._calls.ended()

    async def _follow(self, hub: _Hub) -> None:
        """One hub, for ever."""
        while True:
            await hub.news.wait()
            if hub.strikes or hub.failing_since:
                pause = self._patience.quiet if hub.failing_since else self._patience.again
                await asyncio.sleep(pause.total_seconds())
            feed = next(iter(hub.pending))
            del hub.pending[feed]
            await self._announce(hub, feed)
            if not hub.pending:
                hub.news.clear()
            await self._advertise()

    async def _announce(self, hub: _Hub, feed: str) -> None:
        version = self._live(feed)
        if version is None or (hub.told.get(feed, 0) >= version.revision and not hub.failing_since):
            return
        if detail := await self._tell(hub.url, self._channels[feed]):
            hub.pending[feed] = None
            await self._failed(hub, feed, detail)
            return
        if hub.failing_since:
            log.info("hub", hub=hub.url, recovered_after=str(self._clock() - hub.failing_since))
        hub.strikes, hub.failing_since = 0, None
        hub.told[feed] = self._unnoted[hub.url, feed] = version.revision
        await self.note()

    async def note(self) -> bool:
        """Note what hubs were told of; what the store refuses to note is noted the next time. Whether all of it is."""
        for (hub, feed), revision in list(self._unnoted.items()):
            try:
                await self._calls(self._ledger.told(hub, feed, revision))
            except StoreError as error:
                log.error("hub", hub=hub, detail=str(error))
                return False
            if self._unnoted.get((hub, feed)) == revision:
                del self._unnoted[hub, feed]
        return not self._unnoted

    async def _failed(self, hub: _Hub, feed: str, detail: str) -> None:
        hub.strikes += 1
        if hub.failing_since or hub.strikes < self._patience.strikes:
            return
        hub.failing_since = self._clock().replace(microsecond=0)
        log.warning("hub", hub=hub.url, detail=f"does not listen, and is no longer advertised: {detail}")
        try:
            await self._calls(self._ledger.failing(hub.url, feed, hub.failing_since, detail))
        except StoreError as error:
            log.error("hub", hub=hub.url, detail=str(error))

    async def _tell(self, hub: str, channel: Channel) -> str:
        """What went wrong after all tries, "" when the hub knows of every format."""
        details = await asyncio.gather(*(self._ping(hub, channel.feed_url(form)) for form in Format))
        return next(filter(None, details), "")

    async def _ping(self, hub: str, topic: str) -> str:
        """As hubs want it: some read `hub.url`, others `hub.topic` (the Recommendation leaves it open, §6)."""
        form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        detail = ""
        for pause in (*self._patience.pauses, None):
            try:
                reply = await self._outgoing.send("POST", hub, headers=headers, content=form)
            except NoReplyError as error:
                detail = str(error)
            else:
                if reply.good:
                    return ""
                detail = f"answered {reply.status}"
            if pause is not None:
                await asyncio.sleep(pause.total_seconds())
        return detail

    async def _advertise(self) -> None:
        """Let the feeds say which hubs work."""
        async with self._advertising:
            working = self.working()
            if working == self._advertised:
                return
            try:
                await self._calls(self._changed(working))
            except TickerError as error:
                log.error("hub", detail=str(error))
            else:
                self._advertised = working
