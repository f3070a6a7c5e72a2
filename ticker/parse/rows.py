"""Say which text of each row is the headline, and where it links.

The rows of one list agree with each other: the way of elements that fits a headline best over all
rows is taken for each of them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from ticker.parse.clock import Stamp, stamp
from ticker.parse.stated import instant, is_instant
from ticker.parse.units import WORDY, Row, Unit

_PLENTY = 40  # letters: a text this long is as much a headline as a longer one
_PERFECT = 2.0 * _PLENTY  # the score of a linked text of that length in every row
_BODY = 30  # letters that follow a headline in the same text: a post, or a teaser
_SHORTEST = 12  # letters of a text that is taken though it is not where the others are
# Words in class names that say what an element is for, on any site; they only tip the balance.
_TITLE_HINT = re.compile(r"titl|headline|hed\b|heading|subject", re.IGNORECASE)
_OTHER_HINT = re.compile(
    r"cat(?:eg|\b)|rubri|section|label|\btag|author|byline|source|comment|count|summary|desc|excerpt|lead\b|more\b"
    r"|kicker|overtitle|sub-?title|chapeau|snippet|body",
    re.IGNORECASE,
)
_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_INLINE = re.compile(r"(?:a|span|b|strong|em|i|font)(?:\.[^/]*)?")  # an element that may stand in a link's place
_CLASSES = re.compile(r"\.[^/]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A row as understood: its time, its headline as it stands on the page, and its link likewise."""

    stamp: Stamp
    title: str
    href: str | None
    stated: datetime | None = None  # the instant that markup states with it


def understand(found: Sequence[Row]) -> tuple[list[Reading], float]:
    """The headline of every row that has one, in order; and how well the rows agree, from 0 to 1."""
    way, score = _best_way(found)
    if way is None:
        found = [one.again() if one.again is not None else one for one in found]
        way, score = _best_way(found)
    if way is None:
        return [], 0.0
    there = [_at(one, way) for one in found]
    label = _labels(there)
    column = _column(found, there, way)
    chosen = [(one, unit) for one, its in zip(found, there, strict=True) if (unit := _choice(one, its, column))]
    led = 2 * sum(_has_lead(unit) for _, unit in chosen) > len(chosen)
    return [_reading(one, unit, label, led=led) for one, unit in chosen], min(1.0, score / _PERFECT)


def _has_lead(unit: Unit) -> bool:
    """Whether a text is no headline, but begins with one in bold letters."""
    lead = unit.lead
    if not lead or unit.href is not None or lead.endswith(":"):
        return False
    return width(lead) >= _SHORTEST and width(unit.text) - width(lead) >= _BODY


def _reading(one: Row, unit: Unit, labels: "_Labels", *, led: bool) -> Reading:
    """*one* with the headline *unit*; a date beside it says the day of its clock."""
    title, said = unit.lead if led and _has_lead(unit) else _title(unit, labels), one.stamp
    exact = one.stated
    if said.clock is not None and is_instant(said.printed):  # an instant for machines: its digits are of another zone
        exact, said = exact or instant(said.printed), replace(said, clock=None, day=None)
    dates = [date for date in one.dates if date not in title]
    if said.clock is not None and said.day is None and dates:
        day = next((known.day for date in dates if (known := stamp(date)) is not None and known.day is not None), None)
        said = replace(said, day=day, clock=said.clock if day is not None else None)
    elif said.clock is not None and said.day is None and one.caption is not None:
        said = replace(said, day=one.caption)
    return Reading(said, title, _link(one, unit), exact)


def _best_way(found: Sequence[Row]) -> tuple[str | None, float]:
    """The way to the likeliest headlines, with its score; an earlier one counts a little more."""
    by_way: dict[str, list[Unit]] = defaultdict(list)
    rank: dict[str, int] = {}
    for one in found:
        for way, unit in _longest_by_way(one.units).items():
            by_way[way].append(unit)
        for order, unit in enumerate(one.units):
            rank[unit.way] = min(rank.get(unit.way, order), order)
    different = len({(one.stamp.printed, *(unit.raw for unit in one.units)) for one in found})  # without copies
    scores = {way: _score(way, units, len(found), different) / (1 + 0.04 * rank[way]) for way, units in by_way.items()}
    best = max(scores, key=scores.__getitem__, default=None)
    return (best, scores[best]) if best is not None and scores[best] > 0 else (None, 0.0)


