"""The pages for people and the answers for machines beside the feeds."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_app, an_item, channels_of, client_of, reworded
from ticker.model import Health, Revision
from ticker.serve import build_app
from ticker.serve.site import web_address
from ticker.serve.status import CAUSES, STATES
from ticker.serve.texts import direction, texts_of

DAILY = a_source("daily", title="The Daily — Live", language="en")
SOBH = a_source("sobh", title="صبح — خبر فوری", language="fa")
BRIDGE = an_item("افتتاح الجسر الجديد أمام السير", at=NOON - timedelta(minutes=6), link="https://sahifa.example/n/1")
OF_DESIGN = ("name", "state", "cause", "detail", "since", "last_success", "next_poll")  # keys that programs rely on
FERRY = an_item("Ferry service resumes after the storm", source="daily", at=NOON - timedelta(minutes=30))


class Reading(HTMLParser):
    """A page as a browser takes it: elements with their attributes, and the text that is shown.

    What stands in a <template> is neither; it is for scripts.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._templates = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._templates += tag == "template"
        if not self._templates:
            self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"

    def handle_data(self, data: str) -> None:
        if not self._templates:
            self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]

    @property
    def foreign(self) -> list[dict[str, str | None]]:
        """Scripts and pictures that are not files of ours."""
        ours = re.compile(r"/(static/\w+\.js|icon\.svg)(\?|$)")
        return [
            found
            for tag, found in self.elements
            if tag in ("script", "img") and not ours.search(found.get("src") or "")
        ]


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    stand.items = [BRIDGE, FERRY]
    stand.healths = {"sahifa": Health("sahifa", "healthy", last_success=NOON)}
    stand.publish("", "x")
    return stand


@pytest.fixture
async def app(library: Newsstand) -> Starlette:
    app = an_app(library, [a_source(), DAILY], next_poll=NOON + timedelta(seconds=50))
    await app.state.shelf.refresh()
    return app


@pytest.fixture
def client(app: Starlette) -> httpx.AsyncClient:
    return client_of(app)


async def read(client: httpx.AsyncClient, path: str) -> Reading:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Reading(answer.text)


def item_path(guid: str) -> str:
    return f"/item/{guid.removeprefix('urn:uuid:')}"


async def test_the_front_page_shows_all_sources_newest_first_at_their_local_times(client: httpx.AsyncClient) -> None:
    page = await read(client, "/")
    assert page.all("html", lang="ar", dir="rtl")
    assert page.text.index(BRIDGE.title) < page.text.index(FERRY.title)
    assert [time["datetime"] for time in page.all("time", dir="ltr")] == [
        "2025-03-10T13:54:00+02:00",
        "2025-03-10T13:30:00+02:00",
    ]
    assert "13:54" in page.text
    assert "الاثنين، 10 آذار 2025" in page.text
    assert page.all("a", href=item_path(BRIDGE.guid))


async def test_a_page_of_one_source_shows_only_it_in_its_language(client: httpx.AsyncClient) -> None:
    page = await read(client, "/daily/")
    assert page.all("html", lang="en", dir="ltr")
    assert FERRY.title in page.text
    assert BRIDGE.title not in page.text
    assert "Monday, 10 March 2025" in page.text


async def test_lines_are_grouped_by_the_day_of_the_source_not_of_utc(library: Newsstand, app: Starlette) -> None:
    library.items = [an_item("بعد منتصف الليل بقليل", at=NOON.replace(hour=22, minute=5))]
    assert "الثلاثاء، 11 آذار 2025" in (await read(client_of(app), "/")).text


async def test_headlines_stand_isolated_in_their_own_language_and_direction(client: httpx.AsyncClient) -> None:
    page = await read(client, "/")
    assert page.all("bdi", lang="ar", dir="rtl")
    assert page.all("bdi", lang="en", dir="ltr")


