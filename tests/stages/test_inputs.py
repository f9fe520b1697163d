"""Tests of stage inputs, which writes the checksums of the files that a run reads."""

import json
from pathlib import Path

from spanferry.files import write_json

from stages import inputs
from tests.support.tiny import project


def test_the_checksums_of_the_files_of_a_run_are_written(workdir, run, refusal):
    project(workdir)
    files = ("nl_squadv2_train_clean.json", "nl_squadv2_dev_clean.json", "provenance.parquet", "rejected.jsonl")
    checksums = {name: {file: f"{name}'s {file}" for file in files} for name in ("towns", "unread")}
    for name, of_corpus in checksums.items():
        write_json(Path("data/digests") / f"{name}.json", of_corpus)
    arguments = ("--digests", "data/digests", "--out", "data/runs/tiny")
    done = run(inputs.main, "tiny", *arguments)
    assert done.stdout == "inputs: tiny trains on towns, and is evaluated on towns\n"
    train, dev = (json.loads(Path(f"data/runs/tiny/{split}.json").read_bytes()) for split in ("train", "dev"))
    assert train == {"towns": {file: checksums["towns"][file] for file in files[:1]}}
    assert dev == {"towns": {file: checksums["towns"][file] for file in files[1:3]}}
    assert refusal(inputs.main, "elsewhere", *arguments) == (
        "inputs: data/digests/squad2.json: No such file or directory; is the corpus in build.corpora?"
    )
    Path("data/digests/towns.json").write_text("[]")
    assert "towns.json: not the checksums of a corpus: Expected" in refusal(inputs.main, "tiny", *arguments)
