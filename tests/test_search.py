"""Search finds what holds the terms and nothing else; what is new after a cursor; what happened hour by hour."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import TextClause, text

from tests.lines import instant
from tests.stores import POSTGRES, store_at
from tests.test_store import keep
from ticker.errors import Cause, SlowSearchError
from ticker.model import Cursor, Outcome, Poll, Validators, Wish
from ticker.serve.filters import terms
from ticker.store import Store
from ticker.store.engine import open_engine
from ticker.store.grams import AT_ONCE, build
from ticker.store.search import at_most
from ticker.text import fold

AT = instant("2025-01-14T14:55")
HOUR = timedelta(hours=1)
START = 1_700_000_000
INTEGRITY = text("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
SOURCES = ("desk", "wire", "d")


@dataclass(frozen=True)
class Row:
    title: str
    source: str = "desk"
    second: int = 0  # after START
    repost: bool = False


INSERT = text(
    "INSERT INTO items (guid, source, title, title_fold, published, updated, first_seen, last_seen, revised,"
    " repost_of) VALUES (:guid, :source, :title, :fold, :at, :at, :at, :at, 0, :repost) ON CONFLICT DO NOTHING"
)


class Shelves:
    """A real store, with items put there directly; each test begins with none."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        url = store_at(folder / "ticker.db")
        self.store = self.runner.run(Store.open(url))
        self.engine = self.runner.run(open_engine(url))
        insert = text("INSERT INTO sources (name, revision, state, detail, streak) VALUES (:name, 0, 'healthy', '', 0)")
        self.change(insert, [{"name": name} for name in SOURCES])

    def close(self) -> None:
        self.runner.run(self.engine.dispose())
        self.runner.run(self.store.close())
        self.runner.close()

    def change(self, statement: TextClause, *values: Any) -> None:
        async def run() -> None:
            async with self.engine.begin() as db:
                await db.execute(statement, *values)

        self.runner.run(run())

    def look(self, statement: TextClause) -> Sequence[Any]:
        async def run() -> Sequence[Any]:
            async with self.engine.connect() as db:
                return (await db.execute(statement)).all()

        return self.runner.run(run())

    def fill(self, rows: Sequence[Row]) -> None:
        self.change(text("DELETE FROM items"))
        if rows:
            self.put(*rows)

    def put(self, *rows: Row) -> None:
        """Unless there is an item of that source and second."""
        self.change(
            INSERT,
            [
                {
                    "guid": f"{row.source}-{START + row.second}",
                    "source": row.source,
                    "title": row.title,
                    "fold": fold(row.title),
                    "at": START + row.second,
                    "repost": "x" if row.repost else None,
                }
                for row in rows
            ],
        )

    def find(self, wish: Wish) -> list[int]:
        found = self.runner.run(self.store.find(wish))
        assert all(item.published >= datetime.fromtimestamp(START, UTC) for _, item in found)
        return [number for number, _ in found]

    def specified(self, wish: Wish) -> list[int]:
        """What search means, word for word: containment in the folded title, in page order."""
        rows = self.look(
            text(
                "SELECT id, source, title_fold, published FROM items WHERE repost_of IS NULL "
                "ORDER BY published DESC, id DESC"
            )
        )
        after = wish.after and (int(wish.after[0].timestamp()), wish.after[1])
        found = [
            number
            for number, source, folded, published in rows
            if (wish.sources is None or source in wish.sources)
            and all(term in folded for term in wish.wanted)
            and not any(term in folded for term in wish.unwanted)
            and (wish.since is None or published >= wish.since.timestamp())
            and (wish.until is None or published < wish.until.timestamp())
            and (after is None or (published, number) < after)
        ]
        return found[: wish.limit]

    def check_index(self) -> None:
        """SQLite compares each document with what is made of its item, and raises where they differ."""
        if not POSTGRES:
            self.change(INTEGRITY)


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelves]:
    made = Shelves(tmp_path_factory.mktemp("search"))
    yield made
    made.close()


