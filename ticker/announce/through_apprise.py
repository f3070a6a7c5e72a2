"""A message through Apprise: Telegram, mail, ntfy and a hundred others. Its package is the extra `notify`.

Apprise blocks, so it runs in a thread with a time limit; the thread is a daemon, for one that hangs must keep neither
the next message of another target nor the end of the service waiting. Its log is silenced, since it may hold what
is in addresses; only the status that a server answered is taken from it.
"""

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ticker.announce.messages import Event, Message
from ticker.announce.undelivered import UndeliveredError

MISSING = "Apprise is not installed; install the extra notify (docs/operations.md)"
UNKNOWN = "Apprise cannot read this address; `apprise --details` lists what it can"
FAILED = "Apprise could not deliver it; `apprise -vv -b test ADDRESS` shows why"
TOTAL = timedelta(seconds=30)

_KIND: dict[Event, str] = {"trouble": "failure", "recovered": "success", "headlines": "info", "test": "info"}
_STATUS = re.compile(r"\berror=(\d{3})\b")


class _Overheard(logging.Handler):
    """Keeps of what Apprise logs the last status of each thread, and nothing else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status: dict[int | None, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if found := _STATUS.search(record.getMessage()):
            self.status[record.thread] = found[1]


_overheard = _Overheard()


class ThroughApprise:
    """One address of Apprise.

    Args:
        address: as Apprise has it; never told to anybody.
        total: for one message.
    """

    def __init__(self, address: str, *, total: timedelta = TOTAL) -> None:
        self._address = address
        self._total = total.total_seconds()
        self._apprise: Any = None  # its object, made in the first thread: it takes half a second
        self._thread: threading.Thread | None = None

    async def send(self, message: Message) -> None:
        """Raises UndeliveredError; a try that takes too long goes on in its thread, and no other is begun meanwhile."""
        if self._thread is not None and self._thread.is_alive():
            raise UndeliveredError("the try before has not ended yet")
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[str] = loop.create_future()

        def tell(detail: str) -> None:
            if not ended.done():
                ended.set_result(detail)

        def work() -> None:
            _tell_loop(loop, tell, self._send(message))

        self._thread = threading.Thread(target=work, name="apprise", daemon=True)
        self._thread.start()
        try:
            async with asyncio.timeout(self._total):
                detail = await ended
        except TimeoutError as error:
            raise UndeliveredError(f"no answer within {self._total:g} s") from error
        if detail:
            raise UndeliveredError(detail)

    def _send(self, message: Message) -> str:
        """What went wrong, "" when it arrived."""
        try:
            if self._apprise is None:
                self._apprise = _made(self._address)
            sent = self._apprise.notify(
                body=message.text, title=message.title, notify_type=_KIND[message.event], body_format="text"
            )
        except UndeliveredError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - a hundred strangers' plugins: none may end the service
            return f"Apprise broke: {type(error).__name__}"
        status = _overheard.status.pop(threading.get_ident(), "")
        return "" if sent else f"answered {status}" if status else FAILED


def _made(address: str) -> Any:
    """The object of Apprise for *address*; messages that are too long for a service come in parts."""
    try:
        import apprise
    except ImportError:
        raise UndeliveredError(MISSING) from None
    _silence()
    # without a time limit of its own it works in our thread, and in none that the end of the service waits for
    asset = apprise.AppriseAsset(app_id="Ticker", app_desc="Ticker", app_url="", async_mode=False, service_timeout=0)
    plugin = apprise.Apprise.instantiate(address, asset=asset)
    if plugin is None:
        raise UndeliveredError(UNKNOWN)
    if "overflow=" not in address:
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
    made = apprise.Apprise(asset=asset)
    made.add(plugin)
    return made


def _silence() -> None:
    theirs = logging.getLogger("apprise")
    theirs.handlers, theirs.propagate = [_overheard], False
    theirs.setLevel(logging.WARNING)


def _tell_loop(loop: asyncio.AbstractEventLoop, tell: Callable[[str], None], detail: str) -> None:
    try:
        loop.call_soon_threadsafe(tell, detail)
    except RuntimeError:  # the loop is closed: nobody waits any more
        return
