"""Tests of ranking: which candidate is chosen, and why none is."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from spanferry.projection.decision import MAX_ALTERNATIVES
from spanferry.records import Method, Reason

from tests.support.shown import answer_query, assert_chosen, decide, is_inside, tokenized


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        # compounds
        ("They read the ⟦Bible⟧ translation.", "Bijbel", "Zij lazen de ⟦Bijbelvertaling⟧."),
        ("It is water management and ⟦water⟧.", "water", "Het is waterbeheer en ⟦water⟧."),
        # inside words and numbers
        ("It ended in 1991 after ⟦91⟧ days.", "91", "Het eindigde in 1991 na ⟦91⟧ dagen."),
        ("It had 10,000 men and ⟦10⟧ ships.", "10", "Het had 10.000 man en ⟦10⟧ schepen."),
        ("The ⟦ant⟧ climbs for it wants to.", "ant", "Want de ⟦ant⟧ klimt, want hij wil."),
        # plural and inflection
        ("⟦Dutch⟧ painters came.", "Nederlands", "⟦Nederlandse⟧ schilders kwamen."),
        ("Three ⟦tulip bulbs⟧ grew.", "tulpenbol", "Drie ⟦tulpenbollen⟧ groeiden."),
        # elision and apostrophes
        ("He went to ⟦The Hague⟧.", "'s-Gravenhage", "Hij ging naar ⟦’s-Gravenhage⟧."),
        ("He took ⟦photos⟧ of it.", "foto’s", "Hij nam er ⟦foto's⟧ van."),
        ("He took a ⟦photo⟧ of it.", "foto", "Hij nam er een ⟦foto⟧ van, geen foto's."),
        ("⟦such a house⟧ was built", "zo'n huis", "er werd ⟦zo’n huis⟧ gebouwd"),
        # hyphens
        ("A ⟦19th-century⟧ house.", "19e-eeuwse", "Een ⟦19e-eeuws⟧ huis."),
        ("the ⟦south⟧ and North Holland", "zuiden", "het ⟦zuiden⟧ en Noord-Holland"),
        # numbers, dates, units
        ("It weighs ⟦3.5 million⟧ tons.", "3,5 miljoen", "Het weegt ⟦3,5 miljoen⟧ ton."),
        ("It weighs ⟦1,250⟧ tons.", "1.250", "Het weegt ⟦1250⟧ ton."),
        ("On ⟦May 28, 1932⟧ it ended.", "28 mei 1932", "Op ⟦28 mei 1932⟧ eindigde het."),
        ("From ⟦1914–1918⟧ it was.", "1914-1918", "Van ⟦1914–1918⟧ was het."),
        # separable verbs
        ("They ⟦gave up⟧ early.", "gaven op", "Zij ⟦gaven op⟧ en rustten."),
        ("They ⟦drained the lake⟧ in 1852.", "legden het meer droog", "Zij ⟦legden het meer in 1852 droog⟧."),
        # diacritics, case, titles
        ("the ⟦coordination⟧ of it", "coordinatie", "de ⟦coördinatie⟧ ervan"),
        ("It is ⟦water management⟧.", "Waterbeheer", "Dat is het ⟦waterbeheer⟧."),
        ("They sang ⟦Hey Jude⟧.", "Hé Jude", "Zij zongen ⟦Hey Jude⟧."),
        # two sentences
        ("It ⟦rained.\nIt snowed⟧ too.", "regende. Het sneeuwde", "Het ⟦regende.\nHet sneeuwde⟧ ook."),
    ],
)
def test_dutch(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("code", "source", "translation", "target"),
    [
        ("cy", "the ⟦river⟧ is", "afon", "mae'r ⟦afon⟧ yn hir"),
        ("tr", "in ⟦Istanbul⟧ it is", "istanbul", "⟦İstanbul⟧ büyük"),
        ("tr", "in ⟦Isparta⟧ it is", "ısparta", "⟦Isparta⟧ büyük"),
        ("hu", "the ⟦Bible⟧ is", "Biblia", "a ⟦Biblia⟧ és a Bibliafordítás"),
        ("zh", "the long ⟦Yellow River⟧", "黄河", "很长的⟦黄河⟧"),
        ("ja", "In ⟦1991⟧ it began", "1991", "⟦1991年⟧に始まった"),
        ("th", "in ⟦Bangkok⟧ it is", "กรุงเทพ", "ที่⟦กรุงเทพ⟧มี"),
        ("ar", "the ⟦river⟧ is", "النهر", "أن ⟦النَّهر⟧ طويل"),
        ("he", "the ⟦dam⟧ is", "הסכר", "⟦הסכר⟧ נפרץ"),
        ("de", "the ⟦dam⟧ broke", "Staudamm", "der ⟦Staudammbruch⟧ kam"),
    ],
)
def test_other_languages_and_scripts(code, source, translation, target):
    assert_chosen(source, translation, target, code=code)


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("the ⟦😀 team⟧ won", "😀 team", "het ⟦😀 team⟧ won"),
        ("the ⟦flag 🇳🇱⟧ flew", "vlag 🇳🇱", "de ⟦vlag 🇳🇱⟧ wapperde"),
        ("the ⟦waterway⟧ won", "waterweg", "de ⟦water\u200bweg⟧ won"),
        ("the ⟦waterway⟧ won", "waterweg", "de ⟦water\u00adweg⟧ won"),
        ("the ⟦Golden Age⟧ won", "Gouden Eeuw", "de ⟦Gouden\u00a0Eeuw⟧ won"),
        ("the ⟦reunion⟧ won", "reünie", unicodedata.normalize("NFD", "de ⟦reünie⟧ won")),
        ("the end⟦.⟧", ".", "het eind⟦.⟧"),
    ],
)
def test_unusual_characters(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("source", "target", "translation", "reason"),
    [
        ("the ⟦dam⟧ broke", "qqq", "xyz", Reason.NOT_FOUND),
        ("the ⟦barrage⟧ fell", "hij sprak kort", "stuw", Reason.BELOW_THRESHOLD),
        ("the ⟦dam⟧ broke", "...", "dam", Reason.NOT_FOUND),
        ("the ⟦dam⟧ broke", "qqq", None, Reason.ANSWER_UNTRANSLATED),
        ("the ⟦dam⟧ broke", "...", "", Reason.ANSWER_UNTRANSLATED),
    ],
)
def test_an_answer_without_a_span_has_a_reason(source, target, translation, reason):
    decision = decide(source, target, translation)
    assert (decision.chosen, decision.probability, decision.reason) == (None, None, reason)


@pytest.mark.parametrize(
    ("translation", "target", "method"),
    [
        ("dijk", "De dijk brak.", Method.EXACT),
        ("Dijk", "De dijk brak.", Method.NORMALISED),
        ("dijkje", "De dijken braken.", Method.FUZZY),
    ],
)
def test_the_method_of_a_span_is_given(translation, target, method):
    chosen = decide("The ⟦dike⟧ broke.", target, translation).chosen
    assert chosen
    assert chosen.method == method


def test_alternatives_do_not_overlap_and_do_not_score_above_the_chosen_span():
    decision = decide("The ⟦dam⟧ held.", "De damp, dame, damde, daad en dag hielden stand bij Damme.", "damx")
    assert decision.chosen
    spans = [decision.chosen.span, *(other.span for other in decision.alternatives)]
    assert 1 < len(spans) <= MAX_ALTERNATIVES + 1
    assert all(one[1] <= other[0] or other[1] <= one[0] for n, one in enumerate(spans) for other in spans[:n])
    assert decision.chosen.score >= max(other.score for other in decision.alternatives)


WORDS = [
    "De",
    "dam",
    "dammen",
    "damwand",
    "brak",
    "in",
    "1991",
    "91",
    "1.250",
    "zo'n",
    "Zoë",
    "“oude”",
    "é",
    "—",
    "50 %",
]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=10).map(" ".join)


@given(TEXT, TEXT, st.one_of(st.none(), TEXT), st.one_of(st.none(), TEXT), st.sampled_from(["nl", "cy"]), st.data())
def test_a_span_is_whole_words_of_its_window(source, target, translation, marked, code, data):
    start = data.draw(st.integers(0, len(source) - 1))
    end = data.draw(st.integers(start + 1, len(source)))
    assume(source[start:end].strip())
    shown = f"Eerst dit.\n{source[:start]}⟦{source[start:end]}⟧{source[end:]}\nDan dat."
    context = f"Nul.\n{target}\nEind."
    response = f"[{marked}]" if marked else None
    decision = decide(shown, context, translation, response, code)
    assert decision == decide(shown, context, translation, response, code)
    for candidate in filter(None, (decision.chosen, *decision.alternatives)):
        low, high = candidate.span
        assert 5 <= low < high <= 5 + len(target)
        assert context[low:high] == context[low:high].strip()
        answer = answer_query(shown, None)
        if not (is_inside(answer.source.text, answer.span[0]) or is_inside(answer.source.text, answer.span[1])):
            assert not is_inside(context, low)
            assert not is_inside(context, high)
    if decision.chosen:
        assert 0 <= decision.chosen.score <= 1
        assert decision.probability
        assert 0 < decision.probability < 1
        assert 1 <= decision.occurrence <= decision.occurrences
        assert decision.reason is None
    else:
        assert decision.reason is not None


@given(TEXT, st.sampled_from(["nl", "en", "cy"]), st.data())
def test_in_the_source_text_itself_every_answer_is_at_its_own_span(source, code, data):
    text = tokenized(source)
    first = data.draw(st.integers(0, len(text.token_texts) - 1))
    last = data.draw(st.integers(first, len(text.token_texts) - 1))
    start, end = text.token_starts[first], text.token_ends[last]
    answer = source[start:end]
    assume(answer.casefold() not in {"de", "een", "het"})
    shown = f"{source[:start]}⟦{answer}⟧{source[end:]}"
    chosen = decide(shown, source, answer, code=code, origin=code).chosen
    assert chosen
    assert chosen.span == (start, end)


SYLLABLES = st.lists(
    st.sampled_from(["กิน", "ไทย", "น้ำ", "เกาะ", "ลาว", "ເມື", "ລາວ", "ត្រី", "မြန်", "漢", "한글", "हिन्दी", " "]),
    max_size=12,
)


@given(SYLLABLES, SYLLABLES, st.integers(0, 3), st.integers(0, 3))
def test_a_span_cuts_no_syllable_of_any_script(target, translation, first, last):
    text, answer = "".join(target), "".join(translation)
    answer = answer[first : max(len(answer) - last, 0)].strip()
    assume(text.strip() and answer)
    chosen = decide("It is ⟦so⟧ there.", text, answer, code="th").chosen
    if chosen:
        assert not cuts_syllable(text, chosen.start)
        assert not cuts_syllable(text, chosen.end)


def cuts_syllable(text: str, at: int) -> bool:
    """Return whether a mark, a Thai or Lao vowel or a stacked consonant is apart from its letter at an offset."""
    if not 0 < at < len(text) or " " in text[at - 1 : at + 1]:
        return False
    return unicodedata.category(text[at])[0] == "M" or text[at] in "ะาำາ" or text[at - 1] in "เไເ\u17d2"
