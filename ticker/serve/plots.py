"""Draw what the status page shows at a glance, as SVG: headlines by day and hour, polls by how they ended.

Time runs in reading direction, from right to left where the words do (Material Design, "Bidirectionality": linear time
is mirrored); days run down. More is further from the colour of the paper, and trouble has a pattern, so that nothing
needs a colour (WCAG 2.2, 1.4.1). All looks are classes of pages.css; what an hour holds is in its <title>, and in the
tables that the templates put beside.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from ticker.serve.hours import Cell, DayRow, PolledHour, fullest
from ticker.serve.status import CAUSES
from ticker.serve.texts import Texts

LABELS = 36  # units that the names of days take; a unit is about a pixel on a phone that is 360 pixels wide
CELL = 12
WIDTH = 24 * CELL
TALL = 28  # a strip
GAP = 1  # around a cell
FOOT = 14  # for the hours below
LEVELS = 4  # of headlines in an hour, beside none
OFF = "off"  # an hour in which nobody looked: an outline
LEAST = 0.15  # of a bar: less could not be seen, and one failure among sixty polls must be
HATCHED = "hatched"  # id of the pattern, once a page: see `patterns`
TICKS = 6  # hours between two that are named
ROOM = 3  # hours of a strip that a name needs

_ = str  # marks what tools/texts.py hands to translators
OTHERWISE = _("nothing was kept")  # of a cause that this release does not know
_CAUSES: Mapping[str, str] = {str(cause): said for cause, said in CAUSES.items()}


def patterns() -> Markup:
    """What plots are filled with beside colours; it must stand on the page once."""
    ground = _tag("rect", width=4, height=4, class_="ground")
    lines = _tag("path", d="M-1 1l2-2M0 4l4-4M3 5l2-2", class_="hatch")
    pattern = _tag("pattern", ground, lines, id=HATCHED, width=4, height=4, patternUnits="userSpaceOnUse")
    return _tag("svg", _tag("defs", pattern), width=0, height=0, class_="patterns", aria_hidden="true")


@dataclass(frozen=True, slots=True)
class Plots:
    """Draws for one reader, by one clock on the wall."""

    texts: Texts
    zone: ZoneInfo  # that the hours are of

    def heat(self, days: Sequence[DayRow], *, detailed: bool = True) -> Markup:
        """Headlines per hour: a row for each day, today below, a column for each hour on the wall clock.

        Args:
            detailed: each hour says what it holds; else each day does, in a quarter of the bytes.
        """
        top = fullest(days)
        most, height = (top.count if top else 0), len(days) * CELL
        rows = [self._day(row, number * CELL, most, detailed) for number, row in enumerate(days)]
        named = [self._text(-LABELS, (n + 1) * CELL - 2, _short(days[n].day)) for n in range(len(days) - 1, -1, -2)]
        hours = [self._hour(hour * CELL, f"{hour:02}", height) for hour in range(0, 24, TICKS)]
        return self._plot("heat", height + FOOT, self.headlines_told(days), *rows, *named, *hours)

    def strip(self, hours: Sequence[PolledHour]) -> Markup:
        """Polls hour by hour: how much of a bar is hatched or dark is how many of its polls went wrong."""
        wide = WIDTH / len(hours)
        bars = [self._bar(hour, number * wide, wide) for number, hour in enumerate(hours) if hour.total]
        named = [
            self._hour(number * wide, f"{hour.begins:%H}", TALL)
            for number, hour in enumerate(hours)
            if hour.begins.hour % TICKS == 0 and number <= len(hours) - ROOM
        ]
        axis = _tag("path", d=f"M{self._x(0, WIDTH)} {TALL}h{WIDTH}", class_="axis")
        return self._plot("strip", TALL + FOOT, self.polls_told(hours), *bars, axis, *named)

    def headlines_told(self, days: Sequence[DayRow]) -> str:
        """What `heat` shows, in a sentence."""
        texts, total, top = self.texts, sum(day.total for day in days), fullest(days)
        many = texts.ngettext("%(num)d headline in %(days)s days", "%(num)d headlines in %(days)s days", total)
        told = many % {"num": total, "days": len(days)}
        parts = [told]
        if top is not None:
            most = texts.gettext("most in an hour: %(count)s, from %(moment)s on")
            parts.append(most % {"count": top.count, "moment": texts.moment(top.begins, self.zone)})
        if idle := sum(not cell.known for day in days for cell in day.cells if cell):
            parts.append(texts.ngettext("%(num)d hour not polled", "%(num)d hours not polled", idle) % {"num": idle})
        return f"{texts.semicolon} ".join(parts)

    def polls_told(self, hours: Sequence[PolledHour]) -> str:
        """What `strip` shows, in a sentence."""
        texts, total = self.texts, sum(hour.total for hour in hours)
        doubted, failed = sum(hour.doubted for hour in hours), sum(hour.failures for hour in hours)
        many = texts.ngettext("%(num)d poll in %(hours)s hours", "%(num)d polls in %(hours)s hours", total)
        parts = [many % {"num": total, "hours": len(hours)}]
        if failed:
            parts.append(texts.ngettext("%(num)d of them failed", "%(num)d of them failed", failed) % {"num": failed})
        if doubted:
            parts.append(self._doubted(doubted))
        if total and not failed and not doubted:
            parts.append(texts.gettext("none of them failed"))
        return f"{texts.comma} ".join(parts)

    def hour_told(self, hour: PolledHour) -> str:
        """How the polls of an hour ended, in words."""
        texts = self.texts
        parts = [texts.ngettext("%(num)d poll", "%(num)d polls", hour.total) % {"num": hour.total}]
        if hour.doubted:
            parts.append(self._doubted(hour.doubted))
        parts += [
            f"{texts.gettext(_CAUSES.get(cause, OTHERWISE))}: {count}" for cause, count in sorted(hour.failed.items())
        ]
        return f"{texts.comma} ".join(parts)

    def _doubted(self, count: int) -> str:
        said = self.texts.ngettext("%(num)d was not believed", "%(num)d were not believed", count)
        return said % {"num": count}

    def _day(self, row: DayRow, y: int, most: int, detailed: bool) -> Markup:
        if detailed:
            return _tag("g", *(self._cell(cell, hour, y, most) for hour, cell in enumerate(row.cells) if cell))
        title = _tag("title", self._counted(self.texts.date(row.day, self.zone), row.total))
        return _tag("g", title, *self._levels(row, y, most))

    def _cell(self, cell: Cell, hour: int, y: int, most: int) -> Markup:
        title = _tag("title", self._held(cell))
        side = CELL - GAP
        x = self._x(hour * CELL, side)
        return _tag("rect", title, x=x, y=y, width=side, height=side, class_=_look(cell, most))

    def _levels(self, row: DayRow, y: int, most: int) -> list[Markup]:
        """All hours of a day, as one path a level."""
        side = CELL - GAP
        paths: defaultdict[str, str] = defaultdict(str)
        for hour, cell in enumerate(row.cells):
            if cell:
                paths[_look(cell, most)] += f"M{self._x(hour * CELL, side)} {y}h{side}v{side}h-{side}z"
        return [_tag("path", d=path, class_=name) for name, path in sorted(paths.items())]

    def _bar(self, hour: PolledHour, x: float, wide: float) -> Markup:
        """From below: what was read, what was not believed, what failed."""
        told = f"{self.texts.moment(hour.begins, self.zone)}: {self.hour_told(hour)}"
        parts, y = [_tag("title", told)], float(TALL)
        counts = {"read": hour.read, "doubted": hour.doubted, "failed": hour.failures}
        for kind, share in shares(counts).items():
            y -= share * TALL
            place = {"x": self._x(x, wide - GAP), "y": _number(y), "width": _number(wide - GAP)}
            parts.append(_tag("rect", **place, height=_number(share * TALL), class_=kind, **_fill(kind)))
        return _tag("g", *parts)

    def _held(self, cell: Cell) -> str:
        """What an hour holds, in words."""
        when, idle = self.texts.moment(cell.begins, self.zone), self.texts.gettext("not polled")
        return self._counted(when, cell.count) if cell.known else f"{when}: {idle}"

    def _counted(self, when: str, count: int) -> str:
        many = self.texts.ngettext("%(num)d headline", "%(num)d headlines", count) % {"num": count}
        return f"{when}: {many}"

    def _plot(self, kind: str, height: int, told: str, *parts: Markup) -> Markup:
        left = 0 if self._mirrored else -LABELS
        box = f"{left} 0 {WIDTH + LABELS} {height}"
        return _tag("svg", *parts, class_=f"plot {kind}", viewBox=box, role="img", aria_label=told)

    def key(self, *kinds: str) -> Markup:
        """Squares that look like these kinds, for a legend."""
        squares = [
            _tag(
                "rect", x=self._key(n, len(kinds)), y=0, width=CELL - GAP, height=CELL - GAP, class_=kind, **_fill(kind)
            )
            for n, kind in enumerate(kinds)
        ]
        return _tag("svg", *squares, viewBox=f"0 0 {len(kinds) * CELL} {CELL}", aria_hidden="true", class_="key")

    def _key(self, number: int, of: int) -> int:
        return (of - 1 - number if self._mirrored else number) * CELL

    def _hour(self, x: float, label: str, y: int) -> Markup:
        return self._text(x, y + FOOT - 3, label)

    def _text(self, x: float, y: float, words: str) -> Markup:
        """Words that begin at *x*: SVG anchors them at the side where the words of the page begin."""
        return _tag("text", words, x=self._x(x, 0), y=_number(y))

    def _x(self, x: float, wide: float) -> str:
        """The left side of something *wide* that begins *x* after the beginning of the axis."""
        return _number(WIDTH - x - wide if self._mirrored else x)

    @property
    def _mirrored(self) -> bool:
        return self.texts.direction == "rtl"


def _look(cell: Cell, most: int) -> str:
    return level(cell.count, most) if cell.known else OFF


def level(count: int, most: int) -> str:
    """`l0` of none, `l1` of at most a quarter of the most, up to `l4`."""
    return f"l{-(-LEVELS * count // most) if most else 0}"


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Of a bar, together 1; what there is can be seen."""
    found = {kind: max(count / sum(counts.values()), LEAST) for kind, count in counts.items() if count}
    return {kind: share / sum(found.values()) for kind, share in found.items()}


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"


def _fill(kind: str) -> dict[str, str]:
    """As an attribute: in a style sheet, a bare #name may be looked for in the sheet."""
    return {"fill": f"url(#{HATCHED})"} if kind == "doubted" else {}


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _tag(name: str, *children: str, **attributes: object) -> Markup:
    """An element; `class_` is class, `aria_label` aria-label."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{said}>{''.join(escape(child) for child in children)}</{name}>")  # noqa: S704 - all is escaped
