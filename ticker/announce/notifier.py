"""Tell people of trouble with sources and of new headlines.

    polled ─▶ Watch ─▶ gathered ─▶ Courier ─▶ webhook, Apprise
              one a    some        one a
              source   seconds     target

What people were told of trouble is noted in the ledger once it has arrived: so nothing is told twice because of a
restart, and nothing forgotten. Noted it is as soon as one target has it and all others had their chance: one that is
dead must not make the others hear everything again. A target that trouble could not be brought to for an hour is told
of it anew, and alone, at a poll that still fails.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

import structlog

from ticker.announce.alarms import Alarm, Watch
from ticker.announce.courier import Courier, Fate, Settled, Standing, Timing
from ticker.announce.headlines import Headlines
from ticker.announce.lanes import Calls, tell_bug
from ticker.announce.messages import Site, of_alarms, of_test
from ticker.announce.targets import Ledger, Target, Ways, hears
from ticker.announce.undelivered import UndeliveredError
from ticker.errors import StoreError
from ticker.model import Health, Poll, Source

TIMING = Timing()

log = structlog.get_logger()


@dataclass(slots=True)
class _Round:
    """One alarm on its way to all who hear of it; each set is one of targets."""

    alarm: Alarm
    hearers: set[str] = field(default_factory=set)
    untried: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)  # it was given up, or there was no room
    noted: bool = False
    before: "_Round | None" = None  # at an end: its beginning, which is not noted any more after it


class Notifier:
    """Between `start` and `stop`; after a reload of the configuration, another one.

    Args:
        targets: who is told.
        ledger: what was told.
        clock: now, aware.
        public_url: of the service.
        sources: as configured.
        ways: the ways out.
        on_fate: told the name of a target and what became of a message to it.
        after: the one before a reload, stopped when this one starts: what it knows of sources that are still there is
            known here. It need not have been started itself.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        ledger: Ledger,
        clock: Callable[[], datetime],
        public_url: str,
        sources: Sequence[Source],
        timing: Timing = TIMING,
        ways: Ways | None = None,
        on_fate: Callable[[str, Fate], None] = lambda target, fate: None,
        after: "Notifier | None" = None,
    ) -> None:
        self._targets = tuple(targets)
        self._ledger = ledger
        self._clock = clock
        self._site = Site(public_url, {source.name: source for source in sources})
        self._timing = timing
        self._ways = ways or Ways()
        self._on_fate = on_fate
        self._calls = Calls()
        self._couriers: dict[str, Courier] = {}
        self._watches: dict[str, Watch] = {}
        self._gathered: list[Alarm] = []
        self._timer: asyncio.TimerHandle | None = None
        self._latest = 0.0  # by the clock of the loop: when those gathered are told whatever comes
        self._after = after
        self._begun: dict[str, _Round] = {}  # source -> the beginning of its trouble
        self._known: dict[str, datetime | None] = {}  # source -> its trouble, as people were told since the start
        self._unnoted: dict[str, datetime | None] = {}
        self._to_note = asyncio.Event()
        self._noting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tell from now on, and of what was not told before the last process ended. Raises StoreError."""
        followed = await self._ledger.follow([target.name for target in self._targets if target.headlines])
        if not self._targets:
            self._after = None
            return
        self._take_over(await self._ledger.alarmed())
        for target in self._targets:
            self._couriers[target.name] = self._courier(target, followed.get(target.name))
        for courier in self._couriers.values():
            courier.start()
        self._noting = asyncio.create_task(self._keep_noting())
        self._noting.add_done_callback(tell_bug)

    def _take_over(self, alarmed: Mapping[str, datetime]) -> None:
        """Watch from here on: as the ledger has it, and as the one before this one knew better."""
        self._watches = {name: Watch(name, alarmed.get(name)) for name in self._site.sources}
        old = self._after
        while old is not None and not old._watches:
            old = old._after
        self._after = None
        for name in self._watches.keys() & (old._watches.keys() if old else ()):
            assert old is not None  # noqa: S101 - there was a name
            self._inherit(name, old, alarmed.get(name))
        if self._unnoted:
            self._to_note.set()

    def _inherit(self, name: str, old: "Notifier", since: datetime | None) -> None:
        """What did not arrive before the end of *old* is as if it had not begun, or had not ended."""
        for known, before in ((self._known, old._known), (self._unnoted, old._unnoted)):
            if name in before:
                known[name] = before[name]
        since = self._known.get(name, since)
        self._watches[name] = replace(old._watches[name], since=since)
        if since is not None and (begun := old._begun.get(name)):
            missed = (begun.hearers - begun.heard) & {target.name for target in self._targets}
            self._begun[name] = replace(begun, missed=missed, untried=set(), noted=True)

    def _courier(self, target: Target, after: int | None) -> Courier:
        """To one target, which was told of headlines up to *after*, or is told of none."""
        news = None
        if after is not None:
            age = self._timing.forgotten
            news = Headlines(target, after, ledger=self._ledger, calls=self._calls, site=self._site, age=age)
        fate = partial(self._on_fate, target.name)
        way = self._ways.to(target)
        return Courier(target.name, way, news, clock=self._clock, timing=self._timing, on_fate=fate)

    async def stop(self) -> None:
        """Cut off what is on its way; it is told after the next start."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(courier.stop() for courier in self._couriers.values()))
        if self._noting is not None:
            self._noting.cancel()
            await asyncio.gather(self._noting, return_exceptions=True)
        await self._calls.ended()
        await self._note()

    async def note(self) -> bool:
        """Note what has arrived and could not be noted before; whether all of it is noted now."""
        await self._note()
        noted = [await courier.note() for courier in self._couriers.values()]
        return all(noted) and not self._unnoted

    def wake(self) -> None:
        """There may be new headlines."""
        for courier in self._couriers.values():
            courier.wake()

    @property
    def standing(self) -> tuple[Standing, ...]:
        """How each target is doing."""
        return tuple(courier.standing for courier in self._couriers.values())

    def polled(self, source: str, outcome: Poll, health: Health) -> None:
        """A poll was kept, after which *source* is in this *health*; returns at once."""
        if (watch := self._watches.get(source)) is None:
            return
        self._watches[source], alarm = watch.polled(health, outcome, self._missed(source))
        if alarm is not None:
            self._gather(alarm)
        if outcome.changes is not None and outcome.changes.of("new"):
            self._wake(source)
        if self._unnoted:
            self._to_note.set()

    def refused(self, source: str, detail: str) -> None:
        """The store refused to keep a poll of *source*; returns at once."""
        if (watch := self._watches.get(source)) is None:
            return
        self._watches[source], alarm = watch.refused(detail, self._clock().replace(microsecond=0), self._missed(source))
        if alarm is not None:
            self._gather(alarm)

    def _missed(self, source: str) -> frozenset[str]:
        """Who missed that its trouble began, and may be told anew: nothing else waits for them."""
        begun = self._begun.get(source)
        missed = begun.missed if begun is not None else ()
        return frozenset(target for target in missed if not self._couriers[target].standing.waiting)

    def _wake(self, source: str) -> None:
        for target in self._targets:
            if target.headlines and hears(target, source):
                self._couriers[target.name].wake()

    def _gather(self, alarm: Alarm) -> None:
        """Tell of it with those that come within the next seconds: a network that is down is one message."""
        begun = self._begun.get(alarm.source)
        if alarm.only and begun is not None:
            begun.missed -= alarm.only
        if any(other.source == alarm.source for other in self._gathered):
            self._flush()
        loop = asyncio.get_running_loop()
        if not self._gathered:
            self._latest = loop.time() + self._timing.most.total_seconds()
        self._gathered.append(alarm)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(min(loop.time() + self._timing.quiet.total_seconds(), self._latest), self._flush)

    def _flush(self) -> None:
        gathered, self._gathered = self._gathered, []
        for begins in (True, False):
            if some := [alarm for alarm in gathered if alarm.begins is begins]:
                self._tell([self._round(alarm) for alarm in some], begins=begins)

    def _round(self, alarm: Alarm) -> _Round:
        """A new one; of what is told anew, the one in which some missed it."""
        begun = self._begun.pop(alarm.source, None)
        if alarm.only and begun is not None:
            begun.alarm = alarm
            new = begun
        else:
            new = _Round(alarm, before=begun)
        if alarm.begins:
            self._begun[alarm.source] = new
        return new

    def _tell(self, rounds: Sequence[_Round], *, begins: bool) -> None:
        heard = [(target, [each for each in rounds if _is_for(target, each.alarm)]) for target in self._targets]
        for target, some in heard:
            for each in some:
                each.hearers.add(target.name)
                each.untried.add(target.name)
        for target, some in heard:
            if some:
                total = sum(hears(target, name) for name in self._site.sources)
                alarms = [each.alarm for each in some]
                message = of_alarms(alarms, begins=begins, total=total, at=alarms[-1].at, site=self._site)
                self._couriers[target.name].put(message, self._settling(target.name, some))

    def _settling(self, target: str, rounds: Sequence[_Round]) -> Settled:
        def settled(fate: Fate | Literal["late"]) -> None:
            for each in rounds:
                each.untried.discard(target)
                if fate == "sent":
                    each.heard.add(target)
                elif fate != "late":
                    each.missed.add(target)
                if each.heard and not each.untried and not each.noted:
                    each.noted = True
                    if each.before is not None:
                        each.before.noted, each.before = True, None
                    self._note_soon(each.alarm)

        return settled

    def _note_soon(self, alarm: Alarm) -> None:
        self._known[alarm.source] = self._unnoted[alarm.source] = alarm.since if alarm.begins else None
        self._to_note.set()

    async def _keep_noting(self) -> None:
        while True:
            await self._to_note.wait()
            self._to_note.clear()
            await self._note()

    async def _note(self) -> None:
        """What has arrived, in one transaction; what the store refuses to note is noted after the next poll."""
        if not (told := dict(self._unnoted)):
            return
        try:
            await self._calls(self._ledger.alarm(told))
        except StoreError as error:
            log.error("notify", detail=str(error))
            return
        self._unnoted = {name: since for name, since in self._unnoted.items() if told.get(name, 0) != since}


def _is_for(target: Target, alarm: Alarm) -> bool:
    return target.alarms and hears(target, alarm.source) and (not alarm.only or target.name in alarm.only)


async def try_all(
    targets: Sequence[Target],
    *,
    clock: Callable[[], datetime],
    public_url: str,
    sources: Sequence[Source],
    ways: Ways | None = None,
) -> dict[str, str]:
    """Send a test to every target, all at once: name -> why it did not arrive, "" where it did."""
    message = of_test(clock(), Site(public_url, {source.name: source for source in sources}))
    ways = ways or Ways()

    async def one(target: Target) -> str:
        try:
            await ways.to(target).send(message)
        except UndeliveredError as error:
            return str(error)
        return ""

    details = await asyncio.gather(*(one(target) for target in targets))
    return {target.name: detail for target, detail in zip(targets, details, strict=True)}


def answers(told: Mapping[str, str]) -> list[str]:
    """What `ticker notify` prints of it, a line each."""
    width = max(map(len, told), default=0)
    return [f"{name:<{width}}  {f'failed: {detail}' if detail else 'told'}" for name, detail in told.items()]
