"""Between the nouns of `model` and the rows of the tables."""

import asyncio
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import RowMapping

from ticker import text
from ticker.errors import Cause, StoreError
from ticker.model import (
    Ago,
    Archive,
    Changes,
    Channel,
    Day,
    Format,
    Headline,
    Health,
    Item,
    Kind,
    Outcome,
    Revision,
    Version,
)

ROWS = 2  # version of how the rows of a poll are packed; 1 was [[printed, title, link, guid], …]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a kept poll, and what was decided of it; nothing where the list was refused."""

    headline: Headline
    guid: str | None = None
    kind: Kind | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptPoll:
    """A poll as it is kept for replay."""

    at: datetime
    outcome: Outcome
    cause: Cause | None
    detail: str
    last_good: datetime | None  # the accepted poll before it; None before there was any, or where it was not noted
    rows: tuple[KeptRow, ...] | None  # in page order; None where there was no list, or it was not kept
    whole: bool = True  # else in the first form: of each time the printed words alone


def row_of(item: Item) -> dict[str, Any]:
    """Of the table `items`, without its id."""
    return {
        "guid": item.guid,
        "source": item.source,
        "title": item.title,
        "title_fold": text.fold(item.title),
        "link": item.link,
        "published": item.published,
        "updated": item.updated,
        "printed": item.printed,
        "clock": item.clock.isoformat() if item.clock else None,
        "printed_at": item.printed_at,
        "first_seen": item.first_seen,
        "last_seen": item.last_seen,
        "rank": item.rank,
        "flag": item.flag,
        "gone_at": item.gone_at,
        "repost_of": item.repost_of,
        "revised": len(item.revisions),
    }


