"""What a thousand sources cost one `ticker run`: how late each is asked, the processor, the memory.

    .venv/bin/python bench/sources.py [--sources 1000] [--every 30] [--minutes 5] [--slow-host 100] [--plot OUT.svg]

This process is the sites: small lists on many addresses of loopback that change now and then, half of them with ETags,
and one host that takes 5 s for each answer. The service is a process of its own, `ticker run` with one listener more,
which tells when each poll was due. Late is from that instant until the question is here; the first polls of all
sources, of which each publishes its whole list, are told apart.
"""

import argparse
import asyncio
import cProfile
import json
import os
import platform
import random
import re
import signal
import socket
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time  # noqa: TID251 - what is measured is time
from zoneinfo import ZoneInfo

import httpx
import yaml
from drawing import Line, Panel, drawing

from ticker.demo.wording import headline

ROWS = 12
SLOWLY = 5.0  # seconds for an answer of the slow host
SLOW = "127.0.0.250"
ZONE = ZoneInfo("Asia/Beirut")
WINDOW = 10  # seconds of one point in the plot
PROMISED = 0.250  # seconds: 99 of 100 polls of healthy hosts are no later


@dataclass
class Options:
    """What is measured."""

    sources: int
    every: int  # seconds
    minutes: float
    slow_host: int  # sources of it
    hosts: int  # others
    news: float  # minutes between two lines of one source, on the average
    profile: Path | None

    def host(self, number: int) -> str:
        """Of the source *number*: those of the slow one are spread among the others."""
        if self.slow(number):
            return SLOW
        return f"127.0.{1 + number % self.hosts // 250}.{1 + number % self.hosts % 250}"

    def slow(self, number: int) -> bool:
        """Whether the source *number* is of the slow host."""
        share = self.slow_host / self.sources
        return int((number + 1) * share) > int(number * share)


# The sites


class Site:
    """The list of one source."""

    def __init__(self, number: int, dice: random.Random, news: float) -> None:
        self.etags = number % 2 == 0
        self._name = f"s{number}"
        self.dice = dice
        self._news = news * 60
        now = time()
        self._lines = [(now - 240 * place, headline(place, self._name)) for place in range(1, ROWS + 1)]
        self._written = ROWS
        self._next = now + self._wait()
        self._page: tuple[str, bytes] | None = None

    def page(self, now: float) -> tuple[str, bytes]:
        """Its ETag and its bytes."""
        while now >= self._next:
            self._written += 1
            self._lines = self.changed([(self._next, headline(self._written, self._name)), *self._lines[: ROWS - 1]])
            self._next += self._wait()
            self._page = None
        if self._page is None:
            rows = "".join(f"<li><span>{_clock(at)}</span><a>{words}</a></li>" for at, words in self._lines)
            page = (
                f"<!doctype html><meta charset=utf-8><title>{self._name}</title><h2>Live</h2><ul>{rows}</ul>".encode()
            )
            self._page = f'"{sha256(page).hexdigest()[:16]}"', page
        return self._page

    def changed(self, lines: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """The list after a new line, as it is to stand."""
        return lines

    def _wait(self) -> float:
        return self.dice.expovariate(1 / self._news)


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, ZONE):%H:%M}"


@dataclass
class Sites:
    """All of them, and who asked when."""

    sites: Sequence[Site]
    asked: list[tuple[int, float]] = field(default_factory=list)  # source, when
    statuses: Counter[int] = field(default_factory=Counter)

    def answer(self, head: bytes) -> tuple[bytes, float]:
        """To one question: the bytes, and how many seconds they take."""
        host = _header(head, b"host").partition(":")[0]
        path = head.split(b" ", 2)[1].decode()
        if not (found := re.fullmatch(r"/s/(\d+)", path)):
            return self._sent(404, b"nothing here"), 0.0
        now, number = time(), int(found[1])
        self.asked.append((number, now))
        site = self.sites[number]
        etag, page = site.page(now)
        validator = f"ETag: {etag}\r\n" if site.etags else ""
        known = site.etags and _header(head, b"if-none-match") == etag
        if known:
            return self._sent(304, b"", validator), SLOWLY if host == SLOW else 0.0
        status, body = self.page(number, page)
        return self._sent(status, body, validator) if status else b"", SLOWLY if host == SLOW else 0.0

    def page(self, number: int, page: bytes) -> tuple[int, bytes]:
        """What the source *number* is answered: a status, 0 where the connection just ends, and the bytes."""
        return 200, page

    def _sent(self, status: int, body: bytes, more: str = "") -> bytes:
        self.statuses[status] += 1
        size = "" if status == 304 else f"Content-Length: {len(body)}\r\nContent-Type: text/html\r\n"
        return f"HTTP/1.1 {status} -\r\n{size}{more}\r\n".encode() + body


