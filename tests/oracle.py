"""Hold what the pipeline made of a simulated newsroom against the truth, and count; `explain` shows why.

`python -m tests.simulator` prints the counts of one run as a table.
"""

from __future__ import annotations

from argparse import ArgumentParser
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.desk import Desk
from tests.simulator import MIXES, Mix, Newsroom, Row, Visit, visits
from ticker import text
from ticker.model import Changes, Item

LEAST_TOKENS = 6  # shorter lines recur for real: said again, they are news (research/identity-time, step 5)
REPOST_WITHIN = timedelta(hours=20)
NEAR_POLLS = 3  # the first poll after a gap may get an older copy of the page
# Zone and first day: both changes of the clocks of Beirut (at midnight) and of London, a year's end, plain summer.
STARTS = (
    ("Asia/Beirut", "2025-03-24T09:00"),
    ("Asia/Beirut", "2025-10-20T09:00"),
    ("Asia/Beirut", "2024-12-26T21:00"),
    ("Europe/London", "2025-03-24T09:00"),
    ("Europe/London", "2025-10-20T09:00"),
    ("Asia/Beirut", "2025-06-10T23:30"),
    ("Asia/Tehran", "2026-02-24T15:00"),
)


@dataclass(frozen=True, slots=True)
class Setup:
    """A newsroom and how it is polled."""

    mix: Mix
    every: int = 60  # seconds
    rows: int = 20
    a_day: float = 400
    days: float = 10

    @property
    def name(self) -> str:
        return f"{self.mix.name}, {self.every} s, {self.rows} rows, {self.a_day:.0f} a day"

    def newsroom(self, seed: int) -> Newsroom:
        """Its days under *seed*, which also picks zone and season."""
        zone_name, first = STARTS[seed % len(STARTS)]
        zone = ZoneInfo(zone_name)
        start = datetime.fromisoformat(first).replace(tzinfo=zone).astimezone(UTC)
        return Newsroom(seed, self.mix, days=self.days, start=start, zone=zone, rows=self.rows, a_day=self.a_day)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with one story; `explain` takes its number."""

    what: str
    story: int
    detail: str


@dataclass
class Verdict:
    """Counts of one run, or of several added up."""

    polls: int = 0
    read: int = 0  # polls whose page differed from the one before
    refused: int = 0
    stories: int = 0  # that stood on a page that was polled
    unseen: int = 0  # that stood on none: scrolled through between two polls, or during an outage
    untold: int = 0  # of those, scrolled through though no poll near them reported a gap
    lost: int = 0  # polled, and never published
    hidden: int = 0  # news, but stored as a repost only
    doubled: int = 0  # one story, two items in the feed
    merged: int = 0  # two stories, one item
    forced: int = 0  # the same, where the newsroom put the one into the slot of the other
    joined: int = 0  # the same, where the one repeats the other
    wrong: int = 0  # another minute than the truth, and no flag
    flagged: int = 0
    astray: int = 0  # another minute than the truth, or none, and flagged
    edits: int = 0  # changes of wording that two polls saw
    kept: int = 0  # of those, the id
    flips: int = 0  # a row under another id than at the last poll, words unchanged
    changed: int = 0  # items whose `published` changed, or that vanished from the store
    disorder: int = 0  # pairs of items published against the order of their minutes
    reposts: int = 0  # that a reader could take for one: long enough, of the same local day
    linked: int = 0  # of those, kept as a repost of what they repeat
    troubles: list[Trouble] = field(default_factory=list)

    def __iadd__(self, other: Verdict) -> Verdict:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    @property
    def edits_kept(self) -> float:
        """Share."""
        return self.kept / self.edits if self.edits else 1.0

    @property
    def doubles(self) -> float:
        """Share of the stories."""
        return self.doubled / self.stories if self.stories else 0.0

    def of(self, *kinds: str) -> list[Trouble]:
        """The troubles of some kinds, to be shown by a test that fails."""
        return [trouble for trouble in self.troubles if trouble.what in kinds]


class Oracle:
    """Watches one run."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._verdict = Verdict()
        self._visible: set[int] = set()
        self._last: dict[int, tuple[Row, str]] = {}  # story -> its row in the last list that held it, and the guid
        self._given: dict[int, set[str]] = defaultdict(set)
        self._owners: dict[str, set[int]] = defaultdict(set)
        self._printed: dict[str, datetime] = {}  # guid -> what its row means, in the last accepted copy that was fresh
        self._born: dict[str, datetime] = {}
        self._accepted: list[tuple[datetime, bool]] = []  # polls, and whether they reported a gap

    def saw(self, visit: Visit, changes: Changes | None) -> None:
        """One poll that was read; *changes* None if it was not believed."""
        self._verdict.read += 1
        self._visible.update(row.story for row in visit.page)
        if changes is None:
            self._verdict.refused += 1
            return
        self._accepted.append((visit.at, changes.gap))
        for row, change in zip(visit.page, changes.rows, strict=True):
            if self._last.get(row.story) != (row, change.item.guid):
                self._row(row, change.item, visit)

    def _row(self, row: Row, item: Item, visit: Visit) -> None:
        before = self._last.get(row.story)
        self._last[row.story] = row, item.guid
        self._given[row.story].add(item.guid)
        self._owners[item.guid].add(row.story)
        if visit.how != "stale" or item.guid not in self._printed:
            self._printed[item.guid] = row.minute
        self._born.setdefault(item.guid, item.published)
        if before is None:
            return
        was, guid = before
        if was.headline.title != row.headline.title:
            self._verdict.edits += 1
            self._verdict.kept += guid == item.guid
            if guid != item.guid:
                detail = f"{visit.at:%d %H:%M:%S} {was.headline.title} -> {row.headline.title}"
                self._trouble("edit not kept", row.story, detail)
        elif guid != item.guid:
            self._verdict.flips += 1

    def verdict(self, desk: Desk) -> Verdict:
        """After the last poll."""
        self._verdict.stories = len(self._visible)
        self._of_unseen()
        for story in sorted(self._visible):
            self._of_story(story, desk)
        for guid, owners in self._owners.items():
            self._of_item(guid, sorted(owners), desk)
        self._order(desk)
        return self._verdict

    def _of_unseen(self) -> None:
        """Lines that scrolled through between two polls are lost for good; one of the next polls must say so."""
        last = self._accepted[-1][0] if self._accepted else datetime.min.replace(tzinfo=UTC)
        for story in self._newsroom.stories:
            at = datetime.fromtimestamp(story.at, UTC)
            if story.id in self._visible or story.at < self._newsroom.begin or at > last:
                continue
            self._verdict.unseen += 1
            first = bisect_left(self._accepted, at, key=lambda poll: poll[0])
            if not story.withdrawn and not any(gap for _, gap in self._accepted[first : first + NEAR_POLLS]):
                self._count("untold", story.id, f"{at:%d %H:%M:%S} {story.title}")

    def _of_story(self, story: int, desk: Desk) -> None:
        items = [desk.items[guid] for guid in self._given[story] if guid in desk.items]
        shown = [item for item in items if item.repost_of is None]
        repeats = self._newsroom.stories[story].repost_of
        if not items:
            self._count("lost", story, "never published")
        elif not shown and not self._family_shown(story, desk):
            self._count("hidden", story, items[0].title)
        elif len(shown) > 1:
            self._verdict.doubled += len(shown) - 2  # and the one that `_count` adds
            self._count("doubled", story, " | ".join(f"{item.printed} {item.title}" for item in shown))
        if repeats is not None and items:
            self._of_repost(story, repeats, items)

    def _family_shown(self, story: int, desk: Desk) -> bool:
        """Whether a reader sees the words at all: of a line and what repeats it, that which was seen first is shown."""
        root = self._root(story)
        guids = (guid for other in self._visible if self._root(other) == root for guid in self._given[other])
        return any(guid in desk.items and desk.items[guid].repost_of is None for guid in guids)

    def _root(self, story: int) -> int:
        repeats = self._newsroom.stories[story].repost_of
        return story if repeats is None else self._root(repeats)

    def _of_repost(self, story: int, repeats: int, items: list[Item]) -> None:
        """Counted where both were polled in the same words, long enough, on one local day and within 20 h."""
        old, zone = self._last.get(repeats), self._newsroom.zone
        new = self._last[story][0]
        if old is None or text.key(old[0].headline.title) != text.key(new.headline.title):
            return
        one_day = old[0].minute.astimezone(zone).date() == new.minute.astimezone(zone).date()
        if one_day and new.minute - old[0].minute < REPOST_WITHIN and len(_tokens(new)) >= LEAST_TOKENS:
            self._verdict.reposts += 1
            linked = any(item.repost_of in self._given[repeats] or item.guid in self._given[repeats] for item in items)
            self._verdict.linked += linked
            if not linked:
                self._trouble("repost not linked", story, new.headline.title)

    def _of_item(self, guid: str, owners: list[int], desk: Desk) -> None:
        item = desk.items.get(guid)
        if item is None or item.published != self._born[guid]:
            self._count("changed", owners[0], guid)
        for one, other in pairwise(owners):
            self._count(self._why(one, other), other, f"and {one}: {item.title if item else guid}")
        if item is None or len(owners) > 1:
            return
        self._verdict.flagged += item.flag is not None
        if item.printed_at != self._printed[guid]:
            detail = f"{item.printed_at} instead of {self._printed[guid]}, first seen {item.first_seen}, {item.flag}"
            self._count("astray" if item.flag else "wrong", owners[0], detail)

    def _why(self, one: int, other: int) -> str:
        a, b = self._newsroom.stories[one], self._newsroom.stories[other]
        if b.replaces == a.id or a.replaces == b.id:
            return "forced"
        return "joined" if self._root(one) == self._root(other) else "merged"

    def _order(self, desk: Desk) -> None:
        """A later minute is published later; but for items whose printed time was corrected, which stay in place."""
        stories = self._newsroom.stories
        sure = [
            (self._printed[guid], desk.items[guid].published)
            for guid, owners in self._owners.items()
            if len(owners) == 1
            and desk.items[guid].flag is None
            and desk.items[guid].printed_at == self._printed[guid]
            and not stories[next(iter(owners))].times
        ]
        for (minute, published), (later, later_published) in pairwise(sorted(sure)):
            self._verdict.disorder += minute < later and published >= later_published

    def _count(self, what: str, story: int, detail: str) -> None:
        setattr(self._verdict, what, getattr(self._verdict, what) + 1)
        self._trouble(what, story, detail)

    def _trouble(self, what: str, story: int, detail: str) -> None:
        self._verdict.troubles.append(Trouble(what, story, detail))


