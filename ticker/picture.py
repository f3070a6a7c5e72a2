"""What `inspect` tells a person: the lists of a page, why the first was taken, what was not, and what helps."""

import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median_low
from urllib.parse import unquote, urlsplit

from ticker.errors import Cause, ParseError
from ticker.model import Block, Headline, Page
from ticker.parse.inspection import Inspection
from ticker.parse.order import falling
from ticker.parse.tree import grow
from ticker.text import display

MOST_BLOCKS, MOST_ROWS, MOST_OTHER_ROWS = 5, 30, 3
MOST_LEFT_OUT = 8
LONGEST_LINK = 60  # characters of a row's link
LONGEST_OPENING = 200  # of the words that a page begins with
_MOST_OPENING = 12  # texts of them
LONGEST_TEXT = 60  # of a text that was left out
_LONGEST_TIME = 25  # characters that the column of times may take: those of a date with its clock and offset
_NARROWEST = 40  # columns: a terminal that says less is not believed
_LEAST_LINK = 12  # columns: a link cut shorter says nothing
_LABEL = 11  # columns

_WORTH = re.compile(r"a guess: ")
_NUMBER = re.compile(r"a guess: [\d.-]+")
_CURES: dict[Cause, str] = {
    "heading-absent": "write it as it stands on the page, or inspect without --heading",
    "block-absent": "if the page shows its list in a browser only, look for one that holds it, else set `selectors`",
    "block-empty": "see the page in a browser: if the list stands elsewhere by now, name its heading",
    "times-unreadable": "point `selectors` at where a time stands that says hour and minute",
}


def complaint(found: Inspection) -> str:
    """What is wrong and what helps against it, in one line; only where something is wrong."""
    if found.problem is None:
        return "no timed list on this page"
    return f"{found.problem.cause}: {found.problem.detail}; {_cure(found, found.problem.cause)}"


def _cure(found: Inspection, cause: Cause) -> str:
    over_lists = [block.heading for block in (*found.others, *found.blocks) if block.heading]
    if cause == "heading-absent" and found.headings:
        return f"the page has “{found.headings[0]}”: is that the heading?"
    if cause in ("heading-absent", "block-absent", "block-empty") and over_lists:
        return f"a list stands under “{over_lists[0]}”: is that the heading?"
    if cause == "block-absent" and found.refused:
        return "if one of the lists below is meant all the same, name its heading"
    return _CURES.get(cause, "see what is on the page in a browser")


def picture(found: Inspection, page_url: str, *, width: int | None = None, isolate: bool = False) -> Iterator[str]:
    """The lines to print about a page, without those of a configuration.

    Args:
        page_url: what links are shown relative to.
        width: columns of the terminal; None to cut and wrap nothing.
        isolate: mark where texts begin and end, for a terminal that turns right-to-left ones round.
    """
    pen = _Pen(page_url, max(width, _NARROWEST) if width else None, isolate)
    yield from _taken(found, pen)
    if found.headings:
        yield from _section("Most like the heading asked for:", (pen.quoted(text) for text in found.headings), pen)
    lists = chain.from_iterable(_list(block, "", pen) for block in found.others[:MOST_BLOCKS])
    yield from _section("Other lists that could be followed:", lists, pen)
    yield from _more(len(found.others), MOST_BLOCKS)
    refused = chain.from_iterable(_list(one.block, one.why, pen) for one in found.refused[:MOST_BLOCKS])
    yield from _section("Passed over:", refused, pen)
    yield from _more(len(found.refused), MOST_BLOCKS)
    for warning in _warnings(found, pen):
        yield ""
        yield from pen.wrapped(f"Mind: {warning}", hang=6)


def opening(page: Page) -> Iterator[str]:
    """The title and the first words of a page, in one line: what a person would see of it; none where it is empty."""
    texts: Sequence[str] = page.text.split("\n")
    if page.kind == "html":
        try:
            tree = grow(page.text)
        except ParseError:
            return
        title = tree.parser.css_first("title")
        texts = [title.text() if title is not None else "", *tree.texts]
    words = dict.fromkeys(said for text in texts[:_MOST_OPENING] if (said := display(text)))
    if words:
        yield clipped(" · ".join(words), LONGEST_OPENING)


