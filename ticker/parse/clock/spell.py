"""One spelling for the words and numbers of a printed time, and the text of it without what stands around it."""

import re
import unicodedata

_MARK = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Brackets and separators: they stand around a time, they are not the time.
_AROUND = " \t\r\n\xa0\u202f()[]{}（）［］【】<>«»|¦•·●▪■►▶‣⏱🕒🕐*:;,،.‐‑–—-_/\\~"

# What NFKD leaves on a letter (Latin, Greek, Cyrillic, Hebrew, Arabic), the abbreviation sign of Devanagari, marks of
# direction and joiners: not written by everybody. Letters that Arabic writers mix are one, as in `ticker.text`.
_DROPPED = (
    (0x300, 0x36F), (0x591, 0x5C7), (0x5F3, 0x5F3), (0x610, 0x61A), (0x61C, 0x61C), (0x621, 0x621), (0x640, 0x640),
    (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED), (0x970, 0x970), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x2060), (0x2066, 0x2069), (0xFEFF, 0xFEFF),
)  # fmt: skip
_SAME = {"ةھہە": "ه", "ىیے": "ي", "ک": "ك", "ٱ": "ا", "ı": "i", "’ʼ‘`´": "'", "٫": ".", "،٬": ",", "۔": ".", "−": "-"}
_ONE_SPELLING = dict.fromkeys(code for first, last in _DROPPED for code in range(first, last + 1)) | {
    ord(letter): to for letters, to in _SAME.items() for letter in letters
}
_INNER_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")  # "segunda-feira"
_AFTER_LETTER = re.compile(r"(?<=[^\d\s.:/,-])\.")  # "a.m.", "พ.ค.", "Uhr."


def bare(text: str) -> str:
    """*text* in one line, without direction marks, and without brackets and separators around it."""
    line = " ".join(unmarked(text).split())
    printed = line.strip(_AROUND)
    return f"{printed}." if printed[-1:].isalpha() and f"{printed}." in line else printed


def unmarked(text: str) -> str:
    """*text* without marks of direction."""
    return text if text.isascii() else _MARK.sub("", text)


def spelled(text: str) -> str:
    """*text* as the tables have it: lower case, without accents and vowel marks, abbreviations without dots."""
    plain = text.lower()
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text).casefold().translate(_ONE_SPELLING)
        plain = unicodedata.normalize("NFC", plain)
    if "-" in plain:
        plain = _INNER_HYPHEN.sub(" ", plain)
    return _AFTER_LETTER.sub("", plain) if "." in plain else plain
