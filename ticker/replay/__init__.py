"""Put the kept polls of a source through the pipeline again, and say what today's rules decide otherwise.

    kept polls ─▶ doubt ─▶ reconcile ─▶ resolve ─▶ scratch store
         └───────────── compare ─────────────┘

The first list is taken as stored, with what was known then (`past`), unless it is the first of its source: what was
decided before it is not kept. Polls that found the same list again are not kept either; `last_good` tells of the last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticker import said
from ticker.errors import TickerError
from ticker.model import Change, Feed, Format, Item, Page, Poll, Source
from ticker.poll import keep
from ticker.reconcile import digest
from ticker.replay.compare import Comparison, Decision, Difference, What, Wording
from ticker.replay.past import legible, stood
from ticker.store import KeptPoll, KeptRow, Store

__all__ = ["Decision", "Difference", "Replay", "What", "Wording", "replay"]

STANDS = "the list stands as it stood"


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it."""

    source: str
    begin: datetime  # of the first list
    end: datetime  # and the last
    cold: bool  # the first list is the first of the source; else it was taken as stored
    lists: int  # that went through the pipeline
    rows: int  # of them
    unkept: int  # lists that were not kept as printed, and are left out
    counts: Mapping[What, int]
    differences: tuple[Difference, ...]  # in the order of the polls; the first `compare.MANY`


async def replay(
    source: Source,
    store: Store,
    scratch: Store,
    *,
    since: datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, polls: None,
) -> Replay:
    """Read the kept polls of *source* from *store* and put them through the pipeline into *scratch*.

    Args:
        source: as it is to be read today; another zone than it had dates everything anew.
        store: what is kept; only read.
        scratch: empty.
        since: begin with the first list that was read then or later.
        progress: told how many polls are done, of how many.

    Raises:
        TickerError: there is nothing to replay.
        StoreError: the rows of a poll are damaged.
    """
    polls = await store.count_kept(source.name, since)
    again, done = _Again(source, store, scratch), 0
    async for poll in store.kept(source.name, since):
        await again.poll(poll)
        done += 1
        progress(done, polls)
    return await again.result(since)


