"""Write ticker/parse/clock/names.py: the words of printed times in the languages of most newsrooms, from CLDR.

Run `python tools/calendar_names.py` after an update of babel; a test asks that the module is what this prints. Months,
weekdays, parts of the day, units and "{0} minutes ago" are babel's. What babel leaves out of CLDR, the words for now,
today and yesterday, is in `relative_days.json`: the fields `day` and `second` of `dateFields.json` in the package
cldr-dates-full 47.0.0 (Unicode License v3), no other word added.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_cldr_version

from ticker.parse.clock.spell import spelled

HERE = Path(__file__).parent
WRITTEN = HERE.parent / "ticker" / "parse" / "clock" / "names.py"
LANGUAGES = """
ar ar_DZ ar_MA ar_LB ar_IQ ar_SA fa he ur ps ckb ug az tr kk ky uz tk mn ru uk be bg mk sr sr_Latn hr bs
bs_Cyrl sl sk cs pl lt lv et fi hu ro sq el hy ka en en_GB en_AU de de_AT nl lb af da sv nb nn is fo ga cy fr
fr_CA es es_MX pt pt_PT it ca gl eu mt hi bn ta te ml kn mr gu pa or as ne si th lo km my vi id ms fil jv sw
am ti so ha zu zh zh_Hant ja ko
"""
LOCALES = LANGUAGES.split()
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
HALVES = {"am": list(range(12)), "pm": list(range(12, 24))}
MONTH_FIRST = ("en", "hu", "lt")  # and their abbreviations may lead; of other languages whole names only: "Set 2"
WIDTH = 118
FEWEST_UNITS = 3  # with one pattern, for what they share to be their frame
DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]")  # no spaces between words
SIGNED = tuple("-−+\u200e")  # "-5 min" says too little
HEAD = '''"""Words of printed times, as `spell.spelled` has them. From CLDR {cldr} by tools/calendar_names.py.

