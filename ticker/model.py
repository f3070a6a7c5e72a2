"""The nouns that the stages hand on: frozen, without I/O, without a clock.

Instants are aware `datetime`s in UTC and in whole seconds. Lists of headlines and items are in
page order, which is newest first. A `Headline` has a wall-clock time but no day; an `Item` has
an instant. What must not be cannot be written.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from ticker.errors import Cause


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors that override what the extractor would find by shape."""

    block: str
    time: str | None = None
    headline: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One page that is polled, as configured."""

    name: str  # in URLs: [a-z0-9-]+
    title: str
    urls: tuple[str, ...]  # tried in order until one holds the block
    zone: ZoneInfo
    heading: str | None = None
    selectors: Selectors | None = None
    language: str = "en"  # BCP 47
    every: timedelta = timedelta(
        seconds=60
    )  # between two polls; with `slowest`, the least that the adaptive rule waits
    slowest: timedelta | None = None  # the most that the adaptive rule waits; None: `every` is fixed
    timeout: timedelta = timedelta(seconds=30)  # for one address, from its name to the last byte, redirects included
    robots: Literal["obey", "ignore"] = "obey"  # robots.txt (RFC 9309)
    headers: Mapping[str, str] = field(default_factory=dict)
    charset: str | None = None  # of pages that declare none and are not UTF-8
    allow_private: bool = False
    keep: timedelta | None = None  # how long its headlines are kept; None: for ever


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional GET sends back (RFC 9110 §13), with the URL that gave it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read: decoded, not yet understood."""

    url: str  # after redirects; relative links resolve against it
    text: str
    kind: Literal["html", "plain"]
    fetched_at: datetime
    validators: Validators | None = None
    saved: bool = False  # by somebody: it may be older than the last poll
    note: str = ""  # what the operator should know of how it was read: a plain sentence
    utf8: bytes | None = field(default=None, compare=False, repr=False)  # the text as it came, where that was UTF-8


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What the host of a source asks of those who poll it, as far as it did when it was last asked."""

    crawl_delay: timedelta = timedelta()  # of its robots.txt: between two requests to it
    fresh_for: timedelta = timedelta()  # of its Cache-Control: how long the page was still fresh when it came
    note: str = ""  # what the operator should know of it: plain sentences


@dataclass(frozen=True, slots=True)
class Evidence:
    """The page of a poll that kept nothing, as it came: so that `ticker inspect` can show why."""

    source: str
    at: datetime
    url: str
    cause: Cause
    detail: str
    body: bytes  # unpacked; the beginning of it, where it is long
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """The local day that a row names, as far as it does: so many days back, a weekday, or a date."""

    back: int | None = None  # 0 today, 1 yesterday
    weekday: int | None = None  # 0 is Monday: the latest such day
    month: int | None = None  # with `day`
    day: int | None = None
    year: int | None = None  # None where it is not printed


@dataclass(frozen=True, slots=True)
class Ago:
    """How long before the page was made, as a row says it: "2 hours ago" is from 2:00 to 2:59 hours."""

    span: timedelta  # as printed, rounded down to whole units; zero for "just now"
    unit: timedelta  # a minute, an hour, a day


@dataclass(frozen=True, slots=True)
class Headline:
    """One row of the list, as printed.

    What its time says is `clock` alone ("14:54"), `day` with or without `clock` ("yesterday, 23:10", "12 May"), or
    `ago` ("5 minutes ago"); `stated` may stand beside each of them, or alone.
    """

    printed: str | None  # the time as it stands on the page, brackets and separators off
    clock: time | None  # the wall clock it says, naive; None where it says none
    title: str  # cleaned by `text.display`, never empty
    link: str | None = None  # absolute
    day: Day | None = None  # which day it says
    ago: Ago | None = None  # how long ago it says
    stated: datetime | None = None  # of its <time datetime>: aware, or naive in the zone of the source

    @property
    def readable(self) -> bool:
        """Whether the row says when it was, in any way."""
        return any(said is not None for said in (self.clock, self.day, self.ago, self.stated))


@dataclass(frozen=True, slots=True)
class Block:
    """A timed list found on a page."""

    heading: str | None
    headlines: tuple[Headline, ...]
    reason: str = ""  # why it was taken, or stands where it stands, for a person


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item no longer says: a wording, or the time printed beside it."""

    title: str
    seen_at: datetime  # when it was first seen
    printed: str | None = None  # the time as it stood beside it
    until: datetime | None = None  # the poll that saw what came after it
    reason: str = ""  # why that was taken for the same item


