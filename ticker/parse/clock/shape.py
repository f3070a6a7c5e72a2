"""The words and numbers of a text, each as one letter of its shape: "12 May 14:30" is "2M2:2"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from ticker.parse.clock.words import Option, Vocabulary, vocabulary

_MOST_TOKENS = 22
_MOST_SHAPES = 64  # of one text whose words mean several things
_TOKEN = re.compile(
    r"(\d+)|([^\d\s!-&(-/:-@\[-`{-~\xa1-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2010-\u205e\u3000-\u303f]+)|\s*([:./])\s*|(\s+-\s+|\S)"
)
_SEPARATORS = ",;|()[]<>«»¦•·●▪‐‑–—~_\\，、（）【】「」"  # all one; of other marks, "%" or "$", a time has none
_DENSE = "\u0900"  # from here on words are written without spaces, or with endings
_LONGEST_DENSE = 14
_REMEMBERED = 2048  # texts, but for their digits
_NUMBER = re.compile(r"\d+")
_ZEROS = dict.fromkeys(range(ord("1"), ord("9") + 1), "0")


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to take a text: a letter for each token, and what each says; of a number, the how manieth it is."""

    letters: str
    said: Sequence[object]


def parted(plain: str) -> tuple[str, list[str]]:
    """*plain* with zeros for its digits, and its numbers: the rows of a list differ in these alone."""
    return plain.translate(_ZEROS), _NUMBER.findall(plain)


@lru_cache(_REMEMBERED)
def shapes(zeroed: str) -> tuple[Shape, ...]:
    """Every way to take the words of a text; none where a word is of no time."""
    taken = _taken(zeroed)
    if taken is None or len(taken) > _MOST_TOKENS:
        return ()
    ways = islice(product(*taken), _MOST_SHAPES)
    return tuple(Shape("".join([letter for letter, _ in way]), [said for _, said in way]) for way in ways)


def _taken(plain: str) -> list[tuple[Option, ...]] | None:
    """What each token can be, in order; None as soon as one can be nothing."""
    known = vocabulary()
    taken: list[tuple[Option, ...]] = []
    numbers = 0
    words: list[str] = []  # that follow one another, with nothing but spaces between them
    for number, word, joint, other in _TOKEN.findall(plain):
        if word:
            words.append(word)
            continue
        if words and not _say(words, known, taken):
            return None
        words = []
        if number:
            if len(number) > 4:
                return None
            if taken and taken[-1][0][0] in "1234":
                taken.append(((" ", None),))
            taken.append(((str(len(number)), numbers),))
            numbers += 1
        elif joint:
            taken.append(((joint, None),))
        elif (mark := other.strip()) in "-+":
            taken.append(((mark, None),))
        elif mark in _SEPARATORS:
            taken.append(((",", None),))
        else:
            return None
    if words and not _say(words, known, taken):
        return None
    return taken


def _say(words: list[str], known: Vocabulary, taken: list[tuple[Option, ...]]) -> bool:
    """Add what *words* say, the longest phrases first; False where one says nothing."""
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + known.longest), at, -1):
            options = known.options.get(" ".join(words[at:end]))
            if options is not None:
                taken.append(options)
                at = end
                break
        else:
            if not _parts(words[at], known, taken):
                return False
            at += 1
    return True


def _parts(word: str, known: Vocabulary, taken: list[tuple[Option, ...]]) -> bool:
    """Take a word of a script without spaces apart: "时前", "小时前"."""
    at = 0
    while at < len(word):
        if word[at] < _DENSE:
            return False
        for end in range(min(len(word), at + _LONGEST_DENSE), at, -1):
            options = known.options.get(word[at:end])
            if options is not None:
                taken.append(options)
                at = end
                break
        else:
            return False
    return True
