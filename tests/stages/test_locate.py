"""Tests of stage locate."""

from pathlib import Path

import pytest
from spanferry import tables
from spanferry.records import SpanRow, TargetParagraph

from stages.locate import main
from tests.support.chain import LOCATE, TRANSLATIONS, located, segmented
from tests.support.small_squad import FERRY, PARAMS, TOWER, as_json, lay_out, train
from tests.support.tiny_encoder import save_encoder
from tests.support.tokenizers import word_piece

FOUND = [
    ("often", "answers", 28, "12 times a day"),
    ("captain", "plausible_answers", 81, "Nobody"),
    ("high", "answers", 13, "91 metres"),
    ("high", "answers", 13, "91"),
    ("builder", "answers", 53, "Käthe Müller"),
]


def spans() -> list[dict]:
    return tables.read(Path("located/spans.parquet"), SpanRow).to_pylist()


@pytest.mark.parametrize("way", ["translator: identity", "native: true"])
def test_answers_that_are_their_own_translation_keep_their_spans(workdir: Path, run, way: str) -> None:
    lay_out(workdir)
    Path("params.yaml").write_text(PARAMS.replace("translator: identity", way), encoding="utf-8")
    assert located(run).stdout == "locate: small: 5 of 5 answers found\n"
    assert [(row["question_id"], row["field"], row["start"], row["text"]) for row in spans()] == FOUND
    placed = tables.read(Path("located/paragraphs.parquet"), TargetParagraph)
    assert placed["context"].to_pylist() == [FERRY, TOWER]


def test_a_wrong_offset_and_a_lost_sentence_have_their_reasons(workdir: Path, run) -> None:
    lay_out(workdir)
    wrong = [{"text": "12", "answer_start": start} for start in (27, -1, 2**31 - 1)]
    Path("train.json").write_bytes(as_json(train(answers=[*wrong, {"text": "", "answer_start": 0}])))
    assert located(run, **{"The tower is 91 metres high.": "empty"}).stdout == "locate: small: 1 of 8 answers found\n"
    assert [row["reason"] for row in spans()] == [
        *["source_mismatch"] * 3,
        "empty_answer",
        None,
        *["context_untranslated"] * 3,
    ]


def test_an_encoder_judges_uncertain_answers(workdir: Path, run, refusal) -> None:
    lay_out(workdir)
    model = save_encoder(workdir / "encoder", word_piece(), 512)
    Path("params.yaml").write_text(f"{PARAMS}\nalign: {{encoder: {{model: {model}, below: 1}}}}\n", encoding="utf-8")
    assert located(run).stdout == "locate: small: 5 of 5 answers found\n"
    assert sorted(path.name for path in Path("located").iterdir()) == ["paragraphs.parquet", "spans.parquet"]
    assert [row["question_id"] for row in spans()] == [id_ for id_, *_ in FOUND]
    Path("params.yaml").write_text(f"{PARAMS}\nalign: {{encoder: {{model: ./no, below: 1}}}}\n", encoding="utf-8")
    assert refusal(main, *LOCATE) == "locate: ./no: there is no such folder"


def test_bad_input_gives_a_one_line_error_and_no_output(workdir: Path, run, refusal) -> None:
    lay_out(workdir)
    segmented(run)
    Path("segments/layout.parquet").rename("layout")
    line = refusal(main, *LOCATE)
    assert line.startswith("locate: segments/layout.parquet: ")
    Path("segments/segments.parquet").rename("segments/layout.parquet")
    assert refusal(main, *LOCATE) == (
        "locate: segments/layout.parquet: has other columns than this version of Spanferry writes; "
        "build it again with `dvc repro`"
    )
    Path("layout").rename("segments/layout.parquet")
    TRANSLATIONS.write_bytes(b"PAR1")
    assert refusal(main, *LOCATE).startswith("locate: translations.parquet: not a readable table: ")
    assert not Path("located").exists()
