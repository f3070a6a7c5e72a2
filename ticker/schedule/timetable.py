"""A job a source in APScheduler, held to the clock of the loop: what is set on the wall must not move polls."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

OnJump: TypeAlias = Callable[[timedelta], object]

LOOK = 1.0  # seconds between two looks at the system's clock
JUMP = 0.25  # seconds that it is off by: it was set


class Beat(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """Once every so often from now on, beneath the times set one by one: so no crash can end a chain.

    APScheduler's own interval steps from the last run to now one by one: 30 million times when the clock of a machine
    without a battery is set, an hour for a hundred sources.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The name is APScheduler's."""
        return now + self._every


class Timetable:
    """Calls *fire* with a name when its time has come. Times are those of the loop's clock.

    Args:
        fire: may be called too early when the system's clock was set forward; puts the job where it belongs.
        dues: all times, for the day the system's clock is set.
        clock: the system's, by which APScheduler goes.
        on_jump: told how far the system's clock was set, ahead or (less than zero) back.
    """

    def __init__(
        self,
        fire: Callable[[str], None],
        dues: Callable[[], Mapping[str, float]],
        clock: Callable[[], datetime],
        on_jump: OnJump = lambda span: None,
    ) -> None:
        self._call = fire
        self._dues = dues
        self._clock = clock
        self._on_jump = on_jump
        self._loop = asyncio.get_running_loop()
        self._ahead = self._offset()  # the clock of the system, of the loop's
        self._look: asyncio.TimerHandle | None = None
        self._jobs = AsyncIOScheduler(timezone=UTC)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # each run of each job is no news

    def start(self) -> None:
        """From now on."""
        self._jobs.start()
        self._look = self._loop.call_later(LOOK, self._watch)

    def put(self, name: str, due: float, every: timedelta) -> None:
        """Call at *due*, and for want of better each *every* after it."""
        self._jobs.add_job(
            self._fire,
            Beat(every),
            args=(name,),
            id=name,
            next_run_time=self._on_the_wall(due),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            replace_existing=True,
        )

    def move(self, name: str, due: float) -> None:
        """Call at *due* instead."""
        self._jobs.modify_job(name, next_run_time=self._on_the_wall(due))

    def drop(self, name: str) -> None:
        """No more; one that is not there is no harm."""
        with suppress(JobLookupError):
            self._jobs.remove_job(name)

    def pause(self) -> None:
        """Call nobody any more."""
        if self._look is not None:
            self._look.cancel()
            self._jobs.pause()

    async def close(self) -> None:
        """After `pause`."""
        await asyncio.sleep(0)  # calls on their way find nothing to do; cut off, they would be logged as errors
        if self._jobs.running:
            self._jobs.shutdown(wait=False)
            await asyncio.sleep(0)  # it happens in the loop's next turn

    async def _fire(self, name: str) -> None:
        self._call(name)

    def _watch(self) -> None:
        """APScheduler sleeps until a time of the system's clock: when that is set back, it would sleep on."""
        self._look = self._loop.call_later(LOOK, self._watch)
        if abs(span := self._offset() - self._ahead) > JUMP:
            self._ahead += span
            for name, due in self._dues().items():
                self.move(name, due)
            self._on_jump(timedelta(seconds=span))

    def _on_the_wall(self, due: float) -> datetime:
        return self._clock() + timedelta(seconds=due - self._loop.time())

    def _offset(self) -> float:
        return self._clock().timestamp() - self._loop.time()
