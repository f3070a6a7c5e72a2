"""What a subscription document holds, and what leaves it for an archive (RFC 5005 §4). Pure."""

from collections.abc import Sequence

from ticker.model import Channel, Item


def window(items: Sequence[Item], channel: Channel) -> tuple[Item, ...]:
    """The items of a feed's subscription document, out of *items*, newest first by `published`.

    All within `max_age` back from the newest item, that age included, but at least `min_items`
    and at most `max_items`. Counted from the newest item and not from now: a feed must not change
    while nothing happens, nor run empty when its source is silent.
    """
    if not items:
        return ()
    oldest = items[0].published - channel.max_age
    young = sum(item.published >= oldest for item in items)
    return tuple(items[: min(max(young, channel.min_items), channel.max_items)])
