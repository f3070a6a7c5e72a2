"""Printed times of forty and more languages, and what they say: a clock, a day, how long ago."""

from datetime import time, timedelta

import pytest

from ticker.model import Ago, Day
from ticker.parse.clock import Kind, may_say, span, stamp

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.mark.parametrize(
    ("printed", "clock"),
    [
        ("6.14 PM", time(18, 14)),
        ("12 a.m.", time(0)),
        ("3pm", time(15)),
        ("9 Uhr", time(9)),
        ("9 Uhr 30", time(9, 30)),
        ("kl. 14.30", time(14, 30)),
        ("klo 14.30", time(14, 30)),
        ("às 14h05", time(14, 5)),
        ("à 9h05", time(9, 5)),
        ("14:05 น.", time(14, 5)),
        ("o 14:30", time(14, 30)),
        ("в 14:30", time(14, 30)),
        ("14:30 ч.", time(14, 30)),
        ("오후 3:05", time(15, 5)),
        ("오전 12:05", time(0, 5)),
        ("오후 3시 5분", time(15, 5)),
        ("下午3:05", time(15, 5)),
        ("晚上8点", time(20)),
        ("凌晨1:05", time(1, 5)),
        ("午後0:10", time(12, 10)),
        ("14時05分", time(14, 5)),
        ("7:05 मध्याह्न पश्चात", None),
        ("रात 9:05", time(21, 5)),
        ("9:05 de la noche", time(21, 5)),
        ("2:53 μ.μ.", time(14, 53)),
        ("du. 2:53", time(14, 53)),
        ("ÖS 2:53", time(14, 53)),
        ("1 ظهرا", time(13)),
        ("11:30 ظهرا", time(11, 30)),
        ("3 مساءً", time(15)),
        ("9 شب", time(21)),
        ("१४:०५", time(14, 5)),
        ("১৪:০৫", time(14, 5)),
        ("๑๔:๐๕ น.", time(14, 5)),
        ("14:05 EST", time(14, 5)),
        ("14:05 (GMT+3)", time(14, 5)),
        ("14:05 +03:00", time(14, 5)),
        ("14:05 بتوقيت بيروت", time(14, 5)),
        ("14:05 بتوقيت غرينتش", time(14, 5)),
        ("14:05 по московскому времени", time(14, 5)),
        ("13:10 a.m.", None),
        ("9 م", None),  # nine metres
        ("9 de", None),
        ("-0.12", None),  # a share that fell
    ],
)
def test_a_clock_is_read_with_what_stands_about_it(printed, clock):
    known = stamp(printed)
    assert (known.clock if known else None) == clock
    assert known is None or clock is None or (known.kind, known.day, known.ago) == (Kind.CLOCK, None, None)


