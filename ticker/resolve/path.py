"""The cheapest assignment of days to all rows together, read from the newest to the oldest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from statistics import median

from ticker.said import AHEAD, BEHIND, OFF, ZERO, Moment, candidates

# Cost of a path through the candidate days, in hours of silence. As simulated in research/identity-time: none wrong
# with silences up to 9 h, with rows up to 120 min out of order, and with a pinned row 2 to 20 h old in any place, of
# which a path that may leave none out gets 76 to 96 % of the lists wrong; polled with gaps of 30 h, none of 2,400.
FIRST_HOUR, HOUR, RISE, RISE_HOUR = 0.5, 1.0, 0.5, 8.0
LEAVE_OUT, MOST_LEFT_OUT = 12.01, 3  # a pinned or advertised row; so many running. A hair over half a day: two rows
# left out must not tie with the 24 h that leaving them out could save
SHIFTED = 1.0  # a wall clock time that the change to summer time skipped
BEFORE, BEFORE_HOUR, MOST_BEFORE = 2.0, 2.0, 20.0  # older than the last good poll, which did not show it
# The page's clock runs ahead, by AHEAD to OFF; and for each hour that its lines usually lie apart: where a line comes
# each minute a silence of 23 hours is unlikely, where four come a day it is not.
CLOCK_AHEAD, CLOCK_AHEAD_HOUR = 4.0, 2.0
CLOCK_RIGHT = 4.0  # the page's clock, known to be an hour off, has been put right: else 23 hours of silence, 11.5


@dataclass(frozen=True, slots=True)
class Stop:
    """A row on the path: the instants it may have, each with a cost of its own."""

    rank: int
    candidates: tuple[tuple[datetime, float], ...]
    dated: bool = False  # by its own words: where some rows print their day, no silence pulls the others down to them


def cheapest_days(
    clocks: Mapping[int, time],
    fixed: Sequence[Stop],
    before: datetime | None,
    bottom: int,
    page: Moment,
) -> tuple[dict[int, datetime], timedelta]:
    """Rank -> instant, with the clock that the page has had or, where that is cheaper, one that is right or runs ahead.

    Args:
        clocks: rank -> printed clock of the rows without a day.
        fixed: all other rows whose instant is known, or nearly.
        before: the last good poll, if it is not after this one.
        bottom: the lowest rank that the last good poll must have shown: what is below may come from under its list.
        page: of this poll, and how far its clock has been ahead.

    Returns:
        Also of *fixed*; rows that are left out of the path, pinned or advertised, are absent. And how far
        the clock is ahead, as believed.
    """

    def cheapest(ahead: timedelta, offset: timedelta) -> tuple[float, dict[int, datetime]]:
        new = [
            Stop(rank, _costed(clock, before if rank < bottom else None, page, ahead, offset))
            for rank, clock in clocks.items()
        ]
        return _cheapest(sorted([*fixed, *new], key=lambda stop: stop.rank), page.fetched_at)

    cost, chosen = cheapest(AHEAD, page.offset)
    if page.offset:
        right, as_printed = cheapest(AHEAD, ZERO)
        if right + CLOCK_RIGHT >= cost:
            return chosen, page.offset
        cost, chosen = right, as_printed
    if any(candidates(clock, page.fetched_at, page.zone, ahead=OFF)[0] > page.latest for clock in clocks.values()):
        off, shifted = cheapest(OFF, ZERO)
        if off + CLOCK_AHEAD + CLOCK_AHEAD_HOUR * _usual_gap(list(clocks.values())) < cost:
            return shifted, ZERO
    return chosen, ZERO


def _usual_gap(clocks: Sequence[time]) -> float:
    """Median hours from one printed time down the page to the next, whatever their days."""
    minutes = [clock.hour * 60 + clock.minute for clock in clocks]
    gaps = [(newer - older) % (24 * 60) / 60 for newer, older in pairwise(minutes)]
    return median(gaps) if gaps else 0.0


def _costed(
    clock: time, before: datetime | None, page: Moment, ahead: timedelta, offset: timedelta
) -> tuple[tuple[datetime, float], ...]:
    costed = []
    for at in candidates(clock, page.fetched_at, page.zone, ahead=ahead, offset=offset):
        cost = 0.0 if (at + offset).astimezone(page.zone).time() == clock else SHIFTED
        if before is not None and at < before - BEHIND:
            cost += min(MOST_BEFORE, BEFORE + BEFORE_HOUR * _hours(before - at))
        costed.append((at, cost))
    return tuple(costed)


def _cheapest(stops: Sequence[Stop], fetched_at: datetime) -> tuple[float, dict[int, datetime]]:
    """Cost of the cheapest path, and rank -> instant of the stops on it; those left out are absent."""
    best: list[list[tuple[float, int, int]]] = []  # a stop, a candidate: cost, previous stop and its candidate
    for n, stop in enumerate(stops):
        row = []
        for at, own in stop.candidates:
            start = (n * LEAVE_OUT + FIRST_HOUR * max(0.0, _hours(fetched_at - at)), -1, -1)
            ways = [start] if n <= MOST_LEFT_OUT else []
            for p in range(max(0, n - 1 - MOST_LEFT_OUT), n):
                skipped = (n - 1 - p) * LEAVE_OUT
                ways += [
                    (best[p][c][0] + skipped + _step(newer, at, stop.dated), p, c)
                    for c, (newer, _) in enumerate(stops[p].candidates)
                ]
            cost, p, c = min(ways)
            row.append((cost + own, p, c))
        best.append(row)
    ends = [
        (best[n][c][0] + (len(stops) - 1 - n) * LEAVE_OUT, n, c)
        for n in range(max(0, len(stops) - 1 - MOST_LEFT_OUT), len(stops))
        for c in range(len(stops[n].candidates))
    ]
    chosen = {}
    total, n, c = min(ends)
    while n >= 0:
        chosen[stops[n].rank] = stops[n].candidates[c][0]
        _, n, c = best[n][c]
    return total, chosen


def _step(newer: datetime, older: datetime, dated: bool) -> float:
    hours = _hours(newer - older)
    if hours < 0:
        return RISE - RISE_HOUR * hours
    return 0.0 if dated else HOUR * hours


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
