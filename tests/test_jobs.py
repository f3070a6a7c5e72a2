import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from structlog.testing import capture_logs

from tests import postgres
from tests.newsstand import a_source
from tests.stores import store_at
from ticker.jobs import Rounds, agree, rows
from ticker.jobs import queue as queues
from ticker.jobs.queue import Queue
from ticker.model import Health, Source
from ticker.schedule import Wait
from ticker.schedule.hosts import host_of
from ticker.store import Plan, Store

pytestmark = pytest.mark.once("a queue in PostgreSQL")
NOON = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATIENCE = 20.0  # seconds until a test gives up waiting


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


# Agreement


def agreed(sources, known=(), *, read_before=(), now=NOON):
    plans = {plan.source: plan for plan in known}
    return agree(sources, plans, read_before=read_before, now=now, random=Random(1))


def planned(source: Source, **changes: Any) -> Plan:
    return replace(Plan(source.name, host_of(source), NOON, most=source.every * 1.1), **changes)


def test_no_more_than_ten_first_readings_begin_in_a_second():
    sources = [a_source(f"s{n}", every=10) for n in range(1000)]
    dues = sorted(plan.due for plan in agreed(sources).admitted)
    assert dues[0] == NOON
    assert max(Counter(int((due - NOON) / SECOND) for due in dues).values()) <= 11  # rounding
    assert dues[-1] - NOON > 99 * SECOND


def test_sources_that_were_read_before_are_spread_over_their_first_interval():
    sources = [a_source(f"s{n}", every=10) for n in range(1000)]
    dues = [plan.due for plan in agreed(sources, read_before={source.name for source in sources}).admitted]
    assert max(dues) < NOON + 10 * SECOND


def test_a_host_is_due_when_the_first_of_its_sources_is():
    one, two = a_source("one"), replace(a_source("two"), urls=a_source("one").urls)
    found = agreed([one, two], [planned(one, due=NOON + 5 * SECOND), planned(two, due=NOON + 3 * SECOND)])
    assert found.hosts == {"one.example": NOON + 3 * SECOND}
    assert (found.admitted, found.nearer, found.gone, found.others) == ((), {}, (), frozenset())


def test_a_source_that_is_to_be_polled_more_often_comes_nearer_and_not_before_its_host_allows_it():
    source = a_source("one", every=10)
    far = planned(source, due=NOON + timedelta(hours=1), most=timedelta(hours=1))
    assert agreed([source], [far]).nearer["one"] <= NOON + 10 * SECOND
    asked = replace(far, asked=NOON + timedelta(minutes=30))
    assert agreed([source], [asked]).nearer["one"] == asked.asked
    assert agreed([source], [replace(far, most=source.every * 1.1)]).nearer == {}, "it backs off, by these settings"


def test_a_source_that_has_moved_does_not_wait_for_what_the_host_before_asked():
    source = a_source("one", every=10)
    there = planned(source, host="old.example", due=NOON + timedelta(hours=23), asked=NOON + timedelta(hours=23))
    assert agreed([source], [there]).nearer["one"] <= NOON + 10 * SECOND


def test_what_was_planned_by_a_clock_that_has_been_set_back_holds_no_longer():
    source = a_source("one", every=10)
    ahead = planned(source, polled_at=NOON + timedelta(minutes=10), due=NOON + timedelta(minutes=10, seconds=10))
    assert agreed([source], [ahead]).nearer["one"] <= NOON + 10 * SECOND
    just_now = replace(ahead, polled_at=NOON + SECOND, due=NOON + 11 * SECOND)
    assert agreed([source], [just_now]).nearer == {}


def test_who_is_in_no_configuration_is_given_up_once_nobody_polls_it():
    source, strange = a_source("one"), a_source("strange")
    mine = planned(source)
    rolled_out = agreed([source], [mine, planned(strange, due=NOON)])
    assert (rolled_out.gone, rolled_out.others) == ((), {"strange.example"})
    given_up = agreed([source], [mine, planned(strange, due=NOON - timedelta(minutes=3))])
    assert (given_up.gone, given_up.others) == (("strange",), frozenset())


# Rounds


