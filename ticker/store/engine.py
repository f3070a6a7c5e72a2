"""Open the database: connection settings, and the schema made or upgraded in place."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ticker.errors import StoreError
from ticker.store.tables import HEAD

CONNECTIONS = 10  # kept open, each with its thread; to open one more for a moment costs more than to wait for one
BUSY = 10_000  # milliseconds to wait for another writer
_PRAGMAS = (f"busy_timeout={BUSY}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")

CURES = {  # a word of SQLite's message -> what to do
    "locked": "another process holds it; stop that one, or wait",
    "readonly": "give this user the right to write the file and its folder",
    "full": "free some space",
    "disk I/O": "is the disk full or failing? Free some space, or restore a copy",
    "not a database": "the file is something else; move it away, or name another with store in config.yaml",
    "malformed": "the file is damaged; restore a copy, or move it away and begin anew",
}


async def open_engine(url: str) -> AsyncEngine:
    """An engine on the database at *url*, its schema made or brought up to date.

    Raises:
        StoreError: it cannot be opened or written, or a newer release has upgraded it.
    """
    place = make_url(url)
    if place.drivername != "sqlite":
        raise StoreError(f"store: {place.drivername} is not known to this release; write sqlite:///data/ticker.db")
    if place.database:
        _make_folder(Path(place.database))
        await asyncio.to_thread(_try_to_open, place.database)
    pool = {"pool_size": CONNECTIONS, "max_overflow": 0} if _is_file(place) else {}
    engine = create_async_engine(place.set(drivername="sqlite+aiosqlite"), pool_reset_on_return=None, **pool)
    _configure(engine)
    try:
        async with engine.connect() as db:
            version = await db.run_sync(_version)
        if version != HEAD:
            async with engine.connect() as db:
                await db.run_sync(_migrate, place)
    except DatabaseError as error:
        await engine.dispose()
        raise StoreError(f"store: {place.database}: {error.orig}; {_cure(str(error.orig))}") from error
    except BaseException:  # cut off as well: what is not closed here is lost
        await engine.dispose()
        raise
    return engine


def _try_to_open(file: str) -> None:
    """Before any thread of the driver is there, which would speak into a loop that has ended since."""
    try:
        with closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise StoreError(f"store: {file}: {error}; {_cure(str(error))}") from error


def _is_file(place: URL) -> bool:
    """Else it is a database in memory, which has one connection."""
    return bool(place.database) and place.database != ":memory:"


def _cure(trouble: str) -> str:
    for word, cure in CURES.items():
        if word in trouble:
            return cure
    return "is the folder there and writable?"


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"store: cannot make the folder {path.parent}: {error.strerror}; choose another") from error


def _configure(engine: AsyncEngine) -> None:
    """SQLite's driver must not begin transactions by itself: it would begin them too late."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:  # whoever asked for it was cut off: the pool does not know of it yet, and never will
            connection.close()
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _version(db: Connection) -> str | None:
    if not db.dialect.has_table(db, "alembic_version"):
        return None
    table = Table("alembic_version", MetaData(), autoload_with=db)
    return db.scalar(select(table.c.version_num))


def _migrate(db: Connection, place: URL) -> None:
    from alembic import command  # 0.3 s to import: only when there is something to do
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "ticker.store:migrations")
    db = db.execution_options(write=True)
    with db.begin():
        config.attributes["connection"] = db
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            cure = "run that release, or restore the copy made before its upgrade"
            raise StoreError(f"store: {place.database} was upgraded by a newer release ({error}); {cure}") from error
