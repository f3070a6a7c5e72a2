"""The switches of the newsroom, what each does, and the page a person turns them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from ticker.demo.script import Row


@dataclass(frozen=True, slots=True)
class Mode:
    """One way for the front page to answer."""

    does: str
    expect: str  # what Ticker should do about it
    group: str = "The page, and its usual failures"


MODES: dict[str, Mode] = {
    "ok": Mode(
        "the page, with its ETag; 304 while the list stands still",
        "Publish each new headline within one poll, move corrections in place, stay healthy.",
    ),
    "500": Mode(
        "500 Internal Server Error",
        "Go on serving the last good feed with 200 and 304; say on the status page what is wrong, since when.",
    ),
    "403": Mode("403 Forbidden", "As with 500: the last good feed stays; the cause is refused."),
    "hang": Mode(
        "takes the request and says nothing",
        "Give up when the time for one poll is over; the cause is unreachable. No feed is delayed.",
    ),
    "slow": Mode("the page, after two seconds", "Wait, read it as usual, stay healthy."),
    "cut": Mode("half of the page, then a closed connection", "Keep nothing of the half; the cause is unreachable."),
    "huge": Mode(
        "the page, followed by 200 MB of filling",
        "Stop reading at the size limit, with no more memory than usual; the cause is unreachable.",
    ),
    "blank": Mode("200 with no content at all", "Refuse it: a page without the heading never makes an empty feed."),
    "empty": Mode(
        "the heading, and no rows under it", "Refuse it as block-empty; every item stays in the feed as it was."
    ),
    "no-heading": Mode(
        "the list under another heading", "Refuse it as heading-absent; never guess that the other list is the one."
    ),
    "redesign": Mode(
        "the same list in other markup: boxes, headline before time, no links",
        "Find it by its heading and shape as before; publish nothing twice.",
    ),
    "windows-1256": Mode(
        "the page in an old Arabic encoding, declared", "Read it all the same; publish nothing twice."
    ),
}  # fmt: skip


def control_page(mode: str, rows: Sequence[Row], modes: Mapping[str, Mode] = MODES) -> str:
    """The switches with the current *mode* marked, those of a group together, and the list with its rows to change."""
    groups = groupby(modes.items(), key=lambda named: named[1].group)
    switches = "\n".join(_group(title, list(members), mode) for title, members in groups)
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Newsroom control</title>\n'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>Newsroom control</h1>\n"
        f'<p>The <a href="/">front page</a> now answers in mode <strong>{escape(mode)}</strong>.</p>\n'
        f"<table><thead><tr><th>Mode</th><th>The front page gives</th><th>What Ticker should do</th></tr></thead>\n"
        f"{switches}\n</table>\n"
        '<h2>The list</h2>\n<form method="post" action="/control/add"><input name="text" dir="rtl" required '
        'aria-label="New headline"> <button>Add on top</button></form>\n'
        f"<table>\n{''.join(_row(row) for row in rows)}</table>\n</body>\n</html>\n"
    )


def _group(title: str, members: Sequence[tuple[str, Mode]], mode: str) -> str:
    switches = "\n".join(_switch(name, named, current=name == mode) for name, named in members)
    return f'<tbody><tr><th colspan="3" scope="rowgroup">{escape(title)}</th></tr>\n{switches}</tbody>'


def _switch(name: str, mode: Mode, *, current: bool) -> str:
    marked = ' class="current" aria-current="true"' if current else ""
    return (
        f'<tr{marked}><td><form method="post" action="/control"><button name="mode" value="{name}">{name}</button>'
        f"</form></td><td>{escape(mode.does)}</td><td>{escape(mode.expect)}</td></tr>"
    )


def _row(row: Row) -> str:
    return (
        f'<tr><td>{row.time}</td><td dir="rtl"><form method="post"><input type="hidden" name="id" value="{row.id}">'
        f'<input name="text" value="{escape(row.text)}" aria-label="Headline of {row.time}"> '
        '<button formaction="/control/edit">Edit</button> <button formaction="/control/repost">Repost</button> '
        '<button formaction="/control/remove">Remove</button></form></td></tr>\n'
    )


_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;"
    "max-width:64rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:start;padding:.4rem .6rem;border-bottom:1px solid #8884}"
    "th[scope]{padding-top:1.6rem;font-size:1.1em}tr.current{background:#fc06}button{font:inherit}input[name=text]{font:inherit;width:min(38rem,60vw)}"
)
