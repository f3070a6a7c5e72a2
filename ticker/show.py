"""What the commands print: for a person, or JSON."""

import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from ticker.errors import TickerError
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.model import Block, Change, Evidence, Item, Page, Poll, Revision, Source, Validators
    from ticker.parse import Inspection
    from ticker.replay import Decision, Difference, Replay, Wording
    from ticker.trial import Trial

HEAD = 2_000  # characters in which a page says its language
PATIENCE = 1.0  # seconds until a person is told how far it is, and between two times

_NO_NEWS = ("unreachable", "refused", "challenged")  # causes of a page that is no page of news
_LANG = re.compile(r"""<html\b[^>]*\s(?:xml:)?lang\s*=\s*["']?\s*([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)\b""", re.IGNORECASE)


def rfc3339(instant: datetime | None) -> str | None:
    """In UTC, as 2025-01-14T12:54:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def polls(outcomes: Sequence["Poll"], *, as_json: bool) -> None:
    """How polls ended, with each line that is new, changed or said once more."""
    if as_json:
        _json([_poll_json(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        print(f"{outcome.source}: {_sentence(outcome)}")
        for row in outcome.changes.rows if outcome.changes else ():
            for line in _row_lines(row):
                print(line)
        for line in _remarks(outcome):
            print(line)


def _remarks(outcome: "Poll") -> Iterator[str]:
    """What is wrong though the list was kept, or how it was found where not as configured."""
    if outcome.changes is not None and outcome.detail:
        yield f"  ! {outcome.cause}: {outcome.detail}" if outcome.cause else f"  ! {outcome.detail}"
    if outcome.advice:
        yield f"  in config.yaml this makes it permanent:\n\n{outcome.advice}\n"


def _row_lines(row: "Change") -> Iterator[str]:
    said = f"{row.item.printed or '--:--'}  {row.item.title}"
    if row.kind == "new":
        yield f"  + {said}"
    elif row.kind == "repost":
        yield f"  = {said}\n      not in the feeds: {row.reason}"
    elif row.was is not None and (row.before is not None or row.kind == "corrected"):
        yield f"  ~ {said}"
        if row.was.printed != row.item.printed:
            yield f"      was at: {row.was.printed or '--:--'}"
        if row.before is not None:
            yield f"      was: {row.before}"


def _sentence(outcome: "Poll") -> str:
    if outcome.changes is None:
        cause = f"{outcome.cause}: " if outcome.cause else ""
        return f"{outcome.outcome}, {cause}{outcome.detail}" if outcome.detail else outcome.outcome
    counts = {kind: len(outcome.changes.of(kind)) for kind in ("new", "repost", "edited", "corrected", "back", "same")}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def _poll_json(outcome: "Poll") -> dict[str, Any]:
    return {
        "source": outcome.source,
        "at": rfc3339(outcome.at),
        "outcome": outcome.outcome,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "advice": outcome.advice,
        "rows": [
            {"kind": row.kind, "reason": row.reason, "guid": row.item.guid, "time": row.item.printed}
            | {"title": row.item.title, "published": rfc3339(row.item.published), "before": row.before}
            | {"before_time": row.was.printed if row.was else None, "repost_of": row.item.repost_of}
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
        zone = zones.get(item.source, UTC)
        print(f"{item.published.astimezone(zone):%Y-%m-%d %H:%M}  {item.source}  {item.title}")
        for line in _history(item, zone):
            print(f"    {line}")


def _history(item: "Item", zone: tzinfo) -> Iterator[str]:
    """What became of it since it was first seen."""
    day = item.published.astimezone(zone).date()

    def at(instant: datetime) -> str:
        local = instant.astimezone(zone)
        return f"{local:%H:%M}" if local.date() == day else f"{local:%Y-%m-%d %H:%M}"

    if item.repost_of is not None:
        yield f"a repost of {item.repost_of}: not in the feeds"
    for old, after in zip(item.revisions, (*item.revisions[1:], None), strict=False):
        yield f"edited {at(_until(old, after, item))}: {old.reason or 'for a reason that was not kept'}"
        said, now = (old.printed, old.title), (after.printed, after.title) if after else (item.printed, item.title)
        was = [part for part, other in zip(said, now, strict=True) if part is not None and part != other]
        yield f"    was: {'  '.join(was or [old.title])}"
    if item.gone_at is not None:
        yield f"withdrawn {at(item.gone_at)}: listed no more, though lines below it were"


def _until(old: "Revision", after: "Revision | None", item: "Item") -> datetime:
    """When what came after *old* was first seen; releases before did not keep it beside it."""
    return old.until or (after.seen_at if after else item.updated)


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
        "gone_at": rfc3339(item.gone_at),
        "repost_of": item.repost_of,
        "revisions": [_revision_json(old) for old in item.revisions],
    }


def _revision_json(old: "Revision") -> dict[str, Any]:
    instants = {"seen_at": rfc3339(old.seen_at), "until": rfc3339(old.until)}
    return {"title": old.title, "printed": old.printed, **instants, "reason": old.reason}


def inspection(found: "Inspection", page: "Page", *, heading: str | None, as_json: bool) -> None:
    """The timed lists of a page, and the lines of config.yaml that would follow the first."""
    if as_json:
        _json({"blocks": [_block_json(block) for block in found.blocks]})
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
        failed = {"failed": _evidence_json(kept[back])} if kept else {}
        _json({"blocks": [_block_json(block) for block in found.blocks]} | failed)
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


def _evidence_json(one: "Evidence") -> dict[str, Any]:
    return {"at": rfc3339(one.at), "cause": one.cause, "detail": one.detail, "url": one.url}


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


_WHAT = {  # of a difference -> of how many, and what it is
    "joined": "joined: two items would be one",
    "parted": "parted: one item would be two",
    "other": "another item: the row would be one that there is already",
    "dated": "dated otherwise",
    "repost": "a repost, or none any more",
    "kind": "the same item, taken for it in another way",
    "gone": "withdrawn, or not any more",
    "refused": "a list that would not be believed",
    "believed": "a list that would be believed",
}


def replayed(found: "Replay", zone: ZoneInfo, today: ZoneInfo, *, limit: int | None, as_json: bool) -> None:
    """What a replay would decide otherwise: counts first, then each difference.

    Args:
        zone: of the source; instants are told in its wall clock.
        today: the zone that the polls were replayed in.
        limit: differences to print at most.
    """
    told = found.differences[:limit]
    if as_json:
        _json(_replay_json(found, today, told))
        return
    for line in _counted(found, zone, today):
        print(line)
    for one in told:
        for line in _difference(one, zone):
            print(line)
    total = sum(found.counts.values())
    if len(told) < total:
        print(f"\n… and {total - len(told):,} more")


def _counted(found: "Replay", zone: ZoneInfo, today: ZoneInfo) -> Iterator[str]:
    span = " to ".join(f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (found.begin, found.end))
    other = f" as if its clock were that of {today.key}" if today.key != zone.key else ""
    yield f"{found.source}: {found.lists:,} lists, {found.rows:,} rows, {span}, replayed{other}"
    if not found.cold:
        yield "  the list before them was taken as it is stored"
    if found.unkept:
        yield f"  {found.unkept:,} lists were left out: they were not kept as printed"
    if not found.counts:
        yield "  nothing differs: today's rules decide as it was decided then"
    for what, label in _WHAT.items():
        if count := found.counts.get(what):  # type: ignore[call-overload]  # its keys are those of _WHAT
            yield f"  {count:,} × {label}{_most(found) if what == 'dated' else ''}"


def _most(found: "Replay") -> str:
    """By how much most dates would move."""
    moves = Counter(
        one.today.published - one.then.published
        for one in found.differences
        if one.what == "dated" and one.today.published and one.then.published
    )
    ((move, count),) = moves.most_common(1)
    return f", {count:,} of them {_move(move)}"


def _move(move: timedelta) -> str:
    minutes = round(move / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"{hours}:{rest:02} h {'later' if minutes > 0 else 'earlier'}" if minutes else "to the same minute"


def _difference(one: "Difference", zone: ZoneInfo) -> Iterator[str]:
    yield f"\n{one.at.astimezone(zone):%Y-%m-%d %H:%M}  {_WHAT[one.what]}"
    yield f"    row:    {_words(one.row)}"
    if one.beside is not None:
        yield f"    item:   {_words(one.beside)}"
    yield f"    then:   {_decision(one.then, zone)}"
    yield f"    today:  {_decision(one.today, zone)}"


def _words(wording: "Wording") -> str:
    return f"{wording.printed or '--:--'}  {wording.title}"


def _decision(one: "Decision", zone: ZoneInfo) -> str:
    parts = [one.kind or "decision not kept"]
    if one.reason:
        parts.append(one.reason)
    if one.published is not None:
        parts.append(f"published {one.published.astimezone(zone):%Y-%m-%d %H:%M}")
    if one.repost:
        parts.append("kept out of the feeds")
    return "; ".join([*parts, *([one.flag] if one.flag else [])])


def _replay_json(found: "Replay", today: ZoneInfo, told: Sequence["Difference"]) -> dict[str, Any]:
    return {
        "source": found.source,
        "timezone": today.key,
        "begin": rfc3339(found.begin),
        "end": rfc3339(found.end),
        "begins_as_stored": not found.cold,
        "lists": found.lists,
        "rows": found.rows,
        "not_kept_as_printed": found.unkept,
        "counts": {what: found.counts.get(what, 0) for what in _WHAT},  # type: ignore[call-overload]  # likewise
        "differences": [_difference_json(one) for one in told],
    }


def _difference_json(one: "Difference") -> dict[str, Any]:
    return {
        "what": one.what,
        "at": rfc3339(one.at),
        "time": one.row.printed,
        "title": one.row.title,
        "beside": one.beside and {"time": one.beside.printed, "title": one.beside.title},
        "then": _decision_json(one.then),
        "today": _decision_json(one.today),
    }


def _decision_json(one: "Decision") -> dict[str, Any]:
    said = {"kind": one.kind, "reason": one.reason, "guid": one.guid}
    return {**said, "published": rfc3339(one.published), "flag": one.flag, "repost": one.repost}


class Progress:
    """How far it is: on standard error, where that is a terminal, and once it has taken a while."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = monotonic()
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, of: int) -> None:
        if monotonic() - self._told >= PATIENCE and sys.stderr.isatty():
            print(f"\r{done:,} of {of:,} {self._what}", end="", file=sys.stderr, flush=True)
            self._told, self._written = monotonic(), True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def checked(
    settings: "Settings",
    warnings: Sequence[str],
    kept: int | None,
    trials: Sequence["Trial"] | None,
    *,
    as_json: bool,
) -> None:
    """What the configuration says, in short, and what was found of it.

    Args:
        kept: items in the store; None where it is not there yet.
        trials: of the sources; None where they were not read.
    """
    if as_json:
        _json(_checked_json(settings, warnings, kept, trials))
        return
    print(f"configuration: {len(settings.sources)} source{'s' * (len(settings.sources) != 1)}")
    if kept is None:
        print(f"store: {settings.store} is not there yet; it is made at the first start")
    else:
        print(f"store: {settings.store}, {kept} items")
    print(f"feeds: {settings.server.public_url}feed.rss, .atom, .json")
    for warning in warnings:
        print(f"warning: {warning}")
    for trial in trials or ():
        print(f"{trial.source.name}: {_tried(trial)}")
        for line in _facts_of(trial):
            print(f"    {line}")


