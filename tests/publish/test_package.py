"""The published folder: its files, their contents, and that `datasets` loads it with nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from spanferry import tables
from spanferry.arrow import to_table
from spanferry.errors import ContractError, InputError
from spanferry.files import write_json
from spanferry.loss_figures import LanguageCheck, read_figures
from spanferry.publish.package import build_package
from spanferry.records import SPLITS, Quality, QualityRow, Signal
from spanferry.squad import cleaned_name, iterate_questions, read_squad

from tests.support.tiny_clean import ABOUT, BUILD, write

FILES = frozenset(
    """
CITATION.cff README.md SHA256SUMS croissant.json
default/train.parquet default/validation.parquet
loss.json nl_squadv2_dev_clean.json nl_squadv2_train_clean.json
provenance/train.parquet provenance/validation.parquet
rejected/train.parquet rejected/validation.parquet
""".split()  # noqa: SIM905
)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    build_package(*write(root), root / "published", BUILD, ABOUT)
    return root / "published"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_files_and_the_bytes_are_the_same_each_time(published, tmp_path):
    assert set(contents(published)) == FILES
    build_package(*write(tmp_path), tmp_path / "published", BUILD, ABOUT)
    build_package(*write(tmp_path), tmp_path / "published", BUILD, ABOUT)  # over the one that is there
    assert contents(tmp_path / "published") == contents(published)
    assert not list(tmp_path.glob(".published*"))


def test_questions_are_published_with_their_quality(tmp_path):
    clean, loss = write(tmp_path)
    signals = dict.fromkeys(signal.value for signal in Signal)
    rows = [
        QualityRow(split, question.id, Quality(quality=0.25 + 0.7 * (n % 2), **signals, reasons=("It is odd.",)))
        for split in SPLITS
        for n, (_, _, _, question) in enumerate(iterate_questions(read_squad(clean / cleaned_name("nl", split))))
    ]
    tables.write(to_table(rows, QualityRow), tmp_path / "quality.parquet")
    build_package(clean, loss, tmp_path / "published", BUILD, ABOUT, quality=tmp_path / "quality.parquet")
    published = pq.read_table(tmp_path / "published" / "default" / "validation.parquet").to_pylist()
    assert [row["quality"] for row in published] == pytest.approx([0.25, 0.95])
    assert [row["reasons"] for row in published] == [["It is odd."]] * 2
    (line,) = re.findall(r"squad.filter\((.*)\)\n", (tmp_path / "published" / "README.md").read_text(encoding="utf-8"))
    assert [row["id"] for row in filter(eval(line), published)] == [published[1]["id"]]


def test_the_quality_of_another_build_is_refused(tmp_path):
    clean, loss = write(tmp_path)
    signals = dict.fromkeys(signal.value for signal in Signal)
    other = to_table([QualityRow("dev", "other", Quality(quality=0.5, **signals, reasons=()))], QualityRow)
    tables.write(other, tmp_path / "quality.parquet")
    with pytest.raises(
        InputError, match=r"^quality.parquet lacks question .*; run `dvc repro --force check@CORPUS`, then"
    ):
        build_package(clean, loss, tmp_path / "published", BUILD, ABOUT, quality=tmp_path / "quality.parquet")


def test_parquet_and_json_have_the_same_content(published):
    document = read_squad(published / "nl_squadv2_dev_clean.json")
    assert pq.read_table(published / "default/validation.parquet").to_pylist() == [
        {
            "id": question.id,
            "title": article.title,
            "context": paragraph.context,
            "question": question.question,
            "answers": {
                "text": [answer.text for answer in question.answers],
                "answer_start": [answer.answer_start for answer in question.answers],
            },
        }
        for _, article, paragraph, question in iterate_questions(document)
    ]


def test_every_answer_can_be_traced(published):
    rows = pq.read_table(published / "provenance/validation.parquet").to_pylist()
    traced = [
        [row[k] for k in ("question_id", "source_text", "source_start", "text", "start", "method")] for row in rows
    ]
    assert traced == [
        ["lock", "the old lock", 120, "de oude sluis", 127, "exact"],
        ["lock", "lock", 128, "sluis", 135, "fuzzy"],
        ["sign", "🧀", 115, "🧀", 125, "exact"],
    ]
    lost = pq.read_table(published / "rejected/train.parquet").to_pylist()
    assert [(row["question_id"], row["reason"]) for row in lost] == [
        ("why", "below_threshold"),
        ("mayor", "not_found"),
        ("mill", "context_untranslated"),
    ]


def test_a_split_that_is_lost_completely_is_reported_but_not_published(tmp_path):
    build_package(*write(tmp_path, lost=("dev",)), tmp_path / "published", BUILD, ABOUT)
    gone = {"default/validation.parquet", "provenance/validation.parquet", "nl_squadv2_dev_clean.json"}
    assert set(contents(tmp_path / "published")) == FILES - gone
    lost = pq.read_table(tmp_path / "published/rejected/validation.parquet")
    assert set(lost["reason"].to_pylist()) == {"context_untranslated"}
    card = (tmp_path / "published/README.md").read_text()
    assert "| dev | questions | 5 | 0 | 5 | 0.0 % |" in card


def test_nothing_is_published_when_nothing_was_kept(tmp_path):
    with pytest.raises(ContractError, match=r"clean: no question was kept; there is nothing to publish$"):
        build_package(*write(tmp_path, lost=("train", "dev")), tmp_path / "published", BUILD, ABOUT)


def test_sha256sum_agrees(published):
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=published, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.count(": OK")) == (0, len(FILES) - 1)


LOADING = """
import sys
from datasets import load_dataset
for config in (None, "provenance", "rejected"):
    loaded = load_dataset(sys.argv[1], config)
    print({split: part.num_rows for split, part in loaded.items()})
