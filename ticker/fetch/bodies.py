"""The body of an answer, unpacked within limits. httpx has none: to it, a stacked bomb is one chunk of 1 GB."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import cast

import httpx

from ticker.decode import Unpacker
from ticker.errors import FetchError
from ticker.fetch.limits import Limits
from ticker.fetch.troubles import one_line


async def whole(answer: httpx.Response, limits: Limits) -> bytes:
    """All of it; raises FetchError where it is too large, or cannot be unpacked."""
    most = limits.max_wire_bytes
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise FetchError("unreachable", f"too large: {int(length[:20]):,} bytes")
    unpacker = _unpacker(answer, limits.max_bytes)
    async with aclosing(_pieces(answer, limits)) as pieces:
        async for piece in pieces:
            most -= len(piece)
            if most < 0:
                raise FetchError("unreachable", f"too large: more than {limits.max_wire_bytes:,} bytes")
            unpacker.feed(piece)
    return unpacker.whole()


async def beginning(answer: httpx.Response, most: int, limits: Limits) -> bytes:
    """All of it, and no more than *most* bytes."""
    unpacker = _unpacker(answer, most, cut=True)
    await _fill(unpacker, answer, limits)
    return unpacker.so_far() if unpacker.full else unpacker.whole()


async def glance(answer: httpx.Response, most: int, limits: Limits) -> bytes:
    """As much of an error page as can be had: one that cannot be read does not hide the status."""
    unpacker = None
    with suppress(httpx.HTTPError, FetchError, TimeoutError):
        async with asyncio.timeout(limits.error_page.total_seconds()):
            unpacker = _unpacker(answer, most, cut=True)
            await _fill(unpacker, answer, limits)
    return unpacker.so_far() if unpacker else b""


def _unpacker(answer: httpx.Response, most: int, *, cut: bool = False) -> Unpacker:
    return Unpacker(one_line(answer.headers.get("content-encoding", "")), most, cut=cut)  # it names what it refuses


async def _fill(unpacker: Unpacker, answer: httpx.Response, limits: Limits) -> None:
    async with aclosing(_pieces(answer, limits)) as pieces:
        async for piece in pieces:
            unpacker.feed(piece)
            if unpacker.full:
                return


async def _pieces(answer: httpx.Response, limits: Limits) -> AsyncGenerator[bytes, None]:
    """The body as it comes: each chunk of a chunked one is a piece, and costs the parser 9 µs, even for one byte."""
    count = size = 0
    async with aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_raw())) as chunks:
        async for chunk in chunks:
            count += 1
            size += len(chunk)
            if count > limits.max_pieces:
                mean = size // count
                raise FetchError("unreachable", f"too large: sent in crumbs of {mean} byte{'s' * (mean != 1)}")
            yield chunk
            await asyncio.sleep(0)  # else 10,000 tiny chunks in one buffer are read without a pause
