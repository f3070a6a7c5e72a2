"""A container without a volume of its own, without room on it or the right to write: clear words, nothing lost."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.deployment import SIX, Deployment, deployed, until

pytestmark = pytest.mark.image

UID = 10001
ROOM = "4m"
TITLES = [title for _, title in SIX]
LATE = [f"خبر رقم {number} وصل والقرص ممتلئ في المرفأ {'القديم ' * 40}".strip() for number in range(100, 112)]


@pytest.fixture
def folder(image: str, tmp_path: Path) -> Iterator[Deployment]:
    """A service on a folder of this machine, which belongs to root."""
    (data := tmp_path / "data").mkdir(mode=0o755)
    with deployed(tmp_path, data=data) as there:
        yield there


@pytest.fixture
def disk(image: str, tmp_path: Path) -> Iterator[Deployment]:
    """A service on a small disk of its own."""
    (data := tmp_path / "data").mkdir()
    options = f"size={ROOM},uid={UID},gid={UID},mode=0750"
    made = ["mount", "-t", "tmpfs", "-o", options, "ticker-test", str(data)]
    if subprocess.run(made, check=False, capture_output=True).returncode:
        pytest.skip("root may not mount a file system here")
    try:
        with deployed(tmp_path, data=data) as there:
            yield there
    finally:
        subprocess.run(["umount", "--lazy", data], check=True)


def fill(deployment: Deployment) -> Path:
    """Leave not a byte of room; removing the file makes room again."""
    ballast = Path(deployment.volume) / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def refusal(deployment: Deployment, data: str = "") -> str:
    """The one line that the service says instead of starting."""
    deployment.start(data=data)
    code, said = deployment.ended()
    assert code == 1, said
    (line,) = said.splitlines()
    assert line.startswith("ticker: "), "one line, no traceback"
    return line


def test_a_folder_of_root_is_refused_with_the_command_that_helps(folder: Deployment) -> None:
    line = refusal(folder)
    assert "/data" in line
    assert "chown" in line
    assert str(UID) in line


def test_an_empty_volume_that_is_read_only_is_refused_as_such(deployment: Deployment) -> None:
    line = refusal(deployment, ":ro")
    assert "/data" in line
    assert "read-only" in line


def test_from_a_read_only_volume_what_is_there_is_served(deployment: Deployment) -> None:
    deployment.start()
    before = deployment.lasting()
    assert deployment.stop() == 0

    deployment.start(data=":ro")
    assert deployment.lasting() == before
    until(lambda: deployment.state()["state"] == "failing", "the state says so")
    assert "read-only" in deployment.log()
    assert deployment.stop() == 0

    deployment.start()
    assert deployment.lasting() == before
    until(lambda: deployment.state()["state"] == "healthy", "it is well again")


def test_on_a_disk_that_is_full_a_first_start_is_refused(disk: Deployment) -> None:
    ballast = fill(disk)
    assert "free some space" in refusal(disk).lower()
    ballast.unlink()
    disk.start()
    assert disk.titles() == TITLES


def test_from_a_disk_that_is_full_at_start_what_is_there_is_served(disk: Deployment) -> None:
    disk.start()
    before = disk.lasting()
    assert disk.stop() == 0

    ballast = fill(disk)
    disk.start()
    assert disk.lasting() == before
    disk.newsroom.print(LATE[0])
    until(lambda: disk.state()["state"] == "failing", "the state says so")
    assert "free some space" in disk.log().lower()
    ballast.unlink()
    until(lambda: disk.titles() == [LATE[0], *TITLES], "what was printed meanwhile is kept")
    assert disk.state()["state"] == "healthy"


def test_a_disk_that_fills_up_is_told_of_and_feeds_go_on_and_nothing_is_lost(disk: Deployment) -> None:
    disk.start()
    before = disk.lasting()
    ballast = fill(disk)
    for text in LATE:  # more than the files of the database have room for
        disk.newsroom.print(text)
    until(lambda: disk.state()["state"] == "failing", "the state says so")
    assert "free some space" in disk.state()["detail"]
    assert "full" in disk.log()
    assert disk.lasting() == before
    assert disk.get("feed.rss", If_None_Match=disk.feed().headers["ETag"]).status == 304

    ballast.unlink()
    until(lambda: disk.state()["state"] == "healthy", "it is well again")
    assert disk.titles() == [*reversed(LATE), *TITLES]
    assert disk.stop() == 0
