"""The subscription document and its archives hold every item exactly once (RFC 5005 §4), on the real store.

Lists go through the stages as polls send them; documents are read as a reader does, from their bytes.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.lines import BEIRUT, row, stated
from tests.stores import POSTGRES, change, everything, look, store_at
from tests.walks import (
    AT,
    ROWS,
    TITLES,
    URL,
    Newsroom,
    Walk,
    channel,
    everywhere,
    ids_of,
    live,
    opened,
    press,
    published,
    read,
    source,
)
from ticker.demo.wording import headline
from ticker.errors import StoreError
from ticker.model import Channel, Feed, Format, Page, Source, Validators
from ticker.poll import poll
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.render import documents
from ticker.store import Store
from ticker.store.archives import most_at_once
from ticker.store.rows import _moved


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[Store]:
    async with opened(tmp_path / "ticker.db") as store:
        yield store


# --- the walk --------------------------------------------------------------------------------------------------------

names = st.sampled_from(sorted(TITLES))
happenings = st.one_of(
    st.tuples(st.just("print"), names, st.integers(1, 6)),
    st.tuples(st.just("late"), names, st.integers(1, 300)),
    st.tuples(st.just("edit"), names, st.integers(0, ROWS - 1)),
    st.tuples(st.just("set out"), st.sampled_from(["", *sorted(TITLES)]), st.sampled_from(Format)),
    st.tuples(st.just("step"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("restart"), st.just(""), st.just(0)),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(happenings, min_size=20, max_size=40))
def test_a_walk_gives_every_item_exactly_once_whatever_happens_meanwhile(day: list[Any]) -> None:
    """New lines, late ones, edits and restarts between any two of a reader's steps."""
    asyncio.run(_a_day(day))


async def _a_day(day: Sequence[Any]) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "ticker.db"
        store = await Store.open(store_at(place))
        room, walks = Newsroom(store, everywhere()), []
        await room.prints("desk", 6)
        await room.prints("port", 6)
        for what, name, more in day:
            match what:
                case "print":
                    await room.prints(name, more)
                case "late":
                    await room.prints(name, late=timedelta(minutes=more))
                case "edit":
                    await room.edits(name, more)
                case "set out":
                    walks.append(await Walk(room.store, channel(name), more).sets_out())
                case "step":
                    await asyncio.gather(*(walk.steps() for walk in walks[more : more + 2]))
                case "restart":
                    await room.store.close()
                    room.store = await Store.open(store_at(place))
                    for walk in walks:
                        walk.store = room.store
        walks += [await Walk(room.store, said, form).sets_out() for said in everywhere() for form in Format]
        for walk in walks:
            await walk.arrives()
        await room.store.close()


async def test_the_document_stays_within_its_bounds_and_what_leaves_it_is_in_the_next_archive(store):
    room = Newsroom(store, everywhere())
    seen: list[str] = []
    for _ in range(20):
        await room.prints("desk", 6)
        held = await live(store, channel("desk"))
        assert 5 <= len(held.items) <= 20
        assert held.previous == (await store.archives("desk") or None)
        seen += [item.guid for item in reversed(held.items) if item.guid not in seen]
    numbers = range(1, await store.archives("desk") + 1)
    assert len(numbers) == 50, "120 lines, of which the document keeps 20 and the archives two each"
    closed = [await store.archive("desk", number, URL) for number in numbers]
    told = [guid for one in closed for guid in reversed(read(one.documents[Format.RSS], Format.RSS).ids)]
    assert told == seen[:100], "in store order"
    assert [one.number for one in closed] == list(numbers)
    assert await store.archive("desk", 0, URL) is None
    assert await store.archive("desk", 51, URL) is None
    assert await store.archive("nobody", 1, URL) is None
    assert await store.archives("nobody") == 0


async def test_an_item_that_is_archived_in_the_combined_feed_may_still_stand_in_that_of_its_source(store):
    room = Newsroom(store, everywhere())
    await room.prints("port", 5)
    for _ in range(10):
        await room.prints("desk", 4)
    assert await store.archives("") > 0
    assert await store.archives("port") == 0
    port = {item.guid for item in (await live(store, channel("port"))).items}
    assert len(port) == 5
    assert not port & {item.guid for item in (await live(store, channel())).items}
    for said in everywhere():
        await (await Walk(store, said, Format.JSON).sets_out()).arrives()


