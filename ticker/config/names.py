"""The types of names: of a source, a time zone, a language, a character set.

Each rule raises ValueError with what is wrong and the cure.
"""

import codecs
import difflib
import re
from encodings.aliases import aliases as codec_names
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from ticker.config.words import EXAMPLES

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
_NOT_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})


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
        near = _near_zones(value)
        cure = f"did you mean {' or '.join(near)}?" if near else "write region and city, timezone: Asia/Beirut"
        raise ValueError(f"{value!r} is no time zone; {cure}") from None


@cache
def _near_zones(value: str) -> list[str]:
    zones = sorted(available_timezones(), reverse=True)
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
    if _is_charset(value):
        return value
    names = {name.replace("_", ""): name.replace("_", "-") for name in [*codec_names, *codec_names.values()]}
    alike = difflib.get_close_matches(re.sub("[-_ ]", "", value.lower()), names, n=5, cutoff=0.7)
    near = [names[name] for name in alike if _is_charset(names[name])]
    cure = f"did you mean {near[0]}?" if near else f"write charset: {EXAMPLES['charset']}"
    raise ValueError(f"{value!r} is no character set; {cure}")


def _is_charset(name: str) -> bool:
    try:
        b"a".decode(name, "ignore")
        return codecs.lookup(name).name.replace("-", "_") not in _NOT_CHARSETS
    except (LookupError, ValueError):  # unknown, or from bytes to bytes; a NUL in the name, or never text
        return False


Name = Annotated[str, AfterValidator(_name)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Charset = Annotated[str, AfterValidator(_charset)]
