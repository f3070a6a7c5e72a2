"""Say when the new rows were: what each says by itself, and what the last good poll and its neighbours add to that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ticker import said
from ticker.model import Headline, Known, Match
from ticker.resolve.clock import HOUR_OFF, LATE
from ticker.resolve.path import Stop, cheapest_days
from ticker.resolve.seconds import settle
from ticker.said import AHEAD, BEHIND, CLOCK_OFF, DAYS_BACK, OFF, RECENT, ZERO, Moment, Said, Span

BLIND = timedelta(hours=20)  # after a longer outage no day is sure: 505 of 2,017 wrong after 72 h (identity-time)
PINNED = "out of order on the page: perhaps pinned, the day is a guess"
AFTER_OUTAGE = "first seen after an outage of over 20 h: the day is a guess"
UNORDERED = (PINNED, LATE)  # what they say is no help in dating others


@dataclass(frozen=True, slots=True)
class Dated:
    """A new row: where in time it belongs, and the instant that it said; None where no minute can be known."""

    match: Match
    at: datetime
    instant: datetime | None
    flag: str | None = None


def date(matches: Sequence[Match], known: Known, page: Moment) -> list[Dated]:
    """The new rows among *matches*, in page order."""
    new = {match.rank: match for match in matches if match.item is None}
    words = {rank: said.read(match.headline, page) for rank, match in new.items()}
    dated: dict[int, Dated] = {}
    spans: dict[int, tuple[Span, ...]] = {}  # of rows that say their own day
    known_rows = [match for match in matches if match.item and match.item.flag not in UNORDERED]
    top = max(known_rows, key=_published).rank if known_rows else 0  # a line above it may be an old one that is pinned
    for rank, match in new.items():
        line = _alone(match, words[rank], known, page, on_top=rank < top)
        if line is not None:
            dated[rank] = line
        elif words[rank].kind != "clock":
            spans[rank] = _since_last(match.headline, words[rank].spans, known, page)
    clocks = [match for rank, match in new.items() if rank not in dated and rank not in spans]
    if clocks or any(len(several) > 1 for several in spans.values()):
        chosen, offset = cheapest_days(
            {match.rank: match.headline.clock for match in clocks if match.headline.clock},
            [*_known_stops(matches), *_new_stops(dated, spans, words)],
            _before(known, page),
            known_rows[-1].rank if known_rows else len(matches),
            page,
        )
        page = replace(page, offset=offset)
        dated |= {match.rank: _by_path(match, chosen.get(match.rank), known, page) for match in clocks}
        spans = {rank: _nearest(several, chosen.get(rank)) for rank, several in spans.items()}
    if all(said.plain(match.headline) and match.headline.stated is None for match in matches):
        return [dated[rank] for rank in new]
    return _in_order(new, words, dated, {rank: several[0] for rank, several in spans.items()}, matches)


def _published(match: Match) -> datetime:
    return match.item.published if match.item else datetime.max.replace(tzinfo=UTC)


def reach(matches: Sequence[Match], page: Moment) -> datetime:
    """No new row among *matches* is dated earlier than this."""
    begins = [span.begin for match in matches if match.item is None for span in said.read(match.headline, page).spans]
    return min([page.fetched_at - timedelta(days=DAYS_BACK), *begins]) - timedelta(days=1)


def _alone(match: Match, words: Said, known: Known, page: Moment, *, on_top: bool) -> Dated | None:
    """Rows that need no neighbours: without a time to believe, and clocks that the last good poll dates."""
    if words.kind == "nothing":
        return Dated(match, page.fetched_at, None, words.flag)
    if not said.plain(match.headline):
        return None
    sure = _in_window(match, known, page)
    if sure is None and on_top and words.kind == "clock":
        return _late(match, known, page)
    if sure is None or words.kind == "clock":
        return sure
    begin, end = _window(known, page) or (page.fetched_at, page.fetched_at)
    stated_in_it = any(begin <= span.begin <= end + AHEAD for span in words.spans)
    return None if stated_in_it or sure.instant is None else sure  # the date beside the clock is a wrong one


def _window(known: Known, page: Moment) -> tuple[datetime, datetime] | None:
    """Where a row belongs that the last good poll did not show, when that poll is recent."""
    good = known.last_good
    if good is None or abs(page.fetched_at - good) > RECENT:
        return None
    return min(good, page.fetched_at) - BEHIND, page.fetched_at  # our own clock may have been set back


def _in_window(match: Match, known: Known, page: Moment) -> Dated | None:
    """The instant between the last good poll and this one, when that poll is recent.

    A page whose clock is known to be an hour off may have been put right meanwhile: then its line fits as printed.
    """
    window = _window(known, page)
    clock = match.headline.clock
    if clock is None or window is None:
        return None
    since = window[0] + BEHIND
    for offset, begin in ((page.offset, since - AHEAD), (ZERO, window[0]), (page.offset, window[0])):
        fitting = [at for at in said.candidates(clock, page.fetched_at, page.zone, offset=offset) if at >= begin]
        if fitting:
            between = [at for at in fitting if since <= at <= page.fetched_at]
            if len(between) > 1:
                return None  # an hour that came twice meanwhile: the order of the page tells which
            at = between[0] if between else fitting[0]
            return Dated(match, at, at, HOUR_OFF.get(offset))
    if said.candidates(clock, page.fetched_at, page.zone, ahead=OFF)[0] > page.latest:
        return Dated(match, page.fetched_at, None, CLOCK_OFF)
    return None


def _late(match: Match, known: Known, page: Moment) -> Dated | None:
    """A line on top that says a time half an hour to an hour before the last good poll, which did not show it."""
    window, clock = _window(known, page), match.headline.clock
    if window is None or clock is None:
        return None
    latest = said.candidates(clock, page.fetched_at, page.zone)[0]
    since = window[0] + BEHIND
    return Dated(match, latest, latest, LATE) if since - OFF <= latest < since else None


def _since_last(row: Headline, spans: tuple[Span, ...], known: Known, page: Moment) -> tuple[Span, ...]:
    """*spans* less what lies before the last good poll, where something is left of them; a printed minute stays."""
    window = _window(known, page)
    if window is None or known.last_good is None:
        return spans
    for begin in (known.last_good, window[0]):
        cut = tuple(
            Span(max(span.begin, begin), min(span.end, window[1]), min(max(span.likely, begin), window[1]))
            for span in spans
            if span.end >= begin and span.begin <= window[1]
        )
        if cut:
            return tuple(span for span in spans if span.end >= begin) if row.clock is not None else cut
    return spans


def _before(known: Known, page: Moment) -> datetime | None:
    good = known.last_good
    return good if good is not None and good <= page.fetched_at else None


def _known_stops(matches: Sequence[Match]) -> list[Stop]:
    return [
        Stop(match.rank, ((match.item.printed_at, 0.0),), dated=not said.plain(match.headline))
        for match in matches
        if match.item is not None and match.item.printed_at is not None and match.item.flag not in UNORDERED
    ]


def _new_stops(
    dated: Mapping[int, Dated], spans: Mapping[int, tuple[Span, ...]], words: Mapping[int, Said]
) -> list[Stop]:
    stops = [Stop(rank, ((line.instant, 0.0),)) for rank, line in dated.items() if line.instant is not None]
    for rank, several in spans.items():
        if words[rank].kind == "rough":
            stops.append(_loose(rank, several[0]))
        else:
            stops.append(Stop(rank, tuple((span.likely, 0.0) for span in several), dated=True))
    return stops


def _loose(rank: int, span: Span) -> Stop:
    return Stop(rank, tuple((at, 0.0) for at in (span.likely, span.end, span.begin)), dated=True)


def _nearest(spans: tuple[Span, ...], chosen: datetime | None) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.likely == chosen) or spans


def _by_path(match: Match, at: datetime | None, known: Known, page: Moment) -> Dated:
    if at is None and match.headline.clock is not None:
        latest = said.candidates(match.headline.clock, page.fetched_at, page.zone, offset=page.offset)[0]
        return Dated(match, latest, latest, PINNED)
    if at is None or at > page.latest:
        return Dated(match, page.fetched_at, None, CLOCK_OFF)
    before = _before(known, page)
    blind = before is not None and page.fetched_at - before > BLIND
    return Dated(match, at, at, AFTER_OUTAGE if blind else HOUR_OFF.get(page.offset))


def _in_order(
    new: Mapping[int, Match],
    words: Mapping[int, Said],
    dated: Mapping[int, Dated],
    spans: Mapping[int, Span],
    matches: Sequence[Match],
) -> list[Dated]:
    """Rows that are not known to the second, placed so that the order of the page holds."""
    loose = dict(spans)
    for rank, line in dated.items():
        if line.instant is not None and line.flag not in UNORDERED:
            loose[rank] = said.minute(line.instant)
    points = {match.rank: match.item.published for match in matches if match.item and match.item.flag not in UNORDERED}
    placed = settle(loose, points)
    lines = []
    for rank, match in new.items():
        if rank in dated:
            line = dated[rank]
            lines.append(Dated(match, placed.get(rank, line.at), line.instant, line.flag))
        elif words[rank].kind == "rough":
            lines.append(Dated(match, placed[rank], None, words[rank].flag))
        else:
            aged = (
                match.headline.clock is None and match.headline.ago is not None and spans[rank].end > spans[rank].begin
            )
            lines.append(Dated(match, placed[rank], placed[rank] if aged else spans[rank].likely))
    return lines
