"""What a reader gets: the documents in the three formats, read back by other programs than wrote them."""

import hashlib
import json
import locale
import os
import pickle
import re
import shutil
import subprocess
import sys
import textwrap
from calendar import timegm
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import feedparser
import jsonschema
import pytest
import reader
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from ticker import text
from ticker.model import Channel, Feed, Format, Item
from ticker.render import render
from ticker.window import window

ROOT = Path(__file__).parent.parent
SCHEMAS = Path(__file__).parent / "schemas"
ATOM = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
JSON_FEED = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "jsonfeed.json").read_text("utf-8")))
NS = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}
RLM = "\u200f"
NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
EVERY_FORMAT = pytest.mark.parametrize("form", Format, ids=lambda form: form.name)
XML_FORMATS = pytest.mark.parametrize("form", [Format.RSS, Format.ATOM], ids=lambda form: form.name)

HARD = [
    "الجيش يفتح طريق المرفأ بعد إغلاق دام ساعتين",
    "جلسة طارئة <script>alert(1)</script> & أخرى &amp; ]]> \"نص\" 'آخر'",
    "CNN: انقطاع الكهرباء في الشمال",
    "🚨 عاجل 👩‍👩‍👧 ⚠️",
    "ط" * 5000,
    "قبل\x00\x0b\x1bبعد\x85\x9f\ud800\udfff\ufffe\uffff\ufdd0",
    "\x01\ud83d\u200b",
    "",
    "14:53",
    "سطر\r\nثان\tثالث",
]


def made(title: str = HARD[0], *, age: int = 0, number: int | None = None, **facts: Any) -> Item:
    """An item that came *age* seconds before noon."""
    at = NOON - timedelta(seconds=age)
    item = Item(
        guid=uuid5(NAMESPACE_URL, str(age if number is None else number)).urn,
        source="harbour",
        title=title,
        link=None,
        published=at,
        updated=at,
        printed=f"{at:%H:%M}",
        clock=at.time(),
        printed_at=at,
        first_seen=at,
        last_seen=at,
    )
    return replace(item, **facts)


def channel(name: str = "harbour", **facts: Any) -> Channel:
    sources = (
        {"harbour": "صحيفة المرفأ — عاجل"} if name else {"harbour": "صحيفة المرفأ — عاجل", "hill": "The Hill Post"}
    )
    said = Channel(name, "المرفأ", "ar", "https://news.example/t/", sources, 100, 500, timedelta(hours=24))
    return replace(said, **facts)


def feed(*titles: str, said: Channel | None = None) -> Feed:
    items = tuple(made(title, age=60 * place) for place, title in enumerate(titles))
    return Feed(said or channel(), items, NOON)


COMBINED = Feed(channel(""), (made(), made("Ferry service resumes", age=9, source="hill")), NOON)


class Line(NamedTuple):
    """What a document says of one item, in any format."""

    id: str
    title: str
    link: str
    html: str
    author: str
    published: datetime


def read(document: bytes, form: Format) -> list[Line]:
    """Read *document* strictly, by the letter of its format."""
    if form is Format.JSON:
        return [
            Line(
                item["id"],
                item["title"],
                item["url"],
                item["content_html"],
                item["authors"][0]["name"],
                datetime.fromisoformat(item["date_published"]),
            )
            for item in json.loads(document)["items"]
        ]
    root = etree.fromstring(document)
    if form is Format.RSS:
        return [
            Line(
                one(item, "guid[@isPermaLink='false']"),
                one(item, "title"),
                one(item, "link"),
                one(item, "description"),
                one(item, "dc:creator"),
                parsedate_to_datetime(one(item, "pubDate")),
            )
            for item in root.xpath("/rss/channel/item")
        ]
    return [
        Line(
            one(entry, "a:id"),
            one(entry, "a:title[not(@type)]"),
            one(entry, "a:link[not(@rel)]/@href"),
            one(entry, "a:content[@type='html']"),
            one(entry, "a:author/a:name"),
            datetime.fromisoformat(one(entry, "a:published")),
        )
        for entry in root.xpath("/a:feed/a:entry", namespaces=NS)
    ]


def one(node: Any, path: str) -> str:
    """The text of the one thing at *path*."""
    (found,) = node.xpath(path, namespaces=NS)
    return found if isinstance(found, str) else (found.text or "")


