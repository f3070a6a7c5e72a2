"""What Prometheus is told: by a parser of its own project, over HTTP, after polls and requests that are known."""

import asyncio
import re
import timeit
from collections.abc import Iterable
from datetime import datetime, timedelta

import httpx
import pytest
from prometheus_client import REGISTRY, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics_of
from prometheus_client.parser import text_string_to_metric_families as metrics_of

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_item, channels_of, client_of
from tests.running import running, write_config
from ticker import __version__
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.metrics import Metrics
from ticker.model import Change, Changes, Format, Headline, Health, Kind, Poll
from ticker.serve import build_app
from ticker.serve.negotiation import quality
from ticker.service import system_clock

LABELS = {"source", "outcome", "cause", "kind", "state", "feed", "format", "status", "target", "le", "version"}
UNITS = ("seconds", "bytes")


def row(minute: int, kind: Kind = "new", *, source: str = "sahifa") -> Change:
    """A line that was printed so many minutes after noon."""
    item = an_item(f"خبر الدقيقة {minute}", source=source, at=NOON + timedelta(minutes=minute))
    return Change(item, kind, "first seen", Headline(None, None, item.title))


def changed(*rows: Change, at: datetime, source: str = "sahifa") -> Poll:
    return Poll(source, at, "changed", Changes(rows, "digest"))


def failed(cause: str, *, at: datetime = NOON, source: str = "sahifa") -> Poll:
    return Poll(source, at, "failed", None, cause, "no answer within 30 s")  # type: ignore[arg-type]  # one of ours


def told(metrics: Metrics, poll: Poll, *, seconds: float = 0.2, lateness: float = 0.0, received: int = 0) -> None:
    metrics.polled(poll, seconds=seconds, lateness=lateness, received=received)


def exposed(metrics: Metrics) -> dict[str, float]:
    """Each sample as it stands in the text, and its value."""
    return samples(metrics_of(metrics.expose()[1].decode()))


def samples(families: Iterable[Metric]) -> dict[str, float]:
    return {
        f"{one.name}{{{','.join(f'{key}={value}' for key, value in sorted(one.labels.items()))}}}": one.value
        for family in families
        for one in family.samples
    }


def served(metrics: Metrics, library: Newsstand, *names: str) -> httpx.AsyncClient:
    """A client of an application that tells *metrics* of its feeds, and shows them."""
    sources = [a_source(name) for name in names or ("sahifa",)]
    app = build_app(
        library=library, channels=channels_of(sources), sources=sources, clock=Clock(),
        next_poll=lambda _name: None, on_feed=metrics.answered, metrics=metrics.expose,
    )  # fmt: skip
    client = client_of(app)
    client.app = app  # type: ignore[attr-defined]  # for its shelf
    return client


def test_polls_are_counted_by_how_they_ended_and_why():
    metrics = Metrics(["sahifa", "daily"])
    told(metrics, failed("unreachable"), seconds=31.0, lateness=0.02)
    told(metrics, failed("unreachable"), received=1_200)
    told(metrics, failed("block-absent"), received=20_000)
    told(metrics, changed(row(1), at=NOON), received=20_000)
    told(metrics, Poll("daily", NOON, "not-modified"), seconds=0.01)
    metrics.unkept("daily", seconds=0.3, lateness=7.0)
    found = exposed(metrics)
    assert found["ticker_polls_total{cause=unreachable,outcome=failed,source=sahifa}"] == 2
    assert found["ticker_polls_total{cause=block-absent,outcome=failed,source=sahifa}"] == 1
    assert found["ticker_polls_total{cause=,outcome=changed,source=sahifa}"] == 1
    assert found["ticker_polls_total{cause=,outcome=not-modified,source=daily}"] == 1
    assert found["ticker_polls_total{cause=,outcome=unkept,source=daily}"] == 1
    assert found["ticker_fetched_bytes_total{source=sahifa}"] == 41_200
    assert found["ticker_fetched_bytes_total{source=daily}"] == 0
    assert found["ticker_poll_seconds_count{}"] == 6
    assert found["ticker_poll_seconds_bucket{le=30.0}"] == 5
    assert found["ticker_poll_lateness_seconds_bucket{le=5.0}"] == 5
    assert found["ticker_poll_lateness_seconds_sum{}"] == pytest.approx(7.02)


