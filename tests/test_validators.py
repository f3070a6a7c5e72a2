"""Every document that the service can answer with, before every judge there is: the same items, and nothing to fault.

One store with two days of news in Arabic and English, corrected lines, and a page full of hostile headlines is served
by `ticker run`; each of its documents is fetched once and shown to parsers, schemas and a linter of HTTP. What only the
W3C validator would see of a document is asserted here, named as it names it (research/feed-standards §3).
"""

import html
import json
import re
import subprocess
import sys
import time
import unicodedata
from calendar import timegm
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import fastfeedparser
import feedparser
import httpx
import jsonschema
import lxml.html
import pytest
import yaml
from lxml import etree
from reader import make_reader

from tests.lines import BEIRUT
from tests.readers import FEEDSMITH, Told, in_feedsmith, in_ruby, needs
from tests.running import PATIENCE, answered, environment, free_port
from tests.stores import store_at

FORMATS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
FEEDS = {"": "ar", "desk": "ar", "wire": "en", "odd": "ar"}  # name -> language
SCHEMAS = Path(__file__).parent / "schemas"
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

NIGHT = datetime(2025, 3, 10, 22, 0, tzinfo=BEIRUT)  # when the last pages are read
HOSTILE = [
    "خبر مع حرف \x07 تحكم \x0b في وسطه \x1b عن الطقس",
    "حروف تحكم \x85 من \x92 الصف الثاني \x9f في خبر عن البحر",
    "رموز لا \ufffe تصلح \U0001fffe لأي \ufdd0 وثيقة \x7f عن السوق",
    "قسم ]]> ينهي <![CDATA[ ما لا ينبغي له أن ينهي",
    "شركات & أسواق &amp; علامات &amp;amp; في عنوان &nbsp; واحد &#1593;",
    "عنوان <b>عريض</b> و<i>مائل</i> وفيه <br/> سطر </p> مكسور",
    "<script>alert(1)</script> برنامج في عنوان <!-- وتعليق --> عن الأمن",
    "<img src=x onerror=alert(1)> صورة في خبر عن المتحف",
    "شركتا AT&T وR&D و&copyright و&notit في خبر عن الجامعة",
    "كمية 3 < 5 و 7 > 2 في تقرير عن الأسعار",
    "\u202eاتجاه مقلوب\u2066 وعلامات لا تُغلق \u202b في خبر عن المدارس",
    "\u200fعلامة \u200e وأخرى \u061c بين الكلمات \ufeff عن الصحة",
    "زحمة" * 2500,
    "كلمات كثيرة جدا " * 400,
    "😀👩\u200d🚀 هبوط مركبة 🇱🇧 على سطح القمر",
    "2025 - 1441 / 33:12",
    "CNN: زيارة إلى Beirut في 2025 عند 12:30 (GPS)",
    "وزير: «الـ VAR» و\"الفيديو\" و'الصورة' قيد الدرس",
    "نَصٌّ مُشَكَّلٌ بِالْكَامِلِ عَنِ الشِّعْرِ",
    "اسم من حرفين: ك\u0654 وA\u030a في قائمة الجوائز",
    "عبارة\u00a0بمسافات\u2003غريبة\u3000بين\tكلماتها عن اللغة",
    "خط تحت %s و{0} و$HOME و\\n في خبر عن البرمجة",
    "https://example.org/رابط بدل العنوان",
]
ODD_LINKS = (
    "/خبر/عن الطقس?س=1&ص=2",
    "javascript:alert(1)",
    "//other.example/x y",
    "http://[bad/",
    "mailto:a@b.example",
    "/a\u202eb<c>\"d'",
)
PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>صحيفة</title><body>
<p>مقال طويل عن مواسم الصيد في الساحل.</p>
<section><h3>{heading}</h3><ul>\n{rows}\n</ul></section></body></html>"""


@dataclass(frozen=True)
class Row:
    at: datetime
    text: str
    link: str | None = None


@dataclass
class Document:
    """One document as it was fetched."""

    url: str
    feed: str
    kind: str  # live, archive, variant, empty
    form: str
    headers: httpx.Headers
    body: bytes
    path: Path

    @cached_property
    def xml(self) -> Any:
        return etree.fromstring(self.body, etree.XMLParser(resolve_entities=False, no_network=True))

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)

    @cached_property
    def items(self) -> list[Any]:
        match self.form:
            case "rss":
                return list(self.xml.findall("channel/item"))
            case "atom":
                return list(self.xml.findall("atom:entry", NAMES))
        return list(self.json["items"])

    @cached_property
    def told(self) -> list[Told]:
        """What the document says of its items, by its format's own book."""
        match self.form:
            case "rss":
                return [
                    Told(i.findtext("guid"), i.findtext("title"), parsedate_to_datetime(i.findtext("pubDate")))
                    for i in self.items
                ]
            case "atom":
                said = [
                    [i.findtext(f"atom:{name}", None, NAMES) for name in ("id", "title", "published")]
                    for i in self.items
                ]
                return [Told(id_, title, datetime.fromisoformat(at)) for id_, title, at in said]
        return [Told(i["id"], i["title"], datetime.fromisoformat(i["date_published"])) for i in self.items]

    @cached_property
    def contents(self) -> list[str]:
        """The HTML of each item."""
        match self.form:
            case "rss":
                return [i.findtext("content:encoded", None, NAMES) or i.findtext("description") for i in self.items]
            case "atom":
                return [i.findtext("atom:content", None, NAMES) for i in self.items]
        return [i["content_html"] for i in self.items]

    def links(self, rel: str) -> list[str]:
        """Targets of the document's own links of this relation; JSON Feed has names for some."""
        if self.form == "json":
            named = {"self": "feed_url", "prev-archive": "next_url", "alternate": "home_page_url"}.get(rel, "")
            return [self.json[named]] if named in self.json else []
        head = self.xml if self.form == "atom" else self.xml.find("channel")
        return [link.get("href") for link in head.findall("atom:link", NAMES) if link.get("rel") == rel]


