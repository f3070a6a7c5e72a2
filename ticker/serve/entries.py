"""A headline as programs read it: in `/api/items`, and in the events that a page follows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TypedDict
from urllib.parse import urlsplit

from ticker.model import Channel, Item, Revision
from ticker.serve.site import web_address

_GUID = "urn:uuid:"


class Earlier(TypedDict):
    """A wording that the headline no longer has."""

    title: str
    seen: str  # when it was first seen
    until: str  # when the next one was


class Entry(TypedDict):
    """Instants are RFC 3339 in UTC, in whole seconds."""

    id: str  # as in the address of its page
    guid: str
    source: str
    source_title: str
    language: str  # BCP 47
    title: str
    published: str
    updated: str
    first_seen: str
    last_seen: str
    link: str | None  # a web address, if the page gave one
    page: str  # its permalink, as a path of this server
    uncertain: str | None  # why `published` is
    earlier: list[Earlier]  # oldest first


def entry(item: Item, channel: Channel) -> Entry:
    """*item* as programs read it.

    Args:
        item: with its revisions.
        channel: the combined one, which knows the sources; one that is configured no longer has its name for a title.
    """
    number = item.guid.removeprefix(_GUID)
    return {
        "id": number,
        "guid": item.guid,
        "source": item.source,
        "source_title": channel.sources.get(item.source, item.source),
        "language": channel.language_of(item.source),
        "title": item.title,
        "published": instant(item.published),
        "updated": instant(item.updated),
        "first_seen": instant(item.first_seen),
        "last_seen": instant(item.last_seen),
        "link": web_address(item.link),
        "page": f"{urlsplit(channel.public_url).path}item/{number}",
        "uncertain": item.flag,
        "earlier": list(_earlier(item)),
    }


def instant(moment: datetime) -> str:
    """RFC 3339, in UTC and whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _earlier(item: Item) -> Iterator[Earlier]:
    """The wordings before the present one; where only the time beside it was corrected, that is none."""
    said = [list(same) for _, same in groupby(item.revisions, key=lambda was: was.title)]
    if said and said[-1][-1].title == item.title:
        said.pop()
    for wording, after in zip(said, [*said[1:], None], strict=False):
        yield {
            "title": wording[0].title,
            "seen": instant(wording[0].seen_at),
            "until": instant(_until(wording[-1], after[0] if after else None, item)),
        }


def _until(was: Revision, after: Revision | None, item: Item) -> datetime:
    """When the next wording was first seen; older releases did not note it beside this one."""
    if was.until is not None:
        return was.until
    return after.seen_at if after is not None else item.updated