class Polls:
    """A poller whose polls take a moment; *wait* until the next."""

    def __init__(self, *, took: float = 0.0, wait: float = 60.0) -> None:
        self.took, self.wait = took, wait
        self.began: list[str] = []
        self.resumed: list[tuple[str, bool]] = []
        self.lateness: list[timedelta] = []
        self.broken = False

    def crawl_delay(self, source: Source) -> timedelta:
        return timedelta()

    def resume(self, source: Source, plan: Plan, health: Health | None, *, ours: bool) -> None:
        self.resumed.append((source.name, ours))

    def started(self, source: Source, lateness: timedelta) -> None:
        self.lateness.append(lateness)

    async def scheduled(self, source: Source) -> Wait:
        self.began.append(source.name)
        await asyncio.sleep(self.took)
        if self.broken:
            raise IndexError
        return Wait(timedelta(seconds=self.wait))

    def plan(self, source: Source, began: datetime) -> Plan:
        return planned(source, due=began + timedelta(seconds=self.wait), polled_at=began)


def on_one_host(*names: str, every: int = 60) -> list[Source]:
    return [replace(a_source(name, every=every), urls=(f"https://host.example/{name}",)) for name in names]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_at(tmp_path / "ticker.db"))
    yield opened
    await opened.close()


async def rounds_of(store: Store, polls: Polls, sources: list[Source], worker: str = "one") -> Rounds:
    rounds = Rounds(polls, store.plans, worker=worker, random=Random(1))
    rounds.take(sources)
    now = (await store.plans.all()).now
    dues = {source.name: now - (len(sources) - n) * SECOND for n, source in enumerate(sources)}
    await store.plans.admit([planned(source, due=dues[source.name]) for source in sources])
    return rounds


async def test_what_is_due_of_a_host_is_polled_in_its_order_and_the_host_waits_for_the_next(store):
    polls = Polls()
    rounds = await rounds_of(store, polls, on_one_host("a", "b", "c"))
    wait = await rounds.round("host.example")
    assert polls.began == ["a", "b", "c"]
    assert timedelta(seconds=50) < wait <= timedelta(seconds=60)
    assert min(polls.lateness) > timedelta()
    assert {plan.worker for plan in (await store.plans.all()).plans.values()} == {"one"}


async def test_what_another_worker_left_is_taken_up(store):
    sources = on_one_host("a")
    one, two = Polls(wait=0.5), Polls(wait=0.5)
    first = await rounds_of(store, one, sources)
    second = await rounds_of(store, two, sources, worker="two")
    for rounds in (first, first, second):
        await asyncio.sleep((await rounds.round("host.example")).total_seconds() * (rounds is first))
    assert one.resumed == [("a", False), ("a", True)]
    assert two.resumed == [("a", False)]


async def test_a_poll_that_ends_by_a_bug_does_not_end_the_polls_of_its_host(store):
    polls = Polls()
    polls.broken = True
    rounds = await rounds_of(store, polls, on_one_host("a", "b"))
    with capture_logs() as told:
        assert await rounds.round("host.example") > timedelta(seconds=50)
    assert [entry["source"] for entry in told if entry["event"] == "bug"] == ["a", "b"]


async def test_a_store_that_refuses_puts_the_host_off_and_is_told_once(store):
    rounds = await rounds_of(store, Polls(), on_one_host("a"))
    await store.close()
    with capture_logs() as told:
        waits = [await rounds.round("host.example") for _ in range(4)]
    assert len(told) == 1
    assert all(SECOND < wait <= timedelta(seconds=60) for wait in waits)
    assert waits[-1] > waits[0]


async def test_a_host_without_plans_is_looked_at_again(store):
    rounds = Rounds(Polls(), store.plans, worker="one", random=Random(1))
    assert await rounds.round("strange.example") > SECOND


async def test_polls_that_take_too_long_to_end_are_cut_off_and_due_again_at_once(store):
    polls = Polls(took=100)
    rounds = await rounds_of(store, polls, on_one_host("a", "b"))
    running = asyncio.create_task(rounds.round("host.example"))
    await until(lambda: polls.began)
    assert await rounds.stop(timedelta()) >= 1
    assert await running == timedelta()
    assert all(plan.polled_at is None for plan in (await store.plans.all()).plans.values())


# The queue


