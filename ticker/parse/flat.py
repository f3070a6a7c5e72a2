"""Read the simple rows of a list in one go: those in which no words stand around an element with words of its own.

Most rows of most pages are simple, and reading them so costs a fifth of what `units` needs, which reads every row.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from ticker.parse.shapes import Slot
from ticker.parse.tags import LINK, TEXT
from ticker.parse.tree import Tree
from ticker.parse.units import HEADING, WORDY, Row, Unit, step_of

_MOST_TEXTS = 60  # of a row, and
_LONGEST = 1_000  # characters of a text: with more it is not simple


@dataclass(slots=True)
class _Spot:
    """An element of a row: where it stands, and what holds for the texts in it."""

    row: int
    way: str
    href: str | None
    heading: bool
    above: "_Spot | None"
    says: bool = False  # has words of its own


def simple_rows(tree: Tree, slots: Sequence[Slot], left_out: Sequence[Collection[int]]) -> list[Row | None]:
    """The texts of each row but those at the places *left_out*; None for a row that is not simple.

    Args:
        slots: rows that are elements, in page order.
    """
    reader = _Reader(tree, slots)
    return [reader.read(at, frozenset(places)) for at, places in enumerate(left_out)]


class _Reader:
    def __init__(self, tree: Tree, slots: Sequence[Slot]) -> None:
        self.tree = tree
        self.slots = slots
        self.spots: dict[int, _Spot | None] = {slot.node.mem_id: _top(at, slot.node) for at, slot in enumerate(slots)}

    def read(self, at: int, left_out: frozenset[int]) -> Row | None:
        slot, texts, nodes = self.slots[at], self.tree.texts, self.tree.nodes
        if slot.node.tag_id == TEXT or slot.timed.stamp.rest:
            return None
        made, used = Row(slot.timed.stamp), list[_Spot]()
        place = self._first(at, slot.timed.place)
        end = min(place + _MOST_TEXTS, len(texts))
        while place < end:
            spot = self._spot(nodes[place].parent, at)
            if spot is None:
                break
            if place in left_out:
                made.time_href = made.time_href or spot.href
            elif WORDY.search(texts[place]):
                if spot.says or len(texts[place]) > _LONGEST:
                    return None
                spot.says = True
                used.append(spot)
                made.units.append(Unit(spot.way, texts[place], spot.href, spot.heading))
            place += 1
        return None if place == end < len(texts) or any(map(_within_words, used)) else made

    def _first(self, at: int, place: int) -> int:
        """The place of the first text of row *at*, going up from its time."""
        nodes, last = self.tree.nodes, max(0, place - _MOST_TEXTS)
        while place > last and self._spot(nodes[place - 1].parent, at) is not None:
            place -= 1
        return place

    def _spot(self, node: LexborNode | None, row: int) -> _Spot | None:
        """What is known of element *node*, if it stands in *row*."""
        spot = self._known(node) if node is not None else None
        return spot if spot is not None and spot.row == row else None

    def _known(self, node: LexborNode) -> _Spot | None:
        spots, way = self.spots, list[LexborNode]()
        at: LexborNode | None = node
        mem = node.mem_id
        while at is not None and mem not in spots:
            way.append(at)
            at = at.parent
            mem = at.mem_id if at is not None else 0
        spot = spots[mem] if at is not None else None
        for below in reversed(way):
            spot = _below(spot, below) if spot is not None else None
            spots[below.mem_id] = spot
        return spot


def _top(row: int, node: LexborNode) -> _Spot:
    linked = node.tag_id in LINK
    return _Spot(row, "/a" if linked else "", _href(node) if linked else None, node.tag_id in HEADING, None)


def _below(above: _Spot, node: LexborNode) -> _Spot:
    tag = node.tag_id
    href = (_href(node) if tag in LINK else None) or above.href
    return _Spot(above.row, above.way + step_of(node), href, above.heading or tag in HEADING, above)


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
