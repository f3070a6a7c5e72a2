"""The state of the sources: for people at /status, for programs at /status.json."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.newsstand import NOON, Clock, Newsstand, a_source, channels_of, client_of
from tests.test_serve import Reading
from ticker.cures import CURES
from ticker.errors import Cause
from ticker.model import Health, Source
from ticker.serve import Facts, build_app
from ticker.serve.status import prefers_json, rhythm
from ticker.serve.texts import texts_of

DAILY = a_source("daily", title="The Daily — Live", language="en")
SAHIFA = a_source()
ADVICE = '  - name: daily\n    heading: "Just in"'
KNOWN = Facts(
    reason="30 s after the last poll: about 4 lines an hour are expected now",
    risk="6 lines are shown and 3 a minute are printed: every: 1m or less would be needed",
    note="robots.txt of daily.example asks for 20 s between two requests",
    last_new=NOON - timedelta(minutes=3),
    lateness=timedelta(milliseconds=240),
)
TROUBLED = Health(
    "daily", "failing", "heading-absent", "no heading “Latest” on the page", NOON - timedelta(minutes=9),
    NOON - timedelta(minutes=10), streak=4, advice=ADVICE, alarmed=NOON - timedelta(minutes=7),
)  # fmt: skip


def app_of(
    library: Newsstand, *sources: Source, facts: Mapping[str, Facts] | None = None, language: str = "en",
    public_url: str = "https://news.example/",
) -> httpx.AsyncClient:  # fmt: skip
    known = facts or {}
    app = build_app(
        library=library, channels=channels_of(sources, language=language, public_url=public_url), sources=sources,
        clock=Clock(), next_poll=lambda _name: NOON + timedelta(seconds=50),
        facts=lambda name: known.get(name, Facts()),
    )  # fmt: skip
    return client_of(app)


@pytest.fixture
def library() -> Newsstand:
    stand = Newsstand()
    stand.healths = {"sahifa": Health("sahifa", "healthy", last_success=NOON), "daily": TROUBLED}
    return stand


async def read(client: httpx.AsyncClient, path: str = "/status") -> Reading:
    answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Reading(answer.text)


def words_of(page: Reading) -> str:
    return " ".join(page.text.split())


async def test_the_report_has_all_that_is_known_of_a_source(library):
    client = app_of(
        library, SAHIFA, replace(DAILY, slowest=timedelta(minutes=5), robots="ignore"), facts={"daily": KNOWN}
    )
    sahifa, daily = (await client.get("/status.json")).json()["sources"]
    assert daily == {
        "name": "daily", "title": "The Daily — Live", "url": "https://daily.example/live", "state": "failing",
        "cause": "heading-absent", "detail": "no heading “Latest” on the page", "since": "2025-03-10T11:51:00Z",
        "streak": 4, "alarmed": "2025-03-10T11:53:00Z", "last_success": "2025-03-10T11:50:00Z",
        "last_new": "2025-03-10T11:57:00Z", "next_poll": "2025-03-10T12:00:50Z", "every": {"min": 60, "max": 300},
        "reason": KNOWN.reason, "lateness": 0.24, "risk": KNOWN.risk, "robots": "ignore", "advice": ADVICE,
        "note": KNOWN.note,
    }  # fmt: skip
    assert sahifa.keys() == daily.keys()
    assert (sahifa["every"], sahifa["robots"], sahifa["lateness"]) == ({"min": 60, "max": 60}, "obey", None)


async def test_the_page_says_what_is_wrong_since_when_and_what_to_do(library):
    page = await read(app_of(library, SAHIFA, DAILY, facts={"daily": KNOWN}))
    text = words_of(page)
    assert (
        "three tries or more in a row went wrong: the heading is not on the page (since 10 March 2025, 13:51)" in text
    )
    assert text.index("write the heading as it is now") < text.index("no heading “Latest” on the page")
    assert "ticker inspect daily --failed" in text
    for sentence in (KNOWN.reason, KNOWN.risk, KNOWN.note):
        assert sentence in text
    assert page.all("pre", dir="ltr", lang="en")
    assert ADVICE in page.text, "the lines stand there to be copied as they are"
    for fact in ("last read 10 March 2025, 13:50", "last new headline 10 March 2025, 13:57", "0.2 s", "1 minute",
                 "next try 10 March 2025, 14:00", "tries in a row with trouble 4", "people were told"):  # fmt: skip
        assert fact in text
    assert not page.foreign


async def test_the_page_says_when_it_was_made(library):
    page = await read(app_of(library, SAHIFA))
    assert "as of 10 March 2025, 14:00:00" in words_of(page)
    assert page.all("time", datetime="2025-03-10T14:00:00+02:00")
    assert page.all("script", type="module"), "it follows by itself"


@pytest.mark.parametrize(("reason", "said"), [
    ("every 60 s", False), ("every 0.5 s", False), ("every 60 s, until its rhythm is known", True),
])  # fmt: skip
async def test_how_often_a_source_is_asked_is_said_once(library, reason, said):
    page = words_of(await read(app_of(library, SAHIFA, facts={"sahifa": Facts(reason=reason)})))
    assert (reason in page) == said
    assert "asked every 1 minute" in page


async def test_in_arabic_seconds_are_arabic_too(library):
    client = app_of(library, SAHIFA, facts={"sahifa": Facts(lateness=timedelta(milliseconds=240))}, language="ar")
    text = words_of(await read(client))
    assert "تأخرت المحاولة الأخيرة 0.2 ث" in text
    assert "0.2 s" not in text


async def test_trouble_stands_first_and_the_page_begins_with_how_many_there_are(library):
    page = await read(app_of(library, a_source("harbour"), SAHIFA, DAILY))
    assert [section["id"] for section in page.all("section")] == ["daily", "harbour", "sahifa"]
    assert [section["class"] for section in page.all("section")] == ["failing", "waiting", "healthy"]
    assert "1 source cannot be read 1 source waits for its first reading 1 source is read regularly" in words_of(page)


@pytest.mark.parametrize(("language", "told"), [
    ("en", "1 source cannot be read 3 sources are read regularly"),
    ("ar", "مصدر واحد تتعذر قراءته 3 مصادر تُقرأ بانتظام"),
])  # fmt: skip
async def test_how_many_there_are_is_said_in_whole_phrases(library, language, told):
    more = [a_source(name) for name in ("harbour", "tower")]
    library.healths |= {one.name: Health(one.name, "healthy", last_success=NOON) for one in more}
    assert told in words_of(await read(app_of(library, SAHIFA, DAILY, *more, language=language)))


async def test_a_long_page_begins_with_the_names_of_its_sources_trouble_first(library):
    more = [a_source(f"s{n}") for n in range(4)]
    page = await read(app_of(library, SAHIFA, *more, DAILY))
    assert page.all("nav", **{"aria-label": "Sources on this page"})
    leads = [
        found["href"]
        for found in page.all("a")
        if (found["href"] or "").startswith("#") and found["href"] != "#content"
    ]
    assert leads == ["#daily", "#s0", "#s1", "#s2", "#s3", "#sahifa"]
    assert [f"#{section['id']}" for section in page.all("section")] == leads
    assert "The Daily — Live three tries or more in a row went wrong" in words_of(page), "not by a colour alone"


async def test_a_short_page_needs_no_list_of_its_sources(library):
    page = await read(app_of(library, SAHIFA, DAILY, *(a_source(f"s{n}") for n in range(3))))
    assert not page.all("nav", **{"aria-label": "Sources on this page"})


@pytest.mark.parametrize("path", ["/status", "/"])
@pytest.mark.parametrize(("home", "months"), [("Asia/Beirut", "آذار"), ("Europe/London", "مارس")])
async def test_all_months_of_a_page_are_of_one_calendar(library, path, home, months):
    """That of the first source, though the page shows the clocks of others, whoever is in trouble."""
    away = "Europe/London" if home == "Asia/Beirut" else "Asia/Beirut"
    first, second = replace(SAHIFA, zone=ZoneInfo(home)), replace(DAILY, zone=ZoneInfo(away))
    text = words_of(await read(app_of(library, first, second, language="ar"), path))
    assert {name for name in ("آذار", "مارس") if name in text} == {months}


async def test_a_page_of_one_source_has_the_months_of_its_country(library):
    client = app_of(library, SAHIFA, replace(DAILY, zone=ZoneInfo("Europe/London")), language="ar")
    assert "10 مارس 2025" in words_of(await read(client, "/status?source=daily"))
    assert "10 آذار 2025" in words_of(await read(client, "/status?source=sahifa"))


async def test_a_source_that_is_well_has_neither_cure_nor_warning(library):
    text = words_of(await read(app_of(library, SAHIFA)))
    for word in ("since", "If it lasts", "config.yaml", "missed", "ticker inspect", "robots.txt", "Good to know"):
        assert word not in text


async def test_robots_that_are_ignored_are_said_so(library):
    text = words_of(await read(app_of(library, replace(SAHIFA, robots="ignore"))))
    assert "robots.txt what it asks is ignored, as the configuration says" in text


async def test_a_store_that_refuses_to_keep_polls_is_named(library):
    library.healths["sahifa"] = Health("sahifa", "failing", None, "the database is full; free some space", NOON)
    text = words_of(await read(app_of(library, SAHIFA)))
    assert "See to the disk of the database" in text
    assert "free some space" in text


@pytest.mark.parametrize("language", ["en", "ar", "fa"])
@pytest.mark.parametrize("cause", get_args(Cause))
async def test_every_cause_has_a_cure_in_every_language(library, language, cause):
    library.healths["sahifa"] = Health("sahifa", "suspect", cause, "a sentence", NOON, streak=1)
    page = await read(app_of(library, SAHIFA, language=language, facts={"sahifa": KNOWN}))
    ours = texts_of(language)
    assert page.all("html", lang=ours.language, dir="rtl" if language == "ar" else "ltr")
    assert ours.gettext(CURES[cause]) in words_of(page)
    assert (CURES[cause] in words_of(page)) == (language != "ar")
    assert page.all("bdi", lang="en", dir="ltr"), "English sentences stand apart"


async def test_a_page_that_robots_txt_forbids_is_not_to_be_waited_for(library):
    detail = "robots.txt of sahifa.example forbids /live; robots: ignore reads it all the same, where you may"
    library.healths["sahifa"] = Health("sahifa", "failing", "refused", detail, NOON, streak=9)
    text = words_of(await read(app_of(library, SAHIFA)))
    assert "Ask the site for leave" in text
    assert "ticker inspect" not in text


async def test_whatever_sentences_and_titles_say_they_stay_text(library):
    bad = "</pre></bdi><script>alert(1)</script><h1>{{ 7*7 }}"
    library.healths["sahifa"] = replace(TROUBLED, name="sahifa", detail=bad, advice=bad)
    facts = Facts(reason=bad, risk=bad, note=bad)
    page = await read(app_of(library, replace(SAHIFA, title=bad), facts={"sahifa": facts}))
    assert page.text.count(bad) == 6
    assert not page.foreign
    assert len(page.all("h1")) == 1


async def test_a_password_in_the_address_of_a_source_is_shown_nowhere(library):
    client = app_of(library, replace(SAHIFA, urls=("https://user:secret@sahifa.example/live",)))
    for accept in ("text/html", "application/json"):
        answer = await client.get("/status", headers={"Accept": accept})
        assert "https://sahifa.example/live" in answer.text
        assert "secret" not in answer.text


async def test_the_page_is_found_from_the_front_page_and_below_the_path_of_the_public_url(library):
    client = app_of(library, SAHIFA, DAILY, public_url="https://news.example/ticker/")
    assert (await read(client, "/")).all("a", href="/ticker/status")
    assert (await read(client, "/daily/")).all("a", href="/ticker/status#daily")
    page = await read(client)
    inside = [
        found["href"] or "" for found in page.all("a") if not (found["href"] or "").startswith(("https:", "?", "#"))
    ]
    assert inside
    assert all(path.startswith("/ticker/") for path in inside)


async def test_where_clocks_differ_each_instant_says_whose_it_is(library):
    text = words_of(await read(app_of(library, SAHIFA, replace(DAILY, zone=ZoneInfo("Europe/London")))))
    assert "10 March 2025, 11:51 London" in text
    assert "10 March 2025, 14:00 Beirut" in text
    assert "All times are those of" not in text


@pytest.mark.parametrize(("accept", "json"), [
    ("", False), ("*/*", False), ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
    ("application/json", True), ("application/json, text/plain, */*", False), ("application/json, */*;q=0.1", True),
    ("text/html;q=0.4, application/json;q=0.5", True), ("application/*", True), ("text/*", False),
])  # fmt: skip
async def test_status_is_json_for_who_would_rather_have_it(library, accept, json):
    assert prefers_json(accept) == json
    answer = await app_of(library, SAHIFA).get("/status", headers={"Accept": accept})
    assert answer.headers["content-type"] == ("application/json" if json else "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"].startswith("Accept" if json else "Accept, Accept-Language, Cookie")


async def test_the_state_is_there_for_pages_of_other_sites_and_never_from_a_cache(library):
    answer = await app_of(library, SAHIFA).get("/status.json")
    assert (answer.headers["cache-control"], answer.headers["access-control-allow-origin"]) == ("no-cache", "*")
    page = await app_of(library, SAHIFA).get("/status")
    assert "access-control-allow-origin" not in page.headers
    assert re.search(r"default-src 'none'", page.headers["content-security-policy"])


async def test_when_the_store_refuses_the_state_is_unavailable_for_both(library):
    library.broken = True
    for accept in ("text/html", "application/json"):
        answer = await app_of(library, SAHIFA).get("/status", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


@pytest.mark.parametrize(("least", "most", "said"), [
    (60, None, "1 min"), (20, 300, "20 s … 5 min"), (90, None, "90 s"), (7200, None, "2 h"), (1, 1, "1 s"),
])  # fmt: skip
def test_how_often_a_source_is_asked_is_said_in_short(least, most, said):
    slowest = timedelta(seconds=most) if most else None
    assert rhythm(replace(SAHIFA, every=timedelta(seconds=least), slowest=slowest)) == said