def test_lines_are_counted_by_what_they_were():
    metrics = Metrics(["sahifa"])
    metrics.kept(40)
    kinds: list[Kind] = ["new", "new", "edited", "corrected", "back", "repost", "same"]
    told(metrics, changed(*(row(n, kind) for n, kind in enumerate(kinds)), at=NOON))
    told(metrics, Poll("sahifa", NOON, "unchanged"))
    found = exposed(metrics)
    counted = {kind: found.get(f"ticker_items_total{{kind={kind},source=sahifa}}") for kind in kinds}
    assert counted == {"new": 2, "edited": 1, "corrected": 1, "back": 1, "repost": 1, "same": None}
    assert found["ticker_items_kept{}"] == 43, "what is said once more is kept as well"


@pytest.mark.parametrize(
    ("before", "printed", "expected"),
    [
        pytest.param(10, 11, 65.0, id="printed after the last good poll: since it was printed"),
        pytest.param(10, 3, 125.0, id="printed before it, and put into the list since: since that poll"),
    ],
)
def test_freshness_is_counted_from_the_first_moment_a_line_could_have_been_seen(before, printed, expected):
    """Both are seen by the poll at 12:12 and served 5 s later; the failed poll between saw nothing."""
    metrics = Metrics(["sahifa"])
    told(metrics, Poll("sahifa", NOON + timedelta(minutes=before), "unchanged"))
    told(metrics, failed("unreachable", at=NOON + timedelta(minutes=before, seconds=90)))
    told(metrics, changed(row(printed), row(1, "same"), at=NOON + timedelta(minutes=12)))
    assert exposed(metrics)["ticker_freshness_seconds_count{}"] == 0, "it is not served yet"
    metrics.served(["", "sahifa"], NOON + timedelta(minutes=12, seconds=5))
    metrics.served(["", "sahifa"], NOON + timedelta(minutes=20))
    found = exposed(metrics)
    assert found["ticker_freshness_seconds_count{}"] == 1
    assert found["ticker_freshness_seconds_sum{}"] == expected


def test_lines_that_another_task_served_before_the_poll_was_counted_are_no_less_fresh():
    metrics = Metrics(["sahifa"])
    told(metrics, Poll("sahifa", NOON, "unchanged"))
    metrics.served(["sahifa"], NOON + timedelta(seconds=41))
    told(metrics, changed(row(0), at=NOON + timedelta(seconds=40)))
    assert exposed(metrics)["ticker_freshness_seconds_sum{}"] == 41


def test_what_stood_there_before_the_first_reading_was_not_late():
    metrics = Metrics(["sahifa"])
    told(metrics, changed(row(-500), row(-900), at=NOON))
    metrics.served(["sahifa"], NOON)
    assert exposed(metrics)["ticker_freshness_seconds_count{}"] == 0


def test_after_a_restart_freshness_goes_on_from_the_last_good_poll_that_is_stored():
    metrics = Metrics(["sahifa"])
    metrics.stands(Health("sahifa", "healthy", last_success=NOON))
    told(metrics, changed(row(-30), at=NOON + timedelta(minutes=1)))
    metrics.served(["sahifa"], NOON + timedelta(minutes=1))
    assert exposed(metrics)["ticker_freshness_seconds_sum{}"] == 60


def test_the_state_of_a_source_is_1_and_the_one_before_it_0():
    metrics = Metrics(["sahifa"])
    metrics.stands(Health("sahifa", "healthy", last_success=NOON))
    metrics.stands(Health("sahifa", "failing", "unreachable", last_success=NOON, streak=3))
    metrics.planned("sahifa", NOON + timedelta(minutes=5))
    metrics.last_new("sahifa", NOON - timedelta(minutes=5))
    found = exposed(metrics)
    assert found["ticker_source_state{source=sahifa,state=failing}"] == 1
    assert found["ticker_source_state{source=sahifa,state=healthy}"] == 0
    assert found["ticker_source_streak{source=sahifa}"] == 3
    assert found["ticker_last_success_timestamp_seconds{source=sahifa}"] == NOON.timestamp()
    assert found["ticker_next_poll_timestamp_seconds{source=sahifa}"] == NOON.timestamp() + 300
    assert found["ticker_last_new_timestamp_seconds{source=sahifa}"] == NOON.timestamp() - 300


