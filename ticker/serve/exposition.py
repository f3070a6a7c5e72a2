"""`/metrics`: what Prometheus collects; made in a thread, and once a second at most, however many ask."""

import asyncio
import gzip
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ticker.serve.documents import METHODS
from ticker.serve.front import only_to_read
from ticker.serve.negotiation import header, quality

OPEN_METRICS = "application/openmetrics-text"
HELD = 1.0  # seconds: those of a thousand sources take a tenth of a second of the processor to write
LEVEL = 5  # of gzip: 1 MB in 3 ms, to a twentieth of its size


class Expose(Protocol):
    """Content-Type and text of all metrics; called in a thread."""

    def __call__(self, *, open_metrics: bool) -> tuple[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer that is being made, or was."""

    at: float  # by the clock of the loop
    answer: "asyncio.Future[tuple[str, bytes]]"


class Exposition:
    """ASGI application: the text format, or OpenMetrics for who names it and likes it no less."""

    def __init__(self, expose: Expose) -> None:
        self._expose = expose
        self._made: dict[tuple[bool, bool], _Made] = {}  # OpenMetrics or not, packed or not

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope) if scope["method"] in METHODS else only_to_read(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        accept = header(scope, b"accept")
        named = OPEN_METRICS in accept.lower()
        wanted = quality(accept, OPEN_METRICS)
        packed = quality(header(scope, b"accept-encoding"), "gzip") > 0
        content_type, body = await self._latest(named and 0 < wanted >= quality(accept, "text/plain"), packed)
        headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        headers |= {"Content-Type": content_type, "Content-Length": str(len(body))}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(b"" if scope["method"] == "HEAD" else body, headers=headers)

    async def _latest(self, open_metrics: bool, packed: bool) -> tuple[str, bytes]:
        """The answer made last, unless it is a second old; then one that all who ask meanwhile wait for."""
        now = asyncio.get_running_loop().time()
        made = self._made.get((open_metrics, packed))
        if made is None or (made.answer.done() and now - made.at >= HELD):
            made = _Made(now, asyncio.ensure_future(asyncio.to_thread(self._make, open_metrics, packed)))
            self._made[open_metrics, packed] = made
        return await asyncio.shield(made.answer)  # one who leaves does not take it away from the others

    def _make(self, open_metrics: bool, packed: bool) -> tuple[str, bytes]:
        content_type, body = self._expose(open_metrics=open_metrics)
        return content_type, gzip.compress(body, LEVEL, mtime=0) if packed else body
