"""A folder that a web server needs nobody behind: all that feeds lead to, and never half a file."""

import asyncio
import os
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from playwright.async_api import Page

from tests.browser import DESKTOP, PHONE, browsing, needs_chromium, until, visit
from tests.readers import Newsboat, needs
from tests.running import answered, free_port, items, running
from tests.stores import change, copied_at, store_at
from tests.webserver import serving, walk
from ticker import service
from ticker.channels import published_channels
from ticker.config import load
from ticker.demo import HEADING, Manual, newsroom_app, serve_newsroom
from ticker.errors import TickerError
from ticker.folder import Folder, publish
from ticker.folder.written import File

HEADLINES = 18
ON_FILE = '<meta http-equiv="Content-Security-Policy"'
MADE = ".ticker-files"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of files


class Site:
    """A configuration, what was read by it, and the folder that stands at its `public_url`."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.folder = folder
        self.config = folder / "config.yaml"
        self.root = folder / "www"
        self.out = self.root / "news" / "ticker"
        self.url = f"http://127.0.0.1:{self.port}/news/ticker/"
        self.sources: list[dict[str, Any]] = [
            self.source("desk", "مكتب الأخبار", "ar", "Asia/Beirut"),
            self.source("wire", "Harbour Wire", "en", "Europe/London"),
        ]
        self.configure()

    def source(self, name: str, title: str, language: str, zone: str) -> dict[str, Any]:
        return {
            "name": name, "title": title, "language": language, "timezone": zone, "url": f"https://{name}.example/",
            "heading": HEADING, "every": "1h",
        }  # fmt: skip

    def configure(self, **feed: Any) -> None:
        settings = {
            "server": {"port": free_port(), "public_url": self.url},
            "store": store_at(self.folder / "ticker.db"),
            "feed": {"min_items": 5, "max_items": 15, "max_age": "1h", **feed},
            "sources": self.sources,
        }
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")

    def ingest(self, name: str, at: str, *lines: tuple[str, str, str]) -> None:
        """A poll of a page with these lines: time, words, link or ""."""
        page = self.folder / "page.html"
        rows = "".join(
            f"<li><span>{clock}</span> " + (f'<a href="{link}">{words}</a>' if link else f"<b>{words}</b>") + "</li>"
            for clock, words, link in lines
        )
        page.write_text(f"<html><body><h2>{HEADING}</h2><ul>{rows}</ul></body></html>", "utf-8")
        answered("ingest", name, page, "--at", at, config=self.config)

    def render(self, *words: str | Path, check: int = 0) -> str:
        """What is said of it."""
        done = answered("render", "--out", self.out, *words, config=self.config, check=check)
        return done.stdout + done.stderr

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.out.rglob("*") if path.is_file() and path.name != MADE)
        return {str(path.relative_to(self.out)): path.read_bytes() for path in found}

    def dates(self) -> dict[str, float]:
        return {path: (self.out / path).stat().st_mtime for path in self.files()}


def lines(of: int, *, linked: bool = False, first: str = "") -> list[tuple[str, str, str]]:
    """So many, a minute and two apart."""
    clocks = [f"{hour:02d}:{minute:02d}" for hour in range(13, 10, -1) for minute in range(58, 0, -2)]
    told = [(clock, f"headline {clock} of the day", f"https://wire.example/{n}" if linked else "")
            for n, clock in enumerate(clocks[:of])]  # fmt: skip
    return [("13:59", first, ""), *told] if first else told


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Site:
    """Published; to be copied only."""
    made = Site(tmp_path_factory.mktemp("made"))
    made.ingest("desk", "2025-01-14T14:00:00", *lines(HEADLINES))
    made.ingest("wire", "2025-01-14T14:00:00", *lines(HEADLINES, linked=True))
    change(
        made.folder / "ticker.db", "UPDATE versions SET last_modified = last_modified - 60"
    )  # no file is of a second to come
    made.render()
    return made


@pytest.fixture
def site(tmp_path, made) -> Site:
    copytree(made.folder, tmp_path, dirs_exist_ok=True)
    copied_at(tmp_path / "ticker.db", made.folder / "ticker.db")
    return Site(tmp_path, made.port)


@pytest.mark.parametrize("kind", [pytest.param("nginx", marks=needs("nginx")), "http.server"])
async def test_nothing_that_is_led_to_is_missing(tmp_path, site, kind):
    async with serving(site.root, site.port, kind, tmp_path / "log"), httpx.AsyncClient(trust_env=False) as client:
        seen = await walk(client, site.url, f"{site.url}robots.txt", f"{site.url}404.html")
    assert {url: status for url, status in seen.items() if status != 200} == {}
    reached = {urlsplit(url).path.removeprefix("/news/ticker/") for url in seen}
    pages = {path.removesuffix("/index.html") for path in site.files() if path.startswith("item/")}
    assert len(pages) == HEADLINES, "those of lines without a link, and no others"
    archives = {path for path in site.files() if "archive/" in path}
    assert {"", "desk/", "wire/", "feed.rss", "desk/feed.json", "feeds.opml", "static/feed.css"} | pages <= reached
    assert archives <= reached
    assert len(archives) > 30


async def test_feeds_and_archives_are_byte_for_byte_those_of_the_service(site):
    told = [path for path in site.files() if re.search(r"feed\.\w+$|archive/", path)]
    async with running(site.config) as served:
        for path in [*told, "opml", "robots.txt", "favicon.ico", "icon-512.png", "static/feed.css", "static/page.js"]:
            answer = await served.get(path)
            assert (path, answer.status_code, answer.content) == (path, 200, (site.out / path).read_bytes())
            if dated := answer.headers.get("Last-Modified"):
                assert parsedate_to_datetime(dated).timestamp() == (site.out / path).stat().st_mtime


def test_pages_hold_nothing_that_only_a_process_could_answer(site):
    pages = {path: body.decode() for path, body in site.files().items() if path.endswith(".html")}
    assert len(pages) == HEADLINES + 4
    for path, page in pages.items():
        assert ON_FILE in page
        led_to = re.findall(r'(?:href|src|action|data-stream)="(/[^"]*)"', page)
        assert all(link.startswith("/news/ticker/") for link in led_to), path
        assert not [link for link in led_to if re.search("status|events|api|[?](q|day|before|lang)=", link)], path
        assert not re.search("<form[^>]* action=", page)
    assert 'href="https://wire.example/0" rel="noreferrer"' in pages["wire/index.html"], "to the story itself"
    assert f"{site.url}desk/archive/" in pages["desk/index.html"]


class Noting(Folder):
    """Notes what is written, in order."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, now)
        self.order: list[str] = []

    def put(self, files: Sequence[File]) -> None:
        super().put(files)
        self.order += [file.path for file in files]


