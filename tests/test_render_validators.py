"""Every kind of document, with every hostile headline, before grammars, strict parsers and the rules of validators."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html.entities import name2codepoint
from typing import Any
from urllib.parse import urlencode

import feedparser
import pytest
from hypothesis import example, given, settings
from lxml import etree

from tests.rendering import (
    ATOM,
    HARD,
    HARDEST,
    JSON_FEED,
    NOON,
    NS,
    XML_FORMATS,
    any_feed,
    channel,
    feed,
    links,
    made,
    read,
    reworded,
)
from ticker.model import Feed, Format
from ticker.render import render

PAGES = {"harbour": "https://harbour.example/news", "hill": "http://127.0.0.1/"}
SAID = channel("", pages=PAGES, languages={"hill": "en"}, hubs=("https://hub.example/", "https://other.example/hub"))
LIVE = Feed(
    SAID,
    (
        *(made(title, age=n) for n, title in enumerate(HARD)),
        *(made(title, age=n, number=100 + n, source="hill") for n, title in enumerate(HARD)),
        *(reworded(made("خبر", age=50 + n), title) for n, title in enumerate(HARD)),
    ),
    NOON,
    previous=3,
)
KINDS = {
    "live": LIVE,
    "first": replace(LIVE, previous=None),
    "archive": replace(LIVE, number=3, previous=2),
    "variant": replace(LIVE, query=urlencode({"q": HARD[1]})),
    "nothing": replace(LIVE, query="q=x", items=()),
    "one source": Feed(channel(), LIVE.items[: len(HARD)], NOON),
    "hardest": HARDEST,
}
EVERY_KIND = pytest.mark.parametrize("whole", KINDS.values(), ids=KINDS)


@XML_FORMATS
@pytest.mark.skipif(not shutil.which("ruby"), reason="needs ruby with its rss library")
@EVERY_KIND
def test_the_strict_ruby_parser_accepts_what_we_publish(form: Format, whole: Feed) -> None:
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


@XML_FORMATS
@EVERY_KIND
def test_feedparser_finds_nothing_wrong(form: Format, whole: Feed) -> None:
    parsed = feedparser.parse(render(whole, form), response_headers={"content-type": form.media_type})
    assert (parsed.bozo, len(parsed.entries)) == (False, len(whole.items))


@EVERY_KIND
def test_the_grammars_accept_it(whole: Feed) -> None:
    assert ATOM.validate(etree.fromstring(render(whole, Format.ATOM))), ATOM.error_log
    JSON_FEED.validate(json.loads(render(whole, Format.JSON)))


# --- what the W3C validator looks at (its rules in our words, with its names) ----------------------------------------

HTML = {"a", "abbr", "b", "br", "div", "em", "h1", "i", "img", "li", "p", "pre", "script", "span", "strong", "u", "ul"}
ALLOWED = {"p": {"dir", "lang"}, "a": {"href"}}  # what content is made of
TITLES = "//title | //category | /rss/channel/description | //a:title | //a:subtitle | //a:name | //dc:creator"


def faults(document: bytes, url: str) -> Iterator[str]:
    """What it would report of *document*, had it been fetched from *url*."""
    root = etree.fromstring(document)
    words = [*root.itertext(), *(value for node in root.iter(etree.Element) for value in node.attrib.values())]
    if any(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffd]", word) for word in words):
        yield "BadCharacters"
    titles = [*(node.text or "" for node in root.xpath(TITLES, namespaces=NS)), *root.xpath("//@label")]
    for title in titles:
        yield from _looks_like_html(title)
    yield from _links(document, root, url)
    yield from _entries(root)
    for markup in root.xpath("//item/description | //a:content", namespaces=NS):
        yield from _content(markup.text)
    for date in root.xpath("//pubDate | //lastBuildDate"):
        if format_datetime(parsedate_to_datetime(date.text)) != date.text:
            yield "ProblematicalRFC822Date, IncorrectDOW"
    for date in root.xpath("//a:published | //a:updated", namespaces=NS):
        if datetime.fromisoformat(date.text).utcoffset() != timedelta(0):
            yield "InvalidRFC3339Date"


def _looks_like_html(title: str) -> Iterator[str]:
    if not title.strip():
        yield "NotBlank"
    if any(tag.lower() in HTML for tag in re.findall(r"</(\w+)>", title)) or re.search("&#[x0-9]|<[/a-zA-Z]", title):
        yield "ContainsHTML, CharacterData"
    for name in re.findall(r"&(#?\w+)", title):
        if name in name2codepoint or name == "apos" or not name.isalpha():
            yield "ContainsHTML"


def _links(document: bytes, root: Any, url: str) -> Iterator[str]:
    found = links(document)
    if [link["href"] for link in found if link["rel"] == "self"] != [url]:
        yield "MissingSelf, SelfDoesntMatchLocation"
    if max(Counter((link["rel"], link.get("type"), link["href"]) for link in found).values()) > 1:
        yield "DuplicateAtomLink"
    for entry in root.xpath("//a:entry", namespaces=NS):
        if len(entry.xpath("a:link[not(@rel) or @rel='alternate']", namespaces=NS)) != 1:
            yield "DuplicateAtomLink"
    addresses = [link["href"] for link in found] + root.xpath("//@href")
    addresses += [node.text for node in root.xpath("//link | //url | //docs | //a:icon | //a:logo", namespaces=NS)]
    if not all(re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[!-;=?-Z_a-z~]*)?", address) for address in addresses):
        yield "InvalidFullLink, InvalidUriChar"
    archive = root.xpath("//fh:archive", namespaces=NS)
    if archive and "current" not in [link["rel"] for link in found]:
        yield "MissingCurrentInArchive"
    if archive and not any("archive" in link["rel"] for link in found):
        yield "ArchiveIncomplete"
    for image in root.xpath("//image"):
        if (image.find("title").text, image.find("link").text) != (root.find("channel/title").text, root[0][1].text):
            yield "ImageTitleDoesntMatch, ImageLinkDoesntMatch"


def _entries(root: Any) -> Iterator[str]:
    identifiers = [node.text for node in root.xpath("//guid | //a:entry/a:id", namespaces=NS)]
    if len(identifiers) != len(set(identifiers)):
        yield "DuplicateValue, DuplicateEntries"
    if not all(re.fullmatch(r"urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}", name) for name in identifiers):
        yield "InvalidUUID"
    updated = [node.text for node in root.xpath("//a:entry/a:updated", namespaces=NS)]
    if len(updated) != len(set(updated)):
        yield "DuplicateUpdated"


def _content(markup: str) -> Iterator[str]:
    for node in etree.fromstring(f"<div>{markup}</div>").iterdescendants():
        if node.tag not in ALLOWED or set(node.attrib) - ALLOWED[node.tag]:
            yield "SecurityRisk, NotHtml"
        if not node.get("href", "https://").startswith("https://"):
            yield "ContainsRelRef"


@XML_FORMATS
@EVERY_KIND
def test_no_rule_of_the_validator_is_broken(form: Format, whole: Feed) -> None:
    assert [*faults(render(whole, form), whole.url(form))] == []


@given(any_feed)
@example(HARDEST)
@settings(max_examples=40, deadline=None)
def test_nor_by_any_headline(whole: Feed) -> None:
    for form in Format.RSS, Format.ATOM:
        assert [*faults(render(whole, form), whole.url(form))] == []


@pytest.mark.parametrize(
    ("form", "good", "bad", "fault"),
    [
        pytest.param(Format.RSS, "<title>عنوان", "<title>عنوان &lt;/b&gt;", "ContainsHTML", id="html in a title"),
        pytest.param(Format.ATOM, "<title>عنوان", "<title>عنوان &amp;copy", "ContainsHTML", id="an entity in a title"),
        pytest.param(Format.RSS, "<title>عنوان", "<title>\x85", "BadCharacters", id="a control character"),
        pytest.param(Format.ATOM, "عنوان</title>", "</title>", "NotBlank", id="no title"),
        pytest.param(Format.RSS, 'rel="self"', 'rel="next"', "MissingSelf", id="no self"),
        pytest.param(Format.ATOM, "feed.atom", "feed.atom?x", "SelfDoesntMatch", id="another self"),
        pytest.param(
            Format.ATOM, "<link ", '<link href="https://x.example/"/><link ', "Duplicate", id="two alternates"
        ),
        pytest.param(Format.RSS, "<link>https://news", "<link>//news", "InvalidFullLink", id="a relative link"),
        pytest.param(Format.RSS, "<image><url>", "<image><url>x", "InvalidFullLink", id="no address of an image"),
        pytest.param(Format.RSS, "<image>", "<image><title>x</title>", "ImageTitle", id="an image of another title"),
        pytest.param(Format.RSS, "urn:uuid:", "item-", "InvalidUUID", id="an id that is none"),
        pytest.param(Format.RSS, "Mon, 10", "Tue, 10", "IncorrectDOW", id="a wrong weekday"),
        pytest.param(Format.RSS, "&lt;p dir", "&lt;script/&gt;&lt;p dir", "SecurityRisk", id="a script"),
        pytest.param(Format.RSS, "&lt;p dir", '&lt;p style="" dir', "SecurityRisk", id="a style"),
        pytest.param(Format.RSS, "https://harbour", "harbour", "ContainsRelRef", id="a relative link in content"),
        pytest.param(Format.RSS, "<docs>", "<fh:archive xmlns:fh='{fh}'/><docs>", "MissingCurrent", id="no current"),
    ],
)
def test_the_rules_can_be_broken(form: Format, good: str, bad: str, fault: str) -> None:
    whole = feed("عنوان", said=channel(pages=PAGES))
    document = render(whole, form).decode()
    place = document.index("<item>") if good == "<title>عنوان" and form is Format.RSS else 0
    place = document.index("<entry>") if form is Format.ATOM and good in ("<link ", "<title>عنوان") else place
    assert good in document[place:]
    spoilt = document[:place] + document[place:].replace(good, bad.format(**NS), 1)
    assert any(fault in found for found in faults(spoilt.encode(), whole.url(form)))


@pytest.mark.parametrize(("form", "tag"), [(Format.RSS, "guid"), (Format.ATOM, "id"), (Format.ATOM, "updated")])
def test_so_can_those_of_two_items(form: Format, tag: str) -> None:
    whole = feed(HARD[0], HARD[2])
    document = render(whole, form).decode()
    first, second = re.findall(f"<{tag}[ >].*?</{tag}>", document)[-2:]
    spoilt = document.replace(first, second)
    assert any("Duplicate" in found for found in faults(spoilt.encode(), whole.url(form)))


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
        pytest.param(lambda f: f["items"].append(f["items"][0]), id="the same item twice"),
    ],
)
def test_the_json_feed_grammar_refuses(spoil: Callable[[Any], object]) -> None:
    document = json.loads(render(feed(*HARD), Format.JSON))
    assert JSON_FEED.is_valid(document)
    spoil(document)
    assert not JSON_FEED.is_valid(document)
