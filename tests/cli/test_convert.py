"""Tests of `spanferry convert`: forms by ending and by option, what is said, and what is refused."""

import gzip
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from spanferry.cli import main
from spanferry.squad import decode_squad

from tests.support.small_squad import DEV, TOWER, TRAIN, as_json

ROWS = [
    {
        **{"id": "high", "title": "Tower", "context": TOWER, "question": "How high is the tower?"},
        "answers": {"text": ["91 metres", "91"], "answer_start": [13, 13]},
    },
    {
        **{"id": "builder", "title": "Tower", "context": TOWER, "question": "Who built it?"},
        "answers": {"text": ["Käthe Müller"], "answer_start": [53]},
    },
]


@pytest.fixture
def convert(workdir: Path, run):
    Path("train.json").write_bytes(as_json(TRAIN))
    Path("dev.json").write_bytes(as_json(DEV))

    def invoke(*arguments: str) -> Result:
        return run(main, "convert", *arguments)

    return invoke


def test_the_ending_chooses_the_form(convert) -> None:
    done = convert("dev.json", "dev.jsonl")
    assert done.stderr.splitlines() == [
        "spanferry convert: dev.json: hf-jsonl does not carry: 1 version",
        "spanferry convert: dev.json: 2 questions written as hf-jsonl",
    ]
    assert (done.exit_code, done.stdout) == (0, "")
    assert [json.loads(line) for line in Path("dev.jsonl").read_bytes().splitlines()] == ROWS
    assert convert("dev.jsonl", "dev.parquet").exit_code == 0
    assert pq.read_table("dev.parquet").to_pylist() == ROWS
    assert convert("dev.parquet", "again.json.gz").exit_code == 0
    again = decode_squad(gzip.decompress(Path("again.json.gz").read_bytes()), "again")
    assert again.data == decode_squad(Path("dev.jsonl").read_bytes(), "dev").data
    assert convert("again.json.gz", "twice.json.gz").exit_code == 0
    assert Path("twice.json.gz").read_bytes() == Path("again.json.gz").read_bytes()


def test_an_option_chooses_the_form_and_a_dash_is_standard_output(convert) -> None:
    done = convert("train.json", "-", "--to", "mrqa")
    assert done.stderr.splitlines() == [
        "spanferry convert: train.json: mrqa does not carry: 1 version, 1 title, 1 question without an answer, "
        "1 plausible answer",
        "spanferry convert: train.json: 1 question written as mrqa",
    ]
    header, line = map(json.loads, done.stdout_bytes.splitlines())
    assert header["header"]["dataset"] == "train"
    assert [question["qid"] for question in line["qas"]] == ["often"]
    assert convert("train.json", "-", "--to", "squad").stdout_bytes == as_squad(Path("train.json"))
    assert pq.read_table(io.BytesIO(convert("dev.json", "-", "--to", "parquet").stdout_bytes)).to_pylist() == ROWS


def as_squad(path: Path) -> bytes:
    from spanferry.squad import encode_squad, read_squad

    return encode_squad(read_squad(path))


def test_wrong_offsets_are_repaired_and_told_or_refused(convert) -> None:
    Path("bytes.json").write_bytes(as_json(DEV).replace(b'"answer_start": 53', b'"answer_start": 54'))
    done = convert("bytes.json", "right.json")
    line = "1 answer not at its offset; 1 repaired: offsets are wrong, but the text stands only once in the context (1)"
    assert done.stderr.splitlines()[0] == f"spanferry convert: bytes.json: {line}"
    assert Path("right.json").read_bytes() == as_squad(Path("dev.json"))
    refused = convert("bytes.json", "refused.json", "--repair", "off")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("spanferry convert: bytes.json: 1 answer not at its offset; 1 explained")
    assert not Path("refused.json").exists()


def test_what_the_reader_leaves_out_is_told(convert) -> None:
    value = json.loads(as_json(DEV))
    value["data"][0]["paragraphs"][0]["qas"][0]["question"] = " "
    Path("gap.json").write_bytes(as_json(value))
    done = convert("gap.json", "gap.jsonl")
    assert done.exit_code == 0
    assert "spanferry convert: gap.json: 1 of 2 questions left out" in done.stderr.splitlines()
    assert done.stderr.splitlines()[-1] == "spanferry convert: gap.json: 1 question written as hf-jsonl"


