"""Find every printed time of a page: texts that are one, rows that begin with one, and times in several elements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from itertools import islice, pairwise

from selectolax.lexbor import LexborNode

from ticker.parse.clock import LONGEST, Kind, Stamp, bare, leading, may_say, moment, span, stamp
from ticker.parse.shapes import Timed
from ticker.parse.tags import tag_ids
from ticker.parse.tree import Tree, is_within

MOST_TIMES = 5_000  # of a page; what comes later is not looked at
_FURTHEST = 80  # characters before the first digit of a time
_LONGEST_PIECE = 6  # characters of a part of a time: "14", ":54", "p.m."
_LONGEST_HALF = 10  # characters of "a.m.", "Uhr", "بعد الظهر" in an element of its own
_MOST_PIECES = 6  # that one time is made of
_LONGEST_WORDS = 28  # characters of a time in words
_FEWER = 8_192  # readings of texts that may belong to a time
_REMEMBERED = 50_000  # texts, of all pages that are polled
_FAR = 10  # texts between two rows, at most
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
_COLONS = ":.٫：hH時时點点시"
_HOUR = re.compile(rf"\d{{1,2}}(\s?[{_COLONS}].*)?")
_SPLIT = re.compile(rf"\d{{1,2}}\s?[{_COLONS}]\s?\d\d(?:\s?:\s?\d\d)?\s?\D{{0,4}}")
_SET_HIGH = tag_ids("sup", "sub", "small")
_DIGIT = re.compile(r"\d").search


_read = lru_cache(maxsize=_FEWER)(stamp)


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
        found = sorted([*_whole(found, split := list(_split(tree, pieces))), *split], key=lambda timed: timed.place)
    more = [*_short_rows(tree, found, begun), *_in_words(tree, found, pieces, words)]
    if more:
        better = {timed.place for timed in more}
        found = sorted([*(timed for timed in found if timed.place not in better), *more], key=lambda timed: timed.place)
    if any(map(_may_have_half, found)):
        found = [_with_half(tree, timed) for timed in found]
    if any(timed.stamp.kind is Kind.DATE for timed in found):
        found = _with_dates(tree, found)
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
        elif len(text) < _LONGEST_PIECE:
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
    spoken = [Timed(place, tree.nodes[place], known) for place in words if (known := _read(tree.texts[place]))]
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
    short = [place for place in places if len(tree.texts[place]) < _LONGEST_PIECE and tree.texts[place][-1].isalpha()]
    ages = [ago.span for place in short if (ago := span(tree.texts[place])) is not None]
    older = sum(above < below for above, below in pairwise(ages))
    return len(set(ages)) > _FEW and 5 * older >= 4 * (len(ages) - 1)


def _whole(found: Sequence[Timed], split: Sequence[Timed]) -> list[Timed]:
    """*found* without what is a part of a time in *split*."""
    parts = {place for timed in split for place in timed.also}
    return [timed for timed in found if timed.place not in parts]


def _split(tree: Tree, pieces: Sequence[int]) -> Iterator[Timed]:
    """Times whose digits stand in several texts, "14" ":" "54", which are all there is in their element."""
    end = 0
    last_of_all = len(tree.texts) - 1
    for place in pieces:
        if place < end or place == last_of_all or not _may_go_on(tree.texts[place], tree.texts[place + 1]):
            continue
        for last in range(min(place + _MOST_PIECES, len(tree.texts)) - 1, place, -1):  # with its seconds, if it has any
            joined = "".join(tree.texts[place : last + 1])
            known = _said(tree, place, last, joined) if len(joined) <= 3 * _LONGEST_PIECE else None
            if known is not None and _all_of_one(tree, place, last):
                yield Timed(place, tree.nodes[place], known, tuple(range(place + 1, last + 1)))
                end = last + 1
                break


def _may_go_on(text: str, after: str) -> bool:
    """Whether *text* can be the hour, "14" or "14:", of a time whose minutes stand in the next texts."""
    hour = _HOUR.fullmatch(text)
    return hour is not None and (bool(hour[1]) or after[0] in _COLONS or (len(after) == 2 and after.isdecimal()))


def _said(tree: Tree, place: int, last: int, joined: str) -> Stamp | None:
    """The clock that pieces say together; minutes that are set high need no colon before them."""
    if _SPLIT.fullmatch(joined):
        return _read(joined)
    hour, minutes = tree.texts[place], tree.texts[last]
    above = tree.nodes[last].parent
    if last == place + 1 and len(minutes) == 2 and above is not None and above.tag_id in _SET_HIGH:
        known = stamp(f"{hour}:{minutes}")
        return replace(known, printed=f"{hour} {minutes}") if known is not None else None
    return None


def _all_of_one(tree: Tree, first: int, last: int) -> bool:
    """Whether some element a little above holds just the texts from *first* to *last*; or only comments part these."""
    if len({_parent_of(tree.nodes[place]) for place in range(first, last + 1)}) == 1:
        return True
    at = tree.nodes[first].parent
    for _ in range(3):
        if at is None:
            return False
        if is_within(tree.nodes[last], at.mem_id):
            beside = [place for place in (first - 1, last + 1) if 0 <= place < len(tree.texts)]
            return not any(is_within(tree.nodes[place], at.mem_id) for place in beside)
        at = at.parent
    return False


def _parent_of(node: LexborNode) -> int:
    return node.parent.mem_id if node.parent is not None else 0


def _may_have_half(timed: Timed) -> bool:
    clock = timed.stamp.clock
    return clock is not None and 1 <= clock.hour <= 12 and timed.stamp.kind is Kind.CLOCK and not timed.stamp.rest


def _with_dates(tree: Tree, found: list[Timed]) -> list[Timed]:
    """*found*; a clock and the date beside it as one time, where they are all there is in an element, in many rows."""
    at = {timed.place: timed for timed in found}
    joined = {timed.place: made for timed in found if (made := _with_date(tree, timed, at)) is not None}
    reach = range(min(joined) - _FAR, max(joined) + _FAR) if joined else range(0)
    clocks = sum(timed.place in reach and timed.stamp.kind is Kind.CLOCK for timed in found)
    if len(joined) < _FEW or 5 * len(joined) < 4 * clocks:
        return found
    taken = {place for made in joined.values() for place in made.also}
    return [joined.get(timed.place, timed) for timed in found if timed.place not in taken]


def _with_date(tree: Tree, timed: Timed, found: Mapping[int, Timed]) -> Timed | None:
    if timed.stamp.kind is not Kind.CLOCK or timed.stamp.rest:
        return None
    for place in (timed.place + 1 + len(timed.also), timed.place - 1):
        date = found.get(place)
        if date is None or date.stamp.kind is not Kind.DATE or date.stamp.day is None:
            continue
        first, last = sorted((timed, date), key=lambda one: one.place)
        printed = f"{first.stamp.printed} {last.stamp.printed}"
        if _all_of_one(tree, first.place, last.place):
            known = Stamp(printed, timed.stamp.clock, Kind.LOOSE, day=date.stamp.day)
            return Timed(timed.place, timed.node, known, (*timed.also, place))
    return None


def _with_half(tree: Tree, timed: Timed) -> Timed:
    """*timed*; with its "p.m.", where that stands beside it in an element of its own."""
    if not _may_have_half(timed):
        return timed
    for step in (1, -1):
        place = timed.place + step * (1 + (len(timed.also) if step > 0 else 0))
        known = _halved(timed.stamp, tree.texts[place], step) if 0 <= place < len(tree.texts) else None
        if known is not None and _near(timed.node, tree.nodes[place]):
            return Timed(timed.place, timed.node, known, (*timed.also, place))
    return timed


def _halved(known: Stamp, text: str, step: int) -> Stamp | None:
    """The clock of *known* with *text* after it, or before it, if that says which half of the day it means."""
    if len(text) > _LONGEST_HALF or _DIGIT(text):
        return None
    whole = _read(f"{known.printed} {text}" if step > 0 else f"{text} {known.printed}")
    return whole if whole is not None and whole.kind is Kind.CLOCK and whole.printed != known.printed else None


def _near(one: LexborNode, other: LexborNode) -> bool:
    """Whether two texts stand in one element, or in elements side by side."""
    mine, theirs = one.parent, other.parent
    if mine is None or theirs is None:
        return False
    if mine.mem_id == theirs.mem_id:
        return True
    above = {node.mem_id for node in (mine.parent, theirs.parent) if node is not None}
    return len(above) == 1 or mine.mem_id in above or theirs.mem_id in above
