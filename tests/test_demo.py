"""The scripted newsroom: its news, its page, and every way its front page can answer."""

import asyncio
import gzip
import re
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.applications import Starlette

from ticker.demo import (
    HEADING,
    MODES,
    Manual,
    Newsroom,
    Row,
    Script,
    demo_config,
    newsroom_app,
    page,
    serve_newsroom,
    serve_with_faults,
)
from ticker.demo.adversary import FAULTS, GROUPS
from ticker.demo.phrases import HEADLINES, STATEMENTS
from ticker.demo.wording import capacity, headline, miscounted, series
from ticker.text import display, key, tokens

NOON = datetime(2025, 3, 10, 10, 0, tzinfo=UTC)  # 12:00 in Beirut
HALF_PAST = NOON + timedelta(minutes=30)
instants = st.integers(0, 6 * 3600 * 10).map(lambda tenths: NOON + timedelta(seconds=tenths / 10))

few = settings(max_examples=30, deadline=None)  # each makes its news anew; the clock of a busy machine is no test


def every(step: float, *, hours: float) -> list[datetime]:
    return [NOON + timedelta(seconds=step) * n for n in range(int(hours * 3600 / step))]


# The news


def test_headlines_are_distinct_for_a_day_at_the_usual_rhythm() -> None:
    told = [headline(number, "any") for number in range(24 * 300)]
    assert len({key(text) for text in told}) == len(told)
    said = [text for number in range(24 * 30) for text in series(number, "any")]
    assert len({key(text) for text in said}) == len(said)


def test_no_template_runs_out_within_a_day() -> None:
    assert min(capacity(template) for template in HEADLINES) * len(HEADLINES) > 24 * 300
    turns = 24 * 30 / len(STATEMENTS)  # two series in twenty beats of twelve seconds, and each speaker in turn
    assert min(capacity(said) * 3 for statements in STATEMENTS.values() for said in statements) > turns


def test_every_headline_is_long_enough_to_be_known_again() -> None:
    texts = [headline(number, "any") for number in range(300)]
    texts += [text for number in range(60) for text in series(number, "any")]
    assert all(len(tokens(text)) >= 6 and text == display(text) for text in texts)
    assert any("“" in text for text in texts)
    assert any('"' in text for text in texts)
    assert any(re.search("[A-Za-z]", text) for text in texts)


def test_a_wrong_number_never_makes_another_right_headline() -> None:
    right = {key(headline(number, "any")) for number in range(7200)}
    wrong = [text for number in range(2000) if (text := miscounted(number, "any"))]
    assert len(wrong) > 1000
    assert not any(key(text) in right for text in wrong)


# The list as time passes


@few
@given(now=instants, seed=st.sampled_from(["a", "b", "c"]), length=st.integers(6, 30))
def test_the_list_is_a_function_of_time_and_seed(now: datetime, seed: str, length: int) -> None:
    asked_before = Newsroom(NOON, seed=seed, length=length)
    list(asked_before.posts(now + timedelta(hours=1)))
    rows = asked_before.rows_at(now)
    assert rows == Newsroom(NOON, seed=seed, length=length).rows_at(now)
    assert len(rows) == length
    assert len({row.id for row in rows}) == length


