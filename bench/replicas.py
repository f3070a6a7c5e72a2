"""Two web replicas behind nginx against one: what a request costs, and whether both answer as if they were one.

    .venv/bin/python bench/replicas.py [--seconds 3] [--rounds 3] [--clients 32] [--pauses 0 5] [--versions 20] [--json]

The replicas are `ticker run --role web` on one PostgreSQL, and nginx is set up by the files of deploy/nginx: once with
one replica, once with both, once with both and its cache. They take turns under wrk, each asked for a feed of 20 KB and
for its 304. Costs are seconds of the processor for 1,000 requests, by the kernel. Measure on a quiet machine: a process
that is woken for many questions at once answers each for half as much. So it is asked in two ways: as fast as answers
come, where one replica is at its limit and two are not, and what is compared is also how many questions wait together;
and with pauses, at a rate that leaves one replica half of its time, as readers ask.

Then headlines are published, one version after the other. After each, every feed in every format and coding is asked of
each replica alone, and with the validators of the one through nginx of both: anything but a 304 is a difference, as is
a byte or a validator that is not the same. With `--sqlite` two `ticker run` share a file instead.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPMessage
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TypeAlias

from postgres import free_port, load, postgres, spent
from serve import FEED, NEWEST, PATIENCE, ROWS, title

SHIPPED = Path(__file__).parent.parent / "deploy" / "nginx"
FEEDS = ("/feed.rss", "/feed.atom", "/feed.json", "/desk/feed.rss", "/desk/feed.atom", "/desk/feed.json")
CODINGS = ("identity", "gzip", "br")
AGAIN = 4  # times each conditional question is asked through nginx: its replicas take turns
PREFIX = "/ticker"  # where deploy/nginx has the service
COMPARED = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Link", "Content-Type", "Content-Encoding")

Answer: TypeAlias = tuple[int, HTTPMessage, bytes]


def page(lines: int) -> str:
    """The newest of so many lines, one a minute."""
    begin = NEWEST - timedelta(minutes=ROWS)
    shown = range(lines - 1, max(lines - ROWS, 0) - 1, -1)
    rows = "".join(
        f"<li><time>{begin + timedelta(minutes=number):%H:%M}</time> <span>{title(number)}</span></li>"
        for number in shown
    )
    return f"<html lang=ar><body><h2>عاجل 24/7</h2><ul>{rows}</ul></body></html>"


class Desk:
    """The store of the replicas, into which a version after the other is published."""

    def __init__(self, folder: Path, store: str, public: int) -> None:
        self._folder = folder
        self._lines = ROWS - 1
        source = {"name": "desk", "url": "http://127.0.0.1:9/", "heading": "عاجل 24/7", "timezone": "UTC"}
        settings = {
            "server": {"port": 1, "public_url": f"http://127.0.0.1:{public}{PREFIX}/"},
            "store": store,
            "sources": [source | {"language": "ar", "every": "1h", "allow_private": True}],
        }
        self.config = folder / "config.yaml"
        self.config.write_text(json.dumps(settings), "utf-8")  # YAML holds JSON

    def publish(self) -> None:
        """One headline more."""
        self._lines += 1
        saved = self._folder / "page.html"
        saved.write_text(page(self._lines), "utf-8")
        at = NEWEST + timedelta(minutes=self._lines - ROWS, seconds=30)
        words = ["-c", str(self.config), "ingest", "desk", str(saved), "--at", f"{at:%Y-%m-%dT%H:%M:%SZ}"]
        subprocess.run([sys.executable, "-m", "ticker", *words], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def process(command: Sequence[str], port: int, path: str, log: Path, **environment: str) -> Iterator[int]:
    """The process id of a server that answers at *path* with 200."""
    with log.open("wb") as written:
        server = subprocess.Popen(command, stdout=written, stderr=written, env=os.environ | environment)
    try:
        end = monotonic() + PATIENCE
        while not _ready(port, path):
            if monotonic() > end or server.poll() is not None:
                raise SystemExit(f"{command[0]} did not come up: {log.read_text()}")
            sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def _ready(port: int, path: str) -> bool:
    try:
        return ask(port, path)[0] == 200
    except OSError:
        return False


def nginx(folder: Path, port: int, replicas: Sequence[int], *, cached: bool) -> Path:
    """A configuration that includes what is shipped, with these replicas."""
    folder.mkdir()
    ours = {
        "server 127.0.0.1:8000;": " ".join(f"server 127.0.0.1:{replica};" for replica in replicas),
        "keepalive 16;": "keepalive 64;",
        "/var/cache/nginx/ticker": f"{folder}/cache",
    }
    if not cached:
        ours["proxy_cache $ticker_cache;"] = "proxy_cache off;"
    for name in ("ticker-http.conf", "ticker-locations.conf"):
        text = (SHIPPED / name).read_text("utf-8")
        for theirs, own in ours.items():
            text = text.replace(theirs, own)
        (folder / name).write_text(text, "utf-8")
    main = folder / "nginx.conf"
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main.write_text(
        f"""
        {"user root;" if os.geteuid() == 0 else ""}
        daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
        events {{ worker_connections 1024; }}
        http {{ access_log off; keepalive_requests 1000000; {temporary}
          include {folder}/ticker-http.conf;
          server {{ listen 127.0.0.1:{port} backlog=2048; include {folder}/ticker-locations.conf; }} }}
        """
    )
    return main


def ask(port: int, path: str, **headers: str) -> Answer:
    """Status, headers and body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