@dataclass(frozen=True, slots=True)
class Item:
    """A headline dated and kept. `guid` and `published` never change once stored."""

    guid: str
    source: str
    title: str
    link: str | None
    published: datetime
    updated: datetime
    printed: str | None
    clock: time | None
    # The instant the row said, at most 10 min past the poll that saw it first; None where it said no minute.
    printed_at: datetime | None
    first_seen: datetime
    last_seen: datetime
    rank: int | None = None  # its place in the last accepted list, 0 on top; None when not listed
    flag: str | None = None  # why `published` is uncertain
    revisions: tuple[Revision, ...] = ()  # oldest first
    # The first poll that missed it though a line below it was still listed: withdrawn, unless it comes back.
    gone_at: datetime | None = None
    repost_of: str | None = None  # guid of the item that it says once more: kept, and in no feed

    def listed_at(self, at: datetime, rank: int) -> Self:
        """As a list that was read *at* then shows it; in less than half the time of `replace`, for each row of each."""
        return type(self)(
            self.guid, self.source, self.title, self.link, self.published, self.updated, self.printed, self.clock,
            self.printed_at, self.first_seen, at, rank, self.flag, self.revisions, None, self.repost_of,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """As much of an item as tells whether a page of it has to be made, or made anew."""

    number: int  # in the order of the store
    guid: str
    link: str | None
    edited: bool  # has old wordings or times
    mark: str  # another one once anything has changed that is shown of it


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far somebody was told of what the store has: every line and every old wording up to these."""

    item: int = 0  # in the order of the store
    revision: int = 0  # the same, of old wordings

    def __str__(self) -> str:
        return f"{self.item}-{self.revision}"


@dataclass(frozen=True, slots=True)
class News:
    """What was new, or worded anew, after a cursor; each item as it stands now, once."""

    new: tuple[Item, ...]  # in the order of the store
    edited: tuple[Item, ...]  # the same; those that are not new as well
    cursor: Cursor  # after these
    more: bool = False  # there were more than were asked for: `cursor` is the newest all the same, they are left out


@dataclass(frozen=True, slots=True)
class Wish:
    """Which items are looked for: all of these hold. Reposts are never among them."""

    sources: frozenset[str] | None = None  # None: of any
    wanted: tuple[str, ...] = ()  # folded: each is somewhere in the folded title
    unwanted: tuple[str, ...] = ()  # folded: none is
    since: datetime | None = None  # published then or later
    until: datetime | None = None  # published before
    after: tuple[datetime, int] | None = None  # older than this place: `published` and `number` of the last one had
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Last:
    """What the next poll of a source needs before it reads the page."""

    validators: Validators | None = None
    digest: str | None = None  # of the last accepted list


@dataclass(frozen=True, slots=True)
class Known:
    """What reconcile needs to know of a source."""

    revision: int = 0  # counts accepted polls that changed something; the store's compare-and-swap
    listed: tuple[Item, ...] = ()  # rows of the last accepted list, in page order
    memory: tuple[Item, ...] = ()  # seen in the last 20 h, not now listed; latest seen first
    last_good: datetime | None = None  # when the last accepted poll read the page
    lists: tuple[str, ...] = ()  # digests of the lists accepted in the last 20 h, latest first
    longest: int = 0  # most rows of an accepted list in that time
    doubted: str | None = None  # digest of the list that the last poll refused, if it did
    # The first list that was read by a repair since one that was read as configured; None where that was the last one.
    repaired: datetime | None = None


# corrected: another time, the words as they were or nearly; repost: a new item that says another one once more
Kind = Literal["same", "edited", "corrected", "back", "new", "repost"]


@dataclass(frozen=True, slots=True)
class Match:
    """What one row of this poll is."""

    headline: Headline
    rank: int
    kind: Kind
    item: Item | None  # the known item; None when new
    reason: str  # a plain phrase
    of: Item | None = None  # the item that a repost says once more


@dataclass(frozen=True, slots=True)
class Change:
    """What one row of an accepted poll does to the store."""

    item: Item  # as it is to stand after this poll
    kind: Kind
    reason: str
    headline: Headline  # the row as printed
    was: Revision | None = None  # what the item no longer says

    @property
    def before(self) -> str | None:
        """The old wording, where the words have changed."""
        return self.was.title if self.was is not None and self.was.title != self.item.title else None


@dataclass(frozen=True, slots=True)
class Changes:
    """All rows of an accepted poll, in page order."""

    rows: tuple[Change, ...]
    digest: str  # of the list as printed, without the times that age
    gone: tuple[str, ...] = ()  # guids of items that are listed no more though lines below them are
    gap: bool = False  # no line of the last list is left: lines between the two may have been missed
    note: str = ""  # what the operator should know of the page's clock, or of ours: a plain sentence

    def of(self, *kinds: str) -> tuple[Change, ...]:
        """Those rows that are of one of *kinds*, in page order."""
        return tuple(row for row in self.rows if row.kind in kinds)


# refused: the list was read and not believed this time; failed: there was no list to read
Outcome = Literal["changed", "unchanged", "not-modified", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Poll:
    """How one poll ended; log line, status page and next wait all read this."""

    source: str
    at: datetime
    outcome: Outcome
    changes: Changes | None = None
    cause: Cause | None = None
    detail: str = ""  # a plain sentence
    retry_after: float | None = None  # seconds
    doubted: str | None = None  # digest of the list that was refused
    rows: tuple[Headline, ...] = ()  # of the list that was refused
    evidence: Evidence | None = None  # of a failure that came with a page
    advice: str = ""  # lines of config.yaml that would make permanent what this poll had to find out


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is doing, for status page and `/status.json`."""

    name: str
    state: Literal["waiting", "healthy", "suspect", "failing"]
    cause: Cause | None = None
    detail: str = ""  # a plain sentence
    since: datetime | None = None  # of the first poll in this state
    last_success: datetime | None = None
    next_poll: datetime | None = None
    streak: int = 0  # polls in a row with a cause
    advice: str = ""  # lines of config.yaml that would mend it for good
    alarmed: datetime | None = None  # since when the trouble is that people were told of


class Format(Enum):
    """A format that a feed is published in: its ending in URLs, and its media type."""

    RSS = ("rss", "application/rss+xml")
    ATOM = ("atom", "application/atom+xml")
    JSON = ("json", "application/feed+json")

    def __init__(self, ending: str, media_type: str) -> None:
        self.ending = ending
        self.media_type = media_type


def titled_together(titles: Iterable[str]) -> str:
    """The title of a feed of several sources that was given none."""
    return f"Ticker · {' · '.join(titles)}"[:200]


def _digest(*facts: object) -> str:
    return sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)  # no slots: of thousands of sources its digest takes a while, and is kept
