import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.lines import BEIRUT, instant, page
from tests.stores import POSTGRES, change, everything, look, unmade_at
from ticker.errors import ConflictError, StoreError
from ticker.model import Changes, Channel, Feed, Format, Headline, Known, Match, Page, Poll, Press, Validators, Wish
from ticker.reconcile import digest, reconcile
from ticker.render import documents
from ticker.resolve import resolve
from ticker.store import Store
from ticker.store.engine import open_engine
from ticker.store.rows import unpack_rows
from ticker.store.tables import HEAD
from ticker.store.trigrams import INDEX

LINES = ["14:54 افتتاح معرض الكتاب", "14:53 مطر غزير على الساحل", "14:50 فوز الفريق", "14:45 إقفال الجسر"]
AT = instant("2025-01-14T14:55")


def channel(name: str = "", **changes: object) -> Channel:
    sources = {"desk": "أخبار"}
    plain = Channel(name, "أخبار", "ar", "http://127.0.0.1:8000/", sources, 100, 500, timedelta(days=1))
    return replace(plain, **changes)  # type: ignore[arg-type]  # dataclasses.replace types every field as its own


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


def read_at(at: datetime, validators: Validators | None = None) -> Page:
    return Page("http://127.0.0.1/", "", "html", at, validators)


def matched(known: Known, seen: Sequence[Headline], at: datetime) -> list[Match]:
    return reconcile(known, seen, fetched_at=at, zone=BEIRUT)


async def keep(
    store: Store,
    at: datetime,
    lines: Sequence[str],
    *,
    source: str = "desk",
    validators: Validators | None = None,
    press: Press = press,
) -> Changes:
    """One poll, by the real stages."""
    seen = page(*lines)
    known = await store.known(source, at)
    taken = await store.taken(source, at - timedelta(days=9))
    changes = resolve(
        matched(known, seen, at),
        known,
        source=source,
        fetched_at=at,
        zone=BEIRUT,
        digest=digest(seen),
        taken=taken,
    )
    both = {"desk": "أخبار", "other": "أخبار أخرى"}
    channels = (channel(sources=both), channel(source, sources={source: both[source]}))
    await store.apply(source, changes, page=read_at(at, validators), known=known, channels=channels, press=press)
    return changes


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "folder/ticker.db"


@pytest.fixture
def url(place: Path) -> str:
    return unmade_at(place)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url)
    yield store
    await store.close()


async def test_what_a_poll_keeps_is_there_after_a_restart(store, url):
    changes = await keep(store, AT, LINES, validators=Validators("http://127.0.0.1/", '"a"', "yesterday"))
    await store.close()
    again = await Store.open(url)
    assert [item.guid for item in await again.newest(None, limit=10)] == [row.item.guid for row in changes.rows]
    assert (await again.last("desk")).validators == Validators("http://127.0.0.1/", '"a"', "yesterday")
    known = await again.known("desk", AT)
    assert known.listed == tuple(row.item for row in changes.rows)
    assert (known.last_good, known.lists, known.longest) == (AT, (changes.digest,), 4)
    await again.close()


async def test_an_edit_keeps_the_old_wording_beside_the_item(store):
    await keep(store, AT, LINES)
    later = AT + timedelta(minutes=1)
    await keep(store, later, ["14:54 افتتاح معرض الكتاب السنوي", *LINES[1:]])
    item = (await store.newest("desk", limit=1))[0]
    assert (item.title, item.updated) == ("افتتاح معرض الكتاب السنوي", later)
    assert [(old.title, old.seen_at) for old in item.revisions] == [("افتتاح معرض الكتاب", AT)]
    assert await store.item(item.guid) == item
    assert len(await store.newest(None, limit=100)) == 4


async def test_a_line_that_left_the_list_is_remembered_for_twenty_hours(store):
    await keep(store, AT, LINES)
    await store.unchanged("desk", AT + timedelta(minutes=5), None)
    await keep(store, AT + timedelta(minutes=6), ["15:00 خبر جديد", *LINES[:3]])
    gone = (await store.known("desk", AT + timedelta(hours=20))).memory
    assert [(item.title, item.rank, item.last_seen) for item in gone] == [
        ("إقفال الجسر", None, AT + timedelta(minutes=5))
    ]
    assert (await store.known("desk", AT + timedelta(hours=20, minutes=6))).memory == ()