@dataclass(frozen=True)
class _Pen:
    """Writes texts of the page for the terminal at hand."""

    page: str
    width: int | None
    isolate: bool

    def text(self, words: str, most: int | None = None) -> str:
        """*words*, cut to *most* columns, as one piece whatever way it runs."""
        shown = words if most is None else clipped(words, most)
        return f"\u2068{shown}\u2069" if self.isolate and runs_left(shown) else shown

    def quoted(self, words: str) -> str:
        return f"“{self.text(words, LONGEST_TEXT)}”"

    def row(self, line: Headline, column: int) -> str:
        """Time, headline and link, in one line of the terminal."""
        printed = clipped(line.printed or "--:--", column)
        start = f"   {' ' * (column - columns(printed))}{self.text(printed)}  "
        left = self.width - 5 - column if self.width else None
        title, link = self.text(line.title, left), _place(line.link, self.page)
        room = LONGEST_LINK if left is None else min(LONGEST_LINK, left - columns(line.title) - 4)
        if not link or room < min(_LEAST_LINK, len(link)):
            return f"{start}{title}"
        return f"{start}{title} -> {clipped(link, room)}"

    def fact(self, label: str, *sentences: str) -> Iterator[str]:
        """*sentences* one below the other, beside what they are about."""
        for at, sentence in enumerate(sentences):
            yield from self.wrapped(f"   {'' if at else label:{_LABEL}} {sentence}", hang=_LABEL + 4)

    def wrapped(self, line: str, hang: int) -> list[str]:
        if self.width is None or columns(line) <= self.width:
            return [line]
        return textwrap.wrap(line, self.width, subsequent_indent=" " * hang, break_on_hyphens=False)


def columns(words: str) -> int:
    """How wide *words* are in a terminal: marks take no column, letters of Chinese, Japanese and Korean two."""
    if words.isascii():
        return len(words)
    return sum(_columns(letter) for letter in words)


def runs_left(words: str) -> bool:
    """Whether any letter of *words* is written from right to left."""
    return not words.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in words)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def clipped(words: str, most: int) -> str:
    """*words* in at most so many columns, with a sign where they are cut."""
    if columns(words) <= most:
        return words
    left, end = most - 1, 0
    for letter in words:
        left -= _columns(letter)
        if left < 0:
            break
        end += 1
    return f"{words[:end].rstrip()}…"


def _place(link: str | None, page: str) -> str:
    """Where a row leads, without what the address has in common with that of the page."""
    parts = urlsplit(page)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return display(unquote(link.removeprefix(origin))) if link else ""


def _taken(found: Inspection, pen: _Pen) -> Iterator[str]:
    for number, block in enumerate(found.blocks[:MOST_BLOCKS], start=1):
        if number > 1:
            yield ""
        yield f"{number}. {_title(block, pen)}"
        yield from _rows(block, MOST_ROWS if number == 1 else MOST_OTHER_ROWS, pen)
        if number == 1:
            yield ""
            yield from _why(block, found, pen)
    yield from _more(len(found.blocks), MOST_BLOCKS)


def _title(block: Block, pen: _Pen) -> str:
    """Its heading, size, and place on the page."""
    rows = f"{len(block.headlines)} rows" if len(block.headlines) != 1 else "1 row"
    heading = pen.text(block.heading, LONGEST_TEXT) if block.heading else "(no heading)"
    return " · ".join(filter(None, (heading, rows, _reason(block)[0])))


def _reason(block: Block) -> list[str]:
    """Its place on the page, and why it was taken, sentence by sentence; the worth of a guess is a number for us."""
    return _NUMBER.sub("a guess: no heading was given", block.reason).split("; ")


def _rows(block: Block, most: int, pen: _Pen) -> Iterator[str]:
    shown = block.headlines[:most]
    column = min(_LONGEST_TIME, max((columns(row.printed or "--:--") for row in shown), default=0))
    yield from (pen.row(row, max(5, column)) for row in shown)
    if len(block.headlines) > most:
        yield f"   {'…':>{max(5, column)}}  {len(block.headlines) - most} more"


