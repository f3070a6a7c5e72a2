"""How far a command is that takes a while."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 1.0  # seconds until a person is told how far it is
OFTEN = 30.0  # seconds between two lines, where no terminal is there to draw on


class Progress:
    """How far it is, on standard error, once it has taken a while: a bar on a terminal, else a line now and then."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, of: int) -> None:
        waited = monotonic() - self._told
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=max(done, of))
        elif sys.stderr.isatty():
            if waited >= PATIENCE:
                self._bar = _drawn(self._what, done, max(done, of))
        elif waited >= OFTEN:
            print(f"{done:,} of {of:,} {self._what}", file=sys.stderr, flush=True)
            self._told = monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()


class Stages:
    """What is being done, one thing after the other; told on a terminal only."""

    def __enter__(self) -> Self:
        return self

    def __call__(self, what: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{what} …", end="", file=sys.stderr, flush=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _drawn(what: str, done: int, of: int) -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    bar.add_task(what, completed=done, total=of)
    bar.start()
    return bar
