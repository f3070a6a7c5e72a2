"""Invented headlines of a newsroom that does not exist, and what editors do to them: no real person, place or event."""

import re
from collections.abc import Callable
from random import Random
from typing import Literal, TypeAlias

from ticker import text


def _list(entries: str) -> list[str]:
    return entries.split("|")


# Invented words. A slot in braces is one of these lists, or a number.
PLACES = _list(
    "وادي الفيروز|مرج النسيم|تل الياقوت|جسر الأقحوان|ضهر الغيم|نبع السنونو|رأس المرجان|سهل البيلسان|قلعة الندى|"
    "حي القناديل|مينا اللؤلؤ|كروم الشفق|بيت المنارة|عين النرجس|هضبة الكهرمان|واحة السمان|برج الخزامى|غابة الصدى|"
    "بركة القمر|دير الصنوبر|ساحل العنبر|خليج الزعفران|مرفأ النوارس|سوق الأرجوان|جزيرة الطيف|ربوة الياسمين"
)
FIRST = _list("سليم|طارق|نديم|وائل|جاد|مازن|رامي|كريم|هالة|رنا|سامية|ليان|ديمة|نور|تالا|ريم|بسام|غسان|عفاف|شادي")
LAST = _list("الفيروزي|البيلسان|المرجاني|القناديلي|السنونو|الأقحوان|الكهرماني|النسيم|القنديل|الزعفراني|الشفق|الخزامى")
ROLES = _list(
    "وزير النقل|وزيرة الثقافة|رئيس البلدية|مدير المرفأ|نقيب الصيادلة|الناطق باسم الدفاع المدني|رئيسة الجامعة الوطنية|"
    "مدرب المنتخب|محافظ الساحل|رئيس لجنة المال|مديرة مصلحة الأرصاد|نقيبة المهندسين|رئيس اتحاد المزارعين|حاكم المصرف"
)
OCCASIONS = _list(
    "بعد لقائه وفد الأهالي في مبنى المحطة الجديدة|خلال مؤتمر صحفي في القصر البلدي|في ختام جلسة اللجان المشتركة|"
    "من أمام مدخل المرفأ القديم|في حديث إذاعي صباح اليوم|على هامش معرض الكتاب السنوي"
)
SAYINGS = _list(
    "سنعمل على|لن نقبل بتأجيل|ندعو الجميع إلى دعم|بدأنا التحضير لـ|أنجزنا المرحلة الأولى من|نحتاج بسرعة إلى|"
    "نتابع يومياً ملف|اتفقنا مبدئياً على|لا تراجع عن|ننتظر موافقة المجلس على|حصلنا على تمويل|نرفض تحميلنا كلفة"
)
DEEDS = _list(
    "تعلن انطلاق|تؤجل موعد|توقع عقد|تراجع خطة|تستأنف أعمال|تكشف تفاصيل|تطلق حملة لدعم|توقف موقتاً|"
    "تنجز المرحلة الثانية من|"
    "تقر موازنة|تبحث مستقبل|تحذر من تأخر|تنفي إلغاء|تفتح التسجيل في|تمدد مهلة|تخفض كلفة"
)
BODIES_OF_MEN = _list(
    "بلدية {place}|مصلحة المياه|هيئة النقل العام|مديرية الآثار|جمعية {place}|غرفة التجارة|إدارة المرفأ|دار الأوبرا|"
    "لجنة المهرجان|الجامعة الوطنية|مؤسسة الكهرباء|نقابة الصيادين|شركة الترام|مكتبة {place}|مستشفى {place}|مدرسة {place}"
)
THINGS = _list(
    "شبكة المياه|خط الترام|سوق السمك|المتحف البحري|الحديقة النباتية|محطة القطارات|مشروع الإنارة|مهرجان الضوء|"
    "المسبح البلدي|"
    "الطريق الجبلية|معمل الزجاج|السد الصغير|قناة الري|مركز الأبحاث|ملعب الناشئين|أرشيف الصور|الجسر المعلق|حملة التشجير|"
    "مركب الإنقاذ|مختبر الزلازل|مخيم الكشافة|دار الحضانة|صندوق البذور|مسرح الدمى|مرصد الطيور|ورشة السفن|سينما الصيف|"
    "خزان القمح|مصعد القلعة|معرض الخط"
)
TAILS = _list(
    "قبل نهاية الشهر المقبل|بعد أشهر من الانتظار|وسط ترحيب الأهالي|بكلفة {n} مليون دينار|بمشاركة {n} متطوعاً|"
    "رغم اعتراض التجار|بحضور وفود من خارج البلاد|اعتباراً من صباح الغد|في مرحلة تجريبية|على {n} دفعات متتالية|"
    "بتمويل من صندوق التنمية|إثر شكاوى متكررة|لمدة {n} يوماً|بسبب رداءة الطقس|ضمن خطة العام المقبل|من دون رسوم إضافية|"
    "بالتعاون مع فرق الإطفاء|بعد تصويت بأغلبية {n} صوتاً|فيما تبقى المداخل الفرعية مقفلة|وفق جدول ينشر لاحقاً"
)
TEAMS = _list("صقور الندى|نسور البيلسان|فهود الكهرمان|اتحاد العنبر|نجوم المرجان|فرسان الغيم|أمواج الزعفران|برق الشفق")
ORDINALS = _list("الأول|الثاني|الثالث|الرابع|الخامس|السادس")
SERIES = (
    "فريق {team} يسجل الهدف {ordinal} في مرمى فريق {team2} في نصف نهائي الكأس",
    "ارتفاع عدد المصابين في حادث القطار قرب {place} إلى {n} شخصاً",
    "وصول الدفعة {ordinal} من معدات الإغاثة إلى مستودعات {place}",
    "درجة الحرارة في {place} تبلغ {n} مئوية ظهراً وتنخفض ليلاً",
    "سعر غرام الفضة في سوق {place} عند {n} ديناراً للمبيع",
    "إغلاق {n} محلاً مخالفاً في {place} بعد جولة لمفتشي الصحة",
    "الناخبون في {place}: نسبة الاقتراع بلغت {n}% حتى الآن",
    "هبوط الرحلة {ordinal} القادمة من {place} بعد تأخر دام {n} دقيقة",
)
ALARMS = (
    "صفارات الإنذار تدوي في {quarter}",
    "هزة أرضية خفيفة في {quarter}",
    "انقطاع الكهرباء عن {quarter}",
    "ازدحام خانق عند {quarter}",
    "أمطار غزيرة على {quarter}",
)  # fewer than six words: they recur for real
QUARTERS = _list(
    "الفيروزة|الياقوتة|السنونوة|المرجانة|القنديلة|اللؤلؤة|الشفقية|المنارة|النرجسة|الخزامة|الصنوبرة|الزعفرانة"
)
ENGLISH = (
    "{e1} council approves {n} new {e2} for the harbour district after a long debate",
    "{e1} mayor: the {e2} will stay closed until the storm has passed, says a spokesman",
    "Fire crews reach the {e1} {e2}; {n} people led to safety, no injuries reported",
    "Tram line {n} to {e1} resumes after a fallen tree blocked the {e2} for hours",
)
TOWNS = _list("Larkmere|Ostwick|Fennholm|Quillport|Marrowby|Thistledon|Bramhaven|Coldspire")
SITES = _list("ferries|playgrounds|old lighthouse|fish market|glass works|night trains|botanical garden|bell tower")
FILLERS = _list("اليوم|رسمياً|مجدداً|فجراً|تدريجياً|نهائياً|سريعاً|لاحقاً|بالكامل|محلياً|تقريباً|أخيراً")
ADVERBS = _list("today|officially|again|slowly|finally|soon|completely|locally|nearly")
SWAPPED = _list(
    "تعلن تؤكد|تؤجل ترجئ|توقع تبرم|تكشف تعرض|تبحث تناقش|تحذر تنبه|سنعمل سنسهر|ندعو نناشد|نرفض نستنكر|"
    "بكلفة بقيمة|بعد إثر|"
    "وسط فيما|رغم برغم|قبل قبيل|بمشاركة بحضور|يسجل يحرز|ارتفاع ازدياد|وصول بلوغ|إغلاق إقفال|في داخل|إلى نحو|على فوق"
)
SYNONYMS = dict(pair.split() for pair in SWAPPED)
SPELLINGS = (("أ", "ا"), ("إ", "ا"), ("ة ", "ه "), ("ى ", "ي "), ("،", ","), (":", " :"), ("ان", "اَن"), ("ال", "الـ"))

