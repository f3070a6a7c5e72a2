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
# Formatting left open is opened anew in every later block (WHATWG, "reconstruct the active formatting elements"): 83 KB
# of <font a=1><font a=2>… and <p>x<p>x… make 6 million nodes, 2 GB. Of equal ones three at most, so equal ones do not
# count; nor <a> and <nobr>, which close the last of their kind. The attributes of each further <body> go to the first.
MAX_REOPENED = 200_000  # formatting open at a tag, summed over the tags: 80 MB; of 56 real pages the most is 261
_FEW_ROOTS = 8  # each with attributes of its own, as many as are allowed: 0.1 s
_EQUAL = 3  # of them stay open (WHATWG, "Noah's Ark clause")
_CLONES = 8  # elements that the end of a formatting element reaches over at most (WHATWG, adoption agency)
_COSTLY = re.compile(rb"<[bcefhistuBCEFHISTU](?:[\s/>]|(?i:ig|ody|ode|m|ont|tml|mall|trike|trong|t)[\s/>])")
_ATTRIBUTE = rb"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+))?+"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_WHOLE = re.compile(  # a comment, another thing that is no tag, or a tag: its end, its name, its attributes
    rb"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|[!?][^>]*+>?|/(?![a-zA-Z])[^>]*+>?"
    rb"|(/?)([a-zA-Z][^\s/>]*+)((?:[\s/]++|" + _ATTRIBUTE + rb")*+)>?)",
    re.DOTALL,
)
_ENDED = re.compile(rb"[^<]*+</([a-zA-Z]++)[\s/>]")
_REOPENED = frozenset(b"b big code em font i s small strike strong tt u".split())
_ROOTS = frozenset((b"body", b"html"))
_UNTIL_ITS_END = frozenset(b"iframe noembed noframes plaintext script style textarea title xmp".split())
# What stood open before one of these may not be closed by an end within.
_WALLS = frozenset(
    b"table td th caption select object applet marquee template mi mo mn ms mtext annotation-xml foreignobject desc"
    b" title".split()
)
_HARMLESS = frozenset(b"a br g img path span svg time use wbr".split())  # may stand in formatting in any number
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
    costly = _COSTLY.findall(page)
    if len(costly) * tags > MAX_REOPENED or sum(len(tag) == len("<body ") for tag in costly) > _FEW_ROOTS:
        _refuse_costly(page, tags)


def _refuse_costly(page: bytes, tags: int) -> None:
    """Look at the formatting, body and html tags of a page. Most pages have few that differ, and are done."""
    equal, open_at, attributes = dict[bytes, int](), list[int](), 0
    places = [found.start() for found in _COSTLY.finditer(page)]
    for at, following in zip(places, [*places[1:], len(page)], strict=True):
        tag = _WHOLE.match(page, at, following)  # never beyond the next: what does not end is not read again and again
        if tag is None:
            continue
        if tag[2].lower() in _ROOTS:
            attributes += len(_ATTRIBUTES.findall(tag[3]))
            continue
        ended = _ENDED.match(page, tag.end())
        cut = tag.end() == following
        if (cut or equal.get(tag[0], 0) < _EQUAL) and (cut or ended is None or ended[1].lower() != tag[2].lower()):
            equal[tag[0]] = equal.get(tag[0], 0) + 1
            open_at.append(at)
    if attributes > MAX_ATTRIBUTES:
        detail = f"the page has <body> and <html> tags with more than {MAX_ATTRIBUTES} attributes: not read"
        raise ParseError("block-absent", detail)
    if len(open_at) * tags > MAX_REOPENED and _if_none_closed(page, open_at) > MAX_REOPENED < _reopened(page):
        detail = f"the page leaves formatting open that would be opened anew more than {MAX_REOPENED:,} times: not read"
        raise ParseError("block-absent", detail)


def _if_none_closed(page: bytes, open_at: Sequence[int]) -> int:
    """How many tags come after each of these places, in sum."""
    after, total, end = 0, 0, len(page)
    for at in reversed(open_at):
        after += page.count(b"<", at, end)
        total, end = total + after, at
    return total


def _reopened(page: bytes) -> int:
    """The most nodes that open formatting can make, or more than allowed: how much is open, summed over the tags.

    In doubt an element stays open: an end may be text to the parser, or be ignored, and then it closes nothing here.
    """
    still = list[tuple[bytes, bytes, int]]()  # name, whole tag, how many elements came before it
    equal, wall, elements, total, at, raw, deaf = dict[bytes, int](), 0, 0, 0, 0, b"", False
    while (at := page.find(b"<", at)) >= 0:
        following = page.find(b"<", at + 1) if raw or deaf else -1  # what may be no tag is not read beyond the next
        tag = _WHOLE.match(page, at, following if following >= 0 else len(page))
        at += 1
        if tag is None:
            continue
        if tag[2] is None:
            if page.startswith(b"![CDATA[", at):
                deaf = True  # a comment here, text in a drawing: what ends it is not known
            if raw or deaf:
                wall = len(still)  # <!-- in a script may go on after its end
            else:
                at = tag.end()
            continue
        name, closes = tag[2].lower(), bool(tag[1])
        if not raw and not deaf:
            at = tag.end()
        total += len(still)
        if total > MAX_REOPENED:
            break
        if closes:
            if name == raw:
                raw = b""
            elif name in _REOPENED and not raw and not deaf:
                _close_formatting(name, still, equal, wall, elements)
        elif name in _REOPENED:
            if equal.get(tag[0], 0) < _EQUAL or tag.end() == following:
                equal[tag[0]] = equal.get(tag[0], 0) + 1
                still.append((name, tag[0], elements))
        else:
            elements += name not in _HARMLESS
            if name in _WALLS:
                wall = len(still)
            raw = raw or (name if name in _UNTIL_ITS_END else b"")
    return total


def _close_formatting(
    name: bytes, still: list[tuple[bytes, bytes, int]], equal: dict[bytes, int], wall: int, elements: int
) -> None:
    """Take the last *name* off, unless it stands before a wall or has too much within for its end to be sure."""
    for place in range(len(still) - 1, wall - 1, -1):
        if still[place][0] == name:
            if elements - still[place][2] < _CLONES:
                equal[still[place][1]] -= 1
                del still[place]
            return


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
