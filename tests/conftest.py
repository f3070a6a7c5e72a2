"""What holds for the whole run, in one process or on several workers.

- A test marked `alone` asserts on time or memory: no other worker runs a test meanwhile.
- With TICKER_TEST_NO_SKIPS=1, as in CI, a skipped test is a failed run.
- With TICKER_TEST_STORE=postgresql the stores are databases of PostgreSQL, and tests/chosen.py says which tests run.
"""

import fcntl
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.postgres import Run

if TYPE_CHECKING:
    from tests.disks import Disk

settings.register_profile("ticker", deadline=None)  # the clock of a busy machine is no test
settings.load_profile("ticker")

LONG = ("test_cluster.py", "test_reliability.py", "test_simulator.py", "test_whole_way.py")
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


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")  # of pytest-xdist, whose folder lies beside those of the others
    if worker:
        config.pluginmanager.register(Turns(Path(config.option.basetemp).parent))
    else:
        run = Run()
        config.add_cleanup(run.end)
    if not worker and os.environ.get("TICKER_TEST_NO_SKIPS") == "1":  # hears of what every worker skipped
        config.pluginmanager.register(NoSkips())
    if os.environ.get("TICKER_TEST_STORE") == "postgresql":
        from tests.chosen import OnPostgres  # and all that stores are made of

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
