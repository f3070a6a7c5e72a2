"""What is told live: each change once, written out once for all who see the same of it. Pure."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ticker import text
from ticker.model import Cursor, Item, News
from ticker.serve.entries import Entry

WRITTEN = 64  # ways to see a batch that are kept written out; beyond, each reader's own is written for it


@dataclass(frozen=True, slots=True)
class View:
    """What one reader sees: lines of these sources, and of them those that its search chooses."""

    feed: str  # by whose name it was asked for; "" is the combined one
    sources: frozenset[str]
    wanted: tuple[str, ...] = ()  # folded: each is somewhere in the folded title
    unwanted: tuple[str, ...] = ()  # folded: none is

    def of(self, sources: Iterable[str]) -> "View":
        """The same, of other sources."""
        return replace(self, sources=frozenset(sources))

    @property
    def chooses(self) -> bool:
        """Whether it depends on the words."""
        return bool(self.wanted or self.unwanted)

    def matches(self, folded: str) -> bool:
        """Whether a title, folded, is one that is looked for."""
        return all(term in folded for term in self.wanted) and not any(term in folded for term in self.unwanted)


class Line:
    """A headline in a batch, with its entry written out."""

    __slots__ = ("__dict__", "_item", "new", "source", "written")

    def __init__(self, item: Item, entry: Entry, *, new: bool) -> None:
        self.source = item.source
        self.new = new
        self.written = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))[:-1]
        self._item = item

    @cached_property
    def _folded(self) -> str:
        return text.fold(self._item.title)

    @cached_property
    def _before(self) -> tuple[str, ...]:
        """Its earlier wordings, folded, oldest first."""
        return tuple(text.fold(was.title) for was in self._item.revisions)

    def told(self, view: View) -> str | None:
        """How *view* is told of it; None where it is none of its business.

        A line that was worded anew is new to whom it did not match before. One that matches no longer is told to whom
        it did, at any time: that reader has it on the page, in words that do not stand any more.
        """
        if self.source not in view.sources:
            return None
        if not view.chooses or self.new:
            return self._as(new=self.new) if not view.chooses or view.matches(self._folded) else None
        if view.matches(self._folded):
            return self._as(new=not any(map(view.matches, self._before[-1:])))
        return self._as(new=False) if any(map(view.matches, self._before)) else None

    def _as(self, *, new: bool) -> str:
        return f'{self.written},"new":{"true" if new else "false"}}}'


@dataclass(slots=True)
class Items:
    """What one look into the store found."""

    before: Cursor | None
    cursor: Cursor
    lines: Sequence[Line]
    _written: dict[View, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Letters that it holds, about."""
        return 200 + sum(len(line.written) for line in self.lines)

    def told(self, view: View) -> bytes:
        """The event for *view*; nothing where there is none."""
        event = self._written.get(view)
        if event is None:
            event = self._event(view)
            if len(self._written) < WRITTEN:
                self._written[view] = event
        return event

    def rest(self) -> None:
        """Something newer is told now: who is late has it written once more."""
        self._written.clear()

    def _event(self, view: View) -> bytes:
        told = [entry for line in self.lines if (entry := line.told(view)) is not None]
        if not told:
            return b""
        return f'event: items\nid: {self.cursor}\ndata: {{"items":[{",".join(told)}]}}\n\n'.encode()


@dataclass(slots=True)
class Refresh:
    """More than is told line by line."""

    before: Cursor | None
    cursor: Cursor
    size: int = 200
    feed: str | None = None  # whose readers are told; None: all

    def told(self, view: View) -> bytes:
        if self.feed not in (None, view.feed):
            return b""
        return f"event: refresh\nid: {self.cursor}\ndata: {{}}\n\n".encode()

    def rest(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class State:
    """A source is doing otherwise than before."""

    source: str
    state: str
    before: Cursor | None = None
    cursor: Cursor | None = None
    size: int = 200

    def told(self, view: View) -> bytes:
        if self.source not in view.sources:
            return b""
        data = json.dumps({"source": self.source, "state": self.state})
        return f"event: state\ndata: {data}\n\n".encode()

    def rest(self) -> None:
        """Nothing is held."""


Batch = Items | Refresh | State


def batch_of(news: News, before: Cursor, entry_of: Callable[[Item], Entry]) -> Items | Refresh:
    """What is told of *news*, which came after *before*."""
    if news.more or is_ahead(before, news.cursor):  # the latter of a store that was taken back from a backup
        return Refresh(before, news.cursor)
    new = [Line(item, entry_of(item), new=True) for item in news.new]
    return Items(before, news.cursor, [*new, *(Line(item, entry_of(item), new=False) for item in news.edited)])


def mark(cursor: Cursor) -> bytes:
    """What makes a browser resume at *cursor*, without an event (HTML, 9.2.6: an id alone is remembered)."""
    return f"id: {cursor}\n\n".encode()


def is_ahead(cursor: Cursor, newest: Cursor) -> bool:
    """Whether *cursor* is of a future, or of another store."""
    return cursor.item > newest.item or cursor.revision > newest.revision
