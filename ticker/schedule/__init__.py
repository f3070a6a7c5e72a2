"""Say when to poll, and call polls at that time in this process.

wait       pure: how long until the next poll, and why
hosts      turns of the polls of one host
timetable  the scheduler beneath: a job a source, whatever happens to the clock on the wall
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TypeAlias

from ticker.model import Source
from ticker.schedule.hosts import Hosts, host_of
from ticker.schedule.timetable import OnJump, Timetable
from ticker.schedule.wait import OF_THE_WAY, SPREAD, Wait, interval, longest, next_wait, words

__all__ = ["OF_THE_WAY", "Schedule", "Wait", "next_wait", "words"]

PollOne: TypeAlias = Callable[[Source], Awaitable[Wait | timedelta | None]]
OnStart: TypeAlias = Callable[[Source, timedelta], None]

FIRST_READINGS = 10  # a second, at most

log = logging.getLogger(__name__)


class Schedule:
    """Polls each source when it is due. Call `start` inside a running loop, `drain` before the loop ends.

    Due times run by the clock of the loop, which nobody can set.

    Args:
        sources: what is polled; others later with `adopt`.
        poll: polls one source, and says how long to wait from its start to that of the next: a `Wait`, a bare span, or
            None for `every` ± 10 %. What it raises is logged as a bug, and the source is polled on.
        clock: the scheduler's, which is the system's.
        random: dice.
        on_start: told of each poll that starts how late it is: after its due time, the turn of its host waited for.
        crawl_delay: what the robots.txt of its host asks for between two requests, as far as it is known.
        on_jump: told how far the system's clock was set, ahead or (less than zero) back; polls go on as they were due.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        poll: PollOne,
        *,
        clock: Callable[[], datetime],
        random: Random,
        on_start: OnStart | None = None,
        crawl_delay: Callable[[Source], timedelta] = lambda source: timedelta(),
        on_jump: OnJump = lambda span: None,
    ) -> None:
        self._on_jump = on_jump
        self._sources = sources
        self._fresh: frozenset[str] = frozenset()
        self._poll = poll
        self._clock = clock
        self._random = random
        self._on_start = on_start
        self._hosts = Hosts(crawl_delay)
        self._chains: dict[str, _Chain] = {}
        self._timetable: Timetable | None = None

    def start(self) -> None:
        """The first source at once, the others spread evenly over their first interval."""
        self._timetable = Timetable(self._fire, self._dues, self._clock, self._on_jump)
        self.adopt(self._sources, self._fresh)
        self._timetable.start()

    def adopt(self, sources: Sequence[Source], fresh: Collection[str] = ()) -> None:
        """Poll these from now on.

        Added ones are spread like those at the start; those of them that were never read (*fresh*, by name) so that no
        more than ten begin in a second: a first list costs as much as five others. Of removed ones a running poll ends,
        and no other begins. Changed ones are polled as they are now from their next poll on, which comes no later than
        their new settings ask for; unchanged ones keep their time. Before `start` they only take the place of the
        others.
        """
        self._sources, self._fresh = sources, frozenset(fresh)
        if self._timetable is None:
            return
        names = {source.name for source in sources}
        for name in [name for name in self._chains if name not in names]:
            self._stop(self._chains[name])
        added = []
        for source in sources:
            if chain := self._chains.get(source.name):
                self._change(chain, source)
            else:
                added.append(source)
        self._hosts.know(sources)
        for known in (True, False):
            self._spread([source for source in added if (source.name not in self._fresh) is known], known=known)

    def _spread(self, added: Sequence[Source], *, known: bool) -> None:
        """Begin with the first at once, and with the others one after the other."""
        assert self._timetable is not None  # noqa: S101 - the caller has looked
        for place, source in enumerate(added):
            over = max(interval(source).total_seconds(), 0.0 if known else len(added) / FIRST_READINGS)
            due = self._now() + over * place / len(added)
            self._chains[source.name] = _Chain(source, due)
            self._timetable.put(source.name, due, source.every)

    def sharing(self, source: Source) -> int:
        """How many sources are polled on the host of *source*: they share what it allows."""
        return self._hosts.sharing(source)

    def next_poll(self, source: str) -> datetime | None:
        """When *source* is polled next; None while nothing is scheduled."""
        chain = self._chains.get(source)
        if chain is None or chain.gone or self._timetable is None:
            return None
        return self._clock() + timedelta(seconds=max(chain.due - self._now(), 0.0))

    async def drain(self, patience: timedelta) -> int:
        """Start no more polls, and wait for those that run.

        Returns:
            How many were cut off because they ran longer than *patience*; of those nothing was kept.
        """
        if self._timetable is None:
            return 0
        timetable, self._timetable = self._timetable, None
        timetable.pause()
        tasks = {chain.task for chain in self._chains.values() if chain.task and chain.polling}
        idle = [chain.task for chain in self._chains.values() if chain.task and not chain.polling]
        for task in idle:
            task.cancel()
        late: set[asyncio.Task[None]] = set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
        await asyncio.gather(*idle, *late, return_exceptions=True)
        self._chains.clear()
        await timetable.close()
        return len(late)

    # One chain of polls

    def _fire(self, name: str) -> None:
        """The timetable says that it is time; after a jump of the clock it may be wrong."""
        chain = self._chains.get(name)
        if self._timetable is None or chain is None or chain.task is not None:
            return
        if chain.due - self._now() > EARLY:
            self._timetable.move(name, chain.due)
            return
        chain.task = asyncio.create_task(self._in_turn(chain), name=f"poll {name}")
        chain.task.add_done_callback(partial(self._ended, chain))

    async def _in_turn(self, chain: "_Chain") -> None:
        async with self._hosts.turn(chain.source):
            source, start, was_due = chain.source, self._now(), chain.due
            chain.polling = source
            chain.due = start + source.every.total_seconds() * self._random.uniform(1 - SPREAD, 1 + SPREAD)
            chain.asked = start
            if self._on_start is not None:
                self._on_start(source, timedelta(seconds=start - was_due))
            wait = await self._poll(source)
            if wait is None:
                return
            if not isinstance(wait, Wait):
                wait = Wait(wait)
            chain.due = start + wait.span.total_seconds()
            chain.asked = start + wait.asked.total_seconds()

    def _ended(self, chain: "_Chain", task: asyncio.Task[None]) -> None:
        source, chain.task, chain.polling = chain.polling, None, None
        if not task.cancelled() and (error := task.exception()):
            log.error("the poll of %s failed by a bug: %s", chain.source.name, error, exc_info=error)
        if chain.gone:
            del self._chains[chain.source.name]
        elif self._timetable is not None and self._chains.get(chain.source.name) is chain:
            if source is not None:
                chain.due = max(chain.due, self._now())  # one that took long is not late for it
                self._come_nearer(chain, source)
            self._timetable.put(chain.source.name, chain.due, chain.source.every)

    def _stop(self, chain: "_Chain") -> None:
        assert self._timetable is not None  # noqa: S101 - the caller has looked
        if chain.gone:
            return
        self._timetable.drop(chain.source.name)
        if chain.polling:
            chain.gone = True
            return
        del self._chains[chain.source.name]
        if chain.task:
            chain.task.cancel()

    def _change(self, chain: "_Chain", source: Source) -> None:
        assert self._timetable is not None  # noqa: S101 - the caller has looked
        before, chain.source, chain.gone = chain.source, source, False
        if chain.polling or before == source:
            return
        if chain.task is not None:
            if host_of(before) != host_of(source):
                chain.task.cancel()  # it queues for the wrong host; `_ended` sends it to the other
            return
        self._come_nearer(chain, before)
        self._timetable.put(source.name, chain.due, source.every)

    def _come_nearer(self, chain: "_Chain", before: Source) -> None:
        """Not as late as other settings had it, and not before the host allows it."""
        source, now = chain.source, self._now()
        same_host = host_of(before) == host_of(source)
        if before == source or chain.due - now <= longest(source).total_seconds():
            return
        soon = now + interval(source).total_seconds() * self._random.random()
        chain.due = max(soon, chain.asked) if same_host else soon

    def _dues(self) -> dict[str, float]:
        return {name: chain.due for name, chain in self._chains.items() if chain.task is None and not chain.gone}

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


EARLY = 0.02  # seconds: the clocks of loop and system are not read at the same moment


@dataclass(eq=False, slots=True)
class _Chain:
    """The polls of one source, one after the other. Times are those of the loop's clock."""

    source: Source
    due: float  # of the next poll
    asked: float = 0.0  # not before, says its host
    task: asyncio.Task[None] | None = None  # waits for its host's turn, or polls
    polling: Source | None = None  # as it was when the poll started
    gone: bool = False  # removed while it was polled
