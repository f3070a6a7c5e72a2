"""Make the items of the new rows, each with the id that it keeps for ever."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from ticker import text
from ticker.model import Item
from ticker.resolve.dates import Dated
from ticker.said import DAY_ONLY, Moment

NAMESPACE = uuid5(NAMESPACE_URL, "urn:ticker:item")  # of our guids; host-free, for ever


def name(
    dated: Sequence[Dated], published: Mapping[int, datetime], used: set[str], source: str, page: Moment
) -> dict[int, Item]:
    """Rank -> the new item; equal facts are told apart by an ordinal, counted from the oldest.

    *used* are the guids of known items; it grows by the new ones.
    """
    born = {}
    for line in sorted(dated, key=lambda line: published[line.match.rank]):
        row, rank = line.match.headline, line.match.rank
        local = (line.instant or published[rank]).astimezone(page.zone)
        facts = "\n".join((source, local.date().isoformat(), _clock(line, local), text.key(row.title)))
        guid = next(guid for n in count() if (guid := uuid5(NAMESPACE, f"{facts}\n{n}").urn) not in used)
        used.add(guid)
        born[rank] = Item(
            guid=guid,
            source=source,
            title=row.title,
            link=row.link,
            published=published[rank],
            updated=published[rank],
            printed=row.printed,
            clock=row.clock,
            printed_at=line.instant,
            first_seen=page.fetched_at,
            last_seen=page.fetched_at,
            rank=rank,
            flag=line.flag,
            repost_of=line.match.of.guid if line.match.of is not None else None,
        )
    return born


def _clock(line: Dated, local: datetime) -> str:
    """What a row says of the time of day, as far as it will always say the same.

    Of an age or of first sight nothing is fixed but the half of the day: equal facts are then less than the 20 h
    apart in which an id is known to be used.
    """
    row = line.match.headline
    if row.clock is not None:
        return row.clock.isoformat("minutes")
    if line.instant is not None and row.ago is None:  # stated
        return local.strftime("%H:%M")
    return "" if line.flag == DAY_ONLY else local.strftime("%p").lower()
