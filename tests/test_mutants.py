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
         "test_said_times", "test_follow_newsroom", "test_simulator")  # fmt: skip


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
        "or likeness < FLOOR:",
        "or likeness < 0.0:",
    ),
    Mutant(
        "the front page is no story", "reconcile/links.py", "not (path or query or parts.fragment)", "not parts.netloc"
    ),
    Mutant(
        "what visitors are counted by is no part of a link",
        "reconcile/links.py",
        "if not _COUNTING.fullmatch(pair[0])",
        "if pair[0]",
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
        "trusted = bool(gaps) and",
        "trusted =",
    ),
    Mutant(
        "of more lines than have gone the lower are the edits",
        "reconcile/edits.py",
        "len(news) <= len(rivals[new]) or below_old == below_new",
        "True",
    ),
    Mutant(
        "only a line that is gone can have moved",
        "reconcile/moves.py",
        "lowest = max(kept, default=-1)",
        "lowest = len(listed)",
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
        "reconcile/moves.py",
        "CORRECTED_FAR = 60",
        "CORRECTED_FAR = 600",
    ),
    Mutant(
        "a number that changes with the time is other news",
        "reconcile/moves.py",
        "if not small(item.title, row.title) or parted(item, row):",
        "if parted(item, row):",
    ),
    Mutant(
        "both texts in one list are two lines", "reconcile/moves.py", "if option.unlikeness and (", "if False and ("
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
        " and item.published.astimezone(zone).date() == day",
        "",
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
