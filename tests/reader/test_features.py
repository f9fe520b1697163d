import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple
from spanferry.errors import InputError
from spanferry.reader.examples import Examples, collect_examples
from spanferry.reader.features import QuestionCounts, SkipReason, WindowKinds, WindowSkips, build_training_windows
from spanferry.reader.tokenization import read_input_layout
from spanferry.reader.windows import cut_windows
from spanferry.squad import Answer, Article, Document, Paragraph, Question

from tests.support.tokenizers import byte_pair, texts, unigram, word_piece
from tests.support.towns import corpus

KINDS = (word_piece, byte_pair, unigram)
SIZES = {"max_length": 48, "doc_stride": 12, "max_question_length": 16}


def document(context: str, *questions: Question) -> Document:
    return Document((Article((Paragraph(context, questions),)),))


def ask(name: str, *answers: Answer) -> Question:
    return Question(name, "Waar?", answers, not answers)


def pair(tokenizer, question: str, context: str) -> list[dict]:
    """The windows that the tokenizer itself makes of a question and a context."""
    made = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=SIZES["max_length"],
        stride=SIZES["doc_stride"],
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    return [{key: made[key][row] for key in made} for row in range(len(made["input_ids"]))]


@pytest.mark.parametrize("kind", KINDS)
def test_windows_are_those_of_the_tokenizer(kind):
    tokenizer = kind()
    data = collect_examples([corpus()])
    cut = cut_windows(tokenizer, data.questions, data.contexts, data.context_of, **SIZES)
    theirs = [
        window
        for question, context in zip(data.questions, data.context_of, strict=True)
        for window in pair(tokenizer, question, data.contexts[context])
    ]
    assert len(cut) == len(theirs) > len(data)
    for row, window in enumerate(theirs):
        ours = cut.batch([row])
        assert ours["input_ids"][0].tolist() == window["input_ids"]
        if "token_type_ids" in tokenizer.model_input_names:
            assert ours["token_type_ids"][0].tolist() == window["token_type_ids"]
        low, size = cut.offset[row], cut.last[row] - cut.first[row]
        base = cut.contexts.bounds[cut.context[row]] + cut.first[row]
        spans = np.stack([cut.contexts.starts[base : base + size], cut.contexts.ends[base : base + size]], 1)
        assert [tuple(span) for span in spans.tolist()] == window["offset_mapping"][low : low + size]


@given(context=st.text(min_size=1, max_size=300), question=st.text(min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_windows_of_any_text_are_those_of_the_tokenizer(context, question):
    for kind in KINDS:
        cut = cut_windows(kind(), [question], [context], np.zeros(1, dtype=np.int32), **SIZES)
        ours = [cut.batch([row])["input_ids"][0].tolist() for row in range(len(cut))]
        assert ours == [window["input_ids"] for window in pair(kind(), question, context)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_window_is_labelled_with_the_answer_or_without_any_of_it(kind):
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
            text = context[trained.contexts.starts[at[0]] : trained.contexts.ends[at[1]]]
            assert text == context[data.start[question] : data.end[question]]
            shown["answer"] += 1
        elif data.answerable[question]:
            # A lone "▁" of SentencePiece lies on the first character of the word after it.
            assert data.end[question] <= low or high <= data.start[question] + (kind is unigram)
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
def test_answers_of_several_tokens_a_character_keep_their_order(kind, text):
    context = "Het Café Noël 🙂 is er."
    question = ask("one", Answer(text, context.index(text)))
    trained, _ = build_training_windows(collect_examples([document(context, question)]), kind(), **SIZES)
    base = trained.contexts.bounds[0] - trained.offset[0]
    first, last = int(trained.start[0]), int(trained.end[0])
    assert 0 < first <= last
    covered = context[trained.contexts.starts[base + first] : trained.contexts.ends[base + last]]
    assert text.strip() in covered
    assert len(covered) <= len(text) + 3  # the word piece of "é" is "Café"


def test_batches_are_padded_on_the_right():
    data = collect_examples([corpus(1)])
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    batch = cut.batch(np.array([1, 0]), multiple=7)
    assert {array.shape for array in batch.values()} == {(2, 48)}  # 49 would be more than SIZES allow
    shortest = [int(cut.lengths.argmin())]
    assert cut.batch(shortest, multiple=7)["input_ids"].shape[1] == -(-cut.lengths.min() // 7) * 7 < 48
    assert batch["attention_mask"].sum(axis=1).tolist() == cut.lengths[[1, 0]].tolist()
    assert (batch["input_ids"][batch["attention_mask"] == 0] == word_piece().pad_token_id).all()
    alone = cut.batch([1])["input_ids"][0]
    assert batch["input_ids"][0, : len(alone)].tolist() == alone.tolist()


def test_lengths_are_computed_once():
    data = collect_examples([corpus(1)])
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    assert cut.lengths is cut.lengths
    assert cut.offset is cut.offset
    assert cut.take(np.array([1])).lengths.tolist() == [cut.lengths[1]]


def test_long_questions_are_truncated_and_too_little_room_is_an_error():
    question = "Aan welke rivier ligt " + "Velderbroek " * 30
    data = Examples(("q",), (question,), ("De stad.",), *(np.zeros(1, dtype=np.int32),) * 3, np.zeros(1, dtype=bool))
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    assert int(cut.questions.counts[0]) == 16
    with pytest.raises(
        InputError, match=r"max_length 48: beside the question 'Aan welke .* room for 11 tokens .* of 12"
    ):
        cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES | {"max_question_length": 40})


def test_no_documents_give_no_examples():
    assert len(collect_examples([])) == 0


def test_unusable_tokenizers_are_an_error():
    class Slow:
        is_fast = False

    with pytest.raises(InputError, match="Slow: has no fast tokenizer"):
        read_input_layout(Slow())
    assert read_input_layout(byte_pair()).special_count == 4
    assert len(texts()) == 60
