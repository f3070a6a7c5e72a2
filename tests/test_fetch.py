"""Reading pages from a real server on loopback, one that does all that servers must not do."""

import asyncio
import gc
import gzip
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import certifi
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import faults
from tests.faults import Site, head, page, raw, redirect
from ticker.errors import FetchError
from ticker.fetch import USER_AGENT, Fetcher, Limits, Witness, skew, witness
from ticker.fetch.challenges import is_challenge
from ticker.fetch.fetcher import MOST_EVIDENCE
from ticker.fetch.troubles import one_line
from ticker.fetch.way import _same_owner
from ticker.model import Courtesy, Page, Source, Validators

NOW = datetime(2025, 3, 10, 9, 41, 7, 999_999, tzinfo=timezone(timedelta(hours=2)))
HTML = "<!doctype html><p>09:41 عاجل: الجسر الجديد يفتح أمام السير مساء اليوم</p>"
MONDAY = "Mon, 10 Mar 2025 07:00:00 GMT"
DEFAULT = Limits()
QUICK = Limits(total=timedelta(seconds=0.2))


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
        yield site


def source(
    *,
    headers: dict[str, str] | None = None,
    language: str = "ar",
    charset: str | None = None,
    allow_private: bool = True,
    timeout: timedelta = timedelta(seconds=30),
) -> Source:
    return Source(
        name="harbour",
        title="Harbour News",
        urls=("http://news.test/",),
        zone=ZoneInfo("Asia/Beirut"),
        language=language,
        headers=headers or {},
        charset=charset,
        allow_private=allow_private,
        timeout=timeout,
    )


EVERYWHERE = Fetcher(clock=lambda: NOW)


def fetcher(limits: Limits = DEFAULT) -> Fetcher:
    return Fetcher(clock=lambda: NOW, limits=limits)


async def read(
    url: str, *, validators: Validators | None = None, limits: Limits = DEFAULT, of: Source | None = None
) -> Page | None:
    return await fetcher(limits)(of or source(), url, validators)


async def read_page(url: str, *, limits: Limits = DEFAULT, of: Source | None = None) -> Page:
    found = await read(url, limits=limits, of=of)
    assert found is not None
    return found


async def failure(
    url: str, *, limits: Limits = DEFAULT, of: Source | None = None, validators: Validators | None = None
) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await read(url, limits=limits, of=of, validators=validators)
    assert "\n" not in caught.value.detail
    return caught.value


# The page


async def test_a_page_is_read_with_the_moment_its_headers_came(site: Site) -> None:
    site["/"] = page(HTML, etag='W/"7"', last_modified=MONDAY)

    assert await read(site.url()) == Page(
        url=site.url(),
        text=HTML,
        kind="html",
        fetched_at=datetime(2025, 3, 10, 7, 41, 7, tzinfo=UTC),
        validators=Validators(site.url(), 'W/"7"', MONDAY),
    )


# Our own clock


def host(*skews: float, every: float = 60) -> list[Witness]:
    """Answers of one host, so many seconds apart, each dated so many seconds after our clock."""
    asked = [NOW + timedelta(seconds=every * n) for n in range(len(skews))]
    return [Witness(ours, ours + timedelta(seconds=off)) for ours, off in zip(asked, skews, strict=True)]


@pytest.mark.parametrize(
    ("hosts", "seconds"),
    [
        pytest.param([], 0, id="nothing heard"),
        pytest.param([host(3600, 3601, 3599)], 3600, id="an hour behind"),
        pytest.param([host(-3600, -3601, -3599)], -3600, id="an hour ahead"),
        pytest.param([host(0, 0, 3600, 3601, 3600)], 3600, id="since a while"),
        pytest.param([host(3600, 3601)], 0, id="twice is not enough"),
        pytest.param([host(3600, 3600, 3600, 0)], 0, id="our clock was put right"),
        pytest.param([host(119, 120, 120)], 0, id="two minutes are no matter"),
        pytest.param([host(121, 122, 121)], 121, id="a little more are"),
        pytest.param([host(-300, -360, -420)], 0, id="one copy from a cache that does not say so"),
        pytest.param([host(-300, -300, -300, every=10)], 0, id="one copy, asked for three times at once"),
        pytest.param([host(600, 615, 600)], 0, id="a host that wavers"),
        pytest.param([host(-1e9, -1e9, -1e9)], 0, id="a host without a clock"),
        pytest.param([host(3600, 3600, 3600), host(0, 0, 0)], 0, id="two hosts that disagree, one right"),
        pytest.param([host(-3600, -3600, -3600), host(0, 0, 0)], 0, id="and the other way round"),
        pytest.param([host(3600, 3600, 3600), host(0)], 3600, id="one not heard enough is not asked"),
        pytest.param([host(3600, 3600, 3600), host(0, 0, 0), host(3604, 3604, 3604)], 3600, id="most agree"),
        pytest.param([host(3600, 3600, 3600), host(0, 0, 0), host(1, 1, 1)], 0, id="most agree with us"),
        pytest.param([host(3600, 3600, 3600), host(600, 600, 600), host(7200, 7200, 7200)], 0, id="nobody agrees"),
    ],
)
def test_our_clock_is_wrong_when_most_hosts_say_so_and_keep_saying_so(hosts: list[list[Witness]], seconds: int) -> None:
    assert skew(hosts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "heard"),
    [
        ({"date": MONDAY}, True),
        ({"date": MONDAY, "age": "0"}, True),
        ({"date": MONDAY, "age": "40"}, False),
        ({"date": MONDAY, "age": "soon"}, False),
        ({"date": "soon"}, False),
        ({}, False),
    ],
)
def test_only_a_fresh_answer_with_a_date_tells_of_our_clock(headers: dict[str, str], heard: bool) -> None:
    assert (witness(httpx.Headers(headers), NOW) is not None) == heard


async def test_a_wrong_clock_of_ours_is_corrected_by_the_dates_of_the_answers(site: Site) -> None:
    now = NOW
    reader = Fetcher(clock=lambda: now)
    read_at = []
    for minute in range(5):
        now = NOW + timedelta(minutes=minute)
        date = format_datetime((now + timedelta(hours=1)).astimezone(UTC), usegmt=True)
        old = minute == 3  # a copy from a cache, that moves nothing back
        site["/"] = page(HTML, date=MONDAY, age="2500") if old else page(HTML, date=date)
        found = await reader(source(), site.url(), None)
        assert found is not None
        read_at.append(found.fetched_at - (now - timedelta(microseconds=999_999)))
        assert bool(reader.remark) == (minute >= 2)
    assert [round(late / timedelta(minutes=1)) for late in read_at] == [0, 0, 60, 60, 60]
    assert reader.remark == "the clock of this machine is 60 min behind: the time of the answers is used"


