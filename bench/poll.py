"""What one poll of the demo page costs, stage by stage, and extraction as a ratio to the bare HTML parser.

    .venv/bin/python bench/poll.py [--rounds 200] [--json]

Medians of one run on one machine: compare the ratios, not the milliseconds.
"""

import argparse
import asyncio
import gzip
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from ticker.decode import decode, page_of
from ticker.demo import Newsroom, newsroom_app, page, serve_newsroom
from ticker.fetch import Fetcher
from ticker.model import Changes, Channel, Feed, Format, Known, Page, Source
from ticker.parse import parse
from ticker.reconcile import digest, reconcile
from ticker.render import documents
from ticker.resolve import resolve
from ticker.store import Store

START = datetime(2025, 1, 14, 12, tzinfo=UTC)
CHANNEL = Channel("", "Demo", "ar", "http://127.0.0.1/", {"demo": "Demo"}, 100, 500, timedelta(days=1))


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of *work*."""
    spans = []
    for _ in range(rounds):
        begin = perf_counter()
        work()
        spans.append(perf_counter() - begin)
    return median(spans) * 1000


async def timed_async(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """The same of a coroutine function."""
    spans = []
    for _ in range(rounds):
        begin = perf_counter()
        await work()
        spans.append(perf_counter() - begin)
    return median(spans) * 1000


async def measure(rounds: int) -> dict[str, float]:
    """Name -> median milliseconds, or a ratio where the name says so."""
    script = Newsroom(START, rhythm=timedelta(minutes=2))
    body = page(script.rows_at(START)).encode()
    figures: dict[str, float] = {"page_kb": len(body) / 1000, "page_gzip_kb": len(gzip.compress(body)) / 1000}

    async with serve_newsroom(newsroom_app(script, lambda: START)) as url:
        source = Source(
            "demo", "Demo", (url,), ZoneInfo("Asia/Beirut"), heading="عاجل 24/7", language="ar", allow_private=True
        )
        fetch = Fetcher(clock=lambda: START)
        read = await fetch(source, url, None)
        assert read is not None
        figures["fetch"] = await timed_async(lambda: fetch(source, url, None), rounds)
        figures["fetch_304"] = await timed_async(lambda: fetch(source, url, read.validators), rounds)

    figures["decode"] = timed(lambda: decode(body, content_type="text/html; charset=utf-8", charset=None), rounds)
    figures["bare_parser"] = timed(lambda: LexborHTMLParser(body), rounds)
    whole = page_of(body, url=url, fetched_at=START)
    figures["parse"] = timed(lambda: parse(whole, source), rounds)
    figures["parse_to_bare_ratio"] = figures["parse"] / figures["bare_parser"]

    headlines = parse(whole, source)
    mark = digest(headlines)
    zone = source.zone

    def first() -> Changes:
        new = reconcile(Known(), headlines, fetched_at=START, zone=zone)
        return resolve(new, Known(), source="demo", fetched_at=START, zone=zone, digest=mark)

    fresh = first()
    listed = tuple(row.item for row in fresh.rows)
    known = Known(1, listed, (), START, (mark,), len(listed))
    later = START + timedelta(minutes=4)
    seen = parse(page_of(page(script.rows_at(later)).encode(), url=url, fetched_at=later), source)
    figures["reconcile_unchanged"] = timed(lambda: reconcile(known, headlines, fetched_at=later, zone=zone), rounds)
    figures["reconcile_changed"] = timed(lambda: reconcile(known, seen, fetched_at=later, zone=zone), rounds)
    matches = reconcile(known, seen, fetched_at=later, zone=zone)
    figures["resolve"] = timed(
        lambda: resolve(matches, known, source="demo", fetched_at=later, zone=zone, digest=digest(seen)), rounds
    )
    figures["resolve_first_list"] = timed(first, rounds)
    figures |= await _stored(script, source, whole, rounds)
    return figures


async def _stored(script: Newsroom, source: Source, whole: Page, rounds: int) -> dict[str, float]:
    """A day of the newsroom kept, then one more change: the transaction with and without rendering."""
    figures: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/bench.db")

        async def keep(at: datetime, *, channels: tuple[Channel, ...]) -> None:
            seen = parse(Page(whole.url, page(script.rows_at(at)), "html", at), source)
            known = await store.known("demo", at)
            taken = await store.taken("demo", at - timedelta(days=9))
            changes = resolve(
                reconcile(known, seen, fetched_at=at, zone=source.zone),
                known,
                source="demo",
                fetched_at=at,
                zone=source.zone,
                digest=digest(seen),
                taken=taken,
            )
            begin = perf_counter()
            await store.apply(
                "demo", changes, page=Page("", "", "html", at), known=known, channels=channels, press=press
            )
            spans.append(perf_counter() - begin)

        async def press(feed: Feed) -> Mapping[Format, bytes]:
            return documents(feed)

        spans: list[float] = []
        at = START
        for _ in range(min(rounds, 300)):
            at += timedelta(minutes=4)
            await keep(at, channels=())
        figures["store_apply"] = median(spans[-50:]) * 1000
        spans.clear()
        for _ in range(min(rounds, 20)):
            at += timedelta(minutes=4)
            await keep(at, channels=(CHANNEL,))
        figures["store_apply_and_publish"] = median(spans) * 1000
        live = await store.live(CHANNEL)
        assert live is not None
        figures["items_in_feed"] = len(live.items)
        figures["render_three_formats"] = timed(lambda: documents(live), 10)
        figures["known"] = await timed_async(lambda: store.known("demo", at), 20)
        await store.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.rounds))
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, value in figures.items():
        print(f"{name:26} {value:10.2f}")


if __name__ == "__main__":
    main()
