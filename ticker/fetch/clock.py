"""What the dates of the answers say of our own clock: how far the true time is from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

# Our own clock is taken for wrong where the dates of fresh answers differ from it: by more than LEAST_SKEW, which the
# window of a line forgives (ten minutes ahead, thirty behind), and less than MOST_SKEW, beyond which the host has none;
# by the same within STEADY, as network and rounding let them; WITNESSES times running, over at least APART: a cached
# answer without an Age keeps its date while our clock goes on.
LEAST_SKEW = timedelta(minutes=2)
MOST_SKEW = timedelta(days=1)
STEADY = timedelta(seconds=10)
WITNESSES = 3
APART = timedelta(seconds=30)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)  # no release is older: a clock that shows less has not been set yet


@dataclass(frozen=True, slots=True)
class Witness:
    """The `Date` of a fresh answer, and what our clock showed when it came."""

    ours: datetime
    date: datetime

    @property
    def skew(self) -> timedelta:
        """How far the host is ahead of us."""
        return self.date - self.ours


class Corrected:
    """The time, as our clock has it and as the answers put it right.

    Args:
        clock: now, as an aware instant.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._witnesses: dict[str, tuple[Witness, ...]] = {}  # host -> the latest of its answers

    def now(self) -> datetime:
        """By our own clock."""
        return self._clock().astimezone(UTC)

    @property
    def unset(self) -> str:
        """Why our clock cannot be right at all, as a plain sentence; empty where it may be."""
        now = self.now()
        return f"the clock of this machine is not set: it shows {now:%Y-%m-%d}" if now < FIRST else ""

    def heard(self, headers: httpx.Headers, host: str) -> datetime:
        """Now, in whole seconds, when an answer of *host* came.

        By the difference and not by the date itself: a cached answer moves nothing back.
        """
        ours = self.now()
        told = witness(headers, ours)
        if told is not None:
            self._witnesses[host] = (*self._witnesses.get(host, ()), told)[-WITNESSES:]
        return (ours + skew(self._witnesses.values())).replace(microsecond=0)

    @property
    def remark(self) -> str:
        """What is wrong with our own clock, as a plain sentence; empty where nothing is."""
        off = skew(self._witnesses.values())
        if not off:
            return ""
        side = "behind" if off > timedelta() else "ahead"
        minutes = round(abs(off) / timedelta(minutes=1))
        return f"the clock of this machine is {minutes} min {side}: the time of the answers is used"


def witness(headers: httpx.Headers, ours: datetime) -> Witness | None:
    """What an answer says of our clock; None where it has no date, or was kept in a cache (RFC 9111 §5.1)."""
    date = http_date(headers.get("date", ""))
    return Witness(ours, date) if date is not None and headers.get("age", "0").strip() == "0" else None


def skew(hosts: Iterable[Sequence[Witness]]) -> timedelta:
    """How far the true time is ahead of our clock: zero, unless most of the hosts agree that it is not.

    Args:
        hosts: the latest witnesses of each host, oldest first.
    """
    heard = sorted(_steady(witnesses) for witnesses in hosts if len(witnesses) >= WITNESSES)
    if not heard:
        return timedelta()
    usual = heard[(len(heard) - 1) // 2]
    agreeing = sum(abs(other - usual) <= STEADY for other in heard)
    return usual if LEAST_SKEW < abs(usual) < MOST_SKEW and agreeing * 2 > len(heard) else timedelta()


def _steady(witnesses: Sequence[Witness]) -> timedelta:
    """The difference that the last few witnesses agree in; zero where they do not."""
    last = witnesses[-WITNESSES:]
    skews = sorted(one.skew for one in last)
    steady = skews[-1] - skews[0] <= STEADY and last[-1].ours - last[0].ours >= APART
    return skews[len(skews) // 2] if steady else timedelta()


def http_date(value: str) -> datetime | None:
    """A date of HTTP (RFC 9110 §5.6.7), aware; None where it is none."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