async def test_what_others_lead_to_is_written_before_them(tmp_path, site):
    settings = load(site.config, {})
    async with service.opened(settings) as (store, press):
        channels = await published_channels(settings, store)
        with Noting(tmp_path / "anew") as folder:
            await publish(store, folder, channels, settings.sources, press, now, lambda done, of: None)

    def places(pattern: str) -> list[int]:
        return [place for place, path in enumerate(folder.order) if re.fullmatch(pattern, path)]

    assert max(places("static/.*")) < min(places("item/.*"))
    assert max(places("item/.*")) < min(places(r".*archive/.*"))
    for feed in ("", "desk/", "wire/"):
        archives = [path for path in folder.order if re.fullmatch(rf"{feed}archive/\d+\.rss", path)]
        assert archives == [f"{feed}archive/{number}.rss" for number in range(1, len(archives) + 1)]
        assert max(places(rf"{feed}archive/.*")) < min(places(rf"{feed}feed\..*"))
    assert max(places(r".*feed\..*")) < min(places("feeds.opml|(desk/|wire/)?index.html"))
    assert folder.order[-1] == "index.html"
    assert {path: (tmp_path / "anew" / path).read_bytes() for path in folder.order} == site.files()


def test_only_what_has_changed_is_touched(site):
    before, dates = site.files(), site.dates()
    assert "0 written" in site.render()
    assert site.dates() == dates

    site.ingest("desk", "2025-01-14T14:01:00", *lines(HEADLINES, first="one line more"))
    said = site.render()
    after = site.files()
    changed = {path for path in after if after[path] != before.get(path)}
    assert f"{len(changed)} written" in said
    feeds = {f"{place}feed.{form}" for place in ("", "desk/") for form in ("rss", "atom", "json")}
    assert feeds | {"index.html", "desk/index.html"} <= changed
    assert not [path for path in changed if path.startswith(("static/", "wire/"))]
    (page,) = (path for path in changed if path.startswith("item/"))
    assert "one line more" in after[page].decode()
    for path, date in site.dates().items():
        grown = date >= dates[path] + 1 if path in before and path in changed else date == dates.get(path, date)
        assert grown, path
        assert date == int(date), "Last-Modified says no more"


