"""Between the nouns of `model` and the rows of the tables."""

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping

from ticker import text
from ticker.errors import StoreError
from ticker.model import Changes, Channel, Format, Health, Item, Revision, Version


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


def revision_of(row: RowMapping) -> Revision:
    """An old wording."""
    return Revision(row["title"], row["seen_at"], row["printed"], row["until"], row["reason"])


def still_listed(item: Item, last_good: datetime | None) -> Item:
    """A listed item was last seen by the last accepted poll, which does not write that on every row."""
    return replace(item, last_seen=max(item.last_seen, last_good)) if item.rank is not None and last_good else item


def health_of(row: RowMapping) -> Health:
    """The `next_poll` is the scheduler's to say."""
    return Health(row["name"], row["state"], row["cause"], row["detail"], row["since"], row["last_good"])


def pack_rows(changes: Changes) -> bytes:
    """The list as printed, with whose line each was: some 100 bytes a row."""
    rows = [[row.item.printed, row.item.title, row.item.link, row.item.guid] for row in changes.rows]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())


def pack(documents: Mapping[Format, bytes]) -> dict[str, bytes]:
    """Columns of `versions`; equal documents give equal columns."""
    return {form.ending: gzip.compress(document, 6, mtime=0) for form, document in documents.items()}


def version_of(row: RowMapping) -> Version:
    """Raises StoreError when the database gives other bytes than were written."""
    try:
        documents = {form: gzip.decompress(row[form.ending]) for form in Format}
    except (OSError, EOFError, zlib.error) as error:
        detail = f"the stored documents of feed {row['feed']!r} are damaged ({error}); a restart makes them anew"
        raise StoreError(detail) from error
    return Version(row["feed"], row["revision"], row["last_modified"], documents)


def channel_digest(channel: Channel) -> str:
    """Of everything the operator configured that a reader can see; a new release does not change it."""
    facts = (
        channel.title,
        channel.language,
        channel.public_url,
        sorted(channel.sources.items()),
        sorted(channel.languages.items()),
        channel.min_items,
        channel.max_items,
        channel.max_age.total_seconds(),
    )
    return sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:32]
