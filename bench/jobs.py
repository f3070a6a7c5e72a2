"""The queue alone: how many jobs a second, how late, at what cost, with a job that does nothing.

    .venv/bin/python bench/jobs.py [--hosts 5000] [--every 10] [--workers 2] [--seconds 40] [--strict] [--json]

One row a host, due every so many seconds, put back in place by `RetryRequested` as `ticker worker` does it, on a
PostgreSQL that this bench starts (or one at a URL, emptied of PgQueuer first). Late is from when a row was due to when
its job began. The name of this file is not `queue.py`: that would hide a module that Python itself needs.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from time import sleep, time  # noqa: TID251 - what is measured is time

import asyncpg
import uvloop
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.queries import Queries
from postgres import Server, load, memory, postgres, sizes, spent, version

SHARES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
ENTRYPOINT = "poll"
BEGIN = 2.0  # seconds from the last row until the first is due
SETTLE = 3.0  # seconds until the workers are up


@dataclass(frozen=True)
class Options:
    """What is measured."""

    hosts: int
    every: float  # seconds
    workers: int
    seconds: float
    strict: bool  # commits of the queue wait for the disk; those of `ticker worker` do not


async def work(url: str, every: float, commits: str) -> None:
    """Be a worker until standard input ends, then print when each job began, and how late, in seconds."""
    begun: list[tuple[float, float]] = []
    settings = {"synchronous_commit": commits}
    async with asyncpg.create_pool(url, min_size=4, max_size=4, server_settings=settings, reset=_leave) as pool:
        manager = QueueManager(Queries.from_asyncpg_pool(pool))

        @manager.entrypoint(ENTRYPOINT)
        async def poll(job: Job) -> None:
            now = datetime.now(UTC)  # noqa: TID251 - what is measured is time
            begun.append((now.timestamp(), (now - job.execute_after).total_seconds()))
            raise RetryRequested(max(job.execute_after + timedelta(seconds=every) - now, timedelta()))

        asyncio.get_running_loop().run_in_executor(None, sys.stdin.read).add_done_callback(
            lambda _: manager.shutdown.set()
        )
        await manager.run(
            batch_size=20,
            max_concurrent_tasks=80,
            dequeue_timeout=timedelta(seconds=1),
            heartbeat_timeout=timedelta(seconds=15),
        )
    json.dump(begun, sys.stdout)


async def _leave(_connection: object) -> None:
    """As `ticker worker` has it: nothing is reset when a connection is released."""


async def install(url: str) -> None:
    """PgQueuer's tables, new; its log need not survive a crash of the server."""
    connection = await asyncpg.connect(url)
    queries = Queries.from_asyncpg_connection(connection)
    queries.qbe.settings = DBSettings(durability=Durability.balanced)
    if await queries.schema_is_installed():
        await queries.uninstall()
    await queries.install()
    await queries.optimize_autovacuum()
    await connection.close()


async def enqueue(url: str, options: Options) -> None:
    """A row for each host, due at any moment of the first round."""
    dice = random.Random("jobs")  # noqa: S311 - moments of no meaning, the same in every run
    names = [f"h{number}.example" for number in range(options.hosts)]
    connection = await asyncpg.connect(url)
    await Queries.from_asyncpg_connection(connection).enqueue(
        [ENTRYPOINT] * len(names),
        [name.encode() for name in names],
        [0] * len(names),
        [timedelta(seconds=BEGIN + dice.uniform(0, options.every)) for _ in names],
        [f"host:{name}" for name in names],
    )
    await connection.close()


async def overdue(url: str) -> int:
    """Rows that should have begun a second ago."""
    connection = await asyncpg.connect(url)
    found = await connection.fetchval(
        "select count(*) from pgqueuer where status = 'queued' and execute_after < now() - interval '1 s'"
    )
    await connection.close()
    return int(found)


def measure(server: Server, options: Options) -> dict[str, object]:
    """All figures of one run."""
    uvloop.run(install(server.url))
    command = [
        sys.executable,
        __file__,
        "--as-worker",
        server.url,
        str(options.every),
        "on" if options.strict else "off",
    ]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(options.workers)
    ]
    try:
        sleep(SETTLE)
        uvloop.run(enqueue(server.url, options))
        sleep(BEGIN)
        pids = [worker.pid for worker in workers]
        grown = sizes(server.url)
        before, begin = (spent(pids), server.seconds()), time()
        sleep(options.seconds)
        took = time() - begin
        after, held = (spent(pids), server.seconds()), [memory(pid) for pid in pids]
        behind, tables = uvloop.run(overdue(server.url)), sizes(server.url)
        begun = [each for worker in workers for each in json.loads(worker.communicate(timeout=30)[0])]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    late = [seconds * 1000 for at, seconds in begun if begin <= at < begin + took]
    jobs = len(late)
    return {
        **asdict(options),
        "server": version(server.url),
        "jobs": jobs,
        "jobs_a_second": jobs / took,
        "asked_a_second": options.hosts / options.every,
        "late_ms": {name: quantile(late, share) for name, share in SHARES.items()} | {"max": max(late, default=0.0)},
        "overdue_at_the_end": behind,
        "workers_ms_a_job": (after[0] - before[0]) / max(jobs, 1) * 1000,
        "workers_cores": (after[0] - before[0]) / took,
        "postgres_ms_a_job": (after[1] - before[1]) / max(jobs, 1) * 1000,
        "postgres_cores": (after[1] - before[1]) / took,
        "worker_mb": max(held),
        "queue_mb": {"begin": grown["pgqueuer"][0] / 1e6, "end": tables["pgqueuer"][0] / 1e6},
        "log_mb": tables["pgqueuer_log"][0] / 1e6,
        "log_bytes_a_job": (tables["pgqueuer_log"][0] - grown["pgqueuer_log"][0]) / max(jobs, 1),
    }


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def table(figures: Mapping[str, object]) -> Iterator[str]:
    """For a person."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            value = " · ".join(f"{key} {each:.1f}" for key, each in value.items())
        yield f"{name:24} {value:.2f}" if isinstance(value, float) else f"{name:24} {value}"


def main() -> None:
    if sys.argv[1:2] == ["--as-worker"]:
        uvloop.run(work(sys.argv[2], float(sys.argv[3]), sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=5000)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two jobs of one host")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--strict", action="store_true", help="commits of the queue wait for the disk")
    parser.add_argument("--server", default="", metavar="URL", help="of PostgreSQL; without it one is started")
    parser.add_argument("--json", action="store_true")
    asked = vars(parser.parse_args())
    as_json, url = asked.pop("json"), asked.pop("server")
    with postgres(url) as server:
        figures = measure(server, Options(**asked)) | {"machine": load()}
    if as_json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for line in table(figures):
        print(line)


if __name__ == "__main__":
    main()
