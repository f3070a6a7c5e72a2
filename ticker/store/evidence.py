"""The pages of the last polls that kept nothing, so that a person can see why: few, short, and no page twice."""

import asyncio
import gzip
import zlib
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from sqlalchemy import RowMapping, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.errors import StoreError
from ticker.model import Evidence
from ticker.store.subscriptions import Transactions
from ticker.store.tables import evidence, sources

MOST = 5  # pages of a source
MOST_BYTES = 500_000  # of a page, unpacked: its beginning


class EvidenceLocker:
    """What failed polls leave behind, latest first."""

    def __init__(self, transaction: Transactions) -> None:
        self._transaction = transaction

    async def keep(self, found: Evidence) -> None:
        """Keep a page by itself, for a source that was polled before; a poll that failed keeps its own."""
        packed = await asyncio.to_thread(pack_body, found)
        async with self._transaction(write=True) as db:
            await keep_page(db, found, packed)

    async def last(self, source: str, back: int = 1) -> Evidence | None:
        """The page that was kept last, or the one *back* - 1 before it; None where there is none."""
        async with self._transaction(write=False) as db:
            row = (await db.execute(_latest(source).offset(back - 1).limit(1))).mappings().first()
        return await asyncio.to_thread(_evidence, row) if row else None

    async def list(self, source: str) -> tuple[Evidence, ...]:
        """All that is kept of a source, latest first, without the pages themselves."""
        told = [column for column in evidence.c if column.name != "body"]
        async with self._transaction(write=False) as db:
            rows = (await db.execute(_latest(source).with_only_columns(*told))).mappings().all()
        return tuple(_noun(row, b"") for row in rows)


def pack_body(found: Evidence) -> bytes:
    """The beginning of the page; equal pages give equal bytes."""
    return gzip.compress(found.body[:MOST_BYTES], 6, mtime=0)


async def keep_page(db: AsyncConnection, found: Evidence, packed: bytes) -> None:
    """Keep a page, in the transaction of the poll that failed, once its health is noted.

    Of one trouble with one cause the first page and the latest stay: hours of it must not push out the one before.
    A page that is the same as the last one is not kept again; where that was of another trouble, it goes to this one.
    """
    kept = (await db.execute(_latest(found.source))).mappings().all()
    since = await db.scalar(select(sources.c.since).where(sources.c.name == found.source))
    run = list(takewhile(lambda row: row["cause"] == found.cause and since and row["at"] >= since, kept))
    again = bool(kept) and kept[0]["cause"] == found.cause and kept[0]["body"] == packed
    if again and run:
        return
    outdated = [kept[0]] if again else run[:-1]
    stays = [row for row in kept if row not in outdated][: MOST - 1]
    await _forget(db, [row["id"] for row in kept if row not in stays])
    facts = {"source": found.source, "at": found.at, "url": found.url, "cause": found.cause, "detail": found.detail}
    await db.execute(evidence.insert().values(**facts, content_type=found.content_type, body=packed))


async def _forget(db: AsyncConnection, ids: Sequence[int]) -> None:
    if ids:
        await db.execute(delete(evidence).where(evidence.c.id.in_(ids)))


def _latest(source: str) -> Select[Any]:
    return select(evidence).where(evidence.c.source == source).order_by(evidence.c.id.desc())


def _evidence(row: RowMapping) -> Evidence:
    try:
        return _noun(row, gzip.decompress(row["body"]))
    except (OSError, EOFError, zlib.error) as error:
        raise StoreError(f"the stored page of a failed poll of {row['source']} is damaged ({error})") from error


def _noun(row: RowMapping, body: bytes) -> Evidence:
    return Evidence(row["source"], row["at"], row["url"], row["cause"], row["detail"], body, row["content_type"])