def test_another_process_tells_the_same_news() -> None:
    program = (
        "from datetime import *; from ticker.demo import Newsroom; import hashlib;"
        "noon = datetime(2025, 3, 10, 10, tzinfo=UTC);"
        "print(hashlib.sha256(repr(Newsroom(noon).rows_at(noon + timedelta(hours=2))).encode()).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout != b""


def test_another_seed_tells_other_news() -> None:
    assert {row.text for row in Newsroom(NOON, seed="a").rows_at(NOON)} != {
        row.text for row in Newsroom(NOON, seed="b").rows_at(NOON)
    }


@few
@given(now=instants)
def test_rows_stand_newest_first(now: datetime) -> None:
    newsroom = Newsroom(NOON, length=30)
    posts = {post.id: post for post in newsroom.posts(now)}
    rows = newsroom.rows_at(now)
    for upper, lower in pairwise(rows):
        assert posts[upper.id].appeared > posts[lower.id].appeared
        assert posts[upper.id].printed_at >= posts[lower.id].printed_at
    assert all(posts[row.id].printed_at <= now for row in rows)


@pytest.mark.parametrize(
    ("started", "first"),
    [
        pytest.param(datetime(2025, 1, 10, 10, 0, tzinfo=UTC), "12:0", id="winter: two hours ahead of UTC"),
        pytest.param(datetime(2025, 7, 10, 10, 0, tzinfo=UTC), "13:0", id="summer: three hours ahead"),
        pytest.param(datetime(2025, 7, 9, 21, 0, tzinfo=UTC), "00:0", id="just after midnight in Beirut"),
    ],
)
def test_times_are_the_wall_clock_of_beirut(started: datetime, first: str) -> None:
    rows = Newsroom(started).rows_at(started + timedelta(minutes=5))
    assert rows[0].time.startswith(first)


def test_it_starts_with_a_full_list_that_reaches_back_over_hours() -> None:
    newsroom = Newsroom(NOON)
    rows = newsroom.rows_at(NOON)
    oldest = newsroom.post(rows[-1].id, NOON)
    assert len(rows) == 12
    assert oldest is not None
    assert timedelta(hours=1) < NOON - oldest.printed_at < timedelta(hours=4)


def test_headlines_come_at_the_rhythm_asked_for() -> None:
    def told(rhythm: float) -> int:
        newsroom = Newsroom(NOON, rhythm=timedelta(seconds=rhythm))
        return sum(story.appeared >= NOON for story in newsroom.truth(NOON + timedelta(hours=1)))

    assert 290 <= told(12) <= 340
    assert 55 <= told(60) <= 70


def test_a_list_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="6 to 30"):
        Newsroom(NOON, length=5)


def test_a_rhythm_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="rhythm"):
        Newsroom(NOON, rhythm=timedelta(0))


# What happens to rows


def test_an_edit_keeps_the_time_and_the_place() -> None:
    newsroom, edits = Newsroom(NOON, length=30), 0
    for before, after in pairwise(every(1.0, hours=0.5)):
        old, new = newsroom.rows_at(before), newsroom.rows_at(after)
        for row in new:
            known = next((other for other in old if other.id == row.id), row)
            edits += known.text != row.text
            assert (known.time, known.link) == (row.time, row.link)
        staying = {row.id for row in old} & {row.id for row in new}
        assert [row.id for row in old if row.id in staying] == [row.id for row in new if row.id in staying]
    assert edits > 20


def test_a_text_changes_only_as_the_truth_says() -> None:
    newsroom = Newsroom(NOON)
    seen: dict[int, list[str]] = {}
    for now in every(0.5, hours=0.25):
        for row in newsroom.rows_at(now):
            texts = seen.setdefault(row.id, [])
            if row.text not in texts:
                texts.append(row.text)
    truth = {post.id: post for story in newsroom.truth(now) for post in story.posts}
    for post_id, texts in seen.items():
        assert texts == [wording.text for wording in truth[post_id].wordings][: len(texts)]


def test_there_are_slips_wrong_numbers_and_added_words() -> None:
    stories = [story for story in Newsroom(NOON).truth(NOON + timedelta(hours=2)) if len(story.wordings) > 1]
    drafts = [(story.wordings[0], story.wordings[-1]) for story in stories]
    assert any(last.startswith(first) for first, last in drafts)
    assert any(re.sub(r"\d", "", first) == re.sub(r"\d", "", last) for first, last in drafts)
    assert any(re.findall(r"\d", first) == re.findall(r"\d", last) for first, last in drafts)
    assert any(len(story.wordings) == 3 for story in stories)


