"""The form that a subscriber sends (WebSub §5.1) -> what is wished, or why not."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal, cast
from urllib.parse import parse_qsl

import httpx

from ticker.errors import TickerError
from ticker.guard import is_public

MOST_FIELDS = 100
SECRET = 200  # bytes; a secret has fewer (§5.1)
_KNOWN = ("hub.mode", "hub.topic", "hub.callback", "hub.lease_seconds", "hub.secret")
_WEB_PORTS = (80, 443)  # and those above 1023: below, other protocols listen, of which some would read a POST


@dataclass(frozen=True, slots=True)
class Terms:
    """What the hub grants."""

    lease: timedelta = timedelta(days=10)  # when none is asked for
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(days=30)
    subscriptions: int = 10_000  # in all
    of_host: int = 1_000  # to the callbacks of one host
    waiting: int = 1_000  # wishes that wait for their verification
    waiting_of_host: int = 250  # the same, to the callbacks of one host: a hanging one must not keep the others out
    form_bytes: int = 16_384
    callback_chars: int = 2_048


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscription that somebody wants begun, renewed or ended; not verified yet."""

    mode: Literal["subscribe", "unsubscribe"]
    topic: str
    callback: str
    host: str  # of the callback, in lower case
    lease: timedelta
    secret: str | None


class RefusalError(TickerError):
    """The hub does not do this, and says so: the subscriber mends its request, or comes back."""

    def __init__(self, status: int, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after  # seconds


def read(body: bytes, topics: Container[str], terms: Terms, *, allow_private: bool) -> Wish:
    """What the form *body* wishes; parameters that nobody knows are ignored.

    Raises:
        RefusalError: with the status to answer.
    """
    form = _form(body)
    mode = form.get("hub.mode", "")
    if mode not in ("subscribe", "unsubscribe"):
        raise RefusalError(
            400, "hub.mode must be subscribe or unsubscribe; what is new is published by this site alone"
        )
    topic = form.get("hub.topic", "")
    if topic not in topics:
        raise RefusalError(404 if topic else 400, "hub.topic must be the self link of a feed of this site, exactly")
    callback = form.get("hub.callback", "")
    return Wish(
        cast('Literal["subscribe", "unsubscribe"]', mode),
        topic,
        callback,
        _host(callback, terms.callback_chars, allow_private=allow_private),
        _lease(form.get("hub.lease_seconds", ""), terms),
        _secret(form.get("hub.secret", "")),
    )


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise RefusalError(400, f"the form is not UTF-8, or has more than {MOST_FIELDS} fields") from None
    known = [(name, value) for name, value in pairs if name in _KNOWN]
    form = dict(known)
    if len(form) < len(known):
        raise RefusalError(400, "a hub parameter stands twice")
    return form


def _host(callback: str, most: int, *, allow_private: bool) -> str:
    """Of *callback*, when it is an address that something can be sent to."""
    if len(callback) > most:
        raise RefusalError(400, f"hub.callback is longer than {most} characters")
    try:
        url = httpx.URL(callback)
    except httpx.InvalidURL:
        url = httpx.URL()
    plain = callback.isascii() and callback.isprintable() and " " not in callback
    if not plain or url.scheme not in ("http", "https") or not url.host:
        raise RefusalError(400, "hub.callback must be an absolute http or https URL, in ASCII")
    if url.userinfo or "#" in callback:
        raise RefusalError(400, "hub.callback must have no user name, password or fragment")
    port = _WEB_PORTS[url.scheme == "https"] if url.port is None else url.port
    if not 0 < port < 65_536:
        raise RefusalError(400, "hub.callback has a port that cannot be")
    if not allow_private and ((port < 1024 and port not in _WEB_PORTS) or _is_private_address(url.host)):
        raise RefusalError(400, "hub.callback must be at a public address, on port 80, 443 or above 1023")
    return url.host.lower().rstrip(".")


def _is_private_address(host: str) -> bool:
    """Only of what is plainly an address; names are looked up when they are connected to."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def _lease(value: str, terms: Terms) -> timedelta:
    if not value:
        return terms.lease
    if not (value.isascii() and value.isdecimal() and int(value[:20])):
        raise RefusalError(400, "hub.lease_seconds must be a whole number of seconds, above 0")
    return max(terms.shortest, min(timedelta(seconds=min(int(value[:20]), 10**9)), terms.longest))


def _secret(value: str) -> str | None:
    if len(value.encode()) >= SECRET:
        raise RefusalError(400, f"hub.secret must have fewer than {SECRET} bytes")
    return value or None
