"""Read a page over HTTP, within limits: Source -> Page, or None on 304 Not Modified."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from ticker.decode import page_of
from ticker.errors import FetchError
from ticker.fetch.answers import age, is_page, lifetime, plain_status, retry_after, validators_of
from ticker.fetch.bodies import beginning, glance, whole
from ticker.fetch.challenges import is_challenge
from ticker.fetch.clock import Corrected
from ticker.fetch.limits import DEFAULT, Limits
from ticker.fetch.robots import MOST_BYTES, Robots
from ticker.fetch.troubles import one_line
from ticker.fetch.trust import Trust
from ticker.fetch.way import USER_AGENT, TooManyRedirectsError, Visit, Way, named, shown, within
from ticker.model import Courtesy, Page, Source, Validators

MOST_EVIDENCE = 500_000  # bytes of a page that came with an error
LARGE = 200_000  # bytes that are not decoded on the loop: their charset may have to be found out


@dataclass(slots=True)
class _Place:
    """What is known of one address of a source."""

    trust: Trust = field(default_factory=Trust)
    lifetime: timedelta = timedelta()  # of its last page, when that was made
    fresh_for: timedelta = timedelta()  # of its last answer, when that came
    crawl_delay: timedelta = timedelta()  # the longest of the hosts on the way to it
    notes: tuple[str, ...] = ()  # on those hosts
    received: int = 0  # bytes of the body of its last answer, as sent


class Fetcher:
    """Reads pages; made once, and shared by all polls.

    It tells the time of its pages by `clock`, corrected by the dates of the answers where those show that our clock is
    wrong; `remark` then says so.

    Args:
        clock: now, as an aware instant.
        limits: what one reading may cost, besides the `timeout` of a source.
        contact: of the operator, a mail address or a web page: told to every host.
        user_agent: where there is no contact. The headers of a source may say another.
        robots: ask for robots.txt, and obey it unless a source says otherwise.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        limits: Limits = DEFAULT,
        contact: str = "",
        user_agent: str = USER_AGENT,
        robots: bool = False,
    ) -> None:
        self._clock = Corrected(clock)
        self._limits = limits
        self._way = Way(named(contact) if contact else user_agent)
        self._robots = Robots(self._robots_txt, self._clock.now) if robots else None
        self._places: dict[str, dict[str, _Place]] = {}  # source -> its addresses; the one read last is last

    async def __call__(self, source: Source, url: str, validators: Validators | None) -> Page | None:
        """Read *url*, one of the addresses of *source*.

        Args:
            validators: of the page kept last; sent only if *url* gave them (RFC 9110 §13), and while they can be
                believed: every tenth time the whole page is asked for.

        Returns:
            The page with its own validators, kept under *url* also where it redirects; None if it
            is as it was.

        Raises:
            FetchError: there is no page to be had this time, and why; with what came instead, if a page did.
        """
        if why := self._clock.unset:  # nothing that is read could be dated
            raise FetchError("unreachable", why)
        place = self._place(source, url)
        known = place.trust.asking(validators if validators and validators.url == url else None, self._clock.now())
        visit = Visit(source, url, self._limits.of(source), known)
        async with within(visit.limits, visit.limits.total):
            page = await self._read(visit, place)
            if page is None and not place.trust.not_modified(self._clock.now()):
                page = await self._read(replace(visit, known=None), place)
            return page
        raise AssertionError  # `within` raises what it catches

    def courtesy(self, source: Source) -> Courtesy:
        """What the hosts of *source* asked for when it was read last; nothing where it has not been."""
        places = list(self._places.get(source.name, {}).values())
        notes = ["robots.txt is ignored, as configured"] if source.robots == "ignore" else []
        for place in places:
            lie = place.trust.lie(self._clock.now())
            notes += [*place.notes, *([f"{lie}: for a day, the whole page is asked for each time"] if lie else [])]
        delay = max((place.crawl_delay for place in places), default=timedelta())
        fresh_for = places[-1].fresh_for if places else timedelta()
        return Courtesy(delay, fresh_for, "; ".join(dict.fromkeys(notes)))

    def received(self, source: Source) -> int:
        """Bytes of bodies, as sent, that the last reading of each address of *source* took."""
        return sum(place.received for place in self._places.get(source.name, {}).values())

    @property
    def remark(self) -> str:
        """What is wrong with our own clock, as a plain sentence; empty where nothing is."""
        return self._clock.remark

    def _place(self, source: Source, url: str) -> _Place:
        """What is known of an address; those that the source has no more are forgotten."""
        held = self._places.get(source.name, {})
        place = held.get(url, _Place())
        place.fresh_for, place.crawl_delay, place.notes, place.received = timedelta(), timedelta(), (), 0
        self._places[source.name] = {one: held[one] for one in held if one in source.urls and one != url} | {url: place}
        return place

    async def _read(self, visit: Visit, place: _Place) -> Page | None:
        async def check(hop: httpx.URL) -> None:
            if self._robots is None or visit.source.robots == "ignore":
                return
            leave = await self._robots.check(visit.source, hop)
            place.crawl_delay = max(place.crawl_delay, leave.delay)
            place.notes += (leave.note,) if leave.note else ()

        async with (
            await self._way.client(visit) as client,
            aclosing(await self._way.follow(client, visit, check)) as answer,
            AsyncExitStack() as counting,
        ):
            counting.callback(lambda: _count(place, answer))
            fetched_at = self._clock.heard(answer.headers, httpx.URL(visit.url).host)
            asked = answer.request.headers
            unchanged = answer.status_code == 304 and ("if-none-match" in asked or "if-modified-since" in asked)
            if not unchanged:
                await self._must_be_a_page(answer, visit, fetched_at)
            _note_freshness(place, answer, fetched_at)
            body = b"" if unchanged else await whole(answer, visit.limits)
        return None if unchanged else await self._page(visit, place, answer, body, fetched_at)

    async def _must_be_a_page(self, answer: httpx.Response, visit: Visit, now: datetime) -> None:
        if answer.status_code not in (200, 203):
            raise await _refusal(answer, visit, now)
        content_type = answer.headers.get("content-type")
        if not is_page(content_type):
            detail = f"answered {one_line(content_type)}, which is no web page"
            raise FetchError("unreachable", detail, content_type=content_type, url=shown(answer.url))

    async def _page(
        self, visit: Visit, place: _Place, answer: httpx.Response, body: bytes, fetched_at: datetime
    ) -> Page:
        def made() -> Page:
            charset = visit.source.charset
            return page_of(body, url=url, fetched_at=fetched_at, content_type=content_type, charset=charset)

        url, content_type = shown(answer.url), answer.headers.get("content-type")
        page = await asyncio.to_thread(made) if len(body) > LARGE else made()
        if is_challenge(answer, page.text):
            detail = "answered with a page that asks for a browser or a person"
            raise FetchError("challenged", detail, body=body[:MOST_EVIDENCE], content_type=content_type, url=url)
        validators = validators_of(answer, visit.url)
        place.trust.came(validators, body, self._clock.now())
        return replace(page, validators=validators, note=self.remark)

    async def _robots_txt(self, source: Source, url: str) -> str:
        """Empty where there is none (RFC 9309 §2.3.1). Raises FetchError where that cannot be known."""
        visit = Visit(source, url, self._limits.of(source), secrets=False)
        async with within(visit.limits, visit.limits.robots), await self._way.client(visit) as client:
            try:
                answer = await self._way.follow(client, visit, _anywhere)
            except TooManyRedirectsError:
                return ""
            async with aclosing(answer):
                if answer.status_code >= 500:
                    raise await _refusal(answer, visit, self._clock.now())
                text = await beginning(answer, MOST_BYTES, visit.limits) if answer.is_success else b""
            lines = text if len(text) < MOST_BYTES else text.rpartition(b"\n")[0]  # half a rule forbids too much
            return lines.decode("utf-8", "replace")
        raise AssertionError  # `within` raises what it catches


async def _anywhere(place: httpx.URL) -> None:
    """A robots.txt needs no leave to be read."""


async def _refusal(answer: httpx.Response, visit: Visit, now: datetime) -> FetchError:
    """The error that an answer without a page is, with the page that came with it."""
    body = await glance(answer, MOST_EVIDENCE, visit.limits)
    detail = plain_status(answer)
    challenged = is_challenge(answer, body.decode("utf-8", "replace"))
    return FetchError(
        "challenged" if challenged else "refused",
        f"{detail}: asks for a browser or a person" if challenged else detail,
        retry_after=retry_after(answer.headers, now),
        body=body,
        content_type=answer.headers.get("content-type"),
        url=shown(answer.url),
    )


def _count(place: _Place, answer: httpx.Response) -> None:
    place.received += answer.num_bytes_downloaded


def _note_freshness(place: _Place, answer: httpx.Response, now: datetime) -> None:
    """A 304 that says nothing of it leaves the page as fresh as it was made (RFC 9111 §4.3.4)."""
    said = lifetime(answer.headers, now)
    if said is not None or answer.status_code != 304:
        place.lifetime = said or timedelta()
    place.fresh_for = max(place.lifetime - age(answer.headers), timedelta())
