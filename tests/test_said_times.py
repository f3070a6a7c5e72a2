"""Rows whose time is dated, relative or stated: one true instant, one id for ever."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.desk import Desk
from tests.lines import BEIRUT, MINUTE, ago, dated, instant, now, row, stated
from ticker.model import Ago, Day, Headline
from ticker.resolve import CLOCK_OFF, PINNED, UNREADABLE
from ticker.said import DAY_ONLY, ROUGH, TO_COME

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def published(desk: Desk) -> list[str]:
    """Of the last poll's rows, as local date and wall clock."""
    return [change.item.published.astimezone(desk.zone).strftime("%m-%d %H:%M:%S") for change in desk.last.rows]


def flags(desk: Desk) -> list[str | None]:
    return [change.item.flag for change in desk.last.rows]


def kinds(desk: Desk) -> list[str]:
    return [match.kind for match in desk.matches]


def guids(desk: Desk) -> list[str]:
    return [change.item.guid for change in desk.last.rows]


def first(at: str, *rows: Headline | str, zone: ZoneInfo = BEIRUT) -> Desk:
    desk = Desk(zone=zone)
    desk.read(instant(at, zone), rows)
    return desk


# What a day and a clock say


@pytest.mark.parametrize(
    ("at", "line", "expected"),
    [
        pytest.param("2025-05-13T08:00", dated("a", "23:10", back=1), "05-12 23:10:00", id="yesterday"),
        pytest.param("2025-05-13T08:00", dated("a", "07:10", back=0), "05-13 07:10:00", id="today"),
        pytest.param("2025-05-13T08:00", dated("a", "14:30", month=5, day=12), "05-12 14:30:00", id="a date"),
        pytest.param("2025-05-13T08:00", dated("a", "14:30", month=5, day=14), "05-14 14:30:00", id="of last year"),
        pytest.param("2025-01-01T00:10", dated("a", "23:50", month=12, day=31), "12-31 23:50:00", id="new year"),
        pytest.param("2025-05-13T08:00", dated("a", "09:00", month=2, day=29), "02-29 09:00:00", id="a leap day"),
        pytest.param("2025-05-13T08:00", dated("a", "09:00", weekday=0), "05-12 09:00:00", id="Monday, on a Tuesday"),
        pytest.param("2025-05-13T08:00", dated("a", "07:00", weekday=1), "05-13 07:00:00", id="Tuesday, on a Tuesday"),
        pytest.param("2025-05-13T08:00", dated("a", "23:00", weekday=1), "05-06 23:00:00", id="Tuesday, a week ago"),
    ],
)
def test_a_row_with_a_day_is_dated_by_its_own_words(at, line, expected):
    desk = first(at, line)
    item = desk.last.rows[0].item
    assert published(desk) == [expected]
    assert (item.flag, item.printed_at) == (None, item.published)
    assert instant(at) - timedelta(days=366 * 2) < item.published <= instant(at)


def test_a_printed_year_is_kept_however_old():
    desk = first("2025-05-13T08:00", dated("a", "20:44", year=2019, month=1, day=22))
    assert desk.last.rows[0].item.published == instant("2019-01-22T20:44")


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        pytest.param(dated("a", "08:40", back=0), CLOCK_OFF, id="an hour ahead"),
        pytest.param(dated("a", "12:00", back=0), TO_COME, id="today at noon"),
        pytest.param(dated("a", "09:00", month=5, day=14, year=2025), TO_COME, id="tomorrow"),
        pytest.param(dated("a", month=5, day=20, year=2025), TO_COME, id="a day to come"),
        pytest.param(stated("a", "2025-05-13T15:00+03:00"), TO_COME, id="stated"),
        pytest.param(stated("a", "2025-05-13T08:30+03:00"), CLOCK_OFF, id="stated half an hour ahead"),
        pytest.param(dated("a", month=2, day=31), UNREADABLE, id="no day at all"),
        pytest.param(dated("a", "10:00", year=1, month=1, day=1), None, id="a date that is a slip leaves the clock"),
        pytest.param(stated("a", "0001-01-01T00:00+00:00"), UNREADABLE, id="a stated slip"),
        pytest.param(stated("a", "9999-12-31T23:59-12:00"), UNREADABLE, id="the end of time"),
        pytest.param(ago("a", days=400000), UNREADABLE, id="before the web"),
        pytest.param(ago("a", datetime(1, 1, 1, tzinfo=UTC), days=1), ROUGH[DAY], id="a slip beside an age"),
        pytest.param(dated("a", back=900000), UNREADABLE, id="so many days back"),
    ],
)
def test_what_cannot_be_is_dated_when_first_seen_and_flagged(line, flag):
    desk = first("2025-05-13T08:00", line)
    assert flags(desk) == [flag]
    assert desk.last.rows[0].item.published <= instant("2025-05-13T08:00")
    if flag in (CLOCK_OFF, TO_COME, UNREADABLE):
        assert desk.last.rows[0].item.printed_at is None
        assert published(desk) == ["05-13 08:00:00"]
    again = desk.read("2025-05-13T08:01", [line])
    assert again is not None
    assert kinds(desk) == ["same"]


def test_a_printed_minute_is_kept_though_the_last_poll_came_within_it():
    desk = first("2025-05-13T07:00:30", dated("a", "06:50", back=0), dated("b", "06:40", back=0))
    desk.read("2025-05-13T07:01:30", [dated("c", "07:00", back=0), dated("a", "06:50", back=0)])
    assert desk.last.rows[0].item.printed_at == instant("2025-05-13T07:00")


