"""Thousands of sources on `ticker worker` and PostgreSQL, beside one `ticker run` on SQLite: how late, at what cost.

    .venv/bin/python bench/cluster.py [--sources 5000] [--workers 2] [--rates 50 75 100 150 200] [--seconds 100]
        [--curve 100 1000 10000] [--growth 600] [--baseline 1000] [--slower 20 30 40] [--plot OUT.svg] [--json OUT.json]
        [--server URL]

The sources are those of `farm.py`: whole pages of 85 KB, a host each, one poll in nine with news. Each shape begins
with an empty store and reads every source once; then the rate is raised, step by step, by a shorter `every` in
config.yaml, until 99 of 100 polls are no longer less than a second late, or a tenth of them is not made. What it is
compared with has as many sources as --baseline says, and after the first rate those of --slower.

Late is from when a poll was due to its begin, written down by the process itself; how long a source was really left
alone is seen by the farm. At the end every line that was ever shown is looked for among the items. Costs are seconds
of the processor of each part, by the kernel.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep, time  # noqa: TID251 - what is measured is time

import yaml
from drawing import Line, Panel, drawing
from farm import Compared, Running, compared, farm, source
from jobs import SHARES, quantile
from postgres import Server, free_port, load, memory, postgres, psql, query, sizes, spent

from ticker.store.order import ORDER

BEARABLE = 1.0  # second that 99 of 100 polls may be late
DONE = 0.9  # of the polls that are asked for; below that it is full, for a source that is late is due later
SETTLE = 15.0  # seconds until a changed configuration has been taken over
CALM = 10.0  # seconds in which nothing was late
RECOVERED = 300.0  # seconds that such ten are waited for, at most: from the first polls of a source on
QUIET = 10.0  # seconds before the end: lines that were first shown later may be on their way
LOOSE = 1.1  # times `every`: the wait of a poll that is not late, dice included
PATIENCE = 60.0  # seconds for a process to end


@dataclass(frozen=True)
class Options:
    """What is measured."""

    sources: int
    workers: int
    rates: Sequence[float]  # polls a second
    seconds: float  # of a step
    curve: Sequence[int]  # other numbers of sources, at the first rate
    growth: float  # seconds at the first rate, in which the database is watched
    news: float  # polls of a source between two lines, on the average

    def less(self, sources: int, rates: Sequence[float]) -> "Options":
        """For what it is compared with, where the first reading of all takes as long as everything else."""
        curve = [count for count in self.curve if count <= sources]
        return replace(self, sources=sources, curve=curve, rates=[self.rates[0], *rates])


@dataclass(frozen=True)
class Step:
    """One rate, as it was borne. Costs are milliseconds of the processor a poll."""

    sources: int
    asked: float  # polls a second
    polls: float  # a second
    late: Mapping[str, float]  # seconds
    overslept: float  # share of the pauses that were longer than the longest wait and a second
    polling: float
    database: float
    farm: float
    ordered: float  # share of the time in which somebody was writing news: nobody else could
    grown: float  # bytes of the database a poll
    held: float  # megabytes of the largest process


class Shape:
    """Processes of ours on one store, with what they cost.

    Args:
        folder: where their configuration and their logs are.
        sites: the farm.
        commands: what each process is told: ("run",), ("worker",).
        server: of the store; None for SQLite.
    """

    def __init__(self, folder: Path, sites: Running, commands: Sequence[str], server: Server | None) -> None:
        self._folder = folder
        self._sites = sites
        self._commands = commands
        self._server = server
        self._port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def configure(self, sources: int, every: float) -> None:
        """From now on; processes that run take it over within some seconds."""
        settings = {
            "server": {"port": self._port},
            "store": self._server.url if self._server else "sqlite:///ticker.db",
            "sources": [source(number, self._sites.port, every) for number in range(sources)],
        }
        written = self._folder / "config.new"
        written.write_text(yaml.dump(settings, Dumper=yaml.CSafeDumper))
        written.rename(self._folder / "config.yaml")

    @contextmanager
    def running(self) -> Iterator[None]:
        """All processes, ended as their operator would."""
        for number, command in enumerate(self._commands):
            words = (sys.executable, __file__, "--as-ticker", str(self._folder), str(number), command)
            with (self._folder / f"log{number}").open("ab") as log:
                self._processes.append(subprocess.Popen(words, stdout=log, stderr=log))
        try:
            yield
        finally:
            for process in self._processes:
                process.send_signal(signal.SIGTERM)
            for process in self._processes:
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
            self._complain()

    def until_read(self, sources: int) -> None:
        """Until that many sources were asked, and what follows from their first lists is published."""
        begin = time()
        while (done := self._sites.seen()) < sources:
            self._look()
            print(f"\r{done} of {sources} read after {time() - begin:.0f} s ", end="", file=sys.stderr)
            sleep(2.0)
        print(f"\r{sources} read after {time() - begin:.0f} s    ", file=sys.stderr)
        self.until_calm(RECOVERED)

    def until_calm(self, most: float) -> None:
        """Until what came before, as thousands of first lists, holds nothing up any more; *most* seconds at most."""
        begin = now = time()
        while now - begin < most:
            sleep(CALM)
            since, now = now, time()
            late = [each for at, each in self._late() if since <= at < now]
            if late and quantile(late, SHARES["p99"]) < BEARABLE:
                break
        print(f"calm after {now - begin:.0f} s", file=sys.stderr)

    def step(self, sources: int, every: float, seconds: float) -> Step:
        """So many seconds as it runs now."""
        pids = [process.pid for process in self._processes]
        begin, before, size = time(), self._spent(pids), self._size()
        with self._watched() as ordered:
            sleep(seconds)
        end, after, grown = time(), self._spent(pids), self._size() - size
        self._look()
        late = [each for at, each in self._late() if begin <= at < end]
        asked = self._sites.asked(begin - 2 * every)
        polls = max(sum(1 for _, at in asked if begin <= at < end), 1)
        polling, database, farm = ((then - first) / polls * 1000 for first, then in zip(before, after, strict=True))
        return Step(
            sources,
            sources / every,
            polls / (end - begin),
            {name: quantile(late, share) for name, share in SHARES.items()} | {"max": max(late, default=0.0)},
            _overslept(asked, begin, end, LOOSE * every + 1),
            polling,
            database,
            farm,
            ordered=sum(ordered) / max(len(ordered), 1),
            grown=grown / polls,
            held=max(memory(pid) for pid in pids),
        )

    @contextmanager
    def _watched(self) -> Iterator[list[int]]:
        """Whether the order of writers (`store.order`) is held, looked at each 50 ms; filled in when the block ends."""
        found: list[int] = []
        if self._server is None:
            yield found
            return
        asked = "select count(*) from pg_locks where locktype = 'advisory' and granted and (classid, objid) = (%s, %s)"
        script, told = self._folder / "watch.sql", self._folder / "watched"
        script.write_text(asked % divmod(ORDER, 1 << 32) + " \\watch 0.05\n")
        with told.open("w") as out:
            process = subprocess.Popen(psql(self._server.url, "-f", str(script)), stdout=out)
        try:
            yield found
        finally:
            process.terminate()
            process.wait()
        found += (int(line) for line in told.read_text().splitlines() if line.isdecimal())

    def _spent(self, polling: Sequence[int]) -> tuple[float, float, float]:
        """Seconds of the processor so far: those who poll, PostgreSQL, the farm."""
        return spent(polling), self._server.seconds() if self._server else 0.0, spent([self._sites.pid])

    def kept(self) -> list[tuple[str, str]]:
        """Source and title of every item."""
        if self._server:
            told = query(self._server.url, "select json_build_array(source, title) from items")
            return [(name, title) for name, title in map(json.loads, told.splitlines())]
        with sqlite3.connect(self._folder / "ticker.db") as db:
            return list(db.execute("select source, title from items"))

    def tables(self) -> Mapping[str, tuple[int, int]]:
        """Bytes and rows of each table on PostgreSQL."""
        return sizes(self._server.url) if self._server else {}

    def _size(self) -> int:
        """Bytes of the store."""
        if self._server:
            return int(query(self._server.url, "select pg_database_size(current_database())"))
        return sum(path.stat().st_size for path in self._folder.glob("ticker.db*"))

    def _late(self) -> list[tuple[float, float]]:
        """When each poll began, and how late, in seconds."""
        lines = (line for path in self._folder.glob("late*") for line in path.read_text().splitlines(keepends=True))
        whole = (line.split() for line in lines if line.endswith("\n"))
        return [(float(at), float(late)) for at, late in whole]

    def _look(self) -> None:
        if any(process.poll() is not None for process in self._processes):
            raise SystemExit("a process has ended")

    def _complain(self) -> None:
        """Of the logs, what is neither news nor the start."""
        for path in sorted(self._folder.glob("log*")):
            odd = [line for line in path.read_text("utf-8").splitlines() if '"level": "info"' not in line]
            for line in odd[:8]:
                print(f"{path.name}: {line}", file=sys.stderr)
            if len(odd) > 8:
                print(f"{path.name}: … and {len(odd) - 8} lines more", file=sys.stderr)


def _overslept(asked: Sequence[tuple[int, float]], begin: float, end: float, most: float) -> float:
    """The share of pauses of a source, ended in that time, that were longer than *most* seconds."""
    last: dict[int, float] = {}
    pauses = []
    for number, at in asked:
        if number in last and begin <= at < end:
            pauses.append(at - last[number])
        last[number] = at
    return sum(1 for pause in pauses if pause > most) / max(len(pauses), 1)


def pause(sources: int, rate: float) -> float:
    """Seconds from one poll of a source to the next, in whole ones as `every` has them."""
    return max(1.0, round(sources / rate))


def be_ticker(folder: Path, number: str, command: str) -> None:
    """Be one process of Ticker, and write down of every poll when it began and how late."""
    from ticker.__main__ import main as ticker
    from ticker.model import Source
    from ticker.poller import Poller

    started, late = Poller.started, (folder / f"late{number}").open("a", buffering=1)

    def noted(self: Poller, source: Source, lateness: timedelta) -> None:
        late.write(f"{time():.3f} {max(lateness.total_seconds(), 0.0):.4f}\n")
        started(self, source, lateness)

    Poller.started = noted  # type: ignore[method-assign]  # it is looked at from within
    os.chdir(folder)
    sys.argv = ["ticker", "-c", str(folder / "config.yaml"), command]
    ticker()


@dataclass(frozen=True)
class Growth:
    """The database over many minutes at one rate."""

    first: Step  # just before, after the first lists of all
    seconds: float
    before: Mapping[str, tuple[int, int]]  # bytes and rows of each table
    after: Mapping[str, tuple[int, int]]
    minutes: Sequence[Step]

    @property
    def usual(self) -> Step:
        """The minute in the middle, by its lateness: two cores that others use as well have good and bad ones."""
        return sorted(self.minutes, key=lambda step: step.late["p99"])[len(self.minutes) // 2]


@dataclass
class Course:
    """What became of one shape."""

    curve: list[Step] = field(default_factory=list)  # ever more sources, as many polls a second
    ladder: list[Step] = field(default_factory=list)  # the same sources, ever more often
    growth: Growth | None = None
    compared: Compared | None = None


def course(name: str, options: Options, url: str) -> Course:
    """All that is asked of one shape, on one store."""
    counts = sorted({*options.curve, options.sources})
    every, found = pause(counts[0], options.rates[0]), Course()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-cluster-")))
        server = stack.enter_context(postgres(url)) if name != "sqlite" else None
        sites = stack.enter_context(farm(counts[-1], free_port(), options.news * every / 60))
        commands = ["worker"] * options.workers if name == "cluster" else ["run"]
        shape = Shape(folder, sites, commands, server)
        shape.configure(counts[0], every)
        with shape.running():
            for count in counts:
                every = pause(count, options.rates[0])
                shape.configure(count, every)
                sites.quicken(options.news * every)
                shape.until_read(count)
                found.curve.append(shape.step(count, every, options.seconds))
                tell(name, found.curve[-1])
                if count == options.sources:
                    if server and options.growth:
                        found.growth = watched(shape, found.curve[-1], every, options.growth)
                        found.curve[-1] = found.growth.usual
                    found.ladder = [found.curve[-1], *ladder(name, shape, sites, options)]
        found.compared = compared(sites.shown(), shape.kept(), time() - QUIET)
        print(f"{name}: {found.compared}", file=sys.stderr)
    if found.growth:
        tell_growth(found.growth)
    return found


def ladder(name: str, shape: Shape, sites: Running, options: Options) -> Iterator[Step]:
    """The other rates, until one is no longer borne."""
    every = pause(options.sources, options.rates[0])
    for rate in options.rates[1:]:
        before, every = every, pause(options.sources, rate)
        shape.configure(options.sources, every)
        sites.quicken(options.news * every)
        sleep(SETTLE + min(before, every))
        shape.until_calm(before)
        step = shape.step(options.sources, every, max(options.seconds, every))
        tell(name, step)
        yield step
        if step.late["p99"] > BEARABLE or step.polls < DONE * step.asked:
            return


def watched(shape: Shape, first: Step, every: float, seconds: float) -> Growth:
    """So many seconds at one rate, minute by minute."""
    begin, before, minutes = time(), shape.tables(), list[Step]()
    while (passed := time() - begin) < seconds:
        minutes.append(shape.step(first.sources, every, min(60.0, seconds - passed)))
        tell("growing", minutes[-1])
    return Growth(first, time() - begin, before, shape.tables(), minutes)


# What came out

HEAD = (
    f"{'':10}{'sources':>8}{'asked/s':>9}{'polls/s':>9}{'p50 ms':>8}{'p90 ms':>8}{'p99 ms':>8}{'max ms':>8}"
    f"{'late %':>8}{'polling':>9}{'database':>9}{'farm':>6}{'order %':>9}{'B/poll':>8}{'MB':>6}"
)


def tell(name: str, step: Step) -> None:
    """For a person."""
    late = "".join(f"{step.late[share] * 1000:8.0f}" for share in (*SHARES, "max"))
    print(
        f"{name:10}{step.sources:8}{step.asked:9.1f}{step.polls:9.1f}{late}{step.overslept * 100:8.2f}"
        f"{step.polling:9.2f}{step.database:9.2f}{step.farm:6.2f}{step.ordered * 100:9.1f}"
        f"{step.grown:8.0f}{step.held:6.0f}",
        flush=True,
    )


def tell_growth(growth: Growth) -> None:
    """The tables that became larger, the most first."""
    before, after = growth.before, growth.after
    print(f"{'table':24}{'MB':>10}{'MB':>10}{'KB/s':>10}{'rows':>10}   in {growth.seconds:.0f} s")
    for name in sorted(after, key=lambda name: before[name][0] - after[name][0]):
        grown = after[name][0] - before[name][0]
        if grown > 0:
            sides = f"{before[name][0] / 1e6:10.1f}{after[name][0] / 1e6:10.1f}{grown / growth.seconds / 1e3:10.1f}"
            print(f"{name:24}{sides}{after[name][1] - before[name][1]:10}")


def plot(found: Mapping[str, Course], about: str) -> str:
    """Cost by the number of sources, lateness by the rate."""
    costs = [
        Line(f"{name}, {part}", [(step.sources / 1000, getattr(step, part)) for step in course.curve])
        for name, course in found.items()
        for part in ("polling", "database")
        if any(getattr(step, part) for step in course.curve)
    ]
    late = [
        Line(name, [(step.polls, max(step.late["p99"] * 1000, 1.0)) for step in course.ladder])
        for name, course in found.items()
    ]
    return drawing(
        "What a poll costs, and how late it is",
        [
            Panel("processor a poll, in milliseconds", "thousand sources", costs),
            Panel("99 of 100 polls: late by, in milliseconds", "polls a second", late, logarithmic=True),
        ],
        about,
    )


def main() -> None:
    if sys.argv[1:2] == ["--as-ticker"]:
        be_ticker(Path(sys.argv[2]), *sys.argv[3:5])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rates", type=float, nargs="+", default=[50, 75, 100, 125, 150, 200], metavar="POLLS/S")
    parser.add_argument("--seconds", type=float, default=100.0, help="of a step; a whole `every` at least")
    parser.add_argument("--news", type=float, default=9.0, metavar="POLLS", help="of a source between two lines")
    parser.add_argument("--shapes", nargs="+", default=["sqlite", "cluster"], choices=["sqlite", "postgres", "cluster"])
    parser.add_argument("--curve", type=int, nargs="+", default=[], metavar="SOURCES", help="at the first rate, too")
    parser.add_argument("--baseline", type=int, metavar="SOURCES", help="of what it is compared with; else as many")
    parser.add_argument("--slower", type=float, nargs="+", metavar="POLLS/S", help="rates of that after the first one")
    parser.add_argument(
        "--growth", type=float, default=0.0, metavar="SECONDS", help="the database is watched, at the first rate"
    )
    parser.add_argument("--server", default="", metavar="URL", help="of an empty database; without it one is started")
    parser.add_argument("--json", type=Path, metavar="OUT.json")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg")
    asked = parser.parse_args()
    options = Options(asked.sources, asked.workers, asked.rates, asked.seconds, asked.curve, asked.growth, asked.news)
    baseline = options.less(asked.baseline or asked.sources, asked.slower or asked.rates[1:])
    print(HEAD)
    found: dict[str, Course] = {}
    for name in asked.shapes:
        found[name] = course(name, options if name == "cluster" else baseline, asked.server)
        if asked.json:  # after each, for the next one may take an hour
            told = {"options": options, "machine": load(), "shapes": found}
            asked.json.write_text(json.dumps(told, indent=2, default=asdict))
    if asked.plot:
        asked.plot.write_text(plot(found, f"{options.workers} workers, {load()}"), "utf-8")


if __name__ == "__main__":
    main()