class _Again:
    """A replay that runs. What is called "then" is how it went when the polls were kept."""

    def __init__(self, source: Source, store: Store, scratch: Store) -> None:
        self._source, self._store, self._scratch = source, store, scratch
        self._compared = Comparison()
        self._begin: datetime | None = None
        self._end: datetime | None = None
        self._cold = True
        self._lists = self._rows = self._unkept = 0
        self._in_step = True  # the list that was accepted last is the same then and today
        self._good: datetime | None = None  # of the poll that was accepted last then
        self._listed: tuple[KeptRow, ...] = ()  # its list
        self._doubted: datetime | None = None  # of a list that was refused then and not kept

    async def poll(self, poll: KeptPoll) -> None:
        """The next of the kept polls."""
        if poll.outcome == "changed":
            rows = legible(poll, {} if poll.whole else await self._items(poll.rows or ()))
            if rows is None:
                self._unkept, self._compared.blank = self._unkept + 1, poll.at
            elif self._begin is None and poll.last_good is not None:
                await self._adopt(poll.at, rows)
            else:
                await self._accepted(poll, rows)
        elif self._begin is not None:
            await self._catch_up(poll)
            await self._not_accepted(poll)

    async def result(self, since: datetime | None) -> Replay:
        """After the last poll. Raises TickerError where there was no list."""
        if self._begin is None:
            raise TickerError(self._why_nothing(since))
        name = self._source.name
        if self._in_step:
            self._compared.gone(await self._store.gone(name), await self._scratch.gone(name))
        counts, told = self._compared.counts, tuple(self._compared.differences)
        span = (self._begin, self._end or self._begin, self._cold)
        return Replay(name, *span, self._lists, self._rows, self._unkept, counts, told)

    def _why_nothing(self, since: datetime | None) -> str:
        name = self._source.name
        if self._unkept:
            return (
                f"none of the {self._unkept} lists of {name} that are kept can be replayed: their times were not kept"
            )
        later = f" since {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
        return f"no list of {name} is kept{later}; `ticker poll {name}` reads its page"

    async def _adopt(self, at: datetime, rows: tuple[KeptRow, ...]) -> None:
        """Begin with the state that the list *rows* left behind."""
        known, lists = await self._store.known_at(self._source.name, at)
        items = stood(known | await self._items(rows), rows, at)
        last = (at, digest([row.headline for row in rows]), len(rows))
        await self._scratch.adopt(self._source.name, items, [*lists, last])
        self._compared.begin(items)
        self._begin = self._compared.blank = self._good = at
        self._listed, self._cold = rows, False

    async def _accepted(self, poll: KeptPoll, rows: tuple[KeptRow, ...]) -> None:
        """A list that was accepted then."""
        self._begin = self._begin or poll.at
        await self._catch_up(poll)
        await self._agree(poll, rows)
        outcome = await self._through(poll, rows)
        self._in_step = outcome != "refused"
        self._good, self._listed = max(self._good or poll.at, poll.at), rows

    async def _not_accepted(self, poll: KeptPoll) -> None:
        if poll.outcome != "refused":
            await self._scratch.failed(Poll(self._source.name, poll.at, poll.outcome, None, poll.cause, poll.detail))
        elif poll.rows is None:
            self._unkept, self._doubted = self._unkept + 1, poll.at
        else:
            self._in_step &= await self._through(poll, poll.rows) == "refused"

    async def _catch_up(self, poll: KeptPoll) -> None:
        """With the polls before *poll* that found the list of the one before again."""
        good = poll.last_good
        if good is None or good == self._good:
            return
        if not self._in_step and self._listed:  # today it may be believed now, or come back
            plain = all(said.plain(row.headline) for row in self._listed)
            at = good if plain or self._good is None else self._good  # an age is right at its own poll alone
            rows = tuple(replace(row, kind=None) for row in self._listed)
            outcome = await self._through(KeptPoll(at, "unchanged", None, "", None, rows), rows)
            self._in_step = outcome != "refused"
        else:
            await self._scratch.unchanged(self._source.name, good, None)
        self._good = good

    async def _agree(self, poll: KeptPoll, rows: Sequence[KeptRow]) -> None:
        """A list that was refused and not kept is taken for the one that was accepted next."""
        if self._doubted and (poll.last_good is None or poll.last_good < self._doubted):
            mark = digest([row.headline for row in rows])
            await self._scratch.failed(Poll(self._source.name, self._doubted, "refused", doubted=mark))
        self._doubted = None

    async def _through(self, poll: KeptPoll, rows: Sequence[KeptRow]) -> str:
        """Put a list through the pipeline and compare; the outcome today."""
        headlines = [row.headline for row in rows]
        page = Page(self._source.urls[0], "", "plain", poll.at, saved=True)
        outcome = await keep(self._source, page, headlines, store=self._scratch, channels=(), press=_unpublished)
        self._lists, self._rows = self._lists + 1, self._rows + len(rows)
        self._end = max(self._end or poll.at, poll.at)
        self._judge(poll, rows, outcome)
        if outcome.changes is not None:
            await self._compare(poll.at, rows, outcome.changes.rows)
        elif outcome.outcome != "refused":
            listed = (await self._scratch.known(self._source.name, poll.at)).listed
            same = [Change(item, "same", STANDS, row) for item, row in zip(listed, headlines, strict=True)]
            await self._compare(poll.at, rows, same)
        return outcome.outcome

    def _judge(self, poll: KeptPoll, rows: Sequence[KeptRow], outcome: Poll) -> None:
        """Of the list as a whole."""
        refused = outcome.outcome == "refused"
        if self._in_step and refused != (poll.outcome == "refused"):
            first = Wording(rows[0].headline.printed, rows[0].headline.title)
            then, today = Decision(poll.outcome, poll.detail), Decision(outcome.outcome, outcome.detail)
            self._compared.note(Difference("refused" if refused else "believed", poll.at, first, then, today))

    async def _compare(self, at: datetime, kept: Sequence[KeptRow], rows: Sequence[Change]) -> None:
        unmet = await self._store.items_of(self._compared.unmet(kept, rows))
        for old, row in zip(kept, rows, strict=True):
            self._compared.row(at, old, row, unmet.get(old.guid or ""), in_step=self._in_step)

    async def _items(self, rows: Sequence[KeptRow]) -> dict[str, Item]:
        return await self._store.items_of(row.guid for row in rows if row.guid)


async def _unpublished(feed: Feed) -> Mapping[Format, bytes]:
    return {}  # never asked: there are no channels
