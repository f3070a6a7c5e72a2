"""One poll: the stages in order, top to bottom; what has effects is passed in."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ticker.errors import Cause, ConflictError, FetchError, ParseError
from ticker.model import (
    Changes,
    Channel,
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
from ticker.reading import Failure, Fetch, Trouble, evidence, evidence_of, first, mended
from ticker.reconcile import digest, doubt, equal, lost_touch, missing, reconcile, unmoved
from ticker.repair import Repair
from ticker.resolve import alarm, reach, resolve
from ticker.rhythm import Rhythm

MOST_ROWS = 500  # of a list: the newest; the longest of 85 real ones has 115 (research/real-pages)
TRIES = 5  # when other polls of the same source keep coming first
GAP = "no line of the list before was left: headlines between the two may have been missed"


class Store(Protocol):
    """What a poll needs of the store; see `ticker.store.Store`."""

    async def last(self, source: str) -> Last: ...
    def last_new(self, source: str) -> datetime | None: ...
    async def known(self, source: str, now: datetime) -> Known: ...
    async def taken(self, source: str, since: datetime) -> frozenset[datetime]: ...
    async def unchanged(
        self,
        source: str,
        at: datetime,
        validators: Validators | None,
        *,
        saved: bool = False,
        cause: Cause | None = None,
        detail: str = "",
        advice: str = "",
    ) -> None: ...
    async def failed(self, poll: Poll) -> None: ...
    async def apply(
        self,
        source: str,
        changes: Changes,
        *,
        page: Page,
        known: Known,
        channels: Iterable[Channel],
        press: Press,
        cause: Cause | None = None,
        detail: str = "",
        advice: str = "",
        goes_on: bool = False,
    ) -> None: ...


async def poll(
    source: Source,
    *,
    fetch: Fetch,
    store: Store,
    channels: Iterable[Channel],
    press: Press,
    now: datetime,
    rhythm: Rhythm | None = None,
    sooner: bool = False,
) -> Poll:
    """Read *source* once and keep what changed.

    Args:
        source: what to read; its URLs are tried in order until one holds the block.
        fetch: reads one URL.
        store: keeps.
        channels: the feeds that this source belongs to.
        press: makes their documents.
        now: when the poll was due.
        rhythm: when the source prints, to tell a list that is frozen; None where nobody knows.
        sooner: it is asked once sooner than usual, after a gap: that its list goes on does not say that it will.

    Returns:
        How it ended. A page that could not be read or holds no list is an outcome, noted in the
        store, not an error: nothing else was changed. A list that is kept may have a cause all the
        same: it turned over between two polls, or is frozen.

    Raises:
        StoreError: the database refused; nothing of this poll was kept.
    """
    last = await store.last(source.name)
    read = await first(source, fetch, last.validators)
    if read is None:  # 304 Not Modified
        frozen = _frozen(source, store, rhythm, now)
        cause: Cause | None = "list-frozen" if frozen else None
        await store.unchanged(source.name, now, None, cause=cause, detail=frozen)
        return Poll(source.name, now, "not-modified", None, cause, frozen)
    if isinstance(read, Failure):
        other = await mended(source, read, store.known)
        if other is None:
            return await _note_failure(source, read.worst, now, store)
        page, found = other
        return await keep(
            source, page, found.headlines, store=store, channels=channels, press=press, rhythm=rhythm, repaired=found
        )
    return await keep(source, *read, store=store, channels=channels, press=press, rhythm=rhythm, sooner=sooner)


async def ingest(source: Source, page: Page, *, store: Store, channels: Iterable[Channel], press: Press) -> Poll:
    """The same with a page that somebody saved, as if fetched at `page.fetched_at`."""
    try:
        headlines = await asyncio.to_thread(parse, page, source)
    except ParseError as error:
        return await _note_failure(source, Trouble(page.url, error, page), page.fetched_at, store)
    return await keep(source, replace(page, saved=True), headlines, store=store, channels=channels, press=press)


async def keep(
    source: Source,
    page: Page,
    headlines: Sequence[Headline],
    *,
    store: Store,
    channels: Iterable[Channel],
    press: Press,
    rhythm: Rhythm | None = None,
    repaired: Repair | None = None,
    sooner: bool = False,
) -> Poll:
    """The way of a list from its rows on: matched, dated, stored; what only aged changes nothing.

    Args:
        source: whose list it is.
        page: where it was read.
        headlines: its rows.
        store: as of `poll`, and so are channels, press and rhythm.
        channels: the feeds.
        press: makes their documents.
        rhythm: of the source.
        repaired: how the list was found, where not as configured.
        sooner: as of `poll`.
    """
    headlines = headlines[:MOST_ROWS]
    for _ in range(TRIES - 1):
        with suppress(ConflictError):
            return await _try(source, page, headlines, store, channels, press, rhythm, repaired, sooner)
    return await _try(source, page, headlines, store, channels, press, rhythm, repaired, sooner)


async def _try(
    source: Source,
    page: Page,
    headlines: Sequence[Headline],
    store: Store,
    channels: Iterable[Channel],
    press: Press,
    rhythm: Rhythm | None,
    repaired: Repair | None,
    sooner: bool,
) -> Poll:
    """Against what is known now; raises ConflictError where that is another by the time it is to be kept."""
    at, mark = page.fetched_at, digest(headlines)
    last = await store.last(source.name)
    frozen = _frozen(source, store, rhythm, at)
    how, advice = (repaired.detail, repaired.advice) if repaired else ("", "")
    frozen_too: Cause | None = "list-frozen" if frozen else None
    same = Poll(source.name, at, "unchanged", None, frozen_too, _said(frozen, how), advice=advice)
    if equal(headlines, last.digest):
        return await _note_unchanged(same, page, store)
    known = await store.known(source.name, at)
    if refusal := doubt(known, headlines):
        refused = Poll(source.name, at, "refused", None, refusal.cause, _said(refusal.detail, how), doubted=mark)
        kept = evidence(refused, page) if refusal.cause else None
        return await _note(replace(refused, rows=tuple(headlines), evidence=kept, advice=advice), store)
    matches = await asyncio.to_thread(reconcile, known, headlines, fetched_at=at, zone=source.zone)
    if unmoved(known, matches):  # "5 minutes ago" is "6 minutes ago" by now, and nothing else
        return await _note_unchanged(same, page, store)
    changes = await _resolve(source, matches, known, at, mark, store)
    note = _said(alarm(changes, known), page.note)
    changes = replace(changes, gone=missing(known, matches), gap=lost_touch(known, matches), note=note)
    cause, why = _still_amiss(changes, frozen)
    done = Poll(source.name, at, "changed", changes, cause, _said(why, note, how), advice=advice)
    await store.apply(
        source.name,
        changes,
        page=page,
        known=known,
        channels=channels,
        press=press,
        cause=done.cause,
        detail=done.detail,
        advice=done.advice,
        goes_on=sooner,
    )
    return done


def _still_amiss(changes: Changes, frozen: str) -> tuple[Cause | None, str]:
    """What is wrong though the list is kept; an edit is no sign that news comes again."""
    if changes.gap:
        return "gap", GAP
    return ("list-frozen", frozen) if frozen and not changes.of("new", "repost") else (None, "")


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


def _frozen(source: Source, store: Store, rhythm: Rhythm | None, at: datetime) -> str:
    """Why there should have been a new line by now; empty where nothing is amiss."""
    last_new = store.last_new(source.name)
    return rhythm.frozen(last_new, at) if rhythm is not None and last_new is not None else ""


def _said(*sentences: str) -> str:
    return "; ".join(filter(None, sentences))


async def _note_unchanged(poll: Poll, page: Page, store: Store) -> Poll:
    validators = page.validators or Validators(page.url)
    await store.unchanged(
        poll.source,
        poll.at,
        validators,
        saved=page.saved,
        cause=poll.cause,
        detail=poll.detail,
        advice=poll.advice,
    )
    return poll


async def _note_failure(source: Source, trouble: Trouble, at: datetime, store: Store) -> Poll:
    error = trouble.error
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    failed = Poll(source.name, at, "failed", None, error.cause, error.detail, retry_after)
    return await _note(replace(failed, evidence=evidence_of(failed, trouble)), store)


async def _note(poll: Poll, store: Store) -> Poll:
    await store.failed(poll)
    return poll
