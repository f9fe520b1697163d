"""Tests of the encoder's signals, with an encoder that knows which words are translations of each other."""

import numpy as np
import pytest
from spanferry.arrow import from_table, to_table
from spanferry.encoder import EncodedText
from spanferry.language import language_of
from spanferry.language.words import tokens
from spanferry.projection.grouping import TargetText
from spanferry.quality.items import AnswerPlace, CheckJob
from spanferry.quality.settings import CheckEncoderSettings
from spanferry.quality.similarity import ComparedParagraph, PrefixedEncoder, Similarities, compare_batch
from spanferry.records import Field, SourceParagraph, SourceQuestion, TextSpan

WORDS = {"boot": "boat", "haven": "harbour", "diep": "deep", "rood": "red", "brug": "bridge", "oud": "old"}
VOCABULARY = sorted(set(WORDS.values()))
SOURCE = "The red boat is old. The harbour is deep."
TARGET = "De rode boot is oud. De haven is diep."
QUESTION, TRANSLATION = "Is the boat red?", "Is de boot rood?"


class Dictionary:
    """An encoder whose vectors of a word and its translation are the same; other words are near to 0."""

    def encode(self, texts: list[str]) -> list[EncodedText]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> EncodedText:
        spans = tokens(text)
        vectors = np.full((len(spans), len(VOCABULARY) + 1), 0.01, np.float32)
        for row, (start, end) in enumerate(spans):
            word = text[start:end].lower().replace("rode", "rood")
            if (known := WORDS.get(word, word)) in VOCABULARY:
                vectors[row, VOCABULARY.index(known)] = 1.0
        return EncodedText(np.array(spans).reshape(-1, 2), vectors)


def similarities(
    translation: str | None = TRANSLATION, target: str | None = TARGET, span: str = "rode boot"
) -> Similarities:
    start = target.index(span) if target and span in target else None
    question = SourceQuestion("red", QUESTION, False, (), ())
    sentences = (TextSpan(0, 20), TextSpan(21, len(SOURCE)))
    job = CheckJob(
        SourceParagraph("dev", 0, 0, "Boats", SOURCE, sentences, (question,)),
        TargetText(target, () if target is None else (TextSpan(0, 20), TextSpan(21, len(target)))),
        (AnswerPlace("red", Field.ANSWERS, "red boat", 4, span if start is not None else None, start, 0.9),),
        (translation,),
        (None,),
    )
    compared = compare_batch(to_table([job], CheckJob), Dictionary(), (language_of("en"), language_of("nl")))
    ((item,),) = (row.items for row in from_table(compared, ComparedParagraph))
    return item


def test_translations_are_similar_and_other_texts_are_not() -> None:
    good = similarities()
    assert good.question is not None
    assert good.window is not None
    assert good.rest is not None
    other_question = similarities(translation="Is de haven diep?")
    assert (other_question.question or 0) < good.question - 0.3
    assert other_question.window == pytest.approx(good.window, abs=0.3)
    other_sentence = similarities(target=TARGET.replace("haven is diep", "brug is rood"))
    assert (other_sentence.rest or 0) < good.rest - 0.3


@pytest.mark.parametrize(("span", "extent"), [("rode boot", 1.0), ("boot", 0.75), ("rode boot is oud", 0.7)])
def test_a_span_is_compared_with_the_words_of_the_answer(span: str, extent: float) -> None:
    assert similarities(span=span).extent == pytest.approx(extent, abs=0.12)


def test_there_is_nothing_to_compare_without_a_translation() -> None:
    assert similarities(translation=None) == Similarities()
    assert similarities(target=None) == Similarities()


def test_a_prefix_has_no_part_in_the_result() -> None:
    (plain,) = Dictionary().encode(["red boat"])
    (prefixed,) = PrefixedEncoder(Dictionary(), "query: ").encode(["red boat"])
    assert np.array_equal(prefixed.spans, plain.spans)
    assert np.array_equal(prefixed.vectors, plain.vectors)


@pytest.mark.parametrize(
    ("model", "prefix", "expected"),
    [
        ("intfloat/multilingual-e5-small", None, "query: "),
        ("models/e5", None, "query: "),
        ("models/me5t", None, ""),
        ("sentence-transformers/LaBSE", None, ""),
        ("some/model", "passage: ", "passage: "),
        ("intfloat/multilingual-e5-small", "", ""),
    ],
)
def test_only_e5_gets_its_prefix_by_itself(model: str, prefix: str | None, expected: str) -> None:
    assert CheckEncoderSettings(model, prefix=prefix).text_prefix == expected