# Under load


def loaded(port: int, clients: int, pauses: Path, seconds: float, *headers: str) -> int:
    """Requests for the feed that wrk gets answered in that time over so many connections."""
    asked = [part for header in headers for part in ("-H", header)]
    address = f"http://127.0.0.1:{port}{PREFIX}{FEED}"
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:g}s", "-s", str(pauses), *asked, address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if trouble := re.search(r"Socket errors:.*|Non-2xx or 3xx.*", told):
        raise SystemExit(f"wrk: {trouble[0]}")
    found = re.search(r"(\d+) requests in", told)
    assert found, told
    return int(found[1])


def paused(folder: Path, pause: int) -> Path:
    """A script for wrk: each connection waits for up to twice so many milliseconds before it asks again."""
    script = folder / f"pause{pause}.lua"
    script.write_text(f"function delay() return math.random(0, {2 * pause}) end\n" if pause else "")
    return script


def costs(
    folder: Path, fronts: Mapping[str, tuple[int, int]], replicas: Sequence[int], options: argparse.Namespace
) -> dict[str, float]:
    """Requests a second, seconds of the processor for 1,000 requests, and ratios of one round: medians of all rounds.

    Args:
        fronts: name -> port and process id of an nginx.
        replicas: process ids.
        options: seconds of a burst, bursts of each kind, connections, milliseconds of their pauses.
    """
    seen: dict[str, list[float]] = defaultdict(list)
    seconds: float = options.seconds
    for clients, pause, kind in product(options.clients, options.pauses, ("200", "304")):
        how = f"{kind}, {clients} clients" + (f", {pause} ms" if pause else "")
        for _ in range(options.rounds):
            for name, (port, pid) in fronts.items():
                etag = ask(port, PREFIX + FEED, Accept_Encoding="identity")[1]["ETag"]
                held = (f"If-None-Match: {etag}",) if kind == "304" else ()
                before, fore = spent(replicas), spent([pid], children=True)
                count = loaded(port, clients, paused(folder, pause), seconds, *held)
                of_replicas, of_nginx = spent(replicas) - before, spent([pid], children=True) - fore
                seen[f"{name}, {how}: requests a second"].append(count / seconds)
                seen[f"{name}, {how}: replicas, s"].append(of_replicas / count * 1000)
                seen[f"{name}, {how}: nginx, s"].append(of_nginx / count * 1000)
            one, two = (seen[f"{name}, {how}: replicas, s"][-1] for name in ("one", "two"))
            seen[f"two to one, {how}"].append(two / one)
    return {name: median(values) for name, values in seen.items()}


# As one


