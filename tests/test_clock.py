"""Printed times, as pages print them, and the wall clock they mean."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.parse.clock import Kind, dates_in_disguise, is_date, leading, read, stamp


@pytest.mark.parametrize(
    ("printed", "clock"),
    [
        ("14:53", time(14, 53)),
        ("9:05", time(9, 5)),
        ("09:05", time(9, 5)),
        ("00:00", time(0, 0)),
        ("23:59", time(23, 59)),
        ("17:04:02", time(17, 4, 2)),
        ("18.47", time(18, 47)),
        ("21h04", time(21, 4)),
        ("21 h 04", time(21, 4)),
        ("9h", time(9, 0)),
        ("6:14 a.m.", time(6, 14)),
        ("1:07 p.m.", time(13, 7)),
        ("1:07PM", time(13, 7)),
        ("12:10 a.m.", time(0, 10)),
        ("12:10 p.m.", time(12, 10)),
        ("9 a.m.", time(9, 0)),
        ("١٤:٥٣", time(14, 53)),
        ("۱۴:۵۳", time(14, 53)),
        ("٢:٥٣ م", time(14, 53)),
        ("٢:٥٣ ص", time(2, 53)),
        ("02:53 صباحاً", time(2, 53)),
        ("02:53 مساءً", time(14, 53)),
        ("02:53 مساء", time(14, 53)),
        ("12:05 ص", time(0, 5)),
        ("الساعة 14:53", time(14, 53)),
        ("۲:۵۳ ب.ظ", time(14, 53)),
        ("(23:53)", time(23, 53)),
        ("[23:53]", time(23, 53)),
        ("| 23:53 –", time(23, 53)),
        ("\u200f14:53\u200e", time(14, 53)),
        ("１４：５３", time(14, 53)),
        ("15:30 Uhr", time(15, 30)),
        ("um 15:30 Uhr", time(15, 30)),
        ("kl. 15.30", time(15, 30)),
        ("23:53 GMT", time(23, 53)),
        ("23:53 GMT+2", time(23, 53)),
        ("12.50 BST", time(12, 50)),
        ("14時05分", time(14, 5)),
        ("下午 2:05", time(14, 5)),
        ("오후 2:05", time(14, 5)),
        ("\xa0 14:53 \n", time(14, 53)),
    ],
)
def test_a_printed_time_is_read(printed: str, clock: time) -> None:
    assert read(printed) == clock
    known = stamp(printed)
    assert known is not None
    assert (known.clock, known.kind) == (clock, Kind.CLOCK)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("24:00", None),
        ("25:10", None),
        ("14:60", None),
        ("2:1", None),
        ("5155", None),
        ("", None),
        ("—", None),
        ("Ferry service resumes", None),
        ("The talks began at 14:53 in the city hall, said the mayor", None),
        ("13:10 a.m.", Kind.LOOSE),
        ("heute, 18:00 Uhr", Kind.LOOSE),
        ("Ontem, 14:51", Kind.LOOSE),
        ("أمس 14:51", Kind.LOOSE),
        ("09.12/19:52", Kind.LOOSE),
        ("2019-01-22 20:44", Kind.LOOSE),
        ("1 Августа 08:00", Kind.LOOSE),
        ("30m ago", Kind.RELATIVE),
        ("قبل 12 دقيقة", Kind.RELATIVE),
        ("منذ 3 ساعات", Kind.RELATIVE),
        ("6 menit lalu", Kind.RELATIVE),
        ("10分前", Kind.RELATIVE),
        ("vor 5 Minuten", Kind.RELATIVE),
        ("\n 16\n          hours ago \n", Kind.RELATIVE),
        ("26.10.2014", Kind.DATE),
    ],
)
def test_what_is_no_clock_time_of_a_day_has_none(printed: str, kind: Kind | None) -> None:
    known = stamp(printed)
    assert read(printed) is None
    assert (known.kind if known else None) == kind
    assert known is None or known.clock is None or known.day is not None


def test_brackets_and_separators_are_not_part_of_the_printed_time() -> None:
    assert [
        known.printed for text in ("(23:53)", " 23:53 |", "[١٤:٥٣]", "- 9:05 a.m. -") if (known := stamp(text))
    ] == [
        "23:53",
        "23:53",
        "١٤:٥٣",
        "9:05 a.m.",
    ]


def test_a_row_in_one_text_is_parted_into_time_and_headline() -> None:
    row = leading("‏(١٤:٥٣) - الوزير: نفتح الطريق غداً")
    assert row is not None
    assert (row.printed, row.clock, row.rest) == ("١٤:٥٣", time(14, 53), "الوزير: نفتح الطريق غداً")
    assert leading("14:53 12:10 11:00") is None
    assert leading("At 14:53 the gate opened") is None


def test_a_list_of_days_is_not_taken_for_clock_times() -> None:
    assert dates_in_disguise(["09.12", "08.12", "06.12", "05.12"])
    assert not dates_in_disguise(["09.12", "08.47", "06.12", "05.12"])
    assert not dates_in_disguise(["09:12", "08:12", "06:12", "05:12"])


@pytest.mark.parametrize(
    "line",
    [
        "الأحد 22 تشرين الثاني 2026",
        "7 أكتوبر",
        "Sunday",
        "22 Nov",
        "Sunday, 22 November",
        "2026/11/22",
        "22. märz 2026",
    ],
)
def test_a_line_that_gives_the_day_is_a_date(line: str) -> None:
    assert is_date(line) == (line != "Sunday")


@pytest.mark.parametrize("line", ["عاجل 24/7", "Markets 24", "Decisions of 2026", "آخر 5 أخبار", "Set 2", "14:53", ""])
def test_a_heading_with_a_number_is_no_date(line: str) -> None:
    assert not is_date(line)


@given(st.times(), st.sampled_from(["{:%H:%M}", "({:%H:%M})", "{:%Hh%M}", "{:%H.%M}", "{:%I:%M %p}", "{:%H:%M} Uhr"]))
def test_every_minute_of_the_day_survives_printing(clock: time, form: str) -> None:
    assert read(form.format(clock)) == clock.replace(second=0, microsecond=0)


@given(st.text(max_size=60))
def test_any_text_is_a_time_or_not_but_never_an_error(text: str) -> None:
    known = stamp(text) or leading(text)
    assert known is None or known.printed
    read(text)
