"""Let a poll die at any point of its life, for real: in a process of its own, by SIGKILL.

    Reading ─▶ Forks.live ─▶ found         Death: where the life ends
    what a     a process     the database as the next
    poll gets  that dies     process will find it

The processes are forks of a clean one, which has a single thread and imports everything once: some 25 ms a life.
"""

import asyncio
import gc
import gzip
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Generic, Self, TypeAlias, TypeVar

import httpx
import yaml
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.lines import BEIRUT, instant
from tests.running import Service, environment
from ticker.demo import Manual, Row
from ticker.demo.wording import headline, longer, slipped
from ticker.errors import FetchError
from ticker.model import Channel, Format, Page, Source, Validators
from ticker.poll import poll
from ticker.press import RenderThread
from ticker.store import Store

AT = instant("2025-01-14T14:55")
HEADING = "عاجل 24/7"
SOURCE = Source("desk", "أخبار", ("http://127.0.0.1/",), BEIRUT, heading=HEADING, language="ar")
CHANNELS = tuple(  # so small that every list that differs closes archives
    Channel(name, "أخبار", "ar", "http://127.0.0.1/", {"desk": "أخبار"}, 2, 4, timedelta(days=1))
    for name in ("", "desk")
)
NEVER = 1 << 40
UNTOLD = 4  # changes
WARM = tuple(f"14:5{n} | line number {n} of the first list" for n in (4, 3, 2, 1, 0))
PARTS = ("", "-wal", "-shm")  # of a database: its file, its log, the index of its log

Found: TypeAlias = dict[str, list[dict[str, Any]]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one poll gets: the lines of the page; none with status 304 or that of an error."""

    minutes: int  # after `AT`
    lines: Sequence[str] = ()  # "14:54 | words"
    status: int = 200

    @property
    def at(self) -> datetime:
        """When the poll is due, and when the page is read."""
        return AT + timedelta(minutes=self.minutes)

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        """As `ticker.poll.Fetch`."""
        if self.status == 304:
            return None
        if self.status != 200:
            raise FetchError("refused", f"answered {self.status}")
        etag = sha256("\n".join(self.lines).encode()).hexdigest()[:8]
        return Page(url, self._html(), "html", self.at, Validators(url, f'"{etag}"', None))

    def _html(self) -> str:
        rows = (line.split(" | ") for line in self.lines)
        marked = "".join(f"<li><span>{printed}</span><p>{words}</p></li>" for printed, words in rows)
        return f"<html><body><h3>{HEADING}</h3><ul>{marked}</ul></body></html>"


@dataclass(frozen=True, slots=True)
class Death:
    """Where a life ends: in its polls, or, where *opening*, in the opening of its store."""

    awaits: int = NEVER  # so many were answered
    asked: bool = False  # and the next one was asked: the database's thread may be in the middle of it
    opening: bool = False
    file_bytes: int = NEVER  # a file was about to grow beyond: what is written is torn at that byte (SIGXFSZ)
    leaving: str | None = None  # no death: the file that a death at await n would have left is copied to leaving-n


@dataclass(frozen=True, slots=True)
class Life:
    """How a life ended: by which signal, or, where that is 0, with which outcomes."""

    signal: int = 0
    awaits: int = 0  # of its polls, or of the opening
    outcomes: tuple[str, ...] = ()


class Doomed(Generic[T]):
    """A coroutine that takes its whole process with it between two of its awaits, as *death* says."""

    def __init__(self, within: Coroutine[Any, Any, T], death: Death, place: Path) -> None:
        self._within = within
        self._death = death
        self._place = place
        self.answered = 0

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._within.__await__()
        while True:
            self._between(asked=False)
            try:
                asked = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            self._between(asked=True)
            yield asked
            self.answered += 1

    def _between(self, *, asked: bool) -> None:
        if (self.answered, asked) == (self._death.awaits, self._death.asked):
            os.kill(os.getpid(), signal.SIGKILL)
        if self._death.leaving and not asked:  # nothing is under way: what lies there is what a death leaves
            copy(self._place, Path(f"{self._death.leaving}-{self.answered}"))


async def live(place: Path, readings: Sequence[Reading], death: Death) -> Life:
    """One life of the service: open the store, poll each reading, close."""
    opening = Doomed(Store.open(f"sqlite:///{place}"), death if death.opening else Death(), place)
    store, press = await opening, RenderThread()
    _no_file_beyond(death.file_bytes)
    polls = Doomed(_polls(store, press, readings), Death() if death.opening else death, place)
    outcomes = await polls
    press.close()
    await store.close()
    return Life(0, (opening if death.opening else polls).answered, outcomes)


async def _polls(store: Store, press: RenderThread, readings: Sequence[Reading]) -> tuple[str, ...]:
    return tuple(
        [
            (await poll(SOURCE, fetch=one, store=store, channels=CHANNELS, press=press, now=one.at)).outcome
            for one in readings
        ]
    )


def _no_file_beyond(limit: int) -> None:
    """The kernel cuts the write that goes further, and the next one kills."""
    if limit != NEVER:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


class Forks:
    """The clean process, as a context; ask it for one life after the other."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", "from tests.crashes import answer; answer()"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # closes the pipes, which ends it, and waits
            pass

    def live(self, place: Path, readings: Sequence[Reading] = (), death: Death | None = None) -> Life:
        """A new process opens the store at *place*, polls each of *readings*, closes it; or dies before."""
        asked = {"place": str(place), "readings": [*map(asdict, readings)], "death": asdict(death or Death())}
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        told = self._process.stdout.readline()
        assert told, "the clean process has ended"
        code, awaits, outcomes = json.loads(told)
        assert code <= 0, "the life ended by an error of its own; see above"
        return Life(-code, awaits, tuple(outcomes))


def answer() -> None:
    """Be the clean process: a question a line on standard input, until that ends."""
    with TemporaryDirectory() as folder:  # one life of its own, so that no fork has to import and to compile anything
        asyncio.run(live(Path(folder, "warm.db"), (Reading(0, WARM), Reading(1, WARM[::-1])), Death()))
    assert threading.active_count() == 1
    gc.freeze()  # else each fork walks over, and so copies, all that was imported
    for line in sys.stdin:
        print(json.dumps(_lived(json.loads(line))), flush=True)


def _lived(asked: dict[str, Any]) -> tuple[int, int, list[str]]:
    """What became of a fork that lives as asked: its exit code, or minus a signal; its awaits; its outcomes."""
    out, told = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_child(asked, told))
    os.close(told)
    with os.fdopen(out) as pipe:
        awaits, *outcomes = pipe.read().split() or ["0"]
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(awaits), outcomes


