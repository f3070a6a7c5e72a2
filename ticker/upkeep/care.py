"""The commands that keep the database where it is: copies of it, its upgrade, its health, what is forgotten.

Heavy parts are imported where they are used, as in `commands`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ticker.errors import ConfigError, TickerError
from ticker.loop import in_loop
from ticker.options import ConfigFile, settings_of

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.store import Outdated

db = typer.Typer(
    name="db",
    help="Keep the database: back it up, check it, upgrade it, shrink it, copy it. A service may run meanwhile.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@db.command()
def backup(
    context: typer.Context,
    named: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A new file, or a folder (with / at its end): the copy is then named by the moment."
        ),
    ],
    config: ConfigFile = None,
) -> None:
    """Copy the database as it is at this moment, while the service goes on.

    The copy is one file, looked through before it gets its name. To restore it: stop the service, remove the database
    with the -wal and -shm files beside it, put the copy in its place. PostgreSQL has pg_dump for that, and the command
    says how to call it. For a copy that does not depend on the kind of database see `ticker export`.

    Examples: `ticker db backup ticker-copy.db`; each night, in a crontab: `ticker db backup /var/backups/ticker/`
    """
    from ticker import service
    from ticker.show import Progress
    from ticker.store import upkeep

    settings = settings_of(context, config)
    _must_be_a_file(
        settings,
        "PostgreSQL makes its own copies, and pg_restore puts them back: pg_dump -Fc -f FILE -d {place}; "
        "`ticker export` writes one for any store",
    )
    file, copy = upkeep.file_of(settings.store), Path(named)
    if copy.is_dir() or named.endswith("/"):
        copy = copy / f"{file.stem}-{service.system_clock():%Y%m%dT%H%M%SZ}.db"
    with Progress("pages copied") as progress:
        size = upkeep.back_up(file, copy, progress)
    print(f"{copy}: {size:,} bytes")


@db.command()
def check(context: typer.Context, config: ConfigFile = None) -> None:
    """Look through the whole database: pages, indexes, references, the index of search, published documents.

    Nothing is changed, nothing upgraded; a service may run meanwhile. Of PostgreSQL it is what SQL can tell: for its
    pages there is pg_amcheck. Exit 1 where something is wrong.
    """
    from ticker.show import Stages
    from ticker.upkeep.kinds import Database

    database = Database(settings_of(context, config).store)
    size, schema = database.size_and_schema()
    print(f"{database}: {size:,} bytes, {_told_schema(schema)}")
    with Stages() as stages:
        faults, notes = database.findings(stages)
    for fault in faults:
        print(f"fault: {fault}")
    for note in notes:
        print(f"note: {note}")
    if faults:
        raise TickerError(f"{database} is not as it should be; where no line above says what helps, restore a copy")
    print("nothing is wrong")


@db.command()
def upgrade(context: typer.Context, config: ConfigFile = None) -> None:
    """Bring the database up to this release now, as its first start would; make it where there is none.

    An older release cannot read it afterwards: `ticker db backup` first, if you may want to go back. A database of
    PostgreSQL must be there; what is made are the tables in it.
    """
    from ticker import service
    from ticker.logs import configure_logs
    from ticker.upkeep.kinds import Database

    settings = settings_of(context, config)
    database = Database(settings.store)
    before = database.schema() if database.is_there() else None
    configure_logs(json=False)

    async def count() -> int:
        async with service.opened(settings) as (store, _):
            return await store.count()

    kept = in_loop(count())
    after = database.schema()
    said = f"is at schema {after} already" if before == after else f"schema {before or 'none'} is {after} now"
    print(f"{database}: {said}, {kept:,} headlines")


@db.command()
def vacuum(context: typer.Context, config: ConfigFile = None) -> None:
    """Give the room back to the disk that forgotten headlines and old polls left in the file.

    The service can read meanwhile and not write: polls of that time are told as troubled, and read again. It needs as
    much free disk as the file takes. Not needed otherwise: room that is left is used again. PostgreSQL does that by
    itself.
    """
    from ticker.show import Stages
    from ticker.store import upkeep

    settings = settings_of(context, config)
    _must_be_a_file(
        settings,
        "PostgreSQL uses room that is left again by itself (autovacuum); to give it back to the disk, while nothing "
        "else runs: psql -d {place} -c 'VACUUM FULL'",
    )
    file = upkeep.file_of(settings.store)
    with Stages() as stages:
        stages("writing it anew")
        sizes = upkeep.shrink(file)
    print(f"{file}: {sizes.before:,} bytes before, {sizes.after:,} now")


@db.command()
def reindex(context: typer.Context, config: ConfigFile = None) -> None:
    """Make the index of search anew, where `ticker db check` says that it does not fit the titles, or is not there.

    In PostgreSQL it is of pg_trgm, which the server must know, and the service goes on meanwhile.
    """
    from ticker import service
    from ticker.show import Stages
    from ticker.upkeep.kinds import Database

    settings = settings_of(context, config)
    database = Database(settings.store)
    database.must_be_there()

    async def upgraded() -> None:
        async with service.opened(settings):
            pass

    in_loop(upgraded())
    with Stages() as stages:
        stages("indexing headlines for search")
        database.reindex()
    print(f"{database}: the index of search is made anew")


@db.command()
def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    config: ConfigFile = None,
) -> None:
    """Forget now what `keep` of config.yaml no longer keeps, as a running service does once a day.

    Headlines are forgotten with the archives that hold them, so what has left the feeds is put into archives first.
    It cannot be undone: `ticker db backup` or `ticker export` first, if you may want it again.
    """
    from ticker import retention, service, show
    from ticker.show import Progress

    settings = settings_of(context, config)
    if not retention.forgets(settings):
        raise ConfigError(["keep is forever, so nothing is forgotten; write keep: 2y in config.yaml (docs/config.md)"])

    async def forgotten() -> "Outdated":
        async with service.opened(settings) as (store, press):
            await service.close_archives(settings, store, press)
            old = await retention.outdated(store, settings, service.system_clock())
            with Progress("headlines and archives forgotten") as progress:
                if not dry_run:
                    await retention.forget(store, old, progress=progress)
            return old

    show.forgotten(in_loop(forgotten()), done=not dry_run)


def _must_be_a_file(settings: "Settings", instead: str) -> None:
    """Raise ConfigError where the database is none: *instead* says what that has, {place} being its address."""
    from ticker.upkeep.kinds import Database

    database = Database(settings.store)
    if not database.is_file:
        raise ConfigError([f"store: {database}: {instead.format(place=database)}"])


def _told_schema(schema: str | None) -> str:
    from ticker.store.tables import HEAD

    if schema is None:
        return "of no release of Ticker"
    if schema == HEAD:
        return f"schema {schema}, that of this release"
    older = schema < HEAD
    cure = "the next start upgrades it, or `ticker db upgrade`" if older else "only that release can open it"
    return f"schema {schema}, that of {'an older' if older else 'a newer'} release ({HEAD} is that of this one): {cure}"
