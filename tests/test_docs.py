"""The documents say what is so: each line of the checklist of feeds is there, with a test that exists."""

import re
from pathlib import Path

from ticker.demo.adversary import FAULTS

ROOT = Path(__file__).resolve().parent.parent
LINES = {"R": 20, "A": 17, "J": 7, "I": 4, "T": 4, "X": 5, "L": 5, "H": 17, "D": 4, "P": 4, "S": 4, "W": 4}
ROW = re.compile(r"^\| ([A-Z]\d+) [^|]*\|[^|]*\| `(test_\w+)` \|$", re.MULTILINE)


def test_every_line_of_the_checklist_of_feeds_has_a_test_that_is_there():
    held = dict(ROW.findall((ROOT / "docs" / "feeds.md").read_text("utf-8")))
    assert set(held) == {f"{kind}{n}" for kind, most in LINES.items() for n in range(1, most + 1)}
    assert set(held.values()) <= every_test(), set(held.values()) - every_test()


def every_test() -> set[str]:
    """The name of every test."""
    return {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }


def test_every_fault_stands_in_the_table_with_its_cause_and_with_tests_that_are_there():
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \| (?:`([\w-]+)`|–) \| [^|]+ \|$", page, re.MULTILINE)
    told = [(name, does, cause) for name, does, cause in rows if name in FAULTS]
    assert sorted(told) == sorted((name, fault.does, fault.cause or "") for name, fault in FAULTS.items())
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named >= {"test_a_page_that_breaks_is_named_its_feed_stays_and_comes_back"}
    assert named <= every_test() | {path.stem for path in (ROOT / "tests").glob("test_*.py")}, named - every_test()


def test_every_document_that_is_linked_is_there():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)
