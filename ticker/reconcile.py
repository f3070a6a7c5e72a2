"""Say which line of this poll is which line of the last one, by place before words.

A first version of the matching algorithm of research/identity-time: stale and cut lists (step 0),
unchanged lines (2), edits in place (3, first case), memory (4) and new lines (5). Every doubt is
"new": an edit that is missed is published once more, a false merge destroys a story.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from hashlib import sha256
from itertools import product
from typing import TypeAlias

from ticker import text
from ticker.errors import Cause
from ticker.likeness import like, small
from ticker.model import Headline, Item, Known, Match

FLOOR = 0.70  # likeness of two bodies in one slot: an edit above it, other news below (replay of 28,035 lines)
SHORT = 3  # a list with fewer than 1/3 of the rows it had is believed only when the next poll agrees

Slot: TypeAlias = tuple[time | None, str]  # printed wall clock and identity key


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a list is not believed this time."""

    detail: str
    cause: Cause | None = None  # None: no trouble of the page, it only changed back


def digest(seen: Iterable[Headline]) -> str:
    """Of a list as printed: 32 hex digits; equal for equal rows in equal order."""
    rows = "\x1e".join(f"{row.printed}\x1f{row.title}" for row in seen)
    return sha256(rows.encode()).hexdigest()[:32]


def doubt(known: Known, seen: Sequence[Headline]) -> Doubt | None:
    """Why *seen* is to be ignored this once, or None. Believed when it comes twice running.

    A list that was there before but is not the last one is a stale copy from a cache (replayed, it
    makes headlines flip there and back); one that has lost two thirds of its rows is cut.
    """
    mark = digest(seen)
    if known.doubted == mark or not known.lists or mark == known.lists[0]:
        return None
    if mark in known.lists:
        return Doubt("the page shows an older copy of its list; waiting for the next poll to agree")
    if len(seen) * SHORT < known.longest and known.doubted is None:
        detail = f"only {len(seen)} rows of the usual {known.longest}; waiting for the next poll to agree"
        return Doubt(detail, "block-empty")
    return None


def reconcile(known: Known, seen: Sequence[Headline]) -> list[Match]:
    """Which known item each row is, or that it is new.

    Args:
        known: the last accepted list and the memory of 20 h.
        seen: rows of this poll, in page order.

    Returns:
        One match a row, in the order of *seen*; no item is used twice.
    """
    if known.lists and digest(seen) == known.lists[0] and len(seen) == len(known.listed):
        return [_same(rank, row, item) for rank, (row, item) in enumerate(zip(seen, known.listed, strict=True))]
    found = {rank: _same(rank, seen[rank], known.listed[old]) for old, rank in _anchors(known.listed, seen)}
    for match in (*_edited_in_place(known.listed, seen, found), *_back(known, seen, found)):
        found[match.rank] = match
    return [found.get(rank) or Match(row, rank, "new", None, "no known line") for rank, row in enumerate(seen)]


def _same(rank: int, row: Headline, item: Item) -> Match:
    if row.title == item.title:
        return Match(row, rank, "same", item, "same time and words")
    return Match(row, rank, "edited", item, "same time; spelling or marks changed")


def _anchors(listed: Sequence[Item], seen: Sequence[Headline]) -> list[tuple[int, int]]:
    """Pairs (old place, new place) of lines with equal printed time and key.

    Lines that stand once in both lists first; of lines that stand several times, those between the
    same neighbours; what is left first to first, in order.
    """
    olds: dict[Slot, list[int]] = defaultdict(list)
    for old, item in enumerate(listed):
        olds[item.clock, text.key(item.title)].append(old)
    news: dict[Slot, list[int]] = defaultdict(list)
    for new, row in enumerate(seen):
        news[row.clock, text.key(row.title)].append(new)
    shared = [(olds[slot], news[slot]) for slot in news if slot in olds]
    pairs = [(old[0], new[0]) for old, new in shared if len(old) == len(new) == 1]
    several = [(old, new) for old, new in shared if len(old) > 1 or len(new) > 1]
    gaps = _Gaps(pairs)
    for those, these in several:
        pairs += _pair_equals(those, these, gaps)
    return pairs


