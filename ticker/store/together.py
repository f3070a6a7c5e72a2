"""Commit writes that wait for each other in one transaction, and publish each feed that they change once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.store.refusals import refused

PAUSE = 4.0  # times what a transaction took: publishing has a fifth of the time
LONGEST = 1.0  # second of such a pause: nobody waits longer to be published
MOST = 100  # writes in one transaction: of a thousand sources that are read for the first time, three seconds' worth

Work: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]


@dataclass(eq=False)
class Write:
    """What one poll writes, and by name the feeds that are to be published after it."""

    work: Work
    feeds: Mapping[str, Work] = field(default_factory=dict)
    done: bool = False
    error: Exception | None = None  # of this write alone: the others of its transaction were kept


class Together:
    """Whoever's turn it is writes for all who came while it waited; each is kept whole or not at all, and told so.

    It is done in the task of the one who leads: a write that nobody waits behind is a transaction of its own.

    Attributes:
        apart: seconds from one transaction to the next, at least; up to a second, four times as long as it took. What
            comes sooner waits for what else comes: else the feed of a thousand sources would be rendered all the time,
            and its Last-Modified run ahead of the clock. With 0 there is no pause.
    """

    def __init__(self, transaction: Callable[..., AbstractAsyncContextManager[AsyncConnection]]) -> None:
        """*transaction* opens one."""
        self._transaction = transaction
        self.apart = 0.0
        self._turn = asyncio.Lock()
        self._waiting: list[Write] = []
        self._next = 0.0  # by the clock of the loop: not before

    async def __call__(self, write: Write) -> None:
        """Raises what this write raised, or why the transaction could not be."""
        self._waiting.append(write)
        try:
            async with self._turn:
                if not write.done:
                    await self._lead(write)
        finally:
            if write in self._waiting:  # cancelled, or refused
                self._waiting.remove(write)
        if write.error is not None:
            raise write.error

    async def _lead(self, write: Write) -> None:
        loop = asyncio.get_running_loop()
        if (early := self._next - loop.time()) > 0:
            await asyncio.sleep(early)
        batch = [write, *(one for one in self._waiting if one is not write)][:MOST]
        began = loop.time()
        try:
            await self._commit(batch)
        except Exception:  # a bug too: it is told to the poll whose it is, and to no other
            if len(batch) == 1:
                raise
            batch = [write]  # one may be the fault of all: the others lead themselves
            await self._commit(batch)
        finally:
            self._next = loop.time() + min(max(self.apart, PAUSE * (loop.time() - began)), LONGEST) * bool(self.apart)
        for one in batch:
            one.done = True
        self._waiting = [one for one in self._waiting if not one.done]  # some may have been cancelled meanwhile

    async def _commit(self, batch: list[Write]) -> None:
        feeds: dict[str, Work] = {}
        async with self._transaction(write=True) as db:
            for one in batch:
                one.error = None
                try:
                    if len(batch) == 1:
                        await one.work(db)
                    else:
                        async with db.begin_nested():
                            await one.work(db)
                    feeds |= one.feeds
                except Exception as error:
                    if len(batch) == 1:
                        raise
                    one.error = refused(error) if isinstance(error, SQLAlchemyError) else error
            for publish in feeds.values():
                await publish(db)
