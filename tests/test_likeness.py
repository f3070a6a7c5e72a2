import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker import text
from ticker.likeness import bodies, like, small

SPEAKER = "وزير النقل بعد لقائه رئيس البلدية في مبنى المحطة الجديدة"


def test_statements_of_one_speaker_are_compared_without_the_speaker():
    a, b = f"{SPEAKER}: سنفتتح الخط الثالث قريباً", f"{SPEAKER}: أسعار التذاكر لن ترتفع هذا العام"
    said, reply = bodies(a, b)
    assert [*said] == text.tokens("سنفتتح الخط الثالث قريباً")
    assert [*reply] == text.tokens("أسعار التذاكر لن ترتفع هذا العام")
    assert like(a, b) < 0.5


def test_a_colon_inside_a_clock_is_no_speaker():
    assert bodies("الافتتاح 12:30 ظهراً", "الافتتاح 12:45 ظهراً")[0] == ("الافتتاح", "12:30", "ظهرا")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("افتتاح معرض الكتاب في المدينة", "إفتتاح معرض الكتاب في المدينه", id="spelling"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرض الكناب في المدينة", id="typo"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرض الكتاب السنوي في المدينة", id="a word added"),
        pytest.param("افتتاح معرض الكتاب في المدينة القديمة", "افتتاح معرض الكتاب في المدينة", id="a word removed"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرضالكتاب في المدينة", id="words glued"),
        pytest.param("افتتاح معرض الكتاب في المدينة", "افتتاح معرض كتاب في المدينة", id="an article"),
        pytest.param("بعد أشهر من الانتظار في المدينة", "بعد أشهر من االنتظار في المدينة", id="a typo in the article"),
        pytest.param("إعادة فتح الجسر القديم غداً", "إعادة فتح اجلسر القديم غداً", id="article and word swapped"),
        pytest.param("پارک ملی امروز بازگشایی شد", "پارک ملی امروز باز گشایی شد", id="words split"),
        pytest.param("Council opens the new swimming pool", "Council opens new swiming pool", id="English"),
        pytest.param(
            "بلدية الميناء تفتتح الحديقة العامة",
            "بلدية الميناء في طرابلس تفتتح بحضور الأهالي الحديقة العامة",
            id="the whole of it in a longer telling",
        ),
        pytest.param(
            "Minister opens the new harbour bridge",
            "Minister opens the new harbour bridge: it will not carry trains before 2031",
            id="a sentence that goes on, whatever it says",
        ),
        pytest.param(
            "معهد الأرصاد يتوقع موجة حر طويلة الأسبوع المقبل",
            "معهد الأرصاد يتوقع موجة حر طويلة الأسبوع المقبل والحرارة لن تقل عن 39 درجة",
            id="an Arabic sentence that goes on",
        ),
    ],
)
def test_small_edits(was, now):
    assert small(was, now)
    assert small(now, was)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("الأرصاد: 3 أيام من المطر", "الأرصاد: 5 أيام من المطر", id="a number"),
        pytest.param("فوز الفريق في المباراة الثانية", "فوز الفريق في المباراة الثالثة", id="a number word"),
        pytest.param("البلدية: إقفال الجسر غداً", "البلدية: لا إقفال الجسر غداً", id="a negation"),
        pytest.param("افتتاح معرض الكتاب في طرابلس", "افتتاح معرض الكتاب في البترون", id="another place"),
        pytest.param("افتتاح المعرض", "افتتاح المعرض مساء الغد في القاعة الكبرى", id="most of it is new"),
        pytest.param("البلدية: إقفال الجسر غداً صباحاً", "البلدية: إقفال الجسر غداً صباحاً ولا عودة", id="and a negation"),
        pytest.param("سماع إطلاق النار في محيط المدينة", "سماع وقف إطلاق النار في محيط المدينة", id="it ends"),
        pytest.param("وفد نقابي يزور القرى الشرقية", "وفد نقابي يزور القرى الغربية", id="east and west"),
        pytest.param("افتتاح مؤتمر الشعر العربي", "افتتاح مؤتمر الشعر الغربي", id="twins, behind the article"),
        pytest.param("مسابقة الرسم تبدأ في يونيو المقبل", "مسابقة الرسم تبدأ في يوليو المقبل", id="a month"),
        pytest.param("قطار شمال امروز رسید", "قطار شمال امروز نرسید", id="Persian: it has not come"),
        pytest.param("Court says the new rule is lawful today", "Court says the new rule is unlawful today", id="un-"),
        pytest.param("Crew can reach the island today", "Crew can’t reach the island today", id="can't"),
        pytest.param("Rowers win a medal in Iran today", "Rowers win a medal in Iraq today", id="twins in English"),
        pytest.param(
            "افتتاح جسر المرفأ الجديد", "وفد يحضر افتتاح جسر قرب المرفأ الجديد", id="few words, in a longer telling"
        ),
        pytest.param(
            "القرية تدعو إلى حوار هادئ", "القرية تدعو إلى الرفض وإلى حوار هادئ", id="refusal, with the article"
        ),
        pytest.param("قطار الليل يصل إلى صور", "قطار الليل يصل إلى سور", id="a letter of three"),
        pytest.param(
            "وزير النقل يفتتح جسر المرفأ الجديد",
            "النقل يفتتح جسر المرفأ الجديد بحضور أهالي الأحياء القريبة كلهم",
            id="one word lost, five more",
        ),
        pytest.param("Port strike begins on Tuesday", "Port strike begins on Thursday", id="two letters of seven"),
        pytest.param(
            "Minister opens the harbour", "Minister opens the harbour and resigns after two hours", id="short"
        ),
        pytest.param(
            "بلدية الميناء تفتتح الحديقة العامة",
            "بلدية القرية تنقل سوق الميناء ثم تفتتح معرض الزهور في الحديقة الصغيرة والمكتبة العامة",
            id="all words in order, among more than as many others",
        ),
        pytest.param(
            "طريق الساحل مقطوعة بسبب السيول",
            "طريق الجبل مقطوعة أمام الشاحنات والحافلات كلها بسبب السيول",
            id="a longer telling of another place",
        ),
    ],
)
def test_what_is_more_than_a_small_edit(was, now):
    assert not small(was, now)
    assert not small(now, was)


def test_a_stub_that_is_filled_in_is_alike():
    assert like("طرابلس", "طرابلس: انقطاع التيار الكهربائي عن الأحياء القديمة") == 0.8


def test_words_that_all_stand_in_the_other_are_alike_in_any_order():
    assert like("المرفأ جسر افتتاح", "الوزير يحضر افتتاح معرض الصور ثم جسر المشاة قرب المرفأ") == pytest.approx(0.9)


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(a, b):
    assert 0 <= like(a, b) <= 1
    assert abs(like(a, b) - like(b, a)) < 0.02
    small(a, b)


@given(st.text(min_size=1))
def test_a_text_is_wholly_like_itself(a):
    assert like(a, a) == 1
    assert small(a, a)


def test_a_text_too_long_to_be_remembered_is_compared_all_the_same():
    article = "افتتاح معرض الكتاب في المدينة القديمة " * 40
    assert len(article) > text.LONGEST_REMEMBERED
    assert text.key(article) == text.key(article.replace("ة", "ه")) != text.key(article[:-50])
    assert small(article, f"{article} مساء الغد")
    assert like(article, f"الوزير: {article}") > 0.8
