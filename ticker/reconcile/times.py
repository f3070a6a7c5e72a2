"""Whether a row and an item can be of one time; rows and items are read once, and only when it matters."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cached_property

from ticker import said, text
from ticker.model import Headline, Item, Known
from ticker.reconcile.places import in_order

ZERO = timedelta()
FLOOR = 0.70  # likeness of two bodies in one slot: an edit above it, other news below (replay of 28,035 lines)
MOST_OPTIONS = 2_000  # pairs that a step compares: of a hundred lines in one minute all would take seconds
DAY = 24 * 60  # minutes
CORRECTED = 60  # minutes by which a time may be corrected when words are, too
FRESH = timedelta(hours=1)  # from print to first sight, of an item whose day is beyond doubt
_BELOW = 3  # rows below one that tell whether it is new
SAME_MINUTE = timedelta(minutes=2)  # two ages of one line, each rounded, lie no further apart


class Times:
    """Of the rows of one poll."""

    def __init__(self, seen: Sequence[Headline], page: said.Moment, known: Known) -> None:
        self._seen = seen
        self._page = page
        self._known = known
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
            return row.clock == item.clock and not self._of_a_later_day(rank, item)
        return self.apart(rank, item) is not None

    def _of_a_later_day(self, rank: int, item: Item) -> bool:
        """Whether a row at the minute of *item* is a later day's: "12:00 Noon news" comes every day.

        It is where that minute has come again since the last good poll and the item was gone by then, or stands above
        lines that are newer than it, or not known, and was not pinned there.
        """
        row, at, good = self._seen[rank], item.printed_at, self._known.last_good
        if row.clock is None or at is None or good is None or self._page.fetched_at - at < said.OTHER_DAY:
            return False
        if item.first_seen - at > FRESH:
            return False
        latest = said.candidates(row.clock, self._page.fetched_at, self._page.zone)[0]
        if latest - at < said.OTHER_DAY:
            return False
        if item.rank is None:
            return latest > good - said.BEHIND
        if latest <= good or item.guid not in self._steady:
            return False
        below = [row for row in self._seen[rank + 1 : rank + 1 + _BELOW] if said.plain(row)]
        return any(self._slots.get((row.clock, text.key(row.title)), latest) > at + said.AHEAD for row in below)

    @cached_property
    def _steady(self) -> frozenset[str]:
        return in_order(self._known.listed)

    @cached_property
    def _slots(self) -> dict[tuple[time | None, str], datetime]:
        """The instant of each known line, by its printed clock and its key."""
        items = (*self._known.memory, *self._known.listed)
        return {(item.clock, text.key(item.title)): item.printed_at for item in items if item.printed_at is not None}

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


def minutes_apart(one: time, other: time) -> int:
    """Between two wall clocks, over midnight too."""
    minutes = abs((one.hour - other.hour) * 60 + one.minute - other.minute)
    return min(minutes, DAY - minutes)
