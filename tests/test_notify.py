"""Telling people: webhooks and Apprise for real, on loopback, with a real store behind."""

import asyncio
import hmac
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import certifi
import pytest
from structlog.testing import capture_logs

from tests import faults
from tests.newsstand import BEIRUT, NOON, PUBLIC_URL, Clock, channels_of
from tests.stores import store_at
from tests.strangers import PATIENCE, Stranger, answers, then
from ticker.announce import Notifier, Outgoing, Timing, try_all
from ticker.announce import answers as printed
from ticker.announce.messages import Site, of_test
from ticker.announce.targets import Ways
from ticker.announce.through_apprise import ThroughApprise
from ticker.announce.undelivered import UndeliveredError
from ticker.config import Target
from ticker.errors import Cause, StoreError
from ticker.model import Feed, Format, Page, Poll, Source
from ticker.poll import ingest
from ticker.render import documents
from ticker.store import Store

SOON = timedelta(seconds=0.01)
QUICK = Timing(quiet=SOON, most=timedelta(seconds=0.1), again=(SOON,))
IMPATIENT = timedelta(seconds=0.4)  # where nobody answers
PATIENT = timedelta(seconds=10)
LINES = ["13:58 مطر غزير على الساحل", "13:55 فوز الفريق بالكأس", "13:50 عودة التيار", "13:47 سباق في الجبل"]
SECRET = "s3cr3t"  # noqa: S105 - of nobody
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # of Apprise, Python 3.11


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each way out."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


def a_source(name: str) -> Source:
    return Source(name, f"صحيفة {name}", (f"https://{name}.example/",), BEIRUT, heading="عاجل", language="ar")


def a_target(to: str, **facts: Any) -> Target:
    usual: dict[str, Any] = {"name": "desk", "allow_private": True}
    return Target(to=to, **usual | facts)


async def press(feed: Feed) -> Mapping[Format, bytes]:
    return documents(feed)


def ways_within(total: timedelta) -> Ways:
    return Ways(*(Outgoing(allow_private=private, total=total) for private in (False, True)))


class Newsroom:
    """Sources that are polled into a store, and the notifier that is told of it."""

    def __init__(self, store: Store, names: tuple[str, ...]) -> None:
        self.store = store
        self.clock = Clock(NOON)
        self.sources = {name: a_source(name) for name in names}
        self.channels = channels_of(list(self.sources.values()))
        self.lists = dict.fromkeys(names, tuple(LINES))
        self.notifier: Notifier | None = None
        self.fates: list[tuple[str, str]] = []

    def a_notifier(
        self,
        *targets: Target,
        timing: Timing = QUICK,
        ledger: Any = None,
        total: timedelta = PATIENT,
        after: Notifier | None = None,
    ) -> Notifier:
        return Notifier(
            targets,
            ledger=ledger or self.store.notices,
            clock=self.clock,
            public_url=PUBLIC_URL,
            sources=list(self.sources.values()),
            timing=timing,
            ways=ways_within(total),
            on_fate=lambda target, fate: self.fates.append((target, fate)),
            after=after,
        )

    @asynccontextmanager
    async def telling(self, *targets: Target, **facts: Any) -> AsyncIterator[Notifier]:
        notifier = self.a_notifier(*targets, **facts)
        await notifier.start()
        self.notifier = notifier
        try:
            yield notifier
        finally:
            self.notifier = None
            await notifier.stop()

    async def fails(self, *names: str, times: int = 3, cause: Cause = "unreachable") -> None:
        """So many polls in a row of each."""
        for _ in range(times):
            self.clock.forward(seconds=60)
            at = self.clock()
            polls = [Poll(name, at, "failed", None, cause, "no route to host") for name in names or self.sources]
            for poll in polls:
                await self.store.failed(poll)
            await self._tell(polls)

    async def reads(self, *names: str, times: int = 1, new: tuple[str, ...] = ()) -> None:
        """So many polls in a row of each, the first with *new* lines above the others."""
        for n in range(times):
            self.clock.forward(seconds=60)
            polls = []
            for name in names or self.sources:
                if n == 0:
                    self.lists[name] = (*new, *self.lists[name])
                page = Page(f"https://{name}.example/", "عاجل\n" + "\n".join(self.lists[name]), "plain", self.clock())
                both = (self.channels[""], self.channels[name])
                polls.append(await ingest(self.sources[name], page, store=self.store, channels=both, press=press))
            await self._tell(polls)

    async def noted(self, *names: str) -> None:
        """Until the ledger has the trouble of these, and of no others."""
        async with asyncio.timeout(PATIENCE):
            while set(await self.store.notices.alarmed()) != set(names):
                await asyncio.sleep(0.005)

    async def _tell(self, polls: Sequence[Poll]) -> None:
        """Of all at the same instant."""
        health = await self.store.health()
        for poll in polls:
            if self.notifier:
                self.notifier.polled(poll.source, poll, health[poll.source])


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    store = await Store.open(store_at(tmp_path / "ticker.db"))
    yield Newsroom(store, ("sahifa", "nahar", "diyar"))
    await store.close()


