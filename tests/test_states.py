"""What is wrong with the machine, not with a page: each has a name, is told once, and is over by itself.

Disks are real where that needs root, as in CI: a small file system in memory, full or mounted read-only.
"""

import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import certifi
import pytest
from structlog.testing import capture_logs

from tests.disks import Disk, needs_root
from tests.faults import Site, page
from tests.running import answered, environment, items, running, write_config
from tests.stores import store_at
from ticker.cures import CURES, cure
from ticker.errors import FetchError, StoreError
from ticker.fetch import Fetcher, Limits
from ticker.lookups import Lookups
from ticker.metrics import Metrics
from ticker.model import Channel, Health, Poll, Source
from ticker.overseen import Overseen
from ticker.poll import ingest
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.schedule.timetable import Timetable
from ticker.serve import Shelf
from ticker.service import system_clock
from ticker.store import Store
from ticker.store import sqlite as engine
from ticker.store.readonly import hindrance
from ticker.telling import Teller, behind, jumped

on_disk = pytest.mark.sqlite("the disk that its file is on")
locked = pytest.mark.sqlite("its file is locked by another process")

STARTED = system_clock()
NOON = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
FULL = "the database refused: database or disk is full; free some space"
CHANNELS = {
    name: Channel(name, "أخبار", "ar", "http://127.0.0.1/", {"desk": "أخبار"}, 100, 500, timedelta(days=1))
    for name in ("", "desk")
}
DESK = Source("desk", "أخبار", ("http://127.0.0.1/",), ZoneInfo("UTC"), language="ar", allow_private=True)


def front(lines: int) -> str:
    """The list after so many headlines, one a minute; the last eight of them."""
    begin = STARTED - timedelta(minutes=30)
    rows = [
        f"<li><b>{begin + timedelta(minutes=n):%H:%M}</b> <a href='/{n}'>خبر رقم {n}</a></li>" for n in range(lines)
    ]
    return f"<h3>عاجل 24/7</h3><ul>{''.join(rows[::-1][:8])}</ul>"


def configured(folder: Path, url: str, disk: Disk) -> Path:
    """With the store on the disk."""
    return write_config(folder, url, timezone="UTC", stored=False, place=disk.folder / "ticker.db")


def told(config: Path, event: str = "store") -> list[dict[str, Any]]:
    """What the log says of it, in order."""
    lines = [json.loads(line) for line in config.with_suffix(".log").read_text("utf-8").splitlines()]
    return [line for line in lines if line["event"] == event]


