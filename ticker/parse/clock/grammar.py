"""Which shapes are times, and where in them hour, day and unit stand. Shapes are few: each is parsed once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

Places: TypeAlias = Mapping[str, int]  # where in a shape its parts stand

_SHAPES = 4096  # of different texts that are remembered
_ZONE = r"(?:,?Z(?:[+-][12](?::2)?|[+-]4)?,?|\+(?:2:2|4))?"
# With a colon before "21h04" before "18.47"; an hour alone needs a word. The surest first.
_CLOCKS = (
    r"p*(?P<before>[Ak]?)(?P<hour>[12]):(?P<minute>2)(?:[:.](?P<second>2)(?:-2:2)?)?(?:,?(?P<after>[Ak]))?[uv]?"
    + _ZONE,
    r"p*(?P<before>[Ak]?)(?P<hour>[12])u:?(?P<minute>2|[12](?=i))i?(?:(?P<second>[12])e)?(?P<after>[Ak]?)v?" + _ZONE,
    r"p*(?P<before>[Ak]?)(?P<hour>[12])\.(?P<minute>2)(?:\.(?P<second>2))?(?:,?(?P<after>[Ak]))?[uv]?" + _ZONE,
    r"p*(?P<before>A)(?P<hour>[12])u" + _ZONE,
    r"p*(?P<hour>[12])(?:u|(?P<after>A))" + _ZONE,
)
_DATES = (
    # 12 May 2025, "12 مايو/ أيار 2025"
    r"(?P<day>[12])(?:(?P<dot>\.)|t)?[fp,]*-?(?P<named>[Mm])(?:[/,](?P<again>[Mm]),?)?(?:[.,fp/-]*(?P<year>4)[Yfp]*|-(?P<short>2))?\.?",
    r"(?P<named>M)[.fp]*(?P<day>[12])[t.]?(?:[,. fp]*(?P<year>4)f*)?",  # May 12, 2025
    r"(?P<named>m)[.fp]*(?P<day>[12]),(?P<year>4)",  # Abr 12, 2025
    r"(?P<year>4)[Y.,fp-]+(?P<day>[12])[t.]?[,fp]*(?P<named>[Mm])",  # 2025 ж. 12 мамыр
    r"(?P<year>4)[Y.,fp-]*(?P<named>[Mm])[.fp-]*(?P<day>[12])[t.Dfp]*",  # 2025. május 12.
    r"(?P<first>[12])(?P<by>[./-])(?P<second>[12])(?P=by)(?P<year>4)[.Yfp]*",  # 12.5.2025
    r"(?P<first>2)(?P<by>[./-])(?P<second>2)(?P=by)(?P<short>2)",  # 12.05.25
    r"(?P<year>4)(?P<by>[./-])(?P<month>[12])(?P=by)(?P<day>[12])\.?",  # 2025-05-12
    r"(?:(?P<year>4)Y)?(?P<month>[12])N(?P<day>[12])D",  # 2025年5月12日
    r"(?P<day>[12])G(?P<month>[12])(?:[,fp/]*(?P<year>4))?",  # 12 tháng 5, 2025
)
_LOOSE_DATE = r"(?P<first>[12])(?P<by>[./-])(?P<second>[12])\.?"  # 12.05, where something else says that it is one
_AROUND_DATE = r"[,fp]*(?:(?P<back>B)|(?P<weekday>W))?[,.fp-]*(?P<core>.*?)[,fp]*(?P<weekday_after>W)?[,fp]*"
_AGO = (
    r"(?P<before>a?)x*(?:(?P<much>[123])|(?P<worded>o))?(?P<unit>q)(?:,?[fpo]?(?P<more>[12])(?P<smaller>q))?x*(?P<after>a?),?",
    r"(?P<before>a?)(?P<unit>q)(?P<much>[123])(?P<after>a?)",  # "dakika 5 zilizopita", "לפני יום 1"
    r"x*(?:(?P<much>[123])|(?P<worded>o))(?P<since>Q)",
)
_EDGES = ",/-| "


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to read a shape: where the parts of its clock, its day and its span stand, as far as it has them."""

    clock: Places | None = None
    day: Places | None = None
    ago: Places | None = None
    now: bool = False
    labelled: bool = False  # "updated 14:05": a time, but perhaps not of the news
    dotted: bool = False  # a clock like 18.47
    by: str = ""  # between the numbers of the date


