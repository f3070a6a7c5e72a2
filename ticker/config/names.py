"""The types of names: of a source, a time zone, a language, a character set.

Each rule raises ValueError with what is wrong and the cure.
"""

import difflib
import re
from functools import cache
from typing import Annotated
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from ticker.config.words import EXAMPLES
from ticker.decode import codec_of

# first path segments that are, or may become, the server's own
RESERVED = frozenset(
    {
        "admin",
        "api",
        "apple-touch-icon",
        "archive",
        "docs",
        "events",
        "favicon",
        "feed",
        "feeds",
        "health",
        "healthz",
        "hub",
        "icon",
        "icons",
        "item",
        "items",
        "manifest",
        "metrics",
        "opml",
        "readyz",
        "robots",
        "search",
        "sitemap",
        "static",
        "status",
    }
)
_LANGUAGE = re.compile(
    "([A-Za-z]{2,3})(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|[0-9]{3}))?((?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)  # BCP 47 without extensions: language, script, region, variants
# How the Encoding Standard (WHATWG) calls what pages are in; `decode` knows these and many more labels.
ENCODINGS = (
    *("utf-8", "utf-16le", "utf-16be", "gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"),
    *("koi8-r", "koi8-u", "ibm866", "macintosh", "x-mac-cyrillic"),
    *(f"windows-{page}" for page in (874, *range(1250, 1259))),
    *(f"iso-8859-{part}" for part in (*range(1, 11), *range(13, 17))),
)
_OFFSET = re.compile(r"(UTC|GMT|Z)?\s*[-+\u2212]?\s*[0-9]{1,2}(:?[0-9]{2})?", re.IGNORECASE)  # UTC+2, +02:00


def _name(value: str, info: ValidationInfo) -> str:
    names: set[str] = (info.context or {}).setdefault("names", set())
    if not re.fullmatch("[a-z0-9-]+", value):
        better = re.sub("[^a-z0-9]+", "-", value.lower()).strip("-") or EXAMPLES["name"]
        raise ValueError(f"stands in addresses, so it may hold only a-z, 0-9 and -; write name: {better}")
    if value in RESERVED:
        raise ValueError(f"{value} is an address of the service itself; write another, name: {value}-news")
    if value in names:
        raise ValueError(f"{value} is the name of another source before; write another, name: {value}-2")
    names.add(value)
    return value


def _zone(value: object) -> ZoneInfo:
    if not isinstance(value, str):
        raise ValueError("must be the name of a time zone; write timezone: Asia/Beirut")
    try:
        return ZoneInfo(value)
    except (LookupError, ValueError, OSError):  # not there; no name of a file; a folder or a name too long
        raise ValueError(_no_zone(value)) from None


def _no_zone(value: str) -> str:
    if not _zones():
        where = (
            f"neither in Python's package tzdata nor in {' or '.join(TZPATH) or 'any folder (PYTHONTZPATH is empty)'}"
        )
        return f"{value!r} cannot be looked up: there is no time-zone data, {where}; install tzdata"
    if _OFFSET.fullmatch(value.strip()):  # no zone is near: UTC would be hours off, and a city right for half the year
        place = "a zone is a place (Region/City), since summer time moves its offset"
        return f"{value!r} is an offset, and {place}; write e.g. timezone: {EXAMPLES['timezone']}"
    if value.casefold() == "region/city":  # as our pages have it
        place = f"write the one whose clock the page prints, timezone: {EXAMPLES['timezone']}"
        return f"{value!r} stands for a place; {place}"
    near = _near_zones(value)
    cure = f"did you mean {' or '.join(near)}?" if near else f"write region and city, timezone: {EXAMPLES['timezone']}"
    return f"{value!r} is no time zone; {cure}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _near_zones(value: str) -> list[str]:
    zones = sorted(_zones(), reverse=True)
    names = {zone.rpartition("/")[2].casefold(): zone for zone in zones} | {zone.casefold(): zone for zone in zones}
    wanted = value.strip().replace(" ", "_").casefold()
    city = wanted.rpartition("/")[2]
    exact = [names[word] for word in (wanted, city) if word in names]
    near = [names[word] for word in difflib.get_close_matches(wanted, names, n=2, cutoff=0.75)]
    return list(dict.fromkeys(exact[:1] or near))


def _language(value: str) -> str:
    found = _LANGUAGE.fullmatch(value)
    if found:
        language, script, region, rest = (part or "" for part in found.groups())
        return f"{language.lower()}{script.title()}{region.upper()}{rest}"
    dashed = value.partition(".")[0].replace("_", "-")
    example = dashed if _LANGUAGE.fullmatch(dashed) else "ar, en or fr-CA"
    raise ValueError(f"{value!r} is no language tag (BCP 47); write language: {example}")


def _charset(value: str) -> str:
    if value.isascii() and value.isprintable() and codec_of(value):
        return value
    plain = {re.sub("[-_]", "", name): name for name in ENCODINGS}
    near = difflib.get_close_matches(re.sub("[-_ ]", "", value.lower()), plain, n=1, cutoff=0.75)
    cure = f"did you mean {plain[near[0]]}?" if near else f"write charset: {EXAMPLES['charset']}"
    raise ValueError(f"{value!r} is no character set that pages may be in; {cure}")


Name = Annotated[str, AfterValidator(_name)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Charset = Annotated[str, AfterValidator(_charset)]
