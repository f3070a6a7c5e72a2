"""The embedded hub against real strangers: websub.rocks 100 to 106 in our words, and all that goes wrong."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import certifi
import httpx
import pytest

from tests import faults
from tests.stores import store_at
from tests.strangers import PATIENCE, Site, Stranger, a_site, answers, then, willing
from ticker.announce import Outgoing, Pace, Terms
from ticker.announce.lanes import Lanes
from ticker.announce.outgoing import NoReplyError, Reply
from ticker.errors import StoreError
from ticker.model import Format, Subscription

DAY = timedelta(days=1)
QUICK = Pace(again=(timedelta(seconds=0.02),) * 3, saved=timedelta(seconds=0.01))
PATIENT = Outgoing(allow_private=True)
IMPATIENT = Outgoing(allow_private=True, total=timedelta(seconds=0.5))


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each way out."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


@pytest.fixture
def database(tmp_path: Path) -> str:
    return store_at(tmp_path / "ticker.db")


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with a_site(database, pace=QUICK) as site:
        await site.publish("قبل الاشتراك")
        await site.idle()
        yield site


@pytest.fixture
async def reader() -> AsyncIterator[Stranger]:
    async with Stranger() as reader:
        yield reader


# The cases of websub.rocks


@pytest.mark.parametrize("form", Format)
async def test_100_105_106_whoever_subscribes_gets_what_is_new_as_the_topic_has_it(site, reader, form):
    topic = site.topic(form)
    answer = await site.ask("subscribe", reader.url("/cb?who=me&n=1"), topic)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "text/plain; charset=utf-8")
    await site.idle()
    (verification,) = reader.heard
    assert verification.method == "GET"
    assert verification.path.startswith("/cb?who=me&n=1&hub.mode=subscribe&"), "what the callback has is kept"
    asked = verification.query
    assert (asked["hub.topic"], asked["hub.lease_seconds"]) == (topic, str(10 * 86_400))
    assert len(asked["hub.challenge"]) >= 40
    assert not {"hub.secret", "hub.callback"} & set(asked)

    await site.publish("الجسر الجديد يفتح مساء اليوم")
    await reader.until(lambda self: len(self.deliveries) == 1)
    (delivery,) = reader.deliveries
    served = await site.client.get(topic, headers={"Accept-Encoding": "identity"})
    assert delivery.path == "/cb?who=me&n=1"
    assert delivery.body == served.content
    assert delivery.headers["content-type"] == served.headers["content-type"]
    assert set(served.links) == {"self", "hub", "alternate"}
    told = httpx.Response(200, headers={"Link": delivery.headers["link"]}).links
    assert {rel: told[rel]["url"] for rel in told} == {"self": topic, "hub": site.hub.url}
    assert 'rel="hub"' in delivery.headers["link"]
    assert served.links["hub"]["url"] == site.hub.url
    assert "content-encoding" not in delivery.headers
    assert "x-hub-signature" not in delivery.headers


async def test_101_with_a_secret_what_is_sent_is_signed(site, reader):
    await site.subscribe(reader.url("/cb"), signed_with="سرّ بين اثنين")
    assert "hub.secret" not in reader.heard[0].query
    await site.publish("خبر موقّع")
    await reader.until(lambda self: len(self.deliveries) == 1)
    (delivery,) = reader.deliveries
    mark = hmac.new("سرّ بين اثنين".encode(), delivery.body, hashlib.sha256).hexdigest()
    assert delivery.headers["x-hub-signature"] == f"sha256={mark}"


async def test_102_parameters_that_nobody_knows_are_ignored(site, reader):
    form = {"hub.mode": "subscribe", "hub.topic": site.topic(), "hub.callback": reader.url("/cb")}
    answer = await site.client.post(site.hub.url, data=form | {"foo": "bar", "hub.foo": "bar"})
    assert answer.status_code == 202
    await site.idle()
    assert await site.count() == 1
    assert not {"foo", "hub.foo"} & set(reader.heard[0].query)


async def test_103_a_renewed_subscription_is_one_and_has_the_new_terms(site, reader):
    await site.subscribe(reader.url("/cb"), lease_seconds="3600", signed_with="old")
    await site.subscribe(reader.url("/cb"), lease_seconds="7200", signed_with="new")
    kept = await site.store.subscriptions.find(site.topic(), reader.url("/cb"), site.clock.now)
    assert kept is not None
    assert (kept.expires - site.clock.now, kept.secret) == (timedelta(hours=2), "new")
    await site.publish("خبر واحد")
    await site.idle()
    (delivery,) = reader.deliveries
    mark = hmac.new(b"new", delivery.body, "sha256").hexdigest()
    assert delivery.headers["x-hub-signature"] == f"sha256={mark}"


async def test_104_whoever_unsubscribes_is_asked_and_then_gets_nothing(site, reader):
    await site.subscribe(reader.url("/cb"))
    assert (await site.ask("unsubscribe", reader.url("/cb"))).status_code == 202
    await site.idle()
    asked = reader.heard[1].query
    assert (asked["hub.mode"], asked["hub.topic"]) == ("unsubscribe", site.topic())
    assert "hub.lease_seconds" not in asked
    assert asked["hub.challenge"] != reader.heard[0].query["hub.challenge"], "used once"
    await site.publish("لا يصل")
    await site.idle()
    assert reader.deliveries == []
    assert await site.count() == 0


# Verification


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(faults.page("", status=404), id="404"),
        pytest.param(faults.page("", status=500), id="500"),
        pytest.param(faults.page("yes"), id="another word"),
        pytest.param(faults.page(""), id="nothing"),
        pytest.param(faults.huge(3, declared=False), id="without end"),
        pytest.param(faults.raw(b"garbage\r\n\r\n"), id="no HTTP"),
        pytest.param(faults.redirect("/willing"), id="a redirect"),
    ],
)
async def test_nothing_is_kept_that_the_callback_does_not_confirm(site, reader, behaviour):
    reader["/cb"] = behaviour
    await site.subscribe(reader.url("/cb"))
    assert await site.count() == 0
    assert len(reader.heard) == 1


async def test_the_challenge_must_come_back_as_it_is(site, reader):
    async def chatty(asked, writer):
        await faults.page(f"{_challenge(asked)}\n")(asked, writer)

    async def packed(asked, writer):
        await faults.bomb(1)(asked, writer)

    for behaviour in (chatty, packed):
        reader["/cb"] = behaviour
        await site.subscribe(reader.url("/cb"))
    assert await site.count() == 0


def _challenge(asked: faults.Asked) -> str:
    return httpx.URL(asked.path).params["hub.challenge"]


async def test_a_renewal_that_is_not_confirmed_leaves_what_there_is(site, reader):
    await site.subscribe(reader.url("/cb"), lease_seconds="3600", signed_with="old")
    reader["/cb"] = faults.page("", status=404)
    await site.subscribe(reader.url("/cb"), lease_seconds="86400", signed_with="stolen")
    await site.ask("unsubscribe", reader.url("/cb"))
    await site.idle()
    kept = await site.store.subscriptions.find(site.topic(), reader.url("/cb"), site.clock.now)
    assert kept is not None
    assert (kept.expires - site.clock.now, kept.secret) == (timedelta(hours=1), "old")


async def test_a_callback_that_is_not_ready_is_asked_again(database, reader):
    async def ready_the_third_time(asked, writer):
        await (willing if len(reader.heard) == 3 else faults.page("", status=503))(asked, writer)

    reader["/cb"] = ready_the_third_time
    async with a_site(database, pauses=(0.01, 0.02)) as site:
        await site.subscribe(reader.url("/cb"))
        assert await site.count() == 1
    assert len({_challenge(one) for one in reader.heard}) == 3


async def test_the_answer_does_not_wait_for_the_callback(site, reader):
    reader["/cb"] = faults.hang
    async with asyncio.timeout(1):
        assert (await site.ask("subscribe", reader.url("/cb"))).status_code == 202


async def test_the_last_wish_counts(site, reader):
    asked = [("subscribe", "one"), ("subscribe", "two"), ("unsubscribe", ""), ("subscribe", "three")]
    for mode, secret in asked:
        await site.ask(mode, reader.url("/cb"), signed_with=secret)
    await site.idle()
    kept = await site.store.subscriptions.find(site.topic(), reader.url("/cb"), site.clock.now)
    assert kept is not None
    assert [kept.secret] == ["three"]


# What is refused


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"hub.mode": "publish"}, 400, "hub.mode must be subscribe or unsubscribe"),
        ({"hub.mode": ""}, 400, "hub.mode must be"),
        ({"hub.topic": ""}, 400, "hub.topic must be the self link"),
        ({"hub.topic": "http://elsewhere.example/feed.atom"}, 404, "hub.topic must be the self link"),
        ({"hub.topic": "{topic}?q=bridge"}, 404, "hub.topic must be"),
        ({"hub.topic": "{root}archive/1.atom"}, 404, "hub.topic must be"),
        ({"hub.topic": "{root}"}, 404, "hub.topic must be"),
        ({"hub.callback": ""}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "/cb"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "ftp://reader.example/cb"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "file:///etc/passwd"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "http:///cb"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "http://reader.example/a b"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "http://reader.example/\r\nX: y"}, 400, "hub.callback must be an absolute"),
        ({"hub.callback": "http://قارئ.example/"}, 400, "in ASCII"),
        ({"hub.callback": "http://me:secret@reader.example/"}, 400, "no user name, password or fragment"),
        ({"hub.callback": "http://reader.example/#here"}, 400, "no user name, password or fragment"),
        ({"hub.callback": "http://reader.example:0/"}, 400, "port"),
        ({"hub.callback": "http://reader.example:70000/"}, 400, "port"),
        ({"hub.callback": "http://reader.example/" + "x" * 2_048}, 400, "longer than 2048"),
        ({"hub.lease_seconds": "0"}, 400, "hub.lease_seconds must be"),
        ({"hub.lease_seconds": "-5"}, 400, "hub.lease_seconds must be"),
        ({"hub.lease_seconds": "for ever"}, 400, "hub.lease_seconds must be"),
        ({"hub.lease_seconds": "1e9"}, 400, "hub.lease_seconds must be"),
        ({"hub.lease_seconds": "٣٦٠٠"}, 400, "hub.lease_seconds must be"),
        ({"hub.secret": "x" * 200}, 400, "fewer than 200 bytes"),
        ({"hub.secret": "س" * 100}, 400, "fewer than 200 bytes"),
    ],
)
async def test_what_cannot_be_granted_is_refused_in_plain_words(site, reader, changes, status, says):
    form = {"hub.mode": "subscribe", "hub.topic": site.topic(), "hub.callback": "http://reader.example/cb"}
    filled = {name: value.format(topic=site.topic(), root=site.url) for name, value in changes.items()}
    answer = await site.client.post(site.hub.url, data=form | filled)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert says in answer.text
    assert site.hub.pending == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"hub.mode": "subscribe"}', "application/json", 415),
        (b"", "", 415),
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"hub.mode=%FF", "application/x-www-form-urlencoded", 400),
        (b"hub.mode=\xff", "application/x-www-form-urlencoded", 400),
        (b"a=b&" * 200, "application/x-www-form-urlencoded", 400),
        (b"hub.mode=subscribe&hub.mode=unsubscribe", "application/x-www-form-urlencoded; charset=utf-8", 400),
    ],
)
async def test_what_is_no_form_is_refused(site, content, kind, status):
    answer = await site.client.post(site.hub.url, content=content, headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")


async def test_only_a_post_is_a_request(site):
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = await site.client.request(method, site.hub.url)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("asked", "granted"), [("1", 300), ("300", 300), ("86400", 86_400), ("9" * 30, 30 * 86_400), ("", 864_000)]
)
async def test_a_lease_is_as_asked_within_bounds(site, reader, asked, granted):
    await site.subscribe(reader.url("/cb"), lease_seconds=asked)
    assert reader.heard[0].query["hub.lease_seconds"] == str(granted)
    kept = await site.store.subscriptions.find(site.topic(), reader.url("/cb"), site.clock.now)
    assert kept is not None
    assert kept.expires == site.clock.now + timedelta(seconds=granted)


async def test_when_the_lease_has_ended_nothing_is_sent(site, reader):
    await site.subscribe(reader.url("/cb"), lease_seconds="300")
    site.clock.forward(seconds=297)
    await site.publish("قبل النهاية")
    await site.idle()
    site.clock.forward(seconds=1)
    await site.publish("بعد النهاية")
    await site.idle()
    assert len(reader.deliveries) == 1
    assert await site.count() == 0


async def test_there_are_no_more_subscriptions_than_allowed(database, reader):
    terms = Terms(subscriptions=3, of_host=2)
    async with (
        a_site(database, terms=terms) as site,
        Stranger(host="127.0.0.2") as other,
        Stranger(host="127.0.0.3") as third,
    ):
        for n in range(2):
            await site.subscribe(reader.url(f"/{n}"))
        answer = await site.ask("subscribe", reader.url("/2"))
        assert (answer.status_code, answer.text) == (429, "host full: this hub keeps 2 subscriptions of one host\n")
        assert answer.headers["retry-after"] == "3600"
        await site.subscribe(other.url("/cb"))
        answer = await site.ask("subscribe", third.url("/cb"))
        assert (answer.status_code, answer.text) == (503, "full: this hub keeps 3 subscriptions\n")
        await site.subscribe(reader.url("/1"), lease_seconds="300")
        assert await site.count() == 3, "one that is there can be renewed"
        site.clock.forward(seconds=301)
        await site.subscribe(third.url("/cb"))
        assert await site.count() == 3, "and one whose lease has ended makes room"


async def test_many_at_the_same_time_do_not_slip_past_the_limit(database, reader):
    async with a_site(database, terms=Terms(subscriptions=5, of_host=5)) as site:
        await asyncio.gather(*(site.ask("subscribe", reader.url(f"/{n}")) for n in range(20)))
        await site.idle()
        assert await site.count() == 5


async def test_a_host_that_hangs_does_not_keep_others_from_subscribing(database, reader):
    terms = Terms(waiting=12, waiting_of_host=10)
    async with Stranger(host="127.0.0.2") as bad, a_site(database, outgoing=PATIENT, terms=terms) as site:
        for n in range(12):
            bad[f"/{n}"] = faults.hang
        statuses = [(await site.ask("subscribe", bad.url(f"/{n}"))).status_code for n in range(12)]
        assert statuses == [202] * 10 + [429] * 2
        assert (await site.ask("subscribe", reader.url("/cb"))).status_code == 202
        async with asyncio.timeout(PATIENCE):
            while not await site.count():
                await asyncio.sleep(0.005)


# Addresses that are not to be reached


async def test_a_callback_at_a_private_address_is_refused_at_once(database):
    async with a_site(database, allow_private=False) as site:
        for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"):
            answer = await site.ask("subscribe", f"http://{host}/cb")
            assert (answer.status_code, "must be at a public address" in answer.text) == (400, True), host
        for port in (22, 25, 1023):
            answer = await site.ask("subscribe", f"http://reader.example:{port}/cb")
            assert "on port 80, 443 or above 1023" in answer.text


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
async def test_a_callback_whose_name_means_this_machine_is_never_asked(database, reader, host):
    async with a_site(database, allow_private=False) as site:
        await site.subscribe(reader.url("/cb", host=host))
        assert await site.count() == 0
    assert reader.heard == []


async def test_a_subscription_whose_name_has_moved_to_this_machine_gets_nothing(database, reader):
    async with a_site(database) as site:
        await site.subscribe(reader.url("/cb", host="localhost"))
    async with a_site(database, clock=site.clock, library=site.library, port=_port(site), allow_private=False) as site:
        await site.publish("لا يصل إلى الداخل")
        async with asyncio.timeout(PATIENCE):
            while not site.hub.pending:
                await asyncio.sleep(0.002)
        assert await site.count() == 1
    assert reader.deliveries == []


def _port(site: Site) -> int:
    return httpx.URL(site.url).port or 0


# Deliveries that fail


async def test_what_is_not_taken_is_sent_again_until_it_is(site, reader):
    reader["/cb"] = answers(500, 404, 301, 204)
    await site.subscribe(reader.url("/cb"))
    await site.publish("يصل في المرة الرابعة")
    await reader.until(lambda self: len(self.deliveries) == 4)
    await site.idle()
    assert len({one.body for one in reader.deliveries}) == 1
    assert await site.count() == 1


async def test_it_is_not_sent_for_ever_and_the_next_version_is_sent_again(site, reader):
    reader["/cb"] = answers(500)
    await site.subscribe(reader.url("/cb"))
    await site.publish("لا يصل")
    await reader.until(lambda self: len(self.deliveries) == 4)
    await site.idle()
    assert len(reader.deliveries) == 4, "once, and after each of three pauses"
    assert await site.count() == 1, "kept until its lease ends"
    reader["/cb"] = willing
    await site.publish("يصل")
    await site.idle()
    assert "يصل" in reader.deliveries[-1].body.decode()
    assert len(reader.deliveries) == 5


async def test_410_ends_the_subscription(site, reader):
    reader["/cb"] = answers(410)
    await site.subscribe(reader.url("/cb"))
    await site.publish("لم يعد أحد هناك")
    await site.idle()
    assert await site.count() == 0
    await site.publish("ولا هذا")
    await site.idle()
    assert len(reader.deliveries) == 1


async def test_a_redirect_is_not_followed(site, reader):
    async with Stranger() as inside:
        reader["/cb"] = then(faults.redirect(inside.url("/"), 307))
        await site.subscribe(reader.url("/cb"))
        await site.publish("خبر")
        await reader.until(lambda self: len(self.deliveries) == 4)
        await site.idle()
    assert inside.heard == []


async def test_of_versions_that_come_faster_than_they_are_taken_the_last_arrives(site, reader):
    came, slow = asyncio.Event(), asyncio.Event()

    async def wait(asked, writer):
        came.set()
        await slow.wait()
        await willing(asked, writer)

    reader["/cb"] = then(wait)
    await site.subscribe(reader.url("/cb"))
    for n in range(20):
        await site.publish(f"نسخة رقم {n}")
    async with asyncio.timeout(PATIENCE):
        await came.wait()
    slow.set()
    await reader.until(lambda self: self.deliveries and b"19" in self.deliveries[-1].body)
    await site.idle()
    assert len(reader.deliveries) == 2, "that which was on its way, and the newest"


async def test_a_callback_in_trouble_is_not_hurried_by_a_newer_version(database, reader):
    reader["/bad"] = answers(500)
    async with a_site(database, pace=Pace(again=(timedelta(hours=1),))) as site:
        await site.publish("قبل")
        await site.subscribe(reader.url("/bad"))
        await site.subscribe(reader.url("/good"))
        for n in range(3):
            await site.publish(f"خبر {n}")
            await reader.until(lambda self, n=n: [one.path for one in self.deliveries].count("/good") == n + 1)
        assert [one.path for one in reader.deliveries].count("/bad") == 1


async def test_what_came_while_a_late_delivery_was_under_way_is_sent_after_it(site, reader):
    open_again = asyncio.Event()

    async def late(asked, writer):
        if len(reader.deliveries) == 1:
            await faults.page("", status=500)(asked, writer)
        else:
            await open_again.wait()
            await willing(asked, writer)

    reader["/cb"] = then(late)
    await site.subscribe(reader.url("/cb"))
    await site.publish("الثاني")
    async with asyncio.timeout(PATIENCE):
        while len(reader.deliveries) < 2:
            await asyncio.sleep(0.002)
    await site.publish("الثالث")
    await asyncio.sleep(0.05)  # it is owed by now
    open_again.set()
    await site.idle()
    assert "الثالث" in reader.deliveries[-1].body.decode()
    assert len(reader.deliveries) == 3


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(faults.hang, id="hanging"),
        pytest.param(faults.drip(faults.head(200) + b"x"), id="slow and without end"),
        pytest.param(faults.huge(50, declared=False), id="huge"),
        pytest.param(faults.flood_headers, id="headers without end"),
        pytest.param(faults.flood_interim, id="interim answers without end"),
    ],
)
async def test_one_bad_callback_keeps_nobody_else_waiting(database, reader, behaviour):
    async with Stranger(host="127.0.0.2") as bad, a_site(database, outgoing=IMPATIENT, pace=QUICK) as site:
        await site.publish("قبل")
        for n in range(10):
            bad[f"/{n}"] = then(behaviour)
            await site.subscribe(bad.url(f"/{n}"))
            await site.subscribe(reader.url(f"/{n}"))
        began = time.perf_counter()
        await site.publish("بعد")
        await reader.until(lambda self: len(self.deliveries) == 10)
        assert time.perf_counter() - began < 5
        await bad.until(lambda self: len(self.deliveries) >= 4)
        assert bad.at_once <= QUICK.per_host + QUICK.slow_per_host + 2, "few at a time, besides what is being closed"


# Restarts


async def test_subscriptions_survive_a_restart(database, reader):
    async with a_site(database) as site:
        await site.publish("قبل")
        await site.subscribe(reader.url("/cb"), signed_with="سر")
    async with a_site(database, clock=site.clock, library=site.library, port=_port(site)) as site:
        await site.idle()
        assert reader.deliveries == [], "nothing is new"
        await site.publish("بعد")
        await site.idle()
        (delivery,) = reader.deliveries
        assert delivery.headers["x-hub-signature"].startswith("sha256=")


async def test_what_was_owed_is_sent_after_the_restart_and_what_had_arrived_is_not(database, reader):
    reader["/late"] = then(faults.hang)
    async with a_site(database, pace=QUICK) as site:
        await site.publish("قبل")
        await site.subscribe(reader.url("/late"))
        await site.subscribe(reader.url("/prompt"))
        await site.publish("بعد")
        async with asyncio.timeout(PATIENCE):
            while await site.store.subscriptions.due([site.topic()], 2, site.clock.now) != [await _kept(site, reader)]:
                await asyncio.sleep(0.005)
    before = [one.path for one in reader.deliveries]
    assert sorted(before) == ["/late", "/prompt"]
    reader["/late"] = willing
    async with a_site(database, clock=site.clock, library=site.library, port=_port(site)) as site:
        await reader.until(lambda self: len(self.deliveries) == 3)
        await site.idle()
    assert [one.path for one in reader.deliveries] == [*before, "/late"]
    assert "بعد" in reader.deliveries[-1].body.decode()


async def _kept(site: Site, reader: Stranger) -> object:
    return await site.store.subscriptions.find(site.topic(), reader.url("/late"), site.clock.now)


# Many


async def test_a_thousand_subscriptions_are_served_within_bounds(database, reader):
    async with a_site(database, pace=Pace(at_once=32, per_host=8)) as site:
        await site.publish("قبل")
        await site.idle()
        for n in range(950):  # as verified before
            new = Subscription(site.topic(), reader.url(f"/{n}"), "127.0.0.1", site.clock.now + DAY, f"{n}", 1)
            assert await site.store.subscriptions.keep(new, now=site.clock.now, most=950, most_of_host=950) == "kept"
        asked = (site.ask("subscribe", reader.url(f"/{n}"), signed_with=f"{n}") for n in range(950, 1_000))
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {202}
        await site.idle()
        assert await site.count() == 1_000
        reader.at_once = 0
        began = time.perf_counter()
        await site.publish("إلى ألف قارئ")
        await site.idle(60)
        sent = time.perf_counter() - began
        assert {one.path for one in reader.deliveries} == {f"/{n}" for n in range(1_000)}
        assert len(reader.deliveries) == 1_000, "each once"
        for one in reader.deliveries:
            mark = hmac.new(one.path[1:].encode(), one.body, "sha256").hexdigest()
            assert one.headers["x-hub-signature"] == f"sha256={mark}"
        assert reader.at_once <= 8 + 2, "no more of one host than allowed, besides what is being closed"
        assert sent < 30


class Torn(Outgoing):
    """Whose connections fail as they are cut off."""

    tried = 0

    async def send(self, *_: Any, **__: Any) -> Reply:
        self.tried += 1
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError as cut_off:
            raise NoReplyError("cut off") from cut_off
        raise AssertionError


async def test_once_it_has_stopped_nothing_is_tried_again(database, reader):
    async with a_site(database) as site:
        await site.publish("قبل")
        await site.subscribe(reader.url("/cb"))
    torn = Torn(allow_private=True)
    known: dict[str, Any] = {"clock": site.clock, "library": site.library, "port": _port(site)}
    async with a_site(database, **known, outgoing=torn) as site:
        await site.publish("بعد")
        async with asyncio.timeout(PATIENCE):
            while not torn.tried:
                await asyncio.sleep(0.005)
    assert site.hub.pending == 0
    with pytest.raises(StoreError, match="closed"):
        await site.store.count()


async def test_lanes_keep_their_bounds_and_lose_nothing():
    lanes = Lanes(at_once=5, per_host=2)
    running: dict[str, int] = {}
    done: list[tuple[str, int]] = []
    most = 0

    def job(host: str, n: int):
        async def work() -> None:
            nonlocal most
            running[host] = running.get(host, 0) + 1
            most = max(most, sum(running.values()))
            assert running[host] <= 2
            await asyncio.sleep(0)
            running[host] -= 1
            done.append((host, n))

        return work

    for n in range(20):
        for host in "abcdef":
            lanes.put(host, (host, n), job(host, n))
    while lanes.pending:
        await asyncio.sleep(0)
    assert most == 5
    assert sorted(done) == sorted((host, n) for host in "abcdef" for n in range(20))


async def test_a_newer_job_takes_the_place_of_one_that_waits_and_never_runs_beside_its_own_key():
    lanes = Lanes(at_once=5, per_host=5)
    going, done = asyncio.Event(), []

    def job(name: str):
        async def work() -> None:
            await going.wait()
            done.append(name)

        return work

    for name in ("first", "second", "third"):
        lanes.put("host", "key", job(name))
        await asyncio.sleep(0)
    going.set()
    while lanes.pending:
        await asyncio.sleep(0)
    assert done == ["first", "third"]
