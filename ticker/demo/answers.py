"""What the newsroom answers: a front page that can fail in every way a real one does, and its switches."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ticker.demo.control import MODES, Mode, control_page
from ticker.demo.frame import CARDS, SECTIONS
from ticker.demo.manual import Manual
from ticker.demo.page import page, small_page
from ticker.demo.wording import headline

MAX_FORM = 64 * 1024  # bytes of a request to the control page
_FILLING = b"<!-- " + b"." * (64 * 1024 - 9) + b" -->"
_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#a11"/>'
    '<path d="M7 11h18M7 16h18M7 21h11" stroke="#fff" stroke-width="3"/></svg>'
)


class _Cut(Response):
    """Declares its whole length, sends half, and lets the server close the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class Site:
    """The answers of the site, and the mode they depend on."""

    def __init__(
        self,
        desk: Manual,
        clock: Callable[[], datetime],
        *,
        links: bool,
        slow: timedelta,
        hang: timedelta,
        huge_bytes: int,
    ) -> None:
        self.desk = desk
        self.mode = "ok"
        self.modes: Mapping[str, Mode] = MODES  # what can be switched on, with what stands before the site
        self.since: datetime | None = None  # of the mode; None at the start
        self.stopping = asyncio.Event()
        self._clock = clock
        self._links = links
        self._slow = slow
        self._hang = hang
        self._huge_bytes = huge_bytes

    async def front(self, request: Request) -> Response:
        """The page, or whatever the mode makes of it."""
        match self.mode:
            case "500":
                return HTMLResponse(small_page("خطأ داخلي في الخادم"), 500)
            case "403":
                return HTMLResponse(small_page("الوصول مرفوض"), 403)
            case "hang":
                await self._hold(request, self._hang)
                return Response(status_code=503)
            case "huge":
                return StreamingResponse(self._endless(request), media_type="text/html; charset=utf-8")
            case "slow":
                await self._hold(request, self._slow)
        return self._page(request)

    async def breaking(self, request: Request) -> Response:
        """One headline, as long as it is not taken away."""
        now = self._clock()
        post = self.desk.post(request.path_params["number"], now)
        text = post.text_at(now) if post else None
        if text is None:
            raise HTTPException(404)
        return HTMLResponse(small_page(text))

    async def article(self, request: Request) -> Response:
        """What the cards lead to."""
        number = request.path_params["number"]
        if number >= CARDS:
            raise HTTPException(404)
        return HTMLResponse(small_page(headline(number, "related")))

    async def section(self, request: Request) -> Response:
        """What the menu leads to."""
        number = request.path_params["number"]
        if number >= len(SECTIONS):
            raise HTTPException(404)
        return HTMLResponse(small_page(SECTIONS[number]))

    async def robots(self, _request: Request) -> Response:
        """Robots may read everything but the switches."""
        return PlainTextResponse("User-agent: *\nDisallow: /control\n")

    async def favicon(self, _request: Request) -> Response:
        """A small picture."""
        return Response(_FAVICON, media_type="image/svg+xml")

    async def control(self, request: Request) -> Response:
        """The switches, as a page or as JSON."""
        rows = self.desk.rows_at(self._clock())
        if "application/json" in request.headers.get("accept", ""):
            shown = [{"id": row.id, "time": row.time, "text": row.text, "link": row.link} for row in rows]
            return JSONResponse({"mode": self.mode, "modes": list(self.modes), "rows": shown})
        return HTMLResponse(control_page(self.mode, rows, self.modes), headers={"cache-control": "no-store"})

    async def switch(self, request: Request) -> Response:
        """Take another mode."""
        mode = (await _fields(request)).get("mode", "")
        if mode not in self.modes:
            raise HTTPException(400, f"mode is one of: {', '.join(self.modes)}")
        self.mode, self.since = mode, self._clock()
        return _done(request, {"mode": mode})

    async def change(self, request: Request) -> Response:
        """Add, edit, remove or repost a row."""
        action, fields, now = request.path_params["action"], await _fields(request), self._clock()
        text = fields.get("text", "").strip()
        number = int(fields["id"]) if fields.get("id", "").isdecimal() else 0
        if action in ("add", "edit") and not text:
            raise HTTPException(400, "text is missing")
        try:
            match action:
                case "add":
                    number = self.desk.add(text, now)
                case "edit":
                    self.desk.edit(number, text, now)
                case "remove":
                    self.desk.remove(number, now)
                case "repost":
                    number = self.desk.repost(number, now)
                case _:
                    raise HTTPException(404)
        except KeyError:
            raise HTTPException(404, f"no row has the id {number}") from None
        return _done(request, {"id": number})

    def _page(self, request: Request) -> Response:
        """The page with a strong ETag (RFC 9110 §8.8.3), gzipped when asked, or 304."""
        body, charset = self._body()
        coding = "gzip" if _accepts_gzip(request) else None
        etag = f'"{sha256(body).hexdigest()[:32]}{"-gzip" if coding else ""}"'
        headers = {"etag": etag, "vary": "Accept-Encoding", "cache-control": "max-age=0, must-revalidate"}
        if _same(etag, request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        if coding:
            body = gzip.compress(body, compresslevel=6, mtime=0)
            headers["content-encoding"] = coding
        kind = _Cut if self.mode == "cut" else Response
        return kind(body, headers=headers, media_type=f"text/html; charset={charset}")

    def _body(self) -> tuple[bytes, str]:
        """The bytes of the page in the current mode, and their charset."""
        rows = self.desk.rows_at(self._clock())
        match self.mode:
            case "blank":
                return b"", "utf-8"
            case "empty":
                return page(()).encode(), "utf-8"
            case "no-heading":
                return page(rows, links=self._links, heading="شريط الأنباء").encode(), "utf-8"
            case "redesign":
                return page(rows, layout="cards", links=False).encode(), "utf-8"
            case "windows-1256":
                text = page(rows, links=self._links, charset="windows-1256")
                return text.encode("cp1256", "xmlcharrefreplace"), "windows-1256"
        return page(rows, links=self._links).encode(), "utf-8"

    async def _endless(self, request: Request) -> AsyncIterator[bytes]:
        """The page and filling behind it, until enough is sent or nobody is there any more."""
        first, _ = self._body()
        yield first
        for _ in range(max(0, self._huge_bytes - len(first)) // len(_FILLING)):
            if self.stopping.is_set() or await request.is_disconnected():
                return
            yield _FILLING

    async def _hold(self, request: Request, limit: timedelta) -> None:
        """Wait for *limit*, or until the client or the server leaves."""
        leaving = [asyncio.create_task(_gone(request)), asyncio.create_task(_set(self.stopping))]
        try:
            await asyncio.wait(leaving, timeout=limit.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in leaving:
                waiter.cancel()
                with suppress(asyncio.CancelledError):
                    await waiter


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def _accepts_gzip(request: Request) -> bool:
    asked = request.headers.get("accept-encoding", "")
    return any(re.fullmatch(r"\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).+)?", part) for part in asked.split(","))


def _same(etag: str, wanted: str) -> bool:
    """If-None-Match by weak comparison (RFC 9110 §13.1.2)."""
    return any(part.strip().removeprefix("W/") in (etag, "*") for part in wanted.split(","))


async def _fields(request: Request) -> dict[str, str]:
    """What a form or a JSON object in the request says.

    Raises:
        HTTPException: 413 for a body over `MAX_FORM`, 400 for one that is neither.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise HTTPException(413)
    try:
        if _is_json(request):
            return {str(name): str(value) for name, value in json.loads(body).items()}
        return dict(parse_qsl(body.decode()))
    except (ValueError, AttributeError):
        raise HTTPException(400, "a form or a JSON object is wanted") from None


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


def _done(request: Request, result: dict[str, str | int]) -> Response:
    """JSON for a program that sent JSON; a person's browser goes back to the control page."""
    if _is_json(request):
        return JSONResponse(result)
    return Response(status_code=303, headers={"location": "/control"})
