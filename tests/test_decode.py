"""Every charset that pages are in, and every way they lie about it."""

import codecs
import gzip
import random
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.decode import HARMLESS, RATIO, STEP, Unpacker, codec_of, decode, page_of
from ticker.errors import FetchError

ARABIC = "عاجل: قمة طارئة لبحث أزمة الكهرباء، والوفود تصل تباعاً"
FRENCH = "Élection reportée : « la fièvre n'est pas tombée »"
RUSSIAN = "Срочно: мост через залив снова открыт"
JAPANESE = "速報:新しい橋が開通しました"


def html(words: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}<title>7</title></head><body><p>09:41 {words}</p></body></html>"


def text_of(body: bytes, content_type: str | None = "text/html", charset: str | None = None) -> str:
    return decode(body, content_type=content_type, charset=charset)[0]


@pytest.mark.parametrize(
    ("words", "label", "codec"),
    [
        (ARABIC, "windows-1256", "cp1256"),
        (ARABIC, "CP1256", "cp1256"),
        (ARABIC, "UTF-8", "utf-8"),
        (ARABIC, "utf-16", "utf-16"),
        (ARABIC, "utf-16le", "utf-16-le"),
        (ARABIC, "utf-16be", "utf-16-be"),
        (ARABIC, "unicode", "utf-16-le"),
        ("裂" * 4, "utf-16le", "utf-16-le"),  # the bytes of which are also UTF-8
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "windows-1251", "cp1251"),
        (FRENCH, "iso-8859-1", "cp1252"),
        (FRENCH + " — €", "latin1", "cp1252"),
        (JAPANESE, "x-sjis", "cp932"),
        (JAPANESE, "euc-jp", "euc_jp"),
        (JAPANESE, "iso-2022-jp", "iso2022_jp"),
        ("快讯：大桥恢复通车 €", "gb2312", "gb18030"),
        ("速報：大橋重開", "big5", "big5"),
        ("속보: 다리 다시 열려", "ks_c_5601-1987", "cp949"),
        ("ด่วน: เปิดสะพานใหม่", "tis-620", "cp874"),
        ("Son dakika: köprü açıldı, ışıklar söndü", "iso-8859-9", "cp1254"),
    ],
)
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_charset_of_the_header_is_read_as_browsers_read_it(words: str, label: str, codec: str, quote: str) -> None:
    header = f"text/html; charset={quote}{label}{quote}"

    assert text_of(html(words).encode(codec), header) == html(words)


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="windows-1256">',
        "<META CHARSET=windows-1256 />",
        "<meta name=x content=y><meta charset='windows-1256'>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256">',
        "<meta content='text/html;charset=windows-1256' http-equiv=content-type>",
        '<!-- <meta charset="koi8-r"> --><meta charset="windows-1256">',
        '<meta name="description" content="charset=koi8-r"><meta charset="windows-1256">',
    ],
)
@pytest.mark.parametrize("content_type", [None, "text/html", "text/html; charset=", "text/html; charset=no-such-thing"])
def test_the_page_says_its_charset_where_the_header_does_not(head: str, content_type: str | None) -> None:
    page = html(ARABIC, head)

    assert text_of(page.encode("cp1256"), content_type) == page


def test_an_xml_declaration_says_the_charset_of_xhtml() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?>' + html(RUSSIAN)

    assert text_of(page.encode("cp1251"), "application/xhtml+xml") == page


def test_a_label_further_down_than_browsers_look_is_not_seen() -> None:
    page = html(RUSSIAN, " " * 1024 + '<meta charset="windows-1251">')

    assert text_of(page.encode("cp1251")) != page


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("declared", ["", "; charset=windows-1256"])
def test_a_byte_order_mark_decides_and_is_taken_off(codec: str, declared: str) -> None:
    assert text_of(html(ARABIC).encode(codec), f"text/html{declared}") == html(ARABIC)
    assert text_of(b"\xfe\xff" + html(ARABIC).encode("utf-16-be"), f"text/html{declared}") == html(ARABIC)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_in_the_order_its_zeros_show(order: str) -> None:
    assert text_of(html(ARABIC).encode(order), "text/html; charset=utf-16") == html(ARABIC)


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "windows-1251", "windows-1256", "shift_jis", "gbk", "utf-16", "euc-kr"]
)
@pytest.mark.parametrize("words", [ARABIC, RUSSIAN, JAPANESE])
def test_plain_utf_8_is_believed_over_any_wrong_label(label: str, words: str) -> None:
    page = html(words, f'<meta charset="{label}">')

    assert text_of(page.encode(), f"text/html; charset={label}") == page


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_seen_where_nothing_says_so(order: str) -> None:
    assert text_of(html(ARABIC).encode(order), None) == html(ARABIC)


