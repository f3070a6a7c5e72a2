"""What surrounds the list on the page: an invented article, and the weight that real pages carry."""

import json
from functools import cache
from html import escape
from random import Random

from ticker.demo.phrases import ARTICLE, ARTICLE_TITLE
from ticker.demo.wording import dice, headline

SITE = "صحيفة المنارة"
CARDS = 30
SECTIONS = ("محليات", "اقتصاد", "رياضة", "ثقافة", "علوم", "بلديات", "سفر", "رأي", "صور", "فيديو")

_PROPERTIES = (
    "margin:0 {0}px {1}px", "padding:{1}px {0}px", "color:#{2:06x}", "background-color:#{2:06x}", "border-radius:{0}px",
    "font:700 {0}px/1.6 Tahoma,sans-serif", "max-width:{1}{0}px", "display:flex;gap:{0}px", "inset-inline-start:{1}px",
)  # fmt: skip


@cache
def css() -> str:
    """Some 420 rules, as a theme has them."""
    rng = dice("css")
    rules = [
        f".{rng.choice(('card', 'nav', 'grid', 'hero', 'foot', 'tag', 'ad', 'list'))}-{number}"
        f"{rng.choice(('', ':hover', '>a', ' img', '::after'))}{{{_declarations(rng)}}}"
        for number in range(420)
    ]
    return "\n".join(("body{direction:rtl;font-family:Tahoma,Arial,sans-serif;margin:0 auto;max-width:1180px}", *rules))


def _declarations(rng: Random) -> str:
    chosen = rng.sample(_PROPERTIES, 2)
    return ";".join(rule.format(rng.randrange(2, 40), rng.randrange(1, 24), rng.randrange(1 << 24)) for rule in chosen)


@cache
def symbols() -> str:
    """120 icons as one inline SVG."""
    rng = dice("svg")
    icons = (
        f'<symbol id="i{number}" viewBox="0 0 24 24"><path d="M{_curve(rng)}C{_curve(rng)}S{_curve(rng)}'
        f'L{_curve(rng)}Z"/></symbol>'
        for number in range(120)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" style="display:none" aria-hidden="true">{"".join(icons)}</svg>'


def _curve(rng: Random) -> str:
    return " ".join(f"{rng.uniform(0, 24):.2f}" for _ in range(6))


@cache
def head() -> str:
    """Metadata, JSON-LD and styles; the charset stands before it."""
    about = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": ARTICLE_TITLE,
        "inLanguage": "ar",
        "datePublished": "2025-03-09T06:30:00+02:00",
        "author": {"@type": "Person", "name": "سامية الأقحوان"},
        "publisher": {"@type": "Organization", "name": SITE},
        "articleBody": " ".join(ARTICLE[:3]),
    }
    return (
        f"<title>{ARTICLE_TITLE} | {SITE}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta property="og:title" content="{ARTICLE_TITLE}">\n'
        f'<meta name="description" content="{escape(ARTICLE[0])}">\n'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n'
        f'<script type="application/ld+json">{json.dumps(about, ensure_ascii=False)}</script>\n'
        f"<style>{css()}</style>"
    )


@cache
def article() -> str:
    """The article, and the lists beside it that hold headlines but no times."""
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in ARTICLE)
    return (
        f'<main><article class="hero-1"><h1>{ARTICLE_TITLE}</h1>\n'
        f'<p class="tag-7">سامية الأقحوان · الأحد 9 آذار 2025</p>\n{paragraphs}\n</article>\n'
        f"{_reading('يتم قراءة الآن', range(4))}\n{_reading('الأكثر قراءة', range(2, 7))}</main>"
    )


def _reading(title: str, numbers: range) -> str:
    rows = "\n".join(
        f'<li><a href="/article/{number}">{escape(headline(number, "reading"))}</a></li>' for number in numbers
    )
    return f'<section class="list-{numbers.start + 3}"><h3>{title}</h3>\n<ul>\n{rows}\n</ul></section>'


@cache
def related() -> str:
    """Cards of other articles, the state that a script would read, and that script."""
    cards = "\n".join(_card(number) for number in range(CARDS))
    state = {
        "user": None,
        "flags": {f"feature_{number}": number % 3 == 0 for number in range(60)},
        "related": [{"id": number, "title": headline(number, "related")} for number in range(CARDS)],
    }
    return (
        f'<section class="grid-2"><h3>مواضيع ذات صلة</h3>\n{cards}\n</section>\n'
        f"<script>window.__STATE__={json.dumps(state, ensure_ascii=False)}</script>\n"
        "<script>document.querySelectorAll('.nav-1 a').forEach(a => { a.title = a.text })</script>"
    )


def _card(number: int) -> str:
    title, link = escape(headline(number, "related")), f"/article/{number}"
    section, teaser = number % len(SECTIONS), escape(ARTICLE[number % len(ARTICLE)][:120])
    return (
        f'<div class="card-{number} grid-{number + 40}"><a href="{link}" aria-label="{title}">'
        f'<svg width="64" height="48" role="img"><use href="#i{number * 4}"/></svg></a>'
        f'<div class="tag-{number}"><a href="/section/{section}">{SECTIONS[section]}</a></div>'
        f'<h4><a href="{link}">{title}</a></h4><p>{teaser}…</p></div>'
    )
