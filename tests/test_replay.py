import asyncio
import json
import re
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines import BEIRUT, ago, dated, instant, page, stated
from tests.running import answered, write_config
from tests.stores import change, everything, look, store_at
from ticker.errors import StoreError, TickerError
from ticker.model import Ago, Day, Feed, Format, Headline, Match, Page, Poll, Source
from ticker.poll import keep
from ticker.reconcile import digest, missing
from ticker.replay import Replay, replay
from ticker.resolve import resolve
from ticker.store import KeptRow, Store
from ticker.store.rows import pack_rows, unpack_rows

DESK = Source("desk", "مكتب الأخبار", ("http://127.0.0.1/",), BEIRUT)
FAIR = "افتتاح معرض الكتاب العربي في وسط المدينة"
LINES = [f"14:54 {FAIR}", "14:53 مطر غزير على الساحل مساء", "14:50 فوز الفريق بكأس الشتاء", "14:45 إقفال الجسر القديم"]
OTHERS = ["14:40 وصول أول سفينة قمح إلى المرفأ", "14:31 تأجيل جلسة المجلس إلى الغد", "14:20 عودة التيار إلى الأحياء"]
AT = instant("2025-01-14T14:55")
MINUTE = timedelta(minutes=1)


async def unpublished(feed: Feed) -> Mapping[Format, bytes]:
    return {}


def read_at(at: datetime) -> Page:
    return Page("http://127.0.0.1/", "", "html", at)


async def poll(store: Store, at: datetime, rows: Sequence[str | Headline]) -> str:
    """One poll by today's rules; its outcome."""
    seen = [row if isinstance(row, Headline) else page(row)[0] for row in rows]
    return (await keep(DESK, read_at(at), seen, store=store, channels=(), press=unpublished)).outcome


async def decide(store: Store, at: datetime, lines: Sequence[str], as_line: Mapping[int, int]) -> None:
    """One poll by other rules: a row is the item of this place of the last list, or new."""
    seen, known = page(*lines), await store.known("desk", at)
    matches = [
        Match(row, rank, "edited", known.listed[as_line[rank]], "by another rule")
        if rank in as_line
        else Match(row, rank, "new", None, "by another rule")
        for rank, row in enumerate(seen)
    ]
    taken = await store.taken("desk", at - timedelta(days=1))
    mark = digest(seen)
    changes = resolve(matches, known, source="desk", fetched_at=at, zone=BEIRUT, digest=mark, taken=taken)
    changes = replace(changes, gone=missing(known, matches))
    await store.apply("desk", changes, page=read_at(at), known=known, channels=(), press=unpublished)


async def a_day(store: Store) -> list[datetime]:
    """A day in which everything happens once; when its lists were accepted."""
    edited = [f"14:54 {FAIR} غدا", *LINES[1:], *OTHERS]
    fresh = ["15:02 إعادة فتح الطريق الدولية بعد إزالة الثلوج", *edited[:6]]
    late = [
        "23:58 إقفال صناديق الاقتراع في كل المناطق",
        *fresh[:2],
        "14:53 مطر غزير على الساحل مساء اليوم",
        *fresh[4:6],
    ]
    morning = ["00:04 بدء فرز الأصوات في العاصمة", *late]
    told = [
        (0, [*LINES, *OTHERS], "changed"),
        (1, edited, "changed"),
        (2, [*LINES, *OTHERS], "refused"),  # out of some cache
        (3, edited, "unchanged"),
        (8, fresh, "changed"),
        (9, fresh[:2], "refused"),  # cut
        (10, fresh, "unchanged"),
        (11, [fresh[0], *fresh[2:]], "changed"),  # one is gone
        (13, ["15:03 حريق محدود في مستودع المرفأ القديم", *fresh[:6]], "changed"),  # and back
        (15, ["15:04 حريق محدود في مستودع المرفأ القديم", *fresh[:6]], "changed"),  # at another time
        (9 * 60 + 4, late, "changed"),
        (9 * 60 + 10, morning, "changed"),
    ]
    accepted = []
    for minutes, lines, outcome in told:
        at = AT + minutes * MINUTE
        assert (minutes, await poll(store, at, lines)) == (minutes, outcome)
        accepted += [at] if outcome == "changed" else []
        if minutes == 2:
            await store.failed(Poll("desk", at + MINUTE / 2, "failed", None, "refused", "answered 503"))
    return accepted


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield store
    await store.close()


