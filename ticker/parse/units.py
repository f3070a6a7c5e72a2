"""Take a row of a list apart: its time aside, which texts does it hold, and where does each link."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from selectolax.lexbor import LexborNode

from ticker.model import Day
from ticker.parse.clock import Stamp
from ticker.parse.tags import LINK, RAW, TEXT, tag_ids

# Marks letters or words of a text: always part of it.
_STYLED = tag_ids(
    "b", "i", "em", "strong", "u", "mark", "small", "sub", "sup", "q", "cite", "abbr", "bdi", "bdo",
    "font", "s", "ins", "del", "code", "kbd", "wbr", "tt", "big", "ruby", "nobr", "dfn", "acronym",
)  # fmt: skip
_FLOWING = _STYLED | tag_ids("span", "a", "label", "time")  # stands in the line, as part of its text or beside it
_BOLD = tag_ids("b", "strong")
_SCRIPTS = tag_ids("sub", "sup", "wbr", "font", "nobr", "ruby")
_BREAK = tag_ids("br", "hr")
HEADING = tag_ids("h1", "h2", "h3", "h4", "h5", "h6", "header")
_DEEPEST = 60  # levels below a row that are looked at
_MOST_TEXT = 20_000  # characters of a row; a list is not made of novels
_DIGITS = re.compile(r"[\d./]+")
WORDY = re.compile(r"[^\W_]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u4e00-\u9fff]")
SIGN = re.compile(r"[^\s_()\[\]{}<>«»|¦•·●▪■►▶‣*:;,،.‐‑–—\-/\\~]")  # anything but what parts texts


@dataclass(slots=True)
class Unit:
    """A text of a row that could be its headline."""

    way: str  # tags and classes that lead to it from the row: "/a/span.title"
    raw: str
    href: str | None
    heading: bool = False  # in an h1 … h6
    nested: bool = False  # in an element that has text of its own
    edges: tuple["Edge", ...] = ()
    lead: str = ""  # the bold words that a longer text begins with
    head: str = ""  # styled words that it begins with, glued to what follows
    tail: str = ""  # styled words that it ends with

    _clean: tuple[str, str] = ("", "")  # `raw` and `text` when that was last asked for

    @property
    def text(self) -> str:
        """`raw` in one line."""
        if self._clean[0] is not self.raw:
            self._clean = self.raw, " ".join(self.raw.split())
        return self._clean[1]


@dataclass(slots=True)
class Edge:
    """A text at the beginning or end of another one, in an element of its own: part of it, or a label."""

    unit: Unit
    before: bool
    flows: bool  # a space stands between the two, as between words


_Piece = str | tuple[LexborNode, list[Unit]]


@dataclass(slots=True)
class Parted:
    """An element whose words all stand in elements of their own."""

    unit: Unit
    pieces: list[_Piece]
    says: re.Pattern[str] = WORDY

    def whole(self) -> Unit | None:
        """One text of all that flows in the element; None where nothing does."""
        for piece in self.pieces:
            if isinstance(piece, str):
                self.unit.raw += piece
            elif piece[0].tag_id in _FLOWING:
                self.unit.raw += "".join(below.raw for below in piece[1])
                self.unit.href = self.unit.href or next((below.href for below in piece[1] if below.href), None)
            else:
                self.unit.raw += " "
        return self.unit if self.says.search(self.unit.raw) else None


@dataclass(slots=True)
class Row:
    """A row of a list before it is understood."""

    stamp: Stamp
    units: list[Unit] = field(default_factory=list)
    parted: dict[str, Parted] = field(default_factory=dict)  # by way: elements without words of their own
    hrefs: list[str] = field(default_factory=list)
    time_href: str | None = None
    stated: datetime | None = None  # the instant that markup states with the time
    caption: Day | None = None  # the day that stands above it and others, as a heading
    dates: tuple[str, ...] = ()  # texts that stand beside the time and say its day, unless they are the headline
    again: Callable[[], "Row"] | None = None  # the same row, with every text but its time
    deep: Callable[[], "Row"] | None = None  # the same row read from the tree, where it was not

    def whole_at(self, way: str) -> Unit | None:
        """All that flows in the element at *way*, where it has no words of its own."""
        row = self.deep() if self.deep is not None else self
        return row.parted[way].whole() if way in row.parted else None

    def only_href(self) -> str | None:
        """Where all links of the row lead alike."""
        row = self.deep() if self.deep is not None else self
        return row.hrefs[0] if len(set(row.hrefs)) == 1 else None


def row(nodes: Sequence[LexborNode], stamp: Stamp, times: Iterable[int], says: re.Pattern[str] = WORDY) -> Row:
    """The texts of *nodes*, siblings that make one row; texts in *times* (by `mem_id`) are left out.

    Args:
        says: found in whatever is a text, and not only a sign between texts.
    """
    reader = _Reader(Row(stamp), frozenset(times), says)
    for node in nodes:
        reader.read(node, step_of(node) if len(nodes) > 1 else "")
    return reader.row


class _Reader:
    """Walks through one row; what it finds is in `row`."""

    def __init__(self, row: Row, times: frozenset[int], says: re.Pattern[str]) -> None:
        self.row = row
        self.times = times
        self.says = says
        self.left = _MOST_TEXT
        self.passed = 0  # times met so far

    def read(self, node: LexborNode, top: str) -> None:
        """Read *node*, one of several siblings where *top* is not empty: tag and class tell them apart."""
        if node.tag_id == TEXT:
            text = self._text(node, None)
            if self.says.search(text):
                self.row.units.append(Unit("", text, None))
        elif node.tag_id not in RAW:
            way = top or ("/a" if node.tag_id in LINK else "")
            self.row.units += self._units(node, way, self._href(node, None), node.tag_id in HEADING, 0)

    def _href(self, node: LexborNode, above: str | None) -> str | None:
        if node.tag_id not in LINK:
            return above
        href = (node.attributes.get("href") or "").strip()
        if href:
            self.row.hrefs.append(href)
        return href or above

    def _text(self, node: LexborNode, href: str | None) -> str:
        if node.mem_id in self.times:
            self.passed += 1
            self.row.time_href = self.row.time_href or href
            return self.row.stamp.rest
        text = (node.text_content or "")[: self.left]
        self.left -= len(text)
        return text

    def _units(self, node: LexborNode, way: str, href: str | None, heading: bool, depth: int) -> list[Unit]:
        """The texts of *node*: its own as one, with what flows in it; and each that stands apart."""
        pieces: list[_Piece] = []
        direct = False
        breaks, passed = list[int](), self.passed
        for child in node.iter(include_text=True):
            tag = child.tag_id
            if self.passed > passed:
                breaks.append(len(pieces) - 1)
                passed = self.passed
            if tag == TEXT:
                text = self._text(child, href)
                pieces.append(text)
                direct = direct or self.says.search(text) is not None
            elif tag in _BREAK:
                pieces.append(" ")
            elif tag not in RAW and depth < _DEEPEST and child.is_element_node:
                link, titled = self._href(child, href), heading or tag in HEADING
                pieces.append((child, self._units(child, way + step_of(child), link, titled, depth + 1)))
        if direct:
            return _joined(pieces, Unit(way, "", href, heading), self.says, breaks)
        units = [unit for piece in pieces if not isinstance(piece, str) for unit in piece[1]]
        if units:
            self.row.parted.setdefault(way, Parted(Unit(way, "", href, heading), pieces, self.says))
        return units


def _joined(pieces: list[_Piece], unit: Unit, says: re.Pattern[str], breaks: Sequence[int]) -> list[Unit]:
    """*unit* made of its own words and what flows between them; what is at its edges, and blocks, apart.

    Args:
        breaks: the pieces that are, or hold, a time: nothing flows across one.
    """
    words = [at for at, piece in enumerate(pieces) if isinstance(piece, str) and says.search(piece)]
    first, last = words[0], words[-1]
    apart: list[Unit] = []
    unit.lead = _lead(pieces[:first])
    unit.head, unit.tail = _glued(pieces, first), _styled(pieces[last + 1 :])
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            unit.raw += piece
            continue
        child, inner = piece
        if at > last and _is_badge(child, inner, unit.raw):
            apart += inner
            continue
        flows = child.tag_id in _FLOWING and (first < at < last or _is_initial(at, inner, pieces, first))
        if child.tag_id in _STYLED or flows:
            for below in inner:
                unit.raw += below.raw
                unit.href = unit.href or below.href
            continue
        crossed = any(min(at, last) <= mark <= max(at, first) for mark in breaks)
        for below in inner:
            below.nested = True
            flows = not crossed and _flows(pieces, at, below, first, last)
            if child.tag_id in _FLOWING:
                unit.edges += (Edge(below, at < first, flows),)
        apart += inner
        unit.raw += " "
    return [unit, *apart]


def _lead(pieces: Sequence[_Piece]) -> str:
    """The bold words that stand before all others."""
    bold = [piece for piece in pieces if not isinstance(piece, str) and piece[1]]
    if len(bold) != 1 or bold[0][0].tag_id not in _BOLD:
        return ""
    return " ".join("".join(below.raw for below in bold[0][1]).split())


def _glued(pieces: Sequence[_Piece], first: int) -> str:
    """Styled words before the first others that no space parts from these; scripts without spaces know no such."""
    text, after = _styled(pieces[:first], named=True), pieces[first]
    glued = isinstance(after, str) and after[:1].isalnum() and text[-1:].isalnum() and len(text) > 1
    return text if glued and not _UNSPACED.search(text) else ""


def _styled(pieces: Sequence[_Piece], *, named: bool = False) -> str:
    """The words of the only styled element among *pieces*, "" if there is none or more.

    Args:
        named: only of an element with a class: others may style half a word.
    """
    styled = [piece for piece in pieces if not isinstance(piece, str) and piece[1]]
    if len(styled) != 1 or styled[0][0].tag_id not in _STYLED or (named and not _is_named(styled[0][0])):
        return ""
    return " ".join("".join(below.raw for below in styled[0][1]).split())


def _is_initial(at: int, inner: Sequence[Unit], pieces: Sequence[_Piece], first: int) -> bool:
    """Whether an element holds the first letter of a word that goes on without a space."""
    text, after = "".join(below.raw for below in inner), pieces[first]
    return at == first - 1 and len(text) == 1 and text.isalpha() and isinstance(after, str) and after[:1].isalpha()


def _is_badge(child: LexborNode, inner: Sequence[Unit], before: str) -> bool:
    """Whether styled words at the end of a text are a label that is set apart by style alone: no space parts them."""
    text = "".join(below.raw for below in inner)
    glued = before[-1:].isalnum() and text[:1].isalnum()
    return glued and child.tag_id in _STYLED and child.tag_id not in _SCRIPTS and _is_named(child)


def _is_named(node: LexborNode) -> bool:
    return bool(node.attributes.get("class"))


def _flows(pieces: list[_Piece], at: int, edge: Unit, first: int, last: int) -> bool:
    """Whether a space, not only style, parts the edge at *at* from the words from *first* to *last*."""
    if at < first:
        between = "".join(piece for piece in pieces[at : first + 1] if isinstance(piece, str))
        return edge.raw[-1:].isspace() or between[:1].isspace()
    between = "".join(piece for piece in pieces[last:at] if isinstance(piece, str))
    return not edge.raw[:1].isalnum() or between[-1:].isspace()


def step_of(node: LexborNode) -> str:
    return step(node.tag, node.attributes)


def step(tag: str | None, attributes: Mapping[str, str | None]) -> str:
    """An element as a step of a way: "/span.title"."""
    names = attributes.get("class")
    return f"/{tag}.{_without_numbers(names)}" if names else f"/{tag}"


@lru_cache(maxsize=4_096)
def _without_numbers(names: str) -> str:
    """Class names without the numbers that count rows, and without the slash and dot that part a way."""
    return _DIGITS.sub("", " ".join(names.split()))
