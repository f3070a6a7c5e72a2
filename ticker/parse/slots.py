"""Say which text of each row is its time, when headlines mention times too.

A headline may say "Match at 20:00", or nothing but "20:00". The time of a row is what stands where the times of the
other rows stand; whatever else looks like one is left to be read as words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from statistics import median_low

from selectolax.lexbor import LexborNode

from ticker.parse.clock import LEADING, Form, Kind, Stamp, leading
from ticker.parse.order import falling
from ticker.parse.shapes import Slot, Timed, Way, Within
from ticker.parse.tags import RAW, TEXT, tag_ids

MOST_IN_ROW = 12  # texts of a row that look like times; with more it is no row
_FALLS = 0.8  # share of the steps down a list that go back in time
_FIRST_TEXTS = 24  # of a row: among these its time is looked for
_SIBLINGS = 8  # looked at to see whether a time stands alone
_DIGITS = re.compile(r"\d+")
_WORDLESS = tag_ids("img", "svg", "br", "hr", "wbr", "input", "picture")


def usual_form(forms: Iterable[Form]) -> Form:
    """The form that most have, surer ones counting for more; of two alike the first."""
    count: dict[Form, int] = {}
    for one in forms:
        count[one] = count.get(one, 0) + one[0]
    return max(count, key=count.__getitem__)


def chosen(rows: Sequence[Within]) -> tuple[list[Slot], int]:
    """The rows that have one time, in order, and how many have several that could be it."""
    seen = [row for row in rows if len(row.times) <= MOST_IN_ROW]
    if not seen:
        return [], len(rows)
    way = _usual_way(seen)
    usual = usual_form(timed.stamp.form for row in seen for timed, its in row.times if its == way)
    made: dict[int, Slot] = {}
    doubtful: list[tuple[int, list[Timed]]] = []
    for at, row in enumerate(seen):
        there = [timed for timed, its in row.times if its == way]
        if usual[0] == LEADING:
            there = [_as_row(timed) for timed in there]
        fit = [timed for timed in there if timed.stamp.form == usual]
        if fit and len({timed.stamp.printed for timed in fit}) > 1:
            doubtful.append((at, fit))
            continue
        timed = fit[0] if fit else one_of(there or [each for each, _ in row.times])
        if timed is not None:
            made[at] = _slot(row, timed, usual=bool(fit))
    if doubtful:
        _settle(seen, made, doubtful)
    return [made[at] for at in sorted(made)], len(rows) - len(made)


def one_of(times: Sequence[Timed]) -> Timed | None:
    """The only time of *times*, or the only clock; a second copy counts as one."""
    for kind in (Kind.CLOCK, Kind.RELATIVE, Kind.LOOSE, Kind.DATE):
        sure = [timed for timed in times if timed.stamp.kind is kind]
        if sure:
            return sure[0] if len({timed.stamp.printed for timed in sure}) == 1 else None
    return None


def _slot(row: Within, timed: Timed, *, usual: bool) -> Slot:
    return Slot(row.node, timed, [(each, way) for each, way in row.times if each.node is not timed.node], usual)


def _as_row(timed: Timed) -> Timed:
    """*timed* as the others of its list are: a time, and a headline behind it, however short."""
    if timed.stamp.rest:
        return timed
    known = leading(timed.node.text_content or "", least=0)
    return replace(timed, stamp=known) if known is not None else timed


def _usual_way(rows: Sequence[Within]) -> Way:
    """Where the surest times of most rows stand; of two alike the first. Times that fall go before others.

    The length of a film, or of a text, looks like a time too, but does not fall.
    """
    total = _weights(rows)
    best = max(total, key=total.__getitem__)
    if len(total) == 1 or all(len(row.times) == 1 for row in rows):
        return best
    by_way: dict[Way, list[Stamp]] = defaultdict(list)
    for row in rows:
        for way, timed in {way: timed for timed, way in reversed(row.times)}.items():
            by_way[way].append(timed.stamp)
    often = [way for way in total if 5 * len(by_way[way]) >= 4 * len(by_way[best])]
    order = {way: falling(by_way[way]) if len(by_way[way]) > 1 else 0.0 for way in often}
    if order[best] < _FALLS:
        return max((way for way in often if order[way] >= _FALLS), key=total.__getitem__, default=best)
    return best


def _weights(rows: Sequence[Within]) -> dict[Way, int]:
    """How sure the times are that stand at each way, over all rows."""
    total: dict[Way, int] = defaultdict(int)
    for row in rows:
        best: dict[Way, int] = {}
        for timed, way in row.times:
            best[way] = max(best.get(way, 0), timed.stamp.form[0])
        for way, weight in best.items():
            total[way] += weight
    return total


def _settle(rows: Sequence[Within], made: dict[int, Slot], doubtful: list[tuple[int, list[Timed]]]) -> None:
    """Choose among times that stand alike in one row: by class, else by what comes first in the other rows."""
    sure = [slot for slot in made.values() if slot.usual]
    names: Counter[str] = Counter(_name(slot.timed) for slot in sure)
    names.update(name for _, fit in doubtful for name in dict.fromkeys(map(_name, fit)))
    name = max(names, key=names.__getitem__)
    offset = median_low(_offset(slot.node, slot.timed.node) for slot in sure) if sure else 0
    for at, fit in doubtful:
        row = rows[at]
        named = [timed for timed in fit if _name(timed) == name]
        if len({timed.stamp.printed for timed in named}) == 1:
            made[at] = _slot(row, named[0], usual=True)
        elif len({timed.stamp.printed for timed in fit}) == 2 and (
            len(sure) >= len(doubtful) or len(list(islice(_texts(row.node), 3))) == 2
        ):
            nearest = min(fit, key=lambda timed: abs(_offset(row.node, timed.node) - offset))
            made[at] = _slot(row, nearest, usual=True)


def _name(timed: Timed) -> str:
    """The first class of the element that a time stands in, without the numbers that count rows."""
    above = timed.node.parent
    names = (above.attributes.get("class") or "").split() if above is not None else []
    return _DIGITS.sub("", names[0]) if names else ""


def _texts(row: LexborNode) -> Iterable[LexborNode]:
    for node in row.traverse(include_text=True, skip_empty=True):
        if node.tag_id == TEXT and (node.text_content or "").strip():
            yield node


def _offset(row: LexborNode, text: LexborNode) -> int:
    """How many texts of *row* stand before *text*."""
    first = islice(_texts(row), _FIRST_TEXTS)
    return next((at for at, node in enumerate(first) if node.mem_id == text.mem_id), _FIRST_TEXTS)


def in_step(container: LexborNode, slots: list[Slot]) -> list[Slot]:
    """*slots*; where these are siblings of their headlines, without those that are headlines themselves."""
    sure = [slot for slot in slots if slot.usual]
    if not sure or not _alone(sure[0]) or 2 * sum(map(_alone, sure[:8])) <= len(sure[:8]):
        return slots
    by_mem = {slot.node.mem_id: slot for slot in slots}
    saying = (node for node in container.iter(include_text=True) if says(node))
    order = [(at, by_mem[node.mem_id]) for at, node in enumerate(saying) if node.mem_id in by_mem]
    names = [_name(slot.timed) if slot.usual else None for _, slot in order]
    name = Counter(each for each in names if each is not None).most_common(1)[0][0]
    recent = [slot.timed.stamp.kind is Kind.RELATIVE for _, slot in order]
    every = [Mark(at, slot.usual, late) for (at, slot), late in zip(order, recent, strict=True)]
    named = [Mark(one.place, one.usual and its == name, one.recent) for one, its in zip(every, names, strict=True)]
    one_name, any_name = chain(named), chain(every)
    kept = frozenset(any_name if len(any_name) > len(one_name) else one_name)
    return [slot for at, slot in order if at in kept]


def says(node: LexborNode) -> bool:
    """Whether there is anything to read in *node*."""
    if node.tag_id == TEXT:
        return bool((node.text_content or "").strip())
    return node.is_element_node and node.tag_id not in RAW and bool((node.text() or "").strip())


def _alone(slot: Slot) -> bool:
    """Whether a row holds its time and no other text."""
    if slot.timed.stamp.rest or slot.beside:
        return False
    at: LexborNode | None = slot.timed.node
    while at is not None and at.mem_id != slot.node.mem_id:
        if any(map(says, islice(_beside(at), _SIBLINGS))):
            return False
        at = at.parent
    return True


def _beside(node: LexborNode) -> Iterable[LexborNode]:
    for step in ("next", "prev"):
        at: LexborNode | None = getattr(node, step)
        while at is not None:
            if at.tag_id not in _WORDLESS:
                yield at
            at = getattr(at, step)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that looks like a time, in a sequence of times and headlines."""

    place: int
    usual: bool  # printed as most times are
    recent: bool  # says how long ago: such rows stand above those with a clock


