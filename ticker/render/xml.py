"""RSS 2.0 and Atom 1.0. The only module that knows feedgen; research/feed-standards has its faults (F1 to F19)."""

import html
from collections.abc import Sequence
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml.etree import SubElement

from ticker.model import Feed, Format
from ticker.render import head
from ticker.render.entries import GENERATOR, REMEMBERED, Entry, utc
from ticker.render.head import Link

ICON_SIDE = "144"  # pixels, of icon.png: the most that RSS allows
LONGEST_REMEMBERED = 2_000  # characters of an entry's content: no page can fill the memory

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# feedgen switches the locale of the whole process for every date it writes, and two threads can
# leave it at C for good (F7). The standard library writes the same form without a locale.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


def rss(feed: Feed, told: Sequence[Entry]) -> bytes:
    """There is no `ttl`: Miniflux waits for the longest of all hints, and `max-age` is one minute (readers §2.3)."""
    document = _document(feed, told, Format.RSS)
    written: bytes = document.rss_str(xml_declaration=False)
    return _prolog(feed) + written


def atom(feed: Feed, told: Sequence[Entry]) -> bytes:
    """With a language on the feed, and on entries that have another one."""
    document = _document(feed, told, Format.ATOM)
    written: bytes = document.atom_str(xml_declaration=False)
    return _prolog(feed) + written


def _prolog(feed: Feed) -> bytes:
    """With the stylesheet that a browser shows the document in; parsers pass over it (feed-standards §6)."""
    style = html.escape(f"{feed.channel.public_url}static/feed.css")
    lines = ("<?xml version='1.0' encoding='UTF-8'?>", f'<?xml-stylesheet type="text/css" href="{style}"?>', "")
    return "\n".join(lines).encode()


def _document(feed: Feed, told: Sequence[Entry], form: Format) -> Any:
    """A new feedgen feed for one format: its links differ, and only entries are shared between calls (F17, F8)."""
    channel, title, links = feed.channel, head.title(feed), head.links(feed, form)
    document = feedgen.feed.FeedGenerator()
    document.id(head.identifier(feed))
    document.title(title)
    document.subtitle(head.description(channel))
    document.language(channel.language)
    document.generator(GENERATOR)
    document.updated(max([utc(feed.updated), *(entry.updated for entry in told)]))
    document.author([{"name": name} for name in head.authors(feed)])
    document.icon(f"{channel.public_url}favicon.ico")
    icon = f"{channel.public_url}icon.png"  # also Atom's logo
    document.image(icon, title=title, link=channel.page_url, width=ICON_SIDE, height=ICON_SIDE)
    for link in links:  # the page comes last: the last one becomes RSS's link (F2)
        document.link(_attributes(link))
    document.register_extension("ticker", _OfFeed, _OfEntry)
    document.ticker.say(links, form, archive=feed.number is not None)
    for entry in told:
        make = _remembered if len(entry.html) <= LONGEST_REMEMBERED else _made
        document.add_entry(make(entry, channel.language), order="append")  # the default turns the order round (F9)
    return document


def _made(entry: Entry, language: str) -> Any:
    """An entry of feedgen: the same in both formats, and in all versions that hold it. Nothing changes it any more."""
    made = feedgen.entry.FeedEntry()
    made.id(entry.id)  # also the guid, with isPermaLink="false"
    made.title(entry.title)
    made.link(href=entry.link)
    made.content(entry.html, type="html")  # also RSS's description
    made.published(entry.published)
    made.updated(entry.updated)
    made.author(name=entry.voice.title)
    made.category(term=entry.voice.name, label=entry.voice.title)
    made.register_extension("ticker", _OfEntry, True, True)
    made.ticker.say(entry, language)
    return made


_remembered = lru_cache(REMEMBERED)(_made)


def _attributes(link: Link) -> dict[str, str]:
    named = {"rel": link.rel, "href": link.href, "type": link.type, "hreflang": link.language}
    return {name: value for name, value in named.items() if value}


class _OfFeed(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of a feed: all links of RSS but `self` (F3), and that it is an archive."""

    def __init__(self) -> None:
        self._links: Sequence[Link] = ()
        self._namespaces: dict[str, str] = {}
        self._archive = False

    def say(self, links: Sequence[Link], form: Format, *, archive: bool) -> None:
        self._links, self._archive = links, archive
        self._namespaces = ({"dc": _DC} if form is Format.RSS else {}) | ({"fh": _HISTORY} if archive else {})

    def extend_ns(self) -> dict[str, str]:
        return self._namespaces

    def extend_rss(self, rss: Any) -> None:
        for link in self._links:
            if link.rel not in ("self", "alternate"):
                SubElement(rss[0], f"{_ATOM}link", _attributes(link))
        self.extend_atom(rss[0])

    def extend_atom(self, feed: Any) -> None:
        if self._archive:
            SubElement(feed, f"{{{_HISTORY}}}archive")


class _OfEntry(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """What feedgen leaves out of an entry: the attributes of its link (F1), its language, who says it in RSS."""

    def say(self, entry: Entry, language: str) -> None:
        self._voice = entry.voice
        self._foreign = entry.voice.language != language

    def extend_rss(self, item: Any) -> None:
        """`dc:creator`, for RSS's own `author` must be a mail address (R12)."""
        SubElement(item, f"{{{_DC}}}creator").text = self._voice.title

    def extend_atom(self, entry: Any) -> None:
        link = entry.find("link")
        link.set("rel", "alternate")
        link.set("type", "text/html")
        link.set("hreflang", self._voice.language)
        if self._foreign:
            entry.set(_LANG, self._voice.language)
