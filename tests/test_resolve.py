from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines import BEIRUT, Desk, instant
from ticker.resolve import AFTER_OUTAGE, CLOCK_OFF, PINNED, UNREADABLE, candidates

SEED = ["14:54 أ", "14:53 ب", "14:53 ت", "14:52 ث", "14:52 ج", "14:51 ح"]


def published(desk: Desk) -> list[str]:
    """Of the last poll's rows, as day and wall clock of the desk's zone."""
    return [change.item.published.astimezone(desk.zone).strftime("%d %H:%M:%S") for change in desk.last.rows]


def test_lines_of_one_minute_get_distinct_seconds_in_page_order():
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    assert [change.item.published.strftime("%H:%M:%S") for change in desk.last.rows] == [
        "12:54:00",
        "12:53:01",
        "12:53:00",
        "12:52:01",
        "12:52:00",
        "12:51:00",
    ]


def test_a_later_line_of_the_same_minute_takes_the_next_second():
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    desk.read("2025-01-14T14:56", ["14:54 جديد", *SEED])
    assert published(desk)[:2] == ["14 14:54:01", "14 14:54:00"]


@pytest.mark.parametrize(
    ("fetched_at", "printed", "resolved"),
    [
        pytest.param("2025-03-10T00:05", ["00:04", "23:58"], ["10 00:04", "09 23:58"], id="past midnight"),
        pytest.param("2025-03-10T00:00", ["23:59", "23:58"], ["09 23:59", "09 23:58"], id="at midnight"),
        pytest.param("2025-03-10T23:58", ["23:57", "00:10"], ["10 23:57", "10 00:10"], id="before midnight"),
        pytest.param("2025-03-10T08:59", ["09:01"], ["10 08:59"], id="their clock runs ahead: never past the poll"),
        pytest.param("2025-03-10T23:58", ["00:02", "23:57"], ["10 23:58", "10 23:57"], id="ahead over midnight"),
        pytest.param("2025-03-10T12:00", ["11:00", "16:26"], ["10 11:00", "09 16:26"], id="yesterday's rows"),
        pytest.param(
            "2025-03-10T13:00", ["12:07", "10:52", "20:52", "16:26"], ["10 12:07", "10 10:52", "09 20:52", "09 16:26"],
            id="a slow list over two days",
        ),
        pytest.param(
            "2025-03-10T12:00", ["11:00", "11:03", "10:58"], ["10 11:00", "10 11:03", "10 10:58"],
            id="two minutes of disorder are no midnight",
        ),
        pytest.param("2024-12-31T23:59", ["23:58", "00:30"], ["31 23:58", "31 00:30"], id="the last day of the year"),
        pytest.param("2025-01-01T00:01", ["00:00", "23:59"], ["01 00:00", "31 23:59"], id="into the new year"),
    ],
)  # fmt: skip
def test_a_printed_time_gets_its_day(fetched_at, printed, resolved):
    desk = Desk()
    desk.read(fetched_at, [f"{clock} خبر {n}" for n, clock in enumerate(printed)])
    assert [at[:8] for at in published(desk)] == resolved


def test_pages_on_both_sides_of_midnight_put_every_line_on_its_day():
    desk = Desk()
    first = ["23:57 أول", "23:41 ثان", "22:10 ثالث", "20:00 رابع"]
    desk.read("2025-06-10T23:58", first)
    assert published(desk) == ["10 23:57:00", "10 23:41:00", "10 22:10:00", "10 20:00:00"]
    desk.read("2025-06-11T00:03", ["00:02 خامس", "23:59 سادس", *first[:3]])
    assert published(desk)[:3] == ["11 00:02:00", "10 23:59:00", "10 23:57:00"]
    desk.read("2025-06-11T23:59", ["23:58 سابع", "12:00 ثامن", "00:10 تاسع", "00:02 خامس", "23:59 سادس"])
    assert published(desk) == ["11 23:58:00", "11 12:00:00", "11 00:10:00", "11 00:02:00", "10 23:59:00"]


