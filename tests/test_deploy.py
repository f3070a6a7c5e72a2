"""What runs Ticker on other machines, read by the programs that run it there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "ticker.service"
EXPOSED = 2.0  # of 10, by systemd's own count; 1.2 with its release 252, and others count otherwise

pytestmark = pytest.mark.skipif(
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


def test_systemd_has_nothing_to_say_against_the_unit(unit: Path) -> None:
    said = analyze("verify", "--man=no", unit)
    assert (said.returncode, said.stdout) == (0, "")


def test_systemd_finds_fault_with_a_unit_that_has_one(unit: Path) -> None:
    """Else the one above would hold of anything."""
    unit.write_text(unit.read_text("utf-8").replace("ProtectSystem=strict", "ProtectSystem=much"), "utf-8")
    assert "protect system" in analyze("verify", "--man=no", unit).stdout


def test_the_unit_leaves_the_service_little_that_it_could_do(unit: Path) -> None:
    said = analyze("security", "--offline=true", unit).stdout
    level = re.search(r"Overall exposure level for ticker.service: ([\d.]+)", said)
    assert level, said
    assert float(level[1]) <= EXPOSED
