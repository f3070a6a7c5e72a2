"""What the pages say in their own voice: which language a visitor reads, its words, its dates.

English is the msgid; the catalogues in `locales` are made by tools/texts.py (`make texts`).
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files
from zoneinfo import ZoneInfo

from ticker import text
from ticker.serve.calendar import months, weekdays
from ticker.serve.negotiation import weighed

LANGUAGES = ("en", "ar")
DOMAIN = "ticker"


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language; templates have them as `_`, `ngettext` and {% trans %}."""

    language: str  # of LANGUAGES
    catalogue: gettext.NullTranslations
    home: ZoneInfo | None = None  # whose country names the months, whatever clock is shown; None: the clock's own

    @property
    def direction(self) -> str:
        return direction(self.language)

    def at_home(self, zone: ZoneInfo) -> "Texts":
        """The same for a page of *zone*: all its months are of one calendar, though it shows other clocks too."""
        return replace(self, home=zone)

    def gettext(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.catalogue.ngettext(singular, plural, number)

    def day(self, day: date, zone: ZoneInfo | None = None) -> str:
        """As `Monday, 10 March 2025`; in Arabic with the months of the country that *zone* lies in."""
        return f"{weekdays(self.language)[day.weekday()]}{self.comma} {self.date(day, zone)}"

    def date(self, day: date, zone: ZoneInfo | None = None) -> str:
        """As `10 March 2025`."""
        return f"{day.day} {months(self.language, self.home or zone)[day.month - 1]} {day.year}"

    def moment(self, instant: datetime, zone: ZoneInfo, *, exact: bool = False) -> str:
        """As `10 March 2025, 14:54`, on the wall clock of *zone*; to the second where *exact*."""
        local = instant.astimezone(zone)
        clock = f"{local:%H:%M:%S}" if exact else f"{local:%H:%M}"
        return f"{self.date(local.date(), zone)}{self.comma} {clock}"

    def span(self, span: timedelta) -> str:
        """As `5 minutes`, in the largest unit that leaves nothing over; in Arabic as it stands after كل."""
        seconds = span.total_seconds()
        if seconds >= 3600 and seconds % 3600 == 0:
            return self.ngettext("%(num)d hour", "%(num)d hours", round(seconds / 3600)) % {"num": seconds // 3600}
        if seconds >= 60 and seconds % 60 == 0:
            return self.ngettext("%(num)d minute", "%(num)d minutes", round(seconds / 60)) % {"num": seconds // 60}
        if seconds == round(seconds):
            return self.ngettext("%(num)d second", "%(num)d seconds", round(seconds)) % {"num": seconds}
        return self.gettext("%(num)s seconds") % {"num": f"{seconds:.1f}"}

    @property
    def comma(self) -> str:
        return "،" if self.language == "ar" else ","

    @property
    def semicolon(self) -> str:
        return "؛" if self.language == "ar" else ";"


@cache
def texts_of(language: str) -> Texts:
    """Those of *language*, a BCP 47 tag; English where we have none."""
    primary = primary_of(language)
    known = primary if primary in LANGUAGES else "en"
    with as_file(files("ticker.serve") / "locales") as folder:
        return Texts(known, gettext.translation(DOMAIN, folder, [known]))


def choose(*, asked: str | None, kept: str | None, accepted: str, channel: str) -> Texts:
    """Those that a visitor reads.

    Args:
        asked: what the address asks for (`?lang=`), if it does.
        kept: what was asked for before, as the cookie says.
        accepted: the header Accept-Language, "" where there is none.
        channel: BCP 47, of what the page is about.
    """
    for wish in (asked, kept):
        if known(wish):
            return texts_of(wish or "")
    return texts_of(_most_welcome(accepted, primary_of(channel)))


def known(language: str | None) -> bool:
    """Whether it is one of LANGUAGES, written as we write it."""
    return language in LANGUAGES


def _most_welcome(accepted: str, channel: str) -> str:
    """The language of ours that Accept-Language would rather have (RFC 9110 §12.5.4); else that of the channel.

    `ar-LB` asks for Arabic of any country (RFC 4647 §3.4); `*` is every language that is not named.
    """
    said: dict[str, float] = {}
    for name, weight in weighed(accepted):
        primary = primary_of(name)
        said[primary] = max(said.get(primary, 0.0), weight)
    welcome: Mapping[str, float] = {name: said.get(name, said.get("*", 0.0)) for name in LANGUAGES}
    most = max(welcome.values())
    best = [name for name in LANGUAGES if welcome[name] == most and most > 0]
    if channel in best or not best:
        return channel
    return best[0]


def primary_of(language: str) -> str:
    """`ar` of `ar-LB`."""
    return language.strip().lower().split("-")[0]


def direction(language: str) -> str:
    """`rtl` or `ltr`, for a BCP 47 tag."""
    return "rtl" if text.is_rtl(language) else "ltr"
