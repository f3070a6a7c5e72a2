"""The few words that pages say themselves, and how a language writes: direction, days, months."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ticker import text

_ENGLISH = {
    "subscribe": "Subscribe",
    "subscribe_how": "Copy one of these addresses into a feed reader:",
    "subscribe_all": "All feeds at once, as a list to import (OPML)",
    "all": "All headlines",
    "latest": "Latest headlines",
    "state": "Sources",
    "waiting": "waiting for the first reading",
    "healthy": "read regularly",
    "suspect": "the last try or two failed",
    "failing": "three tries or more in a row failed",
    "unreachable": "no usable page came",
    "refused": "the server answers with an error",
    "challenged": "asks for a browser or a person",
    "heading-absent": "the heading is not on the page",
    "block-absent": "no timed list on the page",
    "block-empty": "the list on the page is empty",
    "times-unreadable": "the times on the page cannot be read",
    "list-frozen": "the list has stopped changing",
    "gap": "headlines may have been missed",
    "since": "since",
    "goes_on": "The feed goes on with what is known.",
    "begins": "The feed begins with the first headline.",
    "read": "last read",
    "next": "next try",
    "empty": "Nothing has been read yet.",
    "demo": "See everything at work on a scripted newsroom:",
    "at_source": "At the source",
    "story": "The story",
    "times_of": "All times are those of",
    "edited": "reworded",
    "uncertain": "the time is uncertain",
    "earlier": "Earlier wordings",
    "first_seen": "first seen",
    "now_reads": "reads so since",
    "beside": "with the time",
    "until": "until",
    "withdrawn": "no longer on the page, though older lines are: withdrawn there",
    "again": "Said before, in the same words:",
    "earlier_line": "the earlier line",
    "not_found": "There is no such page here.",
    "unavailable": "This cannot be shown just now. The feeds go on.",
    "days": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "months": "January February March April May June July August September October November December",
    "comma": ",",
}
_ARABIC = {
    "subscribe": "اشترك في الخلاصة",
    "subscribe_how": "انسخ أحد هذه الروابط إلى قارئ الخلاصات:",
    "subscribe_all": "كل الخلاصات معًا، قائمة للاستيراد (OPML)",
    "all": "كل العناوين",
    "latest": "أحدث العناوين",
    "state": "المصادر",
    "waiting": "بانتظار القراءة الأولى",
    "healthy": "يُقرأ بانتظام",
    "suspect": "فشلت المحاولة الأخيرة أو الأخيرتان",
    "failing": "فشلت ثلاث محاولات متتالية أو أكثر",
    "unreachable": "لم تصل صفحة صالحة للقراءة",
    "refused": "يجيب الخادم بخطأ",
    "challenged": "يطلب متصفحًا أو شخصًا",
    "heading-absent": "عنوان القائمة غير موجود في الصفحة",
    "block-absent": "لا قائمة أخبار موقوتة في الصفحة",
    "block-empty": "القائمة في الصفحة فارغة",
    "times-unreadable": "تتعذر قراءة الأوقات في الصفحة",
    "list-frozen": "توقفت القائمة عن التغير",
    "gap": "ربما فاتت بعض الأخبار",
    "since": "منذ",
    "goes_on": "تستمر الخلاصة بما هو معروف.",
    "begins": "تبدأ الخلاصة مع أول خبر.",
    "read": "آخر قراءة",
    "next": "المحاولة التالية",
    "empty": "لم يُقرأ شيء بعد.",
    "demo": "لمشاهدة كل شيء على غرفة أخبار تجريبية:",
    "at_source": "في المصدر",
    "story": "الخبر في مصدره",
    "times_of": "كل الأوقات بتوقيت",
    "edited": "عُدّلت صياغته",
    "uncertain": "الوقت غير مؤكد",
    "earlier": "صياغات سابقة",
    "first_seen": "شوهدت أول مرة",
    "now_reads": "بهذه الصياغة منذ",
    "beside": "مع التوقيت",
    "until": "حتى",
    "withdrawn": "لم يعد في الصفحة مع أن ما هو أقدم منه باق: سُحب هناك",
    "again": "قيل من قبل بالكلمات نفسها:",
    "earlier_line": "الخبر الأسبق",
    "not_found": "لا توجد صفحة كهذه هنا.",
    "unavailable": "يتعذر عرض هذا الآن. الخلاصات مستمرة.",
    "days": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "months": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "comma": "،",
}
_LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "ar": _ARABIC}


def direction(language: str) -> str:
    """`rtl` or `ltr`, for a BCP 47 tag."""
    return "rtl" if text.is_rtl(language) else "ltr"


class Words:
    """What a page says in its own voice: in the language of the page where we have it, else in English."""

    def __init__(self, language: str) -> None:
        primary = language.lower().split("-")[0]
        self.language = primary if primary in _LANGUAGES else "en"
        self._texts = _LANGUAGES[self.language]

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def day(self, day: date) -> str:
        """As `Monday, 10 March 2025`."""
        weekday = self["days"].split()[day.weekday()]
        month = self["months"].split()[day.month - 1]
        return f"{weekday}{self['comma']} {day.day} {month} {day.year}"

    def moment(self, instant: datetime, zone: ZoneInfo) -> str:
        """As `10 March 2025, 14:54`, on the wall clock of *zone*."""
        local = instant.astimezone(zone)
        month = self["months"].split()[local.month - 1]
        return f"{local.day} {month} {local.year}{self['comma']} {local:%H:%M}"