def test_one_lost_byte_does_not_turn_utf_8_into_something_else() -> None:
    whole = html(ARABIC).encode()
    broken = whole.replace("و".encode(), "و".encode()[:1], 1)

    text = text_of(broken, "text/html; charset=utf-8", charset="windows-1256")

    assert text.count("\ufffd") == 1
    assert "قمة طارئة" in text


def test_a_label_that_the_bytes_contradict_gives_way_to_the_next() -> None:
    page = html(ARABIC, '<meta charset="windows-1256">')

    assert text_of(page.encode("cp1256"), "text/html; charset=utf-8") == page
    assert text_of(page.encode("cp1256"), "text/html; charset=utf-16") == page


@pytest.mark.parametrize("end", ["", " "])
def test_any_even_number_of_bytes_could_be_utf_16_and_is_not(end: str) -> None:
    page = html(FRENCH, '<meta charset="iso-8859-1">') + end

    assert text_of(page.encode("cp1252"), "text/html; charset=utf-16") == page


def test_a_page_that_can_be_read_is_not_in_the_utf_16_it_claims() -> None:
    page = '<meta charset="utf-16"><p>09:41 caf\u00e9 \0 ok</p>'

    for spaces in ("", " "):
        assert text_of((page + spaces).encode()) == page + spaces


def test_the_configured_charset_is_for_pages_that_say_nothing() -> None:
    legacy = html(ARABIC).encode("cp1256")

    assert text_of(legacy, charset="windows-1256") == html(ARABIC)
    assert text_of(legacy, "text/html; charset=windows-1256", charset="koi8-r") == html(ARABIC)
    assert text_of(html(ARABIC).encode(), charset="windows-1256") == html(ARABIC)


def test_when_nothing_fits_the_least_damage_is_done() -> None:
    page = html(FRENCH)

    assert text_of(page.encode("cp1252") + b"\x81", "text/html; charset=iso-8859-1") == page + "\ufffd"
    assert text_of(b"<p>09:41 ok \xff") == "<p>09:41 ok \ufffd"


@pytest.mark.parametrize(
    "label",
    ["base64", "rot13", "idna", "punycode", "utf-7", "utf_32", "unicode_escape", "hex", "x-user-defined", "", "٨"],
)
def test_what_is_no_charset_of_the_web_is_ignored(label: str) -> None:
    assert codec_of(label) is None
    assert text_of(html(ARABIC).encode("cp1256"), f"text/html; charset={label}", "windows-1256") == html(ARABIC)


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/plain", "09:41 a < b <p>", "plain"),
        ("Text/Plain; charset=utf-8", "09:41 a", "plain"),
        ("text/html", "09:41 a", "html"),
        (None, "09:41 3 < 4 and 5 <6", "plain"),
        (None, "", "plain"),
        (None, "09:41 a<br>", "html"),
        (None, "</p>", "html"),
        (None, "<!doctype html>", "html"),
        (None, "﻿<p>", "html"),
    ],
)
def test_what_has_no_tags_and_no_media_type_is_plain_text(content_type: str | None, body: str, kind: str) -> None:
    assert decode(body.encode(), content_type=content_type, charset=None)[1] == kind


def test_a_plain_text_does_not_declare_its_charset_in_tags() -> None:
    page = '<meta charset="koi8-r"> é'

    assert text_of(page.encode(), "text/plain") == page


def test_a_saved_file_becomes_a_page() -> None:
    at = datetime(2025, 3, 10, 8, 0, tzinfo=UTC)

    page = page_of(html(ARABIC).encode("cp1256"), url="http://news.test/", fetched_at=at, charset="windows-1256")

    assert (page.url, page.fetched_at, page.kind, page.validators) == ("http://news.test/", at, "html", None)
    assert page.text == html(ARABIC)