Kind: TypeAlias = Literal["rewritten", "word", "added", "cosmetic", "number", "name", "filled", "shortened"]
KINDS: dict[Kind, float] = {  # of 183 real edits; "filled" is a stub that became a sentence
    "rewritten": 31, "word": 32, "added": 12, "cosmetic": 12, "number": 7, "name": 3, "filled": 2, "shortened": 1,
}  # fmt: skip
BEYOND = (
    0.085  # of rewritten lines: nothing of the old words is left (so 4 of 100 edits lie under the floor, as measured)
)


class Wording:
    """Headlines of an invented country; no two with one key within the last thousands, but for alarms, which recur."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._used: set[str] = set()
        self._speaker = ""
        self._series: tuple[str, dict[str, str], int] | None = None

    def headline(self) -> str:
        """Any news."""
        makers: tuple[Callable[[], str], ...] = (self._statement, self._sequel, self._report, self._english)
        if self._dice.random() < 0.05:
            return self._alarm()
        while True:
            (make,) = self._dice.choices(makers, (33, 14, 43, 5))
            made = make()
            key = text.key(made)
            if key not in self._used:
                self._used.add(key)
                return made

    def rival(self, title: str) -> str:
        """Other news that looks like *title*: of its template or its speaker, or any."""
        speaker, colon, _ = title.partition(": ")
        chance = self._dice.random()
        if colon and chance < 0.3:
            return f"{speaker}: {self._saying()}"
        if chance < 0.35 and re.search(r"\d", title):
            return self._number(title)
        return self.headline()

    def edited(self, title: str, kind: Kind) -> str:
        """*title* as a newsroom would change it; another wording in any case."""
        ways: dict[Kind, Callable[[str], str]] = {
            "rewritten": self._rewritten,
            "word": self._word,
            "added": self._added,
            "cosmetic": self._cosmetic,
            "number": self._number,
            "name": self._name,
            "filled": self._added,
            "shortened": self._shortened,
        }
        made = ways[kind](title)
        while made == title or (kind != "cosmetic" and text.key(made) in self._used):
            made = self._word(title)
        self._used.add(text.key(made))
        return made

    def kind(self) -> Kind:
        """Of an edit, as often as they are."""
        return self._dice.choices(list(KINDS), list(KINDS.values()))[0]

    def stub(self, title: str) -> str:
        """The first words of *title*, put up before the rest is known."""
        words = title.split(": ")[-1].split()
        return " ".join(words[: self._dice.randint(2, 3)])

    def _statement(self) -> str:
        if not self._speaker or self._dice.random() < 0.45:
            occasion = f" {self._dice.choice(OCCASIONS)}" if self._dice.random() < 0.4 else ""
            self._speaker = f"{self._dice.choice(ROLES)} {self._person()}{occasion}"
        return f"{self._speaker}: {self._saying()}"

    def _saying(self) -> str:
        place = f" في {self._dice.choice(PLACES)}" if self._dice.random() < 0.6 else ""
        return f"{self._dice.choice(SAYINGS)} {self._dice.choice(THINGS)}{place} {self._tail()}"

    def _sequel(self) -> str:
        """One more of a series: the next ordinal, another number, another place."""
        pattern, slots, ordinal = self._series or ("", {}, 0)
        if not pattern or ordinal + 1 >= len(ORDINALS) or self._dice.random() < 0.4:
            pattern, ordinal = self._dice.choice(SERIES), -1
            team, team2 = self._dice.sample(TEAMS, 2)
            slots = {"place": self._dice.choice(PLACES), "team": team, "team2": team2}
        ordinal += 1
        self._series = pattern, slots, ordinal
        return pattern.format(**slots, ordinal=ORDINALS[ordinal], n=self._some())

    def _report(self) -> str:
        who = self._dice.choice(BODIES_OF_MEN).format(place=self._dice.choice(PLACES))
        place = f" في {self._dice.choice(PLACES)}" if self._dice.random() < 0.5 else ""
        more = f" {self._tail()}" if self._dice.random() < 0.4 else ""
        lead = "عاجل | " if self._dice.random() < 0.05 else ""
        return f"{lead}{who} {self._dice.choice(DEEDS)} {self._dice.choice(THINGS)}{place} {self._tail()}{more}"

    def _english(self) -> str:
        one = self._dice.choice(ENGLISH)
        return one.format(e1=self._dice.choice(TOWNS), e2=self._dice.choice(SITES), n=self._some())

    def _alarm(self) -> str:
        return self._dice.choice(ALARMS).format(quarter=self._dice.choice(QUARTERS))

    def _tail(self) -> str:
        return self._dice.choice(TAILS).format(n=self._some())

    def _some(self) -> int:
        return self._dice.randint(11, 99)

    def _person(self) -> str:
        return f"{self._dice.choice(FIRST)} {self._dice.choice(LAST)}"

    def _split(self, title: str) -> tuple[str, list[str]]:
        """Speaker with colon, and the words that follow."""
        speaker, colon, body = title.rpartition(": ")
        return speaker + colon, body.split()

    def _rewritten(self, title: str) -> str:
        """Several words other, others more or in another order; now and then nothing of the old ones is left."""
        head, words = self._split(title)
        if self._dice.random() < BEYOND:
            return head + self._saying()
        half = self._dice.random() < 0.5
        words = [SYNONYMS.get(word, word) if half and self._dice.random() < 0.5 else word for word in words]
        for _ in range(max(1, round(len(words) * self._dice.uniform(0.05, 0.15)))):
            words[self._dice.randrange(len(words))] = self._filler(title)
        if self._dice.random() < 0.6:
            words += self._tail().split()
        elif self._dice.random() < 0.3:
            cut = self._dice.randrange(len(words))
            words = words[cut:] + words[:cut]
        return head + " ".join(words)

    def _filler(self, title: str) -> str:
        return self._dice.choice(ADVERBS if title.isascii() else FILLERS)

    def _word(self, title: str) -> str:
        """A typo mended or one word more, less or other."""
        head, words = self._split(title)
        at = self._dice.randrange(len(words))
        chance, word = self._dice.random(), words[at]
        if chance < 0.5 and len(word) > 3:
            n = self._dice.randrange(1, len(word) - 1)
            words[at] = word[:n] + word[n + 1] + word[n] + word[n + 2 :]
        elif chance < 0.75 or len(words) < 4:
            words.insert(at, self._filler(title))
        elif chance < 0.9:
            words[at] = SYNONYMS.get(word, self._filler(title))
        else:
            del words[at]
        made = head + " ".join(words)
        return made if made != title else f"{title} {self._filler(title)}"

    def _added(self, title: str) -> str:
        return f"{title} {self._tail()}"

    def _cosmetic(self, title: str) -> str:
        fitting = [(was, now) for was, now in SPELLINGS if was in title]
        if not fitting or self._dice.random() < 0.2:
            return title[:-1] if title.endswith(".") else f"{title}."
        return title.replace(*self._dice.choice(fitting))

    def _number(self, title: str) -> str:
        return re.sub(r"\d+", lambda found: str(int(found[0]) + self._dice.choice((-2, -1, 1, 2, 3))), title, count=1)

    def _name(self, title: str) -> str:
        place = next((place for place in PLACES if place in title), "")
        return title.replace(place, self._dice.choice(PLACES), 1) if place else self._word(title)

    def _shortened(self, title: str) -> str:
        head, words = self._split(title)
        return head + " ".join(words[: max(3, 2 * len(words) // 3)])