@pytest.fixture
async def hook() -> AsyncIterator[Stranger]:
    async with Stranger() as hook:
        yield hook


def told(hook: Stranger, path: str = "/hook") -> list[dict[str, Any]]:
    """What arrived at *path*, in order."""
    return [json.loads(one.body) for one in hook.deliveries if one.path == path]


async def arrived(hook: Stranger, number: int) -> list[dict[str, Any]]:
    await hook.until(lambda self: len(self.deliveries) >= number)
    return told(hook)


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.005)


def events(documents: list[dict[str, Any]]) -> list[str]:
    """`trouble sahifa nahar`, as they came."""
    return [" ".join([each["event"], *(one["name"] for one in each["sources"])]) for each in documents]


# Trouble


async def test_a_webhook_is_told_when_a_source_fails_and_when_it_is_read_again(room, hook):
    async with room.telling(a_target(hook.url("/hook"), secret=SECRET)):
        await room.fails("sahifa", times=5)
        await arrived(hook, 1)
        await room.reads("sahifa", times=3)
        begin, end = await arrived(hook, 2)
    assert events([begin, end]) == ["trouble sahifa", "recovered sahifa"]
    assert (begin["sources"][0]["cause"], begin["sources"][0]["since"]) == ("unreachable", "2025-03-10T12:01:00Z")
    assert end["sources"][0]["until"] == "2025-03-10T12:07:00Z"
    (first, _) = hook.deliveries
    assert first.headers["content-type"] == "application/json; charset=utf-8"
    mark = hmac.new(SECRET.encode(), first.body, "sha256").hexdigest()
    assert first.headers["x-ticker-signature"] == f"sha256={mark}"


async def test_sources_that_fail_together_are_one_message_and_each_target_hears_of_its_own(room, hook):
    own = a_target(hook.url("/own"), name="own", sources=("nahar",))
    deaf = a_target(hook.url("/deaf"), name="deaf", alarms=False)
    async with room.telling(a_target(hook.url("/hook")), own, deaf):
        await room.fails()
        await hook.until(lambda self: len(self.deliveries) == 2)
    assert events(told(hook)) == ["trouble sahifa nahar diyar"]
    assert told(hook)[0]["title"] == "3 of 3 sources: their pages cannot be reached"
    assert [(one["total"], *events([one])) for one in told(hook, "/own")] == [(1, "trouble nahar")]
    assert not told(hook, "/deaf")


async def test_what_was_told_is_not_told_again_after_a_restart_and_its_end_is(room, hook):
    target = a_target(hook.url("/hook"))
    async with room.telling(target):
        await room.fails("sahifa")
        await arrived(hook, 1)
    assert await room.store.notices.alarmed() == {"sahifa": NOON + timedelta(minutes=1)}
    async with room.telling(target):
        await room.fails("sahifa", times=2)
        await room.fails("nahar")
        assert events(await arrived(hook, 2))[1:] == ["trouble nahar"]
        await room.reads("sahifa", times=2)
        assert events(await arrived(hook, 3))[2:] == ["recovered sahifa"]
    assert list(await room.store.notices.alarmed()) == ["nahar"]


