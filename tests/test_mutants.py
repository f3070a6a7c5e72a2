"""Break each rule of identity and time in turn, and see that a test notices: a slow proof, run by `make soak`."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The tests that speak of identity and time, the quickest first.
TESTS = ("test_reconcile", "test_resolve", "test_likeness", "test_poll", "test_identity", "test_resolve_properties",
         "test_said_times", "test_follow_newsroom", "test_fetch", "test_simulator")  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One rule broken: *was* stands once in the module and is replaced."""

    rule: str
    module: str  # in ticker/
    was: str
    now: str


MUTANTS = [
    Mutant(
        "an older copy of the list is refused once", "reconcile/__init__.py", "if mark in known.lists:", "if False:"
    ),
    Mutant(
        "a list that lost two thirds of its rows is refused once",
        "reconcile/__init__.py",
        "len(seen) * SHORT < known.longest",
        "len(seen) * 99 < known.longest",
    ),
    Mutant(
        "what is refused is believed when it comes twice running",
        "reconcile/__init__.py",
        "known.doubted == mark or ",
        "",
    ),
    Mutant(
        "equal links are one item only where no two lines lead alike",
        "reconcile/links.py",
        "if _repeats(olds) or _repeats(news):",
        "if False:",
    ),
    Mutant(
        "a link alone, at another time and with other words, is no identity",
        "reconcile/links.py",
        "if likeness < 1.0 and not (",
        "if False and not (",
    ),
    Mutant(
        "the front page is no story", "reconcile/links.py", "not (path or query or parts.fragment)", "not parts.netloc"
    ),
    Mutant(
        "what visitors are counted by is no part of a link",
        "reconcile/links.py",
        "if not _COUNTING.fullmatch(name)",
        "if name",
    ),
    Mutant(
        "links that differ part look-alikes in one slot",
        "reconcile/links.py",
        "return was is not None and now is not None and was != now",
        "return False",
    ),
    Mutant(
        "an unchanged line needs an equal clock",
        "reconcile/anchors.py",
        "pairs = [(old, new) for old, new in once if times.agree(new, listed[old])]",
        "pairs = list(once)",
    ),
    Mutant(
        "of equal lines the one on top is the new one",
        "reconcile/anchors.py",
        "here_new = here_new[len(here_new) - len(here_old) :]",
        "here_new = here_new[: len(here_old)]",
    ),
    Mutant("an edit keeps 70 % of likeness", "reconcile/times.py", "FLOOR = 0.70", "FLOOR = 0.50"),
    Mutant("an edit may lose 30 % of likeness", "reconcile/times.py", "FLOOR = 0.70", "FLOOR = 0.90"),
    Mutant(
        "without a line in common only a small edit is one",
        "reconcile/edits.py",
        "trusted = trusted_here and",
        "trusted =",
    ),
    Mutant(
        "of more lines than have gone the lower are the edits",
        "reconcile/edits.py",
        "len(news) <= len(rivals[new]) or below_old == below_new",
        "True",
    ),
    Mutant("a line of every day is news each day", "reconcile/times.py", "latest - at < said.OTHER_DAY", "latest"),
    Mutant(
        "a pinned line is no neighbour", "reconcile/edits.py", "match.item.guid in steady for", "match.item.guid for"
    ),
    Mutant(
        "words that stand in both lists are no edit",
        "reconcile/edits.py",
        "if elsewhere[text.key(listed[old].title)] == 0",
        "if True",
    ),
    Mutant(
        "what comes a third time in a day recurs for real",
        "reconcile/reposts.py",
        "if len(today) == 1 and",
        "if today and",
    ),
    Mutant(
        "a line pinned at the bottom does not tell what is gone",
        "reconcile/moves.py",
        "not (old == len(listed) - 1 and new == last)",
        "True",
    ),
    Mutant(
        "only a line that is gone can have moved",
        "reconcile/moves.py",
        "return [old for old in range(max(witnesses, default=-1)) if old not in kept]",
        "return [old for old in range(len(listed)) if old not in kept]",
    ),
    Mutant(
        "the same words stay one item when their time is corrected",
        "reconcile/moves.py",
        "if apart <= MOVED or len(words.split()) >= ENOUGH_WORDS:",
        "if False:",
    ),
    Mutant("few words move by half an hour at most", "reconcile/moves.py", "MOVED = 30", "MOVED = 300"),
    Mutant(
        "a corrected time with corrected words is at most an hour away",
        "reconcile/times.py",
        "CORRECTED = 60",
        "CORRECTED = 600",
    ),
    Mutant(
        "a number that changes with the time is other news",
        "reconcile/moves.py",
        "if not (reworded or small(item.title, row.title)) or parted(item, row):",
        "if parted(item, row):",
    ),
    Mutant(
        "a line between the same neighbours may change its time and a word",
        "reconcile/moves.py",
        "reworded = set_back and likeness",
        "reworded = False and likeness",
    ),
    Mutant(
        "what replaces a live line is later",
        "reconcile/moves.py",
        "set_back = in_place and near and (_minutes_later(row.clock, item.clock) or 0) > DAY // 2",
        "set_back = in_place and near",
    ),
    Mutant(
        "a line between the same neighbours has not scrolled out",
        "reconcile/moves.py",
        "sorted({*gone(listed, found), *supplanted})",
        "gone(listed, found)",
    ),
    Mutant(
        "in another place another number is another line",
        "reconcile/moves.py",
        "reworded = likeness >= CLOSE and count_alike(item.title, row.title) and",
        "reworded = likeness >= CLOSE and",
    ),
    Mutant(
        "in another place it is close, or a small edit",
        "reconcile/moves.py",
        "reworded = likeness >= CLOSE and",
        "reworded = likeness >= 0.7 and",
    ),
    Mutant(
        "of two old texts the one with the same number is edited",
        "reconcile/edits.py",
        "recounted = option.scarce and not count_alike(item.title, row.title)",
        "recounted = False",
    ),
    Mutant(
        "what is remembered in the same words is no edit of its neighbour",
        "reconcile/__init__.py",
        "found |= back(known, seen, found, times, listed=False)",
        "",
    ),
    Mutant(
        "an old wording of a line that is listed is no surer than its edit",
        "reconcile/__init__.py",
        "found |= back(known, seen, found, times, listed=False)",
        "found |= back(known, seen, found, times, listed=True)",
    ),
    Mutant(
        "numbers choose among old texts only where fewer lines came than have gone",
        "reconcile/edits.py",
        "recounted = option.scarce and not",
        "recounted = not",
    ),
    Mutant(
        "what comes back with another number is another line",
        "reconcile/memory.py",
        "        if count_alike(missing[number].title, seen[rank].title)\n",
        "",
    ),
    Mutant(
        "both texts in one list are two lines",
        "reconcile/moves.py",
        "if were[old] == are[new] or not (were[old] in still or are[new] in before)",
        "if True",
    ),
    Mutant("what was seen in 20 hours is not new again", "reconcile/memory.py", "if nearest is not None:", "if False:"),
    Mutant(
        "every wording of an item is remembered",
        "reconcile/memory.py",
        "(item.title, *(old.title for old in item.revisions))",
        "(item.title,)",
    ),
    Mutant(
        "a line is being reworded for a quarter of an hour at most",
        "reconcile/memory.py",
        "LATE = timedelta(minutes=15)",
        "LATE = timedelta(hours=15)",
    ),
    Mutant(
        "six words said again on one day are a repost", "reconcile/reposts.py", "ENOUGH_WORDS = 6", "ENOUGH_WORDS = 60"
    ),
    Mutant("short lines recur and are news each time", "reconcile/reposts.py", "ENOUGH_WORDS = 6", "ENOUGH_WORDS = 2"),
    Mutant(
        "on another day the same words are news",
        "reconcile/reposts.py",
        " if item.published.astimezone(zone).date() == day]",
        "]",
    ),
    Mutant(
        "a number word is never a small edit",
        "likeness.py",
        "if any(_turns(word) for word in (*was, *now)):",
        "if False:",
    ),
    Mutant(
        "one speaker's statements are compared without the speaker",
        "likeness.py",
        "speaker == other and said and reply",
        "False",
    ),
    Mutant(
        "ten minutes ahead are believed, and no more",
        "said/wall.py",
        "AHEAD = timedelta(minutes=10)",
        "AHEAD = timedelta(minutes=40)",
    ),
    Mutant(
        "a page may be 75 minutes ahead", "said/wall.py", "OFF = timedelta(minutes=75)", "OFF = timedelta(minutes=40)"
    ),
    Mutant(
        "after 20 hours blind the day is a guess",
        "resolve/dates.py",
        "BLIND = timedelta(hours=20)",
        "BLIND = timedelta(hours=80)",
    ),
    Mutant(
        "only a line on top tells that the page is late",
        "resolve/dates.py",
        "if sure is None and on_top and",
        "if sure is None and",
    ),
    Mutant("two polls do not tell how the page's clock runs", "resolve/clock.py", "LEAST_POLLS = 3", "LEAST_POLLS = 2"),
    Mutant(
        "an hour off is within twelve minutes of an hour",
        "resolve/clock.py",
        "NEAR = timedelta(minutes=12)",
        "NEAR = timedelta(minutes=25)",
    ),
    Mutant(
        "a pinned row is left out at the price of half a day",
        "resolve/path.py",
        "LEAVE_OUT, MOST_LEFT_OUT = 12.01, 3",
        "LEAVE_OUT, MOST_LEFT_OUT = 30.0, 3",
    ),
    Mutant(
        "lines out of order by minutes are no new day",
        "resolve/path.py",
        "= 0.5, 1.0, 0.5, 8.0",
        "= 0.5, 1.0, 0.5, 0.5",
    ),
    Mutant(
        "below a silence of eleven hours the day is a guess",
        "resolve/guesses.py",
        "SILENCE = timedelta(hours=11)",
        "SILENCE = timedelta(hours=15)",
    ),
    Mutant(
        "an hour that came twice is flagged where nothing tells which",
        "resolve/guesses.py",
        "dict.fromkeys(_open(options, matches), DOUBLED)",
        "{}",
    ),
    Mutant(
        "a corrected time is the nearest to what was said before",
        "resolve/__init__.py",
        "key=lambda at: abs(at - before)",
        "key=lambda at: before - at",
    ),
    Mutant(
        "a repost knows what it repeats",
        "resolve/names.py",
        "line.match.of.guid if line.match.of is not None else None",
        "None",
    ),
    Mutant(
        "lines of one minute are spread from the oldest up",
        "resolve/seconds.py",
        "(wanted[rank], -rank)",
        "(wanted[rank], rank)",
    ),
    Mutant(
        "an answer out of a cache tells nothing of our clock",
        "fetch.py",
        'headers.get("age", "0").strip() == "0"',
        "True",
    ),
]


def broken(mutant: Mutant, folder: Path) -> Path:
    """A copy of the project with one rule broken."""
    for name in ("ticker", "tests", "pyproject.toml", "config.yaml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    module = folder / "ticker" / mutant.module
    text = module.read_text("utf-8")
    assert text.count(mutant.was) == 1, f"{mutant.was!r} stands {text.count(mutant.was)} times in {mutant.module}"
    module.write_text(text.replace(mutant.was, mutant.now), "utf-8")
    return folder


@pytest.mark.soak
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_a_broken_rule_is_noticed(mutant, tmp_path):
    folder = broken(mutant, tmp_path)
    tests = [f"tests/{name}.py" for name in TESTS if (folder / "tests" / f"{name}.py").exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 1, done.stdout[-2000:]