def test_a_headline_that_leaves_the_list_or_is_edited_has_its_page_made_anew(site):
    gone, edited = lines(HEADLINES)[3], lines(HEADLINES)[1]
    kept = {item["title"]: item["guid"].removeprefix("urn:uuid:") for item in items(site.config, answered)
            if item["source"] == "desk"}  # fmt: skip
    before = site.files()
    rest = [line for line in lines(HEADLINES) if line != gone]
    rest[1] = (edited[0], f"{edited[1]}, at last", "")
    site.ingest("desk", "2025-01-14T14:03:00", *rest)
    site.render()
    changed = {path for path, body in site.files().items() if path.startswith("item/") and body != before[path]}
    assert changed == {f"item/{kept[title]}/index.html" for title in (gone[1], edited[1])}


def test_only_what_we_wrote_is_removed(site):
    (site.out / "robots.txt").write_text("User-agent: *\nDisallow: /private\n")
    (site.out / "wire" / "notes.txt").write_text("mine")
    (site.out / "wire" / "archive" / "1.rss").write_text("changed by hand")
    site.sources.pop()
    site.configure()
    assert "removed" in site.render()
    left = {path for path in site.files() if path.startswith("wire/")}
    assert left == {"wire/notes.txt", "wire/archive/1.rss"}
    assert "Harbour" not in (site.out / "index.html").read_text("utf-8")
    assert "0 written" in site.render()


def test_what_the_store_has_forgotten_goes(site):
    before = site.files()
    change(site.folder / "ticker.db", "DELETE FROM archives WHERE number <= 2")  # as `keep` has it
    change(site.folder / "ticker.db", "DELETE FROM items WHERE archive <= 2 AND archive_all <= 2")
    site.render()
    gone = before.keys() - site.files().keys()
    feeds = ("", "desk/", "wire/")
    archives = {f"{feed}archive/{n}.{form}" for feed in feeds for n in (1, 2) for form in ("rss", "atom", "json")}
    assert {path for path in gone if "archive/" in path} == archives
    assert any(path.startswith("item/") for path in gone)
    assert "0 written" in site.render()


def test_files_of_others_are_left_as_they_are_and_named(tmp_path):
    site = Site(tmp_path)
    site.ingest("desk", "2025-01-14T14:00:00", *lines(6))
    site.out.mkdir(parents=True)
    (site.out / "index.html").write_text("<p>my own front page")
    (site.out / "feed.rss").write_text("of an older release, which kept no list of its files")
    for _ in range(2):
        assert re.search("not ours.*: index.html; remove it", site.render())
        assert (site.out / "index.html").read_text() == "<p>my own front page"
        assert (site.out / "feed.rss").read_bytes().startswith(b"<?xml")


def test_what_files_cannot_do_is_said(site, monkeypatch):
    assert len(site.render().splitlines()) == 1, "nothing but what became of the folder"
    with monkeypatch.context() as patch:
        patch.setenv("TICKER_SERVER__READ_TOKEN", "a-token-that-is-long-enough-for-this")
        assert "ticker: files ask for no token" in site.render()
    site.configure(hub=True)
    assert "ticker: only `ticker run` tells hubs" in site.render()


def test_one_source_or_format_is_just_its_documents(tmp_path):
    site = Site(tmp_path)
    site.ingest("desk", "2025-01-14T14:00:00", *lines(6))
    assert site.render("desk", "--format", "atom").splitlines() == [str(site.out / "desk/feed.atom")]
    assert site.files().keys() == {"desk/feed.atom"}
    site.render("--format", "json")
    assert site.files().keys() == {"desk/feed.atom", "desk/feed.json", "feed.json"}


def test_a_second_run_is_refused_while_the_first_writes(site):
    before = site.files()
    with Folder(site.out, now):
        said = site.render(check=1)
    assert re.fullmatch(r"ticker: .*another `ticker render --out` is writing there; .*\n", said)
    assert site.files() == before
    assert "0 written" in site.render()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda out: out.write_text("x"), "must name a folder", id="a file"),
        pytest.param(lambda out: (out / "index.html").mkdir(parents=True), "a folder is in the way", id="a folder"),
        pytest.param(lambda out: out.symlink_to("/proc/1"), "cannot write", id="not writable"),
        pytest.param(
            lambda out: (out.mkdir(), (out / MADE).write_text("no database " * 100)), "damaged.*remove it", id="damaged"
        ),
    ],
)
def test_a_folder_that_cannot_be_written_is_one_line_with_the_cure(tmp_path, spoil, reason):
    site = Site(tmp_path)
    site.ingest("desk", "2025-01-14T14:00:00", *lines(6))
    site.out.parent.mkdir(parents=True)
    spoil(site.out)
    assert re.fullmatch(f"ticker: .*{reason}.*\n", site.render(check=1))


