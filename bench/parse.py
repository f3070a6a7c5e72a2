"""What extraction costs: over saved pages as a ratio to the bare HTML parser, and over growing pages of our own making.

    .venv/bin/python bench/parse.py FOLDER [--rounds 9] [--json] [--plot OUT.svg]

FOLDER holds *.html and *.html.gz; a labels.json beside them may give the heading and address of each page. Of each page
everything is timed in turn, round by round, and the shortest time counts: compare the ratios, not the milliseconds.
"""

import argparse
import gc
import gzip
import json
import os
import platform
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from math import ceil, floor, log2, log10
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from ticker.decode import page_of
from ticker.errors import ParseError
from ticker.model import Page, Source
from ticker.parse import inspect, parse, tree
from ticker.parse.tags import TEXT

READ_AT = datetime(2025, 1, 14, 12, tzinfo=UTC)
ABSENT = "Latest news 24/7"  # asked for where a page has no ticker: looking in vain costs too
PATIENCE = 5.0  # seconds for one page, then the rounds that were done must do
SIZES = (62, 125, 250, 500, 1_000, 2_000)  # KB
BARE, GUARD, WALK, HEADING, GUESS = "bare parser", "guard alone", "parser and one walk", "as configured", "no heading"
LOOK = "inspect, no heading"
SHOWN = (GUARD, WALK, HEADING, GUESS)  # of pages that grow: milliseconds, and the ratio


@dataclass(frozen=True)
class Cost:
    """What one page costs: milliseconds by what was done with it."""

    name: str
    kb: float
    ms: Mapping[str, float]

    def ratio(self, work: str) -> float:
        """To the bare parser."""
        return self.ms[work] / self.ms[BARE]


def walk(body: bytes) -> list[str]:
    """The least that any extractor does: parse, and read all texts once."""
    root = LexborHTMLParser(body).root
    nodes = root.traverse(include_text=True, skip_empty=True) if root is not None else ()
    return [text for node in nodes if node.tag_id == TEXT and (text := (node.text_content or "").strip())]


def extract(page: Page, heading: str | None) -> None:
    """What a poll does with a page; to find nothing is an answer."""
    with suppress(ParseError):
        parse(page, Source("bench", "Bench", (page.url,), ZoneInfo("UTC"), heading=heading))


def cost(name: str, body: bytes, *, url: str, heading: str | None, rounds: int, look: bool = True) -> Cost:
    """Time all there is to do with one page.

    Args:
        heading: what the page would be configured with; None for one that has none above its list.
        look: also what `ticker inspect` does with it.
    """
    page = page_of(body, url=url, fetched_at=READ_AT)
    text = page.text
    utf8 = text.encode("utf-8", "replace")
    works: dict[str, Callable[[], object]] = {
        BARE: lambda: LexborHTMLParser(utf8),
        GUARD: lambda: tree.guard(utf8),
        WALK: lambda: walk(utf8),
        HEADING: lambda: extract(page, heading),
        GUESS: lambda: extract(page, None),
    }
    if look:
        works[LOOK] = lambda: inspect(page)
    return Cost(name, len(utf8) / 1000, {work: 1000 * best for work, best in shortest(works, rounds).items()})


