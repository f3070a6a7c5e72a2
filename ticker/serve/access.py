"""Who asked for what, and what it got: enough to see how many polls end in 304, and which readers never ask for one."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 200  # letters of a path or a name that are told: both are strangers' words

_HELD = frozenset((b"if-none-match", b"if-modified-since"))


@dataclass(frozen=True, slots=True)
class Access:
    """One request and its answer; who it was, by address, is nobody's business."""

    method: str
    path: str
    agent: str
    conditional: bool  # the client said what it holds
    status: int
    bytes: int  # of the body, as sent


class AccessLog:
    """ASGI middleware: tells of each request once it is answered."""

    def __init__(self, app: ASGIApp, tell: Callable[[Access], object]) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = size = 0

        async def noted(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._tell(_access(scope, status, size))


def _access(scope: Scope, status: int, size: int) -> Access:
    asked = dict(scope["headers"])
    return Access(
        scope["method"],
        scope["path"][:LONGEST],
        asked.get(b"user-agent", b"").decode("latin-1")[:LONGEST],
        not _HELD.isdisjoint(asked),
        status or 500,  # it failed before it said a word
        size,
    )
