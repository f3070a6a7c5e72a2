"""What people were told: the trouble of each source, and how far each target was told of headlines."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.model import Item
from ticker.store.rows import item_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items, notified, polls, sources
from ticker.store.upsert import insert

MOST = 500  # items that are looked at: more of them in the hour that counts is no news any more, but an archive


class Notices:
    """The ledger of `ticker.announce`: at least once, whatever dies in between."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def alarmed(self) -> dict[str, datetime]:
        """Source -> since when the trouble is that people were told of, and not yet of its end."""
        query = select(sources.c.name, sources.c.alarmed).where(sources.c.alarmed.is_not(None))
        async with self._transaction(write=False) as db:
            return {row.name: row.alarmed for row in await db.execute(query)}

    async def alarm(self, told: Mapping[str, datetime | None]) -> None:
        """Source -> since when the trouble is that people know of; None: they know that it is over."""
        async with self._transaction(write=True) as db:
            for name, since in told.items():
                await db.execute(update(sources).where(sources.c.name == name).values(alarmed=since))

    async def follow(self, targets: Collection[str]) -> dict[str, int]:
        """How far each of *targets* was told; one that is new begins here, and all others are forgotten.

        Nothing is written where nothing changes; where the store refuses, that is as good until the next start.
        """
        async with self._transaction(write=False) as db:
            known: dict[str, int] = {row.target: row.item for row in await db.execute(select(notified))}
            newest: int = await db.scalar(select(func.max(items.c.id))) or 0
        if known.keys() != set(targets):
            with suppress(StoreError):
                await self._follow(targets, newest)
        return {target: known.get(target, newest) for target in targets}

    async def _follow(self, targets: Collection[str], newest: int) -> None:
        async with self._transaction(write=True) as db:
            await db.execute(delete(notified).where(notified.c.target.not_in(list(targets))))
            for target in targets:
                new = insert(notified).values(target=target, item=newest)
                await db.execute(new.on_conflict_do_nothing(index_elements=["target"]))

    async def told(self, target: str, item: int) -> None:
        """*target* knows of all items up to this one."""
        new = insert(notified).values(target=target, item=item)
        known = new.on_conflict_do_update(index_elements=["target"], set_={"item": item})
        async with self._transaction(write=True) as db:
            await db.execute(known)

    async def news(self, after: int, since: datetime) -> tuple[int, list[Item]]:
        """The items kept after that number and first seen since then, newest first, and the number of the last.

        Without reposts, and without those of the first list of a source, none of which is news.
        """
        query = select(items).where(items.c.id > after).order_by(items.c.id.desc()).limit(MOST)
        async with self._transaction(write=False) as db:
            rows = (await db.execute(query)).mappings().all()
            found = [item_of(row) for row in rows if row["repost_of"] is None and row["first_seen"] >= since]
            first = await _first_lists(db, {item.source for item in found}, since)
        later = [item for item in found if item.source not in first or item.first_seen > first[item.source]]
        newest = sorted(later, key=lambda item: item.published, reverse=True)
        return max((row["id"] for row in rows), default=after), newest


async def _first_lists(db: AsyncConnection, names: Collection[str], since: datetime) -> dict[str, datetime]:
    """When the first list of a source was read, of those for which that was not before *since*."""
    found: dict[str, datetime] = {}
    for name in names:
        of_source: ColumnElement[bool] = and_(polls.c.source == name, polls.c.digest.is_not(None))
        earliest = await db.scalar(select(polls.c.at).where(of_source).order_by(polls.c.at).limit(1))
        if earliest is None or earliest < since:
            continue
        kept = await db.scalar(select(func.count()).select_from(polls).where(of_source)) or 0
        if kept >= (await db.scalar(select(sources.c.revision).where(sources.c.name == name)) or 0):
            found[name] = earliest  # else older ones were kept once, and are forgotten
    return found
