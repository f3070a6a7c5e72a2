"""Everything that is kept, carried away and back: export, import, backup; nothing is half kept, whatever breaks off."""

import asyncio
import base64
import fcntl
import io
import json
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.disks import needs_root
from tests.lines import instant
from tests.running import PATIENCE, answered, running, write_config
from tests.stores import ALL_TABLES, POSTGRES, change, everything, filled_at, look, store_at
from tests.walks import URL, Newsroom, everywhere, ids_of, opened, press, published
from ticker import __version__
from ticker.errors import StoreError, TickerError
from ticker.lines import read_lines, write_lines
from ticker.lines.form import LONGEST_LINE
from ticker.model import Evidence, Poll, Subscription
from ticker.store import Store, moment, upkeep
from ticker.store.records import TABLES
from ticker.store.tables import HEAD

NOW = instant("2025-01-15T08:00")


def quietly(done: int, of: int) -> None:
    """Progress that nobody looks at."""


async def fill(store: Store, prints: int = 8) -> None:
    """Two sources with edits and archives, subscribers, targets, failures with their pages."""
    room = Newsroom(store, everywhere())
    for number in range(prints):
        await room.prints("desk", 5)
        await room.prints("port", 3)
        await room.edits("desk", number % 4)
    at = room.now
    page = Evidence("port", at, URL, "block-absent", "", "صفحة".encode(), "text/html")
    await store.failed(Poll("port", at, "failed", cause="block-absent", detail="nothing like a list", evidence=page))
    wanted = Subscription(f"{URL}feed.rss", "https://reader.example/hook", "reader.example", at, "s" * 20, 1)
    await store.subscriptions.keep(wanted, now=at - timedelta(days=1), most=9, most_of_host=9)
    await store.notices.follow(["desk-hook"])


async def filled(url: str) -> None:
    store = await Store.open(url)
    await fill(store)
    await store.close()


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Store]:
    filled_at(tmp_path / "kept.db", filled)
    async with opened(tmp_path / "kept.db") as store:
        yield store


async def exported(store: Store, file: Path, progress: Callable[[int, int], None] = quietly) -> list[str]:
    await write_lines(store, file, release=__version__, now=NOW, progress=progress)
    return file.read_text("utf-8").splitlines()


async def imported(place: Path, file: Path) -> None:
    store = await Store.open(store_at(place), to_import=True)
    try:
        await read_lines(store, file, progress=quietly)
    finally:
        await store.close()


