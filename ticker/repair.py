"""Say which list of a page goes on with the one that is known, where configured selectors no longer find that.

Nothing is guessed. Half of its rows, and at least three, are lines known by printed time and words; they stand in the
order in which they are known, as many of them as it has room for, nothing between them is left out or put in, and the
newest line is not older than the newest that is known. So "most read" breaks the order, a choice of stories leaves
lines out, another section has others between, a sidebar of all sections has too many on top, and a list of yesterday
ends too early. All of it must hold of the lines that were read as configured too: what a repair brought vouches for
nothing.

Under the configured heading, which says whose list it is, a third will do, and what a repair brought there counts.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from ticker import said, text
from ticker.errors import ParseError
from ticker.model import Block, Headline, Item, Known, Source

FEWEST = 3  # known lines in the list
SHARE = 2  # and one in so many of its rows
SHARE_NAMED = 3  # the same under the configured heading: a busy hour brings many new ones
IN_ORDER = 0.8  # of the known lines: a pinned one may have moved, and where several are of one minute, so may they
LEFT_OUT = 5  # one in so many of the known lines it has room for, from the newest on: edited or withdrawn meanwhile
PUT_IN = 8  # one in so many of the rows from the newest known one on: edited meanwhile
PINNED = 1  # row above the known lines that may be older than they are
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Repair:
    """The list that was read in place of the configured one."""

    headlines: tuple[Headline, ...]
    detail: str  # a plain sentence
    advice: str  # lines of config.yaml that would make it permanent


def repair(
    source: Source, problem: ParseError, blocks: Sequence[Block], known: Known, *, fetched_at: datetime
) -> Repair | None:
    """The one of *blocks* that goes on with what is known, or None: then the problem stands.

    Args:
        source: its selectors fail.
        problem: as they do.
        blocks: the one under the configured heading; without any, all that may be news, the likeliest first.
        known: the last accepted list, and the memory.
        fetched_at: when the page was read.
    """
    if source.selectors is None:
        return None
    named = source.heading is not None
    going_on = [
        block for block in blocks if not objection(known, block.headlines, at=fetched_at, zone=source.zone, named=named)
    ]
    if not going_on:
        return None
    best = max(going_on, key=lambda block: len(_shared(known, block.headlines, fetched_at, source.zone)))
    where = _where(source, best)
    detail = f"selectors no longer fit ({problem.detail}): the list {where} was read instead"
    return Repair(best.headlines, detail, advice(source, best, likeliest=best is blocks[0]))


def objection(known: Known, seen: Sequence[Headline], *, at: datetime, zone: ZoneInfo, named: bool = False) -> str:
    """Why *seen* does not go on with the list that is known; empty where it does.

    Args:
        known: the last accepted list, and the memory.
        seen: rows of another list.
        at: when it was read.
        zone: of the source's wall clock.
        named: it stands under the configured heading.
    """
    if why := _objection(known, seen, at, zone, SHARE_NAMED if named else SHARE):
        return why
    if named or known.repaired is None:
        return ""
    why = _objection(_as_configured(known, known.repaired), seen, at, zone, SHARE)
    return f"{why} as they were configured" if why else ""


def _as_configured(known: Known, since: datetime) -> Known:
    """Without the lines that repairs brought, all of them *since*."""
    since = since.replace(microsecond=0)
    listed = tuple(item for item in known.listed if item.first_seen < since)
    return replace(known, listed=listed, memory=tuple(item for item in known.memory if item.first_seen < since))


def _objection(known: Known, seen: Sequence[Headline], at: datetime, zone: ZoneInfo, share: int) -> str:
    if not known.listed:
        return "nothing is known yet"
    pairs = _shared(known, seen, at, zone)
    if len(pairs) < FEWEST or share * len(pairs) < len(seen):
        return f"only {len(pairs)} of its {len(seen)} rows are known"
    if _rising(_places(known), pairs) < max(FEWEST, IN_ORDER * len(pairs)):
        return "the lines that are known stand in another order"
    if _leaves_out(known, seen, pairs):
        return "it leaves out lines of the list that is known"
    return _others(known, seen, pairs, said.moment(seen, known, at, zone))


def _leaves_out(known: Known, seen: Sequence[Headline], pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether too few of the listed lines are there: down to the last that is, and as many as other rows leave room."""
    listed = [old for old, _ in pairs if old < len(known.listed)]
    if not listed:
        return True
    others = pairs[-1][1] + 1 - len(pairs)  # new, edited or put in; what stands below the last known one takes no room
    should = max(max(listed) + 1, min(len(known.listed), len(seen) - others))
    return _more(should - len(listed), LEFT_OUT, should)


