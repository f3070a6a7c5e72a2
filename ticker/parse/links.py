"""Make the links of a page whole."""

import re
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

_PLAIN = re.compile(r"https?://[a-z0-9.-]+/")
_SCHEMES = ("http", "https")
_NOISE = dict.fromkeys(
    [*range(0x20), 0x7F, *range(0xD800, 0xE000)]
)  # left out of an address by browsers, or never in one


class Links:
    """Resolves against the page's <base>, else its address."""

    def __init__(self, url: str, parser: LexborHTMLParser | None = None) -> None:
        self.url = url
        self.parser = parser

    @cached_property
    def base(self) -> str:
        head = self.parser.head if self.parser is not None else None
        base = head.css_first("base[href]") if head is not None else None
        href = (base.attributes.get("href") or "").strip() if base is not None else ""
        return _join(self.url, href) or self.url if href else self.url

    @cached_property
    def origin(self) -> str:
        """Scheme and host of the base, "" where it has none."""
        try:
            parts = urlsplit(self.base)
        except ValueError:
            return ""
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in _SCHEMES and parts.netloc else ""

    def whole(self, href: str | None) -> str | None:
        """The absolute address of *href*; None for one that leads nowhere (javascript:, #, mailto:)."""
        href = (href or "").strip()
        if not href.isprintable() or " " in href:  # most addresses need no cleaning, and cleaning is slow
            href = href.translate(_NOISE).replace(" ", "%20")
        if not href or href[0] == "#":
            return None
        if _PLAIN.match(href) and "/." not in href:
            return href  # nothing to resolve: most links, and urljoin is slow
        if href.startswith("/") and not href.startswith("//") and "/." not in href and self.origin:
            return self.origin + href
        return _join(self.base, href)

    def leads(self, href: str | None) -> bool:
        """Whether *href* leads somewhere, though the address of the page itself may not be known."""
        if self.whole(href) is not None:
            return True
        return not self.origin and Links("http://unknown.invalid/").whole(href) is not None


def _join(base: str, href: str) -> str | None:
    try:
        link = urljoin(base, href)
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in _SCHEMES and parts.netloc else None