def tables(place: Path) -> Mapping[str, list[tuple[Any, ...]]]:
    """All rows of all tables, and how far an import is; in SQLite the index of search must fit them."""
    if not POSTGRES:
        change(place, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    return everything(place, *(table.name for table in TABLES.values()), "revisions", "importing")


# Out and in


async def test_a_store_that_was_imported_is_the_one_that_was_exported_to_the_byte(kept, tmp_path):
    lines = await exported(kept, tmp_path / "all.jsonl")
    await imported(tmp_path / "again.db", tmp_path / "all.jsonl")
    before, after = tables(tmp_path / "kept.db"), tables(tmp_path / "again.db")
    assert {name for name, rows in before.items() if not rows} == {"announced", "importing", "owed"}
    assert after == before
    async with opened(tmp_path / "again.db") as again:
        assert (await exported(again, tmp_path / "again.jsonl"))[1:] == lines[1:]
        for feed in ("", "desk", "port"):
            assert await published(again, feed) == await published(kept, feed)
            assert await again.archive(feed, 1, URL) == await kept.archive(feed, 1, URL)


async def test_what_is_owed_to_readers_goes_along_and_is_published_by_whoever_has_the_copy(kept, tmp_path):
    old, new = tmp_path / "kept.db", tmp_path / "again.db"
    change(old, "INSERT INTO owed (feed, at) VALUES ('desk', ?)", 1_736_827_200)
    await exported(kept, tmp_path / "all.jsonl")
    await imported(new, tmp_path / "all.jsonl")
    assert look(new, "SELECT feed, at FROM owed") == look(old, "SELECT feed, at FROM owed") == [("desk", 1_736_827_200)]
    async with opened(new) as again:
        channels = {said.name: said for said in everywhere()}
        async with asyncio.timeout(PATIENCE):
            while look(new, "SELECT feed FROM owed"):  # there may be a version of this second
                await again.republish(channels.values(), NOW, press)
                await again.publish_owed(channels, NOW, press)
                await asyncio.sleep(0.1)


async def test_what_failed_polls_have_left_in_a_store_without_headlines_makes_room(kept, tmp_path):
    await exported(kept, tmp_path / "all.jsonl")
    async with opened(tmp_path / "again.db") as again:
        for name in ("desk", "strange"):
            for number in range(40):
                at = NOW + timedelta(seconds=number)
                await again.failed(Poll(name, at, "failed", cause="unreachable", detail="DNS: no such name"))
    await imported(tmp_path / "again.db", tmp_path / "all.jsonl")
    assert tables(tmp_path / "again.db") == tables(tmp_path / "kept.db")


async def test_every_table_with_something_in_it_is_in_the_export(kept, tmp_path):
    """A table that somebody adds is told of, or said to be none that counts."""
    there = {name for (name,) in look(tmp_path / "kept.db", ALL_TABLES)}
    told = {table.name for table in TABLES.values()}
    assert {name for name in there - told if not name.startswith("search_")} == {
        "revisions", "importing", "forgetting", "plans", "alembic_version", *(["search"] if not POSTGRES else []),
    }  # fmt: skip
    lines = [json.loads(line) for line in await exported(kept, tmp_path / "all.jsonl")]
    assert {next(iter(line)) for line in lines} == {*TABLES, "ticker", "end"} - {"announced", "owed"}


async def test_an_item_is_one_line_that_other_programs_can_read(kept, tmp_path):
    lines = [json.loads(line) for line in await exported(kept, tmp_path / "all.jsonl")]
    edited = next(line["item"] for line in lines if "item" in line and line["item"].get("revisions"))
    (item,) = [one for one in await kept.search("desk") if one.guid == edited["guid"]]
    assert edited["title"] == item.title
    assert edited["published"] == item.published.isoformat().replace("+00:00", "Z")
    assert [was["title"] for was in edited["revisions"]] == [was.title for was in item.revisions]
    assert "title_fold" not in edited


async def test_an_export_is_nobody_elses_to_read(kept, tmp_path):
    await exported(kept, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").stat().st_mode & 0o777 == 0o600


async def test_what_is_polled_while_it_is_exported_is_not_half_in_it(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(moment, "AT_ONCE", dict.fromkeys(TABLES, 4))
    room = Newsroom(kept, everywhere())
    polled: list[Future[None]] = []

    def polls(done: int, of: int) -> None:
        if not polled:
            polled.append(asyncio.run_coroutine_threadsafe(room.prints("desk", 6), loop))

    loop = asyncio.get_running_loop()
    before = await ids_of(kept, everywhere()[0])
    lines = [json.loads(line) for line in await exported(kept, tmp_path / "all.jsonl", polls)]
    await asyncio.wrap_future(polled[0])
    assert {line["item"]["guid"] for line in lines if "item" in line} == before
    assert len(await ids_of(kept, everywhere()[0])) > len(before)


async def test_an_export_that_was_broken_off_goes_on_and_tells_what_changed_meanwhile(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(moment, "AT_ONCE", dict.fromkeys(TABLES, 4))
    breaks = iter(range(4))

    def breaks_off(done: int, of: int) -> None:
        if next(breaks, None) is None:
            raise KeyboardInterrupt

    room = Newsroom(kept, everywhere())
    room.now = NOW - timedelta(days=1)
    with pytest.raises(KeyboardInterrupt):
        await exported(kept, tmp_path / "all.jsonl", breaks_off)
    assert not (tmp_path / "all.jsonl").exists()
    part = (tmp_path / "all.jsonl.part").read_bytes()
    (tmp_path / "all.jsonl.part").write_bytes(part + b'{"item":{"id":9')  # killed in the midst of a line
    await room.prints("desk", 6)
    await room.edits("desk", 2)
    lines = await exported(kept, tmp_path / "all.jsonl")
    assert "\n".join(lines).encode().startswith(part.rstrip(b"\n"))
    assert not (tmp_path / "all.jsonl.part").exists()
    await imported(tmp_path / "again.db", tmp_path / "all.jsonl")
    assert tables(tmp_path / "again.db") == tables(tmp_path / "kept.db")


@pytest.mark.sqlite  # and where its copy goes
@needs_root
async def test_an_export_onto_a_full_disk_goes_on_once_there_is_room(kept, tmp_path, disk):
    disk.fill()
    os.truncate(disk.folder / "filling", (disk.folder / "filling").stat().st_size - 16 * 4096)
    with pytest.raises(TickerError, match="no space left on device; the same command goes on from there"):
        await exported(kept, disk.folder / "all.jsonl")
    with pytest.raises(StoreError, match="database or disk is full; free some space"):
        upkeep.back_up(tmp_path / "kept.db", disk.folder / "copy.db", quietly)
    assert {path.name for path in disk.folder.iterdir()} == {"filling", "all.jsonl.part"}
    disk.free()
    lines = await exported(kept, disk.folder / "all.jsonl")
    assert len(lines) > 100


async def test_two_exports_into_one_file_do_not_mix(kept, tmp_path):
    with (tmp_path / "all.jsonl.part").open("wb") as another:
        fcntl.flock(another, fcntl.LOCK_EX)
        with pytest.raises(TickerError, match="another export is writing"):
            await exported(kept, tmp_path / "all.jsonl")
    await exported(kept, tmp_path / "all.jsonl")
    with pytest.raises(TickerError, match="is there already, and nothing is written over"):
        await exported(kept, tmp_path / "all.jsonl")


async def test_an_import_that_was_broken_off_goes_on_and_until_then_nothing_else_opens_the_store(
    kept, tmp_path, monkeypatch
):
    monkeypatch.setattr("ticker.lines.imported.AT_ONCE", 7)
    await exported(kept, tmp_path / "all.jsonl")
    breaks = iter(range(5))

    def breaks_off(done: int, of: int) -> None:
        if next(breaks, None) is None:
            raise KeyboardInterrupt

    url = store_at(tmp_path / "again.db")
    store = await Store.open(url, to_import=True)
    with pytest.raises(KeyboardInterrupt):
        await read_lines(store, tmp_path / "all.jsonl", progress=breaks_off)
    await store.close()
    with pytest.raises(StoreError, match="`ticker import` the same file again, or delete the database"):
        await Store.open(url)
    other = tmp_path / "other.jsonl"
    other.write_text((tmp_path / "all.jsonl").read_text("utf-8").replace("written", "begun", 1), "utf-8")
    with pytest.raises(StoreError, match="of another file"):
        await imported(tmp_path / "again.db", other)

    store = await Store.open(url, to_import=True)
    told = await read_lines(store, tmp_path / "all.jsonl", progress=quietly)
    await store.close()
    assert told.skipped == 7 * 6 + 1
    assert tables(tmp_path / "again.db") == tables(tmp_path / "kept.db")


async def test_a_service_that_keeps_headlines_in_the_store_meanwhile_loses_none_and_the_import_says_so(
    kept, tmp_path, monkeypatch
):
    monkeypatch.setattr("ticker.lines.imported.AT_ONCE", 7)
    await exported(kept, tmp_path / "all.jsonl")
    url = store_at(tmp_path / "again.db")
    titles: list[str] = []

    async def polls() -> None:
        service = await Store.open(url, to_import=True)  # as one that was open before
        room = Newsroom(service, everywhere())
        room.now += timedelta(days=300)
        await room.prints("desk", 1)
        titles.append(room.lists["desk"][0].title)
        await service.close()

    def meanwhile(done: int, of: int) -> None:
        if done > 20 and not titles:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(asyncio.run, polls()).result()

    store = await Store.open(url, to_import=True)
    with pytest.raises(StoreError, match="another process keeps headlines in it while it is filled; stop it"):
        await read_lines(store, tmp_path / "all.jsonl", progress=meanwhile)
    assert [item.title for item in await store.search("desk", limit=1)] == titles
    await store.close()


async def test_into_a_store_with_headlines_those_that_it_lacks_are_added_once(kept, tmp_path):
    await exported(kept, tmp_path / "all.jsonl")
    place = tmp_path / "again.db"
    filled_at(place, filled)
    async with opened(place) as again:
        held = {item.guid: item for item in await again.search(None)}
        lost = [guid for guid in held if held[guid].revisions][:1] + list(held)[-2:]
        for guid in lost:
            change(place, "DELETE FROM revisions WHERE guid = ?", guid)
            change(place, "DELETE FROM items WHERE guid = ?", guid)
        taken = held[lost[0]]
        other = next(guid for guid, one in held.items() if guid not in lost and one.source == taken.source)
        instant = int(taken.published.timestamp())
        change(place, "UPDATE items SET published = ? WHERE guid = ?", instant, other)
        for new in (len(set(lost)), 0):
            told = await read_lines(again, tmp_path / "all.jsonl", progress=quietly)
            assert (told.whole, told.counts["new"], told.counts["known"]) == (False, new, len(held) - new)
            assert told.counts["moved"] == bool(new)
        found = {item.guid: item for item in await again.search(None)}
        assert found.keys() == held.keys()
        for guid in lost:
            assert (found[guid].title, found[guid].link) == (held[guid].title, held[guid].link)
            assert [was.title for was in found[guid].revisions] == [was.title for was in held[guid].revisions]
    assert tables(tmp_path / "again.db")["importing"] == []


def says(kind: str, **said: Any) -> Callable[[list[str]], list[str]]:
    """The first record of *kind* says something else; None takes a key away."""

    def damage(lines: list[str]) -> list[str]:
        at = next(n for n, line in enumerate(lines) if line.startswith(f'{{"{kind}"'))
        record = json.loads(lines[at])
        record[kind] = {key: value for key, value in (record[kind] | said).items() if value is not None}
        return [*lines[:at], json.dumps(record), *lines[at + 1 :]]

    return damage


DAMAGES: list[Any] = [
    pytest.param(lambda lines: lines[:9], ":9: the file ends here, without its last line: it was cut off", id="cut"),
    pytest.param(lambda lines: [], "is no export: its first line does not say so", id="empty"),
    pytest.param(lambda lines: ["<html>"], "is no export: its first line does not say so", id="another file"),
    pytest.param(says("ticker", form=9), "which this one cannot read", id="a later form"),
    pytest.param(lambda lines: [*lines[:5], *lines[6:]], "some are missing, or too many", id="a line lost"),
    pytest.param(lambda lines: [*lines, lines[4]], "comes after the last line", id="more after the end"),
    pytest.param(lambda lines: [*lines[:4], lines[4][:30], *lines[5:]], ":5: is no record, one JSON", id="half a line"),
    pytest.param(lambda lines: [*lines[:4], "[" * 30_000, *lines[5:]], ":5: is no record", id="deep"),
    pytest.param(lambda lines: [*lines[:4], '{"item":1}', *lines[5:]], ":5: is no record", id="no object"),
    pytest.param(says("item", id="7"), ":4: is no record: item.id: must be a whole", id="type"),
    pytest.param(says("item", id=True), "item.id: must be a whole number", id="true is no 1"),
    pytest.param(says("item", id=1 << 70), "item.id: is no number that a store gives", id="huge"),
    pytest.param(says("item", title="a\0"), "item.title: holds control characters", id="control"),
    pytest.param(says("item", title="\ud800"), "item.title: holds half a letter", id="surrogate"),
    pytest.param(says("item", title=" "), "item.title: is empty", id="empty title"),
    pytest.param(says("item", guid=None), "item.guid: is missing", id="no guid"),
    pytest.param(says("item", colour=1), "item: 'colour' is no key that this release knows", id="unknown key"),
    pytest.param(says("item", published="12:54"), "item.published: must be an instant", id="date"),
    pytest.param(says("item", published="2025-01-14T12:54:00"), "must be an instant", id="no offset"),
    pytest.param(says("item", published="0001-01-01T00:00:00+14:00"), "item.published", id="year 1"),
    pytest.param(says("item", revisions=[1]), "item.revisions: must be an object", id="revision"),
    pytest.param(says("item", guid="urn:uuid:../../x"), "item.guid: is no guid", id="a guid that is a path"),
    pytest.param(says("item", clock="99:99"), "item.clock: must be a time of day", id="clock"),
    pytest.param(says("item", source="../x"), "item.source: is no name of a source", id="a source that is a path"),
    pytest.param(says("item", **{"a\x1b\n": 1}), "item: 'a\\x1b\\n' is no key", id="a key for the terminal"),
    pytest.param(says("source", state="zzz"), "source.state: must be one of waiting, healthy", id="state"),
    pytest.param(says("source", revision=1 << 40), "source.revision: is no number", id="large revision"),
    pytest.param(says("version", revision=-1), "version.revision: is no number", id="negative revision"),
    pytest.param(says("archive", number=1 << 40), "archive.number: is no number", id="large number of an archive"),
    pytest.param(says("notified", target="x" * 65), "notified.target: has more than 64 letters", id="long name"),
    pytest.param(says("poll", cause="rain"), "poll.cause: must be one of unreachable", id="cause"),
    pytest.param(says("archive", number=2_000), "archives 2 to 2000 of all only", id="archives that are not there"),
    pytest.param(says("item", id=5), ": is no record: item.id: 5 is that of two items", id="two of one number"),
    pytest.param(
        lambda lines: [*lines[:4], lines[3].replace('"id":', '"id":9'), *lines[5:]],
        "contradicts another: ",
        id="twice",
    ),
    pytest.param(lambda lines: [lines[0], '{"item":{"id":[' + "[]," * 60_000], "more lists and objects", id="dear"),
    pytest.param(says("ticker", form=True), "is no export", id="true is no form"),
    pytest.param(says("archive", rss="*"), "archive.rss: ", id="base64"),
]  # fmt: skip


@cache
def lines_of_all() -> tuple[str, ...]:
    """An export of `filled`."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as elsewhere:
        place = Path(folder)
        filled_at(place / "kept.db", filled)

        async def made() -> list[str]:
            async with opened(place / "kept.db") as store:
                return await exported(store, place / "all.jsonl")

        return tuple(elsewhere.submit(asyncio.run, made()).result())


def written(place: Path, lines: Sequence[str]) -> Path:
    place.write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogatepass")
    return place


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
async def test_a_damaged_file_is_told_with_its_line(tmp_path, damage, says):
    file = written(tmp_path / "all.jsonl", damage(list(lines_of_all())))
    with pytest.raises(TickerError) as refused:
        await imported(tmp_path / "again.db", file)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda lines: lines[:90], id="cut"),
        pytest.param(lambda lines: [*lines[:5], *lines[6:]], id="a line lost"),
        pytest.param(lambda lines: [*lines[:40], lines[40][:30], *lines[41:]], id="half a line"),
    ],
)
async def test_after_a_damaged_file_the_whole_one_makes_the_store_what_it_says(tmp_path, damage, monkeypatch):
    monkeypatch.setattr("ticker.lines.imported.AT_ONCE", 20)
    filled_at(tmp_path / "kept.db", filled)
    file = written(tmp_path / "all.jsonl", damage(list(lines_of_all())))
    with pytest.raises(TickerError):
        await imported(tmp_path / "again.db", file)
    await imported(tmp_path / "again.db", written(file, lines_of_all()))
    assert tables(tmp_path / "again.db") == tables(tmp_path / "kept.db")


async def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("ticker.lines.imported.LONGEST_LINE", 1_000)
    (tmp_path / "all.jsonl").write_text('{"ticker":{"form":1}}\n{"item":"' + "x" * 2_000, "utf-8")
    with pytest.raises(TickerError, match="is longer than 1,000 bytes"):
        await imported(tmp_path / "again.db", tmp_path / "all.jsonl")
    assert LONGEST_LINE == 16_000_000


# On the command line


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of a store with six headlines, one of which was edited."""
    config, page = write_config(tmp_path, "https://news.example/"), tmp_path / "page.txt"
    for last in ("سكون", "سكون تام"):
        titles = ("مطر", "ريح", "شمس", "غيم", last)
        page.write_text(
            "عاجل 24/7\n" + "".join(f"-\n14:5{n}\n{title} على الساحل كله\n" for n, title in enumerate(titles))
        )
        answered("ingest", "desk", page, "--at", "2025-01-14T15:00:00+02:00", config=config)
    return config


def test_export_goes_to_standard_output_and_import_reads_standard_input(config, tmp_path, monkeypatch):
    text = answered("export", config=config).stdout
    (tmp_path / "new").mkdir()
    (port,) = re.findall("port: ([0-9]+)", config.read_text("utf-8"))
    other = write_config(tmp_path / "new", "https://news.example/", port=int(port))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    told = answered("import", "-", config=other).stdout
    assert told == "the store is what the file says: 1 source, 5 headlines, 2 feeds\n"
    assert answered("export", config=other).stdout.splitlines()[1:] == text.splitlines()[1:]
    for form in ("rss", "atom", "json"):
        feeds = [answered("render", "--format", form, config=one).stdout for one in (config, other)]
        assert feeds[0] == feeds[1]
    (tmp_path / "all.jsonl").write_text(text, "utf-8")
    again = answered("import", tmp_path / "all.jsonl", "--json", config=other).stdout
    assert json.loads(again) == {"whole": False, "lines_kept_before": 0, "counts": {"new": 0, "known": 5, "moved": 0}}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "{there}"], "is there already, and nothing is written over: name a new file"),
        (["export", "/proc/none/all.jsonl"], "cannot write /proc/none/all.jsonl.part: no such file or directory"),
        (["import", "{there}.none"], "no such file or directory"),
        (["import", "{folder}"], "is a directory"),
        (["import", "{there}"], "is no export: its first line does not say so; `ticker export` writes one"),
        pytest.param(
            ["db", "backup", "{there}"],
            "is there already, and nothing is written over: name a new file",
            marks=pytest.mark.sqlite,
        ),
        pytest.param(
            ["db", "backup", "/proc/none/copy.db"],
            "cannot write /proc/none/copy.db: no such file or directory",
            marks=pytest.mark.sqlite,
        ),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line(config, tmp_path, words, says):
    (tmp_path / "there").write_text("x")
    asked = [word.format(there=tmp_path / "there", folder=tmp_path) for word in words]
    refused = answered(*asked, config=config, check=1)
    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []


@pytest.mark.sqlite
async def test_a_copy_is_made_while_the_service_runs_and_can_be_put_in_its_place(config, tmp_path):
    async with running(config) as service:
        feed = (await service.get("feed.rss")).content
        told = await asyncio.to_thread(answered, "db", "backup", tmp_path, config=config)
    (copy,) = tmp_path.glob("ticker-2*.db")
    assert told.stdout == f"{copy}: {copy.stat().st_size:,} bytes\n"
    assert copy.stat().st_mode & 0o777 == 0o600
    for place in tmp_path.glob("ticker.db*"):
        place.unlink()
    copy.rename(tmp_path / "ticker.db")
    assert (await asyncio.to_thread(answered, "render", config=config)).stdout.encode() == feed
    told = await asyncio.to_thread(answered, "db", "check", config=config)
    assert told.stdout.endswith("nothing is wrong\n")


@pytest.mark.sqlite
def test_a_folder_for_copies_is_made_and_each_is_named_by_its_moment(config, tmp_path):
    moments = [datetime.fromisoformat(f"2026-01-{day}T03:00:00Z") for day in (14, 15)]
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("ticker.service.system_clock", iter(moments).__next__)
        for _ in moments:
            answered("db", "backup", f"{tmp_path}/copies/nightly/", config=config)
    names = sorted(path.name for path in (tmp_path / "copies/nightly").iterdir())
    assert names == ["ticker-20260114T030000Z.db", "ticker-20260115T030000Z.db"]


@pytest.mark.sqlite
def test_a_copy_is_made_by_one_at_a_time_and_never_beside_the_database(config, tmp_path):
    with (tmp_path / "copy.db.part").open("wb") as another:
        fcntl.flock(another, fcntl.LOCK_EX)
        refused = answered("db", "backup", tmp_path / "copy.db", config=config, check=1)
    assert "another backup is writing" in refused.stderr
    for name in ("ticker.db-wal", "ticker.db-journal"):
        (tmp_path / name).unlink(missing_ok=True)
        refused = answered("db", "backup", tmp_path / name, config=config, check=1)
        assert "is a name that SQLite uses beside the database" in refused.stderr


@pytest.mark.sqlite
async def test_half_an_import_is_no_healthy_store_and_is_not_copied(tmp_path):
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    await store.copies.begin("an export")
    await store.close()
    (fault,) = upkeep.faults_of(tmp_path / "ticker.db", progress=lambda what: None)
    assert "holds an import that was broken off; `ticker import` the same file again" in fault
    with pytest.raises(StoreError, match="a copy of it would hold a part"):
        upkeep.back_up(tmp_path / "ticker.db", tmp_path / "copy.db", quietly)
    assert not [path for path in tmp_path.iterdir() if "copy" in path.name]


@pytest.mark.sqlite
@needs_root
def test_a_healthy_database_that_cannot_be_written_is_not_called_damaged(tmp_path, disk):
    filled_at(disk.folder / "kept.db", filled)
    disk.remount("ro")
    assert upkeep.faults_of(disk.folder / "kept.db", progress=lambda what: None) == []
    assert upkeep.back_up(disk.folder / "kept.db", tmp_path / "copy.db", quietly) > 100_000


@pytest.mark.sqlite
def test_a_healthy_database_that_another_process_writes_is_not_called_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "BUSY", 50)
    filled_at(tmp_path / "kept.db", filled)
    with closing(sqlite3.connect(tmp_path / "kept.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked; another process holds it"):
            upkeep.faults_of(tmp_path / "kept.db", progress=lambda what: None)


async def test_an_export_of_another_store_or_of_this_one_before_it_forgot_is_not_gone_on_with(kept, tmp_path):
    lines = await exported(kept, tmp_path / "all.jsonl")
    place = tmp_path / "kept.db"
    [(guid,)] = look(place, "SELECT guid FROM items ORDER BY id LIMIT 1")
    change(place, "DELETE FROM revisions WHERE guid = ?", guid)
    change(place, "DELETE FROM items WHERE guid = ?", guid)
    (tmp_path / "later.jsonl.part").write_text("".join(f"{line}\n" for line in lines[:20]), "utf-8")
    later = await exported(kept, tmp_path / "later.jsonl")
    assert guid not in "".join(later)
    assert sum(line.startswith('{"item"') for line in later) == sum(line.startswith('{"item"') for line in lines) - 1


@pytest.mark.sqlite
def test_a_copy_of_a_damaged_database_is_none(config, tmp_path):
    damage(tmp_path / "ticker.db")
    refused = answered("db", "backup", tmp_path / "copy.db", config=config, check=1)
    assert "malformed" in refused.stderr or "is damaged" in refused.stderr
    assert not (tmp_path / "copy.db").exists()


def damage(place: Path) -> None:
    """Overwrite what lies behind the schema."""
    with closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with place.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(os.urandom(4096 * 4))


@pytest.mark.sqlite
def test_check_names_what_is_wrong_and_its_cure(config, tmp_path):
    place = tmp_path / "ticker.db"
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("UPDATE versions SET rss = ? WHERE feed = ''", (base64.b64decode("H4sI"),))
        db.execute("INSERT INTO revisions (guid, title, seen_at, reason) VALUES ('nobody', 'x', 1, '')")
        db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    told = answered("db", "check", config=config, check=1)
    assert f"schema {HEAD}, that of this release" in told.stdout
    assert "fault: revisions, row 2: names something in items that is not there" in told.stdout
    assert "fault: the document of the feed of all is damaged" in told.stdout
    assert "fault: the index of search does not fit the titles: `ticker db reindex` makes it anew" in told.stdout
    assert "is not as it should be; where no line above says what helps, restore a copy" in told.stderr
    answered("db", "reindex", config=config)
    assert "index of search" not in answered("db", "check", config=config, check=1).stdout
    damage(place)
    assert "fault: " in answered("db", "check", config=config, check=1).stdout


@pytest.mark.sqlite
def test_upgrade_says_from_where_to_where(config, tmp_path):
    assert f"is at schema {HEAD} already, 5 headlines" in answered("db", "upgrade", config=config).stdout
    for place in tmp_path.glob("ticker.db*"):
        place.unlink()
    refused = answered("db", "check", config=config, check=1)
    assert "there is no" in refused.stderr
    with closing(sqlite3.connect(tmp_path / "ticker.db")) as db:
        db.executescript((Path(__file__).parent / "stores" / "0002.sql").read_text("utf-8"))
    said = answered("db", "check", config=config).stdout
    assert f"schema 0002, that of an older release ({HEAD} is that of this one): the next start upgrades it" in said
    assert f"schema 0002 is {HEAD} now, 7 headlines" in answered("db", "upgrade", config=config).stdout


@pytest.mark.sqlite
def test_vacuum_gives_back_what_was_forgotten(config, tmp_path):
    with closing(sqlite3.connect(tmp_path / "ticker.db")) as db, db:
        db.execute("CREATE TABLE waste (x)")
        db.execute("INSERT INTO waste VALUES (randomblob(500000))")
        db.execute("DROP TABLE waste")
    told = answered("db", "vacuum", config=config).stdout
    sizes = upkeep.Sizes(*(int(word.replace(",", "")) for word in told.split() if word[0].isdigit()))
    assert sizes.before - sizes.after > 400_000
    assert (tmp_path / "ticker.db").stat().st_size == sizes.after
