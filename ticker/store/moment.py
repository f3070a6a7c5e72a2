"""All that a store holds at one moment, as records: out of one read transaction, while others go on writing."""

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.store.order import is_shared
from ticker.store.records import OLDER, TABLES, Record, query, recorder
from ticker.store.tables import archives, items, revisions, sources

# Rows that are read at once; of others, which may hold large documents, a few.
AT_ONCE = {"source": 500, "item": 1000, "poll": 500, "hour": 1000, "archive": 20, "subscription": 500, "notified": 500}
FEW = 5
MARGIN = timedelta(hours=1)  # by which clocks may differ between two halves of a copy
_NO_HURRY = text("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits for whoever takes what was read


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, as far as a copy of it is concerned."""

    counts: Mapping[str, int]  # by kind of record
    first: str | None  # guid of the item with the lowest number: another store, or one that has forgotten, has another
    follows: datetime | None  # what was not touched since then stays as it is while it is copied

    def since(self, now: datetime) -> datetime:
        """From when on what was copied may have changed, as of a copy that begins *now*."""
        return min(now, self.follows or now) - MARGIN


class Moment:
    """What a store holds, as it was when the first thing was asked for."""

    def __init__(self, db: AsyncConnection) -> None:
        self._db = db

    async def begin(self) -> None:
        """From here on nothing hurries who reads."""
        if is_shared(self._db):
            await self._db.execute(_NO_HURRY)

    async def contents(self) -> Contents:
        """How many records of each kind there are, and since when the items may change that are listed."""
        counts = {kind: await self._db.scalar(select(func.count()).select_from(of)) for kind, of in TABLES.items()}
        first = await self._db.scalar(select(items.c.guid).order_by(items.c.id).limit(1))
        follows = await self._db.scalar(select(func.min(sources.c.last_good)))
        return Contents({kind: count or 0 for kind, count in counts.items()}, first, follows)

    async def guid_of(self, item: int) -> str | None:
        """Of the item of that number."""
        found: str | None = await self._db.scalar(select(items.c.guid).where(items.c.id == item))
        return found

    async def read(self, after: int = 0, since: datetime | None = None) -> AsyncGenerator[list[Record]]:
        """All records, so many at a time.

        Args:
            after: items up to this number were read before, by a reader that was cut off.
            since: with *after*: of these the items that may have changed since then are given once more.
        """
        ordered = "C" if is_shared(self._db) else None
        for kind, table in TABLES.items():
            if kind != "item":
                async for some in _rows(self._db, kind, query(table, ordered)):
                    yield some
                continue
            async for some in _items(self._db, query(items).where(items.c.id > after)):
                yield some
            if after and since is not None:
                async for some in _items(self._db, query(items).where(items.c.id <= after, _touched(since))):
                    yield some


async def _rows(db: AsyncConnection, kind: str, asked: Select[Any]) -> AsyncIterator[list[Record]]:
    record = recorder(TABLES[kind])
    async for some in _parts(db, kind, asked):
        yield [(kind, record(row)) for row in some]


async def _items(db: AsyncConnection, asked: Select[Any]) -> AsyncIterator[list[Record]]:
    record = recorder(items)
    async for some in _parts(db, "item", asked.add_columns(items.c.revised)):
        older = await _older(db, [row.guid for row in some if row.revised])
        yield [("item", record(row[:-1]) | ({OLDER: older[row.guid]} if row.guid in older else {})) for row in some]


async def _parts(db: AsyncConnection, kind: str, asked: Select[Any]) -> AsyncIterator[Sequence[Any]]:
    """So many rows at a time, and no more of them in memory."""
    options = {"yield_per": AT_ONCE.get(kind, FEW)}
    async for some in (await db.stream(asked, execution_options=options)).partitions():
        yield some


async def _older(db: AsyncConnection, guids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if guids:
        record = recorder(revisions)
        asked = query(revisions).add_columns(revisions.c.guid).where(revisions.c.guid.in_(guids))
        for row in await db.execute(asked):
            found[row[-1]].append(record(row[:-1]))
    return found


def _touched(since: datetime) -> Any:
    """Whether an item can be another than it was at *since*: seen, edited, withdrawn, or put into an archive."""
    closed = [
        select(archives.c.number)
        .where(archives.c.feed == feed, archives.c.number == column, archives.c.closed_at >= since)
        .exists()
        for feed, column in ((items.c.source, items.c.archive), ("", items.c.archive_all))
    ]
    later = [column >= since for column in (items.c.last_seen, items.c.updated, items.c.gone_at)]
    return or_(items.c.rank.is_not(None), *later, *closed)