def _more(count: int, share: int, of: int) -> bool:
    """Whether *count* is more than one, and more than one in *share*."""
    return count > 1 and count * share > of


def advice(source: Source, block: Block, *, likeliest: bool) -> str:
    """The lines of config.yaml that choose *block* by themselves."""
    lines = [f"  - name: {source.name}"]
    if heading := source.heading or block.heading:
        lines += [f"    heading: {json.dumps(heading, ensure_ascii=False)}"]
        lines += ["    # and no `selectors`"] if source.selectors else []
    elif likeliest:
        lines += ["    # no `selectors`: the likeliest list of the page is taken, which is this one now"]
    else:
        lines += [f"    # other `selectors`: no heading stands above the list; see `ticker inspect {source.name}`"]
    return "\n".join(lines)


def _where(source: Source, block: Block) -> str:
    if source.heading:
        return f"under the heading “{source.heading}”"
    return f"under “{block.heading}”, which goes on with it," if block.heading else "that goes on with it"


def _shared(known: Known, seen: Sequence[Headline], at: datetime, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Place among the known lines, listed ones first, and row of each line that is known by time and words."""
    page, every = said.moment(seen, known, at, zone), _every(known)
    waiting: dict[str, list[int]] = defaultdict(list)
    for old, item in enumerate(every):
        waiting[text.key(item.title)].append(old)
    pairs = []
    for row, line in enumerate(seen):
        places = waiting.get(text.key(line.title), []) if line.readable else []
        says = said.read(line, page) if places else None
        for old in places:
            if says and says.spans and said.apart(line, says, every[old], said.stretch(every[old], page)) is not None:
                pairs.append((old, row))
                places.remove(old)
                break
    return pairs


def _every(known: Known) -> list[Item]:
    """The lines of the last list in page order, then those before them, newest first."""
    return [*known.listed, *sorted(known.memory, key=lambda item: item.published, reverse=True)]


def _places(known: Known) -> list[int]:
    """Of each known line its place in order; those of one minute that stand together have one."""
    every, places = _every(known), list[int]()
    for place, (_, same) in enumerate(groupby(every, key=lambda item: item.published.replace(second=0))):
        places += [place] * len(list(same))
    return places


def _rising(places: Sequence[int], pairs: Sequence[tuple[int, int]]) -> int:
    """How many of the known lines stand in their order: the longest run that never goes back (patience sorting)."""
    ends: list[int] = []
    for old, _ in pairs:
        at = bisect_right(ends, places[old])
        ends[at : at + 1] = [places[old]]
    return len(ends)


def _others(known: Known, seen: Sequence[Headline], pairs: Sequence[tuple[int, int]], page: said.Moment) -> str:
    """What is wrong with the rows that are not known: above the newest that is they are news, below it nothing."""
    every, rows = _every(known), {row for _, row in pairs}
    newest, top = max((every[old].published, -row) for old, row in pairs)
    last = pairs[-1][1]
    if _more(sum(row not in rows for row in range(-top, last)), PUT_IN, last + 1 + top):
        return "other lines stand between those that are known"
    above = [spans[0].likely for row in range(-top) if row not in rows and (spans := said.read(seen[row], page).spans)]
    if sum(instant < newest - MINUTE for instant in above) > PINNED:
        return "what stands above the lines that are known is older than they are"
    if max([newest, *above]) < max(item.published for item in known.listed) - MINUTE:
        return "its newest line is older than the newest that is known"
    return ""