async def test_a_poll_that_was_overtaken_keeps_nothing(store):
    known = await store.known("desk", AT)
    await keep(store, AT, LINES)
    seen = page("14:58 خبر آخر", *LINES)
    late = resolve(matched(known, seen, AT), known, source="desk", fetched_at=AT, zone=BEIRUT, digest=digest(seen))
    with pytest.raises(ConflictError):
        await store.apply("desk", late, page=read_at(AT), known=known, channels=(channel(),), press=press)
    assert len(await store.newest(None, limit=100)) == 4
    assert await store.revisions() == {"": 1, "desk": 1}


async def test_the_same_guid_is_never_inserted_twice(store):
    changes = await keep(store, AT, LINES)
    known = await store.known("desk", AT)
    twice = replace(changes, digest="other")
    await store.apply("desk", twice, page=read_at(AT), known=known, channels=(channel(),), press=press)
    assert len(await store.newest(None, limit=100)) == 4


@pytest.mark.sqlite("published by the transaction that keeps")
async def test_an_error_while_rendering_leaves_everything_as_it_was(store):
    async def broken(feed: Feed) -> Mapping[Format, bytes]:
        raise RuntimeError("out of ink")

    seen = page(*LINES)
    changes = resolve(
        matched(Known(), seen, AT), Known(), source="desk", fetched_at=AT, zone=BEIRUT, digest=digest(seen)
    )
    validators = Validators("http://127.0.0.1/", '"a"', None)
    with pytest.raises(RuntimeError):
        await store.apply(
            "desk", changes, page=read_at(AT, validators), known=Known(), channels=(channel(),), press=broken
        )
    assert await store.newest(None, limit=100) == []
    assert (await store.last("desk")).validators is None, "validators of lost items would hide them behind a 304"


async def test_a_feed_may_be_of_more_sources_than_a_statement_takes_parameters(store):
    many = {f"s{number}": "أخبار" for number in range(40_000)}
    await keep(store, AT, LINES)
    of_all = channel(sources={**many, "desk": "أخبار"})
    await store.republish([of_all], AT + timedelta(minutes=1), press)
    version = await store.version("")
    assert version is not None
    assert all(line.partition(" ")[2].encode() in version.documents[Format.RSS] for line in LINES)
    names, since = [*of_all.sources], AT - timedelta(days=1)
    assert sum((await store.printed_together(names, since)).values()) == len(LINES)
    assert sum(sum(hours.values()) for hours in (await store.printed(names, since)).values()) == len(LINES)
    assert [*(await store.polled_together(names, since)).values()] == [{"changed": 1}]
    for wish in (Wish(frozenset(names)), Wish(frozenset(names), wanted=("الكتاب",))):
        found = [item.title for _, item in await store.find(wish)]
        assert len(found) == (1 if wish.wanted else len(LINES))
        assert await store.find(replace(wish, sources=frozenset(many))) == []
    assert (await store.plans.read(names)).plans == {}


async def test_a_version_is_the_bytes_that_were_rendered_and_last_modified_grows(store):
    await keep(store, AT, LINES)
    first = await store.version("desk")
    live = await store.live(channel("desk"))
    assert first is not None
    assert live is not None
    assert dict(first.documents) == documents(live)
    assert first.revision == 1
    assert POSTGRES or first.last_modified == AT, "where several processes publish the clock is the database's"
    await keep(store, AT, ["14:54 افتتاح معرض الكتاب السنوي", *LINES[1:]])
    second = await store.version("desk")
    assert second is not None
    assert second.revision == 2
    assert second.last_modified == first.last_modified + timedelta(seconds=1), "two changes within a second"


