"""Pages made for one visitor, compressed as that visitor can read them; no secret is in them that a length tells."""

import gzip
from collections.abc import Mapping

import brotli
from starlette.responses import HTMLResponse
from starlette.types import Scope

from ticker.serve.conditional import choose_coding
from ticker.serve.negotiation import header

LEAST = 1_000  # bytes: a smaller page fits one packet as it is
BROTLI = 4  # of 11: 100 headlines in 1 ms, a tenth of their size
GZIP = 5  # of 9


def page(scope: Scope, html: str, status: int, headers: Mapping[str, str]) -> HTMLResponse:
    """The answer, with `Accept-Encoding` among what it varies by.

    Args:
        headers: further ones; `Vary` is there.
    """
    body = html.encode()
    coding = choose_coding(header(scope, b"accept-encoding")) if len(body) >= LEAST else "identity"
    said = {**headers, "Vary": f"{headers['Vary']}, Accept-Encoding"}
    if coding == "identity":
        return HTMLResponse(body, status, headers=said)
    made = brotli.compress(body, quality=BROTLI) if coding == "br" else gzip.compress(body, GZIP, mtime=0)
    return HTMLResponse(made, status, headers={**said, "Content-Encoding": coding})
