"""The same headlines from every layout that the same ticker may get: what a redesign must not break."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.layouts import (
    ARABIC,
    CHOICES,
    PLAIN,
    TICKERS,
    URL,
    Layout,
    Row,
    Ticker,
    drawn,
    dressed,
    expected,
    plain,
    varied,
)
from ticker.errors import ParseError
from ticker.model import Headline, Page, Source
from ticker.parse import inspect, parse

# Layouts as sites have them, each in several ways away from the plain one: spans and links in an indented list.
DESIGNS = {
    "links as rows": Layout(item="a", container="div", clock="time datetime", headline="span", writing="minified"),
    "cards with picture and category": Layout(
        *("article", "div", "time", "14:54", "title first", "h3"), depth=2, extras=("image", "category")
    ),
    "cards, everything twice": Layout(item="div", container="div", headline="h2", copy="card", beside="popular"),
    "table of two columns": Layout(item="tr", clock="text", writing="sloppy"),
    "table, title first, no link": Layout(item="tr", clock="small", order="title first", link="none", names="none"),
    "one row of cells": Layout(item="td", clock="div", headline="p", depth=1),
    "definition list": Layout(item="dl", clock="text", form="14h54", reach="inside"),
    "definition list, unclosed": Layout(item="dl", clock="b", writing="sloppy", names="none", heading="strong"),
    "paragraphs": Layout(item="p", container="none", clock="b", names="none", around="article"),
    "paragraphs of words alone": Layout(item="p", container="div", clock="strong", link="none", names="none"),
    "lines": Layout(item="lines", clock="text", names="none", writing="minified"),
    "lines in capitals": Layout(item="lines", clock="b", names="none", writing="shouting", heading="strong"),
    "pairs without a row around them": Layout(item="flat", clock="div", headline="div", link="around"),
    "pairs, title first": Layout(item="flat", clock="p", headline="h4", order="title first", writing="minified"),
    "elements of its own": Layout(
        item="x-row", container="section", clock="time", headline="span", depth=3, link="row"
    ),
    "sections deep in wrappers": Layout(item="section", container="section", depth=6, clock_depth=2, reach="up 3"),
    "live blog": Layout(*("article", "div", "time", "14:54"), headline="h4", link="none", extras=("author",)),
    "tabs": Layout(link="row", headline="span", beside="tabs", writing="minified"),
    "the second tab": Layout(link="row", headline="span", beside="second tab", writing="minified"),
    "phone and desktop copies": Layout(item="div", container="div", copy="page above", echo="menu", heading="span"),
    "two copies side by side": Layout(copy="list", link="around", headline="h3", writing="minified"),
    "sports and markets in the same dress": Layout(beside="sections", headline="h3", heading="h3 a", echo="menu"),
    "columns, ours the second": Layout(beside="columns", clock="em", link="row", headline="div", heading="div"),
    "pinned row and advertisements": Layout(item="div", container="div", pinned=True, between="advert", depth=1),
    "cut in two by a module": Layout(item="div", container="div", split="module", clock="time", headline="h3"),
    "two columns of one list": Layout(split="bare", reach="up 1", clock="small", link="row", headline="span"),
    "heading as a picture": Layout(heading="image", clock="em", headline="h3"),
    "heading in pieces, far above": Layout(heading="split", reach="up 3", echo="article", around="article"),
    "heading stretched, in the list": Layout(heading="tatweel", reach="inside", clock="b", echo="footer"),
    "heading with a sign and a link": Layout(heading="icon", reach="up 1", echo="breadcrumb"),
    "components with comments": Layout(writing="components", clock="time", headline="span", link="row", depth=2),
    "comments of a content system": Layout(writing="commented", item="div", container="div", form="2:54 pm"),
    "numeric entities": Layout(writing="entities", clock="text", form="(14:54)", order="title first"),
    "Arabic digits in brackets": Layout(form="١٤:٥٤", clock="div", depth=1, extras=("count", "share")),
    "seconds and two links": Layout(form="14:54:09", link="twice", names="none", extras=("more",)),
    "half days": Layout(form="2:54 pm", clock="time datetime", headline="h2", link="around", extras=("teaser",)),
    "some rows not linked": Layout(link="some", headline="h3", extras=("category",), between="picture"),
    "copies for screen readers": Layout(item="a", container="div", extras=("screen reader", "icon"), headline="div"),
    "clock and how long ago": Layout(extras=("ago", "author"), clock="time", link="around", headline="h3"),
    "category linked before the title": Layout(extras=("category link", "count"), names="useful", depth=1),
    "rows numbered in their classes": Layout(names="numbered", item="div", container="div", extras=("more",)),
    "without any class": Layout(names="none", item="div", container="div", clock="div", headline="div", depth=2),
    "list items without a list": Layout(container="none", reach="up 2", clock="div", depth=2, headline="div"),
    "title and time in one text": Layout(clock="text", link="none", names="none", writing="minified"),
}
LAYOUTS = {"plain": Layout(), **DESIGNS, **varied(), **{f"seed {seed}": drawn(seed) for seed in range(60)}}
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)  # explaining a failure too would take minutes
STRANGE_HEADING = "نشرة الظهيرة"
UNSURE = (
    "sections",
    "tabs",
    "second tab",
)  # beside the ticker stands what is as likely to be it, for all that shape can say


def said(headlines: Sequence[Headline]) -> list[Row]:
    """The rows by the clock that each says."""
    return [(f"{line.clock:%H:%M}" if line.clock else "", line.title, line.link) for line in headlines]


def read(page: Page, heading: str | None) -> list[Row]:
    """What is found on *page*."""
    return said(parse(page, Source("s", "S", (URL,), ZoneInfo("Asia/Beirut"), heading=heading)))


def sure(layout: Layout) -> bool:
    """Whether the ticker is plainly the likeliest timed list: nobody needs to say under which heading it stands."""
    return layout.split == "no" and layout.beside not in UNSURE


@pytest.mark.parametrize("ticker", TICKERS.values(), ids=TICKERS)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_headlines(layout: Layout, ticker: Ticker) -> None:
    assert read(dressed(layout, ticker), ticker.heading) == expected(layout, ticker)


@pytest.mark.parametrize("ticker", TICKERS.values(), ids=TICKERS)
@pytest.mark.parametrize("layout", [pytest.param(layout, id=name) for name, layout in LAYOUTS.items() if sure(layout)])
def test_without_a_heading_the_same_where_nothing_else_is_as_likely(layout: Layout, ticker: Ticker) -> None:
    assert read(dressed(layout, ticker), None) == expected(layout, ticker)


layouts = st.builds(
    lambda first, second, **chosen: Layout(**chosen, extras=tuple(dict.fromkeys(first + second))),
    st.sampled_from(CHOICES["extras"]),
    st.sampled_from(CHOICES["extras"]),
    **{name: st.sampled_from(values) for name, values in CHOICES.items() if name != "extras"},
    seed=st.integers(0, 9),
)


@given(layouts, st.sampled_from(list(TICKERS.values())))
@settings(max_examples=300, deadline=None, derandomize=True, phases=PHASES)
def test_any_choices_together_give_the_same_headlines(layout: Layout, ticker: Ticker) -> None:
    page, rows = dressed(layout, ticker), expected(layout, ticker)
    assert read(page, ticker.heading) == rows
    if sure(layout):
        assert read(page, None) == rows


@given(layouts, st.sampled_from(list(TICKERS.values())))
@settings(max_examples=100, deadline=None, derandomize=True, phases=PHASES)
def test_no_layout_gives_rows_under_a_heading_that_is_not_there(layout: Layout, ticker: Ticker) -> None:
    with pytest.raises(ParseError) as caught:
        read(dressed(layout, ticker), STRANGE_HEADING)
    assert caught.value.cause == "heading-absent"


@given(layouts, st.sampled_from(list(TICKERS.values())), st.integers(0, 3))
@settings(max_examples=200, deadline=None, derandomize=True, phases=PHASES)
def test_a_list_nearly_empty_gives_its_own_rows_or_none_never_those_of_another(
    layout: Layout, ticker: Ticker, left: int
) -> None:
    layout, ticker = replace(layout, pinned=False), replace(ticker, lines=ticker.lines[:left])
    seen = inspect(dressed(layout, ticker), heading=ticker.heading)
    if seen.problem is None:
        assert said(seen.blocks[0].headlines) == expected(layout, ticker)
    else:
        assert seen.problem.cause in ("block-empty", "block-absent")


@given(layouts, st.integers(10, 1_000))
@settings(max_examples=60, deadline=None, derandomize=True, phases=PHASES)
def test_the_spelling_of_class_names_changes_nothing(layout: Layout, seed: int) -> None:
    layout = replace(layout, names="hashed")
    renamed = replace(layout, seed=seed)
    assert read(dressed(layout, ARABIC), ARABIC.heading) == read(dressed(renamed, ARABIC), ARABIC.heading)


@pytest.mark.parametrize("heading", [True, False], ids=["heading", "no heading"])
@pytest.mark.parametrize("ticker", TICKERS.values(), ids=TICKERS)
@pytest.mark.parametrize("form", PLAIN)
def test_plain_text_gives_the_same_headlines_without_links(form: str, ticker: Ticker, heading: bool) -> None:
    rows = [(clock, title, None) for clock, title in ticker.lines]
    assert read(plain(form, ticker), ticker.heading if heading else None) == rows


@pytest.mark.parametrize(
    "layout",
    [pytest.param(layout, id=name) for name, layout in DESIGNS.items() if sure(layout) and layout.heading != "image"],
)
def test_a_guessed_list_is_named_by_a_heading_that_would_choose_it(layout: Layout) -> None:
    page = dressed(layout, ARABIC)
    named = inspect(page).blocks[0].heading
    assert named is not None
    assert read(page, named) == expected(layout, ARABIC)
