"""Say which heading stands above a list, so that it can be configured."""

from ticker.errors import ParseError
from ticker.parse.clock import is_date
from ticker.parse.found import Found, may_head
from ticker.parse.lists import Listing
from ticker.parse.tree import rank
from ticker.parse.under import under
from ticker.text import display

_NEAR = 6  # texts above the list that are looked at


def title_above(found: Found, listing: Listing) -> str | None:
    """The heading that would choose *listing* if it were configured; None where there is none."""
    places = range(listing.start - 1, max(-1, listing.start - 1 - _NEAR), -1)
    tried = _headlines(found, listing)
    for place in sorted(places, key=lambda place: not _in_heading(found, place)):
        text = display(found.texts[place])
        if text in tried:
            continue
        tried.add(text)
        if may_head(found, place) and not is_date(text):
            try:
                chosen = under(found, text)
            except ParseError:
                continue
            if chosen is listing:
                return text
    return None


def _headlines(found: Found, listing: Listing) -> set[str]:
    """What other lists say: gone in an hour, and no heading."""
    others = (made for one in found.candidates if (made := one.read()) is not None and made is not listing)
    return {line.title for made in others for line in made.headlines}


def _in_heading(found: Found, place: int) -> bool:
    return found.tree is not None and rank(found.tree.nodes[place]) is not None
