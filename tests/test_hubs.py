"""WebSub in the running service: who subscribes is told, what a hub does shows in the feeds."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.running import running, write_config
from tests.strangers import Stranger, answers, willing
from ticker.announce import Patience
from ticker.channels import published_channels
from ticker.config import load
from ticker.demo import Manual, newsroom_app, serve_newsroom
from ticker.hubs import Hubs
from ticker.poller import Poller
from ticker.serve import build_app
from ticker.service import opened, system_clock

SOON = timedelta(milliseconds=20)
WORDS = (
    "افتتاح معرض الكتاب السنوي",
    "مطر غزير على الساحل",
    "إقفال الجسر القديم للصيانة",
    "قطار الشمال يستأنف رحلاته",
    "جلسة للمجلس البلدي غداً",
    "إعادة فتح الحديقة العامة",
)
QUICK = Patience(pauses=(), strikes=2, again=SOON, quiet=SOON)


def configured(folder: Path, url: str, **feed: Any) -> Path:
    path = write_config(folder, url)
    settings = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump(settings | {"feed": {"hub_private": True} | feed}, allow_unicode=True), "utf-8")
    return path


async def test_who_subscribes_to_the_running_service_is_told_also_after_a_restart(tmp_path):
    lines = Manual(length=30)
    for words in WORDS:
        lines.add(words, system_clock(), linked=False)
    async with serve_newsroom(newsroom_app(lines, system_clock)) as url, Stranger() as hub, Stranger() as reader:
        hub["/hub"], reader["/told"] = answers(204), willing
        config = configured(tmp_path, url, hub=True, hubs=[hub.url("/hub")])
        async with running(config) as service:
            await service.until(lambda items, _: len(items) == len(WORDS))
            answer = await service.get("feed.atom")
            topic = answer.links["self"]["url"]
            own = topic.removesuffix("feed.atom") + "hub"
            assert f'<{hub.url("/hub")}>; rel="hub"' in answer.headers["link"]
            assert f'<{own}>; rel="hub"' in answer.headers["link"]
            assert own in answer.text
            asked = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": reader.url("/told")}
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.post(own, data=asked)).status_code == 202
            await reader.until(lambda self: any("hub.challenge" in heard.query for heard in self.heard))
            lines.add("فوز الفريق في النهائي", system_clock(), linked=False)
            await reader.until(lambda self: any("فوز الفريق" in told.body.decode() for told in self.deliveries))
            await hub.until(lambda self: topic in {told.form.get("hub.url") for told in self.deliveries})
            assert await service.stop() == 0
        async with running(config):
            lines.add("عودة القطارات", system_clock(), linked=False)
            await reader.until(lambda self: any("عودة القطارات" in told.body.decode() for told in self.deliveries))


@pytest.mark.sqlite("which hubs a feed names is decided by one process alone; of several: test_teller")
async def test_feeds_name_a_hub_only_while_it_works(tmp_path):
    async with Stranger() as hub, opened(load(configured(tmp_path, "http://127.0.0.1:9/"), {})) as (store, press):
        hub["/hub"] = answers(500, 500, 500, 500, 500, 500, 204)
        settings = load(configured(tmp_path, "http://127.0.0.1:9/", hubs=[hub.url("/hub")]), {})
        channels = await published_channels(settings, store)
        assert channels[""].hubs == (hub.url("/hub"),)
        saved = tmp_path / "page.html"
        rows = "".join(f"<li><time>12:0{6 - n}</time> <span>{words}</span></li>" for n, words in enumerate(WORDS))
        saved.write_text(f"<html><body><h2>عاجل 24/7</h2><ul>{rows}</ul></body></html>", "utf-8")
        await ingested(settings, saved, store, channels, press)
        poller = Poller(channels, store, press, clock=system_clock)
        hubs = Hubs(settings, channels, store=store, press=press, poller=poller, clock=system_clock, patience=QUICK)
        app = build_app(
            library=store, channels=channels, sources=settings.sources, clock=system_clock, next_poll=lambda _name: None
        )
        shelf = poller.shelf = app.state.shelf
        await poller.refresh()
        advertised: list[bool] = []
        await hubs.start(shelf)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:

            async def named() -> bool:
                """In the document or the header, which change one after the other."""
                answer = await client.get("/feed.json")
                there = hub.url("/hub") in answer.text or 'rel="hub"' in answer.headers["link"]
                if advertised[-1:] != [there]:
                    advertised.append(there)
                return there

            while await named():
                await asyncio.sleep(0.02)
            assert (await published_channels(settings, store))[""].hubs == (), "nor after a restart"
            while not await named():
                await asyncio.sleep(0.02)
        await hubs.stop()
        assert advertised == [True, False, True]


async def ingested(settings: Any, page: Path, store: Any, channels: Any, press: Any) -> None:
    from ticker.decode import page_of
    from ticker.poll import ingest

    (source,) = settings.sources
    at = system_clock().replace(microsecond=0) - timedelta(minutes=5)
    read = page_of(page.read_bytes(), url=source.urls[0], fetched_at=at)
    poll = await ingest(source, read, store=store, channels=(channels[""], channels["desk"]), press=press)
    assert poll.outcome == "changed", poll
