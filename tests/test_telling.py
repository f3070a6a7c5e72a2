from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.lines import instant
from ticker.errors import Cause
from ticker.model import Changes, Health, Outcome, Poll
from ticker.telling import Teller

AT = instant("2025-01-14T14:55")
QUICK = timedelta(milliseconds=12)
OUTCOMES: dict[Cause | None, Outcome] = {None: "unchanged", "gap": "unchanged", "list-frozen": "unchanged"}


def polls(*causes: Cause | None) -> list[dict[str, Any]]:
    """What the log is told of polls with these causes, a minute apart."""
    teller = Teller()
    with capture_logs() as told:
        for minute, cause in enumerate(causes):
            at, ended = AT + timedelta(minutes=minute), OUTCOMES.get(cause, "failed")
            teller.kept(Poll("desk", at, ended, None, cause, "why"), QUICK, well=cause is None)
    return [dict(line) for line in told]


def test_polls_without_news_are_not_told_of():
    assert polls(None, None, None) == []


def test_news_is_told_with_how_long_it_took():
    with capture_logs() as told:
        Teller().kept(Poll("desk", AT, "changed", Changes((), "x")), QUICK, well=True)
    assert told == [
        {"event": "poll", "log_level": "info", "source": "desk", "new": 0, "edited": 0, "listed": 0, "ms": 12}
    ]


@pytest.mark.parametrize("cause", ["unreachable", "list-frozen", "gap"])
def test_trouble_of_any_kind_is_told_when_it_begins_when_it_lasts_and_when_it_is_over(cause):
    told = polls(*[cause] * 10, None, None)
    assert [(line.get("cause"), line["polls"]) for line in told] == [(cause, 1), (cause, 3), (None, 10)]
    assert told[-1]["recovered_after"] == "0:10:00"


def test_another_cause_is_news():
    told = polls("unreachable", "refused", "refused", None)
    assert [line.get("cause") for line in told] == ["unreachable", "refused", "refused", None]


def test_advice_is_told_once_and_so_is_its_end():
    teller = Teller()
    with capture_logs() as told:
        for advice in ("", "heading: Now", "heading: Now", "", ""):
            teller.kept(
                Poll("desk", AT, "unchanged", detail="selectors no longer fit", advice=advice), QUICK, well=True
            )
    assert [line.get("advice") for line in told] == ["heading: Now", None]
    assert told[1]["detail"] == "the list is where the configuration says, again"


def test_a_poll_that_asked_only_whether_the_page_changed_says_nothing_of_where_the_list_is():
    teller = Teller()
    with capture_logs() as told:
        teller.kept(Poll("desk", AT, "unchanged", detail="why", advice="heading: Now"), QUICK, well=True)
        teller.kept(Poll("desk", AT, "not-modified"), QUICK, well=True)
    assert len(told) == 1


def test_a_risk_is_told_when_it_begins_and_again_when_it_comes_back():
    teller = Teller()
    with capture_logs() as told:
        for risk in ("", "lines may be missed", "lines may be missed, still", "", "lines may be missed"):
            teller.risk("desk", risk)
    assert [line["risk"] for line in told] == ["lines may be missed", "lines may be missed"]


def test_a_store_that_refuses_is_told_once_and_when_it_keeps_again():
    teller = Teller()
    with capture_logs() as told:
        for minute in range(5):
            teller.unkept("desk", AT + timedelta(minutes=minute), "the disk is full")
        assert teller.refused["desk"].since == AT
        teller.kept(Poll("desk", AT, "unchanged"), QUICK, well=True)
    assert [line.get("detail", line.get("recovered")) for line in told] == ["the disk is full", True]
    assert teller.refused == {}


def test_a_source_that_is_no_longer_polled_is_forgotten():
    teller = Teller()
    with capture_logs() as told:
        teller.kept(Poll("desk", AT, "failed", None, "unreachable", "why"), QUICK, well=False)
        teller.forget("desk")
        teller.kept(Poll("desk", AT, "unchanged"), QUICK, well=True)
    assert len(told) == 1


def test_a_gap_is_over_only_when_the_source_is_well_again_and_not_with_the_next_poll():
    teller = Teller()
    with capture_logs() as told:
        teller.kept(Poll("desk", AT, "changed", Changes((), "x"), "gap", "why"), QUICK, well=False)
        teller.kept(Poll("desk", AT + timedelta(minutes=1), "unchanged"), QUICK, well=False)
        teller.kept(Poll("desk", AT + timedelta(minutes=2), "changed", Changes((), "y")), QUICK, well=True)
    assert ["recovered_after" in line for line in told] == [False, False, True]


def test_after_a_restart_trouble_goes_on_as_it_was_told():
    teller = Teller()
    since = AT - timedelta(hours=1)
    teller.know(Health("desk", "failing", "refused", "why", since, AT - timedelta(hours=2), streak=23))
    with capture_logs() as told:
        teller.kept(Poll("desk", AT, "failed", None, "refused", "why"), QUICK, well=False)
        teller.kept(Poll("desk", AT + timedelta(minutes=1), "unchanged"), QUICK, well=True)
    assert [(line.get("recovered_after"), line["polls"]) for line in told] == [("1:01:00", 24)]


@pytest.mark.parametrize(("cause", "hint"), [
    ("unreachable", "make demo"), ("refused", "make demo"), ("heading-absent", "`ticker inspect desk --failed`"),
    ("block-empty", "`ticker inspect desk --failed`"), ("times-unreadable", "`ticker inspect desk --failed`"),
])  # fmt: skip
def test_where_a_page_came_the_first_hint_is_to_look_at_it(cause, hint):
    with capture_logs() as told:
        Teller().kept(Poll("desk", AT, "failed", None, cause, "why"), QUICK, well=False)
    assert hint in told[0]["hint"]


def test_who_has_read_nothing_yet_is_shown_the_demo_once():
    teller = Teller()
    with capture_logs() as told:
        for name in ("one", "two"):
            teller.kept(Poll(name, AT, "failed", None, "refused", "why"), QUICK, well=False)
    assert ["hint" in line for line in told] == [True, False]
