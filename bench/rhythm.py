"""Adaptive polling against a fixed interval that asks exactly as often, on sources that never were.

    .venv/bin/python bench/rhythm.py [--days 10] [--json] [--plot OUT.svg]

Each history is written by seeded dice: gaps that cluster, nights, quiet weekends. Two weeks of it are known at the
beginning; then it is polled by the rule and the rhythm of the service. No real time passes, and no run differs from
the last.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.rhythms import Law, Newsroom, Replayed, fixed_like, replay, source, spread_of

HISTORY = 14  # days
LEAST, MOST = timedelta(seconds=15), timedelta(seconds=300)  # every: {min: 15s, max: 5m}
ROWS = (20, 6)
LAWS: tuple[tuple[Law, float], ...] = (
    ("hyper", 1.3),
    ("lognormal", 1.2),
    ("hyper", 1.7),
    ("gamma", 1.2),
    ("lognormal", 1.8),
    ("gamma", 2.2),
)
ROOMS = tuple(  # seeds that the rule was not made with
    Newsroom(seed, a_day, *LAWS[(place + seed) % len(LAWS)])
    for seed in (101, 102)
    for place, a_day in enumerate((60, 133, 400, 800))
)
WIDTH, LEFT, TOP, BAR, WIDE = 860, 250, 60, 13, 480  # of the plot
COLOURS = {"fixed": "#999999", "adaptive": "#1b6ca8"}


@dataclass(frozen=True)
class Result:
    """One history, polled both ways."""

    room: Newsroom
    cv: float  # of its gaps, nights included
    rows: int
    days: float
    adaptive: Replayed
    fixed: Replayed

    @property
    def name(self) -> str:
        return f"{self.room.a_day:g} a day, cv {self.cv:.1f}, {self.rows} rows"

    @property
    def change(self) -> float:
        """Of the mean delay, in percent."""
        return 100 * (self.adaptive.mean / self.fixed.mean - 1)


def results(rooms: Sequence[Newsroom], days: float) -> Iterator[Result]:
    """Each history with each length of list."""
    for room in rooms:
        lines = room.prints(HISTORY + days)
        for rows in ROWS:
            adaptive = replay(source(LEAST, MOST), lines, rows, days=HISTORY)
            fixed = fixed_like(adaptive, lines, rows, days=HISTORY)
            yield Result(room, spread_of(lines), rows, days, adaptive, fixed)


def table(found: Sequence[Result]) -> Iterator[str]:
    """For a person, and for docs/performance.md."""
    yield "| lines a day · law · cv | rows | polls a day | mean delay, s | | p95, s | lost | avoidable gaps |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for each in found:
        fixed, adaptive = each.fixed, each.adaptive
        cells = [
            f"{each.room.a_day:g} · {each.room.law} · {each.cv:.1f}",
            str(each.rows),
            f"{fixed.polls / each.days:,.0f} → {adaptive.polls / each.days:,.0f}",
            f"{fixed.mean:.1f} → {adaptive.mean:.1f}",
            f"**{each.change:+.0f} %**".replace("-", "−"),
            f"{fixed.p95:.0f} → {adaptive.p95:.0f}",
            f"{fixed.lost} → {adaptive.lost}",
            f"{fixed.avoidable} → {adaptive.avoidable}",
        ]
        yield f"| {' | '.join(cells)} |"


def plot(found: Sequence[Result]) -> str:
    """Bars: the mean delay of both, with a mark at the 95th percentile."""
    most = max(max(each.fixed.p95, each.adaptive.p95) for each in found)
    step = 20
    high = TOP + len(found) * (2 * BAR + 14) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="Delay of adaptive and fixed polling at equal requests">',
        f'<rect width="{WIDTH}" height="{high}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" font-weight="bold">seconds from appearance to published, at equal requests</text>',
    ]
    for at, (name, colour) in enumerate(COLOURS.items()):
        x = LEFT + at * 120
        parts.append(
            f'<rect x="{x}" y="31" width="14" height="10" fill="{colour}"/><text x="{x + 20}" y="40">{name}</text>'
        )
    parts.append(
        f'<path d="M{LEFT + 245} 30v12" stroke="#c33" stroke-width="2"/><text x="{LEFT + 252}" y="40">95 %</text>'
    )
    for value in range(0, int(most) + step, step):
        line_at = LEFT + WIDE * value / (most + 5)
        parts.append(f'<path d="M{line_at:.1f} {TOP - 6}V{high - 34}" stroke="#ddd"/>')
        parts.append(f'<text x="{line_at:.1f}" y="{high - 20}" text-anchor="middle">{value}</text>')
    for at, each in enumerate(found):
        y = TOP + at * (2 * BAR + 14)
        parts.append(f'<text x="{LEFT - 10}" y="{y + BAR + 4}" text-anchor="end">{each.name}</text>')
        for line, (way, colour) in enumerate(COLOURS.items()):
            run: Replayed = getattr(each, way)
            wide, mark, top = WIDE * run.mean / (most + 5), WIDE * run.p95 / (most + 5), y + line * BAR
            parts.append(f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="{BAR - 1}" fill="{colour}"/>')
            parts.append(f'<path d="M{LEFT + mark:.1f} {top}v{BAR - 1}" stroke="#c33" stroke-width="2"/>')
        end = LEFT + WIDE * max(each.fixed.p95, each.adaptive.p95) / (most + 5) + 10
        parts.append(f'<text x="{end:.1f}" y="{y + BAR + 4}" fill="#1b6ca8">{each.change:+.0f} %</text>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg")
    options = parser.parse_args()
    found = list(results(ROOMS, options.days))
    if options.plot:
        options.plot.write_text(plot(found), "utf-8")
    if options.json:
        ways = [
            {"history": each.name, "law": each.room.law, "seed": each.room.seed}
            | {
                way: {
                    "polls": run.polls,
                    "mean": run.mean,
                    "p95": run.p95,
                    "lost": run.lost,
                    "avoidable": run.avoidable,
                }
                for way, run in (("fixed", each.fixed), ("adaptive", each.adaptive))
            }
            for each in found
        ]
        json.dump(ways, sys.stdout, indent=2)
        return
    for line in table(found):
        print(line)


if __name__ == "__main__":
    main()
