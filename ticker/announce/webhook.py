"""A message as JSON by POST, signed where a secret was agreed; any 2xx means that it arrived."""

import hmac

from ticker import __version__
from ticker.announce.messages import Message
from ticker.announce.outgoing import NoReplyError, Outgoing
from ticker.announce.undelivered import UndeliveredError

SIGNATURE = "X-Ticker-Signature"


class Webhook:
    """One address.

    Args:
        address: http(s), perhaps with a user and password, which are sent as Basic authentication.
        secret: signs the body (HMAC, SHA-256); "" for none.
        outgoing: the way out, which refuses private addresses or does not, and never follows a redirect.
    """

    def __init__(self, address: str, secret: str, outgoing: Outgoing) -> None:
        self._address = address
        self._secret = secret.encode()
        self._outgoing = outgoing

    async def send(self, message: Message) -> None:
        """Raises UndeliveredError."""
        body = message.document
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"Ticker/{__version__} (notify)"}
        if self._secret:
            headers[SIGNATURE] = f"sha256={hmac.new(self._secret, body, 'sha256').hexdigest()}"
        try:
            reply = await self._outgoing.send("POST", self._address, headers=headers, content=body)
        except NoReplyError as error:
            raise UndeliveredError(_cured(str(error))) from error
        if 300 <= reply.status < 400:
            cure = "which is not followed; write the address that it leads to"
            raise UndeliveredError(f"answered {reply.status}: it redirects, {cure}")
        if not reply.good:
            raise UndeliveredError(f"answered {reply.status}")


def _cured(detail: str) -> str:
    private = "is at no public address"
    return f"{detail}; write allow_private: true if it is meant" if private in detail else detail
