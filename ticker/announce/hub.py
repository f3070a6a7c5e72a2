"""The embedded WebSub hub, at {public_url}hub: takes subscriptions to the feeds of this site, and sends what is new."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ticker.announce.deliveries import Deliveries, Pace, Topic
from ticker.announce.lanes import Calls, Lanes
from ticker.announce.library import Live, Subscribers
from ticker.announce.outgoing import Outgoing
from ticker.announce.verification import UnverifiedError, verify
from ticker.announce.wish import RefusalError, Terms, Wish, read
from ticker.errors import StoreError
from ticker.model import Channel, Format, Subscription

FORM = "application/x-www-form-urlencoded"
PATIENCE = timedelta(seconds=10)  # for a form to come in whole
AT_ONCE = 16  # verifications
PER_HOST = 2
PAUSES = (timedelta(seconds=5), timedelta(seconds=30))  # before a verification that found nobody is tried again
TERMS = Terms()
PACE = Pace()
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_Key = tuple[str, str]  # topic, callback

log = structlog.get_logger()


class Hub:
    """An ASGI application for one path, and the work behind it between `start` and `stop`.

    Args:
        channels: by feed name; each of their subscription documents can be subscribed to, and nothing else.
        live: what is served now, and sent to those who subscribed.
        subscribers: where subscriptions are kept.
        clock: now, aware.
        hubs: those that are advertised now, this one among them; None for this one alone.
        allow_private: also callbacks at private addresses.
        outgoing: the way out, unless it is to be made of *allow_private*.
        may: asked before each delivery, where other processes deliver when it is their turn.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        live: Live,
        subscribers: Subscribers,
        clock: Callable[[], datetime],
        hubs: Callable[[], Sequence[str]] | None = None,
        allow_private: bool = False,
        outgoing: Outgoing | None = None,
        terms: Terms = TERMS,
        pace: Pace = PACE,
        pauses: Sequence[timedelta] = PAUSES,
        may: Callable[[], bool] = lambda: True,
    ) -> None:
        topics = {(topic := Topic(each, form)).url: topic for each in channels.values() for form in Format}
        self.url = next(iter(channels.values())).public_url + "hub"
        self._topics = topics
        self._live = live
        self._subscribers = subscribers
        self._calls = Calls()
        self._clock = clock
        self._allow_private = allow_private
        self._outgoing = outgoing or Outgoing(allow_private=allow_private)
        self._terms = terms
        self._pauses = pauses
        self._verifying = Lanes(at_once=AT_ONCE, per_host=PER_HOST)
        self._wished: dict[_Key, Wish] = {}  # the newest of each, until it is verified or given up
        self._later: dict[_Key, asyncio.TimerHandle] = {}  # its next verification
        self._deliveries = Deliveries(
            topics,
            live=live,
            subscribers=subscribers,
            outgoing=outgoing or Outgoing(allow_private=allow_private, may=may),
            hubs=hubs or (lambda: (self.url,)),
            clock=clock,
            pace=pace,
        )

    def start(self) -> None:
        """Deliver from now on, first what was owed when the last process ended; wishes are taken without that too."""
        self._deliveries.start()

    def served(self, feeds: Collection[str]) -> None:
        """New versions of *feeds* can be had: those who subscribed get them, this returns at once."""
        self._deliveries.served(feeds)

    async def renewed(self, said: str) -> None:
        """Another process, at its own hub, has kept a subscription that may be owed something."""
        await self._deliveries.renewed(said)

    async def rest(self) -> None:
        """Deliver no more until the next start: what is on its way is cut off, and made then or by another process."""
        await self._deliveries.stop()

    async def note(self) -> bool:
        """Note what has arrived and could not be noted before; whether all of it is noted now."""
        return await self._deliveries.note()

    async def stop(self) -> None:
        """Cut off what is on its way: deliveries are made at the next start, wishes not yet verified are lost."""
        for timer in self._later.values():
            timer.cancel()
        await self._verifying.close()
        await self._calls.ended()
        await self._deliveries.stop()

    @property
    def pending(self) -> int:
        """What waits or is on its way: verifications and deliveries."""
        return len(self._wished) + self._deliveries.pending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            await (await self._answer(Request(scope, receive)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return _text(405, "This is a WebSub hub: POST hub.mode, hub.topic and hub.callback to it.", Allow="POST")
        try:
            body = await self._body(request)
            wish = read(body, self._topics, self._terms, allow_private=self._allow_private)
            await self._take(wish)
        except RefusalError as error:
            wait = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return _text(error.status, str(error), **wait)
        except StoreError:
            return _text(503, "Subscriptions cannot be kept just now.", **{"Retry-After": "30"})
        return _text(202, f"Accepted: {wish.mode}. The callback will be asked whether it was meant.")

    async def _body(self, request: Request) -> bytes:
        """The form, as long as it is one."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise RefusalError(415, f"send a form, as {FORM}")
        body = b""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self._terms.form_bytes:
                        raise RefusalError(413, f"the form is larger than {self._terms.form_bytes} bytes")
        except TimeoutError:
            raise RefusalError(408, f"the form did not come within {PATIENCE.total_seconds():g} s") from None
        return body

    async def _take(self, wish: Wish) -> None:
        """Queue the verification; a newer wish of the same topic and callback takes the place of an older one.

        Raises:
            RefusalError: there is no room.
        """
        if wish.mode == "subscribe":
            await self._find_room(wish)
        key = (wish.topic, wish.callback)
        if key not in self._wished:
            self._find_place(wish.host)
        if timer := self._later.pop(key, None):
            timer.cancel()
        self._wished[key] = wish
        # What is published from here on is sent, also what comes before the verification.
        self._verifying.put(wish.host, key, partial(self._fulfil, wish, self._revision(wish), 0))

    def _find_place(self, host: str) -> None:
        if len(self._wished) >= self._terms.waiting:
            raise RefusalError(503, "busy: too many requests wait for their verification", retry_after=60)
        if sum(wish.host == host for wish in self._wished.values()) >= self._terms.waiting_of_host:
            raise RefusalError(429, "busy: too many requests of this host wait for their verification", retry_after=60)

    async def _find_room(self, wish: Wish) -> None:
        count = self._subscribers.count(wish.topic, wish.callback, wish.host, self._clock())
        known, total, of_host = await self._calls(count)
        if known:
            return
        if total >= self._terms.subscriptions:
            raise _full(self._terms)
        if of_host >= self._terms.of_host:
            raise _host_full(self._terms)

    async def _fulfil(self, wish: Wish, revision: int, tried: int) -> None:
        """Verify, then do as wished."""
        key = (wish.topic, wish.callback)
        again = False
        try:
            await verify(wish, self._outgoing)
            await self._do(wish, revision)
        except UnverifiedError as error:
            again = not error.final and tried < len(self._pauses) and self._wished.get(key) is wish
        except StoreError as error:
            log.error("hub", detail=str(error))
        finally:
            if not again and self._wished.get(key) is wish:
                del self._wished[key]
        if again:
            self._verify_later(wish, revision, tried)

    def _verify_later(self, wish: Wish, revision: int, tried: int) -> None:
        key = (wish.topic, wish.callback)

        def ring() -> None:
            del self._later[key]
            self._verifying.put(wish.host, key, partial(self._fulfil, wish, revision, tried + 1))

        self._later[key] = asyncio.get_running_loop().call_later(self._pauses[tried].total_seconds(), ring)

    async def _do(self, wish: Wish, revision: int) -> None:
        if wish.mode == "unsubscribe":
            await self._calls(self._subscribers.drop(wish.topic, wish.callback))
            self._deliveries.forget(wish.topic, wish.callback)
            return
        now = self._clock()
        new = Subscription(wish.topic, wish.callback, wish.host, now + wish.lease, wish.secret, revision)
        terms = self._terms
        keep = self._subscribers.keep(new, now=now, most=terms.subscriptions, most_of_host=terms.of_host)
        kept = await self._calls(keep)
        if kept != "kept":
            log.warning("hub", detail=str(_full(terms) if kept == "full" else _host_full(terms)), host=wish.host)
        elif new.delivered != self._revision(wish) or self._deliveries.troubled(wish.topic, wish.callback):
            self._deliveries.begin_anew(wish.host, wish.topic, wish.callback)

    def _revision(self, wish: Wish) -> int:
        """Of what is served now."""
        version = self._live(self._topics[wish.topic].channel.name)
        return version.revision if version else 0


def _full(terms: Terms) -> RefusalError:
    return RefusalError(503, f"full: this hub keeps {terms.subscriptions} subscriptions", retry_after=3600)


def _host_full(terms: Terms) -> RefusalError:
    return RefusalError(429, f"host full: this hub keeps {terms.of_host} subscriptions of one host", retry_after=3600)


def _text(status: int, sentence: str, **headers: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, headers=HEADERS | headers)
