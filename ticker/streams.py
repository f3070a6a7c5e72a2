"""Standard input, output and error as commands need them, whatever the program was started with."""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ticker.errors import TickerError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class ReaderGoneError(TickerError):
    """Whoever read standard output has left, as in `ticker items | head`: nothing to complain about."""


class Output(io.FileIO):
    """Standard output that says once what is wrong with it, and lets vanish what follows.

    Else Python tries the rest again when it ends, and complains in its own words.
    """

    _broken = False

    def write(self, part: "ReadableBuffer", /) -> int:
        """Raises ReaderGoneError or TickerError the first time that writing fails."""
        if not self._broken:
            try:
                return super().write(part)
            except OSError as error:
                self._broken = True
                if error.errno == errno.EPIPE:
                    raise ReaderGoneError from error
                reason = "it is closed" if error.errno == errno.EBADF else str(error.strerror).lower()
                raise TickerError(f"cannot write to standard output: {reason}") from error
        return memoryview(part).nbytes


class Complaints(io.FileIO):
    """Standard error: a full disk under the log is no reason to stop."""

    def write(self, part: "ReadableBuffer", /) -> int:
        """Lets vanish what cannot be written."""
        with suppress(OSError):
            return super().write(part)
        return memoryview(part).nbytes


def prepare() -> None:
    """Make all three usable: none closed, and UTF-8 whatever the locale says."""
    _fill()
    sys.stdout = _text(Output(1, "w", closefd=False), line_buffering=os.isatty(1))
    sys.stderr = _text(Complaints(2, "w", closefd=False), line_buffering=True)


def _text(raw: io.FileIO, *, line_buffering: bool) -> io.TextIOWrapper:
    buffered = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, "utf-8", "backslashreplace", line_buffering=line_buffering)


def _fill() -> None:
    """Put something where a descriptor is closed: the database would get its number, and uvloop aborts on that."""
    for number, way in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):  # 1 so that writing to it fails
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, way)  # takes the lowest number that is free: this one


def complain(line: str) -> None:
    """One line on standard error."""
    print(f"ticker: {line}", file=sys.stderr)
