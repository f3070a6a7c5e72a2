import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from tests.lines import BEIRUT, ago, dated, instant, now, stated
from tests.stores import store_at
from ticker.errors import FetchError, StoreError
from ticker.model import Changes, Channel, Feed, Format, Headline, Page, Source, Validators
from ticker.poll import MOST_ROWS, ingest, keep, poll
from ticker.render import documents
from ticker.rhythm import Rhythm
from ticker.store import Store

AT = instant("2025-01-14T14:55")
LINES = ["14:54 افتتاح معرض الكتاب", "14:53 مطر غزير على الساحل", "14:50 فوز الفريق بالكأس", "14:45 إقفال الجسر القديم"]
CHANNELS = tuple(
    Channel(name, "أخبار", "ar", "http://127.0.0.1/", {"desk": "أخبار"}, 100, 500, timedelta(days=1))
    for name in ("", "desk")
)


def source(*urls: str) -> Source:
    return Source("desk", "أخبار", urls or ("http://127.0.0.1/",), BEIRUT, heading="عاجل 24/7", language="ar")


def html(lines: Sequence[str], heading: str = "عاجل 24/7") -> str:
    rows = (line.partition(" ") for line in lines)
    marked = "".join(f"<li><span>{clock}</span><p>{title}</p></li>" for clock, _, title in rows)
    return f"<html><body><h3>{heading}</h3><ul>{marked}</ul></body></html>"


class Web:
    """What each URL answers next: a page as text, None for 304, or an error."""

    def __init__(self, **answers: str | FetchError | None) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Validators | None]] = []
        self.at = AT

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        self.asked.append((url, validators))
        answer = self.answers[url.rsplit("/", 1)[-1] or "front"]
        if isinstance(answer, FetchError):
            raise answer
        if answer is None:
            return None
        return Page(url, answer, "html", self.at, Validators(url, f'"{len(self.asked)}"', None))


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield store
    await store.close()


async def once(store, web, *urls, minutes=0, rhythm=None, sooner=False):
    web.at = AT + timedelta(minutes=minutes)
    effects = {"fetch": web, "store": store, "channels": CHANNELS, "press": press}
    return await poll(source(*urls), **effects, now=web.at, rhythm=rhythm, sooner=sooner)


async def test_a_page_becomes_items_and_the_next_question_is_conditional(store):
    web = Web(front=html(LINES))
    outcome = await once(store, web)
    assert (outcome.outcome, len(outcome.changes.of("new"))) == ("changed", 4)
    web.answers["front"] = None
    assert (await once(store, web, minutes=1)).outcome == "not-modified"
    assert web.asked[1] == ("http://127.0.0.1/", Validators("http://127.0.0.1/", '"1"', None))
    assert (await store.known("desk", AT)).last_good == AT + timedelta(minutes=1)


async def test_the_same_list_in_another_page_is_unchanged(store):
    web = Web(front=html(LINES))
    await once(store, web)
    web.answers["front"] = html(LINES).replace("<body>", "<body><p>another advert</p>")
    assert (await once(store, web, minutes=1)).outcome == "unchanged"
    assert (await store.last("desk")).validators == Validators("http://127.0.0.1/", '"2"', None)


async def test_urls_are_tried_in_order_until_one_holds_the_block(store):
    web = Web(a=FetchError("refused", "answered 503"), b=html(LINES, heading="آراء"), c=html(LINES))
    urls = [f"http://127.0.0.1/{name}" for name in "abc"]
    assert (await once(store, web, *urls)).outcome == "changed"
    assert [url for url, _ in web.asked] == urls
    assert (await store.last("desk")).validators.url == urls[2]
    await once(store, web, *urls, minutes=1)
    assert [validators is not None for _, validators in web.asked[3:]] == [False, False, True]


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        pytest.param({"front": FetchError("unreachable", "DNS")}, "unreachable", id="no answer"),
        pytest.param({"front": html(LINES, heading="آراء")}, "heading-absent", id="no heading"),
        pytest.param({"front": ""}, "heading-absent", id="nothing at all"),
    ],
)
async def test_a_poll_that_finds_no_list_is_noted_and_changes_nothing(store, answers, cause):
    await once(store, Web(front=html(LINES)))
    before = await store.newest(None, limit=10), await store.revisions()
    outcome = await once(store, Web(**answers), minutes=1)
    assert (outcome.outcome, outcome.cause) == ("failed", cause)
    assert outcome.detail
    assert (await store.newest(None, limit=10), await store.revisions()) == before
    assert (await store.health())["desk"].cause == cause


