"""Find the lines that were reworded: the old text is gone from the very slot in which the new one stands."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import islice

from ticker import text
from ticker.likeness import count_alike, like, small
from ticker.model import Headline, Item, Match
from ticker.reconcile.links import parted
from ticker.reconcile.places import Gaps, in_order, pairs_of
from ticker.reconcile.times import FLOOR, MOST_OPTIONS, Times


@dataclass(frozen=True, slots=True)
class _Option:
    """A line that has gone, and one that came, in one slot."""

    old: int
    new: int
    expected: bool  # by place alone
    words: bool  # the words must tell
    scarce: bool  # fewer lines came than have gone: numbers tell which of them is left


def edited_in_place(
    listed: Sequence[Item], seen: Sequence[Headline], found: Mapping[int, Match], times: Times
) -> dict[int, Match]:
    """New place -> the row as an edit of the item that stood there.

    Args:
        listed: the last accepted list.
        seen: rows of this poll.
        found: place -> what is known of the row already.
        times: of the rows.
    """
    if len(found) == len(seen):
        return {}
    gaps = Gaps(pairs_of(listed, found))
    used = {match.item.guid for match in found.values() if match.item}
    steady = in_order(listed)
    trusted_here = any(match.item is not None and match.item.guid in steady for match in found.values())
    candidates = []
    for option in islice(_options(listed, seen, found, used, gaps, times), MOST_OPTIONS):
        item, row = listed[option.old], seen[option.new]
        likeness = like(item.title, row.title)
        trusted = trusted_here and option.expected and not option.words and not parted(item, row)
        if likeness >= FLOOR and (trusted or small(item.title, row.title)):
            distance = abs(option.old - option.new)
            recounted = option.scarce and not count_alike(item.title, row.title)
            candidates.append((not option.expected, recounted, -likeness, distance, option.old, option.new))
    matches: dict[int, Match] = {}
    for _, _, score, _, old, new in sorted(candidates):
        if new not in matches and listed[old].guid not in used:
            used.add(listed[old].guid)
            matches[new] = Match(seen[new], new, "edited", listed[old], f"edited in place, likeness {-score:.2f}")
    return matches


def _options(
    listed: Sequence[Item],
    seen: Sequence[Headline],
    found: Mapping[int, Match],
    used: set[str],
    gaps: Gaps,
    times: Times,
) -> Iterator[_Option]:
    gone, arrived = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for old, item in enumerate(listed):
        if item.guid not in used:
            gone[gaps.of_old(old)].append(old)
    for new in range(len(seen)):
        if new not in found:
            arrived[gaps.of_new(new)].append(new)
    elsewhere, before = _left(gone, arrived, listed, seen)
    for gap, olds in gone.items():
        stays = [old for old in olds if elsewhere[text.key(listed[old].title)] == 0]
        comes = [new for new in arrived[gap] if before[text.key(seen[new].title)] == 0]
        yield from _of_one_clock(stays, comes, listed, seen, times)
    if not gaps:  # an age is no slot without neighbours
        return
    were, are = {text.key(item.title) for item in listed}, {text.key(row.title) for row in seen}
    for gap, olds in gone.items():  # words that stand in both lists are no edits, whatever their time
        lost = [old for old in olds if text.key(listed[old].title) not in are]
        come = [new for new in arrived[gap] if text.key(seen[new].title) not in were]
        yield from _of_one_age(lost, come, listed, seen, times)


def _left(
    gone: Mapping[int, Sequence[int]],
    arrived: Mapping[int, Sequence[int]],
    listed: Sequence[Item],
    seen: Sequence[Headline],
) -> tuple[Counter[str], Counter[str]]:
    """The keys of the rows, and of the items, that are no line's yet: words that stand in both lists are no edit."""
    rows = Counter(text.key(seen[new].title) for news in arrived.values() for new in news)
    items = Counter(text.key(listed[old].title) for olds in gone.values() for old in olds)
    return rows, items


def _of_one_clock(
    olds: Sequence[int], news: Sequence[int], listed: Sequence[Item], seen: Sequence[Headline], times: Times
) -> Iterator[_Option]:
    clocks = defaultdict[time | None, list[int]](list)
    for new in news:
        clocks[seen[new].clock].append(new)
    slots = defaultdict[time | None, list[int]](list)
    for old in olds:
        slots[listed[old].clock].append(old)
    for clock in slots.keys() & clocks.keys() - {None}:
        partners = {old: [new for new in clocks[clock] if times.agree(new, listed[old])] for old in slots[clock]}
        yield from _expected(partners, words=False)


def _of_one_age(
    olds: Sequence[int], news: Sequence[int], listed: Sequence[Item], seen: Sequence[Headline], times: Times
) -> Iterator[_Option]:
    """Where one of the two prints no clock: the same minute, or a small edit and the only pair of its slot."""
    pairs = [
        (old, new)
        for old in olds
        for new in news
        if (listed[old].clock is None or seen[new].clock is None) and times.agree(new, listed[old])
    ]
    minutes, rough = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for old, new in pairs:
        rough[old].append(new)
        if times.same_minute(new, listed[old]):
            minutes[old].append(new)
    yield from _expected(minutes, words=False)
    for old, partners in rough.items():
        if len(partners) == 1 and sum(partners[0] in others for others in rough.values()) == 1:
            yield _Option(old, partners[0], expected=True, words=True, scarce=False)


def _expected(partners: Mapping[int, Sequence[int]], *, words: bool) -> Iterator[_Option]:
    """Lines come on top: of more lines than have gone the lower are the edits, unless the words tell otherwise."""
    rivals = defaultdict[int, list[int]](list)
    for old, news in sorted(partners.items()):
        for new in news:
            rivals[new].append(old)
    for old, news in partners.items():
        for n, new in enumerate(news):
            below_new, below_old = len(news) - 1 - n, len(rivals[new]) - 1 - rivals[new].index(old)
            expected = len(news) <= len(rivals[new]) or below_old == below_new
            yield _Option(old, new, expected, words, scarce=len(news) < len(rivals[new]))
