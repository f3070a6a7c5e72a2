"""One ticker in every dress: a page is generated from choices that do not depend on each other, and from a seed.

`Layout` holds the choices, `CHOICES` all that each can be, the plain one first. `dressed` makes the page, `expected`
says which rows it holds. Class names are hashes, in no language; nothing here is taken from a page that exists.
"""

import html
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime

from ticker.model import Page

URL = "https://news.example/front/"
READ_AT = datetime(2025, 3, 10, 13, 0, tzinfo=UTC)
Row = tuple[str, str, str | None]  # clock, title, link


@dataclass(frozen=True)
class Ticker:
    """What the page says, in one language; `lines` are the rows to be found, all else stands around them."""

    heading: str
    lines: tuple[tuple[str, str], ...]
    popular: tuple[str, ...]  # of each list of words, the first is its heading
    sports: tuple[str, ...]
    market: tuple[str, ...]
    categories: tuple[str, ...]
    authors: tuple[str, ...]
    story: tuple[str, ...]  # title and paragraphs of an article
    more: str
    advert: str
    badge: str
    menu: tuple[str, ...]
    ago: str
    halves: tuple[str, str]  # of the day, as a clock of twelve hours says them
    days: tuple[str, str]  # today and yesterday


def _timed(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((line.split()[0], line.strip().partition(" ")[2]) for line in text.strip().splitlines())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in re.split(r"\n|\|", text.strip()))


_SPEAKER = "رئيس الاتحاد العام لنقابات عمال المرافئ والنقل البحري في الشمال"

ARABIC = Ticker(
    heading="عاجل 24/7",
    lines=_timed(f"""
    14:54 مجلس البلدية يوافق على خطة السير الجديدة في وسط المدينة
    14:53 {_SPEAKER}: لن نقبل بأي تأخير في دفع الأجور
    14:53 {_SPEAKER}: الإضراب مؤجل إلى ما بعد العيد
    14:41 {_SPEAKER}: نطلب لقاءً عاجلاً مع الوزير
    14:12 هبوط سعر الطماطم 12% في سوق الجملة
    13:05 افتتاح جسر المشاة فوق النهر عند 18:00 غداً
    13:05 إغلاق نفق المرفأ للصيانة ليلتين متتاليتين
    11:20 عودة القطار السياحي إلى الجبل بعد توقف دام عشر سنوات
    09:07 انقطاع المياه عن ثلاثة أحياء
    06:30 أمطار غزيرة متوقعة على الساحل مساء اليوم
    00:04 نهاية بطولة الشطرنج للناشئين بالتعادل
    23:58 «لا سفر هذا الأسبوع»: المطار يلغي رحلاته الليلية
    23:31 وصول أول سفينة قمح إلى المرفأ الجديد
    22:10 فرق الإطفاء تخمد حريقاً في مستودع للأخشاب
    19:45 الجامعة تعلن مواعيد امتحانات الفصل الثاني
    """),
    popular=_words(
        "الأكثر قراءة | عشر وصفات خفيفة لصيف حار | حكاية بيت قديم في حي الصيادين | كيف تختار حذاء المشي المناسب | "
        "صور من أرشيف محطة القطار | مقابلة مع بطلة السباحة السابقة | أجمل شرفات المدينة كما رآها قراؤنا"
    ),
    sports=_words(
        "رياضة | المنتخب يفوز بهدفين خارج أرضه | تعادل في ديربي الشمال بلا أهداف | حارس المرمى يغيب شهراً للإصابة | "
        "سباق الدراجات ينطلق من الكورنيش | مدرب جديد لفريق كرة السلة | بطولة التنس تبدأ الأسبوع المقبل"
    ),
    market=_words(
        "أسواق | الذهب يرتفع للجلسة الثالثة | أسعار القمح تستقر بعد الحصاد | شركة الأسمنت توزع أرباحها السنوية | "
        "المصرف يخفض رسوم التحويل | صادرات الزيت تنمو في الربع الأول | البورصة تغلق على تراجع طفيف"
    ),
    story=_words("""
    ترميم السوق القديم يبدأ بعد العيد
    قال المهندس المشرف عند 14:30 إن العمل يستمر ستة أشهر ويشمل السقوف الخشبية كلها.
    ونشرت البلدية مساء أمس خرائط الطرق البديلة، وطلبت من التجار إخلاء المحال قبل 18:00.
    """),
    categories=_words("محليات | رياضة | اقتصاد | ثقافة"),
    authors=_words("سامر الحداد | ليلى نصر | كريم أيوب"),
    menu=_words("الرئيسية | محليات | رياضة | اتصل بنا"),
    more="اقرأ المزيد",
    advert="إعلان: خصم كبير على الأثاث المنزلي طوال الشهر",
    badge="مثبت",
    ago="منذ {} دقيقة",
    halves=("ص", "م"),
    days=("اليوم", "أمس"),
)

