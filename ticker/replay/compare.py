"""Compare what was decided of the rows with what is decided of them today: which item each is, and when that was."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ticker.model import Change, Item
from ticker.store import KeptRow

MANY = 50_000  # differences that are told one by one; all are counted

What = Literal[
    "joined",  # two items would be one
    "parted",  # one item would be two
    "other",  # the row would be another item, which there is already
    "dated",  # another minute or another flag
    "repost",  # kept out of the feeds as one, or no longer
    "kind",  # the same item, known in another way
    "gone",  # marked as withdrawn, or no longer
    "refused",  # the list would not be believed
    "believed",  # the list would be believed
]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a row, or of a list."""

    kind: str | None  # None where it was not kept
    reason: str = ""
    guid: str | None = None
    published: datetime | None = None
    flag: str | None = None
    repost: bool = False  # kept out of the feeds, as one


@dataclass(frozen=True, slots=True)
class Wording:
    """A time and a headline as printed."""

    printed: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that would be decided otherwise today."""

    what: What
    at: datetime  # of the poll
    row: Wording  # of a whole list the first
    then: Decision
    today: Decision
    beside: Wording | None = None  # how the item read that the row would be one with, or would be no more


class Comparison:
    """Which stored item is which item of today, as the rows tell that are both."""

    def __init__(self) -> None:
        self.counts: Counter[What] = Counter()
        self.differences: list[Difference] = []
        self.blank: datetime | None = None  # what was first seen by then was dated by polls that are not replayed
        self._today: dict[str, list[str]] = defaultdict(list)  # stored guid -> guids of today
        self._then: dict[str, list[str]] = defaultdict(list)  # guid of today -> stored guids
        self._said: dict[str, Wording] = {}  # guid of today -> its last row

    def begin(self, items: Iterable[Item]) -> None:
        """With items that both know."""
        for item in items:
            self._meet(item.guid, item.guid)
            self._said[item.guid] = Wording(item.printed, item.title)

    def unmet(self, kept: Sequence[KeptRow], rows: Sequence[Change]) -> list[str]:
        """Stored guids of *kept* that have not been the items of *rows* before."""
        both = zip(kept, rows, strict=True)
        return [old.guid for old, row in both if old.guid and row.item.guid not in self._today.get(old.guid, ())]

    def row(self, at: datetime, kept: KeptRow, row: Change, stored: Item | None, *, in_step: bool) -> None:
        """One row, as it was decided and as it is today.

        Args:
            at: when its list was read.
            kept: the row then; without a guid, where its list was refused.
            row: the row today.
            stored: its item; needed where the two are `unmet`.
            in_step: both knew the same list before this one.
        """
        wording, guid = Wording(row.headline.printed, row.headline.title), row.item.guid
        if kept.guid is not None:
            then, today = _then(kept, stored, at), _decision(row.kind, row.reason, row.item)
            for what in self._what(kept.guid, kept, row, stored, in_step=in_step):
                self.note(Difference(what, at, wording, then, today, self._beside(what, kept.guid, guid)))
            self._meet(kept.guid, guid)
        self._said[guid] = wording

    def gone(self, then: dict[str, datetime], today: dict[str, datetime]) -> None:
        """Lines that went while others below them stayed: guid -> since when, of all items at the end."""
        for old, new in self._one_to_one():
            if (old in then) != (new in today):
                at = then.get(old) or today[new]
                was, now = (
                    Decision(_whether(gone), "", guid) for gone, guid in ((old in then, old), (new in today, new))
                )
                self.note(Difference("gone", at, self._said[new], was, now))

    def note(self, difference: Difference) -> None:
        """Count it, and keep it to be told."""
        self.counts[difference.what] += 1
        if len(self.differences) < MANY:
            self.differences.append(difference)

    def _one_to_one(self) -> Iterator[tuple[str, str]]:
        return ((old, news[0]) for old, news in self._today.items() if len(news) == len(self._then[news[0]]) == 1)

    def _what(self, old: str, kept: KeptRow, row: Change, stored: Item | None, *, in_step: bool) -> Iterator[What]:
        news, olds = self._today.get(old, ()), self._then.get(row.item.guid, ())
        if row.item.guid in news:
            if in_step and len(news) == len(olds) == 1 and kept.kind not in (None, row.kind):
                yield "kind"
        elif news or olds:
            yield "other" if news and olds else "parted" if news else "joined"
        elif stored is not None and (self.blank is None or stored.first_seen > self.blank):
            if _minute(stored.published) != _minute(row.item.published) or stored.flag != row.item.flag:
                yield "dated"
            if (stored.repost_of is None) != (row.item.repost_of is None):
                yield "repost"

    def _beside(self, what: What, old: str, new: str) -> Wording | None:
        if what == "parted":
            return self._said.get(self._today[old][-1])
        return self._said.get(new) if what in ("joined", "other") else None

    def _meet(self, old: str, new: str) -> None:
        if new not in self._today[old]:
            self._today[old].append(new)
            self._then[new].append(old)


def _decision(kind: str | None, reason: str, item: Item) -> Decision:
    return Decision(kind, reason, item.guid, item.published, item.flag, item.repost_of is not None)


def _then(kept: KeptRow, stored: Item | None, at: datetime) -> Decision:
    if stored is None:
        return Decision(kept.kind, kept.reason, kept.guid)
    return _decision(kept.kind or ("new" if stored.first_seen == at else None), kept.reason, stored)


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0)


def _whether(gone: bool) -> str:
    return "withdrawn" if gone else "not withdrawn"
