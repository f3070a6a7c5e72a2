"""What an operator does with the database as a file, while a service may have it open: copy, check, shrink, mend.

The file is opened as it is; nothing here upgrades it.
"""

import fcntl
import gzip
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from ticker.errors import StoreError
from ticker.store.copies import half_of, lacking_archives
from ticker.store.readonly import is_writable, read_only_address
from ticker.store.sqlite import BUSY, not_opened
from ticker.store.tables import HEAD

PAGES = 2_000  # that are copied at once: 8 MB
MOST = 10  # faults that are told of one kind

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the file, in bytes."""

    before: int
    after: int


def file_of(url: str) -> Path:
    """The file of the database at *url*. Raises StoreError where there is none."""
    file = Path(make_url(url).database or "")
    if not file.is_file():
        raise StoreError(f"store: there is no {file} yet: it is made at the first start")
    return file


def schema_of(file: Path) -> str | None:
    """The migration that the file stands at; None where no release has made it. Raises StoreError."""
    with _opened(file) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def back_up(file: Path, copy: Path, progress: Progress) -> int:
    """Copy the database as it is at this moment, to the last transaction, while others go on writing; bytes.

    The copy appears under its name when it is whole and was looked through. It is SQLite's online backup out of one
    read transaction: else each write of others would have it begin anew (sqlite.org/backup.html).

    Raises:
        StoreError: the copy is there already or cannot be written, or one of the two files is damaged, or holds an
            import that was broken off.
    """
    if copy.exists():
        raise StoreError(f"{copy} is there already, and nothing is written over: name a new file")
    if copy.resolve().name.startswith(f"{file.name}-") and copy.resolve().parent == file.resolve().parent:
        raise StoreError(f"{copy} is a name that SQLite uses beside the database: choose another")
    scratch = copy.with_name(f"{copy.name}.part")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with _alone(scratch):
            _copied(file, scratch, progress)
            os.rename(scratch, copy)
    except OSError as error:
        raise StoreError(f"cannot write {copy}: {str(error.strerror).lower()}") from error
    return copy.stat().st_size


@contextmanager
def _alone(scratch: Path) -> Iterator[None]:
    """*scratch* is there, empty, for this process alone, and gone afterwards unless it has got another name."""
    number = os.open(scratch, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"another backup is writing {scratch}: wait for it, or name another file") from error
        os.ftruncate(number, 0)
        try:
            yield
        finally:
            for left in (scratch, *(scratch.with_name(f"{scratch.name}-{end}") for end in ("journal", "wal", "shm"))):
                left.unlink(missing_ok=True)
    finally:
        os.close(number)  # last: it lets go of the locks that SQLite has on the file, too


def _copied(file: Path, scratch: Path, progress: Progress) -> None:
    with _opened(file) as db, _opened(scratch) as there:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if unfinished := _unfinished(db):
            raise StoreError("store: {}: a copy of it would hold a part; {}".format(*unfinished))
        db.backup(there, pages=PAGES, progress=lambda _, left, of: progress(of - left, of))
        there.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
        if faults := _pages(there, quick=True):
            raise StoreError(f"store: the copy of {file} is damaged: {faults[0]}; `ticker db check` says more")
    with open(scratch, "rb") as written:
        os.fsync(written.fileno())


def size_of(file: Path) -> int:
    """Bytes of the database, those that stand in its journal included. Raises StoreError."""
    with _opened(file) as db:
        return _size(db)


def faults_of(file: Path, *, progress: Callable[[str], None]) -> list[str]:
    """What is wrong with the database, a sentence each; nothing is changed.

    Args:
        progress: told what is looked at next.

    Raises:
        StoreError: it cannot be opened, or another process does not let go of it.
    """
    with _opened(file) as db:
        progress("pages and indexes")
        if found := _pages(db, quick=False):
            return found
        progress("references")
        found = [
            f"{table}, row {row}: names something in {other} that is not there"
            for table, row, other, _ in db.execute("PRAGMA foreign_key_check").fetchmany(MOST)
        ]
        if schema_of(file) == HEAD:
            progress("index of search")
            found += _search(db)
            progress("published documents")
            found += list(_documents(db))
            found += list(_archives(db))
            found += ["{}; {}".format(*unfinished)] if (unfinished := _unfinished(db)) else []
        return found


def shrink(file: Path) -> Sizes:
    """Write the database anew without the room that what was forgotten left behind (VACUUM).

    Others can read meanwhile and not write; it needs as much room beside the file as the file has.

    Raises:
        StoreError: there is no room for it, or another writer does not let go.
    """
    with _opened(file) as db:
        before = _size(db)
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Sizes(before, _size(db))


def reindex(file: Path) -> None:
    """Make the index of search anew, in one transaction. Raises StoreError."""
    with _opened(file) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO search (search) VALUES ('rebuild')")
        db.execute("COMMIT")


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Where it cannot be written it can be read all the same."""
    address = None if is_writable(str(file)) else read_only_address(str(file))
    try:
        place = address or file
        with closing(sqlite3.connect(place, timeout=BUSY / 1000, isolation_level=None, uri=bool(address))) as db:
            yield db
    except sqlite3.Error as error:
        raise not_opened(str(file), str(error)) from error


def _pages(db: sqlite3.Connection, *, quick: bool) -> list[str]:
    check = "quick_check" if quick else "integrity_check"
    try:
        told = [row[0] for row in db.execute(f"PRAGMA {check}({MOST})")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if told == ["ok"] else told


def _search(db: sqlite3.Connection) -> list[str]:
    """FTS5's own check holds the index against the titles; it changes nothing, and asks for the right to write."""
    try:
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_READONLY"):  # it can wait until it may be written
            return []
        if not name.startswith("SQLITE_CORRUPT"):
            raise
        return ["the index of search does not fit the titles: `ticker db reindex` makes it anew"]
    return []


def _unfinished(db: sqlite3.Connection) -> tuple[str, str] | None:
    """That an import or a copy has not ended, and what helps; None where none has begun."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'importing'").fetchone():
        return None
    row = db.execute("SELECT export FROM importing").fetchone()
    return half_of(row[0]) if row else None


def _size(db: sqlite3.Connection) -> int:
    (pages,), (page,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(page)


def _documents(db: sqlite3.Connection) -> Iterator[str]:
    """Of feeds and archives."""
    named = (
        ("versions", "feed || ''", "a restart of the service makes it anew"),
        ("archives", "feed || '/archive/' || number", "restore a copy of the database"),
    )
    for table, name, cure in named:
        for row in db.execute(f"SELECT {name}, rss, atom, json FROM {table}"):  # noqa: S608 - of constants
            try:
                for packed in row[1:]:
                    gzip.decompress(packed)
            except (OSError, EOFError, zlib.error) as error:
                yield f"the document of {row[0] or 'the feed of all'} is damaged ({error}): {cure}"


def _archives(db: sqlite3.Connection) -> Iterator[str]:
    counted = "SELECT feed, min(number), max(number), count(*) FROM archives GROUP BY feed"
    for span in db.execute(counted):
        if lacking := lacking_archives(*span):
            yield f"{lacking}: restore a copy"
