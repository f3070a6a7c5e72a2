"""What the tests of `ticker.render` share: items and feeds to be said, and strict readers of what was said."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import jsonschema
import pytest
from hypothesis import strategies as st
from lxml import etree

from ticker.model import Channel, Feed, Format, Item, Revision

ROOT = Path(__file__).parent.parent
SCHEMAS = Path(__file__).parent / "schemas"
ATOM = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
JSON_FEED = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "jsonfeed.json").read_text("utf-8")))
NS = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
}
RLM = "\u200f"
JOINER = "\u2060"
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
    "\u202eمقلوب\u2066 لا يُغلق <b>عريض</b> R&D2 &#x41; &copy &apos;",
    "حرف لم يُفك \ufffd وآخر \U0001fffe بلا معنى",
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
            one(entry, "a:link[@rel='alternate']/@href"),
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


def first_paragraph(markup: str) -> Any:
    """Of an entry's content, which is well-formed."""
    return etree.fromstring(f"<div>{markup}</div>")[0]


def paragraphs(markup: str) -> list[str]:
    """The words of each paragraph."""
    return ["".join(paragraph.itertext()) for paragraph in etree.fromstring(f"<div>{markup}</div>")]


def reworded(item: Item, *before: str) -> Item:
    """*item* after it said each of *before*, oldest first; edited at noon."""
    revisions = tuple(Revision(title, item.first_seen) for title in before)
    return replace(item, revisions=revisions, updated=NOON)


def links(document: bytes) -> list[dict[str, str]]:
    """The attributes of all Atom links of the feed itself."""
    root = etree.fromstring(document)
    return [dict(link.attrib) for link in root.xpath("/rss/channel/a:link | /a:feed/a:link", namespaces=NS)]


def hrefs(document: bytes, rel: str) -> Iterable[str]:
    return [link["href"] for link in links(document) if link["rel"] == rel]
