"""Real feed readers on the real service, one test for each scenario that costs readers items, or tells them twice.

`Station` is the service on a newsroom, both in this process, under a clock that the test moves; the tests of restarts
run `ticker run` as a process of its own. What the readers do was measured first: research/readers.
"""

import asyncio
import gzip
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from tests.lines import BEIRUT, instant
from tests.newsstand import Clock
from tests.readers import Curl, Library, Log, Newsboat, Rss2email, Sfeed, needs, relay
from tests.running import answered, free_port, running, write_config
from tests.stores import store_at
from ticker.demo import HEADING, Manual, newsroom_app, serve_newsroom
from ticker.model import Channel, Source
from ticker.poller import Poller
from ticker.press import RenderThread
from ticker.render import opml
from ticker.serve import QuietServer, build_app, http_protocol
from ticker.store import Store

FORMATS = ("rss", "atom", "json")
TITLE = "مكتب الأخبار"
SIX = [
    "نعمل مع البلديات على مواقف جديدة للسيارات",
    "أسعار التذاكر لن ترتفع هذا الموسم",
    "وزير النقل: سنفتتح الخط الثالث قبل نهاية العام",
    "فريق المدينة يفوز بكأس الناشئين للمرة الثانية",
    "الأرصاد: أمطار غزيرة على الساحل مساء اليوم",
    "افتتاح معرض الكتاب السنوي في القاعة الكبرى",
]
CORRECTED = "افتتاح معرض الكتاب السنوي اليوم في القاعة الكبرى"
NEW = "خبر جديد وصل الآن من المرفأ"


@dataclass
class Station:
    """The service on a newsroom, under a clock that stands still until the test moves it."""

    clock: Clock
    lines: Manual
    site: Any
    source: Source
    poller: Poller
    store: Store
    url: str  # by way of the relay, like `log`
    log: Log
    client: httpx.AsyncClient

    def add(self, text: str, *, printed_at: datetime | None = None) -> int:
        """A line on top of the newsroom's list."""
        return self.lines.add(text, self.clock(), printed_at=printed_at, linked=False)

    def correct(self, text: str) -> None:
        """Change the words of the line on top."""
        self.lines.edit(self.lines.rows_at(self.clock())[0].id, text, self.clock())

    async def poll(self, **later: float) -> None:
        """A poll, after the clock was put forward by so much."""
        self.clock.forward(**later)
        await self.poller.scheduled(self.source)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(self.url + path, headers=named)

    async def feed(self) -> list[dict[str, Any]]:
        """The items of the JSON feed, newest first."""
        found: list[dict[str, Any]] = (await self.get("feed.json")).json()["items"]
        return found


