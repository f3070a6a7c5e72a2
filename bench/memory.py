"""Whether the memory of `ticker run` is flat: it polls as long as is asked, and is looked at every thousand polls.

    .venv/bin/python bench/memory.py [--polls 100000] [--sources 100] [--plot OUT.svg]

The sites are those of bench/sources.py, on many addresses of loopback, each asked every second: news, edits, 304s, and
one answer in twenty is a failure: 503, a connection that ends without an answer, a page without its heading, times that
cannot be read, a list that is cut, a page of a megabyte. Somebody reads the feeds, their archives, filtered variants
and the pages all the while. What grows for good is the database; its size is told beside the memory.
"""

import argparse
import asyncio
import os
import platform
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
import yaml
from drawing import Line, Panel, drawing
from sources import Site, Sites, Talk, free_port

from ticker.demo.wording import longer

STEP = 1_000  # polls from one look to the next
FAULTS = 0.05  # of all answers
EDITS = 0.2  # of the changes of a list: a line is made longer as well
PATHS = (
    "feed.rss", "feed.json", "feed.atom", "s0/feed.rss", "s1/feed.json", "", "status", "status.json", "metrics",
    "healthz", "archive/1.rss", "feed.rss?q={}", "feed.json?q={}", "s2/", "opml", "feed.atom?limit=5",
)  # fmt: skip

WORDS = ("rain", "port", "council", "storm", "bridge")  # looked for


