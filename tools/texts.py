"""Write what the pages say: the gettext catalogues in ticker/serve/locales, and ticker/serve/calendar.py from CLDR.

Run `make texts` after a text of a page has changed, translate what is listed as missing in the .po file that it names,
and run it again. A test asks that all files are what this writes. The .po files keep no dates and no line numbers, so
that they change where a text does.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import get_cldr_version, get_global
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "ticker" / "serve" / "locales"
CALENDAR = ROOT / "ticker" / "serve" / "calendar.py"
CITIES = ROOT / "ticker" / "serve" / "cities.py"
LANGUAGES = ("ar", "en")
SOURCES = (  # files, and how texts are found in them; in this order they stand in the .po files
    ("ticker/serve/templates/*.html", "jinja2.ext:babel_extract"),
    ("ticker/serve/*.py", "python"),
    ("ticker/*.py", "python"),
)
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "0"}
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLURALS = {  # CLDR, Language Plural Rules: zero one two few many other; babel's own formula swaps the last two
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "en": "nplurals=2; plural=(n != 1);",
}
COUNTRIES = ("LB", "SY", "JO", "IQ", "PS", "MA", "DZ", "TN", "MR")  # whose Arabic months are not those of Egypt
ZONES = {"Asia/Jerusalem": "PS"}  # CLDR has one list for all of ar-IL; the Arabic press there writes as in Palestine
RENAMED = {  # zones that CLDR knows by a name from before
    "Africa/Asmara": "Africa/Asmera", "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Cordoba": "America/Cordoba", "America/Nuuk": "America/Godthab",
    "Asia/Ho_Chi_Minh": "Asia/Saigon", "Asia/Kathmandu": "Asia/Katmandu", "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon", "Atlantic/Faroe": "Atlantic/Faeroe", "Europe/Kyiv": "Europe/Kiev",
}  # fmt: skip
WIDE = 70  # letters of a row of cities, before one more is added
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
NAMED = '''"""Arabic names of the places that zones are named for. From CLDR {cldr} by tools/texts.py."""

_BY_AREA = {{
{areas}}}
ARABIC = dict(f"{{area}}/{{each}}".split(":") for area, named in _BY_AREA.items() for each in named.split("|"))
'''
HEAD = '''"""Names of days and months, as the pages write them. From CLDR {cldr} by tools/texts.py."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

'''
TAIL = '''

def weekdays(language: str) -> Sequence[str]:
    """From Monday on."""
    return WEEKDAYS[language].split("|")


def months(language: str, zone: ZoneInfo | None = None) -> Sequence[str]:
    """From January on; in Arabic as in the country that *zone* lies in, where not as in Egypt."""
    country = COUNTRIES.get(zone.key, "") if zone is not None else ""
    return MONTHS.get(f"{language}-{country}", MONTHS[language]).split("|")
