"""What each feed says of itself, as configured."""

from collections import Counter

from ticker.config import Settings
from ticker.hubs import advertised
from ticker.model import Channel, titled_together
from ticker.store import Store


def channels_of(settings: Settings, hubs: tuple[str, ...] = ()) -> dict[str, Channel]:
    """Feed name -> what the feed says of itself; "" is the combined feed.

    Args:
        hubs: that are advertised (`hubs.advertised`): those that work.
    """
    window = (settings.feed.min_items, settings.feed.max_items, settings.feed.max_age)
    url = settings.server.public_url
    titles = {source.name: source.title for source in settings.sources}
    languages = {source.name: source.language for source in settings.sources}
    language = Counter(languages.values()).most_common(1)[0][0]
    named = settings.sources[0].title if len(titles) == 1 else titled_together(titles.values())
    others = {name: spoken for name, spoken in languages.items() if spoken != language}
    pages = {source.name: source.urls[0] for source in settings.sources}
    channels = {"": Channel("", settings.feed.title or named, language, url, titles, *window, others, pages, hubs)}
    for source in settings.sources:
        one, page = {source.name: source.title}, {source.name: source.urls[0]}
        channels[source.name] = Channel(
            source.name, source.title, source.language, url, one, *window, pages=page, hubs=hubs
        )
    return channels


async def published_channels(settings: Settings, store: Store) -> dict[str, Channel]:
    """The channels with the hubs that the feeds name now. Raises StoreError."""
    return channels_of(settings, await advertised(settings, store))
