"""What an operator does with a database of PostgreSQL, beside what that has itself: look through it, index it.

It is opened as it is; nothing here upgrades it.
"""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ticker.errors import StoreError
from ticker.store import trigrams
from ticker.store.copies import half_of, lacking_archives
from ticker.store.numbers import lagging
from ticker.store.postgresql import connect, public_name
from ticker.store.refusals import refused
from ticker.store.schema import version_of_schema
from ticker.store.tables import HEAD, archives, importing, metadata, versions

MOST = 10  # faults that are told of one kind
AT_ONCE = 20  # rows with documents

# An index that was left half made, or that this system would order otherwise than the one that it was made on.
_BROKEN = """
    SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT (i.indisvalid AND i.indisready) ORDER BY 1
"""
_MADE_ELSEWHERE = """
    SELECT datcollversion, pg_database_collation_actual_version(oid) FROM pg_database
    WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)
"""
_KNOWS_VERSIONS = (15,)  # the first release that keeps those of collations


@dataclass(slots=True)
class Findings:
    """What was found, a sentence each."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what could be better, and is not wrong


async def schema_of(url: str) -> str | None:
    """The migration that the database stands at; None where no release has made it. Raises StoreError."""
    async with _opened(url) as db:
        return await db.run_sync(version_of_schema)


async def size_of(url: str) -> int:
    """Bytes of the database with its indexes. Raises StoreError."""
    async with _opened(url) as db:
        return await db.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0


async def findings_of(url: str, *, progress: Callable[[str], None]) -> Findings:
    """What is wrong with the database, as far as SQL can tell; nothing is changed. For its pages there is pg_amcheck.

    Args:
        progress: told what is looked at next.

    Raises:
        StoreError: it cannot be opened, or refuses.
    """
    found = Findings()
    async with _opened(url) as db:
        progress("indexes")
        found.faults += await _indexes(db, public_name(url))
        if await db.run_sync(version_of_schema) != HEAD:
            return found
        progress("references")
        for table in metadata.sorted_tables:
            for key in table.foreign_keys:
                found.faults += await _dangling(db, table, key)
        found.faults += await lagging(db)
        progress("published documents")
        found.faults += await _documents(db, versions, "", "a restart of the service makes it anew")
        found.faults += await _documents(db, archives, "/archive/", "restore a copy of the database")
        number = archives.c.number
        spans = sa.select(archives.c.feed, sa.func.min(number), sa.func.max(number), sa.func.count())
        for span in (await db.execute(spans.group_by(archives.c.feed))).all():
            found.faults += [f"{lacking}: restore a copy"] if (lacking := lacking_archives(*span)) else []
        if (export := await db.scalar(sa.select(importing.c.export))) is not None:
            found.faults.append("{}; {}".format(*half_of(export)))
        if lacks := await trigrams.lacking(db):
            found.notes.append(f"search goes without an index, and takes longer: {lacks}")
    return found


async def reindex(url: str) -> None:
    """Make the index of search anew, and what it takes where that is not there; others go on meanwhile.

    Raises:
        StoreError: this server or user cannot have it, or the database refused.
    """
    wire = await connect(url, lock_timeout="0")  # it waits for transactions that have begun before
    try:
        await trigrams.make(wire)
    except StoreError as error:
        raise StoreError(f"store: {public_name(url)}: {error}") from error
    finally:
        await wire.close()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncConnection]:
    """One moment of it, to be read."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(url), poolclass=NullPool)
    try:
        async with engine.connect() as plain:
            db = await plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with db.begin():
                yield db
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(f"store: {public_name(url)}: {refused(error)}") from error
    except StoreError as error:  # no connection
        raise StoreError(f"store: {public_name(url)}: {error}") from error
    finally:
        await engine.dispose()


async def _indexes(db: AsyncConnection, named: str) -> list[str]:
    faults = [
        f"the index {name} is half made: "
        + ("`ticker db reindex` makes it anew" if name == trigrams.INDEX else f"REINDEX INDEX CONCURRENTLY {name}")
        for name in (await db.scalars(sa.text(_BROKEN))).all()
    ]
    if (db.dialect.server_version_info or ()) >= _KNOWS_VERSIONS:
        for made, now in (await db.execute(sa.text(_MADE_ELSEWHERE))).all():
            name = named.rpartition("/")[2]
            faults.append(
                f"its indexes were made with version {made} of the locale, and the system has {now} now: stop all, "
                f'REINDEX DATABASE "{name}", then ALTER DATABASE "{name}" REFRESH COLLATION VERSION'
            )
    return faults


async def _dangling(db: AsyncConnection, table: sa.Table, key: sa.ForeignKey) -> list[str]:
    """Rows that name something that is not there: PostgreSQL lets none in, but for a server that has lost a page."""
    other, column = key.column.table, key.parent
    there = sa.select(sa.literal(1)).select_from(other).where(key.column == column).exists()
    names = sa.select(column).where(column.is_not(None), ~there).limit(MOST)
    return [
        f"{table.name}: names {name!r} in {other.name}, which is not there" for name in (await db.scalars(names)).all()
    ]


async def _documents(db: AsyncConnection, table: sa.Table, between: str, cure: str) -> list[str]:
    """Those of feeds, or of archives, that cannot be read."""
    numbers = [table.c.number] if between else []
    asked = sa.select(table.c.feed, *numbers, table.c.rss, table.c.atom, table.c.json)
    faults = []
    async for some in (await db.stream(asked, execution_options={"yield_per": AT_ONCE})).partitions():
        for feed, *rest in some:
            *number, rss, atom, json = rest
            name = f"{feed}{between}{number[0]}" if number else feed or "the feed of all"
            try:
                for packed in (rss, atom, json):
                    gzip.decompress(packed)
            except (OSError, EOFError, zlib.error) as error:
                faults.append(f"the document of {name} is damaged ({error}): {cure}")
    return faults[:MOST]