def page(language: str, heading: str, rows: list[Row]) -> str:
    def said(row: Row) -> str:
        text = html.escape(row.text)
        inner = f'<a href="{html.escape(row.link)}">{text}</a>' if row.link else f"<span>{text}</span>"
        return f"<li><b>{row.at:%H:%M}</b> {inner}</li>"

    return PAGE.format(language=language, heading=heading, rows="\n".join(map(said, rows)))


def write_store(folder: Path, port: int) -> Path:
    """Two days of two newsrooms, and one page of the third; the configuration to serve them with."""
    headings = {"desk": "عاجل 24/7", "wire": "Latest news", "odd": "عاجل"}
    titles = {"desk": "مكتب الأخبار", "wire": "The Wire & Co", "odd": "صحيفة <غريبة> & أخرى"}
    common = {"timezone": "Asia/Beirut", "every": "1h", "allow_private": True}
    settings = {
        "server": {"port": port},
        "store": store_at(folder / "ticker.db"),
        "feed": {"min_items": 10, "max_items": 30, "max_age": "6h"},
        "sources": [
            {"name": name, "title": titles[name], "url": f"http://127.0.0.1:9/{name}/", "language": FEEDS[name],
             "heading": heading, **common}
            for name, heading in headings.items()
        ],
    }  # fmt: skip
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")

    desk = [
        Row(
            NIGHT - timedelta(minutes=25 * n + 1),
            f"خبر رقم {n} عن أعمال الطريق رقم {n * 13}",
            f"/n/{n}" if n % 2 else None,
        )
        for n in range(80)
    ]
    wire = [
        Row(NIGHT - timedelta(minutes=50 * n + 2), f"Harbour report no. {n} of pier {n * 7}", f"/w?no={n}&from=pier")
        for n in range(24)
    ]
    _read(folder, config, "desk", headings["desk"], desk, step=10)
    _read(folder, config, "wire", headings["wire"], wire, step=6)
    corrected = [
        Row(row.at, f"{row.text} اليوم", row.link) if n in (1, 2, 4) else row for n, row in enumerate(desk[:12])
    ]
    _ingest(folder, config, "desk", headings["desk"], [(NIGHT + timedelta(minutes=1), corrected)])
    links = (*ODD_LINKS, *[None] * len(HOSTILE))
    odd = [
        Row(NIGHT - timedelta(minutes=n), text, link)
        for n, (text, link) in enumerate(zip(HOSTILE, links, strict=False))
    ]
    empty = [Row(NIGHT - timedelta(minutes=3), " \x07\u202e ")]
    _ingest(folder, config, "odd", headings["odd"], [(NIGHT + timedelta(minutes=2), [*odd[:4], *empty, *odd[4:]])])
    return config


