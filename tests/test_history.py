"""The rhythm of a source, read out of a real store after real polls."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.lines import BEIRUT, instant
from tests.stores import store_at
from tests.test_store import AT, LINES, keep
from ticker.rhythm import HISTORY, RECENT
from ticker.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield store
    await store.close()


async def test_a_source_without_a_line_has_no_rhythm(store):
    rhythm = await store.history.rhythm("desk", BEIRUT)
    assert (rhythm.hours, rhythm.recent, rhythm.rows) == ({}, (), 0)
    assert rhythm.rate(AT) == 0
    assert rhythm.turnover(AT) is None


async def test_the_lines_of_a_source_are_counted_by_the_hour_in_utc_they_were_published_in(store):
    await keep(store, AT, ["15:01 هدوء البحر", *LINES[:3], "13:59 فتح الطريق"])  # Beirut: two hours ahead
    await keep(store, AT, ["14:54 خبر من مكان آخر"], source="other")
    rhythm = await store.history.rhythm("desk", BEIRUT)
    # 15:01 is past the poll at 14:55, and dated to it
    assert rhythm.hours == {instant("2025-01-14T13:00"): 1, instant("2025-01-14T14:00"): 4}
    assert rhythm.rows == 5
    assert rhythm.zone == BEIRUT


async def test_what_is_kept_up_poll_by_poll_is_what_a_restart_reads(store):
    first = await keep(store, AT, LINES)
    rhythm = (await store.history.rhythm("desk", BEIRUT)).heard((), len(LINES))
    later = AT + timedelta(hours=3)
    second = await keep(store, later, ["17:50 ريح في الجنوب", "17:02 شمس في الشمال", *LINES[:2]])
    rhythm = rhythm.heard([row.item.published for row in second.of("new", "repost")], len(second.rows))
    assert first.of("new")
    assert rhythm == await store.history.rhythm("desk", BEIRUT)
    assert len(rhythm.recent) == 2


async def test_two_weeks_before_the_newest_line_are_read_however_long_ago_that_is(store):
    await keep(store, AT, LINES)
    soon, after = AT + HISTORY - timedelta(hours=2), AT + HISTORY + timedelta(days=2)
    await keep(store, soon, [f"{soon.astimezone(BEIRUT):%H:%M} بعد أسبوعين", *LINES[:3]])
    assert sum((await store.history.rhythm("desk", BEIRUT)).hours.values()) == 5
    await keep(store, after, [f"{after.astimezone(BEIRUT):%H:%M} بعد ذلك", *LINES[:3]])
    rhythm = await store.history.rhythm("desk", BEIRUT)
    assert sum(rhythm.hours.values()) == 2
    assert all(rhythm.recent[-1] - one < RECENT for one in rhythm.recent)
