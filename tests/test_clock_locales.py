"""What CLDR prints, in any language, is read back; and the tables of names are those that CLDR gives."""

import importlib.util
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from babel.dates import format_date, format_time, format_timedelta
from hypothesis import given
from hypothesis import strategies as st

from ticker.model import Day
from ticker.parse.clock import is_date, may_say, moment, span, stamp

TOOL = Path(__file__).parent.parent / "tools" / "calendar_names.py"
NEVER_READ = {"eu", "mt", "ug", "ky", "ps", "ti", "mn"}  # suffixes and prefixes on names and numbers
# Of the locales' medium, long and full dates; the others print abbreviations that two languages share.
SHARE = 0.97
DIGITS = ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "၀၁၂၃၄၅၆၇၈၉", "０１２３４５６７８９"]


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calendar_names", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_names_are_those_of_cldr():
    assert tool().WRITTEN.read_text(encoding="utf-8") == tool().module()


LOCALES = tool().LOCALES
DATED = [code for code in LOCALES if code not in NEVER_READ]
days = st.dates(date(2001, 1, 1), date(2068, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(clocks, st.sampled_from(LOCALES))
def test_the_clock_of_every_locale_is_read(clock, locale):
    known = stamp(format_time(clock, "short", locale=locale))
    assert known is not None
    assert known.clock == clock


def read_back(printed: str, day: date) -> bool | None:
    """Whether it is read as *day*; None where it is left unread."""
    known = stamp(printed)
    if known is None or known.day is None:
        return None
    return known.day == Day(month=day.month, day=day.day, year=day.year)


@pytest.mark.parametrize("form", ["medium", "long", "full"])
def test_dates_of_nearly_all_locales_are_read_and_none_is_read_wrong(form):
    dice = Random(form)
    said = [
        read_back(format_date(day, form, locale=locale), day)
        for locale in DATED
        for _ in range(24)
        for day in [date(2001, 1, 1) + timedelta(days=dice.randrange(24_000))]
    ]
    assert False not in said
    assert said.count(True) > SHARE * len(said)


@given(
    days,
    clocks,
    st.sampled_from(["long", "full"]),
    st.sampled_from(["ar_LB", "de", "en", "es", "fr", "ja", "ru", "tr"]),
)
def test_a_date_and_a_clock_side_by_side_are_both_read(day, clock, form, locale):
    known = stamp(f"{format_date(day, form, locale=locale)}, {format_time(clock, 'short', locale=locale)}")
    assert known is not None
    assert (known.clock, known.day) == (clock, Day(month=day.month, day=day.day, year=day.year))


RELATIVE = [code for code in LOCALES if code not in {"ckb", "ga", "ha", "lb", "lo", "mt", "ti", "tk", "zu"}]
spans = st.one_of(
    st.integers(1, 40).map(lambda count: timedelta(minutes=count)),
    st.integers(1, 20).map(lambda count: timedelta(hours=count)),
    st.integers(1, 5).map(lambda count: timedelta(days=count)),
)


@given(spans, st.sampled_from(RELATIVE))
def test_relative_times_of_nearly_all_locales_are_read(past, locale):
    known = stamp(format_timedelta(-past, add_direction=True, locale=locale, threshold=1))
    assert known is not None
    assert known.ago is not None
    assert known.ago.span == past


def in_digits(text: str, digits: str) -> str:
    return text.translate({ord(str(value)): digit for value, digit in enumerate(digits)})


@given(
    days, clocks, st.sampled_from(DIGITS),
    st.sampled_from(["{c:%H:%M}", "{d:%d.%m.%Y} {c:%H:%M}", "{d:%Y-%m-%d}", "قبل {c.minute} دقيقة", "{c.hour}h ago"]),
)  # fmt: skip
def test_local_digits_say_what_western_ones_say(day, clock, digits, form):
    western = form.format(d=day, c=clock)
    local, known = stamp(in_digits(western, digits)), stamp(western)
    assert local is not None
    assert known is not None
    assert (local.clock, local.day, local.ago, local.kind) == (known.clock, known.day, known.ago, known.kind)


@given(st.one_of(st.text(max_size=60), st.text("0123456789:./-٣۴h 前分月日午後apmтlagoقبلد,", max_size=30)))
def test_no_text_is_an_error(text):
    for asked in (stamp, moment, span, may_say, is_date):
        read: Callable[[str], object] = asked
        read(text)


@given(st.dates(date(2001, 1, 1), date(2050, 1, 1)))
def test_a_persian_date_is_the_day_it_was(day):
    known = stamp(persian(day))
    assert known is not None
    assert known.day == Day(month=day.month, day=day.day, year=day.year)


def persian(day: date) -> str:
    """*day* in the Persian calendar, counted year by year from 1 Farvardin 1379, which was 20 March 2000."""
    year, left = 1379, (day - date(2000, 3, 20)).days
    while left >= (length := 366 if year % 33 in (1, 5, 9, 13, 17, 22, 26, 30) else 365):
        year, left = year + 1, left - length
    month, of_month = divmod(left, 31) if left < 186 else divmod(left - 186, 30)
    return f"{year}/{month + (7 if left >= 186 else 1):02}/{of_month + 1:02}"


def test_an_hour_of_the_night_is_that_of_its_language():
    assert [known.clock for text in ("凌晨2:05", "晚上8:05", "9:05 ночи", "2:05 ночи") if (known := stamp(text))] == [
        time(2, 5), time(20, 5), time(21, 5), time(2, 5),
    ]  # fmt: skip
