"""The scripts of the pages: each file under the digest of what it is, so that a release never mixes two."""

import re
from importlib.resources import files

from ticker.serve.documents import Document, pack, prepare

PAGE = "page.js"  # what a page loads; the others are named by it, or by those that it names
STATUS = "status.js"  # the same of the state of the sources
THEME = "theme.js"  # what a page waits for before it paints
KEPT = 86_400  # seconds of max-age; a release changes the address with the file

_IMPORT = re.compile(r'(?<=from "\./)[\w-]+\.js(?=";)')


def scripts() -> dict[str, Document]:
    """Path -> script; those that `page.js` needs are in the order in which they are needed, itself last."""
    made: dict[str, Document] = {}
    for name in (THEME, STATUS, PAGE):
        _prepare(name, made)
    return made


def _prepare(name: str, made: dict[str, Document]) -> str:
    """Puts *name* and what it imports into *made*; the file with its version, as it stands in a URL."""
    path = f"/static/{name}"
    if path not in made:
        source = files("ticker.serve").joinpath("static", name).read_text("utf-8")
        body = _IMPORT.sub(lambda named: _prepare(named.group(), made), source)
        kept = f"max-age={KEPT}"
        made[path] = prepare(pack(body.encode()), media_type="text/javascript; charset=utf-8", cache_control=kept)
    return f"{name}?v={made[path].digest[:8]}"
