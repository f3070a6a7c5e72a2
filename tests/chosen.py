"""Which tests run on PostgreSQL: all of the modules that come by tests/stores.py, but for some with a mark."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import stores

LEFT_OUT = ("sqlite", "once")  # marks


class OnPostgres:
    """Keeps what touches no store, or only a file of SQLite, out of a run on PostgreSQL, and says how much that was."""

    def __init__(self, config: pytest.Config) -> None:
        self.tests = config.rootpath / "tests"
        self.left_out = 0  # tests with such a mark
        self.workers: list[int] = []  # what each worker says of that: all collect the same

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return True if collection_path.match("test_*.py") and not self.stores(collection_path) else None

    def stores(self, path: Path) -> bool:
        return self.tests / "stores.py" in leads_to(path, self.tests)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if any(map(item.get_closest_marker, LEFT_OUT))]
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
        left_out = max(self.workers, default=self.left_out)
        terminalreporter.line(
            f"on PostgreSQL: the {sum(modules)} of {len(modules)} modules that come by tests/stores.py,"
            f" without {left_out} tests that are about a file of SQLite or choose their engines themselves"
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
