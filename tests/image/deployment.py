"""The service in its container, as a user runs it, and the newsroom that it polls in another."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

from tests.image.engine import BASE, IMAGE, inspect, podman, ulimits
from tests.readers import Newsboat

PATIENCE = 30.0  # seconds until a test gives up waiting
FORMATS = ("rss", "atom", "json")
STAYS = ("ETag", "Last-Modified")  # of the headers of a feed, as long as its bytes do
HARDENED = (
    "--read-only", "--tmpfs=/tmp:rw,size=16m", "--cap-drop=all", "--security-opt=no-new-privileges",
    "--memory=256m", "--pids-limit=100", "--publish=127.0.0.1::8000",
)  # fmt: skip

SIX = (
    ("14:54", "وصول أول سفينة قمح إلى المرفأ القديم"),
    ("14:53", "وزير النقل: الطريق الساحلي يفتح غداً أمام السير"),
    ("14:41", "توقف الترام رقم 4 ساعتين بسبب أعمال صيانة"),
    ("14:20", "الأرصاد تتوقع أمطاراً خفيفة على الجبال مساء اليوم"),
    ("13:58", "افتتاح معرض الكتاب في القاعة الكبرى بحضور الطلاب"),
    ("13:30", "البلدية تزرع ألف شجرة زيتون حول الملعب"),
)
PAGE = """<!doctype html><html lang="ar"><meta charset="utf-8"><title>جريدة</title><body>
<h1>جريدة الميناء</h1><p>مقال طويل عن مواسم الصيد.</p>
<section><h2>أخبار الساعة</h2><ul>
{rows}
</ul></section></body></html>"""
ROW = '<li><span>{at}</span> <a href="https://harbour.example/{number}">{text}</a></li>'
CONFIG = """server:
  public_url: http://ticker.example/
sources:
  - name: harbour
    title: جريدة الميناء
    url: http://{address}:8080/
    heading: أخبار الساعة
    timezone: Asia/Beirut
    language: ar
    every: 1s
    allow_private: true
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def lasting(self) -> tuple[bytes, ...]:
        """What is the same as long as nothing was printed."""
        return (self.body, *(self.headers[name].encode() for name in STAYS))


