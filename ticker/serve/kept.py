"""Documents that are made when somebody asks: each once, one at a time, and no more of them than fit."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from ticker.errors import TickerError
from ticker.serve.documents import Document

Make = Callable[[], Awaitable[Document | None]]


class BusyError(TickerError):
    """So many are waiting that one more would wait too long."""


class Kept:
    """Documents by key: those asked for last, up to a number and to a sum of bytes."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._documents)

    def get(self, key: str) -> Document | None:
        """The document, which is then the last to go."""
        if found := self._documents.get(key):
            self._documents.move_to_end(key)
        return found

    def put(self, key: str, document: Document) -> None:
        """Keep *document*, in place of an older one of this key; one that alone is too large is not kept."""
        if old := self._documents.pop(key, None):
            self.bytes -= old.size
        if document.size > self._most_bytes:
            return
        self._documents[key] = document
        self.bytes += document.size
        while len(self._documents) > self._most or self.bytes > self._most_bytes:
            _, oldest = self._documents.popitem(last=False)
            self.bytes -= oldest.size


class Workshop:
    """Makes one document at a time, and rests as long as it has worked: the other half of the time is for readers.

    Whoever asks for one that is being made, or waits to be, waits for the same one.
    """

    def __init__(self, *, waiting: int) -> None:
        self._waiting = waiting
        self._orders: dict[str, asyncio.Task[Document | None]] = {}
        self._working = asyncio.Lock()
        self._rested_at = 0.0  # on the clock of the loop

    async def make(self, key: str, make: Make) -> Document | None:
        """What *make* gives; raises what it raises.

        Raises:
            BusyError: as many as may wait are waiting.
        """
        order = self._orders.get(key)
        if order is None:
            if len(self._orders) >= self._waiting:
                raise BusyError
            order = self._orders[key] = asyncio.create_task(self._in_turn(make))
            order.add_done_callback(lambda done: self._close(key, done))
        return await asyncio.shield(order)

    async def _in_turn(self, make: Make) -> Document | None:
        loop = asyncio.get_running_loop()
        async with self._working:
            await asyncio.sleep(self._rested_at - loop.time())
            began = loop.time()
            try:
                return await make()
            finally:
                ended = loop.time()
                self._rested_at = ended + (ended - began)

    def _close(self, key: str, done: asyncio.Task[Document | None]) -> None:
        del self._orders[key]
        if not done.cancelled():
            done.exception()  # asked for, else asyncio complains where nobody waits any more
