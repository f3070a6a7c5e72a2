"""Wire WebSub to the service: which hubs the feeds name, who is told of news, and what follows when a hub fails."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from starlette.types import ASGIApp

from ticker.announce import PATIENCE, Announcer, Hub, Patience
from ticker.config import Settings
from ticker.model import Channel, Version
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.serve import Shelf
from ticker.store import Store


async def advertised(settings: Settings, store: Store) -> tuple[str, ...]:
    """The hubs that the feeds name at the start: those that did not fail last, and our own. Raises StoreError."""
    failing = {known.hub for known in await store.announcements.all() if known.failing_since}
    own = (f"{settings.server.public_url}hub",) if settings.feed.hub else ()
    return tuple(hub for hub in settings.feed.hubs if hub not in failing) + own


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
        self._channels = channels
        self._store = store
        self._press = press
        self._poller = poller
        self._clock = clock
        self._shelf: Shelf | None = None
        self._announcer = Announcer(
            settings.feed.hubs,
            channels=channels,
            live=self._live,
            ledger=store.announcements,
            clock=clock,
            changed=self._changed,
            allow_private=private,
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
        self._shelf = shelf
        await self._announcer.load()
        shelf.on_served.append(self._served)
        self._announcer.start()
        if self._own:
            self._own.start()

    async def stop(self) -> None:
        """What is on its way is told at the next start."""
        await self._announcer.stop()
        if self._own:
            await self._own.stop()

    def _named(self) -> tuple[str, ...]:
        return self._announcer.working() + ((self._own.url,) if self._own else ())

    def _served(self, feeds: Collection[str]) -> None:
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
        named = self._named()
        self._channels = {name: replace(channel, hubs=named) for name, channel in self._channels.items()}
        self._poller.channels = self._channels
        await self._store.republish(self._channels.values(), self._clock().replace(microsecond=0), self._press)
        if self._shelf:
            self._shelf.advertise(self._channels)
        await self._poller.refresh()
