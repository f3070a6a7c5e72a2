"""Bring messages to one target, one after the other: what does not arrive is tried again for an hour.

Trouble goes before headlines. Headlines are not queued: what is new is asked for when there is time for it, so a target
that could not be reached gets one message of all that it missed, and costs no memory meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Literal

import structlog

from ticker.announce.headlines import Headlines
from ticker.announce.lanes import tell_bug
from ticker.announce.messages import Message
from ticker.announce.targets import Sender
from ticker.announce.undelivered import UndeliveredError
from ticker.errors import StoreError

_dice = SystemRandom()

log = structlog.get_logger()

Fate = Literal["sent", "failed", "dropped"]  # failed: for an hour; dropped: too many waited
Settled = Callable[[Fate | Literal["late"]], None]
"""Told what has become of a message; before that, late: it does not arrive at once."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what."""

    quiet: timedelta = timedelta(seconds=5)  # without another alarm, until those gathered are told together
    most: timedelta = timedelta(seconds=60)  # from the first of them: sources of one minute fail within one
    again: tuple[timedelta, ...] = tuple(timedelta(seconds=wait) for wait in (5, 15, 60, 180, 600))
    forgotten: timedelta = timedelta(hours=1)  # after which a message is no news any more
    waiting: int = 100  # messages for one target
    parting: timedelta = timedelta(seconds=1)  # at the end, for an answer that is on its way: else it is told twice


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target is doing, for the status page."""

    name: str
    failing_since: datetime | None  # None: the last message arrived, or there was none yet
    detail: str
    waiting: int  # messages


class Courier:
    """Between `start` and `stop`.

    Args:
        name: of the target, for the log.
        sender: the way there.
        headlines: what is new for it; None where it wants none.
        clock: now, aware.
        on_fate: told what became of each message, for the metrics.
    """

    def __init__(
        self,
        name: str,
        sender: Sender,
        headlines: Headlines | None,
        *,
        clock: Callable[[], datetime],
        timing: Timing,
        on_fate: Callable[[Fate], None],
    ) -> None:
        self.name = name
        self._sender = sender
        self._headlines = headlines
        self._clock = clock
        self._timing = timing
        self._on_fate = on_fate
        self._queue: deque[tuple[Message, Settled]] = deque()
        self._fresh = headlines is not None  # there may be headlines, also some of before the start
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._misses = 0  # in a row
        self._refusals = 0  # by the store, in a row
        self._asking: asyncio.TimerHandle | None = None  # the store, again
        self._failing_since: datetime | None = None
        self._detail = ""

    @property
    def standing(self) -> Standing:
        """How it is doing."""
        return Standing(self.name, self._failing_since, self._detail, len(self._queue))

    def start(self) -> None:
        """Begin with the headlines that were not told before the last process ended."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(tell_bug)
        self._work.set()

    async def stop(self) -> None:
        """Let what is on its way arrive, for a moment; the rest is owed at the next start."""
        self._stopping = True
        if self._asking is not None:
            self._asking.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.parting.total_seconds()):
                await self._idle.wait()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def note(self) -> bool:
        """Note which headlines have arrived, if that could not be noted then; whether it is noted now."""
        return self._headlines is None or await self._headlines.note()

    def put(self, message: Message, settled: Settled) -> None:
        """Queue *message*; the oldest goes where there is no room."""
        if len(self._queue) >= self._timing.waiting:
            _, lost = self._queue.popleft()
            self._on_fate("dropped")
            lost("dropped")
        self._queue.append((message, settled))
        self._work.set()
        if self._failing_since is not None:
            settled("late")

    def wake(self) -> None:
        """There may be new headlines."""
        self._fresh = self._headlines is not None
        self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while (self._queue or self._fresh) and not self._stopping:
                if not await self._bring():
                    await asyncio.sleep(self._pause(self._misses))

    async def _bring(self) -> bool:
        """What comes next; False where it is to be tried again."""
        self._idle.clear()
        try:
            return await (self._bring_first() if self._queue else self._bring_headlines())
        finally:
            self._idle.set()

    async def _bring_first(self) -> bool:
        message, settled = self._queue[0]
        if self._clock() - message.at > self._timing.forgotten:
            log.error("notify", target=self.name, gave_up=message.event, detail=self._detail)
            self._queue.popleft()
            self._on_fate("failed")
            settled("failed")
            return True
        if not await self._send(message):
            return False
        if self._queue and self._queue[0][0] is message:
            self._queue.popleft()
        settled("sent")
        return True

    async def _bring_headlines(self) -> bool:
        self._fresh = False
        if self._headlines is None:
            return True
        try:
            found = await self._headlines.next(self._clock())
        except StoreError as error:
            self._ask_later(error)
            return True
        self._refusals = 0
        if found is None:
            return True
        message, last = found
        if not await self._send(message):
            self._fresh = True
            return False
        await self._headlines.told(last)
        return True

    def _ask_later(self, error: StoreError) -> None:
        """The store could not say what is new. Trouble does not wait for it: it may be what is to be told."""
        log.error("notify", target=self.name, detail=str(error))
        self._refusals += 1
        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.get_running_loop().call_later(self._pause(self._refusals), self.wake)

    def _pause(self, times: int) -> float:
        """Seconds, after so many misses in a row."""
        return self._timing.again[min(times, len(self._timing.again)) - 1].total_seconds() * _dice.uniform(0.8, 1.2)

    async def _send(self, message: Message) -> bool:
        try:
            await self._sender.send(message)
        except UndeliveredError as error:
            self._detail = str(error)
            self._misses += 1
            if self._failing_since is None:
                self._failing_since = self._clock().replace(microsecond=0)
                log.warning("notify", target=self.name, detail=f"not told, and tried again: {self._detail}")
                for _, settled in self._queue:
                    settled("late")
            return False
        if self._failing_since is not None:
            log.info("notify", target=self.name, recovered_after=str(self._clock() - self._failing_since))
        self._misses, self._failing_since, self._detail = 0, None, ""
        self._on_fate("sent")
        return True
