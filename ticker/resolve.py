"""Give every new line its instant and its id, once: what the source's wall clock meant, in UTC.

A first version of the time algorithm of research/identity-time: with a good poll in the last
6 h the only day that fits; else the cheapest path through all days that could be meant.
Lines that are known keep what they have.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count, pairwise
from statistics import median
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from ticker import text
from ticker.model import Change, Changes, Item, Known, Match, Revision

SECOND = timedelta(seconds=1)
AHEAD = timedelta(minutes=10)  # a source's clock may run this far ahead of ours
OFF = timedelta(minutes=75)  # further ahead than AHEAD and up to this: the page keeps another summer time
BEHIND = timedelta(minutes=30)  # a line may be printed this long before the poll that ought to have seen it
RECENT = timedelta(hours=6)  # with a good poll this recent, the window between the polls dates a line alone
BLIND = timedelta(hours=20)  # after a longer outage no printed time can be sure of its day
DAYS_BACK = 8

# Cost of a path through the candidate days, in hours of silence (measured on simulated lists).
FIRST_HOUR, HOUR, RISE, RISE_HOUR = 0.5, 1.0, 0.5, 8.0
LEAVE_OUT, MOST_LEFT_OUT = 12.01, 3  # a pinned or advertised row; so many running. A hair over half a day: two rows
# left out must not tie with the 24 h that leaving them out could save
SHIFTED = 1.0  # a wall clock time that the change to summer time skipped
BEFORE, BEFORE_HOUR, MOST_BEFORE = 2.0, 2.0, 20.0  # older than the last good poll, which did not show it
# The page's clock runs ahead, by AHEAD to OFF; and for each hour that its lines usually lie apart: where a line comes
# each minute a silence of 23 hours is unlikely, where four come a day it is not.
CLOCK_AHEAD, CLOCK_AHEAD_HOUR = 4.0, 2.0

NAMESPACE = uuid5(NAMESPACE_URL, "urn:ticker:item")  # of our guids; host-free, for ever

PINNED = "out of order on the page: perhaps pinned, the day is a guess"
CLOCK_OFF = "the page's clock runs ahead: dated when first seen"
UNREADABLE = "no readable time: dated when first seen"
AFTER_OUTAGE = "first seen after an outage of over 20 h: the day is a guess"


@dataclass(frozen=True, slots=True)
class _Dated:
    """A new line with the instant its print meant; None where it cannot be known."""

    match: Match
    instant: datetime | None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    """A row on the path: the instants it may have, each with a cost of its own."""

    rank: int
    candidates: tuple[tuple[datetime, float], ...]


def resolve(
    matches: Sequence[Match],
    known: Known,
    *,
    source: str,
    fetched_at: datetime,
    zone: ZoneInfo,
    digest: str,
    taken: AbstractSet[datetime] = frozenset(),
) -> Changes:
    """What this poll changes: the new lines dated and named, the edited ones with their new words.

    Args:
        matches: one a row, in page order (newest first).
        known: as given to reconcile.
        source: the name of the source, part of every guid.
        fetched_at: when the page was read.
        zone: of the source's wall clock.
        digest: of the list as printed.
        taken: `published` instants that items of this source already have.

    Returns:
        A change a row. `published` of a new item is its printed instant, never past *fetched_at*,
        in whole seconds, unique within the source; lines of one minute take :00, :01, :02 from the
        oldest up, later arrivals the next second.
    """
    fetched_at = fetched_at.astimezone(UTC).replace(microsecond=0)
    dated = _date(matches, known, fetched_at, zone)
    published = _spread(dated, fetched_at, taken)
    used = {item.guid for item in (*known.listed, *known.memory)}
    born = _name(dated, published, used, source, fetched_at, zone)
    moments = _free_seconds(fetched_at, {*taken, *published.values()})
    rows = [
        Change(born[match.rank], "new", match.reason)
        if match.item is None
        else _known(match, match.item, fetched_at, moments)
        for match in matches
    ]
    return Changes(tuple(rows), digest)


def candidates(clock: time, fetched_at: datetime, zone: ZoneInfo, *, ahead: timedelta = AHEAD) -> list[datetime]:
    """Every instant that *clock* may have meant, latest first: each local day, both times of a doubled hour.

    From tomorrow to 8 days back, not later than *fetched_at* + *ahead*. A time that a change to
    summer time skips is taken as shifted forward.
    """
    today = fetched_at.astimezone(zone).date()
    instants = set()
    for back in range(-1, DAYS_BACK + 1):
        local = datetime.combine(today - timedelta(days=back), clock)
        for fold in (0, 1) if _exists(local, zone) else (0,):
            instants.add(local.replace(tzinfo=zone, fold=fold).astimezone(UTC))
    return sorted((at for at in instants if at <= fetched_at + ahead), reverse=True)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def _date(matches: Sequence[Match], known: Known, fetched_at: datetime, zone: ZoneInfo) -> list[_Dated]:
    dated: dict[int, _Dated] = {}
    for match in matches:
        if match.item is None:
            if match.headline.clock is None:
                dated[match.rank] = _Dated(match, None, UNREADABLE)
            elif (sure := _in_window(match, known.last_good, fetched_at, zone)) is not None:
                dated[match.rank] = sure
    fixed = {rank: line.instant for rank, line in dated.items() if line.instant}
    for match in matches:
        if match.item is not None and match.item.printed_at and match.item.flag != PINNED:
            fixed[match.rank] = match.item.printed_at
    left = {
        match.rank: (match, match.headline.clock)
        for match in matches
        if match.item is None and match.headline.clock is not None and match.rank not in dated
    }
    if left:
        dated.update(_by_path(left, fixed, known.last_good, fetched_at, zone))
    return [dated[match.rank] for match in matches if match.rank in dated]


def _in_window(match: Match, last_good: datetime | None, fetched_at: datetime, zone: ZoneInfo) -> _Dated | None:
    """The instant between the last good poll and this one, when that poll is recent."""
    clock = match.headline.clock
    if clock is None or last_good is None or abs(fetched_at - last_good) > RECENT:
        return None
    begin = min(last_good, fetched_at) - BEHIND  # our own clock may have been set back
    possible = candidates(clock, fetched_at, zone, ahead=OFF)
    fitting = [at for at in possible if begin <= at <= fetched_at + AHEAD]
    if fitting:
        return _Dated(match, fitting[0])
    if possible and possible[0] > fetched_at + AHEAD:
        return _Dated(match, None, CLOCK_OFF)
    return None


def _by_path(
    left: Mapping[int, tuple[Match, time]],
    fixed: dict[int, datetime],
    last_good: datetime | None,
    fetched_at: datetime,
    zone: ZoneInfo,
) -> dict[int, _Dated]:
    """The cheapest assignment of days to all rows together, read from the newest to the oldest."""
    before = last_good if last_good is not None and last_good <= fetched_at else None
    chosen = _path(left, fixed, before, fetched_at, zone)
    uncertain = AFTER_OUTAGE if before is not None and fetched_at - before > BLIND else None
    dated = {}
    for rank, (match, clock) in left.items():
        at = chosen.get(rank)
        if at is None:
            dated[rank] = _Dated(match, candidates(clock, fetched_at, zone)[0], PINNED)
        elif at > fetched_at + AHEAD:
            dated[rank] = _Dated(match, None, CLOCK_OFF)
        else:
            dated[rank] = _Dated(match, at, uncertain)
    return dated


def _path(
    left: Mapping[int, tuple[Match, time]],
    fixed: dict[int, datetime],
    before: datetime | None,
    fetched_at: datetime,
    zone: ZoneInfo,
) -> dict[int, datetime]:
    """Rank -> instant, with a clock that is right or, where that is cheaper, one that runs ahead."""

    def stops(ahead: timedelta) -> list[_Stop]:
        known = [_Stop(rank, ((at, 0.0),)) for rank, at in fixed.items()]
        new = [_Stop(rank, _costed(clock, before, fetched_at, zone, ahead)) for rank, (_, clock) in left.items()]
        return sorted([*known, *new], key=lambda stop: stop.rank)

    cost, chosen = _cheapest(stops(AHEAD), fetched_at)
    if any(candidates(clock, fetched_at, zone, ahead=OFF)[0] > fetched_at + AHEAD for _, clock in left.values()):
        off, shifted = _cheapest(stops(OFF), fetched_at)
        if off + CLOCK_AHEAD + CLOCK_AHEAD_HOUR * _usual_gap([clock for _, clock in left.values()]) < cost:
            return shifted
    return chosen


def _usual_gap(clocks: Sequence[time]) -> float:
    """Median hours from one printed time down the page to the next, whatever their days."""
    minutes = [clock.hour * 60 + clock.minute for clock in clocks]
    gaps = [(newer - older) % (24 * 60) / 60 for newer, older in pairwise(minutes)]
    return median(gaps) if gaps else 0.0


def _costed(
    clock: time, before: datetime | None, fetched_at: datetime, zone: ZoneInfo, ahead: timedelta
) -> tuple[tuple[datetime, float], ...]:
    costed = []
    for at in candidates(clock, fetched_at, zone, ahead=ahead):
        cost = 0.0 if at.astimezone(zone).time() == clock else SHIFTED
        if before is not None and at < before - BEHIND:
            cost += min(MOST_BEFORE, BEFORE + BEFORE_HOUR * _hours(before - at))
        costed.append((at, cost))
    return tuple(costed)


def _cheapest(stops: Sequence[_Stop], fetched_at: datetime) -> tuple[float, dict[int, datetime]]:
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
                    (best[p][c][0] + skipped + _step(newer, at), p, c)
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


def _step(newer: datetime, older: datetime) -> float:
    hours = _hours(newer - older)
    return HOUR * hours if hours >= 0 else RISE - RISE_HOUR * hours


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def _spread(dated: Sequence[_Dated], fetched_at: datetime, taken: AbstractSet[datetime]) -> dict[int, datetime]:
    """Rank -> published: distinct seconds in page order, never past *fetched_at*."""
    lines = sorted(dated, key=lambda line: (line.instant or fetched_at, -line.match.rank))
    moments: list[datetime] = []
    for line in lines:
        at = line.instant or fetched_at
        if moments:
            at = max(at, moments[-1] + SECOND)
        while at in taken and at < fetched_at:
            at += SECOND
        moments.append(at)
    limit = fetched_at
    for n in range(len(moments) - 1, -1, -1):
        at = min(moments[n], limit)
        while at in taken:
            at -= SECOND
        moments[n] = at
        limit = at - SECOND
    return {line.match.rank: at for line, at in zip(lines, moments, strict=True)}


def _name(
    dated: Sequence[_Dated],
    published: dict[int, datetime],
    used: set[str],
    source: str,
    fetched_at: datetime,
    zone: ZoneInfo,
) -> dict[int, Item]:
    """Rank -> the new item; equal facts are told apart by an ordinal, counted from the oldest.

    *used* are the guids of known items; it grows by the new ones.
    """
    born = {}
    for line in sorted(dated, key=lambda line: published[line.match.rank]):
        row, rank = line.match.headline, line.match.rank
        key = text.key(row.title)
        day = (line.instant or published[rank]).astimezone(zone).date()
        clock = row.clock.isoformat("minutes") if row.clock else ""
        facts = "\n".join((source, day.isoformat(), clock, key))
        guid = next(guid for n in count() if (guid := uuid5(NAMESPACE, f"{facts}\n{n}").urn) not in used)
        used.add(guid)
        born[rank] = Item(
            guid=guid,
            source=source,
            title=row.title,
            link=row.link,
            published=published[rank],
            updated=published[rank],
            printed=row.printed,
            clock=row.clock,
            printed_at=line.instant,
            first_seen=fetched_at,
            last_seen=fetched_at,
            rank=rank,
            flag=line.flag,
        )
    return born


def _free_seconds(fetched_at: datetime, used: set[datetime]) -> Iterator[datetime]:
    """Instants for `updated`: at the poll or just before it, no two alike."""
    at = fetched_at
    while True:
        if at not in used:
            yield at
        at -= SECOND


def _known(match: Match, item: Item, fetched_at: datetime, moments: Iterator[datetime]) -> Change:
    row = match.headline
    seen = replace(item, last_seen=fetched_at, rank=match.rank)
    if row.title == item.title:
        return Change(seen, match.kind, match.reason)
    edited = replace(
        seen,
        title=row.title,
        link=item.link or row.link,
        updated=max(next(moments), item.updated + SECOND),
        revisions=(*item.revisions, Revision(item.title, _worded_at(item))),
    )
    return Change(edited, match.kind, match.reason, before=item.title)


def _worded_at(item: Item) -> datetime:
    """When the present wording of *item* was first seen."""
    return item.updated if item.revisions else item.first_seen
