"""Run jobs side by side, within bounds: so many in all, so many of one host, one of a key at a time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
Job = Callable[[], Coroutine[Any, Any, None]]


def tell_bug(task: asyncio.Future[None]) -> None:
    """A task that nobody waits for has broken: say so, and let the others go on."""
    if not task.cancelled() and (error := task.exception()):
        told = {"message": "a task of announcing broke", "exception": error, "future": task}
        task.get_loop().call_exception_handler(told)


class Calls:
    """Calls of the store, which are let end though who began them is cut off: a torn connection is lost."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[Any]] = set()

    async def __call__(self, call: Coroutine[Any, Any, T]) -> T:
        """What *call* returns or raises."""
        task = asyncio.create_task(call)
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return await asyncio.shield(task)

    async def ended(self) -> None:
        """Wait for those that are under way; their errors went to whoever still waited."""
        await asyncio.gather(*self._open, return_exceptions=True)


class Lanes:
    """Jobs of hosts take turns; of a host, the oldest comes first.

    Args:
        at_once: jobs that run at the same time.
        per_host: the same, of one host.
    """

    def __init__(self, *, at_once: int, per_host: int) -> None:
        self._at_once = at_once
        self._per_host = per_host
        self._waiting: dict[str, dict[Hashable, Job]] = {}  # host -> key -> job; hosts whose turn is over go last
        self._running: dict[Hashable, asyncio.Task[None]] = {}
        self._busy: dict[str, int] = {}  # host -> jobs that run
        self._closed = False

    def put(self, host: str, key: Hashable, job: Job) -> None:
        """Run *job* when there is room; it takes the place of a job of the same key that waits. Never after `close`."""
        if self._closed:
            return
        self._waiting.setdefault(host, {})[key] = job
        self._fill()

    @property
    def pending(self) -> int:
        """Jobs that wait or run."""
        return sum(map(len, self._waiting.values())) + len(self._running)

    async def close(self) -> None:
        """Forget what waits, cut off what runs; nothing runs any more."""
        self._closed = True
        self._waiting.clear()
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _fill(self) -> None:
        while len(self._running) < self._at_once:
            found = self._next()
            if found is None:
                return
            self._start(*found)

    def _next(self) -> tuple[str, Hashable] | None:
        """Whose turn it is. Few hosts are passed over: no more are busy than jobs run."""
        for host, jobs in self._waiting.items():
            if self._busy.get(host, 0) < self._per_host:
                key = next((key for key in jobs if key not in self._running), None)
                if key is not None:
                    return host, key
        return None

    def _start(self, host: str, key: Hashable) -> None:
        jobs = self._waiting.pop(host)
        job = jobs.pop(key)
        if jobs:
            self._waiting[host] = jobs
        self._busy[host] = self._busy.get(host, 0) + 1
        task = asyncio.create_task(job())
        self._running[key] = task
        task.add_done_callback(lambda done: self._ended(host, key, done))

    def _ended(self, host: str, key: Hashable, task: asyncio.Future[None]) -> None:
        del self._running[key]
        self._busy[host] -= 1
        if not self._busy[host]:
            del self._busy[host]
        tell_bug(task)
        self._fill()
