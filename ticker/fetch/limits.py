"""What one reading of a page may cost."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from ticker.model import Source

USUAL = timedelta(seconds=30)  # the `timeout` for which the other limits of time are made
HEADS = 500_000  # bytes beyond the body that a connection may bring: heads, interim answers, chunks' sizes


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of time hold besides `Source.timeout`, which none of them passes."""

    total: timedelta = timedelta.max  # from the name to the last byte, redirects and robots.txt included
    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=10)  # between two pieces of an answer
    error_page: timedelta = timedelta(seconds=3)  # for the body of an error, of which the status is known already
    robots: timedelta = timedelta(seconds=8)  # for robots.txt
    max_wire_bytes: int = 5_000_000  # of a body as sent
    max_bytes: int = 10_000_000  # of a body as unpacked
    max_pieces: int = 30_000  # that a body is sent in: 0.3 s of our time; 5 MB in pieces of 170 bytes are fewer
    max_redirects: int = 5

    def of(self, source: Source) -> Self:
        """The limits for one source: who grants a page more time than usual means to wait for it."""
        total = min(self.total, source.timeout)
        patience = max(total / USUAL, 1.0)
        return replace(
            self,
            total=total,
            connect=min(self.connect, total),
            read=min(self.read * patience, total),
            error_page=min(self.error_page, total / 3),
            robots=min(self.robots * patience, total / 3),
        )

    @property
    def most_bytes(self) -> int:
        """Of all that comes over one connection, packed as it is."""
        return 2 * self.max_wire_bytes + HEADS  # a body in crumbs of a byte is six bytes a chunk: too dear at any rate


DEFAULT = Limits()
