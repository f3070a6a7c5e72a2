"""A message that did not arrive."""

from ticker.errors import TickerError


class UndeliveredError(TickerError):
    """It did not arrive, or nobody knows; a plain phrase without any secret."""
