"""What was printed and how polls ended, hour by hour: what the plots of the status page are drawn from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from ticker.model import Poll
from ticker.store.among import among
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items, poll_hours
from ticker.store.upsert import insert

HOUR = 3600  # seconds
DOUBTED = "doubted"  # an outcome "refused": the cause of that name says that the server refused us


class Hours:
    """Counts by source and hour; an hour is named by its beginning in UTC."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def printed(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, int]]:
        """Source -> how many items were published in each hour since; reposts, which are in no feed, do not count."""
        asked = (among(items.c.source, sources), items.c.published >= since)
        hour: ColumnElement[Any] = _hour(items.c.published)
        every = select(items.c.source, hour.label("hour"), func.count().label("n")).where(*asked)
        again = every.where(items.c.repost_of.is_not(None))  # few, with an index: so `every` need not read the items
        found: dict[str, dict[datetime, int]] = {name: {} for name in sources}
        async with self._transaction(write=False) as db:
            for source, begins, count in await db.execute(every.group_by(items.c.source, hour)):
                found[source][datetime.fromtimestamp(begins, UTC)] = count
            for source, begins, count in await db.execute(again.group_by(items.c.source, hour)):
                _take(found[source], datetime.fromtimestamp(begins, UTC), count)
        return found

    async def printed_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, int]:
        """The same of *sources* together: of a thousand in a fraction of the time."""
        asked = (among(items.c.source, sources), items.c.published >= since)
        hour: ColumnElement[Any] = _hour(items.c.published)
        every = select(hour, func.count()).where(*asked).group_by(hour)
        async with self._transaction(write=False) as db:
            found = {datetime.fromtimestamp(begins, UTC): count for begins, count in await db.execute(every)}
            for begins, count in await db.execute(every.where(items.c.repost_of.is_not(None))):
                _take(found, datetime.fromtimestamp(begins, UTC), count)
        return found

    async def polled(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, dict[str, int]]]:
        """Source -> hour -> how many polls ended so: in an outcome (`doubted` for "refused"), or in a cause of failure.

        The hour in which *since* lies is there as a whole.
        """
        query = select(poll_hours).where(*_since(sources, since))
        found: dict[str, dict[datetime, dict[str, int]]] = {name: defaultdict(dict) for name in sources}
        async with self._transaction(write=False) as db:
            for source, hour, ending, count in await db.execute(query.order_by(poll_hours.c.hour)):
                found[source][hour][ending] = count
        return {name: dict(hours) for name, hours in found.items()}

    async def polled_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, dict[str, int]]:
        """The same of *sources* together."""
        by = (poll_hours.c.hour, poll_hours.c.ending)
        query = select(*by, func.sum(poll_hours.c.count)).where(*_since(sources, since)).group_by(*by)
        found: dict[datetime, dict[str, int]] = defaultdict(dict)
        async with self._transaction(write=False) as db:
            for hour, ending, count in await db.execute(query):
                found[hour][ending] = count
        return dict(found)


def ending(poll: Poll) -> str:
    """What a poll that kept nothing counts as: its cause where there was no list to read."""
    if poll.outcome == "failed":
        return poll.cause or "failed"
    return DOUBTED if poll.outcome == "refused" else poll.outcome


async def count_poll(db: AsyncConnection, source: str, at: datetime, ended: str, keep: timedelta) -> None:
    """One more poll of that hour that ended so; with the first of them, those of hours before *keep* are forgotten."""
    hour = at - timedelta(seconds=at.timestamp() % HOUR)
    if await db.scalar(_ONE_MORE, {"source": source, "hour": hour, "ending": ended, "count": 1}) == 1:
        await db.execute(delete(poll_hours).where(poll_hours.c.source == source, poll_hours.c.hour < at - keep))


def _one_more() -> ReturningInsert[int]:
    more = {"count": poll_hours.c.count + 1}
    counted = insert(poll_hours).on_conflict_do_update(index_elements=["source", "hour", "ending"], set_=more)
    return counted.returning(poll_hours.c.count)


_ONE_MORE = _one_more()  # written once: with each poll


def _since(sources: Sequence[str], since: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    first = since - timedelta(seconds=since.timestamp() % HOUR)
    return among(poll_hours.c.source, sources), poll_hours.c.hour >= first


def _hour(instant: ColumnElement[datetime]) -> ColumnElement[Any]:
    seconds = type_coerce(instant, BigInteger)
    return seconds - seconds % HOUR


def _take(hours: dict[datetime, int], hour: datetime, count: int) -> None:
    hours[hour] -= count
    if not hours[hour]:
        del hours[hour]
