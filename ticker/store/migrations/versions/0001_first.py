"""The first schema: sources, items, revisions, polls, versions."""

import sqlalchemy as sa
from alembic import op

from ticker.store.migrations import where

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(32)),
        sa.Column("last_good", sa.BigInteger),
        sa.Column("doubted", sa.String(32)),
        sa.Column("url", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )
    op.create_table(
        "items",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("guid", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_fold", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("published", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("printed", sa.Text),
        sa.Column("clock", sa.String(8)),
        sa.Column("printed_at", sa.BigInteger),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("flag", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("guid", name="uq_items_guid"),
        sa.UniqueConstraint("source", "published", name="uq_items_source_published"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_items_source_sources"),
    )
    op.create_index("ix_items_published", "items", ["published"])
    op.create_index("ix_items_source_last_seen", "items", ["source", "last_seen"])
    op.create_index(
        "ix_items_listed",
        "items",
        ["source", "rank"],
        **where("rank IS NOT NULL"),
    )
    op.create_table(
        "revisions",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("guid", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.ForeignKeyConstraint(["guid"], ["items.guid"], name="fk_revisions_guid_items"),
    )
    op.create_index("ix_revisions_guid", "revisions", ["guid"])
    op.create_table(
        "polls",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("last_good", sa.BigInteger),
        sa.Column("digest", sa.String(32)),
        sa.Column("size", sa.Integer),
        sa.Column("rows", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_polls_source_sources"),
    )
    op.create_index("ix_polls_source_at", "polls", ["source", "at"])
    op.create_table(
        "versions",
        sa.Column("feed", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("last_modified", sa.BigInteger, nullable=False),
        sa.Column("rss", sa.LargeBinary, nullable=False),
        sa.Column("atom", sa.LargeBinary, nullable=False),
        sa.Column("json", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_versions"),
    )
