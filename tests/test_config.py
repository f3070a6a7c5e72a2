"""What may be written in config.yaml and the environment, and what is said when it may not."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticker.config import RESERVED, FeedSettings, Server, Settings, Target, load, warnings
from ticker.config.durations import span
from ticker.config.keys import File, keys
from ticker.config.names import ENCODINGS
from ticker.decode import codec_of
from ticker.errors import ConfigError
from ticker.model import Selectors, Source

PROJECT = Path(__file__).parent.parent
SHIPPED = PROJECT / "config.yaml"
HELD = {"HOOK_SECRET": " of nobody\n"}
Write = Callable[[str | bytes], Path]
OFFSETS = ["UTC+2", "utc-03:30", "GMT +2", "+02:00", "-0500", "UTC2", "Z+1", "UTC−2"]
TOP = "sources, server, store, feed, keep, keep_polls, contact, notify"
ONE = """\
sources:
  - name: city
    url: https://news.example.org/
    timezone: Asia/Beirut
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration; its path."""

    def written(text: str | bytes) -> Path:
        path = tmp_path / "config.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return written


def read(path: Path, **environ: str) -> Settings:
    return load(path, environ)


def problems(path: Path, **environ: str) -> list[str]:
    """All that is wrong, without the folder of the file."""
    with pytest.raises(ConfigError) as refused:
        load(path, environ)
    assert refused.value.problems == str(refused.value).split("\n"), "a problem is one line"
    return [problem.removeprefix(f"{path.parent}/") for problem in refused.value.problems]


def refusals(path: Path, **environ: str) -> list[str]:
    """What is wrong, if anything; any error but a ConfigError is a bug and comes through."""
    try:
        load(path, environ)
    except ConfigError as refused:
        return refused.problems
    return []


def source(line: str) -> str:
    """A configuration whose only source has *line* as well, or instead."""
    key = line.partition(":")[0]
    kept = [row for row in ONE.splitlines()[2:] if not row.strip().startswith(f"{key}:")]
    head = "  - name: city" if key != "name" else f"  - {line}"
    rows = ["# an invented newsroom", "sources:", head, *kept, *([f"    {line}"] if key != "name" else [])]
    return "\n".join(rows) + "\n"


# What is read


def test_the_shipped_file_is_a_configuration_without_warnings() -> None:
    shipped = read(SHIPPED)
    (only,) = shipped.sources
    assert (only.name, only.title, only.heading) == ("addiyar", "الديار — عاجل 24/7", "عاجل 24/7")
    assert (only.urls, only.zone) == (("https://www.addiyar.com/",), ZoneInfo("Asia/Beirut"))
    assert (only.language, only.every, only.allow_private) == ("ar", timedelta(seconds=60), False)
    assert shipped.server == Server("127.0.0.1", 8000, "http://127.0.0.1:8000/")
    assert shipped.feed == FeedSettings(min_items=100, max_items=500, max_age=timedelta(hours=24))
    assert shipped.keep_polls == timedelta(days=30)
    assert shipped.store == f"sqlite:///{PROJECT / 'data/ticker.db'}"
    assert warnings(shipped) == []


def uncommented() -> str:
    """config.yaml with every commented key in force; a comment in prose has a space after its #."""
    return re.sub(r"^( *)#(?=(?:- )?\w+:)", r"\1", SHIPPED.read_text("utf-8"), flags=re.MULTILINE)


def test_every_commented_key_of_the_shipped_file_can_be_uncommented(write: Write) -> None:
    shipped = read(write(uncommented()), **HELD)
    (target,) = shipped.notify
    assert (target.name, target.headlines, target.sources) == ("desk", True, ("addiyar",))
    assert shipped.sources[0].selectors == Selectors("#latest", ".time", ".headline", "a")
    assert shipped.sources[0].headers == {"Accept-Language": "ar"}
    assert shipped.server.public_url == "https://news.example.org/"


def every_key() -> list[str]:
    return ["/".join(part for part in path if isinstance(part, str)) for path, _ in keys(File)]


@pytest.mark.parametrize("path", every_key())
def test_every_key_is_documented(path: str) -> None:
    *_, key = path.split("/")
    assert re.search(rf"\b{key}:", uncommented()), f"{path} is not in config.yaml"
    listed = re.sub("^(sources|notify)/", r"\1[]/", path).replace("/", ".")
    assert f"`{listed}`" in (PROJECT / "docs/config.md").read_text("utf-8")


def test_every_fact_of_settings_comes_from_a_key() -> None:
    of_source = {"urls": "url", "zone": "timezone"}
    known = set(every_key())
    assert {f"sources/{of_source.get(each.name, each.name)}" for each in fields(Source)} - known == {
        "sources/selectors",
        "sources/slowest",  # of every: {min, max}
    }
    assert {f"sources/selectors/{each.name}" for each in fields(Selectors)} <= known
    assert {f"server/{each.name}" for each in fields(Server)} <= known
    assert {f"feed/{each.name}" for each in fields(FeedSettings)} <= known
    assert {f"notify/{each.name}" for each in fields(Target)} <= known
    assert {each.name for each in fields(Settings)} == {path.split("/")[0] for path in known}


def test_three_keys_are_enough(write: Write) -> None:
    found = read(write(ONE))
    assert found.sources == (
        Source(name="city", title="city", urls=("https://news.example.org/",), zone=ZoneInfo("Asia/Beirut")),
    )
    assert (found.server, found.feed, found.keep_polls) == (Server(), FeedSettings(), timedelta(days=30))


def test_sections_whose_keys_are_all_commented_out_are_as_none(write: Write) -> None:
    text = ONE + "    headers:\n    selectors:\nserver:\n  #port: 1\nfeed:\n"
    assert read(write(text)) == read(write(ONE))


