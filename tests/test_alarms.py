"""When people are told of trouble with a source, and in which words."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsstand import NOON, PUBLIC_URL, a_source, an_item
from ticker.announce.alarms import HOUR, MOST, Alarm, Watch
from ticker.announce.messages import (
    LONGEST,
    MOST_HEADLINES,
    MOST_NAMED,
    Message,
    Site,
    of_alarms,
    of_headlines,
    of_test,
)
from ticker.announce.wanted import terms, wanted
from ticker.announce.wording import OF_MANY, WRONG
from ticker.cures import CURES
from ticker.errors import Cause
from ticker.model import Health, Outcome, Poll
from ticker.serve import filters

MINUTE = timedelta(minutes=1)


class Watched:
    """A source that is polled, with the health that the store would keep of it."""

    def __init__(self, *, told_since=None) -> None:
        self.watch = Watch("sahifa", told_since)
        self.now = NOON
        self.streak = 0
        self.since = NOON
        self.alarms: list[Alarm] = []
        self.missed: frozenset[str] = frozenset()

    def poll(self, what: str, *, after: timedelta = MINUTE, cause: Cause = "unreachable") -> Alarm | None:
        """`+` good, `-` with a cause, `?` a list that is not believed, `!` the store refuses."""
        self.now += after
        if what == "!":
            self.watch, alarm = self.watch.refused("disk full", self.now, self.missed)
        else:
            self.watch, alarm = self.watch.polled(*self._poll(what, cause), self.missed)
        if alarm:
            self.alarms.append(alarm)
        return alarm

    def _poll(self, what: str, cause: Cause) -> tuple[Health, Poll]:
        if what == "-":
            self.since = self.since if self.streak else self.now
            self.streak += 1
            bad = Health("sahifa", "suspect", cause, "no route", self.since)
            bad = replace(bad, state="failing") if self.streak >= 3 else bad
            return bad, Poll("sahifa", self.now, "failed", None, cause)
        outcome: Outcome = "refused" if what == "?" else "unchanged"
        self.streak = self.streak if what == "?" else 0
        return Health("sahifa", "healthy", last_success=self.now), Poll("sahifa", self.now, outcome)

    def polls(self, script: str) -> list[str]:
        """What was told, `begin` or `end`, with the number of the poll."""
        return [
            f"{'begin' if alarm.begins else 'end'} {n}" for n, what in enumerate(script) if (alarm := self.poll(what))
        ]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        pytest.param("++--++", [], id="two failed polls are no alarm"),
        pytest.param("+---", ["begin 3"], id="the third is"),
        pytest.param("----------", ["begin 2"], id="and all that follow are the same one"),
        pytest.param("---++", ["begin 2", "end 4"], id="two good polls end it"),
        pytest.param("---+-+-+--++", ["begin 2", "end 11"], id="one good poll does not"),
        pytest.param("---+?++", ["begin 2", "end 6"], id="a list that is not believed is no good poll"),
        pytest.param("---++---++", ["begin 2", "end 4", "begin 7", "end 9"], id="it may begin again"),
        pytest.param("!!+!!!++", ["begin 5", "end 7"], id="the store refuses three polls in a row"),
        pytest.param("---!!!--++", ["begin 2", "end 9"], id="the store refuses as well: the same trouble"),
    ],
)
def test_an_alarm_begins_and_ends_once(script: str, told: list[str]) -> None:
    assert Watched().polls(script) == told


def test_a_cause_that_changes_is_no_new_message() -> None:
    source = Watched()
    for cause in ("unreachable", "refused", "refused", "block-absent", "unreachable"):
        source.poll("-", cause=cause)
    assert [alarm.cause for alarm in source.alarms] == ["refused"]


def test_an_alarm_says_since_when_and_its_end_as_well() -> None:
    source = Watched()
    source.polls("---++")
    begin, end = source.alarms
    assert (begin.since, begin.at, begin.detail) == (NOON + MINUTE, NOON + 3 * MINUTE, "no route")
    assert (end.since, end.at, end.last_good) == (begin.since, NOON + 5 * MINUTE, NOON + 5 * MINUTE)


def test_what_people_know_from_before_a_restart_is_not_told_again_and_its_end_is() -> None:
    source = Watched(told_since=NOON - HOUR)
    assert source.polls("---++") == ["end 4"]
    assert source.alarms[0].since == NOON - HOUR


def test_what_began_while_nobody_was_there_is_told_at_the_first_poll() -> None:
    watch, alarm = Watch("sahifa").polled(
        Health("sahifa", "failing", "refused", since=NOON), Poll("sahifa", NOON + HOUR, "failed", None, "refused")
    )
    assert alarm is not None
    assert alarm.since == watch.since == NOON


def test_a_page_that_comes_and_goes_is_told_of_six_times_an_hour_and_then_when_there_is_room_again() -> None:
    source = Watched()
    source.polls("---++" * 20)  # 100 minutes
    told = [(alarm.begins, (alarm.at - NOON) // MINUTE) for alarm in source.alarms]
    assert told[:6] == [(True, 3), (False, 5), (True, 8), (False, 10), (True, 13), (False, 15)]
    assert [alarm.quiet_until is not None for alarm in source.alarms[:6]] == [False] * 5 + [True]
    assert source.alarms[5].quiet_until == source.alarms[1].at + HOUR
    assert told[6] == (True, 68)  # the first failing poll after that
    assert source.alarms[6].at >= source.alarms[5].quiet_until


polls = st.lists(st.tuples(st.sampled_from("++---?!"), st.sampled_from([1, 10, 60, 600, 1800])), max_size=200)


@given(polls)
def test_whatever_polls_bring_begin_and_end_alternate_and_an_hour_has_no_more_than_six(script) -> None:
    source = Watched()
    for what, seconds in script:
        source.poll(what, after=timedelta(seconds=seconds))
    assert [alarm.begins for alarm in source.alarms] == [n % 2 == 0 for n in range(len(source.alarms))]
    for first, last in zip(source.alarms, source.alarms[MOST:], strict=False):
        assert last.at - first.at >= HOUR


@given(polls)
def test_trouble_that_lasts_is_told_within_the_hour_and_one_that_is_over_is_not_left_standing(script) -> None:
    source = Watched()
    for what, seconds in script:
        source.poll(what, after=timedelta(seconds=seconds))
    for _ in range(70):
        source.poll("-")
    assert source.alarms[-1].begins
    source.polls("++")
    assert not source.alarms[-1].begins


def test_a_beginning_that_somebody_missed_is_told_anew_as_it_is_now_and_no_more_than_there_is_room_for() -> None:
    source = Watched()
    source.polls("---")
    source.missed = frozenset({"desk"})
    assert source.polls("?+-----------") == [f"begin {n}" for n in range(4, 8)], "one of the six is left for the end"
    assert {(alarm.since, alarm.only) for alarm in source.alarms[1:]} == {(NOON + MINUTE, source.missed)}
    assert source.polls("++") == ["end 1"]
    assert source.alarms[-1].only == frozenset()


def test_a_clock_that_is_set_back_silences_nobody() -> None:
    source = Watched()
    source.polls("---++" * 3)
    source.now -= timedelta(days=1)
    assert source.polls("---") == ["begin 2"]


# The words


def a_site(number: int = 3, **of_all) -> Site:
    names = ["sahifa", "nahar", "diyar", *(f"s-{n}" for n in range(number))][:number]
    return Site(PUBLIC_URL, {name: a_source(name, **of_all) for name in names})


def an_alarm(source: str = "sahifa", *, begins: bool = True, cause: Cause | None = "block-absent", **facts) -> Alarm:
    usual = {"at": NOON + HOUR, "since": NOON, "detail": "nothing looks like a list", "last_good": NOON - MINUTE}
    return Alarm(source, begins, cause=cause, **{**usual, **facts})


def told(alarms: Sequence[Alarm], site: Site, *, begins: bool = True) -> Message:
    return of_alarms(alarms, begins=begins, total=len(site.sources), at=NOON + HOUR, site=site)


def test_one_source_in_trouble_is_told_with_all_that_helps() -> None:
    site = a_site()
    title = site.sources["sahifa"].title
    message = told([an_alarm()], site)
    assert message.title == f"\u2068{title}\u2069: no timed list can be found on its page"
    assert message.text.split("\n") == [
        f"\u2068{title}\u2069: no timed list can be found on its page, since 2025-03-10 14:00 (Asia/Beirut).",
        "What happened: nothing looks like a list",
        "Last read well: 2025-03-10 13:59 (Asia/Beirut). What was read before is served on.",
        "What to do: Look at what the page has become: if the list has moved, name its page (url:) or its heading "
        "(heading:) as they are now, or write selectors:.",
        "Look closer: ticker inspect sahifa --failed",
        f"Page: {site.sources['sahifa'].urls[0]}",
        "Status: https://news.example/status",
    ]


def test_its_end_says_how_long_it_was_and_that_nothing_more_comes_for_now() -> None:
    end = an_alarm(begins=False, at=NOON + timedelta(minutes=61), quiet_until=NOON + 2 * HOUR)
    message = told([end], a_site(), begins=False)
    assert message.title.endswith("\u2069 is read again")
    assert "lasted 1 hour and 1 minute, from 2025-03-10 14:00 (Asia/Beirut) to 2025-03-10 15:01" in message.text
    assert "nothing more is told of it before 2025-03-10 16:00 (Asia/Beirut)" in message.text


def test_many_sources_in_trouble_are_one_message_in_which_each_cause_has_its_cure() -> None:
    site = a_site(40)
    names = list(site.sources)
    alarms = [an_alarm(name, cause="unreachable", detail="no route") for name in names[:31]]
    assert told(alarms, site).title == "31 of 40 sources: their pages cannot be reached"
    mixed = told([*alarms, an_alarm(names[31], cause="gap", detail="")], site)
    assert mixed.title == "32 of 40 sources: trouble of several kinds"
    assert f"and {31 - MOST_NAMED} more." in mixed.text
    assert all(CURES[cause] in mixed.text for cause in ("unreachable", "gap"))
    assert len(mixed.text) < 2_000
    assert len(json.loads(mixed.document)["sources"]) == 32
    over = told([an_alarm(name, begins=False) for name in names[:31]], site, begins=False)
    assert over.title == "31 of 40 sources are read again"


@pytest.mark.parametrize("cause", [*get_args(Cause), None])
def test_every_cause_has_words_for_one_and_for_many_and_a_cure(cause: Cause | None) -> None:
    message = told([an_alarm(cause=cause)], a_site())
    assert WRONG[cause] in message.title
    assert f"What to do: {CURES[cause]}" in message.text
    assert ("ticker inspect" in message.text) == (cause is not None)
    assert OF_MANY[cause] in told([an_alarm(cause=cause), an_alarm("nahar", cause=cause)], a_site()).title


def test_a_program_gets_facts_without_marks_of_direction_and_the_same_id_for_the_same_news() -> None:
    site = a_site()
    document = json.loads(told([an_alarm()], site).document)
    assert document["sources"] == [
        {
            "name": "sahifa",
            "title": site.sources["sahifa"].title,
            "page": site.sources["sahifa"].urls[0],
            "cause": "block-absent",
            "detail": "nothing looks like a list",
            "since": "2025-03-10T12:00:00Z",
            "until": None,
            "last_success": "2025-03-10T11:59:00Z",
        }
    ]
    assert (document["event"], document["at"], document["total"]) == ("trouble", "2025-03-10T13:00:00Z", 3)
    assert document["id"] == json.loads(told([an_alarm()], site).document)["id"]
    assert document["id"] != json.loads(told([an_alarm(since=NOON - HOUR)], site).document)["id"]


def test_headlines_are_told_newest_first_each_in_its_own_direction_with_time_source_and_link() -> None:
    site = Site(PUBLIC_URL, {"sahifa": a_source("sahifa", language="ar"), "times": a_source("times", language="en")})
    first = an_item("CNN: انقطاع التيار", link="https://sahifa.example/1")
    second = an_item("Power is back", source="times")
    message = of_headlines([first, second], at=NOON, site=site)
    lines = message.text.split("\n")
    assert (lines[0], lines[2]) == ("\u200fCNN: انقطاع التيار", "\u200ePower is back")
    assert lines[1].endswith(" · https://sahifa.example/1")
    assert lines[3].endswith(f" · https://news.example/item/{second.guid.removeprefix('urn:uuid:')}")
    assert message.title == "2 new headlines of 2 sources"
    document = json.loads(message.document)
    assert [item["title"] for item in document["items"]] == [first.title, second.title]
    assert document["more"] == 0


def test_after_an_outage_no_more_headlines_are_told_than_can_be_read() -> None:
    items = [an_item(f"{'خبر ' * 200}{n}") for n in range(50)]
    message = of_headlines(items, at=NOON, site=a_site(1))
    assert message.text.endswith(f"and {50 - MOST_HEADLINES} more: {PUBLIC_URL}")
    document = json.loads(message.document)
    assert (len(document["items"]), document["more"]) == (MOST_HEADLINES, 50 - MOST_HEADLINES)
    assert max(map(len, message.text.split("\n"))) <= LONGEST + 1


def test_a_single_headline_is_its_own_title() -> None:
    assert of_headlines([an_item("خبر")], at=NOON, site=a_site()).title.endswith("\u2069: \u2068خبر\u2069")
    assert "3 sources" in of_test(NOON, a_site()).text


# Which headlines


@pytest.mark.parametrize(
    ("match", "without", "is_wanted"),
    [
        ((), (), True),
        (("زلزال",), (), False),
        (("زلزال", "الجمهورية"), (), True),
        (("رئيس الجمهوريه",), (), True),
        (("الجمهورية رئيس",), (), True),
        (('"الجمهورية رئيس"',), (), False),
        (('"رئيس الجمهورية"',), (), True),
        (("رئيس الوزراء",), (), False),
        ((), ("رياضة",), True),
        ((), ("إستقبل",), False),
        (("رئيس",), ("الوفد",), False),
        (('""',), (), False),
    ],
)
def test_a_headline_is_wanted_by_words_however_they_are_spelt(match, without, is_wanted) -> None:
    assert wanted("رئيسُ الجمهوريّة استقبل الوفـد", match, without) is is_wanted


@given(st.lists(st.text(max_size=20), max_size=3))
def test_words_are_read_as_filtered_feeds_read_them(values: list[str]) -> None:
    assert terms(values) == filters.terms(values)
