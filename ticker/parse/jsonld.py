"""Read JSON-LD: the scripts of a page, every object in them, and what their properties say.

A property may hold a text, a list of texts, or a text with its language beside it. Nothing here raises, whatever it is.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, TypeAlias

from selectolax.lexbor import LexborHTMLParser

from ticker.text import display

MOST_TEXT = 2_000_000  # characters of all scripts of a page; a live blog of 400 posts has 840,000
MOST_SCRIPTS = 200
MOST_NODES = 100_000  # objects and arrays that are looked at
DEEPEST = 12  # levels of objects and arrays
LONGEST = 280  # characters of a headline that is made of the first words of a post
_LONGEST_TEXT = 4 * LONGEST
_LONGEST_TIME = 60

_WRAPPERS = ("<!--", "-->", "<![CDATA[", "]]>", "//", "/*", "*/", ";", "\ufeff")  # how old pages hide their scripts
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_PARAGRAPH = re.compile(r"</p\s*>|</div\s*>|<br\s*/?>|\n\s*\n", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?؟…](?=\s)|[。！？]")
_CLOCK = re.compile(r"\d[T ]\d\d:?\d\d", re.IGNORECASE)
_SPACE = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|Z)\Z)")  # before an offset

Node: TypeAlias = Mapping[str, Any]


def scripts_of(parser: LexborHTMLParser) -> Iterator[str]:
    """The JSON-LD scripts of a page, as they stand there."""
    for node in islice(parser.css('script[type*="ld+json" i]'), MOST_SCRIPTS):
        yield node.text() or ""


def nodes(scripts: Iterable[str]) -> Iterator[tuple[Node, Node | None]]:
    """Every object of *scripts* in their order, each with the one whose main entity it is.

    A script that is no JSON is passed over.
    """
    waiting: list[tuple[object, Node | None, int]] = [(document, None, 0) for document in _documents(scripts)]
    waiting.reverse()
    for _ in range(MOST_NODES):
        if not waiting:
            return
        value, above, depth = waiting.pop()
        if isinstance(value, dict):
            yield value, above
        if depth < DEEPEST:
            waiting += reversed([(below, whose, depth + 1) for below, whose in _below(value, above)])


def _documents(scripts: Iterable[str]) -> Iterator[object]:
    left = MOST_TEXT
    for script in islice(scripts, MOST_SCRIPTS):
        left -= len(script)
        if left < 0:
            return
        try:
            yield json.loads(_unwrapped(script), strict=False)  # a line break within a text is common
        except (ValueError, RecursionError):
            continue


def _unwrapped(script: str) -> str:
    """*script* without comment marks around it."""
    bare = script.strip()
    for mark in _WRAPPERS * 2:
        bare = bare.removeprefix(mark).removesuffix(mark).strip()
    return bare


def _below(value: object, above: Node | None) -> Iterator[tuple[object, Node | None]]:
    """What *value* holds; in an array, each is what the array is."""
    if isinstance(value, list):
        return ((below, above) for below in value[:MOST_NODES] if isinstance(below, dict | list))
    if isinstance(value, dict):
        pairs = ((below, value if key == "mainEntity" else None) for key, below in value.items())
        return (pair for pair in pairs if isinstance(pair[0], dict | list))
    return iter(())


def types(node: Node) -> list[str]:
    """What *node* is, without the name of the vocabulary."""
    kinds = node.get("@type")
    every = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].rpartition(":")[2] for kind in every if isinstance(kind, str)]


def text(value: object) -> str:
    """What a property holds, the first of several; "" where it is no text."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value", value.get("@id"))
    return value if isinstance(value, str) else ""


def words(value: object) -> str:
    """A text as it is to be read: without markup, and with the letters that entities stand for."""
    return display(html.unescape(_MARKUP.sub("", text(value)[:_LONGEST_TEXT])))


def opening(value: object) -> str:
    """The first paragraph of a text; of a long one its first sentence, or as many words as a headline may have."""
    parts = _PARAGRAPH.split(text(value)[:_LONGEST_TEXT])
    said = next((shown for part in parts if (shown := words(part))), "")
    if len(said) <= LONGEST:
        return said
    end = next((found.end() for found in _SENTENCE.finditer(said, LONGEST // 10)), len(said))
    return said[:end] if end <= LONGEST else f"{said[:LONGEST].rpartition(' ')[0] or said[:LONGEST]}…"


def written(node: Node) -> str:
    """When *node* was published, as it stands there; a later change says nothing of that."""
    return display((text(node.get("datePublished")) or text(node.get("dateCreated")))[: _LONGEST_TIME + 1])


def when(node: Node) -> datetime | None:
    """The moment that it was published."""
    return instant(written(node))


def instant(stated: str) -> datetime | None:
    """The moment that an ISO 8601 or RFC 2822 text says, with its offset if it has one; None for a day alone."""
    if len(stated) > _LONGEST_TIME or not _CLOCK.search(stated):
        return None
    try:
        moment = datetime.fromisoformat(_SPACE.sub("", stated))
    except ValueError:
        try:
            moment = parsedate_to_datetime(stated)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return moment if 1971 <= moment.year <= 9998 else None  # what every offset leaves within a datetime
