"""A new image on what an older release kept.

tests/stores/0.1.0.sql is what `ticker run` of commit a1182b4 kept in fifteen seconds of 14 January 2025 (the clock by
libfaketime) in which a page of four lines got a fifth, had one edited, lost one in its middle and got a last one; the
.json beside it says what stood on the page at the end, and what its feeds were answered with.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.image.deployment import Deployment, deployed, until
from tests.image.engine import ROOT, build, remove

pytestmark = pytest.mark.image

BEFORE = ROOT / "tests" / "stores" / "0.1.0.sql"
COMMIT = "a1182b4"  # the release that made it
OLD_IMAGE = "localhost/ticker-test-before"
NEXT = "خبر أول بعد تحديث الخدمة في المرفأ"


@pytest.fixture
def upgraded(image: str, tmp_path: Path) -> Iterator[Deployment]:
    """On the database of the release before, which belongs to the user of the image."""
    (data := tmp_path / "data").mkdir()
    with closing(sqlite3.connect(data / "ticker.db")) as db:
        db.executescript(BEFORE.read_text("utf-8"))
    for path in (data, *data.iterdir()):
        os.chown(path, 10001, 10001)
    with deployed(tmp_path, data=data) as there:
        yield there


def served(deployment: Deployment, path: str) -> dict[str, Any]:
    answer = deployment.get(path)
    return {
        "sha256": hashlib.sha256(answer.body).hexdigest(),
        "ETag": answer.headers["ETag"],
        "Last-Modified": answer.headers["Last-Modified"],
    }


def test_on_the_database_of_the_release_before_no_byte_changes_until_the_next_headline(upgraded: Deployment) -> None:
    before = json.loads(BEFORE.with_suffix(".json").read_text("utf-8"))
    upgraded.newsroom.lines = [(at, text) for at, text in before["lines"]]
    upgraded.newsroom.write()
    for _ in range(2):  # it upgrades, polls the same page again, and starts once more
        upgraded.start()
        upgraded.feed()
        wait_for_a_poll(upgraded)
        assert {path: served(upgraded, path) for path in before["served"]} == before["served"]
        assert upgraded.stop() == 0

    upgraded.start()
    upgraded.feed()
    upgraded.newsroom.print(NEXT)
    until(lambda: len(upgraded.items()) == len(before["guids"]) + 1, "the next line is in the feed")
    items = upgraded.items()
    assert items[0]["title"] == NEXT
    assert [item["id"] for item in items[1:]] == before["guids"]


def wait_for_a_poll(deployment: Deployment) -> None:
    before = deployment.state()["last_success"]
    until(lambda: deployment.state()["last_success"] != before, "the page was read again")


@pytest.mark.soak
@pytest.mark.skipif(
    subprocess.run(["git", "rev-parse", COMMIT], cwd=ROOT, capture_output=True).returncode != 0,
    reason=f"a checkout without its history, which {COMMIT} is in",
)
def test_an_image_of_the_release_before_is_replaced_by_this_one(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sources = tmp_path_factory.mktemp("before")
    archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x"], cwd=sources, input=archive.stdout, check=True)
    build(tmp_path_factory.mktemp("pip"), of=sources, tag=OLD_IMAGE)
    try:
        deployment.start(image=OLD_IMAGE)
        deployment.feed()
        deployment.newsroom.print("خبر من الإصدار السابق عن حركة المرفأ")
        until(lambda: len(deployment.items()) == 7, "the new line is in the feed")
        before, items = deployment.lasting(), deployment.items()
        assert deployment.stop() == 0

        deployment.start()
        assert deployment.lasting() == before
        deployment.newsroom.print(NEXT)
        until(lambda: len(deployment.items()) == 8, "the next line is in the feed")
        assert deployment.items()[1:] == items
        assert deployment.stop() == 0
    finally:
        remove(OLD_IMAGE)
