"""Feeds, to standard output or into files."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from ticker.errors import TickerError
from ticker.streams import complain


def document(content: bytes) -> None:
    """A feed, byte for byte."""
    sys.stdout.buffer.write(content)


def replace_file(path: Path, content: bytes) -> Path:
    """Write *content* so that a reader sees the old file or the new one, never half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.new")
        scratch.write_bytes(content)
        os.replace(scratch, path)
    except OSError as error:
        raise TickerError(f"cannot write {path}: {error.strerror}") from error
    return path


def wrote(path: Path) -> None:
    """Say so."""
    print(path)


def without_items(names: Iterable[str]) -> None:
    """Why the feeds of these sources were not written."""
    for name in names:
        complain(f"{name} has no item yet, and an empty feed is not published; `ticker poll {name}` reads its page")