class Hands:
    """Work that says who is at it; *again* seconds until a host is due again."""

    def __init__(self, *, took: float = 0.01, again: float = 0.05) -> None:
        self.took, self.again = took, again
        self.done: list[str] = []
        self.busy: Counter[str] = Counter()
        self.overlaps = 0
        self.stopped = False
        self.also: Callable[[str], Any] = lambda host: None

    async def round(self, host: str) -> timedelta:
        self.busy[host] += 1
        self.overlaps += self.busy[host] > 1
        self.also(host)
        await asyncio.sleep(self.took)
        self.busy[host] -= 1
        self.done.append(host)
        return timedelta(seconds=self.again)

    async def stop(self, patience: timedelta) -> int:
        self.stopped = True
        return 0

    def go_on(self) -> None:
        self.stopped = False


class Site:
    """A database with a queue, and what all of its workers agree on."""

    def __init__(self, database: str) -> None:
        self.database, self.url = database, postgres.address(database)
        self.waits: Mapping[str, timedelta] = {f"h{n}": timedelta() for n in range(6)}
        self.others: frozenset[str] = frozenset()

    async def agree(self) -> tuple[Mapping[str, timedelta], frozenset[str]]:
        return self.waits, self.others

    def queue(self, hands: Hands) -> Queue:
        return Queue(self.url, hands, agree=self.agree, patience=timedelta(), random=Random(1))

    @asynccontextmanager
    async def at_work(self, hands: Hands) -> AsyncIterator[Queue]:
        queue, stop = self.queue(hands), asyncio.Event()
        running = asyncio.create_task(queue.run(stop))
        try:
            await until(lambda: queue.ready)
            yield queue
        finally:
            stop.set()
            async with asyncio.timeout(PATIENCE):
                await running

    def rows(self) -> dict[str, str]:
        found = postgres.rows(self.database, "SELECT dedupe_key, status::text FROM ticker_pgqueuer")
        return {key.removeprefix("host:"): status for key, status in found}

    def run(self, script: str) -> None:
        postgres.execute(self.database, script)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with postgres.fresh(tmp_path / "queue") as name:
        yield Site(name)


async def test_two_workers_take_hosts_in_turn_and_never_one_at_once(site):
    one, two = Hands(), Hands()
    two.busy = one.busy
    async with site.at_work(one), site.at_work(two):
        await until(lambda: len(one.done) > 20 and len(two.done) > 20)
    assert one.overlaps == two.overlaps == 0
    assert set(one.done) | set(two.done) == set(site.waits)
    assert site.rows() == dict.fromkeys(site.waits, "queued"), "all were put back"


async def test_ten_workers_that_begin_at_once_make_the_tables_once(site):
    async def begin() -> None:
        db = await asyncpg.connect(site.url)
        await rows.install(db, rows.queries_on(AsyncpgDriver(db)))
        await db.close()

    await asyncio.gather(*(begin() for _ in range(10)))
    kept = "SELECT count(*) FROM pg_class WHERE relname LIKE 'ticker\\_pgqueuer%' AND relkind = 'r'"
    assert postgres.rows(site.database, kept) == [(4,)]


async def test_rows_that_went_missing_come_back_and_those_of_hosts_that_are_gone_go(site):
    hands = Hands(again=60)
    async with site.at_work(hands) as queue:
        await until(lambda: len(hands.done) == 6)
        await until(lambda: set(site.rows().values()) == {"queued"})
        site.run("DELETE FROM ticker_pgqueuer WHERE dedupe_key IN ('host:h0', 'host:h1')")
        site.waits = {host: timedelta(seconds=60) for host in ("h0", "h1", "h2", "new")}
        site.others = frozenset(("h3",))
        await queue.agree()
        assert site.rows().keys() == {"h0", "h1", "h2", "h3", "new"}


async def test_a_host_that_is_due_earlier_than_its_row_says_comes_forward(site):
    hands = Hands(again=3600)
    async with site.at_work(hands) as queue:
        await until(lambda: len(hands.done) == 6)
        await until(lambda: set(site.rows().values()) == {"queued"})
        site.waits = {**dict.fromkeys(site.waits, timedelta(seconds=3600)), "h3": timedelta()}
        await queue.agree()
        await until(lambda: len(hands.done) == 7)
    assert hands.done[-1] == "h3"