def test_a_source_whose_polls_the_store_refuses_is_failing_until_one_is_kept():
    metrics = Metrics(["sahifa", "daily"])
    metrics.stands(Health("sahifa", "healthy", last_success=NOON))
    for name in ("sahifa", "daily"):
        metrics.unkept(name, seconds=0.1, lateness=0.0)
    found = exposed(metrics)
    assert found["ticker_source_state{source=sahifa,state=failing}"] == 1
    assert found["ticker_source_state{source=sahifa,state=healthy}"] == 0
    assert found["ticker_source_state{source=daily,state=failing}"] == 1
    metrics.stands(Health("sahifa", "healthy", last_success=NOON))
    found = exposed(metrics)
    assert found["ticker_source_state{source=sahifa,state=failing}"] == 0
    assert found["ticker_source_state{source=sahifa,state=healthy}"] == 1


def test_a_good_poll_moves_the_instants_that_it_is_about():
    metrics = Metrics(["sahifa"])
    told(metrics, changed(row(1), at=NOON + timedelta(minutes=1)))
    told(metrics, Poll("sahifa", NOON + timedelta(minutes=2), "not-modified"))
    told(metrics, failed("refused", at=NOON + timedelta(minutes=3)))
    told(metrics, Poll("sahifa", NOON + timedelta(minutes=4), "refused", detail="a stale copy"))
    found = exposed(metrics)
    assert found["ticker_last_success_timestamp_seconds{source=sahifa}"] == NOON.timestamp() + 120
    assert found["ticker_last_new_timestamp_seconds{source=sahifa}"] == NOON.timestamp() + 60


def test_after_a_reload_only_sources_that_are_configured_have_series():
    metrics = Metrics(["sahifa", "daily"])
    for name in ("sahifa", "daily"):
        told(metrics, changed(row(1, source=name), at=NOON, source=name))
        told(metrics, failed("gap", source=name))
        metrics.stands(Health(name, "suspect", "gap", last_success=NOON))
        metrics.planned(name, NOON)
        metrics.answered(name, Format.RSS, 200, 10)
    metrics.adopt(["daily", "harbour"])
    told(metrics, failed("unreachable"))
    metrics.answered("sahifa", Format.RSS, 200, 10)
    found = exposed(metrics)
    assert not [name for name in found if "sahifa" in name]
    assert found["ticker_polls_total{cause=gap,outcome=failed,source=daily}"] == 1
    assert found["ticker_feed_requests_total{feed=daily,format=rss,status=200}"] == 1
    assert found["ticker_items_total{kind=new,source=harbour}"] == 0
    metrics.adopt(["sahifa"])
    assert "ticker_polls_total{cause=gap,outcome=failed,source=sahifa}" not in exposed(metrics)


def test_messages_are_counted_by_target_and_fate_and_no_other_word_becomes_a_label():
    metrics = Metrics(["sahifa"], targets=["phone"])
    metrics.notified("phone", "sent")
    metrics.notified("phone", "failed")
    metrics.notified("https://user:secret@hooks.example/", "because the moon was full")
    found = {name: value for name, value in exposed(metrics).items() if name.startswith("ticker_notifications_total")}
    assert found == {
        "ticker_notifications_total{outcome=sent,target=phone}": 1,
        "ticker_notifications_total{outcome=failed,target=phone}": 1,
        "ticker_notifications_total{outcome=other,target=other}": 1,
    }