async def test_our_clock_counts_again_as_soon_as_it_is_right(site: Site) -> None:
    now = NOW
    reader = Fetcher(clock=lambda: now)
    for minute, off in enumerate([0, 60, 60, 60, 0]):
        true = NOW + timedelta(minutes=minute)
        now = true - timedelta(minutes=off)
        site["/"] = page(HTML, date=format_datetime(true.astimezone(UTC), usegmt=True))
        found = await reader(source(), site.url(), None)
    assert found is not None
    assert (found.fetched_at, reader.remark) == (now.astimezone(UTC).replace(microsecond=0), "")


async def test_a_304_tells_of_our_clock_too(site: Site) -> None:
    now = NOW
    reader = Fetcher(clock=lambda: now)
    for minute in range(3):
        now = NOW + timedelta(minutes=minute)
        date = format_datetime((now - timedelta(minutes=7)).astimezone(UTC), usegmt=True)
        site["/"] = raw(head(304, date=date))
        assert await reader(source(), site.url(), Validators(site.url(), '"7"')) is None
    assert "ahead" in reader.remark


async def test_the_request_says_who_we_are_and_what_we_read(site: Site) -> None:
    site["/"] = page(HTML)

    await read(site.url())

    [asked] = site.asked
    assert asked.method == "GET"
    assert asked.headers["user-agent"] == USER_AGENT
    assert asked.headers["accept-language"] == "ar"
    assert asked.headers["accept"].startswith("text/html")
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert not asked.headers.keys() & {"if-none-match", "if-modified-since", "cookie", "authorization"}


async def test_the_headers_of_a_source_come_before_ours(site: Site) -> None:
    site["/"] = page(HTML)

    await read(site.url(), of=source(headers={"user-agent": "Reader", "Accept-Language": "ar-LB", "X-Key": "مفتاح"}))

    headers = site.asked[0].headers
    assert (headers["user-agent"], headers["accept-language"]) == ("Reader", "ar-LB")
    assert headers["x-key"].encode("latin-1").decode() == "مفتاح"


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("news@example.org", "(+news@example.org)"),
        ("mailto:news@example.org", "(+news@example.org)"),
        ("https://example.org/about-ticker", "(+https://example.org/about-ticker)"),
        ("https://example.org/a_(b)\r\nX-Evil: 1", "(+https://example.org/a_bX-Evil: 1)"),
    ],
)
async def test_who_polls_says_who_is_to_be_asked_about_it(site: Site, contact: str, told: str) -> None:
    site["/"] = page(HTML)

    await Fetcher(clock=lambda: NOW, contact=contact)(source(), site.url(), None)

    name, _, rest = site.asked[0].headers["user-agent"].partition(" ")
    assert name == USER_AGENT.partition(" ")[0]
    assert rest == told


async def test_nothing_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site["/"] = page(HTML)

    assert (await read_page(site.url())).text == HTML


@pytest.mark.parametrize("status", [200, 203])
async def test_an_empty_page_is_a_page(site: Site, status: int) -> None:
    site["/"] = page("", status=status)

    assert (await read_page(site.url())).text == ""


async def test_a_page_without_a_length_ends_with_its_connection(site: Site) -> None:
    site["/"] = raw(head(content_type="text/html; charset=utf-8"), HTML.encode())

    assert (await read_page(site.url())).text == HTML


@pytest.mark.parametrize("content_type", ["text/html", "TEXT/HTML", "application/xhtml+xml", "application/xml", "junk"])
async def test_what_can_be_a_page_is_read(site: Site, content_type: str) -> None:
    site["/"] = page(HTML, content_type=content_type)

    assert (await read_page(site.url())).kind == "html"


async def test_plain_text_is_read_as_such(site: Site) -> None:
    site["/"] = page("09:41 a < b", content_type="text/plain")

    assert (await read_page(site.url())).kind == "plain"


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/pdf", "application/zip", "application/json", "video/mp4", " image/png"]
)
async def test_what_cannot_be_a_page_is_refused(site: Site, content_type: str) -> None:
    site["/"] = page(b"\x89PNG", content_type=content_type)

    error = await failure(site.url())

    assert (error.cause, error.detail) == ("unreachable", f"answered {content_type.strip()}, which is no web page")


@pytest.mark.parametrize(
    ("codec", "content_type", "meta", "charset"),
    [
        pytest.param("cp1256", "text/html; charset=windows-1256", "", None, id="windows-1256 by header"),
        pytest.param("cp1256", "text/html", '<meta charset="windows-1256">', None, id="windows-1256 by meta"),
        pytest.param("cp1256", "text/html", "", "windows-1256", id="windows-1256 by configuration"),
        pytest.param("utf-16", "text/html", "", None, id="UTF-16 by its mark"),
        pytest.param("utf-16-be", "text/html; charset=utf-16be", "", None, id="UTF-16 by header"),
        pytest.param("utf-8", "text/html; charset=windows-1256", '<meta charset="utf-8">', None, id="lying header"),
        pytest.param("cp1256", "text/html; charset=utf-8", '<meta charset="windows-1256">', None, id="lying default"),
    ],
)
async def test_the_text_is_right_in_any_charset(
    site: Site, codec: str, content_type: str, meta: str, charset: str | None
) -> None:
    site["/"] = page((meta + HTML).encode(codec), content_type=content_type)

    assert (await read_page(site.url(), of=source(charset=charset))).text == meta + HTML


# Packed bodies


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("identity, gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip", lambda body: gzip.compress(body[:20]) + gzip.compress(body[20:])),
        ("gzip", lambda body: gzip.compress(body) + bytes(100)),
        ("identity", bytes),
        ("", bytes),
    ],
    ids=["gzip", "x-gzip", "GZIP", "identity, gzip", "zlib", "raw", "two members", "padded", "identity", "empty"],
)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
async def test_a_packed_page_is_unpacked_however_it_is_cut(
    site: Site, coding: str, pack: Callable[[bytes], bytes], piece: int
) -> None:
    packed = pack(HTML.encode())
    chunks = [packed[at : at + piece] for at in range(0, len(packed), piece)]
    lines = head(content_type="text/html", content_encoding=coding, transfer_encoding="chunked")
    site["/"] = raw(lines, *(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks), b"0\r\n\r\n")

    assert (await read_page(site.url())).text == HTML


