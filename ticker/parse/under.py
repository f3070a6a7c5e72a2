"""Choose the list that stands under a configured heading, or say why there is none."""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborNode

from ticker.errors import ParseError
from ticker.parse import heading as headings
from ticker.parse.blocks import FEWEST
from ticker.parse.clock import is_date
from ticker.parse.heading import Place
from ticker.parse.lists import Listing
from ticker.parse.tabs import pane_of
from ticker.parse.tags import TEXT, tag_ids
from ticker.parse.tree import Tree, is_within, look, rank
from ticker.text import display

_FURTHEST = 40  # texts between a heading and its list: tabs, buttons, a choice of sections
_MOST_PLACES = 500  # of a heading on one page
_LONGEST = 60  # characters of a heading
_OPTION_LONG, _OPTION_WORDS = 24, 3  # letters and words of a tab, or a button: more is a text
_MOST_DATES = 2  # lines of today's date between a heading and its list
_MOST_TRIES = 12  # lists read to find one that is under the heading
_PATH = frozenset("›»>/→‹«|·")  # what parts the steps of a path
_MENU_LEVELS = 8  # elements above a heading that may be a menu
_FURTHEST_PICTURE = 6  # texts between a picture that is a heading and the first time: it stands right above
_MOST_NEAR = 3  # lists after one place of a heading that are looked at
_TABS = 20  # places of a heading that are looked at as tabs

_BOLD = tag_ids("b", "strong", "em", "u", "font")
_NAV = tag_ids("nav")
_ARTICLE = tag_ids("article")
_OPTION = tag_ids("option")
_ROWS = tag_ids("ul", "ol", "dl", "table")
_LIST = tag_ids("ul", "ol", "dl", "table", "div", "section", "marquee", "aside", "article")


@dataclass(frozen=True)
class Candidate:
    """A list that could be the one; it is read only when looked at."""

    place: int  # of its first time, in the texts of the page
    read: Callable[[], Listing | None]


