"""What one row says of its time: a clock without a day, an instant to the minute, a rough stretch, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ticker.model import Ago, Headline
from ticker.said.wall import AHEAD, BEHIND, OFF, OLDEST, SECOND, ZERO, candidates, date_of, instants, whole_day

HOUR = timedelta(hours=1)
NOON = time(12)
WEEK = timedelta(days=7)

CLOCK_OFF = "the page's clock runs ahead: dated when first seen"
UNREADABLE = "no readable time: dated when first seen"
TO_COME = "the date it says is still to come: dated when first seen"
DAY_ONLY = "only the day is known"
ROUGH = {  # unit of an age -> flag
    timedelta(days=365): "only its age is known, to the year",
    timedelta(days=28): "only its age is known, to the month",
    timedelta(days=7): "only its age is known, to the week",
    timedelta(days=1): "only its age is known, to the day",
    HOUR: "only its age is known, to the hour",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When a page was made and how its times are to be read."""

    fetched_at: datetime
    zone: ZoneInfo
    today: date  # the local day that the page calls today
    lag: timedelta = ZERO  # it was made so long before it was read: a copy from a cache
    digits: bool = False  # its stated offsets are wrong: their digits are the wall clock of the zone
    offset: timedelta = ZERO  # its wall clock is so far ahead of that of the zone

    @property
    def made_at(self) -> datetime:
        return self.fetched_at - self.lag

    @property
    def latest(self) -> datetime:
        """No row may be later."""
        return self.fetched_at + AHEAD


@dataclass(frozen=True, slots=True)
class Span:
    """From *begin* to *end*, most likely at *likely*."""

    begin: datetime
    end: datetime
    likely: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """When a row was, by its own words.

    `spans` are what it may mean, latest first: all days of a bare clock, both times of a doubled hour, else one; none
    where it says nothing that can be believed. `misread` is what a stated offset would make of it that is not believed,
    or is and should not be: enough to know again a row that was read so.
    """

    kind: Literal["nothing", "clock", "exact", "rough"]
    spans: tuple[Span, ...] = ()
    misread: tuple[datetime, ...] = ()
    flag: str | None = None  # why no minute is known


def plain(row: Headline) -> bool:
    """Whether what is printed never ages: a clock and nothing but a clock."""
    return row.clock is not None and row.day is None and row.ago is None


def read(row: Headline, page: Moment) -> Said:
    """Printed words come first; what is stated in the markup is used where it agrees with them."""
    day = date_of(row.day, page.today, _limit(page)) if row.day else None
    if row.clock is not None:
        return _dated_clock(row, row.clock, day, page) if day else _bare_clock(row, row.clock, page)
    if row.ago is not None:
        return _aged(row, row.ago, page)
    if day is not None:
        return _day_alone(row, day, page)
    return _stated_alone(row, page)


def stated(row: Headline, page: Moment) -> tuple[Sequence[datetime], Sequence[datetime]]:
    """The instants that the markup states, as it is written and by its digits; the believed one first."""
    at = row.stated
    if at is None or not OLDEST <= at.year <= page.fetched_at.year + 1:
        return [], []
    digits = instants(at.replace(tzinfo=None), page.zone)
    if at.tzinfo is None:
        return digits, []
    written = [at.astimezone(UTC)]
    return (digits, written) if page.digits else (written, digits)


def _limit(page: Moment) -> date:
    return (page.fetched_at + OFF).astimezone(page.zone).date()


def minute(at: datetime) -> Span:
    """A printed minute lasts for a minute; a time with seconds is that second."""
    return Span(at, at if at.second else at + 59 * SECOND, at)


def _second(at: datetime) -> Span:
    at = at.replace(microsecond=0)
    return Span(at, at, at)


def _stated(row: Headline, chosen: Sequence[datetime], page: Moment) -> Said:
    other = (at for readings in stated(row, page) for at in readings if at not in chosen)
    return Said("exact", tuple(map(_second, chosen)), tuple(at.replace(microsecond=0) for at in other))


def _agreeing(row: Headline, clock: time, page: Moment) -> list[datetime]:
    """Stated instants that show the printed clock; a wrong offset on the right digits is no matter."""
    for readings in stated(row, page):
        found = [at for at in readings if at <= page.latest and _shows(at, clock, page.zone)]
        if found:
            return found
    return []


