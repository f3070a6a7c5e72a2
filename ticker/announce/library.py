"""What announcing asks of the server and of the store, and nothing more. Calls of the latter may raise `StoreError`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from ticker.model import Announced, Subscription, Version

Live: TypeAlias = Callable[[str], Version | None]
"""Feed name -> the version of it that everybody is served now, None before its first item."""


class Subscribers(Protocol):
    """The subscriptions of the embedded hub; one whose lease has ended is as none."""

    async def keep(
        self, new: Subscription, *, now: datetime, most: int, most_of_host: int
    ) -> Literal["kept", "full", "host-full"]:
        """A new one, or another secret and lease of one that is there; what it has been sent stays."""
        ...

    async def find(self, topic: str, callback: str, now: datetime) -> Subscription | None:
        """The one of this topic and callback."""
        ...

    async def numbered(self, said: str, now: datetime) -> Subscription | None:
        """The one that was kept anew by another process, which *said* so."""
        ...

    async def due(self, topics: Collection[str], revision: int, now: datetime) -> list[Subscription]:
        """Those of *topics* that have not got *revision* or a later one."""
        ...

    async def note(self, delivered: Sequence[tuple[str, str, int]]) -> None:
        """Topic, callback, and the revision it has got."""
        ...

    async def drop(self, topic: str, callback: str) -> bool:
        """End it; False where there was none."""
        ...

    async def expire(self, now: datetime) -> int:
        """Forget those whose lease has ended; how many."""
        ...

    async def count(self, topic: str, callback: str, host: str, now: datetime) -> tuple[int, int, int]:
        """How many there are of *topic* and *callback*, in all, and of *host*."""
        ...


class Announcements(Protocol):
    """What each foreign hub was told last."""

    async def all(self) -> list[Announced]:
        """Of every hub and feed."""
        ...

    async def told(self, hub: str, feed: str, revision: int) -> None:
        """*hub* listened."""
        ...

    async def failing(self, hub: str, feed: str, since: datetime, detail: str) -> None:
        """*hub* has not listened *since*."""
        ...

    async def forget_all_but(self, hubs: Sequence[str]) -> None:
        """Those that are no longer configured."""
        ...
