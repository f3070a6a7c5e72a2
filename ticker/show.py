"""What the commands print: for a person, or JSON."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticker.errors import TickerError
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.model import Block, Item, Page, Poll, Source
    from ticker.parse import Inspection

HEAD = 2_000  # characters in which a page says its language

_LANG = re.compile(r"""<html\b[^>]*\s(?:xml:)?lang\s*=\s*["']?\s*([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)\b""", re.IGNORECASE)


def rfc3339(instant: datetime | None) -> str | None:
    """In UTC, as 2025-01-14T12:54:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def polls(outcomes: Sequence["Poll"], *, as_json: bool) -> None:
    """How polls ended, with each line that is new or edited."""
    if as_json:
        _json([_poll_json(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        print(f"{outcome.source}: {_sentence(outcome)}")
        for row in outcome.changes.rows if outcome.changes else ():
            if row.kind == "new":
                print(f"  + {row.item.printed or '--:--'}  {row.item.title}")
            elif row.before is not None:
                print(f"  ~ {row.item.printed or '--:--'}  {row.item.title}\n      was: {row.before}")


def _sentence(outcome: "Poll") -> str:
    if outcome.changes is None:
        cause = f"{outcome.cause}: " if outcome.cause else ""
        return f"{outcome.outcome}, {cause}{outcome.detail}" if outcome.detail else outcome.outcome
    counts = {kind: len(outcome.changes.of(kind)) for kind in ("new", "edited", "back", "same")}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def _poll_json(outcome: "Poll") -> dict[str, Any]:
    return {
        "source": outcome.source,
        "at": rfc3339(outcome.at),
        "outcome": outcome.outcome,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "rows": [
            {"kind": row.kind, "reason": row.reason, "guid": row.item.guid, "time": row.item.printed}
            | {"title": row.item.title, "published": rfc3339(row.item.published), "before": row.before}
            for row in (outcome.changes.rows if outcome.changes else ())
        ],
    }


def items(found: Sequence["Item"], sources: Iterable["Source"], *, narrowed: bool, as_json: bool) -> None:
    """Items, newest first; for a person in the wall clock of their source."""
    if not found:
        complain("nothing that is kept matches" if narrowed else "nothing is kept yet; `ticker poll` reads the pages")
    if as_json:
        _json([_item_json(item) for item in found])
        return
    zones = {source.name: source.zone for source in sources}
    for item in found:
        local = item.published.astimezone(zones.get(item.source, UTC))
        print(f"{local:%Y-%m-%d %H:%M}  {item.source}  {item.title}")
        for old in item.revisions:
            print(f"    was: {old.title}")


def _item_json(item: "Item") -> dict[str, Any]:
    return {
        "guid": item.guid,
        "source": item.source,
        "title": item.title,
        "published": rfc3339(item.published),
        "updated": rfc3339(item.updated),
        "link": item.link,
        "printed": item.printed,
        "flag": item.flag,
        "first_seen": rfc3339(item.first_seen),
        "last_seen": rfc3339(item.last_seen),
        "revisions": [{"title": old.title, "seen_at": rfc3339(old.seen_at)} for old in item.revisions],
    }


def inspection(found: "Inspection", page: "Page", *, heading: str | None, as_json: bool) -> None:
    """The timed lists of a page, and the lines of config.yaml that would follow the first."""
    if as_json:
        _json({"blocks": [_block_json(block) for block in found.blocks]})
        return
    from ticker.picture import complaint, picture

    if found.problem is not None or not found.blocks:
        complain(complaint(found))
    on_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else None
    for line in picture(found, page.url, width=width, isolate=on_terminal):
        print(line)
    if found.blocks and found.problem is None:
        print("\nTo follow the first list, add to config.yaml:\n")
        print(_config_lines(found.blocks[0], page, heading))


def _block_json(block: "Block") -> dict[str, Any]:
    rows = [{"time": row.printed, "title": row.title, "link": row.link} for row in block.headlines]
    return {"heading": block.heading, "headlines": rows}


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


def checked(settings: "Settings", warnings: Sequence[str], kept: int) -> None:
    """What the configuration says, in short."""
    print(f"configuration: {len(settings.sources)} source{'s' * (len(settings.sources) != 1)}")
    print(f"store: {settings.store}, {kept} items")
    print(f"feeds: {settings.server.public_url}feed.rss, .atom, .json")
    for warning in warnings:
        print(f"warning: {warning}")


def sources_checked(results: Iterable[tuple["Source", "int | TickerError"]]) -> None:
    """A line a source."""
    for source, result in results:
        if isinstance(result, TickerError):
            print(f"{source.name}: {getattr(result, 'cause', 'failed')}: {result}")
        else:
            print(f"{source.name}: {result} headlines")


def replace_file(path: Path, content: bytes) -> Path:
    """Write *content* so that a reader sees the old file or the new one, never half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.new")
        scratch.write_bytes(content)
        os.replace(scratch, path)
    except OSError as error:
        raise TickerError(f"cannot write {path}: {error.strerror}") from error
    return path


def wrote(path: Path) -> None:
    """Say so."""
    print(path)


def document(content: bytes) -> None:
    """A feed, byte for byte."""
    sys.stdout.buffer.write(content)


def without_items(names: Iterable[str]) -> None:
    """Why the feeds of these sources were not written."""
    for name in names:
        complain(f"{name} has no item yet, and an empty feed is not published; `ticker poll {name}` reads its page")


def answered(url: str, status: int) -> None:
    """What the running service said."""
    print(f"{url} answered {status}")


def _json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
