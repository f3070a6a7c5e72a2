"""What a release is: one version, which the changelog names, a wheel that works elsewhere, a manual that is true."""

import re
import shlex
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
import yaml

import ticker
from tests import workshop
from tests.running import environment, write_config
from ticker.commands import app
from ticker.demo import HEADING

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path
    for pattern in ("README.md", "Makefile", "docs/*.md", "deploy/**/*", "*.y*ml")
    for path in sorted(ROOT.glob(pattern))
    if path.is_file()
]
SLOW = 60.0  # seconds that a program may take: nothing is compiled yet, and others work beside it
TOLD = "افتتاح الجسر الجديد"
LINES = [TOLD, "أمطار غزيرة مساء اليوم", "أسعار التذاكر لن ترتفع", "معرض الكتاب يفتح أبوابه", "قطار جديد إلى المرفأ"]
PAGE = "\n".join(["-", HEADING, *(f"-\n09:{50 - 7 * n}\n{line}" for n, line in enumerate(LINES))])
COMMANDS = """import sys, ticker
from ticker.__main__ import answer
print(ticker.__file__)
config = ["-c", sys.argv[1]]
for words in (["--version"], [*config, "ingest", "desk", "page.txt"], [*config, "render", "desk"]):
    assert answer(words) == 0, words
"""
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) — (\d{4}-\d\d-\d\d)$", re.MULTILINE)
BY_NAME = [  # what would fetch from a public index what somebody else has put there under this name
    re.compile(r"\b(?:pip3?|pipx|uv|uvx|poetry|pdm|conda|brew|apt(?:-get)?) (?:[\w -]*? )?['\"]?ticker(?![\w./-])"),
    re.compile(r"\b(?:docker\.io|ghcr\.io|quay\.io)/(?:library/)?ticker\b"),
    re.compile(r"^\s*(?:image:|FROM) ['\"]?ticker\b", re.MULTILINE | re.IGNORECASE),
    re.compile(r"\b(?:docker|podman) pull ['\"]?ticker\b"),
    re.compile(r"\b(?:docker|podman) run\b[^\n]* ticker(?: ticker)?$", re.MULTILINE),
]


def test_the_changelog_begins_with_the_release_that_this_is() -> None:
    """What is not released yet may stand above it."""
    told = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## .*$", told, re.MULTILINE)
    headings = headings[1:] if headings[0] == "## Unreleased" else headings
    releases = RELEASE.findall(told)
    assert [f"## {version} — {day}" for version, day in releases] == headings, "## 0.2.0 — 2026-11-23"
    assert [version for version, _ in releases[:1]] == [ticker.__version__]
    assert sorted(releases, key=lambda each: [*map(int, each[0].split("."))], reverse=True) == releases


