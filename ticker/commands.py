"""The commands: run the service, poll once, look at a page, read what was kept.

Heavy parts are imported where they are used, so that `ticker --help` answers at once.
"""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ticker import __version__, findings, upkeep
from ticker.errors import TickerError
from ticker.loop import in_loop
from ticker.options import AsJson, ConfigFile, settings_of

if TYPE_CHECKING:
    from ticker.model import Item, Poll

DIFFERS = 3  # exit code of a replay that would decide something else
NO_ITEM = "there is no item yet, and an empty feed is not published; `ticker poll` reads the pages"
NOTHING_KEPT = ("failed", "refused")  # outcomes of a poll that make the exit code 1

app = typer.Typer(
    name="ticker",
    help="Turn the breaking-news ticker of a news page into RSS, Atom and JSON feeds that people can trust.",
    epilog="New here? `ticker demo` shows everything on a scripted newsroom; "
    "`ticker inspect URL --heading TEXT` shows what a page would give.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",  # paragraphs flow with the terminal
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


class FeedFormat(StrEnum):
    """The endings of feed URLs."""

    rss = "rss"
    atom = "atom"
    json = "json"


SourceNames = Annotated[
    list[str] | None, typer.Argument(metavar="SOURCE", help="Names as in config.yaml. Default: all.")
]
SourceName = Annotated[str | None, typer.Argument(metavar="SOURCE", help="A name as in config.yaml. Default: all.")]


def told_version(asked: bool) -> None:
    """Answer --version, and nothing else."""
    if asked:
        print(f"ticker {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    context: typer.Context,
    config: ConfigFile = None,
    version: Annotated[
        bool, typer.Option("--version", callback=told_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options that may stand before any command."""
    context.obj = config


class Role(StrEnum):
    """What a service does, as `service.Role`."""

    all = "all"
    web = "web"


@app.command()
def run(
    context: typer.Context,
    role: Annotated[
        Role, typer.Option(help="`web`: only serve, while `ticker worker` polls, on one PostgreSQL (docs/scaling.md).")
    ] = Role.all,
    config: ConfigFile = None,
) -> None:
    """Poll the sources and serve their feeds until stopped (SIGTERM, Ctrl-C).

    A config.yaml that changes is taken over by itself; SIGHUP has it read at once. A broken one is told of in the log,
    and what was read before stays in force.
    """
    from ticker import service
    from ticker.config import file_of, load
    from ticker.logs import configure_logs
    from ticker.reload import Watched

    path = file_of(config or context.obj, os.environ)
    settings = load(path, os.environ)
    configure_logs(json=not sys.stderr.isatty())
    watched = Watched(path, lambda: load(path, os.environ))
    in_loop(service.run(settings, watched=watched, role=service.Role(role.value)))


@app.command()
def worker(
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Answer /healthz, /readyz and /metrics there. Default: nowhere."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Poll the sources beside as many other workers as there are, on one PostgreSQL, until stopped (SIGTERM, Ctrl-C).

    They share the work by a queue in that database; `ticker run --role web` serves what they keep. A config.yaml that
    changes is taken over as by `ticker run`.

    Example: `ticker worker --listen 0.0.0.0:9090`
    """
    from ticker import worker as workers
    from ticker.arguments import place_of
    from ticker.config import file_of, load
    from ticker.logs import configure_logs
    from ticker.reload import Watched

    listen_on = place_of(listen) if listen else None
    path = file_of(config or context.obj, os.environ)
    settings = load(path, os.environ)
    configure_logs(json=not sys.stderr.isatty())
    in_loop(workers.run(settings, watched=Watched(path, lambda: load(path, os.environ)), listen_on=listen_on))


@app.command()
def poll(context: typer.Context, sources: SourceNames = None, json: AsJson = False, config: ConfigFile = None) -> None:
    """Poll now, once, and print what is new, edited and known. Exit 1 when a page could not be read.

    Examples: `ticker poll`; only one source, for a program: `ticker poll desk --json`
    """
    from ticker import service, show
    from ticker.arguments import chosen

    settings = settings_of(context, config)
    places = chosen(settings, sources or [])

    async def polls() -> list["Poll"]:
        async with service.opened_to_publish(settings) as (store, press, channels):
            poller = service.poller_of(settings, store, press, channels)
            return [await poller.poll(source) for source in places]

    outcomes = in_loop(polls())
    show.polls(outcomes, as_json=json)
    raise typer.Exit(any(outcome.outcome in NOTHING_KEPT for outcome in outcomes))


@app.command()
def inspect(
    context: typer.Context,
    page: Annotated[
        str,
        typer.Argument(metavar="PAGE", help="A URL, a saved file (HTML or plain text), or a source of config.yaml."),
    ],
    url: Annotated[
        str | None, typer.Option(help="Where a saved file comes from; its links are relative to it.")
    ] = None,
    heading: Annotated[str | None, typer.Option(help="Only the list under this heading.")] = None,
    charset: Annotated[str | None, typer.Option(help="Of a page that declares none and is not UTF-8.")] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Of a source: the page of its last poll that kept nothing.")
    ] = False,
    back: Annotated[int, typer.Option(min=0, max=100, help="With --failed: so many of these pages before that.")] = 0,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show the timed lists that a page holds, the best first, and the configuration that would follow it.

    Of a source, its page is read as configured. Exit 1 where the list is not found.

    Examples: `ticker inspect https://news.example/ --heading 'Breaking news'`; what went wrong the last time:
    `ticker inspect desk --failed`
    """
    from ticker import parse, show
    from ticker.arguments import asked_otherwise, page_at, page_of_source, source_named
    from ticker.config import contact_of

    named = source_named(page, config or context.obj, os.environ, must=failed)
    if named is None:
        read = in_loop(page_at(page, url=url, charset=charset))
        found = parse.inspect(read, heading=heading, detailed=not json)
        show.inspection(found, read, heading=heading, as_json=json)
        raise typer.Exit(found.problem is not None or not found.blocks)
    settings, source = named
    source = asked_otherwise(source, heading, charset)
    if failed:
        read, kept = in_loop(findings.page_that_failed(settings, source, back))
    else:
        read, kept = in_loop(page_of_source(source, contact_of(settings))), ()
    found = parse.inspect(read, heading=source.heading, selectors=source.selectors, detailed=failed or not json)
    show.inspection_of(source, found, read, kept=kept, back=back, as_json=json)
    raise typer.Exit(found.problem is not None or not found.blocks)


@app.command()
def ingest(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name in config.yaml.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Saved pages, oldest first.")],
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
    """Run saved pages through the same pipeline, as if fetched at that time.

    Example: `ticker ingest desk morning.html noon.html --at 2025-01-14T09:00 --at 2025-01-14T12:00`
    """
    from ticker import service, show
    from ticker.arguments import chosen, instants, saved_page
    from ticker.poll import ingest as ingest_page

    settings = settings_of(context, config)
    (place,) = chosen(settings, [source])
    read_at = instants(files, at or [], zone=place.zone, now=service.system_clock())

    async def ingests() -> list["Poll"]:
        async with service.opened_to_publish(settings) as (store, press, channels):
            ours = (channels[""], channels[place.name])
            return [
                await ingest_page(place, saved_page(file, place, instant), store=store, channels=ours, press=press)
                for file, instant in zip(files, read_at, strict=True)
            ]

    outcomes = in_loop(ingests())
    show.polls(outcomes, as_json=json)
    raise typer.Exit(any(outcome.outcome in NOTHING_KEPT for outcome in outcomes))


@app.command()
def items(
    context: typer.Context,
    source: SourceName = None,
    search: Annotated[str, typer.Option(help="Only items that hold all these words; spellings do not matter.")] = "",
    since: Annotated[
        str | None,
        typer.Option(
            help="Only items published since, as 2025-01-14T12:00:00Z; without an offset, in the zone of the source."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=1_000_000, help="At most so many. Default: all.")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Print what was kept, newest first.

    Examples: `ticker items desk --limit 20`; `ticker items --search 'harbour ferry' --since 2025-01-14T08:00 --json`
    """
    from ticker import service, show
    from ticker.arguments import chosen, instant_of

    settings = settings_of(context, config)
    zone = chosen(settings, [source] if source else [])[0].zone
    begin = instant_of(since, zone) if since else None

    async def found() -> list["Item"]:
        async with service.opened(settings) as (store, _):
            return await store.search(source, term=search, since=begin, limit=limit)

    narrowed = bool(source or search or since)
    show.items(in_loop(found()), settings.sources, narrowed=narrowed, as_json=json)


@app.command()
def replay(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name in config.yaml.")],
    since: Annotated[
        str | None,
        typer.Option(
            help="Begin with the first list read since, as 2025-01-14T12:00:00Z; without an offset, in the zone of the "
            "source. Default: with the first that is kept."
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="What if: as if the clock of the page were that of this zone, as Asia/Beirut.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, max=1_000_000, help="Print at most so many differences; all are counted.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep the database that came of it in this new file; TICKER_STORE=sqlite:///FILE reads it."),
    ] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Run the polls that are kept through the pipeline again, and print what would be decided differently today.

    Lines that would be one item or two, be dated otherwise, be reposts or not; lists that would be believed or not.
    Nothing that is kept is changed. Exit 0 when nothing differs, 3 when something does, 1 when there is nothing to
    replay or it fails, 2 when the configuration or the command line is wrong.

    Example: `ticker replay desk --timezone Europe/Athens --limit 20`
    """
    from dataclasses import replace

    from ticker import show
    from ticker.arguments import chosen, instant_of, new_file, zone_of

    settings = settings_of(context, config)
    (place,) = chosen(settings, [source])
    begin = instant_of(since, place.zone) if since else None
    today = replace(place, zone=zone_of(timezone)) if timezone else place
    kept = new_file(keep) if keep else None
    result = in_loop(findings.replayed(settings, today, since=begin, keep=kept))
    show.replayed(result, place.zone, today.zone, limit=limit, as_json=json)
    raise typer.Exit(DIFFERS if result.counts else 0)


@app.command()
def render(
    context: typer.Context,
    source: SourceName = None,
    form: Annotated[FeedFormat | None, typer.Option("--format", help="Default: rss; with --out all.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write into this folder instead: it is what stands at server.public_url. With SOURCE or --format only "
            "those documents.",
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write a feed to standard output as it is served, or with --out all that a web server or CDN needs as files.

    That is all feeds and archives, a page of each headline that they lead to, the front page and one of each source,
    pictures and styles: no `ticker run` is needed, only `ticker poll` before. Each file is put in place of the one
    before in one step, and only where its bytes differ; what is no longer wanted is removed, where we wrote it.

    Examples: `ticker render desk --format atom`; all of it, for a web server: `ticker render --out /var/www/news`
    """
    from ticker import show
    from ticker.arguments import chosen
    from ticker.model import Format

    settings = settings_of(context, config)
    if source:
        chosen(settings, [source])
    wanted = Format[form.name.upper()] if form else None
    if out is None:
        name = source or ""
        found = in_loop(findings.feeds(settings, [name]))
        if not found:
            raise TickerError(NO_ITEM)
        show.document(found[name][wanted or Format.RSS])
        return
    published = in_loop(findings.published(settings, out, source, wanted))
    if not published.feeds:
        raise TickerError(NO_ITEM)
    if source or form:
        show.wrote(out, published)
    else:
        feed = settings.feed
        show.published(out, published, private=bool(settings.server.read_token), hubs=feed.hub or bool(feed.hubs))


@app.command()
def check(
    context: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also read every source once, one at a time of each host; nothing is kept.")
    ] = False,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Check the configuration and the store, and with --online every source.

    Of each source: whether its page came, how fast and from where; what its host asks for; the list that was found, or
    why there is none and what helps; and whether it is read often enough. A store that is not there yet is not made.
    Exit 1 when something is wrong, 2 when it is the configuration.

    Example: `ticker check --online`
    """
    from ticker import show
    from ticker.config import warnings

    settings = settings_of(context, config)
    kept = findings.items_kept(settings)
    trials = in_loop(findings.trials_of(settings)) if online else None
    show.checked(settings, warnings(settings), kept, trials, as_json=json)
    raise typer.Exit(any(trial.failure is not None for trial in trials or ()))


@app.command()
def notify(context: typer.Context, config: ConfigFile = None) -> None:
    """Send a test to every target of `notify`, and print what each answered. Exit 1 when one was not told."""
    from ticker.announce import answers
    from ticker.announce import try_all as tell_all
    from ticker.service import system_clock

    settings = settings_of(context, config)
    if not settings.notify:
        raise TickerError("nobody is told: write notify: in config.yaml (docs/config.md)")
    url = settings.server.public_url
    told = in_loop(tell_all(settings.notify, clock=system_clock, public_url=url, sources=settings.sources))
    print("\n".join(answers(told)))
    raise typer.Exit(any(told.values()))


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the service.")] = 8000,
    newsroom_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the newsroom; 0 takes any that is free.")
    ] = 0,
    rhythm: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between two headlines, about.")] = 12.0,
    seed: Annotated[int, typer.Option(help="Another seed, another day of news.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Keep the database in this folder. Default: thrown away.")] = None,
) -> None:
    """Run the service on a scripted newsroom: headlines arrive, are edited, reposted and scroll off.

    The newsroom's own page has switches for what goes wrong on real sites: errors, hangs, empty pages, 200 MB.
    """
    from ticker.demo.stage import demonstrate
    from ticker.logs import configure_logs

    configure_logs(json=not sys.stderr.isatty())
    in_loop(demonstrate(port=port, newsroom_port=newsroom_port, rhythm=rhythm, seed=seed, keep=keep))


@app.command()
def health(context: typer.Context, config: ConfigFile = None) -> None:
    """Ask the running service whether it is alive: exit 0 or 1. For HEALTHCHECK."""
    from ticker import show

    server = settings_of(context, config).server
    url, answer = findings.asked(server.host, server.port)
    show.answered(url, answer)
    raise typer.Exit(answer != 200)


app.command("export")(upkeep.export)
app.command("import")(upkeep.import_)
app.add_typer(upkeep.db)
