"""A store carried from SQLite to PostgreSQL and back: the same to the byte, and whatever breaks off goes on."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import dialect

from tests import postgres
from tests.lines import instant
from tests.running import answered, write_config
from tests.stores import change, everything, filled_at, look, store_at
from tests.test_copies import exported, filled, quietly
from tests.walks import URL, Newsroom, everywhere, published
from ticker.errors import StoreError
from ticker.model import Poll
from ticker.store import Contents, Store, moment
from ticker.store.copying import copy
from ticker.store.moment import Moment
from ticker.store.records import TABLES, query
from ticker.store.tables import HEAD, poll_hours

pytestmark = pytest.mark.once("from one engine to the other")
NOW = instant("2025-01-15T08:00")
ROWS = [table.name for table in TABLES.values()] + ["revisions", "importing"]


async def emptied(url: str) -> None:
    """A database with the tables of this release."""
    await (await Store.open(url)).close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The name of an empty database of PostgreSQL."""
    with postgres.fresh(tmp_path / "server", postgres.made_once("emptied", emptied)) as name:
        yield name


@asynccontextmanager
async def at(url: str, *, to_import: bool = False) -> AsyncIterator[Store]:
    store = await Store.open(url, to_import=to_import)
    try:
        yield store
    finally:
        await store.close()


async def copied(old: str, new: str, progress: Callable[[int, int], None] = quietly) -> Contents:
    async with at(old) as there, at(new, to_import=True) as here:
        return await copy(there.copies, here.copies, named=old, now=NOW, progress=progress)


def rows_of(database: str) -> dict[str, list[tuple[object, ...]]]:
    """As `everything` of a file."""
    return {name: sorted(postgres.rows(database, f"SELECT * FROM {name}"), key=as_told) for name in ROWS}  # noqa: S608


def as_told(row: tuple[object, ...]) -> str:
    """An order that true and 1 share."""
    return repr([int(value) if isinstance(value, bool) else value for value in row])


def rows_at(place: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(rows, key=as_told) for name, rows in everything(place, *ROWS).items()}


async def test_a_store_goes_to_postgresql_and_back_and_is_the_same_to_the_byte(database, tmp_path):
    old, middle, new = filled_at(tmp_path / "old.db", filled), postgres.address(database), tmp_path / "new.db"
    there = await copied(old, middle)
    assert rows_of(database) == rows_at(tmp_path / "old.db")
    assert await copied(middle, store_at(new)) == there
    assert rows_at(new) == rows_at(tmp_path / "old.db")
    async with at(old) as one, at(middle) as other:
        lines = [await exported(store, tmp_path / f"{n}.jsonl") for n, store in enumerate((one, other))]
        assert lines[0][1:] == lines[1][1:]
        assert await one.cursor() == await other.cursor()
        for feed in ("", "desk", "port"):
            assert await published(one, feed) == await published(other, feed)
            assert await one.archive(feed, 1, URL) == await other.archive(feed, 1, URL)


async def test_what_comes_after_a_copy_gets_numbers_of_its_own(database, tmp_path):
    old, new = filled_at(tmp_path / "old.db", filled), postgres.address(database)
    await copied(old, new)
    async with at(old) as one, at(new) as other:
        for store in (one, other):
            room = Newsroom(store, everywhere())
            room.now = NOW
            await room.prints("desk", 2)
            await room.edits("desk", 1)
            await store.failed(Poll("desk", NOW, "failed", cause="unreachable", detail="DNS: no such name"))
        assert await one.cursor() == await other.cursor()
    kept = ("SELECT id, guid, title FROM items ORDER BY id", "SELECT id, source, at FROM polls ORDER BY id")
    for statement in kept:
        assert postgres.rows(database, statement) == look(tmp_path / "old.db", statement)


@pytest.mark.parametrize("to", ["PostgreSQL", "SQLite"])
async def test_a_copy_that_was_broken_off_goes_on_with_what_came_meanwhile(database, tmp_path, monkeypatch, to):
    monkeypatch.setattr(moment, "AT_ONCE", dict.fromkeys(TABLES, 4))
    place, new = tmp_path / "old.db", tmp_path / "new.db"
    old, target = filled_at(place, filled), postgres.address(database) if to == "PostgreSQL" else store_at(new)
    async with at(old) as store:
        room = Newsroom(store, everywhere())
        room.now = NOW - timedelta(days=1)
    for breaks_at in (20, 50, 110):  # among the items, and among what follows them

        def breaks_off(done: int, of: int, last: int = breaks_at) -> None:
            if done >= last:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await copied(old, target, breaks_off)
        with pytest.raises(StoreError, match="a copy that was broken off; `ticker db copy` from the same store again"):
            await Store.open(target)
        async with at(old) as room.store:
            await room.prints("desk", 6)
            await room.edits("desk", 2)
        change(place, "DELETE FROM evidence")
    other = filled_at(tmp_path / "other.db", filled)
    with pytest.raises(StoreError, match="a copy that was broken off of another store: copy that one"):
        await copied(other, target)
    with pytest.raises(StoreError, match="a copy that was broken off of another store"):
        async with at(target, to_import=True) as here:
            await here.copies.begin("an export")
    first: list[int] = []
    there = await copied(old, target, lambda done, of: first.append(done))
    assert first[0] > there.counts["item"] / 2, "items that are there are not read again"
    assert (rows_of(database) if to == "PostgreSQL" else rows_at(new)) == rows_at(place)


