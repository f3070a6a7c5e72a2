"""The HTTP side: feeds as prebuilt bytes, pages for people, the state of every source.

`build_app` gives the application, `Shelf` holds the published documents between two changes, and
`Library` is all that is asked of a store. `http_protocol` and `quiet_uvicorn` keep the server that runs
the application bounded, in what a client may take and in what it may write into the log. `Access` is what
can be told of each request, `Facts` what the pages can be told of each source. Who polls, and when, is no business of
this package.

A request meets these in turn: `front` (what is in memory: `feeds`, and by `variants` and `archives` what was asked for
lately, as `documents` that are sent by `media` and `conditional`), then what stands beside, such as
`exposition`, then the routes of `app`, their `pages` and `status`.
"""

from ticker.serve.access import Access
from ticker.serve.addresses import Addresses
from ticker.serve.app import build_app
from ticker.serve.connections import Limits, http_protocol, room_for
from ticker.serve.feeds import Shelf
from ticker.serve.gate import Gate
from ticker.serve.library import Library
from ticker.serve.limits import Rates
from ticker.serve.listening import QuietServer, Switch, listen, server_of
from ticker.serve.live import Live
from ticker.serve.quiet import quiet_uvicorn
from ticker.serve.status import Facts
from ticker.serve.vitals import vitals

__all__ = [
    "Access",
    "Addresses",
    "Facts",
    "Gate",
    "Library",
    "Limits",
    "Live",
    "QuietServer",
    "Rates",
    "Shelf",
    "Switch",
    "build_app",
    "http_protocol",
    "listen",
    "quiet_uvicorn",
    "room_for",
    "server_of",
    "vitals",
]
