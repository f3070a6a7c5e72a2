"""Behind nginx as deploy/nginx has it: a path prefix, TLS, a cache. The real program on both sides, one for all tests.

The tests run in their order: the last ones stop the service, and make it a private one.
"""

import asyncio
import gzip
import html
import re
import shlex
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import brotli
import httpx
import pytest
import pytest_asyncio

from tests.proxied import NGINX, Site, lay_out, needs_nginx, proxied
from tests.readers import Newsboat, needs
from tests.running import PATIENCE, free_port
from tests.stage import ARABIC
from tests.test_live import Stream

pytestmark = [needs_nginx, pytest.mark.asyncio(loop_scope="module")]

TITLES = [*ARABIC, "Council approves <third> tram line & more"]
FEEDS = ("feed.rss", "feed.atom", "feed.json", "desk/feed.rss", "desk/feed.atom", "desk/feed.json")
TOKEN = "correct-horse-battery-staple"  # noqa: S105 - of tests alone
CRAWLED = ("archive/1.rss", "desk/archive/2.json", "desk/", "icon.png", "static/live.js", "static/feed.css", "opml")
COMPRESSED = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}

_ABSOLUTE = re.compile(r"""https?://[^\s"'<>\\),]+""")
_PLACED = re.compile(r"""\b(?:href|src|action|data-stream)="([^"]*)"|url\("?([^")]+)"?\)|from "(\./[^"]+)\"""")
_LINKED = re.compile(r"<([^>]*)>; rel=")
_ELSEWHERE = ("http://www.w3.org/", "http://purl.org/", "https://jsonfeed.org/", "http://www.rssboard.org/")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with proxied(tmp_path_factory.mktemp("proxy"), TITLES) as made:
        yield made


async def test_the_files_that_are_shipped_are_right(site: Site) -> None:
    told = await called(NGINX, "-t", "-c", site.folder / "nginx.conf", "-p", site.folder)
    assert told.returncode == 0, told.stderr
    assert "[warn]" not in told.stderr


