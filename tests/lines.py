"""Speak of pages and times in tests: `page("14:54 عنوان", …)`; `tests.desk` reads them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ticker.model import Ago, Day, Headline

BEIRUT = ZoneInfo("Asia/Beirut")
MINUTE = timedelta(minutes=1)


def row(line: str) -> Headline:
    """`14:54 words` as a headline; `--:-- words` has a time that cannot be read."""
    printed, _, title = line.partition(" ")
    clock = None if "-" in printed else time.fromisoformat(printed)
    return Headline(printed, clock, title)


def ago(title: str, stated: datetime | None = None, **span: int) -> Headline:
    """`ago("words", minutes=5)`; the unit is the last one named, a minute where it is seconds ("just now")."""
    unit = timedelta(**{[*span][-1]: 1})
    printed = " ".join(f"{count} {name}" for name, count in span.items())
    return Headline(f"{printed} ago", None, title, ago=Ago(timedelta(**span), max(unit, MINUTE)), stated=stated)


def now(title: str) -> Headline:
    """ "Just now"."""
    return ago(title, minutes=0)


def dated(title: str, clock: str | None = None, stated: datetime | None = None, **day: int) -> Headline:
    """`dated("words", "23:10", back=1)` is yesterday, `dated("words", month=5, day=12)` a date without a clock."""
    at = time.fromisoformat(clock) if clock else None
    return Headline(f"{Day(**day)} {clock}", at, title, day=Day(**day), stated=stated)


def stated(title: str, written: str, clock: str | None = None) -> Headline:
    """A row with `<time datetime="written">`."""
    at = datetime.fromisoformat(written)
    return Headline(clock, time.fromisoformat(clock) if clock else None, title, stated=at)


def page(*lines: str) -> list[Headline]:
    """Rows of a list, newest first."""
    return [row(line) for line in lines]


def instant(written: str, zone: ZoneInfo = BEIRUT) -> datetime:
    """RFC 3339 to UTC; without an offset, the wall clock of *zone*."""
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