@pytest.mark.parametrize(
    ("printed", "clock", "day"),
    [
        ("أمس 23:10", time(23, 10), Day(back=1)),
        ("أمس، 11:10 مساءً", time(23, 10), Day(back=1)),
        ("أول أمس 23:10", time(23, 10), Day(back=2)),
        ("اليوم 14:05", time(14, 5), Day(back=0)),
        ("اليوم، الساعة 14:05", time(14, 5), Day(back=0)),
        ("امروز ۱۴:۰۵", time(14, 5), Day(back=0)),
        ("دیروز ۲۳:۱۰", time(23, 10), Day(back=1)),
        ("אתמול ב-23:10", time(23, 10), Day(back=1)),
        ("Ontem, 14:51", time(14, 51), Day(back=1)),
        ("Hoje às 14h51", time(14, 51), Day(back=0)),
        ("gestern, 14:00 Uhr", time(14), Day(back=1)),
        ("vorgestern 14:00", time(14), Day(back=2)),
        ("heute um 14:00 Uhr", time(14), Day(back=0)),
        ("hier à 21h04", time(21, 4), Day(back=1)),
        ("aujourd’hui à 9h05", time(9, 5), Day(back=0)),
        ("avant-hier à 9h05", time(9, 5), Day(back=2)),
        ("ayer a las 21:04", time(21, 4), Day(back=1)),
        ("hoy, 21:04 h", time(21, 4), Day(back=0)),
        ("ieri alle 21:04", time(21, 4), Day(back=1)),
        ("ahir a les 21:04", time(21, 4), Day(back=1)),
        ("вчера в 21:04", time(21, 4), Day(back=1)),
        ("Сегодня, 21:04", time(21, 4), Day(back=0)),
        ("позавчера 21:04", time(21, 4), Day(back=2)),
        ("вчора о 21:04", time(21, 4), Day(back=1)),
        ("учора 21:04", time(21, 4), Day(back=1)),
        ("вчера, 21:04 ч.", time(21, 4), Day(back=1)),
        ("јуче у 21:04", time(21, 4), Day(back=1)),
        ("jučer u 21:04", time(21, 4), Day(back=1)),
        ("včeraj ob 21:04", time(21, 4), Day(back=1)),
        ("včera v 21:04", time(21, 4), Day(back=1)),
        ("wczoraj, 21:04", time(21, 4), Day(back=1)),
        ("dziś o 21:04", time(21, 4), Day(back=0)),
        ("tegnap 21:04", time(21, 4), Day(back=1)),
        ("ma 21:04", time(21, 4), Day(back=0)),
        ("vakar 21:04", time(21, 4), Day(back=1)),
        ("eile kell 21:04", time(21, 4), Day(back=1)),
        ("eilen klo 21.04", time(21, 4), Day(back=1)),
        ("i går kl. 21.04", time(21, 4), Day(back=1)),
        ("Igår 21.04", time(21, 4), Day(back=1)),
        ("í gær kl. 21:04", time(21, 4), Day(back=1)),
        ("gisteren om 21:04", time(21, 4), Day(back=1)),
        ("χθες, 21:04", time(21, 4), Day(back=1)),
        ("dün 21:04", time(21, 4), Day(back=1)),
        ("Bugün, 21:04", time(21, 4), Day(back=0)),
        ("dünən, 21:04", time(21, 4), Day(back=1)),
        ("кеше 21:04", time(21, 4), Day(back=1)),
        ("kecha 21:04", time(21, 4), Day(back=1)),
        ("երեկ 21:04", time(21, 4), Day(back=1)),
        ("გუშინ 21:04", time(21, 4), Day(back=1)),
        ("dje 21:04", time(21, 4), Day(back=1)),
        ("ieri la 21:04", time(21, 4), Day(back=1)),
        ("昨日 21:04", time(21, 4), Day(back=1)),
        ("昨天 21:04", time(21, 4), Day(back=1)),
        ("前天21:04", time(21, 4), Day(back=2)),
        ("어제 21:04", time(21, 4), Day(back=1)),
        ("어제 오후 9:04", time(21, 4), Day(back=1)),
        ("Hôm qua, 21:04", time(21, 4), Day(back=1)),
        ("เมื่อวาน 21:04 น.", time(21, 4), Day(back=1)),
        ("kemarin pukul 21.04", time(21, 4), Day(back=1)),
        ("semalam 21:04", time(21, 4), Day(back=1)),
        ("kahapon 21:04", time(21, 4), Day(back=1)),
        ("jana 21:04", time(21, 4), Day(back=1)),
        ("गतकाल 21:04", None, None),
        ("কাল 21:04", None, None),
        ("গতকাল 21:04", time(21, 4), Day(back=1)),
        ("कल 21:04", time(21, 4), Day(back=1)),
        ("நேற்று 21:04", time(21, 4), Day(back=1)),
        ("Yesterday at 6:42 p.m.", time(18, 42), Day(back=1)),
        ("14:05, today", time(14, 5), Day(back=0)),
        ("Sunday 14:05", time(14, 5), Day(weekday=6)),
        ("Mon, 14:05", time(14, 5), Day(weekday=0)),
        ("الأحد 14:05", time(14, 5), Day(weekday=6)),
        ("الاثنين، 14:05", time(14, 5), Day(weekday=0)),
        ("сре. 14:05", time(14, 5), Day(weekday=2)),
        ("Samstag, 14:05 Uhr", time(14, 5), Day(weekday=5)),
        ("segunda-feira, 14h05", time(14, 5), Day(weekday=0)),
        ("1 Августа 08:00", time(8), Day(month=8, day=1)),
        ("12 мая в 14:30", time(14, 30), Day(month=5, day=12)),
        ("12 травня 2025, 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 مايو 14:30", time(14, 30), Day(month=5, day=12)),
        ("12 أيّار 14:30", time(14, 30), Day(month=5, day=12)),
        ("14:30 - 12 تشرين الثاني 2025", time(14, 30), Day(month=11, day=12, year=2025)),
        ("١٢ كانون الثاني ٢٠٢٥، ٢:٣٠ م", time(14, 30), Day(month=1, day=12, year=2025)),
        ("12 مايو/ أيار 2025، 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 جانفي 2025 14:30", time(14, 30), Day(month=1, day=12, year=2025)),
        ("May 12, 2025 2:30 PM", time(14, 30), Day(month=5, day=12, year=2025)),
        ("2:30 p.m. on May 12, 2025", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12th May 14:30", time(14, 30), Day(month=5, day=12)),
        ("12. Mai, 14:30", time(14, 30), Day(month=5, day=12)),
        ("Mo., 12. Mai 2025, 14:30 Uhr", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 mai 2025 à 14h30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 de mayo de 2025, 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 maja 2025, 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("11 listopada 14:30", time(14, 30), Day(month=11, day=11)),
        ("11. listopada 2025. 14:30", time(14, 30), Day(month=10, day=11, year=2025)),
        ("2025. május 12. 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 במאי 2025, 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 Mayıs 2025 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 MAYIS 14:30", time(14, 30), Day(month=5, day=12)),
        ("12 tháng 5, 2025 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("12 พ.ค. 2568 14:30 น.", time(14, 30), Day(month=5, day=12, year=2025)),
        ("5月12日 14:30", time(14, 30), Day(month=5, day=12)),
        ("2025年5月12日 14時30分", time(14, 30), Day(month=5, day=12, year=2025)),
        ("2025년 5월 12일 오후 2:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("2025.05.12 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
        ("۲۲ اردیبهشت ۱۴۰۴ - ۱۴:۳۰", time(14, 30), Day(month=5, day=12, year=2025)),
        ("۱۴۰۴/۰۲/۲۲ ۱۴:۳۰", time(14, 30), Day(month=5, day=12, year=2025)),
        ("09.12/19:52", time(19, 52), Day(month=12, day=9)),
        ("09.12 // 19:52", time(19, 52), Day(month=12, day=9)),
        ("12.05., 14:30 Uhr", time(14, 30), Day(month=5, day=12)),
        ("12/05 14:30", time(14, 30), Day(month=5, day=12)),
        ("05-12 14:30", time(14, 30), Day(month=5, day=12)),
        ("28-05 14:30", time(14, 30), Day(month=5, day=28)),
        ("2019-01-22 20:44", time(20, 44), Day(month=1, day=22, year=2019)),
        ("2019-01-22T20:44:10+02:00", time(20, 44, 10), Day(month=1, day=22, year=2019)),
        ("22.11.2026 14:05", time(14, 5), Day(month=11, day=22, year=2026)),
        ("14:05 22.11.2026", time(14, 5), Day(month=11, day=22, year=2026)),
        ("11/12/2026 15:30", time(15, 30), Day(month=12, day=11, year=2026)),
        ("11/12/2026 3:30 PM", time(15, 30), Day(month=11, day=12, year=2026)),
        ("11/12/2026 3:30 م", time(15, 30), Day(month=12, day=11, year=2026)),
        ("Thu 11/12/2026 3:30", time(3, 30), Day(month=11, day=12, year=2026)),  # that 12 November is a Thursday
        ("22/11/2026 3:30 PM", time(15, 30), Day(month=11, day=22, year=2026)),
        ("Updated 12 May 14:30", time(14, 30), Day(month=5, day=12)),
        ("Publié le 12/05/2025 à 14:30", time(14, 30), Day(month=5, day=12, year=2025)),
    ],
)
def test_a_clock_with_its_day_says_both(printed, clock, day):
    known = stamp(printed)
    assert (known.clock, known.day) == (clock, day) if known else clock is None
    assert known is None or known.kind is Kind.LOOSE


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("22.11.2026", Day(month=11, day=22, year=2026)),
        ("22.11.", Day(month=11, day=22)),
        ("22.11.26", Day(month=11, day=22, year=2026)),
        ("11/22/2026", Day(month=11, day=22, year=2026)),
        ("22/11/2026", Day(month=11, day=22, year=2026)),
        ("2026-11-22", Day(month=11, day=22, year=2026)),
        ("١ / ١٢ / ٢٠٢٠", Day(month=12, day=1, year=2020)),
        ("12 May", Day(month=5, day=12)),
        ("May 12", Day(month=5, day=12)),
        ("12-May-2025", Day(month=5, day=12, year=2025)),
        ("Sept. 3, 2025", Day(month=9, day=3, year=2025)),
        ("Quarta, 04 de Maio", Day(month=5, day=4)),
        ("quarta-feira, 04 de maio", Day(month=5, day=4)),
        ("1月10日 (金)", Day(month=1, day=10)),
        ("29 février", Day(month=2, day=29)),
        ("30 اسفند 1403", Day(month=3, day=20, year=2025)),
        ("yesterday", Day(back=1)),
        ("أمس", Day(back=1)),
        ("昨日", Day(back=1)),
        ("Sunday", Day(weekday=6)),
        ("21 اردیبهشت", None),  # of a year that is not said: two Gregorian days
        ("12 رمضان 1446", None),  # of the Islamic calendar
        ("8 srp 2025", None),  # July in Croatian, August in Czech
    ],
)
def test_a_date_says_its_day(printed, day):
    known = stamp(printed)
    assert known is None or (known.kind, known.clock) == (Kind.DATE, None)
    assert (known.day if known else None) == day


@pytest.mark.parametrize(
    "printed",
    [
        "12 May/June 2025",
        "31/02/2025",
        "30 Feb",
        "32 May",
        "29 février 2025",
        "31.04.2025 14:05",
        "2025-13-40",
        "30 اسفند 1404",
        "00/00/2025",
    ],
)
def test_a_day_that_no_calendar_has_is_none(printed):
    assert stamp(printed) is None


@pytest.mark.parametrize(
    ("printed", "span", "unit"),
    [
        ("منذ 5 دقائق", 5, MINUTE),
        ("قبل ٥ دقائق", 5, MINUTE),
        ("قبل 4 ساعة", 4, HOUR),
        ("قبل ساعة", 1, HOUR),
        ("منذ ساعة واحدة", 1, HOUR),
        ("قبل ساعتين", 2, HOUR),
        ("منذ دقيقتين", 2, MINUTE),
        ("منذ يومين", 2, DAY),
        ("منذ حوالي 3 ساعات", 3, HOUR),
        ("منذ 3 ساعات و 5 دقائق", 185, MINUTE),
        ("5 دقیقه پیش", 5, MINUTE),
        ("۵ دقیقه قبل", 5, MINUTE),
        ("یک ساعت پیش", 1, HOUR),
        ("5 منٹ قبل", 5, MINUTE),
        ("לפני 5 דקות", 5, MINUTE),
        ("לפני שעה", 1, HOUR),
        ("לפני שעתיים", 2, HOUR),
        ("30m ago", 30, MINUTE),
        ("2 hrs ago", 2, HOUR),
        ("an hour ago", 1, HOUR),
        ("about 2 hours ago", 2, HOUR),
        ("1 hour 5 minutes ago", 65, MINUTE),
        ("\n 16\n     hours ago \n", 16, HOUR),
        ("3d ago", 3, DAY),
        ("2 weeks ago", 2, WEEK),
        ("just now", 0, MINUTE),
        ("الآن", 0, MINUTE),
        ("vor 5 Minuten", 5, MINUTE),
        ("vor einer Stunde", 1, HOUR),
        ("vor etwa 3 Std.", 3, HOUR),
        ("il y a 3 h", 3, HOUR),
        ("il y a une heure", 1, HOUR),
        ("à l’instant", 0, MINUTE),
        ("hace 2 horas", 2, HOUR),
        ("hace una hora", 1, HOUR),
        ("há 5 minutos", 5, MINUTE),
        ("5 min atrás", 5, MINUTE),
        ("há cerca de 2 horas", 2, HOUR),
        ("5 minuti fa", 5, MINUTE),
        ("un’ora fa", None, None),
        ("fa 5 minuts", 5, MINUTE),
        ("hai 5 minutos", 5, MINUTE),
        ("acum 5 minute", 5, MINUTE),
        ("acum 25 de minute", 25, MINUTE),
        ("acum o oră", 1, HOUR),
        ("5 минут назад", 5, MINUTE),
        ("час назад", 1, HOUR),
        ("5 год тому", 5, HOUR),  # Ukrainian hours
        ("5 хвилин тому", 5, MINUTE),
        ("5 хвілін таму", 5, MINUTE),
        ("преди 5 минути", 5, MINUTE),
        ("пре 5 минута", 5, MINUTE),
        ("prije 5 min", 5, MINUTE),
        ("pred 5 minutami", 5, MINUTE),
        ("před 5 minutami", 5, MINUTE),
        ("5 min temu", 5, MINUTE),
        ("godzinę temu", 1, HOUR),
        ("5 perce", 5, MINUTE),
        ("5 perccel ezelőtt", 5, MINUTE),
        ("prieš 5 min.", 5, MINUTE),
        ("pirms 5 minūtēm", 5, MINUTE),
        ("5 minuti eest", 5, MINUTE),
        ("5 min sitten", 5, MINUTE),
        ("för 5 min sedan", 5, MINUTE),
        ("5 min sedan", 5, MINUTE),
        ("for 5 min siden", 5, MINUTE),
        ("5 min. siden", 5, MINUTE),
        ("fyrir 5 mínútum", 5, MINUTE),
        ("5 minuten geleden", 5, MINUTE),
        ("een uur geleden", 1, HOUR),
        ("5 minute gelede", 5, MINUTE),
        ("πριν 5 λεπτά", 5, MINUTE),
        ("πριν από 5 ώρες", 5, HOUR),
        ("3 saat önce", 3, HOUR),
        ("5 dk. önce", 5, MINUTE),
        ("3 saat öncə", 3, HOUR),
        ("5 минут бұрын", 5, MINUTE),
        ("5 daqiqa oldin", 5, MINUTE),
        ("5 րոպե առաջ", 5, MINUTE),
        ("5 წუთის წინ", 5, MINUTE),
        ("5 minuta më parë", 5, MINUTE),
        ("duela 5 minutu", 5, MINUTE),
        ("10分前", 10, MINUTE),
        ("2 時間前", 2, HOUR),
        ("5分钟前", 5, MINUTE),
        ("5 小時前", 5, HOUR),
        ("刚刚", 0, MINUTE),
        ("5분 전", 5, MINUTE),
        ("3시간 전", 3, HOUR),
        ("방금", 0, MINUTE),
        ("5 phút trước", 5, MINUTE),
        ("1 giờ trước", 1, HOUR),
        ("3 ชั่วโมงที่แล้ว", 3, HOUR),
        ("6 menit lalu", 6, MINUTE),
        ("2 jam yang lalu", 2, HOUR),
        ("5 minit yang lalu", 5, MINUTE),
        ("dakika 5 zilizopita", 5, MINUTE),
        ("5 मिनट पहले", 5, MINUTE),
        ("५ मिनट पहले", 5, MINUTE),
        ("5 মিনিট আগে", 5, MINUTE),
        ("5 நிமிடங்களுக்கு முன்", 5, MINUTE),
        ("5 నిమిషాల క్రితం", 5, MINUTE),
        ("5 മിനിറ്റ് മുമ്പ്", 5, MINUTE),
        ("5 ನಿಮಿಷಗಳ ಹಿಂದೆ", 5, MINUTE),
        ("5 મિનિટ પહેલાં", 5, MINUTE),
        ("5 ਮਿੰਟ ਪਹਿਲਾਂ", 5, MINUTE),
        ("5 နာရီ", None, None),
        ("5 min", None, None),  # how long it takes to read?
        ("2 hours", None, None),
        ("5 minutes on", None, None),
        ("for 5 minutes", None, None),
    ],
)
def test_a_relative_time_says_how_long_ago(printed, span, unit):
    known = stamp(printed)
    assert (known.ago if known else None) == (Ago(span * unit, unit) if unit else None)
    assert known is None or (known.kind, known.clock, known.day) == (Kind.RELATIVE, None, None)


def test_a_span_alone_is_read_only_where_it_is_asked_for():
    assert [span(text) for text in ("5 min", "(2h)", "12 dk", "3 д", "5 s", "14:05", "5 min ago", "soon")] == [
        Ago(5 * MINUTE, MINUTE), Ago(2 * HOUR, HOUR), Ago(12 * MINUTE, MINUTE), Ago(3 * DAY, DAY),
        None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "قبل ساعة",
        "قبل ساعتين",
        "an hour ago",
        "Yesterday",
        "just now",
        "昨日",
        "たった今",
        "방금",
        "il y a une heure",
        "أمس",
    ],
)
def test_a_time_without_a_number_may_be_one_at_first_sight(text):
    assert may_say(text)
    assert stamp(text) is not None


@pytest.mark.parametrize(
    "text",
    ["Talks go on", "قتلى في انفجار", "The last hour of the ferry, and what it was like to be there", "", "…", "Sun",
     "May", "Sat", "No", "ora", "ma", "Nu", "March", "Hour of the sea"],
)  # fmt: skip
def test_words_are_no_time(text):
    assert stamp(text) is None


def test_the_day_stays_in_what_is_printed_and_brackets_go():
    printed = [
        known.printed
        for text in ("Ontem, 14:51", "(أمس 23:10)", "| 12. Mai, 14:30 –", "[5 min ago]")
        if (known := stamp(text))
    ]
    assert printed == ["Ontem, 14:51", "أمس 23:10", "12. Mai, 14:30", "5 min ago"]
