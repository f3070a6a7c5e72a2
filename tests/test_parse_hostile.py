"""Hostile and broken pages: extraction ends, in time, in clean headlines or a ParseError and nothing else."""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layouts import ARABIC, ENGLISH, READ_AT, TICKERS, URL, El, Node, drawn, el, plain, tree, written
from ticker.errors import ParseError
from ticker.model import Page, Selectors, Source
from ticker.parse import inspect, parse
from ticker.parse.tree import guard
from ticker.text import display

Asked = tuple[str | None, Selectors | None]  # heading, selectors

ASKED: list[Asked] = [
    (None, None),
    (ARABIC.heading, None),
    (ENGLISH.heading, None),
    ("14:54", None),
    ("", None),
    (None, Selectors("li")),
    (None, Selectors("ul, table, dl, div")),
    (None, Selectors("*")),
    (None, Selectors("li", time="span", headline="a", link="a")),
    (None, Selectors("div", time="*", headline="*")),
    (ARABIC.heading, Selectors("body", time="time, span, b", headline="h3, a", link="[href]")),
]


def page(text: str) -> Page:
    return Page(URL, text, "html", READ_AT)


def check(made: Page, asked: Asked) -> None:
    """What holds of every page in the world: the one thing that all tests here ask."""
    heading, selectors = asked
    seen = inspect(made, heading=heading, selectors=selectors)
    for line in (line for block in seen.blocks for line in block.headlines):
        assert line.title
        assert line.title == display(line.title)
        assert line.link is None or line.link.startswith(("http://", "https://"))
        assert line.printed is None or line.printed == display(line.printed) != ""
    source = Source("s", "S", (URL,), ZoneInfo("Asia/Beirut"), heading=heading, selectors=selectors)
    if seen.problem is None:
        assert list(seen.blocks[0].headlines) == parse(made, source) != []
    else:
        assert seen.problem.detail.strip()
        assert "\n" not in seen.problem.detail
        with pytest.raises(ParseError):
            parse(made, source)


# Real structures, mutated

TAGS = [
    *(
        "div",
        "span",
        "ul",
        "li",
        "a",
        "p",
        "b",
        "i",
        "h2",
        "time",
        "table",
        "tbody",
        "tr",
        "td",
        "dl",
        "dt",
        "dd",
        "form",
    ),
    *(
        "select",
        "option",
        "button",
        "svg",
        "math",
        "template",
        "noscript",
        "script",
        "style",
        "textarea",
        "iframe",
        "br",
    ),
    *("img", "title", "x-row", "frameset", "body", "html", "caption", "nobr", "font", "marquee", "ruby", "plaintext"),
]
TEXTS = [
    *(
        "14:53",
        "14:",
        ":",
        "99:99",
        "24:00",
        "٢٥:٧٧",
        "0:0",
        "1" * 400,
        "أمس",
        "منذ 5 دقائق",
        "2025-03-10",
        "12 May",
        "now",
    ),
    *(
        ARABIC.heading,
        "عاجل",
        "|",
        "–",
        "\u200f",
        "\u00a0",
        "\0",
        "\ufffd",
        "\ud800",
        "\u202e",
        "a\u0301" * 50,
        "🔴",
        "&",
        "<",
    ),
    *("x" * 5_000, " " * 5_000, "14:53 " * 300, "\r\n", "]]>", "-->", "<!--", "</", "<a", "</ul>", "</table>", "<svg>"),
]
ATTRIBUTES = [
    {"href": "javascript:x"},
    {"href": "//["},
    {"href": "http://[::1"},
    {"href": "http://a:99999/"},
    {"href": "\0"},
    {"href": "x" * 20_000},
    {"datetime": "2025-99-99T99:99"},
    {"datetime": "9" * 3_000},
    {"datetime": "2025-03-10T14:53:00+99:99"},
    {"datetime": "0000-01-01"},
    {"class": "x " * 3_000},
    {"class": "\ud800/.#"},
    {"style": "display:none"},
    {"hidden": ""},
    {"id": "p0"},
    {"alt": ARABIC.heading},
    {f"data-{n}": "x" for n in range(40)},
]