def mark(place: int, stamp: Stamp, usual: Form) -> Mark:
    """*stamp*, at *place*, in a sequence whose times have the *usual* form."""
    return Mark(place, stamp.form == usual, stamp.kind is Kind.RELATIVE)


def chain(marks: Sequence[Mark]) -> list[int]:
    """The places of *marks* that keep the step of the sequence: between two times there stands a headline."""
    sure = [one.place for one in marks if one.usual]
    if not sure:
        return [one.place for one in marks]
    step = median_low([gap for gap in _gaps(sure) if gap > 1] or [2])
    backward = [-at for at in reversed(_apart([-at for at in reversed(sure)]))]
    sure = max(_apart(sure), backward, key=lambda places: (len(places), _gaps(places).count(step)))
    kept, ahead = list[int](), [*sure, sure[-1] + 10**9]
    held, turn = -(10**9), 0
    for one in marks:
        if one.place == ahead[turn]:
            turn += 1
        elif one.usual or one.place - held < step or ahead[turn] - one.place < step or (not turn and not one.recent):
            continue
        kept.append(one.place)
        held = one.place
    return kept


def _gaps(places: Sequence[int]) -> list[int]:
    return [below - above for above, below in pairwise(places)]


def _apart(places: Sequence[int]) -> list[int]:
    """*places*, without those next to one taken before."""
    taken: list[int] = []
    for place in places:
        if not taken or place - taken[-1] > 1:
            taken.append(place)
    return taken


def columns(slots: Sequence[Slot]) -> frozenset[Way]:
    """Ways at which most rows hold a second time, all printed alike: "5 minutes ago", a date; no headlines."""
    shapes: dict[Way, list[str]] = defaultdict(list)
    for slot in slots:
        if not slot.beside:
            continue
        for way, timed in {way: timed for timed, way in slot.beside}.items():
            shapes[way].append(_DIGITS.sub("#", timed.stamp.printed))
    return frozenset(
        way for way, each in shapes.items() if 2 * len(each) >= len(slots) and 2 * len(set(each)) <= len(each)
    )
