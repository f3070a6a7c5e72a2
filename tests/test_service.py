import asyncio
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from tests.running import free_port, running, ticker, write_config
from ticker.channels import channels_of
from ticker.config import load
from ticker.model import Format


def settings(tmp_path: Path, *languages: str, **feed: str):
    sources = [
        {
            "name": f"desk-{n}",
            "title": f"مكتب {n}",
            "url": "https://news.example/",
            "timezone": "UTC",
            "language": spoken,
        }
        for n, spoken in enumerate(languages)
    ]
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"sources": sources, "feed": feed}, allow_unicode=True), "utf-8")
    return load(path, {})


def test_one_source_gives_its_title_to_the_combined_feed(tmp_path):
    channels = channels_of(settings(tmp_path, "ar"))
    assert set(channels) == {"", "desk-0"}
    assert channels[""].title == channels["desk-0"].title == "مكتب 0"
    assert channels["desk-0"].feed_url(Format.RSS) == "http://127.0.0.1:8000/desk-0/feed.rss"
    assert channels[""].feed_url(Format.JSON) == "http://127.0.0.1:8000/feed.json"


def test_the_combined_feed_is_called_as_configured(tmp_path):
    assert channels_of(settings(tmp_path, "ar", "en"))[""].title == "Ticker · مكتب 0 · مكتب 1"
    assert channels_of(settings(tmp_path, "ar", "en", title="كل الأخبار"))[""].title == "كل الأخبار"


def test_the_combined_feed_speaks_the_language_of_most_sources(tmp_path):
    channels = channels_of(settings(tmp_path, "en", "ar", "ar"))
    assert channels[""].language == "ar"
    assert channels[""].language_of("desk-0") == "en"
    assert channels[""].language_of("desk-1") == "ar"
    assert channels["desk-0"].language == "en"
    assert channels[""].max_age == timedelta(days=1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_at_once_when_nothing_runs(tmp_path, number):
    config = write_config(tmp_path, f"http://127.0.0.1:{free_port()}/", every="1h")
    async with running(config, forked=False) as service:
        await service.until_cause("unreachable")
        async with asyncio.timeout(3):
            assert await service.stop(number) == 0


async def test_where_no_terminal_is_the_log_is_json(tmp_path):
    config = write_config(tmp_path, f"http://127.0.0.1:{free_port()}/", every="1h")
    async with running(config, forked=False) as service:
        await service.until_cause("unreachable")
        await service.stop()
    told = [json.loads(line) for line in config.with_suffix(".log").read_text("utf-8").splitlines()]
    lines = [line for line in told if line["event"] != "turn"]  # on PostgreSQL, after some seconds
    assert [line["event"] for line in lines] == ["serving", "poll", "stopped"]
    assert lines[1]["cause"] == "unreachable"
    assert "make demo" in lines[1]["hint"], "nothing was ever read: a newcomer is told what to try"


async def test_what_another_process_publishes_is_served(tmp_path):
    config = write_config(tmp_path, f"http://127.0.0.1:{free_port()}/", every="1h")
    page = tmp_path / "page.txt"
    page.write_text("عاجل 24/7\n" + "\n".join(f"-\n14:5{n}\nخبر رقم {n}" for n in (4, 3, 2, 1)), "utf-8")
    async with running(config, forked=False) as service:
        assert (await service.get("feed.rss")).status_code == 503
        at = "2025-01-14T14:55:00+02:00"
        await asyncio.to_thread(ticker, "ingest", "desk", page, "--at", at, config=config)
        assert len(await service.until(lambda found, _: bool(found))) == 4
