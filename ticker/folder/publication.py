"""What stands in the folder, and in which order it is written: what others lead to first, what leads to it last.

Pictures, styles and scripts; then of each feed the items that it leads to, its archives, its documents; then the
list of feeds and the pages. What is no longer wanted goes at the end.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from ticker.folder.written import File, Folder
from ticker.model import Channel, Format, Glance, Item, Press, Source, Version
from ticker.render import opml
from ticker.serve.filed import FiledPages, has_page
from ticker.store import Store

AT_ONCE = 1_000  # items, or archives, that are looked at with one query
WRITTEN = 100  # files that are written with one entry in the manifest: they are in memory meanwhile


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a folder."""

    feeds: Sequence[str]  # paths of the documents of feeds
    empty: Sequence[str]  # sources without an item: they have no feed
    foreign: Sequence[str] = ()  # paths of files that are wanted, where somebody else's stand
    written: int = 0  # files made or changed
    kept: int = 0  # files that were as they should be
    removed: int = 0  # files


async def publish(
    store: Store,
    folder: Folder,
    channels: Mapping[str, Channel],
    sources: Sequence[Source],
    press: Press,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], object],
) -> Published:
    """Have all feeds and what they lead to stand in *folder*, and nothing more of ours; none before the first item."""
    there, empty = await _published(store, channels, press, clock)
    if "" not in there:
        return Published((), empty)
    publication = _Publication(store, folder, there, [source for source in sources if source.name in there], progress)
    feeds = await publication.write()
    removed = folder.remove_unwanted()
    return Published(feeds, empty, folder.foreign, folder.written, folder.kept, removed)


async def publish_feeds(
    store: Store,
    folder: Folder,
    channels: Mapping[str, Channel],
    forms: Collection[Format],
    press: Press,
    clock: Callable[[], datetime],
) -> Published:
    """Have the documents of these feeds stand in *folder*, in these forms; what else is there stays."""
    there, empty = await _published(store, channels, press, clock)
    written: list[str] = []
    for name in there:
        if version := await store.version(name):
            written += _put_feed(folder, version, forms)
    return Published([path for path in written if path not in folder.foreign], empty, folder.foreign)


async def _published(
    store: Store, channels: Mapping[str, Channel], press: Press, clock: Callable[[], datetime]
) -> tuple[dict[str, Channel], list[str]]:
    """Those channels that have a version, and the names of those without items.

    As `ticker run` does when it starts, a version is made anew where the configuration has changed, and what no longer
    fits in it is closed.
    """
    before = await store.revisions()
    await store.republish(channels.values(), clock().replace(microsecond=0), press)
    known = await store.revisions()
    there = {name: channel for name, channel in channels.items() if name in known}
    for name in there:
        while known[name] != before.get(name) and await store.close_archives(there[name], clock(), press):
            pass
    return there, [name for name in channels if name not in known]


def _put_feed(folder: Folder, version: Version, forms: Iterable[Format]) -> list[str]:
    paths = {form: _below(version.feed, f"feed.{form.ending}") for form in forms}
    dated = version.last_modified
    folder.put([File(paths[form], version.documents[form], dated=dated, lasting=True) for form in paths])
    return list(paths.values())


