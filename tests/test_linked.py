"""Lists for machines: what is read of JSON-LD, and what is no list of news."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from ticker.model import Headline
from ticker.parse import jsonld
from ticker.parse.jsonld import instant, scripts_of
from ticker.parse.linked import Linked, linked
from ticker.parse.links import Links

PAGE = "https://news.example/live/"
NEWS = [
    ("2025-01-14T14:54:00+02:00", "البلدية توافق على خطة السير"),
    ("2025-01-14T14:53:00+02:00", "افتتاح جسر المشاة فوق النهر"),
    ("2025-01-14T14:53:00+02:00", "هبوط سعر الطماطم في السوق"),
    ("2025-01-14T12:07:00+02:00", "عودة القطار السياحي إلى الجبل"),
]
BEIRUT = timezone(timedelta(hours=2))


def article(at: int, published: object, headline: object, **more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": headline, "datePublished": published, "url": f"/n/{at}"} | more


def item_list(articles: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    rows = [{"@type": "ListItem", "position": at, "item": item} for at, item in enumerate(articles, start=1)]
    return {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": rows} | more


def articles(rows: Sequence[tuple[str, str]] = NEWS) -> list[dict[str, Any]]:
    return [article(at, published, headline) for at, (published, headline) in enumerate(rows)]


def live_blog(posts: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"@type": "LiveBlogPosting", "headline": "Storm over the harbour: live", "liveBlogUpdate": posts} | more


def found(*documents: object) -> list[Linked]:
    return linked([json.dumps(document) for document in documents], Links(PAGE))


def only(*documents: object) -> tuple[Headline, ...]:
    (one,) = found(*documents)
    return one.listing.headlines


def said(lines: Sequence[Headline]) -> list[tuple[str | None, str]]:
    return [(line.printed, line.title) for line in lines]


# Where a list may stand


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(item_list(articles()), id="alone"),
        pytest.param([{"@type": "WebSite"}, item_list(articles())], id="in an array"),
        pytest.param({"@graph": [{"@type": "Organization"}, item_list(articles())]}, id="in a graph"),
        pytest.param({"@type": "CollectionPage", "mainEntity": item_list(articles())}, id="what a page is about"),
        pytest.param({"@type": ["WebPage"], "mainEntity": [item_list(articles())]}, id="the same in an array"),
        pytest.param(item_list(articles(), **{"@type": ["Thing", "http://schema.org/ItemList"]}), id="with its types"),
        pytest.param({"@type": "ItemList", "itemListElement": articles()}, id="articles without ListItem"),
        pytest.param({"@type": "Blog", "blogPost": articles()}, id="a blog"),
        pytest.param({"@type": "CollectionPage", "hasPart": articles()}, id="parts of a page"),
        pytest.param(live_blog(articles()), id="a live blog"),
    ],
)
def test_a_list_is_read_wherever_it_stands(document):
    (one,) = found(document)
    assert said(one.listing.headlines) == NEWS
    assert one.news
    first = one.listing.headlines[0]
    assert (first.clock, first.link) == (None, "https://news.example/n/0")
    assert first.stated == datetime(2025, 1, 14, 14, 54, tzinfo=BEIRUT)
    assert one.listing.where.startswith("JSON-LD ")


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param("<!-- {} -->", id="HTML comment"),
        pytest.param("<![CDATA[ {} ]]>", id="CDATA"),
        pytest.param("//<![CDATA[\n{}\n//]]>", id="CDATA in a comment of JavaScript"),
        pytest.param("/* <![CDATA[ */ {} /* ]]> */", id="likewise in another"),
        pytest.param("\ufeff\n {} ;\n", id="byte order mark and semicolon"),
    ],
)
def test_comment_marks_around_a_script_come_off(wrapped):
    (one,) = linked([wrapped.replace("{}", json.dumps(item_list(articles())))], Links(PAGE))
    assert said(one.listing.headlines) == NEWS


@pytest.mark.parametrize(
    "broken",
    ['{"@type": "ItemList",}', "", "{", "null", "window.state = {}", "[" * 100_000, '{"a": ' * 5_000, "1" * 10_000],
)
def test_a_script_that_is_no_json_hides_no_other(broken):
    (one,) = linked([broken, json.dumps(item_list(articles()))], Links(PAGE))
    assert said(one.listing.headlines) == NEWS


def test_the_scripts_of_a_page_are_found_however_their_type_is_written():
    types = ("application/ld+json", "APPLICATION/LD+JSON", "application/ld+json; charset=utf-8")
    page = "".join(f'<script type="{kind}">{{"a": "<b>&amp;"}}</script>' for kind in types)
    parser = LexborHTMLParser((page + "<script>var a</script>").encode())
    assert list(scripts_of(parser)) == ['{"a": "<b>&amp;"}'] * 3


# Rows


def test_rows_stand_newest_first_whatever_their_order():
    turned = articles([NEWS[3], NEWS[1], NEWS[0]])
    assert [line.title for line in only(live_blog(turned))] == [NEWS[at][1] for at in (0, 1, 3)]
    backward = only(live_blog(articles(NEWS[::-1])))
    assert said(backward) == NEWS, "of two in one minute the later post is the newer"


def test_positions_rule_the_order_of_one_minute():
    rows = [("2025-01-14T14:54Z", f"Ferry number {at} leaves the harbour") for at in range(3)]
    document = item_list(articles([*rows, ("2025-01-14T14:00Z", "Bridge opens")]))
    document["itemListElement"].reverse()
    assert [line.title for line in only(document)][:3] == [title for _, title in rows]


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        pytest.param("Tom &amp; Jerry&#8217;s caf&eacute;", "Tom & Jerry’s café", id="entities"),
        pytest.param("Boat <i>Aurora</i> sinks", "Boat Aurora sinks", id="markup"),
        pytest.param("5 < 7 and 8 > 3", "5 < 7 and 8 > 3", id="signs that are no markup"),
        pytest.param("  one \n two\t", "one two", id="white space"),
        pytest.param(["First of two", "Second"], "First of two", id="a list of texts"),
        pytest.param({"@value": "Mit Sprache", "@language": "de"}, "Mit Sprache", id="a text with its language"),
        pytest.param("Lone \ud83d surrogate", "Lone surrogate", id="half a character"),
    ],
)
def test_a_headline_is_cleaned(headline, title):
    assert only(item_list([article(0, NEWS[0][0], headline)]))[0].title == title


@pytest.mark.parametrize(
    ("more", "link"),
    [
        pytest.param({"url": "/n/7"}, "https://news.example/n/7", id="url"),
        pytest.param({"url": ["/n/7", "/n/8"]}, "https://news.example/n/7", id="several"),
        pytest.param({"url": None, "mainEntityOfPage": {"@id": "/n/7"}}, "https://news.example/n/7", id="its page"),
        pytest.param({"url": 7, "@id": "https://a.example/7#it"}, "https://a.example/7#it", id="its name"),
        pytest.param({"url": None, "@id": "post-7"}, None, id="a name that is no address"),
        pytest.param({"url": "javascript:open()"}, None, id="nowhere"),
    ],
)
def test_a_link_is_taken_from_where_it_stands(more, link):
    assert only(item_list([article(0, *NEWS[0]) | more]))[0].link == link


def test_the_address_of_the_page_is_no_link_of_its_rows():
    assert {line.link for line in only(live_blog([post | {"url": PAGE} for post in articles()]))} == {None}


def test_a_list_may_name_its_articles_by_address_only():
    graph = [article(at, *row, url=f"https://news.example/n/{at}") for at, row in enumerate(NEWS)]
    pointing = [
        {"@type": "ListItem", "position": 1, "url": graph[0]["url"]},
        {"@type": "ListItem", "position": 2, "item": graph[1]["url"]},
        {"@type": "ListItem", "position": 3, "item": {"@id": graph[2]["url"]}},
        {"@type": "ListItem", "position": 4, "item": [{"url": graph[3]["url"]}]},
    ]
    lines = only({"@type": "ItemList", "itemListElement": pointing}, {"@graph": graph})
    assert said(lines) == NEWS
    assert [line.link for line in lines] == [each["url"] for each in graph]


def test_a_post_without_a_headline_of_its_own_gives_its_first_words():
    posts = [
        {"datePublished": "2025-01-14T14:54Z", "articleBody": "<p>Sandbags reach the quay.</p><p>More to follow.</p>"},
        {
            "datePublished": "2025-01-14T14:50Z",
            "headline": "Storm over the harbour: live",
            "articleBody": "Wind falls.",
        },
        {
            "datePublished": "2025-01-14T14:40Z",
            "articleBody": "The harbour master speaks to the crowd. " + "Many words " * 30,
        },
        {"datePublished": "2025-01-14T14:30Z", "articleBody": "words without end " * 40},
    ]
    *titles, cut = [line.title for line in only(live_blog(posts))]
    assert titles == ["Sandbags reach the quay.", "Wind falls.", "The harbour master speaks to the crowd."]
    assert len(cut) <= jsonld.LONGEST + 1
    assert cut.endswith(("words…", "without…", "end…"))


def test_a_headline_that_most_rows_share_is_the_one_of_the_whole():
    posts = [article(at, when, "Our live blog", articleBody=body) for at, (when, body) in enumerate(NEWS)]
    assert said(only(live_blog(posts, headline="Another"))) == NEWS


def test_a_list_that_stands_there_twice_is_one_and_so_is_a_row():
    assert len(found(item_list(articles()), item_list(articles()))) == 1
    assert said(only(item_list([*articles(), articles()[-1]]))) == NEWS


# What is no list of news


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([article(at, None, title) for at, (_, title) in enumerate(NEWS)], id="a ranking without times"),
        pytest.param([article(at, when[:10], title) for at, (when, title) in enumerate(NEWS)], id="days alone"),
        pytest.param(articles([(when[:10] + "T00:00:00Z", title) for when, title in NEWS]), id="days as midnights"),
        pytest.param(articles([(NEWS[0][0], title) for _, title in NEWS]), id="the time of the page in every row"),
        pytest.param([each | {"dateModified": each.pop("datePublished")} for each in articles()], id="changes only"),
        pytest.param([each | {"@type": "Comment"} for each in articles()], id="comments"),
        pytest.param([each | {"@type": ["Thing", "schema:Product"]} for each in articles()], id="goods"),
        pytest.param([each | {"@type": "BroadcastEvent"} for each in articles()], id="a programme"),
        pytest.param([article(at, when, "") for at, (when, _) in enumerate(NEWS)], id="no headlines"),
        pytest.param([], id="no rows"),
        pytest.param(["a", 1, None, [], {}], id="rows of all kinds"),
    ],
)
def test_what_has_no_times_or_is_no_news_gives_nothing(rows):
    assert found({"@type": "ItemList", "itemListElement": rows}) == []


def test_a_list_by_anything_but_time_is_not_guessed():
    times = ["14:10", "09:20", "15:30", "08:40", "12:50", "10:00"]
    ranking = item_list(articles([(f"2025-01-14T{at}Z", f"Read most: story of {at}") for at in times]))
    assert not found(ranking)[0].news
    assert found(item_list(articles(NEWS)))[0].news
    assert not found(item_list(articles(NEWS[:3])))[0].news, "nor a short one"


def test_a_heading_chooses_a_list_by_its_name_however_it_is_spelled():
    page = {"@type": "CollectionPage", "name": "آخِر الأخبار", "mainEntity": item_list(articles(), name="عاجل ٢٤/٧")}
    (one,) = found(page)
    assert one.named("عاجل 24/7")
    assert one.named("اخر الاخبار")
    assert not one.named("عاجل")
    assert not one.named("الأكثر قراءة")
    assert not one.named("!")


# Instants


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2025-01-14T14:54:00Z", datetime(2025, 1, 14, 14, 54, tzinfo=UTC)),
        ("2025-01-14T14:54:09.123456789+02:00", datetime(2025, 1, 14, 14, 54, 9, 123456, tzinfo=BEIRUT)),
        ("2025-01-14T14:54:00+0200", datetime(2025, 1, 14, 14, 54, tzinfo=BEIRUT)),
        ("2025-01-14 14:54:00 +02:00", datetime(2025, 1, 14, 14, 54, tzinfo=BEIRUT)),
        ("20250114T145400Z", datetime(2025, 1, 14, 14, 54, tzinfo=UTC)),
        ("2025-01-14T14:54", datetime(2025, 1, 14, 14, 54)),  # noqa: DTZ001 - what has no offset is in the source's zone
        ("Tue, 14 Jan 2025 14:54:00 +0200", datetime(2025, 1, 14, 14, 54, tzinfo=BEIRUT)),
        ("2025-01-14", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2025-13-14T14:54", None),
        ("14:54", None),
        ("yesterday, 14:54", None),
        ("", None),
        ("2025-01-14T14:54:00Z" * 9_999, None),
    ],
)
def test_an_instant_is_read_as_written(written, when):
    seen = instant(written)
    assert seen == when
    assert seen is None or when is None or seen.utcoffset() == when.utcoffset()


def test_times_with_and_without_an_offset_are_compared_by_the_wall_clock():
    mixed = [("2025-01-14T14:54", "First of all"), ("2025-01-14T14:53+02:00", "Second of all")]
    assert [line.title for line in only(item_list(articles(mixed[::-1])))] == ["First of all", "Second of all"]


# Hostile scripts

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = st.sampled_from(
    ["@type", "@id", "@graph", "@value", "item", "itemListElement", "liveBlogUpdate", "hasPart", "mainEntity", "name"]
) | st.sampled_from(
    ["headline", "articleBody", "description", "datePublished", "dateCreated", "url", "position", "mainEntityOfPage"]
)
LIKELY = st.sampled_from(
    ["NewsArticle", "ListItem", "ItemList", PAGE, "/n/1", "A headline", *(when for when, _ in NEWS), "2025-01-14T14:54"]
)
DOCUMENTS = st.recursive(
    SCALARS | LIKELY,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)
ROWS = DOCUMENTS | st.fixed_dictionaries(
    {"datePublished": LIKELY | st.datetimes().map(str), "headline": SCALARS | LIKELY},
    optional={"url": DOCUMENTS, "position": SCALARS, "item": DOCUMENTS, "articleBody": SCALARS | LIKELY},
)


@settings(max_examples=150, deadline=None)
@given(st.lists(DOCUMENTS, max_size=3), st.lists(ROWS, min_size=1, max_size=6))
def test_any_json_gives_dated_rows_with_titles_or_nothing(documents, rows):
    for one in found(*documents, {"itemListElement": rows}, live_blog(rows)):
        lines = one.listing.headlines
        assert lines
        assert all(line.title and line.printed and line.stated and line.readable for line in lines)
        assert 0 <= one.order <= 1
        instants = [line.stated for line in lines if line.stated is not None]
        if all(moment.tzinfo for moment in instants):
            assert instants == sorted(instants, reverse=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4), st.integers(0, 300), st.integers(0, 300))
def test_any_text_and_any_cut_of_a_script_gives_a_list_or_nothing(texts, start, end):
    whole = json.dumps(item_list(articles()))
    for one in linked([*texts, whole[start : len(whole) - end]], Links(PAGE)):
        assert one.listing.headlines


def test_what_is_read_has_an_end():
    endless = item_list([article(at, f"2025-01-14T14:{at % 60:02}Z", f"Row {at}") for at in range(3_000)])
    assert len(only(endless)) <= 2_000
    deep: Any = item_list(articles())
    for _ in range(60):
        deep = {"mainEntity": [deep]}
    assert found(deep) == []
    assert linked([" " * 2_000_001, json.dumps(item_list(articles()))], Links(PAGE)) == []
