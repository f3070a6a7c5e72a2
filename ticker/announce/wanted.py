"""Which headlines a target wants to hear of. Pure.

Words are compared as search and filtered feeds do it: by the Arabic fold, and found inside longer ones.
"""

import re
from collections.abc import Collection, Sequence

from ticker import text

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')  # a phrase, or a word


def wanted(title: str, match: Collection[str], without: Collection[str]) -> bool:
    """Whether *title* holds one of *match*, if there are any, and none of *without*."""
    folded = text.fold(title)
    return (not match or any(_holds(folded, words) for words in match)) and not any(
        _holds(folded, words) for words in without
    )


def _holds(folded: str, words: str) -> bool:
    """Every word of *words*, in any order; those in quotes as they stand."""
    return bool(found := terms((words,))) and all(term in folded for term in found)


def terms(values: Sequence[str]) -> list[str]:
    """The words and phrases of *values*, folded; what folds to nothing is none."""
    found = (text.fold(phrase or word) for value in values for phrase, word in _TERM.findall(value))
    return list(dict.fromkeys(filter(None, found)))