ENGLISH = Ticker(
    heading="Latest news",
    lines=_timed("""
    16:20 Council backs new bus lanes along the harbour road
    16:05 Ferry crews call off strike after late offer
    15:58 Minister of fisheries: quota stays as agreed
    15:58 Minister of fisheries: no talks before autumn
    14:31 Bridge reopens at 18:00 after a year of repairs
    12:02 Rain
    11:47 Library lends 2,000 e-readers to village schools
    08:15 Water main bursts under the old market square
    00:09 Night trains resume between the coast and the hills
    23:50 Fire at timber yard is out, brigade says
    23:12 “We won't sell”: island farmers answer the developer
    20:40 Women's side reach the final on penalties
    18:03 Grain prices fall for a third week
    """),
    popular=_words(
        "Most read | Ten cool suppers for a warm evening | The house that stood in the road"
        " | How to choose walking boots | Pictures from the railway | A swimmer looks back | Favourite balconies"
    ),
    sports=_words(
        "Sport | Away win puts the reds on top | Goalless derby in the north | Keeper out for a month | "
        "Cycle race starts on the promenade | Basketball club names coach | Tennis open begins next week"
    ),
    market=_words(
        "Markets | Gold rises for a third session | Wheat steady after the harvest | Cement maker pays dividend | "
        "Bank lowers transfer fees | Oil exports grow in first quarter | Exchange closes slightly lower"
    ),
    story=_words("""
    Old market restoration to begin after the holidays
    The engineer said at 14:30 that the work would take six months and cover all the timber roofs.
    The council published maps of the detours last night and asked traders to clear the stalls by 18:00.
    """),
    categories=_words("Local | Sport | Business | Culture"),
    authors=_words("Ann Carter | Tom Hale | Mia Brook"),
    menu=_words("Home | Local | Sport | Contact"),
    more="Read more",
    advert="Advertisement: great savings on furniture all month long",
    badge="Pinned",
    ago="{} minutes ago",
    halves=("a.m.", "p.m."),
    days=("Today", "Yesterday"),
)

JAPANESE = Ticker(
    heading="新着ニュース",
    lines=_timed("""
    15:42 市議会、港湾道路のバス専用レーン案を可決
    15:40 フェリー乗務員のストライキ、直前の合意で中止
    15:40 水産相「漁獲枠は合意どおり維持する」
    14:18 改修の橋、あす午後六時に通行再開へ
    11:05 図書館が学校に電子書籍端末2000台を貸し出し
    09:33 旧市場広場の地下で水道管が破裂
    07:01 大雨に注意
    00:12 沿岸と山間を結ぶ夜行列車が再開
    23:47 木材置き場の火災が鎮火、けが人なし
    22:30 女子代表、PK戦を制して決勝進出
    19:08 小麦の価格が三週連続で下落
    """),
    popular=_words(
        "アクセスランキング | 夏の夜に合う軽い料理十選 | 道の真ん中に残った家の話 | 歩きやすい靴の選び方を聞く | "
        "鉄道の資料室に眠る写真たち | 元水泳選手が語る引退後の日々 | 読者が選ぶ街の美しいベランダ"
    ),
    sports=_words(
        "スポーツ | 敵地での勝利で首位に浮上 | 北部ダービーは無得点で引き分け | 正ゴールキーパーが一か月離脱 | "
        "自転車レースが海岸通りで開幕 | バスケットの監督に元主将が就任 | テニス大会は来週から始まる"
    ),
    market=_words(
        "マーケット | 金の価格が三営業日続けて上昇 | 収穫後の小麦相場は安定した動き | セメント会社が配当を発表する | "
        "銀行が振込の手数料を引き下げ | 原油の輸出が第一四半期に増加 | 取引所は小幅安でこの日の取引終了"
    ),
    story=_words("""
    旧市場の修復、連休明けに着工へ
    担当技師は14:30に会見し、工事は半年に及び木造の屋根をすべて対象とすると述べた。
    市は昨夜、迂回路の地図を公表し、商店に対して18:00までの立ち退きを求めた。
    """),
    categories=_words("地域 | スポーツ | 経済 | 文化"),
    authors=_words("佐藤花子 | 鈴木一郎 | 高橋健"),
    menu=_words("ホーム | 地域 | スポーツ | お問い合わせ"),
    more="続きを読む",
    advert="広告:家具が一か月間とてもお買い得",
    badge="固定",
    ago="{}分前",
    halves=("a.m.", "p.m."),
    days=("今日", "昨日"),
)

