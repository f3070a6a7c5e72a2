import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tests.stores import store_at
from ticker.errors import ConflictError, StoreError
from ticker.store.engine import open_engine
from ticker.store.together import MOST, Together, Work, Write


class Table:
    """A table of words and one of feeds, and how many transactions were committed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.begun = self.commits = 0
        self.gate = asyncio.Event()  # a transaction commits only while this is set
        self.gate.set()

    @asynccontextmanager
    async def transaction(self, *, write: bool) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as plain:
            db = await plain.execution_options(write=write)
            async with db.begin():
                self.begun += 1
                yield db
                await self.gate.wait()
        self.commits += 1

    def puts(self, word: str, then: Callable[[], None] | None = None) -> Work:
        async def put(db: AsyncConnection) -> None:
            await db.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
            if then:
                then()

        return put

    async def words(self, table: str = "words") -> list[str]:
        async with self.engine.connect() as db:
            return sorted((await db.scalars(text(f"SELECT * FROM {table}"))).all())  # noqa: S608 - the test's own


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    engine = await open_engine(store_at(tmp_path / "t.db"))
    async with engine.begin() as db:
        await db.execute(text("CREATE TABLE words (word TEXT)"))
        await db.execute(text("CREATE TABLE feeds (word TEXT)"))
    yield Table(engine)
    await engine.dispose()


def publishes(name: str) -> Work:
    async def publish(db: AsyncConnection) -> None:
        await db.execute(text("INSERT INTO feeds VALUES (:name)"), {"name": name})

    return publish


def fails(error: StoreError) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


async def while_one_writes(table: Table, together: Together, *others: Write) -> list[BaseException | None]:
    """One write is held up before its commit; the others come meanwhile. What came of them."""
    table.gate.clear()
    first = asyncio.create_task(together(Write(table.puts("first"))))
    while not table.begun:
        await asyncio.sleep(0)
    later = [asyncio.create_task(together(other)) for other in others]
    await asyncio.sleep(0.01)
    table.gate.set()
    await first
    return list(await asyncio.gather(*later, return_exceptions=True))


async def test_writes_that_come_while_another_one_writes_share_one_transaction(table):
    await while_one_writes(table, Together(table.transaction), *(Write(table.puts(word)) for word in "abcde"))
    assert table.commits == 2
    assert await table.words() == ["a", "b", "c", "d", "e", "first"]


async def test_a_feed_that_several_of_them_change_is_published_once(table):
    feeds = {"": publishes("all")}
    writes = [Write(table.puts(word), feeds | {word: publishes(word)}) for word in "abc"]
    await while_one_writes(table, Together(table.transaction), *writes)
    assert await table.words("feeds") == ["a", "all", "b", "c"]


async def test_one_that_is_refused_is_told_so_and_the_others_are_kept(table):
    conflict = ConflictError("another poll was kept")
    told = await while_one_writes(
        table,
        Together(table.transaction),
        Write(table.puts("a")),
        Write(table.puts("b", then=fails(conflict)), {"b": publishes("b")}),
        Write(table.puts("c")),
    )
    assert told == [None, conflict, None]
    assert await table.words() == ["a", "c", "first"]
    assert await table.words("feeds") == []


async def test_a_publication_that_fails_takes_none_of_the_others_with_it(table):
    async def broken(db: AsyncConnection) -> None:
        raise StoreError("cannot be rendered")

    told = await while_one_writes(
        table,
        Together(table.transaction),
        Write(table.puts("a")),
        Write(table.puts("b"), {"b": broken}),
        Write(table.puts("c"), {"c": publishes("c")}),
    )
    assert [str(one) if one else None for one in told] == [None, "cannot be rendered", None]
    assert await table.words() == ["a", "c", "first"]
    assert await table.words("feeds") == ["c"]


@pytest.mark.parametrize("who", range(4))
async def test_one_that_is_cut_off_leaves_the_others_their_turn(table, who):
    together = Together(table.transaction)
    table.gate.clear()
    tasks = [asyncio.create_task(together(Write(table.puts(str(n))))) for n in range(4)]
    while not table.begun:
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    tasks[who].cancel()
    await asyncio.sleep(0.01)
    table.gate.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in ended] == [n == who for n in range(4)]
    assert {str(n) for n in range(4)} - {str(who)} <= set(await table.words())
    assert len(await table.words()) == len(set(await table.words()))


async def test_a_transaction_takes_no_more_than_it_can_hold(table):
    writes = [Write(table.puts(str(n))) for n in range(MOST + 1)]
    await while_one_writes(table, Together(table.transaction), *writes)
    assert table.commits == 3


async def test_publishing_waits_for_what_comes_soon_after(table):
    together = Together(table.transaction)
    together.apart = 0.1
    await together(Write(table.puts("first"), {"": publishes("all")}))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(together(Write(table.puts(word), {"": publishes("all")})) for word in "abc"))
    assert 0.05 < loop.time() - began < 5
    assert table.commits == 2
    assert await table.words("feeds") == ["all", "all"]


async def test_a_write_that_nobody_waits_for_goes_at_once(table):
    together = Together(table.transaction)
    together.apart = 60.0
    async with asyncio.timeout(5):
        await together(Write(table.puts("alone"), {"": publishes("all")}))
    assert await table.words() == ["alone"]


async def test_a_bug_in_one_write_is_told_to_its_own_poll_alone(table):
    def slip() -> None:
        raise TypeError("a bug")

    told = await while_one_writes(
        table,
        Together(table.transaction),
        Write(table.puts("a")),
        Write(table.puts("b", then=slip)),
        Write(table.puts("c")),
    )
    assert [type(one) for one in told] == [type(None), TypeError, type(None)]
    assert await table.words() == ["a", "c", "first"]