@pytest.mark.parametrize("title", [
    "<script>alert('x')</script> عنوان", "</bdi></li><h1>انقلاب</h1>", '" onmouseover="x" \'', "{{ 7*7 }} {% if %}",
    "\u202eعنوان مقلوب", "&lt;b&gt; &amp;", "<img src=x onerror=alert(1)>",
])  # fmt: skip
async def test_whatever_a_headline_says_it_stays_text(library: Newsstand, app: Starlette, title: str) -> None:
    item = reworded(an_item(title), title + " ثانية", at=NOON)
    library.items = [item]
    client = client_of(app)
    for path in ("/", "/sahifa/", item_path(item.guid)):
        page = await read(client, path)
        assert title in page.text
        assert not page.foreign
        assert len(page.all("h1")) == 1
        assert all(not name.startswith("on") for _tag, found in page.elements for name in found)


@pytest.mark.parametrize(("path", "base"), [("/", "/"), ("/daily/", "/daily/")])
async def test_feeds_are_discovered_from_head_and_header_and_can_be_copied(
    client: httpx.AsyncClient, path: str, base: str
) -> None:
    answer = await client.get(path)
    page = Reading(answer.text)
    types = ["application/rss+xml", "application/atom+xml", "application/feed+json"]
    paths = [f"{base}feed.{ending}" for ending in ("rss", "atom", "json")]
    found = page.all("link", rel="alternate")
    assert [(link["type"], link["href"]) for link in found] == list(zip(types, paths, strict=True))
    assert all(link["title"] for link in found)
    for media_type, feed in zip(types, paths, strict=True):
        assert f'<{feed}>; rel="alternate"; type="{media_type}"' in answer.headers["link"]
        assert f"https://news.example{feed}" in page.text


async def test_links_stay_below_the_path_of_the_public_url(library: Newsstand) -> None:
    client = client_of(an_app(library, [a_source(), DAILY], public_url="https://news.example/ticker/"))
    page = await read(client, "/")
    inside = [found["href"] for tag, found in page.elements if tag in ("a", "link") and found.get("href")]
    ours = ("/ticker/", "https://news.example/ticker/", "feed:https://news.example/ticker/", "#", "?")
    assert all(href.startswith(ours) for href in inside if href)
    assert (await client.get("/daily")).headers["location"] == "/ticker/daily/"


async def test_trouble_is_said_with_its_cause_since_when_and_that_the_feed_goes_on(
    library: Newsstand, app: Starlette
) -> None:
    library.healths["daily"] = Health("daily", "failing", "unreachable", "no answer within 20 s", NOON)
    page = await read(client_of(app), "/daily/")
    assert page.all("div", role="status")
    text = " ".join(page.text.split())
    said = "The Daily — Live: three tries or more in a row went wrong: no usable page came (since 10 March 2025, 14:00)"
    assert f"{said} The feed goes on with what is known. More about" in text
    assert "no answer within" not in text, "that is on /status, in the language that it is written in"
    assert "The feed goes on with what is known." in text
    assert text.count("The feed begins") == 0
    assert "تستمر الخلاصة" in (await read(client_of(app), "/")).text
    assert not (await read(client_of(app), "/sahifa/")).all("div", role="status")


async def test_a_feed_that_nothing_was_ever_read_for_is_not_said_to_go_on(library: Newsstand, app: Starlette) -> None:
    library.items = [BRIDGE]
    library.healths["daily"] = Health("daily", "failing", "refused", "answered 500 Internal Server Error", NOON)
    page = await read(client_of(app), "/daily/")
    text = " ".join(page.text.split())
    assert "three tries or more in a row went wrong: the server answers with an error" in text
    assert text.count("The feed begins with the first headline.") == 1
    assert "goes on" not in text
    assert "تستمر الخلاصة" in (await read(client_of(app), "/")).text, "the combined feed has headlines of others"
    library.healths.clear()
    assert "The feed begins with the first headline." in (await read(client_of(app), "/daily/")).text


