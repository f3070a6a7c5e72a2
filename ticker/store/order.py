"""Where several processes write: one after the other, by the clock of the database, and one version a second.

In SQLite a writer has the database to itself, and its process is the only one that publishes. In PostgreSQL these take
one lock for as long as their transaction lasts: so ids of items become visible in their order, and versions never race.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, or_, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.store.tables import versions

SET_BACK = 60  # seconds that a version may be dated to come; further, and the clock of the database was set back
CHANNEL = "ticker"  # of NOTIFY: something is new
TELLING = "ticker_telling"  # of NOTIFY, to the process that tells hubs: the number of a subscription that begins anew
ORDER, OWED = 0x7469636B_00000002, 0x7469636B_00000003  # numbers of advisory locks: "tick", and which one
TURN, SUBSCRIBING = 0x7469636B_00000004, 0x7469636B_00000005
_TURN = text(f"SELECT pg_advisory_xact_lock({ORDER}), pg_notify('{CHANNEL}', '')")
_FIRST = text(f"SELECT pg_try_advisory_xact_lock({OWED})")
_NOW: ColumnElement[int] = cast(func.floor(extract("epoch", func.clock_timestamp())), BigInteger)


def is_shared(db: AsyncConnection) -> bool:
    """Whether others may publish at the same time."""
    return db.dialect.name != "sqlite"


async def in_turn(db: AsyncConnection) -> None:
    """Wait until nobody else keeps items or publishes; they wait until this transaction ends, and hear of it then."""
    if is_shared(db):
        await db.execute(_TURN)


async def is_first(db: AsyncConnection) -> bool:
    """Whether no other process is publishing what is owed at this moment."""
    return not is_shared(db) or bool(await db.scalar(_FIRST))


async def second_of(db: AsyncConnection, at: datetime) -> datetime:
    """When to publish what a poll brought *at*: of several clocks that of the database counts, in whole seconds."""
    return datetime.fromtimestamp(await db.scalar(select(_NOW)) or 0, UTC) if is_shared(db) else at


def owed_now() -> Select[Any]:
    """The feeds of which there is more than was published, and may be published now."""
    dated = type_coerce(versions.c.last_modified, BigInteger)
    return select(versions.c.feed).where(versions.c.owed, or_(dated < _NOW, dated > _NOW + SET_BACK))
