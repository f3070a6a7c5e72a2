import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from tests.faults import Asked, Site
from tests.faults import page as at_page
from tests.running import answered, environment, free_port, items, running, ticker, write_config
from ticker import __version__, commands
from ticker.config import load
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.service import system_clock

LINES = [("14:54", "افتتاح معرض الكتاب"), ("14:53", "مطر غزير"), ("14:50", "فوز الفريق"), ("14:45", "إقفال الجسر")]
SECOND = {"name": "harbour", "title": "أخبار المرفأ", "url": "https://harbour.example/", "timezone": "Asia/Beirut"}
COMMANDS = ("run", "poll", "inspect", "ingest", "items", "replay", "render", "check", "demo", "health")


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
        assert len(answered(command, "--help").stdout) > 200


def test_asked_nothing_it_helps():
    done = answered(check=2)
    assert "Usage: ticker" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--version"], f"ticker {__version__}\n"),
        (["poll", "--help"], "Usage: ticker poll [OPTIONS] [SOURCE]...\n"),
        (["items", "--help"], "Usage: ticker items [OPTIONS] [SOURCE]\n"),
        (["inspect", "--help"], "Usage: ticker inspect [OPTIONS] {PAGE}\n"),
        (["ingest", "--help"], "Usage: ticker ingest [OPTIONS] {SOURCE} {FILE}...\n"),
        (["poll", "--help"], "Names as in config.yaml. Default: all."),
        (["check", "--help"], "2 when it is the configuration"),
        (["replay", "--help"], "Usage: ticker replay [OPTIONS] {SOURCE}\n"),
        (["replay", "--help"], "Exit 0\n when nothing differs, 3 when something does"),
    ],
)
def test_help_reads_well(words, says):
    told = answered(*words).stdout
    assert says in re.sub(" +\n", "\n", told)


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_configuration_may_be_named_before_or_after_the_command(config, place):
    words = ["-c", config, "check"] if place == "before" else ["check", "-c", config]
    assert "1 source" in answered(*words).stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["items", "nobody"], 2, "there are: desk", id="a source that is not there"),
        pytest.param(["ingest", "desk", "nothing.html"], 1, "no such file", id="a file that is not there"),
        pytest.param(["inspect", "nothing.html"], 1, "no such file", id="a page that is not there"),
        pytest.param(["items", "--since", "yesterday"], 2, "2025-01-14T14:55:00+02:00", id="no instant"),
        pytest.param(["render"], 1, "ticker poll", id="no item yet"),
        pytest.param(["health"], 1, "ticker run", id="no service"),
        pytest.param(["health"], 1, "/healthz: connection refused; ", id="no service, in words"),
        pytest.param(["frobnicate"], 2, "frobnicate", id="a command that is not there"),
        pytest.param(["items", "--lim", "3"], 2, "--limit", id="an option that is not there"),
        pytest.param(["items", "--since", "0001-01-01T00:00"], 2, "1971", id="before all news"),
        pytest.param(["items", "--since", "9999-12-31T23:59:59-10:00"], 2, "9998", id="past what a clock can say"),
        pytest.param(["items", "--limit", "9223372036854775808"], 2, "1000000", id="more than there can be"),
        pytest.param(["ingest", "desk", "page.txt", "--at", "0001-01-01T00:00"], 2, "1971", id="read before all news"),
        pytest.param(["ingest", "desk", "page.txt", "--at", "9999-12-31"], 2, "9998", id="read in the year 9999"),
        pytest.param(["ingest", "desk", "page.txt", "--at", "9998-12-31"], 2, "stay on top", id="read in the future"),
        pytest.param(["inspect", "/"], 1, "/: is a folder", id="a folder as a page"),
        pytest.param(["ingest", "desk", "/"], 1, "/: is a folder", id="a folder as a saved page"),
        pytest.param(["inspect", "n" * 5_000], 1, "name too long", id="a name of 5,000 letters"),
        pytest.param(["ingest", "desk", "n" * 5_000], 1, "name too long", id="a saved page of such a name"),
        pytest.param(["inspect", "/proc/self/mem"], 1, "/proc/self/mem: input/output error", id="no file to read"),
        pytest.param(["inspect", "/dev/zero"], 1, "larger than 10,000,000 bytes", id="a file without end"),
        pytest.param(
            ["inspect", "news.example.org"], 1, "https://news.example.org", id="an address without its scheme"
        ),
        pytest.param(["inspect", "news.example.org/a/b.html"], 1, "is https://news", id="likewise, with a path"),
        pytest.param(["inspect", "ftp://news.example.org/"], 1, "only http://", id="an address of another kind"),
        pytest.param(
            ["inspect", "http://127.0.0.1:1/p"], 1, "ticker: http://127.0.0.1:1/p: connection", id="a page that fails"
        ),
        pytest.param(["demo", "--rhythm", "inf"], 2, "--rhythm", id="a rhythm without end"),
        pytest.param(["demo", "--rhythm", "nan"], 2, "--rhythm", id="a rhythm that is no number"),
        pytest.param(["demo", "--newsroom-port", "99999"], 2, "65535", id="a newsroom at no port"),
        pytest.param(["demo", "--port", "0"], 2, "--port", id="a service at any port"),
        pytest.param(["demo", "--keep", "/proc/x"], 2, "--keep /proc/x: cannot make", id="a folder nobody can make"),
        pytest.param(["demo", "--keep", "/dev/null"], 2, "--keep /dev/null is a file", id="a file to keep a demo in"),
    ],
)
def test_errors_name_the_cure_and_end_with_their_code(config, words, code, says):
    done = answered(*words, config=config, check=code)
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 400
    assert done.stdout == ""


