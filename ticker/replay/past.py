"""Say what was known at an instant of the past, from what is kept: rows as they were read, items as they stood."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ticker.model import Headline, Item
from ticker.parse import clock
from ticker.store import KeptPoll, KeptRow

SECOND = timedelta(seconds=1)


def legible(poll: KeptPoll, items: Mapping[str, Item]) -> tuple[KeptRow, ...] | None:
    """The rows of *poll* as they were read.

    Those of the first form are read again from their printed words; None where that gives less than was known, for the
    time stood in the markup alone.

    Args:
        poll: that was accepted.
        items: guid -> item as it is now; needed for the first form.
    """
    if poll.whole or poll.rows is None:
        return poll.rows
    rows = tuple(replace(row, headline=_read_again(row.headline)) for row in poll.rows)
    unread = (items.get(row.guid or "") for row in rows if not row.headline.readable)
    return None if any(item is not None and item.printed_at is not None for item in unread) else rows


def _read_again(row: Headline) -> Headline:
    stamp = clock.stamp(row.printed) if row.printed else None
    if stamp is None:
        return replace(row, ago=clock.span(row.printed)) if row.printed else row
    return replace(row, clock=stamp.clock, day=stamp.day, ago=stamp.ago)


def stood(items: Mapping[str, Item], rows: Sequence[KeptRow], at: datetime) -> list[Item]:
    """The items as they stood once the list *rows* had been kept at *at*.

    Args:
        items: guid -> item as it is now; those that are not in *rows* were remembered.
        rows: in page order.
        at: when the list was read.
    """
    ranks = {row.guid: rank for rank, row in enumerate(rows)}
    known = []
    for guid, item in items.items():
        then = _as_of(item, at)
        if guid in ranks:
            then = _listed(then, ranks[guid], rows[ranks[guid]].headline, at)
        else:  # those that came back later were seen last before
            then = replace(then, rank=None, last_seen=min(item.last_seen, at - SECOND))
        known.append(then)
    return known


def _as_of(item: Item, at: datetime) -> Item:
    """*item* with the words and the time that it had, and none of the changes since."""
    gone_at = item.gone_at if item.gone_at is not None and item.gone_at <= at else None
    item = replace(item, gone_at=gone_at, updated=max(min(item.updated, at), item.first_seen))
    ends = [was.until or after.seen_at for was, after in zip(item.revisions, item.revisions[1:], strict=False)]
    if item.revisions:
        ends.append(item.revisions[-1].until or item.updated)
    for place, end in enumerate(ends):
        if end > at:
            was = item.revisions[place]
            earlier = replace(item, title=was.title, revisions=item.revisions[:place])
            return _with_time(earlier, _read_again(Headline(was.printed, None, was.title)))
    return item


def _listed(item: Item, rank: int, row: Headline, at: datetime) -> Item:
    return replace(_with_time(item, row), rank=rank, title=row.title, last_seen=at, gone_at=None)


def _with_time(item: Item, row: Headline) -> Item:
    """With the time that *row* prints: before it was corrected, that was when the item was published."""
    if row.printed is None or row.printed == item.printed:
        return item
    if row.clock is None or row.clock == item.clock:
        return replace(item, printed=row.printed)
    return replace(item, printed=row.printed, clock=row.clock, printed_at=item.published.replace(second=0))
