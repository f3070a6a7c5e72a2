"""Judge the identity rules on labelled pairs of headlines: one flat JSON line of numbers.

    python bench/pairs.py FILE

FILE holds one JSON object a line: `label` (`same`: two wordings of one item; `different`: two items), `kind`, the texts
`a` (the older) and `b`, and `ctx` (`coexist`, `same_minute`). Every pair is put into lists of a newsroom, and the real
`reconcile` and `resolve` say what it is there.

different_merged    pairs of different items, but for `restated`, that became one item, in the situation that `ctx`
                    describes: both in one list, b come above a or below it, or (`slot_reuse`) b in the slot of a
restated_merged     the same of pairs in which the source itself tells one event twice
edits_in_list       share of `same` pairs that stay one item between unchanged neighbours
edits_by_text       the same where no line but this one is left of the list: the words decide
different_by_text, restated_by_text, different_in_slot
                    pairs that would become one item if b stood in the minute of a without a neighbour in common, or
                    between the neighbours of a with a gone: how far words or place would go alone
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ticker import text
from ticker.model import Changes, Headline, Known
from ticker.reconcile import digest, reconcile
from ticker.resolve import resolve

ZONE = ZoneInfo("Asia/Beirut")
START = datetime(2025, 1, 14, 13, tzinfo=UTC)  # 15:00 there
BETWEEN = timedelta(minutes=30)  # two polls; the list may have turned over
TIME, EARLIER, LATER = "14:54", "14:41", "14:56"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list; `who` says whether it is a or b of the pair, or a neighbour."""

    printed: str
    words: str
    who: str = ""


ABOVE = (Line("14:58", "افتتاح حديقة عامة على ضفة النهر"), Line("14:57", "قطار سريع يصل إلى المحطة الجديدة"))
BELOW = (Line("14:50", "متحف المدينة يعرض لوحات قديمة"), Line("14:47", "مهرجان السينما يعلن أسماء لجنة التحكيم"))
OTHERS = (Line("15:20", "موسم القطاف في بساتين الجبل"), Line("15:12", "إطلاق قمر صناعي لرصد الغابات"))
OLDER = (Line("13:40", "فرقة موسيقية تحيي أمسية في القلعة"), Line("13:31", "صيانة جسر المشاة تنتهي قبل موعدها"))

Pair: TypeAlias = Mapping[str, Any]
Situation: TypeAlias = tuple[Sequence[Line], Sequence[Line]]  # one poll, and the next


def main() -> None:
    """One line of JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    lines = parser.parse_args().file.read_text("utf-8").splitlines()
    json.dump(judged([json.loads(line) for line in lines if line.strip()]), sys.stdout)
    print()


def judged(pairs: Sequence[Pair]) -> dict[str, float]:
    """The numbers that the module's text describes, and how many pairs they are of."""
    edits = [pair for pair in pairs if pair["label"] == "same"]
    restated = [pair for pair in pairs if pair["label"] == "different" and pair["kind"] == "restated"]
    different = [pair for pair in pairs if pair["label"] == "different" and pair["kind"] != "restated"]
    return {
        "different_merged": sum(one_item(described(pair)) for pair in different),
        "restated_merged": sum(one_item(described(pair)) for pair in restated),
        "edits_in_list": share(one_item([in_slot(pair)]) for pair in edits),
        "edits_by_text": share(one_item([turned_over(pair)]) for pair in edits),
        "different_by_text": sum(one_item([turned_over(pair)]) for pair in different),
        "restated_by_text": sum(one_item([turned_over(pair)]) for pair in restated),
        "different_in_slot": sum(one_item([in_slot(pair)]) for pair in different),
        "different_pairs": len(different),
        "restated_pairs": len(restated),
        "edit_pairs": len(edits),
        "pairs": len(pairs),
    }


def share(hits: Iterable[bool]) -> float:
    """Of those that are true, to four places; 0 of none."""
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else 0.0


def described(pair: Pair) -> Iterator[Situation]:
    """What `ctx` says of two different items, with b in every minute that it leaves open."""
    if pair["kind"] == "slot_reuse":
        yield in_slot(pair)
        return
    together = pair["ctx"].get("coexist", True)
    for minute in {True: (TIME,), False: (LATER,)}.get(pair["ctx"].get("same_minute"), (TIME, LATER)):
        yield from side_by_side(pair, minute) if together else one_after_the_other(pair, minute)


def in_slot(pair: Pair) -> Situation:
    """b between the unchanged neighbours of a, which is gone."""
    return [*ABOVE, _a(pair), *BELOW], [*ABOVE, _b(pair), *BELOW]


def turned_over(pair: Pair) -> Situation:
    """b in the minute of a, and no other line in common."""
    return [*ABOVE, _a(pair), *BELOW], [*OTHERS, _b(pair), *OLDER]


def side_by_side(pair: Pair, minute: str) -> Iterator[Situation]:
    """Both in one list: from the start, b come above a, a found below b, b found below a in its minute."""
    a, b = _a(pair), _b(pair, minute)
    yield [*ABOVE, b, a, *BELOW], [*ABOVE, b, a, *BELOW]
    yield [*ABOVE, a, *BELOW], [*ABOVE, b, a, *BELOW]
    yield [a, *BELOW], [b, a, *BELOW]
    yield [a, *BELOW], [*ABOVE, b, a, *BELOW]
    yield [a, *BELOW], [*OTHERS, b, a, *OLDER]
    yield [b, *BELOW], [b, a, *BELOW]
    if minute == TIME:
        yield [*ABOVE, a, *BELOW], [*ABOVE, a, b, *BELOW]


def one_after_the_other(pair: Pair, minute: str) -> Iterator[Situation]:
    """b a line of its own; a scrolled out, at the end of the list or of all of it, or taken off."""
    a, b = _a(pair), _b(pair, minute)
    yield [*ABOVE, *BELOW, replace(a, printed=EARLIER)], [b, *ABOVE, *BELOW]
    yield [a, *BELOW], [*OTHERS, b, *OLDER]
    yield [*ABOVE, a, *BELOW], [b, *ABOVE, *BELOW]


def _a(pair: Pair) -> Line:
    return Line(TIME, pair["a"], "a")


def _b(pair: Pair, minute: str = TIME) -> Line:
    return Line(minute, pair["b"], "b")


def one_item(situations: Iterable[Situation]) -> bool:
    """Whether a and b had one guid in any of them."""
    return any(_one_guid(first, second) for first, second in situations)


def _one_guid(first: Sequence[Line], second: Sequence[Line]) -> bool:
    before = _poll(Known(), first, START)
    listed = tuple(change.item for change in before.rows)
    known = Known(1, listed, (), START, (before.digest,), len(listed))
    after = _poll(known, second, START + BETWEEN)
    guids: dict[str, set[str]] = {"": set(), "a": set(), "b": set()}
    for lines, changes in ((first, before), (second, after)):
        for line, change in zip(lines, changes.rows, strict=True):
            guids[line.who].add(change.item.guid)
    return bool(guids["a"] & guids["b"])


def _poll(known: Known, lines: Sequence[Line], at: datetime) -> Changes:
    rows = [Headline(line.printed, time.fromisoformat(line.printed), text.display(line.words)) for line in lines]
    matches = reconcile(known, rows, fetched_at=at, zone=ZONE)
    return resolve(matches, known, source="pairs", fetched_at=at, zone=ZONE, digest=digest(rows))


if __name__ == "__main__":
    main()
