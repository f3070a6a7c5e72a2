"""What runs Ticker on other machines, read by the programs that run it there."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "ticker.service"
STRIP = ROOT / "deploy" / "strip.py"
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
