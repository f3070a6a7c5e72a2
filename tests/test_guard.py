"""Which addresses may be connected to, whatever name they hide behind."""

import asyncio
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests import faults
from tests.faults import page, redirect
from tests.strangers import Stranger
from ticker import guard
from ticker.announce.outgoing import NoReplyError, Outgoing
from ticker.guard import is_public
from ticker.lookups import Lookups


@pytest.fixture(autouse=True)
def few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate authority instead of all: they take 90 ms to load, for each way out."""
    one = tmp_path / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    one.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    monkeypatch.setattr(certifi, "where", lambda: str(one))


Names = Callable[..., list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Let names mean addresses, one list after the other: a resolver that lies is not to be had on loopback."""
    real = socket.getaddrinfo
    asked: list[str] = []
    known: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if host not in known:
            return real(host, port, *rest, **named)
        asked.append(host)
        addresses = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def name(host: str, *answers: list[str]) -> list[str]:
        known[host] = list(answers)
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return name


def guarded(**changes: Any) -> Outgoing:
    return Outgoing(allow_private=False, total=timedelta(seconds=5), **changes)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::808:808",
    ],
)  # fmt: skip
def test_a_host_on_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="this machine"),
        pytest.param("127.8.9.10", id="this machine, all of 127"),
        pytest.param("0.0.0.0", id="this machine, as zero"),  # noqa: S104 - refused, not bound to
        pytest.param("0.1.2.3", id="this network"),
        pytest.param("10.0.0.1", id="private 10"),
        pytest.param("172.16.0.1", id="private 172"),
        pytest.param("192.168.1.1", id="private 192"),
        pytest.param("169.254.1.1", id="link-local"),
        pytest.param("169.254.169.254", id="metadata"),
        pytest.param("168.63.129.16", id="metadata at a public number"),
        pytest.param("192.0.0.192", id="metadata among the protocol assignments"),
        pytest.param("192.0.0.10", id="a protocol assignment that is_global lets through"),
        pytest.param("100.64.0.1", id="shared by a carrier"),
        pytest.param("100.100.100.200", id="metadata in the carrier's range"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("192.88.99.1", id="6to4 relay"),
        pytest.param("198.18.0.1", id="benchmarks"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("233.252.0.9", id="multicast that is_global lets through"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="this machine, IPv6 zero"),
        pytest.param("::1", id="this machine, IPv6"),
        pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
        pytest.param("::ffff:8.8.8.8", id="mapped: no network speaks it"),
        pytest.param("::127.0.0.1", id="compatible"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64 of metadata"),
        pytest.param("64:ff9b:1::808:808", id="NAT64 of the own network"),
        pytest.param("2002:7f00:1::1", id="6to4 of loopback"),
        pytest.param("2002:808:808::1", id="6to4"),
        pytest.param("2001:0:808:808::1", id="Teredo"),
        pytest.param("fe80::1", id="link-local, IPv6"),
        pytest.param("fe80::1%eth0", id="link-local with its link"),
        pytest.param("2606:4700::1111%eth0", id="a link of ours"),
        pytest.param("fc00::1", id="unique local"),
        pytest.param("fd00:ec2::254", id="metadata, IPv6"),
        pytest.param("fec0::1", id="site-local"),
        pytest.param("ff02::1", id="multicast, IPv6"),
        pytest.param("2001:db8::1", id="documentation, IPv6"),
        pytest.param("3fff::1", id="documentation, new"),
        pytest.param("100::1", id="discard"),
        pytest.param("news.example", id="no address"),
        pytest.param("", id="nothing"),
    ],
)
def test_whatever_else_is_not(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "0"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    ],
)
async def test_this_machine_is_not_reached_under_any_of_its_names(host):
    async with Stranger() as stranger:
        with pytest.raises(NoReplyError, match=r"is at no public address|Invalid IPv4 address"):
            await guarded().send("GET", f"http://{host}:{stranger.port}/", headers={})

    assert stranger.heard == []


async def test_where_private_addresses_are_allowed_it_is():
    async with Stranger() as stranger:
        reply = await Outgoing(allow_private=True).send("GET", stranger.url("/?hub.challenge=yes"), headers={}, most=9)

    assert (reply.status, reply.body) == (200, b"yes")


async def test_a_name_that_means_this_machine_is_refused(names):
    names("inside.example", ["127.0.0.1"])
    async with Stranger() as stranger:
        with pytest.raises(NoReplyError, match=r"inside\.example is at no public address"):
            await guarded().send("POST", stranger.url(host="inside.example"), headers={}, content=b"x")

    assert stranger.heard == []


async def test_a_redirect_to_this_machine_is_not_followed():
    async with Stranger() as inside, Stranger() as outside:
        outside["/cb"] = redirect(inside.url("/secret"))
        reply = await Outgoing(allow_private=True).send("GET", outside.url("/cb"), headers={})

    assert reply.status == 302
    assert inside.heard == []


