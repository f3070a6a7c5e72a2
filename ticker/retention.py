"""What `keep` of the configuration no longer keeps, forgotten once a day."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ticker.config import Settings
from ticker.errors import StoreError
from ticker.store import Outdated, Store

FIRST = timedelta(minutes=10)  # after a start: it has other things to do first
DAILY = timedelta(days=1)
AGAIN = timedelta(minutes=10)  # after the store has refused
PAUSE = 0.1  # seconds between two transactions: polls come first
LEAP = timedelta(days=30)  # from one look to the next: more is a long holiday of the service, or a clock set wrong
DOUBT = timedelta(days=7)  # until such a clock is believed

Progress = Callable[[int, int], None]

log = structlog.get_logger()


def forgets(settings: Settings) -> bool:
    """Whether anything is to be forgotten, ever."""
    return settings.keep is not None or any(source.keep is not None for source in settings.sources)


async def outdated(store: Store, settings: Settings, now: datetime) -> Outdated:
    """What is older than is kept, counted back from the newest headline: a clock that runs ahead must cost none.

    Raises:
        StoreError: the database refused.
    """
    newest = min(await store.retention.newest() or now, now)
    before = {source.name: _before(newest, source.keep) for source in settings.sources}
    return await store.retention.outdated(before, _before(newest, settings.keep))


async def forget(store: Store, old: Outdated, *, pause: float = 0.0, progress: Progress | None = None) -> None:
    """Forget it, in transactions so short that a poll can wait for each. Raises StoreError."""
    done = 0
    while some := await store.retention.forget(old):
        done += some
        if progress:
            progress(done, old.items + old.archives)
        await asyncio.sleep(pause)


async def doubted(store: Store, now: datetime) -> str:
    """Why the clock is not believed yet, a sentence; empty where it is.

    A single poll under a clock that is years ahead puts an item there, and age would count from it. A clock that has
    leapt since the last look is believed once it has gone on for a week. Raises StoreError.
    """
    before = await store.retention.looked()
    since = None
    if before is not None:
        at, since = before
        if now - at > LEAP:
            since = now
        elif now < at or (since is not None and now - since >= DOUBT):
            since = None
    await store.retention.look(now, since)
    if since is None:
        return ""
    why = "the clock has leapt, see whether it is right; `ticker db prune` does it at once"
    return f"nothing is forgotten before {since + DOUBT:%Y-%m-%d}: {why}"


async def keep_forgetting(store: Store, settings: Callable[[], Settings], clock: Callable[[], datetime]) -> None:
    """Once a day, for as long as the service runs, by the settings of that day."""
    wait = FIRST
    while True:
        await asyncio.sleep(wait.total_seconds())
        wait = DAILY
        if not forgets(settings()):
            continue
        try:
            if doubt := await doubted(store, clock()):
                log.warning("forgetting", detail=doubt)
                continue
            old = await outdated(store, settings(), clock())
            await forget(store, old, pause=PAUSE)
        except StoreError as error:
            log.error("store", detail=f"what is too old is not forgotten yet: {error}")
            wait = AGAIN
        else:
            if old.items or old.archives:
                log.info("forgotten", headlines=old.items, archives=old.archives)


def _before(newest: datetime, keep: timedelta | None) -> datetime | None:
    if keep is None:
        return None
    try:
        return newest - keep
    except OverflowError:  # 999 years
        return None
