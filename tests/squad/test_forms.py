"""Tests of the forms in which documents are written: whole files, what is lost, and what reading gives again."""

import io
import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question, decode_squad
from spanferry.squad.forms import QUESTIONS, Form, count_carried, describe_omissions, question_table, write_form

LOCK = 'Die Schleuse „Ülm“ 😀\nwurde 1612 gebaut, "1612".'
FARM = "A farm."
WHEN = Question("q1", "Wann?", (Answer("1612", 27), Answer("1612", 41), Answer("1612", 27)), False)
WHO = Question("q2", "Wer?\u2028😀", (), True, (Answer("Ülm", 14),))
WHAT = Question("q3", "What?", (Answer("A farm", 0), Answer("farm", 2)), False)
DOCUMENT = Document(
    (
        Article((Paragraph(LOCK, (WHEN, WHO)), Paragraph("Nothing is asked.", ())), "Schleuse"),
        Article((Paragraph(FARM, (WHAT,)),), "Farm"),
    ),
    "v2.0",
)


def write(document: Document, form: Form) -> bytes:
    buffer = io.BytesIO()
    write_form(document, form, buffer, name="havens")
    return buffer.getvalue()


ROWS = [
    {
        **{"id": "q1", "title": "Schleuse", "context": LOCK, "question": "Wann?"},
        "answers": {"text": ["1612", "1612", "1612"], "answer_start": [27, 41, 27]},
    },
    {
        **{"id": "q2", "title": "Schleuse", "context": LOCK, "question": "Wer?\u2028😀"},
        "answers": {"text": [], "answer_start": []},
    },
    {
        **{"id": "q3", "title": "Farm", "context": FARM, "question": "What?"},
        "answers": {"text": ["A farm", "farm"], "answer_start": [0, 2]},
    },
]


def test_the_example_is_right() -> None:
    for paragraph in (paragraph for article in DOCUMENT.data for paragraph in article.paragraphs):
        for question in paragraph.qas:
            for answer in (*question.answers, *question.plausible):
                assert paragraph.context[answer.answer_start : answer.end] == answer.text


def test_rows_as_json_lines() -> None:
    raw = write(DOCUMENT, Form.HF_JSONL)
    assert [json.loads(line) for line in raw.split(b"\n")[:-1]] == ROWS
    assert raw.endswith(b"\n")
    assert "😀" in raw.decode()


def test_rows_as_a_table() -> None:
    table = pq.read_table(io.BytesIO(write(DOCUMENT, Form.PARQUET)))
    assert table.schema.equals(QUESTIONS)
    assert table.to_pylist() == ROWS == question_table(DOCUMENT).to_pylist()


def test_mrqa() -> None:
    header, lock, farm = map(json.loads, write(DOCUMENT, Form.MRQA).split(b"\n")[:-1])
    assert header == {"header": {"dataset": "havens", "split": ""}}
    assert lock["context"] == LOCK
    assert [token for token, _ in lock["context_tokens"]][:6] == ["Die", "Schleuse", "„", "Ülm", "“", "😀"]
    assert all(LOCK[at : at + len(token)] == token for token, at in lock["context_tokens"])
    assert farm == {
        "id": "",
        "context": FARM,
        "context_tokens": [["A", 0], ["farm", 2], [".", 6]],
        "qas": [
            {
                "qid": "q3",
                "question": "What?",
                "question_tokens": [["What", 0], ["?", 4]],
                "answers": ["A farm", "farm"],
                "detected_answers": [
                    {"text": "A farm", "char_spans": [[0, 5]], "token_spans": [[0, 1]]},
                    {"text": "farm", "char_spans": [[2, 5]], "token_spans": [[1, 1]]},
                ],
            }
        ],
    }
    [when] = lock["qas"]
    assert when["answers"] == ["1612"]
    assert [answer["char_spans"] for answer in when["detected_answers"]] == [[[27, 30]], [[41, 44]], [[27, 30]]]
    tokens = [token for token, _ in lock["context_tokens"]]
    assert [tokens[answer["token_spans"][0][0]] for answer in when["detected_answers"]] == ["1612"] * 3


@pytest.mark.parametrize(
    ("form", "omissions"),
    [
        (Form.SQUAD, []),
        (Form.HF_JSONL, ["1 version", "1 plausible answer", "1 context without a question"]),
        (Form.PARQUET, ["1 version", "1 plausible answer", "1 context without a question"]),
        (
            Form.MRQA,
            [
                *("1 version", "2 titles", "1 question without an answer", "1 plausible answer"),
                *("1 context without a question", "1 boundary that nothing marks"),
            ],
        ),
    ],
)
def test_what_a_form_does_not_carry_is_counted(form: Form, omissions: list[str]) -> None:
    assert describe_omissions(DOCUMENT, form) == omissions


