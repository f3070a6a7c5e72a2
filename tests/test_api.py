"""The API over a real store in a real application, by way of its own description."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette

from tests.newsstand import NOON, Clock, Newsstand, a_source, an_app, an_item, channels_of, client_of, reworded
from ticker.model import Feed, Version
from ticker.render import documents
from ticker.serve.openapi import description
from ticker.serve.wishes import BadQueryError, no_source, read_wish

DESK, WIRE = a_source("desk", title="المكتب"), a_source("wire", title="The wire", language="en")
MINUTE = timedelta(minutes=1)


def stocked(count: int = 7) -> Newsstand:
    """*count* headlines, a minute apart, the newest first kept last; every second one of the wire."""
    library = Newsstand()
    for n in range(count):
        source = ("desk", "wire")[n % 2]
        library.items.append(an_item(f"خبر رقم {n}", source=source, at=NOON + n * MINUTE))
    return library


def an_api(library: Newsstand) -> Starlette:
    return an_app(library, [DESK, WIRE])


async def answer(library: Newsstand, path: str, **headers: str) -> httpx.Response:
    async with client_of(an_api(library)) as client:
        return await client.get(path, headers=headers)


def ask(library: Newsstand, query: str = "", **headers: str) -> httpx.Response:
    return asyncio.run(answer(library, f"/api/items{query}", **headers))


def titles(found: httpx.Response) -> list[str]:
    assert found.status_code == 200, found.text
    return [item["title"] for item in found.json()["items"]]


def test_an_item_is_told_with_all_that_programs_need():
    library = Newsstand()
    first = an_item("إقفال الجسر", source="desk", at=NOON, link="https://user:pw@desk.example/1")
    library.items = [reworded(first, "إقفال الجسر القديم", at=NOON + MINUTE)]
    (item,) = ask(library).json()["items"]
    number = first.guid.removeprefix("urn:uuid:")
    assert item == {
        "id": number,
        "guid": first.guid,
        "source": "desk",
        "source_title": "المكتب",
        "language": "ar",
        "title": "إقفال الجسر القديم",
        "published": "2025-03-10T12:00:00Z",
        "updated": "2025-03-10T12:01:00Z",
        "first_seen": "2025-03-10T12:00:00Z",
        "last_seen": "2025-03-10T12:00:00Z",
        "link": "https://desk.example/1",
        "page": f"/item/{number}",
        "uncertain": None,
        "earlier": [{"title": "إقفال الجسر", "seen": "2025-03-10T12:00:00Z", "until": "2025-03-10T12:01:00Z"}],
    }


def test_a_script_that_names_no_address_is_no_link():
    library = Newsstand()
    library.items = [an_item("خبر", source="desk", link="javascript:alert(1)")]
    assert ask(library).json()["items"][0]["link"] is None


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param("", [6, 5, 4, 3, 2, 1, 0], id="everything, newest first"),
        pytest.param("?limit=2", [6, 5], id="the newest so many"),
        pytest.param("?source=wire", [5, 3, 1], id="one source"),
        pytest.param("?source=wire&source=desk&limit=3", [6, 5, 4], id="several sources"),
        pytest.param("?source=wire&until=2025-03-10T12:01:00Z", [], id="a source that has nothing then"),
        pytest.param("?q=٣", [3], id="digits of another script"),
        pytest.param("?q=خبر&not=1&not=2&limit=3", [6, 5, 4], id="words and others that must not be there"),
        pytest.param("?since=2025-03-10T12:05:00Z", [6, 5], id="since an instant, which is in it"),
        pytest.param("?since=2025-03-10T12:05:00.001Z", [6], id="since a moment after"),
        pytest.param("?until=2025-03-10T12:01:00Z", [0], id="until an instant, which is not in it"),
        pytest.param("?since=2025-03-10T14:06:00+02:00", [6], id="with a plus that nobody encoded"),
        pytest.param("?since=2025-03-10T14:06:00%2B02:00", [6], id="with one that is encoded"),
        pytest.param("?since=2025-03-11", [], id="since a date, which is its midnight in UTC"),
        pytest.param("?until=2025-03-11&limit=1", [6], id="until a date"),
        pytest.param("?since=2025-03-10T12:04:60Z", [6, 5], id="since a leap second"),
        pytest.param("?lang=ar&day=x&souce=desk&limit=1", [6], id="keys of pages and of nobody are ignored"),
    ],
)
def test_a_query_chooses(query, numbers):
    assert titles(ask(stocked(), query)) == [f"خبر رقم {n}" for n in numbers]


@pytest.mark.parametrize(
    ("query", "cure"),
    [
        pytest.param("?limit=0", "limit: write a number from 1 to 500", id="no limit at all"),
        pytest.param("?limit=501", "limit: write a number from 1 to 500", id="too high a limit"),
        pytest.param("?limit=ten", "limit: write a number from 1 to 500", id="a limit in letters"),
        pytest.param("?limit=", "limit: write a number from 1 to 500", id="an empty limit"),
        pytest.param("?limit=5&limit=6", "limit: is there twice; give it once", id="two limits"),
        pytest.param("?since=yesterday", "since: write a date like", id="a word for an instant"),
        pytest.param("?since=2025-03-10T12:00:00", "since: write a date like", id="an instant in no zone"),
        pytest.param("?until=2025-02-30", "until: write a date like", id="a day that never was"),
        pytest.param("?until=20250310", "until: write a date like", id="a date in another form"),
        pytest.param("?cursor=1", "cursor: send the value of `next` as it came", id="a cursor of another making"),
        pytest.param("?cursor=", "cursor: send the value of `next` as it came", id="an empty cursor"),
        pytest.param("?source=Desk%20One", "source: write the name of a source", id="a title for a name"),
        pytest.param("?source=nosuch", "source: none is named “nosuch”; known: desk, wire", id="a source that is none"),
        pytest.param("?source=desk&source=dekk", "source: none is named “dekk”", id="one of two that is none"),
        pytest.param("?" + "&".join(f"k{n}=1" for n in range(101)), "query: has more than 100 keys", id="many keys"),
        pytest.param("?k=" + "x" * 8000, "query: is longer than 8000 bytes", id="a query as long as a book"),
        pytest.param("?" + "&".join(f"source=s{n}" for n in range(51)), "source: name at most 50", id="many sources"),
        pytest.param("?q=" + "x" * 501, "q: This filter is too long", id="a text for a word"),
        pytest.param("?limit=0&since=x", "since: write a date like", id="the first of two"),
        pytest.param("?limit=0&since=x", "limit: write a number", id="the second of two"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_its_cure(query, cure):
    found = ask(stocked(), query)
    assert (found.status_code, found.headers["content-type"]) == (400, "application/problem+json")
    problem = found.json()
    assert cure in problem["detail"]
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Bad Request", 400)
    assert {error["parameter"] for error in problem["errors"]} <= {
        "limit", "since", "until", "cursor", "source", "q", "query",
    }  # fmt: skip
    assert found.headers["access-control-allow-origin"] == "*"


def test_a_source_that_is_configured_no_longer_can_be_read_while_it_has_headlines():
    library = stocked(2)
    library.items.append(an_item("قديم", source="before", at=NOON - MINUTE))
    assert titles(ask(library, "?source=before")) == ["قديم"]
    assert titles(ask(library, "?source=before&source=wire&until=2025-03-10T12:00:00Z")) == ["قديم"]
    assert titles(ask(library, "?source=before&since=2025-03-10T12:00:00Z")) == []


def test_a_configured_source_that_has_no_headline_yet_is_no_mistake():
    assert titles(ask(stocked(1), "?source=wire")) == []


def test_of_many_sources_an_answer_names_some():
    told = str(no_source("x" * 500, [f"s{n}" for n in range(1000)]))
    assert "known: s0, s1," in told
    assert "s9 and 990 more" in told
    assert len(told) < 250


@pytest.mark.parametrize(
    "edge", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59.9-23:00", "9999-12-31", "0001-01-01"]
)
def test_the_ends_of_time_can_be_asked_for(edge):
    assert read_wish(f"since={edge.replace('+', '%2B')}".encode()).since is not None


def test_a_cursor_leads_through_all_that_was_there_while_more_arrives():
    library = stocked(23)
    was_there = {item.guid for item in library.items}
    found, after = [], ""
    for n in range(40):
        page = ask(library, f"?limit=4{after}").json()
        found += [item["guid"] for item in page["items"]]
        library.items.append(an_item(f"جديد {n}", source="desk", at=NOON + timedelta(hours=1, minutes=n)))
        if page["next"] is None:
            break
        after = f"&cursor={page['next']}"
    assert len(found) == len(set(found))
    assert set(found) == was_there


def test_the_last_page_says_so_though_it_is_full():
    first = ask(stocked(4), "?limit=2").json()
    last = ask(stocked(4), f"?limit=2&cursor={first['next']}").json()
    assert (len(last["items"]), last["next"]) == (2, None)


def test_the_same_items_are_not_sent_again():
    library = stocked()
    first = ask(library)
    assert first.headers["cache-control"] == "no-cache"
    again = ask(library, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    library.items.append(an_item("جديد", source="desk", at=NOON + timedelta(hours=1)))
    assert ask(library, **{"If-None-Match": first.headers["etag"]}).status_code == 200


def test_head_says_what_get_would():
    async def both() -> list[httpx.Response]:
        async with client_of(an_api(stocked())) as client:
            return [await client.request(method, "/api/items") for method in ("GET", "HEAD")]

    got, head = asyncio.run(both())
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers


def test_a_store_that_refuses_is_a_problem_that_says_when_to_come_back():
    library = stocked()
    library.broken = True
    found = ask(library)
    assert (found.status_code, found.headers["retry-after"]) == (503, "5")
    assert found.headers["content-type"] == "application/problem+json"
    Draft202012Validator(problem_schema()).validate(found.json())


def problem_schema() -> Mapping[str, Any]:
    schemas: Mapping[str, Mapping[str, Any]] = description("https://news.example/")["components"]["schemas"]
    return schemas["Problem"]


def test_a_query_that_is_no_text_is_read_as_far_as_it_is():
    assert read_wish(b"q=%ff%fe").limit == 100
    with pytest.raises(BadQueryError, match="source"):
        read_wish(b"source=%00")


# What the description promises holds for whatever is sent


def described(library: Newsstand) -> Starlette:
    """The whole application, with its feeds."""
    app = an_app(library, [DESK, WIRE], clock=Clock(NOON + timedelta(hours=1)))
    for name, channel in channels_of([DESK, WIRE]).items():
        items = tuple(item for item in reversed(library.items) if item.source in channel.sources)
        library.versions[name] = Version(name, 1, NOON, documents(Feed(channel, items, items[0].updated)))
    asyncio.run(app.state.shelf.refresh())
    return app


def try_it(app: Starlette, examples: int) -> None:
    """Send each operation *examples* requests as described and as many as are not; fails at an answer that is not."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        for mode in schemathesis.GenerationMode:
            _send(found.ok(), mode, examples)


def _send(operation: Any, mode: schemathesis.GenerationMode, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=operation.as_strategy(mode))
    def answered(case: schemathesis.Case[Any]) -> None:
        asked = (case.query or {}).get("source", [])
        known = isinstance(asked, list) and all(name in ("desk", "wire") for name in asked)
        case.call_and_validate(excluded_checks=[] if known else [positive_data_acceptance])  # no schema knows the names

    with suppress(Unsatisfiable):  # where it takes nothing, nothing can be wrong
        answered()


def test_nothing_is_answered_that_is_not_described():
    try_it(described(stocked()), examples=6)


@pytest.mark.soak
def test_nothing_is_answered_that_is_not_described_however_often_it_is_asked():
    try_it(described(stocked(300)), examples=200)


def test_the_description_is_openapi_and_names_what_the_answers_hold():
    told = description("https://news.example/ticker/")
    assert (told["openapi"], told["servers"]) == ("3.1.0", [{"url": "https://news.example/ticker"}])
    entry = told["components"]["schemas"]["Entry"]
    assert set(ask(stocked(1)).json()["items"][0]) == set(entry["properties"]) == set(entry["required"])
