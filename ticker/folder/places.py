"""A place in the folder, looked at without trust: somebody may have put a pipe there, or a link to what has no end."""

import os
import stat
from pathlib import Path


def is_below(path: object) -> bool:
    """Whether it is the path of a file that lies below the folder it is put in, whichever that is."""
    if not isinstance(path, str) or path.startswith("/") or "\0" in path:
        return False
    parts = path.split("/")
    if ".." in parts or not any(part not in ("", ".") for part in parts):
        return False
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def is_plain(path: Path) -> bool | None:
    """Whether a file stands there that can be read to its end; None where nothing does."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def holds(path: Path, body: bytes) -> bool:
    """Whether a plain file of just these bytes stands there."""
    return bytes_of(path, len(body)) == body


def bytes_of(path: Path, most: int | None = None) -> bytes | None:
    """Those of a plain file, *most* and one of them at most: by default, as many as it has now."""
    if not is_plain(path):
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        return file.read((os.fstat(descriptor).st_size if most is None else most) + 1)
