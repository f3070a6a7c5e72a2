"""What it costs to say which line is which: 100 rows seen against a list of 100 and a memory of 500.

    python bench/identity.py [--rounds 100]

One JSON object: medians of one run in milliseconds of the processor, and as ratios to a floor, which is folding the 100
titles. Compare the ratios; the milliseconds are of this machine. Every round has words of its own. `cold` is the first
poll of a process; before the others the same words were read once, as a service has.
"""

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from time import thread_time
from typing import ParamSpec
from zoneinfo import ZoneInfo

from ticker import text
from ticker.model import Ago, Day, Headline, Item, Known
from ticker.reconcile import digest, equal, reconcile

ZONE = ZoneInfo("Asia/Beirut")
NOW = datetime(2025, 1, 14, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROWS, MEMORY = 100, 500
P = ParamSpec("P")
WORDS = tuple(  # of invented headlines
    re.findall(
        r"\S+",
        """
        أعلنت البلدية افتتاح الحديقة العامة الجديدة على ضفة النهر بعد أشهر من أعمال الترميم، بحضور وزير الأشغال ورئيس
        اتحاد المزارعين في القرى المجاورة؛ المعرض السنوي للكتاب يبدأ مساء اليوم في «القاعة الكبرى» قرب المحطة القديمة
        وحركة القطارات على الخط الثالث تعود إلى طبيعتها صباح الغد الأرصاد أمطار غزيرة وثلوج فوق 1,400 متر ودرجات الحرارة
        دون معدلاتها
        """,
    )
)


@dataclass(frozen=True)
class Scene:
    """A list as known, what is remembered, and the rows of the next poll by what has happened to them."""

    known: Known
    unchanged: list[Headline]
    usual: list[Headline]  # three lines on top, one reworded, one gone
    turned_over: list[Headline]  # no line in common


def scene(dice: random.Random, as_printed: Callable[[str, datetime], Headline]) -> Scene:
    """One poll and the next, in words that no other scene has."""
    rows = [as_printed(_words(dice), NOW - 4 * n * MINUTE) for n in range(ROWS)]
    listed = tuple(_item(row, NOW - 4 * n * MINUTE, n) for n, row in enumerate(rows))
    old = (NOW - (ROWS + 2 * n) * 4 * MINUTE // 2 for n in range(MEMORY))
    memory = tuple(replace(_item(as_printed(_words(dice), at), at, n), rank=None) for n, at in enumerate(old, ROWS))
    known = Known(7, listed, memory, NOW, (digest(rows), *(f"{n:032}" for n in range(200))), ROWS)
    top = [as_printed(_words(dice), NOW + n * MINUTE) for n in (2, 1, 1)]
    usual = [*top, *rows[: ROWS - 3]]
    usual[10] = replace(usual[10], title=f"{usual[10].title} {dice.choice(WORDS)}")
    del usual[20]
    turned_over = [as_printed(_words(dice), NOW - n * MINUTE) for n in range(ROWS)]
    return Scene(known, rows, usual, turned_over)


def _words(dice: random.Random) -> str:
    return " ".join((*dice.choices(WORDS, k=dice.randint(7, 14)), str(dice.randrange(100_000))))


def _item(row: Headline, at: datetime, n: int) -> Item:
    clock = row.clock
    return Item(f"urn:x:{n}", "bench", row.title, None, at, at, row.printed, clock, at, at, NOW, n)


def clock(title: str, at: datetime) -> Headline:
    """A row with HH:MM."""
    local = at.astimezone(ZONE)
    return Headline(f"{local:%H:%M}", local.time().replace(tzinfo=None), title)


def dated(title: str, at: datetime) -> Headline:
    """A row with a day and HH:MM."""
    local = at.astimezone(ZONE)
    back = (NOW.astimezone(ZONE).date() - local.date()).days
    return Headline(f"{back} {local:%H:%M}", local.time().replace(tzinfo=None), title, day=Day(back=max(back, 0)))


def aged(title: str, at: datetime) -> Headline:
    """A row with an age."""
    minutes = max((NOW + 2 * MINUTE - at) // MINUTE, 0)
    span = timedelta(minutes=minutes) if minutes < 60 else timedelta(hours=minutes // 60)
    unit = MINUTE if minutes < 60 else timedelta(hours=1)
    return Headline(f"{span} ago", None, title, ago=Ago(span, unit))


def timed(work: Callable[P, object], *given: P.args, **named: P.kwargs) -> float:
    """Milliseconds of the processor, without what else runs on the machine, for *work* on what is *given*."""
    begin = thread_time()
    work(*given, **named)
    return (thread_time() - begin) * 1000


def measure(rounds: int) -> dict[str, float]:
    """Name -> median milliseconds, and ratios to the floor."""
    dice = random.Random(4)  # noqa: S311 - the same words in every run
    spans: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for kind in (clock, dated, aged):
            now = scene(dice, kind)
            if kind is clock:
                spans["fold_100_titles"].append(timed(_folded, now.unchanged))
                spans["clock_no_change_at_all"].append(timed(equal, now.unchanged, now.known.lists[0]))
                spans["clock_cold"].append(timed(_reconciled, now.known, now.usual))
            _reconciled(now.known, now.turned_over[:1])  # the poll before read these words too
            for name, seen in (("unchanged", now.unchanged), ("usual", now.usual), ("turned_over", now.turned_over)):
                spans[f"{kind.__name__}_{name}"].append(timed(_reconciled, now.known, seen))
    floor = median(spans["fold_100_titles"])
    milliseconds = {f"{name}_ms": round(median(some), 3) for name, some in spans.items()}
    return milliseconds | {f"{name}_ratio": round(median(some) / floor, 2) for name, some in spans.items()}


def _folded(seen: Sequence[Headline]) -> list[str]:
    return [text.fold(row.title) for row in seen]


def _reconciled(known: Known, seen: Sequence[Headline]) -> object:
    return reconcile(known, seen, fetched_at=NOW + 2 * MINUTE, zone=ZONE)


def main() -> None:
    """JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    json.dump(measure(parser.parse_args().rounds), sys.stdout)
    print()


if __name__ == "__main__":
    main()
