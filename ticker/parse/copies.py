"""Fold the copies of a list's rows: sliders repeat them before and after, phones get a list of their own."""

from collections.abc import Sequence

from ticker.model import Headline
from ticker.parse.order import falling

_MOST = 2_000  # rows that are looked at for copies


def once(rows: Sequence[Headline]) -> tuple[Headline, ...]:
    """*rows* without those that repeat time and words of another one.

    Where whole stretches are repeated, as by a slider that runs in circles, the stretch is kept that falls best.
    """
    keys = [(row.printed, row.title) for row in rows]
    count = len(set(keys))
    if count == len(keys):
        return tuple(rows)
    stretches = [start for start in _whole(keys[:_MOST], count) if count > 1]
    if stretches:
        middle = (len(rows) - count) / 2  # as many copies stand before as after
        start = max(stretches, key=lambda start: (falling(rows[start : start + count]), -abs(start - middle)))
        return tuple(rows[start : start + count])
    first = dict(zip(reversed(keys), reversed(rows), strict=True))
    return tuple(first.values())[::-1]


def _whole(keys: Sequence[object], count: int) -> list[int]:
    """Where *count* rows running are all different."""
    last: dict[object, int] = {}
    begin, starts = 0, list[int]()
    for at, key in enumerate(keys):
        begin = max(begin, last.get(key, -1) + 1)
        last[key] = at
        if at - begin + 1 >= count:
            starts.append(at - count + 1)
    return starts