TICKERS = {"arabic": ARABIC, "english": ENGLISH, "japanese": JAPANESE}


@dataclass(frozen=True)
class Layout:
    """How a page dresses the ticker; any value goes with any other, and what HTML cannot nest is eased by `fitted`."""

    item: str = "li"
    container: str = "ul"
    clock: str = "span"
    form: str = "14:54"
    order: str = "time first"
    headline: str = "text"
    link: str = "inside"
    names: str = "hashed"
    depth: int = 0
    clock_depth: int = 0
    extras: tuple[str, ...] = ()
    between: str = "nothing"
    copy: str = "none"
    beside: str = "nothing"
    pinned: bool = False
    split: str = "no"
    heading: str = "h2"
    reach: str = "sibling"
    echo: str = "nowhere"
    around: str = "front"
    writing: str = "indented"
    seed: int = 0


CHOICES: dict[str, tuple[object, ...]] = {
    "item": ("li", "div", "article", "tr", "a", "dl", "section", "p", "x-row", "td", "flat", "lines"),
    "container": ("ul", "ol", "div", "section", "aside", "none"),
    "clock": ("span", "time", "time datetime", "div", "em", "small", "b", "p", "abbr", "text"),
    "form": ("14:54", "(14:54)", "14:54 |", "14:54:09", "14.54", "14h54", "١٤:٥٤", "2:54 pm"),
    "order": ("time first", "title first"),
    "headline": ("text", "h2", "h3", "h4", "span", "div", "p", "strong"),
    "link": ("inside", "around", "row", "twice", "none", "some"),
    "names": ("hashed", "none", "numbered", "useful"),
    "depth": (0, 1, 2, 3, 4, 5, 6),
    "clock_depth": (0, 1, 2),
    "extras": (
        *((), ("category",), ("category link",), ("author",), ("count",), ("icon",), ("image",), ("more",)),
        *(("screen reader",), ("teaser",), ("ago",), ("share",)),
    ),
    "between": ("nothing", "advert", "script", "rule", "picture"),
    "copy": ("none", "page below", "page above", "list", "card"),
    "beside": ("nothing", "popular", "popular above", "sections", "tabs", "second tab", "dated", "columns"),
    "pinned": (False, True),
    "split": ("no", "bare", "module", "days"),
    "heading": ("h2", "h3 a", "span", "div", "strong", "split", "tatweel", "spaced", "image", "icon"),
    "reach": ("sibling", "inside", "up 1", "up 2", "up 3"),
    "echo": ("nowhere", "menu", "breadcrumb", "footer", "article", "title", "image"),
    "around": ("front", "article", "bare"),
    "writing": ("indented", "minified", "shouting", "sloppy", "commented", "components", "entities"),
}


def varied() -> dict[str, Layout]:
    """The plain layout with one choice changed, for each value of each choice, by "choice=value"."""
    return {
        f"{name}={'+'.join(value) if isinstance(value, tuple) else value}": replace(Layout(), **{name: value})  # type: ignore[arg-type]  # each value is one of its own field
        for name, values in CHOICES.items()
        for value in values[1:]
    }


def drawn(seed: int) -> Layout:
    """A layout of choices by chance: any of them with even odds, but half of the seldom ones left out."""
    chance = random.Random(seed)
    seldom = {"extras", "between", "copy", "beside", "pinned", "split", "echo"}
    chosen = {
        name: values[0] if name in seldom and chance.random() < 0.5 else chance.choice(values)
        for name, values in CHOICES.items()
    }
    chosen["extras"] = tuple(dict.fromkeys(extra for _ in range(2) for extra in chance.choice(CHOICES["extras"])))  # type: ignore[attr-defined]  # tuples of str
    return Layout(**chosen, seed=seed)  # type: ignore[arg-type]  # each value is one of its own field


_BEFORE = ("category", "category link", "icon", "image")  # of the extras: what stands before time and headline

# The page as a tree


@dataclass
class El:
    """An element to be written."""

    tag: str
    inner: list["El | str"] = field(default_factory=list)
    attrs: dict[str, str] = field(default_factory=dict)


Node = El | str


def el(tag: str, *inner: Node, **attrs: str) -> El:
    """`el("a", "text", href="/")`; `cls` is the class, and an empty one is none."""
    if "cls" in attrs:
        attrs["class"] = attrs.pop("cls")
    return El(tag, list(inner), {name: value for name, value in attrs.items() if value or name != "class"})


