"""The parts of feeds that are closed, which items they hold, and what a feed said last of its newest change."""

import sqlalchemy as sa
from alembic import op

from ticker.store.migrations import where

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("items", sa.Column("archive", sa.Integer))
    op.add_column("items", sa.Column("archive_all", sa.Integer))
    for name, column in (("ix_items_unarchived", "archive"), ("ix_items_unarchived_all", "archive_all")):
        op.create_index(
            name,
            "items",
            ["source", "id"],
            **where(f"{column} IS NULL AND repost_of IS NULL"),
        )
    op.create_table(
        "archives",
        sa.Column("feed", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("public_url", sa.Text, nullable=False),
        sa.Column("rss", sa.LargeBinary, nullable=False),
        sa.Column("atom", sa.LargeBinary, nullable=False),
        sa.Column("json", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("feed", "number", name="pk_archives"),
    )
    op.add_column("versions", sa.Column("updated", sa.BigInteger))
    op.add_column("versions", sa.Column("whole", sa.Boolean, nullable=False, server_default=sa.true()))
    op.execute(
        "UPDATE versions SET updated = (SELECT max(updated) FROM items WHERE items.repost_of IS NULL "
        "AND (versions.feed = '' OR items.source = versions.feed))"
    )
