"""The documents say what is so: each line of the checklist of feeds is there, with a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = {"R": 20, "A": 17, "J": 7, "I": 4, "T": 4, "X": 5, "L": 5, "H": 17, "D": 4, "P": 4, "S": 4, "W": 4}
ROW = re.compile(r"^\| ([A-Z]\d+) [^|]*\|[^|]*\| `(test_\w+)` \|$", re.MULTILINE)


def test_every_line_of_the_checklist_of_feeds_has_a_test_that_is_there():
    held = dict(ROW.findall((ROOT / "docs" / "feeds.md").read_text("utf-8")))
    assert set(held) == {f"{kind}{n}" for kind, most in LINES.items() for n in range(1, most + 1)}
    there = {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert set(held.values()) <= there, set(held.values()) - there


def test_every_document_that_is_linked_is_there():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)
