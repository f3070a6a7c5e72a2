"""Let the real pipeline poll an invented newsroom for days, with faults, in processes that are killed; then judge it.

    Newsroom ─▶ plan ─▶ Soak: life after life ─▶ judge
    tests.      a step  a fork that polls and    the store against
    simulator   a poll  is killed somewhere      what was on the page

No real time passes but what the polls take: the clock is handed in. A life is given the steps from now on and the
database, nothing else. `python -m tests.soaking --help` runs a week by hand.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sqlite3
import sys
import threading
import time
import traceback
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event

from tests.crashes import copy, found
from tests.desk import Desk
from tests.oracle import Oracle, Setup, Verdict
from tests.simulator import MINUTE, MIXES, Newsroom, Visit, visits
from ticker.errors import Cause, FetchError
from ticker.model import Change, Changes, Channel, Page, Source, Validators
from ticker.poll import poll
from ticker.press import RenderThread
from ticker.store import KeptPoll, Store

NAME, HEADING = "desk", "عاجل 24/7"
KEEP = timedelta(days=400)  # every list that was kept is looked at in the end
CHANNELS = tuple(  # so small that a day closes archives by the dozen
    Channel(name, "أخبار", "ar", "http://127.0.0.1/", {NAME: "أخبار"}, 20, 40, timedelta(hours=1))
    for name in ("", NAME)
)
REFUSALS: dict[str, tuple[Cause, str]] = {
    "unreachable": ("unreachable", "no complete answer within 30 s"),
    "refused": ("refused", "answered 503 Service Unavailable"),
    "challenged": ("challenged", "answered with a page that asks for a browser or a person"),
}
FAULTS = {  # how often a day each begins, and how many minutes it lasts
    "unreachable": (8.0, (1, 25)),
    "refused": (6.0, (1, 15)),
    "challenged": (3.0, (1, 30)),
    "heading absent": (4.0, (1, 20)),
    "block empty": (4.0, (1, 20)),
    "times unreadable": (4.0, (1, 20)),
    "a lying 304": (4.0, (2, 45)),
}
TWICE = 0.02  # of all polls: two at once
# Of all kills: while the database is opened; once a transaction writes, or ends; the others at any moment of a poll.
AIMS = {"opening": 0.08, "write": 0.17, "commit": 0.15, "begin": 0.6}
SOON = {"opening": 0.06, "write": 0.02, "commit": 0.001, "begin": 0.03}  # seconds until the blow, at most


@dataclass(frozen=True, slots=True)
class Step:
    """One poll: what stands on the page, and what keeps it from being read."""

    visit: Visit
    fault: str = ""
    retry_after: float | None = None  # seconds, of a refusal
    conditional: bool = False  # the site answers a true 304 to one who has the page
    twice: bool = False

    @property
    def honest(self) -> bool:
        """Whether the list is handed out as it stands on the page now, whole."""
        return self.visit.how == "page" and not self.fault

    @property
    def etag(self) -> str:
        """Of the list."""
        rows = "\n".join(f"{row.headline.printed} {row.headline.title}" for row in self.visit.page)
        return f'"{sha256(rows.encode()).hexdigest()[:12]}"'


def plan(newsroom: Newsroom, seed: int, every: int) -> list[Step]:
    """The polls of all days. One that is told to come back later does."""
    dice = Random(f"faults {seed}")
    spans = sorted(_spans(newsroom, dice))
    steps, not_before = list[Step](), newsroom.begin
    for visit in visits(newsroom, seed, every):
        at = int(visit.at.timestamp())
        if at < not_before:
            continue
        fault = next((name for begin, end, name in spans if begin <= at < end), "")
        later = dice.choice((None, 30.0, 300.0, 900.0)) if fault == "refused" else None
        not_before = at + int(later or 0)
        steps.append(Step(visit, fault, later, at // 7200 % 3 > 0, dice.random() < TWICE))
    return steps


def _spans(newsroom: Newsroom, dice: Random) -> Iterator[tuple[int, int, str]]:
    """When which fault begins and ends."""
    for name, (a_day, minutes) in FAULTS.items():
        at = float(newsroom.begin + 10 * MINUTE)
        while (at := at + dice.expovariate(a_day / 86_400)) < newsroom.end:
            yield int(at), int(at + dice.uniform(*minutes) * MINUTE), name


@dataclass(frozen=True, slots=True)
class Site:
    """Answers one poll; a `ticker.poll.Fetch`."""

    step: Step

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        step = self.step
        if step.fault in REFUSALS:
            cause, detail = REFUSALS[step.fault]
            raise FetchError(cause, detail, retry_after=step.retry_after)
        lies = step.fault == "a lying 304"
        if validators is not None and (lies or (step.conditional and validators.etag == step.etag)):
            return None
        return Page(url, html(step), "html", step.visit.at, Validators(url, step.etag))


def html(step: Step) -> str:
    """The page of the newsroom, as this poll gets it."""
    heading = "" if step.fault == "heading absent" else f"<h3>{HEADING}</h3>"
    rows = () if step.fault == "block empty" else step.visit.page
    listed = "".join(
        f"<li><span>{'--:--' if step.fault == 'times unreadable' else row.headline.printed}</span>"
        f"<p>{escape(row.headline.title)}</p></li>"
        for row in rows
    )
    return f"<html><body><h1>الصفحة الأولى</h1>{heading}<ul>{listed}</ul><p>© 2025</p></body></html>"


# A life


async def live(place: Path, zone: ZoneInfo, steps: Iterable[tuple[int, Step]], tell: Callable[[str], None]) -> None:
    """Open the store, poll each of *steps*, close; *tell* where it is."""
    store, press = await Store.open(f"sqlite:///{place}", keep_polls=KEEP), RenderThread()
    source = Source(NAME, "أخبار", ("http://127.0.0.1/",), zone, heading=HEADING, language="ar")
    for number, step in steps:
        tell(f"begin {number}")
        polls = [
            poll(source, fetch=Site(step), store=store, channels=CHANNELS, press=press, now=step.visit.at)
            for _ in range(1 + step.twice)
        ]
        for outcome in await asyncio.gather(*polls):
            tell(f"end {number} {outcome.outcome} {outcome.cause}")
    press.close()
    await store.close()


def _life(place: Path, zone: ZoneInfo, steps: Iterable[tuple[int, Step]], pipe: int) -> int:
    """In a fork: tells each begin and end of a poll and of a transaction that writes; the exit code."""

    def tell(words: str) -> None:
        os.write(pipe, f"{words}\n".encode())

    @event.listens_for(Engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("write"):
            tell("write")

    @event.listens_for(Engine, "commit")
    def commit(connection: Any) -> None:
        if connection.get_execution_options().get("write"):
            tell("commit")

    try:
        asyncio.run(live(place, zone, steps, tell))
    except BaseException:  # noqa: BLE001 - nothing may leave a fork but its exit code
        traceback.print_exc()
        return 1
    return 0


@dataclass
class Account:
    """What happened."""

    polls: int = 0  # that ended
    outcomes: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    opening: int = 0  # of the kills: before the first poll of a life
    within: int = 0  # of the kills: within a poll
    writing: int = 0  # of those: within its transaction
    survived: int = 0  # of those within a poll: it had been kept
    promised: set[int] = field(default_factory=set)  # stories on a list that a poll said to have kept
    doubted: set[int] = field(default_factory=set)  # stories on an honest list that a poll did not believe or read
    cut_off: set[int] = field(default_factory=set)  # stories on an honest list whose poll was killed
    gaps: set[datetime] = field(default_factory=set)  # polls that said that lines may be missing


class Soak:
    """Life after life, from one kill to the next."""

    def __init__(self, place: Path, newsroom: Newsroom, steps: Sequence[Step], kills: int, dice: Random) -> None:
        self.place = place
        self.account = Account()
        self._zone = newsroom.zone
        self._steps = steps
        self._dice = dice
        self._doomed = self._choose(kills)
        self._published: dict[str, int] = {}  # guid -> when, as it was ever seen in the store
        self._busy = 0  # polls that run in the life that is listened to

    def _choose(self, kills: int) -> list[int]:
        """The steps at which to kill, the last one first; half of them find another list than the one before."""
        pages = [step.visit.page for step in self._steps[:-5]]  # else the last life might end by itself
        differ = [n for n in range(1, len(pages)) if pages[n] != pages[n - 1] and not self._steps[n].fault]
        some = set(self._dice.sample(differ, min(len(differ), kills // 2)))
        rest = [n for n in range(len(pages)) if n not in some]
        return sorted(some | set(self._dice.sample(rest, kills - len(some))), reverse=True)

    def run(self) -> Iterator[Account]:
        """All steps; yields after each death."""
        at = 0
        while at < len(self._steps) or self._doomed:
            at = self._next(at, self._doomed.pop() if self._doomed else None)
            yield self.account

    def _next(self, at: int, doomed: int | None) -> int:
        """One life from the step *at* on, killed at the step *doomed*; the step at which the next one begins."""
        out, pipe = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(_life(self.place, self._zone, [*enumerate(self._steps)][at:], pipe))
        os.close(pipe)
        with os.fdopen(out) as told:
            begun = self._follow(child, told, None if doomed is None else max(at, doomed))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), "the life ended by an error of its own; see above"
        if code == 0:
            return len(self._steps)
        self.account.kills += 1
        self._look(begun)
        if begun is None:
            return at
        return begun if self._dice.random() < 0.5 else begun + 1  # the same poll once more, or the next one

    def _follow(self, child: int, told: Iterable[str], doomed: int | None) -> int | None:
        """Listen to a life and end it; the last step that it began, None where it came to none."""
        aim = self._dice.choices([*AIMS], [*AIMS.values()])[0] if doomed is not None else ""
        if aim == "opening":
            self._strike(child, aim)
        begun, writing, self._busy = None, False, 0
        for line in told:
            word, *rest = line.split()
            if word == "begin":
                begun = int(rest[0])
                self._busy, writing = 1 + self._steps[begun].twice, False
            elif word == "end":
                self._busy -= 1
                self._note(int(rest[0]), *rest[1:])
            else:
                writing = word == "write"
            if begun == doomed and word == aim:
                self._strike(child, aim)
                aim = ""
        if doomed is not None:
            self.account.opening += begun is None
            self.account.within += self._busy > 0
            self.account.writing += self._busy > 0 and writing
        return begun

    def _strike(self, child: int, aim: str) -> None:
        time.sleep(self._dice.uniform(0, SOON[aim]))
        os.kill(child, signal.SIGKILL)

    def _note(self, number: int, outcome: str, cause: str) -> None:
        step, account = self._steps[number], self.account
        account.polls += 1
        account.outcomes[f"{outcome} ({cause})" if cause not in ("None", "gap") else outcome] += 1
        stories = {row.story for row in step.visit.page}
        if outcome in ("changed", "unchanged") or (outcome == "not-modified" and step.honest):
            account.promised |= stories
        elif step.honest:
            account.doubted |= stories
        if outcome == "changed" and cause == "gap":
            account.gaps.add(step.visit.at)

    def _look(self, begun: int | None) -> None:
        """What the killed process left is whole, and nothing that was published has changed."""
        if self.account.kills % 20 == 0:
            found(self.place)
        with TemporaryDirectory() as folder, closing(sqlite3.connect(copy(self.place, Path(folder, "copy.db")))) as db:
            assert [*db.execute("PRAGMA integrity_check")] == [("ok",)]
            if not [*db.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'")]:
                return
            now = dict(db.execute("SELECT guid, published FROM items"))
            at = None if begun is None else int(self._steps[begun].visit.at.timestamp())
            kept = [*db.execute("SELECT 1 FROM polls WHERE at = ? AND outcome = 'changed'", (at,))]
            gap = [*db.execute("SELECT 1 FROM sources WHERE cause = 'gap'")]
        assert self._published.items() <= now.items(), "what was published is gone, or of another time"
        self._published = now
        if self._busy and begun is not None and self._steps[begun].honest:
            self.account.cut_off |= {row.story for row in self._steps[begun].visit.page}
        if self._busy and begun is not None and kept:
            self.account.survived += 1
            if gap:
                self.account.gaps.add(self._steps[begun].visit.at)


# The judgement


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of the stories."""

    verdict: Verdict
    lost: list[str]  # a poll said that it had kept the list they stood on, and they are not in the store
    disbelieved: int  # stood only on lists that no poll could believe or read, and that were whole and fresh
    cut_off: int  # stood only on such lists whose poll was killed, and had gone when the next one came
    unseen: int  # stood on the page only while there was no list to be read: no poll ever got it, whole and fresh
    stray: list[str]  # items that no story stands behind