async def test_a_store_that_forgot_while_its_copy_was_broken_off_is_copied_anew(database, tmp_path, monkeypatch):
    monkeypatch.setattr(moment, "AT_ONCE", dict.fromkeys(TABLES, 4))
    place, new = tmp_path / "old.db", postgres.address(database)
    old = filled_at(place, filled)

    def breaks_off(done: int, of: int) -> None:
        if done > 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copied(old, new, breaks_off)
    [(middle,)] = look(place, "SELECT guid FROM items WHERE revised = 0 AND archive IS NOT NULL ORDER BY id LIMIT 1")
    change(place, "DELETE FROM items WHERE guid = ?", middle)
    with pytest.raises(StoreError, match="forgotten headlines or is another since the copy was begun: delete the new"):
        await copied(old, new)
    with pytest.raises(StoreError, match="a copy that was broken off"):
        await Store.open(new)


async def test_what_was_polled_after_a_copy_began_is_not_in_it(database, tmp_path, monkeypatch):
    monkeypatch.setattr(moment, "AT_ONCE", dict.fromkeys(TABLES, 4))
    place = tmp_path / "old.db"
    old = filled_at(place, filled)
    polled: list[int] = []
    before = rows_at(place)
    poll = "INSERT INTO polls (source, at, outcome, detail) VALUES ('desk', ?, 'failed', '')"

    def polls(done: int, of: int) -> None:
        if not polled:
            polled.append(change(place, poll, int(NOW.timestamp())))

    await copied(old, postgres.address(database), polls)
    assert polled
    assert rows_of(database) == before


async def test_a_store_with_headlines_is_not_written_over_and_one_without_is_not_copied(database, tmp_path):
    old, new = filled_at(tmp_path / "old.db", filled), postgres.address(database)
    with pytest.raises(StoreError, match="holds no headlines: there is nothing to copy"):
        await copied(new, store_at(tmp_path / "new.db"))
    with pytest.raises(StoreError, match="holds headlines, and nothing is written over; name an empty one"):
        await copied(old, filled_at(tmp_path / "other.db", filled))
    with pytest.raises(StoreError, match="holds headlines"):
        await copied(old, old)


def test_words_are_read_in_the_order_of_sqlite_whatever_the_locale_of_the_database():
    assert 'ORDER BY poll_hours.source COLLATE "C", poll_hours.hour, poll_hours.ending COLLATE "C"' in " ".join(
        str(query(poll_hours, "C").compile(dialect=dialect())).split()
    )
    assert "COLLATE" not in str(query(poll_hours))


async def test_whoever_reads_a_moment_of_postgresql_is_not_hurried(database):
    """Else an export that nobody takes for 8 s would be cut off: `ticker export | less`."""
    async with at(postgres.address(database)) as store, store.copies.moment() as one:
        assert isinstance(one, Moment)
        [(limit,)] = (await one._db.exec_driver_sql("SHOW idle_in_transaction_session_timeout")).all()
    assert limit == "0"


# On the command line