def nodes(root: El) -> Iterator[El]:
    yield root
    for child in root.inner:
        if isinstance(child, El):
            yield from nodes(child)


def mutate(root: El, chance: random.Random) -> None:
    """Do one thing to the tree, where it may stand."""
    everywhere = list(nodes(root))
    at, other = chance.choice(everywhere), chance.choice(everywhere)
    spot = chance.randrange(len(at.inner) + 1)
    match chance.randrange(9):
        case 0:
            del at.inner[spot : spot + chance.randrange(1, 4)]
        case 1:
            at.inner[spot:spot] = at.inner[spot : spot + 3] * chance.choice((1, 1, 2, 30))
        case 2:
            at.inner, other.inner = leaves(other), leaves(at)
        case 3:
            at.inner = [el(chance.choice(TAGS), *at.inner) for _ in range(1)]
        case 4:
            at.inner.insert(spot, chance.choice(TEXTS))
        case 5:
            at.inner.insert(spot, el(chance.choice(TAGS), chance.choice(TEXTS)))
        case 6:
            at.tag = chance.choice(TAGS)
        case 7:
            at.attrs = {**at.attrs, **chance.choice(ATTRIBUTES)}
        case 8:
            chance.shuffle(at.inner)


def leaves(at: El) -> list[Node]:
    """What stands in *at*, but no element that holds others: swapped, those could come to hold themselves."""
    return [child for child in at.inner if isinstance(child, str) or not any(isinstance(c, El) for c in child.inner)]


def cut(text: str, chance: random.Random) -> str:
    """Take out, double, or put in a few characters, anywhere."""
    at, size = chance.randrange(len(text) + 1), chance.choice((0, 1, 2, 9, 80, 900))
    put = chance.choice(
        ["", "", *TEXTS, *(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), text[at : at + size]]
    )
    return text[:at] + put + text[at + size :]


@given(st.integers(0), st.sampled_from(ASKED), st.sampled_from(list(TICKERS.values())))
@settings(max_examples=250, deadline=timedelta(seconds=5), derandomize=True)
def test_a_mutated_page_gives_clean_headlines_or_a_parse_error(seed, asked, ticker):
    chance = random.Random(seed)
    layout = drawn(seed)
    root = tree(layout, ticker)
    for _ in range(chance.randrange(0, 12)):
        mutate(root, chance)
    text = written(root, layout.writing)
    for _ in range(chance.randrange(0, 4)):
        text = cut(text, chance)
    check(page(text), asked)


@given(
    st.lists(
        st.sampled_from(TAGS).map("<{}>".format)
        | st.sampled_from(TAGS).map("</{}>".format)
        | st.sampled_from(TEXTS)
        | st.sampled_from(["14:53", "14:52", "14:51", "14:50", "words of a headline"])
        | st.text(max_size=6),
        max_size=150,
    ),
    st.sampled_from(ASKED),
)
@settings(max_examples=250, deadline=timedelta(seconds=5), derandomize=True)
def test_any_soup_of_tags_gives_clean_headlines_or_a_parse_error(soup, asked):
    check(page("".join(soup)), asked)


@given(st.integers(0), st.sampled_from([each for each in ASKED if each[1] is None]))
@settings(max_examples=150, deadline=timedelta(seconds=5), derandomize=True)
def test_mutilated_plain_text_gives_clean_headlines_or_a_parse_error(seed, asked):
    chance = random.Random(seed)
    made = plain(chance.choice(("ruled", "pairs", "one line", "title first")), chance.choice(list(TICKERS.values())))
    text = made.text
    for _ in range(chance.randrange(1, 30)):
        text = cut(text, chance)
    check(Page(URL, text, "plain", READ_AT), asked)


@pytest.mark.parametrize("asked", ASKED[:3], ids=["no heading", "heading", "another heading"])
@pytest.mark.parametrize("seed", range(12))
def test_a_row_with_a_wrong_time_or_odd_attribute_does_not_hurt_the_others(seed, asked):
    root = tree(drawn(seed), ARABIC)
    for at, element in enumerate(list(nodes(root))):
        element.attrs = {**element.attrs, **ATTRIBUTES[at % len(ATTRIBUTES)]}
    check(page(written(root)), asked)