def test_the_version_stands_in_one_place() -> None:
    """The command line, /metrics, User-Agent, the wheel and the image take it from there."""
    listed = ["git", "ls-files", "ticker", "tools", "deploy", "Dockerfile", "Makefile", "pyproject.toml", "*.y*ml"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    version = re.compile(rb"(?<![\d.])" + re.escape(ticker.__version__).encode() + rb"(?![\d.])")
    assert [name for name in names if version.search((ROOT / name).read_bytes())] == ["ticker/__init__.py"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the image and a person build it; nothing is asked of an index."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=SLOW)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_whole_package_and_nothing_beside_it(wheel: Path) -> None:
    """Templates, scripts, catalogues, migrations, tables: each file that git knows."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ticker"]
    known = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    known = [name for name in known if (ROOT / name).exists()]
    about = f"ticker-{ticker.__version__}.dist-info"
    told = ["METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"]
    assert sorted(zipfile.ZipFile(wheel).namelist()) == sorted([*known, *(f"{about}/{name}" for name in told)])
    assert wheel.name == f"ticker-{ticker.__version__}-py3-none-any.whl"
    assert not {".html", ".js", ".css", ".mo", ".png"} - {Path(name).suffix for name in known}


def test_the_wheel_works_where_there_is_no_checkout(wheel: Path, tmp_path: Path) -> None:
    """Installed into an empty folder: it keeps a page, and serves it with its templates, styles and feeds."""
    there = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-index"]
    subprocess.run([*install, "--no-compile", "--target", there, wheel], check=True, timeout=SLOW)
    program, outside = there / "bin" / "ticker", environment(PYTHONPATH=str(there), PYTHONDONTWRITEBYTECODE="")
    (tmp_path / "page.txt").write_text(PAGE, "utf-8")
    config = write_config(tmp_path, "http://127.0.0.1:9/", stored=False, language="ar")

    def call(*words: str | Path) -> str:
        done = subprocess.run(words, cwd=tmp_path, env=outside, capture_output=True, text=True, timeout=SLOW)
        assert done.returncode == 0, done.stderr
        return done.stdout

    told = call(sys.executable, "-c", COMMANDS, config)
    assert told.startswith(f"{there}/ticker/__init__.py\nticker {ticker.__version__}\n")
    assert f"{len(LINES)} new" in told
    assert TOLD in told.partition("<rss")[2]
    for path, holds in answers_of(program, config, outside, "", "static/style.css", "feed.atom", "metrics").items():
        sought = {"": f">{TOLD}<", "feed.atom": TOLD, "metrics": f'ticker_build_info{{version="{ticker.__version__}"}}'}
        assert sought.get(path, "{") in holds, path


def answers_of(program: Path, config: Path, outside: dict[str, str], *paths: str) -> dict[str, str]:
    """What `ticker run` says under these paths."""
    url = f"http://127.0.0.1:{yaml.safe_load(config.read_text('utf-8'))['server']['port']}/"
    with config.with_suffix(".log").open("wb") as log:
        service = subprocess.Popen([program, "-c", config, "run"], cwd=config.parent, env=outside, stderr=log)
    try:
        with httpx.Client(base_url=url, trust_env=False) as client:
            return {path: answer(client, path) for path in paths}
    finally:
        service.terminate()
        assert service.wait(SLOW) == 0


def answer(client: httpx.Client, path: str) -> str:
    """Once it can be had."""
    until = time.monotonic() + SLOW
    while True:
        try:
            found = client.get(path)
        except httpx.TransportError:
            found = httpx.Response(503)
        if found.status_code == 200 or time.monotonic() > until:
            assert found.status_code == 200, path
            return found.text
        time.sleep(0.05)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_sends_people_to_a_name_that_is_not_ours(path: Path) -> None:
    """No index entry and no public image `ticker` is ours: people build a wheel or an image of the checkout."""
    text = path.read_text("utf-8")
    assert [found.group() for name in BY_NAME for found in name.finditer(text)] == []


@pytest.mark.parametrize(
    "says",
    [
        "pip install ticker", "pip install -U 'ticker[notify]'", "pipx install ticker", "uv tool install ticker",
        "uvx ticker run", "podman pull ticker:0.2", "    image: ticker:latest", "docker run -d -p 8000:8000 ticker",
        "docker.io/library/ticker",
    ],
)  # fmt: skip
def test_such_a_name_is_seen(says: str) -> None:
    assert any(name.search(says) for name in BY_NAME)


MANUAL = workshop.tool("manual")


def test_the_manual_says_what_the_commands_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same on every terminal, in every language."""
    for name, value in {"COLUMNS": "40", "LANG": "ar_LB.UTF-8", "TERM": "dumb", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == MANUAL.manual(), "docs/cli.md is not what the commands say: run `make manual`"


def every_command() -> Iterator[tuple[str, Any]]:
    yield from MANUAL.commands(typer.main.get_command(app))


def test_every_command_has_a_section_and_says_what_it_does() -> None:
    page = MANUAL.manual()
    for name, command in every_command():
        assert f"\n## {name}\n\n{command.help[:20]}" in page
        assert f"](#{name.replace(' ', '-')})" in page
        for parameter in command.params:
            assert parameter.help or parameter.name == "help", (name, parameter.name)


@pytest.mark.parametrize(
    "example", [example for _, command in every_command() for example in MANUAL.examples(command) if example]
)
def test_every_example_can_be_typed_so(example: str) -> None:
    """Its words are read as the command line reads them; nothing is run."""
    ours = next(part for part in re.split(r" [|>] ", example) if part.startswith("ticker "))
    words, command = shlex.split(ours)[1:], typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    assert command.make_context("ticker", words) is not None