async def test_an_empty_body_needs_no_packing(site: Site) -> None:
    site["/"] = page("", content_encoding="gzip")

    assert (await read_page(site.url())).text == ""


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("br", b"?", "packed as br"),
        ("gzip, gzip", b"?", "packed as gzip, gzip"),
        ("gzip, br", b"?", "packed as gzip, br"),
        ("gzip", HTML.encode(), "not the gzip it says it is"),
        ("deflate", b"\xff\xff\xff", "not the deflate it says it is"),
        ("gzip", gzip.compress(HTML.encode())[:-12], "breaks off"),
        ("gzip", gzip.compress(HTML.encode())[:-1], "breaks off"),
        ("gzip", gzip.compress(HTML.encode())[:-8] + bytes(8), "not the gzip it says it is"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_named(site: Site, coding: str, body: bytes, said: str) -> None:
    site["/"] = page(body, content_encoding=coding)

    error = await failure(site.url())

    assert error.cause == "unreachable"
    assert said in error.detail


# Conditional requests


async def test_a_page_that_has_not_changed_is_none(site: Site) -> None:
    site["/"] = page(HTML, etag='"7"', last_modified=MONDAY)
    fetch = fetcher()

    first = await fetch(source(), site.url(), None)

    assert first is not None
    assert await fetch(source(), site.url(), first.validators) is None
    assert site.asked[1].headers["if-none-match"] == '"7"'
    assert site.asked[1].headers["if-modified-since"] == MONDAY


async def test_a_page_that_has_changed_is_read_again(site: Site) -> None:
    site["/"] = page(HTML, etag='"8"')

    found = await read(site.url(), validators=Validators(site.url(), '"7"', MONDAY))

    assert found is not None
    assert found.validators == Validators(site.url(), '"8"')


async def test_the_date_alone_is_enough(site: Site) -> None:
    site["/"] = page(HTML, last_modified=MONDAY)

    assert await read(site.url(), validators=Validators(site.url(), None, MONDAY)) is None


async def test_validators_of_another_address_are_not_sent(site: Site) -> None:
    site["/"] = page(HTML, etag='"7"')

    assert await read(site.url(), validators=Validators(site.url("/other"), '"7"')) is not None
    assert "if-none-match" not in site.asked[0].headers


@pytest.mark.parametrize("etag", [None, '"é"', '"' + "7" * 2_000 + '"', ""], ids=["none", "é", "long", "empty"])
async def test_a_page_may_have_no_validators_that_could_be_sent(site: Site, etag: str | None) -> None:
    site["/"] = page(HTML, etag=etag)

    assert (await read_page(site.url())).validators is None


async def test_a_304_that_was_not_asked_for_is_an_error(site: Site) -> None:
    site["/"] = raw(head(304))

    for validators in (None, Validators(site.url()), Validators(site.url("/other"), '"7"')):
        error = await failure(site.url(), validators=validators)
        assert (error.cause, error.detail) == ("refused", "answered 304 Not Modified without being asked for a change")


# Validators that lie


class Desk:
    """Polls one page as the service does: with the validators of the page kept last."""

    def __init__(self, site: Site) -> None:
        self.now = NOW
        self.site = site
        self.fetch = Fetcher(clock=lambda: self.now)
        self.validators: Validators | None = None

    async def poll(self, times: int = 1) -> list[str | None]:
        """What each read; None where nothing had changed."""
        read: list[str | None] = []
        for _ in range(times):
            self.now += timedelta(minutes=1)
            found = await self.fetch(source(), self.site.url(), self.validators)
            self.validators = found.validators if found else self.validators
            read.append(found.text if found else None)
        return read

    @property
    def note(self) -> str:
        return self.fetch.courtesy(source()).note

    def whole(self) -> list[bool]:
        """Of each request, whether it asked for the whole page."""
        return [not asked.headers.keys() & {"if-none-match", "if-modified-since"} for asked in self.site.asked]


@pytest.fixture
def desk(site: Site) -> Desk:
    site["/"] = page(HTML, etag='"7"')
    return Desk(site)


async def test_every_tenth_conditional_poll_asks_for_the_whole_page(desk: Desk) -> None:
    read = await desk.poll(21)

    assert [n for n, text in enumerate(read) if text] == [0, 10, 20]
    assert [n for n, whole in enumerate(desk.whole()) if whole] == [0, 10, 20]
    assert desk.note == ""


@pytest.mark.parametrize("validator", [{"etag": '"7"'}, {"etag": 'W/"7"'}, {"last_modified": MONDAY}])
async def test_a_tag_that_stays_while_the_page_changes_is_not_used_for_a_day(
    desk: Desk, validator: dict[str, str]
) -> None:
    tag, date = validator.get("etag"), validator.get("last_modified")
    desk.site["/"] = page(HTML, etag=tag, last_modified=date)
    await desk.poll(3)
    desk.site["/"] = page("<p>09:44 new</p>", etag=tag, last_modified=date)

    late = await desk.poll(8)
    assert late == [None] * 7 + ["<p>09:44 new</p>"], "ten polls late at the worst"
    assert desk.note == (
        "its ETag or Last-Modified stayed as they were while the page changed: "
        "for a day, the whole page is asked for each time"
    )
    assert None not in await desk.poll(12)

    desk.now += timedelta(days=1)
    assert await desk.poll(1) == [None]
    assert desk.note == ""


async def test_304_for_ever_is_found_out_by_asking_about_what_was_replaced(desk: Desk) -> None:
    version = 0

    async def frozen(asked: faults.Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal version
        version += 1
        conditional = "if-none-match" in asked.headers
        answer = raw(head(304)) if conditional else page(f"<p>news {version}</p>", etag=f'"{version}"')
        await answer(asked, writer)

    desk.site["/"] = frozen

    read = await desk.poll(11)
    assert read[1:10] == [None] * 9
    assert read[10] is not None
    assert desk.note == ""

    assert None not in await desk.poll(5), "the poll that found out asked again at once"
    assert desk.note == (
        "it answers 304 Not Modified though the page has changed: for a day, the whole page is asked for each time"
    )


async def test_a_page_that_changes_as_it_says_is_never_distrusted(desk: Desk) -> None:
    for minute in range(60):
        if minute % 4 == 3:
            desk.site["/"] = page(f"<p>09:{minute} news</p>", etag=f'"{minute}"')
        await desk.poll()
        assert desk.note == ""

    assert sum(desk.whole()) < 8


async def test_a_tag_that_changes_alone_is_no_lie(desk: Desk) -> None:
    """As where several machines answer in turn, each with tags of its own."""
    for turn in range(40):
        desk.site["/"] = page(HTML, etag=f'"{turn % 2}"')
        await desk.poll()

    assert desk.note == ""


async def test_each_address_is_trusted_by_itself(desk: Desk) -> None:
    lying = source()
    for n in range(2):
        desk.site["/lies"] = page(f"{HTML}{n}", etag='"1"')
        await desk.fetch(lying, desk.site.url("/lies"), None)

    await desk.poll(2)

    assert desk.whole()[-1] is False


# What the host asks for


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({"cache_control": "max-age=300"}, 300, id="max-age"),
        pytest.param({"cache_control": 'public, MAX-AGE="300"'}, 300, id="max-age in quotes"),
        pytest.param({"cache_control": "max-age=300", "age": "100"}, 200, id="and already aged"),
        pytest.param({"cache_control": "max-age=300", "age": "400"}, 0, id="and stale"),
        pytest.param({"cache_control": "s-maxage=600, max-age=0"}, 0, id="max-age before s-maxage"),
        pytest.param({"cache_control": "s-maxage=600"}, 600, id="s-maxage"),
        pytest.param({"cache_control": "no-cache, max-age=300"}, 0, id="no-cache"),
        pytest.param({"cache_control": "no-store"}, 0, id="no-store"),
        pytest.param({"cache_control": "private, max-age=60"}, 60, id="private with max-age"),
        pytest.param({"cache_control": "private", "expires": "Mon, 10 Mar 2025 08:00:00 GMT"}, 0, id="private"),
        pytest.param({"cache_control": "max-age=soon"}, 0, id="no number"),
        pytest.param({"cache_control": "max-age=-5"}, 0, id="less than nothing"),
        pytest.param({"cache_control": "max-age=99999999999"}, 86_400, id="for ever is a day"),
        pytest.param({"cache_control": "public"}, 0, id="nothing of time"),
        pytest.param({"expires": "Mon, 10 Mar 2025 07:02:00 GMT", "date": MONDAY}, 120, id="Expires"),
        pytest.param({"expires": "Mon, 10 Mar 2025 07:42:07 GMT"}, 60, id="Expires by our clock"),
        pytest.param({"expires": MONDAY}, 0, id="expired"),
        pytest.param({"expires": "0"}, 0, id="Expires that is none"),
        pytest.param({"cache_control": "max-age=60", "expires": MONDAY}, 60, id="max-age before Expires"),
    ],
)
async def test_how_long_the_page_is_still_fresh(site: Site, headers: dict[str, str], fresh: float) -> None:
    site["/"] = page(HTML, status=200, **headers)
    fetch = fetcher()
    assert fetch.courtesy(source()) == Courtesy()

    await fetch(source(), site.url(), None)

    assert fetch.courtesy(source()) == Courtesy(fresh_for=timedelta(seconds=fresh))


