"""When selectors no longer fit: the list goes on where another one plainly is it, and nowhere else."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.layouts import ARABIC, TICKERS, Layout, Ticker, dressed, expected
from tests.lines import BEIRUT, ago, instant, row
from tests.stores import store_at
from tests.test_redesign import DESIGNS
from ticker.model import Channel, Feed, Format, Headline, Known, Page, Poll, Selectors, Source, Validators
from ticker.parse import parse
from ticker.poll import poll
from ticker.reconcile import digest, reconcile
from ticker.render import documents
from ticker.repair import objection
from ticker.resolve import resolve
from ticker.store import Store

URL = "https://news.example/front/"
AT = instant("2025-03-10T17:30")
MINUTE = timedelta(minutes=1)
CHANNELS = (Channel("desk", "D", "ar", URL, {"desk": "D"}, 100, 500, timedelta(days=1)),)
SOURCE = Source("desk", "D", (URL,), BEIRUT, selectors=Selectors("ul.wire"))
SECONDS = ("seconds and two links",)  # a clock that says more than it did is another one: its lines would be new ones


def headed(ticker: Ticker = ARABIC) -> Source:
    return replace(SOURCE, heading=ticker.heading)


def wire(lines: Sequence[tuple[str, str]]) -> str:
    """The page that the selectors were written for."""
    rows = "".join(f"<li><span>{clock}</span> <a href='/n/{n}'>{title}</a>" for n, (clock, title) in enumerate(lines))
    return f"<!doctype html><meta charset=utf-8><title>.</title><ul class=wire>{rows}</ul>"


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield store
    await store.close()


async def polled(store: Store, html: str | None, source: Source = SOURCE, *, minute: int = 0) -> Poll:
    at = AT + minute * MINUTE

    async def fetch(source: Source, url: str, validators: Validators | None) -> Page | None:
        return None if html is None else Page(url, html, "html", at)

    return await poll(source, fetch=fetch, store=store, channels=CHANNELS, press=press, now=at)


def known_of(headlines: Sequence[Headline], minute: int = 0, memory: Sequence[Headline] = ()) -> Known:
    """As a first poll leaves it: *memory* was listed, and is no more."""
    at, rows = AT + minute * MINUTE, [*headlines, *memory]
    matches = reconcile(Known(), rows, fetched_at=at, zone=BEIRUT)
    made = resolve(matches, Known(), source="desk", fetched_at=at, zone=BEIRUT, digest=digest(rows), taken=frozenset())
    items = [change.item for change in made.rows]
    return Known(1, tuple(items[: len(headlines)]), tuple(items[len(headlines) :]), at)


def refusal(known: Known, seen: Sequence[Headline], minute: int = 3, *, named: bool = False) -> str:
    return objection(known, seen, at=AT + minute * MINUTE, zone=BEIRUT, named=named)


def lines(*printed: str, title: str = "مطر غزير على الساحل رقم {}") -> list[Headline]:
    return [row(f"{clock} {title.format(clock.replace(':', ''))}") for clock in printed]


CLOCKS = ("17:28", "17:20", "17:11", "17:02", "16:40", "16:31", "16:30", "16:12", "15:55", "15:40", "15:21", "15:02")
LINES = lines(*CLOCKS)
NEW = lines("17:32", "17:31")


# Which list goes on with the known one


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(LINES, id="the same"),
        pytest.param([*NEW, *LINES], id="with new lines on top"),
        pytest.param([*NEW, *LINES[:5]], id="and fewer rows"),
        pytest.param(LINES[:3], id="the newest three alone"),
        pytest.param([*LINES[:4], *LINES[6:]], id="two were withdrawn"),
        pytest.param([row("17:28 مطر غزير جداً على الساحل كله"), *LINES[1:]], id="the newest was edited"),
        pytest.param([LINES[9], *NEW, *LINES[:9]], id="an old one is pinned on top"),
        pytest.param(
            [*LINES[:5], LINES[6], LINES[5], *LINES[7:]], id="two that are nearly of one minute changed places"
        ),
        pytest.param([*LINES, *lines("14:50", "14:40", "14:30", "14:20", title="خبر أقدم {}")], id="a longer list"),
    ],
)
def test_the_list_a_little_later_goes_on(seen):
    assert refusal(known_of(LINES), seen) == ""


HALF = LINES[::2]
OTHERS = lines("17:30", "17:25", "17:15", "17:05", "16:50", "16:35", "16:20", title="المنتخب يفوز خارج أرضه {}")


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        pytest.param(OTHERS, "only 0 of its 7 rows are known", id="another list"),
        pytest.param(LINES[:2], "only 2 of its 2 rows are known", id="two lines prove nothing"),
        pytest.param([*OTHERS, *LINES[:3]], "only 3 of its 10", id="three shared lines in a long other list"),
        pytest.param([*OTHERS[:6], *LINES[:3]], "only 3 of its 9", id="the newest three below as many more of others"),
        pytest.param([*OTHERS[:5], *LINES[:4]], "only 4 of its 9", id="nearly half of it"),
        pytest.param(
            [*LINES[:6], *lines("14:50", "14:40", "14:30", "14:20", title="قديم {}")],
            "leaves out",
            id="the upper half above older lines of others",
        ),
        pytest.param(HALF, "leaves out", id="a sidebar with every second line"),
        pytest.param(LINES[4:], "leaves out", id="a part further down"),
        pytest.param([*NEW, *LINES[6:]], "leaves out", id="a part further down, below other lines"),
        pytest.param(LINES[2:], "older than the newest", id="a copy from before the two newest"),
        pytest.param(
            [row("16:59 المنتخب"), *LINES[2:]], "older than the newest", id="the same with another line on top"
        ),
        pytest.param(
            [line for pair in zip(LINES, OTHERS, strict=False) for line in pair][:12],
            "stand between",
            id="mixed with others",
        ),
        pytest.param([*LINES[:7:2], *LINES[7:]], "leaves out", id="three of the newest left out"),
        pytest.param(
            [LINES[0], OTHERS[0], *LINES[1:4], OTHERS[4], *LINES[4:]], "stand between", id="two of others put in"
        ),
        pytest.param(LINES[::-1], "another order", id="upside down"),
        pytest.param(random.Random(5).sample(LINES, 9), "another order", id="most read, with its times"),
        pytest.param(
            [replace(line, printed="09:00", clock=row("09:00 x").clock) for line in LINES], "only 0", id="other times"
        ),
        pytest.param(
            [row(f"{OTHERS[n % 7].printed} {line.title}") for n, line in enumerate(LINES)], "only 0", id="mixed times"
        ),
        pytest.param([replace(line, printed=None, clock=None) for line in LINES], "only 0", id="no times"),
        pytest.param(
            [*lines("12:00", "11:00", "10:00", title="قديم {}"), *LINES],
            "above",
            id="old lines on top: not newest first",
        ),
    ],
)
def test_any_other_list_is_refused_with_the_reason(seen, why):
    assert why in refusal(known_of(LINES), seen)


def test_no_order_of_the_same_lines_that_readers_make_is_taken_for_theirs():
    known, chance = known_of(LINES), random.Random(7)
    for _ in range(200):
        assert refusal(known, chance.sample(LINES, chance.randint(5, 12))) != ""


FRESH = lines("17:39", "17:38", "17:37", "17:36", "17:35", "17:34", title="هدف في الدقيقة {}")


def test_under_the_configured_heading_a_third_will_do():
    """The operator named it: many new lines at once are a busy hour, not another list."""
    assert "only 4 of its 10" in refusal(known_of(LINES), [*FRESH, *LINES[:4]], minute=10)
    assert refusal(known_of(LINES), [*FRESH, *LINES[:4]], minute=10, named=True) == ""
    assert "only 2 of its 8" in refusal(known_of(LINES), [*FRESH, *LINES[:2]], minute=10, named=True)
    assert "leaves out" in refusal(known_of(LINES), LINES[::2], named=True)


def repaired_of(brought: Sequence[Headline], listed: Sequence[Headline]) -> Known:
    """As a repair leaves it nine minutes later: *brought* stand above *listed*, which were read as configured."""
    before, after = known_of(LINES), known_of([*brought, *listed], minute=9)
    first = {item.title: item for item in before.listed}
    rest = tuple(item for item in before.listed if item.title not in {line.title for line in listed})
    rows = tuple(first.get(item.title, item) for item in after.listed)
    return replace(after, listed=rows, memory=rest, repaired=AT + 9 * MINUTE)


def test_a_repaired_list_goes_on_while_half_of_it_was_read_as_configured():
    known = repaired_of(FRESH[2:], LINES[:8])
    assert refusal(known, [*FRESH[2:], *LINES[:8]], minute=10) == ""
    assert refusal(known, [*FRESH, *LINES[:6]], minute=10) == ""


def test_what_a_repair_brought_vouches_for_nothing_but_under_the_configured_heading():
    known = repaired_of(FRESH[2:], LINES[:8])
    assert refusal(replace(known, repaired=None), [*FRESH, *LINES[:5]], minute=10) == ""
    assert refusal(known, [*FRESH, *LINES[:5]], minute=10) == "only 5 of its 11 rows are known as they were configured"
    assert refusal(known, [*FRESH, *LINES[:5]], minute=10, named=True) == ""
    alone = repaired_of(FRESH, [])
    assert refusal(alone, FRESH, minute=10) != ""
    assert refusal(alone, FRESH, minute=10, named=True) == ""


def test_an_older_copy_of_a_repaired_list_does_not_go_on():
    assert "older than the newest" in refusal(repaired_of(FRESH[4:], LINES[:10]), LINES[:10], minute=10)


def test_what_was_listed_in_the_last_hours_counts_too():
    older = lines("14:50", "14:40", "14:30", "14:20", "14:10", "14:00", "13:50", "13:40", "13:30", title="خبر أقدم {}")
    assert refusal(known_of(LINES[:3], memory=older), [*LINES[:3], *older]) == ""
    assert "only 3 of its 12" in refusal(known_of(LINES[:3]), [*LINES[:3], *older])


def test_a_list_by_age_goes_on_when_it_has_aged():
    before = [ago(f"مطر غزير على الساحل رقم {minutes}", minutes=minutes) for minutes in (4, 9, 17, 30)]
    after = [ago(line.title, minutes=minutes) for line, minutes in zip(before, (7, 12, 20, 33), strict=True)]
    assert refusal(known_of(before), after) == ""
    late = [ago(line.title, minutes=minutes) for line, minutes in zip(before, (47, 52, 53, 55), strict=True)]
    assert "of its 4 rows are known" in refusal(known_of(before), late)


def test_midnight_and_a_silent_day_do_not_matter():
    known = known_of(LINES)
    assert refusal(known, [*lines("00:20", "23:58"), *LINES], minute=7 * 60) == ""
    assert refusal(known, LINES, minute=70 * 60) == ""


def test_before_anything_is_known_nothing_goes_on():
    assert refusal(Known(), LINES) == "nothing is known yet"


# What a poll does with it


def rows_of(outcome: Poll) -> list[Headline]:
    assert outcome.changes is not None
    return [change.headline for change in outcome.changes.rows]


def new_in(outcome: Poll) -> list[str]:
    assert outcome.changes is not None
    return [change.item.title for change in outcome.changes.of("new")]


def said(rows: Sequence[Headline]) -> list[tuple[str, str, str | None]]:
    return [(f"{line.clock:%H:%M}", line.title, line.link) for line in rows]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if at % 3 == 0 else pytest.mark.soak)
        for at, name in enumerate(name for name in DESIGNS if name not in SECONDS)
    ],
)
async def test_the_page_gets_another_layout_and_not_a_line_is_lost_or_doubled(tmp_path, name):
    """With its heading configured beside the selectors, and without; the first new line comes with the new layout."""
    layout = DESIGNS[name]
    ticker = list(TICKERS.values())[len(name) % len(TICKERS)]
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    source = headed(ticker) if len(name) % 2 else SOURCE
    await polled(store, wire(ticker.lines[1:]), source)
    outcome = await polled(store, dressed(layout, ticker).text, source, minute=1)
    assert (outcome.outcome, outcome.cause) == ("changed", None)
    assert said(rows_of(outcome)) == expected(layout, ticker)
    assert new_in(outcome) == [ticker.lines[0][1]]
    assert len(await store.search("desk")) == len(ticker.lines)
    await store.close()


async def test_status_says_what_was_read_and_what_would_make_it_permanent(store):
    source = headed()
    await polled(store, wire(ARABIC.lines), source)
    page = dressed(Layout(), ARABIC).text
    outcome = await polled(store, page, source, minute=1)
    assert outcome.detail.startswith("selectors no longer fit (nothing on the page matches the selector “ul.wire”): ")
    assert outcome.detail.endswith(f"the list under the heading “{ARABIC.heading}” was read instead")
    health = (await store.health())["desk"]
    assert (health.state, health.cause, health.streak) == ("healthy", None, 0)
    assert (health.detail, health.advice) == (outcome.detail, outcome.advice)
    again = await polled(store, page, source, minute=2)
    assert (again.outcome, again.advice) == ("unchanged", outcome.advice)
    await polled(store, None, source, minute=3)
    stands = (await store.health())["desk"]
    assert (stands.advice, stands.detail, stands.since) == (outcome.advice, outcome.detail, health.since)


@pytest.mark.parametrize("source", [SOURCE, headed()], ids=["selectors alone", "with a heading"])
async def test_the_lines_that_are_advised_give_the_same_list_for_good(store, source):
    await polled(store, wire(ARABIC.lines[1:]), source)
    page = dressed(DESIGNS["cards with picture and category"], ARABIC)
    outcome = await polled(store, page.text, source, minute=1)
    (written,) = yaml.safe_load(outcome.advice)
    assert written == {"name": "desk", "heading": ARABIC.heading}
    mended = replace(source, selectors=None, heading=written["heading"])
    assert parse(page, mended) == rows_of(outcome)
    assert (await polled(store, page.text, mended, minute=2)).advice == ""
    health = (await store.health())["desk"]
    assert (health.state, health.detail, health.advice) == ("healthy", "", "")


async def test_without_a_heading_above_it_no_heading_is_advised(store):
    rows = "".join(f"<tr><td>{clock}<td><a href=/n/{clock}>{title}</a>" for clock, title in ARABIC.lines)
    await polled(store, wire(ARABIC.lines))
    outcome = await polled(store, f"<table>{rows}</table>", minute=1)
    assert outcome.outcome == "unchanged"
    assert yaml.safe_load(outcome.advice) == [{"name": "desk"}]
    assert "likeliest" in outcome.advice


async def test_the_old_layout_again_clears_it_all_and_no_line_is_doubled(store):
    source = headed()
    other = dressed(DESIGNS["live blog"], ARABIC).text
    pages = [wire(ARABIC.lines[2:]), other, wire(ARABIC.lines[1:]), wire(ARABIC.lines), other, wire(ARABIC.lines)]
    for minute, page in enumerate(pages):
        outcome = await polled(store, page, source, minute=minute)
        assert outcome.outcome in ("changed", "unchanged", "refused")
        assert outcome.cause is None
        assert bool(outcome.advice) == (page == other)
    health = (await store.health())["desk"]
    assert (health.state, health.advice) == ("healthy", "")
    assert "selectors" not in health.detail
    assert len(await store.search("desk")) == len(ARABIC.lines)


def listed(heading: str, rows: Sequence[tuple[str, str]]) -> str:
    marked = "".join(f"<li><time>{clock}</time><a href=/o/{n}>{title}</a>" for n, (clock, title) in enumerate(rows))
    return f"<section><h2>{heading}</h2><ol>{marked}</ol></section>"


FOREIGN = [
    (clock, f"{title} خارج أرضه") for (clock, _), title in zip(ARABIC.lines, ARABIC.sports[1:] * 3, strict=False)
]
REFUSED = {
    "another list under another heading": listed("رياضة", FOREIGN),
    "another list under the heading": listed(ARABIC.heading, FOREIGN),
    "most read, half of it shared": listed("الأكثر قراءة", random.Random(3).sample([*ARABIC.lines, *FOREIGN], 14)),
    "a sidebar with every second line": listed("مختارات", ARABIC.lines[::2]),
    "the same titles with other times": listed(
        ARABIC.heading, [(clock, title) for (clock, _), (_, title) in zip(ARABIC.lines[3:], ARABIC.lines, strict=False)]
    ),
    "no list at all": "<p>سنعود قريباً</p>",
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("source", [SOURCE, headed()], ids=["selectors alone", "with a heading"])
async def test_where_no_list_goes_on_the_error_stands(store, source, name):
    await polled(store, wire(ARABIC.lines), source)
    before = await store.search("desk")
    for minute in range(1, 4):
        outcome = await polled(store, REFUSED[name], source, minute=minute)
        assert (outcome.outcome, outcome.cause, outcome.advice) == ("failed", "block-absent", "")
    assert (await store.health())["desk"].state == "failing"
    assert [(item.guid, item.title) for item in await store.search("desk")] == [
        (item.guid, item.title) for item in before
    ]


async def test_a_sidebar_of_all_sections_is_not_taken_for_the_list_that_is_gone(store):
    """Newer lines of others stand on top, our newest below them: in order, nothing left out, and not our list."""
    sports = [(f"15:{20 - 2 * n}", f"{title} مساء") for n, title in enumerate(ARABIC.sports[1:])]
    await polled(store, wire(ARABIC.lines))
    for minute, (others, ours) in enumerate(((6, 3), (5, 4), (5, 1)), start=1):
        rows = [*[*sports, ("15:05", "سباق القوارب")][:others], *ARABIC.lines[:ours]]
        outcome = await polled(store, listed("آخر الأخبار", rows), minute=minute)
        assert (outcome.outcome, outcome.cause, outcome.advice) == ("failed", "block-absent", "")
    assert len(await store.search("desk")) == len(ARABIC.lines)


def hour(n: int) -> tuple[str, str]:
    return f"16:{n:02}", f"خبر جديد رقم {n} من المدينة"


@pytest.mark.parametrize(("source", "lasts"), [(SOURCE, 3), (headed(), 8)], ids=["selectors alone", "with a heading"])
async def test_a_repair_ends_when_less_than_half_of_its_list_was_read_as_configured(store, source, lasts):
    """A page without any list in between changes nothing, nor does a restart: the store says what a repair brought."""
    old = list(ARABIC.lines[:12])
    await polled(store, wire(old), source)
    for step in range(1, 9):
        rows = [*[hour(n) for n in range(2 * step, 0, -1)], *old][:12]
        outcome = await polled(store, listed(ARABIC.heading, rows), source, minute=10 * step)
        assert outcome.outcome == ("changed" if step <= lasts else "failed")
        assert (await polled(store, "<p>.</p>", source, minute=10 * step + 1)).outcome == "failed"
    again = await polled(store, wire([hour(1), *old][:12]), source, minute=95)
    assert again.outcome in ("changed", "refused", "unchanged")


async def test_beside_a_sidebar_that_repeats_it_the_list_itself_is_read(store):
    await polled(store, wire(ARABIC.lines))
    for minute, parts in enumerate(([0, 1], [1, 0]), start=1):
        both = (listed("آخر الأخبار", ARABIC.lines), listed("مختارات", ARABIC.lines[:6]))
        outcome = await polled(store, "".join(both[n] for n in parts), minute=minute)
        assert outcome.outcome in ("changed", "unchanged")
        assert len((await store.known("desk", AT)).listed) == len(ARABIC.lines)
        assert "آخر الأخبار" in outcome.advice


@pytest.mark.parametrize("selectors", [None, SOURCE.selectors], ids=["a heading alone", "with selectors"])
async def test_a_heading_that_is_absent_is_never_replaced_by_a_guess(store, selectors):
    source = replace(SOURCE, heading="عاجل الآن", selectors=selectors)
    await polled(store, wire(ARABIC.lines).replace("<ul", "<h2>عاجل الآن</h2><ul"), source)
    outcome = await polled(store, dressed(Layout(), ARABIC).text, source, minute=1)
    assert (outcome.outcome, outcome.advice) == ("failed", "")


async def test_selectors_that_fit_go_before_a_heading_that_is_gone(store):
    source = replace(SOURCE, heading="عاجل الآن")
    await polled(store, wire(ARABIC.lines[1:]), source)
    outcome = await polled(store, wire(ARABIC.lines), source, minute=1)
    assert (new_in(outcome), outcome.advice) == ([ARABIC.lines[0][1]], "")


async def test_before_the_first_list_nothing_is_repaired(store):
    outcome = await polled(store, dressed(Layout(), ARABIC).text, headed())
    assert (outcome.outcome, outcome.cause) == ("failed", "block-absent")


async def test_of_several_addresses_one_that_fits_is_read_before_another_is_repaired(store):
    source = replace(SOURCE, urls=(URL, f"{URL}other"))
    pages = {URL: dressed(Layout(), ARABIC).text, f"{URL}other": wire(ARABIC.lines)}

    async def fetch(source: Source, url: str, validators: Validators | None) -> Page:
        return Page(url, pages[url], "html", AT)

    read: dict[str, Any] = {"fetch": fetch, "store": store, "channels": CHANNELS, "press": press, "now": AT}
    assert (await poll(source, **read)).advice == ""
    pages[f"{URL}other"] = "<p>nothing</p>"
    assert "was read instead" in (await poll(source, **read)).detail


async def test_advice_goes_when_the_page_has_no_list_and_stays_while_it_cannot_be_read(store):
    source = headed()
    await polled(store, wire(ARABIC.lines), source)
    outcome = await polled(store, dressed(Layout(), ARABIC).text, source, minute=1)
    await store.failed(Poll("desk", AT, "failed", None, "unreachable", "DNS"))
    assert (await store.health())["desk"].advice == outcome.advice
    await polled(store, "<p>nothing</p>", source, minute=2)
    assert (await store.health())["desk"].advice == ""