def fitted(layout: Layout) -> Layout:
    """*layout* with what HTML cannot say, or nobody could tell apart, put right."""
    made = layout
    if made.item == "a" or (made.link == "row" and made.item in ("tr", "dl", "flat", "lines")):
        made = replace(made, link="row" if made.item == "a" else "around")
    if made.item in ("flat", "lines", "dl"):
        own = () if made.item == "flat" else made.extras[:1]
        between = made.between if made.between in ("script", "rule") else "nothing"
        made = replace(made, depth=0, extras=own, between=between, copy="none" if made.copy == "card" else made.copy)
    if made.item == "flat":  # each part needs an element of its own, and two parts must differ
        made = replace(made, clock="div" if made.clock == "text" else made.clock)
        made = replace(made, headline="div" if made.headline == "text" and made.link != "inside" else made.headline)
    if made.item == "dl":
        made = replace(made, order="time first")
    if made.link in ("none", "some", "row") and made.headline not in ("h2", "h3", "h4"):
        made = replace(made, extras=tuple(extra for extra in made.extras if extra != "teaser"))
    if made.link in ("none", "some", "row"):
        made = replace(made, extras=tuple(extra for extra in made.extras if extra not in ("category link", "share")))
    return made


def expected(layout: Layout, ticker: Ticker) -> list[Row]:
    """The rows that the page of *layout* holds, in its order."""
    return [(clock, title, _path(layout, at, clock)) for at, clock, title in _lines(layout, ticker)]


def _lines(layout: Layout, ticker: Ticker) -> list[tuple[int, str, str]]:
    lines = [(at, clock, title) for at, (clock, title) in enumerate(ticker.lines)]
    return [lines[6], *lines[:6], *lines[7:]] if layout.pinned else lines


def _path(layout: Layout, at: int, clock: str) -> str | None:
    link = fitted(layout).link
    if link == "none" or (link == "some" and at % 3 == 1):
        return None
    return f"https://news.example/n/{at}-{clock.replace(':', '')}"


def dressed(layout: Layout, ticker: Ticker) -> Page:
    """The page of *layout*."""
    return Page(URL, written(tree(layout, ticker), layout.writing), "html", READ_AT)


def tree(layout: Layout, ticker: Ticker) -> El:
    """The page of *layout* before it is written."""
    return _Dresser(fitted(layout), ticker).page()


class Rows(list["Node"]):
    """Rows and what stands between them, as children of one element; `cut` is where another element may begin."""

    cut: int = 0


