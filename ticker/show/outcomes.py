"""How polls ended."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ticker.show.writing import print_json, rfc3339

if TYPE_CHECKING:
    from ticker.model import Change, Poll


def polls(outcomes: Sequence["Poll"], *, as_json: bool) -> None:
    """How polls ended, with each line that is new, changed or said once more."""
    if as_json:
        print_json([_poll_json(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        print(f"{outcome.source}: {_sentence(outcome)}")
        for row in outcome.changes.rows if outcome.changes else ():
            for line in _row_lines(row):
                print(line)
        for line in _remarks(outcome):
            print(line)


def _sentence(outcome: "Poll") -> str:
    if outcome.changes is None:
        cause = f"{outcome.cause}: " if outcome.cause else ""
        return f"{outcome.outcome}, {cause}{outcome.detail}" if outcome.detail else outcome.outcome
    counts = {kind: len(outcome.changes.of(kind)) for kind in ("new", "repost", "edited", "corrected", "back", "same")}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def _row_lines(row: "Change") -> Iterator[str]:
    said = f"{row.item.printed or '--:--'}  {row.item.title}"
    if row.kind == "new":
        yield f"  + {said}"
    elif row.kind == "repost":
        yield f"  = {said}\n      not in the feeds: {row.reason}"
    elif row.was is not None and (row.before is not None or row.kind == "corrected"):
        yield f"  ~ {said}"
        if row.was.printed != row.item.printed:
            yield f"      was at: {row.was.printed or '--:--'}"
        if row.before is not None:
            yield f"      was: {row.before}"


def _remarks(outcome: "Poll") -> Iterator[str]:
    """What is wrong though the list was kept, or how it was found where not as configured."""
    if outcome.changes is not None and outcome.detail:
        yield f"  ! {outcome.cause}: {outcome.detail}" if outcome.cause else f"  ! {outcome.detail}"
    if outcome.advice:
        yield f"  in config.yaml this makes it permanent:\n\n{outcome.advice}\n"


def _poll_json(outcome: "Poll") -> dict[str, Any]:
    return {
        "source": outcome.source,
        "at": rfc3339(outcome.at),
        "outcome": outcome.outcome,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "advice": outcome.advice,
        "rows": [
            {"kind": row.kind, "reason": row.reason, "guid": row.item.guid, "time": row.item.printed}
            | {"title": row.item.title, "published": rfc3339(row.item.published), "before": row.before}
            | {"before_time": row.was.printed if row.was else None, "repost_of": row.item.repost_of}
            for row in (outcome.changes.rows if outcome.changes else ())
        ],
    }