def differences(replicas: Sequence[int], front: int) -> Counter[str]:
    """What was asked, and what of it was not as of one server."""
    found: Counter[str] = Counter()
    for path in FEEDS:
        for coding in CODINGS:
            answers = [ask(port, path, Accept_Encoding=coding) for port in replicas]
            found["documents"] += len(answers)
            first = _told(answers[0])
            found["documents that differ"] += sum(_told(answer) != first for answer in answers[1:])
            for _, headers, _ in answers:
                for validator in (
                    {"If_None_Match": headers["ETag"]},
                    {"If_Modified_Since": headers["Last-Modified"]},
                ):
                    for _ in range(AGAIN):
                        status, _, body = ask(front, PREFIX + path, Accept_Encoding=coding, **validator)
                        found["conditional"] += 1
                        found["conditional, not 304"] += status != 304 or bool(body)
    return found


def _told(answer: Answer) -> tuple[object, ...]:
    status, headers, body = answer
    return status, *(headers.get(name) for name in COMPARED), body


def until_new(replicas: Sequence[int], before: str) -> float:
    """Milliseconds from the first replica that serves another version of the feed to the last one."""
    seen: dict[int, float] = {}
    end = monotonic() + PATIENCE
    while len(seen) < len(replicas):
        if monotonic() > end:
            raise SystemExit("a replica has not served the new version")
        for port in replicas:
            if port not in seen and ask(port, FEED, Accept_Encoding="identity")[1]["ETag"] != before:
                seen[port] = monotonic()
    return (max(seen.values()) - min(seen.values())) * 1000


def versions(desk: Desk, replicas: Sequence[int], front: int, count: int) -> dict[str, float]:
    """Published one after the other, and compared."""
    found, apart = differences(replicas, front), []
    for _ in range(count):
        before = ask(replicas[0], FEED, Accept_Encoding="identity")[1]["ETag"]
        desk.publish()
        apart.append(until_new(replicas, before))
        found.update(differences(replicas, front))
    return {**found, "replicas apart, ms": median(apart), "replicas apart at most, ms": max(apart)}


def measure(stack: ExitStack, store: str, options: argparse.Namespace) -> dict[str, float]:
    """Name -> figure."""
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-replicas-")))
    ports, public = [free_port() for _ in range(2)], free_port()
    desk = Desk(folder, store or f"sqlite:///{folder}/bench.db", public)
    desk.publish()
    role = ("--role", "web") if store else ()
    command = [sys.executable, "-m", "ticker", "-c", str(desk.config), "run", *role]
    replicas = [
        stack.enter_context(process(command, port, FEED, folder / f"log{port}", TICKER_SERVER__PORT=str(port)))
        for port in ports
    ]
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    fronts = {}
    for name, behind, port, cached in (
        ("one", ports[:1], free_port(), False),
        ("two", ports, public, False),
        ("two and a cache", ports, free_port(), True),
    ):
        main = nginx(folder / f"nginx{port}", port, behind, cached=cached)
        pid = stack.enter_context(process([program, "-c", str(main)], port, PREFIX + FEED, folder / f"log-{port}"))
        fronts[name] = port, pid
    figures = {"the feed, KB": len(ask(ports[0], FEED, Accept_Encoding="identity")[2]) / 1000}
    figures |= costs(folder, fronts, replicas, options)
    return figures | versions(desk, ports, public, options.versions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one burst")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[32], help="connections of wrk")
    parser.add_argument(
        "--pauses", type=int, nargs="+", default=[0, 5], metavar="MS", help="of each, before it asks again"
    )
    parser.add_argument("--versions", type=int, default=20)
    parser.add_argument("--sqlite", action="store_true", help="two `ticker run` on one file")
    parser.add_argument("--server", default="", metavar="URL", help="of an empty database; without it one is started")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("bench/replicas: needs wrk and nginx; on Debian: make test-deps")
    with ExitStack() as stack:
        store = "" if options.sqlite else stack.enter_context(postgres(options.server)).url
        figures = measure(stack, store, options)
    if options.json:
        print(json.dumps({name: round(figure, 4) for name, figure in figures.items()}))
        return
    print("\n".join(f"{name:<46} {figure:>12,.3f}" for name, figure in figures.items()))
    print(load())


if __name__ == "__main__":
    main()