async def test_a_304_says_anew_how_long_and_if_it_does_not_the_page_stays_as_it_was_made(site: Site) -> None:
    fetch, known = fetcher(), Validators(site.url(), '"7"')

    async def fresh(answer: faults.Behaviour, validators: Validators | None) -> float:
        site["/"] = answer
        await fetch(source(), site.url(), validators)
        return fetch.courtesy(source()).fresh_for.total_seconds()

    assert await fresh(page(HTML, etag='"7"', cache_control="max-age=90"), None) == 90
    assert await fresh(raw(head(304, age="30")), known) == 60
    assert await fresh(raw(head(304, cache_control="max-age=20")), known) == 20
    assert await fresh(raw(head(304)), known) == 20
    site["/"] = page("", status=503, cache_control="max-age=90")
    with pytest.raises(FetchError):
        await fetch(source(), site.url(), None)
    assert fetch.courtesy(source()) == Courtesy(), "an error is fresh for nobody"


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_page_has_the_address_it_was_found_at(site: Site, status: int) -> None:
    site["/"] = redirect("/news/today?edition=2#top", status)
    site["/news/today"] = page(HTML)

    assert (await read_page(site.url())).url == site.url("/news/today?edition=2#top")


async def test_a_redirected_page_is_asked_for_by_its_tag_and_not_by_its_date(site: Site) -> None:
    site["/"] = redirect("/monday")
    site["/monday"] = page(HTML, etag='"7"', last_modified=MONDAY)
    monday = (await read_page(site.url())).validators

    assert monday == Validators(site.url(), '"7"', None)
    assert await read(site.url(), validators=monday) is None

    site["/"] = redirect("/sunday")  # which was last written before we saw the page of Monday
    site["/sunday"] = raw(head(content_type="text/html"), HTML.encode())
    await read(site.url(), validators=Validators(site.url(), '"7"', MONDAY))
    assert "if-modified-since" in site.asked[-2].headers
    assert "if-modified-since" not in site.asked[-1].headers


async def test_five_redirects_are_followed_and_not_one_more(site: Site) -> None:
    for hop in range(5):
        site[f"/{hop}"] = redirect(f"/{hop + 1}")
    site["/5"] = page(HTML)
    site["/loop"] = faults.redirect_for_ever

    assert (await read_page(site.url("/0"))).text == HTML
    error = await failure(site.url("/loop"))
    assert (error.cause, error.detail) == ("unreachable", "more than 5 redirects")
    assert sum(asked.path.startswith("/loop") for asked in site.asked) == 6


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://news.test/", "javascript:alert(1)", "http://", "http://127.0.0.1:99999/", "http://["],
)
async def test_a_redirect_leads_to_the_web_or_nowhere(site: Site, to: str) -> None:
    site["/"] = redirect(to)

    assert (await failure(site.url())).cause == "unreachable"


async def test_no_address_of_more_than_8000_characters_is_asked_for(site: Site) -> None:
    longest = site.url("/".ljust(8_000 - len(site.url("")), "z"))
    site["/"] = redirect(longest + "z")
    site["/long"] = redirect(longest)
    site[httpx.URL(longest).path] = page(HTML)

    assert (await read_page(site.url("/long"))).url == longest
    error = await failure(site.url())
    assert (error.cause, error.detail) == ("unreachable", "redirects to an address of 8,001 characters")
    assert (await failure(longest + "z")).detail == "an address of 8,001 characters"
    assert [len(asked.path) for asked in site.asked].count(len(httpx.URL(longest).path) + 1) == 0


async def test_cookies_live_as_long_as_one_poll(site: Site) -> None:
    site["/"] = page("", status=302, location="/in", set_cookie="consent=yes; Path=/")
    site["/in"] = page(HTML)
    fetch = fetcher()

    for _ in range(2):
        await fetch(source(), site.url(), None)

    assert [asked.headers.get("cookie") for asked in site.asked] == [None, "consent=yes", None, "consent=yes"]


async def test_secrets_stay_with_the_host_they_are_for(site: Site) -> None:
    site["/"] = redirect("/same")
    site["/same"] = redirect(site.url("/elsewhere", host="localhost"))
    site["/elsewhere"] = page(HTML)
    secret = source(headers={"Cookie": "paid=1", "Authorization": "Bearer x", "X-Key": "x", "User-Agent": "Reader"})

    await read(site.url(), of=secret)

    first, same, elsewhere = (asked.headers for asked in site.asked)
    assert all(headers["cookie"] == "paid=1" and headers["x-key"] == "x" for headers in (first, same))
    assert not elsewhere.keys() & {"cookie", "authorization", "x-key"}
    assert elsewhere["user-agent"] == "Reader"


