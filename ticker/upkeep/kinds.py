"""A database as its operator sees it, of either kind: a file of SQLite, or one of PostgreSQL."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from ticker.loop import in_loop
from ticker.store import server, upkeep
from ticker.store.postgresql import public_name


class Database:
    """The database at an address, opened as it is for each question. All raise StoreError where it cannot be read."""

    def __init__(self, url: str) -> None:
        self.is_file = url.startswith("sqlite:")
        self._url = url

    def __str__(self) -> str:
        """Its file, or its address without what is nobody's business."""
        return str(self._file) if self.is_file else public_name(self._url)

    @property
    def _file(self) -> Path:
        return Path(make_url(self._url).database or "")

    def is_there(self) -> bool:
        """Whether the file is; a database of PostgreSQL is never made by us."""
        return not self.is_file or self._file.is_file()

    def must_be_there(self) -> None:
        """Raise StoreError where the file is not."""
        if self.is_file:
            upkeep.file_of(self._url)

    def schema(self) -> str | None:
        """The migration that it stands at; None where no release has made it."""
        return upkeep.schema_of(upkeep.file_of(self._url)) if self.is_file else in_loop(server.schema_of(self._url))

    def size_and_schema(self) -> tuple[int, str | None]:
        """Bytes, and `schema`."""
        if self.is_file:
            return upkeep.size_of(upkeep.file_of(self._url)), self.schema()
        return in_loop(server.size_of(self._url)), self.schema()

    def findings(self, progress: Callable[[str], None]) -> tuple[Sequence[str], Sequence[str]]:
        """What is wrong, and what could be better, a sentence each."""
        if self.is_file:
            return upkeep.faults_of(upkeep.file_of(self._url), progress=progress), ()
        found = in_loop(server.findings_of(self._url, progress=progress))
        return found.faults, found.notes

    def reindex(self) -> None:
        """Make the index of search anew."""
        if self.is_file:
            upkeep.reindex(upkeep.file_of(self._url))
        else:
            in_loop(server.reindex(self._url))
