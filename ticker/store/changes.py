"""What a poll writes: the state of its source, its items, the feeds that they change."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Case, ColumnElement, Insert, and_, bindparam, case, delete, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker import text
from ticker.errors import Cause
from ticker.model import Changes, Channel, Item, Poll, Press, Revision, Validators
from ticker.store.archives import close_archives, subscription
from ticker.store.order import SET_BACK, is_shared, second_of, tell
from ticker.store.queries import version_query
from ticker.store.rows import packed_apart, revision_row, row_of
from ticker.store.subscriptions import listening
from ticker.store.tables import Instant, items, owed, revisions, sources, versions
from ticker.store.upsert import insert

FAILING = 3  # polls in a row with a cause until "suspect" becomes "failing"
SECOND = timedelta(seconds=1)
_NO_PAGE = ("unreachable", "refused", "challenged")


def ensure(source: str) -> Insert:
    """A row for a source that has none yet."""
    new = {"name": source, "revision": 0, "state": "waiting", "detail": "", "streak": 0}
    return insert(sources).values(**new).on_conflict_do_nothing(index_elements=["name"])


def success(
    at: datetime,
    validators: Validators | None,
    *,
    saved: bool,
    anew: bool,
    cause: Cause | None = None,
    detail: str = "",
    advice: str | None = "",
) -> dict[str, Any]:
    """Columns of a source after a poll that kept its list.

    A saved page never moves `last_good` back; a poll does, after a clock that was wrong has been set right.

    Args:
        anew: the list differed; where it is as it was, what was said of it stands, a gap before it too.
        cause: `gap` or `list-frozen`, which are troubles though the list is kept.
        advice: None where no page was read, as after a 304: what was advised stands.
    """
    values: dict[str, Any] = {"last_good": _later(sources.c.last_good, at) if saved else at, "doubted": None}
    values |= _troubled(at, cause, detail) if cause else _good(at, detail) if anew else _as_before(at, detail, advice)
    if advice is not None:
        values |= {"advice": advice}
    if validators is not None:
        values |= {"url": validators.url, "etag": validators.etag, "last_modified": validators.last_modified}
    return values


def _good(at: datetime, detail: str) -> dict[str, Any]:
    since = case((sources.c.state == "healthy", sources.c.since), else_=literal(at, Instant))
    return {"since": since, "state": "healthy", "streak": 0, "cause": None, "detail": detail}


def _as_before(at: datetime, detail: str, advice: str | None) -> dict[str, Any]:
    """After the same list again: trouble is over, but for a gap, which stands until the next list that differs."""
    gap = sources.c.cause == "gap"
    stands = or_(sources.c.state == "healthy", gap)
    said = stands if advice is None else and_(stands, sources.c.advice == advice)  # it spoke of what was found out
    return {
        "since": case((stands, sources.c.since), else_=literal(at, Instant)),
        "state": case((gap, sources.c.state), else_="healthy"),
        "streak": case((gap, sources.c.streak), else_=0),
        "cause": case((gap, sources.c.cause), else_=None),
        "detail": case((said, sources.c.detail), else_=detail),
    }


def _troubled(at: datetime, cause: Cause, detail: str) -> dict[str, Any]:
    """After a poll with a cause: a streak goes on, but that of gaps is their own, for the list before was read."""
    goes_on = and_(sources.c.streak > 0, *([sources.c.cause == cause] if cause == "gap" else []))
    streak = case((goes_on, sources.c.streak + 1), else_=1)
    return {
        "since": case((goes_on, sources.c.since), else_=literal(at, Instant)),
        "state": case((streak >= FAILING, "failing"), else_="suspect"),
        "cause": cause,
        "detail": detail,
        "streak": streak,
    }


def _later(column: ColumnElement[datetime], at: datetime) -> Case[datetime]:
    return case((column > at, column), else_=literal(at, Instant))


def trouble(poll: Poll) -> dict[str, Any]:
    """Columns of a source after a poll that kept nothing; none where nothing is wrong with the page.

    Advice on a page that has another shape by now goes with it.
    """
    values: dict[str, Any] = {"doubted": poll.doubted}
    if poll.cause is not None:
        values |= _troubled(poll.at, poll.cause, poll.detail)
        values |= {} if poll.cause in _NO_PAGE else {"advice": poll.advice}
    return values


async def keep_items(
    db: AsyncConnection, source: str, changes: Changes, at: datetime, last_good: datetime | None
) -> None:
    """The gate: a guid that is there already is never inserted again, whoever polls at the same time."""
    await db.execute(
        update(items)
        .where(items.c.source == source, items.c.rank.is_not(None))
        .values(rank=None, last_seen=_later(items.c.last_seen, last_good or at))
    )
    if born := changes.of("new", "repost"):
        gate = insert(items).on_conflict_do_nothing(index_elements=["guid"])
        await db.execute(gate, [row_of(row.item) for row in reversed(born)])  # store order: the oldest first
    place = (
        update(items)
        .where(items.c.guid == bindparam("of"))
        .values(rank=bindparam("at"), last_seen=bindparam("seen"), gone_at=None)
    )
    await db.execute(place, [{"of": row.item.guid, "at": row.item.rank, "seen": at} for row in changes.rows])
    for row in changes.rows:
        if row.was is not None:
            await _revise(db, row.item, row.was)
    if changes.gone:
        await db.execute(update(items).where(items.c.guid.in_(changes.gone)).values(gone_at=at))


async def _revise(db: AsyncConnection, item: Item, was: Revision) -> None:
    """What the item says now into it, what it said beside it."""
    await db.execute(revisions.insert().values(**revision_row(item.guid, was)))
    words = {"title": item.title, "title_fold": text.fold(item.title), "link": item.link, "updated": item.updated}
    said = {"printed": item.printed, "clock": item.clock and item.clock.isoformat(), "printed_at": item.printed_at}
    new = update(items).where(items.c.guid == item.guid)
    await db.execute(new.values(**words, **said, revised=len(item.revisions)))


async def publish(db: AsyncConnection, channel: Channel, at: datetime, press: Press, *, paced: bool = False) -> None:
    """Close what is to be closed, and a new version of the feed if its documents differ.

    Last-Modified grows by at least a second. A feed that has no item yet is not published.

    Args:
        at: when the poll was that brings news.
        paced: not twice in a second, where several processes publish: it stays owed then until that is over; but after
            their clock was set back, Last-Modified grows by a second a version until that is over, as else.
    """
    at, channel = await second_of(db, at), await listening(db, channel)
    before = (await db.execute(version_query(channel.name))).mappings().first()
    ahead = before["last_modified"] - at if before and paced and is_shared(db) else None
    if ahead is not None and timedelta() <= ahead <= timedelta(seconds=SET_BACK):
        return
    await db.execute(delete(owed).where(owed.c.feed == channel.name))  # no more of it than this transaction sees
    _, held = await close_archives(db, channel, at, press)
    feed = await subscription(db, channel, held, before["updated"] if before else None)
    if feed is None:
        return
    packed = await packed_apart(await press(feed))
    facts = {"channel": channel.digest, "updated": feed.updated, "whole": held.fits(channel)}
    if before is None:
        new = {"feed": channel.name, "revision": 1, "last_modified": at}
        await db.execute(versions.insert().values(**new, **facts, **packed))
        await tell(db)
        return
    if any(before[column] != value for column, value in packed.items()):
        later = max(at, before["last_modified"] + SECOND)
        facts |= {"revision": before["revision"] + 1, "last_modified": later, **packed}
    if any(before[column] != value for column, value in facts.items()):
        await db.execute(update(versions).where(versions.c.feed == channel.name).values(**facts))
        await tell(db)