'''


class Plain(Catalog):
    """A catalogue whose header says nothing that changes from day to day."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        assert self.locale is not None  # noqa: S101 - ours have one
        language = self.locale.language
        return [
            ("Language", language),
            ("Plural-Forms", PLURALS[language]),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def found() -> dict[str | tuple[str, str], set[str]]:
    """Every text, with the files that it stands in; in their order."""
    texts: dict[str | tuple[str, str], set[str]] = {}
    for pattern, method in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            for message in _of(path, method):
                texts.setdefault(message, set()).add(name)
    return texts


def _of(path: Path, method: str) -> Iterator[str | tuple[str, str]]:
    with path.open("rb") as file:
        for _line, message, _comments, _context in extract(method, file, keywords=KEYWORDS, options=OPTIONS):
            yield message if isinstance(message, str) else (message[0], message[1])


def catalogue(language: str) -> Catalog:
    """Of every text, with what the .po file of *language* says of it already; English says what the text says."""
    path = po_file(language)
    known = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(language)
    made = Plain(language, header_comment=f"# {Locale.parse(language).english_name}: written by `make texts`.")
    for message, places in found().items():
        was = known.get(message if isinstance(message, str) else message[0])
        said = message if language == "en" else _kept(was, message, made.num_plurals)
        locations = [(place, 0) for place in sorted(places)]
        made.add(message, said, locations=locations, auto_comments=was.auto_comments if was else ())
    return made


def _kept(was: Message | None, message: str | tuple[str, str], forms: int) -> str | tuple[str, ...]:
    """The translation there is; empty where there is none, or one of another kind."""
    if isinstance(message, str):
        return was.string if was is not None and isinstance(was.string, str) else ""
    said = was.string if was is not None else ()
    return tuple(said) if isinstance(said, tuple | list) and len(said) == forms else ("",) * forms


def missing(made: Catalog) -> list[str]:
    """What is not translated, or not wholly."""
    texts = (message for message in made if message.id)
    return [_first(message.id) for message in texts if not message.string or not all(message.string)]


def _first(identifier: str | Iterable[str]) -> str:
    return identifier if isinstance(identifier, str) else next(iter(identifier))


def po_file(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "ticker.po"


def written(made: Catalog) -> bytes:
    """The .po file."""
    out = BytesIO()
    write_po(out, made, width=110, include_lineno=False)
    return re.sub(rb"^#, fuzzy\n(?=msgid \"\")", b"", out.getvalue(), flags=re.MULTILINE)


def compiled(made: Catalog) -> bytes:
    """The .mo file."""
    out = BytesIO()
    write_mo(out, made)
    return out.getvalue()


def calendar() -> str:
    """The text of ticker/serve/calendar.py."""
    months = {language: _months(language) for language in LANGUAGES}
    first = {tuple(_months(f"ar_{country}")): country for country in reversed(COUNTRIES)}  # one name for equal lists
    months |= {f"ar-{country}": list(names) for names, country in reversed(first.items())}
    weekdays = {language: [Locale.parse(language).days["format"]["wide"][day] for day in range(7)]
                for language in LANGUAGES}  # fmt: skip
    territories = {**get_global("zone_territories"), **ZONES}
    countries = {
        zone: first[tuple(_months(f"ar_{country}"))]
        for zone, country in sorted(territories.items())
        if country in COUNTRIES
    }
    head = HEAD.format(cldr=get_cldr_version())
    return f"{head}{_table('WEEKDAYS', weekdays)}{_table('MONTHS', months)}{_names('COUNTRIES', countries)}{TAIL}"


def cities() -> str:
    """The text of ticker/serve/cities.py."""
    known = {zone: said["city"] for zone, said in Locale.parse("ar").time_zones.items() if "city" in said}
    known |= {zone: known[before] for zone, before in RENAMED.items()}
    areas = "".join(_area(area, known) for area in AREAS)
    return NAMED.format(cldr=get_cldr_version(), areas=areas)


def _area(area: str, known: Mapping[str, str]) -> str:
    rows = [""]
    for zone, city in sorted(known.items()):
        if zone.startswith(f"{area}/"):
            rows[-1] += f"{'|' if rows != [''] else ''}{zone.removeprefix(f'{area}/')}:{city}"
            if len(rows[-1]) > WIDE:
                rows.append("")
    return f'    "{area}": (\n' + "".join(f'        "{row}"\n' for row in rows if row) + "    ),\n"


def _months(code: str) -> list[str]:
    names = Locale.parse(code).months["format"]["wide"]
    return [names[month] for month in range(1, 13)]


def _table(name: str, rows: Mapping[str, list[str]]) -> str:
    lines = [f'    "{key}": "{"|".join(words)}",\n' for key, words in rows.items()]
    return f"{name} = {{\n{''.join(lines)}}}\n"


def _names(name: str, rows: Mapping[str, str]) -> str:
    lines = [f'    "{key}": "{value}",\n' for key, value in rows.items()]
    return f"{name} = {{\n{''.join(lines)}}}\n"


def main() -> int:
    CALENDAR.write_text(calendar(), encoding="utf-8")
    CITIES.write_text(cities(), encoding="utf-8")
    left = 0
    for language in LANGUAGES:
        made, path = catalogue(language), po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(made))
        path.with_suffix(".mo").write_bytes(compiled(made))
        for text in missing(made):
            print(f"{path.relative_to(ROOT)}: not translated: {text}", file=sys.stderr)
            left = 1
    return left


if __name__ == "__main__":
    raise SystemExit(main())
