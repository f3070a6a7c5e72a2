"""The newsroom and the service on it, together in one process: `ticker demo`."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from ticker import service
from ticker.config import load
from ticker.demo.config import demo_config
from ticker.demo.newsroom import newsroom_app, serve_newsroom
from ticker.demo.script import Newsroom
from ticker.errors import TickerError

log = structlog.get_logger()


async def demonstrate(*, port: int, newsroom_port: int, rhythm: float, seed: int, keep: Path | None) -> None:
    """Serve both until SIGTERM or SIGINT.

    Args:
        port: of the service.
        newsroom_port: of the newsroom; 0 takes any that is free.
        rhythm: seconds between two headlines, about.
        seed: another seed, other news.
        keep: folder for configuration and database; None uses one that is thrown away.

    Raises:
        TickerError: a port is taken.
    """
    with TemporaryDirectory(prefix="ticker-demo-") as scratch:
        folder = (keep or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        script = Newsroom(service.system_clock(), seed=str(seed), rhythm=timedelta(seconds=rhythm))
        try:
            async with serve_newsroom(newsroom_app(script, service.system_clock), newsroom_port) as url:
                written = folder / "config.yaml"
                written.write_text(demo_config(url, store=f"sqlite:///{folder}/ticker.db", port=port), "utf-8")
                log.info("newsroom", at=url, switches=f"{url}control")
                await service.run(load(written, {}))
        except OSError as error:
            cure = "choose another with --newsroom-port, or 0 for any"
            raise TickerError(
                f"the newsroom cannot listen on port {newsroom_port}: {error.strerror}; {cure}"
            ) from error
