"""How the clock of a page runs, by what its rows said when they were first seen: right, or an hour off.

A site that keeps another summer time than its zone prints every line an hour off, and a line alone does not tell that
from one that was put in late. So nothing is concluded from one poll, from a first list or from one after an outage.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ticker import said
from ticker.model import Changes, Item, Known
from ticker.said import AHEAD, BEHIND, CLOCK_OFF, ZERO

HOUR = timedelta(hours=1)
HALF = HOUR / 2  # zones differ by hours and halves
# research/identity-time, "Clock of the page": 13 of 691 lines wrong and not 570, of a page an hour late for four days
POLLS = 5  # so many of the latest that saw new lines are asked
LEAST_POLLS = 3  # that agree, the middle one then among them; lines are put in late in few polls (4 of 16,079 lines)
NEAR = timedelta(minutes=12)  # an hour off is 48 to 72 min: a line is seen some minutes after it was printed

LATE = "it says a time long before the poll that first saw it, on top of the list: the page's clock may be behind"
HOUR_BEHIND = "the page's clock is an hour behind: its times are taken as an hour later"
HOUR_AHEAD = "the page's clock is an hour ahead: its times are taken as an hour earlier"
HOUR_OFF = {-HOUR: HOUR_BEHIND, HOUR: HOUR_AHEAD}
_BY_CLOCK = {LATE, CLOCK_OFF, *HOUR_OFF.values()}


def offset(known: Known, zone: ZoneInfo) -> timedelta:
    """How far the clock of the page is ahead of that of *zone*: an hour, an hour less, or nothing.

    Each poll that saw new lines counts once, with the least time from the print of one of them to its first
    sight. What counts lies where a right clock puts it, or was flagged; and a line an hour late is flagged only
    where it lies half an hour before the last good poll, which then was close.
    """
    polls: dict[datetime, timedelta] = {}
    for item in sorted((*known.listed, *known.memory), key=lambda item: item.first_seen, reverse=True):
        if len(polls) == POLLS and item.first_seen not in polls:
            break
        lag = _lag(item, zone)
        if lag is not None:
            polls[item.first_seen] = min(lag, polls.get(item.first_seen, lag))
    for off in HOUR_OFF:
        if sum(abs(lag + off) <= NEAR for lag in polls.values()) >= LEAST_POLLS:
            return off
    return ZERO


def _lag(item: Item, zone: ZoneInfo) -> timedelta | None:
    """How long after the time it printed *item* was first seen, less than zero where that was still to come.

    None where it tells nothing: a line without a flag that is old may have come in an outage.
    """
    if item.clock is None:
        return None
    if item.flag in _BY_CLOCK:
        return item.first_seen - said.nearest(item.clock, item.first_seen, zone)
    if item.flag is None and item.printed_at is not None and -AHEAD <= item.first_seen - item.printed_at < BEHIND:
        return item.first_seen - item.printed_at
    return None


def alarm(changes: Changes, known: Known) -> str:
    """What the new rows show of the page's clock, as a plain sentence for the operator; empty where it is right."""
    new = [change.item for change in changes.rows if change.kind in ("new", "repost")]
    counts = Counter(item.flag for item in new if item.flag in (CLOCK_OFF, *HOUR_OFF.values()))
    if counts:
        flag, count = counts.most_common(1)[0]
        return f"{flag} ({count} of {len(new)} new lines): is the zone of the source right?"
    late = _hours_late([*new, *known.listed, *known.memory]) if new else ZERO
    if not late:
        return ""
    return f"new lines say times about {late / HOUR:g} hours before they appear: is the zone of the source right?"


def _hours_late(items: Iterable[Item]) -> timedelta:
    """By how many hours and halves, from 1½ on, the nearest line of each of the latest polls was late; 0 if not alike.

    One line may be put in late, and so may some; not one poll after the other by whole hours.
    """
    polls: dict[datetime, timedelta] = {}
    for item in items:
        if item.flag is None and item.clock is not None and item.printed_at is not None:
            lag = item.first_seen - item.printed_at
            polls[item.first_seen] = min(lag, polls.get(item.first_seen, lag))
    lags = [polls[at] for at in sorted(polls, reverse=True)[:POLLS]]
    late = round(min(lags, default=ZERO) / HALF) * HALF
    alike = len(lags) == POLLS and all(abs(lag - late) <= NEAR for lag in lags)
    return late if alike and late > HOUR else ZERO
