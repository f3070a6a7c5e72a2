"""A glance at all items that feeds may lead to, for who makes a page of each and has most of them already."""

from hashlib import blake2b

from sqlalchemy import Integer, func, select, type_coerce

from ticker.model import Glance
from ticker.store.subscriptions import Transactions
from ticker.store.tables import archives, items

_INSTANTS = [type_coerce(column, Integer) for column in (items.c.updated, items.c.gone_at, items.c.last_seen)]
_FACTS = (items.c.title, items.c.printed, items.c.flag, items.c.link, items.c.revised)


class Sweep:
    """A glance at each item; reposts are in no feed, and left out."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def glances(self, after: int, limit: int) -> list[Glance]:
        """The next *limit* items behind the number *after*; fewer where there are no more."""
        columns = (items.c.id, items.c.guid, items.c.rank, *_INSTANTS, *_FACTS)
        query = select(*columns).where(items.c.id > after, items.c.repost_of.is_(None)).order_by(items.c.id)
        async with self._transaction(write=False) as db:
            rows = (await db.execute(query.limit(limit))).all()
        return [_glance(*row) for row in rows]

    async def first_archive(self, feed: str) -> int:
        """Number of the oldest archive that is kept: from there on, none is missing; 1 where there is none."""
        first = select(func.min(archives.c.number)).where(archives.c.feed == feed)
        async with self._transaction(write=False) as db:
            return await db.scalar(first) or 1


def _glance(
    number: int, guid: str, rank: int | None, updated: int, gone_at: int | None, last_seen: int, *facts: object
) -> Glance:
    """Of an item that is listed, each poll moves `last_seen`: that is no change."""
    link, revised = facts[-2:]
    said = repr((updated, gone_at, last_seen if rank is None else None, *facts))
    mark = blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Glance(number, guid, None if link is None else str(link), bool(revised), mark)
