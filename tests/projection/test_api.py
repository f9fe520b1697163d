"""Tests of `locate_answer`, which locates one answer without any set-up."""

import pytest
from spanferry import locate_answer
from spanferry.errors import InputError
from spanferry.records import Method

ENGLISH = "The dam held in 1612. Then the dam broke."
DUTCH = "In 1612 hield de dam stand. Toen brak de dam."


def start_of(text: str, context: str, occurrence: int = 1) -> int:
    at = -1
    for _ in range(occurrence):
        at = context.index(text, at + 1)
    return at


@pytest.mark.parametrize("occurrence", [1, 2])
def test_the_answer_is_located_in_the_translation_of_its_sentence(occurrence: int) -> None:
    answer_span = locate_answer(ENGLISH, start_of("dam", ENGLISH, occurrence), "dam", DUTCH, translation="dam")
    assert answer_span is not None
    assert (answer_span.text, answer_span.start, answer_span.method) == (
        "dam",
        start_of("dam", DUTCH, occurrence),
        Method.EXACT,
    )
    assert 0.9 < answer_span.probability <= 1


def test_an_answer_without_a_translation_is_searched_for_in_its_source_form() -> None:
    answer_span = locate_answer(ENGLISH, start_of("1612", ENGLISH), "1612", DUTCH)
    assert answer_span is not None
    assert (answer_span.text, answer_span.start) == ("1612", 3)


def test_sentence_pairs_can_be_passed() -> None:
    english, dutch = "It broke the dam held", "Het brak de dam hield"
    pairs = [((0, 8), (0, 8)), ((9, 21), (9, 21))]
    answer_span = locate_answer(english, 13, "dam", dutch, translation="dam", sentences=pairs)
    assert answer_span is not None
    assert answer_span.start == 12


def test_contexts_with_different_numbers_of_sentences_are_searched_whole() -> None:
    answer_span = locate_answer(ENGLISH, start_of("1612", ENGLISH), "1612", "In 1612 hield hij en toen brak hij.")
    assert answer_span is not None
    assert answer_span.start == 3


def test_an_answer_without_a_similar_text_is_not_located() -> None:
    assert locate_answer("The US army came.", 4, "US", "Het leger kwam.", translation="qqq") is None


def test_the_rules_of_the_target_language_apply() -> None:
    answer_span = locate_answer(
        "The river is long.", 4, "river", "Der Fluss ist lang.", translation="Fluss", target="de"
    )
    assert answer_span is not None
    assert (answer_span.text, answer_span.start) == ("Fluss", 4)


@pytest.mark.parametrize(
    ("start", "answer", "target", "sentences", "message"),
    [
        (5, "dam", DUTCH, None, "answer_start: the source context does not have 'dam' at 5"),
        (4, "dam", " ", None, "target_context: must not be empty"),
        (4, "dam", DUTCH, [], "sentences: must not be empty"),
        (4, "dam", DUTCH, [((0, 400), (0, 5))], r"sentences\[0\]\[0\]: \(0, 400\) is not a span"),
        (4, "dam", DUTCH, [((0, 21), (5, 5))], r"sentences\[0\]\[1\]: \(5, 5\) is not a span"),
    ],
)
def test_wrong_input_is_refused(start: int, answer: str, target: str, sentences: list | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        locate_answer(ENGLISH, start, answer, target, sentences=sentences)
