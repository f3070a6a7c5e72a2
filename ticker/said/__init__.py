"""What a row says of its time, as stretches of time that it may mean. Pure; no stage, used by reconcile and resolve.

wall    the wall clock of a zone <-> instants
page    when the page was made, which day it calls today, whether its stated offsets are right
rows    Headline -> Said
items   how far a row and a known item are apart
"""

from ticker.said.items import OTHER_DAY, apart, certain, stretch
from ticker.said.page import moment
from ticker.said.rows import CLOCK_OFF, DAY_ONLY, ROUGH, TO_COME, UNREADABLE, Moment, Said, Span, minute, plain, read
from ticker.said.wall import AHEAD, BEHIND, DAYS_BACK, OFF, RECENT, SECOND, ZERO, both, candidates, nearest

__all__ = [
    "AHEAD",
    "BEHIND",
    "CLOCK_OFF",
    "DAYS_BACK",
    "DAY_ONLY",
    "OFF",
    "OTHER_DAY",
    "RECENT",
    "ROUGH",
    "SECOND",
    "TO_COME",
    "UNREADABLE",
    "ZERO",
    "Moment",
    "Said",
    "Span",
    "apart",
    "both",
    "candidates",
    "certain",
    "minute",
    "moment",
    "nearest",
    "plain",
    "read",
    "stretch",
]
