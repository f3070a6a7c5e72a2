"""The rows of the queue, one a host: what PgQueuer is told to keep, and what it leaves to us to keep in order."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

ENTRYPOINT: Final = "poll"  # as in the statements below
KEY: Final = "host:"  # before the name of a host: what no two rows have in common
LOGGED: Final = timedelta(minutes=10)  # how long PgQueuer's log is kept: for a person who looks, for nobody else
PRUNED_AT_ONCE: Final = 10_000  # rows of it in one transaction
LATE: Final = timedelta(seconds=10)  # a host goes before others for each time that it has waited so long
ROUGHLY: Final = timedelta(seconds=1)  # a row that is due so much later than its plans is as good

# Each by name, for PgQueuer would take some of them from variables of the environment such as CHANNEL or TRIGGER.
NAMES: Final = DBSettings(
    prefix="ticker_",
    db_schema=None,
    channel=Channel("ticker_queue"),
    function="ticker_fn_pgqueuer_changed",
    statistics_table="ticker_pgqueuer_statistics",
    queue_status_type="ticker_pgqueuer_status",
    queue_table="ticker_pgqueuer",
    queue_table_log="ticker_pgqueuer_log",
    trigger="ticker_tg_pgqueuer_changed",
    schedules_table="ticker_pgqueuer_schedules",
    durability=Durability.balanced,  # its log may be lost with a crash of PostgreSQL, no row
    widen_id=True,
)
INSTALLING: Final = 0x7469636B_00000010  # numbers of advisory locks: "tick", and which one; others in `store.order`
AGREEING: Final = 0x7469636B_00000011

_FOUND = """
    SELECT dedupe_key, status::text AS status, execute_after - clock_timestamp() AS wait
    FROM ticker_pgqueuer WHERE entrypoint = 'poll' AND dedupe_key IS NOT NULL
"""
_NEARER = """
    UPDATE ticker_pgqueuer AS row SET execute_after = clock_timestamp() + wanted.wait, updated = now()
    FROM unnest($1::text[], $2::interval[]) AS wanted (key, wait)
    WHERE row.dedupe_key = wanted.key AND row.status = 'queued'
"""
_DROPPED = "DELETE FROM ticker_pgqueuer WHERE dedupe_key = ANY($1::text[]) AND status = 'queued'"
# The queue hands out by priority, then by the age of the row: those at its end would starve where it cannot keep up.
_ORDERED = """
    UPDATE ticker_pgqueuer AS row SET priority = wanted.priority FROM (
        SELECT id, greatest(0, floor(extract(epoch FROM now() - execute_after) / extract(epoch FROM $1::interval)))::int
            AS priority FROM ticker_pgqueuer WHERE entrypoint = 'poll' AND status = 'queued'
    ) AS wanted WHERE wanted.id = row.id AND row.status = 'queued' AND row.priority <> wanted.priority
"""
_GIVEN_BACK = """
    UPDATE ticker_pgqueuer SET status = 'queued', queue_manager_id = NULL, execute_after = now(), updated = now()
    WHERE queue_manager_id = $1 AND status = 'picked'
"""
_PUT_BACK = """
    UPDATE ticker_pgqueuer SET status = 'queued', execute_after = now() + $3::interval, attempts = attempts + 1,
        queue_manager_id = NULL, updated = now()
    WHERE id = $1 AND queue_manager_id = $2 AND status = 'picked'
"""
_PRUNED = """
    DELETE FROM ticker_pgqueuer_log WHERE id IN (
        SELECT id FROM ticker_pgqueuer_log WHERE created < now() - $1::interval ORDER BY id LIMIT $2
    )
"""
_LATENESS = """
    SELECT now() - min(execute_after) FROM ticker_pgqueuer WHERE entrypoint = 'poll' AND status = 'queued'
"""


def queries_on(driver: Driver, kind: type[Queries] = Queries) -> Queries:
    """PgQueuer's statements, with our names in them."""
    return kind(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))


async def install(db: Any, queries: Queries) -> None:
    """Make PgQueuer's tables, or bring them up to date: one process, however many begin.

    *db* is the connection of asyncpg that *queries* speaks by.
    """
    await db.execute("SELECT pg_advisory_lock($1)", INSTALLING)
    try:
        if not await queries.schema_is_installed():
            await queries.install()
            await queries.optimize_autovacuum()
        elif (await queries.apply_upgrade()).statements:
            await queries.optimize_autovacuum()
    finally:
        await db.execute("SELECT pg_advisory_unlock($1)", INSTALLING)


async def arrange(db: Any, queries: Queries, waits: Mapping[str, timedelta], others: Collection[str]) -> None:
    """A row for each host, due no later than its plans say.

    Args:
        db: a connection.
        queries: PgQueuer's, on any.
        waits: until when each host is due; less than zero where it has been for so long.
        others: hosts that only other processes know: their rows stay as they are. All else goes.
    """
    found = {row["dedupe_key"].removeprefix(KEY): row for row in await db.fetch(_FOUND)}
    lacking = [host for host in waits if host not in found]
    if lacking:
        await queries.enqueue(
            [ENTRYPOINT] * len(lacking),
            [host.encode() for host in lacking],
            [0] * len(lacking),
            [max(waits[host], timedelta()) for host in lacking],
            [KEY + host for host in lacking],
            on_conflict="skip",
        )
    queued = {host: row["wait"] for host, row in found.items() if row["status"] == "queued"}
    nearer = {host: waits[host] for host, wait in queued.items() if host in waits and wait > waits[host] + ROUGHLY}
    # one that is overdue already comes first however much: its row says since when
    nearer = {host: wait for host, wait in nearer.items() if queued[host] > timedelta()}
    if nearer:
        await db.execute(_NEARER, [KEY + host for host in nearer], [max(w, timedelta()) for w in nearer.values()])
    if gone := [KEY + host for host in queued if host not in waits and host not in others]:
        await db.execute(_DROPPED, gone)
    await db.execute(_ORDERED, LATE)


async def give_back(db: Any, manager: Any) -> None:
    """The rows that a queue manager holds which has ended: else they would wait until it is known to be dead."""
    await db.execute(_GIVEN_BACK, manager)


async def put_back(driver: Driver, job: Job, delay: timedelta) -> None:
    """The row of *job*, due again after *delay*; nothing happens where another has it by now."""
    await driver.execute(_PUT_BACK, job.id, job.queue_manager_id, delay)


async def prune(db: Any) -> None:
    """Forget the older part of PgQueuer's log: two rows a poll, which nobody reads."""
    while True:
        deleted: str = await db.execute(_PRUNED, LOGGED, PRUNED_AT_ONCE)
        if int(deleted.rpartition(" ")[2]) < PRUNED_AT_ONCE:
            return


async def lateness(db: Any) -> timedelta:
    """How long the host has waited that has been due for the longest, of those that no worker has."""
    late = await db.fetchval(_LATENESS)
    return max(late, timedelta()) if late is not None else timedelta()
