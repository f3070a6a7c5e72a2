"""The pages for people: headlines by day, one headline, the state of the sources; templates fill themselves from these.

Times are printed on the wall clock of their source, as its readers know them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from ticker.model import Channel, Format, Health, Item, Source
from ticker.serve.status import FactsOf, State, counts, nothing, rhythm, worst_first
from ticker.serve.words import Words, direction

SHOWN = 100  # headlines on a page

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


class Pages:
    """Renders pages; knows the configured sources, and nothing of requests.

    Args:
        channels: by feed name, "" for the combined feed.
        sources: in the order in which they are to be shown.
        next_poll: when a source is polled next, if that is known.
        style: the version of the style sheet, as it stands in its URL.
        listed: whether there is a list of all feeds, at `/opml`.
        facts: what is known of a source beside its health.
    """

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        sources: Sequence[Source],
        next_poll: Callable[[str], datetime | None],
        style: str,
        listed: bool = False,
        facts: FactsOf = nothing,
    ) -> None:
        self._channels = channels
        self._sources = {source.name: source for source in sources}
        self._next_poll = next_poll
        self._facts = facts
        self._templates = Environment(
            loader=PackageLoader("ticker.serve"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "root": urlsplit(channels[""].public_url).path,
            "style": style,
            "listed": listed,
            "direction": direction,
            "city": city,
            "rhythm": rhythm,
            "several": len(sources) > 1,
            "Format": Format,
        }

    def headlines(self, feed: str, items: Sequence[Item], health: Mapping[str, Health]) -> str:
        """The newest *items* of *feed*, with how to subscribe and the state of its sources."""
        channel = self._channels[feed]
        states = [self.state(name, health) for name in self._sources if name in channel.sources]
        lines = [self.line(item) for item in items]
        shown = [state.source for state in states] + [line.source for line in lines]
        zones = {source.zone.key: source.zone for source in shown}
        days: dict[date, list[Line]] = {}
        for line in lines:
            days.setdefault(line.local.date(), []).append(line)
        return self._page(
            "headlines.html",
            channel.language,
            channel=channel,
            states=states,
            days=sorted(days.items(), reverse=True),
            zone=next(iter(zones.values())),
            zones_differ=len(zones) > 1,
            never=not items and not any(state.health.last_success for state in states),
        )

    def item(self, item: Item) -> str:
        """One headline, with the wordings it no longer has."""
        line = self.line(item)
        values = {"channel": self._channels[""], "line": line, "source_link": page_address(line.source)}
        return self._page("item.html", line.source.language, **values)

    def message(self, status: int, word: str) -> str:
        """A page that says only what went wrong: *word* names the sentence."""
        channel = self._channels[""]
        return self._page("message.html", channel.language, channel=channel, status=status, word=word)

    def line(self, item: Item) -> Line:
        """*item* as it is shown; a source that is no longer configured has its name for a title, and UTC."""
        unknown = Source(item.source, item.source, (), ZoneInfo("UTC"), language=self._channels[""].language)
        source = self._sources.get(item.source, unknown)
        return Line(item, source, item.published.astimezone(source.zone), f"item/{item.guid.removeprefix(_GUID)}")

    def state(self, name: str, health: Mapping[str, Health]) -> State:
        """How the source *name* is doing; one never polled is waiting."""
        found = health.get(name) or Health(name, "waiting")
        source, due = self._sources[name], self._next_poll(name) or found.next_poll
        return State(source, found, due, self._facts(name), page_address(source))

    def states(self, health: Mapping[str, Health]) -> list[State]:
        """How every configured source is doing, in the order of the configuration."""
        return [self.state(name, health) for name in self._sources]

    def status(self, states: Sequence[State]) -> str:
        """How the sources are doing, the worst first, and what can be done about it."""
        channel = self._channels[""]
        zones = {state.source.zone.key: state.source.zone for state in states}
        return self._page(
            "status.html",
            channel.language,
            channel=channel,
            states=worst_first(states),
            counts=counts(states),
            zone=next(iter(zones.values())),
            zones_differ=len(zones) > 1,
        )

    def _page(self, template: str, language: str, **values: object) -> str:
        return self._templates.get_template(template).render(language=language, words=Words(language), **values)


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


def city(zone: ZoneInfo) -> str:
    """The short name of *zone*: `Beirut`, `New York`, `UTC`."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def page_address(source: Source) -> str | None:
    """The first page of *source* as a link."""
    return web_address(source.urls[0]) if source.urls else None
