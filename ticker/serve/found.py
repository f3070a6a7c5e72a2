"""Where the words of a search stand in a headline as it is printed. Pure.

The search compares folded texts, in which letters are dropped, joined and exchanged; each folded letter remembers here
which printed ones it came from.
"""

import re
import unicodedata
from collections.abc import Sequence

from ticker import text

_GROUPING = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # of 89,500: the fold drops it, in whole numbers only
Piece = tuple[str, bool]  # a part of the headline, and whether it was looked for


def pieces(title: str, terms: Sequence[str]) -> list[Piece]:
    """*title* in parts, in order, none empty; what was found is told from the rest.

    Args:
        terms: folded. One that the headline has only across letters that cannot be told apart is not marked.
    """
    if not terms:
        return [(title, False)] if title else []
    folded, origins = _traced(title)
    found = [False] * len(title)
    for term in terms:
        at = folded.find(term)
        while at >= 0:
            first, last = origins[at][0], origins[at + len(term) - 1][1]
            found[first:last] = [True] * (last - first)
            at = folded.find(term, at + len(term))
    return _parts(title, found)


def _parts(title: str, found: Sequence[bool]) -> list[Piece]:
    edges = [at for at in range(1, len(title)) if found[at] != found[at - 1]]
    return [(title[a:b], found[a]) for a, b in zip([0, *edges], [*edges, len(title)], strict=True) if b > a]


def _traced(title: str) -> tuple[str, list[tuple[int, int]]]:
    """*title* folded, and for each letter of that the span of *title* that it came from."""
    dropped = {match.start() for match in _GROUPING.finditer(title)} if "," in title else set()
    letters: list[str] = []
    origins: list[tuple[int, int]] = []
    for start, end in _clusters(title):
        folded = " " if title[start:end].isspace() else "" if start in dropped else text.fold(title[start:end])
        letters += folded
        origins += [(start, end)] * len(folded)
    return "".join(letters), origins


def _clusters(title: str) -> list[tuple[int, int]]:
    """The letters of *title*, each with the marks written on it, which may fold into one."""
    starts = [at for at, letter in enumerate(title) if at == 0 or not unicodedata.combining(letter)]
    return list(zip(starts, [*starts[1:], len(title)], strict=False))  # one end too many where there is nothing