Each table has, after a value and "=", the words that say it; "_" is a space. "?" are those that languages disagree on,
"10.11" is October after "11." and November after "11".
HOURS are those that a part of the day has, UNITS seconds (and one more for each that is counted: 3602 is two hours),
UNITS_IN the same after "frame:" where only what stands around the unit can tell.
"""
'''

Words = dict[str, set[int]]


def forms(name: str) -> set[str]:
    """The ways in which *name* is printed: as it is, and where CLDR joins with a mark or a full stop, also apart."""
    spaced = re.sub(r"[\u200c\u200d-]", " ", name)
    return {form for raw in (name, spaced, name.replace(".", ". ")) if (form := " ".join(spelled(raw).split()))}


def tables() -> dict[str, dict[str, list[str]]]:
    """Each table of the module: what is said, and the words that say it, in order."""
    locales = [Locale.parse(code) for code in LOCALES]
    relative = json.loads((HERE / "relative_days.json").read_text(encoding="utf-8"))
    units, framed = _units(locales)
    return {
        "MONTHS": _sided(_months(locales), _months(filter(_dotted, locales)), _months(_undotted(locales))),
        "LEADING": {"": sorted(_leading(locales))},
        "WEEKDAYS": _one_each(_names(locale.days[c][w] for locale in locales for c, w in _widths(locale.days))),
        "FULL": {"": sorted(_full(locales))},
        "HOURS": _grouped(_hours(locales)),
        "UNITS": _grouped(units),
        "UNITS_IN": _grouped(
            {f"{frame}:{word}": {*values} for (frame, word), values in framed.items() if word not in units}
        ),
        "FRAMES": {"": sorted({frame for frame, _ in framed})},
        "DAYS": {str(back): _spelled(relative, str(-back)) for back in (0, 1, 2)},
        "NOW": {"": _spelled(relative, "now")},
    }


def _spelled(relative: Mapping[str, Mapping[str, list[str]]], said: str) -> list[str]:
    found = {form for words in relative.values() for name in words.get(said, ()) for form in forms(name)}
    return sorted(form for form in found if not re.search(r"\d", form))


def _widths(names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for context in ("format", "stand-alone"):
        yield from ((context, width) for width in ("wide", "abbreviated", "short") if width in names.get(context, ()))


def _names(named: Iterable[Mapping[int, str]]) -> Words:
    words: Words = defaultdict(set)
    for names in named:
        for value, name in names.items():
            for form in forms(name):
                words[form].add(value)
    return {word: values for word, values in words.items() if not re.search(r"\d", word)}


def _months(locales: Iterable[Locale]) -> Words:
    words = _names(locale.months[c][w] for locale in locales for c, w in _widths(locale.months))
    for word in list(words):  # "de gener", "d'abril": the preposition is no part of the name
        words.setdefault(re.sub("^(?:de |d')", "", word), set()).update(words[word])
    for name in _names(Locale("he").months["format"].values()):  # "12 במאי": in May
        words.setdefault(f"ב{name}", set()).update(words.get(name, ()))
    return words


def _leading(locales: Iterable[Locale]) -> set[str]:
    """The months that stand before their day: "May 12", in no Romance language."""
    first = [locale for locale in locales if re.match("[^d]*[ML]", str(locale.date_formats["medium"].pattern))]
    whole = _names(locale.months["format"]["wide"] for locale in first)
    return set(whole) | set(_months([locale for locale in first if locale.language in MONTH_FIRST]))


def _full(locales: Iterable[Locale]) -> set[str]:
    """Names that are no abbreviations: of a month or weekday, whatever stands beside them."""
    locales = list(locales)
    months = {form for locale in locales for name in locale.months["format"]["wide"].values() for form in forms(name)}
    days = {form for locale in locales for name in locale.days["format"]["wide"].values() for form in forms(name)}
    return {name for name in months | days if len(name) > 3 or not name.isascii()}


def _hours(locales: Iterable[Locale]) -> Words:
    """The hours that a part of the day has, in any language with the word; Latin letters alone say too little."""
    words: Words = defaultdict(set)
    for locale in locales:
        rules = locale.day_period_rules.get(None, {})
        spans = HALVES | {period: list(_span(rule)) for period, rule in rules.items()}
        for context, width in _widths(locale.day_periods):
            for period, name in locale.day_periods[context][width].items():
                for form in forms(name) if period in spans else ():
                    words[form].update(spans[period])
    return {word: hours for word, hours in words.items() if len(hours) < 24 and not (len(word) == 1 and word < "ԀA")}


def _span(spans: Iterable[Mapping[str, int]]) -> Iterator[int]:
    for span in spans:
        start = span.get("from", span.get("at", 0)) // 3600
        end = span.get("before", 3600 * (start + 1)) // 3600
        yield from (hour % 24 for hour in range(start, end if end > start else end + 24))


def _units(locales: Iterable[Locale]) -> tuple[Words, dict[tuple[str, str], set[int]]]:
    """The units, and those of each frame, which is what stands before and after "#" ("il y a #", "# ago").

    In the first only those that mean one thing in every language; "год" is a year in Russian, hours in Ukrainian.
    """
    every: Words = defaultdict(set)
    framed: dict[tuple[str, str], set[int]] = defaultdict(set)
    for locale in locales:
        frames, words = _relative(locale._data["date_fields"])
        for word, values in _plain_units(locale._data["unit_patterns"]).items():
            words.setdefault(word, set()).update(values)
        for word, values in words.items():
            every[word] |= values
            for frame in frames:
                framed[frame, word] |= values
    sure = {word: values for word, values in every.items() if len({_seconds(value) for value in values}) == 1}
    return sure, framed


def _seconds(value: int) -> int:
    return max(seconds for seconds in UNITS.values() if seconds <= value)


def _plain_units(patterns: Mapping[str, Any]) -> Words:
    words: Words = defaultdict(set)
    for unit, seconds in UNITS.items():
        for named in patterns.get(f"duration-{unit}", {}).values():
            for plural, pattern in dict(named).items():
                if plural != "per" and "{0}" in pattern:
                    _add(words, pattern.replace("{0}", " "), seconds)
    return words


def _add(words: Words, text: str, value: int) -> None:
    for form in forms(text):
        if len(form.split()) < 3 and not re.search(r"[\d/-]", form):
            words[form].add(value)


def _relative(fields: Mapping[str, Any]) -> tuple[set[str], Words]:
    frames: set[str] = set()
    words: Words = defaultdict(set)
    for width in ("", "-short", "-narrow"):
        past = {unit: dict(fields.get(unit + width, {}).get("past", {})) for unit in UNITS}
        _frame(past, words, frames)
    return frames, words


def _frame(past: Mapping[str, Mapping[str, str]], words: Words, frames: set[str]) -> None:
    """Take one width of one language apart: what all its units share is the frame, the rest are the units."""
    said: list[tuple[int, str, str]] = []
    for unit, plurals in past.items():
        for pattern in plurals.values():
            if pattern.count("{0}") == 1 and not pattern.startswith(SIGNED):
                lead, tail = (f" {' '.join(spelled(part).split())} " for part in pattern.split("{0}"))
                said.append((UNITS[unit], lead, tail))
    before = _shared([lead for _, lead, _ in said])
    after = _shared([tail[::-1] for *_, tail in said])[::-1]
    if len({seconds for seconds, *_ in said}) < FEWEST_UNITS or not (before + after).strip():
        return
    frames.add(f"{before.strip()}#{after.strip()}")
    for seconds, lead, tail in said:
        _add(words, f"{lead[len(before) :]} {tail[: len(tail) - len(after)]}", seconds)
    _counted(past, before.strip(), after.strip(), words)


def _shared(parts: list[str]) -> str:
    """The beginning that all *parts* share, whole words of it where words are spaced."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*parts, strict=False))
    shared = "".join(letters[0] for letters in same)
    return shared if DENSE.search(shared) else shared[: shared.rfind(" ") + 1]


