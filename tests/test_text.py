import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker import text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("  خبر \n\t عاجل  ", "خبر عاجل", id="any run of white space is one space"),
        pytest.param("a\x00b\x07c\x1bd\x7f", "abcd", id="control characters are gone"),
        pytest.param("a\x0bb\x0cc\x1fd\x85e", "a b c d e", id="but those that part words"),
        pytest.param("a\ud800b\udfff", "ab", id="lone surrogates are gone"),
        pytest.param("a\ufffeb\uffffc\U0001fffed", "abcd", id="noncharacters are gone"),
        pytest.param("a\x91b\x92", "ab", id="C1 controls are gone"),
        pytest.param("\u202eabc\u200f\u2067x", "abcx", id="bidi controls are gone"),
        pytest.param("می\u200cرود", "می\u200cرود", id="the Persian joiner stays"),
        pytest.param("👩\u200d🚀 هبوط", "👩\u200d🚀 هبوط", id="the joiner of an emoji stays"),
        pytest.param("ශ්\u200dරී ලංකා", "ශ්\u200dරී ලංකා", id="the joiner of Sinhala stays"),
        pytest.param("\u200d \u200cخبر\u200c", "خبر", id="joiners at the ends are gone"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("<script>]]>&amp;", "<script>]]>&amp;", id="mark-up is text"),
        pytest.param("\u200f\x00 ", "", id="may be empty"),
    ],
)
def test_what_is_shown(raw, shown):
    assert text.display(raw) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("أعلن إتفاقاً آخر", "اعلن اتفاقا اخر", id="hamza and vowel marks"),
        pytest.param("مستشفى المدينة", "مستشفي المدينه", id="ya and ta marbuta"),
        pytest.param("الخــبر", "الخبر", id="tatweel"),
        pytest.param("ارتفاع ٣٫٥٪", "ارتفاع 3.5%", id="Arabic digits and separators"),
        pytest.param("۱۲ کشته", "12 كشته", id="Persian digits and letters"),
        pytest.param("بيع 89,500 طن", "بيع 89500 طن", id="a grouped number"),
        pytest.param("«الأرصاد»: مطر", '"الأرصاد": مطر', id="quotes"),
        pytest.param("الأرصاد : مطر!", "الأرصاد: مطر", id="spaces around punctuation"),
        pytest.param("خبر\u00a0جديد", "خبر جديد", id="no-break space"),
        pytest.param("ﻻ مطر", "لا مطر", id="presentation forms"),
        pytest.param("می\u200cرود", "میرود", id="joiners"),
        pytest.param("GPS إطلاق", "gps إطلاق", id="Latin case"),
    ],
)
def test_two_spellings_have_one_key(one, other):
    assert text.key(one) == text.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ارتفاع 3 درجات", "ارتفاع 5 درجات"),
        ("التضخم 5", "التضخم -5"),
        ("النمو 3.5", "النمو 35"),
        ("الافتتاح 12:30", "الافتتاح 1230"),
        ("ارتفع 5", "ارتفع 5%"),
        ("لا مطر غداً", "مطر غداً"),
        ("किताब", "कतब"),
    ],
)
def test_what_means_another_thing_has_another_key(one, other):
    assert text.key(one) != text.key(other)


def test_a_headline_without_letters_still_has_a_key():
    assert text.key("!!!") != text.key("⚠️")


@given(st.text())
def test_what_is_shown_can_stand_in_xml_and_is_stable(raw):
    shown = text.display(raw)
    shown.encode()
    assert text.display(shown) == shown
    assert "\r" not in shown
    assert "\n" not in shown
    assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 or ord(c) & 0xFFFE == 0xFFFE for c in shown)


@given(st.text())
def test_folding_twice_is_folding_once(raw):
    assert text.fold(text.fold(raw)) == text.fold(raw)
    assert text.key(text.display(raw)) == text.key(raw)


@pytest.mark.parametrize(
    ("tag", "rtl"),
    [("ar", True), ("AR-lb", True), ("he", True), ("ur-PK", True), ("en", False), ("ku", False), ("ku-Arab-IQ", True),
     ("ar-Latn", False), ("de-1996", False)],
)  # fmt: skip
def test_a_language_tag_tells_the_direction(tag, rtl):
    assert text.is_rtl(tag) is rtl
