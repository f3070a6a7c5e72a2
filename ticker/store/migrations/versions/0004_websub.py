"""Who subscribed to the embedded WebSub hub, and what foreign hubs were told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", _ID, nullable=False, autoincrement=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("delivered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("topic", "callback", name="uq_subscriptions_topic_callback"),
    )
    op.create_index("ix_subscriptions_host", "subscriptions", ["host"])
    op.create_index("ix_subscriptions_expires", "subscriptions", ["expires"])
    op.create_table(
        "announced",
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("feed", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hub", "feed", name="pk_announced"),
    )
