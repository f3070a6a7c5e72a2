"""INSERT … ON CONFLICT for every engine: SQLite has it from PostgreSQL, and SQLAlchemy writes this form for both."""

from sqlalchemy.dialects.postgresql import insert

__all__ = ["insert"]
