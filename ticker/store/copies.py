"""Everything that is kept, out of the store and into one: for `export`, `import` and `db copy`.

Out: one read transaction (`moment`), so that a service may go on polling meanwhile. In: into a store without items all
is kept as it was, numbers and documents included, so that feeds keep their bytes; into one with items those that it
lacks are added, and what it has stands.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.store.moment import Contents, Moment
from ticker.store.numbers import analyze, count_on
from ticker.store.records import KINDS, TABLES, Record, RecordError, revisions_of, row_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import archives, importing, items, revisions, sources
from ticker.store.upsert import insert

SECOND = timedelta(seconds=1)
NOWHERE = {"rank": None, "archive": None, "archive_all": None}  # columns of an item on no list and in no archive
LAST = ("source", "item")  # kinds of which a copy that goes on keeps what it has

_Row = dict[str, Any]
TRIES = 3600  # seconds before an item of the same instant that are tried


@dataclass(frozen=True, slots=True)
class Begun:
    """What an import goes on from."""

    line: int  # up to which the file was kept
    whole: bool  # the store becomes what the file says; else what it lacks is added


@dataclass(frozen=True, slots=True)
class Half:
    """What a copy goes on from."""

    since: datetime  # from when on what was copied may have changed
    item: int = 0  # number of the last that is there; 0 where there is none
    guid: str | None = None  # of that one
    first: str | None = None  # guid of the item with the lowest number
    items: int = 0  # how many there are


class ContradictionError(StoreError):
    """Records say what cannot both be, of two items the same guid; nothing of them was kept. Says what, in one line."""


class Copies:
    """The store as records."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[Moment]:
        """All that is kept, as it is when the first thing is asked for. Raises StoreError."""
        async with self._transaction(write=False) as db:
            moment = Moment(db)
            await moment.begin()
            yield moment

    async def contents(self) -> Contents:
        """How many records of each kind there are, and since when the items may change that are listed."""
        async with self.moment() as moment:
            return await moment.contents()

    async def sources(self) -> list[str]:
        """Names of those that there are items of."""
        found = select(sources.c.name).where(select(items.c.id).where(items.c.source == sources.c.name).exists())
        async with self._transaction(write=False) as db:
            return sorted((await db.scalars(found)).all())

    async def holds(self, item: int, guid: str) -> bool:
        """Whether the item of that number is that one."""
        async with self.moment() as moment:
            return await moment.guid_of(item) == guid

    async def read(self, after: int = 0, since: datetime | None = None) -> AsyncGenerator[list[Record]]:
        """As `Moment.read`, of the moment when the first is asked for. Raises StoreError."""
        async with self.moment() as moment, aclosing(moment.read(after, since)) as batches:
            async for some in batches:
                yield some

    async def begin(self, export: str) -> Begun:
        """Begin to import, or go on: *export* tells the one from the other.

        Raises:
            StoreError: something else has begun and not ended.
        """
        async with self._transaction(write=True) as db:
            if (row := (await db.execute(select(importing))).first()) is not None:
                _must_go_on(row.export, export)
                return Begun(row.line, whole=True)
            if await db.scalar(select(items.c.id).limit(1)) is not None:
                return Begun(0, whole=False)
            await _clear(db, TABLES)  # what polls that failed have left
            await db.execute(importing.insert().values(export=export, line=0, item=0))
            return Begun(0, whole=True)

    async def begin_copy(self, origin: str, since: datetime) -> Half:
        """Begin to become the copy of another store, or go on: *origin* tells the one from the other.

        Args:
            origin: a word of the store that is copied.
            since: from when on what is copied now may change; of one that goes on the moment it was begun with counts.

        Raises:
            StoreError: there are items in it; something else has begun and not ended.
        """
        copy = f"{COPY}{origin}"[:64]
        async with self._transaction(write=True) as db:
            if (row := (await db.execute(select(importing))).first()) is None:
                if await db.scalar(select(items.c.id).limit(1)) is not None:
                    raise StoreError("the new database holds headlines, and nothing is written over; name an empty one")
                await _clear(db, TABLES)
                await db.execute(importing.insert().values(export=copy, line=int(since.timestamp()), item=0))
                return Half(since)
            _must_go_on(row.export, copy)
            await _clear(db, [kind for kind in TABLES if kind not in LAST])
            there = Moment(db)
            contents = await there.contents()
            begun = datetime.fromtimestamp(row.line, UTC)
            return Half(begun, row.item, await there.guid_of(row.item), contents.first, contents.counts["item"])

    async def replace(self, records: Sequence[Record], *, line: int | None = None) -> None:
        """Keep *records* as they are, and that the import has come to *line*.

        Raises:
            RecordError: one of them is none.
            ContradictionError: two of them cannot both be, or one and what is there.
            StoreError: the database refused, or somebody else keeps items in it meanwhile.
        """
        rows, older = _rows_of(records)
        async with self._transaction(write=True) as db, _consistent():
            newest = await db.scalar(select(func.max(items.c.id))) or 0
            if newest != await db.scalar(select(importing.c.item)):
                raise StoreError(f"store: {NOT_ALONE}; stop it, delete the database, and begin again")
            await _must_be_the_same(db, rows.get("item", ()))
            for kind, some in rows.items():
                await _named(db, some)
                await _put(db, kind, some)
            await db.execute(delete(revisions).where(revisions.c.guid.in_(older)))
            if written := [was for each in older.values() for was in each]:
                await db.execute(revisions.insert(), written)
            await count_on(db, [TABLES[kind] for kind in rows] + [revisions] * bool(written))
            newest = max([newest, *(row["id"] for row in rows.get("item", ()))])
            come = {} if line is None else {"line": line}
            await db.execute(importing.update().values(item=newest, **come))

    async def add(self, records: Sequence[Record]) -> Counter[str]:
        """Of *records* the items that are not there yet, as items that are listed nowhere and in no archive.

        Returns:
            How many were `new`, were `known`, and were `moved` by seconds: no two of a source have one instant.

        Raises:
            RecordError, ContradictionError, StoreError: as of `replace`.
        """
        found, older = _rows_of(records)
        rows = {row["guid"]: row for row in found["item"]}
        async with self._transaction(write=True) as db, _consistent():
            there = set((await db.scalars(select(items.c.guid).where(items.c.guid.in_(rows)))).all())
            new = [row for guid, row in rows.items() if guid not in there]
            await _named(db, new)
            moved = await _set_apart(db, new)
            if new:
                await db.execute(items.insert(), [_without_id(row) | NOWHERE for row in new])
            if written := [_without_id(was) for row in new for was in older.get(row["guid"], ())]:
                await db.execute(revisions.insert(), written)
        return Counter(new=len(new), known=len(rows) - len(new), moved=moved)

    async def rewind(self) -> None:
        """All of the file is to be read again, what it says put in place of what was kept of it."""
        async with self._transaction(write=True) as db:
            await db.execute(importing.update().values(line=0))

    async def finish(self, counts: Mapping[str, int] | None = None) -> None:
        """The import has ended: the store is opened for everything again.

        Args:
            counts: how many records of each kind there must be; sources that others name are always there.

        Raises:
            RecordError: archives are missing between others, or there are not so many; nothing has ended.
        """
        async with self._transaction(write=True) as db:
            number = archives.c.number
            spans = select(archives.c.feed, func.min(number), func.max(number), func.count()).group_by(archives.c.feed)
            for span in (await db.execute(spans)).all():
                if lacking := lacking_archives(*span):
                    raise RecordError(lacking)
            if counts is not None:
                there = (await Moment(db).contents()).counts
                if other := [kind for kind in KINDS if kind != "source" and there[kind] != counts[kind]]:
                    raise RecordError(f"of {other[0]} there are {there[other[0]]:,}, not {counts[other[0]]:,}")
            await db.execute(delete(importing))
            await analyze(db)