class Channel:
    """What a feed says of itself; the same in every version until the operator edits the configuration."""

    name: str  # of the source; "" is the combined feed
    title: str
    language: str  # BCP 47
    public_url: str  # of the service, ending in "/"
    sources: Mapping[str, str]  # name -> title of the sources in it
    min_items: int
    max_items: int
    max_age: timedelta
    languages: Mapping[str, str] = field(default_factory=dict)  # name -> language of sources that have another one
    pages: Mapping[str, str] = field(default_factory=dict)  # name -> the page that is followed, for people
    hubs: tuple[str, ...] = ()  # WebSub hubs that are advertised: those that work

    @property
    def unnamed(self) -> bool:
        """Whether the title only lists the sources, because nobody gave it another."""
        return len(self.sources) > 1 and self.title == titled_together(self.sources.values())

    @cached_property
    def digest(self) -> str:
        """Of everything the operator configured that a reader can see; a new release does not change it."""
        return _digest(*self._facts(), sorted(self.pages.items()), self.hubs)

    @cached_property
    def first_digest(self) -> str:
        """The same as it was before migration 0003: feeds named no pages and no hubs then."""
        return _digest(*self._facts())

    def _facts(self) -> tuple[object, ...]:
        return (
            self.title,
            self.language,
            self.public_url,
            sorted(self.sources.items()),
            sorted(self.languages.items()),
            self.min_items,
            self.max_items,
            self.max_age.total_seconds(),
        )

    def language_of(self, source: str) -> str:
        """BCP 47, of the headlines of *source*."""
        return self.languages.get(source, self.language)

    @property
    def page_url(self) -> str:
        """The page a person reads."""
        return f"{self.public_url}{self.name}/" if self.name else self.public_url

    def feed_url(self, form: Format) -> str:
        """Where the feed itself is, in one format."""
        return f"{self.page_url}feed.{form.ending}"

    def archive_url(self, number: int, form: Format) -> str:
        """Where a closed archive of the feed is, in one format."""
        return f"{self.page_url}archive/{number}.{form.ending}"


