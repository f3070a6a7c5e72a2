"""Every fault of the adversary against the running service: one source for each, all of them at once.

The service runs once, for all tests here. Each page is good, breaks in its own way until the service says what is
wrong with it, and is good again. What was seen meanwhile is the `Record` that the tests look at.
"""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.running import Service, free_port, running
from tests.stores import store_at
from ticker.demo import HEADING, Manual
from ticker.demo.adversary import FAULTS, Beside, Door, Fault, Paper, bare, beside
from ticker.demo.wording import headline
from ticker.service import system_clock
from ticker.store.together import LONGEST

MEGABYTE = 1_000_000
ROWS = {"half": 12, "cut-list": 12}  # of lists that lose some; of all others:
FEW = 6
EVERY, TIMEOUT = 1.0, 2.0  # seconds
SELDOM = 2.0  # between the polls of a page that one poll is enough to judge
JITTER = 0.1  # of the interval
LOOK = 0.3  # seconds between two looks at the feed of a bystander, and for the look itself
LATE = 1.0  # seconds that the poll of a bystander may be late
APART = 0.04  # seconds between two pages that break: that a hundred feeds change at once is no fault of a page
PATIENCE = 90.0  # seconds for a source to name its cause, and again to recover
START = 120.0  # seconds for all sources together to be read first
MOST_MEMORY = 40 * MEGABYTE  # above what all good pages need, for one page that breaks
MOST_AT_ONCE = 60 * MEGABYTE  # for all of them together
BYSTANDERS = ("bystander-1", "bystander-2", "bystander-3")
AT_ONCE = {name: fault for name, fault in FAULTS.items() if not fault.patient}


@dataclass
class Seen:
    """What was seen of one source."""

    state: dict[str, Any] = field(default_factory=dict)  # as /status.json had it while the page was broken
    named: bool = False  # whether that is what it should say
    kept: bool = False  # the same bytes, ETag and Last-Modified, and 304 to who has them
    arrived: bool = False  # the headlines that came while it was broken
    recovered: bool = False  # healthy, with exactly the headlines it should have
    odd: list[str] = field(default_factory=list)  # headlines that it should not have, or should


@dataclass
class Record:
    """What was seen of the whole run."""

    sources: dict[str, Seen] = field(default_factory=dict)
    idle: int = 0  # bytes of memory, at most, while all was well
    peak: int = 0  # and afterwards
    # of bystanders, in seconds, without what other processes kept the service and the newsrooms off the processor
    gaps: dict[str, float] = field(default_factory=dict)  # longest time between two polls
    delays: dict[str, float] = field(default_factory=dict)  # longest time until a headline was published
    took: dict[str, float] = field(default_factory=dict)  # seconds of each part


class Town:
    """A door and a desk for each source."""

    def __init__(self, names: list[str], near: Beside) -> None:
        self.near = near
        self.desks = {name: desk(name) for name in names}
        self.told = dict.fromkeys(names, 0)
        self.doors = {name: self._door(name, number) for number, name in enumerate(names)}

    def _door(self, name: str, number: int) -> Door:
        """Each at a host of its own: a host's concurrency and spacing are not what is tested here."""
        host = f"127.0.{1 + number // 200}.{1 + number % 200}"
        return Door(Paper(self.desks[name], bare), system_clock, FAULTS.get(name), self.near.urls, host)

    def tell(self, name: str) -> str:
        """One more headline."""
        self.told[name] += 1
        text = headline(1_000 + self.told[name], name)
        self.desks[name].add(text, system_clock(), linked=False)
        return text

    def config(self, folder: Path) -> Path:
        """A config.yaml with all of them."""
        one = {"heading": HEADING, "timezone": "Asia/Beirut", "language": "ar", "allow_private": True}
        settings = {
            "server": {"port": free_port()},
            "store": store_at(folder / "ticker.db"),
            "feed": {"min_items": 6, "max_items": 16},  # a combined feed of all would be most of the work
            "sources": [
                {"name": name, "title": name, "url": door.url, **one, **pace(name)} for name, door in self.doors.items()
            ],
        }
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        return path