def test_every_key_of_a_source_arrives(write: Write) -> None:
    found = read(
        write(
            """\
sources:
  - name: city-24
    title: "المدينة: عاجل"
    url: [https://one.example.org/a b?x=1#c, https://two.example.org/]
    timezone: Europe/Berlin
    heading: عاجل
    selectors: {block: "#latest", time: li time, link: a}
    language: AR-lb
    every: {min: 30s, max: 1h30m}
    timeout: 10s
    robots: ignore
    headers: {Accept-Language: "ar, en;q=0.5", X-Empty: ""}
    charset: windows-1256
    allow_private: true
""".replace("a b", "a%20b")
        )
    )
    assert found.sources == (
        Source(
            name="city-24",
            title="المدينة: عاجل",
            urls=("https://one.example.org/a%20b?x=1#c", "https://two.example.org/"),
            zone=ZoneInfo("Europe/Berlin"),
            heading="عاجل",
            selectors=Selectors(block="#latest", time="li time", headline=None, link="a"),
            language="ar-LB",
            every=timedelta(seconds=30),
            slowest=timedelta(hours=1, minutes=30),
            timeout=timedelta(seconds=10),
            robots="ignore",
            headers={"Accept-Language": "ar, en;q=0.5", "X-Empty": ""},
            charset="windows-1256",
            allow_private=True,
        ),
    )


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("news@example.org", None),
        ("https://news.example.org/about", None),
        ("news", "must be a mail address or a web page; write contact: news@example.org"),
        ("ftp://example.org/", "contact: "),
        ("خبر@example.org", "must be a mail address or a web page"),
        ('"a\\nX-Header: b@example.org"', "must be a mail address or a web page"),
    ],
)
def test_a_contact_is_a_mail_address_or_a_page(write: Write, written: str, wrong: str | None) -> None:
    path = write(ONE + f"contact: {written}\n")
    if wrong is None:
        assert read(path).contact == written
    else:
        assert wrong in refusals(path)[0]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("title: Now", "Now"),
        ("heading: عاجل 24/7", "عاجل 24/7"),
        ("language: ar", "city"),
        ('title: "\\u200fNow\\u0001  then "', "Now then"),
    ],
)
def test_a_title_is_what_is_written_or_the_heading_or_the_name(write: Write, lines: str, title: str) -> None:
    assert read(write(source(lines))).sources[0].title == title


@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "12:30", "010", "0x1F", "2025-01-01", "1_000", "2025-01-01T00:00:00Z", "=", ".5", "0o7"]
)
def test_a_word_that_yaml_11_would_change_stays_as_written(write: Write, text: str) -> None:
    assert read(write(source(f"title: {text}"))).sources[0].title == text


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60s", 60), ("5m", 300), ("24h", 86400), ("2d", 172800), ("1h30m", 5400), ("1d2h3m4s", 93784), ("1s", 1)],
)
def test_a_duration_has_units(write: Write, written: str, seconds: int) -> None:
    assert read(write(source(f"every: {written}"))).sources[0].every == timedelta(seconds=seconds)


@given(st.integers(1, 10**6))
@settings(max_examples=50)
def test_a_duration_in_any_split_is_the_same(seconds: int) -> None:
    minutes, rest = divmod(seconds, 60)
    assert span(f"{minutes}m{rest}s") == span(f"{seconds}s") == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "label", ["windows-1256", "x-sjis", "windows-874", "x-mac-cyrillic", "Latin1", "utf-16", "GBK"]
)
def test_a_charset_is_any_label_that_pages_may_carry(write: Write, label: str) -> None:
    assert read(write(source(f"charset: {label}"))).sources[0].charset == label


@pytest.mark.parametrize("label", ENCODINGS)
def test_no_charset_is_suggested_that_is_none(label: str) -> None:
    assert codec_of(label)


@pytest.mark.parametrize(
    ("host", "listened_on"),
    [
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("خبر.example", "xn--ngblk.example"),
        ("Ticker_1.internal.", "Ticker_1.internal."),
        ("2001:db8::1", "2001:db8::1"),
        ("a" * 63, "a" * 63),
    ],
)
def test_a_host_is_an_address_or_a_name_in_ascii(write: Write, host: str, listened_on: str) -> None:
    assert read(write(ONE), TICKER_SERVER__HOST=host).server.host == listened_on


def test_a_feed_of_all_sources_may_have_a_title(write: Write) -> None:
    assert read(write(ONE)).feed.title == ""
    assert read(write(ONE + 'feed: {title: "\u200fأخبار  المدن"}\n')).feed.title == "أخبار المدن"
    assert read(write(ONE), TICKER_FEED__TITLE="24").feed.title == "24"


@pytest.mark.parametrize(
    ("written", "hubs"),
    [
        ("hubs: https://hub.example/", ("https://hub.example/",)),
        (
            "hubs: [https://a.example/?k=1, 'http://b.example:8080/hub']",
            ("https://a.example/?k=1", "http://b.example:8080/hub"),
        ),
        ("hubs: []", ()),
    ],
)
def test_hubs_are_one_address_or_a_list(write: Write, written: str, hubs: tuple[str, ...]) -> None:
    found = read(write(f"{ONE}feed:\n  {written}\n  hub: true\n  hub_private: true\n")).feed
    assert (found.hubs, found.hub, found.hub_private) == (hubs, True, True)
    assert (FeedSettings().hubs, FeedSettings().hub, FeedSettings().hub_private) == ((), False, False)


def notify(*targets: str) -> str:
    """A configuration that tells *targets*."""
    return source("heading: Now") + "notify:\n" + "".join(f"  - {{{target}}}\n" for target in targets)


def test_every_key_of_a_target_arrives(write: Write) -> None:
    text = notify(
        "to: https://hooks.example.org/a?b=c, name: desk-1.x, alarms: false, headlines: true, match: عاجل, "
        "without: [رياضة, 'كرة القدم'], sources: city, secret: {env: HOOK_SECRET}, allow_private: true"
    )
    (found,) = read(write(text), **HELD).notify
    words = (("عاجل",), ("رياضة", "كرة القدم"))
    assert found == Target(
        "desk-1.x", "https://hooks.example.org/a?b=c", False, True, *words, ("city",), "of nobody", True
    )
    assert read(write(source("heading: Now") + "notify:\n")).notify == ()


