"""A fresh machine with Python, make and a package index needs nothing else: lock, Makefile, scripts."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.chosen import leads_to

ROOT = Path(__file__).parent.parent
EXTRAS = {"requirements-notify.txt": "notify", "requirements-postgres.txt": "postgres"}
LOCKS = ("requirements.txt", "requirements-build.txt", *EXTRAS, "requirements-dev.txt")
SCRIPTS = (".ci/run", "tools/test-deps", "tools/base-image")


def requirements(name: str) -> list[str]:
    """The requirements of a lock file, each with its hashes on one line."""
    return (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()


def pins(name: str) -> dict[str, str]:
    """Package -> version, of a lock file."""
    found = (re.split(r" ;| --hash", line, maxsplit=1)[0].strip().partition("==") for line in requirements(name))
    return {package: version for package, _, version in found}


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would: without the variables that an outer make left behind."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON", "ARGS"))
    }
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with all that the Makefile reads, and no environment yet."""
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def set_up(checkout: Path) -> Path:
    """A folder in which everything was installed a moment ago, told by the stamps alone."""
    (checkout / ".venv").mkdir()
    (checkout / ".venv/.made-for").write_text(f"{checkout.resolve()} python3\n", "utf-8")
    for age, stamp in ((30, ".made-for"), (20, ".run"), (10, ".dev")):
        (checkout / ".venv" / stamp).touch()
        moment = (ROOT / "Makefile").stat().st_mtime + 10**6 - age
        os.utime(checkout / ".venv" / stamp, (moment, moment))
    return checkout


