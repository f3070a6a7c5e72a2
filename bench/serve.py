"""How fast feeds are served, as ratios to nginx with the same bytes as a file, in one run; and whether memory grows.

    .venv/bin/python bench/serve.py [--seconds 4] [--rounds 3] [--requests 200000] [--json]

Needs nginx and wrk (`make test-deps` installs them on Debian). Server and client each have a core of their own where
there are two; the servers take turns: nginx, Ticker, nginx, … The whole service runs, on a store with a feed of about
20 KB. `build` is a version of 500 items in three formats and three codings, in milliseconds of the processor.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, process_time, sleep
from urllib.request import Request, urlopen

from ticker.model import Channel, Feed, Item
from ticker.render import documents
from ticker.serve.documents import pack

FEED = "/feed.rss"
ROWS = 28  # make some 20 KB
CLIENTS = 32
PATIENCE = 20.0  # seconds for a server to come up
NEWEST = datetime(2025, 1, 14, 12, 54, tzinfo=UTC)
WORDS = tuple(  # of invented headlines
    re.findall(
        r"\S+",
        """
        البلدية تفتتح الحديقة العامة على ضفة النهر بعد أشهر من الترميم والقطارات على الخط الثالث تعود إلى طبيعتها صباح
        الغد فيما الأرصاد تتوقع أمطاراً غزيرة فوق المرتفعات ورئيس اتحاد المزارعين يدعو إلى اجتماع في القاعة الكبرى
        """,
    )
)


def title(number: int) -> str:
    """An invented headline, another one for each number."""
    begin = number * 7 % len(WORDS)
    return " ".join([*(WORDS * 2)[begin : begin + 12], str(number)])


def page(rows: int) -> str:
    """A page with so many lines, newest first."""
    lines = ((NEWEST - timedelta(minutes=n)).strftime("%H:%M") for n in range(rows))
    listed = "".join(f"<li><time>{clock}</time> <span>{title(n)}</span></li>" for n, clock in enumerate(lines))
    return f"<html lang=ar><body><h2>عاجل 24/7</h2><ul>{listed}</ul></body></html>"


def configure(folder: Path, port: int) -> Path:
    """config.yaml of a service whose only source is out of reach, its store filled from a saved page."""
    config, saved = folder / "config.yaml", folder / "page.html"
    source = {"name": "desk", "url": "http://127.0.0.1:9/", "heading": "عاجل 24/7", "timezone": "UTC", "language": "ar"}
    settings = {
        "server": {"port": port},
        "store": f"sqlite:///{folder}/bench.db",
        "sources": [source | {"every": "1h", "allow_private": True}],
    }
    config.write_text(json.dumps(settings), "utf-8")  # YAML holds JSON
    saved.write_text(page(ROWS), "utf-8")
    at = f"{NEWEST + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    command = [sys.executable, "-m", "ticker", "-c", str(config), "ingest", "desk", str(saved), "--at", at]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return config


def nginx_config(folder: Path, port: int) -> Path:
    """One worker, no log, the file with validators: the floor."""
    path = folder / "nginx.conf"
    path.write_text(
        f"""
        {"user root;" if os.geteuid() == 0 else ""}
        daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
        events {{ worker_connections 1024; }}
        http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
          types {{ application/rss+xml rss; }}
          client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
          uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
          server {{ listen 127.0.0.1:{port} backlog=2048; root {folder}/static; }} }}
        """
    )
    return path


@contextmanager
def running(command: Sequence[str], url: str, cores: frozenset[int]) -> Iterator[int]:
    """The process id of a server that answers at *url*."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(server.pid, cores)
    try:
        end = monotonic() + PATIENCE
        while not _answers(url):
            if monotonic() > end or server.poll() is not None:
                raise SystemExit(f"bench/serve: {command[0]} did not come up")
            sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def rate(url: str, seconds: float, *headers: str, cores: frozenset[int]) -> float:
    """Requests a second that wrk gets answered."""
    asked = [part for header in headers for part in ("-H", header)]
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds:g}s", *asked, url]
    told = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=_on(cores)).stdout
    if trouble := re.search(r"Socket errors:.*", told):
        print(f"bench/serve: {url}: {trouble[0]}", file=sys.stderr)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    return float(found[1])


