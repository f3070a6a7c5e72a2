"""Who is told by `notify`, and the way there: a webhook of our own, or Apprise for everything else."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ticker.announce.messages import Message
from ticker.announce.outgoing import Outgoing
from ticker.announce.through_apprise import ThroughApprise
from ticker.announce.undelivered import UndeliveredError
from ticker.announce.webhook import Webhook
from ticker.model import Item


class Target(Protocol):
    """Whom to tell, and what of; see `ticker.config.Target`."""

    @property
    def name(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def alarms(self) -> bool: ...
    @property
    def headlines(self) -> bool: ...
    @property
    def match(self) -> tuple[str, ...]: ...
    @property
    def without(self) -> tuple[str, ...]: ...
    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def secret(self) -> str: ...
    @property
    def allow_private(self) -> bool: ...


class Ledger(Protocol):
    """What was told, beyond a restart; see `ticker.store.notices`. Calls may raise StoreError."""

    async def alarmed(self) -> dict[str, datetime]:
        """Source -> since when the trouble is that people were told of, and not yet of its end."""
        ...

    async def alarm(self, told: Mapping[str, datetime | None]) -> None:
        """Source -> since when the trouble is that people know of; None: they know that it is over."""
        ...

    async def follow(self, targets: Collection[str]) -> dict[str, int]:
        """How far each of *targets* was told; one that is new begins here, and all others are forgotten."""
        ...

    async def told(self, target: str, item: int) -> None:
        """*target* knows of all items up to this one."""
        ...

    async def news(self, after: int, since: datetime) -> tuple[int, list[Item]]:
        """The items kept after that number and first seen since then, newest first, and the number of the last."""
        ...


class Sender(Protocol):
    """Brings a message to one address."""

    async def send(self, message: Message) -> None:
        """Raises UndeliveredError."""
        ...


@dataclass(slots=True)
class Ways:
    """The ways out, shared by all targets; *may* is asked before each message, as of `Outgoing`."""

    public: Outgoing = field(default_factory=lambda: Outgoing(allow_private=False))
    private: Outgoing = field(default_factory=lambda: Outgoing(allow_private=True))
    may: Callable[[], bool] | None = field(default=None, kw_only=True)

    def to(self, target: Target) -> Sender:
        """The way to *target*."""
        way = self._to(target)
        return way if self.may is None else _InTurn(way, self.may)

    def _to(self, target: Target) -> Sender:
        if target.to.lower().startswith(("http://", "https://")):
            return Webhook(target.to, target.secret, self.private if target.allow_private else self.public)
        return ThroughApprise(target.to)


@dataclass(slots=True)
class _InTurn:
    """A way that is open while we may."""

    way: Sender
    may: Callable[[], bool]

    async def send(self, message: Message) -> None:
        """Raises UndeliveredError."""
        if not self.may():
            raise UndeliveredError("not sent: it is the turn of another process")
        await self.way.send(message)


def hears(target: Target, source: str) -> bool:
    """Whether *target* is told of *source*."""
    return not target.sources or source in target.sources
