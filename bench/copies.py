"""What it costs to carry a million headlines away and back: `export`, `import`, `db backup`, `db check`, `db vacuum`.

    .venv/bin/python bench/copies.py [--items 1000000] [--folder PLACE] [--json]

Each command is a process of its own; its time, and the most memory that it held. The store has the headlines of
bench/search.py, an old wording of every twentieth, and as many archives as there would be, of the size that they have;
their bytes are dice, which no compression makes easier. What was imported is exported again, and must be the same to
the byte but for the moment that the first line tells. Beside it stands what the same lines cost to read and write as
plain JSON: the floor.
"""

import argparse
import gzip
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from search import SOURCES, fill

HELD = 50  # items of an archive
PACKED = 6_000  # bytes of each of its three documents
EDITED = 20  # every so many items have an older wording
LISTED = "sources:\n" + "".join(
    f"  - {{name: {name}, url: https://news.example.org/{name}, timezone: Asia/Beirut}}\n" for name in SOURCES
)


def aged(file: Path, count: int) -> None:
    """Old wordings, and archives with dice in them."""
    dice = random.Random(3)  # noqa: S311 - seeded, so that each run is the same
    documents = [gzip.compress(dice.randbytes(PACKED)) for _ in range(7)]
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "INSERT INTO revisions (guid, title, seen_at, until, reason) "
            "SELECT guid, title || ' …', first_seen, updated, 'in place' FROM items WHERE id % ? = 0",
            (EDITED,),
        )
        db.execute("UPDATE items SET revised = 1 WHERE id % ? = 0", (EDITED,))
        db.execute("UPDATE items SET archive_all = (id - 1) / ? + 1, archive = (id - 1) / ? + 1", (HELD, HELD * 50))
        for feed, closed in (("", count // HELD), *((name, count // HELD // len(SOURCES)) for name in SOURCES)):
            rows = (
                (
                    feed,
                    number,
                    1_600_000_000,
                    "http://127.0.0.1:8000/",
                    *(documents[(number + n) % 7] for n in range(3)),
                )
                for number in range(1, closed + 1)
            )
            db.executemany("INSERT INTO archives VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measured(folder: Path, name: str, *command: str) -> dict[str, float]:
    """Seconds and the largest memory of `ticker` with that store."""
    config = folder / f"{name}.yaml"
    config.write_text(f"store: sqlite:///{name}.db\n{LISTED}", "utf-8")
    began = perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "ticker", "-c", str(config), *command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"ticker {' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return {"s": perf_counter() - began, "cpu_s": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def plainly(file: Path) -> dict[str, float]:
    """The floor: each line read as JSON, and written again."""
    began = perf_counter()
    with file.open("rb") as lines, open(os.devnull, "wb") as nowhere:
        for line in lines:
            nowhere.write(json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return {"s": perf_counter() - began}


def records(file: Path) -> Iterator[bytes]:
    """All lines but the first, which tells the moment."""
    with file.open("rb") as lines:
        next(lines)
        yield from lines


def measure(folder: Path, count: int) -> dict[str, dict[str, float]]:
    """All of it, by command."""
    first, again, copy = folder / "first.jsonl", folder / "again.jsonl", folder / "copy.db"
    measured(folder, "from", "db", "upgrade")
    fill(folder / "from.db", count)
    aged(folder / "from.db", count)
    found = {"export": measured(folder, "from", "export", str(first)), "json, plainly": plainly(first)}
    found["import"] = measured(folder, "to", "import", str(first))
    measured(folder, "to", "export", str(again))
    differ = sum(a != b for a, b in zip(records(first), chain(records(again), [b""]), strict=False))
    sizes = {"database_mb": (folder / "from.db").stat().st_size / 1e6, "export_mb": first.stat().st_size / 1e6}
    found["round trip"] = {"lines": sum(1 for _ in records(first)) + 1, "lines_that_differ": differ} | sizes
    found["import again"] = measured(folder, "to", "import", str(first))
    found["db backup"] = measured(folder, "from", "db", "backup", str(copy))
    found["db check"] = measured(folder, "from", "db", "check")
    found["db vacuum"] = measured(folder, "from", "db", "vacuum")
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where there is room for four times the database")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        figures = measure(Path(folder), asked.items)
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, of in figures.items():
        print(f"{name:16}", "  ".join(f"{key} {value:,.1f}" for key, value in of.items()))


if __name__ == "__main__":
    main()
