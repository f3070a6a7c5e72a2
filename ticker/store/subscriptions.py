"""What WebSub needs to remember: who subscribed to our hub, and what foreign hubs were told.

Where several processes share the store, one of them tells, and says nothing anew of what it finds here. What one notes
late, whose turn it was before, never takes back what the next has noted.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import RowMapping, and_, bindparam, case, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.model import Announced, Channel, Subscription
from ticker.store.order import SUBSCRIBING, TELLING, is_shared
from ticker.store.tables import announced, subscriptions
from ticker.store.upsert import insert

Kept = Literal["kept", "full", "host-full"]
AT_ONCE = 500  # topics in one query
_ALONE = text(f"SELECT pg_advisory_xact_lock({SUBSCRIBING})")
_TELL = text(f"SELECT pg_notify('{TELLING}', :said)")


class Transactions(Protocol):
    """How the store opens a transaction; leaves as StoreError when the database refuses."""

    def __call__(self, *, write: bool) -> AbstractAsyncContextManager[AsyncConnection]: ...


class Subscriptions:
    """Subscriptions of the embedded hub; one whose lease has ended is as none."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def keep(self, new: Subscription, *, now: datetime, most: int, most_of_host: int) -> Kept:
        """A new one, or another secret and lease of one that is there; what it has been sent stays.

        The process whose turn it is to tell hears of it, and sends what it may be owed: see `numbered`.

        Args:
            new: as verified.
            now: the leases that have ended by then no longer count.
            most: subscriptions in all.
            most_of_host: subscriptions of one host.
        """
        async with self._transaction(write=True) as db:
            if is_shared(db):
                await db.execute(_ALONE)
            await db.execute(delete(subscriptions).where(subscriptions.c.expires <= now))
            kept = await _keep(db, new, most, most_of_host)
            if kept == "kept" and is_shared(db):
                await _tell_of(db, new)
            return kept

    async def numbered(self, said: str, now: datetime) -> Subscription | None:
        """The one of which `keep` has *said* something."""
        if not (said.isascii() and said.isdecimal()):
            return None
        async with self._transaction(write=False) as db:
            query = select(subscriptions).where(subscriptions.c.id == int(said), subscriptions.c.expires > now)
            row = (await db.execute(query)).mappings().first()
        return _subscription(row) if row else None

    async def find(self, topic: str, callback: str, now: datetime) -> Subscription | None:
        """The one of this topic and callback."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(subscriptions).where(*_is(topic, callback)))).mappings().first()
        return _subscription(row) if row and row["expires"] > now else None

    async def due(self, topics: Collection[str], revision: int, now: datetime) -> list[Subscription]:
        """Those of *topics* that have not got *revision* or a later one, the oldest first."""
        found: list[Subscription] = []
        wanted = list(topics)
        async with self._transaction(write=False) as db:
            for some in (wanted[n : n + AT_ONCE] for n in range(0, len(wanted), AT_ONCE)):
                query = select(subscriptions).where(
                    subscriptions.c.topic.in_(some),
                    subscriptions.c.delivered < revision,
                    subscriptions.c.expires > now,
                )
                rows = (await db.execute(query.order_by(subscriptions.c.id))).mappings()
                found += [_subscription(row) for row in rows]
        return found

    async def note(self, delivered: Sequence[tuple[str, str, int]]) -> None:
        """Topic, callback, and the revision it has got."""
        behind = (*_is(bindparam("of"), bindparam("to")), subscriptions.c.delivered < bindparam("got"))
        got = update(subscriptions).where(*behind).values(delivered=bindparam("got"))
        async with self._transaction(write=True) as db:
            await db.execute(got, [{"of": topic, "to": callback, "got": at} for topic, callback, at in delivered])

    async def drop(self, topic: str, callback: str) -> bool:
        """End it; False where there was none."""
        async with self._transaction(write=True) as db:
            return bool((await db.execute(delete(subscriptions).where(*_is(topic, callback)))).rowcount)

    async def expire(self, now: datetime) -> int:
        """Forget those whose lease has ended; how many."""
        async with self._transaction(write=True) as db:
            return (await db.execute(delete(subscriptions).where(subscriptions.c.expires <= now))).rowcount

    async def count(self, topic: str, callback: str, host: str, now: datetime) -> tuple[int, int, int]:
        """How many there are of *topic* and *callback*, in all, and of *host*."""
        one = func.sum(case((and_(*_is(topic, callback)), 1), else_=0))
        same = func.sum(case((subscriptions.c.host == host, 1), else_=0))
        query = select(one, func.count(), same).where(subscriptions.c.expires > now)
        async with self._transaction(write=False) as db:
            known, total, of_host = (await db.execute(query)).one()
        return known or 0, total, of_host or 0


class Announcements:
    """What each foreign hub was told last of each feed, and since when a hub has not listened."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def all(self) -> list[Announced]:
        """Of every hub and feed, in no order."""
        async with self._transaction(write=False) as db:
            rows = (await db.execute(select(announced))).mappings()
            return [Announced(**row) for row in rows]

    async def failed(self) -> frozenset[str]:
        """The hubs that do not listen."""
        async with self._transaction(write=False) as db:
            return await _failing(db)

    async def told(self, hub: str, feed: str, revision: int) -> None:
        """*hub* listened."""
        new = insert(announced).values(hub=hub, feed=feed, revision=revision, detail="")
        known = new.on_conflict_do_update(
            index_elements=["hub", "feed"], set_={"revision": revision}, where=announced.c.revision < revision
        )
        async with self._transaction(write=True) as db:
            await db.execute(known)
            await db.execute(
                update(announced)
                .where(announced.c.hub == hub, announced.c.failing_since.is_not(None))
                .values(failing_since=None, detail="")
            )

    async def failing(self, hub: str, feed: str, since: datetime, detail: str) -> None:
        """*hub* has not listened *since*; the last time it was told of *feed*."""
        first = insert(announced).values(hub=hub, feed=feed, revision=0, detail="")
        state = update(announced).where(announced.c.hub == hub).values(failing_since=since, detail=detail)
        async with self._transaction(write=True) as db:
            await db.execute(first.on_conflict_do_nothing(index_elements=["hub", "feed"]))
            await db.execute(state)

    async def forget_all_but(self, hubs: Iterable[str]) -> None:
        """Those that are no longer configured."""
        async with self._transaction(write=True) as db:
            await db.execute(delete(announced).where(announced.c.hub.not_in(list(hubs))))


