"""Say whether a list belongs to a heading: close after it, and under no other one, nearer or dressed alike."""

from selectolax.lexbor import LexborNode

from ticker.parse.clock import is_date
from ticker.parse.found import Found, may_head
from ticker.parse.heading import Place, shown
from ticker.parse.tags import tag_ids
from ticker.parse.tree import Tree, is_within, look, rank

FURTHEST = 40  # texts between a heading and its list: tabs, buttons, a choice of sections
_OPTION_LONG, _OPTION_WORDS = 24, 3  # letters and words of a tab, or a button: more is a text
_MOST_DATES = 2  # lines of today's date between a heading and its list

LISTS = tag_ids("ul", "ol", "dl", "table", "div", "section", "marquee", "aside", "article")
_BOLD = tag_ids("b", "strong", "em", "u", "font")
_ARTICLE = tag_ids("article")
_OPTION = tag_ids("option")


def belongs(found: Found, place: Place, start: int) -> bool:
    """Whether the list that begins at *start* is under the heading: close after it, and under no other."""
    if caption(found, place, start) is not None or _marked_above(found, place, start):
        return False
    if found.tree is None:
        return start - place.end <= FURTHEST
    between = range(place.end, min(start, place.end + 4 * FURTHEST))
    options = sum(_is_option(found.tree.nodes[at]) for at in between)
    return start - place.end - options <= FURTHEST and not _divided(found.tree, place, start)


def caption(found: Found, place: Place, start: int) -> int | None:
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
    its, ours = rank(found.tree.nodes[above]), rank(shown(found.tree, place))
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
    text, ours = tree.nodes[above], shown(tree, place)
    marked = rank(text) is not None or _dressed_as(text, ours)
    return marked and may_head(found, above) and _heads(text, tree.nodes[start])


def _dressed_as(text: LexborNode, ours: LexborNode) -> bool:
    """Whether *text* stands in an element like that of our heading, and in another one above: no line below ours."""
    its, model = text.parent, ours.parent
    if its is None or model is None or its.parent is None or model.parent is None:
        return False
    same = its.tag_id == model.tag_id and its.attributes.get("class") == model.attributes.get("class")
    return same and its.parent.mem_id != model.parent.mem_id


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
    ours, rows = _way(shown(tree, place)), _way(tree.nodes[start])
    met = _shared(ours, rows)
    if met < min(len(ours), len(rows)) and _has_own(tree, place, ours[met], rows[met], start):
        return True
    left = next((at for at in ours[met:] if at.tag_id in _ARTICLE), None)  # a story that ends before the list
    for at in range(place.end, start):
        node = tree.nodes[at]
        after_story = left is not None and rank(node) is not None and not is_within(node, left.mem_id)
        if not (after_story or alike(node, shown(tree, place))) or is_date(tree.texts[at]):
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
    holds = any(child.tag_id in LISTS and all(at.mem_id != child.mem_id for at in title) for child in ours.iter())
    return above > 0 and is_within(tree.nodes[above], other.mem_id) and holds


def alike(node: LexborNode, ours: LexborNode) -> bool:
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


def _is_option(text: LexborNode) -> bool:
    return text.parent is not None and text.parent.tag_id in _OPTION