def test_a_clock_up_to_ten_minutes_ahead_is_meant_and_published_at_the_poll():
    desk = first("2025-05-13T08:00", dated("a", "08:07", month=5, day=13))
    item = desk.last.rows[0].item
    assert (item.printed_at, item.published, item.flag) == (
        instant("2025-05-13T08:07"),
        instant("2025-05-13T08:00"),
        None,
    )


def test_a_page_made_just_before_midnight_calls_the_day_before_today():
    desk = first("2025-05-13T00:00:20", dated("a", "23:58", back=0), dated("b", "09:00", back=0))
    assert published(desk) == ["05-12 23:58:00", "05-12 09:00:00"]


def test_known_rows_tell_what_the_page_calls_today():
    """Nothing on it is in the future, but what was there before says that "yesterday" is not the day before."""
    rows = [dated(f"line {n}", f"1{n}:00", back=1) for n in (9, 8, 7)]
    desk = first("2025-05-12T23:50", *rows)
    before = guids(desk)
    desk.read("2025-05-13T00:02", [dated("new", "23:30", back=1), *rows])
    assert kinds(desk)[1:] == ["same"] * 3
    assert guids(desk)[1:] == before
    later = [dated("new", "23:30", back=2), *(replace(line, day=Day(back=2)) for line in rows)]
    desk.read("2025-05-13T00:20", later)
    assert kinds(desk) == ["same"] * 4


def test_a_page_that_has_come_to_the_next_day_first():
    """Its clock is five minutes ahead of ours."""
    desk = first("2025-05-12T23:50", dated("a", "23:40", back=0), dated("b", "22:00", back=0))
    desk.read(
        "2025-05-12T23:58", [dated("c", "00:02", back=0), dated("a", "23:40", back=1), dated("b", "22:00", back=1)]
    )
    assert kinds(desk) == ["new", "same", "same"]
    assert published(desk)[0] == "05-12 23:58:00"


def test_the_doubled_hour_is_told_by_the_order_of_the_page():
    """Asia/Beirut, 26 October 2025 at 00:00: 23:00 to 23:59 comes twice."""
    clocks = ("23:20", "23:50", "23:40")
    desk = first("2025-10-26T08:00", *(dated(clock, clock, month=10, day=25) for clock in clocks))
    assert [change.item.published for change in desk.last.rows] == [
        instant("2025-10-25T21:20+00:00"),
        instant("2025-10-25T20:50+00:00"),
        instant("2025-10-25T20:40+00:00"),
    ]


def test_the_doubled_hour_is_told_by_the_last_good_poll():
    desk = first("2025-10-25T20:35+00:00", dated("a", "23:30", back=0), dated("x", "22:30", back=0))
    assert desk.last.rows[0].item.published == instant("2025-10-25T20:30+00:00")
    desk.read("2025-10-25T21:32+00:00", [dated("b", "23:30", back=0), dated("a", "23:30", back=0)])
    assert [change.item.published for change in desk.last.rows] == [
        instant("2025-10-25T21:30+00:00"),
        instant("2025-10-25T20:30+00:00"),
    ]


def test_a_skipped_hour_is_shifted_forward():
    """Europe/Berlin, 30 March 2025: 02:30 does not exist."""
    desk = first("2025-03-30T08:00", dated("a", "02:30", back=0), zone=BERLIN)
    assert desk.last.rows[0].item.published == instant("2025-03-30T01:30+00:00")


# How dated rows help their neighbours


def test_a_bare_clock_between_dated_rows_gets_their_day():
    desk = first(
        "2025-05-13T08:00",
        "07:10 a",
        dated("b", "23:00", back=1),
        "21:00 c",
        dated("d", "20:00", back=1),
        dated("e", "11:00", month=5, day=9),
        "10:00 f",
        dated("g", "09:00", month=5, day=9),
    )
    assert [at[:8] for at in published(desk)] == [
        "05-13 07", "05-12 23", "05-12 21", "05-12 20", "05-09 11", "05-09 10", "05-09 09",
    ]  # fmt: skip
    assert flags(desk) == [None] * 7


def test_old_dated_rows_below_do_not_pull_bare_clocks_back():
    """However long the silence between today's rows and those of last week."""
    old = [dated(f"old {n}", "10:00", month=5, day=n) for n in (6, 5, 4, 3, 2)]
    desk = first("2025-05-13T12:00", "11:00 a", "09:00 b", *old)
    assert published(desk)[:2] == ["05-13 11:00:00", "05-13 09:00:00"]
    assert flags(desk) == [None] * 7


def test_after_an_outage_known_dated_rows_do_not_pull_new_bare_clocks_back():
    old = [dated(f"old {n}", "10:00", month=5, day=n) for n in (6, 5, 4, 3, 2)]
    desk = first("2025-05-13T04:00", *old)
    desk.read("2025-05-13T12:00", ["11:00 a", "09:00 b", *old])
    assert published(desk)[:2] == ["05-13 11:00:00", "05-13 09:00:00"]
    assert flags(desk) == [None] * 7


def test_three_styles_in_one_list():
    desk = first(
        "2025-05-13T12:00",
        now("a"),
        ago("b", minutes=27),
        "10:40 c",
        "08:05 d",
        dated("e", "18:42", back=1),
        dated("f", month=5, day=11),
        dated("g", month=5, day=10),
    )
    assert published(desk) == [
        "05-13 12:00:00", "05-13 11:33:00", "05-13 10:40:00", "05-13 08:05:00",
        "05-12 18:42:00", "05-11 12:00:00", "05-10 12:00:00",
    ]  # fmt: skip
    assert flags(desk) == [None] * 5 + [DAY_ONLY] * 2


