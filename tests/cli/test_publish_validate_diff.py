"""`spanferry validate`, `diff` and `publish`, and the stage, as they are called."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import spanferry.cli.publish
from click.testing import CliRunner
from dvc.repo import Repo
from spanferry.cli import main
from spanferry.errors import InputError
from spanferry.publish.package import publish
from spanferry.squad.validation.rules import table

import stages.publish
from tests.squad.validation.test_rules import BREACHES, CONTEXT, file
from tests.support.hub_standin import served
from tests.support.tiny_clean import ABOUT, MADE, write

PARAMS = SimpleNamespace(corpus=lambda name: None, about={"tiny": ABOUT})


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def squad(tmp_path):
    def write_file(document, name="file.json"):
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write_file


def test_validate_for_people(squad):
    path = squad(BREACHES["offset_mismatch"][0])
    done = run("validate", path)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{path}: SQuAD 1.1 json; 1 article, 1 paragraph, 1 question (0 without an answer), 1 answer",
        "  error    offset_mismatch  1  "
        "An answer that its context has, but not at the offset that is given (in code points).",
        "             data[0].paragraphs[0].qas[0].answers[0]: '1612' is not at 29 but at 30",
        "  breaks its format: 1 error, 0 warnings",
    ]


@pytest.mark.parametrize(("document", "code"), [(file(), 0), (BREACHES["cut_in_word"][0], 0), ({"rows": []}, 2)])
def test_validate_exit_codes(document, code, squad):
    assert run("validate", squad(document)).exit_code == code


def test_validate_for_machines(squad):
    path = squad(BREACHES["empty_id"][0])
    done = run("validate", path, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["valid"], found["skipped"]) == (1, False, [])
    assert [finding["rule"] for finding in found["files"][0]["findings"]] == ["empty_id"]


def test_validate_lists_its_rules():
    done = run("validate", "--rules")
    assert (done.exit_code, done.stdout) == (0, table())


def test_nothing_of_a_file_reaches_the_terminal_as_a_command(squad):
    done = run("validate", squad(file([("\x1b[2J\x07", 0)], question="x\x1b]0;title\x07")))
    assert done.exit_code == 1
    assert "\x1b" not in done.output
    assert "\x07" not in done.output


@pytest.mark.parametrize("command", [["validate"], ["diff"]])
def test_what_cannot_be_read_is_one_line(command, tmp_path):
    place = tmp_path / "gone\x1b.json"
    done = run(*command, *[place] * (2 if command == ["diff"] else 1))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"{command[0]}: {tmp_path}/gone\\x1b.json: no such file\n"


def test_a_name_that_is_no_utf_8_is_told_all_the_same(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.json"
    with open(path, "wb") as opened:  # noqa: PTH123
        opened.write(b'{"data": []}')
    for arguments in ([], ["--json"]):
        done = run("validate", *arguments, os.fsdecode(path))
        assert done.exit_code == 1
        assert "\\xff.json" in done.stdout


def test_diff_for_people_and_machines(squad):
    before, after = squad(file(), "a.json"), squad(file([("1991", 48)]), "b.json")
    assert run("diff", before, after).stdout.splitlines() == [
        "0 questions are the same",
        "0 gained",
        "0 lost",
        "1 changed",
        "  1 in answers",
        "    q1: 1612 → 1991",
    ]
    assert json.loads(run("diff", before, after, "--json").stdout)["changed"][0]["what"] == ["answers"]


def test_json_means_the_same_whatever_the_output_can_hold(squad):
    before, after = squad(file(question="Hoe?"), "a.json"), squad(file(question="Hoe → 🧀 ©?"), "b.json")
    arguments = ["diff", str(before), str(after), "--json"]
    in_utf_8, in_cp437 = (CliRunner(charset=charset).invoke(main, arguments).stdout for charset in ("utf-8", "cp437"))
    assert "Hoe → 🧀 ©?" in in_utf_8
    assert "🧀" not in in_cp437
    assert json.loads(in_cp437) == json.loads(in_utf_8)


def test_diff_shows_where_a_long_text_changed(squad):
    first = file(context=CONTEXT + " Ook lag er een kade van zandsteen, en een vuurtoren van hout.")
    second = file(context=CONTEXT + " Ook lag er een kade van graniet, en een vuurtoren van hout.")
    done = run("diff", squad(first, "a.json"), squad(second, "b.json"))
    assert done.stdout.splitlines()[-1] == (
        "    q1: …lag er een kade van zandsteen, en een vuurtoren van hout. → …lag er een kade van graniet, "
        "en een vuurtoren van hout."
    )


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A built corpus `tiny` in a work tree of its own; params.yaml and DVC are told about in its place."""
    monkeypatch.chdir(tmp_path)
    clean, loss = write(tmp_path / "built")
    publish(clean, loss, Path("data/tiny/published"), MADE, ABOUT)
    Path(".gitignore").write_text("*\n")
    for arguments in (["init"], ["add", "--force", ".gitignore"], ["commit", "--message", "first"]):
        identity = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)
    monkeypatch.setattr(spanferry.cli.publish, "load", lambda: PARAMS)
    monkeypatch.setattr(spanferry.cli.publish, "up_to_date", lambda corpus: None)
    return tmp_path