async def test_where_clocks_differ_each_time_says_whose_it_is(library: Newsstand) -> None:
    sources = [a_source(), a_source("thames", zone=ZoneInfo("Europe/London")),
               a_source("hudson", zone=ZoneInfo("America/New_York"))]  # fmt: skip
    library.items = [BRIDGE, an_item("خبر من لندن", source="thames"), an_item("خبر من نيويورك", source="hudson")]
    library.healths = {
        "thames": Health("thames", "healthy", last_success=NOON),
        "hudson": Health("hudson", "failing", "refused", since=NOON, last_success=NOON),
    }
    client = client_of(an_app(library, sources, next_poll=NOON))
    page = await read(client, "/")
    text = " ".join(page.text.split())
    for clock in ("13:00 بيروت 13:54", "12:00 لندن", "08:00 نيويورك", "10 آذار 2025، 08:00 نيويورك"):
        assert clock in text
    places = page.all("bdi", **{"class": "zone"})
    assert len(places) == 2 + 2 + 1  # two hours, headlines of elsewhere, since when it fails
    assert {found["title"] for found in places} == {"Asia/Beirut", "Europe/London", "America/New_York"}
    english = Reading((await client.get("/", headers={"Accept-Language": "en"})).text)
    assert "08:00 New York" in " ".join(english.text.split())
    assert "كل الأوقات بتوقيت" not in text
    alone = await read(client, "/hudson/")
    assert len(alone.all("bdi", **{"class": "zone"})) == 1
    assert "كل الأوقات بتوقيت نيويورك" in " ".join(alone.text.split())


async def test_where_all_clocks_agree_the_page_says_once_whose_they_are(client: httpx.AsyncClient) -> None:
    page = await read(client, "/")
    assert len(page.all("bdi", **{"class": "zone"})) == 1
    assert "كل الأوقات بتوقيت بيروت" in " ".join(page.text.split())


async def test_a_headline_without_a_note_has_no_place_for_one(library: Newsstand, app: Starlette) -> None:
    async def notes(path: str) -> tuple[int, int]:
        page = await read(client_of(app), path)
        return len(page.all("div", **{"class": "notes"})), len(page.all("details", **{"class": "earlier"}))

    assert await notes("/sahifa/") == (0, 0)
    library.items = [replace(BRIDGE, flag="no printed time")]
    assert (await notes("/sahifa/"), await notes("/")) == ((1, 0), (1, 0))
    library.items = [reworded(BRIDGE, "افتتاح الجسر", at=NOON)]
    assert (await notes("/sahifa/"), await notes("/")) == ((0, 1), (1, 1)), "with all sources, each names its own"


async def test_a_service_that_has_read_nothing_says_how_to_see_it_all(library: Newsstand, app: Starlette) -> None:
    assert "make demo" not in (await read(client_of(app), "/")).text
    library.items.clear()
    library.healths.clear()
    page = await read(client_of(app), "/")
    assert "make demo" in page.text
    assert "ticker demo" in page.text


async def test_where_we_have_no_words_in_the_language_of_a_source_they_are_english(library: Newsstand) -> None:
    library.items = [an_item("آغاز به کار نمایشگاه کتاب", source="sobh")]
    page = await read(client_of(an_app(library, [SOBH])), "/sobh/")
    assert page.all("html", lang="en", dir="ltr")
    assert len(page.all("bdi", lang="fa", dir="rtl")) >= 3  # the title of the feed, of its source, the headline
    assert "Subscribe" in page.text


async def test_every_state_and_cause_is_said_in_arabic(library: Newsstand, app: Starlette) -> None:
    arabic = texts_of("ar").gettext
    for cause in (*CAUSES, None):
        library.healths = {"sahifa": Health("sahifa", "suspect", cause, since=NOON)}
        text = (await read(client_of(app), "/sahifa/")).text
        assert arabic(STATES["suspect"]) in text
        assert arabic(CAUSES[cause] if cause else STATES["suspect"]) in text