async def test_a_list_that_only_lost_a_line_publishes_nothing(store):
    await keep(store, AT, LINES)
    await keep(store, AT + timedelta(minutes=1), LINES[:3])
    assert await store.revisions() == {"": 1, "desk": 1}


async def test_an_edit_of_an_item_that_has_left_the_feed_publishes_nothing(store):
    small = channel("desk", min_items=1, max_items=2)
    await keep(store, AT, LINES)
    await store.republish([small], AT, press)
    before = await store.version("desk")
    known = await store.known("desk", AT)
    seen = page(*LINES[:3], "14:45 إقفال الجسر القديم")
    at = AT + timedelta(minutes=1)
    changes = resolve(matched(known, seen, at), known, source="desk", fetched_at=at, zone=BEIRUT, digest=digest(seen))
    assert [row.kind for row in changes.rows] == ["same", "same", "same", "edited"]
    await store.apply("desk", changes, page=read_at(at), known=known, channels=[small], press=press)
    assert await store.version("desk") == before


async def test_a_poll_without_news_writes_no_item_and_no_row_of_polls(store, place):
    await keep(store, AT, LINES)
    before = everything(place, "items", "revisions", "polls", "versions")
    await store.unchanged("desk", AT + timedelta(minutes=1), None)
    assert everything(place, "items", "revisions", "polls", "versions") == before
    assert (await store.newest(None, limit=1))[0].last_seen == AT + timedelta(minutes=1)


async def test_a_failed_poll_changes_health_and_nothing_else(store, place):
    await keep(store, AT, LINES, validators=Validators("http://127.0.0.1/", '"a"', None))
    before = everything(place, "items", "revisions", "versions")
    for minute in (1, 2, 3):
        await store.failed(
            Poll(
                "desk", AT + timedelta(minutes=minute), "failed", None, "refused", "answered 500 Internal Server Error"
            )
        )
        health = (await store.health())["desk"]
        assert health.state == ("failing" if minute == 3 else "suspect")
        assert (health.cause, health.since, health.last_success) == ("refused", AT + timedelta(minutes=1), AT)
    assert everything(place, "items", "revisions", "versions") == before
    assert (await store.last("desk")).validators == Validators("http://127.0.0.1/", '"a"', None)
    await store.unchanged("desk", AT + timedelta(minutes=4), None)
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.since) == ("healthy", None, AT + timedelta(minutes=4))


async def test_a_list_that_was_not_believed_is_noted_until_the_next_poll(store):
    await keep(store, AT, LINES)
    await store.failed(Poll("desk", AT, "refused", None, None, "an older copy", doubted="abc"))
    assert (await store.known("desk", AT)).doubted == "abc"
    assert (await store.health())["desk"].state == "healthy", "a stale copy is no trouble of the page"
    await store.unchanged("desk", AT, None)
    assert (await store.known("desk", AT)).doubted is None


async def test_the_rows_of_every_list_that_differed_are_kept_for_a_while(url, place):
    store = await Store.open(url, keep_polls=timedelta(days=2))
    for day in range(5):
        await keep(store, AT + timedelta(days=day), [f"14:5{day} خبر {day}", *LINES])
    rows = [unpack_rows(rows)[0] for (rows,) in look(place, "SELECT rows FROM polls ORDER BY id")]
    await store.close()
    assert [row.headline.printed for row in rows[-1]] == ["14:54", "14:54", "14:53", "14:50", "14:45"]
    assert len(rows) == 3


async def test_a_changed_configuration_republishes_and_a_changed_release_does_not(store):
    await keep(store, AT, LINES)

    ours = channel(sources={"desk": "أخبار", "other": "أخبار أخرى"})

    async def other_release(feed: Feed) -> Mapping[Format, bytes]:
        return dict.fromkeys(Format, b"another layout")

    await store.republish([ours, channel("desk")], AT, other_release)
    assert await store.revisions() == {"": 1, "desk": 1}
    before = await store.version("")
    assert before is not None
    moved = channel(public_url="https://news.example/")
    await store.republish([moved], AT, press)
    version = await store.version("")
    assert version is not None
    assert b"https://news.example/feed.rss" in version.documents[Format.RSS]
    assert version.last_modified >= before.last_modified + timedelta(seconds=1)
    assert await store.published_for(moved) == version
    assert await store.published_for(ours) is None


