"""Say a feed as RSS 2.0, Atom 1.0 or JSON Feed 1.1: the same items, ids and instants in all three.

Pure: equal feeds give equal bytes, whatever the clock, the locale, the zone, the process or the
release. `entries` has what the formats share, `head` what a document says of itself.
"""

from ticker.model import Feed, Format
from ticker.render.entries import entries
from ticker.render.jsonfeed import jsonfeed
from ticker.render.outline import opml
from ticker.render.xml import atom, rss

__all__ = ["documents", "opml", "render"]

_WRITERS = {Format.RSS: rss, Format.ATOM: atom, Format.JSON: jsonfeed}


def documents(feed: Feed) -> dict[Format, bytes]:
    """One version of *feed* in every format."""
    told = entries(feed)
    return {form: _WRITERS[form](feed, told) for form in Format}


def render(feed: Feed, form: Format) -> bytes:
    """One version of *feed* as a document in UTF-8, items in the order they have, none left out."""
    return _WRITERS[form](feed, entries(feed))
