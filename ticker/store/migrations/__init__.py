"""The migrations: the schema of each release from that of the one before."""

from typing import Any

import sqlalchemy as sa


def where(condition: str) -> Any:
    """Of an index that holds only the rows of which *condition* is true."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