OUTSIDE = ["", ".", "/proc/x", "../x", "item/../../x", "item/\0/x", "item/\ud800/x"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out_of_the_folder(tmp_path, path):
    out = tmp_path / "www"
    with Folder(out, now) as folder:
        for use in (lambda: folder.put([File(path, b"x")]), lambda: folder.stand([(path, "")])):
            with pytest.raises(TickerError, match=r"\Acannot write .*does not lie below .*; mend that headline.*\Z"):
                use()
    assert not list(tmp_path.rglob("*x*"))


@pytest.mark.parametrize("path", ["../x", "/proc/x", b"x", b"\xff"])
@pytest.mark.parametrize("coming", [None, "y"])
def test_a_list_of_files_that_names_what_is_outside_is_damaged(tmp_path, path, coming):
    with Folder(tmp_path, now) as folder:
        folder.put([File("a", b"a")])
    spoil(tmp_path, "INSERT INTO files VALUES (?, 'x', 1, NULL, ?)", path, coming)
    with pytest.raises(TickerError, match=r"is damaged .*; remove it"), Folder(tmp_path, now) as folder:
        folder.remove_unwanted()


def spoil(out: Path, command: str, *values: object) -> None:
    with closing(sqlite3.connect(out / MADE)) as db:
        db.execute(command, values)
        db.commit()


def test_a_list_of_files_may_have_a_column_more_but_be_of_no_newer_release(tmp_path):
    with Folder(tmp_path, now) as folder:
        folder.put([File("a", b"a")])
    spoil(tmp_path, "ALTER TABLE files ADD COLUMN more TEXT")
    with Folder(tmp_path, now) as folder:
        assert folder.remove_unwanted() == 1
    spoil(tmp_path, "PRAGMA user_version = 7")
    with pytest.raises(TickerError, match="written by a newer release; "):
        Folder(tmp_path, now)


@pytest.mark.parametrize("stand", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "link"])
@pytest.mark.parametrize("name", ["404.html", "feed.rss"])
def test_what_is_no_plain_file_stays_unless_ours_was_there(tmp_path, stand, name):
    stand(tmp_path / name)
    with Folder(tmp_path, now) as folder:
        folder.put([File(name, b"ours")])
        assert folder.foreign == [name]
    (tmp_path / name).unlink()
    with Folder(tmp_path, now) as folder:
        folder.put([File(name, b"ours")])
    (tmp_path / name).unlink()
    stand(tmp_path / name)
    with Folder(tmp_path, now) as folder:
        assert not folder.stand([(name, "")])
        folder.put([File(name, b"ours")])
    assert (tmp_path / name).read_bytes() == b"ours"


def test_a_folder_in_it_that_is_a_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "item").symlink_to(tmp_path / "disk")
    with Folder(tmp_path / "www", now) as folder:
        folder.put([File("item/1/index.html", b"ours")])
    assert (tmp_path / "disk/1/index.html").read_bytes() == b"ours"


def test_a_folder_that_got_nothing_is_not_made(tmp_path):
    with Folder(tmp_path / "new" / "www", now):
        pass
    assert not list(tmp_path.iterdir())


def put(root: str, die: int, words: str) -> None:
    """Write ten files, and be killed in the middle of number *die*."""
    calls = iter(range(100))

    def clock() -> datetime:  # asked for each file, once its bytes are written and before it is in its place
        if next(calls) == die:
            os.kill(os.getpid(), signal.SIGKILL)
        return now()

    with Folder(Path(root), clock) as folder:
        folder.put([File(f"{n}/page.html", words.encode() * 1000) for n in range(10)])


@pytest.mark.parametrize("die", [0, 4])
def test_a_kill_leaves_every_file_whole_and_the_next_run_completes(tmp_path, die):
    def run(die: int, words: str) -> int | None:
        process = get_context("forkserver").Process(target=put, args=(str(tmp_path / "www"), die, words))
        process.start()
        process.join()
        return process.exitcode

    for words in ("first", "later"):
        assert run(die, words) == -signal.SIGKILL
        whole = {b"first" * 1000, b"later" * 1000}
        pages = list((tmp_path / "www").glob("*/page.html"))
        assert {page.read_bytes() for page in pages} <= whole
        assert len(pages) == (die if words == "first" else 10)
        assert run(99, words) == 0
        assert {page.read_bytes() for page in (tmp_path / "www").glob("*/page.html")} == {words.encode() * 1000}
        assert not list((tmp_path / "www").rglob("*.new"))
    with Folder(tmp_path / "www", now) as folder:
        assert folder.remove_unwanted() == 10, "all are known to be ours"


