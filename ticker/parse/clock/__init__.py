"""Read the time of a row as printed: `stamp` knows one when it sees one, and says what it says.

    spell ─▶ shape ─▶ grammar ─▶ meaning
    one       a letter   where in it     the clock, the day,
    spelling  a word     they stand      how long ago

`words` and `names` (from CLDR) know what a word can be, `calendar` which hours and days there are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from ticker.model import Ago, Day
from ticker.parse.clock.calendar import HALVES, clock_of, day_of
from ticker.parse.clock.meaning import Said, said, span_of
from ticker.parse.clock.spell import bare, spelled, unmarked
from ticker.parse.clock.words import vocabulary

__all__ = [
    "LEADING",
    "LONGEST",
    "Form",
    "Kind",
    "Stamp",
    "bare",
    "dates_in_disguise",
    "is_date",
    "leading",
    "may_say",
    "moment",
    "read",
    "span",
    "stamp",
]

LONGEST = 48  # characters of a text that is nothing but a time, its day and its zone
_SPARE = 12  # more, of marks and separators around it
_MOST_WORDS = 9
_LONGEST_WORD = 32  # "2026-11-22T14:05:00+03:00"
_WORDS = 4096  # that are remembered: a page says the same ones in every row
_TEXTS = 2048
_SHORT = 14  # "[11:45 p.m.]"

_AFTER_HOUR = re.compile(r"\d+\s?(\D?)")

# Nearly all there are, at a tenth of the cost.
_USUAL = re.compile(r"\s*[(\[]?(([0-9]{1,2}):([0-9]{2}))[)\]]?\s*")
_COMMON = re.compile(r"\s*[(\[]?(([0-9]{1,2})([:h.])([0-9]{2})(?: Uhr| ?([AaPp])(?:\.[Mm]\.|[Mm]))?)[)\]]?\s*")
# Two numbers with a separator, or a number with words about it: most texts with a digit are neither.
_MAYBE = re.compile(r"\d\s?[^\w\s()+%&°]{1,2}\s?\d|\d\s*[^\W\d_]|[^\W\d_]\W{0,4}\d|\d\s?[\u0900-\u109f\u1780-\u17ff]")
_NEGATIVE = re.compile(r"\s*-\d{1,2}\.\d\d\s*")
_ORDINALS = re.compile(r"\W*(\d{1,2})\.\s?(\d{1,2})\.\W*")  # "22.11.": the last full stop makes it a day
_MUCH_CHINESE = re.compile("[\u3040-\u9fff\uac00-\ud7af]{8}")  # without a number: "北京时间下午" is the most of a time
_DIGIT = re.compile(r"\d").search
_DAY = re.compile(r"(\d{1,2})\.(\d{2})")
_BY_THE_CLOCK_OF = re.compile(r"بتوقيت\s+\w+(?:\s+\w+)?\)?\s*$")
_PUNCTUATION = " .,:;!?()[]«»\"'|•·/-–—"
_DENSE = "\u0e00"  # from here on words are written without spaces, or with endings
_SHORTEST = timedelta(minutes=1)  # unit of a span that is printed without "ago"
_FULL_WORD = 4  # letters that a day needs to stand for itself: "heute", but not "ma"

_HEADLINE = 12  # letters: what follows a time is a headline then, and not its day
_MAYBE_LEAD = re.compile(r"\W{0,8}\d{1,2}[:：]\d\d")
_NOON = 12
_BEHIND = r"(?:\s*[|•·:،,–—-]+\s*|\s+)(?=\S)"
_LEAD = re.compile(
    r"(?P<time>[(\[]?(?P<hour>\d{1,2})[:：]\d{2}(?::\d{2})?"
    rf"(?P<half>\s?[AaPp]\.?[Mm]\.?(?!\w)|\s?[صم](?!\w))?[)\]]?){_BEHIND}"
)
_PLAIN_LEAD = re.compile(rf"(?P<time>[(\[]?(?P<hour>\d{{1,2}})[:：]\d{{2}}(?::\d{{2}})?[)\]]?){_BEHIND}")
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)")
_DAY_NUMBER = re.compile(r"(?<![\d/.:])\d{1,2}(?![\d/.:])")
_DATE_WORDS = 8  # of a line that is a date, at most


class Kind(IntEnum):
    """What sort of time a text is, the one that says least first."""

    DATE = 1  # a date without a clock
    LOOSE = 2  # a clock with its day or other words about it: "heute, 18:00 Uhr", "09.12/19:52"
    RELATIVE = 3  # "30m ago"
    CLOCK = 4


Form = tuple[int, str]
"""What sort of time it is, the surest with the highest number; and what parts hour and minute of a plain clock."""
LEADING = 5  # the sort of a clock with a headline behind it
_SURE = {Kind.CLOCK: 8, Kind.RELATIVE: 6, Kind.LOOSE: 4, Kind.DATE: 2}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A printed time: as it stands on the page, and what it says, if it can be read."""

    printed: str
    clock: time | None
    kind: Kind
    rest: str = ""  # what follows it in the same text
    day: Day | None = None  # the day it names
    ago: Ago | None = None  # how long ago it says
    form: Form = field(init=False, compare=False, repr=False)  # the rows of one list have the same

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", _form(self))

    @property
    def readable(self) -> bool:
        """Whether it says when, in any way."""
        return self.clock is not None or self.day is not None or self.ago is not None


