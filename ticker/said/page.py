"""When a page was made, as far as its rows tell: its today, how old a copy it is, whether its offsets are right."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ticker import text
from ticker.model import Headline, Item, Known
from ticker.said.items import apart, certain, stretch
from ticker.said.rows import HOUR, Moment, plain, read, stated
from ticker.said.wall import AHEAD, BEHIND, MINUTE, RECENT

WITNESSES = 2  # rows that must look younger than they are until the page is an old copy: one may be news in old words
LEAST_LAG = 2 * MINUTE  # less is rounding: two ages, each to the minute


def moment(seen: Sequence[Headline], known: Known, fetched_at: datetime, zone: ZoneInfo) -> Moment:
    """How the times of *seen* are to be read.

    Args:
        seen: rows of this poll.
        known: what was seen before.
        fetched_at: when the page was read.
        zone: of the source's wall clock.
    """
    fetched_at = fetched_at.astimezone(UTC).replace(microsecond=0)
    page = Moment(fetched_at, zone, fetched_at.astimezone(zone).date())
    if all(plain(row) and row.stated is None for row in seen):
        return page
    page = replace(page, digits=_digits(seen, known, page))
    pairs = _pairs(seen, known.listed)
    younger = _younger(pairs, seen, page)
    if len(younger) < WITNESSES and any(row.ago is not None for row in seen):
        younger = _younger(_pairs(seen, (*known.listed, *known.memory)), seen, page)
    page = replace(page, lag=_lag(younger))
    return _with_its_today(seen, known, dict(pairs), page)


def _pairs(seen: Sequence[Headline], listed: Sequence[Item]) -> list[tuple[int, Item]]:
    """Places of rows, each with the one item of the last list that has its words."""
    keys = [text.key(row.title) for row in seen]
    rows = Counter(keys)
    items: dict[str, list[Item]] = defaultdict(list)
    for item in listed:
        items[text.key(item.title)].append(item)
    return [(rank, items[key][0]) for rank, key in enumerate(keys) if rows[key] == len(items.get(key, ())) == 1]


def _younger(pairs: Sequence[tuple[int, Item]], seen: Sequence[Headline], page: Moment) -> list[timedelta]:
    """By how much each known row that says its minutes looks younger than it is, the most first."""
    spans = (
        page.fetched_at - row.ago.span - item.printed_at
        for rank, item in pairs
        if (row := seen[rank]).ago is not None
        and timedelta() < row.ago.span < timedelta(days=1)
        and row.ago.unit < HOUR
        and item.printed_at is not None
        and certain(item)
    )
    return sorted(spans, reverse=True)


def _lag(younger: Sequence[timedelta]) -> timedelta:
    """As the last of the witnesses shows; fewer may be news again in the same words."""
    lag = min(younger[WITNESSES - 1], BEHIND) if len(younger) >= WITNESSES else timedelta()
    return lag if lag >= LEAST_LAG else timedelta()


def _window(known: Known, page: Moment) -> datetime | None:
    """From when on a row may be that is not known; None where the last good poll tells nothing."""
    good = known.last_good
    return None if good is None or abs(page.fetched_at - good) > RECENT else min(good, page.fetched_at) - BEHIND


def _digits(seen: Sequence[Headline], known: Known, page: Moment) -> bool:
    """Whether the offsets that are stated are wrong, as rows show that say more: by the digits they would be right."""
    aware = [row for row in seen if row.stated is not None and row.stated.tzinfo is not None]
    if not aware:
        return False
    old = {text.key(item.title) for item in (*known.listed, *known.memory)}
    window = _window(known, page)
    votes = 0
    for row in aware:
        begin = window if text.key(row.title) not in old else None
        written, digits = (any(_fits(at, row, begin, page) for at in some) for some in stated(row, page))
        votes += digits - written
    return votes > 0


def _fits(at: datetime, row: Headline, begin: datetime | None, page: Moment) -> bool:
    """Whether *at* may be when *row* was, by what else is known of it."""
    if at > page.latest:
        return False
    if row.clock is not None:
        local = at.astimezone(page.zone)
        return (local.hour, local.minute) == (row.clock.hour, row.clock.minute)
    if row.ago is not None:
        return row.ago.unit > HOUR or abs(page.fetched_at - at - row.ago.span) <= row.ago.unit + BEHIND
    return begin is None or at >= begin


def _with_its_today(seen: Sequence[Headline], known: Known, items: Mapping[int, Item], page: Moment) -> Moment:
    """Around midnight the page may still call the day before "today", or call the next day so already."""
    moments = (page.fetched_at, page.fetched_at - BEHIND, page.fetched_at + AHEAD)
    days = dict.fromkeys(at.astimezone(page.zone).date() for at in moments)
    counted = [(rank, row) for rank, row in enumerate(seen) if row.day is not None and row.day.month is None]
    if len(days) == 1 or not counted:
        return page
    old = {text.key(item.title) for item in (*known.listed, *known.memory)}
    window = _window(known, page)

    def votes(page: Moment) -> int:
        return sum(_vote(row, items.get(rank), text.key(row.title) in old, window, page) for rank, row in counted)

    return max((replace(page, today=day) for day in days), key=votes)


def _vote(row: Headline, item: Item | None, old: bool, window: datetime | None, page: Moment) -> int:
    said = read(row, page)
    if said.kind == "nothing":
        return -1
    if item is not None:
        return 1 if apart(row, said, item, stretch(item, page)) == timedelta() else -1
    return int(window is not None and not old and any(span.end >= window for span in said.spans))
