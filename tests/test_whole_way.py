"""From the news page to the reader: read this first. Every part is the real one."""

import asyncio
import json
import random
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.readers import Library
from tests.running import answered, items, running, ticker, write_config
from tests.stores import change
from ticker.demo import Manual, newsroom_app, serve_newsroom

SPEAKER = "وزير النقل بعد لقائه رئيس البلدية في مبنى المحطة الجديدة"
SIX = [
    ("14:54", "افتتاح معرض الكتاب السنوي في القاعة الكبرى"),
    ("14:53", "الأرصاد: أمطار غزيرة على الساحل مساء اليوم"),
    ("14:53", "فريق المدينة يفوز بكأس الناشئين للمرة الثانية"),
    ("14:52", f"{SPEAKER}: سنفتتح الخط الثالث قبل نهاية العام"),
    ("14:52", f"{SPEAKER}: أسعار التذاكر لن ترتفع هذا الموسم"),
    ("14:51", f"{SPEAKER}: نعمل مع البلديات على مواقف جديدة للسيارات"),
]
FORMATS = ("rss", "atom", "json")
PUBLISHED = ["12:54:00", "12:53:01", "12:53:00", "12:52:01", "12:52:00", "12:51:00"]


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the newsroom's clock on the wall


@dataclass
class Newsroom:
    """A newsroom on loopback whose lines the test sets."""

    url: str
    site: Any
    lines: Manual

    def add(self, text: str, *, minutes_ago: int = 0, linked: bool = False) -> int:
        """A line on top."""
        return self.lines.add(text, now(), printed_at=now() - timedelta(minutes=minutes_ago), linked=linked)


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    lines = Manual(length=20)
    app = newsroom_app(lines, now)
    async with serve_newsroom(app) as url:
        room = Newsroom(url, app.state.site, lines)
        for ago, (_, text) in reversed(list(enumerate(SIX))):
            room.add(text, minutes_ago=ago + 1)
        yield room


def seed_page(tmp_path: Path, lines: list[tuple[str, str]]) -> Path:
    """Plain text in the layout of the first source: other lists first, then the heading, then time and headline."""
    text = [
        "مقال طويل عن المدينة. افتتح عند الساعة 09:30.",
        "الأكثر قراءة",
        "-",
        "مقال أول",
        "-",
        "مقال ثان",
        "عاجل 24/7",
    ]
    for clock, headline in lines:
        text += ["-", clock, headline]
    path = tmp_path / f"page-{len(list(tmp_path.iterdir()))}.txt"
    path.write_text("\n".join(text), "utf-8")
    return path


def rendered(config: Path) -> dict[str, str]:
    return {form: answered("render", "--format", form, config=config).stdout for form in FORMATS}


def test_a_saved_page_goes_the_whole_way(tmp_path):
    config = write_config(tmp_path, "https://news.example/", stored=False)
    page = seed_page(tmp_path, SIX)

    found = json.loads(ticker("inspect", page, "--heading", "عاجل 24/7", "--json").stdout)
    assert found["blocks"][0]["heading"] == "عاجل 24/7"
    assert [(row["time"], row["title"]) for row in found["blocks"][0]["headlines"]] == SIX

    ticker("ingest", "desk", page, "--at", "2025-01-14T14:55:00+02:00", config=config)
    kept = items(config)
    assert [item["title"] for item in kept] == [title for _, title in SIX]
    assert [item["published"] for item in kept] == [f"2025-01-14T{at}Z" for at in PUBLISHED]

    first = rendered(config)
    assert ticker("render", "--format", "rss", config=config).stdout == first["rss"]
    for form in ("rss", "atom"):
        feed = feedparser.parse(first[form])
        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == [title for _, title in SIX]
        assert [entry.id for entry in feed.entries] == [item["guid"] for item in kept]
    assert [item["id"] for item in json.loads(first["json"])["items"]] == [item["guid"] for item in kept]

    answered("ingest", "desk", page, "--at", "2025-01-14T14:56:00+02:00", config=config)
    assert rendered(config) == first, "the same page again changes no byte"


