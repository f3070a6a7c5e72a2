"""One poll: the stages in order, top to bottom; what has effects is passed in."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ticker.errors import ConflictError, FetchError, ParseError
from ticker.model import (
    Changes,
    Channel,
    Feed,
    Format,
    Headline,
    Known,
    Last,
    Match,
    Page,
    Poll,
    Press,
    Source,
    Validators,
)
from ticker.parse import parse
from ticker.reconcile import digest, doubt, equal, lost_touch, missing, reconcile, unmoved
from ticker.render import render
from ticker.resolve import alarm, reach, resolve

MOST_ROWS = 500  # of a list: the newest; the longest of 85 real ones has 115 (research/real-pages)
TRIES = 5  # when other polls of the same source keep coming first


class Fetch(Protocol):
    """Reads a page; None when it has not changed (304). Raises FetchError."""

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None: ...


class Store(Protocol):
    """What a poll needs of the store; see `ticker.store.Store`."""

    async def last(self, source: str) -> Last: ...
    async def known(self, source: str, now: datetime) -> Known: ...
    async def taken(self, source: str, since: datetime) -> frozenset[datetime]: ...
    async def unchanged(
        self, source: str, at: datetime, validators: Validators | None, *, saved: bool = False
    ) -> None: ...
    async def failed(self, poll: Poll) -> None: ...
    async def apply(
        self, source: str, changes: Changes, *, page: Page, known: Known, channels: Iterable[Channel], press: Press
    ) -> None: ...


async def poll(
    source: Source, *, fetch: Fetch, store: Store, channels: Iterable[Channel], press: Press, now: datetime
) -> Poll:
    """Read *source* once and keep what changed.

    Args:
        source: what to read; its URLs are tried in order until one holds the block.
        fetch: reads one URL.
        store: keeps.
        channels: the feeds that this source belongs to.
        press: makes their documents.
        now: when the poll was due.

    Returns:
        How it ended. A page that could not be read or holds no list is an outcome, noted in the
        store, not an error: nothing else was changed.

    Raises:
        StoreError: the database refused; nothing of this poll was kept.
    """
    try:
        last = await store.last(source.name)
        page = await first_that_holds_the_block(source, fetch, last.validators)
    except (FetchError, ParseError) as error:
        return await _note_failure(source, error, now, store)
    if page is None:  # 304 Not Modified
        await store.unchanged(source.name, now, None)
        return Poll(source.name, now, "not-modified")
    return await keep(source, *page, store=store, channels=channels, press=press)


async def ingest(source: Source, page: Page, *, store: Store, channels: Iterable[Channel], press: Press) -> Poll:
    """The same with a page that somebody saved, as if fetched at `page.fetched_at`."""
    try:
        headlines = await asyncio.to_thread(parse, page, source)
    except ParseError as error:
        return await _note_failure(source, error, page.fetched_at, store)
    return await keep(source, replace(page, saved=True), headlines, store=store, channels=channels, press=press)


def documents(feed: Feed) -> dict[Format, bytes]:
    """*feed* in every format."""
    return {form: render(feed, form) for form in Format}


async def first_that_holds_the_block(
    source: Source, fetch: Fetch, validators: Validators | None
) -> tuple[Page, list[Headline]] | None:
    """Raises what the first page that could be read said, else why the first could not."""
    troubles: list[FetchError | ParseError] = []
    for url in source.urls:
        try:
            page = await fetch(source, url, validators if validators and validators.url == url else None)
            return None if page is None else (page, await asyncio.to_thread(parse, page, source))
        except (FetchError, ParseError) as error:
            troubles.append(error)
    raise next((error for error in troubles if isinstance(error, ParseError)), troubles[0])


async def keep(
    source: Source,
    page: Page,
    headlines: Sequence[Headline],
    *,
    store: Store,
    channels: Iterable[Channel],
    press: Press,
) -> Poll:
    """The way of a list from its rows on: matched, dated, stored; what only aged changes nothing."""
    headlines = headlines[:MOST_ROWS]
    at, mark = page.fetched_at, digest(headlines)
    for tries_left in reversed(range(TRIES)):
        if equal(headlines, (await store.last(source.name)).digest):
            await _note_unchanged(source, page, store)
            break
        known = await store.known(source.name, at)
        if refusal := doubt(known, headlines):
            refused = Poll(source.name, at, "refused", None, refusal.cause, refusal.detail, doubted=mark)
            return await _note(replace(refused, rows=tuple(headlines)), store)
        matches = await asyncio.to_thread(reconcile, known, headlines, fetched_at=at, zone=source.zone)
        if unmoved(known, matches):  # "5 minutes ago" is "6 minutes ago" by now, and nothing else
            await _note_unchanged(source, page, store)
            break
        changes = await _resolve(source, matches, known, at, mark, store)
        changes = replace(
            changes,
            gone=missing(known, matches),
            gap=lost_touch(known, matches),
            note="; ".join(filter(None, (alarm(changes, known), page.note))),
        )
        try:
            await store.apply(source.name, changes, page=page, known=known, channels=channels, press=press)
        except ConflictError:
            if not tries_left:
                raise
        else:
            return Poll(source.name, at, "changed", changes, "gap" if changes.gap else None, changes.note)
    return Poll(source.name, at, "unchanged")


async def _resolve(
    source: Source, matches: Sequence[Match], known: Known, at: datetime, mark: str, store: Store
) -> Changes:
    taken: frozenset[datetime] = frozenset()
    if any(match.item is None for match in matches):
        since = await asyncio.to_thread(reach, matches, known, fetched_at=at, zone=source.zone)
        taken = await store.taken(source.name, since)
    return await asyncio.to_thread(
        resolve, matches, known, source=source.name, fetched_at=at, zone=source.zone, digest=mark, taken=taken
    )


async def _note_unchanged(source: Source, page: Page, store: Store) -> None:
    await store.unchanged(source.name, page.fetched_at, page.validators or Validators(page.url), saved=page.saved)


async def _note_failure(source: Source, error: FetchError | ParseError, at: datetime, store: Store) -> Poll:
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    return await _note(Poll(source.name, at, "failed", None, error.cause, error.detail, retry_after), store)


async def _note(poll: Poll, store: Store) -> Poll:
    await store.failed(poll)
    return poll
