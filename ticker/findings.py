"""What commands find out: in the store, on the pages of the sources, from the running service.

Heavy parts are imported where they are used, as in `commands`.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ticker.errors import TickerError
from ticker.loop import in_loop

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.folder import Published
    from ticker.model import Evidence, Format, Page, Source
    from ticker.replay import Replay
    from ticker.trial import Trial

FOR_EVER = timedelta(days=36_500)  # kept by the database of a replay


async def feeds(settings: "Settings", names: list[str]) -> dict[str, Mapping["Format", bytes]]:
    """The documents of those of these feeds that have items.

    As published, or as they will be once the service runs with this configuration.
    """
    from ticker import service
    from ticker.channels import published_channels

    documents: dict[str, Mapping[Format, bytes]] = {}
    async with service.opened(settings) as (store, press):
        channels = await published_channels(settings, store)
        for name in names:
            if version := await store.published_for(channels[name]):
                documents[name] = version.documents
            elif live := await store.live(channels[name]):
                documents[name] = await press(live)
    return documents


async def published(settings: "Settings", out: Path, source: str | None, form: "Format | None") -> "Published":
    """All feeds and what they lead to, as files in *out*; where *source* or *form* narrow that, only documents."""
    from ticker import service
    from ticker.channels import published_channels
    from ticker.folder import Folder, publish, publish_feeds
    from ticker.model import Format
    from ticker.show import Progress

    async with service.opened(settings) as (store, press):
        channels = await published_channels(settings, store)
        if source:
            channels = {source: channels[source]}
        with Folder(out, service.system_clock) as folder, Progress("items and archives looked at") as progress:
            if source or form:
                forms = [form] if form else list(Format)
                return await publish_feeds(store, folder, channels, forms, press, service.system_clock)
            return await publish(store, folder, channels, settings.sources, press, service.system_clock, progress)


async def page_that_failed(settings: "Settings", source: "Source", back: int) -> tuple["Page", Sequence["Evidence"]]:
    """The page of a poll that kept nothing, and all of which the page is kept, latest first."""
    from ticker import service
    from ticker.decode import page_of

    async with service.opened(settings) as (store, _):
        kept = await store.evidence.list(source.name)
        found = await store.evidence.last(source.name, back + 1)
    if not kept:
        cure = f"`ticker inspect {source.name}` reads its page now"
        raise TickerError(f"nothing of {source.name} has failed that came with a page; {cure}")
    if found is None:
        raise TickerError(f"only {len(kept)} pages of {source.name} are kept: --back goes up to {len(kept) - 1}")
    read = page_of(
        found.body, url=found.url, fetched_at=found.at, content_type=found.content_type, charset=source.charset
    )
    return read, kept


async def replayed(settings: "Settings", source: "Source", *, since: datetime | None, keep: Path | None) -> "Replay":
    """The kept polls of *source* once more, into a database in *keep* or one that is thrown away."""
    from tempfile import TemporaryDirectory

    from ticker import service
    from ticker.replay import replay
    from ticker.show import Progress
    from ticker.store import Store

    with TemporaryDirectory(prefix="ticker-replay-") as folder:
        async with service.opened(settings) as (store, _):
            scratch = await Store.open(f"sqlite:///{keep or Path(folder, 'ticker.db')}", keep_polls=FOR_EVER)
            try:
                with Progress("polls replayed") as progress:
                    return await replay(source, store, scratch, since=since, progress=progress)
            finally:
                await scratch.close()


def items_kept(settings: "Settings") -> int | None:
    """How many items the store holds; None where there is no store yet, and none is made by asking."""

    async def count() -> int:
        from ticker import service

        async with service.opened(settings) as (store, _):
            return await store.count()

    if not settings.store.startswith("sqlite:"):
        from ticker.store import server

        return in_loop(count()) if in_loop(server.schema_of(settings.store)) else None
    file = Path(settings.store.removeprefix("sqlite:///"))
    if file.exists():
        return in_loop(count())
    must_be_writable(file)
    return None


def must_be_writable(file: Path) -> None:
    """Raise TickerError where *file* and its folders cannot be made."""
    there = next(folder for folder in file.parents if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        what = "cannot be written" if there.is_dir() else "is no folder"
        raise TickerError(f"store: {file} cannot be made: {there} {what}; choose another with store in config.yaml")


async def trials_of(settings: "Settings") -> list["Trial"]:
    """What each source gives now, or why nothing."""
    from ticker.config import contact_of
    from ticker.fetch import Fetcher
    from ticker.service import system_clock
    from ticker.show import Progress
    from ticker.trial import try_all

    fetch = Fetcher(clock=system_clock, contact=contact_of(settings), robots=True)
    with Progress("sources read") as progress:
        return await try_all(settings.sources, fetch, progress=progress)


def asked(host: str, port: int) -> tuple[str, int]:
    """The address where the service says that it is alive, and the status that it answered."""
    from http.client import HTTPConnection, HTTPException

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not bound
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"
    connection = HTTPConnection(host, port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return url, connection.getresponse().status
    except (OSError, HTTPException) as error:
        reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
        raise TickerError(f"no answer from {url}: {reason}; is `ticker run` up?") from error
    finally:
        connection.close()
