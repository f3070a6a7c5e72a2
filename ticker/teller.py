"""Tell hubs, subscribers and people what is new, once: of all processes that share a store, the one whose turn it is.

    begins ──▶ what is owed, from the store ──▶ news of the shelf and of the store, each second ──▶ ends
    turn       hubs, subscriptions, people      polls that others have kept                         note what was told

In SQLite it is always our turn, and what is told of polls comes from the poller. Where others poll as well, it comes
from what they have kept: of that, a look each second is enough for people.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from starlette.types import ASGIApp

from ticker.announce import Notifier, Timing
from ticker.announce.lanes import tell_bug
from ticker.announce.notifier import TIMING
from ticker.announce.targets import Ways
from ticker.config import Settings
from ticker.errors import StoreError
from ticker.hubs import Hubs
from ticker.model import Channel, Health, Poll
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.serve import Shelf
from ticker.store import Store
from ticker.store.notices import Sign

LOOK = 1.0  # seconds between two looks at what others have kept
AGAIN = 1.0  # seconds until the store is asked again after it has refused
LATE = 60.0  # seconds in which trouble that was told is noted late; after that, the next may have told its end as well
FRESH = timedelta(minutes=2)  # what made a source fail then, whoever had the turn before may not have told

log = structlog.get_logger()


class Teller:
    """Between `start` and `stop`; after a reload of the configuration, another one.

    Args:
        channels: by feed name, as they are published.
        store: says whose turn it is, and what is owed.
        press: as of `Hubs`.
        poller: as of `Hubs`.
        clock: the present instant, aware.
        on_fate: told the name of a target and what became of a message to it.
        timing: of messages to people.
        after: the one before a reload, stopped when this one starts.
    """

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        *,
        store: Store,
        press: RenderThread,
        poller: Poller,
        clock: Callable[[], datetime],
        on_fate: Callable[[str, str], None] = lambda target, fate: None,
        timing: Timing = TIMING,
        after: "Teller | None" = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._turn = store.turn
        self._clock = clock
        self._on_fate = on_fate
        self._timing = timing
        self._after: Teller | None = after if after is None or after._notifier is not None else after._after
        self._hubs = Hubs(settings, channels, store=store, press=press, poller=poller, clock=clock)
        self._notifier: Notifier | None = None
        self._number = -1  # of the turn in which it was begun to tell
        self._signs: dict[str, Sign] | None = None  # by source, as they were looked at last
        self._item = 0  # number of the newest that there was then
        self._refusal = ""
        self._heard: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """Our own hub at its path, if there is one: it takes subscriptions in every process."""
        return self._hubs.beside

    async def start(self, shelf: Shelf) -> None:
        """Tell from now on, or as soon as it is our turn. Raises StoreError, unless others may tell."""
        self._hubs.serve(shelf)
        if not self._store.shared:
            await self._begin()
            return
        self._turn.on_heard = self._renewed
        self._turn.start()
        self._keeping = asyncio.create_task(self._take_turns())
        self._keeping.add_done_callback(tell_bug)

    async def stop(self) -> None:
        """Cut off what is on its way; it is told after the next start, or by another process."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, *self._heard, return_exceptions=True)
        await self._rest()
        await self._hubs.stop()

    def polled(self, source: str, outcome: Poll, health: Health) -> None:
        """This process has polled; returns at once."""
        if self._notifier is None or not self._turn.ours:
            return
        # Where others poll as well, what is looked at is told of from what is kept: else a poll would count twice.
        if not self._store.shared or (health.state == "healthy" and source not in (self._signs or ())):
            self._notifier.polled(source, outcome, health)

    def refused(self, source: str, detail: str) -> None:
        """The store has refused to keep a poll of this process; returns at once."""
        if self._notifier is not None and self._turn.ours:
            self._notifier.refused(source, detail)

    async def looked(self, shelf: Shelf) -> None:
        """*shelf* has what was published: let it name the hubs that the documents name. Raises StoreError."""
        if self._store.shared:
            await self._hubs.looked(shelf)

    async def _begin(self) -> None:
        """Tell, first what is owed; raises StoreError."""
        after = self._after
        known = after._notifier if after is not None and after._number == self._turn.number else None
        self._notifier = Notifier(
            self._settings.notify,
            ledger=self._store.notices,
            clock=self._clock,
            public_url=self._settings.server.public_url,
            sources=self._settings.sources,
            ways=Ways(may=lambda: self._turn.ours),
            timing=self._timing,
            on_fate=self._on_fate,
            after=known,
        )
        self._number, self._signs = self._turn.number, None
        await self._hubs.begin()
        await self._notifier.start()
        self._after = None

    async def _rest(self) -> None:
        await self._hubs.rest()
        if self._notifier is not None:
            await self._notifier.stop()

    async def _take_turns(self) -> None:
        while True:
            await self._turn.begins()
            telling, ends = (asyncio.create_task(work) for work in (self._tell(), self._turn.ends()))
            try:
                await asyncio.wait((telling, ends), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (telling, ends):
                    task.cancel()
                await asyncio.gather(telling, ends, return_exceptions=True)
            tell_bug(telling)
            await self._rest()
            await self._note_late()
            await asyncio.sleep(AGAIN)

    async def _tell(self) -> None:
        """As long as it is our turn."""
        while not await self._begun():  # noqa: ASYNC110 - the store does not say when it can be asked again
            await asyncio.sleep(AGAIN)
        mending = asyncio.create_task(self._mend())
        try:
            while True:
                await self._look()
                await asyncio.sleep(LOOK)
        finally:
            mending.cancel()
            await asyncio.gather(mending, return_exceptions=True)

    async def _begun(self) -> bool:
        try:
            if not await self._noted():
                return False
            await self._begin()
        except StoreError as error:
            self._refused(str(error))
            await self._rest()
            return False
        return True

    async def _mend(self) -> None:
        """Who had the turn before may have found that a hub fails, and not come to publish that."""
        while True:
            try:
                await self._hubs.republish()
            except StoreError as error:
                self._refused(str(error))
            else:
                return
            await asyncio.sleep(AGAIN)

    async def _note_late(self) -> None:
        """What was told when the store could not be reached; else whoever is next tells it again."""
        end = asyncio.get_running_loop().time() + LATE
        while not self._turn.ours and not await self._noted():
            await asyncio.sleep(AGAIN)
            if asyncio.get_running_loop().time() > end:
                self._notifier = None

    async def _noted(self) -> bool:
        noted = await self._hubs.note()
        return (self._notifier is None or await self._notifier.note()) and noted

    async def _look(self) -> None:
        """What has been kept since the last look, by whomever; a store that refuses is looked at again."""
        notifier = self._notifier
        if notifier is None or not self._settings.notify:
            return
        try:
            item, signs = await self._store.notices.signs()
            polls = await self._store.notices.polled(self._news_of(signs))
        except StoreError as error:
            self._refused(str(error))
            return
        first, self._signs = self._signs is None, signs
        if item != self._item:
            self._item = item
            notifier.wake()
        for sign, outcome, health in polls:
            self._signs[outcome.source] = sign
            if not first or self._clock() - outcome.at < FRESH:
                notifier.polled(outcome.source, outcome, health)
        self._refusal = ""

    def _news_of(self, signs: Mapping[str, Sign]) -> list[str]:
        """Sources that were polled since the last look; at the first one those that fail, and of which nobody knows.

        One that does not fail and was not looked at has only just been told of: its next poll is the first that counts.
        """
        before = self._signs
        if before is None:
            return [name for name, sign in signs.items() if sign.state == "failing"]
        known = {name for name, sign in signs.items() if name in before or sign.state == "failing"}
        return [name for name in known if before.get(name) != signs[name]]

    def _renewed(self, said: str) -> None:
        """A subscription was kept, perhaps by another process."""
        task = asyncio.get_running_loop().create_task(self._hubs.renewed(said))
        self._heard.add(task)
        task.add_done_callback(self._heard.discard)
        task.add_done_callback(tell_bug)

    def _refused(self, detail: str) -> None:
        """Told once."""
        if detail != self._refusal:
            log.error("store", detail=f"nobody is told at the moment: {detail}")
        self._refusal = detail
