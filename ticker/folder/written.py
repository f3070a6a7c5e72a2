"""Files in a folder, each put in place of the one before in one step: a visitor gets the old one or the new, whole.

Only files whose bytes differ are touched, so what copies the folder has little to do, and static servers go on
answering 304. A file is dated to a whole second, later than what it replaces: Last-Modified says no more, and nginx
makes its ETag of that and the size.
"""

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ticker.errors import TickerError
from ticker.folder.manifest import NAME, RUN, Entry, Manifest, damaged
from ticker.folder.places import bytes_of, holds, is_below, is_plain

_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH")
FEED = "feed"  # whatever is called feed.rss and the like is ours: older releases wrote it and kept no manifest

_FULL = "make room and run it again: every file that is there is whole"
_CURES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: "let the user that Ticker runs as write there, or choose another folder with --out",
    errno.EPERM: "let the user that Ticker runs as write there, or choose another folder with --out",
    errno.EROFS: "choose another folder with --out",
    errno.ENOTDIR: "--out must name a folder, or nothing that is there",
    errno.EEXIST: "--out must name a folder, or nothing that is there",
    errno.EISDIR: "a folder is in the way: remove it",
}


@dataclass(frozen=True, slots=True)
class File:
    """What is to stand in the folder.

    Args:
        path: relative, with `/`.
        body: its bytes.
        made_of: another one where it would have to be made anew.
        dated: when this was published; without it, now.
        lasting: whether it has to survive a power failure as it is; of others, the next run notes what is broken.
    """

    path: str
    body: bytes
    made_of: str = ""
    dated: datetime | None = None
    lasting: bool = False

    @property
    def digest(self) -> str:
        return _digest(self.body)


