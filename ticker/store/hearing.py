"""Hear at once what another process has kept or published: LISTEN of PostgreSQL, on a connection of its own.

Who hears nothing misses nothing: a NOTIFY says no more than that it is worth a look, and everybody looks each second.
"""

import asyncio
from collections.abc import Callable

import structlog

from ticker.store.order import CHANNEL

AGAIN = 1.0  # seconds until a connection that was lost is made anew

log = structlog.get_logger()


class Hearing:
    """What can be heard at the database at *url*; nothing in SQLite, whose other processes are few."""

    def __init__(self, url: str, *, shared: bool) -> None:
        self._url = url
        self._shared = shared

    async def follow(self, on_news: Callable[[], object]) -> None:
        """Call *on_news* whenever there may be something new, until cancelled; a lost connection is made anew."""
        if not self._shared:
            return
        from ticker.store.postgresql import LOST

        while True:
            try:
                await self._listen(on_news)
            except LOST:
                pass
            except Exception as error:
                log.error("bug", exc_info=error, detail="news of other processes are heard of by a look each second")
            await asyncio.sleep(AGAIN)

    async def _listen(self, on_news: Callable[[], object]) -> None:
        """Until the connection is lost."""
        from ticker.store.postgresql import connect

        wire = await connect(self._url)
        gone = asyncio.Event()
        try:
            wire.add_termination_listener(lambda _wire: gone.set())
            await wire.add_listener(CHANNEL, lambda *_said: on_news())
            on_news()  # what came before
            await gone.wait()
        finally:
            wire.terminate()
