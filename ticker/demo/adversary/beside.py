"""The servers beside, which some faults lead to: another port, another paper, TLS, another robots.txt."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory

from ticker.demo.adversary.certificates import Certificates, available, made_in
from ticker.demo.adversary.door import Door, Unlistened
from ticker.demo.adversary.fault import Behaviour, Visit, for_ever, sent
from ticker.demo.adversary.paper import Paper
from ticker.demo.adversary.wire import answer

_FORBIDS = answer("User-agent: *\nDisallow: /\n", content_type="text/plain")
_STRANGER = (
    '<!doctype html><html lang="en"><head><title>This domain is for sale</title></head><body><h1>For sale</h1>'
    "<ul><li>09:41 Buy this domain while it is cheap</li><li>09:30 Other domains that you may like</li>"
    "<li>09:12 All about selling domains</li></ul></body></html>\n"
)


async def _silent(visit: Visit) -> None:
    await for_ever()


ROBOTS: Mapping[str, Behaviour] = {
    "robots-forbids": sent(_FORBIDS),
    "robots-hangs": _silent,
    "robots-500": sent(answer("", 500)),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """Where they are, by name; and whom to trust to tell one bad certificate from another."""

    urls: Mapping[str, str]
    authority: Path | None = None


@asynccontextmanager
async def beside(paper: Paper, clock: Callable[[], datetime]) -> AsyncIterator[Beside]:
    """All of them, on free ports; each would publish *paper* to whoever should not have come so far.

    Without an `openssl` those with bad certificates are missing.
    """
    urls: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        closed = Unlistened()
        stack.callback(closed.close)
        urls["closed"] = closed.url
        for name, robots in ROBOTS.items():
            urls[name] = (await stack.enter_async_context(Door(paper, clock, robots=robots))).url
        plain = await stack.enter_async_context(_Plain(paper, clock))
        urls["plaintext"] = plain.url.replace("http:", "https:")
        urls["stranger"] = (await stack.enter_async_context(_Stranger(paper, clock))).url
        certificates = await _certificates(stack)
        for name, tls in certificates.contexts.items() if certificates else ():
            urls[name] = (await stack.enter_async_context(Door(paper, clock, tls=tls))).url
        yield Beside(urls, certificates.authority if certificates else None)


async def _certificates(stack: AsyncExitStack) -> Certificates | None:
    if not available():
        return None
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="ticker-adversary-")))
    try:
        return await asyncio.to_thread(made_in, folder)
    except CalledProcessError:  # an openssl too old for this
        return None


class _Plain(Door):
    """A web server without TLS, to which whatever begins it is a bad request."""

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read(1)
            writer.write(answer("", 400))
            await writer.drain()
        writer.close()


class _Stranger(Door):
    """Somebody else's page, in good health."""

    def _behaviour(self) -> Behaviour:
        return sent(answer(_STRANGER))
