"""Faults of size and packing: floods, bombs, and codings that are not what they say."""

import gzip
import zlib
from collections.abc import Mapping
from functools import cache

from ticker.demo.adversary.fault import Behaviour, Fault, Visit
from ticker.demo.adversary.wire import answer, head

MEGABYTE = 1_000_000
HUGE = 200  # megabytes
_LINES = b"".join(b"<p>%06d %s</p>\n" % (number, b"." * 983) for number in range(1_000))
_ONE_LINE = b"." * MEGABYTE


def _huge(piece: bytes, *, declared: bool = False) -> Behaviour:
    """The page, and behind it one piece again and again."""

    async def behave(visit: Visit) -> None:
        body = visit.paper.html(visit.now).encode()
        length = {"content_length": str(len(body) + HUGE * len(piece))} if declared else {}
        await visit.send(head(content_type="text/html; charset=utf-8", **length), body, *[piece] * HUGE)

    return behave


@cache
def bomb(megabytes: int, layers: int) -> bytes:
    """So many zeros, packed in *layers* of gzip, 1 : 1,000 each."""
    packer = zlib.compressobj(9, wbits=31)
    first, again = (packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + again * (megabytes - 1)
    for _ in range(layers - 1):
        packed = gzip.compress(packed, mtime=0)
    return packed


def _bomb(megabytes: int, layers: int) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(answer(bomb(megabytes, layers), content_encoding=", ".join(["gzip"] * layers)))

    return behave


def _packed(visit: Visit) -> bytes:
    return gzip.compress(visit.paper.html(visit.now).encode(), compresslevel=6, mtime=0)


async def _corrupt(visit: Visit) -> None:
    packed = bytearray(_packed(visit))
    middle = len(packed) // 2
    packed[middle : middle + 40] = bytes(40)
    await visit.send(answer(bytes(packed), content_encoding="gzip"))


async def _breaks_off(visit: Visit) -> None:
    packed = _packed(visit)
    await visit.send(answer(packed[: len(packed) // 2], content_encoding="gzip"))


async def _no_gzip(visit: Visit) -> None:
    await visit.send(answer(visit.paper.html(visit.now), content_encoding="gzip"))


async def _unknown(visit: Visit) -> None:
    await visit.send(answer(_packed(visit), content_encoding="rot13"))


def _size(does: str, behave: Behaviour) -> Fault:
    return Fault("size", does, behave, "unreachable", "too large", heavy=True)


def _packing(does: str, behave: Behaviour, says: str = "", *, heavy: bool = False) -> Fault:
    return Fault("packing", does, behave, "unreachable", says, heavy=heavy)


FAULTS: Mapping[str, Fault] = {
    "huge-declared": _size("Declares 200 MB and sends them", _huge(_LINES, declared=True)),
    "huge": _size("Sends 200 MB behind the page, undeclared", _huge(_LINES)),
    "huge-line": _size("Sends 200 MB without a line end", _huge(_ONE_LINE)),
    "gzip-bomb": _packing("200 MB of zeros in 200 KB of gzip", _bomb(200, 1), "gzip bomb", heavy=True),
    "bomb-in-bomb": _packing("1 GB of zeros in gzip in gzip, 3 KB", _bomb(1_000, 2), "gzip, gzip", heavy=True),
    "gzip-corrupt": _packing("Damages the packed page in its middle", _corrupt),
    "gzip-breaks-off": _packing("Sends half of the packed page and calls it whole", _breaks_off),
    "gzip-not-packed": _packing("Says that the page is packed, which it is not", _no_gzip),
    "unknown-coding": _packing("Names a Content-Encoding that nobody asked for", _unknown),
}
