"""Say how alike two wordings are. Pure; used by reconcile, which alone knows the place they stand in.

Words never decide alone: at any threshold some different news reads alike
("… second goal" / "… third goal" has a ratio of 95; research/identity-time).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from rapidfuzz.distance import OSA, Indel, Opcodes
from rapidfuzz.fuzz import ratio

from ticker import text

_COLON = re.compile(r"(?<!\d):|:(?!\d)")  # the one after a speaker; 12:30 is a number
_ARTICLE = re.compile(r"^[وف]?[بكل]?(?:ال|لل)(?=\w{3})")  # the, and the, in the, for the: no part of an Arabic word
_PROCLITIC = re.compile(r"^[وفبلك](?=\w\w)")  # and, so, in, for, as: written with the word that follows
_DENYING = ("نا", "ن", "un", "in", "im", "dis", "non")  # begin a word that says the opposite of its rest

# Words that turn the news around or count it: a change in one of them is never a small edit.
_TURNING = frozenset(
    text.key(word)
    for words in (
        # negations: Arabic, Persian, English ("t" is what the tokens of "can't" end with)
        "لا لم لن ليس ليست ليسوا ما غير بدون دون عدم نفي ينفي تنفي نفى نفت كذب يكذب تكذب",
        "نه نیست نبود بی هیچ تکذیب ناکام",
        "not no never none nobody nothing without denies denied deny cannot t isn aren wasn won don doesn didn hardly",
        # what comes to nothing, ends or only may be: Arabic, Persian, English
        "وقف توقف إيقاف أوقف إلغاء ألغى يلغي تلغي تأجيل أرجأ تعليق رفض يرفض ترفض رفضت فشل فشلت إنهاء انتهاء نهاية",
        "استبعاد يستبعد خرق منع إغلاق إقفال",
        "توقف لغو تعویق تعلیق پایان شکست نقض منع",
        "end ends ended stop stops stopped halt halts halted cancel cancels cancelled canceled refuse refuses refused",
        "reject rejects rejected fail fails failed failure postpone postpones postponed delay delays delayed suspend",
        "suspends suspended ban bans banned against unlikely false fake ex anti non",
        # number words: Arabic, Persian, English
        "واحد واحدة اثنان اثنين اثنتان اثنتين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة",
        "ثمان ثماني ثمانية تسع تسعة عشر",
        "عشرة عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين",
        "مئة مائة مئتان مئتين ألف ألفان ألفين آلاف مليون مليونان مليونين ملايين مليار مليارات نصف ربع ثلث",
        "أول أولى الأول الأولى ثان ثانية الثاني الثانية ثالث ثالثة الثالث الثالثة رابع الرابع الرابعة خامس الخامس",
        "الخامسة السادس السادسة السابع السابعة الثامن الثامنة التاسع التاسعة العاشر العاشرة",
        "یک دو سه چهار پنج شش هفت هشت ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد هزار میلیون میلیارد",
        "اول دوم سوم چهارم پنجم ششم هفتم",
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty",
        "ninety hundred thousand million billion half quarter first second third fourth fifth sixth seventh eighth",
        "ninth tenth thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        "یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده هشتم نهم دهم یازدهم دوازدهم سیزدهم چهاردهم پانزدهم",
        # French, Hebrew, German, Spanish, Turkish, Russian: negations and number words, but those of another sense
        "ne n pas sans jamais aucun aucune rien deux trois quatre cinq sept huit neuf dix onze douze treize quatorze",
        "quinze seize vingt trente quarante cinquante soixante cent mille million milliard deuxième troisième",
        "לא אין בלי ללא שני שתי שניים שתיים שלושה שלוש ארבעה ארבע חמישה חמש שישה שש שבעה שבע שמונה תשעה תשע עשרה עשר",
        "מאה אלף מיליון ראשון שלישי רביעי חמישי שנייה שלישית",
        "nicht kein keine keinen ohne nie zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert tausend",
        "zweite dritte quatrième",
        "sin nunca dos tres cuatro cinco seis siete ocho nueve diez doce cien mil segundo tercero",
        "değil yok iki üç dört beş altı yedi sekiz dokuz yüz ikinci üçüncü",
        "не нет без два две три четыре пять шесть семь восемь девять десять сто тысяча второй третий",
    )
    for word in words.split()
)

# Words that one letter keeps apart, without the article: no typos of each other.
_TWINS = tuple(
    frozenset(text.key(word) for word in words.split())
    for words in (
        "عربي غربي", "عربية غربية", "إطلاق إغلاق", "يعلن يعلق", "تعلن تعلق", "أعلن أعلق", "توقف توقع", "يوقف يوقع",
        "تأكيد تأييد", "تحرير تحذير", "يونيو يوليو", "اعتقال اغتيال",
        "ألبانيا ألمانيا", "austria australia", "iran irak",
        "iran iraq", "gambia zambia", "slovakia slovenia", "dead deal", "mali bali",
    )
)  # fmt: skip

Words: TypeAlias = tuple[str, ...]
Parts: TypeAlias = tuple[str, Words, Words]  # key of what stands before the first colon, tokens after it; all tokens

LONGEST = 500  # letters of a wording that are compared
WORDINGS = 512  # that are remembered in their parts: one is compared with many
TYPO_FROM = 4  # letters of the shorter word from which one edit is a typo (optimal string alignment)
# And two, of the word without the article: "the western" and "the eastern", "Syrian" and "Russian" are two edits apart.
TWO_TYPOS_FROM = 8
MOST_WORDS = 3  # added or removed in a small edit, and at most a third of the longer body
WHOLE = 5  # words of a body that, all of them in their order in the other, are it, in a longer telling
SENTENCE = 6  # words of a body that is how the other begins, whatever that goes on to say


def bodies(a: str, b: str) -> tuple[Words, Words]:
    """Tokens of both, without the speaker when both begin with the same one and a colon.

    Three statements of one speaker share some 60 letters and are three news.
    """
    (speaker, said, whole), (other, reply, all_of_it) = _parts(a), _parts(b)
    return (said, reply) if speaker == other and said and reply else (whole, all_of_it)


def _parts(wording: str) -> Parts:
    """Of a longer line of what it begins with: to compare a hundred such lines must not take seconds."""
    return _split(wording[:LONGEST])


@lru_cache(WORDINGS)
def _split(wording: str) -> Parts:
    folded = text.fold(wording)
    colon = _COLON.search(folded)
    whole = tuple(text.tokens(folded))
    if colon is None:
        return "", (), whole
    return text.key(folded[: colon.start()]), tuple(text.tokens(folded[colon.end() :])), whole


def like(a: str, b: str) -> float:
    """Likeness of the bodies of two wordings, 0 to 1.

    The better of the letter ratio and 0.9 × the share of the shorter body's tokens that stand in
    the other; a stub of one or two tokens, all of them in the other, counts 0.8.
    """
    ta, tb = bodies(a, b)
    if not ta or not tb:
        return float(text.key(a) == text.key(b))
    shorter = min(len(ta), len(tb))
    shared = (Counter(ta) & Counter(tb)).total()
    by_letters = ratio(" ".join(ta), " ".join(tb)) / 100
    if shorter <= 2:
        return max(by_letters, 0.8 if shared == shorter else 0.0)
    return max(by_letters, 0.9 * shared / shorter)


def small(a: str, b: str) -> bool:
    """Whether the words alone say that *b* is a later text of *a*, or the other way round.

    It is *a* with typos mended, words glued or split, and up to three words more or less; or one of the two holds all
    words of the other in their order. Never when a number, a number word, a negation or a word that ends something is
    among what changed, but for what follows a whole sentence (research/identity-time, "small edit").
    """
    ta, tb = bodies(a, b)
    if not ta or not tb:
        return text.key(a) == text.key(b)
    few, many = sorted((ta, tb), key=len)
    if len(few) >= SENTENCE and many[: len(few)] == few:
        return True
    added = removed = 0
    for was, now in _differences(ta, tb):
        if any(_turns(word) for word in (*was, *now)):
            return False
        if _joined(was) == _joined(now):  # glued or split
            continue
        extra = _beyond_typos(was, now)
        if extra is None:
            return False
        added, removed = added + max(extra, 0), removed + max(-extra, 0)
    return _few(added + removed, len(many)) or _one_holds_all(added, removed, len(few))


def count_alike(a: str, b: str, *, exactly: bool = False) -> bool:
    """Whether one of the two wordings has all numbers, number words and negations of the other, or both the same."""
    ta, tb = map(_turning, bodies(a, b))
    return ta == tb or (not exactly and (ta <= tb or tb <= ta))


@lru_cache(WORDINGS)
def _turning(words: Words) -> Counter[str]:
    return Counter(filter(_turns, words))


def _few(words: int, length: int) -> bool:
    return words <= MOST_WORDS and 3 * words <= length


def _one_holds_all(added: int, removed: int, length: int) -> bool:
    """Of the shorter's *length* words none is lost, and no more than as many come in between."""
    return min(added, removed) == 0 and WHOLE <= length >= max(added, removed)


