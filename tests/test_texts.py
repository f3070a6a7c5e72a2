"""What the pages say: catalogues, numbers and dates in Arabic, and which language a visitor gets."""

import ast
import gettext
import re
from datetime import date, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from babel.messages.pofile import read_po

from tests import workshop
from tests.newsstand import NOON, Newsstand, a_source, an_app, an_item, client_of
from ticker.cures import CURES, PRIVATE, ROBOTS
from ticker.model import Health
from ticker.serve.reasons import OF_TIMES, OF_WAITS, OF_WORDINGS, explained
from ticker.serve.site import city
from ticker.serve.status import CAUSES, STATES
from ticker.serve.texts import LANGUAGES, Texts, choose, texts_of

ROOT = Path(__file__).parent.parent
ARABIC, ENGLISH = texts_of("ar"), texts_of("en")
DAILY = a_source("daily", title="The Daily", language="en")


tool = workshop.tool("texts")


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request) -> Any:
    return tool.catalogue(request.param)


def catalogue_of(language: str) -> Any:
    return read_po(BytesIO(tool.po_file(language).read_bytes()), locale=language)


def test_every_text_is_in_the_catalogues_and_translated(made):
    assert tool.missing(made) == [], "run `make texts`"


def test_the_catalogues_are_what_the_sources_say_and_are_compiled(made):
    path = tool.po_file(made.locale.language)
    assert path.read_bytes() == tool.written(made), "run `make texts`"
    assert path.with_suffix(".mo").read_bytes() == tool.compiled(made), "run `make texts`"


def test_the_names_of_days_months_and_cities_are_what_cldr_says():
    assert tool.CALENDAR.read_text(encoding="utf-8") == tool.calendar(), "run `make texts`"
    assert tool.CITIES.read_text(encoding="utf-8") == tool.cities(), "run `make texts`"


@pytest.mark.parametrize(("zone", "english", "arabic"), [
    ("Asia/Beirut", "Beirut", "بيروت"), ("America/New_York", "New York", "نيويورك"), ("Europe/Kyiv", "Kyiv", "كييف"),
    ("America/Argentina/Buenos_Aires", "Buenos Aires", "بوينوس أيرس"), ("UTC", "UTC", "UTC"),
])  # fmt: skip
def test_a_place_is_named_in_the_language_of_the_page(zone, english, arabic):
    assert (city(ZoneInfo(zone)), city(ZoneInfo(zone), "ar")) == (english, arabic)


