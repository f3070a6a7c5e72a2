"""Pair the lines that lead to one page: 72 of 76 real tickers link their lines (research/real-pages)."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ticker import text
from ticker.likeness import like, small
from ticker.model import Headline, Item, Match
from ticker.reconcile.times import CORRECTED, FLOOR, Times, minutes_apart

# What a newsroom adds to count its visitors; the same page without.
_COUNTING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_ga|ref|ref_src|cmpid", re.IGNORECASE
)


@lru_cache(maxsize=4_096)
def canonical(link: str | None) -> str | None:
    """The page that *link* leads to, however it is written; None for the front page of a site: not one story."""
    try:
        parts = urlsplit(link or "")
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in asked if not _COUNTING.fullmatch(name)])
    if not parts.netloc or not (path or query or parts.fragment):
        return None
    return f"{_host(parts)}{path}?{query}#{parts.fragment}"


def _host(parts: SplitResult) -> str:
    return re.sub(r"^(?:www|m|amp)\.", "", parts.netloc.lower())


def same_page(listed: Sequence[Item], seen: Sequence[Headline], times: Times) -> dict[int, Match]:
    """Place -> rows that lead where a listed item leads, where no two lines of either list lead alike.

    The page alone is not enough: the line above a running report gives other news each time. The time must be the
    same, or the words nearly.
    """
    olds, news = [canonical(item.link) for item in listed], [canonical(row.link) for row in seen]
    if _repeats(olds) or _repeats(news):
        return {}
    places = {page: old for old, page in enumerate(olds) if page is not None}
    pairs = [(places[page], new) for new, page in enumerate(news) if page in places]
    was, now = {text.key(item.title) for item in listed}, {text.key(row.title) for row in seen}
    pairs = [
        (old, new)
        for old, new in pairs
        if (before := text.key(listed[old].title)) == (after := text.key(seen[new].title))
        or (before not in now and after not in was)  # words that stand in both lists are two lines
    ]
    return {new: match for old, new in pairs if (match := _match(listed[old], seen[new], new, times)) is not None}


def _match(item: Item, row: Headline, rank: int, times: Times) -> Match | None:
    likeness = 1.0 if text.key(item.title) == text.key(row.title) else like(item.title, row.title)
    if times.agree(rank, item):
        if row.title == item.title:
            return Match(row, rank, "same", item, "same time, words and link")
        if row.clock == item.clock is not None or times.same_minute(rank, item) or likeness >= FLOOR:
            return Match(row, rank, "edited", item, f"same time and link, likeness {likeness:.2f}")
    if row.clock is None or item.clock is None or row.clock == item.clock:
        return None
    if likeness < 1.0 and not (small(item.title, row.title) and minutes_apart(item.clock, row.clock) <= CORRECTED):
        return None
    return Match(row, rank, "corrected", item, f"same link, likeness {likeness:.2f}, {said_otherwise(item, row)}")


def said_otherwise(item: Item, row: Headline) -> str:
    """How the printed time has changed, for a person."""
    return f"time {row.printed} instead of {item.printed}"


def _repeats(pages: Sequence[str | None]) -> bool:
    return any(count > 1 for page, count in Counter(pages).items() if page is not None)


def parted(item: Item, row: Headline) -> bool:
    """Whether both lead to a page, and not to the same one."""
    was, now = canonical(item.link), canonical(row.link)
    return was is not None and now is not None and was != now