def test_a_pinned_old_row_with_a_date_moves_no_other():
    desk = first("2025-05-13T12:00", dated("pinned", "10:00", month=5, day=2), "11:30 a", ago("b", hours=1), "09:00 c")
    assert published(desk) == ["05-02 10:00:00", "05-13 11:30:00", "05-13 10:30:00", "05-13 09:00:00"]
    assert PINNED not in flags(desk)


# A day without a clock


def test_rows_of_a_day_stand_together_in_page_order():
    rows = [dated(f"{day} {n}", month=5, day=day) for day in (13, 12, 11) for n in range(3)]
    desk = first("2025-05-13T08:00", *rows)
    assert published(desk)[0] == "05-13 08:00:00", "today's: when first seen"
    assert [at[:5] for at in published(desk)] == ["05-13"] * 3 + ["05-12"] * 3 + ["05-11"] * 3
    assert published(desk) == sorted(published(desk), reverse=True)
    assert set(flags(desk)) == {DAY_ONLY}
    assert {change.item.printed_at for change in desk.last.rows} == {None}


def test_a_row_of_today_is_dated_when_first_seen():
    assert published(first("2025-05-13T15:00", dated("a", back=0))) == ["05-13 15:00:00"]


def test_a_row_of_a_day_stands_between_its_neighbours_that_say_more():
    desk = first(
        "2025-05-13T08:00",
        dated("a", month=5, day=12),
        dated("b", "19:00", month=5, day=12),
        dated("c", month=5, day=12),
        dated("d", "18:00", month=5, day=12),
    )
    moments = [change.item.published for change in desk.last.rows]
    assert moments == sorted(moments, reverse=True)
    assert instant("2025-05-12T18:00") < moments[2] < instant("2025-05-12T19:00") < moments[0]


def test_a_row_of_yesterday_that_came_after_the_last_poll_came_before_midnight():
    desk = first("2025-05-12T23:55", dated("a", month=5, day=12), dated("b", month=5, day=11))
    desk.read(
        "2025-05-13T00:05", [dated("c", month=5, day=12), dated("a", month=5, day=12), dated("b", month=5, day=11)]
    )
    assert "05-12 23:55" <= published(desk)[0] <= "05-12 23:59:59"
    assert kinds(desk) == ["new", "same", "same"]


def test_the_same_words_on_another_day_are_other_news():
    days = [13, 12, 11, 10]
    desk = first("2025-05-13T08:00", *(dated("weather today", month=5, day=day) for day in days))
    before = guids(desk)
    desk.read("2025-05-14T06:00", [dated("weather today", month=5, day=day) for day in (14, 13, 12, 11)])
    assert kinds(desk) == ["new", "same", "same", "same"]
    assert guids(desk)[1:] == before[:3]


def test_the_same_words_and_clock_on_another_day_are_other_news():
    desk = first("2025-05-13T08:00", dated("bulletin", "07:00", back=0), *(row(f"06:{n}0 line {n}") for n in (5, 4, 3)))
    desk.read("2025-05-13T20:00", [row(f"19:{n}0 evening {n}") for n in (5, 4, 3)])
    desk.read("2025-05-14T03:00", [dated("bulletin", "07:00", back=2), *(row(f"02:{n}0 night {n}") for n in (5, 4, 3))])
    assert kinds(desk)[0] == "new"
    assert len({item.guid for item in desk.items.values() if item.title == "bulletin"}) == 2


# How long ago


def test_an_age_to_the_minute_counts_back_from_the_poll():
    desk = first("2025-05-13T12:00:20", now("a"), ago("b", minutes=5), ago("c", hours=1, minutes=10))
    assert published(desk) == ["05-13 12:00:20", "05-13 11:55:20", "05-13 10:50:20"]
    assert flags(desk) == [None] * 3


def test_an_age_in_hours_stands_inside_its_hour_and_between_its_neighbours():
    desk = first(
        "2025-05-13T12:00", ago("a", hours=1), "10:20 b", ago("c", hours=1), ago("d", hours=2), ago("e", days=1)
    )
    assert published(desk)[0] == "05-13 10:30:00"
    assert published(desk) == sorted(published(desk), reverse=True)
    assert "05-13 10:00:00" <= published(desk)[2] < "05-13 10:20:00"
    assert flags(desk) == [ROUGH[HOUR], None, ROUGH[HOUR], ROUGH[HOUR], ROUGH[DAY]]
    assert desk.last.rows[0].item.printed_at is None


def test_a_new_row_with_an_age_in_hours_came_after_the_last_poll():
    desk = first("2025-05-13T12:00", ago("a", hours=0), ago("b", hours=1))
    desk.read("2025-05-13T12:10", [ago("c", hours=0), ago("a", hours=0), ago("b", hours=1)])
    assert "05-13 12:00:00" <= published(desk)[0] <= "05-13 12:10:00"


def test_rows_of_one_age_keep_the_order_of_the_page():
    desk = first("2025-05-13T12:00", *(ago(f"line {n}", hours=2) for n in range(30)))
    assert published(desk) == sorted(set(published(desk)), reverse=True)


def test_a_row_between_two_known_ones_is_dated_between_them():
    old = [ago("a", hours=1), ago("b", hours=1), ago("c", hours=3)]
    desk = first("2025-05-13T12:00", *old)
    desk.read("2025-05-13T19:00", [ago("a", hours=8), ago("x", hours=8), ago("b", hours=8), ago("c", hours=10)])
    assert kinds(desk) == ["same", "new", "same", "same"]
    assert published(desk)[2] < published(desk)[1]


def test_a_copy_from_a_cache_is_dated_from_when_it_was_made():
    rows = [ago(f"line {n}", minutes=5 * n) for n in range(1, 6)]
    desk = first("2025-05-13T12:00", *rows)
    aged = [ago(f"line {n}", minutes=5 * n + 4) for n in range(1, 6)]
    desk.read("2025-05-13T12:16", [ago("new", minutes=1), *aged])
    assert kinds(desk) == ["new", *["same"] * 5]
    assert "05-13 12:02" <= published(desk)[0] <= "05-13 12:04"