class _Publication:
    def __init__(
        self,
        store: Store,
        folder: Folder,
        channels: Mapping[str, Channel],
        sources: Sequence[Source],
        progress: Callable[[int, int], object],
    ) -> None:
        self._store = store
        self._folder = folder
        self._channels = channels
        self._pages = FiledPages(store, channels, sources)
        self._progress = progress
        self._looked = self._all = 0
        self._last = 0  # number of the item that was looked at last
        self._closed: dict[str, int] = {}  # feed -> number of the archive that was looked at last

    async def write(self) -> list[str]:
        self._all = await self._store.count() + sum([await self._store.archives(name) for name in self._channels])
        self._folder.put([File(path.lstrip("/"), body) for path, body in self._pages.assets.items()])
        feeds = [path for name in self._channels for path in await self._feed(name)]
        listed = opml(self._channels)
        self._folder.put([File("opml", listed), File("feeds.opml", listed), File("404.html", self._pages.missing())])
        for name in sorted(self._channels, reverse=True):  # the front page last
            await self._front(name)
        return feeds

    async def _feed(self, name: str) -> list[str]:
        """A feed, once there is all that it leads to: what comes in meanwhile is in the next one."""
        version = await self._store.version(name)
        if version is None:
            return []
        closed = await self._store.archives(name)
        await self._items()
        await self._archives(name, closed)
        return _put_feed(self._folder, version, Format)

    async def _items(self) -> None:
        """The pages of all items that came since this was called last."""
        while some := await self._store.glances(self._last, AT_ONCE):
            self._last = some[-1].number
            await self._items_of([glance for glance in some if has_page(glance)])
            self._go_on(len(some))

    async def _items_of(self, glances: Sequence[Glance]) -> None:
        wanted = {_item_path(glance.guid): glance for glance in glances}
        standing = self._folder.stand([(path, self._made_of(glance)) for path, glance in wanted.items()])
        lacking = [glance for path, glance in wanted.items() if path not in standing]
        for some in (lacking[n : n + WRITTEN] for n in range(0, len(lacking), WRITTEN)):
            found = await self._store.items_of(glance.guid for glance in some)
            marks = {glance.guid: self._made_of(glance) for glance in some}
            self._folder.put([self._item(item, marks[guid]) for guid, item in found.items()])

    def _item(self, item: Item, made_of: str) -> File:
        return File(_item_path(item.guid), self._pages.item(item), made_of=made_of)

    def _made_of(self, glance: Glance) -> str:
        return f"{self._pages.look} {glance.mark}"

    async def _archives(self, name: str, closed: int) -> None:
        """Those up to *closed*, in their order: each leads to the one before. They never change.

        Those that were forgotten (`keep`) are the oldest: their files go with what is no longer wanted.
        """
        channel = self._channels[name]
        begin = self._closed[name] + 1 if name in self._closed else await self._store.first_archive(name)
        for first in range(begin, closed + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, closed + 1))
            standing = self._folder.stand(
                [(_archive_path(name, n, form), channel.public_url) for n in numbers for form in Format]
            )
            for number in numbers:
                if any(_archive_path(name, number, form) not in standing for form in Format):
                    await self._archive(channel, number)
            self._go_on(len(numbers))
        self._closed[name] = closed

    async def _archive(self, channel: Channel, number: int) -> None:
        url = channel.public_url
        if archive := await self._store.archive(channel.name, number, url):
            documents = {_archive_path(channel.name, number, form): archive.documents[form] for form in Format}
            dated = archive.closed_at
            self._folder.put([File(path, body, made_of=url, dated=dated) for path, body in documents.items()])

    async def _front(self, name: str) -> None:
        closed, channel = await self._store.archives(name), self._channels[name]
        page, led_to = await self._pages.front(name, channel.archive_url(closed, Format.RSS) if closed else None)
        await self._items()
        await self._archives(name, closed)
        edited = [item for item in led_to if item.revisions]  # maybe since its page was looked for
        self._folder.put([self._item(item, "") for item in edited if not self._folder.wants(_item_path(item.guid))])
        self._folder.put([File(_below(name, "index.html"), page, lasting=True)])

    def _go_on(self, by: int) -> None:
        self._looked += by
        self._progress(min(self._looked, self._all), self._all)


def _below(name: str, file: str) -> str:
    return str(PurePosixPath(name, file))


def _archive_path(name: str, number: int, form: Format) -> str:
    return _below(name, f"archive/{number}.{form.ending}")


def _item_path(guid: str) -> str:
    """Of `/item/{id}`: plain servers lead from there to `/item/{id}/`, and answer with this file."""
    return f"item/{guid.removeprefix('urn:uuid:')}/index.html"
