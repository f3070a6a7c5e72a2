"""Sources that never were: when they print, by seeded dice, and what a rule of waiting makes of it.

Lines follow each other by gaps of a law whose coefficient of variation is given, in a time that runs slower by night
and on days off: so they come in clusters, and the clusters by day. No real time passes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log, sqrt
from random import Random
from statistics import fmean, pstdev, quantiles
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from ticker.model import Changes, Poll, Source
from ticker.rhythm import Rhythm
from ticker.schedule import next_wait

Law: TypeAlias = Literal["gamma", "hyper", "lognormal"]

ZONE = ZoneInfo("Asia/Beirut")
BEGIN = datetime(2025, 1, 5, 22, tzinfo=UTC)  # midnight of a Monday there
HOUR, DAY = 3600, 86400  # seconds
BY_HOUR = (25, 12, 8, 5, 5, 10, 30, 70, 120, 150, 160, 160, 150, 150, 150, 160, 160, 150, 150, 140, 120, 100, 80, 50)
MEAN = fmean(BY_HOUR)
DAYS_OFF = (5, 6)


@dataclass(frozen=True)
class Newsroom:
    """What makes a history.

    Args:
        a_day: lines, on a working day.
        cv: coefficient of variation of the gaps, before day and night are added.
        weekend: how much of that comes on a day off.
    """

    seed: int
    a_day: float
    law: Law = "gamma"
    cv: float = 1.7
    weekend: float = 0.3

    def gap(self, dice: Random) -> float:
        """One gap, of mean 1."""
        square = self.cv**2
        if self.law == "gamma":
            return dice.gammavariate(1 / square, square)
        if self.law == "lognormal":
            return dice.lognormvariate(-log(1 + square) / 2, sqrt(log(1 + square)))
        swift = (1 + sqrt((square - 1) / (square + 1))) / 2
        return dice.expovariate(2 * swift if dice.random() < swift else 2 * (1 - swift))

    def prints(self, days: float) -> list[datetime]:
        """The instants at which lines appear, in order."""
        dice, at, lines = Random(f"{self}"), 0.0, []
        left = self.gap(dice) * DAY / self.a_day
        while at < days * DAY:
            pace = BY_HOUR[int(at // HOUR) % 24] / MEAN * (self.weekend if at // DAY % 7 in DAYS_OFF else 1)
            rest = HOUR - at % HOUR  # of this hour
            if left <= rest * pace:
                at += left / pace
                left = self.gap(dice) * DAY / self.a_day
                lines.append(BEGIN + timedelta(seconds=int(at)))
            else:
                left -= rest * pace
                at += rest
        return lines


def spread_of(lines: Sequence[datetime]) -> float:
    """Coefficient of variation of the gaps between *lines*, nights included."""
    gaps = [(after - before).total_seconds() for before, after in pairwise(lines)]
    return pstdev(gaps) / fmean(gaps)


@dataclass(frozen=True)
class Replayed:
    """What came of polling a history."""

    polls: int
    delays: tuple[float, ...]  # seconds from its appearance until a line was read, of those that were
    lost: int
    avoidable: int  # gaps that polling at the shortest interval allowed would not have had
    risks: int  # polls after which a risk was told

    @property
    def mean(self) -> float:
        return fmean(self.delays)

    @property
    def p95(self) -> float:
        return quantiles(self.delays, n=20)[-1]


def replay(source: Source, lines: Sequence[datetime], rows: int, *, days: float, seed: int = 1) -> Replayed:
    """Poll as the service would, with its own rule and rhythm.

    Args:
        source: `every` and `slowest` decide.
        lines: when each appeared; those before *days* are history that is known at the beginning.
        rows: how many lines the page shows.
        days: of history.
    """
    now = BEGIN + timedelta(days=days)
    seen = sum(line <= now for line in lines)
    rhythm = Rhythm.told(ZONE, lines[:seen], rows)
    dice, wait, before = Random(seed), None, now
    polls, lost, avoidable, risks, delays = 0, 0, 0, 0, list[float]()
    while now < lines[-1]:
        polls += 1
        upto = seen
        while upto < len(lines) and lines[upto] <= now:
            upto += 1
        visible = lines[max(seen, upto - rows) : upto]
        gap = upto - seen >= rows
        lost += upto - seen - len(visible)
        delays += [(now - line).total_seconds() for line in visible]
        avoidable += gap and _in_time(lines[seen:upto], rows, before, source.every)
        if visible:  # the page says hours and minutes
            rhythm = rhythm.heard((line.replace(second=0) for line in visible), rows)
        poll = Poll("s", now, "changed" if visible else "unchanged", Changes((), "", gap=gap) if visible else None)
        wait = next_wait(source, poll, rhythm=rhythm, last=wait, random=dice, now=now)
        risks += bool(wait.risk)
        before, now, seen = now, now + wait.span, upto
    return Replayed(polls, tuple(delays), lost, avoidable, risks)


def _in_time(lines: Sequence[datetime], rows: int, last: datetime, every: timedelta) -> bool:
    """Whether polls each *every* after *last* would have seen each list before it turned over."""
    turns: dict[int, int] = {}
    for line in lines:
        turn = int((line - last) / every)
        turns[turn] = turns.get(turn, 0) + 1
    return max(turns.values()) < rows


def source(every: timedelta, slowest: timedelta | None = None) -> Source:
    """One that is polled so."""
    return Source("s", "S", ("https://news.example/",), ZONE, every=every, slowest=slowest)


def fixed_like(adaptive: Replayed, lines: Sequence[datetime], rows: int, *, days: float) -> Replayed:
    """A fixed interval that asks as often as *adaptive* did, to a thousandth."""
    span = lines[-1] - BEGIN - timedelta(days=days)
    every = span / adaptive.polls
    for _ in range(4):  # after a gap it waits half: a few polls more than reckoned
        found = replay(source(every), lines, rows, days=days)
        if abs(found.polls / adaptive.polls - 1) < 0.001:
            break
        every *= found.polls / adaptive.polls
    return found


Silence: TypeAlias = tuple[Rhythm, datetime, datetime]


def silences(
    room: Newsroom, days: float, *, rows: int = 20, least: timedelta = timedelta(hours=1)
) -> Iterator[Silence]:
    """Each gap of a history that is longer than *least*, with what was known at its beginning."""
    lines = room.prints(days)
    for at, (before, after) in enumerate(pairwise(lines)):
        if after - before > least:
            yield known_at(lines, at, rows), before, after


def known_at(lines: Sequence[datetime], at: int, rows: int = 20) -> Rhythm:
    """What is known when line *at* has been read."""
    first = at
    while first > 0 and lines[at] - lines[first - 1] < timedelta(days=15):
        first -= 1
    return Rhythm.told(ZONE, lines[first : at + 1], rows)


def noticed_after(lines: Sequence[datetime], at: int, step: timedelta, most: timedelta) -> timedelta | None:
    """How long after line *at* its silence is told, if no other ever came; None: not within *most*."""
    rhythm, silent = known_at(lines, at), step
    while silent < most:
        if rhythm.frozen(lines[at], lines[at] + silent):
            return silent
        silent += step
    return None
