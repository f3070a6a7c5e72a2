"""The command line: run the service, poll once, look at a page, read what was kept.

Heavy parts are imported where they are used, so that `ticker --help` answers at once.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ticker.errors import ConfigError, TickerError

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.model import Page, Poll, Source

T = TypeVar("T")

app = typer.Typer(
    name="ticker",
    help="Turn the breaking-news ticker of a news page into RSS, Atom and JSON feeds that people can trust.",
    epilog="New here? `ticker demo` shows everything on a scripted newsroom; "
    "`ticker inspect URL --heading TEXT` shows what a page would give.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


class FeedFormat(StrEnum):
    """The endings of feed URLs."""

    rss = "rss"
    atom = "atom"
    json = "json"


ConfigFile = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="The configuration. Default: $TICKER_CONFIG, else ./config.yaml."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SourceNames = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Names as in config.yaml; all.")]
SourceName = Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="A name as in config.yaml; all.")]


@app.callback()
def everywhere(context: typer.Context, config: ConfigFile = None) -> None:
    """Options that may stand before any command."""
    context.obj = config


def settings_of(context: typer.Context, config: Path | None) -> "Settings":
    """The configuration that -c names, before or after the command."""
    from ticker.config import load

    return load(config or context.obj, os.environ)


@app.command()
def run(context: typer.Context, config: ConfigFile = None) -> None:
    """Poll the sources and serve their feeds until stopped (SIGTERM, Ctrl-C)."""
    from ticker import service

    settings = settings_of(context, config)
    service.configure_logs(json=not sys.stderr.isatty())
    in_loop(service.run(settings))


@app.command()
def poll(context: typer.Context, sources: SourceNames = None, json: AsJson = False, config: ConfigFile = None) -> None:
    """Poll now, once, and print what is new, edited and known. Exit 1 when a page could not be read."""
    from ticker import service, show

    settings = settings_of(context, config)

    async def polls() -> list["Poll"]:
        async with service.opened(settings) as (store, press):
            poller = service.Poller(settings, store, press)
            return [await poller.poll(source) for source in chosen(settings, sources)]

    outcomes = in_loop(polls())
    show.polls(outcomes, as_json=json)
    raise typer.Exit(any(outcome.outcome in ("failed", "refused") for outcome in outcomes))


@app.command()
def inspect(
    context: typer.Context,
    page: Annotated[str, typer.Argument(help="A URL or a saved file, HTML or plain text.")],
    url: Annotated[
        str | None, typer.Option(help="Where a saved file comes from; its links are relative to it.")
    ] = None,
    heading: Annotated[str | None, typer.Option(help="Only the list under this heading.")] = None,
    charset: Annotated[str | None, typer.Option(help="Of a page that declares none and is not UTF-8.")] = None,
    json: AsJson = False,
) -> None:
    """Show the timed lists that a page holds, the best first, and the configuration that would follow it."""
    from ticker import parse, show

    read = in_loop(read_page(page, url=url, charset=charset))
    found = parse.inspect(read, heading=heading)
    show.inspection(found, read, heading=heading, as_json=json)
    raise typer.Exit(not found.blocks)


@app.command()
def ingest(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Its name in config.yaml.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Saved pages, oldest first.")],
    at: Annotated[
        list[str] | None,
        typer.Option(
            help="When the page was read, as 2025-01-14T14:55:00+02:00; without an offset, in the source's zone. "
            "Once for all files or once for each. Default: when the file was last written."
        ),
    ] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Run saved pages through the same pipeline, as if fetched at that time."""
    from ticker import service, show
    from ticker.poll import ingest as ingest_page

    settings = settings_of(context, config)
    (place,) = chosen(settings, [source])
    pages = list(zip(files, instants(place, files, at or []), strict=True))

    async def ingests() -> list["Poll"]:
        async with service.opened(settings) as (store, press):
            channels = service.channels_of(settings)
            ours = (channels[""], channels[place.name])
            return [
                await ingest_page(place, saved_page(file, place, instant), store=store, channels=ours, press=press)
                for file, instant in pages
            ]

    outcomes = in_loop(ingests())
    show.polls(outcomes, as_json=json)
    raise typer.Exit(any(outcome.outcome in ("failed", "refused") for outcome in outcomes))


