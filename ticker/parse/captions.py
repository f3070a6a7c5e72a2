"""Say which day stands above the rows of a list: "Friday 20 November", "yesterday", between its parts."""

from collections.abc import Sequence
from datetime import time

from ticker.model import Day
from ticker.parse.shapes import Slot
from ticker.parse.tree import Tree, is_within

_ABOVE = 3  # texts above the first row among which its day may stand


def captions(tree: Tree, slots: Sequence[Slot]) -> list[Day | None]:
    """The day that each row stands under, None where none does.

    A day holds down to the next one, but not past a midnight: where the clock rises, other rows are older.
    """
    if not tree.days:
        return [None] * len(slots)
    days: list[Day | None] = []
    day, above, last = None, slots[0], None
    for at, slot in enumerate(slots):
        begin = above.timed.place + 1 if at else max(0, slot.timed.place - _ABOVE)
        said = _day_between(tree, begin, slot.timed.place, (above, slot))
        clock = slot.timed.stamp.clock
        if said is not None:
            day = said
        elif _rises(last, clock):
            day = None
        days.append(day)
        above, last = slot, clock
    return days


def _rises(above: time | None, below: time | None) -> bool:
    return above is not None and below is not None and below > above


def _day_between(tree: Tree, begin: int, end: int, rows: Sequence[Slot]) -> Day | None:
    """The last day that is said between two places, in none of *rows*."""
    for place in range(end - 1, begin - 1, -1):
        day = tree.days.get(place)
        if day is not None and not any(is_within(tree.nodes[place], row.node.mem_id) for row in rows):
            return day
    return None
