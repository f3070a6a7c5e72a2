"""Whether all is well: with the configuration, the store, the sources, the running service."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ticker.show.writing import print_json

if TYPE_CHECKING:
    from ticker.config import Settings
    from ticker.model import Validators
    from ticker.trial import Trial


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
        print_json(_checked_json(settings, warnings, kept, trials))
        return
    from ticker.store.postgresql import public_name

    store = public_name(settings.store)
    print(f"configuration: {len(settings.sources)} source{'s' * (len(settings.sources) != 1)}")
    if kept is None:
        print(f"store: {store} is not there yet; it is made at the first start")
    else:
        print(f"store: {store}, {kept} items")
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
    from ticker.store.postgresql import public_name

    return {
        "sources_configured": len(settings.sources),
        "store": public_name(settings.store),
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


def answered(url: str, status: int) -> None:
    """What the running service said."""
    print(f"{url} answered {status}")
