"""The types of durations: 60s, 5m, 24h, 2d, 1h30m, and 2y of what is kept. A bare number is refused.

Each rule raises ValueError with what is wrong and the cure.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import PlainValidator

from ticker.config.words import EXAMPLES

_DURATION = re.compile("(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,8})s)?")
_ONE_UNIT = re.compile(r"([0-9]+)\s*(?:(s)(?:ec\w*)?|(m)(?:in\w*)?|(h)(?:r|rs|ours?)?|(d)(?:ays?)?)", re.IGNORECASE)


def _duration(value: object, key: str, least: str) -> timedelta:
    example = f"{key}: {EXAMPLES[key]}"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"must be a duration; write {example}")
    asked = span(str(value))
    if asked is None:
        raise ValueError(_no_duration(str(value), key))
    if asked < (span(least) or timedelta()):
        raise ValueError(f"{value} is too short; write {key}: {least} or more, as in {example}")
    return asked


def _no_duration(text: str, key: str) -> str:
    if re.fullmatch("[0-9]+", text):
        return f"{text} has no unit; write {key}: {text}{EXAMPLES[key][-1]} (s, m, h or d)"
    if clock := re.fullmatch("([0-9]+):([0-9]+)", text):
        return f"{text} is a time of day; write {key}: {clock[1]}m{clock[2]}s or {key}: {clock[1]}h{clock[2]}m"
    if one := _ONE_UNIT.fullmatch(text):
        return f"{text!r} is no duration; write {key}: {one[1]}{one[one.lastindex or 1].lower()}"
    return f"{text!r} is no duration; write {key}: {EXAMPLES[key]}, or its parts from long to short, as 1h30m"


def span(text: str) -> timedelta | None:
    """None when *text* is no duration."""
    found = _DURATION.fullmatch(text)
    if not found or not text:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class Every(NamedTuple):
    """How often a page is read: each `least`, or as often as its rhythm asks for, within bounds."""

    least: timedelta
    most: timedelta | None = None


def _every(value: object) -> Every:
    """A duration, or {min, max}."""
    if not isinstance(value, Mapping):
        return Every(_duration(value, "every", "1s"))
    known = ("min", "max")
    if set(value) != set(known):
        wrong = next((f"unknown key {name!r}" for name in value if name not in known), "min and max belong together")
        raise ValueError(f"{wrong}; write every: {{min: 20s, max: 5m}}, or every: 60s")
    least, most = (_of_range(value[name], name) for name in known)
    if most < least:
        raise ValueError(f"min, {value['min']}, is more than max, {value['max']}; write every: {{min: 20s, max: 5m}}")
    return Every(least, most)


def _of_range(value: object, name: str) -> timedelta:
    try:
        return _duration(value, "every", "1s")
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _at_least(least: str) -> PlainValidator:
    return PlainValidator(lambda value, info: _duration(value, str(info.field_name), least))


MINUTELY = Every(timedelta(seconds=60))
EveryOrRange = Annotated[Every, PlainValidator(_every)]
Seconds = Annotated[timedelta, _at_least("1s")]
Minutes = Annotated[timedelta, _at_least("1m")]
# Less, and a line that comes back within 20 h could not be told from a new one.
Days = Annotated[timedelta, _at_least("1d")]


def _keep(value: object) -> timedelta | None:
    """`forever`, years, or a duration."""
    if isinstance(value, str) and value.strip().lower() in FOREVER:
        return None
    if isinstance(value, str) and (years := _YEARS.fullmatch(value)):
        return int(years[1]) * YEAR
    return _duration(value, "keep", "7d")


FOREVER = ("forever", "for ever")
YEAR = timedelta(days=365)
_YEARS = re.compile("([1-9][0-9]{0,2})y")
# Less than a week, and what people still look for would be gone before they do.
Keep = Annotated[timedelta | None, PlainValidator(_keep)]
OwnKeep = Annotated[timedelta | Literal[""] | None, PlainValidator(_keep)]  # "": as the others