def feeds(letters: st.SearchStrategy[str]) -> st.SearchStrategy[Feed]:
    """Feeds whose every text that comes from a page is of *letters*, or one of the hard ones."""
    words = st.text(letters, max_size=40) | st.sampled_from(HARD)
    links = st.none() | words | words.map("https://news.example/".__add__)
    sources = st.sampled_from(["harbour", "hill", "gone"]) | words
    delays = st.integers(0, 9).map(lambda seconds: timedelta(seconds=seconds))
    facts = st.fixed_dictionaries(
        {"title": words, "link": links, "printed": st.none() | words, "source": sources, "updated": delays}
    )
    return st.builds(of, st.lists(facts, min_size=1, max_size=8), st.sampled_from(["harbour", ""]), LANGUAGES)


def of(lines: list[dict[str, Any]], name: str, language: str) -> Feed:
    items = (made(age=age, **{**line, "updated": NOON + line["updated"]}) for age, line in enumerate(lines))
    return Feed(channel(name, language=language), tuple(items), NOON)


LANGUAGES = st.sampled_from(["ar", "en", "fa-AF"])
any_feed = feeds(st.characters(codec=None))
HARDEST = Feed(channel(""), tuple(made(title, age=n, link=title, source=title) for n, title in enumerate(HARD)), NOON)


# --- the three formats say the same ----------------------------------------------------------------------------------


@given(any_feed)
@example(HARDEST)
@settings(max_examples=60, deadline=None)
def test_the_three_formats_say_the_same_of_every_item_and_in_the_same_order(given: Feed) -> None:
    rss, atom, feed_json = (read(render(given, form), form) for form in Format)
    assert rss == atom == feed_json
    assert [(line.id, line.published) for line in rss] == [(item.guid, item.published) for item in given.items]


@given(any_feed)
@example(HARDEST)
@settings(max_examples=60, deadline=None)
def test_no_item_can_break_a_document(given: Feed) -> None:
    for form in Format:
        document = render(given, form)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", document.decode())
        assert all(text.display(line.title) and line.author for line in read(document, form))
        assert all(re.fullmatch(r"https?://[!-~]+", line.link) for line in read(document, form))
    assert ATOM.validate(etree.fromstring(render(given, Format.ATOM))), ATOM.error_log
    JSON_FEED.validate(json.loads(render(given, Format.JSON)))


@given(feeds(st.characters(codec=None, exclude_characters="".join(map(chr, range(0x80, 0x100))))))
@example(HARDEST)
@settings(max_examples=25, deadline=None)
def test_feedparser_reads_back_every_title_and_instant(given: Feed) -> None:
    """Without the letters of Latin 1: feedparser takes some pairs of them for broken UTF-8 and mends them."""
    expected = read(render(given, Format.JSON), Format.JSON)
    for form, version in (Format.RSS, "rss20"), (Format.ATOM, "atom10"):
        parsed = feedparser.parse(render(given, form), response_headers={"content-type": form.media_type})
        assert (parsed.bozo, parsed.version) == (False, version)
        seen = [(e.id, e.title, datetime.fromtimestamp(timegm(e.published_parsed), UTC)) for e in parsed.entries]
        assert seen == [(line.id, line.title, line.published) for line in expected]


@pytest.mark.parametrize("title", HARD[:5], ids=range(5))
@EVERY_FORMAT
def test_a_title_arrives_letter_by_letter(title: str, form: Format) -> None:
    (line,) = read(render(feed(title), form), form)
    assert line.title.removeprefix(RLM) == title
    paragraph = etree.fromstring(line.html)
    assert (paragraph.tag, dict(paragraph.attrib), paragraph.text) == ("p", {"dir": "rtl", "lang": "ar"}, title)
    assert len(paragraph) == 0


