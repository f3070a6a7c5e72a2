"""`ticker check`: what is said of the store, and with --online of every source, against a real server."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tests.newsstand import a_source, serving
from tests.running import answered, free_port, write_config
from ticker.model import Courtesy, Page, Source, Validators
from ticker.store.postgresql import public_name
from ticker.trial import AT_ONCE, Trial, try_all

TITLES = (
    "افتتاح الجسر الجديد فوق النهر بعد عامين من العمل",
    "قطار إضافي إلى الجبل في عطلة نهاية الأسبوع",
    "مطر غزير على الساحل والأرصاد تتوقع انحساره مساء",
    "معرض الكتاب يمدد أيامه حتى نهاية الشهر الجاري",
    "البلدية تبدأ ترميم السوق القديم من جهته الشرقية",
    "فريق الجامعة يحرز كأس المدينة في الكرة الطائرة",
)


def page(*, heading: str = "عاجل", apart: timedelta = timedelta(minutes=9), at: datetime | None = None) -> str:
    """A ticker whose newest line is a minute old."""
    newest = (at or datetime.now(UTC)) - timedelta(minutes=1)  # noqa: TID251 - the program reads the real clock too
    times = [(newest - apart * n).strftime("%H:%M") for n in range(len(TITLES))]
    rows = "".join(
        f"<li><time>{said}</time> <span>{title}</span></li>" for said, title in zip(times, TITLES, strict=True)
    )
    return f"<html lang=ar><meta charset=utf-8><body><h2>{heading}</h2><ul>{rows}</ul></body></html>"


@dataclass
class Site:
    """Answers by path, and remembers what was asked."""

    robots: str = ""
    asked: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        self.asked[request.url.path] += 1
        await self.answer(request.url.path)(scope, receive, send)

    def answer(self, path: str) -> Response:
        match path:
            case "/robots.txt":
                return PlainTextResponse(self.robots, 200 if self.robots else 404)
            case "/live" | "/also":
                return HTMLResponse(page(), headers={"ETag": '"7"', "Last-Modified": "Mon, 10 Mar 2025 12:00:00 GMT"})
            case "/fast":
                return HTMLResponse(page(apart=timedelta(minutes=1)))
            case "/renamed":
                return HTMLResponse(page(heading="آخر الأخبار"))
            case "/moved":
                return RedirectResponse("/live")
            case "/secret":
                return HTMLResponse(page())
        return PlainTextResponse("gone", 503)


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    site = Site()
    with serving(site) as port:
        yield site, f"http://127.0.0.1:{port}"


def config_of(folder: Path, base: str, *paths: str, **more: Any) -> Path:
    """A source for each path, named like it."""
    path = write_config(folder, f"{base}/live", stored=False)
    settings = yaml.safe_load(path.read_text("utf-8"))
    source = settings["sources"][0] | {"heading": "عاجل", "timezone": "UTC", "every": "60s"} | more
    settings["sources"] = [source | {"name": each, "url": f"{base}/{each}"} for each in paths]
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return path


def test_a_store_that_is_not_there_is_not_made_by_a_check(tmp_path):
    config = write_config(tmp_path, "https://news.example/", stored=False)
    said = answered("check", config=config).stdout
    store = public_name(yaml.safe_load(config.read_text("utf-8"))["store"]).removeprefix("sqlite:///")
    assert f"{store} is not there yet; it is made at the first start" in said
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.yaml"]
    assert json.loads(answered("check", "--json", config=config).stdout)["items"] is None


def test_a_store_below_what_is_no_folder_fails_the_check(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TICKER_STORE", f"sqlite:///{tmp_path}/file/ticker.db")
    said = answered("check", config=write_config(tmp_path, "https://news.example/"), check=1).stderr
    assert f"{tmp_path}/file is no folder; choose another with store in config.yaml" in said


def test_each_source_that_is_read_is_told_with_all_that_its_server_offers(tmp_path, site):
    server, base = site
    server.robots = "User-agent: *\nDisallow: /private"
    done = answered("check", "--online", config=config_of(tmp_path, base, "live", "moved"))
    live, moved = done.stdout.split("\nlive: ")[1].split("\nmoved: ")
    assert live.startswith("6 headlines under “عاجل”, the newest ")
    assert TITLES[0] in live
    assert re.search(rf"page: {base}/live answered in \d+\.\d\d s, ", live)
    assert "bytes, UTF-8" in live
    assert "robots.txt: allows it" in live
    assert "ETag and Last-Modified offered: they can be answered 304" in live
    assert "risk" not in live
    assert "redirected" not in live
    assert f"redirected: to {base}/live" in moved
    assert "unchanged pages: ETag offered" in moved, "the date of another address is not ours to send"
    assert server.asked["/robots.txt"] == 1, "once a host"
    assert not (tmp_path / "ticker.db").exists()


@pytest.mark.parametrize(("path", "cause", "helps"), [
    ("renamed", "heading-absent: the page does not hold", "a list stands under “آخر الأخبار”: is that the heading?"),
    ("broken", "refused: answered 503 Service Unavailable", "If it has moved, correct its address (url:)"),
])  # fmt: skip
def test_a_source_that_cannot_be_read_is_told_with_what_helps(tmp_path, site, path, cause, helps):
    done = answered("check", "--online", config=config_of(tmp_path, site[1], "live", path), check=1)
    failing = done.stdout.split(f"\n{path}: ")[1]
    assert failing.startswith(cause)
    assert f"what helps: {failing.split('what helps: ')[1].splitlines()[0]}" in failing
    assert helps in failing
    assert "live: 6 headlines" in done.stdout, "the others are checked all the same"


def test_robots_that_forbid_the_page_fail_the_check_unless_they_are_ignored(tmp_path, site):
    server, base = site
    server.robots = "User-agent: *\nDisallow: /secret\nCrawl-delay: 0.5"
    failed = answered("check", "--online", config=config_of(tmp_path, base, "secret"), check=1).stdout
    assert "secret: refused: robots.txt of 127.0.0.1 forbids /secret" in failed
    assert "what helps" not in failed, "the sentence says it already"
    assert server.asked["/secret"] == 0
    ignored = answered("check", "--online", config=config_of(tmp_path, base, "secret", robots="ignore")).stdout
    assert "robots.txt: ignored, as configured" in ignored
    allowed = answered("check", "--online", config=config_of(tmp_path, base, "live")).stdout
    assert "allows it, and asks for 0.5 s between two requests" in allowed


def test_a_list_that_fills_faster_than_it_is_read_is_a_risk(tmp_path, site):
    said = answered("check", "--online", config=config_of(tmp_path, site[1], "fast", every="5m")).stdout
    assert "risk: lines may be missed" in said
    calm = answered("check", "--online", config=config_of(tmp_path, site[1], "fast", every="30s")).stdout
    assert "risk" not in calm


def test_for_programs_the_same_is_json(tmp_path, site):
    _, base = site
    done = answered("check", "--online", "--json", config=config_of(tmp_path, base, "live", "renamed"), check=1)
    told = json.loads(done.stdout)
    live, renamed = told["sources"]
    newest = live.pop("newest")
    assert newest["title"] == TITLES[0]
    assert 0 < live.pop("seconds") < 10
    assert live == {
        "name": "live", "url": f"{base}/live", "ok": True, "cause": None, "detail": "", "cure": "",
        "bytes": len(page().encode()), "redirected": None, "utf8": True, "robots": "allowed", "crawl_delay": 0,
        "note": "", "heading": "عاجل", "rows": 6, "etag": True, "last_modified": True, "risk": "",
    }  # fmt: skip
    assert (renamed["ok"], renamed["cause"], renamed["rows"], renamed["newest"]) == (False, "heading-absent", 0, None)
    assert told["sources_configured"] == 2
    assert json.loads(answered("check", "--json", config=config_of(tmp_path, base, "live")).stdout)["sources"] is None


def test_a_port_where_nobody_listens_is_named(tmp_path):
    config = config_of(tmp_path, f"http://127.0.0.1:{free_port()}", "live")
    said = answered("check", "--online", config=config, check=1).stdout
    assert "live: unreachable: connection refused" in said
    assert "what helps: Open the page in a browser." in said


def test_a_private_address_is_not_read_and_what_would_allow_it_is_told(tmp_path, site):
    server, base = site
    said = answered("check", "--online", config=config_of(tmp_path, base, "live", allow_private=False), check=1).stdout
    assert "what helps: If that is meant, as on an intranet, write allow_private: true" in said
    assert not server.asked


@dataclass
class Hosts:
    """Reads pages that take a moment, and watches how many are read at once, in all and of each host."""

    delay: timedelta = timedelta()
    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        for counted in ("all", url.split("/")[2]):
            self.now[counted] += 1
            self.most[counted] = max(self.most[counted], self.now[counted])
        await asyncio.sleep(0.002)
        for counted in ("all", url.split("/")[2]):
            self.now[counted] -= 1
        at = datetime(2025, 3, 10, 12, tzinfo=UTC)
        return Page(url, page(at=at), "html", at)

    def courtesy(self, source: Source) -> Courtesy:
        return Courtesy(crawl_delay=self.delay)


def on_one_host(number: int) -> list[Source]:
    addresses = [f"https://shared.example/{n}" for n in range(number)]
    return [replace(a_source(f"shared-{n}"), heading="عاجل", urls=(url,)) for n, url in enumerate(addresses)]


async def tried(sources: list[Source], hosts: Hosts) -> tuple[list[Trial], list[float], list[tuple[int, int]]]:
    slept: list[float] = []
    told: list[tuple[int, int]] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    trials = await try_all(sources, hosts, progress=lambda done, of: told.append((done, of)), sleep=sleep)
    return trials, slept, told


async def test_many_hosts_are_read_at_once_and_each_of_them_by_one_request_at_a_time():
    hosts = Hosts()
    names = [f"paper-{number}" for number in range(20)]
    ours = [replace(a_source(name), heading="عاجل") for name in names]
    shared = on_one_host(5)
    trials, slept, told = await tried(ours + shared, hosts)
    assert [trial.source for trial in trials] == ours + shared
    assert {trial.failure for trial in trials} == {None}
    assert (hosts.most["all"], hosts.most["shared.example"]) == (AT_ONCE, 1)
    assert slept == []
    assert (len(told), told[-1]) == (25, (25, 25))


async def test_the_delay_that_a_host_asks_for_is_kept_between_two_of_its_sources():
    sources = on_one_host(3)
    _, slept, _ = await tried(sources, Hosts(timedelta(seconds=20)))
    assert slept == [20, 20]
    _, slept, _ = await tried(sources, Hosts(timedelta(hours=5)))
    assert slept == [60, 60], "a person waits"
