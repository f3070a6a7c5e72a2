"""Faults of the way: connections that break, silence, drips, and HTTP that contradicts itself."""

import asyncio
import socket
import struct
from collections.abc import Mapping

from ticker.demo.adversary.fault import Behaviour, Fault, Visit, for_ever, sent
from ticker.demo.adversary.wire import answer, head

DRIP = 0.05  # seconds between two bytes: no time-out between two pieces ever comes


async def _reset(visit: Visit) -> None:
    wire: socket.socket = visit.writer.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends RST
    visit.writer.transport.abort()


async def _close(visit: Visit) -> None:
    """Nothing."""


async def _hang(visit: Visit) -> None:
    await for_ever()


async def _hang_in_head(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServ")
    await for_ever()


async def _hang_in_body(visit: Visit) -> None:
    whole = answer(visit.paper.html(visit.now))
    await visit.send(whole[: len(whole) // 2])
    await for_ever()


async def _half_closed(visit: Visit) -> None:
    whole = answer(visit.paper.html(visit.now))
    await visit.send(whole[: len(whole) // 2])
    visit.writer.write_eof()  # and goes on listening
    await for_ever()


def _drip(after: bytes) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(after)
        while True:
            await visit.send(b".")
            await asyncio.sleep(DRIP)

    return behave


async def _endless_head(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await visit.send(b"X-Flood: " + b"~" * 1_000 + b"\r\n")


async def _many_headers(visit: Visit) -> None:
    flood = b"".join(b"X-Header-%d: %s\r\n" % (number, b"~" * 20) for number in range(10_000))
    await visit.send(b"HTTP/1.1 200 OK\r\n" + flood + b"\r\n")


async def _endless_interim(visit: Visit) -> None:
    while True:
        await visit.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000)


async def _too_long(visit: Visit) -> None:
    body = visit.paper.html(visit.now).encode()
    await visit.send(answer(body[: len(body) // 2], content_length=str(len(body))))


async def _too_short(visit: Visit) -> None:
    await visit.send(answer(visit.paper.html(visit.now), content_length="120"))


async def _disagreeing(visit: Visit) -> None:
    body = visit.paper.html(visit.now).encode()
    twice = f"{len(body)}\r\nContent-Length: {len(body) // 2}"
    await visit.send(answer(body, content_length=twice))


async def _broken_chunks(visit: Visit) -> None:
    body = visit.paper.html(visit.now).encode()
    begin = head(content_type="text/html; charset=utf-8", transfer_encoding="chunked")
    await visit.send(begin, b"%x\r\n" % len(body), body, b"\r\nno number\r\n")


async def _chunks_without_end(visit: Visit) -> None:
    body = visit.paper.html(visit.now).encode()
    begin = head(content_type="text/html; charset=utf-8", transfer_encoding="chunked")
    await visit.send(begin, b"%x\r\n" % len(body), body, b"\r\n")


def _way(does: str, behave: Behaviour, says: str = "", *, closed: bool = False) -> Fault:
    return Fault("way", does, behave, "unreachable", says, closed=closed)


async def _to_closed(visit: Visit) -> None:
    await visit.send(answer("", 302, location=visit.beside["closed"]))


FAULTS: Mapping[str, Fault] = {
    "closed-port": _way("Nobody listens at the address", _to_closed, "connection refused", closed=True),
    "reset": _way("Takes the request and resets the connection", _reset),
    "closes": _way("Takes the request and closes the connection without a word", _close),
    "no-http": _way("Answers with the greeting of a mail server", sent(b"220 mail.example ESMTP ready\r\n\r\n")),
    "hang": _way("Takes the request and says nothing", _hang, "2 s"),
    "hang-in-head": _way("Falls silent in the middle of the headers", _hang_in_head, "2 s"),
    "hang-in-body": _way("Falls silent in the middle of the page", _hang_in_body, "2 s"),
    "half-closed": _way("Sends half of the page, ends its side and keeps the connection", _half_closed),
    "drip-head": _way("Sends a header byte by byte, for ever", _drip(b"HTTP/1.1 200 OK\r\nX-Drip: "), "2 s"),
    "drip-body": _way(
        "Sends the page byte by byte, for ever", _drip(head(content_type="text/html") + b"<p>09:41 "), "2 s"
    ),
    "endless-head": _way("Sends headers without end", _endless_head),
    "many-headers": _way("Sends 10,000 headers", _many_headers),
    "endless-interim": _way("Sends 103 Early Hints without end", _endless_interim),
    "cut": _way("Sends half of the page it declares, and closes the connection", _too_long),
    "length-too-short": Fault("way", "Declares a length that ends before the list", _too_short, "heading-absent"),
    "length-negative": _way("Declares a length of -1", sent(answer("<p>09:41", content_length="-1"))),
    "lengths-disagree": _way("Declares two lengths", _disagreeing),
    "broken-chunks": _way("Sends a chunk whose length is no number", _broken_chunks),
    "chunks-without-end": _way("Sends the page in chunks and never the last one", _chunks_without_end),
}
