"""The image, built once a run, and a deployment of it for each test."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.deployment import Deployment, deployed
from tests.image.engine import BASE, IMAGE, build, podman


@pytest.fixture(scope="session")
def engine() -> None:
    """podman, with the right to build and run, and something to build on."""
    if os.geteuid() != 0:
        pytest.skip("building and running the image needs root")
    if not shutil.which("podman"):
        pytest.skip("podman is not installed: make test-deps")
    if podman("image", "exists", BASE, check=False).returncode:
        pytest.skip(f"{BASE} is missing: make test-deps")


@pytest.fixture(scope="session")
def image(engine: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, by the one command that builds it; the first worker does it, the others wait."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "image").open("a+") as built:
        fcntl.flock(built, fcntl.LOCK_EX)
        if not built.tell():
            build(tmp_path_factory.mktemp("pip"))
            built.write("built")
    return IMAGE


@pytest.fixture
def deployment(image: str, tmp_path: Path) -> Iterator[Deployment]:
    """On a new volume, not started yet."""
    with deployed(tmp_path) as there:
        yield there