@pytest.fixture
def config(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a store on PostgreSQL."""
    monkeypatch.setenv("TICKER_STORE", postgres.address(database, tcp=True))
    return write_config(tmp_path, "https://news.example/", stored=False)


def test_copy_says_what_it_holds_then_and_no_password(config, database, tmp_path):
    old, new = filled_at(tmp_path / "old.db", filled), tmp_path / "new.db"
    said = answered("db", "copy", old, "env:TICKER_STORE").stdout
    assert said.startswith("postgresql://")
    assert said.endswith(f"/{database} is what the other is: 2 sources, 64 headlines, 34 archives, 3 feeds\n")
    told = json.loads(answered("db", "copy", "env:TICKER_STORE", f"sqlite:///{new}", "--json").stdout)
    assert (told["to"], told["counts"]["item"]) == (f"sqlite:///{new}", 64)
    assert rows_at(new) == rows_at(tmp_path / "old.db")
    assert "@" not in said + answered("check", config=config).stdout


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (["sqlite:///{place}/none.db", "{new}"], "there is no {place}/none.db yet", 1),
        (["sqlite:///{place}/old.db", "sqlite:///{place}/2.db"], "is of another release (schema 0002, not", 1),
        (["env:TICKER_STORE", "{new}"], "holds no headlines: there is nothing to copy", 1),
        (["env:NOWHERE", "{new}"], "FROM: there is no NOWHERE in the environment", 2),
        (["{new}", "postgresql://me:secret@127.0.0.1/x"], "TO: holds a password, which others can read from", 2),
        (["{new}", "postgresql://me@127.0.0.1:1/x?password=secret"], "TO: holds a password", 2),
        (["{new}", "env:BROKEN"], "postgresql://127.0.0.1/x: its address cannot be read; in a user or password", 1),
        (["old.db", "{new}"], "FROM: is no URL; write sqlite:///old.db", 2),
    ],
)
def test_what_cannot_be_copied_is_one_line(config, tmp_path, monkeypatch, words, says, code):
    monkeypatch.setenv("BROKEN", "postgresql://me:se/cret@127.0.0.1/x")
    store_at(tmp_path / "old.db")
    change(tmp_path / "old.db", "UPDATE alembic_version SET version_num = '0002'")
    asked = [word.format(place=tmp_path, new=store_at(tmp_path / "new.db")) for word in words]
    refused = answered("db", "copy", *asked, check=code)
    assert says.format(place=tmp_path) in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "cret" not in refused.stderr
    assert "'se'" not in refused.stderr


def test_check_of_a_database_of_postgresql_names_what_is_wrong_and_its_cure(config, database, tmp_path):
    answered("db", "copy", filled_at(tmp_path / "old.db", filled), "env:TICKER_STORE")
    said = answered("db", "check", config=config).stdout
    assert f"schema {HEAD}, that of this release" in said
    assert said.endswith("nothing is wrong\n")
    postgres.execute(
        database,
        """
        UPDATE versions SET rss = '\\x1f8b08' WHERE feed = '';
        DELETE FROM archives WHERE feed = 'desk' AND number = 2;
        ALTER TABLE revisions DROP CONSTRAINT fk_revisions_guid_items;
        INSERT INTO revisions (guid, title, seen_at, reason) VALUES ('nobody', 'x', 1, '');
        SELECT setval('items_id_seq', 3);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_items_published'::regclass;
        INSERT INTO importing VALUES ('copy of something', 0, 0);
        """,
    )
    told = answered("db", "check", config=config, check=1)
    for fault in (
        "the index ix_items_published is half made: REINDEX INDEX CONCURRENTLY ix_items_published",
        "revisions: names 'nobody' in items, which is not there",
        "items: the next row would get a number that is taken: SELECT setval('items_id_seq', 64)",
        "the document of the feed of all is damaged",
        "of desk only",
        "it holds a copy that was broken off; `ticker db copy` from the same store again",
    ):
        assert fault in told.stdout
    assert "is not as it should be" in told.stderr


def test_what_postgresql_has_itself_is_named_with_its_address_and_no_password(config, database):
    for words, says in ((["backup", "x"], "pg_dump -Fc -f FILE -d postgresql://"), (["vacuum"], "-c 'VACUUM FULL'")):
        refused = answered("db", *words, config=config, check=2)
        assert says in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert "@" not in refused.stderr


def test_a_database_of_postgresql_is_upgraded_and_not_made_by_asking(config, database, tmp_path):
    postgres.drop([database])
    refused = answered("db", "upgrade", config=config, check=1)
    assert "does not exist; make it: createdb" in refused.stderr
    postgres.create(database)
    assert "of no release of Ticker" in answered("db", "check", config=config).stdout
    assert "is not there yet; it is made at the first start" in answered("check", config=config).stdout
    assert f"schema none is {HEAD} now, 0 headlines" in answered("db", "upgrade", config=config).stdout
    assert f"is at schema {HEAD} already, 0 headlines" in answered("db", "upgrade", config=config).stdout


def test_the_index_of_search_is_made_where_the_server_has_what_it_takes(config, database):
    known = postgres.rows(database, "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if not known:
        refused = answered("db", "reindex", config=config, check=1)
        assert "install what Debian calls postgresql-contrib" in refused.stderr
        assert "note: search goes without an index" in answered("db", "check", config=config).stdout
        return
    postgres.execute(database, "DROP EXTENSION IF EXISTS pg_trgm CASCADE")
    assert "`ticker db reindex` makes it" in answered("db", "check", config=config).stdout
    for _ in range(2):
        answered("db", "reindex", config=config)
        assert "search" not in answered("db", "check", config=config).stdout