def test_a_repost_says_the_same_on_top_under_a_later_time_of_the_same_day() -> None:
    for rhythm in (3, 12, 60):
        newsroom = Newsroom(NOON, rhythm=timedelta(seconds=rhythm))
        end = NOON + 900 * newsroom.rhythm  # for the slowest until three hours past midnight
        reposted = [story for story in newsroom.truth(end) if len(story.posts) > 1]
        assert len(reposted) > 10
        for first, again in (story.posts for story in reposted):
            assert first.wordings[-1].text == again.wordings[0].text
            assert (again.printed_at - first.printed_at) > timedelta(seconds=60)
            days = {post.printed_at.astimezone(newsroom.zone).date() for post in (first, again)}
            assert len(days) == 1
            assert newsroom.rows_at(again.appeared)[0].id == again.id


def test_three_statements_of_one_speaker_share_a_minute() -> None:
    newsroom = Newsroom(NOON)
    for now in every(12, hours=0.2):
        rows = newsroom.rows_at(now)
        for upper, middle, lower in zip(rows, rows[1:], rows[2:], strict=False):
            speakers = {row.text.split(": ")[0] for row in (upper, middle, lower)}
            if len(speakers) == 1 and upper.time == lower.time:
                assert len({row.text for row in (upper, middle, lower)}) == 3
                return
    pytest.fail("no series was told")


def test_a_removed_row_is_gone_and_stays_in_the_truth() -> None:
    newsroom = Newsroom(NOON)
    end = NOON + timedelta(hours=1)
    removed = [post for story in newsroom.truth(end) for post in story.posts if post.removed]
    assert removed
    for post in removed:
        assert post.removed is not None
        just_before = post.removed - timedelta(milliseconds=1)
        assert post.id in {row.id for row in newsroom.rows_at(just_before)}
        assert post.id not in {row.id for row in newsroom.rows_at(post.removed)}


@few
@given(now=instants)
def test_every_row_belongs_to_a_story_that_has_its_words(now: datetime) -> None:
    newsroom = Newsroom(NOON, length=30)
    for row in newsroom.rows_at(now)[:3]:
        story = newsroom.story_of(row, now)
        assert row.text in story.wordings
        assert story.appeared <= now
        assert row.id in {post.id for post in story.posts}


@few
@given(now=instants, later=instants)
def test_the_truth_only_grows(now: datetime, later: datetime) -> None:
    earlier, later = sorted((now, later))
    newsroom = Newsroom(NOON, rhythm=timedelta(seconds=60))
    known = {story.id: story for story in newsroom.truth(later)}
    for story in newsroom.truth(earlier):
        assert known[story.id].wordings[: len(story.wordings)] == story.wordings
        assert known[story.id].appeared == story.appeared


def test_some_rows_have_no_link() -> None:
    rows = {row.id: row for now in every(60, hours=1) for row in Newsroom(NOON).rows_at(now)}
    unlinked = sum(row.link is None for row in rows.values())
    assert 0.03 < unlinked / len(rows) < 0.3


# Rows set by hand


def texts(script: Script, now: datetime) -> list[str]:
    return [row.text for row in script.rows_at(now)]


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def test_rows_set_by_hand_stand_newest_first() -> None:
    manual = Manual()
    manual.add("المطر يبدأ بعد الظهر", minutes(0))
    manual.add("المطر وصل إلى الساحل", minutes(5))
    assert [(row.time, row.text) for row in manual.rows_at(minutes(6))] == [
        ("12:05", "المطر وصل إلى الساحل"),
        ("12:00", "المطر يبدأ بعد الظهر"),
    ]
    assert texts(manual, minutes(1)) == ["المطر يبدأ بعد الظهر"]


def test_a_row_is_edited_in_its_place_and_taken_away() -> None:
    manual = Manual()
    first = manual.add("فوز النسور 2-1", minutes(0))
    manual.add("الطقس غائم", minutes(1))
    manual.edit(first, "فوز النسور 3-1", minutes(2))
    manual.remove(first, minutes(3))
    assert texts(manual, minutes(1)) == ["الطقس غائم", "فوز النسور 2-1"]
    assert texts(manual, minutes(2)) == ["الطقس غائم", "فوز النسور 3-1"]
    assert texts(manual, minutes(3)) == ["الطقس غائم"]


