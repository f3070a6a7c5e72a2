"""Run the real program: the command line, and the service as a process of its own."""

import asyncio
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
import yaml

from tests.forked import Forked
from tests.stores import store_at, unmade_at
from ticker.__main__ import answer

PATIENCE = 20.0  # seconds until a test gives up waiting
BRIEF = httpx.Limits(keepalive_expiry=2.0)  # s: the service lets go of who is idle for 5, maybe while one asks again

_dice = random.SystemRandom()  # that no seed of another test makes roll the same


def free_port() -> int:
    """A port of loopback that nobody listens on.

    Below those that the system gives out by itself, and from a thousand of this worker's own: until
    the service listens, no other test gets it.
    """
    amanda = 10_080  # browsers refuse to ask there (Fetch Standard, "bad port")
    own = 10_000 + 1_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 20)
    while True:
        port = own + _dice.randrange(1_000)
        if port == amanda:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def write_config(
    folder: Path,
    url: str | list[str],
    *,
    port: int | None = None,
    stored: bool = True,
    place: Path | None = None,
    **source: Any,
) -> Path:
    """A config.yaml with one source, `desk`, polled each second.

    Args:
        place: that of its store, if not beside it.
        stored: whether that is made already, still empty; else the first to open it makes it.
    """
    desk = {
        "name": "desk",
        "title": "مكتب الأخبار",
        "url": url,
        "heading": "عاجل 24/7",
        "timezone": "Asia/Beirut",
        "language": "ar",
        "every": "1s",
        "allow_private": True,
    }
    settings = {
        "server": {"port": port or free_port()},
        "store": (store_at if stored else unmade_at)(place or folder / "ticker.db"),
        "sources": [{key: value for key, value in (desk | source).items() if value is not None}],
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return path


def environment(**extra: str) -> dict[str, str]:
    """Ours, without what would configure Ticker."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | extra


def ticker(
    *arguments: str | Path, config: Path | None = None, check: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """The command line, run to its end.

    Args:
        check: the exit code that is expected; None for any.
    """
    command = [sys.executable, "-m", "ticker", *(["-c", str(config)] if config else []), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment(), timeout=60)
    if check is not None:
        assert done.returncode == check, done.stderr
    return done


def answered(
    *arguments: str | Path, config: Path | None = None, check: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """The same within this process, for what a process of its own would prove no better."""
    words = [*(["-c", str(config)] if config else []), *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = answer(words)
    finally:
        structlog.reset_defaults()  # `demo` sets up the log
    said, complained = (_written(stream) for stream in (out, err))
    if check is not None:
        assert code == check, complained
    return subprocess.CompletedProcess(words, code, said, complained)


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def items(config: Path, ask: Callable[..., subprocess.CompletedProcess[str]] = ticker) -> list[dict[str, Any]]:
    """As `ticker items --json` prints them; *ask* is `ticker` or `answered`."""
    kept: list[dict[str, Any]] = json.loads(ask("items", "--json", config=config).stdout)
    return kept


@dataclass
class Service:
    """`ticker run`, running."""

    process: asyncio.subprocess.Process | Forked
    url: str
    client: httpx.AsyncClient

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask the service; never follows a redirect."""
        return await self.client.get(self.url + path, headers=headers)

    async def feed(self) -> list[dict[str, Any]]:
        """The items of the JSON feed; none while it is not published."""
        answer = await self.get("feed.json")
        found: list[dict[str, Any]] = answer.json()["items"] if answer.status_code == 200 else []
        return found

    async def state(self) -> dict[str, Any]:
        """Of the only source, from /status.json."""
        state: dict[str, Any] = (await self.get("status.json")).json()["sources"][0]
        return state

    async def until(self, holds: Callable[[list[dict[str, Any]], dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Wait until *holds* of the items and the state of the source; its items then."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.feed()
                if holds(found, await self.state()):
                    return found
                await asyncio.sleep(0.05)

    async def until_cause(self, cause: str | None) -> None:
        """Wait until this is what is wrong with the source; None for nothing."""
        await self.until(lambda _, state: state["cause"] == cause and state["state"] != "waiting")

    def memory(self) -> int:
        """Resident set, in bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@asynccontextmanager
async def running(config: Path, *, command: str = "run", forked: bool = True, **extra: str) -> AsyncIterator[Service]:
    """`ticker run` as a process of its own, answering; killed at the end if it still runs.

    Args:
        forked: from one that has imported all; else a new interpreter.
        extra: environment variables.
    """
    url = f"http://127.0.0.1:{yaml.safe_load(config.read_text('utf-8'))['server']['port']}/"
    arguments, log = ["-c", str(config), command], config.with_suffix(".log")
    process = Forked(arguments, environment(**extra), log) if forked else await _started(arguments, log, extra)
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE, limits=BRIEF) as client:
            service = Service(process, url, client)
            await _answering(service)
            yield service
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _started(arguments: Sequence[str], log: Path, extra: Mapping[str, str]) -> asyncio.subprocess.Process:
    with log.open("ab") as written:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ticker", *arguments, stderr=written, env=environment(**extra)
        )


async def _answering(service: Service) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            assert service.process.returncode is None, "the service ended before it answered"
            try:
                await service.get("healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
