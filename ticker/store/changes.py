"""What a poll writes: the state of its source, its items, the feeds that they change."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Case, ColumnElement, Insert, bindparam, case, literal, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker import text
from ticker.model import Changes, Channel, Item, Poll, Press, Revision, Validators
from ticker.store.archives import close_archives, subscription
from ticker.store.queries import version_query
from ticker.store.rows import channel_digest, pack, revision_row, row_of
from ticker.store.tables import Instant, items, revisions, sources, versions

FAILING = 3  # failed polls in a row until "suspect" becomes "failing"
SECOND = timedelta(seconds=1)


def ensure(source: str) -> Insert:
    """A row for a source that has none yet."""
    new = {"name": source, "revision": 0, "state": "waiting", "detail": "", "streak": 0}
    return insert(sources).values(**new).on_conflict_do_nothing(index_elements=["name"])


GAP = "no line of the list before was left: headlines between the two may have been missed"


def success(
    at: datetime, validators: Validators | None, *, saved: bool, changes: Changes | None = None
) -> dict[str, Any]:
    """Columns of a source after a good poll.

    A saved page never moves `last_good` back; a poll does, after a clock that was wrong has been set right.

    Args:
        changes: None where the list is as it was: what was said of it stands.
    """
    values: dict[str, Any] = {
        "last_good": _later(sources.c.last_good, at) if saved else at,
        "doubted": None,
        "since": case((sources.c.state == "healthy", sources.c.since), else_=literal(at, Instant)),
        "state": "healthy",
        "streak": 0,
    }
    if changes is not None:
        values |= {"cause": "gap" if changes.gap else None}
        values |= {"detail": "; ".join(filter(None, (GAP if changes.gap else "", changes.note)))}
    else:
        stands = sources.c.state == "healthy"
        values |= {"cause": case((stands, sources.c.cause), else_=None)}
        values |= {"detail": case((stands, sources.c.detail), else_="")}
    if validators is not None:
        values |= {"url": validators.url, "etag": validators.etag, "last_modified": validators.last_modified}
    return values


def _later(column: ColumnElement[datetime], at: datetime) -> Case[datetime]:
    return case((column > at, column), else_=literal(at, Instant))


def trouble(poll: Poll) -> dict[str, Any]:
    """Columns of a source after a poll that failed."""
    return {
        "since": case((sources.c.streak > 0, sources.c.since), else_=literal(poll.at, Instant)),
        "state": case((sources.c.streak + 1 >= FAILING, "failing"), else_="suspect"),
        "cause": poll.cause,
        "detail": poll.detail,
        "streak": sources.c.streak + 1,
    }


async def keep_items(
    db: AsyncConnection, source: str, changes: Changes, at: datetime, last_good: datetime | None
) -> None:
    """The gate: a guid that is there already is never inserted again, whoever polls at the same time."""
    await db.execute(
        update(items)
        .where(items.c.source == source, items.c.rank.is_not(None))
        .values(rank=None, last_seen=_later(items.c.last_seen, last_good or at))
    )
    if born := changes.of("new", "repost"):
        gate = insert(items).on_conflict_do_nothing(index_elements=["guid"])
        await db.execute(gate, [row_of(row.item) for row in reversed(born)])  # store order: the oldest first
    place = (
        update(items)
        .where(items.c.guid == bindparam("of"))
        .values(rank=bindparam("at"), last_seen=bindparam("seen"), gone_at=None)
    )
    await db.execute(place, [{"of": row.item.guid, "at": row.item.rank, "seen": at} for row in changes.rows])
    for row in changes.rows:
        if row.was is not None:
            await _revise(db, row.item, row.was)
    if changes.gone:
        await db.execute(update(items).where(items.c.guid.in_(changes.gone)).values(gone_at=at))


async def _revise(db: AsyncConnection, item: Item, was: Revision) -> None:
    """What the item says now into it, what it said beside it."""
    await db.execute(revisions.insert().values(**revision_row(item.guid, was)))
    words = {"title": item.title, "title_fold": text.fold(item.title), "link": item.link, "updated": item.updated}
    said = {"printed": item.printed, "clock": item.clock and item.clock.isoformat(), "printed_at": item.printed_at}
    new = update(items).where(items.c.guid == item.guid)
    await db.execute(new.values(**words, **said, revised=len(item.revisions)))


async def publish(db: AsyncConnection, channel: Channel, at: datetime, press: Press) -> None:
    """Close what is to be closed, and a new version of the feed if its documents differ.

    Last-Modified grows by at least a second. A feed that has no item yet is not published.
    """
    before = (await db.execute(version_query(channel.name))).mappings().first()
    _, held = await close_archives(db, channel, at, press)
    feed = await subscription(db, channel, held, before["updated"] if before else None)
    if feed is None:
        return
    packed = await asyncio.to_thread(pack, await press(feed))
    facts = {"channel": channel_digest(channel), "updated": feed.updated, "whole": held.fits(channel)}
    if before is None:
        new = {"feed": channel.name, "revision": 1, "last_modified": at}
        await db.execute(versions.insert().values(**new, **facts, **packed))
        return
    if any(before[column] != value for column, value in packed.items()):
        later = max(at, before["last_modified"] + SECOND)
        facts |= {"revision": before["revision"] + 1, "last_modified": later, **packed}
    if any(before[column] != value for column, value in facts.items()):
        await db.execute(update(versions).where(versions.c.feed == channel.name).values(**facts))
