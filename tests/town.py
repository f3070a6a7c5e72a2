"""Invented newsrooms that go by the real clock, each a page on a host of its own; the oracle on what became of them.

tests.simulator ─▶ Street ─▶ whoever polls ─▶ a store ─▶ judged
pages by the       a door a                   what each poll
second             newsroom                   decided
"""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from math import inf
from zoneinfo import ZoneInfo

from tests.desk import Desk
from tests.oracle import Oracle, Verdict
from tests.simulator import PLAIN, Mix, Newsroom, Page, Visit
from ticker.model import Change, Changes
from ticker.store import KeptPoll, Store

HEADING, ZONE = "عاجل 24/7", ZoneInfo("Asia/Beirut")
NEAR = timedelta(seconds=5)  # between what a page was handed out at, and what a poll says that it was read at
SETTLED = 25.0  # seconds that a line must have stood on the page to be read for sure: a dead worker's host waits for 15
HARM = ("hidden", "doubled", "merged", "forced", "joined", "wrong", "changed", "disorder", "flips", "lost")


@dataclass
class Door:
    """One newsroom, and who asked for its page."""

    name: str
    host: str
    newsroom: Newsroom
    asked: list[tuple[datetime, Page]] = field(default_factory=list)

    def hands_out(self, now: datetime, until: float) -> bytes:
        """The page as it stands."""
        page = self.newsroom.page(int(min(now.timestamp(), until)))
        self.asked.append((now, page))
        rows = "".join(
            f"<li><span>{row.headline.printed}</span><p>{escape(row.headline.title)}</p></li>" for row in page
        )
        return (
            f"<html><body><h1>الصفحة الأولى</h1><h3>{HEADING}</h3><ul>{rows}</ul><p>© 2026</p></body></html>".encode()
        )

    def gaps(self, since: datetime) -> float:
        """The longest time without a poll from *since* to the last one, in seconds."""
        times = [since, *(at for at, _ in self.asked if at >= since)]
        return max(((after - before).total_seconds() for before, after in pairwise(times)), default=inf)

    def stood(self, began: float, ended: float) -> set[int]:
        """The stories that stood on the page for so long that whoever is well has read them."""
        since: dict[int, float] = {}
        found: set[int] = set()
        pages = self.newsroom.pages
        first = max(bisect_left(pages, began, key=lambda entry: entry[0]) - 1, 0)
        for second, page in pages[first:]:
            at = max(float(second), began)
            here = {row.story for row in page}
            for story in [story for story in since if story not in here or at >= ended]:
                if min(at, ended) - since.pop(story) >= SETTLED:
                    found.add(story)
            if at >= ended:
                break
            for story in here:
                since.setdefault(story, at)
        return found | {story for story, at in since.items() if ended - at >= SETTLED}


class Street:
    """All doors, answering on loopback; after `close` no page changes any more."""

    def __init__(self, names: Sequence[str], *, mix: Mix = PLAIN, minutes: float, a_day: float, seed: int) -> None:
        start = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - real pages for a real service
        self.began = start
        self.until = inf  # pages stand still from then on
        self.port = 0
        self.doors = {
            name: Door(
                name,
                f"127.0.{3 + number // 200}.{1 + number % 200}",
                Newsroom(seed * 1000 + number, mix, days=minutes / 1440, start=start, zone=ZONE, rows=12, a_day=a_day),
            )
            for number, name in enumerate(names)
        }

    def close(self) -> None:
        """From now on nothing changes."""
        self.until = datetime.now(UTC).timestamp()  # noqa: TID251

    def urls(self) -> dict[str, str]:
        return {name: f"http://{door.host}:{self.port}/" for name, door in self.doors.items()}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of HTTP/1.1, whatever it asks."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            address = writer.get_extra_info("sockname")[0]
            (door,) = (door for door in self.doors.values() if door.host == address)
            if head.startswith("GET /robots.txt"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                now = datetime.now(UTC)  # noqa: TID251
                body = door.hands_out(now, self.until)
                kind = "Content-Type: text/html; charset=utf-8"
                writer.write(
                    f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                )
                writer.write(body)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def street(
    names: Sequence[str], *, mix: Mix = PLAIN, minutes: float, a_day: float, seed: int = 1
) -> AsyncIterator[Street]:
    """Newsrooms of so many headlines *a_day* each, for so many *minutes* at the most."""
    built = Street(names, mix=mix, minutes=minutes, a_day=a_day, seed=seed)
    hosts = [door.host for door in built.doors.values()]
    first = await asyncio.start_server(built.answer, hosts[0], 0)
    built.port = first.sockets[0].getsockname()[1]
    servers = [first, *[await asyncio.start_server(built.answer, host, built.port) for host in hosts[1:]]]
    try:
        yield built
    finally:
        for server in servers:
            server.close()


@dataclass
class Judgement:
    """What became of the stories of all newsrooms."""

    verdict: Verdict = field(default_factory=Verdict)
    unread: list[str] = field(default_factory=list)  # stood on the page for long, and are not in the store
    stray: list[str] = field(default_factory=list)  # items that no story stands behind
    unlike: list[str] = field(default_factory=list)  # lists that no page looked like

    @property
    def harm(self) -> dict[str, int]:
        """What must be nought in a newsroom without edits and reposts."""
        counts = {"unread": len(self.unread), "stray": len(self.stray), "unlike": len(self.unlike)}
        return counts | {kind: getattr(self.verdict, kind) for kind in HARM}


async def judge(store: Store, built: Street) -> Judgement:
    """Hold the store against the newsrooms, once they have been closed and read again."""
    found = Judgement()
    for door in built.doors.values():
        await _judge(store, door, found, built.began.timestamp(), built.until)
    return found


async def _judge(store: Store, door: Door, found: Judgement, began: float, ended: float) -> None:
    desk = Desk(door.newsroom.zone, door.name, {item.guid: item for item in await store.search(door.name)})
    oracle, owners = Oracle(door.newsroom), dict[str, set[int]]()
    kept = sorted([one async for one in store.kept(door.name) if one.outcome == "changed"], key=lambda one: one.at)
    for one in kept:
        page = _page_of(one, door)
        if page is None:
            found.unlike.append(f"{door.name} {one.at}")
            continue
        changes = [
            Change(desk.items[row.guid or ""], row.kind or "new", row.reason, row.headline) for row in one.rows or ()
        ]
        oracle.saw(Visit(one.at, page), Changes(tuple(changes), "", gap=True))
        for row, change in zip(page, changes, strict=True):
            owners.setdefault(change.item.guid, set()).add(row.story)
    stored = set().union(*owners.values()) if owners else set()
    stories = door.newsroom.stories
    found.unread += [f"{door.name} {story}: {stories[story]}" for story in sorted(door.stood(began, ended) - stored)]
    found.stray += sorted(desk.items.keys() - owners.keys())
    found.verdict += oracle.verdict(desk)


def _page_of(one: KeptPoll, door: Door) -> Page | None:
    """What the poll was handed out: the page near its time that says the same."""
    said = [(row.headline.printed, row.headline.title) for row in one.rows or ()]
    near = [(abs(at - one.at), page) for at, page in door.asked if abs(at - one.at) <= NEAR]
    for _, page in sorted(near, key=lambda pair: pair[0]):
        if [(row.headline.printed, row.headline.title) for row in page] == said:
            return page
    return None
