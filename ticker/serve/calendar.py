"""Names of days and months, as the pages write them. From CLDR 47 by tools/texts.py."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

WEEKDAYS = {
    "ar": "الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
    "en": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
}
MONTHS = {
    "ar": "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
    "ar-LB": "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول",
    "ar-MA": "يناير|فبراير|مارس|أبريل|ماي|يونيو|يوليوز|غشت|شتنبر|أكتوبر|نونبر|دجنبر",
    "ar-DZ": "جانفي|فيفري|مارس|أفريل|ماي|جوان|جويلية|أوت|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    "ar-MR": "يناير|فبراير|مارس|إبريل|مايو|يونيو|يوليو|أغشت|شتمبر|أكتوبر|نوفمبر|دجمبر",
}
COUNTRIES = {
    "Africa/Algiers": "DZ",
    "Africa/Casablanca": "MA",
    "Africa/Nouakchott": "MR",
    "Africa/Tunis": "DZ",
    "Asia/Amman": "LB",
    "Asia/Baghdad": "LB",
    "Asia/Beirut": "LB",
    "Asia/Damascus": "LB",
    "Asia/Gaza": "LB",
    "Asia/Hebron": "LB",
    "Asia/Jerusalem": "LB",
}


def weekdays(language: str) -> Sequence[str]:
    """From Monday on."""
    return WEEKDAYS[language].split("|")


def months(language: str, zone: ZoneInfo | None = None) -> Sequence[str]:
    """From January on; in Arabic as in the country that *zone* lies in, where not as in Egypt."""
    country = COUNTRIES.get(zone.key, "") if zone is not None else ""
    return MONTHS.get(f"{language}-{country}", MONTHS[language]).split("|")
