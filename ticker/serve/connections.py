"""How much of the service one client can take: connections that are bounded in bytes, time and number.

uvicorn reads a request head of any length for any time, and accepts as many connections as there
are file descriptors. The class made here goes on top of its HTTP/1.1 implementation (httptools, or
h11 where that is missing) and changes nothing for a client that asks and takes its answer.

Streams that are told as things come (`stream_of`) are counted by whoever serves them, not here: they neither keep
readers out nor have to make room for them.
"""

import asyncio
import importlib
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Any, ClassVar, cast

from starlette.types import Scope

PIECE = 8 * 1024  # bytes parsed at a time: what comes in one read, up to 256 KB, must not all be parsed at once
SETTLED = 1.0  # seconds until a connection that asks nothing may have to make room
LOOKED_AT = 50  # connections at most, to find one that can make room: a flood must not cost a search each
MOST = 2000  # connections beside streams
BUFFERED = 16 * 1024  # bytes of a stream that are not taken yet, from which on it has to wait

_OURS = "ticker.connection"  # where a request finds its connection, in the state of its scope


def _default_connections(streams: int = 0) -> int:
    """70 % of the file descriptors that *streams* leave, at most 2,000; the rest is for database and polls."""
    return max(1, min(MOST, (_descriptors() - streams) * 7 // 10))


def _descriptors(wanted: int = 0) -> int:
    """How many files this process may have open: *wanted* where it may say so itself, as systemd and Docker have it."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # not on Windows, whose sockets are not counted as files
        return 10 * MOST + wanted
    soft, hard = (sys.maxsize if limit == resource.RLIM_INFINITY else limit for limit in _files(resource))
    if soft < min(hard, wanted):
        soft = min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, _files(resource)[1]))
    return int(soft)


def _files(resource: Any) -> tuple[int, int]:
    limits: tuple[int, int] = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limits


def room_for(streams: int) -> int:
    """For how many of *streams* there are file descriptors, beside readers; at worst, half of them are theirs."""
    others = MOST * 10 // 7
    found = _descriptors(streams + others)
    return streams if found >= streams + others else max(1, min(streams, found // 2))


def limits_beside(streams: int) -> "Limits":
    """What a client may take, where so many streams are held as well."""
    return Limits(connections=_default_connections(streams))


def stream_of(scope: Scope) -> Callable[[], None]:
    """Say that the request of *scope* is answered by a stream; what cuts that off, whatever it has not taken."""
    connection = scope.get("state", {}).get(_OURS)
    return connection.become_stream() if isinstance(connection, _Bounded) else lambda: None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take."""

    head_bytes: int = 32 * 1024  # of a request line and its headers, as long as they are not complete: 431
    body_bytes: int = 64 * 1024  # nothing here reads a body
    head_seconds: float = 10.0  # from the connection, or its first byte after an answer, to the end of the head
    answer_seconds: float = 60.0  # in which what was sent must be taken
    waiting: int = 64  # requests sent ahead of their answers
    connections: int = field(default_factory=_default_connections)


def http_protocol(limits: Limits | None = None) -> type[asyncio.Protocol]:
    """The class to give to `uvicorn.Config(http=…)`."""
    return type("BoundedProtocol", (_Bounded, _implementation()), {"limits": limits or Limits()})


def _implementation() -> type[asyncio.Protocol]:
    try:
        module = importlib.import_module("uvicorn.protocols.http.httptools_impl")
    except ImportError:
        module = importlib.import_module("uvicorn.protocols.http.h11_impl")
        return cast(type[asyncio.Protocol], module.H11Protocol)
    return cast(type[asyncio.Protocol], module.HttpToolsProtocol)


def encoded(data: bytes) -> bytes:
    """*data* with the letters beyond ASCII of a first request line percent-encoded.

    So `curl`, newsboat and sfeed send `?q=وزير` as it was typed; the parsers refuse it (RFC 3986 §2.1 has it encoded).
    """
    line, end, rest = data.partition(b"\n")
    if line.isascii() or not end or not line.startswith((b"GET ", b"HEAD ")):
        return data
    return b"".join(b"%%%02X" % byte if byte >= 0x80 else b"%c" % byte for byte in line) + end + rest


class _Bounded(asyncio.Protocol):
    """The limits, for either implementation; what is declared here without a value is theirs."""

    limits: ClassVar[Limits]
    ordinary: ClassVar["dict[_Bounded, None]"]  # those that are no streams, the oldest first

    app_state: dict[str, Any]  # copied into the state of each request
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any  # the newest request and its answer; None before the first
    server_state: Any
    timeout_keep_alive: float
    timeout_keep_alive_task: asyncio.TimerHandle | None  # while the client may ask again
    shutdown: Callable[[], None]  # hangs up, when the newest request is answered

    _since: float | None = None  # when we began to wait for a head that is not complete yet
    _unsent_since: float | None = None  # when we first saw that an answer is not taken
    _loose = 0  # bytes that came after the last complete head
    _watch: asyncio.TimerHandle | None = None
    _deaf = False  # what comes is thrown away
    _streaming = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.ordinary = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, _OURS: self}
        self.ordinary[self] = None
        self._since = self.loop.time()
        self._look_later()
        if len(self.ordinary) > self.limits.connections and not self._room():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, b"retry-after: 5\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self.ordinary.pop(self, None)
        self.app_state = {}  # not to wait for the collector of cycles
        super().connection_lost(exc)

    def become_stream(self) -> Callable[[], None]:
        """Be counted no more; what cuts it off. Its answer is the last one on this connection."""
        self.ordinary.pop(self, None)
        self._streaming = True
        if self.transport.is_closing():  # whoever asked has gone meanwhile
            return self.transport.abort
        self.transport.set_write_buffer_limits(BUFFERED)
        wire = self.transport.get_extra_info("socket")
        if wire is not None and hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: ends what nobody acknowledges any more
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self.limits.answer_seconds * 1000))
        return self.transport.abort

    def data_received(self, data: bytes) -> None:
        if not self._loose and not self._in_body:
            data = encoded(data)
        for start in range(0, len(data), PIECE):
            if self._deaf or self.transport.is_closing():
                return
            self._piece_received(data[start : start + PIECE] if len(data) > PIECE else data)

    def _piece_received(self, piece: bytes) -> None:
        before = self.cycle
        super().data_received(piece)
        self._loose = 0 if self.cycle is not before else self._loose + len(piece)
        if self._answering:
            self._since = None
        elif self._since is None:
            self._since = self.loop.time()
        self._hold_to_limits()

    def _hold_to_limits(self) -> None:
        in_body = self._in_body
        queued = len(getattr(self, "pipeline", ()))  # h11 keeps no queue, but the bytes of one read
        if queued > self.limits.waiting or (in_body and self._loose > self.limits.body_bytes):
            self._hang_up()  # without a word of it: those requests get the answers they have a right to
        elif not in_body and self._loose > self.limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    @property
    def _in_body(self) -> bool:
        return self.cycle is not None and bool(self.cycle.more_body)

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: HTTPStatus, header: bytes = b"") -> None:
        """Hang up with *status*, where that does not get into the middle of an answer."""
        if not self._answering and not self.transport.is_closing():
            dated = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
            text = status.phrase.encode()
            self.transport.write(
                b"HTTP/1.1 %d %b\r\n%b%bcontent-type: text/plain; charset=utf-8\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (status, text, dated, header, len(text), text)
            )
        self._hang_up()

    def _hang_up(self) -> None:
        """Listen no more; at once where no answer is under way, else after the last one."""
        self._deaf = True
        self.shutdown()

    def _look_later(self) -> None:
        head, answer = self.limits.head_seconds, self.limits.answer_seconds
        self._watch = self.loop.call_later((answer if self._streaming else min(head, answer)) / 4, self._look)

    def _look(self) -> None:
        """Hang up on a head that does not end; drop an answer that is not taken, which hanging up would wait for."""
        now = self.loop.time()
        if not self.transport.get_write_buffer_size():
            self._unsent_since = None
        elif self._unsent_since is None:
            self._unsent_since = now
        if self._unsent_since is not None and now - self._unsent_since >= self.limits.answer_seconds:
            self.transport.abort()
            return
        if self._since is not None and now - self._since >= self.limits.head_seconds:
            self.transport.close()
        self._look_later()

    def _room(self) -> bool:
        """Hang up on a connection that asks nothing, if one is found: else idle ones would keep readers out."""
        now = self.loop.time()
        for other in list(islice(self.ordinary, LOOKED_AT)):
            self.ordinary[other] = self.ordinary.pop(other)  # the next time, others are looked at
            if other._idle_for(now) >= SETTLED and not other.transport.is_closing():
                other.transport.close()
                return True
        return False

    def _idle_for(self, now: float) -> float:
        """Seconds without a complete question and without an answer under way."""
        if self._answering or self.transport.get_write_buffer_size():
            return 0.0
        if self._since is not None:
            return now - self._since
        keep_alive = self.timeout_keep_alive_task
        return now - (keep_alive.when() - self.timeout_keep_alive) if keep_alive is not None else 0.0