@pytest.mark.parametrize(
    ("first", "place", "same"),
    [
        pytest.param("http://h/", "http://h/in", True, id="the same origin"),
        pytest.param("http://h/", "https://h/", True, id="a step up"),
        pytest.param("http://h/", "https://h:443/", True, id="a step up to the default port by its number"),
        pytest.param("http://h:8080/", "https://h:8080/", True, id="a step up at the same port"),
        pytest.param("http://h/", "https://h:8443/", False, id="a step up to another port"),
        pytest.param("http://h:8080/", "https://h/", False, id="a step up from another port"),
        pytest.param("https://h/", "https://h:8443/", False, id="another port"),
        pytest.param("https://h/", "http://h/", False, id="a step down"),
        pytest.param("https://h:8443/", "http://h:8443/", False, id="a step down at the same port"),
        pytest.param("http://h/", "https://www.h/", False, id="another host"),
    ],
)
def test_secrets_go_to_the_same_origin_or_its_step_up_to_https(first: str, place: str, same: bool) -> None:
    assert _same_owner(httpx.URL(first), httpx.URL(place)) is same


async def test_a_password_in_the_address_is_used_and_not_shown(site: Site) -> None:
    site["/"] = redirect(site.url("/in"))
    site["/in"] = page(HTML)
    address = site.url().replace("://", "://reader:s3cret@")

    assert (await read_page(address)).url == site.url("/in")
    assert all(asked.headers["authorization"].startswith("Basic ") for asked in site.asked)


@settings(max_examples=300, deadline=None)
@given(
    location=st.binary(min_size=1, max_size=40) | st.sampled_from([b"//", b"http:", b"http://\xff", b"http://xn--/"])
)
def test_whatever_a_redirect_says_it_ends_in_a_page_or_a_named_error(location: bytes) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = request.url.path == "/first"
        return (
            httpx.Response(302, headers=[(b"location", location)])
            if first
            else httpx.Response(200, stream=httpx.ByteStream(b""))
        )

    with pytest.MonkeyPatch.context() as patch:  # no server of ours is at all these addresses
        patch.setattr("ticker.fetch.way.transport", lambda tls, **limits: httpx.MockTransport(answer))
        try:
            found = asyncio.run(EVERYWHERE(source(), "http://news.test/first", None))
        except FetchError as error:
            found = None
            said = error.detail
    assert said if found is None else httpx.URL(found.url).host


# Refusals


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        (403, "answered 403 Forbidden"),
        (404, "answered 404 Not Found"),
        (429, "answered 429 Too Many Requests"),
        (500, "answered 500 Internal Server Error"),
        (503, "answered 503 Service Unavailable"),
        (599, "answered 599"),
        (204, "answered 204 No Content, which holds no page"),
        (205, "answered 205 Reset Content, which holds no page"),
        (206, "answered 206 Partial Content, which holds no page"),
        (202, "answered 202 Accepted, which holds no page"),
        (300, "answered 300 Multiple Choices, which holds no page"),
        (302, "answered 302 Found, which holds no page"),
    ],
)
async def test_an_error_status_is_a_refusal(site: Site, status: int, detail: str) -> None:
    site["/"] = raw(head(status, content_length="0"))

    error = await failure(site.url())

    assert (error.cause, error.detail, error.retry_after) == ("refused", detail, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "120"}, 120),
        ({"retry_after": "0"}, 0),
        ({"retry_after": "999999999999"}, 86_400),
        ({"retry_after": format_datetime(NOW + timedelta(seconds=90, microseconds=-999_999))}, 90),
        ({"retry_after": "Mon, 10 Mar 2025 10:02:00 GMT", "date": "Mon, 10 Mar 2025 10:00:00 GMT"}, 120),
        ({"retry_after": "Monday, 10-Mar-25 07:43:07 GMT"}, 120),
        ({"retry_after": "Mon Mar 10 07:43:07 2025"}, 120),
        ({"retry_after": "Mon, 10 Mar 2025 07:43:07 GMT", "date": "yesterday"}, 120),
        ({"retry_after": MONDAY}, 0),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "1.5"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "Mon, 99 Mar 99999 07:43:07 GMT"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_server_says_when_to_come_again(
    site: Site, status: int, headers: dict[str, str], seconds: float | None
) -> None:
    site["/"] = page("", status=status, **headers)

    assert (await failure(site.url())).retry_after == seconds


RELOADS = "<html><script>document.cookie = 'seen=' + token() + '; path=/'; location.reload(true);</script></html>"
CHALLENGES = [
    pytest.param(403, "", {"cf_mitigated": "challenge"}, id="cf-mitigated"),
    pytest.param(200, HTML, {"cf_mitigated": "challenge"}, id="cf-mitigated, whatever it shows"),
    pytest.param(202, "", {"x_amzn_waf_action": "challenge"}, id="waf challenge"),
    pytest.param(405, "", {"x_amzn_waf_action": "captcha"}, id="waf captcha"),
    pytest.param(403, "", {"x_datadome": "protected"}, id="x-datadome refusing"),
    pytest.param(429, "", {"x_vercel_mitigated": "challenge"}, id="x-vercel-mitigated"),
    pytest.param(403, "<p>no</p>", {"server": "ddos-guard"}, id="server: ddos-guard"),
    pytest.param(403, "<title>Just a moment...</title>", {}, id="title"),
    pytest.param(503, "<html><head><title> Just a moment... </title>", {}, id="title with spaces"),
    pytest.param(200, "<title>Just a moment...</title>", {}, id="title of a page that is none"),
    pytest.param(200, "<title lang=en>DDoS-Guard</title>", {}, id="title with a language"),
    pytest.param(403, "<title>Attention Required! | Cloudflare</title>", {}, id="title of a block"),
    pytest.param(200, "<title>Pardon Our Interruption</title>", {}, id="title of an interruption"),
    pytest.param(200, "<title>Making sure you&#39;re not a bot!</title>", {}, id="proof of work"),
    pytest.param(200, "<script src=https://geo.captcha-delivery.com/captcha/></script>", {}, id="script"),
    pytest.param(403, "<script>window._cf_chl_opt={cType:'managed'}</script>", {}, id="its options"),
    pytest.param(200, "<noscript>Enable JavaScript and cookies to continue</noscript>", {}, id="in a noscript"),
    pytest.param(200, "<h1>Please enable cookies.</h1><p>Ray 7f</p>", {}, id="cookies are asked for"),
    pytest.param(403, "<h2>Please verify you are a human</h2>", {}, id="a human is asked for"),
    pytest.param(200, "<p>Checking your browser before you go on.</p>", {}, id="a browser is looked at"),
    pytest.param(200, "<form action=/v><div class='h-captcha' data-sitekey=1></div></form>", {}, id="h-captcha"),
    pytest.param(200, '<div id="a" class="x g-recaptcha"></div><p>One step more</p>', {}, id="g-recaptcha"),
    pytest.param(200, "<form><img src=/captcha.png><input name=answer></form>", {}, id="a picture to be read"),
    pytest.param(200, RELOADS, {}, id="a cookie is set and the page loads again"),
    pytest.param(
        200, "<meta http-equiv=refresh content=1><script>document.cookie='a=1'</script>", {}, id="by meta refresh"
    ),
]


