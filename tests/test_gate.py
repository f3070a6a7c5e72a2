"""A private service, over a real uvicorn: who is let in, and what is kept of the token; and how often one may ask."""

import asyncio
import base64
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_item, channels_of, serving
from tests.running import free_port, running, write_config
from ticker.config import load
from ticker.errors import ConfigError
from ticker.press import RenderThread
from ticker.render import opml
from ticker.serve import Addresses, Gate, Rates, Shelf, build_app
from ticker.serve.limits import Buckets, Rate, is_costly

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - of tests alone
WRONG = "wrong-horse-battery-staple"
URL = "https://news.example/desk/"
OPEN_PATHS = ["/healthz", "/robots.txt", "/favicon.ico", "/icon.svg", "/static/style.css"]
CLOSED_PATHS = [
    "/",
    "/feed.rss",
    "/sahifa/feed.json",
    "/status",
    "/status.json",
    "/opml",
    "/item/x",
    "/none",
    "/api/items",
]
PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Hands:
    """A clock of seconds that is set by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def url(hands: Hands) -> Iterator[str]:
    """A private service with one headline."""
    library, sources, addresses = Newsstand(), [a_source()], Addresses()
    library.items.append(an_item("افتتاح الجسر"))
    for feed in ("", "sahifa"):
        library.publish(feed, "افتتاح الجسر")
    press, channels = RenderThread(), channels_of(sources, public_url=URL)

    def gate(app: object) -> Gate:
        return Gate(app, token=TOKEN, public_url=URL, addresses=addresses, timer=hands)  # type: ignore[arg-type]

    app = build_app(
        library=library, channels=channels, sources=sources, clock=Clock(NOON),
        next_poll=lambda _name: None, press=press, opml=opml(channels), rates=Rates(addresses, hands), gate=gate,
    )  # fmt: skip
    shelf: Shelf = app.state.shelf
    asyncio.run(shelf.refresh())
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"
    press.close()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        client.headers.clear()
        yield client


def basic(password: str, name: str = "anybody") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.mark.parametrize("path", CLOSED_PATHS)
def test_nothing_is_told_without_the_token_not_even_what_there_is(client: httpx.Client, path: str):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store")
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert "الجسر" not in answer.text


@pytest.mark.parametrize("path", OPEN_PATHS)
def test_what_says_nothing_of_the_headlines_is_open(client: httpx.Client, path: str):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("way", [
    pytest.param(("/feed.rss?token=" + TOKEN, {}), id="in the address"),
    pytest.param(("/feed.rss?q=%D8%AC&%74oken=" + TOKEN, {}), id="among others, and escaped"),
    pytest.param(("/feed.rss", basic(TOKEN)), id="as the password"),
    pytest.param(("/feed.rss", {"Authorization": "bearer " + TOKEN}), id="as a bearer"),
    pytest.param(("/feed.rss?token=" + WRONG, basic(TOKEN)), id="one of two"),
])  # fmt: skip
def test_whoever_has_the_token_is_let_in(client: httpx.Client, way: tuple[str, dict[str, str]]):
    path, headers = way
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert TOKEN not in answer.text + str(answer.headers)


@pytest.mark.parametrize("headers", [
    basic(WRONG), basic(""), basic("x", name=TOKEN), {"Authorization": "Basic ?"}, {"Authorization": "Bearer"},
    {"Authorization": f"Digest {TOKEN}"}, {"Cookie": f"ticker_read={TOKEN}"}, {"Cookie": "ticker_read="},
    {"Cookie": "\"'=;;;"}, {"X-Token": TOKEN}, {"Authorization": f"Bearer {TOKEN[:-1]}"},
])  # fmt: skip
def test_what_is_not_the_token_is_not_enough(client: httpx.Client, hands: Hands, headers: dict[str, str]):
    hands.at += 1000
    assert client.get("/feed.rss", headers=headers).status_code == 401


def test_a_feed_is_the_same_bytes_and_the_same_tag_with_the_token_and_is_never_sent_elsewhere(client: httpx.Client):
    plain = client.get("/feed.rss", headers=basic(TOKEN))
    queried = client.get(f"/feed.rss?token={TOKEN}", headers=PAGE)
    again = client.get(f"/feed.rss?token={TOKEN}", headers={"If-None-Match": plain.headers["etag"]})
    assert (queried.status_code, queried.content) == (200, plain.content)
    assert (again.status_code, again.headers["cache-control"]) == (304, plain.headers["cache-control"])
    assert "set-cookie" not in queried.headers


@pytest.mark.parametrize(("path", "to"), [
    ("/?token={}", "./"), ("/sahifa/?lang=en&token={}&q=a%20b", "./?lang=en&q=a%20b"), ("/status?token={}", "./status"),
    ("/item/urn:x?token={}", "./urn:x"),
])  # fmt: skip
def test_a_page_is_shown_at_an_address_without_the_token_and_a_cookie_lets_in_from_then_on(
    client: httpx.Client, path: str, to: str
):
    answer = client.get(path.format(TOKEN), headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, to)
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/desk/;"))
    assert TOKEN not in cookie + answer.headers["location"]
    held = {"Cookie": "lang=ar; " + cookie.partition(";")[0]}
    assert client.get("/", headers=held | PAGE).status_code == 200
    assert client.get("/feed.json", headers=held).status_code == 200


@pytest.mark.parametrize("path", ["/", "/sahifa/", "/?q=%D8%A7%D9%84%D8%AC%D8%B3%D8%B1", "/sahifa/?q=a+b&not=c%26d"])
def test_every_address_that_the_panel_shows_lets_in_a_reader_that_has_no_cookie(
    client: httpx.Client, hands: Hands, path: str
):
    hands.at += 1000
    page = client.get(path, headers=basic(TOKEN) | PAGE).text
    before, panel, after = re.split(r'(?s)(<section id="subscribe".*?</section>)', page)
    assert TOKEN not in before + after, "where it is of no use, it is not told"
    shown = {html.unescape(said) for said in re.findall(r'(?:href|data-copy)="([^"]+)"', panel)}
    shown |= {html.unescape(said) for said in re.findall("<a [^>]*>(https:[^<]+)</a>", panel)}
    assert len(shown) == 3 + 1 + 1, "three feeds, one of them for the reader of the system; the list of all"
    for address in shown:
        below = address.removeprefix("feed:").removeprefix("https://news.example").removeprefix("/desk")
        assert client.get(below).status_code == 200, address
        assert address.count("?") == 1


def test_the_list_of_feeds_names_addresses_that_let_in_and_is_for_no_shared_cache(client: httpx.Client):
    answer = client.get(f"/opml?token={TOKEN}")
    assert answer.headers["cache-control"].startswith("private")
    addresses = re.findall(r' xmlUrl="([^"]+)"', answer.text)
    assert addresses
    for address in addresses:
        assert client.get(address.removeprefix("https://news.example/desk")).status_code == 200
    assert answer.text.count(TOKEN) == len(addresses)


@pytest.mark.parametrize(("language", "direction", "said"), [
    ("en", "ltr", "This service is private."), ("ar-LB", "rtl", "هذه الخدمة خاصة."),
])  # fmt: skip
def test_a_person_who_is_not_let_in_is_told_why_in_words_that_can_be_read(
    client: httpx.Client, language: str, direction: str, said: str
):
    answer = client.get("/sahifa/", headers=PAGE | {"Accept-Language": language})
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Basic ")
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language[:2]}" dir="{direction}">' in answer.text
    assert f"<h1>{said}</h1>" in answer.text
    assert "sahifa" not in answer.text, "not even what there is"
    for path in re.findall(r'<link [^>]*href="([^"]+)"', answer.text):
        assert client.get(path.removeprefix("/desk")).status_code == 200


def test_a_wrong_token_said_over_and_over_is_no_guess_and_keeps_nobody_out(client: httpx.Client, hands: Hands):
    hands.at += 1000
    old = {"X-Forwarded-For": "203.0.113.1"}
    assert {client.get(f"/feed.rss?token={WRONG}", headers=old).status_code for _ in range(30)} == {401}
    assert client.get(f"/feed.rss?token={TOKEN}", headers=old).status_code == 200


def test_whoever_guesses_must_wait_and_is_not_listened_to_meanwhile(client: httpx.Client, hands: Hands):
    hands.at += 1000
    guesser, other = {"X-Forwarded-For": "2001:db8:1:2::3"}, {"X-Forwarded-For": "203.0.113.9"}
    neighbour = {"X-Forwarded-For": "2001:db8:1:2:ffff::1"}  # the same subscriber
    guesses = [client.get(f"/feed.rss?token=guess-{n}-and-some-more", headers=guesser) for n in range(12)]
    assert [answer.status_code for answer in guesses] == [401] * 10 + [429] * 2
    assert guesses[-1].headers["retry-after"] == "10"
    assert client.get(f"/feed.rss?token={TOKEN}", headers=neighbour).status_code == 429
    assert client.get(f"/feed.rss?token={TOKEN}", headers=other).status_code == 200
    hands.at += 11
    assert client.get(f"/feed.rss?token={TOKEN}", headers=guesser).status_code == 200
    for n in range(20):
        client.get(f"/feed.rss?token=another-{n}-and-some-more", headers=neighbour)
    assert client.get(f"/feed.rss?token={TOKEN}", headers=guesser).status_code == 200, "a reader was let in from there"


@pytest.mark.parametrize("others", [
    'prefs={"a":"b"}; {}', "x y=1; {}", 'j=[1,"2"]; {}', "flag; {}", "=x; {}", "é=1; {}", 't="un; {}', "a=b, c; {}",
    "path=/; {}", "{}; x y=1", "ticker_read=old; {}",
])  # fmt: skip
def test_cookies_of_other_programs_on_the_host_keep_nobody_out(client: httpx.Client, others: str):
    mine = client.get(f"/?token={TOKEN}", headers=PAGE).headers["set-cookie"].partition(";")[0]
    sent = others.replace("{}", mine).encode()
    assert client.get("/feed.json", headers=[(b"cookie", sent)]).status_code == 200


def test_a_request_is_one_guess_however_many_tokens_it_holds(client: httpx.Client, hands: Hands):
    hands.at += 1000
    guesser = {"X-Forwarded-For": "203.0.113.77"}
    guesses = "&".join(f"token=guess-{n}-and-some-more" for n in range(50))
    assert client.get(f"/feed.rss?token={TOKEN}&{guesses}", headers=guesser).status_code == 401


def test_who_has_the_cookie_vouches_for_readers_behind_the_same_address(client: httpx.Client, hands: Hands):
    hands.at += 1000
    home = {"X-Forwarded-For": "203.0.113.78"}
    mine = client.get(f"/?token={TOKEN}", headers=PAGE).headers["set-cookie"].partition(";")[0]
    assert client.get("/feed.json", headers=home | {"Cookie": mine}).status_code == 200
    for n in range(12):
        client.get(f"/feed.rss?token=guess-{n}-and-some-more", headers=home)
    assert client.get(f"/feed.rss?token={TOKEN}", headers=home).status_code == 200


# How often


async def test_what_takes_long_is_charged_for_and_of_one_address_two_are_answered_at_a_time():
    hands = Hands()
    rates = Rates(Addresses(), hands)
    scope = {"client": ("198.51.100.7", 1), "path": "/", "query_string": b"q=x"}
    running, most, waits = 0, 0, list[int]()

    async def ask() -> None:
        nonlocal running, most
        async with rates.turn(scope) as wait:
            waits.append(wait)
            if not wait:
                running += 1
                most = max(most, running)
                await asyncio.sleep(0)
                hands.at += 0.5  # of work
                running -= 1

    await asyncio.gather(*(ask() for _ in range(60)))
    assert most == 2
    assert waits.count(0) < 15, "half a second of work is ten tokens"
    assert waits[-1] > 0
    hands.at += 1000
    waits.clear()
    await asyncio.gather(ask())
    assert waits == [0]


def test_searches_and_permalinks_are_counted_by_address_and_feeds_never(client: httpx.Client, hands: Hands):
    hands.at += 1000
    one, other = basic(TOKEN) | {"X-Forwarded-For": "198.51.100.1"}, basic(TOKEN) | {"X-Forwarded-For": "198.51.100.2"}
    costly = [client.get("/item/none", headers=one).status_code for _ in range(62)]
    assert (costly[:60], costly[60:]) == ([404] * 60, [429] * 2)
    refused = client.get("/?q=x", headers=one)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert client.get("/item/none", headers=other).status_code == 404
    for path in ("/feed.rss", "/feed.atom", "/opml", "/healthz", "/", "/status.json"):
        assert client.get(path, headers=one).status_code == 200
    hands.at += 0.5
    assert client.get("/item/none", headers=one).status_code == 404


def test_a_reader_of_five_hundred_filtered_feeds_may_poll_each_minute_for_ever():
    hands = Hands()
    rates = Rates(Addresses(), hands)
    scope = {"client": ("198.51.100.7", 1), "path": "/feed.rss", "query_string": b"q=x"}
    for _ in range(60):
        assert not any(rates.variant(scope) for _ in range(500))
        hands.at += 60
    assert [rates.variant(scope) for _ in range(601)][-1] == 1


def test_filtered_feeds_are_counted_only_when_they_must_be_made(client: httpx.Client, hands: Hands):
    hands.at += 1000
    one = basic(TOKEN) | {"X-Forwarded-For": "198.51.100.3"}
    assert {client.get("/feed.rss?q=kept", headers=one).status_code for _ in range(610)} == {200}


def test_nobody_is_counted_by_the_address_of_a_proxy_that_says_not_whom_it_asks_for():
    addresses = Addresses(["127.0.0.1", "10.0.0.0/8"])
    asked = {"10.1.2.3": None, "::ffff:10.1.2.3": None, "192.0.2.1": "192.0.2.1", "unknown": "?", "x" * 999: "?"}
    assert {host: addresses.of({"client": (host, 0)}) for host in asked} == asked
    assert addresses.of({"client": None}) is None


def test_the_addresses_that_are_remembered_are_bounded():
    buckets = Buckets(Rate(burst=1, a_second=0.1), Hands(), most=3)
    assert [buckets.take(key) for key in ("a", "a", "b", "c", "d", "a")] == [0, 10, 0, 0, 0, 0]
    assert len(buckets) == 3


@pytest.mark.parametrize(("path", "query", "costly"), [
    ("/", b"", False), ("/", b"lang=en", False), ("/desk/", b"q=x", True), ("/", b"%71=x", True), ("/", b"day=1", True),
    ("/feed.rss", b"q=x", False), ("/item/x", b"", True), ("/api/items", b"", True), ("/status", b"q=1", False),
])  # fmt: skip
def test_only_what_looks_into_the_store_is_costly(path: str, query: bytes, costly: bool):
    assert is_costly({"path": path, "query_string": query}) is costly


# Its settings

ONE = "sources:\n  - {name: city, url: https://news.example/, timezone: UTC, heading: Now}\n"


@pytest.mark.parametrize(("written", "environ"), [
    ("server: {read_token: {env: HELD}}", {"HELD": TOKEN}), ("server: {read_token: {file: held}}", {}),
    ("", {"TICKER_SERVER__READ_TOKEN": TOKEN}),
    ("server: {read_token: {env: NONE}}", {"TICKER_SERVER__READ_TOKEN": TOKEN}),
])  # fmt: skip
def test_the_token_stands_in_the_environment_or_a_file_and_is_not_shown(
    tmp_path: Path, written: str, environ: dict[str, str]
):
    (tmp_path / "held").write_text(TOKEN, "utf-8")
    (tmp_path / "config.yaml").write_text(f"{ONE}{written}\n", "utf-8")
    settings = load(tmp_path / "config.yaml", environ)
    assert settings.server.read_token == TOKEN
    assert TOKEN not in repr(settings) + repr(settings.server.read_token)


@pytest.mark.parametrize(("written", "says"), [
    (f"server: {{read_token: {TOKEN}}}", "server.read_token: is a secret, which does not belong in this file"),
    ("server: {read_token: {env: SHORT}}", "server.read_token: must be 16 to 200 letters a-z, A-Z, digits"),
    ("server: {read_token: {env: SPACED}}", "server.read_token: must be 16 to 200 letters"),
    ("server: {read_token: {env: NONE}}", "server.read_token: there is no variable NONE in the environment"),
    ("server: {read_token: {env: HELD}}\nfeed: {hub: true}", "feed.hub: cannot go with server.read_token"),
    ("server: {read_token: {env: HELD}}\nfeed: {hubs: 'https://h.example/'}", "feed.hubs: cannot go with server.read_"),
    ("server: {proxies: [10.0.0.1/8]}", "'10.0.0.1/8' is neither an IP address nor a network; write 10.0.0.0/8"),
    ("server: {proxies: proxy.example}", "server.proxies: 'proxy.example' is neither an IP address nor a network"),
    ("server: {proxies: 0.0.0.0/0}", "server.proxies: 0.0.0.0/0 is everybody"),
    ("server: {live_clients: 0}", "server.live_clients: must be at least 1, not 0; write live_clients: 2000"),
])  # fmt: skip
def test_settings_that_would_let_others_in_are_refused_and_repeat_no_secret(tmp_path: Path, written: str, says: str):
    (tmp_path / "config.yaml").write_text(f"{ONE}{written}\n", "utf-8")
    environ = {"HELD": TOKEN, "SHORT": "secret-of-15-le", "SPACED": "a secret with blanks in it"}
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "config.yaml", environ)
    (problem,) = refused.value.problems
    assert says in problem
    assert not any(secret in problem for secret in environ.values())


# The whole service


async def test_the_token_of_a_service_is_neither_in_its_log_nor_in_its_feeds(tmp_path: Path):
    config = write_config(tmp_path, f"http://127.0.0.1:{free_port()}/")
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n", "utf-8")
    settings = config.read_text("utf-8").replace(
        "server:\n", "server:\n  log_requests: true\n  read_token: {file: token}\n"
    )
    config.write_text(settings, "utf-8")
    async with running(config) as service:
        assert (await service.get("status.json")).status_code == 401
        answer = await service.get(f"status.json?token={TOKEN}")
        assert json.loads(answer.text)["sources"][0]["name"] == "desk"
        assert (await service.get("status.json", {"Authorization": f"Bearer {WRONG}"})).status_code == 401
        page = await service.get("", PAGE | {"Authorization": f"Bearer {TOKEN}"})
        assert (page.status_code, page.headers["cache-control"].startswith("private")) == (200, True)
        await service.stop()
    log = config.with_suffix(".log").read_text("utf-8")
    assert log.count("/status.json") == 3
    assert TOKEN not in log
    assert WRONG not in log