def _header(head: bytes, name: bytes) -> str:
    found = re.search(rb"(?im)^%s:[ \t]*([^\r\n]*)" % name, head)
    return found[1].decode("latin-1").strip() if found else ""


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            answer, after = self._sites.answer(head)
            if after:
                asyncio.get_running_loop().call_later(after, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not isinstance(self._transport, asyncio.WriteTransport) or self._transport.is_closing():
            return
        if answer:
            self._transport.write(answer)
        else:
            self._transport.close()


# The service


def free_port() -> int:
    """Of loopback, that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configured(folder: Path, options: Options, sites: int, port: int) -> Path:
    """The configuration: a source a list."""
    sources = [
        {
            "name": f"s{number}",
            "title": f"Source {number}",
            "url": f"http://{options.host(number)}:{sites}/s/{number}",
            "heading": "Live",
            "timezone": "Asia/Beirut",
            "every": f"{options.every}s",
            "allow_private": True,
        }
        for number in range(options.sources)
    ]
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"server": {"port": port}, "store": "sqlite:///ticker.db", "sources": sources}))
    return path


def serve(config: str, profile: str) -> None:
    """Be the service: `ticker run`, and a line on standard output for every poll when it was due."""
    from apscheduler.events import EVENT_JOB_SUBMITTED, JobSubmissionEvent
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from ticker.__main__ import main as ticker

    def due(told: JobSubmissionEvent) -> None:
        if told.job_id.startswith("s"):
            print(f"{told.job_id[1:]} {told.scheduled_run_times[-1].timestamp():.6f}", flush=True)

    start = AsyncIOScheduler.start

    def started(self: AsyncIOScheduler, *words: bool) -> None:
        self.add_listener(due, EVENT_JOB_SUBMITTED)
        start(self, *words)

    AsyncIOScheduler.start = started
    sys.argv = ["ticker", "-c", config, "run"]
    if not profile:
        ticker()
        return
    profiler = cProfile.Profile()
    try:
        profiler.runcall(ticker)
    finally:
        profiler.dump_stats(profile)


@dataclass
class Measured:
    """What was seen from outside."""

    begin: float = 0.0
    due: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    cost: list[tuple[float, float, float]] = field(default_factory=list)  # when, processor seconds so far, MB
    metrics: list[str] = field(default_factory=list)  # of /metrics, after the first polls and at the end
    states: Counter[str] = field(default_factory=Counter)  # of the sources, at the end


async def measure(options: Options) -> tuple[Measured, Sites]:
    """Run the service for as long as was asked for."""
    dice = random.Random("sources")  # noqa: S311 - news of no meaning, the same in every run
    sites, measured = Sites([Site(number, dice, options.news) for number in range(options.sources)]), Measured()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(sites), "0.0.0.0", 0, backlog=4096)  # noqa: S104 - all of 127/8
    with TemporaryDirectory() as folder:
        port = free_port()
        config = configured(Path(folder), options, server.sockets[0].getsockname()[1], port)
        measured.begin = time()
        command = (sys.executable, __file__, "--as-service", str(config), str(options.profile or ""))
        with (config.parent / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=log)
        listening = asyncio.create_task(_listen(process, measured))
        try:
            await _watch(process, options, measured, f"http://127.0.0.1:{port}/")
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 20)
            if process.returncode is None:
                process.kill()
            await listening
        _complain((config.parent / "log").read_text("utf-8"))
    if len(measured.cost) < 5:
        raise SystemExit("the service has ended; see above")
    server.close()
    return measured, sites


async def _listen(process: asyncio.subprocess.Process, measured: Measured) -> None:
    assert process.stdout
    async for line in process.stdout:
        number, due = line.split()
        measured.due[int(number)].append(float(due))


async def _watch(process: asyncio.subprocess.Process, options: Options, measured: Measured, url: str) -> None:
    """Look at the process each second; ask it for its own figures after two rounds and at the end."""
    ends, asked_at = measured.begin + options.minutes * 60, [measured.begin + 2.2 * options.every]
    while (now := time()) < ends:
        if process.returncode is not None:
            return
        measured.cost.append((now, *_cost(process.pid)))
        if asked_at and now >= asked_at[0]:
            asked_at.pop()
            measured.metrics.append(await _told(url + "metrics"))
        await asyncio.sleep(max(0.0, 1 - (time() - now)))
    measured.metrics.append(await _told(url + "metrics"))
    sources = json.loads(await _told(url + "status.json") or "{}").get("sources", [])
    measured.states = Counter(f"{one['state']} {one['cause'] or ''}".strip() for one in sources)


async def _told(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        with suppress(httpx.HTTPError):
            answer = await client.get(url)
            return answer.text if answer.status_code == 200 else ""
    return ""


def _cost(pid: int) -> tuple[float, float]:
    """Seconds of the processor, and MB of memory, of a process."""
    after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    seconds = (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return seconds, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _complain(log: str) -> None:
    """Of the log, what is neither news nor the start."""
    odd = [line for line in log.splitlines() if '"level": "info"' not in line]
    for line in odd[:12]:
        print(line, file=sys.stderr)
    if len(odd) > 12:
        print(f"… and {len(odd) - 12} lines more", file=sys.stderr)


# What came out


@dataclass(frozen=True)
class Asked:
    """One poll: when it was due, and how late the question came, in seconds."""

    number: int
    due: float
    late: float
    first: bool  # of its source


def lateness(measured: Measured, sites: Sites) -> list[Asked]:
    """Each due poll with the first question of its source from then on."""
    questions: dict[int, list[float]] = defaultdict(list)
    for number, at in sites.asked:
        questions[number].append(at)
    found = []
    for number, dues in measured.due.items():
        for turn, due in enumerate(dues):
            place = bisect_left(questions[number], due - 0.05)
            if place < len(questions[number]):  # else it was due at the very end
                found.append(Asked(number, due, max(0.0, questions[number][place] - due), turn == 0))
    return sorted(found, key=lambda asked: asked.due)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def own_figures(before: str, after: str) -> dict[str, float]:
    """Quantiles of `ticker_poll_lateness_seconds` between two readings: upper bounds of the buckets they fall into."""
    counts = {bound: count - _buckets(before).get(bound, 0.0) for bound, count in _buckets(after).items()}
    if not counts:
        return {}
    total = counts.get(float("inf"), 0.0)
    return {name: next(b for b in sorted(counts) if counts[b] >= share * total) for name, share in SHARES.items()}


SHARES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}


def _buckets(told: str) -> dict[float, float]:
    """Upper bound -> so many polls, whatever their labels."""
    counts: dict[float, float] = defaultdict(float)
    for labels, count in re.findall(r"^ticker_poll_lateness_seconds_bucket\{([^}]*)\} (\S+)", told, re.MULTILINE):
        counts[float(re.findall(r'le="([^"]+)"', labels)[0])] += float(count)
    return counts


def summary(options: Options, measured: Measured, sites: Sites) -> dict[str, object]:
    """All figures."""
    polls = lateness(measured, sites)
    firsts = [poll.due + poll.late for poll in polls if poll.first]
    settled = max(firsts) if firsts else measured.begin
    groups = {
        "healthy hosts": [poll for poll in polls if not options.slow(poll.number) and not poll.first],
        "slow host": [poll for poll in polls if options.slow(poll.number) and not poll.first],
        "first polls, healthy hosts": [poll for poll in polls if not options.slow(poll.number) and poll.first],
        "healthy hosts, after the first minute": [
            poll for poll in polls if not options.slow(poll.number) and poll.due > measured.begin + 60
        ],
    }
    steady = [cost for cost in measured.cost if cost[0] >= settled] or measured.cost
    seconds = steady[-1][0] - steady[0][0] or 1.0
    whole = measured.cost[-1][0] - measured.cost[0][0]
    return {
        "sources": options.sources,
        "every_s": options.every,
        "polls": len(sites.asked),
        "polls_a_second": len(sites.asked) / whole,
        "settled_after_s": settled - measured.begin,
        "answers": dict(sites.statuses),
        "states": dict(measured.states),
        "late_ms": {name: _spread(group) for name, group in groups.items()},
        "late_ms_own": {
            name: bound * 1000 for name, bound in own_figures(*(measured.metrics[0], measured.metrics[-1])).items()
        },
        "never_asked": options.sources - len({number for number, _ in sites.asked}),
        "cpu_s_a_minute": (steady[-1][1] - steady[0][1]) / seconds * 60,
        "cpu_s_first_minute": next((c for at, c, _ in measured.cost if at >= measured.begin + 60), 0.0),
        "rss_mb": {"start": measured.cost[min(5, len(measured.cost) - 1)][2], "end": measured.cost[-1][2]},
    }


def _spread(polls: Sequence[Asked]) -> dict[str, float]:
    late = [poll.late * 1000 for poll in polls]
    return {
        "polls": len(late),
        **{name: quantile(late, share) for name, share in SHARES.items()},
        "max": max(late, default=0.0),
    }


def plot(options: Options, measured: Measured, sites: Sites, about: str) -> str:
    """How late over the minutes, and what it cost."""
    polls = [poll for poll in lateness(measured, sites) if not options.slow(poll.number)]
    windows: dict[int, list[float]] = defaultdict(list)
    for poll in polls:
        windows[int((poll.due - measured.begin) // WINDOW)].append(poll.late * 1000)
    lines = [
        Line(
            name, [((at + 0.5) * WINDOW / 60, max(quantile(late, share), 0.1)) for at, late in sorted(windows.items())]
        )
        for name, share in (("half", 0.5), ("99 of 100", 0.99), ("the latest", 1.0))
    ]
    cost = [
        ((one[0] - measured.begin) / 60, 100 * (later[1] - one[1]) / (later[0] - one[0]))
        for one, later in zip(measured.cost[::WINDOW], measured.cost[WINDOW::WINDOW], strict=False)
    ]
    memory = [((at - measured.begin) / 60, mb) for at, _, mb in measured.cost[::WINDOW]]
    return drawing(
        f"{options.sources} sources polled every {options.every} s by one process",
        [
            Panel("late, in milliseconds (healthy hosts)", "minutes since the start", lines, logarithmic=True),
            Panel(
                "processor (% of a core) and memory (MB)",
                "minutes since the start",
                [Line("processor", cost), Line("memory", memory)],
            ),
        ],
        about,
    )


def table(figures: Mapping[str, object]) -> Iterator[str]:
    """For a person."""
    for name, value in figures.items():
        if name == "late_ms" and isinstance(value, Mapping):
            yield f"\n{'late, ms':40}{'polls':>8}{'p50':>10}{'p90':>10}{'p99':>10}{'max':>10}"
            for group, spread in value.items():
                yield f"{group:40}{spread['polls']:8}" + "".join(f"{spread[p]:10.1f}" for p in (*SHARES, "max"))
            yield ""
        else:
            yield f"{name:24} {value:.1f}" if isinstance(value, float) else f"{name:24} {value}"


def machine() -> str:
    """Where this runs."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    if sys.argv[1:2] == ["--as-service"]:
        serve(*sys.argv[2:4])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--every", type=int, default=30, help="seconds between two polls of one source")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--slow-host", type=int, default=100, metavar="SOURCES", help="of a host that takes 5 s")
    parser.add_argument(
        "--hosts", type=int, default=90, help="healthy ones; sources that share one wait for each other, by a pause"
    )
    parser.add_argument("--news", type=float, default=30.0, metavar="MINUTES", help="between two lines of one source")
    parser.add_argument("--profile", type=Path, metavar="OUT.prof", help="of the loop of the service (slows it down)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg")
    asked = vars(parser.parse_args())
    as_json, drawn = asked.pop("json"), asked.pop("plot")
    options = Options(**asked)
    measured, sites = asyncio.run(measure(options))
    figures = summary(options, measured, sites)
    about = f"{options.sources} sources, every {timedelta(seconds=options.every)}; {machine()}"
    if drawn:
        drawn.write_text(plot(options, measured, sites, about), "utf-8")
    if as_json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for line in table(figures):
        print(line)


if __name__ == "__main__":
    main()
