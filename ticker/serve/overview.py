"""What stands on `/status`: how the sources are doing, the worst first, what can be done, and plots of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ticker.cures import cure
from ticker.serve import hours
from ticker.serve.hours import DayRow, PolledHour
from ticker.serve.library import Library
from ticker.serve.plots import Plots, patterns
from ticker.serve.site import Site
from ticker.serve.status import State, counts, worst_first

_EVERY = re.compile(r"every [\d.]+ (s|min|h)")  # ticker/schedule

Endings = Mapping[datetime, Mapping[str, int]]

IN_FULL = 6  # sources: with each hour named in the plots, and tables of them
LISTED = 5  # sources: of more than that, the page begins with their names, each leading to what is said of it
PLOTTED = 25  # sources: all have plots
WORST = 10  # of more than that, so many have plots; the others are rows of a table


@dataclass(frozen=True, slots=True)
class Seen:
    """What the plots of a source, or of all together, show."""

    zone: ZoneInfo
    days: Sequence[DayRow]
    polls: Sequence[PolledHour]


@dataclass(frozen=True, slots=True)
class Told:
    """A source on the page."""

    state: State
    seen: Seen
    cure: str = ""  # what to do, in English: a text of the catalogues
    failed: bool = False  # whether `ticker inspect --failed` has a page to show


async def view(
    site: Site, library: Library, states: Sequence[State], *, only: str | None, now: datetime
) -> dict[str, object]:
    """What status.html is filled with.

    Args:
        states: of all sources.
        only: the source that is shown, in full; None: all of them.
    """
    cursor = await library.cursor()  # before what it stands for
    ranked = [state for state in worst_first(states) if only in (None, state.source.name)]
    shown = ranked if len(ranked) <= PLOTTED else ranked[:WORST]
    zones = {state.source.zone.key: state.source.zone for state in ranked}
    zone = next(
        state.source.zone for state in states if only in (None, state.source.name)
    )  # the same, whoever is in trouble
    names, since = [state.source.name for state in shown], min(hours.begins(one, now) for one in zones.values())
    every = [state.source.name for state in ranked]
    printed, polled = await library.printed(names, since), await library.polled(every[:PLOTTED], since)
    return {
        "channel": site.combined,
        "now": now,
        "cursor": cursor,
        "is_plain": is_plain,
        "only": only,
        "kept": f"source={only}&" if only else "",  # of the address, where the language changes
        "told": [
            _told(state, _seen(printed.get(name, {}), polled.get(name, {}), state.source.zone, now))
            for name, state in zip(names, shown, strict=True)
        ],
        "others": ranked[len(shown) :],
        "listed_above": len(shown) > LISTED,
        "together": await _together(library, every, polled, zone, since, now) if len(ranked) > 1 else None,
        "counts": counts(states),
        "zone": zone,
        "zones_differ": len(zones) > 1,
        "detailed": len(shown) <= IN_FULL,
        "patterns": patterns(),
        "plots": Plots,
    }


async def _together(
    library: Library,
    every: Sequence[str],
    polled: Mapping[str, Endings],
    zone: ZoneInfo,
    since: datetime,
    now: datetime,
) -> Seen:
    """All sources. That the service ran in an hour is seen from those that *polled* has, or from headlines: to look
    through two weeks of the polls of a thousand sources would take longer than all else.
    """
    strip = await library.polled_together(every, now - hours.STRIP * hours.HOUR)
    ran: Endings = {hour: endings for one in polled.values() for hour, endings in one.items()}
    return _seen(await library.printed_together(every, since), {**ran, **strip}, zone, now)


def _seen(printed: Mapping[datetime, int], polled: Endings, zone: ZoneInfo, now: datetime) -> Seen:
    return Seen(zone, hours.days_of(printed, polled.keys(), zone, now), hours.polled_hours(polled, zone, now))


def is_plain(reason: str) -> bool:
    """Whether it only says again how often the source is asked."""
    return _EVERY.fullmatch(reason) is not None


def _told(state: State, seen: Seen) -> Told:
    health = state.health
    troubled = health.state in ("suspect", "failing")
    forbidden = health.detail.startswith("robots.txt of")
    return Told(
        state,
        seen,
        cure(health.cause, health.detail) if troubled else "",
        troubled and health.cause not in (None, "unreachable", "list-frozen", "gap") and not forbidden,
    )
