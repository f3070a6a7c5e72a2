"""Forget what is older than the operator wants to keep: archives from the oldest on, and their items after them.

An item goes when the archives that held it have gone, that of its source and that of all: no document that readers can
reach names an item that is not there. The newest archive of a feed stays, so that numbers are given once; what is in
the feed itself stays, whatever its age.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, literal, or_, select

from ticker.store.among import among
from ticker.store.subscriptions import Transactions
from ticker.store.tables import Instant, archives, forgetting, items, revisions

AT_ONCE = 500  # items in one transaction: a poll that waits for it waits a tenth of a second
ARCHIVES_AT_ONCE = 50
NEVER = datetime(1, 1, 2, tzinfo=UTC)  # nothing was published before

_Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Outdated:
    """What goes."""

    before: Mapping[str, datetime]  # of configured sources what was published before then
    others: datetime  # the same of sources that are not configured any more
    closed: Mapping[str, int]  # of each feed the archives up to this number
    items: int = 0
    archives: int = 0


class Retention:
    """What of the store has become too old."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def newest(self) -> datetime | None:
        """When the newest item was published."""
        async with self._transaction(write=False) as db:
            found: datetime | None = await db.scalar(select(func.max(items.c.published)))
        return found

    async def looked(self) -> tuple[datetime, datetime | None] | None:
        """When it was looked for last, and since when the clock is doubted; None before the first time."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(forgetting))).first()
        return (row.at, row.doubted) if row else None

    async def look(self, at: datetime, doubted: datetime | None) -> None:
        """It is looked for now."""
        async with self._transaction(write=True) as db:
            await db.execute(delete(forgetting))
            await db.execute(forgetting.insert().values(at=at, doubted=doubted))

    async def outdated(self, before: Mapping[str, datetime | None], others: datetime | None) -> Outdated:
        """What is too old now.

        Args:
            before: of each configured source what was published before then goes; None: nothing does.
            others: the same of sources that are not configured any more.
        """
        limits = {name: at or NEVER for name, at in before.items()}
        closed: dict[str, int] = {}
        old = Outdated(limits, others or NEVER, closed)
        async with self._transaction(write=False) as db:
            feeds = select(archives.c.feed, func.max(archives.c.number)).group_by(archives.c.feed)
            for feed, last in (await db.execute(feeds)).all():
                column = items.c.archive if feed else items.c.archive_all
                ours = [items.c.source == feed] if feed else []
                kept = await db.scalar(select(func.min(column)).where(*ours, ~_too_old(old)))
                closed[feed] = min(kept or last, last) - 1
            counts = [
                await db.scalar(select(func.count()).select_from(items).where(_items(old))) or 0,
                await db.scalar(select(func.count()).select_from(archives).where(_archives(old))) or 0,
            ]
        return Outdated(limits, old.others, closed, *counts)

    async def forget(self, old: Outdated) -> int:
        """Forget some of it, in a transaction; how many rows that were. Call it until nothing is left."""
        async with self._transaction(write=True) as db:
            first = select(archives.c.feed, archives.c.number).where(_archives(old)).limit(ARCHIVES_AT_ONCE)
            if some := (await db.execute(first)).all():
                for feed, number in some:
                    await db.execute(delete(archives).where(archives.c.feed == feed, archives.c.number == number))
                return len(some)
            guids = (await db.scalars(select(items.c.guid).where(_items(old)).limit(AT_ONCE))).all()
            await db.execute(delete(revisions).where(revisions.c.guid.in_(guids)))
            await db.execute(delete(items).where(items.c.guid.in_(guids)))
            return len(guids)


def _archives(old: Outdated) -> _Condition:
    return archives.c.number <= case(dict(old.closed), value=archives.c.feed, else_=0) if old.closed else literal(False)


def _items(old: Outdated) -> _Condition:
    """Those that are on no list, and in no document or only in archives that go."""
    known = among(items.c.source, old.before)
    of_all = items.c.archive_all <= old.closed.get("", 0)
    feeds = {feed: number for feed, number in old.closed.items() if feed}
    last: ColumnElement[Any] = case(feeds, value=items.c.source, else_=0) if feeds else literal(0)
    gone = or_(
        items.c.repost_of.is_not(None),
        and_(known, items.c.archive <= last, of_all),
        and_(~known, or_(items.c.archive_all.is_(None), of_all)),
    )
    return and_(items.c.rank.is_(None), _too_old(old), gone)


def _too_old(old: Outdated) -> _Condition:
    others = literal(old.others, Instant)
    own = {name: literal(at, Instant) for name, at in old.before.items() if at != old.others}
    return items.c.published < (case(own, value=items.c.source, else_=others) if own else others)
