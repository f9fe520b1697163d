"""Tests of `spanferry loss`."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from spanferry.cli.loss import loss

from stages.report import main as report
from tests.support.tiny_build import build, write_spans
from tests.support.tiny_project import REPORT, invoke, lay_out_project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out_project(tmp_path)
    return tmp_path


def commit(lock: str) -> None:
    Path("dvc.lock").write_text(lock)
    identity = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org")
    for arguments in (["init"], ["add", "dvc.lock"], [*identity, "commit", "--message", "built"]):
        subprocess.run(["git", *arguments], check=True, capture_output=True)


def test_show(project):
    invoke(report, *REPORT)
    output = invoke(loss, "show", "tiny").output
    checksum = hashlib.md5(Path("reports/tiny/loss.json").read_bytes()).hexdigest()
    assert output.startswith(f"build {checksum}: not committed yet (dvc.lock)\n")
    commit(f"md5: {checksum}")
    assert re.match(
        rf"build {checksum}: commit [0-9a-f]{{12}} of \d{{4}}-\d\d-\d\d\n", invoke(loss, "show", "tiny").output
    )
    assert "dev                5     2     3   40.0 %      12K → 10K      81.4 %" in output
    assert "2  below_threshold: Something resembles the translated answer, but not enough." in output
    assert "nearest “omdat de rivier was verzand”" in output
    assert json.loads(invoke(loss, "show", "tiny", "--json").output)["dev"]["no_answer"]["kept"] == 1
    missing = invoke(loss, "show", "none")
    assert (missing.exit_code, missing.output.count("\n")) == (2, 1)


def test_diff_of_a_corpus_and_a_folder(project):
    spans = build().report_build().spans
    rows = spans.to_pylist()
    rows[0]["start"] = 3
    write_spans(spans.from_pylist(rows, schema=spans.schema), project / "other")
    output = invoke(loss, "diff", "tiny", "other").output
    assert output.splitlines()[:4] == ["A: tiny", "B: other", "", "                              A   B  change"]
    assert output.splitlines()[-6:] == [
        "same              12  the same place or reason in both",
        "",
        "moved: 1 answer",
        "  dug “1612” → “1612”",
        "    A  “1612” at 30, exact",
        "    B  “1612” at 3, exact",
    ]
    assert list(json.loads(invoke(loss, "diff", "tiny", "other", "--json").output)["moved"][0]) == [
        *("split", "question_id", "field", "index", "a", "b")
    ]
    assert invoke(loss, "diff", "tiny", "nowhere").exit_code == 2
    assert invoke(loss, "diff", "tiny", "tiny@HEAD").exit_code == 2  # not a repository
