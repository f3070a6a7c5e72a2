"""Render in one thread of its own: feedgen is not thread-safe, and the loop must not stall."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from ticker.model import Feed, Format
from ticker.render import documents


class RenderThread:
    """As `model.Press`; one for a process."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")

    async def __call__(self, feed: Feed) -> Mapping[Format, bytes]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, documents, feed)

    def close(self) -> None:
        """After the running document."""
        self._thread.shutdown()