def test_a_row_posted_again_is_the_same_story() -> None:
    manual = Manual()
    first = manual.add("إقفال الطريق البحري", minutes(0))
    again = manual.repost(first, minutes(9))
    story = manual.story_of(manual.rows_at(minutes(9))[0], minutes(9))
    assert [post.id for post in story.posts] == [first, again]
    assert [row.time for row in manual.rows_at(minutes(9))] == ["12:09", "12:00"]


def test_a_printed_time_can_be_wrong() -> None:
    manual = Manual()
    manual.add("ساعة الصفحة متقدمة", minutes(0), printed_at=minutes(7))
    assert manual.rows_at(minutes(0))[0].time == "12:07"


def test_an_unknown_row_cannot_be_changed() -> None:
    manual = Manual()
    later = manual.add("خبر من المستقبل", minutes(5))
    for change in (manual.remove, manual.repost):
        with pytest.raises(KeyError):
            change(later, minutes(1))
    with pytest.raises(KeyError):
        manual.edit(7, "لا شيء", minutes(9))


def test_a_hand_can_change_the_rows_of_a_script_that_goes_on() -> None:
    script = Newsroom(NOON)
    manual = Manual(script)
    assert manual.rows_at(minutes(1)) == script.rows_at(minutes(1))
    top, second = script.rows_at(minutes(1))[:2]
    manual.edit(top.id, "كلام آخر", minutes(1))
    manual.remove(second.id, minutes(1))
    added = manual.add("خبر باليد", minutes(1))
    assert [row.id for row in manual.rows_at(minutes(1))][:2] == [added, top.id]
    assert manual.rows_at(minutes(1))[1] == Row(top.id, top.time, "كلام آخر", top.link)
    assert second.id not in {row.id for row in manual.rows_at(minutes(1))}
    assert len(manual.rows_at(minutes(60))) == 12
    assert manual.post(top.id, minutes(60)) == manual.post(top.id, minutes(1))


# The page


def printed(html: str | bytes, rows: str = "#breaking li") -> list[tuple[str, str]]:
    """(time, headline) of each row, read with selectors that know the page."""
    return [
        (item.css("span, time")[0].text(), item.css("a, span")[-1].text()) for item in LexborHTMLParser(html).css(rows)
    ]


@pytest.mark.parametrize("length", [6, 12, 30])
@pytest.mark.parametrize("layout", ["seed", "pairs", "cards"])
@pytest.mark.parametrize("links", [True, False])
def test_the_page_weighs_what_a_real_one_does(length: int, layout: str, links: bool) -> None:
    html = page(Newsroom(NOON, length=length).rows_at(NOON), layout=layout, links=links)  # type: ignore[arg-type]  # a name
    assert 80_000 <= len(html.encode()) <= 150_000


def test_the_page_prints_every_row_in_order() -> None:
    rows = Newsroom(NOON, length=30).rows_at(minutes(30))
    assert printed(page(rows)) == [(row.time, row.text) for row in rows]


@pytest.mark.parametrize(("layout", "row"), [("pairs", "dd"), ("cards", "h4")])
def test_other_layouts_hold_the_same_rows(layout: str, row: str) -> None:
    rows = Newsroom(NOON).rows_at(minutes(30))
    tree = LexborHTMLParser(page(rows, layout=layout))  # type: ignore[arg-type]  # a name
    assert [node.text() for node in tree.css(f"#breaking {row}")] == [row.text for row in rows]
    assert [node.text() for node in tree.css("#breaking dt, #breaking time")] == [row.time for row in rows]


def test_the_heading_stands_below_the_lists_that_have_no_times() -> None:
    tree = LexborHTMLParser(page(Newsroom(NOON).rows_at(NOON)))
    assert [node.text() for node in tree.css("h3")] == ["يتم قراءة الآن", "الأكثر قراءة", HEADING, "مواضيع ذات صلة"]
    without = LexborHTMLParser(page((), heading="سواه"))
    assert HEADING not in (without.html or "")
    assert not any(re.fullmatch(r"\d\d:\d\d", node.text(strip=True)) for node in without.css("body *"))


def test_a_headline_cannot_break_the_page() -> None:
    row = Row(1, "12:00", '<script>alert("1 & 2")</script> </li>', None)
    assert printed(page([row])) == [("12:00", row.text)]


