"""Read what `/api/items?…` asks for. Pure.

Words are read as in a filtered feed (`filters`). Keys that are not known here are ignored, as they are there: the query
of a page or a feed can be asked here as it stands.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl

from ticker.errors import TickerError
from ticker.model import Wish
from ticker.serve.filters import MOST_BYTES, MOST_FIELDS, TooLongError, read_filter, terms

MOST = 500  # items of one answer
USUAL = 100
MOST_SOURCES = 50
NAMED = 10  # sources that an answer names, where one was asked for that is none
LONGEST = 60  # letters of a name that an answer says again
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+\- ]\d\d:\d\d))?",  # " ": a "+" that was not encoded
    re.ASCII,
)
NAME = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
CURSOR = r"(-[0-9a-f]{1,8}|[0-9a-f]{1,9})\.[0-9a-f]{1,8}"  # seconds since 1970, and a number in the store

_SECOND = timedelta(seconds=1)
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_ONCE = ("since", "until", "cursor", "limit")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key of the query, and what would be right."""

    parameter: str  # "query" where the whole of it is wrong
    detail: str


class BadQueryError(TickerError):
    """The query asks for something impossible; who sent it mends it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.parameter}: {problem.detail}" for problem in problems))
        self.problems = problems


def read_wish(query_string: bytes) -> Wish:
    """What is asked for; raises BadQueryError, which names all that is wrong."""
    _fits(query_string)
    try:
        words = read_filter(query_string)
    except TooLongError as error:
        raise BadQueryError([Problem("q", str(error))]) from error
    given = _given(query_string)
    reading = _Reading()
    for key in _ONCE:
        if len(given.get(key, ())) > 1:
            reading.wrong(key, "is there twice; give it once")
    wish = Wish(
        sources=reading.sources(given.get("source", ())),
        wanted=tuple(terms(words.wanted)) if words else (),
        unwanted=tuple(terms(words.unwanted)) if words else (),
        since=reading.instant("since", given),
        until=reading.instant("until", given),
        after=reading.cursor(given),
        limit=reading.limit(given),
    )
    if reading.problems:
        raise BadQueryError(reading.problems)
    return wish


def no_source(name: str, known: Collection[str]) -> BadQueryError:
    """For a *name* that nobody has, where those *known* are."""
    said = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    named = ", ".join(list(known)[:NAMED])
    more = f" and {len(known) - NAMED} more, see status.json" if len(known) > NAMED else ""
    return BadQueryError([Problem("source", f"none is named “{said}”; known: {named}{more}")])


def cursor_at(published: datetime, number: int) -> str:
    """The place after an item, for `cursor`; to others it means nothing."""
    return f"{int(published.timestamp()):x}.{number:x}"


def _fits(query_string: bytes) -> None:
    if len(query_string) > MOST_BYTES:
        raise BadQueryError([Problem("query", f"is longer than {MOST_BYTES} bytes; ask for less at once")])
    if query_string.count(b"&") >= MOST_FIELDS:
        raise BadQueryError([Problem("query", f"has more than {MOST_FIELDS} keys; leave out those that ask nothing")])


def _given(query_string: bytes) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl(query_string.decode(errors="replace"), errors="replace", keep_blank_values=True):
        given.setdefault(key, []).append(value)
    return given


class _Reading:
    """Reads one value after the other, and notes what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, key: str, detail: str) -> None:
        self.problems.append(Problem(key, detail))

    def sources(self, names: Sequence[str]) -> frozenset[str] | None:
        found = frozenset(names)
        if any(re.fullmatch(NAME, name) is None for name in found):
            self.wrong("source", "write the name of a source as in its address: letters a-z, digits and -")
        if len(names) > MOST_SOURCES:
            self.wrong("source", f"name at most {MOST_SOURCES} sources, or none for all")
        return found or None

    def instant(self, key: str, given: dict[str, list[str]]) -> datetime | None:
        """The first whole second that is not before it; of a date, its midnight in UTC."""
        for value in given.get(key, ())[:1]:
            try:
                return _instant(value)
            except ValueError:
                self.wrong(key, "write a date like 2025-03-10, or an instant like 2025-03-10T14:54:00Z (RFC 3339)")
        return None

    def cursor(self, given: dict[str, list[str]]) -> tuple[datetime, int] | None:
        for value in given.get("cursor", ())[:1]:
            try:
                return _place(value)
            except ValueError:
                self.wrong("cursor", "send the value of `next` as it came; begin again without one")
        return None

    def limit(self, given: dict[str, list[str]]) -> int:
        for value in given.get("limit", ())[:1]:
            if re.fullmatch(r"0*[1-9]\d{0,2}", value, re.ASCII) and int(value) <= MOST:
                return int(value)
            self.wrong("limit", f"write a number from 1 to {MOST}")
        return USUAL


def _instant(value: str) -> datetime:
    if _INSTANT.fullmatch(value) is None:
        raise ValueError(value)
    if len(value) == len("2025-03-10"):
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    leap = re.sub(r"(?<=:\d\d):60", ":59", value)  # RFC 3339 §5.6 allows for it, Python does not
    exact = datetime.fromisoformat(leap.upper().replace(" ", "+"))
    whole = exact.replace(microsecond=0)
    try:
        return (whole + _SECOND if exact > whole or leap != value else whole).astimezone(UTC)
    except OverflowError:  # on the last day there is, or the first, in another zone
        return _FIRST if exact.year == 1 else _LAST


def _place(value: str) -> tuple[datetime, int]:
    if re.fullmatch(CURSOR, value) is None:
        raise ValueError(value)
    published, number = value.split(".")
    return datetime.fromtimestamp(int(published, 16), UTC), int(number, 16)
