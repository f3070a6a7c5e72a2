"""What runs Ticker on other machines, read by the programs that run it there."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ticker.commands import app
from ticker.config import load

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "ticker.service"
STRIP = ROOT / "deploy" / "strip.py"
SCALED = ROOT / "deploy" / "compose.scaled.yaml"
SCALING = ROOT / "docs" / "scaling.md"
VITAL = ("/healthz", "/readyz")
EXPOSED = 2.0  # of 10, by systemd's own count; 1.2 with its release 252, and others count otherwise

systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed: make test-deps"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, but for the program that it starts, which must be there."""
    place = tmp_path / UNIT.name
    place.write_text(UNIT.read_text("utf-8").replace("/opt/ticker/bin/ticker", f"{sys.executable} -m ticker"), "utf-8")
    return place


def test_the_document_and_the_unit_give_the_same_commands() -> None:
    """Else a person installs other packages by the one than by the other."""
    head = UNIT.read_text("utf-8").partition("[Unit]")[0]
    commands = "\n".join(re.findall(r"^#     (.+)$", head, re.MULTILINE))
    assert "requirements-notify.txt" in commands
    assert f"```sh\n{commands}\n```" in (ROOT / "docs" / "operations.md").read_text("utf-8")


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, timeout=30)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout + done.stderr)


@systemd
def test_systemd_has_nothing_to_say_against_the_unit(unit: Path) -> None:
    said = analyze("verify", "--man=no", unit)
    assert (said.returncode, said.stdout) == (0, "")


@systemd
def test_systemd_finds_fault_with_a_unit_that_has_one(unit: Path) -> None:
    """Else the one above would hold of anything."""
    unit.write_text(unit.read_text("utf-8").replace("ProtectSystem=strict", "ProtectSystem=much"), "utf-8")
    assert "protect system" in analyze("verify", "--man=no", unit).stdout


@systemd
def test_the_unit_leaves_the_service_little_that_it_could_do(unit: Path) -> None:
    said = analyze("security", "--offline=true", unit).stdout
    level = re.search(r"Overall exposure level for ticker.service: ([\d.]+)", said)
    assert level, said
    assert float(level[1]) <= EXPOSED


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A package of this interpreter that holds extension modules, with and without what debuggers read."""
    found = importlib.util.find_spec("uvloop")
    assert found
    assert found.origin
    shutil.copytree(Path(found.origin).parent, tmp_path / "uvloop")
    (tmp_path / "uvloop" / "text.so").write_text("INPUT(-luv)", "utf-8")
    (tmp_path / "uvloop" / "cut.so").write_bytes(b"\x7fELF\x02\x01\x01")
    return tmp_path


def strip(folder: Path) -> str:
    return subprocess.run([sys.executable, STRIP, folder], check=True, capture_output=True, text=True).stdout


def test_a_module_without_what_debuggers_read_does_what_it_did(modules: Path) -> None:
    (module,) = (modules / "uvloop").glob("loop.*.so")
    before = module.read_bytes()
    strip(modules)
    after = module.read_bytes()
    assert len(after) <= len(before)
    assert after[64:] == before[64 : len(after)], "but for its first header it is the beginning of the one before"

    use = "import asyncio, uvloop; print(uvloop.run(asyncio.sleep(0, 'slept')), uvloop.__file__)"
    run = subprocess.run([sys.executable, "-c", use], cwd=modules, check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["slept", str(modules / "uvloop" / "__init__.py")]


def test_what_is_no_module_or_has_lost_all_it_can_stays_as_it_is(modules: Path) -> None:
    strip(modules)
    before = {path: path.read_bytes() for path in modules.rglob("*.so")}
    assert strip(modules).startswith("0.0 MB")
    assert {path: path.read_bytes() for path in modules.rglob("*.so")} == before
    assert (modules / "uvloop" / "text.so").read_text("utf-8") == "INPUT(-luv)"


def understood(words: list[str]) -> dict[str, Any]:
    """What the command line makes of these words, without doing it; fails where it would refuse them."""
    commands: Any = typer.main.get_command(app)
    params: dict[str, Any] = commands.commands[words[0]].make_context(words[0], words[1:]).params
    return params


@pytest.fixture
def cluster() -> dict[tuple[str, str], Any]:
    """The example for Kubernetes: kind and name -> object."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", SCALING.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    objects = [each for block in blocks for each in yaml.safe_load_all(block) if "kind" in each]
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