LETTERS = "ابأةء ي" + "abé" + "\"'%*-^:()_" + "1٣" + "َـ" + "中文" + "😀" + " "
texts = st.text(LETTERS, max_size=14)
rows = st.lists(
    st.builds(Row, texts, st.sampled_from(SOURCES), st.integers(0, 6), st.booleans()), max_size=12,
)  # fmt: skip
words = st.lists(st.text(LETTERS, min_size=1, max_size=5), max_size=3)
moments = st.none() | st.integers(-1, 8).map(lambda second: datetime.fromtimestamp(START + second, UTC))
wishes = st.builds(
    lambda sources, wanted, unwanted, since, until, after, limit: Wish(
        sources, tuple(terms(wanted)), tuple(terms(unwanted)), since, until, after, limit
    ),
    st.none() | st.frozensets(st.sampled_from((*SOURCES, "nobody"))),
    words,
    words,
    moments,
    moments,
    st.none() | st.tuples(moments.filter(bool), st.integers(0, 40)),
    st.integers(1, 8),
)
plenty = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@plenty
@given(rows=rows, asked=st.lists(wishes, min_size=1, max_size=6))
def test_search_finds_what_holds_the_terms_in_page_order_and_nothing_else(shelves, rows, asked):
    shelves.fill(rows)
    for wish in asked:
        assert shelves.find(wish) == shelves.specified(wish), wish


@plenty
@given(data=st.data(), rows=rows)
def test_a_piece_of_a_title_finds_it_however_it_is_spelled(shelves, data, rows):
    shelves.fill(rows)
    folded = [fold(row.title) for row in rows if fold(row.title)]
    if not folded:
        return
    title = data.draw(st.sampled_from(folded))
    begin = data.draw(st.integers(0, len(title) - 1))
    piece = title[begin : data.draw(st.integers(begin + 1, len(title)))].strip()
    if piece:
        wish = Wish(wanted=(piece,))
        assert shelves.find(wish) == shelves.specified(wish)


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "reword", "repost", "again", "delete", "move"]),
        st.builds(Row, texts, st.sampled_from(SOURCES), st.integers(0, 9)),
    ),
    max_size=15,
)


@plenty
@given(steps=steps, asked=st.lists(wishes, min_size=2, max_size=4))
def test_the_index_follows_the_items_whatever_is_done_to_them(shelves, steps, asked):
    shelves.fill([])
    for step, row in steps:
        if step == "put":
            shelves.put(row)
            continue
        change = {
            "reword": ("UPDATE items SET title = :title, title_fold = :fold WHERE guid = :guid"),
            "repost": ("UPDATE items SET repost_of = 'x' WHERE guid = :guid"),
            "again": ("UPDATE items SET repost_of = NULL, last_seen = last_seen + 1 WHERE guid = :guid"),
            "delete": ("DELETE FROM items WHERE guid = :guid"),
            "move": (
                "UPDATE items SET published = published + 3 WHERE guid = :guid AND NOT EXISTS"
                " (SELECT 1 FROM items AS it WHERE it.source = items.source AND it.published = items.published + 3)"
            ),
        }[step]
        facts = {"title": row.title, "fold": fold(row.title), "guid": f"{row.source}-{START + row.second}"}
        shelves.change(text(change), facts)
    shelves.check_index()
    for wish in asked:
        assert shelves.find(wish) == shelves.specified(wish)


@pytest.mark.parametrize(
    ("title", "query"),
    [
        pytest.param("افتتاح المعرض", "إفتتاح", id="alef with hamza for a bare one"),
        pytest.param("أُصيب آخرون", "اصيب اخرون", id="bare alefs for those with marks"),
        pytest.param("جامعة المدينة", "جامعه", id="ha for ta marbuta"),
        pytest.param("مستشفى", "مستشفي", id="ya for alef maqsura"),
        pytest.param("رؤساء الهيئة", "رءوسا", id="hamza on its own, or on a letter"),
        pytest.param("الكُتّابُ", "كتاب", id="vowel signs, and a piece of the word"),
        pytest.param("خـــبر", "خبر", id="tatweel"),
        pytest.param("١٢٣ شخصا", "123", id="Arabic digits"),
        pytest.param("۴۵۶ نفر", "456", id="Persian digits"),
        pytest.param("budget of 89,500", "89500", id="a grouped number"),
        pytest.param("کتاب گرامی", "كتاب", id="Persian letters"),
        pytest.param("STRASSE gesperrt", "straße", id="case"),
    ],
)  # fmt: skip
def test_spellings_of_one_word_find_each_other(shelves, title, query):
    shelves.fill([Row("شيء آخر تماما", second=1), Row(title, second=2), Row("something else", second=3)])
    wish = Wish(wanted=tuple(terms([query])))
    assert shelves.find(wish) == shelves.specified(wish)
    assert len(shelves.find(wish)) == 1


