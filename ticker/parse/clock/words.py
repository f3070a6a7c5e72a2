"""What each word of a printed time can be: the `names` of CLDR, and our `own`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from ticker.parse.clock import own
from ticker.parse.clock.calendar import HALVES
from ticker.parse.clock.spell import spelled

# A word is a letter of the `shape` of a text, with what it says. Many are several, as two languages have the word.
#   M, m  month, M where it may stand before its day; of two values the first is after "12.", the other after "12"
#   W weekday · B so many days back · A part of the day, k one that makes no time of a mere number
#   p at · f of, the · t 1st · u "Uhr", "h", "時" · v "hrs", only after minutes · i, e minute, second
#   Y N D 年 月 日 · G "tháng", before the number of a month · Z zone · L "updated"
#   a ago · q unit · Q unit and ago in one · o number · x about · w now
Option: TypeAlias = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that words can mean; keys as `spell.spelled` writes them."""

    options: Mapping[str, tuple[Option, ...]]
    units: Mapping[str, tuple[int, int]]  # seconds, and how many where the word counts them
    units_in: Mapping[tuple[str, str], tuple[int, int]]  # the same by frame
    frames: Mapping[str, str]  # "il y a#" -> the one whose units it shares
    full: frozenset[str]  # months and weekdays that are no abbreviations
    ends: frozenset[str]  # words that a time can begin or end with
    silent: frozenset[str]  # those of them that can begin or end one without a number
    endings: tuple[str, ...]  # the same in scripts without spaces
    longest: int  # words of one phrase


@cache
def vocabulary() -> Vocabulary:
    """Everything that this package knows of words; made when the first text needs it."""
    from ticker.parse.clock import names

    frames = {frame: frame for frame in _rows(names.FRAMES)} | own.FRAMES
    frames = {frame: shared for frame, shared in frames.items() if frame not in own.NOT_FRAMES}
    units = (
        {word: _unit(value) for value, word in _pairs(names.UNITS)}
        | dict(_own_units(own.UNITS, _words))
        | dict(_halves())
    )
    framed = {
        _frame_and_word(word): _unit(value) for value, word in _pairs(names.UNITS_IN) if not value.startswith("1,")
    }
    full = frozenset(_rows(names.FULL))
    found: dict[str, dict[Option, None]] = {}
    for word, option in (*_relative(frames, units, framed), *_particles(), *_calendar(full), *_between()):
        found.setdefault(word, {})[option] = None
    silent = [word for word, options in found.items() if _needs_no_number(word, options, full)]
    return Vocabulary(
        {word: tuple(options) for word, options in found.items()},
        units,
        framed,
        frames,
        full,
        _ends(found),
        _ends(silent),
        tuple(word for word in silent if word[0] >= "\u0e00"),
        max(word.count(" ") + 1 for word in found),
    )


def _needs_no_number(word: str, options: Mapping[Option, None], full: frozenset[str]) -> bool:
    return any(kind in "aqowBx" or (kind == "W" and word in full) for kind, _ in options)


