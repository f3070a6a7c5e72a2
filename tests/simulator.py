"""A newsroom that never was: writes, edits, moves and loses headlines by seeded dice, and knows the truth of each.

    Wording ──▶ Newsroom ──▶ visits ──▶ tests.oracle, which polls, compares and counts
    invented    stories and  what each
    headlines   their pages  poll gets

Rates and the mix of edits are those of research/identity-time ("How headlines are really edited", "Simulator"). No real
time passes: ten days are written at once, as a list of pages. `python -m tests.simulator --help` runs one by hand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import exp
from random import Random
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from tests.wording import KINDS, Wording
from ticker.model import Headline

MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds


@dataclass(frozen=True, slots=True)
class Mix:
    """How often things happen: shares of all lines, of all polls, or so many a day."""

    name: str
    edits: float = 0.0
    removals: float = 0.004
    corrections: float = 0.0  # of the printed time
    moves: float = 0.0  # to the top, with the time of the move
    swaps: float = 0.02  # with the line below
    reposts: float = 0.0
    replacements: float = 0.0  # by any other news, in the same slot
    forced: float = 0.0  # the same, also by other news of the same template or speaker
    stale: float = 0.01  # polls that get an older copy of the page
    cut: float = 0.005  # polls that get only its first rows
    missed: float = 0.01  # polls that fail
    pinned_a_day: float = 0.5
    outages_a_day: float = 0.25  # of 0.5 to 6 h
    restarts_a_day: float = 0.3  # of our service
    resets_a_day: float = 0.1  # of the source: its list is empty, and filled anew or restored from a backup
    outage_hours: tuple[float, float] = (0.5, 6.0)
    silences_a_day: float = 0.0  # of 20 to 40 h
    clock_off: int = 0  # minutes that the page's clock is wrong by, for the third quarter of the days


PLAIN = Mix("plain")  # without edits, reposts and replacements
USUAL = Mix("usual", edits=0.06, corrections=0.008, moves=0.003, reposts=0.01, replacements=0.0005)
HOSTILE = Mix(
    "hostile",
    edits=0.2,
    removals=0.05,
    swaps=0.1,
    corrections=0.07,
    moves=0.03,
    reposts=0.05,
    forced=0.03,
    outages_a_day=2.5,
)
BLACKOUT = Mix("blackout", outages_a_day=0.2, outage_hours=(30.0, 72.0), silences_a_day=0.3)
HOUR_LATE = Mix("hour-late", clock_off=-60)
HOUR_AHEAD = Mix("hour-ahead", clock_off=60)
MINUTES_AHEAD = Mix("minutes-ahead", clock_off=4)
MINUTES_LATE = Mix("minutes-late", clock_off=-7)
MIXES = {mix.name: mix for mix in (PLAIN, USUAL, HOSTILE, BLACKOUT, HOUR_LATE, HOUR_AHEAD, MINUTES_AHEAD, MINUTES_LATE)}


@dataclass(slots=True)
class Story:
    """One piece of news, whatever becomes of its words, its time and its place."""

    id: int
    at: int  # epoch seconds: when it was put up
    title: str  # as it stands now
    said: int  # the instant that its printed time means, to the second
    off: int = 0  # minutes that the page's clock was wrong by
    full: str = ""  # what a stub becomes
    repost_of: int | None = None
    replaces: int | None = None  # the story whose slot it took
    times: int = 0  # how often its printed time was changed
    withdrawn: bool = False  # by the newsroom: removed, replaced, or cleared with the whole list


@dataclass(frozen=True, slots=True)
class Row:
    """One wording of a story on the page."""

    story: int
    headline: Headline
    minute: datetime  # the truth: what the printed time means


Page: TypeAlias = tuple[Row, ...]


class Newsroom:
    """Days of news, written at once.

    `stories` are the truth, `pages` what stood on the page, each from its second on. The first quarter of a day is
    before *start*, so that the list is full when the first poll comes.
    """

    def __init__(
        self, seed: int, mix: Mix, *, days: float, start: datetime, zone: ZoneInfo, rows: int, a_day: float
    ) -> None:
        self.mix, self.zone, self.rows = mix, zone, rows
        self.begin, self.end = int(start.timestamp()), int(start.timestamp() + days * DAY)
        self.stories: list[Story] = []
        self.pages: list[tuple[int, Page]] = []
        self._dice = Random(f"newsroom {seed}")
        self._wording = Wording(self._dice)
        self._list: list[Row] = []
        self._pinned = 0  # lines on top that later ones are put below
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._turn = count()
        self._plan(a_day)
        self._write()

    def page(self, at: int) -> Page:
        """What stands on the page at the epoch second *at*."""
        return self.pages[bisect_right(self.pages, at, key=lambda entry: entry[0]) - 1][1]

    # What is to happen

    def _plan(self, a_day: float) -> None:
        first = self.begin - DAY // 4
        bursts = self._times(4.0, first, (5 * MINUTE, 40 * MINUTE))
        silences = self._times(self.mix.silences_a_day, self.begin, (20 * HOUR, 40 * HOUR))
        minutes = range(first, self.end, MINUTE)
        silent, bursting = _within(silences, minutes), _within(bursts, minutes)
        for minute in minutes:
            if minute not in silent:
                loud = 8.0 if minute in bursting else 1.0
                for _ in range(self._poisson(self._rate(minute, a_day) * loud)):
                    self._at(minute + self._dice.randrange(MINUTE), self._post)
        for begin, end in self._times(self.mix.pinned_a_day, self.begin, (2 * HOUR, 20 * HOUR)):
            self._at(begin, partial(self._pin, end=end))
        for begin, end in self._times(self.mix.resets_a_day, self.begin, (3 * MINUTE, 60 * MINUTE)):
            self._at(begin, partial(self._reset, end=end))

    def _rate(self, at: int, a_day: float) -> float:
        """Lines a minute without bursts, which make them 1.43 times as many: few at night, most in the evening."""
        hour = datetime.fromtimestamp(at, self.zone).hour
        return a_day / 1440 / 1.43 * (0.35 if hour < 6 else 1.0 if hour < 14 else 1.5)

    def _poisson(self, rate: float) -> int:
        limit, product, n = exp(-rate), self._dice.random(), 0
        while product > limit:
            product *= self._dice.random()
            n += 1
        return n

    def _times(self, a_day: float, begin: int, lengths: tuple[float, float]) -> list[tuple[int, int]]:
        spans, at = list[tuple[int, int]](), float(begin)
        while a_day and (at := at + self._dice.expovariate(a_day / DAY)) < self.end:
            spans.append((int(at), int(at + self._dice.uniform(*lengths))))
        return spans

    def _at(self, at: int, act: Callable[[int], None]) -> None:
        heappush(self._agenda, (at, next(self._turn), act))

    def _soon(self, at: int, act: Callable[[int], None]) -> None:
        """Most changes come within minutes of the line, some hours later."""
        mean = 5 * MINUTE if self._dice.random() < 0.8 else HOUR
        self._at(at + 15 + int(self._dice.expovariate(1 / mean)), act)

    def _write(self) -> None:
        while self._agenda:
            at, _, act = heappop(self._agenda)
            if at >= self.end:
                break
            act(at)
            self._note(at)

    def _note(self, at: int) -> None:
        page = tuple(self._list[: self.rows])
        if self.pages and self.pages[-1][0] == at:
            self.pages.pop()
        if not self.pages or self.pages[-1][1] != page:
            self.pages.append((at, page))

    # What happens

    def _post(self, at: int) -> None:
        title = self._fresh(at)
        story = self._story(at, title)
        if self._dice.random() < self.mix.edits * KINDS["filled"] / 100:
            story.full, story.title = title, self._wording.stub(title)
            self._soon(at, lambda at: self._edit(at, story))
        self._list.insert(self._pinned, self._row(story))
        del self._list[3 * self.rows + 20 :]
        self._fate(at, story)

    def _fresh(self, at: int) -> str:
        """A headline that does not stand there already, so that an alarm comes once a minute at most."""
        lately = {row.headline.title for row in self._list}
        while (title := self._wording.headline()) in lately:
            pass
        return title

    def _story(self, at: int, title: str, said: int | None = None) -> Story:
        third = self.begin + (self.end - self.begin) // 2 <= at < self.begin + (self.end - self.begin) * 3 // 4
        lag = 0 if said is not None else self._dice.choice((0, 0, 0, 10, 30))
        story = Story(len(self.stories), at, title, at - lag if said is None else said)
        story.off = self.mix.clock_off if third else 0
        self.stories.append(story)
        return story

    def _fate(self, at: int, story: Story) -> None:
        """What will become of it; seldom more than one thing."""
        fates: tuple[tuple[float, Callable[[int, Story], None]], ...] = (
            (self.mix.edits, self._edit),
            (self.mix.edits / 10, self._edit),
            (self.mix.removals, self._remove),
            (self.mix.corrections, self._correct),
            (self.mix.moves, self._move),
            (self.mix.swaps, self._swap),
            (self.mix.replacements, self._replace),
            (self.mix.forced, self._force),
        )
        for share, act in fates:
            if self._dice.random() < share:
                self._soon(at, lambda at, act=act: act(at, story))  # type: ignore[misc]  # of a lambda's default
        if self._dice.random() < self.mix.reposts:
            self._at(at + self._dice.randrange(30 * MINUTE, 10 * HOUR), lambda at: self._repost(at, story))

    def _place(self, story: Story) -> int | None:
        return next((n for n, row in enumerate(self._list) if row.story == story.id), None)

    def _edit(self, at: int, story: Story) -> None:
        place = self._place(story)
        if place is None:
            return
        story.title = story.full or self._wording.edited(story.title, self._wording.kind())
        story.full = ""
        self._list[place] = self._row(story)

    def _remove(self, at: int, story: Story) -> None:
        if (place := self._place(story)) is not None:
            del self._list[place]
            story.withdrawn = True
            self._pinned = max(0, self._pinned - (place < self._pinned))

    def _correct(self, at: int, story: Story) -> None:
        """The printed time: by minutes, now and then by an hour; sometimes the words with it, or the place."""
        place = self._place(story)
        if place is None:
            return
        by = self._dice.choice((1, 2, 3, 5, 7, 10, 20, 60)) * self._dice.choice((-1, -1, 1)) * MINUTE
        story.said = min(story.said + by, at)
        story.times += 1
        if self._dice.random() < 0.2:
            story.title = self._wording.edited(story.title, "word")
        self._list[place] = self._row(story)
        if self._dice.random() < 0.5:
            row = self._list.pop(place)
            later = sum(other.minute > row.minute for other in self._list)
            self._list.insert(max(later, self._pinned), row)

    def _move(self, at: int, story: Story) -> None:
        if (place := self._place(story)) is not None and place >= self._pinned:
            del self._list[place]
            story.said, story.times = at, story.times + 1
            self._list.insert(self._pinned, self._row(story))

    def _swap(self, at: int, story: Story) -> None:
        place = self._place(story)
        if place is not None and self._pinned <= place < len(self._list) - 1:
            self._list[place : place + 2] = self._list[place + 1], self._list[place]

    def _replace(self, at: int, story: Story) -> None:
        self._supplant(at, story, self._wording.headline())

    def _force(self, at: int, story: Story) -> None:
        self._supplant(at, story, self._wording.rival(story.title))

    def _supplant(self, at: int, story: Story, title: str) -> None:
        if (place := self._place(story)) is not None:
            other = self._story(at, title, story.said)
            other.replaces, other.off, story.withdrawn = story.id, story.off, True
            self._list[place] = self._row(other)

    def _repost(self, at: int, story: Story) -> None:
        other = self._story(at, story.title)
        other.repost_of = story.id
        self._list.insert(self._pinned, self._row(other))

    def _pin(self, at: int, end: int) -> None:
        if not self._list or self._pinned:
            return
        self._pinned = 1
        story = self.stories[self._list[0].story]
        self._at(end, lambda at: self._unpin(story))

    def _unpin(self, story: Story) -> None:
        if self._pinned and (place := self._place(story)) is not None:
            row = self._list.pop(place)
            later = sum(other.minute > row.minute for other in self._list)
            if later < len(self._list):
                self._list.insert(later, row)
        self._pinned = 0

    def _reset(self, at: int, end: int) -> None:
        """The list is empty; it fills anew, or the old one comes back below what was written meanwhile."""
        before, self._list, self._pinned = self._list, [], 0
        for row in before:
            self.stories[row.story].withdrawn = True
        if self._dice.random() < 0.6:
            self._at(end, lambda at: self._list.extend(before))

    def _row(self, story: Story) -> Row:
        """As printed now; a clock that is wrong by an hour still means the true minute, one by minutes what it says."""
        printed = story.said // MINUTE * MINUTE + story.off * MINUTE
        meant = printed if abs(story.off) < 30 else story.said // MINUTE * MINUTE
        local = datetime.fromtimestamp(printed, self.zone)
        clock = time(local.hour, local.minute)
        return Row(story.id, Headline(f"{clock:%H:%M}", clock, story.title), datetime.fromtimestamp(meant, UTC))


def _within(spans: Iterable[tuple[int, int]], minutes: range) -> set[int]:
    """Those of *minutes* that lie in one of *spans*."""
    return {
        minute for begin, end in spans for minute in minutes[bisect_left(minutes, begin) : bisect_left(minutes, end)]
    }


STALE_AGAIN = 0.15  # an older copy is served twice running


@dataclass(frozen=True, slots=True)
class Visit:
    """One poll, and what it gets."""

    at: datetime
    page: Page  # empty: there was no list
    how: Literal["page", "stale", "cut"] = "page"
    restarted: bool = False  # our service, since the last one


def visits(newsroom: Newsroom, seed: int, every: int) -> Iterator[Visit]:
    """The polls of some days, about *every* seconds, but for outages and those that fail."""
    dice, mix = Random(f"visits {seed}"), newsroom.mix
    outages, restarts = (_moments(dice, newsroom, per) for per in (mix.outages_a_day, mix.restarts_a_day))
    at, restarted = newsroom.begin, False
    copied: int | None = None  # the second of an older copy that is served again
    while at < newsroom.end:
        if outages and at >= outages[0]:
            at = max(at, outages.pop(0) + int(dice.uniform(*mix.outage_hours) * HOUR))
        if restarts and at >= restarts[0]:
            at, restarted = at + dice.randrange(5, 180), bool(restarts.pop(0))
        if dice.random() >= mix.missed:
            if copied is None and dice.random() < mix.stale:
                copied = max(newsroom.begin, at - dice.randrange(MINUTE, 30 * MINUTE))
            yield _served(newsroom, dice, at, copied, restarted)
            restarted = False
            copied = copied if dice.random() < STALE_AGAIN else None
        at += max(1, int(every * dice.uniform(0.9, 1.1)))


def _served(newsroom: Newsroom, dice: Random, at: int, copied: int | None, restarted: bool) -> Visit:
    moment = datetime.fromtimestamp(at, UTC)
    if copied is not None:
        return Visit(moment, newsroom.page(copied), "stale", restarted)
    page = newsroom.page(at)
    if dice.random() < newsroom.mix.cut:
        return Visit(moment, page[: dice.randint(1, max(1, len(page) // 2))], "cut", restarted)
    return Visit(moment, page, "page", restarted)


def _moments(dice: Random, newsroom: Newsroom, a_day: float) -> list[int]:
    moments, at = list[int](), float(newsroom.begin)
    while a_day and (at := at + dice.expovariate(a_day / DAY)) < newsroom.end:
        moments.append(int(at))
    return moments


if __name__ == "__main__":
    from tests.oracle import main

    main()
