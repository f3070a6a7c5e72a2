"""Why an item changed and until when a wording stood; lines that are gone, and lines that say another once more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("items", sa.Column("gone_at", sa.BigInteger))
    op.add_column("items", sa.Column("repost_of", sa.String(64)))
    op.add_column("items", sa.Column("revised", sa.Integer, nullable=False, server_default="0"))
    op.add_column("revisions", sa.Column("printed", sa.Text))
    op.add_column("revisions", sa.Column("until", sa.BigInteger))
    op.add_column("revisions", sa.Column("reason", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE items SET revised = (SELECT count(*) FROM revisions WHERE revisions.guid = items.guid)")
