"""Join a list that goes on in the next element: in columns, a part for each day, or cut in two by an advert."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ticker.parse.clock import Form, is_date
from ticker.parse.grove import Grove
from ticker.parse.hints import is_advert
from ticker.parse.order import MIDNIGHT, mark, step_of
from ticker.parse.shapes import Group, Slot, Way
from ticker.parse.tabs import alike, is_pane, pane_of
from ticker.parse.tags import LINK
from ticker.parse.tree import Look, Tree, is_within, look, rank

_BETWEEN = 3  # times that may stand between two rows: what else a row holds, an advert
_FURTHEST = 40  # texts between the times of two rows
_FEW = 5  # rows of a part that show how its texts look
_WHOLE = 4  # rows of a part that may be a list of its own
_LONGEST_TITLE = 40  # characters of its title
_PINNED = 3  # rows of a part of which the first may be pinned
_ABOVE = 2  # texts above a list of which one may be its heading
_MOST_NIGHTS = 1  # between the first row and the last, as far as no date says so

_Kind = tuple[Form, int, Way]  # what two times have in common that are of one list: form, depth, tags above


def joined(tree: Tree, grove: Grove, fewest: int) -> Iterator[Group]:
    """Lists of at least *fewest* rows that stand alike in several elements, and fall from the first row to the last.

    Between two parts may stand an advert, or the date of the next; no heading, nor what stands above the first part.
    """
    for run in _runs(grove):
        if len(run) < fewest or _in_one(grove, run):
            continue
        leaves = _single(grove, run)
        rows = list(_rows(grove, leaves).items())
        lists = [grove.parent[row] for row, _ in rows]
        if len(set(lists)) > 1:
            yield from _Parts(tree, grove, rows, lists).joined(fewest)


def _runs(grove: Grove) -> Iterator[list[int]]:
    """Times of one kind that stand close enough to be one list."""
    runs: dict[_Kind, list[int]] = defaultdict(list)
    for leaf, (timed, mem) in enumerate(zip(grove.found, grove.mems, strict=True)):
        kind = (timed.stamp.form, grove.depth[mem], grove.low(leaf))
        run = runs[kind]
        if run and (leaf - run[-1] > _BETWEEN or timed.place - grove.found[run[-1]].place > _FURTHEST):
            yield run
            runs[kind] = run = []
        run.append(leaf)
    yield from runs.values()


def _in_one(grove: Grove, leaves: Sequence[int]) -> bool:
    """Whether all neighbours meet in the same element: a list that `blocks` finds without our help."""
    return len({grove.met(one, other) for one, other in pairwise(leaves)}) == 1


def _single(grove: Grove, leaves: Sequence[int]) -> Sequence[int]:
    """*leaves*; the first of each two, where each row prints its time twice."""
    pairs = [grove.found[one].stamp.printed == grove.found[other].stamp.printed for one, other in _in_twos(leaves)]
    return leaves[::2] if len(pairs) > 1 and 5 * sum(pairs) >= 4 * len(pairs) and len(leaves) % 2 == 0 else leaves


def _in_twos(leaves: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(leaves[::2], leaves[1::2], strict=False)


def _rows(grove: Grove, leaves: Sequence[int]) -> dict[int, int]:
    """The element of each row, in order, and its time; those between them that stand alike, though their time does not.

    None at all where several of *leaves* are in one.
    """
    depth = _row_depth(grove, leaves)
    sure = {grove.above(leaf, depth): leaf for leaf in leaves}
    lists = {grove.parent[row] for row in sure}
    if len(sure) < len(leaves) or 0 in lists:
        return {}
    form, rows = grove.found[leaves[0]].stamp.form, dict[int, int]()
    for leaf in range(leaves[0], leaves[-1] + 1):
        row = grove.above(leaf, depth)
        if row in sure or (grove.found[leaf].stamp.form == form and grove.parent[row] in lists):
            rows.setdefault(row, sure.get(row, leaf))
    return rows


def _row_depth(grove: Grove, leaves: Sequence[int]) -> int:
    """How deep the rows stand: just below where most times part from their neighbours."""
    count: Counter[int] = Counter()
    meets = [grove.depth[grove.met(one, other)] for one, other in pairwise(leaves)]
    for above, below in zip([0, *meets], [*meets, 0], strict=True):
        count[max(above, below) + 1] += 1
    return count.most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class _Parts:
    tree: Tree
    grove: Grove
    rows: Sequence[tuple[int, int]]  # the element of each row, and its time
    lists: Sequence[int]  # the element that holds each row
    seen: dict[int, tuple[set[Look], set[Look]]] = field(default_factory=dict)

    def joined(self, fewest: int) -> Iterator[Group]:
        """The parts that follow each other in time, as one list; those that do not begin another."""
        starts = [0, *(at for at in range(1, len(self.rows)) if self.lists[at] != self.lists[at - 1])]
        ends = [*starts[1:], len(self.rows)]
        begin, nights = 0, 0
        for start, end in zip(starts, ends, strict=True):
            seam = self._seam(begin, start) if start > begin else None
            inside = self._nights(start, end, pinned=False) if seam is not None else None
            if seam is None or inside is None or nights + seam + inside > _MOST_NIGHTS:
                yield from self._made(begin, start, fewest)
                first = self._nights(start, end, pinned=end - start > _PINNED)
                begin, nights = start if first is not None else end, first or 0
            else:
                nights += seam + inside
        yield from self._made(begin, len(self.rows), fewest)

    def _made(self, begin: int, end: int, fewest: int) -> Iterator[Group]:
        lists = {self.lists[at] for at in range(begin, end)}
        printed = {(self.lists[at], self.grove.found[self.rows[at][1]].stamp.printed) for at in range(begin, end)}
        if end - begin >= fewest and 1 < len(lists) < len(printed):  # else what seem to be lists are rows
            yield self._group(self.rows[begin:end])

    def _nights(self, start: int, end: int, *, pinned: bool) -> int | None:
        """How often midnight stands between two rows of one part; None where its times do not fall.

        Args:
            pinned: whether the first row may be out of order.
        """
        steps = [self._step(at) for at in range(start + 1 + pinned, end)]
        if any(step is None or 0 < step <= MIDNIGHT for step in steps):
            return None
        return sum(step is not None and step > 0 for step in steps)

    def _seam(self, begin: int, at: int) -> int | None:
        """The nights between two parts, not counting one that is said to be; None where row *at* begins a new list."""
        step = self._step(at)
        if step is None or not alike([self.grove.node[mem] for mem in self.lists[at - 1 : at + 1]]):
            return None
        dated, headed, others = self._between(begin, at)
        if headed or (step > 0 and not dated and (others or step <= MIDNIGHT)):
            return None  # a later time begins another list, but after midnight, with its date or nothing between
        if (others == 1 and not dated and self._is_titled(begin, at)) or self._are_panes(at):
            return None
        return int(step > 0 and not dated)

    def _step(self, at: int) -> float | None:
        """How many minutes later row *at* is than the one above it."""
        above, below = (self.grove.found[leaf].stamp for _, leaf in self.rows[at - 1 : at + 1])
        return step_of(mark(above), mark(below))

    def _are_panes(self, at: int) -> bool:
        """Whether two parts are shown in turn: tabs, of which the second is another list."""
        above, below = self.rows[at - 1][0], self.rows[at][0]
        met = self.grove.depth[self.grove.meet(above, below)]
        return any(is_pane(self.tree, self.grove.node[self.grove.up(row, met + 1)]) for row in (above, below))

    def _between(self, start: int, at: int) -> tuple[bool, bool, int]:
        """Whether a date stands between two parts; whether a heading does; and how many other texts, if none does."""
        (_, last), (_, first) = self.rows[at - 1 : at + 1]
        dated, others = False, 0
        ours, usual = self._looks(start)
        for place in range(self.grove.found[last].place + 1, self.grove.found[first].place):
            node, text = self.tree.nodes[place], self.tree.texts[place]
            if is_within(node, self.lists[at - 1]) or is_within(node, self.rows[at][0]):
                continue
            seen = look(node)
            if is_date(text):
                dated = True
            elif is_advert(text):
                others += 1
            elif seen in ours or (seen not in usual and (rank(node) is not None or is_within(node, self.lists[at]))):
                return dated, True, others  # of the next section, or of the next list itself
            elif seen not in usual or not is_within(node, self.lists[at]):
                others += 1
        return dated, False, others

    def _is_titled(self, begin: int, at: int) -> bool:
        """Whether the one text between two lists, each long enough, may be the title of the second: it is no advert."""
        end = next((row for row in range(at, len(self.rows)) if self.lists[row] != self.lists[at]), len(self.rows))
        if at - begin < _WHOLE or end - at < _WHOLE:
            return False
        (above, last), (below, first) = self.rows[at - 1 : at + 1]
        held = (self.lists[at - 1], self.lists[at], above, below)
        between = range(self.grove.found[last].place + 1, self.grove.found[first].place)
        stray = [place for place in between if not any(is_within(self.tree.nodes[place], mem) for mem in held)]
        texts = [self.tree.texts[place] for place in stray]
        return any(len(text) <= _LONGEST_TITLE and not is_advert(text) for text in texts)

    def _looks(self, start: int) -> tuple[set[Look], set[Look]]:
        """How what stands above the list that begins with row *start* looks, and what stands between its rows."""
        if start not in self.seen:
            above = [self.tree.nodes[place] for place in self._above(start)]
            words = [node for node in above if node.parent is not None and node.parent.tag_id not in LINK]
            ours = {look(node) for node in words or above}  # a link beside the heading, "more", looks like others
            self.seen[start] = ours, self._looks_between(start)
        return self.seen[start]

    def _looks_between(self, start: int) -> set[Look]:
        """How texts look that stand between the rows of a part: headlines, where rows are not in one element each."""
        few = range(start, min(start + _FEW, len(self.rows)))
        end = next((at for at in few if self.lists[at] != self.lists[start]), few.stop)
        first, last = self.rows[start][1], self.rows[end - 1][1]
        places = range(self.grove.found[first].place + 1, self.grove.found[last].place)
        return {look(self.tree.nodes[place]) for place in places}

    def _above(self, start: int) -> Iterator[int]:
        """The places of the texts right above the first row, but for dates and tabs."""
        row, leaf = self.rows[start]
        usual, left = self._looks_between(start), _ABOVE
        top = self.grove.found[leaf].place - 1
        for place in range(top, max(-1, top - _FURTHEST), -1):
            node = self.tree.nodes[place]
            if not left:
                break
            if is_within(node, row) or (is_within(node, self.lists[start]) and look(node) in usual):
                continue
            if look(node) in usual:
                break  # another list
            left -= 1
            if not is_date(self.tree.texts[place]) and pane_of(self.tree, node)[0] is None:
                yield place

    def _group(self, rows: Sequence[tuple[int, int]]) -> Group:
        grove, slots = self.grove, list[Slot]()
        for row, leaf in rows:
            first, last = grove.of(row, leaf)
            others = [other for other in range(first, last + 1) if other != leaf]
            slots.append(Slot(grove.node[row], grove.found[leaf], grove.within(row, others).times))
        container = grove.meet(rows[0][0], rows[-1][0])
        return Group(grove.node[container], slots)
