"""What came into the store after a cursor: for those who follow it line by line."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.model import Cursor, Item, News
from ticker.store.queries import load, seen_now
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items, revisions


class Arrivals:
    """New items and new wordings, in the order of the store; reposts are in no feed, and no news."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def cursor(self) -> Cursor:
        """Of the newest there is."""
        async with self._transaction(write=False) as db:
            return await _newest(db)

    async def news(self, after: Cursor, *, limit: int) -> News:
        """What came after a cursor: of the new the newest *limit*, and of those worded anew as many as that leaves.

        A time that was corrected beside the same words is no news.
        """
        fresh = select(items).where(items.c.id > after.item, items.c.repost_of.is_(None)).order_by(items.c.id.desc())
        async with self._transaction(write=False) as db:
            cursor = await _newest(db)
            if cursor == after:
                return News((), (), cursor)
            new = await _some(db, fresh, limit)
            edited = await _some(db, _reworded(after), limit - len(new[:limit]))
        more = len(new) > limit or len(edited) > limit - len(new[:limit])
        return News(_oldest_first(new[:limit]), _oldest_first(edited[: limit - len(new[:limit])]), cursor, more)


def _reworded(after: Cursor) -> Select[Any]:
    """Items whose words were changed after *after*, and that are not new themselves; the newest first."""
    later = revisions.alias()
    then = select(later.c.title).where(later.c.guid == revisions.c.guid, later.c.id > revisions.c.id)
    said_next = func.coalesce(then.order_by(later.c.id).limit(1).scalar_subquery(), items.c.title)
    changed = (
        select(revisions.c.guid)
        .join(items, items.c.guid == revisions.c.guid)
        .where(revisions.c.id > after.revision, revisions.c.title != said_next)
    )
    old = (items.c.id <= after.item, items.c.repost_of.is_(None))
    return select(items).where(items.c.guid.in_(changed), *old).order_by(items.c.id.desc())


async def _newest(db: AsyncConnection) -> Cursor:
    item = await db.scalar(select(func.max(items.c.id)))
    return Cursor(item or 0, await db.scalar(select(func.max(revisions.c.id))) or 0)


async def _some(db: AsyncConnection, query: Select[Any], limit: int) -> list[Item]:
    """At most *limit* and one more."""
    return await seen_now(db, await load(db, query.limit(limit + 1)))


def _oldest_first(found: list[Item]) -> tuple[Item, ...]:
    return tuple(reversed(found))
