"""The container image, built from the real Dockerfile and run as a careful operator would run it.

The newsroom it polls is a second container on the same bridge, so nothing listens outside this
machine. Needs root, podman and the base image of `make test-deps`.
"""

import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).parent.parent
BASE = "localhost/ticker-test-base"
IMAGE = "localhost/ticker-test"
SBIN = "/usr/sbin:/sbin"  # where podman finds iptables and runc; su without - leaves it out of the PATH of root
# crun refuses the mixed cgroup layout of some hosts, runc takes them all
RUNC = shutil.which("runc", path=f"{os.environ['PATH']}:{SBIN}")
PODMAN = ["podman", *(["--runtime", RUNC] if RUNC else [])]

PAGE = """<!doctype html><html lang="ar"><meta charset="utf-8"><title>جريدة</title><body>
<h1>جريدة الميناء</h1><p>مقال طويل عن مواسم الصيد.</p>
<section><h2>أخبار الساعة</h2><ul>
<li><span>14:54</span> <a href="/1">وصول أول سفينة قمح إلى المرفأ القديم</a></li>
<li><span>14:53</span> <a href="/2">وزير النقل: الطريق الساحلي يفتح غداً أمام السير</a></li>
<li><span>14:41</span> <a href="/3">توقف الترام رقم 4 ساعتين بسبب أعمال صيانة</a></li>
<li><span>14:20</span> <a href="/4">الأرصاد تتوقع أمطاراً خفيفة على الجبال مساء اليوم</a></li>
<li><span>13:58</span> <a href="/5">افتتاح معرض الكتاب في القاعة الكبرى بحضور الطلاب</a></li>
<li><span>13:30</span> <a href="/6">البلدية تزرع ألف شجرة زيتون حول الملعب</a></li>
</ul></section></body></html>"""

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


