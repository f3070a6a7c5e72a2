"""The feeds as published: the version of each, and its archives.

In SQLite a poll publishes in its own transaction (`Store.apply`); what is published here has another reason: other
settings, an archive that is to be closed. Where several processes share the store everything is published here, in a
transaction for each feed, and until then it is owed: see `order`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import RacedError, StoreError
from ticker.model import Archive, Channel, Feed, Press, Version
from ticker.store.among import among
from ticker.store.archives import close_archives, count_archives, subscription, unarchived
from ticker.store.changes import publish
from ticker.store.order import is_mine, is_owed, owed_now
from ticker.store.queries import version_query
from ticker.store.rows import archive_of, stands_for, version_of
from ticker.store.subscriptions import Transactions, listening
from ticker.store.tables import archives, items, owed, versions

TOGETHER = 20  # versions that are looked at with one query: their documents are unpacked in 6 ms
REFUSALS = 3  # of the store, until no more of what is owed is tried: it is not one feed that it refuses
AT_ONCE = 2  # feeds: one is rendered while the other one is read or written
AGAIN = 0.05  # seconds, until a feed that another process publishes is asked for again
PATIENCE = 30.0  # seconds of that

T = TypeVar("T")


class Feeds:
    """What readers get.

    Args:
        transaction: of the store.
        to_publish: one that publishes a feed; raises RacedError where another process has been first.
        shared: whether other processes publish as well.
    """

    def __init__(self, transaction: Transactions, to_publish: Transactions, *, shared: bool) -> None:
        self._transaction = transaction
        self._to_publish = to_publish
        self._shared = shared
        self._rendering = asyncio.Semaphore(AT_ONCE)

    async def follow(self, channels: Iterable[Channel], at: datetime, press: Press, *, paced: bool) -> None:
        """Publish what a poll has kept *at*, where others publish too; what cannot be published now stays owed.

        The feed of all comes last: who has news from it finds them in that of their source.

        Args:
            paced: no feed twice in a second; nor is another process waited for that is publishing it.
        """
        for channel in sorted(channels, key=lambda channel: not channel.name):
            with suppress(StoreError):
                work = partial(_publish_if_owed, channel=channel, at=at, press=press, paced=paced)
                await self._alone(channel.name, work, patient=not paced)

    async def republish(self, channels: Iterable[Channel], now: datetime, press: Press) -> None:
        """Make a new version of each feed whose configuration has changed since it was published, or that is damaged.

        A new release alone changes nothing that readers have: not before the next change of items.

        Raises:
            StoreError: the others were not looked at.
            Exception: a bug of *press*; that feed stays as it was, and all others were published.
        """
        waiting, failed = list(channels), list[Exception]()
        for begin in range(0, len(waiting), TOGETHER):
            async with self._transaction(write=False) as db:
                outdated = await self._outdated(db, waiting[begin : begin + TOGETHER])
            for channel in outdated:
                work = partial(self._republish, channel=channel, now=now, press=press)
                try:
                    await self._alone(channel.name, work)
                except StoreError:
                    raise
                except Exception as error:  # noqa: BLE001 - a bug of one feed is none of the others; raised below
                    failed.append(error)
        if failed:
            raise failed[0]

    async def _republish(self, db: AsyncConnection, channel: Channel, now: datetime, press: Press) -> None:
        if await self._outdated(db, [channel]):  # another may have been first
            await publish(db, channel, now, press)

    async def _outdated(self, db: AsyncConnection, channels: Sequence[Channel]) -> list[Channel]:
        """Those with items whose version does not stand; what a copy of another store is owed one process owes."""
        names = [channel.name for channel in channels]
        rows = (await db.execute(select(versions).where(versions.c.feed.in_(names)))).mappings()
        kept = {row["feed"]: row for row in rows}
        owing = () if self._shared else (await db.scalars(select(owed.c.feed).where(owed.c.feed.in_(names)))).all()
        outdated = []
        for channel in channels:
            row = kept.get(channel.name)
            stands = row and channel.name not in owing and _stands(row, await listening(db, channel))
            if not stands and await _has_items(db, channel):
                outdated.append(channel)
        return outdated

    async def owes(self, feeds: Collection[str]) -> frozenset[int]:
        """Each time that there was more of one of these feeds than was published, by number: see `publish_owed`."""
        if not self._shared:
            return frozenset()
        async with self._transaction(write=False) as db:
            return frozenset(
                number for number, feed in await db.execute(select(owed.c.id, owed.c.feed)) if feed in feeds
            )

    async def publish_owed(self, channels: Mapping[str, Channel], now: datetime, press: Press) -> int:
        """Publish what is owed since a second that is over; how many feeds.

        It came in the same second as a version before it, or whoever kept it has ended, and of several processes any
        does it.
        """
        if not self._shared:
            return 0
        async with self._transaction(write=False) as db:
            names = [name for name in (await db.scalars(owed_now())).all() if name in channels]
        failed = list[Exception]()
        for name in names:
            work = partial(_publish_if_owed, channel=channels[name], at=now, press=press, paced=True)
            try:
                await self._alone(name, work, patient=False)
            except Exception as error:  # noqa: BLE001 - what is wrong with one feed is none of the others; raised below
                failed.append(error)
                if sum(isinstance(one, StoreError) for one in failed) == REFUSALS:
                    break
        if failed:
            raise failed[0]
        return len(names)

    async def close_archives(self, channel: Channel, now: datetime, press: Press) -> int:
        """Close what is to be closed, in a transaction of its own that takes no longer than a poll can wait.

        For a database that an older release has filled, or bounds that were narrowed: else each poll closes
        what it must. Call it until it returns 0, and let polls in between. What readers have stays as it is,
        unless it was published meanwhile: then there may be items in neither it nor an archive.

        Returns:
            How many were closed; 0 when nothing is left to do.
        """
        return await self._alone(channel.name, partial(_close, channel=channel, now=now, press=press)) or 0

    async def _alone(
        self, feed: str, work: Callable[[AsyncConnection], Awaitable[T]], *, patient: bool = True
    ) -> T | None:
        """Do *work* in a transaction in which nobody else publishes *feed*; None where somebody does.

        Args:
            patient: wait for whoever does, and raise StoreError where that takes for ever.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            with suppress(RacedError):
                async with self._rendering, self._to_publish(write=True) as db:
                    if not self._shared or await is_mine(db, feed):
                        return await work(db)
            if not patient:
                return None
            if loop.time() > end:
                raise StoreError(f"store: other processes publish {feed or 'the feed of all sources'} all the time")
            await asyncio.sleep(AGAIN)

    async def revisions(self) -> dict[str, int]:
        """Feed name -> revision of its published version."""
        async with self._transaction(write=False) as db:
            rows = await db.execute(select(versions.c.feed, versions.c.revision))
            return {feed: revision for feed, revision in rows}  # noqa: C416 - rows have no type that dict knows

    async def version(self, feed: str) -> Version | None:
        """The version of *feed* that was published last."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(version_query(feed))).mappings().first()
        return await asyncio.to_thread(version_of, row) if row else None

    async def published_for(self, channel: Channel) -> Version | None:
        """The published version, unless the configuration has changed since."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(version_query(channel.name))).mappings().first()
            channel = await listening(db, channel)
        return version_of(row) if row and _stands(row, channel) else None

    async def live(self, channel: Channel) -> Feed | None:
        """The subscription document of *channel* as it would be published now; None before its first item."""
        published = select(versions.c.updated).where(versions.c.feed == channel.name)
        async with self._transaction(write=False) as db:
            channel = await listening(db, channel)
            return await subscription(db, channel, await unarchived(db, channel), await db.scalar(published))

    async def archive(self, feed: str, number: int, public_url: str) -> Archive | None:
        """A closed archive of *feed*, or None: as it was closed, but with *public_url* for the one of then."""
        query = select(archives).where(archives.c.feed == feed, archives.c.number == number)
        async with self._transaction(write=False) as db:
            row = (await db.execute(query)).mappings().first()
        return await asyncio.to_thread(archive_of, row, public_url) if row else None

    async def archives(self, feed: str) -> int:
        """How many archives of *feed* are closed: they are numbered from 1 up to this."""
        async with self._transaction(write=False) as db:
            return await count_archives(db, feed)


async def _has_items(db: AsyncConnection, channel: Channel) -> bool:
    ours = select(items.c.id).where(among(items.c.source, channel.sources)).limit(1)
    return await db.scalar(ours) is not None


async def _publish_if_owed(db: AsyncConnection, channel: Channel, at: datetime, press: Press, *, paced: bool) -> None:
    if await is_owed(db, channel.name):  # else another process has done it meanwhile
        await publish(db, channel, at, press, paced=paced)


async def _close(db: AsyncConnection, channel: Channel, now: datetime, press: Press) -> int:
    closed, _ = await close_archives(db, channel, now, press)
    lacking = select(versions.c.feed).where(versions.c.feed == channel.name, versions.c.whole.is_(False))
    if not closed and await db.scalar(lacking) is not None:
        await publish(db, channel, now, press)
    return closed


def _stands(row: RowMapping, channel: Channel) -> bool:
    """Whether a stored version can still be served for *channel*."""
    try:
        version_of(row)
    except StoreError:
        return False
    return stands_for(row["channel"], channel)
