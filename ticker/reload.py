"""Read config.yaml again when it changes or SIGHUP comes; a broken one is told of, and what runs goes on as it is.

The file is looked at, not watched: that works on every file system, in containers whose configuration is a link that is
swapped, and costs one `stat` in five seconds. It is read once it has stood still for half a second: an editor may write
it in pieces, and the first half of a configuration is a configuration too.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from ticker.config import Settings
from ticker.errors import ConfigError, StoreError

LOOK = 5.0  # seconds between two looks at the file
AGAIN = 5.0  # seconds until settings that the store did not let us take over are tried once more
SETTLED = 0.5  # seconds in which it must not change before it is read

_Mark = tuple[int, int, int, int] | None  # of a file as it stands; None where there is none

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watched:
    """A configuration that can be read again.

    Args:
        path: the file.
        load: reads it; raises ConfigError.
    """

    path: Path
    load: Callable[[], Settings]
    look: float = LOOK
    settled: float = SETTLED

    async def changes(self, asked: asyncio.Event) -> AsyncIterator[Settings]:
        """What the file says each time it says something else, or *asked* is set; what cannot be read is logged."""
        seen = self._mark()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), self.look)
            wanted = asked.is_set()
            asked.clear()
            if self._mark() == seen and not wanted:
                continue
            seen = await self._still()
            try:
                settings = await asyncio.to_thread(self.load)
            except ConfigError as error:
                for problem in error.problems:
                    log.error("config", detail=problem)
                log.error("config", detail=f"{self.path} is not taken over: what was read before stays in force")
            else:
                yield settings

    async def _still(self) -> _Mark:
        """How the file stands once it has not changed for a while."""
        before = self._mark()
        while True:
            await asyncio.sleep(self.settled)
            now = self._mark()
            if now == before:
                return now
            before = now

    def _mark(self) -> _Mark:
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


async def keep_up(
    watched: Watched,
    asked: asyncio.Event,
    *,
    in_force: Callable[[], Settings],
    take: Callable[[Settings], Awaitable[None]],
) -> None:
    """Take over what is read, until cancelled; where the store refuses, until it does no longer.

    That is tried again whatever becomes of the file: half of these settings may be in force already.

    Args:
        asked: as of `Watched.changes`.
        in_force: what was taken over last as a whole.
        take: goes on by other settings; raises StoreError.
    """
    async for read in watched.changes(asked):
        _, kept = merged(in_force(), read)
        if kept:
            log.warning("config", detail=f"{', '.join(kept)}: takes effect when this process is started anew")
        while True:
            try:
                await _take_over(read, in_force(), take)
            except StoreError as error:
                log.error("config", detail=f"not taken over yet, tried again in {AGAIN:g} s: {error}")
            else:
                break
            await asyncio.sleep(AGAIN)


async def _take_over(read: Settings, before: Settings, take: Callable[[Settings], Awaitable[None]]) -> None:
    settings, _ = merged(before, read)
    if settings == before:
        log.info("config", detail="read again, and nothing is to be done otherwise")
        return
    told = differences(before, settings)
    await take(settings)
    log.info("config", detail="taken over", **told)


def merged(running: Settings, read: Settings) -> tuple[Settings, list[str]]:
    """What can be taken over from *read* by a service that runs, and the keys that it must be started anew for."""
    kept: list[str] = []
    server = read.server
    if (server.host, server.port) != (running.server.host, running.server.port):
        kept += [f"server.{key}" for key in ("host", "port") if getattr(server, key) != getattr(running.server, key)]
        server = replace(
            server, host=running.server.host, port=running.server.port, public_url=running.server.public_url
        )
    if server.proxies != running.server.proxies:
        kept.append("server.proxies")
        server = replace(server, proxies=running.server.proxies)
    if read.store != running.store:
        kept.append("store")
    return replace(read, server=server, store=running.store), kept


def differences(before: Settings, after: Settings) -> dict[str, list[str]]:
    """The names of the sources that came, went and changed; only those that there are."""
    old, new = ({source.name: source for source in each.sources} for each in (before, after))
    told = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": [name for name in new if name in old and new[name] != old[name]],
    }
    return {word: names for word, names in told.items() if names}
