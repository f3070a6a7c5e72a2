"""What those who poll by a queue know of each source from poll to poll, so that whoever is next goes on from there.

Instants are those of the database's clock, to the millisecond: the clocks of the workers may differ.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import BigInteger, RowMapping, Update, bindparam, delete, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.model import Health
from ticker.store.among import among
from ticker.store.rows import health_of
from ticker.store.subscriptions import Transactions
from ticker.store.tables import Present, plans, sources
from ticker.store.together import Together, Write
from ticker.store.upsert import insert

AT_A_TIME = 500  # plans in one statement
SET_BACK = 60_000  # milliseconds to come, in which nobody can have polled: the clock of the database was set back

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """When a source is polled next, why, and what its last poll left to be known."""

    source: str
    host: str
    due: datetime
    most: timedelta  # the longest wait of the settings that it was planned by
    asked: datetime | None = None  # not before, says its host
    polled_at: datetime | None = None  # when its last poll began; None before the first
    heard: datetime | None = None  # when the last one began that changed its list
    lateness: timedelta = timedelta()  # of the last poll
    failures: int = 0  # polls in a row that brought no page
    state: str = "waiting"  # after the last poll; "failing" too where the store refused it
    reason: str = ""  # why the next poll is when it is; plain phrases, as the next two
    risk: str = ""  # where the settings, or what the host asks, forbid polling often enough
    note: str = ""  # what the host asks of us, what is odd about its page
    halved: bool = False  # the wait, after a gap
    crawl_delay: timedelta = timedelta()  # that the host asks for
    fresh_until: datetime | None = None  # says the Cache-Control of its page, by the clock of who polled it
    fickle_until: datetime | None = None  # until then that is not believed
    worker: str = ""  # who polled it last


@dataclass(frozen=True, slots=True)
class Standing:
    """How some sources stand, each by name, at one instant of the database's clock."""

    now: datetime
    plans: Mapping[str, Plan]
    health: Mapping[str, Health]  # of those that have a plan and were polled before


class Plans:
    """A row a source. Only who polls by a queue writes them; anybody may read."""

    def __init__(
        self,
        transaction: Transactions,
        together: Together,
        statements: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    ) -> None:
        """*together* writes what several polls have to keep, *statements* are read each at a moment of its own."""
        self._transaction = transaction
        self._together = together
        self._statements = statements

    async def read(self, names: Collection[str]) -> Standing:
        """Of these sources; one that was never planned is missing."""
        async with self._statements() as db:
            return await _standing(db, list(names))

    async def all(self) -> Standing:
        """Of all sources, without their health."""
        async with self._transaction(write=False) as db:
            now = await _now(db)
            rows = (await db.execute(select(plans))).mappings().all()
        return Standing(now, {row["source"]: _plan_of(row, "") for row in rows}, {})

    async def keep(self, plan: Plan) -> None:
        """After a poll; nothing happens where a later one was kept, or the source was given up meanwhile."""
        values = _values(plan) | {"of": plan.source, "polled": plan.polled_at}
        del values["source"]

        async def note(db: AsyncConnection) -> None:
            await db.execute(_KEEP, values)

        await self._together(Write(note))

    async def admit(self, new: Sequence[Plan]) -> None:
        """Those that nobody has admitted meanwhile."""
        async with self._transaction(write=True) as db:
            for part in _parts(new):
                await db.execute(insert(plans).on_conflict_do_nothing(), [_values(plan) for plan in part])

    async def bring_forward(self, dues: Mapping[str, datetime]) -> None:
        """Poll these sources at that time, where it would be later."""
        if not dues:
            return
        nearer = update(plans).where(plans.c.source == bindparam("name"), plans.c.due > bindparam("soon"))
        async with self._transaction(write=True) as db:
            given = [{"name": name, "soon": due} for name, due in dues.items()]
            await db.execute(nearer.values(due=bindparam("soon")), given)

    async def forget(self, names: Iterable[str]) -> None:
        """They are polled no more."""
        async with self._transaction(write=True) as db:
            for part in _parts(list(names)):
                await db.execute(delete(plans).where(plans.c.source.in_(part)))


def _keep() -> Update:
    to_come = type_coerce(plans.c.polled_at, BigInteger) > type_coerce(Present(), BigInteger) + SET_BACK
    later = or_(plans.c.polled_at.is_(None), plans.c.polled_at <= bindparam("polled"), to_come)
    return update(plans).where(plans.c.source == bindparam("of"), later)


_KEEP = _keep()  # written once: with each poll


async def _now(db: AsyncConnection) -> datetime:
    return (await db.execute(select(Present().label("now")))).scalar_one()


async def _standing(db: AsyncConnection, names: list[str]) -> Standing:
    ours = [column.label(f"plan_{column.name}") for column in plans.c]
    both = plans.outerjoin(sources, sources.c.name == plans.c.source)
    query = select(Present().label("now"), sources, *ours).select_from(both).where(among(plans.c.source, names))
    rows = (await db.execute(query)).mappings().all()
    found = {row["plan_source"]: _plan_of(row, "plan_") for row in rows}
    health = {row["name"]: health_of(row) for row in rows if row["name"] is not None}
    return Standing(rows[0]["now"] if rows else await _now(db), found, health)


def _plan_of(row: RowMapping, prefix: str) -> Plan:
    return Plan(**{field.name: row[prefix + field.name] for field in fields(Plan)})


def _values(plan: Plan) -> dict[str, object]:
    return {field.name: getattr(plan, field.name) for field in fields(plan)}


def _parts(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[begin : begin + AT_A_TIME] for begin in range(0, len(items), AT_A_TIME))