def _form(stamp: Stamp) -> Form:
    if stamp.rest:
        return LEADING, ""
    if stamp.kind is not Kind.CLOCK:
        return _SURE[stamp.kind], ""
    found = _AFTER_HOUR.search(stamp.printed)
    after = found[1] if found is not None else ""
    return _SURE[Kind.CLOCK], ":" if after and after in ":：٫" else "." if after == "." else "h"


def stamp(text: str) -> Stamp | None:
    """What time *text* is, if it is nothing else; None for any other text.

    A span alone, "5 min" or "2 hours", is none: it is as often how long a story takes to read or a film to watch. "9h"
    is nine o'clock. Among rows that say "ago", `span` reads both.
    """
    if len(text) > 4 * LONGEST:
        return None
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        hour, minute = int(usual[2]), int(usual[3])
        return Stamp(usual[1], time(hour, minute), Kind.CLOCK) if hour < 24 and minute < 60 else None
    if len(text) <= _SHORT and (common := _COMMON.fullmatch(text)) is not None and not _NEGATIVE.match(text):
        clock = _common(common)
        if clock is not None:
            return Stamp(common[1], clock, Kind.CLOCK)
    return _stamp(text) if _hopeful(text) else None


@lru_cache(maxsize=_TEXTS)
def span(printed: str) -> Ago | None:
    """How long ago *printed* is that says no more than "5 min" or "2h": for lists whose other rows are relative."""
    ago = span_of(spelled(bare(printed))) if len(printed) <= LONGEST else None
    return ago if ago is not None and ago.unit >= _SHORTEST else None


@lru_cache(maxsize=_TEXTS)
def may_say(text: str) -> bool:
    """Whether *text*, without a digit, may be a time all the same: "yesterday", "an hour ago". Cheap, and not sure."""
    if len(text) > LONGEST:
        return False
    words = text.split(None, 6)
    if not 1 <= len(words) <= 6:
        return False
    silent = vocabulary().silent
    if text[0] >= _DENSE:
        return text.strip() in silent or text.rstrip().endswith(vocabulary().endings)
    return _one_of(words[0], silent) and (len(words) == 1 or _one_of(words[-1], silent))


def moment(text: str) -> Stamp | None:
    """The time that *text* is or, where it is a whole row, begins with."""
    known = stamp(text)
    if known is None or known.kind is Kind.LOOSE:
        row = leading(text)
        if row is not None and (known is None or sum(map(str.isalpha, row.rest)) >= _HEADLINE):
            return row
    return known


def leading(text: str, least: int = 4) -> Stamp | None:
    """The time that *text*, a whole row in one text, begins with; its `rest` is the headline, of *least* letters."""
    if not _MAYBE_LEAD.match(text):
        return None
    line = unmarked(text[: 2 * LONGEST]).lstrip()
    found = _LEAD.match(line)
    if found is not None and int(found["hour"]) > _NOON and found["half"]:  # "14:54 PM visits": no half of a day
        found = _PLAIN_LEAD.match(line)
    clock = read(found["time"]) if found is not None else None
    if found is None or clock is None:
        return None
    rest = (line[found.end() :] + text[2 * LONGEST :]).strip()
    return (
        Stamp(bare(found["time"]), clock, Kind.CLOCK, rest) if sum(map(str.isalpha, rest[:LONGEST])) >= least else None
    )