def test_boundaries_that_rows_do_not_show_are_counted() -> None:
    one, two, three = (Paragraph(FARM, (replace(WHAT, id=str(n)),)) for n in range(3))
    twice = Document((Article((one, two), "Farm"), Article((three,), "Farm"), Article((), "Farm")))
    assert describe_omissions(twice, Form.PARQUET) == ["1 empty article", "3 boundaries that nothing marks"]
    apart = Document((Article((one,), "Farm"), Article((two,), "Barn"), Article((three,), "Farm")))
    assert describe_omissions(apart, Form.PARQUET) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return a document as the reader gives it: without faults, and with true or absent `is_impossible`."""
    ids = iter(range(100))

    def answers(context: str) -> tuple[Answer, ...]:
        edges = draw(st.lists(st.tuples(*[st.integers(0, len(context))] * 2), min_size=1, max_size=3))
        texts = ((min(pair), context[min(pair) : max(pair)]) for pair in edges)
        whole = Answer(context, 0)
        return tuple(Answer(text, start) if text.strip() else whole for start, text in texts)

    def question(context: str) -> Question:
        id_, text = f"{draw(TEXT)} {next(ids)}", draw(TEXT)
        if draw(st.booleans()):
            return Question(id_, text, answers(context))
        return Question(id_, text, (), True, draw(st.sampled_from([UNSET, answers(context)])))

    def paragraph() -> Paragraph:
        context = draw(TEXT)
        return Paragraph(context, tuple(question(context) for _ in range(draw(st.integers(0, 3)))))

    articles = tuple(
        Article(tuple(paragraph() for _ in range(draw(st.integers(0, 3)))), draw(st.sampled_from(["", "A", "Ü😀"])))
        for _ in range(draw(st.integers(1, 3)))
    )
    return Document((*articles, Article((Paragraph(FARM, (WHAT_1_1,)),), "Last")), draw(st.sampled_from([UNSET, "v2"])))


WHAT_1_1 = replace(WHAT, is_impossible=UNSET)


def carried(document: Document, form: Form) -> Document:
    """Return what a form carries of a document, as the reader gives it."""
    articles: list[Article] = []
    for article in document.data:
        title = "" if form is Form.MRQA else article.title
        for paragraph in article.paragraphs:
            questions = tuple(
                replace(question, plausible_answers=UNSET)
                for question in paragraph.qas
                if question.answers or form is not Form.MRQA
            )
            if not questions:
                continue
            if not articles or articles[-1].title != title:
                articles.append(Article((), title))
            *before, last = articles[-1].paragraphs or (None,)
            if form is not Form.MRQA and last and last.context == paragraph.context:
                joined = (*before, Paragraph(last.context, last.qas + questions))
            else:
                joined = (*articles[-1].paragraphs, Paragraph(paragraph.context, questions))
            articles[-1] = Article(joined, title)
    return Document(tuple(articles))


@pytest.mark.parametrize("form", Form)
@given(document=documents())
def test_reading_gives_the_same_again_or_what_the_form_carries(form: Form, document: Document) -> None:
    read = decode_squad(write(document, form), "file")
    assert read == (document if form is Form.SQUAD else carried(document, form))
    if not describe_omissions(document, form):
        assert read == document
    assert write(read, form) == write(document, form)


SCRIPTS = (
    *(
        "किताब नदी में है।",
        "ป้อมปราการ ถูกสร้าง",
        "城は1612年に建てられた",
        "قَلْعَةٌ بُنِيَت ١٦١٢",
        "Ελλάδα 1.250,5 foto's",
        "שָׁלוֹם עולם",
    ),
    *("👩🏽\u200d🚀 geh\u00ad-t", "ẹ́bùn\u0323 Ìwé", "한국어를 1612년", "ქართული\u2028a\tb", "မြန်မာ ភាសាខ្មែរ"),
)


@given(texts=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=3), data=st.data())
def test_the_spans_of_mrqa_are_right_in_every_script(texts: list[str], data: st.DataObject) -> None:
    context = " ".join(texts)
    edges = st.tuples(st.integers(0, len(context) - 1), st.integers(1, len(context)))
    pairs = data.draw(st.lists(edges, min_size=1, max_size=4))
    answers = tuple(Answer(context[start:end], start) for start, end in pairs if context[start:end].strip())
    wrong = Answer("not there", data.draw(st.integers(-5, 500)))
    questions = (Question("q1", "?", (*answers, wrong)), Question("q2", "?", (wrong,)))
    document = Document((Article((Paragraph(context, questions),)),))
    lost = (
        "2 answers that are not at their offsets" if answers else "2 answers that are not at their offsets, 1 context"
    )
    assert ", ".join(describe_omissions(document, Form.MRQA)).startswith(lost)
    assert count_carried(document, Form.MRQA) == bool(answers)
    lines = [json.loads(line) for line in write(document, Form.MRQA).splitlines()[1:]]
    assert len(lines) == bool(answers)
    for line in lines:
        [question] = line["qas"]
        assert [found["text"] for found in question["detected_answers"]] == [answer.text for answer in answers]
        tokens = [(start, start + len(token)) for token, start in line["context_tokens"]]
        assert [context[start:end] for start, end in tokens] == [token for token, _ in line["context_tokens"]]
        assert "".join(token for token, _ in line["context_tokens"]) == "".join(context.split())
        for found in question["detected_answers"]:
            [[start, last]], [[first, final]] = found["char_spans"], found["token_spans"]
            assert context[start : last + 1] == found["text"]
            touched = [n for n, (begin, end) in enumerate(tokens) if begin <= last and end > start]
            assert touched == list(range(first, final + 1))
    if answers:
        read = decode_squad(write(document, Form.MRQA), "file")
        assert read.data[0].paragraphs == (Paragraph(context, (Question("q1", "?", answers),)),)
