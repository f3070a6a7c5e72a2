"""What a subscription document holds, and what leaves it for an archive: on items alone, without a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticker.model import Channel, Item
from ticker.window import LARGEST, batch_size, closing, newest_first, wanted

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def channel(least: int, most: int, age: timedelta = HOUR) -> Channel:
    return Channel("desk", "Desk", "en", "http://127.0.0.1/", {"desk": "Desk"}, least, most, age)


def item(published: datetime, number: int) -> Item:
    guid = uuid5(NAMESPACE_URL, f"item {number}").urn
    return Item(guid, "desk", f"news {number}", None, published, published, None, None, None, published, published)


def kept(seconds: Sequence[int]) -> list[Item]:
    """Items in store order, published so many seconds after noon."""
    return [item(NOON + timedelta(seconds=after), number) for number, after in enumerate(seconds)]


@dataclass
class Document:
    """A subscription document that is kept within its bounds after every new item, and its archives."""

    channel: Channel
    items: list[Item]
    archives: list[tuple[Item, ...]]

    def __init__(self, channel: Channel) -> None:
        self.channel, self.items, self.archives = channel, [], []

    def take(self, *new: Item) -> None:
        self.items += new
        batches = list(closing(self.items, self.channel))
        closed = {one.guid for batch in batches for one in batch}
        self.archives += batches
        self.items = [one for one in self.items if one.guid not in closed]


bounds = st.tuples(st.integers(1, 30), st.integers(0, 40)).map(lambda two: (two[0], two[0] + two[1]))
# mostly in order, with lines dated late, and lines of one instant as a feed of several sources has them
steps = st.lists(st.one_of(st.integers(0, 400), st.integers(-90_000, 90_000)), min_size=60, max_size=200)


@st.composite
def dates(draw: Any) -> list[int]:
    """Seconds after noon, in store order."""
    seconds, clock = [], 0
    for step in draw(steps):
        seconds.append(clock + step)
        clock += max(step, 0) if step <= 400 else 0
    return seconds


@pytest.mark.parametrize(
    ("least", "most", "size"),
    [
        pytest.param(100, 500, 50, id="as it is configured by default"),
        pytest.param(100, 5000, LARGEST, id="a wide feed"),
        pytest.param(1, 9, 1, id="a narrow feed"),
        pytest.param(96, 100, 5, id="bounds close together: else the document would fall below its least"),
        pytest.param(100, 100, 1, id="bounds that are one"),
    ],
)
def test_an_archive_holds_a_tenth_of_the_document(least: int, most: int, size: int) -> None:
    assert batch_size(channel(least, most)) == size


@pytest.mark.parametrize(
    ("ages", "least", "most", "count"),
    [
        pytest.param([0, 1, 2], 1, 9, 3, id="all young"),
        pytest.param([0, 3600, 3601], 1, 9, 2, id="the age itself is still in"),
        pytest.param([0, 9000, 9001, 9002], 3, 9, 3, id="at least so many, however old"),
        pytest.param([0, 1, 2, 3], 1, 2, 2, id="at most so many, however young"),
        pytest.param([0, 9000], 5, 9, 2, id="no more than there are"),
        pytest.param([], 5, 9, 0, id="nothing yet"),
        pytest.param([*range(30)], 5, 20, 19, id="room for an archive of two beside them"),
    ],
)
def test_the_young_are_wanted_within_the_bounds(ages: list[int], least: int, most: int, count: int) -> None:
    items = kept([-age for age in reversed(ages)])
    assert wanted(items, channel(least, most)) == newest_first(items)[:count]


def test_of_one_instant_the_item_that_was_kept_last_is_the_newest() -> None:
    one, two, older = kept([5, 5, 1])
    assert newest_first([one, two, older]) == (two, one, older)


@settings(max_examples=50)  # of some hundred items each
@given(bounds, dates())
def test_the_document_stays_within_its_bounds_and_every_item_is_in_one_place(
    bounds: tuple[int, int], dates: list[int]
) -> None:
    said, items = channel(*bounds), kept(dates)
    document = Document(said)
    for count, one in enumerate(items, 1):
        document.take(one)
        assert min(said.min_items, count) <= len(document.items) <= said.max_items
    everywhere = [*document.items, *(one for archive in document.archives for one in archive)]
    assert sorted(one.guid for one in everywhere) == sorted(one.guid for one in items)
    assert all(len(archive) == batch_size(said) for archive in document.archives)


@settings(max_examples=50)  # of some hundred items each
@given(bounds, dates(), st.integers(1, 250))
def test_however_many_come_at_once_the_document_stays_within_its_bounds(
    bounds: tuple[int, int], dates: list[int], size: int
) -> None:
    said, items = channel(*bounds), kept(dates)
    document = Document(said)
    for begin in range(0, len(items), size):
        document.take(*items[begin : begin + size])
        assert min(said.min_items, begin + size, len(items)) <= len(document.items) <= said.max_items
    assert len(items) == len(document.items) + sum(map(len, document.archives))


@settings(max_examples=50)  # of some hundred items each
@given(bounds, dates(), st.integers(0, 10**9))
def test_nothing_depends_on_the_clock(bounds: tuple[int, int], dates: list[int], later: int) -> None:
    """The same lines at any other time: the same parts."""

    def parts(items: Sequence[Item]) -> list[list[str]]:
        return [[one.guid for one in batch] for batch in closing(items, channel(*bounds))]

    assert parts(kept(dates)) == parts(kept([second + later for second in dates]))


@settings(max_examples=50)
@given(bounds, st.lists(st.integers(0, 3000), min_size=60, max_size=200))
def test_in_order_of_time_the_archives_are_the_items_from_the_oldest_on_and_no_wanted_one(
    bounds: tuple[int, int], gaps: list[int]
) -> None:
    said, document = channel(*bounds), Document(channel(*bounds))
    items = kept([sum(gaps[: n + 1]) for n in range(len(gaps))])
    for count, one in enumerate(items, 1):
        document.take(one)
        assert set(wanted(items[:count], said)) <= set(document.items)
    assert [one for archive in document.archives for one in archive] + document.items == items


@pytest.mark.parametrize("age", [HOUR, timedelta(days=1)])
@pytest.mark.parametrize("place", range(200, 220))  # wherever in the making of an archive
def test_a_line_that_is_dated_late_stays_as_long_as_any_other(place: int, age: timedelta) -> None:
    """News every 30 s, and between them one line of days ago: whoever comes a hundred lines later still finds it."""
    document, items = Document(channel(20, 200, age)), kept([30 * number for number in range(place + 100)])
    late = item(NOON - timedelta(days=2), -1)
    for one in (*items[:place], late, *items[place:]):
        document.take(one)
    assert late in document.items


def test_lines_dated_late_before_all_others_do_not_push_the_newest_out() -> None:
    """A source is added whose whole list is of last year: what is news of the others stays."""
    said, document = channel(20, 200), Document(channel(20, 200))
    news = kept([30 * number for number in range(100)])
    document.take(*news)
    document.take(*(item(NOON - timedelta(days=300, seconds=number), 1000 + number) for number in range(400)))
    assert set(wanted(document.items, said)) >= set(news)
    assert len(document.items) <= said.max_items


def test_parts_are_closed_one_after_the_other_however_many_there_are() -> None:
    items = kept([60 * number for number in range(1000)])
    first = next(closing(items, channel(20, 200)))
    assert first == tuple(items[:20])
    left = 1000 - 20 * len(list(closing(items, channel(20, 200))))
    assert 61 <= left < 81, "those of the last hour, and less than an archive beside them"
