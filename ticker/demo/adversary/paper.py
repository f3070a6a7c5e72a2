"""The page as it should be, in the hands of those who spoil it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from itertools import islice
from typing import Protocol

from ticker.demo.page import HEADING, Layout, page
from ticker.demo.script import Row, Script
from ticker.demo.wording import headline


class Look(Protocol):
    """Makes HTML of rows, as `ticker.demo.page` does."""

    def __call__(self, rows: Sequence[Row], *, layout: Layout = "seed", heading: str = HEADING) -> str: ...


@dataclass(frozen=True, slots=True)
class Paper:
    """A list that time moves over, and how it is printed."""

    script: Script
    look: Look = page

    def rows(self, at: datetime) -> tuple[Row, ...]:
        """The list as it stands at that instant."""
        return self.script.rows_at(at)

    def html(self, at: datetime) -> str:
        """The page as it stands at that instant."""
        return self.look(self.rows(at))

    def before(self, at: datetime) -> datetime:
        """The last instant at which the newest line of the list was not there yet."""
        newest = next(islice(self.script.posts(at), 1), None)
        return newest.appeared - timedelta(microseconds=1) if newest else at

    def others(self, at: datetime) -> tuple[Row, ...]:
        """As many other lines, with the times of the list: what stands there when it has turned over."""
        rows, first = self.rows(at), int(at.timestamp())
        return tuple(
            replace(row, id=row.id + 500, text=headline(first + place, "turned over"), link=None)
            for place, row in enumerate(rows)
        )


def bare(rows: Sequence[Row], *, layout: Layout = "seed", heading: str = HEADING) -> str:
    """The list with hardly anything around it: a `Look` of 3 KB, for many pages at once."""
    row, time, text = _TAGS[layout]
    printed = "\n".join(
        f"<{row}><{time}>{one.time}</{time}> <{text}>{escape(one.text)}</{text}></{row}>" for one in rows
    )
    kind = "div" if row == "div" else "ul"
    return (
        f'<!doctype html>\n<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>صحيفة المنارة</title></head>\n'
        f"<body><header><h1>صحيفة المنارة</h1></header>\n<section><h3>{heading}</h3>\n"
        f"<{kind}>\n{printed}\n</{kind}>\n</section>\n<footer><p>أخبار متخيلة بالكامل</p></footer></body></html>\n"
    )


_TAGS: dict[Layout, tuple[str, str, str]] = {
    "seed": ("li", "span", "b"),
    "pairs": ("div", "small", "p"),
    "cards": ("div", "time", "h4"),
}