def test_the_doubled_hour_when_clocks_go_back():
    """Asia/Beirut, 26 October 2025 at 00:00: 23:00 to 23:59 comes twice."""
    desk = Desk()
    desk.read("2025-10-25T20:31+00:00", ["23:30 أول", "23:10 ثان", "22:00 ثالث"])
    assert desk.last.rows[0].item.published == instant("2025-10-25T20:30+00:00")
    desk.read("2025-10-25T21:31+00:00", ["23:30 رابع", "23:30 أول", "23:10 ثان"])
    assert desk.last.rows[0].item.published == instant("2025-10-25T21:30+00:00")
    desk.read("2025-10-25T22:02+00:00", ["00:01 خامس", "23:59 سادس", "23:30 رابع"])
    assert [change.item.published for change in desk.last.rows[:2]] == [
        instant("2025-10-25T22:01+00:00"),
        instant("2025-10-25T21:59+00:00"),
    ]


def test_the_skipped_hour_when_clocks_go_forward():
    """Asia/Beirut, 30 March 2025 at 00:00: the clock shows 01:00."""
    desk = Desk()
    desk.read("2025-03-29T22:02+00:00", ["01:01 أول", "23:59 ثان", "23:10 ثالث"])
    assert [change.item.published for change in desk.last.rows] == [
        instant("2025-03-29T22:01+00:00"),
        instant("2025-03-29T21:59+00:00"),
        instant("2025-03-29T21:10+00:00"),
    ]


def test_a_source_that_did_not_change_its_clock_still_gives_a_time():
    """00:01 does not exist that night: taken as shifted forward, and not past the poll."""
    desk = Desk()
    desk.read("2025-03-29T22:02+00:00", ["00:01 أول", "23:59 ثان"])
    assert desk.last.rows[0].item.published == instant("2025-03-29T22:01+00:00")


@pytest.mark.parametrize("place", [0, 2, 5])
def test_one_pinned_row_moves_no_other(place):
    lines = [*SEED[:place], "09:00 إعلان مثبت", *SEED[place:]]
    plain, pinned = Desk(), Desk()
    plain.read("2025-01-14T14:55", SEED)
    pinned.read("2025-01-14T14:55", lines)
    others = [change.item.published for change in pinned.last.rows if "مثبت" not in change.item.title]
    assert others == [change.item.published for change in plain.last.rows]


def test_a_pinned_row_is_flagged():
    desk = Desk()
    desk.read("2025-01-14T14:55", [SEED[0], "09:00 إعلان مثبت", *SEED[1:]])
    assert desk.last.rows[1].item.flag == PINNED


def test_a_time_that_cannot_be_read_is_flagged_and_moves_no_other():
    desk = Desk()
    desk.read("2025-01-14T14:55", [SEED[0], "--:-- خبر", *SEED[1:]])
    item = desk.last.rows[1].item
    assert (item.flag, item.printed_at, item.published) == (UNREADABLE, None, instant("2025-01-14T14:55"))
    assert desk.last.rows[2].item.published == instant("2025-01-14T14:53:01")


def test_a_clock_an_hour_ahead_dates_by_first_sight_and_says_so():
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    desk.read("2025-01-14T14:57", ["15:56 من ساعة متقدمة", *SEED])
    assert desk.last.rows[0].item.flag == CLOCK_OFF
    assert desk.last.rows[0].item.published == instant("2025-01-14T14:57")


@pytest.mark.parametrize("minutes", [15, 30, 60, 75])
@pytest.mark.parametrize("fetched_at", ["2025-01-14T14:55", "2025-03-30T14:55", "2025-10-26T14:55"])
def test_a_first_list_whose_clock_runs_ahead_is_not_put_a_day_early(fetched_at, minutes):
    """Also on the days of 23 and 25 hours."""
    now = instant(fetched_at)
    printed = [now + timedelta(minutes=minutes - 6 * n) for n in range(10)]
    desk = Desk()
    desk.read(now, [f"{at.astimezone(BEIRUT):%H:%M} خبر {n}" for n, at in enumerate(printed)])
    for change, at in zip(desk.last.rows, printed, strict=True):
        ahead = at > now + timedelta(minutes=10)
        assert change.item.flag == (CLOCK_OFF if ahead else None)
        assert abs(change.item.published - min(at, now)) < timedelta(minutes=1)