def _read(folder: Path, config: Path, source: str, heading: str, rows: list[Row], *, step: int) -> None:
    """Polls of a list of *step* and two rows, each with *step* new ones; *rows* are newest first."""
    pages = [(rows[n].at + timedelta(minutes=1), rows[n : n + step + 2]) for n in range(0, len(rows), step)]
    _ingest(folder, config, source, heading, pages[::-1])


def _ingest(folder: Path, config: Path, source: str, heading: str, pages: list[tuple[datetime, list[Row]]]) -> None:
    words: list[str | Path] = []
    for n, (at, rows) in enumerate(pages):
        path = folder / f"{source}-{at:%d%H%M}-{n}.html"
        path.write_text(page(FEEDS[source], heading, rows), "utf-8")
        words += [path, "--at", at.isoformat()]
    answered("ingest", source, *words, config=config)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `ticker run` over that store."""
    folder = tmp_path_factory.mktemp("validators")
    port = free_port()
    config = write_store(folder, port)
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "ticker", "-c", str(config), "run"]
    with open(folder / "log", "wb") as log, subprocess.Popen(command, stderr=log, env=environment()) as process:
        try:
            _wait(url, process)
            yield url
        finally:
            process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        assert process.poll() is None, "the service ended before it answered"
        try:
            if httpx.get(f"{url}readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError("the service is not ready")


@pytest.fixture(scope="module")
def documents(service: str, tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """All of them: each feed in each format, its archives to the first, variants, and one that matches nothing."""
    folder = tmp_path_factory.mktemp("documents")
    found: list[Document] = []
    with httpx.Client(trust_env=False, headers={"Accept-Encoding": "identity"}) as client:

        def fetch(feed: str, kind: str, form: str, url: str) -> Document:
            answer = client.get(url)
            assert answer.status_code == 200, url
            path = folder / f"{len(found)}.{form}"
            path.write_bytes(answer.content)
            found.append(Document(url, feed, kind, form, answer.headers, answer.content, path))
            return found[-1]

        for feed in FEEDS:
            for form in FORMATS:
                address = f"{service}{feed}{'/' if feed else ''}feed.{form}"
                document = fetch(feed, "live", form, address)
                for query in VARIANTS[feed]:
                    fetch(feed, "variant", form, f"{address}?{query}")
                fetch(feed, "empty", form, f"{address}?q={quote('زرافة')}")
                while before := document.links("prev-archive"):
                    document = fetch(feed, "archive", form, before[0])
    return found


VARIANTS = {
    "": [f"q={quote('خبر رقم')}&not=pier", "limit=3"],
    "desk": [f"q={quote('اليوم')}&limit=2"],
    "wire": ["q=harbour&q=pier"],
    "odd": [f"q={quote('خبر')}"],
}


def test_there_are_documents_of_every_kind(documents):
    kinds = Counter((document.feed, document.kind) for document in documents)
    for feed in FEEDS:
        assert kinds[feed, "live"] == kinds[feed, "empty"] == 3
        assert kinds[feed, "variant"] == 3 * len(VARIANTS[feed])
    assert min(kinds["", "archive"], kinds["desk", "archive"]) >= 3 * 10
    assert kinds["wire", "archive"] >= 3 * 3
    assert kinds["odd", "archive"] == 0
    empty = {document.kind for document in documents if not document.items}
    assert empty == {"empty"}


def test_every_hostile_headline_is_published(documents):
    live = next(document for document in documents if (document.feed, document.kind) == ("odd", "live"))
    assert len(live.items) == len(HOSTILE), "and the row without a word is not"
    titles = " ".join(told.title for told in live.told)
    for word in (
        "تحكم",
        "الثاني",
        "وثيقة",
        "ينهي",
        "أسواق",
        "مكسور",
        "الأمن",
        "المتحف",
        "الأسعار",
        "المدارس",
        "🚀",
        "1441",
        "VAR",
    ):
        assert word in titles


# The same items from every format, by every parser


def same(documents: list[Document], told: Callable[[Document], list[Told]]) -> None:
    """Whether a parser understands what each document says."""
    for document in documents:
        assert told(document) == document.told, document.url


def test_all_formats_say_the_same_items(documents):
    ordered = sorted(documents, key=lambda document: (_address(document), document.form))
    groups = [list(group) for _, group in groupby(ordered, key=_address)]
    assert {len(group) for group in groups} == {3}
    for group in groups:
        assert group[0].told == group[1].told == group[2].told, group[0].url


def _address(document: Document) -> str:
    return re.sub(r"\.(rss|atom|json)", "", document.url)


def test_feedparser(documents):
    def told(document: Document) -> list[Told]:
        feed = feedparser.parse(document.body)
        assert not feed.bozo
        assert feed.version == {"rss": "rss20", "atom": "atom10"}[document.form]
        return [Told(e.id, e.title, datetime.fromtimestamp(timegm(e.published_parsed), UTC)) for e in feed.entries]

    same([document for document in documents if document.form != "json"], told)


def test_fastfeedparser(documents):
    def told(document: Document) -> list[Told]:
        feed = fastfeedparser.parse(document.body)
        return [Told(e["id"], e["title"], datetime.fromisoformat(e["published"])) for e in feed.entries]

    same([document for document in documents if document.items], told)


def test_the_library_reader(documents):
    with make_reader(":memory:") as library:
        for document in documents:
            library.add_feed(document.url)
        results = list(library.update_feeds_iter(scheduled=False, workers=4))
        assert [result for result in results if isinstance(result.value, Exception)] == []

        def told(document: Document) -> list[Told]:
            entries = library.get_entries(feed=document.url)
            return [Told(e.id, e.title or "", e.published or datetime.min.replace(tzinfo=UTC)) for e in entries]

        same(documents, lambda document: sorted(told(document), key=lambda item: item.published, reverse=True))


@needs("ruby")
def test_the_strict_parser_of_ruby(documents):
    shown = [document for document in documents if document.form != "json"]
    understood = dict(zip((document.url for document in shown), in_ruby([d.path for d in shown]), strict=True))
    same(shown, lambda document: understood[document.url])


@needs("node")
@pytest.mark.skipif(not (FEEDSMITH / "node_modules").exists(), reason="feedsmith is not installed: make test-deps")
def test_feedsmith(documents):
    understood = dict(zip((d.url for d in documents), in_feedsmith([d.path for d in documents]), strict=True))
    same(documents, lambda document: understood[document.url])


# Schemas


def test_atom_is_valid_by_the_grammar_of_rfc_4287(documents):
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    for document in documents:
        if document.form == "atom":
            assert grammar.validate(document.xml), f"{document.url}: {grammar.error_log}"


def test_json_feed_is_valid_by_its_schema(documents):
    schema = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "jsonfeed.json").read_text("utf-8")))
    for document in documents:
        if document.form == "json":
            assert [error.message for error in schema.iter_errors(document.json)] == [], document.url


# What the W3C validator would say


def each(documents: list[Document], *kinds: str) -> Iterator[Document]:
    return (document for document in documents if not kinds or document.kind in kinds)


def test_ids_are_unique_and_absolute(documents):
    """DuplicateValue, DuplicateEntries, InvalidFullLink."""
    for document in each(documents):
        ids = [told.id for told in document.told]
        assert len(set(ids)) == len(ids), document.url
        assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", id_) for id_ in ids)
        if document.form == "atom":
            assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document.xml.findtext("atom:id", None, NAMES))
        if document.form == "rss":
            assert {item.find("guid").get("isPermaLink") for item in document.items} <= {"false"}


def test_every_document_says_where_it_is(documents):
    """MissingAtomSelfLink, SelfDoesntMatchLocation; in the header once, as WebSub has it."""
    for document in each(documents):
        assert document.links("self") == [document.url]
        selves = re.findall(r'<([^>]*)>; rel="self"', document.headers["Link"])
        assert selves == [document.url]


def test_times_are_distinct_newest_first_and_not_to_come(documents):
    """DuplicateUpdated, ImplausibleDate."""
    for document in each(documents):
        published = [told.published for told in document.told]
        assert all(newer >= older for newer, older in pairwise(published)), document.url
        assert document.feed == "" or len(set(published)) == len(published), "two sources may speak at once, one not"
        fetched = parsedate_to_datetime(document.headers["Date"])
        assert all(at <= fetched for at in published)
        assert parsedate_to_datetime(document.headers["Last-Modified"]) <= fetched
        if document.form == "atom":
            written = [item.findtext("atom:updated", None, NAMES) for item in document.items]
            updated = [datetime.fromisoformat(at) for at in written]
            assert len(set(updated)) == len(updated), f"{document.url}: two entries updated in one second"
            assert all(changed >= at for changed, at in zip(updated, published, strict=True))
            stamp = datetime.fromisoformat(document.xml.findtext("atom:updated", None, NAMES))
            assert max(updated, default=stamp) <= stamp <= fetched


def test_titles_are_plain_text(documents):
    """ContainsHTML, BadCharacters."""
    for document in each(documents):
        for told in document.told:
            assert not re.search(r"<[\w/!?]", told.title), told.title
            assert html.unescape(told.title) == told.title, told.title
            assert told.title.strip()
            assert told.title == " ".join(told.title.split())


def test_no_document_holds_a_character_that_readers_trip_over(documents):
    """BadCharacters: C0, C1, DEL, noncharacters, surrogates; and no bidi control that nobody closes."""
    for document in each(documents):
        text = document.body.decode()
        unfit = {c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t"}
        unfit |= {
            c for c in text if ord(c) & 0xFFFE == 0xFFFE or "\ufdd0" <= c <= "\ufdef" or c in "\u202a\u202b\u202d\u202e"
        }
        assert not unfit, document.url
        assert not re.search(r"&#(x[89]|1[2-5][0-9];|x7f)|\\u00[0189]|&#x?[dD][89a-fA-F]", text)
        assert not text.startswith("\ufeff")
        assert "<!DOCTYPE" not in text


def test_media_types_are_those_of_the_formats(documents):
    for document in each(documents):
        assert document.headers["Content-Type"] == f"{FORMATS[document.form]}; charset=utf-8"
        if document.form != "json":
            assert document.body.startswith(
                (b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8"?>')
            )


def test_archives_lead_from_the_newest_to_the_first(documents):
    """ArchiveIncomplete, MissingCurrentInArchive."""
    for document in each(documents, "live", "variant", "empty"):
        if document.form != "json":
            assert document.xml.find(".//fh:archive", NAMES) is None
        if document.kind != "live":
            assert document.links("prev-archive") == [], "a variant is no part of the archives"
    for document in each(documents, "archive"):
        if document.form == "json":
            continue
        head = document.xml if document.form == "atom" else document.xml.find("channel")
        assert len(head.findall("fh:archive", NAMES)) == 1
        (current,) = document.links("current")
        assert current in {other.url for other in each(documents, "live") if other.feed == document.feed}
        assert bool(document.links("next-archive")) == document.url.endswith(f"/archive/1.{document.form}")
    for feed in FEEDS:
        for form in FORMATS:
            chain = [d for d in each(documents, "live", "archive") if (d.feed, d.form) == (feed, form)]
            numbers = [int(re.search(r"/archive/(\d+)\.", document.url)[1]) for document in chain[1:]]  # type: ignore[index]  # else it fails here
            assert numbers == list(range(len(numbers), 0, -1))


def test_every_item_is_in_one_document_of_its_feed(documents):
    kept = {"desk": 80, "wire": 24, "odd": len(HOSTILE)}
    for feed in FEEDS:
        for form in FORMATS:
            ids = [
                told.id
                for document in each(documents, "live", "archive")
                if (document.feed, document.form) == (feed, form)
                for told in document.told
            ]
            assert len(ids) == len(set(ids)) == (kept[feed] if feed else sum(kept.values()))


def test_archives_may_be_kept_for_ever_and_nothing_else(documents):
    for document in each(documents):
        immutable = "immutable" in document.headers["Cache-Control"]
        assert immutable == (document.kind == "archive"), document.url


def test_languages_are_those_of_the_configuration(documents):
    """InvalidLanguage."""
    for document in each(documents):
        language = FEEDS[document.feed]
        match document.form:
            case "rss":
                assert document.xml.findtext("channel/language") == language
            case "atom":
                assert document.xml.get(XML_LANG) == language
            case _:
                assert document.json["language"] == language
        assert document.headers["Content-Language"] == language
        for content in document.contents:
            (marked,) = set(re.findall(r'<p dir="(\w+)" lang="(\w+)"', content))
            assert marked in {("rtl", "ar"), ("ltr", "en")}
            assert document.feed == "" or marked[1] == language


def test_the_picture_of_a_channel_is_its_own_and_there(documents):
    """ImageLinkDoesntMatch, ImageTitleDoesntMatch; readers that find none ask for one again and again."""
    pictures: set[str] = set()
    for document in each(documents):
        match document.form:
            case "rss":
                channel = document.xml.find("channel")
                for said in ("title", "link"):
                    assert channel.findtext(f"image/{said}") == channel.findtext(said), document.url
                pictures.add(channel.findtext("image/url"))
            case "atom":
                pictures |= {document.xml.findtext(f"atom:{name}", None, NAMES) for name in ("icon", "logo")}
            case _:
                pictures |= {document.json["icon"], document.json["favicon"]}
    for picture in pictures:
        answer = httpx.get(picture, trust_env=False)
        assert (answer.status_code, answer.headers["Content-Type"].split("/")[0]) == (200, "image"), picture


def test_every_address_in_a_document_is_absolute(documents):
    """InvalidFullLink, ContainsRelRef, SecurityRisk."""
    for document in each(documents):
        for content in document.contents:
            tree = lxml.html.fragment_fromstring(content, create_parent="div")
            assert not tree.xpath("//script|//img|//iframe|//style|//@onerror|//@onclick|//@style")
            assert all(_absolute(link) for link in tree.xpath("//@href|//@src")), content
        assert all(_absolute(link) for link in _links(document)), document.url


def _links(document: Document) -> list[str]:
    match document.form:
        case "rss":
            found = [
                *document.xml.xpath("//link/text()|//image/url/text()|//*/@href"),
                document.xml.findtext("channel/link"),
            ]
        case "atom":
            found = document.xml.xpath("//@href")
        case _:
            found = [item["url"] for item in document.items] + [
                document.json["feed_url"],
                document.json["home_page_url"],
            ]
    return [str(link) for link in found]


def _absolute(link: str) -> bool:
    """As an ASCII URI of the web: RSS knows no other, and readers need no guess."""
    parts = urlsplit(link)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and bool(re.fullmatch(r"[!#-;=?-Z\]_a-z~%\[]+", link))
    )


def test_an_entry_has_one_link_to_its_page(documents):
    """DuplicateAtomLink: one alternate of a type; the same page in all three formats."""
    for document in each(documents):
        match document.form:
            case "rss":
                assert {len(item.findall("link")) for item in document.items} <= {1}
            case "atom":
                kinds = [
                    [(link.get("rel", "alternate"), link.get("type")) for link in item.findall("atom:link", NAMES)]
                    for item in document.items
                ]
                assert all(len(set(kind)) == len(kind) for kind in kinds)
            case _:
                assert all(item["url"] for item in document.items)


def test_no_document_names_a_version_of_ours_or_the_clock(documents):
    for document in each(documents):
        assert f"{datetime.now(UTC):%Y-%m-%d}" not in document.body.decode()  # noqa: TID251 - what must not be there
        assert not re.search(r"Ticker[ /]\d", document.body.decode())


# HTTP


def red_notes(urls: list[str]) -> dict[str, dict[str, str]]:
    """What REDbot has to say of each address: id of the note -> its level and words."""
    command = [sys.executable, "-m", "tests.red", *urls]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def test_redbot_has_nothing_bad_to_say(documents, service):
    seen: set[tuple[str, str, str]] = set()
    asked = []
    for document in documents:  # one of each kind and format of the combined feed, and one source's
        facts = (document.feed, document.kind, document.form)
        if (document.feed == "" or facts == ("odd", "live", "rss")) and facts not in seen:
            seen.add(facts)
            asked.append(document.url)
    reports = red_notes([*asked, f"{service}opml"])
    assert len(reports) == 14
    for url, notes in reports.items():
        assert [words for words in notes.values() if words.startswith(("BAD", "WARN"))] == [], url
        wanted = {"INM_304", "CONNEG_GZIP_GOOD"} | (set() if url.endswith("opml") else {"IMS_304"})
        assert wanted <= notes.keys(), f"{url}: {notes}"