@pytest.fixture
async def scratch(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "scratch.db"))
    yield store
    await store.close()


def told(found: Replay) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """What differs, the row, the wording beside it, and how both were decided."""
    return [
        (one.what, one.row.title, one.beside.title if one.beside else None, one.then.kind, one.today.kind)
        for one in found.differences
    ]


def tampered(tmp_path: Path, statement: str, *values: object) -> None:
    assert change(tmp_path / "ticker.db", statement, *values) > 0


def as_first_kept(tmp_path: Path) -> None:
    """Write the rows of every poll in the first form, and refused ones not at all."""
    place = tmp_path / "ticker.db"
    change(place, "UPDATE polls SET rows = NULL, last_good = NULL, size = NULL WHERE outcome != 'changed'")
    for number, packed in look(place, "SELECT id, rows FROM polls WHERE rows IS NOT NULL"):
        kept = json.loads(zlib.decompress(packed))["rows"]
        first = [[printed, title, link, guid] for printed, _, title, link, *_, guid, _, _ in kept]
        change(place, "UPDATE polls SET rows = ? WHERE id = ?", zlib.compress(json.dumps(first).encode()), number)


async def test_the_same_rules_decide_the_same_to_the_last_item(store, scratch):
    await a_day(store)
    found = await replay(DESK, store, scratch)
    assert told(found) == []
    assert await scratch.search("desk") == await store.search("desk")
    assert (found.cold, found.lists, found.unkept, found.begin) == (True, 10, 0, AT)


async def test_it_may_begin_with_any_list_as_that_was_stored(store, tmp_path):
    accepted = await a_day(store)
    for number, since in list(enumerate(accepted))[::3]:
        scratch = await Store.open(store_at(tmp_path / f"scratch-{number}.db"))
        found = await replay(DESK, store, scratch, since=since)
        assert told(found) == []
        assert (found.begin, found.cold) == (since, number == 0)
        kept = {item.guid: item for item in await store.search("desk")}
        again = {item.guid: item for item in await scratch.search("desk")}
        assert again.keys() == kept.keys()
        assert [item.title for item in again.values()] == [kept[guid].title for guid in again]
        assert [item.published for item in again.values()] == [kept[guid].published for guid in again]
        assert [item.revisions for item in again.values()] == [kept[guid].revisions for guid in again]
        await scratch.close()


async def test_an_edit_that_was_missed_would_be_joined(store, scratch):
    await poll(store, AT, LINES)
    await decide(store, AT + MINUTE, [f"14:54 {FAIR} غدا", *LINES[1:]], {1: 1, 2: 2, 3: 3})
    await poll(store, AT + 2 * MINUTE, [f"14:54 {FAIR} غدا", *LINES[1:3]])
    found = await replay(DESK, store, scratch)
    joined, *others = [one for one in told(found) if one[0] != "kind"]
    assert joined == ("joined", f"{FAIR} غدا", FAIR, "new", "edited")
    assert others == [], "told once, not with every list that shows it"
    (one,) = (one for one in found.differences if one.what == "joined")
    assert (one.at, one.then.reason) == (AT + MINUTE, "by another rule")
    assert "likeness" in one.today.reason
    assert one.then.guid != one.today.guid


@pytest.mark.parametrize("since", [None, AT])
async def test_two_stories_that_were_merged_would_be_parted(store, scratch, since):
    await poll(store, AT - MINUTE, LINES[1:])
    await poll(store, AT, LINES)
    other = "14:54 استقالة رئيس بلدية الميناء بعد جلسة طويلة"
    await decide(store, AT + MINUTE, [other, *LINES[1:]], {0: 0, 1: 1, 2: 2, 3: 3})
    await poll(store, AT + 2 * MINUTE, [other, *LINES[1:3]])
    found = await replay(DESK, store, scratch, since=since)
    assert [one for one in told(found) if one[0] != "kind"] == [("parted", other[6:], FAIR, "edited", "new")]