def pace(name: str) -> dict[str, str]:
    """How a source is polled: those seldom that would only burn time."""
    seldom = name in FAULTS and FAULTS[name].cause is not None
    return {"every": f"{SELDOM if seldom else EVERY:g}s", "timeout": f"{TIMEOUT:g}s"}


def desk(name: str) -> Manual:
    """A full list, a line every seven minutes."""
    rows, now = ROWS.get(name, FEW), system_clock()
    lines = Manual(length=rows)
    for n in range(rows):
        lines.add(headline(n, name), now - timedelta(minutes=7) * (rows - n), linked=False)
    return lines


@asynccontextmanager
async def town(names: list[str]) -> AsyncIterator[Town]:
    """All doors open, all pages good."""
    async with beside(Paper(desk("beside"), bare), system_clock) as near, AsyncExitStack() as stack:
        built = Town(names, near)
        for door in built.doors.values():
            await stack.enter_async_context(door)
        yield built


def trusting(near: Beside, folder: Path) -> dict[str, str]:
    """The environment of a service that trusts the adversary's authority and nobody else."""
    if near.authority is None:
        pytest.skip("no openssl to make certificates with")
    store = folder / "trust" / "certifi"
    store.mkdir(parents=True)
    shutil.copy(near.authority, store / "cacert.pem")
    (store / "__init__.py").write_text("def where():\n    return __file__.replace('__init__.py', 'cacert.pem')\n")
    return {"PYTHONPATH": str(store.parent)}


class Denied:
    """How long other processes kept one off the processor: the service, or the newsrooms. No page is to blame for that.

    Linux says of each thread how long it was ready to run and waited for a core (`schedstat`, the second number).
    """

    def __init__(self, pid: int) -> None:
        self._tasks = Path(f"/proc/{pid}/task")
        self._waited: dict[str, int] = {}  # nanoseconds, by thread
        self._spans: list[tuple[datetime, float]] = []  # until when, seconds of it

    def look(self, at: datetime) -> None:
        """Of the time since the last look, what the thread that waited longest had to wait."""
        waited: dict[str, int] = {}
        with suppress(OSError):
            for task in self._tasks.iterdir():
                with suppress(OSError):  # a thread that has ended
                    waited[task.name] = int((task / "schedstat").read_text().split()[1])
        longest = max((now - self._waited.get(name, 0) for name, now in waited.items()), default=0) / 1e9
        span = (at - self._spans[-1][0]).total_seconds() if self._spans else 0.0
        self._waited = waited
        self._spans.append((at, min(longest, span)))

    def between(self, first: datetime, last: datetime) -> float:
        """Seconds."""
        return sum(waited for at, waited in self._spans if first < at <= last)


