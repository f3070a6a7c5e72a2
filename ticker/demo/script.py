"""The news as a function of time: what the newsroom's list holds at any instant, and what is true of it.

A script never reads a clock and keeps no state that time moves: ask it about the same instant twice,
or in another process, and it gives the same rows.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from ticker.demo.wording import dice, headline, longer, miscounted, series, slipped

BEIRUT = ZoneInfo("Asia/Beirut")
LENGTHS = range(6, 31)  # rows that real tickers of this kind show
BACKLOG = 40  # beats before the start: more than the longest list needs
BACKLOG_GAP = timedelta(minutes=13)  # a quiet morning: twelve rows are about two hours
REPOST_AFTER = timedelta(minutes=2)  # so that a repost never has the printed time of the first post
FIRST_ID = 700_000

# What the beats of one block are, in an order that the seed shuffles. One repost is put into the
# second half of each, so that two reposts are never near enough to be of one story.
_BEATS = ("one",) * 9 + ("edited",) * 5 + ("series",) * 2 + ("silence",) * 2 + ("removed",)
_BLOCK = len(_BEATS) + 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the page prints it."""

    id: int
    time: str  # HH:MM, the newsroom's wall clock
    text: str
    link: str | None = None  # a path


@dataclass(frozen=True, slots=True)
class Wording:
    """What a post says from one instant on."""

    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One place on the list, for as long as it lives. Instants are in UTC."""

    id: int
    story: int  # id of the post that told it first; a repost is another post of the same story
    printed_at: datetime  # what its HH:MM means
    wordings: tuple[Wording, ...]  # oldest first, never empty
    removed: datetime | None = None
    linked: bool = True

    @property
    def appeared(self) -> datetime:
        """When it came onto the list."""
        return self.wordings[0].since

    def text_at(self, now: datetime) -> str | None:
        """Its words at *now*; None before it appeared and after it was taken away."""
        if self.removed is not None and self.removed <= now:
            return None
        return next((wording.text for wording in reversed(self.wordings) if wording.since <= now), None)

    def until(self, now: datetime) -> "Post":
        """What had come of it by *now*, at or after its appearance."""
        gone = self.removed if self.removed is not None and self.removed <= now else None
        return replace(self, wordings=tuple(w for w in self.wordings if w.since <= now), removed=gone)


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of news, by whatever words and in whatever places it was told."""

    id: int
    posts: tuple[Post, ...]  # first told first; more than one when it was reposted

    @property
    def appeared(self) -> datetime:
        """When it was told first."""
        return self.posts[0].appeared

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every text it ever had, oldest first, each once."""
        said = sorted((wording for post in self.posts for wording in post.wordings), key=lambda wording: wording.since)
        return tuple(dict.fromkeys(wording.text for wording in said))


class Script(ABC):
    """A list of posts that time moves over."""

    def __init__(self, *, length: int = 12, zone: ZoneInfo = BEIRUT) -> None:
        if length not in LENGTHS:
            raise ValueError(f"a list of {length} rows: choose {LENGTHS.start} to {LENGTHS.stop - 1}")
        self.length = length
        self.zone = zone

    @abstractmethod
    def posts(self, now: datetime) -> Iterator[Post]:
        """Every post that has appeared by *now*, latest first, also those taken away since."""

    def post(self, post_id: int, now: datetime) -> Post | None:
        """The post of this id, if it has appeared by *now*."""
        return next((post for post in self.posts(now) if post.id == post_id), None)

    def rows_at(self, now: datetime) -> tuple[Row, ...]:
        """The list as the page shows it at *now*, newest first, at most `length` rows."""
        shown = ((post, post.text_at(now)) for post in self.posts(now))
        return tuple(islice((self._row(post, text) for post, text in shown if text is not None), self.length))

    def truth(self, now: datetime) -> tuple[Story, ...]:
        """Every story told by *now*, in the order of first telling, with what had come of it by then.

        The oldest ones may never have been on the page: they had scrolled off before the start.
        """
        told: dict[int, list[Post]] = defaultdict(list)
        for post in reversed(list(self.posts(now))):
            told[post.story].append(post.until(now))
        return tuple(Story(story, tuple(posts)) for story, posts in told.items())

    def story_of(self, row: Row, now: datetime) -> Story:
        """The story that *row*, printed at or before *now*, belongs to.

        Raises:
            KeyError: no such row has been on the list.
        """
        post = self.post(row.id, now)
        if post is None:
            raise KeyError(row.id)
        told = [other.until(now) for other in self.posts(now) if other.story == post.story]
        return Story(post.story, tuple(reversed(told)))

    def _row(self, post: Post, text: str) -> Row:
        clock = post.printed_at.astimezone(self.zone).strftime("%H:%M")
        return Row(post.id, clock, text, f"/breaking/{post.id}" if post.linked else None)


class Newsroom(Script):
    """A newsroom that works by itself: a beat every *rhythm*, most of them one new headline.

    Of twenty beats two are three statements of one speaker within a minute, five are edited within
    three beats (a slip of the keyboard, a wrong number, words added), one is posted again later, one
    is taken away and two are silent. It starts with a full list that reaches back over some hours.

    Args:
        started: when the scripted news begins; what came before is backlog.
        seed: other words, other news.
    """

    def __init__(
        self,
        started: datetime,
        *,
        seed: str | int = "newsroom",
        rhythm: timedelta = timedelta(seconds=12),
        length: int = 12,
        zone: ZoneInfo = BEIRUT,
    ) -> None:
        super().__init__(length=length, zone=zone)
        if rhythm <= timedelta(0):
            raise ValueError("rhythm must be longer than nothing")
        self.started = started.astimezone(UTC)  # arithmetic in a zone with DST is not on instants
        self.seed = str(seed)
        self.rhythm = rhythm
        self._posts_of = lru_cache(maxsize=4096)(self._tell)  # beats never change: asked again at every poll

    def posts(self, now: datetime) -> Iterator[Post]:
        """Every post since the start of the backlog, latest first."""
        latest = max(-1, (now - self.started) // self.rhythm)
        for beat in range(latest, -BACKLOG - 1, -1):
            yield from (post for post in reversed(self._posts_of(beat)) if post.appeared <= now)

    def post(self, post_id: int, now: datetime) -> Post | None:
        """The post of this id, found without a walk through all of them."""
        beat = (post_id - FIRST_ID) // 4 - BACKLOG
        if beat < -BACKLOG or beat > (now - self.started) // self.rhythm:
            return None
        return next((post for post in self._posts_of(beat) if post.id == post_id and post.appeared <= now), None)

    def _tell(self, beat: int) -> tuple[Post, ...]:
        """What one beat brings, first told first."""
        kind = self._kind(beat)
        if kind == "silence":
            return ()
        if kind == "series":
            texts = series(self._series_number(beat), self.seed)
            return tuple(self._post(beat, place, (text,)) for place, text in enumerate(texts))
        if kind == "repost" and (first := self._repeated(beat)) is not None:
            return (replace(self._post(beat, 0, (first.wordings[-1].text,)), story=first.id),)
        if kind == "edited":
            return (self._post(beat, 0, self._drafts(beat)),)
        post = self._post(beat, 0, (headline(beat + BACKLOG, self.seed),))
        return (replace(post, removed=self._later(beat, post.appeared)),) if kind == "removed" else (post,)

    def _kind(self, beat: int) -> str:
        if beat < 0:
            return "series" if beat % 7 == 3 else "one"
        block, place = divmod(beat, _BLOCK)
        return _kinds(self.seed, block)[place]

    def _series_number(self, beat: int) -> int:
        if beat < 0:
            return (beat + BACKLOG) // 7
        block, place = divmod(beat, _BLOCK)
        kinds = _kinds(self.seed, block)
        return BACKLOG // 7 + 1 + block * kinds.count("series") + kinds[:place].count("series")

    def _post(self, beat: int, place: int, texts: tuple[str, ...]) -> Post:
        """The *place*-th post of a beat; all posts of one beat print the same time."""
        at = self._at(beat)
        instant = at + place * 0.1 * self.rhythm
        wordings = []
        for text in texts:
            wordings.append(Wording(text, instant))
            instant = self._later(beat, instant)
        post_id = FIRST_ID + (beat + BACKLOG) * 4 + place
        linked = self._random(beat, f"link{place}").random() < 0.88
        return Post(post_id, post_id, at, tuple(wordings), linked=linked)

    def _at(self, beat: int) -> datetime:
        """When a beat falls: inside the first half of its own time, so that beats never overtake each other."""
        step = self.rhythm if beat >= 0 else BACKLOG_GAP
        return self.started + step * (beat + self._random(beat, "at").uniform(0.1, 0.5))

    def _later(self, beat: int, instant: datetime) -> datetime:
        """When a post is changed next: one beat later, more or less."""
        return instant + self.rhythm * self._random(beat, str(instant)).uniform(0.6, 1.4)

    def _drafts(self, beat: int) -> tuple[str, ...]:
        """The wordings of an edited headline, first to last; the right one is among them."""
        rng = self._random(beat, "edit")
        number = beat + BACKLOG
        right = headline(number, self.seed)
        slip = slipped(right, rng)
        choice = rng.choice(("slip", "number", "number", "longer", "slip and longer"))
        if choice == "number":
            return (miscounted(number, self.seed) or slip, right)
        if choice == "slip":
            return (slip, right)
        return (right, longer(right, rng)) if choice == "longer" else (slip, right, longer(right, rng))

    def _repeated(self, beat: int) -> Post | None:
        """The post that a repost says again, of the same local day; None when none fits."""
        last = beat - max(5, ceil(REPOST_AFTER / self.rhythm))
        block = beat // _BLOCK
        candidates = range(last, max(last - 6, -1), -1) if last >= 0 else range(-1 - block, -BACKLOG, -BACKLOG)
        for earlier in candidates:
            if self._kind(earlier) in ("one", "edited", "series"):
                return self._within_a_day(self._posts_of(earlier)[0], self._at(beat))
        return None

    def _within_a_day(self, post: Post, at: datetime) -> Post | None:
        same_day = post.printed_at.astimezone(self.zone).date() == at.astimezone(self.zone).date()
        return post if same_day else None

    def _random(self, beat: int, purpose: str) -> Random:
        return dice(self.seed, beat, purpose)


@lru_cache(maxsize=1024)
def _kinds(seed: str, block: int) -> tuple[str, ...]:
    rng = dice(seed, "block", block)
    kinds = rng.sample(_BEATS, len(_BEATS))
    kinds.insert(rng.randrange(_BLOCK // 2, _BLOCK), "repost")
    return tuple(kinds)