async def test_a_row_that_was_another_item_is_told_as_that(store, scratch):
    await poll(store, AT, LINES)
    await decide(store, AT + MINUTE, [LINES[1], LINES[0], *LINES[2:]], {0: 0, 1: 1, 2: 2, 3: 3})
    found = await replay(DESK, store, scratch)
    assert [one[:3] for one in told(found) if one[0] != "kind"] == [
        ("other", LINES[1][6:], LINES[1][6:]),
        ("other", FAIR, FAIR),
    ]


async def test_the_same_item_known_in_another_way_is_told(store, scratch):
    await poll(store, AT, LINES)
    await decide(store, AT + MINUTE, LINES[:3], {0: 0, 1: 1, 2: 2})
    assert told(await replay(DESK, store, scratch)) == [
        ("kind", line[6:], None, "edited", "same") for line in LINES[:3]
    ]


async def test_another_zone_dates_every_line_anew(store, scratch):
    await poll(store, AT, LINES)
    found = await replay(replace(DESK, zone=ZoneInfo("Europe/Athens")), store, scratch)
    assert dict(found.counts) == {}, "the same clock by another name"
    later = await Store.open("sqlite://")
    found = await replay(replace(DESK, zone=ZoneInfo("Europe/London")), store, later)
    await later.close()
    assert dict(found.counts) == {"dated": 4}
    moved = {one.today.published - one.then.published for one in found.differences}  # type: ignore[operator]  # dated
    assert moved == {timedelta(hours=-22)}, "14:54 in London is still to come: yesterday's"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        pytest.param("UPDATE items SET published = published + 60 WHERE rank = 2", ["dated"], id="a minute"),
        pytest.param("UPDATE items SET published = published + 9 WHERE rank = 2", [], id="seconds are no difference"),
        pytest.param("UPDATE items SET flag = 'a guess' WHERE rank = 2", ["dated"], id="a flag"),
        pytest.param("UPDATE items SET repost_of = 'other' WHERE rank = 2", ["repost"], id="a repost"),
        pytest.param("UPDATE items SET gone_at = 1736859999 WHERE rank = 2", ["gone"], id="withdrawn"),
    ],
)
async def test_what_is_stored_otherwise_is_told_by_item(store, scratch, tmp_path, statement, what):
    await poll(store, AT - MINUTE, LINES[1:])
    await poll(store, AT, LINES)
    tampered(tmp_path, statement)
    found = await replay(DESK, store, scratch)
    assert [one.then.repost for one in found.differences] == [each == "repost" for each in what]
    assert [(one.what, one.row.title) for one in found.differences] == [(each, LINES[2][6:]) for each in what]


async def test_a_stale_list_that_was_believed_is_one_difference(store, scratch):
    fresh = ["14:58 توقف المصعد في برج البلدية", *LINES]
    await poll(store, AT, LINES)
    await poll(store, AT + 4 * MINUTE, fresh)
    await decide(store, AT + 5 * MINUTE, LINES, {0: 1, 1: 2, 2: 3, 3: 4})  # stale
    await store.unchanged("desk", AT + 6 * MINUTE, None)  # and once more
    assert await poll(store, AT + 7 * MINUTE, ["14:59 هدوء على الجبهة الشمالية منذ الفجر", *LINES]) == "changed"
    found = await replay(DESK, store, scratch)
    assert [(one.what, one.at, one.then.kind) for one in found.differences] == [("refused", AT + 5 * MINUTE, "changed")]
    assert "older copy" in found.differences[0].today.reason
    assert set((await scratch.gone("desk")).values()) == {AT + 6 * MINUTE}, "when the stale list was there once more"


