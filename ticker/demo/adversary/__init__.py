"""Everything that can go wrong with a page, on loopback: what `ticker demo` switches on, and what tests hold Ticker to.

    wire ─▶ fault ─▶ ways, sizes, moves, statuses, pages ─▶ FAULTS ─▶ door, beside
    bytes   what     the table, by what breaks                        servers that
            one is                                                    perform them

A server of asyncio and nothing else: a framework would not let it lie about lengths, or never answer.
"""

from collections.abc import Mapping

from ticker.demo.adversary import moves, pages, sizes, statuses, ways
from ticker.demo.adversary.beside import Beside, beside
from ticker.demo.adversary.door import Door, attended, perform
from ticker.demo.adversary.fault import GROUPS, Fault, Group, Visit
from ticker.demo.adversary.paper import Look, Paper, bare
from ticker.demo.adversary.wire import Asked

FAULTS: Mapping[str, Fault] = {
    **ways.FAULTS, **sizes.FAULTS, **moves.FAULTS, **statuses.FAULTS, **pages.FAULTS
}  # fmt: skip

CERTIFIED = frozenset({"tls-expired", "tls-self-signed", "tls-wrong-host"})
"""Faults that need an `openssl` to make certificates with."""

__all__ = [
    "CERTIFIED",
    "FAULTS",
    "GROUPS",
    "Asked",
    "Beside",
    "Door",
    "Fault",
    "Group",
    "Look",
    "Paper",
    "Visit",
    "attended",
    "bare",
    "beside",
    "perform",
]
