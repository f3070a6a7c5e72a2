"""Every page in a real browser: judged by axe-core and the Nu checker, in both languages and schemes; and attacked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser import PATIENCE, PHONE, Noted, axe, browsing, needs_chromium, needs_tools, nu, until, visit
from tests.readers import needs
from tests.stage import Room, Stage, now, rooms, staged
from ticker.text import display

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]

DO = "window.pwned=1,alert(1)"
PAYLOADS = (
    f"<script>{DO}</script> breaking",
    f"</script><script>{DO}</script> one",
    f"<img src=x onerror='{DO}'> two",
    f'"><img src=x onerror="{DO}"> three',
    f"'><svg onload={DO}> four",
    f"<svg><script>{DO}</script></svg> five",
    f"</title><script>{DO}</script> six",
    f"</textarea><script>{DO}</script> seven",
    f"</template><img src=x onerror={DO}> eight",
    f"<template><script>{DO}</script></template> nine",
    f"<iframe srcdoc='<script>parent.{DO}</script>'></iframe> ten",
    f"<a href='javascript:{DO}'>eleven</a>",
    f"javascript:{DO}// twelve",
    f"<details open ontoggle={DO}> thirteen",
    f"<body onload={DO}> fourteen",
    f"<math><mtext><style><img src=x onerror={DO}></style></mtext></math> fifteen",
    f"<noscript><p title='</noscript><img src=x onerror={DO}>'> sixteen",
    f"--><script>{DO}</script><!-- seventeen",
    f"]]><script>{DO}</script> eighteen",
    f"{{{{constructor.constructor('{DO}')()}}}} nineteen",
    f"${{{DO}}} `${{{DO}}}` twenty",
    f"{{% raw %}}<script>{DO}</script>{{% endraw %}} twenty-one",
    f"&lt;script&gt;{DO}&lt;/script&gt; &#60;img src=x onerror={DO}&#62; twenty-two",
    f"' autofocus onfocus={DO} x=' twenty-three",
    f'" autofocus onfocus="{DO}" x=" twenty-four',
    f"<input autofocus onfocus={DO}> twenty-five",
    f"<meta http-equiv=refresh content='0;url=data:text/html,<script>{DO}</script>'> twenty-six",
    f"<base href='//evil.example/'><link rel=stylesheet href=x><object data=x> twenty-seven {DO}",
    f"\u202e<script>{DO}</script>\u2066 twenty-eight",
    f'data: {{"items": [<script>{DO}</script>]}} event: refresh twenty-nine',
)
AHEAD = 10  # of them are there before the page is opened
NOT_OURS = r"""[...document.querySelectorAll("*")].filter(element =>
  element.matches("script:not([src]), iframe, object, base, math, svg script, meta[http-equiv]")
  || [...element.attributes].some(({name, value}) =>
    name.startsWith("on") || /^\s*javascript:/i.test(value) && name === "href")
).map(element => element.outerHTML)"""


def cast() -> dict[str, Room]:
    """The rooms, each as far back with a quarter of the lines: axe-core takes a second for a hundred."""
    few = {name: replace(room, step=4 * room.step, past=room.past // 4) for name, room in rooms().items()}
    trap = Room("trap", PAYLOADS[2], ZoneInfo("UTC"), "en", PAYLOADS[:AHEAD], timedelta(minutes=7), AHEAD)
    return few | {"trap": trap}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """With a headline that was reworded."""
    async with staged(tmp_path_factory.mktemp("pages"), cast()) as made:
        desk = made.rooms["desk"]
        post = desk.add("إغلاق الجسر القديم أمام الشاحنات")
        await made.until("إغلاق الجسر القديم أمام الشاحنات")
        desk.lines.edit(post, "إغلاق الجسر القديم أمام الشاحنات والحافلات", now())
        await made.until("إغلاق الجسر القديم أمام الشاحنات والحافلات")
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as made:
        yield made


async def paths(stage: Stage) -> dict[str, str]:
    """The pages that there are."""
    edited = await stage.until("إغلاق الجسر القديم أمام الشاحنات والحافلات")
    day = (now() - timedelta(days=1)).date()
    return {
        "front": "", "source": "desk/", "search": f"?q={quote('الأرصاد')}&not={quote('غزيرة')}", "no-hits": "?q=zzzz",
        "day": f"?day={day}", "item": "item/" + edited["id"].removeprefix("urn:uuid:"), "status": "status",
        "missing": "nowhere/",
    }  # fmt: skip


@needs_tools("axe-core")
@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_axe_finds_nothing_on_any_page_in_light_and_dark(stage: Stage, browser: Browser, locale: str) -> None:
    async with visit(browser, stage.url, locale=locale) as (page, _):
        found = {}
        for name, path in (await paths(stage)).items():
            await page.goto(stage.url + path)
            assert await page.locator("html").get_attribute("lang") == locale
            found[name, "light"] = await axe(page)
            await page.emulate_media(color_scheme="dark")
            found[name, "dark"] = await axe(page, ["color-contrast", "link-in-text-block"])
            await page.emulate_media(color_scheme="light")
        assert {where: broken for where, broken in found.items() if broken} == {}


@needs_tools("axe-core")
async def test_axe_would_find_what_is_wrong(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, _):
        await page.evaluate("document.querySelector('#q').removeAttribute('placeholder')")
        await page.evaluate("document.querySelector('label[for=q]').remove()")
        assert any(line.startswith("label: ") for line in await axe(page))


@needs("java")
@needs_tools("vnu-jar")
async def test_the_html_of_every_page_is_valid(stage: Stage, tmp_path: Path) -> None:
    for locale in ("ar", "en"):
        for name, path in (await paths(stage)).items():
            answer = await stage.service.get(path, headers={"Accept-Language": locale})
            (tmp_path / f"{name}-{locale}.html").write_text(answer.text, "utf-8")
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>x</title><p><div></p>", "utf-8")
    told = await asyncio.to_thread(nu, sorted(tmp_path.glob("*.html")))
    assert [line for line in told if line.startswith("wrong.html")]
    assert [line for line in told if not line.startswith("wrong.html")] == []


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_no_page_scrolls_sideways_on_a_phone(stage: Stage, browser: Browser, locale: str) -> None:
    async with visit(browser, stage.url, viewport=PHONE, locale=locale) as (page, _):
        for path in (await paths(stage)).values():
            await page.goto(stage.url + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path


LINES_OF = """cell => {
  cell.textContent = "222"; const range = document.createRange(); range.selectNodeContents(cell);
  return range.getClientRects().length; }"""
GAP = """document.querySelector("main section").getBoundingClientRect().top
  - document.querySelector(".legend").getBoundingClientRect().bottom"""
RIGHT = """([...document.querySelectorAll("h1, .change")]).map(element => {
  const range = document.createRange(); range.selectNodeContents(element);
  return Math.round(element.getBoundingClientRect().right - range.getBoundingClientRect().right); })"""


async def test_the_state_of_one_source_has_room_for_its_numbers_and_below_its_legend(
    stage: Stage, browser: Browser
) -> None:
    async with visit(browser, f"{stage.url}status?source=desk", viewport=PHONE) as (page, _):
        await page.locator("#desk summary").first.click()
        assert await page.locator("#desk td").first.evaluate(LINES_OF) == 1, "three digits stand in one line"
        assert await page.evaluate(GAP) >= 8


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_an_arabic_headline_and_its_changes_begin_at_the_right(
    stage: Stage, browser: Browser, locale: str
) -> None:
    path = (await paths(stage))["item"]
    async with visit(browser, stage.url + path, locale=locale) as (page, _):
        assert await page.evaluate(RIGHT) == [0, 0]


async def test_nothing_that_a_page_or_a_visitor_says_is_run(stage: Stage, browser: Browser) -> None:
    trap = stage.rooms["trap"]
    async with visit(browser, f"{stage.url}trap/") as (page, noted):
        await page.locator("[data-live=open]").wait_for()
        for payload in (*PAYLOADS[AHEAD:], PAYLOADS[0]):
            trap.add(payload)
        await until(page, f"document.querySelectorAll('li.line').length >= {len(PAYLOADS) + 1}")
        shown = await page.locator("li.line .headline").all_text_contents()
        assert {display(payload) for payload in PAYLOADS} <= set(shown), "said as they are"
        assert await page.evaluate(NOT_OURS) == []
        await page.locator("#q").fill(PAYLOADS[2])
        await page.locator("mark").first.wait_for()
        await expect(page.locator("h1")).to_have_text(PAYLOADS[2])
        await _unharmed(page, noted)
        item = await page.locator("li.line .headline").first.get_attribute("href") or ""
        wheres = ["", "status", item[1:], "nowhere/" + quote(PAYLOADS[0], safe="")]
        wheres += [f"?q={quote(payload)}&not={quote(payload)}&day={quote(payload)}" for payload in PAYLOADS[::4]]
        wheres += [f"?lang={quote(PAYLOADS[3])}&before={quote(PAYLOADS[3])}"]
        for where in wheres:
            await page.goto(stage.url + where)
            assert await page.evaluate(NOT_OURS) == [], where
            await _unharmed(page, noted)


async def _unharmed(page: Page, noted: Noted) -> None:
    assert await page.evaluate("window.pwned") is None
    assert noted.dialogs == []
    refused = [line for line in noted.complaints if "404" not in line]
    assert refused == [], "the policy had nothing to refuse"


@needs_tools("axe-core")
async def test_a_failing_source_is_told_well_too(stage: Stage, browser: Browser, tmp_path: Path) -> None:
    stage.rooms["wire"].site.mode = "no-heading"
    await stage.failing()
    for locale in ("ar", "en"):
        async with visit(browser, stage.url, locale=locale) as (page, _):
            for path in ("", "status"):
                await page.goto(stage.url + path)
                assert await axe(page) == []
                await page.emulate_media(color_scheme="dark")
                assert await axe(page, ["color-contrast"]) == []
                await page.emulate_media(color_scheme="light")


async def test_the_state_of_the_sources_follows_and_leaves_the_reader_alone(stage: Stage, browser: Browser) -> None:
    room = stage.rooms["desk"]
    room.site.mode = "ok"
    async with visit(browser, f"{stage.url}status", locale="en", viewport=PHONE) as (page, noted):
        await page.clock.install()
        await page.reload()
        made = await page.locator("main time").first.get_attribute("datetime")
        table = page.locator("#desk details").first
        await table.locator("summary").click()
        await table.locator("summary").focus()
        await page.evaluate("document.querySelector('#desk .scrolled').scrollLeft = 70")
        place = "Math.round(document.querySelector('#desk').getBoundingClientRect().top)"
        before = await page.evaluate(place)
        async with asyncio.timeout(PATIENCE / 1000):  # it says when to the second: the first look may be within one
            while await page.locator("main time").first.get_attribute("datetime") == made:
                await page.clock.run_for(61_000)
        assert await table.evaluate("details => details.open")
        assert (
            await page.evaluate("document.activeElement.closest('#desk') && document.activeElement.localName")
            == "summary"
        )
        assert await page.evaluate("document.querySelector('#desk .scrolled').scrollLeft") == 70
        assert abs(await page.evaluate(place) - before) <= 1
        room.site.mode = "no-heading"
        await until(page, "document.querySelector('#desk').className !== 'healthy'")
        assert await table.evaluate("details => details.open")
        assert noted.complaints == []
