"""What we wrote into a folder, kept in it: so that nothing is written twice, and nothing of others is removed.

An SQLite database, for a folder may hold a million files. Who writes holds it for itself until the end: a second run
is refused, and the system lets go of it when a run is killed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ticker.errors import TickerError
from ticker.folder.places import is_below

NAME = ".ticker-files"
RUN = ".ticker-run"  # what this run wants: beside it, for of a million paths there may be no room in /tmp
FORM = 1  # of the table
AT_ONCE = 500  # rows asked for with one query

_COLUMNS = "path, digest, size, made_of, coming"
_TABLE = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY,
    digest TEXT,     -- of the file as it was written last, NULL where it never was
    size INTEGER,    -- the same
    made_of TEXT,    -- another one where it is to be made anew
    coming TEXT      -- digest of what was about to be written: NULL once it stands there
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file."""

    path: str
    digest: str | None
    size: int | None
    made_of: str | None
    coming: str | None = None


class Manifest:
    """The files of one folder. Raises sqlite3.Error, of which "locked" is another run, OSError, TickerError."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._run = folder / RUN
        if self._file.exists() and not self._file.is_file():
            raise TickerError(damaged(self._file, "it is no file"))
        self._db = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            self._look_at_form()
            self._db.execute(_TABLE)
            self._db.execute(f"PRAGMA user_version = {FORM}")
            self._db.execute("COMMIT")
            self._begin_run()
        except (sqlite3.Error, OSError, TickerError):
            self._db.close()
            raise

    def _look_at_form(self) -> None:
        (form,) = self._db.execute("PRAGMA user_version").fetchone()
        if form > FORM:
            raise TickerError(
                f"{self._file} was written by a newer release; run that one, or choose another folder with --out"
            )

    def _begin_run(self) -> None:
        """With nothing wanted, whatever a run that was killed has left."""
        self._run.unlink(missing_ok=True)
        self._db.execute("ATTACH ? AS run", (str(self._run),))
        self._db.execute("PRAGMA run.journal_mode = OFF")  # nobody reads it after a failure
        self._db.execute("PRAGMA run.synchronous = OFF")
        self._db.execute("CREATE TABLE run.wanted (path TEXT PRIMARY KEY) WITHOUT ROWID")

    def is_empty(self) -> bool:
        """Whether nothing was ever written."""
        return self._db.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    def _entry(self, row: tuple[object, ...]) -> Entry:
        """A row, once it is known to be one that we wrote: what it names is removed."""
        path, digest, size, made_of, coming = row
        if (
            isinstance(path, str)
            and is_below(path)
            and isinstance(digest, str | None)
            and isinstance(size, int | None)
            and isinstance(made_of, str | None)
            and isinstance(coming, str | None)
        ):
            return Entry(path, digest, size, made_of, coming)
        raise TickerError(damaged(self._file, f"it names {path!r:.100}"))

    def close(self) -> None:
        self._run.unlink(missing_ok=True)
        self._db.close()

    def known(self, paths: Sequence[str]) -> dict[str, Entry]:
        """Of these paths, those that we wrote or were about to."""
        found: dict[str, Entry] = {}
        for some in (paths[n : n + AT_ONCE] for n in range(0, len(paths), AT_ONCE)):
            marks = ", ".join("?" * len(some))
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM files WHERE path IN ({marks})", list(some))  # noqa: S608 - marks
            found |= {entry.path: entry for entry in map(self._entry, rows)}
        return found

    def announce(self, digests: Iterable[tuple[str, str]]) -> None:
        """Paths that are about to be ours, and with which digest: before anything is written."""
        command = "INSERT INTO files (path, coming) VALUES (?, ?) ON CONFLICT DO UPDATE SET coming = excluded.coming"
        self._all(command, digests)

    def keep(self, entries: Iterable[Entry]) -> None:
        """These stand in the folder as they are said to be."""
        rows = [(entry.path, entry.digest, entry.size, entry.made_of) for entry in entries]
        self._all("REPLACE INTO files (path, digest, size, made_of) VALUES (?, ?, ?, ?)", rows)

    def forget(self, paths: Iterable[str]) -> None:
        """They are not ours, or no longer there."""
        self._all("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def unfinished(self) -> list[Entry]:
        """What a run that was killed was about to write."""
        with closing(self._db.execute(f"SELECT {_COLUMNS} FROM files WHERE coming IS NOT NULL")) as rows:  # noqa: S608 - columns
            return [self._entry(row) for row in rows]

    def want(self, paths: Iterable[str]) -> None:
        """They belong to what is published by this run."""
        self._all("INSERT OR IGNORE INTO run.wanted VALUES (?)", [(path,) for path in paths])

    def wants(self, path: str) -> bool:
        """Whether `want` was told of it."""
        return self._db.execute("SELECT 1 FROM run.wanted WHERE path = ?", (path,)).fetchone() is not None

    def count_wanted(self) -> int:
        """How many paths `want` was told of."""
        (count,) = self._db.execute("SELECT count(*) FROM run.wanted").fetchone()
        return int(count)

    def unwanted(self) -> Iterator[list[Entry]]:
        """What we wrote once and this run did not want; it may be forgotten meanwhile."""
        after = ""
        query = f"SELECT {_COLUMNS} FROM files WHERE path > ? AND path NOT IN run.wanted ORDER BY path LIMIT ?"  # noqa: S608
        while some := [self._entry(row) for row in self._db.execute(query, (after, AT_ONCE))]:
            yield some
            after = some[-1].path

    def _all(self, command: str, rows: Iterable[tuple[object, ...]]) -> None:
        """In one transaction, on the disk when it is over."""
        self._db.execute("BEGIN")
        try:
            self._db.executemany(command, rows)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def damaged(path: Path, reason: object) -> str:
    """What to do about a manifest that is none."""
    return f"{path} is damaged ({reason}); remove it: a page that has changed since must then be removed by hand too"
