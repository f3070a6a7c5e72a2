"""How often one address may ask for what costs: never what a feed reader asks, however often it polls.

Feeds, archives, files and /healthz are answered from memory and are never counted. What is counted is searches and
older days of the pages, the API, permalinks, and filtered feeds that have to be made; of the latter, so many are free
that a reader with hundreds of them may poll each minute.
"""

from asyncio import Semaphore
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from urllib.parse import unquote_plus

from starlette.types import Scope

from ticker.serve.addresses import Addresses

MOST = 10_000  # addresses that are known at a time; whoever comes back after that begins anew

_SEARCHES = frozenset(("q", "not", "day", "before"))  # keys of pages that look into the store


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: int
    a_second: float


PAGES = Rate(burst=60, a_second=2.0)
A_SECOND = 20.0  # tokens for a second of work, beside the one of each request
DEAREST = 20.0  # tokens at most: on a busy machine all takes longer, and is nobody's fault
AT_ONCE = 2  # requests of an address that are answered at the same time
VARIANTS = Rate(burst=600, a_second=10.0)


class Buckets:
    """A bucket of tokens for each key, full at first (token bucket: RFC 2697 §3, with one rate).

    Args:
        rate: how many it holds, and how fast it fills.
        timer: seconds on any clock that only goes forward.
        most: buckets; the one used longest ago goes first.
    """

    def __init__(self, rate: Rate, timer: Callable[[], float], *, most: int = MOST) -> None:
        self._rate = rate
        self._timer = timer
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when that was

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, key: str) -> int:
        """Seconds until the next token of *key*, rounded up; 0 where one is there."""
        return ceil(max(0.0, 1.0 - self._tokens(key)) / self._rate.a_second)

    def owed(self, key: str) -> int:
        """Seconds until *key* has paid for what it was charged; 0 where it has."""
        return ceil(max(0.0, -self._tokens(key)) / self._rate.a_second)

    def take(self, key: str) -> int:
        """Take a token of *key*; 0, or the seconds until there is one."""
        if wait := self.wait(key):
            return wait
        self._buckets[key] = (self._tokens(key) - 1.0, self._timer())
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0

    def charge(self, key: str, tokens: float) -> None:
        """Take so many more of *key*, also those that are not there yet."""
        self._buckets[key] = (self._tokens(key) - tokens, self._timer())
        self._buckets.move_to_end(key)

    def _tokens(self, key: str) -> float:
        tokens, since = self._buckets.get(key, (float(self._rate.burst), 0.0))
        return min(float(self._rate.burst), tokens + (self._timer() - since) * self._rate.a_second)


class Rates:
    """What each address has asked for.

    Args:
        addresses: who asks.
        timer: seconds on any clock that only goes forward.
    """

    def __init__(
        self, addresses: Addresses, timer: Callable[[], float], *, pages: Rate = PAGES, variants: Rate = VARIANTS
    ) -> None:
        self._addresses = addresses
        self._timer = timer
        self._lanes: dict[str, tuple[Semaphore, int]] = {}  # of the addresses that are being answered, and how many are
        self._pages = Buckets(pages, timer)
        self._variants = Buckets(variants, timer)

    @asynccontextmanager
    async def turn(self, scope: Scope) -> AsyncIterator[int]:
        """Answer what looks into the store, in here: gives the seconds to wait before it may be asked again; 0: now.

        Of one address two at a time, and what takes long is charged for: else a few that cost most, within their
        number, would keep everybody waiting.
        """
        address = self._addresses.of(scope) if is_costly(scope) else None
        if address is None:
            yield 0
        elif wait := self._pages.take(address):
            yield wait
        else:
            async with self._lane(address):
                if wait := self._pages.owed(address):
                    yield wait
                    return
                began = self._timer()
                try:
                    yield 0
                finally:
                    self._pages.charge(address, min((self._timer() - began) * A_SECOND, DEAREST))

    @asynccontextmanager
    async def _lane(self, address: str) -> AsyncIterator[None]:
        lane, users = self._lanes.get(address, (Semaphore(AT_ONCE), 0))
        self._lanes[address] = (lane, users + 1)
        try:
            async with lane:
                yield
        finally:
            lane, users = self._lanes.pop(address)
            if users > 1:
                self._lanes[address] = (lane, users - 1)

    def variant(self, scope: Scope) -> int:
        """Seconds to wait before a filtered feed is made; 0: now."""
        return self._take(self._variants, scope)

    def _take(self, buckets: Buckets, scope: Scope) -> int:
        address = self._addresses.of(scope)
        return buckets.take(address) if address is not None else 0


def is_costly(scope: Scope) -> bool:
    """Whether the answer has to be looked for in the store: the API, permalinks, searches and older days."""
    path, query = scope["path"], scope["query_string"]
    if path.startswith(("/api/", "/item/")):
        return True
    keys = (pair.partition("=")[0] for pair in query.decode("latin-1").split("&")) if query else ()
    return path.endswith("/") and any(unquote_plus(key) in _SEARCHES for key in keys)