async def test_the_page_of_an_item_has_its_time_source_and_old_wordings(library: Newsstand, app: Starlette) -> None:
    item = reworded(BRIDGE, "افتتاح الجسر الجديد أمام الشاحنات", at=NOON)
    library.items = [item]
    page = await read(client_of(app), item_path(item.guid))
    assert page.all("html", lang="ar", dir="rtl")
    assert page.all("time", datetime="2025-03-10T13:54:00+02:00")
    assert page.all("a", href="https://sahifa.example/live")
    assert page.all("a", href="https://sahifa.example/n/1")
    assert "الخبر في مصدره sahifa.example" in " ".join(page.text.split())
    assert "https://" not in page.text
    assert "(بيروت)" in page.text
    assert page.all("bdi", title="Asia/Beirut"), "by its whole name under the pointer"
    assert page.text.index(item.title) < page.text.index("صياغات سابقة") < page.text.index(BRIDGE.title)
    assert page.all("time", datetime="2025-03-10T14:00:00+02:00")


async def test_the_page_of_an_item_says_why_each_wording_was_taken_for_it(library: Newsstand, app: Starlette) -> None:
    why = "edited in place, likeness 0.84"
    was = Revision("افتتاح الجسر القديم", NOON - timedelta(minutes=9), "13:51", NOON - timedelta(minutes=2), why)
    library.items = [replace(BRIDGE, printed="13:54", updated=NOON - timedelta(minutes=2), revisions=(was,))]
    page = await read(client_of(app), item_path(BRIDGE.guid))
    said = "عُدّل في مكانه"
    assert page.text.index(said) < page.text.index("13:51") < page.text.index("افتتاح الجسر القديم")
    assert page.all("time", datetime="2025-03-10T13:58:00+02:00")
    assert why not in page.text
    library.items = [replace(BRIDGE, revisions=(replace(was, reason="as a release to come would say"),))]
    page = await read(client_of(app), item_path(BRIDGE.guid))
    assert "as a release to come would say" in page.text
    assert page.all("bdi", lang="en", dir="ltr"), "English stands apart"


async def test_a_line_whose_time_alone_was_corrected_is_not_called_reworded(library: Newsstand, app: Starlette) -> None:
    was = Revision(
        BRIDGE.title, BRIDGE.first_seen, "13:51", NOON, "same words, old line gone, time 13:54 instead of 13:51"
    )
    library.items = [replace(BRIDGE, printed="13:54", revisions=(was,))]
    assert "عُدّلت صياغته" not in (await read(client_of(app), "/sahifa/")).text
    library.items = [replace(library.items[0], updated=NOON, revisions=(was, replace(was, title="افتتاح جسر")))]
    assert "عُدّلت صياغته" in (await read(client_of(app), "/sahifa/")).text


async def test_the_page_of_an_item_says_that_it_was_withdrawn_or_said_before(
    library: Newsstand, app: Starlette
) -> None:
    gone = replace(FERRY, gone_at=NOON, repost_of=BRIDGE.guid)
    library.items = [BRIDGE, gone]
    page = await read(client_of(app), item_path(gone.guid))
    assert "withdrawn there" in page.text
    assert page.all("a", href=item_path(BRIDGE.guid))
    library.items = [BRIDGE, replace(gone, rank=3)]
    assert "withdrawn there" not in (await read(client_of(app), item_path(gone.guid))).text


async def test_an_item_of_a_source_no_longer_configured_is_still_shown(library: Newsstand, app: Starlette) -> None:
    old = replace(an_item("خبر من مصدر أزيل", source="removed"), flag="no printed time")
    library.items = [old]
    page = await read(client_of(app), item_path(old.guid))
    assert old.title in page.text
    assert "no printed time" in page.text
    assert old.title in (await read(client_of(app), "/")).text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//x", "http://", "http://[", ""]
)
async def test_only_web_addresses_become_links(library: Newsstand, app: Starlette, link: str) -> None:
    library.items = [replace(BRIDGE, link=link)]
    page = await read(client_of(app), item_path(BRIDGE.guid))
    outside = [found["href"] for found in page.all("a") if not (found["href"] or "").startswith(("/", "?", "#"))]
    assert outside == ["https://sahifa.example/live"]


def test_a_password_in_an_address_is_not_shown() -> None:
    assert web_address("https://user:secret@a.example/x?y#z") == "https://a.example/x?y#z"


