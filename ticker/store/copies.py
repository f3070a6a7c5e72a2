"""Everything that is kept, out of the store and into one: for `export` and `import`.

Out: one read transaction, so that a service may go on polling meanwhile. In: into a store without items all is kept as
it was, numbers and documents included, so that feeds keep their bytes; into one with items those that it lacks are
added, and what it has stands.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.store.changes import ensure
from ticker.store.records import OLDER, TABLES, Record, RecordError, query, recorder, revisions_of, row_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import archives, importing, items, revisions, sources
from ticker.store.upsert import insert

AT_ONCE = {"item": 1000, "poll": 500, "hour": 1000, "archive": 20}  # rows that are read at once; of others a few
SECOND = timedelta(seconds=1)
NOWHERE = {"rank": None, "archive": None, "archive_all": None}  # columns of an item on no list and in no archive

_Row = dict[str, Any]
TRIES = 3600  # seconds before an item of the same instant that are tried


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, as far as an export is concerned."""

    counts: Mapping[str, int]  # by kind of record
    first: str | None  # guid of the item with the lowest number: another store, or one that has forgotten, has another
    follows: datetime | None  # what was not touched since then stays as it is while an export runs


@dataclass(frozen=True, slots=True)
class Begun:
    """What an import goes on from."""

    line: int  # up to which the file was kept
    whole: bool  # the store becomes what the file says; else what it lacks is added


