"""Find the timed lists of a page by their shape: siblings with one time each."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborNode

from ticker.parse.clock import Kind, Stamp, moment
from ticker.parse.tree import MAX_DEPTH, Tree, too_deep

FEWEST = 4  # rows of a list
MOST_TIMES = 20_000  # of a page; what comes later is not looked at
_MOST_PARTED = 400  # times of a list in parts
_FURTHEST = 80  # characters before the first digit of a time, and of its text
_DIGIT = re.compile(r"\d").search


@dataclass(slots=True)
class Timed:
    """A text of the page that is, or begins with, a time."""

    place: int  # in Tree.texts
    node: LexborNode
    stamp: Stamp


@dataclass(slots=True)
class Slot:
    """One child of a list with its time (the first, where it is printed twice)."""

    node: LexborNode
    timed: Timed


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


def times(tree: Tree) -> list[Timed]:
    """Every printed time of the page, in document order."""
    found = []
    for place, text in enumerate(tree.texts):
        if _DIGIT(text, 0, _FURTHEST) and (known := moment(text)):
            found.append(Timed(place, tree.nodes[place], known))
            if len(found) == MOST_TIMES:
                break
    return found


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

    def span(self, mem: int, place: int, step: int) -> int:
        """The furthest time from *place*, going by *step*, that meets its neighbour below *mem*."""
        deeper, depth = self.depth, self.depth[mem]
        while True:
            joint = place if step > 0 else place - 1
            if not 0 <= joint < len(self.meets) or deeper[self.meets[joint]] <= depth:
                return place
            place += step


def _group(grove: _Grove, mem: int, places: list[int], fewest: int) -> Group | None:
    """The list whose element is *mem*; None where too few of its children have one time."""
    starts = [grove.span(mem, places[0], -1), *(place + 1 for place in places)]
    ends = [*places, grove.span(mem, places[-1] + 1, 1)]
    group = Group(grove.node[mem])
    for start, end in zip(starts, ends, strict=True):
        timed = _one_of(grove.found[start : end + 1])
        if timed is None:
            group.mixed += 1
        else:
            group.slots.append(Slot(grove.node[grove.child_of(mem, start)], timed))
    group.slots = _alike(group.slots)
    return group if len(group.slots) >= fewest and group.mixed < len(group.slots) else None


def _parted(grove: _Grove, mem: int, places: list[int]) -> Group | None:
    """The list whose rows stand in several children of *mem*; only where the first has too few for a list.

    Just after midnight the list of today is that short. (Longer ones are lists of their own: tabs look the same.)
    """
    first = grove.span(mem, places[0], -1)
    if places[0] - first + 1 >= FEWEST:
        return None
    last = min(grove.span(mem, places[-1] + 1, 1), first + _MOST_PARTED)
    if last - first + 1 < FEWEST:
        return None
    paths = [grove.path(mem, leaf) for leaf in range(first, last + 1)]
    ways = [tuple(grove.node[step].tag_id for step in path) for path in paths]
    usual = _row_way(grove, paths, ways)
    rows: dict[int, list[Timed]] = defaultdict(list)
    for leaf, (path, way) in enumerate(zip(paths, ways, strict=True), first):
        if way[: len(usual)] == usual:
            rows[path[len(usual) - 1]].append(grove.found[leaf])
    slots = [Slot(grove.node[row], timed) for row, within in rows.items() if (timed := _one_of(within))]
    if len(usual) < 2 or len(slots) < FEWEST or 5 * len(slots) < 4 * len(paths):
        return None
    return Group(grove.node[mem], slots, parted=True)


def _row_way(grove: _Grove, paths: list[list[int]], ways: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The tags from a list down to its row that most times share: down to where a time parts from its neighbours."""
    count: Counter[tuple[int, ...]] = Counter()
    for before, path, after, way in zip([[], *paths], paths, [*paths[1:], []], ways, strict=False):
        shared = max(_shared(before, path), _shared(path, after))
        count[way[: shared + 1]] += 1
    return count.most_common(1)[0][0]


def _shared(one: list[int], other: list[int]) -> int:
    """How many elements two paths share from the top."""
    return next((at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), 0)


def _one_of(within: list[Timed]) -> Timed | None:
    """The time of a child that holds *within*: the only one, or the only clock; a second copy counts as one.

    With a date beside it the clock is not for today: it is not read, rather than dated wrongly.
    """
    for kind in (Kind.CLOCK, Kind.RELATIVE, Kind.LOOSE, Kind.DATE):
        sure = [timed for timed in within if timed.stamp.kind is kind]
        if sure:
            if len({timed.stamp.printed for timed in sure}) > 1:
                return None
            dated = sure[0].stamp.clock is not None and any(timed.stamp.kind is Kind.DATE for timed in within)
            return replace(sure[0], stamp=replace(sure[0].stamp, clock=None)) if dated else sure[0]
    return None


def _alike(slots: list[Slot]) -> list[Slot]:
    """Those of the most frequent tag: the clock of the page head is no row."""
    count: dict[int, int] = defaultdict(int)
    for slot in slots:
        count[slot.node.tag_id] += 1
    if len(count) < 2:
        return slots
    usual = max(count, key=lambda tag: count[tag])
    return [slot for slot in slots if slot.node.tag_id == usual]
