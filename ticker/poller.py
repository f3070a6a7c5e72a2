"""Poll sources in this process: with what is known of each from poll to poll, and all who follow from it told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Protocol

import structlog

from ticker.config import Settings, contact_of
from ticker.errors import StoreError
from ticker.fetch import Fetcher
from ticker.metrics import Metrics
from ticker.model import Channel, Courtesy, Health, Poll, Source
from ticker.poll import poll
from ticker.press import RenderThread
from ticker.rhythm import Rhythm
from ticker.schedule import OF_THE_WAY, Wait, next_wait, words
from ticker.schedule.hosts import host_of
from ticker.schedule.wait import longest
from ticker.serve import Facts, Shelf
from ticker.store import Plan, Store
from ticker.telling import Teller

FICKLE = timedelta(days=1)

log = structlog.get_logger()


class Listener(Protocol):
    """Who is told of polls besides log and metrics, as `announce.Notifier`. Returns at once, and does not raise."""

    def polled(self, source: str, outcome: Poll, health: Health) -> None: ...
    def refused(self, source: str, detail: str) -> None: ...


@dataclass(slots=True)
class Beat:
    """What this process knows of a source from poll to poll, beside what is kept."""

    rhythm: Rhythm | None = None
    heard: datetime | None = None  # when the poll began that changed it last; None: not since plans are kept
    health: Health | None = None  # after the last poll
    courtesy: Courtesy = field(default_factory=Courtesy)
    failures: int = 0  # polls in a row that brought no page
    lateness: timedelta = timedelta()  # of the last poll
    wait: Wait | None = None  # until the next one
    state: str = "waiting"  # that it is in, as far as anybody was told
    fresh_until: datetime | None = None  # says the Cache-Control of the last page
    fickle_until: datetime | None = None  # it changed though it was to be fresh: until then that is not believed


class Poller:
    """Polls one source when called, and says so where it is news.

    Args:
        channels: by feed name, as they are published; `take` names others.
        store: keeps.
        press: renders.
        clock: the present instant, aware.
        metrics: what is counted.
        random: dice.

    Attributes:
        channels: others when a hub fails.
        listener: told of each poll.
        shelf: refreshed at once after a poll that changed something.
        on_refreshed: awaited once the shelf has what has been published; may raise StoreError.
        on_state: told of a source that is in another state than after its last poll here.
        sharing: how many sources are polled on the host of one.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        store: Store,
        press: RenderThread,
        *,
        clock: Callable[[], datetime],
        metrics: Metrics | None = None,
        random: Random | None = None,
    ) -> None:
        self.channels = channels
        self.metrics = metrics or Metrics()
        self.listener: Listener | None = None
        self.shelf: Shelf | None = None
        self.on_refreshed: Callable[[], Awaitable[None]] | None = None
        self.on_state: Callable[[str, str], object] = lambda source, state: None
        self.sharing: Callable[[Source], int] = lambda source: 1
        self.teller = Teller()
        self._store = store
        self._press = press
        self._clock = clock
        self._random = random or SystemRandom()
        self._fetch = Fetcher(clock=clock)
        self._contact: str | None = None
        self._beats: dict[str, Beat] = {}
        self._troubles: dict[str, str] = {}  # what could not be done when it was tried last -> why

    def take(self, settings: Settings, channels: Mapping[str, Channel]) -> None:
        """Poll by *settings* from now on, and publish as *channels*."""
        self.channels = channels
        contact = contact_of(settings)
        if contact != self._contact:
            self._contact = contact
            self._fetch = Fetcher(clock=self._clock, contact=contact, robots=True)
        for gone in self._beats.keys() - {source.name for source in settings.sources}:
            del self._beats[gone]
            self.teller.forget(gone)

    def know(self, health: Health) -> None:
        """How a source was doing when this process began."""
        if health.name in self.channels:
            self._beats.setdefault(health.name, Beat(state=health.state))

    def resume(self, source: Source, plan: Plan, health: Health | None, *, ours: bool) -> None:
        """Go on where the last poll of *source* left it, which was *ours*, or that of another process.

        Its rhythm is read from the store anew only if its list has changed since we had it.
        """
        if not ours:
            before, began = self._beats.get(source.name) or Beat(), plan.polled_at
            self._beats[source.name] = Beat(
                rhythm=before.rhythm if before.heard == plan.heard else None,
                heard=plan.heard,
                courtesy=Courtesy(plan.crawl_delay, note=plan.note),
                failures=plan.failures,
                lateness=plan.lateness,
                wait=Wait(plan.due - began, plan.reason, plan.risk, plan.halved) if began else None,
                state=plan.state,
                fresh_until=plan.fresh_until,
                fickle_until=plan.fickle_until,
            )
        if health is not None:
            self._beat(source).health = health
            self.teller.resume(health, plan.risk)

    def plan(self, source: Source, began: datetime) -> Plan:
        """What is to be known of *source* by whoever polls it next, after a poll that began then."""
        beat = self._beat(source)
        wait = beat.wait or Wait(source.every)
        return Plan(
            source.name,
            host_of(source),
            due=began + wait.span,
            most=longest(source),
            asked=began + wait.asked if wait.asked else None,
            polled_at=began,
            heard=beat.heard,
            lateness=beat.lateness,
            failures=beat.failures,
            state=beat.state,
            reason=wait.reason,
            risk=wait.risk,
            note=beat.courtesy.note,
            halved=wait.halved,
            crawl_delay=beat.courtesy.crawl_delay,
            fresh_until=beat.fresh_until,
            fickle_until=beat.fickle_until,
        )

    def started(self, source: Source, lateness: timedelta) -> None:
        """A poll of *source* starts, so long after it was due."""
        self._beat(source).lateness = max(lateness, timedelta())

    def crawl_delay(self, source: Source) -> timedelta:
        """Between two requests to its host, as far as that was asked for."""
        return max(self._fetch.courtesy(source).crawl_delay, self._beat(source).courtesy.crawl_delay)

    def facts(self, source: str) -> Facts:
        """What is known here of the source of this name, for people."""
        beat = self._beats.get(source) or Beat()
        wait = beat.wait or Wait(timedelta())
        return Facts(wait.reason, wait.risk, beat.courtesy.note, self._store.last_new(source), beat.lateness)

    async def poll(self, source: Source) -> Poll:
        """One poll; raises StoreError."""
        channels, beat = self.channels, self._beat(source)
        if beat.rhythm is None or beat.rhythm.zone != source.zone:
            beat.rhythm = await self._store.history.rhythm(source.name, source.zone)
        outcome = await poll(
            source,
            fetch=self._fetch,
            store=self._store,
            channels=(channels[""], channels[source.name]),
            press=self._press,
            now=self._now(),
            rhythm=beat.rhythm,
            sooner=beat.wait is not None and beat.wait.halved,
        )
        if outcome.changes is not None:
            new = [row.item.published for row in outcome.changes.of("new", "repost")]
            beat.rhythm, beat.heard = beat.rhythm.heard(new, len(outcome.changes.rows)), self._clock()
            if self.channels is not channels:  # it was published as the settings were before
                stand = [self.channels[name] for name in ("", source.name) if name in self.channels]
                await self._store.republish(stand, self._now(), self._press)
        return outcome

    async def scheduled(self, source: Source) -> Wait:
        """One poll that tells the log, the metrics and the listener instead of its caller; how long until the next."""
        loop, beat = asyncio.get_running_loop(), self._beat(source)
        began = loop.time()
        if source.name not in self.channels:  # taken out a moment ago
            return Wait(source.every)
        try:
            outcome = await self.poll(source)
            health = await self._health(source.name, outcome, beat.health)
        except StoreError as error:
            return self._unkept(source, beat, str(error), loop.time() - began)
        except Exception as error:  # whoever called tells of it in full; people who look at the status are to know too
            self._unkept(source, beat, f"a poll ended by a bug of Ticker: {type(error).__name__}", loop.time() - began)
            raise
        took = loop.time() - began
        if self._beats.get(source.name) is not beat:  # taken out meanwhile
            return Wait(source.every)
        beat.health, beat.courtesy = health, self._courtesy(source, beat, outcome)
        beat.failures = beat.failures + 1 if outcome.cause in OF_THE_WAY else 0
        beat.wait = self._wait(source, beat, outcome)
        self._count(source, beat, outcome, health, took)
        self._enter(source, beat, health.state)
        self.teller.kept(outcome, timedelta(seconds=took), well=health.state == "healthy")
        self.teller.risk(source.name, beat.wait.risk)
        if self.listener is not None:
            self.listener.polled(source.name, outcome, health)
        if outcome.outcome == "changed":
            await self.refresh()
        return beat.wait

    async def refresh(self) -> None:
        """Serve what has been published since; a store that refuses is told, and everything is served on."""
        await self._serve()

    async def _serve(self) -> bool:
        """Whether the store could be read."""
        try:
            if self.shelf is not None:
                await self.shelf.refresh()
            if self.on_refreshed is not None:
                await self.on_refreshed()
        except StoreError as error:
            self._trouble("served on as it was", str(error), over="what is published can be read again")
            return False
        self._trouble("served on as it was", "", over="what is published can be read again")
        return True

    async def settle(self) -> None:
        """Publish what is owed, where others publish too, and serve that: each second, in one task of a process.

        A feed that cannot be published keeps no other from being served, be it by a bug.
        """
        refusal, bug = "", None
        try:
            await self._store.publish_owed(self.channels, self._now(), self._press)
        except StoreError as error:
            refusal = str(error)
        except Exception as error:  # noqa: BLE001 - told below
            refusal, bug = f"a bug of Ticker: {error!r}", error
        if await self._serve():  # else there is one trouble, and it is told
            self._trouble("kept, and not published yet", refusal, over="what is kept is published again", bug=bug)

    def _trouble(self, what: str, detail: str, *, over: str, bug: Exception | None = None) -> None:
        """*what* is so because of *detail*, or with none it is *over*: asked each second, told once."""
        before, self._troubles[what] = self._troubles.get(what, ""), detail
        if detail and detail != before:
            log.error("store", detail=f"{what}: {detail}", exc_info=bug)
        elif before and not detail:
            log.info("store", detail=over)

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
            self.teller.refuses(str(error))

    def _beat(self, source: Source) -> Beat:
        return self._beats.setdefault(source.name, Beat())

    def _courtesy(self, source: Source, beat: Beat, outcome: Poll) -> Courtesy:
        """What the host asks, but for a Cache-Control that does not hold: for a day after a page changed within it."""
        asked, now = self._fetch.courtesy(source), self._clock()
        if outcome.changes is not None and outcome.changes.of("new") and beat.fresh_until and now < beat.fresh_until:
            beat.fickle_until = now + FICKLE
        beat.fresh_until = now + asked.fresh_for if asked.fresh_for else None
        if beat.fickle_until is None or now >= beat.fickle_until or not asked.fresh_for:
            return asked
        note = f"its Cache-Control says {words(asked.fresh_for)}, and it changes sooner: not believed for a day"
        return replace(asked, fresh_for=timedelta(), note="; ".join(filter(None, (asked.note, note))))

    def _enter(self, source: Source, beat: Beat, state: str) -> None:
        before, beat.state = beat.state, state
        if before != state:
            self.on_state(source.name, state)

    def _wait(self, source: Source, beat: Beat, outcome: Poll) -> Wait:
        return next_wait(
            source,
            outcome,
            rhythm=beat.rhythm,
            courtesy=beat.courtesy,
            failures=beat.failures,
            sharing=self.sharing(source),
            last=beat.wait,
            random=self._random,
            now=self._clock(),
        )

    def _unkept(self, source: Source, beat: Beat, detail: str, took: float) -> Wait:
        """The store refused: asked again as usual, for it is not the page that is in trouble."""
        now = self._now()
        self.teller.unkept(source.name, now, detail)
        self.metrics.unkept(source.name, seconds=took, lateness=beat.lateness.total_seconds())
        if self.listener is not None:
            self.listener.refused(source.name, detail)
        self._enter(source, beat, "failing")
        beat.health = None
        beat.wait = self._wait(source, beat, Poll(source.name, now, "failed"))
        return beat.wait

    async def _health(self, name: str, outcome: Poll, before: Health | None) -> Health:
        """After this poll: asked for only where it may be other than that it was read well once more."""
        well = outcome.cause is None and outcome.outcome in ("unchanged", "not-modified")
        if before is not None and well and before.state == "healthy" and before.cause is None:
            return replace(before, last_success=outcome.at)
        return await self._store.health_of(name)

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

    def _count(self, source: Source, beat: Beat, outcome: Poll, health: Health, took: float) -> None:
        late, received = beat.lateness.total_seconds(), self._fetch.received(source)
        self.metrics.polled(outcome, seconds=took, lateness=late, received=received)
        self.metrics.stands(health)
        self.metrics.last_new(source.name, self._store.last_new(source.name))
        if beat.wait is not None:
            self.metrics.planned(
                source.name, self._clock() + max(beat.wait.span - timedelta(seconds=took), timedelta())
            )

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)
