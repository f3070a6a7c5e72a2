"""One address on loopback that answers with the page or, once it is told to, with a fault."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from ticker.demo.adversary.fault import Behaviour, Fault, Visit
from ticker.demo.adversary.paper import Paper
from ticker.demo.adversary.wire import MOST_HEAD, Asked, answer, asked_of

Answerer = Callable[[Asked, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NO_RULES = answer("", 404, content_type="text/plain")


@dataclass
class Door:
    """The server; answers one request a connection, and ends whatever it was doing when the visitor leaves.

    Args:
        paper: what it publishes.
        clock: now, as an aware instant.
        fault: what goes wrong here once `on`.
        beside: addresses of other servers that the fault may lead to.
        host: of loopback; each may have its own, for a visitor that counts by hosts.
        robots: how it answers for its robots.txt.
        tls: how it is spoken to.
    """

    paper: Paper
    clock: Callable[[], datetime]
    fault: Fault | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    robots: Behaviour | None = None
    tls: ssl.SSLContext | None = None
    since: datetime | None = None  # when the fault began; None while all is well
    asked: list[tuple[datetime, Asked]] = field(default_factory=list)  # for the page, in order

    @property
    def url(self) -> str:
        """Of the page."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}/"

    async def __aenter__(self) -> Self:
        self._visits: set[asyncio.Task[None]] = set()
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def begin(self) -> None:
        """From now on the fault is what is answered."""
        self.since = self.clock()
        if self.fault is not None and self.fault.closed:
            await self._close()

    async def end(self) -> None:
        """All is well again."""
        self.since = None
        if not self._server.is_serving():
            await self._open()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._visit, self.host, self.port, ssl=self.tls, limit=MOST_HEAD, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        await self._server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None  # noqa: S101 - a server's callback runs as a task
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        await attended(self._answer, reader, writer)

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        now = self.clock()
        visit = Visit(asked, self.paper, now, self.since or now, self.beside, writer)
        if asked.path == "/robots.txt":
            await (self.robots(visit) if self.robots else visit.send(NO_RULES))
            return
        self.asked.append((now, asked))
        await perform(visit, reader, self._behaviour())

    def _behaviour(self) -> Behaviour:
        if self.since is not None and self.fault is not None:
            return self.fault.behave
        return _bare if self.fault is not None and self.fault.bare else Visit.page


async def _bare(visit: Visit) -> None:
    """The page as it should be, without validators."""
    await visit.send(answer(visit.paper.html(visit.now)))


async def attended(answer_to: Answerer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request on a new connection, to its end; a visitor that leaves or talks nonsense is nobody's trouble."""
    try:
        await answer_to(await asked_of(reader), reader, writer)
        writer.close()
        await writer.wait_closed()
    except (asyncio.CancelledError, ValueError, EOFError, OSError):
        writer.transport.abort()


async def perform(visit: Visit, reader: asyncio.StreamReader, behave: Behaviour) -> None:
    """Answer as *behave* does, for as long as the visitor is there."""
    acting = asyncio.ensure_future(behave(visit))
    leaving = asyncio.ensure_future(_left(reader))
    try:
        await asyncio.wait((acting, leaving), return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            await acting
    finally:
        for task in (acting, leaving):
            task.cancel()
        await asyncio.gather(acting, leaving, return_exceptions=True)


async def _left(reader: asyncio.StreamReader) -> None:
    """Until the visitor closes its side; what else it says is not heard."""
    with suppress(ConnectionError):
        while await reader.read(MOST_HEAD):
            pass


class Unlistened:
    """A port of loopback that is ours, and where nobody listens."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
