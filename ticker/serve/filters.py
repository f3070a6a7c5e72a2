"""Read what `?q=…&not=…&limit=…` asks of a feed, and choose its items. Pure.

Words are compared as search does it, by the Arabic fold, and found inside longer ones: the article, "and" and "in" are
written on to the word that they go with.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, quote

from ticker import text
from ticker.errors import TickerError
from ticker.model import Item

MOST_LETTERS = 500  # in `q` and `not` together: far more than anybody types
MOST_TERMS = 20  # the same: each is looked for in each headline
MOST_BYTES = 8_000  # of the whole query: 500 letters of any script take 6,000 when encoded
MOST_FIELDS = 100

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')  # a phrase, or a word
_LONGEST_LIMIT = 6  # digits


class TooLongError(TickerError):
    """The query is one that no reader sends by accident; the text says what is the most."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items of a feed are wanted."""

    wanted: tuple[str, ...] = ()  # values of `q`, as written
    unwanted: tuple[str, ...] = ()  # values of `not`
    limit: int | None = None  # the newest so many

    @property
    def query(self) -> str:
        """The one way to write it in a URL: known keys in this order, percent-encoded."""
        pairs = [("q", value) for value in self.wanted] + [("not", value) for value in self.unwanted]
        pairs += [("limit", str(self.limit))] if self.limit is not None else []
        return "&".join(f"{key}={quote(value, safe='')}" for key, value in pairs)

    def choose(self, items: Sequence[Item], folded: Sequence[str]) -> tuple[Item, ...]:
        """Those of *items* that are wanted, in their order; *folded* are their titles, folded."""
        needed, refused = terms(self.wanted), terms(self.unwanted)
        found = (
            item
            for item, title in zip(items, folded, strict=True)
            if all(term in title for term in needed) and not any(term in title for term in refused)
        )
        return tuple(islice(found, self.limit))


def read_filter(query_string: bytes) -> Filter | None:
    """What is asked for; None where that is the whole feed. Other keys, and a limit that is none, are ignored.

    Raises:
        TooLongError: more than can be a reader's wish.
    """
    if len(query_string) > MOST_BYTES:
        raise TooLongError(_most())
    try:
        pairs = parse_qsl(query_string.decode(errors="replace"), errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:  # too many fields
        raise TooLongError(_most()) from error
    wanted, unwanted = _values(pairs, "q"), _values(pairs, "not")
    if sum(map(len, wanted + unwanted)) > MOST_LETTERS or len(terms(wanted) + terms(unwanted)) > MOST_TERMS:
        raise TooLongError(_most())
    found = Filter(
        wanted, unwanted, next(filter(None, (_limit(value) for key, value in pairs if key == "limit")), None)
    )
    return found if found != Filter() else None


def terms(values: Sequence[str]) -> list[str]:
    """The words and phrases of *values*, folded; what folds to nothing is none."""
    found = (text.fold(phrase or word) for value in values for phrase, word in _TERM.findall(value))
    return list(dict.fromkeys(filter(None, found)))


def _values(pairs: Sequence[tuple[str, str]], key: str) -> tuple[str, ...]:
    """The values of *key* that say something, each once, with single blanks."""
    spaced = (" ".join(value.split()) for name, value in pairs if name == key)
    return tuple(dict.fromkeys(value for value in spaced if terms((value,))))


def _limit(value: str) -> int:
    """The number, in the digits of any script; 0 where it is no number of items."""
    value = value.strip()
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_LIMIT else 0


def _most() -> str:
    return f"This filter is too long. q and not may have {MOST_LETTERS} letters and {MOST_TERMS} words in all."
