"""Find the timed list of a page by its shape and read its rows: Page -> list[Headline].

    tree ─▶ stamps ─▶ blocks ─▶ lists ─▶ choice: under (a heading) | news (a guess) | selected | linked (JSON-LD)
    texts   times     siblings  rows
            printed   with one  read,
                      time each see rows

`clock` knows a printed time when it sees one, `slots` which of those in a row is its own, `parts` a list that goes on
in the next element; `heading` finds words however they are spelled, `belongs` says whose a list is; `plain` does all
this for plain text.
"""

from collections.abc import Sequence

from ticker.errors import ParseError
from ticker.model import Block, Headline, Page, Selectors, Source
from ticker.parse.choice import lists_of, news, sought, unreadable
from ticker.parse.found import Found
from ticker.parse.inspection import Inspection, Refused
from ticker.parse.left import left_out
from ticker.parse.lists import Listing
from ticker.parse.near import near
from ticker.parse.news import objection
from ticker.parse.selected import check_selector
from ticker.parse.title import title_above

__all__ = ["Inspection", "check_selector", "inspect", "parse"]

_GUESS = "a guess: no heading was given"
_MOST_BLOCKS = 8  # that are shown, and named: to name one is a search of the page


def parse(page: Page, source: Source) -> list[Headline]:
    """The rows of the list that *source* points at, in page order; at least one, each with a title.

    Raises:
        ParseError: `heading-absent`, `block-absent`, `block-empty` or `times-unreadable`, with a
            sentence for the person who mends the configuration.
    """
    _, chosen = sought(page, source.heading, source.selectors)
    if isinstance(chosen, ParseError):
        raise chosen
    problem = unreadable(chosen[0])
    if problem is not None:
        raise problem
    return list(chosen[0].headlines)


def inspect(
    page: Page, *, heading: str | None = None, selectors: Selectors | None = None, detailed: bool = False
) -> Inspection:
    """Every list that could be meant: the one under *heading* or *selectors*, else all that are news, best first.

    Args:
        detailed: also what was passed over and why, for a person.
    """
    try:
        found, sure = sought(page, heading, selectors)
    except ParseError as problem:
        return Inspection((), problem.with_traceback(None))
    if isinstance(sure, ParseError):
        return _failed(found, sure, heading, detailed=detailed)
    chosen = sure[:_MOST_BLOCKS]
    how = "the configured selectors point at it" if selectors else "stands under the heading" if heading else _GUESS
    blocks = tuple(
        Block(heading or title_above(found, made), made.headlines, f"{made.where}; {how}") for made in chosen
    )
    if not detailed:
        return Inspection(blocks, unreadable(chosen[0]))
    every = lists_of(found)
    others = [made for made in news(found, every) if made not in chosen] if heading or selectors else []
    return Inspection(
        blocks,
        unreadable(chosen[0]),
        _blocks(found, others),
        _refused(found, [made for made in every if made not in chosen]),
        left_out(found.texts, chosen[0], found.tree),
    )


def _failed(found: Found, problem: ParseError, heading: str | None, *, detailed: bool) -> Inspection:
    if not detailed:
        return Inspection((), problem)
    every = lists_of(found)
    like = near(heading, found.texts) if heading and problem.cause == "heading-absent" else ()
    return Inspection((), problem, _blocks(found, news(found, every)), _refused(found, every), headings=like)


def _blocks(found: Found, made: Sequence[Listing]) -> tuple[Block, ...]:
    return tuple(Block(title_above(found, each), each.headlines, each.where) for each in made[:_MOST_BLOCKS])


def _refused(found: Found, every: Sequence[Listing]) -> tuple[Refused, ...]:
    why = {at: reason for at, made in enumerate(every) if (reason := objection(made)) is not None}
    told = dict(list(why.items())[:_MOST_BLOCKS])
    blocks = _blocks(found, [every[at] for at in told])
    return tuple(Refused(block, reason) for block, reason in zip(blocks, told.values(), strict=True))
