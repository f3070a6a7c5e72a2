"""Read the simple rows of a list in one go: those in which no words stand around an element with words of its own.

Most rows of most pages are simple, and reading them so costs a fifth of what `units` needs, which reads every row.
"""

from collections.abc import Collection, Sequence

from selectolax.lexbor import LexborNode

from ticker.parse.shapes import Slot
from ticker.parse.tags import LINK, TEXT
from ticker.parse.tree import Tree
from ticker.parse.units import HEADING, WORDY, Row, Unit, step

_MOST_TEXTS = 60  # of a row, and
_LONGEST = 1_000  # characters of a text: with more it is not simple


class _Spot:
    """An element of a row: where it stands, and what holds for the texts in it."""

    __slots__ = ("above", "heading", "href", "row", "says", "way")

    def __init__(self, row: int, way: str, href: str | None, heading: bool, above: "_Spot | None") -> None:
        self.row = row
        self.way = way
        self.href = href
        self.heading = heading
        self.above = above
        self.says = False  # has words of its own


def simple_rows(tree: Tree, slots: Sequence[Slot], left_out: Sequence[Collection[int]]) -> list[Row | None]:
    """The texts of each row but those at the places *left_out*; None for a row that is not simple.

    Args:
        slots: rows that are elements, in page order.
    """
    reader = _Reader(tree, slots)
    return [reader.read(at, places) for at, places in enumerate(left_out)]


class _Reader:
    def __init__(self, tree: Tree, slots: Sequence[Slot]) -> None:
        self.tree = tree
        self.slots = slots
        self.spots: dict[int, _Spot | None] = {slot.node.mem_id: _top(at, slot.node) for at, slot in enumerate(slots)}

    def read(self, at: int, left_out: Collection[int]) -> Row | None:
        slot, texts, nodes = self.slots[at], self.tree.texts, self.tree.nodes
        if slot.node.tag_id == TEXT or slot.timed.stamp.rest:
            return None
        made, used = Row(slot.timed.stamp), list[_Spot]()
        units, wordy = made.units, WORDY.search
        begin = self._first(at, slot.timed.place)
        end = min(begin + _MOST_TEXTS, len(texts))
        for place in range(begin, end):
            spot = self._spot(nodes[place])
            if spot is None or spot.row != at:
                break
            if place in left_out:
                made.time_href = made.time_href or spot.href
            elif wordy(text := texts[place]):
                if spot.says or len(text) > _LONGEST:
                    return None
                spot.says = True
                used.append(spot)
                units.append(Unit(spot.way, text, spot.href, spot.heading))
        else:
            if end < len(texts):
                return None
        return None if any(map(_within_words, used)) else made

    def _first(self, at: int, place: int) -> int:
        """The place of the first text of row *at*, going up from its time."""
        nodes = self.tree.nodes
        for above in range(place - 1, max(0, place - _MOST_TEXTS) - 1, -1):
            spot = self._spot(nodes[above])
            if spot is None or spot.row != at:
                return above + 1
        return max(0, place - _MOST_TEXTS)

    def _spot(self, text: LexborNode) -> _Spot | None:
        """What is known of the element that *text* stands in; None outside of all rows."""
        spots, way = self.spots, list[tuple[int, LexborNode]]()
        at = text.parent
        while at is not None:
            mem = at.mem_id
            if mem in spots:
                break
            way.append((mem, at))
            at = at.parent
        else:
            mem = 0
        spot = spots[mem] if mem else None
        for below, node in reversed(way):
            spot = spots[below] = _below(spot, node) if spot is not None else None
        return spot


def _top(row: int, node: LexborNode) -> _Spot:
    linked = node.tag_id in LINK
    return _Spot(row, "/a" if linked else "", _href(node) if linked else None, node.tag_id in HEADING, None)


def _below(above: _Spot, node: LexborNode) -> _Spot:
    tag, names = node.tag_id, node.attributes
    href = ((names.get("href") or "").strip() if tag in LINK else "") or above.href
    return _Spot(above.row, above.way + step(node.tag, names), href, above.heading or tag in HEADING, above)


def _href(node: LexborNode) -> str | None:
    return (node.attributes.get("href") or "").strip() or None


def _within_words(spot: _Spot) -> bool:
    """Whether an element above *spot* in its row has words of its own."""
    above = spot.above
    while above is not None:
        if above.says:
            return True
        above = above.above
    return False
