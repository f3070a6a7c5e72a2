"""How far an import has come that was broken off, and when what is too old was looked for last."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "forgetting",
        sa.Column("at", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("doubted", sa.BigInteger),
        sa.PrimaryKeyConstraint("at", name="pk_forgetting"),
    )
    op.create_table(
        "importing",
        sa.Column("export", sa.String(64), nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("export", name="pk_importing"),
    )