class _Dresser:
    """Makes the tree of one page."""

    def __init__(self, layout: Layout, ticker: Ticker) -> None:
        self.layout = layout
        self.ticker = ticker
        self.chance = random.Random(layout.seed)
        self.hashes: dict[str, str] = {}

    def name(self, role: str, at: int = 0) -> str:
        """The class of a role."""
        names = self.layout.names
        if role not in self.hashes:
            self.hashes[role] = "_" + "".join(self.chance.choices("abcdefghkmnprstuvwxyz23456789", k=6))
        hashed = self.hashes[role]
        if names == "numbered" and role == "row":
            return f"{hashed} {hashed}-{at} {('even', 'odd')[at % 2]}"
        return {"none": "", "useful": f"news-{role.replace(' ', '-')}"}.get(names, hashed)

    # The whole

    def page(self) -> El:
        layout, ticker = self.layout, self.ticker
        title = f"{ticker.heading} — News" if layout.echo == "title" else "News"
        state = '{"updated":"14:50","rows":["14:54","14:53","14:52","14:51"]}'
        head = el("head", el("meta", charset="utf-8"), el("title", title), el("script", state))
        main = el("main", *self.main(), cls=self.name("main"))
        return el("html", head, el("body", *self.above(), main, *self.below(), cls=self.name("body")))

    def above(self) -> Iterator[Node]:
        layout, ticker = self.layout, self.ticker
        if layout.around != "bare" or layout.echo == "menu":
            words = [*ticker.menu[:1], *([ticker.heading] if layout.echo == "menu" else []), *ticker.menu[1:]]
            yield el("nav", el("ul", *(el("li", el("a", word, href=f"/m/{at}")) for at, word in enumerate(words))))
        if layout.echo == "breadcrumb":
            yield el("div", el("a", ticker.menu[0], href="/"), " › ", el("span", ticker.heading))
        if layout.echo == "image":
            yield el("p", el("img", src="/i.png", alt=ticker.heading), el("span", ticker.story[1]))
        if layout.around == "article" or layout.echo == "article":
            said = f"{ticker.heading}: {ticker.story[1]}" if layout.echo == "article" else ticker.story[1]
            yield el("article", el("h1", ticker.story[0]), *(el("p", text) for text in (said, *ticker.story[2:] * 4)))
        elif layout.around == "front":
            cards = (el("div", el("h3", el("a", t, href=f"/f/{n}"))) for n, t in enumerate(ticker.popular[3:6]))
            yield el("section", *cards, el("p", ticker.story[1]))

    def below(self) -> Iterator[Node]:
        if self.layout.around != "bare" or self.layout.echo == "footer":
            words = [*self.ticker.menu, *([self.ticker.heading] if self.layout.echo == "footer" else [])]
            yield el("footer", *(el("a", word, href=f"/z/{at}") for at, word in enumerate(words)))

    def main(self) -> Iterator[Node]:
        layout, ticker = self.layout, self.ticker
        ours, popular = self.block(), self.other(ticker.popular, ("17:05", "09:10", "21:30", "08:40", "19:05", "10:50"))
        if layout.beside in ("popular above", "columns"):
            yield el("div", popular, cls=self.name("column"))
        if layout.beside == "sections":
            yield self.other(ticker.sports, ("14:40", "13:30", "12:20", "11:10", "10:00", "09:50"))
        if layout.copy == "page above":
            yield el("div", self.block(), style="display:none", cls=self.name("mobile"))
        yield el("div", ours, cls=self.name("column")) if layout.beside == "columns" else ours
        if layout.copy == "page below":
            yield el("div", self.block(), hidden="", cls=self.name("mobile"))
        if layout.beside == "popular":
            yield popular
        if layout.beside == "sections":
            yield self.other(ticker.market, ("14:45", "13:35", "12:25", "11:15", "10:05", "09:55"))
        if layout.beside == "dated":
            dates = ("10.03.2025", "09.03.2025", "27.02.2025", "14.01.2025", "30.11.2024", "02.10.2024")
            yield self.other(ticker.market, dates)

    def block(self) -> El:
        """Heading and list, as near to each other as `reach` says."""
        layout = self.layout
        if layout.beside in ("tabs", "second tab"):
            return self.tabs()
        lists: list[Node] = [*self.lists(self.rows(_lines(layout, self.ticker)))]
        heading = self.heading(self.ticker.heading)
        if layout.reach == "inside" and isinstance(lists[0], El) and lists[0].tag not in ("table", "dl"):
            lists[0].inner.insert(0, el("li", heading) if lists[0].tag in ("ul", "ol") else heading)
            return el("section", *lists, cls=self.name("block"))
        for _ in range(int(layout.reach[-1]) if layout.reach.startswith("up") else 0):
            heading = el("div", heading, cls=self.name("head"))
            lists = [el("div", *lists, cls=self.name("frame"))]
        return el("section", heading, *lists, cls=self.name("block"))

    def tabs(self) -> El:
        """Labels of two panes, then the panes; a link says which is whose. Ours may be the second."""
        clocks = ("17:05", "09:10", "21:30", "08:40", "19:05", "10:50")
        lines = [(at, *line) for at, line in enumerate(zip(clocks, self.ticker.popular[1:], strict=True), 50)]
        panes = [(self.ticker.heading, _lines(self.layout, self.ticker)), (self.ticker.popular[0], lines)]
        if self.layout.beside == "second tab":
            panes.reverse()
        labels = [el("a", words, href=f"#p{at}", cls=self.name("tab")) for at, (words, _) in enumerate(panes)]
        shown = [el("div", *self.lists(self.rows(pane)), id=f"p{at}") for at, (_, pane) in enumerate(panes)]
        return el("div", el("div", *labels, cls=self.name("tabs")), *shown, cls=self.name("block"))

    def other(self, words: Sequence[str], clocks: Sequence[str]) -> El:
        """Another list of the same markup under its own heading."""
        lines = [(at, clock, title) for at, (clock, title) in enumerate(zip(clocks, words[1:], strict=True), 100)]
        heading = self.heading(words[0]) if self.layout.heading != "image" else el("h2", words[0])
        return el("section", heading, *self.lists(self.rows(lines), whole=True), cls=self.name("block"))

    def heading(self, words: str) -> El:
        cut, name = len(words) // 2, self.name("heading")
        match self.layout.heading:
            case "h3 a":
                return el("h3", el("a", words, href="/all"), cls=name)
            case "split":
                return el("h2", el("span", words[:cut]), el("b", words[cut:]), cls=name)
            case "tatweel":
                return el("h2", words.replace("عا", "عـــا", 1), cls=name)
            case "spaced":
                return el("h2", f"\n  {words.replace(' ', '   ')}\u00a0\u200f\n", cls=name)
            case "image":
                return el("h2", el("img", src="/heading.png", alt=words), cls=name)
            case "icon":
                return el("div", el("i", "●"), el("span", words), el("a", self.ticker.more, href="/all"), cls=name)
            case "span" | "div" | "strong" as tag:
                return el(tag, words, cls=name)
            case _:
                return el("h2", words, cls=name)

    # The list

    def lists(self, rows: "Rows", *, whole: bool = False) -> Iterator[El]:
        """The container of *rows*, or the two it is cut into."""
        copies = 2 if self.layout.copy == "list" and not whole else 1
        for copy in range(copies):
            hidden = {"style": "display:none"} if copy else {}
            if whole or self.layout.split == "no":
                yield self.container(rows, **hidden)
                continue
            today, yesterday = self.ticker.days if self.layout.split == "days" else ("", "")
            yield from (el("h4", day) for day in (today,) if day)
            yield self.container(rows[: rows.cut], **hidden)
            yield from (el("h4", day) for day in (yesterday,) if day)
            if self.layout.split == "module":
                yield el("div", el("a", self.ticker.advert, href="https://ads.example/2"), cls=self.name("module"))
            yield self.container(rows[rows.cut :], **hidden)

    def container(self, rows: list[Node], **attrs: str) -> El:
        layout, name = self.layout, self.name("list")
        match layout.item:
            case "tr":
                return el("table", el("tbody", *rows), cls=name, **attrs)
            case "td":
                return el("table", el("tbody", el("tr", *rows)), cls=name, **attrs)
            case "dl":
                return el("dl", *rows, cls=name, **attrs)
            case "li" if layout.container in ("ul", "ol", "div", "none"):
                tag = layout.container if layout.container != "none" else "div"
                return el(tag, *rows, cls=name, **attrs)
            case "li":
                return el("ul", *rows, cls=name, **attrs)
        tag = layout.container if layout.container in ("section", "aside") else "div"
        return el(tag, *rows, cls=name, **attrs)

    def rows(self, lines: Sequence[tuple[int, str, str]]) -> "Rows":
        """Rows and what stands between them, as children of one element."""
        made = Rows()
        for count, (at, clock, title) in enumerate(lines):
            if count in (2, 7):
                made += self.between(count)
            midnight = count > 1 and clock[:2] == "23" and made.cut == 0
            if midnight if self.layout.split == "days" else count == len(lines) * 3 // 5:
                made.cut = len(made)
            badge = el("span", self.ticker.badge, cls=self.name("badge"))
            pinned = self.layout.pinned and count == 0 and at < 50 and not self.bare()
            made += self.row(at, clock, title, badge if pinned else None)
        return made

    def bare(self) -> bool:
        """Whether a badge would stand right before words that are in no element: to a reader, it is one of them."""
        layout = self.layout
        return layout.order == "title first" and layout.headline == "text" and layout.link in ("none", "row", "some")

    def between(self, at: int) -> list[Node]:
        tag = self.layout.item if self.layout.item in ("li", "div", "article", "section", "p", "x-row") else "div"
        tag = {"tr": "tr", "td": "td", "a": "div"}.get(self.layout.item, tag)
        match self.layout.between:
            case "advert":
                link = el("a", self.ticker.advert, href=f"https://ads.example/{at}")
                return [el(tag, el("td", link) if tag == "tr" else link, cls=self.name("advert"))]
            case "script":
                script = el("script", "slot('14:22', 'top')")
                return [script if tag != "li" else el("li", script)]
            case "rule":
                return [] if tag in ("tr", "td") else [el("li", el("hr")) if tag == "li" else el("hr")]
            case "picture":
                picture = el("img", src="/a.png", alt="", width="300")
                return [el(tag, el("td", picture) if tag == "tr" else picture)]
        return []

    def row(self, at: int, clock: str, title: str, badge: El | None) -> list[Node]:
        """One row: mostly one element, but parts without a block around them in `flat`, `dl` and `lines`."""
        layout = self.layout
        path = _path(layout, at, clock)
        href = path.removeprefix("https://news.example") if path else None
        before, time, words, after = self.parts(at, clock, title, href)
        before = [*([badge] if badge else []), *before]
        if layout.item == "dl":
            return [el("dt", time), el("dd", *before, words, *after)]
        order: list[Node] = [time, words] if layout.order == "time first" else [words, time]
        if isinstance(time, str) and isinstance(words, str):
            order.insert(1, " " if layout.form == "14:54 |" else " – ")
        if layout.item == "flat":
            return [*([badge] if badge else []), *order]
        if layout.item == "lines":
            return [*_spaced([*before, *order, *after]), el("br")]
        if layout.item == "tr":
            cells = [el("td", *before, part, *after) if part is words else el("td", part) for part in order]
            return [el("tr", *cells, cls=self.name("row", at))]
        inside: list[Node] = [*before, *order, *after]
        if layout.copy == "card":
            hidden = el("span" if layout.item in ("p", "a") else "div", *inside, style="display:none")
            inside = [hidden, el(hidden.tag, *self.again(inside))]
        return [self.framed(inside, at, href)]

    def again(self, parts: list[Node]) -> list[Node]:
        return [el(part.tag, *self.again(part.inner), **part.attrs) if isinstance(part, El) else part for part in parts]

    def framed(self, inside: list[Node], at: int, href: str | None) -> El:
        """The element of a row around its parts, `depth` elements deep."""
        layout = self.layout
        link = {"href": href} if href and layout.link == "row" else {}
        if layout.item == "a":
            return self.deeper(el("a", *inside, cls=self.name("row", at), **link))
        frame = [el("a", *inside, **link)] if link else inside
        return self.deeper(el(layout.item, *frame, cls=self.name("row", at)))

    def deeper(self, row: El) -> El:
        tag = "span" if self.layout.item in ("p", "a") else "div"
        for level in range(self.layout.depth):
            row.inner = [el(tag, *row.inner, cls=self.name(f"level {level}"))]
        return row

    def parts(self, at: int, clock: str, title: str, href: str | None) -> tuple[list[Node], Node, Node, list[Node]]:
        """What stands before time and headline, the two, and what stands after them."""
        layout = self.layout
        time = self.clock(clock, at)
        for _ in range(layout.clock_depth if layout.item != "lines" else 0):
            time = el("span", time, cls=self.name("clock frame"))
        if layout.link == "twice" and href:
            time = el("a", time, href=href)
        extras = [(extra, self.trimming(extra, at, title, href)) for extra in layout.extras]
        before: list[Node] = [made for extra, made in extras if extra in _BEFORE]
        return before, time, self.headline(title, href), [made for extra, made in extras if extra not in _BEFORE]

    def clock(self, clock: str, at: int) -> Node:
        text, name = self.printed(clock), self.name("clock")
        match self.fit(self.layout.clock):
            case "text":
                return text
            case "time datetime":
                day = 10 if clock < "16:30" and at < 50 else 9
                return el("time", text, datetime=f"2025-03-{day:02}T{clock}:00+02:00", cls=name)
            case tag:
                return el(tag, text, cls=name)

    def printed(self, clock: str) -> str:
        if not clock[:2].isdigit() or clock.count(".") > 1:
            return clock  # a date
        hour = int(clock[:2])
        half = self.ticker.halves[hour >= 12]
        return {
            "(14:54)": f"({clock})",
            "14:54 |": f"{clock} |",
            "14:54:09": f"{clock}:09",
            "14.54": clock.replace(":", "."),
            "14h54": clock.replace(":", "h"),
            "١٤:٥٤": clock.translate({ord(str(n)): chr(0x660 + n) for n in range(10)}),
            "2:54 pm": f"{hour % 12 or 12}{clock[2:]} {half}",
        }.get(self.layout.form, clock)

    def headline(self, title: str, href: str | None) -> Node:
        layout, name = self.layout, self.name("headline")
        tag = self.fit(layout.headline)
        link = href if layout.link in ("inside", "around", "twice", "some") else None
        if tag == "text":
            return el("a", title, href=link, cls=name) if link else title
        if not link:
            return el(tag, title, cls=name)
        if layout.link == "around":
            return el("a", el(tag, title, cls=name), href=link)
        return el(tag, el("a", title, href=link), cls=name)

    def fit(self, tag: str) -> str:
        """*tag*, or one that may stand in a paragraph where the row is one."""
        inline = self.layout.item in ("p", "lines")
        return {"div": "span", "p": "span", "h2": "b", "h3": "b", "h4": "b"}.get(tag, tag) if inline else tag

    def trimming(self, extra: str, at: int, title: str, href: str | None) -> El:
        ticker, name = self.ticker, self.name(extra)
        category = ticker.categories[at % len(ticker.categories)]
        match extra:
            case "category":
                return el("span", category, cls=name)
            case "category link":
                return el("a", category, href=f"/c/{at % len(ticker.categories)}", cls=name)
            case "author":
                return el("span", ticker.authors[at % len(ticker.authors)], cls=name)
            case "count":
                return el("span", str(7 * at % 23), cls=name)
            case "icon":
                return el("i", el("svg", el("path", d="M0 0h9v9z"), viewBox="0 0 9 9"), cls=name)
            case "image":
                return el("img", src=f"/i/{at}.jpg", alt=title, loading="lazy")
            case "more":
                return el(
                    "a" if href and self.layout.link != "row" else "span",
                    ticker.more,
                    **({"href": href} if href and self.layout.link != "row" else {}),
                )
            case "screen reader":
                return el("span", title, cls=name, style="position:absolute;left:-9999px")
            case "teaser":
                return el(self.fit("p"), f"{ticker.story[1]} {ticker.story[2]} {at}", cls=name)
            case "ago":
                return el("span", ticker.ago.format(at + 3), cls=name)
            case "share":
                return el("a", "X", href=f"https://share.example/?u={at}", title=title, cls=name)
        raise ValueError(extra)


