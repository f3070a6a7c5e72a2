"""What is too old is forgotten, from the oldest on, and nothing that readers can still reach leads to it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs

from tests.running import answered, running, write_config
from tests.stores import POSTGRES, change, filled_at
from tests.walks import AT, ROWS, URL, Newsroom, channel, everywhere, live, opened, published
from ticker import retention
from ticker.config import Settings, load
from ticker.model import Format
from ticker.store import Store
from ticker.store import retention as store_retention

DAY = timedelta(days=1)
KEEP = timedelta(days=7)


NOW = AT + timedelta(days=14, minutes=42)


async def fill(url: str) -> None:
    """Two weeks of two sources, some lines a day."""
    store = await Store.open(url)
    room = Newsroom(store, everywhere())
    for _ in range(14):
        await room.prints("desk", 6)
        await room.edits("desk", 2)
        await room.prints("port", 4)
        room.now += DAY
    assert room.now == NOW
    await store.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    filled_at(tmp_path / "ticker.db", fill)
    async with opened(tmp_path / "ticker.db") as store:
        yield store


def settings(tmp_path: Path, **keep: object) -> Settings:
    """Of the newsroom's sources; `keep` of the file under that name, of a source under its own."""
    listed = [
        {"name": name, "url": "https://news.example/", "timezone": "Asia/Beirut"}
        | ({"keep": keep[name]} if name in keep else {})
        for name in ("desk", "port")
        if keep.get(name) != "removed"
    ]
    written = {"sources": listed} | ({"keep": keep["keep"]} if "keep" in keep else {})
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(written), "utf-8")
    return load(tmp_path / "config.yaml", {})


async def forget(store: Store, asked: Settings, now: datetime) -> None:
    await retention.forget(store, await retention.outdated(store, asked, now))


async def numbers(store: Store, feed: str) -> list[int]:
    last = await store.archives(feed)
    return [number for number in range(1, last + 1) if await store.archive(feed, number, URL)]


async def test_what_is_older_is_forgotten_with_its_archives_and_what_is_reached_is_all_there(store, tmp_path):
    before = {feed: await published(store, feed) for feed in ("", "desk", "port")}
    held = {feed: await numbers(store, feed) for feed in before}
    young = [item.guid for item in await store.search(None) if item.published >= NOW - KEEP]
    await forget(store, settings(tmp_path, keep="7d"), NOW)
    left = {item.guid: item for item in await store.search(None)}
    assert set(young) <= left.keys()
    assert len(young) + 3 * ROWS > len(left) < 140
    for feed, version in before.items():
        assert await published(store, feed) == version, "what readers have stays as it is"
        there = await numbers(store, feed)
        assert there == held[feed][-len(there) :], "the newest, without a gap"
        assert 0 < len(there) < len(held[feed])
        for number in there:
            archive = await store.archive(feed, number, URL)
            assert archive is not None
            told = archive.documents[Format.RSS].decode()
            assert all(guid in left for guid in _guids(told)), "no document names what is not there"
        assert all(item.guid in left for item in (await live(store, channel(feed))).items)
    room = Newsroom(store, everywhere())
    room.now = NOW
    await room.prints("desk", 9)
    assert (await numbers(store, "desk"))[-1] > held["desk"][-1], "no number is given twice"


def _guids(document: str) -> list[str]:
    return [part.split("</guid>")[0] for part in document.split('<guid isPermaLink="false">')[1:]]


async def test_forgetting_again_forgets_nothing_and_forever_forgets_nothing(store, tmp_path):
    every = len(await store.search(None))
    for keep in ({}, {"keep": "forever"}, {"keep": "2y"}, {"desk": "999y"}):
        await forget(store, settings(tmp_path, **keep), NOW)
        assert len(await store.search(None)) == every
    await forget(store, settings(tmp_path, keep="7d"), NOW)
    some = len(await store.search(None))
    old = await retention.outdated(store, settings(tmp_path, keep="7d"), NOW)
    assert (old.items, old.archives) == (0, 0)
    assert some < every


async def test_what_is_announced_to_go_is_what_goes(store, tmp_path):
    old = await retention.outdated(store, settings(tmp_path, keep="7d"), NOW)
    before = len(await store.search(None)), sum([len(await numbers(store, feed)) for feed in ("", "desk", "port")])
    told: list[tuple[int, int]] = []
    await retention.forget(store, old, progress=lambda done, of: told.append((done, of)))
    after = len(await store.search(None)), sum([len(await numbers(store, feed)) for feed in ("", "desk", "port")])
    assert (before[0] - after[0], before[1] - after[1]) == (old.items, old.archives)
    assert told[-1] == (old.items + old.archives,) * 2


async def test_a_source_may_be_kept_longer_than_others_and_one_that_left_goes_with_the_others(store, tmp_path):
    own = len(await store.search("desk"))
    await forget(store, settings(tmp_path, keep="7d", desk="forever"), NOW)
    assert len(await store.search("desk")) == own
    there = len(await store.search("port"))
    assert 0 < there <= 56
    await forget(store, settings(tmp_path, keep="7d", desk="removed"), NOW)
    assert len(await store.search("desk")) < own
    left = len(await store.search("desk"))
    await forget(store, settings(tmp_path, port="7d", desk="removed"), NOW)
    assert len(await store.search("desk")) == left, "of a source that left what the file says holds: for ever"


