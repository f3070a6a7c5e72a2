"""Find where a heading stands among the texts of a page, however it is spelled and split."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, count
from operator import itemgetter

from selectolax.lexbor import LexborNode

from ticker.parse.tree import Tree
from ticker.text import key

_FIRST_LETTER = itemgetter(0)
_FIRST = 4  # letters of a text that tell whether it can be the heading
_MOST_FIRSTS = 50_000
_LONGEST_REST = 40  # characters that go on after a heading in the same text; with more it begins a story
_LONGEST_SPLIT = 8  # texts that one heading may be split over by inline tags
_ACCENTS = re.compile("[\u0300-\u036f]")  # capitals go without them in Greek, and ş stands for ș in Romanian


@dataclass(frozen=True, slots=True)
class Place:
    """Where a heading stands: from text *start* up to, not including, text *end*; a picture of it before both."""

    start: int
    end: int
    picture: LexborNode | None = None


def shown(tree: Tree, place: Place) -> LexborNode:
    """What shows the heading: a text, or a picture."""
    return place.picture if place.picture is not None else tree.nodes[place.start]


def places(texts: Sequence[str], heading: str) -> tuple[list[Place], list[Place]]:
    """Where *heading* stands in *texts* as a whole, and where a text only begins with it.

    Spaces, accents, tatweel, vowel marks, punctuation and the spelling of Arabic letters make no difference.
    """
    wanted = _squeeze(heading)
    whole: list[Place] = []
    begun: list[Place] = []
    if not wanted:
        return whole, begun
    limit = 3 * len(heading) + 40
    may_start = _firsts(wanted)
    if len(may_start) > _MOST_FIRSTS:
        may_start.clear()
    signs = _is_sign(wanted)
    begin = map(may_start.__getitem__, map(_FIRST_LETTER, texts))
    for start in list(compress(count(), begin)):
        if may_start[texts[start][:_FIRST]] and (signs or not _is_sign(texts[start])):
            _try(texts, start, wanted, limit, whole, begun)
    return whole, begun


def pictures(tree: Tree, heading: str) -> list[Place]:
    """Where a picture stands whose alternative text is *heading*."""
    wanted = _squeeze(heading)
    images = [(image, (image.attributes.get("alt") or "").strip()) for image in tree.parser.css("img[alt]") if wanted]
    found = [image for image, alt in images if alt and _may_begin(alt[:4], wanted) and _squeeze(alt) == wanted]
    return [Place(place, place, image) for image, place in tree.texts_after(found)] if found else []


class _Firsts(dict[str, bool]):
    """Whether a text that begins with these letters can be *wanted*: a cheap test that most texts fail."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted

    def __missing__(self, letters: str) -> bool:
        self[letters] = _may_begin(letters, self.wanted)
        return self[letters]


@lru_cache(maxsize=64)
def _firsts(wanted: str) -> _Firsts:
    """Of one heading, kept: the same page is read again and again."""
    return _Firsts(wanted)


def _may_begin(beginning: str, wanted: str) -> bool:
    """Whether a text that begins with these letters can be *wanted*, as far as plain letters tell."""
    at = 0
    for letter in beginning:
        if not letter.isalnum():
            if unicodedata.category(letter).startswith("M"):
                return True  # part of the letter before in some scripts, nothing in others
            continue
        folded = _letter(letter)
        if not wanted.startswith(folded, at):
            return len(wanted) <= at
        at += len(folded)
    return True


def _is_sign(text: str) -> bool:
    """Whether *text* is only what parts or adorns others, "|", "»": what follows it may be a heading."""
    return len(text) < _FIRST and not any(map(str.isalnum, text))


@lru_cache(maxsize=16_384)
def _letter(letter: str) -> str:
    """One letter or digit as `text.key` has it."""
    return _squeeze(letter)


@lru_cache(maxsize=16_384)
def _squeeze(text: str) -> str:
    plain = key(text).replace(" ", "")
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", plain))


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
            if end == start and len(joined) <= len(wanted) + _LONGEST_REST and _on_a_word(joined, wanted):
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
