"""Between the wall clock of a zone and instants, summer time and all."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ticker.model import Day

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ZERO = timedelta()
# The first five as simulated in research/identity-time, "The algorithm, time": 0 wrong of 4,716 lines polled each 5 and
# 60 min, up to 9 min in the future, up to 120 min out of order, and over both clock changes of a year.
AHEAD = timedelta(minutes=10)  # a source's clock may run this far ahead of ours
OFF = timedelta(minutes=75)  # further off than AHEAD or BEHIND, up to this: another summer time and a slow clock
BEHIND = timedelta(minutes=30)  # a line may be printed this long before the poll that ought to have seen it
RECENT = timedelta(hours=6)  # with a good poll this recent, a new line came between the polls
DAYS_BACK = 8  # a clock without a day is looked for so far; a list of ten rows, one a day, is none
OLDEST = 1995  # no list of news has rows from before; 0001 and 1970 are what programs print for "no date"
LEAP = 8  # years between two 29ths of February, at most (1896 to 1904, and 2096 to 2104)


@lru_cache(maxsize=10_000)  # of a list, mostly those that its last poll asked for
def instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """What the naive *local* may mean, latest first: two in a doubled hour; in a skipped one shifted forward."""
    folds = (0, 1) if _exists(local, zone) else (0,)
    return tuple(sorted({local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in folds}, reverse=True))


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def candidates(
    clock: time, fetched_at: datetime, zone: ZoneInfo, *, ahead: timedelta = AHEAD, offset: timedelta = ZERO
) -> list[datetime]:
    """Every instant that *clock* may have meant, latest first: each local day, both times of a doubled hour.

    From tomorrow to 8 days back, not later than *fetched_at* + *ahead*. A time that a change to
    summer time skips is taken as shifted forward. *offset* is how far the clock of the page is
    ahead of that of its zone.
    """
    return list(_candidates(clock, fetched_at, zone, ahead, offset))


@lru_cache(maxsize=1_000)  # each new row of a poll is asked about several times
def _candidates(
    clock: time, fetched_at: datetime, zone: ZoneInfo, ahead: timedelta, offset: timedelta
) -> tuple[datetime, ...]:
    shown = fetched_at + offset
    today = shown.astimezone(zone).date()
    locals_ = (datetime.combine(today - timedelta(days=back), clock) for back in range(-1, DAYS_BACK + 1))
    possible = {at for local in locals_ for at in instants(local, zone)}
    return tuple(sorted((at - offset for at in possible if at <= shown + ahead), reverse=True))


def nearest(clock: time, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant nearest to *at* that *clock* may mean."""
    today = at.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in (0, -1, 1))
    possible = (meant for day in days for meant in instants(datetime.combine(day, clock), zone))
    return min(possible, key=lambda meant: abs(meant - at))


def both(at: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """*at*, and what else its wall clock and date may mean: two instants in a doubled hour."""
    return instants(at.astimezone(zone).replace(tzinfo=None), zone)


def whole_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last second of a local day."""
    begin = instants(datetime.combine(day, time()), zone)[-1]
    return begin, instants(datetime.combine(day + timedelta(days=1), time()), zone)[-1] - SECOND


def date_of(day: Day, today: date, limit: date) -> date | None:
    """The local date that *day* names; None where there is none.

    Args:
        day: as the row says it.
        today: what the page calls today.
        limit: the latest date that a date without a year may mean.
    """
    try:
        if day.month is not None and day.day is not None:
            return _of_calendar(day.year, day.month, day.day, limit)
        if day.back is not None:
            found = today - timedelta(days=day.back)
            return found if found.year >= OLDEST else None
    except (ValueError, OverflowError):  # 31 June, or more days back than there were
        return None
    return None if day.weekday is None else today - timedelta(days=(today.weekday() - day.weekday) % 7)


def _of_calendar(year: int | None, month: int, day: int, limit: date) -> date | None:
    if year is not None:
        return date(year, month, day) if year >= OLDEST else None
    for near in range(limit.year, limit.year - LEAP - 1, -1):
        try:
            found = date(near, month, day)
        except ValueError:  # 29 February of another year
            continue
        if found <= limit:
            return found
    return None
