"""What uvicorn may say in our log: our own bugs, and nothing at the will of strangers.

It would warn of each request that is none, and of each client that leaves early. Our bugs can be
met by strangers too, as often as they like, so each is told at its first, tenth, hundredth … time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from types import TracebackType

BUGS = 100  # told apart at most

Tell = Callable[[BaseException, int], None]
_Place = tuple[str, str, int]


def quiet_uvicorn(tell: Tell) -> None:
    """From now on, only exceptions that leave the application are told; call it once, before the server starts.

    Args:
        tell: gets the exception, with its traceback, and how often it was met in that place.
    """
    logger = logging.getLogger("uvicorn.error")
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    logger.handlers = [_Bugs(tell)]
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # warns of each write to a client that has gone


class _Bugs(logging.Handler):
    """Hands on the exceptions among the records of a logger."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._met: Counter[_Place] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, asyncio.CancelledError):  # cut off while the service stops
            return
        place = _place(error)
        if place in self._met or len(self._met) < BUGS:
            self._met[place] += 1
            if _is_power_of_ten(self._met[place]):
                self._tell(error, self._met[place])


def _place(error: BaseException) -> _Place:
    """Where it was raised, and what."""
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = (last.tb_frame.f_code.co_filename, last.tb_lineno) if last else ("", 0)
    return (type(error).__qualname__, *where)


def _is_power_of_ten(number: int) -> bool:
    return str(number).strip("0") == "1"