def test_what_is_secret_stands_in_the_environment_or_in_a_file_beside_and_is_not_shown(write: Write) -> None:
    path = write(notify("to: {env: HOOK}", "to: {file: telegram}, headlines: true", "to: {env: TG}"))
    (path.parent / "telegram").write_text("tgram://123:hunter2/4\n")
    found = read(path, HOOK="https://u:hunter2@hooks.example.org/x", TG="tgram://9:hunter2/1")
    assert [target.to for target in found.notify] == [
        "https://u:hunter2@hooks.example.org/x",
        "tgram://123:hunter2/4",
        "tgram://9:hunter2/1",
    ]
    assert [target.name for target in found.notify] == ["hooks.example.org", "tgram", "tgram-2"]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("", "notify[0].to: is required; write to: https://hooks.example.org/ticker"),
        ("to: 5", "must be an address; write to: https://hooks.example.org/ticker, or to: {env: NAME}"),
        ("to: hooks.example.org", "has no https:// in front, nor another scheme of Apprise"),
        ("to: mailto:desk", "has no https:// in front, nor another scheme of Apprise"),
        ("to: 'https://'", "names nothing after https://"),
        ("to: 'https://h..x/'", "names a host that cannot be, h..x; write to: https://hooks.example.org/ticker"),
        ("to: 'https://h.example/#a'", "holds a #, which is not sent"),
        ("to: 'https://h.example/خبر'", "holds a space, a line break or a letter outside ASCII"),
        ("to: 'tgram://1:abc/2'", "does not belong in this file; write to: {env: NAME} or {file: /run/secrets/name}"),
        ("to: {env: NONE}", "notify[0].to: there is no variable NONE in the environment, or it is empty; set it"),
        ("to: {env: TICKER_HOOK}", "begins like a key of this file; name the variable otherwise, as HOOK_URL"),
        ("to: {env: BAD}", "has no https:// in front, as the place that it names says"),
        ("to: {file: none}", "none cannot be read: No such file or directory; put one line"),
        ("to: {file: config.yaml}", "config.yaml must hold one line of text"),
        ("to: {env: A, file: b}", "says not where it is; write to: {env: NAME} or {file: /run/secrets/name}"),
        ("to: {vault: a}", "says not where it is; write to: {env: NAME}"),
        ("to: https://h.example/, name: A b", "is for logs: a-z, 0-9, . and -, at most 60; write name: desk"),
        (
            "to: https://h.example/, match: [a]",
            "chooses among headlines, and none are told here; write headlines: true",
        ),
        ("to: https://h.example/, headlines: true, match: 5", "must be a text or a list of texts; write match: [عاجل]"),
        ("to: https://h.example/, headlines: true, without: ['ّ']", "must be 1 to 100 texts with something to look for"),
        ("to: https://h.example/, sources: [cty]", "'cty' is the name of no source; did you mean city?"),
        ("to: https://h.example/, sources: [x]", "write the name of one that stands under sources"),
        ("to: https://h.example/, secret: abc", "notify[0].secret: is a secret, which does not belong in this file"),
        ("to: 'ntfy://t', secret: {env: A}", "signs what webhooks get (https://), and is unknown to other targets"),
        ("to: 'ntfy://t', allow_private: true", "is for webhooks (https://): Apprise goes wherever its address leads"),
        (
            "to: https://h.example/, alarm: true",
            "notify[0].alarm: unknown key; did you mean alarms? Write alarms: true",
        ),
        ("to: https://h.example/, headlines: some", "must be true or false, not 'some'; write headlines: true"),
    ],
)
def test_what_a_target_may_not_say_is_told_with_its_cure(write: Write, target: str, says: str) -> None:
    (problem,) = problems(write(notify(target)), BAD="hunter2")
    assert says in problem
    assert "hunter2" not in problem


def test_two_targets_have_two_names(write: Write) -> None:
    (problem,) = problems(write(notify(*["to: https://h.example/, name: desk"] * 2)))
    assert "notify[1].name: desk is the name of another target before; write another, name: desk-2" in problem


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("to: https://h.example/", ""),
        ("to: 'ntfy://topic'", ""),
        ("to: https://h.example/, alarms: false", "target h.example of notify is told nothing; write alarms: true"),
        ("to: http://10.0.0.9/", "is at a private address; without allow_private: true it is told nothing"),
        ("to: http://10.0.0.9/, allow_private: true", ""),
    ],
)
def test_a_target_that_is_told_nothing_is_a_warning(write: Write, target: str, says: str) -> None:
    found = warnings(read(write(notify(target))))
    assert len(found) == bool(says)
    assert says in "".join(found)


