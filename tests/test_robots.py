"""What robots.txt forbids is not read (RFC 9309); asking for it costs next to nothing, whatever the host does."""

import asyncio
import gzip
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import certifi
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from tests import faults
from tests.faults import Site, head, page, raw, redirect
from ticker.errors import FetchError
from ticker.fetch import Fetcher
from ticker.fetch.robots import MOST_BYTES, MOST_KEPT, Robots, ours
from ticker.model import Courtesy, Page, Source

HTML = "<!doctype html><p>09:41 The ferry sails again</p>"
NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each fetcher."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as site:
        for path in ("/", "/live", "/live/city", "/private"):
            site[path] = page(HTML)
        yield site


class Clock:
    """Tells the time it is set to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def a_source(
    name: str = "city",
    *,
    robots: Literal["obey", "ignore"] = "obey",
    timeout: timedelta = timedelta(seconds=5),
    headers: dict[str, str] | None = None,
) -> Source:
    return Source(
        name, name, ("http://127.0.0.1/",), ZoneInfo("UTC"), robots=robots, timeout=timeout, headers=headers or {},
        allow_private=True,
    )  # fmt: skip


def polite(clock: Clock | None = None) -> Fetcher:
    return Fetcher(clock=clock or Clock(), robots=True)


async def refusal(fetch: Fetcher, url: str, of: Source | None = None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetch(of or a_source(), url, None)
    assert "\n" not in caught.value.detail
    return caught.value


def asked(site: Site) -> list[str]:
    return [one.path for one in site.asked]


# Which rules are ours


@pytest.mark.parametrize(
    ("rules", "read", "forbidden"),
    [
        pytest.param("", "/live", None, id="an empty one"),
        pytest.param("User-agent: *\nDisallow:", "/live", None, id="nothing is forbidden"),
        pytest.param("User-agent: *\nDisallow: /private", "/live", "/private", id="a part is"),
        pytest.param("User-agent: *\nDisallow: /\nAllow: /live", "/live/city", "/", id="the longer rule counts"),
        pytest.param("User-agent: Ticker\nDisallow: /\n\nUser-agent: *\nDisallow:", None, "/live", id="by our name"),
        pytest.param("user-AGENT: tIcKeR\ndisallow: /", None, "/live", id="in any case"),
        pytest.param("User-agent: Ticker/1.0\nDisallow: /", None, "/live", id="with a version"),
        pytest.param("User-agent: *\nDisallow: /\n\nUser-agent: Ticker\nAllow: /", "/live", None, id="we, not they"),
        pytest.param("User-agent: Tick\nDisallow: /", "/live", None, id="not by the beginning of our name"),
        pytest.param("User-agent: TickerTape\nDisallow: /", "/live", None, id="not by a longer one"),
        pytest.param("User-agent: Otherbot\nDisallow: /", "/live", None, id="not by another"),
        pytest.param("User-agent: Otherbot\nUser-agent: Ticker\nDisallow: /", None, "/live", id="one of two names"),
        pytest.param("User-agent: Ticker\nUser-agent: Otherbot\nDisallow: /", None, "/live", id="the first of two"),
        pytest.param(
            "User-agent: Ticker\nDisallow: /private\nUser-agent: Otherbot\nDisallow: /", "/live", "/private",
            id="a name after a rule begins another group",
        ),
        pytest.param(
            "User-agent: Ticker\nDisallow: /private\n\nUser-agent: a\nAllow: /\n\nUser-agent: Ticker\nDisallow: /city",
            "/live", "/city", id="two groups of ours are one",
        ),
        pytest.param(
            "User-agent: Ticker\nSitemap: https://news.example/map\nDisallow: /private", "/live", "/private",
            id="what is of the whole site ends no group",
        ),
        pytest.param("User-agent: *\nDisallow: /*/city$", "/live", "/live/city", id="wildcards"),
        pytest.param("\ufeffUser-agent: * # all\r\nDisallow: /private # ours\r\n", "/live", "/private", id="comments"),
        pytest.param("Disallow: /", "/live", None, id="a rule for nobody"),
        pytest.param("<html><title>Not found</title><p>Disallow: /</p>", "/live", None, id="a page instead"),
        pytest.param("\0\xff\xfe junk\n\n::::\n", "/live", None, id="junk"),
    ],
)  # fmt: skip
async def test_the_rules_for_us_are_kept(site: Site, rules: str, read: str | None, forbidden: str | None) -> None:
    site["/robots.txt"] = page(rules, content_type="text/plain")
    fetch = polite()

    if read is not None:
        assert isinstance(await fetch(a_source(), site.url(read), None), Page)
    if forbidden is not None:
        before = len(site.asked)
        error = await refusal(fetch, site.url(forbidden))
        assert error.cause == "refused"
        assert error.detail.startswith(f"robots.txt of 127.0.0.1 forbids {forbidden}; robots: ignore reads it")
        assert forbidden not in asked(site)[before:], "it was not even asked for"


@given(st.text(max_size=300) | st.text(alphabet="uUser-agent: *TickDsalow/\n#", max_size=300))
def test_whatever_it_says_it_can_be_read_and_gives_rules_of_ours_alone(text: str) -> None:
    for line in ours(text).splitlines():
        assert line.lower().startswith(("user-agent: ticker", "user-agent: *", "dis", "dia", "allow", "crawl"))


def test_ten_thousand_names_over_ten_thousand_rules_take_no_time() -> None:
    text = "".join(f"user-agent: bot{n}\n" for n in range(10_000)) + "".join(f"allow: /{n}\n" for n in range(15_000))
    began = time.process_time()

    assert ours(text) == ""
    assert time.process_time() - began < 1


# What there is when it cannot be had (RFC 9309 §2.3.1)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418, 429, 451])
async def test_where_there_is_none_all_may_be_read(site: Site, status: int) -> None:
    site["/robots.txt"] = page("User-agent: *\nDisallow: /", status=status)

    assert await polite()(a_source(), site.url(), None) is not None


@pytest.mark.parametrize(
    ("behaviour", "cause", "said"),
    [
        pytest.param(page("", status=503, retry_after="60"), "refused", "answered 503", id="503"),
        pytest.param(page("", status=500), "refused", "answered 500", id="500"),
        pytest.param(page("", status=503, cf_mitigated="challenge"), "challenged", "browser", id="a challenge"),
        pytest.param(raw(b""), "unreachable", "disconnected", id="closed at once"),
        pytest.param(raw(b"junk\r\n\r\n"), "unreachable", "transfer broke", id="not HTTP"),
        pytest.param(page("x", content_encoding="gzip"), "unreachable", "breaks off", id="cut off"),
        pytest.param(redirect("file:///etc/passwd"), "unreachable", "not a web address", id="a redirect off the web"),
    ],
)
async def test_where_it_is_not_to_be_had_nothing_is_read(
    site: Site, behaviour: faults.Behaviour, cause: str, said: str
) -> None:
    site["/robots.txt"] = behaviour
    error = await refusal(polite(), site.url())

    assert error.cause == cause
    assert said in error.detail
    assert error.detail.endswith("asked for robots.txt of 127.0.0.1; if that alone is amiss, robots: ignore reads on")
    assert error.retry_after == (60 if "503" in said else None)
    assert asked(site) == ["/robots.txt"]


async def test_a_copy_that_is_held_counts_where_it_is_not_to_be_had(site: Site) -> None:
    clock = Clock()
    fetch = polite(clock)
    site["/robots.txt"] = page("User-agent: *\nDisallow: /private")
    await fetch(a_source(), site.url(), None)

    site["/robots.txt"] = page("", status=503)
    clock.now += timedelta(hours=25)
    assert await fetch(a_source(), site.url(), None) is not None
    note = (
        "robots.txt of 127.0.0.1 is not to be had (answered 503 Service Unavailable): the rules of 2025-03-10 are kept"
    )
    assert fetch.courtesy(a_source()).note == note
    assert "forbids /private" in (await refusal(fetch, site.url("/private"))).detail

    site["/robots.txt"] = page("")
    clock.now += timedelta(hours=2)
    assert await fetch(a_source(), site.url("/private"), None) is not None
    assert fetch.courtesy(a_source()).note == ""


async def test_a_failure_is_forgotten_as_soon_as_the_next_poll(site: Site) -> None:
    clock = Clock()
    fetch = polite(clock)
    site["/robots.txt"] = page("", status=500)
    await refusal(fetch, site.url())

    site["/robots.txt"] = page("")
    clock.now += timedelta(seconds=50)
    assert await fetch(a_source(), site.url(), None) is not None


async def test_one_that_came_too_late_for_a_hasty_source_is_waited_for_by_the_others(site: Site) -> None:
    async def late(asked: faults.Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        await page("User-agent: *\nDisallow: /private")(asked, writer)

    site["/robots.txt"] = late
    fetch, hasty = polite(), a_source("hasty", timeout=timedelta(seconds=0.3))

    assert "no complete answer within 0.1 s, asked for robots.txt" in (await refusal(fetch, site.url(), hasty)).detail
    assert "no complete answer within 0.1 s" in (await refusal(fetch, site.url(), hasty)).detail
    assert asked(site) == ["/robots.txt"], "who has no more time asks no more"

    assert isinstance(await fetch(a_source("patient"), site.url(), None), Page)
    assert isinstance(await fetch(hasty, site.url(), None), Page)
    assert asked(site) == ["/robots.txt", "/robots.txt", "/", "/"]


async def test_one_that_came_too_late_for_a_patient_source_is_not_waited_for_by_a_hasty_one(site: Site) -> None:
    site["/robots.txt"] = faults.hang
    fetch = polite()

    await refusal(fetch, site.url(), a_source(timeout=timedelta(seconds=0.6)))
    await refusal(fetch, site.url(), a_source("hasty", timeout=timedelta(seconds=0.3)))

    assert asked(site) == ["/robots.txt"]


async def test_a_refusal_to_a_hasty_source_is_one_to_all(site: Site) -> None:
    site["/robots.txt"] = page("", status=500)
    fetch = polite()

    await refusal(fetch, site.url(), a_source("hasty", timeout=timedelta(seconds=3)))
    await refusal(fetch, site.url(), a_source("patient"))

    assert asked(site) == ["/robots.txt"]


# How often it is asked for


async def test_it_is_asked_for_once_a_day_and_before_the_page(site: Site) -> None:
    clock = Clock()
    fetch = polite(clock)
    for hours in (0, 1, 23):
        clock.now = NOON + timedelta(hours=hours)
        await fetch(a_source(), site.url(), None)
    assert asked(site) == ["/robots.txt", "/", "/", "/"]

    clock.now = NOON + timedelta(hours=24)
    await fetch(a_source(), site.url(), None)
    assert asked(site)[4:] == ["/robots.txt", "/"]


async def test_many_sources_of_a_host_ask_for_it_once_between_them(site: Site) -> None:
    site["/robots.txt"] = page("User-agent: *\nDisallow: /private")
    fetch = polite()

    pages = await asyncio.gather(*(fetch(a_source(f"s{n}"), site.url(), None) for n in range(20)))

    assert all(isinstance(one, Page) for one in pages)
    assert asked(site).count("/robots.txt") == 1


async def test_a_poll_that_is_cancelled_while_it_asks_leaves_the_others_to_go_on(site: Site) -> None:
    fetch = polite()
    site["/robots.txt"] = faults.hang
    first = asyncio.create_task(fetch(a_source("first"), site.url(), None))
    while not site.asked:
        await asyncio.sleep(0.002)
    second = asyncio.create_task(fetch(a_source("second"), site.url(), None))
    site["/robots.txt"] = page("")
    await asyncio.sleep(0.01)

    first.cancel()
    with suppress(asyncio.CancelledError):
        await first

    assert isinstance(await second, Page)


async def test_a_source_that_ignores_it_does_not_ask_and_says_so(site: Site) -> None:
    site["/robots.txt"] = page("User-agent: *\nDisallow: /\nCrawl-delay: 60")
    fetch, bold = polite(), a_source(robots="ignore")

    assert await fetch(bold, site.url(), None) is not None
    assert asked(site) == ["/"]
    assert fetch.courtesy(bold) == Courtesy(note="robots.txt is ignored, as configured")


async def test_a_fetcher_that_was_not_told_to_does_not_ask(site: Site) -> None:
    await Fetcher(clock=Clock())(a_source(), site.url(), None)

    assert asked(site) == ["/"]


async def test_it_is_asked_for_as_ourselves_and_without_secrets(site: Site) -> None:
    site["/robots.txt"] = redirect("/rules.txt")
    site["/rules.txt"] = page("")
    secret = a_source(headers={"Cookie": "paid=1", "User-Agent": "Reader", "Authorization": "Bearer x"})

    await polite()(secret, site.url().replace("://", "://reader:s3cret@"), None)

    rules, page_asked = site.asked[1], site.asked[2]
    assert rules.path == "/rules.txt"
    assert rules.headers["user-agent"] == "Reader"
    assert not rules.headers.keys() & {"cookie", "authorization"}
    assert page_asked.headers["cookie"] == "paid=1"


# Where it leads, and what it costs


async def test_each_hop_of_a_redirect_is_asked_for_its_own(site: Site) -> None:
    async with Site() as other:
        other["/robots.txt"] = page("User-agent: *\nDisallow: /city")
        other["/city"] = page(HTML)
        site["/"] = redirect(other.url("/city"))
        error = await refusal(polite(), site.url())

    assert "forbids /city" in error.detail
    assert asked(other) == ["/robots.txt"]


async def test_five_redirects_of_it_are_followed_and_more_are_none_at_all(site: Site) -> None:
    site["/robots.txt"] = redirect("/r1")
    for hop in range(1, 5):
        site[f"/r{hop}"] = redirect(f"/r{hop + 1}")
    site["/r5"] = page("User-agent: *\nDisallow: /")
    assert "forbids /" in (await refusal(polite(), site.url())).detail

    site["/robots.txt"] = faults.redirect_for_ever
    assert await polite()(a_source(), site.url(), None) is not None


async def test_what_is_beyond_500_kb_is_not_read(site: Site) -> None:
    end = "Disallow: /l"  # and "ater" beyond it
    rules = "User-agent: *\nDisallow: /private\n"
    rules += "#" * (MOST_BYTES - len(rules) - len(end) - 1) + f"\n{end}ater\nDisallow: /live\n"
    site["/robots.txt"] = page(gzip.compress(rules.encode()), content_type="text/plain", content_encoding="gzip")
    fetch = polite()

    assert await fetch(a_source(), site.url("/live"), None) is not None
    assert "forbids" in (await refusal(fetch, site.url("/private"))).detail


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(faults.hang, id="hangs"),
        pytest.param(faults.drip(head(content_type="text/plain")), id="drips"),
    ],
)
async def test_one_that_never_ends_costs_a_third_of_the_time_and_names_itself(
    site: Site, behaviour: faults.Behaviour
) -> None:
    site["/robots.txt"] = behaviour
    began = time.monotonic()

    error = await refusal(polite(), site.url(), a_source(timeout=timedelta(seconds=0.9)))

    assert time.monotonic() - began < 0.9
    assert error.cause == "unreachable"
    assert error.detail.startswith("no complete answer within 0.3 s, asked for robots.txt of 127.0.0.1")


async def test_the_timeout_of_a_source_covers_it_and_the_page(site: Site) -> None:
    async def late(asked: faults.Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        await page("")(asked, writer)

    site["/robots.txt"] = late
    site["/"] = faults.hang
    began = time.monotonic()

    error = await refusal(polite(), site.url(), a_source(timeout=timedelta(seconds=0.9)))

    assert error.detail == "no complete answer within 0.9 s"
    assert time.monotonic() - began < 1.2, "once, and not once for each"


@pytest.mark.parametrize(
    ("rule", "count", "length"),
    [
        pytest.param("/*zzzzzzzz{:05d}q", 18_000, 60_000, id="many rules, long address"),
        pytest.param("/*zzz{:05d}q", 450, 60_000, id="few rules, long address"),
    ],
)
async def test_long_rules_and_long_addresses_do_not_hold_up_the_others(rule: str, count: int, length: int) -> None:
    rules = "User-agent: *\n" + "\n".join("Disallow: " + rule.format(n) for n in range(count))
    threads: list[threading.Thread] = []

    async def read(source: Source, url: str) -> str:
        return rules

    def noted(parser: Protego, url: str, agent: str) -> bool:
        threads.append(threading.current_thread())
        return can_fetch(parser, url, agent)

    can_fetch = Protego.can_fetch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Protego, "can_fetch", noted)
        robots = Robots(read, Clock())
        await robots.check(a_source(), httpx.URL("http://h.example/" + "z" * length))

    assert threads
    assert threading.main_thread() not in threads


# Crawl-delay


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        pytest.param("User-agent: *\nCrawl-delay: 90", 90, id="for everybody"),
        pytest.param("User-agent: *\nCrawl-delay: 90\n\nUser-agent: Ticker\nCrawl-delay: 7.5", 7.5, id="for us"),
        pytest.param("User-agent: Otherbot\nCrawl-delay: 90", 0, id="for another"),
        pytest.param("User-agent: *\nCrawl-delay: 0", 0, id="none"),
        pytest.param("User-agent: *\nCrawl-delay: -1", 0, id="less than none"),
        pytest.param("User-agent: *\nCrawl-delay: nan", 0, id="no number"),
        pytest.param("User-agent: *\nCrawl-delay: 1e300", 86_400, id="for ever is a day"),
        pytest.param("User-agent: *\nDisallow: /private", 0, id="not said"),
    ],
)
async def test_the_host_says_how_often_it_may_be_asked(site: Site, rules: str, delay: float) -> None:
    site["/robots.txt"] = page(rules)
    fetch = polite()
    assert fetch.courtesy(a_source()) == Courtesy()

    await fetch(a_source(), site.url(), None)

    assert fetch.courtesy(a_source()) == Courtesy(crawl_delay=timedelta(seconds=delay))


# Memory


async def test_ever_new_hosts_with_long_rules_do_not_fill_the_memory() -> None:
    rules = "user-agent: *\ndisallow: /" + "x" * 450_000

    async def read(source: Source, url: str) -> str:
        return rules

    robots = Robots(read, Clock())
    for n in range(60):
        await robots.check(a_source(), httpx.URL(f"http://h{n}.example/"))

    assert sum(len(copy.rules) for copy in robots._copies.values()) <= MOST_KEPT
    assert list(robots._copies)[-1][0] == "http://h59.example/robots.txt"


async def test_ten_thousand_hosts_that_are_polled_in_turn_are_asked_for_their_rules_once_each() -> None:
    asked: Counter[str] = Counter()

    async def read(source: Source, url: str) -> str:
        asked[url] += 1
        return "user-agent: *\ndisallow: /not-this"

    robots = Robots(read, Clock())
    for _ in range(2):
        for n in range(10_000):
            await robots.check(a_source(), httpx.URL(f"http://h{n}.example/"))

    assert len(asked) == 10_000
    assert set(asked.values()) == {1}


async def test_where_there_is_no_way_to_a_host_nothing_is_said_of_its_robots_txt(unused_tcp_port: int) -> None:
    error = await refusal(polite(), f"http://127.0.0.1:{unused_tcp_port}/")

    assert (error.cause, error.detail) == ("unreachable", "connection refused")