def _longest_by_way(units: Sequence[Unit]) -> dict[str, Unit]:
    longest = {unit.way: unit for unit in units}
    if len(longest) == len(units):
        return longest
    longest.clear()
    for unit in units:
        held = longest.get(unit.way)
        if held is None or len(unit.raw) > len(held.raw):
            longest[unit.way] = unit
    return longest


def _score(way: str, units: list[Unit], rows: int, different: int) -> float:
    """How much the texts at *way* look like headlines: long, all different, in every row, linked."""
    texts = [unit.text for unit in units]
    if not any(map(WORDY.search, texts)):
        return 0.0
    linked = sum(unit.href is not None for unit in units) / len(units)
    distinct = min(1.0, len(set(texts)) / min(len(texts), different))
    score = min(_PLENTY, median(map(width, texts))) * (len(units) / rows) * distinct**2 * (1 + linked)
    score *= 2.0 if units[0].heading else 1.0
    score *= 0.5 if units[0].nested else 1.0
    name = way.rpartition("/")[2]
    if _TITLE_HINT.search(name):
        return score * 1.4
    return score * 0.6 if _OTHER_HINT.search(name) else score


def width(text: str) -> int:
    """The length of *text*, a letter of Chinese, Japanese or Korean counted as two and a half."""
    if text.isascii() or _WIDE.search(text) is None:
        return len(text)
    return len(text) + 3 * len(_WIDE.findall(text)) // 2


@dataclass(frozen=True, slots=True)
class _Column:
    """Where the headlines of a list stand."""

    way: str
    repeated: frozenset[str]  # texts at that way in several rows, beside others: "read more", a category
    beside: frozenset[str]  # ways of texts that stand beside the headline in many rows: no headlines, but teasers
    longest: int  # letters of the longest headline there
    turn: tuple[int, int] | None  # which of the others is the headline in most rows, from the first and from the last


def _column(found: Sequence[Row], there: Sequence[list[Unit]], way: str) -> _Column:
    """What the texts at *way*, *there* in each row, have in common."""
    several = [at_way for at_way in there if len(at_way) > 1]
    beside, longest = _beside(found, there), max(width(unit.text) for at_way in there for unit in at_way)
    if not several:
        return _Column(way, frozenset(), beside, longest, None)
    count = Counter(text for at_way in there for text in {unit.text for unit in at_way})
    repeated = frozenset(text for text, times in count.items() if times > 1)
    turns: Counter[tuple[int, int]] = Counter()
    for at_way in several:
        turn = max(range(len(at_way)), key=lambda at: (at_way[at].text not in repeated, len(at_way[at].raw)))
        turns[turn, turn - len(at_way)] += 1
    return _Column(way, repeated, beside, longest, max(turns, key=turns.__getitem__))


def _beside(found: Sequence[Row], there: Sequence[list[Unit]]) -> frozenset[str]:
    """The ways of texts, no copies, that stand beside the headline in a third of the rows that have one."""
    if all(there):
        return frozenset()
    titled = [(one, at_way) for one, at_way in zip(found, there, strict=True) if at_way]
    count: Counter[str] = Counter()
    for one, at_way in titled:
        own = {unit.text for unit in at_way}
        count.update({unit.way for unit in one.units if unit.text not in own})
    return frozenset(each for each, times in count.items() if 3 * times >= len(titled))


def _at(one: Row, way: str) -> list[Unit]:
    return [unit for unit in one.units if unit.way == way]


def _choice(one: Row, at_way: list[Unit], column: _Column) -> Unit | None:
    """The text of *column*, or all that flows there, though it looks like a time; else the likeliest."""
    there = _there(one, at_way, column)
    if there is None and one.again is not None:
        wider = one.again()
        there = _there(wider, _at(wider, column.way), column) or _alike(wider, column)
    return there or max(_others(one, column), key=lambda unit: len(unit.raw), default=None)


