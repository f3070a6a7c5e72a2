"""How far a command is that takes a while."""

import sys
from time import monotonic
from types import TracebackType
from typing import Self

PATIENCE = 1.0  # seconds until a person is told how far it is, and between two times


class Progress:
    """How far it is: on standard error, where that is a terminal, and once it has taken a while."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = monotonic()
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, of: int) -> None:
        if monotonic() - self._told >= PATIENCE and sys.stderr.isatty():
            print(f"\r{done:,} of {of:,} {self._what}", end="", file=sys.stderr, flush=True)
            self._told, self._written = monotonic(), True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
