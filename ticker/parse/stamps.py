"""Find every printed time of a page: texts that are one, rows that begin with one, and times in several elements."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import islice, pairwise

from ticker.parse.clock import LONGEST, Kind, Stamp, bare, leading, may_say, moment, span, stamp
from ticker.parse.pieces import LONGEST_PIECE, read, split, with_dates, with_halves
from ticker.parse.shapes import Timed
from ticker.parse.tree import Tree

MOST_TIMES = 5_000  # of a page; what comes later is not looked at
_FURTHEST = 80  # characters before the first digit of a time
_LONGEST_WORDS = 28  # characters of a time in words
_REMEMBERED = 50_000  # texts, of all pages that are polled
_FEW = 3  # rows in one text, at least, that make others likely
_LONGEST_ROW = 300  # characters of a row that ends with its time
_MOST_WORDS = 3  # before a time with its day
_MOST_CUTS = 4  # separators, from the end, that may stand before a time and its day
_LONGEST_END = 16  # characters of a clock with its half of the day
_SPACE = re.compile(r"\s+")
_BEGINS = re.compile(r"\W{0,8}\d{1,2}[:：]\d\d").match
_SEPARATORS = " \t\xa0\u202f,،;|•·–—-/(["
_SEPARATOR = re.compile(r"\s*[,،;|•·–—/(\[]\s*|\s-\s")
_ENDS = re.compile(r"\d{1,2}[:.h٫：]\d\d\s?(?:[ap]\.?m\.?)?[)\]]?$", re.IGNORECASE)
_DIGIT = re.compile(r"\d").search


class _Sort(Enum):
    """What a text is that is no time by itself."""

    OTHER = 0
    PIECE = 1  # so short that it may be a part of one
    BEGUN = 2  # begins with a clock, and goes on too shortly for a headline
    WORDS = 3  # may say a time without a digit


# What each text was found to be. Most texts of a page are those of the poll before, and of the other pages of its site:
# to look them up costs a tenth of reading them.
_remembered: dict[str, Stamp | _Sort] = {}


def times(tree: Tree) -> list[Timed]:
    """Every printed time of the page, in document order."""
    texts, nodes, other = tree.texts, tree.nodes, _Sort.OTHER
    found, loose = list[Timed](), list[tuple[int, _Sort]]()
    sights = enumerate(map(_remembered.get, texts))
    for place, known in [(place, known) for place, known in sights if known is not other]:
        sight = known or _sight(texts[place])
        if isinstance(sight, Stamp):
            found.append(Timed(place, nodes[place], sight))
            if len(found) == MOST_TIMES:
                break
        elif sight is not other:
            loose.append((place, sight))
    return _completed(tree, found, loose)


def _completed(tree: Tree, found: list[Timed], loose: Sequence[tuple[int, _Sort]]) -> list[Timed]:
    """*found* with the times that only others of the page show to be times; and each with what belongs to it."""
    pieces = [place for place, sort in loose if sort is _Sort.PIECE]
    begun = [place for place, sort in loose if sort is _Sort.BEGUN]
    words = [place for place, sort in loose if sort is _Sort.WORDS]
    if pieces:
        parted = list(split(tree, pieces))
        found = sorted([*_whole(found, parted), *parted], key=lambda timed: timed.place)
    more = [*_short_rows(tree, found, begun), *_in_words(tree, found, pieces, words)]
    if more:
        better = {timed.place for timed in more}
        found = sorted([*(timed for timed in found if timed.place not in better), *more], key=lambda timed: timed.place)
    found = with_halves(tree, found)
    if any(timed.stamp.kind is Kind.DATE for timed in found):
        found = with_dates(tree, found)
        tree.days = {
            timed.place: timed.stamp.day for timed in found if timed.stamp.kind is Kind.DATE and timed.stamp.day
        }
    return found


def _sight(text: str) -> Stamp | _Sort:
    """The time that *text* is, begins or ends with; else what it may be. Remembered, but for very long ones."""
    seen: Stamp | _Sort = _Sort.OTHER
    if _DIGIT(text, 0, _FURTHEST):
        known = moment(text)
        known = known if known is not None and known.readable and not known.rest else _cut(text, known)
        if known is not None:
            seen = known
        elif len(text) < LONGEST_PIECE:
            seen = _Sort.PIECE
        elif _BEGINS(text):
            seen = _Sort.BEGUN
    elif len(text) <= _LONGEST_WORDS and may_say(text):
        seen = _Sort.WORDS
    if len(text) <= _LONGEST_ROW:
        if len(_remembered) >= _REMEMBERED:
            _remembered.clear()
        _remembered[text] = seen
    return seen


def _cut(text: str, known: Stamp | None) -> Stamp | None:
    """The time that *text* ends or begins with, its `rest` a label or a headline; *known* where that is no better."""
    if known is not None and known.rest:
        cuts = [found for found in islice(_SEPARATOR.finditer(text), _MOST_CUTS) if found.start() <= LONGEST]
        for cut in reversed(cuts):
            longer = stamp(text[: cut.start()])
            if longer is not None and longer.clock is not None and len(longer.printed) > len(known.printed):
                return replace(longer, rest=text[cut.end() :])  # with its zone, or its day
        return known
    return trailing(text) or known


def trailing(text: str) -> Stamp | None:
    """The time that *text*, a label or a whole row in one text, ends with: "Politics, 14:54", "a headline – 14:54".

    Behind mere words, "posted on Tuesday, 13 May 2025 14:10", only one with its day: headlines mention clocks.
    """
    if len(text) > _LONGEST_ROW or not _ENDS.search(text, max(0, len(text) - _LONGEST_END)):
        return None
    if leading(text, least=0) is not None:
        return None
    words = [found.end() for found in islice(_SPACE.finditer(text), _MOST_WORDS)]
    separators = [found.end() for found in _SEPARATOR.finditer(text)][-_MOST_CUTS:]
    for cut in sorted({*words, *separators}):
        known = stamp(text[cut:]) if len(text) - cut <= LONGEST else None
        if known is not None and known.clock is not None and (cut in separators or known.day is not None):
            rest = text[:cut].rstrip(_SEPARATORS)
            return replace(known, rest=rest + ")" * (rest.count("(") - rest.count(")")), kind=Kind.CLOCK)
    return None


def _short_rows(tree: Tree, found: Sequence[Timed], begun: Sequence[int]) -> Iterator[Timed]:
    """Rows in one text with so short a headline that it could be part of the time, where other rows are so, too."""
    if begun and sum(bool(timed.stamp.rest) for timed in found) >= _FEW:
        for place in begun:
            known = leading(tree.texts[place], least=0)
            if known is not None:
                yield Timed(place, tree.nodes[place], known)


def _in_words(tree: Tree, found: Sequence[Timed], pieces: Sequence[int], words: Sequence[int]) -> Iterator[Timed]:
    """Times in words, "an hour ago", "yesterday"; and spans without "ago" where other rows say how long ago."""
    spoken = [Timed(place, tree.nodes[place], known) for place in words if (known := read(tree.texts[place]))]
    yield from spoken
    places = sorted([*(timed.place for timed in found), *pieces])
    if any(timed.stamp.kind is Kind.RELATIVE for timed in (*found, *spoken)) or _are_ages(tree, places):
        for place in places:
            text = tree.texts[place]
            ago = span(text) if len(text) <= _LONGEST_WORDS else None
            if ago is not None:  # "2h" is no clock where others say "30m ago"
                yield Timed(place, tree.nodes[place], Stamp(bare(text), None, Kind.RELATIVE, ago=ago))


def _are_ages(tree: Tree, places: Sequence[int]) -> bool:
    """Whether short texts, "3m", "1h", "2h", grow older down the page: as clocks they would rise."""
    short = [place for place in places if len(tree.texts[place]) < LONGEST_PIECE and tree.texts[place][-1].isalpha()]
    ages = [ago.span for place in short if (ago := span(tree.texts[place])) is not None]
    older = sum(above < below for above, below in pairwise(ages))
    return len(set(ages)) > _FEW and 5 * older >= 4 * (len(ages) - 1)


def _whole(found: Sequence[Timed], parted: Sequence[Timed]) -> list[Timed]:
    """*found* without what is a part of a time in *parted*."""
    parts = {place for timed in parted for place in timed.also}
    return [timed for timed in found if timed.place not in parts]