def test_a_copy_from_a_cache_is_told_by_lines_that_have_left_the_list_meanwhile():
    desk = first("2025-05-13T12:00", ago("a", minutes=5), ago("b", minutes=9), ago("c", minutes=30))
    before = guids(desk)
    desk.read("2025-05-13T12:20", [ago("x", minutes=1), ago("y", minutes=2), ago("z", minutes=3)])
    desk.read("2025-05-13T12:24", [ago("w", minutes=1), ago("a", minutes=9), ago("b", minutes=13)])
    assert guids(desk)[1:] == before[:2]


# What is stated


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(stated("a", "2025-05-13T07:10:37+03:00", "07:10"), "05-13 07:10:37", id="second"),
        pytest.param(stated("a", "2025-05-13T04:10:37+00:00", "07:10"), "05-13 07:10:37", id="another offset"),
        pytest.param(stated("a", "2025-05-13T07:10:37+00:00", "07:10"), "05-13 07:10:37", id="Z on local time"),
        pytest.param(stated("a", "2025-05-13T07:10:37", "07:10"), "05-13 07:10:37", id="naive"),
        pytest.param(stated("a", "2025-05-10T07:10:00+03:00", "07:10"), "05-10 07:10:00", id="the day"),
        pytest.param(stated("a", "2025-05-13T07:48:00+03:00", "07:10"), "05-13 07:10:00", id="the last edit: ignored"),
        pytest.param(stated("a", "2025-05-14T07:10:00+03:00", "07:10"), "05-13 07:10:00", id="the future: ignored"),
        pytest.param(stated("a", "2025-05-13T07:10:37+03:00"), "05-13 07:10:37", id="alone"),
        pytest.param(stated("a", "2025-05-13T07:10:37"), "05-13 07:10:37", id="alone, naive"),
        pytest.param(stated("a", "2025-05-13T07:10:37+00:00"), "05-13 07:10:37", id="alone, Z on local time"),
        pytest.param(stated("a", "2025-05-12T00:00:00+00:00"), "05-12 12:00:00", id="alone, only a date"),
        pytest.param(
            dated("a", "07:10", instant("2025-05-12T07:10:20"), back=1), "05-12 07:10:20", id="with a day and a clock"
        ),
        pytest.param(
            dated("a", "07:10", instant("2025-05-11T07:10:20"), back=1), "05-12 07:10:00", id="on another day: ignored"
        ),
        pytest.param(dated("a", None, instant("2025-05-12T09:11:20"), back=1), "05-12 09:11:20", id="with a day"),
        pytest.param(dated("a", None, instant("2025-05-10T09:11:20"), back=1), "05-12 12:00:00", id="not of that day"),
        pytest.param(
            dated("a", None, instant("2025-05-12T00:00"), back=1), "05-12 12:00:00", id="midnight is no clock"
        ),
        pytest.param(ago("a", instant("2025-05-13T05:40:12"), hours=2), "05-13 05:40:12", id="with an age"),
        pytest.param(ago("a", instant("2025-05-13T05:40:12") + 3 * HOUR, hours=2), "05-13 05:40:12", id="age and Z"),
        pytest.param(ago("a", instant("2025-05-13T01:40:12"), hours=2), "05-13 05:30:00", id="not of that age"),
    ],
)
def test_what_is_stated_is_used_where_it_agrees(line, expected):
    assert published(first("2025-05-13T08:00", line)) == [expected]


def test_rows_that_say_more_tell_for_the_others_that_offsets_are_wrong():
    rows = [stated("a", "2025-05-13T07:10:37+00:00", "07:10"), stated("b", "2025-05-13T02:00:00+00:00")]
    assert published(first("2025-05-13T08:00", *rows)) == ["05-13 07:10:37", "05-13 02:00:00"]


def test_a_new_row_that_would_be_older_than_the_last_poll_tells_that_offsets_are_wrong():
    """A zone behind UTC: nothing looks as if it were to come."""
    zone = ZoneInfo("America/New_York")
    old = [stated(f"line {n}", f"2025-05-13T07:{n}0:00Z", None) for n in (5, 4, 3)]
    desk = Desk(zone=zone)
    desk.read(instant("2025-05-13T11:55Z"), old)
    desk.read(instant("2025-05-13T12:00Z"), [stated("new", "2025-05-13T07:58:30Z"), *old])
    assert desk.last.rows[0].item.published == instant("2025-05-13T11:58:30Z")
    assert kinds(desk) == ["new", "same", "same", "same"]


def test_a_wrong_date_beside_the_clock_gives_way_to_the_last_poll():
    desk = first("2025-05-13T08:00", "07:50 a", "07:40 b")
    desk.read("2025-05-13T08:05", [stated("c", "2025-05-03T08:04:00+03:00", "08:04"), "07:50 a", "07:40 b"])
    assert published(desk)[0] == "05-13 08:04:00"


# One id for ever