async def test_a_repost_is_in_no_archive(store):
    room = Newsroom(store, [channel("desk")])
    words = "افتتاح معرض الكتاب السنوي في القاعة الكبرى للبلدية"
    room.lists["desk"] = [row("07:40 عبارات الميناء تعود إلى العمل"), row("07:31 إقفال الجسر القديم أمام الشاحنات")]
    for clock in ("07:58", "08:00"):
        room.lists["desk"].insert(0, row(f"{clock} {words}"))
        await room.polled("desk")
        room.now += timedelta(minutes=3)
    (repost,) = [item for item in await store.search("desk") if item.repost_of]
    for _ in range(30):
        await room.prints("desk", 2)
    walk = await Walk(store, channel("desk"), Format.ATOM).sets_out()
    await walk.arrives()
    assert repost.guid not in walk.ids


# --- what is closed stays --------------------------------------------------------------------------------------------


def stored(place: Path) -> list[tuple[Any, ...]]:
    return look(place, "SELECT * FROM archives ORDER BY feed, number")


async def test_a_closed_archive_is_never_written_again(tmp_path):
    """Not after edits of what it holds, a restart, another release, another title, narrower bounds."""
    narrow: dict[str, Any] = {"min_items": 2, "max_items": 4}
    place = tmp_path / "ticker.db"
    async with opened(place) as store:
        room = Newsroom(store, [channel("desk", **narrow), channel(**narrow)])
        await room.prints("desk", ROWS)
        before = stored(place)
        assert len(before) == 2 * (ROWS - 4), "most of the list has left the feed and is listed still"
        await room.edits("desk", ROWS - 1)
        edited = (await store.search("desk"))[-1]
        assert edited.revisions, "the line was edited"
        assert stored(place) == before
    async with opened(place) as store:
        room.store, room.press = store, _another_release
        room.channels = (channel("desk", min_items=1, max_items=2, title="نشرة"),)
        await store.republish(room.channels, room.now, room.press)
        await room.prints("desk", 2)
        after = stored(place)
        assert [row for row in after if row in before] == before
        assert len(after) == len(before) + 2 + 2
        first = await store.archive("desk", 1, URL)
        assert first is not None
        assert b"another" not in first.documents[Format.RSS]
        assert edited.guid in read(first.documents[Format.RSS], Format.RSS).ids


async def _another_release(feed: Feed) -> Mapping[Format, bytes]:
    return {form: b"another layout " + ",".join(item.guid for item in feed.items).encode() for form in Format}


async def test_an_edit_of_an_archived_item_publishes_nothing(store):
    room = Newsroom(store, [channel("desk", min_items=2, max_items=4)])
    await room.prints("desk", ROWS)
    before = await published(store, "desk")
    await room.edits("desk", ROWS - 1)
    assert await published(store, "desk") == before


@pytest.mark.parametrize("address", ["https://a.example/", "http://127.0.0.1:8000/r&d/"])
async def test_archives_move_with_the_address_of_the_service_and_in_nothing_else(store, address):
    room = Newsroom(store, [channel("desk", public_url=address)])
    rendered: dict[int | None, Feed] = {}

    async def remembered(feed: Feed) -> Mapping[Format, bytes]:
        rendered[feed.number] = feed
        return documents(feed)

    room.press = remembered
    await room.prints("desk", ROWS)
    await room.prints("desk", ROWS)
    there = await store.archive("desk", 1, address)
    assert dict(there.documents) == documents(rendered[1])
    for moved in ("https://a.example.org/", "https://b.example/?&x/"):
        elsewhere = await store.archive("desk", 1, moved)
        assert dict(elsewhere.documents) == documents(replace(rendered[1], channel=channel("desk", public_url=moved)))
    assert await store.archive("desk", 1, address) == there


