"""The service in a process of its own without the half second of imports: forked from one that has done them.

Python's own fork server, started once by each worker. What runs in the child is the program's `main`, with the
arguments, the environment, the log and the signals of a process that was started by a shell.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

IMPORTED = ["ticker.commands", "ticker.service", "ticker.reload", "tests.forked"]
_context = get_context("forkserver")
_context.set_forkserver_preload(IMPORTED)


class Forked:
    """One such process; as `asyncio.subprocess.Process`, as far as tests use it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._process = _context.Process(target=_child, args=(list(arguments), dict(environment), str(log)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """As it ended, minus the signal that killed it; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing where it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Until it has ended; its `returncode`."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self.returncode is not None
        return self.returncode


def _child(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Never returns."""
    from ticker.__main__ import main

    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(written, 2)
    sys.argv = ["ticker", *arguments]
    main()
