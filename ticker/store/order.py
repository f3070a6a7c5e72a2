"""Where several processes write: by the clock of the database, and one version of a feed a second.

In SQLite a writer has the database to itself, its process is the only one that publishes, and does so in the
transaction that keeps. In PostgreSQL who keeps headlines takes one lock for as long as that lasts, so ids of items
become visible in their order; and notes which feeds are owed to readers, for to render them takes ten times as long.
Who publishes a feed takes a lock of that feed, and sees one moment (REPEATABLE READ): where another has published
meanwhile, it is refused (first updater wins, PostgreSQL 13.2.2), and what is owed then is still owed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, or_, select, text, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.store.tables import owed, versions

SET_BACK = 60  # seconds that a version may be dated to come; further, and the clock of the database was set back
CHANNEL = "ticker"  # of NOTIFY: something is new
TELLING = "ticker_telling"  # of NOTIFY, to the process that tells hubs: the number of a subscription that begins anew
ORDER = 0x7469636B_00000002  # number of an advisory lock: "tick", and which one
TURN, SUBSCRIBING = 0x7469636B_00000004, 0x7469636B_00000005
PUBLISHING = 0x7469636C  # with the hash of a feed's name: locks of two numbers are others than those of one
_TURN = text(f"SELECT pg_advisory_xact_lock({ORDER}), pg_notify('{CHANNEL}', '')")
_MINE = text(f"SELECT pg_try_advisory_xact_lock({PUBLISHING}, hashtext(:feed))")
_NEWS = text(f"SELECT pg_notify('{CHANNEL}', '')")
_RACED = ("40001", "40P01", "23505")  # serialization failure, deadlock, unique violation (PostgreSQL, appendix A)
_NOW: ColumnElement[int] = cast(func.floor(extract("epoch", func.clock_timestamp())), BigInteger)


def is_shared(db: AsyncConnection) -> bool:
    """Whether others may publish at the same time."""
    return db.dialect.name != "sqlite"


async def in_turn(db: AsyncConnection) -> None:
    """Wait until nobody else changes items; they wait until this transaction ends, and hear of it then."""
    if is_shared(db):
        await db.execute(_TURN)


async def is_mine(db: AsyncConnection, feed: str) -> bool:
    """Whether nobody else is publishing *feed*; until this transaction ends nobody else will."""
    return bool(await db.scalar(_MINE, {"feed": feed}))


def raced(error: SQLAlchemyError | OSError) -> bool:
    """Whether another transaction was first, and nothing else is wrong."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _RACED


async def tell(db: AsyncConnection) -> None:
    """Let other processes hear, once this transaction has ended, that there is something new."""
    if is_shared(db):
        await db.execute(_NEWS)


async def second_of(db: AsyncConnection, at: datetime) -> datetime:
    """When to publish what a poll brought *at*: of several clocks that of the database counts, in whole seconds."""
    return datetime.fromtimestamp(await db.scalar(select(_NOW)) or 0, UTC) if is_shared(db) else at


async def owe(db: AsyncConnection, feeds: Iterable[str]) -> None:
    """Note that there is more of these feeds than was published."""
    await db.execute(owed.insert().values([{"feed": feed, "at": _NOW} for feed in feeds]))


async def is_owed(db: AsyncConnection, feed: str) -> bool:
    """Whether there is more of it than was published."""
    return await db.scalar(select(owed.c.id).where(owed.c.feed == feed).limit(1)) is not None


def owed_now() -> Select[Any]:
    """The feeds that are owed since a second that is over, and have no version of this one."""
    dated, since = (type_coerce(column, BigInteger) for column in (versions.c.last_modified, owed.c.at))
    over = [or_(second < _NOW, second > _NOW + SET_BACK) for second in (dated, since)]
    both = owed.outerjoin(versions, versions.c.feed == owed.c.feed)
    return select(owed.c.feed).distinct().select_from(both).where(or_(dated.is_(None), over[0]), over[1])
