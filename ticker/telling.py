"""Say in the log what is news of a source: never each poll, never a flood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from ticker.errors import Cause
from ticker.model import Changes, Health, Poll
from ticker.schedule import words
from ticker.store import FAILING

HINT = "`make demo` (or `ticker demo`) shows everything on a scripted newsroom"
LOOK = "`ticker inspect %s --failed` shows what came, and what can be found in it"
NO_PAGE = frozenset(("unreachable", "refused"))  # causes that are not of a page: there is none to look at
TOLD_JUMP = timedelta(seconds=5)  # less is what NTP does

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Since when the store has refused to keep the polls of a source, and why."""

    since: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What has been wrong with a source, as far as the log was told."""

    cause: Cause
    since: datetime
    polls: int


def jumped(span: timedelta) -> None:
    """The clock of this machine was set by *span*, or stood still while the machine slept."""
    if abs(span) >= TOLD_JUMP:
        way = "ahead" if span > timedelta() else "back"
        detail = f"the clock of this machine has jumped {words(abs(span))} {way}; polls go on as they were due"
        log.warning("clock", detail=detail)


def behind(now: datetime, known: Iterable[Health]) -> None:
    """At the start: whether the clock of this machine is before the last poll that was kept, and is wrong for sure."""
    last = max((health.last_success for health in known if health.last_success is not None), default=now)
    if last - now >= TOLD_JUMP:
        detail = f"the clock of this machine is {words(last - now)} behind the last poll that was kept; set it (NTP)"
        log.warning("clock", detail=detail)


class Teller:
    """Tells of polls: of news; of trouble when it begins, when its cause changes, when it has lasted for three polls
    and when it is over; of a risk or an advice when it is another one.

    Attributes:
        refused: by source, since when the store has refused its polls.
    """

    def __init__(self) -> None:
        self._troubles: dict[str, _Trouble] = {}
        self._advice: dict[str, str] = {}
        self._risks: dict[str, str] = {}
        self._read_any = False
        self.refused: dict[str, Refusal] = {}
        self._refusals: set[str] = set()  # by the store, as the log was told of them

    def know(self, health: Health) -> None:
        """What the log was told of before: by a process that ended."""
        self._read_any = self._read_any or health.last_success is not None
        if health.cause is not None and health.since is not None and health.name not in self._troubles:
            self._troubles[health.name] = _Trouble(health.cause, health.since, health.streak)

    def resume(self, health: Health, risk: str) -> None:
        """What the log was told of a source by whoever polled it last: maybe another process."""
        self._troubles.pop(health.name, None)
        self.know(health)
        self._advice[health.name], self._risks[health.name] = health.advice, risk

    def kept(self, outcome: Poll, took: timedelta, *, well: bool) -> None:
        """A poll that was kept; *well* says whether all is well with the source after it: a gap stands for a while."""
        if refusal := self.refused.pop(outcome.source, None):
            self._kept_again(outcome.source, outcome.at - refusal.since)
        if not self.refused:
            self._refusals.clear()
        if outcome.cause is not None:
            self._trouble(outcome, outcome.cause)
        if outcome.outcome == "failed":
            return
        if outcome.outcome == "refused":
            if outcome.cause is None:
                log.warning("poll", source=outcome.source, refused=outcome.detail)
            return
        self._good(outcome, took, over=well)

    def unkept(self, source: str, at: datetime, detail: str) -> None:
        """A poll that the store refused: told once of all sources, for a disk that is full is full for all."""
        self.refuses(detail, source=source)
        before = self.refused.get(source)
        self.refused[source] = Refusal(before.since if before else at, detail)

    def refuses(self, detail: str, **about: str) -> None:
        """The store does: told once, until it keeps something again."""
        if detail not in self._refusals:
            self._refusals.add(detail)
            log.error("store", **about, detail=detail)

    def _kept_again(self, source: str, after: timedelta) -> None:
        """Once it holds for all that are polled."""
        if not self.refused:
            log.info("store", source=source, recovered=True, recovered_after=str(after))

    def risk(self, source: str, risk: str) -> None:
        """What settings or host may cost, as it stands now; told when it begins."""
        if risk and not self._risks.get(source):
            log.warning("poll", source=source, risk=risk)
        self._risks[source] = risk

    def forget(self, source: str) -> None:
        """It is not polled any more."""
        for held in (self._troubles, self._advice, self._risks, self.refused):
            held.pop(source, None)
        if not self.refused:
            self._refusals.clear()

    def _trouble(self, outcome: Poll, cause: Cause) -> None:
        before = self._troubles.get(outcome.source)
        trouble = _Trouble(cause, before.since if before else outcome.at, before.polls + 1 if before else 1)
        self._troubles[outcome.source] = trouble
        if before is None or before.cause != cause or trouble.polls == FAILING:
            hint = (
                {}
                if self._read_any or outcome.outcome != "failed"
                else {"hint": HINT if cause in NO_PAGE else LOOK % outcome.source}
            )
            self._read_any = self._read_any or bool(hint)  # once is enough
            log.warning(
                "poll",
                source=outcome.source,
                cause=cause,
                detail=outcome.detail,
                since=f"{trouble.since:%Y-%m-%dT%H:%M:%SZ}",
                polls=trouble.polls,
                **hint,
            )

    def _good(self, outcome: Poll, took: timedelta, *, over: bool) -> None:
        """The list was read; something may be amiss all the same."""
        self._read_any = True
        self._advise(outcome)
        trouble = self._troubles.pop(outcome.source, None) if over else None
        told: dict[str, Any] = {}
        if trouble:
            told |= {"recovered_after": str(outcome.at - trouble.since), "polls": trouble.polls}
        if outcome.changes is not None:
            told = _counts(outcome.changes) | told
            told["ms"] = round(took / timedelta(milliseconds=1))
        if told:
            log.info("poll", source=outcome.source, **told)

    def _advise(self, outcome: Poll) -> None:
        """Once when the list had to be found otherwise than configured, and once when it need not be any more."""
        before = self._advice.get(outcome.source, "")
        if outcome.outcome != "not-modified" and outcome.advice != before:
            self._advice[outcome.source] = outcome.advice
            if outcome.advice:
                log.warning("poll", source=outcome.source, detail=outcome.detail, advice=outcome.advice)
            else:
                log.info("poll", source=outcome.source, detail="the list is where the configuration says, again")


def _counts(changes: Changes) -> dict[str, int]:
    """Of the lines: those that are always told, and those that are rare."""
    new, edited = len(changes.of("new")), sum(row.before is not None for row in changes.rows)
    rare = {"corrected": len(changes.of("corrected")), "reposts": len(changes.of("repost"))}
    told = {"new": new, "edited": edited, "listed": len(changes.rows)}
    return told | {word: count for word, count in rare.items() if count}