def _child(asked: dict[str, Any], told: int) -> int:
    readings = [Reading(**one) for one in asked["readings"]]
    try:
        life = asyncio.run(live(Path(asked["place"]), readings, Death(**asked["death"])))
        os.write(told, " ".join((str(life.awaits), *life.outcomes)).encode())
    except BaseException:  # noqa: BLE001 - nothing may leave a fork but its exit code
        traceback.print_exc()
        return 1
    return 0


def copy(place: Path, to: Path) -> Path:
    """The database with whatever lies beside it, as a crash left it."""
    for part in PARTS:
        if (lying := Path(f"{place}{part}")).exists():
            shutil.copyfile(lying, f"{to}{part}")
    return to


def found(place: Path) -> Found:
    """All tables, as the next process will find them; looked at in a copy, so that nothing is mended by looking.

    Fails when the file is damaged, a foreign key hangs, a stored document cannot be unpacked, or an item is not in
    exactly one place of a feed.
    """
    with TemporaryDirectory() as folder, closing(sqlite3.connect(copy(place, Path(folder, "copy.db")))) as db:
        db.row_factory = sqlite3.Row
        assert [*map(tuple, db.execute("PRAGMA integrity_check"))] == [("ok",)]
        assert [*db.execute("PRAGMA foreign_key_check")] == []
        made = [*map(dict, db.execute("SELECT name, sql FROM sqlite_master ORDER BY name"))]
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = {name: [*map(dict, db.execute(f"SELECT * FROM {name}"))] for name in tables}  # noqa: S608 - our own
    for one in (*rows.get("versions", ()), *rows.get("archives", ())):
        assert all(gzip.decompress(one[form.ending]) for form in Format)
    for feed, column in (("", "archive_all"), ("desk", "archive")):
        _each_in_one_place(feed, column, rows)
    return {"": made, **rows}


def _each_in_one_place(feed: str, column: str, rows: Found) -> None:
    """As the items say it, and as the documents do."""
    said = {item["guid"]: item[column] for item in rows.get("items", ()) if column in item and not item["repost_of"]}
    told = [(one["number"], one) for one in rows.get("archives", ()) if one["feed"] == feed]
    told += [(None, one) for one in rows.get("versions", ()) if one["feed"] == feed and said]
    documents = [(number, json.loads(gzip.decompress(one["json"]))) for number, one in told]
    places = [(item["id"], number) for number, document in documents for item in document["items"]]
    assert dict(places) == said, feed
    assert len(places) == len(said), feed


def make_first_release(place: Path) -> None:
    """An empty database as the first release made it."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{place}")
    config = Config()
    config.set_main_option("script_location", "ticker.store:migrations")
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
    engine.dispose()


class Bell:
    """Rings when the front page is asked for; around the newsroom's app."""

    def __init__(self, app: ASGIApp, rung: Callable[[], None]) -> None:
        self._app = app
        self._rung = rung

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        if scope.get("path") == "/":
            self._rung()


