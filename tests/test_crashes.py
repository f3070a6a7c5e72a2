"""Kill the process anywhere in a poll: all of it is found or nothing, and the end is as if nobody had been killed."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from random import Random

import pytest
from httpx import AsyncClient

from tests.crashes import (
    Bell,
    Death,
    Forks,
    Found,
    Life,
    Reader,
    Reading,
    Room,
    copy,
    found,
    make_first_release,
    started,
)
from tests.running import PATIENCE, Service, running, write_config
from ticker.demo import newsroom_app, serve_newsroom
from ticker.service import system_clock

pytestmark = pytest.mark.sqlite("its file, as each await of a poll leaves it, is copied and looked into")

KILLS = 200
SIX = (
    "14:54 | افتتاح معرض الكتاب السنوي في القاعة الكبرى",
    "14:53 | أمطار غزيرة متوقعة على الساحل مساء اليوم",
    "14:53 | فريق المدينة يفوز بكأس الناشئين للمرة الثانية",
    "14:51 | البلدية تعلن إقفال الجسر القديم أمام الشاحنات",
    "14:48 | وصول أول باخرة ركاب إلى المرفأ بعد ترميمه",
    "14:40 | انقطاع المياه عن الأحياء الشرقية حتى الغد",
)
NEWS = "14:56 | حريق محدود في مستودع للأخشاب عند المدخل الشمالي"
MORE = "14:56 | الدفاع المدني يخمد حريق المستودع دون إصابات"
LAST = "14:58 | تأجيل مباراة الذهاب إلى الأسبوع المقبل"
EDIT = "14:53 | أمطار غزيرة وعواصف متوقعة على الساحل مساء اليوم"
EDITED = (SIX[0], EDIT, *SIX[2:])
AGED = {
    3: "first train of the year crosses the valley",
    9: "library reopens after repairs",
    20: "harbour office moves to the old mill",
    31: "council votes on the new bridge",
    45: "two lighthouses get their lamps back",
}


def ages(minutes: int, *on_top: str) -> tuple[str, ...]:
    """A list whose times age, so many minutes after it was first seen."""
    return (*on_top, *(f"{age + minutes} minutes ago | {words}" for age, words in AGED.items()))


@dataclass(frozen=True)
class Kind:
    """A kind of poll: what was polled before, the poll that dies, what is polled after."""

    outcome: str
    before: Sequence[Reading]
    struck: Reading
    after: Sequence[Reading]
    twice: str = "unchanged"  # the outcome of the same poll once more


FIRST = Reading(0, SIX)
NEXT = (Reading(3, (LAST, MORE, NEWS, *EDITED)), Reading(4, (LAST, MORE, NEWS, *EDITED[:5])), Reading(5, status=304))
KINDS = {
    "the first list": Kind("changed", (), FIRST, NEXT),
    "news, an edit and a line taken away": Kind(
        "changed", (FIRST, Reading(1, (NEWS, *SIX))), Reading(2, (MORE, NEWS, *EDITED[:3], *EDITED[4:])), NEXT
    ),
    "news on top of times that age": Kind(
        "changed",
        (Reading(0, ages(0)),),
        Reading(1, ages(1, "just now | rain gauge breaks a record")),
        (Reading(2, ages(2, "1 minute ago | rain gauge breaks a record")),),
    ),
    "times that age, and nothing else": Kind(
        "unchanged",
        (Reading(0, ages(0)),),
        Reading(1, ages(1)),
        (Reading(4, ages(4, "2 minutes ago | rain gauge breaks a record")),),
    ),
    "the same list": Kind("unchanged", (FIRST,), Reading(1, SIX), NEXT),
    "not modified": Kind("not-modified", (FIRST,), Reading(1, status=304), NEXT, twice="not-modified"),
    "a stale copy": Kind(
        "refused", (FIRST, Reading(1, (NEWS, *SIX))), Reading(2, SIX), NEXT, twice="changed"
    ),
    "no answer": Kind("failed", (FIRST,), Reading(1, status=503), NEXT, twice="failed"),
}  # fmt: skip


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as forks:
        yield forks


@dataclass
class Case:
    """One kind of poll, with the databases of lives that were never interrupted."""

    kind: Kind
    forks: Forks
    folder: Path

    def __post_init__(self) -> None:
        self.start, whole, again = (self.folder / name for name in ("start.db", "whole.db", "again.db"))
        self.forks.live(self.start, self.kind.before)
        self.nothing = found(self.start)
        life = self.lives(copy(self.start, whole), death=Death(leaving=f"{self.folder}/left"))
        assert life.outcomes == (self.kind.outcome,)
        self.all = found(whole)
        assert self.lives(copy(whole, again), *self.kind.after).outcomes[0] == self.kind.twice
        self.lives(copy(self.start, whole), *self.kind.after)
        self.oracles = {False: found(whole), True: found(again)}  # in the end, whether the struck poll was kept
        self.awaits = life.awaits

    @cached_property
    def left(self) -> list[bool]:
        """Whether the struck poll is kept in what a death after so many awaits would have left."""
        return [self.kept(self.folder / f"left-{n}") for n in range(self.awaits + 1)]

    @property
    def turn(self) -> int:
        """The first await after which it is kept."""
        return self.left.index(True)

    def lives(self, place: Path, *after: Reading, death: Death | None = None) -> Life:
        """A process that polls what is struck, and then *after*."""
        return self.forks.live(place, (self.kind.struck, *after), death)

    def die(self, death: Death, by: signal.Signals = signal.SIGKILL) -> Path:
        """The database as it lies there after a poll died on a copy of it."""
        place = copy(self.start, self.folder / "died.db")
        assert self.lives(place, death=death).signal == by
        return place

    def kept(self, place: Path) -> bool:
        """Whether all of the struck poll is there; fails when it is neither all nor nothing."""
        there = found(place)
        assert there in (self.nothing, self.all), f"half a poll in {place}"
        return there == self.all

    def made_up_for(self, place: Path) -> bool:
        """A new process polls the same page again and then the next ones: all as if nothing had been."""
        kept = self.kept(place)
        self.lives(place, *self.kind.after)
        assert found(place) == self.oracles[kept]
        return kept


def told(there: Found) -> tuple[object, ...]:
    """What readers and the next poll go by: items, old wordings, feeds."""
    columns = ("guid", "title", "published", "updated", "first_seen", "rank")
    return [[row[column] for column in columns] for row in there["items"]], there["revisions"], there["versions"]


@pytest.fixture(scope="module")
def cases(forks, tmp_path_factory) -> Callable[[str], Case]:
    """Each kind of poll, lived through once."""
    return cache(lambda name: Case(KINDS[name], forks, tmp_path_factory.mktemp("case")))


@pytest.fixture(params=KINDS)
def case(request, cases):
    return cases(request.param)


@pytest.fixture
def news(cases):
    return cases("news, an edit and a line taken away")


def test_a_poll_killed_between_any_two_awaits_was_kept_whole_or_not_at_all(case):
    assert told(case.oracles[False]) == told(case.oracles[True]), "polled once or twice is the same in the end"
    assert case.left == sorted(case.left), "once kept, it stays"
    assert not case.made_up_for(case.die(Death(case.turn // 2)))
    assert case.made_up_for(case.die(Death(case.turn)))
    case.made_up_for(case.die(Death(case.turn - 1, asked=True)))  # the commit is under way: either is right


def test_a_write_torn_in_the_middle_is_no_write(news):
    for kib in (6, 31, 70):
        news.made_up_for(news.die(Death(file_bytes=kib * 1024), by=signal.SIGXFSZ))


def test_a_page_that_was_gone_when_the_service_came_back_costs_nothing_of_what_is_still_listed(news):
    """Only what both polls would have said of each other differs: when a wording was first seen."""
    place = news.die(Death(news.turn // 2))
    news.forks.live(place, news.kind.after)
    assert facts(found(place)) == facts(news.oracles[False])


def facts(there: Found) -> list[tuple[str, ...]]:
    """What an item never changes, its words and its place."""
    columns = ("guid", "published", "title", "printed", "rank")
    return sorted(tuple(row[column] for column in columns) for row in there["items"])


@pytest.mark.parametrize("release", ["none", "first"])
def test_a_database_killed_while_it_is_made_or_upgraded_is_made_whole_by_the_next_start(release, forks, tmp_path):
    start, place = tmp_path / "start.db", tmp_path / "place.db"
    if release == "first":
        make_first_release(start)
    nothing = found(start)
    life = forks.live(copy(start, place), death=Death(opening=True, leaving=f"{tmp_path}/left"))
    whole = found(place)
    left = [found(tmp_path / f"left-{n}") for n in range(life.awaits + 1)]
    assert [one == whole for one in left] == sorted(one == whole for one in left)
    assert all(one in (nothing, whole) for one in left)
    turn = left.index(whole)
    for n in (turn // 2, turn):
        died = copy(start, tmp_path / f"died-{n}.db")
        assert forks.live(died, death=Death(n, opening=True)).signal == signal.SIGKILL
        forks.live(died)
        assert found(died) == whole


@pytest.mark.soak
def test_a_poll_killed_at_every_single_await_is_made_up_for(case):
    """The slow form: a real death before and within each await, and a new life after each."""
    for n in range(len(case.left)):
        assert case.made_up_for(case.die(Death(n))) == case.left[n]
        if n + 1 < len(case.left):
            case.made_up_for(case.die(Death(n, asked=True)))


@pytest.mark.soak
def test_a_write_torn_at_every_half_kibibyte_is_no_write(news):
    """Of the log first; of the file itself too, where the log is moved into it at the end."""
    for half_kib in count(1):
        place = copy(news.start, news.folder / "died.db")
        life = news.lives(place, death=Death(file_bytes=half_kib * 512))
        assert news.made_up_for(place) or life.signal == signal.SIGXFSZ
        if not life.signal:  # no file grows as far
            break


@pytest.mark.soak
def test_a_service_killed_in_each_life_one_await_later_gets_through_in_the_end(news):
    place = copy(news.start, news.folder / "died.db")
    for n in range(news.turn + 1):
        assert not news.kept(place)
        assert news.lives(place, death=Death(n)).signal == signal.SIGKILL
    assert news.made_up_for(place)


@pytest.mark.soak
async def test_a_service_killed_two_hundred_times_keeps_its_word(tmp_path, capsys):
    """`ticker run` on a newsroom that never rests; it dies at random moments, many of them within a poll."""
    dice, within = Random(20250114), 0
    reader, room, config = Reader(), Room(dice, system_clock), tmp_path / "config.yaml"
    app = newsroom_app(room.lines, system_clock)
    app.add_middleware(Bell, rung=room.ring)
    async with serve_newsroom(app) as url, AsyncClient(trust_env=False, timeout=5) as client:
        write_config(tmp_path, url)
        working = asyncio.create_task(room.works(reader))
        for n in range(1, KILLS + 1):
            since = system_clock()
            async with started(config, client) as service, asyncio.timeout(2 * PATIENCE):
                await asyncio.gather(reader.keeps_reading(service), killed_some_time(service, room, dice))
            there = found(tmp_path / "ticker.db")
            within += room.missed(there, since)
            if n % 10 == 0:
                told = f"{n} kills, {within} within a poll; {len(there.get('items', ()))} items, {reader.reads} reads"
                with capsys.disabled():
                    print(told, flush=True)
        working.cancel()
        async with running(config) as service:
            await service.until(lambda items, _: {row.text for row in room.rows()} <= {item["title"] for item in items})
            await reader.reads_all(service)
    room.holds_against(found(tmp_path / "ticker.db"))
    assert within >= KILLS / 10


async def killed_some_time(service: Service, room: Room, dice: Random) -> None:
    """One in five while it starts, the others after a page they were given, or the next one."""
    if dice.random() < 0.2:
        await asyncio.sleep(dice.uniform(0.1, 1.5))
    else:
        for _ in range(dice.choice((1, 1, 2))):
            room.asked.clear()
            await room.asked.wait()
        await asyncio.sleep(dice.uniform(0, 0.25))
    await service.stop(signal.SIGKILL)
