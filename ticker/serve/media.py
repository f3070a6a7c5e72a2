"""What media type a feed is sent as: that of its format, or the one that browsers show. Pure.

No browser applies a stylesheet to application/rss+xml or application/atom+xml: Chromium prints the source and
Firefox saves a file. Both show the same bytes well as application/xml (research/feed-standards §6).
"""

from collections.abc import Mapping

from ticker.model import Format

CHARSET = "; charset=utf-8"
OPENED = f"application/xml{CHARSET}"
ACCEPTS = b"accept"
DESTINATION = b"sec-fetch-dest"
STYLED = (Format.RSS, Format.ATOM)  # JSON has no stylesheet, and browsers have a viewer of their own for it
# Whatever the headline says: no script, no frame, no picture; styles from where the document says
POLICY = "default-src 'none'; style-src *; frame-ancestors 'none'"

_SPECIFIC = tuple(form.media_type for form in STYLED)


def is_opened(asked: Mapping[bytes, str]) -> bool:
    """Whether a browser asks for the document to show it, by the request headers *asked*.

    Browsers say so themselves, except over plain HTTP: then it is who takes HTML, and names no type of a feed
    beside it as Miniflux does.
    """
    destination = asked.get(DESTINATION)
    if destination is not None:
        return destination.strip().lower() == "document"
    accept = asked.get(ACCEPTS, "").lower()
    return "text/html" in accept and not any(media_type in accept for media_type in _SPECIFIC)
