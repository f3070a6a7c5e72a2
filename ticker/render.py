"""Say a feed as RSS 2.0, Atom 1.0 or JSON Feed 1.1: the same items, ids and instants in all three.

Pure: equal feeds give equal bytes, whatever the clock, the locale, the zone, the process or the
release. The only module that knows feedgen; research/feed-standards has its faults (F1 to F19).
"""

import html
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid5

import feedgen.entry
import feedgen.feed

from ticker import text
from ticker.model import Channel, Feed, Format, Item

# feedgen switches the locale of the whole process for every date it writes, and two threads can
# leave it at C for good (F7). The standard library writes the same form without a locale.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime

GENERATOR = "Ticker"  # never with its version: an upgrade must not change a document
NAMESPACE = UUID("b7e3b680-7f60-4e96-8cd0-0bbafd7bbddf")  # of feed ids; never change it
NAMED_SOURCES = 5  # in a description: it is to stay a short sentence

_RLM = "\u200f"
# What XML 1.0 or a validator refuses, and white space other than one plain space (feed-standards X1).
_UNFIT = re.compile("[^ -~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_WORDS = {  # what a description says before the names, and what stands between them
    "ar": ("آخر العناوين من: ", "، "),
    "en": ("The latest headlines from: ", ", "),
    "fr": ("Les derniers titres de : ", ", "),
}
_PART = r"(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*"
_URI = re.compile(  # RFC 3986, with a host and without a password
    rf"https?://(\[[\da-f:.]+\]|\w[\w.~-]*)(:\d{{1,5}})?([/?]{_PART})?(#{_PART})?", re.ASCII | re.IGNORECASE
)


def render(feed: Feed, form: Format) -> bytes:
    """One version of *feed* as a document in UTF-8, items in the order they have.

    No item is left out: one whose title has nothing to show is titled by its printed time or its
    guid. There is no `ttl`: Miniflux waits for the longest of all hints, so that `max-age`, which
    is one minute, would no longer count (research/readers §2.3).
    """
    if form is Format.JSON:
        return _json(feed)
    document = _document(feed, form)
    written: bytes = document.rss_str() if form is Format.RSS else document.atom_str()
    return written


@dataclass(frozen=True, slots=True)
class _Entry:
    """What all three formats say of an item."""

    id: str
    title: str  # plain text
    link: str
    html: str
    published: datetime
    updated: datetime
    source: str
    author: str
    language: str


def _document(feed: Feed, form: Format) -> Any:
    """A new feedgen feed for one format: its self link differs, and nothing is shared between calls (F17, F8)."""
    channel = feed.channel
    document = feedgen.feed.FeedGenerator()
    document.load_extension("dc", atom=False)  # RSS `author` must be a mail address; `dc:creator` may be a name
    document.id(uuid5(NAMESPACE, f"feed:{channel.name}").urn)
    document.title(_title(channel))
    document.subtitle(_description(channel))
    document.language(channel.language)
    document.generator(GENERATOR)
    document.updated(_utc(feed.updated))  # also lastBuildDate; the default is the clock (F4)
    document.author([{"name": name} for name in _authors(channel)])
    document.link(href=channel.feed_url(form), rel="self", type=form.media_type)
    document.link(href=channel.page_url, rel="alternate", type="text/html")  # last: it becomes RSS's link (F2)
    for item in feed.items:
        _add(document, _entry(item, channel), told_apart=len(channel.sources) > 1)
    return document


def _add(document: Any, entry: _Entry, *, told_apart: bool) -> None:
    added = document.add_entry(order="append")  # the default turns the order round (F9)
    added.id(entry.id)  # also the guid, with isPermaLink="false"
    added.title(entry.title)
    added.link(href=entry.link)  # one alternate only, and no type: it would be lost (F1)
    added.content(entry.html, type="html")  # also RSS's description
    added.published(entry.published)
    added.updated(entry.updated)
    added.author(name=entry.author)
    added.dc.dc_creator(entry.author)
    if told_apart:
        added.category(term=entry.source, label=entry.author)