async def test_a_clock_that_runs_years_ahead_costs_no_headline(store, tmp_path):
    await forget(store, settings(tmp_path, keep="20d"), NOW)
    every = len(await store.search(None))
    await forget(store, settings(tmp_path, keep="20d"), NOW + 4000 * DAY)
    assert len(await store.search(None)) == every


async def test_a_clock_that_has_leapt_is_believed_after_a_week_and_one_set_right_again_at_once(store):
    looks = [(0, False), (1, False), (1000, True), (1001, True), (1006, True), (2, False), (1000, True), (1008, False)]
    for day, doubtful in [*looks, (1009, False), (1020, False), (1051, True), (1050, False)]:
        assert bool(await retention.doubted(store, NOW + day * DAY)) == doubtful, day


async def test_a_service_whose_clock_has_leapt_forgets_nothing_and_says_so(store, tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "FIRST", timedelta(seconds=0.01))
    asked, every = settings(tmp_path, keep="7d"), len(await store.search(None))
    await retention.doubted(store, NOW)
    with capture_logs() as log:
        task = asyncio.create_task(retention.keep_forgetting(store, lambda: asked, lambda: NOW + 1000 * DAY))
        async with asyncio.timeout(20):
            while not log:
                await asyncio.sleep(0.01)
    task.cancel()
    assert "the clock has leapt" in log[0]["detail"]
    assert len(await store.search(None)) == every


async def test_broken_off_in_between_it_goes_on_and_no_document_names_what_is_gone(store, tmp_path, monkeypatch):
    monkeypatch.setattr(store_retention, "AT_ONCE", 3)
    monkeypatch.setattr(store_retention, "ARCHIVES_AT_ONCE", 2)
    asked = settings(tmp_path, keep="7d")
    old, steps = await retention.outdated(store, asked, NOW), 0
    while await store.retention.forget(old):
        steps += 1
        if steps % 4 == 0:
            left = {item.guid for item in await store.search(None)}
            for number in await numbers(store, ""):
                archive = await store.archive("", number, URL)
                assert archive is not None
                assert left.issuperset(_guids(archive.documents[Format.RSS].decode()))
    assert steps > 10
    assert (await retention.outdated(store, asked, NOW)).items == 0


async def test_search_and_the_index_forget_as_well(store, tmp_path):
    (old, *_) = (await store.search(None))[::-1]
    assert await store.search(None, term=old.title)
    await forget(store, settings(tmp_path, keep="7d"), NOW)
    assert old.guid not in {item.guid for item in await store.search(None, term=old.title)}
    if not POSTGRES:
        change(tmp_path / "ticker.db", "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


async def test_the_service_forgets_once_a_day_by_the_settings_of_that_day(store, tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "FIRST", timedelta(seconds=0.01))
    monkeypatch.setattr(retention, "DAILY", timedelta(seconds=0.01))
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    every, keep = len(await store.search(None)), ["forever"]
    asked = {says: settings(tmp_path, keep=says) for says in ("forever", "7d")}
    task = asyncio.create_task(retention.keep_forgetting(store, lambda: asked[keep[0]], lambda: NOW))
    await asyncio.sleep(0.05)
    assert len(await store.search(None)) == every
    keep[0] = "7d"
    async with asyncio.timeout(20):
        while (await retention.outdated(store, asked["7d"], NOW)).items:
            await asyncio.sleep(0.01)
    assert len(await store.search(None)) < every
    task.cancel()


async def test_an_archive_that_was_forgotten_is_gone_and_one_that_is_to_come_is_not_there(tmp_path):
    filled_at(tmp_path / "ticker.db", fill)
    config = write_config(tmp_path, "http://127.0.0.1:9/")
    written = yaml.safe_load(config.read_text("utf-8"))
    written |= {"keep": "7d", "feed": {"min_items": 5, "max_items": 20, "max_age": "1h"}}
    config.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    told = await asyncio.to_thread(answered, "db", "prune", "--dry-run", config=config)
    assert "would go" in told.stdout
    before = await asyncio.to_thread(answered, "db", "prune", config=config)
    assert before.stdout == told.stdout.replace("would go", "are forgotten")
    assert (await asyncio.to_thread(answered, "db", "prune", config=config)).stdout.startswith("0 headlines and 0 arch")
    async with running(config) as service:
        assert (await service.get("desk/archive/1.rss")).status_code == 410
        assert (await service.get("desk/archive/9999.rss")).status_code == 404


def test_what_has_left_the_feeds_is_put_into_archives_before_it_is_forgotten(tmp_path):
    """As after an import into a store with headlines, or where only `poll` and `render` are used."""
    filled_at(tmp_path / "ticker.db", fill)
    config = write_config(tmp_path, "http://127.0.0.1:9/")
    written = yaml.safe_load(config.read_text("utf-8"))
    config.write_text(yaml.safe_dump(written | {"keep": "7d", "feed": {"min_items": 5, "max_items": 20}}), "utf-8")
    change(tmp_path / "ticker.db", "UPDATE items SET archive = NULL, archive_all = NULL")
    change(tmp_path / "ticker.db", "DELETE FROM archives")
    told = answered("db", "prune", config=config).stdout
    assert int(told.split()[0]) > 60
    assert f"older than {(AT + 13 * DAY - KEEP).date()}: 1 source" in told, "counted from the newest"


def test_without_keep_prune_says_so(tmp_path):
    config = write_config(tmp_path, "https://news.example/")
    refused = answered("db", "prune", config=config, check=2)
    assert "keep is forever, so nothing is forgotten; write keep: 2y" in refused.stderr