def test_a_slow_first_list_that_was_silent_for_a_day_is_not_taken_for_a_clock_ahead():
    desk = Desk()
    desk.read("2025-01-14T14:55", ["15:40 أول", "09:30 ثان", "20:15 ثالث", "13:00 رابع"])
    assert published(desk)[0] == "13 15:40:00"
    assert desk.last.rows[0].item.flag != CLOCK_OFF


def test_after_an_outage_of_hours_a_clock_ahead_is_not_a_day_early():
    desk = Desk()
    desk.read("2025-01-14T04:55", ["04:54 أول", "04:50 ثان", "04:40 ثالث", "04:30 رابع"])
    desk.read("2025-01-14T14:55", ["15:53 خامس", "15:40 سادس", "14:30 سابع", "13:00 ثامن"])
    assert published(desk)[2:] == ["14 14:30:00", "14 13:00:00"]
    assert [change.item.flag for change in desk.last.rows[:2]] == [CLOCK_OFF, CLOCK_OFF]


def test_our_own_clock_set_back_puts_nothing_a_day_early():
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    desk.read("2025-01-14T14:30", ["14:56 جديد", *SEED])
    assert published(desk)[0].startswith("14 14:30")
    assert desk.last.rows[0].item.flag == CLOCK_OFF


def test_after_a_long_outage_the_day_is_flagged_as_a_guess():
    desk = Desk()
    desk.read("2025-01-14T14:55", SEED)
    desk.read("2025-01-17T14:55", ["14:50 أول", "13:00 ثان", "12:00 ثالث", "11:00 رابع"])
    assert {change.item.flag for change in desk.last.rows} == {AFTER_OUTAGE}
    assert published(desk)[0] == "17 14:50:00"


def test_an_outage_over_midnight_is_bridged():
    desk = Desk()
    desk.read("2025-01-14T22:00", ["21:59 أول", "21:00 ثان", "20:00 ثالث", "19:00 رابع"])
    desk.read("2025-01-15T06:00", ["05:58 خامس", "02:00 سادس", "23:30 سابع", "22:15 ثامن", "21:59 أول"])
    assert published(desk) == ["15 05:58:00", "15 02:00:00", "14 23:30:00", "14 22:15:00", "14 21:59:00"]


def test_an_edit_moves_updated_and_nothing_else():
    desk = Desk()
    desk.read("2025-01-14T14:55", ["14:54 افتتاح معرض الكتاب السنوي في القاعة", *SEED[1:]])
    before = desk.last.rows[0].item
    desk.read("2025-01-14T15:10", ["14:54 افتتاح معرض الكتاب السنوي في القاعة الكبرى", *SEED[1:]])
    after = desk.last.rows[0].item
    assert (after.guid, after.published, after.printed_at) == (before.guid, before.published, before.printed_at)
    assert after.updated == instant("2025-01-14T15:10") > before.updated
    assert [(old.title, old.seen_at) for old in after.revisions] == [(before.title, instant("2025-01-14T14:55"))]


def test_two_edits_of_one_poll_have_distinct_updated():
    desk = Desk()
    desk.read("2025-01-14T14:55", ["14:54 افتتاح معرض الكتاب", "14:50 مطر غزير على الساحل", "14:40 أ", "14:30 ب"])
    desk.read(
        "2025-01-14T15:10", ["14:54 افتتاح معرض الكتاب اليوم", "14:50 مطر غزير على الساحل كله", "14:40 أ", "14:30 ب"]
    )
    assert len({change.item.updated for change in desk.last.rows}) == 4


def test_a_guid_is_a_version_5_urn_of_first_seen_facts():
    one, other = Desk(), Desk()
    one.read("2025-01-14T14:55", SEED)
    other.read("2025-01-14T14:59", SEED[:4])
    guids = [change.item.guid for change in one.last.rows]
    assert all(UUID(guid).version == 5 and guid.startswith("urn:uuid:") for guid in guids)
    assert [change.item.guid for change in other.last.rows] == guids[:4], "the same after a loss of the store"
    assert guids[0] == "urn:uuid:be192831-54c6-506c-ac84-379bddc9e548"