def shortest(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least seconds of each, all done in turn so that a busy moment of the machine hits none alone."""
    best = dict.fromkeys(works, float("inf"))
    start = perf_counter()
    gc.collect()
    gc.disable()
    try:
        for at in range(rounds):
            if at and perf_counter() - start > PATIENCE:
                break
            for name, work in works.items():
                begin = perf_counter()
                work()
                best[name] = min(best[name], perf_counter() - begin)
    finally:
        gc.enable()
    return best


# The saved pages


def saved(folder: Path, rounds: int) -> Iterator[Cost]:
    """Every page of *folder*, by name."""
    labels = folder / "labels.json"
    known = json.loads(labels.read_text("utf-8"))["pages"] if labels.exists() else []
    by_file = {label["file"]: label for label in known}
    for path in sorted((*folder.glob("*.html"), *folder.glob("*.html.gz"))):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        label = by_file.get(path.name, {"expect": "ticker"})
        heading = label.get("heading") if label["expect"] == "ticker" else ABSENT
        url = label.get("url") or "https://news.example/"
        yield cost(path.name.partition(".")[0], body, url=url, heading=heading or None, rounds=rounds)


def summary(costs: Sequence[Cost]) -> dict[str, dict[str, float | str]]:
    """For each work its ratio to the bare parser: median, quartiles, worst; and the milliseconds in all."""
    made: dict[str, dict[str, float | str]] = {}
    for work in costs[0].ms:
        ratios = [each.ratio(work) for each in costs]
        low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        worst = max(costs, key=lambda each: each.ratio(work))
        made[work] = {
            "median": median(ratios),
            "lower_quartile": low,
            "upper_quartile": high,
            "worst": worst.ratio(work),
            "worst_page": worst.name,
            "total_ms": sum(each.ms[work] for each in costs),
        }
    return made


# Pages that grow

WORDS = ["harbour", "bridge", "council", "market", "storm", "train", "museum", "river", "school", "budget"]
WORDS += ["مجلس", "جسر", "سوق", "عاصفة", "قطار", "متحف", "نهر", "مدرسة", "ميزانية", "عبارة", "بستان", "حفلة"]
MENU = "<nav>" + "".join(f'<a href="/s/{at}">Section {at}</a>' for at in range(40)) + "</nav>"


def words(dice: random.Random, count: int) -> str:
    """So many words of no meaning."""
    return " ".join(dice.choices(WORDS, k=count))


def rows(dice: random.Random, first: int, count: int) -> str:
    """Rows of a list from minute *first* on, backwards through the days."""
    lines = []
    for at in range(first, first + count):
        hour, minute = divmod(1439 - at % 1440, 60)
        title = words(dice, 8)
        lines.append(f'<li><span class="t">{hour:02}:{minute:02}</span> <a href="/n/{at}">{title} {at}</a></li>\n')
    return "".join(lines)


def one_list(dice: random.Random) -> Iterator[str]:
    """A list that is all of the page."""
    yield "<h2>Latest news</h2><ul>"
    for first in range(0, 10**9, 10):
        yield rows(dice, first, 10)


def article(dice: random.Random) -> Iterator[str]:
    """A long text with a list of 12 rows before it."""
    yield f"<h2>Latest news</h2><ul>{rows(dice, 0, 12)}</ul><article>"
    while True:
        yield f'<p class="text">{words(dice, 60)} <a href="/more">{words(dice, 3)}</a> {words(dice, 9)}</p>\n'


def many_lists(dice: random.Random) -> Iterator[str]:
    """Section after section with a list each."""
    yield f"<section><h2>Latest news</h2><ul>{rows(dice, 0, 10)}</ul></section>"
    for first in range(0, 10**9, 10):
        yield f"<section><h2>Section {words(dice, 2)}</h2><ul>{rows(dice, first, 10)}</ul></section>\n"


SHAPES: dict[str, Callable[[random.Random], Iterator[str]]] = {
    "one long list": one_list,
    "article and a list of 12": article,
    "many lists": many_lists,
}


def grown(parts: Iterable[str], kb: int) -> bytes:
    """A page of that size."""
    page = bytearray(f"<!doctype html><meta charset=utf-8><title>A page</title><body>{MENU}".encode())
    for part in parts:
        if len(page) >= kb * 1000:
            break
        page += part.encode()
    return bytes(page)


def series(rounds: int) -> dict[str, list[Cost]]:
    """Each shape in every size."""
    made: dict[str, list[Cost]] = {}
    for shape, make in SHAPES.items():
        dice = random.Random(shape)  # noqa: S311 - texts of no meaning, the same in every run
        pages = [grown(make(dice), kb) for kb in SIZES]
        made[shape] = [cost(shape, page, url="", heading="Latest news", rounds=rounds, look=False) for page in pages]
    return made


# The plot

WIDTH, HEIGHT, LEFT, TOP, WIDE, HIGH = 860, 400, 64, 56, 320, 270
COLOURS = ("#1f6fb2", "#c2551d", "#3a7d34")


def plot(found: Mapping[str, Sequence[Cost]], about: str) -> str:
    """Two drawings side by side, as SVG: time against size, both on logarithmic axes, and the ratio to the parser."""
    costs = [each for line in found.values() for each in line]
    least, most = min(each.ms[BARE] for each in costs), max(each.ms[HEADING] for each in costs)
    steps = [2.0**power for power in range(floor(log2(least)), ceil(log2(most)) + 1)]
    ratios = _even(max(each.ratio(HEADING) for each in costs))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            'font-size="12" role="img" aria-label="Cost of extraction against the size of the page">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *_panel(LEFT, "milliseconds, whole extraction (dashed: the bare parser)", steps, log2),
            *_lines(found, LEFT, _scale(steps, log2), lambda each: each.ms[HEADING], dashes="none"),
            *_lines(found, LEFT, _scale(steps, log2), lambda each: each.ms[BARE], dashes="4 4"),
            *_panel(LEFT + 430, "whole extraction ÷ bare parser", ratios, float),
            *_lines(found, LEFT + 430, _scale(ratios, float), lambda each: each.ratio(HEADING), dashes="none"),
            *_legend(found),
            f'<text x="{LEFT}" y="{HEIGHT - 4}" font-size="10" fill="#666">{escape(about)}</text>',
            "</svg>\n",
        ]
    )


def _even(most: float) -> list[float]:
    """Six steps or so from 0 up to *most*, of 1, 2 or 5 and a power of ten."""
    power = 10.0 ** floor(log10(most / 5))
    step = next(power * each for each in (1, 2, 5, 10) if power * each * 6 >= most)
    return [step * at for at in range(ceil(most / step) + 1)]


def _x(kb: float, left: float) -> float:
    return left + WIDE * (log2(kb) - log2(SIZES[0])) / (log2(SIZES[-1]) - log2(SIZES[0]))


def _scale(steps: Sequence[float], shape: Callable[[float], float]) -> Callable[[float], float]:
    low, high = shape(steps[0]), shape(steps[-1])
    return lambda value: TOP + HIGH * (1 - (shape(max(value, 1e-3)) - low) / (high - low))


def _panel(left: float, title: str, steps: Sequence[float], shape: Callable[[float], float]) -> Iterator[str]:
    """Axes with their labels."""
    y = _scale(steps, shape)
    yield f'<text x="{left}" y="{TOP - 12}" font-weight="bold">{escape(title)}</text>'
    for step in steps:
        yield f'<path d="M{left} {y(step):.1f}h{WIDE}" stroke="#ddd"/>'
        yield f'<text x="{left - 6}" y="{y(step) + 4:.1f}" text-anchor="end">{step:g}</text>'
    for kb in SIZES:
        yield f'<path d="M{_x(kb, left):.1f} {TOP}v{HIGH}" stroke="#eee"/>'
        yield f'<text x="{_x(kb, left):.1f}" y="{TOP + HIGH + 16}" text-anchor="middle">{kb:,}</text>'
    yield f'<text x="{left + WIDE / 2}" y="{TOP + HIGH + 34}" text-anchor="middle">size of the page, KB</text>'


def _lines(
    found: Mapping[str, Sequence[Cost]],
    left: float,
    y: Callable[[float], float],
    value: Callable[[Cost], float],
    *,
    dashes: str,
) -> Iterator[str]:
    for colour, line in zip(COLOURS, found.values(), strict=True):
        points = [(_x(each.kb, left), y(value(each))) for each in line]
        path = " ".join(f"{x:.1f},{at:.1f}" for x, at in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3" fill="{colour}"/>' for x, at in points)


def _legend(found: Iterable[str]) -> Iterator[str]:
    for at, (colour, shape) in enumerate(zip(COLOURS, found, strict=True)):
        x = LEFT + at * 200
        yield f'<rect x="{x}" y="12" width="14" height="4" fill="{colour}"/><text x="{x + 20}" y="18">{shape}</text>'


# What is printed


def machine() -> str:
    """Where this runs, and with what."""
    cpu = platform.processor() or platform.machine()
    with suppress(OSError):
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    selectolax = version("selectolax")
    return f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, selectolax {selectolax}"


def table(costs: Sequence[Cost], found: Mapping[str, Sequence[Cost]], about: str) -> Iterator[str]:
    """For a person."""
    if costs:
        sizes = [each.kb for each in costs]
        yield f"{len(costs)} pages of {min(sizes):.0f} to {max(sizes):,.0f} KB; {about}"
        yield "\nas a ratio to the bare parser, page by page"
        yield f"{'':22}{'median':>8}{'quartiles':>15}{'worst':>8}  {'':18}{'all, ms':>9}"
        for work, ratio in summary(costs).items():
            quartiles = f"{ratio['lower_quartile']:.2f} … {ratio['upper_quartile']:.2f}"
            worst = f"{ratio['worst']:8.2f}  {str(ratio['worst_page'])[:18]:18}"
            yield f"{work:22}{ratio['median']:8.2f}{quartiles:>15}{worst}{ratio['total_ms']:9.1f}"
    for shape, line in found.items():
        yield f"\n{shape}\n{'KB':>7}{'bare, ms':>10}" + "".join(f"{work:>21}" for work in SHOWN)
        for each in line:
            shown = "".join(f"{each.ms[work]:12.2f} ({each.ratio(work):6.2f})" for work in SHOWN)
            yield f"{each.kb:7.0f}{each.ms[BARE]:10.2f}{shown}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg")
    options = parser.parse_args()
    about = f"shortest of {options.rounds} rounds; {machine()}"
    costs = list(saved(options.folder, options.rounds))
    found = series(max(3, options.rounds // 2))
    if options.plot:
        options.plot.write_text(plot(found, about), "utf-8")
    if options.json:
        lines = {shape: [{"kb": each.kb, "ms": dict(each.ms)} for each in line] for shape, line in found.items()}
        pages = [{"name": each.name, "kb": each.kb, "ms": dict(each.ms)} for each in costs]
        everything = {"about": about, "ratios": summary(costs) if costs else {}, "pages": pages, "series": lines}
        json.dump(everything, sys.stdout, indent=2)
        return
    for line in table(costs, found, about):
        print(line)


if __name__ == "__main__":
    main()
