"""Which headlines one target has not been told of."""

from datetime import datetime, timedelta

import structlog

from ticker.announce.lanes import Calls
from ticker.announce.messages import Message, Site, of_headlines
from ticker.announce.targets import Ledger, Target, hears
from ticker.announce.wanted import wanted
from ticker.errors import StoreError

log = structlog.get_logger()


class Headlines:
    """New headlines for one target: each once, and none older than an hour.

    Args:
        after: number of the last item that it was told of.
        calls: of the ledger.
    """

    def __init__(self, target: Target, after: int, *, ledger: Ledger, calls: Calls, site: Site, age: timedelta) -> None:
        self._target = target
        self._after = after
        self._ledger = ledger
        self._calls = calls
        self._site = site
        self._age = age
        self._noted = True

    async def next(self, now: datetime) -> tuple[Message, int] | None:
        """All that is new, in one message, and the number of its last item; None where nothing is.

        Raises:
            StoreError: what is new is not known.
        """
        last, items = await self._calls(self._ledger.news(self._after, now - self._age))
        rules = self._target.match, self._target.without
        known = [item for item in items if item.source in self._site.sources and hears(self._target, item.source)]
        found = [item for item in known if wanted(item.title, *rules)]
        if not found:
            self._after = last
            return None
        return of_headlines(found, at=now, site=self._site), last

    async def told(self, last: int) -> None:
        """It knows of all up to *last*; a store that refuses to note it is told the next time."""
        self._after, self._noted = last, False
        await self.note()

    async def note(self) -> bool:
        """Note what it was told last, if that could not be noted then; whether it is noted now."""
        if not self._noted:
            last = self._after
            try:
                await self._calls(self._ledger.told(self._target.name, last))
            except StoreError as error:
                log.error("notify", target=self._target.name, detail=str(error))
            else:
                self._noted = self._after == last
        return self._noted