async def test_what_began_while_nobody_was_there_or_was_not_delivered_is_told_after_the_start(room, hook):
    hook["/hook"] = answers(500)
    target = a_target(hook.url("/hook"))
    async with room.telling(target):
        await room.fails("sahifa")
        await arrived(hook, 1)
    assert await room.store.notices.alarmed() == {}
    await room.fails("nahar")
    hook["/hook"] = answers(204)
    before = len(hook.deliveries)
    async with room.telling(target):
        await room.fails("sahifa", "nahar", times=1)
        assert events((await arrived(hook, before + 1))[before:]) == ["trouble sahifa nahar"]


async def test_a_store_that_refuses_is_told_without_the_ledger_and_so_is_its_end(room, hook):
    await room.reads()
    async with room.telling(a_target(hook.url("/hook"))) as notifier:
        for _ in range(3):
            for name in room.sources:
                notifier.refused(name, "the database refused: disk is full")
        await arrived(hook, 1)
        await room.reads(times=2)
        begin, end = await arrived(hook, 2)
    assert events([begin, end]) == ["trouble sahifa nahar diyar", "recovered sahifa nahar diyar"]
    assert begin["sources"][0]["cause"] == "store"
    assert begin["title"] == "3 of 3 sources: the database refuses to keep what is read"


async def test_the_end_of_an_alarm_of_the_store_is_told_after_a_restart_as_well(room, hook):
    await room.reads()
    async with room.telling(a_target(hook.url("/hook"))) as notifier:
        for _ in range(3):
            notifier.refused("sahifa", "the database refused: disk is full")
        await arrived(hook, 1)
    async with room.telling(a_target(hook.url("/hook"))):
        await room.reads("sahifa", times=2)
        assert events(await arrived(hook, 2)) == ["trouble sahifa", "recovered sahifa"]
    assert await room.store.notices.alarmed() == {}


