"""Tests of stage inputs, which writes the checksums of the files that a run reads."""

import json
import re
from pathlib import Path

from msgspec.structs import replace
from spanferry.files import write_json
from spanferry.reader.overlap import Overlap, read_overlaps
from spanferry.squad import Article, Document, Paragraph, Question, write_squad

from stages import inputs
from tests.reader.test_seeds import COUNTS
from tests.support.tiny import RUN, project

SAME = "50 of the 50 questions of towns (10 contexts) are also in towns, on which the run is trained"
DONE = "inputs: tiny trains on towns, and is evaluated on towns"


def test_the_checksums_of_the_files_of_a_run_are_written(workdir, run, refusal):
    project(workdir)
    files = ("nl_squadv2_train_clean.json", "nl_squadv2_dev_clean.json", "provenance.parquet", "rejected.jsonl")
    checksums = {name: {file: f"{name}'s {file}" for file in files} for name in ("towns", "unread")}
    for name, of_corpus in checksums.items():
        write_json(Path("data/digests") / f"{name}.json", of_corpus)
    arguments = (
        *("--digests", "data/digests", "--data", "data", "--out", "data/runs/tiny"),
        *("--base", "data/inputs/runs/tiny"),
    )
    done = run(inputs.main, "tiny", *arguments)
    assert done.stdout == f"inputs: tiny: {SAME}; runs.tiny.allow_overlap allows it\n{DONE}\n"
    train, dev = (json.loads(Path(f"data/runs/tiny/{split}.json").read_bytes()) for split in ("train", "dev"))
    assert train == {"towns": {file: checksums["towns"][file] for file in files[:1]}}
    assert dev == {"towns": {file: checksums["towns"][file] for file in files[1:3]}}
    assert refusal(inputs.main, "elsewhere", *arguments) == (
        "inputs: params.yaml: corpora.squad2: there is no such corpus (known: towns)"
    )
    Path("data/digests/towns.json").unlink()
    assert refusal(inputs.main, "tiny", *arguments) == (
        "inputs: data/digests/towns.json: No such file or directory; is its corpus in build.corpora of params.yaml?"
    )
    Path("data/digests/towns.json").write_text("[]")
    assert "towns.json: not the checksums of a corpus: must be" in refusal(inputs.main, "tiny", *arguments)


def test_a_run_that_is_evaluated_on_its_training_questions_is_refused_unless_it_allows_that(workdir, run, refusal):
    project(workdir)
    write_json(Path("data/digests/towns.json"), {})
    params = Path("params.yaml").read_text()
    Path("params.yaml").write_text(params.replace("    allow_overlap: true\n", ""))
    arguments = ("tiny", "--digests", "data/digests", "--data", "data", "--out", "data/runs/tiny", "--base", "base")
    assert refusal(inputs.main, *arguments) == (
        f"inputs: runs.tiny: {SAME}: evaluate it on another corpus, or set runs.tiny.allow_overlap: true"
    )
    assert not Path("data/runs/tiny/overlaps.json").exists()
    Path("params.yaml").write_text(params)
    run(inputs.main, *arguments)
    assert read_overlaps(Path("data/runs/tiny/overlaps.json")) == (Overlap("towns", "towns", 10, 50, 50),)

    elsewhere = Path("data/towns/clean/nl_squadv2_dev_clean.json")
    other = Document((Article((Paragraph("Een andere tekst.", (Question("1", "Wat?", (), is_impossible=True),)),)),))
    write_squad(other, elsewhere)
    done = run(inputs.main, *arguments)
    assert done.stdout == f"{DONE}\n", done.output
    assert read_overlaps(Path("data/runs/tiny/overlaps.json")) == ()


def test_a_local_base_model_is_linked_and_any_other_is_named(workdir, run, refusal):
    project(workdir)
    write_json(Path("data/digests/towns.json"), {"nl_squadv2_train_clean.json": "0"})
    link = Path("data/inputs/runs/tiny")
    arguments = ("tiny", "--digests", "data/digests", "--data", "data", "--out", "data/runs/tiny", "--base", link)
    params = Path("params.yaml").read_text()
    scratch = re.compile(r"base:\n +scratch:\n( +)\S.*\n(\1.*\n)*")

    def link_base(base: str) -> None:
        text, replaced = scratch.subn(f"base: {{model: {base}}}\n", params, count=1)
        assert replaced
        Path("params.yaml").write_text(text)
        assert run(inputs.main, *arguments).exit_code == 0

    run(inputs.main, *arguments)
    assert link.read_text() == "bert from scratch\n"
    missing, _ = scratch.subn("base: {model: models/first}\n", params, count=1)
    Path("params.yaml").write_text(missing)
    assert refusal(inputs.main, *arguments) == (
        "inputs: runs.tiny.base: models/first: there is no such folder; if it is the model of another run, run "
        "`dvc repro finetune@RUN` for that one first; a model on the Hub needs a `revision`"
    )
    Path("my-model").mkdir()
    link_base("my-model")
    assert str(link.readlink()) == "../../../my-model"
    link_base("my-model")  # an earlier link is replaced, not followed
    assert list(Path("my-model").iterdir()) == []
    link_base("acme/bert, revision: main")
    assert not link.is_symlink()
    assert link.read_text() == "acme/bert\n"


def test_what_the_base_model_was_trained_on_counts(workdir, run, refusal):
    """Without its corpus nothing can be compared, which is said."""
    project(workdir)
    write_json(Path("data/digests/towns.json"), {})
    params = Path("params.yaml").read_text()
    base = replace(RUN, train_on=("towns", "squad"))
    record = {"base": "bert", "commit": None, "settings": base, "features": COUNTS, "steps": 1, "loss": []}
    write_json(Path("models/first/training.json"), record)
    other = Document((Article((Paragraph("Een andere tekst.", (Question("1", "Wat?", (), is_impossible=True),)),)),))
    write_squad(other, Path("data/more/clean/nl_squadv2_train_clean.json"))
    write_json(Path("data/digests/more.json"), {})
    for old, new in (
        ("corpora: [towns]", "corpora: [towns, more]"),
        ("corpora:\n", "corpora:\n  more: {train: more.json, native: true}\n"),
        ("train_on: [towns]", "train_on: [more]"),
        ("    allow_overlap: true\n", ""),
    ):
        params = params.replace(old, new, 1)
    params = re.sub(r"base:\n +scratch:\n( +)\S.*\n(\1.*\n)*", "base: {model: models/first}\n", params, count=1)
    Path("params.yaml").write_text(params)
    arguments = ("tiny", "--digests", "data/digests", "--data", "data", "--out", "data/runs/tiny", "--base", "base")
    assert SAME in refusal(inputs.main, *arguments)
    Path("params.yaml").write_text(params.replace("    evaluate_on", "    allow_overlap: true\n    evaluate_on", 1))
    unknown = "its base model was trained on squad, which is not in build.corpora, so overlaps are not known"
    assert run(inputs.main, *arguments).stdout.splitlines()[:2] == [
        f"inputs: tiny: {SAME}; runs.tiny.allow_overlap allows it",
        f"inputs: tiny: {unknown}",
    ]