def podman(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    paths = os.environ | {"PATH": f"{os.environ['PATH']}:{SBIN}"}
    run = subprocess.run([*PODMAN, *arguments], env=paths, capture_output=True, text=True, timeout=300)
    assert not check or run.returncode == 0, f"podman {shlex.join(arguments)}\n{run.stdout}{run.stderr}"
    return run


def inspect(container: str, template: str) -> str:
    return podman("inspect", "--format", template, container).stdout.strip()


def limits() -> list[str]:
    """What podman sets by itself exceeds what some machines allow a container; these never do."""
    flags = []
    for name, which in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(which)[1]
        most = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
        flags.append(f"--ulimit={name}={most}:{most}")
    return flags


def pip_of_this_machine(folder: Path) -> list[str]:
    """Flags of `podman build` that let pip in the build reach the index as pip on this machine does.

    What `pip config list` says of index and certificates becomes a pip.conf that is mounted, with
    every file and folder that it names.
    """
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    said = re.findall(r"^(:env:|\w+)\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE)
    wanted = {
        "index-url",
        "extra-index-url",
        "find-links",
        "trusted-host",
        "cert",
        "proxy",
        "default-timeout",
        "retries",
    }
    settings = {key: value for scope, key, value in sorted(said, key=lambda row: row[0] == ":env:") if key in wanted}
    conf = folder / "pip.conf"
    conf.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()), "utf-8")
    named = [Path(word.removeprefix("file://")) for value in settings.values() for word in value.split()]
    # the pages of an index in a folder link to files beside that folder
    mounts = {path.parent if path.name == "simple" else path for path in named if path.is_absolute() and path.exists()}
    return [f"--volume={conf}:/etc/pip.conf:ro", *(f"--volume={path.resolve()}:{path}:ro" for path in sorted(mounts))]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, built anew (layers that did not change come from podman's cache)."""
    if os.geteuid() != 0:
        pytest.skip("building and running the image needs root")
    if not shutil.which("podman"):
        pytest.skip("podman is not installed: make test-deps")
    if podman("image", "exists", BASE, check=False).returncode:
        pytest.skip(f"{BASE} is missing: make test-deps")
    before = podman("image", "inspect", "--format", "{{.Id}}", IMAGE, check=False).stdout.strip()
    flags = ["--format=docker", "--isolation=chroot", f"--build-arg=BASE={BASE}", f"--tag={IMAGE}"]
    podman("build", *flags, *pip_of_this_machine(tmp_path_factory.mktemp("pip")), str(ROOT))
    if before and before != podman("image", "inspect", "--format", "{{.Id}}", IMAGE).stdout.strip():
        podman("rmi", "--force", before, check=False)
    return IMAGE


@dataclass(frozen=True, slots=True)
class Deployment:
    """The service in its container, on a volume of its own, and the newsroom that it polls."""

    service: str
    volume: str
    newsroom: str
    config: Path

    def start(self) -> None:
        """Start the service in a new container on the same volume."""
        podman(
            "run", "--detach", f"--name={self.service}", *limits(),
            "--read-only", "--tmpfs=/tmp:rw,size=16m", "--cap-drop=all", "--security-opt=no-new-privileges",
            "--memory=256m", "--pids-limit=100", "--publish=127.0.0.1::8000",
            f"--volume={self.volume}:/data", f"--volume={self.config}:/etc/ticker/config.yaml:ro", IMAGE,
        )  # fmt: skip

    def stop(self) -> int:
        """Stop it as podman and Docker do; returns its exit code."""
        podman("stop", "--time=10", self.service)
        code = int(inspect(self.service, "{{.State.ExitCode}}"))
        podman("rm", self.service)
        return code

    def get(self, path: str, **headers: str) -> Answer:
        """Ask through the published port."""
        if not (address := podman("port", self.service, "8000/tcp", check=False).stdout.strip()):
            raise ConnectionError("the container does not run")
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"http://{address}{path}", headers=fields), timeout=5
            ) as got:
                return Answer(got.status, got.headers, got.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def feed(self) -> Answer:
        """The feed, as soon as there is one."""
        until = time.monotonic() + 30
        while time.monotonic() < until and inspect(self.service, "{{.State.Running}}") == "true":
            try:
                if (answer := self.get("/feed.rss")).status == 200:
                    return answer
            except OSError:  # not listening yet, or not any more
                pass
            time.sleep(0.05)
        logs = podman("logs", self.service, check=False)
        raise AssertionError(f"no feed, as the service says:\n{logs.stdout}{logs.stderr}")


@pytest.fixture
def deployment(image: str, tmp_path: Path) -> Iterator[Deployment]:
    mark = uuid4().hex[:12]
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    config = tmp_path / "config.yaml"
    there = Deployment(f"ticker-{mark}", f"ticker-{mark}", f"newsroom-{mark}", config)
    try:
        podman(
            "run", "--detach", f"--name={there.newsroom}", *limits(),
            f"--volume={tmp_path / 'index.html'}:/www/index.html:ro", BASE,
            "python3", "-m", "http.server", "--directory", "/www", "8080",
        )  # fmt: skip
        address = inspect(there.newsroom, "{{.NetworkSettings.IPAddress}}")
        config.write_text(CONFIG.format(address=address), "utf-8")
        there.start()
        yield there
    finally:
        podman("rm", "--force", "--time=0", "--ignore", there.service, there.newsroom, check=False)
        podman("volume", "rm", "--force", there.volume, check=False)


def test_the_image_serves_survives_a_restart_and_needs_no_rights(deployment: Deployment) -> None:
    first = deployment.feed()
    assert first.body.count(b"<item>") == 6
    assert "وصول أول سفينة قمح إلى المرفأ القديم".encode() in first.body
    assert first.headers["ETag"]
    assert deployment.get("/feed.rss", If_None_Match=first.headers["ETag"]).status == 304

    assert podman("healthcheck", "run", deployment.service, check=False).returncode == 0
    status = Path(f"/proc/{inspect(deployment.service, '{{.State.Pid}}')}/status").read_text("utf-8")
    assert re.findall(r"^(?:Uid|Gid):\t(.*)$", status, re.MULTILINE) == ["\t".join(["10001"] * 4)] * 2

    assert deployment.stop() == 0
    podman("rm", "--force", "--time=0", deployment.newsroom)  # what comes now comes from the volume
    deployment.start()
    again = deployment.feed()
    assert again.body == first.body
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert deployment.stop() == 0


def test_it_runs_for_a_root_whose_path_lacks_sbin(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert "Usage" in podman("run", "--rm", "--read-only", *limits(), image, "--help").stdout


def test_health_fails_where_no_service_answers(image: str) -> None:
    assert podman("run", "--rm", "--read-only", *limits(), image, "health", check=False).returncode == 1


def test_the_image_holds_the_service_and_nothing_of_the_workshop(image: str) -> None:
    tools = shlex.split(
        "-name test_image.py -o -name conftest.py -o -name Dockerfile -o -name pytest -o -name hatchling"
    )
    found = podman("run", "--rm", "--user=0", "--entrypoint=find", *limits(), image, "/", "-xdev", *tools)
    assert found.stdout == ""


def test_the_service_cannot_change_its_own_code(image: str) -> None:
    mine = shlex.split("/opt/ticker /etc/ticker -writable ! -type l")
    assert podman("run", "--rm", "--entrypoint=find", *limits(), image, *mine).stdout == ""
