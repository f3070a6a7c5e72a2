"""What helps against trouble and who was told of it, the pages of failed polls, and how far targets were notified."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("sources", sa.Column("advice", sa.Text, nullable=False, server_default=""))
    op.add_column("sources", sa.Column("alarmed", sa.BigInteger))
    op.create_table(
        "evidence",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name="fk_evidence_source"),
    )
    op.create_index("ix_evidence_source", "evidence", ["source"])
    op.create_table(
        "notified",
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_notified"),
    )
