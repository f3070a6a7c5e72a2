"""What every problem is told with: the path of its key, and an example of what may stand there."""

KeyPath = tuple[str | int, ...]  # ("sources", 1, "every")
ON_KEY = ("[key]",)  # how the path of a key ends that is itself at fault, not its value

EXAMPLES = {
    "server": "{port: 8000}",
    "host": "127.0.0.1",
    "port": "8000",
    "public_url": "https://news.example.org/",
    "log_requests": "true",
    "proxies": "[127.0.0.1, 10.0.0.0/8]",
    "live_clients": "2000",
    "read_token": "{env: READ_TOKEN}",
    "store": "sqlite:///data/ticker.db",
    "feed": "{max_items: 500}",
    "min_items": "100",
    "max_items": "500",
    "max_age": "24h",
    "hubs": "https://hub.example.org/",
    "hub": "true",
    "hub_private": "true",
    "contact": "news@example.org",
    "keep": "2y",
    "keep_polls": "30d",
    "notify": "[{to: https://hooks.example.org/ticker}]",
    "to": "https://hooks.example.org/ticker",
    "alarms": "true",
    "headlines": "true",
    "match": "[عاجل]",
    "without": "[رياضة]",
    "secret": "{env: HOOK_SECRET}",
    "sources": "[{name: city, url: https://news.example.org/, timezone: Asia/Beirut}]",
    "name": "city",
    "title": "City news",
    "url": "https://news.example.org/",
    "timezone": "Asia/Beirut",
    "heading": "Breaking news",
    "selectors": "{block: .ticker}",
    "block": ".ticker",
    "time": ".ticker time",
    "headline": ".ticker a",
    "link": ".ticker a",
    "language": "ar",
    "every": "60s",
    "timeout": "30s",
    "robots": "obey",
    "headers": "{Accept-Language: ar}",
    "charset": "windows-1256",
    "allow_private": "true",
}


def dotted(at: KeyPath) -> str:
    """`sources[1].every` of ("sources", 1, "every")."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).removeprefix(".")