def _spaced(parts: Iterable[Node]) -> list[Node]:
    return [each for part in parts for each in (" ", part)][1:]


# Writing

_VOID = ("meta", "img", "br", "hr")
_OPTIONAL = {"li": ("li",), "tr": ("tr",), "td": ("td",), "dt": ("dd",), "dd": ("dt",)}  # ends before these, or the end


def written(root: Node, writing: str = "indented") -> str:
    """The HTML of *root*."""
    return "<!doctype html>" + _Writer(writing).write(root, 0, None)


class _Writer:
    def __init__(self, writing: str) -> None:
        self.writing = writing
        self.text: Callable[[str], str] = {
            "commented": _commented,
            "components": _components,
            "entities": lambda text: "".join(c if c < "\x7f" else f"&#x{ord(c):x};" for c in html.escape(text)),
        }.get(writing, lambda text: html.escape(text, quote=False))

    def write(self, node: Node, depth: int, after: Node | None) -> str:
        line = "\n" + "  " * depth if self.writing == "indented" else ""
        if isinstance(node, str):
            return f"{line}{self.text(node)}{line}" if node.strip() else node
        tag = node.tag.upper() if self.writing == "shouting" else node.tag
        opening = f"{line}<{tag}{''.join(map(self.attribute, node.attrs.items()))}>"
        if node.tag in _VOID:
            return opening
        if node.tag == "script":
            return opening + "".join(child for child in node.inner if isinstance(child, str)) + f"</{tag}>"
        return opening + self.inside(node, depth) + self.closing(node, after, tag, line)

    def inside(self, node: El, depth: int) -> str:
        following = [*node.inner[1:], None]
        return "".join(self.write(child, depth + 1, after) for child, after in zip(node.inner, following, strict=False))

    def closing(self, node: El, after: Node | None, tag: str, line: str) -> str:
        if self.writing == "sloppy":
            if node.tag in ("html", "body"):
                return ""
            follows = after.tag if isinstance(after, El) else after
            if node.tag in _OPTIONAL and (follows is None or follows in _OPTIONAL[node.tag]):
                return "\n"
        return f"{line}</{tag}>"

    def attribute(self, pair: tuple[str, str]) -> str:
        name, value = pair
        if self.writing == "shouting":
            name = name.upper()
        bare = value and not any(c in " \"'=<>`" for c in value)
        quote = "" if self.writing == "sloppy" and bare else '"'
        return f" {name}={quote}{html.escape(value)}{quote}"