@pytest.mark.parametrize("identifier", [
    "nothing", "7a47c36e-d896-5bd8-ab79-cf5eed827018", "%00", "..%2f..%2fetc", "7a47c36ed8965bd8ab79cf5eed827018",
])  # fmt: skip
async def test_an_unknown_item_is_a_404_page(client: httpx.AsyncClient, library: Newsstand, identifier: str) -> None:
    answer = await client.get(f"/item/{identifier}")
    assert answer.status_code == 404
    assert Reading(answer.text).all("a", href="/")


async def test_an_item_is_found_in_capitals_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/item/" + item_path(BRIDGE.guid)[6:].upper())).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/nowhere/", "/sahifa/else", "/static/", "/static/app.py", "/feed.rss/", item_path(BRIDGE.guid) + "/"],
)
async def test_anything_else_is_a_404_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "لا توجد صفحة كهذه هنا." in Reading(answer.text).text


async def test_a_source_without_its_slash_is_sent_on(client: httpx.AsyncClient) -> None:
    answer = await client.get("/daily?x=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/daily/?x=1")


@pytest.mark.parametrize(
    "path", ["/", "/daily/", "/daily", "/status", item_path(BRIDGE.guid), "/nowhere", "/healthz", "/nowhere/feed.rss"]
)
async def test_pages_allow_no_script_of_others_no_frame_and_no_guessing(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert "style=" not in answer.text


async def test_status_json_says_of_every_source_how_it_is(library: Newsstand, app: Starlette) -> None:
    library.healths["sahifa"] = Health("sahifa", "suspect", "block-empty", "no rows", NOON, NOON - timedelta(hours=1))
    answer = await client_of(app).get("/status.json")
    assert answer.headers["content-type"] == "application/json"
    sahifa, daily = answer.json()["sources"]
    assert {key: sahifa[key] for key in OF_DESIGN} == {
        "name": "sahifa", "state": "suspect", "cause": "block-empty", "detail": "no rows",
        "since": "2025-03-10T12:00:00Z", "last_success": "2025-03-10T11:00:00Z",
        "next_poll": "2025-03-10T12:00:50Z",
    }  # fmt: skip
    assert {key: daily[key] for key in OF_DESIGN} == {
        "name": "daily", "state": "waiting", "cause": None, "detail": "", "since": None,
        "last_success": None, "next_poll": "2025-03-10T12:00:50Z",
    }  # fmt: skip


async def test_alive_is_always_true_and_ready_is_when_the_combined_feed_can_be_served(library: Newsstand) -> None:
    library.versions.clear()
    library.publish("sahifa", "only one of them")
    app = an_app(library, [a_source(), DAILY])
    client = client_of(app)
    await app.state.shelf.refresh()
    alive, unready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.text) == (200, "ok")
    assert (unready.status_code, unready.headers["retry-after"]) == (503, "30")
    library.publish("", "all of them")
    await app.state.shelf.refresh()
    library.broken = True
    assert [(await client.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]


async def test_when_the_store_refuses_pages_are_503_and_feeds_go_on(library: Newsstand, app: Starlette) -> None:
    library.broken = True
    client = client_of(app)
    page, status, feed = [await client.get(path) for path in ("/", "/status.json", "/feed.rss")]
    assert (page.status_code, page.headers["retry-after"], status.status_code, feed.status_code) == (
        503,
        "30",
        503,
        200,
    )


async def test_a_bug_is_a_plain_500_without_its_insides(library: Newsstand, app: Starlette) -> None:
    library.items = [replace(BRIDGE, published=None)]  # type: ignore[arg-type]  # what no store would give
    answer = await client_of(app, raise_errors=False).get("/")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/status", "/status.json", "/healthz"])
async def test_pages_answer_head_and_refuse_to_be_written(client: httpx.AsyncClient, path: str) -> None:
    head, posted = await client.head(path), await client.post(path)
    assert (head.status_code, posted.status_code) == (200, 405)
    assert sorted(posted.headers["allow"].split(", ")) == ["GET", "HEAD"]
    assert "Traceback" not in posted.text


@pytest.mark.parametrize(("path", "media_type", "opening", "days"), [
    ("/robots.txt", "text/plain; charset=utf-8", b"User-agent: *", 1),
    ("/favicon.ico", "image/x-icon", b"\x00\x00\x01\x00", 30),
    ("/icon.svg", "image/svg+xml", b"<svg", 30),
    ("/icon.png", "image/png", b"\x89PNG\r\n\x1a\n", 30),
    ("/icon-512.png", "image/png", b"\x89PNG\r\n\x1a\n", 30),
    ("/static/style.css", "text/css; charset=utf-8", b":root", 1),
    ("/static/feed.css", "text/css; charset=utf-8", b"/* A feed", 1),
])  # fmt: skip
async def test_what_only_a_release_changes_is_kept_by_clients_for_long(
    client: httpx.AsyncClient, path: str, media_type: str, opening: bytes, days: int
) -> None:
    answer = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content.startswith(opening)
    assert answer.headers["cache-control"] == f"max-age={days * 86_400}"
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/icon.png", "/icon-512.png", "/favicon.ico"])
async def test_a_picture_is_not_compressed_again_and_does_not_vary(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


@pytest.mark.parametrize(("path", "width"), [("/icon.png", 144), ("/icon-512.png", 512)])
async def test_the_icons_have_the_sizes_that_the_formats_ask_for(
    client: httpx.AsyncClient, path: str, width: int
) -> None:
    header = (await client.get(path)).content[16:24]
    assert header == width.to_bytes(4) * 2


async def test_robots_may_read_the_feeds(client: httpx.AsyncClient) -> None:
    assert (await client.get("/robots.txt")).text.split("Disallow:")[1].strip() == ""


async def test_the_list_of_all_feeds_is_there_to_import_and_the_page_leads_to_it(library: Newsstand) -> None:
    client = client_of(an_app(library, [a_source(), DAILY], opml=b"<opml>" + b"x" * 500))
    answer = await client.get("/opml", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"<opml>" + b"x" * 500)
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "feeds.opml" in answer.headers["content-disposition"]
    again = await client.get("/opml", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "max-age=3600")
    assert (await client.get("/opml", headers={"Accept-Encoding": "br"})).headers["content-encoding"] == "br"
    assert (await client.head("/opml")).status_code == 200
    assert (await client.post("/opml")).status_code == 405
    assert (await read(client, "/daily/")).all("a", href="/opml")
    without = client_of(an_app(library, [a_source(), DAILY]))
    assert not (await read(without, "/daily/")).all("a", href="/opml")
    assert (await without.get("/opml")).status_code == 404


async def test_what_stands_beside_answers_its_own_path_only(library: Newsstand) -> None:
    hub = PlainTextResponse("hub", 202)
    sources = [a_source()]
    app = build_app(
        library=library, channels=channels_of(sources), sources=sources, clock=Clock(), next_poll=lambda _name: None,
        beside={"/hub": hub},
    )  # fmt: skip
    client = client_of(app)
    assert [(await client.post(path)).status_code for path in ("/hub", "/hubs", "/")] == [202, 405, 405]


async def test_all_that_a_page_loads_is_there(client: httpx.AsyncClient) -> None:
    page = await read(client, "/")
    loaded = [str(link["href"]) for link in page.all("link") if link["rel"] in ("icon", "stylesheet")]
    assert len(loaded) == 3
    assert [(await client.get(path)).status_code for path in loaded] == [200, 200, 200]
    assert any(re.search(r"style\.css\?v=[0-9a-f]{8}$", path) for path in loaded)


@pytest.mark.parametrize(("language", "expected"), [
    ("ar", "rtl"), ("ar-LB", "rtl"), ("he", "rtl"), ("fa", "rtl"), ("ckb", "rtl"), ("en", "ltr"), ("ku", "ltr"),
    ("ku-Arab", "rtl"), ("uz-Arab-AF", "rtl"), ("ar-Latn", "ltr"), ("AR", "rtl"), ("az-Latn", "ltr"),
])  # fmt: skip
def test_the_direction_follows_language_and_script(language: str, expected: str) -> None:
    assert direction(language) == expected
