"""What a document says of itself: addresses, archives, variants, icons; and the list of all feeds."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
from lxml import etree

from tests.rendering import (
    COMBINED,
    EVERY_FORMAT,
    HARD,
    JOINER,
    JSON_FEED,
    NOON,
    NS,
    XML_FORMATS,
    channel,
    feed,
    hrefs,
    links,
    one,
    read,
)
from ticker.model import Channel, Feed, Format
from ticker.render import opml, render

HUBS = ("https://hub.example/", "https://hub.example/?b=1&c=2")
HUBBED = replace(feed(HARD[0], HARD[2]), channel=channel(hubs=HUBS))
LIVE = replace(HUBBED, previous=7)
ARCHIVE = replace(HUBBED, number=7, previous=6)
OLDEST = replace(HUBBED, number=1)
VARIANT = replace(LIVE, query=urlencode({"q": "مرفأ طقس", "not": "رياضة", "limit": "20"}))
EMPTY = replace(VARIANT, items=())
ROOT_URL = "https://news.example/t/"


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
    itself = [link for link in links(document) if link["rel"] == "self"]
    assert itself == [{"rel": "self", "href": said.feed_url(form), "type": form.media_type}]


def test_rss_says_what_the_specification_and_its_best_practices_ask() -> None:
    rss = etree.fromstring(render(feed(*HARD[:2]), Format.RSS))
    assert rss.attrib == {"version": "2.0"}
    assert one(rss, "channel/lastBuildDate") == "Mon, 10 Mar 2025 12:00:00 +0000"
    assert rss.xpath("channel/item/pubDate/text()")[1] == "Mon, 10 Mar 2025 11:59:00 +0000"
    assert one(rss, "channel/language") == "ar"
    assert one(rss, "channel/docs") == "http://www.rssboard.org/rss-specification"
    never = "ttl author skipHours skipDays textInput cloud source comments enclosure managingEditor"
    absent = [f"//{name}" for name in never.split()]
    assert not rss.xpath(" | ".join([*absent, "//channel/pubDate"]))
    assert one(rss, "channel/generator") == "Ticker"
    tags = [child.tag for child in rss[0]]
    assert tags[tags.index("item") :] == ["item"] * 2


@XML_FORMATS
def test_an_xml_document_is_utf_8_with_a_declaration_and_nothing_before_it(form: Format) -> None:
    document = render(COMBINED, form)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<?xml-stylesheet ")
    assert b"<!DOCTYPE" not in document
    assert HARD[0].encode() in document  # letters, not references to them


def test_json_keeps_letters_and_the_order_of_its_keys() -> None:
    document = render(feed(HARD[0]), Format.JSON)
    assert HARD[0].encode() in document
    assert ",".join(json.loads(document)) == (
        "version,title,home_page_url,feed_url,description,icon,favicon,language,authors,items"
    )


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


@pytest.mark.parametrize("form", Format)
def test_a_document_of_thousands_of_sources_is_no_larger_than_its_items_ask_for(form: Format) -> None:
    few, many = ({f"s{n}": f"Paper {n}" for n in range(count)} for count in (100, 5000))
    spoken = [replace(item, source=f"s{n}") for n, item in enumerate(feed(HARD[0], HARD[1]).items)]
    small, large = (
        render(replace(feed(), channel=channel("", sources=said), items=tuple(spoken)), form) for said in (few, many)
    )
    assert len(large) < len(small) + 100, "but for digits"
    names = read(large, form)
    assert len(names) == 2
    assert large.count(b"Paper 4999") == 0


def test_an_empty_variant_of_thousands_of_sources_has_an_author() -> None:
    said = channel("", title="News", sources={f"s{n}": f"Paper {n}" for n in range(5000)})
    told = json.loads(render(replace(feed(HARD[0]), channel=said, items=(), query="q=x"), Format.JSON))
    assert told["authors"] == [{"name": "News"}]


# --- hubs, archives, variants ----------------------------------------------------------------------------------------


@XML_FORMATS
def test_the_subscription_document_names_every_hub_that_works(form: Format) -> None:
    assert hrefs(render(LIVE, form), "hub") == list(HUBS)
    assert hrefs(render(feed(HARD[0]), form), "hub") == []


def test_json_names_them_too() -> None:
    assert json.loads(render(LIVE, Format.JSON))["hubs"] == [{"type": "WebSub", "url": hub} for hub in HUBS]


@EVERY_FORMAT
@pytest.mark.parametrize("silent", [ARCHIVE, VARIANT], ids=["archive", "variant"])
def test_what_no_hub_is_told_of_names_none(form: Format, silent: Feed) -> None:
    """With a hub FreshRSS polls once a day (research/readers §1); and an archive must outlive every hub."""
    assert b"hub" not in render(silent, form)


@XML_FORMATS
def test_archives_are_linked_as_rfc_5005_has_it(form: Format) -> None:
    def told(document: Feed) -> dict[str, list[str]]:
        kinds = ("self", "prev-archive", "current", "next-archive")
        return {rel: found for rel in kinds if (found := [*hrefs(render(document, form), rel)])}

    live, ending = f"{ROOT_URL}harbour/feed.{form.ending}", form.ending
    place = f"{ROOT_URL}harbour/archive/"
    assert told(LIVE) == {"self": [live], "prev-archive": [f"{place}7.{ending}"]}
    assert told(ARCHIVE) == {
        "self": [f"{place}7.{ending}"],
        "prev-archive": [f"{place}6.{ending}"],
        "current": [live],
    }
    assert told(OLDEST) == {
        "self": [f"{place}1.{ending}"],
        "current": [live],
        "next-archive": [f"{place}2.{ending}"],
    }
    assert told(VARIANT) == {"self": [f"{live}?{VARIANT.query}"]}
    assert told(HUBBED) == {"self": [live]}


@XML_FORMATS
def test_an_archive_says_that_it_is_one_and_nothing_else_does(form: Format) -> None:
    for document, marks in (ARCHIVE, 1), (OLDEST, 1), (LIVE, 0), (VARIANT, 0):
        root = etree.fromstring(render(document, form))
        assert len(root.xpath("/rss/channel/fh:archive | /a:feed/fh:archive", namespaces=NS)) == marks


def test_json_leads_from_document_to_archive_to_archive() -> None:
    def told(document: Feed) -> str | None:
        parsed: dict[str, str] = json.loads(render(document, Format.JSON))
        assert parsed.get("next_url") != parsed["feed_url"] == document.url(Format.JSON)
        return parsed.get("next_url")

    place = f"{ROOT_URL}harbour/archive/"
    assert [told(LIVE), told(ARCHIVE), told(OLDEST)] == [f"{place}7.json", f"{place}6.json", None]
    assert told(VARIANT) is None


def test_an_archive_is_part_of_its_feed_and_a_variant_is_a_feed_of_its_own() -> None:
    def feed_id(document: Feed) -> str:
        return one(etree.fromstring(render(document, Format.ATOM)), "/a:feed/a:id")

    assert feed_id(ARCHIVE) == feed_id(OLDEST) == feed_id(LIVE)
    others = {feed_id(VARIANT), feed_id(replace(LIVE, query="q=a")), feed_id(replace(LIVE, query="q=b"))}
    assert len(others | {feed_id(LIVE)}) == 4
    assert all(UUID(identifier).version == 5 for identifier in others)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param("", "المرفأ", id="the whole feed"),
        pytest.param("q=%D9%85%D8%B1%D9%81%D8%A3", "المرفأ · مرفأ", id="a word"),
        pytest.param("q=a+b&q=%22c+d%22&not=e&limit=5", 'المرفأ · a b · "c d" · −e · 5', id="all there is"),
        pytest.param("q=%3C%2Fb%3E%26amp%3B", f"المرفأ · <{JOINER}/b>&{JOINER}amp;", id="html"),
        pytest.param("q=%00%C2%85%EF%BF%BF%F0%9F%98%80x%FF", "المرفأ · 😀x□", id="what cannot be said"),
        pytest.param("q=%20&other=1", "المرفأ", id="nothing"),
        pytest.param("q=" + "word+" * 60, "المرفأ · " + "word " * 37 + "word…", id="long"),
    ],
)
@EVERY_FORMAT
def test_the_title_of_a_variant_says_what_it_holds(form: Format, query: str, told: str) -> None:
    document = render(replace(feed(HARD[0]), query=query), form)
    if form is Format.JSON:
        assert json.loads(document)["title"] == told
        return
    root = etree.fromstring(document)
    assert one(root, "/rss/channel/title" if form is Format.RSS else "/a:feed/a:title") == told


@EVERY_FORMAT
def test_an_archive_has_the_title_of_its_feed(form: Format) -> None:
    plain = render(HUBBED, form).decode()
    assert "<title>المرفأ</title>" in plain or '"title":"المرفأ"' in plain
    assert plain.count("المرفأ") == render(ARCHIVE, form).decode().count("المرفأ")


@EVERY_FORMAT
def test_a_variant_that_matches_nothing_is_a_feed_without_items(form: Format) -> None:
    document = render(EMPTY, form)
    assert read(document, form) == []
    if form is Format.JSON:
        JSON_FEED.validate(json.loads(document))
        return
    root = etree.fromstring(document)
    if form is Format.RSS:
        assert one(root, "channel/lastBuildDate") == "Mon, 10 Mar 2025 12:00:00 +0000"
    else:
        assert one(root, "a:updated") == "2025-03-10T12:00:00+00:00"
        assert one(root, "a:author/a:name") == "صحيفة المرفأ — عاجل"


# --- icons and the stylesheet ----------------------------------------------------------------------------------------


def test_rss_has_an_image_that_is_named_and_linked_as_the_channel_is() -> None:
    for document in LIVE, VARIANT:
        rss = etree.fromstring(render(document, Format.RSS))
        assert one(rss, "channel/image/url") == f"{ROOT_URL}icon.png"
        assert one(rss, "channel/image/title") == one(rss, "channel/title")
        assert one(rss, "channel/image/link") == one(rss, "channel/link")
        assert [one(rss, f"channel/image/{side}") for side in ("width", "height")] == ["144", "144"]


def test_atom_and_json_have_icons_of_their_kinds() -> None:
    atom = etree.fromstring(render(LIVE, Format.ATOM))
    assert (one(atom, "a:icon"), one(atom, "a:logo")) == (f"{ROOT_URL}favicon.ico", f"{ROOT_URL}icon.png")
    told = json.loads(render(LIVE, Format.JSON))
    assert (told["icon"], told["favicon"]) == (f"{ROOT_URL}icon-512.png", f"{ROOT_URL}icon.png")


@XML_FORMATS
def test_a_browser_is_given_a_stylesheet(form: Format) -> None:
    said = channel(public_url="https://news.example/a&b/")
    styled = etree.fromstring(render(feed(HARD[0], said=said), form)).getprevious()
    assert (styled.target, styled.get("type")) == ("xml-stylesheet", "text/css")
    assert styled.get("href") == "https://news.example/a&amp;b/static/feed.css", "escaped, as xml-stylesheet §3 has it"
    assert styled.getprevious() is None


# --- OPML ------------------------------------------------------------------------------------------------------------

CHANNELS = {
    "hill": channel("hill", title="The Hill </b> Post", language="en"),
    "": channel(""),
    "harbour": channel(),
}


def test_opml_lists_the_combined_feed_and_then_every_source() -> None:
    root = etree.fromstring(opml(CHANNELS))
    assert (root.tag, dict(root.attrib)) == ("opml", {"version": "2.0"})
    assert [child.tag for child in root] == ["head", "body"]
    assert [(child.tag, child.text) for child in root[0]] == [("title", "المرفأ")]
    assert [dict(outline.attrib) for outline in root[1]] == [
        outline("المرفأ", "ar", ROOT_URL),
        outline(f"The Hill <{JOINER}/b> Post", "en", f"{ROOT_URL}hill/"),
        outline("المرفأ (harbour)", "ar", f"{ROOT_URL}harbour/"),
    ]


def outline(title: str, language: str, page: str) -> dict[str, str]:
    """`text` is required, `title` is what most readers take; RSS stands for RSS 2.0 (OPML 2.0)."""
    return {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": f"{page}feed.rss",
        "htmlUrl": page,
        "language": language,
        "version": "RSS",
    }


def test_opml_lists_a_single_source_once() -> None:
    """Its feed and that of all sources hold the same: whoever imports both reads everything twice."""
    one = {name: channel for name, channel in CHANNELS.items() if name in ("", "harbour")}
    (listed,) = etree.fromstring(opml(one))[1]
    assert listed.get("xmlUrl") == one["harbour"].feed_url(Format.RSS)


def test_opml_is_the_same_whenever_it_is_asked_for() -> None:
    assert opml(CHANNELS) == opml(dict(CHANNELS))
    assert b"dateCreated" not in opml(CHANNELS)


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed: make test-deps")
def test_newsboat_imports_it(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_bytes(opml(CHANNELS))
    (tmp_path / "urls").touch()
    command: list[str | Path] = [
        "newsboat",
        "-u",
        tmp_path / "urls",
        "-c",
        tmp_path / "cache.db",
        "-i",
        tmp_path / "feeds.opml",
    ]
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=30)
    imported = [line.split()[0] for line in (tmp_path / "urls").read_text().splitlines()]
    assert sorted(imported) == sorted(said.feed_url(Format.RSS) for said in CHANNELS.values())


@pytest.mark.skipif(shutil.which("sfeed_opml_import") is None, reason="sfeed is not installed: make test-deps")
def test_sfeed_imports_it() -> None:
    ran = subprocess.run(["sfeed_opml_import"], input=opml(CHANNELS), capture_output=True, check=True, timeout=30)
    told = ran.stdout.decode()
    assert all(f"'{said.feed_url(Format.RSS)}'" in told for said in CHANNELS.values())
