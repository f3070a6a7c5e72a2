"""The newsroom and the service on it, together in one process: `ticker demo`."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from ticker import service
from ticker.config import load
from ticker.demo.config import demo_config
from ticker.demo.front import serve_with_faults
from ticker.demo.newsroom import newsroom_app
from ticker.demo.script import Newsroom
from ticker.errors import ConfigError, StoreError, TickerError

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
        ConfigError: the folder cannot be written.
        TickerError: a port is taken.
    """
    with TemporaryDirectory(prefix="ticker-demo-") as scratch:
        folder = _folder(keep) if keep else Path(scratch)
        script = Newsroom(service.system_clock(), seed=str(seed), rhythm=timedelta(seconds=rhythm))
        async with AsyncExitStack() as stage:
            app = newsroom_app(script, service.system_clock)
            newsroom = serve_with_faults(app, service.system_clock, newsroom_port)
            try:
                url = await stage.enter_async_context(newsroom)
            except OSError as error:
                cure = "choose another with --newsroom-port, or 0 for any"
                raise TickerError(_taken("newsroom", newsroom_port, error, cure)) from error
            written = folder / "config.yaml"
            _write(written, demo_config(url, store=f"sqlite:///{folder}/ticker.db", port=port))
            log.info("newsroom", at=url, switches=f"{url}control")
            try:
                await service.run(load(written, {}))
            except TickerError as error:
                if isinstance(error, StoreError) or not isinstance(error.__cause__, OSError):
                    raise
                raise TickerError(_taken("service", port, error.__cause__, "choose another with --port")) from error


def _folder(keep: Path) -> Path:
    try:
        keep.mkdir(parents=True, exist_ok=True)
        return keep.resolve()
    except FileExistsError as error:
        raise ConfigError([f"--keep {keep} is a file; name a folder"]) from error
    except OSError as error:
        raise ConfigError([f"--keep {keep}: cannot make this folder: {error.strerror}; name another"]) from error


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, "utf-8")
    except OSError as error:
        raise ConfigError([f"--keep: cannot write {path}: {error.strerror}; name another folder"]) from error


def _taken(which: str, port: int, error: OSError, cure: str) -> str:
    return f"the {which} cannot listen on port {port}: {error.strerror}; {cure}"
