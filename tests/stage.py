"""Two newsrooms with a past, and `ticker run` on them: what the browser is pointed at."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.running import PATIENCE, Service, answered, free_port, running
from tests.stores import store_at
from ticker.demo import HEADING, Manual, newsroom_app, serve_newsroom

ARABIC = (
    "وزير النقل: افتتاح الخط الثالث قبل نهاية العام",
    "الأرصاد: أمطار غزيرة على الساحل مساء اليوم",
    "CNN: قمة المناخ تنطلق الأسبوع المقبل بمشاركة 120 دولة",
    "3 جرحى في حادث سير على الطريق الساحلي",
    "فريق المدينة يفوز بكأس الناشئين للمرة الثانية",
    "رئيس البلدية: لا زيادة على أسعار التذاكر هذا الموسم، والمواقف الجديدة تفتح أبوابها صباح الاثنين المقبل",
    "افتتاح معرض الكتاب السنوي في القاعة الكبرى",
)
ENGLISH = (
    "Harbour ferry back in service after two days",
    "Council approves third tram line",
    "“مرحبا” exhibition opens in the old mint",
    "Rain expected along the coast this evening",
    "17 new trees for the station square",
)
LISTED = 15  # lines that the newsrooms still show
PAGE = 25  # lines of a saved page


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the newsrooms' clock on the wall


@dataclass
class Room:
    """A newsroom, and the source that follows it."""

    name: str
    title: str
    zone: ZoneInfo
    language: str
    texts: Sequence[str]
    step: timedelta  # between two lines of its past
    past: int  # lines
    url: str = ""
    site: Any = None
    lines: Manual = field(init=False)
    top: int = 0  # its newest line

    def __post_init__(self) -> None:
        self.lines = Manual(length=30, zone=self.zone)

    def told(self, began: datetime) -> list[tuple[datetime, str]]:
        """Its past, newest first; no two lines alike."""
        different = len(self.texts)
        return [
            (began - self.step * ago, self.texts[ago % different] + (f" ({ago})" if ago >= different else ""))
            for ago in range(1, self.past + 1)
        ]

    def add(self, text: str, *, at: datetime | None = None) -> int:
        """A line on top, printed now or as *at*."""
        self.top = self.lines.add(text, now(), printed_at=at or now(), linked=False)
        return self.top

    def source(self) -> dict[str, object]:
        """As config.yaml has it."""
        return {
            "name": self.name, "title": self.title, "url": self.url, "heading": HEADING, "timezone": self.zone.key,
            "language": self.language, "every": "1s", "allow_private": True,
        }  # fmt: skip


def rooms() -> dict[str, Room]:
    """One in Arabic, one in English, in different zones."""
    return {
        "desk": Room("desk", "مكتب الأخبار — عاجل", ZoneInfo("Asia/Beirut"), "ar", ARABIC, timedelta(minutes=13), 125),
        "wire": Room("wire", "Harbour Wire", ZoneInfo("Europe/London"), "en", ENGLISH, timedelta(minutes=37), 55),
    }


@dataclass
class Stage:
    """The newsrooms and the service."""

    rooms: dict[str, Room]
    config: Path
    service: Service
    stack: AsyncExitStack

    @property
    def url(self) -> str:
        return self.service.url

    async def restart(self, between: Callable[[], object] = lambda: None) -> None:
        """End the service, do *between*, and start it again at the same address."""
        await self.service.stop()
        between()
        self.service = await self.stack.enter_async_context(running(self.config))

    async def until(self, title: str) -> dict[str, Any]:
        """Wait for a headline; its item in the JSON feed."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for item in await self.service.feed():
                    if item["title"] == title:
                        return item
                await asyncio.sleep(0.05)

    async def read(self) -> None:
        """Wait until every source was."""
        async with asyncio.timeout(PATIENCE):
            while not all(state["last_success"] for state in await self.states()):
                await asyncio.sleep(0.05)

    async def failing(self) -> None:
        """Wait until a source is."""
        async with asyncio.timeout(2 * PATIENCE):
            while not any(state["state"] == "failing" for state in await self.states()):
                await asyncio.sleep(0.05)

    async def states(self) -> list[dict[str, Any]]:
        """Of the sources, from /status.json."""
        found: list[dict[str, Any]] = (await self.service.get("status.json")).json()["sources"]
        return found

    def polls(self) -> list[dict[str, Any]]:
        """What the log says of polls."""
        log = self.config.with_suffix(".log").read_text("utf-8").splitlines()
        return [said for said in map(json.loads, log) if said.get("event") == "poll"]


@asynccontextmanager
async def staged(folder: Path, cast: dict[str, Room] | None = None, port: int | None = None) -> AsyncIterator[Stage]:
    """The newsrooms with their past, and the service that has read it all."""
    cast = cast or rooms()
    async with AsyncExitStack() as stack:
        began = now()
        for room in cast.values():
            for at, text in reversed(room.told(began)[:LISTED]):
                room.add(text, at=at)
            app = newsroom_app(room.lines, now)
            room.site = app.state.site
            room.url = await stack.enter_async_context(serve_newsroom(app))
        config = folder / "config.yaml"
        port = port or free_port()
        settings = {
            "server": {"port": port, "public_url": f"http://127.0.0.1:{port}/"},
            "store": store_at(folder / "ticker.db"),
            "sources": [room.source() for room in cast.values()],
        }
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        await asyncio.to_thread(_past, config, cast, began)
        service = await stack.enter_async_context(running(config))
        stage = Stage(cast, config, service, stack)
        await stage.read()
        yield stage


def _past(config: Path, cast: dict[str, Room], began: datetime) -> None:
    for room in cast.values():
        told = room.told(began)
        words: list[str] = []
        for first in range(len(told) - PAGE, -1, -10):
            rows = told[first : first + PAGE]
            page = config.parent / f"{room.name}-{first}.txt"
            lines = [part for at, text in rows for part in ("-", f"{at.astimezone(room.zone):%H:%M}", text)]
            page.write_text("\n".join(["-", HEADING, *lines]), "utf-8")
            words += [str(page), "--at", (rows[0][0] + timedelta(seconds=30)).isoformat()]
        if words:
            answered("ingest", room.name, *words, config=config)