class Run:
    """The service on a town, and what is seen of it."""

    def __init__(self, service: Service, built: Town, record: Record, hold: float) -> None:
        self.service, self.town, self.record, self.hold = service, built, record, hold
        self.now = asyncio.get_running_loop().time
        self.states: dict[str, dict[str, Any]] = {}
        self.broken_at: datetime | None = None
        self.denied = [Denied(service.process.pid), Denied(os.getpid())]  # the newsrooms are here
        self.unnamed = {name for name, fault in AT_ONCE.items() if fault.cause and name in record.sources}
        self.all_broken = asyncio.Event()  # and named: from now on pages may be good again

    async def look(self) -> None:
        """Five times a second: what the service says of its sources, and its memory."""
        while True:
            memory = self.service.memory()
            for denied in self.denied:
                denied.look(system_clock())
            if self.broken_at is None:
                self.record.idle = max(self.record.idle, memory)
            self.record.peak = max(self.record.peak, memory)
            answer = await self.get("status.json")
            self.states = {source["name"]: source for source in answer.json()["sources"]}
            await asyncio.sleep(0.2)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask the service, again where it had just closed a connection that had been idle."""
        with suppress(httpx.RemoteProtocolError, httpx.ReadError):
            return await self.service.get(path, headers)
        return await self.service.get(path, headers)

    async def titles(self, name: str) -> list[str]:
        """Of its feed."""
        answer = await self.get(f"{name}/feed.json")
        return [item["title"] for item in answer.json()["items"]] if answer.status_code == 200 else []

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float = PATIENCE) -> bool:
        """Whether it held in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not await holds():
                    await asyncio.sleep(0.2)
                return True
        return False

    async def all_well(self) -> bool:
        """Whether every source is healthy, and its feed served."""
        states = {state["state"] for state in self.states.values()}
        return states == {"healthy"} and all([await self.titles(name) for name in self.town.doors])

    async def source(self, name: str, fault: Fault, after: float) -> None:
        """Its page breaks after so many seconds, and is good again."""
        await asyncio.sleep(after)
        seen, door = self.record.sources[name], self.town.doors[name]
        before, had = await Published.of(self, name), await self.titles(name)
        began = self.now()
        await door.begin()
        new = [row.text for row in door.paper.others(door.since or system_clock())] if fault.cause == "gap" else []
        new += [self.town.tell(name)] if fault.feed == "grows" and fault.cause is None else []

        async def as_it_should() -> bool:
            seen.state = self.states[name]
            polls = sum(at >= (door.since or at) for at, _ in door.asked)
            seen.named = says(fault, seen.state, polls) and self.now() - began >= self.hold
            return seen.named and (not new or set(new) <= set(await self.titles(name)))

        await self.until(as_it_should)
        await self._all_broken(name)
        seen.kept = await before.stands(self, name)
        seen.arrived = set(new) <= set(await self.titles(name))
        await asyncio.sleep(after)
        await door.end()
        await self._recovers(name, seen, [*had, *new, self.town.tell(name)])

    async def _all_broken(self, name: str) -> None:
        """Wait until each page is broken and named, or never will be; then all have been broken at once."""
        self.unnamed.discard(name)
        if not self.unnamed and not self.all_broken.is_set():
            self.note_gaps()
            self.all_broken.set()
        await self.all_broken.wait()

    async def _recovers(self, name: str, seen: Seen, expected: list[str]) -> None:
        async def recovered() -> bool:
            found = await self.titles(name)
            seen.odd = sorted({*found} ^ {*expected})
            if self.states[name]["cause"] == "gap" and not seen.odd:
                expected.append(self.town.tell(name))  # it stands until the next list that differs
            return self.states[name]["cause"] is None and sorted(found) == sorted(expected)

        seen.recovered = await self.until(recovered)

    async def bystander(self, name: str) -> None:
        """Headline after headline, and how long each takes to be published."""
        while True:
            text, began = self.town.tell(name), system_clock()
            while text not in await self.titles(name):
                await asyncio.sleep(0.1)
            if not self.all_broken.is_set():
                self.record.delays[name] = max(self.record.delays.get(name, 0), self.own(began, system_clock()))

    def note_gaps(self) -> None:
        """Between the polls of bystanders, from when the first page broke until all are named."""
        assert self.broken_at is not None
        for name in BYSTANDERS:
            polls = [at for at, _ in self.town.doors[name].asked]
            first = max(at for at in polls if at <= self.broken_at)
            times = [first, *(at for at in polls if at > first), system_clock()]
            self.record.gaps[name] = max(self.own(before, after) for before, after in pairwise(times))

    def own(self, before: datetime, after: datetime) -> float:
        """Seconds between the two in which the service and the newsrooms had a core, or needed none."""
        return (after - before).total_seconds() - sum(denied.between(before, after) for denied in self.denied)


@dataclass
class Published:
    """A feed as its readers have it."""

    body: bytes
    etag: str
    last_modified: str

    @classmethod
    async def of(cls, run: Run, name: str) -> "Published":
        answer = await run.get(f"{name}/feed.rss")
        assert answer.status_code == 200, name
        return cls(answer.content, answer.headers["etag"], answer.headers["last-modified"])

    async def stands(self, run: Run, name: str) -> bool:
        """Whether it is served as it was, and 304 to who has it."""
        again = await run.get(f"{name}/feed.rss", {"If-None-Match": self.etag})
        return again.status_code == 304 and self == await Published.of(run, name)