@given(st.binary(), st.none() | st.text(), st.none() | st.text())
def test_anything_at_all_decodes(body: bytes, content_type: str | None, charset: str | None) -> None:
    text, kind = decode(body, content_type=content_type, charset=charset)

    text.encode()
    assert kind in {"html", "plain"}


@given(st.binary(), st.sampled_from(["utf-16", "gbk", "shift_jis", "iso-2022-jp", "windows-1252", "big5", "euc-jp"]))
def test_any_bytes_in_any_charset_decode_to_what_can_be_written_again(body: bytes, label: str) -> None:
    text_of(body, f"text/html; charset={label}").encode()


def test_every_label_names_a_codec_that_exists() -> None:
    labels = [
        "utf8",
        "IBM866",
        "latin2",
        "arabic",
        "logical",
        "ISO_8859-1:1987",
        "x-mac-cyrillic",
        "x-x-big5",
        "cp1258",
    ]

    assert all(codecs.lookup(codec_of(label) or "none") for label in labels)


# Packed bodies


def unpacked(packed: bytes, coding: str = "gzip", *, most: int = 10_000_000, piece: int = 65_536) -> bytes:
    unpacker = Unpacker(coding, most)
    for at in range(0, len(packed), piece):
        unpacker.feed(packed[at : at + piece])
    return unpacker.whole()


@given(st.binary(max_size=2_000), st.integers(1, 300), st.sampled_from(["gzip", "deflate", ""]))
def test_a_body_comes_out_as_it_went_in_however_it_is_cut(body: bytes, piece: int, coding: str) -> None:
    packed = {"gzip": gzip.compress(body), "deflate": zlib.compress(body), "": body}[coding]

    assert unpacked(packed, coding, piece=piece) == body


@pytest.mark.parametrize("size", [STEP - 1, STEP, STEP + 1, 2 * STEP, 3 * STEP + 7])
def test_a_body_of_many_steps_is_whole(size: int) -> None:
    body = random.Random(7).randbytes(20_000) * (size // 20_000 + 1)

    assert unpacked(gzip.compress(body[:size], 1)) == body[:size]


def test_what_unpacks_to_a_hundred_times_its_size_is_a_bomb_unless_it_is_small() -> None:
    assert len(unpacked(gzip.compress(bytes(HARMLESS)))) == HARMLESS
    with pytest.raises(FetchError, match=f"a gzip bomb: unpacks to more than {RATIO} times its size"):
        unpacked(gzip.compress(bytes(HARMLESS + 200_000)))


def test_a_page_that_says_the_same_a_thousand_times_is_none() -> None:
    rows = "".join(
        f"<li class=row><time>{n % 24:02}:{n % 60:02}</time> Ferry {n} is back</li>\n" for n in range(40_000)
    )

    assert unpacked(gzip.compress(rows.encode())) == rows.encode()


def test_a_bomb_in_crumbs_is_known_before_it_is_large() -> None:
    unpacker = Unpacker("deflate", 10**9)

    def feed_all() -> None:
        for crumb in zlib.compress(bytes(50_000_000), 9):
            unpacker.feed(bytes([crumb]))

    with pytest.raises(FetchError, match="a deflate bomb"):
        feed_all()
    assert len(unpacker.so_far()) < 2 * HARMLESS


@pytest.mark.parametrize("coding", ["gzip", ""])
def test_the_beginning_of_a_body_is_cut_where_no_more_is_wanted(coding: str) -> None:
    body = random.Random(7).randbytes(10_000)
    unpacker = Unpacker(coding, 4_000, cut=True)
    unpacker.feed(gzip.compress(body) if coding else body)

    assert unpacker.full
    assert unpacker.so_far() == body[:4_000]


def test_a_body_that_breaks_off_can_be_had_so_far() -> None:
    body = random.Random(7).randbytes(10_000)
    unpacker = Unpacker("gzip", 20_000)
    unpacker.feed(gzip.compress(body)[:-2_000])

    assert body.startswith(unpacker.so_far())
    assert len(unpacker.so_far()) > 5_000
    with pytest.raises(FetchError, match="the gzip body breaks off"):
        unpacker.whole()
