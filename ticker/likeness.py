"""Say how alike two wordings are. Pure; used by reconcile, which alone knows the place they stand in.

Words never decide alone: at any threshold some different news reads alike
("… second goal" / "… third goal" has a ratio of 95; research/identity-time).
"""

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import OSA, Indel, Opcodes
from rapidfuzz.fuzz import ratio

from ticker import text

_COLON = re.compile(r"(?<!\d):|:(?!\d)")  # the one after a speaker; 12:30 is a number

# Words that turn the news around or count it: a change in one of them is never a small edit.
_TURNING = frozenset(
    text.key(word)
    for words in (
        # negations: Arabic, Persian, English
        "لا لم لن ليس ليست ليسوا ما غير بدون دون عدم نفي ينفي تنفي نفى نفت",
        "نه نیست نبود بی هیچ تکذیب",
        "not no never none without denies denied deny cannot isn aren wasn won don doesn didn",
        # number words: Arabic, Persian, English
        "واحد واحدة اثنان اثنين اثنتان اثنتين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة",
        "ثمان ثماني ثمانية تسع تسعة عشر",
        "عشرة عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين",
        "مئة مائة مئتان مئتين ألف ألفان ألفين آلاف مليون مليونان مليونين ملايين مليار مليارات نصف ربع ثلث",
        "أول أولى الأول الأولى ثان ثانية الثاني الثانية ثالث الثالث الثالثة الرابع الرابعة الخامس الخامسة",
        "السادس السادسة السابع السابعة الثامن الثامنة التاسع التاسعة العاشر العاشرة",
        "یک دو سه چهار پنج شش هفت هشت ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد هزار میلیون میلیارد",
        "اول دوم سوم چهارم پنجم",
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty",
        "ninety hundred thousand million billion half quarter first second third fourth fifth sixth seventh eighth",
        "ninth tenth",
    )
    for word in words.split()
)

TYPO_FROM = ((7, 2), (4, 1))  # (letters of the shorter word, edits allowed): Damerau, optimal string alignment
MOST_WORDS = 3  # added or removed in a small edit, and at most a third of the longer body


def bodies(a: str, b: str) -> tuple[list[str], list[str]]:
    """Tokens of both, without the speaker when both begin with the same one and a colon.

    Three statements of one speaker share some 60 letters and are three news.
    """
    fa, fb = text.fold(a), text.fold(b)
    ca, cb = _COLON.search(fa), _COLON.search(fb)
    if ca and cb and text.key(fa[: ca.start()]) == text.key(fb[: cb.start()]):
        ta, tb = text.tokens(fa[ca.end() :]), text.tokens(fb[cb.end() :])
        if ta and tb:
            return ta, tb
    return text.tokens(fa), text.tokens(fb)


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
    """Whether *b* is *a* with typos mended, words glued or split, or up to three words more or less.

    Never when a number, a number word or a negation is among what changed.
    """
    ta, tb = bodies(a, b)
    if not ta or not tb:
        return text.key(a) == text.key(b)
    moved = 0
    for was, now in _differences(ta, tb):
        if any(_turns(word) for word in (*was, *now)):
            return False
        if "".join(was) == "".join(now):  # glued or split
            continue
        extra = _beyond_typos(was, now)
        if extra is None:
            return False
        moved += extra
    return moved <= MOST_WORDS and 3 * moved <= max(len(ta), len(tb))


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


def _beyond_typos(was: list[str], now: list[str]) -> int | None:
    """Words added or removed, when every word of the shorter side is a typo of one, in order, of the longer."""
    few, many = sorted((was, now), key=len)
    left = iter(many)
    if all(any(_typo(word, other) for other in left) for word in few):
        return len(many) - len(few)
    return None


def _typo(old: str, new: str) -> bool:
    letters = min(len(old), len(new))
    allowed = next((edits for least, edits in TYPO_FROM if letters >= least), 0)
    return OSA.distance(old, new) <= allowed


def _turns(word: str) -> bool:
    return word in _TURNING or any(c.isdecimal() for c in word)
