"""Keep everything that was ever seen, and the feeds as published: one transaction a poll.

Poll writes, the server reads, and they meet nowhere else. Every error of the database leaves as
a StoreError, after which nothing of that transaction was kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ticker.errors import Cause, ConflictError, StoreError
from ticker.model import (
    Archive,
    Changes,
    Channel,
    Feed,
    Health,
    Item,
    Known,
    Last,
    Page,
    Poll,
    Press,
    Validators,
    Version,
)
from ticker.store.archives import close_archives, count_archives, subscription, unarchived
from ticker.store.changes import FAILING, ensure, keep_items, publish, success, trouble
from ticker.store.copies import Begun, ContradictionError, Copies, refuse_unfinished
from ticker.store.engine import open_engine
from ticker.store.evidence import EvidenceLocker, keep_page, pack_body
from ticker.store.hearing import Hearing
from ticker.store.history import History
from ticker.store.hours import Hours, count_poll, ending
from ticker.store.moment import Contents
from ticker.store.news import Arrivals
from ticker.store.notices import Notices
from ticker.store.order import in_turn, is_first, owed_now
from ticker.store.past import Past
from ticker.store.plans import Plan, Plans, Standing
from ticker.store.queries import (
    MEMORY,
    lists_since,
    load,
    newest_query,
    repaired_since,
    version_query,
)
from ticker.store.readonly import hindrance
from ticker.store.records import FORM, KINDS, Record, RecordError
from ticker.store.refusals import refused
from ticker.store.retention import Outdated, Retention
from ticker.store.rows import (
    KeptPoll,
    KeptRow,
    archive_of,
    decided,
    health_of,
    pack_rows,
    stands_for,
    still_listed,
    version_of,
)
from ticker.store.search import Finder
from ticker.store.subscriptions import Announcements, Subscriptions, listening
from ticker.store.sweep import Sweep
from ticker.store.tables import archives, items, polls, sources, versions
from ticker.store.together import Together, Write
from ticker.store.turn import Turn

__all__ = [
    "FAILING",
    "FORM",
    "KINDS",
    "Begun",
    "Contents",
    "ContradictionError",
    "KeptPoll",
    "KeptRow",
    "Outdated",
    "Plan",
    "Record",
    "RecordError",
    "Standing",
    "Store",
]


REST = 5.0  # seconds that closing waits for transactions
# Options of a transaction that writes, and of one that reads, which sees one moment.
_OWN: dict[bool, dict[str, Any]] = {True: {"write": True}, False: {"write": False}}
_SHARED: dict[bool, dict[str, Any]] = {
    True: {"isolation_level": "READ COMMITTED"},
    False: {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Store:
    """The database. Open it with `Store.open`, close it with `close`."""

    def __init__(self, engine: AsyncEngine, keep_polls: timedelta, url: str = "") -> None:
        self._engine = engine
        self.keep_polls = keep_polls
        self.shared = engine.dialect.name != "sqlite"  # by several processes, which all publish
        self._options = _SHARED if self.shared else _OWN
        self._paced = False
        self.hearing = Hearing(url, shared=self.shared)  # of other processes
        self.turn = Turn(url, shared=self.shared)  # to tell hubs and people, which one process does
        self._writing = asyncio.Lock()
        self._under_way = 0  # transactions, and those that wait for their turn
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._closed = False
        self._notes = Together(self._transaction)  # that change no feed
        self._lists = Together(partial(self._transaction, ordered=True))  # that do
        self.subscriptions = Subscriptions(self._transaction)  # of the embedded hub
        self.announcements = Announcements(self._transaction)  # to foreign hubs
        self.notices = Notices(self._transaction)  # to people: of trouble and of headlines
        self.history = History(self._transaction)  # when each source prints
        self.plans = Plans(self._transaction, self._notes)  # of those who poll by a queue
        self.evidence = EvidenceLocker(self._transaction)  # of polls that kept nothing
        finder = Finder(self._transaction)
        self.find, self.search = finder.find, finder.search
        arrivals = Arrivals(self._transaction)
        self.cursor, self.news = arrivals.cursor, arrivals.news
        hours = Hours(self._transaction)
        self.printed, self.polled = hours.printed, hours.polled
        self.printed_together, self.polled_together = hours.printed_together, hours.polled_together
        self.copies = Copies(self._in_order)  # for export and import
        self.retention = Retention(self._in_order)  # what is not kept for ever
        past = Past(self._in_order)  # for a replay
        self.kept, self.count_kept, self.items_of = past.kept, past.count_kept, past.items_of
        self.known_at, self.gone, self.adopt = past.known_at, past.gone, past.adopt
        sweep = Sweep(self._transaction)
        self.glances, self.first_archive = sweep.glances, sweep.first_archive
        self._news: dict[str, tuple[int, datetime | None]] = {}  # source -> its revision, and `last_new` as of that

    @classmethod
    async def open(cls, url: str, *, keep_polls: timedelta = timedelta(days=30), to_import: bool = False) -> Self:
        """Open or make the database at *url*; an older one is upgraded in place.

        Args:
            url: `sqlite:///path`, or `postgresql://user@host/database`.
            keep_polls: how long the rows of polls are kept for replay.
            to_import: open it even where an import has begun and not ended.

        Raises:
            StoreError: it cannot be opened, or only to import what is missing.
        """
        store = cls(await open_engine(url), keep_polls, url)
        try:
            if not to_import:
                async with store._transaction(write=False) as db:
                    await refuse_unfinished(db)
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def hindrance(self) -> str:
        """Why nothing can be kept, though what was published can be read; empty where it can, a full disk apart."""
        file = self._engine.url.database
        return hindrance(file) if file and file != ":memory:" else ""

    def publish_apart(self, seconds: float) -> None:
        """From now on, let so many seconds pass between two transactions that publish, or more: see `Together`.

        Where the database is shared, no feed is published twice in a second then, whoever does it: see `publish_owed`.
        """
        self._lists.apart = seconds
        self._paced = True

    async def close(self) -> None:
        """Let go of all connections, once the transactions have ended: one that is in use then would be lost.

        Whoever asks after that gets a StoreError.
        """
        await self.turn.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(REST):
                await self._at_rest.wait()
        self._closed = True
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self, *, write: bool, ordered: bool = False) -> AsyncIterator[AsyncConnection]:
        """Writers of this process take turns here: in SQLite's own queue the unlucky wait for ever, and are refused.

        Args:
            ordered: it keeps items or publishes, which is done one after the other over all processes (`order`).
        """
        if self._closed:
            raise StoreError("store: it has been closed")
        self._under_way += 1
        self._at_rest.clear()
        try:
            alone = write and (ordered or not self.shared)
            async with self._writing if alone else nullcontext(), self._engine.connect() as plain:
                db = await plain.execution_options(**self._options[write])
                async with db.begin():
                    if ordered:
                        await in_turn(db)
                    yield db
        except (SQLAlchemyError, OSError) as error:  # the one way out of the network that SQLAlchemy does not know
            raise refused(error) from error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._at_rest.set()

    def _in_order(self, *, write: bool) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._transaction(write=write, ordered=write)

    # What a poll needs

    async def last(self, source: str) -> Last:
        """Validators and digest of the last accepted list."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(sources).where(sources.c.name == source))).mappings().first()
            if row is None:
                return Last()
            if row["revision"] != self._news.get(source, (None, None))[0]:
                self._news[source] = (row["revision"], await db.scalar(newest_query(source)))
        has_any = row["etag"] or row["last_modified"]
        validators = Validators(row["url"], row["etag"], row["last_modified"]) if has_any else None
        return Last(validators, row["digest"])

    def last_new(self, source: str) -> datetime | None:
        """When a new line of *source* was seen last, as of when `last` was asked last; None before there was any."""
        return self._news.get(source, (0, None))[1]

    async def newest_lines(self, names: Iterable[str]) -> dict[str, datetime]:
        """When a new line of each of these sources was seen last; one without any is missing."""
        async with self._transaction(write=False) as db:
            found = {name: await db.scalar(newest_query(name)) for name in names}
        return {name: at for name, at in found.items() if at is not None}

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
            repaired = await repaired_since(db, source)
        return Known(
            revision=row["revision"],
            listed=tuple(still_listed(item, row["last_good"]) for item in listed),
            memory=tuple(memory),
            last_good=row["last_good"],
            lists=(row["digest"], *(digest for digest, _ in lists if digest != row["digest"])) if row["digest"] else (),
            longest=max((size for _, size in lists), default=0),
            doubted=row["doubted"],
            repaired=repaired,
        )

    async def taken(self, source: str, since: datetime) -> frozenset[datetime]:
        """The `published` instants of the items of *source* from *since* on."""
        query = select(items.c.published).where(items.c.source == source, items.c.published >= since)
        async with self._transaction(write=False) as db:
            return frozenset((await db.scalars(query)).all())

    async def apply(
        self,
        source: str,
        changes: Changes,
        *,
        page: Page,
        known: Known,
        channels: Iterable[Channel],
        press: Press,
        cause: Cause | None = None,
        detail: str = "",
        advice: str = "",
        goes_on: bool = False,
    ) -> None:
        """Keep an accepted list, with the validators of its page and the feeds that it changes.

        Args:
            source: its name.
            changes: a row for each line of the list.
            page: where the list was read.
            known: what *changes* were made from.
            channels: the feeds that the source belongs to.
            press: makes their documents.
            cause: what is wrong all the same: `gap` or `list-frozen`.
            detail: what is to be said of it, or of how the page was read.
            advice: lines of config.yaml that would make permanent how the list was found.
            goes_on: a gap before it stands, as if the list were the same.

        Raises:
            ConflictError: another poll was kept since *known* was read; reconcile again.
        """
        validators = page.validators or Validators(page.url)  # a page without any must not leave those of another

        async def keep(db: AsyncConnection) -> None:
            await db.execute(ensure(source))
            good = success(
                page.fetched_at,
                validators,
                saved=page.saved,
                anew=not goes_on,
                cause=cause,
                detail=detail,
                advice=advice,
            )
            accepted = await db.execute(
                update(sources)
                .where(sources.c.name == source, sources.c.revision == known.revision)
                .values(revision=known.revision + 1, digest=changes.digest, **good)
            )
            if accepted.rowcount != 1:
                raise ConflictError(f"another poll of {source} was kept meanwhile")
            await keep_items(db, source, changes, page.fetched_at, known.last_good)
            await self._keep_rows(db, source, changes, page.fetched_at, known.last_good, advice)

        differs = changes.of("new", "edited") or any(row.before for row in changes.rows)
        feeds = {
            channel.name: partial(publish, channel=channel, at=page.fetched_at, press=press, paced=self._paced)
            for channel in (channels if differs else ())
        }
        kept = feeds or changes.of("repost") or any(row.was for row in changes.rows)
        await (self._lists if kept else self._notes)(Write(keep, feeds))

    async def unchanged(
        self,
        source: str,
        at: datetime,
        validators: Validators | None,
        *,
        saved: bool = False,
        cause: Cause | None = None,
        detail: str = "",
        advice: str = "",
    ) -> None:
        """Note a poll that found the same list; what was said of that list stands, unless there is something new.

        Args:
            source: its name.
            at: when the page was read.
            validators: of the page; None keeps those we have (304), and the advice.
            saved: the page may be older than the last poll.
            cause: `list-frozen`, where it stays the same for too long.
            detail: as of `apply`.
            advice: as of `apply`.
        """
        read = None if validators is None else advice
        told = success(at, validators, saved=saved, anew=False, cause=cause, detail=detail, advice=read)

        async def note(db: AsyncConnection) -> None:
            await db.execute(update(sources).where(sources.c.name == source).values(**told))
            await count_poll(db, source, at, "unchanged" if validators else "not-modified", self.keep_polls)

        await self._notes(Write(note))

    async def failed(self, poll: Poll) -> None:
        """Note a poll that was refused or failed, with its page; the items, the list and the feeds stay as they are."""
        packed = await asyncio.to_thread(pack_body, poll.evidence) if poll.evidence else b""

        async def note(db: AsyncConnection) -> None:
            await db.execute(ensure(poll.source))
            await db.execute(update(sources).where(sources.c.name == poll.source).values(**trouble(poll)))
            if poll.evidence is not None:
                await keep_page(db, poll.evidence, packed)
            rows = [KeptRow(row) for row in poll.rows]
            good = select(sources.c.last_good).where(sources.c.name == poll.source).scalar_subquery()
            await db.execute(
                polls.insert().values(
                    source=poll.source,
                    at=poll.at,
                    outcome=poll.outcome,
                    cause=poll.cause,
                    detail=poll.detail,
                    last_good=good,
                    size=len(rows) or None,
                    rows=pack_rows(rows) if rows else None,
                )
            )
            await count_poll(db, poll.source, poll.at, ending(poll), self.keep_polls)

        await self._notes(Write(note))

    async def _keep_rows(
        self, db: AsyncConnection, source: str, changes: Changes, at: datetime, last_good: datetime | None, advice: str
    ) -> None:
        await db.execute(
            polls.insert().values(
                source=source,
                at=at,
                outcome="changed",
                detail=advice,  # of a repair: so it is told from a list that was read as configured
                last_good=last_good,
                digest=changes.digest,
                size=len(changes.rows),
                rows=pack_rows(decided(changes)),
            )
        )
        await db.execute(delete(polls).where(polls.c.source == source, polls.c.at < at - self.keep_polls))
        await count_poll(db, source, at, "changed", self.keep_polls)

    async def republish(self, channels: Iterable[Channel], now: datetime, press: Press) -> None:
        """Make a new version of each feed whose configuration has changed since it was published, or that is damaged.

        A new release alone changes nothing that readers have: not before the next change of items.
        """
        for channel in channels:
            async with self._transaction(write=False) as db:
                row = (await db.execute(version_query(channel.name))).mappings().first()
                some = await db.scalar(select(items.c.id).where(items.c.source.in_(channel.sources)).limit(1))
                stands = row is not None and _stands(row, await listening(db, channel))
            if some is not None and not stands:
                async with self._transaction(write=True, ordered=True) as db:
                    row = (await db.execute(version_query(channel.name))).mappings().first()
                    if row is None or not _stands(row, await listening(db, channel)):  # another may have been first
                        await publish(db, channel, now, press)

    async def owes(self, feeds: Iterable[str]) -> bool:
        """Whether there is more of one of these feeds than was published: see `publish_owed`."""
        if not self.shared:
            return False
        async with self._transaction(write=False) as db:
            owed = await db.scalars(select(versions.c.feed).where(versions.c.owed))
            return not set(feeds).isdisjoint(owed.all())

    async def publish_owed(self, channels: Mapping[str, Channel], now: datetime, press: Press) -> int:
        """Publish what came in the same second as a version before it, once that is over; how many feeds.

        Of several processes one does it, and that may be another than the one that owes it, which may have ended.
        """
        async with self._transaction(write=False) as db:
            owed = [name for name in (await db.scalars(owed_now())).all() if name in channels]
        failed: Exception | None = None
        for name in owed:
            try:
                async with self._transaction(write=True) as db:
                    if not await is_first(db):
                        return 0
                    await in_turn(db)
                    if name in (await db.scalars(owed_now())).all():
                        await publish(db, channels[name], now, press)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug of one feed is none of the others; raised below
                failed = error
        if failed is not None:
            raise failed
        return len(owed)

    async def close_archives(self, channel: Channel, now: datetime, press: Press) -> int:
        """Close what is to be closed, in a transaction of its own that takes no longer than a poll can wait.

        For a database that an older release has filled, or bounds that were narrowed: else each poll closes
        what it must. Call it until it returns 0, and let polls in between. What readers have stays as it is,
        unless it was published meanwhile: then there may be items in neither it nor an archive.

        Returns:
            How many were closed; 0 when nothing is left to do.
        """
        async with self._transaction(write=True, ordered=True) as db:
            closed, _ = await close_archives(db, channel, now, press)
            lacking = select(versions.c.feed).where(versions.c.feed == channel.name, versions.c.whole.is_(False))
            if not closed and await db.scalar(lacking) is not None:
                await publish(db, channel, now, press)
        return closed

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

    async def newest(self, source: str | None, *, limit: int) -> list[Item]:
        """Items of one source or of all, newest first, with their old wordings."""
        return await self.search(source, limit=limit, reposts=False)

    async def count(self) -> int:
        """How many items are kept."""
        async with self._transaction(write=False) as db:
            return await db.scalar(select(func.count()).select_from(items)) or 0

    async def item(self, guid: str) -> Item | None:
        """One item with its old wordings."""
        async with self._transaction(write=False) as db:
            found = await load(db, select(items).where(items.c.guid == guid))
            if not found:
                return None
            good = await db.scalar(select(sources.c.last_good).where(sources.c.name == found[0].source))
        return still_listed(found[0], good)

    async def health_of(self, source: str) -> Health:
        """How one source is doing; waiting, where it was never polled."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(select(sources).where(sources.c.name == source))).mappings().first()
        return health_of(row) if row else Health(source, "waiting")

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
    return stands_for(row["channel"], channel)