def touch(path: Path) -> None:
    moment = path.stat().st_mtime + 10**7
    os.utime(path, (moment, moment))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_host_and_no_folder(name: str) -> None:
    assert not re.search(r"://|^-|file:|@ ", (ROOT / name).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    pinned = re.compile(r"[a-z0-9-]+==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert requirements(name)
    assert [line for line in requirements(name) if not pinned.fullmatch(line)] == []


def test_tests_run_on_the_very_versions_that_the_service_runs_on() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()
    for extra in EXTRAS:
        assert pins("requirements.txt").items() <= pins(extra).items() <= pins("requirements-dev.txt").items()
    assert pins("requirements-build.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_what_pyproject_asks_for(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    groups = project["dependency-groups"] | {"run": project["project"]["dependencies"]} | extras
    named = {"requirements.txt": "run", "requirements-build.txt": "build"} | EXTRAS
    asked = groups[named.get(name, "dev")]
    names = {re.split(r"[^A-Za-z0-9-]", line)[0].lower() for line in asked if isinstance(line, str)}
    assert names <= pins(name).keys()


def test_make_alone_lists_every_target() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    listed = re.findall(r"^  make ([a-z-]+) +\S", make(ROOT).stdout, re.MULTILINE)
    assert sorted(listed) == sorted(set(phony.split()) - {"FORCE"})


@pytest.mark.parametrize(
    ("interpreter", "says"),
    [
        pytest.param(None, "was not found", id="no such program"),
        pytest.param("echo False", "is older", id="an old one"),
        pytest.param(
            'echo "no such version" >&2; exit 127', "could not be run", id="a shim without the version it stands for"
        ),
        pytest.param(
            'case "$2" in *ensurepip*) exit 1;; esac; echo True',
            "lacks venv or ensurepip",
            id="Debian without python3-venv",
        ),
    ],
)
def test_a_python_that_cannot_do_is_refused_in_one_line(checkout: Path, interpreter: str | None, says: str) -> None:
    python = checkout / "some-python"
    if interpreter:
        python.write_text(f"#!/bin/sh\n{interpreter}\n", "utf-8")
        python.chmod(0o755)
    run = make(checkout, "run", f"PYTHON={python}")
    ours = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert run.returncode != 0
    assert len(ours) == 1
    assert says in ours[0]
    assert not (checkout / ".venv").exists()


def test_a_second_run_installs_nothing(set_up: Path) -> None:
    assert make(set_up, "-n", "run").stdout.split() == [".venv/bin/ticker", "run"]
    assert make(set_up, "-n", "test").stdout.split() == [
        "env", "-u", "PYTHONDONTWRITEBYTECODE", ".venv/bin/python", "-m", "pytest", "-n", "auto", "--dist", "worksteal",
    ]  # fmt: skip


@pytest.mark.parametrize("changed", ["requirements.txt", "requirements-build.txt", "pyproject.toml"])
def test_what_is_installed_follows_the_lock(set_up: Path, changed: str) -> None:
    touch(set_up / changed)
    assert "--require-hashes --no-build-isolation -r requirements.txt" in make(set_up, "-n", "run").stdout


def test_the_service_does_not_wait_for_the_tools_of_the_tests(set_up: Path) -> None:
    touch(set_up / "requirements-dev.txt")
    assert "pip install" not in make(set_up, "-n", "run").stdout
    assert "-r requirements-dev.txt" in make(set_up, "-n", "test").stdout


def test_another_interpreter_gets_another_environment(set_up: Path) -> None:
    assert "-m venv --clear" in make(set_up, "-n", "run", "PYTHON=python3.99").stdout
    assert "-m venv" not in make(set_up, "-n", "run", "PYTHON=python3").stdout


def test_a_moved_checkout_does_not_run_the_code_of_the_old_place(set_up: Path) -> None:
    moved = set_up.parent / f"{set_up.name}-moved"
    set_up.rename(moved)
    assert "-m venv --clear" in make(moved, "-n", "run").stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run_and_reads_as_bash(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    assert subprocess.run(["bash", "-n", name], cwd=ROOT, check=False).returncode == 0


def pytest_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests that lie in *folder*, under what holds for ours."""
    shutil.copy(ROOT / "tests/conftest.py", folder)
    inherited = {name: value for name, value in os.environ.items() if name != "TICKER_TEST_STORE"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder)],
        cwd=folder, env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("switch", "workers", "outcome"),
    [
        pytest.param("", "-n0", 0, id="by hand: told"),
        pytest.param("1", "-n0", 1, id="in CI: failed"),
        pytest.param("1", "-n2", 1, id="in CI, on two workers: failed"),
        pytest.param("1", "-pno:xdist", 1, id="in CI, where nobody knows of workers: failed"),
    ],
)
def test_a_skipped_test_fails_the_run_where_it_is_asked_to(
    tmp_path: Path, switch: str, workers: str, outcome: int
) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_fine(): pass\n"
        "@pytest.mark.xfail(strict=True)\ndef test_known(): assert False\n"
        "@pytest.mark.skip(reason='no such reader')\ndef test_left_out(): pass\n",
        "utf-8",
    )
    (tmp_path / "test_whole_file.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", "utf-8")
    run = pytest_in(tmp_path, workers, TICKER_TEST_NO_SKIPS=switch)
    assert run.returncode == outcome
    assert ("no such reader" in run.stdout) == bool(switch)
    assert ("test_whole_file.py: could not import 'no_such_module'" in run.stdout) == bool(switch)
    assert "test_known:" not in run.stdout


def test_whoever_opens_a_store_is_run_on_postgresql_as_well() -> None:
    tests = ROOT / "tests"
    opens = [path for path in tests.rglob("*.py") if re.search(r"Store\.open\(|open_engine\(", path.read_text("utf-8"))]
    assert len(opens) > 10
    given = {tests / "strangers.py"}  # the address of it
    assert [path for path in opens if path not in given and tests / "stores.py" not in leads_to(path, tests)] == []


TURNS = """
import time
from pathlib import Path
import pytest

@pytest.fixture(params=range(30))
def spent(request):
    began = time.monotonic()
    yield
    name = f"{request.node.get_closest_marker('alone') is not None}-{time.monotonic_ns()}"
    Path(__file__).with_name(name).write_text(f"{began} {time.monotonic()}")

def test_side_by_side(spent):
    time.sleep(0.01)

@pytest.mark.alone
def test_alone(spent):
    time.sleep(0.01)

def test_side_by_side_again(spent):
    time.sleep(0.01)
"""


def test_while_a_test_is_alone_no_other_worker_runs_one(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = alone: by itself\n", "utf-8")
    (tmp_path / "test_turns.py").write_text(TURNS, "utf-8")
    run = pytest_in(tmp_path, "-n2", "--dist=load")
    assert run.returncode == 0, run.stdout
    spans = {place.name: [float(at) for at in place.read_text("utf-8").split()] for place in tmp_path.glob("*-*")}
    met = [
        (one, other)
        for (one, (began, ended)), (other, (since, until)) in itertools.combinations(spans.items(), 2)
        if began < until and since < ended
    ]
    assert len(spans) == 90
    assert met, "the others do run side by side"
    assert [pair for pair in met if "True" in "".join(pair)] == []
