"""What a replay would decide otherwise."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ticker.show.writing import print_json, rfc3339

if TYPE_CHECKING:
    from ticker.replay import Decision, Difference, Replay, Wording

_WHAT = {  # of a difference -> of how many, and what it is
    "joined": "joined: two items would be one",
    "parted": "parted: one item would be two",
    "other": "another item: the row would be one that there is already",
    "dated": "dated otherwise",
    "repost": "a repost, or none any more",
    "kind": "the same item, taken for it in another way",
    "gone": "withdrawn, or not any more",
    "refused": "a list that would not be believed",
    "believed": "a list that would be believed",
}


def replayed(found: "Replay", zone: ZoneInfo, today: ZoneInfo, *, limit: int | None, as_json: bool) -> None:
    """What a replay would decide otherwise: counts first, then each difference.

    Args:
        zone: of the source; instants are told in its wall clock.
        today: the zone that the polls were replayed in.
        limit: differences to print at most.
    """
    told = found.differences[:limit]
    if as_json:
        print_json(_replay_json(found, today, told))
        return
    for line in _counted(found, zone, today):
        print(line)
    for one in told:
        for line in _difference(one, zone):
            print(line)
    total = sum(found.counts.values())
    if len(told) < total:
        print(f"\n… and {total - len(told):,} more")


def _counted(found: "Replay", zone: ZoneInfo, today: ZoneInfo) -> Iterator[str]:
    span = " to ".join(f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (found.begin, found.end))
    other = f" as if its clock were that of {today.key}" if today.key != zone.key else ""
    yield f"{found.source}: {found.lists:,} lists, {found.rows:,} rows, {span}, replayed{other}"
    if not found.cold:
        yield "  the list before them was taken as it is stored"
    if found.unkept:
        yield f"  {found.unkept:,} lists were left out: they were not kept as printed"
    if not found.counts:
        yield "  nothing differs: today's rules decide as it was decided then"
    for what, label in _WHAT.items():
        if count := found.counts.get(what):  # type: ignore[call-overload]  # its keys are those of _WHAT
            yield f"  {count:,} × {label}{_most(found) if what == 'dated' else ''}"


def _most(found: "Replay") -> str:
    """By how much most dates would move."""
    moves = Counter(
        one.today.published - one.then.published
        for one in found.differences
        if one.what == "dated" and one.today.published and one.then.published
    )
    ((move, count),) = moves.most_common(1)
    return f", {count:,} of them {_move(move)}"


def _move(move: timedelta) -> str:
    minutes = round(move / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"{hours}:{rest:02} h {'later' if minutes > 0 else 'earlier'}" if minutes else "to the same minute"


def _difference(one: "Difference", zone: ZoneInfo) -> Iterator[str]:
    yield f"\n{one.at.astimezone(zone):%Y-%m-%d %H:%M}  {_WHAT[one.what]}"
    yield f"    row:    {_words(one.row)}"
    if one.beside is not None:
        yield f"    item:   {_words(one.beside)}"
    yield f"    then:   {_decision(one.then, zone)}"
    yield f"    today:  {_decision(one.today, zone)}"


def _words(wording: "Wording") -> str:
    return f"{wording.printed or '--:--'}  {wording.title}"


def _decision(one: "Decision", zone: ZoneInfo) -> str:
    parts = [one.kind or "decision not kept"]
    if one.reason:
        parts.append(one.reason)
    if one.published is not None:
        parts.append(f"published {one.published.astimezone(zone):%Y-%m-%d %H:%M}")
    if one.repost:
        parts.append("kept out of the feeds")
    return "; ".join([*parts, *([one.flag] if one.flag else [])])


def _replay_json(found: "Replay", today: ZoneInfo, told: Sequence["Difference"]) -> dict[str, Any]:
    return {
        "source": found.source,
        "timezone": today.key,
        "begin": rfc3339(found.begin),
        "end": rfc3339(found.end),
        "begins_as_stored": not found.cold,
        "lists": found.lists,
        "rows": found.rows,
        "not_kept_as_printed": found.unkept,
        "counts": {what: found.counts.get(what, 0) for what in _WHAT},  # type: ignore[call-overload]  # likewise
        "differences": [_difference_json(one) for one in told],
    }


def _difference_json(one: "Difference") -> dict[str, Any]:
    return {
        "what": one.what,
        "at": rfc3339(one.at),
        "time": one.row.printed,
        "title": one.row.title,
        "beside": one.beside and {"time": one.beside.printed, "title": one.beside.title},
        "then": _decision_json(one.then),
        "today": _decision_json(one.today),
    }


def _decision_json(one: "Decision") -> dict[str, Any]:
    said = {"kind": one.kind, "reason": one.reason, "guid": one.guid}
    return {**said, "published": rfc3339(one.published), "flag": one.flag, "repost": one.repost}
