"""The index of search in PostgreSQL: `pg_trgm` on the folded titles, where the server has it.

Without it the same is found, by reading the titles one after the other, the newest first. Nothing else knows of it.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

INDEX = "ix_items_title_fold"
_KNOWN = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
_CREATE = f"CREATE INDEX {INDEX} ON items USING gin (title_fold gin_trgm_ops) WHERE repost_of IS NULL"


def build(db: Connection) -> bool:
    """Make the index of the items there are, in this transaction; False where this server or user cannot have it."""
    if not db.scalar(text(_KNOWN)):
        return False
    try:
        with db.begin_nested():
            db.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            db.execute(text(f"DROP INDEX IF EXISTS {INDEX}"))
            db.execute(text(_CREATE))
    except DBAPIError:  # it takes the right to create in the database
        return False
    return True
