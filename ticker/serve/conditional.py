"""Read what a request says of codings and of the copy it holds (RFC 9110 §12.5.3, §13). Pure."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal

Coding = Literal["identity", "gzip", "br"]

BEST_FIRST: tuple[Coding, ...] = ("br", "gzip")  # where two are equally welcome
REMEMBERED = 200  # letters of an Accept-Encoding whose choice is remembered; readers send a dozen different ones

_TAG = re.compile(r'"([^"]*)"|([^\s,"]+)')  # quoted, or bare as some readers send it
_ADDED = re.compile(r"(?:[-;](?:gzip|br|zstd|deflate))*")  # what proxies append to the tag of what they compress


def choose_coding(accept_encoding: str) -> Coding:
    """The coding to answer with; the smallest of those that are as welcome as the plain bytes.

    Plain bytes also go to a client that refuses every coding we have: an answer that any client
    can read beats a 406, which readers count as a broken feed. `*` is taken for gzip only:
    whoever can read br says so.
    """
    return _remembered(accept_encoding) if len(accept_encoding) <= REMEMBERED else _choose(accept_encoding)


def _choose(accept_encoding: str) -> Coding:
    quality: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality["gzip" if name == "x-gzip" else name] = _quality(parameters)
    welcome = {"br": quality.get("br", 0.0), "gzip": quality.get("gzip", quality.get("*", 0.0))}
    best = max(BEST_FIRST, key=lambda coding: welcome[coding])  # the first of equals
    return best if welcome[best] > 0 and welcome[best] >= quality.get("identity", 0.0) else "identity"


_remembered = lru_cache(256)(_choose)


def _quality(parameters: list[str]) -> float:
    """The `q` among *parameters*; 1 where there is none, 0 where it cannot be read."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if re.fullmatch(r"\s*[01](\.\d{0,3})?", value) else 0.0
    return 1.0


def held_tags(if_none_match: str, digest: str) -> list[str]:
    """The tags of *if_none_match* that name our *digest*, weakly compared and in their order.

    A tag matches with any suffix that a proxy adds for the coding it applied; it is returned with
    it. `*` matches any document and is returned as it stands.
    """
    found = (quoted or bare for quoted, bare in _TAG.findall(if_none_match))
    return [tag for tag in found if tag == "*" or (tag[:32] == digest and _ADDED.fullmatch(tag, 32))]


def not_modified_since(if_modified_since: str, last_modified: datetime, now: datetime) -> bool:
    """Whether the date covers *last_modified*. One that cannot be read, or lies in the future, does not."""
    try:
        date = parsedate_to_datetime(if_modified_since)
    except (ValueError, TypeError, OverflowError):
        return False
    if date.tzinfo is None:  # asctime form, always UTC (RFC 9110 §5.6.7)
        date = date.replace(tzinfo=UTC)
    return last_modified <= date <= now
