"""Turn the bytes of a page into text: unpack them, find their charset, see if it is HTML. Pure; no stage."""

import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from ticker.errors import FetchError
from ticker.model import Page

Kind = Literal["html", "plain"]

PRESCAN = 1024  # bytes in which a page has to say its charset (HTML, "prescan a byte stream")
SEVERAL = 3  # characters beyond ASCII that make valid UTF-8 no accident
DAMAGE = 20  # good characters that make up for a broken one
STEP = 1_000_000  # bytes that are unpacked at a time: what a bomb may cost before it is known for one
HARMLESS = 1_000_000  # bytes that a body may unpack to however small it was
RATIO = 100  # times its size that any other body may: the markup of lists packs 1 : 5 to 1 : 30

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_META = re.compile(rb"<meta[\s/][^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_XML = re.compile(rb"""\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([^"']+)["']""")
_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's wbits
_TAG = re.compile("<[a-zA-Z!/]")

# The labels of the Encoding Standard (WHATWG), without punctuation and a leading "x-", by the codec that
# reads them as browsers do: latin1 is windows-1252, gb2312 is gb18030. What is not here is no charset
# of a page: x-user-defined, utf-7, and Python's base64, rot13, idna and their like.
_LABELS = {
    "utf-8": "utf8 unicode11utf8 unicode20utf8",
    "utf-16": "utf16 unicode csunicode iso10646ucs2 ucs2",
    "utf-16-le": "utf16le unicodefeff",
    "utf-16-be": "utf16be unicodefffe",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "iso88592 iso885921987 isoir101 csisolatin2 l2 latin2",
    "iso8859-3": "iso88593 iso885931988 isoir109 csisolatin3 l3 latin3",
    "iso8859-4": "iso88594 iso885941988 isoir110 csisolatin4 l4 latin4",
    "iso8859-5": "iso88595 iso885951988 isoir144 csisolatincyrillic cyrillic",
    "iso8859-6": "iso88596 iso88596e iso88596i iso885961987 isoir127 csiso88596e csiso88596i csisolatinarabic "
    "arabic asmo708 ecma114",
    "iso8859-7": "iso88597 iso885971987 isoir126 csisolatingreek ecma118 elot928 greek greek8 suneugreek",
    "iso8859-8": "iso88598 iso88598e iso88598i iso885981988 isoir138 csiso88598e csiso88598i csisolatinhebrew hebrew "
    "visual logical",
    "iso8859-10": "iso885910 isoir157 csisolatin6 l6 latin6",
    "iso8859-13": "iso885913",
    "iso8859-14": "iso885914",
    "iso8859-15": "iso885915 csisolatin9 l9",
    "iso8859-16": "iso885916",
    "koi8-r": "koi koi8 koi8r cskoi8r",
    "koi8-u": "koi8u koi8ru",
    "mac_roman": "mac macintosh macroman csmacintosh",
    "mac_cyrillic": "maccyrillic macukrainian",
    "cp874": "windows874 dos874 cp874 iso885911 tis620",
    "cp1250": "windows1250 cp1250",
    "cp1251": "windows1251 cp1251",
    "cp1252": "windows1252 cp1252 ascii usascii ansix341968 iso88591 iso885911987 isoir100 csisolatin1 cp819 ibm819 "
    "l1 latin1",
    "cp1253": "windows1253 cp1253",
    "cp1254": "windows1254 cp1254 iso88599 iso885991989 isoir148 csisolatin5 l5 latin5",
    "cp1255": "windows1255 cp1255",
    "cp1256": "windows1256 cp1256",
    "cp1257": "windows1257 cp1257",
    "cp1258": "windows1258 cp1258",
    "gb18030": "gb18030 gbk gb2312 gb231280 chinese csgb2312 csiso58gb231280 isoir58",
    "big5hkscs": "big5 big5hkscs cnbig5 csbig5 xbig5",
    "euc_jp": "eucjp cseucpkdfmtjapanese",
    "iso2022_jp": "iso2022jp csiso2022jp",
    "cp932": "shiftjis sjis csshiftjis ms932 mskanji windows31j",
    "cp949": "euckr cseuckr csksc56011987 isoir149 korean ksc56011987 ksc56011989 ksc5601 windows949",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}


def page_of(
    body: bytes, *, url: str, fetched_at: datetime, content_type: str | None = None, charset: str | None = None
) -> Page:
    """The page that *body* is: what `fetch` read, or a saved file, which has no *content_type*."""
    text, kind = decode(body, content_type=content_type, charset=charset)
    utf8 = body if kind == "html" and _is(text, body) else None
    return Page(url=url, text=text, kind=kind, fetched_at=fetched_at, utf8=utf8)


def _is(text: str, body: bytes) -> bool:
    """Whether *body* is *text* in UTF-8, byte for byte: the parser need not have it encoded again."""
    try:
        return body.decode("utf-8") == text
    except UnicodeDecodeError:
        return False


def decode(body: bytes, *, content_type: str | None, charset: str | None) -> tuple[str, Kind]:
    """The text of *body*, without its byte order mark, and what it is. Never fails.

    Taken is the first charset in which all bytes make sense, of: a byte order mark, that of
    *content_type*, that of the page itself, UTF-8, and *charset*. Two rules come before the
    order, since 5 of 110 saved pages say a charset they are not in (research/real-pages,
    "Encoding"): what is plainly UTF-8 is UTF-8, whatever is declared; and a declared charset
    in which the bytes make no sense is passed over. If none fits, the one with the fewest
    U+FFFD.

    Args:
        content_type: header of the answer; None for a file.
        charset: the source's, for pages that declare none and are not UTF-8.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    text = _plainly_utf8(body)
    if text is None:
        candidates = list(_candidates(body, content_type or "", media_type, charset or ""))
        text = _first_that_fits(body, candidates)
        if text is None:
            text = _least_damaged(body, candidates)
    text = text.removeprefix("\ufeff")
    plain = media_type == "text/plain" or (not media_type and not _TAG.search(text))
    return text, "plain" if plain else "html"


def _candidates(body: bytes, content_type: str, media_type: str, charset: str) -> Iterator[str]:
    """The codecs to try, likeliest first; UTF-8 is always among them."""
    yield from (codec for mark, codec in _BOMS if body.startswith(mark))
    if (declared := _CHARSET.search(content_type)) and (codec := codec_of(declared[1])):
        yield _byte_order(body) if codec == "utf-16" else codec
    if media_type != "text/plain" and (codec := codec_of(_label_in(body[:PRESCAN]))) and "utf-16" not in codec:
        yield codec  # a page whose label could be read as ASCII is not in UTF-16, whatever it says
    if body.count(0, 0, PRESCAN) > min(len(body), PRESCAN) / 8:
        yield _byte_order(body)  # said nowhere, seen everywhere
    yield "utf-8"
    if codec := codec_of(charset):
        yield _byte_order(body) if codec == "utf-16" else codec


def codec_of(label: str) -> str | None:
    """Python's name of the charset that a browser takes *label* for; None if it is none of theirs."""
    return _CODECS.get(re.sub("[^a-z0-9]", "", label.strip().lower().removeprefix("x-")))


def _plainly_utf8(body: bytes) -> str | None:
    """The text of *body* if it is UTF-8 beyond doubt: several characters past ASCII, next to none of them broken.

    The letters of a legacy charset form valid sequences by accident only. A page in which one
    byte was lost is still no reason to believe in a charset that accepts any byte.
    """
    if b"\0" in body[:PRESCAN]:  # UTF-16
        return None
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if good >= SEVERAL and good >= DAMAGE * broken else None


def _byte_order(body: bytes) -> str:
    """Which UTF-16: the standard says little-endian, but the zero byte of each ASCII character knows better."""
    return "utf-16-be" if body[0::2].count(0) > body[1::2].count(0) else "utf-16-le"


def _label_in(head: bytes) -> str:
    """The charset that a page says it is in (`meta`, or the XML declaration of XHTML); may be empty."""
    head = _COMMENT.sub(b"", head)
    for tag in _META.findall(head):
        attributes = {name.lower(): b"".join(values) for name, *values in _ATTRIBUTE.findall(tag)}
        if label := attributes.get(b"charset"):
            return label.decode("latin-1")
        if attributes.get(b"http-equiv", b"").strip().lower() == b"content-type" and (
            found := _CHARSET.search(attributes.get(b"content", b"").decode("latin-1"))
        ):
            return found[1]
    declaration = _XML.match(head)
    return declaration[1].decode("latin-1") if declaration else ""


def _first_that_fits(body: bytes, candidates: list[str]) -> str | None:
    for codec in candidates:
        if codec.startswith("utf-16") and b"\0" not in body:
            continue  # any two bytes are some character; a page has spaces and digits, thus zeros
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _least_damaged(body: bytes, candidates: list[str]) -> str:
    readable = ["utf-8", *(codec for codec in candidates if not codec.startswith("utf-16"))]
    return min((body.decode(codec, "replace") for codec in readable), key=lambda text: text.count("\ufffd"))


class Unpacker:
    """Undoes the Content-Encoding of one body, and stops where it grows past *max_bytes*.

    Args:
        codings: the header. One of gzip and deflate, or none; anything else was not asked for.
        max_bytes: of the unpacked body.
        cut: drop what is beyond *max_bytes* instead of raising: `full` then says that no more is wanted.
    """

    def __init__(self, codings: str, max_bytes: int, *, cut: bool = False) -> None:
        wanted = [coding for coding in re.split(r"[\s,]+", codings.lower()) if coding not in ("", "identity")]
        if len(wanted) > 1 or not all(coding in _WINDOW for coding in wanted):
            raise FetchError("unreachable", f"packed as {', '.join(wanted)[:100]}, which was not asked for")
        self._coding = wanted[0] if wanted else None
        self._max_bytes = max_bytes
        self._cut = cut
        self._parts: list[bytes] = []
        self._taken = self._given = 0  # bytes as sent, and as unpacked
        self._stream: zlib._Decompress | None = None
        self._over = False

    @property
    def full(self) -> bool:
        """Whether there is nothing more to be had."""
        return self._given >= self._max_bytes

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes as sent."""
        self._taken += len(chunk)
        if self._coding is None:
            self._keep(chunk)
        more = self._coding is not None
        while more and not self._over and not (self._cut and self.full):
            chunk, more = self._step(chunk)

    def whole(self) -> bytes:
        """The body, once all of it was fed."""
        if self._stream and not self._stream.eof:
            raise FetchError("unreachable", f"the {self._coding} body breaks off")
        return self.so_far()

    def so_far(self) -> bytes:
        """As much of the body as there is."""
        return b"".join(self._parts)

    def _step(self, chunk: bytes) -> tuple[bytes, bool]:
        """What of *chunk* is still packed once a piece of the body is not, and whether another step may give more."""
        if not chunk and self._stream is None:
            return chunk, False
        stream = self._stream = self._stream or zlib.decompressobj(_window(str(self._coding), chunk))
        try:
            part = stream.decompress(chunk, STEP)
        except zlib.error as error:
            raise FetchError("unreachable", f"not the {self._coding} it says it is: {error}") from error
        self._keep(part)
        if not stream.eof:
            return stream.unconsumed_tail, bool(stream.unconsumed_tail) or len(part) == STEP
        rest = stream.unused_data
        if rest.startswith(b"\x1f"):  # gzip may have several members (RFC 1952 §2.2)
            self._stream = None
        else:  # what browsers drop: padding
            self._over = bool(rest)
        return rest, bool(rest)

    def _keep(self, part: bytes) -> None:
        if self._cut:
            part = part[: self._max_bytes - self._given]
        self._given += len(part)
        if self._given > self._max_bytes:
            raise FetchError("unreachable", f"too large: unpacks to more than {self._max_bytes:,} bytes")
        if self._given > HARMLESS and self._given > RATIO * self._taken:
            raise FetchError("unreachable", f"a {self._coding} bomb: unpacks to more than {RATIO} times its size")
        self._parts.append(part)


def _window(coding: str, head: bytes) -> int:
    """zlib's window setting. "deflate" means zlib (RFC 9110 §8.4.1.2), but some servers send it raw."""
    raw = coding == "deflate" and head[0] & 0x0F != 8
    return -15 if raw else _WINDOW[coding]
