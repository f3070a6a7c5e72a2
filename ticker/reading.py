"""Read the list of a source: from the first of its addresses that holds it; say why none does, and with what page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ticker.errors import FetchError, ParseError
from ticker.model import Evidence, Headline, Known, Page, Poll, Source, Validators
from ticker.parse import inspect, parse
from ticker.repair import Repair, repair

MOST_SHOWN = 500_000  # characters of a page that failed, for whoever asks why


KnownAt = Callable[[str, datetime], Awaitable[Known]]  # what is known of a source


class Fetch(Protocol):
    """Reads a page; None when it has not changed (304). Raises FetchError."""

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None: ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one address gave no list, with the page, where it gave one."""

    url: str
    error: FetchError | ParseError
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why none of the addresses gave a list."""

    troubles: tuple[Trouble, ...]

    @property
    def worst(self) -> Trouble:
        """What was read and holds no list says more than what could not be read."""
        return next((one for one in self.troubles if isinstance(one.error, ParseError)), self.troubles[0])


async def first(
    source: Source, fetch: Fetch, validators: Validators | None
) -> tuple[Page, list[Headline]] | Failure | None:
    """The first page that holds the block; None where the last one that did has not changed."""
    troubles: list[Trouble] = []
    for url in source.urls:
        page = None
        try:
            page = await fetch(source, url, validators if validators and validators.url == url else None)
            return None if page is None else (page, await asyncio.to_thread(parse, page, source))
        except (FetchError, ParseError) as error:
            troubles.append(Trouble(url, error.with_traceback(None), page))
    return Failure(tuple(troubles))


async def mended(source: Source, failure: Failure, known_at: KnownAt) -> tuple[Page, Repair] | None:
    """The first page on which another list goes on with what is known, where selectors do not find it."""
    if source.selectors is None:
        return None
    for one in failure.troubles:
        if one.page is not None and isinstance(one.error, ParseError):
            known = await known_at(source.name, one.page.fetched_at)
            found = await asyncio.to_thread(_other, source, one.page, one.error, known)
            if found is not None:
                return one.page, found
    return None


def _other(source: Source, page: Page, problem: ParseError, known: Known) -> Repair | None:
    if not known.listed:
        return None
    seen = inspect(page, heading=source.heading)
    blocks = () if seen.problem else seen.blocks
    return repair(source, problem, blocks, known, fetched_at=page.fetched_at)


def evidence_of(poll: Poll, trouble: Trouble) -> Evidence | None:
    """The page that came with the trouble, if one did."""
    if trouble.page is not None:
        return evidence(poll, trouble.page)
    error = trouble.error
    if poll.cause is None or not isinstance(error, FetchError) or not error.body:
        return None
    body, url = error.body[:MOST_SHOWN], error.url or trouble.url
    return Evidence(poll.source, poll.at, url, poll.cause, poll.detail, body, error.content_type)


def evidence(poll: Poll, page: Page) -> Evidence | None:
    """A page that was read, in UTF-8, whatever it came in: so it is shown as it was understood."""
    if poll.cause is None:
        return None
    body, kind = page.text[:MOST_SHOWN].encode("utf-8", "replace"), f"text/{page.kind}; charset=utf-8"
    return Evidence(poll.source, poll.at, page.url, poll.cause, poll.detail, body, kind)
