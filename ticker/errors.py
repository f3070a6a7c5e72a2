"""Every error raised on purpose, named for who can put it right; anything else is a bug."""

from typing import Literal

Cause = Literal[
    "unreachable",  # no answer, or none that could be read: DNS, TLS, time-out, too large, broken transfer
    "refused",  # the server answered, with an error status
    "challenged",  # a page that asks for a browser or a person
    "heading-absent",  # the page does not hold the configured heading
    "block-absent",  # nothing on the page looks like a timed list, or none under the heading
    "block-empty",  # the place of the list is there and holds (nearly) no rows
    "times-unreadable",  # rows, but no time that can be read
    "list-frozen",
    "gap",
]


class TickerError(Exception):
    """Base of every error raised on purpose. Its text is one line and names the cure."""


class ConfigError(TickerError):
    """config.yaml or the environment asks for something impossible: the operator edits it.

    Args:
        problems: one line each, as `config.yaml:9:15 sources[1].every: …`, in file order.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class FetchError(TickerError):
    """The page could not be read this time: the next poll tries again.

    Args:
        cause: `unreachable`, `refused` or `challenged`.
        detail: a plain sentence for a person, e.g. "answered 503 Service Unavailable".
        retry_after: seconds the server asked for, if it did.
        body: the page that came with the error, unpacked; the beginning of it, where it is long.
        content_type: of *body*, as the server named it.
        url: where it came from, after redirects; empty where nothing came.
    """

    def __init__(
        self,
        cause: Cause,
        detail: str,
        *,
        retry_after: float | None = None,
        body: bytes = b"",
        content_type: str | None = None,
        url: str = "",
    ) -> None:
        super().__init__(detail)
        self.cause: Cause = cause
        self.detail = detail
        self.retry_after = retry_after
        self.body = body
        self.content_type = content_type
        self.url = url


class ParseError(TickerError):
    """The page was read but holds no headlines where we look: a person mends heading or selectors."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause: Cause = cause
        self.detail = detail


class StoreError(TickerError):
    """The database refused: nothing of this poll was kept."""


class RacedError(StoreError):
    """Another transaction was first: nothing of this one was kept, and it may be tried again."""


class SlowSearchError(StoreError):
    """A search would take longer than anybody waits: ask for less."""


class ConflictError(StoreError):
    """Another poll of the same source was kept in between: reconcile again against what is known now."""