class Reader:
    """Whoever reads the feeds; fails as soon as it is told otherwise than before."""

    def __init__(self) -> None:
        self.reads = 0
        self.published: dict[str, str] = {}  # by id
        self.titles: set[str] = set()
        self._answers: dict[str, httpx.Response] = {}  # the last one, by path
        self._etags: set[str] = set()

    async def reads_all(self, service: Service) -> None:
        """Every feed that is served, once."""
        for form in Format:
            answer = await service.get(f"feed.{form.ending}")
            if answer.status_code == 200:
                self._goes_on(answer)
                if form is Format.JSON:
                    self._remembers(answer.json()["items"])
                self.reads += 1

    async def keeps_reading(self, service: Service) -> None:
        """Until nobody answers any more, because the service is dead."""
        while service.process.returncode is None:
            with suppress(httpx.TransportError):
                await self.reads_all(service)
            await asyncio.sleep(0.1)

    def _goes_on(self, answer: httpx.Response) -> None:
        """The same version to the byte, or a later one that was never there before."""
        path, etag = answer.url.path, answer.headers["ETag"]
        last = self._answers.get(path)
        if last is not None and last.headers["ETag"] == etag:
            assert answer.content == last.content, path
            assert answer.headers["Last-Modified"] == last.headers["Last-Modified"], path
        else:
            assert etag not in self._etags, f"{path} went back to an earlier version"
            assert last is None or _modified(answer) > _modified(last), path
        self._etags.add(etag)
        self._answers[path] = answer

    def _remembers(self, items: list[dict[str, Any]]) -> None:
        told = {item["id"]: item["date_published"] for item in items}
        assert len(told) == len(items), "no id twice"
        assert self.published.items() <= told.items(), "whatever was told is told again, with the same date"
        self.published = told
        self.titles |= {item["title"] for item in items}


def _modified(answer: httpx.Response) -> datetime:
    return parsedate_to_datetime(answer.headers["Last-Modified"])


WAITING = 30  # lines at most that one list can bring at once


class Room:
    """A newsroom whose every headline is known: it adds, edits and takes away."""

    def __init__(self, rng: Random, clock: Callable[[], datetime]) -> None:
        self.lines = Manual(length=30)
        self.asked = asyncio.Event()
        self.asked_at = clock()
        self._rng = rng
        self._clock = clock
        self._told: dict[int, list[str]] = {}  # by post: all its wordings
        for _ in range(12):
            self._add()

    async def works(self, reader: Reader) -> None:
        """One thing after the other, never more than a few that the reader has not been told of.

        More at once would be a question to the matching of lines: how many of them can change between two polls.
        """
        while True:
            await asyncio.sleep(self._rng.uniform(0.1, 1.2))
            known = [row for row in self.rows() if row.text in reader.titles]
            if len(self.rows()) - len(known) < UNTOLD:
                self._does_something(known)

    def _does_something(self, known: list[Row]) -> None:
        chance = self._rng.random()
        if not known or chance < 0.6:
            self._add()
        elif chance < 0.9:
            self._edit(self._rng.choice(known))
        else:
            self.lines.remove(self._rng.choice(known).id, self._clock())

    def ring(self) -> None:
        """The page was given to somebody."""
        self.asked_at = self._clock()
        self.asked.set()

    def rows(self) -> tuple[Row, ...]:
        """As they are listed now."""
        return self.lines.rows_at(self._clock())

    def missed(self, there: Found, since: datetime) -> bool:
        """Whether the last page was given to a poll of which nothing was kept, to the second."""
        asked = self.asked_at.replace(microsecond=0).timestamp()
        return self.asked_at > since and all(source["last_good"] < asked for source in there.get("sources", ()))

    def holds_against(self, there: Found) -> None:
        """Every headline is one item, with its last words, at the minute that was printed; and nothing else is."""
        posts = {words: post for post, wordings in self._told.items() for words in wordings}
        items = {item["guid"]: posts[item["title"]] for item in there["items"]}
        count = Counter(items.values())
        lost = {post: told for post, told in self._told.items() if not count[post]}
        doubled = [item for item in there["items"] if count[items[item["guid"]]] > 1]
        assert (lost, doubled) == ({}, [])
        assert all(items[old["guid"]] == posts[old["title"]] for old in there["revisions"]), "none merged"
        titles = {items[item["guid"]]: item["title"] for item in there["items"]}
        assert all(titles[row.id] == row.text for row in self.rows())
        for item in there["items"]:
            local = datetime.fromtimestamp(item["printed_at"], BEIRUT)
            assert local.strftime("%H:%M") == item["printed"]
            # several lines that were read in the first second of their minute share the seconds before it
            assert -WAITING <= item["published"] - item["printed_at"] < 60
            assert item["published"] <= item["first_seen"]

    def _add(self) -> None:
        number = len(self._told)
        words = headline(number, "crashes")
        self._told[self.lines.add(words, self._clock(), linked=self._rng.random() < 0.5)] = [words]

    def _edit(self, row: Row) -> None:
        change = self._rng.choice((slipped, longer))
        words = change(row.text, self._rng)
        if len(self._told[row.id]) < 3:
            self.lines.edit(row.id, words, self._clock())
            self._told[row.id].append(words)


@asynccontextmanager
async def started(config: Path, client: httpx.AsyncClient) -> AsyncIterator[Service]:
    """`ticker run`, which need not answer yet; killed at the end if it still runs."""
    port = yaml.safe_load(config.read_text("utf-8"))["server"]["port"]
    with open(config.with_suffix(".log"), "ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ticker", "-c", str(config), "run", stderr=log, env=environment()
        )
    try:
        yield Service(process, f"http://127.0.0.1:{port}/", client)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
