"""Rows as JSON records, and records as rows: what an export says of everything that is kept.

A record holds what is not null: instants as RFC 3339 in UTC, bytes as base64. An item holds its old wordings.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, get_args

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Select, String, Table, select, type_coerce

from ticker import text
from ticker.errors import Cause
from ticker.model import Health, Outcome
from ticker.store.tables import (
    Instant,
    announced,
    archives,
    evidence,
    items,
    notified,
    owed,
    poll_hours,
    polls,
    revisions,
    sources,
    subscriptions,
    versions,
)

FORM = 1  # of the records; a reader refuses those of another
OLDER = "revisions"  # key of an item's old wordings, first one first

TABLES: Mapping[str, Table] = {  # kind of a record -> where its rows are; in the order of an export
    "source": sources,
    "item": items,
    "archive": archives,
    "version": versions,
    "owed": owed,
    "poll": polls,
    "hour": poll_hours,
    "subscription": subscriptions,
    "announced": announced,
    "notified": notified,
    "evidence": evidence,
}
KINDS = tuple(TABLES)
_OURS = {items.c.title_fold, items.c.revised, revisions.c.guid}  # follow from the rest
_GUID = re.compile("urn:uuid:[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_NAME = re.compile("[a-z0-9-]{1,64}")
_FEED = re.compile("[a-z0-9-]{0,64}")  # of all: empty
_MOST_NUMBER, _MOST_ID = (1 << 31) - 2, 1 << 53
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)

Record = tuple[str, Mapping[str, Any]]  # its kind, and what it says


class RecordError(ValueError):
    """A record that no export holds; says which part of it, and why.

    Attributes:
        at: its place among those that were given together.
    """

    at = 0


def columns(table: Table) -> list[Column[Any]]:
    """Those that a record tells."""
    return [column for column in table.c if column not in _OURS]


def query(table: Table, collation: str | None = None) -> Select[Any]:
    """All rows in the order of their key, instants as seconds: `record` reads them.

    Args:
        collation: by which words are ordered as SQLite orders them, where those of the database go by its locale.
    """
    asked = [type_coerce(column, BigInteger) if _is(column, Instant) else column for column in columns(table)]
    key = [column.collate(collation) if collation and _is(column, String) else column for column in table.primary_key]
    return select(*asked).order_by(*key)


def recorder(table: Table) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """What makes the record of a row of `query`."""
    told = [(column.name, _writer(column)) for column in columns(table)]

    def record(row: Sequence[Any]) -> dict[str, Any]:
        pairs = zip(told, row, strict=True)
        return {name: write(value) if write else value for (name, write), value in pairs if value is not None}

    return record


def row_of(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a record, without the old wordings of an item. Raises RecordError."""
    if kind != "item":
        return _row(TABLES[kind], kind, said)
    row = _row(items, kind, {name: value for name, value in said.items() if name != OLDER})
    older = said.get(OLDER, [])
    return row | {"title_fold": text.fold(row["title"]), "revised": len(older) if isinstance(older, list) else 0}


def revisions_of(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of an item's old wordings. Raises RecordError."""
    older = said.get(OLDER, [])
    if not isinstance(older, list):
        raise RecordError(f"item.{OLDER}: must be a list")
    return [_row(revisions, f"item.{OLDER}", was) | {"guid": said["guid"]} for was in older]


def _row(table: Table, kind: str, said: object) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise RecordError(f"{kind}: must be an object")
    known = columns(table)
    if strange := said.keys() - {column.name for column in known}:
        raise RecordError(f"{kind}: {min(strange)[:40]!a} is no key that this release knows")
    return {column.name: _value(column, kind, said.get(column.name)) for column in known}


def _value(column: Column[Any], kind: str, value: Any) -> Any:
    try:
        if value is None:
            if not column.nullable:
                raise RecordError("is missing")
            return None
        return _reader(column)(value)
    except ValueError as error:
        raise RecordError(f"{kind}.{column.name}: {error}") from error


def _is(column: Column[Any], kind: type) -> bool:
    return isinstance(column.type, kind)


def _writer(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Of JSON; None where the value is itself."""
    if _is(column, Instant):
        return _said_instant
    return _said_bytes if _is(column, LargeBinary) else None


def _said_instant(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}Z"


def _said_bytes(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if rule := _RULES.get(column.name):
        return rule
    if _is(column, Instant):
        return _instant
    if _is(column, LargeBinary):
        return _bytes
    if _is(column, Boolean):
        return lambda value: _of(value, bool, "true or false")
    if _is(column, Integer):
        most = _MOST_ID if _is(column, BigInteger) else _MOST_NUMBER
        return lambda value: _number(value, most)
    return lambda value: _kept_words(value, getattr(column.type, "length", None))


def _of(value: Any, kind: type, name: str) -> Any:
    if type(value) is not kind:
        raise ValueError(f"must be {name}")
    return value


def _number(value: Any, most: int) -> int:
    number: int = _of(value, int, "a whole number")
    if not 0 <= number <= most:
        raise ValueError("is no number that a store gives")
    return number


def _kept_words(value: Any, most: int | None) -> str:
    """As every database can keep them: without NUL, which PostgreSQL cannot (8.3), and as long as the column."""
    words = _words(value).replace("\0", "")
    if most is not None and len(words) > most:
        raise ValueError(f"has more than {most} letters")
    return words


def _words(value: Any) -> str:
    words: str = _of(value, str, "text")
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half a letter, a surrogate by itself") from error
    return words


def _title(value: Any) -> str:
    """As XML 1.0 has it (§2.2): it is put into feeds as it is."""
    title = _words(value)
    if any((sign < " " and sign not in "\t\n\r") or sign in "\ufffe\uffff" for sign in title):
        raise ValueError("holds control characters, which no feed may")
    if text.display(title) == "":
        raise ValueError("is empty")
    return title


def _like(pattern: re.Pattern[str], kind: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        words = _words(value)
        if not pattern.fullmatch(words):
            raise ValueError(f"is no {kind}")
        return words

    return read


def _one_of(*known: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        words = _words(value)
        if words not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return words

    return read


def _clock(value: Any) -> str:
    words = _words(value)
    try:
        time.fromisoformat(words)
    except ValueError as error:
        raise ValueError("must be a time of day, as 14:54") from error
    return words


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(_of(value, str, "an instant"))
        if instant.tzinfo is None:
            raise ValueError("no offset")
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"must be an instant, as 2025-01-14T12:54:00Z ({error})") from error
    if not _FIRST <= instant <= _LAST:
        raise ValueError("is beyond all years")
    return instant


def _bytes(value: Any) -> bytes:
    return b64decode(_of(value, str, "base64"), validate=True)


_RULES: Mapping[str, Callable[[Any], Any]] = {  # of what others rely on: paths are made of it, pages choose by it
    "guid": _like(_GUID, "guid (urn:uuid:…)"),
    "repost_of": _like(_GUID, "guid (urn:uuid:…)"),
    "source": _like(_NAME, "name of a source"),
    "name": _like(_NAME, "name of a source"),
    "feed": _like(_FEED, "name of a feed"),
    "title": _title,
    "clock": _clock,
    "state": _one_of(*get_args(Health.__annotations__["state"])),
    "cause": _one_of(*get_args(Cause)),
    "outcome": _one_of(*get_args(Outcome)),
}
