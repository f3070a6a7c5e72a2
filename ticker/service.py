"""Wire settings to a running service: start, drain, stop. The one place that reads the clock."""

import asyncio
import logging
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from random import SystemRandom

import structlog
import uvicorn

from ticker.config import Settings, warnings
from ticker.errors import TickerError
from ticker.hubs import Hubs, advertised
from ticker.model import Channel
from ticker.poller import Overseen, Poller, RenderThread
from ticker.render import opml
from ticker.schedule import Schedule
from ticker.serve import Access, build_app, http_protocol, quiet_uvicorn
from ticker.store import Store

PATIENCE = timedelta(seconds=5)  # for polls that run when the service is told to stop; containers get 10 s in all
THREADS = 16
REFRESH = 1.0  # seconds between two looks at what another process may have published

log = structlog.get_logger()


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def configure_logs(*, json: bool) -> None:
    """One event a line on standard error: for a person, or JSON for whatever collects them."""
    shown: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True) if json else structlog.processors.TimeStamper("%H:%M:%S"),
    ]
    if json:
        frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # they hold what strangers sent
        shown += [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        plain = structlog.dev.plain_traceback
        shown += [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=12, exception_formatter=plain)]
    structlog.configure(
        processors=shown,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def channels_of(settings: Settings, hubs: tuple[str, ...] = ()) -> dict[str, Channel]:
    """Feed name -> what the feed says of itself; "" is the combined feed.

    Args:
        hubs: that are advertised (`hubs.advertised`): those that work.
    """
    window = (settings.feed.min_items, settings.feed.max_items, settings.feed.max_age)
    url = settings.server.public_url
    titles = {source.name: source.title for source in settings.sources}
    languages = {source.name: source.language for source in settings.sources}
    language = Counter(languages.values()).most_common(1)[0][0]
    named = settings.sources[0].title if len(titles) == 1 else f"Ticker · {' · '.join(titles.values())}"[:200]
    others = {name: spoken for name, spoken in languages.items() if spoken != language}
    pages = {source.name: source.urls[0] for source in settings.sources}
    channels = {"": Channel("", settings.feed.title or named, language, url, titles, *window, others, pages, hubs)}
    for source in settings.sources:
        one, page = {source.name: source.title}, {source.name: source.urls[0]}
        channels[source.name] = Channel(
            source.name, source.title, source.language, url, one, *window, pages=page, hubs=hubs
        )
    return channels


async def published_channels(settings: Settings, store: Store) -> dict[str, Channel]:
    """The channels with the hubs that the feeds name now. Raises StoreError."""
    return channels_of(settings, await advertised(settings, store))


async def poller_of(settings: Settings, store: Store, press: RenderThread) -> Poller:
    """What polls the sources of these settings, by the clock on the wall. Raises StoreError."""
    return Poller(await published_channels(settings, store), store, press, clock=system_clock)


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


async def run(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Poll and serve until SIGTERM or SIGINT, or until *stop* is set.

    Then no poll is started any more, those that run may finish for 5 s, and readers get their answers.

    Raises:
        TickerError: the service cannot start: the port is taken, the database is not usable.
    """
    stop = stop or asyncio.Event()
    # name look-ups and parsing share these: a slow resolver must not starve the parser
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="work"))
    for warning in warnings(settings):
        log.warning("config", detail=warning)
    listening = _listen(settings.server.host, settings.server.port)
    with _on_signals(stop), listening:
        async with opened(settings) as (store, press):
            channels = await published_channels(settings, store)
            await store.republish(channels.values(), system_clock().replace(microsecond=0), press)
            await _serve(settings, store, press, listening, stop)
    log.info("stopped")


async def _serve(
    settings: Settings, store: Store, press: RenderThread, listening: socket.socket, stop: asyncio.Event
) -> None:
    poller = await poller_of(settings, store, press)
    channels = poller.channels
    hubs = Hubs(settings, channels, store=store, press=press, poller=poller, clock=system_clock)
    schedule = Schedule(settings.sources, poller.scheduled, clock=system_clock, random=SystemRandom())
    app = build_app(
        library=Overseen(store, poller.refused),
        channels=channels,
        sources=settings.sources,
        clock=system_clock,
        next_poll=schedule.next_poll,
        press=press,
        opml=opml(channels),
        beside=hubs.beside,
        on_answer=_tell_request if settings.server.log_requests else None,
    )
    poller.shelf = app.state.shelf
    await poller.refresh()
    await hubs.start(app.state.shelf)
    server = QuietServer(
        uvicorn.Config(
            app,
            http=http_protocol(),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )
    quiet_uvicorn(lambda error, times: log.error("bug", exc_info=error, times=times))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    refreshing = asyncio.create_task(_keep_fresh(poller))
    archiving = asyncio.create_task(poller.catch_up())
    schedule.start()
    host, port = listening.getsockname()[:2]
    log.info("serving", at=settings.server.public_url, listening=f"{host}:{port}", sources=len(settings.sources))
    await asyncio.wait((serving, asyncio.create_task(stop.wait())), return_when=asyncio.FIRST_COMPLETED)
    if cut_off := await schedule.drain(PATIENCE):
        log.warning("stopping", cut_off=cut_off, detail="polls still running; nothing of them was kept")
    refreshing.cancel()
    archiving.cancel()
    await hubs.stop()
    server.should_exit = True
    await serving


def _tell_request(access: Access) -> None:
    log.info("request", **asdict(access))


class QuietServer(uvicorn.Server):
    """Leaves signals alone: uvicorn would raise them again when it ends, and the exit code would not be 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; else `Date` is a second old, and a feed changed since seems to be of the future."""
        return await super().on_tick(0)


async def _keep_fresh(poller: Poller) -> None:
    while True:
        await asyncio.sleep(REFRESH)
        await poller.refresh()


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything else is touched: two services on one store would poll twice."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # named, else asyncio delays small answers
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        cure = "set server.host and server.port in config.yaml, or TICKER_SERVER__PORT=8001"
        raise TickerError(f"cannot listen on {host} port {port}: {error.strerror or error}; {cure}") from error
    listening.setblocking(False)
    return listening


@contextmanager
def _on_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