def test_nothing_that_metrics_are_told_can_fail_a_poll():
    metrics = Metrics(["sahifa"])
    told(metrics, failed("unreachable", source="never-heard-of"))
    told(metrics, changed(row(5), at=NOON - timedelta(days=1)), seconds=-0.001, lateness=-3.0, received=-1)
    told(metrics, changed(row(9), at=NOON))
    metrics.served(["sahifa", "never-heard-of"], NOON - timedelta(hours=1))
    metrics.unkept("never-heard-of", seconds=1, lateness=1)
    metrics.stands(Health("never-heard-of", "waiting"))
    metrics.planned("never-heard-of", NOON)
    metrics.planned("sahifa", None)
    metrics.last_new("sahifa", None)
    metrics.answered("never-heard-of", Format.RSS, 200, 5)
    found = exposed(metrics)
    assert not [name for name in found if "never-heard-of" in name]
    assert found["ticker_poll_seconds_sum{}"] == 0.2
    assert found["ticker_freshness_seconds_sum{}"] == 0


def test_names_follow_the_conventions_of_prometheus():
    """As `promtool check metrics`: HELP, _total for counters and for them alone, base units at the end, no type."""
    families = list(metrics_of(busy().expose()[1].decode()))
    ours = [family for family in families if family.name.startswith("ticker_")]
    assert len(ours) == 17
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert re.fullmatch(r"(ticker|process)_[a-z_]+", family.name)
        assert family.documentation.endswith(".") or family.name.startswith("process_")
        assert not re.search(r"counter|gauge|histogram|_(count|sum|bucket)\b", family.name)
        assert not re.search(r"milli|minute|_ms\b|kilo|mega", family.name)
        for sample in family.samples:
            assert (family.type == "counter") == sample.name.endswith("_total")
            assert sample.labels.keys() <= LABELS
        if any(unit in family.name for unit in UNITS):
            assert family.name.endswith(UNITS)
    assert not [family.name for family in ours if "lateness" in family.name and family.type != "histogram"]


def test_both_formats_say_the_same():
    metrics = busy()
    kind, body = metrics.expose(open_metrics=True)
    assert kind.startswith("application/openmetrics-text; version=1.0.0")
    assert body.endswith(b"# EOF\n")
    moving = re.compile(r"process_")  # between two readings
    plain, opened = exposed(metrics), samples(open_metrics_of(body.decode()))
    assert {name: value for name, value in opened.items() if not moving.match(name)} == {
        name: value for name, value in plain.items() if not moving.match(name)
    }


def test_the_release_and_the_process_are_told_and_nothing_is_registered_for_the_whole_program():
    before = {family.name for family in REGISTRY.collect()}
    found = exposed(busy())
    assert found[f"ticker_build_info{{version={__version__}}}"] == 1
    assert found["process_resident_memory_bytes{}"] > 10_000_000
    assert found["process_cpu_seconds_total{}"] > 0
    assert {family.name for family in REGISTRY.collect()} == before
    assert exposed(Metrics()).keys().isdisjoint({"ticker_polls_total{cause=,outcome=changed,source=sahifa}"})


async def test_requests_for_feeds_are_counted_by_feed_format_and_status():
    library, metrics = Newsstand(), Metrics(["sahifa", "daily"])
    library.publish("", "x")
    library.publish("sahifa", "y" * 200)
    client = served(metrics, library, "sahifa", "daily")
    await client.app.state.shelf.refresh()  # type: ignore[attr-defined]  # see `served`
    feed = await client.get("/sahifa/feed.atom")
    again = await client.get("/sahifa/feed.atom", headers={"If-None-Match": feed.headers["etag"]})
    head, all_of_them = await client.head("/sahifa/feed.atom"), await client.get("/feed.json")
    empty, written = await client.get("/daily/feed.rss"), await client.post("/sahifa/feed.atom")
    for path in ("/", "/nowhere/feed.rss", "/static/style.css", "/sahifa/", "/sahifa/archive/1.rss"):
        await client.get(path)
    assert (again.status_code, head.status_code, empty.status_code, written.status_code) == (304, 200, 503, 405)
    found = samples(metrics_of((await client.get("/metrics")).text))
    assert {name: value for name, value in found.items() if name.startswith("ticker_feed_requests_total")} == {
        "ticker_feed_requests_total{feed=sahifa,format=atom,status=200}": 2,
        "ticker_feed_requests_total{feed=sahifa,format=atom,status=304}": 1,
        "ticker_feed_requests_total{feed=sahifa,format=atom,status=405}": 1,
        "ticker_feed_requests_total{feed=/,format=json,status=200}": 1,
        "ticker_feed_requests_total{feed=daily,format=rss,status=503}": 1,
    }
    sent = sum(len(answer.content) for answer in (feed, all_of_them, empty, written))
    assert found["ticker_feed_bytes_total{}"] == sent


