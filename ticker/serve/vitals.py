"""What a process answers that serves nothing: whether it is alive, whether it is at work, its metrics."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticker.serve.exposition import Expose, Exposition
from ticker.serve.front import RETRY, say


def vitals(at_work: Callable[[], bool], metrics: Expose) -> Starlette:
    """An application with `/healthz`, `/readyz` and `/metrics`."""

    async def alive(_request: Request) -> Response:
        return say(200, "ok", **{"Cache-Control": "no-store"})

    async def ready(_request: Request) -> Response:
        if at_work():
            return say(200, "ready", **{"Cache-Control": "no-store"})
        return say(503, "waiting for the database", **RETRY)

    return Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", Exposition(metrics))])
