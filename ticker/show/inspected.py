"""What a page holds, and the lines of config.yaml that would follow it; the lists themselves are drawn by `picture`."""

import json
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ticker.show.writing import print_json, rfc3339
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.model import Block, Evidence, Page, Source
    from ticker.parse import Inspection

HEAD = 2_000  # characters in which a page says its language

_NO_NEWS = ("unreachable", "refused", "challenged")  # causes of a page that is no page of news
_LANG = re.compile(r"""<html\b[^>]*\s(?:xml:)?lang\s*=\s*["']?\s*([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)\b""", re.IGNORECASE)


def inspection(found: "Inspection", page: "Page", *, heading: str | None, as_json: bool) -> None:
    """The timed lists of a page, and the lines of config.yaml that would follow the first."""
    if as_json:
        print_json({"blocks": [_block_json(block) for block in found.blocks]})
        return
    _pictured(found, page)
    if found.blocks and found.problem is None:
        print("\nTo follow the first list, add to config.yaml:\n")
        print(_config_lines(found.blocks[0], page, heading))


def inspection_of(
    source: "Source", found: "Inspection", page: "Page", *, kept: Sequence["Evidence"], back: int, as_json: bool
) -> None:
    """The same of a source, and the lines that would make it find its list.

    Args:
        source: as configured.
        found: on *page*, as configured.
        page: as it is now, or as it was when a poll failed.
        kept: of which polls that failed the page is kept, latest first; none where *page* is of now.
        back: which of them *page* is of.
    """
    if as_json:
        print_json({"blocks": [_block_json(block) for block in found.blocks]} | _failed_json(found, kept, back))
        return
    for line in _told_of(kept, back, source, page):
        print(line)
    _pictured(found, page, plainly=bool(kept) and kept[back].cause in _NO_NEWS)
    for line in _what_helps(source, found):
        print(line)


def _pictured(found: "Inspection", page: "Page", *, plainly: bool = False) -> None:
    """Its lists, and what is wrong with it; *plainly* where no list was to be expected on it."""
    from ticker.picture import complaint, picture

    if not plainly and (found.problem is not None or not found.blocks):
        complain(complaint(found))
    on_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else None
    for line in picture(found, page.url, width=width, isolate=on_terminal):
        print(line)


def _told_of(kept: Sequence["Evidence"], back: int, source: "Source", page: "Page") -> Iterator[str]:
    """When and why the poll failed that *page* is of, how that begins, and which others there are."""
    from ticker.picture import opening

    if not kept:
        return
    told = [f"{one.at.astimezone(source.zone):%Y-%m-%d %H:%M:%S}  {one.cause}: {one.detail}" for one in kept]
    yield f"{source.name} at {told[back]}"
    yield f"   {kept[back].url}, {len(page.text):,} characters of it kept; instants are those of {source.zone.key}"
    yield from (f"   it begins: {words}" for words in opening(page))
    yield from (f"   --back {at} is at {one}" for at, one in enumerate(told) if at != back)
    yield ""


def _what_helps(source: "Source", found: "Inspection") -> Iterator[str]:
    """The lines of config.yaml that would find a list, where the present ones do not."""
    from dataclasses import replace

    from ticker.repair import advice

    if found.problem is None:
        if found.blocks and (source.heading or source.selectors):
            yield f"\nThe configuration of {source.name} finds the first list."
        return
    if found.others:
        yield f"\nIf the first of these lists is meant, write in config.yaml, in place of {source.name}:\n"
        yield advice(replace(source, heading=None), found.others[0], likeliest=True)


def _config_lines(block: "Block", page: "Page", heading: str | None) -> str:
    lines = [
        "  - name: my-source              # in URLs: a-z, 0-9, -",
        f"    url: {json.dumps(page.url, ensure_ascii=False)}" if page.url else "    url: …    # REQUIRED: of the page",
        "    timezone: Region/City        # REQUIRED: of the clock on the page, e.g. Asia/Beirut",
        f"    language: {json.dumps(_language(page))}",
    ]
    if named := heading or block.heading:
        lines.insert(2, f"    heading: {json.dumps(named, ensure_ascii=False)}")
    else:
        lines.insert(2, "    # no heading stands above this list: without one, the best guess of each poll is followed")
    return "\n".join(lines)


def _language(page: "Page") -> str:
    """As the page says of itself."""
    found = _LANG.search(page.text[:HEAD])
    return found[1].replace("_", "-") if found else "en"


def _block_json(block: "Block") -> dict[str, Any]:
    rows = [{"time": row.printed, "title": row.title, "link": row.link} for row in block.headlines]
    return {"heading": block.heading, "headlines": rows}


def _failed_json(found: "Inspection", kept: Sequence["Evidence"], back: int) -> dict[str, Any]:
    """Of a poll that failed: when and why, what is wrong with its page today, and which other lists are on it."""
    if not kept:
        return {}
    problem = found.problem and {"cause": found.problem.cause, "detail": found.problem.detail}
    others = [_block_json(block) for block in found.others]
    return {"failed": _evidence_json(kept[back]), "problem": problem, "others": others}


def _evidence_json(one: "Evidence") -> dict[str, Any]:
    return {"at": rfc3339(one.at), "cause": one.cause, "detail": one.detail, "url": one.url}
