"""Tell people of trouble with sources and of new headlines.

    polled ─▶ Watch ─▶ gathered ─▶ Courier ─▶ webhook, Apprise
              one a    some        one a
              source   seconds     target

What people were told of trouble is noted in the ledger once it has arrived: so nothing is told twice because of a
restart, and nothing forgotten. Noted it is as soon as one target has it and all others had their chance: one that is
dead must not make the others hear everything again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from ticker.announce.alarms import Alarm, Watch
from ticker.announce.courier import Courier, Fate, Standing, Timing
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
    """One alarm on its way to all who hear of it."""

    alarm: Alarm
    untried: set[str] = field(default_factory=set)  # targets
    arrived: bool = False
    noted: bool = False


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
        self._unnoted: dict[str, datetime | None] = {}
        self._to_note = asyncio.Event()
        self._noting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tell from now on, and of what was not told before the last process ended. Raises StoreError."""
        followed = await self._ledger.follow([target.name for target in self._targets if target.headlines])
        if not self._targets:
            return
        alarmed = await self._ledger.alarmed()
        self._watches = {name: Watch(name, alarmed.get(name)) for name in self._site.sources}
        for target in self._targets:
            self._couriers[target.name] = self._courier(target, followed.get(target.name))
        for courier in self._couriers.values():
            courier.start()
        self._noting = asyncio.create_task(self._keep_noting())
        self._noting.add_done_callback(tell_bug)

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

    @property
    def standing(self) -> tuple[Standing, ...]:
        """How each target is doing."""
        return tuple(courier.standing for courier in self._couriers.values())

    def polled(self, source: str, outcome: Poll, health: Health) -> None:
        """A poll was kept, after which *source* is in this *health*; returns at once."""
        if (watch := self._watches.get(source)) is None:
            return
        self._watches[source], alarm = watch.polled(health, outcome)
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
        self._watches[source], alarm = watch.refused(detail, self._clock().replace(microsecond=0))
        if alarm is not None:
            self._gather(alarm)

    def _wake(self, source: str) -> None:
        for target in self._targets:
            if target.headlines and hears(target, source):
                self._couriers[target.name].wake()

    def _gather(self, alarm: Alarm) -> None:
        """Tell of it with those that come within the next seconds: a network that is down is one message."""
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
                self._tell([_Round(alarm) for alarm in some], begins=begins)

    def _tell(self, rounds: Sequence[_Round], *, begins: bool) -> None:
        for target in self._targets:
            heard = [each for each in rounds if target.alarms and hears(target, each.alarm.source)]
            for each in heard:
                each.untried.add(target.name)
        for target in self._targets:
            if heard := [each for each in rounds if target.name in each.untried]:
                total = sum(hears(target, name) for name in self._site.sources)
                alarms = [each.alarm for each in heard]
                message = of_alarms(alarms, begins=begins, total=total, at=alarms[-1].at, site=self._site)
                self._couriers[target.name].put(message, self._settling(target.name, heard))

    def _settling(self, target: str, rounds: Sequence[_Round]) -> Callable[[bool], None]:
        def settled(arrived: bool) -> None:
            for each in rounds:
                each.untried.discard(target)
                each.arrived |= arrived
                if each.arrived and not each.untried and not each.noted:
                    each.noted = True
                    self._note_soon(each.alarm)

        return settled

    def _note_soon(self, alarm: Alarm) -> None:
        if alarm.begins and alarm.cause is None:
            return  # the store itself is what is wrong
        self._unnoted[alarm.source] = alarm.since if alarm.begins else None
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
