"""Say which texts in and between the rows of a list were taken for neither time nor headline: for a person."""

from collections import Counter
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from ticker.parse.inspection import LeftOut
from ticker.parse.lists import Listing
from ticker.parse.tree import Tree
from ticker.text import display, key

MOST = 200  # texts that are told
_MOST_TEXTS = 1_500  # of a page, from the first row on, that are looked at
_AROUND = 8  # characters that may stand around a time in its text
_AFTER = 2  # texts after the last headline that may be its time


def left_out(page: Sequence[str], listing: Listing, tree: Tree | None = None) -> tuple[LeftOut, ...]:
    """What stands among the rows of *listing* and is no part of them, in page order.

    Args:
        page: all texts of the page.
        tree: None for plain text, where no text is known to stand in one row with another.
    """
    start = listing.start
    texts = [display(text) for text in page[start : start + _MOST_TEXTS]]
    keys, titles = list(map(key, texts)), {key(line.title) for line in listing.headlines}
    printed = list({line.printed for line in listing.headlines if line.printed})
    first = {title: at for at, title in reversed(list(enumerate(keys))) if title in titles}
    end = _end(texts, max(first.values(), default=-1) + 1, printed)
    in_row = _in_rows(tree, range(start, start + end), [start + at for at in first.values()])
    parts = "\n".join(titles)  # a headline may be split over several texts
    rest = [
        at
        for at in range(end)
        if not _is_time(texts[at], printed) and (first[keys[at]] != at if keys[at] in titles else keys[at] not in parts)
    ]
    count = Counter(keys[at] for at in rest)
    return tuple(LeftOut(texts[at], _why(keys[at] in titles, count[keys[at]], in_row[at])) for at in rest[:MOST])


def _end(texts: Sequence[str], end: int, printed: Sequence[str]) -> int:
    """Where the rows end that have their last headline before *end*: its time may follow."""
    return next((at + 1 for at in range(end, min(end + _AFTER, len(texts))) if _is_time(texts[at], printed)), end)


def _is_time(text: str, printed: Sequence[str]) -> bool:
    """Whether *text* is a time that was taken, with brackets or a word about it."""
    return any(time in text and len(text) <= len(time) + _AROUND for time in printed)


def _why(copy: bool, count: int, in_row: bool) -> str:
    if copy:
        return "the headline once more"
    if count > 1:
        return "the same in several rows, so a label"
    return "beside the headline of its row" if in_row else "no time stands with it"


def _in_rows(tree: Tree | None, places: Sequence[int], titles: Sequence[int]) -> list[bool]:
    """Of each text whether a headline stands in the same row; in plain text none does."""
    if tree is None or len(titles) < 2:
        return [False] * len(places)
    ways = {place: _way(tree.nodes[place]) for place in places}
    shared = zip(ways[min(titles)], ways[max(titles)], strict=False)
    depth = next((depth for depth, (one, other) in enumerate(shared) if one != other), 0)
    held = {ways[place][depth] for place in titles if len(ways[place]) > depth}
    return [len(ways[place]) > depth and ways[place][depth] in held for place in places]


def _way(node: LexborNode) -> list[int]:
    """*node* and all above it by `mem_id`, the root first."""
    way = []
    at: LexborNode | None = node
    while at is not None:
        way.append(at.mem_id)
        at = at.parent
    return way[::-1]