async def judge(place: Path, newsroom: Newsroom, steps: Sequence[Step], account: Account) -> Judgement:
    """Hold the store against the newsroom; fails where the documents do not hold each item once."""
    found(place)
    store = await Store.open(f"sqlite:///{place}", keep_polls=KEEP)
    desk = Desk(newsroom.zone, NAME, {item.guid: item for item in await store.search(None)})
    kept = [one async for one in store.kept(NAME) if one.outcome == "changed"]
    await store.close()
    by_time = {step.visit.at: step for step in steps}
    oracle, owners = Oracle(newsroom), dict[str, set[int]]()
    for one in kept:
        step = by_time[one.at]
        changes = _changes(one, step, desk, account)
        oracle.saw(step.visit, changes)
        for row, change in zip(step.visit.page, changes.rows, strict=True):
            owners.setdefault(change.item.guid, set()).add(row.story)
    stored = set().union(*owners.values()) if owners else set()
    lost = [f"{story}: {newsroom.stories[story]}" for story in sorted(account.promised - stored)]
    last = steps[-1].visit.at.timestamp()
    there = {story.id for story in newsroom.stories if newsroom.begin <= story.at <= last} | stored
    return Judgement(
        verdict=oracle.verdict(desk),
        lost=lost,
        disbelieved=len(account.doubted - account.promised - stored),
        cut_off=len(account.cut_off - account.promised - account.doubted - stored),
        unseen=len(there - stored - account.promised - account.doubted - account.cut_off),
        stray=sorted(desk.items.keys() - owners.keys()),
    )


