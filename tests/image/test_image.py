"""What is in the image, and what is not."""

import json
import shlex

import pytest

from tests.image.engine import BASE, build, inspect, podman, remove, ulimits

pytestmark = pytest.mark.image

MOST = 150_000_000  # bytes that it may be above its base
OWN = " -o ".join(f"-path {path}" for path in ("/proc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"))
LISTED = f"find / -xdev ( {OWN} ) -prune -o "  # but for what podman makes for each container


def inside(image: str, command: str, *, user: str = "0") -> str:
    words = shlex.split(command)
    flags = ["--rm", "--network=none", f"--user={user}", f"--entrypoint={words[0]}", *ulimits()]
    return podman("run", *flags, image, *words[1:]).stdout


def test_it_holds_the_service_and_nothing_of_the_workshop(image: str) -> None:
    names = "test_image.py conftest.py Dockerfile pytest hatchling pip greenlet/tests *.pyx *.c *.h"
    tools = " -o ".join(f"-path '*/opt/*/{name}'" for name in names.split())
    assert inside(image, f"find / -xdev {tools}") == ""


def test_the_service_cannot_change_its_own_code(image: str) -> None:
    assert inside(image, "find /opt/ticker /etc/ticker -writable ! -type l", user="10001") == ""


def test_it_is_small(image: str) -> None:
    above, base = (int(inspect(name, "{{.Size}}")) for name in (image, BASE))
    assert above - base <= MOST


def test_the_loader_takes_every_module_that_is_no_python(image: str) -> None:
    """deploy/strip.py has shortened them."""
    load = "import ctypes,pathlib; print(len([ctypes.CDLL(p) for p in pathlib.Path('/opt/ticker/lib').rglob('*.so')]))"
    assert int(inside(image, f'python -c "{load}"')) > 20


def test_it_says_what_it_is(image: str) -> None:
    labels = json.loads(inspect(image, "{{json .Config.Labels}}"))
    told = {name.removeprefix("org.opencontainers.image."): value for name, value in labels.items()}
    assert (told["title"], told["licenses"]) == ("Ticker", "MIT")
    assert "RSS" in told["description"]
    assert f"ticker {told['version']}\n" == inside(image, "ticker --version", user="10001")
    assert told["revision"]


def test_all_that_python_imports_is_compiled_and_the_source_is_not_looked_at(image: str) -> None:
    """The root file system is read-only: what is not compiled now would be compiled at each start."""
    lacking = "import pathlib,sys; print([str(p) for p in pathlib.Path('/opt/ticker/lib').rglob('*.py') "
    lacking += "if not any((p.parent/'__pycache__').glob(p.stem+'.cpython-*.pyc'))])"
    flags = "import pathlib; print({p.read_bytes()[4] for p in pathlib.Path('/opt/ticker/lib').rglob('*.pyc')})"
    assert inside(image, f'python -c "{lacking}"') == "[]\n"
    assert inside(image, f'python -c "{flags}"') == "{1}\n", "1: by hash, unchecked (PEP 552)"


def test_the_same_sources_make_the_same_image_but_for_time_stamps(
    image: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = "localhost/ticker-test-again"
    build(tmp_path_factory.mktemp("pip"), tag=again, flags=("--no-cache",))
    try:
        first, second = contents(image), contents(again)
        assert len(first) > 2_000
        assert first.items() ^ second.items() == set()
    finally:
        remove(again)


def contents(image: str) -> dict[str, str]:
    """Path -> rights, owner, size and SHA-256 of all files of an image."""
    stood = inside(image, LISTED + "-printf '%p %M %U %G %s %l\\n'")
    hashed = inside(image, LISTED + "-type f -exec sha256sum {} +")
    known = dict(line.split(" ", 1) for line in stood.splitlines())
    for line in hashed.splitlines():
        digest, path = line.split("  ", 1)
        known[path] += digest
    return known


def test_it_runs_for_a_root_whose_path_lacks_sbin(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert "Usage" in podman("run", "--rm", "--read-only", *ulimits(), image, "--help").stdout


def test_health_fails_where_no_service_answers(image: str) -> None:
    assert podman("run", "--rm", "--read-only", *ulimits(), image, "health", check=False).returncode == 1
