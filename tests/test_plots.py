"""The plots of the status page: hours by the wall clock, and drawings that need neither eyes nor colour nor scripts."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsstand import BEIRUT, NOON, Clock, Newsstand, a_source, channels_of, client_of
from tests.test_serve import Reading
from ticker.model import Health
from ticker.serve import build_app, hours
from ticker.serve.hours import DAYS, STRIP, DayRow, begins, days_of, polled_hours
from ticker.serve.overview import IN_FULL, PLOTTED, WORST
from ticker.serve.plots import LABELS, LEAST, WIDTH, Plots, level, patterns, shares
from ticker.serve.texts import texts_of

LONDON, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata")
ENGLISH, ARABIC = texts_of("en"), texts_of("ar")
HOUR = timedelta(hours=1)
EVERY = {NOON - n * HOUR for n in range(400)}  # hours that had polls, as all of those that are shown
SVG = "{http://www.w3.org/2000/svg}"


def hour(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314 - our own drawing


def counts(row: DayRow) -> list[int | None]:
    return [cell.count if cell else None for cell in row.cells]


def squares(svg: ET.Element) -> list[ET.Element]:
    return [cell for cell in svg.iter("rect") if (cell.get("class") or "").startswith("l")]


def test_a_headline_stands_under_the_day_and_hour_of_its_source():
    rows = days_of({hour("2025-03-09T22:00"): 3, hour("2025-03-09T21:00"): 5}, EVERY, BEIRUT, NOON)
    assert [row.day for row in rows] == [date(2025, 2, 25) + timedelta(days=n) for n in range(DAYS)]
    assert counts(rows[-1])[0] == 3, "midnight in Beirut is 22:00 in UTC"
    assert counts(rows[-2])[23] == 5
    assert sum(row.total for row in rows) == 8


def test_hours_to_come_are_no_cells():
    today = days_of({}, EVERY, BEIRUT, NOON)[-1]
    assert [cell is not None for cell in today.cells] == [True] * 15 + [False] * 9


@pytest.mark.parametrize(("zone", "day", "missing", "double"), [
    pytest.param(LONDON, date(2025, 3, 30), 1, None, id="clocks go forward"),
    pytest.param(LONDON, date(2025, 10, 26), None, 1, id="clocks go back"),
    pytest.param(ZoneInfo("Asia/Beirut"), date(2025, 3, 30), 0, None, id="at midnight"),
    pytest.param(ZoneInfo("America/New_York"), date(2025, 11, 2), None, 1, id="west of UTC"),
    pytest.param(ZoneInfo("Pacific/Kiritimati"), date(2025, 6, 1), None, None, id="a day ahead of UTC"),
])  # fmt: skip
def test_a_day_has_the_hours_that_it_had(zone, day, missing, double):
    now = datetime(day.year, day.month, day.day, 23, 30, tzinfo=zone).astimezone(UTC) + 48 * HOUR
    printed = {now.replace(minute=0) - n * HOUR: 1 for n in range(120)}
    row = next(row for row in days_of(printed, printed, zone, now) if row.day == day)
    assert counts(row) == [None if at == missing else 2 if at == double else 1 for at in range(24)]


def test_where_clocks_are_half_an_hour_off_an_hour_stands_where_it_begins():
    row = days_of({hour("2025-03-10T06:00"): 4}, EVERY, KOLKATA, NOON)[-1]
    assert counts(row)[11] == 4
    assert [f"{cell.begins:%M}" for cell in row.cells if cell] == ["30"] * 18, "18:30 in UTC was midnight"


@given(
    zone=st.sampled_from(["Asia/Beirut", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "Africa/Casablanca",
                          "Pacific/Pago_Pago", "Australia/Lord_Howe", "UTC"]).map(ZoneInfo),
    now=st.integers(0, 17_000_000).map(lambda n: hour("2024-01-01T00:00") + timedelta(seconds=n * 4)),
)  # fmt: skip
def test_no_hour_since_the_beginning_is_lost_or_counted_twice(zone, now):
    first = begins(zone, now)
    last = now.replace(minute=0, second=0, microsecond=0)
    every = {first + n * HOUR: 1 for n in range((last - first) // HOUR + 1)}
    rows = days_of(every, every, zone, now)
    inside = [one for one in every if one.astimezone(zone).date() >= rows[0].day]
    assert sum(row.total for row in rows) == len(inside) >= len(every) - 1
    assert all(one.day + timedelta(days=1) == other.day for one, other in pairwise(rows))


def test_polls_are_told_apart_by_whether_a_list_was_kept():
    polled = {
        hour("2025-03-10T12:00"): {
            "changed": 2,
            "unchanged": 3,
            "not-modified": 4,
            "doubted": 1,
            "refused": 5,
            "failed": 1,
        }
    }
    *before, last = polled_hours(polled, BEIRUT, NOON)
    assert (last.read, last.doubted, last.failed, last.total) == (9, 1, {"refused": 5, "failed": 1}, 16)
    assert (len(before), sum(each.total for each in before)) == (STRIP - 1, 0)
    assert f"{last.begins:%H:%M}" == "14:00"


@pytest.mark.parametrize(("count", "most", "said"), [
    (0, 0, "l0"), (0, 9, "l0"), (1, 1, "l4"), (1, 100, "l1"), (25, 100, "l1"), (26, 100, "l2"), (100, 100, "l4"),
])  # fmt: skip
def test_an_hour_is_as_dark_as_it_is_full(count, most, said):
    assert level(count, most) == said


def test_one_failure_among_sixty_polls_is_seen():
    found = shares({"read": 59, "doubted": 0, "failed": 1})
    assert found["failed"] > LEAST * 0.8
    assert sum(found.values()) == pytest.approx(1)
    assert "doubted" not in found


@pytest.mark.parametrize("texts", [ENGLISH, ARABIC], ids=["en", "ar"])
@pytest.mark.parametrize("detailed", [True, False])
def test_a_plot_is_one_picture_with_a_sentence_and_each_part_says_what_it_is(texts, detailed):
    days = days_of({hour("2025-03-10T09:00"): 7, hour("2025-03-09T09:00"): 2}, EVERY, BEIRUT, NOON)
    svg = drawn(Plots(texts, BEIRUT).heat(days, detailed=detailed))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == Plots(texts, BEIRUT).headlines_told(days)
    titles = [title.text for title in svg.iter("title")]
    assert len(titles) == (13 * 24 + 15 if detailed else DAYS)
    assert any("7" in (title or "") for title in titles)
    left, top, wide, high = map(float, str(svg.get("viewBox")).split())
    assert (left, top, wide) == (0 if texts is ARABIC else -LABELS, 0, WIDTH + LABELS)
    for cell in squares(svg):
        assert 0 <= float(cell.get("x", 0)) < WIDTH
        assert 0 <= float(cell.get("y", 0)) < high


def test_the_sentences_tell_what_the_plots_show():
    days = days_of({hour("2025-03-10T09:00"): 7, hour("2025-03-09T09:00"): 2}, EVERY, BEIRUT, NOON)
    assert Plots(ENGLISH, BEIRUT).headlines_told(days) == (
        "9 headlines in 14 days; most in an hour: 7, from 10 March 2025, 11:00 on"
    )
    assert Plots(ARABIC, BEIRUT).headlines_told(days) == (
        "9 عناوين في 14 يومًا؛ أكثر ما في ساعة: 7، ابتداءً من 10 آذار 2025، 11:00"
    )
    assert Plots(ENGLISH, BEIRUT).headlines_told(days_of({}, EVERY, BEIRUT, NOON)) == "0 headlines in 14 days"
    polls = polled_hours({NOON: {"changed": 40, "unreachable": 1, "doubted": 2}}, BEIRUT, NOON)
    assert Plots(ENGLISH, BEIRUT).polls_told(polls) == "43 polls in 48 hours, 1 of them failed, 2 were not believed"
    assert Plots(ENGLISH, BEIRUT).hour_told(polls[-1]) == "43 polls, 2 were not believed, no usable page came: 1"
    assert Plots(ENGLISH, BEIRUT).hour_told(polled_hours({NOON: {"new-cause": 1}}, BEIRUT, NOON)[-1]) == (
        "1 poll, nothing was kept: 1"
    )
    well = polled_hours({NOON: {"unchanged": 1}}, BEIRUT, NOON)
    assert Plots(ENGLISH, BEIRUT).polls_told(well) == "1 poll in 48 hours, none of them failed"


@pytest.mark.parametrize("detailed", [True, False])
def test_an_hour_in_which_nobody_looked_is_not_one_without_headlines(detailed):
    """Polls at 10 and 11 o'clock in Beirut, and a headline that the first list had of 7 o'clock."""
    polled = {hour("2025-03-10T08:00"), hour("2025-03-10T09:00")}
    days = days_of({hour("2025-03-10T05:00"): 1}, polled, BEIRUT, NOON)
    today = days[-1].cells[:12]
    assert [number for number, cell in enumerate(today) if cell and cell.known] == [7, 10, 11]
    assert [cell.count for cell in today if cell and cell.known] == [1, 0, 0]
    plots = Plots(ENGLISH, BEIRUT)
    svg = drawn(plots.heat(days, detailed=detailed))
    looks = {shape.get("class") for shape in [*svg.iter("rect"), *svg.iter("path")]}
    assert looks == {"off", "l0", "l4"}
    assert plots.headlines_told(days).endswith("; 324 hours not polled")
    titles = [title.text for title in svg.iter("title")]
    if detailed:
        assert titles.count("10 March 2025, 10:00: 0 headlines") == 1
        assert titles.count("10 March 2025, 09:00: not polled") == 1


def test_time_runs_as_the_words_do():
    """From left to right in English, from right to left in Arabic; the hours that are named with it."""
    days = days_of({hour("2025-03-10T00:00"): 1}, EVERY, ZoneInfo("UTC"), NOON)
    where = {}
    for name, texts in (("en", ENGLISH), ("ar", ARABIC)):
        svg = drawn(Plots(texts, ZoneInfo("UTC")).heat(days))
        first = next(cell for cell in squares(svg) if cell.get("class") == "l4")
        labels = {text.text: float(text.get("x", 0)) for text in svg.iter("text")}
        where[name] = (float(first.get("x", 0)), labels["00"], labels["06"] - labels["00"], labels["10/3"])
    assert where["en"] == (0, 0, WIDTH / 4, -LABELS)
    assert where["ar"] == (WIDTH - 11, WIDTH, -WIDTH / 4, WIDTH + LABELS)


def test_without_details_the_same_squares_take_a_third_of_the_bytes():
    days = days_of({NOON - n * HOUR: n % 7 for n in range(330)}, EVERY, BEIRUT, NOON)
    full, short = (Plots(ENGLISH, BEIRUT).heat(days, detailed=detailed) for detailed in (True, False))
    assert len(short) * 3 < len(full)
    assert sum(path.get("d", "").count("M") for path in drawn(short).iter("path")) == len(squares(drawn(full)))


def test_trouble_has_a_pattern_and_not_only_a_colour():
    polls = polled_hours({NOON: {"changed": 4, "unreachable": 1, "doubted": 2}}, BEIRUT, NOON)
    svg = drawn(Plots(ENGLISH, BEIRUT).strip(polls))
    kinds = [rect.get("class") for rect in svg.iter("rect")]
    assert kinds == ["read", "doubted", "failed"]
    assert next(rect.get("fill") for rect in svg.iter("rect") if rect.get("class") == "doubted") == "url(#hatched)"
    assert 'id="hatched"' in patterns()
    heights = [float(rect.get("height", 0)) for rect in svg.iter("rect")]
    assert sum(heights) == pytest.approx(28, abs=0.05)


def client(library: Newsstand, count: int, language: str = "en") -> httpx.AsyncClient:
    sources = [a_source(f"s{n}", title=f"Source {n} <b>", language="en") for n in range(count)]
    return client_of(build_app(
        library=library, channels=channels_of(sources, language=language), sources=sources, clock=Clock(),
        next_poll=lambda _name: NOON + HOUR,
    ))  # fmt: skip


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    for n in range(60):
        stand.hours[f"s{n}"] = {NOON - m * HOUR: (n + m) % 9 for m in range(300)}
        stand.endings[f"s{n}"] = {NOON - m * HOUR: {"changed": 9, "unreachable": m % 2} for m in range(2 * STRIP)}
        stand.healths[f"s{n}"] = Health(f"s{n}", "healthy", last_success=NOON)
    return stand


async def test_a_page_of_few_sources_has_plots_of_each_and_of_all_and_tables_of_them(library):
    page = Reading((await client(library, 3).get("/status")).text)
    assert len(page.all("svg", role="img")) == 2 * (3 + 1)
    assert len(page.all("table")) == 2 * (3 + 1)
    assert all(found.get("aria-label") for found in page.all("svg", role="img"))
    assert "few to many not polled" in " ".join(page.text.split()), "the legend"
    assert len(page.all("pattern", id="hatched")) == 1
    alone = Reading((await client(library, 1).get("/status")).text)
    assert len(alone.all("svg", role="img")) == 2, "one source is all of them"


async def test_of_many_sources_the_worst_have_plots_and_the_others_a_row(library):
    library.healths["s47"] = Health("s47", "failing", "unreachable", since=NOON, streak=5)
    page = Reading((await client(library, 60).get("/status")).text)
    sections = [found["id"] for found in page.all("section")]
    assert len(sections) == WORST
    assert sections[0] == "s47"
    assert len(page.all("tr", **{"class": "healthy"})) == 60 - WORST
    assert page.all("a", href="/status?source=s59")
    assert not page.all("details"), "tables of the plots are a click away"
    whole = Reading((await client(library, 60).get("/status?source=s59")).text)
    assert [found["id"] for found in whole.all("section")] == ["s59"]
    assert len(whole.all("table")) == 2
    assert whole.all("a", href="/status")
    assert (await client(library, 60).get("/status?source=s60")).status_code == 404
    assert max(WORST, IN_FULL) < PLOTTED


async def test_the_language_changes_and_the_source_stays(library):
    page = Reading((await client(library, 3).get("/status?source=s1")).text)
    assert page.all("a", href="?source=s1&lang=ar")


async def test_a_status_page_holds_no_style_and_no_title_that_is_markup(library):
    html = (await client(library, 3, "ar").get("/status")).text
    assert "style=" not in html
    assert "<b>" not in html
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert replace(library.healths["s1"], cause="gap").cause == "gap"
    assert {"changed", "unchanged", "not-modified"} == hours.READ
