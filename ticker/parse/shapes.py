"""What the search for lists is made of: printed times in their places, rows, and the lists that these form."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from ticker.parse.clock import Kind, Stamp

Form = tuple[int, str]  # the sort of a time, and how it is printed
Way = tuple[int, ...]  # tags that lead down to a text, the lowest first, after how deep it stands below the row

LEADING = 5  # a clock with a headline behind it
_WEIGHT = {Kind.CLOCK: 8, Kind.RELATIVE: 6, Kind.LOOSE: 4, Kind.DATE: 2}
_AFTER_HOUR = re.compile(r"\d+\s?(\D?)")


@dataclass(slots=True)
class Timed:
    """A text of the page that is, or begins with, a time."""

    place: int  # in Tree.texts
    node: LexborNode
    stamp: Stamp
    also: tuple[int, ...] = ()  # places of further texts that it is made of
    form: Form = field(init=False)

    def __post_init__(self) -> None:
        self.form = form(self.stamp)


@dataclass(slots=True)
class Within:
    """An element that may be a row, and the texts in it that look like times, each with its way."""

    node: LexborNode
    times: list[tuple[Timed, Way]]


@dataclass(slots=True)
class Slot:
    """One child of a list with its time (the first, where it is printed twice)."""

    node: LexborNode
    timed: Timed
    beside: list[tuple[Timed, Way]] = field(default_factory=list)  # what else in it looks like a time
    usual: bool = True  # its time stands where most do, and is printed as most are


@dataclass(slots=True)
class Group:
    """Children of one element that have a time each, in page order: a list, as far as shape can say."""

    container: LexborNode
    slots: list[Slot] = field(default_factory=list)

    @property
    def place(self) -> int:
        return self.slots[0].timed.place


def form(stamp: Stamp) -> Form:
    """What sort of time it is, the surest with the highest number; and what parts hour and minute of a plain clock."""
    if stamp.rest:
        return LEADING, ""
    if stamp.kind is not Kind.CLOCK:
        return _WEIGHT[stamp.kind], ""
    found = _AFTER_HOUR.search(stamp.printed)
    after = found[1] if found is not None else ""
    return _WEIGHT[Kind.CLOCK], ":" if after and after in ":：٫" else "." if after == "." else "h"
