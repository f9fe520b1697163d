"""Tests of training features: the labels of windows, and questions that are skipped."""

import numpy as np
import pytest
from msgspec.structs import astuple
from spanferry.reader.examples import collect_examples
from spanferry.reader.features import QuestionCounts, SkipReason, WindowKinds, WindowSkips, build_training_windows
from spanferry.squad import Answer, Article, Document, Paragraph, Question

from tests.support.tokenizers import KINDS, spaced_unigram, unigram, word_piece
from tests.support.towns import corpus

SIZES = {"max_length": 48, "doc_stride": 12, "max_question_length": 16}


def document(context: str, *questions: Question) -> Document:
    return Document((Article((Paragraph(context, questions),)),))


def ask(name: str, *answers: Answer) -> Question:
    return Question(name, "Waar?", answers, not answers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_is_labelled_with_the_whole_answer_or_with_none(kind):
    tokenizer = kind()
    data = collect_examples([corpus()])
    trained, counts = build_training_windows(data, tokenizer, **SIZES)
    assert counts.questions.kept == 50
    assert counts.windows.visited == counts.windows.kept + counts.windows.dropped
    assert sum(astuple(counts.windows.kinds)) == counts.windows.kept == len(trained)
    shown = {"answer": 0, "no_answer": 0, "answer_elsewhere": 0}
    for row in range(len(trained)):
        question = trained.question[row]
        context = data.contexts[trained.context[row]]
        base = trained.contexts.bounds[trained.context[row]] + trained.first[row]
        low, high = (
            trained.contexts.starts[base],
            trained.contexts.ends[base + trained.last[row] - trained.first[row] - 1],
        )
        if trained.start[row]:
            at = base + np.array([trained.start[row], trained.end[row]]) - trained.offset[row]
            text = context[trained.contexts.edges.starts[at[0]] : trained.contexts.edges.word_ends[at[1]]]
            assert text == context[data.start[question] : data.end[question]]
            shown["answer"] += 1
        elif data.answerable[question]:
            # A lone "▁" of SentencePiece lies on the first character of the word after it.
            assert data.end[question] <= low or high <= data.start[question] + (kind in (unigram, spaced_unigram))
            shown["answer_elsewhere"] += 1
        else:
            shown["no_answer"] += 1
    assert WindowKinds(**shown) == counts.windows.kinds
    assert min(shown.values()) > 0


def test_unusable_questions_are_skipped_and_counted():
    context = "Aan de Donge ligt Moerwijk. " + "stad " * 60 + "en verder niets."
    data = collect_examples(
        [
            document(
                context,
                ask("fine", Answer("Donge", 7)),
                ask("wrong offset", Answer("Donge", 8)),
                ask("second is right", Answer("Moerwijk", 0), Answer("Moerwijk", 18)),
                ask("only spaces", Answer(" ", 3)),
                ask("longer than a window", Answer(context[:250], 0)),
                ask("none"),
            )
        ]
    )
    trained, counts = build_training_windows(data, word_piece(), **SIZES)
    assert counts.questions == QuestionCounts(
        visited=6,
        kept=3,
        dropped=3,
        reasons={SkipReason.MISMATCH: 1, SkipReason.NO_TOKEN: 1, SkipReason.NO_WINDOW: 1},
    )
    assert {data.ids[question] for question in trained.question} == {"fine", "second is right", "none"}
    assert counts.windows.kinds.answer == 2


def test_windows_that_cut_an_answer_are_left_out():
    context = " ".join(["stad"] * 36 + ["Aleida Bronsma van de Zilvere en de Kromme Aa"] + ["stad"] * 20)
    answer = Answer("Aleida Bronsma van de Zilvere en de Kromme Aa", context.index("Aleida"))
    trained, counts = build_training_windows(
        collect_examples([document(context, ask("long", answer))]), word_piece(), **SIZES
    )
    assert counts.windows.reasons == WindowSkips(question_dropped=0, answer_cut=1)
    assert counts.questions.kept == 1
    assert int((trained.start > 0).sum()) == 1


@pytest.mark.parametrize("text", ["é", "Café", "🙂", " is", "Noël "])
@pytest.mark.parametrize("kind", KINDS)
def test_tokens_of_one_character_keep_their_order(kind, text):
    context = "Het Café Noël 🙂 is er."
    question = ask("one", Answer(text, context.index(text)))
    trained, _ = build_training_windows(collect_examples([document(context, question)]), kind(), **SIZES)
    base = trained.contexts.bounds[0] - trained.offset[0]
    first, last = int(trained.start[0]), int(trained.end[0])
    assert 0 < first <= last
    covered = context[trained.contexts.edges.starts[base + first] : trained.contexts.edges.ends[base + last]]
    assert text.strip() in covered
    assert len(covered) <= len(text) + 3  # the word piece of "é" is "Café"