async def test_what_was_read_but_holds_no_list_says_more_than_what_could_not_be_read(store):
    web = Web(a=FetchError("unreachable", "DNS"), b="<p>nothing</p>")
    assert (await once(store, web, "http://127.0.0.1/a", "http://127.0.0.1/b")).cause == "heading-absent"


async def test_an_older_copy_is_refused_once_and_then_believed(store):
    web = Web(front=html(LINES))
    await once(store, web)
    web.answers["front"] = html(["14:56 خبر جديد تماماً", *LINES])
    await once(store, web, minutes=2)
    web.answers["front"] = html(LINES)
    refused = await once(store, web, minutes=3)
    assert (refused.outcome, refused.cause) == ("refused", None)
    assert (await store.health())["desk"].state == "healthy"
    assert (await once(store, web, minutes=4)).outcome == "changed"
    assert len(await store.newest(None, limit=10)) == 5


async def test_a_conflict_is_reconciled_again_against_what_is_known_then(store):
    """Two polls of one page at once: every line once."""
    web = Web(front=html(LINES))
    outcomes = await asyncio.gather(once(store, web), once(store, web), once(store, web))
    assert sorted(outcome.outcome for outcome in outcomes) == ["changed", "unchanged", "unchanged"]
    assert len(await store.newest(None, limit=10)) == 4
    assert (await store.revisions()) == {"": 1, "desk": 1}


async def test_of_an_endless_list_the_newest_rows_are_kept(store):
    lines = [f"{n // 60 % 24:02}:{n % 60:02} خبر رقم {n} من قائمة بلا نهاية" for n in range(3000, 0, -1)]
    outcome = await once(store, Web(front=html(lines)))
    assert len(outcome.changes.rows) == MOST_ROWS
    other = [line.replace("خبر", "نبأ عاجل") for line in lines]
    assert (await once(store, Web(front=html(other)), minutes=1)).outcome == "changed"


async def test_a_database_that_refuses_is_the_callers_to_tell(store):
    class Full(Store):
        async def apply(self, source: str, changes: Changes, **more: object) -> None:
            raise StoreError("the database refused: database or disk is full")

    store.__class__ = Full
    with pytest.raises(StoreError, match="full"):
        await once(store, Web(front=html(LINES)))


async def test_after_a_saved_page_the_next_question_is_not_conditional(store):
    """A 304 to the validators of another list would leave the saved one standing as the page's."""
    web = Web(front=html(LINES))
    await once(store, web)
    saved = Page("http://127.0.0.1/", html(["14:58 خبر محفوظ", *LINES]), "html", AT + timedelta(minutes=3))
    await ingest(source(), saved, store=store, channels=CHANNELS, press=press)
    assert (await store.last("desk")).validators is None


async def test_an_older_saved_page_does_not_make_the_last_poll_look_older(store):
    await once(store, Web(front=html(LINES)))
    older = Page("http://127.0.0.1/", html(["14:20 خبر أقدم", *LINES[3:], *LINES[:2]]), "html", AT - timedelta(hours=3))
    await ingest(source(), older, store=store, channels=CHANNELS, press=press)
    assert (await store.known("desk", AT)).last_good == AT


async def test_a_clock_that_was_a_day_ahead_and_was_set_right_leaves_no_trace_in_the_window(store):
    web = Web(front=html(LINES))
    await once(store, web, minutes=24 * 60)
    await once(store, web, minutes=1)
    assert (await store.known("desk", AT)).last_good == AT + timedelta(minutes=1)


async def test_a_saved_page_goes_the_same_way(store):
    page = Page("http://127.0.0.1/", html(LINES), "html", AT)
    assert (await ingest(source(), page, store=store, channels=CHANNELS, press=press)).outcome == "changed"
    empty = Page("http://127.0.0.1/", "", "html", AT)
    assert (await ingest(source(), empty, store=store, channels=CHANNELS, press=press)).outcome == "failed"


# Rows as `parse` gives them


async def of_rows(store: Store, rows: Sequence[Headline], *, minutes: int = 0, at: datetime = AT):
    page = Page("http://127.0.0.1/", "", "html", at + timedelta(minutes=minutes))
    return await keep(source(), page, rows, store=store, channels=CHANNELS, press=press)