def test_a_file_that_a_power_failure_left_empty_is_written_again(site):
    page = next((site.out / "item").glob("*/index.html"))
    whole = page.read_bytes()
    page.write_bytes(b"")
    assert "1 written" in site.render()
    assert page.read_bytes() == whole


def test_what_cannot_be_written_to_its_end_leaves_the_old_file(tmp_path):
    with Folder(tmp_path, now) as folder:
        folder.put([File("feed.rss", b"old")])
    limited = get_context("forkserver").Process(target=put_within, args=(str(tmp_path),))
    limited.start()
    limited.join()
    assert limited.exitcode == 0
    assert (tmp_path / "feed.rss").read_bytes() == b"old"
    assert not list(tmp_path.rglob("*.new"))


def put_within(root: str) -> None:
    """Where no file may grow beyond a page: the write is refused half way."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Folder(Path(root), now) as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_960, 40_960))
        with pytest.raises(TickerError, match=r"cannot write .*feed\.rss: file too large"):
            folder.put([File("feed.rss", b"new" * 40_960)])


@asynccontextmanager
async def on_nginx(site: Site) -> AsyncIterator[Path]:
    """The folder on its address; the log of what was answered."""
    async with serving(site.root, site.port, "nginx", site.folder / "log"):
        yield site.folder / "log" / "access.log"


def answers(log: Path, path: str = "") -> list[int]:
    """Statuses, of what begins with *path*; the log then begins anew."""
    told = re.findall(r'"\w+ (\S+) [^"]*" (\d+)', log.read_text())
    log.write_text("")
    return [int(status) for asked, status in told if asked.startswith(path)]


@needs("nginx", "newsboat")
async def test_who_only_polls_and_renders_has_readers_that_miss_nothing(tmp_path):
    site, room = Site(tmp_path), Manual(length=20)
    for minutes in range(8, 0, -1):
        room.add(f"خبر قبل {minutes} دقائق في المدينة", now() - timedelta(minutes=minutes), linked=False)
    async with serve_newsroom(newsroom_app(room, now)) as url:
        site.sources = [site.sources[0] | {"url": url, "allow_private": True}]
        site.configure()

        async def turn() -> None:
            """What cron does."""
            for command in (["poll"], ["render", "--out", site.out]):
                await asyncio.to_thread(answered, *command, config=site.config)

        await turn()
        async with on_nginx(site) as log:
            boat = Newsboat(tmp_path / "boat", f"{site.url}feed.rss")
            held = [await boat.reload() for _ in range(3)]
            assert answers(log) == [200, 200, 304], "newsboat is conditional from its third reload on"
            assert len(held[0]) == 8
            later = "خبر جاء بعد ذلك في القاعة الكبرى"
            edited = f"{later} مساء اليوم"
            line = room.add(later, now(), linked=False)
            await turn()
            assert later in (await boat.reload()).values()
            assert answers(log) == [200]
            room.edit(line, edited, now())
            await turn()
            corrected = await boat.reload()
            assert edited in corrected.values()
            assert len(corrected) == 9, "the same story"
            await turn()
            assert await boat.reload() == corrected
            assert answers(log) == [200, 304], "nothing has changed since"


@needs("nginx")
@needs_chromium
async def test_the_page_of_a_feed_is_well_in_a_browser(site):
    async with on_nginx(site) as log, browsing() as browser:
        dark = {"viewport": PHONE, "color_scheme": "dark", "locale": "en"}
        async with visit(browser, f"{site.url}desk/", **dark) as (page, noted):
            await looks_well(page, "ar")
            await page.locator(".headline").first.click()
            await until(page, "document.querySelector('main.item')")
            assert (noted.complaints, noted.hosts) == ([], {urlsplit(site.url).netloc})
        async with visit(browser, f"{site.url}wire/", viewport=DESKTOP, locale="ar") as (page, noted):
            await looks_well(page, "en")
            assert (noted.complaints, noted.hosts) == ([], {urlsplit(site.url).netloc})
        assert set(answers(log)) == {200}, "nothing is asked for that is not there"


async def looks_well(page: Page, language: str) -> None:
    assert await until(page, "document.querySelectorAll('li.line').length") == HEADLINES
    assert await page.evaluate("document.documentElement.lang") == language, "whatever the visitor reads elsewhere"
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for key in ("/", "j", "k", ".", "?", "Escape"):
        await page.keyboard.press(key)
    assert await until(page, "!document.querySelector('[data-theme-switch]').hidden")