def _tokens(row: Row) -> list[str]:
    return text.tokens(row.headline.title)


@dataclass(frozen=True, slots=True)
class Reading:
    """One poll whose page had changed, and what was decided."""

    visit: Visit
    changes: Changes | None


def follow(setup: Setup, seed: int, desk: Desk, newsroom: Newsroom, *, each: bool = False) -> Iterator[Visit | Reading]:
    """Poll *newsroom* with *desk*, a poll a step.

    A page that is the very one of the last accepted poll is only noted, as `poll.keep` does; *each* reads it all the
    same. After a restart of ours the desk is what the store would give the next process.
    """
    last: object = None
    for visit in visits(newsroom, seed, setup.every):
        if visit.restarted:
            vars(desk).update(vars(desk.restarted()))
        if not visit.page:
            desk.failed()
            yield visit
        elif visit.page == last and not each:
            desk.unchanged(visit.at)
            yield visit
        else:
            changes = desk.read(visit.at, [row.headline for row in visit.page])
            last = visit.page if changes is not None else last if desk.known.lists else None
            yield Reading(visit, changes)


def run(setup: Setup, seed: int, *, each: bool = False) -> Verdict:
    """All of it, judged."""
    return ran(setup, seed, each=each)[1]


def ran(setup: Setup, seed: int, *, each: bool = False, desks: type[Desk] = Desk) -> tuple[Desk, Verdict]:
    """The same, with the desk as it is after the last poll; *desks* makes it."""
    newsroom = setup.newsroom(seed)
    desk, oracle, polls = desks(newsroom.zone), Oracle(newsroom), 0
    for step in follow(setup, seed, desk, newsroom, each=each):
        polls += 1
        if isinstance(step, Reading):
            oracle.saw(step.visit, step.changes)
    verdict = oracle.verdict(desk)
    verdict.polls = polls
    return desk, verdict


