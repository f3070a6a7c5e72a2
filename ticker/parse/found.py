"""What was found on a page, for whoever chooses from it: its texts, the places of its times, the lists there may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ticker.parse.lists import Listing
from ticker.parse.tree import Tree

_LONGEST = 60  # characters of a heading


@dataclass(frozen=True)
class Candidate:
    """A list that could be the one; it is read only when looked at."""

    place: int  # of its first time, in the texts of the page
    read: Callable[[], Listing | None]


@dataclass(frozen=True)
class Found:
    """What was found on a page: all its texts; when asked for, the places of all times among them, and all lists."""

    texts: Sequence[str]
    look: Callable[[], tuple[Sequence[int], Sequence[Candidate], bool]]
    tree: Tree | None = None  # None for plain text

    @cached_property
    def _looked(self) -> tuple[Sequence[int], Sequence[Candidate], bool]:
        return self.look()

    @property
    def stamps(self) -> Sequence[int]:
        """The places of all times in `texts`."""
        return self._looked[0]

    @property
    def in_pieces(self) -> bool:
        """Whether a time stands in several texts."""
        return self._looked[2]

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All lists, in page order."""
        return self._looked[1]


def may_head(found: Found, place: int) -> bool:
    """Whether the text at *place* is short, has letters, and is no time."""
    text = found.texts[place]
    return len(text) <= _LONGEST and any(map(str.isalpha, text)) and place not in found.stamps