DEPLOYED = (("Deployment", "ticker-web"), ("Deployment", "ticker-worker"))


def pod(cluster: dict[tuple[str, str], Any], deployed: tuple[str, str]) -> tuple[Any, Any]:
    """Its specification, and its one container."""
    spec = cluster[deployed]["spec"]["template"]["spec"]
    [container] = spec["containers"]
    return spec, container


@pytest.mark.parametrize("deployed", DEPLOYED, ids=lambda deployed: deployed[1])
def test_the_example_for_kubernetes_starts_what_there_is_and_asks_it_where_it_listens(
    cluster: dict[tuple[str, str], Any], deployed: tuple[str, str]
) -> None:
    _, container = pod(cluster, deployed)
    said = understood(container["args"])
    [port] = container["ports"]
    assert said.get("listen", "0.0.0.0:8000") == f"0.0.0.0:{port['containerPort']}"
    for probe, paths in (("startupProbe", VITAL[:1]), ("livenessProbe", VITAL[:1]), ("readinessProbe", VITAL[1:])):
        asked = container[probe]["httpGet"]
        assert asked["path"] in paths
        assert asked["port"] == port["name"]


@pytest.mark.parametrize("deployed", DEPLOYED, ids=lambda deployed: deployed[1])
def test_the_example_for_kubernetes_gives_no_more_rights_than_the_container_needs(
    cluster: dict[tuple[str, str], Any], deployed: tuple[str, str]
) -> None:
    spec, container = pod(cluster, deployed)
    user, group = (int(number) for number in re.findall(r"^USER (\d+):(\d+)$", dockerfile(), re.MULTILINE)[0])
    assert (spec["securityContext"]["runAsUser"], spec["securityContext"]["runAsGroup"]) == (user, group)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounted) == {"/etc/ticker", "/tmp"}
    assert set(mounted.values()) == {volume["name"] for volume in spec["volumes"]}


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


def test_the_parts_of_the_example_for_kubernetes_fit_each_other_and_the_service(
    cluster: dict[tuple[str, str], Any], tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(cluster["ConfigMap", "ticker-config"]["data"]["config.yaml"], "utf-8")
    environment = cluster["ConfigMap", "ticker-environment"]["data"]
    settings = load(tmp_path / "config.yaml", environment)
    assert settings.store == environment["TICKER_STORE"]

    labels = {name: cluster[name]["spec"]["template"]["metadata"]["labels"] for name in DEPLOYED}
    for name in DEPLOYED:
        _, container = pod(cluster, name)
        assert cluster[name]["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
        assert container["envFrom"] == [{"configMapRef": {"name": "ticker-environment"}}]
        [password] = container["env"]
        wanted = password["valueFrom"]["secretKeyRef"]
        assert wanted["key"] in cluster["Secret", wanted["name"]]["stringData"]
    served = cluster["Service", "ticker"]["spec"]["selector"].items()
    assert served <= labels["Deployment", "ticker-web"].items()
    assert not served <= labels["Deployment", "ticker-worker"].items()
    for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        assert ("Deployment", cluster[kind, "ticker-worker"]["spec"]["scaleTargetRef"]["name"]) in DEPLOYED


@pytest.mark.parametrize("service", ["worker", "web"])
def test_compose_starts_what_there_is_with_settings_that_there_are(service: str) -> None:
    text = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", SCALED.read_text("utf-8"))
    part = yaml.safe_load(re.sub(r"\$\{PUBLIC_URL:\?.*?\}", "https://news.example/", text))["services"][service]
    assert understood(part["command"]).get("listen", "0.0.0.0:8000").endswith(":8000"), "as the health check asks"
    environment = {name: value for name, value in part["environment"].items() if name.startswith("TICKER_")}
    settings = load(ROOT / "config.yaml", environment)
    assert settings.store == "postgresql://ticker@postgres/ticker"
    assert settings.server.public_url == "https://news.example/"


def test_what_the_document_has_typed_in_is_what_compose_reads() -> None:
    text = SCALING.read_text("utf-8")
    read = set(re.findall(r"\$\{(\w+)", SCALED.read_text("utf-8")))
    table = set(re.findall(r"`([A-Z_]+)`", "\n".join(re.findall(r"^\| `[A-Z_`, ]+ \|", text, re.MULTILINE))))
    assert table == read
