"""The commands that keep the database for years: copies of it, its upgrade, its health, what is forgotten.

Heavy parts are imported where they are used, as in `commands`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ticker import __version__
from ticker.errors import ConfigError, TickerError
from ticker.loop import in_loop
from ticker.options import AsJson, ConfigFile, settings_of
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.store import Outdated

db = typer.Typer(
    name="db",
    help="Keep the database: back it up, check it, upgrade it, shrink it. A service may run meanwhile.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

NewFile = Annotated[Path | None, typer.Argument(metavar="FILE", help="A new file. Default: standard output.")]
Exported = Annotated[Path, typer.Argument(metavar="FILE", help="What `ticker export` wrote; - for standard input.")]


def export(context: typer.Context, file: NewFile = None, config: ConfigFile = None) -> None:
    """Write everything that is kept as JSON Lines: headlines with all they ever said, archives, feeds as published.

    A service may run meanwhile; what is written is one moment of it. Into a FILE, an export that was broken off goes on
    when the command is given again. `ticker import` reads it, here or on another machine, where feeds, guids and
    archives are then the same to the byte. It holds the addresses of those who subscribed to your hub: keep it to
    yourself.

    Examples: `ticker export backup.jsonl`; `ticker export | gzip > backup.jsonl.gz`; each headline as one line:
    `ticker export | jq -c 'select(.item).item'`
    """
    from ticker import lines, service
    from ticker.show import Progress

    settings = settings_of(context, config)

    async def written() -> int:
        async with service.opened(settings) as (store, _):
            with Progress("lines exported") as progress:
                now = service.system_clock()
                return await lines.write_lines(store, file, release=__version__, now=now, progress=progress)

    count = in_loop(written())
    if file is not None:
        print(f"{file}: {count:,} lines")


def import_(context: typer.Context, file: Exported, json: AsJson = False, config: ConfigFile = None) -> None:
    """Read what `ticker export` wrote into the store of the configuration.

    A store without headlines becomes what the file says, to the byte; stop the service first. An import that was broken
    off goes on when the command is given again, and until it has ended the store is opened for nothing else.
    Into a store with headlines those that it lacks are added, and what it has stands, however often it is done: so what
    two services read is put together. Of the archives and documents of the file nothing is taken then.

    Examples: `ticker import backup.jsonl`; `zcat backup.jsonl.gz | ticker import -`
    """
    from ticker import lines, show
    from ticker.show import Progress
    from ticker.store import Store

    settings = settings_of(context, config)

    async def read() -> lines.Imported:
        store = await Store.open(settings.store, keep_polls=settings.keep_polls, to_import=True)
        try:
            with Progress("lines imported") as progress:
                return await lines.read_lines(store, None if file == Path("-") else file, progress=progress)
        finally:
            await store.close()

    try:
        told = in_loop(read())
    except KeyboardInterrupt:
        complain(
            "broken off; the same command goes on from there, and until then the store may be opened for nothing else"
        )
        raise
    show.imported(told, as_json=json)
    strange = [name for name in told.sources if name not in {source.name for source in settings.sources}]
    if strange:
        names = ", ".join(strange[:5]) + (f" and {len(strange) - 5} more" if len(strange) > 5 else "")
        complain(f"not in the configuration, so their headlines are in no feed that is published anew: {names}")


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
    with the -wal and -shm files beside it, put the copy in its place. For a copy that does not depend on the kind of
    database see `ticker export`.

    Examples: `ticker db backup ticker-copy.db`; each night, in a crontab: `ticker db backup /var/backups/ticker/`
    """
    from ticker import service
    from ticker.show import Progress
    from ticker.store import upkeep

    file, copy = upkeep.file_of(settings_of(context, config).store), Path(named)
    if copy.is_dir() or named.endswith("/"):
        copy = copy / f"{file.stem}-{service.system_clock():%Y%m%dT%H%M%SZ}.db"
    with Progress("pages copied") as progress:
        size = upkeep.back_up(file, copy, progress)
    print(f"{copy}: {size:,} bytes")


@db.command()
def check(context: typer.Context, config: ConfigFile = None) -> None:
    """Look through the whole database: pages, indexes, references, the index of search, published documents.

    Nothing is changed, nothing upgraded; a service may run meanwhile. Exit 1 where something is wrong.
    """
    from ticker.show import Stages
    from ticker.store import upkeep

    file = upkeep.file_of(settings_of(context, config).store)
    schema = upkeep.schema_of(file)
    print(f"{file}: {upkeep.size_of(file):,} bytes, {_told_schema(schema)}")
    with Stages() as stages:
        faults = upkeep.faults_of(file, progress=stages)
    for fault in faults:
        print(f"fault: {fault}")
    if faults:
        raise TickerError(f"{file} is not as it should be; where no line above says what helps, restore a copy")
    print("nothing is wrong")


@db.command()
def upgrade(context: typer.Context, config: ConfigFile = None) -> None:
    """Bring the database up to this release now, as its first start would; make it where there is none.

    An older release cannot read it afterwards: `ticker db backup` first, if you may want to go back.
    """
    from ticker import service
    from ticker.logs import configure_logs
    from ticker.store import upkeep

    settings = settings_of(context, config)
    try:
        before = upkeep.schema_of(upkeep.file_of(settings.store))
    except TickerError:
        before = None
    configure_logs(json=False)

    async def count() -> int:
        async with service.opened(settings) as (store, _):
            return await store.count()

    kept = in_loop(count())
    file = upkeep.file_of(settings.store)
    after = upkeep.schema_of(file)
    said = f"is at schema {after} already" if before == after else f"schema {before or 'none'} is {after} now"
    print(f"{file}: {said}, {kept:,} headlines")


@db.command()
def vacuum(context: typer.Context, config: ConfigFile = None) -> None:
    """Give the room back to the disk that forgotten headlines and old polls left in the file.

    The service can read meanwhile and not write: polls of that time are told as troubled, and read again. It needs as
    much free disk as the file takes. Not needed otherwise: room that is left is used again.
    """
    from ticker.show import Stages
    from ticker.store import upkeep

    file = upkeep.file_of(settings_of(context, config).store)
    with Stages() as stages:
        stages("writing it anew")
        sizes = upkeep.shrink(file)
    print(f"{file}: {sizes.before:,} bytes before, {sizes.after:,} now")


@db.command()
def reindex(context: typer.Context, config: ConfigFile = None) -> None:
    """Make the index of search anew, where `ticker db check` says that it does not fit the titles."""
    from ticker import service
    from ticker.show import Stages
    from ticker.store import upkeep

    settings = settings_of(context, config)
    file = upkeep.file_of(settings.store)

    async def upgraded() -> None:
        async with service.opened(settings):
            pass

    in_loop(upgraded())
    with Stages() as stages:
        stages("indexing headlines for search")
        upkeep.reindex(file)
    print(f"{file}: the index of search is made anew")


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


def _told_schema(schema: str | None) -> str:
    from ticker.store.tables import HEAD

    if schema is None:
        return "of no release of Ticker"
    if schema == HEAD:
        return f"schema {schema}, that of this release"
    older = schema < HEAD
    cure = "the next start upgrades it, or `ticker db upgrade`" if older else "only that release can open it"
    return f"schema {schema}, that of {'an older' if older else 'a newer'} release ({HEAD} is that of this one): {cure}"
