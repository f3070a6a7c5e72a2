"""The nouns of a look at a page: what was found there, what was passed over, and why; for a person."""

from dataclasses import dataclass

from ticker.errors import ParseError
from ticker.model import Block


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A text in or between the rows of a list that is neither time nor headline of one."""

    text: str
    why: str  # "no time stands with it", "the same in most rows"


@dataclass(frozen=True, slots=True)
class Refused:
    """A timed list that is not what was looked for."""

    block: Block
    why: str  # "its times rise, as those of a programme do"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the extractor sees on a page.

    `blocks` are the lists it would take, best first; none when there is a `problem`, but for
    lists whose times cannot be read: those are shown, and `parse` refuses them. The rest is for
    a person who wants to know why, and may be left empty by whoever does not ask.
    """

    blocks: tuple[Block, ...]
    problem: ParseError | None = None
    others: tuple[Block, ...] = ()  # news too, but not under the heading asked for; each under the heading that it has
    refused: tuple[Refused, ...] = ()  # what does not look like news at all
    left_out: tuple[LeftOut, ...] = ()  # of the first block
    headings: tuple[str, ...] = ()  # texts like the heading asked for, nearest first, where that is absent
