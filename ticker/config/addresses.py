"""The types of addresses: where to listen, what readers call it, what is polled, where headlines are kept.

Each rule raises ValueError with what is wrong and the cure; no message repeats a secret.
"""

import ipaddress
import os
import re
import unicodedata
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from ticker.config.words import EXAMPLES

_LABEL = re.compile("(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)  # RFC 1123 §2.1, and the _ of container networks
_NUMBER = re.compile("[0-9]+|0x[0-9a-f]*", re.IGNORECASE)  # no last label: 127.1 and 0x7f.1 are read as addresses


def _host(value: str) -> str:
    if value == "*":
        raise ValueError("is no address; write host: 0.0.0.0 for every IPv4 address of the machine, or :: for IPv6")
    if "/" in value:
        raise ValueError("is a URL; write the host alone, host: 127.0.0.1, and set public_url for readers")
    if ":" in value and not _ip(value):
        raise ValueError("holds more than a host; write host: 127.0.0.1 and port: 8000, an IPv6 address without [ ]")
    host = _in_ascii(value)
    if not _ip(host) and not _is_name(host):
        raise ValueError("is neither a host name nor an IP address; write host: 127.0.0.1")
    return host


def _in_ascii(host: str) -> str:
    """*host* as the name service knows it, münchen.example as xn--mnchen-3ya.example; "" when it cannot be."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return ""


def _is_name(host: str) -> bool:
    """Whether *host* can be a host name, its letters outside ASCII as long as they are there."""
    labels = [
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        for label in host.removesuffix(".").split(".")
    ]
    return (
        len(".".join(labels)) <= 253
        and all(map(_LABEL.fullmatch, labels))
        and not _NUMBER.fullmatch(labels[-1])
        and all(char.isascii() or char.isalnum() or unicodedata.category(char)[0] == "M" for char in host)
    )


def _public_url(value: str) -> str:
    parts = _address(value, "public_url")
    if parts.query or parts.fragment or value[-1] in "?#":
        raise ValueError(f"holds a ? or #; write public_url: {parts.scheme}://{parts.netloc}{parts.path}")
    if not value.isascii():
        raise ValueError("holds letters outside ASCII, which stand in feeds and headers; write the xn-- and %XX forms")
    return value if value.endswith("/") else f"{value}/"


def _source_url(value: str) -> str:
    _address(value, "url")
    return value


def _hub_url(value: str) -> str:
    parts = _address(value, "hubs")
    if parts.fragment or value.endswith("#"):
        raise ValueError(f"holds a #; write hubs: {value.partition('#')[0]}")
    if not value.isascii():
        raise ValueError("holds letters outside ASCII, which stand in feeds and headers; write the xn-- and %XX forms")
    return value


def _contact(value: str) -> str:
    if re.fullmatch(r"[!#$%&'*+/=?^_`{|}~.\w-]+@[\w.-]+\.\w+", value, re.ASCII):
        return value
    if not value.isascii() or "://" not in value:
        raise ValueError(f"must be a mail address or a web page; write contact: {EXAMPLES['contact']}")
    _address(value, "contact")
    return value


def _address(value: str, key: str) -> SplitResult:
    """*value* in parts, when it is an absolute http(s) URL without secrets."""
    example = f"write {key}: {EXAMPLES[key]}"
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError(
            f"holds a space or line break; write %20 for a space, and [ , ] around two addresses; {example}"
        )
    _check_scheme(value, key, example)
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError(f"is no address, brackets belong around IPv6 only; {example}") from None
    if not host:
        raise ValueError(f"names no host; {example}")
    if not _ip(host) and not _is_name(host):
        raise ValueError(f"names a host that cannot be, {host}; {example}")
    if not _has_port(parts):
        raise ValueError(f"has a port that is no number from 1 to 65535; {example} or {key}: http://127.0.0.1:8080/")
    return parts


def _check_scheme(value: str, key: str, example: str) -> None:
    scheme, colon, _ = value.partition("://")
    if "@" in re.split(r"[/?#\\]", re.sub(r"^([\w+.-]*:)?[/\\]*", "", value))[0]:
        raise ValueError(f"holds a user name or password, which does not belong in an address; {example}")
    if not colon:
        bare = re.sub(r"^(https?:)?[/\\]*", "", value)
        raise ValueError(f"has no https:// in front; {example if '@' in bare else f'write {key}: https://{bare}'}")
    if scheme.lower() not in ("http", "https"):
        raise ValueError(f"begins with {scheme}://, and only http:// and https:// are read; {example}")


def _has_port(parts: SplitResult) -> bool:
    """A port that can be, or none."""
    try:
        return parts.port != 0 and not parts.netloc.endswith(":")
    except ValueError:
        return False


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    ip = _ip(host)
    return ip.is_loopback if ip else host.rstrip(".").rpartition(".")[2].lower() == "localhost"


def is_private(host: str) -> bool:
    ip = _ip(host)
    return not ip.is_global if ip else is_loopback(host)


def _store(value: str, info: ValidationInfo) -> str:
    example = f"write store: {EXAMPLES['store']}"
    scheme, colon, rest = value.partition("://")
    if scheme in ("postgresql", "postgres"):
        return _postgresql(value, hidden=(info.context or {}).get("store_from_environment", False))
    if "@" in value:
        raise ValueError(f"holds a user name or password; {example}")
    if not colon:
        raise ValueError(f"is no URL; write store: sqlite:///{value}")
    if scheme != "sqlite":
        raise ValueError(f"begins with {scheme}://, and only sqlite:/// and postgresql:// are known; {example}")
    name = rest.removeprefix("/")
    if not name or name == ":memory:" or name.endswith("/"):
        raise ValueError(f"names no file, and what is seen must be kept; {example}")
    if not rest.startswith("/"):
        raise ValueError(f"needs three slashes; write store: sqlite:///{rest}, or four before an absolute path")
    if name.startswith("~"):
        raise ValueError("~ is not read as your home here; write the whole path: sqlite:////home/you/ticker.db")
    file = os.path.abspath(Path((info.context or {}).get("folder", "."), name))
    if "?" in file:
        raise ValueError(f"holds a ?, and options are not read; {example}")
    return f"sqlite:///{file}"


def _postgresql(value: str, *, hidden: bool) -> str:
    """As libpq has it (PostgreSQL 34.1.1.2).

    Args:
        hidden: where it stands is nobody's business, so it may hold a password.
    """
    example = "write store: postgresql://user@host/database"
    _, _, rest = value.partition("://")
    place, _, options = rest.partition("?")
    who, at, where = place.rpartition("@")
    if not hidden and (":" in who or "password" in options):
        raise ValueError(
            "holds a password, and a file is no place for it; leave it out, and give it as PGPASSWORD, in ~/.pgpass, "
            "or all of it as TICKER_STORE"
        )
    if at and not who:
        raise ValueError(f"names no user before the @; {example}")
    if not where.partition("/")[2] and "dbname=" not in options:
        raise ValueError(f"names no database; {example}")
    return value


Host = Annotated[str, Field(min_length=1), AfterValidator(_host)]
PublicUrl = Annotated[str, Field(min_length=1), AfterValidator(_public_url)]
Url = Annotated[str, Field(min_length=1), AfterValidator(_source_url)]
Urls = Annotated[list[Url], Field(min_length=1), BeforeValidator(lambda url: [url] if isinstance(url, str) else url)]
HubUrl = Annotated[str, Field(min_length=1), AfterValidator(_hub_url)]
HubUrls = Annotated[tuple[HubUrl, ...], BeforeValidator(lambda url: [url] if isinstance(url, str) else url)]
Contact = Annotated[str, Field(min_length=1), AfterValidator(_contact)]
StoreUrl = Annotated[str, AfterValidator(_store)]
Store = Annotated[str, Field(min_length=1, validate_default=True), AfterValidator(_store)]
