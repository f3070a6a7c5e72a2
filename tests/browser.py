"""A real browser: Debian's Chromium, driven by playwright; what it loads, says and refuses is noted.

The tests that use it share one browser, one service and one event loop (`loop_scope="module"`): playwright's own
loop cannot run beside those of other tests.
"""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from tests.readers import needs

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
TOOLS = Path(__file__).parent / "web" / "node_modules"
PATIENCE = 15_000  # ms until a test gives up waiting

needs_chromium = needs("chromium")


def needs_tools(name: str) -> pytest.MarkDecorator:
    """Skips a test where this package of tests/web is not installed."""
    return pytest.mark.skipif(not (TOOLS / name).exists(), reason=f"{name} is not installed: make test-deps")


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """The browser, for as long as the block lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Noted:
    """What a page did that a reader does not see."""

    hosts: set[str] = field(default_factory=set)  # it asked, with ports
    complaints: list[str] = field(default_factory=list)  # errors, refusals of the CSP among them
    dialogs: list[str] = field(default_factory=list)  # that a script opened
    bytes: int = 0  # transferred: bodies as they were sent, and headers

    async def add(self, request: Request) -> None:
        """Count a request that is through."""
        sizes = await request.sizes()
        self.bytes += sizes["responseBodySize"] + sizes["responseHeadersSize"]


@asynccontextmanager
async def visit(browser: Browser, url: str, **options: Any) -> AsyncIterator[tuple[Page, Noted]]:
    """*url* as somebody sees it who was never here, in a context of its own; nothing may go wrong meanwhile.

    Args:
        options: of playwright's `new_context`, such as `locale`, `viewport`, `color_scheme`.
    """
    context = await browser.new_context(**({"viewport": DESKTOP, "locale": "en"} | options))
    context.set_default_timeout(PATIENCE)
    noted = Noted()
    try:
        page = await context.new_page()
        page.on("console", lambda message: _note(noted, message))
        page.on("pageerror", lambda error: noted.complaints.append(str(error)))
        page.on("dialog", lambda dialog: noted.dialogs.append(dialog.message))
        page.on("request", lambda request: noted.hosts.add(urlsplit(request.url).netloc))
        await page.goto(url)
        yield page, noted
    finally:
        await context.close()


def _note(noted: Noted, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        noted.complaints.append(message.text)


async def until(page: Page, expression: str) -> Any:
    """Wait until this is true in *page*; what it gave. Playwright's own way needs `eval`, which the policy forbids."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not (found := await page.evaluate(expression)):
            await asyncio.sleep(0.03)
    return found


async def axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong with *page*, a line each: by all its rules, or by some."""
    if not await page.evaluate("'axe' in window"):
        # over the debugger, which the page's own policy (trusted types, no other scripts) does not bind
        await page.evaluate((TOOLS / "axe-core" / "axe.min.js").read_text("utf-8") + "; 0")
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = await page.evaluate("options => axe.run(document, options)", {**only, "resultTypes": ["violations"]})
    return [f"{broken['id']}: {node['html'][:200]}" for broken in found["violations"] for node in broken["nodes"]]


def nu(pages: Sequence[Path]) -> list[str]:
    """What the Nu HTML checker finds wrong with these files, a line each; warnings too."""
    command = ["java", "-XX:TieredStopAtLevel=1", "-Xss8m", "-jar", TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"]
    done = subprocess.run(
        [*map(str, command), "--format", "json", "--stdout", "--exit-zero-always", *map(str, pages)],
        capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["messages"]
    return [f"{Path(said['url']).name}: {said['message']} {said.get('extract', '')!r}" for said in told]
