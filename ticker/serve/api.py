"""`/api/items`: the headlines for programs, a page at a time; `/api/openapi.json` describes it, and what is beside."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ticker.errors import SlowSearchError, StoreError
from ticker.model import Channel, Wish
from ticker.serve.documents import Document, pack, prepare, send_document
from ticker.serve.entries import entry
from ticker.serve.library import Library
from ticker.serve.openapi import description
from ticker.serve.wishes import BadQueryError, cursor_at, no_source, read_wish

JSON = "application/json"
PROBLEM = "application/problem+json"  # RFC 9457
RETRY = "5"  # seconds
OPEN = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Api:
    """The addresses below `/api/`.

    Args:
        library: the store.
        channel: the combined one, which knows the sources.
        clock: the present instant, aware.
    """

    def __init__(self, *, library: Library, channel: Channel, clock: Callable[[], datetime]) -> None:
        self._library = library
        self._channel = channel
        self._clock = clock
        self._described = _document(description(channel.public_url), "max-age=3600")

    def routes(self) -> list[Route]:
        """To be tried before those of the feeds."""
        return [Route("/api/items", self.items), Route("/api/openapi.json", self.described)]

    async def items(self, request: Request) -> Response:
        """A page of what is asked for, and where the next one begins."""
        try:
            wish = read_wish(request.scope["query_string"])
            await self._check(wish)
            found = await self._page(wish)
        except BadQueryError as error:
            errors = [{"parameter": problem.parameter, "detail": problem.detail} for problem in error.problems]
            return _problem(400, "Bad Request", str(error), errors=errors)
        except SlowSearchError as error:
            return _problem(503, "Service Unavailable", str(error), {"Retry-After": RETRY})
        except StoreError:
            told = "the headlines cannot be read just now; come back in 5 seconds"
            return _problem(503, "Service Unavailable", told, {"Retry-After": RETRY})
        return _Sent(await asyncio.to_thread(_document, found, "no-cache"), self._clock)  # some ms of compression

    async def described(self, _request: Request) -> Response:
        """The description, in OpenAPI 3.1."""
        return _Sent(self._described, self._clock)

    async def _check(self, wish: Wish) -> None:
        """Raises BadQueryError where a source is none; what was one can be read while it has items."""
        for name in sorted((wish.sources or frozenset()) - self._channel.sources.keys()):
            if not await self._library.find(Wish(frozenset((name,)), limit=1)):
                raise no_source(name, self._channel.sources)

    async def _page(self, wish: Wish) -> dict[str, object]:
        """One more is asked for than is given, so as to know whether there is a next page."""
        found = await self._library.find(replace(wish, limit=wish.limit + 1))
        shown = found[: wish.limit]
        after = None
        if len(found) > wish.limit:
            number, last = shown[-1]
            after = cursor_at(last.published, number)
        return {"items": [entry(item, self._channel) for _, item in shown], "next": after}


class _Sent(Response):
    """A document as an answer: in the coding that is welcome, or 304."""

    def __init__(self, document: Document, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._document = document
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_document(self._document, scope, send, self._clock)


def _document(content: object, cache_control: str) -> Document:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return prepare(pack(body), media_type=JSON, cache_control=cache_control)


def _problem(status: int, title: str, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response:
    """What went wrong, and the cure (RFC 9457)."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    return Response(body, status, headers=OPEN | (headers or {}), media_type=PROBLEM)
