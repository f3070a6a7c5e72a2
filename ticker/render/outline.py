"""OPML 2.0: the feeds of this service as one list, for readers to import."""

from collections.abc import Mapping
from datetime import UTC, datetime

from lxml.etree import Element, SubElement, tostring

from ticker.model import Channel, Feed, Format
from ticker.render import head

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def opml(channels: Mapping[str, Channel]) -> bytes:
    """The combined feed first, then those of the sources in their order; of a single source only its own.

    No two by one title: rss2email stops importing at a name that it has, and sfeed keeps both in one file.

    No `dateCreated`: the list was created when the configuration was, which it does not say.

    Args:
        channels: by feed name; "" for the combined feed must be there.
    """
    document = Element("opml", version="2.0")
    SubElement(SubElement(document, "head"), "title").text = _title(channels[""])
    body = SubElement(document, "body")
    listed: set[str] = set()
    for name in sorted(channels, key=bool)[len(channels) == 2 :]:
        title = _title(channels[name])
        title = f"{title} ({name})" if title in listed else title
        listed.add(title)
        _add(body, channels[name], title)
    written: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    return written


def _add(body: object, channel: Channel, title: str) -> None:
    """`version` is RSS for RSS 2.0, says the specification."""
    attributes = {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": channel.feed_url(Format.RSS),
        "htmlUrl": channel.page_url,
        "language": channel.language,
        "version": "RSS",
    }
    SubElement(body, "outline", attributes)


def _title(channel: Channel) -> str:
    return head.title(Feed(channel, (), _NEVER))