def test_without_apprise_a_target_that_needs_it_is_a_warning_with_the_cure(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    (warning,) = warnings(read(write(notify("to: https://h.example/", "to: 'ntfy://topic'"))))
    assert "target ntfy of notify needs Apprise, which is not installed; install the extra notify (docs" in warning


def test_an_alias_is_the_value_it_names(write: Write) -> None:
    text = (
        ONE
        + "    headers: &h {Accept-Language: ar}\n  - {name: b, url: http://b.example, timezone: UTC, headers: *h}\n"
    )
    assert [each.headers for each in read(write(text)).sources] == [{"Accept-Language": "ar"}] * 2


def test_a_file_from_windows_is_read(write: Write) -> None:
    assert read(write(b"\xef\xbb\xbf" + ONE.replace("\n", "\r\n").encode())) == read(write(ONE))


@pytest.mark.parametrize(
    ("server", "public_url"),
    [
        ("{}", "http://127.0.0.1:8000/"),
        ("{host: 0.0.0.0, port: 9000}", "http://127.0.0.1:9000/"),
        ('{host: "::"}', "http://127.0.0.1:8000/"),
        ('{host: "::1"}', "http://[::1]:8000/"),
        ("{host: news.example.org, port: 80}", "http://news.example.org:80/"),
        ("{host: 0.0.0.0, public_url: https://news.example.org}", "https://news.example.org/"),
        ("{public_url: https://example.org/news/}", "https://example.org/news/"),
    ],
)
def test_the_public_url_is_as_given_or_made_of_host_and_port(write: Write, server: str, public_url: str) -> None:
    assert read(write(f"{ONE}server: {server}\n")).server.public_url == public_url


def test_settings_cannot_be_changed(write: Write) -> None:
    found = read(write(ONE))
    with pytest.raises(FrozenInstanceError):
        found.server.port = 1  # type: ignore[misc]  # that is the point
    with pytest.raises(FrozenInstanceError):
        found.store = ""  # type: ignore[misc]  # that is the point


# Where the file and the database are


def test_the_file_is_the_one_named_else_that_of_the_environment_else_config_yaml_here(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = write(ONE)
    other = tmp_path / "other.yaml"
    other.write_text(ONE.replace("city", "other"))
    here = tmp_path / "here"
    here.mkdir()
    (here / "config.yaml").write_text(ONE.replace("city", "here"))
    monkeypatch.chdir(here)
    assert load(named, {"TICKER_CONFIG": str(other)}).sources[0].name == "city"
    assert load(None, {"TICKER_CONFIG": str(other)}).sources[0].name == "other"
    assert load(None, {}).sources[0].name == load(None, {"TICKER_CONFIG": ""}).sources[0].name == "here"


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "none.yaml")
    assert problem == (
        "none.yaml: there is no such file; copy the config.yaml that comes with Ticker there, "
        "or name another with -c or TICKER_CONFIG"
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert problems(tmp_path)[0].endswith(": cannot be read: Is a directory")


def test_a_database_in_the_file_is_from_its_folder_and_one_in_the_environment_from_here(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(f"{ONE}store: sqlite:///kept/t.db\n")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert read(path).store == f"sqlite:///{tmp_path}/kept/t.db"
    assert load(Path("../config.yaml"), {}).store == f"sqlite:///{tmp_path}/kept/t.db"
    assert read(path, TICKER_STORE="sqlite:///kept/t.db").store == f"sqlite:///{here}/kept/t.db"
    assert read(path, TICKER_STORE="sqlite:////data/ticker.db").store == "sqlite:////data/ticker.db"
    assert read(write(ONE)).store == f"sqlite:///{tmp_path}/data/ticker.db"


# What is refused


def test_all_problems_come_at_once_in_the_order_of_the_file(write: Write) -> None:
    path = write("""\
sources:
  - name: one
    url: https://one.example.org/
    timezone: UTC
  - name: two
    url: two.example.org
    timezone: asia/beirut
    language: ar
    every: 12:30
    interval: 5m
  - name: one
    url: https://three.example.org/
    timezone: UTC
feed:
  max_items: lots
server: {port: 0}
""")
    assert problems(path, TICKER_FEED__MIN_ITEMS="0") == [
        "config.yaml:6:10 sources[1].url: has no https:// in front; write url: https://two.example.org",
        "config.yaml:7:15 sources[1].timezone: 'asia/beirut' is no time zone; did you mean Asia/Beirut?",
        "config.yaml:9:12 sources[1].every: 12:30 is a time of day; write every: 12m30s or every: 12h30m",
        "config.yaml:10:5 sources[1].interval: unknown key; did you mean every? Write every: 60s",
        "config.yaml:11:11 sources[2].name: one is the name of another source before; write another, name: one-2",
        "config.yaml:15:14 feed.max_items: must be a whole number, not 'lots'; write max_items: 500",
        "config.yaml:16:16 server.port: must be at least 1, not 0; write port: 8000",
        "TICKER_FEED__MIN_ITEMS: must be at least 1, not 0; write min_items: 100",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("every: 60", "every: 60 has no unit; write every: 60s"),
        ('every: "60"', "every: 60 has no unit; write every: 60s"),
        ("every: 1.5", "every: '1.5' is no duration; write every: 60s"),
        ("every: 12:30", "every: 12:30 is a time of day; write every: 12m30s"),
        ("every: 5 min", "every: '5 min' is no duration; write every: 5m"),
        ("every: 2 Hours", "every: '2 Hours' is no duration; write every: 2h"),
        ("every: 500ms", "every: '500ms' is no duration; write every: 60s"),
        ("every: 30s1m", "every: '30s1m' is no duration; write every: 60s"),
        ("every: -5s", "every: '-5s' is no duration"),
        ("every: ٦٠s", "every: '٦٠s' is no duration"),
        ("every: 99999999999999d", "is no duration"),
        ("every: 0s", "every: 0s is too short; write every: 1s or more"),
        ("every: true", "every: must be a duration; write every: 60s"),
        ("every: [60s]", "every: must be a duration; write every: 60s"),
        ("every:", "every: is empty"),
        ("every: {min: 20s}", "every: min and max belong together; write every: {min: 20s, max: 5m}, or every: 60s"),
        ("every: {min: 20s, max: 5m, mean: 1m}", "every: unknown key 'mean'; write every: {min: 20s, max: 5m}"),
        ("every: {min: 5m, max: 20s}", "every: min, 5m, is more than max, 20s; write every: {min: 20s, max: 5m}"),
        ("every: {min: 20, max: 5m}", "every: min: 20 has no unit; write every: 20s"),
        ("every: {min: 0s, max: 5m}", "every: min: 0s is too short"),
        ("robots: no", "robots: must be obey or ignore; write robots: obey"),
        ("timeout: 30", "timeout: 30 has no unit; write timeout: 30s"),
        ("name: City News", "stands in addresses, so it may hold only a-z, 0-9 and -; write name: city-news"),
        ("name: المدينة", "write name: city"),
        ("name: feed", "feed is an address of the service itself; write another, name: feed-news"),
        ("name: 24", "name: must be text, which a number or true needs quotes for, not 24"),
        ("name:", "name: is empty"),
        ("url: news.example.org", "url: has no https:// in front; write url: https://news.example.org"),
        ("url: //news.example.org/a", "has no https:// in front; write url: https://news.example.org/a"),
        ("url: https:/news.example.org", "has no https:// in front; write url: https://news.example.org"),
        ("url: localhost:8000/a", "has no https:// in front; write url: https://localhost:8000/a"),
        ("url: ftp://news.example.org/", "begins with ftp://, and only http:// and https:// are read"),
        ("url: file:///etc/passwd", "begins with file://"),
        ("url: https:///a", "url: names no host"),
        ("url: https://news..example.org/", "names a host that cannot be, news..example.org"),
        ("url: https://news<example.org/", "names a host that cannot be"),
        (f"url: https://{'ü' * 70}.example.org/", "names a host that cannot be"),
        (f"url: https://{'a' * 64}.example.org/", "names a host that cannot be"),
        ("url: https://127.0.0.1.1/", "names a host that cannot be"),
        ("url: https://[::1/", "brackets belong around IPv6 only"),
        ("url: https://news.example.org:99999/", "has a port that is no number from 1 to 65535"),
        ("url: https://news.example.org:http/", "has a port that is no number from 1 to 65535"),
        ("url: https://news.example.org:0/", "has a port that is no number from 1 to 65535"),
        ("url: https://news.example.org/a b", "holds a space or line break; write %20 for a space"),
        ('url: "https://news.example.org/\\n"', "holds a space or line break"),
        ("url: []", "url: is empty"),
        ("url: 5", "url: must be a list, not 5; write url: https://news.example.org/"),
        ("url: [https://news.example.org/, www.example.org]", "url[1]: has no https:// in front"),
        ("url: {a: b}", "url: must be a list; write url: https://news.example.org/"),
        ("timezone: Beirut", "'Beirut' is no time zone; did you mean Asia/Beirut?"),
        ("timezone: Asia/Bayrut", "did you mean Asia/Beirut"),
        ("timezone: Lebanon/Beirut", "did you mean Asia/Beirut?"),
        *[
            (f"timezone: {offset}", f"{offset!r} is an offset, and a zone is a place (Region/City)")
            for offset in OFFSETS
        ],
        (
            "timezone: UTC+2",
            "place (Region/City), since summer time moves its offset; write e.g. timezone: Asia/Beirut",
        ),
        (
            "timezone: Region/City",
            "'Region/City' stands for a place; write the one whose clock the page prints, timezone:",
        ),
        ("timezone: UCT+x", "is no time zone"),
        ("timezone: ../UTC", "is no time zone"),
        ("timezone: /etc/localtime", "is no time zone"),
        ("timezone: Asia", "is no time zone"),
        ("timezone: 3", "must be the name of a time zone; write timezone: Asia/Beirut"),
        ("language: ar_LB", "'ar_LB' is no language tag (BCP 47); write language: ar-LB"),
        ("language: ar_LB.UTF-8", "write language: ar-LB"),
        ("language: arabic", "'arabic' is no language tag (BCP 47); write language: ar, en or fr-CA"),
        ("language: ''", "language: is empty"),
        ("heading: #عاجل", "heading: is empty (a # begins a comment, unless it is in quotes)"),
        ('title: "\\u200f "', "title: holds nothing that can be seen"),
        ("title: 24", "title: must be text"),
        ("title: Now: the news", "put a text that holds"),
        ("selectors: {time: a}", "selectors.block: is required; write block: .ticker"),
        ("selectors: {block: '//div'}", "'//div' is not a CSS selector, and XPath is not read"),
        ("selectors: {block: div, time: 'li::text'}", "selectors.time: 'li::text' is not a CSS selector"),
        ("selectors: {block: div, headline: 'li['}", "selectors.headline: 'li[' is not a CSS selector"),
        ("selectors: {block: div, link: ''}", "selectors.link: is empty"),
        ("selectors: {block: div, xyz: a}", "selectors.xyz: unknown key; known here: block, time, headline, link"),
        ("selectors: {block: div, title: a}", "selectors.title: unknown key; did you mean headline?"),
        ("selectors: .ticker", "selectors: must be keys and values, not '.ticker'; write selectors: {block: .ticker}"),
        ("headers: {Host: x}", "headers.Host: is a header that Ticker sets itself; remove it"),
        ("headers: {content-length: '3'}", "is a header that Ticker sets itself"),
        ("headers: {a b: x}", "headers.a b: is no name of a header"),
        ('headers: {X: "a\\r\\nHost: b"}', "headers.X: may hold ASCII"),
        ("headers: {X: عاجل}", "headers.X: may hold ASCII"),
        ("headers: {X: 5}", "headers.X: must be text"),
        ("headers: {X-a: b, x-A: c}", "headers: X-a is there twice, in other letters; keep one"),
        ("headers: [a]", "headers: must be keys and values; write headers: {Accept-Language: ar}"),
        ("charset: base64", "'base64' is no character set"),
        ("charset: rot13", "'rot13' is no character set"),
        ("charset: idna", "'idna' is no character set"),
        ("charset: cp864", "'cp864' is no character set"),
        ("charset: utf-7", "'utf-7' is no character set that pages may be in; did you mean utf-8?"),
        ("charset: hz", "'hz' is no character set that pages may be in; write charset: windows-1256"),
        ("charset: shiftjs", "did you mean shift_jis?"),
        ("charset: windows-847", "did you mean windows-874?"),
        ("charset: windows-1265", "did you mean windows-125"),
        ('charset: "utf-8\\0"', "is no character set"),
        ("allow_private: yes", "allow_private: must be true or false, not 'yes'; write allow_private: true"),
        ("allow_private: 1", "allow_private: must be true or false, not 1"),
        ("allow_private:", "allow_private: is empty"),
        ("kept: 30d", "kept: unknown key"),
        ("notify: [x]", "notify: unknown key"),
        ("tmezone: UTC", "tmezone: unknown key; did you mean timezone? Write timezone: Asia/Beirut"),
        ("allow-private: true", "did you mean allow_private?"),
        ("block: div", "block: unknown key here; did you mean sources[].selectors.block?"),
        ("<<: {a: b}", "YAML's merge key is not read, write the keys out"),
        ("title: !!timestamp 2025-01-01", "title: the tag !!timestamp is not read here; remove it"),
        ("title: !python/object:os.system x", "the tag !python/object:os.system is not read here"),
        ("headers: !foo {a: b}", "the tag !foo is not read here"),
    ],
)
def test_what_a_source_may_not_say_is_told_with_its_cure(write: Write, line: str, says: str) -> None:
    found = problems(write(source(line)))
    assert len(found) == 1, found
    row = 1 + next(n for n, text in enumerate(source(line).splitlines()) if line in text)
    assert found[0].startswith(f"config.yaml:{row}:")
    assert says in found[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "config.yaml:1:1 sources: is required; write sources: [{name: city, url:"),
        ("# nothing yet\n", "config.yaml:1:1 sources: is required"),
        ("server: {port: 80}\n", "config.yaml:1:1 sources: is required"),
        ("sources:\n", "config.yaml:1:9 sources: is empty"),
        ("sources: []\n", "config.yaml:1:10 sources: is empty"),
        ("sources: [5]\n", "config.yaml:1:11 sources[0]: must be keys and values, not 5"),
        ("sources: {name: a}\n", "config.yaml:1:10 sources: must be a list"),
        ("- name: a\n", "config.yaml:1:1 must be keys and values; write sources:"),
        ("hello\n", "config.yaml:1:1 must be keys and values, not 'hello'"),
        ("sources: &a [*a]\n", "config.yaml:1:10 sources[0]: must be keys and values"),
        (ONE + "server: {port: '8000'}\n", "5:16 server.port: must be a whole number, not '8000'; write port: 8000"),
        (ONE + "server: {port: 65536}\n", "server.port: must be at most 65535, not 65536"),
        (ONE + "server: {port: true}\n", "server.port: must be a whole number, not true"),
        (ONE + "server: {port: 8e3}\n", "server.port: must be a whole number, not 8000.0"),
        (ONE + f"server: {{port: {'9' * 5000}}}\n", "server.port: must be a whole number"),
        (ONE + "server: {host: 'http://x/'}\n", "server.host: is a URL; write the host alone"),
        (ONE + "server: {host: 'localhost:80'}\n", "server.host: holds more than a host"),
        (ONE + "server: {host: '[::1]'}\n", "an IPv6 address without [ ]"),
        (ONE + "server: {host: '*'}\n", "write host: 0.0.0.0 for every"),
        (ONE + "server: {host: 'a b'}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + f"server: {{host: {'ü' * 70}}}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + f"server: {{host: {'a' * 64}}}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + f"server: {{host: {'a.' * 130}b}}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + "server: {host: -a.example}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + "server: {host: 127.0.0.256}\n", "server.host: is neither a host name nor an IP address"),
        (ONE + "server: {public_url: news.example.org}\n", "write public_url: https://news.example.org"),
        (ONE + "server: {public_url: 'https://x.org/a?b#c'}\n", "holds a ? or #; write public_url: https://x.org/a"),
        (ONE + "server: {public_url: 'https://x.org/#'}\n", "holds a ? or #; write public_url: https://x.org/"),
        (ONE + "server: {public_url: 'https://خبر.org/'}\n", "server.public_url: holds letters outside ASCII"),
        (ONE + "server: [1]\n", "server: must be keys and values; write server: {port: 8000}"),
        (ONE + "feed: {min_items: 0}\n", "feed.min_items: must be at least 1, not 0"),
        (
            ONE + "feed: {min_items: 20, max_items: 10}\n",
            "5:34 feed.max_items: is 10, below min_items, 20; write max_items: 20",
        ),
        (ONE + "feed: {min_items: 501}\n", "5:7 feed.max_items: is 500, below min_items, 501; write max_items: 501"),
        (ONE + "feed: {hubs: hub.example}\n", "feed.hubs: has no https:// in front; write hubs: https://hub.example"),
        (ONE + "feed: {hubs: 'https://hub.example/#x'}\n", "holds a #; write hubs: https://hub.example/"),
        (ONE + "feed: {hubs: 'https://موزّع.example/'}\n", "feed.hubs: holds letters outside ASCII"),
        (ONE + "feed: {hub: maybe}\n", "feed.hub: must be true or false, not 'maybe'; write hub: true"),
        (ONE + "feed: {max_age: 24}\n", "feed.max_age: 24 has no unit; write max_age: 24h"),
        (ONE + "keep: 6d\n", "5:7 keep: 6d is too short; write keep: 7d or more"),
        (ONE + "keep: 2 years\n", "5:7 keep: '2 years' is no duration; write keep: 2y"),
        (ONE + "keep: 2\n", "5:7 keep: 2 has no unit; write keep: 2y"),
        (ONE + "    keep: 0y\n", "5:11 sources[0].keep: '0y' is no duration; write keep: 2y"),
        (ONE + "keep_polls: 1h\n", "keep_polls: 1h is too short; write keep_polls: 1d or more"),
        (ONE + "store: ticker.db\n", "5:8 store: is no URL; write store: sqlite:///ticker.db"),
        (ONE + "store: sqlite://data/t.db\n", "needs three slashes; write store: sqlite:///data/t.db"),
        (ONE + "store: sqlite://\n", "store: names no file"),
        (ONE + "store: 'sqlite:///:memory:'\n", "store: names no file"),
        (ONE + "store: sqlite:///data/\n", "store: names no file"),
        (ONE + "store: sqlite:///~/t.db\n", "write the whole path"),
        (ONE + "store: sqlite:///t.db?mode=ro\n", "store: holds a ?"),
        (ONE + "store: mysql://h/db\n", "begins with mysql://, and only sqlite:/// and postgresql:// are known"),
        (ONE + "store: postgresql://user:pw@h/db\n", "store: holds a password, and a file is no place for it"),
        (ONE + "store: postgresql://h/db?password=x\n", "store: holds a password"),
        (
            ONE + "store: postgresql://user@h\n",
            "store: names no database; write store: postgresql://user@host/database",
        ),
        (ONE + "store: postgresql://@h/db\n", "store: names no user"),
        (ONE + "every: 60s\n", "5:1 every: unknown key here; did you mean sources[].every?"),
        (ONE + "port: 80\n", "5:1 port: unknown key here; did you mean server.port?"),
        (ONE + "serve: {}\n", "5:1 serve: unknown key; did you mean server?"),
        (ONE + "1: 2\n", "5:1 1: unknown key; known here: sources, server, store, feed, keep, keep_polls"),
        (ONE + "[a]: 2\n", "5:1 a key must be a word"),
        (ONE + "feed: {}\nfeed: {}\n", "6:1 feed: is written twice, first at 5:1; keep one"),
        (ONE + "    name: b\n", "5:5 sources[0].name: is written twice, first at 2:5; keep one"),
        (
            ONE.replace("    timezone: Asia/Beirut\n", ""),
            "2:5 sources[0].timezone: is required; write timezone: Asia/Beirut",
        ),
    ],
)
def test_what_the_file_may_not_say_is_told_with_its_cure(write: Write, text: str, says: str) -> None:
    found = problems(write(text))
    assert len(found) == 1, found
    assert says in found[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources:\n\t- name: a\n", "config.yaml:2:1 a tab stands where YAML wants spaces; indent with spaces"),
        ("sources: 1\n  b: 2\n", "config.yaml:2:4 a second "),
        ("a: 1\nb: @x\n", 'config.yaml:2:4 a text that begins with @ must be in quotes: title: "@news"'),
        ("a: *x\n", 'config.yaml:1:4 a text that begins with * must be in quotes: title: "*news"'),
        ("a: 1\n---\nb: 2\n", "config.yaml:2:1 a second document begins here"),
        ("a: [1\n", "config.yaml:2:1 YAML cannot be read: "),
        ("a: 'x\n", "config.yaml:2:1 YAML cannot be read: "),
        ("عنوان: @x\n", "config.yaml:1:8 a text that begins with @"),
        ("a: 1\nb: \x01\n", "config.yaml:2:4 a character U+0001 that no text file should hold; delete it"),
        ("a: 1\nb: é\n".encode("latin-1"), "config.yaml:2:4 is not UTF-8; save the file as UTF-8"),
        (ONE.encode("utf-16"), "config.yaml:1:1 is not UTF-8"),
        ("a: " + "[" * 300 + "]" * 300, "config.yaml:1:53 is nested more than 50 deep; "),
        ("- " * 60, "config.yaml:1:101 is nested more than 50 deep; "),
    ],
)
def test_what_is_no_yaml_is_told_where(write: Write, text: str | bytes, says: str) -> None:
    found = problems(write(text))
    assert found[0].startswith(says), found