def test_no_text_hides_where_it_is_not_found():
    """Python reads an f-string as one token before 3.12: what is called in it is in no catalogue."""
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue_of("en")}
    for path in [*(ROOT / "ticker" / "serve").glob("*.py"), *(ROOT / "ticker").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name in ("_", "gettext", "ngettext") and isinstance(call.args[0], ast.Constant):
                assert call.args[0].value in known, f"{path.name}, line {call.lineno}"


def test_a_translation_has_the_gaps_of_its_text_and_no_markup():
    for message in catalogue_of("ar"):
        if message.id:
            texts = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [message.string] if isinstance(message.string, str) else list(message.string)
            gaps = {gap for text in texts for gap in re.findall(r"%\(\w+\)\w", text)}
            counted = (
                set() if isinstance(message.id, str) else {"%(num)d", "%(number)s"}
            )  # "two of them" says it itself
            for each in said:
                assert gaps - counted <= set(re.findall(r"%\(\w+\)\w", each)) <= gaps, each
                assert not re.search("[<>&]", each)
                assert not re.search(r"%(?!\(\w+\)[ds])", each), "templates fill in with %"
                assert each.strip(), message.id


@pytest.mark.parametrize(("number", "said"), [
    (0, "لا عناوين"), (1, "عنوان واحد"), (2, "عنوانان"), (3, "3 عناوين"), (10, "10 عناوين"), (11, "11 عنوانًا"),
    (99, "99 عنوانًا"), (100, "100 عنوان"), (101, "101 عنوان"), (102, "102 عنوان"), (103, "103 عناوين"),
    (111, "111 عنوانًا"),
])  # fmt: skip
def test_numbers_have_the_six_forms_of_arabic(number, said):
    assert ARABIC.ngettext("%(num)d headline", "%(num)d headlines", number) % {"num": number} == said


@pytest.mark.parametrize(("zone", "april"), [
    ("Asia/Beirut", "نيسان"), ("Asia/Damascus", "نيسان"), ("Asia/Baghdad", "نيسان"), ("Asia/Amman", "نيسان"),
    ("Asia/Jerusalem", "نيسان"), ("Asia/Gaza", "نيسان"), ("Asia/Hebron", "نيسان"), ("Africa/Cairo", "أبريل"),
    ("Asia/Riyadh", "أبريل"), ("Africa/Algiers", "أفريل"), ("Africa/Tunis", "أفريل"), ("Europe/London", "أبريل"),
])  # fmt: skip
def test_a_month_has_the_name_that_the_country_of_the_clock_gives_it(zone, april):
    assert ARABIC.date(date(2025, 4, 7), ZoneInfo(zone)) == f"7 {april} 2025"
    assert ENGLISH.date(date(2025, 4, 7), ZoneInfo(zone)) == "7 April 2025"


def test_the_months_of_the_levant_and_of_morocco_are_theirs():
    beirut, rabat = ZoneInfo("Asia/Beirut"), ZoneInfo("Africa/Casablanca")
    assert ARABIC.day(date(2025, 1, 6), beirut) == "الاثنين، 6 كانون الثاني 2025"
    assert ARABIC.moment(NOON.replace(month=8), rabat) == "10 غشت 2025، 13:00"
    assert ENGLISH.day(date(2025, 1, 6)) == "Monday, 6 January 2025"


@pytest.mark.parametrize(("span", "english", "arabic"), [
    (60, "1 minute", "دقيقة"), (120, "2 minutes", "دقيقتين"), (300, "5 minutes", "5 دقائق"),
    (90, "90 seconds", "90 ثانية"), (20, "20 seconds", "20 ثانية"), (7200, "2 hours", "ساعتين"),
    (1.5, "1.5 seconds", "1.5 ثانية"),
])  # fmt: skip
def test_a_span_is_said_in_its_largest_unit(span, english, arabic):
    assert (ENGLISH.span(timedelta(seconds=span)), ARABIC.span(timedelta(seconds=span))) == (english, arabic)


@pytest.mark.parametrize(("asked", "kept", "accepted", "channel", "chosen"), [
    pytest.param("ar", "en", "en", "en", "ar", id="the address is asked first"),
    pytest.param("fr", "ar", "en", "en", "ar", id="of the address only what we have"),
    pytest.param(None, "ar", "en", "en", "ar", id="then the cookie"),
    pytest.param(None, "xx", "ar", "en", "ar", id="of the cookie only what we have"),
    pytest.param(None, None, "ar-LB,en;q=0.8", "en", "ar", id="then what the browser would rather have"),
    pytest.param(None, None, "fr-CH, fr;q=0.9, en;q=0.8, ar;q=0.7, *;q=0.5", "ar", "en", id="the first that we have"),
    pytest.param(None, None, "en;q=0.2, ar;q=0.3", "en", "ar", id="by weight, not by place"),
    pytest.param(None, None, "en-GB;q=0.3, en-US;q=0.9, ar;q=0.5", "ar", "en", id="the heaviest country counts"),
    pytest.param(None, None, "en;q=0, *", "fr", "ar", id="a weight of 0 is no"),
    pytest.param(None, None, "*", "ar", "ar", id="anything is the channel's"),
    pytest.param(None, None, "en, ar", "ar", "ar", id="of two alike the channel's"),
    pytest.param(None, None, "fr, de;q=0.5", "ar", "ar", id="of none the channel's"),
    pytest.param(None, None, "", "ar-LB", "ar", id="silence too, of any country"),
    pytest.param(None, None, "fa", "fa", "en", id="at last English"),
    pytest.param(None, None, "ar;q=x, ;;,en;q=9", "ar", "ar", id="what is no weight is none"),
    pytest.param(None, None, "EN-us", "ar", "en", id="capitals do not matter"),
])  # fmt: skip
def test_the_language_is_what_the_visitor_asked_for_or_reads(asked, kept, accepted, channel, chosen):
    assert choose(asked=asked, kept=kept, accepted=accepted, channel=channel).language == chosen


@pytest.fixture
def client() -> httpx.AsyncClient:
    library = Newsstand()
    library.items = [an_item("افتتاح الجسر الجديد"), an_item("Ferry resumes", source="daily")]
    return client_of(an_app(library, [a_source(), DAILY], public_url="https://news.example/ticker/"))


@pytest.mark.parametrize("path", ["/", "/daily/", "/status", "/nowhere"])
async def test_a_page_is_in_one_language_and_says_so_to_caches(client, path):
    for language, direction in (("ar", "rtl"), ("en", "ltr")):
        answer = await client.get(path, headers={"Accept-Language": language})
        assert answer.headers["content-language"] == language
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        assert {"Accept-Language", "Cookie"} <= set(answer.headers["vary"].split(", "))
        assert "set-cookie" not in answer.headers


async def test_what_was_asked_for_once_is_kept_below_the_path_of_the_service(client):
    answer = await client.get("/?lang=en")
    assert 'lang="en"' in answer.text
    assert re.fullmatch(
        "lang=en; HttpOnly; Max-Age=31536000; Path=/ticker/; SameSite=lax", answer.headers["set-cookie"]
    )
    assert "set-cookie" not in (await client.get("/?lang=<script>")).headers
    client.cookies.clear()
    assert "حالة المصادر" in (await client.get("/status", headers={"Cookie": "lang=ar", "Accept-Language": "en"})).text


def test_what_stages_say_is_said_in_arabic_with_its_numbers():
    moved = "same link, likeness 0.84, time 13:54 instead of 13:51"
    assert explained(moved, ARABIC) == "الرابط نفسه، والتوقيت \u206813:54\u2069 بدل \u206813:51\u2069"
    assert explained("every 60 s, until its rhythm is known", ARABIC) == "كل دقيقة، إلى أن يُعرف إيقاعه"
    assert explained("a phrase of a release to come", ARABIC) is None
    assert explained("a phrase of a release to come", ENGLISH) == "a phrase of a release to come"


def test_how_alike_two_wordings_are_is_a_number_that_says_nothing_to_a_reader():
    assert explained("edited in place, likeness 0.84", ARABIC) == "عُدّل في مكانه"
    assert explained("edited in place, likeness 0.84", ENGLISH) == "edited in place"
    assert explained("nearly the same words, likeness 1.00, old line gone, time 1 instead of 2", ENGLISH) == (
        "nearly the same words, old line gone, time 1 instead of 2"
    )


@pytest.mark.parametrize(("polls", "said"), [
    (2, "لم تصل صفحة في المحاولتين الأخيرتين، فتباعدت المحاولات"),
    (3, "لم تصل صفحة في آخر 3 محاولات، فتباعدت المحاولات"),
    (12, "لم تصل صفحة في آخر 12 محاولة، فتباعدت المحاولات"),
])  # fmt: skip
def test_polls_without_a_page_are_counted_with_the_forms_of_arabic(polls, said):
    assert explained(f"backs off: {polls} polls in a row brought no page", ARABIC) == said


def phrases_in(folder: str) -> set[str]:
    """Each string of the modules of *folder*, what f-strings fill in being %."""
    found = set()
    for path in (ROOT / "ticker" / folder).glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        parts = {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "%" for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
                found.add(node.value)
    return found


@pytest.mark.parametrize(("messages", "folders"), [
    (OF_WORDINGS, ["reconcile"]), (OF_TIMES, ["said", "resolve"]), (OF_WAITS, ["schedule"]),
])  # fmt: skip
def test_no_phrase_is_translated_that_nobody_says(messages, folders):
    said = {piece for folder in folders for phrase in phrases_in(folder) for piece in phrase.split("%")}
    for message in messages:
        pieces = [piece.strip(" ,;") for piece in re.split(r"%\(\w+\)s", message)]
        for piece in filter(None, pieces):
            assert any(piece in one or one.strip(" ,;") in piece for one in said if len(one.strip(" ,;")) > 3), message


def test_every_way_to_match_a_row_to_a_known_line_has_its_words():
    """Reasons of kinds that leave a revision, as reconcile builds them: the f-strings and constants beside a kind."""
    reasons = [
        phrase for phrase in phrases_in("reconcile") if re.search("likeness|instead of|spelling or marks", phrase)
    ]
    assert len(reasons) >= 9
    for reason in reasons:
        filled = reason.replace("likeness %", "likeness 0.84").replace(
            "time % instead of %", "time 13:54 instead of 13:51"
        )
        whole = filled.replace("%", "time 13:54 instead of 13:51")
        if re.fullmatch("time .* instead of .*", whole):
            continue  # a part of others
        assert explained(whole, ARABIC) is not None, whole


def test_every_reason_for_an_uncertain_time_has_its_words():
    from ticker.resolve import clock, dates, guesses
    from ticker.said import rows

    said = [rows.CLOCK_OFF, rows.UNREADABLE, rows.TO_COME, rows.DAY_ONLY, *rows.ROUGH.values()]
    resolved = [clock.LATE, clock.HOUR_BEHIND, clock.HOUR_AHEAD, dates.PINNED, dates.AFTER_OUTAGE]
    assert {*said, *resolved, guesses.DOUBLED, guesses.SILENT} == set(OF_TIMES)


def test_states_causes_and_cures_are_said_in_arabic():
    for text in (*STATES.values(), *CAUSES.values(), *CURES.values(), ROBOTS, PRIVATE):
        assert re.search("[\u0600-\u06ff]", ARABIC.gettext(text)), text


def test_each_language_has_one_object_and_an_unknown_one_is_english():
    assert texts_of("ar-LB").language == "ar"
    assert texts_of("ar") is texts_of("ar")
    assert texts_of("fa").language == "en"
    assert isinstance(texts_of("ar"), Texts)
    assert isinstance(texts_of("ar").catalogue, gettext.GNUTranslations)


@pytest.mark.parametrize(
    "accepted", ["".join(pair) for pair in product(["ar", "en-US", "*", ";", "q=1", ",,"], repeat=2)]
)
def test_no_header_breaks_a_page(accepted):
    assert choose(asked=None, kept=None, accepted=accepted, channel="ar").language in LANGUAGES


async def test_trouble_is_told_in_the_language_of_the_visitor_not_of_the_source(client):
    assert Health("x", "waiting").detail == ""
    page = await client.get("/daily/", headers={"Accept-Language": "ar"})
    assert "بانتظار القراءة الأولى" in page.text
    assert '<bdi lang="en" dir="ltr">Ferry resumes</bdi>' in page.text