async def test_a_damaged_archive_is_a_named_error(store, tmp_path):
    room = Newsroom(store, [channel("desk")])
    await room.prints("desk", ROWS)
    await room.prints("desk", ROWS)
    change(tmp_path / "ticker.db", "UPDATE archives SET atom = ? WHERE number = 1", b"\x1f\x8b\0")
    with pytest.raises(StoreError, match=r"archive 1 of feed 'desk' are damaged.*restore"):
        await store.archive("desk", 1, URL)
    assert await store.archive("desk", 2, URL) is not None


@pytest.mark.sqlite("published by the transaction that keeps")
async def test_an_error_while_an_archive_is_rendered_leaves_everything_as_it_was(store, tmp_path):
    room = Newsroom(store, [channel("desk")])
    await room.prints("desk", ROWS)
    before = everything(tmp_path / "ticker.db")

    async def broken(feed: Feed) -> Mapping[Format, bytes]:
        if feed.number == 2:
            raise RuntimeError("out of ink")
        return documents(feed)

    room.press = broken
    with pytest.raises(RuntimeError):
        await room.prints("desk", ROWS)
    assert everything(tmp_path / "ticker.db") == before


# --- versions --------------------------------------------------------------------------------------------------------


async def test_the_newest_change_that_a_feed_tells_of_never_goes_back(store):
    """Though the item that was edited last leaves, for a line that was news before that edit."""
    said = channel("desk", min_items=2, max_items=10, max_age=timedelta(seconds=45))
    room = Newsroom(store, [said])
    told = []
    await room.prints("desk", 3)
    for happens in (lambda: room.edits("desk", 2), lambda: room.prints("desk", late=timedelta(seconds=90))):
        await happens()
        held, version = await live(store, said), await published(store, "desk")
        assert dict(version.documents) == documents(held)
        told.append(read(version.documents[Format.ATOM], Format.ATOM).updated)
    assert await store.archives("desk") == 1
    assert max(item.updated for item in held.items) < room.now - timedelta(minutes=1), "the edited one has left"
    assert [one[:19] for one in told] == [f"{room.now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"] * 2


async def test_last_modified_grows_with_each_version_that_closes_archives_and_the_same_again_is_none(store):
    room = Newsroom(store, [channel("desk")])
    versions = []
    for _ in range(12):
        await room.prints("desk", 5)
        versions.append(await published(store, "desk"))
        await store.republish(room.channels, room.now, press)
        await room.polled("desk")
        assert await published(store, "desk") == versions[-1]
    assert await store.archives("desk") > 0
    assert [version.revision for version in versions] == list(range(1, 13))
    dates = [version.last_modified for version in versions]
    assert dates == sorted(set(dates))


# --- sources that come and go ----------------------------------------------------------------------------------------


async def test_a_source_that_leaves_and_comes_back_loses_nothing_and_doubles_nothing(store):
    both, alone = channel(), channel(sources={"desk": TITLES["desk"]})
    room = Newsroom(store, [both, channel("desk"), channel("port")])
    await room.prints("port", 6)
    await room.prints("desk", 6)
    waiting = {item.guid for item in await store.newest("port", limit=10)}

    room.channels = (alone, channel("desk"))
    await store.republish(room.channels, room.now, press)
    for _ in range(12):
        await room.prints("desk", 5)
    closed = await store.archives("")
    assert closed > 10
    assert not waiting & {item.guid for item in (await live(store, alone)).items}

    room.channels = (both, channel("desk"), channel("port"))
    await store.republish(room.channels, room.now, press)
    await _nothing_lost(store, both)
    for _ in range(4):
        await room.prints("desk", 2)
        await _nothing_lost(store, both)
    archived = [await store.archive("", number, URL) for number in range(closed + 1, closed + 4)]
    assert waiting == {guid for one in archived for guid in read(one.documents[Format.RSS], Format.RSS).ids}


async def _nothing_lost(store: Store, said: Channel) -> None:
    await (await Walk(store, said, Format.RSS).sets_out()).arrives()


