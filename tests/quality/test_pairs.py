"""Tests of what can be seen in one text and its translation."""

import pytest
from spanferry.language import language_of
from spanferry.language.words import split_tokens
from spanferry.quality.asking import has_mark, has_question_word
from spanferry.quality.pairs import PairChecker
from spanferry.quality.untranslated import Vocabulary, WordComparer
from spanferry.records import Kind, Signal

EN, NL = language_of("en"), language_of("nl")
CHECKER = PairChecker(EN, NL)
SENTENCE = "The harbour of Oostwerd was dug in 1612 and holds 91 boats."
DUTCH = "De haven van Oostwerd werd in 1612 gegraven en er liggen 91 boten."


def test_a_good_translation_has_nothing_against_it() -> None:
    measures = CHECKER.measure(SENTENCE, DUTCH, Kind.SENTENCE)
    assert (measures.numbers, measures.words.run, measures.intact, measures.notes) == (1.0, (), 1.0, ())


@pytest.mark.parametrize(
    ("translation", "signal", "text"),
    [
        (DUTCH.replace("1612", "1621"), Signal.SAME_NUMBERS, "lacks 1612 and adds 1621"),
        (DUTCH.replace(" 91", ""), Signal.SAME_NUMBERS, "lacks 91"),
        (DUTCH.replace("haven", "[[haven]]"), Signal.INTACT, "has markup, brackets or control characters that the"),
        (DUTCH.replace("haven", "haven&quot;"), Signal.INTACT, "has markup, brackets or control characters that the"),
        ("de haven " * 12, Signal.INTACT, "repeats itself"),
        (DUTCH.replace(" 91 boten.", ""), Signal.INTACT, "lacks its end, or a closing bracket"),
        (" ", Signal.INTACT, "has no translation"),
        (DUTCH.replace("haven", "гавань"), Signal.INTACT, "has letters of another script"),
        (
            DUTCH.replace("haven", "ha\u200bven"),
            Signal.INTACT,
            "has U+200B ZERO WIDTH SPACE at 5, which the source lacks",
        ),
    ],
)
def test_a_fault_is_named(translation: str, signal: Signal, text: str) -> None:
    notes = dict(CHECKER.measure(SENTENCE, translation, Kind.SENTENCE).notes)
    assert notes[signal].startswith(text)


@pytest.mark.parametrize(
    ("source", "target", "words", "names"),
    [
        ("What is the capital of France?", "Wat is the capital of Frankrijk?", ("is", "the", "capital", "of"), ()),
        ("What is it?", "What is it?", ("What", "is", "it"), ()),
        ("The song Gone with the Wind is old.", "Het lied Gone with the Wind oud.", (), ("Gone", "Wind")),
        ("The song Gone with the Wind is old.", "Het lied Gone with the Kind oud.", ("with", "the"), ("Gone",)),
        ("He met Anna, but by May Ben left.", "Hij zag Anna, but by May Ben weg.", ("but", "by"), ("Anna", "May Ben")),
        ("Did Anna join in France?", "Ging did Anna join in France?", ("join", "in"), ("Anna", "France")),
        ("How many Boards exist?", "How many Boards zijn er?", ("How", "many"), ("Boards",)),
        ('The song "because the night" is old.', 'Het lied "because the night" oud.', (), ()),
        ('He said "it rains a lot" here.', 'Hij zei "het regent a lot here".', ("lot", "here"), ()),
        ("It has 大元 on it.", "Er staat 大元 op.", (), ()),
        ("He was here.", "Hij was hier.", (), ()),
    ],
)
def test_words_left_in_the_source_language(
    source: str, target: str, words: tuple[str, ...], names: tuple[str, ...]
) -> None:
    compared = WordComparer.of(EN).compare(source, split_tokens(source)[0], split_tokens(target)[0])
    assert (compared.run, compared.names) == (words, names)


def test_words_count_as_far_as_the_corpus_translates_them() -> None:
    """The corpus always translates "the" and "capital", and never "film"; of "tower" it has only this text."""
    vocabulary = Vocabulary()
    vocabulary.add(["the", "capital", "film", "tower"], [100, 20, 20, 1], [0, 0, 20, 1])
    usual = vocabulary.evidence(["film", "film"])
    assert usual < 0.5 < 1.5 < vocabulary.evidence(["tower"]) < vocabulary.evidence(["capital"])
    assert vocabulary.evidence(["capital"]) < vocabulary.evidence(["the"])
    assert vocabulary.evidence(["Oostwerd"]) == 0.0
    assert vocabulary.evidence(["The"]) > 3


def test_names_count_where_they_are_usually_rendered_otherwise() -> None:
    rendered, left = Vocabulary(capitals=100, kept_capitals=5), Vocabulary(capitals=100, kept_capitals=60)
    assert 2 < rendered.evidence([], names=1) < 3
    assert left.evidence([], names=3) == 0


@pytest.mark.parametrize("text", ["Waarom?", "لماذا؟", "なぜ？", "Γιατί;", "¿Por qué? "])
def test_question_marks_of_all_scripts(text: str) -> None:
    assert has_mark(text)
    assert not has_mark(text.strip(" ?؟？;¿"))


@pytest.mark.parametrize(
    ("text", "language", "asks"),
    [
        ("Hoelang blijven groene bonen goed?", "nl", True),
        ("Wiens ontwerp verscheen in 1891?", "nl", True),
        ("Wem gehört das Haus?", "de", True),
        ("In welchem Jahr?", "de", True),
        ("¿A quiénes eligió?", "es", True),
        ("Против чего выступает церковь?", "ru", True),
        ("В каких годах?", "ru", True),
        ("مَن بنى الجسر؟", "ar", True),
        ("这座桥是怎样建的", "zh", True),
        ("Waarmee werd hij gebouwd?", "nl", True),
        ("De brug werd gebouwd?", "nl", False),
        ("这座桥是什么时候建的", "zh", True),
        ("这座桥很老", "zh", False),
    ],
)
def test_question_words(text: str, language: str, asks: bool) -> None:
    assert has_question_word(text, split_tokens(text)[0], language_of(language)) is asks
