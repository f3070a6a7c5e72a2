"""Rank the lists of a page by how surely they are its latest news: for pages without a configured heading."""

import math
from collections.abc import Sequence
from itertools import pairwise

from ticker.model import Headline
from ticker.parse import hints
from ticker.parse.lists import Listing, median_length
from ticker.parse.order import MIDNIGHT, falling, mark, step_of
from ticker.parse.under import Found, may_head

_SHORTEST, _LONGEST = 12, 400  # letters: the median title of news is between
_LONG = 20  # rows: longer lists are not better for it
_DAY_ROWS = 3  # rows between two midnights, at least, on the whole
_ABOVE = 4  # texts above a list of which one may be its heading


def newsness(found: Found, listing: Listing) -> float:
    """0 for what is no news; else the higher, the more surely it is the list of latest news."""
    rows = listing.headlines
    distinct = len({line.title for line in rows}) / len(rows)
    linked = listing.linked
    order = falling(rows)
    if not _SHORTEST <= median_length(rows) <= _LONGEST or distinct < 0.6 or listing.worth < 0.2 or order < 0.6:
        return 0.0
    if linked < 0.5 and (order < 0.85 or (order < 1 and len(rows) < 8) or median_length(rows) < 2 * _SHORTEST):
        return 0.0  # a live blog or a marquee has no links, but it falls strictly, and has whole sentences
    if linked < 0.5 and sum(line.day is not None for line in rows) * 2 > len(rows):
        return 0.0  # posts of a live blog are of today; comments have a date each
    if _nights(rows) > max(1, len(rows) / _DAY_ROWS):
        return 0.0
    named = hints.of_names(listing.row) if listing.row is not None else 1.0
    size = math.sqrt(min(len(rows), _LONG) * listing.worth)
    return order * order * size * (0.5 + linked) * named * _headed(found, listing) * (1.0 if listing.readable else 0.6)


def _headed(found: Found, listing: Listing) -> float:
    """The factor of the words right above the list."""
    places = range(listing.start - 1, max(-1, listing.start - 1 - _ABOVE), -1)
    return hints.of_heading(found.texts[place] for place in places if may_head(found, place))


def _nights(rows: Sequence[Headline]) -> int:
    """How often bare clock times rise by so much that a midnight must stand between."""
    marks = [mark(row) for row in rows]
    return sum((step_of(above, below) or 0) > MIDNIGHT for above, below in pairwise(marks))
