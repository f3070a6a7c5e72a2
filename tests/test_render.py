"""What a reader gets: the documents in the three formats, read back by other programs than wrote them."""

import hashlib
import json
import locale
import os
import pickle
import re
import subprocess
import sys
import textwrap
import time
from calendar import timegm
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest
import reader
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.rendering import (
    ATOM,
    COMBINED,
    EVERY_FORMAT,
    HARD,
    HARDEST,
    JOINER,
    JSON_FEED,
    NOON,
    NS,
    RLM,
    ROOT,
    any_feed,
    channel,
    feed,
    feeds,
    first_paragraph,
    made,
    one,
    paragraphs,
    read,
    reworded,
)
from ticker import text
from ticker.model import Channel, Feed, Format, Item
from ticker.render import documents, render

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
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff\U0001fffe]", document.decode()
        )
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", document.decode())
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


@pytest.mark.parametrize("title", HARD[:4], ids=range(4))
@EVERY_FORMAT
def test_a_title_arrives_letter_by_letter(title: str, form: Format) -> None:
    (line,) = read(render(feed(title), form), form)
    assert line.title.removeprefix(RLM).replace(JOINER, "") == title
    paragraph = first_paragraph(line.html)
    assert (paragraph.tag, dict(paragraph.attrib), paragraph.text) == ("p", {"dir": "rtl", "lang": "ar"}, title)
    assert len(paragraph) == 0


@pytest.mark.parametrize(
    ("title", "told"),
    [
        pytest.param("a </b> b", f"a <{JOINER}/b> b", id="a tag"),
        pytest.param("<Br> b", f"<{JOINER}Br> b", id="a tag that opens"),
        pytest.param("a <!-- b", f"a <{JOINER}!-- b", id="a comment"),
        pytest.param("a < b << 3 <", "a < b << 3 <", id="less than"),
        pytest.param("a &amp; b &lt;i&gt;", f"a &{JOINER}amp; b &{JOINER}lt;i&{JOINER}gt;", id="entities"),
        pytest.param(
            "a &#60; &#x3c &copy &notit;", f"a &{JOINER}#60; &{JOINER}#x3c &{JOINER}copy &{JOINER}notit;", id="half"
        ),
        pytest.param("R&D2 &_", f"R&{JOINER}D2 &{JOINER}_", id="what the validator takes for one"),
        pytest.param("AT&T & Q&A &رأي", "AT&T & Q&A &رأي", id="just and"),
    ],
)
@EVERY_FORMAT
def test_no_title_can_be_taken_for_html(form: Format, title: str, told: str) -> None:
    (line,) = read(render(feed(title, said=channel(language="en")), form), form)
    assert line.title == told
    assert first_paragraph(line.html).text == title


@pytest.mark.parametrize(
    ("title", "told"),
    [
        pytest.param("ط" * 500, "ط" * 500, id="as long as may be"),
        pytest.param("ط" * 10_000, "ط" * 499 + "…", id="one word"),
        pytest.param("كلمة " * 100 + "أخيرة", "كلمة " * 99 + "كلمة…", id="cut behind a word"),
        pytest.param("ع" * 20 + " " + "ط" * 800, "ع" * 20 + " " + "ط" * 478 + "…", id="no word in reach"),
        pytest.param("كلمة، " * 100, ("كلمة، " * 83).rstrip("، ") + "…", id="no comma left over"),
        pytest.param("e\u0301" * 400, "e\u0301" * 249 + "…", id="letter and mark stay together"),
        pytest.param("👩\u200d🚀" * 200, "👩\u200d🚀" * 166 + "…", id="so does an emoji"),
    ],
)
@EVERY_FORMAT
def test_a_long_title_is_cut_and_its_content_is_whole(form: Format, title: str, told: str) -> None:
    (line,) = read(render(feed(title.strip(), said=channel(language="en")), form), form)
    assert line.title == told
    assert len(line.title) <= 500
    assert first_paragraph(line.html).text == title.strip()


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
    seconds = {int((NOON - instant.replace(microsecond=0)).total_seconds()) for instant in instants}
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


# --- what it says of its items ---------------------------------------------------------------------------------------