def _on(cores: frozenset[int]) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, cores)


def _etag(url: str) -> str:
    with urlopen(Request(url, headers={"Accept-Encoding": "identity"}), timeout=5) as answer:
        return str(answer.headers["ETag"])


def _memory(pid: int) -> float:
    """Megabytes that are resident."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def build(items: int = 500) -> float:
    """Milliseconds of the processor for a version of so many items: three formats, three codings."""
    channel = Channel(
        "desk", "مكتب الأخبار", "ar", "http://127.0.0.1:8000/", {"desk": "مكتب الأخبار"}, 100, 500, timedelta(days=1)
    )
    held = []
    for n in range(items):
        at = NEWEST - timedelta(minutes=n)
        guid = f"urn:uuid:00000000-0000-5000-8000-{n:012}"
        held.append(Item(guid, "desk", title(n), None, at, at, "12:00", at.time(), at, at, at))
    spans = []
    for _ in range(5):
        begin = process_time()
        for body in documents(Feed(channel, tuple(held), held[0].updated)).values():
            pack(body)
        spans.append(process_time() - begin)
    return median(spans) * 1000


def measure(seconds: float, rounds: int, requests: int) -> dict[str, float]:
    """Name -> figure: requests a second, ratios, megabytes, milliseconds."""
    cores = sorted(os.sched_getaffinity(0))
    serving, asking = frozenset(cores[:1]), frozenset(cores[1:2] or cores)
    with TemporaryDirectory() as name:
        folder = Path(name)
        ours, theirs = "http://127.0.0.1:18470", "http://127.0.0.1:18471"
        config = configure(folder, 18470)
        service = [sys.executable, "-m", "ticker", "-c", str(config), "run"]
        with running(service, ours + "/readyz", serving) as pid:
            body = urlopen(ours + FEED, timeout=5).read()
            (folder / "static").mkdir()
            (folder / "static" / FEED[1:]).write_bytes(body)
            nginx = [
                shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx",
                "-c",
                str(nginx_config(folder, 18471)),
            ]
            with running(nginx, theirs + FEED, serving):
                figures = {"feed_kb": len(body) / 1000}
                figures |= _compare({"nginx": theirs, "ticker": ours}, seconds, rounds, asking)
            before, done, grown = _memory(pid), 0.0, list[float]()
            while done < requests:
                done += rate(ours + FEED, seconds, cores=asking) * seconds
                grown.append(_memory(pid) - before)
            figures |= {"requests": done, "memory_mb": before, "memory_grown_mb": grown[-1]}
    return figures | {"build_500_ms": build()}


def _compare(servers: Mapping[str, str], seconds: float, rounds: int, cores: frozenset[int]) -> dict[str, float]:
    rates: dict[str, list[float]] = {}
    tags = {name: _etag(url + FEED) for name, url in servers.items()}
    for _ in range(rounds):
        for name, url in servers.items():
            rates.setdefault(f"{name}_200", []).append(rate(url + FEED, seconds, cores=cores))
            held = f"If-None-Match: {tags[name]}"
            rates.setdefault(f"{name}_304", []).append(rate(url + FEED, seconds, held, cores=cores))
    figures = {name: median(all_of_it) for name, all_of_it in rates.items()}
    for kind in ("200", "304"):
        figures[f"ratio_{kind}"] = figures[f"ticker_{kind}"] / figures[f"nginx_{kind}"]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("bench/serve: needs wrk and nginx; on Debian: make test-deps")
    figures = measure(asked.seconds, asked.rounds, asked.requests)
    if asked.json:
        print(json.dumps({name: round(figure, 3) for name, figure in figures.items()}))
    else:
        print("\n".join(f"{name:<20} {figure:>10.2f}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()
