"""Give every new line its instant and its id, once: what the page meant by its time, in UTC.

    clock ───────▶ dates ─────▶ guesses ─────▶ seconds ───▶ names     path: the days of bare clocks, all rows together
    of the page    when it was  flag the open  no two alike  the guid

The time algorithm of research/identity-time: with a good poll in the last 6 h the only day that fits; else the cheapest
path through all days that could be meant. A page that is found to be an hour off is read so. Lines that are known keep
what they have, but for the time that a newsroom corrects; what cannot be known is flagged.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ticker import said
from ticker.model import Change, Changes, Headline, Item, Known, Match, Revision
from ticker.resolve import dates
from ticker.resolve.clock import HOUR_AHEAD, HOUR_BEHIND, LATE, alarm, offset
from ticker.resolve.dates import AFTER_OUTAGE, PINNED, date
from ticker.resolve.guesses import DOUBLED, SILENT, flag_guesses
from ticker.resolve.names import name
from ticker.resolve.seconds import free_seconds, spread
from ticker.said import CLOCK_OFF, DAYS_BACK, SECOND, UNREADABLE, ZERO, Moment, candidates

__all__ = [
    "AFTER_OUTAGE",
    "CLOCK_OFF",
    "DAYS_BACK",
    "DOUBLED",
    "HOUR_AHEAD",
    "HOUR_BEHIND",
    "LATE",
    "PINNED",
    "SILENT",
    "UNREADABLE",
    "alarm",
    "candidates",
    "reach",
    "resolve",
]


def resolve(
    matches: Sequence[Match],
    known: Known,
    *,
    source: str,
    fetched_at: datetime,
    zone: ZoneInfo,
    digest: str,
    taken: AbstractSet[datetime] = frozenset(),
) -> Changes:
    """What this poll changes: the new lines dated and named, the edited ones with their new words.

    Args:
        matches: one a row, in page order (newest first).
        known: as given to reconcile.
        source: the name of the source, part of every guid.
        fetched_at: when the page was read.
        zone: of the source's wall clock.
        digest: of the list as printed.
        taken: `published` instants that items of this source already have, from `reach` on.

    Returns:
        A change a row. `published` of a new item is the instant it says, never past *fetched_at*,
        in whole seconds, unique within the source; lines of one minute take :00, :01, :02 from the
        oldest up, later arrivals the next second.
    """
    page = said.moment([match.headline for match in matches], known, fetched_at, zone)
    if any(match.item is None for match in matches):
        page = replace(page, offset=offset(known, zone))
    dated = flag_guesses(date(matches, known, page), matches, known, page)
    published = spread({line.match.rank: line.at for line in dated}, page.fetched_at, taken)
    used = {item.guid for item in (*known.listed, *known.memory)}
    born = name(dated, published, used, source, page)
    moments = free_seconds(page.fetched_at, {*taken, *published.values()})
    rows = [
        Change(born[match.rank], match.kind, match.reason, match.headline)
        if match.item is None
        else _known(match, match.item, page, moments)
        for match in matches
    ]
    return Changes(tuple(rows), digest)


def reach(matches: Sequence[Match], known: Known, *, fetched_at: datetime, zone: ZoneInfo) -> datetime:
    """The earliest instant that a new row among *matches* may be published at."""
    return dates.reach(matches, said.moment([match.headline for match in matches], known, fetched_at, zone))


def _known(match: Match, item: Item, page: Moment, moments: Iterator[datetime]) -> Change:
    row = match.headline
    seen = item.listed_at(page.fetched_at, match.rank)
    if match.kind == "same" or (row.title == item.title and match.kind != "corrected"):
        return Change(seen, match.kind, match.reason, row)
    was = Revision(item.title, _worded_at(item), item.printed, page.fetched_at, match.reason)
    edited = replace(seen, title=row.title, link=item.link or row.link, revisions=(*item.revisions, was))
    if match.kind == "corrected":
        edited = replace(edited, printed=row.printed, clock=row.clock, printed_at=_corrected(item, row, page))
    if row.title != item.title:
        edited = replace(edited, updated=max(next(moments), item.updated + SECOND))
    return Change(edited, match.kind, match.reason, row, was)


def _corrected(item: Item, row: Headline, page: Moment) -> datetime | None:
    """What *row* says now of its instant: the nearest to what it said before; None where it says no minute."""
    spans = said.read(row, page).spans + said.read(row, replace(page, offset=ZERO)).spans
    before = item.printed_at or item.published
    at = min(
        (span.likely for span in spans if span.likely <= page.latest), key=lambda at: abs(at - before), default=None
    )
    return None if said.read(row, page).kind == "rough" else at


def _worded_at(item: Item) -> datetime:
    """When the present wording of *item* was first seen."""
    return (item.revisions[-1].until or item.updated) if item.revisions else item.first_seen
