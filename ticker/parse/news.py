"""Rank the lists of a page by how surely they are its latest news: for pages without a configured heading."""

import math

from ticker.parse.lists import Listing, median_length
from ticker.parse.order import falling

_SHORTEST, _LONGEST = 12, 400  # letters: the median title of news is between
_LONG = 20  # rows: longer lists are not better for it


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