COPY = "copy of "  # how `importing.export` begins of a copy; else it is a digest
UNFINISHED = "it holds an import that was broken off"
HALF = "`ticker import` the same file again, or delete the database"
UNFINISHED_COPY = "it holds a copy that was broken off"
HALF_COPY = "`ticker db copy` from the same store again, or delete the database"
NOT_ALONE = "another process keeps headlines in it while it is filled"


def half_of(export: str) -> tuple[str, str]:
    """What has begun and not ended, and what helps; *export* as `importing` has it."""
    return (UNFINISHED_COPY, HALF_COPY) if export.startswith(COPY) else (UNFINISHED, HALF)


def lacking_archives(feed: str, first: int, last: int, count: int) -> str:
    """What is wrong where some are missing between others; empty where none is. The oldest may have been forgotten."""
    whole = last - first + 1 == count
    return "" if whole else f"of the archives {first} to {last} of {feed or 'all'} only {count} are there"


async def refuse_unfinished(db: AsyncConnection) -> None:
    """Raise StoreError where an import or a copy has not ended."""
    if (export := await db.scalar(select(importing.c.export))) is not None:
        raise StoreError("store: {}; {}".format(*half_of(export)))


def _must_go_on(begun: str, asked: str) -> None:
    """Raises StoreError where something else was begun."""
    if begun == asked:
        return
    unfinished, _ = half_of(begun)
    other = "store: copy that one" if begun.startswith(COPY) else "file: import that one"
    raise StoreError(f"store: {unfinished} of another {other}, or delete the database")


async def _clear(db: AsyncConnection, kinds: Iterable[str]) -> None:
    for kind in reversed([*kinds]):
        await db.execute(delete(TABLES[kind]))


@asynccontextmanager
async def _consistent() -> AsyncIterator[None]:
    """What cannot both be leaves as ContradictionError."""
    try:
        yield
    except IntegrityError as error:
        said = getattr(error.orig, "__cause__", None) or error.orig  # asyncpg's own words, of several lines
        raise ContradictionError(" ".join(str(said).split())) from error


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
    if names := sorted({row["source"] for row in rows if "source" in row}):
        await db.execute(insert(sources).on_conflict_do_nothing(), [{"name": name} for name in names])


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


async def _set_apart(db: AsyncConnection, rows: Sequence[_Row]) -> int:
    """Move those whose instant another item of their source has to the nearest second before that; how many moved."""
    moved = 0
    by_source: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_source[row["source"]].append(row)
    for source, some in by_source.items():
        ours, at = items.c.source == source, items.c.published
        taken = set((await db.scalars(select(at).where(ours, at.in_({row["published"] for row in some})))).all())
        for row in some:
            if row["published"] in taken:
                near = select(at).where(ours, at > row["published"] - TRIES * SECOND, at < row["published"])
                taken |= set((await db.scalars(near)).all())
                moved += 1
            while row["published"] in taken:
                row["published"] -= SECOND
            taken.add(row["published"])
    return moved