def explain(setup: Setup, seed: int, story: int, *, around: int = 3, most: int = 12) -> str:
    """Why *story* became what it became: each poll that saw it come, change or go, and what was decided there."""
    newsroom = setup.newsroom(seed)
    desk, before, shown = Desk(newsroom.zone), "", list[str]()
    facts = newsroom.stories[story]
    for step in follow(setup, seed, desk, newsroom):
        if isinstance(step, Reading):
            here = [n for n, row in enumerate(step.visit.page) if row.story == story]
            now = _decided(step, here) if here or before else ""
            if now != before and len(shown) < most:
                shown.append(_pictured(step, here, around, desk))
            before = now
    return "\n\n".join((f"story {story}: {facts}", *shown))


def _decided(step: Reading, here: list[int]) -> str:
    """What must differ for a poll to be shown."""
    rows = [step.visit.page[n].headline for n in here]
    guids = [step.changes.rows[n].item.guid for n in here] if step.changes else ["refused"] if here else []
    return repr((rows, guids))


def _pictured(step: Reading, here: list[int], around: int, desk: Desk) -> str:
    visit, lines = step.visit, list[str]()
    lines.append(f"{visit.at:%Y-%m-%d %H:%M:%S}Z {visit.how}{', restarted' if visit.restarted else ''}")
    for n, row in enumerate(visit.page):
        if min((abs(n - place) for place in here), default=n) > around:
            continue
        mark = ">" if n in here else " "
        line = f"{mark}{n:3} [{row.story}] {row.headline.printed} {row.headline.title}"
        if step.changes is None:
            lines.append(f"{line}  -- the list was not believed")
        else:
            change = step.changes.rows[n]
            at = f"{change.item.printed_at:%d %H:%M}Z" if change.item.printed_at else "no minute"
            lines.append(f"{line}\n      {change.kind} ({change.reason}) {change.item.guid[9:17]} {at}")
    for guid in step.changes.gone if step.changes else ():
        lines.append(f"     gone: {guid[9:17]} {desk.items[guid].title}")
    return "\n".join(lines)


