"""Say when to poll, and call polls at that time in this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ticker.model import Source

SPREAD = 0.10  # of the interval: so that many services do not knock in step


def next_wait(every: timedelta, random: Random) -> timedelta:
    """How long to wait from one poll to the next: *every* ± 10 %, evenly."""
    return every * random.uniform(1 - SPREAD, 1 + SPREAD)


class Schedule:
    """One job a source. Call `start` inside a running loop, `drain` before the loop ends."""

    def __init__(
        self,
        sources: Sequence[Source],
        poll: Callable[[Source], Awaitable[None]],
        *,
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._sources = sources
        self._poll = poll
        self._clock = clock
        self._random = random
        self._running: set[asyncio.Task[None]] = set()
        self._jobs = AsyncIOScheduler(timezone=UTC)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a run that falls due while one runs is no news

    def start(self) -> None:
        """The first source at once, the others spread evenly over their first interval."""
        self._add_jobs()
        self._jobs.start()

    def _add_jobs(self) -> None:
        now = self._clock()
        for place, source in enumerate(self._sources):
            self._jobs.add_job(
                self._run,
                # beneath the times set one by one, so that no crash can end the chain
                IntervalTrigger(seconds=source.every.total_seconds(), timezone=UTC),
                args=(source,),
                id=source.name,
                next_run_time=now + source.every * place / len(self._sources),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def adopt(self, sources: Sequence[Source]) -> None:
        """Poll these sources from now on."""
        self._sources = sources
        if self._jobs.running:
            self._jobs.remove_all_jobs()
            self._add_jobs()

    def next_poll(self, source: str) -> datetime | None:
        """When *source* is polled next; None while nothing is scheduled."""
        job = self._jobs.get_job(source) if self._jobs.running else None
        due: datetime | None = job.next_run_time if job else None
        return due.astimezone(UTC) if due else None

    async def drain(self, patience: timedelta) -> int:
        """Start no more polls, and wait for those that run.

        Returns:
            How many were cut off because they ran longer than *patience*; of those nothing was kept.
        """
        if self._jobs.running:
            self._jobs.pause()
        late: set[asyncio.Task[None]] = set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._jobs.running:
            self._jobs.shutdown(wait=False)  # it would cancel running polls, wait or not: none run any more
            await asyncio.sleep(0)  # it happens in the loop's next turn
        return len(late)

    async def _run(self, source: Source) -> None:
        task = asyncio.ensure_future(self._poll(source))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        due = self._clock() + next_wait(source.every, self._random)
        self._jobs.modify_job(source.name, next_run_time=due)
        await asyncio.wait({task})  # not the task itself: only `drain` may cut it off
        if not task.cancelled():
            task.result()  # a bug is told by the scheduler's log, and the chain goes on
