"""What a document says of itself, in any format."""

from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from ticker.model import Channel, Feed, Format
from ticker.render.entries import GENERATOR, called
from ticker.render.plain import plain, shortened, unmarked

NAMESPACE = UUID("b7e3b680-7f60-4e96-8cd0-0bbafd7bbddf")  # of feed ids; never change it
MOST_AUTHORS = 100  # sources that the head of a document names whether they speak in it or not
NAMED_SOURCES = 5  # in a description: it is to stay a short sentence
LONGEST_NAME = 200  # characters of the title of a variant

_SENTENCES = {  # what a description says before the names, and what stands between them
    "ar": ("آخر العناوين من: ", "، "),
    "en": ("The latest headlines from: ", ", "),
    "fr": ("Les derniers titres de : ", ", "),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of the document to something else (RFC 8288)."""

    rel: str
    href: str
    type: str | None = None
    language: str | None = None


def title(feed: Feed) -> str:
    """That of the channel; of a variant, with what it was asked for."""
    name = plain(feed.channel.title) or feed.channel.name or GENERATOR
    asked = filter(None, (_asked(key, plain(value)) for key, value in parse_qsl(feed.query)))
    return unmarked(shortened(" · ".join((name, *asked)), LONGEST_NAME) if feed.query else name)


def _asked(key: str, value: str) -> str:
    return value and {"q": value, "not": f"−{value}", "limit": value}.get(key, "")


def identifier(feed: Feed) -> str:
    """The same for ever, wherever the feed is served; an archive is a part of its feed, a variant is another feed."""
    return uuid5(NAMESPACE, f"feed:{feed.channel.name}" + (f"?{feed.query}" if feed.query else "")).urn


def authors(feed: Feed) -> list[str]:
    """The titles of the sources, each once, by name: the order of the configuration must not show in the bytes.

    Of more than `MOST_AUTHORS` only those that speak in this document: it is to grow with its items alone.
    """
    channel = feed.channel
    few = len(channel.sources) <= MOST_AUTHORS
    speaking = channel.sources if few else {item.source for item in feed.items}
    names = dict.fromkeys(called(channel, name) for name in sorted(speaking))
    return list(names) or [_own_name(channel)]


def description(channel: Channel) -> str:
    """One sentence, in the language of the feed."""
    opening, comma = _SENTENCES.get(channel.language.lower().split("-")[0], _SENTENCES["en"])
    names: dict[str, None] = {}
    for name in sorted(channel.sources):
        names[called(channel, name)] = None
        if len(names) > NAMED_SOURCES:
            break
    named = list(names) or [_own_name(channel)]
    return opening + comma.join(named[:NAMED_SOURCES]) + ("…" if len(named) > NAMED_SOURCES else "")


def _own_name(channel: Channel) -> str:
    """What speaks where no source does."""
    return unmarked(plain(channel.title) or channel.name or GENERATOR)


def hubs(feed: Feed) -> tuple[str, ...]:
    """Those that tell of changes of this document: an archive has none, and nobody is told of a variant's."""
    return feed.channel.hubs if feed.number is None and not feed.query else ()


def previous(feed: Feed, form: Format) -> str | None:
    """The archive before this document; a variant has none, for archives are of the whole feed."""
    return feed.channel.archive_url(feed.previous, form) if feed.previous is not None and not feed.query else None


def links(feed: Feed, form: Format) -> list[Link]:
    """To itself, its hubs and its archives (RFC 5005 §4), and to the page for people last.

    Only the first archive names the one after it, which closes later: an archive with neither a previous nor a next
    one is no part of a set, and the W3C validator warns (ArchiveIncomplete).
    """
    channel = feed.channel
    found = [Link("self", feed.url(form), form.media_type), *(Link("hub", hub) for hub in hubs(feed))]
    if before := previous(feed, form):
        found.append(Link("prev-archive", before, form.media_type))
    elif feed.number is not None:
        found.append(Link("next-archive", channel.archive_url(feed.number + 1, form), form.media_type))
    if feed.number is not None:
        found.append(Link("current", channel.feed_url(form), form.media_type))
    return [*found, Link("alternate", channel.page_url, "text/html", channel.language)]