@XML_FORMATS
@pytest.mark.skipif(not shutil.which("ruby"), reason="needs ruby with its rss library")
def test_the_strict_ruby_parser_accepts_what_we_publish(form: Format) -> None:
    whole = Feed(HARDEST.channel, (*HARDEST.items, made(age=99, updated=NOON)), NOON)
    script = """
        require "rss"; require "json"
        read = RSS::Parser.parse(STDIN.read.force_encoding("utf-8"), true)
        puts JSON.generate(read.items.map { |i|
          read.feed_type == "atom" ? [i.id.content, i.title.content, i.published.content.to_i]
                                   : [i.guid.content, i.title, i.pubDate.to_i] })
    """
    ran = subprocess.run(["ruby", "-e", script], input=render(whole, form), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    expected = read(render(whole, form), form)
    assert json.loads(ran.stdout) == [[line.id, line.title, int(line.published.timestamp())] for line in expected]


@EVERY_FORMAT
def test_a_real_reader_subscribes_to_it(form: Format, tmp_path: Path) -> None:
    pytest.importorskip("sgmllib", reason="reader needs sgmllib3k")
    (tmp_path / f"feed.{form.ending}").write_bytes(render(COMBINED, form))
    with reader.make_reader(":memory:", feed_root=str(tmp_path)) as subscribed:
        subscribed.add_feed(f"feed.{form.ending}")
        subscribed.update_feeds(scheduled=False)
        entries = {entry.id: (entry.title, entry.published) for entry in subscribed.get_entries()}
        (name,) = (known.title for known in subscribed.get_feeds())
    assert name == "المرفأ"
    assert entries == {line.id: (line.title, line.published) for line in read(render(COMBINED, form), form)}


# --- the grammars can refuse -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        pytest.param('<content type="html">', '<content type="CDATA">', id="content that is CDATA"),
        pytest.param(
            "<published>2025-03-10T12:00:00+00:00", "<published>2025-03-10T12:00:00", id="a date with no zone"
        ),
        pytest.param('xml:lang="ar"', 'xml:lang="ar_LB"', id="a locale for a language"),
        pytest.param('xml:lang="ar"', 'dir="rtl"', id="dir, which Atom has not"),
        pytest.param("<id>urn:uuid:", "<id>", id="an id that is not absolute"),
        pytest.param("</title><updated>", "</title><title/><updated>", id="two titles"),
        pytest.param("<author>", '<author xmlns="">', id="an author that is not Atom's"),
        pytest.param("<generator>", '<generator version="0.1.0">', id="a version"),
    ],
)
def test_the_atom_grammar_refuses(good: str, bad: str) -> None:
    document = render(feed(*HARD), Format.ATOM).decode()
    assert ATOM.validate(etree.fromstring(document.encode()))
    assert good in document
    assert not ATOM.validate(etree.fromstring(document.replace(good, bad, 1).encode()))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda f: f["items"][0].pop("id"), id="no id"),
        pytest.param(lambda f: f["items"][0].pop("content_html"), id="no content"),
        pytest.param(lambda f: f["items"][0].update(date_published="2025-03-10T12:00:00"), id="no zone"),
        pytest.param(lambda f: f["items"][0].update(url="/item/1"), id="relative link"),
        pytest.param(lambda f: f.update(author={"name": "x"}), id="author of version 1.0"),
        pytest.param(lambda f: f.update(version="https://jsonfeed.org/version/1"), id="old version"),
        pytest.param(lambda f: f["items"].clear(), id="empty"),
    ],
)
def test_the_json_feed_grammar_refuses(spoil: Callable[[Any], object]) -> None:
    document = json.loads(render(feed(*HARD), Format.JSON))
    assert JSON_FEED.is_valid(document)
    spoil(document)
    assert not JSON_FEED.is_valid(document)


# --- same feed, same bytes -------------------------------------------------------------------------------------------

ELSEWHERE = textwrap.dedent("""
    import datetime, hashlib, locale, pickle, sys

    class Any(type(datetime.datetime)):
        def __instancecheck__(cls, it):
            return isinstance(it, cls.__mro__[1])

    class Clock(datetime.datetime, metaclass=Any):
        @classmethod
        def now(cls, tz=None):
            return cls.__mro__[1](2031, 12, 31, 23, 59, 59, tzinfo=tz)

    locale.setlocale(locale.LC_ALL, "")
    feed = pickle.load(sys.stdin.buffer)
    datetime.datetime = Clock
    from ticker.model import Format
    from ticker.render import render
    import feedgen.feed
    assert feedgen.feed.datetime.now().year == 2031
    print([hashlib.sha256(render(feed, form)).hexdigest() for form in Format])
""")
"""Renders a pickled feed in a process whose clock stands still in another year."""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Beirut", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
    ids=["beirut", "new york"],
)
def test_another_process_at_another_time_in_another_place_writes_the_same_bytes(environment: dict[str, str]) -> None:
    here = [hashlib.sha256(render(COMBINED, form)).hexdigest() for form in Format]
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=pickle.dumps(COMBINED),
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert ran.stdout.decode().strip() == str(here), ran.stderr.decode()


@EVERY_FORMAT
def test_earlier_calls_leave_no_trace(form: Format) -> None:
    first = render(COMBINED, form)
    for other in Format:
        render(feed(*HARD), other)
        render(COMBINED, other)
    assert render(COMBINED, form) == first


