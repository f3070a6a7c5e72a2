"""Find the timed list of a page by its shape and read its rows: Page -> list[Headline].

    tree ─▶ blocks ─▶ lists ─▶ under (a heading) | news (none configured)
    texts   siblings  rows     the one asked for   the likeliest first
            with one  read,
            time each see rows

`clock` knows a printed time when it sees one, `slots` which of those in a row is the row's own; `heading` finds words
however they are spelled, `selected` reads what configured selectors point at, and `plain` does all this for plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from ticker.errors import ParseError
from ticker.model import Block, Headline, Page, Selectors, Source
from ticker.parse.blocks import groups
from ticker.parse.links import Links
from ticker.parse.lists import Listing, listing
from ticker.parse.news import newsness
from ticker.parse.plain import read_plain
from ticker.parse.selected import check_selector, selected
from ticker.parse.stamps import times
from ticker.parse.title import title_above
from ticker.parse.tree import Tree, grow
from ticker.parse.under import Candidate, Found, under

__all__ = ["Inspection", "check_selector", "inspect", "parse"]


_MOST_BLOCKS = 8  # that are shown, and named


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the extractor sees on a page.

    `blocks` are the lists it would take, best first; none when there is a `problem`, but for
    lists whose times cannot be read: those are shown, and `parse` refuses them.
    """

    blocks: tuple[Block, ...]
    problem: ParseError | None = None


def parse(page: Page, source: Source) -> list[Headline]:
    """The rows of the list that *source* points at, in page order; at least one, each with a title.

    Raises:
        ParseError: `heading-absent`, `block-absent`, `block-empty` or `times-unreadable`, with a
            sentence for the person who mends the configuration.
    """
    inspection = inspect(page, heading=source.heading, selectors=source.selectors)
    if inspection.problem is not None:
        raise inspection.problem
    return list(inspection.blocks[0].headlines)


def inspect(page: Page, *, heading: str | None = None, selectors: Selectors | None = None) -> Inspection:
    """Every list that could be meant: the one under *heading* or *selectors*, else all that are news."""
    try:
        if page.kind == "plain":
            return _choose(read_plain(page.text, page.url), heading)
        tree = grow(page.text, page.utf8)
        links = Links(page.url, tree.parser)
        if selectors is not None:
            return _one(selected(tree, selectors, links), heading, "the configured selectors point at it")
        return _choose(_found(tree, links), heading)
    except ParseError as problem:
        return Inspection((), problem)


def _found(tree: Tree, links: Links) -> Found:
    """What is on the page; times and lists are looked for when asked for: without the heading there is no need."""

    def look() -> tuple[list[int], list[Candidate]]:
        stamped = times(tree)
        candidates = [
            Candidate(group.place, cache(partial(listing, tree, group, links))) for group in groups(tree, stamped)
        ]
        return [timed.place for timed in stamped], candidates

    return Found(tree.texts, look, tree)


def _choose(found: Found, heading: str | None) -> Inspection:
    if heading is not None:
        return _one(under(found, heading), heading, "stands under the heading")
    listings = _largest([listing for one in found.candidates if (listing := one.read()) is not None])
    ranked = sorted(((newsness(found, listing), listing) for listing in listings), key=lambda pair: -pair[0])
    news = [(worth, listing) for worth, listing in ranked if worth > 0]
    if not news:
        return Inspection((), _nothing(found, listings))
    blocks = tuple(
        _block(title_above(found, listing), listing, f"a guess: {worth:.1f}") for worth, listing in news[:_MOST_BLOCKS]
    )
    return Inspection(blocks, None if news[0][1].readable else _unreadable(news[0][1]))


def _largest(listings: Sequence[Listing]) -> list[Listing]:
    """*listings* without those that are a part of another one."""
    rows = [frozenset((line.printed, line.title) for line in listing.headlines) for listing in listings]
    return [listing for listing, own in zip(listings, rows, strict=True) if not any(own < other for other in rows)]


def _one(listing: Listing, heading: str | None, reason: str) -> Inspection:
    return Inspection((_block(heading, listing, reason),), None if listing.readable else _unreadable(listing))


def _block(heading: str | None, listing: Listing, reason: str) -> Block:
    return Block(heading, listing.headlines, f"{listing.where}; {reason}")


def _unreadable(listing: Listing) -> ParseError:
    example = next((line.printed for line in listing.headlines if not line.readable), None)
    return ParseError("times-unreadable", f"the list is there, but its times cannot be read: “{example}”")


def _nothing(found: Found, listings: list[Listing]) -> ParseError:
    if listings:
        return ParseError("block-absent", "the lists with times on the page do not look like latest news")
    if found.stamps:
        return ParseError(
            "block-absent", f"the page holds {len(found.stamps)} times, but no list of rows with one each"
        )
    return ParseError("block-absent", "nothing on the page looks like a list with times")
