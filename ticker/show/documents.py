"""Feeds, to standard output or into files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.folder import Published

NAMED = 3  # files of others that are named, of however many


def document(content: bytes) -> None:
    """A feed, byte for byte."""
    sys.stdout.buffer.write(content)


def wrote(out: Path, published: "Published") -> None:
    """Each document, where nothing else was written."""
    for path in published.feeds:
        print(out / path)
    _without_items(published.empty)
    _foreign(out, published.foreign)


def published(out: Path, published: "Published", *, private: bool, hubs: bool) -> None:
    """What became of the folder *out*.

    Args:
        private: the service asks for a token.
        hubs: the feeds may name WebSub hubs.
    """
    print(f"{out}: {published.written:,} written, {published.kept:,} as they were, {published.removed:,} removed")
    _without_items(published.empty)
    _foreign(out, published.foreign)
    if private:
        complain("files ask for no token: whoever reaches the web server reads them, whatever server.read_token says")
    if hubs:
        complain(
            "only `ticker run` tells hubs, and readers wait for what they tell: without it, take out feed.hub, hubs"
        )


def _without_items(names: Sequence[str]) -> None:
    """Why the feeds of these sources were not written."""
    for name in filter(None, names):
        complain(f"{name} has no item yet, and an empty feed is not published; `ticker poll {name}` reads its page")


def _foreign(out: Path, found: Sequence[str]) -> None:
    """What stands where ours would."""
    if found:
        more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
        named = f"{', '.join(found[:NAMED])}{more}"
        complain(f"not ours, and left as it is: {named}; remove it from {out} to have that of Ticker")
