"""Run real feed readers: programs with a home of their own, and what each of them then holds.

Readers block, so tests call them in a thread. What they send and what they are answered is seen by a `relay`.
"""

import asyncio
import json
import mailbox
import re
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from reader import Entry, Reader, make_reader

PATIENCE = 30.0  # seconds that a reader may take


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips a test where one of these programs is not installed."""
    absent = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} is not installed: make test-deps")


class Home:
    """A folder that a program takes for its user's home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def call(self, *command: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run to its end; whatever the exit code, it is the caller's to judge."""
        place = str(self.folder)
        environment = {
            "HOME": place, "XDG_CONFIG_HOME": place, "XDG_DATA_HOME": place, "XDG_CACHE_HOME": place,
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
        }  # fmt: skip
        return subprocess.run(
            [*map(str, command)], env=environment, cwd=place, input=stdin, capture_output=True, encoding="utf-8",
            timeout=PATIENCE,
        )  # fmt: skip


class Newsboat(Home):
    """Its exit code is 0 even when the fetch failed: look at what it holds."""

    def __init__(self, folder: Path, *urls: str) -> None:
        super().__init__(folder)
        (folder / "config").write_text("auto-reload no\n")
        (folder / "urls").write_text("".join(f"{url}\n" for url in urls))

    async def reload(self) -> dict[str, str]:
        """One reload of all feeds; guid -> title of what it holds then."""
        return await asyncio.to_thread(self._reload)

    def _reload(self) -> dict[str, str]:
        self._newsboat("-x", "reload").check_returncode()
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            held = cache.execute("SELECT guid, title FROM rss_item WHERE deleted = 0").fetchall()
        assert len(dict(held)) == len(held), "one row for a guid"
        return dict(held)

    def import_opml(self, opml: Path) -> list[str]:
        """The addresses that it is subscribed to after it has read *opml*."""
        self._newsboat("-i", opml).check_returncode()
        return [line.split()[0] for line in (self.folder / "urls").read_text("utf-8").splitlines() if line.strip()]

    def _newsboat(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        places = ("-C", self.folder / "config", "-u", self.folder / "urls", "-c", self.folder / "cache.db")
        return self.call("newsboat", *places, *words)


@dataclass(frozen=True)
class Mail:
    """What rss2email delivered of an item."""

    id: str
    subject: str
    url: str
    date: datetime


class Rss2email(Home):
    """Delivers into a maildir; no mail server is needed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        mailbox.Maildir(folder / "mail")
        settings = {
            "email-protocol": "maildir", "maildir-path": folder / "mail", "maildir-mailbox": "news",
            "html-mail": "True", "date-header": "True", "from": "ticker@news.example", "to": "you@example.org",
        }  # fmt: skip
        written = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (folder / "r2e.cfg").write_text(f"[DEFAULT]\n{written}", "utf-8")

    def add(self, url: str) -> None:
        self._r2e("add", "ticker", url, "you@example.org").check_returncode()

    async def run(self) -> tuple[list[Mail], str]:
        """Fetch all feeds; the mails of this run, and what it complained of."""
        return await asyncio.to_thread(self._run)

    def _run(self) -> tuple[list[Mail], str]:
        before = set(self._mails())
        done = self._r2e("-V", "run")
        return [mail for path, mail in self._mails().items() if path not in before], done.stderr + done.stdout

    def import_opml(self, opml: Path) -> list[str]:
        """The addresses that it is subscribed to after it has read *opml*."""
        self._r2e("opmlimport", opml).check_returncode()
        listed = self._r2e("list")
        listed.check_returncode()
        return re.findall(r"\((https?://\S+) ->", listed.stdout)

    def _mails(self) -> dict[str, Mail]:
        news = mailbox.Maildir(self.folder / "mail" / "news")
        return {key: _mail(news[key]) for key in news.keys()}  # noqa: SIM118 - a Maildir iterates over messages

    def _r2e(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return self.call("r2e", "-c", self.folder / "r2e.cfg", "-d", self.folder / "r2e.json", *words)


def _mail(message: mailbox.MaildirMessage) -> Mail:
    subject = "".join(str(make_header(decode_header(message["Subject"]))).splitlines())
    date = parsedate_to_datetime(message["Date"])  # naive where it says -0000, which is UTC (RFC 5322 §3.3)
    return Mail(message["X-RSS-ID"], subject, message["X-RSS-URL"], date.replace(tzinfo=date.tzinfo or UTC))


@dataclass(frozen=True)
class Line:
    """A line of an sfeed file."""

    published: datetime
    title: str
    link: str
    id: str


class Sfeed(Home):
    """Asks without User-Agent, validators or Accept-Encoding, and follows no redirect."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        (folder / "sfeedrc").write_text(
            f'sfeedpath="{folder}/feeds"\nfeeds() {{\n  feed "ticker" "{url}" "{url}"\n}}\n'
        )

    async def update(self) -> list[Line]:
        """Fetch; all lines of the file then."""
        return await asyncio.to_thread(self._update)

    def _update(self) -> list[Line]:
        done = self.call("sfeed_update", self.folder / "sfeedrc")
        assert "FAIL" not in done.stdout + done.stderr, done.stdout + done.stderr
        rows = (self.folder / "feeds" / "ticker").read_text("utf-8").splitlines()
        return [_line(row.split("\t")) for row in rows]

    def import_opml(self, opml: Path) -> list[str]:
        """The addresses in the sfeedrc that it makes of *opml*."""
        made = self.call("sfeed_opml_import", stdin=opml.read_text("utf-8"))
        made.check_returncode()
        return re.findall(r"'(https?://[^']+)'", made.stdout)


def _line(fields: list[str]) -> Line:
    return Line(datetime.fromtimestamp(int(fields[0]), UTC), fields[1], fields[2], fields[5])


class Library:
    """The Python library `reader`, with a database of its own."""

    def __init__(self, path: Path, url: str) -> None:
        self._path = path
        with self._open() as library:
            library.add_feed(url)

    @contextmanager
    def _open(self) -> Iterator[Reader]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with make_reader(str(self._path)) as library:
            yield library

    async def update(self) -> tuple[int, int] | None:
        """New and modified entries; None when the feed had not changed. Raises what the library reports."""
        return await asyncio.to_thread(self._update)

    def _update(self) -> tuple[int, int] | None:
        with self._open() as library:
            (result,) = library.update_feeds_iter(scheduled=False)  # else it waits for max-age
        if isinstance(result.value, Exception):
            raise result.value
        return (result.value.new, result.value.modified) if result.value else None

    def entries(self) -> dict[str, Entry]:
        """By id."""
        with self._open() as library:
            return {entry.id: entry for entry in library.get_entries()}


class Curl(Home):
    """Conditional GET as a shell script does it: the ETag in a file."""

    def status(self, url: str, *words: str) -> int:
        """Asks for *url* and gives the status of the answer."""
        done = self.call("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *words, url)
        done.check_returncode()
        return int(done.stdout)


@dataclass
class Log:
    """What went through a relay, in order."""

    asked: list[dict[str, str]] = field(default_factory=list)  # request headers, names in small letters
    answers: list[int] = field(default_factory=list)

    def forget(self) -> None:
        self.asked.clear()
        self.answers.clear()


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[tuple[str, Log]]:
    """A second address of the service, there through its restarts, and what went through it."""
    log = Log()
    port = httpx.URL(url).port

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answering: bool) -> None:
        while chunk := await source.read(65536):
            _note(log, chunk, answering=answering)
            sink.write(chunk)
            await sink.drain()
        sink.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream, asking = await asyncio.open_connection("127.0.0.1", port)
        except OSError:  # the service is down
            writer.close()
            return
        await asyncio.gather(pump(reader, asking, answering=False), pump(upstream, writer, answering=True))

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        host, own = server.sockets[0].getsockname()
        yield f"http://{host}:{own}/", log


def _note(log: Log, chunk: bytes, *, answering: bool) -> None:
    if answering and (status := re.match(rb"HTTP/1.1 (\d+)", chunk)):
        log.answers.append(int(status[1]))
    elif not answering and re.match(rb"[A-Z]+ /\S* HTTP/1", chunk):
        lines = chunk.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        log.asked.append({name.lower(): value for name, _, value in (line.partition(": ") for line in lines)})


@dataclass(frozen=True, order=True)
class Told:
    """What a parser understood of an item."""

    id: str
    title: str
    published: datetime


def in_ruby(paths: list[Path]) -> list[list[Told]]:
    """As Ruby's RSS parser reads each file, which raises for whatever is missing, twice or out of form."""
    return _foreign("ruby", "-rrss", "-rjson", "-e", _RUBY, "--", *paths)


def in_feedsmith(paths: list[Path]) -> list[list[Told]]:
    """As feedsmith of npm reads each file: RSS, Atom or JSON Feed, whatever it finds."""
    return _foreign("node", FEEDSMITH / "told.mjs", *paths)


def _foreign(*command: str | Path) -> list[list[Told]]:
    done = subprocess.run([*map(str, command)], capture_output=True, encoding="utf-8", timeout=PATIENCE)
    assert done.returncode == 0, done.stderr[-2000:]
    feeds = json.loads(done.stdout)
    return [[Told(id, title, datetime.fromtimestamp(at, UTC)) for id, title, at in feed] for feed in feeds]  # noqa: A001


FEEDSMITH = Path(__file__).parent / "feedsmith"

_RUBY = """
def told(feed)
  if feed.feed_type == "atom"
    feed.entries.map { |e| [e.id.content, e.title.content, e.published.content.to_i] }
  else
    feed.items.map { |i| [i.guid.content, i.title, i.pubDate.to_i] }
  end
end
$stdout.set_encoding("UTF-8")
puts JSON.generate(ARGV.map { |path| told(RSS::Parser.parse(File.read(path, encoding: "UTF-8"), true)) })
"""
