"""What a replay reads of the polls that are kept, and how its scratch store begins."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from ticker.model import Item
from ticker.store.changes import success
from ticker.store.queries import items_at, lists_until, load, polls_after
from ticker.store.rows import KeptPoll, poll_of, revision_row, row_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items, polls, revisions, sources

PAGE = 100  # polls read at once


class Past:
    """The polls and lists of a source as they were."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def kept(self, source: str, since: datetime | None = None) -> AsyncIterator[KeptPoll]:
        """The polls of *source* that are kept, in the order in which they were; raises StoreError where one is damaged.

        No transaction is held between them.
        """
        after = 0
        while True:
            async with self._transaction(write=False) as db:
                page = (await db.execute(polls_after(source, after, since).limit(PAGE))).mappings().all()
            for row in page:
                yield poll_of(row)
            if len(page) < PAGE:
                return
            after = page[-1]["id"]

    async def count_kept(self, source: str, since: datetime | None = None) -> int:
        """How many polls `kept` gives."""
        query = select(func.count()).select_from(polls_after(source, 0, since).subquery())
        async with self._transaction(write=False) as db:
            return int(await db.scalar(query) or 0)

    async def items_of(self, guids: Iterable[str]) -> dict[str, Item]:
        """The items of these guids, as far as there are such."""
        if not (wanted := list(guids)):
            return {}
        async with self._transaction(write=False) as db:
            pages = (wanted[n : n + 500] for n in range(0, len(wanted), 500))
            found = [item for some in pages for item in await load(db, select(items).where(items.c.guid.in_(some)))]
        return {item.guid: item for item in found}

    async def known_at(self, source: str, at: datetime) -> tuple[dict[str, Item], list[tuple[datetime, str, int]]]:
        """What was known of *source* at *at*: the items as they are now, and when, digest and size of its lists before.

        Items are those first seen by then and listed, or seen in the 20 h before; lists are oldest first.
        """
        async with self._transaction(write=False) as db:
            found = await load(db, items_at(source, at))
            return {item.guid: item for item in found}, await lists_until(db, source, at)

    async def gone(self, source: str) -> dict[str, datetime]:
        """guid -> since when an item is listed no more though lines below it were."""
        query = select(items.c.guid, items.c.gone_at).where(items.c.source == source, items.c.gone_at.is_not(None))
        async with self._transaction(write=False) as db:
            return {row.guid: row.gone_at for row in await db.execute(query)}

    async def adopt(self, source: str, known: Sequence[Item], lists: Sequence[tuple[datetime, str, int]]) -> None:
        """Begin a source that has no row yet with what another store knew of it: items, and lists oldest first."""
        at, digest, _ = lists[-1]
        fresh = success(at, None, saved=False, anew=True)
        state = {"revision": 1, "digest": digest, **fresh, "since": at}
        old = [revision_row(item.guid, was) for item in known for was in item.revisions]
        accepted = [
            {"source": source, "at": when, "outcome": "changed", "detail": "", "digest": mark, "size": size}
            for when, mark, size in lists
        ]
        async with self._transaction(write=True) as db:
            await db.execute(sources.insert().values(name=source, **state))
            await db.execute(items.insert(), [row_of(item) for item in known])
            if old:
                await db.execute(revisions.insert(), old)
            await db.execute(polls.insert(), accepted)
