"""A database that can be read and not written: why, and how to read it all the same.

A disk that its system has mounted read-only after an error, a volume of another user, a disk too full for the files
that SQLite keeps beside a database in use: what was published can still be served.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

BESIDE = 40_000  # bytes: the shared memory of a write-ahead log, and the first page of that


def is_writable(file: str) -> bool:
    """Whether this process may write the file and its folder, where they are; a disk may be full all the same."""
    return not hindrance(file)


def hindrance(file: str) -> str:
    """Why this process may not write *file*, with the cure; empty where it may."""
    for place in (Path(file).absolute().parent, Path(file)):
        if not os.path.exists(place):  # False of a folder that we may not even look into
            continue
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            return f"{place} is on a read-only file system; mount it writable"
        if not os.access(place, os.W_OK | (os.X_OK if place.is_dir() else 0)):
            return _of_another(place)
    return ""


def is_full(file: str) -> bool:
    """Whether its disk has no room left for what SQLite keeps beside a database in use."""
    room = os.statvfs(Path(file).absolute().parent)
    return room.f_blocks > 0 and room.f_bavail * room.f_frsize < BESIDE


def _of_another(place: Path) -> str:
    user, group = os.getuid(), os.getgid()
    folder = place if place.is_dir() else place.parent
    whose = f"{place} belongs to uid {place.stat().st_uid} and this process is uid {user}"
    return f"{whose}: chown -R {user}:{group} {folder} (of a container: the folder that is mounted there)"


def read_only_address(file: str) -> str | None:
    """How SQLite reads *file* where it cannot write; None where that cannot be read.

    `immutable` reads it without the files beside it, which could not be made. Not past a journal that is still to be
    brought in: without it the file may be half of what it was and half of what it was to be. Such a one is read with
    the files beside it, if they are there.
    """
    place = Path(file).absolute()
    if not os.path.exists(place) or not place.stat().st_size:
        return None
    address = f"{place.as_uri()}?{'mode=ro' if _has_journal(place) else 'immutable=1'}"
    return address if _can_be_read(address) else None


def _has_journal(place: Path) -> bool:
    beside = [place.with_name(f"{place.name}-{ending}") for ending in ("wal", "journal")]
    return any(journal.exists() and journal.stat().st_size for journal in beside)


def _can_be_read(address: str) -> bool:
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as db:
            db.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        return "locked" in str(error)
    return True
