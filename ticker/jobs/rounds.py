"""Poll what is due of one host, in turn, and say when the host is due again: one job of the queue, and no queue yet."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

import structlog

from ticker.errors import StoreError
from ticker.model import Health, Source
from ticker.schedule import Wait
from ticker.schedule.hosts import Hosts, host_of
from ticker.store import Plan, Standing

LINGER = 0.3  # seconds that a round waits for the next source: else a host of a thousand is given back all the time
LONGEST = 60.0  # seconds in which a round begins polls while others run; then the host is somebody else's again
UNPLANNED = timedelta(seconds=30)  # until a host is looked at again that has no plan, or only in other settings
AGAIN = 5.0  # seconds until a host is tried again whose round could not be; twice as long each time
MOST = 60.0  # seconds of that

log = structlog.get_logger()


class Polls(Protocol):
    """Who polls, as `poller.Poller`."""

    def crawl_delay(self, source: Source) -> timedelta: ...
    def resume(self, source: Source, plan: Plan, health: Health | None, *, ours: bool) -> None: ...
    def started(self, source: Source, lateness: timedelta) -> None: ...
    async def scheduled(self, source: Source) -> Wait: ...
    def plan(self, source: Source, began: datetime) -> Plan: ...


class Keeper(Protocol):
    """Who keeps plans, as `store.Plans`; raises StoreError."""

    async def read(self, names: Collection[str]) -> Standing: ...
    async def keep(self, plan: Plan) -> None: ...


class Rounds:
    """The polls of this worker, a host at a time each; `take` says which sources there are.

    Args:
        polls: polls a source.
        plans: shared by all workers.
        worker: our name among them, which no other has, nor had before.
        random: dice.
    """

    def __init__(self, polls: Polls, plans: Keeper, *, worker: str, random: Random) -> None:
        self._polls = polls
        self._plans = plans
        self._worker = worker
        self._random = random
        self._hosts = Hosts(polls.crawl_delay)
        self._sources: dict[str, list[Source]] = {}  # by host
        self._waiting: set[asyncio.Task[None]] = set()  # for the turn of their host
        self._polling: set[asyncio.Task[None]] = set()
        self._failures: dict[str, int] = {}  # rounds of a host in a row that could not be
        self._told = ""  # why the plans cannot be read
        self._stopping = False

    def take(self, sources: Sequence[Source]) -> None:
        """Poll these from the next round of each host on."""
        shared: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            shared[host_of(source)].append(source)
        self._sources = dict(shared)
        self._hosts.know(sources)

    def sharing(self, source: Source) -> int:
        """How many sources are polled on the host of *source*."""
        return self._hosts.sharing(source)

    async def round(self, host: str) -> timedelta:
        """Poll what is due of *host*, and what comes due meanwhile; until when it is due again. Raises nothing."""
        try:
            wait = await self._round(host)
        except StoreError as error:
            self._tell(str(error))
            return self._again(host)
        except Exception as error:  # what escapes would take the host out of the queue
            log.error("bug", exc_info=error, host=host, detail="the round of a host ended; it is tried again")
            return self._again(host)
        self._failures.pop(host, None)
        self._told = ""
        return wait

    async def stop(self, patience: timedelta) -> int:
        """Begin no poll until `go_on`, and wait for those that run.

        Returns:
            How many were cut off because they ran longer than *patience*; of those nothing was kept.
        """
        self._stopping = True
        for task in self._waiting:
            task.cancel()
        late: set[asyncio.Task[None]] = set()
        if self._polling:
            _, late = await asyncio.wait(set(self._polling), timeout=patience.total_seconds())
            for task in late:
                task.cancel()
        return len(late)

    def go_on(self) -> None:
        """After `stop`."""
        self._stopping = False

    async def _round(self, host: str) -> timedelta:
        sources = {source.name: source for source in self._sources.get(host, ())}
        standing = await self._plans.read(sources.keys())
        if not standing.plans:
            return UNPLANNED
        clock, loop = _Clock(standing.now), asyncio.get_running_loop()
        if began := [plan.polled_at for plan in standing.plans.values() if plan.polled_at and plan.host == host]:
            self._hosts.started(host, clock.of_the_loop(max(began)))
        dues = {name: plan.due for name, plan in standing.plans.items()}
        unread = set(dues)  # of what the last poll left
        running: dict[asyncio.Task[None], str] = {}
        until = loop.time() + LONGEST
        while True:
            begins = not self._stopping and loop.time() < until
            for name in _due(dues, set(running.values()), clock.now()) if begins else ():
                if name in unread:
                    self._resume(sources[name], standing)
                    unread.remove(name)
                running[self._begin(sources[name], dues, clock)] = name
            soon = _soon(dues, set(running.values()), clock.now()) if begins else None
            if not running and (soon is None or soon > LINGER):
                return max(min(dues.values()) - clock.now(), timedelta())
            for task in await _first(running, soon):
                del running[task]

    def _resume(self, source: Source, standing: Standing) -> None:
        plan = standing.plans[source.name]
        self._polls.resume(source, plan, standing.health.get(source.name), ours=plan.worker == self._worker)

    def _begin(self, source: Source, dues: dict[str, datetime], clock: "_Clock") -> asyncio.Task[None]:
        task = asyncio.create_task(self._in_turn(source, dues, clock), name=f"poll {source.name}")
        self._waiting.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        self._polling.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("bug", exc_info=error, detail=f"{task.get_name()} ended by it")

    async def _in_turn(self, source: Source, dues: dict[str, datetime], clock: "_Clock") -> None:
        """One poll; from its beginning it is due again, whatever becomes of it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - made by `_begin`
        async with self._hosts.turn(source):
            self._waiting.discard(task)
            self._polling.add(task)
            began, was_due = clock.now(), dues[source.name]
            dues[source.name] = began + source.every
            self._polls.started(source, began - was_due)
            try:
                await self._polls.scheduled(source)
            except asyncio.CancelledError:
                dues[source.name] = was_due
                raise
            except Exception as error:
                log.error("bug", exc_info=error, source=source.name, detail="a poll ended by it")
            plan = self._polls.plan(source, began)
            plan = replace(plan, due=max(plan.due, clock.now()), host=host_of(source), worker=self._worker)
            dues[source.name] = plan.due
            with suppress(StoreError):  # whoever is next polls once more than was needed
                await self._plans.keep(plan)

    def _tell(self, detail: str) -> None:
        """Once of all hosts."""
        if detail != self._told:
            self._told = detail
            log.error("queue", detail=f"hosts are put back: {detail}")

    def _again(self, host: str) -> timedelta:
        times = self._failures[host] = self._failures.get(host, 0) + 1
        return timedelta(seconds=min(AGAIN * 2 ** min(times - 1, 10), MOST) * self._random.uniform(0.5, 1.0))


class _Clock:
    """The database's, as it goes on by that of the loop."""

    def __init__(self, read: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._read, self._at = read, self._loop.time()

    def now(self) -> datetime:
        return self._read + timedelta(seconds=self._loop.time() - self._at)

    def of_the_loop(self, instant: datetime) -> float:
        return self._at + (instant - self._read).total_seconds()


def _due(dues: Mapping[str, datetime], running: Collection[str], now: datetime) -> list[str]:
    """Whose polls are to begin, in their order."""
    return sorted((name for name in dues if name not in running and dues[name] <= now), key=dues.__getitem__)


def _soon(dues: Mapping[str, datetime], running: Collection[str], now: datetime) -> float | None:
    """Seconds until the next one is due; None while all are polled."""
    idle = [due for name, due in dues.items() if name not in running]
    return max((min(idle) - now).total_seconds(), 0.0) if idle else None


async def _first(running: Collection[asyncio.Task[None]], seconds: float | None) -> Iterable[asyncio.Task[None]]:
    """Those that end first; none, if so many seconds pass before that."""
    if running:
        done, _ = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return done
    await asyncio.sleep(seconds or 0.0)
    return ()
