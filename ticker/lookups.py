"""Names to addresses, so that a name service which hangs holds up nobody else, nor the end of the process."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

import httpcore

UNANSWERED = "its name was still being looked up"  # a note on what cut a request off


class Lookups:
    """Names to addresses, in threads of their own.

    Whoever asks for a name that is being looked up already waits with the others: a name that hangs costs one thread,
    however often it is asked for.

    Args:
        threads: names that are looked up at a time.
        name: of the threads.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._threads = _Threads(threads, name)
        self._running: dict[tuple[str, int], Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """Every address of *host*, in the order of the resolver. Raises httpcore.ConnectError."""
        if _is_address(host):
            return [host]
        asked = host, port
        running = self._running.get(asked)
        if running is None or running.done():
            running = self._running[asked] = self._threads.submit(lambda: _resolve(host, port))
            running.add_done_callback(lambda done: self._forget(asked, done))
        waited_for = asyncio.wrap_future(running)
        waited_for.add_done_callback(_hear)
        try:
            return await asyncio.shield(waited_for)
        except asyncio.CancelledError as error:
            error.add_note(UNANSWERED)
            raise
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"DNS: {error}") from error

    def _forget(self, asked: tuple[str, int], done: Future[list[str]]) -> None:
        if self._running.get(asked) is done:
            del self._running[asked]


class _Threads:
    """So many threads at most, which the end of the process does not wait for.

    A resolver that hangs keeps its caller for a minute and more, and nobody can cut it off: threads of an executor
    would hold up the end of the service for as long.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._lock = Lock()
        self._running = 0
        self._tasks: deque[tuple[Future[list[str]], Callable[[], list[str]]]] = deque()

    def submit(self, task: Callable[[], list[str]]) -> Future[list[str]]:
        future: Future[list[str]] = Future()
        with self._lock:
            self._tasks.append((future, task))
            if self._running == self._most:
                return future
            self._running += 1
        Thread(target=self._work, name=self._name, daemon=True).start()
        return future

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._tasks:
                    self._running -= 1
                    return
                future, task = self._tasks.popleft()
            if future.set_running_or_notify_cancel():
                _fill(future, task)


def _fill(future: Future[list[str]], task: Callable[[], list[str]]) -> None:
    try:
        found = task()
    except Exception as error:  # noqa: BLE001 - for who asked, whatever it is
        future.set_exception(error)
    else:
        future.set_result(found)


def _hear(waited_for: asyncio.Future[list[str]]) -> None:
    """Else the loop logs a traceback of what nobody waits for any more."""
    if not waited_for.cancelled():
        waited_for.exception()


LOOKUPS = Lookups(8, "lookup")  # of strangers who want to be told: a slow name of theirs starves these alone
SOURCES = Lookups(32, "source")  # of the pages that are polled


def unanswered(error: BaseException | None) -> bool:
    """Whether the request that ended in *error* was waiting for the name service when its time ran out."""
    return any(UNANSWERED in getattr(one, "__notes__", ()) for one in chain(error))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _resolve(host: str, port: int) -> list[str]:
    """The one place where a name is looked up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[4][0]) for where in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
