"""Where a row stands between the lines that kept their order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ticker.model import Item, Match


class Gaps:
    """The longest increasing run of anchors cuts both lists; a row's gap is the number of cuts above it."""

    def __init__(self, anchors: Iterable[tuple[int, int]]) -> None:
        run = _longest_increasing(sorted(anchors, key=lambda pair: pair[1]))
        self._old = [old for old, _ in run]
        self._new = [new for _, new in run]

    def __bool__(self) -> bool:
        return bool(self._old)

    @property
    def last(self) -> int:
        """The gap below all anchors."""
        return len(self._old)

    def of_old(self, rank: int) -> int:
        return bisect_left(self._old, rank)

    def of_new(self, rank: int) -> int:
        return bisect_left(self._new, rank)


def pairs_of(listed: Sequence[Item], found: Mapping[int, Match]) -> list[tuple[int, int]]:
    """Old and new place of each row that is *found* to be one of *listed*."""
    places = {item.guid: old for old, item in enumerate(listed)}
    known = ((match.item.guid, new) for new, match in found.items() if match.item is not None)
    return [(places[guid], new) for guid, new in known if guid in places]


def _longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of *pairs* whose first numbers increase (patience sorting)."""
    if all(old < below for (old, _), (below, _) in pairwise(pairs)):  # most lists keep their order
        return list(pairs)
    tails: list[int] = []  # smallest end of an increasing run of each length
    ends: list[int] = []  # and which pair it is
    before: list[int | None] = []
    for n, (old, _) in enumerate(pairs):
        length = bisect_left(tails, old)
        before.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [old]
        ends[length : length + 1] = [n]
    run: list[tuple[int, int]] = []
    at: int | None = ends[-1] if ends else None
    while at is not None:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def from_below(ranks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each of *ranks* with its number, counted from the last: lines come on top."""
    return zip(range(len(ranks) - 1, -1, -1), ranks, strict=True)


def in_order(listed: Sequence[Item]) -> frozenset[str]:
    """The guids of those that fall down the list as lines do; one that is pinned, or out of its place, is none.

    Lines without a minute of their own are in order.
    """
    timed = [(place, item.printed_at) for place, item in enumerate(listed) if item.printed_at is not None]
    fall = [(-int(at.timestamp()) * len(listed) + place, place) for place, at in timed]
    run = {place for _, place in _longest_increasing(fall)}
    return frozenset(item.guid for place, item in enumerate(listed) if item.printed_at is None or place in run)
