"""Say when a source prints: how many lines a second are to be expected, and whether its silence is unusual."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from math import sqrt
from zoneinfo import ZoneInfo

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
HISTORY = timedelta(days=14)  # before the newest line, not before now: a source that died stays as well known
RECENT = HOUR
LATELY = timedelta(minutes=15)  # the half of `rate` that follows a burst (research/identity-time "How often to poll")
BURSTS = tuple(timedelta(minutes=minutes) for minutes in (3, 5, 15))  # how short a burst is looked at
# over how long the fastest bursts of two weeks are remembered; pages say minutes, so none is shorter
PEAKS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 3, 4, 6, 8, 10, 15, 20, 30))
SCALES = (1, 3, 6, 12, 24)  # hours over which lines are counted to see how much they cluster
SURE_DAYS, SURE_LINES = 4, 25  # below, silence says nothing
BUSIEST = 1.4  # of a day of the week to all days, where two days are quiet; more is chance
SURE_HOURS = 18  # of a weekday, kept: else that day is not known
CLUSTERS = 20.0  # so many clusters of lines that did not come are no chance: see tests/test_rhythm.py
LONGEST = 4.0  # nor is a silence so many times as long as the longest of two weeks
UNSURE = 8.0  # both the more, the fewer lines they are reckoned from: by so much over the root of their number


@dataclass(frozen=True)
class Rhythm:
    """When a source prints, by its own last 14 days. Make it with `of`, keep it up with `heard`."""

    zone: ZoneInfo  # of the source: nights are nights there
    hours: Mapping[datetime, int]  # hour in UTC -> lines published in it
    recent: tuple[datetime, ...]  # published in the hour before the newest, oldest first
    rows: int  # of the last list
    peaks: Mapping[date, tuple[int, ...]] = field(default_factory=dict)  # UTC day -> most lines within each of PEAKS

    @classmethod
    def of(
        cls,
        zone: ZoneInfo,
        hours: Mapping[datetime, int],
        recent: Iterable[datetime],
        rows: int,
        peaks: Mapping[date, tuple[int, ...]] | None = None,
    ) -> "Rhythm":
        """Of what is known; it may be more than is needed."""
        latest = sorted(recent)
        newest = max([*hours, *latest[-1:]], default=None)
        if newest is None:
            return cls(zone, {}, (), rows)
        begin, late = _hour(newest) - HISTORY, newest - RECENT
        kept = {hour: count for hour, count in hours.items() if hour > begin and count > 0}
        fastest = {day: counts for day, counts in (peaks or {}).items() if day > begin.date()}
        return cls(zone, kept, tuple(instant for instant in latest if instant >= late), rows, fastest)

    @classmethod
    def told(cls, zone: ZoneInfo, published: Iterable[datetime], rows: int) -> "Rhythm":
        """Of the instants at which lines were published, all of two weeks."""
        return cls(zone, {}, (), rows).heard(published, rows)  # which forgets what is older

    def heard(self, published: Iterable[datetime], rows: int) -> "Rhythm":
        """The same with the lines of one more poll, however old they are.

        Args:
            published: instants of the lines that are new.
            rows: of the list that they came with.
        """
        new = tuple(published)
        if not new:
            return self if rows == self.rows else replace(self, rows=rows)
        hours = dict(self.hours)
        for instant in new:
            hours[_hour(instant)] = hours.get(_hour(instant), 0) + 1
        recent = sorted((*self.recent, *new))
        return Rhythm.of(self.zone, hours, recent, rows, _fastest(self.peaks, recent))

    def rate(self, now: datetime) -> float:
        """Lines a second to be expected: half by the hour of the day, half by the last quarter of an hour.

        The mix that beat every other at equal requests (research/identity-time, "How often to poll").
        """
        lately = self._within(now, LATELY) / LATELY.total_seconds()
        return (self.usual.rate(now) + lately) / 2 if self.hours else 0.0

    def usual_gap(self, now: datetime) -> timedelta | None:
        """Between two lines at this hour of the day and week; None where none are to be expected."""
        usual = self.usual.rate(now)
        return timedelta(seconds=1 / usual) if usual > 1e-7 else None

    def expected(self, since: datetime, until: datetime) -> float:
        """Lines that usually come in that time."""
        return self.usual.expected(since, until)

    def mean_root(self) -> float:
        """The mean of the square root of the rate over a day: what the √ rule is scaled by."""
        return sum(sqrt(rate) for rate in self.usual.by_hour) / 24

    def turnover(self, now: datetime) -> timedelta | None:
        """How long the list lasts at the rate seen: no longer may pass between two polls; None: as long as you like.

        Half the rows at the fastest rate of the last minutes, for what comes in bursts comes in bursts.
        """
        burst = max(self._within(now, span) / span.total_seconds() for span in BURSTS)
        seen = max(burst, self.rate(now))
        return timedelta(seconds=max(self.rows, 1) / 2 / seen) if seen > 1e-6 else None

    @cached_property
    def safe(self) -> timedelta:
        """How long the list would have lasted at any moment of two weeks, the fastest burst out of nothing included."""
        most = [max(counts) for counts in zip(*self.peaks.values(), strict=True)]
        lasting = [span for span, lines in zip(PEAKS, most, strict=False) if lines < self.rows]
        if not most or lasting:
            return lasting[-1] if most else PEAKS[-1]
        return timedelta(seconds=PEAKS[0].total_seconds() * self.rows / most[0])

    def frozen(self, last_new: datetime, now: datetime) -> str:
        """A plain sentence when nothing new since *last_new* is no chance any more; "" else.

        Lines come in clusters, breaking news most of all, so what is missed is counted in clusters, as large as two
        weeks have shown them; and it must be far longer than the longest silence of these weeks. Nights, quiet days of
        the week, and days of the week that are not known yet, count for nothing.
        """
        usual = self.usual
        silent = now - last_new
        if silent < HOUR or not usual.sure:
            return ""
        missed = usual.expected(last_new, now)
        if missed < usual.no_chance:
            return ""
        local = last_new.astimezone(self.zone)
        return (
            f"nothing new since {local:%Y-%m-%d %H:%M} ({self.zone.key}), for {_words(silent)}, in which some"
            f" {missed:.0f} lines usually come: look whether the page itself still goes on"
        )

    @cached_property
    def usual(self) -> "Usual":
        """What two weeks have shown, but for silences that were no chance: a freeze must not teach that it is usual."""
        if not self.hours:
            return Usual(self.zone, ())
        first, last = min(self.hours), max(self.hours)
        count = int((last - first) / HOUR) + 1
        slots = tuple(
            _Slot(at, at.astimezone(self.zone), self.hours.get(at, 0))
            for at in (first + HOUR * n for n in range(count))
        )
        return _without_freezes(Usual(self.zone, slots))

    def _within(self, now: datetime, span: timedelta) -> int:
        return sum(now - span < instant <= now for instant in self.recent)


@dataclass(frozen=True, slots=True)
class _Slot:
    """An hour of the history."""

    at: datetime
    local: datetime
    lines: int


@dataclass(frozen=True)
class Usual:
    """What hours of a history have in common: the hour of the day, the day of the week, how much lines cluster."""

    zone: ZoneInfo
    slots: Sequence[_Slot]  # in order; hours that are left out are missing

    @cached_property
    def by_hour(self) -> tuple[float, ...]:
        """Lines a second by local hour of the day, smoothed over its neighbours: the fewer lines, the wider."""
        lines, hours = [0.0] * 24, [0.0] * 24
        for slot in self.slots:
            lines[slot.local.hour] += slot.lines
            hours[slot.local.hour] += 1
        for _ in range(1 if sum(lines) > 400 else 2):
            lines, hours = _smooth(lines), _smooth(hours)
        mean = sum(lines) / max(sum(hours), 1) / 3600
        return tuple(here / there / 3600 if there > 0.2 else mean for here, there in zip(lines, hours, strict=True))

    @cached_property
    def by_weekday(self) -> tuple[float | None, ...]:
        """How much more or less than that comes on each day of the week, Monday first; None: not known."""
        lines, usual, hours = [0] * 7, [0.0] * 7, [0] * 7
        for slot in self.slots:
            day = slot.local.weekday()
            lines[day] += slot.lines
            usual[day] += self.by_hour[slot.local.hour] * 3600
            hours[day] += 1
        return tuple(
            min((lines[day] + 1) / (usual[day] + 1), BUSIEST) if hours[day] >= SURE_HOURS else None for day in range(7)
        )

    @cached_property
    def sure(self) -> bool:
        """Whether this is enough to know silence by."""
        return len(self.slots) >= SURE_DAYS * 24 and sum(slot.lines for slot in self.slots) >= SURE_LINES

    @cached_property
    def no_chance(self) -> float:
        """So many lines missed in a row are no chance."""
        silence = max((lines for _, lines in self.silences()), default=0.0)
        unsure = 1 + UNSURE / sqrt(max(sum(slot.lines for slot in self.slots), 1))
        return max(CLUSTERS * self.clustering, LONGEST * silence) * unsure

    @cached_property
    def clustering(self) -> float:
        """Lines that come together: variance of counts over their mean, 1 for lines that know nothing of each other."""
        return max([1.0, *(self._dispersion(scale) for scale in SCALES)])

    def rate(self, now: datetime) -> float:
        """Lines a second."""
        return self._rate(now.astimezone(self.zone))

    def expected(self, since: datetime, until: datetime) -> float:
        """Lines in that time; none on a day of the week that is not known."""
        weeks = (until - since) // WEEK
        lines = self._through(since, since + WEEK) * weeks if weeks else 0.0
        return lines + self._through(since + WEEK * weeks, until)

    def silences(self) -> Iterator[tuple[tuple[_Slot, ...], float]]:
        """Hours in a row without a line, and how many usually come in them and in half an hour on either side."""
        for silent, run in groupby(self.slots, key=lambda slot: slot.lines == 0):
            if silent:
                slots = tuple(run)
                usual = [self._sure_rate(slot.local) * 3600 for slot in slots]
                yield slots, sum(usual) + (usual[0] + usual[-1]) / 2

    def _through(self, since: datetime, until: datetime) -> float:
        lines, at = 0.0, since
        while at < until:
            end = min(until, _hour(at) + HOUR)
            lines += self._sure_rate(at.astimezone(self.zone)) * (end - at).total_seconds()
            at = end
        return lines

    def _rate(self, local: datetime) -> float:
        known = self.by_weekday[local.weekday()]
        return self.by_hour[local.hour] * (1.0 if known is None else known)

    def _sure_rate(self, local: datetime) -> float:
        return self.by_hour[local.hour] * (self.by_weekday[local.weekday()] or 0.0)

    def _dispersion(self, scale: int) -> float:
        usual = [self._rate(slot.local) * 3600 for slot in self.slots]
        sums = [
            (sum(slot.lines for slot in self.slots[at : at + scale]), sum(usual[at : at + scale]))
            for at in range(0, len(usual) - scale + 1, scale)
        ]
        return sum((lines - mean) ** 2 for lines, mean in sums) / max(sum(mean for _, mean in sums), 1.0)


def _fastest(known: Mapping[date, tuple[int, ...]], lines: Sequence[datetime]) -> dict[date, tuple[int, ...]]:
    """What is *known*, and the bursts among *lines*, which are in order: most lines within each of PEAKS, by day."""
    fastest = dict(known)
    starts = [0] * len(PEAKS)
    for at, line in enumerate(lines):
        for peak, span in enumerate(PEAKS):
            while line - lines[starts[peak]] >= span:
                starts[peak] += 1
        counts = [at + 1 - start for start in starts]
        day = line.astimezone(UTC).date()
        fastest[day] = tuple(map(max, counts, fastest[day])) if day in fastest else tuple(counts)
    return fastest


def _without_freezes(usual: Usual) -> Usual:
    """Without each silence that the other hours say was no chance; those nearly as long do not speak for it."""
    for _ in range(3):
        silences = [(slots, lines) for slots, lines in usual.silences() if len(slots) > 1]
        longest = max((lines for _, lines in silences), default=0.0)
        if not usual.sure or longest < CLUSTERS:
            return usual
        doubted = [slots for slots, lines in silences if lines >= longest / 2]
        others = _but(usual, doubted)
        frozen = [slots for slots in doubted if others.expected(slots[0].at, slots[-1].at + HOUR) > others.no_chance]
        if not others.sure or not frozen:
            return usual
        usual = _but(usual, frozen)
    return usual


def _but(usual: Usual, silences: Iterable[Sequence[_Slot]]) -> Usual:
    out = {slot.at for slots in silences for slot in slots}
    return Usual(usual.zone, tuple(slot for slot in usual.slots if slot.at not in out))


def _smooth(day: Sequence[float]) -> list[float]:
    """Each hour with half of each neighbour."""
    return [(day[at - 1] + 2 * day[at] + day[(at + 1) % 24]) / 4 for at in range(24)]


def _hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _words(span: timedelta) -> str:
    """ "3 days", "7 h", "50 min": the size of it."""
    minutes = span.total_seconds() / 60
    if minutes >= 48 * 60:
        return f"{minutes / 1440:.0f} days"
    return f"{minutes / 60:.0f} h" if minutes >= 120 else f"{minutes:.0f} min"
