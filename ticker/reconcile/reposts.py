"""Find the lines that say once more what was said before, at another time of the same day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ticker import text
from ticker.model import Headline, Item, Match
from ticker.reconcile.memory import Wordings
from ticker.reconcile.times import Times

# Shorter lines ("air raid alert in the north") recur for real and are news each time; no day of a newsroom shows the
# same six words twice by chance (research, identity-time, step 5).
ENOUGH_WORDS = 6


def reposts(
    wordings: Wordings,
    seen: Sequence[Headline],
    found: Mapping[int, Match],
    times: Times,
    fetched_at: datetime,
    zone: ZoneInfo,
) -> dict[int, Match]:
    """Place -> rows that repeat an item of the same local day and the last 20 h, in the same six words or more.

    What comes a third time in a day recurs for real: alarms, results, warnings.
    """
    left = [rank for rank in range(len(seen)) if rank not in found and seen[rank].clock is not None]
    matches = {}
    for rank in left:
        row, again = seen[rank], _said(text.key(seen[rank].title), wordings)
        day = _day(rank, times, fetched_at, zone) if again else None
        today = [item for item in again if item.published.astimezone(zone).date() == day]
        if len(today) == 1 and today[0].clock != row.clock:
            reason = f"says once more what was said at {today[0].printed}"
            matches[rank] = Match(row, rank, "repost", None, reason, of=today[0])
    return matches


def _said(key: str, wordings: Wordings) -> list[Item]:
    """The items that say it, the earliest first; none where it is too short to be no chance."""
    if len(key.split()) < ENOUGH_WORDS:
        return []
    return sorted(wordings.of(key), key=lambda item: item.published)


def _day(rank: int, times: Times, fetched_at: datetime, zone: ZoneInfo) -> date:
    """The local day that a new row is likeliest of: the latest that its time allows."""
    spans = times.of(rank).spans
    return (spans[0].likely if spans else fetched_at).astimezone(zone).date()