def _changes(one: KeptPoll, step: Step, desk: Desk, account: Account) -> Changes:
    """What a poll decided, out of the store."""
    rows = one.rows or ()
    said = [row.headline.title for row in rows]
    assert said == [row.headline.title for row in step.visit.page], "the page was read otherwise than it stood there"
    decided = (Change(desk.items[row.guid or ""], row.kind or "new", row.reason, row.headline) for row in rows)
    return Changes(tuple(decided), "", gap=one.at in account.gaps)


# The command line


def soak(place: Path, setup: Setup, seed: int, kills: int, say: Callable[[str], None]) -> tuple[Account, Judgement]:
    """All of it, in a process that has a single thread; *say* is told how it goes."""
    newsroom = setup.newsroom(seed)
    steps = plan(newsroom, seed, setup.every)
    warm_up(newsroom.zone, steps)
    running = Soak(place, newsroom, steps, kills, Random(f"kills {seed}"))
    began = time.monotonic()
    for account in running.run():
        if account.kills % 20 == 0 or account.kills == kills:
            say(
                f"{time.monotonic() - began:4.0f} s: {account.kills} kills, {account.within} within a poll and "
                f"{account.writing} within its transaction; {account.polls} of {len(steps)} polls"
            )
    return running.account, asyncio.run(judge(place, newsroom, steps, running.account))


