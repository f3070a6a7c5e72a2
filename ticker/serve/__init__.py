"""The HTTP side: feeds as prebuilt bytes, pages for people, the state of every source.

`build_app` gives the application, `Shelf` holds the published documents between two changes, and
`Library` is all that is asked of a store. `http_protocol` and `quiet_uvicorn` keep the server that runs
the application bounded, in what a client may take and in what it may write into the log. Who polls,
and when, is no business of this package.
"""

from ticker.serve.app import build_app
from ticker.serve.connections import Limits, http_protocol
from ticker.serve.feeds import Shelf
from ticker.serve.library import Library
from ticker.serve.quiet import quiet_uvicorn

__all__ = ["Library", "Limits", "Shelf", "build_app", "http_protocol", "quiet_uvicorn"]
