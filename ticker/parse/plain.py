"""Find timed lists in plain text: times and headlines on lines of their own, or on one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from ticker.parse.blocks import FEWEST
from ticker.parse.clock import Stamp, leading, moment
from ticker.parse.found import Candidate, Found
from ticker.parse.links import Links
from ticker.parse.lists import Listing, lines
from ticker.parse.rows import Reading
from ticker.parse.slots import chain, mark, usual_form
from ticker.parse.units import SIGN

_WIDEST = 4  # lines between two times of one list; more is other text


@dataclass(frozen=True)
class _Lines:
    """The lines of a text that say something."""

    texts: Sequence[str]
    parted: frozenset[int]  # the lines with an empty one, or a rule, above them
    stamps: dict[int, Stamp]


def read_plain(text: str, url: str) -> Found:
    """The lines of *text* that say something, and the lists among them."""
    texts, parted, gap = list[str](), set[int](), False
    for line in text.splitlines():
        if SIGN.search(line):
            if gap:
                parted.add(len(texts))
            texts.append(line.strip())
        gap = not SIGN.search(line)
    stamps = {at: known for at, line in enumerate(texts) if (known := moment(line) or leading(line, least=0))}
    found = _Lines(texts, frozenset(parted), stamps)
    candidates = [one for run in _runs(stamps) for one in _candidates(found, run, Links(url))]
    return Found(texts, lambda: (list(stamps), candidates, False))


def _runs(places: Iterable[int]) -> Iterator[list[int]]:
    """Places that stand close enough to be one list, and are as many."""
    run: list[int] = []
    for at in places:
        if run and at - run[-1] > _WIDEST:
            if len(run) >= FEWEST:
                yield run
            run = []
        run.append(at)
    if len(run) >= FEWEST:
        yield run


def _candidates(found: _Lines, run: list[int], links: Links) -> Iterator[Candidate]:
    """The list that the times of *run* are of; its form is what most of them have."""
    if _in_one(found, run):
        known = [leading(found.texts[at], least=0) for at in run]
        rows = [(at, stamp, stamp.rest) for at, stamp in zip(run, known, strict=True) if stamp is not None]
        yield from _candidate(run[0], rows, links)
        return
    usual = usual_form(found.stamps[at].form for at in run)
    for times in _runs(chain([mark(at, found.stamps[at], usual) for at in run])):
        step, taken = _step(found, times), frozenset(times)
        rows = [(at, found.stamps[at], _line(found.texts, at + step, taken)) for at in times]
        yield from _candidate(times[0] + min(step, 0), rows, links)


def _in_one(found: _Lines, run: list[int]) -> bool:
    """Whether time and headline stand on one line: more often than a time alone, or none is left for headlines."""
    begin = sum(bool(found.stamps[at].rest) for at in run)
    alone = sum(found.stamps[at].clock is not None and not found.stamps[at].rest for at in run)
    return begin > alone or all(below - above == 1 for above, below in pairwise(run))


def _candidate(start: int, rows: Sequence[tuple[int, Stamp, str]], links: Links) -> Iterator[Candidate]:
    headlines = tuple(lines([Reading(stamp, title, None) for _, stamp, title in rows if title], links))
    if len(headlines) >= FEWEST:
        made = Listing(start, headlines, 1.0, "lines")
        yield Candidate(rows[0][0], lambda: made)


def _step(found: _Lines, times: list[int]) -> int:
    """1 where headlines follow their times, else -1: told by what parts the rows, else by what follows the last."""
    above = sum(at in found.parted for at in times)
    below = sum(at + 1 in found.parted for at in times)
    if above != below:
        return 1 if above > below else -1
    gap = median_low(later - sooner for sooner, later in pairwise(times))
    return 1 if times[-1] + 1 < len(found.texts) or gap < 2 else -1


def _line(texts: Sequence[str], at: int, times: frozenset[int]) -> str:
    return texts[at] if 0 <= at < len(texts) and at not in times else ""
