"""Find the lines that were listed before: gone from the list and back again, as they were or reworded meanwhile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from ticker import said, text
from ticker.likeness import count_alike, like
from ticker.model import Headline, Item, Known, Match
from ticker.reconcile.times import FLOOR, MOST_OPTIONS, ZERO, Times

LATE = timedelta(minutes=15)  # a line that is away for longer is not being reworded (research, identity-time, step 4)


def back(
    known: Known, seen: Sequence[Headline], found: Mapping[int, Match], times: Times, *, listed: bool
) -> dict[int, Match]:
    """Place -> rows that were listed in the last 20 h, with the same time and any of their wordings.

    Args:
        listed: also of items that still were at the last poll; else only of those that had gone.
    """
    left = [rank for rank in range(len(seen)) if rank not in found]
    if not left:
        return {}
    used = {match.item.guid for match in found.values() if match.item}
    among = (*known.listed, *known.memory) if listed else known.memory
    remembered = _remembered(among, {seen[rank].clock for rank in left}, used)
    matches = {}
    for rank in left:
        row = seen[rank]
        again = [item for item in remembered[text.key(row.title)] if item.guid not in used]
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


def _remembered(among: Sequence[Item], clocks: set[object], used: set[str]) -> dict[str, list[Item]]:
    """Key -> items with such a wording that may have one of *clocks*, the latest seen first."""
    remembered: dict[str, list[Item]] = defaultdict(list)
    for item in among:
        fits = item.clock is None or None in clocks or item.clock in clocks or bool(item.revisions)
        if item.guid not in used and fits:
            for key in {text.key(title) for title in (item.title, *(old.title for old in item.revisions))}:
                remembered[key].append(item)
    return remembered


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
