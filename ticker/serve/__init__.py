"""The HTTP side: feeds as prebuilt bytes, pages for people, the state of every source.

`build_app` gives the application, `Shelf` holds the published documents between two changes, and
`Library` is all that is asked of a store. Who polls, and when, is no business of this package.
"""

from ticker.serve.app import build_app
from ticker.serve.feeds import Shelf
from ticker.serve.library import Library

__all__ = ["Library", "Shelf", "build_app"]