def _why(block: Block, found: Inspection, pen: _Pen) -> Iterator[str]:
    """What speaks for the list, and what in it was not taken for a row."""
    yield from pen.fact("why", *_reason(block)[1:])
    rows = block.headlines
    if len(rows) > 1:
        steps = len(rows) - 1
        yield from pen.fact("order", f"{round(falling(rows) * steps)} of {steps} steps down the list go back in time")
    lengths = [len(row.title) for row in rows]
    linked = sum(row.link is not None for row in rows)
    said = f"{min(lengths)} to {max(lengths)} letters, {median_low(lengths)} in the middle"
    cure = "" if linked or pen.page else " (a saved page: its links need --url)"
    yield from pen.fact("headlines", f"{said}; {linked} of {len(rows)} with a link{cure}")
    yield from pen.fact("times", *_times(rows, pen))
    yield from pen.fact("left out", *_left_out(found, pen))


def _times(rows: Sequence[Headline], pen: _Pen) -> Iterator[str]:
    """How many rows say their time in which way, each with an example."""
    count = Counter(map(kind, rows))
    for name, number in count.most_common():
        example = next(row.printed or "--:--" for row in rows if kind(row) == name)
        yield f"{number} {name}, as {pen.quoted(example)}"
    both = sum(row.stated is not None and kind(row) != STATED for row in rows)
    if both:
        yield f"{both} of them also stated in the markup"


CLOCK, DATED, DAY, AGO = "by the clock alone", "by day and clock", "by the day alone", "by how long ago"
STATED, UNREADABLE = "stated in the markup", "that cannot be read"


def kind(row: Headline) -> str:
    """In which way a row says when it was."""
    if row.clock is not None:
        return DATED if row.day is not None else CLOCK
    if row.ago is not None:
        return AGO
    if row.stated is not None:
        return STATED
    return DAY if row.day is not None else UNREADABLE


def _left_out(found: Inspection, pen: _Pen) -> Iterator[str]:
    """What was left out, told together where it is alike and for the same reason."""
    count = Counter((one.why, one.text) for one in found.left_out)
    for (why, text), number in list(count.items())[:MOST_LEFT_OUT]:
        yield f"{pen.quoted(text)}{f' {number} times' if number > 1 else ''}: {why}"
    if len(count) > MOST_LEFT_OUT:
        yield f"and {len(count) - MOST_LEFT_OUT} more"


def _list(block: Block, why: str, pen: _Pen) -> Iterator[str]:
    """A list that was not taken, in short."""
    yield f" · {_title(block, pen)}"
    if why:
        yield from pen.wrapped(f"   {why}", hang=3)
    yield from _rows(block, MOST_OTHER_ROWS, pen)


def _section(title: str, lines: Iterable[str], pen: _Pen) -> Iterator[str]:
    """*lines* under a title; nothing where there are none."""
    held = list(lines)
    if held:
        yield from ("", *pen.wrapped(title, hang=0))
        yield from (line if line.startswith(" ") else f"   {line}" for line in held)


def _more(count: int, most: int) -> Iterator[str]:
    if count > most:
        yield f"… and {count - most} more"


def _warnings(found: Inspection, pen: _Pen) -> Iterator[str]:
    """What to know before the first list is followed."""
    if not found.blocks or found.problem is not None:
        return
    block = found.blocks[0]
    count = Counter(map(kind, block.headlines))
    if _WORTH.search(block.reason):
        cure = "inspect with --heading to make sure" if not block.heading else "the heading below makes sure"
        yield f"this list is a guess, and another day it may fall on another one; {cure}."
    if count[AGO]:
        yield "“how long ago” is rounded on the page, so these instants are right only to the unit that is printed."
    if count[DAY]:
        yield "a day without a clock gives an instant that is right only to the day."
    if count[UNREADABLE]:
        example = next(row.printed or "" for row in block.headlines if kind(row) == UNREADABLE)
        some = f"{count[UNREADABLE]} of {len(block.headlines)} times cannot be read, as {pen.quoted(example)}"
        yield f"{some}: such rows get the time when they are first seen."
