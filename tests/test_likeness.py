import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker import text
from ticker.likeness import bodies, like, small

SPEAKER = "وزير النقل بعد لقائه رئيس البلدية في مبنى المحطة الجديدة"


def test_statements_of_one_speaker_are_compared_without_the_speaker():
    a, b = f"{SPEAKER}: سنفتتح الخط الثالث قريباً", f"{SPEAKER}: أسعار التذاكر لن ترتفع هذا العام"
    assert bodies(a, b) == (text.tokens("سنفتتح الخط الثالث قريباً"), text.tokens("أسعار التذاكر لن ترتفع هذا العام"))
    assert like(a, b) < 0.5


def test_a_colon_inside_a_clock_is_no_speaker():
    assert bodies("الافتتاح 12:30 ظهراً", "الافتتاح 12:45 ظهراً")[0] == ["الافتتاح", "12:30", "ظهرا"]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("افتتاح معرض الكتاب في المدينة", "إفتتاح معرض الكتاب في المدينه", id="spelling"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرض الكناب في المدينة", id="typo"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرض الكتاب السنوي في المدينة", id="a word added"),
        pytest.param("افتتاح معرض الكتاب في المدينة القديمة", "افتتاح معرض الكتاب في المدينة", id="a word removed"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرضالكتاب في المدينة", id="words glued"),
    ],
)
def test_small_edits(was, now):
    assert small(was, now)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("الأرصاد: 3 أيام من المطر", "الأرصاد: 5 أيام من المطر", id="a number"),
        pytest.param("فوز الفريق في المباراة الثانية", "فوز الفريق في المباراة الثالثة", id="a number word"),
        pytest.param("البلدية: إقفال الجسر غداً", "البلدية: لا إقفال الجسر غداً", id="a negation"),
        pytest.param("افتتاح معرض الكتاب في طرابلس", "افتتاح معرض الكتاب في البترون", id="another place"),
        pytest.param("افتتاح المعرض", "افتتاح المعرض مساء الغد في القاعة الكبرى", id="most of it is new"),
    ],
)
def test_what_is_more_than_a_small_edit(was, now):
    assert not small(was, now)


def test_a_stub_that_is_filled_in_is_alike():
    assert like("طرابلس", "طرابلس: انقطاع التيار الكهربائي عن الأحياء القديمة") == 0.8


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(a, b):
    assert 0 <= like(a, b) <= 1
    assert abs(like(a, b) - like(b, a)) < 0.02
    small(a, b)


@given(st.text(min_size=1))
def test_a_text_is_wholly_like_itself(a):
    assert like(a, a) == 1
    assert small(a, a)