def says(fault: Fault, state: Mapping[str, Any], polls: int) -> bool:
    """Whether the state of a source says what is wrong with its page, after so many polls of it."""
    if fault.cause is None:
        return polls >= 3 and state["state"] == "healthy"
    return state["cause"] == fault.cause and fault.says in state["detail"]


async def lived_through(faults: Mapping[str, Fault], folder: Path, *, hold: float = 0.0) -> Record:
    """The whole run.

    Args:
        hold: seconds that each page stays broken at least.
    """
    record, clock = Record(sources={name: Seen() for name in faults}), asyncio.get_running_loop().time
    async with town([*faults, *BYSTANDERS]) as built, AsyncExitStack() as stack:
        began = clock()
        trust = trusting(built.near, folder)
        service = await stack.enter_async_context(running(built.config(folder), forked=False, **trust))
        run = Run(service, built, record, hold)
        looking = asyncio.create_task(run.look())
        stack.callback(looking.cancel)
        assert await run.until(run.all_well, START), run.states
        for name in ("stale",) if "stale" in faults else ():
            text = built.tell(name)  # so that there is an older list to come back with
            while text not in await run.titles(name):
                await asyncio.sleep(0.1)
        record.took["good"], began = clock() - began, clock()
        run.broken_at = system_clock()
        telling = [asyncio.create_task(run.bystander(name)) for name in BYSTANDERS]
        try:
            await asyncio.gather(*(run.source(name, faults[name], APART * place) for place, name in enumerate(faults)))
        finally:
            looking.cancel()
            for task in telling:
                task.cancel()
            await asyncio.gather(looking, *telling, return_exceptions=True)
        record.took["broken"] = clock() - began
        assert await service.stop() == 0
    return record


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Of the one run with all faults, which the worker that comes first makes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    kept = shared / "reliability.json"
    with (shared / "reliability.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            folder = tmp_path_factory.mktemp("reliability")
            kept.write_text(json.dumps(asdict(asyncio.run(lived_through(AT_ONCE, folder))), ensure_ascii=False))
    whole = json.loads(kept.read_text())
    return Record(**(whole | {"sources": {name: Seen(**seen) for name, seen in whole["sources"].items()}}))


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_page_that_breaks_is_named_its_feed_stays_and_comes_back(record: Record, name: str) -> None:
    fault, seen = FAULTS[name], record.sources[name]
    assert seen.named, f"expected {fault.cause} ({fault.says}), got {seen.state}"
    assert "\n" not in seen.state["detail"]
    assert seen.kept == (fault.feed == "kept")
    assert seen.arrived, "a headline that came meanwhile was not published"
    assert seen.recovered, seen


def test_other_sources_are_read_in_time_while_pages_break(record: Record) -> None:
    assert set(record.gaps) == set(record.delays) == set(BYSTANDERS)
    most = EVERY * (1 + JITTER) + LATE
    assert max(record.gaps.values()) <= most, record.gaps
    assert max(record.delays.values()) <= most + LONGEST + LOOK, record.delays


def test_memory_stays_bounded_while_pages_break(record: Record) -> None:
    assert record.idle > 20 * MEGABYTE
    assert record.peak - record.idle <= MOST_AT_ONCE, (record.idle, record.peak)


@pytest.mark.soak
@pytest.mark.alone
@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.heavy])
def test_a_heavy_page_costs_little_memory_by_itself(name: str, tmp_path: Path) -> None:
    found = asyncio.run(lived_through({name: FAULTS[name]}, tmp_path, hold=20))
    assert found.sources[name].named
    assert found.sources[name].recovered
    assert found.peak - found.idle <= MOST_MEMORY, (found.idle, found.peak)
    assert max(found.gaps.values()) <= EVERY * (1 + JITTER) + LATE, found.gaps
