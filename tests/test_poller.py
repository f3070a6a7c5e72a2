from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.lines import BEIRUT
from ticker.demo import HEADING, Manual, newsroom_app, serve_newsroom
from ticker.model import Channel, Source
from ticker.poller import Poller, RenderThread
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
    store = await Store.open(f"sqlite:///{tmp_path}/ticker.db")
    async with serve_newsroom(app) as url:
        source = Source("desk", "أخبار", (url,), BEIRUT, heading=HEADING, language="ar")
        yield Room(app.state.site, source, Poller(CHANNELS, store, press, clock=system_clock), store)
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
