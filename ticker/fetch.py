"""Read a page over HTTP, within limits: Source -> Page, or None on 304 Not Modified."""

import asyncio
import re
import socket
import ssl
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from ticker import __version__
from ticker.decode import Unpacker, page_of
from ticker.errors import FetchError
from ticker.model import Page, Source, Validators

USER_AGENT = f"Ticker/{__version__} (news feed reader)"
ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.9, application/xml;q=0.8"
LONGEST_WAIT = 86_400.0  # seconds of Retry-After that are believed: a source is asked at least once a day
LONGEST_VALIDATOR = 1_000  # characters: what a server refuses as a header would be refused for ever
GLANCE = 64_000  # characters: pages that ask for a browser or a person are shorter
# Our own clock is taken for wrong where the dates of fresh answers differ from it: by more than LEAST_SKEW, which the
# window of a line forgives (ten minutes ahead, thirty behind), and less than MOST_SKEW, beyond which the host has none;
# by the same within STEADY, as network and rounding let them; WITNESSES times running, over at least APART: a cached
# answer without an Age keeps its date while our clock goes on.
LEAST_SKEW = timedelta(minutes=2)
MOST_SKEW = timedelta(days=1)
STEADY = timedelta(seconds=10)
WITNESSES = 3
APART = timedelta(seconds=30)

_COURTEOUS = {"user-agent", "accept", "accept-language", "accept-encoding"}  # told to any host; the rest may be secret
_WEB_TYPE = re.compile(r"text/|application/(?:[\w.-]+\+)?xml\b", re.IGNORECASE)
# Marks of interstitials alone: scripts that such services also put into the pages they let through are not here.
_CHALLENGE = re.compile(
    r"<title>\s*(?:Just a moment\.\.\.|Attention Required! \| Cloudflare|DDoS-Guard)\s*</title>"
    r"|\bgeo\.captcha-delivery\.com\b|\bIncapsula incident ID\b|\bid=[\"']px-captcha\b"
    r"|/\.well-known/sgcaptcha/|\bgokuProps\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one poll of a page may cost."""

    total: timedelta = timedelta(seconds=30)  # from name resolution to the last byte, redirects included
    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=10)  # between two pieces of an answer
    error_page: timedelta = timedelta(seconds=3)  # for the body of an error, of which the status is known already
    max_wire_bytes: int = 5_000_000  # of a body as sent
    max_bytes: int = 10_000_000  # of a body as unpacked
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Witness:
    """The `Date` of a fresh answer, and what our clock showed when it came."""

    ours: datetime
    date: datetime

    @property
    def skew(self) -> timedelta:
        """How far the host is ahead of us."""
        return self.date - self.ours


def witness(headers: httpx.Headers, ours: datetime) -> Witness | None:
    """What an answer says of our clock; None where it has no date, or was kept in a cache (RFC 9111 §5.1)."""
    date = _http_date(headers.get("date", ""))
    return Witness(ours, date) if date is not None and headers.get("age", "0").strip() == "0" else None


