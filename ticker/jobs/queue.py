"""Run what is due of a queue that all workers share: PgQueuer on PostgreSQL, begun anew whenever it ends.

PgQueuer deletes the row of a job that ends, or that ends by an exception; of one that asks for a retry it is put back.
So a job here always asks for one. PgQueuer ends as a whole when the database does, and is begun anew.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any, Protocol

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule, TracebackRecord

from ticker.jobs import rows
from ticker.store.postgresql import LOST, connect

BATCH = 20  # rows that are claimed at once
MOST = 80  # that a worker has at once
LOOK = timedelta(seconds=1)  # between two looks at the queue, unless something is due sooner
HEARTBEAT = timedelta(seconds=15)  # of silence, longer than a loop ever stalls: then a worker's rows are anybody's
MINUTELY = "* * * * *"
CONNECTIONS = 4  # one of them listens
AGAIN = 0.5  # seconds until a queue that has ended is begun anew; twice as long each time
LONGEST = 5.0  # seconds of that
CLOSING = 2.0  # seconds for the rows to be put back when the queue ends

log = structlog.get_logger()


class Work(Protocol):
    """Who does it, as `rounds.Rounds`."""

    async def round(self, host: str) -> timedelta: ...
    async def stop(self, patience: timedelta) -> int: ...
    def go_on(self) -> None: ...


class _Driver(AsyncpgPoolDriver):
    """Says when the database is lost: PgQueuer waits until all jobs have ended before it does."""

    def __init__(self, pool: Any) -> None:
        super().__init__(pool)
        self.lost = asyncio.Event()
        self.why: Exception | None = None

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        with self._noting():
            return await super().fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        with self._noting():
            return await super().execute(query, *args)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except LOST as error:
            self.why = self.why or error
            self.lost.set()
            raise


class _Queries(Queries):
    """Puts back what is still ours: PgQueuer would take it from whoever has it since this process was frozen."""

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        """One that cannot be put back PgQueuer would delete; as it is, it counts as that of a dead worker before long.

        Nothing is logged in the database: a retry is no failure, and a row a poll that nobody reads.
        """
        with suppress(*LOST):
            await rows.put_back(self.driver, job, delay)


class Queue:
    """The hosts that are due, handed to *work* one by one, and the rows of all hosts kept in order.

    Args:
        url: of the store.
        work: polls a host.
        agree: brings plans and settings to agreement; for how long each host is not due after that, and which hosts
            only other processes know. Raises StoreError.
        patience: for the polls that run when the queue ends.
        random: dice.
    """

    def __init__(
        self,
        url: str,
        work: Work,
        *,
        agree: Callable[[], Awaitable[tuple[Mapping[str, timedelta], frozenset[str]]]],
        patience: timedelta,
        random: Random,
    ) -> None:
        self._url = url
        self._work = work
        self._agree = agree
        self._patience = patience
        self._random = random
        self._pool: Any = None
        self._queries: Queries | None = None
        self._manager: Any = None  # the queue manager that ran last, whose rows nobody else has yet
        self._trouble = ""  # that was told
        logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)  # what matters of it is told here

    @property
    def ready(self) -> bool:
        """Whether there is a queue to work at."""
        return self._pool is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set; then polls that run may end, and all rows are put back."""
        tries = 0
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            try:
                await self._session(stop)
            except LOST as error:
                self._tell(str(error) or type(error).__name__)
            except Exception as error:
                log.error("bug", exc_info=error, detail="the queue ended by it, and is begun anew")
            tries = 0 if loop.time() - began > LONGEST * 2 else tries + 1
            wait = min(AGAIN * 2 ** min(tries, 10), LONGEST) * self._random.uniform(0.5, 1.0)
            await _either(stop, wait)

    async def agree(self) -> None:
        """Bring plans, rows and settings to agreement, now; raises nothing: it is done each minute."""
        try:
            await self._arrange()
        except LOST as error:
            log.warning("queue", detail=f"plans and settings do not agree yet, tried again in a minute: {error}")

    async def lateness(self) -> timedelta | None:
        """How long a host has waited for a worker; None where the queue cannot be asked."""
        try:
            return await rows.lateness(self._pool) if self._pool is not None else None
        except LOST:
            return None

    async def _session(self, stop: asyncio.Event) -> None:
        """From one loss of the database to the next."""
        db = await connect(self._url)
        try:
            await rows.install(db, rows.queries_on(AsyncpgDriver(db)))
            if self._manager is not None:
                await rows.give_back(db, self._manager)
        finally:
            db.terminate()
        pool = await asyncpg.create_pool(
            min_size=0,
            max_size=CONNECTIONS,
            max_inactive_connection_lifetime=0,
            connect=self._connection,
            reset=_leave,
        )
        try:
            await self._run_on(pool, stop)
        finally:
            self._pool = None
            pool.terminate()

    async def _run_on(self, pool: Any, stop: asyncio.Event) -> None:
        driver = _Driver(pool)
        queries = rows.queries_on(driver, _Queries)
        queue = PgQueuer(driver, rows.NAMES.channel, queries=queries)
        queue.entrypoint(rows.ENTRYPOINT)(self._job)
        queue.schedule("ticker_reconcile", MINUTELY)(self._reconcile)
        queue.schedule("ticker_prune", MINUTELY)(self._prune)
        self._pool, self._queries, self._manager = pool, queries, queue.qm.queue_manager_id
        await self._arrange()
        self._tell("")
        self._work.go_on()
        running = asyncio.create_task(
            queue.run(
                dequeue_timeout=LOOK,
                batch_size=BATCH,
                max_concurrent_tasks=MOST,
                heartbeat_timeout=HEARTBEAT,
                log_aggregation_interval=timedelta(),  # into statistics that nobody reads
            )
        )
        ends = [asyncio.create_task(event.wait()) for event in (stop, driver.lost)]
        try:
            await asyncio.wait((running, *ends), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        queue.shutdown.set()
        if cut_off := await self._work.stop(self._patience):
            log.warning("stopping", cut_off=cut_off, detail="polls still running; what was not kept is read again")
        if not driver.lost.is_set():
            await asyncio.wait((running,), timeout=CLOSING)
        pool.terminate()  # so ends what a database does not answer; `running` itself must not be cut off: rows would go
        (ended,) = await asyncio.gather(running, return_exceptions=True)
        if trouble := driver.why or (ended if isinstance(ended, Exception) else None):
            raise trouble

    async def _connection(self, *_: Any, **_named: Any) -> Any:
        # What a crash of PostgreSQL itself undoes of the queue is the last half second of rows that were put back: they
        # are due again, and a second poll changes nothing. Each of them would wait for the disk otherwise.
        return await connect(self._url, application_name="ticker worker", synchronous_commit="off")

    async def _job(self, job: Job) -> None:
        wait = await self._work.round((job.payload or b"").decode())
        raise RetryRequested(delay=wait)

    async def _reconcile(self, _schedule: Schedule) -> None:
        await self.agree()

    async def _prune(self, _schedule: Schedule) -> None:
        try:
            if self._pool is not None:
                await rows.prune(self._pool)
        except LOST as error:
            log.warning("queue", detail=f"the log of the queue is not pruned: {error}")

    async def _arrange(self) -> None:
        if self._pool is None or self._queries is None:
            return
        async with self._pool.acquire() as db, db.transaction():
            await db.execute("SELECT pg_advisory_xact_lock($1)", rows.AGREEING)
            waits, others = await self._agree()
            await rows.arrange(db, self._queries, waits, others)

    def _tell(self, trouble: str) -> None:
        """Once when the queue ends, once when it goes on."""
        before, self._trouble = self._trouble, trouble
        if trouble and trouble != before:
            log.error("queue", detail=f"polls wait until it can be reached again: {trouble}")
        elif before and not trouble:
            log.info("queue", recovered=True)


async def _leave(_db: Any) -> None:
    """Of asyncpg's four statements at each release of a connection: PgQueuer leaves nothing to be reset."""


async def _either(stop: asyncio.Event, seconds: float) -> None:
    """Until that is set, or so long."""
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((waiting,), timeout=seconds)
    finally:
        waiting.cancel()