class Copies:
    """The store as records."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def contents(self) -> Contents:
        """How many records of each kind there are, and since when the items may change that are listed."""
        async with self._transaction(write=False) as db:
            counts = {kind: await db.scalar(select(func.count()).select_from(table)) for kind, table in TABLES.items()}
            first = await db.scalar(select(items.c.guid).order_by(items.c.id).limit(1))
            follows = await db.scalar(select(func.min(sources.c.last_good)))
        return Contents({kind: count or 0 for kind, count in counts.items()}, first, follows)

    async def sources(self) -> list[str]:
        """Names of those that there are items of."""
        found = select(sources.c.name).where(select(items.c.id).where(items.c.source == sources.c.name).exists())
        async with self._transaction(write=False) as db:
            return list((await db.scalars(found.order_by(sources.c.name))).all())

    async def holds(self, item: int, guid: str) -> bool:
        """Whether the item of that number is that one."""
        async with self._transaction(write=False) as db:
            return await db.scalar(select(items.c.guid).where(items.c.id == item)) == guid

    async def read(self, after: int = 0, since: datetime | None = None) -> AsyncGenerator[list[Record]]:
        """All records, so many at a time, as they were when the first was asked for.

        Args:
            after: items up to this number were read before, by a reader that was cut off; sources as well.
            since: with *after*: of these the items that may have changed since then are given once more.

        Raises:
            StoreError: the database refused.
        """
        async with self._transaction(write=False) as db:
            for kind, table in TABLES.items():
                if kind != "item":
                    async for some in _rows(db, kind, query(table)):
                        yield some
                    continue
                wanted = query(items).where(items.c.id > after)
                async for some in _items(db, wanted):
                    yield some
                if after and since is not None:
                    async for some in _items(db, query(items).where(items.c.id <= after, _touched(since))):
                        yield some

    async def begin(self, export: str) -> Begun:
        """Begin to import, or go on: *export* tells the one from the other.

        Raises:
            StoreError: the import of another export has begun and not ended.
        """
        async with self._transaction(write=True) as db:
            if (row := (await db.execute(select(importing))).first()) is not None:
                if row.export != export:
                    raise StoreError(f"store: {UNFINISHED} of another file: import that one, or delete the database")
                return Begun(row.line, whole=True)
            if await db.scalar(select(items.c.id).limit(1)) is not None:
                return Begun(0, whole=False)
            for table in reversed([*TABLES.values()]):  # what polls that failed have left
                await db.execute(delete(table))
            await db.execute(importing.insert().values(export=export, line=0, item=0))
            return Begun(0, whole=True)

    async def replace(self, records: Sequence[Record], *, line: int) -> None:
        """Keep *records* as they are, and that the import has come to *line*.

        Raises:
            RecordError: one of them is none.
            StoreError: the database refused, or somebody else keeps items in it meanwhile.
        """
        rows, older = _rows_of(records)
        async with self._transaction(write=True) as db:
            newest = await db.scalar(select(func.max(items.c.id))) or 0
            if newest != await db.scalar(select(importing.c.item)):
                raise StoreError(f"store: {NOT_ALONE}; stop it, delete the database, and import again")
            await _must_be_the_same(db, rows.get("item", ()))
            for kind, some in rows.items():
                await _named(db, some)
                await _put(db, kind, some)
            await db.execute(delete(revisions).where(revisions.c.guid.in_(older)))
            if written := [was for each in older.values() for was in each]:
                await db.execute(revisions.insert(), written)
            newest = max([newest, *(row["id"] for row in rows.get("item", ()))])
            await db.execute(importing.update().values(line=line, item=newest))

    async def add(self, records: Sequence[Record]) -> Counter[str]:
        """Of *records* the items that are not there yet, as items that are listed nowhere and in no archive.

        Returns:
            How many were `new`, were `known`, and were `moved` by seconds: no two of a source have one instant.
        """
        told = Counter(new=0, known=0, moved=0)
        found, older = _rows_of(records)
        rows = {row["guid"]: row for row in found["item"]}
        async with self._transaction(write=True) as db:
            there = set((await db.scalars(select(items.c.guid).where(items.c.guid.in_(rows)))).all())
            new = [row for guid, row in rows.items() if guid not in there]
            await _named(db, new)
            for row in new:
                told["moved"] += await _set_apart(db, row)
                await db.execute(items.insert().values(**_without_id(row) | NOWHERE))
                for was in older.get(row["guid"], ()):
                    await db.execute(revisions.insert().values(**_without_id(was)))
        told["new"], told["known"] = len(new), len(rows) - len(new)
        return told

    async def rewind(self) -> None:
        """All of the file is to be read again, what it says put in place of what was kept of it."""
        async with self._transaction(write=True) as db:
            await db.execute(importing.update().values(line=0))

    async def finish(self) -> None:
        """The import has ended: the store is opened for everything again.

        Raises:
            RecordError: archives are missing between others; nothing has ended.
        """
        async with self._transaction(write=True) as db:
            number = archives.c.number
            spans = select(archives.c.feed, func.min(number), func.max(number), func.count()).group_by(archives.c.feed)
            for span in (await db.execute(spans)).all():
                if lacking := lacking_archives(*span):
                    raise RecordError(lacking)
            await db.execute(delete(importing))


UNFINISHED = "it holds an import that was broken off"
HALF = "`ticker import` the same file again, or delete the database"
NOT_ALONE = "another process keeps headlines in it while the import runs"


def lacking_archives(feed: str, first: int, last: int, count: int) -> str:
    """What is wrong where some are missing between others; empty where none is. The oldest may have been forgotten."""
    whole = last - first + 1 == count
    return "" if whole else f"of the archives {first} to {last} of {feed or 'all'} only {count} are there"


async def refuse_unfinished(db: AsyncConnection) -> None:
    """Raise StoreError where an import has not ended."""
    if await db.scalar(select(importing.c.line)) is not None:
        raise StoreError(f"store: {UNFINISHED}; {HALF}")


async def _rows(db: AsyncConnection, kind: str, asked: Select[Any]) -> AsyncIterator[list[Record]]:
    record = recorder(TABLES[kind])
    async for some in (await db.stream(asked)).partitions(AT_ONCE.get(kind, 5)):
        yield [(kind, record(row)) for row in some]


async def _items(db: AsyncConnection, asked: Select[Any]) -> AsyncIterator[list[Record]]:
    record = recorder(items)
    numbered = asked.add_columns(items.c.revised)
    async for some in (await db.stream(numbered)).partitions(AT_ONCE["item"]):
        older = await _older(db, [row.guid for row in some if row.revised])
        yield [("item", record(row[:-1]) | ({OLDER: older[row.guid]} if row.guid in older else {})) for row in some]


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


def _rows_of(records: Sequence[Record]) -> tuple[dict[str, list[_Row]], dict[str, list[_Row]]]:
    """The rows by kind, and by guid the old wordings of those items that have some. Raises RecordError."""
    rows: dict[str, list[_Row]] = defaultdict(list)
    older: dict[str, list[_Row]] = {}
    for at, (kind, said) in enumerate(records):
        try:
            rows[kind].append(row_of(kind, said))
            if kind == "item" and (were := revisions_of(said)):
                older[said["guid"]] = were  # of two of one guid the later stands
        except RecordError as error:
            error.at = at
            raise
    return rows, older


def _without_id(row: _Row) -> _Row:
    return {name: value for name, value in row.items() if name != "id"}


async def _named(db: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """A row for each source that one of *rows* belongs to."""
    for name in {row["source"] for row in rows if "source" in row}:
        await db.execute(ensure(name))


async def _must_be_the_same(db: AsyncConnection, rows: Sequence[_Row]) -> None:
    """A later line may say more of an item, and not be another item of its number. Raises RecordError."""
    known = {row["id"]: row["guid"] for row in rows}
    there = select(items.c.id, items.c.guid).where(items.c.id.in_(known))
    pairs = [*((row["id"], row["guid"]) for row in rows), *(await db.execute(there)).all()]
    if twice := next((number for number, guid in pairs if known[number] != guid), None):
        raise RecordError(f"item.id: {twice} is that of two items")


async def _put(db: AsyncConnection, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A later row of the same key stands."""
    table = TABLES[kind]
    new = insert(table)
    key = [column.name for column in table.primary_key]
    rest = {column.name: new.excluded[column.name] for column in table.c if column.name not in key}
    await db.execute(new.on_conflict_do_update(index_elements=key, set_=rest), rows)


async def _set_apart(db: AsyncConnection, row: dict[str, Any]) -> bool:
    """Move *row* to the nearest second before its own that no item of its source has; whether it moved."""
    first = row["published"] - TRIES * SECOND
    near = select(items.c.published).where(
        items.c.source == row["source"], items.c.published > first, items.c.published <= row["published"]
    )
    taken, moved = set((await db.scalars(near)).all()), False
    while row["published"] in taken:
        row["published"] -= SECOND
        moved = True
    return moved
