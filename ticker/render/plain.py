"""Texts and addresses as documents carry them: plain text that no XML parser or validator refuses, absolute URIs."""

import html
import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit

from ticker import text

LONGEST_TITLE = 500  # characters; what is cut off stands in the content

RLM = "\u200f"
JOINER = "\u2060"  # word joiner: no width, no break, and no letter of any tag or entity
ELLIPSIS = "…"
_MISSING = "□"  # for U+FFFD, what a page could not say: the W3C validator warns of that one itself (BadCharacters)

# What XML 1.0 or a validator refuses, white space other than one plain space (feed-standards X1), and controls of
# direction that could be left open (L4).
_UNFIT = re.compile(
    "[^ -~\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|["
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_JOINING = "\u200c\u200d\ufe0e\ufe0f"  # what belongs to the character before it
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=(#?\w+))")
_PART = r"(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*"
_URI = re.compile(  # RFC 3986, with a host and without a password
    rf"https?://(\[[\da-f:.]+\]|\w[\w.~-]*)(:\d{{1,5}})?([/?]{_PART})?(#{_PART})?", re.ASCII | re.IGNORECASE
)
_NOT_PUBLIC = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "test", "invalid")


def plain(raw: str) -> str:
    """*raw* as it stands if a document can carry it, else cleaned; "" if it shows nothing.

    As it stands: the wording was cleaned when it was kept, and a cleaner that has changed since
    then must not rewrite what was published (research/readers §2.7).
    """
    fit = re.search(r"\w", raw) and not _UNFIT.search(raw) and raw == raw.strip()
    return (raw if fit else text.display(raw)).replace("\ufffd", _MISSING)


def unmarked(title: str) -> str:
    """*title* so that nobody takes a part of it for a tag or an entity.

    Its characters stay as they are; a word joiner, which has no width, stands behind each < or & that
    could begin one. Miniflux resolves entities twice and others drop tags (research/readers §2.10), and
    the W3C validator warns of titles that look like HTML.
    """
    return _MARKUP.sub(_apart, title) if "<" in title or "&" in title else title


def _apart(found: re.Match[str]) -> str:
    name = found[1]
    harmless = name and name.isalpha() and html.unescape(f"&{name};") == f"&{name};"  # as in AT&T
    return found[0] if harmless else found[0] + JOINER


def shortened(title: str, most: int = LONGEST_TITLE) -> str:
    """*title* cut behind a word, where there is one in its second half, and never within a letter with its marks."""
    if len(title) <= most:
        return title
    end = most - len(ELLIPSIS)
    space = title.rfind(" ", most // 2, end + 1)
    if space > 0:
        end = space
    while end > most // 2 and _is_inside(title, end):
        end -= 1
    return title[:end].rstrip(" ،,;:-") + ELLIPSIS


def _is_inside(title: str, place: int) -> bool:
    return bool(unicodedata.combining(title[place])) or title[place] in _JOINING or title[place - 1] == "\u200d"


def directed(title: str, *, rtl: bool) -> str:
    """*title*, with a mark in front if readers that go by its first strong character would turn it round (L3)."""
    return RLM + title if rtl and _reads_ltr(title) else title


def _reads_ltr(title: str) -> bool:
    strong = (kind for kind in map(unicodedata.bidirectional, title) if kind in ("L", "R", "AL"))
    return next(strong, "L") == "L"


def uri(link: str) -> str | None:
    """*link* as an http(s) URI in ASCII, as RSS wants it and every reader understands it; None if it is not one."""
    if _URI.fullmatch(link):
        return link
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port else ""
        host = parts.netloc if parts.netloc.isascii() else (parts.hostname or "").encode("idna").decode() + port
        path, query, fragment = map(_quoted, parts[2:])
    except ValueError:  # a bad port, IPv6 address or domain name; a lone surrogate
        return None
    mended = urlunsplit((parts.scheme, host, path, query, fragment))
    return mended if _URI.fullmatch(mended) else None


def public_uri(link: str) -> str | None:
    """*link* as `uri` has it if everybody can follow it: not to this machine, nor into somebody's own network."""
    address = uri(link)
    host = (urlsplit(address).hostname or "").rstrip(".") if address else ""
    try:
        return address if ip_address(host).is_global else None
    except ValueError:
        name, _, domain = host.rpartition(".")
        return address if name and domain not in _NOT_PUBLIC and not domain[:1].isdigit() else None


def _quoted(part: str) -> str:
    return quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", part), safe="%/?:@!$&'()*+,;=~")