@asynccontextmanager
async def station(
    folder: Path, *, length: int = 20, start: str = "2025-03-10T14:55", url: str = ""
) -> AsyncIterator[Station]:
    """Args: *url* another page than the newsroom's."""
    clock = Clock(instant(start))
    lines = Manual(length=length)
    newsroom = newsroom_app(lines, clock, links=False)
    store = await Store.open(store_at(folder / "ticker.db"))
    press = RenderThread()
    port = free_port()
    async with (
        serve_newsroom(newsroom) as page,
        relay(f"http://127.0.0.1:{port}/") as (public, log),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        source = Source("desk", TITLE, (url or page,), BEIRUT, heading=HEADING, language="ar", allow_private=True)
        channels = {
            name: Channel(name, TITLE, "ar", public, {"desk": TITLE}, 100, 500, timedelta(days=1))
            for name in ("", "desk")
        }
        poller = Poller(channels, store, press, clock=clock)
        app = build_app(
            library=store, channels=channels, sources=[source], clock=clock, next_poll=lambda _: None, press=press,
            opml=opml(channels),
        )  # fmt: skip
        poller.shelf = app.state.shelf
        async with serving(app, port):
            yield Station(clock, lines, newsroom.state.site, source, poller, store, public, log, client)
    await store.close()
    press.close()


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[None]:
    """*app* in this event loop, configured as the service does."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, lifespan="off", ws="none", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=1, http=http_protocol(),
    )  # fmt: skip
    server = QuietServer(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(5):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Station]:
    """A station whose list of six lines, a minute apart, was read once."""
    async with station(tmp_path) as opened:
        for ago, text in zip(range(6, 0, -1), SIX, strict=True):
            opened.add(text, printed_at=opened.clock() - timedelta(minutes=ago))
        await opened.poll()
        yield opened


# What a reader asks for again


@needs("newsboat")
async def test_newsboat_reloads_three_times_and_the_third_is_304(tmp_path, desk):
    boat = Newsboat(tmp_path / "boat", f"{desk.url}feed.rss")
    held = [await boat.reload() for _ in range(3)]
    assert desk.log.answers == [200, 200, 304], "it is conditional from its third reload on"
    assert held[0] == held[1] == held[2]
    assert sorted(held[0].values()) == sorted(SIX)

    desk.correct(CORRECTED)
    await desk.poll(minutes=1)
    corrected = await boat.reload()
    assert corrected.keys() == held[0].keys()
    assert corrected[(await desk.feed())[0]["id"]] == CORRECTED

    desk.log.forget()
    desk.add(NEW)
    await desk.poll(minutes=1)
    assert NEW in (await boat.reload()).values()
    assert desk.log.answers == [200]


@needs("newsboat")
async def test_a_change_in_the_second_of_the_last_version_reaches_newsboat_with_one_reload(tmp_path, desk):
    """libcurl throws a body away whose Last-Modified has not grown, and newsboat keeps the new ETag: lost for good."""
    boat = Newsboat(tmp_path / "boat", f"{desk.url}feed.rss")
    for _ in range(3):
        await boat.reload()
    first = await desk.get("feed.rss")
    desk.add(NEW)
    await desk.poll()
    assert (await desk.get("feed.rss")).content == first.content, "held back until its second has come"
    assert len(await boat.reload()) == 6

    desk.clock.forward(seconds=1)
    await desk.poller.refresh()
    second = await desk.get("feed.rss")
    dates = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in (first, second)]
    assert dates[1] - dates[0] == timedelta(seconds=1)
    assert NEW in (await boat.reload()).values()


@needs("newsboat", "curl")
async def test_after_a_restart_on_the_same_store_readers_get_304(tmp_path):
    lines = Manual(length=20)
    clock = Clock(instant("2025-03-10T14:55"))
    for text in SIX:
        lines.add(text, clock())
    async with serve_newsroom(newsroom_app(lines, clock)) as page:
        config = write_config(tmp_path, page)
        curl, tag = Curl(tmp_path / "curl"), str(tmp_path / "etag")
        port = yaml.safe_load(config.read_text("utf-8"))["server"]["port"]
        async with relay(f"http://127.0.0.1:{port}/") as (url, log):
            boat = Newsboat(tmp_path / "boat", f"{url}feed.rss")
            async with running(config) as service:
                await service.until(lambda found, _: len(found) == 6)
                before = [await boat.reload() for _ in range(2)][-1]
                assert await asyncio.to_thread(curl.status, f"{url}feed.atom", "--etag-save", tag) == 200
                date = (await service.get("feed.atom")).headers["Last-Modified"]
                assert await service.stop() == 0
            log.forget()
            async with running(config):
                assert await boat.reload() == before
                assert await asyncio.to_thread(curl.status, f"{url}feed.atom", "--etag-compare", tag) == 304
                assert (
                    await asyncio.to_thread(curl.status, f"{url}feed.atom", "--compressed", "--etag-compare", tag)
                    == 304
                )
                assert await asyncio.to_thread(curl.status, f"{url}feed.atom", "-z", date) == 304
    assert log.answers == [304] * 4


@needs("r2e")
async def test_a_mail_reader_that_asks_for_deltas_gets_whole_feeds(tmp_path, desk):
    """rss2email sends A-IM: feed, cannot read a 226, and would deliver nothing for ever."""
    mails = Rss2email(tmp_path / "r2e")
    mails.add(f"{desk.url}feed.atom")
    delivered, complaint = await mails.run()
    assert {mail.subject for mail in delivered} == set(SIX)
    assert {mail.id for mail in delivered} == {item["id"] for item in await desk.feed()}
    assert "HTTP status" not in complaint

    desk.add(NEW)
    await desk.poll(minutes=1)
    desk.log.forget()
    delivered, complaint = await mails.run()
    assert [mail.subject for mail in delivered] == [NEW]
    assert "HTTP status" not in complaint
    (asked,) = desk.log.asked
    assert (asked["a-im"], desk.log.answers) == ("feed", [200])
    assert asked["if-none-match"]
    newest = (await desk.feed())[0]
    assert delivered[0].date == datetime.fromisoformat(newest["date_published"])
    assert delivered[0].url == newest["url"]

    assert (await mails.run())[0] == []
    assert desk.log.answers[-1] == 304


@needs("r2e", "sfeed_update")
async def test_a_corrected_headline_tells_nobody_twice(tmp_path, desk):
    libraries = [Library(tmp_path / form, f"{desk.url}feed.{form}") for form in FORMATS]
    mails, lines = Rss2email(tmp_path / "r2e"), Sfeed(tmp_path / "sfeed", f"{desk.url}feed.rss")
    mails.add(f"{desk.url}feed.rss")
    assert [await library.update() for library in libraries] == [(6, 0)] * 3
    assert len((await mails.run())[0]) == len(await lines.update()) == 6
    before = libraries[0].entries()

    desk.correct(CORRECTED)
    await desk.poll(minutes=1)
    assert [await library.update() for library in libraries] == [(0, 1)] * 3
    assert (await mails.run())[0] == []
    after = libraries[0].entries()
    assert after.keys() == before.keys()
    (changed,) = (entry for id_, entry in after.items() if entry.title != before[id_].title)
    assert (changed.title, changed.published) == (CORRECTED, before[changed.id].published)

    doubled = await lines.update()  # its key is id, title and link: the one reader that shows both
    assert [line.title for line in doubled if line.id == changed.id] == [CORRECTED, SIX[-1]]
    assert len(doubled) == 7


# Upgrades


OLD_STORE = Path(__file__).parent / "stores" / "0002.sql"  # dumped from the release before archives
OLD_LIST = [
    ("14:56", "البلدية تزرع ألف شجرة زيتون حول الملعب"),
    ("14:54", CORRECTED),
    ("14:53", "CNN: زيارة وفد الجامعة إلى Beirut بعد غد"),
    ("14:53", "فريق المدينة يفوز بكأس الناشئين للمرة الثانية"),
    ("14:52", "«أسعار التذاكر» لن ترتفع هذا الموسم & لا الذي يليه"),
    ("14:51", "الأرصاد: أمطار غزيرة على الساحل مساء اليوم"),
    ("14:40", "2025 - 1441"),
]


def old_store(folder: Path) -> tuple[Path, dict[str, bytes]]:
    """A configuration over the store of an older release, and the documents that release had published."""
    config = write_config(folder, "http://127.0.0.1:9/", stored=False)
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings["server"]["public_url"] = "https://ticker.example/"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    with closing(sqlite3.connect(folder / "ticker.db")) as db:
        db.executescript(OLD_STORE.read_text("utf-8"))
        rows = db.execute("SELECT feed, rss, atom, json FROM versions").fetchall()
    prefix = {"": "", "desk": "desk/"}
    documents = {
        f"{prefix[name]}feed.{form}": gzip.decompress(packed)
        for name, *columns in rows
        for form, packed in zip(FORMATS, columns, strict=True)
    }
    return config, documents


def saved(folder: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """A page saved as plain text."""
    path = folder / f"page-{len(rows)}.txt"
    path.write_text("\n".join((HEADING, *(word for row in rows for word in ("-", *row)))), "utf-8")
    return path


@pytest.mark.sqlite("no older release knew another")
async def test_a_new_release_over_an_old_store_changes_no_byte(tmp_path):
    config, documents = old_store(tmp_path)
    assert len(documents) == 6
    same = saved(tmp_path, OLD_LIST)
    for _ in range(2):  # the release starts, reads the list once more, and starts again
        async with running(config) as service:
            for path, document in documents.items():
                answer = await service.get(path)
                assert answer.content == document, path
                assert answer.headers["Last-Modified"] == "Tue, 14 Jan 2025 12:57:00 GMT"
        await asyncio.to_thread(answered, "ingest", "desk", same, "--at", "2025-01-14T15:01:00+02:00", config=config)


@pytest.mark.sqlite("no older release knew another")
async def test_what_an_old_release_published_keeps_its_words_ids_and_instants(tmp_path):
    """A cleaner that has changed since must not reword an item: sfeed would show all of them twice."""
    config, documents = old_store(tmp_path)
    old = {entry.id: entry for entry in feedparser.parse(documents["desk/feed.atom"]).entries}
    newer = saved(tmp_path, [("15:00", NEW), *OLD_LIST])
    await asyncio.to_thread(answered, "ingest", "desk", newer, "--at", "2025-01-14T15:01:00+02:00", config=config)
    async with running(config) as service:
        answer = await service.get("desk/feed.atom")
        found = {entry.id: entry for entry in feedparser.parse(answer.content).entries}
    assert {found[id_].title for id_ in found.keys() - old.keys()} == {NEW}
    for id_, entry in old.items():
        for said in ("title", "link", "published_parsed", "updated_parsed"):
            assert found[id_][said] == entry[said]


# Many and few


async def test_a_library_that_comes_hourly_misses_none_of_four_hours_at_two_a_minute(tmp_path):
    async with station(tmp_path, length=30) as desk:
        library = Library(tmp_path / "library", f"{desk.url}feed.rss")
        told, found = 0, 0
        for _hour in range(4):
            for _ in range(6):  # polls, ten minutes apart
                for _ in range(20):
                    desk.clock.forward(seconds=30)
                    desk.add(f"خبر رقم {told} عن حركة السير في شارع {told * 7}")
                    told += 1
                await desk.poll()
            new, modified = await library.update() or (0, 0)
            assert modified == 0
            found += new
        assert told == found == 480
        ours = {item.guid for item in await desk.store.search("desk")}
        assert library.entries().keys() == ours


# Instants


@needs("sfeed_update")
async def test_what_is_stamped_23_59_and_fetched_at_00_01_is_of_yesterday(tmp_path):
    async with station(tmp_path, start="2025-06-11T00:01") as desk:
        for text, at in zip(SIX, ("23:40", "23:50", "23:57", "23:58", "23:59", "00:00"), strict=True):
            day = "2025-06-11" if at == "00:00" else "2025-06-10"
            desk.add(text, printed_at=instant(f"{day}T{at}"))
        await desk.poll()
        lines = await Sfeed(tmp_path / "sfeed", f"{desk.url}feed.rss").update()
        published = {line.title: line.published.astimezone(BEIRUT) for line in lines}
        assert f"{published[SIX[-2]]:%Y-%m-%d %H:%M}" == "2025-06-10 23:59"
        assert f"{published[SIX[-1]]:%Y-%m-%d %H:%M}" == "2025-06-11 00:00"
        assert max(published.values()) <= desk.clock()


async def test_the_same_headline_tomorrow_is_a_second_entry(tmp_path, desk):
    library = Library(tmp_path / "library", f"{desk.url}feed.atom")
    assert await library.update() == (6, 0)
    for hour in range(1, 25):  # so much comes in between that the line is off the list
        desk.clock.forward(hours=1)
        desk.add(f"خبر رقم {hour} عن أعمال الطريق رقم {hour * 13}")
        await desk.poll()
    desk.clock.forward(minutes=5)
    desk.add(SIX[-1])
    await desk.poll()
    assert await library.update() == (25, 0)
    again = sorted(entry.published or desk.clock() for entry in library.entries().values() if entry.title == SIX[-1])
    assert [f"{at.astimezone(BEIRUT):%d %H:%M}" for at in again] == ["10 14:54", "11 15:00"]


# Words


PAGE = """<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>صحيفة</title><body>
<p>مقال طويل عن مواسم الصيد في الساحل.</p><section><h3>عاجل 24/7</h3><ul>{rows}</ul></section></body></html>"""


@asynccontextmanager
async def raw_page(rows: Callable[[], Sequence[tuple[str, bytes]]]) -> AsyncIterator[str]:
    """A page whose headlines are these very bytes."""

    async def front(_request: Request) -> Response:
        head, tail = PAGE.encode().split(b"{rows}")
        made = b"".join(b"<li><b>%s</b> <span>%s</span></li>\n" % (at.encode(), text) for at, text in rows())
        return Response(head + made + tail, media_type="text/html; charset=utf-8")

    app = Starlette()
    app.add_route("/", front)
    port = free_port()
    async with serving(app, port):
        yield f"http://127.0.0.1:{port}/"


async def test_what_no_feed_can_carry_leaves_the_rest_of_it_whole(tmp_path):
    rows = [(f"14:5{4 - n}", text.encode()) for n, text in enumerate(SIX[:5])]
    rows[1] = (rows[1][0], rows[1][1].replace(b" ", b" \x0b\x07\x01 ", 1))  # control characters
    rows[2] = (rows[2][0], b"\xed\xa0\x80" + rows[2][1] + b" &#xD83D;")  # lone surrogates, raw and as a reference
    rows.insert(3, ("14:52", b""))
    rows.insert(3, ("14:52", b"\x07 \x01&#x202E;"))  # nothing that shows
    async with raw_page(lambda: rows) as page, station(tmp_path, url=page) as desk:
        with capture_logs() as told:
            for _ in range(3):
                await desk.poll(minutes=1)
        assert [(line["new"], line["listed"]) for line in told] == [(5, 5)], "one line, and nothing went wrong"
        found = await desk.feed()
        titles = [item["title"] for item in found]
        assert [titles[n] for n in (0, 1, 3, 4)] == [SIX[n] for n in (0, 1, 3, 4)]
        assert SIX[2] in titles[2]
        for form in ("rss", "atom"):
            feed = feedparser.parse((await desk.get(f"feed.{form}")).content)
            assert not feed.bozo
            assert [(entry.id, entry.title) for entry in feed.entries] == [
                (item["id"], item["title"]) for item in found
            ]


@needs("newsboat", "sfeed_update", "r2e")
async def test_a_title_that_begins_with_latin_letters_is_set_from_right_to_left_everywhere(tmp_path):
    latin, numbers = "CNN: زيارة وفد الجامعة إلى Beirut", "24 / 7"
    rows = [
        ("14:54", latin.encode()),
        ("14:53", SIX[0].encode()),
        ("14:52", numbers.encode()),
        ("14:51", SIX[1].encode()),
    ]
    async with raw_page(lambda: rows) as page, station(tmp_path, url=page) as desk:
        await desk.poll()
        before = (await desk.get("feed.rss")).content
        wanted = {f"\u200f{latin}", SIX[0], f"\u200f{numbers}", SIX[1]}
        library, mails = Library(tmp_path / "library", f"{desk.url}feed.json"), Rss2email(tmp_path / "r2e")
        await library.update()
        mails.add(f"{desk.url}feed.rss")
        assert set((await Newsboat(tmp_path / "boat", f"{desk.url}feed.rss").reload()).values()) == wanted
        assert {line.title for line in await Sfeed(tmp_path / "sfeed", f"{desk.url}feed.atom").update()} == wanted
        assert {entry.title for entry in library.entries().values()} == wanted
        assert {mail.subject for mail in (await mails.run())[0]} == wanted

        rows[0] = ("14:54", f"\u200f{latin}".encode())  # the page says the mark itself by now: the same headline
        await desk.poll(minutes=1)
        assert (await desk.get("feed.rss")).content == before
        assert {item.title for item in await desk.store.search("desk")} == {latin, SIX[0], numbers, SIX[1]}


# When the source or the service is not there


@needs("curl")
async def test_a_source_that_is_down_for_an_hour_is_no_error_of_the_feed(tmp_path, desk):
    curl, tag = Curl(tmp_path / "curl"), str(tmp_path / "etag")
    before = await desk.get("feed.rss")
    assert await asyncio.to_thread(curl.status, f"{desk.url}feed.rss", "--etag-save", tag) == 200
    desk.site.mode = "500"
    for minute in range(60):
        await desk.poll(minutes=1)
        if minute % 20 == 0:
            assert await asyncio.to_thread(curl.status, f"{desk.url}feed.rss", "--etag-compare", tag) == 304
    after = await desk.get("feed.rss")
    assert (after.status_code, after.content) == (200, before.content)
    assert [after.headers[name] for name in ("ETag", "Last-Modified", "Cache-Control")] == [
        before.headers[name] for name in ("ETag", "Last-Modified", "Cache-Control")
    ]
    (state,) = (await desk.get("status.json")).json()["sources"]
    assert (state["state"], state["cause"]) == ("failing", "refused")

    desk.site.mode = "ok"
    desk.add(NEW)
    await desk.poll(minutes=1)
    assert (await desk.feed())[0]["title"] == NEW


@needs("newsboat", "r2e", "curl")
async def test_before_the_first_headline_readers_are_told_to_come_back_and_then_get_it(tmp_path):
    async with station(tmp_path) as desk:
        boat, mails = Newsboat(tmp_path / "boat", f"{desk.url}feed.rss"), Rss2email(tmp_path / "r2e")
        mails.add(f"{desk.url}feed.atom")
        for form in FORMATS:
            answer = await desk.get(f"feed.{form}")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert answer.headers["Cache-Control"] == "no-store"
        assert await boat.reload() == {}
        assert (await mails.run())[0] == []
        assert await asyncio.to_thread(Curl(tmp_path / "curl").status, f"{desk.url}feed.rss") == 503

        for ago, text in zip(range(6, 0, -1), SIX, strict=True):
            desk.add(text, printed_at=desk.clock() - timedelta(minutes=ago))
        await desk.poll()
        assert sorted((await boat.reload()).values()) == sorted(SIX)
        assert {mail.subject for mail in (await mails.run())[0]} == set(SIX)
        assert await asyncio.to_thread(Curl(tmp_path / "curl").status, f"{desk.url}feed.rss") == 200


# Several feeds in one reader


@needs("newsboat")
async def test_rss_and_atom_in_one_newsboat_are_one_set_of_rows(tmp_path, desk):
    """newsboat keys on the guid across feeds, and so do others that merge."""
    places = ("feed.rss", "feed.atom", "desk/feed.rss", "desk/feed.atom")
    boat = Newsboat(tmp_path / "boat", *(f"{desk.url}{place}" for place in places))
    held = await boat.reload()
    assert desk.log.answers == [200] * 4
    assert sorted(held.values()) == sorted(SIX)


@needs("newsboat", "r2e", "sfeed_opml_import")
async def test_readers_import_the_list_of_feeds(tmp_path, desk):
    answer = await desk.get("opml")
    assert answer.status_code == 200
    path = tmp_path / "feeds.opml"
    path.write_bytes(answer.content)
    imported = [
        await asyncio.to_thread(reader.import_opml, path)
        for reader in (
            Newsboat(tmp_path / "boat"),
            Rss2email(tmp_path / "r2e"),
            Sfeed(tmp_path / "sfeed", f"{desk.url}feed.rss"),
        )
    ]
    assert imported[0] == imported[1] == imported[2]
    assert imported[0]
    assert set(imported[0]) <= {f"{desk.url}{place}feed.{form}" for place in ("", "desk/") for form in FORMATS}
    for url in imported[0]:
        assert (await desk.client.get(url)).status_code == 200, "answers itself: sfeed follows no redirect"
