"""Filtered variants of the feeds, `/feed.rss?q=…`: made when first asked for, then answered from memory.

A variant is made of the very items that the feed shows, and dated as the feed is: newer words under an older date
would be lost on readers such as newsboat.
"""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass, replace

from ticker import text
from ticker.model import Feed, Format, Press
from ticker.serve.documents import Document, pack
from ticker.serve.feeds import Edition, Shelf
from ticker.serve.filters import Filter
from ticker.serve.kept import BusyError, Kept, Workshop
from ticker.serve.library import Library
from ticker.serve.published import prepare_feed, variant_links

MOST = 500  # variants kept
MOST_BYTES = 32 * 1024 * 1024  # the same: as many as 90 of 500 items
WAITING = 600  # that are not made yet: as many as one address may ask for at once, some 3 ms each
FEEDS = 16  # whose items are kept: 0.7 MB for 500
TRIES = 3  # to read the items that the feed shows, while newer ones come
PATIENCE = 2.0  # seconds in which the shelf comes up with the library, before the next try


@dataclass(frozen=True, slots=True)
class _Stock:
    """What variants of a feed are made of."""

    edition: Edition
    feed: Feed
    folded: tuple[str, ...]  # the titles


class Variants:
    """The variants that are asked for.

    Args:
        library: asked for the items of a feed once in each of its versions.
        shelf: says which version of a feed is served.
        press: makes the documents.
        kept: for those made.
    """

    def __init__(self, *, library: Library, shelf: Shelf, press: Press, kept: Kept | None = None) -> None:
        self._library = library
        self._shelf = shelf
        self._press = press
        self._stocks: OrderedDict[str, _Stock] = OrderedDict()
        self._workshop = Workshop(waiting=WAITING)
        self._kept = Kept(most=MOST, most_bytes=MOST_BYTES) if kept is None else kept

    def holds(self, name: str, form: Format, wish: Filter) -> bool:
        """Whether `document` has it in memory, as it is to be now."""
        held = self._kept.get(_key(name, form, wish))
        return held is not None and held.last_modified == self._shelf.editions[name].dated

    async def document(self, name: str, form: Format, wish: Filter) -> Document:
        """The variant of the feed *name* as *wish* has it.

        Raises:
            BusyError: not now.
            StoreError: the library refused, and nothing was kept that could serve.
        """
        key = _key(name, form, wish)
        held = self._kept.get(key)
        if held is not None and held.last_modified == self._shelf.editions[name].dated:
            return held
        with contextlib.suppress(BusyError):
            if made := await self._workshop.make(key, lambda: self._make(key, name, form, wish)):
                return made
        if held is not None:  # what it was: it cannot be made anew just now
            return held
        raise BusyError

    async def _make(self, key: str, name: str, form: Format, wish: Filter) -> Document | None:
        stock = await self._stock(name)
        if stock is None:
            return None
        held = self._kept.get(key)
        if held is not None and held.last_modified == stock.edition.dated:  # a stock that is kept on is older
            return held
        chosen = await asyncio.to_thread(wish.choose, stock.feed.items, stock.folded)
        feed = replace(stock.feed, items=chosen, query=wish.query)
        documents = await self._press(feed)
        document = prepare_feed(
            await asyncio.to_thread(pack, documents[form]),
            form,
            cache_control=self._shelf.caching(name),
            last_modified=stock.edition.dated,
            language=feed.channel.language,
            links=variant_links(feed, form),
        )
        self._kept.put(key, document)
        return document

    async def _stock(self, name: str) -> _Stock | None:
        """What the feed *name* shows; what it showed, while the library is ahead of it; None where that is unknown."""
        for _ in range(TRIES):
            edition = self._shelf.editions[name]
            held = self._stocks.get(name)
            if held is not None and held.edition.revision == edition.revision:
                return self._put(name, replace(held, edition=edition))  # dated anew, after a clock jumped back
            feed = await self._library.live(self._shelf.channels[name])
            if feed is not None and (await self._library.revisions()).get(name) == edition.revision:
                folded = await asyncio.to_thread(_fold, feed)
                return self._put(name, _Stock(edition, feed, folded))
            if held is not None or feed is None:
                return held
            await self._shelf.wait_for_news(PATIENCE)
        return None

    def _put(self, name: str, stock: _Stock) -> _Stock:
        self._stocks[name] = stock
        self._stocks.move_to_end(name)
        if len(self._stocks) > FEEDS:
            self._stocks.popitem(last=False)
        return stock


def _key(name: str, form: Format, wish: Filter) -> str:
    return f"{name}.{form.ending}?{wish.query}"


def _fold(feed: Feed) -> tuple[str, ...]:
    return tuple(text.fold(item.title) for item in feed.items)
