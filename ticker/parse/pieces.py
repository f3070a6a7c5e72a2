"""Put times together that stand in several texts: "14" ":" "54", a clock and its "p.m.", a clock and its date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from selectolax.lexbor import LexborNode

from ticker.parse.clock import Kind, Stamp, stamp
from ticker.parse.shapes import Timed
from ticker.parse.tags import tag_ids
from ticker.parse.tree import Tree, is_within

LONGEST_PIECE = 6  # characters of a part of a time: "14", ":54", "p.m."
_LONGEST_HALF = 10  # characters of "a.m.", "Uhr", "بعد الظهر" in an element of its own
_MOST_PIECES = 6  # that one time is made of
_FAR = 10  # texts between two rows, at most
_FEW = 3  # rows that make others likely
_COLONS = ":.٫：hH時时點点시"
_HOUR = re.compile(rf"\d{{1,2}}(\s?[{_COLONS}].*)?")
_SPLIT = re.compile(rf"\d{{1,2}}\s?[{_COLONS}]\s?\d\d(?:\s?:\s?\d\d)?\s?\D{{0,4}}")
_SET_HIGH = tag_ids("sup", "sub", "small")
_DIGIT = re.compile(r"\d").search

read = lru_cache(maxsize=8_192)(stamp)  # of texts that may belong to a time: the same ones in every row and poll


def split(tree: Tree, pieces: Sequence[int]) -> Iterator[Timed]:
    """Times whose digits stand in several texts, "14" ":" "54", which are all there is in their element."""
    end = 0
    last_of_all = len(tree.texts) - 1
    for place in pieces:
        if place < end or place == last_of_all or not _may_go_on(tree.texts[place], tree.texts[place + 1]):
            continue
        for last in range(min(place + _MOST_PIECES, len(tree.texts)) - 1, place, -1):  # with its seconds, if it has any
            joined = "".join(tree.texts[place : last + 1])
            known = _said(tree, place, last, joined) if len(joined) <= 3 * LONGEST_PIECE else None
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
        return read(joined)
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


def with_halves(tree: Tree, found: list[Timed]) -> list[Timed]:
    """*found*; each clock with its "p.m.", where that stands beside it in an element of its own."""
    return [_with_half(tree, timed) for timed in found] if any(map(_may_have_half, found)) else found


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
    whole = read(f"{known.printed} {text}" if step > 0 else f"{text} {known.printed}")
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


def with_dates(tree: Tree, found: list[Timed]) -> list[Timed]:
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
