"""Fold the copies of a list's rows: sliders repeat them before and after, phones get rows of their own."""

from collections import Counter
from collections.abc import Sequence

from ticker.model import Headline
from ticker.parse.order import falling

_FEWEST = 3  # rows that are repeated in a row, at least: a newsroom may say one thing twice in a minute


def once(rows: Sequence[Headline]) -> tuple[Headline, ...]:
    """*rows* without copies: those of a slider that runs in circles, and those that lead where another one does.

    Of a circle the stretch is kept that falls best. Two rows alike without a link may be two news.
    """
    keys = [(row.printed, row.title, row.link) for row in rows]
    count = len(set(keys))
    extra = len(keys) - count
    if extra >= _FEWEST and keys[count:] == keys[:extra]:  # it repeats itself after so many rows
        middle = extra / 2  # as many copies stand before as after
        start = max(range(extra + 1), key=lambda at: (falling(rows[at : at + count]), -abs(at - middle)))
        return tuple(rows[start : start + count])
    doubled = min(Counter(keys).values(), default=0) > 1  # all of them: a copy of the whole
    seen: set[tuple[str | None, str, str | None]] = set()
    kept = []
    for row, key in zip(rows, keys, strict=True):
        if key not in seen or (row.link is None and not doubled):
            kept.append(row)
            seen.add(key)
    return tuple(kept)