HOSTILE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from pathlib import Path; from ticker import config, errors
try:
    config.load(Path(sys.argv[1]), {})
except errors.ConfigError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{" * 100_000, ":1:51 is nested more than 50 deep; four levels are enough", id="braces"),
        pytest.param("- " * 100_000, ":1:101 is nested more than 50 deep", id="lists"),
        pytest.param(
            None,
            "/dev/zero: is larger than 32 MB, and is no configuration of Ticker; name another",
            id="a file without end",
        ),
        pytest.param(
            "a: &a0 [x]\n" + "".join(f"b{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 40)) + "store: *a39\n",
            "store: must be text",
            id="aliases of aliases",
        ),
    ],
)
def test_a_hostile_file_is_refused_before_it_costs_anything(write: Write, text: str | None, says: str) -> None:
    path = Path("/dev/zero") if text is None else write(text)
    command = [sys.executable, "-c", HOSTILE, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT, timeout=20)
    assert run.returncode == 0, run.stderr
    assert says in run.stdout


@pytest.mark.parametrize(
    "written",
    ["Sources", "source", "SOURCES", "soruces"],
)
def test_a_misspelt_section_does_not_hide_what_is_wrong_in_it(write: Write, written: str) -> None:
    text = ONE.replace("sources:", f"{written}:").replace("Asia/Beirut", "UTC+2") + "Server: {port: 0}\n"
    found = problems(write(text), TICKER_SERVER__HOST="*")
    assert found[0].startswith(f"config.yaml:1:1 {written}: unknown key; did you mean sources? Write sources: [")
    assert found[1].startswith("config.yaml:4:15 sources[0].timezone: 'UTC+2' is an offset")
    assert [each.partition(";")[0] for each in found[2:]] == [
        "config.yaml:5:1 Server: unknown key",
        "config.yaml:5:16 server.port: must be at least 1, not 0",
        "TICKER_SERVER__HOST: is no address",
    ]


