"""No connection is left behind: what nobody closes is found by the collector, in whichever test runs then."""

import asyncio
import gc
from collections.abc import Coroutine, Generator, Iterator
from itertools import count
from typing import Any

import aiosqlite
import pytest

from ticker.store import Store


@pytest.fixture
def left() -> Iterator[list[aiosqlite.Connection]]:
    """Fills with the connections that are open after all at the end; they are closed."""
    gc.collect()
    before = connections()
    found: list[aiosqlite.Connection] = []
    yield found
    for one in connections() - before:
        one.stop()


def connections() -> set[aiosqlite.Connection]:
    return {one for one in gc.get_objects() if type(one) is aiosqlite.Connection and one._connection is not None}


class CutOff:
    """Awaits *work*, and cancels it at the await of that number."""

    def __init__(self, work: Coroutine[Any, Any, Store], at: int) -> None:
        self.work, self.at = work, at

    def __await__(self) -> Generator[Any, Any, Store]:
        try:
            awaited = self.work.send(None)
            for turn in count():
                if turn == self.at:
                    awaited._asyncio_future_blocking = False  # as if it had never been awaited
                    awaited = self.work.throw(asyncio.CancelledError())
                else:
                    awaited = self.work.send((yield awaited))
        except StopIteration as ended:
            return ended.value  # type: ignore[no-any-return]  # what a coroutine returns
        raise AssertionError
