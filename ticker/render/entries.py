"""What all three formats say of an item: made once for the three, and once for all versions that hold it."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zlib import crc32

from ticker import text
from ticker.model import Channel, Feed, Item
from ticker.render.plain import LONGEST_TITLE, directed, plain, public_uri, shortened, unmarked, uri

GENERATOR = "Ticker"  # never with its version: an upgrade must not change a document
REMEMBERED = 2_048  # items whose words are remembered: those of four feeds as long as they may be

_WAS = {"ar": "كان: {}", "en": "Was: {}", "fr": "Était : {}"}  # before the first wording of a headline that was edited


@dataclass(frozen=True, slots=True)
class Voice:
    """A source, as its items name it."""

    name: str
    title: str
    page: str | None  # of the source, for people; None where not everybody can open it
    language: str  # BCP 47


@dataclass(frozen=True, slots=True)
class Entry:
    """What all three formats say of an item."""

    id: str
    title: str  # plain text
    link: str
    html: str
    published: datetime
    updated: datetime  # as `published` but for a fraction of a second where the item was never edited
    edited: bool
    voice: Voice


def entries(feed: Feed) -> list[Entry]:
    """Of the items of *feed*, in their order; none is left out.

    One whose title has nothing to show is titled by its printed time or its guid.
    """
    voices = {name: voice(feed.channel, name) for name in {item.source for item in feed.items}}
    return [_entry(item, voices[item.source], feed.channel) for item in feed.items]


def voice(channel: Channel, name: str) -> Voice:
    """What to call a source; its name serves once it is no longer configured and only its items are left."""
    title = called(channel, name)
    page = public_uri(channel.pages.get(name, ""))
    return Voice(plain(name) or title, title, page, channel.language_of(name))


def called(channel: Channel, name: str) -> str:
    """The title of a source."""
    return unmarked(plain(channel.sources.get(name, "")) or plain(name) or GENERATOR)


def utc(instant: datetime) -> datetime:
    """In whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _entry(item: Item, speaker: Voice, channel: Channel) -> Entry:
    shown = plain(item.title) or plain(item.printed or "") or item.guid
    was = _first_wording(item, shown)
    words = _remembered if len(shown) + len(was) <= LONGEST_TITLE else _words
    title, markup = words(shown, was, speaker)
    edited = item.updated != item.published
    return Entry(
        id=item.guid,
        title=title,
        link=(item.link and uri(item.link)) or f"{channel.public_url}item/{item.guid.removeprefix('urn:uuid:')}",
        html=markup,
        published=utc(item.published),
        updated=_unlike_others(item) if edited or not channel.name else utc(item.updated),
        edited=edited,
        voice=speaker,
    )


def _unlike_others(item: Item) -> datetime:
    """`updated`, in a fraction of its second that goes by the guid.

    The W3C validator warns of two Atom entries that were updated at the same time (DuplicateUpdated), as two
    sources of the combined feed are in the same second, or an edit and another line. It must not depend on what
    else is in the document: else an item would change when another one comes or goes.
    """
    return utc(item.updated).replace(microsecond=crc32(item.guid.encode()) % 999_999 + 1)


def _first_wording(item: Item, shown: str) -> str:
    """What the item said at first, if that was something else; "" if not. A corrected time is no wording."""
    wordings = (plain(revision.title) for revision in item.revisions)
    return next((wording for wording in wordings if wording not in (shown, "")), "")


def _words(shown: str, was: str, speaker: Voice) -> tuple[str, str]:
    """Title and content; the content has the whole headline, however long."""
    rtl = text.is_rtl(speaker.language)
    title = directed(unmarked(shortened(shown)), rtl=rtl)
    paragraphs = [html.escape(shown), _signature(speaker)]
    if was:
        opening = _WAS.get(speaker.language.lower().split("-")[0], _WAS["en"])
        paragraphs.append(opening.format(html.escape(was)))
    return title, _paragraphs(paragraphs, speaker.language, rtl=rtl)


_remembered = lru_cache(REMEMBERED)(_words)


def _signature(speaker: Voice) -> str:
    name = html.escape(speaker.title)
    return f'<a href="{html.escape(speaker.page)}">{name}</a>' if speaker.page else name


def _paragraphs(contents: Sequence[str], language: str, *, rtl: bool) -> str:
    """Each with its direction and language: the only place where readers honour them (feed-standards L2)."""
    opening = f'<p dir="{"rtl" if rtl else "ltr"}" lang="{html.escape(language)}">'
    return "".join(f"{opening}{content}</p>" for content in contents)
