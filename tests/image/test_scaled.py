"""deploy/compose.scaled.yaml: a headline is read by workers and served by replicas, through nginx, to who is outside.

PostgreSQL and nginx are those of Debian, in an image that begins as the official ones do: see neighbours.containerfile.
"""

import dataclasses
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.image.composed import DEPLOY, Project
from tests.image.deployment import CONFIG, SIX, Deployment, deployed, until
from tests.image.engine import inspect, podman
from tests.readers import needs
from tests.running import free_port

pytestmark = [pytest.mark.image, needs("podman-compose")]

URL = "https://news.example/"
TITLES = [title for _, title in SIX]
UID = 10001
LOOK = """
import hashlib, json, urllib.request
with urllib.request.urlopen("http://127.0.0.1:8000/{path}", timeout=5) as got:
    named = [got.headers[name] for name in ("ETag", "Last-Modified")]
    print(json.dumps([hashlib.sha256(got.read()).hexdigest(), *named]))
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The project that is up, what is seen of it from outside, and what it is made of."""

    compose: Project
    front: Deployment  # nginx
    newsroom: Deployment

    def containers(self, service: str) -> list[str]:
        project = self.compose.folder.name
        named = podman("ps", "--format={{.Names}}", f"--filter=name=^{project}_{service}_[0-9]+$").stdout.split()
        return sorted(named)

    def of_replica(self, replica: str, path: str) -> Any:
        """Hash, ETag and Last-Modified, as this replica serves it."""
        return json.loads(podman("exec", replica, "python3", "-c", LOOK.format(path=path)).stdout)

    def up(self) -> None:
        done = self.compose.call("up", "-d")
        assert done.returncode == 0, done.stdout + done.stderr

    def said(self) -> str:
        """The end of every log."""
        names = podman("ps", "--all", "--format={{.Names}}", f"--filter=name=^{self.compose.folder.name}_").stdout
        logs = ((name, podman("logs", "--tail=15", name, check=False)) for name in names.split())
        return "\n".join(f"{name}:\n{log.stdout}{log.stderr}" for name, log in logs)


@pytest.fixture
def cluster(image: str, neighbours: str, tmp_path: Path) -> Iterator[Cluster]:
    with deployed(tmp_path) as there:
        variables = {
            "PUBLIC_URL": URL,
            "PORT": str(free_port()),
            "NAME": there.service,
            "TICKER_IMAGE": image,
            "POSTGRES_IMAGE": neighbours,
            "NGINX_IMAGE": neighbours,
            "PROXIES": "10.0.0.0/8",
        }
        compose = Project(tmp_path, there.service, "compose.scaled.yaml", variables)
        compose.config.write_text(CONFIG.format(address=there.newsroom.name), "utf-8")
        shutil.copytree(DEPLOY / "nginx", compose.folder / "nginx")
        lay_secrets(compose.folder / "secrets")
        front = dataclasses.replace(there, service=f"{there.service}_nginx_1", port=8080)
        cluster = Cluster(compose, front, there)
        network = f"{there.service}_default"  # as podman-compose calls it; the newsroom is in it under its name
        podman("network", "create", network)
        try:
            podman("network", "connect", network, there.newsroom.name)
            cluster.up()
            yield cluster
        finally:
            print(cluster.said())  # shown where the test fails
            compose.call("down", "--volumes")
            podman("network", "rm", "--force", network, check=False)  # with the newsroom


def lay_secrets(folder: Path) -> None:
    """As docs/scaling.md has it."""
    folder.mkdir(mode=0o700)
    (folder / "password").write_text(secrets.token_hex(24), "ascii")
    (folder / "password").chmod(0o444)
    (folder / "pgpass").write_text(f"*:*:*:ticker:{(folder / 'password').read_text('ascii')}\n", "ascii")
    (folder / "pgpass").chmod(0o600)
    os.chown(folder / "pgpass", UID, UID)


def test_a_headline_goes_through_workers_replicas_and_nginx_whoever_of_them_is_gone(cluster: Cluster) -> None:
    front, newsroom = cluster.front, cluster.newsroom.newsroom
    # While no replica has begun nginx leaves them out for a second, each of its processes by itself.
    until(lambda: {front.get("feed.rss").status for _ in range(12)} == {200}, "the feed is served")
    assert front.titles() == TITLES
    assert f"<link>{URL}".encode() in front.feed().body

    newsroom.print("خبر وصل والمحطة موزعة على آلات كثيرة")
    until(lambda: len(front.items()) == 7, "the next headline is in the feed")
    assert front.get("feed.rss").headers["X-Cache-Status"] in ("HIT", "MISS", "EXPIRED", "REVALIDATED")
    assert front.get("status.json").headers["X-Cache-Status"] is None, "only feeds are kept"

    first, second = cluster.containers("web")
    for path in ("feed.rss", "feed.atom", "feed.json", "harbour/feed.rss"):
        until(lambda: cluster.of_replica(first, path) == cluster.of_replica(second, path), f"{path} is one")  # noqa: B023

    podman("stop", "--time=10", first)
    assert [front.get("status.json").status for _ in range(5)] == [200] * 5
    podman("kill", "--signal=KILL", cluster.containers("worker")[0])
    newsroom.print("خبر ثان وقد سقط عامل ونسخة من الخدمة")
    until(lambda: len(front.items()) == 8, "the one that is left reads on")
    before = cluster.of_replica(second, "feed.rss")  # nginx may still have the copy of before

    podman("stop", "--time=10", second)
    until(lambda: cached(front) == "STALE", "without a replica nginx serves the feed that it has")
    assert cluster.compose.call("down").returncode == 0
    cluster.up()
    front.feed()
    after = cluster.of_replica(cluster.containers("web")[0], "feed.rss")
    assert after == before, "the volume of the database is still there"


def cached(front: Deployment) -> str | None:
    """What nginx says of its copy; nothing where it waits too long for addresses that nobody has any more."""
    with suppress(OSError):
        return front.get("feed.rss").headers["X-Cache-Status"]
    return None


def test_each_part_has_no_more_rights_than_it_needs(cluster: Cluster) -> None:
    cluster.front.feed()
    project = cluster.compose.folder.name
    for service, memory in (("web", 256), ("worker", 256), ("nginx", 512)):
        for name in cluster.containers(service):
            host = json.loads(inspect(name, "{{json .HostConfig}}"))
            assert host["ReadonlyRootfs"], name
            assert "no-new-privileges" in host["SecurityOpt"], name
            assert host["Memory"] == memory * 2**20, name
            assert host["RestartPolicy"]["Name"] == "always", name
            assert json.loads(inspect(name, "{{json .EffectiveCaps}}")) in ([], None), name
            volumes = inspect(name, '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}').split()
            assert volumes == ([] if service == "nginx" else [f"{project}-empty"]), "without a name it is left behind"
            ports = {port: at for port, at in (host["PortBindings"] or {}).items() if at}
            assert list(ports) == (["8080/tcp"] if service == "nginx" else []), name
    for name in cluster.containers("worker") + cluster.containers("web"):
        until(lambda: podman("exec", name, "ticker", "health", check=False).returncode == 0, f"{name} is well")  # noqa: B023
        environment = inspect(name, "{{json .Config.Env}}")
        assert (cluster.compose.folder / "secrets" / "password").read_text("ascii") not in environment
