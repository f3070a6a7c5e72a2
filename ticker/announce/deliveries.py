"""Send every new version of a document to whom it was promised (WebSub §7), again and again where it does not arrive.

What is owed is in the store: a subscription knows the revision that it has. So a restart owes nothing twice and
forgets nothing, and of several versions in a row only the newest is sent.
"""

import asyncio
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom

import structlog

from ticker.announce.lanes import Calls, Lanes, tell_bug
from ticker.announce.library import Live, Subscribers
from ticker.announce.outgoing import NoReplyError, Outgoing
from ticker.errors import StoreError
from ticker.model import Channel, Format, Subscription, Version

FORGIVEN = 86_400.0  # seconds after which a callback that took nothing is in no trouble any more
_dice = SystemRandom()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard to try, and how much at once."""

    at_once: int = 32
    per_host: int = 4
    # A callback that did not take the last delivery waits in a lane of its own, where it keeps nobody else waiting.
    slow_at_once: int = 8
    slow_per_host: int = 2
    again: tuple[timedelta, ...] = tuple(timedelta(seconds=wait) for wait in (10, 60, 300, 1_800, 7_200))
    saved: timedelta = timedelta(seconds=1)  # between two notes in the store of what has arrived
    swept: timedelta = timedelta(hours=1)  # between two looks for leases that have ended


@dataclass(frozen=True, slots=True)
class Topic:
    """A document that may be subscribed to."""

    channel: Channel
    form: Format

    @property
    def url(self) -> str:
        """Its own address."""
        return self.channel.feed_url(self.form)

    @property
    def content_type(self) -> str:
        """As it is served with; deliveries say the same, letter by letter."""
        return f"{self.form.media_type}; charset=utf-8"


@dataclass(slots=True)
class _Trouble:
    """A callback that did not take what was sent."""

    misses: int  # in a row
    revision: int
    tries: int  # of that revision
    not_before: float  # by the clock of the loop
    timer: asyncio.TimerHandle | None = None


_Key = tuple[str, str]  # topic, callback


class Deliveries:
    """Distributes the versions of the topics, between `start` and `stop`, and after that when it is started again.

    Args:
        topics: by their own address.
        live: what is sent.
        subscribers: who gets them.
        outgoing: the way out.
        hubs: those that a channel advertises now.
        clock: now, aware.
    """

    def __init__(
        self,
        topics: Mapping[str, Topic],
        *,
        live: Live,
        subscribers: Subscribers,
        outgoing: Outgoing,
        hubs: Callable[[], Sequence[str]],
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._topics = topics
        self._of_feed: dict[str, list[str]] = {}
        for url, topic in topics.items():
            self._of_feed.setdefault(topic.channel.name, []).append(url)
        self._live = live
        self._subscribers = subscribers
        self._calls = Calls()
        self._outgoing = outgoing
        self._hubs = hubs
        self._clock = clock
        self._pace = pace
        self._fast, self._slow = self._lanes()
        self._fresh: dict[str, None] = {}  # feeds that have something new, in the order in which they were served
        self._news = asyncio.Event()
        self._troubles: dict[_Key, _Trouble] = {}
        self._sending: set[_Key] = set()  # on their way, in either lane
        self._arrived: dict[_Key, int] = {}  # not noted in the store yet
        self._tasks: list[asyncio.Task[None]] = []  # none before the start, and after the end

    def _lanes(self) -> tuple[Lanes, Lanes]:
        """The fast one and the slow one."""
        pace = self._pace
        return (
            Lanes(at_once=pace.at_once, per_host=pace.per_host),
            Lanes(at_once=pace.slow_at_once, per_host=pace.slow_per_host),
        )

    @property
    def pending(self) -> int:
        """What waits, is on its way, or is to be tried again."""
        again = sum(trouble.timer is not None for trouble in self._troubles.values())
        return self._fast.pending + self._slow.pending + again + len(self._fresh)

    def start(self) -> None:
        """Begin with what was owed when the last process ended."""
        self._fast, self._slow = self._lanes()
        self._tasks = [asyncio.create_task(work()) for work in (self._distribute, self._save, self._sweep)]
        for task in self._tasks:
            task.add_done_callback(tell_bug)
        self.served(self._of_feed)

    def served(self, feeds: Collection[str]) -> None:
        """New versions of *feeds* can be had."""
        self._fresh |= {feed: None for feed in feeds if feed in self._of_feed}
        if self._fresh:
            self._news.set()

    async def stop(self) -> None:
        """Cut off what is on its way; it is owed at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self._fast.close(), self._slow.close(), return_exceptions=True)
        self._tasks = []
        for trouble in self._troubles.values():  # of what failed while it was cut off as well
            if trouble.timer:
                trouble.timer.cancel()
                trouble.timer = None
        await self._calls.ended()
        await self.note()

    def begin_anew(self, host: str, topic: str, callback: str) -> None:
        """A subscription was renewed or is new: old trouble counts no more, and what is owed is sent."""
        self.forget(topic, callback)
        if self._tasks:
            self._fast.put(host, (topic, callback), partial(self._deliver, host, (topic, callback)))

    async def renewed(self, said: str) -> None:
        """The same, in another process, which *said* so."""
        try:
            new = await self._calls(self._subscribers.numbered(said, self._clock()))
        except StoreError as error:
            log.error("hub", detail=str(error))
            self.served(self._of_feed)  # it may be owed something, and so may any
            return
        if new is not None and new.topic in self._topics:
            self.begin_anew(new.host, new.topic, new.callback)

    def troubled(self, topic: str, callback: str) -> bool:
        """Whether it did not take the last delivery."""
        return (topic, callback) in self._troubles

    def forget(self, topic: str, callback: str) -> None:
        """It has ended, or has taken what was sent: old trouble counts no more."""
        trouble = self._troubles.pop((topic, callback), None)
        if trouble and trouble.timer:
            trouble.timer.cancel()

    async def _distribute(self) -> None:
        while True:
            await self._news.wait()
            feed = next(iter(self._fresh))
            version = self._live(feed)
            try:
                if version:
                    await self._owe(feed, version.revision)
            except StoreError as error:
                log.error("hub", feed=feed, detail=str(error))
                await asyncio.sleep(self._pace.again[0].total_seconds())
                continue
            if _revision(version) == _revision(self._live(feed)):
                del self._fresh[feed]
            if not self._fresh:
                self._news.clear()

    async def _owe(self, feed: str, revision: int) -> None:
        for due in await self._calls(self._subscribers.due(self._of_feed[feed], revision, self._clock())):
            self._queue(due, revision)

    def _queue(self, due: Subscription, revision: int) -> None:
        key = (due.topic, due.callback)
        if self._arrived.get(key) == revision:
            return
        trouble = self._troubles.get(key)
        if trouble is None:
            self._fast.put(due.host, key, partial(self._deliver, due.host, key))
        elif trouble.timer is None:
            self._try_again(due.host, key, trouble)

    def _try_again(self, host: str, key: _Key, trouble: _Trouble) -> None:
        loop = asyncio.get_running_loop()

        def ring() -> None:
            trouble.timer = None
            self._slow.put(host, key, partial(self._deliver, host, key))

        trouble.timer = loop.call_at(max(loop.time(), trouble.not_before), ring)

    async def _deliver(self, host: str, key: _Key) -> None:
        """The newest version of the topic to one callback."""
        topic = self._topics[key[0]]
        trouble = self._troubles.get(key)
        version = self._live(topic.channel.name)
        waits = trouble is not None and trouble.timer is not None
        # What was queued before the trouble began waits for its timer; beside another one, that one sees to the rest.
        if version is None or waits or key in self._sending:
            return
        self._sending.add(key)
        try:
            due = await self._calls(self._subscribers.find(*key, self._clock()))
            if due is None or version.revision <= max(due.delivered, self._arrived.get(key, 0)):
                self.forget(*key)
                return
            headers = self._headers(topic, version, due.secret)
            reply = await self._outgoing.send(
                "POST", due.callback, headers=headers, content=version.documents[topic.form]
            )
            if reply.status == 410:
                await self._calls(self._subscribers.drop(*key))
                self.forget(*key)
            elif reply.good:
                self._took(host, key, version.revision)
            else:
                self._missed(host, key, version.revision)
        except (NoReplyError, StoreError):
            self._missed(host, key, version.revision)
        finally:
            self._sending.discard(key)

    def _took(self, host: str, key: _Key, revision: int) -> None:
        self.forget(*key)
        self._arrived[key] = revision
        newest = self._live(self._topics[key[0]].channel.name)
        if newest and newest.revision != revision:
            self._fast.put(host, key, partial(self._deliver, host, key))

    def _headers(self, topic: Topic, version: Version, secret: str | None) -> dict[str, str]:
        """Type and links as the topic is served with, and the signature (§7.1) where a secret was agreed."""
        links = [f'<{hub}>; rel="hub"' for hub in self._hubs()] + [f'<{topic.url}>; rel="self"']
        headers = {"Content-Type": topic.content_type, "Link": ", ".join(links)}
        if secret is not None:
            mark = hmac.new(secret.encode(), version.documents[topic.form], "sha256").hexdigest()
            headers["X-Hub-Signature"] = f"sha256={mark}"
        return headers

    def _missed(self, host: str, key: _Key, revision: int) -> None:
        """Try again later; after the last pause, not before there is a newer version. The subscription stays."""
        loop = asyncio.get_running_loop()
        trouble = self._troubles.setdefault(key, _Trouble(0, revision, 0, 0.0))
        trouble.misses += 1
        trouble.tries = trouble.tries + 1 if trouble.revision == revision else 1
        trouble.revision = revision
        pause = self._pace.again[min(trouble.misses, len(self._pace.again)) - 1].total_seconds()
        trouble.not_before = loop.time() + pause * _dice.uniform(0.8, 1.2)
        if trouble.tries <= len(self._pace.again) and trouble.timer is None:
            self._try_again(host, key, trouble)

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(self._pace.saved.total_seconds())
            await self.note()

    async def note(self) -> bool:
        """What has arrived, in one transaction; what the store refuses to note is noted the next time.

        Returns:
            Whether all of it is noted now.
        """
        arrived = dict(self._arrived)
        if not arrived:
            return True
        try:
            noted = [(topic, callback, at) for (topic, callback), at in arrived.items()]
            await self._calls(self._subscribers.note(noted))
        except StoreError as error:
            log.error("hub", detail=str(error))
            return False
        for key, revision in arrived.items():
            if self._arrived.get(key) == revision:
                del self._arrived[key]
        return not self._arrived

    async def _sweep(self) -> None:
        """Forget leases that have ended, and trouble of long ago that nobody has asked about since."""
        while True:
            long_ago = asyncio.get_running_loop().time() - FORGIVEN
            for key in [key for key, one in self._troubles.items() if not one.timer and one.not_before < long_ago]:
                del self._troubles[key]
            try:
                await self._calls(self._subscribers.expire(self._clock()))
            except StoreError as error:
                log.error("hub", detail=str(error))
            await asyncio.sleep(self._pace.swept.total_seconds())


def _revision(version: Version | None) -> int:
    return version.revision if version else 0
