from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stores import store_at
from tests.test_store import AT, LINES, keep
from ticker.elsewhere import Elsewhere
from ticker.errors import StoreError
from ticker.metrics import Metrics
from ticker.model import Poll
from ticker.serve import Facts
from ticker.service import system_clock
from ticker.store import Plan, Store

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Watch:
    """A process that only serves, beside a store that others write."""

    store: Store
    metrics: Metrics = field(default_factory=lambda: Metrics(["desk"]))
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.elsewhere = Elsewhere(
            self.store, self.metrics, clock=system_clock, on_state=lambda *said: self.told.append(said)
        )

    def measured(self, name: str) -> str:
        return next(line for line in self.metrics.expose()[1].decode().splitlines() if line.startswith(name))


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield Watch(store)
    await store.close()


async def fails(store: Store, number: int) -> None:
    at = AT + number * MINUTE
    await store.failed(Poll("desk", at, "failed", cause="unreachable", detail="no such name"))


async def test_of_a_source_that_nobody_has_planned_nothing_is_known(watch):
    await watch.elsewhere.look()
    assert watch.elsewhere.next_poll("desk") is None
    assert watch.elsewhere.facts("desk") == Facts()


async def test_the_next_poll_and_why_is_what_was_planned_elsewhere(watch):
    due = system_clock() + MINUTE
    plan = Plan("desk", "news.example", due, most=MINUTE)
    await watch.store.plans.admit([plan])
    await watch.elsewhere.look()
    found = watch.elsewhere.next_poll("desk")
    assert found is not None
    assert abs(found - due) < 5 * SECOND, "the clock of the database is that of this machine"
    assert watch.elsewhere.facts("desk").lateness is None, "not polled yet"
    polled = replace(plan, polled_at=due, reason="news is due", risk="too slow", note="asks for more", lateness=SECOND)
    await watch.store.plans.keep(polled)
    await watch.elsewhere.look()
    assert watch.elsewhere.facts("desk") == Facts("news is due", "too slow", "asks for more", None, SECOND)
    assert float(watch.measured("ticker_next_poll_timestamp_seconds{").split()[-1]) == pytest.approx(
        due.timestamp(), abs=5
    )


async def test_when_its_newest_line_came_is_read_whenever_its_list_has_changed(watch):
    plan = Plan("desk", "news.example", AT, most=MINUTE, polled_at=AT, heard=AT)
    await watch.store.plans.admit([plan])
    await keep(watch.store, AT, LINES[1:])
    await watch.elsewhere.look()
    assert watch.elsewhere.facts("desk").last_new == AT
    await keep(watch.store, AT + MINUTE, LINES)
    await watch.store.plans.keep(replace(plan, polled_at=AT + MINUTE, heard=AT + MINUTE))
    await watch.elsewhere.look()
    assert watch.elsewhere.facts("desk").last_new == AT + MINUTE


async def test_another_state_is_told_once_and_measured(watch):
    await keep(watch.store, AT, LINES)
    await watch.elsewhere.look()
    assert watch.told == [], "who comes later reads it on the page"
    for number in range(1, 5):
        await fails(watch.store, number)
        await watch.elsewhere.look()
    assert watch.told == [("desk", "suspect"), ("desk", "failing")]
    assert watch.measured('ticker_source_state{source="desk",state="failing"}').endswith(" 1.0")


async def test_while_the_store_cannot_be_read_what_was_known_stands(watch):
    await watch.store.plans.admit([Plan("desk", "news.example", AT, most=MINUTE, reason="as usual")])
    await watch.elsewhere.look()
    known = watch.elsewhere.next_poll("desk")
    await watch.store.close()
    with pytest.raises(StoreError):
        await watch.elsewhere.look()
    assert (watch.elsewhere.next_poll("desk"), watch.elsewhere.facts("desk").reason) == (known, "as usual")
