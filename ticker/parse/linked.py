"""Find the lists that a page holds for machines, in JSON-LD: where its HTML has none.

Only what schema.org calls a list is taken (ItemList, LiveBlogPosting and their like), and only rows that say when they
were published: a list without times is a ranking.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from itertools import pairwise

from ticker.model import Headline
from ticker.parse.blocks import FEWEST
from ticker.parse.heading import places
from ticker.parse.jsonld import Node, nodes, opening, text, types, when, words, written
from ticker.parse.links import Links
from ticker.parse.lists import Listing

MOST_ROWS = 2_000  # of all lists of a page
MOST_LISTS = 50
_IN_ORDER = 0.8  # share of steps that go one way in time, of a list that is guessed to be latest news

_LISTS = {  # property that holds the rows: what such a list is called
    "itemListElement": "ItemList",
    "liveBlogUpdate": "LiveBlogPosting",
    "blogPost": "Blog",
    "hasPart": "CollectionPage",
}
_NO_NEWS = re.compile(
    r"comment|answer|question|product|offer|event|recipe|person|job|course|breadcrumb|review$", re.IGNORECASE
)


@dataclass(frozen=True)
class Linked:
    """A timed list in JSON-LD, its rows newest first."""

    listing: Listing
    names: tuple[str, ...]  # what it is called: name, headline, description
    order: float  # share of the steps down the list, as it stands there, that go one way in time

    @property
    def news(self) -> bool:
        """Whether it can be guessed to be latest news: a list by anything but time cannot."""
        return len(self.listing.headlines) >= FEWEST and self.order >= _IN_ORDER

    def named(self, heading: str) -> bool:
        """Whether *heading* is what it is called, however that is spelled."""
        return any(places([name], heading)[0] for name in self.names)


def may_hold(script: str) -> bool:
    """Whether there can be a list in *script*, or the works that one points at."""
    return any(name in script for name in _LISTS) or "date" in script


def linked(scripts: Iterable[str], links: Links) -> list[Linked]:
    """The timed lists in the JSON-LD *scripts*, in page order; nothing is raised, whatever they hold."""
    library = _Library()
    held = list(scripts)
    if not any(name in script for script in held for name in _LISTS) or not any("date" in script for script in held):
        return []
    for node, above in nodes(held):
        library.add(node, above)
    found: list[Linked] = []
    left = MOST_ROWS
    for node, above, key in library.lists:
        rows = _rows(_elements(node[key])[:left], library)
        left -= len(rows)
        made = _list(rows, [*_names(node), *_names(above)], _LISTS[key], links)
        if made is not None and all(made.listing.headlines != other.listing.headlines for other in found):
            found.append(made)
    return found


@dataclass
class _Library:
    """What the scripts hold: lists, and the works that they may refer to."""

    lists: list[tuple[Node, Node, str]] = field(default_factory=list)  # with what it is the main entity of, and the key
    dated: dict[str, Node] = field(default_factory=dict)  # by @id and address

    def add(self, node: Node, above: Node | None) -> None:
        if len(self.lists) < MOST_LISTS and not _other(node):
            self.lists += [(node, above or {}, key) for key in _LISTS if isinstance(node.get(key), list | dict)]
        if when(node):
            for name in _handles(node):
                self.dated.setdefault(name, node)

    def known(self, node: Node) -> Node:
        """The work that *node* only points at."""
        return next((self.dated[name] for name in _handles(node) if name in self.dated), {})


def _handles(node: Node) -> Iterator[str]:
    return (name for name in (node.get("@id"), node.get("url")) if isinstance(name, str) and name)


def _other(node: Node) -> bool:
    """Whether it is something else than a work that is published, or a list of such."""
    return any(map(_NO_NEWS.search, types(node)))


def _names(node: Node) -> Iterator[str]:
    return (said for key in ("name", "headline", "description") if (said := words(node.get(key))))


@dataclass(frozen=True)
class _Row:
    """One element of a list: the objects that say something of it, the surest first."""

    nodes: tuple[Node, ...]
    address: str = ""  # given in place of the item itself

    @property
    def dated(self) -> Node | None:
        return next((node for node in self.nodes if when(node)), None)

    @property
    def headline(self) -> str:
        said = (words(node.get(key)) for key in ("headline", "name") for node in self.nodes)
        return next(filter(None, said), "")

    @property
    def body(self) -> str:
        """The first words of a post."""
        said = (opening(node.get(key)) for key in ("articleBody", "text", "description") for node in self.nodes)
        return next(filter(None, said), "")

    @property
    def hrefs(self) -> Iterator[str]:
        for node in self.nodes:
            yield text(node.get("url"))
            yield text(node.get("mainEntityOfPage"))
            name = text(node.get("@id"))
            yield name if name.startswith(("http://", "https://")) else ""
        yield self.address


def _elements(value: object) -> list[Node]:
    """The objects of a list: by their position where all have one, else as they stand."""
    found: list[Node] = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
    ranks = [rank for one in found if (rank := _position(one.get("position"))) is not None]
    if len(ranks) < len(found):
        return found
    return [found[at] for at in sorted(range(len(found)), key=ranks.__getitem__)]


def _position(value: object) -> int | None:
    if isinstance(value, str) and len(value) < 10 and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) else None


def _rows(elements: Sequence[Node], library: _Library) -> list[_Row]:
    rows = []
    for element in elements:
        inner = element.get("item")
        item = inner[0] if isinstance(inner, list) and inner else inner
        address = item if isinstance(item, str) else ""
        own: list[Node] = [item, element] if isinstance(item, dict) else [element]
        known = library.known({"@id": address} if address else own[0])
        if not any(map(_other, [*own, known])):
            rows.append(_Row((own[0], known, *own[1:]), address))
    return rows


def _list(rows: Sequence[_Row], names: Sequence[str], kind: str, links: Links) -> Linked | None:
    """The list of *rows*; None where they are not timed."""
    common = {*names, *_common([row.headline for row in rows])}
    read = [line for row in rows if (line := _line(row, common, links)) is not None]
    times = _comparable([line.stated for line in read if line.stated is not None])
    if not times or _of_the_page(times):
        return None
    down, up = _steps(times)
    order = sorted(range(len(times)), key=lambda at: (times[at], at if up > down else -at), reverse=True)
    lines = _own_links(list(dict.fromkeys(_whole_seconds(read[at]) for at in order)))
    share = sum(line.link is not None for line in lines) / len(lines)
    listing = Listing(0, tuple(lines), 1.0, f"JSON-LD {kind}", share)
    return Linked(listing, tuple(names), max(down, up) / (len(times) - 1) if len(times) > 1 else 1.0)


def _line(row: _Row, common: set[str], links: Links) -> Headline | None:
    """*row* as a headline; what many rows say alike, or the list itself, is the name of the whole."""
    node, said = row.dated, row.headline
    title = said if said and said not in common else row.body
    if node is None or not title:
        return None
    link = next((whole for href in row.hrefs if (whole := links.whole(href))), None)
    return Headline(written(node), None, title, link, stated=when(node))


def _common(headlines: Sequence[str]) -> set[str]:
    """The headline that more than half of several rows have."""
    return {said for said in headlines[:3] if len(headlines) > 2 and 2 * headlines.count(said) > len(headlines)}


def _comparable(times: list[datetime]) -> list[datetime]:
    """*times*; where some have no offset, the wall clock of all."""
    return times if all(moment.tzinfo for moment in times) else [moment.replace(tzinfo=None) for moment in times]


def _of_the_page(times: Sequence[datetime]) -> bool:
    """Whether these are no times of rows: the one of the page, or days."""
    return len(times) > 1 and (len(set(times)) == 1 or all(moment.time() == time.min for moment in times))


def _steps(times: Sequence[datetime]) -> tuple[int, int]:
    """How many steps down the list do not rise, and how many do not fall."""
    pairs = list(pairwise(times))
    return sum(below <= above for above, below in pairs), sum(below >= above for above, below in pairs)


def _whole_seconds(line: Headline) -> Headline:
    return replace(line, stated=line.stated.replace(microsecond=0)) if line.stated else line


def _own_links(lines: list[Headline]) -> list[Headline]:
    """*lines*; an address that several have in common is that of the page, and no row's own."""
    if len(lines) > 1 and len({line.link for line in lines}) == 1:
        return [replace(line, link=None) for line in lines]
    return lines