def _counted(past: Mapping[str, Mapping[str, str]], before: str, after: str, words: Words) -> None:
    """Forms without a number: one hour, two hours in one word."""
    for unit, plurals in past.items():
        for plural, pattern in plurals.items():
            said = " ".join(spelled(pattern).split())
            if "{0}" not in pattern and plural in ("one", "two") and said.startswith(before) and said.endswith(after):
                _add(words, said.removeprefix(before).removesuffix(after), UNITS[unit] + 1 + (plural == "two"))


def _dotted(locale: Locale) -> bool:
    return re.search(r"d\.", str(locale.date_formats["long"].pattern)) is not None


def _undotted(locales: Iterable[Locale]) -> list[Locale]:
    return [locale for locale in locales if not _dotted(locale)]


def _sided(words: Words, dotted: Words, plain: Words) -> dict[str, list[str]]:
    """Months; of those that languages disagree on, the one of "11. listopada" and the one of "11 listopada"."""
    made = _one_each(words)
    for word in made.pop("?", []):
        sides = [next(iter(found)) if len(found := side.get(word, {0})) == 1 else 0 for side in (dotted, plain)]
        made.setdefault(".".join(map(str, sides)), []).append(word)
    return made


def _one_each(words: Words) -> dict[str, list[str]]:
    return _grouped({word: values if len(values) == 1 else {-1} for word, values in words.items()})


def _grouped(words: Mapping[str, set[int]]) -> dict[str, list[str]]:
    made: dict[str, list[str]] = defaultdict(list)
    for word, values in sorted(words.items()):
        if values and (len(word) > 1 or not word.isascii()):
            made[",".join(map(str, sorted(values))).replace("-1", "?")].append(word)
    return dict(sorted(made.items()))


def module() -> str:
    """The text of the module."""
    made = HEAD.format(cldr=get_cldr_version())
    for name, table in tables().items():
        lines = []
        for value, words in table.items():
            text = "| ".join(word.replace(" ", "_") for word in words)
            lines += _wrapped(f"{value} = {text}" if value else text)
        made += f'\n{name} = """\n' + "\n".join(lines) + '\n"""\n'
    return made


def _wrapped(text: str) -> list[str]:
    """Lines of *text* that are no wider than the code, Chinese letters being two columns wide."""
    lines, columns = [""], 0
    for part in text.split(" "):
        wide = len(part) + 1 + sum(unicodedata.east_asian_width(letter) in "WF" for letter in part)
        if columns + wide > WIDTH:
            lines, columns = [*lines, ""], 0
        lines[-1], columns = f"{lines[-1]} {part}".lstrip(), columns + wide
    return lines


if __name__ == "__main__":
    WRITTEN.write_text(module(), encoding="utf-8")
