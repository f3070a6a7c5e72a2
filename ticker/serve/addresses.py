"""By whose address a request is counted. Pure.

The server puts into the scope who is behind a proxy that it trusts (`listening`). The address of such a proxy itself
says nothing of who asks, so nobody is counted by it: else all readers behind one that forwards no address were one.
"""

import ipaddress
from collections.abc import Collection, Sequence
from functools import lru_cache

from starlette.types import Scope

LOOPBACK = ("127.0.0.1", "::1")
LONGEST = 64  # letters of an address; what a proxy forwards may be anything

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Addresses:
    """Who is asking.

    Args:
        proxies: addresses and networks, of those that are trusted to say whom they ask for.
    """

    def __init__(self, proxies: Collection[str] = LOOPBACK) -> None:
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._known = lru_cache(4096)(self._key)

    def of(self, scope: Scope) -> str | None:
        """One word for the address: of IPv6, its network of 64 bits, which one subscriber has; None for a proxy."""
        client = scope.get("client")
        return self._known(str(client[0])[:LONGEST]) if client else None

    def _key(self, host: str) -> str | None:
        try:
            address = _unmapped(ipaddress.ip_address(host.partition("%")[0]))
        except ValueError:
            return "?"  # a proxy that says what is no address: all such are one
        if _in(address, self._proxies):
            return None
        return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _unmapped(address: _IP) -> _IP:
    """The IPv4 address that a socket of IPv6 shows as ::ffff:a.b.c.d."""
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _in(address: _IP, networks: Sequence[_Network]) -> bool:
    return any(address in network for network in networks)
