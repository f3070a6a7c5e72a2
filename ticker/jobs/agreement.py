"""Say what is to be planned so that plans and configuration agree: pure, and the same whoever asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ticker.model import Source
from ticker.schedule.hosts import host_of
from ticker.schedule.wait import interval, longest
from ticker.store import Plan

FIRST_READINGS = 10  # a second over all workers, at most: a first list costs as much as five others
GIVEN_UP = timedelta(minutes=2)  # overdue, and not in this configuration: in nobody else's either, who would poll it
SET_BACK = timedelta(minutes=1)  # what was done so long after now was done by another clock


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is to be done with the plans, and when each host is due after that."""

    admitted: tuple[Plan, ...]  # sources that have none yet
    nearer: Mapping[str, datetime]  # by source: due earlier than planned
    gone: tuple[str, ...]  # sources that nobody polls any more
    hosts: Mapping[str, datetime]  # when the first source of each is due
    others: frozenset[str]  # hosts that only another configuration has, as while settings are rolled out


def agree(
    sources: Sequence[Source],
    known: Mapping[str, Plan],
    *,
    read_before: Collection[str],
    now: datetime,
    random: Random,
) -> Agreement:
    """What these settings ask of the plans.

    Added sources begin with the first at once and the others spread over their first interval; of those that were never
    read (not in *read_before*) no more than ten begin in a second. One whose settings have changed comes as soon as
    they ask for, and not before its host allows it.
    """
    wanted = {source.name: source for source in sources}
    lacking = [source for source in sources if source.name not in known]
    admitted = (
        *_spread([source for source in lacking if source.name in read_before], now, known=True),
        *_spread([source for source in lacking if source.name not in read_before], now, known=False),
    )
    nearer = {}
    for name, plan in known.items():
        if name in wanted and (soon := _nearer(wanted[name], plan, now, random)):
            nearer[name] = soon
    strange = {name: plan for name, plan in known.items() if name not in wanted}
    gone = tuple(name for name, plan in strange.items() if plan.due < now - GIVEN_UP)
    hosts: dict[str, datetime] = {}
    for plan in (*admitted, *(known[name] for name in wanted if name in known)):
        host, due = host_of(wanted[plan.source]), nearer.get(plan.source, plan.due)
        hosts[host] = min(hosts.get(host, due), due)
    others = frozenset(plan.host for name, plan in strange.items() if name not in gone) - hosts.keys()
    return Agreement(admitted, nearer, gone, hosts, others)


def _spread(added: Sequence[Source], now: datetime, *, known: bool) -> list[Plan]:
    """As `schedule.Schedule` begins with them: the first at once, the others one after the other."""
    plans = []
    for place, source in enumerate(added):
        over = max(interval(source), timedelta() if known else timedelta(seconds=len(added) / FIRST_READINGS))
        plans.append(Plan(source.name, host_of(source), now + over * (place / len(added)), longest(source)))
    return plans


def _nearer(source: Source, plan: Plan, now: datetime, random: Random) -> datetime | None:
    """When a source is due instead whose settings have changed, or the clock it was planned by, if that is earlier."""
    soon = now + interval(source) * random.random()
    if plan.polled_at and plan.polled_at > now + SET_BACK:  # the clock was set back: nothing of the plan holds
        return soon
    moved = plan.host != host_of(source)
    if (plan.most == longest(source) and not moved) or plan.due - now <= longest(source):
        return None
    asked = plan.asked if not moved else None
    return min(max(soon, asked or soon), plan.due)