@dataclass(frozen=True)
class Found:
    """What was found on a page: all its texts; when asked for, the places of all times among them, and all lists."""

    texts: Sequence[str]
    look: Callable[[], tuple[Sequence[int], Sequence[Candidate], bool]]
    tree: Tree | None = None  # None for plain text

    @cached_property
    def _looked(self) -> tuple[Sequence[int], Sequence[Candidate], bool]:
        return self.look()

    @property
    def stamps(self) -> Sequence[int]:
        """The places of all times in `texts`."""
        return self._looked[0]

    @property
    def in_pieces(self) -> bool:
        """Whether a time stands in several texts."""
        return self._looked[2]

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All lists, in page order."""
        return self._looked[1]


def under(found: Found, heading: str) -> Listing:
    """The list that starts nearest after any place of *heading*, which may stand between.

    Raises:
        ParseError: `heading-absent`, `block-absent` or `block-empty`; there is no guessing.
    """
    whole, begun = headings.places(found.texts, heading)
    empty_pane = False
    for places in (whole, begun):
        nearest = _nearest(found, _outside_menus(found, places[:_MOST_PLACES])) if places and not empty_pane else None
        if nearest is not None:
            return nearest
        empty_pane = empty_pane or _names_a_pane(found, places)
    shown = headings.pictures(found.tree, heading) if found.tree is not None and not empty_pane else []
    if not whole and not begun and not shown:
        raise ParseError("heading-absent", f"the page does not hold the heading “{heading}”")
    texts = _outside_menus(found, whole[:_MOST_PLACES])
    nearest = _nearest(found, shown[:_MOST_PLACES], [place.start for place in texts]) if shown else None
    if nearest is not None:
        return nearest
    places = (whole or begun or shown)[-_MOST_PLACES:]
    stamps = frozenset(found.stamps)
    rows = max(_stamps_after(found, stamps, place) for place in places)
    if rows:
        raise ParseError("block-empty", f"under the heading “{heading}” stand only {rows} rows, too few for a list")
    other = next((text for place in places if (text := _other(found, place)) is not None), None)
    if other is not None:
        detail = f"the list below the heading “{heading}” stands under another one, “{other}”"
        raise ParseError("block-absent", detail)
    if any(_hollow(found, place) for place in places):
        raise ParseError("block-empty", f"the list under the heading “{heading}” is empty")
    raise ParseError("block-absent", f"the heading “{heading}” is there, but no list with times stands under it")


def _nearest(found: Found, places: Sequence[Place], others: Sequence[int] = ()) -> Listing | None:
    """The nearest list of any of *places*, each up to the next one, or to one of *others*, where better ones start."""
    tries = []
    starts = sorted([*(place.start for place in places), *others])
    panes, named = _panes(found, places)
    for order, (place, pane) in enumerate(panes):
        near = _in_pane(found, place, pane) if pane is not None else _own(found, place, _next_start(starts, place))
        doubt = _doubt(found, place, pane, named=named)
        tries += [
            (doubt, one.place - place.end, order, at, place, pane, one) for at, one in enumerate(near[:_MOST_NEAR])
        ]
    for *_, place, pane, one in sorted(tries, key=lambda each: each[:4])[:_MOST_TRIES]:
        listing = one.read()
        if listing is not None and (pane is not None or _belongs(found, place, max(place.end, listing.start))):
            return listing
    return None


def _doubt(found: Found, place: Place, pane: LexborNode | None, *, named: bool) -> int:
    """How unsure it is that a list is meant: of a tab that names its pane 0, of a heading marked as such 1; most 3."""
    if pane is not None and named:
        return 0
    if found.tree is None or rank(_node(found.tree, place)) is not None:
        return 1
    return 2 if pane is not None else 3


def _names_a_pane(found: Found, places: Sequence[Place]) -> bool:
    """Whether the heading is a tab that says which pane it shows."""
    tree = found.tree
    return tree is not None and any(pane_of(tree, _node(tree, place))[1] for place in places[:_TABS])


def _panes(found: Found, places: Sequence[Place]) -> tuple[list[tuple[Place, LexborNode | None]], bool]:
    """*places*, each with its pane if it is a tab; and whether one names its pane.

    Only such as do, where one does: its pane may be empty for now.
    """
    tree = found.tree
    if tree is None:
        return [(place, None) for place in places], False
    tabs = [(place, *pane_of(tree, _node(tree, place))) for place in places[:_TABS]]
    named = [(place, pane) for place, pane, said in tabs if said]
    every = [*((place, pane) for place, pane, _ in tabs), *((place, None) for place in places[_TABS:])]
    return named or every, bool(named)


def _outside_menus(found: Found, places: Sequence[Place]) -> Sequence[Place]:
    """*places*; where some stand in a menu and others do not, only the others."""
    tree = found.tree
    if tree is None or len(places) < 2:
        return places
    return [place for place in places if not _in_menu(_node(tree, place))] or places


def _in_menu(node: LexborNode) -> bool:
    """Whether a text stands in a menu, or in the path that leads to a page: "Home › News"."""
    at = node.parent
    before = at.prev if at is not None else None
    if before is not None and before.tag_id == TEXT and (before.text_content or "").strip() in _PATH:
        return True
    for _ in range(_MENU_LEVELS):
        if at is None:
            return False
        names = at.attributes
        if at.tag_id in _NAV or names.get("role") == "navigation" or "breadcrumb" in (names.get("class") or "").lower():
            return True
        at = at.parent
    return False


def _own(found: Found, place: Place, until: int) -> list[Candidate]:
    """The lists after *place*; none where its own is there, and empty."""
    return [] if _hollow(found, place, _ROWS) else _after(found, place, until)


def _next_start(starts: Sequence[int], place: Place) -> int:
    """Where the heading stands next after *place*: what follows that is nearer to it."""
    at = bisect_right(starts, place.start)
    return starts[at] if at < len(starts) else sys.maxsize


def _after(found: Found, place: Place, until: int = sys.maxsize) -> list[Candidate]:
    """The lists that begin closely after *place*, and before *until*."""
    first = bisect_left(found.candidates, place.end, key=lambda one: one.place)
    near = islice(found.candidates, first, first + _MOST_NEAR)
    furthest = 3 * _FURTHEST if place.picture is None else _FURTHEST_PICTURE
    return [one for one in near if one.place - place.end <= furthest and one.place < until]


def _in_pane(found: Found, place: Place, pane: LexborNode) -> list[Candidate]:
    """The lists in the pane of the tab at *place*, which is nobody else's."""
    if found.tree is None:
        return []
    return [
        one
        for one in found.candidates
        if one.place >= place.end and any(at.mem_id == pane.mem_id for at in _way(found.tree.nodes[one.place]))
    ]


