"""What is asked of the tables: items with their old wordings, recent lists, published versions."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.model import Item, Revision
from ticker.store.rows import item_of, revision_of, still_listed
from ticker.store.tables import items, polls, revisions, sources, versions

MEMORY = timedelta(hours=20)  # without it, stale pages and outages published 4 to 49 % of the items twice (research)
MOST_LISTS = 200  # digests remembered: over three hours of a list that changes every minute
MOST_SEEN = 1_000  # items: two lists of the longest that are read


def version_query(feed: str) -> Select[Any]:
    """The published version of *feed*."""
    return select(versions).where(versions.c.feed == feed)


def newest_query(source: str) -> Select[Any]:
    """When a new line of *source* was seen last: it is among those seen last, for it was not seen before."""
    latest = select(items.c.first_seen).where(items.c.source == source).order_by(items.c.last_seen.desc())
    return select(func.max(latest.limit(MOST_SEEN).subquery().c.first_seen))


async def lists_since(db: AsyncConnection, source: str, since: datetime) -> list[tuple[str, int]]:
    """Digest and size of the latest lists that were accepted, latest first."""
    recent = (
        select(polls.c.digest, polls.c.size)
        .where(polls.c.source == source, polls.c.at >= since, polls.c.digest.is_not(None))
        .order_by(polls.c.at.desc(), polls.c.id.desc())
        .limit(MOST_LISTS)
    )
    return [(digest, size) for digest, size in await db.execute(recent)]


async def repaired_since(db: AsyncConnection, source: str) -> datetime | None:
    """When the first list was accepted that a repair had found, since one that was read as configured."""
    lists = (polls.c.source == source, polls.c.digest.is_not(None))
    last = select(polls.c.detail).where(*lists).order_by(polls.c.at.desc(), polls.c.id.desc()).limit(1)
    if not await db.scalar(last):  # nearly always: the rest is looked for in all the polls that are kept
        return None
    configured = select(func.max(polls.c.id)).where(*lists, polls.c.detail == "").scalar_subquery()
    since = select(func.min(polls.c.at)).where(*lists, polls.c.id > func.coalesce(configured, 0))
    found: datetime | None = await db.scalar(since)
    return found


async def lists_until(db: AsyncConnection, source: str, at: datetime) -> list[tuple[datetime, str, int]]:
    """When, digest and size of the lists that were accepted in the 20 h before *at*, and before any of its second."""
    before = (
        select(polls.c.at, polls.c.digest, polls.c.size)
        .where(polls.c.source == source, polls.c.at >= at - MEMORY, polls.c.at < at, polls.c.digest.is_not(None))
        .order_by(polls.c.at, polls.c.id)
    )
    return [(when, digest, size) for when, digest, size in await db.execute(before)]


def items_at(source: str, at: datetime) -> Select[Any]:
    """The items that a poll at *at* could know, or made: listed, or seen in the 20 h before."""
    seen = or_(items.c.last_seen >= at - MEMORY, items.c.rank.is_not(None))
    return select(items).where(items.c.source == source, items.c.first_seen <= at, seen).order_by(items.c.id)


def polls_after(source: str, after: int, since: datetime | None) -> Select[Any]:
    """The kept polls of *source* in the order in which they were kept."""
    query = select(polls).where(polls.c.source == source, polls.c.id > after).order_by(polls.c.id)
    return query if since is None else query.where(polls.c.at >= since)


async def load(db: AsyncConnection, query: Select[Any]) -> list[Item]:
    """The items that *query* selects, in its order, with their old wordings."""
    rows = (await db.execute(query)).mappings().all()
    older: dict[str, list[Revision]] = defaultdict(list)
    edited = [row["guid"] for row in rows if row["revised"]]
    for some in (edited[n : n + 500] for n in range(0, len(edited), 500)):
        wordings = select(revisions).where(revisions.c.guid.in_(some)).order_by(revisions.c.id)
        for row in (await db.execute(wordings)).mappings():
            older[row["guid"]].append(revision_of(row))
    return [item_of(row, older[row["guid"]]) for row in rows]


async def seen_now(db: AsyncConnection, found: list[Item]) -> list[Item]:
    """*found*, those that are listed seen last by the last accepted poll."""
    listed = {item.source for item in found if item.rank is not None}
    good = select(sources.c.name, sources.c.last_good).where(sources.c.name.in_(listed))
    last = {row.name: row.last_good for row in (await db.execute(good) if listed else ())}
    return [still_listed(item, last.get(item.source)) for item in found]
