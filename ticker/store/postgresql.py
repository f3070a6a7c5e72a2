"""PostgreSQL: connection settings, what a database must be like, and what its errors mean.

A connection that hears nothing ends within seconds, here and in the server: a process that is frozen or cut off in the
middle of a transaction must not keep the others waiting for its locks.
"""

import re
import socket
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from ticker.errors import StoreError
from ticker.store.refusals import unkept
from ticker.store.schema import bring_up_to_date, version_of_schema
from ticker.store.tables import HEAD

try:
    import asyncpg  # it has no types
except ImportError:  # the extra `postgres`
    asyncpg = None

# What a connection that is lost may end with: asyncpg has other words for one that the server is about to end.
LOST: Final[tuple[type[Exception], ...]] = (
    StoreError,
    OSError,
    TimeoutError,
    *((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) if asyncpg is not None else ()),
)

# Of each process, kept open: one more for a moment costs more than to wait for one, most when all is busy.
CONNECTIONS = 10
CONNECT = 5.0  # seconds
ANSWER = 60.0  # seconds in which a statement must be answered; an upgrade, and who waits for it, have UPGRADED
UPGRADED = 3600.0
SILENT = 10_000  # milliseconds in which the other side must acknowledge what was sent
IDLE, BETWEEN, PROBES = 5, 3, 2  # seconds of silence, then between probes, and how many of them

# PostgreSQL takes the locks away from a process that says nothing in the middle of a transaction: frozen, or cut off.
# The longest pause of one that is well is the rendering of a feed.
SESSION: Final = {
    "application_name": "ticker",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "8s",
    "lock_timeout": "15s",
    "tcp_keepalives_idle": f"{IDLE}",
    "tcp_keepalives_interval": f"{BETWEEN}",
    "tcp_keepalives_count": f"{PROBES}",
    "tcp_user_timeout": f"{SILENT}",
}
UPGRADE = 0x7469636B_00000001  # number of an advisory lock: "tick", and which one; others in `order`

_ENCODING = """
    SELECT pg_encoding_to_char(encoding) AS encoding, datctype AS ctype,
        coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider
    FROM pg_database AS d WHERE datname = current_database()
"""


async def open_postgresql(url: str) -> AsyncEngine:
    """As `open_engine`.

    Args:
        url: as libpq has it (PostgreSQL 34.1.1.2), with its parameters: `postgresql://user@host/database?sslmode=require`.
    """
    named = public_name(url)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: connect(url), pool_size=CONNECTIONS, max_overflow=0
    )
    try:
        async with engine.connect() as db:
            await _must_hold_any_script(db, named)
            version = await db.run_sync(version_of_schema)
        if version != HEAD:
            await _upgraded(url, named)
    except DBAPIError as error:
        await engine.dispose()
        said = (error.orig and error.orig.__cause__) or error.orig
        raise StoreError(f"store: {named}: {unkept(str(said))}") from error
    except TimeoutError as error:
        await engine.dispose()
        raise StoreError(f"store: {named}: no answer in time; is another process upgrading it?") from error
    except StoreError as error:
        await engine.dispose()
        raise error if str(error).startswith("store: ") else StoreError(f"store: {named}: {error}") from error
    except BaseException:
        await engine.dispose()
        raise
    return engine


async def _upgraded(url: str, named: str) -> None:
    """Make the schema, or bring it up to date, on a connection that may take its time: a table of years is large."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: connect(url, answer=UPGRADED), poolclass=NullPool
    )
    async with engine.begin() as db:
        await db.execute(text("SET LOCAL lock_timeout = 0"))
        await db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await db.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE})"))
        await db.run_sync(_upgrade, named)


async def connect(url: str, *, answer: float = ANSWER, **settings: str) -> Any:
    """A connection of asyncpg, that ends where the other side is silent. Raises StoreError.

    Args:
        answer: seconds in which a statement must be answered.
        settings: of the session, beside ours.
    """
    if asyncpg is None:
        raise StoreError("store: PostgreSQL needs the extra `postgres` (docs/scaling.md)")
    try:
        made = await asyncpg.connect(
            url, timeout=CONNECT, command_timeout=answer, server_settings={**SESSION, **settings}
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise StoreError(_why_not(error)) from error
    _end_when_silent(made._transport.get_extra_info("socket"))  # asyncpg has no setting for it
    return made


def public_name(url: str) -> str:
    """The address without what is nobody's business: user, password, options. Of any database."""
    if url.startswith("sqlite:"):
        return url
    # Up to the last @, for a password may hold a raw ? or /; parameters hold no @ that anybody needs.
    return re.sub(r"(?<=://).*@", "", url).partition("?")[0]


def _end_when_silent(wire: socket.socket | None) -> None:
    if wire is None or wire.family not in (socket.AF_INET, socket.AF_INET6):
        return
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", IDLE),
        ("TCP_KEEPINTVL", BETWEEN),
        ("TCP_KEEPCNT", PROBES),
        ("TCP_USER_TIMEOUT", SILENT),
    ):
        if (option := getattr(socket, name, None)) is not None:  # not on every system
            wire.setsockopt(socket.IPPROTO_TCP, option, value)


def _why_not(error: Exception) -> str:
    """With the cure."""
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{error}; make it: createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0 NAME"
    if isinstance(error, (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
        return f"{error}; is the user right, and the password? It is best given by the environment: TICKER_STORE"
    if isinstance(error, ValueError):  # its words hold a part of the address, which may be of the password
        return "its address cannot be read; in a user or password write % as %25, / as %2F, : as %3A, @ as %40"
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT:g} s; is PostgreSQL running, and can it be reached from here?"
    return str(unkept(str(error))).removeprefix("the database refused: ")


async def _must_hold_any_script(db: Any, named: str) -> None:
    """Search folds what it looks for, and so does `pg_trgm`, which knows no letters beyond ASCII in the C locale."""
    row = (await db.execute(text(_ENCODING))).one()
    if row.encoding == "UTF8" and (row.provider != "c" or row.ctype not in ("C", "POSIX")):
        return
    made = f"encoding {row.encoding}, locale {row.ctype}"
    cure = "make another: createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0 NAME, then `ticker db copy`"
    raise StoreError(f"store: {named} was made with {made}, in which Arabic cannot be searched; {cure}")


def _upgrade(db: Connection, named: str) -> None:
    """Unless another process, which came first, has done it."""
    if version_of_schema(db) != HEAD:
        bring_up_to_date(db, named)
