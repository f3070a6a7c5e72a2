"""What several processes on one database need: feeds that are to be published once their second is over."""

import sqlalchemy as sa
from alembic import op

from ticker.store.migrations import where

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("versions", sa.Column("owed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_versions_owed", "versions", ["feed"], **where("owed"))
