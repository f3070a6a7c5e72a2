"""When people are told of trouble with a source: once when it fails, once when it is read again, never a flood. Pure.

An alarm begins when a source is failing (three polls in a row with a cause) and ends when two polls in a row were good,
so a page that flaps is one alarm. In an hour there are no more than six messages of a source: an alarm begins only
while there is room for its end as well, so that begin and end always alternate.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ticker.errors import Cause
from ticker.model import Health, Poll

HOUR = timedelta(hours=1)
MOST = 6  # messages of one source in an hour
SETTLED = 2  # good polls in a row that end an alarm
REFUSED = 3  # polls in a row that the store refused, as many as make a source failing


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is to be told of one source."""

    source: str  # its name
    begins: bool  # else it ends
    at: datetime  # of the poll that showed it
    since: datetime  # when the trouble began
    cause: Cause | None = None  # None at the end, and where the store refuses
    detail: str = ""
    last_good: datetime | None = None
    quiet_until: datetime | None = None  # at an end: nothing more is told before, it was said too often
    only: frozenset[str] = frozenset()  # targets that missed it when it was told to all, to whom it is told anew


@dataclass(frozen=True, slots=True)
class Watch:
    """What was told of one source, and what must be remembered to tell of it again."""

    source: str
    since: datetime | None = None  # of the trouble that people were told of
    good: int = 0  # polls in a row since then
    refusals: tuple[datetime, ...] = ()  # by the store, in a row; no more than count
    told: tuple[datetime, ...] = ()  # messages of the last hour

    def polled(
        self, health: Health, outcome: Poll, missed: frozenset[str] = frozenset()
    ) -> tuple["Watch", Alarm | None]:
        """After a poll that the store kept, whose *health* is that after it; these targets *missed* the beginning."""
        calm = replace(self, refusals=())
        if health.state == "failing":
            return calm._failing(outcome.at, health.since or outcome.at, health, missed)
        if health.state != "healthy" or outcome.cause or outcome.outcome in ("refused", "failed"):
            return replace(calm, good=0), None
        if self.since is None or self.good + 1 < SETTLED:
            return replace(calm, good=0 if self.since is None else self.good + 1), None
        return calm._end(self.since, outcome.at, health.last_success)

    def refused(self, detail: str, at: datetime, missed: frozenset[str] = frozenset()) -> tuple["Watch", Alarm | None]:
        """After a poll that the store refused to keep: what is known of the source is no longer true."""
        refusals = (*self.refusals, at)[:REFUSED]
        watch = replace(self, good=0, refusals=refusals)
        if len(refusals) < REFUSED:
            return watch, None
        return watch._failing(at, refusals[0], Health(self.source, "failing", None, detail), missed)

    def _failing(
        self, at: datetime, since: datetime, health: Health, missed: frozenset[str]
    ) -> tuple["Watch", Alarm | None]:
        told, known = self._recent(at), self.since is not None
        if (known and not missed) or len(told) >= MOST - 1:
            return replace(self, good=0), None
        since, only = self.since or since, missed if known else frozenset()
        begin = Alarm(self.source, True, at, since, health.cause, health.detail, health.last_success, only=only)
        return replace(self, since=since, good=0, told=(*told, at)), begin

    def _end(self, since: datetime, at: datetime, last_good: datetime | None) -> tuple["Watch", Alarm]:
        told = (*self._recent(at), at)
        quiet = told[-(MOST - 1)] + HOUR if len(told) >= MOST - 1 else None
        end = Alarm(self.source, False, at, since, last_good=last_good, quiet_until=quiet)
        return replace(self, since=None, good=0, told=told), end

    def _recent(self, at: datetime) -> tuple[datetime, ...]:
        """Those of the hour before *at*, also where the clock was set back since."""
        return tuple(when for when in self.told if abs(at - when) < HOUR)[-MOST:]
