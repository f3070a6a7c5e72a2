"""Set instants apart: in page order, never past the poll, no two alike in one source."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from ticker.said import SECOND, Span


def settle(spans: Mapping[int, Span], points: Mapping[int, datetime]) -> dict[int, datetime]:
    """Rank -> an instant in its span, as near to the likeliest as the order of the page lets it be.

    Args:
        spans: of the rows to place.
        points: rank -> instant of the rows that stand fixed. One that no instant of a span could be in
            order with is out of order itself, and bounds nothing.
    """
    placed = dict(points)
    above = {**points, **{rank: span.likely for rank, span in spans.items()}}
    for rank in sorted(spans, reverse=True):
        span = spans[rank]
        floor = max((at for below, at in placed.items() if below > rank and at <= span.end), default=span.begin)
        ceiling = min((_bound(other, above, spans, span) for other in above if other < rank), default=span.end)
        placed[rank] = max(floor, span.begin, min(span.likely, span.end, ceiling))
    return {rank: placed[rank] for rank in spans}


def _bound(other: int, above: Mapping[int, datetime], spans: Mapping[int, Span], span: Span) -> datetime:
    """The latest instant of *span* that is below the row *other*; its end where nothing is."""
    if above[other] >= span.begin:
        return max(span.begin, above[other] - SECOND)
    return spans[other].end if other in spans and spans[other].end >= span.begin else span.end


def spread(wanted: Mapping[int, datetime], fetched_at: datetime, taken: AbstractSet[datetime]) -> dict[int, datetime]:
    """Rank -> published: distinct seconds in page order, never past *fetched_at*."""
    ranks = sorted(wanted, key=lambda rank: (wanted[rank], -rank))
    moments: list[datetime] = []
    for rank in ranks:
        at = wanted[rank]
        if moments:
            at = max(at, moments[-1] + SECOND)
        while at in taken and at < fetched_at:
            at += SECOND
        moments.append(at)
    limit = fetched_at
    for n in range(len(moments) - 1, -1, -1):
        at = min(moments[n], limit)
        while at in taken:
            at -= SECOND
        moments[n] = at
        limit = at - SECOND
    return dict(zip(ranks, moments, strict=True))


def free_seconds(fetched_at: datetime, used: set[datetime]) -> Iterator[datetime]:
    """Instants for `updated`: at the poll or just before it, no two alike."""
    at = fetched_at
    while True:
        if at not in used:
            yield at
        at -= SECOND