# Nothing is left behind


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_page_that_was_read_gives_its_memory_back_at_once(asked):
    """A tree of megabytes must not wait for the collector of cycles, which comes when it likes."""
    made = [page(written(tree(layout, ARABIC), layout.writing)) for layout in map(drawn, range(12))]
    gc.collect()
    gc.disable()
    try:
        for one in made:
            inspect(one, heading=asked[0], selectors=asked[1])
        assert gc.collect() == 0
    finally:
        gc.enable()


# What a parser would make gigabytes of is refused unread

FONTS = "".join(f"<font a={n}>" for n in range(300))
TEXTS_AFTER = "<p>x" * 3_000


def each(form: str, count: int = 300) -> str:
    return "".join(form.format(n) for n in range(count))


REOPENED = {
    "open": FONTS,
    "in upper case": FONTS.upper(),
    "in blocks": each("<div><b a={}></div>"),
    "in cells": "<table>" + each("<tr><td><i a={}>") + "</table>" + FONTS,
    "parted by a slash": each("<b/a{}>"),
    "that differ behind a >": each("<b a='>{}'>"),
    "that differ behind a lone quote": each('<b " a=">{}">'),
    "closed before": "</font>" * 300 + FONTS,
    "closed by another": FONTS + "</b>" * 300,
    "closed in comments": each("<font a={}><!--</font>-->"),
    "closed in attributes": each("<font a={}><p title='</font>'>"),
    "closed in scripts": each("<font a={}><script></font></script>"),
    "closed in what a script hides": each("<font a={}><script><!--<script></script></font></script>"),
    "closed in tables": each("<font a={}><table></font></table>"),
    "closed in objects": each("<font a={}><object></font></object>"),
    "closed in lists of choices": each("<font a={}><select></font></select>"),
    "closed in text of a drawing": each("<font a={}><svg><![CDATA[></font>]]></svg>"),
    "closed across nine blocks": each("<font a={}>" + "<div>" * 9 + "</font>" + "</div>" * 9),
}


@pytest.mark.parametrize("formatting", REOPENED)
def test_formatting_that_every_later_block_would_open_anew_is_refused(formatting):
    refused_unread(f"<body>{REOPENED[formatting]}{TEXTS_AFTER}", "formatting")


@pytest.mark.parametrize("root", ["body", "html", "BODY"])
def test_attributes_of_many_roots_are_refused(root):
    refused_unread(f"<{root} b=1>" + each(f"<{root} a{{}}=1>", 3_000), "attributes")


def refused_unread(text: str, why: str) -> None:
    raw = text.encode()
    start = time.process_time()
    with pytest.raises(ParseError, match=rf"{why}.*: not read") as caught:
        guard(raw)
    assert time.process_time() - start < 0.1
    assert caught.value.cause == "block-absent"
    tracemalloc.start()
    try:
        with pytest.raises(ParseError):
            guard(raw)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "sloppy",
    [
        pytest.param(each("<p><b id=n{}>x</b>", 5_000), id="closed"),
        pytest.param(each("<p><b id=n{}>1<!-- -->4<!-- --></b>", 5_000), id="with comments"),
        pytest.param(each("<p><i id=n{}><svg><path></svg></i>", 5_000), id="icons"),
        pytest.param(each("<p><b>x</b><i class=n>", 3_000), id="the same left open"),
        pytest.param("<table>" + each("<tr><td><font size=2>{}<td><font color=red>x", 1_500), id="old tables"),
        pytest.param(each("<p><a href={}>x", 5_000), id="links left open"),
        pytest.param("<body a=1 b=2>" * 7 + "<html lang=ar>" * 7 + "<p>x" * 3_000, id="a few roots"),
        pytest.param("<script>" + each("a='<b id={}>x';", 10) + "</script>" + "<p>x" * 9_000, id="in a script"),
    ],
)
def test_sloppy_formatting_is_read(sloppy):
    guard(sloppy.encode())