def read(printed: str) -> time | None:
    """The wall clock that *printed* says; None where it says none, or more than that (a date, "5 minutes ago").

    "12:10 a.m." is ten past midnight; "14:05 PM" is read as 14:05; "24:00" is no time of a day.
    """
    known = stamp(printed)
    return known.clock if known is not None and known.kind is Kind.CLOCK else None


def dates_in_disguise(printed: Sequence[str]) -> bool:
    """Whether what reads like the clock times of one list, 09.12 08.12 06.12, are days: one month in all."""
    dotted = [found[2] for text in printed if (found := _DAY.fullmatch(spelled(text)))]
    return len(dotted) == len(printed) > 2 and len(set(dotted)) == 1 and 1 <= int(dotted[0]) <= 12


def is_date(text: str) -> bool:
    """Whether *text* gives a day, "Monday, 10 March 2025": above a list, and gone tomorrow."""
    known = stamp(text)
    if known is not None and known.kind is Kind.DATE:
        return known.day is None or known.day.weekday is None
    words = text.split(None, _DATE_WORDS + 1)
    if len(words) > _DATE_WORDS:
        return False
    numbers = bool(_DAY_NUMBER.search(text)) + bool(_YEAR.search(text))
    return numbers == 2 or (bool(numbers) and _names(words) > 0) or _names(words) > 1


def _names(words: list[str]) -> int:
    """How many months and weekdays are named in full."""
    plain, full = [spelled(word.strip(_PUNCTUATION)) for word in words], vocabulary().full
    pairs = [f"{first} {second}" for first, second in pairwise(plain)]
    return sum(word in full for word in (*plain, *pairs))


def _common(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found[2]), int(found[4]), found[5]
    if half is not None:
        return clock_of(hour, minute, 0, HALVES["am" if half in "aA" else "pm"])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _hopeful(text: str) -> bool:
    """Whether it is worth the while to read *text* word by word: a cheap look that lets every time through."""
    if text.isdecimal() or (len(text) > LONGEST + _SPARE and "  " not in text and "\n" not in text):
        return False
    words = text.split(None, _MOST_WORDS)
    if len(words) > _MOST_WORDS or not words or len(max(words, key=len)) > _LONGEST_WORD:
        return False
    if not text.isascii() and _MUCH_CHINESE.search(text) is not None:
        return False
    known = vocabulary().ends
    if not (_one_of(words[0], known) and _one_of(words[-1], known)) and "بتوقيت" not in text:
        return False
    return _MAYBE.search(text) is not None or (_DIGIT(text) is None and may_say(text))


def _one_of(word: str, known: frozenset[str]) -> bool:
    """Whether *word* is one of these, or no plain word."""
    if not word.isalpha():
        word = word.strip(_PUNCTUATION)
        if not word.isalpha():
            return True
    if word.isascii():
        return word.lower() in known
    return word[0] >= _DENSE or _spelled_word(word) in known


@lru_cache(_WORDS)
def _spelled_word(word: str) -> str:
    return spelled(word)


@lru_cache(_TEXTS)
def _stamp(text: str) -> Stamp | None:
    """Read *text* word by word. A page says the same in many rows, and again in the next poll: they are remembered."""
    printed = bare(text)
    return _words(printed, text) if 1 < len(printed) <= LONGEST else None


def _words(printed: str, text: str) -> Stamp | None:
    ordinals = _ORDINALS.fullmatch(text)
    day = day_of(None, int(ordinals[2]), int(ordinals[1])) if ordinals is not None else None
    if day is not None:
        return Stamp(printed, None, Kind.DATE, day=day)
    plain = spelled(printed)
    meant = said(_BY_THE_CLOCK_OF.sub("", plain))
    if meant is None or _NEGATIVE.match(text) or not (_DIGIT(plain) or _for_itself(plain, meant)):
        return None
    return Stamp(printed, meant.clock, _kind(meant), day=meant.day, ago=meant.ago)


def _for_itself(plain: str, meant: Said) -> bool:
    """Whether what is said without a number is said in full: "Sunday", not "Sun"."""
    if meant.day is None:
        return meant.ago is not None
    return (len(plain) >= _FULL_WORD or not plain.isascii()) and (
        meant.day.weekday is None or plain in vocabulary().full
    )


def _kind(meant: Said) -> Kind:
    if meant.ago is not None:
        return Kind.RELATIVE
    if meant.loose or (meant.clock is not None and (meant.day is not None or meant.labelled)):
        return Kind.LOOSE
    return Kind.CLOCK if meant.clock is not None else Kind.DATE
