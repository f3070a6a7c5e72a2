"""The pure stages with a memory: what the store would remember, by the store's own rules, without a database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from tests.lines import BEIRUT, instant, row
from ticker.model import Change, Changes, Headline, Item, Known, Match
from ticker.reconcile import digest, doubt, equal, lost_touch, missing, reconcile, unmoved
from ticker.resolve import resolve
from ticker.store.queries import MEMORY, MOST_LISTS
from ticker.store.rows import still_listed

FORGET = 2 * MEMORY  # what has left the list is looked through for so long: tests set the clock back, by less


@dataclass
class Desk:
    """One source, polled by `read`."""

    zone: ZoneInfo = BEIRUT
    source: str = "desk"
    items: dict[str, Item] = field(default_factory=dict)
    known: Known = field(default_factory=Known)  # without memory and older lists, which `read` adds
    last: Changes = field(default_factory=lambda: Changes((), ""))
    matches: list[Match] = field(default_factory=list)
    moved: bool = True  # whether the last poll changed the list, beyond the ages of its times
    accepted: deque[tuple[datetime, str, int]] = field(default_factory=deque)  # at, digest, rows; latest first
    left: dict[str, None] = field(default_factory=dict)  # guids that were listed lately, the last to leave at the end
    taken: set[datetime] = field(default_factory=set)  # `published` of all items

    def read(self, at: str | datetime, lines: Iterable[str | Headline]) -> Changes | None:
        """One poll; None when the list was not believed."""
        now = instant(at) if isinstance(at, str) else at
        seen = [row(line) if isinstance(line, str) else line for line in lines]
        known = self.remembered(now)
        self.matches = []
        if doubt(known, seen):
            self.known = replace(self.known, doubted=digest(seen))
            return None
        self.matches = reconcile(known, seen, fetched_at=now, zone=self.zone)
        self.moved = not (equal(seen, next(iter(known.lists), None)) or unmoved(known, self.matches))
        changes = resolve(
            self.matches,
            known,
            source=self.source,
            fetched_at=now,
            zone=self.zone,
            digest=digest(seen),
            taken=self.taken if any(match.item is None for match in self.matches) else frozenset(),
        )
        self.last = replace(changes, gone=missing(known, self.matches), gap=lost_touch(known, self.matches))
        if self.moved:
            self._keep(self.last, now)
        else:
            self.unchanged(now)
        return self.last

    def unchanged(self, at: datetime) -> None:
        """A poll that found the same list once more; all that the store does with one."""
        self.known = replace(self.known, last_good=at, doubted=None)

    def failed(self) -> None:
        """A poll that found no list."""
        self.known = replace(self.known, doubted=None)

    def restarted(self) -> Desk:
        """Another process on what the store holds, which is items, lists and the state of the source; nothing else."""
        again = Desk(self.zone, self.source, dict(self.items), accepted=deque(self.accepted))
        listed = sorted(
            (item for item in self.items.values() if item.rank is not None), key=lambda item: item.rank or 0
        )
        again.known = replace(self.known, listed=tuple(listed))
        unlisted = (item for item in self.items.values() if item.rank is None)
        again.left = dict.fromkeys(item.guid for item in sorted(unlisted, key=lambda item: item.last_seen))
        again.taken = {item.published for item in self.items.values()}
        return again

    def remembered(self, now: datetime) -> Known:
        """As `Store.known`."""
        since = now - MEMORY
        memory = [item for guid in reversed(self.left) if (item := self.items[guid]).last_seen >= since]
        recent = [(mark, size) for at, mark, size in self.accepted if at >= since]
        last = self.known.lists[:1]
        return replace(
            self.known,
            listed=tuple(still_listed(item, self.known.last_good) for item in self.known.listed),
            memory=tuple(sorted(memory, key=attrgetter("last_seen", "published"), reverse=True)),
            lists=(*last, *(mark for mark, _ in recent if mark not in last)),
            longest=max((size for _, size in recent), default=0),
        )

    def _keep(self, changes: Changes, now: datetime) -> None:
        before, still = self.known, {change.item.guid for change in changes.rows}
        for item in before.listed:
            if item.guid not in still:
                seen = max(item.last_seen, before.last_good or now)
                self.items[item.guid] = replace(item, rank=None, last_seen=seen)
                self.left[item.guid] = None
        listed = [self._stored(change) for change in changes.rows]
        self.items |= {item.guid: item for item in listed}
        for guid in changes.gone:
            self.items[guid] = replace(self.items[guid], gone_at=now)
        for item in listed:
            self.left.pop(item.guid, None)
        self.taken.update(item.published for item in listed)
        self.accepted.appendleft((now, changes.digest, len(changes.rows)))
        self._forget(now)
        self.known = Known(revision=before.revision + 1, listed=tuple(listed), last_good=now, lists=(changes.digest,))

    def _forget(self, now: datetime) -> None:
        while len(self.accepted) > MOST_LISTS:
            self.accepted.pop()
        while self.left and self.items[next(iter(self.left))].last_seen < now - FORGET:
            del self.left[next(iter(self.left))]

    def _stored(self, change: Change) -> Item:
        """A guid that is there already is never inserted again."""
        stored = self.items.get(change.item.guid)
        if change.kind not in ("new", "repost") or stored is None:
            return change.item
        return replace(stored, rank=change.item.rank, last_seen=change.item.last_seen, gone_at=None)

    @property
    def newest(self) -> list[Item]:
        """As a feed shows them."""
        shown = (item for item in self.items.values() if item.repost_of is None)
        return sorted(shown, key=lambda item: item.published, reverse=True)
