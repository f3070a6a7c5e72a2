"""Read an export: so that nothing is half kept, and what is wrong with it is told by its line."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from ticker.errors import TickerError
from ticker.lines.form import END, HEAD, LONGEST_LINE, Progress, loaded
from ticker.store import FORM, KINDS, Begun, ContradictionError, Record, RecordError, Store

MOST_PARTS = 50_000  # lists and objects of a line: each takes a hundred times the memory that it does in the file
AT_ONCE, AT_ONCE_BYTES = 500, 4_000_000  # lines, and bytes of them, that are kept in one transaction


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import."""

    whole: bool  # the store is what the file says; else what it lacked was added
    counts: Counter[str]  # with *whole* records by kind, of the whole store; else items that were new, known, moved
    skipped: int  # lines that an import before had kept
    sources: Sequence[str]  # that the store has headlines of


async def read_lines(store: Store, source: Path | None, *, progress: Progress) -> Imported:
    """Import a file that `write_lines` wrote, or standard input.

    Args:
        store: opened `to_import`. Without items it becomes what the file says, and is closed to everything else until
            the file was read to its end; what was kept of it is not read again. Into one with items those that it
            lacks are added.
        source: the file; None for standard input.
        progress: told now and then.

    Raises:
        TickerError: it is no export, or damaged, or ends too soon; says in which line. An import of the whole file
            goes on from where it ended; that of a file that was damaged begins anew.
        StoreError: the database refused.
    """
    name = str(source or "standard input")
    try:
        with source.open("rb") if source else sys.stdin.buffer as file:
            reading = _Reading(name, file)
            return await _keep(store, reading, progress)
    except OSError as error:
        raise TickerError(f"cannot read {name}: {str(error.strerror).lower()}") from error


class DamagedError(TickerError):
    """The file is no export, or not as it was written; what was kept of it is read again next time."""


@dataclass(slots=True)
class _Reading:
    """A file that is being read line by line."""

    name: str
    file: IO[bytes]
    number: int = 0  # of the line that was read last
    export: str = ""  # tells it from others
    total: int = 0
    ended: bool = False  # its last line was read, and it is whole

    def head(self) -> None:
        """Read the first line. Raises TickerError."""
        line = self._line()
        facts = loaded(line).get(HEAD)
        if not isinstance(facts, dict) or type(facts.get("form")) is not int:
            raise TickerError(f"{self.name} is no export: its first line does not say so; `ticker export` writes one")
        if facts["form"] != FORM:
            release = repr(facts.get("release"))[:20]
            raise TickerError(f"{self.name} is of release {release}, which this one cannot read; import it with that")
        self.export = sha256(line).hexdigest()
        counts = facts.get("counts")
        numbers = counts.values() if isinstance(counts, dict) else ()
        self.total = sum(number for number in numbers if isinstance(number, int)) + 2

    def skip(self, line: int) -> None:
        """Pass over all up to *line*."""
        while self.number < line and self._line():
            pass

    def batches(self) -> Iterator[list[Record]]:
        """Records, so many at a time, up to the last line. Raises TickerError."""
        batch: list[Record] = []
        size = 0
        while line := self._line():
            kind, said = self._record(line)
            if kind == END:
                self._must_be_whole(said)
                break
            batch.append((kind, said))
            size += len(line)
            if len(batch) >= AT_ONCE or size >= AT_ONCE_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch
        if not self.ended:
            problem = "the file ends here, without its last line: it was cut off"
            raise TickerError(f"{self.name}:{self.number}: {problem}; import the whole one, which goes on from here")

    def fault(self, problem: str) -> DamagedError:
        """In this line."""
        return DamagedError(f"{self.name}:{self.number}: {problem}; export again, or mend it, and import once more")

    def _line(self) -> bytes:
        line = self.file.readline(LONGEST_LINE)
        self.number += bool(line)
        if len(line) >= LONGEST_LINE:
            raise self.fault(f"is longer than {LONGEST_LINE:,} bytes")
        if line.count(b"[") + line.count(b"{") > MOST_PARTS:
            raise self.fault("holds more lists and objects than any record")
        return line

    def _record(self, line: bytes) -> Record:
        match loaded(line):
            case dict(said) if len(said) == 1:
                (kind, what), *_ = said.items()
                if kind in (*KINDS, END) and isinstance(what, dict):
                    return kind, what
        raise self.fault("is no record, one JSON object with one key: " + ", ".join(KINDS))

    def _must_be_whole(self, said: Mapping[str, Any]) -> None:
        if said.get("lines") != self.number - 1:
            raise self.fault(f"there should be {said.get('lines')} lines before this: some are missing, or too many")
        if self._line():
            raise self.fault("comes after the last line")
        self.ended = True


async def _keep(store: Store, reading: _Reading, progress: Progress) -> Imported:
    reading.head()
    begun: Begun = await store.copies.begin(reading.export)
    try:
        return await _keep_lines(store, reading, begun, progress)
    except DamagedError:
        if begun.whole:  # it may lack lines before the one that shows it
            await store.copies.rewind()
        raise


async def _keep_lines(store: Store, reading: _Reading, begun: Begun, progress: Progress) -> Imported:
    reading.skip(begun.line)
    counts: Counter[str] = Counter()
    for batch in reading.batches():
        try:
            if begun.whole:
                await store.copies.replace(batch, line=reading.number - reading.ended)
                counts.update(kind for kind, _ in batch)
            else:
                counts.update(await store.copies.add(batch))
        except RecordError as error:
            reading.number += error.at - len(batch) + 1 - reading.ended
            raise reading.fault(f"is no record: {error}") from error
        except ContradictionError as error:
            raise reading.fault(
                f"this line or one of the {len(batch) - 1} before it contradicts another: {error}"
            ) from error
        progress(reading.number, reading.total)
    if not begun.whole:
        return Imported(False, counts, begun.line, await store.copies.sources())
    try:
        await store.copies.finish()
    except RecordError as error:
        raise reading.fault(str(error)) from error
    contents = await store.copies.contents()
    return Imported(True, Counter(contents.counts), begun.line, await store.copies.sources())