async def test_a_list_whose_times_only_age_is_unchanged_across_restarts(store, tmp_path):
    """Every minute another text on the page; never another byte in the feed."""
    ages = [1, 20, 50, 58, 125]
    for minutes in range(70):
        rows = [ago(f"line {age}", minutes=age + minutes) for age in ages if age + minutes < 60]
        rows += [ago(f"line {age}", hours=(age + minutes) // 60) for age in ages if age + minutes >= 60]
        outcome = await of_rows(store, rows, minutes=minutes)
        assert outcome.outcome == ("unchanged" if minutes else "changed")
        if minutes == 30:
            await store.close()
            store = await Store.open(store_at(tmp_path / "ticker.db"))
    assert await store.revisions() == {"": 1, "desk": 1}
    assert (await store.known("desk", AT)).last_good == AT + timedelta(minutes=69)
    await store.close()


async def test_news_on_top_of_an_ageing_list_is_the_only_change(store):
    await of_rows(store, [ago("a", minutes=5), ago("b", minutes=9), ago("c", hours=2)])
    before = await store.newest(None, limit=10)
    outcome = await of_rows(store, [now("d"), ago("a", minutes=6), ago("b", minutes=10), ago("c", hours=2)], minutes=1)
    assert [row.kind for row in outcome.changes.rows] == ["new", "same", "same", "same"]
    after = await store.newest(None, limit=10)
    assert [(item.guid, item.published, item.updated) for item in after[1:]] == [
        (item.guid, item.published, item.updated) for item in before
    ]
    assert after[0].published == AT + timedelta(minutes=1)


async def test_clocks_that_become_dates_at_midnight_change_nothing(store):
    evening = instant("2025-01-14T23:58")
    rows = [Headline("23:50", time(23, 50), "a"), Headline("21:10", time(21, 10), "b")]
    assert (await of_rows(store, rows, at=evening)).outcome == "changed"
    day = {"month": 1, "day": 14}
    for minutes, aged in ((3, ["23:50", "21:10"]), (4, [None, None]), (5, ["23:50", "21:10"])):
        seen = [dated(row.title, clock, None, **day) for row, clock in zip(rows, aged, strict=True)]
        assert (await of_rows(store, seen, minutes=minutes, at=evening)).outcome == "unchanged"


async def test_news_in_the_words_of_old_news_is_not_taken_for_an_unchanged_list(store):
    """The same words in the same order: only the ages tell."""
    await of_rows(store, [ago("sirens in the north", minutes=40), ago("b", minutes=50), ago("c", hours=2)])
    rows = [now("sirens in the north"), ago("b", minutes=51), ago("c", hours=2)]
    assert [row.kind for row in (await of_rows(store, rows, minutes=1)).changes.rows] == ["new", "same", "same"]


async def test_rows_of_long_ago_never_meet_the_second_of_another_item(store):
    """However old they are, their `published` is unique within the source."""
    day = {"year": 2019, "month": 1, "day": 22}
    await of_rows(store, [dated("a", "20:44", None, **day), dated("b", "20:10", None, **day)])
    later = [dated("x", "20:44", None, **day), dated("y", "20:10", None, **day)]
    assert (await of_rows(store, later, minutes=1)).outcome == "changed"
    items = await store.newest(None, limit=10)
    assert len({item.published for item in items}) == 4


async def test_a_dated_row_that_comes_back_after_days_is_the_item_it_was(store):
    day = {"year": 2025, "month": 1, "day": 10}
    rows = [dated("a", "20:44", None, **day), dated("b", "20:10", None, **day)]
    await of_rows(store, rows)
    await of_rows(store, [stated("c", "2025-01-16T10:00:00+02:00"), stated("d", "2025-01-16T09:00:00+02:00")],
                  minutes=2 * 24 * 60)  # fmt: skip
    before = await store.newest(None, limit=10)
    await of_rows(store, rows, minutes=4 * 24 * 60)
    assert {(item.guid, item.published) for item in await store.newest(None, limit=10)} == {
        (item.guid, item.published) for item in before
    }


OTHERS = [f"16:{minute} نشرة مسائية رقم {minute} من الإذاعة" for minute in (19, 18, 17, 16)]


async def test_a_list_that_was_scrolled_through_is_told_as_a_gap_until_the_next_one_that_shares_a_line(store):
    await once(store, Web(front=html(LINES)))
    outcome = await once(store, Web(front=html(OTHERS)), minutes=85)
    assert (outcome.outcome, outcome.cause) == ("changed", "gap")
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak) == ("suspect", "gap", 1)
    assert (health.since, health.detail) == (AT + timedelta(minutes=85), outcome.detail)
    assert "missed" in health.detail
    assert (await once(store, Web(front=html(OTHERS)), minutes=86)).cause is None
    assert (await once(store, Web(front=None), minutes=86)).cause is None
    again = (await store.health())["desk"]
    assert replace(again, last_success=None) == replace(health, last_success=None), "no reason to forget it"
    assert (await once(store, Web(front=html(["16:21 خبر أخير", *OTHERS])), minutes=87)).cause is None
    after = (await store.health())["desk"]
    assert (after.state, after.cause, after.streak) == ("healthy", None, 0)
    assert after.since == AT + timedelta(minutes=87)


async def test_a_corrected_time_is_kept_with_its_reason_and_moves_nothing_that_is_published(store):
    await once(store, Web(front=html(LINES)))
    (before,) = await store.search("desk", term=LINES[1].partition(" ")[2])
    words = LINES[1].partition(" ")[2]
    revisions = await store.revisions()
    await once(store, Web(front=html([LINES[0], f"14:40 {words}", *LINES[2:]])), minutes=1)
    (after,) = await store.search("desk", term=words)
    assert (after.guid, after.published, after.updated) == (before.guid, before.published, before.updated)
    assert (after.printed, after.clock) == ("14:40", time(14, 40))
    (was,) = after.revisions
    assert (was.title, was.printed, was.until) == (words, before.printed, AT + timedelta(minutes=1))
    assert "14:40" in was.reason
    assert await store.revisions() == revisions
    await once(store, Web(front=html(["14:56 خبر جديد", LINES[0], f"14:40 {words}", *LINES[2:]])), minutes=2)
    assert len(await store.newest(None, limit=10)) == 5


async def test_a_repost_is_kept_and_in_no_feed(store):
    long = "14:54 افتتاح معرض الكتاب السنوي في القاعة الكبرى للبلدية"
    await once(store, Web(front=html([long, *LINES[1:]])))
    outcome = await once(store, Web(front=html([long.replace("14:54", "14:56"), long, *LINES[1:]])), minutes=3)
    assert [row.kind for row in outcome.changes.rows][:2] == ["repost", "same"]
    assert len(await store.newest(None, limit=10)) == 4
    again, first = await store.search("desk", limit=2)  # what is searched for by its words is no repost
    assert again.repost_of == first.guid
    version = await store.version("desk")
    assert version.revision == 1, "nothing that a reader has has changed"


async def test_a_line_that_the_newsroom_withdrew_stays_and_says_so(store):
    await once(store, Web(front=html([*LINES, *OTHERS])))
    await once(store, Web(front=html([LINES[0], *LINES[2:], *OTHERS])), minutes=1)
    (gone,) = await store.search("desk", term=LINES[1].partition(" ")[2])
    assert gone.gone_at == AT + timedelta(minutes=1)
    assert gone.rank is None
    assert len(await store.newest(None, limit=10)) == 8
    await once(store, Web(front=html([*LINES, *OTHERS])), minutes=2)
    await once(store, Web(front=html([*LINES, *OTHERS])), minutes=3)  # the older copy is believed when it comes again
    (back,) = await store.search("desk", term=LINES[1].partition(" ")[2])
    assert back.gone_at is None
    assert back.rank == 1


def hourly(lines: int) -> Rhythm:
    """Of a source that has printed so many lines each hour of the last 14 days."""
    hours = {AT.replace(minute=0) - timedelta(hours=back): lines for back in range(14 * 24)}
    return Rhythm.of(BEIRUT, hours, [], rows=4)


async def test_a_list_in_which_nothing_is_new_for_too_long_is_frozen_until_a_new_line_comes(store):
    web, rhythm = Web(front=html(LINES)), hourly(6)
    await once(store, web, rhythm=rhythm)
    assert (await once(store, web, minutes=30, rhythm=rhythm)).cause is None
    states = []
    for hours, answer in enumerate([html(LINES), None, html(LINES), html(LINES), None], start=20):
        web.answers["front"] = answer
        outcome = await once(store, web, minutes=60 * hours, rhythm=rhythm)
        health = (await store.health())["desk"]
        assert outcome.outcome == ("unchanged" if answer else "not-modified")
        assert (outcome.cause, outcome.detail) == ("list-frozen", health.detail)
        assert "nothing new since 2025-01-14 14:55" in health.detail
        states.append((health.cause, health.state, health.streak, health.since))
    began = AT + timedelta(hours=20)
    assert states == [
        ("list-frozen", state, streak, began)
        for streak, state in enumerate(("suspect", "suspect", "failing", "failing", "failing"), start=1)
    ]
    web.answers["front"] = html(["14:30 خبر جديد تماماً", *LINES])
    assert (await once(store, web, minutes=60 * 25, rhythm=rhythm)).cause is None
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak, health.since) == ("healthy", None, 0, AT + timedelta(hours=25))


