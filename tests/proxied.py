"""nginx as deploy/nginx sets it up, before `ticker run` on a newsroom: only ports, folders and certificate are ours."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.readers import needs
from tests.running import PATIENCE, Service, free_port, running, write_config
from ticker.demo import Manual, newsroom_app, serve_newsroom

SHIPPED = Path(__file__).parent.parent / "deploy" / "nginx"
PLACES = {"ticker-http.conf": "conf.d", "ticker-locations.conf": "snippets", "site.conf": "sites-enabled"}
NGINX = "/usr/sbin/nginx"
needs_nginx = needs(NGINX, "openssl")
# As a distribution has it, and then some: whatever may be compressed is
MAIN = """{user}daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/temp/body; proxy_temp_path {folder}/temp/proxy;
    fastcgi_temp_path {folder}/temp/fastcgi; uwsgi_temp_path {folder}/temp/uwsgi; scgi_temp_path {folder}/temp/scgi;
    gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;
    include conf.d/*.conf;
    include sites-enabled/*;
}}
"""
CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=news.example"
    " -addext subjectAltName=IP:127.0.0.1 -keyout privkey.pem -out fullchain.pem"
)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the newsroom's clock on the wall


def lay_out(folder: Path, *, service: int, port: int, plain: int) -> Path:
    """The shipped files where a distribution has them, with a main configuration that includes them; its path.

    Args:
        service: port of the service.
        port: for https.
        plain: for http.
    """
    (folder / "temp").mkdir(parents=True)
    subprocess.run(CERTIFICATE.split(), cwd=folder, check=True, capture_output=True, timeout=PATIENCE)
    ours = {
        "127.0.0.1:8000": f"127.0.0.1:{service}",
        "/var/cache/nginx/ticker": f"{folder}/cache",
        "/var/log/nginx": f"{folder}",
        "/etc/letsencrypt/live/news.example": f"{folder}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen [::]:80": f"listen 127.0.0.2:{plain}",  # there need not be an IPv6 here
        "listen [::]:443": f"listen 127.0.0.2:{port}",
    }
    for name, place in PLACES.items():
        text = (SHIPPED / name).read_text("utf-8")
        for theirs, own in ours.items():
            text = text.replace(theirs, own)
        (folder / place).mkdir()
        (folder / place / name).write_text(text, "utf-8")
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="user root;\n" if os.geteuid() == 0 else ""), "utf-8")
    return main


@dataclass
class Site:
    """The newsroom, the service, and nginx before it."""

    folder: Path
    lines: Manual
    newsroom: str
    config: Path
    url: str  # public
    plain: str  # of the same host, without TLS
    service: Service
    client: httpx.AsyncClient
    trust: ssl.SSLContext
    stack: AsyncExitStack

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        """Ask as a reader would, by the public address; a path that begins with / is one of the host."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(httpx.URL(self.url).join(path), headers=named)

    def from_another(self, address: str) -> httpx.AsyncClient:
        """A client at another address of this machine."""
        transport = httpx.AsyncHTTPTransport(verify=self.trust, local_address=address)
        return httpx.AsyncClient(transport=transport, base_url=self.url, timeout=PATIENCE)

    async def until(self, path: str, holds: Callable[[httpx.Response], bool], **headers: str) -> httpx.Response:
        """Ask again and again until *holds* of the answer."""
        async with asyncio.timeout(PATIENCE):
            while not holds(answer := await self.get(path, **headers)):
                await asyncio.sleep(0.03)
        return answer

    def add(self, title: str) -> None:
        """A headline, printed now."""
        self.lines.add(title, now(), printed_at=now())

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What the service has logged so."""
        log = self.config.with_suffix(".log").read_text("utf-8").splitlines()
        return [said for said in map(json.loads, log) if said.get("event") == event]

    def answered(self, path: str) -> list[int]:
        """The statuses with which the service, not nginx, answered for *path*."""
        return [said["status"] for said in self.logged("request") if said["path"] == path]

    async def start(self) -> None:
        """The service, once more."""
        self.service = await self.stack.enter_async_context(running(self.config))

    async def set_up(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the configuration, and wait until the service has taken it over."""
        settings = yaml.safe_load(self.config.read_text("utf-8"))
        change(settings)
        before = self._taken_over()
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        self.service.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(PATIENCE):
            while self._taken_over() == before:
                await asyncio.sleep(0.02)

    def _taken_over(self) -> int:
        return sum(said.get("detail") == "taken over" for said in self.logged("config"))

    def kept(self) -> bytes:
        """All that is in the cache of nginx, one file after the other."""
        return b"".join(path.read_bytes() for path in sorted((self.folder / "cache").rglob("*")) if path.is_file())


@asynccontextmanager
async def proxied(folder: Path, titles: list[str]) -> AsyncIterator[Site]:
    """Such a site that has read these headlines, oldest first; more than half of them are in archives."""
    lines = Manual(length=len(titles))
    for ago, title in zip(range(len(titles), 0, -1), titles, strict=True):
        lines.add(title, now(), printed_at=now() - timedelta(minutes=2 * ago))
    service, port, plain = free_port(), free_port(), free_port()
    main = lay_out(folder, service=service, port=port, plain=plain)
    trust = ssl.create_default_context(cafile=folder / "fullchain.pem")
    url = f"https://127.0.0.1:{port}/ticker/"
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(serve_newsroom(newsroom_app(lines, now)))
        config = write_config(folder, newsroom, port=service)
        settings = yaml.safe_load(config.read_text("utf-8"))
        settings["server"] |= {"public_url": url, "log_requests": True}
        settings["feed"] = {"min_items": 3, "max_items": 6, "hub": True}
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
        running_service = await stack.enter_async_context(running(config))
        await stack.enter_async_context(_nginx(main))
        client = await stack.enter_async_context(httpx.AsyncClient(verify=trust, trust_env=False, timeout=PATIENCE))
        site = Site(
            folder, lines, newsroom, config, url, f"http://127.0.0.1:{plain}/", running_service, client, trust, stack
        )
        await site.until("readyz", lambda answer: answer.status_code == 200)
        yield site


@asynccontextmanager
async def _nginx(main: Path) -> AsyncIterator[None]:
    """nginx, listening: that is so before it writes down its process id."""
    process = await asyncio.create_subprocess_exec(NGINX, "-c", main, "-p", main.parent)
    try:
        async with asyncio.timeout(PATIENCE):
            while not (main.parent / "nginx.pid").exists():
                assert process.returncode is None, (main.parent / "error.log").read_text("utf-8")
                await asyncio.sleep(0.01)
        yield
    finally:
        process.terminate()
        await process.wait()