def test_a_folder_is_a_data_set(convert) -> None:
    Path("havens").mkdir()
    rows = [{**row, "passage": row["context"]} for row in ROWS]
    for row in rows:
        del row["context"]
    Path("havens", "test.jsonl").write_bytes(b"".join(as_json(row) + b"\n" for row in rows))
    assert convert("havens", "out.jsonl", "--split", "test", "--column", "context=passage").exit_code == 0
    assert [json.loads(line) for line in Path("out.jsonl").read_bytes().splitlines()] == ROWS


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("dev.json", "dev.txt"),
            "dev.txt: choose a form with --to (squad, hf-jsonl, parquet, mrqa), or an ending: .json, .jsonl, .parquet",
        ),
        (("dev.json", "-"), "-: choose a form with --to (squad, hf-jsonl, parquet, mrqa), or an ending: "),
        (("none.json", "out.json"), "none.json: No such file or directory"),
        (("dev.json", "out.json", "--config", "x"), "dev.json: --config needs a data set: "),
        (("dev.json", "out.json", "--split", "dev"), "dev.json: --split needs a data set: "),
        (
            ("dev.json", "out.json", "--split", "dev", "--column", "context=c"),
            "dev.json: --split and --column need a data set: ",
        ),
        (("dev.json", "folder", "--to", "squad"), "folder: this is a folder; name a file"),
        (("dev.json", "/dev/null", "--to", "squad"), "/dev/null: Not a regular file"),
        (("folder", "folder/out.jsonl"), "folder/out.jsonl: lies in the data set folder, and would become a part of "),
        (("folder", "folder/new/out.jsonl"), "folder/new/out.jsonl: lies in the data set folder"),
        (("dev.json", "out.json", "--column", "x"), "--column x: write FIELD=COLUMN, such as context=passage"),
        (("hf:a/b", "out.json"), "'hf:a/b' has no revision: write hf:owner/name@revision"),
        (("dev.json", "dev.json/out.json"), ""),
    ],
)
def test_a_wrong_argument_gives_one_line_and_no_file(convert, arguments: tuple[str, ...], line: str) -> None:
    Path("folder").mkdir()
    before = sorted(Path.cwd().rglob("*"))
    done = convert(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"spanferry convert: {line}")
    assert len(done.stderr.splitlines()) == 1
    assert [path for path in sorted(Path.cwd().rglob("*")) if path.is_file()] == [p for p in before if p.is_file()]


@pytest.mark.parametrize(
    "name", ["dev.json", "./dev.json", "folder/../dev.json", "soft.json", "hard.json", "ünd 1.json"]
)
def test_the_input_is_never_overwritten(convert, name: str) -> None:
    Path("folder").mkdir()
    Path("soft.json").symlink_to("dev.json")
    Path("hard.json").hardlink_to("dev.json")
    Path("ünd 1.json").symlink_to("soft.json")
    before = {path: path.read_bytes() for path in Path.cwd().glob("*.json")}
    for arguments in ((name, "dev.json"), ("dev.json", name)):
        done = convert(*arguments, "--to", "hf-jsonl")
        assert (done.exit_code, done.stderr) == (
            2,
            f"spanferry convert: {arguments[1]}: this is IN itself; give OUT another name\n",
        )
    assert {path: path.read_bytes() for path in Path.cwd().glob("*.json")} == before


def test_mrqa_without_a_question_is_an_error(convert) -> None:
    value = json.loads(as_json(TRAIN))
    questions = value["data"][0]["paragraphs"][0]["qas"]
    value["data"][0]["paragraphs"][0]["qas"] = [question for question in questions if not question["answers"]]
    Path("none.json").write_bytes(as_json(value))
    done = convert("none.json", "out.jsonl", "--to", "mrqa")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "spanferry convert: none.json: out.jsonl was not written, because mrqa carries none of its questions\n"
    )
    assert not Path("out.jsonl").exists()


def test_answers_that_stay_at_wrong_offsets_are_told(convert) -> None:
    value = json.loads(as_json(DEV))
    value["data"][0]["paragraphs"][0]["qas"][0]["answers"][0] = {"text": "a bridge", "answer_start": 2}
    Path("wrong.json").write_bytes(as_json(value))
    assert convert("wrong.json", "rows.jsonl").stderr.splitlines()[:2] == [
        "spanferry convert: wrong.json: 1 answer not at its offset",
        "spanferry convert: wrong.json: 1 answer written with the offset of the file",
    ]
    assert convert("wrong.json", "mrqa.jsonl", "--to", "mrqa").stderr.splitlines()[:2] == [
        "spanferry convert: wrong.json: 1 answer not at its offset",
        "spanferry convert: wrong.json: mrqa does not carry: 1 version, 1 title, 1 answer that is not at its offset",
    ]