async def test_an_edit_is_no_sign_that_a_frozen_list_goes_on(store):
    web, rhythm = Web(front=html(LINES)), hourly(6)
    await once(store, web, rhythm=rhythm)
    await once(store, web, minutes=60 * 20, rhythm=rhythm)
    web.answers["front"] = html([f"{LINES[0]} السنوي", *LINES[1:]])
    outcome = await once(store, web, minutes=60 * 21, rhythm=rhythm)
    assert (outcome.outcome, outcome.cause, len(outcome.changes.of("edited"))) == ("changed", "list-frozen", 1)
    health = (await store.health())["desk"]
    assert (health.cause, health.streak) == ("list-frozen", 2)


async def test_after_a_restart_it_is_still_known_when_the_last_new_line_came(store, tmp_path):
    await once(store, Web(front=html(LINES)))
    await once(store, Web(front=html(["14:56 خبر جديد تماماً", *LINES])), minutes=7)
    await once(store, Web(front=html([f"14:56 خبر جديد تماماً {LINES[0][-4:]}", *LINES])), minutes=9)
    await store.close()
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    assert store.last_new("desk") is None
    await store.last("desk")
    assert store.last_new("desk") == AT + timedelta(minutes=7)
    await store.close()


async def test_lists_that_turn_over_three_times_running_are_failing(store):
    pages = [
        [f"{hour}:{minute} نشرة {hour} رقم {minute} من الإذاعة" for minute in (40, 30, 20, 10)]
        for hour in range(10, 15)
    ]
    states = []
    for poll_number, page in enumerate(pages):
        outcome = await once(store, Web(front=html(page)), minutes=60 * poll_number)
        await once(store, Web(front=html(page)), minutes=60 * poll_number + 1)
        health = (await store.health())["desk"]
        states.append((outcome.cause, health.state, health.streak))
    assert states == [
        (None, "healthy", 0),
        ("gap", "suspect", 1),
        ("gap", "suspect", 2),
        ("gap", "failing", 3),
        ("gap", "failing", 4),
    ]
    assert health.since == AT + timedelta(hours=1)


