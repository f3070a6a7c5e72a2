"""Turn the groups of a page into lists: rows read, links made whole, each with its place on the page."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from statistics import median_low

from selectolax.lexbor import LexborNode

from ticker.model import Headline
from ticker.parse.blocks import FEWEST
from ticker.parse.captions import captions
from ticker.parse.clock import Kind, dates_in_disguise, leading
from ticker.parse.copies import once
from ticker.parse.flat import simple_rows
from ticker.parse.links import Links
from ticker.parse.rows import Reading, understand, width
from ticker.parse.shapes import Group, Slot, Timed, Way
from ticker.parse.slots import columns, says
from ticker.parse.stated import stated
from ticker.parse.tags import tag_ids
from ticker.parse.tree import Tree
from ticker.parse.units import SIGN, Row, row
from ticker.text import display

_POOR = 0.3  # agreement of the rows below which times and headlines may be siblings instead
_ORNAMENTS = re.compile(r"(?:(?:\+{2,}|[|•·●▪■►▶‣»>*]+)\s+)?(.*?)(?:\s+(?:\+{2,}|[|•·●▪■◄◀«<*]+))?")
_BREAK = tag_ids("br", "hr")
_USELESS = 0.02  # agreement below which the texts are no headlines at all


@dataclass(frozen=True)
class Listing:
    """A timed list as read: what the extractor chooses from."""

    start: int  # where its first row begins, in the texts of the page
    headlines: tuple[Headline, ...]
    worth: float  # how well the rows agree on what is a headline, 0 to 1
    where: str  # for a person: "ul > li"
    linked: float = 1.0  # share of rows with a link; of plain text, where there can be none, all
    row: LexborNode | None = None  # its first row; None for plain text

    @cached_property
    def readable(self) -> bool:
        """Whether most rows say when they were, in any way that can be read."""
        return 2 * sum(line.readable for line in self.headlines) > len(self.headlines)


def listing(tree: Tree, group: Group, links: Links, fewest: int = FEWEST) -> Listing | None:
    """The list that *group* is; None where too few of its children have a headline."""
    extra = columns(group.slots)
    readings, worth = understand(_rows(tree, group.slots, extra))
    if worth < _POOR and extra:  # what looked like second times were the headlines
        extra = frozenset()
        other, better = understand(_rows(tree, group.slots, extra))
        readings, worth = (other, better) if better > worth else (readings, worth)
    start_node = group.slots[0].node
    if worth < _POOR or len(readings) < fewest:
        pairs = _pairs(group)
        other, better = understand([_row(tree, slot, nodes, extra) for slot, nodes in pairs])
        if pairs and better > worth:
            readings, worth, start_node = other, better, pairs[0][1][0]
    headlines = once(list(lines(readings, links)))
    if len(headlines) < fewest or worth < _USELESS:
        return None
    start = tree.begin(start_node, group.place)
    where = f"{group.container.tag} > {group.slots[0].node.tag}"
    linked = _linked(headlines, readings, links)
    return Listing(start, headlines, worth, where, linked, group.slots[0].node)


def _linked(headlines: Sequence[Headline], readings: Sequence[Reading], links: Links) -> float:
    """The share of rows with a link; relative ones count though the page's address is not known."""
    if links.origin:
        return sum(line.link is not None for line in headlines) / len(headlines)
    return sum(links.leads(reading.href) for reading in readings) / len(readings)


def _rows(tree: Tree, slots: Sequence[Slot], extra: frozenset[Way]) -> list[Row]:
    """The rows of *slots*, elements each; what stands at the ways *extra* is no text unless nothing else is."""
    held = [_times_of(slot, extra) for slot in slots]
    left_out = [[place for timed in times for place in (timed.place, *timed.also)] for _, times in held]
    simple = simple_rows(tree, slots, left_out)
    made = []
    for slot, (own, times), read, day in zip(slots, held, simple, captions(tree, slots), strict=True):
        one = read or _deep(tree, slot, (slot.node,), times)
        if one is read:
            one.deep = partial(_deep, tree, slot, (slot.node,), times)
        one.caption = day
        made.append(_completed(tree, one, slot, (slot.node,), own))
    return made


def _times_of(slot: Slot, extra: frozenset[Way]) -> tuple[list[Timed], list[Timed]]:
    """The time of *slot* with its copies; and these with other times that are no texts of its row."""
    timed = slot.timed
    if not slot.beside:
        return (own := [timed]), own
    own = [timed, *(each for each, _ in slot.beside if each.stamp.printed == timed.stamp.printed)]
    return own, [*own, *(each for each, way in slot.beside if way in extra or not slot.usual)]


def _deep(tree: Tree, slot: Slot, nodes: Sequence[LexborNode], times: Sequence[Timed]) -> Row:
    return row(nodes, slot.timed.stamp, _mems(tree, times))


def _mems(tree: Tree, times: Iterable[Timed]) -> set[int]:
    return {tree.nodes[place].mem_id for timed in times for place in (timed.place, *timed.also)}


def _completed(tree: Tree, made: Row, slot: Slot, nodes: Sequence[LexborNode], own: Sequence[Timed]) -> Row:
    made.stated = stated(slot.timed.node)
    if slot.beside:
        dates = [each.node.text_content or "" for each, _ in slot.beside if each.stamp.kind is Kind.DATE]
        made.dates = tuple(" ".join(date.split()) for date in dates)
    if slot.usual:
        made.again = partial(_again, tree, slot, nodes, own, made.dates)
    return made