async def test_a_list_that_was_refused_and_would_be_believed_is_one_difference(store, scratch):
    fresh = ["14:58 توقف المصعد في برج البلدية", *LINES]
    await poll(store, AT, LINES)
    doubted = Poll("desk", AT + 4 * MINUTE, "refused", None, None, "too good", doubted="x", rows=tuple(page(*fresh)))
    await store.failed(doubted)
    await poll(store, AT + 5 * MINUTE, fresh)
    found = await replay(DESK, store, scratch)
    assert [(one.what, one.at, one.then.reason) for one in found.differences] == [("believed", doubted.at, "too good")]


async def test_what_follows_from_a_list_that_would_be_believed_is_no_further_difference(store, scratch):
    fresh = ["14:58 توقف المصعد في برج البلدية", *LINES]
    await poll(store, AT, LINES)
    await store.failed(Poll("desk", AT + 4 * MINUTE, "refused", doubted="x", rows=tuple(page(*fresh))))
    await store.unchanged("desk", AT + 5 * MINUTE, None)  # today an older copy
    await poll(store, AT + 6 * MINUTE, ["14:59 هدوء على الجبهة الشمالية منذ الفجر", *LINES])
    assert [one.what for one in (await replay(DESK, store, scratch)).differences] == ["believed"]


async def test_a_list_that_stands_as_it_stood_would_join_what_was_taken_for_new(store, scratch):
    await poll(store, AT, LINES)
    await decide(store, AT + MINUTE, LINES, {})
    found = await replay(DESK, store, scratch)
    assert [(one.what, one.today.reason) for one in found.differences] == [
        ("joined", "the list stands as it stood")
    ] * len(LINES)


@pytest.mark.parametrize("form", [1, 2])
async def test_a_list_that_was_believed_when_it_came_again_still_is(store, scratch, tmp_path, form):
    await poll(store, AT, [*LINES, *OTHERS])
    await store.unchanged("desk", AT + 3 * MINUTE, None)
    assert await poll(store, AT + 4 * MINUTE, LINES[:2]) == "refused"
    assert await poll(store, AT + 5 * MINUTE, LINES[:2]) == "changed"
    assert await poll(store, AT + 6 * MINUTE, [*LINES, *OTHERS]) == "refused"
    assert await poll(store, AT + 7 * MINUTE, [*LINES, *OTHERS]) == "changed"
    if form == 1:
        as_first_kept(tmp_path)
    assert told(await replay(DESK, store, scratch)) == []


async def test_what_a_list_dated_that_cannot_be_replayed_is_not_compared(store, scratch, tmp_path):
    await poll(store, AT, LINES)
    await poll(store, AT + MINUTE, [stated("توقف المصعد في برج البلدية", "2025-01-14T14:55:00+02:00"), *LINES])
    await poll(store, AT + 2 * MINUTE, ["14:56 هدوء على الجبهة", "14:55 توقف المصعد في برج البلدية", *LINES])
    as_first_kept(tmp_path)
    tampered(tmp_path, "UPDATE items SET flag = 'a guess' WHERE rank = 1")
    found = await replay(DESK, store, scratch)
    assert (found.unkept, told(found)) == (1, [])


async def test_polls_that_found_nothing_new_are_remembered_by_the_last_of_them(store, scratch, tmp_path):
    await poll(store, AT, LINES)
    await store.unchanged("desk", AT + timedelta(hours=30), None)
    later = instant("2025-01-15T20:56")
    await poll(store, later, ["20:54 توقف المصعد في برج البلدية", *LINES])
    assert told(await replay(DESK, store, scratch)) == []
    tampered(tmp_path, "UPDATE polls SET last_good = ? WHERE at = ?", int(AT.timestamp()), int(later.timestamp()))
    blind = await Store.open("sqlite://")
    assert [one[0] for one in told(await replay(DESK, store, blind))] == ["dated"], "30 h without a poll is an outage"
    await blind.close()


async def test_lists_that_were_kept_in_the_first_form_are_read_again_from_their_words(store, scratch, tmp_path):
    await a_day(store)
    as_first_kept(tmp_path)
    found = await replay(DESK, store, scratch)
    assert told(found) == []
    assert (found.lists, found.unkept) == (8, 2), "of the two that were refused no rows were kept"


