"""The whole build with real DVC, in a copy of the project: the sample, without a reader and its packages.

Shows what tests of the parts cannot: the stages fit together in dvc.yaml, a second `dvc repro` runs nothing, a changed
parameter reruns exactly the stages that depend on it, and a DVC remote restores a build in a fresh clone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from spanferry.errors import READER_PACKAGES

from tests.support.copies import ROOT, copy_project

UP_TO_DATE = "Data and pipelines are up to date."


class Project:
    """A copy of the project in a git repository of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *command: str) -> str:
        """Return a command's stdout; fail unless its exit code is 0."""
        paths = [str(Path(sys.executable).parent), str(ROOT / ".venv" / "bin"), os.environ["PATH"]]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, (self.home, self.home / "pipeline", self.home.parent / "blocked"))),
            "PATH": os.pathsep.join(paths),
        }
        process = subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True, check=False)
        assert process.returncode == 0, f"{' '.join(command)}\n{process.stdout}\n{process.stderr}"
        return process.stdout

    def repro(self, *stages: str) -> str:
        return self.run("dvc", "repro", *stages)

    def edit(self, old: str, new: str) -> None:
        """Replace a text in params.yaml, which must be there."""
        params = self.home / "params.yaml"
        text = params.read_text(encoding="utf-8")
        assert old in text
        params.write_text(text.replace(old, new, 1), encoding="utf-8")

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", "built")


def block_reader_packages(folder: Path) -> None:
    """Write a sitecustomize.py that makes the packages of the extra `reader` look as if they were not installed."""
    folder.mkdir()
    blocked = f"import sys\nsys.modules.update(dict.fromkeys({sorted(READER_PACKAGES)}))\n"
    (folder / "sitecustomize.py").write_text(blocked, encoding="utf-8")


