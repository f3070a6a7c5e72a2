"""The stores that tests write to: files of SQLite, or with TICKER_TEST_STORE=postgresql databases of a PostgreSQL.

Either way a place, a path below `tmp_path`, names a store, and the same place the same one. Empty ones are copied: to
make one anew takes 30 ms, and half a second in a process that only just began.
"""

import asyncio
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests import postgres
from ticker.store import Store

POSTGRES = os.environ.get("TICKER_TEST_STORE") == "postgresql"

ALL_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    if POSTGRES
    else "SELECT name FROM sqlite_master WHERE type = 'table'"
)

_databases: dict[str, Path] = {}  # those of PostgreSQL that are there, and what they stand for


def store_at(place: Path) -> str:
    """The address of the store at *place*, which is made, still empty, where there is none."""
    return filled_at(place, _make)


def filled_at(place: Path, fill: Callable[[str], Awaitable[None]]) -> str:
    """The same of one that *fill* has filled, which is given the address of another one, once."""
    if POSTGRES:
        return _database_at(place, lambda: postgres.made_once(f"{fill.__module__}.{fill.__qualname__}", fill))
    if not place.exists():
        place.write_bytes(_filled(fill))
    return f"sqlite:///{place}"


def copied_at(place: Path, of: Path) -> str:
    """The address of a copy at *place* of the store at *of*, which nobody has open."""
    if POSTGRES:
        return _database_at(place, lambda: postgres.name_of(of))
    place.write_bytes(of.read_bytes())
    return f"sqlite:///{place}"


def unmade_at(place: Path) -> str:
    """The address of the store at *place*, which whoever opens it first will make."""
    return _database_at(place, lambda: "template0") if POSTGRES else f"sqlite:///{place}"


def look(place: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement of SQL gives in the store at *place*, read past all code of ours; `?` stand for the values."""
    if POSTGRES:
        return postgres.rows(postgres.name_of(place), _numbered(statement), *values)
    with closing(sqlite3.connect(place)) as db:
        return db.execute(statement, values).fetchall()


def change(place: Path, statement: str, *values: Any) -> int:
    """To damage a store, or to have it as an older release left it: how many rows that changed."""
    if POSTGRES:
        return postgres.change(postgres.name_of(place), _numbered(statement), *values)
    with closing(sqlite3.connect(place)) as db, db:
        return db.execute(statement, values).rowcount


def everything(place: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of these tables, or of all there, in no order that says anything."""
    named = tables or [name for (name,) in look(place, ALL_TABLES)]
    return {name: sorted(look(place, f"SELECT * FROM {name}"), key=repr) for name in named}  # noqa: S608


def _numbered(statement: str) -> str:
    number = count(1)
    return re.sub(r"\?", lambda _: f"${next(number)}", statement)


def forget(place: Path | None = None) -> None:
    """Remove the databases that stand for something below *place*, or for anything; the files are left to pytest."""
    gone = [name for name, stands in _databases.items() if place is None or stands.is_relative_to(place)]
    if gone:
        postgres.drop(gone)
    for name in gone:
        del _databases[name]


def _database_at(place: Path, template: Callable[[], str]) -> str:
    name = postgres.name_of(place)
    if name not in _databases:
        postgres.create(name, template())
        _databases[name] = place.absolute()
    return postgres.address(name)


@cache
def _filled(fill: Callable[[str], Awaitable[None]]) -> bytes:
    async def run() -> None:
        await fill(f"sqlite:///{place}")

    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as elsewhere:  # here a loop may be running
        place = Path(folder) / "ticker.db"
        elsewhere.submit(lambda: asyncio.run(run())).result()
        return place.read_bytes()


async def _make(url: str) -> None:
    """As the first start of this release makes it."""
    await (await Store.open(url)).close()