async def test_ages_and_days_of_the_first_form_are_read_again_too(store, scratch, tmp_path):
    await poll(store, AT, [ago(FAIR, minutes=5), dated("فوز الفريق", "23:10", back=1)])
    rows = zlib.compress(
        json.dumps(
            [[printed, item.title, None, item.guid] for printed, item in zip(
                ["5 minutes ago", "yesterday, 23:10"], (await store.known("desk", AT)).listed, strict=True)]
        ).encode()
    )  # fmt: skip
    tampered(tmp_path, "UPDATE polls SET rows = ?", rows)
    assert told(await replay(DESK, store, scratch)) == []


async def test_times_that_stood_in_the_markup_alone_are_lost_in_the_first_form(store, scratch, tmp_path):
    await poll(store, AT, [stated(FAIR, "2025-01-14T14:50:00+02:00")])
    as_first_kept(tmp_path)
    with pytest.raises(TickerError, match="none of the 1 lists of desk that are kept can be replayed"):
        await replay(DESK, store, scratch)
    await poll(store, AT + MINUTE, ["14:55 توقف المصعد في برج البلدية", f"14:50 {FAIR}"])
    again = await Store.open("sqlite://")
    found = await replay(DESK, store, again)
    await again.close()
    assert (found.unkept, found.cold, told(found)) == (1, False, [])


async def test_nothing_kept_is_one_sentence(store, scratch):
    with pytest.raises(TickerError, match="no list of desk is kept; `ticker poll desk` reads its page"):
        await replay(DESK, store, scratch)
    await poll(store, AT, LINES)
    with pytest.raises(TickerError, match="no list of desk is kept since 2025-01-14T13:00:00Z"):
        await replay(DESK, store, scratch, since=instant("2025-01-14T15:00"))


async def test_damaged_rows_are_a_named_error(store, scratch, tmp_path):
    await poll(store, AT, LINES)
    tampered(tmp_path, "UPDATE polls SET rows = ?", b"\x78\x9c\0")
    with pytest.raises(StoreError, match="damaged"):
        await replay(DESK, store, scratch)
    tampered(tmp_path, "UPDATE polls SET rows = ?", zlib.compress(b'{"v":3}'))
    with pytest.raises(StoreError, match="newer release"):
        await replay(DESK, store, scratch)


async def test_sources_are_replayed_apart_and_in_pages(store, scratch, monkeypatch):
    monkeypatch.setattr("ticker.store.past.PAGE", 3)
    await a_day(store)
    other = replace(DESK, name="other")
    await keep(other, read_at(AT), page(*LINES), store=store, channels=(), press=unpublished)
    done: list[tuple[int, int]] = []
    assert (await replay(DESK, store, scratch, progress=lambda *both: done.append(both))).lists == 10
    assert done == [(n, 11) for n in range(1, 12)]


words = st.text(min_size=1, max_size=20)
whole = st.integers(0, 40)
headlines = st.builds(
    Headline,
    st.none() | words,
    st.none() | st.times().map(lambda at: at.replace(microsecond=0)),
    words,
    st.none() | words,
    st.none() | st.builds(Day, *[st.none() | whole] * 5),
    st.none() | st.builds(Ago, whole.map(lambda n: n * MINUTE), whole.map(lambda n: n * MINUTE)),
    st.none() | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=2)))),
)


@settings(max_examples=40)
@given(st.lists(st.builds(KeptRow, headlines, st.none() | words, st.none() | st.just("back"), words)))
def test_rows_are_kept_as_they_were_read(rows):
    assert unpack_rows(pack_rows(rows)) == (tuple(rows), True)


def test_a_row_takes_some_sixty_bytes():
    rows = [
        KeptRow(Headline(f"14:{n:02}", time(14, n), f"{line[6:]} {n}"), f"urn:uuid:{n:032x}", "same", "same words")
        for n, line in enumerate([*LINES, *OTHERS] * 5)
    ]
    assert len(pack_rows(rows)) / len(rows) < 60


# The command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, "https://news.example/")


def filled(tmp_path: Path, work) -> None:
    async def fill() -> None:
        store = await Store.open(store_at(tmp_path / "ticker.db"))
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(fill())


