"""The index of search, which is filled here; how polls ended by the hour; which items are reposts.

The index holds nothing that the items do not: a release that makes it otherwise drops it and builds it anew. All is one
transaction, as ever: what is broken off is as it was, and begins again with the next start.
"""

import sqlalchemy as sa
import structlog
from alembic import op

from ticker.store import trigrams
from ticker.store.grams import AT_ONCE, build
from ticker.store.migrations import where

revision = "0006"
down_revision = "0005"

TOLD = 10 * AT_ONCE  # items between two lines in the log: some ten seconds

log = structlog.get_logger()


def upgrade() -> None:
    op.create_table(
        "poll_hours",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("ending", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", "ending", name="pk_poll_hours"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_items_reposts",
        "items",
        ["source", "published"],
        **where("repost_of IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _index()
    else:
        _index_where_it_can_be()


def _index() -> None:
    db = op.get_bind()
    count = db.scalar(sa.text("SELECT count(*) FROM items WHERE repost_of IS NULL"))
    told = 0
    for done in build(db):
        if done - told >= TOLD:
            log.info("indexing headlines for search", done=done, of=count)
            told = done
    if told:
        log.info("indexed headlines for search", items=count)


def _index_where_it_can_be() -> None:
    if not trigrams.build(op.get_bind()):
        log.warning(
            "search goes without an index, and takes longer", detail="install pg_trgm, then run `ticker db reindex`"
        )