def stages_run(output: str) -> list[str]:
    """Return the stages that a repro ran, in order."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    home = tmp_path_factory.mktemp("build") / "project"
    block_reader_packages(home.parent / "blocked")
    home.mkdir()
    copy_project(home)
    project = Project(home)
    project.run("git", "init", "--quiet", "--initial-branch=main")
    project.run("dvc", "init", "--quiet")
    for option in ("core.analytics", "core.check_update"):
        project.run("dvc", "config", option, "false")
    project.edit("runs: [sample-tiny]", "runs: []")
    project.repro()
    return project


def test_outputs_and_counts(built: Project) -> None:
    home = built.home / "data" / "sample"
    files = {path.relative_to(home).as_posix() for path in home.rglob("*")}
    assert {
        "clean/nl_squadv2_train_clean.json",
        "clean/nl_squadv2_dev_clean.json",
        "clean/provenance.parquet",
        "clean/rejected.jsonl",
        "published/README.md",
        "published/SHA256SUMS",
    } <= files
    loss = json.loads((built.home / "reports" / "sample" / "loss.json").read_text(encoding="utf-8"))
    for split in ("train", "dev", "total"):
        for unit in ("paragraphs", "questions", "has_answer", "no_answer", "answers", "plausible_answers"):
            figures = loss[split][unit]
            assert figures["visited"] == figures["kept"] + figures["dropped"]
            assert figures["dropped"] == sum(figures["reasons"].values())
    # Measured against the sample's gold spans.
    assert loss["gold"]["precision"] >= 0.98
    assert loss["gold"]["wrong"] <= 1  # "Parijs" for "pedals", with a probability of 0.60
    assert loss["total"]["no_answer"]["dropped"] == 0


def test_the_table_of_metrics_is_readable(built: Project) -> None:
    """DVC gives each key of each metrics file a column; the figures of a run take two more, of 12 characters."""
    head, *rows = built.run("dvc", "metrics", "show").splitlines()
    assert {"kept", "yield", "expected", "precision", "quality"} <= set(head.split())
    assert len(head.split()) - 1 <= 12
    assert max(map(len, [head, *rows])) + 2 * 12 <= 120


def test_a_second_repro_runs_no_stage_and_changes_no_bytes(built: Project) -> None:
    lock = (built.home / "dvc.lock").read_bytes()
    assert UP_TO_DATE in built.repro()
    assert UP_TO_DATE in built.run("dvc", "status")
    built.repro("--force", "--no-run-cache")
    assert (built.home / "dvc.lock").read_bytes() == lock


def test_a_changed_parameter_reruns_what_depends_on_it(built: Project) -> None:
    rescue = "rescue@sample"
    built.edit("min_confidence: 0.5", "min_confidence: 0.9")
    assert stages_run(built.repro(rescue)) == [rescue]
    built.edit("min_confidence: 0.9", "min_confidence: 0.5")
    assert set(stages_run(built.repro(rescue))) <= {rescue}  # DVC may take it from its cache of runs


def test_one_build_has_several_target_languages(built: Project) -> None:
    """The same corpus in two languages, and what is to be rerun when one of the languages changes."""
    corpus = "  other: {dev: data/sample/dev-v2.0.json, translator: identity, target: en-GB}\n"
    built.edit("corpora: [sample]", "corpora: [sample, other]")
    built.edit("corpora:\n  sample:", f"corpora:\n{corpus}  sample:")
    added = stages_run(built.repro("publish@other"))
    assert {name for name in added if "@other" not in name} <= {"settings"}
    assert [path.name for path in (built.home / "data" / "other" / "clean").glob("*.json")] == [
        "en-GB_squadv2_dev_clean.json"
    ]
    translated = ("translate", "locate", "names", "rescue", "check", "clean", "report", "publish")
    built.edit("target: en-GB", "target: en")
    built.repro("settings")
    assert changed_stages(built, "other") == {f"{name}@other" for name in translated}
    built.edit("target: en", "target: en-GB")
    built.edit("  target: nl\n", "  target: de\n")  # the language of the sample alone
    built.repro("settings")
    assert changed_stages(built, "other") == set()
    assert changed_stages(built, "sample") == {"fetch@sample-judgements", *(f"{name}@sample" for name in translated)}
    built.edit("  target: de\n", "  target: nl\n")
    built.edit("corpora: [sample, other]", "corpora: [sample]")
    built.edit(corpus, "")
    built.repro()


def changed_stages(project: Project, corpus: str) -> set[str]:
    """Return the stages of a corpus that DVC would run now, without those that depend on their results alone."""
    heads = (line.rstrip(":") for line in project.run("dvc", "status").splitlines() if not line.startswith("\t"))
    return {head for head in heads if f"@{corpus}" in head}


def test_a_run_depends_on_the_corpora_it_reads_and_on_no_others(built: Project) -> None:
    inputs, finetune = "inputs@sample-tiny", "finetune@sample-tiny"
    built.edit("runs: []", "runs: [sample-tiny]")
    built.repro(inputs)
    (built.home / "models" / "sample-tiny").mkdir(parents=True)  # instead of a model: training takes long
    built.run("dvc", "commit", "--quiet", "--force", finetune)

    other = "  other: {dev: data/sample/dev-v2.0.json, native: true}\n"
    built.edit("corpora: [sample]", "corpora: [sample, other]")
    built.edit("corpora:\n  sample:", f"corpora:\n{other}  sample:")
    added = stages_run(built.repro(finetune))
    assert {"clean@other", inputs} <= set(added)
    assert finetune not in added
    built.edit("corpora: [sample, other]", "corpora: [sample]")
    built.edit(other, "")
    (built.home / "data" / "digests" / "other.json").unlink()  # as in a clone without this corpus
    assert finetune not in stages_run(built.repro(finetune))

    built.edit("min_confidence: 0.5", "min_confidence: 0.9")
    built.repro(inputs)
    assert "data/runs/sample-tiny/train.json" in built.run("dvc", "status", finetune)
    built.edit("min_confidence: 0.9", "min_confidence: 0.5")
    built.edit("runs: [sample-tiny]", "runs: []")
    built.repro()


def test_an_edited_file_reruns_only_what_reads_it(built: Project) -> None:
    """The edits change no value, so what depends on the results does not run. The card states the source's sha256."""
    folder = built.home / "data" / "sample"
    edits = {  # file -> text, what replaces it, and the group of input files that it belongs to
        "train-v2.0.json": ("{", "{ ", "source"),
        "memory.tmx": ("<tu>", "<tu >", "memory"),
        "gold.json": ("{", "{ ", "judgements"),
    }
    kept = {name: (folder / name).read_text(encoding="utf-8") for name in edits}
    for name, (old, new, _) in edits.items():
        assert old in kept[name]
        (folder / name).write_text(kept[name].replace(old, new, 1), encoding="utf-8")
    status = built.run("dvc", "status")
    for _, _, group in edits.values():
        assert f"data/inputs/sample/{group}" in status
    expected = {
        *("fetch@sample-source", "segment@sample", "publish@sample"),
        *("fetch@sample-memory", "translate@sample", "names@sample", "rescue@sample"),
        *("fetch@sample-judgements", "report@sample"),
    }
    ran = stages_run(built.repro())
    assert sorted(ran) == sorted(expected)
    assert UP_TO_DATE in built.run("dvc", "status")
    for name, text in kept.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert set(stages_run(built.repro())) <= expected


