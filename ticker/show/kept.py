"""The items that are kept, and what became of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from ticker.show.writing import print_json, rfc3339
from ticker.streams import complain

if TYPE_CHECKING:
    from ticker.lines import Imported
    from ticker.model import Item, Revision, Source
    from ticker.store import Contents, Outdated


_TOLD = {"source": "source", "item": "headline", "archive": "archive", "version": "feed"}  # of the records of an import


def items(found: Sequence["Item"], sources: Iterable["Source"], *, narrowed: bool, as_json: bool) -> None:
    """Items, newest first; for a person in the wall clock of their source."""
    if not found:
        complain("nothing that is kept matches" if narrowed else "nothing is kept yet; `ticker poll` reads the pages")
    if as_json:
        print_json([_item_json(item) for item in found])
        return
    zones = {source.name: source.zone for source in sources}
    for item in found:
        zone = zones.get(item.source, UTC)
        print(f"{item.published.astimezone(zone):%Y-%m-%d %H:%M}  {item.source}  {item.title}")
        for line in _history(item, zone):
            print(f"    {line}")


def imported(found: "Imported", *, as_json: bool) -> None:
    """What came of an import."""
    counts = found.counts
    if as_json:
        print_json({"whole": found.whole, "lines_kept_before": found.skipped, "counts": dict(counts)})
    elif found.whole:
        before = f"; {found.skipped:,} lines had been read before" if found.skipped else ""
        print(f"the store is what the file says: {_told(counts)}{before}")
    else:
        moved = f", of which {counts['moved']:,} were set apart by a second" if counts["moved"] else ""
        print(f"added to what is kept: {counts['new']:,} headlines{moved}; {counts['known']:,} were there")


def copied(found: "Contents", target: str, *, as_json: bool) -> None:
    """What a copy of a store holds."""
    if as_json:
        print_json({"to": target, "counts": {kind: count for kind, count in found.counts.items() if count}})
    else:
        print(f"{target} is what the other is: {_told(found.counts)}")


def _told(counts: Mapping[str, int]) -> str:
    """Those records that somebody may know the number of."""
    named = [(counts[kind], word) for kind, word in _TOLD.items() if counts.get(kind)]
    return ", ".join(f"{count:,} {word}{'s' * (count != 1)}" for count, word in named) or "nothing more"


def forgotten(old: "Outdated", *, done: bool) -> None:
    """What was forgotten, or would be."""
    way = "are forgotten" if done else "would go"
    print(f"{old.items:,} headlines and {old.archives:,} archives {way}")
    limits = Counter(at.date() for at in old.before.values() if at.year > 1)
    for day, count in sorted(limits.items()):
        print(f"    older than {day}: {count} source{'s' * (count != 1)}")


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