@EVERY_FORMAT
def test_equal_feeds_give_equal_bytes_however_their_sources_are_ordered(form: Format) -> None:
    turned = dict(sorted(COMBINED.channel.sources.items(), reverse=True))
    other = replace(COMBINED, channel=replace(COMBINED.channel, sources=turned))
    assert other == COMBINED
    assert render(other, form) == render(COMBINED, form)


@EVERY_FORMAT
def test_every_date_in_a_document_is_a_date_of_the_feed(form: Format) -> None:
    document = render(Feed(channel(), (made(age=61, updated=NOON - timedelta(hours=1)),), NOON), form).decode()
    dates = re.findall(r"\d{4}-\d\d-\d\dT[^\"<]+|\w{3}, \d\d \w{3} \d{4} [^<]+", document)
    instants = {parsedate_to_datetime(d) if "," in d else datetime.fromisoformat(d) for d in dates}
    seconds = {int((NOON - instant).total_seconds()) for instant in instants}
    assert seconds == {Format.RSS: {0, 61}, Format.ATOM: {0, 61, 3600}, Format.JSON: {61, 3600}}[form]


@EVERY_FORMAT
def test_the_locale_of_the_process_is_never_touched(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("setlocale was called")

    monkeypatch.setattr(locale, "setlocale", refuse)
    render(COMBINED, form)


@EVERY_FORMAT
def test_a_wording_once_kept_is_published_as_it_was_kept(form: Format) -> None:
    kept = "خبر  قديم e\u0301"  # today's cleaner would fold the spaces and compose the letter
    assert text.display(kept) != kept
    (line,) = read(render(feed(kept), form), form)
    assert line.title == kept


# --- what a feed says of itself --------------------------------------------------------------------------------------


@EVERY_FORMAT
@pytest.mark.parametrize(
    ("name", "page"),
    [("harbour", "https://news.example/t/harbour/"), ("", "https://news.example/t/")],
    ids=["one source", "combined"],
)
def test_a_feed_names_its_page_and_itself(form: Format, name: str, page: str) -> None:
    said = channel(name)
    document = render(Feed(said, COMBINED.items, NOON), form)
    if form is Format.JSON:
        told = json.loads(document)
        assert (told["home_page_url"], told["feed_url"]) == (page, said.feed_url(form))
        return
    root = etree.fromstring(document)
    path = "/rss/channel/link" if form is Format.RSS else "/a:feed/a:link[@rel='alternate' and @type='text/html']/@href"
    assert one(root, path) == page
    (itself,) = root.xpath("//a:link[@rel='self']", namespaces=NS)
    assert dict(itself.attrib) == {"rel": "self", "href": said.feed_url(form), "type": form.media_type}


def test_rss_says_what_the_specification_and_its_best_practices_ask() -> None:
    rss = etree.fromstring(render(feed(*HARD[:2]), Format.RSS))
    assert rss.attrib == {"version": "2.0"}
    assert one(rss, "channel/lastBuildDate") == "Mon, 10 Mar 2025 12:00:00 +0000"
    assert rss.xpath("channel/item/pubDate/text()")[1] == "Mon, 10 Mar 2025 11:59:00 +0000"
    assert one(rss, "channel/language") == "ar"
    assert one(rss, "channel/docs") == "http://www.rssboard.org/rss-specification"
    assert not rss.xpath("//ttl | //author | //pubDate[not(parent::item)] | //skipHours | //textInput")


@XML_FORMATS
def test_an_xml_document_is_utf_8_with_a_declaration_and_nothing_before_it(form: Format) -> None:
    document = render(COMBINED, form)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<")
    assert b"<!DOCTYPE" not in document
    assert HARD[0].encode() in document  # letters, not references to them


def test_json_keeps_letters_and_the_order_of_its_keys() -> None:
    document = render(feed(HARD[0]), Format.JSON)
    assert HARD[0].encode() in document
    keys = ["version", "title", "home_page_url", "feed_url", "description", "language", "authors", "items"]
    assert list(json.loads(document)) == keys


@XML_FORMATS
def test_the_generator_tells_no_release(form: Format) -> None:
    (generator,) = etree.fromstring(render(COMBINED, form)).xpath("//*[local-name()='generator']")
    assert (generator.text, dict(generator.attrib)) == ("Ticker", {})


def test_an_atom_feed_has_one_id_for_ever_wherever_it_is_served() -> None:
    def feed_id(said: Channel) -> str:
        return one(etree.fromstring(render(feed(HARD[0], said=said), Format.ATOM)), "/a:feed/a:id")

    assert feed_id(channel()) == "urn:uuid:e89d7aed-50a0-5822-89bc-795ba33fa419"
    assert feed_id(channel("")) == "urn:uuid:96323567-e19c-5676-b461-ff9e4df28d66"
    assert feed_id(channel(public_url="http://elsewhere.example/", title="x", language="en")) == feed_id(channel())


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar-LB", "آخر العناوين من: The Hill Post، المرفأ"),
        ("fr", "Les derniers titres de : The Hill Post, المرفأ"),
        ("sv", "The latest headlines from: The Hill Post, المرفأ"),
    ],
)
def test_the_description_names_the_sources_in_the_language_of_the_feed(language: str, sentence: str) -> None:
    said = channel("", language=language, sources={"z": "المرفأ", "h": "The Hill Post"})
    assert json.loads(render(feed(HARD[0], said=said), Format.JSON))["description"] == sentence
    assert one(etree.fromstring(render(feed(HARD[0], said=said), Format.RSS)), "channel/description") == sentence
    assert one(etree.fromstring(render(feed(HARD[0], said=said), Format.ATOM)), "a:subtitle") == sentence


