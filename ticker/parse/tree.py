"""The page as a tree and as its texts in document order, behind a guard against hostile nesting."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ticker.errors import ParseError
from ticker.model import Day
from ticker.parse.stated import fill_empty
from ticker.parse.tags import HEADINGS, RAW, TEXT

# The parser's cost grows with the square of the nesting, of <option> in one select, and of the attributes of one
# tag (1 MB of <div>: two minutes), and a thread cannot be killed: refuse such pages first.
MAX_DEPTH = 512  # elements in each other: where the browsers stop too
MAX_OPTIONS = 5_000
MAX_ATTRIBUTES = 512  # of one tag
MAX_TAGS = 100_000  # 30 MB as a tree, and a second; of 56 real pages the largest has 10,645
_LOOK_LEVELS = 3  # elements above a text that tell how it looks
_ROW_DEPTH = 30  # levels of a row
_ASIDE = 3  # texts outside an element after which no more of it is expected
_LONG_TAG = 2_048  # characters: shorter tags are not worth counting
_FEW_TAGS = 12_000  # "<" on a page: so few, nested as deep as can be, take the parser 0.3 s

_EMPTY_TIME = re.compile(r"<time\b[^>]*>\s*</time", re.IGNORECASE)
_SEAM = "<!-- -->"  # what frameworks write between the parts of one text: "14<!-- -->:<!-- -->54"

_TAG = re.compile(rb"<(/?[a-zA-Z][^\s/>]*)")
_TAG_BODY = re.compile(rb"[^\"'>]*(?:\"[^\"]*\"[^\"'>]*|'[^']*'[^\"'>]*)*")
_OPTION = re.compile(b"<option", re.IGNORECASE)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
# Never open for long: void, or closed by the next of their kind. Their nesting always needs an element that counts.
_LEVEL = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot"
    b" option optgroup rp rt html head body script style title".split()
)
# Closed alone: what stands open inside them stays open (WHATWG, adoption agency).
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())


Look = tuple[int | str | None, ...]  # of a text: tags and classes of what it stands in
POINTERS = ("href", "aria-controls", "data-target", "data-bs-target", "data-tab", "data-href")


def points_at(attributes: Mapping[str, str | None]) -> str | None:
    """The id that an element with these attributes names as what it shows, if it does."""
    for name in POINTERS:
        value = (attributes.get(name) or "").strip() if name in attributes else ""
        if value and (name != "href" or value[0] == "#") and value != "#":
            return value.removeprefix("#")
    return None


def is_within(node: LexborNode, mem: int) -> bool:
    """Whether *node* is the element, or text, *mem*, or stands in it."""
    at: LexborNode | None = node
    for _ in range(_ROW_DEPTH):
        if at is None:
            return False
        if at.mem_id == mem:
            return True
        at = at.parent
    return False


def rank(node: LexborNode) -> int | None:
    """1 to 6 for a text, or a picture, in an h1 to h6."""
    above = node.parent
    for _ in range(_LOOK_LEVELS):
        if above is None:
            return None
        if above.tag_id in HEADINGS:
            return int(above.tag[1]) if above.tag is not None else None
        above = above.parent
    return None


def look(node: LexborNode) -> Look:
    """The tags and classes of the elements right above a text, up to the first that has a class."""
    seen: list[int | str | None] = []
    at = node.parent
    for _ in range(_LOOK_LEVELS):
        if at is None or (seen and seen[-1]):
            break
        seen += [at.tag_id, at.attributes.get("class")]
        at = at.parent
    return tuple(seen)


@dataclass
class Tree:
    """A parsed page. `texts` and `nodes` run in step: every text that is not blank, in document order.

    Texts are in one line and stripped; the nodes still have the space that parts words.
    """

    parser: LexborHTMLParser
    texts: list[str] = field(default_factory=list)
    nodes: list[LexborNode] = field(default_factory=list)
    days: dict[int, Day] = field(default_factory=dict)  # by place: texts that say a day and no clock

    @cached_property
    def index(self) -> dict[int, int]:
        """Where a text node stands in `texts`, by its `mem_id`."""
        return {node.mem_id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def by_id(self) -> dict[str, LexborNode]:
        """The first element of each id."""
        found: dict[str, LexborNode] = {}
        for node in self.parser.css("[id]"):
            found.setdefault((node.attributes.get("id") or "").strip(), node)
        return found

    @cached_property
    def labelled(self) -> dict[str, LexborNode]:
        """The first element that names each id as its label."""
        found: dict[str, LexborNode] = {}
        for node in self.parser.css("[aria-labelledby]"):
            found.setdefault((node.attributes.get("aria-labelledby") or "").strip(), node)
        return found

    @cached_property
    def pointed_at(self) -> frozenset[str]:
        """The ids that labels of the page point at: of tabs, and of what is shown on a click."""
        labels = self.parser.css(", ".join(f"[{name}]" for name in POINTERS[1:]) + ', a[href^="#"]')
        return frozenset(pane for label in labels if (pane := points_at(label.attributes)) is not None)

    def begin(self, node: LexborNode, place: int) -> int:
        """The first place in `texts` that is within *node*, going up from *place*, which may be within or after it."""
        mem, first = node.mem_id, place
        while place >= 0 and (place + _ASIDE > first):
            if is_within(self.nodes[place], mem):
                first = place
            place -= 1
        return first

    def texts_after(self, elements: Sequence[LexborNode]) -> list[tuple[LexborNode, int]]:
        """Each of *elements* with the place in `texts` of the first text that begins after it, if there is one."""
        waiting, index, found = {node.mem_id: node for node in elements}, self.index, list[tuple[LexborNode, int]]()
        root = self.parser.root
        place = 0
        for node in root.traverse(include_text=True, skip_empty=True) if root is not None else ():
            if node.tag_id == TEXT:
                place = index.get(node.mem_id, place - 1) + 1
            elif node.mem_id in waiting:
                found.append((waiting[node.mem_id], place))
        return [(node, place) for node, place in found if place < len(self.texts)]


def may_be_mended(html: str) -> bool:
    """Whether there is anything in a page for `grow` to mend."""
    return _SEAM in html or _EMPTY_TIME.search(html) is not None


def grow(html: str, utf8: bytes | None = None, *, mended: bool = False) -> Tree:
    """Parse *html*; scripts, styles and the page's title are no text.

    Args:
        utf8: the same in bytes, where they are at hand.
        mended: with texts in one that comments part, and the time in each empty <time datetime>. These passes over
            the page cost as much as all else, and few pages need them.

    Raises:
        ParseError: `block-absent`, where parsing would take the machine down.
    """
    if mended:
        html, utf8 = html.replace(_SEAM, ""), None
    page = utf8 if utf8 is not None else html.encode("utf-8", "replace")
    guard(page)
    tree = Tree(LexborHTMLParser(page))
    if mended:
        fill_empty(tree.parser)
    root = tree.parser.root
    if root is None:
        return tree
    texts, nodes, element = tree.texts, tree.nodes, root
    for node in (tree.parser.body or root).traverse(include_text=True, skip_empty=True):
        if node.tag_id != TEXT:
            element = node
        elif element.tag_id not in RAW or not is_within(node, element.mem_id):
            text = (node.text_content or "").strip()
            if text:  # a no-break space is not empty to the parser
                texts.append(" ".join(text.split()) if "\n" in text else text)
                nodes.append(node)
    return tree


def guard(page: bytes) -> None:
    """Refuse what the parser would need minutes for. Pages of few tags cannot be that, however they nest them.

    Raises:
        ParseError: `block-absent`.
    """
    _refuse_long_tags(page)
    tags = page.count(b"<")
    if tags > MAX_TAGS:
        raise ParseError("block-absent", f"the page has more than {MAX_TAGS:,} tags: not read")
    if tags > _FEW_TAGS or (tags > MAX_OPTIONS and len(_OPTION.findall(page)) > MAX_OPTIONS):
        _refuse_depth(page)


def _refuse_long_tags(page: bytes) -> None:
    """Look at the stretches without any tag: a script, a long text, or a tag with very many attributes."""
    seen = 0
    for at in range(0, len(page), _LONG_TAG):
        if at >= seen and page.find(b"<", at, at + _LONG_TAG) < 0:
            start, end = page.rfind(b"<", 0, at) + 1, page.find(b"<", at)
            seen = end if end >= 0 else len(page)
            if start and page[start : start + 1].isalpha():
                tag = _TAG_BODY.match(page, start, seen)
                if tag is not None and len(_QUOTED.sub(b"", tag.group()).split()) > MAX_ATTRIBUTES:
                    detail = f"the page has a tag with more than {MAX_ATTRIBUTES} attributes: not read"
                    raise ParseError("block-absent", detail)


def _refuse_depth(page: bytes) -> None:
    """One pass over the tags, as a browser would nest them."""
    options, stack, counted = 0, list[bytes](), dict[bytes, int]()
    for tag in _TAG.findall(page):
        if tag.startswith(b"/"):
            if stack and stack[-1] == tag[1:]:
                counted[stack.pop()] -= 1
            else:
                _close(tag[1:].lower(), stack, counted)
            continue
        name = tag if tag in counted else tag.lower()
        if name in _LEVEL:
            options += name == b"option"
            continue
        stack.append(name)
        counted[name] = counted.get(name, 0) + 1
        if len(stack) > MAX_DEPTH:
            raise too_deep()
    if options > MAX_OPTIONS:
        raise ParseError("block-absent", f"the page has more than {MAX_OPTIONS:,} <option>: not read")


def too_deep() -> ParseError:
    """What is said of a page that nests its elements beyond reason."""
    return ParseError("block-absent", f"the page nests elements deeper than {MAX_DEPTH}: not read")


def _close(name: bytes, stack: list[bytes], counted: dict[bytes, int]) -> None:
    """Take *name* off the stack: alone when it is formatting, else with all that stands open in it."""
    if not counted.get(name):
        return
    if name in _FORMATTING:
        place = len(stack) - 1 - stack[::-1].index(name)
        del stack[place]
        counted[name] -= 1
        return
    while stack:
        if stack[-1] == b"table" and name != b"table":
            return  # nothing closes across the edge of a table
        last = stack.pop()
        counted[last] -= 1
        if last == name:
            return
