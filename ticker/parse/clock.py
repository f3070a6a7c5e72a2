"""Read the time of a row as printed: `stamp` knows one when it sees one, `read` says the wall clock it means."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import IntEnum

from ticker.model import Ago, Day

LONGEST = 40  # characters of a text that is nothing but a time, its day and its zone
_SPARE = 20  # more, of marks and separators around it

_MARK = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Brackets and separators: they stand around a time, they are not the time.
_AROUND = " \t\r\n\xa0\u202f()[]{}（）［］【】<>«»|¦•·●▪■►▶‣⏱🕒🕐*:;,،.‐‑–—-_/\\~"
_CUT_SHORT = re.compile(r"\.[^\W\d]$")  # "9:05 a.m" once the last full stop went with the separators

_HALVES = {
    "am": "am|a.m|a. m|ص|صباحا|صباحًا|صباحاً|ق.ظ|上午|午前|오전|öö|π.μ|πμ|sáng",
    "pm": "pm|p.m|p. m|م|مساء|مساءا|مساءً|مساءًا|مساءاً|ظهرا|ظهرًا|ظهراً|عصرا|عصرًا|عصراً|بعد الظهر|ب.ظ"
    "|下午|午後|晚上|오후|ös|μ.μ|μμ|chiều",
}
_HALF = {unicodedata.normalize("NFKC", word): half for half, words in _HALVES.items() for word in words.split("|")}
_HALF_WORD = "(?:" + "|".join(re.escape(word) for word in sorted(_HALF, key=len, reverse=True)) + r")\.?"
_BEFORE = r"kl\.?|klo|klokken|à|às|as|um|ore|ora|alle|at|в|о|у|a las|las|saat|pukul|jam|الساعة|ساعت|ساعة|lúc|ώρα|בשעה"
_ZONE = (
    r"uhr|h|hs|hrs|hod\.?|ч\.?|год\.?|น\.?|wib|wita|wit|gmt|utc|z|cest|cet|eest|eet|bst|est|edt|cst|cdt|mst|mdt"
    r"|pst|pdt|ist|jst|kst|msk|мск|غرينتش|بتوقيت \w+"
)
_PARTS = r"(?P<h>\d{1,2})(?:\s?[:٫]\s?|\s?h\s?|\.|\s?[時时點点시]\s?)(?P<m>\d{2})(?:[:.](?P<s>\d{2})|\s?[分분]|\s?min)?"
_CLOCK = re.compile(
    rf"(?:(?:{_BEFORE})\s+)?(?:(?P<before>{_HALF_WORD})\s?)?{_PARTS}(?:\s?(?P<after>{_HALF_WORD})(?!\w))?"
    rf"(?:\s?(?:{_ZONE})(?:\s?[+-]\d{{1,2}}(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_HOUR = re.compile(rf"(?P<h>\d{{1,2}})\s?(?:(?P<after>{_HALF_WORD})|h)", re.IGNORECASE)  # "9 a.m.", "9h"
_USUAL = re.compile(r"\s*[(\[]?(([0-9]{1,2}):([0-9]{2}))[)\]]?\s*")  # nearly all there are, at a tenth of the cost

# Two numbers with a separator, or a number with words about it: most texts with a digit are neither.
_MAYBE = re.compile(
    r"\d[ \u202f\xa0]?[^\w\s,()+%&][ \u202f\xa0]?\d|\d[ \u202f\xa0]?[hH時时點点시][ \u202f\xa0]?(?:\d|\W*$)"
    r"|^\W*\w{1,8}\W+\d|\d[ \u202f\xa0]?[^\W\d_]"
)
_SOME_CLOCK = re.compile(r"(?<![\d.,:])\d{1,2}\s?[:h.]\s?[0-5]\d(?![\d/-])", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}|\d{4}年|\d{1,2}月\d{1,2}日")
_DAY = re.compile(r"(\d{1,2})\.(\d{2})")
# How old instead of when. The words of some thirty languages; a number must be there.
_AGO = re.compile(
    r"^(?:قبل|منذ|vor|il y a|hace|há|fa|acum|před|pred|prije|przed|πριν|לפני|за|for|för|about|almost)\b.{0,24}\d"
    r"|\d\s?(?:\w+\s){0,3}(?:ago|lalu|назад|тому|fa|atrás|sedan|siden|sitten|geleden|önce|temu|πριν|پیش|trước"
    r"|ที่แล้ว|पहले|óra|órája|perce)\b"
    r"|^\d{1,3}\s?(?:秒|分|分钟|分鐘|時間|小时|小時|日|天)\s?前|^\d{1,3}\s?(?:초|분|시간|일)\s?전"
    r"|^\d{1,3}\s?(?:m|min|mins|minutes?|hr|hrs|hours?|d|days?|мин|ч|דקות|dk)\.?$",
    re.IGNORECASE,
)
_DENSE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")  # one letter says as much as three of another script
_WORD = re.compile(r"[^\W\d_]+")

_HEADLINE = 12  # letters: what follows a time is a headline then, and not its day
_MAYBE_LEAD = re.compile(r"\W{0,8}\d{1,2}[:：]\d\d")
_LEAD = re.compile(
    r"(?P<time>[(\[]?\d{1,2}[:：]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?(?!\w)|\s?[صم](?!\w))?[)\]]?)"
    r"(?:\s*[|•·:،,–—-]+\s*|\s+)(?=\S)"
)


class Kind(IntEnum):
    """What sort of time a text is, the one that says least first."""

    DATE = 1  # a date without a clock
    LOOSE = 2  # a clock with other words about it: "heute, 18:00 Uhr", "09.12/19:52"
    RELATIVE = 3  # "30m ago"
    CLOCK = 4


# Names of days and months, as they begin; in the languages of most newsrooms, for a line that gives today's date.
_CALENDAR = re.compile(
    r"(?<!\w)(?:ال)?(?:[أاإ]حد|[إا]ثنين|ثلاثاء|[أا]ربعاء|خميس|جمعة|سبت|كانون|شباط|[آأا]ذار|نيسان|[أا]يار|حزيران|تموز|[آا]ب|"
    r"[أا]يلول|تشرين|يناير|فبراير|مارس|[أا]بريل|مايو|يونيو|يوليو|[أا]غسطس|سبتمبر|[أا]كتوبر|نوفمبر|ديسمبر|جانفي|فيفري|[أا]فريل|"
    r"ماي|جوان|جويلية|[أا]وت)(?!\w)"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:lun|mar|mercre|jeu|vendre|same)di\b|\bdimanche\b"
    r"|\b(?:jan(?:uary|vier|uar)?|feb(?:ruary|ruar|rero)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço)?|märz|apr(?:ile?)?|a[vb]r(?:il)?|"
    r"ma[iy]o?|jun(?:e|i|io|ho)?|juin|jul(?:y|i|io|ho)?|juil(?:let)?|aug(?:ust)?|ao[uû]t|ago(?:sto)?|sep(?:t(?:ember|embre)?)?|"
    r"setembro|settembre|septiembre|o[ck]t(?:ober|obre|ubre)?|ottobre|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|"
    r"de[cz](?:ember|embro)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?)\b"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b"
    r"|\b(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w{0,6}\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)")
_DAY_NUMBER = re.compile(r"(?<![\d/.:])\d{1,2}(?![\d/.:])")
_DATE_WORDS = 8  # of a line that is a date, at most


@dataclass(frozen=True, slots=True)
class Stamp:
    """A printed time: as it stands on the page, and what it says, if it can be read."""

    printed: str
    clock: time | None
    kind: Kind
    rest: str = ""  # what follows it in the same text
    day: Day | None = None  # the day it names
    ago: Ago | None = None  # how long ago it says

    @property
    def readable(self) -> bool:
        """Whether it says when, in any way."""
        return self.clock is not None or self.day is not None or self.ago is not None


def stamp(text: str) -> Stamp | None:
    """What time *text* is, if it is nothing else; None for any other text."""
    if len(text) > 4 * LONGEST:
        return None
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        clock = _time(int(usual[2]), int(usual[3]), 0)
        return Stamp(usual[1], clock, Kind.CLOCK) if clock is not None else None
    if len(text) > LONGEST + _SPARE:
        text = " ".join(text.split())
        if len(text) > LONGEST + _SPARE:
            return None
    printed = bare(text)
    if not 1 < len(printed) <= LONGEST or not _MAYBE.search(printed):
        return None
    plain = _plain(printed)
    clock = _read(plain)
    if clock is not None:
        return Stamp(printed, clock, Kind.CLOCK)
    kind = _kind(plain)
    return Stamp(printed, None, kind) if kind is not None else None


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
    line = _MARK.sub("", text[: 2 * LONGEST]).lstrip()
    found = _LEAD.match(line)
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
    return _read(_plain(bare(printed)))


def bare(text: str) -> str:
    """*text* in one line, without direction marks, and without brackets and separators around it."""
    line = " ".join((text if text.isascii() else _MARK.sub("", text)).split())
    printed = line.strip(_AROUND)
    return f"{printed}." if _CUT_SHORT.search(printed) and f"{printed}." in line else printed


def dates_in_disguise(printed: Sequence[str]) -> bool:
    """Whether what reads like the clock times of one list, 09.12 08.12 06.12, are days: one month in all."""
    dotted = [found[2] for text in printed if (found := _DAY.fullmatch(_plain(text)))]
    return len(dotted) == len(printed) > 2 and len(set(dotted)) == 1 and 1 <= int(dotted[0]) <= 12


def is_date(text: str) -> bool:
    """Whether *text* gives a day, "Monday, 10 March 2025": above a list, and gone tomorrow."""
    known, plain = stamp(text), _plain(text)
    if known is not None and known.kind is Kind.DATE:
        return True
    named = len(_CALENDAR.findall(plain))
    numbers = bool(_DAY_NUMBER.search(plain)) + bool(_YEAR.search(plain))
    return len(plain.split()) <= _DATE_WORDS and (numbers == 2 or bool(named and (numbers or named > 1)))


def _plain(text: str) -> str:
    """*text* with Western digits and one form of each letter, as the patterns expect it."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", _MARK.sub("", text))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _read(plain: str) -> time | None:
    found = _CLOCK.fullmatch(plain) or _HOUR.fullmatch(plain)
    if found is None:
        return None
    parts = found.groupdict()
    word = (parts.get("before") or parts.get("after") or "").lower()
    half = _HALF.get(word) or _HALF.get(word.removesuffix("."))
    hour = int(parts["h"])
    if half == "am" and hour > 12:
        return None
    if half is not None and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _time(hour, int(parts.get("m") or 0), int(parts.get("s") or 0))


def _time(hour: int, minute: int, second: int) -> time | None:
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _kind(plain: str) -> Kind | None:
    """What sort of time a text is that is no plain clock; a sentence that mentions one is none."""
    words = _WORD.findall(plain)
    if len(words) > 5 or sum(map(len, words)) + 2 * len(_DENSE.findall(plain)) > 28:
        return None
    if _AGO.search(plain):
        return Kind.RELATIVE
    undated = _DATE.sub("", plain)
    if _SOME_CLOCK.search(undated):
        return Kind.LOOSE
    return Kind.DATE if len(undated) < len(plain) else None
