"""The timed list of a page: found by its shape, under a heading, or with neither; and what is said when it is not."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticker.errors import Cause, ParseError
from ticker.model import Ago, Day, Headline, Page, Selectors, Source
from ticker.parse import check_selector, inspect, parse
from ticker.text import display

PAGES = Path(__file__).parent / "pages"
SAVED = ["adverts_between", "bare_lines", "definition_list", "doubled_cards", "tabs"]
URL = "https://news.example/front/"
NEWS = [
    ("14:54", "مجلس البلدية يوافق على خطة السير الجديدة"),
    ("14:53", "افتتاح جسر المشاة فوق النهر"),
    ("14:53", "هبوط سعر الطماطم في سوق الجملة"),
    ("12:07", "عودة القطار السياحي إلى الجبل"),
    ("23:40", "نهاية بطولة الشطرنج للناشئين بالتعادل"),
]


def page(text: str, *, url: str = URL) -> Page:
    return Page(url, text, "html", datetime(2025, 3, 10, 12, tzinfo=UTC))


def plain(text: str) -> Page:
    return Page(URL, text, "plain", datetime(2025, 3, 10, 12, tzinfo=UTC))


def source(heading: str | None = None, selectors: Selectors | None = None) -> Source:
    return Source("s", "S", (URL,), ZoneInfo("Asia/Beirut"), heading=heading, selectors=selectors)


def items(rows: Sequence[tuple[str, str]] = NEWS) -> str:
    lines = (f'<li><span>{printed}</span> <a href="/n/{n}">{title}</a></li>' for n, (printed, title) in enumerate(rows))
    return f"<ul>{''.join(lines)}</ul>"


def said(headlines: Sequence[Headline]) -> list[tuple[str | None, str]]:
    return [(line.printed, line.title) for line in headlines]


def cause(text: str, heading: str | None = None, selectors: Selectors | None = None) -> Cause:
    with pytest.raises(ParseError) as caught:
        parse(page(text), source(heading, selectors))
    assert caught.value.detail
    assert "\n" not in caught.value.detail
    return caught.value.cause


# The list


@pytest.mark.parametrize("name", SAVED)
@pytest.mark.parametrize("configured", [True, False], ids=["heading", "no heading"])
def test_a_saved_page_gives_its_rows(name: str, configured: bool) -> None:
    kept = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    text = (PAGES / f"{name}.html").read_text("utf-8")
    expected = [
        Headline(
            row["printed"],
            time.fromisoformat(row["clock"]) if row["clock"] else None,
            row["title"],
            row["link"],
            Day(**row["day"]) if "day" in row else None,
        )
        for row in kept["headlines"]
    ]
    assert parse(page(text, url=kept["url"]), source(kept["heading"] if configured else None)) == expected


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(("<div>{}</div>", "<div><b>{t}</b><p>{h}</p></div>"), id="rows without a link"),
        pytest.param(
            ("<section>{}</section>", "<article><h3><a href=x>{h}</a></h3><i>{t}</i></article>"), id="title first"
        ),
        pytest.param(("<div>{}</div>", "<a href=x><time>{t}</time><span>{h}</span></a>"), id="links are the rows"),
        pytest.param(("<table>{}</table>", "<tr><td>{t}<td><a href=x>{h}</a>"), id="table"),
        pytest.param(("<div>{}</div>", "<div>{t}</div><div><a href=x>{h}</a></div>"), id="pairs of div"),
        pytest.param(("<div>{}</div>", "<div><a href=x>{h}</a></div><div>{t}</div>"), id="pairs, title first"),
        pytest.param(("<p>{}</p>", "{t} <a href=x>{h}</a><br>"), id="lines"),
        pytest.param(("<ul>{}</ul>", "<li>{t} – {h}</li>"), id="time and title in one text"),
        pytest.param(("<ul>{}</ul>", "<li><a href=x>{h}</a> ({t})</li>"), id="time behind, in brackets"),
        pytest.param(("<ul>{}</ul>", "<li hidden><em>{t}</em><a>{h}</a></li>"), id="hidden, links without address"),
        pytest.param(("{}", "<li><div><div>{t}</div></div><div><div><a href=x>{h}</a></div></div></li>"), id="no list"),
        pytest.param(
            (
                "<div>{}</div>",
                "<div><a href=c>رياضة</a><i>{t}</i><a href=x>{h}</a><a href=x>المزيد من التفاصيل هنا</a></div>",
            ),
            id="category and read more",
        ),
        pytest.param(
            ("<ul>{}</ul>", "<li><i>{t}</i><h3><a href=x>{h}</a></h3><p>" + "نص طويل يتبع العنوان " * 9 + "</p></li>"),
            id="longer text follows",
        ),
    ],
)
def test_rows_are_found_in_any_shape(shape: tuple[str, str]) -> None:
    around, row = shape
    block = around.format("\n".join(row.format(t=printed, h=title) for printed, title in NEWS))
    found = parse(page(f"<body><p>مقدمة</p><h2>عاجل</h2>{block}<p>تذييل الصفحة</p>"), source("عاجل"))
    assert said(found) == NEWS


def test_the_article_above_and_the_lists_beside_are_left_alone() -> None:
    other = items([("11:1" + str(n), f"الفريق الأول يفوز خارج أرضه {n}") for n in range(5)])
    text = f"<article>نص عند 14:50</article><h2>الأكثر قراءة</h2>{other}<h2>عاجل</h2>{items()}<h2>رياضة</h2>{other}"
    assert said(parse(page(text), source("عاجل"))) == NEWS


def test_words_in_inline_tags_are_neither_glued_nor_parted() -> None:
    rows = [(f"14:0{9 - n}", f"<b>عا</b>جل: <i>وزير</i> المال<br>يستقيل {n}") for n in range(4)]
    assert [line.title for line in parse(page(items(rows)), source())] == [
        f"عاجل: وزير المال يستقيل {n}" for n in range(4)
    ]


@pytest.mark.parametrize(
    ("printed_title", "title"),
    [
        ("خبر\u0001 مع\u0008 حروف تحكم", "خبر مع حروف تحكم"),
        ("نص &lt;script&gt;alert(1)&lt;/script&gt; مكتوب", "نص <script>alert(1)</script> مكتوب"),
        ("نهاية ]]> في الوسط", "نهاية ]]> في الوسط"),
        ("حرف ناقص \ud800 في النص", "حرف ناقص ? في النص"),
        ("خبر 👨‍👩‍👧 مع رموز 🔴", "خبر 👨‍👩‍👧 مع رموز 🔴"),
        ("كلمة طويلة جداً " + "ط" * 5000, "كلمة طويلة جداً " + "ط" * 5000),
    ],
)
def test_a_strange_headline_survives_cleaned(printed_title: str, title: str) -> None:
    found = parse(page(f"<h2>عاجل</h2>{items([('15:00', printed_title), *NEWS])}"), source("عاجل"))
    assert said(found) == [("15:00", title), *NEWS]


def test_a_row_without_a_headline_is_left_out() -> None:
    rows = [("15:00", "\u200f"), *NEWS]
    assert said(parse(page(f"<h2>عاجل</h2>{items(rows)}"), source("عاجل"))) == NEWS


def test_a_row_whose_headline_stands_elsewhere_is_one_though_the_others_have_a_linked_label_too() -> None:
    label = '<a href="/sport">Sport</a>'
    usual = "".join(f'<li><b>14:5{9 - at}</b>{label}<a href="/{at}">{CLEAN[at]}</a></li>' for at in range(5))
    odd = f'<li><b>14:50</b><div class="wide"><a href="/9">{CLEAN[5]}</a></div></li>'
    found = parse(page(f"<h2>Latest</h2><ul>{usual}{odd}</ul>"), source("Latest"))
    assert [line.title for line in found] == CLEAN[:6]


def test_a_headline_that_stands_at_two_times_is_two_rows() -> None:
    rows = [("22:27", NEWS[0][1]), ("22:13", NEWS[0][1]), *NEWS[1:4]]
    assert said(parse(page(f"<h2>عاجل</h2>{items(rows)}"), source("عاجل"))) == rows


def test_an_older_row_has_its_clock_and_its_day() -> None:
    rows = [*NEWS, ("أمس، 21:15", "مهرجان السينما يمدد عروضه")]
    found = parse(page(f"<h2>عاجل</h2>{items(rows)}"), source("عاجل"))
    assert said(found) == rows
    assert [(line.clock, line.day) for line in found][-2:] == [(time(23, 40), None), (time(21, 15), Day(back=1))]


def test_a_clock_with_its_date_beside_it_is_not_taken_for_today() -> None:
    dated = "".join(f"<li><i>{t}</i> <i>26.10.2014</i> <a href=x>{h}</a></li>" for t, h in NEWS)
    found = parse(page(f"<h2>عاجل</h2><ul>{dated}</ul>"), source("عاجل"))
    assert said(found) == NEWS
    assert {line.day for line in found} == {Day(year=2014, month=10, day=26)}


def test_a_clock_with_a_date_beside_it_that_nobody_can_tell_is_unreadable() -> None:
    dated = "".join(f"<li><i>{t}</i> <i>8 srp</i> <a href=x>{h}</a></li>" for t, h in NEWS)
    assert cause(f"<h2>عاجل</h2><ul>{dated}</ul>", "عاجل") == "times-unreadable"


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("/a?b=1", "https://news.example/a?b=1"),
        ("a b", "https://news.example/front/a%20b"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("../a", "https://news.example/a"),
        ("http://other.example/", "http://other.example/"),
        ("#top", None),
        ("", None),
        ("javascript:go()", None),
        ("mailto:desk@news.example", None),
        ("http://[broken", None),
    ],
)
def test_a_link_is_absolute_or_none(href: str, link: str | None) -> None:
    text = "".join(f'<li>{t} <a href="{href}">{h}</a></li>' for t, h in NEWS)
    assert {line.link for line in parse(page(f"<h2>عاجل</h2><ul>{text}</ul>"), source("عاجل"))} == {link}


# The heading


@pytest.mark.parametrize(
    "printed",
    [
        "عاجل 24/7",
        " عاجل\n\t24/7 ",
        "عاجل24/7",
        "<span>عاجل</span> <b>24/7</b>",
        "<span>عا</span><span>جل 24</span>/7",
        "عـــاجل ٢٤/٧",
        "عاجِلْ 24/7",
        "● عاجل 24/7:",
    ],
)
def test_a_heading_is_found_however_it_is_spelled(printed: str) -> None:
    text = f"<nav><a>الرئيسية</a></nav><div>{printed}</div>{items()}"
    assert said(parse(page(text), source("عاجل 24/7"))) == NEWS


@pytest.mark.parametrize("sign", ["|", "»", "+++", "*", "–", "//"])
def test_a_sign_in_an_element_of_its_own_before_a_heading_does_not_hide_it(sign: str) -> None:
    text = f"<h2><i>{sign}</i><span>عاجل</span> <b>24/7</b></h2>{items()}"
    assert said(parse(page(text), source("عاجل 24/7"))) == NEWS


def test_a_heading_of_signs_is_found() -> None:
    assert said(parse(page(f"<h2>!!!</h2>{items()}"), source("!!!"))) == NEWS


def test_a_heading_as_a_whole_goes_before_one_that_only_begins_so() -> None:
    other = [("11:1" + str(n), f"الدولار يستقر أمام العملات {n}") for n in range(5)]
    text = f"<h2>عاجل اقتصاد</h2>{items(other)}<h2>عاجل</h2>{items()}"
    assert said(parse(page(text), source("عاجل"))) == NEWS
    assert said(parse(page(text), source("عاجل اقتصاد"))) == other
    assert cause(text, "عاجل رياضة") == "heading-absent"
    assert cause(text, "عاج") == "heading-absent"


def test_a_heading_that_also_stands_in_the_menu_is_taken_where_the_list_follows() -> None:
    menu = "<nav><a>عاجل</a><a>رياضة</a></nav>" + "<p>فقرة من المقال الطويل</p>" * 60
    assert said(parse(page(f"{menu}<h3>عاجل</h3>{items()}<footer>عاجل</footer>"), source("عاجل"))) == NEWS


def test_an_absent_heading_gives_nothing_though_a_list_is_there() -> None:
    assert cause(f"<h2>آخر الأخبار</h2>{items()}", "عاجل") == "heading-absent"


@pytest.mark.parametrize(
    "hole", ["<ul></ul>", "<div> </div>", items(NEWS[:1]), items(NEWS[:3])], ids=["ul", "div", "one row", "three rows"]
)
def test_an_emptied_list_is_said_to_be_empty_and_the_next_one_is_not_taken(hole: str) -> None:
    below = f"<section><h2>الأكثر قراءة</h2>{items()}</section>"
    assert cause(f"<section><h2>عاجل</h2>{hole}</section>{below}", "عاجل") == "block-empty"
    assert cause(f"<h2>عاجل</h2>{hole}<h2>الأكثر قراءة</h2>{items()}", "عاجل") == "block-empty"


def test_a_lesser_heading_between_does_not_hide_the_list() -> None:
    lead = "<article><h3><a href=x>تحقيق طويل عن مياه المدينة</a></h3></article>"
    assert said(parse(page(f"<h2>عاجل</h2><div>{lead}<h4>اليوم</h4>{items()}</div>"), source("عاجل"))) == NEWS


def test_a_heading_far_above_any_list_holds_no_block() -> None:
    assert cause(f"<nav>عاجل</nav>{'<p>فقرة من المقال</p>' * 60}{items()}", "عاجل") == "block-absent"
    assert cause("<h2>عاجل</h2><p>لا شيء هنا بعد الآن</p>", "عاجل") == "block-absent"


@pytest.mark.parametrize("today", [1, 2, 3])
def test_a_list_in_parts_of_a_day_is_one_list_though_today_has_few_rows(today: int) -> None:
    days = f"<h4>اليوم</h4>{items(NEWS[:today])}<h4>أمس</h4>{items(NEWS[today:])}"
    assert said(parse(page(f"<h2>عاجل</h2><div>{days}</div>"), source("عاجل"))) == NEWS


def test_times_that_say_how_long_ago_are_read() -> None:
    rows = [(f"منذ {n} دقائق", title) for n, (_, title) in enumerate(NEWS, 3)]
    found = parse(page(f"<h2>عاجل</h2>{items(rows)}"), source("عاجل"))
    assert said(found) == rows
    minute = timedelta(minutes=1)
    assert [line.ago for line in found] == [Ago(n * minute, minute) for n in range(3, 8)]


def test_times_that_say_nothing_are_unreadable_and_still_shown() -> None:
    rows = [(f"8 srp 14:{n}7", title) for n, (_, title) in enumerate(NEWS)]
    text = f"<h2>عاجل</h2>{items(rows)}"
    assert cause(text, "عاجل") == "times-unreadable"
    seen = inspect(page(text), heading="عاجل")
    assert said(seen.blocks[0].headlines) == rows
    assert seen.problem is not None
    assert seen.problem.cause == "times-unreadable"


def test_a_nearer_heading_keeps_its_list_from_one_further_above() -> None:
    read = "".join(f"<p>قصة طويلة يقرأها الناس كثيراً هذه الأيام {n}</p>" for n in range(3))
    for near in ("<div>عاجل</div>", "<h4>عاجل</h4>", "<b>عاجل</b>"):
        text = f"<div>الأكثر قراءة</div>{read}{near}{items()}"
        assert said(parse(page(text), source("عاجل"))) == NEWS
        with pytest.raises(ParseError, match="stands under another one, “عاجل”") as caught:
            parse(page(text), source("الأكثر قراءة"))
        assert caught.value.cause == "block-absent"


def test_tabs_and_the_day_between_a_heading_and_its_list_are_no_nearer_heading() -> None:
    between = "<p>تُحدَّث هذه القائمة على مدار الساعة طوال الأسبوع</p><div>الاثنين 10 آذار 2025</div>"
    assert said(parse(page(f"<h2>عاجل</h2>{between}{items()}"), source("عاجل"))) == NEWS
    tabs = "<span>الكل</span><span>سياسة</span><span>رياضة</span>"
    assert said(parse(page(f"<h2>عاجل</h2><div>{tabs}</div>{items()}"), source("عاجل"))) == NEWS


@pytest.mark.parametrize(
    "day",
    [
        *("الاثنين 10 آذار 2025", "10 مارس", "Monday, 10 March 2025", "March 10", "10.03.2025", "10/3/2025"),
        *("lundi 10 mars", "понедельник, 10 марта", "2025年3月10日", "١٠ آذار ٢٠٢٥"),
    ],
)
def test_the_day_is_never_offered_as_a_heading(day: str) -> None:
    assert inspect(page(f"<h2>عاجل</h2><h3>{day}</h3>{items()}")).blocks[0].heading == "عاجل"
    assert inspect(page(f"<h3>{day}</h3>{items()}")).blocks[0].heading is None
    lines = "".join(f"\n{printed}\n{title}" for printed, title in NEWS)
    assert inspect(plain(f"عاجل\n{day}{lines}")).blocks[0].heading == "عاجل"


# Without a heading


def test_the_list_that_falls_is_guessed_before_the_one_that_does_not() -> None:
    popular = [
        ("09:10", "عشر وصفات للصيف"),
        ("17:40", "حكاية بيت قديم في الحي"),
        ("08:05", "مقابلة مع بطلة السباحة"),
        ("21:00", "صور من الأرشيف النادر"),
    ]
    seen = inspect(page(f"<h3>قراءات</h3>{items(popular)}<h3>عاجل</h3>{items()}"))
    assert said(seen.blocks[0].headlines) == NEWS
    assert seen.blocks[0].heading == "عاجل"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("<p>مقال نشر عند 14:53 في الصفحة الأولى</p>" * 5, id="an article"),
        pytest.param(
            items([("05:10", "بيروت"), ("05:12", "صيدا"), ("05:08", "طرابلس"), ("05:02", "زحلة")]), id="prayer times"
        ),
        pytest.param(
            items([(f"{h:02}:00", f"برنامج المساء مع ضيوف الحلقة {h}") for h in range(8, 20)]), id="a TV guide"
        ),
        pytest.param(
            items([("10:00", "19:30"), ("09:00", "20:00"), ("10:00", "18:00"), ("11:00", "14:00")]), id="hours"
        ),
        pytest.param(items([(t, "شاهد الفيديو كاملاً على الموقع") for t, _ in NEWS]), id="one text in all rows"),
    ],
)
def test_what_is_no_news_is_not_guessed(text: str) -> None:
    assert inspect(page(text)).blocks == ()
    assert cause(text) == "block-absent"


def test_a_saved_page_of_relative_links_is_news_though_its_address_is_not_known() -> None:
    rows = [(t, title[:20].strip()) for t, title in NEWS]
    found = parse(page(items(rows), url=""), source())
    assert said(found) == rows
    assert {line.link for line in found} == {None}
    with_base = f"<head><base href=https://news.example/></head>{items(rows)}"
    assert parse(page(with_base, url=""), source())[0].link == "https://news.example/n/0"


# Selectors


def test_selectors_choose_what_shape_would_not() -> None:
    text = f"<div class=l>{items(NEWS[:2])}</div><h2>عاجل</h2>{items()}"
    found = parse(page(text), source(heading=None, selectors=Selectors(".l")))
    assert said(found) == NEWS[:2]


def test_selectors_for_rows_times_headlines_and_links() -> None:
    text = "".join(
        f"<p class=r><b>{t}</b> <u>at {t}</u><s>{h}</s><q>Not this, though it is much longer</q><a href=/{n}>+</a></p>"
        for n, (t, h) in enumerate(NEWS[:3])
    )
    chosen = Selectors("p.r", time="b", headline="s", link="a")
    assert parse(page(text), source(selectors=chosen)) == [
        Headline(t, time.fromisoformat(t), h, f"https://news.example/{n}") for n, (t, h) in enumerate(NEWS[:3])
    ]


def test_selectors_that_find_nothing_say_so() -> None:
    assert cause(items(), selectors=Selectors(".gone")) == "block-absent"
    assert cause("<ul class=l></ul>", selectors=Selectors(".l")) == "block-empty"
    assert cause("<ul class=l><li>نص بلا وقت</li></ul>", selectors=Selectors(".l")) == "times-unreadable"
    assert cause(items(), selectors=Selectors("ul", headline=".gone", time=".gone")) == "times-unreadable"


def test_a_selector_is_checked_before_it_is_used() -> None:
    assert check_selector("div.a > li:nth-child(2)") is None
    assert check_selector("div[") is not None
    assert check_selector("  ") is not None


# Plain text

LINES = "\n".join(["مقال طويل عن المدينة", "الأكثر قراءة", "-", "خبر أول", "-", "خبر ثان", "عاجل 24/7"])


def test_plain_text_alternates_time_and_headline() -> None:
    text = LINES + "".join(f"\n-\n{printed}\n{title}" for printed, title in NEWS)
    assert said(parse(plain(text), source("عاجل 24/7"))) == NEWS
    assert said(parse(plain(text), source())) == NEWS


def test_plain_text_with_time_and_headline_on_one_line() -> None:
    text = LINES + "".join(f"\n{printed} - {title}" for printed, title in NEWS)
    assert said(parse(plain(text), source("عاجل 24/7"))) == NEWS


def test_plain_text_without_the_list_says_so() -> None:
    for heading, why in (("عاجل 24/7", "block-absent"), ("رياضة", "heading-absent"), (None, "block-absent")):
        with pytest.raises(ParseError) as caught:
            parse(plain(LINES), source(heading))
        assert caught.value.cause == why


def test_plain_text_names_the_line_above_its_list_and_no_other() -> None:
    story = "\n-\n".join(f"قصة طويلة يقرأها الناس كثيراً هذه الأيام {n}" for n in range(3))
    text = f"الأكثر قراءة\n-\n{story}\nعاجل 24/7" + "".join(f"\n-\n{printed}\n{title}" for printed, title in NEWS)
    assert inspect(plain(text)).blocks[0].heading == "عاجل 24/7"
    with pytest.raises(ParseError, match="stands under another one, “عاجل 24/7”"):
        parse(plain(text), source("الأكثر قراءة"))


# Headlines that mention a time, a day or a number, or are nothing but one

MENTIONS = [
    "النفط ينخفض 2% إلى 75.10 دولاراً للبرميل",
    "انطلاق المباراة النهائية 20:00",
    "إقفال المرفأ القديم 18:00",
    "Press conference at the hall 12:00",
    "Sirens in the north at 04:30",
    "قبل 10 دقائق غارة على الطريق الساحلي",
]
ODD = [
    *("انطلاق المباراة 20:00", "إقفال المرفأ 18:00", "نشرة أخبار 20:00", "Press conference 12:00", "Sirens at 04:30"),
    *("5 minutes ago blast", "قبل 10 دقائق غارة", "14:54 غارة جديدة", "(14:54) غارة جديدة", "14:54 - غارة", "10 AM"),
    *(
        "1/1/2026",
        "26.10.2014",
        "24/7",
        "20:00",
        "18.30",
        "75.10",
        "2:1",
        "89:500",
        "7 أكتوبر",
        "زلزال 5.3",
        "Live at 9",
    ),
    *("⚠️", "😀", "!!!", "؟", "5", "الساعة 14:30", "منذ 5 دقائق: انفجار", "بدء الجلسة 10:30", "9h", "في 12/10"),
]
CLEAN = [f"خبر سليم طويل عن حركة السير في الشارع رقم {n}" for n in range(6)]
ROWS = {
    "li, span and p": ("<ul>{}</ul>", "<li><span>{t}</span><p>{h}</p></li>"),
    "li, b and text": ("<ul>{}</ul>", "<li><b>{t}</b> {h}</li>"),
    "spans in a link": ("<ul>{}</ul>", '<li><a href="/{n}"><span>{t}</span><span>{h}</span></a></li>'),
    "title first": ("<div>{}</div>", '<article><h4><a href="/{n}">{h}</a></h4><i>{t}</i></article>'),
    "pairs of div": ("<div>{}</div>", "<div>{t}</div><div>{h}</div>"),
    "pairs with a class": ("<div>{}</div>", "<div class=t>{t}</div><div class=h>{h}</div>"),
    "pairs, title first": ("<div>{}</div>", '<div><a href="/{n}">{h}</a></div><div>{t}</div>'),
    "table": ("<table>{}</table>", '<tr><td>{t}<td><a href="/{n}">{h}</a>'),
    "table of words": ("<table>{}</table>", "<tr><td>{t}<td>{h}"),
    "dl": ("<dl>{}</dl>", "<dt>{t}</dt><dd>{h}</dd>"),
    "lines": ("<p>{}</p>", '{t} <a href="/{n}">{h}</a><br>'),
    "lines of words": ("<p>{}</p>", "{t}<br>{h}<br>"),
    "in one text": ("<ul>{}</ul>", "<li>{t} – {h}</li>"),
    "text, ruled": ("{}", "-\n{t}\n{h}\n"),
    "text": ("{}", "{t}\n{h}\n"),
    "text, title first": ("{}", "{h}\n{t}\n"),
    "text, in one line": ("{}", "{t} - {h}\n"),
}


def clocked(titles: Sequence[str]) -> list[tuple[str | None, str]]:
    return [(f"14:{50 - n}", title) for n, title in enumerate(titles)]


def laid_out(name: str, titles: Sequence[str]) -> Page:
    around, row = ROWS[name]
    block = around.format("".join(row.format(t=t, h=h, n=n) for n, (t, h) in enumerate(clocked(titles))))
    return plain(f"عاجل\n{block}") if name.startswith("text") else page(f"<h3>عاجل</h3>{block}")


@pytest.mark.parametrize("count", [4, 6])
@pytest.mark.parametrize("heading", ["عاجل", None], ids=["heading", "no heading"])
@pytest.mark.parametrize("name", ROWS)
def test_headlines_that_mention_times_are_rows_like_any(name: str, heading: str | None, count: int) -> None:
    for mask in product((False, True), repeat=count):
        titles = [odd if chosen else clean for odd, clean, chosen in zip(MENTIONS, CLEAN, mask, strict=False)]
        assert said(parse(laid_out(name, titles), source(heading))) == clocked(titles)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ROWS)
def test_a_headline_that_is_nearly_a_time_stays_with_its_row(name: str, odd: str) -> None:
    for at in range(6):
        titles = [*CLEAN[:at], odd, *CLEAN[at:5]]
        assert said(parse(laid_out(name, titles), source("عاجل"))) == clocked(titles)


@pytest.mark.parametrize("block", ["ul", "li"])
@pytest.mark.parametrize("name", ["li, span and p", "spans in a link", "li, b and text"])
def test_selectors_read_headlines_that_mention_times(name: str, block: str) -> None:
    for mask in product((False, True), repeat=6):
        titles = [odd if chosen else clean for odd, clean, chosen in zip(MENTIONS, CLEAN, mask, strict=True)]
        found = parse(laid_out(name, titles), source(selectors=Selectors(block)))
        assert said(found) == clocked(titles)


@example("text, in one line", ["1/1/2026"] * 3, list(range(6)))
@given(
    st.sampled_from(sorted(ROWS)),
    st.lists(st.sampled_from([*ODD, *MENTIONS]) | st.from_regex(r"[\w:. /]{0,20}[^\W_]", fullmatch=True), max_size=3),
    st.permutations(range(6)),
)
@settings(deadline=None)
def test_any_headline_in_any_row_comes_back_with_its_own_time(name: str, odd: list[str], order: list[int]) -> None:
    titles = [*odd, *CLEAN][:6]
    titles = [" ".join(titles[at].split()) for at in order]
    assert said(parse(laid_out(name, titles), source("عاجل"))) == clocked([display(title) for title in titles])


@pytest.mark.parametrize(
    ("around", "row"),
    [
        pytest.param("<ul>{}</ul>", "<li><b>{t}</b><i>أخبار رياضية</i><p>{h}</p></li>", id="a category in every row"),
        pytest.param("<ul>{}</ul>", "<li><b>{t}</b><time>{n} minutes ago</time><p>{h}</p></li>", id="how long ago too"),
        pytest.param("<div>{}</div>", "<div class={c}>{t}</div><div class={c}>{h}</div>", id="classes alternate"),
        pytest.param("<div>{}</div>", "<div>{t}</div><div>رياضة</div><div>{h} في الملعب البلدي</div>", id="in threes"),
    ],
)
@pytest.mark.parametrize("match", ["انطلاق المباراة 2{n}:00", "2{n}:00", "منذ {n} دقائق: انفجار"])
@pytest.mark.parametrize("odd", [1, 3])
def test_headlines_that_look_like_times_are_not_taken_for_a_column_of_times(
    around: str, row: str, match: str, odd: int
) -> None:
    titles = [match.format(n=n) if n < odd else clean for n, clean in enumerate(CLEAN)]
    text = "".join(row.format(t=t, h=h, n=n + 1, c=("odd", "even")[n % 2]) for n, (t, h) in enumerate(clocked(titles)))
    found = parse(page(f"<h3>عاجل</h3>{around.format(text)}"), source("عاجل"))
    tail = " في الملعب البلدي" if "البلدي" in row else ""
    assert said(found) == clocked([title + tail for title in titles])


def test_an_older_row_with_its_day_beside_the_clock_is_not_taken_for_today() -> None:
    rows = "".join(
        f"<li><b>{t}</b>{'<i>1/1/2026</i>' if n > 3 else ''}<p>{h}</p></li>" for n, (t, h) in enumerate(clocked(CLEAN))
    )
    found = parse(page(f"<h3>عاجل</h3><ul>{rows}</ul>"), source("عاجل"))
    assert said(found) == clocked(CLEAN)
    assert [line.day for line in found] == [None] * 4 + [Day(year=2026, month=1, day=1)] * 2


@pytest.mark.parametrize("today", [1, 2, 3])
def test_a_list_in_parts_keeps_headlines_that_mention_times(today: int) -> None:
    rows = [f"<li><b>{t}</b><p>{h}</p></li>" for t, h in clocked(MENTIONS)]
    days = f"<h4>اليوم</h4><ul>{''.join(rows[:today])}</ul><h4>أمس</h4><ul>{''.join(rows[today:])}</ul>"
    assert said(parse(page(f"<h2>عاجل</h2><div>{days}</div>"), source("عاجل"))) == clocked(MENTIONS)


# Hostile pages


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("<div>" * 100_000, id="div"),
        pytest.param("<DIV><span>" * 50_000 + "</span></DIV>" * 50_000, id="closed again"),
        pytest.param("<ul><li>" * 20_000, id="lists"),
        pytest.param("<div></b>" * 50_000, id="closed by another"),
        pytest.param("<b><div></b>" * 50_000, id="formatting closed inside out"),
        pytest.param("<div><table><tr><td></div>" * 20_000, id="closed across a table"),
        pytest.param("".join(f"<font size={n}>" for n in range(20_000)), id="font"),
        pytest.param("<select>" + "<option>a" * 20_000, id="option"),
        pytest.param("<a " + " ".join(f"b{n}" for n in range(50_000)) + ">", id="attributes"),
    ],
)
def test_nesting_beyond_reason_is_refused_before_it_is_parsed(hostile: str) -> None:
    with pytest.raises(ParseError, match="not read") as caught:
        parse(page(hostile + f"<h2>عاجل</h2>{items()}"), source("عاجل"))
    assert caught.value.cause == "block-absent"


def test_a_list_nested_deeper_than_browsers_go_is_refused() -> None:
    with pytest.raises(ParseError, match="deeper than 512"):
        parse(page("<div>" * 600 + f"<h2>عاجل</h2>{items()}"), source("عاجل"))


def test_a_sloppy_page_of_many_unclosed_tags_is_read() -> None:
    sloppy = (
        "<p>فقرة<br><img src=a>" * 3000
        + "<table>"
        + "<tr><td>أ<td>ب" * 900
        + "</table>"
        + "<ul>"
        + "<li>ج" * 900
        + "</ul>"
    )
    assert said(parse(page(f"{sloppy}<h2>عاجل</h2>{items()}"), source("عاجل"))) == NEWS


WORDS = [
    "<div>",
    "</div>",
    "<ul>",
    "<li>",
    "</li>",
    "<a href='",
    "'>",
    "14:53",
    "عاجل",
    "<br>",
    "<b>",
    "</b>",
    "\x00",
    "\ud800",
]


@given(st.text(), st.sampled_from(["html", "plain"]), st.sampled_from([None, "عاجل", "", "|"]))
def test_any_text_gives_rows_or_a_parse_error(text: str, kind: str, heading: str | None) -> None:
    given_page = page(text) if kind == "html" else plain(text)
    seen = inspect(given_page, heading=heading)
    if seen.problem is None:
        assert parse(given_page, source(heading)) == list(seen.blocks[0].headlines)
    else:
        assert seen.problem.detail


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=120), st.sampled_from([None, "عاجل"]))
@settings(max_examples=200)
def test_any_tag_soup_gives_rows_or_a_parse_error(soup: list[str], heading: str | None) -> None:
    assert inspect(page("".join(soup)), heading=heading) is not None


@given(st.sampled_from(SAVED), st.integers(0), st.sampled_from([None, "Latest news", Selectors("li", headline="a")]))
@settings(max_examples=200, deadline=None)
def test_a_mutilated_page_gives_rows_or_a_parse_error(name: str, seed: int, how: str | Selectors | None) -> None:
    chance = random.Random(seed)
    text = (PAGES / f"{name}.html").read_text("utf-8")
    for _ in range(chance.randrange(1, 30)):
        at, size = chance.randrange(len(text) + 1), chance.randrange(40)
        text = text[:at] + chance.choice(["", "<", ">", "<div>", "</ul>", text[:size], "\x00"]) + text[at + size :]
    chosen = how if isinstance(how, Selectors) else None
    seen = inspect(page(text), heading=how if isinstance(how, str) else None, selectors=chosen)
    assert all(line.title for block in seen.blocks for line in block.headlines)
    assert seen.blocks or seen.problem
