from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stores import store_at
from ticker.model import Poll
from ticker.service import system_clock
from ticker.store import Plan, Store

NOON = datetime(2025, 3, 10, 12, 0, 0, 123_000, tzinfo=UTC)  # plans know milliseconds
SECOND = timedelta(seconds=1)
PLAN = Plan("desk", "news.example", NOON, most=timedelta(seconds=66))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_at(tmp_path / "ticker.db"))
    yield opened
    await opened.close()


async def test_all_of_a_plan_is_kept_to_the_millisecond(store):
    full = replace(
        PLAN,
        asked=NOON + SECOND,
        polled_at=NOON - SECOND,
        heard=NOON - 2 * SECOND,
        lateness=timedelta(seconds=1.234),
        failures=3,
        state="failing",
        reason="backs off",
        risk="lines may be missed",
        note="it asks for a pause",
        halved=True,
        crawl_delay=timedelta(seconds=10),
        fresh_until=NOON + 60 * SECOND,
        fickle_until=NOON + timedelta(days=1),
        worker="one",
    )
    await store.plans.admit([PLAN])
    await store.plans.keep(full)
    assert (await store.plans.all()).plans == {"desk": full}


async def test_the_database_says_what_time_it_is(store):
    before = system_clock()
    read = await store.plans.read(["desk"])
    await store.plans.admit([PLAN])
    again = await store.plans.read(["desk"])
    assert before - SECOND < read.now <= again.now < system_clock() + SECOND


async def test_a_plan_is_read_with_how_its_source_is_doing(store):
    await store.plans.admit([PLAN, replace(PLAN, source="port"), replace(PLAN, source="other")])
    await store.failed(Poll("desk", NOON.replace(microsecond=0), "failed", cause="unreachable", detail="no such name"))
    read = await store.plans.read(["desk", "port", "unplanned"])
    assert read.plans.keys() == {"desk", "port"}
    assert {name: health.cause for name, health in read.health.items()} == {"desk": "unreachable"}


async def test_a_later_poll_is_not_overwritten_by_an_earlier_one_that_ends_after_it(store):
    await store.plans.admit([PLAN])
    late, early = (replace(PLAN, polled_at=NOON + n * SECOND, worker=str(n)) for n in (2, 1))
    await store.plans.keep(late)
    await store.plans.keep(early)
    assert (await store.plans.all()).plans == {"desk": late}


async def test_a_source_that_was_given_up_while_it_was_polled_gets_no_plan_again(store):
    await store.plans.admit([PLAN])
    await store.plans.forget(["desk"])
    await store.plans.keep(replace(PLAN, polled_at=NOON))
    assert (await store.plans.all()).plans == {}


async def test_who_is_admitted_twice_stays_as_the_first_time(store):
    await store.plans.admit([PLAN])
    await store.plans.admit([replace(PLAN, due=NOON + SECOND), replace(PLAN, source="port")])
    found = (await store.plans.all()).plans
    assert found == {"desk": PLAN, "port": replace(PLAN, source="port")}


async def test_plans_come_nearer_and_never_further(store):
    await store.plans.admit([PLAN, replace(PLAN, source="port")])
    await store.plans.bring_forward({"desk": NOON - SECOND, "port": NOON + SECOND})
    assert {name: plan.due for name, plan in (await store.plans.all()).plans.items()} == {
        "desk": NOON - SECOND,
        "port": NOON,
    }


async def test_thousands_are_admitted_and_given_up(store):
    await store.plans.admit([replace(PLAN, source=f"s{n}") for n in range(1200)])
    assert len((await store.plans.all()).plans) == 1200
    await store.plans.forget(f"s{n}" for n in range(1199))
    assert (await store.plans.all()).plans.keys() == {"s1199"}


async def test_a_plan_of_a_clock_that_has_been_set_back_does_not_stand_in_the_way(store):
    now = (await store.plans.all()).now
    await store.plans.admit([PLAN])
    await store.plans.keep(replace(PLAN, polled_at=now + timedelta(minutes=10), reason="by the clock of before"))
    await store.plans.keep(replace(PLAN, polled_at=now, reason="by that of now"))
    assert (await store.plans.all()).plans["desk"].reason == "by that of now"
