from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.faults import Behaviour, Site, page
from tests.lines import BEIRUT
from tests.stores import store_at
from ticker.demo import HEADING, Manual, newsroom_app, serve_newsroom
from ticker.metrics import Metrics
from ticker.model import Channel, Health, Poll, Source
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.service import system_clock
from ticker.store import Store

CHANNELS = {
    name: Channel(name, "أخبار", "ar", "http://127.0.0.1/", {"desk": "أخبار"}, 100, 500, timedelta(days=1))
    for name in ("", "desk")
}


@dataclass
class Room:
    """A poller on a newsroom whose mode the test sets."""

    site: Any
    source: Source
    poller: Poller
    store: Store

    async def poll(self, mode: str, times: int = 1) -> list[dict[str, Any]]:
        """What the log was told by so many polls in this mode."""
        self.site.mode = mode
        with capture_logs() as told:
            for _ in range(times):
                await self.poller.scheduled(self.source)
        return [dict(entry) for entry in told]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    lines = Manual()
    for n in range(6):
        lines.add(f"خبر رقم {n} عن حركة السير", system_clock())
    app = newsroom_app(lines, system_clock)
    press = RenderThread()
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    async with serve_newsroom(app) as url:
        source = Source("desk", "أخبار", (url,), BEIRUT, heading=HEADING, language="ar", allow_private=True)
        yield Room(
            app.state.site, source, Poller(CHANNELS, store, press, clock=system_clock, metrics=Metrics(["desk"])), store
        )
    await store.close()
    press.close()


async def test_the_log_is_told_of_news_and_not_of_polls_without(room):
    first = await room.poll("ok")
    assert [(entry["new"], entry["listed"]) for entry in first] == [(6, 6)]
    assert await room.poll("ok", times=3) == []


async def test_trouble_is_told_when_it_begins_when_it_lasts_and_when_it_is_over(room):
    await room.poll("ok")
    told = await room.poll("500", times=10)
    assert [(entry["cause"], entry["polls"]) for entry in told] == [("refused", 1), ("refused", 3)]
    assert "since" in told[0]
    assert [entry["cause"] for entry in await room.poll("no-heading")] == ["heading-absent"], "another cause is news"
    over = await room.poll("ok", times=2)
    assert [entry["polls"] for entry in over] == [11]
    assert "recovered_after" in over[0]


async def test_a_newcomer_whose_source_never_answered_is_shown_the_demo(room):
    assert "make demo" in (await room.poll("500"))[0]["hint"]
    await room.poll("ok")
    assert "hint" not in (await room.poll("500"))[0]


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str | None, int]] = []
        self.refusals: list[str] = []

    def polled(self, source: str, outcome: Poll, health: Health) -> None:
        self.states.append((health.state, health.cause, health.streak))

    def refused(self, source: str, detail: str) -> None:
        self.refusals.append(detail)


async def test_the_listener_is_told_how_the_source_is_doing_after_each_poll(room):
    room.poller.listener = heard = Heard()
    await room.poll("ok", times=2)
    await room.poll("500", times=4)
    await room.poll("ok", times=2)
    refused = [
        ("suspect", "refused", 1),
        ("suspect", "refused", 2),
        ("failing", "refused", 3),
        ("failing", "refused", 4),
    ]
    assert heard.states == [("healthy", None, 0)] * 2 + refused + [("healthy", None, 0)] * 2


async def test_a_source_in_trouble_is_asked_less_often_and_as_usual_when_it_is_well(room):
    longest = timedelta(0)
    await room.poll("500", times=5)
    for _ in range(20):
        wait = await room.poller.scheduled(room.source)
        longest = max(longest, wait.span)
    assert longest > room.source.every * 2
    assert "25 polls in a row brought no page" in room.poller.facts("desk").reason
    room.site.mode = "ok"
    wait = await room.poller.scheduled(room.source)
    assert abs(wait.span - room.source.every) <= room.source.every / 10
    assert room.poller.facts("desk").reason == "every 60 s"


async def test_what_polls_did_is_counted(room):
    await room.poll("ok")
    room.poller.started(room.source, timedelta(seconds=0.7))
    await room.poll("500", times=3)
    _, told = room.poller.metrics.expose()
    lines = told.decode().splitlines()
    assert 'ticker_polls_total{cause="",outcome="changed",source="desk"} 1.0' in lines
    assert 'ticker_polls_total{cause="refused",outcome="failed",source="desk"} 3.0' in lines
    assert 'ticker_source_state{source="desk",state="failing"} 1.0' in lines
    assert 'ticker_items_total{kind="new",source="desk"} 6.0' in lines
    assert 'ticker_poll_lateness_seconds_bucket{le="0.5"} 1.0' in lines
    (received,) = [line for line in lines if line.startswith('ticker_fetched_bytes_total{source="desk"}')]
    assert float(received.split()[-1]) > 1000


async def test_a_cache_control_that_does_not_hold_is_not_believed(room, tmp_path):
    def front(count: int) -> Behaviour:
        rows = "".join(
            f"<li><b>{begin + timedelta(hours=n):%H:%M}</b> <a href='/{n}'>خبر رقم {n} عن حركة السير</a></li>"
            for n in range(count, -1, -1)
        )
        return page(f"<h3>{HEADING}</h3><ul>{rows}</ul>", cache_control="max-age=600")

    begin = system_clock().astimezone(room.source.zone) - timedelta(hours=9)
    async with Site() as site:
        site["/"] = front(5)
        source = replace(room.source, urls=(site.url("/"),))
        wait = await room.poller.scheduled(source)
        assert wait.span > source.every * 5
        assert "Cache-Control" in wait.reason
        site["/"] = front(6)
        wait = await room.poller.scheduled(source)
        assert wait.span < source.every * 1.2
        assert "it changes sooner: not believed for a day" in room.poller.facts("desk").note


async def test_a_poll_that_ends_by_a_bug_is_told_to_those_who_look_at_the_status_until_one_is_kept(room, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("ticker.poll.reconcile", lambda *_, **__: [][1])
        with pytest.raises(IndexError):
            await room.poll("ok")
    assert room.poller.teller.refused["desk"].detail == "a poll ended by a bug of Ticker: IndexError"
    await room.poll("ok")
    assert room.poller.teller.refused == {}
