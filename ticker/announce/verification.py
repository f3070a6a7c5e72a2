"""Ask a callback whether its owner meant it (WebSub §5.3)."""

import secrets
from hmac import compare_digest
from urllib.parse import urlencode

from ticker.announce.outgoing import NoReplyError, Outgoing
from ticker.announce.wish import Wish


class UnverifiedError(NoReplyError):
    """It did not say yes.

    Args:
        final: it said no; else another try may find it better disposed.
    """

    def __init__(self, detail: str, *, final: bool) -> None:
        super().__init__(detail)
        self.final = final


async def verify(wish: Wish, outgoing: Outgoing) -> None:
    """Return when the callback confirms *wish*, by sending back a challenge that is random and never used again.

    Raises:
        UnverifiedError: and nothing may be changed.
    """
    challenge = secrets.token_urlsafe(32)
    asked = {"hub.mode": wish.mode, "hub.topic": wish.topic, "hub.challenge": challenge}
    if wish.mode == "subscribe":
        asked["hub.lease_seconds"] = str(int(wish.lease.total_seconds()))
    try:
        reply = await outgoing.send("GET", with_query(wish.callback, asked), headers={}, most=len(challenge))
    except NoReplyError as error:
        raise UnverifiedError(str(error), final=False) from error
    if not reply.good:
        raise UnverifiedError(f"answered {reply.status}", final=reply.status in (404, 410))
    if not reply.whole or not compare_digest(reply.body, challenge.encode()):
        raise UnverifiedError("answered with something else than the challenge", final=True)


def with_query(url: str, added: dict[str, str]) -> str:
    """*url* with further parameters behind those that it has, which stay as they are."""
    joint = "?" if "?" not in url else "" if url.endswith(("?", "&")) else "&"
    return f"{url}{joint}{urlencode(added)}"
