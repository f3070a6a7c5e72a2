"""Whether a row and an item can be of one time; rows and items are read once, and only when it matters."""

from collections.abc import Sequence
from datetime import timedelta

from ticker import said
from ticker.model import Headline, Item

ZERO = timedelta()
FLOOR = 0.70  # likeness of two bodies in one slot: an edit above it, other news below (replay of 28,035 lines)
SAME_MINUTE = timedelta(minutes=2)  # two ages of one line, each rounded, lie no further apart


class Times:
    """Of the rows of one poll."""

    def __init__(self, seen: Sequence[Headline], page: said.Moment) -> None:
        self._seen = seen
        self._page = page
        self._said: dict[int, said.Said] = {}
        self._stretches: dict[str, said.Span] = {}

    def apart(self, rank: int, item: Item) -> timedelta | None:
        """How far the row is from *item*, beyond what is uncertain of both; None where they contradict."""
        if item.guid not in self._stretches:
            self._stretches[item.guid] = said.stretch(item, self._page)
        return said.apart(self._seen[rank], self.of(rank), item, self._stretches[item.guid])

    def agree(self, rank: int, item: Item) -> bool:
        """Whether nothing speaks against their being one; equal printed clocks without a day are enough."""
        row = self._seen[rank]
        if said.plain(row) and item.clock is not None:
            return row.clock == item.clock
        return self.apart(rank, item) is not None

    def between(self, rank: int, item: Item) -> timedelta | None:
        """From the likeliest instant of the row to that of *item*, where both are known to the minute."""
        if item.printed_at is None or not said.certain(item) or self.of(rank).kind != "exact":
            return None
        return min(abs(span.likely - item.printed_at) for span in self.of(rank).spans)

    def same_minute(self, rank: int, item: Item) -> bool:
        """Whether both are known to the minute, and it is the same."""
        between = self.between(rank, item)
        return between is not None and between <= SAME_MINUTE

    def silent(self, rank: int) -> bool:
        """Whether the row says nothing of its time that can be believed."""
        return self.of(rank).kind == "nothing"

    def of(self, rank: int) -> said.Said:
        """What the row says."""
        if rank not in self._said:
            self._said[rank] = said.read(self._seen[rank], self._page)
        return self._said[rank]
