"""Speak of pages and items in tests: `page("14:54 عنوان", …)`, and a memory that keeps what a poll decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ticker.model import Ago, Change, Changes, Day, Headline, Item, Known, Match
from ticker.reconcile import digest, doubt, equal, reconcile, unmoved
from ticker.resolve import resolve

BEIRUT = ZoneInfo("Asia/Beirut")
MINUTE = timedelta(minutes=1)


def row(line: str) -> Headline:
    """`14:54 words` as a headline; `--:-- words` has a time that cannot be read."""
    printed, _, title = line.partition(" ")
    clock = None if "-" in printed else time.fromisoformat(printed)
    return Headline(printed, clock, title)


def ago(title: str, stated: datetime | None = None, **span: int) -> Headline:
    """`ago("words", minutes=5)`; the unit is the last one named, a minute where it is seconds ("just now")."""
    unit = timedelta(**{[*span][-1]: 1})
    printed = " ".join(f"{count} {name}" for name, count in span.items())
    return Headline(f"{printed} ago", None, title, ago=Ago(timedelta(**span), max(unit, MINUTE)), stated=stated)


def now(title: str) -> Headline:
    """ "Just now"."""
    return ago(title, minutes=0)


def dated(title: str, clock: str | None = None, stated: datetime | None = None, **day: int) -> Headline:
    """`dated("words", "23:10", back=1)` is yesterday, `dated("words", month=5, day=12)` a date without a clock."""
    at = time.fromisoformat(clock) if clock else None
    return Headline(f"{Day(**day)} {clock}", at, title, day=Day(**day), stated=stated)


def stated(title: str, written: str, clock: str | None = None) -> Headline:
    """A row with `<time datetime="written">`."""
    at = datetime.fromisoformat(written)
    return Headline(clock, time.fromisoformat(clock) if clock else None, title, stated=at)


def page(*lines: str) -> list[Headline]:
    """Rows of a list, newest first."""
    return [row(line) for line in lines]


def instant(written: str, zone: ZoneInfo = BEIRUT) -> datetime:
    """RFC 3339 to UTC; without an offset, the wall clock of *zone*."""
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


@dataclass
class Desk:
    """The pure stages with a memory: what the store would remember, by the store's own rules."""

    zone: ZoneInfo = BEIRUT
    source: str = "desk"
    items: dict[str, Item] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    last: Changes = field(default_factory=lambda: Changes((), ""))
    matches: list[Match] = field(default_factory=list)
    moved: bool = True  # whether the last poll changed the list, beyond the ages of its times
    accepted: list[tuple[datetime, str, int]] = field(default_factory=list)  # at, digest, rows; latest first

    def read(self, at: str | datetime, lines: Iterable[str | Headline]) -> Changes | None:
        """One poll; None when the list was not believed."""
        now = instant(at) if isinstance(at, str) else at
        seen = [row(line) if isinstance(line, str) else line for line in lines]
        known = self._remembered(now)
        self.matches = []
        if doubt(known, seen):
            self.known = replace(self.known, doubted=digest(seen))
            return None
        self.matches = reconcile(known, seen, fetched_at=now, zone=self.zone)
        self.moved = not (equal(seen, next(iter(known.lists), None)) or unmoved(known, self.matches))
        taken = frozenset(item.published for item in self.items.values())
        self.last = resolve(
            self.matches,
            known,
            source=self.source,
            fetched_at=now,
            zone=self.zone,
            digest=digest(seen),
            taken=taken,
        )
        self._keep(self.last, now)
        return self.last

    def _remembered(self, now: datetime) -> Known:
        since = now - timedelta(hours=20)
        listed = {item.guid for item in self.known.listed}
        memory = [item for item in self.items.values() if item.guid not in listed and item.last_seen >= since]
        recent = [(digest, rows) for at, digest, rows in self.accepted[1:] if at >= since]
        return replace(
            self.known,
            memory=tuple(sorted(memory, key=lambda item: item.last_seen, reverse=True)),
            lists=(*self.known.lists[:1], *(digest for digest, _ in recent)),
            longest=max((rows for at, _, rows in self.accepted if at >= since), default=0),
        )

    def _keep(self, changes: Changes, now: datetime) -> None:
        listed = [self._stored(change) for change in changes.rows]
        self.items |= {item.guid: item for item in listed}
        if self.moved:
            self.accepted.insert(0, (now, changes.digest, len(changes.rows)))
        self.known = Known(
            revision=self.known.revision + 1,
            listed=tuple(listed),
            last_good=now,
            lists=(changes.digest,) if self.moved else self.known.lists[:1],
        )

    def _stored(self, change: Change) -> Item:
        """A guid that is there already is never inserted again."""
        stored = self.items.get(change.item.guid)
        if change.kind != "new" or stored is None:
            return change.item
        return replace(stored, rank=change.item.rank, last_seen=change.item.last_seen)

    @property
    def newest(self) -> list[Item]:
        """As a feed shows them."""
        return sorted(self.items.values(), key=lambda item: item.published, reverse=True)