async def test_a_host_whose_worker_was_killed_goes_on_with_another(site, monkeypatch):
    monkeypatch.setattr(queues, "HEARTBEAT", timedelta(seconds=1))
    hands = Hands()
    async with site.at_work(hands):
        await until(lambda: len(hands.done) > 6)
        site.waits = {**site.waits, "dead": timedelta(seconds=60)}
    async with site.at_work(hands) as queue:
        await queue.agree()
        site.run("""UPDATE ticker_pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),
            execute_after = now() - interval '1 s', heartbeat = now() WHERE dedupe_key = 'host:dead'""")
        await until(lambda: "dead" in hands.done)


async def test_a_worker_that_was_frozen_and_goes_on_does_no_harm_to_the_queue(site, monkeypatch):
    monkeypatch.setattr(queues, "HEARTBEAT", timedelta(seconds=4))
    site.waits = {"h": timedelta()}
    one, two = Hands(took=1.0), Hands(took=1.0)
    two.busy = one.busy
    async with site.at_work(one), site.at_work(two):
        await until(lambda: one.busy["h"])
        site.run("UPDATE ticker_pgqueuer SET heartbeat = now() - interval '1 minute' WHERE status = 'picked'")
        await until(lambda: len(one.done) + len(two.done) > 4)
    assert site.rows() == {"h": "queued"}


async def test_who_was_frozen_does_not_give_away_what_another_has_taken_meanwhile(site):
    hands = Hands(took=0.5)
    site.waits = {"h": timedelta()}
    async with site.at_work(hands):
        await until(lambda: hands.busy["h"])
        site.run("UPDATE ticker_pgqueuer SET queue_manager_id = gen_random_uuid(), heartbeat = now()")
        await until(lambda: hands.done == ["h"])
        await asyncio.sleep(0.2)
        assert site.rows() == {"h": "picked"}, "of the other"


async def test_a_database_that_was_away_is_gone_on_with(site):
    hands = Hands()
    with capture_logs() as told:
        async with site.at_work(hands) as queue:
            await until(lambda: len(hands.done) > 6)
            postgres.execute("postgres", f'ALTER DATABASE "{site.database}" ALLOW_CONNECTIONS false')
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{site.database}'"  # noqa: S608
            postgres.execute("postgres", ended)
            await until(lambda: not queue.ready)
            postgres.execute("postgres", f'ALTER DATABASE "{site.database}" ALLOW_CONNECTIONS true')
            await until(lambda: queue.ready)
            hands.done.clear()
            await until(lambda: set(hands.done) == set(site.waits))
    queue_log = [entry for entry in told if entry["event"] == "queue"]
    assert [entry.get("recovered") for entry in queue_log] == [None, True]


async def test_the_end_waits_for_what_runs_and_puts_it_back(site):
    hands = Hands(took=0.5)
    async with site.at_work(hands):
        await until(lambda: sum(hands.busy.values()) == 6)
    assert hands.stopped
    assert sorted(hands.done) == sorted(site.waits)
    assert site.rows() == dict.fromkeys(site.waits, "queued")


async def test_nobody_starves_where_there_is_more_to_do_than_can_be_done(site, monkeypatch):
    monkeypatch.setattr(queues, "BATCH", 2)
    monkeypatch.setattr(queues, "MOST", 4)
    monkeypatch.setattr(rows, "LATE", timedelta(seconds=0.3))
    site.waits = {f"h{n}": timedelta() for n in range(30)}
    hands = Hands(took=0.02, again=0.0)
    async with site.at_work(hands) as queue, asyncio.timeout(PATIENCE):
        while set(hands.done) != set(site.waits):
            await asyncio.sleep(0.4)
            await queue.agree()
        assert await queue.lateness() is not None
    assert len(site.rows()) == 30


async def test_the_log_of_the_queue_is_kept_short(site, monkeypatch):
    monkeypatch.setattr(rows, "PRUNED_AT_ONCE", 100)
    async with site.at_work(Hands(again=60)):
        site.run("""INSERT INTO ticker_pgqueuer_log (created, job_id, status, priority, entrypoint)
            SELECT now() - interval '1 hour', n, 'queued', 0, 'old' FROM generate_series(1, 350) AS n""")
    db = await asyncpg.connect(site.url)
    await rows.prune(db)
    counts = await db.fetch("SELECT entrypoint, count(*) FROM ticker_pgqueuer_log GROUP BY 1")
    await db.close()
    assert {row["entrypoint"] for row in counts} == {"poll"}
