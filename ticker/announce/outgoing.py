"""One bounded request to a stranger: limited are its time, its address and the size of the answer; never redirected."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from ticker import __version__
from ticker.authorities import trusted, trusts_nobody
from ticker.errors import TickerError
from ticker.guard import client, refused

MOST = 65_536  # bytes of an answer, its head included: all that is read of one is its status, and a challenge
USER_AGENT = f"Ticker/{__version__} (WebSub)"


class NoReplyError(TickerError):
    """No answer came: the name, the connection, the time, or the guard is why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a stranger answered."""

    status: int
    body: bytes = b""  # as far as it was asked for
    whole: bool = True  # else there is more

    @property
    def good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class Outgoing:
    """Sends requests, each on a connection of its own.

    Args:
        allow_private: also to private addresses and to this machine.
        total: for a request, from the name to the end of the answer.
        connect: for the connection alone.
        may: asked before each request, where others send the same when it is their turn.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        total: timedelta = timedelta(seconds=15),
        connect: timedelta = timedelta(seconds=5),
        may: Callable[[], bool] = lambda: True,
    ) -> None:
        self._allow_private = allow_private
        self._total = total.total_seconds()
        self._timeout = httpx.Timeout(self._total, connect=connect.total_seconds())
        self._may = may
        self._tls: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None, most: int = 0
    ) -> Reply:
        """The answer, of whose body no more than *most* bytes are read.

        Raises:
            NoReplyError: with a plain phrase.
        """
        if not self._may():
            raise NoReplyError("not sent: it is the turn of another process")
        told = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        try:
            async with (
                asyncio.timeout(self._total),
                self._client(await self._trust()) as way,
                way.stream(method, url, headers={**told, **headers}, content=content) as answer,
            ):
                return await _reply(answer, most)
        except TimeoutError as error:
            raise NoReplyError(f"no answer within {self._total:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            raise NoReplyError(refused(error) or f"{type(error).__name__}: {' '.join(str(error).split())}") from error

    def _client(self, tls: ssl.SSLContext) -> httpx.AsyncClient:
        return client(tls, allow_private=self._allow_private, timeout=self._timeout, most_bytes=MOST)

    async def _trust(self) -> ssl.SSLContext:
        """Whom to trust, loaded once and not on the loop: it takes 90 ms."""
        async with self._loading:
            if self._tls is None or trusts_nobody(self._tls):  # somebody may have put them there since
                self._tls = await asyncio.to_thread(trusted)
            return self._tls


async def _reply(answer: httpx.Response, most: int) -> Reply:
    body = b""
    if most:
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > most:
                return Reply(answer.status_code, body[:most], whole=False)
    return Reply(answer.status_code, body)
