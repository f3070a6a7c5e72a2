"""Go back in time: which place or day a page begins at, and which days there are before and after it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from ticker.model import Item, Wish
from ticker.serve.library import Library

Place = tuple[datetime, int]  # `published` and the number in the order of the store

_PLACE = re.compile(r"(\d{1,11})-(\d{1,18})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LAST_YEAR = 9990  # what no headline has reached: days after it cannot be counted on
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Where:
    """What `day` and `before` of an address ask for; a place that cannot be read asks for nothing."""

    day: date | None = None  # on the wall clock of the page
    before: Place | None = None  # only what is older than this
    garbled: bool = False  # a day was asked for that is none

    @property
    def newest(self) -> bool:
        """Whether the page begins with the newest there is."""
        return self == Where()

    def within(self, wish: Wish, zone: ZoneInfo) -> Wish:
        """*wish*, of that day and before that place only."""
        since, until = bounds(self.day, zone) if self.day else (wish.since, wish.until)
        return replace(wish, since=since, until=until, after=self.before)


def read_where(query: bytes) -> Where:
    """Of the query of an address, as it came."""
    said = dict(parse_qsl(query.decode(errors="replace"), errors="replace", max_num_fields=1000)) if query else {}
    day = _day(said.get("day", ""))
    return Where(day, _place(said.get("before", "")), garbled=day is None and bool(said.get("day", "").strip()))


def written(place: Place) -> str:
    """As `before` says it."""
    return f"{int(place[0].timestamp())}-{place[1]}"


def place_of(number: int, item: Item) -> Place:
    """Where *item* stands."""
    return item.published, number


def address(query: str, **more: str) -> str:
    """The query *query* of a search, with these keys behind it, as a relative address."""
    return "?" + "&".join(filter(None, (query, urlencode(more))))


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When *day* begins and when it is over, in *zone*."""
    begin, end = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return begin, end


async def day_before(library: Library, wish: Wish, day: date, zone: ZoneInfo) -> date | None:
    """The last day before *day* on which there is something to see."""
    return await _newest_day(library, replace(wish, since=None, until=bounds(day, zone)[0]), zone)


async def day_after(library: Library, wish: Wish, day: date, zone: ZoneInfo) -> date | None:
    """The first day after *day* on which there is something to see.

    The store tells the newest first: spans of one day, two, four are asked about until one has something, which
    is then halved.
    """
    begin = bounds(day, zone)[1]
    last = await _newest_day(library, replace(wish, since=begin, until=None), zone)
    if last is None:
        return None
    first, days = day + timedelta(days=1), 1
    while first < last:
        until = min(first + timedelta(days=days), last)
        found = await _newest_day(library, _between(wish, first, until, zone), zone)
        if found is None:
            first, days = until, days * 2
        else:
            last, days = found, 1
    return last


def _between(wish: Wish, first: date, until: date, zone: ZoneInfo) -> Wish:
    return replace(wish, since=bounds(first, zone)[0], until=bounds(until, zone)[0])


async def _newest_day(library: Library, wish: Wish, zone: ZoneInfo) -> date | None:
    found = await library.find(replace(wish, after=None, limit=1))
    return found[0][1].published.astimezone(zone).date() if found else None


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None
    return day if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _place(value: str) -> Place | None:
    said = _PLACE.fullmatch(value)
    return (datetime.fromtimestamp(int(said[1]), UTC), int(said[2])) if said else None
