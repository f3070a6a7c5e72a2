"""Clean what a page says: for XML, for comparing, for searching. Pure; no stage, used by stages."""

import re
import unicodedata
from functools import lru_cache

# XML 1.0 Char forbids C0 (but tab, CR, LF), surrogates, U+FFFE/FFFF; C1, DEL and the other
# noncharacters pass XML but not the W3C validator (research/feed-standards X1). Those that `str.split` takes for
# white space (VT, FF, FS to US, NEL) become a space instead.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
# Bidi controls and zero-width marks. The two joiners stay in what is shown: they are spelling in Persian, Sinhala and
# Malayalam, and hold an emoji together.
_INVISIBLE = re.compile("[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_JOINERS = "\u200c\u200d"

KEYS = 8_192  # that are remembered: a poll asks for those of all that is listed or was in the last 20 h, many times
LONGEST_REMEMBERED = 500  # characters of such a headline: no page can fill the memory

_DIGIT = re.compile(r"[^\D0-9]")  # of another script
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)")
# Vowel signs and other marks that are part of a word in scripts that NFKC does not compose.
_SIGNS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0711\u0730-\u074a\u0900-\u0963\u0971-\u0df3"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u0f18-\u0fbc\u102b-\u103e\u1056-\u109d\u17b4-\u17d3"
)
# letters | a number with its sign, its inner . , : / and %
_TOKEN = re.compile(rf"(?:(?<!\w)[+\-])?\d+(?:[.,:/]\d+)*%?|(?:[^\W\d_]|[{_SIGNS}])+")

_MARKS = (*range(0x0610, 0x061B), 0x0640, *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE), 0x200C, 0x200D)
_FOLD = dict.fromkeys(_MARKS) | {ord(letter): to for letters, to in (
    ("أإآٱ", "ا"), ("ى", "ي"), ("ة", "ه"), ("ؤ", "و"), ("ئ", "ي"), ("ء", None),
    ("ی", "ي"), ("ک", "ك"), ("گ", "ك"), ("ھہە", "ه"),
    ("٪", "%"), ("٫", "."), ("٬", ","), ("−", "-"),
) for letter in letters}  # fmt: skip


# CLDR: primary subtags written from right to left, unless a script subtag says otherwise; and the scripts.
_RTL_LANGUAGES = frozenset(
    ("ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "lrc", "mzn", "nqo", "pnb",
     "ps", "sd", "sdh", "syr", "ug", "ur", "yi")
)  # fmt: skip
_RTL_SCRIPTS = frozenset(("adlm", "arab", "aran", "hebr", "nkoo", "rohg", "syrc", "thaa"))


def display(raw: str) -> str:
    """What is shown and published of *raw*.

    NFC; characters that XML 1.0 or a feed validator refuses are gone, so are bidi controls and
    zero-width marks (joiners stay inside); any run of white space is one space. May be empty.
    """
    clean = raw if raw.isprintable() else _INVISIBLE.sub("", _FORBIDDEN.sub("", raw))  # printable is nothing of these
    return " ".join(unicodedata.normalize("NFC", clean).split()).strip(_JOINERS + " ")


def fold(raw: str) -> str:
    """*raw* as search and identity compare it: one spelling for letters that writers mix.

    NFKC and case folding; Arabic vowel marks and tatweel dropped; alef, ya, ta marbuta, hamza and
    the Persian letters unified; every digit Western; 89,500 becomes 89500. Never folded: a
    number's sign and separators, %, negations (research/identity-time, "Folding").
    """
    clean = raw if raw.isprintable() else _INVISIBLE.sub("", _FORBIDDEN.sub("", raw))  # printable is nothing of these
    plain = unicodedata.normalize("NFKC", clean).translate(_FOLD).casefold()
    plain = _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), plain)
    if "," in plain:
        plain = _GROUPED.sub(lambda number: number.group().replace(",", ""), plain)
    return " ".join(plain.split())


def tokens(raw: str) -> list[str]:
    """The words and numbers of *raw*, folded; a number keeps its sign, inner separators and %."""
    return _TOKEN.findall(fold(raw))


def key(raw: str) -> str:
    """The identity key of a headline: its tokens, joined by one space.

    Two wordings with one key differ only in spelling, marks or punctuation. A headline without
    letters and digits ("!!!", "⚠️") is its own folded text.
    """
    return _remembered_key(raw) if len(raw) <= LONGEST_REMEMBERED else _key(raw)


def _key(raw: str) -> str:
    return " ".join(tokens(raw)) or fold(raw)


_remembered_key = lru_cache(KEYS)(_key)


def is_rtl(language: str) -> bool:
    """Whether *language*, a BCP 47 tag, is written from right to left; its script subtag decides if it has one."""
    primary, *rest = language.lower().split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    return script in _RTL_SCRIPTS if script else primary in _RTL_LANGUAGES