def _belongs(found: Found, place: Place, start: int) -> bool:
    """Whether the list that begins at *start* is under the heading: close after it, and under no other."""
    if _caption(found, place, start) is not None or _marked_above(found, place, start):
        return False
    if found.tree is None:
        return start - place.end <= _FURTHEST
    between = range(place.end, min(start, place.end + 4 * _FURTHEST))
    options = sum(_of(found.tree.nodes[at].parent, _OPTION) for at in between)
    return start - place.end - options <= _FURTHEST and not _divided(found.tree, place, start)


def _caption(found: Found, place: Place, start: int) -> int | None:
    """Where the list has a heading of its own right above it, if text, not only tabs, parts that from ours."""
    above = start - 1
    while above >= place.end and above > start - _MOST_DATES - 1 and is_date(found.texts[above]):
        above -= 1
    between = found.texts[place.end : above]
    if not any(len(text) > _OPTION_LONG or len(text.split()) > _OPTION_WORDS for text in between):
        return None
    if not may_head(found, above) or is_date(found.texts[above]):
        return None
    if found.tree is None:
        return above
    its, ours = rank(found.tree.nodes[above]), rank(_node(found.tree, place))
    if its is not None and ours is not None and its > ours:
        return None  # a part of what ours is above
    return above if _heads(found.tree.nodes[above], found.tree.nodes[start]) else None


def _marked_above(found: Found, place: Place, start: int) -> bool:
    """Whether another text right above the list is its heading: marked as one, h1 to h6, or dressed as ours is."""
    tree, above = found.tree, start - 1
    while above >= place.end and is_date(found.texts[above]):
        above -= 1
    if tree is None or above < place.end:
        return False
    text, ours = tree.nodes[above], _node(tree, place)
    marked = rank(text) is not None or _dressed_as(text, ours)
    return marked and may_head(found, above) and _heads(text, tree.nodes[start])


def _dressed_as(text: LexborNode, ours: LexborNode) -> bool:
    """Whether *text* stands in an element like that of our heading, and in another one above: no line below ours."""
    its, model = text.parent, ours.parent
    if its is None or model is None or its.parent is None or model.parent is None:
        return False
    same = its.tag_id == model.tag_id and its.attributes.get("class") == model.attributes.get("class")
    return same and its.parent.mem_id != model.parent.mem_id


def _other(found: Found, place: Place) -> str | None:
    """The heading nearer to the list that follows *place*, where it is that which hides the list."""
    listing = next(iter(_after(found, place)), None)
    made = listing.read() if listing is not None else None
    above = _caption(found, place, max(place.end, made.start)) if made is not None else None
    return display(found.texts[above]) if above is not None else None


def may_head(found: Found, place: int) -> bool:
    """Whether the text at *place* is short, has letters, and is no time."""
    text = found.texts[place]
    return len(text) <= _LONGEST and any(map(str.isalpha, text)) and place not in found.stamps


def _heads(text: LexborNode, row: LexborNode) -> bool:
    """Whether *text* is all there is in an element, and what stands next to that holds *row*."""
    ours, rows = _way(text), _way(row)
    met = _shared(ours, rows)
    if met in (len(ours), len(rows)) or not _neighbours(ours[met], rows[met]):
        return False
    return (ours[met].text() or "").strip() == (text.text_content or "").strip()


