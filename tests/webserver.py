"""Plain web servers over a folder, and a walk through all that leads on from what they answer."""

import asyncio
import html
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from tests.running import PATIENCE

NGINX = """
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; master_process off;
events {{}}
http {{
  include /etc/nginx/mime.types; access_log {folder}/access.log;
  client_body_temp_path {folder}/tmp1; proxy_temp_path {folder}/tmp2; fastcgi_temp_path {folder}/tmp3;
  uwsgi_temp_path {folder}/tmp4; scgi_temp_path {folder}/tmp5;
  {server}
}}
"""
_STATIC = Path(__file__).parents[1] / "docs" / "static.md"
_IN_HTML = re.compile(r'(?:href|src|data-copy|content)="([^"]+)"')
_IN_CSS = re.compile(r"url\(([^)]+)\)")
_IN_SCRIPT = re.compile(r'from "(\./[^"]+)"')
_IN_XML = re.compile(r'(?:href|url|xmlUrl|htmlUrl|src)="([^"&]+)|<(?:link|url|id|guid|icon|logo|docs)[^>]*>([^<]+)<')


@asynccontextmanager
async def serving(root: Path, port: int, kind: str, folder: Path) -> AsyncIterator[None]:
    """*root* on that port of loopback, by `nginx` or by `http.server` of Python; logs are in *folder*."""
    folder.mkdir(exist_ok=True)
    if kind == "nginx":
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, server=_documented(root, port)))
        command = [shutil.which("nginx") or "nginx", "-c", str(config), "-e", str(folder / "error.log")]
    else:
        command = [sys.executable, "-m", "http.server", str(port), "-b", "127.0.0.1", "-d", str(root)]
    with (folder / "out.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        await _until_open(port)
        yield
    finally:
        process.terminate()
        await process.wait()


def _documented(root: Path, port: int) -> str:
    """The server as the documentation has it, elsewhere."""
    block: str = re.findall("```nginx\n(.*?)```", _STATIC.read_text("utf-8"), re.DOTALL)[0]
    for said, meant in (("listen 80;", f"listen 127.0.0.1:{port};"), ("root /var/www/news;", f"root {root};")):
        assert said in block
        block = block.replace(said, meant)
    return block


async def _until_open(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


async def walk(client: httpx.AsyncClient, *start: str) -> dict[str, int]:
    """Address -> status of all that can be reached from *start* on the same host, redirects of folders followed."""
    host, seen, waiting = urlsplit(start[0]).netloc, dict[str, int](), list(start)
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        answer = await client.get(url, follow_redirects=True)
        seen[url] = answer.status_code
        found = (urldefrag(urljoin(str(answer.url), html.unescape(link)))[0] for link in _links(url, answer))
        waiting += [link for link in found if urlsplit(link).netloc == host and urlsplit(link).scheme == "http"]
    return seen


def _links(url: str, answer: httpx.Response) -> list[str]:
    path = urlsplit(url).path
    if path.endswith(".json"):
        return _addresses(json.loads(answer.text))
    if path.endswith((".rss", ".atom", "opml")):
        return ["".join(pair) for pair in _IN_XML.findall(html.unescape(answer.text))]
    if path.endswith((".css", ".js")):
        return [link.strip("\"'") for link in (_IN_CSS if path.endswith(".css") else _IN_SCRIPT).findall(answer.text)]
    if path.endswith((".png", ".ico", ".svg", ".txt")):
        return []
    return [link for link in _IN_HTML.findall(answer.text) if "/" in link and " " not in link]


def _addresses(value: object) -> list[str]:
    if isinstance(value, dict):
        return [link for each in value.values() for link in _addresses(each)]
    if isinstance(value, list):
        return [link for each in value for link in _addresses(each)]
    if isinstance(value, str) and value.startswith("http"):
        return [value]
    return re.findall('href="([^"]+)"', value) if isinstance(value, str) else []
