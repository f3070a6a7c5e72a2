"""What several processes publish through one PostgreSQL: by its clock, and one version of a feed a second."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from structlog.testing import capture_logs

from tests import postgres
from tests.running import PATIENCE
from tests.test_store import AT, LINES, channel, keep, press
from ticker.model import Feed, Format, Version, Wish
from ticker.poller import Poller
from ticker.serve import Shelf
from ticker.service import republish, system_clock
from ticker.store import Store
from ticker.store.postgresql import CONNECTIONS, public_name
from ticker.store.search import by_time

pytestmark = pytest.mark.once("of PostgreSQL alone")
BOTH = {"desk": "أخبار", "other": "أخبار أخرى"}
CHANNELS = {"": channel(sources=BOTH), "desk": channel("desk", sources={"desk": BOTH["desk"]})}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with postgres.fresh(tmp_path / "shared") as name:
        yield name


@asynccontextmanager
async def opened(database: str) -> AsyncIterator[Store]:
    """As a process that polls opens it."""
    store = await Store.open(postgres.address(database))
    store.publish_apart(0)
    try:
        yield store
    finally:
        await store.close()


async def published(store: Store) -> Version:
    version = await store.version("")
    assert version is not None
    return version


async def all_published(store: Store) -> None:
    """As every process does each second."""
    async with asyncio.timeout(PATIENCE):
        while await store.owes(CHANNELS):
            await store.publish_owed(CHANNELS, system_clock(), press)
            await asyncio.sleep(0.05)


def shift(database: str, seconds: int) -> None:
    """As if the clock of the database had been set back by so much."""
    postgres.execute(database, f"UPDATE versions SET last_modified = last_modified + {seconds}")  # noqa: S608 - a number


async def test_what_comes_within_a_second_is_kept_at_once_and_published_when_that_is_over(database):
    async with opened(database) as store:
        for number in range(1, 5):
            await keep(store, AT + number * MINUTE, LINES[4 - number :])
        assert len(await store.newest(None, limit=9)) == 4
        await all_published(store)
        version = await published(store)
        assert all(
            title.partition(" ")[2].encode() in version.documents[form] for title in LINES for form in version.documents
        )
        assert version.last_modified <= system_clock(), "no date to come"
        assert version.revision <= 3, "not one for each poll"


async def test_whoever_publishes_no_feed_has_two_versions_in_a_second(database):
    async with opened(database) as one, opened(database) as two:
        seen: dict[int, int] = {}
        for number in range(1, 9):
            await keep(
                one if number % 2 else two, AT + number * MINUTE, [f"14:5{number} خبر رقم {number} عن حركة السير"]
            )
            for store in (one, two):
                await store.publish_owed(CHANNELS, system_clock(), press)
            version = await published(one)
            seen[version.revision] = int(version.last_modified.timestamp())
            await asyncio.sleep(0.3)
        await asyncio.gather(all_published(one), all_published(two))
        last = await published(two)
    dates = [*seen.values(), int(last.last_modified.timestamp())][: len({*seen, last.revision})]
    assert len(dates) > 2
    assert dates == sorted(set(dates))
    assert dates[-1] <= system_clock().timestamp()


async def test_what_cannot_be_rendered_is_kept_all_the_same_and_owed_until_it_can_be(database):
    async def broken(feed: Feed) -> Mapping[Format, bytes]:
        raise RuntimeError("out of ink")

    async with opened(database) as store:
        await keep(store, AT, LINES[1:])
        await all_published(store)
        before = await published(store)
        await asyncio.sleep(1.0)  # of a second in which it may be published
        with pytest.raises(RuntimeError):
            await keep(store, AT + MINUTE, LINES, press=broken)
        assert len(await store.newest(None, limit=9)) == len(LINES)
        assert await published(store) == before
        await all_published(store)
        assert (await published(store)).revision == before.revision + 1


async def test_a_feed_that_cannot_be_rendered_keeps_no_other_from_being_served_and_is_told_once(database):
    broken = True

    async def picky(feed: Feed) -> Mapping[Format, bytes]:
        if broken and feed.channel.name == "desk":
            raise RuntimeError("out of ink")
        return await press(feed)

    async with opened(database) as store:
        poller = Poller(CHANNELS, store, picky, clock=system_clock)  # type: ignore[arg-type]  # a press that breaks
        poller.shelf = Shelf(library=store, channels=CHANNELS, sources=(), clock=system_clock, dated=True)
        with pytest.raises(RuntimeError):
            await keep(store, AT, LINES, press=picky)
        with capture_logs() as logged:
            for _ in range(12):
                await poller.settle()
                await asyncio.sleep(0.2)
            assert poller.shelf.editions.keys() == {""}
            broken = False
            async with asyncio.timeout(PATIENCE):
                while "desk" not in poller.shelf.editions:
                    await poller.settle()
    assert [line["detail"] for line in logged] == [
        "kept, and not published yet: a bug of Ticker: RuntimeError('out of ink')",
        "what is kept is published again",
    ]


async def test_a_feed_that_cannot_be_rendered_keeps_no_process_from_its_start_nor_the_others_from_being_published(
    database,
):
    async def picky(feed: Feed) -> Mapping[Format, bytes]:
        if feed.channel.name == "desk":
            raise RuntimeError("out of ink")
        return await press(feed)

    async with opened(database) as store:
        with pytest.raises(RuntimeError):
            await keep(store, AT, LINES, press=picky)
        with capture_logs() as logged:
            await republish(store, {"desk": CHANNELS["desk"], "": CHANNELS[""]}, picky)  # type: ignore[arg-type]  # a press
        assert [line["event"] for line in logged] == ["bug"]
        assert (await store.revisions()).keys() == {""}
        assert await store.owes({"desk"})


async def test_who_has_news_from_the_feed_of_all_finds_them_in_that_of_their_source(database):
    order = []

    async def noting(feed: Feed) -> Mapping[Format, bytes]:
        order.append(feed.channel.name)
        return await press(feed)

    async with opened(database) as store:
        await keep(store, AT, LINES, press=noting)
    assert order == ["desk", ""]


async def test_who_keeps_headlines_waits_for_nobody_who_renders(database):
    rendering, done = asyncio.Event(), asyncio.Event()

    async def slow(feed: Feed) -> Mapping[Format, bytes]:
        rendering.set()
        await done.wait()
        return await press(feed)

    async with opened(database) as one, opened(database) as two:
        first = asyncio.create_task(keep(one, AT, LINES[1:], press=slow))
        async with asyncio.timeout(PATIENCE):
            await rendering.wait()
            await keep(two, AT, ["14:59 خبر آخر عن حركة السير"], source="other")
            assert len(await two.newest(None, limit=9)) == len(LINES)
        assert not first.done()
        done.set()
        await first
        await asyncio.gather(all_published(one), all_published(two))
        version = await published(one)
    assert all(line.partition(" ")[2].encode() in version.documents[Format.RSS] for line in LINES[1:])


async def test_of_several_who_publish_a_feed_at_once_one_does(database):
    async with opened(database) as one, opened(database) as two:
        for number in range(1, 12):
            at = AT + number * MINUTE
            await keep(one if number % 2 else two, at, [f"14:5{number % 10} خبر رقم {number} عن حركة السير"])
            now = system_clock()
            await asyncio.gather(*(store.publish_owed(CHANNELS, now, press) for store in (one, two) for _ in range(3)))
        await asyncio.gather(all_published(one), all_published(two))
        version = await published(one)
        titles = [item.title for item in await one.newest(None, limit=20)]
    assert len(titles) == 11
    assert all(title.encode() in version.documents[Format.RSS] for title in titles)


async def test_a_version_that_is_dated_a_moment_ahead_is_waited_for(database):
    async with opened(database) as store:
        await keep(store, AT, LINES[1:])
        shift(database, 3)
        before = await published(store)
        await keep(store, AT + MINUTE, LINES)
        assert (await published(store)).revision == before.revision
        await all_published(store)
        after = await published(store)
        assert after.revision == before.revision + 1
        assert before.last_modified < after.last_modified <= system_clock()


async def test_after_the_clock_of_the_database_was_set_back_feeds_go_on(database):
    async with opened(database) as store:
        await keep(store, AT, LINES[1:])
        shift(database, 600)
        before = await published(store)
        await keep(store, AT + MINUTE, LINES)
        after = await published(store)
    assert after.revision == before.revision + 1
    assert after.last_modified == before.last_modified + timedelta(seconds=1), "it grows"


async def test_who_publishes_waits_for_no_page_and_no_name_that_others_wait_for(database):
    loop, answered = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    async with opened(database) as store:
        busy = loop.run_in_executor(None, answered.wait)
        try:
            async with asyncio.timeout(PATIENCE):
                await keep(store, AT, LINES)
        finally:
            answered.set()
            await busy


async def test_of_thousands_of_names_each_row_is_looked_up_in_a_hash_and_no_index_is_asked_for_each(database):
    async with opened(database):
        asked = by_time(Wish(frozenset(f"s{number}" for number in range(5_000))))
    written = asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(line for (line,) in postgres.rows(database, f"EXPLAIN {written}"))
    assert "hashed SubPlan" in plan
    assert "Join" not in plan
    assert "Nested Loop" not in plan


async def test_a_process_keeps_its_connections_however_much_is_asked_of_it_at_once(database):
    """One more for a moment is a process of the server more, and knows no statement: dearest where all is busy."""
    asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ticker'"
    async with opened(database) as store:
        await keep(store, AT, LINES)
        seen = []
        for _ in range(3):
            await asyncio.gather(*(store.count() for _ in range(100)))
            seen.append(set(postgres.rows(database, asked)))
    assert seen[0] == seen[1] == seen[2]
    assert 1 < len(seen[0]) <= CONNECTIONS


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ticker:secret@db.example/ticker",
        "postgresql://ticker:s/e?cret@db.example/ticker?sslmode=require",
        "postgresql://ticker:se@cret@db.example/ticker",
    ],
)
def test_the_name_of_a_database_holds_nothing_of_a_password(address: str) -> None:
    assert public_name(address) == "postgresql://db.example/ticker"
