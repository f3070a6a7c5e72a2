"""A week of polls with faults and two hundred kills, held against what stood on the page (`tests.soaking`)."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.crashes import copy
from tests.oracle import Setup
from tests.simulator import PLAIN, USUAL
from tests.soaking import FAULTS, Account, Step, judge, plan
from tests.test_simulator import ASTRAY, DISBELIEVED, DOUBLES

KILLS = 200
SHORT = Setup(PLAIN, rows=6, days=0.06)


def soaked(*options: str | float | Path, progress: Callable[[str], None] | None = None) -> dict[str, Any]:
    """What `python -m tests.soaking` reports; *progress* gets its lines as they come."""
    command = [sys.executable, "-m", "tests.soaking", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout
        assert process.stderr
        said = ""
        for line in process.stderr:
            said += line
            if progress is not None:
                progress(line.rstrip())
        told = process.stdout.read()
    assert process.returncode == 0, said[-3000:]
    report: dict[str, Any] = json.loads(told)
    return report


def harm(report: dict[str, Any]) -> dict[str, int]:
    """What must be nought in a newsroom without edits and reposts."""
    kinds = ("hidden", "doubled", "merged", "forced", "joined", "wrong", "changed", "disorder", "flips")
    counted = {"lost": len(report["lost"]), "stray": len(report["stray"])}
    return counted | {kind: report["verdict"][kind] for kind in kinds}


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 3])
def test_a_week_with_faults_and_two_hundred_kills_loses_nothing_and_doubles_nothing(seed, capsys):
    """Some two minutes each. No story that was to be read is lost; those of which no list was readable are unseen."""
    report = soaked("--seed", seed, "--kills", KILLS, progress=_shown(capsys))
    _shown(capsys)(summary(report))
    assert harm(report) == dict.fromkeys(harm(report), 0), report["troubles"][:5]
    assert report["kills"] == KILLS
    assert report["within"] >= KILLS / 2
    assert report["writing"] >= KILLS / 10
    assert report["survived"] >= 1
    assert report["polls"] > 8000
    assert report["verdict"]["stories"] > 2500
    assert report["disbelieved"] + report["cut_off"] <= 2 * DISBELIEVED * report["verdict"]["stories"]
    assert report["unseen"] < report["verdict"]["stories"] / 5, "outages of hours; more, and little would be proved"


@pytest.mark.soak
def test_a_week_of_edits_and_reposts_with_faults_and_kills_keeps_to_the_usual_bounds(capsys):
    report = soaked("--seed", 2, "--kills", KILLS, "--mix", "usual", progress=_shown(capsys))
    _shown(capsys)(summary(report))
    found, stories = harm(report), report["verdict"]["stories"]
    assert (found["lost"], found["stray"], found["merged"], found["changed"], found["hidden"]) == (0, 0, 0, 0, 0)
    assert found["doubled"] <= DOUBLES[USUAL] * stories, report["troubles"][:5]
    assert found["wrong"] <= ASTRAY[USUAL] * stories, report["troubles"][:5]
    assert report["verdict"]["kept"] >= 0.9 * report["verdict"]["edits"]


def _shown(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def show(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="", flush=True)

    return show


def summary(report: dict[str, Any]) -> str:
    """For whoever runs the soak."""
    deaths = f"{report['kills']} kills ({report['within']} within a poll, {report['writing']} within its transaction)"
    gone = f"{report['disbelieved']} disbelieved, {report['cut_off']} cut off, {report['unseen']} unseen"
    return f"{deaths}; {report['polls']} polls, {report['verdict']['stories']} stories; {harm(report)}; {gone}"


# That it would be seen


@pytest.fixture(scope="module")
def soak(tmp_path_factory):
    """An hour and a half with three kills: what it reports, and its database."""
    place = tmp_path_factory.mktemp("soak") / "soak.db"
    return soaked("--days", SHORT.days, "--rows", SHORT.rows, "--kills", 3, "--keep", place), place


def judged(place: Path) -> dict[str, Any]:
    """A database as the soak would judge it, where every poll said that it had kept its list."""
    newsroom = SHORT.newsroom(1)
    steps = plan(newsroom, 1, SHORT.every)
    account = Account(promised={row.story for step in steps if step.honest for row in step.visit.page})
    found = asyncio.run(judge(place, newsroom, steps, account))
    return {"lost": found.lost, "stray": found.stray, "verdict": vars(found.verdict)}


def test_an_hour_and_three_kills_do_no_harm(soak):
    report, place = soak
    assert harm(report) == dict.fromkeys(harm(report), 0)
    assert report["kills"] == 3
    assert harm(judged(place)) == harm(report)


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        pytest.param("UPDATE items SET printed_at = printed_at - 3600 WHERE id = {}", "wrong", id="an hour off"),
        pytest.param("UPDATE items SET published = published + 7200 WHERE id = {}", "disorder", id="out of order"),
        pytest.param("UPDATE items SET repost_of = guid WHERE id = {}", None, id="in no feed"),
    ],
)
def test_the_judge_sees_an_item_that_was_tampered_with(statement, seen, soak, tmp_path):
    place = copy(soak[1], tmp_path / "harmed.db")
    with closing(sqlite3.connect(place)) as db, db:
        middle = db.execute("SELECT id FROM items ORDER BY id LIMIT 1 OFFSET 9").fetchone()[0]
        db.execute(statement.format(middle))
    if seen is None:
        with pytest.raises(AssertionError):
            judged(place)
    else:
        assert harm(judged(place))[seen] > 0


def test_the_judge_sees_a_story_that_was_never_kept(soak, tmp_path):
    """As if the polls of the last half hour had said so, and done nothing."""
    place = copy(soak[1], tmp_path / "harmed.db")
    with closing(sqlite3.connect(place)) as db, db:
        until = db.execute("SELECT max(at) - 1800 FROM polls WHERE outcome = 'changed'").fetchone()[0]
        db.execute("DELETE FROM polls WHERE at > ?", (until,))
    assert harm(judged(place))["lost"] > 0


def test_the_faults_of_a_week_are_many_and_leave_most_polls_alone():
    newsroom = Setup(PLAIN, days=7).newsroom(1)
    steps: list[Step] = plan(newsroom, 1, 60)
    assert {step.fault for step in steps} == {"", *FAULTS}
    assert 0.7 < sum(step.honest for step in steps) / len(steps) < 0.95
    assert sum(step.twice for step in steps) > 100
    assert plan(newsroom, 1, 60) == steps
