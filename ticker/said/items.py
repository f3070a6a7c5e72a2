"""How far what a row says is from what is known of an item: equal words of another time are other news."""

from datetime import UTC, datetime, time, timedelta

from ticker.model import Headline, Item
from ticker.said.rows import DAY_ONLY, ROUGH, TO_COME, Moment, Said, Span, plain
from ticker.said.wall import BEHIND, MINUTE, OFF, ZERO, whole_day

# With these three no story of 840 a style was split or merged, in 17 styles polled through the night (tests of said).
YOUNGER = timedelta(minutes=5)  # a row may look younger than it is by this: the page was kept in a cache
OLDER = BEHIND  # and older: the item was dated from such a copy
OTHER_DAY = timedelta(hours=12)  # the same clock on another day is at least 23 hours off
_MARGIN = {flag: unit for unit, flag in ROUGH.items()}
_EVER = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


def certain(item: Item) -> bool:
    """Whether its instant is known to the minute and no guess."""
    return item.printed_at is not None and item.flag is None


def stretch(item: Item, page: Moment) -> Span:
    """When *item* was, as far as it is known: what its flag says is uncertain, is."""
    at = item.printed_at
    if at is not None and item.flag is None:
        return Span(at - MINUTE, at + MINUTE, at)
    at = item.published
    if item.flag == DAY_ONLY:
        return Span(*whole_day(at.astimezone(page.zone).date(), page.zone), at)
    if item.flag in _MARGIN:
        return Span(at - _MARGIN[item.flag], at + _MARGIN[item.flag], at)
    begin, end = _EVER
    return Span(begin, end if item.flag == TO_COME else item.first_seen + OFF, at)


def apart(row: Headline, said: Said, item: Item, known: Span) -> timedelta | None:
    """How far *row* is from *item*; None where they contradict and cannot be one.

    Args:
        row: of this poll.
        said: what it says of its time.
        item: of before.
        known: its `stretch`.
    """
    if row.clock is not None and item.clock is not None:
        return _clocks_apart(row, row.clock, said, item.clock, known)
    if not said.spans or item.printed_at in said.misread:
        return ZERO
    nearest = min((_distance(span, known) for span in said.spans), key=abs)
    by_days = said.flag == DAY_ONLY
    older = ZERO if by_days and item.flag == DAY_ONLY else OLDER
    younger = ZERO if by_days else YOUNGER
    return abs(nearest) if -older <= nearest <= younger else None


def _clocks_apart(row: Headline, clock: time, said: Said, other: time, known: Span) -> timedelta | None:
    """Equal printed clocks are one, but for a day that is printed too and is another."""
    if clock != other:
        return None
    distance = min((abs(_distance(span, known)) for span in said.spans), default=ZERO)
    return distance if plain(row) or distance < OTHER_DAY else None


def _distance(span: Span, known: Span) -> timedelta:
    """Zero where they meet; positive where the row looks younger than the item, negative where older."""
    if span.begin > known.end:
        return span.begin - known.end
    return min(span.end - known.begin, ZERO)