@app.command()
def items(
    context: typer.Context,
    source: SourceName = None,
    search: Annotated[str, typer.Option(help="Only items that hold all these words; spellings do not matter.")] = "",
    since: Annotated[str | None, typer.Option(help="Only items published since, as 2025-01-14T12:00:00Z.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many. Default: all.")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Print what was kept, newest first."""
    from ticker import service, show

    settings = settings_of(context, config)
    for place in chosen(settings, [source] if source else []):
        zone = place.zone
    begin = instant_of(since, zone) if since else None

    async def found() -> list[Any]:
        async with service.opened(settings) as (store, _):
            return await store.search(source, term=search, since=begin, limit=limit)

    show.items(in_loop(found()), settings.sources, as_json=json)


@app.command()
def render(
    context: typer.Context,
    source: SourceName = None,
    form: Annotated[FeedFormat | None, typer.Option("--format", help="Default: rss; with --out all.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write files into this folder instead, laid out as the URLs.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write the feeds as they are served: one to standard output, or all of them into a folder."""
    from ticker import show
    from ticker.model import Format

    settings = settings_of(context, config)
    if source:
        chosen(settings, [source])
    forms = [Format[form.name.upper()]] if form else list(Format) if out else [Format.RSS]
    names = [source] if source else ["", *(place.name for place in settings.sources)] if out else [""]
    published = in_loop(feeds(settings, names))
    if out is None:
        sys.stdout.buffer.write(published[names[0]][forms[0]])
        return
    for name, documents in published.items():
        for each in forms:
            show.wrote(show.replace_file(out / name / f"feed.{each.ending}", documents[each]))


@app.command()
def check(
    context: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Also read every source once; nothing is kept.")] = False,
    config: ConfigFile = None,
) -> None:
    """Check the configuration and the store, and with --online every source. Exit 1 when something is wrong."""
    from ticker import service, show
    from ticker.config import warnings

    settings = settings_of(context, config)

    async def count() -> int:
        async with service.opened(settings) as (store, _):
            return len(await store.search(None))

    show.checked(settings, warnings(settings), in_loop(count()))
    if online:
        results = in_loop(dry_polls(settings))
        show.sources_checked(results)
        raise typer.Exit(any(isinstance(result, TickerError) for _, result in results))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Of the service.")] = 8000,
    newsroom_port: Annotated[int, typer.Option(help="Of the newsroom; 0 takes any that is free.")] = 0,
    rhythm: Annotated[float, typer.Option(min=0.2, help="Seconds between two headlines, about.")] = 12.0,
    seed: Annotated[int, typer.Option(help="Another seed, another day of news.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Keep the database in this folder. Default: thrown away.")] = None,
) -> None:
    """Run the service on a scripted newsroom: headlines arrive, are edited, reposted and scroll off.

    The newsroom's own page has switches for what goes wrong on real sites: errors, hangs, empty pages, 200 MB.
    """
    from ticker import service
    from ticker.demo.stage import demonstrate

    service.configure_logs(json=not sys.stderr.isatty())
    in_loop(demonstrate(port=port, newsroom_port=newsroom_port, rhythm=rhythm, seed=seed, keep=keep))


@app.command()
def health(context: typer.Context, config: ConfigFile = None) -> None:
    """Ask the running service whether it is alive: exit 0 or 1. For HEALTHCHECK."""
    from http.client import HTTPConnection, HTTPException

    server = settings_of(context, config).server
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)  # noqa: S104 - asked, not bound
    connection = HTTPConnection(host, server.port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise TickerError(
            f"no answer from http://{host}:{server.port}/healthz: {error}; is `ticker run` up?"
        ) from error
    finally:
        connection.close()
    typer.echo(f"http://{host}:{server.port}/healthz answered {answer}")
    raise typer.Exit(answer != 200)


def chosen(settings: "Settings", names: list[str] | None) -> list["Source"]:
    """The sources of these names, all without any."""
    known = {source.name: source for source in settings.sources}
    for name in names or []:
        if name not in known:
            raise ConfigError([f"no source is named {name!r} in the configuration; there are: {', '.join(known)}"])
    return [known[name] for name in names] if names else list(settings.sources)


def instants(source: "Source", files: list[Path], at: list[str]) -> list[datetime]:
    """When each file was read."""
    if not at:
        return [written_at(existing(file)) for file in files]
    if len(at) not in (1, len(files)):
        raise ConfigError(
            [f"--at is given {len(at)} times for {len(files)} files: give it once, or once for each file"]
        )
    read = [instant_of(one, source.zone) for one in at]
    return read * len(files) if len(read) == 1 else read


def instant_of(written: str, zone: Any) -> datetime:
    """RFC 3339, the offset left out for the wall clock of *zone*."""
    try:
        instant = datetime.fromisoformat(written)
    except ValueError as error:
        raise ConfigError([f"{written!r} is no instant: write it as 2025-01-14T14:55:00+02:00"]) from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)


