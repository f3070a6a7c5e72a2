"""A document that is the same for everybody: packed once, answered from memory ever after."""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import brotli
from starlette.types import Scope, Send

from ticker.serve.conditional import Coding, choose_coding, held_tags, not_modified_since
from ticker.serve.media import ACCEPTS, DESTINATION, is_opened

METHODS = ("GET", "HEAD")
QUALITY = 5  # of br: 4 ms for 500 items; 11 would take 0.8 s and save a tenth (research/feed-standards §2)

_ASKED = frozenset((b"accept-encoding", b"if-none-match", b"if-modified-since", ACCEPTS, DESTINATION))
_NOT_OF_304 = frozenset((b"content-type", b"content-language"))  # they describe a body
LINES = 8 * 1024  # bytes of header lines, about

Headers = list[tuple[bytes, bytes]]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of a document in the codings it is sent in, and the digest of the plain ones."""

    codings: Mapping[Coding, bytes]  # "identity" is always there
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is sent for one coding of a document."""

    tag: str  # the strong ETag, without its quotes; differs per coding (RFC 9110 §8.8.3.3)
    body: bytes
    full: Headers  # of a 200
    unchanged: Headers  # of a 304


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document, ready to be sent."""

    digest: str
    last_modified: datetime | None
    answers: Mapping[Coding, Answer]
    opened: "Document | None" = None  # the same bytes as a browser is to show them, with tags of its own

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about; `opened` has the same bodies."""
        return LINES + sum(len(answer.body) for answer in self.answers.values())


def pack(body: bytes, *, compressed: bool = True) -> Packed:
    """Compress and digest *body*: the costly half, to be run in a thread. Equal bytes give equal results."""
    codings: dict[Coding, bytes] = {"identity": body}
    if compressed:
        codings |= {"gzip": gzip.compress(body, 6, mtime=0), "br": brotli.compress(body, quality=QUALITY)}
    return Packed(codings, hashlib.sha256(body).hexdigest()[:32])


def prepare(
    packed: Packed,
    *,
    media_type: str,
    cache_control: str,
    last_modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    vary: Iterable[str] = ("Accept-Encoding",),
) -> Document:
    """The answers for *packed*, with the header lines of 200 and 304 written out.

    Args:
        packed: the bytes.
        media_type: with its charset.
        cache_control: the header.
        last_modified: a second that has come.
        headers: further ones.
        vary: the request headers that the answer depends on.
    """
    shared = {"Content-Type": media_type, "Cache-Control": cache_control}
    if len(packed.codings) > 1:
        shared["Vary"] = ", ".join(vary)
    if last_modified:
        shared["Last-Modified"] = format_datetime(last_modified, usegmt=True)
    shared |= headers or {}
    shared |= {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    full = [_line(name, value) for name, value in shared.items()]
    unchanged = [line for line in full if line[0] not in _NOT_OF_304]
    answers = {coding: _answer(coding, body, packed.digest, full, unchanged) for coding, body in packed.codings.items()}
    return Document(packed.digest, last_modified, answers)


def _answer(coding: Coding, body: bytes, digest: str, full: Headers, unchanged: Headers) -> Answer:
    plain = coding == "identity"
    tag = digest if plain else f"{digest}-{coding}"
    tagged = _line("ETag", f'"{tag}"')
    coded = [] if plain else [_line("Content-Encoding", coding)]
    length = _line("Content-Length", str(len(body)))
    return Answer(tag, body, [length, *full, *coded, tagged], [*unchanged, tagged])


def _line(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")


async def send_document(document: Document, scope: Scope, send: Send, clock: Clock) -> tuple[int, int]:
    """Answer a GET or HEAD with 200 or 304; which, and how many bytes of body. `A-IM` and `Range` change nothing.

    A-IM because mail readers that ask for deltas go silent for ever when they get one (226).
    """
    asked = _asked(scope)
    if document.opened is not None and is_opened(asked):
        document = document.opened
    coding = choose_coding(asked.get(b"accept-encoding", ""))
    chosen = document.answers.get(coding) or document.answers["identity"]
    if held := _held(document, asked, chosen, clock):
        await send({"type": "http.response.start", "status": 304, "headers": held.unchanged})
        await send({"type": "http.response.body", "body": b""})
        return 304, 0
    body = b"" if scope["method"] == "HEAD" else chosen.body
    await send({"type": "http.response.start", "status": 200, "headers": chosen.full})
    await send({"type": "http.response.body", "body": body})
    return 200, len(body)


def _asked(scope: Scope) -> dict[bytes, str]:
    """The request headers that matter here; lines of one name are one list (RFC 9110 §5.3)."""
    asked: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            line = value.decode("latin-1")
            asked[name] = f"{asked[name]}, {line}" if name in asked else line
    return asked


def _held(document: Document, asked: dict[bytes, str], chosen: Answer, clock: Clock) -> Answer | None:
    """The answer that the client holds already, if it does; If-None-Match overrules If-Modified-Since."""
    if held := asked.get(b"if-none-match", "").strip():
        if held[1:-1] == chosen.tag:  # as nearly all readers send it
            return chosen
        tags = held_tags(held, document.digest)
        if not tags or chosen.tag in tags:
            return chosen if tags else None
        # A copy in another coding is as good; a cache finds the one to refresh by our repeating its tag.
        return next((answer for answer in document.answers.values() if answer.tag in tags), chosen)
    if document.last_modified and b"if-modified-since" in asked:
        since = asked[b"if-modified-since"]
        return chosen if not_modified_since(since, document.last_modified, clock()) else None
    return None