@dataclass(frozen=True, slots=True)
class Feed:
    """One document of a feed: everything `render` needs, and nothing that depends on the clock.

    The subscription document, a closed archive (RFC 5005 §4), or a filtered variant of the former.
    """

    channel: Channel
    items: tuple[Item, ...]  # newest first by `published`; empty only in a variant that matches nothing
    updated: datetime  # of the newest change among the items; of a variant, of those of the whole feed
    number: int | None = None  # of a closed archive, from 1 up
    previous: int | None = None  # the archive before this document, if there is one
    query: str = ""  # of a variant, as it stands in its URL after the "?"

    def url(self, form: Format) -> str:
        """Its own address in one format."""
        if self.number is not None:
            return self.channel.archive_url(self.number, form)
        return self.channel.feed_url(form) + (f"?{self.query}" if self.query else "")


Press: TypeAlias = Callable[[Feed], Awaitable[Mapping[Format, bytes]]]
"""Makes the documents of a feed, in the one thread that renders."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A part of a feed that is closed: its documents never change again."""

    feed: str  # Channel.name
    number: int  # from 1 up, in the order of the store
    closed_at: datetime | None  # None where the address of the service has changed since, and so have the bytes
    documents: Mapping[Format, bytes]


@dataclass(frozen=True, slots=True)
class Version:
    """A feed as published: kept in the store, served by every replica."""

    feed: str  # Channel.name
    revision: int  # up by one with every change
    last_modified: datetime  # grows by at least 1 s with every version
    documents: Mapping[Format, bytes]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told of every new version of one document, by the embedded WebSub hub."""

    topic: str  # the document's own address
    callback: str  # where it is sent to
    host: str  # of the callback
    expires: datetime
    secret: str | None = None  # signs what is sent
    delivered: int = 0  # revision of the feed that it has


@dataclass(frozen=True, slots=True)
class Announced:
    """What a foreign WebSub hub was told last of one feed."""

    hub: str
    feed: str  # Channel.name
    revision: int  # 0: nothing yet
    failing_since: datetime | None = None  # of the hub
    detail: str = ""  # what is wrong with it