def _pair_equals(olds: Sequence[int], news: Sequence[int], gaps: "_Gaps") -> Iterator[tuple[int, int]]:
    """Pairs of places of equal lines, so that an equal line that was added on top is the one left over."""
    left_old, left_new = list(olds), list(news)
    for gap in sorted({gaps.of_new(new) for new in news}):
        here_old = [old for old in olds if gaps.of_old(old) == gap]
        here_new = [new for new in news if gaps.of_new(new) == gap]
        if len(here_new) > len(here_old):  # lines come on top
            here_new = here_new[len(here_new) - len(here_old) :]
        elif gap == gaps.last:  # and scroll off at the bottom
            here_old = here_old[: len(here_new)]
        else:
            here_old = here_old[len(here_old) - len(here_new) :]
        for old, new in zip(here_old, here_new, strict=True):
            yield old, new
            left_old.remove(old)
            left_new.remove(new)
    yield from zip(left_old, left_new, strict=False)


class _Gaps:
    """Where a row stands between the anchors that kept their order.

    The longest increasing run of anchors cuts both lists; a row's gap is the number of cuts above it.
    """

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


def _longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of *pairs* whose first numbers increase (patience sorting)."""
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


def _edited_in_place(listed: Sequence[Item], seen: Sequence[Headline], found: dict[int, Match]) -> list[Match]:
    """Rows whose old text is gone from the very slot in which they stand now."""
    places = {item.guid: old for old, item in enumerate(listed)}
    gaps = _Gaps((places[match.item.guid], rank) for rank, match in found.items() if match.item)
    used = {match.item.guid for match in found.values() if match.item}
    arrived: dict[tuple[time | None, int], list[int]] = defaultdict(list)
    for new, row in enumerate(seen):
        if new not in found:
            arrived[row.clock, gaps.of_new(new)].append(new)
    gone: dict[tuple[time | None, int], list[int]] = defaultdict(list)
    for old, item in enumerate(listed):
        if item.guid not in used and item.clock is not None:
            gone[item.clock, gaps.of_old(old)].append(old)
    candidates = []
    for slot, olds in gone.items():
        news = arrived.get(slot, [])
        for (below_old, old), (below_new, new) in product(_from_below(olds), _from_below(news)):
            was, now = listed[old].title, seen[new].title
            # Lines come on top: of more lines than have gone the lower are the edits, unless the words tell otherwise.
            expected = len(news) <= len(olds) or below_old == below_new
            likeness = like(was, now)
            if likeness >= FLOOR and ((gaps and expected) or small(was, now)):
                candidates.append((not expected, -likeness, abs(old - new), old, new))
    matches: dict[int, Match] = {}
    for _, score, _, old, new in sorted(candidates):
        if new not in matches and listed[old].guid not in used:
            used.add(listed[old].guid)
            reason = f"edited in place, likeness {-score:.2f}"
            matches[new] = Match(seen[new], new, "edited", listed[old], reason)
    return list(matches.values())


def _from_below(ranks: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(range(len(ranks) - 1, -1, -1), ranks, strict=True)


def _back(known: Known, seen: Sequence[Headline], found: dict[int, Match]) -> list[Match]:
    """Rows that were listed before, in the last 20 h, with the same printed time and any of their wordings."""
    used = {match.item.guid for match in found.values() if match.item}
    clocks = {row.clock for rank, row in enumerate(seen) if rank not in found}
    remembered: dict[Slot, deque[Item]] = defaultdict(deque)
    for item in (*known.listed, *known.memory):
        if item.clock in clocks and item.guid not in used:
            for key in {text.key(title) for title in (item.title, *(old.title for old in item.revisions))}:
                remembered[item.clock, key].append(item)
    matches = []
    for rank, row in enumerate(seen):
        if rank in found:
            continue
        queue = remembered[row.clock, text.key(row.title)]
        while queue and queue[0].guid in used:
            queue.popleft()
        if queue:
            used.add(queue[0].guid)
            matches.append(Match(row, rank, "back", queue[0], "back again, same time and words as before"))
    return matches