def test_without_links_no_row_has_one() -> None:
    tree = LexborHTMLParser(page(Newsroom(NOON).rows_at(NOON), links=False))
    assert tree.css("#breaking li")
    assert not tree.css("#breaking a")


# The site


@dataclass
class Visit:
    """A client of the served newsroom, and the clock that the newsroom goes by."""

    client: httpx.AsyncClient
    app: Starlette
    now: datetime = HALF_PAST

    async def mode(self, name: str) -> None:
        answer = await self.client.post("/control", json={"mode": name})
        assert answer.json() == {"mode": name}


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """The newsroom without a socket between, with half an hour of news told."""
    here: list[Visit] = []
    app = newsroom_app(Newsroom(NOON), lambda: here[0].now, slow=timedelta(milliseconds=30))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://newsroom") as client:
        here.append(Visit(client, app))
        yield here[0]


@pytest.fixture
async def served() -> AsyncIterator[Visit]:
    """The newsroom on a real socket."""
    app = newsroom_app(Newsroom(NOON), lambda: HALF_PAST)
    async with serve_newsroom(app) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        yield Visit(client, app)


def the_list(visit: Visit) -> list[tuple[str, str]]:
    return [(row.time, row.text) for row in visit.app.state.site.desk.rows_at(visit.now)]


async def test_every_link_on_the_page_answers_200(served: Visit) -> None:
    html = (await served.client.get("/")).text
    links = {unescape(link) for link in re.findall(r'(?:href|src)="(/[^"]*)"', html)}
    assert sum(link.startswith("/breaking/") for link in links) >= 9
    assert not re.findall(r'(?:href|src)="(?![/#])', html)
    for link in sorted(links | {"/robots.txt", "/favicon.ico", "/control"}):
        answer = await served.client.get(link)
        assert (link, answer.status_code) == (link, 200)


async def test_a_headline_has_its_own_page_until_it_is_taken_away(visit: Visit) -> None:
    row = visit.app.state.site.desk.rows_at(visit.now)[0]
    assert f"<h1>{row.text}</h1>" in unescape((await visit.client.get(f"/breaking/{row.id}")).text)
    await visit.client.post("/control/remove", json={"id": row.id})
    assert (await visit.client.get(f"/breaking/{row.id}")).status_code == 404
    for unknown in ("/breaking/1", f"/breaking/{row.id + 4000}", "/article/30", "/section/10", "/breaking/x", "/no"):
        assert (await visit.client.get(unknown)).status_code == 404


