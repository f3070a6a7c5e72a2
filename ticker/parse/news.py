"""Rank the lists of a page by how surely they are its latest news: for pages without a configured heading."""

import math
from collections.abc import Sequence
from itertools import pairwise

from ticker.model import Headline
from ticker.parse import hints
from ticker.parse.found import Found, may_head
from ticker.parse.lists import Listing, median_length
from ticker.parse.order import MIDNIGHT, falling, mark, step_of

_SHORTEST, _LONGEST = 12, 400  # letters: the median title of news is between
_LONG = 20  # rows: longer lists are not better for it
_DAY_ROWS = 5  # rows between two midnights, at least, on the whole
_BARE = 10  # characters of a printed clock without its day
_ABOVE = 4  # texts above a list of which one may be its heading


def newsness(found: Found, listing: Listing) -> float:
    """0 for what is no news; else the higher, the more surely it is the list of latest news."""
    if objection(listing) is not None:
        return 0.0
    order, size = falling(listing.headlines), math.sqrt(min(len(listing.headlines), _LONG) * listing.worth)
    named = hints.of_names(listing.row) if listing.row is not None else 1.0
    above = _above(found, listing)
    if listing.linked < 0.5 and hints.are_comments(above[:2]):
        return 0.0
    return order * order * size * (0.5 + listing.linked) * named * hints.of_heading(above)


def objection(listing: Listing) -> str | None:
    """Why a list is no latest news, in words for a person; None where it may be."""
    rows, length, order = listing.headlines, median_length(listing.headlines), falling(listing.headlines)
    steps = f"{round(order * (len(rows) - 1))} of {len(rows) - 1} steps down the list go back in time"
    if order == 0:
        return "its times rise or are all the same, as in a programme or a timetable"
    if order < 0.6:
        return f"it is out of order, as most read or chosen by hand: only {steps}"
    if not _SHORTEST <= length <= _LONGEST:
        return f"its texts are too {'short' if length < _SHORTEST else 'long'} for headlines: {length} letters each"
    if len({line.title for line in rows}) < 0.6 * len(rows):
        return "its rows say the same again and again"
    if sum(line.clock is None and line.ago is None and line.stated is None for line in rows) * 2 > len(rows):
        return "its rows say the day at most, and no hour"
    if sum("\ufffd" in line.title for line in rows) * 2 > len(rows):
        return "its letters cannot be read: the page is in another charset than it says"
    if listing.worth < 0.2:
        return "its rows do not agree on what is a headline"
    if _nights(rows) > max(1, len(rows) / _DAY_ROWS):
        return "its times jump up too often for days, as the length of films does"
    if listing.row is not None and hints.of_names(listing.row) == 0:
        return "its elements are named as comments, a programme or the weather"
    return _unlinked(listing, steps, order, length) if listing.linked < 0.5 else None


def _unlinked(listing: Listing, steps: str, order: float, length: int) -> str | None:
    """A live blog or a marquee has no links, but it falls strictly, has whole sentences, and is of today."""
    rows = listing.headlines
    if order < 0.85 or (order < 1 and len(rows) < 8) or length < 2 * _SHORTEST:
        return f"few of its rows link, and it is not as strictly in order or as wordy as a live blog: {steps}"
    if sum(line.day is not None and len(line.printed or "") > _BARE for line in rows) * 2 > len(rows):
        return "its rows do not link, and have a date each, as comments do"
    return None


def _above(found: Found, listing: Listing) -> list[str]:
    """What may be a heading right above the list, the nearest first."""
    places = range(listing.start - 1, max(-1, listing.start - 1 - _ABOVE), -1)
    return [found.texts[place] for place in places if may_head(found, place)]


def _nights(rows: Sequence[Headline]) -> int:
    """How often bare clock times rise by so much that a midnight must stand between."""
    marks = [mark(row) for row in rows]
    return sum((step_of(above, below) or 0) > MIDNIGHT for above, below in pairwise(marks))
