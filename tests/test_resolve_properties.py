"""What holds of every instant and every id, whatever the rows print: T1 to T7, M8 and M11 of research/identity-time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.desk import Desk
from tests.lines import MINUTE, instant
from ticker.model import Ago, Change, Day, Headline, Item
from ticker.parse import clock
from ticker.resolve import DOUBLED, PINNED, UNREADABLE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTS = {  # when clocks change, or the middle of a night
    "Asia/Beirut": ["2025-03-29T22:00Z", "2025-10-25T21:00Z", "2023-03-25T22:00Z", "2023-03-29T21:00Z"],
    "Europe/Berlin": ["2025-03-30T01:00Z", "2025-10-26T01:00Z", "2025-12-31T23:00Z"],
    "America/New_York": ["2025-03-09T07:00Z", "2025-11-02T06:00Z"],
    "Australia/Lord_Howe": ["2025-10-04T15:30Z", "2025-04-05T15:00Z"],  # by half an hour
    "Asia/Kathmandu": ["2025-06-10T18:15Z"],  # 5:45 ahead, all year
}
NIGHT = st.sampled_from([(ZoneInfo(zone), instant(at)) for zone, nights in NIGHTS.items() for at in nights])
BRIEF = settings(deadline=None, derandomize=True, max_examples=60)

Print = Callable[[datetime, datetime, ZoneInfo, str], Headline]
"""The instant of a story, when the page is made, the zone, the words."""


def by_clock(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    wall = at.astimezone(zone)
    return Headline(f"{wall:%H:%M}", time(wall.hour, wall.minute), title)


def by_day(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    wall, today = at.astimezone(zone), made.astimezone(zone)
    day = Day(back=0) if wall.date() == today.date() else Day(month=wall.month, day=wall.day)
    return Headline(f"{day} {wall:%H:%M}", time(wall.hour, wall.minute), title, day=day)


def by_age(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    age = made - at
    unit = MINUTE if age < HOUR else HOUR if age < DAY else DAY
    return Headline("ago", None, title, ago=Ago(age // unit * unit, unit))


def by_statement(at: datetime, made: datetime, zone: ZoneInfo, title: str) -> Headline:
    return Headline(None, None, title, stated=at.astimezone(zone))


PRINTS: list[Print] = [by_clock, by_day, by_age, by_statement]


@dataclass(frozen=True)
class Story:
    at: datetime
    title: str
    printed: Print

    def row(self, made: datetime, zone: ZoneInfo) -> Headline:
        return self.printed(self.at, made, zone, self.title)


@dataclass(frozen=True)
class Night:
    """Stories over hours and the polls that read them; newest first, eight on the page."""

    zone: ZoneInfo
    stories: tuple[Story, ...]
    polls: tuple[datetime, ...]

    def page(self, now: datetime) -> list[Headline]:
        return [story.row(now, self.zone) for story in self.stories if story.at <= now][:8]

    def read(self, desk: Desk, polls: Sequence[datetime] = ()) -> Desk:
        for now in polls or self.polls:
            assert desk.read(now, self.page(now)) is not None
        return desk

    def desk(self) -> Desk:
        return Desk(zone=self.zone)

    def truth(self, item: Item) -> datetime:
        return next(story.at for story in self.stories if story.title == item.title)


@st.composite
def nights(draw: st.DrawFn, prints: Sequence[Print] = PRINTS, longest: int = 12) -> Night:
    zone, middle = draw(NIGHT)
    steps = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, longest)), min_size=2, max_size=14))
    now = middle - draw(st.integers(-60, 6 * 60)) * MINUTE
    at, stories = now, list[Story]()
    for n, gap in enumerate(draw(st.lists(st.integers(0, 4 * 60), min_size=8, max_size=8))):
        at -= gap * MINUTE
        stories.append(Story(at, f"early story {n}", draw(st.sampled_from(prints))))
    polls = [now]
    for n, (count, minutes) in enumerate(steps):
        for m in range(count):
            came = now + (m + 1) * minutes * MINUTE // (count + 1)
            stories.insert(0, Story(came.replace(second=0), f"late story {n} {m}", draw(st.sampled_from(prints))))
        now += minutes * MINUTE
        polls.append(now)
    return Night(zone, tuple(sorted(stories, key=lambda story: story.at, reverse=True)), tuple(polls))


def in_gap(wall: time, at: datetime, zone: ZoneInfo) -> bool:
    """Whether *wall* is no time of the day around *at*."""
    days = {(at + shift).astimezone(zone).date() for shift in (-DAY, timedelta(), DAY)}
    locals_ = [datetime.combine(day, wall, tzinfo=zone) for day in days]
    return any(local.astimezone(UTC).astimezone(zone).time() != wall for local in locals_)


def new(changes: Sequence[Change]) -> list[Item]:
    return [change.item for change in changes if change.kind == "new"]


@BRIEF
@given(nights())
def test_t1_and_t2_an_instant_shows_what_was_printed_and_is_neither_to_come_nor_old(night: Night) -> None:
    desk = night.desk()
    for now in night.polls:
        night.read(desk, [now])
        for item in new(desk.last.rows):
            assert item.published <= now
            if item.clock is not None and item.printed_at is not None:
                shown = item.printed_at.astimezone(night.zone).time()
                assert shown == item.clock or in_gap(item.clock, item.printed_at, night.zone)
                assert now - 9 * DAY < item.printed_at <= now + 10 * MINUTE


@BRIEF
@given(nights())
def test_a_line_without_a_flag_is_of_the_minute_that_it_was(night: Night) -> None:
    """Also in hours that come twice: what the order of the page and the last poll do not tell is flagged."""
    desk = night.read(night.desk())
    for item in desk.items.values():
        if item.flag is None:
            assert item.printed_at is not None
            assert abs(item.printed_at - night.truth(item)) <= (MINUTE if item.clock is None else timedelta())


@BRIEF
@given(nights())
def test_what_polls_saw_coming_needs_no_flag_but_for_ages_in_hours(night: Night) -> None:
    desk = night.read(night.desk())
    assert {item.flag for item in desk.items.values() if item.first_seen > night.polls[0]} <= {None}


@BRIEF
@given(nights())
def test_t3_instants_never_rise_down_the_list_but_for_flagged_rows(night: Night) -> None:
    desk = night.desk()
    for now in night.polls:
        night.read(desk, [now])
        moments = [change.item.published for change in desk.last.rows if change.item.flag is None]
        assert moments == sorted(moments, reverse=True)
        assert len({item.published for item in desk.items.values()}) == len(desk.items)


@BRIEF
@given(nights())
def test_t4_and_m8_an_instant_and_an_id_are_fixed_whatever_later_polls_say(night: Night) -> None:
    desk = night.desk()
    born: dict[str, Item] = {}
    for now in night.polls:
        night.read(desk, [now])
        born |= {item.guid: item for item in new(desk.last.rows)}
        for guid, first in born.items():
            item = desk.items[guid]
            assert (item.published, item.printed_at, item.title) == (first.published, first.printed_at, first.title)
    assert len(born) == len({item.title for item in desk.items.values()}), "one id a story"


@BRIEF
@given(nights())
def test_t5_and_m11_the_same_input_gives_the_same_output_also_in_another_process(night: Night) -> None:
    one, other = night.read(night.desk()), night.desk()
    for now in night.polls:
        other = night.read(other.restarted(), [now])
    assert list(one.items.values()) == sorted(other.items.values(), key=list(one.items.values()).index)
    assert one.last == other.last


@BRIEF
@given(nights(), st.integers(0, 7), st.sampled_from(["unreadable", "pinned"]))
def test_t6_an_unreadable_or_pinned_row_changes_no_other_row(night: Night, place: int, kind: str) -> None:
    """A pinned row is 2 to 20 h older than what stands around it."""
    now = night.polls[0]
    rows = night.page(now)
    around = night.stories[-8:][place].at
    old = around - 5 * HOUR
    odd = Headline("--:--", None, "odd") if kind == "unreadable" else by_clock(old, now, night.zone, "odd")
    plain, with_it = night.desk(), night.desk()
    plain.read(now, rows)
    with_it.read(now, [*rows[:place], odd, *rows[place:]])
    flags = {item.title: item.flag for item in with_it.items.values()}
    assume(kind == "unreadable" or flags["odd"] == PINNED)  # else it is dated among them, or is the last
    if kind == "unreadable":
        assert flags["odd"] == UNREADABLE
    assert [(item.title, item.printed_at, item.guid) for item in plain.items.values()] == [
        (item.title, item.printed_at, item.guid) for item in with_it.items.values() if item.title != "odd"
    ]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(NIGHT, st.lists(st.text(max_size=30) | st.from_regex(r"[0-9٠-٩]{1,2}[:.h][0-9]{2} ?(am|م)?"), max_size=6))
@example((ZoneInfo("UTC"), instant("2025-01-01T00:00Z")), ["٢٤:٠٠", "12:60", "-1:00", "00:00 pm"])
def test_t7_any_string_as_time_is_dated_or_flagged(night: tuple[ZoneInfo, datetime], printed: list[str]) -> None:
    zone, now = night
    rows = []
    for n, text in enumerate(printed):
        meant = clock.read(text)
        stamp = clock.stamp(text)
        rows.append(
            Headline(text, meant, f"story {n}", day=(stamp and stamp.day) or None, ago=(stamp and stamp.ago) or None)
        )
    desk = Desk(zone=zone)
    for at in (now, now + MINUTE):
        changes = desk.read(at, rows)
        assert changes is not None
        assert all(item.published <= at for item in desk.items.values())
        assert all(item.printed_at is not None or item.flag is not None for item in desk.items.values())


@BRIEF
@given(nights([by_clock], longest=9 * 60), st.integers(0, 59))
def test_a_list_polled_now_and_then_is_right_or_says_that_it_is_not(night: Night, late: int) -> None:
    """Outages of up to nine hours; some of the lines have scrolled out before they were seen."""
    desk = night.read(night.desk())
    for item in desk.items.values():
        if item.flag is None:
            assert item.printed_at == night.truth(item)


@pytest.mark.parametrize("name", ["Asia/Beirut", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_an_hour_that_came_twice_is_flagged_where_nothing_tells(name: str) -> None:
    zone = ZoneInfo(name)
    fall = instant(NIGHTS[name][1])
    back = (fall - MINUTE).astimezone(zone).utcoffset() - fall.astimezone(zone).utcoffset()  # type: ignore[operator]
    truth = [fall + shift * MINUTE for shift in (200, 10, -120)]  # the one in the middle shows a doubled time
    desk = Desk(zone=zone)
    desk.read(fall + 210 * MINUTE, [by_clock(at, fall, zone, f"story {n}") for n, at in enumerate(truth)])
    assert [change.item.flag for change in desk.last.rows] == [None, DOUBLED, None]
    assert desk.last.rows[1].item.printed_at in (truth[1], truth[1] - back)


def test_a_row_of_the_first_such_hour_above_one_that_says_so_is_none_to_doubt() -> None:
    """The last good poll, or a neighbour whose instant is stated, tells."""
    zone, fall = ZoneInfo("Europe/Berlin"), instant("2025-10-26T01:00Z")
    desk = Desk(zone=zone)
    below = by_statement(fall + 5 * MINUTE, fall, zone, "below")
    desk.read(fall + 90 * MINUTE, [by_clock(fall + 30 * MINUTE, fall, zone, "above"), below])
    above = desk.last.rows[0].item
    assert (above.flag, above.printed_at) == (None, fall + 30 * MINUTE)


def test_what_a_row_says_of_its_day_is_shown_whatever_its_neighbours_say() -> None:
    zone, now = ZoneInfo("Asia/Kathmandu"), instant("2025-06-11T06:00", ZoneInfo("Asia/Kathmandu"))
    rows = [by_day(now - n * 5 * HOUR, now, zone, f"story {n}") for n in (0, 3, 1, 2)]
    desk = Desk(zone=zone)
    desk.read(now, rows)
    assert [change.item.printed_at for change in desk.last.rows] == [now - n * 5 * HOUR for n in (0, 3, 1, 2)]
    assert replace(rows[0], day=None).clock == rows[0].clock
