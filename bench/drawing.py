"""Line drawings as SVG that the benches make themselves: panels side by side, on white, for dark pages too."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

COLOURS = ("#1f6fb2", "#c2551d", "#3a7d34", "#7b4fa3")
WIDE, HIGH, LEFT, TOP, GAP, BELOW = 320, 240, 64, 64, 430, 72  # pixels: of a panel, before it, between two, under it


@dataclass(frozen=True)
class Line:
    """Points from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """Axes with their lines; the same place in `lines` has the same colour in every panel."""

    title: str
    x: str  # what is counted to the right
    lines: Sequence[Line]
    logarithmic: bool = False  # of y
    least: float = 0.0  # of y, at the bottom
    most: float = 0.0  # of y, at the top, at the least


def drawing(title: str, panels: Sequence[Panel], about: str) -> str:
    """The whole file; *about* is said below, in small letters."""
    width, height = LEFT + GAP * (len(panels) - 1) + WIDE + 32, TOP + HIGH + BELOW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
            f'font-size="12" role="img" aria-label="{escape(title)}">',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *(part for at, panel in enumerate(panels) for part in _panel(panel, LEFT + GAP * at)),
            f'<text x="{LEFT}" y="{height - 8}" font-size="10" fill="#666">{escape(about)}</text>',
            "</svg>\n",
        ]
    )


def _panel(panel: Panel, left: float) -> Iterator[str]:
    points = [point for line in panel.lines for point in line.points]
    across = _even(0.0, max((x for x, _ in points), default=1.0))
    steps = _steps(panel, [y for _, y in points])
    x = _scale(across[0], across[-1], left, left + WIDE)
    y = _scale(_height(panel, steps[0]), _height(panel, steps[-1]), TOP + HIGH, TOP)
    yield f'<text x="{left}" y="{TOP - 36}" font-weight="bold" fill="#000">{escape(panel.title)}</text>'
    for step in steps:
        yield f'<path d="M{left} {y(_height(panel, step)):.1f}h{WIDE}" stroke="#ddd"/>'
        yield f'<text x="{left - 6}" y="{y(_height(panel, step)) + 4:.1f}" text-anchor="end">{step:,g}</text>'
    for step in across:
        yield f'<path d="M{x(step):.1f} {TOP}v{HIGH}" stroke="#eee"/>'
        yield f'<text x="{x(step):.1f}" y="{TOP + HIGH + 16}" text-anchor="middle">{step:,g}</text>'
    yield f'<text x="{left + WIDE / 2}" y="{TOP + HIGH + 34}" text-anchor="middle">{escape(panel.x)}</text>'
    along = left
    for colour, line in zip(COLOURS, panel.lines, strict=False):
        path = " ".join(f"{x(right):.1f},{y(_height(panel, max(up, steps[0]))):.1f}" for right, up in line.points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        yield f'<rect x="{along}" y="{TOP - 20}" width="12" height="4" fill="{colour}"/>'
        yield f'<text x="{along + 16}" y="{TOP - 14}">{escape(line.name)}</text>'
        along += 30 + 6.4 * len(line.name)


def _height(panel: Panel, value: float) -> float:
    return log10(value) if panel.logarithmic else value


def _steps(panel: Panel, values: Iterable[float]) -> list[float]:
    """What is written beside the left axis."""
    found = [*values, panel.most]
    if not panel.logarithmic:
        return _even(panel.least, max(found))
    least = floor(log10(panel.least or min(value for value in found if value > 0)))
    return [10.0**power for power in range(least, ceil(log10(max(found))) + 1)]


def _even(least: float, most: float) -> list[float]:
    """Six steps or so, of 1, 2 or 5 and a power of ten."""
    span = max(most - least, 1e-9)
    power = 10.0 ** floor(log10(span / 5))
    step = next(power * each for each in (1, 2, 5, 10) if power * each * 6 >= span)
    first = floor(least / step)
    return [step * at for at in range(first, ceil(most / step) + 1)]


def _scale(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    return lambda value: begin + (end - begin) * (value - low) / ((high - low) or 1.0)
