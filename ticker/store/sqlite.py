"""SQLite: connection settings, and what its errors mean.

One that can be read and not written is opened all the same, so that what was published can be served: see `readonly`.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ticker.errors import StoreError
from ticker.store.readonly import hindrance, is_full, is_writable, read_only_address
from ticker.store.refusals import CURES, FULL, READONLY, unkept
from ticker.store.schema import bring_up_to_date, version_of_schema
from ticker.store.tables import HEAD

CONNECTIONS = 10  # kept open, each with its thread; to open one more for a moment costs more than to wait for one
BUSY = 10_000  # milliseconds to wait for another writer
AGAIN = 0.1  # seconds until an opening that was locked out is tried again: SQLite does not wait where it sets up WAL
LOOK = 1.0  # seconds between two looks whether a database may be written again
_WAL = "PRAGMA journal_mode=WAL"
_PRAGMAS = (f"busy_timeout={BUSY}", "synchronous=NORMAL", "foreign_keys=ON")

READ_ONLY = "read_only"  # of a connection: why it cannot write, if it cannot


async def open_sqlite(place: URL) -> AsyncEngine:
    """As `open_engine`. Where it cannot be written it is opened to be read, and to be written once it may be."""
    if place.database:
        _make_folder(Path(place.database))
        await asyncio.to_thread(_try_to_open, place.database)
    pool = {"pool_size": CONNECTIONS, "max_overflow": 0} if _is_file(place) else {}
    engine = create_async_engine(place.set(drivername="sqlite+aiosqlite"), pool_reset_on_return=None, **pool)
    _configure(engine, place.database if _is_file(place) else None)
    try:
        async with engine.connect() as db:
            version = await db.run_sync(version_of_schema)
        if version != HEAD:
            if _is_file(place) and (why := hindrance(place.database or "")):
                raise StoreError(f"store: {place.database}: it has to be brought up to date first; {why}")
            async with engine.connect() as plain:
                db = await plain.execution_options(write=True)
                async with db.begin():
                    await db.run_sync(bring_up_to_date, place.database or "")
    except DatabaseError as error:
        await engine.dispose()
        raise not_opened(place.database or "", str(error.orig)) from error
    except BaseException:  # cut off as well: what is not closed here is lost
        await engine.dispose()
        raise
    return engine


def _try_to_open(file: str) -> None:
    """Before any thread of the driver is there, which would speak into a loop that has ended since."""
    if not is_writable(file) and read_only_address(file):
        return
    until = monotonic() + BUSY / 1000
    while True:
        try:
            with closing(sqlite3.connect(file, timeout=BUSY / 1000)) as db:
                db.execute(_WAL)
                return
        except sqlite3.Error as error:
            if "locked" in str(error) and monotonic() < until:
                sleep(AGAIN)
            elif "locked" not in str(error) and read_only_address(file):
                return
            else:
                raise not_opened(file, str(error)) from error


def not_opened(file: str, trouble: str) -> StoreError:
    """The same of a database that cannot be used at all, with its file."""
    said = FULL if ("I/O" in trouble or "unable to open" in trouble) and is_full(file) else trouble
    return StoreError(f"store: {file}: {said}; {_cure(said, file)}")


def _is_file(place: URL) -> bool:
    """Else it is a database in memory, which has one connection."""
    return bool(place.database) and place.database != ":memory:"


def _cure(trouble: str, file: str) -> str:
    if ("readonly" in trouble or "unable to open" in trouble) and (why := hindrance(file)):
        return why
    for word, cure in CURES.items():
        if word in trouble:
            return cure
    return "is the folder there and writable?"


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"store: cannot make the folder {path.parent}: {error.strerror}; choose another") from error


def _configure(engine: AsyncEngine, file: str | None) -> None:
    """SQLite's driver must not begin transactions by itself: it would begin them too late."""
    if file is not None:
        _read_where_it_cannot_be_written(engine, file)

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            if not record.info.get(READ_ONLY):
                cursor.execute(_WAL)
            cursor.close()
        except BaseException:  # whoever asked for it was cut off: the pool does not know of it yet, and never will
            connection.close()
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        if write and (why := connection.info.get(READ_ONLY)):
            raise unkept(why)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _read_where_it_cannot_be_written(engine: AsyncEngine, file: str) -> None:
    """Each new connection as it can be; one that only reads is given up for another once the file may be written."""
    looked = 0.0

    @event.listens_for(engine.sync_engine, "do_connect")
    def do_connect(dialect: Any, record: Any, _arguments: Any, options: Any) -> Any:
        record.info[READ_ONLY] = _why_not_written(file)
        if not record.info[READ_ONLY]:
            return None
        address = read_only_address(file)
        return dialect.connect(address, **{**options, "uri": True}) if address else None

    @event.listens_for(engine.sync_engine, "checkout")
    def checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        nonlocal looked
        if not record.info.get(READ_ONLY) or monotonic() - looked < LOOK:
            return
        if not _why_not_written(file):
            engine.sync_engine.pool.dispose()
            raise DisconnectionError("it may be written again")
        looked = monotonic()

    @event.listens_for(engine.sync_engine, "handle_error")
    def handle_error(context: Any) -> None:
        """Of one process, all share what one that was in use then could only read: all are opened anew."""
        if READONLY in str(context.original_exception):
            context.is_disconnect = True
            engine.sync_engine.pool.dispose()


def _why_not_written(file: str) -> str:
    """As SQLite would say it; empty where it can be opened to be written, if only once who locks it lets go."""
    if not is_writable(file):
        return READONLY
    try:
        with closing(sqlite3.connect(file, timeout=0)) as db:
            db.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        if "locked" in str(error):
            return ""
        return FULL if is_full(file) else str(error)
    return ""
