"""The image, built once a run, and a deployment of it for each test."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.image.deployment import Deployment, deployed
from tests.image.engine import BASE, IMAGE, NEIGHBOURS, build, build_neighbours, podman


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
    with once(tmp_path_factory, "image") as first:
        if first:
            build(tmp_path_factory.mktemp("pip"))
    return IMAGE


@pytest.fixture(scope="session")
def neighbours(engine: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """PostgreSQL and nginx in one image, from the packages of this machine's Debian: 40 s, the first time."""
    with once(tmp_path_factory, "neighbours") as first:
        if first and (refused := build_neighbours()):
            pytest.skip(f"no image of PostgreSQL and nginx can be made here: {refused}")
    return NEIGHBOURS


@contextmanager
def once(factory: pytest.TempPathFactory, name: str) -> Iterator[bool]:
    """Whether this is the worker that comes first; the others wait until it has done what is to be done once."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / name).open("a+") as done:
        fcntl.flock(done, fcntl.LOCK_EX)
        yield not done.tell()
        done.write("done")


@pytest.fixture
def deployment(image: str, tmp_path: Path) -> Iterator[Deployment]:
    """On a new volume, not started yet."""
    with deployed(tmp_path) as there:
        yield there