def _shows(at: datetime, clock: time, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    return (local.hour, local.minute) == (clock.hour, clock.minute) and clock.second in (0, local.second)


def _bare_clock(row: Headline, clock: time, page: Moment) -> Said:
    """With a stated instant that agrees it has its day and its second; a doubled hour stays two."""
    agreeing = _agreeing(row, clock, page)
    if agreeing:
        return _stated(row, agreeing, page)
    possible = candidates(clock, page.fetched_at, page.zone, offset=page.offset)
    return Said("clock", tuple(minute(at) for at in possible))


def _dated_clock(row: Headline, clock: time, day: date, page: Moment) -> Said:
    possible = instants(datetime.combine(day, clock), page.zone)
    if possible[-1] > _ahead(page) and row.day is not None and row.day.month is None and row.day.back is None:
        possible = instants(datetime.combine(day - WEEK, clock), page.zone)  # "Monday 9:00", on a Monday at 8:00
    agreeing = [at for at in _agreeing(row, clock, page) if any(at - at.second * SECOND <= p <= at for p in possible)]
    if agreeing:
        return _stated(row, agreeing, page)
    credible = [at for at in possible if at <= page.latest]
    if not credible:
        return Said("nothing", flag=CLOCK_OFF if possible[-1] <= _ahead(page) else TO_COME)
    return Said("exact", tuple(map(minute, credible)))


def _ahead(page: Moment) -> datetime:
    return page.fetched_at + OFF


def _aged(row: Headline, ago: Ago, page: Moment) -> Said:
    """An age is rounded down, up or to the nearest unit, as the site likes; down is likeliest."""
    try:
        begin, end = page.made_at - ago.span - ago.unit, page.made_at - ago.span
    except OverflowError:
        return Said("nothing", flag=UNREADABLE)
    if begin.year < OLDEST:
        return Said("nothing", flag=UNREADABLE)
    latest = min(end + ago.unit, page.fetched_at)
    readings = [] if _midnight(row, page) else [at for some in stated(row, page) for at in some]
    for low, high in ((begin, end), (begin - BEHIND, end + AHEAD), (begin - BEHIND, latest + AHEAD)):
        agreeing = [at for at in readings if low <= at <= min(high, page.latest)]
        if agreeing:
            return _stated(row, agreeing[:1], page)
    if ago.unit < HOUR:
        return Said("exact", (Span(begin, latest, end),))
    flag = next(flag for unit, flag in ROUGH.items() if ago.unit >= unit)
    return Said("rough", (Span(begin, latest, begin + (end - begin) / 2 // SECOND * SECOND),), flag=flag)


def _midnight(row: Headline, page: Moment) -> bool:
    """Whether what is stated is a date: midnight stands for it, by its digits or in the zone."""
    at = row.stated
    if at is None or not any(stated(row, page)):
        return False
    return time() in (at.time(), at.astimezone(page.zone).time() if at.tzinfo else None)


def _day_alone(row: Headline, day: date, page: Moment) -> Said:
    begin, end = whole_day(day, page.zone)
    if begin > page.fetched_at:
        return Said("nothing", flag=CLOCK_OFF if begin <= _ahead(page) else TO_COME)
    if not _midnight(row, page):
        for readings in stated(row, page):
            agreeing = [at for at in readings if begin <= at <= min(end, page.latest)]
            if agreeing:
                return _stated(row, agreeing, page)
    end = min(end, page.fetched_at)
    noon = instants(datetime.combine(day, NOON), page.zone)[0]
    return Said("rough", (Span(begin, end, end if day >= page.today else noon),), flag=DAY_ONLY)  # today: first seen


def _stated_alone(row: Headline, page: Moment) -> Said:
    believed, other = stated(row, page)
    if not believed or row.stated is None:
        return Said("nothing", flag=UNREADABLE)
    if _midnight(row, page):
        at = row.stated if row.stated.time() == time() else row.stated.astimezone(page.zone)
        return _day_alone(replace(row, stated=None), at.date(), page)
    credible = [at for at in believed if at <= page.latest] or [at for at in other if at <= page.latest]
    if not credible:
        return Said("nothing", flag=CLOCK_OFF if believed[-1] <= _ahead(page) else TO_COME)
    return _stated(row, credible, page)