@contextmanager
def held(file: Path, how: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """By another writer, as SQLite sees it."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute(f"BEGIN {how}")
        yield other


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Store, RenderThread]]:
    store, press = await Store.open(url), RenderThread()
    try:
        yield store, press
    finally:
        press.close()
        await store.close()


async def keep(store: Store, press: RenderThread, number: int) -> Poll:
    """A poll that finds so many lines."""
    site, at = page_of(number), NOON + timedelta(minutes=number)
    return await ingest(DESK, replace(site, fetched_at=at), store=store, channels=CHANNELS.values(), press=press)


def page_of(number: int) -> Any:
    from ticker.decode import page_of as decoded

    rows = "\n".join(f"-\n11:{n:02}\nخبر رقم {n} عن حركة السير" for n in range(number + 3, 0, -1))
    return decoded(rows.encode(), url="http://127.0.0.1/", fetched_at=NOON, content_type="text/plain; charset=utf-8")


# The disk


@on_disk
@needs_root
async def test_a_disk_that_fills_stops_no_feed_and_loses_nothing(tmp_path, disk):
    async with Site() as site:
        site["/"] = page(front(6))
        config = configured(tmp_path, site.url("/"), disk)
        async with running(config) as service:
            first = await service.until(lambda found, _: len(found) == 6)
            before = await service.get("feed.rss")
            disk.fill()
            site["/"] = page(front(9))
            await service.until(lambda _, state: state["state"] == "failing")
            state, during = await service.state(), await service.get("feed.rss")
            assert (state["cause"], state["detail"]) == (None, FULL)
            assert (during.status_code, during.headers["etag"]) == (200, before.headers["etag"])
            assert (await service.get("readyz")).status_code == 200
            assert 'outcome="unkept"' in (await service.get("metrics")).text
            disk.free()
            after = await service.until(lambda found, state: len(found) == 9 and state["state"] == "healthy")
            await service.stop()
    assert [item["id"] for item in after[-6:]] == [item["id"] for item in first]
    assert [line.get("detail", "recovered") for line in told(config)] == [FULL, "recovered"], "once, and its end"


@on_disk
@needs_root
async def test_what_was_published_is_served_from_a_full_disk_and_a_read_only_one(tmp_path, disk):
    async with Site() as site:
        site["/"] = page(front(6))
        config = configured(tmp_path, site.url("/"), disk)
        first = await asyncio.to_thread(answered, "poll", config=config)
        assert first.stdout.startswith("desk: 6 new")
        site["/"] = page(front(7))
        disk.fill()
        async with running(config) as service:
            await service.until(lambda found, state: len(found) == 6 and state["detail"] == FULL)
            await service.stop()
        disk.free()
        disk.remount("ro")
        failed = await asyncio.to_thread(answered, "poll", config=config, check=1)
        assert failed.stderr.count("\n") == 1
        assert "mount its disk writable" in failed.stderr
        assert len(await asyncio.to_thread(items, config, answered)) == 6
        async with running(config) as service:
            await service.until(lambda found, state: len(found) == 6 and "readonly" in state["detail"])
            disk.remount("rw")
            await service.until(lambda found, state: len(found) == 7 and state["state"] == "healthy")
            await service.stop()
    assert told(config)[1]["detail"] == (
        f"{disk.folder} is on a read-only file system; mount it writable; "
        "what was published is served, and nothing new is kept"
    )


@on_disk
@needs_root
def test_a_new_database_says_why_it_cannot_be_made(tmp_path, disk):
    config = configured(tmp_path, "http://127.0.0.1:9/", disk)
    place = f"ticker: store: {disk.folder}/ticker.db: "
    disk.fill()
    full = answered("poll", config=config, check=1)
    assert full.stderr == f"{place}database or disk is full; free some space\n"
    disk.free()
    disk.folder.joinpath("ticker.db").unlink()
    disk.remount("ro")
    closed = answered("poll", config=config, check=1)
    assert closed.stderr == (
        f"{place}unable to open database file; {disk.folder} is on a read-only file system; mount it writable\n"
    )


@on_disk
@needs_root
async def test_an_older_database_is_not_served_before_it_is_brought_up_to_date(disk):
    with closing(sqlite3.connect(disk.folder / "ticker.db")) as older, older:
        older.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        older.execute("INSERT INTO alembic_version VALUES ('0005')")
    disk.remount("ro")
    with pytest.raises(StoreError, match=r"brought up to date first; .* is on a read-only file system; mount it"):
        await Store.open(f"sqlite:///{disk.folder}/ticker.db")


@on_disk
@needs_root
def test_a_folder_of_another_user_is_told_with_both_and_the_cure(disk):
    kept = os.getresuid()
    os.setresuid(10001, 10001, 0)
    try:
        found = hindrance(f"{disk.folder}/ticker.db")
    finally:
        os.setresuid(*kept)
    assert found == (
        f"{disk.folder} belongs to uid 0 and this process is uid 10001: chown -R 10001:{os.getgid()} {disk.folder} "
        "(of a container: the folder that is mounted there)"
    )


@on_disk
@needs_root
async def test_a_journal_that_cannot_be_brought_in_is_not_read_past(disk):
    async with opened(f"sqlite:///{disk.folder}/ticker.db") as (store, press):
        await keep(store, press, 1)
        for name in ("ticker.db", "ticker.db-wal"):
            disk.folder.joinpath(f"copy{name}").write_bytes(disk.folder.joinpath(name).read_bytes())
    disk.folder.joinpath("copyticker.db").rename(disk.folder / "killed.db")
    disk.folder.joinpath("copyticker.db-wal").rename(disk.folder / "killed.db-wal")
    disk.remount("ro")
    with pytest.raises(StoreError, match="read-only file system; mount it writable"):
        await Store.open(f"sqlite:///{disk.folder}/killed.db")
    disk.remount("rw")
    async with opened(f"sqlite:///{disk.folder}/killed.db") as (store, _):
        assert await store.count() == 4, "what a killed process left is brought in"


@on_disk
@needs_root
async def test_what_a_killed_process_left_is_read_from_a_read_only_disk_and_written_once_it_may_be(disk):
    names = ("ticker.db", "ticker.db-wal", "ticker.db-shm")
    async with opened(f"sqlite:///{disk.folder}/ticker.db") as (store, press):
        await keep(store, press, 1)
        left = [disk.folder.joinpath(name).read_bytes() for name in names]
    for name, body in zip(names, left, strict=True):
        disk.folder.joinpath(name).write_bytes(body)
    disk.remount("ro")
    async with opened(f"sqlite:///{disk.folder}/ticker.db") as (store, press):
        assert await asyncio.gather(*(store.count() for _ in range(4))) == [4] * 4
        with pytest.raises(StoreError, match="mount its disk writable"):
            await keep(store, press, 2)
        disk.remount("rw")
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(StoreError):
                    await keep(store, press, 2)
                    break
                await asyncio.sleep(0.1)
        assert await store.count() == 5


# A store that refuses, whatever the reason


def test_a_store_that_refuses_a_hundred_sources_is_told_once_and_so_is_its_end():
    teller = Teller()
    with capture_logs() as logged:
        for n in range(300):
            teller.unkept(f"desk-{n % 100}", NOON + timedelta(seconds=n), FULL)
        teller.refuses(FULL)
        for n in range(100):
            poll = Poll(f"desk-{n}", NOON + timedelta(minutes=10), "unchanged")
            teller.kept(poll, timedelta(), well=True)
        teller.unkept("desk-1", NOON, FULL)
    assert [(line["event"], line["source"], line.get("detail")) for line in logged] == [
        ("store", "desk-0", FULL),
        ("store", "desk-99", None),
        ("store", "desk-1", FULL),
    ]


async def test_a_store_that_cannot_be_read_is_told_once_and_everything_is_served_on(tmp_path):
    async with opened(store_at(tmp_path / "ticker.db")) as (store, press):
        await keep(store, press, 1)
        seen = Overseen(store, {})
        shelf = Shelf(library=seen, channels=CHANNELS, sources=[DESK], clock=system_clock)
        poller = Poller(CHANNELS, store, press, clock=system_clock, metrics=Metrics(["desk"]))
        poller.shelf = shelf
        await poller.refresh()
        assert (await seen.health())["desk"].state == "healthy"
        await store.close()
        with capture_logs() as logged:
            for _ in range(5):
                await poller.refresh()
        assert [line["detail"] for line in logged] == ["served on as it was: store: it has been closed"]
        assert shelf.ready
        after = (await seen.health())["desk"]
        assert (after.state, after.cause, after.detail) == ("failing", None, "store: it has been closed")


@locked
async def test_who_is_told_of_headlines_is_known_though_nothing_can_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_PRAGMAS", ("busy_timeout=20", "foreign_keys=ON"))
    async with opened(store_at(tmp_path / "ticker.db")) as (store, press):
        await keep(store, press, 1)
        with held(tmp_path / "ticker.db"):
            assert await store.notices.follow(["phone"]) == {"phone": 4}
        await store.notices.told("phone", 4)
        await keep(store, press, 2)
        assert await store.notices.follow(["phone"]) == {"phone": 4}, "what came since is still to be told"


# A database that another process holds


@locked
async def test_a_database_that_is_held_at_the_start_is_read_and_written_once_it_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_PRAGMAS", ("busy_timeout=20", "foreign_keys=ON"))
    async with opened(store_at(tmp_path / "ticker.db")) as (store, press):
        await keep(store, press, 1)
    with held(tmp_path / "ticker.db"):
        async with opened(f"sqlite:///{tmp_path}/ticker.db") as (store, press):
            assert await store.count() == 4
            with pytest.raises(StoreError, match="database is locked; another process holds it; stop that one"):
                await keep(store, press, 2)
    async with opened(f"sqlite:///{tmp_path}/ticker.db") as (store, press):
        assert (await keep(store, press, 2)).outcome == "changed"


@locked
async def test_a_start_waits_for_who_makes_the_same_database(tmp_path):
    place = tmp_path / "ticker.db"
    with held(place, "EXCLUSIVE") as other:
        other.execute("CREATE TABLE half_made (it)")
        threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
        async with opened(f"sqlite:///{place}") as (store, _):
            assert await store.count() == 0


@locked
async def test_a_start_that_waited_in_vain_says_who_is_to_be_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BUSY", 100)
    with held(tmp_path / "ticker.db", "EXCLUSIVE"), pytest.raises(StoreError, match="another process holds it; stop"):
        await Store.open(f"sqlite:///{tmp_path}/ticker.db")


# The clock


@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_clock_that_is_set_while_polls_are_waited_for_is_noticed(hours):
    off, spans, noticed = timedelta(), list[timedelta](), asyncio.Event()

    def hear(span: timedelta) -> None:
        spans.append(span)
        noticed.set()

    timetable = Timetable(lambda name: None, dict[str, float], lambda: system_clock() + off, hear)
    timetable.start()
    off = timedelta(hours=hours)
    async with asyncio.timeout(20):
        await noticed.wait()
    timetable.pause()
    await timetable.close()
    (span,) = spans
    assert abs(span - off) < timedelta(seconds=1)


def test_a_clock_that_jumps_is_named_and_one_that_is_put_right_by_a_little_is_not():
    with capture_logs() as logged:
        for span in (timedelta(days=1), timedelta(hours=-1), timedelta(seconds=2)):
            jumped(span)
    assert [line["detail"] for line in logged] == [
        "the clock of this machine has jumped 24 h ahead; polls go on as they were due",
        "the clock of this machine has jumped 60 min back; polls go on as they were due",
    ]


def test_a_start_before_the_last_poll_that_was_kept_is_named():
    known = [Health("desk", "healthy", last_success=NOON), Health("new", "waiting")]
    with capture_logs() as logged:
        behind(NOON + timedelta(seconds=1), known)
        behind(NOON - timedelta(days=1), known)
        behind(NOON, [])
    assert [line["detail"] for line in logged] == [
        "the clock of this machine is 24 h behind the last poll that was kept; set it (NTP)"
    ]


async def test_nothing_is_read_by_a_clock_that_was_never_set():
    async with Site() as site:
        site["/"] = page(front(6))
        error = await failure(site.url("/"), now=datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    assert error.detail == "the clock of this machine is not set: it shows 1970-01-01"
    assert "NTP" in cure("unreachable", error.detail)
    assert site.asked == []


# No time-zone data, no certificates


def test_a_machine_without_time_zones_is_told_so_and_not_that_the_zone_is_wrong(tmp_path):
    config = write_config(tmp_path, "http://127.0.0.1:9/")
    run = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] == 'tzdata': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from ticker.__main__ import answer\n"
        "sys.exit(answer(['-c', sys.argv[1], 'check']))"
    )
    command = [sys.executable, "-c", run, str(config)]
    done = subprocess.run(command, env=environment(PYTHONTZPATH=""), capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "timezone: 'Asia/Beirut' cannot be looked up: there is no time-zone data" in done.stderr
    assert done.stderr.endswith("install tzdata\n")


async def failure(url: str, *, now: datetime = NOON, fetch: Fetcher | None = None, seconds: float = 5) -> FetchError:
    """Why *url* cannot be read."""
    fetch = fetch or Fetcher(clock=lambda: now, limits=Limits(total=timedelta(seconds=seconds)))
    with pytest.raises(FetchError) as caught:
        await fetch(replace(DESK, urls=(url,)), url, None)
    return caught.value


async def test_a_machine_without_certificates_is_told_so_and_http_is_read_on(tmp_path, monkeypatch):
    ours = certifi.where()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "gone.pem"))
    fetch = Fetcher(clock=lambda: NOON)
    async with Site() as site:
        site["/"] = page(front(6))
        closed = site.url("/", scheme="https").replace(str(site.port), "9")
        error = await failure(closed, fetch=fetch)
        assert error.detail == "TLS: no certificate can be trusted: this machine has none of any authority"
        assert "ca-certificates" in cure("unreachable", error.detail)
        assert await fetch(replace(DESK, urls=(site.url("/"),)), site.url("/"), None) is not None
    monkeypatch.setattr(certifi, "where", lambda: ours)  # they are put back: no start is needed
    assert (await failure(closed, fetch=fetch)).detail == "connection refused"


# The name service


@pytest.mark.parametrize(
    ("number", "words", "said", "helps"),
    [
        pytest.param(socket.EAI_AGAIN, "Try again", "DNS: no answer from the name service", "resolv", id="down"),
        pytest.param(socket.EAI_NONAME, "not known", "DNS: there is no host of this name", "(url:)", id="no such name"),
    ],
)
async def test_a_name_service_that_is_down_is_told_from_a_name_that_nobody_has(monkeypatch, number, words, said, helps):
    def resolve(*asked: object, **how: object) -> None:
        raise socket.gaierror(number, words)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)  # a real one would be asked beyond loopback
    error = await failure("http://news.example/")
    assert error.cause == "unreachable"
    assert error.detail.startswith(said)
    assert helps in cure(error.cause, error.detail) != CURES["unreachable"]


async def test_a_look_up_that_hangs_is_named_and_leaves_nothing_behind(monkeypatch):
    answered_late, complaints = threading.Event(), list[Any]()

    def hang(*asked: object, **how: object) -> None:
        answered_late.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    error = await failure("http://news.example/", seconds=1)
    assert error.detail.startswith("DNS: no answer from the name service")
    answered_late.set()
    while any(thread.name == "source" for thread in threading.enumerate()):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)
    assert complaints == [], "no traceback in the log of what nobody waits for"


def test_the_end_of_the_process_waits_for_no_look_up():
    hangs = (
        "import asyncio, socket, time\n"
        "from ticker.lookups import SOURCES\n"
        "socket.getaddrinfo = lambda *_, **__: time.sleep(60)\n"
        "async def main():\n"
        "    waiting = [asyncio.create_task(SOURCES(f'{n}.example', 80)) for n in range(40)]\n"
        "    await asyncio.wait(waiting, timeout=0.1)\n"
        "asyncio.run(main())"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", hangs], check=True, timeout=60)
    assert time.monotonic() - began < 30


async def test_more_names_than_threads_are_looked_up_one_after_the_other(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    lookups = Lookups(2, "test")
    answers = await asyncio.gather(*(lookups(f"{n}.example", 80) for n in range(50)))
    assert answers == [["127.0.0.1"]] * 50
