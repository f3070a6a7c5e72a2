"""The commands that carry all that is kept away and back: into a file, out of one, into another database.

Heavy parts are imported where they are used, as in `commands`.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ticker import __version__
from ticker.errors import TickerError
from ticker.loop import in_loop
from ticker.options import AsJson, ConfigFile, settings_of
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.store import Contents
    from ticker.upkeep.kinds import Database

NewFile = Annotated[Path | None, typer.Argument(metavar="FILE", help="A new file. Default: standard output.")]
Exported = Annotated[Path, typer.Argument(metavar="FILE", help="What `ticker export` wrote; - for standard input.")]
From = Annotated[
    str,
    typer.Argument(metavar="FROM", help="The address of a store, as `store` in config.yaml has it; env:NAME: as NAME."),
]
To = Annotated[str, typer.Argument(metavar="TO", help="That of an empty database.")]


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


def copy(origin: From, target: To, json: AsJson = False) -> None:
    """Copy everything that is kept into an empty database, from SQLite to PostgreSQL or the other way.

    The copy is the same to the byte: feeds, archives, guids, numbers, and so what readers and open pages have of them.
    FROM is only read, and a service may go on with it, but what comes after the copy has begun is not in it: to move,
    stop the service, copy, and write TO as `store`. A copy that was broken off goes on when the command is given again,
    and until it has ended TO is opened for nothing else.

    An address with a password does not belong here, where others on the machine can read it: give the password as
    PGPASSWORD or in ~/.pgpass, or write env:NAME where the whole address stands in the environment, as TICKER_STORE.

    Examples: `ticker db copy sqlite:///data/ticker.db postgresql://ticker@db.example/ticker`; and back:
    `ticker db copy env:TICKER_STORE sqlite:///data/ticker.db`
    """
    from ticker import service, show
    from ticker.arguments import database_at
    from ticker.show import Progress
    from ticker.store import Store
    from ticker.store.copying import copy as copy_all
    from ticker.store.postgresql import public_name
    from ticker.upkeep.kinds import Database

    old, new = (database_at(word, name, os.environ) for word, name in ((origin, "FROM"), (target, "TO")))

    _must_be_of_this_release(Database(old))

    async def copied() -> "Contents":
        there = await Store.open(old)
        try:
            here = await Store.open(new, to_import=True)
            try:
                with Progress("records copied") as progress:
                    now, named = service.system_clock(), public_name(old)
                    return await copy_all(there.copies, here.copies, named=named, now=now, progress=progress)
            finally:
                await here.close()
        finally:
            await there.close()

    try:
        found = in_loop(copied())
    except KeyboardInterrupt:
        complain("broken off; the same command goes on from there, and until then TO may be opened for nothing else")
        raise
    show.copied(found, public_name(new), as_json=json)


def _must_be_of_this_release(database: "Database") -> None:
    """It is only read, so it is not upgraded. Raises TickerError."""
    from ticker.store.tables import HEAD

    schema = database.schema()
    if schema != HEAD:
        said = f"is of another release (schema {schema}, not {HEAD})" if schema else "holds nothing of Ticker"
        cure = "; start that release, or `ticker db upgrade`, to bring it up to date" if schema else ""
        raise TickerError(f"store: {database} {said}{cure}")