def test_the_same_line_of_another_source_or_day_has_another_guid():
    guids = set()
    for source, day in (("a", 14), ("b", 14), ("a", 15)):
        desk = Desk(source=source)
        desk.read(f"2025-01-{day}T14:55", SEED)
        guids |= {change.item.guid for change in desk.last.rows}
    assert len(guids) == 18


ZONES = st.sampled_from(["Asia/Beirut", "Europe/London", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "UTC"])
GAPS = st.lists(st.integers(0, 9 * 60 - 1), min_size=4, max_size=12)
MINUTES = 9 * 365 * 24 * 60  # from 2019 to 2027
POLLS = st.integers(0, MINUTES).map(lambda minutes: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(deadline=None)
@given(ZONES, POLLS, GAPS)
def test_a_first_list_without_long_silences_is_dated_right(name, at, gaps):
    zone = ZoneInfo(name)
    fetched_at = at.replace(tzinfo=UTC)
    truth = [fetched_at - timedelta(minutes=sum(gaps[: n + 1])) for n in range(len(gaps))]
    lines = [f"{moment.astimezone(zone):%H:%M} خبر {n}" for n, moment in enumerate(truth)]
    desk = Desk(zone=zone)
    desk.read(fetched_at, lines)
    wrong = [
        change.item.printed_at
        for change, moment in zip(desk.last.rows, truth, strict=True)
        if change.item.printed_at != moment and not _near_a_doubled_hour(moment, zone)
    ]
    if not any(_near_a_doubled_hour(moment, zone) for moment in truth):
        assert not wrong


def _near_a_doubled_hour(moment: datetime, zone: ZoneInfo) -> bool:
    hours = [moment + timedelta(hours=n) for n in range(-3, 4)]
    return len({at.astimezone(zone).utcoffset() for at in hours}) > 1


@settings(deadline=None)
@given(
    ZONES,
    POLLS,
    st.lists(st.tuples(st.integers(1, 30), st.lists(st.integers(0, 20), max_size=3)), min_size=1, max_size=8),
)
def test_polls_of_a_running_list_keep_time(name, start, steps):
    """Every line gets its printed minute, never past the poll, all seconds distinct, falling down the page."""
    zone = ZoneInfo(name)
    now = start.replace(tzinfo=UTC, second=59)  # room for the lines of the running minute
    story = [(now - timedelta(minutes=n), f"خبر قديم {n}") for n in range(6)]
    desk = Desk(zone=zone)
    for n, (minutes, ages) in enumerate([(0, []), *steps]):
        now += timedelta(minutes=minutes)
        born = sorted((now - timedelta(minutes=min(age, max(0, minutes - 1))) for age in ages), reverse=True)
        story = [*((at, f"خبر {n} {m}") for m, at in enumerate(born)), *story][:12]
        changes = desk.read(now, [f"{at.astimezone(zone):%H:%M} {words}" for at, words in story])
        assert changes is not None
        for change, (at, _) in zip(changes.rows, story, strict=True):
            minute = at.replace(second=0)
            assert change.item.printed_at == minute
            assert minute <= change.item.published <= now
            assert change.item.published - minute < timedelta(minutes=1)
    moments = [item.published for item in desk.items.values()]
    assert len(set(moments)) == len(moments)


@given(st.times().map(lambda t: t.replace(second=0, microsecond=0)), POLLS, ZONES)
def test_candidates_show_the_printed_time_and_end_ten_minutes_ahead(clock, at, name):
    zone, fetched_at = ZoneInfo(name), at.replace(tzinfo=UTC)
    possible = candidates(clock, fetched_at, zone)
    assert possible == sorted(set(possible), reverse=True)
    assert fetched_at - timedelta(days=9) < possible[-1] < possible[0] <= fetched_at + timedelta(minutes=10)
    shown = [moment.astimezone(zone).time() for moment in possible]
    assert sum(local != clock for local in shown) <= 1, "but in a gap"


def test_nothing_reads_the_clock():
    one, other = Desk(), Desk()
    for desk in (one, other):
        desk.read("2025-01-14T14:55", SEED)
        desk.read("2025-01-14T14:56", ["14:56 جديد", *SEED[:5]])
    assert one.items == other.items
    assert time.fromisoformat("14:56") in {item.clock for item in one.items.values()}
    assert one.zone == BEIRUT
