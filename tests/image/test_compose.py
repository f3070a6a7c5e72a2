"""deploy/compose.yaml, copied beside a .env and brought up by podman-compose as its first lines say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.composed import Project
from tests.image.deployment import CONFIG, SIX, Deployment, deployed, until
from tests.image.engine import BASE, inspect, podman, ulimits
from tests.readers import needs
from tests.running import free_port

pytestmark = [
    pytest.mark.image,
    needs("podman-compose"),
]

URL = "https://news.example/"


@pytest.fixture
def project(image: str, tmp_path: Path) -> Iterator[tuple[Project, Deployment]]:
    with deployed(tmp_path) as there:
        port = free_port()
        variables = {"PUBLIC_URL": URL, "PORT": str(port), "NAME": there.service, "TICKER_IMAGE": image}
        project = Project(tmp_path, there.service, "compose.yaml", variables)
        project.config.write_text(CONFIG.format(address=there.newsroom.address()), "utf-8")
        try:
            yield project, there
        finally:
            project.call("down", "--volumes")
            podman("network", "rm", f"{there.service}_default", check=False)  # which podman-compose leaves


def test_it_brings_the_service_up_and_down_and_up_again(project: tuple[Project, Deployment]) -> None:
    compose, service = project
    up = compose.call("up", "-d")
    assert up.returncode == 0, up.stdout + up.stderr
    assert service.titles() == [title for _, title in SIX]
    assert service.url() == f"http://127.0.0.1:{compose.variables['PORT']}/"
    assert f"<link>{URL}".encode() in service.feed().body
    before = service.lasting()

    assert compose.call("down").returncode == 0
    assert compose.call("up", "-d").returncode == 0
    assert service.lasting() == before, "its volume is still there"


def test_the_service_has_no_more_rights_than_it_needs(project: tuple[Project, Deployment]) -> None:
    compose, service = project
    compose.call("up", "-d")
    service.feed()
    host = json.loads(inspect(service.service, "{{json .HostConfig}}"))
    assert host["ReadonlyRootfs"]
    assert "no-new-privileges" in host["SecurityOpt"]
    assert host["Memory"] == 256 * 2**20
    assert host["RestartPolicy"]["Name"] == "always", "podman-restart.service looks for no other"
    assert json.loads(inspect(service.service, "{{json .EffectiveCaps}}")) in ([], None)
    assert json.loads(inspect(service.service, "{{json .Config.Healthcheck.Test}}")) == ["CMD", "ticker", "health"]


def test_its_volume_is_the_one_that_podman_run_would_make(project: tuple[Project, Deployment]) -> None:
    """So that either goes on with what the other has kept."""
    compose, service = project
    podman("volume", "create", service.volume)
    assert compose.call("up", "-d").returncode == 0
    service.feed()
    assert (
        "ticker.db" in podman("run", "--rm", *ulimits(), f"--volume={service.volume}:/data", BASE, "ls", "/data").stdout
    )


def test_a_configuration_that_an_editor_replaced_is_taken_over(project: tuple[Project, Deployment]) -> None:
    """The folder is mounted; a file would stay the one that it was."""
    compose, service = project
    compose.call("up", "-d")
    service.feed()
    fresh = compose.config.with_suffix(".new")
    fresh.write_text(compose.config.read_text("utf-8").replace("title: جريدة الميناء", "title: Harbour"), "utf-8")
    fresh.replace(compose.config)
    until(lambda: b"<title>Harbour</title>" in service.feed().body, "the new title is published")


def test_without_the_address_of_its_readers_it_says_what_is_missing(project: tuple[Project, Deployment]) -> None:
    compose, _ = project
    address = compose.variables.pop("PUBLIC_URL")
    refused = compose.call("up", "-d")
    compose.variables["PUBLIC_URL"] = address
    assert refused.returncode != 0
    assert "say at which address" in refused.stdout + refused.stderr