async def called(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program, run to its end."""
    return await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.parametrize(("at", "served"), [(0, "/news/"), (1, "/")], ids=["another path", "a host of its own"])
async def test_they_can_be_changed_as_they_say(tmp_path: Path, at: int, served: str) -> None:
    main = lay_out(tmp_path, service=1, port=free_port(), plain=free_port())
    file = tmp_path / "snippets" / "ticker-locations.conf"
    words = shlex.split(re.findall(r"sed -i .* FILE$", file.read_text("utf-8"), re.MULTILINE)[at])
    assert (await called(*words[:-1], file)).returncode == 0
    told = await called(NGINX, "-t", "-c", main, "-p", tmp_path)
    assert told.returncode == 0, told.stderr
    locations = re.findall(r"^location (?:= )?(\S+) \{$", file.read_text("utf-8"), re.MULTILINE)
    assert locations[-2:] == [served, f"{served}events"]
    assert file.read_text("utf-8").count("proxy_pass http://of_ticker/") == 2


async def test_every_address_that_is_told_lies_below_the_prefix_and_answers(site: Site) -> None:
    """Feeds, archives, pages, files, lists, the API, headers: whatever is named is asked for, and what that names."""
    first = ["", *FEEDS, "opml", "status", "status.json", "api/items", "api/openapi.json", "robots.txt", "healthz"]
    waiting = [site.url + path for path in first]
    seen = set(waiting)
    while waiting:
        page = waiting.pop()
        answer = await site.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        for told in addresses(answer):
            assert f"{told}/".startswith((site.url, site.newsroom, *_ELSEWHERE)), (page, told)
            elsewhere = urlsplit(told).path in ("/ticker/hub", "/ticker/events")  # asked for below
            if told.startswith(site.url) and told not in seen and not elsewhere:
                seen.add(told)
                waiting.append(told)
    assert {urlsplit(each).path for each in seen} >= {f"/ticker/{path}" for path in CRAWLED}


def addresses(answer: httpx.Response) -> Iterator[str]:
    """Every one that an answer names, absolute, without what leads to a part of it."""
    page = str(answer.url)
    text = html.unescape(answer.text).replace("\\/", "/")
    yield from (found.partition("#")[0] for found in _ABSOLUTE.findall(text))
    placed = [part for parts in _PLACED.findall(answer.text) for part in parts if part]
    linked = _LINKED.findall(answer.headers.get("Link", ""))
    for found in [*placed, *linked]:
        if not found.startswith(("data:", "mailto:", "#")):
            yield urljoin(page, html.unescape(found).removeprefix("feed:")).partition("#")[0]


async def test_what_leads_elsewhere_leads_below_the_prefix(site: Site) -> None:
    for path in ("/ticker", "desk"):
        answer = await site.get(path)
        assert answer.status_code == 308
        assert urljoin(str(answer.url), answer.headers["Location"]).startswith(site.url)
    plain = await site.client.get(site.plain + "ticker/feed.rss")
    assert (plain.status_code, plain.headers["Location"]) == (308, "https://127.0.0.1/ticker/feed.rss")
    assert "; Path=/ticker/;" in (await site.get("?lang=ar")).headers["Set-Cookie"]


async def test_the_hub_is_where_the_feed_says(site: Site) -> None:
    hub = (await site.get("feed.rss")).links["hub"]["url"]
    assert hub == site.url + "hub"
    wish = {"hub.mode": "subscribe", "hub.topic": site.url + "feed.rss", "hub.callback": "https://127.0.0.1:9/told"}
    refused = await site.client.post(hub, data=wish)
    assert refused.status_code == 400
    assert "callback" in refused.text, "the hub itself says so"


async def test_who_holds_the_feed_is_told_so_by_the_cache(site: Site) -> None:
    """By either validator; and the cache asks the service with those that it holds, once they are old."""
    held = await kept(site, "feed.rss")
    assert "stale-if-error" in held.headers["Cache-Control"]
    asked = site.answered("/feed.rss")
    for header in ({"If_None_Match": held.headers["ETag"]}, {"If_Modified_Since": held.headers["Last-Modified"]}):
        same = await site.until("feed.rss", is_kept, **header)
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["ETag"] == held.headers["ETag"]
        assert same.headers["Cache-Control"] == held.headers["Cache-Control"]
    assert (await site.get("feed.rss", If_None_Match='"another"')).status_code == 200
    again = await site.until("feed.rss", lambda answer: kept_how(answer) == "REVALIDATED")
    assert (again.status_code, again.content) == (200, held.content)
    async with asyncio.timeout(PATIENCE):
        while len(site.answered("/feed.rss")) == len(asked):  # it is logged once it was answered
            await asyncio.sleep(0.02)
    assert set(site.answered("/feed.rss")[len(asked) :]) == {304}, "the service has sent the feed once"


async def kept(site: Site, path: str, **headers: str) -> httpx.Response:
    """The answer, out of the cache."""
    return await site.until(path, is_kept, **headers)


def is_kept(answer: httpx.Response) -> bool:
    return kept_how(answer) == "HIT"


def kept_how(answer: httpx.Response) -> str:
    """What nginx says of its copy; "" where it keeps none."""
    return str(answer.headers.get("X-Cache-Status", ""))


async def test_each_reader_gets_the_coding_that_it_can_read(site: Site) -> None:
    for path in ("feed.rss", "archive/1.json"):
        tags, bodies = set(), set()
        for coding, unpack in COMPRESSED.items():
            answer, body = await raw(site, path, coding)
            assert answer.headers.get("Content-Encoding", "") == coding
            assert "Accept-Encoding" in answer.headers["Vary"]
            tags.add(answer.headers["ETag"])
            bodies.add(unpack(body))
        assert (len(tags), len(bodies)) == (3, 1)
    assert (await raw(site, "", "br"))[0].headers["Content-Encoding"] == "br", "a page"


async def raw(site: Site, path: str, coding: str) -> tuple[httpx.Response, bytes]:
    """What comes out of the cache for this Accept-Encoding, where it is kept at all; and the bytes as sent."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with site.client.stream("GET", site.url + path, headers={"Accept-Encoding": coding}) as answer:
                body = b"".join([chunk async for chunk in answer.aiter_raw()])
                if kept_how(answer) in ("", "HIT"):
                    return answer, body


async def test_a_browser_and_a_reader_are_told_different_types_by_one_cache(site: Site) -> None:
    shown = await kept(site, "feed.atom", Sec_Fetch_Dest="document")
    read = await kept(site, "feed.atom", Accept="*/*")
    assert shown.headers["Content-Type"].startswith("application/xml")
    assert read.headers["Content-Type"].startswith("application/atom+xml")


async def test_a_part_is_never_sent_for_the_whole(site: Site) -> None:
    answer = await kept(site, "feed.rss", Range="bytes=0-9")
    assert answer.status_code == 200
    assert answer.content.endswith(b"</rss>")


async def test_the_longest_filter_gets_through(site: Site) -> None:
    """Its address stands in Link once more: 3,000 bytes, and nginx by itself takes 4 KB of header lines."""
    words = quote("خ" * 500)
    answer = await site.get(f"feed.rss?q={words}")
    assert answer.status_code == 200
    assert words in answer.headers["Link"]


async def test_only_feeds_are_kept(site: Site) -> None:
    (item,) = (await site.get("api/items?limit=1")).json()["items"]
    page = urlsplit(item["page"]).path
    for path in ("", "desk/", "?q=CNN", page, "status", "status.json", "healthz", "metrics", "api/items", "opml"):
        assert not kept_how(await site.get(path)), path
    names = set(re.findall(rb"^KEY: \S+?(?=/[^/\n?]*(?:\?|$))/(\S*)$", site.kept(), re.MULTILINE))
    assert names
    assert all(re.match(rb"(feed\.|[1-9]\d*\.)(rss|atom|json)", name) for name in names), names


async def test_a_headline_comes_through_cache_and_stream_at_once(site: Site) -> None:
    """The stream over HTTP/1.1 and HTTP/2, with nothing held back; the feed as soon as max-age is over."""
    states: set[str] = set()

    def shows(answer: httpx.Response) -> bool:
        states.add(kept_how(answer))
        return "مكتبة الحي" in answer.text

    async with AsyncExitStack() as stack:
        stream = await listen(site, stack)
        curl = await asyncio.create_subprocess_exec(
            "curl", "-sN", "--http2", "-D-", "--cacert", site.folder / "fullchain.pem", site.url + "events",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert curl.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert (await curl.stdout.readline()).split()[:2] == [b"HTTP/2", b"200"]
            await curl.stdout.readuntil(b"retry: ")
            site.add("افتتاح مكتبة الحي")
            assert (await stream.event()).titles == ["افتتاح مكتبة الحي"]
            await curl.stdout.readuntil("افتتاح مكتبة الحي".encode())
            await site.until("feed.json", shows)
        assert states <= {"HIT", "MISS", "EXPIRED", "REVALIDATED"}, "nobody is given what is known to be old"
        curl.kill()
        await curl.wait()


async def listen(site: Site, stack: AsyncExitStack, **headers: str) -> Stream:
    """An open page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await stack.enter_async_context(site.client.stream("GET", site.url + "events", headers=named))
    assert (answer.status_code, answer.http_version) == (200, "HTTP/1.1")
    return Stream(answer)


async def test_one_reader_is_not_counted_for_another(site: Site) -> None:
    """Each is a client of its own to the service, which is asked by nginx alone."""
    async with site.from_another("127.0.0.2") as busy, site.from_another("127.0.0.3") as other:
        for n in range(250):
            asked = await busy.get("api/items?limit=1", headers={"X-Forwarded-For": f"192.0.2.{n}"})
            if asked.status_code != 200:
                break
        assert asked.status_code == 429, "whatever it says of itself"
        assert (await other.get("api/items?limit=1")).status_code == 200
        assert (await busy.get("feed.rss")).status_code == 200


@needs("newsboat")
async def test_a_real_reader_reads_through_it(site: Site) -> None:
    reader = Newsboat(site.folder / "newsboat", site.url + "feed.rss")
    (reader.folder / "config").write_text("auto-reload no\nssl-verifypeer no\n")
    held = await reader.reload()
    assert held == {item["id"]: item["title"] for item in (await site.get("feed.json")).json()["items"]}
    assert await reader.reload() == held


async def test_a_feed_outlives_the_service_and_news_come_with_it(site: Site) -> None:
    """Streams go on where they were; what cannot be kept says that it is not there."""
    async with AsyncExitStack() as stack:
        stream = await listen(site, stack)
        site.add("قطار جديد إلى المرفأ")
        await stream.event()
        await site.until("feed.rss", lambda answer: "قطار جديد" in answer.text)
        await site.service.stop()
        held = await site.until("feed.rss", lambda answer: kept_how(answer) == "STALE")
        assert (held.status_code, "قطار جديد" in held.text) == (200, True)
        assert (await site.get("")).status_code == 502
        site.add("سوق الخميس يعود")
        await site.start()
        fresh = await site.until("feed.rss", lambda answer: "سوق الخميس يعود" in answer.text)
        assert kept_how(fresh) in ("EXPIRED", "HIT")
        again = await listen(site, stack, Last_Event_ID=stream.last_id)
        assert (await again.event()).titles == ["سوق الخميس يعود"]


async def test_nothing_private_is_kept_and_nobody_reads_without_the_token(site: Site) -> None:
    """A service that becomes private: what was public is served no longer than max-age, what is not is never kept."""
    (site.folder / "token").write_text(TOKEN)

    def private(settings: dict[str, dict[str, object]]) -> None:
        settings["server"]["read_token"] = {"file": str(site.folder / "token")}
        settings["feed"]["hub"] = False

    await site.set_up(private)
    await site.until("feed.rss", lambda answer: answer.status_code == 401)
    site.add("خبر سري من الداخل")
    shown = {"Authorization": f"Bearer {TOKEN}"}
    await site.until("feed.rss", lambda answer: "خبر سري" in answer.text, **shown)
    for path, headers in ((f"feed.json?token={TOKEN}", {}), ("feed.json", shown), ("opml", shown), ("", shown)):
        for _ in range(2):
            answer = await site.get(path, **headers)
            assert answer.status_code == 200
            assert kept_how(answer) in ("", "MISS", "EXPIRED"), path
            assert answer.headers["Cache-Control"].startswith("private")
        assert (await site.get(path.partition("?")[0])).status_code == 401
    page = await site.get(f"?token={TOKEN}", Accept="text/html")
    assert urljoin(str(page.url), page.headers["Location"]) == site.url
    assert "; Path=/ticker/; HttpOnly; SameSite=Lax; Secure" in page.headers["Set-Cookie"]
    assert TOKEN.encode() not in site.kept()
    assert "خبر سري".encode() not in site.kept()
    assert TOKEN not in (site.folder / "ticker.log").read_text("utf-8")