def _ends(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(part for phrase in phrases for part in (phrase.split()[0], phrase.split()[-1]))


def _calendar(full: frozenset[str]) -> Iterator[tuple[str, Option]]:
    from ticker.parse.clock import names

    leading, back = set(_rows(names.LEADING)), {word: int(days) for days, word in _pairs(names.DAYS)}
    for value, word in _pairs(names.MONTHS):
        yield word, ("M" if word in leading else "m", tuple(map(int, value.split("."))))
    for number, name in enumerate(_phrases(own.JALALI), 101):
        yield name, ("m", (number,))
    yield from ((name, ("m", (0,))) for name in _phrases(own.HIJRI))
    for value, word in _pairs(names.WEEKDAYS):
        if word not in back:  # "ma" is today in Hungarian before it is a Finnish Monday
            yield word, ("W", None if value == "?" else int(value))
    yield from ((word, ("B", days)) for word, days in back.items())
    yield from ((word, ("B", days)) for days, words in own.DAYS.items() for word in _phrases(words))
    for value, word in _pairs(names.HOURS):
        yield word, ("A" if _sure(word) else "k", frozenset(map(int, value.split(","))))
    for half, words in (("am", own.AM), ("pm", own.PM)):
        yield from ((word, ("A" if _sure(word) else "k", HALVES[half])) for word in _phrases(words))


def _sure(word: str) -> bool:
    """Whether a part of the day makes a time of a mere number: "9 pm", not "9 de" (Hungarian) or "9 م" (metres)."""
    return word in ("am", "pm", "a m", "p m") or len(word) > 2 or (len(word) == 2 and not word.isascii())


def _relative(
    frames: Mapping[str, str], units: Mapping[str, object], framed: Mapping[tuple[str, str], object]
) -> Iterator[tuple[str, Option]]:
    from ticker.parse.clock import names

    for frame in frames:
        yield from ((part, ("a", part)) for part in frame.split("#") if part)
    yield from ((word, ("q", word)) for word in (*units, *(word for _, word in framed)))
    yield from ((word, ("Q", unit)) for word, unit in _own_units(own.SINCE, _words))
    yield from ((word, ("o", 1)) for word in _words(own.ONE))
    yield from ((word, ("o", 2)) for word in _words(own.TWO))
    yield from ((word, ("x", None)) for word in _words(own.ABOUT))
    now = {word for word in _rows(names.NOW) if len(word) > 3 or word == "now" or not word.isascii()} - own.NOT_NOW
    yield from ((word, ("w", None)) for word in (*now, *_phrases(own.JUST_NOW)))


def _particles() -> Iterator[tuple[str, Option]]:
    kinds = {
        "p": own.AT, "t": own.ORDINAL, "u": own.HOUR, "v": own.AFTER_MINUTES, "i": own.MINUTE, "e": own.SECOND,
        "Y": own.YEAR, "N": own.MONTH, "D": own.DAY, "G": own.MONTH_BEFORE,
    }  # fmt: skip
    for kind, words in kinds.items():
        yield from ((word, (kind, None)) for word in _words(words))
    yield from ((word, ("Z", None)) for word in (*_words(own.ZONES), *_phrases(own.ZONE_PHRASES)))
    yield from ((word, ("L", None)) for word in _phrases(own.LABELS))


def _between() -> Iterator[tuple[str, Option]]:
    """Last, as they say least: "am" is a half of the day before it is German for "on the"."""
    yield from ((word, ("f", None)) for word in _words(own.BETWEEN))


def _own_units(units: Mapping[int, str], parted: Callable[[str], list[str]]) -> Iterator[tuple[str, tuple[int, int]]]:
    yield from ((word, (seconds, 0)) for seconds, words in units.items() for word in parted(words))


def _halves() -> Iterator[tuple[str, tuple[int, int]]]:
    yield from ((word, (seconds, 1)) for word, (seconds, _) in _own_units(own.PARTS_OF_HOUR, _phrases))


def _phrases(words: str) -> list[str]:
    return [" ".join(spelled(word).split()) for word in words.split("|")]


def _words(words: str) -> list[str]:
    return [" ".join(spelled(word).split()) for word in words.replace("|", " ").split()]


def _rows(table: str) -> list[str]:
    return [word.strip().replace("_", " ") for word in table.split("|")]


def _pairs(table: str) -> Iterator[tuple[str, str]]:
    """The value and the word of each entry of a table of `names`."""
    value = ""
    for line in table.strip().split("\n"):
        said, parted, words = line.rpartition(" = ")
        value = said if parted else value
        yield from ((value, word.replace("_", " ")) for part in words.split("|") if (word := part.strip()))


def _unit(values: str) -> tuple[int, int]:
    """The seconds of a unit, and how many of it: 3602 is two hours. Of several, without a count, the shortest."""
    first = min(map(int, values.split(",")))
    seconds = max(unit for unit in (1, 60, 3600, 86400, 604800, 2592000, 31536000) if unit <= first)
    return seconds, first - seconds


def _frame_and_word(entry: str) -> tuple[str, str]:
    frame, _, word = entry.partition(":")
    return frame, word
