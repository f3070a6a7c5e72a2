"""`/events`: what is new, told as it comes (server-sent events, HTML 9.2). Each change is read and written out once.

Readers share a ring of the latest batches, and each holds no more than its place in it, so a slow one costs nothing:
whoever falls off the ring is told to load the page anew, and whoever takes nothing for a minute is cut off by
`connections`. The store's cursor is the id of the events: it is the same after a restart, and in every process.
"""

import asyncio
import contextlib
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ticker.errors import StoreError
from ticker.model import Channel, Cursor, Item
from ticker.serve.addresses import Addresses
from ticker.serve.batches import Batch, Items, Refresh, State, View, batch_of, is_ahead, mark
from ticker.serve.connections import stream_of
from ticker.serve.entries import Entry, entry
from ticker.serve.filters import TooLongError, read_filter, terms
from ticker.serve.front import SOON, only_to_read, say
from ticker.serve.library import Library
from ticker.serve.negotiation import header
from ticker.serve.ring import Ring

HEARTBEAT = 20.0  # seconds between two comments: proxies cut a silent answer off after 60
SLICE = 50  # readers that are woken before others get their turn
MOST = 200  # lines that are told one by one
TRIES = 3  # to catch up with a store that grows meanwhile
CAUGHT = 32  # cursors whose news are kept: after a restart, nearly all come with the same one
PATIENCE = 0.3  # seconds in which streams may end by themselves
OF_ONE = 20  # a twentieth of the readers may have one address …
LEAST = 10  # … but never fewer than this
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events until there is a page of them
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),
]
FULL = {"Retry-After": "30", "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}

_RETRY = b"retry: 3000\n"  # milliseconds
_ALIVE = b": \n"
_CURSOR = re.compile(rb"([0-9]{1,15})-([0-9]{1,15})")
_BEYOND = Cursor(10**15, 10**15)  # of no store: what cannot be read is answered as what is of a future


class Live:
    """ASGI application of `/events`. It outlives a change of the settings, and so do its streams.

    Args:
        library: the store; asked by `told`, and for who comes with a cursor that is not in memory.
        channels: by feed name; see `adopt`.
        most: readers at a time; of one address a twentieth of them, or ten.
        addresses: who asks.
    """

    def __init__(
        self,
        *,
        library: Library,
        channels: Mapping[str, Channel],
        most: int = 2000,
        addresses: Addresses | None = None,
        ring: Ring | None = None,
    ) -> None:
        self._library = library
        self._channels = channels
        self._most = most
        self._addresses = addresses or Addresses()
        self._readers: dict[_Reader, None] = {}
        self._of_one: Counter[str] = Counter()  # readers, by address
        self._ring = Ring() if ring is None else ring
        self._last: Cursor | None = None  # up to which the ring tells; None while nobody listens
        self._caught: OrderedDict[Cursor, Items | Refresh] = OrderedDict()  # what came after a cursor, up to `_last`
        self._looking = asyncio.Lock()
        self._news = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._left = asyncio.Event()  # when it is closed: nobody listens any more
        self._closed = False

    def __len__(self) -> int:
        return len(self._readers)

    def adopt(self, *, library: Library, channels: Mapping[str, Channel], most: int, anew: bool = False) -> None:
        """Go on by other settings: whoever reads a feed that is gone is hung up on, or everybody where *anew*.

        Whoever reads all sources has the page anew where they are others now.
        """
        if channels[""].sources != self._channels[""].sources and self._last is not None:
            self._tell(Refresh(None, self._last, feed=""))
        self._library, self._channels, self._most = library, channels, most
        for reader in self._readers:
            channel = channels.get(reader.view.feed)
            if channel is None or anew:
                reader.end()
            else:
                reader.view = reader.view.of(channel.sources)

    async def told(self) -> None:
        """The store may have news: look once, for all. They are told by a task of our own; raises StoreError."""
        if not self._readers:
            self._forget()
            return
        async with self._looking:
            await self._advance()

    def state(self, source: str, state: str) -> None:
        """*source* is in another state than before, as `Health` names it."""
        if self._readers:
            self._tell(State(source, state))

    async def close(self) -> None:
        """End all streams, and accept none any more: the process is about to end."""
        self._closed = True
        for reader in self._readers:
            reader.end()
        if self._readers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), PATIENCE)
        for reader in self._readers:  # they take nothing: what they have not taken is not waited for
            reader.cut_off()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = self._asked(scope)
        if isinstance(asked, Response):
            await asked(scope, receive, send)
            return
        view, after = asked
        reader = _Reader(view, self._addresses.of(scope))
        self._add(reader)
        try:
            first = await self._enter(reader, after)
            reader.cut_off = stream_of(scope)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _say(send, _RETRY + first)
            await self._follow(reader, receive, send)
        except StoreError:
            await say(503, "This cannot be told just now. Please come back in 5 seconds.", **SOON)(scope, receive, send)
        finally:
            self._remove(reader)

    def _asked(self, scope: Scope) -> "Response | tuple[View, Cursor | None]":
        """What is to be followed, and since when; or why it is not."""
        if scope["method"] == "OPTIONS":
            return only_to_read(scope)
        if scope["method"] != "GET":
            return say(405, "Method Not Allowed", Allow="GET")
        try:
            wish = read_filter(scope["query_string"])
        except TooLongError as error:
            return say(400, str(error), **{"Cache-Control": "no-store"})
        query = dict(parse_qsl(scope["query_string"].decode(errors="replace"), errors="replace"))
        channel = self._channels.get(query.get("feed", ""))
        if channel is None:
            return say(404, "There is no such feed here.", **{"Cache-Control": "no-store"})
        if not self._has_room(self._addresses.of(scope)):
            return say(503, "Too many are listening. Please come back in 30 seconds.", **FULL)
        wanted, unwanted = (terms(wish.wanted), terms(wish.unwanted)) if wish else ((), ())
        view = View(channel.name, frozenset(channel.sources), tuple(wanted), tuple(unwanted))
        return view, _cursor(header(scope, b"last-event-id") or query.get("after", ""))

    def _has_room(self, address: str | None) -> bool:
        if self._closed or len(self._readers) >= self._most:
            return False
        return address is None or self._of_one[address] < max(LEAST, self._most // OF_ONE)

    def _add(self, reader: "_Reader") -> None:
        self._readers[reader] = None
        if reader.address is not None:
            self._of_one[reader.address] += 1
        if not self._tasks:
            self._tasks = (asyncio.create_task(self._wake()), asyncio.create_task(self._beat()))

    def _remove(self, reader: "_Reader") -> None:
        self._readers.pop(reader, None)
        if reader.address is not None:
            self._of_one[reader.address] -= 1
            if not self._of_one[reader.address]:
                del self._of_one[reader.address]
        if self._closed and not self._readers:
            self._left.set()

    async def _enter(self, reader: "_Reader", after: Cursor | None) -> bytes:
        """Put *reader* at its place in the ring; what it is told before. Raises StoreError.

        What it is told and what follows in the ring meet at one cursor: no line is in both, none between.
        """
        if self._last is None:
            async with self._looking:
                self._last = self._last or await self._library.cursor()
        if (place := self._place(after)) is None:
            async with self._looking:
                return await self._catch_up(reader, after or self._last)
        reader.place = place
        return mark(after or self._last)

    async def _catch_up(self, reader: "_Reader", after: Cursor) -> bytes:
        """The same for who comes from where memory does not reach."""
        for _ in range(TRIES):
            newest = await self._advance()
            if (place := self._place(after)) is not None:
                reader.place = place
                return mark(after)
            if is_ahead(after, newest):
                break
            caught = self._caught.get(after) or await self._since(after)
            if caught.cursor == newest:
                reader.place = self._ring.end
                return caught.told(reader.view) or mark(newest)
        reader.place = self._ring.end
        return Refresh(None, self._last or after).told(reader.view)

    def _place(self, after: Cursor | None) -> int | None:
        """Where to go on after *after*; None where memory does not say."""
        return self._ring.end if after is None or after == self._last else self._ring.after(after)

    async def _advance(self) -> Cursor:
        """Look for what came after the last look, put it into the ring; the newest cursor. Under the lock."""
        last = self._last or await self._library.cursor()
        news = await self._library.news(last, limit=MOST)
        if news.cursor != last:
            self._caught.clear()
            self._tell(batch_of(news, last, self._entry))
        self._last = news.cursor
        return news.cursor

    async def _since(self, after: Cursor) -> Items | Refresh:
        news = await self._library.news(after, limit=MOST)
        caught = self._caught[after] = batch_of(news, after, self._entry)
        if len(self._caught) > CAUGHT:
            self._caught.popitem(last=False)
        return caught

    def _entry(self, item: Item) -> Entry:
        return entry(item, self._channels[""])

    def _tell(self, batch: Batch) -> None:
        self._ring.append(batch)
        self._news.set()

    def _forget(self) -> None:
        """Nobody listens: whoever comes is told by the store."""
        self._last = None
        self._ring.clear()
        self._caught.clear()

    async def _follow(self, reader: "_Reader", receive: Receive, send: Send) -> None:
        """Tell *reader* what comes, until it leaves or is hung up on."""
        watch = asyncio.create_task(_until_gone(reader, receive))
        try:
            while not reader.over:
                if told := self._next(reader):
                    await _say(send, told)
                elif told is None:
                    await reader.wait()
            await send({"type": "http.response.body", "body": b""})
        finally:
            watch.cancel()

    def _next(self, reader: "_Reader") -> bytes | None:
        """What comes next for *reader*, b"" for a batch that is none of its business; None where it is up to date."""
        ring = self._ring
        if reader.place < ring.start:
            reader.place = ring.end
            return Refresh(None, self._last or _BEYOND).told(reader.view)
        if reader.place < ring.end:
            batch = ring.at(reader.place)
            reader.place += 1
            return batch.told(reader.view)
        if reader.due:
            reader.due = False  # the cursor too: a search that nothing has matched for a day resumes from today
            return _ALIVE + mark(self._last) if self._last else _ALIVE
        return None

    async def _wake(self) -> None:
        """Wake everybody when there is news, a slice at a time: feeds are served meanwhile."""
        while True:
            await self._news.wait()
            self._news.clear()
            for readers in _slices(self._readers):
                for reader in readers:
                    reader.poke()
                await asyncio.sleep(0)

    async def _beat(self) -> None:
        """Let everybody hear from us, evenly over the time."""
        while True:
            slices = _slices(self._readers) or [[]]
            for readers in slices:
                await asyncio.sleep(HEARTBEAT / len(slices))
                for reader in readers:
                    reader.due = True
                    reader.poke()


class _Reader:
    """Somebody who listens."""

    __slots__ = ("address", "cut_off", "due", "over", "place", "view", "wake")

    def __init__(self, view: View, address: str | None) -> None:
        self.view = view
        self.address = address
        self.place = 0  # in the ring, of the next batch
        self.due = False  # for a comment
        self.over = False
        self.wake: asyncio.Future[None] | None = None  # while it waits
        self.cut_off: Callable[[], None] = self.end

    async def wait(self) -> None:
        """Until it is poked."""
        self.wake = asyncio.get_running_loop().create_future()
        await self.wake
        self.wake = None

    def poke(self) -> None:
        """Let it look for what there is."""
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)

    def end(self) -> None:
        """Let it say no more."""
        self.over = True
        self.poke()


async def _until_gone(reader: _Reader, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.end()


async def _say(send: Send, told: bytes) -> None:
    await send({"type": "http.response.body", "body": told, "more_body": True})


def _slices(readers: Mapping[_Reader, None]) -> Sequence[Sequence[_Reader]]:
    held = list(readers)
    return [held[start : start + SLICE] for start in range(0, len(held), SLICE)]


def _cursor(said: str) -> Cursor | None:
    """The cursor that a client says it has; none, or one that is beyond all where it cannot be read."""
    if not said:
        return None
    found = _CURSOR.fullmatch(said.encode("latin-1", "replace"))
    return Cursor(int(found[1]), int(found[2])) if found else _BEYOND
