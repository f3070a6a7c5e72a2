"""What holds for the whole run, in one process or on several workers.

- A test marked `alone` asserts on time or memory: no other worker runs a test meanwhile.
- With TICKER_TEST_NO_SKIPS=1, as in CI, a skipped test is a failed run.
- With TICKER_TEST_STORE=postgresql the stores are databases of PostgreSQL: only modules are run that come by
  tests/stores.py, if by way of others, and of them no test marked `sqlite`.
"""

import ast
import fcntl
import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import stores
from tests.postgres import Run

if TYPE_CHECKING:
    from tests.disks import Disk

settings.register_profile("ticker", deadline=None)  # the clock of a busy machine is no test
settings.load_profile("ticker")

LONG = ("test_whole_way.py", "test_simulator.py")
GARBAGE = 20_000  # objects more than there were, until those of them that nothing holds are looked for


class Turns:
    """Lets the workers of one run go side by side, except while a test marked `alone` runs.

    Every test holds `room`, one that is alone holds it for itself. Whoever wants in goes through
    `gate` first: one who waits there for the others to leave lets nobody past. Both are locks of
    the system on files of this run, so a worker that dies leaves nothing locked.
    """

    def __init__(self, folder: Path) -> None:
        self.room, self.gate = (os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("room", "gate"))
        self.kept = False  # from the last test, for one that is alone as well

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        """Around a test with all its fixtures."""
        if not self.kept:
            self.enter(fcntl.LOCK_EX if alone(item) else fcntl.LOCK_SH)
        try:
            return (yield)
        finally:
            self.kept = alone(item) and alone(nextitem)
            if not self.kept:
                fcntl.flock(self.room, fcntl.LOCK_UN)

    def enter(self, way: int) -> None:
        fcntl.flock(self.gate, fcntl.LOCK_EX)
        fcntl.flock(self.room, way)
        fcntl.flock(self.gate, fcntl.LOCK_UN)


def alone(item: pytest.Item | None) -> bool:
    return item is not None and item.get_closest_marker("alone") is not None


class NoSkips:
    """Collects what was skipped, and fails the run if that is anything."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, and TICKER_TEST_NO_SKIPS=1 allows none", red=True)
            for line in self.skipped:
                terminalreporter.line(line, red=True)


class OnPostgres:
    """Keeps what touches no store, or only a file of SQLite, out of a run on PostgreSQL, and says how much that was."""

    def __init__(self, config: pytest.Config) -> None:
        self.tests = config.rootpath / "tests"
        self.left_out = 0  # tests marked `sqlite`
        self.workers: list[int] = []  # what each worker says of that: all collect the same

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return True if collection_path.match("test_*.py") and not self.stores(collection_path) else None

    def stores(self, path: Path) -> bool:
        return self.tests / "stores.py" in leads_to(path, self.tests)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if item.get_closest_marker("sqlite")]
        self.left_out = len(left_out)
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        """After each test its databases go, after the last one of a module those that were there for all of them."""
        place = getattr(item, "funcargs", {}).get("tmp_path")
        try:
            return (yield)
        finally:
            if nextitem is None or nextitem.path != item.path:
                stores.forget()
            elif place is not None:
                stores.forget(place)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left_out"] = self.left_out

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        self.workers.append(getattr(node, "workeroutput", {}).get("left_out", 0))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        modules = [self.stores(path) for path in sorted(self.tests.rglob("test_*.py"))]
        files = max(self.workers, default=self.left_out)
        terminalreporter.line(
            f"on PostgreSQL: the {sum(modules)} of {len(modules)} modules that come by tests/stores.py,"
            f" without {files} tests that are about a file of SQLite"
        )


@cache
def leads_to(path: Path, tests: Path) -> frozenset[Path]:
    """The modules of the tests that this one is made of: itself, those that it imports, and so on."""
    found, waiting = set[Path](), [path]
    while waiting:
        path = waiting.pop()
        if path not in found and path.exists():
            found.add(path)
            waiting += imported(path, tests.parent)
    return frozenset(found)


@cache
def imported(path: Path, root: Path) -> list[Path]:
    """Files that a module may import; a name from a package may be a module, or something in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    places = (root.joinpath(*name.split(".")) for name in names if name.split(".")[0] == "tests")
    return [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")  # of pytest-xdist, whose folder lies beside those of the others
    if worker:
        config.pluginmanager.register(Turns(Path(config.option.basetemp).parent))
    else:
        run = Run()
        config.add_cleanup(run.end)
    if not worker and os.environ.get("TICKER_TEST_NO_SKIPS") == "1":  # hears of what every worker skipped
        config.pluginmanager.register(NoSkips())
    if stores.POSTGRES:
        config.pluginmanager.register(OnPostgres(config))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist it has no meaning
def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than cores, for most of the time of the tests is spent waiting (measured: 290 s, and 304)."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """First those that are alone, before others run that they would have to wait for; then those that take long.

    At the end, all workers but one would have nothing left to do meanwhile.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (not alone(item), item.path.name not in LONG))


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the collector of cycles need not look through them at each round."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


@pytest.fixture
def disk() -> Iterator["Disk"]:
    """A file system of its own, for who is root."""
    from tests.disks import small_disk

    with small_disk() as made:
        yield made
