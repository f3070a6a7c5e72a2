"""The routes: documents from memory first, then the pages that ask the library."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ticker.errors import StoreError
from ticker.model import Channel, Format, Source
from ticker.serve.documents import METHODS, Document, pack, prepare, send_document
from ticker.serve.feeds import Shelf
from ticker.serve.library import Library
from ticker.serve.pages import SHOWN, Pages, alternates, guid_of

RETRY = {"Retry-After": "30", "Cache-Control": "no-store"}  # whole seconds: some readers parse no date there
SECURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
BRIEFLY = SECURE | {"Cache-Control": "max-age=10"}  # pages show the state of the sources: no older than this
STATIC = {  # path -> file, media type; all are the same for everybody and change with a release only
    "/robots.txt": ("robots.txt", "text/plain; charset=utf-8"),
    "/favicon.ico": ("favicon.ico", "image/x-icon"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/static/style.css": ("style.css", "text/css; charset=utf-8"),
}


def build_app(
    *,
    library: Library,
    channels: Mapping[str, Channel],
    sources: Sequence[Source],
    clock: Callable[[], datetime],
    next_poll: Callable[[str], datetime | None],
) -> Starlette:
    """The application; its `state.shelf` is the `Shelf` that the caller must refresh.

    Args:
        library: the store.
        channels: by feed name; "" for the combined feed must be there.
        sources: as configured, in the order to be shown.
        clock: the present instant, aware.
        next_poll: when a source is polled next, if that is known.

    Feeds are 503 until the first `shelf.refresh()` that finds an item.
    """
    shelf = Shelf(library=library, channels=channels, sources=sources, clock=clock)
    static = {path: _static(*facts) for path, facts in STATIC.items()}
    pages = Pages(channels=channels, sources=sources, next_poll=next_poll, style=static["/static/style.css"].digest[:8])
    views = _Views(library, channels, pages, shelf)
    app = Starlette(
        routes=views.routes(),
        middleware=[Middleware(FromMemory, shelf=shelf, static=static, clock=clock)],
        exception_handlers={404: views.missing, HTTPException: _short, StoreError: views.unavailable, 500: _broken},
    )
    app.router.redirect_slashes = False  # a feed URL never redirects; `/{source}` has a route of its own
    app.state.shelf = shelf
    return app


class FromMemory:
    """ASGI middleware: what is prebuilt is answered here, without routing and without the library."""

    def __init__(
        self, app: ASGIApp, *, shelf: Shelf, static: Mapping[str, Document], clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._shelf = shelf
        self._static = static
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else None
        document = self._shelf.documents.get(path) or self._static.get(path) if path else None
        if document is None and path not in self._shelf.paths:
            await self._app(scope, receive, send)
        elif scope["method"] not in METHODS:
            await _text(405, "Method Not Allowed", Allow=", ".join(METHODS))(scope, receive, send)
        elif document is None:
            waiting = "No headline has been read yet. Please come back in 30 seconds."
            await _text(503, waiting, **RETRY)(scope, receive, send)
        else:
            await send_document(document, scope, send, self._clock)


class _Views:
    """The pages, one method per route."""

    def __init__(self, library: Library, channels: Mapping[str, Channel], pages: Pages, shelf: Shelf) -> None:
        self._library = library
        self._channels = channels
        self._pages = pages
        self._shelf = shelf

    def routes(self) -> list[Route]:
        """In the order in which they are tried."""
        table: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/": self.headlines,
            "/healthz": self.alive,
            "/readyz": self.ready,
            "/status.json": self.status,
            "/item/{identifier}": self.item,
            "/{feed}/": self.headlines,
            "/{feed}": self.with_slash,
        }
        return [Route(path, endpoint) for path, endpoint in table.items()]

    async def headlines(self, request: Request) -> Response:
        feed = request.path_params.get("feed", "")
        channel = self._channel(feed)
        items = await self._library.newest(feed or None, limit=SHOWN)
        page = self._pages.headlines(feed, items, await self._library.health())
        return HTMLResponse(page, headers=BRIEFLY | {"Content-Language": channel.language, "Link": alternates(channel)})

    async def with_slash(self, request: Request) -> Response:
        channel = self._channel(request.path_params["feed"])
        return RedirectResponse(urlsplit(channel.page_url).path, 308, headers=SECURE)

    async def item(self, request: Request) -> Response:
        guid = guid_of(request.path_params["identifier"])
        item = await self._library.item(guid) if guid else None
        if item is None:
            raise HTTPException(404)
        return HTMLResponse(self._pages.item(item), headers=BRIEFLY)

    async def status(self, _request: Request) -> Response:
        report = self._pages.status(await self._library.health())
        headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
        return JSONResponse(report, headers=headers)

    async def alive(self, _request: Request) -> Response:
        return _text(200, "ok", **{"Cache-Control": "no-store"})

    async def ready(self, _request: Request) -> Response:
        """Ready is: the combined feed can be served. A source that is down does not change that."""
        if self._shelf.ready:
            return _text(200, "ready", **{"Cache-Control": "no-store"})
        return _text(503, "waiting for the first headline", **RETRY)

    async def missing(self, request: Request, _error: Exception) -> Response:
        """404: a page for people, a line of text where a feed reader asked."""
        if request.url.path.endswith(tuple(f"/feed.{form.ending}" for form in Format)):
            return _text(404, "There is no such feed here.")
        return HTMLResponse(self._pages.message(404, "not_found"), 404, headers=SECURE)

    async def unavailable(self, _request: Request, _error: Exception) -> Response:
        """503: the store refused; feeds do not come here."""
        return HTMLResponse(self._pages.message(503, "unavailable"), 503, headers=SECURE | RETRY)

    def _channel(self, feed: str) -> Channel:
        """The channel of *feed*; the combined one has no page but the root."""
        if feed not in self._channels:
            raise HTTPException(404)
        return self._channels[feed]


def _text(status: int, sentence: str, **headers: str) -> Response:
    return PlainTextResponse(sentence, status, headers=SECURE | headers)


async def _short(_request: Request, error: Exception) -> Response:
    """Any other HTTP error, in its own words."""
    if not isinstance(error, HTTPException):
        raise error
    return _text(error.status_code, error.detail, **dict(error.headers or {}))


async def _broken(_request: Request, _error: Exception) -> Response:
    return _text(500, "Internal Server Error", **{"Cache-Control": "no-store"})


def _static(name: str, media_type: str) -> Document:
    body = files("ticker.serve").joinpath("static", name).read_bytes()
    return prepare(pack(body), media_type=media_type, cache_control="max-age=86400")