async def test_what_was_looked_at_is_connected_to_though_the_name_means_something_else_by_then(names, monkeypatch):
    asked = names("rebinding.example", ["127.0.0.1"], ["127.0.0.99"])
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
    async with Stranger() as stranger:
        reply = await guarded().send("GET", stranger.url("/", host="rebinding.example"), headers={})

    assert reply.status == 200
    assert asked == ["rebinding.example"], "resolved once"
    assert stranger.heard[0].headers["host"] == f"rebinding.example:{stranger.port}"


async def test_of_several_addresses_only_the_public_ones_are_tried(names, monkeypatch):
    names("both.example", ["127.0.0.2", "127.0.0.1"])
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
    async with Stranger(host="127.0.0.2") as inside, Stranger() as outside:
        inside_port = inside.port
        reply = await guarded().send("GET", f"http://both.example:{outside.port}/", headers={})
        with pytest.raises(NoReplyError, match="ConnectError"):
            await guarded().send("GET", f"http://both.example:{inside_port}/", headers={})

    assert reply.status == 200
    assert inside.heard == []


async def test_an_address_that_is_dead_does_not_hide_one_that_is_not(names, monkeypatch):
    names("two.example", ["127.0.0.3", "127.0.0.1"])
    monkeypatch.setattr(guard, "is_public", lambda address: True)
    async with Stranger() as stranger:
        reply = await guarded().send("GET", f"http://two.example:{stranger.port}/", headers={})

    assert reply.status == 200


async def test_a_name_that_is_never_resolved_costs_no_more_than_the_time_to_connect(monkeypatch):
    answered = threading.Event()

    def never(*asked: Any, **how: Any) -> Any:
        answered.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(NoReplyError, match=r"no connection to slow\.example within 0\.05 s"):
        await guarded(connect=timedelta(seconds=0.05)).send("GET", "http://slow.example/", headers={})
    answered.set()


async def test_a_name_that_hangs_takes_one_thread_however_often_it_is_asked_for(monkeypatch):
    answered, asked = threading.Event(), []

    def slow(host: str, *rest: Any, **how: Any) -> Any:
        asked.append(host)
        if host == "slow.example":
            answered.wait(5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    lookups = Lookups(2, "test")
    waiting = [asyncio.create_task(lookups("slow.example", 80)) for _ in range(20)]
    assert await lookups("quick.example", 80) == ["127.0.0.1"], "there is a thread left for others"
    for one in waiting[:10]:
        one.cancel()
    answered.set()

    ended = await asyncio.gather(*waiting, return_exceptions=True)

    assert [end for end in ended if isinstance(end, list)] == [["127.0.0.1"]] * 10, "who gives up takes nobody along"
    assert asked.count("slow.example") == 1
    await lookups("slow.example", 80)
    assert asked.count("slow.example") == 2, "what is known is not kept: only the resolver may"


async def test_an_address_is_looked_up_by_nobody(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)

    assert await Lookups(1, "test")("::1", 80) == ["::1"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of hub.example."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hub.example"
        " -addext subjectAltName=DNS:hub.example -keyout key.pem -out certificate.pem"
    )
    subprocess.run(shlex.split(command), cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "certificate.pem"


async def test_a_certificate_is_that_of_the_name_and_not_of_the_address(certificate, names, monkeypatch):
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")
    names("hub.example", ["127.0.0.1"])
    names("other.example", ["127.0.0.1"])
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    told: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: told.append(name)
    async with Stranger(tls=tls) as stranger:
        assert (await guarded().send("GET", stranger.url(host="hub.example"), headers={})).status == 200
        with pytest.raises(NoReplyError, match=r"not valid for 'other\.example'"):
            await guarded().send("GET", stranger.url(host="other.example"), headers={})

    assert told == ["hub.example", "other.example"]


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(faults.flood_headers, id="headers without end"),
        pytest.param(faults.flood_interim, id="interim answers without end"),
        pytest.param(faults.raw(faults.head(200, a="x" * 70_000)), id="one large header"),
        pytest.param(faults.huge(5, declared=False), id="a large body"),
    ],
)
async def test_no_more_is_read_than_is_good_for_us(behaviour):
    async with Stranger() as stranger:
        stranger["/"] = behaviour
        began = time.perf_counter()
        with pytest.raises(NoReplyError, match=r"more than 65,536 bytes|RemoteProtocolError"):
            await Outgoing(allow_private=True).send("GET", stranger.url(), headers={}, most=10**9)

    assert time.perf_counter() - began < 5, "not the time that a request may take"


async def test_the_surroundings_name_no_proxy(monkeypatch):
    async with Stranger() as proxy, Stranger() as stranger:
        proxy["/"] = page("a proxy")
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy.url())
        with pytest.raises(NoReplyError, match="is at no public address"):
            await guarded().send("GET", stranger.url(), headers={})
        assert (await Outgoing(allow_private=True).send("GET", stranger.url(), headers={})).status == 200

    assert proxy.heard == []


async def test_nothing_of_this_machine_is_reached_through_its_file_system():
    with pytest.raises(guard.AddressRefusedError):
        await guard.Guard().connect_unix_socket("/var/run/docker.sock")
