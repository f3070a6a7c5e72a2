"""What a source's own history says: when lines are to be expected, and which silence is no chance."""

from datetime import timedelta
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rhythms import BEGIN, ZONE, Law, Newsroom, fixed_like, known_at, noticed_after, replay, silences, source
from ticker.rhythm import HISTORY, RECENT, Rhythm

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = BEGIN + 8 * DAY + 12 * HOUR  # a Tuesday
ages = st.lists(st.timedeltas(timedelta(), timedelta(days=20)), max_size=40)


def by_day(days: int, *, off: tuple[int, ...] = (), until: int = 20, from_day: int = 0) -> Rhythm:
    """Four lines an hour from 8 to *until* o'clock, except on days *off*: Monday is 0."""
    shown = [day for day in range(from_day, from_day + days) if day % 7 not in off]
    lines = [
        BEGIN + day * DAY + hour * HOUR + at * 15 * MINUTE
        for day in shown
        for hour in range(8, until)
        for at in range(4)
    ]
    return Rhythm.told(ZONE, lines, 20)


def last(rhythm: Rhythm):
    return rhythm.recent[-1]


@given(ages, ages)
def test_hearing_of_lines_in_two_polls_is_hearing_of_them_in_one(first, second):
    begin = NOON - HISTORY / 2  # what falls out of the two weeks is not heard again
    lines = [[begin + age / 4 for age in some] for some in (first, sorted(second))]
    once = Rhythm.told(ZONE, lines[0] + lines[1], 9)
    twice = Rhythm.told(ZONE, lines[0], 5).heard(lines[1], 9)
    assert (twice.hours, twice.recent, twice.rows) == (once.hours, once.recent, once.rows)


def test_two_weeks_are_remembered_and_the_last_hour_line_by_line():
    rhythm = Rhythm.told(ZONE, [NOON - age for age in (16 * DAY, 13 * DAY, 50 * MINUTE, timedelta())], 6)
    assert sum(rhythm.hours.values()) == 3
    assert len(rhythm.recent) == 2
    assert all(NOON - line <= RECENT for line in rhythm.recent)


def test_the_rate_is_half_of_the_hour_of_the_day_in_the_zone_of_the_source_and_half_of_the_last_minutes():
    rhythm = by_day(14)
    morning = BEGIN + 14 * DAY + 11 * HOUR
    assert rhythm.rate(morning) * 3600 == pytest.approx(2.0, rel=0.1)  # four an hour, and none lately
    assert rhythm.rate(morning + 12 * HOUR) * 3600 < 0.2
    burst = rhythm.heard([morning - n * MINUTE for n in range(10)], 20)
    assert burst.rate(morning) * 3600 == pytest.approx(2 + 20, rel=0.1)
    assert burst.rate(morning + HOUR) * 3600 == pytest.approx(2, rel=0.1)


def test_the_usual_gap_is_that_of_the_hour():
    rhythm = by_day(14)
    assert rhythm.usual_gap(NOON) == pytest.approx(15 * MINUTE, rel=0.1)
    assert (rhythm.usual_gap(NOON + 14 * HOUR) or DAY) > 3 * HOUR
    assert rhythm.expected(NOON, NOON + 2 * DAY) == pytest.approx(96, rel=0.1)
    assert rhythm.expected(NOON, NOON + 70 * DAY) == pytest.approx(70 * 48, rel=0.05)


def test_the_list_may_not_turn_over_at_the_rate_seen_nor_at_the_fastest_of_two_weeks():
    quiet = by_day(14)
    assert quiet.safe == 30 * MINUTE
    burst = quiet.heard([last(quiet) + HOUR + n * MINUTE / 5 for n in range(25)], 20)  # five a minute
    assert burst.safe == 3 * MINUTE
    assert burst.turnover(last(burst)) == 2 * MINUTE  # half of 20 rows
    assert by_day(14).heard((), 2).safe == 15 * MINUTE


def test_a_night_is_no_freeze_and_a_morning_without_a_line_is():
    rhythm = by_day(14)
    night = last(rhythm)
    assert rhythm.frozen(night, night + 12 * HOUR) == ""
    assert rhythm.frozen(night, night + 2 * DAY).startswith(
        "nothing new since 2025-01-19 19:45 (Asia/Beirut), for 2 days"
    )


def test_a_quiet_weekend_is_no_freeze_once_a_week_is_known_nor_is_a_day_that_is_not_known_yet():
    assert len(by_day(5).hours) == 60
    for days in (5, 12):  # Monday to Friday, and then another week
        rhythm = by_day(days, off=(5, 6))
        friday = last(rhythm)
        assert rhythm.frozen(friday, friday + 2.4 * DAY) == ""
        assert rhythm.frozen(friday, friday + 5 * DAY)


