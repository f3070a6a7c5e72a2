"""The application: what is in memory answers first; the pages, which ask the library, have routes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ticker.errors import StoreError
from ticker.model import Channel, Format, Press, Source
from ticker.serve.access import Access, AccessLog
from ticker.serve.archives import Archives
from ticker.serve.documents import Document, pack, prepare
from ticker.serve.exposition import Expose, Exposition
from ticker.serve.feeds import Shelf
from ticker.serve.front import RETRY, SECURE, Front, OnFeed, say
from ticker.serve.library import Library
from ticker.serve.negotiation import header
from ticker.serve.pages import SHOWN, Pages, guid_of
from ticker.serve.published import page_links
from ticker.serve.status import FactsOf, nothing, prefers_json, report
from ticker.serve.variants import Variants

BRIEFLY = SECURE | {"Cache-Control": "max-age=10"}  # pages show the state of the sources: no older than this
AFRESH = {"Cache-Control": "no-cache"}
OPEN = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}  # to scripts of any site
DAY = 86_400  # seconds
STATIC = {  # path -> file, media type, seconds of max-age; the same for everybody, and changed by a release only
    "/robots.txt": ("robots.txt", "text/plain; charset=utf-8", DAY),
    "/favicon.ico": ("favicon.ico", "image/x-icon", 30 * DAY),
    "/icon.svg": ("icon.svg", "image/svg+xml", 30 * DAY),
    "/icon.png": ("icon.png", "image/png", 30 * DAY),  # 144 px, the widest that RSS allows
    "/icon-512.png": ("icon-512.png", "image/png", 30 * DAY),  # JSON Feed's
    "/static/style.css": ("style.css", "text/css; charset=utf-8", DAY),
    "/static/feed.css": ("feed.css", "text/css; charset=utf-8", DAY),
}


class Application(Starlette):
    """Starlette, behind what answers from memory."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.front(scope, receive, send)

    async def by_route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What Starlette itself answers."""
        await super().__call__(scope, receive, send)


def build_app(
    *,
    library: Library,
    channels: Mapping[str, Channel],
    sources: Sequence[Source],
    clock: Callable[[], datetime],
    next_poll: Callable[[str], datetime | None],
    press: Press | None = None,
    opml: bytes | None = None,
    beside: Mapping[str, ASGIApp] | None = None,
    on_answer: Callable[[Access], object] | None = None,
    on_feed: OnFeed | None = None,
    metrics: Expose | None = None,
    facts: FactsOf = nothing,
) -> Application:
    """The application; its `state.shelf` is the `Shelf` that the caller must refresh.

    Args:
        library: the store.
        channels: by feed name; "" for the combined feed must be there.
        sources: as configured, in the order to be shown.
        clock: the present instant, aware.
        next_poll: when a source is polled next, if that is known.
        press: makes filtered variants; without it, queries change nothing.
        opml: the list of all feeds, served at `/opml`.
        beside: applications of their own, by path, such as a hub.
        on_answer: told of each request once it is answered.
        on_feed: told of each request for a feed, at once and at little cost.
        metrics: what `/metrics` says; without it there is no such page.
        facts: what is known of a source beside its health.

    Feeds are 503 until the first `shelf.refresh()` that finds an item.
    """
    shelf = Shelf(library=library, channels=channels, sources=sources, clock=clock)
    documents = {path: _static(*facts) for path, facts in STATIC.items()}
    if opml is not None:
        documents["/opml"] = _opml(opml)
    pages = Pages(
        channels=channels,
        sources=sources,
        next_poll=next_poll,
        style=documents["/static/style.css"].digest[:8],
        listed=opml is not None,
        facts=facts,
    )
    views = _Views(library, channels, pages, shelf)
    app = Application(
        routes=views.routes(),
        exception_handlers={404: views.missing, HTTPException: _short, StoreError: views.unavailable, 500: _broken},
    )
    app.router.redirect_slashes = False  # a feed URL never redirects; `/{source}` has a route of its own
    app.state.shelf = shelf
    front = Front(
        shelf=shelf,
        files=documents,
        archives=Archives(library=library, shelf=shelf, clock=clock),
        variants=Variants(library=library, shelf=shelf, press=press) if press else None,
        beside={**(beside or {}), **({"/metrics": Exposition(metrics)} if metrics else {})},
        behind=app.by_route,
        clock=clock,
        on_feed=on_feed,
    )
    app.front = AccessLog(front, on_answer) if on_answer else front
    return app


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
            "/status": self.status,
            "/status.json": self.status_json,
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
        return HTMLResponse(page, headers=BRIEFLY | {"Content-Language": channel.language, "Link": page_links(channel)})

    async def with_slash(self, request: Request) -> Response:
        channel = self._channel(request.path_params["feed"])
        return RedirectResponse(urlsplit(channel.page_url).path, 308, headers=SECURE)

    async def item(self, request: Request) -> Response:
        guid = guid_of(request.path_params["identifier"])
        item = await self._library.item(guid) if guid else None
        if item is None:
            raise HTTPException(404)
        return HTMLResponse(self._pages.item(item), headers=BRIEFLY)

    async def status(self, request: Request) -> Response:
        """For a person, or the same as `/status.json` for a program that asks for JSON."""
        varying = AFRESH | {"Vary": "Accept"}
        if prefers_json(header(request.scope, b"accept")):
            return await self._status_json(varying)
        states = self._pages.states(await self._library.health())
        page = await asyncio.to_thread(self._pages.status, states)  # a thousand sources take a while
        return HTMLResponse(page, headers=SECURE | varying | {"Content-Language": self._channels[""].language})

    async def status_json(self, _request: Request) -> Response:
        return await self._status_json(AFRESH)

    async def _status_json(self, headers: Mapping[str, str]) -> Response:
        states = self._pages.states(await self._library.health())
        return JSONResponse({"sources": [report(state) for state in states]}, headers={**headers, **OPEN})

    async def alive(self, _request: Request) -> Response:
        return say(200, "ok", **{"Cache-Control": "no-store"})

    async def ready(self, _request: Request) -> Response:
        """Ready is: the combined feed can be served. A source that is down does not change that."""
        if self._shelf.ready:
            return say(200, "ready", **{"Cache-Control": "no-store"})
        return say(503, "waiting for the first headline", **RETRY)

    async def missing(self, request: Request, _error: Exception) -> Response:
        """404: a page for people, a line of text where a feed reader asked."""
        if request.url.path.endswith(tuple(f"/feed.{form.ending}" for form in Format)):
            return say(404, "There is no such feed here.")
        return HTMLResponse(self._pages.message(404, "not_found"), 404, headers=SECURE)

    async def unavailable(self, _request: Request, _error: Exception) -> Response:
        """503: the store refused; feeds do not come here."""
        return HTMLResponse(self._pages.message(503, "unavailable"), 503, headers=SECURE | RETRY)

    def _channel(self, feed: str) -> Channel:
        """The channel of *feed*; the combined one has no page but the root."""
        if feed not in self._channels:
            raise HTTPException(404)
        return self._channels[feed]


async def _short(_request: Request, error: Exception) -> Response:
    """Any other HTTP error, in its own words."""
    if not isinstance(error, HTTPException):
        raise error
    return say(error.status_code, error.detail, **dict(error.headers or {}))


async def _broken(_request: Request, _error: Exception) -> Response:
    return say(500, "Internal Server Error", **{"Cache-Control": "no-store"})


def _static(name: str, media_type: str, seconds: int) -> Document:
    body = files("ticker.serve").joinpath("static", name).read_bytes()
    packed = pack(body, compressed=media_type.startswith("text/") or media_type.endswith("+xml"))
    return prepare(packed, media_type=media_type, cache_control=f"max-age={seconds}")


def _opml(body: bytes) -> Document:
    """With the media type and the name of the file that readers look for when they import it."""
    named = {"Content-Disposition": 'inline; filename="feeds.opml"'}
    media_type = "text/x-opml; charset=utf-8"
    return prepare(pack(body), media_type=media_type, cache_control="max-age=3600", headers=named)
