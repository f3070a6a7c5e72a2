"""JSON Feed 1.1."""

import json
from collections.abc import Sequence
from typing import Any

from ticker.model import Feed, Format
from ticker.render import head
from ticker.render.entries import Entry


def jsonfeed(feed: Feed, told: Sequence[Entry]) -> bytes:
    """In UTF-8, letters as they are."""
    channel = feed.channel
    before, hubs = head.previous(feed, Format.JSON), head.hubs(feed)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title(feed),
        "home_page_url": channel.page_url,
        "feed_url": feed.url(Format.JSON),
        **({"next_url": before} if before else {}),
        "description": head.description(channel),
        "icon": f"{channel.public_url}icon-512.png",
        "favicon": f"{channel.public_url}icon.png",  # at least 64 pixels wide, says the specification
        "language": channel.language,
        "authors": [{"name": name} for name in head.authors(feed)],
        **({"hubs": [{"type": "WebSub", "url": hub} for hub in hubs]} if hubs else {}),
        "items": [_item(entry) for entry in told],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        **({"date_modified": entry.updated.isoformat()} if entry.edited else {}),
        "authors": [{"name": entry.voice.title}],
        "language": entry.voice.language,
        "tags": [entry.voice.title],
    }
