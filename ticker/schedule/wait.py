"""Say how long to wait from one poll of a source to the next, why, and what is at risk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from random import Random
from typing import get_args

from ticker.errors import Cause
from ticker.model import Courtesy, Poll, Source
from ticker.rhythm import Rhythm

SPREAD = 0.10  # of a wait: so that many services do not knock in step
OF_THE_WAY: tuple[Cause, ...] = ("unreachable", "refused", "challenged")  # no page came; other causes are of the page
PATIENT = timedelta(
    minutes=5
)  # a source in trouble is asked that often at least, unless it is polled more rarely anyway
STEPS = 8  # times the usual wait: the most that trouble delays a poll
FRESH_ENOUGH = timedelta(minutes=15)  # longer a Cache-Control is not believed: most are set without thought for tickers
LONGEST_ASKED = timedelta(days=1)  # of a Retry-After or a Crawl-delay; beyond it is a mistake
LONGEST_POLL = timedelta(minutes=10)  # a poll that seems to have taken more has seen the clock set

assert set(OF_THE_WAY) < set(get_args(Cause))  # noqa: S101 - the names of causes are kept in errors.py


@dataclass(frozen=True, slots=True)
class Wait:
    """How long until the next poll."""

    span: timedelta  # from the start of this poll to the start of the next
    reason: str = ""  # a plain phrase: "every 60 s"
    risk: str = ""  # a plain sentence where lines may be missed and settings, or the host, forbid polling more often
    halved: bool = False  # after a gap; the next is not, whatever happens
    asked: timedelta = timedelta()  # the least that the host demands, from the start of this poll


def next_wait(
    source: Source,
    poll: Poll,
    *,
    rhythm: Rhythm | None = None,
    courtesy: Courtesy | None = None,
    failures: int = 0,
    sharing: int = 1,
    last: Wait | None = None,
    random: Random,
    now: datetime,
) -> Wait:
    """How long to wait after *poll*.

    Args:
        source: its `every`, and with `slowest` the bounds of the adaptive rule.
        poll: as it ended.
        rhythm: of the source, this poll included; None where nothing is known of it.
        courtesy: what its host asked when it was asked last.
        failures: polls in a row, this one included, that brought no page (unreachable, refused, challenged).
        sharing: sources polled on that host, which share its Crawl-delay.
        last: what came of this function after the poll before.
        random: dice.
        now: when the poll ended; what a host asks for counts from here.
    """
    courtesy = courtesy or Courtesy()
    lasts = rhythm.turnover(now) if rhythm else None
    most = min(lasts or LONGEST_ASKED, rhythm.safe) if rhythm else LONGEST_ASKED
    usual = _usual(source, rhythm, most, random, now)
    took = min(max(now - poll.at, timedelta()), LONGEST_POLL)
    if poll.cause in OF_THE_WAY:
        wait = _backed_off(source, usual, max(failures, 1), took, random)
    else:
        wait = _patient(_halved(source, usual, poll, last), courtesy, took, most)
    wait = _asked(wait, poll, courtesy, took, sharing)
    return Wait(wait.span, wait.reason, _risk(source, wait, rhythm, lasts), wait.halved, wait.asked)


def interval(source: Source) -> timedelta:
    """Between two polls of a source of which nothing is known yet."""
    return source.every if source.slowest is None else source.every * sqrt(source.slowest / source.every)


def longest(source: Source) -> timedelta:
    """The most that its own settings can make of a wait while all is well."""
    return (source.slowest or source.every) * (1 + SPREAD)


def _usual(source: Source, rhythm: Rhythm | None, most: timedelta, random: Random, now: datetime) -> Wait:
    """What settings and rhythm ask for."""
    dice = random.uniform(1 - SPREAD, 1 + SPREAD)
    if source.slowest is None:
        return Wait(source.every * dice, f"every {words(source.every)}")
    span, reason = _by_rhythm(source, rhythm, now)
    span = min(span * dice, most, source.slowest)
    return Wait(max(span, source.every), reason)


def _by_rhythm(source: Source, rhythm: Rhythm | None, now: datetime) -> tuple[timedelta, str]:
    """k/√rate; k such that over the profile of the source's own day the mean wait is the geometric mean of the bounds.

    Sia and Cho's rule for news; of those tried the only one that beat a fixed interval (research/identity-time).
    """
    assert source.slowest is not None  # noqa: S101 - the caller has looked
    middle = interval(source)
    if rhythm is None or not (root := rhythm.mean_root()):
        return middle, f"every {words(middle)}, until its rhythm is known"
    if (rate := rhythm.rate(now)) <= 0:
        return source.slowest, "nothing is to be expected now"
    span = middle * min(root / sqrt(rate), source.slowest / middle)
    return span, f"by its rhythm: {rate * 3600:.1f} lines an hour are to be expected"


def _halved(source: Source, wait: Wait, poll: Poll, last: Wait | None) -> Wait:
    """Once half of it after a gap: what turned the list over may go on. Never twice running."""
    gap = poll.changes is not None and poll.changes.gap
    if not gap or (last is not None and last.halved):
        return wait
    least = source.every / 2 if source.slowest is None else source.every
    return Wait(max(wait.span / 2, least), "once sooner, after a list without any line of the one before", halved=True)


def _backed_off(source: Source, usual: Wait, failures: int, took: timedelta, random: Random) -> Wait:
    """Anywhere between the usual wait and a ceiling that doubles with each failure, from the end of this poll.

    Full jitter: those who fell together do not come back together. From the end, because a host
    that takes longer to fail than the wait is long would be asked again at once, and without end.
    """
    ceiling = min(usual.span * 2 ** min(failures, 10), max(source.every, PATIENT), source.every * STEPS)
    least = source.every if source.slowest is None else usual.span
    span = timedelta(seconds=random.uniform(least.total_seconds(), max(least, ceiling).total_seconds()))
    reason = f"backs off: {failures} polls in a row brought no page" if failures > 1 else "after a failed poll"
    return Wait(min(took + span, max(took, span, PATIENT)), reason)


def _patient(wait: Wait, courtesy: Courtesy, took: timedelta, most: timedelta) -> Wait:
    """Later where the page said that it would still be the same, as long as the list cannot turn over meanwhile."""
    span = min(took + min(courtesy.fresh_for, FRESH_ENOUGH), most)
    if not courtesy.fresh_for or span <= wait.span:
        return wait
    return Wait(
        span, f"the page stays as it is for {words(courtesy.fresh_for)}, says its Cache-Control", halved=wait.halved
    )


def _asked(wait: Wait, poll: Poll, courtesy: Courtesy, took: timedelta, sharing: int) -> Wait:
    """Not before the host allows it."""
    retry = min(timedelta(seconds=min(poll.retry_after or 0.0, LONGEST_ASKED.total_seconds())), LONGEST_ASKED)
    retry = took + retry if retry > timedelta() else timedelta()
    crawl = min(courtesy.crawl_delay * max(sharing, 1), LONGEST_ASKED)
    asked = max(retry, crawl)
    if asked <= wait.span:
        return Wait(wait.span, wait.reason, halved=wait.halved, asked=asked)
    reason = f"the host asks for {words(asked)}, by "
    return Wait(asked, reason + ("Retry-After" if retry >= crawl else "the Crawl-delay of its robots.txt"), asked=asked)


def _risk(source: Source, wait: Wait, rhythm: Rhythm | None, lasts: timedelta | None) -> str:
    """What the operator must know; "" where the next poll comes in time, or a source in trouble is waited for."""
    if rhythm is None or lasts is None:
        return ""
    least = source.every if source.slowest is None else min(source.every, wait.span)
    if least <= lasts and (wait.asked < wait.span or wait.span <= lasts):
        return ""
    seen = f"lines may be missed: the list holds {rhythm.rows}, at the rate seen it must be read every {words(lasts)}"
    if wait.asked >= wait.span:
        return f"{seen}, and {wait.reason}"
    key = "`every`" if source.slowest is None else "the `min` of `every`"
    return f"{seen}: set {key} to that, it is {words(source.every)}"


def words(span: timedelta) -> str:
    """ "45 s", "3 min", "2 h": the size of it, to two digits at least."""
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
