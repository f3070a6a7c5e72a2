"""Turn the groups of a page into lists: rows read, links made whole, each with its place on the page."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from statistics import median_low

from selectolax.lexbor import LexborNode

from ticker.model import Headline
from ticker.parse.blocks import FEWEST
from ticker.parse.clock import Kind, dates_in_disguise, leading
from ticker.parse.copies import once
from ticker.parse.flat import simple_rows
from ticker.parse.links import Links
from ticker.parse.rows import Reading, understand, width
from ticker.parse.shapes import Group, Slot, Timed, Way
from ticker.parse.slots import columns, says
from ticker.parse.tree import Tree
from ticker.parse.units import SIGN, Row, row
from ticker.text import display

_POOR = 0.3  # agreement of the rows below which times and headlines may be siblings instead
_ORNAMENTS = re.compile(r"(?:(?:\+{2,}|[|•·●▪■►▶‣»>*–—-]+)\s+)?(.*?)(?:\s+(?:\+{2,}|[|•·●▪■◄◀«<*]+))?")
_USELESS = 0.02  # agreement below which the texts are no headlines at all


@dataclass(frozen=True)
class Listing:
    """A timed list as read: what the extractor chooses from."""

    start: int  # where its first row begins, in the texts of the page
    headlines: tuple[Headline, ...]
    worth: float  # how well the rows agree on what is a headline, 0 to 1
    where: str  # for a person: "ul > li"
    linked: float = 1.0  # share of rows with a link; of plain text, where there can be none, all

    @cached_property
    def readable(self) -> bool:
        """Whether the clock of most rows can be read."""
        return 2 * sum(line.clock is not None for line in self.headlines) > len(self.headlines)


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
    start = tree.first_text(start_node)
    where = f"{group.container.tag} > {group.slots[0].node.tag}"
    linked = _linked(headlines, readings, links)
    return Listing(group.place if start is None else start, headlines, worth, where, linked)


def _linked(headlines: Sequence[Headline], readings: Sequence[Reading], links: Links) -> float:
    """The share of rows with a link; relative ones count though the page's address is not known."""
    if links.origin:
        return sum(line.link is not None for line in headlines) / len(headlines)
    return sum(links.leads(reading.href) for reading in readings) / len(readings)


def _rows(tree: Tree, slots: Sequence[Slot], extra: frozenset[Way]) -> list[Row]:
    """The rows of *slots*, elements each; what stands at the ways *extra* is no text unless nothing else is."""
    held = [_times_of(slot, extra) for slot in slots]
    left_out = [[place for timed in (*own, *other) for place in (timed.place, *timed.also)] for own, other in held]
    made = []
    for slot, (own, other), simple in zip(slots, held, simple_rows(tree, slots, left_out), strict=True):
        deep = partial(_deep, tree, slot, [slot.node], [*own, *other])
        row = simple or deep()
        if simple is not None:
            simple.deep = deep
        made.append(_completed(tree, row, slot, [slot.node], own))
    return made


def _times_of(slot: Slot, extra: frozenset[Way]) -> tuple[list[Timed], list[Timed]]:
    """The time of *slot* with its copies, and other times that are no texts of its row."""
    timed = slot.timed
    if not slot.beside:
        return [timed], []
    own = [timed, *(each for each, _ in slot.beside if each.stamp.printed == timed.stamp.printed)]
    return own, [each for each, way in slot.beside if way in extra or not slot.usual]


def _deep(tree: Tree, slot: Slot, nodes: Sequence[LexborNode], times: Sequence[Timed]) -> Row:
    return row(nodes, slot.timed.stamp, _mems(tree, times))


def _mems(tree: Tree, times: Iterable[Timed]) -> set[int]:
    return {tree.nodes[place].mem_id for timed in times for place in (timed.place, *timed.also)}


def _completed(tree: Tree, made: Row, slot: Slot, nodes: Sequence[LexborNode], own: Sequence[Timed]) -> Row:
    if slot.beside:
        dates = [each.node.text_content or "" for each, _ in slot.beside if each.stamp.kind is Kind.DATE]
        made.dates = tuple(" ".join(date.split()) for date in dates)
    if slot.usual:
        made.again = partial(_again, slot, nodes, _mems(tree, own), made.dates)
    return made


def _row(tree: Tree, slot: Slot, nodes: Sequence[LexborNode], extra: frozenset[Way]) -> Row:
    """The row that *nodes* make, with the time of *slot*."""
    own, other = _times_of(slot, extra)
    return _completed(tree, _deep(tree, slot, nodes, [*own, *other]), slot, nodes, own)


def _again(slot: Slot, nodes: Sequence[LexborNode], own: Set[int], dates: tuple[str, ...]) -> Row:
    """The row of *slot* with every text but its time; where that is all, what follows the clock in it."""
    wider = row(nodes, slot.timed.stamp, own, SIGN)
    if not wider.units and slot.timed.stamp.kind in (Kind.LOOSE, Kind.RELATIVE):
        stamp = leading(slot.timed.node.text_content or "", least=0)
        wider = row(nodes, stamp, own, SIGN) if stamp is not None else wider
    wider.dates = dates
    return wider


def lines(readings: Iterable[Reading], links: Links) -> Iterator[Headline]:
    """*readings* cleaned; rows without a headline, or without any letter or sign in it, are left out."""
    kept = [(reading, title) for reading in readings if (title := _unadorned(display(reading.title)))]
    dates = dates_in_disguise([reading.stamp.printed for reading, _ in kept])
    for reading, title in kept:
        clock = None if dates else reading.stamp.clock
        yield Headline(display(reading.stamp.printed) or None, clock, title, links.whole(reading.href))


def _unadorned(title: str) -> str:
    """*title* without the ornaments around it: "+++ … +++", "» …"."""
    found = _ORNAMENTS.fullmatch(title)
    return found[1] if found is not None and found[1] else title


def _pairs(group: Group) -> list[tuple[Slot, list[LexborNode]]]:
    """Rows of times and headlines that alternate as siblings (`dl`, pairs of `div`, lines with `br`)."""
    wanted = {slot.node.mem_id: slot for slot in group.slots}
    lead: list[LexborNode] = []  # before the first time
    rows: list[tuple[Slot, list[LexborNode]]] = []  # each time with what follows it
    for node in group.container.iter(include_text=True):
        slot = wanted.get(node.mem_id)
        if slot is not None:
            rows.append((slot, [node]))
        elif says(node):
            (rows[-1][1] if rows else lead).append(node)
    if not rows:
        return []  # the group's rows are not children of one element
    usual = median_low(len(nodes) for _, nodes in rows)
    if len(rows[-1][1]) > 1 or len(lead) < usual - 1:  # time first; what follows the list is not in its last row
        return [(slot, nodes[: max(usual, 2)]) for slot, nodes in rows]
    above = [lead[len(lead) - usual + 1 :], *(nodes[1:] for _, nodes in rows)]
    return [(slot, [*before, nodes[0]]) for before, (slot, nodes) in zip(above, rows, strict=False)]


def median_length(headlines: Sequence[Headline]) -> int:
    """The median length of the titles, in letters; one of Chinese, Japanese or Korean counts for more."""
    return median_low(width(line.title) for line in headlines)
