"""A PostgreSQL for one bench: made, started and thrown away by it, or one that is there; and what processes cost.

Its settings are those of a small server that keeps what it was told (fsync, synchronous_commit): 256 MB of shared
buffers, 200 connections, and a WAL of 4 GB so that no checkpoint falls into a run of minutes.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

OTHER_USER = "postgres"  # as whom the server runs where the bench runs as root: it refuses to be root
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "autovacuum_naptime": "10s",
    "idle_in_transaction_session_timeout": "8s",
}
PATIENCE = 30.0  # seconds until it answers
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """Where it is, and its first process: 0 where that is unknown, as on another machine."""

    url: str
    pid: int = 0

    def seconds(self) -> float:
        """Of the processor, by all its processes so far; 0 where they are unknown."""
        return spent([self.pid], children=True) if self.pid else 0.0


@contextmanager
def postgres(url: str = "") -> Iterator[Server]:
    """The server at *url*, or a new one with an empty database `ticker`."""
    if url:
        yield Server(url)
        return
    with TemporaryDirectory(prefix="bench-postgres-") as name:
        folder, owner = Path(name), _owner()
        if owner.user is not None:
            shutil.chown(folder, owner.user, owner.group)
        data, port = folder / "data", free_port()
        initdb = [_program("initdb"), "-D", str(data), "-U", "ticker", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        _run([*initdb, "--no-instructions"], owner)
        given = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        command = [_program("postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *given]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, user=owner.user, group=owner.group)
        try:
            _until_it_answers(process, port, folder)
            _run([_program("createdb"), "-h", str(folder), "-p", str(port), "-U", "ticker", "ticker"], owner)
            yield Server(f"postgresql://ticker@127.0.0.1:{port}/ticker", process.pid)
        finally:
            process.send_signal(signal.SIGINT)  # "fast": connections are cut
            process.wait(60)


def version(url: str) -> str:
    """As the server itself says it."""
    told = query(url, "show server_version")
    return f"PostgreSQL {told.split()[0]}"


def sizes(url: str) -> dict[str, tuple[int, int]]:
    """Table -> bytes with its indexes, and rows as PostgreSQL estimates them."""
    told = query(url, "select relname, pg_total_relation_size(relid), n_live_tup from pg_stat_user_tables")
    rows = (line.split("|") for line in told.splitlines())
    return {name: (int(size), int(count)) for name, size, count in rows}


def query(url: str, words: str) -> str:
    """What psql prints: a row a line, its columns parted by `|`."""
    return subprocess.run(psql(url, "-c", words), check=True, capture_output=True, text=True).stdout.strip()


def psql(url: str, *words: str) -> list[str]:
    """The command that prints bare columns, and reads no file of whoever runs it."""
    return [_program("psql"), "--no-psqlrc", "-At", "-d", url, *words]


def spent(processes: Sequence[int], *, children: bool = False) -> float:
    """Seconds of the processor so far of the *processes* that live; with *children*, of these too, alive or dead."""
    total = 0
    for pid in processes:
        try:
            fields = _stat(pid)
        except OSError:
            continue
        total += sum(fields[11:15] if children else fields[11:13])
    if children:
        total += sum(sum(fields[11:13]) for fields in _all() if fields[1] in processes)
    return total / TICKS


def memory(pid: int) -> float:
    """Megabytes of a process that are resident."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    """Of loopback, that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def load() -> str:
    """Who else works here."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _stat(pid: int) -> list[int]:
    """The fields of /proc/PID/stat from the third on (proc(5)); the first of them, a letter, as 0."""
    return [0, *map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1:])]


def _all() -> Iterator[list[int]]:
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                yield _stat(int(name))
            except OSError:
                continue


def _program(name: str) -> str:
    """Of PATH, else the newest of Debian's."""
    if found := shutil.which(name):
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not places:
        raise SystemExit(f"{name} of PostgreSQL is not installed; name a server by its URL")
    return str(places[-1])


@dataclass(frozen=True)
class _Owner:
    """As whom the server runs; None where that is who runs the bench."""

    user: str | None = None
    group: int | None = None


def _owner() -> _Owner:
    return _Owner(OTHER_USER, pwd.getpwnam(OTHER_USER).pw_gid) if os.geteuid() == 0 else _Owner()


def _run(command: Sequence[str], owner: _Owner) -> None:
    told = subprocess.run(command, capture_output=True, text=True, cwd="/", user=owner.user, group=owner.group)
    if told.returncode:
        raise SystemExit(f"{command[0]}: {told.stderr.strip()}")


def _until_it_answers(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = monotonic() + PATIENCE
    ask = [_program("pg_isready"), "-q", "-h", str(folder), "-p", str(port)]
    while subprocess.run(ask).returncode:
        if monotonic() > end or process.poll() is not None:
            raise SystemExit(f"PostgreSQL did not come up: {(folder / 'log').read_text()}")
        sleep(0.1)
