"""No page that is polled leads us to this machine or its network: whatever it is called, whoever sends us there.

The traps listen on every address of this machine, and an audit hook hears of every connection that Python begins: so
an attempt counts that no trap of ours could see.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import certifi
import pytest

from tests.faults import Site, page, redirect
from ticker import guard
from ticker.errors import FetchError
from ticker.fetch import Fetcher, Limits
from ticker.model import Source

NOW = datetime(2025, 3, 10, 9, 41, 7, tzinfo=UTC)
PUBLIC = "127.0.0.2"  # taken for a public address, so that somebody can be there
LIMITS = Limits(total=timedelta(seconds=5))
FETCH = Fetcher(clock=lambda: NOW, limits=LIMITS)  # whom to trust is loaded once


@dataclass
class Heard:
    """What Python was asked to connect to, and to resolve, while somebody listened."""

    listening: bool = False
    connected: list[str] = field(default_factory=list)

    def __call__(self, event: str, details: tuple[Any, ...]) -> None:
        if self.listening and event == "socket.connect" and isinstance(details[1], tuple):
            self.connected.append(str(details[1][0]))
        elif self.listening and event == "socket.connect":
            self.connected.append(repr(details[1]))


HEARD = Heard()
sys.addaudithook(HEARD)  # for good: hooks cannot be taken away


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each fetcher."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


Name = Callable[..., None]


@pytest.fixture(autouse=True)
def name(monkeypatch: pytest.MonkeyPatch) -> Name:
    """Let names mean addresses, one list after the other; no other name is asked for beyond this machine."""
    real, public = socket.getaddrinfo, guard.is_public
    known: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        told = host.decode() if isinstance(host, bytes) else str(host)
        if told in known:
            addresses = known[told].pop(0) if len(known[told]) > 1 else known[told][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]
        if told.rstrip(".").lower() == "localhost" or not any(sign.isalpha() for sign in told.replace("0x", "0")):
            return real(host, port, *rest, **named)
        try:
            return real(host, port, *rest, **named | {"flags": socket.AI_NUMERICHOST})
        except OSError as error:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from error

    def means(host: str, *answers: list[str]) -> None:
        known[host] = list(answers)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(guard, "is_public", lambda address: address == PUBLIC or public(address))
    return means


@dataclass
class Trap:
    """Listens on all addresses of this machine, and counts who comes."""

    port: int
    caught: int = 0


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one.caught += 1
        writer.close()

    server = await asyncio.start_server(visit, "0.0.0.0", 0)  # noqa: S104 - a trap is wherever it might be found
    one = Trap(server.sockets[0].getsockname()[1])
    servers = [server]
    if socket.has_ipv6:
        servers.append(await asyncio.start_server(visit, "::", one.port))
    yield one
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.fixture
def connected() -> Iterator[list[str]]:
    """The addresses that were connected to."""
    HEARD.connected.clear()
    HEARD.listening = True
    yield HEARD.connected
    HEARD.listening = False


def a_source(url: str, *, allow_private: bool = False) -> Source:
    return Source("city", "City", (url,), ZoneInfo("UTC"), allow_private=allow_private)


async def refusal(url: str, *, robots: bool = False) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await (Fetcher(clock=lambda: NOW, limits=LIMITS, robots=True) if robots else FETCH)(a_source(url), url, None)
    return caught.value


HOSTS = {
    "the number": "127.0.0.1",
    "another one of this machine": "127.8.9.10",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "octal, all of it": "017700000001",
    "hex": "0x7f000001",
    "hex in parts": "0x7f.0x0.0x0.0x1",
    "mixed": "0x7f.0.1",
    "mixed octal": "0177.0x0.1",
    "two parts": "127.1",
    "three parts": "127.0.1",
    "zero": "0",
    "four zeros": "0.0.0.0",  # noqa: S104 - asked for, not bound to
    "with too many zeros": "127.000.000.001",
    "IPv6": "[::1]",
    "IPv6 written out": "[0:0:0:0:0:0:0:1]",
    "IPv6 zero": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hex": "[::ffff:7f00:1]",
    "compatible": "[::127.0.0.1]",
    "NAT64 of loopback": "[64:ff9b::7f00:1]",
    "NAT64 of metadata": "[64:ff9b::a9fe:a9fe]",
    "6to4 of loopback": "[2002:7f00:1::1]",
    "Teredo": "[2001:0:7f00:1::1]",
    "metadata": "169.254.169.254",
    "metadata in decimal": "2852039166",
    "metadata, IPv6": "[fd00:ec2::254]",
    "link-local, IPv6": "[fe80::1]",
    "link-local with its link": "[fe80::1%25eth0]",
    "unique local": "[fd12:3456::1]",
    "private 10": "10.0.0.1",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "of a carrier": "100.64.0.1",
    "multicast": "224.0.0.1",
    "multicast, IPv6": "[ff02::1]",
    "broadcast": "255.255.255.255",
    "a name": "localhost",
    "a name with a dot": "localhost.",
    "a name in capitals": "LOCALHOST",
    "a name of the net behind": "inside.example",
    "the same with a dot": "inside.example.",
    "the same in capitals": "Inside.Example",
    "digits of full width": "１２７.０.０.１",
    "digits in circles": "①②⑦.⓪.⓪.①",
    "dots of another script": "127。0。0。1",
    "letters in circles": "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "behind a public name": "news.example@127.0.0.1",
    "behind a public name and a password": "news.example:80@127.0.0.1",
    "behind a public name and a backslash": "news.example\\@127.0.0.1",
    "before a fragment that looks like a host": "127.0.0.1#@news.example",
    "before a query that looks like a host": "127.0.0.1?@news.example",
}


@pytest.fixture
def inside(name: Name) -> None:
    for spelling in ("inside.example", "inside.example.", "Inside.Example"):
        name(spelling, ["127.0.0.1"])
    name("news.example", [PUBLIC])


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
async def test_this_machine_and_its_network_are_not_reached_under_any_name(
    host: str, inside: None, trap: Trap, connected: list[str]
) -> None:
    error = await refusal(f"http://{host}:{trap.port}/")

    assert (trap.caught, connected) == (0, [])
    assert error.cause == "unreachable"


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
async def test_nor_by_a_redirect_from_a_public_page(host: str, inside: None, trap: Trap, connected: list[str]) -> None:
    status = (301, 302, 307, 308)[len(host) % 4]
    async with Site(host=PUBLIC) as outside:
        outside["/"] = redirect(f"http://{host}:{trap.port}/", status)
        error = await refusal(outside.url(host="news.example"))
        assert len(outside.asked) == 1

    assert trap.caught == 0
    assert connected == [PUBLIC]
    assert error.cause == "unreachable"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_is_looked_at(status: int, inside: None, trap: Trap, connected: list[str]) -> None:
    async with Site(host=PUBLIC) as outside:
        outside["/"] = redirect("/next", status)
        outside["/next"] = redirect(f"http://127.0.0.1:{trap.port}/", status)
        error = await refusal(outside.url(host="news.example"))

    assert error.detail == "127.0.0.1 is at no public address; allow_private: true reads it all the same"
    assert (trap.caught, set(connected)) == (0, {PUBLIC})


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
        "unix:/var/run/docker.sock", "https+unix://a/", "ldap://127.0.0.1/", "data:text/html,09:41", "ws://127.0.0.1/",
        "socks5://127.0.0.1/", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_there_is_no_way_but_that_of_the_web(to: str, inside: None, connected: list[str]) -> None:
    async with Site(host=PUBLIC) as outside:
        outside["/"] = redirect(to)
        error = await refusal(outside.url(host="news.example"))

    assert "not a web address" in error.detail
    assert connected == [PUBLIC]


async def test_a_name_that_means_something_else_a_moment_later_gains_nothing(
    name: Name, trap: Trap, connected: list[str]
) -> None:
    name("rebinding.example", [PUBLIC], ["127.0.0.1"])
    async with Site(host=PUBLIC) as outside:
        outside["/"] = page("<p>09:41 The ferry sails again</p>")
        url = outside.url(host="rebinding.example")
        read = await FETCH(a_source(url), url, None)
        error = await refusal(url)  # by now it means this machine

    assert read is not None
    assert connected == [PUBLIC], "what was looked at was connected to, and nothing else"
    assert "no public address" in error.detail
    assert trap.caught == 0


async def test_nor_one_that_changes_between_the_hops(name: Name, trap: Trap, connected: list[str]) -> None:
    name("rebinding.example", [PUBLIC], ["127.0.0.1"])
    async with Site(host=PUBLIC) as outside:
        outside["/"] = redirect(f"http://rebinding.example:{trap.port}/")
        error = await refusal(outside.url(host="rebinding.example"))

    assert "rebinding.example is at no public address" in error.detail
    assert (trap.caught, connected) == (0, [PUBLIC])


async def test_of_a_name_with_two_addresses_only_the_public_one_is_tried(
    name: Name, trap: Trap, connected: list[str]
) -> None:
    name("both.example", ["127.0.0.1", PUBLIC, "10.0.0.1"])
    async with Site(host=PUBLIC) as outside:
        outside["/"] = page("<p>09:41 The ferry sails again</p>")
        url = outside.url(host="both.example")
        assert await FETCH(a_source(url), url, None) is not None

    assert connected == [PUBLIC]


async def test_robots_txt_is_no_way_in_either(inside: None, trap: Trap, connected: list[str]) -> None:
    async with Site(host=PUBLIC) as outside:
        outside["/robots.txt"] = redirect(f"http://127.0.0.1:{trap.port}/")
        error = await refusal(outside.url(host="news.example"), robots=True)

    assert "127.0.0.1 is at no public address" in error.detail
    assert (trap.caught, connected) == (0, [PUBLIC])


async def test_nor_the_robots_txt_of_where_a_redirect_leads(inside: None, trap: Trap, connected: list[str]) -> None:
    async with Site(host=PUBLIC) as outside:
        outside["/"] = redirect(f"http://inside.example:{trap.port}/")
        error = await refusal(outside.url(host="news.example"), robots=True)

    assert "inside.example is at no public address" in error.detail
    assert (trap.caught, set(connected)) == (0, {PUBLIC})


async def test_a_proxy_of_the_surroundings_is_no_way_round(
    inside: None, trap: Trap, connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{trap.port}")

    await refusal("http://10.0.0.1/")

    assert (trap.caught, connected) == (0, [])


async def test_a_source_that_may_be_private_is_read_and_so_is_where_it_leads(connected: list[str]) -> None:
    async with Site() as within:
        within["/"] = redirect("/today")
        within["/today"] = page("<p>09:41 The ferry sails again</p>")
        source = a_source(within.url(), allow_private=True)
        read = await FETCH(source, within.url(), None)

    assert read is not None
    assert connected == ["127.0.0.1"] * 2


async def test_the_traps_and_the_hook_would_have_told(trap: Trap, connected: list[str]) -> None:
    url = f"http://127.0.0.1:{trap.port}/"
    with pytest.raises(FetchError, match="disconnected"):
        await FETCH(a_source(url, allow_private=True), url, None)

    assert (trap.caught, connected) == (1, ["127.0.0.1"])


async def test_what_is_not_public_is_not_told_by_the_time_it_takes(trap: Trap) -> None:
    """Whether somebody listens inside makes no difference: nobody is asked."""
    async with Site() as gone:
        closed = gone.port

    open_port = await refusal(f"http://127.0.0.1:{trap.port}/")
    closed_port = await refusal(f"http://127.0.0.1:{closed}/")

    assert open_port.detail == closed_port.detail


def may_unshare() -> bool:
    """Whether namespaces can be made here: as root, on Linux, and in most containers."""
    program = shutil.which("unshare")
    return program is not None and subprocess.run([program, "--mount", "--net", "true"], check=False).returncode == 0


@pytest.mark.skipif(not may_unshare(), reason="making namespaces needs root")
def test_a_name_that_a_real_name_server_answers_otherwise_each_time_leads_nowhere(tmp_path):
    command = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.rebinding", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    told = json.loads(done.stdout)
    assert told["answered"] == ["93.184.216.34", "127.0.0.1", "127.0.0.1"], "asked once a poll, and no more"
    assert "rebind.example.test" not in told["details"][0], "the public address was tried: there is no way to it"
    refused = "rebind.example.test is at no public address; allow_private: true reads it all the same"
    assert told["details"][1:] == [refused, refused]
    assert told["met"] == 0