def test_a_file_that_may_not_be_read(page, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root, who runs this in a container, may read everything
    assert f"{page}: permission denied" in answered("inspect", page, check=1).stderr


@pytest.mark.parametrize("written", [0, 32_503_680_000])
def test_a_file_of_an_impossible_age_wants_to_be_dated(config, page, written):
    os.utime(page, (written, written))
    assert "--at" in answered("ingest", "desk", page, config=config, check=2).stderr


def test_a_missing_configuration_says_how_to_make_one(tmp_path):
    done = answered("items", config=tmp_path / "config.yaml", check=2)
    assert len(done.stderr.splitlines()) == 1


def test_all_mistakes_of_a_configuration_are_told_at_once(config):
    config.write_text(
        "sources:\n  - name: Desk!\n    url: news.example\n    every: 12:30\n    timezone: Beirut\n", "utf-8"
    )
    told = answered("check", config=config, check=2).stderr.splitlines()
    assert [re.sub(r".*config.yaml:(\d+):\d+ (\S+):.*", r"\1 \2", line) for line in told] == [
        "2 sources[0].name",
        "3 sources[0].url",
        "4 sources[0].every",
        "5 sources[0].timezone",
    ]


def test_ingest_items_render(config, page, tmp_path):
    done = answered("ingest", "desk", page, "--at", "2025-01-14T14:55:00", "--json", config=config)
    (poll,) = json.loads(done.stdout)
    assert (poll["at"], poll["outcome"]) == ("2025-01-14T12:55:00Z", "changed"), "without an offset: the source's clock"
    assert [row["kind"] for row in poll["rows"]] == ["new"] * 4

    kept = items(config)
    assert [item["title"] for item in kept] == [title for _, title in LINES]
    assert {"guid", "source", "title", "published", "updated", "link", "first_seen", "last_seen", "revisions"} <= set(
        kept[0]
    )
    assert "مطر غزير" in answered("items", "--search", "غزير", config=config).stdout
    assert len(json.loads(answered("items", "desk", "--limit", "2", "--json", config=config).stdout)) == 2

    answered("render", "--out", tmp_path / "www", config=config)
    written = {str(path.relative_to(tmp_path / "www")) for path in (tmp_path / "www").rglob("*.*")}
    feeds = {f"{place}feed.{form}" for place in ("", "desk/") for form in ("rss", "atom", "json")}
    assert feeds | {"index.html", "desk/index.html"} <= written, "and what they lead to: see test_publish"
    printed = answered("render", "desk", "--format", "atom", config=config).stdout
    assert (tmp_path / "www/desk/feed.atom").read_text("utf-8") == printed


def ingested(config: Path, page: Path, at: str, *lines: str, as_json: bool = False) -> str:
    """A poll of a page that shows *lines*, each "14:54 words", at a time of the 14th."""
    rows = (line.split(" ", 1) for line in lines)
    page.write_text("عاجل 24/7\n" + "\n".join(f"-\n{clock}\n{title}" for clock, title in rows), "utf-8")
    return answered(
        "ingest", "desk", page, "--at", f"2025-01-14T{at}", *(["--json"] if as_json else []), config=config
    ).stdout


def test_what_became_of_an_item_is_told(config, page):
    fair, rain, cup, bridge = "افتتاح معرض الكتاب العربي في وسط المدينة", "مطر غزير", "فوز الفريق", "إقفال الجسر"
    below = (f"14:53 {rain}", f"14:50 {cup}", f"14:45 {bridge}")
    ingested(config, page, "14:55", f"14:54 {fair}", *below)
    edited = f"{fair} غدا"
    printed = ingested(config, page, "15:02", f"14:54 {edited}", *below)
    assert printed == f"desk: 1 edited, 3 same\n  ~ 14:54  {edited}\n      was: {fair}\n"
    printed = ingested(config, page, "15:04", f"14:58 {edited}", *below)
    assert printed == f"desk: 1 corrected, 3 same\n  ~ 14:58  {edited}\n      was at: 14:54\n"
    told = json.loads(ingested(config, page, "15:40", f"15:39 {edited}", f"14:58 {edited}", *below[1:], as_json=True))
    repost = told[0]["rows"][0]
    ((kept_repost, item, gone, _, _),) = (items(config),)
    assert (repost["kind"], repost["repost_of"], kept_repost["repost_of"]) == ("repost", item["guid"], item["guid"])
    assert [(old["title"], old["printed"], old["seen_at"], old["until"]) for old in item["revisions"]] == [
        (fair, "14:54", "2025-01-14T12:55:00Z", "2025-01-14T13:02:00Z"),
        (edited, "14:54", "2025-01-14T13:02:00Z", "2025-01-14T13:04:00Z"),
    ]
    assert (gone["title"], gone["gone_at"], item["gone_at"]) == (rain, "2025-01-14T13:40:00Z", None)
    reasons = [old["reason"] for old in item["revisions"]]
    assert all(reasons)
    assert answered("items", "--limit", "3", config=config).stdout.splitlines() == [
        f"2025-01-14 15:39  desk  {edited}",
        f"    a repost of {item['guid']}: not in the feeds",
        f"2025-01-14 14:54  desk  {edited}",
        f"    edited 15:02: {reasons[0]}",
        f"        was: {fair}",
        f"    edited 15:04: {reasons[1]}",
        "        was: 14:54",
        f"2025-01-14 14:53  desk  {rain}",
        "    withdrawn 15:40: listed no more, though lines below it were",
    ]


def test_a_repost_is_told_apart_from_news(config, page):
    fair, others = "افتتاح معرض الكتاب العربي في وسط المدينة", [f"{clock} {title}" for clock, title in LINES[1:]]
    ingested(config, page, "14:55", f"14:54 {fair}", *others)
    printed = ingested(config, page, "15:40", f"15:39 {fair}", f"14:54 {fair}", *others)
    assert re.fullmatch(f"desk: 1 repost, 4 same\n  = 15:39  {fair}\n      not in the feeds: .+\n", printed)


def test_what_has_items_is_rendered_and_what_has_none_is_named(config, page, tmp_path):
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings["sources"].append(SECOND)
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    assert "ticker poll" in answered("render", "--out", tmp_path / "www", config=config, check=1).stderr
    answered("ingest", "desk", page, "--at", "2025-01-14T14:55:00", config=config)
    done = answered("render", "--out", tmp_path / "www", "--format", "rss", config=config)
    assert done.stdout.splitlines() == [str(tmp_path / "www/feed.rss"), str(tmp_path / "www/desk/feed.rss")]
    assert re.fullmatch("ticker: harbour has no item yet.*\n", done.stderr)
    assert "ticker poll" in answered("render", "harbour", config=config, check=1).stderr


def test_nothing_kept_is_said_and_not_printed(config, page):
    done = answered("items", config=config)
    assert (done.stdout, "ticker poll" in done.stderr) == ("", True)
    assert answered("items", "--json", config=config).stdout == "[]\n"
    answered("ingest", "desk", page, "--at", "2025-01-14T14:55:00", config=config)
    assert "matches" in answered("items", "--search", "زلزال", config=config).stderr


def test_a_saved_page_that_holds_no_list_fails_with_its_cause(config, page):
    page.write_text("آراء\n" + "\n".join(f"-\n{clock}\n{title}" for clock, title in LINES), "utf-8")
    done = answered("ingest", "desk", page, "--at", "2025-01-14T14:55:00", config=config, check=1)
    assert "heading-absent" in done.stdout


def test_as_many_instants_as_files_or_one(config, page):
    done = answered("ingest", "desk", page, page, page, *("--at", "2025-01-14T14:55") * 2, config=config, check=2)
    assert "2 times for 3 files" in done.stderr


def test_inspect_finds_nothing_and_says_so(page):
    done = answered("inspect", page, "--heading", "آراء", "--json", check=1)
    assert json.loads(done.stdout) == {"blocks": []}
    done = answered("inspect", page, "--heading", "آراء", check=1)
    assert "heading-absent" in done.stderr


def test_what_inspect_prints_is_a_configuration_that_works_once_its_zone_is_named(page, tmp_path):
    printed = answered("inspect", page, "--heading", "عاجل 24/7", "--url", "https://news.example/").stdout
    config = tmp_path / "config.yaml"
    config.write_text("sources:\n" + printed[printed.index("  - name:") :], "utf-8")
    assert "timezone: 'Region/City'" in answered("check", config=config, check=2).stderr
    config.write_text(config.read_text("utf-8").replace("Region/City", "Asia/Beirut"), "utf-8")
    answered("check", config=config)
    answered("ingest", "my-source", page, "--at", "2025-01-14T14:55", config=config)


@pytest.mark.parametrize(
    ("opening", "language"),
    [
        pytest.param("<html lang=ar>", "ar", id="bare"),
        pytest.param("<!doctype html>\n<HTML dir='rtl' LANG='ar-LB'>", "ar-LB", id="with a region"),
        pytest.param('<html xml:lang="pt_BR">', "pt-BR", id="as XHTML, with the wrong dash"),
        pytest.param("<html lang=no>", "no", id="what YAML takes for a truth"),
        pytest.param("<html data-lang=ar>", "en", id="not said"),
        pytest.param("<html lang='{{ lang }}'>", "en", id="a template that was not filled in"),
    ],
)
def test_inspect_takes_the_language_that_the_page_says(tmp_path, opening, language):
    rows = "".join(f"<li><span>{clock}</span> <a href=/n/{clock[-2:]}>{title}</a></li>" for clock, title in LINES)
    page = tmp_path / "page.html"
    page.write_text(f"{opening}<meta charset=utf-8><h2>عاجل</h2><ul>{rows}</ul>", "utf-8")
    printed = answered("inspect", page, "--heading", "عاجل", "--url", "https://news.example/").stdout
    assert f"{LINES[0][1]} -> /n/54\n" in printed, "and where the rows lead"
    config = tmp_path / "config.yaml"
    written = "sources:\n" + printed[printed.index("  - name:") :]
    config.write_text(written.replace("Region/City", "Asia/Beirut"), "utf-8")
    assert load(config, {}).sources[0].language == language


def test_a_guess_is_called_one_in_words(tmp_path):
    rows = "".join(f"<li><b>{clock}</b> {title} في المدينة القديمة صباح اليوم</li>" for clock, title in LINES)
    page = tmp_path / "page.html"
    page.write_text(f"<meta charset=utf-8><ul>{rows}</ul>", "utf-8")
    printed = answered("inspect", page).stdout
    assert "a guess: no heading was given\n" in printed
    assert " -> " not in printed


def marked(heading: str, tag: str = "ul") -> str:
    rows = "".join(f"<li><b>{clock}</b> <a href=/n/{clock}>{title} في المدينة</a>" for clock, title in LINES)
    return f"<meta charset=utf-8><title>صفحة</title><h2>{heading}</h2><{tag}>{rows}</{tag}>"


async def test_inspect_of_a_source_reads_its_page_as_configured(tmp_path):
    async with Site() as site:
        asked = []

        async def old(request: Asked, writer: asyncio.StreamWriter) -> None:
            asked.append(request.headers.get("x-desk"))
            await at_page(marked("عاجل 24/7"))(request, writer)

        site["/"] = old
        config = write_config(tmp_path, site.url("/"), headers={"X-Desk": "yes"})
        done = await _later("inspect", "desk", config=config)
        assert f"{LINES[0][1]} في المدينة" in done.stdout
        assert "The configuration of desk finds the first list." in done.stdout
        assert asked[-1] == "yes"
        told = json.loads((await _later("inspect", "desk", "--json", "-c", config)).stdout)
        assert (list(told), len(told["blocks"][0]["headlines"])) == (["blocks"], 4)
        other = await _later("inspect", "desk", "--heading", "آراء", config=config, check=1)
        assert "is that the heading?" in other.stderr
        site["/"] = at_page("", status=503)
        broken = await _later("inspect", "desk", config=config, check=1)
        assert "refused: answered 503" in broken.stderr


async def test_inspect_shows_the_pages_of_failed_polls_and_what_would_follow_them(tmp_path):
    async with Site() as site:
        site["/"] = at_page(marked("أخبار الساعة"))
        config = write_config(tmp_path, site.url("/"))
        none = await _later("inspect", "desk", "--failed", config=config, check=1)
        assert none.stderr == (
            "ticker: nothing of desk has failed that came with a page; `ticker inspect desk` reads its page now\n"
        )
        await _later("poll", config=config, check=1)
        site["/"] = at_page("<title>Closed</title><p>Back soon", status=403)
        await _later("poll", config=config, check=1)
        last = await _later("inspect", "desk", "--failed", config=config, check=1)
        assert re.match(r"desk at 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  refused: answered 403", last.stdout)
        assert "it begins: Closed · Back soon\n" in last.stdout
        assert re.search(r"--back 1 is at .* heading-absent: the page does not hold", last.stdout)
        assert "--heading" not in last.stderr, "nobody expects the list on such a page"
        first = await _later("inspect", "desk", "--failed", "--back", "1", config=config, check=1)
        assert "heading-absent: the page does not hold the heading “عاجل 24/7”" in first.stdout
        assert "أخبار الساعة · 4 rows" in first.stdout
        assert yaml.safe_load(first.stdout[first.stdout.index("  - name:") :]) == [
            {"name": "desk", "heading": "أخبار الساعة"}
        ]
        told = json.loads((await _later("inspect", "desk", "--failed", "--json", config=config, check=1)).stdout)
        assert (told["blocks"], told["failed"]["cause"], told["failed"]["url"]) == ([], "refused", site.url("/"))
        assert (
            "--back goes up to 1"
            in (await _later("inspect", "desk", "--failed", "--back", "2", config=config, check=1)).stderr
        )


async def test_poll_prints_the_lines_that_make_a_repair_permanent(tmp_path):
    async with Site() as site:
        site["/"] = at_page(marked("عاجل").replace("<ul>", "<ul class=wire>"))
        selectors = {"block": "ul.wire"}
        config = write_config(tmp_path, site.url("/"), heading=None, selectors=selectors)
        assert "permanent" not in (await _later("poll", config=config)).stdout
        site["/"] = at_page(marked("عاجل").replace("14:54", "14:55"))
        said = (await _later("poll", config=config)).stdout
        assert "selectors no longer fit (nothing on the page matches the selector “ul.wire”)" in said
        (written,) = yaml.safe_load(said[said.index("  - name:") :])
        write_config(tmp_path, site.url("/"), heading=written["heading"])
        assert "no longer fit" not in (await _later("poll", config=config)).stdout
        (told,) = json.loads((await _later("poll", "--json", config=config)).stdout)
        assert (told["outcome"], told["advice"], told["detail"]) == ("unchanged", "", "")


def test_inspect_of_a_name_that_is_neither_file_nor_source_says_what_there_is(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = answered("inspect", "harbour", config=config, check=1).stderr
    assert "no such file, and no source is named so" in other
    assert "there are: desk" in other
    config.rename(tmp_path / "elsewhere.yaml")
    assert "name the configuration with -c" in answered("inspect", "desk", check=1).stderr
    assert "no source is named" in answered("inspect", "page.html", "--failed", "-c", "elsewhere.yaml", check=2).stderr


def test_a_file_that_is_named_like_a_source_is_the_file(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("desk").write_text(marked("آراء"), "utf-8")
    assert "آراء · 4 rows" in answered("inspect", "desk", config=config).stdout


@pytest.mark.parametrize("option", ["--port", "--newsroom-port"])
def test_a_demo_says_which_of_its_ports_is_taken(option):
    other = {"--port": "--newsroom-port", "--newsroom-port": "--port"}[option]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = answered("demo", option, str(taken.getsockname()[1]), other, str(free_port()), check=1)
    assert f"choose another with {option}" in done.stderr.splitlines()[-1]


def test_an_unexpected_error_shows_where_it_came_from(config, monkeypatch):
    def lost(work):
        work.close()
        raise EOFError("lost")

    monkeypatch.setattr(commands, "in_loop", lost)
    with pytest.raises(EOFError, match="lost"):
        answered("items", config=config)


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A line of shell in which `ticker` is ours."""
    script = f'ticker() {{ "{sys.executable}" -m ticker "$@"; }}\n{line}'
    return subprocess.run(["bash", "-c", script], capture_output=True, env=environment(**variables), timeout=60)


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param({"PYTHONIOENCODING": "ascii"}, id="told ASCII"),
        pytest.param({"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}, id="a locale of one byte"),
    ],
)
def test_output_is_utf8_whatever_the_locale(config, page, locale):
    answered("ingest", "desk", page, "--at", "2025-01-14T14:55:00", config=config)
    done = shell(f"ticker -c {config} items && ticker -c {config} items عاجل", **locale)
    assert LINES[0][1] in done.stdout.decode()
    assert "there are: desk" in done.stderr.decode()
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        pytest.param("ticker inspect {page} {heading} >/dev/full", 1, "no space left on device", id="a full disk"),
        pytest.param("ticker -c {config} poll >/dev/full", 1, "no space left on device", id="full, and a failed poll"),
        pytest.param("ticker inspect {page} {heading} >&-", 1, "it is closed", id="closed"),
        pytest.param("ticker -c {config} check <&- >&- 2>&-", 1, None, id="all closed"),
        pytest.param("ticker -c {config} check 2>&- <&- >/dev/null", 0, None, id="only the output open"),
        pytest.param("ticker -c {config} items 2>/dev/full", 0, None, id="complaints to a full disk"),
        pytest.param("ticker --help | true; exit ${{PIPESTATUS[0]}}", 1, None, id="a reader that leaves"),
    ],
)
def test_output_that_cannot_be_written_is_one_line(config, page, line, code, says):
    done = shell(line.format(page=page, config=config, heading="--heading 'عاجل 24/7'"))
    assert done.stderr.decode() == (f"ticker: cannot write to standard output: {says}\n" if says else "")
    assert done.returncode == code


def test_interrupted_while_it_starts_it_ends_without_a_word():
    """The modules that take long to load are loaded when Ctrl-C is caught already."""
    script = (
        "import os, signal, sys, ticker.__main__ as program\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in what a shell runs in the background
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "assert 'typer' not in sys.modules\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "program.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment(), timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


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
    return await asyncio.to_thread(answered, *words, **options)


async def test_health_of_a_running_service(config):
    async with running(config, forked=False):
        assert "answered 200" in (await _later("health", config=config)).stdout


async def test_a_port_that_is_taken_is_a_clear_error(config):
    async with running(config, forked=False):
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
