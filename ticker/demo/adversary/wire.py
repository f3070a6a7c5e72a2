"""HTTP/1.1 as it is written on a socket: what was asked, and answers that need not be right."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

MOST_HEAD = 64 * 1024  # bytes of a request that is read


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; the names of its headers are in lower case."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]
    head: bytes = b""  # as it came, with the empty line

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]


async def asked_of(reader: asyncio.StreamReader) -> Asked:
    """The next request on the connection, without its body.

    Raises:
        ValueError: it is none, or longer than `MOST_HEAD`.
        EOFError: the connection ended before it.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise ValueError("the head is too long") from error
    line, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    fields = (field.partition(":") for field in rest)
    return Asked(method, target, {name.strip().lower(): value.strip() for name, _, value in fields}, head)


def head(status: int = 200, /, **headers: str) -> bytes:
    """The first lines of an answer; `content_type="text/html"` is Content-Type, and with "" it has none."""
    known = status in HTTPStatus._value2member_map_
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else ''}", "Connection: close"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(body: str | bytes = b"", status: int = 200, /, **headers: str) -> bytes:
    """A whole answer, with the right length unless another is given."""
    content = body.encode() if isinstance(body, str) else body
    told = {"content_type": "text/html; charset=utf-8", "content_length": str(len(content))} | headers
    return head(status, **told) + content