@EVERY_FORMAT
def test_the_combined_feed_tells_its_sources_apart(form: Format) -> None:
    assert [line.author for line in read(render(COMBINED, form), form)] == ["صحيفة المرفأ — عاجل", "The Hill Post"]
    assert labels(render(COMBINED, form), form) == ["صحيفة المرفأ — عاجل", "The Hill Post"]


@EVERY_FORMAT
def test_every_item_has_its_source_for_a_category_in_every_feed(form: Format) -> None:
    assert labels(render(feed(*HARD[:2]), form), form) == ["صحيفة المرفأ — عاجل"] * 2


def test_an_atom_category_has_the_name_of_the_source_for_its_term() -> None:
    entries = etree.fromstring(render(COMBINED, Format.ATOM)).xpath("//a:entry", namespaces=NS)
    assert [one(entry, "a:category/@term") for entry in entries] == ["harbour", "hill"]


def test_a_headline_in_another_language_than_the_feed_says_so() -> None:
    mixed = replace(COMBINED, channel=replace(COMBINED.channel, languages={"hill": "en"}))
    assert {item.source for item in COMBINED.items} == {"harbour", "hill"}
    told = json.loads(render(mixed, Format.JSON))["items"]
    assert {(item["language"], item["content_html"][:21]) for item in told} == {
        ("ar", '<p dir="rtl" lang="ar'),
        ("en", '<p dir="ltr" lang="en'),
    }
    atom = etree.fromstring(render(mixed, Format.ATOM))
    assert atom.xpath("/a:feed/@xml:lang", namespaces=NS) == ["ar"]
    assert [entry.xpath("@xml:lang") for entry in atom.xpath("//a:entry", namespaces=NS)] == [[], ["en"]]
    assert atom.xpath("//a:entry/a:link/@hreflang", namespaces=NS) == ["ar", "en"]


def test_an_atom_entry_has_one_link_with_all_its_attributes() -> None:
    (entry,) = etree.fromstring(render(feed(HARD[0]), Format.ATOM)).xpath("//a:entry", namespaces=NS)
    (link,) = entry.xpath("a:link", namespaces=NS)
    assert (link.get("rel"), link.get("type"), link.get("hreflang")) == ("alternate", "text/html", "ar")


PAGE = "https://harbour.example/news?a=1&b=%D8%AE"


@EVERY_FORMAT
def test_the_content_names_the_source_and_links_to_its_page(form: Format) -> None:
    (line,) = read(render(feed(HARD[0], said=channel(pages={"harbour": PAGE})), form), form)
    (link,) = etree.fromstring(f"<div>{line.html}</div>").xpath("p[2]/a")
    assert (link.get("href"), link.text) == (PAGE, "صحيفة المرفأ — عاجل")
    assert dict(link.getparent().attrib) == {"dir": "rtl", "lang": "ar"}


@pytest.mark.parametrize(
    "page",
    [
        "http://127.0.0.1:8080/",
        "http://[::1]/",
        "http://10.0.0.3/news",
        "http://localhost/",
        "http://newsroom/",
        "http://news.lan/",
        "http://news.internal./",
        "http://127.1/",
        "http://a.0x7f/",
        "file:///srv/page.html",
        "javascript:alert(1)",
        "https://who:secret@news.example/",
        "",
    ],
)
def test_a_page_that_not_everybody_can_open_is_no_link(page: str) -> None:
    (line,) = read(render(feed(HARD[0], said=channel(pages={"harbour": page})), Format.RSS), Format.RSS)
    assert paragraphs(line.html) == [HARD[0], "صحيفة المرفأ — عاجل"]
    assert "href" not in line.html


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ar", "كان: جريحان"),
        ("ar-LB", "كان: جريحان"),
        ("en", "Was: جريحان"),
        ("fr", "Était : جريحان"),
        ("fa", "Was: جريحان"),
    ],
)
@EVERY_FORMAT
def test_an_edited_headline_shows_its_first_wording(form: Format, language: str, told: str) -> None:
    item = reworded(made("ثلاثة جرحى"), "جريحان", "جريحان أو ثلاثة")
    (line,) = read(render(Feed(channel(language=language), (item,), NOON), form), form)
    assert paragraphs(line.html)[2:] == [told]
    assert line.title == "ثلاثة جرحى"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        pytest.param([], [], id="never edited"),
        pytest.param(["ثلاثة جرحى"], [], id="only the time was corrected"),
        pytest.param(["جريحان", "جريحان", "ثلاثة جرحى"], ["كان: جريحان"], id="time, words, time"),
        pytest.param(["ثلاثة جرحى", "جريحان"], ["كان: جريحان"], id="there and back"),
        pytest.param(["\u200b", "ثلاثة جرحى"], [], id="first it said nothing"),
        pytest.param(["<b>جريحان & 'أكثر'"], ["كان: <b>جريحان & 'أكثر'"], id="as words, whatever they look like"),
    ],
)
@EVERY_FORMAT
def test_what_counts_as_a_first_wording(form: Format, before: list[str], told: list[str]) -> None:
    (line,) = read(render(Feed(channel(), (reworded(made("ثلاثة جرحى"), *before),), NOON), form), form)
    assert paragraphs(line.html)[2:] == told


