"""Refuse, at the moment of connecting, every address that is not a public one (against server-side request forgery).

A name is resolved once, what it resolves to is looked at, and exactly that is connected to: a name that means another
address a moment later (DNS rebinding), a number that is an address in disguise (2130706433, 0x7f.1) and a redirect
gain nothing. TLS and the Host header keep the name.
"""

import asyncio
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from ticker.lookups import LOOKUPS, Lookups, chain

TRIED = 4  # addresses of one name, at most

# What `is_global` of some Python releases lets through, and what is public by its number alone.
_NOT_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments, and the metadata of one cloud
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn (RFC 7526)
    IPv4Network("168.63.129.16/32"),  # the metadata of another cloud
)
_UNICAST = IPv6Network("2000::/3")  # all that is given out of IPv6
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/23"), IPv6Network("3fff::/20"))  # 6to4, Teredo; examples
_NAT64 = IPv6Network("64:ff9b::/96")  # how hosts of IPv4 are reached from networks without it (RFC 6052)


class AddressRefusedError(httpcore.ConnectError):
    """The host is at no public address. httpx raises its `ConnectError` from this."""


# Of a head, with the interim answers before it: a hundred thousand of these are as small as a page, and take the parser
# seconds. httpcore itself refuses single heads of 100 KB.
MOST_HEAD = 200_000


class TooMuchError(httpcore.ReadError):
    """More came over a connection than was good for us. httpx raises its `ReadError` from this."""


def is_public(address: str) -> bool:
    """Whether *address* is a host on the internet: not this machine, its network, a group or a tunnel into them."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(ip) if isinstance(ip, IPv4Address) else _is_public_6(ip)


def _is_public_4(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _NOT_PUBLIC)


def _is_public_6(ip: IPv6Address) -> bool:
    if ip.scope_id is not None:
        return False
    if ip in _NAT64:
        return _is_public_4(IPv4Address(int(ip) & 0xFFFF_FFFF))
    return ip in _UNICAST and ip.is_global and not any(ip in net for net in _TUNNELS)


def refused(error: BaseException | None) -> str | None:
    """Why the guard refused the request that ended in *error*, None where it was something else."""
    return next((str(one) for one in chain(error) if isinstance(one, AddressRefusedError)), None)


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections, to public addresses only, and reads no more from them than is good for us.

    Args:
        allow_private: to all other addresses as well.
        most_bytes: of everything that comes over a connection: a head without end costs as much as a body; None: all.
        lookups: where names are looked up.
    """

    def __init__(
        self, *, allow_private: bool = False, most_bytes: int | None = None, lookups: Lookups = LOOKUPS
    ) -> None:
        self._allow_private = allow_private
        self._most = most_bytes
        self._lookups = lookups
        self._open = httpcore.AnyIOBackend()
        self._head_left: int | None = None  # bytes; None while no head is awaited

    async def trace(self, event: str, _info: object) -> None:
        """What httpcore tells of a request whose extension `trace` this is: a head begins, a head is complete."""
        if event.endswith("receive_response_headers.started"):
            self._head_left = MOST_HEAD
        elif event.endswith("receive_response_headers.complete"):
            self._head_left = None

    def took(self, count: int) -> None:
        """So many bytes have come; raises TooMuchError where they are more than a head may have."""
        if self._head_left is not None:
            self._head_left -= count
            if self._head_left < 0:
                raise TooMuchError(f"a head of more than {MOST_HEAD:,} bytes")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it by this name
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As `AsyncNetworkBackend` has it; *timeout* is for the name and all its addresses."""
        options = list(socket_options or ())
        stream = await self._allowed(host, port, timeout, local_address, options)
        return stream if self._most is None else _Metered(stream, self._most, self)

    async def _allowed(
        self,
        host: str,
        port: int,
        total: float | None,
        local_address: str | None,
        options: list[httpcore.SOCKET_OPTION],
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(total):
                found = await self._lookups(host, port)
                addresses = [address for address in found if self._allow_private or is_public(address)]
                if not addresses:
                    raise AddressRefusedError(f"{host} is at no public address")
                return await self._first(addresses[:TRIED], port, total, local_address, options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection to {host} within {total or 0:g} s") from error

    async def _first(
        self,
        addresses: list[str],
        port: int,
        total: float | None,
        local_address: str | None,
        options: list[httpcore.SOCKET_OPTION],
    ) -> httpcore.AsyncNetworkStream:
        """The first that answers; none may use up the time of the others."""
        share = None if total is None else total / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._open.connect_tcp(address, port, share, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._open.connect_tcp(addresses[-1], port, share, local_address, options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it by this name
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: that is this machine."""
        raise AddressRefusedError(f"{path} is at no public address")

    async def sleep(self, seconds: float) -> None:
        """Between retries of the pool, which makes none."""
        await asyncio.sleep(seconds)


class _Metered(httpcore.AsyncNetworkStream):
    """A connection that breaks off when too much has come over it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, most: int, guard: Guard, left: int | None = None) -> None:
        self._stream = stream
        self._most = most
        self._guard = guard
        self._left = most if left is None else left

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        read = await self._stream.read(max_bytes, timeout)
        self._guard.took(len(read))
        self._left -= len(read)
        if self._left < 0:
            raise TooMuchError(f"more than {self._most:,} bytes")
        return read

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:
        """Metered on: what comes is counted as it reads, the handshake is bounded by its time."""
        secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Metered(secured, self._most, self._guard, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Guarded(httpx.AsyncHTTPTransport):
    """httpx has no way to name the backend of its pool; a test holds that this one is asked."""

    def __init__(self, tls: ssl.SSLContext, guard: Guard) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._guard = guard
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls, http1=True, http2=False, network_backend=guard)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One at a time: heads are bounded by themselves."""
        request.extensions = {**request.extensions, "trace": self._guard.trace}
        return await super().handle_async_request(request)


def transport(
    tls: ssl.SSLContext, *, allow_private: bool, most_bytes: int | None = None, lookups: Lookups = LOOKUPS
) -> httpx.AsyncHTTPTransport:
    """How a request reaches its host.

    Args:
        tls: whom to trust.
        allow_private: also at private addresses and on this machine.
        most_bytes: of all that comes over a connection.
        lookups: where names are looked up.
    """
    return _Guarded(tls, Guard(allow_private=allow_private, most_bytes=most_bytes, lookups=lookups))


def client(
    tls: ssl.SSLContext, *, allow_private: bool, timeout: httpx.Timeout, most_bytes: int | None = None
) -> httpx.AsyncClient:
    """For one request: httpx's pool is dead for ever once a request in it was cancelled (httpcore 1093)."""
    way = transport(tls, allow_private=allow_private, most_bytes=most_bytes)
    return httpx.AsyncClient(transport=way, timeout=timeout, trust_env=False, follow_redirects=False)
