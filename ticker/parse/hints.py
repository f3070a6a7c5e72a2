"""What words say of a list: those of its heading, and the names of its elements. They tip the balance, no more.

For guesses only: under a configured heading nothing here is asked. Of 76 real tickers 46 have a telling class name and
62 a heading (research/real-pages); a list that looks the same and is none is mostly one of the most read.
"""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from ticker.text import key

_TOKENS = re.compile(r"[A-Z]?[a-z]{2,}")
_NEAREST = 2  # texts above a list that may say it is of the other kind
_LEVELS = 4  # elements above a row whose names are looked at

# English, French, German, Spanish, Portuguese, Italian, Arabic, Persian, Hebrew, Turkish, Russian, Ukrainian, Polish,
# Czech, Serbian, Hungarian, Romanian, Greek, Swedish, Norwegian, Danish, Finnish, Dutch, Chinese, Japanese, Korean,
# Indonesian, Vietnamese, Thai, Hindi, Bengali: what stands above lists of the latest news …
_LATEST = """
latest|breaking|just in|newswire|news ticker|live news|newest|dernières|en continu|fil info|minute par minute
neueste|newsticker|eilmeldung|última hora|últimas|ao minuto|plantão|ultime|ultim'ora|ultimora|آخر الأخبار|أحدث
عاجل|شريط الأخبار|على مدار الساعة|لحظة بلحظة|مستجدات|آخرین|تازه|فوری|לחדשות|מבזק|עדכונים|son dakika|son haberler
последние|лента новостей|хроника|новости дня|останні|стрічка|najnowsze|z ostatniej|nejnovější|najnovije|friss
ultima oră|flux de|τελευταία|ροή ειδήσεων|senaste|siste|seneste|uusimmat|tuoreimmat|laatste|net binnen|最新|即時
快訊|快讯|滚动|速報|新着|속보|최신|실시간|terbaru|terkini|mới nhất|tin mới|ล่าสุด|ताज़ा|সর্বশেষ
"""
# … and above those that only look like it.
_OTHER = """
most read|most viewed|most popular|most shared|popular|trending|related|recommended|you may|read also|see also
comments|forum|schedule|tv guide|fixtures|weather|les plus lus|plus lus|à lire aussi|sur le même sujet
commentaires|meistgelesen|mehr zum thema|kommentare|beliebt|más leíd|más vist|relacionad|comentarios|mais lid
mais vist|comentários|più lett|piu lett|correlati|commenti|الأكثر|اقرأ أيضا|ذات صلة|مواضيع مشابهة|قد يعجبك
التعليقات|تعليقات|مواقيت|پربازدید|پربیننده|پربحث|مرتبط|نظرات|הנקראות|הנצפות|תגובות|קשורות|en çok|çok okunan
ilgili|yorumlar|популярн|читаемое|читають|комментарии|коментарі|похожие|популярне|najczęściej|najpopularniejsze
popularne|komentarze|nejčtenější|komentáře|najčitanije|komentari|legolvasott|olvasottak|cele mai citite
comentarii|δημοφιλή|διαβασμένα|σχόλια|mest läst|mest lest|mest læst|luetuimmat|meest gelezen|reacties|热门|熱門
排行|点击|點閱|相关|相關|评论|人気|ランキング|関連|コメント|많이 본|인기|관련|댓글|terpopuler|populer|terkait
komentar|đọc nhiều|liên quan|bình luận|ยอดนิยม|เกี่ยวข้อง|लोकप्रिय|संबंधित
"""

_COMMENTS = """
comments|commentaires|kommentare|comentarios|comentários|commenti|التعليقات|تعليقات|آراء القراء|نظرات|תגובות|yorumlar
комментарии|коментарі|komentarze|komentáře|komentari|comentarii|σχόλια|kommentarer|reacties|评论|評論|コメント|댓글|komentar
bình luận|प्रतिक्रिया
"""

_ADVERT = """
ad|ads|advert|advertisement|sponsored|promo|publicité|pub|anzeige|werbung|publicidad|publicidade|anuncio|pubblicità|إعلان|إعلانات
آگهی|تبلیغات|פרסומת|reklam|реклама|reklama|hirdetés|publicitate|διαφήμιση|annons|annonse|annonce|mainos|advertentie|广告|廣告|広告
광고|iklan|quảng cáo|โฆษณา|विज्ञापन
"""

# Parts of class names and ids, likewise; and of those that are no news at all.
_LATEST_NAMES = frozenset((
    "latest", "last", "breaking", "live", "ticker", "newsfeed", "feed", "flash", "urgent", "timeline", "stream", "wire",
    "newswire", "lenta", "rolling", "recent",
))  # fmt: skip
_OTHER_NAMES = frozenset((
    "popular", "most", "mostread", "trending", "related", "recommended", "recommend", "viewed", "similar", "playlist",
))  # fmt: skip
_NO_NEWS_NAMES = frozenset((
    "comment", "comments", "commentlist", "reply", "replies", "forum", "forums", "prayer", "prayers", "weather", "job",
    "jobs", "classified", "classifieds", "auction", "auctions", "schedule", "epg", "tvguide", "fixture", "fixtures",
    "timetable",
))  # fmt: skip


def _alternatives(words: str) -> re.Pattern[str]:
    each = (key(word) for line in words.strip().splitlines() for word in line.split("|"))
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}" if word[0].isalpha() else re.escape(word) for word in each))


_ADVERT_WORDS = _alternatives(_ADVERT)
_COMMENTS_WORDS = _alternatives(_COMMENTS)
_LATEST_WORDS, _OTHER_WORDS = _alternatives(_LATEST), _alternatives(_OTHER)


def of_heading(texts: Iterable[str]) -> float:
    """How much likelier, or less likely, a list is the latest news for what stands above it: a factor."""
    above = [key(text) for text in texts]
    latest, other = any(map(_LATEST_WORDS.search, above)), any(map(_OTHER_WORDS.search, above[:_NEAREST]))
    if latest and other:  # tabs, or a list of the other kind further above
        return 0.5 if _OTHER_WORDS.search(above[0]) else 1.5
    return 0.25 if other else 1.5 if latest else 1.0


def is_advert(text: str) -> bool:
    """Whether a text between rows says that an advert stands there."""
    return _ADVERT_WORDS.match(key(text)) is not None


def are_comments(texts: Iterable[str]) -> bool:
    """Whether what stands above a list says that readers wrote it."""
    return any(_COMMENTS_WORDS.search(key(text)) for text in texts)


def of_names(row: LexborNode) -> float:
    """The same for the class names and ids of its row and what is above; 0 for what is no news at all."""
    names: set[str] = set()
    at: LexborNode | None = row
    for _ in range(_LEVELS):
        if at is None or at.tag in ("body", "html"):
            break
        attributes = at.attributes
        for name in (attributes.get("class"), attributes.get("id")):
            names.update(token.lower() for token in _TOKENS.findall(name or ""))
        at = at.parent
    if names & _NO_NEWS_NAMES:
        return 0.0
    if names & _OTHER_NAMES:
        return 0.5
    return 1.2 if names & _LATEST_NAMES else 1.0
