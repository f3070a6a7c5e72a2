"""Speak of pages and items in tests: `page("14:54 عنوان", …)`, and a memory that keeps what a poll decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ticker.model import Changes, Headline, Item, Known, Match
from ticker.reconcile import digest, doubt, reconcile
from ticker.resolve import resolve

BEIRUT = ZoneInfo("Asia/Beirut")


def row(line: str) -> Headline:
    """`14:54 words` as a headline; `--:-- words` has a time that cannot be read."""
    printed, _, title = line.partition(" ")
    clock = None if "-" in printed else time.fromisoformat(printed)
    return Headline(printed, clock, title)


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
        self.matches = reconcile(known, seen)
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
        self.items |= {change.item.guid: change.item for change in changes.rows}
        if self.known.lists[:1] != (changes.digest,):
            self.accepted.insert(0, (now, changes.digest, len(changes.rows)))
        self.known = Known(
            revision=self.known.revision + 1,
            listed=tuple(change.item for change in changes.rows),
            last_good=now,
            lists=(changes.digest,),
        )

    @property
    def newest(self) -> list[Item]:
        """As a feed shows them."""
        return sorted(self.items.values(), key=lambda item: item.published, reverse=True)