def _row(tree: Tree, slot: Slot, nodes: Sequence[LexborNode], extra: frozenset[Way]) -> Row:
    """The row that *nodes* make, with the time of *slot*."""
    own, times = _times_of(slot, extra)
    return _completed(tree, _deep(tree, slot, nodes, times), slot, nodes, own)


def _again(tree: Tree, slot: Slot, nodes: Sequence[LexborNode], own: Sequence[Timed], dates: tuple[str, ...]) -> Row:
    """The row of *slot* with every text but its time; where that is all, what follows the clock in it."""
    mems = _mems(tree, own)
    wider = row(nodes, slot.timed.stamp, mems, SIGN)
    if not wider.units and slot.timed.stamp.kind in (Kind.LOOSE, Kind.RELATIVE):
        stamp = leading(slot.timed.node.text_content or "", least=0)
        wider = row(nodes, stamp, mems, SIGN) if stamp is not None else wider
    wider.dates, wider.stated = dates, stated(slot.timed.node)
    return wider


def lines(readings: Iterable[Reading], links: Links) -> Iterator[Headline]:
    """*readings* cleaned; rows without a headline, or without any letter or sign in it, are left out."""
    kept = [(reading, title) for reading in readings if (title := _unadorned(display(reading.title)))]
    dates = dates_in_disguise([reading.stamp.printed for reading, _ in kept])
    for reading, title in kept:
        said = reading.stamp
        clock = None if dates else said.clock
        printed, link = display(said.printed) or None, links.whole(reading.href)
        yield Headline(printed, clock, title, link, said.day, said.ago, reading.stated)


def _unadorned(title: str) -> str:
    """*title* without the ornaments around it: "+++ … +++", "» …"."""
    if not title or (title[0].isalnum() and title[-1].isalnum()):
        return title
    found = _ORNAMENTS.fullmatch(title)
    return found[1] if found is not None and found[1] else title


def _pairs(group: Group) -> list[tuple[Slot, list[LexborNode]]]:
    """Rows of times and headlines that alternate as siblings (`dl`, pairs of `div` or of cells, lines with `br`)."""
    wanted: dict[int, dict[int, Slot]] = {}
    parents: dict[int, LexborNode] = {}
    for slot in group.slots:
        parent = slot.node.parent
        if parent is not None:
            wanted.setdefault(parent.mem_id, {})[slot.node.mem_id] = slot
            parents[parent.mem_id] = parent
    return [pair for mem, slots in wanted.items() for pair in _pairs_in(parents[mem], slots)]


def _pairs_in(parent: LexborNode, wanted: Mapping[int, Slot]) -> list[tuple[Slot, list[LexborNode]]]:
    lead: list[LexborNode] = []  # before the first time
    rows: list[tuple[Slot, list[LexborNode]]] = []  # each time with what follows it
    for node in parent.iter(include_text=True):
        slot = wanted.get(node.mem_id)
        if slot is not None:
            rows.append((slot, [node]))
        elif node.tag_id in _BREAK or says(node):
            (rows[-1][1] if rows else lead).append(node)
    if _are_lines(lead, rows):
        return _between_breaks(lead, rows)
    lead = [node for node in lead if node.tag_id not in _BREAK]
    rows = [(slot, [node for node in nodes if node.tag_id not in _BREAK]) for slot, nodes in rows]
    usual = median_low(len(nodes) for _, nodes in rows)
    if len(rows[-1][1]) > 1 or len(lead) < usual - 1:  # time first; what follows the list is not in its last row
        return [(slot, nodes[: max(usual, 2)]) for slot, nodes in rows]
    above = [lead[len(lead) - usual + 1 :], *(nodes[1:] for _, nodes in rows)]
    return [(slot, [*before, nodes[0]]) for before, (slot, nodes) in zip(above, rows, strict=False)]


def _are_lines(lead: Sequence[LexborNode], rows: Sequence[tuple[Slot, list[LexborNode]]]) -> bool:
    """Whether line breaks part the rows, and nothing else: one between two times, and words in the line of each."""
    for _, nodes in rows[:-1]:
        broken = [node.tag_id in _BREAK for node in nodes]
        if sum(now and not before for before, now in pairwise(broken)) != 1:
            return False
    after = all(nodes[1].tag_id not in _BREAK for _, nodes in rows[:-1])
    return len(rows) > 1 and (after or bool(_after_break(lead)))


def _between_breaks(
    lead: Sequence[LexborNode], rows: Sequence[tuple[Slot, list[LexborNode]]]
) -> list[tuple[Slot, list[LexborNode]]]:
    """Rows that are lines: what stands between two line breaks belongs together."""
    pairs, before = list[tuple[Slot, list[LexborNode]]](), _after_break(lead)
    for slot, nodes in rows:
        end = next((at for at, node in enumerate(nodes) if node.tag_id in _BREAK), len(nodes))
        pairs.append((slot, [*before, *nodes[:end]]))
        before = _after_break(nodes[end:])
    return pairs


def _after_break(nodes: Sequence[LexborNode]) -> list[LexborNode]:
    """What follows the last line break."""
    last = max((at for at, node in enumerate(nodes) if node.tag_id in _BREAK), default=-1)
    return list(nodes[last + 1 :])


def median_length(headlines: Sequence[Headline]) -> int:
    """The median length of the titles, in letters; one of Chinese, Japanese or Korean counts for more."""
    return median_low(width(line.title) for line in headlines)
