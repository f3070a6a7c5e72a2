"""The latest batches of what is told live, each at a place that it keeps: one copy, however many read."""

from collections import deque

from ticker.model import Cursor
from ticker.serve.batches import Batch

MOST = 64  # batches
MOST_SIZE = 2_000_000  # letters in all of them


class Ring:
    """Batches in their order; places grow for ever. `start` is that of the oldest held, `end` of the next to come."""

    def __init__(self, *, most: int = MOST, most_size: int = MOST_SIZE) -> None:
        self._most = most
        self._most_size = most_size
        self._batches: deque[Batch] = deque()
        self._size = 0
        self.start = 0

    @property
    def end(self) -> int:
        return self.start + len(self._batches)

    def append(self, batch: Batch) -> None:
        """Add *batch*; the oldest ones leave."""
        if self._batches:
            self._batches[-1].rest()
        self._batches.append(batch)
        self._size += batch.size
        while len(self._batches) > self._most or (self._size > self._most_size and len(self._batches) > 1):
            self._size -= self._batches.popleft().size
            self.start += 1

    def at(self, place: int) -> Batch:
        """The batch at *place*, which is from `start` to before `end`."""
        return self._batches[place - self.start]

    def after(self, cursor: Cursor) -> int | None:
        """The place of the first batch after *cursor*, where it is held."""
        return next((self.start + n for n, batch in enumerate(self._batches) if batch.before == cursor), None)

    def clear(self) -> None:
        """Let all leave."""
        self.start = self.end
        self._batches.clear()
        self._size = 0
