"""Read a text word by word: the clock, the day or the span that it says, if it says nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from ticker.model import Ago, Day
from ticker.parse.clock.calendar import HALVES, clock_of, day_of, is_untold
from ticker.parse.clock.grammar import Places, Plan, plans
from ticker.parse.clock.shape import parted, shapes
from ticker.parse.clock.words import vocabulary

_LONGEST_SPAN = timedelta(days=3660)
_CENTURY = 2000
_NO_MONTH = 13
_NO_FRAME = {"#": "#ago"}  # "5 min": where units differ by language, those of English


class Said(NamedTuple):
    """What a text says; nothing where it is a time, but it cannot be told which."""

    clock: time | None = None
    day: Day | None = None
    ago: Ago | None = None
    labelled: bool = False  # "updated": a time, but of what?
    loose: bool = False  # a clock that cannot be read, or whose day cannot

    @property
    def unread(self) -> bool:
        return self.clock is None and self.day is None and self.ago is None


class Taken(NamedTuple):
    """What each token of a text says, and its numbers."""

    said: Sequence[Any]  # by the letter of each
    numbers: Sequence[str]
    western: bool = True  # whether it is in letters without accents

    def number(self, places: Places, name: str) -> int:
        """The number at the place of *name*; 0 without one."""
        return int(self.numbers[self.said[places[name]]]) if name in places else 0


def said(plain: str) -> Said | None:
    """What *plain*, a text as `spell.spelled` has it, says; None where a word of it is of no time."""
    unread = None
    zeroed, numbers = parted(plain)
    for shape in shapes(zeroed):
        for plan in plans(shape.letters):
            meant = _meant(Taken(shape.said, numbers, plain.isascii()), plan)
            if meant is not None and not meant.unread:
                return meant
            unread = unread or meant
    return unread


def span_of(plain: str) -> Ago | None:
    """What *plain* says if it is a number and a unit: "5 min"."""
    zeroed, numbers = parted(plain)
    for shape in shapes(zeroed):
        for plan in plans(shape.letters):
            if plan.ago is not None and not {"before", "after", "since", "smaller"} & plan.ago.keys():
                return _ago(Taken(shape.said, numbers), plan.ago, _NO_FRAME)
    return None


def _meant(shape: Taken, plan: Plan) -> Said | None:
    if plan.now:
        return Said(ago=Ago(timedelta(0), timedelta(minutes=1)))
    if plan.ago is not None:
        ago = _ago(shape, plan.ago)
        return Said(ago=ago) if ago is not None else None
    part = _part(shape, plan.clock) if plan.clock is not None else None
    clock = _clock(shape, plan.clock, part) if plan.clock is not None else None
    if plan.clock is not None and clock is None:
        wrong = part is not None and clock_of(shape.number(plan.clock, "hour"), 0, 0) is not None and plan.day is None
        return Said(loose=True) if wrong else None
    if plan.day is None:
        return Said(clock, labelled=plan.labelled)
    if plan.dotted and plan.by == "." and "year" not in plan.day and "short" not in plan.day and part is None:
        return None  # "08.10 - 12.00" are two clocks
    known, day = _day(shape, plan, american=plan.by == "/" and part in HALVES.values() and shape.western)
    if not known:
        return None
    return Said(clock, day, labelled=plan.labelled) if day is not None else Said(loose=clock is not None)


def _part(shape: Taken, places: Places) -> frozenset[int] | None:
    at = places.get("before", places.get("after"))
    part: frozenset[int] | None = shape.said[at] if at is not None else None
    return part


def _clock(shape: Taken, places: Places, part: frozenset[int] | None) -> time | None:
    hour, minute, second = (shape.number(places, name) for name in ("hour", "minute", "second"))
    return clock_of(hour, minute, second, part)


def _day(shape: Taken, plan: Plan, *, american: bool) -> tuple[bool, Day | None]:
    """Whether it names a day at all, and the day, unless it cannot be told which."""
    places: Mapping[str, int] = plan.day or {}
    at = places.get("weekday", places.get("weekday_after"))
    weekday = shape.said[at] if at is not None else None
    if "day" in places:
        day = shape.number(places, "day")
        month = _month(shape, places)
        year = _year(shape, places)
        found = day_of(year, month, day)
        return found is not None or (1 <= day <= 31 and is_untold(year, month)), found
    if "first" in places:
        found = _numeric(shape, plan, weekday, american=american)
        return found is not None, found
    if "back" in places:
        return True, Day(back=shape.said[places["back"]])
    return True, Day(weekday=weekday) if weekday is not None else None


def _month(shape: Taken, places: Places) -> int:
    if "named" not in places:
        return shape.number(places, "month")
    months: tuple[int, ...] = shape.said[places["named"]]
    if "again" in places and shape.said[places["again"]] != months:
        return _NO_MONTH
    return months[0 if "dot" in places else -1]


def _year(shape: Taken, places: Places) -> int | None:
    if "short" in places:
        return _CENTURY + shape.number(places, "short")
    return shape.number(places, "year") if "year" in places else None


def _numeric(shape: Taken, plan: Plan, weekday: int | None, *, american: bool) -> Day | None:
    """A day in two numbers: day first, but "5/12" beside "pm" and "05-12" without its year; a weekday decides."""
    places = plan.day or {}
    first, second, year = shape.number(places, "first"), shape.number(places, "second"), _year(shape, places)
    day_first, month_first = day_of(year, second, first), day_of(year, first, second)
    if plan.by == ".":
        return day_first
    swapped = american or (plan.by == "-" and year is None)
    ways = [way for way in ((month_first, day_first) if swapped else (day_first, month_first)) if way is not None]
    agreed = [way for way in ways if weekday is not None and way.year and _weekday(way) == weekday]
    return next(iter(agreed or ways), None)


def _weekday(day: Day) -> int:
    return date(day.year or 0, day.month or 0, day.day or 0).weekday()


def _ago(shape: Taken, places: Places, frames: Mapping[str, str] | None = None) -> Ago | None:
    if "since" in places:
        seconds, _ = shape.said[places["since"]]
        return _span(_much(shape, places) or 0, seconds)
    frame = "#".join(str(shape.said[places[side]]) if side in places else "" for side in ("before", "after"))
    shared = (vocabulary().frames if frames is None else frames).get(frame)
    if shared is None:
        return None
    unit, much = _unit(shape, places, "unit", shared), _much(shape, places)
    if unit is None or (much is not None and unit[1]):
        return None
    seconds, count = unit[0], much if much is not None else unit[1] or 1
    if "smaller" not in places:
        return _span(count, seconds)
    smaller = _unit(shape, places, "smaller", shared)
    if smaller is None or smaller[0] >= seconds:
        return None
    more = shape.number(places, "more")
    return _span((count * seconds) // smaller[0] + more, smaller[0])


def _much(shape: Taken, places: Places) -> int | None:
    if "worded" in places:
        worded: int = shape.said[places["worded"]]
        return worded
    return shape.number(places, "much") if "much" in places else None


def _unit(shape: Taken, places: Places, name: str, frame: str) -> tuple[int, int] | None:
    word, known = str(shape.said[places[name]]), vocabulary()
    return known.units_in.get((frame, word)) or known.units.get(word)


def _span(count: int, seconds: int) -> Ago | None:
    span = timedelta(seconds=count * seconds)
    return Ago(span, timedelta(seconds=seconds)) if span <= _LONGEST_SPAN else None
