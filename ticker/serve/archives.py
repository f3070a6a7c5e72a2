"""Closed archives of the feeds, `/archive/7.rss`: taken from the library when asked for, the last ones kept packed."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime

from ticker.model import Format
from ticker.serve.documents import Document, pack
from ticker.serve.feeds import Shelf
from ticker.serve.kept import Kept, Workshop
from ticker.serve.library import Library
from ticker.serve.published import archive_links, prepare_feed

FOR_EVER = "max-age=31536000, immutable"  # a closed archive never changes (RFC 5005 §4, RFC 8246)
MOST = 100  # archives kept
MOST_BYTES = 16 * 1024 * 1024
WAITING = 64  # that are not packed yet: whoever walks the archives asks for one after the other

_PATH = re.compile(r"/(?:([^/]+)/)?archive/([1-9][0-9]{0,8})\.(rss|atom|json)")
_FORMATS = {form.ending: form for form in Format}


class Archives:
    """The archives that are asked for.

    Args:
        library: asked for each archive once, as long as it is kept.
        shelf: knows the feeds.
        clock: the present instant, aware.
        kept: for those packed.
    """

    def __init__(
        self, *, library: Library, shelf: Shelf, clock: Callable[[], datetime], kept: Kept | None = None
    ) -> None:
        self._library = library
        self._shelf = shelf
        self._clock = clock
        self._workshop = Workshop(waiting=WAITING)
        self._closed: dict[str, int] = {}  # feed -> how many there were when that was last asked
        self._kept = Kept(most=MOST, most_bytes=MOST_BYTES) if kept is None else kept

    def is_one(self, path: str) -> bool:
        """Whether *path* may be that of an archive."""
        return "/archive/" in path and _PATH.fullmatch(path) is not None

    async def document(self, path: str) -> Document | None:
        """The archive at *path*; None where there is none, yet or any more.

        Raises:
            BusyError: not now.
            StoreError: the library refused.
        """
        if held := self._kept.get(path):
            return held
        if not await self._is_closed(path):
            return None
        return await self._workshop.make(path, lambda: self._make(path))

    async def _is_closed(self, path: str) -> bool:
        """Whether there is such an archive: whoever counts up until there is none must not keep others waiting."""
        name, number = _named(path)
        if name not in self._shelf.channels or not number:
            return False
        if number > self._closed.get(name, 0):  # archives are closed one after the other
            self._closed[name] = await self._library.archives(name)
        return number <= self._closed[name]

    def is_forgotten(self, path: str) -> bool:
        """Whether there was such an archive, of which `document` has just found nothing."""
        name, number = _named(path)
        return name in self._shelf.channels and 0 < number <= self._closed.get(name, 0)

    def _dated(self, closed_at: datetime) -> datetime:
        """Never ahead of `Date`; but all replicas say the same."""
        return closed_at if self._shelf.dated else min(closed_at, self._clock().replace(microsecond=0))

    async def _make(self, path: str) -> Document | None:
        match = _PATH.fullmatch(path)
        channel = self._shelf.channels.get(match[1] or "") if match else None
        if match is None or channel is None:
            return None
        number, form = int(match[2]), _FORMATS[match[3]]
        archive = await self._library.archive(channel.name, number, channel.public_url)
        if archive is None:
            return None
        document = prepare_feed(
            await asyncio.to_thread(pack, archive.documents[form]),
            form,
            cache_control=FOR_EVER,
            # none where the address has changed since: that is no date of these bytes
            last_modified=archive.closed_at and self._dated(archive.closed_at),
            language=channel.language,
            links=archive_links(channel, number, form),
        )
        self._kept.put(path, document)
        return document


def _named(path: str) -> tuple[str, int]:
    """Feed and number; 0 where it is no path of an archive."""
    match = _PATH.fullmatch(path)
    return (match[1] or "", int(match[2])) if match else ("", 0)