def warm_up(zone: ZoneInfo, steps: Sequence[Step]) -> None:
    """One life here, so that no fork has to import and to compile anything."""
    with TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder, "warm.db"), zone, [*enumerate(steps)][:3], lambda _: None))
    assert threading.active_count() == 1
    gc.freeze()  # else each fork walks over, and so copies, all that was imported


def report(account: Account, judgement: Judgement) -> dict[str, Any]:
    """For the test that asked, as JSON."""
    verdict = {name: value for name, value in vars(judgement.verdict).items() if name != "troubles"}
    troubles = [f"{one.what}, story {one.story}: {one.detail}" for one in judgement.verdict.troubles]
    told = {name: getattr(account, name) for name in ("polls", "kills", "opening", "within", "writing", "survived")}
    rest = asdict(judgement) | {"verdict": verdict, "troubles": troubles}
    return {**told, "outcomes": dict(account.outcomes.most_common()), **rest}


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.soaking", description="Poll an invented newsroom, and be killed.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mix", choices=MIXES, default="plain")
    parser.add_argument("--every", type=int, default=60, help="seconds between two polls")
    parser.add_argument("--rows", type=int, default=20, help="of the list")
    parser.add_argument("--a-day", type=float, default=400, help="headlines")
    parser.add_argument("--keep", type=Path, help="where the database is left; default: nowhere")
    asked = parser.parse_args()
    setup = Setup(MIXES[asked.mix], asked.every, asked.rows, asked.a_day, asked.days)
    with TemporaryDirectory() as folder:
        place = asked.keep or Path(folder, "soak.db")
        account, judgement = soak(place, setup, asked.seed, asked.kills, lambda line: print(line, file=sys.stderr))
    json.dump(report(account, judgement), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
