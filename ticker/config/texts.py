"""The types of texts: words that people see, CSS selectors, headers to send along.

Each rule raises ValueError with what is wrong and the cure.
"""

import re
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ticker.text import display

_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "if-modified-since",
        "if-none-match",
        "transfer-encoding",
    }
)


def _plain_text(value: str) -> str:
    shown = display(value)
    if not shown:
        raise ValueError("holds nothing that can be seen; write some words, or remove the key")
    return shown


def _selector(value: str) -> str:
    if not _compiles(value):
        xpath = ", and XPath is not read" if value.startswith("/") else ""
        raise ValueError(f"{value!r} is not a CSS selector{xpath}; write e.g. div.ticker > ul or #latest li a")
    return value


@cache
def _compiles(selector: str) -> bool:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # here: the rest of this module starts without it

    try:
        LexborHTMLParser("").css_first(selector)
    except SelectolaxError:
        return False
    return True


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", value):  # RFC 9110 §5.6.2, token
        raise ValueError("is no name of a header; write headers: {Accept-Language: ar}")
    if value.lower() in _OWN_HEADERS:
        raise ValueError("is a header that Ticker sets itself; remove it")
    return value


def _header_value(value: str) -> str:
    if not re.fullmatch(r"([!-~]([ -~\t]*[!-~])?)?", value):  # RFC 9110 §5.5, without obs-text
        raise ValueError("may hold ASCII letters, signs and inner spaces only, on one line; write other letters as %XX")
    return value


def _once_each(headers: dict[str, str]) -> dict[str, str]:
    lower = [name.lower() for name in headers]
    if twice := next((name for name in headers if lower.count(name.lower()) > 1), None):
        raise ValueError(f"{twice} is there twice, in other letters; keep one")
    return headers


OR_EMPTY = BeforeValidator(lambda value: {} if value is None else value)  # every key of it may be commented out
Text = Annotated[str, Field(min_length=1), AfterValidator(_plain_text)]
Selector = Annotated[str, Field(min_length=1), AfterValidator(_selector)]
Headers = Annotated[
    dict[Annotated[str, AfterValidator(_header_name)], Annotated[str, AfterValidator(_header_value)]],
    OR_EMPTY,
    AfterValidator(_once_each),
]