def test_a_description_of_many_sources_stays_short() -> None:
    said = channel("", language="en", sources={f"s{n}": f"Paper {n}" for n in range(9)})
    told = json.loads(render(feed(HARD[0], said=said), Format.JSON))
    assert told["description"] == "The latest headlines from: Paper 0, Paper 1, Paper 2, Paper 3, Paper 4…"
    assert len(told["authors"]) == 9


# --- what it says of its items ---------------------------------------------------------------------------------------


@EVERY_FORMAT
def test_the_combined_feed_tells_its_sources_apart(form: Format) -> None:
    assert [line.author for line in read(render(COMBINED, form), form)] == ["صحيفة المرفأ — عاجل", "The Hill Post"]
    assert labels(render(COMBINED, form), form) == ["صحيفة المرفأ — عاجل", "The Hill Post"]
    assert labels(render(feed(*HARD), form), form) == []


@EVERY_FORMAT
def test_a_combined_feed_of_one_source_has_nothing_to_tell_apart(form: Format) -> None:
    alone = replace(COMBINED.channel, sources={"harbour": "صحيفة المرفأ — عاجل"})
    assert labels(render(Feed(alone, COMBINED.items[:1], NOON), form), form) == []


def test_a_headline_in_another_language_than_the_feed_says_so() -> None:
    mixed = replace(COMBINED.channel, language="ar", languages={"hill": "en"})
    assert {item.source for item in COMBINED.items} == {"harbour", "hill"}
    told = json.loads(render(Feed(mixed, COMBINED.items, NOON), Format.JSON))["items"]
    assert {(item["language"], item["content_html"][:21]) for item in told} == {
        ("ar", '<p dir="rtl" lang="ar'),
        ("en", '<p dir="ltr" lang="en'),
    }


def labels(document: bytes, form: Format) -> list[str]:
    if form is Format.JSON:
        return [tag for item in json.loads(document)["items"] for tag in item.get("tags", [])]
    paths = {Format.RSS: "//item/category/text()", Format.ATOM: "//a:entry/a:category/@label"}
    return list(map(str, etree.fromstring(document).xpath(paths[form], namespaces=NS)))


def test_a_correction_moves_updated_and_nothing_else() -> None:
    plain, edited = feed(HARD[0], HARD[2]), made(HARD[1], age=60, updated=NOON)
    corrected = replace(plain, items=(plain.items[0], edited))
    assert [line[0] for line in read(render(corrected, Format.ATOM), Format.ATOM)] == [i.guid for i in plain.items]
    atom = etree.fromstring(render(corrected, Format.ATOM))
    assert atom.xpath("//a:entry/a:published/text()", namespaces=NS)[1] == "2025-03-10T11:59:00+00:00"
    assert atom.xpath("//a:entry/a:updated/text()", namespaces=NS)[1] == "2025-03-10T12:00:00+00:00"
    first, second = json.loads(render(corrected, Format.JSON))["items"]
    assert "date_modified" not in first
    assert second["date_modified"] == "2025-03-10T12:00:00+00:00"


