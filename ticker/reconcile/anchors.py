"""Pair the lines that have not changed: equal words, and a time that is the same or has only aged."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from itertools import product
from typing import TypeAlias, TypeVar

from ticker import said, text
from ticker.model import Headline, Item, Match
from ticker.reconcile.places import Gaps, from_below, pairs_of
from ticker.reconcile.times import ZERO, Times

MINUTE = timedelta(minutes=1)
ROUNDING = timedelta(seconds=15)  # of two ages of equal words the nearer counts, unless they are nearly as near
Pair: TypeAlias = tuple[int, int]  # old place, new place
Slot: TypeAlias = tuple[time | None, str]  # printed wall clock and identity key
Group: TypeAlias = tuple[list[int], list[int]]  # old and new places of equal lines
K = TypeVar("K", bound=Hashable)


def anchors(listed: Sequence[Item], seen: Sequence[Headline], found: Mapping[int, Match], times: Times) -> list[Pair]:
    """Pairs of lines with equal key and time, beside those that are *found* already.

    Equal printed clocks come first, then what is left of equal words: a list may go over from
    clocks to ages or dates. A row whose time contradicts the item is no pair.
    """
    before = pairs_of(listed, found)
    keys_old = [text.key(item.title) for item in listed]
    keys_new = [text.key(row.title) for row in seen]
    old, new = _left(before, listed, seen)
    slots = _groups([(listed[n].clock, key) if n in old else None for n, key in enumerate(keys_old)],
                    [(seen[n].clock, key) if n in new else None for n, key in enumerate(keys_new)])  # fmt: skip
    pairs = _paired(slots, before, listed, seen, times)
    old, new = _left([*before, *pairs], listed, seen)
    if not old or not new:
        return pairs
    left = _groups([key if n in old else None for n, key in enumerate(keys_old)],
                   [key if n in new else None for n, key in enumerate(keys_new)])  # fmt: skip
    return pairs + _paired(left, [*before, *pairs], listed, seen, times)


def _left(pairs: Sequence[Pair], listed: Sequence[Item], seen: Sequence[Headline]) -> tuple[set[int], set[int]]:
    """The old and the new places that are in none of *pairs*."""
    return set(range(len(listed))) - {old for old, _ in pairs}, set(range(len(seen))) - {new for _, new in pairs}


def _groups(olds: Sequence[K | None], news: Sequence[K | None]) -> list[Group]:
    """Places that have one name in both lists; None is no name."""
    places: dict[K, list[int]] = defaultdict(list)
    for place, name in enumerate(olds):
        if name is not None:
            places[name].append(place)
    groups: dict[K, Group] = {}
    for place, name in enumerate(news):
        if name is not None and name in places:
            groups.setdefault(name, (places[name], []))[1].append(place)
    return list(groups.values())


def _paired(
    groups: Sequence[Group], before: Sequence[Pair], listed: Sequence[Item], seen: Sequence[Headline], times: Times
) -> list[Pair]:
    """Lines that stand once in both lists first; they tell where the others belong."""
    once = [(olds[0], news[0]) for olds, news in groups if len(olds) == len(news) == 1]
    pairs = [(old, new) for old, new in once if times.agree(new, listed[old])]
    gaps = Gaps([*before, *pairs])
    for olds, news in groups:
        if len(olds) > 1 or len(news) > 1:
            alike = all(said.plain(seen[new]) for new in news) and all(listed[old].clock is not None for old in olds)
            several = _pair_by_place(olds, news, gaps) if alike else _pair_by_time(olds, news, gaps, listed, times)
            pairs += several
    return pairs


def _pair_by_place(olds: Sequence[int], news: Sequence[int], gaps: Gaps) -> Iterator[Pair]:
    """Pairs of equal lines, those between the same neighbours first.

    So that an equal line that was added on top is the one left over; what is left first to first, in order.
    """
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


def _pair_by_time(
    olds: Sequence[int], news: Sequence[int], gaps: Gaps, listed: Sequence[Item], times: Times
) -> Iterator[Pair]:
    """Pairs of equal words, the nearest in time first; of equally near those between the same neighbours."""
    options = []
    for (below_old, old), (below_new, new) in product(from_below(olds), from_below(news)):
        distance = times.apart(new, listed[old])
        if distance is not None:
            moved = gaps.of_old(old) != gaps.of_new(new)
            between = times.between(new, listed[old]) or ZERO
            options.append((distance // MINUTE, between // ROUNDING, moved, abs(below_old - below_new), old, new))
    used_old, used_new = set[int](), set[int]()
    for *_, old, new in sorted(options):
        if old not in used_old and new not in used_new:
            used_old.add(old)
            used_new.add(new)
            yield old, new