def _there(one: Row, at_way: list[Unit], column: _Column) -> Unit | None:
    """Of the texts *at_way* of *column* the one that is no label; where there is none, all that flows there."""
    if len(at_way) < 2:
        return at_way[0] if at_way else one.whole_at(column.way)
    own = [unit for unit in at_way if unit.text not in column.repeated] or at_way
    if len(own) > 1 and column.turn is not None:
        first, last = column.turn
        if first < len(at_way) and at_way[first] is at_way[last + len(at_way)] and at_way[first] in own:
            return at_way[first]
    return max(own, key=lambda unit: len(unit.raw))


def _alike(one: Row, column: _Column) -> Unit | None:
    """The longest text of a row without one in *column*: where its link is missing, added or another element."""
    way, units = column.way, [unit for unit in one.units if unit.way not in column.beside]
    above, _, last = way.rpartition("/")
    tags = _CLASSES.sub("", way)
    near = [unit for unit in units if unit.way == above or (unit.way and way.startswith(f"{unit.way}/"))]
    if not near and _INLINE.match(last):
        step = len(above) + 1
        near = [unit for unit in units if unit.way[:step] == f"{above}/" and _INLINE.fullmatch(unit.way[step:])]
    near = near or [unit for unit in units if unit.way.startswith(f"{way}/a") or _CLASSES.sub("", unit.way) == tags]
    return max(near, key=lambda unit: len(unit.raw), default=None)


def _others(one: Row, column: _Column) -> list[Unit]:
    """Texts of a row that has none where the others have: linked ones, else any; no teasers, and no whole posts."""
    own = [unit for unit in one.units if width(unit.text) >= _SHORTEST and unit.way not in column.beside]
    linked = [unit for unit in own if unit.href and not unit.nested and width(unit.text) <= 2 * column.longest]
    return linked or [unit for unit in own if len(own) == 1 and width(unit.text) <= column.longest]


@dataclass(frozen=True, slots=True)
class _Labels:
    """What stands at the edges of headlines in many rows: labels, not words of one headline."""

    ways: frozenset[str]
    texts: frozenset[str]
    styled: frozenset[str]  # likewise, set apart by style alone


def _labels(there: Sequence[list[Unit]]) -> _Labels:
    """What stands at the edges of the texts that stand where headlines do, *there* in each row."""
    units = [unit for at_way in there for unit in at_way]
    edges = [edge.unit for unit in units for edge in unit.edges]
    ways, texts = Counter(edge.way for edge in edges), Counter(edge.text for edge in edges)
    styled = Counter(each for unit in units for each in (unit.head, unit.tail) if each)
    return _Labels(
        frozenset(each for each, count in ways.items() if 2 * count >= len(there)),
        frozenset(each for each, count in texts.items() if count > 1),
        frozenset(each for each, count in styled.items() if count > 1),
    )


def _title(unit: Unit, labels: _Labels) -> str:
    """The text of *unit*, with what flows into it at its edges unless that is a label."""
    if not unit.edges and not labels.styled:
        return unit.text
    kept = [
        edge
        for edge in unit.edges
        if edge.flows and edge.unit.way not in labels.ways and edge.unit.text not in labels.texts
    ]
    kept = [edge for edge in kept if edge.unit.text != unit.text]  # a copy for screen readers
    before = [edge.unit.text for edge in kept if edge.before]
    after = [edge.unit.text for edge in kept if not edge.before]
    text = unit.text
    if unit.head in labels.styled:
        text = text.removeprefix(unit.head).lstrip()
    if unit.tail in labels.styled:
        text = text.removesuffix(unit.tail).rstrip()
    return " ".join([*before, text or unit.text, *after])


def _link(one: Row, unit: Unit) -> str | None:
    """Where the headline links: itself, its time, or all links of the row alike."""
    if unit.href or one.time_href:
        return unit.href or one.time_href
    return one.only_href()