@pytest.mark.parametrize(("status", "body", "headers"), CHALLENGES)
async def test_a_page_for_browsers_only_is_a_challenge(
    site: Site, status: int, body: str, headers: dict[str, str]
) -> None:
    site["/"] = page(body, status=status, **{"retry_after": "60"} | headers)

    assert (await failure(site.url())).cause == "challenged"


ARTICLE = "<h1>The harbour opens a second pier</h1>" + "<p>Ferries leave from it every half hour. </p>" * 30
LIST = "".join(f"<li>{hour:02}:41 Ferry number {hour} is back</li>" for hour in range(6))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<title>Just a moment... of joy</title>", id="title"),
        pytest.param("<title>Security check at the harbour takes an hour</title>" + LIST, id="a longer title"),
        pytest.param("<p>09:41 Captcha banned</p>", id="headline"),
        pytest.param("<p>09:41 Court: no site may ask you to verify you are a human</p>", id="a demand as news"),
        pytest.param("<p>09:41 news</p>" * 4_000 + "<title>Just a moment...</title>", id="a whole front page"),
        pytest.param(ARTICLE + "<p>Verify you are human, the sign said.</p>", id="an article on it"),
        pytest.param(LIST + "<form><div class='g-recaptcha'></div></form>", id="a list with a form for comments"),
        pytest.param(ARTICLE + "<form><div class='cf-turnstile'></div></form>", id="an article with one"),
        pytest.param("<noscript>Enable JavaScript to see pictures</noscript>" + LIST, id="pictures need a script"),
        pytest.param("<div id=root></div><noscript>You need JavaScript to run this app.</noscript>", id="an app"),
        pytest.param("<script>document.cookie='a=1'</script>" + LIST, id="a cookie is set"),
        pytest.param(RELOADS + ARTICLE, id="the page loads itself again, after an article"),
        pytest.param("<script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>" + LIST, id="let through"),
        pytest.param("", id="nothing at all"),
    ],
)
async def test_news_of_challenges_is_no_challenge(site: Site, body: str) -> None:
    site["/"] = page(body, server="ddos-guard", x_datadome="protected")

    assert (await read_page(site.url())).text == body


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<",
            "<!--",
            "<title ",
            "<title>\t",
            "<script>",
            "</script ",
            "<form ",
            "class='a ",
            "location ",
            "document ",
        ),
        *("<meta ", "id=", "Access denied | ", "<svg", "_Incapsula_Resource?", "09:4", "enable cookies <"),
    ],
)
def test_no_page_makes_it_slow_to_tell(text: str) -> None:
    body = "<p>enable cookies</p>" + text * ((63_900) // len(text))
    began = time.process_time()

    is_challenge(httpx.Response(403), body)

    assert time.process_time() - began < 1


# The page that came with an error


async def test_an_error_page_is_kept_as_evidence(site: Site) -> None:
    site["/"] = redirect("/gone")
    body = "<h1>الصفحة غير موجودة</h1>"
    site["/gone"] = page(gzip.compress(body.encode()), status=404, content_encoding="gzip")

    error = await failure(site.url().replace("://", "://reader:s3cret@"))

    assert (error.cause, error.body.decode(), error.content_type) == ("refused", body, "text/html; charset=utf-8")
    assert error.url == site.url("/gone"), "without the password"


@pytest.mark.parametrize("status", [200, 403])
async def test_a_challenge_is_kept_as_evidence_and_no_more_than_500_kb_of_it(site: Site, status: int) -> None:
    body = "<title>Just a moment...</title>" + " " * (600_000 if status == 403 else 10)
    site["/"] = page(body, status=status, cf_mitigated="challenge")

    error = await failure(site.url())

    assert error.cause == "challenged"
    assert error.body == body.encode()[:MOST_EVIDENCE]


async def test_what_came_of_an_error_page_without_end_is_kept(site: Site) -> None:
    site["/"] = faults.drip(head(500, content_type="text/html") + b"<p>Out of order")

    error = await failure(site.url(), limits=Limits(error_page=timedelta(seconds=0.05)))

    assert (error.cause, error.body[:15]) == ("refused", b"<p>Out of order")


async def test_where_nothing_came_there_is_no_evidence(site: Site) -> None:
    site["/"] = raw(b"")

    error = await failure(site.url())

    assert (error.body, error.content_type, error.url) == (b"", None, "")


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_an_error_page_that_cannot_be_read_is_still_that_error(site: Site, coding: str) -> None:
    site["/"] = page("?", status=503, content_encoding=coding, retry_after="60")

    error = await failure(site.url())

    assert (error.cause, error.retry_after) == ("refused", 60)


async def test_an_error_page_without_end_is_still_that_error(site: Site) -> None:
    site["/"] = faults.drip(head(503, content_type="text/html", retry_after="60"))

    error = await failure(site.url(), limits=Limits(timedelta(seconds=1), error_page=timedelta(seconds=0.05)))

    assert (error.cause, error.retry_after) == ("refused", 60)


# No answer, or a broken one


async def test_nobody_is_there(site: Site) -> None:
    async with Site() as gone:
        url = gone.url()

    error = await failure(url)

    assert (error.cause, error.detail) == ("unreachable", "connection refused")
    assert isinstance(error.__cause__, httpx.ConnectError)


async def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*asked: object, **how: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)  # a real one would be asked beyond loopback
    error = await failure("http://news.test/")

    assert (error.cause, error.detail) == (
        "unreachable",
        "DNS: there is no host of this name (Name or service not known)",
    )


async def test_what_the_caller_is_dealing_with_is_not_what_went_wrong(site: Site) -> None:
    site["/"] = raw(b"junk\r\n\r\n")

    try:
        raise ssl.SSLError(1, "of another poll")
    except ssl.SSLError:
        assert "illegal status line" in (await failure(site.url())).detail