@pytest.mark.parametrize(
    "term",
    [
        '"',
        '""',
        "'",
        "%",
        "_",
        "*",
        "AND",
        "a*",
        "-b",
        "NEAR(a b)",
        "{",
        "a:b",
        "^a",
        "\\",
        ";",
        pytest.param("\x00x", marks=pytest.mark.sqlite("PostgreSQL keeps no such title")),
    ],
)
def test_a_term_is_letters_and_never_a_command(shelves, term):
    holding = f"xx {term} yy"
    shelves.fill([Row("plain words", second=1), Row(holding, second=2), Row("ab", second=3)])
    wanted = fold(term)
    wish = Wish(wanted=(wanted,))
    assert shelves.find(wish) == shelves.specified(wish)
    assert len(shelves.find(wish)) >= 1


def test_one_source_is_no_other_whose_name_begins_like_it(shelves):
    shelves.fill([Row("خبر", source, second=n) for n, source in enumerate(SOURCES)])
    shelves.check_index()
    for source in SOURCES:
        wish = Wish(frozenset([source]), wanted=("خبر",))
        assert len(shelves.find(wish)) == 1
        assert shelves.find(wish) == shelves.specified(wish)


def test_more_sources_than_are_asked_for_by_name_are_looked_at_one_by_one(shelves):
    shelves.fill([Row("خبر", source, second=n) for n, source in enumerate(SOURCES)])
    many = frozenset(["desk", *(f"other-{n}" for n in range(60))])
    assert shelves.find(Wish(many, wanted=("خبر",))) == shelves.specified(Wish(many, wanted=("خبر",)))


