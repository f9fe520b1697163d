"""Tests of the recognition of systematic errors, with files of which the right offsets are known."""

import random
import unicodedata
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.records import RepairKind
from spanferry.squad import Answer
from spanferry.squad.offsets.recognition import MAX_CHANCE, Mismatch, is_mismatch, log_tail, recognise

# Every name occurs twice, so that no answer is at "its only place".
PARAGRAPHS = [
    f'  Ålesund & Sjø {"😀" * n} {n}.\n„{name}" naïve mill.  In {year} {name} built it.\nThen, in {year}, he left.'
    for n, (name, year) in enumerate(
        [("Jürgen Kölk", 1742), ("Zoë Brontë", 1807), ("Anna Visser", 1911), ("Søren Ås", 1655), ("Lea Berg", 1599)]
    )
]
ANSWERS = [
    (context, Answer(text, context.rindex(text)))
    for context in PARAGRAPHS
    for text in (context[context.index("„") + 1 : context.index('"')], context[-16:-10].strip(", "))
]

Count = Callable[[str], int]


def decompose(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def miscount(count: Count, change: Callable[[str], str] = str) -> tuple[list[Mismatch], dict[Mismatch, Answer]]:
    """Return the mismatches of a file whose offsets were counted so, and the right answers.

    change: applied to contexts and texts.
    """
    right: dict[Mismatch, Answer] = {}
    for context, answer in ANSWERS:
        changed, text = change(context), change(answer.text)
        given = Mismatch(changed, Answer(text, count(context[: answer.answer_start])))
        if is_mismatch(*given):
            right[given] = Answer(text, len(change(context[: answer.answer_start])))
    return list(right), right


@pytest.mark.parametrize(
    ("count", "change", "kind", "description"),
    [
        (lambda text: len(text.encode()), str, RepairKind.UTF8_BYTES, "count UTF-8 bytes"),
        (lambda text: len(text.encode()) + 1, str, RepairKind.UTF8_BYTES, "count UTF-8 bytes and are 1 too high"),
        (lambda text: len(text.encode("utf-16-le")) // 2, str, RepairKind.UTF16_UNITS, "count UTF-16 units"),
        (len, lambda text: text.replace("\n", "\r\n"), RepairKind.LINE_ENDS, r"leave out \r"),
        (lambda text: len(text.replace("\n", "\r\n")), str, RepairKind.LINE_ENDS, r"count \n as \r\n"),
        (lambda text: len(text.replace("\n", "")), str, RepairKind.LINE_ENDS, "leave out line ends"),
        (
            lambda text: len(text.encode()),
            lambda text: text.replace("\n", "\r\n"),
            RepairKind.UTF8_BYTES,
            r"count UTF-8 bytes without \r",
        ),
        (
            lambda text: len(text.lstrip()),
            str,
            RepairKind.WHITE_SPACE,
            "leave out white space before the context",
        ),
        (
            lambda text: len(" ".join(f"{text}|".split())) - 1,
            str,
            RepairKind.WHITE_SPACE,
            "count runs of white space as one space",
        ),
        (len, decompose, RepairKind.NORMAL_FORM, "count composed letters (NFC)"),
        (lambda text: len(escape(text)), str, RepairKind.ESCAPES, "count HTML escapes"),
        (lambda text: len(text) + 1, str, RepairKind.SHIFTED, "are 1 too high"),
        (lambda text: len(text) - 1, str, RepairKind.SHIFTED, "are 1 too low"),
        (lambda text: len(text) + 1200, str, RepairKind.SHIFTED, "are 1,200 too high"),
    ],
)
def test_a_way_to_count_is_recognised_and_every_answer_repaired(
    count: Count, change: Callable[[str], str], kind: RepairKind, description: str
) -> None:
    mismatches, right = miscount(count, change)
    assert len(mismatches) >= 8
    found = recognise(mismatches)
    assert [(cause.kind, cause.description, cause.count) for cause in found.causes] == [
        (kind, description, len(mismatches))
    ]
    assert {given: correction.answer for given, correction in found.corrections.items()} == right
    assert (found.repaired, found.left) == (len(mismatches), 0)


def test_two_causes_in_one_file_are_told_apart() -> None:
    in_bytes, right = miscount(lambda text: len(text.encode()))
    from_one, more = miscount(lambda text: len(text) + 1)
    found = recognise([*in_bytes, *from_one])
    assert {(cause.kind, cause.description) for cause in found.causes} == {
        (RepairKind.UTF8_BYTES, "count UTF-8 bytes"),
        (RepairKind.SHIFTED, "are 1 too high"),
    }
    assert {given: correction.answer for given, correction in found.corrections.items()} == more | right


@pytest.mark.parametrize(
    ("context", "given", "right"),
    [
        ("It was built in 1742.", Answer("1742 ", 16), Answer("1742", 16)),
        ("It was built in 1742.", Answer(" 1742 ", 16), Answer("1742", 16)),
        ("Jürgen Kölk, Jürgen", Answer("Ju\u0308rgen", 0), Answer("Jürgen", 0)),
        ("Ju\u0308rgen Kölk, Ju\u0308rgen", Answer("Jürgen", 0), Answer("Ju\u0308rgen", 0)),
        ("Hans\nKolk and Hans\nKolk", Answer("Hans Kolk", 14), Answer("Hans\nKolk", 14)),
    ],
)
def test_a_text_in_another_form_at_its_right_offset_is_taken_from_the_context(
    context: str, given: Answer, right: Answer
) -> None:
    found = recognise([Mismatch(context, given)])
    assert found.corrections[Mismatch(context, given)] == (right, RepairKind.TEXT)


@pytest.mark.parametrize(
    ("context", "text", "start"),
    [
        ("It was built in 1742 by Hans Kolk.", "Hans Kolk", 24),
        ("Die Silberketten lagen im Haus.", "Silber", 4),  # endings may follow
        ("서울에서 태어났다", "서울", 0),
    ],
)
def test_a_text_that_stands_once_is_found_there(context: str, text: str, start: int) -> None:
    given = Mismatch(context, Answer(text, -1))
    found = recognise([given])
    assert found.corrections[given] == (Answer(text, start), RepairKind.ONCE)
    assert found.causes[0].count == 1


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("A restaurant in Ulm.", "ant"),  # inside a word
        ("It was built in 1742.", "17"),  # the beginning of a number
        ("A lock and a lock and a lock in Ulm, with a lock.", "lock"),  # which one?
        ("A lock in Ulm.", "Vienna"),
        ("A lock in Ulm.", "  "),
    ],
)
def test_an_answer_that_nothing_explains_is_left(context: str, text: str) -> None:
    given = Mismatch(context, Answer(text, 600))
    found = recognise([given, given])
    assert (found.corrections, found.causes, found.left) == ({}, (), 2)