def table(rows: dict[str, Verdict]) -> str:
    """Counts in columns, a run a row."""
    names = [name for name in vars(Verdict()) if name != "troubles"]
    width = max(map(len, rows), default=0)
    lines = [" " * width + "".join(f"{name:>9}" for name in (*names, "kept %", "doubles %"))]
    for title, verdict in rows.items():
        shares = f"{verdict.edits_kept:9.1%}{verdict.doubles:9.2%}"
        lines.append(f"{title:<{width}}" + "".join(f"{getattr(verdict, name):9}" for name in names) + shares)
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    """The command line; *words* are those of the process where None."""
    parser = ArgumentParser(prog="python -m tests.simulator", description="Poll an invented newsroom; count the harm.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many, from --seed on")
    parser.add_argument("--days", type=float, default=10)
    parser.add_argument("--mix", choices=MIXES, default="usual")
    parser.add_argument("--every", type=int, default=60, help="seconds between two polls")
    parser.add_argument("--rows", type=int, default=20, help="of the list")
    parser.add_argument("--a-day", type=float, default=400, help="headlines")
    parser.add_argument("--explain", type=int, metavar="STORY", help="show what became of one, by its number")
    parser.add_argument("--troubles", action="store_true", help="list them all")
    asked = parser.parse_args(words)
    setup = Setup(MIXES[asked.mix], asked.every, asked.rows, asked.a_day, asked.days)
    if asked.explain is not None:
        print(explain(setup, asked.seed, asked.explain))
        return
    verdicts = {f"seed {seed}": run(setup, seed) for seed in range(asked.seed, asked.seed + asked.seeds)}
    print(f"{setup.name}\n{table(verdicts)}")
    for seed, verdict in verdicts.items():
        kinds = Counter(trouble.what for trouble in verdict.troubles)
        print(f"{seed}: {', '.join(f'{n} {what}' for what, n in kinds.most_common()) or 'no trouble'}")
        for trouble in verdict.troubles if asked.troubles else ():
            print(f"  {trouble.what}, story {trouble.story}: {trouble.detail}")