def _tried(trial: "Trial") -> str:
    if trial.failure is not None:
        return f"{trial.failure.cause}: {trial.failure.detail}"
    block = trial.block
    assert block is not None  # noqa: S101 - else it has failed
    newest = block.headlines[0]
    under = f" under “{block.heading}”" if block.heading else ""
    rows = len(block.headlines)
    return f"{rows} headline{'s' * (rows != 1)}{under}, the newest {newest.printed or '--:--'}  {newest.title}"


def _facts_of(trial: "Trial") -> Iterator[str]:
    if cure := _cure_of(trial):
        yield f"what helps: {cure}"
    if trial.page is not None:
        charset = "UTF-8" if trial.page.utf8 is not None else "not in UTF-8"
        yield f"page: {trial.url} answered in {trial.seconds:.2f} s, {trial.size:,} bytes, {charset}"
        if trial.redirected:
            yield f"redirected: to {trial.redirected}"
        yield f"robots.txt: {_robots(trial)}"
        yield f"unchanged pages: {_validators(trial)}"
    for note in filter(None, (trial.courtesy.note, trial.page.note if trial.page else "")):
        yield f"note: {note}"
    if trial.risk:
        yield f"risk: {trial.risk}"


def _cure_of(trial: "Trial") -> str:
    """What helps against what went wrong; of a page without the list, by what it has instead."""
    if trial.failure is None or trial.found is None or trial.found.problem is None:
        return trial.failure.cure if trial.failure else ""
    from ticker.picture import complaint

    cause, detail = trial.failure.cause, trial.failure.detail
    cure = complaint(trial.found).removeprefix(f"{cause}: {detail}; ")
    return cure.replace("the lists below", "the lists that `ticker inspect` shows")


