"""What Prometheus is told: counts and gauges of polls, items, feeds and messages, in a registry of its own.

Every label value comes from the configuration or from a closed list of ours, so neither a page nor a client can add
a time series: what is not configured is not counted. Only gauges and counters have the label `source`; histograms do
not, for each would be a dozen series a source. Nothing here raises: a poll must not fail because it was counted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from ticker import __version__
from ticker.model import Format, Health, Poll

GOOD: Final = frozenset(("changed", "unchanged", "not-modified"))  # outcomes of polls that read what the source says
UNKEPT: Final = "unkept"  # outcome of a poll that the store refused to keep
FATES: Final = frozenset(("sent", "failed", "dropped"))  # of a message
OTHER: Final = "other"  # stands for what is not configured or not expected
ALL: Final = "/"  # label of the combined feed: no source can be named so
STATUSES: Final = frozenset((200, 204, 304, 400, 405, 503))  # that a feed is answered with
WAITING: Final = 2_000  # lines of a source that are remembered until they are served

_POLL = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)  # seconds; one address may take 30 by default
_LATE = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)
_FRESH = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 90.0, 120.0, 300.0, 900.0, 3600.0)  # a source is polled each minute
_KINDS: Final = ("new", "edited", "corrected", "back", "repost")

Kind = TypeVar("Kind", Counter, Gauge)
_Key = tuple[Counter | Gauge, tuple[str, ...]]  # a metric and its labels beside the source


class Metrics:
    """Counts what it is told; made once, outlives a reload. Called in the loop; `expose` may run in a thread.

    Args:
        sources: names of the configured sources, which are also the names of their feeds.
        targets: names of those that messages are sent to.
    """

    def __init__(self, sources: Iterable[str] = (), targets: Iterable[str] = ()) -> None:
        self._registry = registry = CollectorRegistry(auto_describe=False)
        source = ("source",)
        self._polls = Counter(
            "ticker_polls", "Polls by how they ended, and why.", ("source", "outcome", "cause"), registry=registry
        )
        self._seconds = Histogram(
            "ticker_poll_seconds", "Duration of a poll, from its start until it was kept.", buckets=_POLL,
            registry=registry,
        )  # fmt: skip
        self._lateness = Histogram(
            "ticker_poll_lateness_seconds", "From when a poll was due to its start.", buckets=_LATE, registry=registry
        )
        self._received = Counter("ticker_fetched_bytes", "Bytes that polls received.", source, registry=registry)
        self._items = Counter(
            "ticker_items", "Lines that were new, edited, dated otherwise, back again, or said once more.",
            ("source", "kind"), registry=registry,
        )  # fmt: skip
        self._freshness = Histogram(
            "ticker_freshness_seconds",
            "From the first moment a line could have been seen (its printed time, or the good poll before the one that "
            "saw it, whichever is later) to when it was served.",
            buckets=_FRESH,
            registry=registry,
        )
        self._state = Gauge(
            "ticker_source_state", "1 for the state that a source is in, 0 for those it was in.", ("source", "state"),
            registry=registry,
        )  # fmt: skip
        self._streak = Gauge("ticker_source_streak", "Polls in a row with a cause.", source, registry=registry)
        self._last_success = Gauge(
            "ticker_last_success_timestamp_seconds", "When a source was last read well.", source, registry=registry
        )
        self._last_new = Gauge(
            "ticker_last_new_timestamp_seconds", "When a source last had a new line.", source, registry=registry
        )
        self._next_poll = Gauge(
            "ticker_next_poll_timestamp_seconds", "When a source is due next.", source, registry=registry
        )
        self._kept = Gauge("ticker_items_kept", "Items in the database.", registry=registry)
        self._pages = Gauge("ticker_open_pages", "Pages that are told of news as it comes.", registry=registry)
        self._requests = Counter(
            "ticker_feed_requests", "Requests for feeds by what they were answered with; feed is the name of a source, "
            "or / for all.", ("feed", "format", "status"), registry=registry,
        )  # fmt: skip
        self._sent = Counter("ticker_feed_bytes", "Bytes of feeds that were sent, without headers.", registry=registry)
        self._messages = Counter(
            "ticker_notifications", "Messages by what became of them.", ("target", "outcome"), registry=registry
        )
        Info("ticker_build", "The release that runs.", registry=registry).info({"version": __version__})
        ProcessCollector(registry=registry)
        self._behind: Gauge | None = None
        self._series: dict[str, dict[_Key, Counter | Gauge]] = {}  # by source
        self._hits: dict[tuple[str, str, int], _Hits] = {}  # by feed, ending of the format, status
        self._adding_up = Lock()
        self._states: dict[str, str] = {}
        self._good: dict[str, datetime] = {}  # source -> the last good poll
        self._served: dict[str, datetime] = {}  # feed -> when its bytes were new
        self._unserved: dict[str, list[datetime]] = {}  # source -> when each line could have been seen first
        self._sources: frozenset[str] = frozenset()
        self._targets: frozenset[str] = frozenset()
        self.adopt(sources, targets)

    def adopt(self, sources: Iterable[str], targets: Iterable[str] = ()) -> None:
        """The configuration now has these names: the series of others end, those of new ones begin at 0."""
        sources = frozenset(sources)
        self._add_up()
        for gone in self._sources - sources:
            self._forget(gone)
        for key in [key for key in self._hits if key[0] and key[0] not in sources]:
            del self._hits[key]
        for name in sources - self._sources:
            self._of(self._received, name)
            self._of(self._items, name, "new")
        self._sources, self._targets = sources, frozenset(targets)

    def polled(self, poll: Poll, *, seconds: float, lateness: float, received: int = 0) -> None:
        """A poll has ended.

        Args:
            poll: how.
            seconds: that it took.
            lateness: seconds from when it was due to its start.
            received: bytes from the network, as sent.
        """
        if poll.source not in self._sources:  # removed while it was polled
            return
        self._timed(poll.source, poll.outcome, poll.cause or "", seconds, lateness)
        self._of(self._received, poll.source).inc(max(0, received))
        if poll.outcome in GOOD:
            self._note_lines(poll, self._good.get(poll.source))
            self._good[poll.source] = poll.at
            self._of(self._last_success, poll.source).set(poll.at.timestamp())

    def unkept(self, source: str, *, seconds: float, lateness: float) -> None:
        """A poll has ended that the store refused to keep: the source is failing, until `stands` says otherwise."""
        if source in self._sources:
            self._timed(source, UNKEPT, "", seconds, lateness)
            self._enter(source, "failing")

    def served(self, feeds: Collection[str], at: datetime) -> None:
        """New bytes of these feeds are served since *at*: with them, the new lines of the sources among them."""
        for name in feeds:
            if name in self._sources:
                self._served[name] = at
                self._observe(self._unserved.pop(name, ()), at)

    def behind(self, lateness: float) -> None:
        """The queue that all workers share: so many seconds, as of now. Only a worker has this metric."""
        if self._behind is None:
            self._behind = Gauge(
                "ticker_lateness_seconds",
                "How long a host has been due that no worker has taken: where it grows, more of them are needed.",
                registry=self._registry,
            )
        self._behind.set(lateness)

    def stands(self, health: Health) -> None:
        """How a source is doing, as the store has it: at the start, and whenever that may have changed."""
        name = health.name
        if name not in self._sources:
            return
        self._enter(name, health.state)
        self._of(self._streak, name).set(health.streak)
        if health.last_success is not None:
            self._good.setdefault(name, health.last_success)
            self._of(self._last_success, name).set(health.last_success.timestamp())

    def planned(self, source: str, due: datetime | None) -> None:
        """When *source* is polled next."""
        if source in self._sources and due is not None:
            self._of(self._next_poll, source).set(due.timestamp())

    def last_new(self, source: str, at: datetime | None) -> None:
        """When *source* last had a new line: for the start; afterwards `polled` knows."""
        if source in self._sources and at is not None:
            self._of(self._last_new, source).set(at.timestamp())

    def kept(self, items: int) -> None:
        """So many items are in the database."""
        self._kept.set(items)

    def pages(self, open_now: Callable[[], int]) -> None:
        """So many pages are open, asked whenever somebody looks."""
        self._pages.set_function(open_now)

    def answered(self, feed: str, form: Format, status: int, size: int) -> None:
        """A request for a feed was answered; *size* is that of the body as sent. The only call that must be fast."""
        hits = self._hits.get((feed, form.ending, status)) or self._first_hit(feed, form.ending, status)
        if hits is not None:
            hits.count += 1
            hits.size += size

    def notified(self, target: str, outcome: str) -> None:
        """A message to *target*, by its name, was sent, failed (and is not tried again), or dropped for too many."""
        known = target if target in self._targets else OTHER
        self._messages.labels(known, outcome if outcome in FATES else OTHER).inc()

    def expose(self, *, open_metrics: bool = False) -> tuple[str, bytes]:
        """Content-Type and text of all of it: the text format 0.0.4, or OpenMetrics 1.0."""
        self._add_up()
        seen = _Exposed(self._registry)
        if open_metrics:
            written: bytes = openmetrics.generate_latest(seen)  # type: ignore[no-untyped-call]  # it has no types
            return openmetrics.CONTENT_TYPE_LATEST, written
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(seen)

    def _enter(self, source: str, state: str) -> None:
        before = self._states.get(source)
        if before not in (None, state):
            self._of(self._state, source, before).set(0)
        self._of(self._state, source, state).set(1)
        self._states[source] = state

    def _timed(self, source: str, outcome: str, cause: str, seconds: float, lateness: float) -> None:
        self._of(self._polls, source, outcome, cause).inc()
        self._seconds.observe(max(0.0, seconds))
        self._lateness.observe(max(0.0, lateness))

    def _note_lines(self, poll: Poll, before: datetime | None) -> None:
        """Count the lines; those of a first reading stood there before anybody looked, and were never late."""
        if poll.changes is None:
            return
        for kind in _KINDS:
            if found := poll.changes.of(kind):
                self._of(self._items, poll.source, kind).inc(len(found))
        self._kept.inc(len(poll.changes.of("new", "repost")))
        if new := poll.changes.of("new"):
            self._of(self._last_new, poll.source).set(poll.at.timestamp())
            if before is not None:
                self._await_serving(poll, [max(before, row.item.published) for row in new])

    def _await_serving(self, poll: Poll, firsts: Sequence[datetime]) -> None:
        """Remember the new lines until they are served; another task may have done so since they were kept."""
        served = self._served.get(poll.source)
        if served is not None and served >= poll.at:
            self._observe(firsts, served)
        else:
            self._unserved[poll.source] = [*self._unserved.get(poll.source, ()), *firsts][-WAITING:]

    def _observe(self, firsts: Iterable[datetime], at: datetime) -> None:
        for first in firsts:
            self._freshness.observe(max(0.0, (at - first).total_seconds()))

    def _first_hit(self, feed: str, ending: str, status: int) -> "_Hits | None":
        if feed and feed not in self._sources:
            return None
        if status not in STATUSES:
            return self._hits.get((feed, ending, 0)) or self._first_hit_of(feed, ending, 0, OTHER)
        return self._first_hit_of(feed, ending, status, str(status))

    def _first_hit_of(self, feed: str, ending: str, status: int, said: str) -> "_Hits":
        hits = self._hits[feed, ending, status] = _Hits(self._of(self._requests, feed or ALL, ending, said))
        return hits

    def _add_up(self) -> None:
        """Hand on what was counted since the last time."""
        with self._adding_up:
            for hits in list(self._hits.values()):
                count, size = hits.count, hits.size
                hits.counter.inc(count - hits.told[0])
                self._sent.inc(size - hits.told[1])
                hits.told = count, size

    def _of(self, metric: Kind, source: str, *labels: str) -> Kind:
        """The series of *metric* with these labels; remembered by source, so that they can end with it."""
        known = self._series.setdefault(source, {})
        found = known.get((metric, labels))
        if found is None:
            found = known[metric, labels] = metric.labels(source, *labels)
        return found  # type: ignore[return-value]  # the key says which

    def _forget(self, source: str) -> None:
        """End every series of *source*."""
        for metric, labels in self._series.pop(source, {}):
            metric.remove(source, *labels)
        for kept in (self._states, self._good, self._served, self._unserved):
            kept.pop(source, None)


@dataclass(slots=True)
class _Hits:
    """Requests for one feed with one answer: plain numbers, which cost a fifth of what the counters do."""

    counter: Counter
    count: int = 0
    size: int = 0
    told: tuple[int, int] = (0, 0)  # how much of both the counters have


class _Exposed(Collector):
    """A registry without the moments at which its series began: a third of all lines, and nobody asks for them.

    The library can leave them out by itself, for the whole process only.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
