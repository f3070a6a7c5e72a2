"""What stands on `/` and `/{source}/`: headlines by day and hour, found and gone back in, how the sources are doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from ticker.errors import SlowSearchError
from ticker.model import Channel, Item, Source, Wish
from ticker.serve.calendar import months, weekdays
from ticker.serve.entries import Earlier, entry, instant
from ticker.serve.filters import MOST_LETTERS, Filter, TooLongError, read_filter, terms
from ticker.serve.found import Piece, pieces
from ticker.serve.history import Where, address, day_after, day_before, place_of, read_where, written
from ticker.serve.library import Library
from ticker.serve.site import Line, Site
from ticker.serve.texts import direction

_ = str  # marks what tools/texts.py hands to translators
TOO_LONG = _("This search is too long. Take fewer words.")
TOO_SLOW = _("This search takes too long. Take longer words, or fewer.")
NO_DAY = _("This is no day. Write it as 2026-11-22.")

SHOWN = 100  # headlines on a page
MARKS = 8  # that sources are told apart by, beside their names

Hours = list[tuple[datetime, list["Shown"]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A headline in its place on the page."""

    line: Line
    pieces: Sequence[Piece]
    earlier: Sequence[Earlier]  # the wordings that it no longer has, the last one first

    @property
    def identifier(self) -> str:
        """As in the address of its page, and in what the stream tells of it."""
        return self.line.path.rpartition("/")[2]

    @property
    def at(self) -> str:
        """`published`, in UTC."""
        return instant(self.line.item.published)

    @property
    def updated(self) -> str:
        """The same of `updated`."""
        return instant(self.line.item.updated)


@dataclass(frozen=True, slots=True)
class Ways:
    """Where one can go from here, as relative addresses; None where there is nothing."""

    older: str | None = None  # the next page, further back
    before: date | None = None  # the last day before this one with headlines
    after: date | None = None


async def view(site: Site, library: Library, feed: str, query: bytes) -> dict[str, object]:
    """What headlines.html is filled with.

    Args:
        feed: which one, "" for the combined feed; it is one that there is.
        query: of the address, as it came: `q`, `not`, `day`, `before`.
    """
    channel = site.channels[feed]
    cursor = await library.cursor()  # before what it stands for: the stream then tells twice rather than never
    health = await library.health()
    states = [site.state(name, health) for name in site.sources if name in channel.sources]
    zones = {state.source.zone.key: state.source.zone for state in states}
    zone = next(iter(zones.values()), ZoneInfo("UTC"))
    asked, where, complaint = _asked(query)
    search = Filter(asked.wanted, asked.unwanted)
    wish = _wish(feed, search)
    found, ways = list[tuple[int, Item]](), Ways()
    if not complaint:
        try:
            found = await library.find(where.within(wish, zone))
            ways = await _ways(library, wish, where, zone, found, search.query)
        except SlowSearchError:
            found, complaint = [], TOO_SLOW
    rows = found[:SHOWN]
    lines = [_shown(site, item, search) for _, item in rows]
    zones |= {line.line.source.zone.key: line.line.source.zone for line in lines}
    return {
        "channel": channel,
        "states": states,
        "days": by_day(lines, zone),
        "zone": zone,
        "zones_differ": len(zones) > 1,
        "never": not lines and not any(state.health.last_success for state in states),
        "sources": _sources(site, channel, lines),
        "marks": _marks(site),
        "search": search,
        "most_letters": MOST_LETTERS,
        "complaint": complaint,
        "hits": len(rows),
        "many": len(found) > SHOWN,
        "where": where,
        "ways": ways,
        "address": address,
        "kept": _kept(search.query, where),
        "cursor": cursor,
        "stream": _stream(site, feed, search) if where.newest and not complaint else None,
        "months": months,
        "weekdays": weekdays,
        "rtl": _rtl(site),
    }


def by_day(lines: Sequence[Shown], zone: ZoneInfo) -> list[tuple[date, Hours]]:
    """*lines*, which are newest first, by the days and hours of *zone*; an hour that comes twice is two."""

    def hour(shown: Shown) -> datetime:
        return shown.line.item.published.astimezone(zone).replace(minute=0, second=0, microsecond=0)

    # by its text: of two instants in one zone, Python compares the wall clocks only
    groups = [list(group) for _, group in groupby(lines, key=lambda shown: hour(shown).isoformat())]
    hours = [(hour(group[0]), group) for group in groups]
    return [(day, list(group)) for day, group in groupby(hours, key=lambda each: each[0].date())]


def _asked(query: bytes) -> tuple[Filter, Where, str]:
    """What the address asks for, and a sentence where that is too much, or cannot be read."""
    try:
        search, where = read_filter(query) or Filter(), read_where(query)
    except TooLongError:
        return Filter(), Where(), TOO_LONG
    return (search, where, "") if not where.garbled else (search, Where(), NO_DAY)


def _wish(feed: str, search: Filter) -> Wish:
    return Wish(
        sources=frozenset((feed,)) if feed else None,
        wanted=tuple(terms(search.wanted)),
        unwanted=tuple(terms(search.unwanted)),
        limit=SHOWN + 1,
    )


async def _ways(
    library: Library, wish: Wish, where: Where, zone: ZoneInfo, found: Sequence[tuple[int, Item]], query: str
) -> Ways:
    before = await day_before(library, wish, where.day, zone) if where.day else None
    after = await day_after(library, wish, where.day, zone) if where.day else None
    if len(found) > SHOWN:
        day = {"day": where.day.isoformat()} if where.day else {}
        return Ways(address(query, **day, before=written(place_of(*found[SHOWN - 1]))), before, after)
    return Ways(address(query, day=before.isoformat()) if before else None, before, after)


def _shown(site: Site, item: Item, search: Filter) -> Shown:
    line = site.line(item)
    return Shown(line, pieces(item.title, terms(search.wanted)), entry(item, site.combined)["earlier"][::-1])


def _sources(site: Site, channel: Channel, lines: Sequence[Shown]) -> list[Source]:
    """Those that the page can show a line of: the configured ones of the feed, and those that were."""
    known = {name: source for name, source in site.sources.items() if name in channel.sources}
    return list((known | {shown.line.source.name: shown.line.source for shown in lines}).values())


def _marks(site: Site) -> Mapping[str, int]:
    """Source -> its mark: one more source leaves the others theirs."""
    return {name: number % MARKS for number, name in enumerate(site.sources)}


def _kept(query: str, where: Where) -> str:
    """What an address that changes the language keeps of this one; ends so that a key can follow."""
    day = f"day={where.day}" if where.day else ""
    before = f"before={written(where.before)}" if where.before else ""
    return "".join(f"{part}&" for part in (query, day, before) if part)


def _stream(site: Site, feed: str, search: Filter) -> str:
    """Where what is new is told, for a script to add the cursor to."""
    return f"{site.root}events?feed={feed}" + (f"&{search.query}" if search.query else "")


def _rtl(site: Site) -> str:
    """The languages of the sources that are written from right to left."""
    languages = {site.combined.language, *(source.language for source in site.sources.values())}
    return " ".join(sorted(language for language in languages if direction(language) == "rtl"))
