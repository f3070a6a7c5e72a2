"""What all sources together printed, and how their polls ended: summed once, then kept up, for that takes a while."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ticker.serve.hours import HOUR, STRIP, hour_of, together, together_polled
from ticker.serve.library import Library

LATE = 6 * HOUR  # what is dated further back than this when it comes is counted with the next whole sum
WHOLE = timedelta(days=1)  # between two whole sums
STEP = 100  # sources that are asked for at once

Endings = Mapping[datetime, Mapping[str, int]]
_Sum = tuple[dict[datetime, int], dict[datetime, Mapping[str, int]]]


class Sums:
    """Remembers the hours that are over; the last few are asked for each time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._sources: Sequence[str] = ()
        self._since: datetime | None = None  # the sums begin there
        self._until: datetime | None = None  # and hold all before this
        self._whole: datetime | None = None  # when all was summed
        self._printed: dict[datetime, int] = {}
        self._polled: dict[datetime, Mapping[str, int]] = {}
        self._summing = asyncio.Lock()  # a second visitor waits for the sum of the first

    async def of(
        self, sources: Sequence[str], since: datetime, now: datetime
    ) -> tuple[Mapping[datetime, int], Endings]:
        """What *sources* printed since, by hour; how their polls ended, of the last `STRIP` hours at least."""
        async with self._summing:
            if not self._serves(sources, since, now):
                self._sources, self._since, self._until, self._whole = tuple(sources), since, None, now
                self._printed, self._polled = {}, {}
            first = self._until or since
            printed, polled = await self._new(first, max(first, now - STRIP * HOUR))
            self._printed = {hour: count for hour, count in self._printed.items() if hour < first} | printed
            self._polled = {hour: ended for hour, ended in self._polled.items() if hour < first} | polled
            self._until = max(first, hour_of(now - LATE))
            return dict(self._printed), dict(self._polled)

    async def _new(self, since: datetime, polled_since: datetime) -> _Sum:
        """What there is since then; in steps, so that those who follow live are not kept waiting meanwhile."""
        printed, polled = dict[datetime, int](), dict[datetime, Mapping[str, int]]()
        for some in (self._sources[n : n + STEP] for n in range(0, len(self._sources), STEP)):
            told: list[Mapping[datetime, int]] = [printed, *(await self._library.printed(some, since)).values()]
            ended: list[Endings] = [polled, *(await self._library.polled(some, polled_since)).values()]
            printed, polled = await asyncio.to_thread(_summed, told, ended)
        return printed, polled

    def _serves(self, sources: Sequence[str], since: datetime, now: datetime) -> bool:
        return (
            self._whole is not None
            and timedelta() <= now - self._whole < WHOLE
            and tuple(sources) == self._sources
            and self._since is not None
            and self._since <= since
        )


def _summed(printed: Sequence[Mapping[datetime, int]], polled: Sequence[Endings]) -> _Sum:
    return together(printed), {**together_polled(polled)}
