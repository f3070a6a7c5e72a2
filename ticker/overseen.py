"""The store as the server sees it: its health also knows what the store could not be told."""

from collections.abc import Mapping
from dataclasses import replace

from ticker.errors import StoreError
from ticker.model import Health
from ticker.store import Store
from ticker.telling import Refusal


class Overseen:
    """The store for the server, whose health also knows that it refuses."""

    def __init__(self, store: Store, refused: Mapping[str, Refusal]) -> None:
        self._store = store
        self._refused = refused
        self._known: Mapping[str, Health] | None = None
        self.revisions = store.revisions
        self.version = store.version
        self.newest = store.newest
        self.item = store.item
        self.live = store.live
        self.archive = store.archive
        self.archives = store.archives
        self.find = store.find
        self.cursor = store.cursor
        self.news = store.news
        self.printed = store.printed
        self.polled = store.polled
        self.printed_together = store.printed_together
        self.polled_together = store.polled_together

    async def health(self) -> dict[str, Health]:
        """As the store has it; a source whose polls it refuses is failing.

        All of them are, as they were known last, where it cannot even be read. Raises StoreError where it never was.
        """
        health = await self._read()
        for name, refusal in self._refused.items():
            known = health.get(name, Health(name, "waiting"))
            health[name] = replace(known, state="failing", cause=None, detail=refusal.detail, since=refusal.since)
        return health

    async def _read(self) -> dict[str, Health]:
        try:
            self._known = await self._store.health()
        except StoreError as error:
            if self._known is None:
                raise
            return {
                name: replace(known, state="failing", cause=None, detail=str(error))
                for name, known in self._known.items()
            }
        return dict(self._known)
