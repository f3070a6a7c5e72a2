"""Phrases that stages say in English, in the words of the visitor: why a wording was taken for the same item, why a
time is uncertain, why the next poll is when it is. A test looks that each phrase of those stages is here.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from ticker.serve.texts import Texts

_ = str  # marks what tools/texts.py hands to translators

OF_WORDINGS = (  # ticker/reconcile
    _("same time; spelling or marks changed"),
    _("same time and link"),
    _("same link, time %(now)s instead of %(was)s"),
    _("edited in place"),
    _("edited and moved, same time"),
    _("back reworded, same time"),
    _("same words, and a time that it had before, time %(now)s instead of %(was)s"),
    _("same words, old line gone, time %(now)s instead of %(was)s"),
    _("nearly the same words, old line gone, time %(now)s instead of %(was)s"),
    _("same words; the page has set all its times by one amount, time %(now)s instead of %(was)s"),
)
OF_TIMES = (  # ticker/said, ticker/resolve
    _("the page's clock runs ahead: dated when first seen"),
    _("no readable time: dated when first seen"),
    _("the date it says is still to come: dated when first seen"),
    _("only the day is known"),
    _("only its age is known, to the hour"),
    _("only its age is known, to the day"),
    _("only its age is known, to the week"),
    _("only its age is known, to the month"),
    _("only its age is known, to the year"),
    _("it says a time long before the poll that first saw it, on top of the list: the page's clock may be behind"),
    _("the page's clock is an hour behind: its times are taken as an hour later"),
    _("the page's clock is an hour ahead: its times are taken as an hour earlier"),
    _("out of order on the page: perhaps pinned, the day is a guess"),
    _("first seen after an outage of over 20 h: the day is a guess"),
    _("an hour that came twice, when clocks went back: it may be the other one"),
    _("below a silence of over 11 h: the day is a guess"),
)
BACKS_OFF = "backs off: %(polls)s polls in a row brought no page"  # said with the forms of its number: see `_counted`
OF_WAITS = (  # ticker/schedule
    _("every %(span)s"),
    _("every %(span)s, until its rhythm is known"),
    _("by its rhythm: %(lines)s lines an hour are to be expected"),
    _("nothing is to be expected now"),
    _("once sooner, after a list without any line of the one before"),
    _("after a failed poll"),
    BACKS_OFF,
    _("the page stays as it is for %(span)s, says its Cache-Control"),
    _("the host asks for %(span)s, by Retry-After"),
    _("the host asks for %(span)s, by the Crawl-delay of its robots.txt"),
)
_LIKENESS = re.compile(r", likeness \d\.\d\d")  # how alike two wordings are: a number for who tunes the rules
_SPAN = re.compile(r"(\d+(?:\.\d+)?) (s|min|h)")
_UNITS = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1)}
_GAPS = {"polls": r"\d+"}  # what fills a gap, where not just anything does
PHRASES = (*OF_WORDINGS, *OF_TIMES, *OF_WAITS)


def explained(phrase: str, texts: Texts) -> str | None:
    """*phrase* in the language of *texts*, without its likeness; None where it is not one of ours, and stands as it is.

    What a page printed, and numbers, are isolated (U+2068 … U+2069, Unicode Bidirectional Algorithm 6.3).
    """
    phrase = _LIKENESS.sub("", phrase)
    if texts.language == "en":
        return phrase
    found = next(_matches(phrase), None)
    if found is None:
        return None
    message, values = found
    if message == BACKS_OFF:
        return _counted(int(values["polls"]), texts)
    return texts.gettext(message) % {name: _said(name, value, texts) for name, value in values.items()}


def _counted(polls: int, texts: Texts) -> str:
    said = texts.ngettext(
        "backs off: %(num)d poll brought no page", "backs off: %(num)d polls in a row brought no page", polls
    )
    return said % {"num": polls}


def _said(name: str, value: str, texts: Texts) -> str:
    """`60 s` in words, as ticker/schedule writes it; all else isolated."""
    span = _SPAN.fullmatch(value) if name == "span" else None
    return texts.span(float(span[1]) * _UNITS[span[2]]) if span else f"\u2068{value}\u2069"


def _matches(phrase: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The messages that *phrase* is made of, the one that leaves least open first."""
    for message, pattern in _PATTERNS:
        if match := pattern.fullmatch(phrase):
            yield message, match.groupdict()


def _pattern(message: str) -> re.Pattern[str]:
    """What a phrase made of *message* looks like."""
    return re.compile(
        re.sub(r"%\\\((\w+)\\\)s", lambda gap: rf"(?P<{gap[1]}>{_GAPS.get(gap[1], '.+')})", re.escape(message)),
        re.DOTALL,
    )


# `every 60 s, until …` is of the longer message, not of `every %(span)s`
_PATTERNS = sorted(((message, _pattern(message)) for message in PHRASES), key=lambda pair: -len(pair[0]))
