"""Keep everything that was ever seen, and the feeds as published: one transaction a poll.

Poll writes, the server reads, and they meet nowhere else. Every error of the database leaves as
a StoreError, after which nothing of that transaction was kept.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Self, TypeAlias

from sqlalchemy import Case, ColumnElement, Insert, RowMapping, Select, bindparam, case, delete, literal, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ticker import text
from ticker.errors import ConflictError, StoreError
from ticker.model import (
    Changes,
    Channel,
    Format,
    Health,
    Item,
    Known,
    Last,
    Page,
    Poll,
    Revision,
    Validators,
    Version,
)
from ticker.store.engine import open_engine
from ticker.store.rows import (
    channel_digest,
    health_of,
    item_of,
    pack,
    pack_rows,
    row_of,
    still_listed,
    version_of,
)
from ticker.store.tables import Instant, items, polls, revisions, sources, versions

MEMORY = timedelta(hours=20)  # without it, stale pages and outages published 4 to 49 % of the items twice (research)
MOST_LISTS = 200  # digests remembered: over three hours of a list that changes every minute
FAILING = 3  # failed polls in a row until "suspect" becomes "failing"
SECOND = timedelta(seconds=1)

Press: TypeAlias = Callable[[Channel, Sequence[Item]], Awaitable[Mapping[Format, bytes]]]
"""Makes the documents of a channel from its newest items, newest first."""


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
            listed = await _load(db, ours.where(items.c.rank.is_not(None)).order_by(items.c.rank))
            unlisted = ours.where(items.c.rank.is_(None), items.c.last_seen >= now - MEMORY)
            memory = await _load(db, unlisted.order_by(items.c.last_seen.desc(), items.c.published.desc()))
            lists = await _lists(db, source, now)
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
            await db.execute(_ensure(source))
            good = _success(page.fetched_at, validators, saved=page.saved)
            accepted = await db.execute(
                update(sources)
                .where(sources.c.name == source, sources.c.revision == known.revision)
                .values(revision=known.revision + 1, digest=changes.digest, **good)
            )
            if accepted.rowcount != 1:
                raise ConflictError(f"another poll of {source} was kept meanwhile")
            await _keep_items(db, source, changes, page.fetched_at, known.last_good)
            await self._keep_rows(db, source, changes, page.fetched_at, known.last_good)
            if changes.of("new", "edited") or any(row.before for row in changes.rows):
                for channel in channels:
                    await _publish(db, channel, page.fetched_at, press)

    async def unchanged(self, source: str, at: datetime, validators: Validators | None, *, saved: bool = False) -> None:
        """Note a good poll that found the same list; *validators* None keeps those we have (304)."""
        same = update(sources).where(sources.c.name == source).values(**_success(at, validators, saved=saved))
        async with self._transaction(write=True) as db:
            await db.execute(same)

    async def failed(self, poll: Poll) -> None:
        """Note a poll that was refused or failed; the items, the list and the feeds stay as they are."""
        async with self._transaction(write=True) as db:
            await db.execute(_ensure(poll.source))
            values: dict[str, Any] = {"doubted": poll.doubted}
            if poll.cause is not None:
                values |= _trouble(poll)
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
                row = (await db.execute(_version(channel.name))).mappings().first()
                some = await db.scalar(select(items.c.id).where(items.c.source.in_(channel.sources)).limit(1))
            if some is not None and (row is None or not _stands(row, channel)):
                async with self._transaction(write=True) as db:
                    await _publish(db, channel, now, press)

    # What the server and the command line read

    async def revisions(self) -> dict[str, int]:
        """Feed name -> revision of its published version."""
        async with self._transaction(write=False) as db:
            rows = await db.execute(select(versions.c.feed, versions.c.revision))
            return {row.feed: row.revision for row in rows}

    async def version(self, feed: str) -> Version | None:
        """The version of *feed* that was published last."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(_version(feed))).mappings().first()
        return await asyncio.to_thread(version_of, row) if row else None

    async def published_for(self, channel: Channel) -> Version | None:
        """The published version, unless the configuration has changed since."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(_version(channel.name))).mappings().first()
        return version_of(row) if row and _stands(row, channel) else None

    async def newest(self, source: str | None, *, limit: int) -> list[Item]:
        """Items of one source or of all, newest first, with their old wordings."""
        return await self.search(source, limit=limit)

    async def search(
        self, source: str | None, *, term: str = "", since: datetime | None = None, limit: int | None = None
    ) -> list[Item]:
        """Items that hold every word of *term* (folded: spellings do not matter), newest first."""
        query = select(items).order_by(items.c.published.desc(), items.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(items.c.source == source)
        if since is not None:
            query = query.where(items.c.published >= since)
        for word in text.fold(term).split():
            query = query.where(items.c.title_fold.contains(word, autoescape=True))
        async with self._transaction(write=False) as db:
            found = await _load(db, query)
            good = {row.name: row.last_good for row in await db.execute(select(sources.c.name, sources.c.last_good))}
        return [still_listed(item, good[item.source]) for item in found]

    async def item(self, guid: str) -> Item | None:
        """One item with its old wordings."""
        async with self._transaction(write=False) as db:
            found = await _load(db, select(items).where(items.c.guid == guid))
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


def _ensure(source: str) -> Insert:
    """A row for a source that has none yet."""
    new = {"name": source, "revision": 0, "state": "waiting", "detail": "", "streak": 0}
    return insert(sources).values(**new).on_conflict_do_nothing(index_elements=["name"])


def _success(at: datetime, validators: Validators | None, *, saved: bool) -> dict[str, Any]:
    """A saved page never moves `last_good` back; a poll does, after a clock that was wrong has been set right."""
    values: dict[str, Any] = {
        "last_good": _later(sources.c.last_good, at) if saved else at,
        "doubted": None,
        "since": case((sources.c.state == "healthy", sources.c.since), else_=literal(at, Instant)),
        "state": "healthy",
        "cause": None,
        "detail": "",
        "streak": 0,
    }
    if validators is not None:
        values |= {"url": validators.url, "etag": validators.etag, "last_modified": validators.last_modified}
    return values


def _later(column: ColumnElement[datetime], at: datetime) -> Case[datetime]:
    return case((column > at, column), else_=literal(at, Instant))


def _trouble(poll: Poll) -> dict[str, Any]:
    return {
        "since": case((sources.c.streak > 0, sources.c.since), else_=literal(poll.at, Instant)),
        "state": case((sources.c.streak + 1 >= FAILING, "failing"), else_="suspect"),
        "cause": poll.cause,
        "detail": poll.detail,
        "streak": sources.c.streak + 1,
    }


def _version(feed: str) -> Select[Any]:
    return select(versions).where(versions.c.feed == feed)


async def _lists(db: AsyncConnection, source: str, now: datetime) -> list[tuple[str, int]]:
    """Digest and size of the lists accepted in the 20 h before *now*, latest first."""
    recent = (
        select(polls.c.digest, polls.c.size)
        .where(polls.c.source == source, polls.c.at >= now - MEMORY, polls.c.digest.is_not(None))
        .order_by(polls.c.at.desc(), polls.c.id.desc())
        .limit(MOST_LISTS)
    )
    return [(digest, size) for digest, size in await db.execute(recent)]


async def _load(db: AsyncConnection, query: Select[Any]) -> list[Item]:
    rows = (await db.execute(query)).mappings().all()
    older: dict[str, list[Revision]] = defaultdict(list)
    edited = [row["guid"] for row in rows if row["updated"] != row["published"]]
    for some in (edited[n : n + 500] for n in range(0, len(edited), 500)):
        wordings = select(revisions).where(revisions.c.guid.in_(some)).order_by(revisions.c.id)
        for row in (await db.execute(wordings)).mappings():
            older[row["guid"]].append(Revision(row["title"], row["seen_at"]))
    return [item_of(row, older[row["guid"]]) for row in rows]


async def _keep_items(
    db: AsyncConnection, source: str, changes: Changes, at: datetime, last_good: datetime | None
) -> None:
    """The gate: a guid that is there already is never inserted again, whoever polls at the same time."""
    await db.execute(
        update(items)
        .where(items.c.source == source, items.c.rank.is_not(None))
        .values(rank=None, last_seen=_later(items.c.last_seen, last_good or at))
    )
    if born := changes.of("new"):
        gate = insert(items).on_conflict_do_nothing(index_elements=["guid"])
        await db.execute(gate, [row_of(row.item) for row in born])
    place = (
        update(items).where(items.c.guid == bindparam("of")).values(rank=bindparam("at"), last_seen=bindparam("seen"))
    )
    await db.execute(place, [{"of": row.item.guid, "at": row.item.rank, "seen": at} for row in changes.rows])
    for row in changes.rows:
        if row.before is not None:
            await _reword(db, row.item)


async def _reword(db: AsyncConnection, item: Item) -> None:
    """The new wording into the item, the old one beside it."""
    old = item.revisions[-1]
    await db.execute(revisions.insert().values(guid=item.guid, title=old.title, seen_at=old.seen_at))
    new = {"title": item.title, "title_fold": text.fold(item.title), "link": item.link, "updated": item.updated}
    await db.execute(update(items).where(items.c.guid == item.guid).values(**new))


async def _publish(db: AsyncConnection, channel: Channel, at: datetime, press: Press) -> None:
    """A new version of the feed, if its documents differ; Last-Modified grows by at least a second."""
    newest = (
        select(items)
        .where(items.c.source.in_(channel.sources))
        .order_by(items.c.published.desc(), items.c.id.desc())
        .limit(channel.max_items)
    )
    documents = await press(channel, await _load(db, newest))
    packed = await asyncio.to_thread(pack, documents)
    before = (await db.execute(_version(channel.name))).mappings().first()
    facts = {"channel": channel_digest(channel), **packed}
    if before is None:
        await db.execute(versions.insert().values(feed=channel.name, revision=1, last_modified=at, **facts))
    elif any(before[column] != value for column, value in packed.items()):
        later = max(at, before["last_modified"] + SECOND)
        bump = update(versions).where(versions.c.feed == channel.name)
        await db.execute(bump.values(revision=before["revision"] + 1, last_modified=later, **facts))
    elif before["channel"] != facts["channel"]:
        await db.execute(update(versions).where(versions.c.feed == channel.name).values(channel=facts["channel"]))
