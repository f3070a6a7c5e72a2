"""Read out of the store when a source has printed: what its rhythm is made of."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from ticker.rhythm import HISTORY, Rhythm
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items


class History:
    """Read once when a source is first polled; from there each poll keeps the rhythm up with `Rhythm.heard`."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def rhythm(self, source: str, zone: ZoneInfo) -> Rhythm:
        """When *source* printed in the two weeks before its newest line, and the rows of its last list.

        Reposts count: they are lines that it put up, and that push others off the list.
        """
        ours = items.c.source == source
        listed = select(func.count()).where(ours, items.c.rank.is_not(None))
        async with self._transaction(write=False) as db:
            newest = await db.scalar(select(func.max(items.c.published)).where(ours))
            if newest is None:
                return Rhythm.told(zone, (), 0)
            lines = select(items.c.published).where(ours, items.c.published > newest - HISTORY)
            published = (await db.scalars(lines.order_by(items.c.published))).all()
            rows = await db.scalar(listed)
        return Rhythm.told(zone, published, rows or 0)