@pytest.mark.alone
def test_of_thousands_of_mistakes_the_first_are_told(write: Write) -> None:
    before = time.process_time()
    found = problems(write(ONE + "".join(f"k{n}:\n" for n in range(20_000))))
    assert time.process_time() - before < 3
    assert found[0] == "config.yaml:1:1 19,800 more mistakes than the following; mend these first"
    assert found[1:3] == [f"config.yaml:{row}:1 k{row - 5}: unknown key; known here: {TOP}" for row in (5, 6)]
    assert len(found) == 201


def test_a_misspelt_section_beside_the_right_one_stays_unknown(write: Write) -> None:
    (problem,) = problems(write(ONE + "Sources: []\n"))
    assert problem.startswith("config.yaml:5:1 Sources: unknown key; did you mean sources?")


@pytest.mark.parametrize(
    "text",
    [
        source("url: https://user:hunter2@news.example.org/"),
        source("url: user:hunter2@news.example.org/"),
        source("url: https:\\\\user:hunter2@news.example.org/"),
        source("url: user:hunt/er2@news.example.org/").replace("hunt/er2", "a/hunter2"),
        source("url: [https://hunter2@news.example.org]"),
        ONE + "store: postgresql://user:hunter2@h/db\n",
        ONE + "store: user:hunter2@h/db\n",
        ONE + "store: mysql://user:hunter2@h/db\n",
        ONE + "server: {public_url: https://user:hunter2@h/}\n",
        ONE + "feed: {hubs: https://user:hunter2@h/}\n",
        ONE + "notify: [{to: 'https://user:hunter2@h/'}]\n",
        ONE + "notify: [{to: 'https://h/?token=hunter2'}]\n",
        ONE + "notify: [{to: 'tgram://123:hunter2/4'}]\n",
        ONE + "notify: [{to: 'mailto://user:hunter2@example.org'}]\n",
        ONE + "notify: [{to: 'user:hunter2@example.org'}]\n",
        ONE + "notify: [{to: 'https://h/', secret: hunter2}]\n",
    ],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(write: Write, text: str) -> None:
    (problem,) = problems(write(text))
    assert "hunter2" not in problem


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_source_takes_an_address_of_the_service(write: Write, name: str) -> None:
    assert "an address of the service itself" in problems(write(source(f"name: {name}")))[0]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=300)
