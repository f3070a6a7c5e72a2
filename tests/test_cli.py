import asyncio
import json
import re
import sys
from pathlib import Path

import httpx
import pytest

from tests.running import environment, free_port, items, running, ticker, write_config
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.service import system_clock

LINES = [("14:54", "افتتاح معرض الكتاب"), ("14:53", "مطر غزير"), ("14:50", "فوز الفريق"), ("14:45", "إقفال الجسر")]
COMMANDS = ("run", "poll", "inspect", "ingest", "items", "render", "check", "demo", "health")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, "https://news.example/")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text("عاجل 24/7\n" + "\n".join(f"-\n{clock}\n{title}" for clock, title in LINES), "utf-8")
    return path


def test_help_lists_every_command_and_each_explains_itself():
    said = ticker("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", said)
        assert len(ticker(command, "--help").stdout) > 200


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_configuration_may_be_named_before_or_after_the_command(config, place):
    words = ["-c", config, "check"] if place == "before" else ["check", "-c", config]
    assert "1 source" in ticker(*words).stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["items", "nobody"], 2, "there are: desk", id="a source that is not there"),
        pytest.param(["ingest", "desk", "nothing.html"], 1, "no such file", id="a file that is not there"),
        pytest.param(["inspect", "nothing.html"], 1, "no such file", id="a page that is not there"),
        pytest.param(["items", "--since", "yesterday"], 2, "2025-01-14T14:55:00+02:00", id="no instant"),
        pytest.param(["render"], 1, "ticker poll", id="no item yet"),
        pytest.param(["health"], 1, "ticker run", id="no service"),
        pytest.param(["frobnicate"], 2, "frobnicate", id="a command that is not there"),
    ],
)
def test_errors_name_the_cure_and_end_with_their_code(config, words, code, says):
    done = ticker(*words, config=config, check=code)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_configuration_says_how_to_make_one(tmp_path):
    done = ticker("items", config=tmp_path / "config.yaml", check=2)
    assert len(done.stderr.splitlines()) == 1


def test_all_mistakes_of_a_configuration_are_told_at_once(config):
    config.write_text(
        "sources:\n  - name: Desk!\n    url: news.example\n    every: 12:30\n    timezone: Beirut\n", "utf-8"
    )
    told = ticker("check", config=config, check=2).stderr.splitlines()
    assert [re.sub(r".*config.yaml:(\d+):\d+ (\S+):.*", r"\1 \2", line) for line in told] == [
        "2 sources[0].name",
        "3 sources[0].url",
        "4 sources[0].every",
        "5 sources[0].timezone",
    ]


def test_ingest_items_render(config, page, tmp_path):
    done = ticker("ingest", "desk", page, "--at", "2025-01-14T14:55:00", "--json", config=config)
    (poll,) = json.loads(done.stdout)
    assert (poll["at"], poll["outcome"]) == ("2025-01-14T12:55:00Z", "changed"), "without an offset: the source's clock"
    assert [row["kind"] for row in poll["rows"]] == ["new"] * 4

    kept = items(config)
    assert [item["title"] for item in kept] == [title for _, title in LINES]
    assert {"guid", "source", "title", "published", "updated", "link", "first_seen", "last_seen", "revisions"} <= set(
        kept[0]
    )
    assert "مطر غزير" in ticker("items", "--search", "غزير", config=config).stdout
    assert len(json.loads(ticker("items", "desk", "--limit", "2", "--json", config=config).stdout)) == 2

    ticker("render", "--out", tmp_path / "www", config=config)
    written = {str(path.relative_to(tmp_path / "www")) for path in (tmp_path / "www").rglob("*.*")}
    assert written == {f"{place}feed.{form}" for place in ("", "desk/") for form in ("rss", "atom", "json")}
    printed = ticker("render", "desk", "--format", "atom", config=config).stdout
    assert (tmp_path / "www/desk/feed.atom").read_text("utf-8") == printed


def test_a_saved_page_that_holds_no_list_fails_with_its_cause(config, page):
    page.write_text("آراء\n" + "\n".join(f"-\n{clock}\n{title}" for clock, title in LINES), "utf-8")
    done = ticker("ingest", "desk", page, "--at", "2025-01-14T14:55:00", config=config, check=1)
    assert "heading-absent" in done.stdout


def test_as_many_instants_as_files_or_one(config, page):
    done = ticker("ingest", "desk", page, page, page, *("--at", "2025-01-14T14:55") * 2, config=config, check=2)
    assert "2 times for 3 files" in done.stderr


def test_inspect_finds_nothing_and_says_so(page):
    done = ticker("inspect", page, "--heading", "آراء", "--json", check=1)
    assert json.loads(done.stdout) == {"blocks": []}
    done = ticker("inspect", page, "--heading", "آراء", check=1)
    assert "heading-absent" in done.stderr


def test_what_inspect_prints_is_a_configuration_that_works(page, tmp_path):
    printed = ticker("inspect", page, "--heading", "عاجل 24/7", "--url", "https://news.example/").stdout
    (tmp_path / "config.yaml").write_text("sources:\n" + printed[printed.index("  - name:") :], "utf-8")
    ticker("check", config=tmp_path / "config.yaml")
    ticker("ingest", "my-source", page, "--at", "2025-01-14T14:55", config=tmp_path / "config.yaml")


async def test_poll_and_check_read_the_live_page(tmp_path):
    lines = Manual()
    for _, title in LINES:
        lines.add(title, system_clock())
    app = newsroom_app(lines, system_clock)
    async with serve_newsroom(app) as url:
        config = write_config(tmp_path, url)
        assert "desk: 4 headlines" in (await _later("check", "--online", config=config)).stdout
        assert items(config) == [], "a check keeps nothing"
        assert "desk: 4 new" in (await _later("poll", config=config)).stdout
        assert "desk: not-modified" in (await _later("poll", "desk", config=config)).stdout
        app.state.site.mode = "500"
        assert "refused: answered 500" in (await _later("poll", config=config, check=1)).stdout
        assert "refused" in (await _later("check", "--online", config=config, check=1)).stdout
        assert "--heading" not in (await _later("inspect", url, check=1)).stderr


async def _later(*words, **options):
    return await asyncio.to_thread(ticker, *words, **options)


async def test_health_of_a_running_service(config):
    async with running(config):
        assert "answered 200" in (await _later("health", config=config)).stdout


async def test_a_port_that_is_taken_is_a_clear_error(config):
    async with running(config):
        done = await _later("run", config=config, check=1)
        assert "server.port" in done.stderr


async def test_the_demo_shows_headlines_arriving(tmp_path):
    """The real command: newsroom and service in one process."""
    port = free_port()
    command = [sys.executable, "-m", "ticker", "demo", "--port", str(port), "--rhythm", "0.5"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, env=environment())
    try:
        assert process.stderr
        assert b"newsroom" in await process.stderr.readline()
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as client:
            count = 0
            while count < 14:
                await asyncio.sleep(0.1)
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/feed.json")
                except httpx.TransportError:
                    continue
                count = len(answer.json()["items"]) if answer.status_code == 200 else 0
        process.terminate()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
