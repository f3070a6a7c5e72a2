"""What all parts write alike: JSON, and instants in it."""

import json
from datetime import UTC, datetime
from typing import Any


def print_json(value: Any) -> None:
    """For programs; letters as they are."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def rfc3339(instant: datetime | None) -> str | None:
    """In UTC, as 2025-01-14T12:54:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None