@pytest.mark.parametrize("days", [0, 1, 3])
def test_silence_says_nothing_before_a_few_days_are_known(days):
    rhythm = by_day(days)
    assert rhythm.frozen(BEGIN + days * DAY, BEGIN + 30 * DAY) == ""


def test_a_freeze_that_lasted_does_not_teach_that_freezes_are_usual():
    before = by_day(14)
    begin = last(before)
    unharmed = noticed(before)
    # three days dark in the middle of the week, and two days as ever
    after = before.heard(
        [
            BEGIN + day * DAY + hour * HOUR + at * 15 * MINUTE
            for day in (17, 18)
            for hour in range(8, 20)
            for at in range(4)
        ],
        20,
    )
    assert last(after) - begin > 4 * DAY
    assert noticed(after) <= unharmed * 1.2
    assert after.rate(last(after)) == pytest.approx(before.rate(begin), rel=0.15)


def noticed(rhythm: Rhythm) -> timedelta:
    silent = HOUR
    while not rhythm.frozen(last(rhythm), last(rhythm) + silent):
        silent += HOUR
        assert silent < 30 * DAY
    return silent


def test_a_source_that_died_stays_dead_however_long_ago_it_was():
    rhythm = by_day(14)
    assert "365 days" in rhythm.frozen(last(rhythm), last(rhythm) + 365 * DAY)


def test_bursts_and_quiet_weekends_of_half_a_year_raise_no_alarm_and_a_freeze_is_noticed():
    room = Newsroom(5, 20, "hyper", 1.7, weekend=0.1)
    false = [rhythm.frozen(before, after) for rhythm, before, after in silences(room, 180, least=9 * HOUR)]
    assert len(false) > 100
    assert not any(false)
    lines = room.prints(40)
    assert noticed_after(lines, len(lines) - 1, HOUR, 12 * DAY)


LAWS: list[tuple[Law, float]] = [
    ("gamma", 1.2),
    ("gamma", 2.2),
    ("hyper", 1.7),
    ("hyper", 2.2),
    ("lognormal", 1.2),
    ("lognormal", 2.2),
]


@pytest.mark.soak
def test_false_alarms_are_rarer_than_one_in_ten_source_years():
    """Every law, from 6 to 800 lines a day, with and without days off; prints how soon a real freeze is noticed."""
    years, false = 0.0, 0
    for law, cv in LAWS:
        for a_day, days in ((6, 365), (20, 365), (60, 200), (200, 100), (800, 40)):
            rooms = [Newsroom(seed, a_day, law, cv, weekend) for seed, weekend in enumerate((0.05, 0.4, 1.0))]
            alarms = sum(bool(r.frozen(a, b)) for room in rooms for r, a, b in silences(room, days, least=2 * HOUR))
            found = [gaps for room in rooms for gaps in noticed_in_gaps(room)]
            when = f"noticed after {median(found):.0f} gaps, at most {max(found):.0f}"
            print(f"{law} {cv} {a_day} a day: {alarms} false; {when}")
            years, false = years + len(rooms) * days / 365, false + alarms
    print(f"{false} false alarms in {years:.0f} source-years")
    assert false <= years / 10


def noticed_in_gaps(room: Newsroom) -> list[float]:
    """How long freezes at random moments go unnoticed, in usual gaps."""
    lines, dice = room.prints(30), Random(room.seed)
    each = [dice.randrange(len(lines) // 2, len(lines)) for _ in range(5)]
    found = [noticed_after(lines, at, HOUR / 2, 60 * DAY) for at in each]
    return [spell / DAY * room.a_day for spell in found if spell is not None]


def test_known_lines_are_those_of_two_weeks():
    lines = Newsroom(1, 40).prints(30)
    known = known_at(lines, len(lines) - 1)
    assert min(known.hours) > lines[-1] - HISTORY - HOUR
    assert sum(known.hours.values()) == pytest.approx(40 * 14 * 5.6 / 7, rel=0.25)


def test_the_adaptive_rule_publishes_earlier_than_a_fixed_interval_that_asks_as_often():
    lines = Newsroom(2, 162, "lognormal", 1.2).prints(16)
    adaptive = replay(source(timedelta(seconds=15), 5 * MINUTE), lines, 20, days=14)
    fixed = fixed_like(adaptive, lines, 20, days=14)
    assert abs(fixed.polls / adaptive.polls - 1) < 0.005
    assert adaptive.mean < 0.95 * fixed.mean
    assert adaptive.lost == fixed.lost == adaptive.avoidable == 0