def test_a_constant_is_recognised_where_all_ways_to_count_agree() -> None:
    contexts = [f"Lock {n} of {year} is near mill {n} of {year}." for n, year in enumerate(range(1612, 1622))]
    wrong = [Mismatch(context, Answer(context[10:14], 13)) for context in contexts]
    [cause] = recognise(wrong).causes
    assert (cause.kind, cause.count) == (RepairKind.SHIFTED, 10)


def test_random_offsets_have_no_cause() -> None:
    draw = random.Random(1)
    names = ["ab", "cd", "ef", "gh", "ij"]
    mismatches = []
    for n in range(400):
        context = f"{n} " + " ".join(draw.choices(names, k=60))
        answer = Answer(draw.choice(names), draw.randrange(len(context)))
        if is_mismatch(context, answer):
            mismatches.append(Mismatch(context, answer))
    found = recognise(mismatches)
    assert len(mismatches) > 300
    assert found.repaired < 10
    assert {cause.kind for cause in found.causes} <= {RepairKind.ONCE}


SAID = "the lock of a river and in was built by town old mill water gate ship Ülm Kölk señor 😀 dam"
WORDS = [*SAID.split(), "canal\n"]


def random_mismatches(draw: random.Random, answers: int, words: int) -> list[Mismatch]:
    """Return answers whose texts stand several times in their contexts, at random offsets."""
    mismatches: list[Mismatch] = []
    while len(mismatches) < answers:
        drawn = draw.choices(WORDS, k=words)
        context, text = " ".join(drawn), draw.choice(drawn)
        answer = Answer(text, draw.randrange(len(context)))
        if context.count(text) > 1 and is_mismatch(context, answer):
            mismatches.append(Mismatch(context, answer))
    return mismatches


@pytest.mark.parametrize("answers", [1, 2, 3, 5])
def test_a_file_of_few_random_offsets_hardly_ever_has_a_cause(answers: int) -> None:
    draw = random.Random(answers)
    files = [random_mismatches(draw, answers, words) for words in (20, 60) for _ in range(150)]
    with_cause = sum(bool(recognise(mismatches).causes) for mismatches in files)
    assert with_cause <= MAX_CHANCE * len(files)


def test_one_answer_shows_no_pattern_and_two_may() -> None:
    contexts = [f"😀 {name}, 1612. {'The lock was mended. ' * 20}{name} left, 1612." for name in ("Lea", "Ada")]
    answers = [Answer("1612", len(context.encode("utf-16-le")) // 2 - 5) for context in contexts]
    first, second = (Mismatch(context, answer) for context, answer in zip(contexts, answers, strict=True))
    assert recognise([first]).causes == recognise([first, first]).causes == ()
    assert [cause.kind for cause in recognise([first, second]).causes] == [RepairKind.UTF16_UNITS]


@given(
    st.lists(
        st.tuples(st.text(st.sampled_from(list("aBé\u0301 😀\r\n1")), max_size=20), st.integers(-5, 30), st.data()),
        max_size=6,
    )
)
def test_whatever_is_repaired_stands_at_its_offset(cases: list[tuple[str, int, st.DataObject]]) -> None:
    mismatches = []
    for context, offset, data in cases:
        start = data.draw(st.integers(0, len(context)))
        answer = Answer(context[start : data.draw(st.integers(start, len(context)))], offset)
        if is_mismatch(context, answer):
            mismatches.append(Mismatch(context, answer))
    found = recognise(mismatches)
    assert found == recognise(list(mismatches))
    assert found.repaired + found.left == len(mismatches)
    for mismatch, (answer, _) in found.corrections.items():
        assert not is_mismatch(mismatch.context, answer)
        found_text, given_text = (decompose("".join(each.text.split())) for each in (answer, mismatch.answer))
        assert found_text == given_text != ""


def test_the_tail_of_the_poisson_distribution() -> None:
    assert log_tail(0, 1) == float("-inf")
    assert log_tail(2.0, 1) == pytest.approx(-0.14541345786885906)  # log(1 - exp(-2))
    assert log_tail(0.01, 3) == pytest.approx(-15.6147, abs=1e-3)
    assert log_tail(50.0, 1) == 0