@EVERY_FORMAT
def test_only_what_was_published_is_in_a_document(form: Format) -> None:
    """Not what every poll changes: place, last sight, withdrawal, doubts; nor what was printed beside it."""
    item = made(HARD[0], link="https://news.example/1")
    polled = replace(item, rank=7, last_seen=NOON, gone_at=NOON, flag="guessed", printed="12:01", clock=None)
    assert render(Feed(channel(), (polled,), NOON), form) == render(Feed(channel(), (item,), NOON), form)


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
    assert atom.xpath("//a:entry/a:updated/text()", namespaces=NS)[1][:19] == "2025-03-10T12:00:00"
    first, second = json.loads(render(corrected, Format.JSON))["items"]
    assert "date_modified" not in first
    assert second["date_modified"] == atom.xpath("//a:entry/a:updated/text()", namespaces=NS)[1]


def test_no_two_atom_entries_were_updated_at_the_same_time() -> None:
    """Two sources in one second, two edits of one poll, an edit and a line that came in that second."""
    items = (made(), made(number=2, source="hill"), made(age=5, updated=NOON), made(age=6, updated=NOON))
    atom = etree.fromstring(render(Feed(channel(""), items, NOON), Format.ATOM))
    told = [datetime.fromisoformat(at) for at in atom.xpath("//a:entry/a:updated/text()", namespaces=NS)]
    assert len(set(told)) == 4
    assert {at.replace(microsecond=0) for at in told} == {NOON}
    assert datetime.fromisoformat(one(atom, "/a:feed/a:updated")) == max(told)


def test_when_an_entry_was_updated_does_not_depend_on_its_company() -> None:
    def told(*items: Item, said: Channel) -> set[str]:
        atom = etree.fromstring(render(Feed(said, items, NOON), Format.ATOM))
        return {one(entry, "a:updated") for entry in atom.xpath(f"//a:entry[a:id='{edited.guid}']", namespaces=NS)}

    edited = made(age=5, updated=NOON)
    alone = told(edited, said=channel())
    assert alone == told(made(), made(number=3, updated=NOON), edited, said=channel())
    assert alone == told(made(), edited, said=channel(""))


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


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.alone
def test_three_documents_of_500_items_cost_little() -> None:
    """Processor time, best of five, beside that of reading and writing them again: 2.7 times as much (35 ms, 13)."""
    words = HARD[0].split()
    titles = [" ".join([*words[n % 5 :], *words[: n % 5], str(n)]) for n in range(500)]
    whole = feed(*titles, said=channel("", pages={"harbour": PAGE}))
    made = documents(whole)
    assert spent(lambda: documents(whole)) < 8 * spent(lambda: [copied(form, made[form]) for form in made])


def copied(form: Format, document: bytes) -> bytes:
    if form is Format.JSON:
        return json.dumps(json.loads(document), ensure_ascii=False).encode()
    written: bytes = etree.tostring(etree.fromstring(document))
    return written


def spent(act: Callable[[], object]) -> float:
    """Seconds of the processor, best of five."""
    times = []
    for _ in range(5):
        begin = time.process_time()
        act()
        times.append(time.process_time() - begin)
    return min(times)
