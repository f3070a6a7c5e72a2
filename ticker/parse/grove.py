"""The elements above the printed times of a page: where these meet, and what each is in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from selectolax.lexbor import LexborNode

from ticker.parse.shapes import Timed, Way, Within
from ticker.parse.tree import MAX_DEPTH, too_deep

_LOWEST = 5  # elements above a time that tell its place in a row


class Grove:
    """The elements above the times: parent and depth of each, by `mem_id`."""

    def __init__(self, found: list[Timed]) -> None:
        self.found = found
        self.parent: dict[int, int] = {}
        self.depth: dict[int, int] = {0: 0}
        self.node: dict[int, LexborNode] = {}
        self._lows: list[Way] = []
        self.mems = [self._climb(timed.node) for timed in found]
        self.meets = [self.meet(above, below) for above, below in pairwise(self.mems)]

    def _climb(self, node: LexborNode) -> int:
        """Note *node* and all above it."""
        way, leaf = list[tuple[int, LexborNode]](), node.mem_id
        at, mem, known = node.parent, leaf, self.depth
        while mem not in known:
            way.append((mem, node))
            if at is None:
                mem = 0
            else:
                mem = at.mem_id
                node, at = at, at.parent
        depth = known[mem]
        if depth + len(way) > MAX_DEPTH:
            raise too_deep()
        self._lows.append(self._low(way, mem))
        for below, step in reversed(way):
            depth += 1
            self.parent[below], known[below], self.node[below] = mem, depth, step
            mem = below
        return leaf

    def _low(self, way: list[tuple[int, LexborNode]], above: int) -> Way:
        """The tags from the bottom of *way*, which ends below *above*, upwards: so many as tell a place in a row."""
        tags = [step.tag_id for _, step in way[:_LOWEST]]
        while above and len(tags) < _LOWEST:
            tags.append(self.node[above].tag_id)
            above = self.parent[above]
        return tuple(tags)

    def meet(self, one: int, other: int) -> int:
        """The lowest element above both."""
        depth, parent = self.depth, self.parent
        while one != other:
            if depth[one] >= depth[other]:
                one = parent[one]
            else:
                other = parent[other]
        return one

    def met(self, one: int, other: int) -> int:
        """The lowest element above two times, *one* before the *other*."""
        return self.meets[one] if other == one + 1 else self.meet(self.mems[one], self.mems[other])

    def joints(self) -> Iterator[tuple[int, list[int]]]:
        """Each element where neighbouring times meet, with the places i where time i and i + 1 do."""
        where = defaultdict(list)
        for place, mem in enumerate(self.meets):
            where[mem].append(place)
        return iter(where.items())

    def child_of(self, mem: int, leaf: int) -> int:
        """The child of *mem* that time *leaf* is in."""
        at = self.mems[leaf]
        while self.parent[at] != mem:
            at = self.parent[at]
        return at

    def above(self, leaf: int, depth: int) -> int:
        """The element at *depth* that time *leaf* is in, or its text, which may stand higher."""
        return self.up(self.mems[leaf], depth)

    def up(self, mem: int, depth: int) -> int:
        """The element at *depth* that *mem* is in, or itself."""
        while self.depth[mem] > depth:
            mem = self.parent[mem]
        return mem

    def of(self, row: int, leaf: int) -> tuple[int, int]:
        """The first and the last time in the element *row*, one of them *leaf*."""
        depth, first, last = self.depth[row], leaf, leaf
        while first > 0 and self.depth[self.meets[first - 1]] >= depth:
            first -= 1
        while last < len(self.meets) and self.depth[self.meets[last]] >= depth:
            last += 1
        return first, last

    def way(self, leaf: int, depth: int) -> Way:
        """Where time *leaf* stands in a row that itself stands at *depth*."""
        below = self.depth[self.mems[leaf]] - depth
        return (below, *self.low(leaf)[: below + 1])

    def low(self, leaf: int) -> Way:
        """The tags from time *leaf* upwards, so many as tell its place in a row."""
        return self._lows[leaf]

    def within(self, row: int, leaves: Iterable[int]) -> Within:
        """The element *row* with the times *leaves* in it."""
        depth = self.depth[row]
        return Within(self.node[row], [(self.found[leaf], self.way(leaf, depth)) for leaf in leaves])

    def span(self, mem: int, place: int, step: int) -> int:
        """The furthest time from *place*, going by *step*, that meets its neighbour below *mem*."""
        deeper, depth = self.depth, self.depth[mem]
        while True:
            joint = place if step > 0 else place - 1
            if not 0 <= joint < len(self.meets) or deeper[self.meets[joint]] <= depth:
                return place
            place += step
