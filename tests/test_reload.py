import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from structlog.testing import capture_logs

from tests.running import PATIENCE, Service, running, write_config
from ticker.config import Settings, load
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.reload import Watched, differences, merged
from ticker.service import system_clock

SOON = 0.02  # seconds


def written(path: Path, *names: str, **top: Any) -> Path:
    sources = [
        {"name": name, "url": "https://news.example.org/", "timezone": "UTC", "heading": "Now"} for name in names
    ]
    path.write_text(yaml.safe_dump({"sources": sources, **top}), "utf-8")
    return path


def watched(path: Path, **times: float) -> Watched:
    return Watched(path, lambda: load(path, {}), **({"look": SOON, "settled": SOON} | times))


@asynccontextmanager
async def read_again(one: Watched) -> AsyncIterator[tuple[list[list[str]], asyncio.Event]]:
    """The names of the sources each time the file was taken over, and what asks for that."""
    found: list[list[str]] = []
    asked = asyncio.Event()

    async def follow() -> None:
        async for read in one.changes(asked):
            found.extend([[source.name for source in read.sources]])

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    yield found, asked
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def until(found: list[list[str]], count: int) -> None:
    async with asyncio.timeout(5):
        while len(found) < count:
            await asyncio.sleep(SOON)


async def test_a_file_that_changes_is_read_again(tmp_path):
    path = written(tmp_path / "config.yaml", "one")
    async with read_again(watched(path)) as (found, _):
        written(path, "one", "two")
        await until(found, 1)
    assert found == [["one", "two"]]


async def test_a_file_that_is_replaced_by_another_one_is_read_again(tmp_path):
    path = written(tmp_path / "config.yaml", "one")
    async with read_again(watched(path)) as (found, _):
        written(tmp_path / "new.yaml", "two").replace(path)
        await until(found, 1)
    assert found == [["two"]]


async def test_a_file_that_stands_still_is_read_only_when_somebody_asks(tmp_path):
    path = written(tmp_path / "config.yaml", "one")
    async with read_again(watched(path)) as (found, asked):
        await asyncio.sleep(4 * SOON)
        assert found == []
        asked.set()
        await until(found, 1)
    assert found == [["one"]]


async def test_a_file_is_not_read_while_it_is_being_written(tmp_path):
    path = written(tmp_path / "config.yaml", "one")
    whole = path.read_bytes() + b"- {name: two, url: 'https://news.example.org/', timezone: UTC, heading: Now}\n"
    async with read_again(watched(path, settled=0.15)) as (found, _):
        for end in range(1, len(whole) + 1, 20):
            path.write_bytes(whole[:end])
            await asyncio.sleep(0.01)
        path.write_bytes(whole)
        await until(found, 1)
    assert found == [["one", "two"]]


@pytest.mark.parametrize("broken", ["sources: [", "sources: []", "sources: 7", "", None])
async def test_a_broken_file_is_told_of_and_not_taken_over(tmp_path, broken):
    path = written(tmp_path / "config.yaml", "one")
    with capture_logs() as told:
        async with read_again(watched(path)) as (found, _):
            if broken is None:
                path.unlink()
            else:
                path.write_text(broken, "utf-8")
            async with asyncio.timeout(5):
                while len(told) < 2:
                    await asyncio.sleep(SOON)
            assert found == []
            written(path, "mended")
            await until(found, 1)
    assert found == [["mended"]]
    assert "config.yaml" in told[0]["detail"]
    assert told[-1]["detail"].endswith("what was read before stays in force")


def settings(tmp_path: Path, *names: str, **top: Any) -> Settings:
    return load(written(tmp_path / "config.yaml", *names, **top), {})


def test_where_it_listens_and_what_it_keeps_are_not_changed_under_a_running_service(tmp_path):
    before = settings(tmp_path, "one")
    after = settings(tmp_path, "one", store="sqlite:///other.db", server={"port": 1, "log_requests": True})
    taken, kept = merged(before, after)
    assert kept == ["server.port", "store"]
    assert taken == replace(before, server=replace(before.server, log_requests=True))


def test_what_came_went_and_changed_is_named(tmp_path):
    before = settings(tmp_path, "one", "two", "three")
    after = settings(tmp_path, "two", "three", "four")
    slower = replace(after, sources=(replace(after.sources[0], language="ar"), *after.sources[1:]))
    assert differences(before, slower) == {"added": ["four"], "removed": ["one"], "changed": ["two"]}
    assert differences(before, before) == {}


