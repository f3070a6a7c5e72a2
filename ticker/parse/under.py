"""Choose the list that stands under a configured heading, or say why there is none."""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import islice

from selectolax.lexbor import LexborNode

from ticker.errors import ParseError
from ticker.parse import heading as headings
from ticker.parse.belongs import FURTHEST, LISTS, alike, belongs, caption
from ticker.parse.blocks import FEWEST
from ticker.parse.found import Candidate, Found
from ticker.parse.heading import Place, shown
from ticker.parse.lists import Listing
from ticker.parse.tabs import pane_of
from ticker.parse.tags import TEXT, tag_ids
from ticker.parse.tree import is_within, rank
from ticker.text import display

_MOST_PLACES = 500  # of a heading on one page
_MOST_TRIES = 12  # lists read to find one that is under the heading
_PATH = frozenset("›»>/→‹«|·")  # what parts the steps of a path
_MENU_LEVELS = 8  # elements above a heading that may be a menu
_FURTHEST_PICTURE = 6  # texts between a picture that is a heading and the first time: it stands right above
_MOST_NEAR = 3  # lists after one place of a heading that are looked at
_TABS = 20  # places of a heading that are looked at as tabs

_NAV = tag_ids("nav")
_ROWS = tag_ids("ul", "ol", "dl", "table")


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
    pictured = headings.pictures(found.tree, heading) if found.tree is not None and not empty_pane else []
    if not whole and not begun and not pictured:
        raise ParseError("heading-absent", f"the page does not hold the heading “{heading}”")
    texts = _outside_menus(found, whole[:_MOST_PLACES])
    nearest = _nearest(found, pictured[:_MOST_PLACES], [place.start for place in texts]) if pictured else None
    if nearest is not None:
        return nearest
    places = (whole or begun or pictured)[-_MOST_PLACES:]
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
        if listing is not None and (pane is not None or belongs(found, place, max(place.end, listing.start))):
            return listing
    return None


def _doubt(found: Found, place: Place, pane: LexborNode | None, *, named: bool) -> int:
    """How unsure it is that a list is meant: of a tab that names its pane 0, of a heading marked as such 1; most 3."""
    if pane is not None and named:
        return 0
    if found.tree is None or rank(shown(found.tree, place)) is not None:
        return 1
    return 2 if pane is not None else 3


def _names_a_pane(found: Found, places: Sequence[Place]) -> bool:
    """Whether the heading is a tab that says which pane it shows."""
    tree = found.tree
    return tree is not None and any(pane_of(tree, shown(tree, place))[1] for place in places[:_TABS])


def _panes(found: Found, places: Sequence[Place]) -> tuple[list[tuple[Place, LexborNode | None]], bool]:
    """*places*, each with its pane if it is a tab; and whether one names its pane.

    Only such as do, where one does: its pane may be empty for now.
    """
    tree = found.tree
    if tree is None:
        return [(place, None) for place in places], False
    tabs = [(place, *pane_of(tree, shown(tree, place))) for place in places[:_TABS]]
    named = [(place, pane) for place, pane, said in tabs if said]
    every = [*((place, pane) for place, pane, _ in tabs), *((place, None) for place in places[_TABS:])]
    return named or every, bool(named)


def _outside_menus(found: Found, places: Sequence[Place]) -> Sequence[Place]:
    """*places*; where some stand in a menu and others do not, only the others."""
    tree = found.tree
    if tree is None or len(places) < 2:
        return places
    return [place for place in places if not _in_menu(shown(tree, place))] or places


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
    furthest = 3 * FURTHEST if place.picture is None else _FURTHEST_PICTURE
    return [one for one in near if one.place - place.end <= furthest and one.place < until]


def _in_pane(found: Found, place: Place, pane: LexborNode) -> list[Candidate]:
    """The lists in the pane of the tab at *place*, which is nobody else's."""
    if found.tree is None:
        return []
    return [
        one
        for one in found.candidates
        if one.place >= place.end and is_within(found.tree.nodes[one.place], pane.mem_id)
    ]


def _other(found: Found, place: Place) -> str | None:
    """The heading nearer to the list that follows *place*, where it is that which hides the list."""
    listing = next(iter(_after(found, place)), None)
    made = listing.read() if listing is not None else None
    above = caption(found, place, max(place.end, made.start)) if made is not None else None
    return display(found.texts[above]) if above is not None else None


def _stamps_after(found: Found, stamps: frozenset[int], place: Place) -> int:
    """How many times, if fewer than a list has, follow the heading closely and before the next one."""
    tree, count = found.tree, 0
    for at in range(place.end, min(place.end + 4 * FEWEST, len(found.texts))):
        if tree is not None and alike(tree.nodes[at], shown(tree, place)) and at > place.end:
            break
        count += at in stamps
    return count if count < FEWEST else 0


def _hollow(found: Found, place: Place, tags: frozenset[int] = LISTS) -> bool:
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