AGED = [
    pytest.param([ago("a", minutes=5), ago("b", hours=1)], [ago("a", minutes=6), ago("b", hours=1)], 1, id="minutes"),
    pytest.param([ago("a", minutes=59), ago("b", hours=1)], [ago("a", hours=1), ago("b", hours=2)], 30, id="hours"),
    pytest.param([ago("a", hours=23), ago("b", hours=23)], [ago("a", days=1), ago("b", days=1)], 60, id="days"),
    pytest.param(
        [dated("a", "14:00", back=0), dated("b", "09:00", back=0)],
        [dated("a", "14:00", back=1), dated("b", "09:00", back=1)], 600, id="today, yesterday"),
    pytest.param(["14:00 a", "09:00 b"], [dated("a", "14:00", month=5, day=13), dated("b", "09:00", back=1)], 600,
        id="a clock, a date and a clock"),
    pytest.param(["14:00 a", "09:00 b"], [dated("a", month=5, day=13), dated("b", month=5, day=13)], 600,
        id="a clock, a date"),
    pytest.param([ago("a", minutes=5), ago("b", hours=1)], ["14:55 a", "13:30 b"], 60, id="an age, a clock"),
    pytest.param([ago("a", minutes=5)], [dated("a", "14:55", weekday=1)], 600, id="an age, a weekday and a clock"),
    pytest.param(["14:55 a"], [ago("a", hours=3)], 185, id="a clock, an age"),
    pytest.param([now("a")], [stated("a", "2025-05-13T14:59:40+03:00")], 10, id="just now, stated"),
    pytest.param([stated("a", "2025-05-13T14:55")], [stated("a", "2025-05-13T14:55")], 600, id="stated alone"),
    pytest.param([ago("a", days=2)], [dated("a", month=5, day=11)], 600, id="an age in days, a date"),
    pytest.param([row("--:-- a")], [row("-- a")], 10, id="unreadable"),
    pytest.param([dated("a", "16:00", back=0)], [dated("a", "16:00", back=0)], 40, id="ahead"),
    pytest.param([dated("a", "12:00", month=5, day=14, year=2025)], ["12:00 a"], 22 * 60, id="a date that came"),
    pytest.param([dated("a", month=5, day=14, year=2025)], [dated("a", back=0)], 22 * 60, id="a day that came"),
    pytest.param([stated("a", "2025-05-13T15:30+03:00")], [stated("a", "2025-05-13T15:30+03:00")], 40, id="was ahead"),
    pytest.param([ago("a", minutes=5)], [ago("a", hours=2)], 65, id="rounded up"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "aged", "minutes"), AGED)
def test_a_headline_whose_time_has_aged_is_the_same_and_nothing_changes(rows, aged, minutes):
    desk = first("2025-05-13T15:00", *rows)
    before = {guid: (item.title, item.published, item.printed_at, item.printed) for guid, item in desk.items.items()}
    changes = desk.read(instant("2025-05-13T15:00") + minutes * MINUTE, aged)
    assert changes is not None
    assert not desk.moved
    assert set(kinds(desk)) == {"same"}
    after = {guid: (item.title, item.published, item.printed_at, item.printed) for guid, item in desk.items.items()}
    assert after == before


def test_equal_words_of_another_time_are_other_news():
    lines = [ago("sirens in the north", minutes=26), ago("b", minutes=30), ago("c", minutes=40)]
    desk = first("2025-05-13T15:00", *lines)
    desk.read("2025-05-13T15:01", [now("sirens in the north"), ago("b", minutes=31), ago("c", minutes=41)])
    assert kinds(desk) == ["new", "same", "same"]
    desk.read(
        "2025-05-13T15:30", [now("sirens in the north"), ago("sirens in the north", minutes=29), ago("b", hours=1)]
    )
    assert kinds(desk) == ["new", "same", "same"]
    assert len(desk.items) == 5


def test_one_line_that_is_news_again_does_not_make_the_page_an_old_copy():
    desk = first("2025-05-13T15:00", ago("sirens", minutes=26), ago("b", minutes=30), ago("c", minutes=40))
    desk.read("2025-05-13T15:02", [ago("sirens", minutes=1), ago("b", minutes=32), ago("c", minutes=42)])
    assert kinds(desk) == ["new", "same", "same"]


def test_equal_words_of_another_time_are_other_news_where_only_hours_are_known():
    desk = first("2025-05-13T15:00", ago("sirens in the north", hours=5), ago("b", hours=6), ago("c", hours=7))
    desk.read("2025-05-13T15:10", [now("sirens in the north"), ago("b", hours=6), ago("c", hours=7)])
    assert kinds(desk) == ["new", "same", "same"]


def test_an_older_copy_of_an_ageing_list_is_ignored_once():
    desk = first("2025-05-13T15:00", ago("a", minutes=5), ago("b", minutes=9))
    desk.read("2025-05-13T15:05", [now("c"), ago("a", minutes=10), ago("b", minutes=14)])
    assert desk.read("2025-05-13T15:06", [ago("a", minutes=6), ago("b", minutes=10)]) is None


def test_of_equal_words_in_one_list_the_age_tells_which_is_which():
    desk = first("2025-05-13T15:00", ago("sirens", minutes=5), ago("sirens", minutes=45), ago("sirens", minutes=90))
    before = guids(desk)
    desk.read("2025-05-13T15:10", [ago("sirens", minutes=3), ago("sirens", minutes=55), ago("sirens", minutes=100)])
    assert kinds(desk) == ["new", "same", "same"]
    assert guids(desk)[1:] == before[1:]


def test_of_equal_words_within_a_minute_the_seconds_tell_which_is_which():
    desk = first("2025-05-13T15:00", stated("sirens", "2025-05-13T14:50:10"), stated("sirens", "2025-05-13T14:49:40"))
    known = guids(desk)[0]
    rows = [stated("sirens", "2025-05-13T14:50:50"), stated("sirens", "2025-05-13T14:50:10")]
    desk.read("2025-05-13T15:01", rows)
    assert guids(desk)[1] == known