def _divided(tree: Tree, place: Place, start: int) -> bool:
    """Whether another heading stands between, closer to the list than ours in the tree.

    Tabs stand all together above their panes, as near to the list as ours, and do not divide.
    """
    ours, rows = _way(_node(tree, place)), _way(tree.nodes[start])
    met = _shared(ours, rows)
    if met < min(len(ours), len(rows)) and _has_own(tree, place, ours[met], rows[met], start):
        return True
    left = next((at for at in ours[met:] if at.tag_id in _ARTICLE), None)  # a story that ends before the list
    for at in range(place.end, start):
        node = tree.nodes[at]
        after_story = left is not None and rank(node) is not None and not is_within(node, left.mem_id)
        if not (after_story or _alike(node, _node(tree, place))) or is_date(tree.texts[at]):
            continue
        if after_story:
            return True
        way = _way(node)
        other = _shared(way, rows)
        if other > met:
            return True
        if other == met == _shared(ours, way) and not _neighbours(ours[met], way[met]):
            return True
    return False


def _has_own(tree: Tree, place: Place, ours: LexborNode, other: LexborNode, start: int) -> bool:
    """Whether the list stands in a section just like *ours*, which has a place for one, below a heading of its own."""
    if ours.tag_id != other.tag_id or ours.attributes.get("class") != other.attributes.get("class"):
        return False
    above = start - 1
    while above > 0 and is_date(tree.texts[above]):
        above -= 1
    title = _way(tree.nodes[place.start] if place.picture is None else place.picture)
    holds = any(child.tag_id in _LIST and all(at.mem_id != child.mem_id for at in title) for child in ours.iter())
    return above > 0 and is_within(tree.nodes[above], other.mem_id) and holds


def _node(tree: Tree, place: Place) -> LexborNode:
    """What shows the heading: a text, or a picture."""
    return place.picture if place.picture is not None else tree.nodes[place.start]


def _alike(node: LexborNode, ours: LexborNode) -> bool:
    """Whether a text stands in a heading of our rank or above, or in an element just like that of our heading."""
    level = rank(node)
    if level is not None and level <= (rank(ours) or 6):
        return True
    above, model = node.parent, ours.parent
    if above is None or model is None or above.tag_id != model.tag_id:
        return False
    its, wanted = look(node), look(ours)
    if any(wanted[1::2]):  # the classes
        return its == wanted
    return its == wanted and model.tag_id in _BOLD and _alone(node) and _alone(ours)


def _alone(text: LexborNode) -> bool:
    """Whether *text* is all there is in the element above the one that it stands in: a line in bold letters."""
    line = text.parent.parent if text.parent is not None else None
    return line is not None and (line.text() or "").strip() == (text.text_content or "").strip()


def _way(node: LexborNode) -> list[LexborNode]:
    """*node* and all above it, the root first."""
    way = []
    at: LexborNode | None = node
    while at is not None:
        way.append(at)
        at = at.parent
    return way[::-1]


def _shared(one: list[LexborNode], other: list[LexborNode]) -> int:
    """How many elements two ways share from the root."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine.mem_id != theirs.mem_id:
            break
        count += 1
    return count


def _neighbours(one: LexborNode, other: LexborNode) -> bool:
    """Whether no element stands between two siblings."""
    at = one.next
    while at is not None and not at.is_element_node:
        at = at.next
    return at is not None and at.mem_id == other.mem_id


def _of(node: LexborNode | None, tags: frozenset[int]) -> bool:
    return node is not None and node.tag_id in tags


def _stamps_after(found: Found, stamps: frozenset[int], place: Place) -> int:
    """How many times, if fewer than a list has, follow the heading closely and before the next one."""
    tree, count = found.tree, 0
    for at in range(place.end, min(place.end + 4 * FEWEST, len(found.texts))):
        if tree is not None and _alike(tree.nodes[at], _node(tree, place)) and at > place.end:
            break
        count += at in stamps
    return count if count < FEWEST else 0


def _hollow(found: Found, place: Place, tags: frozenset[int] = _LIST) -> bool:
    """Whether an element without any text stands right after the heading, where the list should be."""
    if found.tree is None:
        return False
    at: LexborNode | None = found.tree.nodes[place.end - 1] if place.picture is None else place.picture
    for _ in range(3):  # the heading's text, its element, a frame around it
        after = at.next if at is not None else None
        while after is not None and not after.is_element_node:
            after = after.next
        if after is not None and after.tag_id in tags:
            return not (after.text() or "").strip()
        at = at.parent if at is not None else None
    return False
