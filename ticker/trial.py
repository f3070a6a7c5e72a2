"""Read every source once and keep nothing: what would a poll find, and how would its host have it polled?"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic
from typing import Protocol

from ticker.cures import cure
from ticker.errors import Cause, FetchError
from ticker.model import Block, Courtesy, Headline, Known, Page, Poll, Source, Validators
from ticker.parse import Inspection, inspect
from ticker.reconcile import digest, reconcile
from ticker.resolve import resolve
from ticker.rhythm import Rhythm
from ticker.schedule.hosts import host_of
from ticker.schedule.wait import next_wait

AT_ONCE = 8  # hosts that are read at the same time
LONGEST_PAUSE = timedelta(minutes=1)  # between two sources of a host whose Crawl-delay is longer: a person waits


class Fetch(Protocol):
    """Reads pages, and remembers what their hosts ask for; see `ticker.fetch.Fetcher`."""

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None: ...
    def courtesy(self, source: Source) -> Courtesy: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no list."""

    cause: Cause
    detail: str  # a plain sentence
    cure: str = ""  # what helps against it, where neither `detail` nor the page says so


@dataclass(frozen=True, slots=True)
class Trial:
    """What one reading of a source showed."""

    source: Source
    url: str  # that was asked
    seconds: float  # until the answer was read
    page: Page | None  # None where none came
    found: Inspection | None  # on the page
    failure: Failure | None
    courtesy: Courtesy
    risk: str = ""  # a plain sentence

    @property
    def block(self) -> Block | None:
        """The list that would be followed."""
        return self.found.blocks[0] if self.found and self.found.blocks and self.failure is None else None

    @property
    def size(self) -> int:
        """Bytes of the page, unpacked; of one that is not in UTF-8, as many as it would have in it."""
        return 0 if self.page is None else len(self.page.utf8 or self.page.text.encode("utf-8", "replace"))

    @property
    def redirected(self) -> str:
        """Where the page was found, if elsewhere."""
        return self.page.url if self.page is not None and self.page.url != self.url else ""


async def try_all(
    sources: Sequence[Source],
    fetch: Fetch,
    *,
    progress: Callable[[int, int], object],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> list[Trial]:
    """Try each source, one at a time of each host; in the order of *sources*.

    Args:
        fetch: reads pages.
        progress: told how many of how many are done.
        sleep: waits as many seconds as a host asks for between two requests.
    """
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        hosts.setdefault(host_of(source), []).append(source)
    free = asyncio.Semaphore(AT_ONCE)
    done: dict[str, Trial] = {}

    async def visit(queue: Iterable[Source]) -> None:
        pause = timedelta()
        for source in queue:
            if pause:
                await sleep(min(pause, LONGEST_PAUSE).total_seconds())
            async with free:
                trial = await _try(source, fetch, sharing=len(hosts[host_of(source)]))
            pause = trial.courtesy.crawl_delay
            done[source.name] = trial
            progress(len(done), len(sources))

    async with asyncio.TaskGroup() as group:
        for queue in hosts.values():
            group.create_task(visit(queue))
    return [done[source.name] for source in sources]


async def _try(source: Source, fetch: Fetch, *, sharing: int) -> Trial:
    """The first address that holds the list; else the first page that came, else why none did."""
    trials: list[Trial] = []
    for url in source.urls:
        trial = await _read(source, url, fetch)
        if trial.failure is None:
            return _with_risk(trial, sharing)
        trials.append(trial)
    return next((trial for trial in trials if trial.page is not None), trials[0])


async def _read(source: Source, url: str, fetch: Fetch) -> Trial:
    began = monotonic()
    try:
        page = await fetch(source, url, None)
    except FetchError as error:
        failure = Failure(error.cause, error.detail, _cure(error))
        return Trial(source, url, monotonic() - began, None, None, failure, fetch.courtesy(source))
    seconds = monotonic() - began
    assert page is not None  # noqa: S101 - only a conditional GET is answered 304
    found = await asyncio.to_thread(inspect, page, heading=source.heading, selectors=source.selectors, detailed=True)
    return Trial(source, url, seconds, page, found, _failure(found), fetch.courtesy(source))


def _failure(found: Inspection) -> Failure | None:
    if found.problem is None:
        return None if found.blocks else Failure("block-absent", "no timed list on this page")
    return Failure(found.problem.cause, found.problem.detail)


def _cure(error: FetchError) -> str:
    """What helps; "" where the error says so itself, as of a page that robots.txt forbids."""
    return "" if " forbids " in error.detail else cure(error.cause, error.detail)


def _with_risk(trial: Trial, sharing: int) -> Trial:
    """By the rule that also times the polls, from what one list says of how fast it fills."""
    source, page, block = trial.source, trial.page, trial.block
    if page is None or block is None:
        return trial
    lines = dated(block.headlines, source, page.fetched_at)
    hours: dict[datetime, int] = {}
    for line in lines:
        hour = line.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + 1
    rhythm = Rhythm.of(source.zone, hours, lines, len(block.headlines))
    poll = Poll(source.name, page.fetched_at, "unchanged")
    dice = Random(0)  # noqa: S311 - the same each time, that two checks say the same
    now = page.fetched_at
    wait = next_wait(source, poll, rhythm=rhythm, courtesy=trial.courtesy, sharing=sharing, random=dice, now=now)
    return replace(trial, risk=wait.risk)


def dated(rows: Sequence[Headline], source: Source, at: datetime) -> list[datetime]:
    """When the lines of a list that nobody knew before were published."""
    matches = reconcile(Known(), rows, fetched_at=at, zone=source.zone)
    changes = resolve(
        matches, Known(), source=source.name, fetched_at=at, zone=source.zone, digest=digest(rows), taken=frozenset()
    )
    return [row.item.published for row in changes.rows]
