"""Tell the world what is new, by WebSub (W3C Recommendation of 23 January 2018), and people what they asked to know.

`Announcer` tells foreign hubs and knows which of them work; `Hub` is one of our own, at {public_url}hub. Both are
told by `served` that new bytes can be had, return at once and work on their own between `start` and `stop`. Every
request goes through `ticker.guard`. What they must remember is in the store.

`Notifier` tells people of trouble with sources and of new headlines: it is told of each poll by `polled` and `refused`,
which return at once as well. Webhooks go through the guard, all other targets through Apprise.
"""

from ticker.announce.courier import Standing, Timing
from ticker.announce.deliveries import Pace
from ticker.announce.hub import Hub
from ticker.announce.notifier import Notifier, answers, try_all
from ticker.announce.outgoing import Outgoing
from ticker.announce.publisher import PATIENCE, Announcer, Patience
from ticker.announce.wish import Terms

__all__ = [
    "PATIENCE",
    "Announcer",
    "Hub",
    "Notifier",
    "Outgoing",
    "Pace",
    "Patience",
    "Standing",
    "Terms",
    "Timing",
    "answers",
    "try_all",
]
