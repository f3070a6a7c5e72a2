"""Read the instant that markup states with a printed time: <time datetime> (HTML, 4.5.14), <abbr title>."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ticker.parse.tags import tag_ids

_TIME, _ABBR = tag_ids("time"), tag_ids("abbr")
_LEVELS = 3  # elements above the text of a time
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_OFFSET = re.compile(r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?[+-]\d\d:?\d\d$")
_UNIX = re.compile(r"1\d{9}(?:\d{3})?")


def stated(text: LexborNode) -> datetime | None:
    """The instant that an element right above *text* states; naive where it names no zone."""
    at = text.parent
    for _ in range(_LEVELS):
        if at is None:
            return None
        if at.tag_id in _TIME:
            return instant(at.attributes.get("datetime") or "")
        if at.tag_id in _ABBR:
            return instant(at.attributes.get("title") or "")
        at = at.parent
    return None


def instant(written: str) -> datetime | None:
    """What *written*, a date and time by ISO 8601 or the seconds of POSIX, says; None for anything else."""
    plain = written.strip()
    try:
        if _ISO.fullmatch(plain):
            return datetime.fromisoformat(plain.replace(" ", "T", 1).replace(" ", "").upper()).replace(microsecond=0)
        if _UNIX.fullmatch(plain):
            return datetime.fromtimestamp(int(plain[:10]), UTC)
    except (ValueError, OverflowError):
        pass
    return None


def is_instant(printed: str) -> bool:
    """Whether *printed* is what machines write: it says an instant, and its digits are no clock on a wall."""
    plain = printed.strip()
    return _ISO.fullmatch(plain) is not None and (plain[-1] in "Zz" or _OFFSET.search(plain) is not None)


def fill_empty(parser: LexborHTMLParser) -> None:
    """Write what an empty <time datetime> states into it: a script of the page would do so."""
    for element in _empty(parser):
        element.insert_child((element.attributes.get("datetime") or "").strip())


def _empty(parser: LexborHTMLParser) -> Iterator[LexborNode]:
    for element in parser.css("time[datetime]"):
        if not (element.text() or "").strip() and instant(element.attributes.get("datetime") or "") is not None:
            yield element