@pytest.mark.parametrize(
    "url", ["", "news.test", "ftp://news.test/", "http://", "http://[::1", "http://\ud800/", "http://a:0/"]
)
async def test_an_address_that_is_none(url: str) -> None:
    error = await failure(url)

    assert error.cause == "unreachable"
    assert "not a web address" in error.detail


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.hang, id="says nothing"),
        pytest.param(faults.hang_midway, id="stops midway"),
        pytest.param(faults.drip(head(content_type="text/html")), id="drips its body"),
        pytest.param(faults.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="drips its headers"),
    ],
)
async def test_a_poll_ends_in_time_whatever_the_server_does(site: Site, fault: faults.Behaviour) -> None:
    site["/"] = fault
    began = time.monotonic()

    error = await failure(site.url(), limits=QUICK)

    assert (error.cause, error.detail) == ("unreachable", "no complete answer within 0.2 s")
    assert time.monotonic() - began < 1


async def test_the_timeout_of_a_source_is_for_all_of_it(site: Site) -> None:
    site["/"] = redirect("/drip")
    site["/drip"] = faults.drip(head(content_type="text/html"))
    began = time.monotonic()

    error = await failure(site.url(), of=source(timeout=timedelta(seconds=0.15)))

    assert error.detail == "no complete answer within 0.15 s"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("span", [0.5, 2, 30, 120, 3600])
def test_no_limit_of_time_passes_the_timeout_of_the_source(span: float) -> None:
    limits = Limits().of(source(timeout=timedelta(seconds=span)))

    parts = (limits.connect, limits.read, limits.error_page, limits.robots)
    assert limits.total == timedelta(seconds=span)
    assert all(part <= limits.total for part in parts)
    assert limits.read >= min(timedelta(seconds=10), limits.total)


def test_who_grants_a_page_two_minutes_waits_for_it_in_silence_too() -> None:
    assert Limits().of(source(timeout=timedelta(minutes=2))).read == timedelta(seconds=40)


async def test_a_silent_server_is_left_before_the_poll_must_end(site: Site) -> None:
    site["/"] = faults.hang_midway

    error = await failure(site.url(), limits=Limits(read=timedelta(seconds=0.05)))

    assert (error.cause, error.detail) == ("unreachable", "silent for 0.05 s")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(b"", "disconnected", id="closed at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Ty", "disconnected", id="closed in the headers"),
        pytest.param(head(content_length="100") + b"<p>", "without sending complete", id="shorter than its length"),
        pytest.param(head(transfer_encoding="chunked") + b"5\r\n<p>", "incomplete", id="half a chunk"),
        pytest.param(head(transfer_encoding="chunked") + b"zz\r\n", "illegal chunk", id="no chunk"),
        pytest.param(head(content_length="many"), "content-length", id="a length that is none"),
        pytest.param(b"SSH-2.0-OpenSSH_9\r\n\r\n", "illegal status line", id="not HTTP"),
        pytest.param(b"<p>09:41 news</p>\r\n\r\n", "illegal status line", id="HTTP of 1991"),
        pytest.param(
            b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n", "speaks tls: write https://", id="TLS at the port of http"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"~" * 300_000, "head of the answer", id="one header without end"),
    ],
)
async def test_a_broken_answer_is_named(site: Site, answer: bytes, said: str) -> None:
    site["/"] = raw(answer)

    error = await failure(site.url())

    assert error.cause == "unreachable"
    assert said in error.detail.lower()


@pytest.mark.parametrize(
    "sign", [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA1)), *"\u061c\u200e\u200f\u2028\u202e\u2066\u2069"]
)
def test_no_sign_that_commands_a_terminal_is_left_in_a_line_for_a_person(sign: str) -> None:
    assert one_line(f" application/x{sign}[2J") == "application/x [2J"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"200 OK\r\nContent-Type: application/x\x1b]0;owned\x07\x1b[2J\xc2\x9b31m", id="a type"),
        pytest.param(b"200 OK\r\nContent-Encoding: \x1b]0;owned\x07\x1b[2J\xc2\x9b31m", id="a packing"),
        pytest.param(b"302 Found\r\nLocation: ftp://h/\x1b]0;owned\x07\x1b[2J\xc2\x9b31m", id="an address"),
        pytest.param(b"302 Found\r\nLocation: http://h\x1b]0;owned\x07\x1b[2J\xc2\x9b31m/", id="a host"),
        pytest.param(b"200 \x1b]0;owned\x07\x1b[2J\xc2\x9b31m\r\nContent-Type: application/x", id="a reason"),
        pytest.param(b"2\x1b]0;owned\x07\x1b[2J\xc2\x9b31m", id="a status"),
    ],
)
async def test_a_page_commands_no_terminal_through_what_is_said_of_it(site: Site, headers: bytes) -> None:
    site["/"] = raw(b"HTTP/1.1 " + headers + b"\r\nContent-Length: 0\r\n\r\n")

    assert (await failure(site.url())).detail.isprintable()


