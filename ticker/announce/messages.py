"""What people are told, in words for somebody who has just been woken, and as JSON for programs. Pure.

A title in a sentence is isolated (U+2068 … U+2069, Unicode Bidirectional Algorithm 6.3), so that Arabic does not turn
the words around it; a line that is a headline and nothing else begins with the mark of its own direction.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from ticker.announce.alarms import Alarm
from ticker.announce.wording import OF_MANY, WRONG
from ticker.cures import CURES, cure
from ticker.errors import Cause
from ticker.model import Item, Source
from ticker.text import display, is_rtl

Event = Literal["trouble", "recovered", "headlines", "test"]

MOST_HEADLINES = 20  # in one message
MOST_NAMED = 10  # sources with one cause in one message
LONGEST = 300  # letters of a headline or a detail


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one target."""

    event: Event
    at: datetime
    title: str
    text: str  # lines
    facts: Mapping[str, object]  # for programs, beside the above
    alarms: tuple[Alarm, ...] = ()  # that it tells of

    @property
    def document(self) -> bytes:
        """As a webhook gets it: JSON in UTF-8; docs/reliability.md says what each key means."""
        said = {"event": self.event, "at": _utc(self.at), "title": self.title, "text": self.text, **self.facts}
        name = sha256(json.dumps({**said, "at": ""}, sort_keys=True).encode()).hexdigest()[:32]
        return json.dumps({"id": name, **said}, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Site:
    """What messages say of this service."""

    public_url: str  # ends in "/"
    sources: Mapping[str, Source]

    @property
    def status(self) -> str:
        """The page that says how all sources are doing."""
        return f"{self.public_url}status"

    def title(self, name: str) -> str:
        return isolated(self.sources[name].title)

    def local(self, at: datetime, name: str) -> str:
        return local(at, self.sources[name].zone)


def of_alarms(alarms: Sequence[Alarm], *, begins: bool, total: int, at: datetime, site: Site) -> Message:
    """One message of all that begin, or of all that end.

    Args:
        alarms: at least one; all begin, or all end.
        total: how many sources the target is told of.
    """
    if begins:
        title, lines = _one_begins(alarms[0], site) if len(alarms) == 1 else _many_begin(alarms, total, site)
    else:
        title, lines = _one_ends(alarms[0], site) if len(alarms) == 1 else _many_end(alarms, total, site)
    facts = {"status": site.status, "total": total, "sources": [_facts(alarm, site) for alarm in alarms]}
    text = "\n".join([*lines, f"Status: {site.status}"])
    return Message("trouble" if begins else "recovered", at, title, text, facts, tuple(alarms))


def _one_begins(alarm: Alarm, site: Site) -> tuple[str, list[str]]:
    source = site.sources[alarm.source]
    good = (
        f"Last read well: {site.local(alarm.last_good, alarm.source)}. " if alarm.last_good else "Never read so far. "
    )
    lines = [
        f"{site.title(alarm.source)}: {WRONG[alarm.cause]}, since {site.local(alarm.since, alarm.source)}.",
        *([f"What happened: {shortened(alarm.detail)}"] if alarm.detail else []),
        f"{good}What was read before is served on.",
        f"What to do: {cure(alarm.cause, alarm.detail)}",
        *([f"Look closer: ticker inspect {source.name} --failed"] if alarm.cause else []),
        f"Page: {source.urls[0]}",
    ]
    return f"{site.title(alarm.source)}: {WRONG[alarm.cause]}", lines


def _many_begin(alarms: Sequence[Alarm], total: int, site: Site) -> tuple[str, list[str]]:
    title = f"{len(alarms)} of {total} sources: {_common(alarms)}"
    first = min(alarms, key=lambda alarm: alarm.since)
    lines = [
        f"{len(alarms)} of {total} sources are in trouble, the first since {site.local(first.since, first.source)}."
    ]
    for cause, some in _by_cause(alarms).items():
        lines.append(f"{_capital(OF_MANY[cause])}: {_named(some, site)}.")
        lines.append(f"What happened to the first: {shortened(some[0].detail)}" if some[0].detail else "")
        lines.append(f"What to do: {CURES[cause]}")
    lines.append("What was read before is served on. Look closer: ticker inspect NAME --failed")
    return title, [line for line in lines if line]


def _one_ends(alarm: Alarm, site: Site) -> tuple[str, list[str]]:
    lasted = _span(alarm.at - alarm.since)
    lines = [
        f"{site.title(alarm.source)} is read again. The trouble lasted {lasted}, from "
        f"{site.local(alarm.since, alarm.source)} to {site.local(alarm.at, alarm.source)}.",
        "Headlines that came and went meanwhile are missing; those still listed have been read.",
        *_quiet([alarm], site),
    ]
    return f"{site.title(alarm.source)} is read again", lines


def _many_end(alarms: Sequence[Alarm], total: int, site: Site) -> tuple[str, list[str]]:
    longest = max(alarms, key=lambda alarm: alarm.at - alarm.since)
    lines = [
        f"{len(alarms)} of {total} sources are read again: {_named(alarms, site)}.",
        f"The longest trouble lasted {_span(longest.at - longest.since)}, from "
        f"{site.local(longest.since, longest.source)} to {site.local(longest.at, longest.source)}.",
        "Headlines that came and went meanwhile are missing; those still listed have been read.",
        *_quiet(alarms, site),
    ]
    return f"{len(alarms)} of {total} sources are read again", lines


def _quiet(alarms: Sequence[Alarm], site: Site) -> list[str]:
    return [
        f"{site.title(alarm.source)} came and went several times within an hour: nothing more is told of it before "
        f"{site.local(alarm.quiet_until, alarm.source)}; the status page always knows."
        for alarm in alarms
        if alarm.quiet_until
    ]


def _common(alarms: Sequence[Alarm]) -> str:
    """What is wrong with all of them."""
    causes = {alarm.cause for alarm in alarms}
    return OF_MANY[alarms[0].cause] if len(causes) == 1 else "trouble of several kinds"


def _by_cause(alarms: Sequence[Alarm]) -> dict[Cause | None, list[Alarm]]:
    found: dict[Cause | None, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        found[alarm.cause].append(alarm)
    return found


def _named(alarms: Sequence[Alarm], site: Site) -> str:
    names = ", ".join(site.title(alarm.source) for alarm in alarms[:MOST_NAMED])
    return names if len(alarms) <= MOST_NAMED else f"{names} and {len(alarms) - MOST_NAMED} more"


def _facts(alarm: Alarm, site: Site) -> dict[str, object]:
    source = site.sources[alarm.source]
    return {
        "name": source.name,
        "title": source.title,
        "page": source.urls[0],
        "cause": alarm.cause or ("store" if alarm.begins else None),
        "detail": alarm.detail,
        "since": _utc(alarm.since),
        "until": None if alarm.begins else _utc(alarm.at),
        "last_success": _utc(alarm.last_good) if alarm.last_good else None,
    }


def of_headlines(items: Sequence[Item], *, at: datetime, site: Site) -> Message:
    """New headlines, newest first; of more than can be read only the newest, and how many there are besides."""
    shown, more = items[:MOST_HEADLINES], max(0, len(items) - MOST_HEADLINES)
    lines = [line for item in shown for line in _headline(item, site)]
    if more:
        lines.append(f"and {more} more: {site.public_url}")
    title = _titled(items, site)
    return Message("headlines", at, title, "\n".join(lines), {"items": [_item(i, site) for i in shown], "more": more})


def _titled(items: Sequence[Item], site: Site) -> str:
    names = list(dict.fromkeys(item.source for item in items))
    where = site.title(names[0]) if len(names) == 1 else f"{len(names)} sources"
    if len(items) == 1:
        return f"{where}: {isolated(items[0].title)}"
    return f"{len(items)} new headlines of {where}"


def _headline(item: Item, site: Site) -> tuple[str, str]:
    source = site.sources[item.source]
    mark = "\u200f" if is_rtl(source.language) else "\u200e"
    time = isolated(item.printed) if item.printed else local(item.published, source.zone)
    return f"{mark}{shortened(item.title)}", f"{time} · {site.title(item.source)} · {_link(item, site)}"


def _item(item: Item, site: Site) -> dict[str, object]:
    source = site.sources[item.source]
    return {
        "id": item.guid,
        "source": source.name,
        "source_title": source.title,
        "title": item.title,
        "language": source.language,
        "printed": item.printed,
        "published": _utc(item.published),
        "link": _link(item, site),
    }


def _link(item: Item, site: Site) -> str:
    return item.link or f"{site.public_url}item/{item.guid.removeprefix('urn:uuid:')}"


def of_test(at: datetime, site: Site) -> Message:
    """Asked for by somebody: `ticker notify`."""
    text = f"Messages of Ticker arrive here. It follows {len(site.sources)} sources.\nStatus: {site.status}"
    return Message("test", at, "Ticker: a test", text, {"status": site.status, "total": len(site.sources)})


def isolated(words: str) -> str:
    """*words* in a sentence, whatever direction they have."""
    return f"\u2068{shortened(words)}\u2069"


def shortened(words: str) -> str:
    """On one line, and no longer than can be read."""
    words = display(words)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"


def local(at: datetime, zone: ZoneInfo) -> str:
    """As the clock of the source has it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _span(lasted: timedelta) -> str:
    minutes = max(1, round(lasted.total_seconds() / 60))
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    return " and ".join([f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in parts if n][:2])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
