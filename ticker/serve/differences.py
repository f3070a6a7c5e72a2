"""Say word by word what changed from one wording to the next. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

LEAST = 0.3  # of the words must have stayed, or both wordings are shown whole: shreds are hard to read
MOST = 400  # words of both together; longer ones are shown whole, for the time it would take

# Scripts that put no space between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese): a letter, with its signs.
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

Kind = Literal["same", "gone", "came"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, went or came."""

    kind: Kind
    text: str

    @property
    def words(self) -> str:
        """Without the spaces around; where it is nothing but spaces, those."""
        return self.text.strip() or self.text

    @property
    def lead(self) -> str:
        """The spaces before `words`."""
        return self.text[: self.text.index(self.words)]

    @property
    def tail(self) -> str:
        """The spaces after `words`."""
        return self.text[len(self.lead) + len(self.words) :]


def pieces(before: str, after: str) -> list[Piece]:
    """From *before* to *after*, in reading order; where both changed, what went stands before what came.

    The pieces that stayed or went make up *before*, those that stayed or came *after*.
    """
    old, new = list(_words(before)), list(_words(after))
    if len(old) + len(new) > MOST:
        return _whole(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    matched = sum(len("".join(old[block.a : block.a + block.size]).strip()) for block in matcher.get_matching_blocks())
    if matched < LEAST * max(len(before), len(after)):
        return _whole(before, after)
    return list(_told(_joined(matcher.get_opcodes(), old), old, new))


def _whole(before: str, after: str) -> list[Piece]:
    if before == after:
        return [Piece("same", before)]
    return [Piece("gone", before), Piece("came", after)]


def _words(text: str) -> Iterator[str]:
    """Words, spaces, and the marks that stand around words, so that `end.` is `end` still; together they are *text*."""
    for part in re.findall(r"\s+|\S+", text):
        if part.isspace():
            yield part
            continue
        core = part.strip("".join(letter for letter in part if _is_mark(letter)))
        lead, tail = part.split(core, 1) if core else (part, "")
        yield from filter(None, (lead, *_letters(core), tail))


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"


def _letters(word: str) -> list[str]:
    """Of a script without spaces each letter with what is written above and below it; else the word."""
    if not _DENSE.search(word):
        return [word]
    letters: list[str] = []
    for letter in word:
        if letters and unicodedata.category(letter)[0] == "M":
            letters[-1] += letter
        else:
            letters.append(letter)
    return letters


Change = tuple[str, int, int, int, int]  # as difflib has it: what, from and to in the old words, the same in the new


def _joined(changes: Sequence[Change], old: Sequence[str]) -> list[Change]:
    """Two changes with nothing but a space between are one: `three dead` → `four hurt`, not word for word."""
    joined: list[Change] = []
    for place, (what, a, b, c, d) in enumerate(changes):
        inside = 0 < place < len(changes) - 1
        if what == "equal" and not ("".join(old[a:b]).isspace() and inside):
            joined.append((what, a, b, c, d))
        elif joined and joined[-1][0] != "equal":
            joined[-1] = ("replace", joined[-1][1], b, joined[-1][3], d)
        else:
            joined.append(("replace", a, b, c, d))
    return joined


def _told(changes: Sequence[Change], old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for what, a, b, c, d in changes:
        if what == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("came", "".join(new[c:d]))
