"""Tests of `spanferry validate`."""

import json
import os

import pytest
from spanferry.squad.validation.rules import rules_as_markdown

from tests.squad.validation.test_rules import BREACHES, file
from tests.support.commands import run


def test_validate_for_people(squad):
    path = squad(BREACHES["offset_mismatch"][0])
    done = run("validate", path, "--no-repair")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{path}: SQuAD 1.1 json; 1 article, 1 paragraph, 1 question (0 without an answer), 1 answer",
        "  note     1 answer not at its offset; 1 explained: offsets are wrong, but the text stands only once in the "
        "context (1)",
        "  error    offset_mismatch  1  "
        "An answer that is in its context, but not at the given offset (in code points).",
        "             data[0].paragraphs[0].qas[0].answers[0]: '1612' is not at 29 but at 30",
        "  breaks its format: 1 error, 0 warnings",
    ]


def test_offsets_that_are_repaired_are_a_note(squad):
    path = squad(BREACHES["offset_mismatch"][0])
    done = run("validate", path)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == [
        "  note     1 answer not at its offset; 1 repaired: offsets are wrong, but the text stands only once in the "
        "context (1)",
        "  note     repaired_offset  1  An answer that is not at the given offset, for which the right one is known. "
        "With `--no-repair` an error.",
        "             data[0].paragraphs[0].qas[0].answers[0]: '1612' is not at 29 but at 30",
        "  keeps its format",
    ]


def test_every_finding_is_shown_when_all_are_asked_for(squad):
    document = file([("nergens", number) for number in range(7)])
    paths = [f"data[0].paragraphs[0].qas[0].answers[{number}]" for number in range(7)]
    shown = run("validate", squad(document)).stdout
    assert [path in shown for path in paths] == [True] * 5 + [False] * 2
    assert "             and 2 more (--all shows them)\n" in shown
    everything = run("validate", "--all", squad(document)).stdout
    assert all(path in everything for path in paths)
    assert "more (" not in everything
    [report] = json.loads(run("validate", "--json", squad(document)).stdout)["files"]
    assert [example["path"] for example in report["findings"][0]["examples"]] == paths


@pytest.mark.parametrize(("document", "code"), [(file(), 0), (BREACHES["cut_in_word"][0], 0), ({"rows": []}, 2)])
def test_validate_exit_codes(document, code, squad):
    assert run("validate", squad(document)).exit_code == code


def test_validate_for_machines(squad):
    path = squad(BREACHES["empty_question"][0])
    done = run("validate", path, "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["valid"], report["skipped"]) == (1, False, [])
    assert [finding["rule"] for finding in report["files"][0]["findings"]] == ["empty_question"]


def test_validate_lists_its_rules():
    done = run("validate", "--rules")
    assert (done.exit_code, done.stdout) == (0, rules_as_markdown())


def test_validate_lists_its_rules_for_machines():
    done = run("validate", "--rules", "--json")
    assert done.exit_code == 0
    lines = [f"| `{r['rule']}` | {r['severity']} | {r['looks_at']} | {r['meaning']} |" for r in json.loads(done.stdout)]
    assert lines == rules_as_markdown().splitlines()[2:]


def test_validate_needs_a_file():
    done = run("validate")
    assert (done.exit_code, "Missing argument 'FILE|FOLDER'" in done.stderr) == (2, True)


def test_control_characters_of_a_file_are_escaped_on_the_terminal(squad):
    done = run("validate", squad(file([("\x1b[2J\x07", 0)], question="x\x1b]0;title\x07")))
    assert done.exit_code == 1
    assert "\x1b" not in done.output
    assert "\x07" not in done.output


def test_a_name_that_is_not_utf_8_is_shown_with_escapes(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.json"
    with open(path, "wb") as opened:  # noqa: PTH123
        opened.write(b'{"data": []}')
    for arguments in ([], ["--json"]):
        done = run("validate", *arguments, os.fsdecode(path))
        assert done.exit_code == 1
        assert "\\xff.json" in done.stdout


def test_an_unreadable_file_gives_a_one_line_error(tmp_path):
    path = tmp_path / "gone\x1b.json"
    done = run("validate", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"spanferry validate: {tmp_path}/gone\\x1b.json: No such file or directory\n"
