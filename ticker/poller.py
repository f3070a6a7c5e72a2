"""Poll sources in this process and say what is news: to the log, and to the status page."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from ticker.config import Settings
from ticker.errors import Cause, StoreError
from ticker.fetch import Fetcher
from ticker.model import Channel, Feed, Format, Health, Poll, Source
from ticker.poll import documents, poll
from ticker.serve import Shelf
from ticker.store import FAILING, Store

HINT = "`make demo` (or `ticker demo`) shows everything on a scripted newsroom"

log = structlog.get_logger()


class RenderThread:
    """Renders in one thread of its own: feedgen is not thread-safe, and the loop must not stall."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")

    async def __call__(self, feed: Feed) -> Mapping[Format, bytes]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, documents, feed)

    def close(self) -> None:
        """After the running document."""
        self._thread.shutdown()


class Poller:
    """Polls one source when called, and says so where it is news."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        store: Store,
        press: RenderThread,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.channels = channels  # as they are published; others when a hub fails
        self._store = store
        self._press = press
        self._clock = clock
        self._fetch = Fetcher(clock=clock)
        self._troubles: dict[str, _Trouble] = {}
        self._read_any = False
        self.refused: dict[str, Refusal] = {}  # by the store, of the last poll of a source
        self.shelf: Shelf | None = None  # refreshed at once after a poll that changed something

    def take(self, settings: Settings, channels: Mapping[str, Channel]) -> None:
        """Poll by *settings* from now on, and publish as *channels*."""
        self.channels = channels

    async def poll(self, source: Source) -> Poll:
        """One poll; raises StoreError."""
        channels = self.channels
        outcome = await poll(
            source,
            fetch=self._fetch,
            store=self._store,
            channels=(channels[""], channels[source.name]),
            press=self._press,
            now=self._now(),
        )
        if self.channels is not channels and outcome.outcome == "changed":  # published as the settings were before
            now_named = [self.channels[name] for name in ("", source.name) if name in self.channels]
            await self._store.republish(now_named, self._now(), self._press)
        return outcome

    async def scheduled(self, source: Source) -> None:
        """One poll that tells the log instead of its caller."""
        try:
            outcome = await self.poll(source)
        except StoreError as error:
            if source.name not in self.refused:
                log.error("store", source=source.name, detail=str(error))
            self.refused.setdefault(source.name, Refusal(self._now(), str(error)))
            return
        if self.refused.pop(source.name, None):
            log.info("store", source=source.name, recovered=True)
        self._tell(outcome)
        if outcome.outcome == "changed":
            await self.refresh()

    async def refresh(self) -> None:
        """Serve what has been published since; a store that refuses is told, and everything is served on."""
        try:
            if self.shelf is not None:
                await self.shelf.refresh()
        except StoreError as error:
            log.error("store", detail=str(error))

    async def catch_up(self) -> None:
        """Close archive after archive where more is to be closed than polls may do by the way.

        So an older release leaves a database, and an operator who narrows the feeds. A store that refuses is told:
        the rest is closed by polls, or after the next start.
        """
        try:
            for channel in self.channels.values():
                if closed := await self._close_all(channel):
                    log.info("archives", feed=channel.name or "all", closed=closed)
                    await self.refresh()
        except StoreError as error:
            log.error("store", detail=str(error))

    async def _close_all(self, channel: Channel) -> int:
        loop, total = asyncio.get_running_loop(), 0
        while True:
            began = loop.time()
            closed = await self._store.close_archives(channel, self._now(), self._press)
            if not closed:
                return total
            if not total:
                log.info("archives", feed=channel.name or "all", detail="closing what has left the feed")
            total += closed
            await asyncio.sleep(loop.time() - began)  # polls wait for the same lock

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    def _tell(self, outcome: Poll) -> None:
        if outcome.cause is not None:
            self._tell_trouble(outcome, outcome.cause)
        elif outcome.outcome == "refused":
            log.warning("poll", source=outcome.source, refused=outcome.detail)
        else:
            self._tell_good(outcome)

    def _tell_trouble(self, outcome: Poll, cause: Cause) -> None:
        """When it begins, when its cause changes, and when it has lasted for three polls: never a flood."""
        before = self._troubles.get(outcome.source)
        trouble = _Trouble(cause, before.since if before else outcome.at, before.polls + 1 if before else 1)
        self._troubles[outcome.source] = trouble
        if before is None or before.cause != cause or trouble.polls == FAILING:
            hint = {} if before or self._read_any else {"hint": HINT}
            log.warning(
                "poll",
                source=outcome.source,
                cause=cause,
                detail=outcome.detail,
                since=f"{trouble.since:%Y-%m-%dT%H:%M:%SZ}",
                polls=trouble.polls,
                **hint,
            )

    def _tell_good(self, outcome: Poll) -> None:
        self._read_any = True
        trouble = self._troubles.pop(outcome.source, None)
        recovered = {"recovered_after": str(outcome.at - trouble.since), "polls": trouble.polls} if trouble else {}
        if outcome.changes is not None:
            new, edited = len(outcome.changes.of("new")), sum(row.before is not None for row in outcome.changes.rows)
            listed = len(outcome.changes.rows)
            log.info("poll", source=outcome.source, new=new, edited=edited, listed=listed, **recovered)
        elif recovered:
            log.info("poll", source=outcome.source, **recovered)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What has been wrong with a source, as far as the log was told."""

    cause: Cause
    since: datetime
    polls: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Since when the store has refused to keep the polls of a source, and why."""

    since: datetime
    detail: str


class Overseen:
    """The store for the server, whose health also knows what the store could not be told: that it refuses."""

    def __init__(self, store: Store, refused: Mapping[str, Refusal]) -> None:
        self._store = store
        self._refused = refused
        self.revisions = store.revisions
        self.version = store.version
        self.newest = store.newest
        self.item = store.item
        self.live = store.live
        self.archive = store.archive
        self.archives = store.archives

    async def health(self) -> dict[str, Health]:
        """As the store has it; a source whose polls it refuses is failing."""
        health = await self._store.health()
        for name, refusal in self._refused.items():
            known = health.get(name, Health(name, "waiting"))
            health[name] = replace(known, state="failing", cause=None, detail=refusal.detail, since=refusal.since)
        return health
