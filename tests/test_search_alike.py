"""Search finds the same in SQLite, in PostgreSQL by its index, and in PostgreSQL without one: what search means."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import postgres
from tests.stores import change, look, store_at
from tests.test_copy import at, copied
from ticker.errors import StoreError
from ticker.model import Wish
from ticker.serve.filters import terms
from ticker.store import Store, server
from ticker.text import fold

pytestmark = pytest.mark.once("the same in both")
START = 1_700_000_000
GUID = "urn:uuid:{:08}-0000-5000-8000-000000000000"
TITLES = (
    "إقفال الجسر", "فتح الجِسْر", "الجسر مقفل", "أُصيب آخرون", "اصيب اخرون", "جامعة المدينة", "جامعه المدينه",
    "مستشفى ومستشفي", "رؤساء الهيئة", "الكُتّابُ", "خـــبر", "١٢٣ شخصا", "123 شخصا", "۴۵۶ نفر", "کتاب گرامی", "كتاب",
    "STRASSE gesperrt", "straße", "100% sure", "100 sure", "a_b", "a b", "axb", "a\\b", "a\\\\b", "\\", "%", "_", "%_%",
    "50%", "it's \"quoted\"", "x; DROP TABLE items", "中文 新闻", "😀 خبر", "ab", "a", "ب", "aXbXa", "budget of 89,500",
    "!!! ...", "- - -", "’ ‘ “ ”", "a%b_c\\d", "éclair", "e\u0301clair", "ﷲ", "لا إله", "ﻻ",
)  # fmt: skip
ASKED = (
    "الجسر", "اصيب", "إصيب", "جامعه", "ة", "ى", "ي", "ء", "كتاب", "خبر", "123", "١٢٣", "456", "strasse", "%", "_", "\\",
    "%_", "\\\\", "a_b", "a%", "100%", "a\\b", "'", '"', ";", "ab", "a", "ب", "中文", "中", "😀", "!!!", "...", "-",
    "é", "eclair", "89500", "لا", "الله", "nothing like it", "xyz", "قق",
)  # fmt: skip


def fill(place: Path) -> str:
    """Each title twice, of two sources, and some as reposts."""
    url = store_at(place)
    for source in ("desk", "wire"):
        change(place, "INSERT INTO sources (name, revision, state, detail, streak) VALUES (?,0,'healthy','',0)", source)
    columns = "guid, source, title, title_fold, published, updated, first_seen, last_seen, repost_of, revised"
    rows: list[str | int | None] = []
    for n, title in enumerate(TITLES * 2):
        at, repost = START + n // 3, GUID.format(1) if n % 11 == 0 else None
        rows += [GUID.format(n), "desk" if n % 2 else "wire", title, fold(title), at, at, at, at, repost]
    many = ", ".join(["(?,?,?,?,?,?,?,?,?,0)"] * (2 * len(TITLES)))
    change(place, f"INSERT OR IGNORE INTO items ({columns}) VALUES {many}", *rows)  # noqa: S608 - of constants
    return url


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Mapping[str, Store]]:
    """The same items in each; that of PostgreSQL with an index may not look for anything without it."""
    url = fill(tmp_path / "search.db")
    names = [postgres.name_of(tmp_path / name) for name in ("plain", "indexed")]
    found = {"SQLite": url}
    for name in names:
        postgres.create(name)
        await copied(url, postgres.address(name))
    postgres.execute(names[0], "DROP INDEX IF EXISTS ix_items_title_fold")
    found["PostgreSQL"] = postgres.address(names[0])
    try:
        await server.reindex(postgres.address(names[1]))
    except StoreError:  # no server has pg_trgm but those that are installed: TICKER_TEST_PG
        assert not postgres.rows(names[1], "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    else:
        for way in ("enable_seqscan", "enable_indexscan"):
            postgres.execute(names[1], f'ALTER DATABASE "{names[1]}" SET {way} = off')
        found["PostgreSQL, by its index"] = postgres.address(names[1])
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(at(place)) for name, place in found.items()}
    postgres.drop(names)


def specified(rows: Sequence[tuple[int, str, str, int]], wish: Wish) -> list[int]:
    """Containment in the folded title, in page order."""
    after = wish.after and (int(wish.after[0].timestamp()), wish.after[1])
    return [
        number
        for number, source, folded, published in rows
        if (wish.sources is None or source in wish.sources)
        and all(term in folded for term in wish.wanted)
        and not any(term in folded for term in wish.unwanted)
        and (wish.since is None or published >= wish.since.timestamp())
        and (after is None or (published, number) < after)
    ][: wish.limit]


async def test_every_database_finds_the_same(stores, tmp_path):
    found = "SELECT id, source, title_fold, published FROM items WHERE repost_of IS NULL"
    rows = look(tmp_path / "search.db", f"{found} ORDER BY published DESC, id DESC")
    dice = random.Random(5)
    pieces = [title[b : b + dice.randint(1, 6)] for title in TITLES for b in (0, dice.randrange(len(title)))]
    for word in (*ASKED, *pieces):
        wanted = tuple(terms([word]))
        asked = [Wish(wanted=wanted, limit=500), Wish(wanted=wanted, unwanted=tuple(terms(["a", "الجسر"])), limit=500)]
        at = datetime.fromtimestamp(START + dice.randrange(30), UTC)
        asked.append(Wish(frozenset(["desk"]), wanted, since=at, limit=3))
        asked.append(Wish(None, wanted, after=(at, dice.randrange(90)), limit=4))
        for wish in asked:
            expected = specified(rows, wish)
            for name, store in stores.items():
                assert [number for number, _ in await store.find(wish)] == expected, (name, word, wish)
