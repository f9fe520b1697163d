"""`spanferry new corpus` adds an entry to params.yaml and leaves all other lines as they are."""

import json
from difflib import ndiff
from pathlib import Path

import pytest
from click.testing import CliRunner
from spanferry.cli import new as command
from spanferry.cli.new import new
from spanferry.config import read_params
from spanferry.project.files import project_files
from spanferry.translation.memory.tmx import write_tmx

ROOT = Path(__file__).parents[2]
MEMORY = ("--train", "towns.json", "--target", "de", "--translator", "memory", "--memory", "towns.tmx")
URL = "https://example.org/a/rather/long/path/to/the/questions/of/towns-train-v2.0.json"


@pytest.fixture
def project(workdir: Path) -> Path:
    (workdir / "params.yaml").write_text(project_files()["params.yaml"], encoding="utf-8")
    (workdir / "towns.json").write_text(json.dumps({"data": []}))
    write_tmx(workdir / "towns.tmx", [("The mill.", "Die Mühle.")], "en", "de")
    return workdir


def changes(before: str) -> list[str]:
    """Return the lines of params.yaml that were added or removed."""
    after = Path("params.yaml").read_text(encoding="utf-8")
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def test_the_first_corpus(project: Path, run) -> None:
    before = Path("params.yaml").read_text(encoding="utf-8")
    result = run(new, "corpus", "towns", *MEMORY, "--licence", "CC0-1.0")
    assert result.stdout.startswith("new corpus: towns is in params.yaml, and dvc repro builds it\nnext:\n"), (
        result.output
    )
    assert changes(before) == [
        "- build: {corpora: [], runs: []}",
        "+ build: {corpora: [towns], runs: []}",
        "- corpora: {}",
        "+ corpora:",
        "+   towns:",
        "+     train: towns.json",
        "+     target: de",
        "+     translator: memory",
        "+     memory: towns.tmx",
        "- about: {}",
        "+ about:",
        "+   towns:",
        "+     licence: CC0-1.0",
    ]
    params = read_params()
    assert (params.languages("towns").target, params.about_build("towns").licence) == ("de", "CC0-1.0")


def test_a_corpus_beside_others_changes_no_other_line(project: Path, run) -> None:
    before = (ROOT / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(before, encoding="utf-8")
    result = run(new, "corpus", "towns", "--train", URL, "--dev", "hf:owner/name@main", "--target", "pt-BR", "--native")
    assert result.exit_code == 0, result.output
    assert changes(before) == [
        "- build: {corpora: [sample], runs: [sample-tiny]}",
        "+ build: {corpora: [sample, towns], runs: [sample-tiny]}",
        "+   towns:",
        "+     train: >-",
        f"+       {URL}",
        "+     dev: hf:owner/name@main",
        "+     target: pt-BR",
        "+     native: true",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.y", *MEMORY], "'x.y' is no name of a corpus: use letters, digits, _ and -"),
        (["runs", *MEMORY], "'runs' is no name of a corpus: the folder data/runs is reserved"),
        (["towns"], "towns: --train or --dev and --target and --translator missing; params.yaml is unchanged"),
        (["towns", *MEMORY[:-2]], "corpora.towns: the translator memory needs a TMX file: give --memory"),
        (["towns", "--train", "gone.json", *MEMORY[2:]], "--train: there is no file gone.json"),
        (["towns", *MEMORY, "--target", "fr"], "--memory: towns.tmx has no translations from en to fr"),
        (["towns", *MEMORY, "--target", "deutsch"], "corpora.towns.target: "),
        (["towns", *MEMORY, "--translator", "gogle"], "translator 'gogle': neither an entry of translators"),
        (["towns", *MEMORY, "--dev", "hf:owner/name"], "corpora.towns.dev: "),
        (["towns", *MEMORY, "--memory", "towns.json"], "towns.json: not a TMX file"),
    ],
)
def test_a_wrong_corpus_changes_nothing(project: Path, refusal, arguments: list[str], message: str) -> None:
    before = {path.name: path.read_bytes() for path in project.iterdir()}
    assert message in refusal(new, "corpus", *arguments)
    assert {path.name: path.read_bytes() for path in project.iterdir()} == before


def test_outside_of_a_project_the_remedy_is_named(workdir: Path, refusal) -> None:
    assert "start one with `spanferry init`" in refusal(new, "corpus", "towns", *MEMORY)
    assert list(workdir.iterdir()) == []


def test_a_second_corpus_of_a_name_is_refused(project: Path, run, refusal) -> None:
    run(new, "corpus", "towns", *MEMORY)
    assert "has a corpus 'towns' already" in refusal(new, "corpus", "towns", *MEMORY)


def test_a_terminal_is_asked_for_what_is_missing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "is_interactive", lambda: True)
    answers = "towns.json\n\nde\nmemory\ntowns.tmx\n"
    result = CliRunner().invoke(new, ["corpus", "towns"], input=answers)
    assert result.exit_code == 0, result.output
    corpus = read_params().corpus("towns")
    assert (corpus.train, corpus.dev, corpus.target) == ("towns.json", None, "de")
    assert (corpus.translator, corpus.memory) == ("memory", "towns.tmx")
