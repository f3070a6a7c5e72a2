"""Write an export: so that it can be gone on with."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ticker.errors import TickerError
from ticker.lines.form import END, HEAD, LONGEST_LINE, Progress, loaded
from ticker.store import FORM, KINDS, Contents, Store


async def write_lines(store: Store, target: Path | None, *, release: str, now: datetime, progress: Progress) -> int:
    """Export into a new file, or to standard output; the number of lines.

    A file appears under its name when it is whole; until then it is its name and `.part`, with which the next run
    goes on.

    Args:
        store: may be written to meanwhile: what is exported is what it held when this run began.
        target: the file; None for standard output.
        release: this one, for the first line.
        now: for the first line.
        progress: told now and then.

    Raises:
        TickerError: the file is there already, or cannot be written.
        StoreError: the database refused.
    """
    contents = await store.copies.contents()
    head = _head(contents, release, now)
    if target is None:
        return await _write(store, _Part(sys.stdout.buffer, head), contents, progress)
    scratch = _beside(target)
    try:
        with _locked(scratch) as file:
            lines = await _write(store, await _found(store, file, head), contents, progress)
            os.fsync(file.fileno())
            os.rename(scratch, target)
    except OSError as error:  # also of what is written when the file is closed
        cure = "the same command goes on from there"
        raise TickerError(f"cannot write {scratch}: {str(error.strerror).lower()}; {cure}") from error
    return lines


@dataclass(slots=True)
class _Part:
    """A file that is being written, and what of it is there already."""

    file: IO[bytes]
    head: dict[str, Any]
    lines: int = 0
    item: int = 0  # the last that is there

    def write(self, said: Mapping[str, Any]) -> None:
        """One line more."""
        self.file.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self.lines += 1


def _head(contents: Contents, release: str, now: datetime) -> dict[str, Any]:
    facts = {
        "form": FORM,
        "release": release,
        "written": _said(now),
        "follows": _said(contents.since(now)),
        "first": contents.first,
    }
    return {HEAD: facts | {"counts": {kind: count for kind, count in contents.counts.items() if count}}}


def _said(instant: datetime) -> str:
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


async def _write(store: Store, part: _Part, contents: Contents, progress: Progress) -> int:
    if not part.lines:
        part.write(part.head)
    total = sum(contents.counts.values()) + 2
    since = datetime.fromisoformat(part.head[HEAD]["follows"])
    async with aclosing(store.copies.read(after=part.item, since=since)) as batches:
        async for batch in batches:
            for kind, said in batch:
                part.write({kind: said})
            progress(part.lines, total)
    part.write({END: {"lines": part.lines}})
    part.file.flush()
    return part.lines


def _beside(target: Path) -> Path:
    """The name of what is not whole yet."""
    if target.exists():
        raise TickerError(f"{target} is there already, and nothing is written over: name a new file")
    return target.with_name(f"{target.name}.part")


@contextmanager
def _locked(scratch: Path) -> Iterator[IO[bytes]]:
    """The file to write to, for this process alone; it holds addresses of subscribers, so nobody else may read it."""
    try:
        number = os.open(scratch, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise TickerError(f"cannot write {scratch}: {str(error.strerror).lower()}") from error
    with open(number, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TickerError(f"another export is writing {scratch}: wait for it, or name another file") from error
        yield file


async def _found(store: Store, file: IO[bytes], head: dict[str, Any]) -> _Part:
    """What an export wrote that was broken off, up to its last item.

    Anew where that is of another release or store, or of this one before it has forgotten what was too old.
    """
    part = _Part(file, head)
    first = loaded(file.readline(LONGEST_LINE))
    place, lines, last = file.tell(), 1, b""
    if _goes_on(first, head):
        begins = f'{{"{KINDS[1]}":'.encode()
        part.head = first
        while (line := file.readline()).endswith(b"\n"):
            lines += 1
            if line.startswith(begins):
                place, part.lines, last = file.tell(), lines, line
        item = loaded(last).get(KINDS[1], {})
        part.item = item["id"] if item and await store.copies.holds(item["id"], item["guid"]) else 0
    if not part.item:
        part, place = _Part(file, head), 0
    file.seek(place)
    file.truncate()
    return part


def _goes_on(first: Mapping[str, Any], head: Mapping[str, Any]) -> bool:
    """Whether an export that begins with *first* is of the same release and store as one that would with *head*."""
    before = first.get(HEAD)
    same = ("form", "release", "first")
    return isinstance(before, dict) and all(before.get(key) == head[HEAD][key] for key in same)
