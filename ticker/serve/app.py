"""The application: what is in memory answers first; the pages, which ask the library, have routes."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ticker.errors import StoreError
from ticker.model import Channel, Format, Item, Press, Source
from ticker.serve import headlines, item, overview, packed
from ticker.serve.access import Access, AccessLog
from ticker.serve.api import Api
from ticker.serve.archives import Archives
from ticker.serve.assets import scripts
from ticker.serve.documents import Document, pack, prepare
from ticker.serve.exposition import Expose, Exposition
from ticker.serve.feeds import Shelf
from ticker.serve.front import RETRY, SECURE, Front, OnFeed, say
from ticker.serve.gate import token_of
from ticker.serve.library import Library
from ticker.serve.limits import Rates
from ticker.serve.negotiation import header
from ticker.serve.published import page_links
from ticker.serve.reasons import explained
from ticker.serve.site import Site, city, guid_of
from ticker.serve.status import CAUSES, STATES, FactsOf, nothing, prefers_json, report, rhythm
from ticker.serve.templating import Templates
from ticker.serve.texts import Texts, choose, direction, known
from ticker.serve.variants import Variants

BRIEFLY = SECURE | {"Cache-Control": "max-age=10"}  # pages show the state of the sources: no older than this
AFRESH = {"Cache-Control": "no-cache"}
OPEN = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}  # to scripts of any site
CHOSEN = "Accept-Language, Cookie"  # what the language of a page depends on
DAY = 86_400  # seconds
YEAR = 365 * DAY
OPML = "text/x-opml; charset=utf-8"
NAMED = {"Content-Disposition": 'inline; filename="feeds.opml"'}
STATIC = {  # path -> file, media type, seconds of max-age; the same for everybody, and changed by a release only
    "/robots.txt": ("robots.txt", "text/plain; charset=utf-8", DAY),
    "/favicon.ico": ("favicon.ico", "image/x-icon", 30 * DAY),
    "/icon.svg": ("icon.svg", "image/svg+xml", 30 * DAY),
    "/icon.png": ("icon.png", "image/png", 30 * DAY),  # 144 px, the widest that RSS allows
    "/icon-512.png": ("icon-512.png", "image/png", 30 * DAY),  # JSON Feed's
    "/static/style.css": ("style.css", "text/css; charset=utf-8", DAY),
    "/static/pages.css": ("pages.css", "text/css; charset=utf-8", DAY),
    "/static/feed.css": ("feed.css", "text/css; charset=utf-8", DAY),
}

HasPage = Callable[[Item], bool]

_FEEDS = re.compile(rb'(?<= xmlUrl=")[^"]+')


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
    rates: Rates | None = None,
    gate: Callable[[ASGIApp], ASGIApp] | None = None,
    dated: bool = False,
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
        rates: how often one address may ask for what costs.
        gate: puts before everything what asks who may read; without it, anybody may.
        dated: as of `Shelf`.

    Feeds are 503 until the first `shelf.refresh()` that finds an item.
    """
    shelf = Shelf(library=library, channels=channels, sources=sources, clock=clock, dated=dated)
    documents = release()
    if opml is not None and gate is None:
        documents["/opml"] = _opml(opml)
    site = Site(channels=channels, sources=sources, next_poll=next_poll, facts=facts)
    versions = {path: document.digest[:8] for path, document in documents.items()}
    templates = Templates(everywhere(site, versions, listed=opml is not None))
    views = _Views(library, site, templates, shelf, clock)
    app = Application(
        routes=[*Api(library=library, channel=channels[""], clock=clock).routes(), *_lists(opml), *views.routes()],
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
        rates=rates,
    )
    guarded = gate(front) if gate else front
    app.front = AccessLog(guarded, on_answer) if on_answer else guarded
    return app