@dataclass(slots=True)
class Newsroom:
    """A container on the bridge, whose page lies in *folder*."""

    name: str
    folder: Path
    lines: list[tuple[str, str]] = field(default_factory=lambda: list(SIX))

    def open(self) -> None:
        self.write()
        podman(
            "run", "--detach", f"--name={self.name}", *ulimits(), f"--volume={self.folder}:/www",
            f"--volume={Path(__file__).with_name('newsroom.py')}:/newsroom.py:ro", BASE, "python3", "/newsroom.py",
        )  # fmt: skip

    def print(self, text: str) -> None:
        """A line on top, of the same minute as the one below it."""
        self.lines.insert(0, (self.lines[0][0], text))
        self.write()

    def write(self) -> None:
        """Replaced at once, for it may be read at any moment."""
        rows = (ROW.format(at=at, number=crc32(text.encode()), text=text) for at, text in self.lines)
        fresh = self.folder / "index.new"
        fresh.write_text(PAGE.format(rows="\n".join(rows)), "utf-8")
        fresh.replace(self.folder / "index.html")

    def hang(self) -> None:
        """Answer nobody from now on; returns when somebody waits."""
        (self.folder / "hangs").touch()
        until(lambda: (self.folder / "asked").exists(), "somebody asks for the page")

    def address(self) -> str:
        return inspect(self.name, "{{.NetworkSettings.IPAddress}}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """The service in its container, on what is mounted at /data, and the newsroom that it polls."""

    service: str
    newsroom: Newsroom
    config: Path
    volume: str  # a named one, or a folder of this machine
    port: int = 8000  # of the container

    def start(self, *, image: str = IMAGE, data: str = "", flags: tuple[str, ...] = ()) -> None:
        """Start the service in a new container.

        Args:
            data: options of the mount, as `:ro`.
        """
        if address := self.newsroom.address():  # none where it is closed; the service goes on to ask where it was
            self.config.write_text(CONFIG.format(address=address), "utf-8")
        podman(
            "run", "--detach", f"--name={self.service}", *ulimits(), *HARDENED, *flags,
            f"--volume={self.volume}:/data{data}", f"--volume={self.config}:/etc/ticker/config.yaml:ro", image,
        )  # fmt: skip

    def stop(self) -> int:
        """Stop it as podman and Docker do, and remove the container; returns its exit code."""
        podman("stop", "--time=10", self.service)
        return self.end()

    def kill(self) -> int:
        podman("kill", "--signal=KILL", self.service)
        return self.end()

    def end(self) -> int:
        """Wait until it has ended, and remove the container; returns its exit code."""
        return self.ended()[0]

    def ended(self) -> tuple[int, str]:
        """The same, and all that it said."""
        code = int(podman("wait", self.service, patience=PATIENCE).stdout)
        said = self.log()
        podman("rm", self.service)
        return code, said

    def log(self) -> str:
        said = podman("logs", self.service, check=False)
        return said.stdout + said.stderr

    def url(self) -> str:
        """The published port, as whoever is outside sees it."""
        if not (address := podman("port", self.service, f"{self.port}/tcp", check=False).stdout.strip()):
            raise ConnectionError("the container does not run")
        return f"http://{address}/"

    def get(self, path: str, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url() + path, headers=fields), timeout=5) as got:
                return Answer(got.status, got.headers, got.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def feed(self) -> Answer:
        """The feed, as soon as there is one."""
        found: list[Answer] = []

        def served() -> bool:
            if inspect(self.service, "{{.State.Running}}") != "true":
                raise AssertionError(f"no feed, as the service says:\n{self.log()}")
            with suppress(OSError):  # not listening yet
                found.append(self.get("feed.rss"))
            return bool(found) and found[-1].status == 200

        until(served, "the feed is served")
        return found[-1]

    def titles(self) -> list[str]:
        return [item["title"] for item in self.items()]

    def items(self) -> list[dict[str, Any]]:
        """Of the JSON feed, newest first."""
        self.feed()
        items: list[dict[str, Any]] = json.loads(self.get("feed.json").body)["items"]
        return items

    def lasting(self) -> dict[str, tuple[bytes, ...]]:
        """What is the same of all its feeds as long as nothing was printed."""
        self.feed()
        paths = [f"{of}feed.{form}" for of in ("", "harbour/") for form in FORMATS]
        return {path: self.get(path).lasting() for path in paths}

    def state(self) -> dict[str, Any]:
        """What /status.json says of the source."""
        (source,) = json.loads(self.get("status.json").body)["sources"]
        return dict(source)

    def pid(self) -> int:
        """Of its first process, on this machine."""
        return int(inspect(self.service, "{{.State.Pid}}"))


def read_by_newsboat(folder: Path, url: str) -> dict[str, str]:
    """Guid -> title, as a feed reader with this home holds them after one reload."""
    return asyncio.run(Newsboat(folder, url).reload())


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until it *holds*."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.05)


@contextmanager
def deployed(folder: Path, *, data: Path | None = None) -> Iterator[Deployment]:
    """A newsroom that is open, and a service that can be started; both are gone in the end.

    Args:
        data: the folder that is mounted at /data; without it a named volume.
    """
    mark = uuid4().hex[:12]
    (folder / "www").mkdir()
    newsroom = Newsroom(f"newsroom-{mark}", folder / "www")
    there = Deployment(f"ticker-{mark}", newsroom, folder / "config.yaml", str(data or f"ticker-{mark}"))
    try:
        newsroom.open()
        yield there
    finally:
        podman("rm", "--force", "--time=0", "--ignore", there.service, newsroom.name, check=False)
        if not data:
            podman("volume", "rm", "--force", there.volume, check=False)