def item_of(row: RowMapping, revisions: Sequence[Revision] = ()) -> Item:
    """An item with its old wordings."""
    return Item(
        guid=row["guid"],
        source=row["source"],
        title=row["title"],
        link=row["link"],
        published=row["published"],
        updated=row["updated"],
        printed=row["printed"],
        clock=time.fromisoformat(row["clock"]) if row["clock"] else None,
        printed_at=row["printed_at"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        rank=row["rank"],
        flag=row["flag"],
        revisions=tuple(revisions),
        gone_at=row["gone_at"],
        repost_of=row["repost_of"],
    )


def revision_row(guid: str, was: Revision) -> dict[str, Any]:
    """Of the table `revisions`, without its id."""
    said = {"title": was.title, "seen_at": was.seen_at, "printed": was.printed, "until": was.until}
    return {"guid": guid, "reason": was.reason, **said}


def revision_of(row: RowMapping) -> Revision:
    """An old wording."""
    return Revision(row["title"], row["seen_at"], row["printed"], row["until"], row["reason"])


def still_listed(item: Item, last_good: datetime | None) -> Item:
    """A listed item was last seen by the last accepted poll, which does not write that on every row."""
    if item.rank is None or last_good is None:
        return item
    return item.listed_at(max(item.last_seen, last_good), item.rank)


def health_of(row: RowMapping) -> Health:
    """The `next_poll` is the scheduler's to say."""
    return Health(
        row["name"],
        row["state"],
        row["cause"],
        row["detail"],
        row["since"],
        row["last_good"],
        streak=row["streak"],
        advice=row["advice"],
        alarmed=row["alarmed"],
    )


def decided(changes: Changes) -> list[KeptRow]:
    """The rows of an accepted list, with whose line each was taken to be and why."""
    return [KeptRow(row.headline, row.item.guid, row.kind, row.reason) for row in changes.rows]


def pack_rows(rows: Iterable[KeptRow]) -> bytes:
    """Everything that reconcile and resolve read of a list, with what they decided: some 60 bytes a row."""
    packed = {"v": ROWS, "rows": [[*_said(row.headline), row.guid, row.kind, row.reason] for row in rows]}
    return zlib.compress(json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode(), 9)


def _said(row: Headline) -> list[Any]:
    day = row.day and [row.day.back, row.day.weekday, row.day.month, row.day.day, row.day.year]
    ago = row.ago and [row.ago.span.total_seconds(), row.ago.unit.total_seconds()]
    clock = row.clock.isoformat() if row.clock else None
    return [row.printed, clock, row.title, row.link, day, ago, row.stated.isoformat() if row.stated else None]


def unpack_rows(packed: bytes) -> tuple[tuple[KeptRow, ...], bool]:
    """The rows, and whether they are whole: those of version 1 say of their time only what was printed.

    Raises:
        StoreError: they are damaged, or a newer release has written them.
    """
    try:
        kept = json.loads(zlib.decompress(packed))
        if isinstance(kept, list):
            rows = (KeptRow(Headline(printed, None, title, link), guid) for printed, title, link, guid in kept)
            return tuple(rows), False
        if kept["v"] != ROWS:
            raise StoreError(f"rows of a poll are kept in form {kept['v']}, which a newer release has written")
        return tuple(KeptRow(_headline(*row[:-3]), *row[-3:]) for row in kept["rows"]), True
    except (zlib.error, ValueError, TypeError, LookupError) as error:
        raise StoreError(f"the stored rows of a poll are damaged ({error})") from error


def _headline(
    printed: str | None,
    clock: str | None,
    title: str,
    link: str | None,
    day: list[int | None] | None,
    ago: list[float] | None,
    stated: str | None,
) -> Headline:
    return Headline(
        printed,
        time.fromisoformat(clock) if clock else None,
        title,
        link,
        Day(*day) if day else None,
        Ago(timedelta(seconds=ago[0]), timedelta(seconds=ago[1])) if ago else None,
        datetime.fromisoformat(stated) if stated else None,
    )


def poll_of(row: RowMapping) -> KeptPoll:
    """A poll of the table `polls`; raises StoreError."""
    rows, whole = unpack_rows(row["rows"]) if row["rows"] is not None else (None, True)
    return KeptPoll(row["at"], row["outcome"], row["cause"], row["detail"], row["last_good"], rows, whole)


def pack(documents: Mapping[Format, bytes]) -> dict[str, bytes]:
    """Columns of `versions` and `archives`; equal documents give equal columns."""
    return {form.ending: gzip.compress(document, 6, mtime=0) for form, document in documents.items()}


async def packed_apart(documents: Mapping[Format, bytes]) -> dict[str, bytes]:
    """`pack` in a thread of its own: who publishes holds others up, and must not wait for pages and names.

    It ends with this (it costs 0.1 ms to begin): a thread that stays is none in a process that is forked.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="pack") as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, pack, documents)


def version_of(row: RowMapping) -> Version:
    """Raises StoreError when the database gives other bytes than were written."""
    documents = _unpack(row, f"feed {row['feed']!r}", "a restart makes them anew")
    return Version(row["feed"], row["revision"], row["last_modified"], documents)


def archive_of(row: RowMapping, public_url: str) -> Archive:
    """As it was closed, but for the address of the service, should that have moved; raises StoreError."""
    named = f"archive {row['number']} of feed {row['feed']!r}"
    documents = _unpack(row, named, "restore a copy of the database")
    moved = row["public_url"] != public_url
    if moved:
        own = Channel(row["feed"], "", "", row["public_url"], {}, 1, 1, timedelta())
        documents = {form: _moved(form, body, own, public_url) for form, body in documents.items()}
    return Archive(row["feed"], row["number"], None if moved else row["closed_at"], documents)


def _unpack(row: RowMapping, named: str, cure: str) -> dict[Format, bytes]:
    try:
        return {form: gzip.decompress(row[form.ending]) for form in Format}
    except (OSError, EOFError, zlib.error) as error:
        raise StoreError(f"the stored documents of {named} are damaged ({error}); {cure}") from error


def _moved(form: Format, document: bytes, own: Channel, now: str) -> bytes:
    """What a document says of its own feed, its parts, our pages and pictures; a story may be at that address, too."""
    written = str if form is Format.JSON else escape
    before, page = (re.escape(written(url)) for url in (own.public_url, own.page_url))
    ours = rf"{page}(?=feed\.|archive/\d|[\"<])|{before}(?=static/|icon[.-]|favicon\.|item/[\da-f]{{8}}-|hub[\"<])"
    return re.sub(
        ours.encode(), lambda found: found[0].replace(written(own.public_url).encode(), written(now).encode()), document
    )


def stands_for(digest: str, channel: Channel) -> bool:
    """Whether what is stored with *digest* says what it should of *channel*.

    An upgrade is no reason to publish it anew: until migration 0003 feeds named no pages and no hubs.
    """
    return digest == channel.digest or (digest == channel.first_digest and not channel.hubs)