class _Views:
    """The pages, one method per route."""

    def __init__(
        self, library: Library, site: Site, templates: Templates, shelf: Shelf, clock: Callable[[], datetime]
    ) -> None:
        self._library = library
        self._site = site
        self._templates = templates
        self._shelf = shelf
        self._clock = clock

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
        values = await headlines.view(self._site, self._library, feed, request.scope["query_string"])
        values["token"] = token_of(request.scope)
        return self._page(request, "headlines.html", channel.language, values, BRIEFLY | {"Link": page_links(channel)})

    async def with_slash(self, request: Request) -> Response:
        channel = self._channel(request.path_params["feed"])
        query = request.scope["query_string"].decode("latin-1")
        path = urlsplit(channel.page_url).path
        return RedirectResponse(f"{path}?{query}" if query else path, 308, headers=SECURE)

    async def item(self, request: Request) -> Response:
        guid = guid_of(request.path_params["identifier"])
        found = await self._library.item(guid) if guid else None
        if found is None:
            raise HTTPException(404)
        values = await item.view(self._site, self._library, found, self._clock())
        return self._page(request, "item.html", self._site.line(found).source.language, values, BRIEFLY)

    async def status(self, request: Request) -> Response:
        """For a person, or the same as `/status.json` for a program that asks for JSON."""
        if prefers_json(header(request.scope, b"accept")):
            return await self._status_json(AFRESH | {"Vary": "Accept"})
        states = self._site.states(await self._library.health())
        only = request.query_params.get("source")
        if only is not None and only not in self._site.sources:
            raise HTTPException(404)
        values = await overview.view(self._site, self._library, states, only=only, now=self._clock())
        language, headers = self._site.combined.language, SECURE | AFRESH | {"Vary": f"Accept, {CHOSEN}"}
        return await asyncio.to_thread(self._page, request, "status.html", language, values, headers)  # takes a while

    async def status_json(self, _request: Request) -> Response:
        return await self._status_json(AFRESH)

    async def _status_json(self, headers: Mapping[str, str]) -> Response:
        states = self._site.states(await self._library.health())
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
        return self._message(request, 404, SECURE)

    async def unavailable(self, request: Request, _error: Exception) -> Response:
        """503: the store refused; feeds do not come here."""
        return self._message(request, 503, SECURE | RETRY)

    def _message(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        channel = self._site.combined
        values = {"channel": channel, "status": status, "sources": list(self._site.sources.values())}
        return self._page(request, "message.html", channel.language, values, headers, status)

    def _page(
        self, request: Request, template: str, language: str, values: Mapping[str, object],
        headers: Mapping[str, str], status: int = 200,
    ) -> Response:  # fmt: skip
        """A page in the language of the visitor, *language* being that of what it is about."""
        texts = texts_for(request, language)
        said = {"Vary": CHOSEN, "Content-Language": texts.language, **headers}
        answer = packed.page(request.scope, self._templates.render(template, texts, **values), status, said)
        if known(asked := request.query_params.get("lang")):
            answer.set_cookie("lang", asked or "", YEAR, path=self._site.root, httponly=True, samesite="lax")
        return answer

    def _channel(self, feed: str) -> Channel:
        """The channel of *feed*; the combined one has no page but the root."""
        if feed not in self._site.channels:
            raise HTTPException(404)
        return self._site.channels[feed]


def texts_for(request: Request, language: str) -> Texts:
    """The words that the visitor reads, *language* being that of what the page is about."""
    return choose(
        asked=request.query_params.get("lang"),
        kept=request.cookies.get("lang"),
        accepted=header(request.scope, b"accept-language"),
        channel=language,
    )


def release() -> dict[str, Document]:
    """Path -> what only a release changes."""
    return {path: _static(*facts) for path, facts in STATIC.items()} | scripts()


def everywhere(
    site: Site, versions: Mapping[str, str], *, listed: bool, filed: bool = False, has_page: HasPage = lambda _: True
) -> dict[str, object]:
    """What every template knows.

    Args:
        site: what is shown.
        versions: path of a file -> how it stands in its URL.
        listed: whether there is a list of all feeds.
        filed: the pages are files: they show nothing that only a process can answer or keep up to date.
        has_page: whether there is a page of this item.
    """
    return {
        "root": site.root,
        "style": versions["/static/style.css"],
        "versions": versions,
        "listed": listed,
        "filed": filed,
        "has_page": has_page,
        "several": len(site.sources) > 1,
        "direction": direction,
        "city": city,
        "rhythm": rhythm,
        "in_words": explained,
        "STATES": STATES,
        "CAUSES": CAUSES,
        "Format": Format,
    }


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
    return prepare(pack(body), media_type=OPML, cache_control="max-age=3600", headers=NAMED)


def _lists(opml: bytes | None) -> list[Route]:
    """`/opml` of a private service: it names addresses with the token that let in who asks, else readers could not
    follow what they import. The gate keeps it from shared caches; what is the same for all is among the documents.
    """

    async def listed(request: Request) -> Response:
        key = b"?token=" + token_of(request.scope).encode()
        body = _FEEDS.sub(lambda found: found.group() + key, opml or b"")
        return Response(body, media_type=OPML, headers=SECURE | NAMED | {"Cache-Control": "private, no-cache"})

    return [Route("/opml", listed)] if opml is not None else []
