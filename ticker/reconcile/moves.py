"""Find the lines that stand elsewhere than they stood, or at another time: corrected by the newsroom, or moved up.

Only a line that is gone can be one of these: it is listed no more, though a line that stood below it still is. Where
all lines but a few have another time, the page has set its clock.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import islice

from ticker import text
from ticker.likeness import count_alike, like, small
from ticker.model import Headline, Item, Kind, Match
from ticker.reconcile.links import parted, said_otherwise
from ticker.reconcile.places import Gaps, in_order, pairs_of
from ticker.reconcile.times import CORRECTED, DAY, MOST_OPTIONS, Times, minutes_apart

# Research, identity-time, "The algorithm, matching", step 3; on the replay 18 double publications became 5.
MOVED = 30  # minutes between two printed times of the same words, when these are few
ENOUGH_WORDS = 6  # tokens of a line that is not said twice by chance: it may move by any time
CORRECTED_NEAR = 10  # minutes between two printed times when the words changed a little too, in the same gap
CLOSE = (
    0.85  # likeness of a line that was moved, or between the same neighbours set back, when more than a little changed
)
FEWEST_WORDS = 5  # tokens of such a line
SHIFT = 30  # minutes: the clock of a page is set by half hours and hours
FEWEST_SHIFTED = 3  # lines that show it


@dataclass(frozen=True, slots=True)
class _Option:
    """A line that is gone, and one that came; the surest sorts first."""

    step: int
    unlikeness: float
    minutes: int
    old: int
    new: int
    kind: Kind
    reason: str


def gone(listed: Sequence[Item], found: Mapping[int, Match]) -> list[int]:
    """The places of the listed items that are missing from above a line that is still there.

    One that stays at the very bottom may be pinned there, and one out of its place tells nothing; of a list that is
    printed the oldest first nothing can be said.
    """
    steady = in_order(listed)
    if 2 * len(steady) <= len(listed):
        return []
    kept, last = dict(pairs_of(listed, found)), max(found, default=-1)
    witnesses = [
        old for old, new in kept.items() if listed[old].guid in steady and not (old == len(listed) - 1 and new == last)
    ]
    return [old for old in range(max(witnesses, default=-1)) if old not in kept]


def _supplanted(listed: Sequence[Item], found: Mapping[int, Match]) -> dict[int, int]:
    """Old place -> new place, of the listed items in whose place another line stands, between the same neighbours."""
    kept = dict(pairs_of(listed, found))
    return {
        old: kept[old + 1] - 1
        for old in range(len(listed) - 1)
        if old not in kept and (old == 0 or old - 1 in kept) and kept.get(old + 1, 0) == kept.get(old - 1, -1) + 2
    }


def moved(
    listed: Sequence[Item], seen: Sequence[Headline], found: Mapping[int, Match], times: Times
) -> dict[int, Match]:
    """New place -> the row as a line that was edited and moved, or whose time was corrected, best first, one to one."""
    arrived = [new for new in range(len(seen)) if new not in found]
    if not arrived:
        return {}
    supplanted = _supplanted(listed, found)
    missing = sorted({*gone(listed, found), *supplanted})
    if not missing:
        return {}
    options = sorted(
        _options(listed, seen, missing, supplanted, arrived, found, times),
        key=lambda one: (one.step, one.unlikeness, one.minutes, one.old, one.new),
    )
    matches: dict[int, Match] = {}
    used = set[int]()
    for one in options:
        if one.new not in matches and one.old not in used:
            used.add(one.old)
            matches[one.new] = Match(seen[one.new], one.new, one.kind, listed[one.old], one.reason)
    return matches


def _options(
    listed: Sequence[Item],
    seen: Sequence[Headline],
    missing: Sequence[int],
    supplanted: Mapping[int, int],
    arrived: Sequence[int],
    found: Mapping[int, Match],
    times: Times,
) -> Iterator[_Option]:
    gaps = Gaps(pairs_of(listed, found))
    are, were = [text.key(row.title) for row in seen], [text.key(item.title) for item in listed]
    still, before = set(are), set(were)
    pairs = (
        (old, new)
        for old in missing
        for new in arrived
        if listed[old].clock is not None and seen[new].clock is not None
        # both texts in one list are two lines
        if were[old] == are[new] or not (were[old] in still or are[new] in before)
    )
    for old, new in islice(pairs, MOST_OPTIONS):
        item, row = listed[old], seen[new]
        same_gap = gaps.of_old(old) == gaps.of_new(new)
        option = None
        if row.clock != item.clock:
            option = _at_another_time(old, new, item, row, same_gap, supplanted.get(old) == new)
        elif times.agree(new, item) and not same_gap:  # in its own gap `edits` has decided
            option = _elsewhere(old, new, item, row)
        if option is not None:
            yield option


def _elsewhere(old: int, new: int, item: Item, row: Headline) -> _Option | None:
    """The same time and nearly the same words, in another place: there another number is another line of a series."""
    likeness = like(item.title, row.title)
    reworded = likeness >= CLOSE and count_alike(item.title, row.title) and not parted(item, row)
    if not (reworded or small(item.title, row.title)):
        return None
    return _Option(0, 1 - likeness, 0, old, new, "edited", f"edited and moved, same time, likeness {likeness:.2f}")


def _at_another_time(old: int, new: int, item: Item, row: Headline, same_gap: bool, in_place: bool) -> _Option | None:
    """The same words at another time, or nearly the same ones at nearly the same time.

    In its own place more words may change where the time is set back: a line that another news replaces is later.
    """
    apart = DAY if item.clock is None or row.clock is None else minutes_apart(item.clock, row.clock)
    words, other = text.key(item.title), said_otherwise(item, row)
    if words == text.key(row.title):
        if apart <= MOVED or len(words.split()) >= ENOUGH_WORDS:
            return _Option(1, 0.0, apart, old, new, "corrected", f"same words, old line gone, {other}")
        return None
    near = apart <= CORRECTED_NEAR and same_gap
    if not (near or apart <= CORRECTED) or len(words.split()) < FEWEST_WORDS:
        return None
    likeness = like(item.title, row.title)
    set_back = in_place and near and (_minutes_later(row.clock, item.clock) or 0) > DAY // 2
    reworded = set_back and likeness >= CLOSE and count_alike(item.title, row.title, exactly=True)
    if not (reworded or small(item.title, row.title)) or parted(item, row):
        return None
    reason = f"nearly the same words, likeness {likeness:.2f}, old line gone, {other}"
    return _Option(2 if near else 3, 1 - likeness, apart, old, new, "corrected", reason)


def shifted(listed: Sequence[Item], seen: Sequence[Headline], found: Mapping[int, Match]) -> dict[int, Match]:
    """New place -> the row, where all times of the page have been set back or forward by one amount: words as before.

    So a newsroom puts its clock right, and so a page shows that it changes to summer time for the past as well.
    """
    if 2 * len(found) >= len(seen):
        return {}
    used = {match.item.guid for match in found.values() if match.item}
    left = {new: text.key(row.title) for new, row in enumerate(seen) if new not in found}
    often = Counter(left.values())
    rows = {key: new for new, key in left.items() if often[key] == 1}
    pairs = [
        (old, new, _minutes_later(seen[new].clock, item.clock))
        for old, item in enumerate(listed)
        if item.guid not in used and (new := rows.get(text.key(item.title))) is not None
    ]
    shifts = Counter(shift for *_, shift in pairs if shift)
    shift, count = max(shifts.items(), key=lambda each: each[1], default=(0, 0))
    if count < FEWEST_SHIFTED or 3 * count < 2 * len(pairs) or shift % SHIFT:
        return {}
    reason = "same words; the page has set all its times by one amount"
    return {
        new: Match(seen[new], new, "corrected", listed[old], f"{reason}, {said_otherwise(listed[old], seen[new])}")
        for old, new, by in pairs
        if by == shift
    }


def _minutes_later(clock: time | None, other: time | None) -> int | None:
    if clock is None or other is None:
        return None
    return (clock.hour * 60 + clock.minute - other.hour * 60 - other.minute) % DAY
