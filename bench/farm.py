"""Thousands of news sites in one process that costs little: whole pages of 85 KB, of which only the list changes.

    .venv/bin/python bench/farm.py --sources 5000 --port 8080 [--news 15]

Each source is a host of its own, an address of loopback, and answers in full whatever is asked (no validators). Its
frame is that of `ticker demo`, with other words in it for each source, so that nothing that was learned of the texts of
one page helps with the next. Its list has 20 lines, and a new one every so many minutes, on the average.

It remembers who was asked when, and which line was first shown when: `/told/asked/SINCE` and `/told/shown` tell both as
JSON, `/told/seen` how many were asked at all. `/told/news/900` makes the mean between two lines 900 s from now on.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import monotonic, sleep, time  # noqa: TID251 - what is measured is time
from typing import Any, cast
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import uvloop

from ticker.demo.page import HEADING, page
from ticker.demo.wording import headline

ROWS = 20
ZONE = "Asia/Beirut"
LIST = '<ul class="list-12">\n</ul>'  # an empty one
GAP = "\x00"
PHRASES = 4_000  # from which the words of frames are taken
PATIENCE = 30.0  # seconds until the process answers
_TEXTS = re.compile(r"(?<=>)[^<>{}]{20,}(?=<)")  # of a frame, that are other words for each source


def host(number: int) -> str:
    """Of the source *number*: one of 15 million addresses."""
    rest, last = divmod(number, 250)
    second, third = divmod(rest, 250)
    return f"127.{1 + second}.{third}.{1 + last}"


def source(number: int, port: int, every: float) -> dict[str, object]:
    """The source *number* as config.yaml has it."""
    return {
        "name": f"s{number}",
        "title": f"Source {number}",
        "url": f"http://{host(number)}:{port}/{number}",
        "heading": HEADING,
        "language": "ar",
        "timezone": ZONE,
        "every": f"{every:g}s",
        "allow_private": True,
    }


# The pages


@cache
def _frame() -> tuple[str, str]:
    """What stands before and after the list, with a gap for each text of the source's own."""
    before, _, after = _TEXTS.sub(GAP, page([])).partition(LIST)
    return before, after


