"""Telling foreign hubs, and WebSub end to end with software that is not ours: flask-websub as hub and as subscriber."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import certifi
import httpx
import pytest

from tests import faults
from tests.newsstand import Clock, Newsstand, a_source, channels_of
from tests.stores import store_at
from tests.strangers import PATIENCE, Heard, Stranger, a_site, answers, listening, live_on
from ticker.announce import Announcer, Outgoing, Patience
from ticker.errors import StoreError
from ticker.model import Announced, Format
from ticker.serve import Shelf, build_app
from ticker.store import Store

SOON = timedelta(seconds=0.01)
QUICK = Patience(pauses=(SOON, SOON), strikes=2, again=SOON, quiet=SOON)
IMPATIENT = Outgoing(allow_private=True, total=timedelta(seconds=0.5))


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each way out."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


class Desk:
    """A site with two feeds of sources and a combined one, which announces to *hubs* and advertises those that work."""

    def __init__(self, store: Store, hubs: tuple[str, ...], library: Newsstand, clock: Clock, **how: Any) -> None:
        sources = [a_source("sahifa"), a_source("nahar")]
        self.channels = channels_of(sources)
        self.clock = clock
        self.library = library
        self.store = store
        self.shelf = Shelf(library=library, channels=self.channels, sources=sources, clock=clock)
        self.advertised: list[tuple[str, ...]] = []
        self.refuse = 0  # so many changes of what is advertised
        self.announcer = Announcer(
            hubs,
            channels=self.channels,
            live=live_on(self.shelf),
            ledger=store.announcements,
            clock=clock,
            changed=self._changed,
            **how,
        )
        self.shelf.on_served.append(self.announcer.served)

    async def _changed(self, working: tuple[str, ...]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise StoreError("the database is not to be reached")
        self.advertised.append(working)

    async def publish(self, words: str, *feeds: str) -> None:
        self.clock.forward(seconds=2)
        for feed in feeds or ("",):
            self.library.publish(feed, words, at=self.clock.now)
        await self.shelf.refresh()
        await asyncio.sleep(0)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.002)

    async def noted(self, hub: str, feed: str, revision: int) -> None:
        """Wait until the store says so."""
        async with asyncio.timeout(PATIENCE):
            while (hub, feed, revision) not in {
                (one.hub, one.feed, one.revision) for one in await self.store.announcements.all()
            }:
                await asyncio.sleep(0.002)


@asynccontextmanager
async def a_desk(
    folder: Path, *hubs: str, library: Newsstand | None = None, clock: Clock | None = None, **how: Any
) -> AsyncIterator[Desk]:
    store = await Store.open(store_at(folder / "ticker.db"))
    usual: dict[str, Any] = {"allow_private": True, "patience": QUICK}
    desk = Desk(store, hubs, library or Newsstand(), clock or Clock(), **usual | how)
    await desk.announcer.load()
    await desk.shelf.refresh()
    desk.announcer.start()
    try:
        yield desk
    finally:
        await desk.announcer.stop()
        await store.close()


@pytest.fixture
async def hub() -> AsyncIterator[Stranger]:
    async with Stranger() as hub:
        yield hub


# What a hub is told


async def test_a_hub_is_told_of_each_format_of_a_feed_that_has_changed(tmp_path, hub):
    async with a_desk(tmp_path, hub.url("/hub?key=7")) as desk:
        await desk.publish("خبر", "nahar")
        await hub.until(lambda self: len(self.deliveries) == 3)
        await desk.noted(hub.url("/hub?key=7"), "nahar", 1)
    topics = {f"https://news.example/nahar/feed.{form.ending}" for form in Format}
    for told in hub.deliveries:
        assert told.path == "/hub?key=7"
        assert told.headers["content-type"] == "application/x-www-form-urlencoded"
        assert told.headers["user-agent"].startswith("Ticker/")
        assert told.form == {
            "hub.mode": "publish",
            "hub.url": told.form["hub.topic"],
            "hub.topic": told.form["hub.url"],
        }
    assert {told.form["hub.topic"] for told in hub.deliveries} == topics


async def test_it_is_told_after_the_new_bytes_are_served_and_not_before(tmp_path, hub):
    seen: list[int] = []
    async with a_desk(tmp_path, hub.url()) as desk:

        async def look(asked, writer):
            edition = desk.shelf.editions.get("")
            seen.append(edition.revision if edition else 0)
            await faults.page("", status=204)(asked, writer)

        hub["/"] = look
        desk.library.publish("", "لم يحن وقته", at=desk.clock.now + timedelta(hours=1))
        desk.announcer.served([""])
        await asyncio.sleep(0.02)
        assert seen == [], "nothing is served yet"
        await desk.publish("خبر")
        await hub.until(lambda self: len(self.deliveries) == 3)
    assert set(seen) == {2}


async def test_publishing_does_not_wait_for_a_hub(tmp_path, hub):
    hub["/"] = faults.hang
    async with a_desk(tmp_path, hub.url()) as desk, asyncio.timeout(2):
        for n in range(5):
            await desk.publish(f"خبر {n}")


async def test_of_several_versions_in_a_row_the_newest_is_announced(tmp_path, hub):
    open_again = asyncio.Event()

    async def wait(asked, writer):
        await open_again.wait()
        await faults.page("", status=204)(asked, writer)

    hub["/"] = wait
    async with a_desk(tmp_path, hub.url()) as desk:
        for n in range(10):
            await desk.publish(f"خبر {n}")
        await hub.until(lambda self: True) if hub.heard else None
        open_again.set()
        await desk.noted(hub.url(), "", 10)
    assert len(hub.deliveries) in (3, 6), "that which was on its way, if any, and the newest"


async def test_a_hub_that_stumbles_is_told_again_at_once(tmp_path, hub):
    hub["/"] = answers(500, 500, 500, 302, 302, 302, 204)
    async with a_desk(tmp_path, hub.url(), patience=replace(QUICK, strikes=1)) as desk:
        await desk.publish("خبر")
        await desk.noted(hub.url(), "", 1)
        assert desk.announcer.working() == (hub.url(),)
    assert len(hub.deliveries) == 9


async def test_a_hub_at_a_private_address_is_told_nothing_unless_that_is_meant(tmp_path, hub):
    async with a_desk(tmp_path, hub.url(), allow_private=False) as desk:
        await desk.publish("خبر")
        await desk.until(lambda: desk.advertised == [()])  # told after it was noted
        (row,) = await desk.store.announcements.all()
        assert row.detail == "127.0.0.1 is at no public address"
    assert hub.heard == []


# Hubs that fail


async def test_a_hub_that_fails_is_no_longer_advertised_until_it_listens_again(tmp_path, hub):
    async with Stranger() as good:
        hub["/"] = answers(503)
        both = (hub.url(), good.url())
        async with a_desk(tmp_path, *both) as desk:
            assert desk.announcer.working() == both
            await desk.publish("خبر")
            await desk.until(lambda: desk.advertised == [(good.url(),)])
            assert len(hub.deliveries) >= 2 * 9, "two announcements of three formats, thrice each"
            assert len(good.deliveries) == 3
            rows = {row.hub: row for row in await desk.store.announcements.all()}
            assert rows[hub.url()] == Announced(hub.url(), "", 0, desk.clock.now, "answered 503")
            hub["/"] = answers(204)
            await desk.until(lambda: desk.advertised == [(good.url(),), both])
            await desk.noted(hub.url(), "", 1)
            assert {row.failing_since for row in await desk.store.announcements.all()} == {None}


@pytest.mark.parametrize(
    "behaviour",
    [faults.hang, faults.drip(b"x"), faults.flood_headers, faults.raw(b""), faults.page("", status=404)],
    ids=["hanging", "dripping", "flooding", "closing", "404"],
)
async def test_whatever_a_hub_does_the_others_are_told(tmp_path, hub, behaviour):
    async with Stranger() as good:
        hub["/"] = behaviour
        async with a_desk(tmp_path, hub.url(), good.url(), outgoing=IMPATIENT) as desk:
            await desk.publish("خبر")
            await good.until(lambda self: len({told.body for told in self.deliveries}) == 3)  # a slow one maybe twice
            await desk.until(lambda: desk.announcer.working() == (good.url(),))


async def test_one_announcement_that_fails_is_no_failure_yet(tmp_path, hub):
    hub["/"] = answers(*[500] * 9, 204)
    async with a_desk(tmp_path, hub.url()) as desk:
        await desk.publish("خبر")
        await desk.noted(hub.url(), "", 1)
        assert desk.advertised == []


async def test_what_could_not_be_advertised_is_tried_again(tmp_path, hub):
    hub["/"] = answers(503)
    async with a_desk(tmp_path, hub.url()) as desk:
        desk.refuse = 1
        await desk.publish("خبر")
        await desk.until(lambda: desk.advertised == [()])


# Restarts


async def test_after_a_restart_only_what_was_not_announced_is(tmp_path, hub):
    async with a_desk(tmp_path, hub.url()) as desk:
        await desk.publish("خبر", "", "sahifa", "nahar")
        for feed in ("", "sahifa", "nahar"):
            await desk.noted(hub.url(), feed, 1)
    assert len(hub.deliveries) == 9
    desk.library.publish("nahar", "نُشر أثناء التوقف", at=desk.clock.now + timedelta(seconds=2))
    desk.clock.forward(seconds=5)
    async with a_desk(tmp_path, hub.url(), library=desk.library, clock=desk.clock) as desk:
        await desk.noted(hub.url(), "nahar", 2)
    assert len(hub.deliveries) == 12
    assert {told.form["hub.topic"] for told in hub.deliveries[9:]} == {
        desk.channels["nahar"].feed_url(form) for form in Format
    }


async def test_a_hub_that_failed_is_not_advertised_after_a_restart_before_it_listens(tmp_path, hub):
    hub["/"] = answers(500)
    async with a_desk(tmp_path, hub.url()) as desk:
        await desk.publish("خبر")
        await desk.until(lambda: desk.advertised == [()])
        while not any(row.failing_since for row in await desk.store.announcements.all()):
            await asyncio.sleep(0.002)
    patient = replace(QUICK, quiet=timedelta(hours=1))
    async with a_desk(tmp_path, hub.url(), library=desk.library, clock=desk.clock, patience=patient) as desk:
        assert desk.announcer.working() == ()
    hub["/"] = answers(204)
    async with a_desk(tmp_path, hub.url(), library=desk.library, clock=desk.clock) as desk:
        await desk.until(lambda: desk.advertised == [(hub.url(),)])


async def test_a_hub_that_is_no_longer_configured_is_forgotten(tmp_path, hub):
    async with a_desk(tmp_path, hub.url()) as desk:
        await desk.publish("خبر")
        await desk.noted(hub.url(), "", 1)
    async with a_desk(tmp_path, hub.url("/moved"), library=desk.library, clock=desk.clock) as desk:
        await desk.noted(hub.url("/moved"), "", 1)
        assert {row.hub for row in await desk.store.announcements.all()} == {hub.url("/moved")}


async def test_without_hubs_nothing_is_done(tmp_path):
    async with a_desk(tmp_path) as desk:
        await desk.publish("خبر")
        assert desk.announcer.working() == ()
        assert await desk.store.announcements.all() == []


# With software that is not ours


@contextmanager
def wsgi(make: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """A Flask application on a server of its own; its root, and what *make* made of it."""
    from werkzeug.serving import make_server

    holder: list[Any] = []
    server = make_server("127.0.0.1", 0, lambda environ, start: holder[0](environ, start), threaded=True)
    root = f"http://127.0.0.1:{server.server_port}"
    made = make(root)
    holder.append(made.app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield root, made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class FlaskSubscriber:
    """flask-websub's subscriber; `got` holds what its listener was given."""

    def __init__(self, folder: Path, root: str) -> None:
        from flask import Flask
        from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber

        self.app = Flask("reader")
        self.app.config["SERVER_NAME"] = root.removeprefix("http://")
        self.subscriber = Subscriber(
            SQLite3SubscriberStorage(folder / "subscriptions"), SQLite3TempSubscriberStorage(folder / "temporary")
        )
        self.app.register_blueprint(self.subscriber.build_blueprint("/callbacks"))
        self.got: list[tuple[str, bytes]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.subscriber.add_listener(lambda topic, _callback, body: self.got.append((topic, body)))
        self.subscriber.add_success_handler(lambda topic, _callback, mode: self.confirmed.append((topic, mode)))

    def discover(self, url: str) -> dict[str, str]:
        from flask_websub.subscriber import discover

        with self.app.app_context():
            found: dict[str, str] = discover(url)
            return found

    def subscribe(self, url: str) -> str:
        found = self.discover(url)
        with self.app.app_context():
            callback: str = self.subscriber.subscribe(**found, lease_seconds=7_200)
            return callback

    def unsubscribe(self, callback: str) -> None:
        with self.app.app_context():
            self.subscriber.unsubscribe(callback)


class FlaskHub:
    """flask-websub's hub; what it would give to celery's workers is done in threads, one after the other."""

    def __init__(self, folder: Path, _root: str) -> None:
        from celery import Celery
        from flask import Flask
        from flask_websub.hub import Hub, SQLite3HubStorage

        self.app = Flask("hub")
        self.app.config["PUBLISH_SUPPORTED"] = True
        self.celery = Celery("hub", broker="memory://")
        self.celery.conf.task_always_eager = True
        self.hub = Hub(SQLite3HubStorage(folder / "hub"), self.celery, BACKOFF_BASE=0.01)
        self.celery.finalize()
        for task in self.celery.tasks.values():
            task.bind(self.celery)  # else by the first threads that use it, which get in each other's way
        self.later: list[threading.Thread] = []
        for name in ("subscribe", "unsubscribe", "send_change", "make_request_retrying"):
            setattr(self.hub, name, _Later(getattr(self.hub, name), self.later))
        self.app.register_blueprint(self.hub.build_blueprint("/hub"))


class _Later:
    """A task of celery whose `delay` is a thread."""

    def __init__(self, task: Any, started: list[threading.Thread]) -> None:
        self._task = task
        self._started = started

    def delay(self, *arguments: Any) -> None:
        thread = threading.Thread(target=self._task, args=arguments)
        self._started.append(thread)
        thread.start()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("form", Format)
async def test_a_foreign_subscriber_gets_what_is_new_from_our_hub(tmp_path, form):
    with wsgi(lambda root: FlaskSubscriber(tmp_path, root)) as (_, reader):
        async with a_site(store_at(tmp_path / "ticker.db"), pauses=(0.05, 0.2)) as site:
            await site.publish("قبل الاشتراك")
            topic = site.topic(form)
            found = await asyncio.to_thread(reader.discover, topic)
            assert found == {"hub_url": site.hub.url, "topic_url": topic}
            callback = await asyncio.to_thread(reader.subscribe, topic)
            await _until(lambda: reader.confirmed == [(topic, "subscribe")])
            await site.idle()
            await site.publish("بعد الاشتراك")
            await _until(lambda: len(reader.got) == 1)
            served = await site.client.get(topic)
            assert reader.got == [(topic, served.content)]
            await asyncio.to_thread(reader.unsubscribe, callback)
            await _until(lambda: len(reader.confirmed) == 2)
            await site.idle()
            await site.publish("بعد الإلغاء")
            await site.idle()
            assert len(reader.got) == 1


async def test_a_foreign_hub_is_told_by_us_and_tells_a_foreign_subscriber(tmp_path):
    (tmp_path / "reader").mkdir()
    with (
        wsgi(lambda root: FlaskHub(tmp_path, root)) as (hub_root, foreign),
        wsgi(lambda root: FlaskSubscriber(tmp_path / "reader", root)) as (_, reader),
    ):
        hub_url = f"{hub_root}/hub"
        async with announcing_site(tmp_path, hub_url) as (url, publish):
            topics = [f"{url}feed.{form.ending}" for form in Format]
            await publish("قبل الاشتراك")
            for topic in topics:
                assert await asyncio.to_thread(reader.discover, topic) == {"hub_url": hub_url, "topic_url": topic}
                await asyncio.to_thread(reader.subscribe, topic)
            await _until(lambda: subscribed(tmp_path) == 3)
            before = len(reader.got)
            await publish("بعد الاشتراك")
            await _until(lambda: len(reader.got) >= before + 3)
            async with httpx.AsyncClient(trust_env=False) as client:
                served = {topic: (await client.get(topic)).content for topic in topics}
        for thread in foreign.later:
            await asyncio.to_thread(thread.join)
    assert dict(reader.got[before:]) == served
    assert subscribed(tmp_path) == 3


def subscribed(folder: Path) -> int:
    """How many subscriptions flask-websub's hub holds."""
    with closing(sqlite3.connect(folder / "hub")) as db:
        count: int = db.execute("SELECT count(*) FROM hub").fetchone()[0]
        return count


@asynccontextmanager
async def announcing_site(folder: Path, hub: str) -> AsyncIterator[tuple[str, Callable[[str], Any]]]:
    """Our feeds on a real server, announced to *hub*: its address, and how to publish."""
    library, clock, sources = Newsstand(), Clock(), [a_source()]
    store = await Store.open(store_at(folder / "ticker.db"))
    front: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await front[0](scope, receive, send)

    async with listening(app) as port:
        url = f"http://127.0.0.1:{port}/"
        plain = channels_of(sources, public_url=url)
        channels = {name: replace(channel, hubs=(hub,)) for name, channel in plain.items()}
        built = build_app(
            library=library, channels=channels, sources=sources, clock=clock, next_poll=lambda _name: None
        )
        front.append(built)
        shelf: Shelf = built.state.shelf
        changes: list[tuple[str, ...]] = []

        async def changed(working: tuple[str, ...]) -> None:
            changes.append(working)

        announcer = Announcer(
            [hub], channels=channels, live=live_on(shelf), ledger=store.announcements, clock=clock,
            changed=changed, allow_private=True, patience=QUICK,
        )  # fmt: skip
        shelf.on_served.append(announcer.served)
        await announcer.load()
        announcer.start()

        async def publish(words: str) -> None:
            clock.forward(seconds=2)
            library.publish("", words, at=clock.now)
            await shelf.refresh()

        try:
            yield url, publish
        finally:
            await announcer.stop()
            await store.close()
        assert changes == [], "the hub worked all the time"


# The publisher cases of websub.rocks


async def test_publisher_a_topic_names_its_hub_and_itself_once_and_changes_are_announced(tmp_path, hub):
    async with announcing_site(tmp_path, hub.url("/hub")) as (url, publish):
        await publish("الأول")
        async with httpx.AsyncClient(trust_env=False) as client:
            for form in Format:
                topic = f"{url}feed.{form.ending}"
                answers = [await client.get(topic), await client.head(topic)]
                for answer in answers:
                    assert answer.links["hub"]["url"] == hub.url("/hub")
                    assert answer.links["self"]["url"] == topic
                    assert answer.headers["link"].count('rel="self"') == 1
        await publish("الثاني")
        await hub.until(lambda self: len(self.deliveries) == 6)
    told: list[Heard] = hub.deliveries[3:]
    assert {one.form["hub.url"] for one in told} == {f"{url}feed.{form.ending}" for form in Format}
