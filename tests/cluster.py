"""Workers and web replicas of one PostgreSQL, each a process of its own; what may happen to them, and who watches."""

import asyncio
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from tests.forked import Forked
from tests.running import PATIENCE, environment, free_port
from tests.town import HEADING, Street

LOOK = 0.2  # seconds between two looks at the bytes of the replicas


class Wire:
    """A port of loopback that leads to PostgreSQL, until it is cut: then nothing comes through, and nobody is told."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        await self._whole.wait()
        try:
            there = await asyncio.open_connection(*self._there)
        except OSError:
            writer.close()
            return
        self._ends.append(there[1])
        for one, other in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._pass(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(65536):
                await self._whole.wait()
                writer.write(said)
                await writer.drain()
        writer.close()


@dataclass
class Member:
    """A process of the cluster."""

    name: str
    process: Forked | asyncio.subprocess.Process
    wire: Wire
    url: str  # where it answers
    log: Path

    def logged(self) -> list[dict[str, Any]]:
        """What it has said."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]


class Cluster:
    """The processes. They are killed at the end of the block of `cluster`."""

    def __init__(self, folder: Path, store: str, built: Street, stack: AsyncExitStack, *, every: str) -> None:
        self._folder = folder
        self._store = urlsplit(store)
        self._stack = stack
        self._count: Counter[str] = Counter()
        self.workers: list[Member] = []
        self.replicas: list[Member] = []
        self.release: Path | None = None  # the folder of the code of those that begin from now on; None: ours
        desk = {"heading": HEADING, "timezone": "Asia/Beirut", "language": "ar", "every": every, "allow_private": True}
        settings = {
            "server": {"port": free_port(), "public_url": "http://news.example/"},
            "store": "postgresql:///none",
            "feed": {"min_items": 20, "max_items": 40, "max_age": "1h"},
            "sources": [{"name": name, "title": name, "url": url, **desk} for name, url in built.urls().items()],
        }
        self.config = folder / "config.yaml"
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")

    async def worker(self) -> Member:
        """One more, working."""
        port = free_port()
        one = await self._begin("worker", ["worker", "--listen", f"127.0.0.1:{port}"], port)
        self.workers.append(one)
        return one

    async def replica(self) -> Member:
        """One more, serving."""
        one = await self._begin("web", ["run", "--role", "web"], free_port())
        self.replicas.append(one)
        return one

    async def _begin(self, kind: str, command: Sequence[str], port: int) -> Member:
        assert self._store.hostname and self._store.port  # noqa: PT018 - of a server that listens
        wire = await self._stack.enter_async_context(Wire(self._store.hostname, self._store.port))
        user = self._store.netloc.rpartition("@")[0]
        address = self._store._replace(netloc=f"{user}@127.0.0.1:{wire.port}", query="").geturl()
        self._count[kind] += 1
        name = f"{kind}-{self._count[kind]}"
        log = self._folder / f"{name}.log"
        extra = {"TICKER_STORE": address, "TICKER_SERVER__PORT": str(port)}
        process = await self._process(["-c", str(self.config), *command], environment(**extra), log)
        one = Member(name, process, wire, f"http://127.0.0.1:{port}/", log)
        self._stack.push_async_callback(_end, one)
        await self._answers(one)
        return one

    async def _process(
        self, arguments: Sequence[str], variables: Mapping[str, str], log: Path
    ) -> Forked | asyncio.subprocess.Process:
        if self.release is None:
            return Forked(arguments, variables, log)
        there = {**variables, "PYTHONPATH": str(self.release), "PYTHONSAFEPATH": "1"}
        with log.open("ab") as written:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ticker", *arguments, stderr=written, env=there
            )

    async def _answers(self, one: Member) -> None:
        async with asyncio.timeout(3 * PATIENCE), httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert one.process.returncode is None, one.log.read_text("utf-8")[-2000:]
                with suppress(httpx.TransportError):
                    await client.get(f"{one.url}healthz")
                    return
                await asyncio.sleep(0.05)

    def kill(self, one: Member) -> None:
        """SIGKILL."""
        one.process.kill()
        for some in (self.workers, self.replicas):
            if one in some:
                some.remove(one)

    async def stop(self, one: Member) -> int:
        """SIGTERM; the exit code."""
        for some in (self.workers, self.replicas):
            if one in some:
                some.remove(one)
        one.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            return await one.process.wait()

    async def frozen(self, one: Member, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so long."""
        one.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        one.process.send_signal(signal.SIGCONT)


async def _end(one: Member) -> None:
    if one.process.returncode is None:
        one.process.send_signal(signal.SIGCONT)
        one.process.kill()
        await one.process.wait()


@asynccontextmanager
async def cluster(
    folder: Path, store: str, built: Street, *, workers: int, replicas: int, every: str = "2s"
) -> AsyncIterator[Cluster]:
    """So many processes on the database at *store*, a URL with host and port, polling *built*."""
    async with AsyncExitStack() as stack:
        made = Cluster(folder, store, built, stack, every=every)
        for _ in range(replicas):
            await made.replica()
        for _ in range(workers):
            await made.worker()
        yield made


@dataclass
class Seen:
    """What a witness has seen of the documents."""

    looks: int = 0
    answers: int = 0
    apart: int = 0  # looks at which replicas were at different versions of a document
    divergent: list[str] = field(default_factory=list)  # one Last-Modified, and other bytes or another ETag
    backwards: list[str] = field(default_factory=list)  # a replica went back to an older version
    unconditional: list[str] = field(default_factory=list)  # not 304, though the other replica's ETag is that of now
    conditional: int = 0  # answered 304 to who came from another replica
    failed: int = 0  # no answer, or another than 200
    longest: float = 0.0  # seconds that replicas were at different versions of one document


class Witness:
    """Looks at the same documents of all replicas five times a second, and says where they differ."""

    def __init__(self, made: Cluster, paths: Iterable[str], seed: int = 1) -> None:
        self.seen = Seen()
        self._cluster = made
        self._paths = tuple(paths)
        self._known: dict[tuple[str, str], tuple[str, str]] = {}  # path and Last-Modified -> ETag and digest
        self._last: dict[tuple[str, str], str] = {}  # replica and path -> Last-Modified
        self._apart: dict[str, float] = {}
        self._dice = random.Random(seed)

    async def watch(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            while True:
                began = loop.time()
                for path in self._dice.sample(self._paths, min(3, len(self._paths))):
                    await self._look(client, path)
                self.seen.looks += 1
                await asyncio.sleep(max(LOOK - (loop.time() - began), 0))

    async def _look(self, client: httpx.AsyncClient, path: str) -> None:
        replicas = list(self._cluster.replicas)
        found = await asyncio.gather(*(self._get(client, f"{one.url}{path}") for one in replicas))
        answers = [
            (one, answer) for one, answer in zip(replicas, found, strict=True) if answer and answer.status_code == 200
        ]
        self.seen.failed += len(replicas) - len(answers)
        now = asyncio.get_running_loop().time()
        for one, answer in answers:
            self._note(one.name, path, answer)
        etags = {answer.headers["etag"] for _, answer in answers}
        if len(etags) > 1:
            self.seen.apart += 1
            self.seen.longest = max(self.seen.longest, now - self._apart.setdefault(path, now))
        elif len(answers) > 1:
            self._apart.pop(path, None)
            await self._ask_the_other(client, path, answers)

    async def _ask_the_other(
        self, client: httpx.AsyncClient, path: str, answers: Sequence[tuple[Member, httpx.Response]]
    ) -> None:
        """Who has the document from one replica is told by another that it is the same; unless there is a new one."""
        (_, have), (other, _) = self._dice.sample(list(answers), 2)
        ask = {"If-None-Match": have.headers["etag"], "If-Modified-Since": have.headers["last-modified"]}
        again = await self._get(client, f"{other.url}{path}", ask)
        if again is None:
            self.seen.failed += 1
        elif again.status_code == 304:
            self.seen.conditional += 1
        elif again.headers["etag"] == have.headers["etag"]:
            self.seen.unconditional.append(f"{path} of {other.name}")

    async def _get(
        self, client: httpx.AsyncClient, url: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response | None:
        try:
            return await client.get(url, headers={"Accept-Encoding": "identity", **(headers or {})})
        except httpx.HTTPError:
            return None

    def _note(self, replica: str, path: str, answer: httpx.Response) -> None:
        seen, modified = self.seen, answer.headers["last-modified"]
        seen.answers += 1
        says = (answer.headers["etag"], sha256(answer.content).hexdigest())
        if self._known.setdefault((path, modified), says) != says:
            seen.divergent.append(f"{path} of {modified}: {replica}")
        before = self._last.get((replica, path))
        if before is not None and _instant(modified) < _instant(before):
            seen.backwards.append(f"{path}: {replica} went from {before} to {modified}")
        self._last[replica, path] = modified


def _instant(http_date: str) -> float:
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(http_date).timestamp()


class Listener:
    """Somebody who listens to `/events`, now at one replica, now at another, and goes on where the last one ended."""

    def __init__(self, made: Cluster) -> None:
        self._cluster = made
        self.told: Counter[str] = Counter()  # guids, by how often
        self.moves = 0
        self.refreshes = 0  # was told to load the page anew
        self._cursor = ""

    async def listen(self, each: float) -> None:
        """So many seconds at each replica in turn, until cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(5, read=None)) as client:
            while True:
                one = self._cluster.replicas[self.moves % len(self._cluster.replicas)]
                with suppress(TimeoutError, httpx.HTTPError):
                    async with asyncio.timeout(each):
                        await self._at(client, one)
                self.moves += 1
                await asyncio.sleep(0.05)

    async def _at(self, client: httpx.AsyncClient, one: Member) -> None:
        headers = {"Last-Event-ID": self._cursor} if self._cursor else {}
        async with client.stream("GET", f"{one.url}events", headers=headers) as answer:
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(":")
                    event[name] = value.removeprefix(" ")
                    continue
                self._hear(event)
                event = {}

    def _hear(self, event: Mapping[str, str]) -> None:
        if event.get("id"):
            self._cursor = event["id"]
        if event.get("event") == "refresh":
            self.refreshes += 1
        if "data" in event and event.get("event") not in ("refresh", "state"):
            self._count(json.loads(event["data"]))

    def _count(self, told: Any) -> None:
        for line in told if isinstance(told, list) else told.get("items", [told]):
            if isinstance(line, dict) and line.get("new", True) and "guid" in line:
                self.told[line["guid"]] += 1
