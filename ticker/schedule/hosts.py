"""Let polls of one host take turns: so many at once, and a pause between two starts."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from ticker.model import Source

AT_ONCE = 200  # polls: a source has a connection, a page in memory and maybe a thread
OF_ONE_HOST = 4
PAUSE = 0.2  # seconds between two starts on one host: its sources seldom meet, and are hardly late where they do
SHARE = 0.25  # of the time that its sources leave each other: arrivals are random, at 1 the queue would never end
SLACK = 0.02  # seconds that a start may come late without delaying those after it; not where the host asks
DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(source: Source) -> str:
    """Who is asked: name, and port where it is not the usual one."""
    parts = urlsplit(source.urls[0])
    name = (parts.hostname or "").rstrip(".")
    return name if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{name}:{parts.port}"


class Hosts:
    """All hosts that are polled. Tell it with `know` which sources there are; poll inside of `turn`."""

    def __init__(self, crawl_delay: Callable[[Source], timedelta]) -> None:
        self._crawl_delay = crawl_delay
        self._hosts: dict[str, _Host] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def know(self, sources: Sequence[Source]) -> None:
        """These are polled from now on."""
        shared: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            shared[host_of(source)].append(source)
        self._hosts = {name: host for name, host in self._hosts.items() if name in shared or host.busy}
        for name, those in shared.items():
            self._host(name).share(those)

    def sharing(self, source: Source) -> int:
        """How many sources are polled on the host of *source*, itself included."""
        host = self._hosts.get(host_of(source))
        return max(host.sources, 1) if host else 1

    def started(self, host: str, at: float) -> None:
        """Another process has begun a poll of *host*; *at* is by the clock of the loop."""
        self._host(host).started(at)

    @asynccontextmanager
    async def turn(self, source: Source) -> AsyncIterator[None]:
        """Wait for the turn of *source*, first come, first served; a place is held to the end of the block.

        Those who wait for a slow host hold no place that others could have.
        """
        host = self._host(host_of(source))
        async with host.turn(lambda: self._crawl_delay(source)), self._places:
            yield

    def _host(self, name: str) -> "_Host":
        return self._hosts.setdefault(name, _Host())


class _Host:
    def __init__(self) -> None:
        self.sources = 0
        self.busy = 0  # who waits or polls
        self._pause = PAUSE
        self._places = asyncio.Semaphore(OF_ONE_HOST)
        self._gate = asyncio.Lock()
        self._started = float("-inf")  # the last one, by the clock of the loop
        self._paced = float("-inf")  # when it should have started

    def share(self, sources: Sequence[Source]) -> None:
        self.sources = len(sources)
        self._pause = min(PAUSE, SHARE / sum(1 / source.every.total_seconds() for source in sources))

    def started(self, at: float) -> None:
        self._started, self._paced = max(self._started, at), max(self._paced, at)

    @asynccontextmanager
    async def turn(self, crawl_delay: Callable[[], timedelta]) -> AsyncIterator[None]:
        self.busy += 1
        try:
            async with self._places:
                async with self._gate:
                    await self._pass(crawl_delay)
                yield
        finally:
            self.busy -= 1

    async def _pass(self, crawl_delay: Callable[[], timedelta]) -> None:
        """A look before and after: what robots.txt asks may have been learnt meanwhile."""
        loop = asyncio.get_running_loop()
        for _ in range(2):
            allowed = max(self._paced + self._pause, self._started + crawl_delay().total_seconds())
            await asyncio.sleep(max(allowed - loop.time(), 0))
        self._started = loop.time()
        self._paced = max(self._paced + self._pause, self._started - SLACK)