async def test_a_feed_whose_items_are_all_in_archives_is_not_empty(store):
    """The other source has left, which had pushed them out."""
    room = Newsroom(store, [channel()])
    await room.prints("port", 8)
    for _ in range(10):
        await room.prints("desk", 4)
    left = channel(sources={"port": TITLES["port"]})
    await store.republish([left], room.now, press)
    told = read((await published(store, "")).documents[Format.JSON], Format.JSON)
    assert list(told.ids) == [item.guid for item in await store.newest("port", limit=5)]
    assert told.previous is not None
    room.channels = (left,)
    await room.prints("port", 2)
    held = await live(store, left)
    assert [item.guid for item in held.items] == [item.guid for item in await store.newest("port", limit=5)]


# --- an older database -----------------------------------------------------------------------------------------------


async def filled(place: Path, many: int) -> None:
    """A database as the release before archives left it, which knew SQLite alone, and as an import leaves another."""
    columns, more = "guid, title, title_fold, published, updated, first_seen, last_seen, source", "'desk'"
    if POSTGRES:
        store_at(place)
        columns, more = f"{columns}, revised", f"{more}, 0"
    else:
        _make_older(place)
    begin = int(AT.timestamp()) - 60 * many
    rows = [
        f"('urn:uuid:{n}', 'خبر رقم {n}', 'خبر رقم {n}', {', '.join([str(begin + 60 * n)] * 4)}, {more})"
        for n in range(many)
    ]
    change(place, "INSERT INTO sources (name, revision, state, detail, streak) VALUES ('desk', 1, 'healthy', '', 0)")
    change(place, f"INSERT INTO items ({columns}) VALUES {', '.join(rows)}")  # noqa: S608 - our own