def test_whatever_is_written_is_read_or_refused_on_purpose(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for content in (text, f"{ONE}    title: {text}\n", f"{ONE}    headers: {text}\n"):
        path.write_text(content, "utf-8")
        found = refusals(path)
        assert all(problem.startswith(f"{path}:") and problem.isprintable() for problem in found)


@given(
    st.sampled_from([key for key in every_key() if "selectors" not in key and "headers" not in key]),
    st.text(st.characters(exclude_characters="\0"), max_size=40),
)
@settings(max_examples=500)
def test_no_text_breaks_a_rule(tmp_path_factory: pytest.TempPathFactory, key: str, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "rule.yaml"
    path.write_text(ONE + "notify:\n  - to: https://hooks.example.org/\n    headlines: true\n", "utf-8")
    placed = key.replace("notify/", "notify/0/") if key.startswith("notify/") else key.replace("sources/", "sources/0/")
    variable = "TICKER_" + placed.replace("/", "__").upper()
    assert all(problem.startswith(f"{variable}: ") for problem in refusals(path, **{variable: text}))


# The environment


def test_the_environment_wins_over_the_file(write: Write) -> None:
    path = write(ONE + "server: {host: 127.0.0.1, port: 8000}\nfeed:\n")
    found = read(
        path,
        TICKER_SERVER__HOST="::",
        TICKER_SERVER__PORT="9000",
        TICKER_SERVER__PUBLIC_URL="https://x.example.org",
        TICKER_FEED__MAX_ITEMS="300",
        TICKER_FEED__MAX_AGE="12h",
        TICKER_FEED__HUBS="https://hub.example/",
        TICKER_FEED__HUB="true",
        TICKER_KEEP_POLLS="2d",
        TICKER_SOURCES__0__URL="http://127.0.0.1:9/",
        TICKER_SOURCES__0__ALLOW_PRIVATE="true",
        TICKER_SOURCES__0__TITLE="24",
        TICKER_SOURCES__0__SELECTORS__BLOCK="ul",
        PATH="/bin",
        TICKERX="1",
    )
    assert found.server == Server("::", 9000, "https://x.example.org/")
    hubs = ("https://hub.example/",)
    assert found.feed == FeedSettings(max_items=300, max_age=timedelta(hours=12), hubs=hubs, hub=True)
    assert found.keep_polls == timedelta(days=2)
    assert found.sources[0].urls == ("http://127.0.0.1:9/",)
    assert (found.sources[0].title, found.sources[0].allow_private) == ("24", True)
    assert found.sources[0].selectors == Selectors("ul")


def test_a_variable_cures_what_the_file_has_wrong(write: Write) -> None:
    assert read(write(ONE + "server: {port: x}\n"), TICKER_SERVER__PORT="80").server.port == 80


def test_an_empty_variable_and_one_of_the_tests_are_as_none(write: Write) -> None:
    path = write(ONE)
    assert read(path, TICKER_SERVER__PORT="", TICKER_TEST_PG="x", TICKER_CONFIG="y", TICKER_NONSENSE="") == read(path)


def test_one_alias_overridden_leaves_the_other(write: Write) -> None:
    text = ONE + "    selectors: &s {block: a}\n  - {name: b, url: http://b.example, timezone: UTC, selectors: *s}\n"
    found = read(write(text), TICKER_SOURCES__1__SELECTORS__BLOCK="ul")
    assert [each.selectors for each in found.sources] == [Selectors("a"), Selectors("ul")]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TICKER_SERVER__PORT", "x80", "must be a whole number, not 'x80'; write port: 8000"),
        ("TICKER_SERVER__PORT", "0", "must be at least 1"),
        ("TICKER_FEED__MAX_AGE", "24", "24 has no unit; write max_age: 24h"),
        ("TICKER_FEED__MIN_ITEMS", "501", ""),
        ("TICKER_STORE", "postgresql://u:p@h", "names no database"),
        ("TICKER_PORT", "80", "unknown variable; did you mean TICKER_SERVER__PORT?"),
        ("TICKER_SERVER_PORT", "80", "unknown variable; did you mean TICKER_SERVER__PORT?"),
        ("TICKER_SERVER__PROT", "80", "unknown variable; did you mean TICKER_SERVER__PORT?"),
        ("TICKER_server__port", "80", "unknown variable; did you mean TICKER_SERVER__PORT?"),
        ("TICKER_STORES", "x", "unknown variable; did you mean TICKER_STORE?"),
        ("TICKER_CONFIGS", "x", "unknown variable; did you mean TICKER_CONFIG?"),
        ("TICKER_XYZZY", "x", "unknown variable; unset it; docs/config.md has those there are"),
        ("TICKER_", "x", "unknown variable"),
        (f"TICKER_SOURCES__{'9' * 5000}__URL", "x", "unknown variable"),
        ("TICKER_SERVER", "x", "unknown variable"),
        ("TICKER_SOURCES__0__HEADERS__X", "x", "unknown variable"),
        ("TICKER_SOURCES__1__URL", "http://x/", "there is no such entry in the file"),
        ("TICKER_SOURCES__0__URL", "x.org", "has no https:// in front; write url: https://x.org"),
        ("TICKER_SOURCES__0__ALLOW_PRIVATE", "yes", "must be true or false, not 'yes'"),
    ],
)
def test_what_a_variable_may_not_say_is_told_by_its_name(write: Write, name: str, value: str, says: str) -> None:
    (problem,) = problems(write(ONE), **{name: value})
    assert says in problem
    assert problem.startswith(f"{name}: ") or says == ""