def _json(feed: Feed) -> bytes:
    channel = feed.channel
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(channel),
        "home_page_url": channel.page_url,
        "feed_url": channel.feed_url(Format.JSON),
        "description": _description(channel),
        "language": channel.language,
        "authors": [{"name": name} for name in _authors(channel)],
        "items": [_json_item(_entry(item, channel), channel) for item in feed.items],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _json_item(entry: _Entry, channel: Channel) -> dict[str, Any]:
    edited = {"date_modified": entry.updated.isoformat()} if entry.updated != entry.published else {}
    tags = {"tags": [entry.author]} if len(channel.sources) > 1 else {}
    return {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        **edited,
        "authors": [{"name": entry.author}],
        "language": entry.language,
        **tags,
    }


def _entry(item: Item, channel: Channel) -> _Entry:
    language = channel.language_of(item.source)
    rtl = text.is_rtl(language)
    shown = _plain(item.title) or _plain(item.printed or "") or item.guid
    markup = f'<p dir="{"rtl" if rtl else "ltr"}" lang="{html.escape(language)}">{html.escape(shown)}</p>'
    return _Entry(
        id=item.guid,
        title=_RLM + shown if rtl and _reads_ltr(shown) else shown,
        link=_link(item, channel),
        html=markup,
        published=_utc(item.published),
        updated=_utc(item.updated),
        source=_plain(item.source),
        author=_source_title(channel, item.source),
        language=language,
    )


def _plain(raw: str) -> str:
    """*raw* as it stands if a document can carry it, else cleaned; "" if it shows nothing.

    As it stands: the wording was cleaned when it was kept, and a cleaner that has changed since
    then must not rewrite what was published (research/readers §2.7).
    """
    fit = re.search(r"\w", raw) and not _UNFIT.search(raw) and raw == raw.strip()
    return raw if fit else text.display(raw)


def _reads_ltr(title: str) -> bool:
    """Whether readers that go by the first strong character would set *title* from left to right (L3)."""
    strong = (kind for kind in map(unicodedata.bidirectional, title) if kind in ("L", "R", "AL"))
    return next(strong, "L") == "L"


def _link(item: Item, channel: Channel) -> str:
    """Where the story is, or else our page for the item: always an absolute URI."""
    return _uri(item.link or "") or f"{channel.public_url}item/{item.guid.removeprefix('urn:uuid:')}"


def _uri(link: str) -> str | None:
    """*link* as an http(s) URI in ASCII, as RSS wants it and every reader understands it; None if it is not one."""
    if _URI.fullmatch(link):
        return link
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port else ""
        host = parts.netloc if parts.netloc.isascii() else (parts.hostname or "").encode("idna").decode() + port
        path, query, fragment = map(_quoted, parts[2:])
    except ValueError:  # a bad port, IPv6 address or domain name; a lone surrogate
        return None
    mended = urlunsplit((parts.scheme, host, path, query, fragment))
    return mended if _URI.fullmatch(mended) else None


def _quoted(part: str) -> str:
    return quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", part), safe="%/?:@!$&'()*+,;=~")


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _title(channel: Channel) -> str:
    return _plain(channel.title) or channel.name or GENERATOR


def _source_title(channel: Channel, name: str) -> str:
    """What to call a source; its name serves once it is no longer configured and only its items are left."""
    return _plain(channel.sources.get(name, "")) or _plain(name) or GENERATOR


def _authors(channel: Channel) -> list[str]:
    """The titles of the sources, each once, by name: the order of the configuration must not show in the bytes."""
    return list(dict.fromkeys(_source_title(channel, name) for name in sorted(channel.sources))) or [_title(channel)]


def _description(channel: Channel) -> str:
    opening, comma = _WORDS.get(channel.language.lower().split("-")[0], _WORDS["en"])
    names = _authors(channel)
    return opening + comma.join(names[:NAMED_SOURCES]) + ("…" if len(names) > NAMED_SOURCES else "")
