"""Say how surely the times of a list go back in time, down the page: what news does, and most other lists do not."""

import re
from collections.abc import Sequence
from datetime import time
from itertools import pairwise
from typing import Protocol

from ticker.model import Ago, Day

MIDNIGHT = 4 * 60  # minutes: a longer way up is a new day, a shorter one is disorder (research/real-pages, "Order")
_DAY = 24 * 60
_NUMBER = re.compile(r"\d+")
_CLOCK = re.compile(r"(\d{1,2})\s?[:.h]\s?(\d\d)(?!\d)")


class Said(Protocol):
    """What a row says of its time: a stamp, or a headline."""

    @property
    def printed(self) -> str | None: ...
    @property
    def clock(self) -> time | None: ...
    @property
    def day(self) -> Day | None: ...
    @property
    def ago(self) -> Ago | None: ...


Mark = tuple[str, float]
"""What kind of time a row has, and how late it is among its kind, in minutes."""


def falling(rows: Sequence[Said]) -> float:
    """The share of steps down the list that go back in time, as far as it can be told; 0 where they never do.

    A rise of bare clock times by more than four hours is midnight. Times of another kind ("yesterday, 18:00",
    "3 hours ago") are compared with their like, and like must stand with like.
    """
    if len(rows) < 2:
        return 0.0
    marks = [mark(row) for row in rows]
    steps = [step for above, below in pairwise(marks) if (step := step_of(above, below)) is not None]
    changes = sum(above[0] != below[0] for above, below in pairwise(marks))
    kinds = len({kind for kind, _ in marks})
    strays = max(0, changes - (kinds - 1))  # a kind of time that comes again after another
    back, nights = sum(step <= 0 for step in steps), sum(step > MIDNIGHT for step in steps)
    equal = all(step == 0 for step in steps)
    if (steps and nights > back) or (equal and len(steps) > 1 and not changes):
        return 0.0
    return max(0.0, (back + nights + min(changes, kinds - 1) - strays) / (len(marks) - 1))


def mark(row: Said) -> Mark:
    """What kind of time *row* has, and how late it is among its kind."""
    if row.ago is not None:
        return "ago", -row.ago.span.total_seconds() / 60
    minutes = 60 * row.clock.hour + row.clock.minute if row.clock is not None else 0
    if row.day is not None:
        return _of_day(row.day, minutes)
    if row.clock is not None:
        return "", minutes
    return _unread(row.printed or "")


def _of_day(day: Day, minutes: int) -> Mark:
    if day.back is not None:
        return "back", minutes - _DAY * day.back
    if day.month is not None and day.day is not None:
        return ("date" if day.year else "day"), minutes + _DAY * (((day.year or 0) * 12 + day.month) * 31 + day.day)
    return f"weekday {day.weekday}", minutes


def _unread(printed: str) -> Mark:
    clock = _CLOCK.search(printed)
    if clock is not None:
        return printed[: clock.start()] + printed[clock.end() :], 60 * int(clock[1]) + int(clock[2])
    number = _NUMBER.search(printed)
    return _NUMBER.sub("#", printed).rstrip("s"), -int(number[0][:9]) if number is not None else 0


def step_of(above: Mark, below: Mark) -> float | None:
    """How many minutes later the lower of two times is; None where they cannot be compared."""
    if above[0] != below[0]:
        return None
    step = below[1] - above[1]
    return step if not above[0] else min(step, MIDNIGHT)  # midnight is for bare clocks only