@EVERY_FORMAT
def test_instants_are_told_in_utc_and_whole_seconds(form: Format) -> None:
    beirut = datetime(2025, 3, 10, 14, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    (line,) = read(render(Feed(channel(), (made(published=beirut),), beirut), form), form)
    assert line.published == NOON
    assert line.published.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("link", "published"),
    [
        pytest.param("https://news.example/a?b=c#d", "https://news.example/a?b=c#d", id="as it is"),
        pytest.param(
            "https://news.example/خبر?ق=1 2",
            "https://news.example/%D8%AE%D8%A8%D8%B1?%D9%82=1%202",
            id="letters and spaces",
        ),
        pytest.param("https://news.example/a%zz%20b", "https://news.example/a%25zz%20b", id="a stray percent sign"),
        pytest.param("https://مثال.example:8080/a", "https://xn--mgbh0fb.example:8080/a", id="a domain in Arabic"),
        *(
            pytest.param(link, None, id=link or "none")
            for link in (
                None,
                "",
                "/a",
                "javascript:alert(1)",
                "http://",
                "http://[::1/",
                "https://who:secret@news.example/",
                "http://a:b:c/\ud800",
                "http://a b/",
            )
        ),
    ],
)
@EVERY_FORMAT
def test_a_link_is_always_absolute(form: Format, link: str | None, published: str | None) -> None:
    item = made(link=link)
    (line,) = read(render(Feed(channel(), (item,), NOON), form), form)
    assert line.link == (published or f"https://news.example/t/item/{item.guid.removeprefix('urn:uuid:')}")


@pytest.mark.parametrize(
    ("title", "language", "prefixed"),
    [
        pytest.param("انقطاع الكهرباء", "ar", False, id="arabic"),
        pytest.param("«انقطاع» CNN", "ar", False, id="arabic after a mark"),
        pytest.param("CNN: انقطاع الكهرباء", "ar", True, id="latin first"),
        pytest.param("3 جرحى", "ar-LB", False, id="a number is not strong"),
        pytest.param("14:53", "ar", True, id="nothing strong"),
        pytest.param("US: برق", "fa", True, id="persian"),
        pytest.param("Ferry resumes", "en", False, id="english"),
    ],
)
@EVERY_FORMAT
def test_only_a_title_that_readers_would_turn_round_gets_a_mark(
    form: Format, title: str, language: str, prefixed: bool
) -> None:
    (line,) = read(render(feed(title, said=channel(language=language)), form), form)
    assert line.title == (RLM + title if prefixed else title)
    assert RLM not in line.html


@pytest.mark.parametrize(("printed", "shown"), [("14:53", "14:53"), (None, None), ("\u200b", None)])
@EVERY_FORMAT
def test_an_item_with_nothing_to_show_is_not_lost(form: Format, printed: str | None, shown: str | None) -> None:
    items = (made(HARD[6], printed=printed), made(age=60))
    first, second = read(render(Feed(channel(), items, NOON), form), form)
    assert first.title == RLM + (shown or items[0].guid)
    assert second.title == HARD[0]


# --- the window ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ages", "least", "most", "kept"),
    [
        pytest.param([0, 1, 2], 1, 9, 3, id="all young"),
        pytest.param([0, 3600, 3601], 1, 9, 2, id="the age itself is still in"),
        pytest.param([0, 9000, 9001, 9002], 3, 9, 3, id="at least so many, however old"),
        pytest.param([0, 1, 2, 3], 1, 2, 2, id="at most so many, however young"),
        pytest.param([0, 9000], 5, 9, 2, id="no more than there are"),
        pytest.param([0, 9000, 9001], 3, 2, 2, id="the most wins over the least"),
        pytest.param([], 5, 9, 0, id="nothing yet"),
    ],
)
def test_a_window_keeps_the_young_within_its_bounds(ages: list[int], least: int, most: int, kept: int) -> None:
    items = [made(age=age) for age in ages]
    said = channel(min_items=least, max_items=most, max_age=timedelta(hours=1))
    assert window(items, said) == tuple(items[:kept])


@given(st.lists(st.integers(0, 200_000), unique=True).map(sorted), st.integers(0, 10**9))
def test_a_window_does_not_change_while_nothing_happens(ages: list[int], later: int) -> None:
    said = channel(min_items=2, max_items=20)
    early = window([made(age=age) for age in ages], said)
    late = window([made(age=age + later, number=age) for age in ages], said)
    assert [item.guid for item in early] == [item.guid for item in late]