@cache
def _phrases() -> tuple[bytes, ...]:
    return tuple(headline(number // 8, f"frame {number % 8}").encode() for number in range(PHRASES))


def _own(part: str, number: int) -> Iterator[bytes]:
    """Part of a frame with the words of the source *number*."""
    phrases = _phrases()
    for place, piece in enumerate(part.split(GAP)):
        if place:
            yield phrases[(number * 7919 + place * 613 + len(part)) % PHRASES]
        yield piece.encode()


class Desk:
    """One source: its list, and what of it was shown; a line that left it before anybody asked is nobody's loss."""

    def __init__(self, number: int, dice: random.Random, zone: ZoneInfo, news: float) -> None:
        self.shown: list[tuple[str, float]] = []  # lines in the order in which they were first shown, and when
        self._name = f"s{number}"
        self._dice = dice
        self._zone = zone
        before, after = _frame()
        self._before, self._after = list(_own(before, number)), list(_own(after, number))
        now = time()
        self._lines = [self._line(now - news * (place + dice.random()), ROWS - place) for place in range(ROWS)]
        self._written = ROWS
        self._unshown = [text for _, text in reversed(self._lines)]
        self._list = b""
        self.quicken(now, news)

    def quicken(self, now: float, news: float) -> None:
        """A new line every *news* seconds from *now* on, on the average."""
        self._news = news
        self._next = now + self._wait()

    def body(self, now: float) -> bytes:
        """The whole page."""
        while now >= self._next:
            self._written += 1
            self._lines = [self._line(self._next, self._written), *self._lines[: ROWS - 1]]
            self._unshown.append(self._lines[0][1])
            self._next += self._wait()
            self._list = b""
        if self._unshown:
            self.shown += ((text, now) for text in self._unshown[-ROWS:])
            self._unshown = []
        self._list = self._list or b"<ul>%b</ul>" % b"".join(row for row, _ in self._lines)
        return b"".join((*self._before, self._list, *self._after))

    def _line(self, at: float, number: int) -> tuple[bytes, str]:
        """As the page has it, and its words."""
        text = headline(number, self._name)
        clock = f"{datetime.fromtimestamp(at, self._zone):%H:%M}"
        row = f'<li><span class="tag-5">{clock}</span><a href="/{self._name}/{number}">{text}</a></li>\n'
        return row.encode(), text

    def _wait(self) -> float:
        return self._dice.expovariate(1 / self._news)


class Farm:
    """All of them."""

    def __init__(self, sources: int, news: float) -> None:
        """*news*: seconds between two lines of one source, on the average."""
        dice, zone = random.Random("farm"), ZoneInfo(ZONE)  # noqa: S311 - news of no meaning, the same in every run
        self.desks = [Desk(number, dice, zone, news) for number in range(sources)]
        self.asked: list[tuple[int, float]] = []  # source, when
        self.seen: set[int] = set()

    def answer(self, head: bytes) -> bytes:
        """To one question."""
        path = head[4 : head.index(b" ", 4)].decode()
        if path[1:].isdecimal():
            number, now = int(path[1:]), time()
            self.asked.append((number, now))
            self.seen.add(number)
            return _answered(b"200 OK", b"text/html; charset=utf-8", self.desks[number].body(now))
        if path.startswith("/told/"):
            return _answered(b"200 OK", b"application/json", json.dumps(self._told(*path[6:].split("/"))).encode())
        return _answered(b"404 Not Found", b"text/plain", b"nothing here")  # robots.txt, for one

    def _told(self, what: str, given: str = "0") -> object:
        if what == "asked":
            return self.asked[bisect_left(self.asked, float(given), key=lambda each: each[1]) :]
        if what == "seen":
            return len(self.seen)
        if what == "shown":
            return {f"s{number}": desk.shown for number, desk in enumerate(self.desks)}
        now = time()
        for desk in self.desks:
            desk.quicken(now, float(given))
        return None


def _answered(status: bytes, kind: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (status, kind, len(body), body)


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by name

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._transport.write(self._farm.answer(head))


async def serve(sources: int, port: int, news: float) -> None:
    """Until the process ends."""
    farm = Farm(sources, news * 60)
    server = await asyncio.get_running_loop().create_server(lambda: Talk(farm), "0.0.0.0", port, backlog=4096)  # noqa: S104 - all of 127/8
    await server.serve_forever()


# For benches


@dataclass(frozen=True)
class Running:
    """The farm as a process of its own."""

    port: int
    pid: int

    def asked(self, since: float) -> list[tuple[int, float]]:
        """Source and instant of every question from *since* on, in its order."""
        return [(number, at) for number, at in self._told(f"asked/{since}")]

    def seen(self) -> int:
        """How many sources were asked at all."""
        return int(self._told("seen"))

    def shown(self) -> dict[str, list[tuple[str, float]]]:
        """Source -> its lines that somebody was shown, and when first."""
        return {name: [(text, at) for text, at in lines] for name, lines in self._told("shown").items()}

    def quicken(self, news: float) -> None:
        """A new line of a source every *news* seconds from now on, on the average."""
        self._told(f"news/{news}")

    def _told(self, what: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}/told/{what}", timeout=60) as answer:
            return json.load(answer)


@contextmanager
def farm(sources: int, port: int, news: float) -> Iterator[Running]:
    """The farm at *port*, once it answers."""
    command = [sys.executable, __file__, "--sources", str(sources), "--port", str(port), "--news", str(news)]
    process = subprocess.Popen(command)
    try:
        running, end = Running(port, process.pid), monotonic() + PATIENCE
        while True:
            try:
                running.seen()
                break
            except OSError:
                if monotonic() > end or process.poll() is not None:
                    raise SystemExit("the farm did not come up") from None
                sleep(0.1)
        yield running
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Compared:
    """What was shown with what was kept."""

    shown: int
    lost: int
    doubled: int
    strange: int  # kept, and shown by nobody


def compared(
    shown: Mapping[str, Sequence[tuple[str, float]]], kept: Iterable[tuple[str, str]], until: float
) -> Compared:
    """What became of the lines; those first shown after *until* may be on their way.

    Args:
        shown: source -> lines, and when each was first shown.
        kept: source and title of every item.
        until: an instant, as `time` has it.
    """
    counts = Counter(kept)
    known = {(name, text): at for name, lines in shown.items() for text, at in lines}
    return Compared(
        len(known),
        sum(1 for line, at in known.items() if at < until and line not in counts),
        sum(count - 1 for count in counts.values()),
        sum(1 for line in counts if line not in known),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--news", type=float, default=15.0, metavar="MINUTES", help="between two lines of one source")
    asked = parser.parse_args()
    uvloop.run(serve(asked.sources, asked.port, asked.news))


if __name__ == "__main__":
    main()