def _differences(ta: Sequence[str], tb: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    opcodes: Opcodes = Indel.opcodes(ta, tb)
    spans: list[tuple[list[str], list[str]]] = []
    joined = False
    for code in opcodes:
        if code.tag == "equal":
            joined = False
            continue
        was, now = list(ta[code.src_start : code.src_end]), list(tb[code.dest_start : code.dest_end])
        if joined:
            spans[-1][0].extend(was)
            spans[-1][1].extend(now)
        else:
            spans.append((was, now))
        joined = True
    return spans


def _joined(words: Iterable[str]) -> str:
    return "".join(words)


def _beyond_typos(was: Sequence[str], now: Sequence[str]) -> int | None:
    """How many words more *now* has, if every word of the shorter side is a typo of one, in order, of the longer."""
    few, many = sorted((was, now), key=len)
    left = iter(many)
    if all(any(_typo(word, other) for other in left) for word in few):
        return len(now) - len(was)
    return None


def _typo(old: str, new: str) -> bool:
    """One word, spelt otherwise, or with the Arabic article and without; the typo may be in the article."""
    was, now = _ARTICLE.sub("", old), _ARTICLE.sub("", new)
    long_enough = min(len(old), len(new)) >= TYPO_FROM
    twice = min(len(was), len(now)) >= TWO_TYPOS_FROM and was[0] == now[0]
    apart = min(OSA.distance(was, now), OSA.distance(old, new))
    return apart <= long_enough + twice and not _opposite(was, now) and {was, now} not in _TWINS


def _opposite(old: str, new: str) -> bool:
    """Whether one is the other with a syllable that denies it; in Persian one letter does."""
    short, long = sorted((old, new), key=len)
    return any(long == beginning + short for beginning in _DENYING)


def _turns(word: str) -> bool:
    """Whether it is a number or a word that turns or counts, be it behind an Arabic "and", "in" or "the"."""
    bare = {word, _PROCLITIC.sub("", word), _ARTICLE.sub("", word)}
    return not bare.isdisjoint(_TURNING) or any(c.isdecimal() for c in word)
