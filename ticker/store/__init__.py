"""Keep everything that was ever seen, and the feeds as published: one transaction a poll.

Poll writes, the server reads, and they meet nowhere else. Every error of the database leaves as
a StoreError, after which nothing of that transaction was kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ticker import text
from ticker.errors import ConflictError, StoreError
from ticker.model import Changes, Channel, Health, Item, Known, Last, Page, Poll, Press, Validators, Version
from ticker.store.changes import FAILING, ensure, keep_items, publish, success, trouble
from ticker.store.engine import open_engine
from ticker.store.queries import MEMORY, lists_since, load, version_query
from ticker.store.rows import channel_digest, health_of, pack_rows, still_listed, version_of
from ticker.store.tables import items, polls, sources, versions

__all__ = ["FAILING", "Store"]


class Store:
    """The database. Open it with `Store.open`, close it with `close`."""

    def __init__(self, engine: AsyncEngine, keep_polls: timedelta) -> None:
        self._engine = engine
        self._keep_polls = keep_polls

    @classmethod
    async def open(cls, url: str, *, keep_polls: timedelta = timedelta(days=30)) -> Self:
        """Open or make the database at *url*; an older one is upgraded in place.

        Args:
            url: `sqlite:///path`.
            keep_polls: how long the rows of polls are kept for replay.
        """
        return cls(await open_engine(url), keep_polls)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self, *, write: bool) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as plain:
                db = await plain.execution_options(write=write)
                async with db.begin():
                    yield db
        except SQLAlchemyError as error:
            raise StoreError(f"the database refused: {getattr(error, 'orig', None) or error}") from error

    # What a poll needs

    async def last(self, source: str) -> Last:
        """Validators and digest of the last accepted list."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(sources).where(sources.c.name == source))).mappings().first()
        if row is None:
            return Last()
        has_any = row["etag"] or row["last_modified"]
        validators = Validators(row["url"], row["etag"], row["last_modified"]) if has_any else None
        return Last(validators, row["digest"])

    async def known(self, source: str, now: datetime) -> Known:
        """The last accepted list, and what was seen in the 20 h before *now*."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(sources).where(sources.c.name == source))).mappings().first()
            if row is None:
                return Known()
            ours = select(items).where(items.c.source == source)
            listed = await load(db, ours.where(items.c.rank.is_not(None)).order_by(items.c.rank))
            unlisted = ours.where(items.c.rank.is_(None), items.c.last_seen >= now - MEMORY)
            memory = await load(db, unlisted.order_by(items.c.last_seen.desc(), items.c.published.desc()))
            lists = await lists_since(db, source, now - MEMORY)
        return Known(
            revision=row["revision"],
            listed=tuple(still_listed(item, row["last_good"]) for item in listed),
            memory=tuple(memory),
            last_good=row["last_good"],
            lists=(row["digest"], *(digest for digest, _ in lists if digest != row["digest"])) if row["digest"] else (),
            longest=max((size for _, size in lists), default=0),
            doubted=row["doubted"],
        )

    async def taken(self, source: str, since: datetime) -> frozenset[datetime]:
        """The `published` instants of the items of *source* from *since* on."""
        query = select(items.c.published).where(items.c.source == source, items.c.published >= since)
        async with self._transaction(write=False) as db:
            return frozenset((await db.scalars(query)).all())

    async def apply(
        self, source: str, changes: Changes, *, page: Page, known: Known, channels: Iterable[Channel], press: Press
    ) -> None:
        """Keep an accepted list, with the validators of its page and the feeds that it changes.

        Args:
            source: its name.
            changes: a row for each line of the list.
            page: where the list was read.
            known: what *changes* were made from.
            channels: the feeds that the source belongs to.
            press: makes their documents.

        Raises:
            ConflictError: another poll was kept since *known* was read; reconcile again.
        """
        validators = page.validators or Validators(page.url)  # a page without any must not leave those of another
        async with self._transaction(write=True) as db:
            await db.execute(ensure(source))
            good = success(page.fetched_at, validators, saved=page.saved)
            accepted = await db.execute(
                update(sources)
                .where(sources.c.name == source, sources.c.revision == known.revision)
                .values(revision=known.revision + 1, digest=changes.digest, **good)
            )
            if accepted.rowcount != 1:
                raise ConflictError(f"another poll of {source} was kept meanwhile")
            await keep_items(db, source, changes, page.fetched_at, known.last_good)
            await self._keep_rows(db, source, changes, page.fetched_at, known.last_good)
            if changes.of("new", "edited") or any(row.before for row in changes.rows):
                for channel in channels:
                    await publish(db, channel, page.fetched_at, press)

    async def unchanged(self, source: str, at: datetime, validators: Validators | None, *, saved: bool = False) -> None:
        """Note a good poll that found the same list; *validators* None keeps those we have (304)."""
        same = update(sources).where(sources.c.name == source).values(**success(at, validators, saved=saved))
        async with self._transaction(write=True) as db:
            await db.execute(same)

    async def failed(self, poll: Poll) -> None:
        """Note a poll that was refused or failed; the items, the list and the feeds stay as they are."""
        async with self._transaction(write=True) as db:
            await db.execute(ensure(poll.source))
            values: dict[str, Any] = {"doubted": poll.doubted}
            if poll.cause is not None:
                values |= trouble(poll)
            await db.execute(update(sources).where(sources.c.name == poll.source).values(**values))
            await db.execute(
                polls.insert().values(
                    source=poll.source, at=poll.at, outcome=poll.outcome, cause=poll.cause, detail=poll.detail
                )
            )

    async def _keep_rows(
        self, db: AsyncConnection, source: str, changes: Changes, at: datetime, last_good: datetime | None
    ) -> None:
        await db.execute(
            polls.insert().values(
                source=source,
                at=at,
                outcome="changed",
                detail="",
                last_good=last_good,
                digest=changes.digest,
                size=len(changes.rows),
                rows=pack_rows(changes),
            )
        )
        await db.execute(delete(polls).where(polls.c.source == source, polls.c.at < at - self._keep_polls))

    async def republish(self, channels: Iterable[Channel], now: datetime, press: Press) -> None:
        """Make a new version of each feed whose configuration has changed since it was published, or that is damaged.

        A new release alone changes nothing that readers have: not before the next change of items.
        """
        for channel in channels:
            async with self._transaction(write=False) as db:
                row = (await db.execute(version_query(channel.name))).mappings().first()
                some = await db.scalar(select(items.c.id).where(items.c.source.in_(channel.sources)).limit(1))
            if some is not None and (row is None or not _stands(row, channel)):
                async with self._transaction(write=True) as db:
                    await publish(db, channel, now, press)

    # What the server and the command line read

    async def revisions(self) -> dict[str, int]:
        """Feed name -> revision of its published version."""
        async with self._transaction(write=False) as db:
            rows = await db.execute(select(versions.c.feed, versions.c.revision))
            return {row.feed: row.revision for row in rows}

    async def version(self, feed: str) -> Version | None:
        """The version of *feed* that was published last."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(version_query(feed))).mappings().first()
        return await asyncio.to_thread(version_of, row) if row else None

    async def published_for(self, channel: Channel) -> Version | None:
        """The published version, unless the configuration has changed since."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(version_query(channel.name))).mappings().first()
        return version_of(row) if row and _stands(row, channel) else None

    async def newest(self, source: str | None, *, limit: int) -> list[Item]:
        """Items of one source or of all, newest first, with their old wordings."""
        return await self.search(source, limit=limit, reposts=False)

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
            reposts: also those that say another item once more.
        """
        query = select(items).order_by(items.c.published.desc(), items.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(items.c.source == source)
        if not reposts:
            query = query.where(items.c.repost_of.is_(None))
        if since is not None:
            query = query.where(items.c.published >= since)
        for word in text.fold(term).split():
            query = query.where(items.c.title_fold.contains(word, autoescape=True))
        async with self._transaction(write=False) as db:
            found = await load(db, query)
            good = {row.name: row.last_good for row in await db.execute(select(sources.c.name, sources.c.last_good))}
        return [still_listed(item, good[item.source]) for item in found]

    async def item(self, guid: str) -> Item | None:
        """One item with its old wordings."""
        async with self._transaction(write=False) as db:
            found = await load(db, select(items).where(items.c.guid == guid))
            if not found:
                return None
            good = await db.scalar(select(sources.c.last_good).where(sources.c.name == found[0].source))
        return still_listed(found[0], good)

    async def health(self) -> dict[str, Health]:
        """Of every source that was ever polled."""
        async with self._transaction(write=False) as db:
            rows = (await db.execute(select(sources))).mappings().all()
        return {row["name"]: health_of(row) for row in rows}


def _stands(row: RowMapping, channel: Channel) -> bool:
    """Whether a stored version can still be served for *channel*."""
    try:
        version_of(row)
    except StoreError:
        return False
    return bool(row["channel"] == channel_digest(channel))
