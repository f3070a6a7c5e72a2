"""Say which line of this poll is which line of the last one, by place before words.

    links ─▶ anchors ─▶ edits ─▶ memory ─▶ moves ─▶ reposts ─▶ new     places: where a row stands among the anchors
    same     unchanged  in       back      other    said               times: whether a row and an item can be
    page                place              time     again                     of one time

The matching algorithm of research/identity-time: stale and cut lists (its step 0), links (1), unchanged lines (2),
lines that are back as they were (4), edits (3), moves and corrected times (3), late edits (4), reposts and new lines
(5), lines that are gone (6). What is back in the words it left with is surer than an edit of its neighbour; an old
wording of a line that is listed is not, but surer than one that may have moved. Every doubt is "new": an edit
that is missed is published once more, a false merge destroys a story. A printed clock is half of a line's slot; what
ages ("5 minutes ago", "yesterday", a date in place of a clock) is compared as a stretch of time with what is known of
the item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from ticker import said, text
from ticker.errors import Cause
from ticker.model import Headline, Item, Known, Match
from ticker.reconcile.anchors import anchors
from ticker.reconcile.edits import edited_in_place
from ticker.reconcile.links import same_page
from ticker.reconcile.memory import Wordings, back, late
from ticker.reconcile.moves import gone, moved, shifted
from ticker.reconcile.places import in_order
from ticker.reconcile.reposts import reposts
from ticker.reconcile.times import Times

SHORT = 3  # a list with fewer than 1/3 of the rows it had is believed only when the next poll agrees


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a list is not believed this time."""

    detail: str
    cause: Cause | None = None  # None: no trouble of the page, it only changed back


def digest(seen: Iterable[Headline]) -> str:
    """Of a list as printed, without the times that age: 32 hex digits; equal for equal rows in equal order."""
    rows = "\x1e".join(f"{row.printed if said.plain(row) else ''}\x1f{row.title}" for row in seen)
    return sha256(rows.encode()).hexdigest()[:32]


def doubt(known: Known, seen: Sequence[Headline]) -> Doubt | None:
    """Why *seen* is to be ignored this once, or None. Believed when it comes twice running.

    A list that was there before but is not the last one is a stale copy from a cache (replayed, it
    makes headlines flip there and back); one that has lost two thirds of its rows is cut.
    """
    mark = digest(seen)
    if known.doubted == mark or not known.lists or mark == known.lists[0]:
        return None
    if mark in known.lists:
        return Doubt("the page shows an older copy of its list; waiting for the next poll to agree")
    shrunk = len(seen) * SHORT < known.longest and len(seen) < len(known.listed)  # one that was cleared may grow
    if shrunk and known.doubted is None:
        detail = f"only {len(seen)} rows of the usual {known.longest}; waiting for the next poll to agree"
        return Doubt(detail, "block-empty")
    return None


def equal(seen: Sequence[Headline], last: str | None) -> bool:
    """Whether *seen* is the list whose digest is *last*, and none of its times age: nothing else need be compared."""
    return last is not None and all(map(said.plain, seen)) and digest(seen) == last


def unmoved(known: Known, matches: Sequence[Match]) -> bool:
    """Whether each row is the item that stood in its place, with the same words: at most its time has aged."""
    return len(matches) == len(known.listed) and all(
        match.kind == "same" and match.item == item for match, item in zip(matches, known.listed, strict=True)
    )


def reconcile(known: Known, seen: Sequence[Headline], *, fetched_at: datetime, zone: ZoneInfo) -> list[Match]:
    """Which known item each row is, or that it is new.

    Args:
        known: the last accepted list and the memory of 20 h.
        seen: rows of this poll, in page order.
        fetched_at: when the page was read; ages count back from it.
        zone: of the source's wall clock.

    Returns:
        One match a row, in the order of *seen*; no item is used twice.
    """
    if known.lists and equal(seen, known.lists[0]) and len(seen) == len(known.listed):
        return [_same(rank, row, item) for rank, (row, item) in enumerate(zip(seen, known.listed, strict=True))]
    times, wordings = Times(seen, said.moment(seen, known, fetched_at, zone), known), Wordings(known)
    found = same_page(known.listed, seen, times)
    pairs = anchors(known.listed, seen, found, times)
    found |= {rank: _same(rank, seen[rank], known.listed[old]) for old, rank in pairs}
    found |= shifted(known.listed, seen, found)
    found |= back(wordings, seen, found, times, listed=False)
    found |= edited_in_place(known.listed, seen, found, times)
    found |= back(wordings, seen, found, times, listed=True)
    found |= moved(known.listed, seen, found, times)
    found |= late(known, seen, found, times, fetched_at)
    found |= reposts(wordings, seen, found, times, fetched_at, zone)
    return [found.get(rank) or Match(row, rank, "new", None, "no known line") for rank, row in enumerate(seen)]


def lost_touch(known: Known, matches: Sequence[Match]) -> bool:
    """Whether no line of the last list is left, but for pinned ones: others may have come and gone since."""
    listed = in_order(known.listed)
    return bool(listed) and not any(match.item is not None and match.item.guid in listed for match in matches)


def missing(known: Known, matches: Sequence[Match]) -> tuple[str, ...]:
    """The guids of listed items that are gone from above a line that is still there; others have scrolled out."""
    return tuple(known.listed[old].guid for old in gone(known.listed, {match.rank: match for match in matches}))


def _same(rank: int, row: Headline, item: Item) -> Match:
    """An unchanged line. What only our own cleaning makes different today is no edit: published words stay."""
    if row.title in (item.title, text.display(item.title)):
        return Match(row, rank, "same", item, "same time and words")
    return Match(row, rank, "edited", item, "same time; spelling or marks changed")