async def test_a_body_longer_than_its_length_ends_there(site: Site) -> None:
    site["/"] = page("<p>09:41</p><p>09:40</p>", content_length="12")

    assert (await read_page(site.url())).text == "<p>09:41</p>"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(faults.huge(200, declared=True), "too large: 200,000,000 bytes", id="200 MB, declared"),
        pytest.param(faults.huge(200, declared=False), "too large: more than 5,000,000 bytes", id="200 MB, undeclared"),
        pytest.param(faults.bomb(1_000), "a gzip bomb: unpacks to more than 100 times", id="gzip bomb"),
        pytest.param(faults.bomb(500, coding="deflate"), "a deflate bomb: unpacks to more than", id="deflate bomb"),
        pytest.param(faults.bomb(1_000, layers=2), "packed as gzip, gzip", id="gzip in gzip bomb"),
        pytest.param(faults.flood_headers, "the head of the answer is more than 100,000", id="headers without end"),
        pytest.param(faults.flood_interim, "a head of more than 200,000 bytes", id="interim answers without end"),
    ],
)
async def test_memory_is_bounded_whatever_the_server_sends(site: Site, fault: faults.Behaviour, said: str) -> None:
    site["/"] = fault
    site["/warm"] = page(HTML)
    fetch = fetcher(Limits(total=timedelta(seconds=10)))
    await fetch(source(), site.url("/warm"), None)

    tracemalloc.start()
    try:
        with pytest.raises(FetchError) as caught:
            await fetch(source(), site.url(), None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert caught.value.cause == "unreachable"
    assert said in caught.value.detail
    assert peak < 40_000_000


async def test_the_limits_are_those_that_were_given(site: Site) -> None:
    site["/"] = page("x" * 1_000)
    site["/packed"] = page(gzip.compress(b"x" * 1_000), content_encoding="gzip")

    assert (await failure(site.url(), limits=Limits(max_wire_bytes=999))).detail == "too large: 1,000 bytes"
    assert (await failure(site.url("/packed"), limits=Limits(max_bytes=999))).cause == "unreachable"
    for path in ("/", "/packed"):
        await read_page(site.url(path), limits=Limits(max_wire_bytes=1_000, max_bytes=1_000))


async def test_a_page_in_crumbs_does_not_hold_up_the_others(site: Site) -> None:
    site["/"] = faults.crumbs(DEFAULT.max_pieces)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    others = asyncio.create_task(other())
    found = await read_page(site.url())
    others.cancel()

    assert len(found.text) == DEFAULT.max_pieces
    assert turns > 10_000  # hundreds, where each buffer is read to its end


async def test_a_page_in_crumbs_without_end_is_left_before_it_takes_our_time(site: Site) -> None:
    site["/"] = faults.crumbs(500_000)
    site["/pairs"] = raw(head(transfer_encoding="chunked"), b"2\r\nxx\r\n" * 500_000, b"0\r\n\r\n")
    began = time.process_time()

    error = await failure(site.url())

    assert (error.cause, error.detail) == ("unreachable", "too large: sent in crumbs of 1 byte")
    assert time.process_time() - began < 1.5, "the server and five times what it is allowed"
    assert (await failure(site.url("/pairs"))).detail == "too large: sent in crumbs of 2 bytes"


async def test_an_error_page_in_crumbs_is_still_that_error_with_what_came_of_it(site: Site) -> None:
    site["/"] = raw(head(500, transfer_encoding="chunked"), b"1\r\nx\r\n" * 100_000, b"0\r\n\r\n")

    error = await failure(site.url())

    assert (error.cause, error.detail) == ("refused", "answered 500 Internal Server Error")
    assert error.body == b"x" * DEFAULT.max_pieces


# Many polls


async def test_cancelled_polls_leave_the_next_ones_working(site: Site) -> None:
    site["/hang"] = faults.hang
    site["/midway"] = faults.hang_midway
    site["/"] = page(HTML)
    fetch = fetcher()
    polls = [asyncio.create_task(fetch(source(), site.url(path), None)) for path in ("/hang", "/midway") * 10]
    while len(site.asked) < 20:
        await asyncio.sleep(0.005)

    for poll in polls:
        poll.cancel()
    ended = await asyncio.gather(*polls, return_exceptions=True)

    assert all(isinstance(end, asyncio.CancelledError) for end in ended)
    pages = await asyncio.gather(*(fetch(source(), site.url(), None) for _ in range(20)))
    assert all(found and found.text == HTML for found in pages)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open descriptors are counted in /proc")
async def test_no_descriptor_is_left_open() -> None:
    patient, hasty = fetcher(), fetcher(Limits(total=timedelta(seconds=0.1)))
    polls = [(patient, "/"), (patient, "/to"), (hasty, "/hang"), (patient, "/short"), (patient, "/error")]
    await asyncio.gather(patient(source(), "http://localhost:1/", None), return_exceptions=True)
    before = len(os.listdir("/proc/self/fd"))

    async with Site() as site:
        site["/"] = page(HTML)
        site["/to"] = redirect("/")
        site["/hang"] = faults.hang_midway
        site["/short"] = raw(head(content_length="100"))
        site["/error"] = page("", status=503)
        visits = [fetch(source(), site.url(path), None) for fetch, path in polls * 40]
        ends = await asyncio.gather(*visits, return_exceptions=True)

    assert sum(isinstance(end, Page) for end in ends) == 80
    assert sum(isinstance(end, FetchError) for end in ends) == 120
    assert len(os.listdir("/proc/self/fd")) == before


async def test_fifty_hostile_bodies_leave_nothing_behind(site: Site) -> None:
    site["/bomb"] = faults.bomb(20)
    site["/huge"] = faults.huge(7, declared=False)
    site["/error"] = page("e" * 2_000_000, status=500)
    site["/challenge"] = page("<title>Just a moment...</title>" + " " * 60_000)
    site["/large"] = page("<p>09:41</p>" * 100_000)
    fetch, paths = fetcher(), ("/bomb", "/huge", "/error", "/challenge", "/large")

    async def poll(times: int) -> None:
        for _ in range(times):
            for path in paths:
                with suppress(FetchError):
                    await fetch(source(), site.url(path), None)

    await poll(1)
    gc.collect()
    tracemalloc.start()
    try:
        await poll(10)
        peak = tracemalloc.get_traced_memory()[1]
        await asyncio.sleep(0.05)  # the site's own memory is in the same process, and a thread lets go of the last page
        gc.collect()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert held < 500_000
    assert peak < 30_000_000


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    made = tmp_path / "certificate.pem"
    subprocess.run(
        shlex.split(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=news.test"
            " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem"
        ),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    return made


def expired_certificate(folder: Path) -> Path:
    """One of yesterday. Only `x509` makes those."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    (folder / "host").write_text("subjectAltName=IP:127.0.0.1")
    for command in (
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=a -keyout key.pem -out wish",
        "openssl x509 -req -in wish -signkey key.pem -days -1 -extfile host -out expired.pem",
    ):
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
    return folder / "expired.pem"


def serving(certificate: Path) -> ssl.SSLContext:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return tls


async def test_a_certificate_that_nobody_signed_is_not_trusted(certificate: Path) -> None:
    async with Site(tls=serving(certificate)) as site:
        error = await failure(site.url())

    assert error.cause == "unreachable"
    assert error.detail == "TLS: the certificate is not trusted: self-signed certificate"


async def test_a_trusted_certificate_is_for_its_own_host(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    async with Site(tls=serving(certificate)) as site:
        site["/"] = page(HTML)

        assert (await read_page(site.url())).text == HTML
        error = await failure(site.url(host="localhost"))

    assert error.detail.startswith("TLS: the certificate is not trusted: Hostname mismatch")


async def test_an_authority_of_the_machine_is_trusted_beside_our_own(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with Site(tls=serving(certificate)) as site:
        site["/"] = page(HTML)

        assert (await read_page(site.url())).text == HTML


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(b"220 mail.test ready\r\n", "what answers at this port does not speak it", id="mail"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers at this port does not speak it", id="http"),
        pytest.param(
            b"\x15\x03\x01\0\2\2\x46", "the host speaks only versions of it that are too old to be safe", id="alert 70"
        ),
        pytest.param(b"", "the connection broke off in its handshake", id="nothing"),
    ],
)
async def test_what_answers_instead_of_tls_is_named(words: bytes, said: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        error = await failure(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert (error.cause, error.detail) == ("unreachable", f"TLS: {said}")


async def test_a_certificate_that_has_expired_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expired = expired_certificate(tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(expired))
    async with Site(tls=serving(expired)) as site:
        error = await failure(site.url())

    assert error.cause == "unreachable"
    assert error.detail == "TLS: the certificate is not trusted: certificate has expired"
