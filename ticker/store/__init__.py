"""Keep everything that was ever seen, and the feeds as published: one transaction a poll.

Where several processes share the database, that transaction notes which feeds are owed, and each is published after it.
Poll writes, the server reads, and they meet nowhere else. Every error of the database leaves as
a StoreError, after which nothing of that transaction was kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ticker.errors import Cause, ConflictError, RacedError, StoreError
from ticker.model import Changes, Channel, Health, Item, Known, Last, Page, Poll, Press, Validators
from ticker.store.changes import FAILING, ensure, keep_items, publish, success, trouble
from ticker.store.copies import Begun, ContradictionError, Copies, refuse_unfinished
from ticker.store.engine import open_engine
from ticker.store.evidence import EvidenceLocker, keep_page, pack_body
from ticker.store.feeds import Feeds
from ticker.store.hearing import Hearing
from ticker.store.history import History
from ticker.store.hours import Hours, count_poll, ending
from ticker.store.moment import Contents
from ticker.store.news import Arrivals
from ticker.store.notices import Notices
from ticker.store.order import in_turn, owe, raced
from ticker.store.past import Past
from ticker.store.plans import Plan, Plans, Standing
from ticker.store.queries import MEMORY, lists_since, load, newest_query, repaired_since
from ticker.store.readonly import hindrance
from ticker.store.records import FORM, KINDS, Record, RecordError
from ticker.store.refusals import refused
from ticker.store.retention import Outdated, Retention
from ticker.store.rows import KeptPoll, KeptRow, decided, health_of, pack_rows, still_listed
from ticker.store.search import Finder
from ticker.store.subscriptions import Announcements, Subscriptions
from ticker.store.sweep import Sweep
from ticker.store.tables import items, polls, sources
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
_STEADY: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
_SOURCE = select(sources).where(sources.c.name == bindparam("name"))  # written once: with each poll
_SINGLE: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}


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
        self.plans = Plans(self._transaction, self._notes, self._statements)  # of those who poll by a queue
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
        feeds = Feeds(self._transaction, self._to_publish, shared=self.shared)
        self._follow = feeds.follow
        self.republish, self.owes, self.publish_owed = feeds.republish, feeds.owes, feeds.publish_owed
        self.close_archives, self.archive, self.archives = feeds.close_archives, feeds.archive, feeds.archives
        self.revisions, self.version, self.published_for = feeds.revisions, feeds.version, feeds.published_for
        self.live = feeds.live
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

        Where the database is shared, no feed is published twice in a second instead, whoever does it: `publish_owed`.
        """
        self._lists.apart = 0.0 if self.shared else seconds
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
    async def _transaction(
        self, *, write: bool, ordered: bool = False, steady: bool = False, single: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Writers of this process take turns here: in SQLite's own queue the unlucky wait for ever, and are refused.

        Args:
            ordered: it keeps items, which is done one after the other over all processes (`order`).
            steady: a writer sees one moment, and raises RacedError where another one of its rows was first.
            single: each statement sees a moment of its own, and spares the server a BEGIN and a COMMIT.
        """
        if self._closed:
            raise StoreError("store: it has been closed")
        self._under_way += 1
        self._at_rest.clear()
        try:
            alone = write and (ordered or not self.shared)
            async with self._writing if alone else nullcontext(), self._engine.connect() as plain:
                db = await plain.execution_options(**self._options_of(write=write, steady=steady, single=single))
                async with db.begin():
                    if ordered:
                        await in_turn(db)
                    yield db
        except (SQLAlchemyError, OSError) as error:  # the one way out of the network that SQLAlchemy does not know
            if steady and raced(error):
                raise RacedError("store: another process was first") from error
            raise refused(error) from error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._at_rest.set()

    def _options_of(self, *, write: bool, steady: bool, single: bool) -> dict[str, Any]:
        if self.shared and steady:
            return _STEADY
        return _SINGLE if self.shared and single else self._options[write]

    def _in_order(self, *, write: bool) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._transaction(write=write, ordered=write)

    def _to_publish(self, *, write: bool) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._transaction(write=write, steady=True)

    def _statements(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._transaction(write=False, single=True)

    # What a poll needs

    async def last(self, source: str) -> Last:
        """Validators and digest of the last accepted list."""
        async with self._statements() as db:
            row = (await db.execute(_SOURCE, {"name": source})).mappings().first()
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
            row = (await db.execute(_SOURCE, {"name": source})).mappings().first()
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
            Exception: a bug of *press*; nothing was kept, but where other processes publish too all was, and is owed.
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
            if feeds and self.shared:
                await owe(db, feeds)

        differs = changes.of("new", "edited") or any(row.before for row in changes.rows)
        feeds = {channel.name: channel for channel in (channels if differs else ())}
        kept = feeds or changes.of("repost") or any(row.was for row in changes.rows)
        at, at_once = page.fetched_at, {} if self.shared else feeds
        press_all = {name: partial(publish, channel=at_once[name], at=at, press=press) for name in at_once}
        await (self._lists if kept else self._notes)(Write(keep, press_all))
        if self.shared:
            await self._follow(feeds.values(), at, press, paced=self._paced)

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

    # What the server and the command line read

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