def test_a_new_file_is_noticed_and_a_missing_one_is_named(built: Project) -> None:
    gold, verdicts = (built.home / "data" / "sample" / name for name in ("gold.json", "verdicts.csv"))
    kept = gold.read_bytes()
    gold.unlink()
    with pytest.raises(AssertionError, match=r"data/inputs/sample/judgements/gold'"):
        built.repro()
    assert "judgements/gold to data/sample/gold.json, which is gone; put it back" in built.run("spanferry", "mend")
    with pytest.raises(AssertionError, match=r"fetch: data/sample/gold\.json: No such file or directory; put it back"):
        built.repro()
    gold.write_bytes(kept)
    assert stages_run(built.repro()) == ["fetch@sample-judgements"]

    built.edit(
        "    gold: {nl: data/sample/gold.json}\n", f"    gold: data/sample/gold.json\n    verdicts: {verdicts}\n"
    )
    with pytest.raises(AssertionError, match=r"verdicts\.csv: No such file"):
        built.repro()
    verdicts.write_text("id,verdict\n", encoding="utf-8")
    assert "fetch@sample-judgements" in stages_run(built.repro("fetch@sample-judgements"))
    built.edit(
        f"    gold: data/sample/gold.json\n    verdicts: {verdicts}\n", "    gold: {nl: data/sample/gold.json}\n"
    )
    built.repro()
    assert not (built.home / "data/inputs/sample/judgements/verdicts").exists()


def test_a_file_that_appears_in_a_data_set_or_vanishes_is_noticed(built: Project) -> None:
    folder = built.home / "my data" / "hävens"
    folder.mkdir(parents=True)
    row = {"context": "Built in 1612.", "question": "When?", "answers": {"text": ["1612"], "answer_start": [9]}}
    rows = [f"{json.dumps(row | {'id': f'q{n}'})}\n" for n in range(3)]
    (folder / "train-1.jsonl").write_text("".join(rows[:2]), encoding="utf-8")
    params, stage = (built.home / "params.yaml").read_text(encoding="utf-8"), "fetch@havens-source"
    built.edit("corpora: [sample]", "corpora: [sample, havens]")
    built.edit("corpora:\n  sample:", "corpora:\n  havens: {train: my data/hävens, native: true}\n  sample:")
    assert "2 questions" in built.repro(stage)
    (folder / "train-1.jsonl").unlink()
    (folder / "train-2.jsonl").write_text("".join(rows), encoding="utf-8")
    assert "data/inputs/havens/folders/source/train" in built.run("dvc", "status", stage)
    output = built.repro(stage)
    assert stages_run(output) == [stage]
    assert "3 questions" in output
    assert "Running stage" not in built.repro(stage)
    (built.home / "params.yaml").write_text(params, encoding="utf-8")
    built.repro()


def test_an_edited_folder_of_a_base_model_is_noticed(built: Project) -> None:
    model = built.home / "my-model"
    model.mkdir()
    (model / "config.json").write_text("{}", encoding="utf-8")
    params = (built.home / "params.yaml").read_text(encoding="utf-8")
    training = "{epochs: 1, batch: 8, learning_rate: 1e-3}"
    run = f"  mine: {{base: {{model: my-model}}, train_on: [sample], evaluate_on: [sample], training: {training}}}\n"
    built.edit("runs: []", "runs: [mine]")
    built.edit("\nruns:\n", f"\nruns:\n{run}")
    built.repro("inputs@mine")
    assert "inputs@mine" not in built.run("dvc", "status", "inputs@mine")
    (model / "model.safetensors").write_bytes(b"weights")
    status = built.run("dvc", "status", "inputs@mine", "finetune@mine")
    assert status.count("data/inputs/runs/mine") == 2
    assert stages_run(built.repro("inputs@mine")) == ["inputs@mine"]
    (built.home / "params.yaml").write_text(params, encoding="utf-8")
    built.repro()


def test_a_wrong_key_stops_the_build_with_one_line(built: Project) -> None:
    built.edit("  min_score:", "  min_scroe: 1\n  min_score:")
    with pytest.raises(AssertionError, match=r"params\.yaml: align\.min_scroe: no such key"):
        built.run("stages/run", "locate", "--corpus", "sample", "--layout", "x", "--translations", "x", "--out", "x")
    built.edit("  min_scroe: 1\n", "")


def test_a_remote_restores_a_build_in_a_fresh_clone(built: Project, tmp_path: Path) -> None:
    remote, clone = tmp_path / "remote", Project(tmp_path / "clone")
    built.run("dvc", "remote", "add", "--force", "--default", "folder", str(remote))
    built.commit()
    built.run("dvc", "push", "--quiet")
    built.run("git", "clone", "--quiet", str(built.home), str(clone.home))
    clone.run("dvc", "pull", "--quiet")
    assert stages_run(clone.repro()) == []
    assert UP_TO_DATE in clone.run("dvc", "status")
    kept = "data/sample/clean/nl_squadv2_dev_clean.json"
    assert (clone.home / kept).read_bytes() == (built.home / kept).read_bytes()
    gold = clone.home / "data" / "sample" / "gold.json"
    gold.write_bytes(gold.read_bytes() + b"\n")
    assert stages_run(clone.repro()) == ["fetch@sample-judgements", "report@sample"]