async def listening(db: AsyncConnection, channel: Channel) -> Channel:
    """*channel* with those of its hubs that listen; where one process publishes alone, its channels name no others."""
    if not channel.hubs or not is_shared(db):
        return channel
    failing = await _failing(db)
    if failing.isdisjoint(channel.hubs):
        return channel
    return replace(channel, hubs=tuple(hub for hub in channel.hubs if hub not in failing))


async def _failing(db: AsyncConnection) -> frozenset[str]:
    found = select(announced.c.hub).where(announced.c.failing_since.is_not(None)).distinct()
    return frozenset((await db.scalars(found)).all())


async def _keep(db: AsyncConnection, new: Subscription, most: int, most_of_host: int) -> Kept:
    known = _is(new.topic, new.callback)
    terms = {"expires": new.expires, "secret": new.secret}
    if (await db.execute(update(subscriptions).where(*known).values(**terms))).rowcount:
        return "kept"
    if (await db.scalar(select(func.count()).select_from(subscriptions)) or 0) >= most:
        return "full"
    same = select(func.count()).select_from(subscriptions).where(subscriptions.c.host == new.host)
    if (await db.scalar(same) or 0) >= most_of_host:
        return "host-full"
    facts = {"topic": new.topic, "callback": new.callback, "host": new.host, "delivered": new.delivered}
    await db.execute(subscriptions.insert().values(**facts, **terms))
    return "kept"


async def _tell_of(db: AsyncConnection, new: Subscription) -> None:
    """By its number: a callback may be longer than what NOTIFY carries."""
    number = await db.scalar(select(subscriptions.c.id).where(*_is(new.topic, new.callback)))
    await db.execute(_TELL, {"said": str(number)})


def _is(topic: Any, callback: Any) -> tuple[Any, Any]:
    return subscriptions.c.topic == topic, subscriptions.c.callback == callback


def _subscription(row: RowMapping) -> Subscription:
    terms = (row["expires"], row["secret"], row["delivered"])
    return Subscription(row["topic"], row["callback"], row["host"], *terms)
