"""The types of who may read: the token of a private service, and the proxies that say for whom they ask.

Each rule raises ValueError with what is wrong and the cure; no message repeats a secret.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, PlainValidator, ValidationInfo

from ticker.config.notify import ELSEWHERE, held

LOOPBACK = ("127.0.0.1", "::1")
LEAST = 16  # characters of a token: nobody guesses 95 bits
LONGEST = 200

_UNRESERVED = re.compile(f"[A-Za-z0-9._~-]{{{LEAST},{LONGEST}}}")  # RFC 3986 §2.3: the same in URLs, headers, cookies


class Token(str):
    """A secret: what is shown of it is none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'" if self else "''"


def _token(value: object, info: ValidationInfo) -> Token:
    if not isinstance(value, Mapping):
        raise ValueError(f"is a secret, which does not belong in this file; write read_token: {ELSEWHERE}")
    found = held(value, info, own="TICKER_SERVER__READ_TOKEN")
    if not _UNRESERVED.fullmatch(found):
        says = f"must be {LEAST} to {LONGEST} letters a-z, A-Z, digits, and . _ ~ -"
        raise ValueError(f"{says}, as the place that it names does not say; make one: openssl rand -hex 24")
    return Token(found)


def _proxies(value: object) -> tuple[str, ...]:
    written = [value] if isinstance(value, str) else value
    example = "write proxies: [127.0.0.1, 10.0.0.0/8], or [] to trust none"
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise ValueError(f"must be an address or a list of them; {example}")
    return tuple(_network(each, example) for each in written)


def _network(value: str, example: str) -> str:
    try:
        found = ipaddress.ip_network(value)
    except ValueError as error:
        cure = f"write {ipaddress.ip_network(value, strict=False)}" if "host bits" in str(error) else example
        raise ValueError(f"{value!r} is neither an IP address nor a network; {cure}") from None
    if not found.prefixlen:
        raise ValueError(f"{value} is everybody, and everybody could say to be anybody; {example}")
    return value


ReadToken = Annotated[Token, PlainValidator(_token)]
Proxies = Annotated[tuple[str, ...], BeforeValidator(_proxies)]