class Edited(Site):
    """A list whose lines are edited now and then."""

    def changed(self, lines: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """With a word more in one of the upper lines."""
        if self.dice.random() < EDITS:
            place = self.dice.randrange(1, 5)
            at, words = lines[place]
            lines[place] = at, longer(words, self.dice)
        return lines


class Unwell(Sites):
    """Sites that fail now and then."""

    def __init__(self, sites: Sequence[Site], dice: random.Random) -> None:
        super().__init__(sites)
        self._dice = dice

    def page(self, number: int, page: bytes) -> tuple[int, bytes]:
        """The status and the bytes; no status where the connection just ends."""
        if self._dice.random() >= FAULTS:
            return 200, page
        faults = (
            (503, b"<h1>Service Unavailable</h1>"),
            (0, b""),
            (200, page.replace(b"Live", b"Elsewhere")),
            (200, re.sub(rb"\d\d:\d\d<", b"--:--<", page)),
            (200, page[: page.index(b"</li>")] + b"</li></ul>"),
            (200, page + b"<p>and so on</p>" * 65_536),
        )
        return self._dice.choice(faults)


@dataclass(frozen=True)
class Look:
    """The process after so many polls."""

    polls: int
    seconds: float
    mb: float  # resident
    database_mb: float
    reads: int  # of readers, so far


def configured(folder: Path, sources: int, sites: int, port: int) -> Path:
    """A source a list, each second; feeds so small that archives are closed all the time."""
    listed = [
        {
            "name": f"s{number}",
            "url": f"http://127.0.1.{1 + number}:{sites}/s/{number}",
            "heading": "Live",
            "timezone": "Asia/Beirut",
            "every": "1s",
            "allow_private": True,
        }
        for number in range(sources)
    ]
    feed = {"min_items": 20, "max_items": 60, "max_age": "10m"}
    path = folder / "config.yaml"
    path.write_text(
        yaml.safe_dump({"server": {"port": port}, "store": "sqlite:///t.db", "feed": feed, "sources": listed})
    )
    return path


async def looks(polls: int, sources: int, shown: Callable[[Sequence[Look]], None]) -> list[Look]:
    """One process, from its start to so many polls; *shown* gets what there is after each look."""
    dice = random.Random("memory")  # noqa: S311 - faults of no meaning
    sites = Unwell([Edited(number, dice, news=1.0) for number in range(sources)], dice)
    everywhere = "0.0.0.0"  # noqa: S104 - all of 127/8
    server = await asyncio.get_running_loop().create_server(lambda: Talk(sites), everywhere, 0, backlog=4096)
    with TemporaryDirectory() as folder:
        port = free_port()
        config = configured(Path(folder), sources, server.sockets[0].getsockname()[1], port)
        service, reader = Service(config), Reader(f"http://127.0.0.1:{port}/", dice)
        reading = asyncio.create_task(reader.keeps_reading())
        try:
            return await _watched(service, sites, polls, reader, shown)
        finally:
            reading.cancel()
            service.stop()
            server.close()


class Service:
    """`ticker run`, from outside."""

    def __init__(self, config: Path) -> None:
        self._database, self._log = config.parent / "t.db", config.parent / "log"
        command = (sys.executable, "-m", "ticker", "-c", str(config), "run")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def look(self) -> tuple[float, float]:
        """MB that are resident, and MB of the database."""
        if self._process.poll() is not None:
            raise SystemExit(f"the service has ended: {self._log.read_text('utf-8')[-2000:]}")
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        size = self._database.stat().st_size if self._database.exists() else 0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, size / 1e6

    def stop(self) -> None:
        """As a person would; then as the system would."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Reader:
    """Whoever reads: some ten times a second, each time something else."""

    def __init__(self, url: str, dice: random.Random) -> None:
        self.reads = 0
        self._url = url
        self._dice = dice

    async def keeps_reading(self) -> None:
        """Until it is cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            while True:
                path = self._dice.choice(PATHS).format(self._dice.choice(WORDS))
                with suppress(httpx.HTTPError):
                    await client.get(self._url + path)
                    self.reads += 1
                await asyncio.sleep(0.1)


async def _watched(
    service: Service, sites: Sites, polls: int, reader: Reader, shown: Callable[[Sequence[Look]], None]
) -> list[Look]:
    found: list[Look] = []
    began = perf_counter()
    while len(found) * STEP <= polls:
        mb, database = service.look()
        if len(sites.asked) >= len(found) * STEP:
            found.append(Look(len(found) * STEP, perf_counter() - began, mb, database, reader.reads))
            shown(found)
        await asyncio.sleep(0.1)
    return found


def slope(found: Sequence[Look]) -> float:
    """KB per 1,000 polls over the last half: the least squares."""
    last = found[len(found) // 2 :]
    middle_x, middle_y = (sum(values) / len(last) for values in ([one.polls for one in last], [one.mb for one in last]))
    across = sum((one.polls - middle_x) ** 2 for one in last)
    along = sum((one.polls - middle_x) * (one.mb - middle_y) for one in last)
    return along / across * STEP * 1000 if across else 0.0


def _row(look: Look) -> str:
    return f"{look.polls:8,}{look.seconds:9.0f}{look.mb:9.1f}{look.database_mb:13.1f}{look.reads:8,}"


def table(found: Sequence[Look], rows: int = 20) -> Iterator[str]:
    """For a person: some of the looks."""
    yield f"{'polls':>8}{'seconds':>9}{'RSS, MB':>9}{'database, MB':>13}{'reads':>8}"
    yield from (_row(look) for look in found[:: max(1, len(found) // rows)])
    yield f"\nlast half: {slope(found):+.1f} KB per 1,000 polls"


def plot(found: Sequence[Look], about: str) -> str:
    """Memory over the polls, and the database beside it."""
    memory = Line("resident memory", [(one.polls / STEP, one.mb) for one in found[1:]])
    database = Line("database", [(one.polls / STEP, one.database_mb) for one in found[1:]])
    across = "thousand polls"
    panels = [Panel("memory of the process, MB", across, [memory]), Panel("database on disk, MB", across, [database])]
    return drawing(f"Memory over {found[-1].polls:,} polls", panels, about)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=100, help="250 at most")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg")
    asked = parser.parse_args()

    def shown(found: Sequence[Look]) -> None:
        """So that a long run that is cut short has been worth something."""
        print(_row(found[-1]), file=sys.stderr, flush=True)
        if asked.plot and len(found) > 2:
            about = f"{asked.sources} sources each second, {slope(found):+.1f} KB per 1,000 polls over the last half; "
            asked.plot.write_text(plot(found, f"{about}Python {platform.python_version()}"), "utf-8")

    for line in table(asyncio.run(looks(asked.polls, asked.sources, shown))):
        print(line)


if __name__ == "__main__":
    main()