def _robots(trial: "Trial") -> str:
    if trial.source.robots == "ignore":
        return "ignored, as configured"
    delay = trial.courtesy.crawl_delay.total_seconds()
    return f"allows it, and asks for {delay:g} s between two requests" if delay else "allows it"


def _validators(trial: "Trial") -> str:
    held = trial.page.validators if trial.page else None
    names = [name for name, value in _offered(held) if value] if held else []
    if not names:
        return "neither ETag nor Last-Modified: every poll reads the whole page"
    return f"{' and '.join(names)} offered: they can be answered 304"


def _offered(held: "Validators") -> list[tuple[str, str | None]]:
    return [("ETag", held.etag), ("Last-Modified", held.last_modified)]


def _checked_json(
    settings: "Settings", warnings: Sequence[str], kept: int | None, trials: Sequence["Trial"] | None
) -> dict[str, Any]:
    return {
        "sources_configured": len(settings.sources),
        "store": settings.store,
        "items": kept,
        "feeds": settings.server.public_url,
        "warnings": list(warnings),
        "sources": None if trials is None else [_trial_json(trial) for trial in trials],
    }


def _trial_json(trial: "Trial") -> dict[str, Any]:
    failure, block, page = trial.failure, trial.block, trial.page
    newest = block.headlines[0] if block else None
    held = page.validators if page else None
    return {
        "name": trial.source.name,
        "url": trial.url,
        "ok": failure is None,
        "cause": failure.cause if failure else None,
        "detail": failure.detail if failure else "",
        "cure": _cure_of(trial),
        "seconds": round(trial.seconds, 3),
        "bytes": trial.size,
        "redirected": trial.redirected or None,
        "utf8": page.utf8 is not None if page else None,
        "robots": "ignored" if trial.source.robots == "ignore" else "allowed" if page else None,
        "crawl_delay": trial.courtesy.crawl_delay.total_seconds(),
        "note": trial.courtesy.note,
        "heading": block.heading if block else None,
        "rows": len(block.headlines) if block else 0,
        "newest": {"time": newest.printed, "title": newest.title} if newest else None,
        "etag": bool(held and held.etag),
        "last_modified": bool(held and held.last_modified),
        "risk": trial.risk,
    }


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
