"""Wire settings to a worker: it polls what the queue hands it, beside any number of others, and serves nothing."""

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from random import SystemRandom
from uuid import uuid4

import structlog

from ticker import memory
from ticker.channels import published_channels
from ticker.config import Settings, warnings
from ticker.errors import TickerError
from ticker.jobs import Rounds, agree
from ticker.metrics import Metrics
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.reload import Watched, keep_up
from ticker.serve import QuietServer, listen, quiet_uvicorn, server_of, vitals
from ticker.service import (
    APART,
    PATIENCE,
    REFRESH,
    attempt,
    opened,
    prepare_process,
    republish,
    signals_to,
    system_clock,
)
from ticker.store import Store
from ticker.telling import behind

MEASURED = 5.0  # seconds between two looks at how late the queue is

log = structlog.get_logger()


async def run(
    settings: Settings, *, watched: Watched | None = None, listen_on: tuple[str, int] | None = None,
    stop: asyncio.Event | None = None,
) -> None:  # fmt: skip
    """Poll what the queue hands out until SIGTERM or SIGINT, or until *stop* is set.

    Then no poll is begun any more, those that run may finish for 5 s, and all that was taken is given back.

    Args:
        watched: read again on SIGHUP and when it changes; without it the settings stay.
        listen_on: host and port for `/healthz`, `/readyz` and `/metrics`.

    Raises:
        TickerError: the worker cannot start: the store is not on PostgreSQL, or not usable; the port is taken.
    """
    if not settings.store.startswith("postgres"):
        cure = "name one with store in config.yaml, or poll with `ticker run`"
        raise TickerError(f"a worker needs a store that it can share: PostgreSQL (docs/scaling.md); {cure}")
    stop, again = stop or asyncio.Event(), asyncio.Event()
    prepare_process()
    with signals_to(stop.set, again.set if watched else None), listen(*listen_on) if listen_on else nullcontext() as at:
        async with opened(settings) as (store, press):
            worker = _Worker(settings, store, press)
            await worker.take(settings)
            await worker.work(at, stop, watched, again)
    log.info("stopped")


class _Worker:
    """A worker and the settings that it works by."""

    def __init__(self, settings: Settings, store: Store, press: RenderThread) -> None:
        from ticker.jobs.queue import Queue  # an extra

        store.publish_apart(APART)
        self._store = store
        self._press = press
        self._random = SystemRandom()
        self._metrics = Metrics()
        self._poller = Poller({}, store, press, clock=system_clock, metrics=self._metrics)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._rounds = Rounds(self._poller, store.plans, worker=self.name, random=self._random)
        self._poller.sharing = self._rounds.sharing
        self._queue = Queue(settings.store, self._rounds, agree=self._agree, patience=PATIENCE, random=self._random)
        self._archiving: asyncio.Task[None] | None = None
        self.settings: Settings | None = None  # taken over last

    async def take(self, settings: Settings) -> None:
        """Go on by *settings*. Polls that run end as they began.

        Raises:
            StoreError: polls may go by the one and feeds by the other settings: it must be tried again.
        """
        for warning in warnings(settings):
            log.warning("config", detail=warning)
        channels = await published_channels(settings, self._store)
        known, before = await self._store.health(), self.settings
        if before is None:
            behind(system_clock(), known.values())
        else:
            names = {source.name for source in settings.sources}
            await self._store.plans.forget(source.name for source in before.sources if source.name not in names)
        self._store.keep_polls = settings.keep_polls
        self._metrics.adopt(channels.keys() - {""})
        self._metrics.kept(await self._store.count())
        self._poller.take(settings, channels)
        self._rounds.take(settings.sources)
        # Who published a moment ago may have done so by the settings of before: nobody else would make that good.
        await republish(self._store, channels, self._press)
        self._stop_archiving()
        self._archiving = asyncio.create_task(self._poller.catch_up())  # other workers may do so as well: in turn
        self.settings = settings
        await self._queue.agree()

    async def work(
        self, listening: socket.socket | None, stop: asyncio.Event, watched: Watched | None, again: asyncio.Event
    ) -> None:
        """Poll until *stop*, then give back what was taken."""
        beside = [asyncio.create_task(self._keep_up_to_date()), asyncio.create_task(self._measure())]
        if watched is not None:
            beside.append(asyncio.create_task(keep_up(watched, again, in_force=self._in_force, take=self.take)))
        for task in beside:
            task.add_done_callback(_tell_bug)
        answering = self._answering() if listening else None
        serving = asyncio.create_task(answering.serve(sockets=[listening])) if answering and listening else None
        memory.settle()
        at = "{}:{}".format(*listening.getsockname()[:2]) if listening else None
        log.info("working", worker=self.name, listening=at, sources=len(self._in_force().sources))
        await self._queue.run(stop)
        self._stop_archiving()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if answering and serving:
            answering.should_exit = True
            await serving

    def _stop_archiving(self) -> None:
        if self._archiving is not None:
            self._archiving.cancel()

    async def _agree(self) -> tuple[Mapping[str, timedelta], frozenset[str]]:
        """Bring plans and settings to agreement, for all workers: see `jobs.queue`."""
        sources, plans = self._in_force().sources, self._store.plans
        standing = await plans.all()
        lacking = any(source.name not in standing.plans for source in sources)
        read_before = await self._store.health() if lacking else {}
        wanted = agree(sources, standing.plans, read_before=read_before, now=standing.now, random=self._random)
        if wanted.admitted:
            await plans.admit(wanted.admitted)
        if wanted.nearer:
            await plans.bring_forward(wanted.nearer)
        if wanted.gone:
            await plans.forget(wanted.gone)
        return {host: due - standing.now for host, due in wanted.hosts.items()}, wanted.others

    async def _keep_up_to_date(self) -> None:
        """Publish what is owed, once its second is over: maybe that of a worker that has ended."""
        while True:
            await asyncio.sleep(REFRESH)
            await attempt(self._poller.settle)

    async def _measure(self) -> None:
        """How late the queue is; nobody takes anything while it cannot be asked, so that it grows by itself then."""
        loop = asyncio.get_running_loop()
        last, at = 0.0, loop.time()
        while True:
            if (late := await self._queue.lateness()) is not None:
                last, at = late.total_seconds(), loop.time()
            self._metrics.behind(last if late is not None else last + loop.time() - at)
            await asyncio.sleep(REFRESH if late is None else MEASURED)

    def _answering(self) -> QuietServer:
        quiet_uvicorn(lambda error, times: log.error("bug", exc_info=error, times=times))
        return server_of(vitals(lambda: self._queue.ready, self._metrics.expose))

    def _in_force(self) -> Settings:
        assert self.settings is not None  # noqa: S101 - `take` comes first
        return self.settings


def _tell_bug(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error(
            "bug", exc_info=error, detail="settings are no longer taken over, or feeds published late: start anew"
        )