class Folder:
    """The folder *root*, made if need be; ours alone until it is closed. Every failure is a TickerError with its cure.

    Attributes:
        written: how many files were made or changed.
        foreign: paths of files that are wanted, and where somebody else's stands: it stays.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self._root = root
        self._clock = clock
        self.written = 0
        self.foreign: list[str] = []
        with self._trouble(root):
            self._made = [folder for folder in (root, *root.parents) if not folder.exists()]
            root.mkdir(parents=True, exist_ok=True)
            if not os.access(root, os.W_OK | os.X_OK):
                reason = errno.EROFS if os.statvfs(root).f_flag & os.ST_RDONLY else errno.EACCES
                raise OSError(reason, os.strerror(reason))
        with self._trouble(root / RUN):
            self._manifest = Manifest(root)

    def __enter__(self) -> Self:
        try:
            self._finish_what_was_begun()
        except TickerError:
            self._manifest.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError, sqlite3.Error):
            if self._made and self._manifest.is_empty():
                (self._root / NAME).unlink()  # while it is ours: a run that begins now makes its own
        self._manifest.close()
        with suppress(OSError):
            for folder in self._made:
                folder.rmdir()

    @property
    def kept(self) -> int:
        """How many files were as they should be."""
        with self._trouble(self._root):
            return self._manifest.count_wanted() - self.written

    def stand(self, wanted: Sequence[tuple[str, str]]) -> set[str]:
        """Those paths that stand there, made of just that; they are wanted, and are looked at no further.

        Args:
            wanted: each with what it is to be made of.
        """
        self._refuse_outside(path for path, _ in wanted)
        with self._trouble(self._root):
            known = self._manifest.known([path for path, _ in wanted])
            standing = {path for path, made_of in wanted if self._stands(known.get(path), made_of)}
            self._manifest.want(standing)
        return standing

    def wants(self, path: str) -> bool:
        """Whether it stands there, and this run has seen to it."""
        return self._manifest.wants(path)

    def put(self, files: Sequence[File]) -> None:
        """Have them stand there, in this order. None is left half written, whatever happens meanwhile."""
        self._refuse_outside(file.path for file in files)
        with self._trouble(self._root):
            known = self._manifest.known([file.path for file in files])
            ours = [file for file in files if self._is_ours(file, known.get(file.path))]
            fresh = [file for file in ours if not holds(self._root / file.path, file.body)]
            self._manifest.announce((file.path, file.digest) for file in fresh)
        for file in fresh:
            with self._trouble(self._root / file.path):
                self._replace(file)
        with self._trouble(self._root):
            self._manifest.keep(Entry(file.path, file.digest, len(file.body), file.made_of) for file in ours)
            self._manifest.want(file.path for file in ours)
        self.written += len(fresh)

    def remove_unwanted(self) -> int:
        """Remove what we wrote and did not want since the folder was opened; how many files that were.

        A file that somebody has changed since is no longer ours, and stays.
        """
        removed = 0
        with self._trouble(self._root):
            for some in self._manifest.unwanted():
                for entry in some:
                    removed += self._remove(entry)
                self._manifest.forget(entry.path for entry in some)
        return removed

    def _refuse_outside(self, paths: Iterable[str]) -> None:
        for path in paths:
            if not is_below(path):
                cure = "mend that headline's id in a `ticker export`, and import it into a new store"
                raise TickerError(f"cannot write {path!r:.100}: it does not lie below {self._root}; {cure}")

    def _stands(self, entry: Entry | None, made_of: str) -> bool:
        """By its size too: after a power failure, a file may be there and empty."""
        if entry is None or entry.made_of != made_of or entry.coming is not None:
            return False
        try:
            found = os.lstat(f"{self._root}/{entry.path}")  # of a million, `Path` takes most of it
            return stat.S_ISREG(found.st_mode) and found.st_size == entry.size
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _is_ours(self, file: File, entry: Entry | None) -> bool:
        target = self._root / file.path
        if entry is not None or (plain := is_plain(target)) is None:
            return True
        with self._trouble(target):
            if target.is_dir() and not target.is_symlink():
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
            if plain and (target.name.partition(".")[0] == FEED or holds(target, file.body)):
                return True
        self.foreign.append(file.path)
        return False

    def _replace(self, file: File) -> None:
        target = self._root / file.path
        scratch = _scratch(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            scratch.unlink(missing_ok=True)
            with open(os.open(scratch, way, 0o666), "wb") as written:
                written.write(file.body)
                written.flush()
                second = self._second(target, file.dated)
                os.utime(written.fileno(), (second, second))
                if file.lasting:
                    os.fsync(written.fileno())
            os.replace(scratch, target)
        except OSError:
            with suppress(OSError):
                scratch.unlink()
            raise
        if file.lasting:
            _sync(target.parent)

    def _second(self, target: Path, dated: datetime | None) -> int:
        """When to say that it was changed: as published, not to come, and later than what stands there."""
        now = int(self._clock().timestamp())
        own = min(int(dated.timestamp()), now) if dated else now
        try:
            return max(own, int(os.lstat(target).st_mtime) + 1)
        except FileNotFoundError:
            return own

    def _finish_what_was_begun(self) -> None:
        """Of a run that was killed: know again which of the files it was at are ours, and clear its scraps away."""
        with self._trouble(self._root):
            for entry in self._manifest.unfinished():
                target = self._root / entry.path
                _scratch(target).unlink(missing_ok=True)
                body = bytes_of(target)
                if body is not None and _digest(body) in (entry.digest, entry.coming):
                    self._manifest.keep([Entry(entry.path, _digest(body), len(body), None)])
                else:
                    self._manifest.forget([entry.path])
                    _remove_empty(target.parent, self._root)

    def _remove(self, entry: Entry) -> bool:
        target = self._root / entry.path
        body = None if entry.size is None else bytes_of(target, max(entry.size, 0))
        if body is None or _digest(body) != entry.digest:
            return False
        target.unlink()
        _remove_empty(target.parent, self._root)
        return True

    @contextmanager
    def _trouble(self, path: Path) -> Iterator[None]:
        """Say what is wrong, and what helps."""
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            cure = _CURES.get(error.errno or 0)
            raise TickerError(f"cannot write {path}: {reason}{f'; {cure}' if cure else ''}") from error
        except sqlite3.Error as error:
            raise TickerError(_told(self._root / NAME, error)) from error


def _told(path: Path, error: sqlite3.Error) -> str:
    """What is wrong with a manifest."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{path.parent}: another `ticker render --out` is writing there; wait for its end"
    if name.startswith("SQLITE_FULL"):
        return f"cannot write {path}: no space left on device; {_FULL}"
    if not name or name.startswith(_DAMAGED):  # without a name: text that is none
        return damaged(path, error)
    return f"cannot write {path}: {str(error).lower()}; let the user that Ticker runs as write there"


def _scratch(target: Path) -> Path:
    """Where a file is written first: always there, so that a run that is killed leaves one at most, for the next."""
    return target.with_name(f".{target.name}.new")


def _remove_empty(folder: Path, root: Path) -> None:
    """*folder* and those that it lies in, up to *root*, as long as nothing is in them."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def _sync(folder: Path) -> None:
    """Have the names in it on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
