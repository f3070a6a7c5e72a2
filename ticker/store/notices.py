"""What people were told: the trouble of each source, and how far each target was told of headlines."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.model import Health, Item, Outcome, Poll
from ticker.store.rows import health_of, item_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import items, notified, polls, sources
from ticker.store.upsert import insert

MOST = 500  # items that are looked at: more of them in the hour that counts is no news any more, but an archive
AT_ONCE = 500  # sources in one query


@dataclass(frozen=True, slots=True)
class Sign:
    """What differs from one poll of a source to the next, whoever polls it."""

    state: str
    streak: int
    last_good: datetime | None
    doubted: str | None


class Notices:
    """The ledger of `ticker.announce`: at least once, whatever dies in between."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def alarmed(self) -> dict[str, datetime]:
        """Source -> since when the trouble is that people were told of, and not yet of its end."""
        query = select(sources.c.name, sources.c.alarmed).where(sources.c.alarmed.is_not(None))
        async with self._transaction(write=False) as db:
            return {row.name: row.alarmed for row in await db.execute(query)}

    async def alarm(self, told: Mapping[str, datetime | None]) -> None:
        """Source -> since when the trouble is that people know of; None: they know that it is over."""
        async with self._transaction(write=True) as db:
            for name, since in told.items():
                await db.execute(update(sources).where(sources.c.name == name).values(alarmed=since))

    async def follow(self, targets: Collection[str]) -> dict[str, int]:
        """How far each of *targets* was told; one that is new begins here, and all others are forgotten.

        Nothing is written where nothing changes; where the store refuses, that is as good until the next start.
        """
        async with self._transaction(write=False) as db:
            known: dict[str, int] = {row.target: row.item for row in await db.execute(select(notified))}
            newest: int = await db.scalar(select(func.max(items.c.id))) or 0
        if known.keys() != set(targets):
            with suppress(StoreError):
                await self._follow(targets, newest)
        return {target: known.get(target, newest) for target in targets}

    async def _follow(self, targets: Collection[str], newest: int) -> None:
        async with self._transaction(write=True) as db:
            await db.execute(delete(notified).where(notified.c.target.not_in(list(targets))))
            for target in targets:
                new = insert(notified).values(target=target, item=newest)
                await db.execute(new.on_conflict_do_nothing(index_elements=["target"]))

    async def told(self, target: str, item: int) -> None:
        """*target* knows of all items up to this one."""
        new = insert(notified).values(target=target, item=item)
        later = notified.c.item < item
        known = new.on_conflict_do_update(index_elements=["target"], set_={"item": item}, where=later)
        async with self._transaction(write=True) as db:
            await db.execute(known)

    async def news(self, after: int, since: datetime) -> tuple[int, list[Item]]:
        """The items kept after that number and first seen since then, newest first, and the number of the last.

        Without reposts, and without those of the first list of a source, none of which is news.
        """
        query = select(items).where(items.c.id > after).order_by(items.c.id.desc()).limit(MOST)
        async with self._transaction(write=False) as db:
            rows = (await db.execute(query)).mappings().all()
            found = [item_of(row) for row in rows if row["repost_of"] is None and row["first_seen"] >= since]
            first = await _first_lists(db, {item.source for item in found}, since)
        later = [item for item in found if item.source not in first or item.first_seen > first[item.source]]
        newest = sorted(later, key=lambda item: item.published, reverse=True)
        return max((row["id"] for row in rows), default=after), newest

    async def signs(self) -> tuple[int, dict[str, Sign]]:
        """The number of the newest item; and by source the last poll of each that fails, or of whose trouble is told.

        For who must tell of polls that others have kept, and looks for them all the time.
        """
        columns = (sources.c.name, sources.c.state, sources.c.streak, sources.c.last_good, sources.c.doubted)
        query = select(*columns).where(or_(sources.c.state == "failing", sources.c.alarmed.is_not(None)))
        async with self._transaction(write=False) as db:
            newest: int = await db.scalar(select(func.max(items.c.id))) or 0
            found = {name: Sign(*sign) for name, *sign in (await db.execute(query)).all()}
        return newest, found

    async def polled(self, names: Collection[str]) -> list[tuple[Sign, Poll, Health]]:
        """How these sources were polled last, in that order, and how they have been doing since."""
        noted = select(func.max(polls.c.at)).where(polls.c.source == sources.c.name).scalar_subquery().label("noted")
        wanted, found = list(names), list[tuple[Sign, Poll, Health]]()
        async with self._transaction(write=False) as db:
            for some in (wanted[n : n + AT_ONCE] for n in range(0, len(wanted), AT_ONCE)):
                rows = (await db.execute(select(sources, noted).where(sources.c.name.in_(some)))).mappings()
                found += [(_sign(row), _last_poll(row, health), health) for row in rows for health in [health_of(row)]]
        return sorted(found, key=lambda one: one[1].at)


def _sign(row: RowMapping) -> Sign:
    return Sign(row["state"], row["streak"], row["last_good"], row["doubted"])


def _last_poll(row: RowMapping, health: Health) -> Poll:
    """As far as it is kept: one that found the same list has no row of its own, but moves `last_good`."""
    at = max(when for when in (row["noted"], row["last_good"], row["since"]) if when is not None)
    outcome: Outcome = "failed" if health.cause else "refused" if row["doubted"] else "unchanged"
    return Poll(health.name, at, outcome, None, health.cause, health.detail)


async def _first_lists(db: AsyncConnection, names: Collection[str], since: datetime) -> dict[str, datetime]:
    """When the first list of a source was read, of those for which that was not before *since*."""
    found: dict[str, datetime] = {}
    for name in names:
        of_source: ColumnElement[bool] = and_(polls.c.source == name, polls.c.digest.is_not(None))
        earliest = await db.scalar(select(polls.c.at).where(of_source).order_by(polls.c.at).limit(1))
        if earliest is None or earliest < since:
            continue
        kept = await db.scalar(select(func.count()).select_from(polls).where(of_source)) or 0
        if kept >= (await db.scalar(select(sources.c.revision).where(sources.c.name == name)) or 0):
            found[name] = earliest  # else older ones were kept once, and are forgotten
    return found
