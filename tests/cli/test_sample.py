"""Tests of `spanferry sample`."""

import json

import pytest
from spanferry.cli.sample import sample

from tests.support.tiny_project import fill_in, invoke, lay_out_project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out_project(tmp_path)
    return tmp_path


def test_sample_and_score(project):
    assert invoke(sample, "tiny", "-n", "3").output == "sample: tiny: 3 answers to judge in reports/tiny/review.csv\n"
    sheet = project / "reports/tiny/review.csv"
    fill_in(sheet, sheet)
    output = invoke(sample, "--score", str(sheet)).output
    assert output.splitlines()[1].startswith("exact            1      1       0      0    100.0 %")
    assert len(json.loads(invoke(sample, "--score", str(sheet), "--json").output)) == 4
    assert invoke(sample).exit_code == 2
    assert invoke(sample, "tiny", "-n", "0").exit_code == 2
