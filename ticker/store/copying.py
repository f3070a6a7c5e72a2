"""A store as the copy of another, whatever kinds of database the two are."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from hashlib import sha256

from ticker.errors import StoreError
from ticker.store.copies import Copies
from ticker.store.moment import Contents
from ticker.store.records import RecordError

ANEW = "has forgotten headlines or is another since the copy was begun: delete the new database, and copy again"

Progress = Callable[[int, int], None]


async def copy(origin: Copies, target: Copies, *, named: str, now: datetime, progress: Progress) -> Contents:
    """Make *target* what *origin* is at this moment, numbers and documents included; what that is.

    A copy that was broken off goes on after the last item that is there: items before it that may have changed
    meanwhile, and all that is no item, are copied anew.

    Args:
        origin: only read; it may be written to meanwhile.
        target: of a store that was opened `to_import`; until the copy has ended it is opened for nothing else.
        named: the address of *origin*, which tells it from others.
        now: for what may change while it is copied.
        progress: told of records so far, of so many, about.

    Raises:
        StoreError: there is nothing to copy, *target* holds headlines or half of something else, one of the databases
            refused, or *origin* is not the one any more that was begun with.
    """
    async with origin.moment() as moment:
        there = await moment.contents()
        if there.first is None:
            raise StoreError(f"store: {named} holds no headlines: there is nothing to copy")
        half = await target.begin_copy(sha256(named.encode()).hexdigest(), there.since(now))
        if half.item and (half.first != there.first or await moment.guid_of(half.item) != half.guid):
            raise StoreError(f"store: {named} {ANEW}")
        done, total = half.items, sum(there.counts.values())
        async with aclosing(moment.read(after=half.item, since=half.since)) as batches:
            async for batch in batches:
                try:
                    await target.replace(batch)
                except RecordError as error:
                    raise StoreError(f"store: {named} holds what no store should: {error}") from error
                done += len(batch)
                progress(done, total)
        try:
            await target.finish(there.counts)
        except RecordError as error:
            raise StoreError(f"store: {named} {ANEW} ({error})") from error
    return there
