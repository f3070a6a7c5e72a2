"""What is owed to readers where several processes publish: who keeps headlines need not wait for who publishes.

Between two releases, for a day, a column of the versions said so. Where there is none, none is dropped: SQLite before
3.35 cannot.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "owed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        sa.Column("feed", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owed"),
    )
    op.create_index("ix_owed_feed", "owed", ["feed"])
    if any(column["name"] == "owed" for column in sa.inspect(op.get_bind()).get_columns("versions")):
        op.execute("INSERT INTO owed (feed, at) SELECT feed, last_modified FROM versions WHERE owed")
        op.drop_index("ix_versions_owed", "versions")
        op.drop_column("versions", "owed")