@pytest.mark.alone
def test_looking_for_formatting_takes_no_longer_than_the_page():
    """Where nothing ends: each tag could be looked for up to the end of the page."""
    for piece in (
        "<b a={} ",
        '<b a="{} ',
        "<b a='{}",
        "<!--<b a={}",
        "<script><b a={}",
        "<![CDATA[<b a={}",
        "</<b a={}",
    ):
        start = time.process_time()
        with suppress(ParseError):
            guard(("<script>" + each(piece + " " * 300, 5_900)).encode())
        assert time.process_time() - start < 1, piece


# Time grows no faster than the page

BOUND = 3.0  # times as long for a page twice as large: 2 is linear, 4 is quadratic
NOISE = 0.06  # s of processor time that mean nothing


def clock(n: int) -> str:
    return f"{23 - n // 60 % 24:02}:{59 - n % 60:02}"


def row(n: int) -> str:
    return f'<li><span>{clock(n)}</span> <a href="/n/{n}">Ferry crews call off strike number {n}</a></li>'


def rows(count: int, start: int = 0) -> str:
    return f"<ul>{''.join(map(row, range(start, start + count)))}</ul>"


HEAD = "<h2>Latest</h2>"
FEW = HEAD + rows(8)
JSON = '<script type="application/ld+json">'


def times_of(n: int) -> str:
    """1 to 12 times in one row."""
    return f"<li>{''.join(f'<i>{clock(m)}</i>' for m in range(n % 12 + 1))}words</li>"


def classed(n: int) -> str:
    """A row of which each class stands there once."""
    return f'<li class="a{n}"><b class="b{n}x">{clock(n)}</b><i class="c{n}y">Words {n}</i></li>'


def stated(n: int) -> str:
    """An article of structured data."""
    return f'{{"@type":"NewsArticle","datePublished":"2025-03-10T{clock(n)}:00Z","headline":"Words {n}"}},'


# What a page is made of: texts, and what is repeated until all of it together has the size that is asked for.
SHAPES: dict[str, tuple[str | Callable[[int], str], ...]] = {
    "one list": (f"{HEAD}<ul>", row, "</ul>"),
    "lists of four rows": (HEAD, lambda n: rows(4, n)),
    "lists of four rows under headings": (HEAD, lambda n: f"<h3>Part {n}</h3>{rows(4, n)}"),
    "the same heading above every list": (lambda n: f"<section>{HEAD}{rows(4, n)}</section>",),
    "headings, then as many lists": (lambda n: HEAD * 20, lambda n: rows(4, n)),
    "the heading repeated": (lambda n: "<p>Latest</p>", rows(8)),
    "the heading repeated in pictures": (lambda n: "<img alt=Latest>", FEW),
    "the beginning of the heading repeated": (lambda n: "<b>La</b><b>te</b>", FEW),
    "labels of tabs, then panes": (
        lambda n: f"<a href='#p{n}'>Latest</a>" * 10,
        lambda n: f"<div id=p{n}>{rows(4, n)}</div>",
    ),
    "rows of 500 texts": (f"{HEAD}<ul>", lambda n: f"<li><b>{clock(n)}</b>{'<i>word </i>' * 500}</li>", "</ul>"),
    "rows of many times": (f"{HEAD}<ul>", times_of, "</ul>"),
    "a row of one long text": (f"{HEAD}<ul>{rows(8)[4:-5]}<li>14:00 <a>", lambda n: "word ", "</a></li></ul>"),
    "times without a list": (HEAD, lambda n: f"<p>{clock(n)}</p>"),
    "texts that end in times": (HEAD, lambda n: f"<p>Words before {clock(n)}</p>"),
    "times at uneven depths": (HEAD, lambda n: "<div>" * (n % 9) + f"<p>{clock(n)}</p>" + "</div>" * (n % 9)),
    "pairs": (f"{HEAD}<div>", lambda n: f"<p>{clock(n)}</p><p>Ferry crews call off strike {n}</p>", "</div>"),
    "lines": (f"{HEAD}<p>", lambda n: f"{clock(n)} <a href=/{n}>Ferry crews strike {n}</a><br>", "</p>"),
    "times in pieces": (f"{HEAD}<ul>", lambda n: f"<li>1<!-- -->4:<!-- -->{n % 6}0 Words {n}</li>", "</ul>"),
    "a text in pieces": (f"{FEW}<p>", lambda n: "word<!-- -->", "</p>"),
    "days of two rows": (HEAD, lambda n: f"<h4>Day {n}</h4>{rows(2, 2 * n)}"),
    "deep nests": (HEAD, lambda n: "<div>" * 450 + rows(4) + "</div>" * 450),
    "stairs": (HEAD, lambda n: ("<div>" + row(n)) * 400 + "</div>" * 400),
    "nested tables": (HEAD, lambda n: "<table><tr><td>" * 60 + rows(4) + "</table>" * 60),
    "nested lists": (HEAD, lambda n: "<ul><li>14:00 <a>words of a row</a>" * 90 + "</ul>" * 90),
    "a class of its own for each element": (f"{HEAD}<ul>", classed, "</ul>"),
    "long addresses": (
        f"{HEAD}<ul>",
        lambda n: f"<li>{clock(n)} <a href='{'../' * 300}{n}'>Words {n}</a></li>",
        "</ul>",
    ),
    "structured data": (
        f'{HEAD}{JSON}{{"@type":"ItemList","itemListElement":[',
        stated,
        '{"@type":"Thing"}]}</script>',
    ),
    "structured data, nested": (HEAD + JSON, lambda n: '{"@graph":[', "</script>"),
    "pieces of structured data": (HEAD, lambda n: f'{JSON}{{"@type":"ItemList"}}</script>'),
    "digits": (f"{FEW}<p>", lambda n: "1", "</p>"),
    "digits and colons": (f"{FEW}<p>", lambda n: "1:", "</p>"),
    "days without a time": (FEW, lambda n: f"<p>12 May {'12 May ' * (n % 9)}</p>"),
    "spaces": (f"{HEAD}<ul><li>14:00", lambda n: " ", f"words</li>{rows(8)[4:]}"),
}


