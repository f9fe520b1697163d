"""Tests of `spanferry diff`."""

import json

from click.testing import CliRunner
from spanferry.cli import main

from tests.squad.validation.test_rules import CONTEXT, file
from tests.support.commands import run


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


def test_json_has_the_same_meaning_in_every_output_encoding(squad):
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


def test_an_unreadable_file_gives_a_one_line_error(tmp_path):
    path = tmp_path / "gone\x1b.json"
    done = run("diff", path, path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"spanferry diff: {tmp_path}/gone\\x1b.json: No such file or directory\n"
