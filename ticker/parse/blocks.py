"""Find the timed lists of a page by their shape: siblings with one time each."""

from collections import Counter
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from ticker.parse.clock import LEADING
from ticker.parse.grove import Grove
from ticker.parse.parts import joined
from ticker.parse.shapes import Group, Slot, Timed, Within
from ticker.parse.slots import MOST_IN_ROW, chosen, in_step
from ticker.parse.tree import Tree

FEWEST = 4  # rows of a list


def groups(tree: Tree, found: list[Timed], fewest: int = FEWEST) -> list[Group]:
    """The lists of at least *fewest* rows that *found* form, in document order, the longer of two first.

    One time can be of several.
    """
    grove = Grove(found)
    made = list(joined(tree, grove, fewest))
    for mem, places in grove.joints():
        group = _group(grove, mem, places, fewest) if len(places) + 1 >= fewest else None
        if group is not None:
            made.append(group)
    return sorted(made, key=lambda group: (group.place, -len(group.slots)))


def within(blocks: Sequence[LexborNode], found: Sequence[list[Timed]]) -> list[Within]:
    """Elements that may be a row each, with the times *found* in each."""
    made = []
    for block, times in zip(blocks, found, strict=True):
        grove = Grove(times)
        depth = grove.depth.get(block.mem_id, 0)
        made.append(Within(block, [(timed, grove.way(leaf, depth)) for leaf, timed in enumerate(times)]))
    return made


def _group(grove: Grove, mem: int, places: list[int], fewest: int) -> Group | None:
    """The list whose element is *mem*; None where too few of its children have one time."""
    starts = [grove.span(mem, places[0], -1), *(place + 1 for place in places)]
    ends = [*places, grove.span(mem, places[-1] + 1, 1)]
    plain = _plain(grove, mem, starts) if starts == ends else None
    if plain is not None:
        slots = in_step(grove.node[mem], _alike(plain))
        return Group(grove.node[mem], slots) if len(slots) >= fewest else None
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
    return Group(grove.node[mem], slots) if len(slots) >= fewest and mixed < len(slots) else None


def _plain(grove: Grove, mem: int, leaves: Sequence[int]) -> list[Slot] | None:
    """A row for each of *leaves*, where all stand at one place in it and are printed alike, as in nearly all lists."""
    depth, found = grove.depth[mem] + 1, grove.found
    form, way = found[leaves[0]].stamp.form, grove.way(leaves[0], depth)
    if form[0] == LEADING or any(found[at].stamp.form != form or grove.way(at, depth) != way for at in leaves):
        return None
    return [Slot(grove.node[grove.child_of(mem, at)], found[at]) for at in leaves]


def _alike(slots: list[Slot]) -> list[Slot]:
    """Those of the most frequent tag among rows with a usual time: the clock of the page head is no row."""
    tags = [slot.node.tag_id for slot in slots]
    if len(set(tags)) < 2:
        return slots
    count = Counter(tag for tag, slot in zip(tags, slots, strict=True) if slot.usual) or Counter(tags)
    usual = count.most_common(1)[0][0]
    return [slot for tag, slot in zip(tags, slots, strict=True) if tag == usual]
