"""Choose the list that is asked for, or say why it is not there: by selectors, by heading, else as the best guess."""

from collections.abc import Sequence
from functools import cache, partial

from ticker.errors import ParseError
from ticker.model import Page, Selectors
from ticker.parse.blocks import groups
from ticker.parse.found import Candidate, Found
from ticker.parse.jsonld import scripts_of
from ticker.parse.linked import Linked, linked, may_hold
from ticker.parse.links import Links
from ticker.parse.lists import Listing, listing
from ticker.parse.news import newsness
from ticker.parse.plain import read_plain
from ticker.parse.selected import selected
from ticker.parse.stamps import times
from ticker.parse.tree import Tree, grow, may_be_mended
from ticker.parse.under import under


def see(page: Page, *, mended: bool = False) -> tuple[Found, Links]:
    """What is on the page, not yet understood.

    Args:
        mended: as of `tree.grow`; for a page in which nothing was found.

    Raises:
        ParseError: `block-absent`, for a page that would take the machine down.
    """
    if page.kind == "plain":
        return read_plain(page.text, page.url), Links(page.url)
    tree = grow(page.text, page.utf8, mended=mended)
    links = Links(page.url, tree.parser)
    return Found(tree.texts, partial(_look, tree, links), tree), links


def _look(tree: Tree, links: Links) -> tuple[list[int], list[Candidate], bool]:
    """The places of all times, and the lists; looked for when asked for: without the heading there is no need."""
    stamped = times(tree)
    candidates = [Candidate(one.place, cache(partial(listing, tree, one, links))) for one in groups(tree, stamped)]
    return [timed.place for timed in stamped], candidates, any(timed.also for timed in stamped)


def sought(page: Page, heading: str | None, selectors: Selectors | None) -> tuple[Found, list[Listing] | ParseError]:
    """What is on the page, and the lists that are asked for, or why there are none; looked for twice if need be.

    Raises:
        ParseError: as of `see`.
    """
    found, links = see(page)
    try:
        chosen = choose(found, links, heading, selectors)
        if not found.in_pieces or not may_be_mended(page.text):
            return found, chosen
    except ParseError as problem:
        if found.tree is None or problem.cause == "heading-absent" or not may_be_mended(page.text):
            return found, problem.with_traceback(None)  # a heading is found though comments part it
    found, links = see(page, mended=True)
    try:
        return found, choose(found, links, heading, selectors)
    except ParseError as problem:
        return found, problem.with_traceback(None)


def choose(found: Found, links: Links, heading: str | None, selectors: Selectors | None) -> list[Listing]:
    """The list that is asked for; where none is, all that are news, the surest first.

    Raises:
        ParseError: `heading-absent`, `block-absent`, `block-empty` or `times-unreadable`.
    """
    if selectors is not None and found.tree is not None:
        return [selected(found.tree, selectors, links)]
    if heading is not None:
        return [_headed(found, links, heading)]
    every = lists_of(found)
    chosen = news(found, every) or [one.listing for one in _in_scripts(found, links) if one.news]
    if not chosen:
        raise _nothing(found, every)
    return chosen


def lists_of(found: Found) -> list[Listing]:
    """Every list that can be read, in page order, but for those that are a part of another one."""
    every = [made for one in found.candidates if (made := one.read()) is not None]
    rows = [frozenset((line.printed, line.title) for line in made.headlines) for made in every]
    return [made for made, own in zip(every, rows, strict=True) if not any(own < other for other in rows)]


def news(found: Found, every: Sequence[Listing]) -> list[Listing]:
    """Those lists that may be latest news, the surest first."""
    worth = [(newsness(found, made), made) for made in every]
    return [made for value, made in sorted(worth, key=lambda pair: -pair[0]) if value > 0]


def _headed(found: Found, links: Links, heading: str) -> Listing:
    try:
        return under(found, heading)
    except ParseError:
        named = [one for one in _in_scripts(found, links, heading) if one.named(heading)]
        if named:
            return named[0].listing
        raise


def _in_scripts(found: Found, links: Links, heading: str = "") -> list[Linked]:
    """The lists in JSON-LD; only of scripts that may hold the words of *heading*, spelled or escaped."""
    if found.tree is None:
        return []
    word = next(iter(heading.split()), "").casefold()
    lists = (script for script in scripts_of(found.tree.parser) if may_hold(script))
    return linked((script for script in lists if "\\u" in script or word in script.casefold()), links)


def unreadable(made: Listing) -> ParseError | None:
    """What is wrong with a list whose times say nothing; None where most can be read."""
    if made.readable:
        return None
    example = next((line.printed for line in made.headlines if not line.readable), None)
    return ParseError("times-unreadable", f"the list is there, but its times cannot be read: “{example}”")


def _nothing(found: Found, every: Sequence[Listing]) -> ParseError:
    if every:
        return ParseError("block-absent", "the lists with times on the page do not look like latest news")
    if found.stamps:
        return ParseError(
            "block-absent", f"the page holds {len(found.stamps)} times, but no list of rows with one each"
        )
    return ParseError("block-absent", "nothing on the page looks like a list with times")
