"""What one client can take from the service, on real sockets: bytes, time, connections, lines in the log."""

import asyncio
import http.client
import importlib
import logging
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from tests.newsstand import serving
from ticker.serve import Limits, http_protocol, quiet_uvicorn
from ticker.serve.connections import _Bounded, encoded

ASK = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"
TAG = b'"one"'
BODY = b"headlines " * 100
dropped = threading.Event()  # a large answer is over, without having been taken

Make = Callable[[Limits], type[asyncio.Protocol]]


async def paper(scope: Scope, receive: Receive, send: Send) -> None:
    """An application: `/bug` raises, `/large` waits until it is taken, all others end in their path."""
    if scope["path"] == "/bug":
        raise RuntimeError("a bug of ours")
    if scope["path"] == "/large":
        await _large(receive, send)
        return
    body = BODY + scope["path"].encode()
    headers = [(b"etag", TAG), (b"content-length", b"%d" % len(body))]
    if (b"if-none-match", TAG) in scope["headers"]:
        await send({"type": "http.response.start", "status": 304, "headers": headers[:1]})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _large(receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 30_000_000, "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    dropped.set()


@pytest.fixture(params=["httptools", "h11"])
def make(request: pytest.FixtureRequest) -> Make:
    """The protocol on either implementation."""
    if request.param == "httptools":
        return http_protocol
    h11 = importlib.import_module("uvicorn.protocols.http.h11_impl").H11Protocol
    return lambda limits: type("OnH11", (_Bounded, h11), {"limits": limits})


def call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def heard(wire: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    found = b""
    try:
        while more := wire.recv(65536):
            found += more
    except ConnectionResetError:  # it hung up while we were still sending
        pass
    return found


def pour(wire: socket.socket, piece: bytes, *, most: int, pause: float = 0.0) -> int:
    """Send *piece* over and over, until nobody takes it; the bytes sent."""
    sent = 0
    try:
        while sent < most:
            wire.sendall(piece)
            sent += len(piece)
            time.sleep(pause)
    except (ConnectionError, TimeoutError):
        pass
    return sent


def asks(port: int, path: bytes = b"") -> int:
    """The status of one ordinary question."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/" + path.decode())
        answer = connection.getresponse()
        answer.read()
        return answer.status


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize(("opening", "more"), [
    pytest.param(b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 20_000, id="headers without end"),
    pytest.param(b"GET / HTTP/1.1\r\nX: ", b"y" * 100_000, id="one header without end"),
    pytest.param(b"GET /", b"y" * 100_000, id="an address without end"),
    pytest.param(b"", b"\r\n" * 50_000, id="empty lines without end"),
    pytest.param(ASK % b"first" + b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 20_000, id="after a good request"),
])  # fmt: skip
def test_a_request_head_without_end_is_cut_off_and_takes_no_memory(opening: bytes, more: bytes) -> None:
    with serving(paper) as port, call(port) as wire:
        assert asks(port) == 200
        before = resident()
        wire.sendall(opening)
        sent = pour(wire, more, most=80_000_000)
        grown = resident() - before
        answer = heard(wire)
        assert asks(port) == 200
    assert sent < 20_000_000, "what the kernel holds is all that can be sent"
    assert grown < 15_000_000
    if b"first" not in opening:
        assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert b"\r\nconnection: close\r\n" in answer


def test_a_head_within_the_limit_is_answered_also_when_it_comes_in_pieces(make: Make) -> None:
    with serving(paper, http=make(Limits())) as port, call(port) as wire:
        for size in (10_000, 14_000):
            wire.sendall(b"GET /large-head HTTP/1.1\r\nHost: a\r\n")
            for _ in range(size // 1000):
                wire.sendall(b"X-Cookie: " + b"y" * 988 + b"\r\n")
            wire.sendall(b"\r\n")
            assert wire.recv(100).startswith(b"HTTP/1.1 200 OK")
            while not wire.recv(65536).endswith(b"/large-head"):
                pass


def test_a_body_is_not_read_without_end(make: Make) -> None:
    with serving(paper, http=make(Limits())) as port, call(port) as wire:
        wire.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000000\r\n\r\n")
        assert pour(wire, b"z" * 100_000, most=80_000_000) < 20_000_000
        assert heard(wire).startswith(b"HTTP/1.1 200 OK")


def test_a_small_body_is_read_over_and_the_connection_goes_on(make: Make) -> None:
    with serving(paper, http=make(Limits())) as port, closing(http.client.HTTPConnection("127.0.0.1", port)) as wire:
        wire.connect()
        held = wire.sock
        for _ in range(3):
            wire.request("POST", "/", body=b"z" * 30_000)
            assert wire.getresponse().read().startswith(BODY)
        assert wire.sock is held


@pytest.mark.parametrize("said", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_who_does_not_ask_in_time_is_hung_up_on(make: Make, said: bytes) -> None:
    with serving(paper, http=make(Limits(head_seconds=0.2))) as port, call(port) as wire:
        began = time.monotonic()
        wire.sendall(said)
        heard(wire)
        assert time.monotonic() - began < 2


def test_a_head_that_drips_in_gains_no_time(make: Make) -> None:
    with serving(paper, http=make(Limits(head_seconds=0.3))) as port, call(port) as wire:
        wire.sendall(ASK % b"")
        while not wire.recv(65536).endswith(b"/"):
            pass
        wire.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        assert pour(wire, b"X: y\r\n", most=900, pause=0.02) < 900
        assert time.monotonic() - began < 1.5


@pytest.mark.alone  # a client that is held up for 30 ms would be too late
def test_who_asks_in_time_is_kept_until_the_keep_alive_ends(make: Make) -> None:
    with serving(paper, http=make(Limits(head_seconds=0.03))) as port, call(port) as wire:
        for _ in range(3):
            wire.sendall(ASK % b"")
            while not wire.recv(65536).endswith(b"/"):
                pass
            time.sleep(0.07)  # idle for longer than a head may take: that is what keep-alive is for


def test_an_answer_that_is_not_taken_is_dropped_in_the_end(make: Make) -> None:
    dropped.clear()
    with serving(paper, http=make(Limits(answer_seconds=0.1))) as port, call(port) as wire:
        wire.sendall(ASK % b"large")
        assert dropped.wait(3)
        assert len(heard(wire)) < 30_000_000


def test_pipelined_requests_are_answered_in_their_order(make: Make) -> None:
    with serving(paper, http=make(Limits())) as port, call(port) as wire:
        wire.sendall(b"".join(ASK % b"%d" % number for number in range(50)) + b"GET /last HTTP/1.0\r\n\r\n")
        answers = heard(wire).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.rpartition(b"/")[2] for answer in answers] == [b"%d" % number for number in range(50)] + [b"last"]


def test_requests_are_not_queued_without_end() -> None:
    with serving(paper) as port, call(port) as wire:
        before = resident()
        wire.settimeout(1)
        assert pour(wire, ASK % b"" * 2000, most=50_000_000) < 20_000_000
        assert resident() - before < 20_000_000
        assert asks(port) == 200


def test_head_and_304_and_keep_alive_are_as_before(make: Make) -> None:
    with serving(paper, http=make(Limits())) as port, closing(http.client.HTTPConnection("127.0.0.1", port)) as wire:
        wire.connect()
        held = wire.sock
        found = []
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"If-None-Match": TAG.decode()}), ("GET", {})):
            wire.request(method, "/", headers=headers)
            answer = wire.getresponse()
            found.append((answer.status, len(answer.read()), answer.headers["Connection"]))
        assert wire.sock is held
    assert found == [(200, 1001, None), (200, 0, None), (304, 0, None), (200, 1001, None)]


def test_above_the_cap_newcomers_are_told_to_come_back_and_those_served_are_not_hurt(make: Make) -> None:
    with serving(paper, http=make(Limits(connections=3))) as port, ExitStack() as held:
        wires = [held.enter_context(call(port)) for _ in range(3)]
        for wire in wires:
            wire.sendall(ASK % b"served")
            while not wire.recv(65536).endswith(b"/served"):
                pass
        with call(port) as late:
            answer = heard(late)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nretry-after: 5\r\n" in answer
        for wire in wires:
            wire.sendall(ASK % b"again")
            assert wire.recv(65536).startswith(b"HTTP/1.1 200 OK")
        wires[0].close()
        until = time.monotonic() + 5
        while (status := asks(port)) == 503 and time.monotonic() < until:  # until it has noticed
            time.sleep(0.01)
        assert status == 200


@pytest.mark.alone  # who asks must be heard before the next one comes
@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n", ASK % b"served"], ids=["nothing", "half", "idle"])
def test_connections_that_ask_nothing_make_room(make: Make, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker.serve.connections.SETTLED", 0.02)
    with serving(paper, http=make(Limits(connections=20))) as port, ExitStack() as held:
        wires = [held.enter_context(call(port)) for _ in range(20)]
        for wire in wires:
            wire.sendall(said)
        time.sleep(0.05)
        assert [asks(port) for _ in range(5)] == [200] * 5


def test_the_cap_follows_the_file_descriptors_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for soft, cap in ((256, 179), (1_000_000, 2000), (resource.RLIM_INFINITY, 2000), (1, 1)):
        monkeypatch.setattr(resource, "getrlimit", lambda _which, soft=soft: (soft, soft))
        assert Limits().connections == cap


# The log


@pytest.fixture
def told() -> Iterator[list[tuple[str, int]]]:
    """What `quiet_uvicorn` tells; the loggers are as before afterwards."""
    names = ("uvicorn.error", "asyncio")
    before = [(log := logging.getLogger(name), log.level, log.propagate, log.handlers) for name in names]
    found: list[tuple[str, int]] = []
    quiet_uvicorn(lambda error, times: found.append((repr(error), times)))
    yield found
    for log, level, propagate, handlers in before:
        log.level, log.propagate, log.handlers = level, propagate, handlers
        log.setLevel(level)


STRANGE = [
    b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    b"GET /" + b"y" * 50_000, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ASK % b"large", ASK % b"" * 500,
]  # fmt: skip


def test_strangers_write_nothing_into_the_log(
    make: Make, told: list[object], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(paper, http=make(Limits())) as port:
        for said in STRANGE * 2:
            with call(port) as wire:
                wire.sendall(said)
                wire.recv(10)
        assert asks(port) == 200
    assert (told, capfd.readouterr().err, caplog.records) == ([], "", [])


def test_a_bug_of_ours_is_told_with_its_exception_at_its_first_and_tenth_time(
    make: Make, told: list[tuple[str, int]], capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(paper, http=make(Limits())) as port:
        assert [asks(port, b"bug") for _ in range(12)] == [500] * 12
    bug = "RuntimeError('a bug of ours')"
    assert told == [(bug, 1), (bug, 10)]
    assert capfd.readouterr().err == ""


def test_other_places_are_other_bugs_and_their_number_is_bounded(told: list[tuple[str, int]]) -> None:
    log = logging.getLogger("uvicorn.error")
    for line in range(300):
        try:
            exec(compile("\n" * line + "1 / 0", "ours.py", "exec"))  # noqa: S102 - each on a line of its own
        except ZeroDivisionError as error:
            log.error("Exception in ASGI application\n", exc_info=error)
    assert len(told) == 100


def test_a_query_typed_in_arabic_letters_is_as_good_as_one_that_is_encoded():
    line = "GET /feed.rss?q=وزير&not=\u200fx HTTP/1.1\r\n".encode()
    assert encoded(line + b"host: x\r\n\r\n") == (
        b"GET /feed.rss?q=%D9%88%D8%B2%D9%8A%D8%B1&not=%E2%80%8Fx HTTP/1.1\r\nhost: x\r\n\r\n"
    )
    for other in (b"GET /feed.rss HTTP/1.1\r\nx: \xff\r\n\r\n", b"POST /\xff HTTP/1.1\r\n\r\n", b"GET /\xff", b""):
        assert encoded(other) == other
