"""Turn the groups of a page into lists: rows read, links made whole, each with its place on the page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low

from selectolax.lexbor import LexborNode

from ticker.model import Headline
from ticker.parse.blocks import FEWEST, Group, Slot
from ticker.parse.clock import dates_in_disguise
from ticker.parse.links import Links
from ticker.parse.rows import Reading, understand, width
from ticker.parse.tree import RAW, TEXT, Tree
from ticker.parse.units import row
from ticker.text import display

_POOR = 0.3  # agreement of the rows below which times and headlines may be siblings instead
_USELESS = 0.02  # agreement below which the texts are no headlines at all


@dataclass(frozen=True)
class Listing:
    """A timed list as read: what the extractor chooses from."""

    start: int  # where its first row begins, in the texts of the page
    headlines: tuple[Headline, ...]
    worth: float  # how well the rows agree on what is a headline, 0 to 1
    where: str  # for a person: "ul > li"
    linkless: bool = False  # plain text: there can be no links
    end: int | None = None  # where its last time is, for a list in parts

    @cached_property
    def readable(self) -> bool:
        """Whether the clock of most rows can be read."""
        return 2 * sum(line.clock is not None for line in self.headlines) > len(self.headlines)


def listing(tree: Tree, group: Group, stamped: frozenset[int], links: Links, fewest: int = FEWEST) -> Listing | None:
    """The list that *group* is; None where too few of its children have a headline.

    Args:
        stamped: the `mem_id` of every text that is a time.
    """
    readings, worth = understand([row([slot.node], slot.timed.stamp, stamped) for slot in group.slots])
    start_node = group.slots[0].node
    if worth < _POOR or len(readings) < fewest:
        pairs = _pairs(group)
        other, better = understand([row(nodes, slot.timed.stamp, stamped) for slot, nodes in pairs])
        if pairs and better > worth:
            readings, worth, start_node = other, better, pairs[0][1][0]
    headlines = tuple(lines(readings, links))
    if len(headlines) < fewest or worth < _USELESS:
        return None
    start = tree.first_text(start_node)
    where = f"{group.container.tag} > {group.slots[0].node.tag}"
    end = group.slots[-1].timed.place if group.parted else None
    return Listing(group.place if start is None else start, headlines, worth, where, end=end)


def lines(readings: Iterable[Reading], links: Links) -> Iterator[Headline]:
    """*readings* cleaned; rows without a headline, or without any letter or sign in it, are left out."""
    kept = [(reading, title) for reading in readings if (title := display(reading.title))]
    dates = dates_in_disguise([reading.stamp.printed for reading, _ in kept])
    for reading, title in kept:
        clock = None if dates else reading.stamp.clock
        yield Headline(display(reading.stamp.printed) or None, clock, title, links.whole(reading.href))


def _pairs(group: Group) -> list[tuple[Slot, list[LexborNode]]]:
    """Rows of times and headlines that alternate as siblings (`dl`, pairs of `div`, lines with `br`)."""
    wanted = {slot.node.mem_id: slot for slot in group.slots}
    lead: list[LexborNode] = []  # before the first time
    rows: list[tuple[Slot, list[LexborNode]]] = []  # each time with what follows it
    for node in group.container.iter(include_text=True):
        slot = wanted.get(node.mem_id)
        if slot is not None:
            rows.append((slot, [node]))
        elif _says(node):
            (rows[-1][1] if rows else lead).append(node)
    if not rows:
        return []  # the group's rows are not children of one element
    usual = median_low(len(nodes) for _, nodes in rows)
    if len(rows[-1][1]) > 1 or len(lead) < usual - 1:  # time first; what follows the list is not in its last row
        return [(slot, nodes[: max(usual, 2)]) for slot, nodes in rows]
    above = [lead[len(lead) - usual + 1 :], *(nodes[1:] for _, nodes in rows)]
    return [(slot, [*before, nodes[0]]) for before, (slot, nodes) in zip(above, rows, strict=False)]


def _says(node: LexborNode) -> bool:
    """Whether there is anything to read in *node*."""
    if node.tag_id == TEXT:
        return bool((node.text_content or "").strip())
    return node.is_element_node and node.tag_id not in RAW and bool((node.text() or "").strip())


def median_length(headlines: Sequence[Headline]) -> int:
    """The median length of the titles, in letters; one of Chinese, Japanese or Korean counts for more."""
    return median_low(width(line.title) for line in headlines)
