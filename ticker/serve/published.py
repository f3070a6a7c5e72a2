"""A document of a feed as it is sent: its media types, its links, its validators."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from ticker.model import Channel, Feed, Format
from ticker.serve.documents import Document, Packed, prepare
from ticker.serve.media import CHARSET, OPENED, POLICY, STYLED

_VARY = ("Accept", "Accept-Encoding", "Sec-Fetch-Dest")


def prepare_feed(
    packed: Packed,
    form: Format,
    *,
    cache_control: str,
    last_modified: datetime | None,
    language: str,
    links: Iterable[str],
) -> Document:
    """The answers for a document of a feed, for readers and, where browsers can show it, for them.

    What is opened in a browser is another representation, with entity tags of its own: a cache that is told
    "304, that tag" must not take the type of the one for that of the other (RFC 9111 §4.3.4).
    """
    headers = {"Content-Language": language, "Link": ", ".join(links)}
    dated = partial(prepare, cache_control=cache_control, last_modified=last_modified)
    if form not in STYLED:
        return dated(packed, media_type=form.media_type + CHARSET, headers=headers)
    shown = replace(packed, digest=hashlib.sha256(f"{packed.digest} {OPENED}".encode()).hexdigest()[:32])
    policed = headers | {"Content-Security-Policy": POLICY}
    opened = dated(shown, media_type=OPENED, headers=policed, vary=_VARY)
    plain = dated(packed, media_type=form.media_type + CHARSET, headers=headers, vary=_VARY)
    return replace(plain, opened=opened)


def feed_links(channel: Channel, form: Format) -> list[str]:
    """The Link header (RFC 8288) of a subscription document: one self, the hubs, the page for people.

    Double-quoted, and without another word for self and hub: some hubs look for just that text (feed-standards W1).
    """
    hubs = [_link(hub, "hub") for hub in channel.hubs]
    return [_link(channel.feed_url(form), "self"), *hubs, _page(channel)]


def variant_links(feed: Feed, form: Format) -> list[str]:
    """The same of a filtered variant, without hubs: nobody tells them of it, so its readers must go on polling."""
    return [_link(feed.url(form), "self"), _page(feed.channel)]


def archive_links(channel: Channel, number: int, form: Format) -> list[str]:
    """The same of a closed archive (RFC 5005 §4)."""
    return [_link(channel.archive_url(number, form), "self"), _link(channel.feed_url(form), "current"), _page(channel)]


def page_links(channel: Channel) -> str:
    """The Link header of a page: its feeds, relative to the host."""
    base = urlsplit(channel.page_url).path
    return ", ".join(f'<{base}feed.{form.ending}>; rel="alternate"; type="{form.media_type}"' for form in Format)


def _page(channel: Channel) -> str:
    return _link(channel.page_url, "alternate") + '; type="text/html"'


def _link(url: str, relation: str) -> str:
    return f'<{url}>; rel="{relation}"'