def test_the_command_says_that_nothing_differs_and_leaves_nothing_behind(config, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    filled(tmp_path, a_day)
    before = everything(tmp_path / "ticker.db")
    done = answered("replay", "desk", config=config)
    assert done.stdout.splitlines() == [
        "desk: 10 lists, 63 rows, 2025-01-14 14:55 to 2025-01-15 00:05, replayed",
        "  nothing differs: today's rules decide as it was decided then",
    ]
    assert done.stderr == ""
    assert everything(tmp_path / "ticker.db") == before
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_command_shows_each_difference_and_exits_with_3(config, tmp_path):
    async def missed(store: Store) -> None:
        await poll(store, AT, LINES)
        await decide(store, AT + MINUTE, [f"14:54 {FAIR} غدا", *LINES[1:]], {})

    filled(tmp_path, missed)
    printed = answered("replay", "desk", config=config, check=3).stdout
    assert "  4 × joined: two items would be one\n" in printed
    assert re.search(
        rf"""
2025-01-14 14:56  joined: two items would be one
    row:    14:54  {FAIR} غدا
    item:   14:54  {FAIR}
    then:   new; by another rule; published 2025-01-14 14:54
    today:  edited; edited in place, likeness 0\.\d\d; published 2025-01-14 14:54
""",
        printed,
    )
    short = answered("replay", "desk", "--limit", "1", config=config, check=3).stdout
    assert (short.count("  then:  "), short.endswith("… and 3 more\n")) == (1, True)


def test_the_command_as_json_what_if_and_since(config, tmp_path):
    filled(tmp_path, a_day)
    told = json.loads(answered("replay", "desk", "--timezone", "UTC", "--json", config=config, check=3).stdout)
    assert (told["source"], told["timezone"], told["begins_as_stored"]) == ("desk", "UTC", False)
    assert told["counts"]["dated"] == len(told["differences"]) == 11
    assert told["counts"]["joined"] == told["counts"]["parted"] == 0
    one = told["differences"][0]
    assert (one["what"], one["time"], one["title"]) == ("dated", "14:54", FAIR)
    assert (one["then"]["published"], one["today"]["published"]) == ("2025-01-14T12:54:00Z", "2025-01-13T14:54:00Z")
    what_if = answered("replay", "desk", "--timezone", "UTC", "--limit", "0", config=config, check=3).stdout
    assert ", replayed as if its clock were that of UTC\n" in what_if
    assert "11 × dated otherwise" in what_if
    printed = answered("replay", "desk", "--since", "2025-01-14T15:00", config=config).stdout
    assert printed.splitlines()[1] == "  the list before them was taken as it is stored"
    assert "2025-01-14 15:03 to" in printed


def test_the_database_of_a_replay_may_be_kept_and_read(config, tmp_path, monkeypatch):
    filled(tmp_path, a_day)
    kept = tmp_path / "again.db"
    answered("replay", "desk", "--keep", kept, config=config)
    before = answered("items", "--json", config=config).stdout
    monkeypatch.setenv("TICKER_STORE", f"sqlite:///{kept}")
    assert answered("items", "--json", config=config).stdout == before != "[]\n"
    monkeypatch.delenv("TICKER_STORE")
    assert "name a new file" in answered("replay", "desk", "--keep", kept, config=config, check=2).stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["nobody"], 2, "there are: desk", id="a source that is not there"),
        pytest.param(["desk"], 1, "no list of desk is kept; `ticker poll desk` reads its page", id="nothing kept"),
        pytest.param(["desk", "--timezone", "Beirut"], 2, "did you mean Asia/Beirut?", id="no zone"),
        pytest.param(["desk", "--timezone", "+02:00"], 2, "write e.g. --timezone Asia/Beirut", id="an offset"),
        pytest.param(["desk", "--since", "yesterday"], 2, "2025-01-14T14:55:00+02:00", id="no instant"),
    ],
)
def test_errors_of_the_command_name_the_cure(config, words, code, says):
    done = answered("replay", *words, config=config, check=code)
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
