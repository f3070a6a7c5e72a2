"""What all pages know of the service: its feeds and sources, and how one headline or one source is shown.

Times are printed on the wall clock of their source, as its readers know them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from ticker.model import Channel, Health, Item, Source
from ticker.serve.cities import ARABIC
from ticker.serve.status import FactsOf, State, nothing

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GUID = "urn:uuid:"


@dataclass(frozen=True, slots=True)
class Line:
    """A headline as a page shows it."""

    item: Item
    source: Source
    local: datetime  # `published` on the wall clock of the source
    path: str  # of its own page, below the root

    @property
    def link(self) -> str | None:
        """Where the story itself is, if that is a web address."""
        return web_address(self.item.link)

    @property
    def host(self) -> str:
        """The host of `link`, for people to see where it leads."""
        return urlsplit(self.link or "").hostname or ""


class Site:
    """The configured feeds and sources.

    Args:
        channels: by feed name, "" for the combined feed.
        sources: in the order in which they are to be shown.
        next_poll: when a source is polled next, if that is known.
        facts: what is known of a source beside its health.
    """

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        sources: Sequence[Source],
        next_poll: Callable[[str], datetime | None],
        facts: FactsOf = nothing,
    ) -> None:
        self.channels = channels
        self.sources = {source.name: source for source in sources}
        self._next_poll = next_poll
        self._facts = facts

    @property
    def combined(self) -> Channel:
        """Of all sources."""
        return self.channels[""]

    @property
    def root(self) -> str:
        """The path of the front page."""
        return urlsplit(self.combined.public_url).path

    def line(self, item: Item) -> Line:
        """*item* as it is shown; a source that is no longer configured has its name for a title, and UTC."""
        unknown = Source(item.source, item.source, (), ZoneInfo("UTC"), language=self.combined.language)
        source = self.sources.get(item.source, unknown)
        return Line(item, source, item.published.astimezone(source.zone), item_path(item.guid))

    def state(self, name: str, health: Mapping[str, Health]) -> State:
        """How the source *name* is doing; one never polled is waiting."""
        found = health.get(name) or Health(name, "waiting")
        source, due = self.sources[name], self._next_poll(name) or found.next_poll
        return State(source, found, due, self._facts(name), page_address(source))

    def states(self, health: Mapping[str, Health]) -> list[State]:
        """How every configured source is doing, in the order of the configuration."""
        return [self.state(name, health) for name in self.sources]


def item_path(guid: str) -> str:
    """The path of the page of an item, below the root."""
    return f"item/{guid.removeprefix(_GUID)}"


def guid_of(identifier: str) -> str | None:
    """The guid that `/item/{identifier}` stands for, None if it can be none."""
    lower = identifier.lower()
    return _GUID + lower if _UUID.fullmatch(lower) else None


def web_address(url: str | None) -> str | None:
    """*url* where it may be offered as a link: http and https only, and without anybody's password."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def city(zone: ZoneInfo, language: str = "en") -> str:
    """The short name of *zone*: `Beirut`, `New York`, `UTC`; in Arabic where there is one."""
    said = ARABIC.get(zone.key) if language == "ar" else None
    return said or zone.key.rpartition("/")[2].replace("_", " ")


def page_address(source: Source) -> str | None:
    """The first page of *source* as a link."""
    return web_address(source.urls[0]) if source.urls else None
