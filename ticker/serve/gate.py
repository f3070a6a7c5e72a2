"""Who may read a private service: those who have its token, by a URL, a header, a password or a cookie.

The token is taken out of a request before anything else sees it, so what is kept, logged and linked is the same for
everybody. Pages find it in the state of the request (`token_of`), to show addresses of feeds that readers can use.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote_plus, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticker.serve.addresses import Addresses
from ticker.serve.front import SECURE, say
from ticker.serve.limits import Buckets, Rate
from ticker.serve.negotiation import header, quality
from ticker.serve.templating import Templates
from ticker.serve.texts import choose

COOKIE = "ticker_read"
KEY = "token"  # in a query
OPEN = frozenset(("/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/icon.svg", "/icon.png", "/icon-512.png"))
DAYS = 180  # that a browser keeps the cookie
TRIES = Rate(burst=10, a_second=0.1)
REMEMBERED = 8  # wrong tokens of an address: a reader that was given one says it each minute, and guesses nothing
ADDRESSES = 1_000  # whose wrong tokens are remembered
PRIVATE = "This service is private. Give its read token as the password, or as ?token=… at the end of the address."
CHALLENGE = 'Basic realm="Ticker: any name, and the read token as password", charset="UTF-8"'

T = TypeVar("T")

_STATE = "ticker.read_token"
_PROGRAMS = ("/api/", "/events", "/metrics", "/hub", "/opml")


def token_of(scope: Scope) -> str:
    """The read token that whoever asks has shown; "" where none is needed."""
    return str(scope.get("state", {}).get(_STATE, ""))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a request shows for a token, and where."""

    digest: bytes
    in_query: bool = False


