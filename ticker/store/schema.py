"""The schema of a database: which one it is, and the way up to that of this release."""

from sqlalchemy import Connection, MetaData, Table, select

from ticker.errors import StoreError


def version_of_schema(db: Connection) -> str | None:
    """The migration that the database stands at; None where no release has made it."""
    if not db.dialect.has_table(db, "alembic_version"):
        return None
    table = Table("alembic_version", MetaData(), autoload_with=db)
    return db.scalar(select(table.c.version_num))


def bring_up_to_date(db: Connection, named: str) -> None:
    """Make the schema, or upgrade it, in the transaction that *db* is in.

    Raises:
        StoreError: a newer release has upgraded the database that is *named* so.
    """
    from alembic import command  # 0.3 s to import: only when there is something to do
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "ticker.store:migrations")
    config.attributes["connection"] = db
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        cure = "run that release, or restore the copy made before its upgrade"
        raise StoreError(f"store: {named} was upgraded by a newer release ({error}); {cure}") from error
