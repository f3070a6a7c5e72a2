"""Pages of failed polls: kept with the failure, few, short, and none twice."""

import random
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.lines import BEIRUT, instant
from tests.stores import change, look, store_at
from ticker.decode import page_of
from ticker.errors import Cause, FetchError, StoreError
from ticker.model import Channel, Evidence, Feed, Format, Page, Poll, Source, Validators
from ticker.poll import ingest, poll
from ticker.render import documents
from ticker.store import Store
from ticker.store.evidence import MOST, MOST_BYTES

AT = instant("2025-01-14T14:55")
MINUTE = timedelta(minutes=1)
URL = "http://127.0.0.1/"
DESK = Source("desk", "أخبار", (URL,), BEIRUT, heading="عاجل")
CHANNELS = (Channel("desk", "أخبار", "ar", URL, {"desk": "أخبار"}, 100, 500, timedelta(days=1)),)
LIST = (
    "<h3>عاجل</h3><ul>" + "".join(f"<li><b>14:{n}</b> مطر غزير على الساحل رقم {n}" for n in (54, 53, 50, 45)) + "</ul>"
)


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield store
    await store.close()


def page_at(at: datetime, body: str, cause: Cause = "block-absent") -> Poll:
    found = Evidence("desk", at, URL, cause, f"{cause}!", body.encode(), "text/html")
    return Poll("desk", at, "failed", None, cause, f"{cause}!", evidence=found)


async def fails(store: Store, minute: int, body: str, cause: Cause = "block-absent") -> None:
    await store.failed(page_at(AT + minute * MINUTE, body, cause))


async def recovers(store: Store, minute: int) -> None:
    await store.unchanged("desk", AT + minute * MINUTE, None)


async def kept(store: Store) -> list[tuple[int, str]]:
    """Minute and page of each, latest first."""
    found = [await store.evidence.last("desk", back) for back in range(1, MOST + 2)]
    return [(int((one.at - AT) / MINUTE), one.body.decode()) for one in found if one is not None]


async def test_while_a_cause_lasts_its_first_page_and_its_latest_are_kept(store):
    await fails(store, 0, "another trouble", "times-unreadable")
    for minute in range(1, 10):
        await fails(store, minute, f"page {minute}")
    assert await kept(store) == [(9, "page 9"), (1, "page 1"), (0, "another trouble")]


async def test_a_page_that_stays_the_same_is_kept_once(store):
    for minute in range(9):
        await fails(store, minute, "the same page")
    assert await kept(store) == [(0, "the same page")]
    await recovers(store, 10)
    await fails(store, 11, "the same page")
    assert await kept(store) == [(11, "the same page")], "of two troubles it is the later one that is asked for"


async def test_of_many_troubles_the_last_five_pages_are_kept(store, tmp_path):
    for trouble in range(12):
        await fails(store, 2 * trouble, f"page {trouble}")
        await recovers(store, 2 * trouble + 1)
    assert await kept(store) == [(2 * trouble, f"page {trouble}") for trouble in (11, 10, 9, 8, 7)]
    assert look(tmp_path / "ticker.db", "SELECT count(*) FROM evidence") == [(MOST,)]


async def test_another_cause_in_the_same_trouble_is_another_page(store):
    causes: tuple[Cause, ...] = ("block-absent", "block-absent", "block-empty", "block-absent")
    for minute, cause in enumerate(causes):
        await fails(store, minute, "the same page", cause)
    assert [minute for minute, _ in await kept(store)] == [3, 2, 0]


