"""Wire settings to a running service: start, take others over, drain, stop. The one place that reads the clock."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from random import SystemRandom
from time import monotonic

import structlog
from starlette.types import ASGIApp

from ticker import memory, retention
from ticker.channels import published_channels
from ticker.config import Settings, warnings
from ticker.elsewhere import Elsewhere
from ticker.errors import StoreError
from ticker.metrics import Metrics
from ticker.model import Channel
from ticker.overseen import Overseen
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.reload import AGAIN, Watched, keep_up
from ticker.render import opml
from ticker.schedule import Schedule
from ticker.serve import (
    Access,
    Addresses,
    Gate,
    Live,
    Rates,
    Shelf,
    Switch,
    build_app,
    listen,
    quiet_uvicorn,
    room_for,
    server_of,
)
from ticker.store import Store
from ticker.teller import Teller
from ticker.telling import behind, jumped

PATIENCE = timedelta(seconds=5)  # for polls that run when the service is told to stop; containers get 10 s in all
THREADS = 16
REFRESH = 1.0  # seconds between two looks at what another process may have published
SWITCH = 0.0005  # seconds that rendering keeps the interpreter from the loop each time; Python's own 0.005 add up
APART = 0.25  # seconds from one publishing to the next, at least
OWING = 0.1  # seconds between two looks at what a command still has to publish

log = structlog.get_logger()


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Store, RenderThread]]:
    """The store and what renders into it, for as long as the block runs."""
    store = await Store.open(settings.store, keep_polls=settings.keep_polls)
    press = RenderThread()
    try:
        yield store, press
    finally:
        press.close()
        await store.close()


@asynccontextmanager
async def opened_to_publish(settings: Settings) -> AsyncIterator[tuple[Store, RenderThread, Mapping[str, Channel]]]:
    """The same for a command that polls, and the feeds by name: at the end all that it brought is published.

    Where processes share the store that may take a second more: no version is dated to come.
    """
    async with opened(settings) as (store, press):
        store.publish_apart(0)
        channels = await published_channels(settings, store)
        yield store, press, channels
        owing = await store.owes(channels)
        while owing & await store.owes(channels):  # what others bring meanwhile is theirs
            await asyncio.sleep(OWING)
            await store.publish_owed(channels, system_clock(), press)


def poller_of(settings: Settings, store: Store, press: RenderThread, channels: Mapping[str, Channel]) -> Poller:
    """What polls the sources of these settings, by the clock on the wall."""
    poller = Poller({}, store, press, clock=system_clock)
    poller.take(settings, channels)
    return poller


async def close_archives(settings: Settings, store: Store, press: RenderThread) -> None:
    """Put into archives what has left the feeds, as a service does when it starts. Raises StoreError."""
    channels = await published_channels(settings, store)
    await store.republish(channels.values(), system_clock().replace(microsecond=0), press)
    for channel in channels.values():
        while await store.close_archives(channel, system_clock().replace(microsecond=0), press):
            pass


class Role(StrEnum):
    """What a service does."""

    ALL = "all"  # poll and serve
    WEB = "web"  # serve: workers poll (`ticker worker`)


async def run(
    settings: Settings, *, watched: Watched | None = None, stop: asyncio.Event | None = None, role: Role = Role.ALL
) -> None:
    """Poll and serve until SIGTERM or SIGINT, or until *stop* is set.

    Then no poll is started any more, those that run may finish for 5 s, and readers get their answers.

    Args:
        watched: read again on SIGHUP and when it changes; without it the settings stay.
        stop: ends it.
        role: what it does.

    Raises:
        TickerError: the service cannot start: the port is taken, the database is not usable.
    """
    stop, again = stop or asyncio.Event(), asyncio.Event()
    prepare_process()
    listening = listen(settings.server.host, settings.server.port)
    with signals_to(stop.set, again.set if watched is not None else None), listening:
        async with opened(settings) as (store, press):
            if why := store.hindrance:
                log.error("store", detail=f"{why}; what was published is served, and nothing new is kept")
            service = _Service(store, press, role)
            await service.take(settings)
            await service.serve(listening, stop, watched, again)
    log.info("stopped")


class _Service:
    """A service and the settings that it runs by."""

    def __init__(self, store: Store, press: RenderThread, role: Role) -> None:
        self._store = store
        self._role = role
        store.publish_apart(APART)
        self._press = press
        self._metrics = Metrics()
        self._poller = poller = Poller({}, store, press, clock=system_clock, metrics=self._metrics)
        self._schedule = Schedule(
            (),
            poller.scheduled,
            clock=system_clock,
            random=SystemRandom(),
            on_start=poller.started,
            crawl_delay=poller.crawl_delay,
            on_jump=jumped,
        )
        poller.sharing = self._schedule.sharing
        self._elsewhere = Elsewhere(store, self._metrics, clock=system_clock, on_state=self._on_state)
        self._front = Switch()
        self._live: Live | None = None  # its streams go on when other settings are taken over
        self._metrics.pages(lambda: len(self._live or ()))
        self._teller: Teller | None = None
        self._archiving: asyncio.Task[None] | None = None
        self.settings: Settings | None = None  # taken over last

    async def take(self, settings: Settings) -> None:
        """Go on by *settings*. Polls that run end as they began; sources that are as they were keep their next poll.

        Raises:
            StoreError: feeds are served on, but what is polled and told may be half of the one and half of the other
                settings: it must be tried again.
        """
        for warning in warnings(settings):
            log.warning("config", detail=warning)
        store, poller, press = self._store, self._poller, self._press
        store.keep_polls = settings.keep_polls
        channels = await published_channels(settings, store)
        owed = await self._republish(channels)
        teller = self._teller_of(settings, channels)
        library = Overseen(store, poller.teller.refused)
        live = self._live_of(settings, library, channels)
        addresses, polls = Addresses(settings.server.proxies), self._role is Role.ALL
        app = build_app(
            library=library,
            channels=channels,
            sources=settings.sources,
            clock=system_clock,
            next_poll=self._schedule.next_poll if polls else self._elsewhere.next_poll,
            press=press,
            opml=opml(channels),
            beside={**teller.beside, "/events": live},
            on_answer=_tell_request if settings.server.log_requests else None,
            on_feed=self._metrics.answered,
            metrics=self._metrics.expose,
            facts=poller.facts if polls else self._elsewhere.facts,
            rates=Rates(addresses, monotonic),
            gate=_gate_of(settings, addresses),
            dated=store.shared,
        )
        await self._stop_telling()
        self._metrics.adopt(channels.keys() - {""}, [target.name for target in settings.notify])
        known = await store.health()
        if self.settings is None:
            behind(system_clock(), known.values())
        for health in known.values():
            self._metrics.stands(health)
            poller.teller.know(health)
        self._metrics.kept(await store.count())
        poller.take(settings, channels)
        for health in known.values():
            poller.know(health)
        shelf: Shelf = app.state.shelf
        shelf.on_served.append(self._served)
        poller.shelf, poller.listener = shelf, teller
        poller.on_refreshed, poller.on_state = partial(_refreshed, live, teller, shelf), live.state
        await poller.refresh()
        self._teller, self._front.app = teller, app
        await teller.start(shelf)
        if self._role is Role.ALL:
            self._schedule.adopt(settings.sources, [name for name in channels if name not in known])
        if self._archiving:
            self._archiving.cancel()
        self._archiving = asyncio.create_task(self._catch_up(owed=owed))
        self.settings = settings

    async def _republish(self, channels: Mapping[str, Channel]) -> bool:
        """Publish what these settings change of the feeds; whether that is still to be done.

        At the start a store that refuses leaves them as they were: better an old title than no feed. Later the settings
        are tried again as a whole: raises StoreError.
        """
        try:
            await republish(self._store, channels, self._press)
        except StoreError as error:
            if self.settings is not None:
                raise
            log.error("store", detail=f"feeds are served as they were published before: {error}")
            return True
        return False

    async def _catch_up(self, *, owed: bool) -> None:
        while owed:
            await asyncio.sleep(AGAIN)
            with suppress(StoreError):
                await republish(self._store, self._poller.channels, self._press)
                owed = False
                await self._poller.refresh()
        if self._role is Role.ALL:
            await self._poller.catch_up()

    async def serve(
        self, listening: socket.socket, stop: asyncio.Event, watched: Watched | None, again: asyncio.Event
    ) -> None:
        """Poll and serve until *stop*, then bring everything to its end."""
        settings = self._in_force().server
        server = server_of(self._front, streams=settings.live_clients, proxies=settings.proxies)
        quiet_uvicorn(lambda error, times: log.error("bug", exc_info=error, times=times))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        forgetting = retention.keep_forgetting(self._store, self._in_force, system_clock)
        beside = [asyncio.create_task(_keep_fresh(self._poller, self._store)), asyncio.create_task(forgetting)]
        if self._role is Role.WEB:
            beside.append(asyncio.create_task(self._elsewhere.keep_looking()))
        if watched is not None:
            beside.append(asyncio.create_task(keep_up(watched, again, in_force=self._in_force, take=self.take)))
        for task in beside:
            task.add_done_callback(_tell_bug)
        if self._role is Role.ALL:
            self._schedule.start()
        memory.settle()
        host, port = listening.getsockname()[:2]
        at, sources = settings.public_url, len(self._in_force().sources)
        log.info("serving", at=at, listening=f"{host}:{port}", sources=sources)
        await asyncio.wait((serving, asyncio.create_task(stop.wait())), return_when=asyncio.FIRST_COMPLETED)
        if self._live:
            await self._live.close()  # else they would hold the server up until it cuts them off
        for task in beside:  # first: no settings are taken over by what is about to end
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if cut_off := await self._schedule.drain(PATIENCE):
            log.warning("stopping", cut_off=cut_off, detail="polls still running; what was not kept is read again")
        if self._archiving:
            self._archiving.cancel()
        await self._stop_telling()
        await self._store.turn.stop()  # another process need not wait for the readers of this one
        server.should_exit = True
        await serving

    def _in_force(self) -> Settings:
        assert self.settings is not None  # noqa: S101 - `take` comes first
        return self.settings

    def _teller_of(self, settings: Settings, channels: Mapping[str, Channel]) -> Teller:
        return Teller(
            settings,
            channels,
            store=self._store,
            press=self._press,
            poller=self._poller,
            clock=system_clock,
            on_fate=self._metrics.notified,
            after=self._teller,
        )

    def _live_of(self, settings: Settings, library: Overseen, channels: Mapping[str, Channel]) -> Live:
        """What tells open pages; it is the same for ever, and goes on by *settings* from now on."""
        server, most = settings.server, room_for(settings.server.live_clients)
        if self._live is None:
            self._live = Live(library=library, channels=channels, most=most, addresses=Addresses(server.proxies))
        anew = self.settings is not None and self.settings.server.read_token != server.read_token
        self._live.adopt(library=library, channels=channels, most=most, anew=anew)
        return self._live

    def _on_state(self, source: str, state: str) -> None:
        """Of a source that is polled elsewhere."""
        if self._live is not None:
            self._live.state(source, state)

    def _served(self, feeds: Collection[str]) -> None:
        self._metrics.served(feeds, system_clock())

    async def _stop_telling(self) -> None:
        """Before another takes its place, or everything ends: two would tell everybody twice."""
        if self._teller is not None:
            await self._teller.stop()  # it stays: the next one takes over what it knows, and a second stop does no harm


def _gate_of(settings: Settings, addresses: Addresses) -> Callable[[ASGIApp], ASGIApp] | None:
    """What lets in only those who have the token, if there is one."""
    server = settings.server
    if not server.read_token:
        return None
    return partial(Gate, token=server.read_token, public_url=server.public_url, addresses=addresses, timer=monotonic)


def _tell_bug(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("bug", exc_info=error, detail="settings are no longer taken over, or feeds of others: start anew")


async def _refreshed(live: Live, teller: Teller, shelf: Shelf) -> None:
    await live.told()
    await teller.looked(shelf)


def _tell_request(access: Access) -> None:
    log.info("request", **asdict(access))


async def republish(store: Store, channels: Mapping[str, Channel], press: RenderThread) -> None:
    """Publish what settings change of the feeds; a bug in one is told, and nobody ends by it. Raises StoreError."""
    try:
        await store.republish(channels.values(), system_clock().replace(microsecond=0), press)
    except StoreError:
        raise
    except Exception as error:
        log.error("bug", exc_info=error, detail="a feed is served as it was published before, or not at all")


async def attempt(look: Callable[[], Awaitable[None]]) -> None:
    """One *look* of a poller; a bug in it is told, and the next look may do better: many wait for it."""
    try:
        await look()
    except Exception as error:
        log.error("bug", exc_info=error, detail="what was published is served later, or not at all")
        await asyncio.sleep(AGAIN)


async def _keep_fresh(poller: Poller, store: Store) -> None:
    """Look for what others have published, once a second, and at once where the store says so; publish what is owed."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    hearing, last = asyncio.create_task(store.hearing.follow(news.set)), loop.time()
    try:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), max(last + REFRESH - loop.time(), 0.0))
            news.clear()
            if loop.time() < last + REFRESH:
                await attempt(poller.refresh)
            else:
                last = loop.time()
                await attempt(poller.settle)
    finally:
        hearing.cancel()


def prepare_process() -> None:
    """Once, in the loop that everything will run in."""
    sys.setswitchinterval(SWITCH)
    memory.allocate_sparingly()
    _bury_orphans()
    # name look-ups and parsing share these: a slow resolver must not starve the parser
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="work"))


def _bury_orphans() -> None:
    """As the first process of a container: what others start in it and leave behind is ours. We start nothing."""
    if os.getpid() == 1:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)


@contextmanager
def signals_to(stop: Callable[[], object], again: Callable[[], object] | None) -> Iterator[None]:
    """SIGTERM and SIGINT end the process; SIGHUP has settings read again, where they can be."""
    calls = {signal.SIGTERM: stop, signal.SIGINT: stop}
    if again is not None:
        calls[signal.SIGHUP] = again
    loop = asyncio.get_running_loop()
    for number, call in calls.items():
        loop.add_signal_handler(number, call)
    try:
        yield
    finally:
        for number in calls:
            loop.remove_signal_handler(number)
