"""Find timed lists in plain text: times and headlines on lines of their own, or on one."""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from ticker.parse.blocks import FEWEST
from ticker.parse.clock import Stamp, moment
from ticker.parse.links import Links
from ticker.parse.lists import Listing, lines
from ticker.parse.rows import Reading
from ticker.parse.under import Candidate, Found

_WIDEST = 4  # lines between two times of one list; more is other text
_WORDY = re.compile(r"[^\W_]")


def read_plain(text: str, url: str) -> Found:
    """The lines of *text* that say something, and the lists among them."""
    every = text.splitlines()
    texts = [line.strip() for line in every if _WORDY.search(line)]
    stamps = {at: known for at, line in enumerate(texts) if (known := moment(line))}
    return Found(texts, list(stamps), [_candidate(texts, run, stamps, Links(url)) for run in _runs(texts, stamps)])


def _runs(texts: Sequence[str], stamps: dict[int, Stamp]) -> list[list[int]]:
    """The places of times that stand close enough to be one list."""
    runs: list[list[int]] = []
    for at in stamps:
        if runs and at - runs[-1][-1] <= _WIDEST:
            runs[-1].append(at)
        else:
            runs.append([at])
    return [run for run in runs if len(run) >= FEWEST]


def _candidate(texts: Sequence[str], run: list[int], stamps: dict[int, Stamp], links: Links) -> Candidate:
    def read() -> Listing | None:
        readings = [
            Reading(stamps[at], title, None)
            for at, title in zip(run, _titles(texts, run, stamps), strict=True)
            if title
        ]
        headlines = tuple(lines(readings, links))
        return Listing(run[0], headlines, 1.0, "lines", linkless=True) if len(headlines) >= FEWEST else None

    return Candidate(run[0], read)


def _titles(texts: Sequence[str], run: list[int], stamps: dict[int, Stamp]) -> list[str]:
    """The headline of each time: on its line, else the line after it, or before it where none follows the last."""
    if all(stamps[at].rest for at in run):
        return [stamps[at].rest for at in run]
    gap = median_low(below - above for above, below in pairwise(run))
    last = run[-1] + 1
    step = 1 if (last < len(texts) and last not in stamps) or gap < 2 else -1
    return [stamps[at].rest or _line(texts, at + step, stamps) for at in run]


def _line(texts: Sequence[str], at: int, stamps: dict[int, Stamp]) -> str:
    return texts[at] if 0 <= at < len(texts) and at not in stamps else ""