class Forgetful:
    """A ledger whose store refuses the first notes, and the first questions for news."""

    def __init__(self, notices: Any, refuse: int = 0, *, refuse_news: int = 0) -> None:
        self.alarmed, self.follow, self.told = notices.alarmed, notices.follow, notices.told
        self._notices = notices
        self.refuse = refuse
        self.refuse_news = refuse_news

    async def news(self, after: int, since: datetime) -> Any:
        if self.refuse_news:
            self.refuse_news -= 1
            raise StoreError("disk I/O error")
        return await self._notices.news(after, since)

    async def alarm(self, told: Mapping[str, Any]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise StoreError("the database is not to be reached")
        await self._notices.alarm(told)


async def test_a_note_that_the_store_refuses_is_made_after_the_next_poll(room, hook):
    ledger = Forgetful(room.store.notices, refuse=1)
    async with room.telling(a_target(hook.url("/hook")), ledger=ledger):
        await room.fails("sahifa")
        await until(lambda: not ledger.refuse)
        assert await room.store.notices.alarmed() == {}
        await room.fails("sahifa", times=1)
        async with asyncio.timeout(PATIENCE):
            while not await room.store.notices.alarmed():
                await asyncio.sleep(0.005)


async def test_a_reload_hands_on_what_people_know_though_the_store_still_refuses_to_note_it(room, hook):
    await room.reads()
    ledger = Forgetful(room.store.notices, refuse=9)
    target = a_target(hook.url("/hook"))
    async with room.telling(target, ledger=ledger) as first:
        for _ in range(3):
            first.refused("sahifa", "the database refused: disk is full")
        for _ in range(2):
            first.refused("nahar", "the database refused: disk is full")
        await until(lambda: room.fates == [("desk", "sent")] and ledger.refuse < 9)
    await first.stop()  # once more, which does no harm
    unstarted = room.a_notifier(target, after=first)  # the store refused what the reload asks of it before
    async with room.telling(target, ledger=ledger, after=unstarted) as second:
        second.refused("sahifa", "the database refused: disk is full")
        second.refused("nahar", "the database refused: disk is full")
        assert events(await arrived(hook, 2)) == ["trouble sahifa", "trouble nahar"]
        await room.reads("sahifa", "nahar", times=2)
        assert events(await arrived(hook, 3))[2:] == ["recovered sahifa nahar"]
        ledger.refuse = 0
    assert await room.store.notices.alarmed() == {}


async def test_after_a_reload_that_mends_an_address_trouble_that_lasts_is_told_there(room, hook):
    alive = a_target(hook.url("/hook"))
    async with room.telling(alive, a_target("http://127.0.0.1:9/", name="late")) as first:
        await room.fails("sahifa")
        await until(lambda: room.fates == [("desk", "sent")] and first.standing[1].failing_since)
        await room.noted("sahifa")
    late = a_target(hook.url("/late"), name="late")
    async with room.telling(alive, late, a_target(hook.url("/new"), name="new"), after=first):
        await room.fails("sahifa", times=1)
        await hook.until(lambda self: len(self.deliveries) == 2)
        assert events(told(hook, "/late")) == ["trouble sahifa"]
        await room.reads("sahifa", times=2)
        await hook.until(lambda self: len(self.deliveries) == 5)
    assert await room.store.notices.alarmed() == {}


async def test_a_source_that_is_not_configured_any_more_is_nobodys_trouble(room, hook):
    async with room.telling(a_target(hook.url("/hook"))) as notifier:
        notifier.refused("gone", "disk full")
        notifier.polled("gone", Poll("gone", NOON, "unchanged"), (await room.store.health()).get("gone"))
        assert not hook.deliveries


# Targets that do not listen


async def test_a_target_that_fails_is_tried_again_and_keeps_nobody_waiting(room, hook):
    hook["/hook"] = answers(500, 503, 404, 200)
    hook["/hanging"] = then(faults.hang)
    hanging = a_target(hook.url("/hanging"), name="hanging")
    with capture_logs() as logs:
        async with room.telling(hanging, a_target(hook.url("/hook")), total=IMPATIENT) as notifier:
            await room.fails("sahifa")
            await until(lambda: len(told(hook)) == 4)
            await until(lambda: not next(one for one in notifier.standing if one.name == "desk").waiting)
            standing = {one.name: one for one in notifier.standing}
    assert len({json.dumps(each) for each in told(hook)}) == 1
    assert standing["desk"].failing_since is None
    assert standing["hanging"].waiting == 1
    assert room.fates == [("desk", "sent")]
    of_desk = [line for line in logs if line.get("target") == "desk"]
    assert [line["log_level"] for line in of_desk] == ["warning", "info"], "one line when it begins, one when it ends"
    assert of_desk[0]["detail"] == "not told, and tried again: answered 500"


async def test_one_target_that_is_dead_does_not_make_the_others_hear_everything_again(room, hook):
    dead, alive = a_target("http://127.0.0.1:9/", name="dead"), a_target(hook.url("/hook"))
    async with room.telling(dead, alive) as notifier:
        await room.fails("sahifa")
        await arrived(hook, 1)
        await until(lambda: notifier.standing[0].failing_since)
        async with asyncio.timeout(PATIENCE):
            while not await room.store.notices.alarmed():
                await asyncio.sleep(0.005)
    async with room.telling(dead, alive):
        await room.fails("sahifa", times=1)
        await room.fails("nahar")
        assert events(await arrived(hook, 2)) == ["trouble sahifa", "trouble nahar"]


async def test_it_is_noted_only_when_every_target_had_its_chance(room, hook):
    release = asyncio.Event()

    async def slow(asked: faults.Asked, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        await faults.page("")(asked, writer)

    hook["/slow"] = then(slow)
    both = a_target(hook.url("/slow"), name="slow"), a_target(hook.url("/hook"))
    async with room.telling(*both) as notifier:
        await room.fails("sahifa")
        await until(lambda: len(hook.heard) == 2 and ("desk", "sent") in room.fates)
        await room.fails("sahifa", times=1)
        assert await room.store.notices.alarmed() == {}
        release.set()
        await until(lambda: not notifier.standing[0].waiting)
    assert list(await room.store.notices.alarmed()) == ["sahifa"]


async def test_a_target_that_hears_late_of_what_is_over_does_not_make_it_begin_again(room, hook):
    hook["/late"] = answers(500)
    once = iter([faults.page("")])

    async def first_well(asked: faults.Asked, writer: asyncio.StreamWriter) -> None:
        await next(once, faults.hang)(asked, writer)

    both = a_target(hook.url("/late"), name="late"), a_target(hook.url("/hook"))
    async with room.telling(*both, timing=replace(QUICK, parting=SOON)) as notifier:
        await room.fails("sahifa")
        await until(lambda: room.fates == [("desk", "sent")])
        await room.reads("sahifa", times=2)
        await until(lambda: room.fates == [("desk", "sent")] * 2 and notifier.standing[0].waiting == 2)
        hook["/late"] = then(first_well)
        await until(lambda: ("late", "sent") in room.fates)
    assert notifier.standing[0].waiting == 1
    assert await room.store.notices.alarmed() == {}


async def test_what_could_not_be_told_for_an_hour_is_given_up(room, hook):
    hook["/hook"] = answers(500)
    with capture_logs() as logs:
        async with room.telling(a_target(hook.url("/hook"))) as notifier:
            await room.fails("sahifa")
            await arrived(hook, 2)
            room.clock.forward(minutes=61)
            await until(lambda: not notifier.standing[0].waiting)
    assert [line["gave_up"] for line in logs if "gave_up" in line] == ["trouble"]
    assert room.fates == [("desk", "failed")]
    assert await room.store.notices.alarmed() == {}


async def test_what_was_given_up_is_told_anew_where_it_still_lasts(room, hook):
    hook["/hook"] = answers(500)
    async with room.telling(a_target(hook.url("/hook"))) as notifier:
        await room.fails("sahifa", "nahar")
        await arrived(hook, 1)
        room.clock.forward(minutes=61)
        await until(lambda: room.fates == [("desk", "failed")] and not notifier.standing[0].waiting)
        hook["/hook"] = answers(200)
        before = len(hook.deliveries)
        await room.reads("nahar", times=2)
        await until(lambda: room.fates[1:] == [("desk", "sent")])  # while that is on its way, nothing is told anew
        await room.fails("sahifa", cause="refused", times=1)
        await until(lambda: len(room.fates) == 3)
        await room.noted("sahifa")
        await room.fails("sahifa", times=3)
        await room.reads("sahifa", times=2)
        await until(lambda: len(room.fates) == 4)
    found = told(hook)[before:]
    assert events(found) == ["recovered nahar", "trouble sahifa", "recovered sahifa"]
    (anew,) = (each for each in found if each["event"] == "trouble")
    assert anew["sources"][0]["cause"] == "refused", "as it is now"
    assert await room.store.notices.alarmed() == {}


async def test_what_one_target_missed_is_told_anew_to_it_alone(room, hook):
    hook["/late"] = answers(500)
    both = a_target(hook.url("/late"), name="late"), a_target(hook.url("/hook"))
    async with room.telling(*both) as notifier:
        await room.fails("sahifa")
        await until(lambda: ("desk", "sent") in room.fates and notifier.standing[0].failing_since)
        room.clock.forward(minutes=61)
        await until(lambda: ("late", "failed") in room.fates)
        hook["/late"] = answers(200)
        await room.fails("sahifa", times=2)
        await until(lambda: ("late", "sent") in room.fates)
    assert room.fates.count(("desk", "sent")) == room.fates.count(("late", "sent")) == 1
    assert list(await room.store.notices.alarmed()) == ["sahifa"]


async def test_what_was_dropped_is_told_anew_when_the_others_have_arrived(room, hook):
    hook["/hook"] = answers(500)
    async with room.telling(a_target(hook.url("/hook")), timing=replace(QUICK, waiting=1)) as notifier:
        await room.fails("sahifa")
        await until(lambda: notifier.standing[0].failing_since)
        await room.fails("nahar")
        await until(lambda: room.fates == [("desk", "dropped")])
        await room.fails("sahifa", times=3)
        assert notifier.standing[0].waiting == 1
        hook["/hook"] = answers(200)
        await until(lambda: not notifier.standing[0].waiting)
        await room.fails("sahifa", times=1)
        await until(lambda: room.fates == [("desk", "dropped"), ("desk", "sent"), ("desk", "sent")])
    assert events(told(hook))[-2:] == ["trouble nahar", "trouble sahifa"]


async def test_what_waits_for_a_target_is_bounded(room, hook):
    hook["/hook"] = answers(500)
    timing = replace(QUICK, waiting=3)
    async with room.telling(a_target(hook.url("/hook")), timing=timing) as notifier:
        for name in ("sahifa", "nahar", "diyar") * 2:
            await room.fails(name)
            await room.reads(name, times=2)
        await until(lambda: notifier.standing[0].failing_since)
        assert notifier.standing[0].waiting <= 3
    assert set(room.fates) == {("desk", "dropped")}


@pytest.mark.parametrize(
    ("path", "facts", "says"),
    [
        ("/moved", {}, "answered 302: it redirects, which is not followed; write the address that it leads to"),
        ("/hook", {"allow_private": False}, "127.0.0.1 is at no public address; write allow_private: true if"),
        ("/hanging", {}, "no answer within 0.4 s"),
        ("/gone", {}, "answered 410"),
    ],
)
async def test_why_a_webhook_was_not_told_is_said_with_the_cure_and_without_its_path(hook, path, facts, says):
    hook["/moved"] = then(faults.redirect(hook.url("/hook")))
    hook["/hanging"] = then(faults.hang)
    hook["/gone"] = answers(410)
    ways = ways_within(IMPATIENT)
    target = a_target(hook.url(path) + f"?key={SECRET}", **facts)
    found = await try_all([target], clock=Clock(NOON), public_url=PUBLIC_URL, sources=[], ways=ways)
    assert found["desk"].startswith(says)
    assert SECRET not in found["desk"]
    assert not told(hook)


# Headlines


async def test_new_headlines_of_a_poll_are_one_message_and_those_of_a_first_list_are_none(room, hook):
    async with room.telling(a_target(hook.url("/hook"), headlines=True)):
        await room.reads("sahifa")
        await room.reads("sahifa", new=("14:01 افتتاح معرض الكتاب", "14:00 إقفال الجسر القديم"))
        (only,) = await arrived(hook, 1)
    assert only["event"] == "headlines"
    assert [item["title"] for item in only["items"]] == ["افتتاح معرض الكتاب", "إقفال الجسر القديم"]
    assert (only["items"][0]["source"], only["items"][0]["printed"]) == ("sahifa", "14:01")
    assert only["items"][0]["link"].startswith(f"{PUBLIC_URL}item/")


async def test_headlines_are_chosen_by_words_and_source(room, hook):
    await room.reads("sahifa", "nahar")
    rules = {"match": ("رييس", "جسر"), "without": ("رياضة",), "sources": ("sahifa",)}
    async with room.telling(a_target(hook.url("/hook"), headlines=True, **rules)):
        await room.reads("sahifa", new=("14:01 رئيس الاتحاد: الرياضة للجميع", "14:01 مطر على الساحل"))
        await room.reads("nahar", new=("14:02 إقفال الجسر",))
        await room.reads("sahifa", new=("14:03 إقفال الجسر القديم", "14:02 الرَّئيس في الجنوب"))
        (only,) = await arrived(hook, 1)
    assert [item["title"] for item in only["items"]] == ["إقفال الجسر القديم", "الرَّئيس في الجنوب"]


async def test_a_restart_repeats_no_headline_and_forgets_none_but_those_older_than_an_hour(room, hook):
    target = a_target(hook.url("/hook"), headlines=True)
    await room.reads("sahifa")
    async with room.telling(target):
        await room.reads("sahifa", new=("14:01 إقفال الجسر القديم",))
        await arrived(hook, 1)
    await room.reads("sahifa", new=("14:02 وفد في الجنوب",))
    room.clock.forward(minutes=90)
    await room.reads("sahifa", new=("15:30 افتتاح معرض الكتاب",))
    async with room.telling(target):
        _, second = await arrived(hook, 2)
        await room.reads("sahifa", new=("15:33 حريق في المرفأ",))
        third = (await arrived(hook, 3))[2]
    assert [item["title"] for item in second["items"]] == ["افتتاح معرض الكتاب"]
    assert [item["title"] for item in third["items"]] == ["حريق في المرفأ"]


async def test_the_first_list_of_a_source_is_no_news_after_a_restart_either(room, hook):
    await room.reads("sahifa")
    async with room.telling(a_target(hook.url("/hook"), headlines=True)):
        pass
    await room.reads("nahar")
    await room.reads("nahar", new=("14:03 إقفال الجسر القديم",))
    async with room.telling(a_target(hook.url("/hook"), headlines=True)):
        (only,) = await arrived(hook, 1)
    assert [item["title"] for item in only["items"]] == ["إقفال الجسر القديم"]


async def test_a_target_that_was_away_gets_what_it_missed_in_one_message(room, hook):
    hook["/hook"] = answers(500)
    await room.reads("sahifa")
    async with room.telling(a_target(hook.url("/hook"), headlines=True)):
        await room.reads("sahifa", new=("14:01 إقفال الجسر القديم",))
        await arrived(hook, 1)
        lines = tuple(f"14:02 خبر رقم {'أ' * n} من الجنوب" for n in range(1, 30))
        await room.reads("sahifa", new=lines)
        await arrived(hook, len(hook.deliveries) + 2)  # the second of them was made after that
        hook["/hook"] = answers(200)
        await arrived(hook, len(hook.deliveries) + 1)
    last = told(hook)[-1]
    assert (len(last["items"]), last["more"]) == (20, 10)


async def test_headlines_that_the_store_cannot_say_are_asked_for_again_while_trouble_is_told(room, hook):
    await room.reads("sahifa")
    ledger = Forgetful(room.store.notices)
    slow = replace(QUICK, again=(timedelta(seconds=0.2),))
    async with room.telling(a_target(hook.url("/hook"), headlines=True), timing=slow, ledger=ledger):
        ledger.refuse_news = many = 10_000
        await room.reads("sahifa", new=("14:01 إقفال الجسر القديم",))
        await until(lambda: ledger.refuse_news < many)
        await room.fails("nahar")
        assert [each["event"] for each in await arrived(hook, 1)] == ["trouble"]
        ledger.refuse_news = 0
        found = await arrived(hook, 2)
    assert [each["event"] for each in found] == ["trouble", "headlines"]
    assert [item["title"] for item in found[1]["items"]] == ["إقفال الجسر القديم"]


async def test_a_new_target_is_told_of_what_comes_and_an_old_one_is_forgotten(room, hook):
    await room.reads("sahifa")
    await room.reads("sahifa", new=("14:01 إقفال الجسر القديم",))
    async with room.telling(a_target(hook.url("/hook"), headlines=True)):
        await room.reads("sahifa", new=("14:02 حريق في المرفأ",))
        (only,) = await arrived(hook, 1)
    assert [item["title"] for item in only["items"]] == ["حريق في المرفأ"]
    async with room.telling(a_target(hook.url("/hook"), name="other", headlines=True)):
        assert list(await room.store.notices.follow(["other"])) == ["other"]


# Apprise


class Post:
    """A mail server on loopback: takes what comes, in the words of RFC 5321."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def __aenter__(self) -> "Post":
        self._server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post.example\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 post.example\r\n")
            if verb == b"QUIT":
                break
        await writer.drain()
        writer.close()


async def test_apprise_brings_trouble_as_mail_with_arabic_as_it_is(room):
    async with Post() as post:
        to = f"mailto://127.0.0.1:{post.port}?from=ticker@example.org&to=desk@example.org&mode=insecure&format=text"
        async with room.telling(a_target(to, allow_private=False)):
            await room.fails("sahifa")
            await until(lambda: post.mails)
    mail = message_from_bytes(post.mails[0], policy=policy.default)
    assert mail["subject"] == "\u2068صحيفة sahifa\u2069: its page cannot be reached"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "What happened: no route to host" in text.get_content()


async def test_apprise_brings_headlines_and_says_what_a_server_answered_without_telling_secrets(room, hook, capsys):
    hook["/"] = answers(401, 200)
    await room.reads("sahifa")
    to = hook.url("/").replace("http://", f"json://user:{SECRET}@")
    with capture_logs() as logs:
        async with room.telling(a_target(to, allow_private=False, headlines=True)):
            await room.reads("sahifa", new=("14:01 إقفال الجسر القديم",))
            await hook.until(lambda self: len(self.deliveries) == 2)
            await until(lambda: any("recovered_after" in line for line in logs))
    body = json.loads(hook.deliveries[-1].body)
    assert body["message"].startswith("\u200fإقفال الجسر القديم\n")
    assert body["type"] == "info"
    assert "answered 401" in str(logs)
    assert SECRET not in str(logs) + "".join(capsys.readouterr())
    assert logging.getLogger("apprise").propagate is False


async def test_what_apprise_cannot_do_is_said_with_the_cure(monkeypatch):
    found = await try_all(
        [a_target("nosuch://x", name="unknown"), a_target("json://127.0.0.1:9/", name="nobody")],
        clock=Clock(NOON),
        public_url=PUBLIC_URL,
        sources=[],
    )
    assert found["unknown"] == "Apprise cannot read this address; `apprise --details` lists what it can"
    assert found["nobody"].startswith("Apprise could not deliver it; ")
    monkeypatch.setitem(sys.modules, "apprise", None)
    found = await try_all([a_target("tgram://1:a/2")], clock=Clock(NOON), public_url=PUBLIC_URL, sources=[])
    assert found["desk"] == "Apprise is not installed; install the extra notify (docs/operations.md)"


async def test_apprise_that_hangs_is_left_alone_and_begun_no_second_time(hook):
    hook["/"] = then(faults.hang)
    before = set(threading.enumerate())
    way = ThroughApprise(hook.url("/").replace("http:", "json:") + "?rto=1", total=IMPATIENT)
    message = of_test(NOON, Site(PUBLIC_URL, {}))
    for says in ("no answer within 0.4 s", "the try before has not ended yet"):
        with pytest.raises(UndeliveredError, match=says):
            await way.send(message)
    assert len(hook.deliveries) <= 1
    assert all(thread.daemon for thread in set(threading.enumerate()) - before), "the end waits for none of them"


# By hand


async def test_by_hand_every_target_is_told_and_each_answer_is_a_line(hook):
    targets = [a_target(hook.url("/hook")), a_target("http://127.0.0.1:9/", name="a-dead-one")]
    sources = [a_source("sahifa")]
    found = await try_all(targets, clock=Clock(NOON), public_url=PUBLIC_URL, sources=sources)
    assert [each["event"] for each in told(hook)] == ["test"]
    first, second = printed(found)
    assert first == "desk        told"
    assert second.startswith("a-dead-one  failed: ConnectError: ")
