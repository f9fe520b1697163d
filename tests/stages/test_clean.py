"""Tests of stage clean."""

import hashlib
import json
from pathlib import Path

from spanferry import tables
from spanferry.arrow import from_table
from spanferry.records import ParagraphDecision, SpanRow

from stages.clean import main
from tests.support.chain import CLEAN, located
from tests.support.small_squad import DEV, PARAMS, TRAIN, as_json, lay_out


def written() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("clean").iterdir()}


def read_decisions() -> list[ParagraphDecision]:
    return from_table(tables.read(Path("decisions.parquet"), ParagraphDecision), ParagraphDecision)


def test_a_corpus_that_is_its_own_translation_is_kept_whole(workdir: Path, run) -> None:
    lay_out(workdir)
    located(run)
    assert run(main, *CLEAN).stdout == "clean: small: 5 of 5 answers kept\n"
    files = written()
    noted = json.loads(Path("digests/small.json").read_bytes())
    assert noted == {name: hashlib.sha256(held).hexdigest() for name, held in files.items()}
    assert json.loads(files.pop("nl_squadv2_train_clean.json")) == TRAIN
    assert json.loads(files.pop("nl_squadv2_dev_clean.json")) == DEV
    assert files.pop("rejected.jsonl") == b""
    assert list(files) == ["provenance.parquet"]
    assert tables.read(Path("clean/provenance.parquet"), SpanRow).num_rows == 5


def test_every_lost_answer_is_listed_with_its_reason(workdir: Path, run) -> None:
    lay_out(workdir)
    located(run, **{"The tower is 91 metres high.": "empty", "How often does it sail?": "unchanged"})
    assert run(main, *CLEAN).stdout == "clean: small: 1 of 5 answers kept\n"
    rows = [json.loads(line) for line in written()["rejected.jsonl"].splitlines()]
    assert [(row["question_id"], row["reason"], row["text"]) for row in rows] == [
        ("often", "question_untranslated", None),
        ("high", "context_untranslated", None),
        ("high", "context_untranslated", None),
        ("builder", "context_untranslated", None),
    ]
    assert rows[0]["candidates"][0]["text"] == "12 times a day"
    decided = [decision for row in read_decisions() for decision in row.questions]
    assert {decision.id: decision.reason for decision in decided} == {
        "often": "question_untranslated",
        "captain": None,
        "high": "context_untranslated",
        "builder": "context_untranslated",
    }
    train, dev = (json.loads(written()[f"nl_squadv2_{split}_clean.json"]) for split in ("train", "dev"))
    assert [question["id"] for question in train["data"][0]["paragraphs"][0]["qas"]] == ["captain"]
    assert dev == {"data": [], "version": "v2.0"}


def test_a_second_run_gives_the_same_bytes(workdir: Path, run) -> None:
    lay_out(workdir)
    located(run, **{"Who built it?": "empty"})
    run(main, *CLEAN)
    before = written()
    run(main, *CLEAN)
    assert written() == before


def test_tables_of_another_build_give_a_one_line_error_and_no_output(workdir: Path, run, refusal) -> None:
    lay_out(workdir)
    located(run)
    Path("params.yaml").write_text(PARAMS.replace("    dev: dev.json\n", ""), encoding="utf-8")
    Path("located").rename("old")
    located(run)
    Path("old/spans.parquet").replace("located/spans.parquet")
    assert refusal(main, *CLEAN) == (
        "clean: a span is for question 'high', which layout.parquet does not have; "
        "run `dvc repro --force segment@small`, then `dvc repro`"
    )
    Path("old/paragraphs.parquet").replace("located/paragraphs.parquet")
    assert refusal(main, *CLEAN) == (
        "clean: layout.parquet and paragraphs.parquet are from different builds; "
        "run `dvc repro --force segment@small`, then `dvc repro`"
    )
    assert not Path("clean").exists()
    assert not Path("decisions.parquet").exists()
    assert not Path("digests").exists()


def test_a_file_in_place_of_the_output_folder_gives_a_one_line_error(workdir: Path, run, refusal) -> None:
    lay_out(workdir)
    located(run)
    Path("clean").write_bytes(b"")
    assert refusal(main, *CLEAN).startswith("clean: clean: ")
    assert Path("train.json").read_bytes() == as_json(TRAIN)
