"""Whose turn it is, of all processes that share a database, to do what must be done once: tell hubs and people.

    asks ──▶ has the lock ──▶ its turn ──▶ lost ──▶ asks again
    every    GRACE: the one before notes   whatever becomes of the
    2 s      what it has told meanwhile    connection that has the lock

It is the turn of the process whose connection holds an advisory lock of PostgreSQL. No clock is asked that another
machine has: the holder gives up `LEASE` after it asked the last thing that was answered, and the server takes the lock
away later than that, from a connection that is cut off (the keepalives of `postgresql.connect`) or says nothing.
In SQLite it is always our turn.
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from ticker.store.order import TELLING, TURN

SILENT = "10s"  # until the server ends a connection that says nothing, as that of a process that is frozen

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds; LEASE is less than what the server waits for a sign of life (`SILENT`, `postgresql.SILENT`)."""

    ask: float = 2.0  # between two tries for the lock, and between two signs of life
    lease: float = 7.0  # from a sign of life that was answered, until it is our turn no more
    grace: float = 3.0  # from the lock to our turn: who had it has given up before, and notes what it told last


PACE = Pace()


class Turn:
    """Between `start` and `stop`, of a process; for ever in SQLite.

    Attributes:
        on_heard: called with what others have said by `store.order.TELLING` while the connection stands.
        number: how often it was our turn; two turns with the same number are one.
    """

    def __init__(self, url: str, *, shared: bool, pace: Pace = PACE) -> None:
        """*shared*: other processes may tell as well, through the database at *url*."""
        self._url = url
        self._shared = shared
        self._pace = pace
        self.on_heard: Callable[[str], object] = lambda said: None
        self.number = 0
        self._until = -math.inf if shared else math.inf  # by the clock of the loop
        self._ours, self._over = asyncio.Event(), asyncio.Event()
        if not shared:
            self._ours.set()
        self._asking: asyncio.Task[None] | None = None

    @property
    def ours(self) -> bool:
        """Whether it is our turn at this moment: also a process that was frozen must know before it tells anybody."""
        return self._ours.is_set() and (not self._shared or asyncio.get_running_loop().time() < self._until)

    async def begins(self) -> None:
        """Wait until it is our turn."""
        await self._ours.wait()

    async def ends(self) -> None:
        """Wait until it is no more, once it was."""
        await self._over.wait()

    def start(self) -> None:
        """Ask for it from now on; a second start does no harm."""
        if self._shared and self._asking is None:
            self._asking = asyncio.create_task(self._keep_asking())

    async def stop(self) -> None:
        """Let another process have it, at once; a second stop does no harm."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
            self._asking = None

    async def _keep_asking(self) -> None:
        from ticker.store.postgresql import LOST

        while True:
            try:
                await self._ask()
            except LOST:
                pass
            except Exception as error:
                log.error("bug", exc_info=error, detail="the turn to tell hubs and people is asked for again")
            await asyncio.sleep(self._pace.ask)

    async def _ask(self) -> None:
        """Until the connection is lost, by whatever error of it."""
        from ticker.store.postgresql import connect

        wire = await connect(self._url)
        gone = asyncio.Event()
        try:
            wire.add_termination_listener(lambda _wire: gone.set())
            # A setting of PostgreSQL 14; before it, the system of a frozen process goes on answering for it.
            await wire.execute(
                "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout'", SILENT
            )
            await wire.add_listener(TELLING, lambda *said: self.on_heard(said[-1]))
            while not await wire.fetchval("SELECT pg_try_advisory_lock($1)", TURN, timeout=self._pace.lease):
                await _pause(self._pace.ask, gone)
            await self._hold(wire, gone)
        finally:
            self._end()
            wire.terminate()

    async def _hold(self, wire: Any, gone: asyncio.Event) -> None:
        """As long as each sign of life is answered in time."""
        loop = asyncio.get_running_loop()
        since = asked = loop.time()
        self._until = asked + self._pace.lease
        while True:
            begins = since + self._pace.grace
            if not self._ours.is_set() and asked >= begins:
                self._begin()
            next_one = asked + self._pace.ask
            await _pause((next_one if self._ours.is_set() else min(next_one, begins)) - loop.time(), gone)
            asked = loop.time()
            async with asyncio.timeout_at(self._until):
                await wire.fetchval("SELECT 1")
            self._until = asked + self._pace.lease

    def _begin(self) -> None:
        log.info("turn", detail="from now on, this process tells hubs and people")
        self.number += 1
        self._over = asyncio.Event()
        self._ours.set()

    def _end(self) -> None:
        self._until = -math.inf
        if self._ours.is_set():
            log.info("turn", detail="from now on, another process tells hubs and people")
            self._ours.clear()
            self._over.set()


async def _pause(seconds: float, gone: asyncio.Event) -> None:
    """Raises ConnectionError where the connection is lost meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(gone.wait(), max(seconds, 0.0))
    if gone.is_set():
        raise ConnectionError
