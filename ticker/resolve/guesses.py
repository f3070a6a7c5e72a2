"""Flag the instants that the page leaves open: an hour that came twice, a day below a long silence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ticker import said
from ticker.model import Item, Known, Match
from ticker.resolve.dates import UNORDERED, Dated
from ticker.said import AHEAD, BEHIND, Moment

# A first list is dated right with silences of up to 9 h, and wrong from about 11 h on (research/identity-time).
SILENCE = timedelta(hours=11)
DISORDER = AHEAD  # lines this far out of order do not tell which of two hours they are of
FOLD = timedelta(hours=2)  # the two hours of one name lie closer: zones go back by 20 min to an hour
DOUBLED = "an hour that came twice, when clocks went back: it may be the other one"
SILENT = "below a silence of over 11 h: the day is a guess"


def flag_guesses(lines: Sequence[Dated], matches: Sequence[Match], known: Known, page: Moment) -> list[Dated]:
    """The new rows *lines*, in page order; one that could as well be of another hour or day says so."""
    options = {line.match.rank: _options(line, known.last_good, page) for line in lines}
    flags: dict[int, str] = {}
    if any(len(several) > 1 for several in options.values()):
        flags = dict.fromkeys(_open(options, matches), DOUBLED)
    flags |= dict.fromkeys(_below_silence(lines, matches, known, page), SILENT)
    return [replace(line, flag=line.flag or flags.get(line.match.rank)) for line in lines]


def _options(line: Dated, good: datetime | None, page: Moment) -> list[datetime]:
    """What a line may mean by its wall clock and its day; nothing where it carries a flag."""
    if line.instant is None or line.flag is not None:
        return []
    words = said.read(line.match.headline, page)
    at = line.instant
    several = said.both(at, page.zone) if words.kind == "clock" else [span.likely for span in words.spans]
    several = [other for other in several if abs(other - at) < FOLD and other <= page.latest] or [at]
    if good is None or at < good - BEHIND:
        return several
    return [other for other in several if other >= min(good, at)]  # the last good poll did not show it


def _open(options: Mapping[int, Sequence[datetime]], matches: Sequence[Match]) -> list[int]:
    """The ranks of those that the order of the page leaves more than one of their *options*."""
    choices = {rank: several for rank, several in options.items() if several}
    choices |= {
        match.rank: [match.item.printed_at]
        for match in matches
        if match.item and match.item.printed_at and match.item.flag not in UNORDERED
    }
    latest, bound = dict[int, datetime](), max(at for several in choices.values() for at in several)
    for rank in sorted(choices):
        bound = max((at for at in choices[rank] if at <= bound + DISORDER), default=bound)
        latest[rank] = bound
    earliest, bound = dict[int, datetime](), min(at for several in choices.values() for at in several)
    for rank in sorted(choices, reverse=True):
        bound = min((at for at in choices[rank] if at >= bound - DISORDER), default=bound)
        earliest[rank] = bound
    return [rank for rank, several in choices.items() if len(several) > 1 and latest[rank] != earliest[rank]]


def _below_silence(lines: Sequence[Dated], matches: Sequence[Match], known: Known, page: Moment) -> list[int]:
    """The ranks of bare clocks from before any good poll that no row above, less than `SILENCE` newer, gives a day."""
    new = {line.match.rank: line for line in lines}
    above, guess, found = page.fetched_at, False, []
    for match in matches:
        line = match.item or new[match.rank]
        at = line.printed_at if isinstance(line, Item) else line.instant
        if at is None or line.flag in UNORDERED:
            continue
        if match.item is not None:
            guess = line.flag is not None
        elif not said.plain(match.headline) or match.headline.stated is not None or _seen_since(known, at):
            guess = False
        else:
            guess = guess or above - at > SILENCE
            found += [match.rank] if guess else []
        above = at
    return found


def _seen_since(known: Known, at: datetime) -> bool:
    """Whether a line of *at* came after the last good poll: no day before can be meant."""
    return known.last_good is not None and at >= known.last_good - BEHIND
