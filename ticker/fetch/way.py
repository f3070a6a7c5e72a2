"""The way to an address: whom to trust, what to say of ourselves, and where redirects may lead."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import httpx

from ticker import __version__
from ticker.authorities import trusted, trusts_nobody
from ticker.errors import FetchError
from ticker.fetch.limits import Limits
from ticker.fetch.robots import PRODUCT
from ticker.fetch.troubles import NO_ANSWER, NO_AUTHORITIES, TooLateError, one_line, plainly, seconds
from ticker.guard import transport
from ticker.lookups import SOURCES, unanswered
from ticker.model import Source, Validators

USER_AGENT = f"{PRODUCT}/{__version__} (news feed reader)"
ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.9, application/xml;q=0.8"

LONGEST_ADDRESS = 8_000  # characters: what servers are to take (RFC 9110 §4.1)

_COURTEOUS = {"user-agent", "accept", "accept-language", "accept-encoding"}  # told to any host; the rest may be secret

Check: TypeAlias = Callable[[httpx.URL], Awaitable[None]]
"""Raises FetchError where an address may not be asked for."""


class TooManyRedirectsError(FetchError):
    """There is always one more page on."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One reading of one address."""

    source: Source
    url: str
    limits: Limits
    known: Validators | None = None  # sent along
    secrets: bool = True  # whether the headers of the source go along, to its own host


class Way:
    """Opens connections.

    Args:
        user_agent: unless the headers of a source say another.
    """

    def __init__(self, user_agent: str) -> None:
        self._user_agent = user_agent
        self._tls: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()

    async def client(self, visit: Visit) -> httpx.AsyncClient:
        """For one reading: httpx's pool is dead for ever once a request in it was cancelled (httpcore 1093)."""
        source, limits = visit.source, visit.limits
        reached = transport(
            await self._trusted(),
            allow_private=source.allow_private,
            most_bytes=limits.most_bytes,
            lookups=SOURCES,
        )
        timeout = httpx.Timeout(_below(limits.read, limits), connect=_below(limits.connect, limits))
        return httpx.AsyncClient(transport=reached, timeout=timeout, trust_env=False, follow_redirects=False)

    async def _trusted(self) -> ssl.SSLContext:
        """The TLS context of all clients: it takes 90 ms to load, so once, and not on the loop."""
        async with self._loading:
            if self._tls is None or trusts_nobody(self._tls):  # somebody may have put them there since
                self._tls = await asyncio.to_thread(trusted)
            return self._tls

    async def follow(self, client: httpx.AsyncClient, visit: Visit, check: Check) -> httpx.Response:
        """The answer at the end of the redirects, of which only the headers were read."""
        place = first = _web_address(httpx.URL(visit.url))
        for hop in range(visit.limits.max_redirects + 1):
            if (length := len(str(place))) > LONGEST_ADDRESS:
                told = f"an address of {length:,} characters"
                raise FetchError("unreachable", f"redirects to {told}" if hop else told)
            if place.scheme == "https" and trusts_nobody(await self._trusted()):
                raise FetchError("unreachable", NO_AUTHORITIES)
            await check(place)
            headers = self._headers(visit, at_home=_same_owner(first, place), redirected=hop > 0)
            answer = await client.send(client.build_request("GET", place, headers=headers), stream=True)
            if answer.next_request is None:
                return answer
            await answer.aclose()
            place = _web_address(answer.next_request.url)
            if _same_owner(first, place):
                place = place.copy_with(userinfo=first.userinfo)
        raise TooManyRedirectsError("unreachable", f"more than {visit.limits.max_redirects} redirects")

    def _headers(self, visit: Visit, *, at_home: bool, redirected: bool) -> httpx.Headers:
        """What one request says.

        If-Modified-Since goes to the asked address alone: where a redirect leads to another page
        each day, an older page not seen yet would answer 304.
        """
        headers = httpx.Headers(
            {
                "User-Agent": self._user_agent,
                "Accept": ACCEPT,
                "Accept-Language": visit.source.language,
                "Accept-Encoding": "gzip, deflate",
            },
            encoding="utf-8",
        )
        for name, value in visit.source.headers.items():
            if (at_home and visit.secrets) or name.lower() in _COURTEOUS:
                headers[name] = value
        if visit.known and visit.known.etag:
            headers["If-None-Match"] = visit.known.etag
        if visit.known and visit.known.last_modified and not redirected:
            headers["If-Modified-Since"] = visit.known.last_modified
        return headers


@asynccontextmanager
async def within(limits: Limits, total: timedelta) -> AsyncIterator[None]:
    """Ends what is done in it after *total*; raises a FetchError for all that can go wrong on the way."""
    handled = sys.exception()
    try:
        async with asyncio.timeout(total.total_seconds()):
            yield
    except TimeoutError as error:
        late = NO_ANSWER if unanswered(error) else f"no complete answer within {seconds(total)}"
        raise TooLateError("unreachable", late) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise FetchError("unreachable", plainly(error, limits, handled)) from error


def named(contact: str) -> str:
    """How we name ourselves to every host, with who is to be asked about us."""
    told = "".join(sign for sign in contact.removeprefix("mailto:") if sign.isprintable() and sign not in "()\\")
    return f"{PRODUCT}/{__version__} (+{told})"


def shown(url: httpx.URL) -> str:
    """An address as it may be shown and linked to: without the password in it."""
    return str(url.copy_with(userinfo=b""))


def _below(limit: timedelta, limits: Limits) -> float | None:
    """A limit of its own, unless the whole reading has no more time."""
    return limit.total_seconds() if limit < limits.total else None


def _web_address(url: httpx.URL) -> httpx.URL:
    """*url*, if a page can be there at all."""
    port = 80 if url.port is None else url.port
    if url.scheme not in ("http", "https") or not url.host or not 0 < port < 65_536:
        raise FetchError("unreachable", f"not a web address: {one_line(url)}")
    return url


def _same_owner(first: httpx.URL, place: httpx.URL) -> bool:
    """Whether what is configured for *first* may be told to *place*: the same origin, or its step up to https.

    Another port is another service, whose owner may be another (RFC 6454 §4).
    """
    schemes = first.scheme, place.scheme
    return (first.host, first.port) == (place.host, place.port) and schemes != ("https", "http")
