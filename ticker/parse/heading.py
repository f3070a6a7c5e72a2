"""Find where a heading stands among the texts of a page, however it is spelled and split."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ticker.text import key

_LONGEST_SPLIT = 8  # texts that one heading may be split over by inline tags
_LETTERS = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a heading stands: from text *start* up to, not including, text *end*."""

    start: int
    end: int


def places(texts: Sequence[str], heading: str) -> tuple[list[Place], list[Place]]:
    """Where *heading* stands in *texts* as a whole, and where a text only begins with it.

    Spaces, tatweel, vowel marks, punctuation and the spelling of Arabic letters make no difference.
    """
    wanted = _squeeze(heading)
    whole: list[Place] = []
    begun: list[Place] = []
    if not wanted:
        return whole, begun
    may_start: dict[str, bool] = {}
    limit = 3 * len(heading) + 40
    for start, text in enumerate(texts):
        stripped = text.lstrip()
        for beginning in (stripped[:1], stripped[:3]):  # cheap tests first: most texts fail the first
            fits = may_start.get(beginning)
            if fits is None:
                fits = may_start[beginning] = _starts(beginning, wanted)
            if not fits:
                break
        else:
            _try(texts, start, wanted, limit, whole, begun)
    return whole, begun


def _squeeze(text: str) -> str:
    return key(text).replace(" ", "")


def _starts(beginning: str, wanted: str) -> bool:
    """Whether a text that begins with the letters *beginning* can begin with *wanted*; marks say nothing."""
    if not _LETTERS.search(beginning) or not _LETTERS.search(wanted):
        return True
    letters = _squeeze(beginning)
    return wanted.startswith(letters) or letters.startswith(wanted)


def _try(texts: Sequence[str], start: int, wanted: str, limit: int, whole: list[Place], begun: list[Place]) -> None:
    """Note the heading if it stands at *start*, in one text or split over the next ones."""
    joined = ""
    for end in range(start, min(start + _LONGEST_SPLIT, len(texts))):
        joined += texts[end][: limit + 1]
        if len(joined) > 2 * limit:
            joined = joined[: 2 * limit]
        squeezed = _squeeze(joined)
        if squeezed == wanted:
            whole.append(Place(start, end + 1))
            return
        if squeezed.startswith(wanted):
            if end == start and _on_a_word(joined, wanted):
                begun.append(Place(start, end + 1))
            return
        if not wanted.startswith(squeezed):
            return


def _on_a_word(text: str, wanted: str) -> bool:
    """Whether *wanted* ends in *text* where a word does, or there are no words to end."""
    squeezed = ""
    for word in key(text).split(" "):
        squeezed += word
        if squeezed == wanted:
            return True
        if len(squeezed) > len(wanted):
            return not word.isascii() and not any("\u0590" <= c <= "\u06ff" or "\u0370" <= c <= "\u052f" for c in word)
    return False