print(load_dataset(sys.argv[1])["validation"][0]["answers"])
"""


def test_datasets_loads_the_folder(published, tmp_path):
    surroundings = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", LOADING, published], cwd=tmp_path, env=surroundings, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        "{'train': 3, 'validation': 2}",
        "{'train': 2, 'validation': 3}",
        "{'train': 3, 'validation': 5}",
        "{'text': ['de oude sluis', 'sluis'], 'answer_start': [127, 135]}",
    ], done.stderr


def test_datasets_does_not_show_an_earlier_build(tmp_path):
    clean, loss = write(tmp_path)
    file, other = clean / "nl_squadv2_train_clean.json", tmp_path / "rebuilt" / "published"
    build_package(clean, loss, tmp_path / "published", BUILD, ABOUT)
    question = json.loads(file.read_bytes())["data"][0]["paragraphs"][0]["qas"][0]["question"]
    file.write_bytes(file.read_bytes().replace(question.encode(), b"Is dit nieuw?"))
    build_package(clean, loss, other, BUILD, ABOUT)
    script = "import sys; from datasets import load_dataset\n"
    script += "for name in sys.argv[1:]: print(load_dataset(name)['train'][0]['question'])"
    surroundings = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PATH": ""}
    command = [sys.executable, "-c", script, tmp_path / "published", other]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    assert done.stdout.splitlines() == [question, "Is dit nieuw?"], done.stderr


def test_one_split_and_nothing_rejected(tmp_path):
    clean, loss = write(tmp_path)
    (clean / "nl_squadv2_dev_clean.json").unlink()
    (clean / "rejected.jsonl").write_bytes(b"")
    native = msgspec.structs.replace(BUILD, translator=None)
    build_package(clean, loss, tmp_path / "published", native, ABOUT)
    files = contents(tmp_path / "published")
    assert [name for name in files if name.endswith("parquet")] == ["default/train.parquet", "provenance/train.parquet"]
    card = files["README.md"].decode()
    assert "validation" not in card
    assert "No answer was lost" in card
    assert "nothing was translated" in card


def test_a_text_in_another_language_is_refused_unless_it_is_allowed(tmp_path):
    clean, loss = write(tmp_path)
    problem = "9 of 9 paragraphs are identified as en, 0 as nl"
    check = LanguageCheck(target="nl", paragraphs=9, identified=(), texts=0, unchanged=0, problem=problem)
    write_json(loss, msgspec.structs.replace(read_figures(loss), language=check))
    with pytest.raises(ContractError) as caught:
        build_package(clean, loss, tmp_path / "published", BUILD, ABOUT)
    name = BUILD.corpus
    remedy = f"if it is right, set corpora.{name}.allow_language: true in params.yaml"
    assert str(caught.value) == f"{name}: not in its language: {problem}; {remedy}"
    assert not (tmp_path / "published").exists()
    build_package(clean, loss, tmp_path / "published", BUILD, ABOUT, allow_language=True)
    assert (tmp_path / "published" / "README.md").exists()
