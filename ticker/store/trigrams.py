"""The index of search in PostgreSQL: `pg_trgm` on the folded titles, where the server has it.

Without it the same is found, by reading the titles one after the other, the newest first. Nothing else knows of it.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.store.tables import items

try:
    import asyncpg  # it has no types
except ImportError:  # the extra `postgres`
    asyncpg = None

INDEX = "ix_items_title_fold"
LONG = 24 * 3600.0  # seconds until an index must be made
_KNOWN = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
_HAD = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
_THERE = f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{INDEX}')"  # noqa: S608 - of a constant
_EXTEND = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
_ON = f"{INDEX} ON items USING gin (title_fold gin_trgm_ops) WHERE repost_of IS NULL"
_NOT_KNOWN = "install what Debian calls postgresql-contrib beside PostgreSQL, which holds pg_trgm"
_NOT_ALLOWED = "Have its owner, or a superuser, run CREATE EXTENSION pg_trgm in this database"

_LETTERS = re.compile(r"[^\W_]{3}")  # what pg_trgm makes a trigram of (PostgreSQL F.35.4)


def holds(term: str) -> ColumnElement[bool]:
    """Whether the folded title holds *term*, as it is fastest: LIKE, unless that would read the index from end to end.

    So it would for a term without three letters in a row.
    """
    if _LETTERS.search(term):
        return items.c.title_fold.contains(term, autoescape=True)
    return func.strpos(items.c.title_fold, term) > 0


def build(db: Connection) -> bool:
    """Make the index of the items there are, in this transaction; False where this server or user cannot have it."""
    if not db.scalar(text(_KNOWN)):
        return False
    try:
        with db.begin_nested():
            db.execute(text(_EXTEND))
            db.execute(text(f"DROP INDEX IF EXISTS {INDEX}"))
            db.execute(text(f"CREATE INDEX {_ON}"))
    except DBAPIError:  # it takes the right to create in the database
        return False
    return True


async def make(wire: Any) -> None:
    """Make the index anew while others read and write; *wire* is a connection of asyncpg. Raises StoreError."""
    if not await wire.fetchval(_KNOWN):
        raise StoreError(f"{_NOT_KNOWN}, then `ticker db reindex` again")
    try:
        if not await wire.fetchval(_HAD):
            await wire.execute(_EXTEND)
        if await wire.fetchval(_THERE):
            await wire.execute(f"REINDEX INDEX CONCURRENTLY {INDEX}", timeout=LONG)
        else:
            await wire.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}", timeout=LONG)
            await wire.execute(f"CREATE INDEX CONCURRENTLY {_ON}", timeout=LONG)
    except asyncpg.InsufficientPrivilegeError as error:
        raise StoreError(f"{' '.join(str(error).split())} {_NOT_ALLOWED}, then `ticker db reindex` again") from error
    except (asyncpg.PostgresError, OSError) as error:
        raise StoreError(f"the database refused: {' '.join(str(error).split())}") from error
    await wire.execute("ANALYZE items", timeout=LONG)


async def lacking(db: AsyncConnection) -> str:
    """What it would take to have the index; empty where it is there."""
    if await db.scalar(text(_THERE)):
        return ""
    if not await db.scalar(text(_KNOWN)):
        return f"{_NOT_KNOWN}, then `ticker db reindex`"
    return "`ticker db reindex` makes it"