def test_a_line_that_comes_back_keeps_its_id_and_news_of_another_age_does_not():

    def lines(later: int, *ages: int) -> list[Headline]:
        return [ago(f"line {age} of these", minutes=age + later) for age in ages]

    desk = first("2025-05-13T15:00", *lines(0, 10, 20, 30, 40, 50))
    guid = guids(desk)[1]
    desk.read("2025-05-13T15:10", lines(10, 10, 30, 40, 50))
    desk.read("2025-05-13T15:20", [now("other"), *lines(20, 10, 20, 30, 40, 50)])
    assert (kinds(desk)[2], guids(desk)[2]) == ("back", guid)
    desk.read("2025-05-13T15:30", [now("yet another"), *lines(30, 10, 30, 40, 50)])
    desk.read("2025-05-13T15:31", [now("line 20 of these"), ago("yet another", minutes=1), *lines(31, 10, 30, 40, 50)])
    assert kinds(desk)[0] == "new"


LIST = [
    "the annual book fair opens in the great hall of the city",
    "heavy rain expected on the coast this evening",
    "the city team wins the junior cup for the second time",
    "the old bridge is closed until the end of the month",
]


def aged(minutes: int, unit: timedelta = MINUTE) -> list[Headline]:
    """LIST, half an hour apart, so many minutes after the top one."""
    ages = [timedelta(minutes=minutes + 30 * n) // unit * unit for n in range(4)]
    return [Headline("ago", None, title, ago=Ago(age, unit)) for age, title in zip(ages, LIST, strict=True)]


def reworded(rows: Sequence[Headline], place: int, title: str) -> list[Headline]:
    return [*rows[:place], replace(rows[place], title=title), *rows[place + 1 :]]


@pytest.mark.parametrize(
    ("place", "title"),
    [
        pytest.param(0, "the annual book fair opens in the large hall of the city", id="a word on top"),
        pytest.param(1, "heavy rain expected in the mountains this evening", id="a place"),
        pytest.param(2, "the city team wins the junior cup for the third time", id="a number"),
        pytest.param(3, "the old bridge is closed until the end of this month and the next", id="the last line"),
    ],
)
def test_an_edit_in_its_place_is_the_same_item(place, title):
    desk = first("2025-05-13T15:00", *aged(1))
    before = guids(desk)
    desk.read("2025-05-13T15:07", reworded(aged(8), place, title))
    assert kinds(desk)[place] == "edited"
    assert guids(desk) == before
    assert desk.last.rows[place].item.published == desk.items[before[place]].published


def test_an_edit_and_news_on_top_of_it_are_told_apart():
    desk = first("2025-05-13T15:00", *aged(1))
    before = guids(desk)
    top = now("the city council meets on the budget of the year")
    desk.read("2025-05-13T15:07", [top, *reworded(aged(8), 0, f"{LIST[0]} on Sunday")])
    assert kinds(desk) == ["new", "edited", "same", "same", "same"]
    assert guids(desk)[1:] == before


@pytest.mark.parametrize(
    ("unit", "title"),
    [
        pytest.param(MINUTE, "a fire in a store of timber near the old port", id="other news of the same minute"),
        pytest.param(HOUR, "the city team wins the junior cup for the third time", id="a number, known to the hour"),
        pytest.param(HOUR, "the city team loses the junior cup and its coach", id="many words, known to the hour"),
    ],
)  # fmt: skip
def test_other_news_in_the_place_of_a_line_is_another_item(unit, title):
    desk = first("2025-05-13T15:00", *aged(1, unit))
    before = guids(desk)
    desk.read("2025-05-13T15:07", reworded(aged(8, unit), 2, title))
    assert kinds(desk) == ["same", "same", "new", "same"]
    assert guids(desk)[2] != before[2]


def test_a_small_edit_is_known_where_hours_are_all_we_know():
    desk = first("2025-05-13T15:00", *aged(1, HOUR))
    desk.read("2025-05-13T15:07", reworded(aged(8, HOUR), 2, f"{LIST[2]} running"))
    assert kinds(desk) == ["same", "same", "edited", "same"]


def test_look_alike_news_minutes_later_in_the_place_of_a_line_that_went_is_another_item():
    desk = first("2025-05-13T15:00", *aged(1))
    rows = aged(20)
    later = replace(
        rows[0], title="the annual book fair opens in the small hall of the city", ago=Ago(9 * MINUTE, MINUTE)
    )
    desk.read("2025-05-13T15:19", [later, *rows[1:]])
    assert kinds(desk) == ["new", "same", "same", "same"]


def test_a_row_with_the_words_of_another_item_is_no_edit():
    """One row of the old copy looks as young as the look-alike that has gone."""
    goals = ("a goal for the home team in the second half of the final", "a goal for the home team in the first half")
    rest = [ago("b", hours=2), ago("c", hours=3), ago("d", hours=4)]
    desk = first("2025-05-13T15:00", ago(goals[0], minutes=20), ago(goals[1], minutes=40), *rest)
    before = guids(desk)
    desk.read("2025-05-13T15:01", [ago(goals[1], minutes=21), *rest])
    assert guids(desk)[0] != before[0]


def test_small_edits_that_could_be_of_either_line_are_other_news_where_hours_are_all_we_know():
    squares = ("fans fill the old market square of the city", "fans fill the new market square of the city")
    top, rest = ago("a", hours=1), [ago("b", hours=3), ago("c", hours=4)]
    desk = first("2025-05-13T15:00", top, *(ago(title, hours=2) for title in squares), *rest)
    desk.read("2025-05-13T15:01", [top, *(ago(f"{title} today", hours=2) for title in squares), *rest])
    assert kinds(desk) == ["same", "new", "new", "same", "same"]


def test_look_alike_news_at_the_same_clock_of_another_day_is_no_edit():
    rest = [dated("b", "06:00", month=5, day=11), dated("c", "05:00", month=5, day=11)]
    desk = first("2025-05-12T08:00", dated("morning news in brief from the region", "07:00", month=5, day=12), *rest)
    desk.read("2025-05-13T08:00", [dated("morning news in brief from the regions", "07:00", month=5, day=13), *rest])
    assert kinds(desk) == ["new", "same", "same"]


def test_a_row_without_a_time_is_not_taken_for_one_that_had_a_clock_and_has_gone():
    desk = first("2025-05-13T15:00", "14:00 sirens", "13:00 b", "12:00 c")
    desk.read("2025-05-13T15:01", ["15:01 d", "13:00 b", "12:00 c"])
    desk.read("2025-05-13T15:02", ["--:-- sirens", "15:01 d", "13:00 b", "12:00 c"])
    assert kinds(desk)[0] == "new"


def test_without_a_line_in_common_an_age_makes_no_edit():
    desk = first("2025-05-13T15:00", ago(LIST[0], minutes=5), ago("b", minutes=10))
    desk.read("2025-05-13T15:05", [now("x"), now("y"), ago(f"{LIST[0]} today", minutes=10)])
    assert kinds(desk) == ["new"] * 3


def test_an_age_reported_twice_a_day_has_two_ids():
    """The first is out of memory when the second comes; nothing else but the half of the day tells them apart."""
    desk = first("2025-05-13T00:30", now("sirens"), ago("b", minutes=10))
    desk.read("2025-05-13T00:40", [now("c"), ago("d", minutes=1)])
    desk.read("2025-05-13T23:00", [now("sirens"), ago("e", minutes=10)])
    assert len({item.guid for item in desk.items.values() if item.title == "sirens"}) == 2


def test_guids_of_clock_rows_are_what_they_were():
    desk = first("2025-05-13T15:00", "14:54 one headline", "14:53 another headline", dated("third", "23:10", back=1))
    assert guids(desk)[:2] == [
        "urn:uuid:6a77b031-cd30-5468-a6ed-d4580f8cab37",
        "urn:uuid:fcee1e08-6543-58dd-abb4-ebc460e6ec17",
    ]


def test_a_stated_minute_is_part_of_the_guid():
    nine, eight = stated("sirens", "2025-05-13T09:00:00"), stated("sirens", "2025-05-13T08:00:00")
    assert guids(first("2025-05-13T10:00", nine, eight))[0] == guids(first("2025-05-13T10:00", nine))[0]


def test_a_row_says_the_same_with_its_day_printed_or_not():
    one = first("2025-05-13T15:00", "14:54 a", "14:53 b")
    other = first("2025-05-13T15:30", dated("a", "14:54", back=0), dated("b", "14:53", month=5, day=13))
    assert guids(one) == guids(other)


NUMBERS = st.none() | st.integers(0, 40) | st.integers(0, 10**9)
SPANS = st.timedeltas(timedelta(), timedelta.max)
ANY_ROW = st.builds(
    Headline,
    st.none() | st.just("x"),
    st.none() | st.times(),
    st.sampled_from(["a", "b", "c"]),
    day=st.none() | st.builds(Day, NUMBERS, st.none() | st.integers(0, 6), NUMBERS, NUMBERS, NUMBERS),
    ago=st.none() | st.builds(Ago, SPANS, st.sampled_from([MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY])),
    stated=st.none() | st.datetimes() | st.datetimes(timezones=st.timezones()),
)


EMPTY = [Headline(None, None, "a")] * 4
OLDER_THAN_THE_CALENDAR = Headline(
    None, None, "a", ago=Ago(739_384 * DAY, MINUTE), stated=datetime(2000, 1, 1, tzinfo=UTC)
)


@example(EMPTY, [*EMPTY, OLDER_THAN_THE_CALENDAR])
@given(st.lists(ANY_ROW, min_size=4, max_size=8), st.lists(ANY_ROW, min_size=4, max_size=8))
def test_no_row_however_strange_is_an_error_or_in_the_future(one, other):
    desk = Desk()
    for minutes, rows in enumerate((one, other)):
        at = instant("2025-05-13T08:00") + minutes * MINUTE
        changes = desk.read(at, rows)
        assert changes is not None
        assert len({change.item.guid for change in changes.rows}) == len(rows)
        assert all(item.published <= at for item in desk.items.values())
        assert len({item.published for item in desk.items.values()}) == len(desk.items)


# A newsroom that prints in every way


Style = Callable[[datetime, datetime, ZoneInfo, str], Headline]
"""When it was, when the page is made, the zone, the words."""


def by_clock(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    local = at.astimezone(zone)
    return Headline(f"{local:%H:%M}", time(local.hour, local.minute), title)


def by_age(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    age = made - at
    unit = next((unit for unit in (DAY, HOUR) if age >= unit), MINUTE)
    return Headline(f"{age // unit} x", None, title, ago=Ago(age // unit * unit, unit))


def by_hours(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    return Headline("x", None, title, ago=Ago((made - at) // HOUR * HOUR, HOUR))


def by_day(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    """Today and yesterday and a date, each with the clock."""
    local, back = at.astimezone(zone), (made.astimezone(zone).date() - at.astimezone(zone).date()).days
    day = Day(back=back) if back < 2 else Day(month=local.month, day=local.day)
    return Headline(f"{day}", time(local.hour, local.minute), title, day=day)


def by_weekday(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    local = at.astimezone(zone)
    return Headline("x", time(local.hour, local.minute), title, day=Day(weekday=local.weekday()))


def by_date(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    """A clock today, a date alone from then on."""
    local = at.astimezone(zone)
    if local.date() == made.astimezone(zone).date():
        return by_clock(at, made, zone, title)
    return Headline("x", None, title, day=Day(month=local.month, day=local.day))


def by_date_and_clock(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    """A clock today, a date and the clock from then on."""
    local = at.astimezone(zone)
    if local.date() == made.astimezone(zone).date():
        return by_clock(at, made, zone, title)
    return Headline("x", time(local.hour, local.minute), title, day=Day(month=local.month, day=local.day))


def by_date_alone(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    local = at.astimezone(zone)
    return Headline("x", None, title, day=Day(month=local.month, day=local.day, year=local.year))


def young_by_age(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    """Minutes in the first hour, then the clock, then the day with it."""
    return by_age(at, made, zone, title) if made - at < HOUR else by_date_and_clock(at, made, zone, title)


def by_statement(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    return Headline("soon", None, title, stated=at)


def by_naive_statement(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    """Without an offset the doubled hour is not to be told: the clock is printed, too."""
    return replace(by_day(at, made, zone, title), stated=at.astimezone(zone).replace(tzinfo=None))


def by_wrong_offset(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    local = at.astimezone(zone).replace(tzinfo=UTC)
    return replace(by_clock(at, made, zone, title), stated=local)


def by_age_and_wrong_offset(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    return replace(by_age(at, made, zone, title), stated=at.astimezone(zone).replace(tzinfo=UTC))


STYLES: dict[Style, timedelta] = {  # how much each leaves open
    by_clock: MINUTE,
    by_age: HOUR,
    by_hours: HOUR,
    by_day: MINUTE,
    by_weekday: MINUTE,
    by_date: DAY,
    by_date_and_clock: MINUTE,
    by_date_alone: DAY,
    young_by_age: MINUTE,
    by_statement: timedelta(seconds=1),
    by_naive_statement: MINUTE,
    by_wrong_offset: MINUTE,
    by_age_and_wrong_offset: HOUR,
}
NIGHTS = {  # a midnight, or the moment when clocks change
    "Asia/Beirut": ["2025-03-29T22:00Z", "2025-10-25T21:00Z", "2025-06-10T21:00Z"],
    "Europe/Berlin": ["2025-03-30T01:00Z", "2025-10-26T01:00Z", "2025-12-31T23:00Z"],
}
NIGHT = st.sampled_from([(zone, night) for zone, nights in NIGHTS.items() for night in nights])
STEPS = st.lists(st.tuples(st.integers(1, 10), st.integers(0, 59), st.integers(0, 2)), min_size=3, max_size=40)
"""Minutes and seconds to the next poll, and how many stories come meanwhile."""


@dataclass
class Newsroom:
    """Stories, newest first, at true instants; a list of the newest of them at each poll."""

    zone: ZoneInfo
    now: datetime
    dice: random.Random
    stories: list[tuple[datetime, str]] = field(default_factory=list)
    length: int = 12

    def open(self) -> None:
        """With stories of the last hours."""
        at, told = self.now, []
        for n in range(self.length):
            at -= timedelta(seconds=self.dice.randint(20, 1500))
            told.append((at, f"old story {n} of the evening"))
        self.stories = told

    def work(self, span: timedelta, count: int) -> None:
        seconds = sorted(self.dice.randint(0, int(span.total_seconds()) - 1) for _ in range(count))
        for n, second in enumerate(seconds):
            self.stories.insert(0, (self.now + timedelta(seconds=second), f"story {len(self.stories)} {n} {second}"))
        self.now += span

    def page(self, style: Style) -> list[Headline]:
        return [style(at, self.now, self.zone, title) for at, title in self.stories[: self.length]]


def check(desk: Desk, room: Newsroom, open_: timedelta, interval: timedelta) -> None:
    truth = {title: at for at, title in room.stories}
    assert len(desk.items) == len({item.title for item in desk.items.values()}), "one item a story"
    for change in desk.last.rows:
        if change.kind == "new":
            item = change.item
            off = abs(item.published - truth[item.title])
            assert off <= open_ + interval + timedelta(seconds=len(desk.last.rows)), (item, truth[item.title])
            assert item.published <= room.now
    moments = [change.item.published for change in desk.last.rows]
    assert moments == sorted(moments, reverse=True), "the order of the page"


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(list(STYLES)), NIGHT, st.integers(0, 200), STEPS, st.integers(0, 2**32))
def test_a_newsroom_polled_through_the_night(style, night, early, steps, seed):
    zone, at = ZoneInfo(night[0]), instant(night[1])
    room = Newsroom(zone, at - early * MINUTE, random.Random(seed))
    room.open()
    desk = Desk(zone=zone)
    interval = timedelta()
    for minutes, seconds, count in [(0, 0, 0), *steps]:
        interval = timedelta(minutes=minutes, seconds=seconds)
        if interval:
            room.work(interval, count)
        before = dict(desk.items)
        assert desk.read(room.now, room.page(style)) is not None
        check(desk, room, STYLES[style], interval)
        assert desk.moved == (count > 0 or not interval)
        for guid, item in before.items():
            assert (desk.items[guid].title, desk.items[guid].published) == (item.title, item.published)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(list(STYLES)), min_size=2, max_size=5), NIGHT, STEPS, st.integers(0, 2**32))
def test_a_list_that_changes_its_style_keeps_its_ids(styles, night, steps, seed):
    zone, at = ZoneInfo(night[0]), instant(night[1])
    room = Newsroom(zone, at - 120 * MINUTE, random.Random(seed))
    room.open()
    desk = Desk(zone=zone)
    desk.read(room.now, room.page(styles[0]))
    for n, (minutes, seconds, count) in enumerate(steps):
        room.work(timedelta(minutes=minutes, seconds=seconds), count)
        assert desk.read(room.now, room.page(styles[n * len(styles) // len(steps)])) is not None
        assert kinds(desk).count("new") == count, "a style is no news"
