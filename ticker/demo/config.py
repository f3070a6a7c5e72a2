"""The configuration that puts Ticker on the newsroom."""

import yaml

from ticker.demo.page import HEADING


def demo_config(newsroom_url: str, *, store: str, host: str = "127.0.0.1", port: int = 8000, every: str = "2s") -> str:
    """The text of a config.yaml with the newsroom as its only source, named `demo`.

    Args:
        newsroom_url: the front page, as `serve_newsroom` gives it.
        store: as the key of this name, e.g. `sqlite:////tmp/demo/ticker.db`.
        port: where the service listens; its public address follows from host and port.
        every: as the key of this name.
    """
    settings = {
        "server": {"host": host, "port": port},
        "store": store,
        "sources": [
            {
                "name": "demo",
                "title": f"غرفة الأخبار — {HEADING}",
                "url": newsroom_url,
                "heading": HEADING,
                "timezone": "Asia/Beirut",
                "language": "ar",
                "every": every,
                "allow_private": True,
            }
        ],
    }
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
