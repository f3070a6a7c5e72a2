"""Where the server listens, and how it is run: beside others in one loop, told by nobody but its owner when to stop."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from ticker.errors import TickerError
from ticker.serve.addresses import LOOPBACK
from ticker.serve.connections import http_protocol, limits_beside, room_for

GRACE = 2  # seconds for answers that are under way when the server stops


class Switch:
    """ASGI application that is another one, and may become yet another while it is served."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class QuietServer(uvicorn.Server):
    """Leaves signals alone: uvicorn would raise them again when it ends, and the exit code would not be 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; else `Date` is a second old, and a feed changed since seems to be of the future."""
        return await super().on_tick(0)


def server_of(app: ASGIApp, *, streams: int = 0, proxies: Sequence[str] = LOOPBACK) -> QuietServer:
    """A server of *app*; run its `serve` on a socket of `listen`, and set `should_exit` to end it.

    Args:
        app: the application.
        streams: that it may hold open for ever, beside all other connections.
        proxies: addresses and networks of those who may say, by X-Forwarded-For and -Proto, whom they ask for. The
            client is the last address in that list which is none of them; without the header it is the peer.
    """
    return QuietServer(
        uvicorn.Config(
            app,
            http=http_protocol(limits_beside(room_for(streams))),
            proxy_headers=True,
            forwarded_allow_ips=list(proxies),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Bind before anything else is touched: two services on one store would poll twice.

    Raises:
        TickerError: the address is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # named, else asyncio delays small answers
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        cure = "set server.host and server.port in config.yaml, or TICKER_SERVER__PORT=8001"
        raise TickerError(f"cannot listen on {host} port {port}: {error.strerror or error}; {cure}") from error
    listening.setblocking(False)
    return listening
