"""How the sources are doing: the nouns behind `/status`, and what of them `/status.json` says."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ticker.errors import Cause
from ticker.model import Health, Source
from ticker.serve.negotiation import quality

_ = str  # marks what tools/texts.py hands to translators

STATES: Mapping[str, str] = {  # the worst first
    "failing": _("three tries or more in a row went wrong"),
    "suspect": _("the last try or two went wrong"),
    "waiting": _("waiting for the first reading"),
    "healthy": _("read regularly"),
}
WORST_FIRST = tuple(STATES)
CAUSES: Mapping[Cause, str] = {
    "unreachable": _("no usable page came"),
    "refused": _("the server answers with an error"),
    "challenged": _("asks for a browser or a person"),
    "heading-absent": _("the heading is not on the page"),
    "block-absent": _("no timed list on the page"),
    "block-empty": _("the list on the page is empty"),
    "times-unreadable": _("the times on the page cannot be read"),
    "list-frozen": _("the list has stopped changing"),
    "gap": _("headlines may have been missed"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the process that polls a source knows of it beside its health; sentences are plain, "" says nothing."""

    reason: str = ""  # why the next poll is when it is
    risk: str = ""  # where the settings, or what the host asks, forbid polling often enough
    note: str = ""  # what the host asks of us, what is odd about its page or our clock
    last_new: datetime | None = None  # when a poll last had a new line
    lateness: timedelta | None = None  # of the last poll, behind when it was due


FactsOf = Callable[[str], Facts]
"""What is known of the source of this name."""


def nothing(_source: str) -> Facts:
    """For an application that nobody polls for."""
    return Facts()


@dataclass(frozen=True, slots=True)
class State:
    """A source and how it is doing."""

    source: Source
    health: Health
    next_poll: datetime | None
    facts: Facts = Facts()
    link: str | None = None  # the page that is polled, where it may be shown

    @property
    def noteworthy(self) -> bool:
        """Whether a person should look at it though nobody asked."""
        return self.health.state in ("failing", "suspect") or bool(self.facts.risk or self.health.advice)


def worst_first(states: Iterable[State]) -> list[State]:
    """In the order in which a person should look at them; alike ones as configured."""
    return sorted(states, key=lambda state: (WORST_FIRST.index(state.health.state), not state.noteworthy))


def counts(states: Iterable[State]) -> list[tuple[str, int]]:
    """How many are in each state, the worst first; none that nobody is in."""
    found = Counter[str](state.health.state for state in states)
    return [(state, found[state]) for state in WORST_FIRST if found[state]]


def prefers_json(accept: str) -> bool:
    """Whether who sends this Accept header would rather have JSON than a page; who does not care gets the page."""
    return quality(accept, "application/json") > quality(accept, "text/html")


def report(state: State) -> dict[str, object]:
    """What `/status.json` says of a source: instants as RFC 3339 in UTC, spans in seconds; null where not known."""
    source, health, facts = state.source, state.health, state.facts
    slowest = source.slowest or source.every
    return {
        "name": source.name,
        "title": source.title,
        "url": state.link,
        "state": health.state,
        "cause": health.cause,
        "detail": health.detail,
        "since": _instant(health.since),
        "streak": health.streak,
        "alarmed": _instant(health.alarmed),
        "last_success": _instant(health.last_success),
        "last_new": _instant(facts.last_new),
        "next_poll": _instant(state.next_poll),
        "every": {"min": source.every.total_seconds(), "max": slowest.total_seconds()},
        "reason": facts.reason,
        "lateness": None if facts.lateness is None else round(facts.lateness.total_seconds(), 3),
        "risk": facts.risk,
        "robots": source.robots,
        "advice": health.advice,
        "note": facts.note,
    }


def rhythm(source: Source) -> str:
    """How often *source* is polled, for a person: `1 min`, or `20 s … 5 min`."""
    slowest = source.slowest or source.every
    return _span(source.every) if slowest == source.every else f"{_span(source.every)} … {_span(slowest)}"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _instant(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
