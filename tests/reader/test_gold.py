"""Tests of gold questions of several corpora, and of the methods of their spans."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace
from spanferry import tables
from spanferry.arrow import to_table
from spanferry.errors import InputError
from spanferry.reader.gold import Gold, join_gold, read_gold, read_methods
from spanferry.records import Field, Method, Placement, Reason, SpanRow, Split
from spanferry.squad import Article, Document, write_squad

from tests.support.towns import corpus


def span_row(split: Split, field: Field, question: str, method: Method | None) -> SpanRow:
    """Return the row of an answer that was located by a method, or dropped."""
    return SpanRow(
        split=split,
        article=0,
        paragraph=0,
        title="",
        question_id=question,
        field=field,
        index=0,
        source_text="Aa",
        source_start=0,
        translation=None,
        marked=None,
        placement=Placement("Aa", 0, method, 1.0, 1.0, 1, 1) if method else None,
        reason=None if method else Reason.NOT_FOUND,
        candidates=(),
    )


def test_a_question_has_the_most_certain_method_of_its_answers(tmp_path: Path):
    rows = [
        span_row("dev", Field.ANSWERS, "a", Method.FUZZY),
        span_row("dev", Field.ANSWERS, "a", Method.EXACT),
        span_row("dev", Field.ANSWERS, "a", Method.MARKED),
        span_row("dev", Field.PLAUSIBLE, "b", Method.EXACT),
        span_row("train", Field.ANSWERS, "c", Method.EXACT),
        span_row("dev", Field.ANSWERS, "d", None),
        span_row("dev", Field.ANSWERS, "e", Method.MARKED),
    ]
    path = tmp_path / "provenance.parquet"
    tables.write(to_table(rows, SpanRow), path)
    assert read_methods(path, "dev") == {"a": Method.EXACT, "e": Method.MARKED}


def test_gold_questions_have_the_language_of_their_corpus_or_of_their_id(tmp_path: Path):
    first, second = corpus(1), corpus(2)
    (paragraph,) = second.data[1].paragraphs
    finnish = replace(paragraph.qas[0], id="finnish-1-0")
    german = Document((Article((replace(paragraph, qas=(finnish, *paragraph.qas[1:])),)),))
    write_squad(first, tmp_path / "dutch" / "clean" / "nl_squadv2_dev_clean.json")
    write_squad(german, tmp_path / "german" / "clean" / "de_squadv2_dev_clean.json")
    gold = read_gold(tmp_path, {"dutch": "nl", "german": "de"})
    assert gold.document == Document((*first.data, *german.data))
    assert Counter(gold.language_of.values()) == {"nl": 5, "de": 4, "fi": 1}
    assert gold.language_of["finnish-1-0"] == "fi"
    with pytest.raises(InputError, match=r"dutch/clean/de_squadv2_dev_clean.json: missing; corpus 'dutch' has no dev"):
        read_gold(tmp_path, {"dutch": "de"})


def test_corpora_are_joined_and_their_ids_kept():
    first, second = corpus(4), corpus(2)
    other = Gold(type(first)(first.data[2:]), {"ganzendam-0": Method.FUZZY}, {"ganzendam-0": "de"})
    gold = join_gold({"one": Gold(second, {"velderbroek-0": Method.EXACT}, {"velderbroek-0": "nl"}), "two": other})
    assert gold == Gold(
        type(first)(first.data),
        {"velderbroek-0": Method.EXACT, "ganzendam-0": Method.FUZZY},
        {"velderbroek-0": "nl", "ganzendam-0": "de"},
    )


def test_ids_of_several_corpora_are_prefixed_with_their_corpus():
    dutch = Gold(corpus(1), {"velderbroek-0": Method.EXACT}, {"velderbroek-0": "nl"})
    gold = join_gold({"one": dutch, "two": Gold(corpus(1), {}, {"velderbroek-0": "de"})})
    ids = [question.id for article in gold.document.data for question in article.paragraphs[0].qas]
    assert ids[:2] + ids[5:6] == ["one/velderbroek-0", "one/velderbroek-1", "two/velderbroek-0"]
    assert gold.method_of == {"one/velderbroek-0": Method.EXACT}
    assert gold.language_of == {"one/velderbroek-0": "nl", "two/velderbroek-0": "de"}
