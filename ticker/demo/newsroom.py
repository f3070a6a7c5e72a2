"""The newsroom as a web site on loopback, served inside the process that watches it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from ticker.demo.answers import Site
from ticker.demo.manual import Manual
from ticker.demo.script import Script

STOP_WITHIN = 2  # seconds that answers still under way are given when the server stops


def newsroom_app(
    script: Script,
    clock: Callable[[], datetime],
    *,
    links: bool = True,
    slow: timedelta = timedelta(seconds=2),
    hang: timedelta = timedelta(minutes=2),
    huge_bytes: int = 200_000_000,
) -> Starlette:
    """The site over *script*; the control page can also change the rows of a script that goes on.

    `app.state.site.mode` is the current mode, `.desk` the list as a hand can change it.

    Args:
        links: False prints every row without its link.
        slow: how long mode `slow` waits before the page.
        hang: when mode `hang` gives up at last; it ends sooner when client or server leave.
        huge_bytes: the size of the page in mode `huge`.
    """
    desk = script if isinstance(script, Manual) else Manual(script)
    site = Site(desk, clock, links=links, slow=slow, hang=hang, huge_bytes=huge_bytes)
    app = Starlette(
        routes=[
            Route("/", site.front),
            Route("/breaking/{number:int}", site.breaking),
            Route("/article/{number:int}", site.article),
            Route("/section/{number:int}", site.section),
            Route("/robots.txt", site.robots),
            Route("/favicon.svg", site.favicon),
            Route("/favicon.ico", site.favicon),
            Route("/control", site.control, methods=["GET"]),
            Route("/control", site.switch, methods=["POST"]),
            Route("/control/{action}", site.change, methods=["POST"]),
        ]
    )
    app.state.site = site
    return app


@asynccontextmanager
async def serve_newsroom(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Serve *app* on loopback inside this event loop and give its URL; answers that hang end with the block.

    Installs no signal handlers. The same app can be served again afterwards.

    Args:
        port: 0 takes one that is free.

    Raises:
        OSError: the port is taken.
    """
    # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named: else each takes 40 ms
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_WITHIN,
            )
        )
        app.state.site.stopping.clear()
        listener.listen()  # from here on requests wait for the server instead of being refused
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            app.state.site.stopping.set()
            server.should_exit = True
            await running


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
