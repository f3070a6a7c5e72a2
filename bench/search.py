"""What search costs over a million headlines, as a ratio to looking at each title, and whether both find the same.

    .venv/bin/python bench/search.py [--items 1000000] [--rounds 40] [--compared 3] [--json]

The words are made of the letters of Arabic and English, by a seed, and are as frequent as Zipf has it. Each query is
made of a headline that is there, or of words that are not; every second one begins deep in the past. The plain scan
takes seconds for what is rare, so only the first few queries of a kind are *compared*.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import create_engine

from ticker.model import Wish
from ticker.serve.filters import terms
from ticker.store import Store
from ticker.store.grams import build
from ticker.store.search import by_time
from ticker.text import fold

BEGIN = 1_600_000_000
APART = 94  # seconds between two headlines: a million in three years
SOURCES = [f"desk-{n}" for n in range(50)]
ARABIC = "ا" * 13 + "ل" * 11 + "يمون" * 6 + "رتب" * 4 + "عدسفهكقح" * 3 + "ةأجشطصخىإآضزثذغئؤءظ"
ENGLISH = "e" * 12 + "taoinshr" * 7 + "dlucmwfgypb" * 2 + "vkjxqz"
SMALL = {
    ARABIC: ["في", "من", "على", "إلى", "عن", "أن", "مع", "بعد"],
    ENGLISH: ["the", "in", "of", "to", "on", "a", "for"],
}
Ask = Callable[[], tuple[Sequence[str], Sequence[str]]]  # words that are wanted, and that are not


def vocabulary(random: Random, letters: str, size: int) -> tuple[list[str], list[float]]:
    """Words, and how often each is met, added up."""
    words = {"".join(random.choices(letters, k=max(2, round(random.gauss(5, 1.8))))) for _ in range(size)}
    article = "ال" if letters is ARABIC else ""
    found = SMALL[letters] + [article + word if random.random() < 0.4 else word for word in sorted(words)]
    return found, list(accumulate(1 / (rank + 3) for rank in range(len(found))))


def headlines(count: int) -> Iterator[str]:
    """The same ones each time."""
    random = Random(7)  # noqa: S311 - seeded, so that each run is the same
    known = [vocabulary(random, ARABIC, 30_000), vocabulary(random, ENGLISH, 20_000)]
    for _ in range(count):
        words, weights = known[random.random() > 0.7]
        line = random.choices(words, cum_weights=weights, k=max(4, round(random.gauss(11, 3))))
        if random.random() < 0.3:
            line.insert(random.randrange(len(line)), str(random.randrange(2_500)))
        yield " ".join(line)


def rows(count: int) -> Iterator[tuple[object, ...]]:
    random = Random(11)  # noqa: S311 - seeded, so that each run is the same
    for number, title in enumerate(headlines(count), 1):
        at = BEGIN + number * APART - random.randrange(300)
        source = SOURCES[min(int(random.paretovariate(0.7)) - 1, len(SOURCES) - 1)]
        yield f"urn:uuid:{number:032x}", source, title, fold(title), f"https://news.example/{number}", at, at, at, at


def put(db: sqlite3.Connection, lines: Iterator[tuple[object, ...]]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO items (guid, source, title, title_fold, link, published, updated, first_seen, last_seen,"
        " revised) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        lines,
    )


def fill(file: Path, count: int) -> dict[str, float]:
    """All items without the index, then the index as the migration makes it."""
    with closing(sqlite3.connect(file)) as db:
        triggers = [*db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'")]
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("DROP TABLE search")
        db.execute("DROP VIEW search_documents")
        db.executemany("INSERT INTO sources (name, revision, state, detail, streak) VALUES (?, 0, 'waiting', '', 0)",
                       [(name,) for name in SOURCES])  # fmt: skip
        put(db, rows(count))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before, began = file.stat().st_size, perf_counter()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as made:
        for _ in build(made):
            pass
    engine.dispose()
    spent = perf_counter() - began
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {
        "items": count,
        "items_mb": before / 1e6,
        "index_mb": (file.stat().st_size - before) / 1e6,
        "index_build_s": spent,
        "index_build_us_per_item": spent / count * 1e6,
    }


def insertion(file: Path, count: int, rounds: int = 300) -> dict[str, float]:
    """Milliseconds of a transaction that puts in one item, with the index and without."""

    def spans(db: sqlite3.Connection, prefix: str) -> list[float]:
        found = []
        for number, line in enumerate(headlines(rounds)):
            at = BEGIN + (count + number) * APART + len(prefix)
            row = (f"{prefix}{number}", SOURCES[number % 50], line, fold(line), None, at, at, at, at)
            began = perf_counter()
            put(db, iter([row]))
            db.commit()
            found.append((perf_counter() - began) * 1000)
        return sorted(found)

    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA synchronous=NORMAL")
        indexed = spans(db, "with")
        for (name,) in [*db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'")]:
            db.execute(f"DROP TRIGGER {name}")
        plain = spans(db, "without")
    return {
        "insert_ms": median(indexed),
        "insert_p95_ms": indexed[int(rounds * 0.95)],
        "insert_max_ms": indexed[-1],
        "insert_without_index_ms": median(plain),
    }


class Queries:
    """Kinds of queries, made of *titles*, which are folded."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles
        self._random = Random(13)  # noqa: S311 - seeded, so that each run is the same

    def kinds(self) -> dict[str, Ask]:
        some, word, letters = self._random.choice, self._word, self._letters
        return {
            "1 letter": lambda: ([letters(1)], []),
            "2 letters": lambda: ([letters(2)], []),
            "3 letters": lambda: ([letters(3)], []),
            "5 letters": lambda: ([letters(5)], []),
            "8 letters": lambda: ([letters(8)], []),
            "12 letters": lambda: ([letters(12)], []),
            "a frequent word": lambda: ([some(["علي", "ال", "the", "from", "بعد", "في"])], []),
            "a word": lambda: ([word()], []),
            "a word nobody wrote": lambda: ([self._shuffled(word() + "qx")], []),
            "a phrase nobody wrote": lambda: ([f"{word()} {word()} {word()}"], []),
            "a whole headline": lambda: ([some(self._titles)], []),
            "two words": lambda: ([word(), word()], []),
            "four words": lambda: ([word(), word(), word(), word()], []),
            "short and long": lambda: ([letters(1), word(), letters(2)], []),
            "three short": lambda: ([letters(2), letters(1), letters(2)], []),
            "a word, not another": lambda: ([word()], [word(), letters(2)]),
            "all but 2 letters": lambda: ([], [letters(2)]),
            "2 letters, not another": lambda: ([letters(2)], [letters(1)]),
            "nothing": lambda: ([], []),
        }

    def _word(self) -> str:
        return self._random.choice(self._random.choice(self._titles).split())

    def _shuffled(self, letters: str) -> str:
        return "".join(self._random.sample(letters, len(letters)))

    def _letters(self, count: int) -> str:
        """So many in a row, of any headline."""
        title = self._random.choice(self._titles)
        begin = self._random.randrange(max(1, len(title) - count))
        return fold(title[begin : begin + count].strip(" ")) or "ا"


