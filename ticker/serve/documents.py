"""A document that is the same for everybody: packed once, answered from memory ever after."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from starlette.types import Scope, Send

from ticker.serve.conditional import Coding, choose_coding, held_tags, not_modified_since

METHODS = ("GET", "HEAD")

_ASKED = frozenset((b"accept-encoding", b"if-none-match", b"if-modified-since"))

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of a document in both codings, and the digest of the plain ones."""

    identity: bytes
    gzip: bytes
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
    answers: dict[Coding, Answer]


def pack(body: bytes) -> Packed:
    """Compress and digest *body*: the costly half, to be run in a thread. Equal bytes give equal results."""
    return Packed(body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:32])


def prepare(
    packed: Packed,
    *,
    media_type: str,
    cache_control: str,
    last_modified: datetime | None = None,
    language: str | None = None,
) -> Document:
    """The answers for *packed*, with the header lines of 200 and 304 written out."""
    shared = {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if last_modified:
        shared["Last-Modified"] = format_datetime(last_modified, usegmt=True)
    if language:
        shared["Content-Language"] = language
    shared |= {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    answers: dict[Coding, Answer] = {
        "identity": _answer(packed.identity, packed.digest, media_type, shared),
        "gzip": _answer(packed.gzip, f"{packed.digest}-gzip", media_type, shared | {"Content-Encoding": "gzip"}),
    }
    return Document(packed.digest, last_modified, answers)


def _answer(body: bytes, tag: str, media_type: str, headers: dict[str, str]) -> Answer:
    tagged = headers | {"ETag": f'"{tag}"'}
    unchanged = {name: value for name, value in tagged.items() if name not in ("Content-Encoding", "Content-Language")}
    full = {"Content-Type": media_type, "Content-Length": str(len(body))} | tagged
    return Answer(tag, body, _lines(full), _lines(unchanged))


def _lines(headers: dict[str, str]) -> Headers:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


async def send_document(document: Document, scope: Scope, send: Send, clock: Callable[[], datetime]) -> None:
    """Answer a GET or HEAD with 200 or 304. `A-IM`, `Range` and query strings change nothing.

    A-IM because mail readers that ask for deltas go silent for ever when they get one (226).
    """
    asked = _asked(scope)
    coding = choose_coding(asked.get(b"accept-encoding", ""))
    held = _held(document, asked, coding, clock)
    answer = held or document.answers[coding]
    if held:
        await send({"type": "http.response.start", "status": 304, "headers": answer.unchanged})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": answer.full})
    body = b"" if held or scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


def _asked(scope: Scope) -> dict[bytes, str]:
    """The request headers that matter here; lines of one name are one list (RFC 9110 §5.3)."""
    asked: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            line = value.decode("latin-1")
            asked[name] = f"{asked[name]}, {line}" if name in asked else line
    return asked


def _held(document: Document, asked: dict[bytes, str], coding: Coding, clock: Callable[[], datetime]) -> Answer | None:
    """The answer that the client holds already, if it does; If-None-Match overrules If-Modified-Since."""
    chosen = document.answers[coding]
    if asked.get(b"if-none-match", "").strip():
        tags = held_tags(asked[b"if-none-match"], document.digest)
        if not tags or chosen.tag in tags:
            return chosen if tags else None
        # A copy in another coding is as good; a cache finds the one to refresh by our repeating its tag.
        return next((answer for answer in document.answers.values() if answer.tag in tags), chosen)
    if document.last_modified and b"if-modified-since" in asked:
        since = asked[b"if-modified-since"]
        return chosen if not_modified_since(since, document.last_modified, clock()) else None
    return None