async def test_that_a_list_goes_on_when_it_is_asked_sooner_once_does_not_end_its_gaps(store):
    """Else every: 40s and a list that lasts 30 s would be a gap, a good poll after half the wait, a gap … for ever."""
    rows = [f"{10 + n // 60}:{n % 60:02} نشرة رقم {n} من الإذاعة" for n in range(60)][::-1]
    states = []
    for turn in range(4):
        at = 10 * turn
        await once(store, Web(front=html(rows[50 - at : 54 - at])), minutes=at)
        await once(store, Web(front=html(rows[48 - at : 52 - at])), minutes=at + 1, sooner=True)
        states.append((await store.health())["desk"])
    assert [(one.state, one.cause, one.streak) for one in states[1:]] == [
        ("suspect", "gap", 1),
        ("suspect", "gap", 2),
        ("failing", "gap", 3),
    ]
    assert (await once(store, Web(front=html(rows[17:21])), minutes=32)).cause is None
    assert (await store.health())["desk"].state == "healthy", "asked in its turn, it goes on"


async def test_what_an_outage_hid_is_one_gap_and_no_more_polls_of_the_outage(store):
    await once(store, Web(front=html(LINES)))
    for minutes in range(1, 6):
        await once(store, Web(front=FetchError("unreachable", "DNS")), minutes=minutes)
    assert (await store.health())["desk"].streak == 5
    await once(store, Web(front=html(OTHERS)), minutes=85)
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak) == ("suspect", "gap", 1)
    assert health.since == AT + timedelta(minutes=85)
    await once(store, Web(front=FetchError("unreachable", "DNS")), minutes=86)
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak) == ("suspect", "unreachable", 2)
    await once(store, Web(front=html(OTHERS)), minutes=87)
    assert (await store.health())["desk"].state == "healthy"


async def test_an_older_copy_changes_no_streak(store):
    web = Web(front=html(LINES))
    await once(store, web)
    web.answers["front"] = html(["14:56 خبر جديد تماماً", *LINES])
    await once(store, web, minutes=2)
    web.answers["front"] = FetchError("unreachable", "DNS")
    await once(store, web, minutes=3)
    web.answers["front"] = html(LINES)
    assert (await once(store, web, minutes=4)).outcome == "refused"
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak) == ("suspect", "unreachable", 1)
