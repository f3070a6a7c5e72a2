"""config.yaml and the environment -> `Settings`: the only reader of either, and it tells every problem at once.

    nodes ─▶ written ─▶ environment ─▶ keys ─▶ problems
    YAML     values,    overrides      types   what is wrong,
             places                            and the cure

The type of each key carries its rule: `addresses`, `durations`, `names`, `texts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from ticker.config.addresses import is_loopback, is_private
from ticker.config.environment import override
from ticker.config.keys import FeedSettings, File, Server
from ticker.config.names import RESERVED
from ticker.config.notify import Target, doubts, named
from ticker.config.problems import mend, told
from ticker.config.words import KeyPath
from ticker.config.written import Written
from ticker.errors import ConfigError
from ticker.model import Source

__all__ = ["RESERVED", "FeedSettings", "Server", "Settings", "Target", "contact_of", "file_of", "load", "warnings"]

_MOST = 200  # mistakes that are told in full: more is no configuration with mistakes, but another file


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator asked for, checked."""

    server: Server
    store: str  # sqlite:////absolute/file.db, or postgresql://user@host/database
    feed: FeedSettings
    keep: timedelta | None  # how long headlines are kept; None: for ever. A source may say otherwise
    keep_polls: timedelta  # how long the rows of polls are kept for replay
    contact: str  # of the operator, for those whose pages are polled; "" where none is given
    sources: tuple[Source, ...]
    notify: tuple[Target, ...] = ()  # who is told of trouble and of headlines


def file_of(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The file that is read: *path*, else `TICKER_CONFIG` of *environ*, else config.yaml in the working directory."""
    return path or Path(environ.get("TICKER_CONFIG") or "config.yaml")


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the configuration.

    Args:
        path: the file; None for `TICKER_CONFIG` of *environ*, else config.yaml in the working directory.
        environ: `TICKER_SERVER__PORT` stands in place of `server: port:` and so on; an empty variable is none.

    Raises:
        ConfigError: with all problems at once, those of the file in its order, then those of the environment.
    """
    path = file_of(path, environ)
    written = Written(path)
    mend(written)
    variables = override(written, environ)
    hidden = ("store",) in variables
    folder = Path() if hidden else path.parent
    try:
        places = {"folder": folder, "beside": path.parent, "environ": environ, "store_from_environment": hidden}
        file = _schema().validate_python(written.value, context={**places, "names": set()})
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details[:_MOST]:
            written.blame(*told(detail), variables)
        if len(details) > _MOST:
            more = len(details) - _MOST
            written.blame((), f"{more:,} more mistakes than the following; mend these first", {})
    else:
        _check_private(file, written, variables)
    if problems := written.problems():
        raise ConfigError(problems)
    sources = tuple(each.checked(file.keep) for each in file.sources)
    targets = named([each.checked() for each in file.notify])
    return Settings(file.server, file.store, file.feed, file.keep, file.keep_polls, file.contact, sources, targets)


def _check_private(file: File, written: Written, variables: Mapping[KeyPath, str]) -> None:
    """A hub passes a feed on to people of whom it asks no token, and cannot read one itself."""
    for key, there in {"hub": file.feed.hub, "hubs": file.feed.hubs}.items():
        if there and file.server.read_token:
            says = "cannot go with server.read_token: hubs hand feeds on to who has none; remove one of the two"
            written.blame(("feed", key), says, variables)


@cache
def _schema() -> TypeAdapter[File]:
    return TypeAdapter(File)


def contact_of(settings: Settings) -> str:
    """Whom the people of a polled site may ask: as configured, else our public address where others can open it."""
    url = settings.server.public_url
    return settings.contact or ("" if is_private(urlsplit(url).hostname or "") else url)


def warnings(settings: Settings) -> list[str]:
    """What is allowed and probably not meant, a plain sentence each."""
    found = []
    server = settings.server
    if is_loopback(urlsplit(server.public_url).hostname or "") and not is_loopback(server.host):
        found.append(
            f"server.public_url is {server.public_url}, which other machines cannot open, though the service listens "
            f"on {server.host}; set public_url (or TICKER_SERVER__PUBLIC_URL) to the address that readers use"
        )
    found.extend(
        f"hub {hub} is at a private address: without feed.hub_private: true it is told nothing"
        for hub in settings.feed.hubs
        if is_private(urlsplit(hub).hostname or "") and not settings.feed.hub_private
    )
    for source in settings.sources:
        found.extend(_doubts(source))
    found.extend(doubts(settings.notify))
    return found


def _doubts(source: Source) -> Iterator[str]:
    if not source.heading and not source.selectors:
        yield f"source {source.name} has neither heading nor selectors: the likeliest list is taken"
    if source.every >= timedelta(hours=20):
        yield (
            f"source {source.name} is polled every {source.every}: headlines carry no date, so a page read less "
            "than about once in 20 hours cannot be dated with certainty"
        )
    local = [url for url in source.urls if is_private(urlsplit(url).hostname or "")]
    if local and not source.allow_private:
        later = "without allow_private: true it is not read"
        yield f"source {source.name} is at a private address, {local[0]}; {later}"