async def test_a_page_is_cut_and_packed(store, tmp_path):
    letters = random.Random(1).choices("abcdefgh", k=MOST_BYTES // 10)
    await fails(store, 0, "".join(letters) * 11)
    found = await store.evidence.last("desk")
    assert found.body == ("".join(letters) * 11).encode()[:MOST_BYTES]
    [(size,)] = look(tmp_path / "ticker.db", "SELECT length(body) FROM evidence")
    assert size < MOST_BYTES / 2


async def test_what_is_kept_is_listed_without_the_pages(store):
    await fails(store, 0, "a", "block-empty")
    await fails(store, 1, "b")
    listed = await store.evidence.list("desk")
    assert [(one.at, one.cause, one.detail, one.url, one.body) for one in listed] == [
        (AT + MINUTE, "block-absent", "block-absent!", URL, b""),
        (AT, "block-empty", "block-empty!", URL, b""),
    ]
    assert await store.evidence.list("other") == ()
    assert await store.evidence.last("other") is None


async def test_sources_do_not_push_out_the_pages_of_another(store):
    await fails(store, 0, "ours")
    for trouble in range(MOST + 1):
        other = Evidence("other", AT, URL, "block-absent", "", b"%d" % trouble)
        await store.failed(Poll("other", AT, "failed", None, "block-absent", "", evidence=other))
        await store.unchanged("other", AT, None)
    assert await kept(store) == [(0, "ours")]


async def test_a_damaged_page_is_a_named_error(store, tmp_path):
    await fails(store, 0, "page")
    change(tmp_path / "ticker.db", "UPDATE evidence SET body = ?", b"\0")
    with pytest.raises(StoreError, match="damaged"):
        await store.evidence.last("desk")
    await fails(store, 1, "page")
    assert (await store.evidence.last("desk")).at == AT + MINUTE, "and in nobody's way"


# What a poll makes of a page


async def polled(store: Store, answer: str | FetchError, *, minute: int = 0) -> Poll:
    at = AT + minute * MINUTE

    async def fetch(source: Source, url: str, validators: Validators | None) -> Page:
        if isinstance(answer, FetchError):
            raise answer
        return Page(url, answer, "html", at)

    return await poll(DESK, fetch=fetch, store=store, channels=CHANNELS, press=press, now=at)


def read_again(found: Evidence) -> Page:
    return page_of(found.body, url=found.url, fetched_at=found.at, content_type=found.content_type)


async def test_a_page_without_the_list_is_kept_as_it_was_read(store):
    html = "<meta charset=windows-1256><h3>آراء</h3><p>لا شيء</p>"
    outcome = await polled(store, html)
    found = await store.evidence.last("desk")
    assert found == outcome.evidence
    assert (found.at, found.cause, found.detail) == (AT, "heading-absent", outcome.detail)
    assert (read_again(found).text, read_again(found).kind) == (html, "html")


async def test_the_page_of_an_error_is_kept_as_it_was_sent(store):
    sent = FetchError("challenged", "asks for a browser", body=b"<title>Wait", content_type="text/html", url=f"{URL}x")
    await polled(store, sent)
    found = await store.evidence.last("desk")
    assert (found.body, found.content_type, found.url, found.cause) == (
        b"<title>Wait",
        "text/html",
        f"{URL}x",
        "challenged",
    )


async def test_without_an_answer_there_is_no_page_and_the_one_before_stays(store):
    await polled(store, "<p>nothing</p>")
    await polled(store, FetchError("unreachable", "DNS"), minute=1)
    assert [minute for minute, _ in await kept(store)] == [0]


async def test_a_list_that_was_cut_is_kept_with_its_page_and_an_older_copy_is_no_trouble(store):
    rows = [f"<li><b>{n // 60:02}:{n % 60:02}</b> مطر غزير على الساحل رقم {n}" for n in range(880, 860, -1)]
    await polled(store, "<h3>عاجل</h3><ul>" + "".join(rows) + "</ul>")
    cut = "<h3>عاجل</h3><ul>" + "".join(rows[:5]) + "</ul>"
    assert (await polled(store, cut, minute=1)).outcome == "refused"
    assert (await store.evidence.last("desk")).body.decode() == cut
    await polled(store, "<h3>عاجل</h3><ul>" + "".join(rows[1:]) + "</ul>", minute=2)
    older = await polled(store, "<h3>عاجل</h3><ul>" + "".join(rows) + "</ul>", minute=3)
    assert (older.outcome, older.cause, older.evidence) == ("refused", None, None)
    assert [minute for minute, _ in await kept(store)] == [1]


async def test_a_saved_page_that_holds_no_list_is_kept_too(store):
    await ingest(DESK, Page(URL, "<p>nothing</p>", "html", AT), store=store, channels=CHANNELS, press=press)
    assert await kept(store) == [(0, "<p>nothing</p>")]


async def test_a_good_poll_keeps_no_page(store):
    await polled(store, LIST)
    assert await store.evidence.list("desk") == ()
