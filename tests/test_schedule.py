"""When a source is polled next, and that it is: whatever the host, the clock or an operator does meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from zoneinfo import ZoneInfo

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.errors import Cause
from ticker.model import Changes, Courtesy, Poll, Source
from ticker.rhythm import Rhythm
from ticker.schedule import Schedule, Wait, next_wait
from ticker.schedule.hosts import Hosts, host_of

START = datetime(2025, 1, 14, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
UTC_ZONE = ZoneInfo("UTC")


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the scheduler's own clock is real


def source(
    name: str = "s", every: float = 60, *, slowest: float | None = None, url: str = "http://127.0.0.1/"
) -> Source:
    bound = None if slowest is None else timedelta(seconds=slowest)
    return Source(name, name, (url,), UTC_ZONE, every=timedelta(seconds=every), slowest=bound)


def sources(count: int, every: float) -> list[Source]:
    return [source(f"s{n}", every) for n in range(count)]


# How long to wait


def bursting(lines: int, minutes: float, rows: int) -> Rhythm:
    """A source that prints as many lines in the last minutes, and nothing before."""
    return Rhythm.told(UTC_ZONE, [START - MINUTE * minutes * at / lines for at in range(lines)], rows)


def gap() -> Poll:
    return Poll("s", START, "changed", Changes((), "", gap=True))


def failed(cause: Cause = "unreachable", retry_after: float | None = None) -> Poll:
    return Poll("s", START, "failed", cause=cause, retry_after=retry_after)


SAME = Poll("s", START, "unchanged")
dice = st.randoms(use_true_random=False)
spans = st.timedeltas(SECOND, timedelta(days=1))


@given(spans, dice)
def test_waits_are_the_interval_give_or_take_a_tenth(every, random):
    one = replace(source(), every=every)
    assert every * 0.9 <= next_wait(one, SAME, random=random, now=START).span <= every * 1.1


@given(
    st.tuples(spans, spans).map(sorted),
    st.lists(st.timedeltas(timedelta(), timedelta(days=20)), max_size=60),
    st.integers(0, 100),
    st.booleans(),
    dice,
)
def test_the_adaptive_rule_keeps_to_its_bounds_whatever_the_rhythm(bounds, ages, rows, turned, random):
    one = replace(source(), every=bounds[0], slowest=bounds[1])
    rhythm = Rhythm.told(UTC_ZONE, [START - age for age in ages], rows)
    wait = next_wait(one, gap() if turned else SAME, rhythm=rhythm, random=random, now=START)
    assert bounds[0] <= wait.span <= bounds[1]


@given(dice, st.integers(3, 40))
def test_a_list_of_six_at_two_lines_a_minute_is_read_again_in_half_the_time_it_lasts(random, minutes):
    rhythm = bursting(2 * minutes, minutes, rows=6)
    wait = next_wait(source(every=15, slowest=3600), SAME, rhythm=rhythm, random=random, now=START)
    assert wait.span <= MINUTE * 1.51


def test_a_source_prints_more_by_day_and_is_polled_more_often_by_day():
    one = source(every=15, slowest=300)
    by_day = [START - timedelta(days=day, minutes=7 * at) for day in range(1, 14) for at in range(60)]
    rhythm = Rhythm.told(UTC_ZONE, by_day, 30)  # from 5 to 12 o'clock
    hours = [START + timedelta(hours=at) for at in range(24)]
    waits = [next_wait(one, SAME, rhythm=rhythm, random=Random(1), now=at).span for at in hours]
    assert min(waits) < 45 * SECOND
    assert max(waits) > 240 * SECOND
    assert "lines an hour" in next_wait(one, SAME, rhythm=rhythm, random=Random(1), now=hours[-3]).reason


def test_a_source_of_which_nothing_is_known_is_polled_in_the_middle_of_its_bounds():
    wait = next_wait(source(every=15, slowest=240), SAME, random=Random(1), now=START)
    assert 54 * SECOND <= wait.span <= 66 * SECOND
    assert wait.reason == "every 60 s, until its rhythm is known"


@given(spans, st.sampled_from(["unreachable", "refused", "challenged"]), st.integers(1, 2000), dice)
def test_who_cannot_be_reached_is_asked_later_with_full_jitter_up_to_a_ceiling(every, cause, failures, random):
    one = replace(source(), every=every)
    wait = next_wait(one, failed(cause), failures=failures, random=random, now=START)
    assert every <= wait.span <= min(max(every, 5 * MINUTE), 8 * every)


def test_the_ceiling_doubles_with_each_failure_and_the_jitter_is_full():
    random, one = Random(1), source(every=30)
    for failures, ceiling in ((1, 60), (2, 120), (3, 240), (9, 240)):
        waits = [next_wait(one, failed(), failures=failures, random=random, now=START).span for _ in range(300)]
        fifth = (timedelta(seconds=ceiling) - one.every) / 5
        assert min(waits) < one.every + fifth
        assert ceiling * SECOND * 1.1 >= max(waits) > ceiling * SECOND - 1.5 * fifth


def test_a_host_that_hangs_longer_than_the_wait_is_not_asked_again_at_once():
    hung = timedelta(seconds=30)
    for failures in (1, 9):
        wait = next_wait(source(every=2), failed(), failures=failures, random=Random(1), now=START + hung)
        assert wait.span >= hung + 2 * SECOND


@pytest.mark.parametrize("cause", ["heading-absent", "block-absent", "block-empty", "times-unreadable", "list-frozen"])
def test_a_page_that_comes_and_cannot_be_read_is_polled_as_usual(cause):
    wait = next_wait(source(), failed(cause), failures=9, random=Random(1), now=START)
    assert wait.span <= 66 * SECOND


def test_after_a_gap_one_wait_is_halved_and_never_two_running():
    one, random = source(), Random(1)
    first = next_wait(one, gap(), random=random, now=START)
    second = next_wait(one, gap(), last=first, random=random, now=START)
    third = next_wait(one, gap(), last=second, random=random, now=START)
    assert [wait.halved for wait in (first, second, third)] == [True, False, True]
    assert 30 * SECOND <= first.span <= 33 * SECOND
    assert second.span >= 54 * SECOND


@given(st.floats(0, 1e9), st.timedeltas(timedelta(), timedelta(days=3)), st.timedeltas(timedelta(), 5 * MINUTE), dice)
def test_no_poll_comes_before_the_host_allows_it(retry, crawl, took, random):
    poll, asked = failed("refused", retry), Courtesy(crawl_delay=crawl)
    ended = START + took
    wait = next_wait(source(), poll, courtesy=asked, failures=1, random=random, now=ended)
    day = timedelta(days=1)
    assert START + wait.span >= ended + min(timedelta(seconds=min(retry, 86400)), day)
    assert wait.span >= min(crawl, day)
    assert wait.span <= day + took + 5 * MINUTE
    if wait.span > 5 * MINUTE:
        assert wait.asked == wait.span


def test_the_sources_of_a_host_share_its_crawl_delay():
    asked = Courtesy(crawl_delay=20 * SECOND)
    waits = [next_wait(source(), SAME, courtesy=asked, sharing=n, random=Random(1), now=START) for n in (1, 6)]
    assert waits[0].span <= 66 * SECOND
    assert waits[1].span == 120 * SECOND
    assert waits[1].reason == "the host asks for 2 min, by the Crawl-delay of its robots.txt"


@pytest.mark.parametrize(
    ("fresh", "span"),
    [
        pytest.param(30, (54, 66), id="shorter than the wait"),
        pytest.param(120, (120, 120), id="longer"),
        pytest.param(86400, (900, 900), id="never more than 15 min"),
    ],
)
def test_a_page_that_says_it_is_fresh_is_read_when_it_no_longer_is(fresh, span):
    asked = Courtesy(fresh_for=timedelta(seconds=fresh))
    wait = next_wait(source(), SAME, courtesy=asked, random=Random(1), now=START)
    assert span[0] * SECOND <= wait.span <= span[1] * SECOND


def test_a_fresh_page_is_read_all_the_same_before_its_list_can_turn_over():
    asked = Courtesy(fresh_for=timedelta(hours=1))
    wait = next_wait(source(), SAME, courtesy=asked, rhythm=bursting(20, 10, 6), random=Random(1), now=START)
    assert wait.span <= 1.51 * MINUTE


@pytest.mark.parametrize(
    ("one", "poll", "courtesy", "risk"),
    [
        (source(every=60), SAME, Courtesy(), ""),
        (source(every=15, slowest=3600), SAME, Courtesy(), ""),
        (source(every=300), SAME, Courtesy(), "set `every` to that, it is 5 min"),
        (source(every=120, slowest=300), SAME, Courtesy(), "set the `min` of `every` to that, it is 2 min"),
        (source(every=60), SAME, Courtesy(crawl_delay=5 * MINUTE), "the host asks for 5 min, by the Crawl-delay"),
        (source(every=60), failed("refused", 600), Courtesy(), "the host asks for 10 min, by Retry-After"),
        (source(every=60), failed(), Courtesy(), ""),
    ],
)
def test_who_may_not_poll_often_enough_is_told_why_and_what_helps(one, poll, courtesy, risk):
    rhythm = bursting(20, 10, rows=6)  # two a minute
    told = next_wait(one, poll, rhythm=rhythm, courtesy=courtesy, failures=1, random=Random(1), now=START).risk
    if not risk:
        assert told == ""
    else:
        assert told.startswith("lines may be missed: the list holds 6, at the rate seen it must be read every 90 s")
        assert risk in told


# That it is polled


class Kept:
    """Remembers which polls started, when and how late, by the clock of the loop."""

    def __init__(self, span: Callable[[Source], timedelta] = lambda source: source.every, takes: float = 0.0) -> None:
        self.starts: list[tuple[float, Source]] = []
        self.late: dict[str, list[timedelta]] = {}
        self._span = span
        self._takes = takes

    async def __call__(self, source: Source) -> timedelta:
        self.starts.append((asyncio.get_running_loop().time(), source))
        await asyncio.sleep(self._takes)
        return self._span(source)

    def started(self, source: Source, lateness: timedelta) -> None:
        self.late.setdefault(source.name, []).append(lateness)

    def names(self) -> Counter[str]:
        return Counter(source.name for _, source in self.starts)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.005)


async def idle(source: Source) -> None: ...


async def test_the_first_source_is_polled_at_once_and_the_others_in_turn():
    polled: list[str] = []

    async def poll(source: Source) -> None:
        polled.append(source.name)

    schedule = Schedule(sources(4, 1.0), poll, clock=clock, random=Random(1))
    before = clock()
    schedule.start()
    dues = [schedule.next_poll(f"s{n}") for n in range(4)]
    assert all(due is not None for due in dues)
    waits = [(due - before).total_seconds() for due in dues if due]
    assert [wait - waits[0] for wait in waits] == pytest.approx([0.0, 0.25, 0.5, 0.75], abs=0.1)
    async with asyncio.timeout(10):
        while len(polled) < 9:
            await asyncio.sleep(0.01)
    await schedule.drain(timedelta(seconds=1))
    assert polled[:5] == ["s0", "s1", "s2", "s3", "s0"]


async def test_a_poll_that_takes_long_is_not_started_twice():
    running = most = 0

    async def poll(source: Source) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.25)
        running -= 1

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.6)
    assert await schedule.drain(timedelta(seconds=1)) == 0
    assert most == 1


async def test_a_poll_that_crashes_does_not_end_the_chain(caplog):
    polls = 0

    async def poll(source: Source) -> None:
        nonlocal polls
        polls += 1
        raise RuntimeError("a bug")

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    async with asyncio.timeout(10):
        while polls < 3:
            await asyncio.sleep(0.01)
    await schedule.drain(timedelta(seconds=1))
    assert "the poll of s0 failed by a bug: a bug" in caplog.text


async def test_draining_waits_for_running_polls_and_starts_no_more():
    started = finished = 0

    async def poll(source: Source) -> None:
        nonlocal started, finished
        started += 1
        await asyncio.sleep(0.2)
        finished += 1

    schedule = Schedule(sources(1, 0.05), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.05)
    assert await schedule.drain(timedelta(seconds=5)) == 0
    await asyncio.sleep(0.2)
    assert started == finished == 1


async def test_draining_cuts_off_what_outlasts_its_patience():
    cancelled = asyncio.Event()

    async def poll(source: Source) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    schedule = Schedule(sources(1, 60), poll, clock=clock, random=Random(1))
    schedule.start()
    await asyncio.sleep(0.05)
    assert await schedule.drain(timedelta(milliseconds=50)) == 1
    assert cancelled.is_set()
    assert schedule.next_poll("s0") is None


@pytest.mark.parametrize("started", [True, False])
async def test_draining_twice_or_before_the_start_is_harmless(started):
    schedule = Schedule(sources(1, 60), idle, clock=clock, random=Random(1))
    if started:
        schedule.start()
    assert await schedule.drain(timedelta(seconds=1)) == 0
    assert await schedule.drain(timedelta(seconds=1)) == 0


async def test_the_next_poll_comes_as_long_after_the_start_of_this_one_as_the_poll_says():
    poll = Kept(lambda source: timedelta(seconds=0.1), takes=0.05)
    schedule = Schedule(sources(1, 0.2), poll, clock=clock, random=Random(1), on_start=poll.started)
    schedule.start()
    await until(lambda: len(poll.starts) == 4)
    await schedule.drain(SECOND)
    first, *_, last = (at for at, _ in poll.starts)
    assert 0.3 <= last - first < 0.6
    assert len(poll.late["s0"]) == 4
    assert min(poll.late["s0"]) > timedelta(seconds=-0.021)


async def test_adopting_sources_loses_no_poll_and_doubles_none():
    poll = Kept()
    kept, changed, removed = sources(3, 60)
    schedule = Schedule([kept, changed, removed], poll, clock=clock, random=Random(1))
    schedule.start()
    due = schedule.next_poll("s1")
    renamed, added = replace(changed, title="another"), source("new", 60, url="http://127.0.0.2/")
    schedule.adopt([kept, renamed, added])
    assert schedule.next_poll("s1") == pytest.approx(due, abs=timedelta(milliseconds=50))
    assert schedule.next_poll("s2") is None
    await until(lambda: len(poll.starts) == 2)
    schedule.adopt([kept, renamed, added])
    await asyncio.sleep(0.03)
    await schedule.drain(SECOND)
    assert poll.names() == {"s0": 1, "new": 1}


async def test_a_changed_source_is_polled_as_it_is_now_and_no_later_than_it_asks_for():
    poll = Kept()
    rare = source("s", 86400)
    schedule = Schedule([rare], poll, clock=clock, random=Random(1))
    schedule.start()
    await until(lambda: len(poll.starts) == 1)
    await asyncio.sleep(0.01)
    schedule.adopt([replace(rare, every=timedelta(seconds=0.1))])
    await until(lambda: len(poll.starts) == 3)
    await schedule.drain(SECOND)
    assert [each.every.total_seconds() for _, each in poll.starts[:3]] == [86400, 0.1, 0.1]


async def test_what_a_host_asked_for_outlives_a_new_configuration_and_not_a_new_host():
    hour = timedelta(hours=1)

    async def poll(source: Source) -> Wait:
        return Wait(hour, asked=hour)

    one = source("s", 60)
    schedule = Schedule([one], poll, clock=clock, random=Random(1))
    schedule.start()
    await until(lambda: (schedule.next_poll("s") or START) > clock() + 50 * MINUTE)
    schedule.adopt([replace(one, every=SECOND)])
    assert (schedule.next_poll("s") or START) > clock() + 50 * MINUTE
    schedule.adopt([replace(one, every=SECOND, urls=("http://127.0.0.2/",))])
    assert (schedule.next_poll("s") or START) < clock() + MINUTE
    await schedule.drain(SECOND)


async def test_a_removed_source_ends_its_poll_and_one_that_comes_back_meanwhile_is_not_polled_twice_at_once():
    running = most = 0
    ended = 0

    async def poll(source: Source) -> timedelta:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running, ended = running - 1, ended + 1
        return timedelta(seconds=0.01)

    one = source("s", 0.05)
    schedule = Schedule([one], poll, clock=clock, random=Random(1))
    schedule.start()
    await until(lambda: running == 1)
    schedule.adopt([])
    schedule.adopt([])
    assert schedule.next_poll("s") is None
    schedule.adopt([one])
    await until(lambda: ended == 3)
    schedule.adopt([])
    await until(lambda: running == 0)
    done = ended
    await asyncio.sleep(0.05)
    assert (most, ended) == (1, done)
    await schedule.drain(SECOND)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=20000)])
async def test_polling_goes_on_and_does_not_hurry_when_the_clock_on_the_wall_is_set(jump, monkeypatch):
    shift = timedelta()

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a datetime, not a Wall
            return datetime.now(tz) + shift  # noqa: TID251 - the clock that is set

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    monkeypatch.setattr(apscheduler.executors.base, "datetime", Wall)
    monkeypatch.setattr("ticker.schedule.timetable.LOOK", 0.02)
    poll = Kept(lambda source: timedelta(seconds=0.1))
    schedule = Schedule(sources(3, 0.1), poll, clock=lambda: Wall.now(UTC), random=Random(1))
    schedule.start()
    await until(lambda: len(poll.starts) >= 3)
    shift = jump
    before, at = len(poll.starts), asyncio.get_running_loop().time()
    await until(lambda: len(poll.starts) >= before + 9)
    took = asyncio.get_running_loop().time() - at
    due = schedule.next_poll("s0")
    await schedule.drain(SECOND)
    assert 0.2 < took < 2
    assert abs((due or START) - Wall.now(UTC)) < SECOND


# Turns of a host


def on_host(count: int, host: str, every: float = 60) -> list[Source]:
    return [source(f"{host}-{n}", every, url=f"http://{host}/{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example/a", "news.example"),
        ("https://news.example.:443/b", "news.example"),
        ("http://news.example:8080/", "news.example:8080"),
        ("http://user:word@news.example/", "news.example"),
    ],
)
def test_a_host_is_its_name_and_an_unusual_port(url, host):
    assert host_of(source(url=url)) == host


async def test_a_slow_host_has_four_polls_at_once_and_makes_nobody_else_late():
    slow, quick = on_host(12, "slow.example", 0.05), on_host(12, "quick.example", 0.05)
    hosts = Hosts(lambda source: timedelta())
    hosts.know(slow + quick)
    answer, answered, asked = asyncio.Event(), list[str](), list[str]()

    async def one(source: Source) -> None:
        async with hosts.turn(source):
            asked.append(source.name)
            if source in slow:
                await answer.wait()
            answered.append(source.name)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for each in slow + quick:
            group.create_task(one(each))
        await until(lambda: len(asked) == 12 + 4 and len(answered) == 12)
        assert answered == [each.name for each in quick]
        answer.set()
    assert [name for name in asked if "slow" in name] == [each.name for each in slow]


async def test_two_hundred_polls_run_at_once_and_no_more():
    running = most = 0
    those = [each for n in range(75) for each in on_host(4, f"h{n}.example", 0.004)]
    hosts = Hosts(lambda source: timedelta())
    hosts.know(those)

    async def one(source: Source) -> None:
        nonlocal running, most
        async with hosts.turn(source):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.1)
            running -= 1

    await asyncio.gather(*map(one, those))
    assert most == 200


async def test_the_pause_of_a_host_is_what_robots_asks_for_even_when_that_is_learnt_on_the_way():
    delay = timedelta()
    hosts = Hosts(lambda source: delay)
    those = on_host(3, "news.example", 0.01)
    hosts.know(those)

    starts = []

    async def one(source: Source) -> None:
        nonlocal delay
        async with hosts.turn(source):
            starts.append(asyncio.get_running_loop().time())
            delay = timedelta(seconds=0.06)

    await asyncio.gather(*map(one, those))
    assert starts[1] - starts[0] >= 0.055
    assert starts[2] - starts[1] >= 0.055


def test_the_pause_of_a_host_leaves_all_its_sources_their_turn():
    hosts = Hosts(lambda source: timedelta())
    for count, every, pause in ((1, 60, 0.2), (15, 60, 0.2), (1000, 30, 0.0075)):
        hosts.know(on_host(count, "news.example", every))
        assert hosts._hosts["news.example"]._pause == pytest.approx(pause)
        assert hosts.sharing(source(url="http://news.example/")) == count


async def test_lateness_counts_the_turn_of_the_host():
    poll = Kept(lambda source: MINUTE, takes=0.05)
    those = on_host(6, "news.example", 0.02)
    schedule = Schedule(those, poll, clock=clock, random=Random(1), on_start=poll.started)
    schedule.start()
    await until(lambda: len(poll.starts) == 6)
    await schedule.drain(SECOND)
    late = sorted(each for those in poll.late.values() for each in those)
    assert late[0] < timedelta(seconds=0.03)
    assert late[-1] >= timedelta(seconds=0.03)


async def test_a_source_that_comes_back_and_goes_again_while_it_is_polled_is_gone():
    going, polled = asyncio.Event(), list[str]()

    async def poll(source: Source) -> None:
        polled.append(source.name)
        if len(polled) == 1:
            await going.wait()

    one, other = source("one", every=0.05), source("other", every=0.05)
    schedule = Schedule([one], poll, clock=clock, random=Random(1))
    schedule.start()
    while not polled:
        await asyncio.sleep(0.01)
    for sources in ([], [one], [other]):
        schedule.adopt(sources)
    going.set()
    await asyncio.sleep(0.3)
    await schedule.drain(timedelta(seconds=1))
    assert set(polled[1:]) == {"other"}
