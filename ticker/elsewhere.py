"""What those who poll elsewhere know of each source, for a process that only serves: read again every few seconds."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from ticker.errors import StoreError
from ticker.metrics import Metrics
from ticker.model import Health
from ticker.serve import Facts
from ticker.store import Plan, Store

LOOK = 2.0  # seconds between two looks
SHARE = 20  # times what a look takes, at least: with 10,000 sources it takes half a second
COUNT = 60.0  # seconds between two counts of what is kept
MOST = 500  # sources that are asked for their newest line in one look

log = structlog.get_logger()


class Elsewhere:
    """As of the last look.

    Args:
        store: the one that they write.
        metrics: told how each source stands.
        clock: the present instant, aware.
        on_state: told the name of a source and its state, whenever that is another.
    """

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
        on_state: Callable[[str, str], None],
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._on_state = on_state
        self._plans: Mapping[str, Plan] = {}
        self._ahead = timedelta()  # of the database's clock, before ours
        self._health: Mapping[str, Health] = {}
        self._newest: dict[str, datetime] = {}
        self._asked: dict[str, datetime | None] = {}  # source -> when its list had changed, as its newest line was read
        self._trouble = ""

    def next_poll(self, source: str) -> datetime | None:
        """When it is polled next, by our clock."""
        plan = self._plans.get(source)
        return plan.due - self._ahead if plan else None

    def facts(self, source: str) -> Facts:
        """What is known of the source of this name, for people."""
        plan, newest = self._plans.get(source), self._newest.get(source)
        if plan is None:
            return Facts(last_new=newest)
        return Facts(plan.reason, plan.risk, plan.note, newest, plan.lateness if plan.polled_at else None)

    async def keep_looking(self) -> None:
        """Until cancelled; a store that refuses is told of once, and what was known stands."""
        loop = asyncio.get_running_loop()
        counted = loop.time()
        while True:
            began = loop.time()
            try:
                await self.look()
                if began - counted >= COUNT:
                    self._metrics.kept(await self._store.count())
                    counted = began
            except StoreError as error:
                self._tell(str(error))
            else:
                self._tell("")
            await asyncio.sleep(max(LOOK, SHARE * (loop.time() - began)))

    async def look(self) -> None:
        """Once. Raises StoreError."""
        standing, health = await self._store.plans.all(), await self._store.health()
        before, self._health = self._health, health
        self._plans, self._ahead = standing.plans, standing.now - self._clock()
        for name, found in health.items():
            if found != before.get(name):
                self._metrics.stands(found)
            if name in before and before[name].state != found.state:
                self._on_state(name, found.state)
        changed = [name for name, plan in standing.plans.items() if self._asked.get(name, ...) != plan.heard][:MOST]
        self._newest |= await self._store.newest_lines(changed)
        for name in changed:
            self._asked[name] = standing.plans[name].heard
        for name in standing.plans:
            self._metrics.planned(name, self.next_poll(name))
            self._metrics.last_new(name, self._newest.get(name))

    def _tell(self, trouble: str) -> None:
        before, self._trouble = self._trouble, trouble
        if trouble and trouble != before:
            log.error("store", detail=f"how sources are doing is not known at the moment: {trouble}")
