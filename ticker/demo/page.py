"""Rows -> the newsroom's page as HTML: a right-to-left article of real weight, with the list below it."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from ticker.demo.frame import SECTIONS, SITE, article, head, related, symbols
from ticker.demo.script import Row

HEADING = "عاجل 24/7"
Layout = Literal["seed", "pairs", "cards"]


def page(
    rows: Sequence[Row],
    *,
    layout: Layout = "seed",
    links: bool = True,
    heading: str = HEADING,
    charset: str = "utf-8",
) -> str:
    """The whole page, 80 to 150 KB; equal rows give an equal page.

    Args:
        layout: the markup of the list: `seed` as items of a list, `pairs` as terms and definitions,
            `cards` as boxes with the headline before its time.
        links: False leaves every row without its link.
        heading: what stands above the list, and in the menu.
        charset: the one the page declares; encoding it is the caller's.
    """
    menu = "".join(f'<a href="/section/{number}">{name}</a>' for number, name in enumerate(SECTIONS))
    return (
        f'<!doctype html>\n<html lang="ar" dir="rtl">\n<head>\n<meta charset="{charset}">\n{head()}\n</head>\n'
        f'<body>\n{symbols()}\n<header><a href="/">{SITE}</a>'
        f'<nav class="nav-1">{menu}<a href="#breaking">{heading}</a></nav></header>\n'
        f'{article()}\n<section class="list-9" id="breaking"><h3 class="tag-3">{heading}</h3>\n'
        f"{_LISTS[layout](rows, links)}\n</section>\n{related()}\n"
        f'<footer class="foot-4"><p>© {SITE} - أخبار متخيلة بالكامل</p></footer>\n</body>\n</html>\n'
    )


def small_page(title: str) -> str:
    """A page of a few lines, for whatever the big page links to."""
    text = escape(title)
    return (
        f'<!doctype html>\n<html lang="ar" dir="rtl">\n<head><meta charset="utf-8">'
        f"<title>{text} | {SITE}</title></head>\n"
        f'<body><h1>{text}</h1>\n<p><a href="/">{SITE}</a></p></body>\n</html>\n'
    )


def _headline(row: Row, links: bool) -> str:
    text = escape(row.text)
    return f'<a href="{escape(row.link)}">{text}</a>' if links and row.link else f"<span>{text}</span>"


def _items(rows: Sequence[Row], links: bool) -> str:
    items = (f'<li><span class="tag-5">{row.time}</span>{_headline(row, links)}</li>' for row in rows)
    return "\n".join(('<ul class="list-12">', *items, "</ul>"))


def _pairs(rows: Sequence[Row], links: bool) -> str:
    pairs = (f"<dt>{row.time}</dt><dd>{_headline(row, links)}</dd>" for row in rows)
    return "\n".join(("<dl>", *pairs, "</dl>"))


def _boxes(rows: Sequence[Row], links: bool) -> str:
    boxes = (
        f'<div class="card-{index + 60}"><h4>{_headline(row, links)}</h4><small><time>{row.time}</time></small></div>'
        for index, row in enumerate(rows)
    )
    return "\n".join(('<div class="grid-8">', *boxes, "</div>"))


_LISTS: dict[str, Callable[[Sequence[Row], bool], str]] = {"seed": _items, "pairs": _pairs, "cards": _boxes}