async def test_the_page_is_not_sent_again_while_the_list_stands_still(visit: Visit) -> None:
    first = await visit.client.get("/")
    assert first.status_code == 200
    assert first.headers["etag"].startswith('"')
    assert "last-modified" not in first.headers
    for wanted in (first.headers["etag"], f'"other", {first.headers["etag"]}', f"W/{first.headers['etag']}", "*"):
        again = await visit.client.get("/", headers={"If-None-Match": wanted})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    visit.now += timedelta(minutes=2)
    changed = await visit.client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("asked", "coding"),
    [("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("*", "gzip"), ("identity", None), ("gzip;q=0", None), ("br", None)],
)
async def test_the_page_is_gzipped_when_asked(visit: Visit, asked: str, coding: str | None) -> None:
    async with visit.client.stream("GET", "/", headers={"Accept-Encoding": asked}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert printed(gzip.decompress(raw) if coding else raw) == the_list(visit)
    assert answer.headers["etag"].endswith('-gzip"') == bool(coding)


# Its modes


@pytest.mark.parametrize(("mode", "status"), [("500", 500), ("403", 403)])
async def test_an_error_is_an_error_and_goes_away_again(visit: Visit, mode: str, status: int) -> None:
    await visit.mode(mode)
    answer = await visit.client.get("/")
    assert answer.status_code == status
    assert "etag" not in answer.headers
    assert not printed(answer.text)
    await visit.mode("ok")
    assert (await visit.client.get("/")).status_code == 200


async def test_an_empty_list_keeps_its_heading(visit: Visit) -> None:
    await visit.mode("empty")
    html = (await visit.client.get("/")).text
    assert HEADING in html
    assert LexborHTMLParser(html).css("#breaking ul")
    assert printed(html) == []


async def test_without_its_heading_the_list_is_still_there(visit: Visit) -> None:
    await visit.mode("no-heading")
    html = (await visit.client.get("/")).text
    assert HEADING not in html
    assert printed(html) == the_list(visit)


async def test_a_blank_page_is_a_success_without_content(visit: Visit) -> None:
    await visit.mode("blank")
    answer = await visit.client.get("/")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_redesign_shows_the_same_rows_in_other_markup(visit: Visit) -> None:
    await visit.mode("redesign")
    tree = LexborHTMLParser((await visit.client.get("/")).content)
    assert not tree.css("#breaking li, #breaking a")
    times, shown = ([node.text() for node in tree.css(f"#breaking {tag}")] for tag in ("time", "h4"))
    assert list(zip(times, shown, strict=True)) == the_list(visit)


async def test_windows_1256_is_declared_and_holds_the_same_rows(visit: Visit) -> None:
    await visit.mode("windows-1256")
    answer = await visit.client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=windows-1256"
    assert b'<meta charset="windows-1256">' in answer.content
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert printed(answer.content.decode("cp1256")) == the_list(visit)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_cut_page_breaks_off_in_the_middle(served: Visit, coding: str) -> None:
    await served.mode("cut")
    got = bytearray()

    async def read(answer: httpx.Response) -> None:
        async for chunk in answer.aiter_raw():
            got.extend(chunk)

    async with served.client.stream("GET", "/", headers={"Accept-Encoding": coding}) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            await read(answer)
    assert 0 < len(got) < int(answer.headers["content-length"])


async def test_a_slow_page_comes_late_and_whole(visit: Visit) -> None:
    await visit.mode("slow")
    began = asyncio.get_running_loop().time()
    answer = await visit.client.get("/")
    assert asyncio.get_running_loop().time() - began >= 0.03
    assert printed(answer.content) == the_list(visit)


async def test_a_huge_page_streams_with_bounded_memory(served: Visit) -> None:
    await served.mode("huge")
    got = 0
    tracemalloc.start()
    try:
        async with served.client.stream("GET", "/") as answer:
            assert "content-length" not in answer.headers
            async for chunk in answer.aiter_raw():
                got += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 199_000_000 < got <= 200_100_000
    assert peak < 10_000_000


async def test_a_huge_page_stops_when_the_reader_leaves() -> None:
    app = newsroom_app(Newsroom(NOON), lambda: NOON, huge_bytes=10**12)
    app.state.site.mode = "huge"
    loop = asyncio.get_running_loop()
    async with serve_newsroom(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        async with client.stream("GET", "/") as answer:
            await anext(answer.aiter_raw())
        left_at = loop.time()
        assert (await client.get("/robots.txt")).status_code == 200
        assert loop.time() - left_at < 2


async def test_a_hanging_page_says_nothing_and_ends_when_the_server_stops() -> None:
    app = newsroom_app(Newsroom(NOON), lambda: NOON, hang=timedelta(hours=1))
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        async with serve_newsroom(app) as url:
            await client.post(f"{url}control", json={"mode": "hang"})
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url, timeout=0.05)
            hanging = asyncio.create_task(client.get(url))
            assert (await client.get(f"{url}robots.txt")).status_code == 200  # others are served meanwhile
            assert not hanging.done()
            stopped_at = loop.time()
        assert loop.time() - stopped_at < 2
        assert (await asyncio.gather(hanging, return_exceptions=True))[0] is not None


async def test_a_hanging_page_is_bounded() -> None:
    app = newsroom_app(Newsroom(NOON), lambda: NOON, hang=timedelta(milliseconds=20))
    app.state.site.mode = "hang"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newsroom") as client:
        assert (await client.get("/")).status_code == 503


async def test_a_newsroom_can_stop_and_come_back_at_its_address() -> None:
    app = newsroom_app(Newsroom(NOON), lambda: NOON)
    async with serve_newsroom(app) as url:
        port = int(url.rstrip("/").rsplit(":", 1)[1])
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)
        async with serve_newsroom(app, port) as again:
            assert again == url
            assert (await client.get(url)).status_code == 200
            with pytest.raises(OSError, match="in use"):
                async with serve_newsroom(app, port):
                    pass


# Its switches


async def test_the_control_page_offers_every_mode_and_marks_the_current_one(visit: Visit) -> None:
    await visit.mode("no-heading")
    tree = LexborHTMLParser((await visit.client.get("/control")).text)
    offered = [button.attributes["value"] for button in tree.css("button[name=mode]")]
    assert offered == list(MODES)
    assert [button.text() for button in tree.css("tr.current button")] == ["no-heading"]
    for mode in MODES.values():
        assert mode.expect in tree.text()


async def test_a_form_changes_the_mode_and_leads_back(visit: Visit) -> None:
    answer = await visit.client.post("/control", data={"mode": "403"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/control")
    state = (await visit.client.get("/control", headers={"Accept": "application/json"})).json()
    assert state["mode"] == "403"
    assert [(row["time"], row["text"]) for row in state["rows"]] == the_list(visit)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/control", b'{"mode": "fire"}', 400, id="unknown mode"),
        pytest.param("/control", b"{}", 400, id="no mode"),
        pytest.param("/control", b"[1]", 400, id="no object"),
        pytest.param("/control", b"\xff", 400, id="no JSON"),
        pytest.param("/control", b" " * 70_000, 413, id="too long"),
        pytest.param("/control/add", b'{"text": "  "}', 400, id="no text"),
        pytest.param("/control/edit", b'{"id": 1, "text": "x"}', 404, id="no such row"),
        pytest.param("/control/remove", b'{"id": "x"}', 404, id="no number"),
        pytest.param("/control/burn", b'{"id": 1}', 404, id="no such action"),
    ],
)
async def test_a_wrong_switch_changes_nothing(visit: Visit, path: str, body: bytes, status: int) -> None:
    before = the_list(visit)
    answer = await visit.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert visit.app.state.site.mode == "ok"
    assert the_list(visit) == before


async def test_rows_are_set_through_the_control_page() -> None:
    app = newsroom_app(Manual(), lambda: NOON)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newsroom") as client:
        added = (await client.post("/control/add", json={"text": "بلدية النسيم تزرع الأشجار"})).json()["id"]
        await client.post("/control/edit", data={"id": added, "text": "بلدية النسيم تزرع ألف شجرة"})
        assert printed((await client.get("/")).text) == [("12:00", "بلدية النسيم تزرع ألف شجرة")]
        await client.post("/control/repost", json={"id": added})
        assert len(printed((await client.get("/")).text)) == 2
        await client.post("/control/remove", json={"id": added})
        assert len(printed((await client.get("/")).text)) == 1


# Its configuration


def test_the_configuration_points_ticker_at_the_newsroom() -> None:
    text = demo_config("http://127.0.0.1:4711/", store="sqlite:////tmp/a b: #/ticker.db", port=8123)
    assert HEADING in text
    settings = yaml.safe_load(text)
    assert settings["store"] == "sqlite:////tmp/a b: #/ticker.db"
    assert settings["server"] == {"host": "127.0.0.1", "port": 8123}
    assert settings["sources"] == [
        {
            "name": "demo",
            "title": "غرفة الأخبار — عاجل 24/7",
            "url": "http://127.0.0.1:4711/",
            "heading": HEADING,
            "timezone": "Asia/Beirut",
            "language": "ar",
            "every": "2s",
            "allow_private": True,
        }
    ]


# The front that performs faults


@dataclass
class Front(Visit):
    """The newsroom behind the front that `ticker demo` puts before it."""

    url: str = ""


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    app = newsroom_app(Newsroom(NOON), lambda: HALF_PAST)
    async with (
        serve_with_faults(app, lambda: HALF_PAST) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client,
    ):
        yield Front(client, app, url=url)


async def test_the_front_lets_everything_through_that_is_no_fault(front: Front) -> None:
    page = await front.client.get("/", headers={"Accept-Encoding": "identity"})
    assert printed(page.text) == the_list(front)
    known = {"Accept-Encoding": "identity", "If-None-Match": page.headers["etag"]}
    assert (await front.client.get("/", headers=known)).status_code == 304
    assert (await front.client.post("/control/add", json={"text": "بلدية النسيم تزرع الأشجار"})).status_code == 200
    assert (await front.client.get("/no")).status_code == 404
    await front.mode("500")
    assert (await front.client.get("/")).status_code == 500


async def test_the_control_page_offers_every_fault_in_its_group(front: Front) -> None:
    tree = LexborHTMLParser((await front.client.get("/control")).text)
    offered = [button.attributes["value"] for button in tree.css("button[name=mode]")]
    assert len(offered) == len(set(offered))
    assert set(offered) == MODES.keys() | FAULTS.keys()
    assert [title.text() for title in tree.css("th[scope]")] == ["The page, and its usual failures", *GROUPS.values()]
    state = (await front.client.get("/control", headers={"Accept": "application/json"})).json()
    assert state["modes"] == offered


@pytest.mark.parametrize(
    ("mode", "broken"),
    [
        pytest.param("reset", httpx.ReadError, id="reset"),
        pytest.param("closes", httpx.RemoteProtocolError, id="closed"),
        pytest.param("no-http", httpx.RemoteProtocolError, id="no HTTP"),
        pytest.param("drip-head", httpx.ReadTimeout, id="dripping"),
        pytest.param("many-headers", httpx.RemoteProtocolError, id="many headers"),
        pytest.param("broken-chunks", httpx.RemoteProtocolError, id="broken chunks"),
    ],
)
async def test_a_fault_is_performed_for_the_page_alone_and_goes_away_again(
    front: Front, mode: str, broken: type[Exception]
) -> None:
    await front.mode(mode)
    with pytest.raises(broken):
        await front.client.get("/", timeout=0.04 if broken is httpx.ReadTimeout else 5)
    assert (await front.client.get("/robots.txt")).status_code == 200
    await front.mode("ok")
    assert printed((await front.client.get("/")).text) == the_list(front)


@pytest.mark.parametrize(
    ("mode", "where"),
    [
        pytest.param("closed-port", httpx.ConnectError, id="a port where nobody listens"),
        pytest.param("tls-self-signed", httpx.ConnectError, id="a certificate that nobody signed"),
        pytest.param("tls-plaintext", httpx.ConnectError, id="no TLS at all"),
        pytest.param("robots-forbids", "User-agent: *\nDisallow: /\n", id="another robots.txt"),
    ],
)
async def test_what_the_front_cannot_do_at_its_own_address_lies_beside(
    front: Front, mode: str, where: type[Exception] | str
) -> None:
    await front.mode(mode)
    answer = await front.client.get("/")
    assert answer.is_redirect
    beside = answer.headers["location"]
    assert httpx.URL(beside).port != httpx.URL(front.url).port
    if isinstance(where, str):
        assert (await front.client.get(f"{beside}robots.txt")).text == where
    else:
        with pytest.raises(where):
            await front.client.get(beside)


async def test_a_flood_ends_when_its_reader_leaves(front: Front) -> None:
    await front.mode("huge-line")
    async with front.client.stream("GET", "/") as answer:
        await anext(answer.aiter_raw())
    assert (await front.client.get("/robots.txt")).status_code == 200


async def test_each_fault_of_a_page_is_made_of_the_newsrooms_own(front: Front) -> None:
    unmoved = {"wrong-charset", "one-etag", "lying-etag", "frozen", "stale"}  # nothing happened meanwhile
    good = (await front.client.get("/")).content
    for mode in sorted(FAULTS.keys() - MODES.keys()):
        if FAULTS[mode].group in ("page", "list"):
            await front.mode(mode)
            answer = await front.client.get("/")
            assert (mode, answer.status_code) == (mode, 200)
            assert answer.content[:100] == good[:100]
            assert answer.content != good or mode in unmoved, mode
