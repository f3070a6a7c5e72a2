"""A web server on loopback that serves pages, and every way a server can misbehave.

async with Site() as site:
    site["/"] = page("<p>09:41 …</p>", etag='"1"')
    site["/slow"] = hang
    await fetch(source, site.url("/slow"), None)
    assert site.asked[0].headers["accept-encoding"] == "gzip, deflate"
"""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Asked:
    """One request, as the server saw it; the names of its headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


Behaviour = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


class Site:
    """The server: a behaviour for each path, and what it was asked, in order. Answers one request a connection."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.host = host
        self.asked: list[Asked] = []
        self._tls = tls
        self._behaviours: dict[str, Behaviour] = {}
        self._visits: set[asyncio.Task[None]] = set()

    def __setitem__(self, path: str, behaviour: Behaviour) -> None:
        self._behaviours[path] = behaviour

    def url(self, path: str = "/", *, host: str | None = None, scheme: str | None = None) -> str:
        """Where *path* is."""
        return f"{scheme or ('https' if self._tls else 'http')}://{host or self.host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._visit, self.host, 0, ssl=self._tls)
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
        try:
            asked = await _request(reader)
            self.asked.append(asked)
            await self._behaviours.get(asked.path.partition("?")[0], page("", status=404))(asked, writer)
            writer.close()
            await writer.wait_closed()
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            writer.transport.abort()  # the site closes, or the visitor has left


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.rstrip("\r\n").split("\r\n")
    method, path, _ = line.split(" ")
    fields = (field.split(":", 1) for field in rest)
    return Asked(method, path, {name.strip().lower(): value.strip() for name, value in fields})


def head(status: int = 200, /, **headers: str) -> bytes:
    """The first lines of an answer; `content_type="text/html"` is Content-Type."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    lines = [f"HTTP/1.1 {status} {phrase}", "Connection: close"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def raw(*pieces: bytes) -> Behaviour:
    """Exactly these bytes, whatever is asked; then the connection is closed."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return behave


def page(
    body: str | bytes,
    *,
    status: int = 200,
    etag: str | None = None,
    last_modified: str | None = None,
    **headers: str,
) -> Behaviour:
    """A body with its right length; with *etag* or *last_modified*, 304 to who has it already."""
    content = body.encode() if isinstance(body, str) else body
    validators = {name: value for name, value in (("etag", etag), ("last_modified", last_modified)) if value}
    told = {"content_type": "text/html; charset=utf-8"} | headers | validators

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        tag, date = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
        if (etag and tag == etag) or (last_modified and tag is None and date == last_modified):
            writer.write(head(304, **validators))
        else:
            writer.write(head(status, **{"content_length": str(len(content))} | told))
            writer.write(content)
        await writer.drain()

    return behave


def redirect(to: str, status: int = 302) -> Behaviour:
    """On to *to*."""
    return page("", status=status, location=to)


async def hang(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Accepts the request and never says a word."""
    await asyncio.Event().wait()


async def hang_midway(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Begins a page and never ends it."""
    writer.write(head(content_type="text/html", content_length="1000") + b"<p>09:41")
    await asyncio.Event().wait()


def drip(after: bytes) -> Behaviour:
    """After *after* a byte now and then, for ever: no time-out between two pieces ever comes."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    return behave


async def flood_headers(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Headers without end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Flood: " + b"~" * 1_000 + b"\r\n")
        await writer.drain()


async def flood_interim(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Interim answers without end."""
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000)
        await writer.drain()


async def redirect_for_ever(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Always one more page on."""
    number = int(asked.path.partition("?")[2] or 0) + 1
    writer.write(head(302, location=f"{asked.path.partition('?')[0]}?{number}", content_length="0"))
    await writer.drain()


def huge(megabytes: int, *, declared: bool) -> Behaviour:
    """A body of that size, made as it is sent."""
    length = {"content_length": str(megabytes * MEGABYTE)} if declared else {}
    return raw(head(content_type="text/html", **length), *[b"x" * MEGABYTE] * megabytes)  # one object, sent often


def crumbs(count: int) -> Behaviour:
    """A chunked body of one byte a chunk."""
    return raw(head(content_type="text/html", transfer_encoding="chunked"), b"1\r\nx\r\n" * count, b"0\r\n\r\n")


def bomb(megabytes: int, *, layers: int = 1, coding: str = "gzip") -> Behaviour:
    """A body of zeros, packed in *layers* of gzip: 1 : 1,000 each."""
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    first, again = (packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + again * (megabytes - 1)
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return page(packed, content_encoding=", ".join([coding] * layers))
