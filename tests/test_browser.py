"""The pages in a real browser, on the real service: what comes, what is searched for, and what never happens."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import yaml
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from tests.browser import PHONE, browsing, needs_chromium, until, visit
from tests.running import answered
from tests.stage import ARABIC, Room, Stage, now, staged
from ticker.demo import HEADING

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]

BUDGET = 60_000  # bytes that the first view may transfer
WATCH = """window.shifts = [];
const rect = ({x, y, width, height}) => [x, y, width, height].join(" ");
const moved = ({node, previousRect, currentRect}) =>
  `${(node?.outerHTML ?? node?.textContent)?.slice(0, 200)}: ${rect(previousRect)} -> ${rect(currentRect)}`;
// what glides over the edge of the window counts too, though less than a pixel of it was to be seen
const shown = ({previousRect, currentRect}) => previousRect.height >= 1 || currentRect.height >= 1;
const counts = ({sources}) => !sources.length || sources.some(shown);
new PerformanceObserver(list => shifts.push(...list.getEntries().filter(counts).map(
  ({value, sources}) => `${value}: ${sources.map(moved).join("; ")}`
))).observe({type: "layout-shift"});
const seen = window.seen = {};
new MutationObserver(() => {
  for (const line of document.querySelectorAll("li.line")) {
    seen[line.querySelector(".headline").textContent] ??= Date.now();
  }
}).observe(document.querySelector("main"), {subtree: true, childList: true});"""
LIVE = "[data-live=open]"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as made:
        yield made


async def titles(page: Page) -> list[str]:
    """Of all headlines on the page, from the top."""
    found: list[str] = await page.locator("li.line .headline").all_text_contents()
    return found


def line(page: Page, title: str) -> Locator:
    return page.locator("li.line", has=page.get_by_text(title, exact=True))


async def top(element: Locator) -> float:
    """How far it is below the upper edge of the window, in pixels."""
    box = await element.bounding_box()
    assert box is not None
    return box["y"]


async def plain(page: Page, title: str) -> str:
    """The markup of a line without what does not count: blanks between tags, what only marks it as new."""
    html: str = await line(page, title).evaluate("line => (line.classList.remove('fresh'), line.outerHTML)")
    time = re.search(r"<time ([^>]*)>", html)
    assert time is not None
    ordered = html.replace(time[1], " ".join(sorted(time[1].split(" "))))
    return re.sub(r">\s+<", "><", ordered).replace("</time> </div>", "</time></div>")


async def test_a_new_headline_stands_on_an_open_page_within_a_second_of_its_poll(
    stage: Stage, browser: Browser
) -> None:
    title = "عاجل: باخرة القمح ترسو في المرفأ"
    async with visit(browser, stage.url) as (page, noted):
        await page.locator(LIVE).wait_for()
        await page.evaluate(WATCH)
        stage.rooms["desk"].add(title)
        await line(page, title).wait_for()
        shown = await page.evaluate(f"seen['{title}'] / 1000")
        async with asyncio.timeout(10):  # the line may stand there before the poll that brought it has published
            while not (told := [said for said in stage.polls() if said["source"] == "desk" and said.get("new") == 1]):
                await asyncio.sleep(0.03)
        (poll,) = told
        assert shown - datetime.fromisoformat(poll["timestamp"]).timestamp() < 1
        assert (await titles(page))[0] == title
        assert not await page.locator("[data-news]").is_visible(), "it is seen where it stands"
        built = await plain(page, title)
        await page.reload()
        assert await plain(page, title) == built, "the line is as the server prints it"
        assert not noted.complaints


async def test_an_edit_stands_in_its_place_with_the_old_wording_on_demand(stage: Stage, browser: Browser) -> None:
    desk = stage.rooms["desk"]
    before, after = "إغلاق الجسر القديم أمام الشاحنات", "إغلاق الجسر القديم أمام الشاحنات والحافلات"
    post = desk.add(before)
    await stage.until(before)
    desk.add("خبر فوقه في القائمة")
    await stage.until("خبر فوقه في القائمة")
    async with visit(browser, stage.url) as (page, _):
        place = (await titles(page)).index(before)
        await page.locator(LIVE).wait_for()
        desk.lines.edit(post, after, now())
        await line(page, after).wait_for()
        assert (await titles(page)).index(after) == place
        assert before not in await titles(page)
        old = line(page, after).get_by_text(before, exact=True)
        await expect(old).to_be_hidden()
        await line(page, after).locator("summary").click()
        await expect(old).to_be_visible()
        built = await plain(page, after)
        await page.reload()
        assert await plain(page, after) == built.replace(' open=""', "")


async def test_after_a_restart_the_page_goes_on_without_loss_or_repeat(stage: Stage, browser: Browser) -> None:
    missed = ["خبر وصل والخدمة متوقفة", "خبر ثان وصل والخدمة متوقفة"]
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()

        def meanwhile() -> None:
            for title in missed:
                stage.rooms["desk"].add(title)

        await stage.restart(meanwhile)
        await expect(page.locator("[data-live=lost]")).to_be_visible()
        for title in missed:
            await line(page, title).wait_for()
        await page.locator(LIVE).wait_for()
        stage.rooms["wire"].add("And one after that")
        await line(page, "And one after that").wait_for()
        found = await page.locator("li.line").evaluate_all("lines => lines.map(line => line.dataset.id)")
        assert len(found) == len(set(found))
        live = [await plain(page, title) for title in missed]
        order = (await titles(page))[:100]
        await page.reload()
        assert [await plain(page, title) for title in missed] == live
        assert await titles(page) == order


async def test_a_stream_that_was_refused_or_lost_touch_is_made_good_where_one_reads(
    stage: Stage, browser: Browser
) -> None:
    missed = ["خبر فات والبث مرفوض", "خبر ثان فات والبث مرفوض"]
    async with visit(browser, "about:blank") as (page, _):
        asked = []

        async def refuse_then_lose(route: Route) -> None:
            asked.append(route.request.url)
            if len(asked) == 1:
                await route.fulfill(status=503, headers={"Retry-After": "1"})
            elif len(asked) == 2:  # a cursor of a store that there is not: the page is told to load itself anew
                await route.continue_(url=re.sub(r"after=.*", "after=999999-9", route.request.url))
            else:
                await route.continue_()

        await page.route("**/events?*", refuse_then_lose)
        await page.goto(stage.url)
        await page.evaluate("scrollTo(0, 1000)")
        read = page.locator("li.line").nth(24)
        place, identifier = await top(read), await read.get_attribute("data-id")
        for title in missed:
            stage.rooms["desk"].add(title)
        for title in missed:
            await line(page, title).wait_for()
        assert abs(await top(page.locator(f"[data-id='{identifier}']")) - place) < 1
        await until(page, "document.title.startsWith('(2) ')")
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
        stage.rooms["wire"].add("Told while the page lay in the cache")
        await stage.until("Told while the page lay in the cache")
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        await line(page, "Told while the page lay in the cache").wait_for()
        order = (await titles(page))[:100]
        await page.unroute_all(behavior="ignoreErrors")
        await page.reload()
        assert await titles(page) == order


async def test_what_is_being_read_stays_where_it_is_and_a_counter_leads_up(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        await page.evaluate(WATCH)
        await page.evaluate("scrollTo(0, 1200)")
        read = page.locator("li.line").nth(30)
        place = await top(read)
        identifier = await read.get_attribute("data-id")
        stage.rooms["wire"].add("Bridge opens to walkers at noon")
        stage.rooms["desk"].add("فتح الجسر أمام المشاة ظهرا")
        await until(page, "document.title.startsWith('(2) ')")
        assert abs(await top(page.locator(f"[data-id='{identifier}']")) - place) < 1
        assert not await page.evaluate("shifts.length")
        await expect(page.locator("[data-news]")).to_have_text(re.compile(r"^2 "))
        await page.locator("[data-news]").click()
        await until(page, "scrollY === 0 && !document.title.startsWith('(')")
        await expect(line(page, "Bridge opens to walkers at noon")).to_be_in_viewport()


async def test_at_the_top_new_lines_glide_in_without_a_layout_shift(stage: Stage, browser: Browser) -> None:
    for viewport in ({"width": 1280, "height": 900}, PHONE):
        async with visit(browser, stage.url, viewport=viewport, locale="ar") as (page, _):
            await page.locator(LIVE).wait_for()
            await page.evaluate(WATCH)
            title = f"خبر ينزلق إلى أعلى الصفحة {viewport['width']}"
            stage.rooms["desk"].add(title)
            await line(page, title).wait_for()
            await until(page, "document.getAnimations().every(each => each instanceof CSSAnimation)")
            assert await page.evaluate("shifts") == []


async def test_a_line_that_comes_late_goes_to_its_own_place(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        hours = await page.locator(".hour").count()
        words = ("ingest", "wire", _late(stage), "--at", now().isoformat())
        await asyncio.to_thread(answered, *words, config=stage.config)
        await line(page, "A line that was held back").wait_for()
        at = await page.locator("li.line").evaluate_all("lines => lines.map(line => line.dataset.at)")
        assert at == sorted(at, reverse=True)
        assert (await titles(page)).index("A line that was held back") > 5
        assert hours <= await page.locator(".hour").count() <= hours + 1
        order = (await titles(page))[:100]
        await page.reload()
        assert await titles(page) == order


def _late(stage: Stage) -> Path:
    """The list of the wire with one more line between two old ones."""
    wire = stage.rooms["wire"]
    rows = [(row.time, row.text) for row in wire.lines.rows_at(now())]
    rows.insert(4, (rows[4][0], "A line that was held back"))
    path = stage.config.parent / "late.txt"
    path.write_text("\n".join(["-", HEADING, *(part for at, text in rows for part in ("-", at, text))]), "utf-8")
    return path


async def test_everything_is_there_without_scripts(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url, java_script_enabled=False, locale="ar") as (page, noted):
        assert await page.locator("li.line").count() == 100
        await page.locator("#q").fill("مَعرِض الكِتاب")
        await page.locator(".search button").click()
        assert {"معرض", "الكتاب"} <= set(await page.locator("mark").all_text_contents())
        assert await page.locator("#subscribe a[href*='feed.rss?q=']").count() == 1
        await page.go_back()
        await page.locator("a[rel=next]").click()
        older = await titles(page)
        assert older
        await page.go_back()
        assert not set(older) & set(await titles(page))
        await page.locator("[data-part=language]").click()
        assert await page.locator("html").get_attribute("lang") == "en"
        assert not await page.locator("button[data-theme-switch]").is_visible()
        assert not noted.complaints


async def test_a_search_follows_the_typing_and_is_an_address_and_a_feed(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, noted):
        await page.locator(LIVE).wait_for()
        await page.keyboard.press("/")
        await page.keyboard.type("الارصاد", delay=10)
        await page.locator("mark").first.wait_for()
        assert page.url == f"{stage.url}?q=%D8%A7%D9%84%D8%A7%D8%B1%D8%B5%D8%A7%D8%AF"
        assert set(await page.locator("mark").all_text_contents()) == {"الأرصاد"}
        number = await page.locator("li.line").count()
        await expect(page.locator(".hits")).to_contain_text(f"{number} headlines")
        address = await page.locator("#subscribe dd a").first.get_attribute("href")
        assert address
        assert address.endswith("/feed.rss?q=" + page.url.partition("q=")[2])
        stage.rooms["desk"].add("خبر لا علاقة له بالطقس")
        stage.rooms["desk"].add("الأرصاد: رياح قوية صباح الغد")
        await line(page, "الأرصاد: رياح قوية صباح الغد").wait_for()
        await expect(page.locator(".hits")).to_contain_text(f"{number + 1} headlines")
        await expect(line(page, "الأرصاد: رياح قوية صباح الغد").locator("mark")).to_have_text("الأرصاد")
        assert "خبر لا علاقة له بالطقس" not in await titles(page)
        await page.locator("#q").fill("no such words")
        await page.get_by_text("No headline has these words.").wait_for()
        await page.locator("#q").fill("")
        await until(page, "document.querySelectorAll('li.line').length === 100")
        assert page.url == stage.url
        assert not noted.complaints


async def test_a_search_is_one_step_back_and_what_others_read_of_the_page_follows(
    stage: Stage, browser: Browser
) -> None:
    feeds = "[...document.querySelectorAll('link[rel=alternate]')].map(link => new URL(link.href).search)"
    async with visit(browser, f"{stage.url}desk/") as (page, _):
        await page.locator(LIVE).wait_for()
        await page.locator("#q").press_sequentially("الأرصاد", delay=10)
        await page.locator("mark").first.wait_for()
        searched = urlsplit(page.url).query
        assert await page.evaluate(feeds) == [f"?{searched}"] * 3
        assert await page.locator("meta[name=robots]").count() == 1
        await page.locator("#q").press("Enter")
        await page.go_back()
        await until(page, "!document.querySelector('mark') && document.querySelectorAll('li.line').length === 100")
        assert page.url == f"{stage.url}desk/"
        assert await page.locator("#q").input_value() == ""
        assert await page.evaluate(feeds) == [""] * 3
        assert await page.locator("meta[name=robots]").count() == 0
        await page.go_forward()
        await page.locator("mark").first.wait_for()
        assert await page.locator("#q").input_value() == "الأرصاد"


async def test_an_address_that_is_passed_on_chooses_no_language_for_others(stage: Stage, browser: Browser) -> None:
    for given, left in (
        ("?lang=ar", ""),
        ("?q=x&lang=ar", "?q=x"),
        ("?lang=ar&q=x", "?q=x"),
        ("?q=x&lang=ar#q", "?q=x#q"),
    ):
        async with visit(browser, stage.url + given) as (page, _):
            await until(page, "!location.href.includes('lang=')")
            assert page.url == stage.url + left
            await page.reload()
            assert await page.locator("html").get_attribute("lang") == "ar", "the choice is kept"


async def test_what_stands_below_a_list_without_end_is_reached_on_a_phone(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url, viewport=PHONE) as (page, _):
        await page.locator(LIVE).wait_for()
        await page.locator("header .button").click()
        await asyncio.sleep(0.5)
        assert -1 <= await top(page.locator("#subscribe")) < PHONE["height"]
        assert await page.locator("li.line").count() == 100


async def test_history_goes_on_as_one_scrolls_down_to_the_first_headline(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, _):
        last = stage.rooms["desk"].told(now())[-1][1]
        await page.evaluate("document.querySelector('.further').scrollIntoView()")
        await line(page, last).wait_for()
        at = await page.locator("li.line").evaluate_all("lines => lines.map(line => line.dataset.at)")
        assert at == sorted(at, reverse=True)
        assert len(await titles(page)) == len(set(await titles(page)))
        assert await page.locator("a[rel=next]:visible").count() == 0
        days = await page.locator(".day").evaluate_all("days => days.map(day => day.dataset.day)")
        assert days == sorted(set(days), reverse=True)
        await page.locator("#day").fill(days[1])
        async with page.expect_navigation():
            await page.locator(".go button").click()
        assert await page.locator(".day").evaluate_all("days => days.map(day => day.dataset.day)") == [days[1]]
        async with page.expect_navigation():
            await page.locator(".days a[rel=prev]").click()
        shown = await page.locator(".day").evaluate_all("days => days.map(day => day.dataset.day)")
        assert shown[0] == days[0], "of a day that has just begun there is room for the one before"


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_on_a_phone_nothing_scrolls_sideways_and_each_script_reads_its_way(
    stage: Stage, browser: Browser, locale: str
) -> None:
    async with visit(browser, stage.url, viewport=PHONE, locale=locale) as (page, _):
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        cnn = line(page, "CNN: قمة المناخ تنطلق الأسبوع المقبل بمشاركة 120 دولة")
        number = line(page, "3 جرحى في حادث سير على الطريق الساحلي")
        trees = line(page, "17 new trees for the station square")
        where = {"CNN": await _of(cnn, "CNN"), "120": await _of(cnn, "120"), "3": await _of(number, "3"),
                 "17": await _of(trees, "17")}  # fmt: skip
        arabic = [await _of(cnn, "قمة"), await _of(number, "جرحى")]
        assert where["CNN"] > arabic[0], "the first word of a line in Arabic is on the right"
        assert where["3"] > arabic[1]
        assert where["17"] < await _of(trees, "new"), "and of one in English on the left"
        for each in (cnn, number, trees):
            time, words = await each.locator("time").bounding_box(), await each.locator(".headline").bounding_box()
            assert time
            assert words
            assert (time["x"] > words["x"]) == (locale == "ar"), "the time stands where the page begins"
            assert re.fullmatch(r"\d\d:\d\d", await each.locator("time").inner_text())


async def _of(line: Locator, word: str) -> float:
    """The left edge of a word of a headline, on its first line."""
    left: float = await line.locator(".headline").evaluate(
        """(link, word) => {
          const text = link.querySelector("bdi").firstChild, range = document.createRange();
          const at = text.data.indexOf(word);
          range.setStart(text, at); range.setEnd(text, at + word.length);
          return range.getBoundingClientRect().left;
        }""",
        word,
    )
    return left


async def test_dark_is_as_the_system_has_it_or_as_one_chooses(stage: Stage, browser: Browser) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    async with visit(browser, stage.url, color_scheme="dark") as (page, _):
        dark = await page.evaluate(paper)
        switch = page.locator("[data-theme-switch]")
        await expect(switch).to_have_attribute("aria-pressed", "true")
        await switch.click()
        light = await page.evaluate(paper)
        assert light != dark
        await page.goto(f"{stage.url}status")
        assert await page.evaluate(paper) == light, "it holds on the next page"
        await switch.click()
        assert await page.evaluate(paper) == dark
        await page.emulate_media(color_scheme="light")
        assert await page.evaluate(paper) == light, "the choice of the system follows the system"


async def test_all_can_be_done_with_the_keys(stage: Stage, browser: Browser) -> None:
    focused = "document.activeElement.textContent.trim()"
    async with visit(browser, stage.url) as (page, _):
        await page.keyboard.press("Tab")
        assert await page.evaluate(focused) == "Skip to the content"
        assert await top(page.locator(".skip")) >= 0
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate(focused) == await page.locator(".day h2").first.inner_text()
        await page.keyboard.press("Tab")
        shown = await titles(page)
        assert await page.evaluate(focused) == shown[0]
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("k")
        assert await page.evaluate(focused) == shown[1]
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for _ in range(30):
            await page.keyboard.press("j")
        await page.keyboard.press(".")
        await until(page, "scrollY === 0")
        assert await page.evaluate(focused) == shown[0]
        await page.keyboard.press("j")
        await page.keyboard.press("?")
        await expect(page.locator("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text(shown[1])


async def test_who_wants_no_motion_sees_none(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url, reduced_motion="reduce") as (page, _):
        await page.locator(LIVE).wait_for()
        await page.evaluate("""() => {
          window.moved = 0;
          const real = Element.prototype.animate;
          Element.prototype.animate = function (...how) { moved += 1; return real.apply(this, how); };
        }""")
        stage.rooms["desk"].add("خبر هادئ لا يتحرك")
        await line(page, "خبر هادئ لا يتحرك").wait_for()
        assert await page.evaluate("moved + document.getAnimations().length") == 0


async def test_the_first_view_is_small_and_asks_nobody_else(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, noted):
        await page.locator(LIVE).wait_for()
        loaded = await page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map(({name, transferSize}) => [new URL(name).pathname, transferSize])"
        )
        assert {"/", "/static/style.css", "/static/page.js", "/static/live.js"} <= {path for path, _ in loaded}
        assert sum(size for _, size in loaded) <= BUDGET
        assert noted.hosts == {stage.url.split("/")[2]}
        assert not noted.complaints


async def test_the_time_under_the_pointer_is_the_readers_own(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url, timezone_id="America/New_York") as (page, _):
        time = page.locator("li.line time").first
        await time.hover()
        assert "(America/New_York)" in (await time.get_attribute("title") or "")


async def test_a_source_in_trouble_is_told_on_the_open_page(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        site = stage.rooms["wire"].site
        site.mode = "empty"
        try:
            await page.locator(".trouble").wait_for()
            await expect(page.locator(".trouble")).to_contain_text("Harbour Wire")
        finally:
            site.mode = "ok"
        await expect(page.locator(".trouble")).to_have_count(0, timeout=20_000)


async def test_eight_tabs_share_one_stream_and_none_of_them_hangs(stage: Stage, browser: Browser) -> None:
    async with visit(browser, stage.url) as (first, _):
        await first.locator(LIVE).wait_for()
        streams: list[Request] = []  # that are open; on a busy machine another tab may take the lead
        first.context.on("request", lambda asked: streams.append(asked) if "/events?" in asked.url else None)
        for over in ("requestfinished", "requestfailed"):
            first.context.on(over, lambda asked: streams.remove(asked) if asked in streams else None)
        tabs = [await first.context.new_page() for _ in range(7)]
        for tab in tabs:
            await tab.goto(stage.url)
            await tab.locator(LIVE).wait_for()
        assert len(streams) <= 1
        stage.rooms["wire"].add("Told to all tabs")
        for tab in (first, *tabs):
            await line(tab, "Told to all tabs").wait_for()
        await first.goto(f"{stage.url}status")
        await expect(first.locator("h1")).to_be_visible()
        stage.rooms["wire"].add("Told by the tab that took over")
        for tab in tabs:
            await line(tab, "Told by the tab that took over").wait_for()
        async with asyncio.timeout(15):
            while len(streams) != 1:
                await asyncio.sleep(0.05)
        for number, tab in enumerate(tabs[:6]):  # each a stream of its own: no more than there is room for
            await tab.goto(f"{stage.url}?not=word{number}")
        await first.goto(f"{stage.url}status")
        await expect(first.locator("h1")).to_be_visible()


async def test_without_locks_a_tab_out_of_sight_holds_no_stream(stage: Stage, browser: Browser) -> None:
    async with visit(browser, "about:blank") as (page, _):
        streams: list[str] = []
        page.on("request", lambda asked: streams.append(asked.url) if "/events?" in asked.url else None)
        await page.add_init_script("""Object.defineProperty(Navigator.prototype, "locks", {get() {}});
          Object.defineProperty(document, "hidden", {get: () => window.away ?? true});
          window.seen = away => { window.away = away; document.dispatchEvent(new Event("visibilitychange")); };""")
        await page.goto(stage.url)
        stage.rooms["wire"].add("Told while the tab was out of sight")
        await stage.until("Told while the tab was out of sight")
        assert not streams
        await page.evaluate("seen(false)")
        await line(page, "Told while the tab was out of sight").wait_for()
        assert len(streams) == 1


async def test_history_goes_on_after_the_list_was_shown_anew_and_after_a_page_that_did_not_come(
    stage: Stage, browser: Browser
) -> None:
    async with visit(browser, "about:blank") as (page, _):
        asked: list[str] = []

        async def lose(route: Route) -> None:
            asked.append(route.request.url)
            if len(asked) == 1:
                await route.continue_(url=re.sub(r"after=.*", "after=999999-9", route.request.url))
            else:
                await route.continue_()

        async def fail_once(route: Route) -> None:
            await page.unroute("**/?before=*")
            await route.abort()

        await page.route("**/events?*", lose)
        await page.route("**/?before=*", fail_once)
        await page.goto(stage.url)
        async with asyncio.timeout(10):
            while len(asked) < 2:  # the page was shown anew, and is followed from there
                await asyncio.sleep(0.03)
        await page.evaluate("document.querySelector('.further').scrollIntoView()")
        await line(page, stage.rooms["desk"].told(now())[-1][1]).wait_for()


async def test_a_source_that_is_added_is_named_beside_its_lines_on_the_open_page(
    tmp_path: Path, browser: Browser
) -> None:
    desk = Room("desk", "مكتب الأخبار", ZoneInfo("Asia/Beirut"), "ar", ARABIC, timedelta(minutes=13), 30)
    async with staged(tmp_path, {"desk": desk}) as stage, visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        await page.evaluate("scrollTo(0, 300)")
        await until(page, "document.getAnimations().every(each => each instanceof CSSAnimation)")
        first = "lines => lines.find(line => line.getBoundingClientRect().bottom > 0).dataset.id"
        identifier = await page.locator("li.line").evaluate_all(first)
        place = await top(page.locator(f"[data-id='{identifier}']"))
        config = yaml.safe_load(stage.config.read_text("utf-8"))
        config["sources"].append(desk.source() | {"name": "harbour", "title": "Harbour", "timezone": "Europe/London"})
        stage.config.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        stage.service.process.send_signal(signal.SIGHUP)
        await page.locator("[data-part=list] [data-source=harbour]").first.wait_for()
        assert abs(await top(page.locator(f"[data-id='{identifier}']")) - place) < 1
        desk.add("خبر من المصدرين")
        await expect(line(page, "خبر من المصدرين")).to_have_count(2)
        for source in ("desk", "harbour"):
            told = line(page, "خبر من المصدرين").locator(f"[data-source={source}]")
            await expect(told).to_have_count(1)
        titled, named = (await page.title()).rpartition(") ")[2], await page.locator("h1").inner_text()
        await page.reload()
        assert (titled, named) == (await page.title(), await page.locator("h1").inner_text())


async def test_a_search_while_the_service_is_away_keeps_the_page_and_is_made_good(
    stage: Stage, browser: Browser
) -> None:
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        shown = await titles(page)
        await page.context.set_offline(True)
        await page.locator("#q").fill("الأرصاد")
        await expect(page.locator("[data-live=lost]")).to_be_visible()
        assert (page.url, await titles(page)) == (stage.url, shown)
        await page.context.set_offline(False)
        await page.locator("mark").first.wait_for()
        assert await page.locator("#q").input_value() == "الأرصاد"
        await page.locator(LIVE).wait_for()


async def test_who_reads_a_line_that_is_corrected_goes_on_there(stage: Stage, browser: Browser) -> None:
    desk = stage.rooms["desk"]
    post = desk.add("المجلس يجتمع مساء الثلاثاء في القاعة")
    await stage.until("المجلس يجتمع مساء الثلاثاء في القاعة")
    async with visit(browser, stage.url) as (page, _):
        await page.locator(LIVE).wait_for()
        desk.lines.edit(post, "المجلس يجتمع مساء الأربعاء في القاعة", now())
        await line(page, "المجلس يجتمع مساء الأربعاء في القاعة").locator("summary").click()
        last = "المجلس يجتمع مساء الخميس في القاعة"
        desk.lines.edit(post, last, now())
        await line(page, last).wait_for()
        assert await line(page, last).locator("details").get_attribute("open") == ""
        assert await line(page, last).locator("summary").evaluate("summary => summary === document.activeElement")


async def test_the_keys_are_where_they_are_on_an_arabic_keyboard(stage: Stage, browser: Browser) -> None:
    press = """([key, code, more]) => document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", {key, code, bubbles: true, ...more}))"""
    focused = "document.activeElement.textContent.trim()"
    async with visit(browser, stage.url) as (page, _):
        shown = await titles(page)
        for key, code, expected in (("ت", "KeyJ", 0), ("ت", "KeyJ", 1), ("ن", "KeyK", 0)):
            await page.evaluate(press, [key, code, {}])
            assert await page.evaluate(focused) == shown[expected]
        for more in ({"ctrlKey": True}, {"altKey": True}, {"metaKey": True}, {"shiftKey": True}):
            await page.evaluate(press, ["ت", "KeyJ", more])
        await page.evaluate(press, ["h", "KeyJ", {}])  # another Latin keyboard: it is an h
        assert await page.evaluate(focused) == shown[0]
        await page.evaluate(press, ["؟", "Slash", {"shiftKey": True}])
        await expect(page.locator("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.evaluate(press, ["ظ", "Slash", {}])
        await page.keyboard.type("ظؤ؟")
        assert await page.locator("#q").input_value() == "ظؤ؟"
        await expect(page.locator("dialog")).to_be_hidden()


async def test_a_page_of_the_past_says_that_it_is_not_live_until_all_is_searched(
    stage: Stage, browser: Browser
) -> None:
    async with visit(browser, f"{stage.url}?day=2020-01-01") as (page, _):
        await expect(page.get_by_text("Not live")).to_be_visible()
        await expect(page).to_have_title(re.compile("^Wednesday, 1 January 2020 · "))
        await page.get_by_label("Search the headlines of all days").fill("الأرصاد")
        await page.locator("mark").first.wait_for()
        await page.locator(LIVE).wait_for()
        await expect(page.get_by_text("Not live")).to_be_hidden()
        await expect(page).to_have_title(re.compile("^الأرصاد · "))
