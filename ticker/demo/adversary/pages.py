"""Faults of what is read: pages without the list, and lists that are not what they were."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

from ticker.demo.adversary.fault import Behaviour, Fault, Visit
from ticker.demo.adversary.wire import answer, head
from ticker.errors import Cause

DEEP = 100_000  # nested boxes
MANY = 100_000  # rows
_KEPT = "Nothing is wrong with it: the feed stays as it is."


def _made(make: Callable[[Visit], str | bytes], **headers: str) -> Behaviour:
    """A page of 200 that *make* has made, without validators."""

    async def behave(visit: Visit) -> None:
        await visit.send(answer(make(visit), **headers))

    return behave


def _good(visit: Visit) -> str:
    return visit.paper.html(visit.now)


def _no_list(visit: Visit) -> str:
    return re.sub(r"(?s)(</h3>)((?!</h3>).)*?(</section>)", r"\1<p>القائمة متوقفة مؤقتا</p>\3", _good(visit))


def _no_times(visit: Visit) -> str:
    paper = visit.paper
    return paper.look([replace(row, time=f"8 srp {row.time}") for row in paper.rows(visit.now)])


def _half(visit: Visit) -> str:
    html, rows = _good(visit), visit.paper.rows(visit.now)
    return html[: html.index(rows[len(rows) // 2].time) + 2]


def _only(rows: int) -> Callable[[Visit], str]:
    """So many rows of the list, from above."""
    return lambda visit: visit.paper.look(visit.paper.rows(visit.now)[:rows])


def _stale(visit: Visit) -> str:
    return visit.paper.html(visit.paper.before(visit.since))


def _frozen(visit: Visit) -> str:
    return visit.paper.html(visit.since)


def _turned_over(visit: Visit) -> str:
    return visit.paper.look(visit.paper.others(visit.since))


def _deep(visit: Visit) -> str:
    return _good(visit).replace("<body>", "<body>" + "<div>" * DEEP)


def _many(visit: Visit) -> str:
    html, last = _good(visit), visit.paper.rows(visit.now)[-1]
    end = html.index("</li>", html.rindex(escape(last.text))) + len("</li>")
    return html[:end] + f"<li><i>{last.time}</i>news</li>" * MANY + html[end:]


def _nul(visit: Visit) -> bytes:
    return _good(visit).encode().replace(b"</", b"\x00</")


def _broken_utf8(visit: Visit) -> bytes:
    return _good(visit).encode().replace(b"</footer>", b"\xff\xfe\xc3\x28\xd9</footer>")


def _other_charset(visit: Visit) -> bytes:
    return _good(visit).encode()


def _redesigned(visit: Visit) -> str:
    return visit.paper.look(visit.paper.rows(visit.now), layout="cards")


async def _one_etag(visit: Visit) -> None:
    await visit.send(answer(_good(visit), etag='"1"'))


async def _etag_lies(visit: Visit) -> None:
    if visit.asked.headers.get("if-none-match") == '"1"':
        await visit.send(head(304, etag='"1"'))
    else:
        await _one_etag(visit)


def _page(does: str, make: Callable[[Visit], str | bytes], cause: Cause, **headers: str) -> Fault:
    return Fault("page", does, _made(make, **headers), cause)


def _list(does: str, make: Callable[[Visit], str | bytes], expect: str = _KEPT, **headers: str) -> Fault:
    return Fault("list", does, _made(make, **headers), None, expect=expect)


_PART = "Read what is there; what is missing stays in the feed, and nothing comes twice."
_ONCE = "Refuse it once, believe it when it is there again; no item goes, and none comes twice."

FAULTS: Mapping[str, Fault] = {
    "blank": _page("Answers 200 with no content at all", lambda visit: "", "heading-absent"),
    "no-heading": _page(
        "Prints the list under another heading",
        lambda visit: visit.paper.look(visit.paper.rows(visit.now), heading="شريط الأنباء"),
        "heading-absent",
    ),
    "no-list": _page("Prints the heading, and prose in place of the list", _no_list, "block-absent"),
    "empty": _page("Prints the heading, and no row under it", lambda visit: visit.paper.look(()), "block-empty"),
    "two-rows": _page("Prints two rows under the heading", _only(2), "block-empty"),
    "no-times": _page("Prints dates that no language knows beside the times", _no_times, "times-unreadable"),
    "deep": _page("Nests the page in 100,000 boxes", _deep, "block-absent"),
    "many-rows": _page("Prints 100,000 rows more, with times and a word each", _many, "block-absent"),
    "half": _list("Ends in the middle of the list, and calls it whole", _half, _PART),
    "cut-list": _list("Prints four rows of the list, which had twelve", _only(4), _PART),
    "stale": _list("Prints the list as it was before its newest line", _stale, _ONCE),
    "turned-over": Fault(
        "list",
        "Prints a list that shares no line with the last one",
        _made(_turned_over),
        "gap",
        feed="grows",
        expect="Publish the new lines, and name the gap: lines between the two lists may have been missed.",
    ),
    "frozen": Fault(
        "list",
        "Prints the same list for ever",
        _made(_frozen),
        "list-frozen",
        patient=True,
        expect="Name it once it has stood still for much longer than this list usually does at this hour.",
    ),
    "nul-bytes": _list("Puts NUL bytes into the rows", _nul),
    "broken-utf8": _list("Breaks the UTF-8 of the footer", _broken_utf8),
    "wrong-charset": _list(
        "Declares windows-1256 for a page in UTF-8",
        _other_charset,
        content_type="text/html; charset=windows-1256",
    ),
    "redesign": Fault(
        "list",
        "Prints the same list in other markup: boxes, no links",
        _made(_redesigned),
        None,
        feed="grows",
        expect="Find it by its heading and shape, publish nothing twice, and go on with each new line.",
    ),
    "one-etag": Fault(
        "list",
        "Gives each version of the page the same ETag",
        _one_etag,
        None,
        feed="grows",
        expect="Publish each new headline all the same.",
    ),
    "lying-etag": Fault(
        "list",
        "Gives each version of the page the same ETag, and 304 to who has it",
        _etag_lies,
        None,
        feed="grows",
        expect="Ask without a condition now and then: the new headlines come late, and are not lost.",
    ),
}