class Gate:
    """ASGI middleware: lets in who has the token.

    Args:
        app: what is behind it.
        token: of at least 16 characters.
        public_url: of the service: the cookie is for its path, and for https only where it says so.
        addresses: who asks.
        timer: seconds on any clock that only goes forward.
    """

    def __init__(
        self, app: ASGIApp, *, token: str, public_url: str, addresses: Addresses, timer: Callable[[], float]
    ) -> None:
        self._app = app
        self._token = token
        self._digest = _digest(token)
        self._ticket = hmac.new(token.encode(), b"cookie of " + COOKIE.encode(), hashlib.sha256).hexdigest()
        self._ticket_digest = _digest(self._ticket)
        parts = urlsplit(public_url)
        secure = "; Secure" if parts.scheme == "https" else ""
        life = f"Max-Age={DAYS * 86_400}; Path={parts.path or '/'}; HttpOnly; SameSite=Lax{secure}"
        self._cookie = f"{COOKIE}={self._ticket}; {life}"
        self._tries = _Tries(addresses, timer)
        self._templates = Templates({"root": parts.path or "/"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        rest, shown = _parted(scope["query_string"])
        shown += [_Shown(_digest(said)) for said in _said(scope)]
        if self._has_ticket(scope):
            self._tries.let_in(scope)
        else:
            refused = self._tries.refuses(scope, shown, self._fits)
            if refused or not any(map(self._fits, shown)):
                await (refused or self._unknown(scope))(scope, receive, send)
                return
        scope = {**scope, "query_string": rest, "state": {**scope.get("state", {}), _STATE: self._token}}
        if any(each.in_query and self._fits(each) for each in shown) and _is_page(scope):
            await self._without(scope)(scope, receive, send)
            return
        await self._app(scope, receive, _privately(send))

    def _unknown(self, scope: Scope) -> Response:
        """401. Browsers then ask a person for a name and a password; who gives none is shown what is said here."""
        headers = {
            "WWW-Authenticate": CHALLENGE,
            "Cache-Control": "no-store",
            "Vary": "Accept, Accept-Language, Cookie",
        }
        accept = header(scope, b"accept")
        if "text/html" not in accept.lower() or quality(accept, "text/html") < quality(accept, "text/plain"):
            return say(401, PRIVATE, **headers)
        request = Request(scope)
        texts = choose(
            asked=request.query_params.get("lang"), kept=request.cookies.get("lang"),
            accepted=header(scope, b"accept-language"), channel="en",
        )  # fmt: skip
        page = self._templates.render("private.html", texts)
        return HTMLResponse(page, 401, SECURE | headers | {"Content-Language": texts.language})

    def _fits(self, shown: _Shown) -> bool:
        return hmac.compare_digest(shown.digest, self._digest)

    def _has_ticket(self, scope: Scope) -> bool:
        """Whatever other cookies of this host there are: they are those of any program on it, on any port."""
        said = (part.partition("=") for part in re.split("[;,]", header(scope, b"cookie")))
        tickets = (value.strip().strip('"') for name, _, value in said if name.strip() == COOKIE)
        return any(hmac.compare_digest(_digest(ticket), self._ticket_digest) for ticket in tickets)

    def _without(self, scope: Scope) -> Response:
        """The same page at an address that can be passed on; relative, for a proxy may take a part of it off."""
        last = scope.get("raw_path", scope["path"].encode()).rpartition(b"/")[2].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        location = f"./{last}" + (f"?{query}" if query else "")
        headers = SECURE | {"Location": location, "Set-Cookie": self._cookie, "Cache-Control": "no-store"}
        return Response(status_code=303, headers=headers)


class _Tries:
    """Wrong tokens, by address: a few, then one in ten seconds. The same one once more is no new try."""

    def __init__(self, addresses: Addresses, timer: Callable[[], float]) -> None:
        self._addresses = addresses
        self._buckets = Buckets(TRIES, timer, most=ADDRESSES)
        self._wrong: OrderedDict[str, tuple[bytes, ...]] = OrderedDict()
        self._right: OrderedDict[str, bool] = OrderedDict()  # from where somebody was let in

    def let_in(self, scope: Scope) -> None:
        """Somebody was, from there."""
        if address := self._addresses.of(scope):
            _put(self._right, address, True)

    def refuses(self, scope: Scope, shown: list[_Shown], fits: Callable[[_Shown], bool]) -> Response | None:
        """429 where this address has guessed too often: then nothing that it has not said before is looked at.

        Unless somebody was let in from there: a reader must not be kept out by a guest of the same network.
        """
        address = self._addresses.of(scope)
        if address is None:  # a proxy that says not for whom it asks: one guest would keep all others out
            return None
        known = self._wrong.get(address, ())
        fresh = [each for each in shown if each.digest not in known]
        wait = self._buckets.wait(address)
        if not fresh or (wait and address not in self._right):
            return _too_many(wait) if fresh else None
        if any(map(fits, fresh)):
            self.let_in(scope)
            return None
        _put(self._wrong, address, (*known, *(each.digest for each in fresh))[-REMEMBERED:])
        return _too_many(wait) if self._buckets.take(address) else None


def _put(held: OrderedDict[str, T], address: str, what: T) -> None:
    held[address] = what
    held.move_to_end(address)
    if len(held) > ADDRESSES:
        held.popitem(last=False)


def _too_many(wait: int) -> Response:
    sentence = f"Too many read tokens that are none were tried from here. Please come back in {wait} seconds."
    return say(429, sentence, **{"Retry-After": str(wait), "Cache-Control": "no-store"})


def _digest(said: str) -> bytes:
    """Of one length, so that to compare two takes the same time for all (hmac.compare_digest)."""
    return hashlib.sha256(said.encode(errors="replace")).digest()


def _parted(query: bytes) -> tuple[bytes, list[_Shown]]:
    """The query without the token, otherwise as it was; and what it said for one, the last time."""
    if not query:
        return b"", []
    rest, shown = [], []
    for pair in query.split(b"&"):
        key, _, value = pair.decode("latin-1").partition("=")
        if unquote_plus(key) == KEY:
            shown.append(_Shown(_digest(unquote_plus(value)), in_query=True))
        else:
            rest.append(pair)
    return b"&".join(rest), shown[-1:]  # one a request: each is a guess


def _said(scope: Scope) -> Iterator[str]:
    """What the header Authorization says for a token (RFC 6750 §2.1, RFC 7617 §2)."""
    scheme, _, said = header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        yield said.strip()
    elif scheme.lower() == "basic":
        try:
            yield base64.b64decode(said.strip(), validate=True).decode(errors="replace").partition(":")[2]
        except (binascii.Error, ValueError):
            yield ""


def _is_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show it: never a feed, a list of them or what a program reads."""
    path = scope["path"]
    if scope["method"] != "GET" or "." in path.rpartition("/")[2] or path.startswith(_PROGRAMS):
        return False
    destination = header(scope, b"sec-fetch-dest")
    return destination == "document" if destination else "text/html" in header(scope, b"accept").lower()


def _privately(send: Send) -> Send:
    """Let no cache but the reader's own keep what is sent, and no other site learn of its address."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            lines = [(name.lower(), value) for name, value in message.get("headers", ())]
            caching = b", ".join(value for name, value in lines if name == b"cache-control")
            lines = [line for line in lines if line[0] not in (b"cache-control", b"referrer-policy")]
            lines += [(b"cache-control", _private(caching)), (b"referrer-policy", b"no-referrer")]
            message = {**message, "headers": lines}
        await send(message)

    return sent


def _private(caching: bytes) -> bytes:
    kept = [part.strip() for part in caching.split(b",") if part.strip() not in (b"", b"public", b"private")]
    return caching if b"no-store" in kept else b", ".join([b"private", *kept])
