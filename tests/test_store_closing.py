"""No connection is left behind: what nobody closes is found by the collector, in whichever test runs then."""

import asyncio
import gc
from collections.abc import Coroutine, Generator
from itertools import count
from pathlib import Path
from typing import Any

import aiosqlite

from tests.stores import store_at
from ticker.store import Store


def left_open() -> list[aiosqlite.Connection]:
    """Connections that nobody has closed; they are now."""
    found = [one for one in gc.get_objects() if type(one) is aiosqlite.Connection and one._connection is not None]
    for one in found:
        one.stop()
    return found


class CutOff:
    """Awaits *work*, and cancels it at the await of that number."""

    def __init__(self, work: Coroutine[Any, Any, Store], at: int) -> None:
        self.work, self.at = work, at

    def __await__(self) -> Generator[Any, Any, Store]:
        try:
            awaited = self.work.send(None)
            for turn in count():
                if turn == self.at:
                    awaited._asyncio_future_blocking = False  # as if nobody had awaited it
                    awaited = self.work.throw(asyncio.CancelledError())
                else:
                    awaited = self.work.send((yield awaited))
        except StopIteration as ended:
            store: Store = ended.value
            return store
        raise AssertionError


async def test_cut_off_anywhere_while_it_is_opened_a_store_leaves_no_connection_open(tmp_path: Path) -> None:
    url, left = store_at(tmp_path / "ticker.db"), []
    assert left_open() == []
    for at in count():
        try:
            store = await CutOff(Store.open(url), at)
        except asyncio.CancelledError:
            await asyncio.sleep(0.002)  # a thread of the driver may be on its way still
            left += [at] * len(left_open())
        else:
            await store.close()
            break
    assert at > 20, "awaits"
    assert left == []


async def test_a_store_is_closed_when_the_transactions_have_ended_that_are_under_way(tmp_path: Path) -> None:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    asked = [asyncio.create_task(store.count()) for _ in range(30)]  # more than there are connections
    await asyncio.sleep(0)
    await store.close()
    assert [task.done() for task in asked] == [True] * 30
    assert [await task for task in asked] == [0] * 30
    assert left_open() == []