# A service that runs


def rewritten(config: Path, change: Any) -> None:
    read = yaml.safe_load(config.read_text("utf-8"))
    change(read)
    config.write_text(yaml.safe_dump(read, allow_unicode=True), "utf-8")


async def until_status(service: Service, path: str, status: int) -> None:
    async with asyncio.timeout(20):
        while (await service.get(path)).status_code != status:
            await asyncio.sleep(0.05)


def logged(config: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in config.with_suffix(".log").read_text("utf-8").splitlines()]


async def test_a_service_takes_other_sources_over_while_it_runs_and_refuses_what_is_broken(tmp_path):
    lines = Manual()
    for n in range(6):
        lines.add(f"خبر رقم {n} عن حركة السير", system_clock())
    async with serve_newsroom(newsroom_app(lines, system_clock)) as url:
        config = write_config(tmp_path, url)
        async with running(config) as service:
            before = await service.until(lambda found, _: len(found) == 6)
            etag = (await service.get("desk/feed.rss")).headers["etag"]

            def add(read: Any) -> None:
                read["sources"].append(read["sources"][0] | {"name": "second", "title": "المكتب الثاني"})

            rewritten(config, add)
            service.process.send_signal(signal.SIGHUP)
            await until_status(service, "second/feed.json", 200)
            assert (await service.get("desk/feed.rss", {"If-None-Match": etag})).status_code == 304, "as it was"
            number = lines.add("خبر جديد بعد التغيير", system_clock())
            assert number
            await service.until(lambda found, _: len(found) == 14)

            whole = config.read_text("utf-8")
            config.write_text(whole.replace("timezone: Asia/Beirut", "timezone: Beirut"), "utf-8")
            service.process.send_signal(signal.SIGHUP)
            async with asyncio.timeout(20):
                while not any("stays in force" in line.get("detail", "") for line in logged(config)):
                    await asyncio.sleep(0.05)
            assert (await service.get("second/feed.json")).status_code == 200
            lines.add("خبر آخر والملف مكسور", system_clock())
            await service.until(lambda found, _: len(found) == 16)

            def drop(read: Any) -> None:
                read["sources"].pop(0)

            config.write_text(whole, "utf-8")
            rewritten(config, drop)
            service.process.send_signal(signal.SIGHUP)
            await until_status(service, "desk/feed.json", 404)
            async with asyncio.timeout(PATIENCE):  # the last word of a change comes after its feeds
                while not any("removed" in line for line in logged(config)):
                    await asyncio.sleep(SOON)
            assert (await service.get("second/feed.json")).status_code == 200
            assert await service.stop() == 0
    told = [line for line in logged(config) if line["event"] == "config"]
    assert [line["added"] for line in told if "added" in line] == [["second"]]
    assert [line["removed"] for line in told if "removed" in line] == [["desk"]]
    assert len(before) == 6


async def test_a_poll_that_runs_while_its_source_is_taken_out_ends_in_peace(tmp_path):
    lines = Manual()
    for n in range(6):
        lines.add(f"خبر رقم {n} عن حركة السير", system_clock())
    app = newsroom_app(lines, system_clock)
    async with serve_newsroom(app) as url:
        config = write_config(tmp_path, url)

        def add(read: Any) -> None:
            read["sources"].append(read["sources"][0] | {"name": "second"})

        rewritten(config, add)
        async with running(config) as service:
            await until_status(service, "second/feed.json", 200)
            app.state.site.mode = "slow"  # an answer takes two seconds

            def drop(read: Any) -> None:
                read["sources"].pop(0)

            await asyncio.sleep(1.1)  # both are being polled
            rewritten(config, drop)
            service.process.send_signal(signal.SIGHUP)
            await until_status(service, "desk/feed.json", 404)
            lines.add("خبر جديد بعد التغيير", system_clock())
            async with asyncio.timeout(20):
                while len((await service.get("second/feed.json")).json()["items"]) < 7:
                    await asyncio.sleep(0.05)
            assert await service.stop() == 0
    assert {line["event"] for line in logged(config)} <= {"serving", "poll", "config", "stopped", "turn"}
