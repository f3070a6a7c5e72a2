"""Find the lines that were listed before: gone from the list and back again, as they were or reworded meanwhile."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import islice

from ticker import said, text
from ticker.likeness import count_alike, like
from ticker.model import Headline, Item, Known, Match
from ticker.reconcile.times import FLOOR, MOST_OPTIONS, ZERO, Times

LATE = timedelta(minutes=15)  # a line that is away for longer is not being reworded (research, identity-time, step 4)


class Wordings:
    """The items that are known, by the identity keys of all the words they had; looked through once a poll."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def of(self, key: str) -> Sequence[Item]:
        """Those that say or said it: of the last list first, then the latest seen."""
        return self._by_key.get(key, ())

    def listed(self, item: Item) -> bool:
        """Whether it stood on the last list."""
        return item.guid in self._listed

    @cached_property
    def _by_key(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in (*self._known.listed, *self._known.memory):
            found.setdefault(text.key(item.title), []).append(item)
            for key in (
                {text.key(old.title) for old in item.revisions} - {text.key(item.title)} if item.revisions else ()
            ):
                found.setdefault(key, []).append(item)
        return found

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(item.guid for item in self._known.listed)


def back(
    wordings: Wordings, seen: Sequence[Headline], found: Mapping[int, Match], times: Times, *, listed: bool
) -> dict[int, Match]:
    """Place -> rows that were listed in the last 20 h, with the same time and any of their wordings.

    Args:
        listed: also of items that still were at the last poll; else only of those that had gone.
    """
    left = [rank for rank in range(len(seen)) if rank not in found]
    if not left:
        return {}
    used = {match.item.guid for match in found.values() if match.item}
    clocks = {seen[rank].clock for rank in left}
    matches = {}
    for rank in left:
        row = seen[rank]
        again = [
            item
            for item in wordings.of(text.key(row.title))
            if item.guid not in used and (listed or not wordings.listed(item)) and _fits(item, clocks)
        ]
        nearest = min(
            (item for item in again if _possible(rank, row, item, times)),
            key=lambda item: _distance(rank, row, item, times),
            default=None,
        )
        if nearest is not None:
            used.add(nearest.guid)
            if row.clock is not None and nearest.clock not in (None, row.clock):
                reason = f"same words, and a time that it had before, time {row.printed} instead of {nearest.printed}"
                matches[rank] = Match(row, rank, "corrected", nearest, reason)
            else:
                matches[rank] = Match(row, rank, "back", nearest, "back again, same time and words as before")
    return matches


def late(
    known: Known, seen: Sequence[Headline], found: Mapping[int, Match], times: Times, now: datetime
) -> dict[int, Match]:
    """Place -> rows that come back reworded within 15 minutes, with the time they had."""
    missing = [item for item in known.memory if now - (item.gone_at or item.last_seen) <= LATE]  # or scrolled out
    left = [rank for rank in range(len(seen)) if rank not in found and said.plain(seen[rank])]
    if not missing or not left:
        return {}
    used = {match.item.guid for match in found.values() if match.item}
    vacant = {item.clock for item in known.listed if item.guid not in used}  # the row may be one of these, rewritten
    pairs = (
        (rank, number)
        for rank in left
        if seen[rank].clock not in vacant
        for number, item in enumerate(missing)
        if item.clock == seen[rank].clock and item.guid not in used
    )
    options = [
        (-likeness, rank, number)
        for rank, number in islice(pairs, MOST_OPTIONS)
        if (likeness := like(missing[number].title, seen[rank].title)) >= FLOOR and times.agree(rank, missing[number])
        if count_alike(missing[number].title, seen[rank].title)
    ]
    matches: dict[int, Match] = {}
    for score, rank, number in sorted(options):
        if rank not in matches and missing[number].guid not in used:
            used.add(missing[number].guid)
            reason = f"back reworded, same time, likeness {-score:.2f}"
            matches[rank] = Match(seen[rank], rank, "edited", missing[number], reason)
    return matches


def _fits(item: Item, clocks: AbstractSet[time | None]) -> bool:
    """Whether it may have one of *clocks*."""
    return bool(item.revisions) or item.clock is None or item.clock in clocks or None in clocks


def _possible(rank: int, row: Headline, item: Item, times: Times) -> bool:
    """A row that says nothing of its time is only taken for an item that printed no clock either."""
    if row.clock is None and item.clock is not None and times.silent(rank):
        return False
    return times.agree(rank, item) or _had(item, row)


def _had(item: Item, row: Headline) -> bool:
    """Whether the row prints a time that *item* had until it was corrected."""
    return said.plain(row) and any(old.printed == row.printed for old in item.revisions)


def _distance(rank: int, row: Headline, item: Item, times: Times) -> tuple[bool, timedelta]:
    return (False, ZERO) if row.clock == item.clock and row.day is None else (True, times.apart(rank, item) or ZERO)
