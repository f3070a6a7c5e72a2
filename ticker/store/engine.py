"""Open the database, whichever it is: its schema made or upgraded in place."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine

from ticker.errors import StoreError
from ticker.store.sqlite import open_sqlite

POSTGRESQL = ("postgresql", "postgres")  # as libpq has it (PostgreSQL 34.1.1.2)


async def open_engine(url: str) -> AsyncEngine:
    """An engine on the database at *url*, its schema made or brought up to date.

    Raises:
        StoreError: it cannot be opened; it is to be made or brought up to date, and cannot be written; a newer release
            has upgraded it.
    """
    scheme = url.partition("://")[0]
    if scheme in POSTGRESQL:
        from ticker.store.postgresql import open_postgresql  # an extra, and 0.1 s to import

        return await open_postgresql(url)
    try:
        place = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"store: {error}") from error
    if place.drivername != "sqlite":
        raise StoreError(
            f"store: {place.drivername} is not known to this release; write sqlite:///data/ticker.db, "
            "or postgresql://user@host/database"
        )
    return await open_sqlite(place)