@lru_cache(_SHAPES)
def plans(shape: str) -> tuple[Plan, ...]:
    """Every way to read *shape*, the likeliest first."""
    return tuple(_plans(shape))


def _plans(shape: str) -> Iterator[Plan]:
    if shape.strip(",") == "w":
        yield Plan(now=True)
    for pattern in _compiled("ago"):
        if (found := pattern.fullmatch(shape, _label(shape))) is not None:
            yield Plan(ago=_places(found))
    text = shape.strip(",/|")
    label = _label(text)
    offset = len(shape) - len(shape.lstrip(",/|")) + label
    body = text[label:]
    for plan in (*_days(body, offset), *_clocks(body, offset)):
        yield Plan(plan.clock, plan.day, None, False, label > 0, plan.dotted, plan.by)


def _label(shape: str) -> int:
    """Where the words of a label end."""
    found = re.match("L[,:.fp-]*", shape)
    return found.end() if found is not None else 0


def _days(body: str, offset: int, *, beside_clock: bool = False) -> Iterator[Plan]:
    around = _compiled("around")[0].fullmatch(body)
    if around is None:
        return
    named = {name: place + offset for name, place in _places(around).items() if name != "core"}
    core = around["core"]
    if not core:
        if named:
            yield Plan(day=named)
        return
    at = around.start("core") + offset
    loose = beside_clock or "weekday" in named  # but "yesterday 21.04" is a clock
    for pattern in _compiled("dates") + (_compiled("loose") if loose else ()):
        if (found := pattern.fullmatch(core)) is not None:
            places = {name: place + at for name, place in _places(found).items() if name != "by"}
            yield Plan(day=named | places, by=found.groupdict().get("by") or "")


def _clocks(body: str, offset: int) -> Iterator[Plan]:
    for pattern in _compiled("clocks"):
        for found in _at_either_end(pattern, body):
            clock = {name: place + offset for name, place in _places(found).items()}
            dotted = "." in found[0]
            left, right = body[: found.start()], body[found.end() :]
            rest = (left or right).strip(_EDGES)
            if not (left or right).strip(_EDGES + ".:"):
                yield Plan(clock, dotted=dotted)
                continue
            at = offset + (0 if left else found.end()) + (left or right).index(rest)
            for plan in _days(rest, at, beside_clock=True):
                yield Plan(clock, plan.day, dotted=dotted, by=plan.by)


def _at_either_end(pattern: re.Pattern[str], body: str) -> Iterator[re.Match[str]]:
    """Where *pattern* stands with nothing before it, or nothing behind it."""
    if (found := pattern.match(body)) is not None and not body[found.end() : found.end() + 1].isdigit():
        yield found
    for start in range(1, len(body)):
        if body[start - 1] in ",/-| fp:.BWMmDt4" and (found := pattern.fullmatch(body, start)) is not None:
            yield found


def _places(found: re.Match[str]) -> dict[str, int]:
    return {name: found.start(name) for name, text in found.groupdict().items() if text}


@cache
def _compiled(which: str) -> tuple[re.Pattern[str], ...]:
    """The patterns, compiled when the first text needs them."""
    patterns = {"ago": _AGO, "around": (_AROUND_DATE,), "dates": _DATES, "loose": (_LOOSE_DATE,), "clocks": _CLOCKS}
    return tuple(re.compile(pattern) for pattern in patterns[which])
