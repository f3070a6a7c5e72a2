"""Faults that are answers without the page: error statuses, challenges, other types."""

from collections.abc import Mapping

from ticker.demo.adversary.fault import Behaviour, Fault, Visit, sent
from ticker.demo.adversary.wire import answer, head
from ticker.errors import Cause

_SORRY = '<!doctype html><html lang="en"><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n'
_CHALLENGE = (
    '<!doctype html><html lang="en"><head><title>Just a moment...</title></head><body>'
    "<h2>Checking if the site connection is secure</h2><noscript>Enable JavaScript and cookies to continue</noscript>"
    '<form id="challenge-form" action="/?__cf_chl_f_tk=k3" method="POST"></form></body></html>\n'
)
_WALL = (
    '<!doctype html><html lang="en"><head><title>DDoS-Guard</title></head>'
    "<body><h1>Checking your browser before you enter</h1></body></html>\n"
)


def _status(code: int, does: str, *, says: str = "", **headers: str) -> Fault:
    body = "" if code == 204 else _SORRY.format(f"{code} {does}")
    told = headers if code != 204 else {"content_type": "", "content_length": "", **headers}
    return Fault("status", f"Answers {code} {does}", sent(answer(body, code, **told)), "refused", says or str(code))


def _other(does: str, behave: Behaviour, cause: Cause, says: str = "") -> Fault:
    return Fault("status", does, behave, cause, says)


async def _not_modified(visit: Visit) -> None:
    if "if-none-match" in visit.asked.headers or "if-modified-since" in visit.asked.headers:
        await visit.send(head(304))
    else:
        await visit.page()


FAULTS: Mapping[str, Fault] = {
    "400": _status(400, "Bad Request"),
    "401": _status(401, "Unauthorized", www_authenticate='Basic realm="desk"'),
    "403": _status(403, "Forbidden"),
    "404": _status(404, "Not Found"),
    "410": _status(410, "Gone"),
    "429": _status(429, "Too Many Requests, and to come back in two seconds", retry_after="2"),
    "500": _status(500, "Internal Server Error"),
    "502": _status(502, "Bad Gateway"),
    "503": _status(503, "Service Unavailable, and to come back in two seconds", retry_after="2"),
    "999": _status(999, "a status that no standard knows"),
    "204": _status(204, "No Content"),
    "304-unasked": Fault(
        "status", "Answers 304 though no condition was asked", sent(head(304)), "refused", "304", bare=True
    ),
    "304-for-ever": Fault(
        "status",
        "Answers 304 to every condition while the list goes on",
        _not_modified,
        None,
        feed="grows",
        expect="Ask without a condition now and then: the new headlines come late, and are not lost.",
    ),
    "challenge-403": _other(
        "Answers 403 with a page that checks the browser", sent(answer(_CHALLENGE, 403)), "challenged"
    ),
    "challenge-503": _other(
        "Answers 503 with a page that checks the browser", sent(answer(_WALL, 503)), "challenged"
    ),
    "challenge-200": _other(
        "Answers 200 with a page that checks the browser", sent(answer(_CHALLENGE)), "challenged"
    ),
    "pdf": _other(
        "Answers with a PDF",
        sent(answer(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", content_type="application/pdf")),
        "unreachable",
        "application/pdf",
    ),
    "json": _other(
        "Answers with JSON",
        sent(answer('{"error": "use the app"}', content_type="application/json")),
        "unreachable",
        "application/json",
    ),
}  # fmt: skip
