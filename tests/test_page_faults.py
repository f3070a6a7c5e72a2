"""Pages as they come over the wire: mislabelled, damaged, cut off, headings everywhere; bytes in, headlines out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.layouts import ARABIC, ENGLISH, READ_AT, URL
from tests.running import answered, items, ticker, write_config
from ticker.decode import page_of
from ticker.errors import ParseError
from ticker.model import Page, Source
from ticker.parse import inspect, parse

Lines = Sequence[tuple[str, str]]

NEWS: dict[str, tuple[str, Lines]] = {
    "arabic": ("عاجل", tuple((clock, title.strip("«»")) for clock, title in ARABIC.lines[3:9])),
    "persian": (
        "خبر فوری",
        [
            ("18:22", "پل تازه روی رودخانه امروز گشوده شد"),
            ("18:05", "قیمت گندم برای سومین هفته کاهش یافت"),
            ("17:40", "قطار شبانه میان کوه و ساحل بازگشت"),
            ("16:13", "کتابخانه شهر هزار کتاب به روستاها داد"),
            ("15:02", "باران در شمال تا فردا ادامه دارد"),
        ],
    ),
    "russian": (
        "Лента новостей",
        [
            ("18:22", "Мост через залив снова открыт для машин"),
            ("18:05", "Экипажи паромов отменили забастовку"),
            ("17:40", "Ночной поезд вернулся на побережье"),
            ("16:13", "Библиотека подарила школам тысячу книг"),
            ("15:02", "Дожди на севере продлятся до завтра"),
        ],
    ),
    "japanese": (
        "速報",
        [
            ("18:22", "海峡の橋が一年ぶりに通行再開へ"),
            ("18:05", "フェリーの乗務員ストライキは中止"),
            ("17:40", "沿岸と山間を結ぶ夜行列車が復活"),
            ("16:13", "図書館が村の学校に本を千冊寄贈"),
            ("15:02", "北部の雨はあすまで続く見込み"),
        ],
    ),
    "korean": (
        "속보",
        [
            ("18:22", "만을 가로지르는 다리 다시 열려"),
            ("18:05", "여객선 승무원 파업 전격 철회"),
            ("17:40", "해안과 산간 잇는 야간열차 재개"),
            ("16:13", "도서관 마을 학교에 책 천 권 기증"),
            ("15:02", "북부 지방 비 내일까지 이어질 듯"),
        ],
    ),
    "chinese": (
        "最新消息",
        [
            ("18:22", "跨海大桥检修一年后今日恢复通车"),
            ("18:05", "渡轮船员在最后时刻取消罢工"),
            ("17:40", "连接海岸与山区的夜班列车恢复"),
            ("16:13", "市图书馆向乡村学校赠书一千册"),
            ("15:02", "北部降雨预计将持续到明天上午"),
        ],
    ),
}


def block(heading: str, lines: Lines) -> str:
    rows = "".join(
        f'<li><span>{clock}</span> <a href="/n/{n}">{title}</a></li>' for n, (clock, title) in enumerate(lines)
    )
    return f"<section><h2>{heading}</h2><ul>{rows}</ul></section>"


def html(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}<title>News</title></head><body>{body}</body></html>"


def source(heading: str | None) -> Source:
    return Source("s", "S", (URL,), ZoneInfo("UTC"), heading=heading)


def page(body: bytes, content_type: str | None = "text/html", charset: str | None = None) -> Page:
    return page_of(body, url=URL, fetched_at=READ_AT, content_type=content_type, charset=charset)


def read(made: Page | str, heading: str | None) -> list[tuple[str | None, str]]:
    made = page(made.encode()) if isinstance(made, str) else made
    return [(line.printed, line.title) for line in parse(made, source(heading))]


# Charsets

CHARSETS = [
    ("arabic", "windows-1256", "cp1256"),
    ("arabic", "ISO-8859-6", "iso8859-6"),
    ("arabic", "utf-8", "utf-8"),
    ("persian", "windows-1256", "cp1256"),
    ("russian", "windows-1251", "cp1251"),
    ("russian", "KOI8-R", "koi8-r"),
    ("japanese", "Shift_JIS", "cp932"),
    ("japanese", "EUC-JP", "euc_jp"),
    ("korean", "EUC-KR", "cp949"),
    ("chinese", "GB18030", "gb18030"),
    ("chinese", "gb2312", "gb18030"),
]
META = '<meta charset="{}">'
HTTP_EQUIV = '<META content="text/html; charset={}" http-equiv=Content-Type>'


def in_charset(language: str, codec: str, head: str = "") -> bytes:
    """Persian in windows-1256, as it was written there: with the Arabic ya, and in which the page then is."""
    text = html(block(*NEWS[language]), head)
    return text.replace("ی", "ي").encode(codec) if (language, codec) == ("persian", "cp1256") else text.encode(codec)


def news_of(language: str, codec: str) -> tuple[str, list[tuple[str, str]]]:
    heading, lines = NEWS[language]
    arabic_ya = (language, codec) == ("persian", "cp1256")
    return heading, [(clock, title.replace("ی", "ي") if arabic_ya else title) for clock, title in lines]


@pytest.mark.parametrize(("language", "label", "codec"), CHARSETS)
@pytest.mark.parametrize("declared", ["in the header", "in a meta", "in an old meta", "nowhere, but configured"])
def test_headlines_in_any_charset_are_read_where_it_is_declared_or_configured(
    language: str, label: str, codec: str, declared: str
) -> None:
    header = f"text/html; charset={label}" if declared == "in the header" else "text/html"
    head = {"in a meta": META, "in an old meta": HTTP_EQUIV}.get(declared, "").format(label)
    made = page(in_charset(language, codec, head), header, label if "configured" in declared else None)
    heading, lines = news_of(language, codec)
    assert read(made, heading) == lines
    assert read(made, None) == lines


@pytest.mark.parametrize(
    "label", ["windows-1256", "iso-8859-1", "windows-1251", "Shift_JIS", "gb2312", "utf-16", "no-such"]
)
@pytest.mark.parametrize("language", NEWS)
def test_utf_8_that_calls_itself_something_else_is_read_as_what_it_is(language: str, label: str) -> None:
    heading, lines = NEWS[language]
    body = html(block(heading, lines), META.format(label)).encode()
    for header in ("text/html", f"text/html; charset={label}", None):
        assert read(page(body, header), heading) == list(lines)
    assert read(page(body, "text/html", charset=label), heading) == list(lines)


@pytest.mark.parametrize(("language", "label", "codec"), [each for each in CHARSETS if each[2] != "utf-8"])
def test_a_legacy_page_that_calls_itself_utf_8_is_read_as_configured(language: str, label: str, codec: str) -> None:
    heading, lines = news_of(language, codec)
    assert read(page(in_charset(language, codec, META.format("utf-8")), charset=label), heading) == lines


@pytest.mark.parametrize(("language", "codec"), [("arabic", "cp1256"), ("russian", "cp1251"), ("persian", "cp1256")])
def test_a_legacy_page_that_nobody_says_the_charset_of_is_refused_not_published_as_gibberish(
    language: str, codec: str
) -> None:
    made = page(in_charset(language, codec))
    for heading, cause in ((NEWS[language][0], "heading-absent"), (None, "block-absent")):
        with pytest.raises(ParseError) as caught:
            read(made, heading)
        assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("codec", "mark"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
@pytest.mark.parametrize("head", ["", META.format("windows-1256"), META.format("utf-8")])
@pytest.mark.parametrize("language", NEWS)
def test_a_byte_order_mark_settles_the_charset(language: str, codec: str, mark: bytes, head: str) -> None:
    heading, lines = NEWS[language]
    body = mark + html(block(heading, lines), head).encode(codec)
    assert read(page(body), heading) == list(lines)
    assert read(page(body, "text/html; charset=iso-8859-1"), heading) == list(lines)


# Damage

DAMAGED = [
    (language, label, codec) for language, label, codec in CHARSETS if codec in ("utf-8", "cp932", "cp949", "gb18030")
]


@pytest.mark.parametrize(
    ("language", "label", "codec"), [*DAMAGED, ("korean", "utf-8", "utf-8"), ("chinese", "utf-8", "utf-8")]
)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "configured"])
def test_a_character_cut_in_half_costs_no_headline_but_its_own(
    language: str, label: str, codec: str, declared: bool
) -> None:
    heading, lines = NEWS[language]
    for hurt, (_, title) in enumerate(lines):
        whole = html(block(heading, lines), META.format(label) if declared else "").encode(codec)
        start = whole.index(f">{title}<".encode(codec)) + 1
        end = start + len(title.encode(codec))
        made = page(whole[: end - 1] + whole[end:], charset=None if declared else label)  # as substr() cuts, by bytes
        found = read(made, heading)
        assert [row for at, row in enumerate(found) if at != hurt] == [
            row for at, row in enumerate(lines) if at != hurt
        ]
        assert found[hurt][0] == lines[hurt][0]
        assert found[hurt][1].startswith(title[:-1])


def test_broken_bytes_all_over_an_article_leave_the_list_as_it_is() -> None:
    heading, lines = NEWS["arabic"]
    story = b"<p>" + "فقرة من المقال ".encode() * 40 + b"\xd8 \xff\xfe \xc3( " * 3 + b"</p>"
    whole = html(f"<!--story-->{block(heading, lines)}", META.format("utf-8")).encode()
    assert read(page(whole.replace(b"<!--story-->", story)), heading) == list(lines)


def test_a_time_with_a_broken_byte_costs_its_row_only() -> None:
    heading, lines = NEWS["arabic"]
    whole = html(block(heading, lines), META.format("utf-8")).encode()
    assert read(page(whole.replace(lines[2][0].encode(), b"1\xff:12", 1)), heading) == [*lines[:2], *lines[3:]]


CUT = {
    "list": ("<ul>{}</ul>", '<li><span class="t">{t}</span> <a class="h" href="/n/{n}">{h}</a></li>\n'),
    "links": ("<div>{}</div>", '<a href="/n/{n}"><time datetime="2025-03-10T{t}:00Z">{t}</time><span>{h}</span></a>'),
    "table": ("<table>{}</table>", "<tr><td>{t}<td><a href=/n/{n}>{h}</a>\n"),
    "title first": ("<div>{}</div>", "<article><h3><a href='/n/{n}'>{h}</a></h3><!-- > --><i>{t}</i></article>"),
    "definitions": ("<dl>{}</dl>", "<dt>{t}</dt><dd>{h}</dd>"),
    "lines": ("<p>{}</p>", "<b>{t}</b> {h}<br>"),
}


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("around", "row"), CUT.values(), ids=CUT)
def test_a_page_that_breaks_off_anywhere_keeps_the_rows_above(around: str, row: str, codec: str) -> None:
    heading, lines = NEWS["chinese"]
    start = html(f"<h2>{heading}</h2>{around}", META.format(codec)).partition("{}")[0]
    texts = [start, *(row.format(t=clock, h=title, n=n) for n, (clock, title) in enumerate(lines))]
    ends = [len("".join(texts[: count + 1]).encode(codec)) for count in range(len(texts))]
    whole = "".join(texts).encode(codec)
    for cut in range(ends[4], len(whole) + 1):
        safe = sum(end <= cut for end in ends) - 1
        found = read(page(whole[:cut]), heading)
        assert found[:safe] == lines[:safe]
        for (clock, title), (true_clock, true_title) in zip(found[safe:], lines[safe:], strict=False):
            assert clock == true_clock
            assert true_title.startswith(title.rstrip("\ufffd</"))  # half a tag is text, in browsers too


def test_a_page_that_breaks_off_above_the_fourth_row_says_that_it_is_nearly_empty() -> None:
    heading, lines = NEWS["arabic"]
    whole = html(block(heading, lines))
    for count in range(1, 4):
        with pytest.raises(ParseError) as caught:
            read(whole[: whole.index(lines[count][0])], heading)
        assert caught.value.cause == "block-empty"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").replace("><", ">\r\n\r\n<"), id="CRLF"),
        pytest.param(lambda text: text.replace("><", ">\r<"), id="CR alone"),
        pytest.param(lambda text: text.replace("><", ">\0<"), id="NUL between tags"),
        pytest.param(lambda text: text.replace(" ", " \0"), id="NUL in texts and tags"),
        pytest.param(lambda text: text.replace("><", ">\ufeff<"), id="marks of byte order all over"),
        pytest.param(lambda text: text.replace(" ", "\u00a0").replace("<a\u00a0", "<a "), id="no-break spaces"),
        pytest.param(lambda text: text.replace(">1", ">\u200f1"), id="marks of direction"),
        pytest.param(lambda text: text.replace("</li>", "").replace("</ul>", "</li></ul></div></div>"), id="bad ends"),
        pytest.param(lambda text: text.replace("</a>", "</span></a></b>"), id="ends without a beginning"),
        pytest.param(lambda text: text.replace("<ul>", "<ul><!-- <ul><li>14:00 -- not closed --!>"), id="bad comment"),
        pytest.param(lambda text: text + text, id="the whole page twice"),
        pytest.param(lambda text: "HTTP/1.1 200 OK\nServer: x\n\n" + text, id="a header in the body"),
        pytest.param(lambda text: "".join(c if c < "\x7f" else f"&#{ord(c)};" for c in text), id="numeric entities"),
        pytest.param(lambda text: "".join(c if c < "\x7f" else f"&#x{ord(c):X}" for c in text), id="without semicolon"),
    ],
)
def test_the_headlines_survive_what_servers_do_to_the_text_of_a_page(damage: Callable[[str], str]) -> None:
    heading, lines = NEWS["russian"]
    text = damage(html(block(heading, lines), META.format("utf-8") + "\n"))
    assert read(page(text.encode()), heading) == list(lines)


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Cost &amp; benefit of the ferry &ndash; a study", "Cost & benefit of the ferry – a study"),
        ("Cost &amp;amp; benefit of the ferry", "Cost &amp; benefit of the ferry"),
        ("Cost &amp;#1593; benefit of the ferry", "Cost &#1593; benefit of the ferry"),
        ("&lt;b&gt;Cost&lt;/b&gt; and benefit of the ferry", "<b>Cost</b> and benefit of the ferry"),
        (
            "Cost & benefit &bogus; of the ferry &#0; &#xD800; end",
            "Cost & benefit &bogus; of the ferry \ufffd \ufffd end",
        ),
        ("Cost &#150; benefit of the ferry", "Cost – benefit of the ferry"),
        ("Cost&nbsp;and&zwnj;benefit of&shy; the ferry", "Cost and\u200cbenefit of the ferry"),
    ],
)
def test_entities_are_undone_once_as_a_browser_does(printed: str, title: str) -> None:
    lines = [("18:30", printed), *ENGLISH.lines[3:8]]
    assert read(html(block("Latest", lines)), "Latest") == [("18:30", title), *ENGLISH.lines[3:8]]


# Several lists, and headings everywhere

OURS = NEWS["arabic"][1]
SPORT = [(f"1{n}:3{n}", title) for n, title in enumerate(ARABIC.sports[1:6])][::-1]
FRAMES = {
    "one below the other": "{}{}",
    "in columns": "<div class=row><div class=col>{}</div><div class=col>{}</div></div>",
    "in cells": "<table><tr><td>{}</td><td>{}</td></tr></table>",
    "one in the aside": "<main><div><div>{}</div></div></main><aside>{}</aside>",
    "deep in wrappers": "<div><div><div>{}</div></div></div><div><div><div><div>{}</div></div></div></div>",
}
HEADINGS = {
    "different": ("عاجل", "رياضة"),
    "one begins the other": ("عاجل", "عاجل رياضة"),
    "one ends the other": ("رياضة", "عاجل رياضة"),
    "all but the same": ("عاجل 24/7", "عاجل 24/6"),
}


@pytest.mark.parametrize("tag", ["h2", "h4", "div", "span"])
@pytest.mark.parametrize("swapped", [False, True], ids=["ours first", "ours second"])
@pytest.mark.parametrize(("ours", "theirs"), HEADINGS.values(), ids=HEADINGS)
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_two_tickers_under_two_headings_are_two_sources(
    frame: str, ours: str, theirs: str, swapped: bool, tag: str
) -> None:
    blocks = [block(ours, OURS), block(theirs, SPORT)]
    text = html(frame.format(*blocks[:: -1 if swapped else 1]).replace("h2>", f"{tag}>"))
    assert read(text, ours) == list(OURS)
    assert read(text, theirs) == SPORT


@pytest.mark.parametrize("emptied", [0, 1], ids=["the first", "the second"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_when_one_of_two_tickers_is_empty_it_does_not_show_the_other(frame: str, emptied: int) -> None:
    blocks = [block("عاجل", OURS), block("رياضة", SPORT)]
    blocks[emptied] = block(("عاجل", "رياضة")[emptied], [])
    heading, other = ("عاجل", "رياضة")[:: -1 if emptied else 1]
    text = html(frame.format(*blocks))
    with pytest.raises(ParseError) as caught:
        read(text, heading)
    assert caught.value.cause == "block-empty"
    assert read(text, other) == list((SPORT, OURS)[emptied])


PLACES = {
    "menu": "<nav><ul><li><a href=/>الرئيسية</a><li><a href=/b>عاجل</a><li><a href=/s>رياضة</a></ul></nav>{}",
    "menu of one word": "<nav><a href=/b>عاجل</a></nav>{}",
    "breadcrumb": "<div><a href=/>الرئيسية</a> › <span>عاجل</span></div>{}",
    "article": "<article><h1>عاجل</h1><p>عاجل: نص المقال الذي نشر عند 14:20 عن أسعار الخضار في السوق.</p></article>{}",
    "label of an article": "<article><b>عاجل</b><h1>عودة القطار السياحي</h1><p>نص طويل عن القطار.</p></article>{}",
    "picture": "<p><img src=x alt=عاجل> تعليق على الصورة التي التقطت في الساحة</p>{}",
    "title of the page": "<title>عاجل</title>{}",
    "attributes": '<a title="عاجل" href=x aria-label="عاجل">المزيد من الأخبار</a><input value="عاجل">{}',
    "script": '<script>var t = "عاجل";</script><template><h2>عاجل</h2></template>{}',
    "footer": "{}<footer><a href=/b>عاجل</a> <a href=/c>اتصل بنا</a></footer>",
    "every row": "{}",
}


@pytest.mark.parametrize("above", [False, True], ids=["alone", "another list right below it"])
@pytest.mark.parametrize("place", PLACES)
def test_the_heading_is_found_though_its_words_stand_elsewhere_too(place: str, above: bool) -> None:
    lines = [(clock, f"عاجل: {title}" if place == "every row" else title) for clock, title in OURS]
    popular = block("الأكثر قراءة", [(f"{7 * n % 24:02}:0{n}", title) for n, title in enumerate(ARABIC.popular[1:])])
    ours = block("عاجل", lines)
    assert read(html(PLACES[place].format(popular + ours if above else ours)), "عاجل") == lines


@pytest.mark.parametrize("place", sorted({*PLACES} - {"every row"}))
def test_words_elsewhere_are_no_heading_of_another_list(place: str) -> None:
    other = block("الأكثر قراءة", [(f"{7 * n % 24:02}:0{n}", title) for n, title in enumerate(ARABIC.popular[1:])])
    seen = inspect(page(html(PLACES[place].format(other)).encode()), heading="عاجل")
    assert seen.problem is not None
    assert seen.problem.cause in ("heading-absent", "block-absent")


# The whole way


def test_a_page_in_a_legacy_charset_goes_through_the_command_line(tmp_path: Path) -> None:
    heading, lines = NEWS["arabic"]
    config = write_config(tmp_path, URL, heading=heading, charset="windows-1256")
    saved = tmp_path / "page.html"
    saved.write_bytes(html(block(heading, lines)).encode("cp1256"))
    found = json.loads(ticker("inspect", saved, "--heading", heading, "--charset", "windows-1256", "--json").stdout)
    assert [(row["time"], row["title"]) for row in found["blocks"][0]["headlines"]] == list(lines)
    answered("ingest", "desk", saved, "--at", "2025-03-10T15:00:00+02:00", config=config)
    assert [item["title"] for item in items(config, answered)] == [title for _, title in lines]


def test_a_page_that_breaks_off_between_two_good_ones_brings_no_item_twice(tmp_path: Path) -> None:
    heading, lines = NEWS["arabic"]
    config = write_config(tmp_path, URL, heading=heading)
    whole = html(block(heading, lines)).encode()
    saved = [tmp_path / f"{n}.html" for n in range(3)]
    for path, body in zip(saved, (whole, whole[: whole.index(b"/n/4")], whole), strict=True):
        path.write_bytes(body)
    ats = [word for minute in range(3) for word in ("--at", f"2025-03-10T15:0{minute}:00+02:00")]
    answered("ingest", "desk", *saved, *ats, config=config, check=None)
    assert [item["title"] for item in items(config, answered)] == [title for _, title in lines]
