"""What robots.txt lets programs read (RFC 9309): asked for once a day and host, kept in memory, bounded."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from weakref import WeakValueDictionary

import httpx
from protego import Protego

from ticker.errors import Cause, FetchError
from ticker.fetch.troubles import TooLateError, one_line
from ticker.model import Source

PRODUCT = "Ticker"  # the product token that groups of robots.txt name (RFC 9309 §2.2.1)
MOST_BYTES = 512_000  # of one robots.txt; the rest is not read (RFC 9309 §2.5: at least 500 KiB)
KEPT = timedelta(hours=24)  # RFC 9309 §2.4
RETRIED = timedelta(hours=1)  # with a copy that is older than that and cannot be had anew
FAILED = timedelta(seconds=15)  # that no other source asks for one that could not be had
LONG = 10_000  # characters that are not parsed on the loop: 5 ms
LARGE = 2_000_000  # characters of rules times those of an address that are not matched on the loop
MOST_HOSTS = 100_000  # one that is polled and not remembered would be asked for its rules each time
MOST_KEPT = 16_000_000  # characters of all copies: redirects to ever new hosts must not fill the memory
MOST_VERDICTS = 100  # addresses of one host of which it is known whether they may be read
LONGEST_DELAY = timedelta(days=1)  # of Crawl-delay, that is believed
ALONE = "if that alone is amiss, robots: ignore reads on"
NO_WAY = ("DNS:", "TLS:", "connection refused", "no connection", "what answers at this port")  # to the page either

_AGENT = re.compile(r"user[- ]?agent\s*[:\s]\s*([\w*-]*)", re.IGNORECASE)
_RULE = re.compile(r"(?:(?:dis|dia)\w*|allow|crawl[- ]delay)\s*[:\s]", re.IGNORECASE)

_Key: TypeAlias = tuple[str, bool]  # address of a robots.txt; whether it may be a private one
Read: TypeAlias = Callable[[Source, str], Awaitable[str]]
"""The text at an address, empty where there is none; raises FetchError."""


@dataclass(frozen=True, slots=True)
class Leave:
    """To read an address of a host."""

    delay: timedelta = timedelta()  # Crawl-delay: between two requests
    note: str = ""  # what the operator should know of it: a plain sentence


@dataclass(slots=True)
class _Copy:
    """What is known of one host."""

    asked_at: datetime
    read_at: datetime | None = None  # when its rules were; None where they could not be had
    rules: str = ""  # those that are for us
    delay: timedelta = timedelta()
    trouble: tuple[Cause, str, float | None] | None = None  # of the last attempt
    patience: timedelta = timedelta.max  # of the source that asked, where that ran out: to one with more, it is nothing
    verdicts: dict[str, bool] = field(default_factory=dict)  # address -> whether it may be read

    def current(self, now: datetime, patience: timedelta) -> bool:
        """Whether a source of so much *patience* need not ask for it again."""
        if patience > self.patience:
            return False
        span = KEPT if self.trouble is None else FAILED if self.read_at is None else RETRIED
        return abs(now - self.asked_at) < span

    async def allows(self, url: str) -> bool:
        """By the rules. They are parsed for each new address, as they would take fifty times their size in memory."""
        if not self.rules:
            return True
        if url not in self.verdicts:
            if len(self.verdicts) >= MOST_VERDICTS:
                self.verdicts.clear()
            self.verdicts[url] = await _verdict(self.rules, url)
        return self.verdicts[url]


class Robots:
    """Says of an address whether it may be read, and how often. Sources of one host ask it once between them.

    Args:
        read: reads a robots.txt, within limits.
        now: the time.
    """

    def __init__(self, read: Read, now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._copies: OrderedDict[_Key, _Copy] = OrderedDict()  # the one that was needed last is last
        self._kept = 0  # characters of all copies
        self._asking: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    async def check(self, source: Source, url: httpx.URL) -> Leave:
        """Leave to read *url*.

        Raises:
            FetchError: it may not be read, or it cannot be known whether it may.
        """
        copy = await self._copy(source, str(url.copy_with(raw_path=b"/robots.txt", userinfo=b"", fragment=None)))
        if copy.read_at is None and copy.trouble is not None:
            cause, detail, wait = copy.trouble
            told = detail if _is_of_the_host(detail) else f"{detail}, asked for robots.txt of {url.host}; {ALONE}"
            raise FetchError(cause, told, retry_after=wait)
        if not await copy.allows(str(url.copy_with(userinfo=b"", fragment=None))):
            path = one_line(url.raw_path.decode("ascii", "replace"))
            told = f"robots.txt of {url.host} forbids {path}; robots: ignore reads it all the same, where you may"
            raise FetchError("refused", told)
        return Leave(copy.delay, _note(url.host, copy))

    async def _copy(self, source: Source, url: str) -> _Copy:
        key = url, source.allow_private
        asking = self._asking.setdefault(key, asyncio.Lock())
        async with asking:
            held = self._copies.pop(key, None)
            self._kept -= len(held.rules) if held is not None else 0
            if held is not None and held.current(self._now(), source.timeout):
                self._keep(key, held)
                return held
            try:
                held = await self._anew(source, url, held)
            finally:  # a poll that is cancelled takes nothing with it
                if held is not None:
                    self._keep(key, held)
        return held

    async def _anew(self, source: Source, url: str, held: _Copy | None) -> _Copy:
        try:
            rules = ours(await self._read(source, url))
        except FetchError as error:
            trouble = error.cause, error.detail, error.retry_after
            patience = source.timeout if isinstance(error, TooLateError) else timedelta.max
            return replace(held or _Copy(self._now()), asked_at=self._now(), trouble=trouble, patience=patience)
        delay = (await _parsed(rules)).crawl_delay(PRODUCT) or 0
        return _Copy(self._now(), self._now(), rules, timedelta(seconds=min(delay, LONGEST_DELAY.total_seconds())))

    def _keep(self, key: _Key, copy: _Copy) -> None:
        self._copies[key] = copy
        self._kept += len(copy.rules)
        while len(self._copies) > MOST_HOSTS or self._kept > MOST_KEPT:
            _, gone = self._copies.popitem(last=False)
            self._kept -= len(gone.rules)


def ours(text: str) -> str:
    """The rules of a robots.txt that are for us or for everybody, and nothing else of it.

    A group is ours where its name up to any version is our whole product token: `Ticker/1.0`, but not `Tick`. Ten
    thousand names over ten thousand rules would make a hundred million of them.
    """
    kept: list[str] = []
    names: list[str] = []
    ruled = True  # a name after a rule begins another group
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.partition("#")[0].strip()
        if agent := _AGENT.match(line):
            names = [*([] if ruled else names), *({agent[1].lower()} & {PRODUCT.lower(), "*"})]
            ruled = False
        elif _RULE.match(line):
            if names and not ruled:
                kept += [f"user-agent: {name}" for name in dict.fromkeys(names)]
            ruled = True
            if names:
                kept.append(line)
    return "\n".join(kept)


async def _verdict(rules: str, url: str) -> bool:
    """Whether *url* may be read. 500 KB of rules are looked for in 8,000 characters for a third of a second."""
    if len(rules) <= LONG and len(rules) * len(url) <= LARGE:
        return Protego.parse(rules).can_fetch(url, PRODUCT)
    return await asyncio.to_thread(lambda: Protego.parse(rules).can_fetch(url, PRODUCT))


async def _parsed(rules: str) -> Protego:
    return await asyncio.to_thread(Protego.parse, rules) if len(rules) > LONG else Protego.parse(rules)


def _is_of_the_host(detail: str) -> bool:
    """Whether the page would come no more than the robots.txt: there is no way to its host."""
    return detail.startswith(NO_WAY) or "is at no public address" in detail


def _note(host: str, copy: _Copy) -> str:
    if copy.trouble is None or copy.read_at is None:
        return ""
    return f"robots.txt of {host} is not to be had ({copy.trouble[1]}): the rules of {copy.read_at:%Y-%m-%d} are kept"
