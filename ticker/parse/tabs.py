"""Tell which pane belongs to a tab: labels stand all together above the panes, of which only one is shown."""

from collections.abc import Sequence
from itertools import islice

from selectolax.lexbor import LexborNode

from ticker.parse.tags import TEXT, tag_ids
from ticker.parse.tree import Tree, points_at

_PANES = tag_ids("div", "section", "article", "aside", "ul", "ol", "dl", "table", "main")
_BUTTONS = tag_ids("a", "button", "li", "label")
_LEVELS = 3  # elements above a label's text that may be the tab itself
_LONGEST = 40  # characters of a label
_MOST = 12  # tabs side by side


def pane_of(tree: Tree, label: LexborNode) -> tuple[LexborNode | None, bool]:
    """The pane that the tab shows in which the text *label* stands, and whether the tab itself says so.

    None where it is no tab, as far as can be told.
    """
    said = _pointed_at(tree, label)
    return (said, True) if said is not None else (_by_turn(label), False)


def is_pane(tree: Tree, node: LexborNode) -> bool:
    """Whether *node* is shown and hidden as one of several: it is hidden now, or a label points at it."""
    names = node.attributes
    if "hidden" in names or names.get("role") == "tabpanel" or names.get("aria-hidden") == "true":
        return True
    style = (names.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or (names.get("id") or "") in tree.pointed_at


def _pointed_at(tree: Tree, label: LexborNode) -> LexborNode | None:
    at = label.parent
    for _ in range(_LEVELS):
        if at is None:
            return None
        names = at.attributes
        name = points_at(names) if names else None
        is_tab = name is None and "id" in names and (at.tag_id in _BUTTONS or names.get("role") == "tab")
        own = (names["id"] or "").strip() if is_tab else ""
        pane = tree.by_id.get(name) if name is not None else tree.labelled.get(own) if own else None
        if pane is not None:
            return pane if pane.tag_id in _PANES else None
        at = at.parent
    return None


def _by_turn(label: LexborNode) -> LexborNode | None:
    """The pane whose turn among its likes is that of the tab among the tabs, where there are as many."""
    at = label.parent
    for _ in range(_LEVELS):
        above = at.parent if at is not None else None
        if at is None or above is None:
            return None
        tabs = _elements(above)
        if 1 < len(tabs) <= _MOST and all(map(_is_label, tabs)) and not _has_words(above):
            panes = _panes(above, len(tabs))
            turn = next(turn for turn, tab in enumerate(tabs) if tab.mem_id == at.mem_id)
            return panes[turn] if panes else None
        if len(tabs) > 1:
            return None
        at = above
    return None


def _panes(bar: LexborNode, count: int) -> Sequence[LexborNode]:
    """As many like elements that follow the tabs, or stand in the element that does."""
    after = list[LexborNode]()
    at = bar.next
    while at is not None and len(after) <= count:
        if at.is_element_node:
            after.append(at)
        at = at.next
    for panes in (after, _elements(after[0]) if after else []):
        if len(panes) == count and alike(panes):
            return panes
    return []


def alike(nodes: Sequence[LexborNode]) -> bool:
    """Whether elements have one tag, and share a class if any of them has one."""
    names = [frozenset((node.attributes.get("class") or "").split()) for node in nodes]
    return len({node.tag_id for node in nodes}) == 1 and (bool(frozenset.intersection(*names)) or not any(names))


def _has_words(node: LexborNode) -> bool:
    """Whether texts stand between the elements in *node*: a path, "Home › News", is no row of tabs."""
    return any((child.text_content or "").strip() for child in node.iter(include_text=True) if child.tag_id == TEXT)


def _is_label(node: LexborNode) -> bool:
    return 0 < len((node.text() or "").strip()) <= _LONGEST


def _elements(node: LexborNode) -> list[LexborNode]:
    """The elements in *node*; of more than can be tabs only the first."""
    elements = (child for child in node.iter(include_text=True) if child.tag_id != TEXT and child.is_element_node)
    return list(islice(elements, _MOST + 1))
