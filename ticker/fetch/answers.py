"""What the head of an answer says: whether it is a page, how long it is fresh, when to come again, what to ask next."""

import re
from datetime import datetime, timedelta

import httpx

from ticker.fetch.clock import http_date
from ticker.model import Validators

LONGEST_WAIT = 86_400.0  # seconds of Retry-After and max-age that are believed: a source is asked at least once a day
LONGEST_VALIDATOR = 1_000  # characters: what a server refuses as a header would be refused for ever

_WEB_TYPE = re.compile(r"text/|application/(?:[\w.-]+\+)?xml\b", re.IGNORECASE)
_DIRECTIVE = re.compile(r"""([\w-]+)\s*(?:=\s*"?([^",]*))?""")


def is_page(content_type: str | None) -> bool:
    """Whether a body of this type can be a page; one of no type, or of one that is none, may be."""
    return not content_type or "/" not in content_type or _WEB_TYPE.match(content_type.strip()) is not None


def plain_status(answer: httpx.Response) -> str:
    """What an answer without a page is, for a person."""
    status = answer.status_code
    detail = f"answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
    if status == 304:
        return f"{detail} without being asked for a change"
    return f"{detail}, which holds no page" if status < 400 else detail


def validators_of(answer: httpx.Response, url: str) -> Validators | None:
    """What the answer may be asked about next time, by the address asked; see `Fetcher` for its date."""
    etag = _sendable(answer.headers.get("etag"))
    last_modified = _sendable(answer.headers.get("last-modified")) if answer.url == httpx.URL(url) else None
    return Validators(url, etag, last_modified) if etag or last_modified else None


def _sendable(value: str | None) -> str | None:
    fits = value and value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR
    return value if fits else None


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait (RFC 9110 §10.2.3); a date is counted from the server's own clock if it shows it."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,12}", value):
        return min(float(value), LONGEST_WAIT)
    until = http_date(value)
    if until is None:
        return None
    wait = until - (http_date(headers.get("date", "")) or now)
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


def lifetime(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """How long an answer was fresh when it was made (RFC 9111 §4.2.1), a day at most; None where it does not say.

    `s-maxage` counts where there is no `max-age`: who lets every cache keep a page so long has no newer one for us.
    """
    said = _directives(headers)
    if said.keys() & {"no-store", "no-cache"}:
        return timedelta()
    for name in ("max-age", "s-maxage"):
        if name in said:
            return _seconds(said[name])
    if "private" in said:
        return timedelta()
    if "expires" not in headers:
        return timedelta() if said else None
    expires = http_date(headers["expires"])
    if expires is None:  # "0" and the like: it has expired (RFC 9111 §5.3)
        return timedelta()
    left = expires - (http_date(headers.get("date", "")) or now)
    return min(max(left, timedelta()), timedelta(seconds=LONGEST_WAIT))


def age(headers: httpx.Headers) -> timedelta:
    """How long a cache has kept the answer (RFC 9111 §5.1)."""
    return _seconds(headers.get("age", "").partition(",")[0])


def _directives(headers: httpx.Headers) -> dict[str, str]:
    """Cache-Control; of what is said twice, the first counts (RFC 9111 §4.2.1)."""
    said: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(headers.get("cache-control", "")[:LONGEST_VALIDATOR]):
        said.setdefault(name.lower(), value.strip())
    return said


def _seconds(value: str) -> timedelta:
    """Zero for what is no number: such an answer is stale (RFC 9111 §4.2.1)."""
    whole = re.fullmatch(r"\s*([0-9]{1,12})\s*", value)
    return timedelta(seconds=min(float(whole[1]), LONGEST_WAIT)) if whole else timedelta()
