"""What a subscription document holds, and what leaves it for an archive (RFC 5005 §4). Pure.

Items come in store order: as they were kept, oldest first. By that, and not by `published`, parts are
closed: a line that is dated late, hours after it was news, stays in the document as long as any other,
so that whoever reads by the hour finds it there.
"""

from collections.abc import Iterator, Sequence

from ticker.model import Channel, Item

LARGEST = 100  # items of an archive: some 60 KB of RSS, and with 500 in the document 50 a time (research/readers §3)


def batch_size(channel: Channel) -> int:
    """How many items an archive of *channel* holds: a tenth of the document, unless its bounds are closer together."""
    return max(1, min(LARGEST, channel.max_items // 10, channel.max_items - channel.min_items + 1))


def newest_first(items: Sequence[Item]) -> tuple[Item, ...]:
    """By `published`; of those of one instant, the one that was kept last comes first."""
    return tuple(sorted(items, key=lambda item: item.published))[::-1]


def wanted(items: Sequence[Item], channel: Channel) -> tuple[Item, ...]:
    """The items that are not to leave the document, out of those that are in no archive; newest first.

    All within `max_age` back from the newest item, that age included, but at least `min_items`, and
    so many fewer than `max_items` that a whole archive fits beside them. Counted from the newest item
    and not from now: a feed must not change while nothing happens, nor run empty when its source is silent.
    """
    return _newest(items, channel, channel.max_items - batch_size(channel) + 1)


def closing(unarchived: Sequence[Item], channel: Channel) -> Iterator[tuple[Item, ...]]:
    """The parts to be closed now, in their order, out of the items that are in no archive; each in store order.

    What is left over then is the subscription document: at most `max_items`, and at least `min_items` or all.
    """
    left = list(unarchived)
    while batch := _next(left, channel):
        yield tuple(batch)
        closed = {item.guid for item in batch}
        left = [item for item in left if item.guid not in closed]


def _next(left: Sequence[Item], channel: Channel) -> Sequence[Item]:
    """The oldest, as soon as none of them is wanted; where the document overflows before, the oldest at its edge."""
    size = batch_size(channel)
    kept = {item.guid for item in wanted(left, channel)}
    if len(left) >= size and not any(item.guid in kept for item in left[:size]):
        return left[:size]
    if len(left) <= channel.max_items:
        return ()
    # Twice as wide an edge as is needed: else a line that was dated late would leave as soon as it has come.
    kept = {item.guid for item in _newest(left, channel, channel.max_items - 2 * size + 1)}
    return [item for item in left if item.guid not in kept][:size]


def _newest(items: Sequence[Item], channel: Channel, most: int) -> tuple[Item, ...]:
    if not items:
        return ()
    ordered = newest_first(items)
    oldest = ordered[0].published - channel.max_age
    young = sum(item.published >= oldest for item in ordered)
    return ordered[: min(max(young, channel.min_items), max(most, 1))]
