import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.model import Source
from ticker.schedule import Schedule, next_wait

START = datetime(2025, 1, 14, 12, tzinfo=UTC)


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the scheduler's own clock is real


def sources(count: int, every: float) -> list[Source]:
    zone = ZoneInfo("UTC")
    return [
        Source(f"s{n}", f"s{n}", ("http://127.0.0.1/",), zone, every=timedelta(seconds=every)) for n in range(count)
    ]


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=1)), st.randoms(use_true_random=False))
def test_waits_are_the_interval_give_or_take_a_tenth(every, random):
    assert every * 0.9 <= next_wait(every, random) <= every * 1.1


async def test_the_first_source_is_polled_at_once_and_the_others_in_turn():
    polled: list[str] = []

    async def poll(source: Source) -> None:
        polled.append(source.name)

    schedule = Schedule(sources(4, 1.0), poll, clock=clock, random=Random(1))
    before = clock()
    schedule.start()
    dues = [schedule.next_poll(f"s{n}") for n in range(4)]
    assert all(due is not None for due in dues)
    waits = [(due - before).total_seconds() for due in dues if due]
    assert [round(wait - waits[0], 2) for wait in waits] == [0.0, 0.25, 0.5, 0.75]
    async with asyncio.timeout(10):
        while len(polled) < 9:
            await asyncio.sleep(0.01)
    await schedule.drain(timedelta(seconds=1))
    assert polled[:5] == ["s0", "s1", "s2", "s3", "s0"]


async def test_a_poll_that_takes_long_is_not_started_twice():
    running = most = 0

    async def poll(source: Source) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.25)
        running -= 1

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.6)
    assert await schedule.drain(timedelta(seconds=1)) == 0
    assert most == 1


async def test_a_poll_that_crashes_does_not_end_the_chain(caplog):
    polls = 0

    async def poll(source: Source) -> None:
        nonlocal polls
        polls += 1
        raise RuntimeError("a bug")

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    async with asyncio.timeout(10):
        while polls < 3:
            await asyncio.sleep(0.01)
    await schedule.drain(timedelta(seconds=1))
    assert "a bug" in caplog.text


async def test_draining_waits_for_running_polls_and_starts_no_more():
    started = finished = 0

    async def poll(source: Source) -> None:
        nonlocal started, finished
        started += 1
        await asyncio.sleep(0.2)
        finished += 1

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.05)
    assert await schedule.drain(timedelta(seconds=5)) == 0
    await asyncio.sleep(0.2)
    assert started == finished == 1


async def test_draining_cuts_off_what_outlasts_its_patience():
    cancelled = asyncio.Event()

    async def poll(source: Source) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    schedule = Schedule(sources(1, 60), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.05)
    assert await schedule.drain(timedelta(milliseconds=50)) == 1
    assert cancelled.is_set()
    assert schedule.next_poll("s0") is None


@pytest.mark.parametrize("started", [True, False])
async def test_draining_twice_or_before_the_start_is_harmless(started):
    async def poll(source: Source) -> None: ...

    schedule = Schedule(sources(1, 60), poll, clock=clock, random=Random(1))
    if started:
        schedule.start()
    assert await schedule.drain(timedelta(seconds=1)) == 0
    assert await schedule.drain(timedelta(seconds=1)) == 0
