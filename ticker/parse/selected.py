"""Read the list that configured CSS selectors point at."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from ticker.errors import ParseError
from ticker.model import Selectors
from ticker.parse.blocks import groups, within
from ticker.parse.clock import Kind, Stamp, bare, stamp
from ticker.parse.links import Links
from ticker.parse.lists import Listing, lines, listing
from ticker.parse.rows import Reading
from ticker.parse.shapes import Group, Slot, Timed
from ticker.parse.slots import chosen as choose
from ticker.parse.stamps import times
from ticker.parse.stated import stated
from ticker.parse.tags import TEXT, tag_ids
from ticker.parse.tree import MAX_DEPTH, Tree

_LINK = tag_ids("a")


def check_selector(css: str) -> str | None:
    """What is wrong with *css* as a selector; None when it can be used."""
    try:
        LexborHTMLParser("<html></html>").css(css)
    except (SelectolaxError, ValueError) as error:
        return " ".join(str(error).split()) or "not a CSS selector"
    return None if css.strip() else "an empty selector"


def selected(tree: Tree, chosen: Selectors, links: Links) -> Listing:
    """The rows within `chosen.block`, which matches either the list or each of its rows.

    What is not chosen (time, headline, link) is found by shape; unlike a list found by shape alone
    this one may have fewer than four rows.

    Raises:
        ParseError: `block-absent`, `block-empty` or `times-unreadable`.
    """
    blocks = _outermost(_css(tree.parser, chosen.block))
    if not blocks:
        raise ParseError("block-absent", f"nothing on the page matches the selector “{chosen.block}”")
    every = times(tree) if chosen.time is None else []
    rows = _rows(tree, blocks, [_times(tree, block, chosen.time, every) for block in blocks])
    if not rows:
        if not any((block.text() or "").strip() for block in blocks):
            raise ParseError("block-empty", f"what matches the selector “{chosen.block}” is empty")
        raise ParseError("times-unreadable", f"what matches the selector “{chosen.block}” holds no time")
    read = _chosen(tree, rows, chosen, links) if chosen.headline else None
    read = read or listing(tree, Group(blocks[0], rows), links, fewest=1)
    if read is None:
        raise ParseError("block-empty", f"what matches the selector “{chosen.block}” holds no headlines")
    return read


def _css(root: LexborHTMLParser | LexborNode, css: str) -> Sequence[LexborNode]:
    try:
        return root.css(css)
    except (SelectolaxError, ValueError) as error:
        raise ParseError("block-absent", f"“{css}” is no CSS selector: {' '.join(str(error).split())}") from error


def _outermost(blocks: Sequence[LexborNode]) -> list[LexborNode]:
    """*blocks* without those that stand in another one."""
    mems, kept = {block.mem_id for block in blocks}, list[LexborNode]()
    inside: set[int] = set()
    for block in blocks:  # in document order: what is above comes first
        above = block.parent
        if above is not None and (above.mem_id in inside or above.mem_id in mems):
            inside.add(block.mem_id)
            continue
        if not any(mem in mems or mem in inside for mem in _mems_above(block)):
            kept.append(block)
        else:
            inside.add(block.mem_id)
    return kept


def _mems_above(node: LexborNode) -> Iterator[int]:
    at = node.parent
    for _ in range(MAX_DEPTH):
        if at is None:
            return
        yield at.mem_id
        at = at.parent


def _times(tree: Tree, block: LexborNode, css: str | None, every: Sequence[Timed]) -> list[Timed]:
    """The times within *block*: chosen, or those of *every* one on the page, in document order."""
    if css is None:
        places = _texts(tree, [block])
        if not places:
            return []
        begin = bisect_left(every, places[0], key=lambda timed: timed.place)
        end = bisect_right(every, places[-1], key=lambda timed: timed.place)
        return list(every[begin:end])
    found = []
    for element in _css(block, css):
        places = _texts(tree, [element])
        if places:
            printed = _words(tree, places)
            known_as = stamp(printed) or Stamp(bare(printed), None, Kind.LOOSE)
            found.append(Timed(places[0], tree.nodes[places[0]], known_as, tuple(places[1:])))
    return [timed for place, timed in sorted({timed.place: timed for timed in found}.items())]


def _texts(tree: Tree, nodes: Iterable[LexborNode]) -> list[int]:
    """The places of the texts within *nodes*."""
    index = tree.index
    return [
        index[inner.mem_id]
        for node in nodes
        for inner in node.traverse(include_text=True)
        if inner.tag_id == TEXT and inner.mem_id in index
    ]


def _words(tree: Tree, places: Iterable[int]) -> str:
    """The texts at *places* as one."""
    return " ".join("".join(tree.nodes[at].text_content or "" for at in places).split())


def _rows(tree: Tree, blocks: Sequence[LexborNode], found: Sequence[list[Timed]]) -> list[Slot]:
    """The rows: each block, where most have one time; else its children, wherever they part."""
    held = [(block, times) for block, times in zip(blocks, found, strict=True) if times]
    each, _ = choose(within([block for block, _ in held], [times for _, times in held]))
    if len(blocks) > 1 and 2 * len(each) > len(held):
        return each
    return [slot for block, times in held for slot in _children(tree, block, times)]


def _children(tree: Tree, block: LexborNode, times: list[Timed]) -> list[Slot]:
    made = groups(tree, times, fewest=2)
    if made:
        return max(made, key=lambda group: len(group.slots)).slots
    return choose(within([block], [times]))[0]


def _chosen(tree: Tree, rows: Sequence[Slot], chosen: Selectors, links: Links) -> Listing | None:
    """The list with the chosen headline, and link, of each row that has it."""
    readings = []
    for slot in rows:
        element = next(iter(_css(slot.node, chosen.headline or "*")), None)
        if element is not None:
            title = _words(tree, _texts(tree, [element]))
            href = _href(slot.node, element, chosen.link)
            readings.append(Reading(slot.timed.stamp, title, href, stated(slot.timed.node)))
    headlines = tuple(lines(readings, links))
    return Listing(rows[0].timed.place, headlines, 1.0, chosen.block) if headlines else None


def _href(row: LexborNode, headline: LexborNode, css: str | None) -> str | None:
    """The chosen link of *row*; else the one that the headline stands in, or that stands in it."""
    if css is not None:
        link = next(iter(_css(row, css)), None)
        return link.attributes.get("href") if link is not None else None
    at: LexborNode | None = headline
    while at is not None:
        if at.tag_id in _LINK:
            return at.attributes.get("href")
        at = at.parent if at.mem_id != row.mem_id else None
    link = headline.css_first("a[href]")
    return link.attributes.get("href") if link is not None else None
