"""What `/api/openapi.json` says: every answer of the addresses for programs, in OpenAPI 3.1."""

from typing import Any, get_args

from ticker.errors import Cause
from ticker.model import Format
from ticker.serve.filters import MOST_LETTERS, MOST_TERMS
from ticker.serve.status import STATES
from ticker.serve.wishes import CURSOR, MOST, MOST_SOURCES, NAME, USUAL

_Json = dict[str, Any]

_INSTANT: _Json = {"type": "string", "format": "date-time", "description": "RFC 3339, in UTC."}
_MAYBE: _Json = {"type": ["string", "null"], "format": "date-time", "description": "RFC 3339, in UTC; null: not known."}
_TEXT: _Json = {"type": "string"}
_LINK: _Json = {"type": ["string", "null"], "description": "A web address (http or https), where there is one."}


def description(public_url: str) -> _Json:
    """The document; *public_url* is where the service is reached."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticker",
            "version": "1",
            "description": "Headlines of followed pages. Unknown query keys are ignored. Where a read token is set, "
            "each request carries it as `Authorization: Bearer …`.",
        },
        "servers": [{"url": public_url.rstrip("/") or "/"}],
        "security": [{}, {"token": []}],
        "paths": {
            "/api/items": _both(_items()),
            "/api/openapi.json": _both(
                _plain("description", "This document", _json("OpenAPI 3.1.", {"type": "object"}))
            ),
            "/status.json": _both(_plain("status", "How each source is doing", _json("All sources.", _ref("Status")))),
            "/healthz": _both(_plain("alive", "Whether the process answers", _said("ok"))),
            "/readyz": _both(_ready()),
            **{path: _both(operation) for path, operation in _feeds()},
        },
        "components": {
            "schemas": _schemas(),
            "responses": _responses(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _items() -> _Json:
    name: _Json = {"type": "string", "pattern": f"^{NAME}$"}
    sources = {"type": "array", "items": name, "maxItems": MOST_SOURCES}
    day = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
    return {
        "operationId": "items",
        "summary": "Headlines, newest first; a page at a time",
        "description": "Follow `next` until it is null: no headline comes twice, and none that was there when the "
        "first page was asked for is missing, whatever is published meanwhile.",
        "parameters": [
            _query("source", sources, "Of these sources only; may repeat. Those that are "
                   "configured, and those of before that have headlines still; any other name is a 400."),
            _query("q", _TEXT, "Words, or phrases in quotation marks: all are in the "
                   "headline, anywhere. Spellings of a letter, vowel signs and digits of any script are as one. "
                   f"Together with `not`, at most {MOST_LETTERS} letters and {MOST_TERMS} words."),
            _query("not", _TEXT, "Words or phrases: none is in the headline."),
            _query("since", day, "Published then or later: an instant (RFC 3339), or a date: its midnight in UTC."),
            _query("until", day, "Published before."),
            _query("cursor", {"type": "string", "pattern": f"^{CURSOR}$"}, "`next` of the page before."),
            _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "Headlines a page."),
        ],
        "responses": {
            "200": _json("A page of headlines.", _ref("Items")) | {"headers": {"ETag": {"schema": _TEXT}}},
            "304": {"description": "As in the copy that the request names with If-None-Match."},
            "400": {"$ref": "#/components/responses/BadQuery"},
            "503": {"$ref": "#/components/responses/Unavailable"},
            **_refusals(),
        },
    }  # fmt: skip


def _ready() -> _Json:
    operation = _plain("ready", "Whether the feeds can be served", _said("ready"))
    operation["responses"]["503"] = _said("waiting for the first headline")
    return operation


def _feeds() -> list[tuple[str, _Json]]:
    """Of the combined feed and of each source, in each format; said briefly."""
    found = []
    for form in Format:
        for path, words in ((f"/feed.{form.ending}", "all sources"), (f"/{{source}}/feed.{form.ending}", "one source")):
            whole = {"description": "The feed.", "content": {form.media_type: {"schema": {}}}}
            operation = _plain(f"{form.ending}-{words.partition(' ')[0]}", f"The feed of {words}, {form.name}", whole)
            operation["parameters"] = [
                _query("q", _TEXT, "As of /api/items."),
                _query("not", _TEXT, "As of /api/items."),
                _query("limit", _TEXT, "The newest so many."),
            ]
            if "{source}" in path:
                place: _Json = {"name": "source", "in": "path", "required": True, "schema": _TEXT}
                operation["parameters"].append(place)
                operation["responses"]["404"] = {"description": "There is no such source."}
            operation["responses"] |= {
                "304": {"description": "Not modified."},
                "400": _said("The filter is too long."),
                "503": _said("No headline has been read yet."),
            }
            found.append((path, operation))
    return found


def _both(get: _Json) -> _Json:
    """GET, and HEAD with the same answers but for their bodies."""
    answers = {status: _bodiless(answer) for status, answer in get["responses"].items()}
    return {"get": get, "head": get | {"operationId": f"{get['operationId']}-head", "responses": answers}}


def _bodiless(answer: _Json) -> _Json:
    return {"description": answer.get("description", "As of GET, without a body.")}


def _plain(identifier: str, summary: str, answer: _Json) -> _Json:
    """An operation that takes nothing and answers 200."""
    broken = {"503": {"$ref": "#/components/responses/Unreadable"}}
    conditional = {"304": {"description": "Not modified."}}
    answers = {"200": answer, **conditional, **broken, **_refusals()}
    return {"operationId": identifier, "summary": summary, "responses": answers}


def _refusals() -> _Json:
    return {"401": {"$ref": "#/components/responses/NoToken"}, "429": {"$ref": "#/components/responses/TooMany"}}


def _query(name: str, schema: _Json, words: str) -> _Json:
    return {"name": name, "in": "query", "description": words, "schema": schema}


def _json(words: str, schema: _Json) -> _Json:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _said(words: str) -> _Json:
    return {"description": words, "content": {"text/plain": {"schema": _TEXT}}}


def _ref(name: str) -> _Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _responses() -> _Json:
    problem = {"content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {
        "BadQuery": {"description": "The query asks for something impossible; `detail` names the cure."} | problem,
        "Unavailable": {"description": "The store cannot be read just now; see Retry-After."} | problem,
        "Unreadable": {"description": "The store cannot be read just now; see Retry-After."},
        "NoToken": _said("A read token is asked for, and was not sent."),
        "TooMany": _said("More requests than anybody needs; see Retry-After."),
    }


def _schemas() -> _Json:
    return {
        "Items": _object({"items": {"type": "array", "items": _ref("Entry")}, "next": {
            "type": ["string", "null"], "description": "`cursor` of the next page; null: this is the last one."}}),
        "Entry": _object({
            "id": {"type": "string", "description": "As in the address of its page."},
            "guid": {"type": "string", "description": "As in the feeds; it never changes."},
            "source": _TEXT,
            "source_title": _TEXT,
            "language": {"type": "string", "description": "BCP 47."},
            "title": _TEXT,
            "published": _INSTANT | {"description": "When the page says it was; never changed."},
            "updated": _INSTANT | {"description": "When its words changed last."},
            "first_seen": _INSTANT,
            "last_seen": _INSTANT,
            "link": _LINK,
            "page": {"type": "string", "description": "Path of its page on this server."},
            "uncertain": {"type": ["string", "null"], "description": "Why `published` is uncertain, if it is."},
            "earlier": {"type": "array", "description": "Wordings it no longer has, oldest first.",
                        "items": _object({"title": _TEXT, "seen": _INSTANT, "until": _INSTANT})},
        }),
        "Status": _object({"sources": {"type": "array", "items": _ref("Source")}}),
        "Source": _object({
            "name": _TEXT,
            "title": _TEXT,
            "url": _LINK,
            "state": {"enum": list(STATES)},
            "cause": {"enum": [*get_args(Cause), None]},
            "detail": _TEXT,
            "since": _MAYBE,
            "streak": {"type": "integer", "description": "Polls in a row with a cause."},
            "alarmed": _MAYBE,
            "last_success": _MAYBE,
            "last_new": _MAYBE,
            "next_poll": _MAYBE,
            "every": _object({"min": {"type": "number"}, "max": {"type": "number"}}),
            "reason": _TEXT,
            "lateness": {"type": ["number", "null"], "description": "Seconds."},
            "risk": _TEXT,
            "robots": {"enum": ["obey", "ignore"]},
            "advice": _TEXT,
            "note": _TEXT,
        }),
        "Problem": _object(
            {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
            errors={"type": "array", "items": _object({"parameter": _TEXT | {
                "description": "A key of the query; `query` where the whole of it is wrong."}, "detail": _TEXT})},
        ),
    }  # fmt: skip


def _object(properties: _Json, **sometimes: _Json) -> _Json:
    """All *properties* are there; more may come with a later release."""
    return {"type": "object", "required": list(properties), "properties": properties | sometimes}
