import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
import pytest
import yaml

from tests import postgres
from tests.forked import Forked
from tests.running import PATIENCE, answered, environment, free_port, write_config
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.service import system_clock

pytestmark = pytest.mark.once("workers need PostgreSQL")


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[str]:
    """A store that several processes may open."""
    with postgres.fresh(tmp_path / "shared") as name:
        yield name


def config_on(database: str, folder: Path, url: str) -> Path:
    config = write_config(folder, url)
    settings = yaml.safe_load(config.read_text("utf-8"))
    config.write_text(yaml.safe_dump(settings | {"store": postgres.address(database)}, allow_unicode=True), "utf-8")
    return config


async def holds(database: str, statement: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(asyncpg.UndefinedTableError):
                if postgres.rows(database, statement):
                    return
            await asyncio.sleep(0.1)


async def test_workers_poll_and_what_they_take_is_given_back_when_they_are_told_to_stop(tmp_path, shared):
    lines = Manual()
    for n in range(6):
        lines.add(f"خبر رقم {n} عن حركة السير", system_clock())
    async with serve_newsroom(newsroom_app(lines, system_clock)) as url:
        config = config_on(shared, tmp_path, url)
        workers = [Forked(["-c", str(config), "worker"], environment(), tmp_path / f"{n}.log") for n in range(2)]
        try:
            await holds(shared, "SELECT * FROM plans WHERE state = 'healthy'")
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE):
                assert [await worker.wait() for worker in workers] == [0, 0], (tmp_path / "0.log").read_text("utf-8")
        finally:
            for worker in workers:
                worker.kill()
                await worker.wait()
    assert postgres.rows(shared, "SELECT count(*) FROM items") == [(6,)]
    assert postgres.rows(shared, "SELECT status::text FROM ticker_pgqueuer") == [("queued",)]


async def test_a_worker_says_whether_it_is_at_work(tmp_path, shared):
    config = config_on(shared, tmp_path, f"http://127.0.0.1:{free_port()}/")
    async with working(config, tmp_path / "log") as (worker, client):
        assert (await client.get("/healthz")).text == "ok"
        assert (await client.get("/feed.rss")).status_code == 404
        worker.send_signal(signal.SIGTERM)
        assert await worker.wait() == 0


async def test_while_its_database_is_gone_a_worker_is_not_ready_and_counts_how_late_polls_become(tmp_path, shared):
    config = config_on(shared, tmp_path, f"http://127.0.0.1:{free_port()}/")
    async with working(config, tmp_path / "log") as (_, client):
        postgres.execute("postgres", f'ALTER DATABASE "{shared}" ALLOW_CONNECTIONS false')
        postgres.rows("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", shared)
        while await status_of(client, "/readyz") != 503:
            await asyncio.sleep(0.1)
        while await lateness(client) < 1:
            await asyncio.sleep(0.1)
        assert (await client.get("/healthz")).text == "ok", "nobody is to kill it for that"
        postgres.execute("postgres", f'ALTER DATABASE "{shared}" ALLOW_CONNECTIONS true')
        while await status_of(client, "/readyz") != 200 or await lateness(client) > 0:
            await asyncio.sleep(0.1)


async def test_a_worker_takes_other_sources_and_titles_over_while_it_runs(tmp_path, shared):
    lines = Manual()
    for n in range(6):
        lines.add(f"خبر رقم {n} عن حركة السير", system_clock())
    async with serve_newsroom(newsroom_app(lines, system_clock)) as url:
        config = config_on(shared, tmp_path, url)
        async with working(config, tmp_path / "log") as (worker, _):
            await holds(shared, "SELECT 1 FROM plans WHERE source = 'desk' AND state = 'healthy'")
            settings = yaml.safe_load(config.read_text("utf-8"))
            old = settings["sources"][0]
            settings["sources"] = [old | {"title": "مكتب آخر"}, old | {"name": "second"}]
            config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
            worker.send_signal(signal.SIGHUP)
            await holds(shared, "SELECT 1 FROM plans WHERE source = 'second' AND state = 'healthy'")
            await holds(shared, "SELECT 1 FROM versions WHERE feed = 'desk' AND revision > 1")
            settings["sources"] = settings["sources"][1:]
            config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
            worker.send_signal(signal.SIGHUP)
            await holds(shared, "SELECT 1 WHERE NOT EXISTS (SELECT FROM plans WHERE source = 'desk')")


@asynccontextmanager
async def working(config: Path, log: Path) -> AsyncIterator[tuple[Forked, httpx.AsyncClient]]:
    """A worker that is ready and has measured, and who asks it."""
    port = yaml.safe_load(config.read_text("utf-8"))["server"]["port"]
    place = f"127.0.0.1:{port}"
    worker = Forked(["-c", str(config), "worker", "--listen", place], environment(), log)
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=f"http://{place}") as client, asyncio.timeout(PATIENCE):
            while await status_of(client, "/readyz") != 200:
                await asyncio.sleep(0.1)
            while "ticker_lateness_seconds" not in (await client.get("/metrics")).text:
                await asyncio.sleep(0.1)
            yield worker, client
    finally:
        worker.kill()
        await worker.wait()


async def lateness(client: httpx.AsyncClient) -> float:
    lines = (await client.get("/metrics")).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith("ticker_lateness_seconds "))


async def status_of(client: httpx.AsyncClient, path: str) -> int | None:
    try:
        return (await client.get(path)).status_code
    except httpx.TransportError:
        return None


def test_a_worker_needs_a_store_that_can_be_shared(tmp_path):
    config = write_config(tmp_path, "https://news.example/")
    settings = yaml.safe_load(config.read_text("utf-8")) | {"store": f"sqlite:///{tmp_path}/ticker.db"}
    config.write_text(yaml.safe_dump(settings), "utf-8")
    assert "PostgreSQL" in answered("worker", config=config, check=1).stderr


def test_a_place_to_listen_at_is_a_host_and_a_port(tmp_path):
    config = write_config(tmp_path, "https://news.example/")
    assert "127.0.0.1:9090" in answered("worker", "--listen", "here", config=config, check=2).stderr