def _make_older(place: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    engine, config = create_engine(f"sqlite:///{place}"), Config()
    config.set_main_option("script_location", "ticker.store:migrations")
    with engine.begin() as older:
        config.attributes["connection"] = older
        command.upgrade(config, "0002")
    engine.dispose()


async def test_what_an_older_release_has_kept_is_closed_part_by_part_and_polls_go_on_meanwhile(tmp_path):
    place, said = tmp_path / "ticker.db", channel("desk")
    await filled(place, 2080)
    most = most_at_once(said)
    async with opened(place) as store:
        room = Newsroom(store, [said])
        await store.republish([said], AT, press)
        assert await store.archives("desk") == most
        newest = [item.guid for item in await store.newest("desk", limit=20)]
        first = await published(store, "desk")
        assert list(read(first.documents[Format.JSON], Format.JSON).ids) == newest
        assert await store.close_archives(said, room.now, press) == most
        assert await published(store, "desk") == first, "what readers have stays"
        await room.prints("desk")
        assert await store.archives("desk") == 3 * most
        steps = [await store.close_archives(said, room.now, press) for _ in range(4)]
        assert steps[0] == most
        assert steps[1:] == sorted(steps[1:], reverse=True)
        assert steps[-1] == 0
        await _nothing_lost(store, said)
        last = await published(store, "desk")
        assert (last.revision, await store.close_archives(said, room.now, press)) == (3, 0)
        assert await published(store, "desk") == last
        assert len((await live(store, said)).items) <= 20


@pytest.mark.parametrize("many", [20, 21, 70, 250])
async def test_the_document_of_an_older_release_is_the_newest_of_what_it_has_kept(tmp_path, many):
    await filled(tmp_path / "ticker.db", many)
    async with opened(tmp_path / "ticker.db") as store:
        held = await live(store, channel("desk"))
        assert [item.guid for item in held.items] == [f"urn:uuid:{many - n}" for n in range(1, 21)]
        assert held.previous is None


async def test_the_service_closes_what_an_older_release_has_kept_and_tells_the_log(tmp_path):
    place, said = tmp_path / "ticker.db", {name: channel(name, sources={"desk": "أخبار"}) for name in ("", "desk")}
    await filled(place, 1120)
    render = RenderThread()
    async with opened(place) as store:
        poller = Poller(said, store, render, clock=lambda: AT)
        await store.republish(said.values(), AT, render)
        with capture_logs() as told:
            await poller.catch_up()
        assert {entry["feed"]: entry["closed"] for entry in told if "closed" in entry} == {"all": 300, "desk": 300}
        for one in said.values():
            await _nothing_lost(store, one)
        with capture_logs() as told:
            await poller.catch_up()
        assert told == []
    render.close()


async def test_an_upgrade_alone_publishes_nothing(tmp_path):
    """Of a feed that an older release has published, and that holds no more than it may."""
    place, said = tmp_path / "ticker.db", channel("desk")
    async with opened(place) as store:
        room = Newsroom(store, [said])
        await room.prints("desk", 10)
        before = await published(store, "desk")
    # as that release told what the feed was configured to be
    change(place, "UPDATE versions SET channel = '969bfaa0183bea54f68310a71b21cf30'")
    async with opened(place) as store:
        await store.republish([said], room.now, _another_release)
        assert await store.close_archives(said, room.now, _another_release) == 0
        assert await published(store, "desk") == before
        await store.republish([replace(said, hubs=("https://hub.example/",))], room.now, _another_release)
        assert await published(store, "desk") != before, "a hub that is new is something to be told"


# --- the peak --------------------------------------------------------------------------------------------------------


class Peak:
    """Two headlines a minute, as a page that shows the latest thirty."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.at = AT

    def minutes(self, many: int) -> None:
        """Go by."""
        for _ in range(many):
            self.at += timedelta(minutes=1)
            for _ in range(2):
                words = headline(len(self.lines), "peak")
                self.lines.append(f"<li><span>{self.at.astimezone(BEIRUT):%H:%M}</span><p>{words}</p></li>")

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page:
        rows = "".join(self.lines[:-31:-1])
        return Page(url, f"<html><body><h3>عاجل 24/7</h3><ul>{rows}</ul></body></html>", "html", self.at)


async def test_who_looks_once_an_hour_has_everything_at_the_end_of_a_peak(store):
    """Issue 5: two a minute for four hours, through every stage; and walks that set out meanwhile."""
    said = channel("desk", min_items=100, max_items=200, max_age=timedelta(days=1))
    page, walks = Peak(), list[Walk]()
    kept: dict[Format, set[str]] = {form: set() for form in Format}
    for minute in range(4, 241, 4):
        page.minutes(4)
        outcome = await poll(source("desk"), fetch=page, store=store, channels=(said,), press=press, now=page.at)
        assert outcome.changes is not None, outcome.detail
        assert len(outcome.changes.of("new")) == 8
        for walk in walks:
            await walk.steps()
        if minute % 60 == 0:
            version = await published(store, "desk")
            for form, ids in kept.items():
                ids |= set(read(version.documents[form], form).ids)
                walks.append(await Walk(store, said, form).sets_out())
    ours = await ids_of(store, said)
    assert len(ours) == 480
    assert list(kept.values()) == [ours] * 3
    assert await store.archives("desk") == 14, "of twenty items each: the document holds the last two hundred"
    for walk in walks:
        await walk.arrives()


@pytest.mark.parametrize(("least", "most"), [(50, 50), (1, 1), (5, 20)])
async def test_however_small_a_feed_is_one_poll_of_a_long_list_leaves_nothing_between(tmp_path, least, most):
    """An attacker found 150 lines of a first poll of which 70 could be reached: archives of one item, 20 a poll."""
    said = channel("desk", min_items=least, max_items=most)
    async with opened(tmp_path / "ticker.db") as store:
        room = Newsroom(store, [said])
        room.now += timedelta(minutes=1)
        at = [room.now - timedelta(seconds=15 * n) for n in range(150)]
        room.lists["desk"] = [stated(headline(n, "desk"), one.isoformat()) for n, one in enumerate(at)]
        await room.polled("desk")
        await _nothing_lost(store, said)


async def test_a_story_at_our_own_address_stays_where_it_is_when_the_service_moves(tmp_path):
    own = "http://127.0.0.1:8000/"
    document = f'<link>{own}</link><a href="{own}desk/"/><a href="{own}story/12"/><a href="{own}archive/3.rss"/>'
    moved = _moved(Format.RSS, document.encode(), channel("", public_url=own), "https://news.example/t/").decode()
    assert moved.count("https://news.example/t/") == 2
    assert f'"{own}story/12"' in moved
    assert f'"{own}desk/"' in moved, "no page of this feed"
