"""Wire WebSub to the service: which hubs the feeds name, who is told of news, and what follows when a hub fails.

Where several processes share the store, each takes subscriptions at its own hub, and one at a time tells: between
`begin` and `rest`. Which hubs the feeds name is found out there by whoever publishes (`store.subscriptions.listening`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from starlette.types import ASGIApp

from ticker.announce import PATIENCE, Announcer, Hub, Outgoing, Patience
from ticker.config import Settings
from ticker.model import Channel, Version
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.serve import Shelf
from ticker.store import Store

PING = timedelta(seconds=10)  # for a foreign hub to answer


async def advertised(settings: Settings, store: Store) -> tuple[str, ...]:
    """The hubs that the feeds name at the start: those that did not fail last, and our own. Raises StoreError.

    Where several processes publish, all of them: which fail is found out by whoever publishes, at that moment.
    """
    failing = frozenset() if store.shared else await store.announcements.failed()
    return tuple(hub for hub in settings.feed.hubs if hub not in failing) + _own(settings)


def _own(settings: Settings) -> tuple[str, ...]:
    return (f"{settings.server.public_url}hub",) if settings.feed.hub else ()


class Hubs:
    """Tells foreign hubs, and those who subscribe to ours, of what the shelf serves.

    Args:
        channels: by feed name, as they are published now.
        store: keeps what was announced, and the subscriptions.
        press: makes the documents anew when the hubs that they name change.
        poller: publishes, and has the shelf refreshed.
        clock: the present instant, aware.
        patience: when a foreign hub has failed.
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
        patience: Patience = PATIENCE,
    ) -> None:
        private = settings.feed.hub_private
        self._settings = settings
        self._channels = channels
        self._store = store
        self._press = press
        self._poller = poller
        self._clock = clock
        self._shelf: Shelf | None = None
        self._telling = False
        self._shown = next(iter(channels.values())).hubs  # in the Link headers

        def may() -> bool:
            return store.turn.ours

        self._announcer = Announcer(
            settings.feed.hubs,
            channels=channels,
            live=self._live,
            ledger=store.announcements,
            clock=clock,
            changed=self._changed,
            outgoing=Outgoing(allow_private=private, total=PING, may=may),
            patience=patience,
        )
        self._own = (
            Hub(
                channels,
                live=self._live,
                subscribers=store.subscriptions,
                clock=clock,
                hubs=self._named,
                allow_private=private,
                may=may,
            )
            if settings.feed.hub
            else None
        )

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """Our own hub at its path, if there is one."""
        return {"/hub": self._own} if self._own else {}

    async def start(self, shelf: Shelf) -> None:
        """Tell of what *shelf* serves from now on, and of what was not told of before. Raises StoreError."""
        self.serve(shelf)
        await self.begin()

    async def stop(self) -> None:
        """What is on its way is told at the next start."""
        await self.rest()
        if self._own:
            await self._own.stop()

    def serve(self, shelf: Shelf) -> None:
        """*shelf* is what everybody is served."""
        self._shelf = shelf
        shelf.on_served.append(self._served)

    async def begin(self) -> None:
        """Tell, from here on; raises StoreError."""
        await self._announcer.load()
        self._telling = True
        self._announcer.start()
        if self._own:
            self._own.start()

    async def rest(self) -> None:
        """Tell nobody until it begins again, here or in another process."""
        self._telling = False
        await self._announcer.stop()
        if self._own:
            await self._own.rest()

    async def note(self) -> bool:
        """Note what was told and could not be noted before; whether all of it is noted now."""
        announced = await self._announcer.note()
        return (self._own is None or await self._own.note()) and announced

    async def renewed(self, said: str) -> None:
        """A subscription was kept, by whichever process: it may be owed something."""
        if self._own and self._telling:
            await self._own.renewed(said)

    async def republish(self) -> None:
        """Let the feeds name the hubs that listen, where whoever found out has not come to it. Raises StoreError."""
        if self._settings.feed.hubs:
            now = self._clock().replace(microsecond=0)
            await self._store.republish(self._channels.values(), now, self._press)

    async def looked(self, shelf: Shelf) -> None:
        """Let the Link headers name the hubs that listen, as another process may have found out. Raises StoreError."""
        if not self._settings.feed.hubs:
            return
        failing = await self._store.announcements.failed()
        named = tuple(hub for hub in self._settings.feed.hubs if hub not in failing) + _own(self._settings)
        if named != self._shown:
            self._shown = named
            shelf.advertise({name: replace(channel, hubs=named) for name, channel in self._channels.items()})

    def _named(self) -> tuple[str, ...]:
        return self._announcer.working() + ((self._own.url,) if self._own else ())

    def _served(self, feeds: Collection[str]) -> None:
        if not self._telling:
            return
        self._announcer.served(feeds)
        if self._own:
            self._own.served(feeds)

    def _live(self, feed: str) -> Version | None:
        """What everybody is served now, which may be behind the store for a second."""
        edition = self._shelf.editions.get(feed) if self._shelf else None
        if edition is None:
            return None
        documents = {form: packed.codings["identity"] for form, packed in edition.packed.items()}
        return Version(feed, edition.revision, edition.last_modified, documents)

    async def _changed(self, _working: tuple[str, ...]) -> None:
        """A hub fails, or listens again: the feeds are published anew with the hubs that work. Raises StoreError."""
        if self._store.shared:
            await self.republish()
        else:
            named = self._named()
            self._channels = {name: replace(channel, hubs=named) for name, channel in self._channels.items()}
            self._poller.channels = self._channels
            await self._store.republish(self._channels.values(), self._clock().replace(microsecond=0), self._press)
            if self._shelf:
                self._shelf.advertise(self._channels)
        await self._poller.refresh()
