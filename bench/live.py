"""What open pages cost: memory of each, and how long it takes until all are told of one headline.

    .venv/bin/python bench/live.py [--clients 5000] [--headlines 5] [--json]

The whole service runs, on a page of loopback that changes; the clients are plain sockets in a second process. Memory is
what is resident beyond the service without clients. A headline is late by the time from when the page that holds it was
given to the poll to when a client has it: fetching, parsing, keeping, publishing and telling.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

PORT, PAGE = 18480, 18481
PATIENCE = 60.0  # seconds
AT_ONCE = 100  # connections that are opened together
ASK = b"GET /events HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"


class Newsroom:
    """A page with one list on loopback, that lines can be added to."""

    def __init__(self) -> None:
        self.lines = [f"البلدية تفتتح الحديقة رقم {number}" for number in range(5)]
        self.given: dict[int, float] = {}  # number of lines -> when a page with so many was given first

    def answer(self) -> bytes:
        self.given.setdefault(len(self.lines), monotonic())
        now = datetime.now(UTC)  # noqa: TID251 - a page of now
        rows = "".join(f"<li><time>{now:%H:%M}</time> <span>{line}</span></li>" for line in reversed(self.lines))
        body = f"<html lang=ar><meta charset=utf-8><body><h2>عاجل 24/7</h2><ul>{rows}</ul></html>".encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (
            len(body), body,
        )  # fmt: skip

    async def serve(self) -> None:
        async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readuntil(b"\r\n\r\n")
            robots = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            writer.write(robots if b"/robots.txt" in asked else self.answer())
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(told, "127.0.0.1", PAGE) as server:
            await server.serve_forever()


class Client(asyncio.Protocol):
    """One open page, told of as little as can be."""

    def __init__(self, heard: dict[int, list[float]]) -> None:
        self._heard = heard
        self._events = 0
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(ASK)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done() and b"retry: 3000" in data:
            self.ready.set_result(None)
        for _ in range(data.count(b"event: items")):
            self._heard.setdefault(self._events, []).append(monotonic())
            self._events += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("hung up on"))


def clients(number: int, line: Connection) -> None:
    """A process: opens so many streams, says so, and sends back what each heard when it is asked."""
    asyncio.run(_clients(number, line))


async def _clients(number: int, line: Connection) -> None:
    loop, heard, held = asyncio.get_running_loop(), dict[int, list[float]](), list[asyncio.BaseTransport]()
    for start in range(0, number, AT_ONCE):
        some = range(min(AT_ONCE, number - start))
        opened = [loop.create_connection(lambda: Client(heard), "127.0.0.1", PORT) for _ in some]
        for transport, client in await asyncio.gather(*opened):
            held.append(transport)
            await client.ready
    line.send("open")
    while await loop.run_in_executor(None, line.recv) != "end":
        line.send(heard)


def configure(folder: Path, most: int) -> Path:
    source = {"name": "desk", "url": f"http://127.0.0.1:{PAGE}/", "heading": "عاجل 24/7", "timezone": "UTC"}
    settings = {
        "server": {"port": PORT, "live_clients": most},
        "store": f"sqlite:///{folder}/bench.db",
        "sources": [source | {"language": "ar", "every": "1s", "allow_private": True}],
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(settings), "utf-8")
    return path


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def processor(pid: int) -> float:
    """Seconds that it has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def service(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`ticker run` as a process, until the block ends."""
    running = subprocess.Popen([sys.executable, "-m", "ticker", "-c", str(config), "run"], stderr=subprocess.DEVNULL)
    try:
        until = monotonic() + PATIENCE
        while not _ready() and monotonic() < until:
            sleep(0.1)
        yield running
    finally:
        running.kill()
        running.wait()


def _ready() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def measure(number: int, headlines: int, idle: float) -> dict[str, float]:
    """Name -> figure: kilobytes, milliseconds, percent of a core, seconds."""
    newsroom = Newsroom()
    Thread(target=lambda: asyncio.run(newsroom.serve()), daemon=True).start()
    with TemporaryDirectory() as folder, service(configure(Path(folder), number + 10)) as running:
        sleep(3)
        before = resident(running.pid)
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        other = multiprocessing.get_context("spawn").Process(target=clients, args=(number, theirs))
        other.start()
        began = monotonic()
        assert ours.recv() == "open"
        opened = monotonic() - began
        sleep(2)
        used, since = processor(running.pid), monotonic()
        sleep(idle)
        busy = (processor(running.pid) - used) / (monotonic() - since)
        held = resident(running.pid) - before
        figures: dict[str, float] = {"open_s": opened, "kb_each": held / number / 1000, "idle_core_percent": 100 * busy}
        figures |= _headlines(newsroom, ours, headlines, number, running.pid)
        figures["kb_each_after"] = (resident(running.pid) - before) / number / 1000
        running.send_signal(signal.SIGTERM)
        began = monotonic()
        running.wait(30)
        figures["sigterm_s"] = monotonic() - began
        ours.send("end")
        other.join(20)
    return figures


def _headlines(newsroom: Newsroom, line: Connection, headlines: int, number: int, pid: int) -> dict[str, float]:
    lags: list[float] = []
    used = processor(pid)
    for n in range(headlines):
        newsroom.lines.append(f"القطارات تعود إلى طبيعتها صباح الغد {n}")
        until = monotonic() + PATIENCE
        heard: Any = {}
        while len(heard.get(n, ())) < number and monotonic() < until:
            sleep(1)
            line.send("heard")
            heard = line.recv()
        assert len(heard[n]) == number, f"{len(heard[n])} of {number} were told"
        lags += [at - newsroom.given[len(newsroom.lines)] for at in heard[n]]
    lags.sort()
    told = {"p50_ms": median(lags), "p99_ms": lags[int(len(lags) * 0.99)], "max_ms": lags[-1]}
    return {name: 1000 * lag for name, lag in told.items()} | {
        "core_s_per_headline": (processor(pid) - used) / headlines
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=5000)
    parser.add_argument("--headlines", type=int, default=5)
    parser.add_argument("--idle", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    figures = measure(asked.clients, asked.headlines, asked.idle)
    if asked.json:
        print(json.dumps({name: round(figure, 3) for name, figure in figures.items()}))
    else:
        print("\n".join(f"{name:<22} {figure:>10.2f}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()
