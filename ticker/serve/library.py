"""What the server asks of a store, and nothing more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ticker.model import Archive, Channel, Cursor, Feed, Health, Item, News, Version, Wish


class Library(Protocol):
    """The readable half of the store; any call may raise `StoreError`."""

    async def revisions(self) -> dict[str, int]:
        """Feed name -> revision of its published version; "" is the combined feed. Empty before the first item."""
        ...

    async def version(self, feed: str) -> Version | None:
        """The published version of *feed*, None before its first item."""
        ...

    async def live(self, channel: Channel) -> Feed | None:
        """What the published version was made of, unless a newer one is there already; None before its first item."""
        ...

    async def archives(self, feed: str) -> int:
        """How many archives of *feed* are closed: 1 to this."""
        ...

    async def archive(self, feed: str, number: int, public_url: str) -> Archive | None:
        """A closed archive of *feed*; None where there is none of this number, yet."""
        ...

    async def newest(self, source: str | None, *, limit: int) -> list[Item]:
        """The newest items of *source*, or of all sources; newest first, with their revisions."""
        ...

    async def item(self, guid: str) -> Item | None:
        """The item with this guid, with its revisions."""
        ...

    async def health(self) -> dict[str, Health]:
        """Source name -> how it is doing; sources never polled are absent."""
        ...

    async def find(self, wish: Wish) -> list[tuple[int, Item]]:
        """The items wished for, newest first (`published`, then the order of the store), with their revisions.

        Each with its number in the order of the store: with `published` it is a place to go on from.
        """
        ...

    async def cursor(self) -> Cursor:
        """Of the newest there is."""
        ...

    async def news(self, after: Cursor, *, limit: int) -> News:
        """What came after a cursor, reposts left out; at most *limit* items."""
        ...

    async def printed(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, int]]:
        """Source -> hour (its beginning, UTC) -> how many items were published in it; hours without any are absent."""
        ...

    async def polled(self, sources: Sequence[str], since: datetime) -> dict[str, dict[datetime, dict[str, int]]]:
        """Source -> hour (its beginning, UTC) -> how many polls ended in each outcome, or cause of a failure."""
        ...

    async def printed_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, int]:
        """The same of *sources* together."""
        ...

    async def polled_together(self, sources: Sequence[str], since: datetime) -> dict[datetime, dict[str, int]]:
        """The same of *sources* together."""
        ...
