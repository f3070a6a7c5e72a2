"""What the lines of an export have in common: the first, the last, and JSON objects between them."""

import json
from collections.abc import Callable
from typing import Any

HEAD, END = "ticker", "end"  # keys of the first line and the last
LONGEST_LINE = 16_000_000  # bytes: the documents of a feed with 10,000 items have half of that

Progress = Callable[[int, int], None]  # told of lines so far, of so many, about


def loaded(line: bytes) -> dict[str, Any]:
    """What a line says; empty where that is no JSON object."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
