"""The pure stages on the scripted newsroom, page by page, held against what really happened there."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from tests.desk import Desk
from tests.lines import BEIRUT, instant
from ticker.demo import HEADING, Newsroom, page
from ticker.model import Page, Source
from ticker.parse import parse

SOURCE = Source("desk", "مكتب", ("http://127.0.0.1/",), BEIRUT, heading=HEADING, language="ar")


def follow(
    script: Newsroom, start: datetime, *, hours: float, every: timedelta, **looks: object
) -> tuple[Desk, dict[int, set[str]]]:
    """Poll the newsroom; which guids each of its posts was given."""
    desk = Desk()
    given: dict[int, set[str]] = defaultdict(set)
    for n in range(int(timedelta(hours=hours) / every)):
        now = start + every * n
        rows = script.rows_at(now)
        html = page(rows, **looks)  # type: ignore[arg-type]  # a layout by its name
        seen = parse(Page("http://127.0.0.1/", html, "html", now), SOURCE)
        assert [(row.printed, row.title) for row in seen] == [(row.time, row.text) for row in rows]
        changes = desk.read(now, seen)
        if changes is not None:
            for row, change in zip(rows, changes.rows, strict=True):
                given[row.id].add(change.item.guid)
    return desk, given


@pytest.mark.parametrize(
    ("start", "looks"),
    [
        pytest.param("2025-06-10T22:30", {}, id="over midnight"),
        pytest.param("2025-10-25T22:30+03:00", {"layout": "cards"}, id="while clocks go back"),
        pytest.param("2025-03-29T23:00+02:00", {"layout": "pairs", "links": False}, id="while clocks go forward"),
    ],
)
def test_every_headline_is_one_item_at_its_minute(start, looks):
    begin = instant(start)
    script = Newsroom(begin, seed=start, rhythm=timedelta(seconds=40))
    desk, given = follow(script, begin, hours=2.5, every=timedelta(seconds=30), **looks)
    posts = {post.id: post for post in script.posts(begin + timedelta(hours=3))}
    assert len(given) > 150
    assert {len(guids) for guids in given.values()} == {1}, "none is published twice"
    owners = {guid: post_id for post_id, (guid,) in given.items()}
    assert len(owners) == len(given) == len(desk.items), "no two are one item"
    for guid, item in desk.items.items():
        minute = posts[owners[guid]].printed_at.replace(second=0, microsecond=0)
        assert item.printed_at == minute
        assert minute <= item.published < minute + timedelta(minutes=1)
    edited = [item for item in desk.items.values() if item.revisions]
    assert len(edited) > 30


def test_polled_seldom_it_misses_lines_but_doubles_and_mixes_none():
    begin = instant("2025-06-10T22:30")
    script = Newsroom(begin, seed="seldom", rhythm=timedelta(seconds=40))
    desk, given = follow(script, begin, hours=6, every=timedelta(minutes=15))
    assert {len(guids) for guids in given.values()} == {1}
    assert len({guid for guids in given.values() for guid in guids}) == len(given) == len(desk.items)
