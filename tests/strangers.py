"""Strangers on loopback for WebSub: subscribers and hubs that behave, and with `tests.faults` all that do not.

async with Stranger() as reader:
    await subscribe(site, reader.url("/cb?who=me"))
    await reader.until(lambda heard: any(one.method == "POST" for one in heard))
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

import httpx
import uvicorn
from starlette.types import ASGIApp

from tests.faults import Asked, Behaviour, head, page
from tests.newsstand import Clock, Newsstand, a_source, channels_of
from ticker.announce import Hub, Pace, Terms
from ticker.announce.outgoing import Outgoing
from ticker.model import Channel, Format, Version
from ticker.serve import Shelf, build_app, http_protocol
from ticker.store import Store

PATIENCE = 10.0  # seconds until a test gives up waiting


@dataclass(frozen=True)
class Heard(Asked):
    """One request with its body."""

    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The parameters in its address."""
        return _flat(self.path.partition("?")[2])

    @property
    def form(self) -> dict[str, str]:
        """The parameters in its body."""
        return _flat(self.body.decode())


def _flat(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


async def willing(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A subscriber that means what it asked for, and takes all that comes."""
    challenge = Heard(asked.method, asked.path, asked.headers).query.get("hub.challenge", "")
    await page(challenge, status=200 if asked.method == "GET" else 202)(asked, writer)


def answers(*statuses: int) -> Behaviour:
    """Willing to subscribe; deliveries are answered with these in turn, the last for ever."""
    left = list(statuses)

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "GET":
            await willing(asked, writer)
        else:
            writer.write(head(left.pop(0) if len(left) > 1 else left[0], content_length="0"))

    return behave


def then(post: Behaviour) -> Behaviour:
    """Willing to subscribe; what is delivered meets *post*."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (willing if asked.method == "GET" else post)(asked, writer)

    return behave


class Stranger:
    """A server: a behaviour for each path, `willing` for all others, and what it heard, in order."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.heard: list[Heard] = []
        self.at_once = 0  # most requests at the same time
        self._tls = tls
        self._host = host
        self._behaviours: dict[str, Behaviour] = {}
        self._visits: set[asyncio.Task[None]] = set()
        self._more = asyncio.Condition()

    def __setitem__(self, path: str, behaviour: Behaviour) -> None:
        self._behaviours[path] = behaviour

    def url(self, path: str = "/", *, host: str = "") -> str:
        """Where *path* is."""
        return f"{'https' if self._tls else 'http'}://{host or self._host}:{self.port}{path}"

    @property
    def deliveries(self) -> list[Heard]:
        """The POSTs."""
        return [one for one in self.heard if one.method == "POST"]

    async def until(self, holds: Callable[[Self], bool]) -> None:
        """Wait until *holds*; it is looked at after each request."""
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: holds(self))

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._visit, self._host, 0, ssl=self._tls, backlog=2048)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        await self._server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        self.at_once = max(self.at_once, len(self._visits))
        try:
            heard = await _read(reader)
            self.heard.append(heard)
            await self._behaviours.get(heard.path.partition("?")[0], willing)(heard, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            writer.transport.abort()  # the stranger closes, or the visitor has left
        async with self._more:
            self._more.notify_all()


async def _read(reader: asyncio.StreamReader) -> Heard:
    top = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = top.rstrip("\r\n").split("\r\n")
    method, path, _ = line.split(" ")
    headers = {name.strip().lower(): value.strip() for name, value in (field.split(":", 1) for field in rest)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(method, path, headers, body)


# Our own site, with its hub


def live_on(shelf: Shelf) -> Callable[[str], Version | None]:
    """What *shelf* serves, as announcing asks for it."""

    def live(feed: str) -> Version | None:
        edition = shelf.editions.get(feed)
        if edition is None:
            return None
        documents = {form: packed.codings["identity"] for form, packed in edition.packed.items()}
        return Version(feed, edition.revision, edition.last_modified, documents)

    return live


@asynccontextmanager
async def listening(app: ASGIApp, server_port: int = 0) -> AsyncIterator[int]:
    """*app* on uvicorn in this loop, as the service runs it; its port."""
    config = uvicorn.Config(
        app, http=http_protocol(), port=server_port, lifespan="off", ws="none", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = suppress  # type: ignore[method-assign, assignment]  # as serve.QuietServer has it
    listener = config.bind_socket()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()


@dataclass
class Site:
    """Ticker's own side, served for real: feeds, hub and store."""

    url: str
    hub: Hub
    shelf: Shelf
    library: Newsstand
    store: Store
    clock: Clock
    channels: dict[str, Channel]
    client: httpx.AsyncClient

    def topic(self, form: Format = Format.ATOM, feed: str = "") -> str:
        """The address of a feed."""
        return self.channels[feed].feed_url(form)

    async def publish(self, words: str, *feeds: str) -> None:
        """New versions of *feeds*, or of the combined one, live when this returns."""
        self.clock.forward(seconds=2)
        for feed in feeds or ("",):
            self.library.publish(feed, words, at=self.clock.now)
        await self.shelf.refresh()
        await asyncio.sleep(0)  # `on_served` is called by the loop

    async def ask(self, mode: str, callback: str, topic: str | None = None, **extra: str) -> httpx.Response:
        """What a subscriber sends to the hub; `lease_seconds="9"` is hub.lease_seconds, `signed_with` hub.secret."""
        extra = {"secret" if name == "signed_with" else name: value for name, value in extra.items()}
        form = {"hub.mode": mode, "hub.callback": callback, "hub.topic": topic or self.topic()}
        return await self.client.post(self.hub.url, data=form | {f"hub.{name}": value for name, value in extra.items()})

    async def subscribe(self, callback: str, topic: str | None = None, **extra: str) -> None:
        """A subscription, verified."""
        answer = await self.ask("subscribe", callback, topic, **extra)
        assert answer.status_code == 202, answer.text
        await self.idle()

    async def idle(self, patience: float = PATIENCE) -> None:
        """Wait until the hub has nothing left to do."""
        async with asyncio.timeout(patience):
            while self.hub.pending:
                await asyncio.sleep(0.002)

    async def count(self) -> int:
        """The subscriptions there are."""
        return (await self.store.subscriptions.count("", "", "", self.clock.now))[1]


@asynccontextmanager
async def a_site(
    database: str,
    *,
    clock: Clock | None = None,
    library: Newsstand | None = None,
    port: int = 0,
    terms: Terms = Terms(),  # noqa: B008 - frozen
    pace: Pace = Pace(),  # noqa: B008 - frozen
    pauses: Sequence[float] = (),
    outgoing: Outgoing | None = None,
    allow_private: bool = True,
    others: Sequence[str] = (),
) -> AsyncIterator[Site]:
    """A site with two sources and a hub of its own, and *others* beside it; closed as the service closes."""
    from datetime import timedelta

    library, clock, store = library or Newsstand(), clock or Clock(), await Store.open(database)
    sources = [a_source("sahifa"), a_source("nahar")]
    front: list[ASGIApp] = []

    async def app(scope, receive, send) -> None:
        await front[0](scope, receive, send)

    async with listening(app, port) as bound, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{bound}/"
        hubs = (*others, f"{url}hub")
        channels = {name: replace(channel, hubs=hubs) for name, channel in channels_of(sources, public_url=url).items()}
        shelves: list[Shelf] = []
        hub = Hub(
            channels,
            live=lambda feed: live_on(shelves[0])(feed),
            subscribers=store.subscriptions,
            clock=clock,
            hubs=lambda: hubs,
            allow_private=allow_private,
            outgoing=outgoing,
            terms=terms,
            pace=pace,
            pauses=[timedelta(seconds=pause) for pause in pauses],
        )
        built = build_app(
            library=library,
            channels=channels,
            sources=sources,
            clock=clock,
            next_poll=lambda _name: None,
            beside={"/hub": hub},
        )
        front.append(built)
        shelf: Shelf = built.state.shelf
        shelves.append(shelf)
        await shelf.refresh()
        shelf.on_served.append(hub.served)
        hub.start()
        try:
            yield Site(url, hub, shelf, library, store, clock, channels, client)
        finally:
            await hub.stop()
            await store.close()