def test_pages_on_both_sides_of_midnight(tmp_path):
    config = write_config(tmp_path, "https://news.example/")
    old = [("23:57", "خبر أول"), ("23:41", "خبر ثان"), ("22:10", "خبر ثالث"), ("20:00", "خبر رابع")]
    new = [("00:02", "خبر خامس"), ("23:59", "خبر سادس"), *old]
    late = [("23:58", "خبر سابع"), ("12:00", "خبر ثامن"), ("00:10", "خبر تاسع"), *new[:2]]
    pages = [seed_page(tmp_path, lines) for lines in (old, new, late)]
    instants = ("2025-06-10T23:58", "2025-06-11T00:03", "2025-06-11T23:59")
    answered("ingest", "desk", *pages, *(word for at in instants for word in ("--at", at)), config=config)
    assert [(item["title"][4:], item["published"]) for item in items(config, answered)] == [
        ("سابع", "2025-06-11T20:58:00Z"),
        ("ثامن", "2025-06-11T09:00:00Z"),
        ("تاسع", "2025-06-10T21:10:00Z"),
        ("خامس", "2025-06-10T21:02:00Z"),
        ("سادس", "2025-06-10T20:59:00Z"),
        ("أول", "2025-06-10T20:57:00Z"),
        ("ثان", "2025-06-10T20:41:00Z"),
        ("ثالث", "2025-06-10T19:10:00Z"),
        ("رابع", "2025-06-10T17:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("pages", "published"),
    [
        pytest.param(
            {
                "2025-10-25T23:31:00+03:00": ["23:30 خبر أول", "23:10 خبر ثان", "22:00 خبر ثالث", "21:00 خبر رابع"],
                "2025-10-25T23:32:00+02:00": ["23:30 خبر خامس", "23:30 خبر أول", "23:10 خبر ثان", "22:00 خبر ثالث"],
                "2025-10-26T00:02:00+02:00": ["00:01 خبر سادس", "23:30 خبر خامس", "23:30 خبر أول", "23:10 خبر ثان"],
            },
            ["25T22:01", "25T21:30", "25T20:30", "25T20:10", "25T19:00", "25T18:00"],
            id="back: 23:00 to 23:59 comes twice",
        ),
        pytest.param(
            {
                "2025-03-29T23:58:00+02:00": ["23:57 خبر أول", "23:10 خبر ثان", "22:00 خبر ثالث", "21:00 خبر رابع"],
                "2025-03-30T01:03:00+03:00": ["01:02 خبر خامس", "23:59 خبر سادس", "23:57 خبر أول", "23:10 خبر ثان"],
            },
            ["29T22:02", "29T21:59", "29T21:57", "29T21:10", "29T20:00", "29T19:00"],
            id="forward: 00:00 to 00:59 does not come",
        ),
    ],
)
def test_the_nights_when_clocks_change(tmp_path, pages, published):
    config = write_config(tmp_path, "https://news.example/")
    for at, lines in pages.items():
        page = seed_page(tmp_path, [(line[:5], line[6:]) for line in lines])
        answered("ingest", "desk", page, "--at", at, config=config)
    assert [item["published"][8:16] for item in items(config, answered)] == published


async def test_a_reader_library_follows_the_newsroom(tmp_path, newsroom):
    async with running(write_config(tmp_path, newsroom.url)) as service:
        await service.until(lambda found, _: len(found) == 6)
        libraries = [Library(tmp_path / form, f"{service.url}feed.{form}") for form in FORMATS]
        assert [await library.update() for library in libraries] == [(6, 0)] * 3

        post = newsroom.lines.rows_at(now())[0].id
        newsroom.lines.edit(post, "افتتاح معرض الكتاب السنوي اليوم في القاعة الكبرى", now())
        before = await service.feed()
        edited = await service.until(lambda found, _: "اليوم" in found[0]["title"])
        assert [item["id"] for item in edited] == [item["id"] for item in before]
        assert edited[0]["date_published"] == before[0]["date_published"] < edited[0]["date_modified"]
        assert [await library.update() for library in libraries] == [(0, 1)] * 3

        newsroom.add("خبر جديد وصل الآن من المرفأ")
        await service.until(lambda found, _: len(found) == 7)
        assert [await library.update() for library in libraries] == [(1, 0)] * 3
        assert [await library.update() for library in libraries] == [None] * 3, "304"


async def test_killed_at_any_moment_and_restarted_nothing_is_lost_or_doubled(tmp_path, newsroom):
    """SIGKILL while headlines arrive, six times over; what was published before stays to the byte."""
    config = write_config(tmp_path, newsroom.url)
    moments = random.Random(7)
    told = 6
    for _ in range(6):
        async with running(config) as service:
            for _ in range(3):
                newsroom.add(f"خبر رقم {told} عن حركة السير في شارع {told * 7}")
                told += 1
                await asyncio.sleep(moments.uniform(0.05, 0.6))
            assert await service.stop(signal.SIGKILL) == -signal.SIGKILL
    async with running(config) as service:
        found = await service.until(lambda found, _: len(found) == told)
        published = {form: await service.get(f"feed.{form}") for form in FORMATS}
        await service.stop(signal.SIGKILL)
    kept = items(config)
    assert len({item["guid"] for item in kept}) == len({item["title"] for item in kept}) == len(kept) == told
    assert [item["guid"] for item in kept] == [item["id"] for item in found]
    async with running(config) as service:
        for form in FORMATS:
            again = await service.get(f"feed.{form}")
            assert again.content == published[form].content
            for validator in ("ETag", "Last-Modified"):
                assert again.headers[validator] == published[form].headers[validator]
            answer = await service.get(f"feed.{form}", {"If-None-Match": published[form].headers["ETag"]})
            assert answer.status_code == 304


async def test_told_to_stop_it_finishes_the_running_poll(tmp_path, newsroom):
    config = write_config(tmp_path, newsroom.url)
    newsroom.site.mode = "slow"
    async with running(config) as service:
        await asyncio.sleep(0.5)  # the page takes two seconds, and the first poll is due at once
        assert await service.feed() == []
        assert await service.stop() == 0
    assert len(items(config)) == 6


FAULTS = [
    ("500", "refused"),
    ("403", "refused"),
    ("blank", "heading-absent"),
    ("empty", "block-empty"),
    ("no-heading", "heading-absent"),
    ("huge", "unreachable"),
]


async def test_whatever_the_source_answers_the_feed_goes_on(tmp_path, newsroom):
    async with running(write_config(tmp_path, newsroom.url)) as service:
        await service.until(lambda found, _: len(found) == 6)
        before = await service.get("feed.rss")
        for mode, cause in FAULTS:
            newsroom.site.mode = mode
            await service.until_cause(cause)
            answer = await service.get("feed.rss")
            assert (answer.status_code, answer.content) == (200, before.content), mode
            assert answer.headers["Last-Modified"] == before.headers["Last-Modified"]
            answer = await service.get("feed.rss", {"If-None-Match": before.headers["ETag"]})
            assert answer.status_code == 304
            assert service.memory() < 150_000_000
            newsroom.site.mode = "ok"
            await service.until_cause(None)
        newsroom.add("خبر بعد كل هذه الأعطال")
        assert len(await service.until(lambda found, _: len(found) == 7)) == 7


async def test_a_store_that_refuses_is_told_and_the_feed_goes_on(tmp_path, newsroom):
    async with running(write_config(tmp_path, newsroom.url)) as service:
        await service.until(lambda found, _: len(found) == 6)
        before = await service.get("feed.rss")
        change(tmp_path / "ticker.db", "ALTER TABLE polls RENAME TO hidden")
        newsroom.add("خبر لا يمكن حفظه الآن")
        await service.until(lambda _, state: state["state"] == "failing")
        assert re.search(r"no such table|\"polls\" does not exist", (await service.state())["detail"])
        assert (await service.get("feed.rss")).content == before.content
        change(tmp_path / "ticker.db", "ALTER TABLE hidden RENAME TO polls")
        await service.until(lambda found, state: len(found) == 7 and state["state"] == "healthy")


async def test_of_half_a_page_nothing_is_kept(tmp_path, newsroom):
    async with running(write_config(tmp_path, newsroom.url)) as service:
        await service.until(lambda found, _: len(found) == 6)
        newsroom.site.mode = "cut"
        newsroom.add("خبر في صفحة انقطع نقلها")
        await service.until_cause("unreachable")
        assert len(await service.feed()) == 6
        newsroom.site.mode = "ok"
        assert len(await service.until(lambda found, _: len(found) == 7)) == 7


async def test_a_source_that_hangs_holds_up_nothing(tmp_path, newsroom):
    config = write_config(tmp_path, newsroom.url, timeout="3s")
    async with running(config) as service:
        await service.until(lambda found, _: len(found) == 6)
        before = await service.get("feed.rss")
        newsroom.site.mode = "hang"
        await service.until_cause("unreachable")
        assert "no complete answer within 3 s" in (await service.state())["detail"]
        await asyncio.sleep(1.5)  # the next poll hangs by now
        answer = await service.get("feed.rss", {"If-None-Match": before.headers["ETag"]})
        assert answer.status_code == 304
        assert await service.stop() == 0, "a poll that hangs is cut off, within the patience of a container"
    assert len(items(config)) == 6


async def test_before_the_first_item_a_feed_is_503_and_the_page_says_why(tmp_path, newsroom):
    newsroom.site.mode = "500"
    async with running(write_config(tmp_path, newsroom.url, stored=False)) as service:
        await service.until_cause("refused")
        answer = await service.get("feed.rss")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert (await service.get("readyz")).status_code == 503
        assert (await service.get("healthz")).status_code == 200
        front = await service.get("")
        assert front.status_code == 200
        assert "make demo" in front.text


HOSTILE = [
    "خبر مع حرف تحكم \x0b\x07 في وسطه عن الطقس",
    "قسم ]]> ينهي ما لا ينبغي له أن ينهي",
    "<script>alert(1)</script> عنوان فيه برنامج",
    "شخصيات &amp; علامات &lt;b&gt; في عنوان واحد",
    "زحمة " * 1000,
    "😀👩\u200d🚀 هبوط مركبة على سطح القمر",
    "CNN: زيارة إلى Beirut في 2025 عند 12:30 (GPS)",
    "\u202eاتجاه مقلوب\u2066 وعلامات لا تُغلق",
]


async def test_hostile_headlines_spoil_nothing(tmp_path, newsroom):
    for text in HOSTILE:
        newsroom.add(text)
    async with running(write_config(tmp_path, newsroom.url)) as service:
        found = await service.until(lambda found, _: len(found) >= len(HOSTILE))
        for form in ("rss", "atom"):
            feed = feedparser.parse((await service.get(f"feed.{form}")).content, sanitize_html=False)
            assert not feed.bozo
            assert len(feed.entries) == len(found)
        titles = [item["title"] for item in found]
        assert any("]]>" in title for title in titles)
        assert max(len(title) for title in titles) == 500, "the longest is cut, and whole in its content"
        assert any(len(item["content_html"]) > 4900 for item in found)
        page = (await service.get("")).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


async def test_every_link_in_the_feeds_answers(tmp_path, newsroom):
    newsroom.add("خبر له رابط إلى صفحته", linked=True)
    async with running(write_config(tmp_path, newsroom.url)) as service:
        await service.until(lambda found, _: len(found) == 7)
        links: set[str] = set()
        for path in (f"{place}feed.{form}" for place in ("", "desk/") for form in FORMATS):
            document = (await service.get(path)).text
            links |= set(re.findall(r"https?://127[^\"<\s]+", document))
        assert len(links) == 7 + 6 + 2 + 4, "seven items, six feeds, two pages, three icons, a stylesheet"
        for link in links:
            assert (await service.client.get(link)).status_code == 200, link
