"""What a request would rather have (RFC 9110 §12.4.2): the quality of each thing that could be sent. Pure."""

import re

from starlette.types import Scope

_WEIGHT = re.compile(r"[01](\.\d{0,3})?")


def header(scope: Scope, name: bytes) -> str:
    """The request header *name*, in lower case; lines of one name are one list (RFC 9110 §5.3)."""
    return ", ".join(value.decode("latin-1") for each, value in scope["headers"] if each == name)


def quality(accept: str, wanted: str) -> float:
    """How welcome *wanted* is to the header *accept*, from 0 to 1; 0 where that says nothing of it.

    The most exact name counts: `text/html` before `text/*` before `*/*`.
    """
    said = dict(weighed(accept))
    names = (wanted, f"{wanted.partition('/')[0]}/*", "*/*") if "/" in wanted else (wanted, "*")
    return next((said[name] for name in names if name in said), 0.0)


def weighed(accept: str) -> list[tuple[str, float]]:
    """Name and weight of each entry, the heaviest of a name last: `a;v=2, a;v=1;q=0.5` welcomes `a` fully."""
    found = []
    for entry in accept.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        weights = [part[2:].strip() for part in parameters if part.startswith("q=")]
        found.append((name, _weight(weights[0]) if weights else 1.0))
    return sorted(found, key=lambda entry: entry[1])


def _weight(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 0.0
