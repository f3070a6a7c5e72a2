"""What answers first: feeds and files from memory, without routing; then archives and filtered variants."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ticker.errors import StoreError
from ticker.model import Format
from ticker.serve.archives import Archives
from ticker.serve.documents import METHODS, Document, send_document
from ticker.serve.feeds import Shelf
from ticker.serve.filters import TooLongError, read_filter
from ticker.serve.kept import BusyError
from ticker.serve.limits import Rates
from ticker.serve.variants import Variants

RETRY = {"Retry-After": "30", "Cache-Control": "no-store"}  # whole seconds: some readers parse no date there
SOON = {"Retry-After": "5", "Cache-Control": "no-store"}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
SECURE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types ticker",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


OnFeed = Callable[[str, Format, int, int], object]
"""Told of each request for a feed: its name, the format, the status of the answer, the bytes of its body."""


class Front:
    """ASGI application: answers what it has, and hands on the rest.

    Args:
        shelf: the feeds.
        files: other documents, by path.
        archives: of the feeds.
        variants: of the feeds; without them, a feed is the same whatever the query says.
        beside: applications of their own, by path.
        behind: everything else.
        clock: the present instant, aware.
        on_feed: told of each request for a feed once it is answered; it must be quick.
        rates: how often one address may ask for what costs; without them, any number of times.
    """

    def __init__(
        self,
        *,
        shelf: Shelf,
        files: Mapping[str, Document],
        archives: Archives,
        variants: Variants | None,
        beside: Mapping[str, ASGIApp],
        behind: ASGIApp,
        clock: Callable[[], datetime],
        on_feed: OnFeed | None = None,
        rates: Rates | None = None,
    ) -> None:
        self._shelf = shelf
        self._files = files
        self._archives = archives
        self._variants = variants
        self._beside = beside
        self._behind = behind
        self._clock = clock
        self._on_feed = on_feed
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        path = scope["path"]
        document = self._shelf.documents.get(path)
        if document is not None and not scope["query_string"] and scope["method"] in METHODS:
            status, size = await send_document(document, scope, send, self._clock)
            if self._on_feed is not None:
                self._on_feed(*self._shelf.places[path], status, size)
        elif path in self._shelf.places:
            status, size = await self._answer(scope, receive, send)
            if self._on_feed is not None:
                self._on_feed(*self._shelf.places[path], status, size)
        elif path in self._files or self._archives.is_one(path):
            await self._answer(scope, receive, send)
        elif self._rates is None:
            await self._beside.get(path, self._behind)(scope, receive, send)
        else:
            async with self._rates.turn(scope) as wait:
                answer = _too_often(wait) if wait else self._beside.get(path, self._behind)
                await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        """Send what there is; the status, and the bytes of the body."""
        found = await self._find(scope) if scope["method"] in METHODS else only_to_read(scope)
        if isinstance(found, Document):
            return await send_document(found, scope, send, self._clock)
        await found(scope, receive, send)
        return found.status_code, 0 if scope["method"] == "HEAD" else len(found.body)

    async def _find(self, scope: Scope) -> Document | Response:
        """What to answer a GET or HEAD with."""
        path = scope["path"]
        try:
            if path in self._shelf.places:
                return await self._feed(scope)
            return self._files.get(path) or await self._archives.document(path) or self._no_archive(path)
        except TooLongError as error:
            return say(400, str(error), **{"Cache-Control": "no-store"})
        except (BusyError, StoreError):
            return say(503, "This cannot be made just now. Please come back in 5 seconds.", **SOON)

    def _no_archive(self, path: str) -> Response:
        """There may be one of this number some day, or there was one once."""
        if self._archives.is_forgotten(path):
            return say(410, "This archive is older than what is kept here.", **{"Cache-Control": "max-age=3600"})
        return say(404, "There is no such archive here, yet.", **{"Cache-Control": "max-age=60"})

    async def _feed(self, scope: Scope) -> Document | Response:
        """A feed, or the variant of it that the query asks for."""
        path = scope["path"]
        document = self._shelf.documents.get(path)
        if document is None:
            return say(503, "No headline has been read yet. Please come back in 30 seconds.", **RETRY)
        wish = read_filter(scope["query_string"]) if self._variants else None
        if wish is None or self._variants is None:
            return document
        wanted = (*self._shelf.places[path], wish)
        if self._rates is not None and not self._variants.holds(*wanted) and (wait := self._rates.variant(scope)):
            return _too_often(wait)
        return await self._variants.document(*wanted)


def say(status: int, sentence: str, **headers: str) -> Response:
    """A line of text."""
    return PlainTextResponse(sentence, status, headers=SECURE | headers)


def only_to_read(scope: Scope) -> Response:
    """405, but for what a browser asks before a page of another site may send a conditional request (Fetch, CORS)."""
    if scope["method"] == "OPTIONS" and any(name == b"access-control-request-method" for name, _ in scope["headers"]):
        return Response(status_code=204, headers=PREFLIGHT)
    return say(405, "Method Not Allowed", Allow=", ".join(METHODS))


def _too_often(wait: int) -> Response:
    sentence = f"That was often. Please come back in {wait} s; feeds without a filter may be read at any time."
    return say(429, sentence, **{"Retry-After": str(wait), "Cache-Control": "no-store"})
