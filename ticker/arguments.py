"""What the words of a command line mean: sources, instants, pages."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ticker.errors import ConfigError, FetchError, TickerError

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.model import Page, Source

FIRST_YEAR, LAST_YEAR = 1971, 9998  # whole years that every offset leaves within what a datetime can hold
AHEAD = timedelta(minutes=10)  # that the clock of whoever saved a page may be before ours
MOST_BYTES = 10_000_000  # of a saved page, as of one that is fetched
LONGEST_NAME = 200  # characters of a file or address in a message

_NAME = re.compile("[a-z0-9-]{1,64}")  # of a source
_WEB = re.compile("https?://", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?")
_SECRET = re.compile("://[^?]*:[^?]*@|[?&](ssl)?password=")  # in the address of a database
_FILE = re.compile(r"[^/]*\.(x?html?|txt|xml|mhtml)", re.IGNORECASE)


def chosen(settings: "Settings", names: Sequence[str]) -> list["Source"]:
    """The sources of these names, all without any."""
    known = {source.name: source for source in settings.sources}
    for name in names:
        if name not in known:
            there = ", ".join(known)
            raise ConfigError([f"no source is named {short(name)!r} in the configuration; there are: {there}"])
    return [known[name] for name in names] if names else list(settings.sources)


def instant_of(written: str, zone: tzinfo) -> datetime:
    """RFC 3339, the offset left out for the wall clock of *zone*; UTC, in whole seconds."""
    try:
        instant = datetime.fromisoformat(written)
    except ValueError as error:
        raise ConfigError([f"{short(written)!r} is no instant: write it as 2025-01-14T14:55:00+02:00"]) from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ConfigError([f"{written}: the year must be from {FIRST_YEAR} to {LAST_YEAR}"])
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)


def place_of(written: str) -> tuple[str, int]:
    """Where to listen: "127.0.0.1:9090", "[::1]:9090"."""
    host, _, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) < 65536:
        raise ConfigError([f"--listen: {short(written)!r} is no place: write it as 127.0.0.1:9090"])
    return host, int(port)


def zone_of(written: str) -> ZoneInfo:
    """A time zone, by the rules of `timezone` in config.yaml."""
    from pydantic import TypeAdapter, ValidationError

    from ticker.config.names import Zone

    try:
        return TypeAdapter[ZoneInfo](Zone).validate_python(written)
    except ValidationError as error:
        problem = str(error.errors()[0]["msg"]).removeprefix("Value error, ").replace("timezone: ", "--timezone ")
        raise ConfigError([f"--timezone: {problem}"]) from error


def database_at(word: str, place: str, environ: Mapping[str, str]) -> str:
    """The address of a database, by the rules of `store` in config.yaml; `env:NAME`: it stands in that variable.

    Args:
        word: as it stands on the command line, which others on the machine can read: so a password is refused there.
        place: what the command line calls it.
        environ: the environment.
    """
    from pydantic import TypeAdapter, ValidationError

    from ticker.config.addresses import StoreUrl

    named = word.removeprefix("env:") if word.startswith("env:") else ""
    if named and not environ.get(named):
        raise ConfigError([f"{place}: there is no {short(named)} in the environment"])
    if not named and _SECRET.search(word):
        cure = "give it as PGPASSWORD, in ~/.pgpass, or the whole address as env:NAME"
        raise ConfigError([f"{place}: holds a password, which others can read from the list of processes; {cure}"])
    try:
        context = {"folder": Path(), "store_from_environment": True}
        return TypeAdapter[str](StoreUrl).validate_python(environ[named] if named else word, context=context)
    except ValidationError as error:
        problem = str(error.errors()[0]["msg"]).removeprefix("Value error, ").replace("write store: ", "write ")
        raise ConfigError([f"{place}: {problem}"]) from error


def new_file(path: Path) -> Path:
    """Where a file is to be made, and none is."""
    if path.exists():
        raise ConfigError([f"--keep {short(path)} is there already, and nothing is written over; name a new file"])
    return path


def instants(files: Sequence[Path], at: Sequence[str], *, zone: tzinfo, now: datetime) -> list[datetime]:
    """When each file was read: as *at* says, once for all or once for each, else when it was last written."""
    if not at:
        return [_written_at(file, now) for file in files]
    if len(at) not in (1, len(files)):
        raise ConfigError(
            [f"--at is given {len(at)} times for {len(files)} files: give it once, or once for each file"]
        )
    read = [_not_ahead(one, instant_of(one, zone), now) for one in at]
    return read * len(files) if len(read) == 1 else read


def _not_ahead(written: str, instant: datetime, now: datetime) -> datetime:
    if instant > now + AHEAD:
        problem = "is in the future: what is dated by it would stay on top of every feed until then"
        raise ConfigError([f"--at {written} {problem}; write when the page was read"])
    return instant


def _written_at(file: Path, now: datetime) -> datetime:
    try:
        instant = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    except OSError as error:
        raise _unreadable(file, error) from error
    except (OverflowError, ValueError):
        instant = datetime.max.replace(tzinfo=UTC)
    if instant.year < FIRST_YEAR or instant > now + AHEAD:
        problem = f"cannot have been read when it was last written, in the year {instant.year}"
        raise ConfigError([f"{short(file)} {problem}; say when with --at 2025-01-14T14:55:00+02:00"])
    return instant


def saved_page(file: Path, source: "Source", instant: datetime) -> "Page":
    """A file as if it had been fetched from the source."""
    from ticker.decode import page_of

    return page_of(contents(file), url=source.urls[0], fetched_at=instant, charset=source.charset)


def source_named(
    place: str, config: Path | None, environ: Mapping[str, str], *, must: bool
) -> "tuple[Settings, Source] | None":
    """The source that PAGE of `inspect` names; None where it is a file, or an address.

    Args:
        place: as written.
        config: the file that -c names.
        environ: as of `config.load`.
        must: nothing else is meant.
    """
    from ticker.config import file_of, load

    if not must and (not _NAME.fullmatch(place) or Path(place).exists()):
        return None
    path = file_of(config, environ)
    if not must and config is None and not path.exists():
        problem = f"there is no such file, and no {short(path)} that could name a source so"
        raise TickerError(f"{place}: {problem}; name the configuration with -c, or write https:// before an address")
    settings = load(path, environ)
    if not must and place not in (names := [source.name for source in settings.sources]):
        problem = f"there is no such file, and no source is named so in {short(path)}"
        raise TickerError(f"{place}: {problem}; there are: {', '.join(names)}")
    return settings, chosen(settings, [place])[0]


def asked_otherwise(source: "Source", heading: str | None, charset: str | None) -> "Source":
    """*source* as if it were configured with what the command line says."""
    from dataclasses import replace

    if heading:
        source = replace(source, heading=heading, selectors=None)
    return replace(source, charset=charset) if charset else source


async def page_of_source(source: "Source", contact: str) -> "Page":
    """The page of a source as it is now: of several the first on which its list is found, else the first."""
    from ticker.fetch import Fetcher
    from ticker.parse import inspect
    from ticker.service import system_clock

    fetch = Fetcher(clock=system_clock, contact=contact)
    pages: list[Page] = []
    troubles: list[str] = []
    for url in source.urls:
        try:
            page = await fetch(source, url, None)
        except FetchError as error:
            troubles.append(f"{short(url)}: {error.cause}: {error}")
            continue
        assert page is not None  # noqa: S101 - only a conditional GET is answered 304
        if inspect(page, heading=source.heading, selectors=source.selectors).problem is None:
            return page
        pages.append(page)
    if not pages:
        raise TickerError("; ".join(troubles))
    return pages[0]


async def page_at(place: str, *, url: str | None, charset: str | None) -> "Page":
    """A page for `inspect`, from the web or from a file."""
    from ticker.decode import page_of
    from ticker.fetch import Fetcher
    from ticker.model import Source
    from ticker.service import system_clock

    if "://" in place and not _WEB.match(place):
        raise TickerError(f"{short(place)}: only http:// and https:// are read")
    if not _WEB.match(place):
        return page_of(_file_or_address(place), url=url or "", fetched_at=system_clock(), charset=charset)
    source = Source("inspect", "inspect", (place,), ZoneInfo("UTC"), charset=charset, allow_private=True)
    try:
        page = await Fetcher(clock=system_clock)(source, place, None)
    except FetchError as error:
        raise TickerError(f"{short(place)}: {error}") from error
    assert page is not None  # noqa: S101 - only a conditional GET is answered 304
    return page


def _file_or_address(place: str) -> bytes:
    try:
        return contents(Path(place))
    except TickerError as error:
        if isinstance(error.__cause__, FileNotFoundError) and _HOST.fullmatch(place) and not _FILE.fullmatch(place):
            raise TickerError(f"{error}; a page on the web is https://{short(place)}") from error
        raise


def contents(file: Path) -> bytes:
    """All of it. Raises TickerError with the reason where it cannot be read."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, error) from error
    if len(body) > MOST_BYTES:
        raise TickerError(f"{short(file)}: larger than {MOST_BYTES:,} bytes, which no page is")
    return body


def _unreadable(file: Path, error: OSError) -> TickerError:
    match error:
        case FileNotFoundError():
            return TickerError(f"{short(file)}: there is no such file")
        case IsADirectoryError():
            return TickerError(f"{short(file)}: is a folder; name a file in it")
    return TickerError(f"{short(file)}: {str(error.strerror).lower()}")


def short(words: object) -> str:
    """For a line that a person reads."""
    line = " ".join(str(words).split())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"
