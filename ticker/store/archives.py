"""The parts of feeds in the store: closed archives, each rendered once, and what is in none: the subscription document.

An item is in one archive of its source's feed and in one of the combined feed, or in the document still.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Column, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.model import Channel, Feed, Item, Press
from ticker.store.among import among
from ticker.store.order import in_turn
from ticker.store.queries import load
from ticker.store.rows import packed_apart
from ticker.store.tables import archives, items
from ticker.window import batch_size, closing, newest_first

MOST = 20  # archives closed in one transaction: a poll that waits for it waits half a second
MOST_ITEMS = 500  # the same, of small ones: as many as one poll can bring


@dataclass(frozen=True, slots=True)
class Unarchived:
    """The items of a feed that are in none of its archives, in store order."""

    items: Sequence[Item]
    every: bool = True  # else these are the oldest and the newest of too many

    def fits(self, channel: Channel) -> bool:
        """Whether one document can hold them."""
        return self.every and len(self.items) <= channel.max_items


async def close_archives(db: AsyncConnection, channel: Channel, at: datetime, press: Press) -> tuple[int, Unarchived]:
    """Close what is to be closed, so many at once; how many that were, and what is in no archive now."""
    held = await unarchived(db, channel)
    batches = list(islice(closing(held.items, channel), most_at_once(channel)))
    if not batches:
        return 0, held
    await in_turn(db)  # items are changed: not while somebody keeps some
    first = await count_archives(db, channel.name) + 1
    for number, batch in enumerate(batches, first):
        await _close(db, _archive(channel, number, batch), at, press)
    return len(batches), await unarchived(db, channel)


def _archive(channel: Channel, number: int, batch: Sequence[Item]) -> Feed:
    updated = max(item.updated for item in batch)
    return Feed(channel, newest_first(batch), updated, number=number, previous=number - 1 or None)


async def _close(db: AsyncConnection, feed: Feed, at: datetime, press: Press) -> None:
    packed = await packed_apart(await press(feed))
    facts = {"feed": feed.channel.name, "number": feed.number, "closed_at": at, "public_url": feed.channel.public_url}
    await db.execute(archives.insert().values(**facts, **packed))
    closed = update(items).where(items.c.guid.in_([item.guid for item in feed.items]))
    await db.execute(closed.values({_column(feed.channel): feed.number}))


async def subscription(
    db: AsyncConnection, channel: Channel, held: Unarchived, updated: datetime | None
) -> Feed | None:
    """The subscription document of *channel*; None before its first item.

    Where sources have left the configuration, or `min_items` has grown, less may be left in no archive than
    a document is to hold: it is filled up from the archives. A feed that runs short would make readers drop
    what they have (research/feed-standards §0.5), and who walks the archives takes an id once (RFC 5005 §4).

    Args:
        held: what is in no archive.
        updated: what the version before says of its newest change: that never goes back.
    """
    newest = newest_first(held.items)[: channel.max_items]
    previous = await count_archives(db, channel.name) or None
    if previous and len(newest) < channel.min_items:
        newest = newest_first([*await _newest_archived(db, channel, channel.min_items - len(newest)), *held.items])
    if not newest:
        return None
    latest = max(item.updated for item in newest)
    return Feed(channel, newest, max(latest, updated or latest), previous=previous)


async def unarchived(db: AsyncConnection, channel: Channel) -> Unarchived:
    """What is in no archive; of an older database, where nothing is in one, no more than is needed at once."""
    ours = _items_of(channel).where(_column(channel).is_(None))
    most = channel.max_items + most_at_once(channel) * batch_size(channel)
    oldest = await load(db, ours.order_by(items.c.id).limit(most))
    if len(oldest) < most:
        return Unarchived(oldest)
    newest = await load(db, _newest_of(ours, channel.max_items))
    there = {item.guid for item in oldest}
    return Unarchived([*oldest, *(item for item in reversed(newest) if item.guid not in there)], every=False)


def most_at_once(channel: Channel) -> int:
    """How many archives are closed in one transaction."""
    return max(MOST, MOST_ITEMS // batch_size(channel))


async def count_archives(db: AsyncConnection, feed: str) -> int:
    """How many are closed: their numbers have no gap."""
    return await db.scalar(select(func.max(archives.c.number)).where(archives.c.feed == feed)) or 0


async def _newest_archived(db: AsyncConnection, channel: Channel, count: int) -> list[Item]:
    closed = await load(db, _newest_of(_items_of(channel).where(_column(channel).is_not(None)), count))
    return closed[::-1]


def _items_of(channel: Channel) -> Select[tuple[object, ...]]:
    return select(items).where(among(items.c.source, channel.sources), items.c.repost_of.is_(None))


def _newest_of(query: Select[tuple[object, ...]], count: int) -> Select[tuple[object, ...]]:
    return query.order_by(items.c.published.desc(), items.c.id.desc()).limit(count)


def _column(channel: Channel) -> Column[int | None]:
    """Where the number of an item's archive stands."""
    return items.c.archive if channel.name else items.c.archive_all