@pytest.mark.parametrize(("accept", "open_metrics"), [
    ("", False), ("*/*", False), ("text/html,application/xhtml+xml,*/*;q=0.8", False), ("text/plain", False),
    ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", True),
    ("application/openmetrics-text", True), ("Application/OpenMetrics-Text", True),
    ("text/plain;q=0.9,application/openmetrics-text;q=0.1", False), ("application/openmetrics-text;q=0", False),
    ("application/openmetrics-text;version=\"9\r\n", True), ("application/openmetrics-text; version=x.y.z", True),
])  # fmt: skip
async def test_the_format_is_what_the_client_likes_better(accept, open_metrics):
    client = served(Metrics(["sahifa"]), Newsstand())
    answer = await client.get("/metrics", headers={"Accept": accept})
    opened = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.headers["content-type"] == (opened if open_metrics else "text/plain; version=0.0.4; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.content.endswith(b"# EOF\n") == open_metrics


async def test_metrics_are_answered_when_the_store_refuses_and_cannot_be_written_to():
    library = Newsstand()
    library.broken = True
    client = served(Metrics(["sahifa"]), library)
    assert (await client.get("/metrics")).status_code == 200
    assert library.asked == []
    head = await client.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1_000
    assert (await client.post("/metrics")).status_code == 405
    packed = await client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "ticker_build_info" in packed.text


async def test_without_metrics_there_is_no_such_page():
    sources = [a_source()]
    app = build_app(
        library=Newsstand(), channels=channels_of(sources), sources=sources, clock=Clock(), next_poll=lambda _name: None
    )
    assert (await client_of(app).get("/metrics")).status_code == 404


async def test_however_many_ask_the_metrics_are_written_once_a_second():
    metrics, written = Metrics(["sahifa"]), []

    def expose(*, open_metrics: bool) -> tuple[str, bytes]:
        written.append(open_metrics)
        return metrics.expose(open_metrics=open_metrics)

    sources = [a_source()]
    app = build_app(
        library=Newsstand(), channels=channels_of(sources), sources=sources, clock=Clock(),
        next_poll=lambda _name: None, metrics=expose,
    )  # fmt: skip
    client = client_of(app)
    answers = await asyncio.gather(*(client.get("/metrics") for _ in range(40)))
    answers.append(await client.get("/metrics"))
    assert {answer.status_code for answer in answers} == {200}
    assert written == [False]


async def test_a_service_that_runs_counts_what_it_does(tmp_path):
    """The wiring: each number here comes from another part of the service."""
    lines = Manual()
    for title in ("افتتاح معرض الكتاب", "مطر غزير على الساحل", "فوز فريق الجامعة", "قطار إضافي"):
        lines.add(title, system_clock())
    async with (
        serve_newsroom(newsroom_app(lines, system_clock)) as url,
        running(write_config(tmp_path, url)) as service,
    ):
        await service.until(lambda items, _: len(items) == 4)
        lines.add("إقفال الجسر القديم", system_clock())
        await service.until(lambda items, _: len(items) == 5)
        page = await service.get("status", headers={"Accept": "text/html"})
        state = await service.state()
        async with service.client.stream("GET", f"{service.url}events") as events:
            told = events.aiter_bytes()
            assert await anext(told)
            watched = samples(metrics_of((await service.get("metrics")).text))
        found = samples(metrics_of((await service.get("metrics")).text))
        now = system_clock().timestamp()
    assert watched["ticker_open_pages{}"] == 1
    assert (page.status_code, "read regularly" in page.text or "يُقرأ بانتظام" in page.text) == (200, True)
    assert (state["state"], state["streak"], state["every"]) == ("healthy", 0, {"min": 1, "max": 1})
    assert state["last_new"]
    assert state["reason"]
    assert found["ticker_polls_total{cause=,outcome=changed,source=desk}"] == 2
    assert found["ticker_items_total{kind=new,source=desk}"] == 5
    assert found["ticker_items_kept{}"] == 5
    assert found["ticker_freshness_seconds_count{}"] == 1, "those of the first reading were not late"
    assert found["ticker_freshness_seconds_sum{}"] < 10
    assert found["ticker_fetched_bytes_total{source=desk}"] > 500
    assert found["ticker_poll_seconds_count{}"] == found["ticker_poll_lateness_seconds_count{}"] >= 2
    assert found["ticker_source_state{source=desk,state=healthy}"] == 1
    assert found["ticker_feed_requests_total{feed=/,format=json,status=200}"] >= 2
    assert abs(found["ticker_last_success_timestamp_seconds{source=desk}"] - now) < 10
    assert abs(found["ticker_last_new_timestamp_seconds{source=desk}"] - now) < 10
    assert abs(found["ticker_next_poll_timestamp_seconds{source=desk}"] - now) < 10


@pytest.mark.alone
def test_a_thousand_sources_stay_below_a_megabyte_and_cost_no_more_than_their_number():
    few, many = busy(100), busy(1_000)
    body = many.expose()[1]
    assert body.count(b"ticker_polls_total{") == 4_000
    assert len(body) < 1_000_000
    small, large = (min(timeit.repeat(metrics.expose, number=1, repeat=3)) for metrics in (few, many))
    assert large / small < 20, "ten times as many sources take about ten times as long"


@pytest.mark.alone
def test_counting_a_request_costs_less_than_two_microseconds():
    """Beside a plain dictionary look-up on the same machine, which takes some 50 ns: 20 times as much is 0.8 µs."""
    metrics, plain = busy(), {("a", 1): 2}
    metrics.answered("", Format.RSS, 200, 20_000)
    counted = min(timeit.repeat(lambda: metrics.answered("", Format.RSS, 200, 20_000), number=20_000, repeat=5))
    looked_up = min(timeit.repeat(lambda: plain.get(("a", 1)), number=20_000, repeat=5))
    assert counted / looked_up < 40


@pytest.mark.parametrize(("accept", "wanted", "expected"), [
    ("", "text/html", 0), ("*/*", "text/html", 1), ("text/*;q=0.3, */*;q=0.1", "text/html", 0.3),
    ("TEXT/HTML ; Q=0.7", "text/html", 0.7), ("text/html;q=7", "text/html", 0), ("text/html;q=", "text/html", 0),
    ("gzip;q=0, *", "gzip", 0), ("br, *;q=0.5", "gzip", 0.5), ("a/b;v=1;q=0.2, a/b;v=2", "a/b", 1),
    (",;,=", "text/html", 0),
])  # fmt: skip
def test_the_quality_of_what_could_be_sent(accept, wanted, expected):
    assert quality(accept, wanted) == expected


def busy(sources: int = 3) -> Metrics:
    """What has counted a bit of all there is, for each of so many sources."""
    names = [f"paper-{number:04}" for number in range(sources)]
    metrics = Metrics(names, targets=["phone"])
    for name in names:
        metrics.stands(Health(name, "healthy", last_success=NOON))
        metrics.planned(name, NOON)
        told(
            metrics, changed(row(1, source=name), row(2, "edited", source=name), at=NOON, source=name), received=20_000
        )
        told(metrics, Poll(name, NOON, "unchanged"))
        told(metrics, Poll(name, NOON, "not-modified"))
        told(metrics, failed("unreachable", source=name))
        metrics.answered(name, Format.RSS, 200, 20_000)
        metrics.answered(name, Format.RSS, 304, 0)
    metrics.served(names, NOON)
    metrics.notified("phone", "sent")
    metrics.kept(2 * sources)
    return metrics