async def test_a_damaged_document_is_a_named_error_and_a_restart_makes_it_anew(store, place):
    await keep(store, AT, LINES)
    whole = await store.version("desk")
    change(place, "UPDATE versions SET rss = ? WHERE feed = 'desk'", b"\x1f\x8b\0")
    with pytest.raises(StoreError, match="damaged"):
        await store.version("desk")
    await store.republish([channel("desk", sources={"desk": "أخبار"})], AT, press)
    again = await store.version("desk")
    assert whole is not None
    assert again is not None
    assert again.documents == whole.documents


async def test_a_feed_without_items_is_not_published(store):
    await store.republish([channel(), channel("desk")], AT, press)
    assert await store.revisions() == {}
    assert await store.version("") is None


async def test_search_does_not_care_for_spelling(store):
    await keep(store, AT, ["14:54 إفتتاح المكتبة العامّة", "14:50 ارتفاع ٣٥ درجة", "14:40 100% محلي", "14:30 خبر"])
    assert [item.title for item in await store.search(None, term="افتتاح مكتبه")] == ["إفتتاح المكتبة العامّة"]
    assert [item.title for item in await store.search(None, term="35")] == ["ارتفاع ٣٥ درجة"]
    assert [item.title for item in await store.search("desk", term="100%")] == ["100% محلي"], "% is no wildcard"
    assert await store.search(None, term="_") == []
    assert len(await store.search(None, since=instant("2025-01-14T14:45"))) == 2
    assert len(await store.search(None, limit=3)) == 3


async def test_sources_do_not_see_each_other(store):
    await keep(store, AT, LINES)
    await keep(store, AT, LINES, source="other")
    assert len(await store.newest(None, limit=100)) == 8
    assert len(await store.newest("other", limit=100)) == 4
    assert (await store.known("nobody", AT)) == Known()


async def test_two_processes_may_write_at_the_same_time(store, url):
    other = await Store.open(url)

    async def ten(which: Store, source: str) -> None:
        for n in range(10):
            await keep(which, AT + timedelta(minutes=n), [f"15:0{n} خبر {n}", *LINES[:3]], source=source)

    await asyncio.gather(ten(store, "desk"), ten(other, "other"))
    assert len(await store.newest("desk", limit=100)) == len(await other.newest("other", limit=100)) == 13
    await other.close()


async def test_a_naive_datetime_is_refused(store):
    with pytest.raises(StoreError, match="naive"):
        await store.taken("desk", datetime(2025, 1, 14))  # noqa: DTZ001 - the point


@pytest.mark.sqlite("a folder for its file")
async def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make the folder"):
        await Store.open(f"sqlite:///{tmp_path}/file/below/ticker.db")


@pytest.mark.sqlite("what else its file may be")
async def test_a_file_that_is_no_database_is_a_clear_error(tmp_path):
    (tmp_path / "ticker.db").write_text("this is a shopping list, not a database\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path}/ticker.db")


async def test_a_database_of_a_newer_release_is_refused_with_the_cure(url, place):
    store = await Store.open(url)
    await store.close()
    change(place, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer release"):
        await Store.open(url)


async def test_the_migrations_make_the_tables_that_the_code_knows(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from ticker.store.tables import metadata

    def of_no_index_of_search(name: str | None, kind: str, _: object) -> bool:
        """FTS5 has tables for it, pg_trgm an index."""
        return not (kind == "table" and str(name).startswith("search")) and name != INDEX

    ours = {"include_name": of_no_index_of_search}
    engine = await open_engine(url)
    async with engine.connect() as db:
        differ = await db.run_sync(lambda db: compare_metadata(MigrationContext.configure(db, opts=ours), metadata))
    await engine.dispose()
    assert differ == []
    assert ScriptDirectory("ticker/store/migrations").get_heads() == [HEAD]