class Search:
    """Asks the store, and the scan that looks at each title."""

    def __init__(self, store: Store, count: int, most: int) -> None:
        self._store = store
        self._count = count
        self._most = most
        self._random = Random(17)  # noqa: S311 - seeded, so that each run is the same

    async def kind(self, ask: Ask, sources: frozenset[str] | None, rounds: int) -> dict[str, float]:
        spent, plain, ratios, found = [], [], [], []
        for n in range(rounds):
            wanted, unwanted = ask()
            wish = Wish(sources, tuple(terms(wanted)), tuple(terms(unwanted)), limit=100)
            if n % 2:
                deep = BEGIN + self._random.randrange(self._count) * APART
                wish = replace(wish, after=(datetime.fromtimestamp(deep, UTC), 0))
            began = perf_counter()
            page = await self._store.find(wish)
            spent.append((perf_counter() - began) * 1000)
            found.append(len(page))
            if n < self._most:
                milliseconds, numbers = await self._plainly(wish)
                plain.append(milliseconds)
                ratios.append(milliseconds / spent[-1])
                if numbers != [number for number, _ in page]:
                    raise SystemExit(f"other answers to {wish}")
        spent.sort()
        return {
            "p50_ms": median(spent),
            "p95_ms": spent[int(rounds * 0.95)],
            "max_ms": spent[-1],
            "found": sum(found) / rounds,
            "scan_ms": median(plain) if plain else 0.0,
            "scan_ratio": median(ratios) if ratios else 0.0,
        }

    async def _plainly(self, wish: Wish) -> tuple[float, list[int]]:
        async with self._store._transaction(write=False) as db:
            began = perf_counter()
            numbers = (await db.scalars(by_time(wish).limit(wish.limit))).all()
            return (perf_counter() - began) * 1000, list(numbers)


async def measure(folder: Path, count: int, rounds: int, compared: int) -> dict[str, dict[str, float]]:
    file = folder / "ticker.db"
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    figures = {"index": fill(file, count)}
    with closing(sqlite3.connect(file)) as db:
        step = max(1, count // 20_000)
        titles = [row[0] for row in db.execute("SELECT title_fold FROM items WHERE id % ? = 0", [step])]
        sizes = [row[0] for row in db.execute("SELECT source FROM items GROUP BY source ORDER BY count(*)")]
    store = await Store.open(f"sqlite:///{file}")
    try:
        search = Search(store, count, compared)
        for label, sources in (("", None), (" · largest source", sizes[-1:]), (" · small source", sizes[:1])):
            for kind, ask in Queries(titles).kinds().items():
                chosen = frozenset(sources) if sources else None
                figures[kind + label] = await search.kind(ask, chosen, rounds)
    finally:
        await store.close()
    figures["insertion"] = insertion(file, count)
    return figures


def show(figures: dict[str, dict[str, float]]) -> None:
    for name in ("index", "insertion"):
        print(name, *(f"{key} {value:.2f}" for key, value in figures.pop(name).items()), sep="\n  ")
    print(f"{'':42}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}{'found':>8}{'scan ms':>9}{'times':>8}")
    for kind, of in figures.items():
        numbers = (of["p50_ms"], of["p95_ms"], of["max_ms"], of["found"], of["scan_ms"], of["scan_ratio"])
        print(f"{kind:42}", *(f"{number:7.1f}" for number in numbers))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--compared", type=int, default=3, help="queries of each kind that are asked the plain way too")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), asked.items, asked.rounds, asked.compared))
    if asked.json:
        json.dump(figures, sys.stdout, ensure_ascii=False, indent=2)
    else:
        show(figures)


if __name__ == "__main__":
    main()
