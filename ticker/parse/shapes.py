"""What the search for lists is made of: printed times in their places, rows, and the lists that these form."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from ticker.parse.clock import Stamp

Way = tuple[int, ...]  # tags that lead down to a text, the lowest first, after how deep it stands below the row


@dataclass(slots=True)
class Timed:
    """A text of the page that is, or begins with, a time."""

    place: int  # in Tree.texts
    node: LexborNode
    stamp: Stamp
    also: tuple[int, ...] = ()  # places of further texts that it is made of


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
    beside: Sequence[tuple[Timed, Way]] = ()  # what else in it looks like a time
    usual: bool = True  # its time stands where most do, and is printed as most are


@dataclass(slots=True)
class Group:
    """Children of one element that have a time each, in page order: a list, as far as shape can say."""

    container: LexborNode
    slots: list[Slot] = field(default_factory=list)

    @property
    def place(self) -> int:
        return self.slots[0].timed.place
