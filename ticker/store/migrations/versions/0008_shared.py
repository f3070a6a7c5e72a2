"""What several processes on one database need to know of each source from poll to poll: plans."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("most", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.BigInteger),
        sa.Column("polled_at", sa.BigInteger),
        sa.Column("heard", sa.BigInteger),
        sa.Column("lateness", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("risk", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("halved", sa.Boolean, nullable=False),
        sa.Column("crawl_delay", sa.BigInteger, nullable=False),
        sa.Column("fresh_until", sa.BigInteger),
        sa.Column("fickle_until", sa.BigInteger),
        sa.Column("worker", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_plans"),
        postgresql_with={"fillfactor": 70},
    )