def test_a_dry_run_lists_the_files_and_sends_nothing(corpus):
    done = run("publish", "tiny", "--to", "anna/haven", "--tag", "v1", "--dry-run")
    assert done.exit_code == 0, done.stderr
    *files, last = done.stdout.splitlines()
    assert len(files) == 13
    size = (corpus / "data/tiny/published/README.md").stat().st_size
    assert f"{size:>13,}  README.md" in files
    total = sum(path.stat().st_size for path in (corpus / "data/tiny/published").rglob("*") if path.is_file())
    assert last == f"publish: 13 files, {total:,} bytes, would go to anna/haven as v1, private; nothing was sent"


def test_changes_in_the_work_tree_are_refused(corpus):
    Path(".gitignore").write_text("data\nbuilt\n")
    done = run("publish", "tiny", "--to", "anna/haven")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "uncommitted changes (1, first: M .gitignore); commit them first" in done.stderr


STAGES = """stages:
  clean:
    cmd: cp source clean
    deps: [source]
    outs: [clean]
  publish:
    matrix: {corpus: [tiny]}
    cmd: cp clean published
    deps: [clean]
    outs: [published]
"""


def test_what_an_earlier_stage_would_make_anew_is_refused(workdir):
    Repo.init(no_scm=True).close()
    (workdir / "dvc.yaml").write_text(STAGES)
    (workdir / "source").write_text("one")
    with Repo() as repo:
        repo.reproduce()
    spanferry.cli.publish.up_to_date("tiny")
    (workdir / "source").write_text("other")
    with pytest.raises(InputError, match=r"^data/tiny/published: not what this commit builds"):
        spanferry.cli.publish.up_to_date("tiny")


def test_upload_goes_where_hf_endpoint_says(corpus):
    program = "import tests.cli.test_publish_validate_diff as t; t.upload_in_a_process()"
    with served() as hub:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ
            | {"HF_ENDPOINT": hub.address, "HF_TOKEN": "hf_test", "HF_HUB_DISABLE_XET": "1"}
            | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"publish: tiny, v1: {hub.address}/datasets/anna/haven/commit/")
        assert hub.repositories["anna/haven"]["visibility"] == "private"


def upload_in_a_process():
    """huggingface_hub reads HF_ENDPOINT when it is imported."""
    spanferry.cli.publish.load = lambda: PARAMS
    spanferry.cli.publish.up_to_date = lambda corpus: None
    main(["publish", "tiny", "--to", "anna/haven", "--tag", "v1"])


def test_the_stage_says_what_it_made(tmp_path, monkeypatch):
    clean, loss = write(tmp_path)
    monkeypatch.setattr(stages.publish, "load", lambda: PARAMS)
    monkeypatch.setattr(stages.publish, "made", lambda params, name: MADE)
    arguments = ["--corpus", "tiny", "--clean", clean, "--loss", loss, "--out", tmp_path / "out"]
    done = CliRunner().invoke(stages.publish.main, [str(argument) for argument in arguments])
    assert done.stdout == f"publish: tiny: 5 questions in {tmp_path}/out; contract kept, 2 warnings\n"
    (clean / "nl_squadv2_dev_clean.json").write_text("{")
    done = CliRunner().invoke(stages.publish.main, [str(argument) for argument in arguments])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"publish: {clean}/nl_squadv2_dev_clean.json: not JSON:")
