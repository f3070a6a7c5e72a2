"""Find items: by words, source and time; newest first, a page at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker import text
from ticker.errors import SlowSearchError
from ticker.model import Item, Wish
from ticker.store.among import ONE_BY_ONE, among
from ticker.store.grams import hits
from ticker.store.queries import load, seen_now
from ticker.store.subscriptions import Transactions
from ticker.store.tables import Instant, items
from ticker.store.trigrams import holds

SLOWEST = 2.0  # seconds; at the 95th percentile a search among a million takes 0.05
AT_ONCE = 500  # items that are loaded with one query
NO_LIMIT = 2**31 - 1
CANCELED = "57014"  # SQLSTATE query_canceled
PAGE_ORDER = (items.c.published.desc(), items.c.id.desc())


class Finder:
    """Search: each term is contained in the folded title (`text.fold`), anywhere. Reposts are never found."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def find(self, wish: Wish) -> list[tuple[int, Item]]:
        """The items wished for, newest first, each with its number in the order of the store.

        Raises:
            SlowSearchError: it takes longer than `SLOWEST`; a search that nobody would wait for keeps no other waiting.
        """
        return await self._find(wish, SLOWEST)

    async def _find(self, wish: Wish, slowest: float | None = None) -> list[tuple[int, Item]]:
        """By the index of titles where there is something to look for in it, else by that of time."""
        if any(no in yes for no in wish.unwanted for yes in wish.wanted):
            return []  # what holds the one holds the other
        async with self._transaction(write=False) as db:
            query = hits(wish) if db.dialect.name == "sqlite" else by_time(wish, like=True)
            if query is None:
                query = by_time(wish)
            async with at_most(db, slowest):
                numbers = list((await db.scalars(query.limit(wish.limit))).all())
            return list(zip(numbers, await _items(db, numbers), strict=True))

    async def search(
        self,
        source: str | None,
        *,
        term: str = "",
        since: datetime | None = None,
        limit: int | None = None,
        reposts: bool = True,
    ) -> list[Item]:
        """Items that hold every word of *term* (folded: spellings do not matter), newest first.

        Args:
            reposts: also those that say another item once more, where there is no *term*.
        """
        sources = None if source is None else frozenset((source,))
        words = tuple(text.fold(term).split())
        if words or not reposts:
            wish = Wish(sources, words, since=since, limit=NO_LIMIT if limit is None else limit)
            return [item for _, item in await self._find(wish)]
        query = select(items).order_by(*PAGE_ORDER).limit(limit)
        if source is not None:
            query = query.where(items.c.source == source)
        if since is not None:
            query = query.where(items.c.published >= since)
        async with self._transaction(write=False) as db:
            return await seen_now(db, await load(db, query))


@asynccontextmanager
async def at_most(db: AsyncConnection, seconds: float | None) -> AsyncIterator[None]:
    """Have the database give up what it is at after so long; SlowSearchError where it did."""
    if seconds is None:
        yield
    elif db.dialect.name == "sqlite":
        async with _interrupted(db, seconds):
            yield
    else:
        async with _timed(db, seconds):
            yield


@asynccontextmanager
async def _interrupted(db: AsyncConnection, seconds: float) -> AsyncIterator[None]:
    wire: Any = (await db.get_raw_connection()).driver_connection
    interrupted = asyncio.Event()

    async def interrupt() -> None:
        await asyncio.sleep(seconds)
        interrupted.set()
        await wire.interrupt()

    timer = asyncio.create_task(interrupt())
    try:
        yield
    except OperationalError as error:
        if not interrupted.is_set():
            raise
        raise _slow(seconds) from error
    finally:
        timer.cancel()


@asynccontextmanager
async def _timed(db: AsyncConnection, seconds: float) -> AsyncIterator[None]:
    await db.execute(sql(f"SET LOCAL statement_timeout = {seconds * 1000:.0f}"))
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != CANCELED:
            raise
        raise _slow(seconds) from error
    await db.execute(sql("SET LOCAL statement_timeout = 0"))


def _slow(seconds: float) -> SlowSearchError:
    return SlowSearchError(f"this search takes longer than {seconds:g} s; take longer words, or fewer")


def by_time(wish: Wish, *, like: bool = False) -> Select[Any]:
    """The numbers of the items wished for, in page order, by looking at each item: what search means.

    Args:
        like: say it as PostgreSQL can look it up (`trigrams`).
    """
    query = select(items.c.id).where(items.c.repost_of.is_(None))
    if wish.sources is not None:
        many = len(wish.sources) > ONE_BY_ONE  # their index must not lead the way: all of theirs would be sorted
        query = query.where(among(items.c.source.concat("") if many else items.c.source, wish.sources))
    if wish.since is not None:
        query = query.where(items.c.published >= wish.since)
    if wish.until is not None:
        query = query.where(items.c.published < wish.until)
    if wish.after is not None:
        published, number = wish.after
        query = query.where(
            tuple_(items.c.published, items.c.id) < tuple_(literal(published, Instant), literal(number))
        )
    for term in wish.wanted:
        query = query.where(_holds(term, like))
    for term in wish.unwanted:
        query = query.where(~_holds(term, like))
    return query.order_by(*PAGE_ORDER)


def _holds(term: str, like: bool) -> ColumnElement[bool]:
    if like:
        return holds(term)
    return func.instr(items.c.title_fold, term) > 0


async def _items(db: AsyncConnection, numbers: list[int]) -> list[Item]:
    """The items of these numbers, in their order, which is page order."""
    some = (numbers[n : n + AT_ONCE] for n in range(0, len(numbers), AT_ONCE))
    found = [
        item for ids in some for item in await load(db, select(items).where(items.c.id.in_(ids)).order_by(*PAGE_ORDER))
    ]
    return await seen_now(db, found)
