"""What stands before the newsroom in `ticker demo`: it performs a fault of the adversary, or lets all through."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from starlette.applications import Starlette

from ticker.demo.adversary import (
    CERTIFIED,
    FAULTS,
    GROUPS,
    Asked,
    Beside,
    Fault,
    Paper,
    Visit,
    attended,
    beside,
    perform,
)
from ticker.demo.answers import Site
from ticker.demo.control import MODES, Mode
from ticker.demo.newsroom import serve_newsroom

_PIECE = 64 * 1024


@dataclass
class _Front:
    """One request a connection: the page goes by the mode, everything else to the newsroom behind."""

    site: Site
    paper: Paper
    clock: Callable[[], datetime]
    near: Beside
    port: int  # of the newsroom
    visits: set[asyncio.Task[None]] = field(default_factory=set)

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection."""
        task = asyncio.current_task()
        if task is not None:
            self.visits.add(task)
            task.add_done_callback(self.visits.discard)
        await attended(self._answer, reader, writer)

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault()
        if fault is None or asked.path != "/" or asked.method != "GET":
            await self._through(asked, reader, writer)
        else:
            now = self.clock()
            visit = Visit(asked, self.paper, now, self.site.since or now, self.near.urls, writer)
            await perform(visit, reader, fault.behave)

    def _fault(self) -> Fault | None:
        """What the newsroom cannot do by itself."""
        return None if self.site.mode in MODES else FAULTS.get(self.site.mode)

    async def _through(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Byte by byte, and never a second request: by then it may be another mode's."""
        behind, before = await asyncio.open_connection("127.0.0.1", self.port)
        before.write(_alone(asked.head))
        pumps = [asyncio.create_task(_pump(reader, before)), asyncio.create_task(_pump(behind, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            before.close()


def _alone(head: bytes) -> bytes:
    """The head of a request after which the newsroom closes the connection."""
    first, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in fields if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Until one side ends."""
    with suppress(ConnectionError):
        while piece := await source.read(_PIECE):
            to.write(piece)
            await to.drain()


@asynccontextmanager
async def serve_with_faults(app: Starlette, clock: Callable[[], datetime], port: int = 0) -> AsyncIterator[str]:
    """Serve the newsroom on loopback as `serve_newsroom` does, with all faults of the adversary on its switches.

    Args:
        port: 0 takes one that is free.

    Raises:
        OSError: the port is taken.
    """
    site: Site = app.state.site
    paper = Paper(site.desk)
    async with beside(paper, clock) as near, serve_newsroom(app) as behind:
        front = _Front(site, paper, clock, near, urlsplit(behind).port or 0)
        server = await asyncio.start_server(front.visit, "127.0.0.1", port, limit=_PIECE)
        site.modes = {**site.modes, **offered(near)}
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        finally:
            server.close()
            for visit in front.visits:
                visit.cancel()
            await asyncio.gather(*front.visits, return_exceptions=True)


def offered(near: Beside) -> dict[str, Mode]:
    """The faults as modes, group by group; those with bad certificates only where these could be made."""
    return {
        name: Mode(fault.does, fault.expected, title)
        for group, title in GROUPS.items()
        for name, fault in FAULTS.items()
        if fault.group == group and name not in MODES and (near.authority or name not in CERTIFIED)
    }
