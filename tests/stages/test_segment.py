"""Tests of stage segment."""

from pathlib import Path

from spanferry import tables
from spanferry.records import SegmentRow, SourceParagraph

from stages.segment import main
from tests.support.small_squad import PARAMS, as_json, lay_out, train

ARGUMENTS = ("--corpus", "small", "--source", ".", "--out", "segments")


def test_writes_layout_and_segments(workdir: Path, run) -> None:
    lay_out(workdir)
    assert run(main, *ARGUMENTS).stdout == "segment: small: 2 paragraphs, 16 distinct texts to translate\n"
    laid = tables.read(Path("segments/layout.parquet"), SourceParagraph)
    texts = tables.read(Path("segments/segments.parquet"), SegmentRow)
    assert laid["split"].to_pylist() == ["train", "dev"]
    assert texts["kind"].to_pylist() == ["sentence"] * 5 + ["question"] * 4 + ["answer"] * 5 + ["title"] * 2


def test_a_native_corpus_has_nothing_to_translate(workdir: Path, run) -> None:
    lay_out(workdir)
    Path("params.yaml").write_text(PARAMS.replace("translator: identity", "native: true"), encoding="utf-8")
    assert run(main, *ARGUMENTS).stdout == "segment: small: 2 paragraphs, 0 distinct texts to translate\n"


def test_a_split_may_be_missing_and_text_may_be_odd(workdir: Path, run) -> None:
    lay_out(workdir)
    Path("params.yaml").write_text(PARAMS.replace("    dev: dev.json\n", ""), encoding="utf-8")
    answers = [{"text": "\0", "answer_start": -5}, {"text": "", "answer_start": 2**31 - 1}]
    Path("train.json").write_bytes(as_json(train(question="\u2028Wh\0o?\x1c", answers=answers)))
    assert run(main, *ARGUMENTS).stdout == "segment: small: 1 paragraph, 8 distinct texts to translate\n"
    texts = tables.read(Path("segments/segments.parquet"), SegmentRow)["text"].to_pylist()
    assert {"\0", "Wh\0o?"} <= set(texts)


def test_bad_input_gives_a_one_line_error_and_no_output(workdir: Path, refusal) -> None:
    lay_out(workdir)
    Path("dev.json").write_bytes(as_json({"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "q"}]}]}]}))
    line = refusal(main, *ARGUMENTS)
    assert line.startswith("segment: dev.json: no usable question: data[0].paragraphs[0].qas[0].question: malformed")
    Path("dev.json").unlink()
    assert refusal(main, *ARGUMENTS) == "segment: dev.json: No such file or directory"
    Path("params.yaml").write_text(PARAMS + "aling: {}\n", encoding="utf-8")
    assert refusal(main, *ARGUMENTS) == "segment: params.yaml: aling: no such key (did you mean align?)"
    assert not Path("segments").exists()


def test_a_repaired_answer_is_laid_out_with_the_offset_that_the_file_has(workdir: Path, run) -> None:
    lay_out(workdir)
    Path("train.json").write_bytes(as_json(train(answers=[{"text": "12 times a day ", "answer_start": 28}])))
    run(main, *ARGUMENTS)
    [ferry, _] = tables.read(Path("segments/layout.parquet"), SourceParagraph)["questions"].to_pylist()
    given = {"repair": "text", "given_text": "12 times a day ", "given_start": 28, "reason": None}
    assert ferry[0]["answers"] == [{"text": "12 times a day", "start": 28, **given}]