def written_at(file: Path) -> datetime:
    """When it was last written, in whole seconds."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


def existing(file: Path) -> Path:
    """Raises TickerError when there is no such file."""
    if not file.is_file():
        raise TickerError(f"{file}: there is no such file")
    return file


def saved_page(file: Path, source: "Source", instant: datetime) -> "Page":
    """A file as if it had been fetched from the source."""
    from ticker.decode import page_of

    return page_of(existing(file).read_bytes(), url=source.urls[0], fetched_at=instant, charset=source.charset)


async def read_page(place: str, *, url: str | None, charset: str | None) -> "Page":
    """A page for `inspect`, from the web or from a file."""
    from ticker.decode import page_of

    if not place.startswith(("http://", "https://")):
        file = existing(Path(place))
        return page_of(file.read_bytes(), url=url or "", fetched_at=written_at(file), charset=charset)
    from zoneinfo import ZoneInfo

    from ticker.fetch import Fetcher
    from ticker.model import Source
    from ticker.service import system_clock

    source = Source("inspect", "inspect", (place,), ZoneInfo("UTC"), charset=charset, allow_private=True)
    page = await Fetcher(clock=system_clock)(source, place, None)
    assert page is not None  # noqa: S101 - only a conditional GET is answered 304
    return page


async def feeds(settings: "Settings", names: list[str]) -> dict[str, Any]:
    """The documents of these feeds: as published, or as they will be once the service runs with this configuration."""
    from ticker import service

    channels = service.channels_of(settings)
    documents = {}
    async with service.opened(settings) as (store, press):
        for name in names:
            version = await store.published_for(channels[name])
            newest = [] if version else await store.newest(name or None, limit=settings.feed.max_items)
            if not version and not newest:
                raise TickerError(
                    "there is no item yet, and an empty feed is not published; `ticker poll` reads the pages"
                )
            documents[name] = version.documents if version else await press(channels[name], newest)
    return documents


async def dry_polls(settings: "Settings") -> list[tuple["Source", "int | TickerError"]]:
    """How many headlines each source gives now, or why none."""
    from ticker.fetch import Fetcher
    from ticker.poll import first_that_holds_the_block
    from ticker.service import system_clock

    fetch = Fetcher(clock=system_clock)
    results: list[tuple[Source, int | TickerError]] = []
    for source in settings.sources:
        try:
            read = await first_that_holds_the_block(source, fetch, None)
            results.append((source, len(read[1]) if read else 0))
        except TickerError as error:
            results.append((source, error))
    return results


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* in an event loop of its own, uvloop's where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def main() -> None:
    """Errors are one line on standard error with the cure; 1 failed, 2 usage or configuration."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(f"ticker: {problem}", err=True)
        sys.exit(2)
    except TickerError as error:
        typer.echo(f"ticker: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe has gone: `| head`
        sys.exit(1)


if __name__ == "__main__":
    main()
