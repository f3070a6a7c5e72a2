"""Work that waits, in an event loop of its own."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end, in a loop of uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        import asyncio

        return asyncio.run(work)
    return uvloop.run(work)
