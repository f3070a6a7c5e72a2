"""What was printed and how polls ended, as the plots of the status page show it: by the wall clock of a zone. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAYS = 14  # of headlines: as long as the rhythm of a source is reckoned from
STRIP = 48  # hours of polls

# how `Library.polled` names a poll that kept a list; any other name is a cause, or says that the list was not believed
READ = frozenset(("changed", "unchanged", "not-modified"))
DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour on a wall clock, and its headlines; where clocks go back, one name has those of two hours."""

    begins: datetime  # on the wall clock
    count: int
    known: bool = True  # whether there was a poll in it, or a headline: else nobody looked


@dataclass(frozen=True, slots=True)
class DayRow:
    """A local day."""

    day: date
    cells: tuple[Cell | None, ...]  # 24, by the hour on the wall; None where the day has no such hour, or not yet

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class PolledHour:
    """How the polls of an hour ended."""

    begins: datetime  # on the wall clock
    read: int = 0
    doubted: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)  # cause -> how many

    @property
    def failures(self) -> int:
        return sum(self.failed.values())

    @property
    def total(self) -> int:
        return self.read + self.doubted + self.failures


def days_of(
    printed: Mapping[datetime, int], polled: Collection[datetime], zone: ZoneInfo, now: datetime, days: int = DAYS
) -> list[DayRow]:
    """The last *days* local days, today last.

    Args:
        printed: hour (its beginning, UTC) -> headlines. In zones that are half an hour off, an hour is filed under the
            wall-clock hour that it begins in.
        polled: the hours in which there was a poll.
    """
    today = now.astimezone(zone).date()
    return [_day(today - timedelta(days=back), printed, polled, zone, now) for back in range(days - 1, -1, -1)]


def begins(zone: ZoneInfo, now: datetime, days: int = DAYS) -> datetime:
    """Since when `days_of` must know what was printed."""
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return hour_of(datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC))


def _day(
    day: date, printed: Mapping[datetime, int], polled: Collection[datetime], zone: ZoneInfo, now: datetime
) -> DayRow:
    """By walking through all hours in UTC that touch the day: so a day of 23 or 25 hours needs no rule of its own."""
    cells: dict[int, Cell] = {}
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * HOUR
    for hour in (at + n * HOUR for n in range(24 + 30)):
        local = hour.astimezone(zone)
        if local.date() == day and hour <= now:
            was = cells.get(local.hour)
            count = printed.get(hour, 0) + (was.count if was else 0)
            known = count > 0 or hour in polled or (was is not None and was.known)
            cells[local.hour] = Cell(was.begins if was else local, count, known)
    return DayRow(day, tuple(cells.get(hour) for hour in range(24)))


def polled_hours(
    polled: Mapping[datetime, Mapping[str, int]], zone: ZoneInfo, now: datetime, hours: int = STRIP
) -> list[PolledHour]:
    """The last *hours* hours, the one that runs last; *polled* as `Library.polled` has it of one source."""
    last = hour_of(now)
    return [_polled(hour, polled.get(hour, {}), zone) for hour in (last - n * HOUR for n in range(hours - 1, -1, -1))]


def _polled(hour: datetime, endings: Mapping[str, int], zone: ZoneInfo) -> PolledHour:
    read = sum(count for name, count in endings.items() if name in READ)
    failed = {name: count for name, count in endings.items() if name not in READ and name != DOUBTED}
    return PolledHour(hour.astimezone(zone), read, endings.get(DOUBTED, 0), failed)


def fullest(days: Sequence[DayRow]) -> Cell | None:
    """The hour with most headlines; None where there is none at all."""
    cells = [cell for day in days for cell in day.cells if cell and cell.count]
    return max(cells, key=lambda cell: cell.count, default=None)


def hour_of(instant: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
