"""Say which texts of a page are most like a heading that is not there: for whoever mistyped it."""

from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from ticker.text import display, key

MOST = 5
_MOST_TEXTS = 20_000  # of a page that are compared
_LONGEST = 60  # characters of a heading
_ALIKE = 60.0  # of 100, below which two texts have nothing to do with each other


def near(wanted: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Those of *texts*, each once and as shown, that are likest to the heading *wanted*: at most 5, best first."""
    ours = key(wanted)
    scores: dict[str, tuple[float, str]] = {}
    for text in _headings(texts[:_MOST_TEXTS]):
        theirs = key(text)
        if theirs and theirs not in scores:
            scores[theirs] = (_likeness(ours, theirs), text)
    best = sorted((pair for pair in scores.values() if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return tuple(text for _, text in best[:MOST])


def _headings(texts: Iterable[str]) -> Iterator[str]:
    """What is as short as a heading and has letters."""
    for text in texts:
        if len(text) <= 2 * _LONGEST and len(shown := display(text)) <= _LONGEST and any(map(str.isalpha, shown)):
            yield shown


def _likeness(one: str, other: str) -> float:
    """0 to 100: for letters that agree, and for words in another order, or some of them only."""
    return (fuzz.ratio(one, other) + fuzz.token_set_ratio(one, other)) / 2
