"""The service in its container, from its first poll to its end."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.image.deployment import SIX, STAYS, Deployment, read_by_newsboat, until
from tests.image.engine import podman
from tests.readers import needs

pytestmark = pytest.mark.image

TITLES = [title for _, title in SIX]


@needs("newsboat")
def test_headlines_go_from_a_newsroom_to_a_reader_and_a_restart_changes_no_byte(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.start()
    assert deployment.titles() == TITLES
    held = read_by_newsboat(tmp_path / "reader", f"{deployment.url()}feed.rss")
    assert sorted(held.values()) == sorted(TITLES)

    first = deployment.feed()
    assert deployment.get("feed.rss", If_None_Match=first.headers["ETag"]).status == 304
    before = deployment.lasting()
    assert deployment.stop() == 0
    podman("stop", "--time=0", deployment.newsroom.name)  # what comes now comes from the volume
    deployment.start()
    assert deployment.lasting() == before
    assert deployment.stop() == 0


def test_it_runs_as_nobody_and_is_healthy_and_leaves_no_zombies(deployment: Deployment) -> None:
    deployment.start()
    deployment.feed()
    status = Path(f"/proc/{deployment.pid()}/status").read_text("utf-8")
    ids = re.findall(r"^(?:Uid|Gid):\t(.*)$", status, re.MULTILINE)
    assert ids == ["\t".join(["10001"] * 4)] * 2
    assert set(re.findall(r"^Cap(?:Prm|Eff|Bnd):\t(\w+)$", status, re.MULTILINE)) == {"0" * 16}
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    for _ in range(3):
        assert podman("healthcheck", "run", deployment.service, check=False).returncode == 0
    assert other_processes(deployment) == ""


LOOK = """
import os, pathlib
for place in pathlib.Path("/proc").glob("[0-9]*/stat"):
    if place.parent.name not in ("1", str(os.getpid())):
        print(place.read_text())
"""


def other_processes(deployment: Deployment) -> str:
    """In the container, but its first and the one that looks."""
    return podman("exec", deployment.service, "python", "-c", LOOK).stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_its_first_process_ends_it(deployment: Deployment, number: signal.Signals) -> None:
    deployment.start()
    deployment.feed()
    os.kill(deployment.pid(), number)
    assert deployment.end() == 0


def test_told_to_stop_while_a_poll_hangs_it_ends_within_its_ten_seconds(deployment: Deployment) -> None:
    deployment.start()
    before = deployment.lasting()
    deployment.newsroom.hang()
    began = time.monotonic()
    assert deployment.stop() == 0, "137 is the engine's SIGKILL"
    assert time.monotonic() - began < 10
    deployment.start()
    assert deployment.lasting() == before


def test_killed_and_started_on_the_same_volume_nothing_is_lost_or_doubled(deployment: Deployment) -> None:
    deployment.start()
    deployment.feed()
    deployment.newsroom.print("خبر عاجل قبل انقطاع التيار عن الحي القديم")
    until(lambda: len(deployment.items()) == 7, "the new line is in the feed")
    before, items = deployment.lasting(), deployment.items()
    assert deployment.kill() == 128 + signal.SIGKILL

    deployment.start()
    assert deployment.lasting() == before
    etag, modified = (deployment.feed().headers[name] for name in STAYS)
    assert deployment.get("feed.rss", If_None_Match=etag).status == 304
    assert deployment.get("feed.rss", If_Modified_Since=modified).status == 304
    deployment.newsroom.print("خبر بعد عودة التيار إلى الحي القديم")
    until(lambda: len(deployment.items()) == 8, "the next line is in the feed")
    assert deployment.items()[1:] == items


def test_told_to_read_its_configuration_again_it_does_so_as_the_first_process(deployment: Deployment) -> None:
    deployment.start()
    deployment.feed()
    os.kill(deployment.pid(), signal.SIGHUP)
    until(lambda: "read again" in deployment.log(), "the log says so")
    assert deployment.stop() == 0


def test_what_others_leave_behind_in_its_container_is_buried(deployment: Deployment) -> None:
    """An orphan of `podman exec` becomes a child of the first process, which has no other children."""
    deployment.start()
    deployment.feed()
    podman("exec", deployment.service, "sh", "-c", "sleep 0.1 &")
    until(lambda: other_processes(deployment) == "", "nothing is left of it")


@pytest.mark.alone
def test_its_feeds_are_served_within_two_seconds_of_its_start(deployment: Deployment) -> None:
    """From `podman run`, feeds that were published before; the best of five, for other programs want their turn too."""
    took = []
    deployment.start()
    deployment.feed()
    for _ in range(5):
        deployment.stop()
        began = time.monotonic()
        deployment.start()
        deployment.feed()
        took.append(time.monotonic() - began)
    assert min(took) <= 2.0, took