def skew(hosts: Iterable[Sequence[Witness]]) -> timedelta:
    """How far the true time is ahead of our clock: zero, unless most of the hosts agree that it is not.

    Args:
        hosts: the latest witnesses of each host, oldest first.
    """
    heard = sorted(_steady(witnesses) for witnesses in hosts if len(witnesses) >= WITNESSES)
    if not heard:
        return timedelta()
    usual = heard[(len(heard) - 1) // 2]
    agreeing = sum(abs(other - usual) <= STEADY for other in heard)
    return usual if LEAST_SKEW < abs(usual) < MOST_SKEW and agreeing * 2 > len(heard) else timedelta()


def _steady(witnesses: Sequence[Witness]) -> timedelta:
    """The difference that the last few witnesses agree in; zero where they do not."""
    last = witnesses[-WITNESSES:]
    skews = sorted(one.skew for one in last)
    steady = skews[-1] - skews[0] <= STEADY and last[-1].ours - last[0].ours >= APART
    return skews[len(skews) // 2] if steady else timedelta()


class Fetcher:
    """Reads pages; made once, and shared by all polls.

    It tells the time of its pages by `clock`, corrected by the dates of the answers where those show that our clock is
    wrong; `remark` then says so.

    Args:
        clock: now, as an aware instant; read once for each page.
        limits: what one poll may cost.
        user_agent: unless the headers of a source say another.
    """

    def __init__(
        self, *, clock: Callable[[], datetime], limits: Limits = Limits(), user_agent: str = USER_AGENT
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._user_agent = user_agent
        self._tls: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()
        self._witnesses: dict[
            str, tuple[Witness, ...]
        ] = {}  # host of a configured address -> the latest of its answers

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        """Read *url*, one of the addresses of *source*.

        Args:
            validators: of the page kept last; sent only if *url* gave them (RFC 9110 §13).

        Returns:
            The page with its own validators, kept under *url* also where it redirects; None if it
            is as it was.

        Raises:
            FetchError: there is no page to be had this time, and why.
        """
        known = validators if validators and validators.url == url else None
        handled = sys.exception()
        try:
            async with asyncio.timeout(self._limits.total.total_seconds()), await self._client() as client:
                return await self._read(client, source, url, known)
        except TimeoutError as error:
            raise FetchError("unreachable", f"no complete answer within {_seconds(self._limits.total)}") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise FetchError("unreachable", self._plainly(error, handled)) from error

    @property
    def remark(self) -> str:
        """What is wrong with our own clock, as a plain sentence; empty where nothing is."""
        off = skew(self._witnesses.values())
        if not off:
            return ""
        side = "behind" if off > timedelta() else "ahead"
        minutes = round(abs(off) / timedelta(minutes=1))
        return f"the clock of this machine is {minutes} min {side}: the time of the answers is used"

    def _corrected(self, answer: httpx.Response, url: str) -> datetime:
        """Now, in whole seconds. By the difference and not by the date itself: a cached answer moves nothing back."""
        ours = self._clock().astimezone(UTC)
        told = witness(answer.headers, ours)
        if told is not None:
            host = httpx.URL(url).host
            self._witnesses[host] = (*self._witnesses.get(host, ()), told)[-WITNESSES:]
        return (ours + skew(self._witnesses.values())).replace(microsecond=0)

    async def _client(self) -> httpx.AsyncClient:
        """A client for one poll: httpx's pool is dead for ever once a request in it was cancelled (httpcore 1093)."""
        limits = self._limits
        timeout = httpx.Timeout(limits.read.total_seconds(), connect=limits.connect.total_seconds())
        return httpx.AsyncClient(transport=transport(await self._trust()), timeout=timeout, trust_env=False)

    async def _trust(self) -> ssl.SSLContext:
        """The TLS context of all clients: it takes 90 ms to load, so once, and not on the loop."""
        async with self._loading:
            if self._tls is None:
                self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
            return self._tls

    async def _read(self, client: httpx.AsyncClient, source: Source, url: str, known: Validators | None) -> Page | None:
        async with aclosing(await self._follow(client, source, url, known)) as answer:
            fetched_at = self._corrected(answer, url)
            asked = answer.request.headers
            if answer.status_code == 304 and ("if-none-match" in asked or "if-modified-since" in asked):
                return None
            if answer.status_code not in (200, 203):
                raise await self._refusal(answer, fetched_at)
            content_type = answer.headers.get("content-type")
            if content_type and "/" in content_type and not _WEB_TYPE.match(content_type.strip()):
                raise FetchError("unreachable", f"answered {_one_line(content_type)}, which is no web page")
            body = await self._body(answer)
        page = page_of(
            body,
            url=str(answer.url.copy_with(userinfo=b"")),  # links resolve against it: no password in a feed
            fetched_at=fetched_at,
            content_type=content_type,
            charset=source.charset,
        )
        if _is_challenge(answer, page.text):
            raise FetchError("challenged", "answered with a page that asks for a browser or a person")
        return replace(page, validators=_validators_of(answer, url), note=self.remark)

    async def _follow(
        self, client: httpx.AsyncClient, source: Source, url: str, known: Validators | None
    ) -> httpx.Response:
        """The answer at the end of the redirects, of which only the headers were read."""
        first = place = _web_address(httpx.URL(url))
        for hop in range(self._limits.max_redirects + 1):
            headers = self._headers(source, known, at_home=_same_owner(first, place), redirected=hop > 0)
            answer = await client.send(client.build_request("GET", place, headers=headers), stream=True)
            if answer.next_request is None:
                return answer
            await answer.aclose()
            place = _web_address(answer.next_request.url)
            if _same_owner(first, place):
                place = place.copy_with(userinfo=first.userinfo)
        raise FetchError("unreachable", f"more than {self._limits.max_redirects} redirects")

    def _headers(self, source: Source, known: Validators | None, *, at_home: bool, redirected: bool) -> httpx.Headers:
        """What one request says.

        If-Modified-Since goes to the asked address alone: where a redirect leads to another page
        each day, an older page not seen yet would answer 304.
        """
        headers = httpx.Headers(
            {
                "User-Agent": self._user_agent,
                "Accept": ACCEPT,
                "Accept-Language": source.language,
                "Accept-Encoding": "gzip, deflate",
            },
            encoding="utf-8",
        )
        for name, value in source.headers.items():
            if at_home or name.lower() in _COURTEOUS:
                headers[name] = value
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified and not redirected:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    async def _refusal(self, answer: httpx.Response, fetched_at: datetime) -> FetchError:
        """The error that an answer without a page is."""
        status = answer.status_code
        detail = f"answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
        wait = _retry_after(answer.headers, fetched_at)
        if _is_challenge(answer, await self._glance(answer) if status in (403, 429, 503) else ""):
            return FetchError("challenged", f"{detail}: asks for a browser or a person", retry_after=wait)
        if status == 304:
            detail += " without being asked for a change"
        elif status < 400:
            detail += ", which holds no page"
        return FetchError("refused", detail, retry_after=wait)

    async def _glance(self, answer: httpx.Response) -> str:
        """An error page as far as it can be had; one that cannot be read does not hide the status."""
        with suppress(httpx.HTTPError, FetchError, TimeoutError):
            async with asyncio.timeout(self._limits.error_page.total_seconds()):
                return (await self._body(answer)).decode("latin-1")
        return ""

    async def _body(self, answer: httpx.Response) -> bytes:
        """The unpacked body. httpx would unpack it without a limit: a stacked bomb is one chunk of 1 GB."""
        most = self._limits.max_wire_bytes
        length = answer.headers.get("content-length", "")
        if length.isdecimal() and int(length) > most:
            raise FetchError("unreachable", f"too large: {int(length):,} bytes")
        unpacker = Unpacker(answer.headers.get("content-encoding", ""), self._limits.max_bytes)
        async for chunk in answer.aiter_raw():
            most -= len(chunk)
            if most < 0:
                raise FetchError("unreachable", f"too large: more than {self._limits.max_wire_bytes:,} bytes")
            unpacker.feed(chunk)
            await asyncio.sleep(0)  # else 10,000 tiny chunks in one buffer are read without a pause
        return unpacker.whole()

    def _plainly(self, error: Exception, handled: BaseException | None) -> str:
        """What went wrong on the way, for a person; *handled* is the caller's own trouble, not part of it."""
        match error:
            case httpx.ConnectTimeout():
                return f"no connection within {_seconds(self._limits.connect)}"
            case httpx.ReadTimeout():
                return f"silent for {_seconds(self._limits.read)}"
            case httpx.UnsupportedProtocol() | httpx.InvalidURL() | UnicodeError():
                return f"not a web address: {_one_line(error)}"
        match _root(error, handled):
            case ssl.SSLCertVerificationError() as root:
                return f"TLS: the certificate is not trusted: {root.verify_message}"
            case ssl.SSLError() as root:
                return f"TLS: {(root.reason or str(root)).replace('_', ' ').lower()}"
            case socket.gaierror() as root:
                return f"DNS: {root.strerror}"
            case ConnectionRefusedError():
                return "connection refused"
            case root:
                return f"the transfer broke: {_one_line(root) or type(root).__name__}"


def transport(tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    """How a poll reaches hosts: every connection of a poll, redirects too, is opened by what this returns."""
    return httpx.AsyncHTTPTransport(verify=tls, http1=True, http2=False, trust_env=False)


def _web_address(url: httpx.URL) -> httpx.URL:
    """*url*, if a page can be there at all."""
    port = 80 if url.port is None else url.port
    if url.scheme not in ("http", "https") or not url.host or not 0 < port < 65_536:
        raise FetchError("unreachable", f"not a web address: {_one_line(url)}")
    return url


def _same_owner(first: httpx.URL, place: httpx.URL) -> bool:
    """Whether what is configured for *first* may be told to *place*: the same origin, or its step up to https."""
    upgrade = first.host == place.host and (first.scheme, place.scheme) == ("http", "https")
    return upgrade or (first.scheme, first.host, first.port) == (place.scheme, place.host, place.port)


def _validators_of(answer: httpx.Response, url: str) -> Validators | None:
    """What the answer may be asked about next time, by the address asked; see `Fetcher._headers` for its date."""
    etag = _sendable(answer.headers.get("etag"))
    last_modified = _sendable(answer.headers.get("last-modified")) if answer.url == httpx.URL(url) else None
    return Validators(url, etag, last_modified) if etag or last_modified else None


def _sendable(value: str | None) -> str | None:
    fits = value and value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR
    return value if fits else None


def _is_challenge(answer: httpx.Response, text: str) -> bool:
    return (
        answer.headers.get("cf-mitigated") == "challenge"
        or answer.headers.get("x-amzn-waf-action") in ("challenge", "captcha")
        or (len(text) <= GLANCE and _CHALLENGE.search(text) is not None)
    )


def _retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait (RFC 9110 §10.2.3); a date is counted from the server's own clock if it shows it."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,12}", value):
        return min(float(value), LONGEST_WAIT)
    until = _http_date(value)
    if until is None:
        return None
    wait = until - (_http_date(headers.get("date", "")) or now)
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _root(error: BaseException, handled: BaseException | None) -> BaseException:
    """The error that *error* came from. By context too: httpcore raises "from None"."""
    while (origin := error.__cause__ or error.__context__) and origin is not handled:
        error = origin
    return error


def _one_line(words: object) -> str:
    return " ".join(str(words).split())[:200]


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
