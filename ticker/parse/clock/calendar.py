"""Make hours and days of what a time says, and refuse those that no clock and no calendar has."""

from datetime import date, time, timedelta

from ticker.model import Day

_LEAP = 2024  # a day without a year may be 29 February
_YEARS = range(1970, 2100)
_BUDDHIST = 543  # years that the Thai calendar is ahead
_JALALI_YEARS = range(1340, 1431)
_ISLAMIC_YEARS = range(1431, 1480)
_JALALI_EPOCH = date(1921, 3, 21)  # 1 Farvardin 1300
_JALALI_LEAPS = frozenset((1, 5, 9, 13, 17, 22, 26, 30))  # of each 33 years: right from 1244 to 1472
HALVES = {"am": frozenset(range(12)), "pm": frozenset(range(12, 24))}
JALALI = 100  # months of the Persian calendar are 101 to 112


def clock_of(hour: int, minute: int, second: int, part: frozenset[int] | None = None) -> time | None:
    """The wall clock that is meant; None for none. Of 12 hours, the one of the *part* of the day, if one is named.

    "12:10 a.m." is ten past midnight; "14:05 PM" is read as 14:05, "13:10 a.m." not at all.
    """
    if part is HALVES["am"] and hour <= 12:
        hour %= 12
    elif part is not None and hour <= 12:
        hour = hour % 12 + 12 if part is HALVES["pm"] else _of_part(hour % 12, part)
    elif part is not None and max(part) < 12:
        return None
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _of_part(hour: int, part: frozenset[int]) -> int:
    """*hour* or twelve later: the one in *part*, else the nearer one ("1 at noon" is 13:00)."""
    return min((hour, hour + 12), key=lambda one: min(min((one - each) % 24, (each - one) % 24) for each in part))


def day_of(year: int | None, month: int, day: int) -> Day | None:
    """The day of the Gregorian calendar, which a Thai or Persian year is turned into; None where there is none.

    Of the Persian calendar without its year, and of other calendars, no day can be told.
    """
    if month > JALALI or (year is not None and year in _JALALI_YEARS):
        return _jalali(year, month % JALALI, day)
    if year is not None and year - _BUDDHIST in _YEARS:
        year -= _BUDDHIST
    if not month or (year is not None and year not in _YEARS) or not is_day(year or _LEAP, month, day):
        return None
    return Day(month=month, day=day, year=year)


def is_untold(year: int | None, month: int) -> bool:
    """Whether it is a month of another calendar, or of two, so that its day may be one, but not which can be told."""
    return not month or (month > JALALI and year is None) or (year is not None and year in _ISLAMIC_YEARS)


def is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _jalali(year: int | None, month: int, day: int) -> Day | None:
    if year is None or year not in _JALALI_YEARS or not 1 <= month <= 12 or not 1 <= day <= 31 - (month > 6):
        return None
    if month == 12 and day == 30 and year % 33 not in _JALALI_LEAPS:
        return None
    leaps = sum(past % 33 in _JALALI_LEAPS for past in range(1300, year))
    days = 365 * (year - 1300) + leaps + 31 * (month - 1) - max(0, month - 7) + day - 1
    found = _JALALI_EPOCH + timedelta(days=days)
    return Day(month=found.month, day=found.day, year=found.year)
