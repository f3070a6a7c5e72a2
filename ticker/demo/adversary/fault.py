"""What a fault is, and what it has at hand when somebody asks for the page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from ticker.demo.adversary.paper import Paper
from ticker.demo.adversary.wire import Asked, answer, head
from ticker.errors import Cause

Group = Literal["way", "size", "packing", "elsewhere", "status", "page", "list", "robots", "tls"]

GROUPS: Mapping[Group, str] = {
    "way": "The way: the answer does not come, or breaks",
    "size": "Too much of it",
    "packing": "Packed wrongly",
    "elsewhere": "Sent elsewhere",
    "tls": "TLS",
    "status": "An answer without a page",
    "robots": "robots.txt",
    "page": "A page without the list",
    "list": "A list that is not what it was",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for the page, and what a fault makes its answer of."""

    asked: Asked
    paper: Paper
    now: datetime
    since: datetime  # when the fault began
    beside: Mapping[str, str]  # addresses of other servers; see `beside.py`
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        """Exactly these bytes."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def page(self) -> None:
        """The page as it should be, with its ETag, or 304 to who has it."""
        body = self.paper.html(self.now).encode()
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        if self.asked.headers.get("if-none-match") == etag:
            await self.send(head(304, etag=etag))
        else:
            await self.send(answer(body, etag=etag))


Behaviour = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a page to break, and what Ticker has to make of it."""

    group: Group
    does: str  # a sentence without its full stop
    behave: Behaviour
    cause: Cause | None  # that Ticker must name; None: it must see that nothing is wrong
    says: str = ""  # some words of the detail that go with the cause
    expect: str = ""  # where it is more than "the feed stays": a sentence
    feed: Literal["kept", "grows"] = "kept"  # grows: headlines arrive all the same, and must be published
    closed: bool = False  # nobody listens at all
    bare: bool = False  # the page before it has no validators
    patient: bool = False  # only days of history, or an hour of asking, can tell
    heavy: bool = False  # would cost memory

    @property
    def expected(self) -> str:
        """What Ticker must do, as sentences."""
        if self.expect:
            return self.expect
        return f"The feed stays as it is; the cause is {self.cause}."


def sent(*pieces: bytes) -> Behaviour:
    """Exactly these bytes, whatever is asked; then the connection is closed."""

    async def behave(visit: Visit) -> None:
        await visit.send(*pieces)

    return behave


async def for_ever() -> None:
    """Until the visitor has left."""
    await asyncio.Event().wait()
