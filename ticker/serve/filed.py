"""The pages as files: the templates of the service, without what needs a process.

No search, no past days, no live list, no state of the sources, nothing that leads there; in one language, for nobody
asks for another. A headline has a page of its own where something leads to it that has no other place to lead to: it
has no link, or it was worded anew.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ticker.model import Channel, Glance, Item, Source
from ticker.render.plain import uri
from ticker.serve import headlines, item
from ticker.serve.app import everywhere, release
from ticker.serve.front import SECURE
from ticker.serve.headlines import Shown
from ticker.serve.library import Library
from ticker.serve.site import Site, web_address
from ticker.serve.templating import Templates
from ticker.serve.texts import texts_of

# as the service sends it, but for what a page cannot say of itself
_POLICY = "; ".join(
    part for part in SECURE["Content-Security-Policy"].split("; ") if not part.startswith("frame-ancestors")
)
_MADE_OF = (".py", ".html", ".mo", ".js", ".css")


class FiledPages:
    """The pages of these feeds.

    Args:
        library: the store.
        channels: by feed name, those that are published; "" is among them.
        sources: that have a feed, in the order to be shown.

    Attributes:
        look: another one where pages of the same items would look otherwise.
        assets: path -> bytes of what only a release changes.
    """

    def __init__(self, library: Library, channels: Mapping[str, Channel], sources: Sequence[Source]) -> None:
        self._library = library
        self._site = Site(channels=channels, sources=sources, next_poll=lambda _: None)
        documents = release()
        self.assets = {path: document.answers["identity"].body for path, document in documents.items()}
        versions = {path: document.digest[:8] for path, document in documents.items()}
        known = everywhere(self._site, versions, listed=True, filed=True, has_page=has_page)
        self._templates = Templates(known | {"policy": _POLICY})
        shown = [(source.name, source.title, source.language, source.zone.key, source.urls[0]) for source in sources]
        told = repr((_release(), channels[""].public_url, channels[""].title, channels[""].language, shown))
        self.look = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    async def front(self, feed: str, archive: str | None) -> tuple[bytes, list[Item]]:
        """The page of a feed, and the items of whose pages it leads to.

        Args:
            feed: "" for the combined one.
            archive: where what is older is.
        """
        values = await headlines.view(self._site, self._library, feed, b"")
        named = {"token": "", "stream": None, "cursor": "", "archive": archive}  # it moves with items of other feeds
        page = self._page("headlines.html", self._site.channels[feed].language, values | named)
        return page, [shown.line.item for shown in _shown(values) if has_page(shown.line.item)]

    def item(self, found: Item) -> bytes:
        """The page of an item."""
        return self._page("item.html", self._site.line(found).source.language, item.alone(self._site, found))

    def missing(self) -> bytes:
        """What hosts such as GitHub Pages answer where there is nothing."""
        channel, sources = self._site.combined, list(self._site.sources.values())
        return self._page("message.html", channel.language, {"channel": channel, "status": 404, "sources": sources})

    def _page(self, template: str, language: str, values: Mapping[str, object]) -> bytes:
        return self._templates.render(template, texts_of(language), **values).encode()


def has_page(found: Item | Glance) -> bool:
    """Whether there is a page of it: feeds lead there where `uri` gives nothing, pages where `web_address` does not."""
    edited = found.edited if isinstance(found, Glance) else bool(found.revisions)
    return edited or not found.link or not web_address(found.link) or not uri(found.link)


def _shown(values: Mapping[str, object]) -> Iterator[Shown]:
    days = values["days"]
    assert isinstance(days, list)  # noqa: S101 - as `headlines.view` makes it
    for _, hours in days:
        for _, lines in hours:
            yield from lines


@cache
def _release() -> str:
    """Digest of all that pages are made by: of a checkout, which has one version for many, too."""
    made = hashlib.sha256()
    for file in sorted(_files(files("ticker.serve")), key=str):
        made.update(file.read_bytes())
    return made.hexdigest()


def _files(folder: Traversable) -> Iterator[Traversable]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _files(each)
        elif each.name.endswith(_MADE_OF):
            yield each