def test_the_address_of_postgresql_is_taken_as_it_is_with_its_password_where_nobody_reads_it(write: Write) -> None:
    address = "postgresql://user@host:5433/db?sslmode=require"
    assert read(write(ONE + f"store: {address}\n")).store == address
    assert read(write(ONE), TICKER_STORE="postgresql://u:p@h/db").store == "postgresql://u:p@h/db"


def test_what_a_cluster_puts_into_a_pod_is_not_taken_for_ours(write: Write) -> None:
    path = write(ONE)
    pod = {
        "TICKER_SERVICE_HOST": "10.0.0.1",
        "TICKER_SERVICE_PORT_HTTP": "80",
        "TICKER_PORT": "tcp://10.0.0.1:80",
        "TICKER_PORT_80_TCP_ADDR": "10.0.0.1",
        "TICKER_WEB_SERVICE_HOST": "10.0.0.2",
    }
    assert read(path, KUBERNETES_SERVICE_HOST="10.0.0.9", **pod) == read(path)
    assert len(problems(path, **pod)) == len(pod)


def test_the_reserved_names_are_documented() -> None:
    page = (PROJECT / "docs/config.md").read_text("utf-8")
    assert {name for name in RESERVED if f"`{name}`" not in page} == set()


# What is allowed and probably not meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            source("heading: Now") + "server: {host: 0.0.0.0}\n",
            "server.public_url is http://127.0.0.1:8000/, which other",
        ),
        (source("heading: Now") + "server: {host: 0.0.0.0, public_url: http://localhost/}\n", "server.public_url is"),
        (ONE, "source city has neither heading nor selectors: the likeliest list is taken"),
        (source("every: 1d") + "    heading: Now\n", "source city is polled every 1 day"),
        (
            source("url: http://127.0.0.1:9/") + "    heading: Now\n",
            "; without allow_private: true it is not read",
        ),
        (
            source("url: http://localhost/") + "    heading: Now\n",
            "; without allow_private: true it is not read",
        ),
        (
            source("url: http://192.168.1.5/") + "    heading: Now\n",
            "; without allow_private: true it is not read",
        ),
        (
            source("heading: Now") + "feed: {hubs: 'http://10.0.0.9/'}\n",
            "hub http://10.0.0.9/ is at a private address: without feed.hub_private: true it is told nothing",
        ),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(write: Write, text: str, says: str) -> None:
    (warning,) = warnings(read(write(text)))
    assert says in warning


@pytest.mark.parametrize(
    "text",
    [
        source("heading: Now"),
        source("selectors: {block: ul}"),
        source("heading: Now") + "server: {host: 0.0.0.0, public_url: https://news.example.org/}\n",
        source("url: http://127.0.0.1:9/") + "    heading: Now\n    allow_private: true\n",
        source("heading: Now") + "feed: {hubs: 'http://10.0.0.9/', hub_private: true}\n",
    ],
)
def test_what_is_meant_is_no_warning(write: Write, text: str) -> None:
    assert warnings(read(write(text))) == []


# What it costs


def many(number: int) -> str:
    rows = [
        f"  - name: s-{n}\n    title: المصدر {n}\n    url: https://s{n}.example.org/\n    timezone: Asia/Beirut\n"
        f"    heading: عاجل\n    language: ar\n    every: 60s\n    selectors: {{block: '.b{n}', time: .t}}\n"
        for n in range(number)
    ]
    return "sources:\n" + "".join(rows)


@pytest.mark.alone
def test_a_thousand_sources_are_read_in_about_a_second(write: Write) -> None:
    path = write(many(1000))
    before = time.process_time()
    found = read(path)
    assert time.process_time() - before < 1.5
    assert len(found.sources) == 1000


IMPORT = "import sys; import ticker.config; print(*(m for m in sys.modules if '.' not in m))"


def test_nothing_heavy_is_imported_before_a_selector_is_read() -> None:
    run = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    assert not {"selectolax", "httpx", "sqlalchemy", "lxml", "starlette", "rich"} & set(run.stdout.split())


WITHOUT_LIBYAML = """
import sys; sys.modules["yaml._yaml"] = None
import yaml; assert not yaml.__with_libyaml__
from pathlib import Path; from ticker import config, errors
try:
    print(config.load(Path(sys.argv[1]), {}).sources[0].title)
except errors.ConfigError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (source("title: 12:30"), "12:30"),
        (source("every: 60"), ":6:12 sources[0].every: 60 has no unit"),
        ("sources:\n\t- a: 1\n", ":2:1 a tab stands where YAML wants spaces"),
        ("[" * 1000, ":1:51 is nested more than 50 deep"),
    ],
)
def test_without_libyaml_the_answers_are_the_same(write: Write, text: str, says: str) -> None:
    command = [sys.executable, "-c", WITHOUT_LIBYAML, str(write(text))]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    assert says in run.stdout
