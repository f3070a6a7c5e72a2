"""Rank the lists of a page by how surely they are its latest news: for pages without a configured heading."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from ticker.model import Headline
from ticker.parse.lists import Listing, median_length

_MIDNIGHT = 4 * 60  # minutes: a longer way up is a new day, a shorter one is disorder
_SHORTEST, _LONGEST = 12, 400  # letters: the median title of news is between
_LONG = 20  # rows: longer lists are not better for it
_NUMBER = re.compile(r"\d+")
_CLOCK = re.compile(r"(\d{1,2})\s?[:.h]\s?(\d\d)(?!\d)")


def newsness(found: Listing) -> float:
    """0 for what is no news; else the higher, the more surely it is the list of latest news."""
    rows = found.headlines
    distinct = len({line.title for line in rows}) / len(rows)
    linked = found.linked
    order = falling(rows)
    if not _SHORTEST <= median_length(rows) <= _LONGEST or distinct < 0.6 or found.worth < 0.2 or order < 0.6:
        return 0.0
    if linked < 0.5 and (order < 0.85 or (order < 1 and len(rows) < 8) or median_length(rows) < 2 * _SHORTEST):
        return 0.0  # a live blog or a marquee has no links, but it falls strictly, and has whole sentences
    size = math.sqrt(min(len(rows), _LONG) * found.worth)
    return order * order * size * (0.5 + linked) * (1.0 if found.readable else 0.6)


def falling(rows: Sequence[Headline]) -> float:
    """The share of steps down the list that go back in time, as far as it can be told; 0 where they never do.

    A rise of clock times by more than four hours is midnight. Times with other words about them
    ("heute, 18:00", "3 hours ago") are compared with their like, and like must stand with like.
    """
    marks = [_mark(line) for line in rows]
    steps = [step for above, below in pairwise(marks) if (step := _step(above, below)) is not None]
    changes = sum(above[0] != below[0] for above, below in pairwise(marks))
    kinds = len({frame for frame, _ in marks})
    strays = max(0, changes - (kinds - 1))  # a kind of time that comes again after another
    back, nights = sum(step <= 0 for step in steps), sum(step > _MIDNIGHT for step in steps)
    equal = all(step == 0 for step in steps)
    if (steps and nights > back) or (equal and len(steps) > 1 and not changes):
        return 0.0
    return max(0.0, (back + nights + min(changes, kinds - 1) - strays) / (len(marks) - 1))


def _mark(line: Headline) -> tuple[str, int]:
    """What kind of time a row has, and how late it is among its kind."""
    if line.clock is not None:
        return "", 60 * line.clock.hour + line.clock.minute
    printed = line.printed or ""
    clock = _CLOCK.search(printed)
    if clock is not None:
        frame = printed[: clock.start()] + printed[clock.end() :]
        return frame, 60 * int(clock[1]) + int(clock[2])
    number = _NUMBER.search(printed)
    return _NUMBER.sub("#", printed).rstrip("s"), -int(number[0][:9]) if number is not None else 0


def _step(above: tuple[str, int], below: tuple[str, int]) -> int | None:
    if above[0] != below[0]:
        return None
    step = below[1] - above[1]
    return step if not above[0] else min(step, _MIDNIGHT)  # midnight is for bare clocks only