def _commented(text: str) -> str:
    """A comment in the middle of every text of several words, as content systems leave them."""
    head, space, tail = html.escape(text, quote=False).partition(" ")
    return f"<!-- 11:11 -->{head}{space}{'<!-- b -->' if space else ''}{tail}"


def _components(text: str) -> str:
    """As frameworks write a text of several expressions: an empty comment between them."""
    head, colon, tail = html.escape(text, quote=False).partition(":")
    return f"{head}<!-- -->{colon}<!-- -->{tail}" if colon else head


# Plain text

PLAIN = ("ruled", "pairs", "one line", "title first", "spaced out", "tabbed", "stops")


def plain(form: str, ticker: Ticker) -> Page:
    """The ticker as the text of a page, amid the rest of it."""
    rows = {
        "ruled": "-\n{t}\n{h}\n",
        "pairs": "{t}\n{h}\n",
        "one line": "{t} {h}\n",
        "title first": "{h}\n{t}\n",
        "spaced out": "\n   {t}   \n\n   {h}\n",
        "tabbed": "{t}\t{h}\n",
        "stops": "{t} - {h}\r\n",
    }[form]
    lines = "".join(rows.format(t=clock, h=title) for clock, title in ticker.lines)
    popular = "\n".join(ticker.popular)
    story = "\n".join(ticker.story)
    text = f"{' '.join(ticker.menu)}\n{story}\n{popular}\n{ticker.heading}\n{lines}"
    return Page(URL, text, "plain", READ_AT)


NAMES = tuple(each.name for each in fields(Layout))
