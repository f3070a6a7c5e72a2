"""Whether what a server says of change can be believed: every tenth reading asks for the whole page, and compares."""

import hashlib
from datetime import datetime, timedelta

from ticker.model import Validators

WHOLE_EVERY = 10  # conditional readings, of which the last asks for the whole page: news is 10 polls late at the worst
DISTRUST = timedelta(days=1)  # that the validators of an address are not used, once they have lied

SAME_TAG = "its ETag or Last-Modified stayed as they were while the page changed"
SAME_ANSWER = "it answers 304 Not Modified though the page has changed"


class Trust:
    """What one address has said of change, and what was true. Two ways of lying are found out:

    - other content under the validators of before: the bytes are compared. Where only a stamp in the page changes, the
      suspicion is wrong, and costs nothing but bytes;
    - 304 for ever: where a whole page comes with other validators after answers of 304, the old validators are sent
      once more. No honest server answers 304 to what it has replaced itself.
    """

    def __init__(self) -> None:
        self._held: Validators | None = None  # of the last whole page
        self._digest = b""  # of its body
        self._sent: Validators | None = None
        self._conditional = 0  # readings since one asked for the whole page
        self._silent: Validators | None = None  # which 304 was answered to since the last whole page
        self._outdated: Validators | None = None  # to be sent once, as a question whose answer is known
        self._probing = False
        self._until: datetime | None = None
        self._lie = ""

    def asking(self, known: Validators | None, now: datetime) -> Validators | None:
        """What to send instead of *known*, if anything."""
        self._probing = False
        self._sent = self._choose(known, now)
        return self._sent

    def not_modified(self, now: datetime) -> bool:
        """A 304 came to what was sent: whether it can be believed, else the whole page has to be asked for."""
        self._silent = self._sent
        if self._probing:
            self._distrust(SAME_ANSWER, now)
        self._probing, self._sent = False, None
        return self.lie(now) == ""

    def came(self, validators: Validators | None, body: bytes, now: datetime) -> None:
        """A whole page came."""
        digest = hashlib.blake2b(body, digest_size=16).digest()
        changed = digest != self._digest
        if self._digest and changed and validators is not None and validators == self._held:
            self._distrust(SAME_TAG, now)
        elif self._silent and changed and validators is not None and validators != self._silent:
            self._outdated = self._silent
        self._held, self._digest = validators, digest
        self._silent, self._conditional = None, 0

    def lie(self, now: datetime) -> str:
        """What it has said that was not true, as a plain phrase, while that counts against it."""
        return self._lie if self._until is not None and now < self._until else ""

    def _choose(self, known: Validators | None, now: datetime) -> Validators | None:
        if known is None or self.lie(now):
            return None
        if self._outdated is not None:
            outdated, self._outdated, self._probing = self._outdated, None, True
            return outdated
        self._conditional += 1
        return known if self._conditional % WHOLE_EVERY else None

    def _distrust(self, lie: str, now: datetime) -> None:
        self._lie, self._until = lie, now + DISTRUST
        self._outdated = None