@pytest.mark.parametrize("query", ["", "خبر", "ب"])
def test_pages_give_each_headline_once_while_others_arrive(shelves, query):
    shelves.fill([Row(f"خبر {n}", SOURCES[n % 3], second=n // 4) for n in range(50)])
    was_there = shelves.specified(Wish(wanted=tuple(terms([query])), limit=1000))
    wish, found = Wish(wanted=tuple(terms([query])), limit=7), []
    while some := shelves.runner.run(shelves.store.find(wish)):
        found += [number for number, _ in some]
        number, last = some[-1]
        wish = replace(wish, after=(last.published, number))
        shelves.put(Row("خبر جديد", "desk", second=100 + len(found)))
    assert found == was_there


def test_the_command_line_finds_the_same(shelves):
    shelves.fill(
        [Row("إقفال الجسر", second=1), Row("فتح الجسر", "wire", second=2), Row("الجسر", second=3, repost=True)]
    )

    def found(source: str | None, **asked: Any) -> list[str]:
        return [item.title for item in shelves.runner.run(shelves.store.search(source, **asked))]

    assert found(None, term="جسر") == ["فتح الجسر", "إقفال الجسر"]
    assert found(None, term="اقفال جسر") == ["إقفال الجسر"]
    assert found("wire", term="جسر", limit=1) == ["فتح الجسر"]
    assert found(None) == ["الجسر", "فتح الجسر", "إقفال الجسر"]


# An older database


def older(file: Path, titles: Sequence[str]) -> None:
    """As release 0005 left it."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", "ticker.store:migrations")
    insert = text(
        "INSERT INTO items (guid, source, title, title_fold, published, updated, first_seen, last_seen, revised)"
        " VALUES (:n, 'desk', :title, :fold, :at, :at, :at, :at, 0)"
    )
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0005")
        db.execute(
            text("INSERT INTO sources (name, revision, state, detail, streak) VALUES ('desk', 0, 'waiting', '', 0)")
        )
        for n, title in enumerate(titles):
            db.execute(insert, {"n": n, "title": title, "fold": fold(title), "at": START - n})
    engine.dispose()


async def hits(file: Path, term: str) -> list[str]:
    store = await Store.open(f"sqlite:///{file}")
    try:
        return [item.title for _, item in await store.find(Wish(wanted=tuple(terms([term]))))]
    finally:
        await store.close()


@pytest.mark.sqlite("no older release knew another")
def test_an_older_database_can_be_searched_after_its_upgrade(tmp_path):
    older(tmp_path / "t.db", ["إقفال الجسر", "مطر", "فتح الجسر"])
    assert asyncio.run(hits(tmp_path / "t.db", "الجسر")) == ["إقفال الجسر", "فتح الجسر"]
    with closing(sqlite3.connect(tmp_path / "t.db")) as db:
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


@pytest.mark.sqlite("no older release knew another")
def test_an_upgrade_that_is_broken_off_begins_again(tmp_path):
    from sqlalchemy import create_engine

    older(tmp_path / "t.db", ["إقفال الجسر", "مطر", "فتح الجسر"])
    engine = create_engine(f"sqlite:///{tmp_path}/t.db")
    with engine.connect() as db:
        db.exec_driver_sql("BEGIN IMMEDIATE")
        next(build(db))  # and the process dies
        db.rollback()
    engine.dispose()
    assert asyncio.run(hits(tmp_path / "t.db", "جسر")) == ["إقفال الجسر", "فتح الجسر"]


@pytest.mark.sqlite("no older release knew another")
def test_an_upgrade_fills_the_index_in_parts(tmp_path):
    many = AT_ONCE + 2
    older(tmp_path / "t.db", [f"خبر {n}" for n in range(many)])
    assert asyncio.run(hits(tmp_path / "t.db", str(many - 1))) == [f"خبر {many - 1}"]
    with closing(sqlite3.connect(tmp_path / "t.db")) as db:
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


# What is new after a cursor


@asynccontextmanager
async def a_store(folder: Path, keep_polls: timedelta = timedelta(days=30)) -> AsyncIterator[Store]:
    store = await Store.open(store_at(folder / "ticker.db"), keep_polls=keep_polls)
    try:
        yield store
    finally:
        await store.close()


LINES = ["14:54 افتتاح معرض الكتاب", "14:53 مطر غزير على الساحل", "14:50 فوز الفريق", "14:45 إقفال الجسر"]
MINUTE = timedelta(minutes=1)


def titles(items: Sequence[Any]) -> list[str]:
    return [item.title for item in items]


def test_a_cursor_of_an_empty_store_is_before_everything(tmp_path):
    async def read() -> None:
        async with a_store(tmp_path) as store:
            assert await store.cursor() == Cursor(0, 0)
            news = await store.news(Cursor(), limit=5)
            assert (news.new, news.edited, news.cursor, news.more) == ((), (), Cursor(), False)

    asyncio.run(read())


def test_news_is_what_came_or_was_worded_anew_each_item_once_as_it_stands(tmp_path):
    async def read() -> None:
        async with a_store(tmp_path) as store:
            await keep(store, AT, LINES)
            before = await store.cursor()
            assert before == Cursor(4, 0)
            edited = ["14:56 سقوط ثلوج", *LINES[:2], "14:50 فوز الفريق الأول", LINES[3]]
            await keep(store, AT + 2 * MINUTE, edited)
            news = await store.news(before, limit=5)
            assert titles(news.new) == ["سقوط ثلوج"]
            assert titles(news.edited) == ["فوز الفريق الأول"]
            assert titles(news.edited[0].revisions) == ["فوز الفريق"]
            assert (news.cursor, news.more) == (Cursor(5, 1), False)
            assert (await store.news(news.cursor, limit=5)).cursor == news.cursor
            assert titles((await store.news(Cursor(), limit=9)).edited) == []

    asyncio.run(read())


def test_a_time_that_was_corrected_is_no_news(tmp_path):
    async def read() -> None:
        async with a_store(tmp_path) as store:
            await keep(store, AT, LINES)
            before = await store.cursor()
            await keep(store, AT + MINUTE, [LINES[0], "14:52 مطر غزير على الساحل", *LINES[2:]])
            news = await store.news(before, limit=5)
            assert news.cursor.revision == 1
            assert (news.new, news.edited) == ((), ())

    asyncio.run(read())


def test_more_news_than_is_asked_for_says_so_and_gives_the_newest(tmp_path):
    async def read() -> None:
        async with a_store(tmp_path) as store:
            await keep(store, AT, LINES)
            news = await store.news(Cursor(), limit=2)
            assert titles(news.new) == ["مطر غزير على الساحل", "افتتاح معرض الكتاب"]
            assert (news.cursor, news.more) == (Cursor(4, 0), True)
            assert not (await store.news(Cursor(), limit=4)).more

    asyncio.run(read())


def test_a_repost_is_no_news(shelves):
    shelves.fill([Row("خبر", second=1), Row("خبر", second=2, repost=True)])
    (first,) = shelves.find(Wish())
    news = shelves.runner.run(shelves.store.news(Cursor(first - 1, 0), limit=9))
    assert (titles(news.new), news.cursor.item) == (["خبر"], first + 1)


# Hour by hour


def test_headlines_are_counted_in_the_hour_in_which_they_were_published_and_reposts_are_not(shelves):
    begins = START - START % 3600 + 3600 - START
    shelves.fill([
        *(Row("خبر", second=begins + n) for n in range(3)),
        Row("خبر", second=begins - 1),
        Row("خبر", second=begins + 3600, repost=True),
        Row("خبر", second=begins + 5, repost=True),
        Row("news", "wire", second=begins + 1),
    ])  # fmt: skip
    hour = datetime.fromtimestamp(START + begins, UTC)
    printed = shelves.runner.run(shelves.store.printed(["desk", "d"], hour - HOUR))
    assert printed == {"desk": {hour - HOUR: 1, hour: 3}, "d": {}}
    assert shelves.runner.run(shelves.store.printed(["desk"], hour)) == {"desk": {hour: 3}}
    both = shelves.runner.run(shelves.store.printed_together(["desk", "d"], hour - HOUR))
    assert both == {hour - HOUR: 1, hour: 3}


def failure(outcome: Outcome, at: datetime, cause: Cause | None = None) -> Poll:
    return Poll("desk", at, outcome, cause=cause)


def test_a_search_that_nobody_would_wait_for_is_broken_off_and_the_connection_goes_on(tmp_path):
    endless = text("WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")

    async def search() -> None:
        engine = await open_engine(store_at(tmp_path / "ticker.db"))
        async with engine.connect() as db:
            with pytest.raises(SlowSearchError, match="take longer words, or fewer"):
                async with at_most(db, 0.05):
                    await db.execute(endless)
            await db.rollback()
            assert await db.scalar(text("SELECT 1")) == 1
        await engine.dispose()

    asyncio.run(search())


def test_every_poll_is_counted_by_how_it_ended(tmp_path):
    hour = instant("2025-01-14T14:00")

    async def read() -> None:
        async with a_store(tmp_path) as store:
            await keep(store, AT, LINES)
            await store.unchanged("desk", AT + MINUTE, Validators("http://127.0.0.1/"))
            await store.unchanged("desk", AT + 2 * MINUTE, None)
            await store.unchanged("desk", AT + 3 * MINUTE, None)
            await store.failed(failure("failed", AT + 5 * MINUTE, "refused"))
            await store.failed(failure("refused", AT + 6 * MINUTE))
            assert await store.polled(["desk", "other"], AT) == {
                "desk": {
                    hour: {"changed": 1, "unchanged": 1, "not-modified": 2},
                    hour + HOUR: {"refused": 1, "doubted": 1},
                },
                "other": {},
            }
            assert await store.polled(["desk"], hour + 2 * HOUR) == {"desk": {}}
            await store.failed(replace(failure("failed", AT + 6 * MINUTE, "refused"), source="other"))
            both = await store.polled_together(["desk", "other"], AT + HOUR)
            assert both == {hour + HOUR: {"refused": 2, "doubted": 1}}

    asyncio.run(read())


def test_counts_are_forgotten_with_the_polls_they_are_of(tmp_path):
    hour = instant("2025-01-14T14:00")

    async def read() -> None:
        async with a_store(tmp_path, keep_polls=timedelta(hours=3)) as store:
            await keep(store, AT, LINES)
            await store.unchanged("desk", AT + 2 * HOUR, None)
            assert list((await store.polled(["desk"], hour))["desk"]) == [hour, hour + 2 * HOUR]
            await store.unchanged("desk", AT + 4 * HOUR, None)
            assert list((await store.polled(["desk"], hour))["desk"]) == [hour + 2 * HOUR, hour + 4 * HOUR]

    asyncio.run(read())
