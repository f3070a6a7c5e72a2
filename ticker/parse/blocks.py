"""Find the timed lists of a page by their shape: siblings with one time each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from ticker.parse.slots import MOST_IN_ROW, Slot, Timed, Way, Within, chosen, in_step, usual_form
from ticker.parse.tree import MAX_DEPTH, too_deep

FEWEST = 4  # rows of a list
_MOST_PARTED = 400  # times of a list in parts
_LOWEST = 5  # elements above a time that tell its place in a row


@dataclass(slots=True)
class Group:
    """Children of one element that have a time each, in page order: a list, as far as shape can say."""

    container: LexborNode
    slots: list[Slot] = field(default_factory=list)
    mixed: int = 0  # children with several different times
    parted: bool = False  # its rows stand in several elements: one for each day, or column

    @property
    def place(self) -> int:
        return self.slots[0].timed.place


def groups(found: list[Timed], fewest: int = FEWEST, *, parted: bool = False) -> list[Group]:
    """The lists of at least *fewest* rows that *found* form, in document order; one time can be of several.

    Args:
        parted: also those whose rows stand in several elements, the first with too few of its own.
    """
    grove = _Grove(found)
    made = []
    for mem, places in grove.joints():
        group = _group(grove, mem, places, fewest) if len(places) + 1 >= fewest else None
        group = group or (_parted(grove, mem, places) if parted else None)
        if group is not None:
            made.append(group)
    return sorted(made, key=lambda group: group.place)


class _Grove:
    """The elements above the times: parent and depth of each, by `mem_id`."""

    def __init__(self, found: list[Timed]) -> None:
        self.found = found
        self.parent: dict[int, int] = {}
        self.depth: dict[int, int] = {}
        self.node: dict[int, LexborNode] = {}
        self.low: dict[int, Way] = {}
        self.mems = [self._climb(timed.node) for timed in found]
        self.meets = [self._meet(above, below) for above, below in zip(self.mems, self.mems[1:], strict=False)]

    def _climb(self, node: LexborNode) -> int:
        """Note *node* and all above it."""
        way = []
        at: LexborNode | None = node
        while at is not None and at.mem_id not in self.depth:
            way.append(at)
            at = at.parent
        above = at.mem_id if at is not None else 0
        depth = self.depth.get(above, 0)
        if depth + len(way) > MAX_DEPTH:
            raise too_deep()
        for step in reversed(way):
            depth += 1
            mem = step.mem_id
            self.parent[mem], self.depth[mem], self.node[mem] = above, depth, step
            above = mem
        return above

    def _meet(self, one: int, other: int) -> int:
        """The lowest element above both."""
        depth, parent = self.depth, self.parent
        while one != other:
            if depth[one] >= depth[other]:
                one = parent[one]
            else:
                other = parent[other]
        return one

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

    def path(self, mem: int, leaf: int) -> list[int]:
        """All below *mem* that time *leaf* is in, and its text, the highest first."""
        way, at = [], self.mems[leaf]
        while at != mem:
            way.append(at)
            at = self.parent[at]
        return way[::-1]

    def way(self, leaf: int, depth: int) -> Way:
        """Where time *leaf* stands in a row that itself stands at *depth*."""
        low = self.low.get(leaf) or self._low(leaf)
        below = self.depth[self.mems[leaf]] - depth
        return (below, *low[: below + 1])

    def _low(self, leaf: int) -> Way:
        """The tags from time *leaf* upwards, so many as tell its place in a row."""
        tags, at = list[int](), self.mems[leaf]
        while at and len(tags) < _LOWEST:
            tags.append(self.node[at].tag_id)
            at = self.parent[at]
        self.low[leaf] = tuple(tags)
        return self.low[leaf]

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


def within(blocks: Sequence[LexborNode], found: Sequence[list[Timed]]) -> list[Within]:
    """Elements that may be a row each, with the times *found* in each."""
    made = []
    for block, times in zip(blocks, found, strict=True):
        grove = _Grove(times)
        depth = grove.depth.get(block.mem_id, 0)
        made.append(Within(block, [(timed, grove.way(leaf, depth)) for leaf, timed in enumerate(times)]))
    return made


def _group(grove: _Grove, mem: int, places: list[int], fewest: int) -> Group | None:
    """The list whose element is *mem*; None where too few of its children have one time."""
    starts = [grove.span(mem, places[0], -1), *(place + 1 for place in places)]
    ends = [*places, grove.span(mem, places[-1] + 1, 1)]
    rows = [
        grove.within(grove.child_of(mem, start), range(start, end + 1))
        for start, end in zip(starts, ends, strict=True)
        if end - start < MOST_IN_ROW
    ]
    if len(rows) < fewest:
        return None
    slots, mixed = chosen(rows)
    mixed += len(starts) - len(rows)
    slots = in_step(grove.node[mem], _alike(slots))
    return Group(grove.node[mem], slots, mixed) if len(slots) >= fewest and mixed < len(slots) else None


def _parted(grove: _Grove, mem: int, places: list[int]) -> Group | None:
    """The list whose rows stand in several children of *mem*; only where the first has too few for a list.

    Just after midnight the list of today is that short. (Longer ones are lists of their own: tabs look the same.)
    """
    first = grove.span(mem, places[0], -1)
    last = min(grove.span(mem, places[-1] + 1, 1), first + _MOST_PARTED)
    if last - first + 1 < FEWEST:
        return None
    usual = usual_form(timed.form for timed in grove.found[first : last + 1])
    sure = [leaf for leaf in range(first, last + 1) if grove.found[leaf].form == usual]
    if len(sure) < FEWEST or sum(leaf <= places[0] for leaf in sure) >= FEWEST:
        return None
    paths = {leaf: grove.path(mem, leaf) for leaf in range(first, last + 1)}
    ways = {leaf: tuple(grove.node[step].tag_id for step in path) for leaf, path in paths.items()}
    down = _row_way([paths[leaf] for leaf in sure], [ways[leaf] for leaf in sure])
    rows: dict[int, list[int]] = defaultdict(list)
    for leaf, path in paths.items():
        if len(path) >= len(down) and ways[leaf][: len(down) - 1] == down[:-1]:
            rows[path[len(down) - 1]].append(leaf)
    rows = {row: leaves for row, leaves in rows.items() if any(ways[leaf][: len(down)] == down for leaf in leaves)}
    slots, _ = chosen([grove.within(row, leaves) for row, leaves in rows.items() if len(leaves) <= MOST_IN_ROW])
    stray = len(paths) - sum(map(len, rows.values()))
    if len(down) < 2 or len(slots) < FEWEST or 5 * len(slots) < 4 * (len(rows) + stray):
        return None
    return Group(grove.node[mem], slots, parted=True)


def _row_way(paths: list[list[int]], ways: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The tags from a list down to its row that most times share: down to where a time parts from its neighbours."""
    count: Counter[tuple[int, ...]] = Counter()
    for before, path, after, way in zip([[], *paths], paths, [*paths[1:], []], ways, strict=False):
        shared = max(_shared(before, path), _shared(path, after))
        count[way[: shared + 1]] += 1
    return count.most_common(1)[0][0]


def _shared(one: list[int], other: list[int]) -> int:
    """How many elements two paths share from the top."""
    return next((at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), 0)


def _alike(slots: list[Slot]) -> list[Slot]:
    """Those of the most frequent tag among rows with a usual time: the clock of the page head is no row."""
    tags = [slot.node.tag_id for slot in slots]
    if len(set(tags)) < 2:
        return slots
    count = Counter(tag for tag, slot in zip(tags, slots, strict=True) if slot.usual) or Counter(tags)
    usual = count.most_common(1)[0][0]
    return [slot for tag, slot in zip(tags, slots, strict=True) if tag == usual]