def shaped(shape: str, size: int) -> Page:
    """A page of about *size* characters."""
    repeated = [part for part in SHAPES[shape] if not isinstance(part, str)]
    share = size // len(repeated)
    return page("".join(part if isinstance(part, str) else grown(part, share) for part in SHAPES[shape]))


def grown(each: Callable[[int], str], size: int) -> str:
    """`each(0)`, `each(1)` and so on, about *size* characters."""
    return "".join(map(each, range(size // len(each(6)) + 1)))


def took(made: Page, asked: Asked, tries: int) -> float:
    """Processor time of one extraction, in s: the least of several, without the rounds of the collector."""
    heading, selectors = asked
    best = float("inf")
    for _ in range(tries):
        gc.collect()
        gc.disable()
        try:
            start = time.process_time()
            inspect(made, heading=heading, selectors=selectors)
            best = min(best, time.process_time() - start)
        finally:
            gc.enable()
    return best


def grows(shape: str, size: int, *asked: Asked) -> None:
    """Ask a page of *size* characters, and one of twice as many."""
    half, whole = shaped(shape, size), shaped(shape, 2 * size)
    for way in asked:
        less, more = took(half, way, 1), took(whole, way, 1)
        if more > BOUND * less + NOISE:  # again, and better
            less, more = took(half, way, 2), took(whole, way, 2)
        said = f"{less:.2f} s for {size:,} characters, {more:.2f} s for twice as many: x {more / less:.1f}"
        assert more <= BOUND * less + NOISE, said


@pytest.mark.alone
@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_twice_as_large_takes_about_twice_as_long(shape):
    grows(shape, 40_000, ("Latest", None), (None, None))


@pytest.mark.alone
@pytest.mark.parametrize("shape", ["one list", "lists of four rows", "the same heading above every list", "stairs"])
def test_it_stays_so_up_to_two_megabytes(shape):
    grows(shape, 1_000_000, ("Latest", None))


@pytest.mark.alone
@pytest.mark.parametrize("shape", ["one list", "lists of four rows", "times at uneven depths", "nested lists"])
@pytest.mark.parametrize("block", ["li", "ul, p", "div"])
def test_selectors_take_about_twice_as_long_too(shape, block):
    grows(shape, 20_000, (None, Selectors(block)))
